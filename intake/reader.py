"""Reads one message in one guarded child: parse → unpack → extract → classify.

Everything that touches hostile octets runs over there; only typed values, as JSON, and octets come back. A child that
dies over a document costs that document alone: the rest is read by another child.
"""

# ruff: noqa: PLC0415  # what the child alone needs is not loaded in its parent, and by the first child only if it needs it

from __future__ import annotations

import functools
import hashlib
import math
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, field, replace
from datetime import UTC, date
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import TypeAdapter

from intake.errors import PermanentError
from intake.extract import ExtractLimits, extract
from intake.extract import preload as preload_parsers
from intake.extract.scan import METHOD as OCR_METHOD
from intake.guard import Channel, ChildDied, Death, ForkServer, Guard, GuardLimits, Work
from intake.kinds import MOST_EXAMPLES, TIMED, ExampleFile, KindSpec, Profile, built_in
from intake.model import (
    OTHER,
    Address,
    Classification,
    Clues,
    Extract,
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

if TYPE_CHECKING:
    from intake.classify import Classifier
    from intake.config import Settings

OCR_SECONDS = 8.0
"""For one document; half of what it may take altogether, if that is less."""
OCR_MESSAGE_SECONDS = 20.0
"""No OCR begins or goes on later than this after the first document of a message was taken up."""
_NO_TIME = 0.001
WORK = Work("intake.reader:serve", preload="intake.reader:preload")
"""What the children of a Reader do."""
_WHY = {
    Problem.LOCKED: "is locked with a password",
    Problem.UNREADABLE: "cannot be read",
    Problem.EMPTY: "holds no text",
    Problem.TOO_LARGE: "is too large",
    Problem.INFECTED: "is infected",
    Problem.UNSUPPORTED: "is of a format that is not read",
}
MOST_TAUGHT = 10
"""Documents that people sorted into an own kind: of its twenty examples at most these, for the client whose they are."""
EXAMPLES_KEPT = 500
MEMORY_OCTETS = 1_500_000_000
"""Address space of one child beyond that of the fork server."""


@dataclass(frozen=True, slots=True)
class ReaderSettings:
    """Bounds of what is read, and the operator's own kinds."""

    unpack: UnpackLimits
    extract: ExtractLimits
    own_kinds: tuple[KindSpec, ...] = ()
    examples: tuple[KindExamples, ...] = ()
    """Files that show what own kinds look like; a Reader reads them once."""
    profiles: tuple[Profile, ...] = ()
    """What the examples have in common, as children are given it."""
    extract_seconds: float = 30.0
    fiscal_year_starts: int = 1


@dataclass(frozen=True, slots=True)
class KindExamples:
    """The files of one own kind, in the order of the configuration."""

    kind: Kind
    paths: tuple[Path, ...] = field(repr=False)


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
    )


@dataclass(frozen=True, slots=True)
class Examined:
    """A document, read: what it is, and a sketch of its text, by which versions know each other."""

    path: str
    classification: Classification
    sketch: tuple[int, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class _Opened:
    message: InboundMessage
    parts: tuple[SortedPart, ...]


@dataclass(frozen=True, slots=True)
class _MessageOrder:
    settings: ReaderSettings
    envelope_recipient: Address | None = field(repr=False)
    received_on: date | None
    """None: only open the message, and examine nothing."""
    skip: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _FileOrder:
    settings: ReaderSettings
    filename: str | None = field(repr=False)
    on: date | None = None


@dataclass(frozen=True, slots=True)
class _TimeOrder:
    settings: ReaderSettings
    found: Classification
    media_type: str
    clues: Clues


@dataclass(frozen=True, slots=True)
class _PartOrder:
    settings: ReaderSettings
    part: Part
    clues: Clues


@dataclass(frozen=True, slots=True)
class _ExampleOrder:
    settings: ReaderSettings
    kind: Kind
    sha256: Sha256
    filename: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class _ProfileOrder:
    examples: tuple[ExampleFile, ...]


@dataclass(frozen=True, slots=True)
class _OctetsOrder:
    path: str


_ORDER = TypeAdapter(
    _MessageOrder | _FileOrder | _TimeOrder | _PartOrder | _ExampleOrder | _ProfileOrder
)
_EXAMPLE = TypeAdapter(ExampleFile | Unusable)
_PROFILES = TypeAdapter(tuple[Profile, ...])
_OCTETS = TypeAdapter(_OctetsOrder)
_OPENED = TypeAdapter(_Opened)
_EXAMINED = TypeAdapter(Examined)


class OpenMessage:
    """A message in the hands of a child. `parts` carry no octets; `octets` fetches those of one. Close it.

    Made by `Reader.open`. The child parses, unpacks and examines the documents at once, while the caller does something
    else; `message`, `parts` and `examined` wait for what it finds. They raise PermanentError where the child dies over
    the message itself.
    """

    def __init__(self, reader: Reader, octets: bytes, order: _MessageOrder) -> None:
        self._reader = reader
        self._octets = octets
        self._order = order
        self._stack = ExitStack()
        self._channel = self._start()

    def _start(self) -> Channel:
        channel = self._stack.enter_context(self._reader.child(self._octets))
        try:
            channel.send(_ORDER.dump_json(self._order))
        except ChildDied as death:
            self._stack.close()
            raise PermanentError(f"The message could not be opened ({death.death}).") from death
        return channel

    @cached_property
    def _opened(self) -> _Opened:
        return self._receive_opened()

    def _receive_opened(self) -> _Opened:
        try:
            return _OPENED.validate_json(self._channel.receive().header)
        except ChildDied as death:
            raise PermanentError(f"The message could not be opened ({death.death}).") from death

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
                found = _EXAMINED.validate_json(self._channel.receive().header)
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
            self._channel.send(_OCTETS.dump_json(_OctetsOrder(path)))
            return self._channel.receive().octets
        except ChildDied as death:
            raise PermanentError(f"A part could not be read again ({death.death}).") from death

    def read_time(self, part: Part, found: Classification) -> Classification:
        """As `Reader.read_time`, of one of the parts; only after all of `examined`."""
        if found.kind not in TIMED:
            return found
        clues = _clues(self.message, part, self._order)
        octets = self.octets(part.path)
        return self._reader.read_time(octets, found, media_type=part.media_type, clues=clues)

    def examine_again(self, part: Part, profiles: tuple[Profile, ...]) -> Examined:
        """A part examined anew, with other examples of own kinds; only after all of `examined`."""
        clues = _clues(self.message, part, self._order)
        octets = self.octets(part.path)
        return self._reader.examine_part(octets, part, clues=clues, profiles=profiles)

    def close(self) -> None:
        """End the child."""
        self._stack.close()


def documents_of(parts: Sequence[SortedPart]) -> tuple[Part, ...]:
    """The parts that are documents, each octets once, in order."""
    unique: dict[Sha256, Part] = {}
    for entry in parts:
        if entry.fate is Fate.DOCUMENT:
            unique.setdefault(entry.part.sha256, entry.part)
    return tuple(unique.values())


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
        self._shown: dict[tuple[Kind, Sha256], ExampleFile | Unusable] = {}

    def open(
        self, octets: bytes, *, envelope_recipient: Address | None, received_on: date | None = None
    ) -> OpenMessage:
        """Have a child read a message; without the day on which it came, only what the message itself says.

        The day of the message, or else `received_on`, is the one against which "next quarter" is read.
        """
        settings = self._taught if received_on is not None else _without_examples(self.settings)
        order = _MessageOrder(settings, envelope_recipient, received_on)
        return OpenMessage(self, octets, order)

    def child(self, octets: bytes) -> AbstractContextManager[Channel]:
        """A new child that holds these octets; for `OpenMessage`."""
        return self._guard.child(octets)

    def classify_file(
        self, octets: bytes, *, filename: str | None, on: date | None = None
    ) -> Classification:
        """Say what one file is; a file that cannot be read is a Classification with a `problem`."""
        order = _FileOrder(self._taught, filename, on)
        try:
            with self._guard.child(octets) as channel:
                channel.send(_ORDER.dump_json(order))
                frame = channel.receive()
        except ChildDied as death:
            return _unread("", death.death).classification
        return _EXAMINED.validate_json(frame.header).classification

    def read_time(
        self, octets: bytes, found: Classification, *, media_type: str, clues: Clues
    ) -> Classification:
        """The same, its period or span read for the kind that it has: for a kind that the content did not decide.

        As it was where its kind is not one of TIMED, or where the document can no longer be read.
        """
        if found.kind not in TIMED:
            return found
        order = _TimeOrder(_without_examples(self.settings), found, media_type, clues)
        try:
            with self._guard.child(octets) as channel:
                channel.send(_ORDER.dump_json(order))
                frame = channel.receive()
        except ChildDied:
            return found
        return _EXAMINED.validate_json(frame.header).classification

    def examine_part(
        self, octets: bytes, part: Part, *, clues: Clues, profiles: tuple[Profile, ...]
    ) -> Examined:
        """Examine one document with these profiles of own kinds in the place of the configuration's."""
        settings = replace(_without_examples(self.settings), profiles=profiles)
        order = _PartOrder(settings, replace(part, octets=b""), clues)
        try:
            return _EXAMINED.validate_json(self._answer(octets, order))
        except ChildDied as death:
            return _unread(part.path, death.death)

    @cached_property
    def examples(self) -> tuple[ExampleFile, ...]:
        """The examples of the configuration that could be read. They are read once, each in a child."""
        found = [entry for entry, _ in self._read_examples]
        return tuple(entry for entry in found if isinstance(entry, ExampleFile))

    @cached_property
    def example_mistakes(self) -> tuple[str, ...]:
        """What is wrong with the examples of the configuration, one plain sentence each, with its path."""
        mistakes: list[str] = []
        owners: dict[Sha256, tuple[Kind, Path]] = {}
        for entry, (kind, path) in self._read_examples:
            if isinstance(entry, Unusable):
                why = _WHY[entry.problem]
                mistakes.append(
                    f"kinds.{kind}.examples: {path} {why}, so nothing is learned from it."
                )
                continue
            owner, other = owners.setdefault(entry.sha256, (kind, path))
            if owner != kind:
                mistakes.append(
                    f"kinds.{kind}.examples: {path} is the same file as {other}, an example of {owner}."
                )
        return tuple(mistakes)

    @cached_property
    def _read_examples(self) -> list[tuple[ExampleFile | Unusable, tuple[Kind, Path]]]:
        read: list[tuple[ExampleFile | Unusable, tuple[Kind, Path]]] = []
        for entry in self.settings.examples:
            for number, path in enumerate(entry.paths[:MOST_EXAMPLES]):
                shown = self._example_at(path, entry.kind)
                read.append((shown, (entry.kind, path)))
                if isinstance(shown, Unusable):
                    from intake.telemetry import EXAMPLE_UNUSABLE, logger

                    logger(__name__).warning(
                        EXAMPLE_UNUSABLE,
                        kind=entry.kind,
                        number=number,
                        problem=shown.problem.value,
                    )
        return read

    def _example_at(self, path: Path, kind: Kind) -> ExampleFile | Unusable:
        try:
            if path.stat().st_size > self.settings.extract.document_octets:
                return Unusable(Problem.TOO_LARGE)
            octets = path.read_bytes()
        except OSError:
            return Unusable(Problem.UNREADABLE)
        sha256 = Sha256(hashlib.sha256(octets).hexdigest())
        return self._read_example(sha256, lambda: octets, kind=kind, filename=path.name)

    def example(
        self, sha256: Sha256, octets: Callable[[], bytes], *, kind: Kind, filename: str
    ) -> ExampleFile | None:
        """What a document shows as an example of an own kind; None where it cannot be read.

        `octets` is asked for them only where they have not been read before.
        """
        read = self._read_example(sha256, octets, kind=kind, filename=filename)
        return read if isinstance(read, ExampleFile) else None

    def _read_example(
        self, sha256: Sha256, octets: Callable[[], bytes], *, kind: Kind, filename: str
    ) -> ExampleFile | Unusable:
        if len(self._shown) >= EXAMPLES_KEPT:
            self._shown.clear()
        if (kind, sha256) not in self._shown:
            settings = replace(_without_examples(self.settings), own_kinds=())
            try:
                answer = self._answer(octets(), _ExampleOrder(settings, kind, sha256, filename))
            except ChildDied as death:
                return _unusable(death.death)
            self._shown[kind, sha256] = _EXAMPLE.validate_json(answer)
        return self._shown[kind, sha256]

    def profiles_with(self, examples: Sequence[ExampleFile]) -> tuple[Profile, ...]:
        """What the examples of the configuration and some of these have in common, the first of these first."""
        kept: list[ExampleFile] = []
        for kind in dict.fromkeys(example.kind for example in examples):
            kept += [example for example in examples if example.kind == kind][:MOST_TAUGHT]
        return self.profiles((*kept, *self.examples))

    def profiles(self, examples: Sequence[ExampleFile]) -> tuple[Profile, ...]:
        """What these examples have in common, kind by kind; none where the child that counts it dies."""
        if not examples:
            return ()
        try:
            return _PROFILES.validate_json(self._answer(b"", _ProfileOrder(tuple(examples))))
        except ChildDied:
            return ()

    @cached_property
    def _taught(self) -> ReaderSettings:
        """The settings, with what the examples have in common in the place of their paths."""
        return replace(_without_examples(self.settings), profiles=self.profiles(self.examples))

    def _answer(self, octets: bytes, order: _PartOrder | _ExampleOrder | _ProfileOrder) -> bytes:
        with self._guard.child(octets) as channel:
            channel.send(_ORDER.dump_json(order))
            return channel.receive().header

    def warm(self) -> None:
        """Begin to start the fork server, which takes a third of a second; does not wait for it."""
        self._guard.start()

    def close(self) -> None:
        """End the fork server."""
        self._guard.close()


def _without_examples(settings: ReaderSettings) -> ReaderSettings:
    """As children are given them: they open no files."""
    return replace(settings, examples=()) if settings.examples else settings


def _unusable(death: Death) -> Unusable:
    return Unusable(Problem.TOO_LARGE if death is Death.MEMORY else Problem.UNREADABLE)


def _unread(path: str, death: Death) -> Examined:
    problem = _unusable(death).problem
    evidence = (f"it could not be opened ({death})",)
    found = Classification(OTHER, confidence=0.0, sure=False, problem=problem, evidence=evidence)
    return Examined(path, found)


# ---------------------------------------------------------------- in the child


def preload() -> Iterator[None]:
    """Import and load what children need, once, in the fork server; first what any document needs.

    Then a message with a document of each family is read as a child would read it, a step each, because much is
    compiled, looked up or filled in on first use only, by us and by the libraries, and each child would have to do it
    again.
    """
    limits = ReaderSettings(UnpackLimits(2**20, 100, 2**20), ExtractLimits(2**20, 10))
    _examine(b"-", None, limits, Clues())
    yield
    from intake.extract.samples import message
    from intake.parse import parse

    yield
    from intake.unpack import unpack

    yield
    first = parse(message())
    parts = unpack(first, limits.unpack)
    every_word = " / ".join(word for spec in built_in() for word in spec.words)
    for entry in parts:
        yield
        clues = Clues(entry.part.filename, first.subject, every_word, on=date(2026, 1, 1))
        found = _examine(entry.part.octets, entry.part, limits, clues)
        _EXAMINED.dump_json(found)
    yield
    preload_parsers()
    yield
    from intake.classify.likeness import load_background

    load_background()


def serve(channel: Channel) -> None:
    """One child's life: take an order, answer it, end with the channel."""
    match _ORDER.validate_json(channel.receive().header):
        case _FileOrder() as order:
            clues = Clues(
                order.filename, on=order.on, fiscal_year_starts=order.settings.fiscal_year_starts
            )
            found = _examine(channel.octets, None, order.settings, clues)
            channel.send(_EXAMINED.dump_json(found))
        case _PartOrder() as order:
            found = _examine(channel.octets, order.part, order.settings, order.clues)
            channel.send(_EXAMINED.dump_json(found))
        case _ExampleOrder() as order:
            channel.send(_EXAMPLE.dump_json(_show(channel.octets, order)))
        case _ProfileOrder() as order:
            from intake.classify.own import profiles_of

            channel.send(_PROFILES.dump_json(profiles_of(order.examples)))
        case _TimeOrder() as order:
            channel.send(_EXAMINED.dump_json(Examined("", _read_time(channel.octets, order))))
        case _MessageOrder() as order:
            _serve_message(channel, order)


def _serve_message(channel: Channel, order: _MessageOrder) -> None:
    from intake.parse import parse
    from intake.unpack import unpack

    message = parse(channel.octets, envelope_recipient=order.envelope_recipient)
    parts = unpack(message, order.settings.unpack)
    bare = replace(message, parts=tuple(replace(part, octets=b"") for part in message.parts))
    entries = tuple(replace(entry, part=replace(entry.part, octets=b"")) for entry in parts)
    channel.send(_OPENED.dump_json(_Opened(bare, entries)))
    if order.received_on is not None:
        _examine_documents(channel, message, parts, order)
    by_path = {entry.part.path: entry.part for entry in parts}
    while True:
        wanted = _OCTETS.validate_json(channel.receive().header)
        channel.send(b"", by_path[wanted.path].octets)


def _examine_documents(
    channel: Channel,
    message: InboundMessage,
    parts: Sequence[SortedPart],
    order: _MessageOrder,
) -> None:
    until = time.monotonic() + OCR_MESSAGE_SECONDS
    for part in documents_of(parts):
        if part.path not in order.skip:
            clues = _clues(message, part, order)
            found = _examine(part.octets, part, _hurried(order.settings, until), clues)
            channel.send(_EXAMINED.dump_json(found))


def _show(octets: bytes, order: _ExampleOrder) -> ExampleFile | Unusable:
    """What an example shows, and what the built-in model takes it for, without its name."""
    from intake.classify.features import features_of
    from intake.classify.own import shown_by

    extracted = extract(
        octets,
        filename=order.filename,
        media_type="application/octet-stream",
        limits=order.settings.extract,
    )
    if isinstance(extracted, Unusable):
        return extracted
    if not extracted.text.strip():
        return Unusable(Problem.EMPTY)
    classifier = _classifier((), ())
    found = classifier.classify(extracted, Clues())
    return ExampleFile(
        order.kind,
        order.sha256,
        shown_by(extracted, features_of(extracted, classifier.cues)),
        found.kind if found.sure else OTHER,
    )


def _hurried(settings: ReaderSettings, until: float) -> ReaderSettings:
    """With no more time for OCR than there is left; a document that gets none says that it was not read in time."""
    left = max(until - time.monotonic(), _NO_TIME)
    seconds = min(settings.extract.ocr_seconds, left)
    return replace(settings, extract=replace(settings.extract, ocr_seconds=seconds))


def _read_time(octets: bytes, order: _TimeOrder) -> Classification:
    from intake.classify.classifier import with_time

    extracted = extract(
        octets,
        filename=order.clues.filename,
        media_type=order.media_type,
        limits=order.settings.extract,
    )
    if isinstance(extracted, Unusable):
        return order.found
    return with_time(order.found, extracted, order.clues)


def _clues(message: InboundMessage, part: Part, order: _MessageOrder) -> Clues:
    return Clues(
        filename=part.filename,
        subject=message.subject,
        words=message.written,
        on=message.date.astimezone(UTC).date() if message.date else order.received_on,
        fiscal_year_starts=order.settings.fiscal_year_starts,
    )


def _examine(octets: bytes, part: Part | None, settings: ReaderSettings, clues: Clues) -> Examined:
    """Extract and classify one document; `part` is None for a file that came in no message."""
    from intake.sketch import sketch_of

    extracted = extract(
        octets,
        filename=clues.filename,
        media_type=part.media_type if part else "application/octet-stream",
        limits=settings.extract,
    )
    classification = _classifier(settings.own_kinds, settings.profiles).classify(extracted, clues)
    if isinstance(extracted, Extract):
        classification = _with_scan(classification, extracted)
    return Examined(part.path if part else "", classification, sketch_of(extracted))


def _with_scan(found: Classification, extracted: Extract) -> Classification:
    """What OCR did, or had no time for, in words; what was not read is not sure."""
    if extracted.late:
        reason = "its text could not be read in time"
        return replace(found, sure=False, evidence=(*found.evidence, reason))
    if extracted.method.endswith(f"+{OCR_METHOD}"):
        return replace(
            found, evidence=(*found.evidence, "its text was read from a scan or picture")
        )
    return found


@functools.lru_cache(maxsize=4)
def _classifier(own_kinds: tuple[KindSpec, ...], profiles: tuple[Profile, ...]) -> Classifier:
    from intake.classify import load

    return load(own_kinds, profiles)
