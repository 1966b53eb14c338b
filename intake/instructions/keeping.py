"""What clients say of documents of an earlier project that may be kept: that the old one still holds, or that it does not."""

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
from intake.instructions.values import Ambiguous, Doubt, Keep, KnownItem, Leave
from intake.instructions.when import When
from intake.model import ItemState


def keep(sight: Sight) -> Found | None:
    """“KEEP 2”, “the old deck is still valid”, “we have nothing newer than this”, “keep all but the deck”."""
    offered = [
        entry for entry in sight.context.items if entry.offered or entry.state is ItemState.STALE
    ]
    if (
        not offered
        or sight.has("may", "said", "shown", "ban", "remind", beside=("permit", "valid", "keep"))
        or sight.has("leave_out", "skip", beside=("keep", "valid", "newer", "same", "except"))
        or (sight.is_freelancer and not offered)
    ):
        return None
    seen = sight.seen(
        "keep",
        "valid",
        "same",
        "newer",
        "no",
        "not",
        "own",
        "you",
        "have",
        "exist",
        "be",
        "pronoun",
        "all",
        "both",
        "except",
        "still",
        "permit",
        "their",
        "yes",
    )
    if strangers(seen) or things_at(seen, Person, Aim, When):
        return None
    if places_of(seen, "keep") and places_of(seen, "no", "not") and not places_of(seen, "newer"):
        return _not_kept(sight, seen)
    if _is_of_theirs(sight, seen):
        return None
    is_offered = any(entry.offered for entry in offered)
    if not _keeps(seen) and not (is_offered and _still_holds(seen)):
        return None
    return _kept(sight, seen, offered)


_UP_TO_DATE = frozenset(
    {"up to date", "aktuell", "ist aktuell", "sind aktuell", "auf dem neuesten stand", "gueltig"}
    | {"auf dem aktuellen stand", "valid", "unchanged", "unveraendert", "auf aktuellem stand"}
)


def _is_of_theirs(sight: Sight, seen: Sequence[Seen]) -> bool:
    """“Everything is up to date here” may be said of anything; "still" or "the old ones" would tell."""
    held = {entry.text for entry in seen if "valid" in entry.classes}
    words = {word.text for word in sight.clause.words}
    return bool(
        held
        and held <= _UP_TO_DATE
        and not places_of(seen, "same", "keep")
        and not words
        & {"still", "noch", "weiterhin", "you", "you've", "ihr", "sie", "both", "beide"}
        and not things_at(seen, Noun, Number, Files)
        and places_of(seen, "all")
    )


def _still_holds(seen: Sequence[Seen]) -> bool:
    """“Still valid” of what was offered needs no name."""
    return bool(places_of(seen, "valid")) and not places_of(seen, "no", "not")


def _not_kept(sight: Sight, seen: Sequence[Seen]) -> Found | None:
    """“Don't keep the deck”: what was offered of it is left out."""
    offered = {entry.number: entry for entry in sight.context.documents if entry.offered_for}
    named = set(_files_in(seen)) & offered.keys()
    for noun in nouns_at(seen, things_at(seen, Noun, Number), sight.context):
        named |= {
            number for number, entry in offered.items() if set(noun.items) & set(entry.offered_for)
        }
    return tuple(Leave(number, sight.phrase) for number in sorted(named)) or None


def _files_in(seen: Sequence[Seen]) -> tuple[int, ...]:
    """The documents that are named, by number."""
    named = (thing for entry in seen for thing in entry.named if isinstance(thing, Files))
    return tuple(number for thing in named for number in thing.numbers)


def _keeps(seen: Sequence[Seen]) -> bool:
    negated = bool(places_of(seen, "no", "not"))
    if places_of(seen, "newer", "same") and negated and places_of(seen, "newer"):
        return bool(places_of(seen, "have", "exist") or seen[0].classes & {"no", "fill"})
    if negated:
        return False
    if places_of(seen, "valid"):
        return bool(
            things_at(seen, Noun, Number, Files)
            or places_of(seen, "pronoun", "same", "all", "both")
        )
    at = places_of(seen, "keep")
    if not at:
        return False
    before = seen[: at[0]]
    german = bool(
        things_at(before, Noun, Number, Files)
        or places_of(before, "all", "pronoun", "same", "both")
    )
    free = all(
        entry.classes
        & {"fill", "det", "then", "own", "you", "all", "same", "pronoun", "both", "permit", "yes"}
        or entry.named
        for entry in before
    )
    bare = seen[at[0]].text in {
        "keep",
        "retain",
        "behalten",
        "beibehalten",
        "weiterverwenden",
        "uebernehmen",
        "reuse",
    }
    pointed = (
        bool(things_at(seen, Noun, Number, Files) or places_of(seen, "all", "same", "both"))
        or german
    )
    named_only = (
        places_of(seen, "same")
        or things_at(seen, Noun, Number, Files)
        or places_of(seen, "all", "both")
    )
    return free and (
        bare
        or bool(
            pointed
            and named_only
            and (
                seen[at[0]].text
                not in {
                    "use",
                    "leave",
                    "work with",
                    "go with",
                    "nehmen",
                    "verwenden",
                    "nutzen",
                    "lassen",
                    "lass",
                    "have",
                }
                or places_of(seen, "same")
            )
        )
    )


def _kept(sight: Sight, seen: Sequence[Seen], offered: Sequence[KnownItem]) -> Found | None:
    names = tuple(entry.item for entry in offered)
    cut = min(places_of(seen, "except"), default=None)
    head = seen if cut is None else seen[:cut]
    nouns = nouns_at(head, things_at(head, Noun, Number), sight.context)
    if cut is not None:
        left_out = {
            item
            for noun in nouns_at(seen, things_at(seen, Noun, Number), sight.context)
            for item in noun.items
        }
        return (
            tuple(Keep(item, sight.phrase) for item in names if item not in left_out)
            if left_out
            else None
        )
    if things_at(seen, Files):
        return _files_kept(sight, _files_in(seen))
    if nouns:
        narrowed = tuple(
            replace(noun, items=tuple(item for item in noun.items if item in names) or noun.items)
            for noun in nouns
        )
        return each(narrowed, lambda item: Keep(item, sight.phrase), sight.phrase)
    if places_of(seen, "all"):
        return tuple(Keep(item, sight.phrase) for item in names)
    topic = tuple(noun for noun in sight.topic if set(noun.items) & set(names))
    if topic:
        return each(topic, lambda item: Keep(item, sight.phrase), sight.phrase)
    given = tuple(entry.item for entry in offered if entry.offered)
    if any(entry.text in {"well", "up"} for entry in seen):  # that is how a letter ends
        return None
    if given or len(names) == 1 or (places_of(seen, "both") and len(names) == 2):
        return tuple(Keep(item, sight.phrase) for item in given or names)
    return (
        Ambiguous(
            Doubt.WHICH_ITEM, tuple(Keep(item, sight.phrase) for item in names), sight.phrase
        ),
    )


def _files_kept(sight: Sight, numbers: Sequence[int]) -> Found | None:
    """“Keep file 1”: what it is offered for."""
    items = [
        item
        for entry in sight.context.documents
        if entry.number in numbers
        for item in entry.offered_for
    ]
    return tuple(Keep(item, sight.phrase) for item in dict.fromkeys(items)) or None
