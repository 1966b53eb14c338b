"""Answers to what we asked: "yes", "nein", "the second one", "the yearly one", "both"."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from intake.instructions.seen import Seen
from intake.instructions.sight import (
    CHOICES,
    Found,
    Sight,
    choices_in,
    nouns_at,
    places_of,
    strangers,
    things_at,
)
from intake.instructions.things import Aim, Files, Noun, Number, Person
from intake.instructions.values import ForProject, Instruction, IsKind, No, Yes
from intake.instructions.when import When


def answer(sight: Sight) -> Found | None:
    """“Yes”, “nein”, “the second one”, “the yearly one”, “both”: only where we asked something."""
    asked = sight.context.asked
    if not asked:
        return None
    seen = sight.seen(
        "yes",
        "no_word",
        *CHOICES,
        "both",
        "all",
        "pronoun",
        "be",
        "own",
        "document",
    )
    if strangers(seen) or things_at(seen, Person, When):
        return None
    chosen = _chosen(sight, seen, asked)
    if chosen:
        return tuple(replace(entry, phrase=sight.phrase) for entry in chosen)
    if any(entry.named for entry in seen):
        return None
    if places_of(seen, "both", "all") and len(asked) > 1:
        return tuple(replace(entry, phrase=sight.phrase) for entry in asked)
    if places_of(seen, "yes") and not places_of(seen, "no_word"):
        return (Yes(sight.phrase),)
    return (
        (No(sight.phrase),) if places_of(seen, "no_word") and not places_of(seen, "yes") else None
    )


def _chosen(sight: Sight, seen: Sequence[Seen], asked: Sequence[Instruction]) -> list[Instruction]:
    chosen = [place for place in choices_in(seen) if place < len(asked)]
    if chosen and not any(entry.named for entry in seen):
        return [asked[chosen[0]]]
    things = [thing for entry in seen for thing in entry.named]
    items = {
        item
        for noun in nouns_at(seen, things_at(seen, Noun, Number), sight.context)
        for item in noun.items
    }
    kinds = {kind for thing in things if isinstance(thing, Noun) for kind in thing.kinds}
    numbers = {number for thing in things if isinstance(thing, Files) for number in thing.numbers}
    tokens = {token for thing in things if isinstance(thing, Aim) for token in thing.tokens}
    if not things or places_of(seen, "no_word"):
        return []
    by_item = [
        entry
        for entry in asked
        if getattr(entry, "item", None) in items and not isinstance(entry, IsKind)
    ]
    by_kind = [
        entry
        for entry in asked
        if isinstance(entry, IsKind) and (entry.kind in kinds or entry.document in numbers)
    ]
    by_number = [
        entry
        for entry in asked
        if getattr(entry, "document", None) in numbers and not isinstance(entry, IsKind)
    ]
    by_project = [
        entry for entry in asked if isinstance(entry, ForProject) and entry.project in tokens
    ]
    groups: tuple[Sequence[Instruction], ...] = (by_item, by_kind, by_project, by_number)
    for group in groups:
        if len(group) == 1:
            return list(group)
    return []
