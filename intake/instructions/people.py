"""Who else has it: a person, a role or an address that has an item, or should be asked for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from intake.instructions.seen import Seen
from intake.instructions.sight import (
    Found,
    Sight,
    each,
    in_doubt,
    is_compound,
    nouns_at,
    open_items,
    places_of,
    strangers,
    things_at,
    with_client,
)
from intake.instructions.things import Aim, Files, Noun, Number, Person
from intake.instructions.values import (
    Instruction,
    SomeoneElse,
)
from intake.instructions.when import When
from intake.model import ItemName


def someone_else(sight: Sight) -> Found | None:
    """“Ask our designer, design@acme.example”, “Jo has the brand guide”, “das liegt bei der Agentur”."""
    if sight.has("may", "said", "shown", "ban", "past", "newer", beside=("ask", "held")):
        return None
    names = ("own", "ask", "held", "role", "pronoun", "have", "be", "you", "will", "both")
    seen = with_client(sight.seen(*names), sight)
    people = things_at(seen, Person)
    asking, holding, roles = (
        places_of(seen, "ask"),
        places_of(seen, "held"),
        places_of(seen, "role"),
    )
    if not (asking or holding) or _asks_themselves(seen, asking):
        return None
    targets = things_at(seen, Noun, Number)
    if len(targets) > 1 or things_at(seen, Files, Aim) or places_of(seen, "no"):
        return None
    who = _who(seen, roles, asking, holding) or _named_before(sight, seen, asking, holding)
    if who is None or (_is_dated(seen, holding) and not asking):
        return None
    if holding and not asking and (sight.has("still") or not _holds(seen, holding, targets, who)):
        return None
    nouns = nouns_at(seen, targets, sight.context) or sight.topic
    unknown = [
        entry
        for entry in strangers(seen)
        if entry.place not in who.places | _departments(seen, who, people)
    ]
    if len(unknown) > 1 or is_compound(seen, targets):
        return None

    def make(item: ItemName) -> Instruction:
        return SomeoneElse(item, who.person.address, who.person.name, sight.phrase)

    if not nouns:
        explicit = (bool(asking) and bool(people)) or bool(places_of(seen, "pronoun"))
        items = tuple(entry.item for entry in open_items(sight.context))
        if not explicit or unknown or not items:
            return None
        return each((Noun(items),), make, sight.phrase)
    found = each(nouns, make, sight.phrase)
    supposed = {seen[place].text for place in holding} & _SUPPOSED and not asking
    return (in_doubt(found, sight.phrase) if unknown or supposed else found) or None


def taken_over(sight: Sight) -> Found | None:
    """“[I don't handle the calendar any more,] that's Jo now”: behind a word of who does not, who does."""
    blocking = ("may", "said", "shown", "ban", "past", "newer", "no", "not")
    if (
        not sight.disclaimed
        or not sight.topic
        or sight.has(*blocking, beside=("ask", "held", "took_over"))
    ):
        return None
    seen = sight.seen("pronoun", "be", "own", "role", "took_over")
    telling = places_of(seen, "be", "took_over")
    if not telling or things_at(seen, Noun, Number, Files, Aim):
        return None
    who = _who(seen, places_of(seen, "role"), [], [telling[-1], telling[0] - 2])
    if who is None or any(entry.place not in who.places for entry in strangers(seen)):
        return None

    def make(item: ItemName) -> Instruction:
        return SomeoneElse(item, who.person.address, who.person.name, sight.phrase)

    return each(sight.topic, make, sight.phrase) or None


def _is_dated(seen: Sequence[Seen], holding: Sequence[int]) -> bool:
    """“Jo will send it on Friday” is a promise: the day counts, not who keeps it."""
    sends = any(
        seen[place].text.startswith(("will ", "can ", "wird ", "kann ")) for place in holding
    )
    return sends and bool(things_at(seen, When))


_SENDING = frozenset(
    {
        "can send",
        "will send",
        "can provide",
        "will provide",
        "can forward",
        "will forward",
        "can give",
    }
    | {"can share", "will share", "can supply", "can help", "can help with"}
    | {"kann schicken", "kann liefern", "kann", "wird", "schickt", "liefert", "can pass on"}
)
_SUPPOSED = frozenset({"should have", "would have", "muesste haben", "sollte haben"})
_LAST_NAMED = frozenset({"her", "him", "she", "he", "ihn", "ihm", "er", "them"})


def _named_before(
    sight: Sight, seen: Sequence[Seen], asking: Sequence[int], holding: Sequence[int]
) -> _Who | None:
    """“[That is Anna's job,] she has the calendar”: who was named last, where she or he is spoken of."""
    if sight.person is None:
        return None
    spots = [seen[place - 1] for place in holding if place] + [
        seen[place + 1] for place in asking if place + 1 < len(seen)
    ]
    pointed = [
        entry
        for entry in spots
        if entry.text in _LAST_NAMED or (entry.text == "sie" and not entry.word.capital)
    ]
    return _Who(sight.person, frozenset(entry.place for entry in pointed)) if pointed else None


_IN = frozenset({"in", "from", "at", "im", "aus", "von", "vom", "of"})


def _departments(seen: Sequence[Seen], who: _Who, people: Sequence[int]) -> frozenset[int]:
    """The words behind somebody's name that say where they work: "Tom Berger [in finance]"."""
    ends = [place for place, entry in enumerate(seen) if entry.place in who.places] + [*people]
    found: set[int] = set()
    for end in ends:
        if end + 1 >= len(seen) or seen[end + 1].text not in _IN:
            continue
        for entry in seen[end + 2 : end + 5]:
            if entry.named or (entry.classes and not entry.classes & {"fill", "det", "role"}):
                break
            found.add(entry.place)
    return frozenset(found)


def _asks_themselves(seen: Sequence[Seen], asking: Sequence[int]) -> bool:
    """“I will ask Jo” asks nothing of us."""
    before = seen[: asking[0] + 1] if asking else ()
    after = seen[asking[0] + 1 : asking[0] + 2] if asking else ()
    return any(entry.text in {"i", "we", "wir", "ich"} for entry in before) or any(
        entry.text in {"me", "us", "mich", "uns"} for entry in after
    )


@dataclass(frozen=True, slots=True)
class _Who:
    person: Person
    places: frozenset[int]


_NOT_PEOPLE = frozenset(
    "i we you they it that this who everyone everybody nobody anyone someone somebody board public press everything nothing one which there wir ich sie ihr er es man jeder niemand client kunde website page file deck team".split()  # noqa: SIM905  # a list of words
)


def _who(
    seen: Sequence[Seen],
    roles: Sequence[int],
    asking: Sequence[int],
    holding: Sequence[int],
) -> _Who | None:
    addresses = [thing for entry in seen for thing in entry.named if isinstance(thing, Person)]
    known = next(
        (person for person in addresses if person.address), addresses[0] if addresses else None
    )
    names = _written_name(seen, roles, asking, holding)
    places = frozenset(entry.place for entry in names)
    name = " ".join(entry.text.title() if entry.word.capital else entry.text for entry in names)
    if known is not None:
        return _Who(Person(known.address, known.name or name), places)
    return _Who(Person(None, name), places) if name else None


def _written_name(
    seen: Sequence[Seen], roles: Sequence[int], asking: Sequence[int], holding: Sequence[int]
) -> list[Seen]:
    """The words that say who: a role, with what leads it, or a name with a capital where a person is expected."""
    if roles:
        first = roles[0]
        start = (
            first - 1
            if first
            and seen[first - 1].text
            in {
                "our",
                "my",
                "the",
                "unser",
                "unsere",
                "unseren",
                "unserem",
                "unserer",
                "mein",
                "meine",
                "meinen",
                "der",
                "die",
                "den",
            }
            else first
        )
        last = first
        while last + 1 < len(seen) and last - first < 2 and _is_name(seen[last + 1]):
            last += 1
        return list(seen[start : last + 1])
    spots: list[int] = []
    if asking:
        spots.append(asking[0] + 1)
    for place in holding:
        if seen[place].text in {
            "has",
            "hat",
            "holds",
            "has got",
            "handles",
            "keeps",
            "looks after",
            "takes care of",
            "can send",
            "should have",
            "can provide",
            "is responsible for",
            "owns",
            "kann schicken",
            "kuemmert sich um",
            "betreut",
            "verwaltet",
            "macht",
            "will have",
            "manages",
            "is handling",
            "kuemmert sich",
            "kuemmert sich darum",
        }:
            spots.append(place - 1)
            if seen[place].text == "hat":
                spots.append(place + 1)
        else:
            spots.append(place + 1)
            if seen[place].text in _TOLD_BEHIND:
                spots.append(place - 1)
    spots += [
        place + 1 for place, entry in enumerate(seen) if entry.text in {"is", "ist", "waere", "be"}
    ]
    for spot in spots:
        found = _name_around(seen, spot)
        if found:
            return found
    return []


_TOLD_BEHIND = frozenset(
    {"zustaendig", "verantwortlich", "responsible", "in charge", "responsible for", "in charge of"}
)
"""“Für den Plan ist Frau Klein zuständig”: who it is stands before."""


def _name_around(seen: Sequence[Seen], spot: int) -> list[Seen]:
    def is_name(place: int) -> bool:
        return 0 <= place < len(seen) and _is_name(seen[place])

    if not is_name(spot):
        return []
    first = last = spot
    while is_name(first - 1) and spot - first < 2:
        first -= 1
    while is_name(last + 1) and last - spot < 2:
        last += 1
    return list(seen[first : last + 1])


def _is_name(entry: Seen) -> bool:
    return (
        entry.word.capital
        and not entry.named
        and entry.text not in _NOT_PEOPLE
        and not entry.classes
    )


def _holds(seen: Sequence[Seen], holding: Sequence[int], targets: Sequence[int], who: _Who) -> bool:
    """Whether the thing is what is held: it is named, or pointed at, and nobody of ours or yours holds it."""
    if seen[-1].text == "does" and not targets:
        return things_at(seen, Person) == [*range(len(seen) - 1)]
    if any(
        seen[place].text in {"have", "with", "holds", "bei", "haben"} for place in holding
    ) and not (targets or places_of(seen, "pronoun")):
        return False
    beside = [*seen[: holding[0]], *seen[holding[0] + 1 : holding[0] + 2]]
    if any(
        entry.text in {"we", "i", "you", "wir", "ich", "ihr", "us", "uns", "me", "mir"}
        for entry in (seen[: holding[0]] if seen[holding[0]].text in _SENDING else beside)
    ):
        return False
    verbs = [seen[place].text for place in holding]
    if (
        set(verbs)
        <= {
            "with",
            "bei",
            "have",
            "haben",
            "macht",
            "should have",
            "would have",
            "does",
        }
        and not _is_told_of(seen, holding, targets)
        and not any(entry.word.text == "address" for entry in seen)
        and not any(entry.text in {"is", "are", "ist", "liegt", "liegen"} for entry in seen)
    ):
        return False
    if (
        targets
        and targets[0] > holding[0]
        and not all(
            entry.classes & {"det", "pronoun", "you"}
            or entry.place in who.places
            or entry.classes & {"role"}
            for entry in seen[holding[0] + 1 : targets[0]]
        )
    ):
        return False
    return bool(targets or places_of(seen, "pronoun", "both") or seen[0].text in _GERMAN_THAT)


_GERMAN_THAT = frozenset({"der", "die", "das", "dieser", "diese"})


def _is_told_of(seen: Sequence[Seen], holding: Sequence[int], targets: Sequence[int]) -> bool:
    """“Den Blog macht Jo”: the thing leads, and one that we know is named."""
    known = things_at(seen, Person)
    return bool(targets and known) and targets[0] < holding[0] < known[0]
