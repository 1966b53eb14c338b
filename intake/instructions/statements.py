"""What clients say of items: there is none, it comes later, the old one still holds.

Each rule reads one clause; None is "this is no such thing", an empty tuple "it is, and there is nothing to do".
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from intake.instructions.progress import with_progress
from intake.instructions.seen import Seen, seen_by
from intake.instructions.sight import (
    BLOCKING,
    POINTING,
    Found,
    Sight,
    all_of,
    day_of,
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
    Later,
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
    seen = sight.seen(
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
    seen = _without_lead(with_client(seen, sight))
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
    {"have", "having", "got", "have got", "has", "has got", "haben", "habe", "hab", "hat", "have in place"}
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


# ---------------------------------------------------------------- later


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
