"""Has messages and files read in guarded children, one each: the side that sends orders and takes answers.

Everything that touches hostile octets runs over there (`intake.child`); only typed values, as JSON, and octets come back.
A child that dies over a document costs that document alone: the rest is read by another child.
"""

from __future__ import annotations

import hashlib
import math
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import replace
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from intake.errors import PermanentError
from intake.examples import Examples
from intake.extract import ExtractLimits
from intake.guard import Channel, ChildDied, Death, ForkServer, Guard, GuardLimits, Work
from intake.kinds import TIMED, ExampleFile, Profile
from intake.model import (
    OTHER,
    Address,
    Classification,
    Clues,
    Fate,
    InboundMessage,
    Kind,
    Part,
    Problem,
    Sha256,
    SortedPart,
    UnpackLimits,
    Unusable,
)
from intake.orders import (
    EXAMINED,
    EXAMPLE,
    OCTETS,
    OPENED,
    ORDER,
    PROFILES,
    REFUSAL,
    SHOWN,
    Examined,
    ExampleOrder,
    FileOrder,
    KindExamples,
    MessageOrder,
    OctetsOrder,
    Opened,
    Order,
    PartOrder,
    ProfileOrder,
    ReaderSettings,
    TimeOrder,
    clues_of,
    documents_of,
)
from intake.scan import Scanner

if TYPE_CHECKING:
    from intake.config import Settings

WORK = Work("intake.child:serve", preload="intake.child:preload")
"""What the children of a Reader do."""
OCR_SECONDS = 8.0
"""For one document; half of what it may take altogether, if that is less."""
MOST_TAUGHT = 10
"""Documents that people sorted into an own kind: of its twenty examples at most these, for the client whose they are."""
EXAMPLES_KEPT = 500
SCAN_SECONDS = 300.0
"""For all that one message holds: well under the lease of a claim."""
MEMORY_OCTETS = 1_500_000_000
"""Address space of one child beyond that of the fork server."""


def reader_settings(settings: Settings | None) -> ReaderSettings:
    """The bounds and kinds of the settings; the defaults for commands that need no configuration."""
    if settings is None:
        return ReaderSettings(UnpackLimits(), ExtractLimits(ocr_seconds=OCR_SECONDS))
    limits = settings.limits
    return ReaderSettings(
        unpack=UnpackLimits(
            archive_octets=limits.archive_octets,
            archive_entries=limits.archive_entries,
            document_octets=limits.document_octets,
        ),
        extract=ExtractLimits(
            document_octets=limits.document_octets,
            pages=limits.pages,
            ocr_seconds=min(OCR_SECONDS, limits.extract_seconds / 2),
        ),
        own_kinds=settings.own_kinds,
        examples=tuple(
            KindExamples(Kind(name), kind.examples)
            for name, kind in settings.kinds.items()
            if kind.examples
        ),
        extract_seconds=limits.extract_seconds,
        fiscal_year_starts=settings.intake.fiscal_year_starts,
        clamd=settings.scan.clamd,
        confidential_words=settings.confidential.words,
    )


class OpenMessage:
    """A message in the hands of a child. `parts` carry no octets; `octets` fetches those of one. Close it.

    Made by `Reader.open`. The child parses, unpacks and examines the documents at once, while the caller does something
    else; `message`, `parts` and `examined` wait for what it finds. They raise PermanentError where the child dies over
    the message itself. Where there is a virus scanner the child opens no part that has not passed it: these three then
    raise TransientError too, where it does not answer.
    """

    def __init__(self, reader: Reader, octets: bytes, order: MessageOrder) -> None:
        self._reader = reader
        self._octets = octets
        self._order = order
        self._refusals: dict[str, Fate | None] = {}
        self._scanned_seconds = 0.0
        self._stack = ExitStack()
        self._channel = self._start()

    def _start(self) -> Channel:
        channel = self._stack.enter_context(self._reader.child(self._octets))
        try:
            channel.send(ORDER.dump_json(self._order))
        except ChildDied as death:
            self._stack.close()
            raise PermanentError(f"The message could not be opened ({death.death}).") from death
        return channel

    @cached_property
    def _opened(self) -> Opened:
        return self._receive_opened()

    def _receive_opened(self) -> Opened:
        try:
            frame = self._channel.receive()
            while self._order.scanned and frame.header == SHOWN:
                self._channel.send(REFUSAL.dump_json(self._refusal(frame.octets)))
                frame = self._channel.receive()
            return OPENED.validate_json(frame.header)
        except ChildDied as death:
            raise PermanentError(f"The message could not be opened ({death.death}).") from death

    def _refusal(self, octets: bytes) -> Fate | None:
        """What the scanner says of octets, which is asked once, also where a child dies and another begins anew."""
        sha256 = hashlib.sha256(octets).hexdigest()
        if sha256 not in self._refusals:
            if self._scanned_seconds > SCAN_SECONDS:
                raise PermanentError("The message takes the virus scanner too long.")
            began = time.monotonic()
            self._refusals[sha256] = self._reader.scan(octets)
            self._scanned_seconds += time.monotonic() - began
        return self._refusals[sha256]

    @property
    def raw(self) -> bytes:
        """The message itself, as it was received."""
        return self._octets

    @property
    def forwarded(self) -> tuple[Address, ...]:
        """The senders of the messages in it: whoever sent it may have made them up."""
        return self._opened.forwarded

    @property
    def message(self) -> InboundMessage:
        """What the message says."""
        return self._opened.message

    @property
    def parts(self) -> tuple[SortedPart, ...]:
        """Every leaf, and the fate that the message alone decides."""
        return self._opened.parts

    def examined(self) -> Iterator[Examined]:
        """What was found in each document, each octets once. One over which the child dies costs only itself."""
        left = [part.path for part in documents_of(self.parts)]
        done: list[str] = []
        while left:
            try:
                found = EXAMINED.validate_json(self._channel.receive().header)
            except ChildDied as death:
                found = _unread(left[0], death.death)
                self._order = replace(self._order, skip=(*done, left[0]))
                self._channel = self._start()
                self._receive_opened()
            done.append(left.pop(0))
            yield found

    def octets(self, path: str) -> bytes:
        """The octets of one part; only after all of `examined`."""
        try:
            self._channel.send(OCTETS.dump_json(OctetsOrder(path)))
            octets = self._channel.receive().octets
        except ChildDied as death:
            raise PermanentError(f"A part could not be read again ({death.death}).") from death
        # A child may have been taken over: what it hands out is kept only if the scanner has seen these very octets.
        if self._order.scanned and self._refusal(octets) is not None:
            raise PermanentError("A part is not what the virus scanner has passed.")
        return octets

    def read_time(self, part: Part, found: Classification) -> Classification:
        """As `Reader.read_time`, of one of the parts; only after all of `examined`."""
        if found.kind not in TIMED:
            return found
        clues = clues_of(self.message, part, self._order)
        octets = self.octets(part.path)
        return self._reader.read_time(octets, found, media_type=part.media_type, clues=clues)

    def examine_again(self, part: Part, profiles: tuple[Profile, ...]) -> Examined:
        """A part examined anew, with other examples of own kinds; only after all of `examined`."""
        clues = clues_of(self.message, part, self._order)
        octets = self.octets(part.path)
        return self._reader.examine_part(octets, part, clues=clues, profiles=profiles)

    def close(self) -> None:
        """End the child."""
        self._stack.close()


class Reader:
    """Opens messages and files. One thread; `close` ends the fork server, also one for WORK that it was given."""

    def __init__(self, settings: ReaderSettings, *, server: ForkServer | None = None) -> None:
        self.settings = settings
        limits = GuardLimits(
            memory_octets=MEMORY_OCTETS,
            cpu_seconds=math.ceil(settings.extract_seconds * 10),
            seconds=settings.extract_seconds,
        )
        self._guard = Guard(WORK, limits=limits, server=server)
        self._scanner = Scanner(settings.clamd) if settings.clamd is not None else None
        self.examples = Examples(settings.examples, self._example_at)
        self._shown: dict[tuple[Kind, Sha256], ExampleFile | Unusable] = {}

    def open(
        self, octets: bytes, *, envelope_recipient: Address | None, received_on: date | None = None
    ) -> OpenMessage:
        """Have a child read a message; without the day on which it came, only what the message itself says.

        The day of the message, or else `received_on`, is the one against which "next quarter" is read. Raises
        TransientError where there is a virus scanner and it does not answer: no child gets the message then.
        """
        settings = self._taught if received_on is not None else _for_children(self.settings)
        return self._opened(octets, MessageOrder(settings, envelope_recipient, received_on))

    def open_linked(
        self, message: InboundMessage, part: Part, *, received_on: date | None
    ) -> OpenMessage:
        """Have a child read a file that a message links to, as if it had been attached. Raises what `open` raises."""
        bare = replace(message, parts=(replace(part, octets=b""),))
        return self._opened(part.octets, MessageOrder(self._taught, None, received_on, linked=bare))

    def _opened(self, octets: bytes, order: MessageOrder) -> OpenMessage:
        order = replace(
            order,
            scanned=self._scanner is not None,
            # One that is too large for the scanner is judged by its parts, none of which is opened before it has passed.
            infected=self.scan(octets) is Fate.INFECTED,
        )
        return OpenMessage(self, octets, order)

    def scan(self, octets: bytes) -> Fate | None:
        """Why octets may not be opened, INFECTED or TOO_LARGE; None where they may, or where there is no scanner.

        Raises TransientError where the scanner does not answer.
        """
        return None if self._scanner is None else self._scanner.scan(octets)

    def child(self, octets: bytes) -> AbstractContextManager[Channel]:
        """A new child that holds these octets; for `OpenMessage`."""
        return self._guard.child(octets)

    def classify_file(
        self, octets: bytes, *, filename: str | None, on: date | None = None
    ) -> Classification:
        """Say what one file is; a file that cannot be read is a Classification with a `problem`."""
        refusal = self.scan(octets)
        if refusal is not None:
            return _unopened(Problem(refusal.value), "the virus scanner did not let it pass")
        order = FileOrder(self._taught, filename, on)
        try:
            return EXAMINED.validate_json(self._answer(octets, order)).classification
        except ChildDied as death:
            return _unread("", death.death).classification

    def read_time(
        self, octets: bytes, found: Classification, *, media_type: str, clues: Clues
    ) -> Classification:
        """The same, its period or span read for the kind that it has: for a kind that the content did not decide.

        As it was where its kind is not one of TIMED, or where the document can no longer be read.
        """
        if found.kind not in TIMED:
            return found
        order = TimeOrder(_for_children(self.settings), found, media_type, clues)
        try:
            return EXAMINED.validate_json(self._answer(octets, order)).classification
        except ChildDied:
            return found

    def examine_part(
        self, octets: bytes, part: Part, *, clues: Clues, profiles: tuple[Profile, ...]
    ) -> Examined:
        """Examine one document with these profiles of own kinds in the place of the configuration's."""
        settings = replace(_for_children(self.settings), profiles=profiles)
        order = PartOrder(settings, replace(part, octets=b""), clues)
        try:
            return EXAMINED.validate_json(self._answer(octets, order))
        except ChildDied as death:
            return _unread(part.path, death.death)

    def example(
        self, sha256: Sha256, octets: Callable[[], bytes], *, kind: Kind, filename: str
    ) -> ExampleFile | None:
        """What a document shows as an example of an own kind; None where it cannot be read.

        `octets` is asked for them only where they have not been read before.
        """
        read = self._read_example(sha256, octets, kind=kind, filename=filename)
        return read if isinstance(read, ExampleFile) else None

    def _example_at(self, kind: Kind, path: Path) -> ExampleFile | Unusable:
        try:
            if path.stat().st_size > self.settings.extract.document_octets:
                return Unusable(Problem.TOO_LARGE)
            octets = path.read_bytes()
        except OSError:
            return Unusable(Problem.UNREADABLE)
        sha256 = Sha256(hashlib.sha256(octets).hexdigest())
        return self._read_example(sha256, lambda: octets, kind=kind, filename=path.name)

    def _read_example(
        self, sha256: Sha256, octets: Callable[[], bytes], *, kind: Kind, filename: str
    ) -> ExampleFile | Unusable:
        if len(self._shown) >= EXAMPLES_KEPT:
            self._shown.clear()
        if (kind, sha256) not in self._shown:
            settings = replace(_for_children(self.settings), own_kinds=())
            try:
                answer = self._answer(octets(), ExampleOrder(settings, kind, sha256, filename))
            except ChildDied as death:
                return _unusable(death.death)
            self._shown[kind, sha256] = EXAMPLE.validate_json(answer)
        return self._shown[kind, sha256]

    def profiles_with(self, examples: Sequence[ExampleFile]) -> tuple[Profile, ...]:
        """What the examples of the configuration and some of these have in common, the first of these first."""
        kept: list[ExampleFile] = []
        for kind in dict.fromkeys(example.kind for example in examples):
            kept += [example for example in examples if example.kind == kind][:MOST_TAUGHT]
        return self.profiles((*kept, *self.examples.files))

    def profiles(self, examples: Sequence[ExampleFile]) -> tuple[Profile, ...]:
        """What these examples have in common, kind by kind; none where the child that counts it dies."""
        if not examples:
            return ()
        try:
            return PROFILES.validate_json(self._answer(b"", ProfileOrder(tuple(examples))))
        except ChildDied:
            return ()

    @cached_property
    def _taught(self) -> ReaderSettings:
        """The settings, with what the examples have in common in the place of their paths."""
        return replace(_for_children(self.settings), profiles=self.profiles(self.examples.files))

    def _answer(self, octets: bytes, order: Order) -> bytes:
        with self._guard.child(octets) as channel:
            channel.send(ORDER.dump_json(order))
            return channel.receive().header

    def warm(self) -> None:
        """Begin to start the fork server, which takes a third of a second; does not wait for it."""
        self._guard.start()

    def close(self) -> None:
        """End the fork server."""
        self._guard.close()


def _for_children(settings: ReaderSettings) -> ReaderSettings:
    """As children are given them: they open no files and no connections."""
    if not settings.examples and settings.clamd is None:
        return settings
    return replace(settings, examples=(), clamd=None)


def _unusable(death: Death) -> Unusable:
    return Unusable(Problem.TOO_LARGE if death is Death.MEMORY else Problem.UNREADABLE)


def _unread(path: str, death: Death) -> Examined:
    return Examined(path, _unopened(_unusable(death).problem, f"it could not be opened ({death})"))


def _unopened(problem: Problem, reason: str) -> Classification:
    return Classification(OTHER, confidence=0.0, sure=False, problem=problem, evidence=(reason,))
