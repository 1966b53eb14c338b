"""What clients say of items that there are none of, and what a freelancer waives.

The rule reads one clause; None is "this is no such thing", an empty tuple "it is, and there is nothing to do".
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from intake.instructions.seen import Seen, seen_by
from intake.instructions.sight import (
    BLOCKING,
    Found,
    Sight,
    all_of,
    each,
    is_compound,
    nouns_at,
    one_target,
    only_for_now,
    open_items,
    places_of,
    settled,
    strangers,
    things_at,
    with_client,
)
from intake.instructions.things import Aim, Files, Noun, Number, Person
from intake.instructions.values import (
    Ambiguous,
    Doubt,
    NotApplicable,
    Waive,
)
from intake.instructions.when import When

# ---------------------------------------------------------------- not applicable, and what a freelancer waives

_NEGATIVE = ("no", "not", "no_one", "not_have", "na", "unneeded", "skip", "cannot")


def not_applicable(sight: Sight) -> Found | None:
    """“We have no event calendar”, “3: n/a”, “den Jahresplan gibt es nicht”, “skip the deck”."""
    if sight.has(*BLOCKING, beside=("not_have", "na", "unneeded")) or sight.has(
        "newer", "except", "still", beside=("not", "not_have")
    ):
        return None
    theirs = ("their",) if sight.is_freelancer else ()
    names = (
        "own",
        "you",
        "will",
        "have",
        "exist",
        "be",
        "pronoun",
        "both",
        *(("made",) if _never_was(sight) else ()),
        *theirs,
        *_NEGATIVE,
    )
    sight = _without_role(sight, sight.seen(*names))
    seen = _without_lead(with_client(sight.seen(*names), sight))
    negations = places_of(seen, *_NEGATIVE)
    if not negations or _waits(sight, seen):
        return None
    if sight.names_its_kind and _is_bare_denial(sight, seen):
        return ()
    targets = one_target(seen, sight.context)
    if things_at(seen, Files, Aim, Person) or targets is None or not _says_who(seen, negations):
        return None
    nouns = nouns_at(seen, targets, sight.context) or _meant(sight, seen)
    sure = _is_negated(sight, seen, negations, targets)
    if sure is None or is_compound(seen, [*targets, *negations]):
        return None
    if not nouns:
        return _nothing_named(sight, seen)
    make = Waive if sight.is_freelancer else NotApplicable
    found = each(nouns, lambda item: make(item, sight.phrase), sight.phrase)
    return settled(sight, seen, found, clean=sure and not _only_here(sight, seen))


def _never_was(sight: Sight) -> bool:
    """“Nobody has ever made one”, “hat noch nie jemand gemacht”; “not made” alone may still be made."""
    return sight.has("no_one") or any(
        word.text in {"ever", "never", "nie", "niemals", "jemals", "jemand"}
        for word in sight.clause.words
    )


def _only_here(sight: Sight, seen: Sequence[Seen]) -> bool:
    """“I don't have the deck myself”: somebody else may have it."""
    words = {part for entry in seen for part in entry.text.split()}
    if not words & {"i", "ich"}:
        return False
    if sight.has("disclaim"):
        return True
    return bool(words & {"myself", "personally", "selbst", "selber", "persoenlich"}) or bool(
        words & {"here", "hier", "handy"} and words & {"the", "it", "den", "das", "die", "ihn"}
    )


_SUBJECT = frozenset({"we", "i", "there", "wir", "ich", "haben", "habe", "gibt", "gibt es", "have"})
_LEADS_IN = frozenset({"as", "at", "in", "for", "being", "with", "als", "bei", "in der", "fuer"})
_LONGEST_LEAD = 6


def _without_lead(seen: list[Seen]) -> list[Seen]:
    """Without what leads in: "as a small shop [we have no deck]". Nothing that is named stands in it."""
    if len(seen) < 2 or seen[0].text not in _LEADS_IN:
        return seen
    for place, entry in enumerate(seen[:_LONGEST_LEAD]):
        if entry.named or entry.classes & set(_NEGATIVE):
            return seen
        if entry.text in _SUBJECT:
            return seen[place:]
    return seen


_MOST_ROLE_WORDS = 3


def _without_role(sight: Sight, seen: Sequence[Seen]) -> Sight:
    """Without what the writers are: "we, [as a bank], have no blog", "haben wir [als GmbH] nicht"."""
    for place, entry in enumerate(seen):
        if entry.text not in {"as", "als"} or not place:
            continue
        end = place + 1
        while end < len(seen) and (
            "det" in seen[end].classes or (not seen[end].classes and not seen[end].named)
        ):
            end += 1
        strange = strangers(seen[place + 1 : end])
        if 0 < len(strange) <= _MOST_ROLE_WORDS and places_of(seen[end:], *_NEGATIVE):
            dropped = {other.word for other in seen[place:end]}
            words = tuple(word for word in sight.clause.words if word not in dropped)
            return replace(sight, clause=replace(sight.clause, words=words))
    return sight


def _is_bare_denial(sight: Sight, seen: Sequence[Seen]) -> bool:
    """“[File 1 is a press release,] no deck”: it says of the file what it is not."""
    words = {entry.text for entry in seen if not entry.named}
    if words & {"keinen", "nor"} or not words & {"no", "not", "kein", "keine", "keines"}:
        return False
    if not all_of(seen, "no", "not") or len(things_at(seen, Noun)) != 1:
        return False
    kinds = {
        kind for noun in nouns_at(seen, things_at(seen, Noun), sight.context) for kind in noun.kinds
    }
    spoken = [entry for entry in sight.context.documents if entry.number in sight.files]
    german = bool(words & {"kein", "keine", "keines"})
    return any(entry.kind in kinds or (german and entry.unsure) for entry in spoken)


def _waits(sight: Sight, seen: Sequence[Seen]) -> bool:
    """Whether it will come: "not yet", "not before Friday"."""
    if any(
        isinstance(thing, When) and (thing.until or not thing.descriptive)
        for entry in seen
        for thing in entry.named
    ):
        return True
    own = {
        entry.text
        for entry in seen_by(sight.clause.words, ("yet", "not", "not_have"), sight.context)
        if "yet" in entry.classes
    }
    negated_by_noch = bool({"weder"} & {word.text for word in sight.clause.words})
    return bool(own) and not (negated_by_noch and own == {"noch"}) and not sight.has("not_have")


def _is_negated(
    sight: Sight, seen: Sequence[Seen], negations: Sequence[int], targets: Sequence[int]
) -> bool | None:
    """Whether the clause denies its thing: True surely, False perhaps, None not at all."""
    kinds = [seen[place].classes for place in negations]
    if len(kinds) > 1 and any("skip" in classes for classes in kinds):
        return None
    plain = [classes for classes in kinds if not classes & {"na", "unneeded"}]
    if len(plain) > 1 and not _is_one_denial(seen, negations):
        return (
            False
            if len(targets) == 1
            and all_of(seen, "own", "have", "exist", "be", "pronoun", *_NEGATIVE)
            else None
        )
    place = negations[0]
    classes = seen[place].classes
    target = targets[0] if targets else None
    if any(classes & {"na", "not_have"} for classes in kinds):
        return _is_whole(sight, seen, negations, target)
    if any(classes & {"unneeded"} for classes in kinds):
        return (sight.is_freelancer and not only_for_now(sight)) or None
    if "cannot" in classes:
        return False
    if "skip" in classes:
        return True if _is_imperative(seen, place) and target is not None else None
    if target is None:
        return _is_pronoun_denied(seen, place)
    between = seen[min(place, target) + 1 : max(place, target)]
    if "no" in classes or "no_one" in classes:
        return _is_none_of(seen, place, target, between)
    return _is_not(seen, place, target, between)


def _says_who(seen: Sequence[Seen], negations: Sequence[int]) -> bool:
    """Whether nothing is said of you, but for what you may leave out."""
    return not places_of(seen, "you", "will") or bool(
        {"skip", "na", "not_have", "unneeded", "cannot"}
        & {name for place in negations for name in seen[place].classes}
    )


def _is_one_denial(seen: Sequence[Seen], negations: Sequence[int]) -> bool:
    """“Neither … nor” and “no … at all, not one” deny once."""
    return {seen[place].text for place in negations} <= {"neither", "nor", "weder", "noch"}


def _is_whole(
    sight: Sight, seen: Sequence[Seen], negations: Sequence[int], target: int | None
) -> bool | None:
    """A word that denies by itself, with its thing: nothing else may be said of it."""
    del negations
    if target is None and not sight.topic:
        return True
    if any("you" in entry.classes for entry in seen):
        return None
    return True


def _is_imperative(seen: Sequence[Seen], place: int) -> bool:
    return all(
        entry.classes & {"fill", "det", "then", "own", "you", "will", "pronoun"} or entry.named
        for entry in seen[:place]
    )


def _is_pronoun_denied(seen: Sequence[Seen], place: int) -> bool | None:
    """“We don't have one”, “there is none of that”; “don't use it” tells what to do."""
    if _is_order(seen):
        return None
    has_verb = bool(places_of(seen, "have", "exist"))
    denied = "not" in seen[place].classes or "no" in seen[place].classes
    return True if has_verb and denied and places_of(seen, "pronoun") else None


def _is_none_of(
    seen: Sequence[Seen], place: int, target: int, between: Sequence[Seen]
) -> bool | None:
    """“No deck”: nothing but small words stands between, and before it only who has none."""
    if place > target:
        alone = all(
            entry.classes & {"fill", "det", "be"} or entry.named
            for entry in [*seen[:place], *seen[place + 1 :]]
        )
        return True if alone else None
    small = {
        "det",
        "exist",
        "have",
        "made",
        *(("fill",) if "no_one" in seen[place].classes else ()),
    }
    if not all(entry.classes & small for entry in between):
        return None
    before = seen[:place]
    if not all(
        entry.classes & {"fill", "det", "own", "their", "have", "exist", "then", "be", "thanks"}
        or entry.named
        for entry in before
    ):
        return None
    if any("be" in entry.classes and not entry.classes & {"exist", "fill"} for entry in before):
        return None
    return True


def _is_not(seen: Sequence[Seen], place: int, target: int, between: Sequence[Seen]) -> bool | None:
    """“Do not have a deck”, “the deck does not exist”, “den Plan haben wir nicht”."""
    if not places_of(seen, "have", "exist") or _is_order(seen):
        return None
    if target > place and not all(
        entry.classes & {"det", "have", "exist", "own", "their"} for entry in between
    ):
        return None
    if target < place and any(not entry.classes for entry in between):
        return None
    return True


_LONE = frozenset(
    {
        "not applicable",
        "na",
        "do not have one",
        "do not have it",
        "do not have any",
        "do not have that",
        "haben wir nicht",
        "gibt es nicht",
        "entfaellt",
        "does not exist",
    }
)


def _is_order(seen: Sequence[Seen]) -> bool:
    """“Don't keep the deck” tells us what to do; only of "have" the subject may be left out."""
    verbs = {entry.text for entry in seen if "have" in entry.classes}
    return not places_of(seen, "own", "their", "exist") and not verbs & _HAVING


_HAVING = frozenset(
    {
        "have",
        "having",
        "got",
        "have got",
        "has",
        "has got",
        "haben",
        "habe",
        "hab",
        "hat",
        "have in place",
    }
)


def _meant(sight: Sight, seen: Sequence[Seen]) -> tuple[Noun, ...]:
    """What was spoken of before, where this clause names nothing itself."""
    return (
        sight.topic if places_of(seen, "pronoun", "na", "both", "not_have", "have", "exist") else ()
    )


def _nothing_named(sight: Sight, seen: Sequence[Seen]) -> Found | None:
    if strangers(seen) or things_at(seen, Noun, Number):
        return None
    strong = any(entry.text in _LONE for entry in seen) or bool(
        places_of(seen, "pronoun") and places_of(seen, "own")
    )
    if not strong:
        return None
    make = Waive if sight.is_freelancer else NotApplicable
    items = open_items(sight.context)
    return (
        Ambiguous(
            Doubt.WHICH_ITEM, tuple(make(entry.item, sight.phrase) for entry in items), sight.phrase
        ),
    )
