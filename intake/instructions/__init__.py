"""Reads what a person's reply asks for: "3: n/a", "we have no event calendar", "file 2 is the brand guide".

Pure and bounded: no model, no network, never an exception, and nothing is done on a guess. The grammar:

1. Lines, sentences, clauses (`clauses`). Wrapped lines are joined; "1. attached 2. n/a" is a list; "no deck or roadmap" stays one
   thing twice named. A question, a condition and reported speech are no instructions; "could you please …" is one. What
   stands behind "because" is not read.
2. Names (`marks`). In each clause the items (by number, label, kind or synonym), documents (by number, file name or "the
   attached"), projects, people and times (`when`) are found. One word may name several things; all are kept.
3. Rules (`rules`), in order; the first that applies decides. Each knows some classes of words (`lexicon`; the phrases are
   data, `languages/*.yaml`). A clause of which every word is known to the rule is an instruction; with one or two strange
   words it is a question back; with more it is talk. A word right behind a thing ("deck changes") makes it another thing.
   What came with this very mail is told by `attached`, and only where one document alone can be meant.
4. The whole mail (here). "Too" says the same of another thing (`echo`). "One", "it" and a bare "will follow" point at what the clause before named. Two clauses that contradict
   each other become a question; a promise that follows "we don't have it" is the better word.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from intake.instructions.clauses import Clause, clauses_of
from intake.instructions.commands import inquiry
from intake.instructions.echo import echoed
from intake.instructions.rules import RULES
from intake.instructions.sight import Found, Sight, topic_of
from intake.instructions.things import Files, Noun, Number, Person
from intake.instructions.values import (
    Accept,
    Ambiguous,
    AskedWhich,
    AskedWho,
    Assign,
    Close,
    Command,
    Confidential,
    Context,
    Doubt,
    ForProject,
    Help,
    Instruction,
    IsKind,
    Keep,
    KeepOut,
    KnownDocument,
    KnownHold,
    KnownItem,
    KnownPerson,
    KnownProject,
    Later,
    Leave,
    LetIn,
    No,
    NotApplicable,
    NotConfidential,
    NotYours,
    Pause,
    Resume,
    ResumeReminding,
    Scope,
    SomeoneElse,
    Speaker,
    Status,
    StopReminding,
    Undo,
    Veto,
    Waive,
    Yes,
)
from intake.model import ItemName
from intake.parse.quotation import own_lines

__all__ = [
    "Accept",
    "Ambiguous",
    "AskedWhich",
    "AskedWho",
    "Assign",
    "Close",
    "Command",
    "Confidential",
    "Context",
    "Doubt",
    "ForProject",
    "Help",
    "Instruction",
    "IsKind",
    "Keep",
    "KeepOut",
    "KnownDocument",
    "KnownHold",
    "KnownItem",
    "KnownPerson",
    "KnownProject",
    "Later",
    "Leave",
    "LetIn",
    "No",
    "NotApplicable",
    "NotConfidential",
    "NotYours",
    "Pause",
    "Resume",
    "ResumeReminding",
    "Scope",
    "SomeoneElse",
    "Speaker",
    "Status",
    "StopReminding",
    "Undo",
    "Veto",
    "Waive",
    "Yes",
    "read",
]

_SHORTEST_HEADING = 4
_READ_CHARACTERS = 12_000
"""What somebody asks for stands at the beginning; a longer text is an article or a paste."""
_MOST_INSTRUCTIONS = 40
_ANSWERED = re.compile(r"\s*(?:re|aw|fwd?|wg|antw|sv)\s*:", re.IGNORECASE)


def read(written: str, *, subject: str = "", context: Context) -> tuple[Instruction, ...]:
    """What the writer asks for, in the order of the mail and without repeats.

    `written` is the part that the person wrote. The subject is read only where nothing is written and it answers nothing:
    a command may stand there alone. Where one of our own letters stands in it, unmarked, nothing is read: that one holds
    examples of what may be written, and another desk that answers it must not be obeyed.
    """
    text = "\n".join(own_lines(written[:_READ_CHARACTERS].split("\n")))
    if _holds_a_letter_of_ours(written):
        return ()
    if not text.strip() and not _ANSWERED.match(subject):
        text = subject[:200]
    found: list[Instruction] = []
    slips: list[Instruction] = []
    spoken = _Spoken()
    for clause in map(_headed_by_number, clauses_of(text, context)):
        if clause.sentence - spoken.sentence > 1:
            spoken = _Spoken()
        sight = Sight(
            clause,
            context,
            topic=spoken.topic,
            files=spoken.files,
            spoken=_items_of(found),
            names_its_kind=spoken.kind_told == clause.sentence,
            person=spoken.person,
            confided=bool(found) and isinstance(found[-1], Confidential),
            disclaimed=clause.sentence - spoken.disclaimed <= 1,
        )
        made = _made_of(sight)
        if not made and clause.sentence - spoken.acted <= 1:
            made = echoed(sight, spoken.made)
        if made and _is_slip(sight, made):
            slips.extend(made)
        elif not made and _names_a_holder(sight):
            found = _doubting_the_last(found, clause)
        found.extend(made)
        spoken = _after(spoken, sight, made)
    if len(slips) < len(found):
        found = [entry for entry in found if not any(entry is slip for slip in slips)]
    return _settled(found)[:_MOST_INSTRUCTIONS]


@dataclass(frozen=True, slots=True)
class _Spoken:
    """What the clauses so far have spoken of, to which the next may point."""

    topic: tuple[Noun, ...] = ()
    files: tuple[int, ...] = ()
    person: Person | None = None
    sentence: int = -9
    """The last in which something of it was said."""
    kind_told: int = -9
    """The last sentence in which it was said of a document what it is."""
    disclaimed: int = -9
    """The last sentence in which the writer said that a thing is nothing of theirs."""
    made: tuple[Instruction, ...] = ()
    """What the last clause asked for that asked for something."""
    acted: int = -9
    """The sentence of that clause."""


def _made_of(sight: Sight) -> Found:
    """What the clause asks for; a question asks at most for what is read out."""
    if sight.clause.conditional:
        return ()
    if sight.clause.asks:
        return (inquiry(sight) or ()) if sight.is_freelancer else ()
    return _first(sight)


def _after(spoken: _Spoken, sight: Sight, made: Found) -> _Spoken:
    clause = sight.clause
    topic = topic_of(clause.words, sight.context) or _told_of(made)
    files = _files_of(clause) or _undecided(made)
    people = [thing for word in clause.words for thing in word.named if isinstance(thing, Person)]
    named = dict.fromkeys(entry.address for entry in people if entry.address)
    person = next((entry for entry in people if entry.address), None) if len(named) == 1 else None
    told = any(isinstance(entry, IsKind) for entry in made) or bool(_undecided(made))
    kept = replace(
        spoken,
        person=person or (None if people else spoken.person),
        kind_told=clause.sentence if told else spoken.kind_told,
        disclaimed=clause.sentence if sight.has("disclaim") else spoken.disclaimed,
        made=made,
        acted=clause.sentence,
    )
    if topic or files:
        return replace(kept, topic=topic, files=files, sentence=clause.sentence)
    if spoken.topic or spoken.files or people:
        return replace(kept, sentence=clause.sentence)
    return kept


def _is_slip(sight: Sight, made: Found) -> bool:
    """Whether it is only said that there was a mistake: what else the mail says then is the better word."""
    return sight.has("slip") and all(
        isinstance(entry, Undo) and entry.item is None for entry in made
    )


def _names_a_holder(sight: Sight) -> bool:
    """Whether it says who has a thing, in words that no rule understood."""
    people = any(isinstance(thing, Person) for word in sight.clause.words for thing in word.named)
    return (people or sight.has("role")) and sight.has("held", "ask")


def _doubting_the_last(found: list[Instruction], clause: Clause) -> list[Instruction]:
    """“I don't have it, …”: where somebody is named right behind it, it may be that they have it."""
    if not found or not isinstance(found[-1], NotApplicable):
        return found
    last = found[-1]
    return [*found[:-1], Ambiguous(Doubt.IS_IT_SO, (last,), f"{last.phrase}, {clause.phrase}")]


def _holds_a_letter_of_ours(written: str) -> bool:
    """Whether a heading stands there as our letters have it: underlined with as many hyphens as it has characters."""
    lines = [line.strip() for line in written.split("\n")]
    return any(
        heading and line == "-" * len(heading) and len(line) >= _SHORTEST_HEADING
        for heading, line in pairwise(lines)
    )


def _first(sight: Sight) -> tuple[Instruction, ...]:
    for rule in RULES:
        if (made := rule(sight)) is not None:
            return made
    return ()


def _items_of(found: Sequence[Instruction]) -> frozenset[ItemName]:
    about = (NotApplicable, Later, SomeoneElse, Keep, Waive, Veto)
    return frozenset(entry.item for entry in found if isinstance(entry, about))


def _told_of(made: Sequence[Instruction]) -> tuple[Noun, ...]:
    """The items of which something was said by their numbers."""
    about = (NotApplicable, Later, SomeoneElse, Keep, Waive, Veto)
    items = dict.fromkeys(entry.item for entry in made if isinstance(entry, about))
    return tuple(Noun((item,), exact=True) for item in items)


def _undecided(made: Sequence[Instruction]) -> tuple[int, ...]:
    """The documents of which it was said what they are not."""
    return tuple(
        candidate.document
        for entry in made
        if isinstance(entry, Ambiguous) and entry.doubt is Doubt.WHICH_KIND
        for candidate in entry.candidates
        if isinstance(candidate, IsKind)
    )


def _files_of(clause: Clause) -> tuple[int, ...]:
    return tuple(
        number
        for word in clause.words
        for thing in word.named
        if isinstance(thing, Files)
        for number in thing.numbers
    )


def _headed_by_number(clause: Clause) -> Clause:
    """Of "4. Event calendar: n/a" the label; where the two do not agree, the item is in doubt, but for whole sentences."""
    words = [word for word in clause.words if not word.is_sign]
    if (
        len(words) < 2
        or not words[0].named
        or not isinstance(words[0].named[0], Number)
        or len(words[0].named) > 1
    ):
        return clause
    nouns = [word for word in words[1:] if word.named and isinstance(word.named[0], Noun)]
    if not nouns:
        return clause
    sign = clause.words[1]
    if not (sign.is_sign or nouns[0] is words[1]):
        return clause
    return replace(clause, words=tuple(word for word in clause.words if word is not words[0]))


def _settled(found: Sequence[Instruction]) -> tuple[Instruction, ...]:
    """Without repeats. Of one item two things cannot be true: the later promise wins over "we have none", all else is asked."""
    kept: list[Instruction] = []
    for entry in found:
        if entry in kept or _is_within(entry, found):
            continue
        rival = next((other for other in kept if _contradict(other, entry)), None)
        if rival is None:
            kept.append(entry)
        elif isinstance(rival, NotApplicable) and isinstance(entry, Later | SomeoneElse):
            kept[kept.index(rival)] = entry
        elif isinstance(rival, Later | SomeoneElse) and isinstance(entry, Later | SomeoneElse):
            kept[kept.index(rival)] = _better(rival, entry)
        else:
            kept[kept.index(rival)] = Ambiguous(
                Doubt.CONTRADICTION, (rival, entry), f"{rival.phrase} … {entry.phrase}"
            )
    return tuple(entry for entry in kept if not _is_answered(entry, kept))


def _is_within(entry: Instruction, others: Sequence[Instruction]) -> bool:
    """Whether another one says it more exactly (what to take back) or of more (what is confidential)."""
    if isinstance(entry, Undo) and entry.item is None:
        return any(isinstance(other, Undo) and other.item is not None for other in others)
    if isinstance(entry, Accept):
        return any(
            isinstance(other, IsKind) and other.document == entry.document for other in others
        )
    if isinstance(entry, Confidential) and entry.scope is Scope.MAIL:
        return any(
            isinstance(other, Confidential) and other.scope is Scope.PROJECT for other in others
        )
    return False


def _is_answered(entry: Instruction, others: Sequence[Instruction]) -> bool:
    """Whether a doubt was cleared in the same mail."""
    if (
        not isinstance(entry, Ambiguous)
        or not entry.candidates
        or entry.doubt is Doubt.CONTRADICTION
    ):
        return False
    if entry.doubt is Doubt.WHICH_KIND:
        told = {other.document for other in others if isinstance(other, IsKind)}
        return all(
            isinstance(candidate, IsKind) and candidate.document in told
            for candidate in entry.candidates
        )
    if entry.doubt is Doubt.WHICH_ITEM and any(other in entry.candidates for other in others):
        return True
    if entry.doubt is Doubt.WHICH_PROJECT:
        return any(isinstance(other, ForProject) for other in others)
    about = (NotApplicable, Later, SomeoneElse, Keep, Waive, Veto)
    told_items = {other.item for other in others if isinstance(other, about)}
    return entry.doubt is Doubt.IS_IT_SO and all(
        isinstance(candidate, about) and candidate.item in told_items
        for candidate in entry.candidates
    )


def _better(one: Instruction, other: Instruction) -> Instruction:
    if (
        isinstance(one, SomeoneElse)
        and isinstance(other, SomeoneElse)
        and one.address is None
        and not other.name
    ):
        return replace(other, name=one.name)  # "our agency has it, reach them at …"
    if isinstance(one, Later) and isinstance(other, Later):
        return other if other.until is not None or one.until is None else one
    return other


def _contradict(one: Instruction, other: Instruction) -> bool:
    about = (NotApplicable, Later, SomeoneElse, Keep, Waive, Veto)
    if isinstance(one, about) and isinstance(other, about):
        return one.item == other.item and one != other
    if isinstance(one, IsKind) and isinstance(other, IsKind):
        return one.document == other.document and one.kind != other.kind
    return False
