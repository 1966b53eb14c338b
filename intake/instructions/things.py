"""What a text may name, each with all that it may mean, and the word that names it."""

from __future__ import annotations

from dataclasses import dataclass, field

from intake.instructions.when import When
from intake.model import Address, Cadence, ItemName, Kind, Token


@dataclass(frozen=True, slots=True)
class Noun:
    """An item or a kind: the items it may mean, and the kinds. `exact`: by a number, or by the item's whole label."""

    items: tuple[ItemName, ...] = ()
    kinds: tuple[Kind, ...] = ()
    cadence: Cadence | None = None
    exact: bool = False


@dataclass(frozen=True, slots=True)
class Number:
    """A bare number; what it counts is for the rule to say."""

    value: int


@dataclass(frozen=True, slots=True)
class Files:
    """Documents. `numbers` is empty where it is not certain which; `candidates` then are the likeliest, if there are any.

    `whole` says that all is meant that came with the mail.
    """

    numbers: tuple[int, ...] = ()
    candidates: tuple[int, ...] = ()
    whole: bool = False


@dataclass(frozen=True, slots=True)
class Aim:
    """Another project, or the one that this is; several where the words fit several."""

    tokens: tuple[Token, ...]


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody: an address, or a name as written."""

    address: Address | None = field(default=None, repr=False)
    name: str = field(default="", repr=False)
    candidates: tuple[Address, ...] = field(default=(), repr=False)


Named = Noun | Number | Files | Aim | Person | When


@dataclass(frozen=True, slots=True)
class Word:
    """One word, one sign, or one thing that is named. `text` is folded; `start` and `end` are places in the line."""

    text: str = field(repr=False)
    start: int
    end: int
    named: tuple[Named, ...] = ()
    """More than one where several are listed together: "3, 4 and the deck"."""
    capital: bool = False

    @property
    def is_sign(self) -> bool:
        """Whether it is punctuation."""
        return not self.named and not self.text[:1].isalnum()


def named(word: Word, *, kind: type[Named]) -> bool:
    """Whether a word names something of a sort."""
    return bool(word.named) and isinstance(word.named[0], kind)
