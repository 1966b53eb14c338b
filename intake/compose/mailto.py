"""Answers that are one tap away: mailto addresses (RFC 6068) with the words filled in.

The words are those that `how to say it` teaches, so that tapped and typed answers are the same to whoever reads them.
"""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import quote

from intake.compose.letter import Answer, Scene
from intake.model import Address, Document, Item, ItemReport, ItemState, Kind

_MOST_GUESSES = 3
_MOST_FILES = 4
_SUBJECT_CHARACTERS = 120


def mailto(address: Address, *, subject: str = "", body: str = "") -> str:
    """A mailto address. Everything is percent-encoded, "+" as well: some mail clients read a bare one as a blank."""
    fields = {"subject": subject[:_SUBJECT_CHARACTERS], "body": body}
    written = "&".join(f"{name}={quote(text, safe='')}" for name, text in fields.items() if text)
    return f"mailto:{quote(address, safe='@')}" + (f"?{written}" if written else "")


def is_not_to_be_had(scene: Scene, entry: ItemReport) -> tuple[Answer, ...]:
    """What says "we have no event calendar"; of an item that a document may be for, also "file 7 is the event calendar".

    Of documents that came just now the letter asks where it tells of them. Of what an earlier project had: "keep it".
    """
    if not scene.answers:
        return ()
    say = scene.templates.say
    label = scene.label(entry.item)
    number = scene.report.items.index(entry) + 1
    if entry.offered:
        keep = say("answer_keep", label=label)
        return (_answer(scene, keep, typed_keep(scene, number)),)
    asked = undecided(entry) if entry.state is ItemState.UNSURE else []
    older = [document.number for document in asked if document.number not in scene.new]
    named = [_is(scene, document, entry.item) for document in older[:_MOST_GUESSES]]
    none = say("answer_none", label=label, state=entry.state.value)
    return (*named, _answer(scene, none, typed_none(scene, number)))


def is_one_of(scene: Scene, number: int, items: Sequence[Item]) -> tuple[Answer, ...]:
    """What says "file 7 is the event calendar" of each of the likely items, and "file 7 is something else"."""
    if not scene.answers:
        return ()
    named = [_is(scene, number, item) for item in items[:_MOST_GUESSES]]
    return (*named, _is_else(scene, number))


def are_something_else(scene: Scene, numbers: Sequence[int]) -> tuple[Answer, ...]:
    """What says "file 2 is something else" of each of these documents, as far as there is room."""
    if not scene.answers:
        return ()
    return tuple(_is_else(scene, number) for number in numbers[:_MOST_FILES])


def settles(scene: Scene, number: int, kinds: Sequence[Kind]) -> tuple[Answer, ...]:
    """What a freelancer says of a document that is not certain: that it is what it seems, or of one of these kinds."""
    say = scene.templates.say
    others = [say("typed_is_one", number=number, kind=say("kind", kind=kind)) for kind in kinds]
    return (
        _answer(scene, say("answer_accept"), say("typed_accept", number=number)),
        *(_answer(scene, typed[:1].upper() + typed[1:], typed) for typed in others),
    )


def typed_is(scene: Scene, number: int, item: Item) -> str:
    """The words that say what a document is. Where an item wants several, one of them goes by its kind."""
    say = scene.templates.say
    if item.count > 1:
        return say("typed_is_one", number=number, kind=say("kind", kind=item.kind))
    return say("typed_is", number=number, label=scene.label(item))


def typed_none(scene: Scene, number: int) -> str:
    """The words that say that there is none of an item."""
    return scene.templates.say("typed_none", number=number)


def typed_keep(scene: Scene, number: int) -> str:
    """The words that say that what an earlier project had for an item holds for this one too."""
    return scene.templates.say("typed_keep", number=number)


def typed_else(scene: Scene, number: int) -> str:
    """The words that say that a document is not what it was taken for."""
    return scene.templates.say("typed_else", number=number)


def undecided(entry: ItemReport) -> list[Document]:
    """The documents that may be for an item, and nobody has said so yet."""
    return list(entry.unsure)


def _is(scene: Scene, number: int, item: Item) -> Answer:
    typed = typed_is(scene, number, item)
    return _answer(scene, typed[:1].upper() + typed[1:], typed)


def _is_else(scene: Scene, number: int) -> Answer:
    typed = typed_else(scene, number)
    return _answer(scene, typed[:1].upper() + typed[1:], typed)


def _answer(scene: Scene, text: str, typed: str) -> Answer:
    return Answer(text, mailto(scene.desk.address, subject=scene.subject, body=typed))
