"""What clients promise: that a thing comes later, and when.

The rule reads one clause; None is "this is no such thing", an empty tuple "it is, and there is nothing to do".
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from intake.instructions.progress import with_progress
from intake.instructions.seen import Seen, seen_by
from intake.instructions.sight import (
    POINTING,
    Found,
    Sight,
    day_of,
    each,
    is_compound,
    nouns_at,
    one_target,
    open_items,
    places_of,
    settled,
    strangers,
    things_at,
)
from intake.instructions.things import Aim, Files, Noun, Number, Person
from intake.instructions.values import (
    Ambiguous,
    Doubt,
    Later,
)
from intake.instructions.when import When


def later(sight: Sight) -> Found | None:
    """“The deck follows on Friday”, “still working on 3”, “Den Jahresplan schicken wir nächste Woche”."""
    if sight.has("may", "said", "shown", "ban", "if", "except") or (
        sight.has("newer") and sight.has("no", "not")
    ):
        return None
    if _is_nothing_before(sight):
        return ()
    if (sight.is_freelancer and sight.has("unneeded")) or _has_none_so_far(sight):
        return None
    seen = sight.seen(
        "late_adjective",
        "own",
        "you",
        "will",
        "send",
        "later",
        "yet",
        "still",
        "not",
        "no",
        "have",
        "exist",
        "be",
        "made",
        "pronoun",
        "rest",
        "soft",
        "both",
        "role",
    )
    seen = with_progress(_without_purpose(seen))
    if any(
        "past" in entry.classes and not (entry.text == "should have" and things_at(seen, When))
        for entry in seen_by(
            sight.clause.words, ("past", "send", "later", "have", "made"), sight.context
        )
        if not entry.classes & {"send", "later", "have", "made"}
    ):
        return None
    targets = one_target(seen, sight.context)
    if (
        things_at(seen, Files, Aim)
        or targets is None
        or not _is_promise(sight, seen, targets)
        or is_compound(seen, targets)
        or _goes_elsewhere(seen)
    ):
        return None
    nouns = nouns_at(seen, targets, sight.context)
    until = day_of(seen)
    if not nouns and places_of(seen, "rest"):
        left = [entry.item for entry in open_items(sight.context) if entry.item not in sight.spoken]
        nouns = tuple(Noun((item,), exact=True) for item in left)
    if not nouns:
        nouns = sight.topic
    if not nouns:
        return _promised_something(sight, seen, until)
    return settled(
        sight, seen, each(nouns, lambda item: Later(item, until, sight.phrase), sight.phrase)
    )


def _has_none_so_far(sight: Sight) -> bool:
    """“We have not written any so far” is no promise; "not until Friday" and "not yet" are."""
    timed = any(isinstance(thing, When) for word in sight.clause.words for thing in word.named)
    return not timed and sight.has("not_have", beside=("later", "yet")) and not sight.has("yet")


def _is_nothing_before(sight: Sight) -> bool:
    """“[It is adopted in January,] I can't send anything before that”: the time was named already."""
    return (
        bool(sight.topic)
        and sight.has("before_then")
        and sight.has("no", "not", "cannot", "nothing")
        and not any(
            isinstance(thing, Noun | Number | Files)
            for word in sight.clause.words
            for thing in word.named
        )
    )


def _without_purpose(seen: list[Seen]) -> list[Seen]:
    """Without what the time is needed for: "a few more days [to dig them out]"."""
    needed = any(
        (isinstance(thing, When) and thing.needed) for entry in seen for thing in entry.named
    ) or any(part in _TAKING_TIME for entry in seen for part in entry.text.split())
    if not needed:
        return seen
    from_here = max(
        (
            place
            for place, entry in enumerate(seen)
            if (entry.named and isinstance(entry.named[0], When))
            or "time" in entry.text
            or entry.text.endswith(("longer", "etwas", "zeit", "laenger"))
        ),
        default=None,
    )
    if from_here is None:
        return seen
    for place in range(from_here + 1, len(seen)):
        if seen[place].text in {"to", "um", "bis", "before", "until"}:
            rest = seen[place:]
            return seen[:place] if not things_at(rest, Noun, Number, Files, When) else seen
    return seen


_TAKING_TIME = frozenset(
    {"need", "needs", "take", "takes", "taking", "brauche", "brauchen", "braucht", "dauert"}
    | {"dauern", "benoetige", "benoetigen", "benoetigt", "give"}
)


def _is_promise(sight: Sight, seen: Sequence[Seen], targets: Sequence[int]) -> bool:
    whens = [thing for entry in seen for thing in entry.named if isinstance(thing, When)]
    timed = any(not when.descriptive for when in whens)
    negated = bool(places_of(seen, "no", "not")) and not {
        entry.text for entry in seen if entry.classes & {"no", "not"}
    } <= {"noch"}
    if negated:
        return (
            bool(
                places_of(seen, "yet") and {entry.text for entry in seen if "yet" in entry.classes}
            )
            or bool(places_of(seen, "still"))
            or any(when.until for when in whens)
        )
    if places_of(seen, "later"):
        words = {entry.text for entry in seen if "later" in entry.classes}
        backed = bool(whens) or bool(places_of(seen, "will", "yet", "soft")) or len(seen) <= _SHORT
        return bool(words - _NEEDING_TIME - _COMING) or (bool(words & _COMING) and backed) or timed
    if places_of(seen, "send") and (
        places_of(seen, "own", "you", "role") or things_at(seen, Person) or places_of(seen, "will")
    ):
        return bool(
            places_of(seen, "will") or timed or (places_of(seen, "own") and _german_present(seen))
        )
    if (
        places_of(seen, "have")
        and places_of(seen, "will")
        and whens
        and (places_of(seen, "own", "you") or seen[0].text in {"should", "will"})
    ):
        return True
    return bool(
        (targets or places_of(seen, "rest"))
        and timed
        and all(
            entry.named or entry.classes & {"fill", "det", "be", "soft", "own", "rest", "both"}
            for entry in seen
        )
    ) and (not _is_dated_title(sight, whens))


_NEEDING_TIME = frozenset(
    {
        "ready",
        "fertig",
        "due",
        "expected",
        "follow",
        "following",
        "bereit",
        "patience",
        "need",
        "needs",
        "give us",
        "give me",
        "gimme",
        "til",
        "till",
        "expect",
        "scheduled",
        "brauchen",
        "brauche",
        "braucht",
        "zeit",
        "benoetigen",
        "benoetige",
        "benoetigt",
        "late",
        "behind",
        "erwarten",
        "gebt uns",
        "geben sie uns",
        "gib uns",
        "gebt mir",
        "geben sie mir",
        "gib mir",
    }
)
"""Words that promise only beside a time."""
_COMING = frozenset(
    {
        "come",
        "comes",
        "coming",
        "kommt",
        "kommen",
        "arrives",
        "arriving",
        "works",
        "arbeiten",
        "arbeite",
    }
)
_SHORT = 4


def _german_present(seen: Sequence[Seen]) -> bool:
    """“Wir reichen den Plan nach” promises without a time; “we send the deck” does not."""
    verbs = {entry.text for entry in seen if "send" in entry.classes}
    return bool(verbs & {"reichen nach", "reiche nach", "nachreichen", "nachliefern"}) or (
        "nach" in verbs and len(verbs) > 1
    )


def _is_dated_title(sight: Sight, whens: Sequence[When]) -> bool:
    """A thing with a day behind it may only say of when it is: "Deck, January 2026"."""
    return any(
        when.descriptive or (when.day is not None and when.day < sight.context.today)
        for when in whens
    )


def _goes_elsewhere(seen: Sequence[Seen]) -> bool:
    """Whether somebody else is to get it: "send the deck to the board"."""
    for place, entry in enumerate(seen):
        after = seen[place + 1] if place + 1 < len(seen) else None
        if entry.text in _WHERE and after is not None and _is_address(after):
            return True
        if entry.text in {"to", "an", "with"} and place + 1 < len(seen):
            rest = [other for other in seen[place + 1 :] if "det" not in other.classes]
            first = rest[0] if rest else None
            if first is not None and (
                (not first.classes and not first.named)
                or "role" in first.classes
                or (first.named and isinstance(first.named[0], Person))
            ):
                return True
    return False


_WHERE = frozenset({"at", "on", "via", "under", "unter", "ueber"})


def _is_address(entry: Seen) -> bool:
    return entry.word.text == "address"


def _promised_something(sight: Sight, seen: Sequence[Seen], until: date | None) -> Found | None:
    has_time = any(isinstance(thing, When) for entry in seen for thing in entry.named)
    if (
        strangers(seen)
        or not has_time
        or not any(entry.text in POINTING for entry in seen)
        or not places_of(seen, "send", "later")
    ):
        return None
    if sight.files and not sight.topic:  # "the right one follows": what it is was not said either
        return ()
    items = open_items(sight.context)
    if sight.is_freelancer or not items:
        return None
    return (
        Ambiguous(
            Doubt.WHICH_ITEM,
            tuple(Later(entry.item, until, sight.phrase) for entry in items),
            sight.phrase,
        ),
    )
