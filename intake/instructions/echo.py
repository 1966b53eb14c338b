"""What is said of one thing more: "[the guide is still valid,] the deck too", "[Nr. 4 entfällt,] Nr. 5 ebenso".

Only the very next clause echoes, only where it holds nothing but the thing and a word for "too", and only one saying.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from intake.instructions.seen import Seen
from intake.instructions.sight import (
    Found,
    Sight,
    each,
    nouns_at,
    places_of,
    strangers,
    things_at,
)
from intake.instructions.things import Aim, Files, Noun, Number, Person
from intake.instructions.values import (
    Accept,
    Confidential,
    Instruction,
    Keep,
    Later,
    Leave,
    NotApplicable,
    SomeoneElse,
    Waive,
)
from intake.instructions.when import When


def echoed(sight: Sight, before: Sequence[Instruction]) -> Found:
    """The same of another thing as the clause before said of one."""
    if not before or sight.clause.asks or sight.clause.conditional or sight.has("no", "not"):
        return ()
    seen = sight.seen("echo", "be", "document")
    said = before[-1]
    if (
        strangers(seen)
        or not places_of(seen, "echo")
        or not all(_is_small(entry) for entry in seen)
        or things_at(seen, Aim, Person, When)
        or {type(entry) for entry in before} != {type(said)}
    ):
        return ()
    if isinstance(said, Leave | Accept | Confidential):
        return _of_files(sight, said)
    if not isinstance(said, _OF_ITEMS):
        return ()
    nouns = nouns_at(seen, things_at(seen, Noun, Number), sight.context)
    if isinstance(said, Keep):
        offered = {entry.item for entry in sight.context.items if entry.offered}
        nouns = tuple(noun for noun in nouns if set(noun.items) & offered)
    return each(nouns, lambda item: replace(said, item=item, phrase=sight.phrase), sight.phrase)


_OF_ITEMS = NotApplicable | Later | SomeoneElse | Keep | Waive


_JOINING = frozenset({"and", "und", "item", "number", "nummer", "punkt"})


def _is_small(entry: Seen) -> bool:
    """“Thanks for the deck too” speaks of something else."""
    return (
        bool(entry.named or entry.classes & {"echo", "be", "document"})
        or (
            "det" in entry.classes
            and entry.text not in {"for", "in", "to", "with", "at", "on", "you"}
        )
        or entry.text in _JOINING
    )


def _of_files(sight: Sight, said: Leave | Accept | Confidential) -> Found:
    numbers = tuple(
        number
        for word in sight.clause.words
        for thing in word.named
        if isinstance(thing, Files)
        for number in thing.numbers
    )
    if said.document is None:
        return ()
    return tuple(replace(said, document=number, phrase=sight.phrase) for number in numbers)
