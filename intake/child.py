"""The child's side of reading: parse → unpack → extract → classify, in the guarded process that an order is sent to.

All that touches hostile octets is here and below; what is found goes up as typed values. `preload` is the fork server's,
`serve` the whole life of a child, both named by `intake.reader.WORK`.
"""

# ruff: noqa: PLC0415  # what a first document does not need is loaded after it, or by the first child that needs it

from __future__ import annotations

import functools
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from intake.extract import ExtractLimits, extract
from intake.extract import preload as preload_parsers
from intake.guard import Channel
from intake.kinds import ExampleFile, KindSpec, Profile, built_in
from intake.model import (
    OTHER,
    Classification,
    Clues,
    Extract,
    InboundMessage,
    Part,
    Problem,
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
    from intake.parse import parse
    from intake.unpack import unpack

    message = parse(channel.octets, envelope_recipient=order.envelope_recipient)
    parts = unpack(message, order.settings.unpack)
    bare = replace(message, parts=tuple(replace(part, octets=b"") for part in message.parts))
    entries = tuple(replace(entry, part=replace(entry.part, octets=b"")) for entry in parts)
    channel.send(OPENED.dump_json(Opened(bare, entries)))
    if order.received_on is not None:
        _examine_documents(channel, message, parts, order)
    by_path = {entry.part.path: entry.part for entry in parts}
    while True:
        wanted = OCTETS.validate_json(channel.receive().header)
        channel.send(b"", by_path[wanted.path].octets)


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
    if extracted.by_ocr:
        reason = "its text was read from a scan or picture"
        return replace(found, evidence=(*found.evidence, reason))
    return found


@functools.lru_cache(maxsize=4)
def _classifier(own_kinds: tuple[KindSpec, ...], profiles: tuple[Profile, ...]) -> Classifier:
    from intake.classify import load

    return load(own_kinds, profiles)
