"""What became of each part and link, as lines: what came, what could not be used, what is a question.

Every fate that a person should hear of has its sentence here; the others (containers, logos, calendar invitations) are
left out on purpose.
"""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlsplit

from intake.compose.legible import legible, legible_name
from intake.compose.letter import Line, Mark, Origin, Scene
from intake.compose.mailto import is_one_of, settles, typed_is
from intake.compose.wanted import wanted_of
from intake.compose.words import spoken
from intake.model import (
    BEHIND_LINK,
    WHOLE_MESSAGE,
    Classification,
    Document,
    Fate,
    ItemReport,
    ItemState,
    LinkFate,
    LinkFound,
    PartOutcome,
    Received,
    is_among,
)

CAME = {
    Fate.FILED: Mark.DONE,
    Fate.NEWER_VERSION: Mark.DONE,
    Fate.OLDER_VERSION: Mark.NOTED,
    Fate.DUPLICATE: Mark.NOTED,
    Fate.NOT_ASKED_FOR: Mark.NOTED,
}
PROBLEMS = frozenset(
    {
        Fate.LOCKED,
        Fate.ENCRYPTED,
        Fate.UNREADABLE,
        Fate.DAMAGED,
        Fate.EMPTY,
        Fate.TOO_LARGE,
        Fate.UNSUPPORTED,
        Fate.INFECTED,
    }
)
# Unpacking is all that is asked of the sender here; what is inside may well be readable.
_CLOSED_ARCHIVES = frozenset(
    {
        "application/x-7z-compressed",
        "application/vnd.rar",
        "application/x-bzip2",
        "application/x-xz",
    }
)
_MEGABYTE = 1_048_576
_OF_FILES = 0.73
"""The share of a mail that is files: base64 makes four octets of three, and a line end for every 76 of them."""
_LINKS = {
    LinkFate.COUNTED: Mark.DONE,
    LinkFate.FETCHED: Mark.DONE,
    LinkFate.NOTED: Mark.NOTED,
}


def came(scene: Scene, received: Sequence[Received]) -> tuple[Line, ...]:
    """The documents and links that arrived and what they were taken for, in the order of the mail."""
    lines = []
    for message in received:
        lines += [_came(scene, part, message) for part in message.parts if part.fate in CAME]
        by_their_files = [_link_to(part, message) for part in message.parts]
        lines += [
            _link(scene, link)
            for link in message.links
            if link.fate in _LINKS and link not in by_their_files
        ]
    return tuple(lines)


def problems(scene: Scene, received: Sequence[Received]) -> tuple[Line, ...]:
    """What could not be used, and the one thing to do about each."""
    lines = []
    for message in received:
        if whole := not_taken(message):
            lines.append(_too_large(scene, whole, message))
            continue
        lines += [_problem(scene, part, message) for part in message.parts if part.fate in PROBLEMS]
        lines += [
            _needs_access(scene, link)
            for link in message.links
            if link.fate is LinkFate.NEEDS_ACCESS
        ]
    return tuple(lines)


def not_taken(message: Received) -> PartOutcome | None:
    """The message as a whole, where nothing but its header was taken; None for one that was read."""
    return next((part for part in message.parts if part.path == WHOLE_MESSAGE), None)


def megabytes(scene: Scene, octets: int, *, up: bool) -> str:
    """A size in words, in tenths of a megabyte: rounded up, so that it is over a limit that is rounded down."""
    tenths = -(-octets * 10 // _MEGABYTE) if up else octets * 10 // _MEGABYTE
    return scene.templates.say("megabytes", tenths=max(tenths, 1))


def questions(scene: Scene, received: Sequence[Received]) -> tuple[Line, ...]:
    """What nobody is sure of, asked of the one who sent it."""
    return tuple(
        _question(scene, part, message)
        for message in received
        for part in message.parts
        if part.fate is Fate.UNSURE
    )


def settlements(scene: Scene, received: Sequence[Received]) -> tuple[Line, ...]:
    """The same questions for the freelancer, with the evidence and the commands that settle them."""
    return tuple(
        _settlement(scene, document, part, message)
        for message in received
        for part in message.parts
        if part.fate is Fate.UNSURE and (document := _document(scene, part)) is not None
    )


def origin(scene: Scene, document: Document) -> Origin:
    """A document's name and number, opening where the freelancer's letter has an address for it."""
    name = legible(document.url, limit=72) if document.url else legible_name(document.filename)
    return Origin(_numbered(scene, name, document.number), _openable(scene, document))


def taken_for(scene: Scene, document: Document) -> str:
    """What a document is, in words: its items' labels, else its kind; with the period that it states.

    An item of several documents is labelled in the plural, so that one of them goes by its kind.
    """
    items = [entry.item for entry in items_of(scene, document)]
    single = all(item.count == 1 for item in items)
    labels = tuple(scene.label(item) for item in items) if single else ()
    kind = scene.templates.say("kind", kind=document.classification.kind)
    named = scene.templates.say("listed", names=labels) if labels else kind[:1].upper() + kind[1:]
    period = document.classification.period
    if period is None:
        return named
    # Without its months: a document may state a fiscal period of its own.
    told = spoken(scene.templates, period, with_months=False)
    return scene.templates.say("labelled", label=named, period=told)


def items_of(scene: Scene, document: Document) -> tuple[ItemReport, ...]:
    """The items under which the report lists a document."""
    return tuple(
        entry
        for entry in scene.report.items
        if any(listed.document.number == document.number for listed in entry.documents)
    )


def is_current(scene: Scene, document: Document) -> bool:
    """Whether it counts toward any item today."""
    return any(
        listed.current and listed.document.number == document.number
        for entry in scene.report.items
        for listed in entry.documents
    )


def _document(scene: Scene, part: PartOutcome) -> Document | None:
    return None if part.number is None else scene.documents.get(part.number)


def _came(scene: Scene, part: PartOutcome, message: Received) -> Line:
    document = _document(scene, part)
    where = _origin_of_part(scene, part, message)
    say = scene.templates.say
    if document is None:
        return Line(CAME[part.fate], where.name, say(_sentence(part.fate)))
    fate, mark = _sentence(part.fate), CAME[part.fate]
    entries = items_of(scene, document)
    if mark is Mark.DONE and entries and not is_current(scene, document):
        if any(_asks_of(entry, document) for entry in entries):
            return _question(scene, part, message)
        wanted = wanted_of(scene, entries[0]) if scene.as_before else ""
        told = say("fate_not_current", wanted=wanted)
        return Line(Mark.NOTED, taken_for(scene, document), told, origins=(where,))
    return Line(mark, taken_for(scene, document), say(fate), origins=(where,))


def _asks_of(entry: ItemReport, document: Document) -> bool:
    """Whether it is this document that leaves an item open."""
    return entry.state is ItemState.UNSURE and document in entry.unsure


def _link_to(part: PartOutcome, message: Received) -> LinkFound | None:
    """The link behind which a part lay, None for one that came with the mail."""
    container = part.container or ""
    number = container.removeprefix(BEHIND_LINK)
    if number == container or not number.isdecimal() or int(number) > len(message.links):
        return None
    return message.links[int(number) - 1]


def _link(scene: Scene, link: LinkFound) -> Line:
    document = next((entry for entry in scene.documents.values() if entry.url == link.url), None)
    sentence = scene.templates.say(f"link_{link.fate.replace('-', '_')}")
    if document is None:
        return Line(_LINKS[link.fate], _link_label(scene, link), sentence, origins=(_url(link),))
    where = origin(scene, document)
    return Line(_LINKS[link.fate], taken_for(scene, document), sentence, origins=(where,))


def _problem(scene: Scene, part: PartOutcome, message: Received) -> Line:
    where = _origin_of_part(scene, part, message)
    sentence = _sentence(part.fate)
    if part.fate is Fate.UNSUPPORTED and part.media_type in _CLOSED_ARCHIVES:
        sentence = "fate_unsupported_archive"
    return Line(Mark.PROBLEM, where.name, scene.templates.say(sentence))


def _too_large(scene: Scene, whole: PartOutcome, message: Received) -> Line:
    """What to send instead. A link that only a person can open is for the freelancer, who need not be told so."""
    say, people = scene.templates.say, scene.report.project.freelancers
    label = say(
        "whole_mail",
        subject=legible_name(whole.filename or ""),
        size=megabytes(scene, whole.size_octets, up=True),
    )
    detail = say(
        "mail_too_large",
        limit=megabytes(scene, scene.message_octets, up=False),
        files=max(1, int(scene.message_octets * _OF_FILES) // _MEGABYTE),
        freelancers=() if is_among(message.sender.address, people) else people,
    )
    return Line(Mark.PROBLEM, label, detail)


def _needs_access(scene: Scene, link: LinkFound) -> Line:
    sentence = scene.templates.say("link_needs_access")
    return Line(Mark.PROBLEM, _link_label(scene, link), sentence, origins=(_url(link),))


def _question(scene: Scene, part: PartOutcome, message: Received) -> Line:
    say = scene.templates.say
    where = _origin_of_part(scene, part, message)
    document = _document(scene, part)
    entries = items_of(scene, document) if document is not None else ()
    if document is None or not entries:
        wanted = [entry.item for entry in scene.report.wanted]
        answers = () if document is None else is_one_of(scene, document.number, wanted)
        return Line(
            Mark.QUESTION,
            say("ask_unknown"),
            say("ask_unknown_why"),
            origins=(where,),
            answers=answers,
        )
    if document.classification.sure and not _is_dated(document.classification, entries):
        label = say("kind", kind=document.classification.kind)
        asked = say("ask_period", label=label)
        return Line(Mark.QUESTION, asked, say("ask_period_why"), origins=(where,))
    items = [entry.item for entry in entries]
    return Line(
        Mark.QUESTION,
        say("ask_item", labels=tuple(scene.label(item) for item in items)),
        say("ask_item_why", typed=typed_is(scene, document.number, items[0])),
        origins=(where,),
        answers=is_one_of(scene, document.number, items),
    )


def _is_dated(classification: Classification, entries: Sequence[ItemReport]) -> bool:
    """Whether the document says of its time what its items ask."""
    periodic = any(entry.item.cadence is not None for entry in entries)
    return classification.span is not None and not (periodic and classification.cadence is None)


def _settlement(scene: Scene, document: Document, part: PartOutcome, message: Received) -> Line:
    say = scene.templates.say
    classification = document.classification
    others = [
        entry.kind for entry in classification.alternatives if entry.kind != classification.kind
    ][:2]
    asked = say(
        "settle_kind",
        kind=classification.kind,
        alternatives=tuple(say("kind", kind=kind) for kind in others),
    )
    why = say(
        "settle_why",
        confidence=round(classification.confidence * 100),
        evidence=tuple(legible(reason, limit=160) for reason in classification.evidence[:3]),
    )
    review = scene.reviews.get(document.number)
    commands = ["intake review list"]
    if review is not None:
        commands = [f"intake review accept {review}"]
        commands += [f"intake review relabel {review} {kind}" for kind in others]
    how = say("settle_how", typed=say("typed_accept", number=document.number))
    return Line(
        Mark.QUESTION,
        asked,
        f"{why} {how}",
        origins=(_origin_of_part(scene, part, message),),
        commands=tuple(commands),
        answers=settles(scene, document.number, others),
    )


def _origin_of_part(scene: Scene, part: PartOutcome, message: Received) -> Origin:
    say = scene.templates.say
    document = _document(scene, part)
    name = legible_name(part.filename or (document.filename if document else "") or "")
    name = name or say("unnamed")
    entries = (entry.filename for entry in message.parts if entry.path == part.container)
    if container := next(entries, None):
        name = say("inside", name=name, container=legible_name(container, limit=40))
    if link := _link_to(part, message):
        name = say("fetched_from", name=name, service=legible(link.service, limit=40))
    if document is None:
        return Origin(name)
    return Origin(_numbered(scene, name, document.number), _openable(scene, document))


def _numbered(scene: Scene, name: str, number: int) -> str:
    return scene.templates.say("file", name=name, number=number)


def _openable(scene: Scene, document: Document) -> str | None:
    """Only what a mail client opens: a folder store's addresses lead nowhere from a freelancer's desk."""
    href = scene.links.get(document.number, "")
    return href if urlsplit(href).scheme in {"http", "https"} else None


def _url(link: LinkFound) -> Origin:
    return Origin(legible(link.url, limit=72))


def _link_label(scene: Scene, link: LinkFound) -> str:
    return scene.templates.say("link", service=legible(link.service, limit=60))


def _sentence(fate: Fate) -> str:
    return f"fate_{fate.replace('-', '_')}"
