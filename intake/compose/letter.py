"""What a letter is made of: a tree of plain-text sentences, the same for text and HTML.

Holds values only. The templates lay them out and escape them; nothing here is markup.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from intake.compose.words import Templates
from intake.model import CompletenessReport, Document


class Mark(StrEnum):
    """What stands before a line; HTML draws it, text spells it."""

    DONE = "done"
    NOTED = "noted"
    NUMBER = "number"
    PROBLEM = "problem"
    QUESTION = "question"
    LATER = "later"


@dataclass(frozen=True, slots=True)
class Origin:
    """A file's name or an address, and where it can be opened, None for nowhere."""

    name: str = field(repr=False)
    href: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a list: its mark, what it is about, what is to be said, what to type."""

    mark: Mark
    label: str = field(repr=False)
    detail: str = field(default="", repr=False)
    number: int | None = None
    origins: tuple[Origin, ...] = ()
    commands: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Section:
    """A heading, and under it a list, quoted lines and sentences, each of which may be empty."""

    heading: str = field(repr=False)
    lines: tuple[Line, ...] = ()
    quote: tuple[str, ...] = field(default=(), repr=False)
    closing: tuple[str, ...] = field(default=(), repr=False)
    is_main: bool = False
    """What the letter is for: it stands out from the other sections."""

    def __bool__(self) -> bool:
        """A heading alone is nothing to show."""
        return bool(self.lines or self.quote or self.closing)


@dataclass(frozen=True, slots=True)
class Letter:
    """A whole letter. `done` of `total` draws the progress; a total of 0 draws none."""

    headline: str = field(repr=False)
    about: str = field(repr=False)
    opening: tuple[str, ...] = field(default=(), repr=False)
    sections: tuple[Section, ...] = ()
    footer: str = field(default="", repr=False)
    done: int = 0
    total: int = 0


@dataclass(frozen=True, slots=True)
class Scene:
    """What the lines of one letter are written from. `most_lines` bounds the lists that a sender can make long.

    `message_octets` is the size of the largest message that is taken.
    """

    report: CompletenessReport
    templates: Templates
    documents: Mapping[int, Document]
    links: Mapping[int, str]
    reviews: Mapping[int, int]
    most_lines: int
    message_octets: int
