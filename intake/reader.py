"""Reads one message in one guarded child: parse → unpack → extract → classify.

Everything that touches hostile octets runs over there; only typed values, as JSON, and octets come back. A child that
dies over a document costs that document alone: the rest is read by another child.
"""

from __future__ import annotations

import functools
import math
import zlib
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, field, replace
from datetime import UTC, date
from email.message import EmailMessage
from functools import cached_property
from itertools import accumulate

import numpy as np
from numpy.typing import NDArray
from pydantic import TypeAdapter

from intake.classify import Classifier, load
from intake.config import LimitSettings, Settings
from intake.errors import PermanentError
from intake.extract import ExtractLimits, extract
from intake.extract import preload as preload_parsers
from intake.extract.samples import samples
from intake.guard import Channel, ChildDied, Death, Guard, GuardLimits
from intake.kinds import KindSpec, built_in
from intake.model import (
    OTHER,
    Address,
    Classification,
    Clues,
    Extract,
    Fate,
    InboundMessage,
    Part,
    Problem,
    Sha256,
    SortedPart,
    Unusable,
)
from intake.parse import parse
from intake.unpack import UnpackLimits, unpack

MEMORY_OCTETS = 1_500_000_000
"""Address space of one child beyond that of the fork server."""
SKETCH_SIZE = 32
"""Entries of a MinHash sketch: a standard error of about 0.09 around a similarity of one half."""
SHINGLE_WORDS = 5
MOST_SHINGLES = 4_000
_PRIME = np.uint64(2**31 - 1)
"""A Mersenne prime: products with 32-bit hashes fit 64 bits."""
_PRIME_BITS = np.uint64(31)


@dataclass(frozen=True, slots=True)
class ReaderSettings:
    """Bounds of what is read, and the operator's own kinds."""

    unpack: UnpackLimits
    extract: ExtractLimits
    own_kinds: tuple[KindSpec, ...] = ()
    extract_seconds: float = 30.0
    fiscal_year_starts: int = 1


def reader_settings(settings: Settings | None) -> ReaderSettings:
    """The bounds and kinds of the settings; the defaults for commands that need no configuration."""
    limits = settings.limits if settings else LimitSettings()
    return ReaderSettings(
        unpack=UnpackLimits(
            archive_octets=limits.archive_octets,
            archive_entries=limits.archive_entries,
            document_octets=limits.document_octets,
        ),
        extract=ExtractLimits(document_octets=limits.document_octets, pages=limits.pages),
        own_kinds=settings.own_kinds if settings else (),
        extract_seconds=limits.extract_seconds,
        fiscal_year_starts=settings.intake.fiscal_year_starts if settings else 1,
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
class _OctetsOrder:
    path: str


_ORDER = TypeAdapter(_MessageOrder | _FileOrder)
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
    """Opens messages and files. One thread; `close` ends the fork server."""

    def __init__(self, settings: ReaderSettings) -> None:
        self.settings = settings
        limits = GuardLimits(
            memory_octets=MEMORY_OCTETS,
            cpu_seconds=math.ceil(settings.extract_seconds * 10),
            seconds=settings.extract_seconds,
        )
        self._guard = Guard(
            "intake.reader:serve",
            preload="intake.reader:preload",
            limits=limits,
        )

    def open(
        self, octets: bytes, *, envelope_recipient: Address | None, received_on: date | None = None
    ) -> OpenMessage:
        """Have a child read a message; without the day on which it came, only what the message itself says.

        The day of the message, or else `received_on`, is the one against which "next quarter" is read.
        """
        order = _MessageOrder(self.settings, envelope_recipient, received_on)
        return OpenMessage(self, octets, order)

    def child(self, octets: bytes) -> AbstractContextManager[Channel]:
        """A new child that holds these octets; for `OpenMessage`."""
        return self._guard.child(octets)

    def classify_file(
        self, octets: bytes, *, filename: str | None, on: date | None = None
    ) -> Classification:
        """Say what one file is; a file that cannot be read is a Classification with a `problem`."""
        order = _FileOrder(self.settings, filename, on)
        try:
            with self._guard.child(octets) as channel:
                channel.send(_ORDER.dump_json(order))
                frame = channel.receive()
        except ChildDied as death:
            return _unread("", death.death).classification
        return _EXAMINED.validate_json(frame.header).classification

    def warm(self) -> None:
        """Begin to start the fork server, which takes half a second; does not wait for it."""
        self._guard.start()

    def close(self) -> None:
        """End the fork server."""
        self._guard.close()


def _unread(path: str, death: Death) -> Examined:
    problem = Problem.TOO_LARGE if death is Death.MEMORY else Problem.UNREADABLE
    evidence = (f"it could not be opened ({death})",)
    found = Classification(OTHER, confidence=0.0, sure=False, problem=problem, evidence=evidence)
    return Examined(path, found)


# ---------------------------------------------------------------- in the child


def preload() -> None:
    """Import and load what every child needs, once, in the fork server.

    A message with a document of each family is read as a child would read it, because much is compiled, looked up or
    filled in on first use only, by us and by the libraries, and each child would have to do it again.
    """
    preload_parsers()
    limits = ReaderSettings(UnpackLimits(2**20, 100, 2**20), ExtractLimits(2**20, 10))
    every_word = " / ".join(word for spec in built_in() for word in spec.words)
    message = parse(_first_message())
    for entry in unpack(message, limits.unpack):
        clues = Clues(entry.part.filename, message.subject, every_word, on=date(2026, 1, 1))
        found = _examine(entry.part.octets, entry.part, limits, clues)
        _EXAMINED.dump_json(found)


def _first_message() -> bytes:
    """A message in which everything occurs that most messages hold."""
    message = EmailMessage()
    message["From"] = "Sample <sample@example.com>"
    message["To"] = message["Cc"] = message["Reply-To"] = "=?utf-8?q?B=C3=BCro?= <desk@example.com>"
    message["Subject"] = "=?utf-8?q?Pl=C3=A4ne?="
    message["Date"] = "Thu, 01 Jan 2026 09:00:00 +0100"
    message["Message-ID"] = message["In-Reply-To"] = message["References"] = "<1@example.com>"
    message.set_content("Here they are.\n\nhttps://example.com/plan\n\n-- \nSample\n")
    message.add_alternative("<p>Here <b>they</b> are.<br></p><ul><li>Plan</ul>", "html")
    for name, octets in samples():
        message.add_attachment(octets, "application", "octet-stream", filename=name)
    return message.as_bytes()


def serve(channel: Channel) -> None:
    """One child's life: take an order, answer it, end with the channel."""
    match _ORDER.validate_json(channel.receive().header):
        case _FileOrder() as order:
            clues = Clues(
                order.filename, on=order.on, fiscal_year_starts=order.settings.fiscal_year_starts
            )
            found = _examine(channel.octets, None, order.settings, clues)
            channel.send(_EXAMINED.dump_json(found))
        case _MessageOrder() as order:
            _serve_message(channel, order)


def _serve_message(channel: Channel, order: _MessageOrder) -> None:
    message = parse(channel.octets, envelope_recipient=order.envelope_recipient)
    parts = unpack(message, order.settings.unpack)
    bare = replace(message, parts=tuple(replace(part, octets=b"") for part in message.parts))
    entries = tuple(replace(entry, part=replace(entry.part, octets=b"")) for entry in parts)
    channel.send(_OPENED.dump_json(_Opened(bare, entries)))
    if order.received_on is not None:
        _examine_documents(channel, message, parts, order, received_on=order.received_on)
    by_path = {entry.part.path: entry.part for entry in parts}
    while True:
        wanted = _OCTETS.validate_json(channel.receive().header)
        channel.send(b"", by_path[wanted.path].octets)


def _examine_documents(
    channel: Channel,
    message: InboundMessage,
    parts: Sequence[SortedPart],
    order: _MessageOrder,
    *,
    received_on: date,
) -> None:
    on = message.date.astimezone(UTC).date() if message.date else received_on
    for part in documents_of(parts):
        if part.path not in order.skip:
            clues = _clues(message, part, order.settings, on=on)
            found = _examine(part.octets, part, order.settings, clues)
            channel.send(_EXAMINED.dump_json(found))


def _clues(
    message: InboundMessage, part: Part, settings: ReaderSettings, *, on: date | None
) -> Clues:
    return Clues(
        filename=part.filename,
        subject=message.subject,
        words=message.written,
        on=on,
        fiscal_year_starts=settings.fiscal_year_starts,
    )


def _examine(octets: bytes, part: Part | None, settings: ReaderSettings, clues: Clues) -> Examined:
    """Extract and classify one document; `part` is None for a file that came in no message."""
    extracted = extract(
        octets,
        filename=clues.filename,
        media_type=part.media_type if part else "application/octet-stream",
        limits=settings.extract,
    )
    classification = _classifier(settings.own_kinds).classify(extracted, clues)
    return Examined(part.path if part else "", classification, sketch_of(extracted))


@functools.lru_cache(maxsize=4)
def _classifier(own_kinds: tuple[KindSpec, ...]) -> Classifier:
    return load(own_kinds)


def sketch_of(extracted: Extract | Unusable) -> tuple[int, ...]:
    """A MinHash sketch of a document's word shingles; empty where there is too little text to compare.

    Broder, "On the resemblance and containment of documents" (1997).
    """
    if isinstance(extracted, Unusable):
        return ()
    hashes = _shingle_hashes(extracted.text)
    if not hashes.size:
        return ()
    factors = _factors()
    mixed = hashes * factors[:, :1] + factors[:, 1:]
    for _ in range(
        2
    ):  # what remains of a division by a Mersenne prime is the sum of its digits, twice
        carried = mixed >> _PRIME_BITS
        mixed &= _PRIME
        mixed += carried
    np.subtract(mixed, _PRIME, out=mixed, where=mixed >= _PRIME)
    return tuple(mixed.min(axis=1).tolist())


def _shingle_hashes(text: str) -> NDArray[np.uint64]:
    """The CRC-32 of each run of words; the words are joined only once, and the runs are cut out of that."""
    most = MOST_SHINGLES + SHINGLE_WORDS - 1
    octets = " ".join(text.casefold().split(maxsplit=most)[:most]).encode()
    starts = [0, *accumulate(len(word) + 1 for word in octets.split(b" "))]
    runs = map(slice, starts, (after - 1 for after in starts[SHINGLE_WORDS:]))
    return np.array([*map(zlib.crc32, map(octets.__getitem__, runs))], dtype=np.uint64)


@functools.cache
def _factors() -> NDArray[np.uint64]:
    """The random numbers of the hash functions, two in a row; always the same."""
    random = np.random.default_rng(1997)
    return random.integers(1, _PRIME, (SKETCH_SIZE, 2), dtype=np.uint64)
