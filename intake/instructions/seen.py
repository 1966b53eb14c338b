"""How a rule reads a clause: its words with the classes that the rule knows, and what they name.

Knows nothing of what any class is for.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from intake.instructions.lexicon import COURTESIES, Lexicon, lexicon, near_miss
from intake.instructions.things import Named, Word
from intake.instructions.values import Context


@dataclass(frozen=True, slots=True)
class Seen:
    """One word or phrase as a rule sees it: its classes, none for a word that the rule does not know."""

    classes: frozenset[str]
    text: str = field(repr=False)
    word: Word
    place: int

    @property
    def named(self) -> tuple[Named, ...]:
        """What it names, nothing for plain words."""
        return self.word.named


_LEAST_VERB = 7
"""A "summit" is no misspelt "submit"."""


def seen_by(words: Sequence[Word], names: tuple[str, ...], context: Context) -> list[Seen]:
    """A clause as a rule sees it that knows these classes; signs are left out."""
    known: Lexicon = lexicon(context.languages, names)
    spoken = [
        word for word in words if not word.is_sign and (word.named or word.text not in COURTESIES)
    ]
    plain = [
        "" if word.named else near_miss(word.text, context.languages, names, _LEAST_VERB)
        for word in spoken
    ]
    found: list[Seen] = []
    tails: dict[int, int] = {}
    place = 0
    while place < len(spoken):
        if place in tails:
            size, classes = tails[place], frozenset({"fill"})
        elif spoken[place].named:
            size, classes = 0, frozenset[str]()
        else:
            size, classes = known.at(plain, place)
            head, at, tail, parted = known.parted_at(plain, place)
            if (
                head
                and at + tail - place > size
                and _may_stand_between(spoken[place + head : at], plain[place + head : at], context)
            ):
                size, classes = head, parted
                tails[at] = tail
        found.append(
            Seen(classes, " ".join(plain[place : place + max(size, 1)]), spoken[place], place)
        )
        place += max(size, 1)
    return found


def _may_stand_between(words: Sequence[Word], plain: Sequence[str], context: Context) -> bool:
    """Whether it is but the thing that a verb is said of: "leave [the old deck] out"."""
    small = lexicon(context.languages, (*_OBJECTS, "det", "fill", "you"))
    objects = lexicon(context.languages, _OBJECTS)
    return all(
        word.named or small.at([text], 0)[0] for word, text in zip(words, plain, strict=True)
    ) and any(
        word.named or objects.at([text], 0)[0] for word, text in zip(words, plain, strict=True)
    )


_OBJECTS = (
    "pronoun",
    "same",
    "own",
    "project",
    "both",
    "all",
    "remind",
    "document",
    "undo_last",
    "undo_what",
    "item",
)
