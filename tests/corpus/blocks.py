"""What a document consists of before it has a format, and what is known of it. Knows no format and no file."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Form(StrEnum):
    """A format in which blocks are rendered."""

    DOCX = "docx"
    PDF = "pdf"
    PPTX = "pptx"
    SLIDES_PDF = "slides-pdf"
    XLSX = "xlsx"
    CSV = "csv"
    HTML = "html"
    TXT = "txt"
    MD = "md"
    ODT = "odt"
    ODP = "odp"
    RTF = "rtf"

    @property
    def suffix(self) -> str:
        """Of the file, with its dot."""
        return ".pdf" if self is Form.SLIDES_PDF else f".{self.value}"


SLIDE_FORMS = frozenset({Form.PPTX, Form.ODP, Form.SLIDES_PDF})


class Source(StrEnum):
    """Where a document of the corpus comes from."""

    WRITTEN = "written"
    GENERATED = "generated"
    MAILED = "mailed"


@dataclass(frozen=True, slots=True)
class Run:
    """Text of one look. A line feed in it ends a line, not the paragraph."""

    text: str
    bold: bool = False
    italic: bool = False


Runs = tuple[Run, ...]
Rows = tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Heading:
    level: int
    runs: Runs


@dataclass(frozen=True, slots=True)
class Paragraph:
    runs: Runs


@dataclass(frozen=True, slots=True)
class Item:
    """A point of a list: `mark` is its number ("3."), a hyphen, or empty where the point before goes on."""

    depth: int
    mark: str
    runs: Runs


@dataclass(frozen=True, slots=True)
class Items:
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Grid:
    """A table; its first row is its head. All rows are equally long."""

    rows: Rows


@dataclass(frozen=True, slots=True)
class Quote:
    runs: Runs


@dataclass(frozen=True, slots=True)
class Code:
    text: str


@dataclass(frozen=True, slots=True)
class Picture:
    """A drawing that is made up where the document is rendered."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A line across."""


@dataclass(frozen=True, slots=True)
class PageBreak:
    pass


Block = Heading | Paragraph | Items | Grid | Quote | Code | Picture | Rule | PageBreak


@dataclass(frozen=True, slots=True)
class Period:
    """What a roadmap covers: `kind` is quarterly, yearly or other, `covers` as `intake` writes periods."""

    kind: str
    covers: str | None
    also: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Labels:
    """What is known of a document. `group` is what validation must not split; `name` is a file name of any suffix."""

    content: str
    group: str
    source: Source
    kind: str
    language: str
    name: str
    also: tuple[str, ...] = ()
    period: Period | None = None
    span: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Document:
    """Blocks, to be rendered in each of `forms`. `markdown` is the text as it was written, if it was."""

    labels: Labels
    forms: tuple[Form, ...]
    blocks: tuple[Block, ...]
    markdown: str | None = None


@dataclass(frozen=True, slots=True)
class File:
    """A finished file."""

    labels: Labels
    suffix: str
    octets: bytes


def chance(*seed: str) -> random.Random:
    """The same numbers for the same seed, on every machine."""
    digest = hashlib.sha256("\n".join(seed).encode()).digest()
    return random.Random(digest)  # noqa: S311  # to be repeatable is the point


def text_of(runs: Iterable[Run]) -> str:
    """Without its look."""
    return "".join(run.text for run in runs)


def runs_of(text: str) -> Runs:
    """Plain text as runs."""
    return (Run(text),)


def block_text(block: Block) -> str:
    """Everything that can be read in a block."""
    match block:
        case Heading(runs=runs) | Paragraph(runs=runs) | Quote(runs=runs):
            return text_of(runs)
        case Items(items=items):
            return "\n".join(f"{item.mark} {text_of(item.runs)}" for item in items)
        case Grid(rows=rows):
            return "\n".join("\t".join(row) for row in rows)
        case Code(text=text):
            return text
        case Picture() | Rule() | PageBreak():
            return ""


def full_text(blocks: Iterable[Block]) -> str:
    """Everything that can be read."""
    return "\n".join(map(block_text, blocks))
