"""What a rule looks at, and what several rules need to read it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from intake.instructions.clauses import Clause
from intake.instructions.marks import item_numbered
from intake.instructions.seen import Seen, seen_by
from intake.instructions.things import Files, Noun, Number, Person, Word, named
from intake.instructions.values import (
    Ambiguous,
    Context,
    Doubt,
    Instruction,
    KnownItem,
    Speaker,
)
from intake.instructions.when import When
from intake.model import ItemName, ItemState

BASE = ("fill", "det", "then", "thanks", "sent_by")
BLOCKING = ("may", "said", "shown", "ban", "past", "if", "soft")
CHOICES = ("choice_first", "choice_second", "choice_third")
MOST_UNKNOWN = 2
LONGEST = 14
_DONE = frozenset({ItemState.RECEIVED, ItemState.WAIVED})


@dataclass(frozen=True, slots=True)
class Sight:
    """A clause that a rule looks at, with what was spoken of before it."""

    clause: Clause
    context: Context
    topic: tuple[Noun, ...] = field(default=())
    files: tuple[int, ...] = ()
    spoken: frozenset[ItemName] = frozenset()
    """Items of which this mail has said something before."""
    names_its_kind: bool = False
    """Whether the clause before, in the same sentence, said of a document what it is."""
    person: Person | None = None
    """Who was named last."""
    confided: bool = False
    """Whether the mail has just called something confidential."""
    disclaimed: bool = False
    """Whether the writer has just said that a thing is nothing of theirs."""

    def seen(self, *names: str) -> list[Seen]:
        """The clause with these classes of words and the small ones; what the project is called by is such a one."""
        own = self.context.project.title.lower().split() if self.context.project else []
        return [
            replace(entry, classes=frozenset({"fill"}))
            if not entry.classes and not entry.named and entry.text in own
            else entry
            for entry in seen_by(self.clause.words, (*names, *BASE), self.context)
        ]

    def has(self, *names: str, beside: tuple[str, ...] = ()) -> bool:
        """Whether a phrase of these classes stands in it, and not within a longer one of the classes `beside` or a small one."""
        seen = seen_by(self.clause.words, (*names, *beside, "fill"), self.context)
        return any(entry.classes & set(names) and not entry.classes & set(beside) for entry in seen)

    @property
    def phrase(self) -> str:
        """What the answer repeats."""
        return self.clause.phrase

    @property
    def is_freelancer(self) -> bool:
        """Whether a freelancer writes."""
        return self.context.speaker is Speaker.FREELANCER


Found = tuple[Instruction, ...]
Rule = Callable[[Sight], Found | None]
"""None where the rule does not apply; an empty tuple where it does and there is nothing to do."""


def strangers(seen: Sequence[Seen]) -> list[Seen]:
    """The words that the rule does not know."""
    return [entry for entry in seen if not entry.classes and not entry.named]


def places_of(seen: Sequence[Seen], *names: str) -> list[int]:
    """Where words of these classes stand."""
    wanted = frozenset(names)
    return [place for place, entry in enumerate(seen) if entry.classes & wanted]


def things_at(seen: Sequence[Seen], *kinds: type) -> list[int]:
    """Where things of these sorts are named."""
    return [
        place
        for place, entry in enumerate(seen)
        if entry.named and isinstance(entry.named[0], kinds)
    ]


def all_of(seen: Sequence[Seen], *names: str) -> bool:
    """Whether every plain word is of these classes or small."""
    allowed = frozenset((*names, *BASE))
    return all(entry.named or entry.classes & allowed for entry in seen)


def numbers_in(seen: Sequence[Seen]) -> tuple[int, ...]:
    """The bare numbers."""
    return tuple(
        thing.value for entry in seen for thing in entry.named if isinstance(thing, Number)
    )


def choices_in(seen: Sequence[Seen]) -> tuple[int, ...]:
    """Which of several is chosen by its place, from 0: “the second one”."""
    return tuple(place for place, name in enumerate(CHOICES) if places_of(seen, name))


def nouns_at(seen: Sequence[Seen], places: Iterable[int], context: Context) -> tuple[Noun, ...]:
    """The nouns there; a bare number is an item."""
    found: list[Noun] = []
    for place in places:
        for thing in seen[place].named:
            if isinstance(thing, Noun):
                found.append(thing)
            elif isinstance(thing, Number):
                found.append(item_numbered(thing.value, context))
    return tuple(found)


def open_items(context: Context) -> tuple[KnownItem, ...]:
    """The items that are still wanted."""
    return tuple(entry for entry in context.items if entry.state not in _DONE)


def each(nouns: Sequence[Noun], make: Callable[[ItemName], Instruction], phrase: str) -> Found:
    """The instruction for each item; a question where a noun may mean several, nothing where it means none."""
    made: list[Instruction] = []
    for noun in nouns:
        if len(noun.items) == 1:
            made.append(make(noun.items[0]))
        elif noun.items or (noun.exact and not noun.kinds):
            made.append(
                Ambiguous(Doubt.WHICH_ITEM, tuple(make(item) for item in noun.items), phrase)
            )
    return tuple(made)


def in_doubt(found: Found, phrase: str) -> Found:
    """The same as one question whether it is so."""
    candidates = tuple(entry for entry in found if not isinstance(entry, Ambiguous))
    if len(candidates) < len(found) or not candidates:
        return found
    return (Ambiguous(Doubt.IS_IT_SO, candidates, phrase),)


def is_compound(seen: Sequence[Seen], places: Iterable[int]) -> bool:
    """Whether an unknown word follows a thing at once: "roadmap meeting" is no roadmap."""
    return any(
        place + 1 < len(seen)
        and not seen[place + 1].classes
        and not seen[place + 1].named
        and seen[place + 1].text != "s"
        for place in places
    )


def settled(
    sight: Sight, seen: Sequence[Seen], found: Found, *, clean: bool = True
) -> Found | None:
    """Act where every word is known; ask where one or two are not; else it was something else."""
    unknown = strangers(seen)
    if not found:
        return None
    if not unknown and clean:
        return in_doubt(found, sight.phrase) if sight.has("think") else found
    if len(unknown) <= MOST_UNKNOWN and len(seen) <= LONGEST:
        return in_doubt(found, sight.phrase)
    return None


def day_of(seen: Sequence[Seen]) -> date | None:
    """The one day that a clause names, None where it names none, several, or one that cannot be told."""
    days = {when.day for entry in seen for when in entry.named if isinstance(when, When)}
    return days.pop() if len(days) == 1 else None


def with_client(seen: list[Seen], sight: Sight) -> list[Seen]:
    """The client's name is a word for "they" in what a freelancer writes, for "we" in what a contact writes."""
    names = {part.lower() for part in sight.context.client.split() if len(part) > 2}
    return [
        replace(entry, classes=entry.classes | {"own"}) if entry.text in names else entry
        for entry in seen
    ]


def one_target(seen: Sequence[Seen], context: Context) -> list[int] | None:
    """Where the one thing stands that is spoken of, named once or by its number and its name; None where there are several."""
    targets = things_at(seen, Noun, Number)
    if len(targets) < 2:
        return targets
    meant = {noun.items for noun in nouns_at(seen, targets, context)}
    return targets[-1:] if len(meant) == 1 else None


POINTING = frozenset(
    {"it", "that", "them", "one", "these", "those", "both", "das", "es", "ihn", "beides", "this"}
)


def documents_of(sight: Sight, seen: Sequence[Seen]) -> Files | None:
    """The documents that a clause speaks of; None is nothing that it could mean."""
    files = things_at(seen, Files)
    if files:
        return joined(
            thing for place in files for thing in seen[place].named if isinstance(thing, Files)
        )
    nouns = nouns_at(seen, things_at(seen, Noun), sight.context)
    if nouns:
        kinds = {kind for noun in nouns for kind in noun.kinds}
        arrived = [
            entry.number
            for entry in sight.context.documents
            if entry.arrived and entry.kind in kinds
        ]
        of_kind = arrived or [
            entry.number for entry in sight.context.documents if entry.kind in kinds
        ]
        if not of_kind:
            return None
        return Files(tuple(of_kind)) if len(of_kind) == 1 else Files((), tuple(of_kind))
    if sight.files and any(entry.text in {"it", "they", "them", "es", "sie"} for entry in seen):
        return Files(sight.files)
    if places_of(seen, "whole_mail", "all", "both", "pronoun") or any(
        entry.text == "the" for entry in seen
    ):
        return Files(whole=True)
    numbers = [
        thing.value
        for place in things_at(seen, Number)
        for thing in seen[place].named
        if isinstance(thing, Number)
    ]
    known = {entry.number for entry in sight.context.documents}
    if numbers and set(numbers) <= known:
        return Files(tuple(numbers)) if sight.is_freelancer else Files((), tuple(numbers))
    return None


def joined(files: Iterable[Files]) -> Files:
    """All of them as one; where one is not certain, none is."""
    every = tuple(files)
    if all(entry.numbers for entry in every):
        return Files(tuple(number for entry in every for number in entry.numbers))
    return Files(
        (), tuple(number for entry in every for number in (*entry.numbers, *entry.candidates))
    )


def topic_of(words: Iterable[Word], context: Context) -> tuple[Noun, ...]:
    """The things that a clause speaks of, to which the next may point."""
    return tuple(
        thing if isinstance(thing, Noun) else item_numbered(thing.value, context)
        for word in words
        if named(word, kind=Noun)
        for thing in word.named
        if isinstance(thing, Noun | Number)
    )


_PASSING = frozenset({"yet", "now", "moment", "today", "jetzt", "gerade", "vorerst", "derzeit"})


def only_for_now(sight: Sight) -> bool:
    """“I don't need the deck yet” is no word of later."""
    words = {word.text for word in sight.clause.words if not word.named}
    return bool(words & _PASSING) or (bool(words & {"noch"}) and bool(words & {"nicht"}))
