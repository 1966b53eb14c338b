"""The child's side of reading: parse → unpack → extract → classify, in the guarded process that an order is sent to.

All that touches hostile octets is here and below; what is found goes up as typed values. `preload` is the fork server's,
`serve` the whole life of a child, both named by `intake.reader.WORK`.
"""

# ruff: noqa: PLC0415  # what a first document does not need is loaded after it, or by the first child that needs it

from __future__ import annotations

import functools
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from intake.extract import ExtractLimits, extract
from intake.extract import preload as preload_parsers
from intake.extract.sniff import has_macros, sniff
from intake.guard import Channel
from intake.kinds import ExampleFile, KindSpec, Profile, built_in
from intake.model import (
    OTHER,
    Classification,
    Clues,
    Extract,
    Fate,
    InboundMessage,
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
    MessageOrder,
    Opened,
    PartOrder,
    ProfileOrder,
    ReaderSettings,
    TimeOrder,
    clues_of,
    documents_of,
)

if TYPE_CHECKING:
    from intake.classify import Classifier

OCR_MESSAGE_SECONDS = 20.0
"""No OCR begins or goes on later than this after the first document of a message was taken up."""
MACROS = "it holds macros"
"""The evidence by which an Office file with a program in it is marked."""
_NO_TIME = 0.001


def preload() -> Iterator[None]:
    """Import and load what children need, once, in the fork server; first what any document needs.

    Then a message with a document of each family is read as a child would read it, a step each, because much is
    compiled, looked up or filled in on first use only, by us and by the libraries, and each child would have to do it
    again.
    """
    limits = ReaderSettings(UnpackLimits(2**20, 100, 2**20), ExtractLimits(2**20, 10))
    _examine(b"-", None, limits, Clues())
    yield
    from intake.automatic import is_bounce
    from intake.bounces import bounce_reports
    from intake.extract.samples import message
    from intake.parse import parse
    from intake.pasted import article

    yield
    from intake.unpack import unpack

    yield
    first = parse(message())
    _ = is_bounce(first), bounce_reports(first), article(first)
    parts = unpack(first, limits.unpack).parts
    every_word = " / ".join(word for spec in built_in() for word in spec.words)
    for entry in parts:
        yield
        clues = Clues(entry.part.filename, first.subject, every_word, on=date(2026, 1, 1))
        found = _examine(entry.part.octets, entry.part, limits, clues)
        EXAMINED.dump_json(found)
    yield
    yield from preload_parsers()
    from intake.classify.likeness import load_background

    load_background()


def serve(channel: Channel) -> None:
    """One child's life: take an order, answer it, end with the channel."""
    match ORDER.validate_json(channel.receive().header):
        case FileOrder() as order:
            clues = Clues(
                order.filename, on=order.on, fiscal_year_starts=order.settings.fiscal_year_starts
            )
            found = _examine(channel.octets, None, order.settings, clues)
            channel.send(EXAMINED.dump_json(found))
        case PartOrder() as order:
            found = _examine(channel.octets, order.part, order.settings, order.clues)
            channel.send(EXAMINED.dump_json(found))
        case ExampleOrder() as order:
            channel.send(EXAMPLE.dump_json(_show(channel.octets, order)))
        case ProfileOrder() as order:
            from intake.classify.own import profiles_of

            channel.send(PROFILES.dump_json(profiles_of(order.examples)))
        case TimeOrder() as order:
            channel.send(EXAMINED.dump_json(Examined("", _read_time(channel.octets, order))))
        case MessageOrder() as order:
            _serve_message(channel, order)


def _serve_message(channel: Channel, order: MessageOrder) -> None:
    from intake.automatic import is_bounce
    from intake.bounces import bounce_reports
    from intake.parse import parse
    from intake.pasted import article
    from intake.unpack import completed, unpack

    if order.linked is None:
        message = parse(channel.octets, envelope_recipient=order.envelope_recipient)
    else:
        message = _with_file(order.linked, channel.octets)
    channel.forget_octets()
    screen = _Screen(channel, order)
    message = screen.of_message(message)
    unpacked = unpack(message, order.settings.unpack, refusal=screen.refusal)
    message = completed(message, unpacked)
    pasted = article(message) if order.linked is None else None
    found = (
        unpacked.parts if pasted is None else (*unpacked.parts, SortedPart(pasted, Fate.DOCUMENT))
    )
    parts = screen.of_parts(found)
    bare = replace(
        message,
        parts=tuple(replace(part, octets=b"") for part in message.parts),
        bounces=bounce_reports(message) if is_bounce(message) else (),
    )
    entries = tuple(replace(entry, part=replace(entry.part, octets=b"")) for entry in parts)
    forwarded = tuple(mail.sender.address for mail in unpacked.inner if mail.sender is not None)
    channel.send(OPENED.dump_json(Opened(bare, entries, forwarded)))
    if order.received_on is not None:
        _examine_documents(channel, message, parts, order)
    by_path = {entry.part.path: entry.part for entry in parts}
    while True:
        wanted = OCTETS.validate_json(channel.receive().header)
        channel.send(b"", by_path[wanted.path].octets)


def _with_file(message: InboundMessage, octets: bytes) -> InboundMessage:
    """The message with the octets of its only part."""
    [part] = message.parts
    held = replace(part, octets=octets, sniffed=sniff(octets, part.filename))
    return replace(message, parts=(held,))


class _Screen:
    """Keeps closed what the scanner, which the parent asks, does not let pass: such parts lose their octets.

    Without a scanner everything is left as it is.
    """

    def __init__(self, channel: Channel, order: MessageOrder) -> None:
        self._channel = channel
        self._order = order
        self._said: dict[Sha256, Fate | None] = {}
        self._refused: dict[str, Fate] = {}
        """The paths of parts that stay closed."""

    def of_message(self, message: InboundMessage) -> InboundMessage:
        """The message before anything in it is opened. Where only the whole of it is infected, every part may be."""
        if not self._order.scanned:
            return message
        for part in message.parts:
            self._ask(part)
        if self._order.infected and Fate.INFECTED not in self._refused.values():
            self._refused = {part.path: Fate.INFECTED for part in message.parts}
        return replace(message, parts=tuple(self._shut(part) for part in message.parts))

    @property
    def refusal(self) -> Callable[[Part], Fate | None] | None:
        """Why a part that came out of another stays closed; None where nobody need be asked."""
        return self._refusal if self._order.scanned else None

    def of_parts(self, entries: tuple[SortedPart, ...]) -> tuple[SortedPart, ...]:
        """All that was found in it, before any document is read; what parsing took out of a refused part is refused with it."""
        if not self._order.scanned:
            return entries
        return tuple(self._sorted(entry) for entry in entries)

    def _sorted(self, entry: SortedPart) -> SortedPart:
        fate = self._refusal(entry.part)
        return entry if fate is None else SortedPart(self._shut(entry.part), fate)

    def _refusal(self, part: Part) -> Fate | None:
        self._ask(part)
        return self._refused.get(part.path)

    def _shut(self, part: Part) -> Part:
        return replace(part, octets=b"") if part.path in self._refused else part

    def _ask(self, part: Part) -> None:
        """Note whether a part is refused. A container stands before what it holds."""
        fate = self._refused.get(part.container or "")
        if fate is None and part.octets:
            if part.sha256 not in self._said:
                self._channel.send(SHOWN, part.octets)
                self._said[part.sha256] = REFUSAL.validate_json(self._channel.receive().header)
            fate = self._said[part.sha256]
        if fate is not None:
            self._refused[part.path] = fate


def _examine_documents(
    channel: Channel,
    message: InboundMessage,
    parts: Sequence[SortedPart],
    order: MessageOrder,
) -> None:
    until = time.monotonic() + OCR_MESSAGE_SECONDS
    for part in documents_of(parts):
        if part.path not in order.skip:
            clues = clues_of(message, part, order)
            found = _examine(part.octets, part, _hurried(order.settings, until), clues)
            channel.send(EXAMINED.dump_json(found))


def _show(octets: bytes, order: ExampleOrder) -> ExampleFile | Unusable:
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


def _read_time(octets: bytes, order: TimeOrder) -> Classification:
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


def _examine(octets: bytes, part: Part | None, settings: ReaderSettings, clues: Clues) -> Examined:
    """Extract and classify one document; `part` is None for a file that came in no message."""
    from intake.marks import is_marked
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
    if has_macros(octets):
        classification = replace(classification, evidence=(*classification.evidence, MACROS))
    marked = isinstance(extracted, Extract) and is_marked(extracted, settings.confidential_words)
    return Examined(part.path if part else "", classification, sketch_of(extracted), marked)


def _with_scan(found: Classification, extracted: Extract) -> Classification:
    """What OCR did, or had no time for, in words; what was not read is not sure."""
    if extracted.late:
        reason = "its text could not be read in time"
        return replace(found, sure=False, evidence=(*found.evidence, reason))
    if extracted.by_ocr:
        reason = "its text was read from a scan or picture"
        return replace(found, evidence=(*found.evidence, reason))
    return found


@functools.lru_cache(maxsize=4)
def _classifier(own_kinds: tuple[KindSpec, ...], profiles: tuple[Profile, ...]) -> Classifier:
    from intake.classify import load

    return load(own_kinds, profiles)
