"""Blocks to plain text and Markdown."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from tests.corpus import markdown
from tests.corpus.blocks import (
    Block,
    Code,
    Document,
    Grid,
    Heading,
    Items,
    PageBreak,
    Paragraph,
    Picture,
    Quote,
    Rows,
    Rule,
    text_of,
)

_CHARSETS = ("utf-8", "utf-8-sig", "cp1252", "utf-16")


@dataclass(frozen=True, slots=True)
class _Manner:
    """How one writer types: `wrap` is a width in characters, 0 for lines that never end."""

    wrap: int
    heads: str
    bullet: str
    tables: str
    gap: str


def render_markdown(document: Document) -> bytes:
    """The text as it was written, or Markdown made of the blocks."""
    written = document.markdown
    text = markdown.write(document.blocks) if written is None else written
    return text.replace("\\newpage\n", "").encode()


def render_text(document: Document, rng: Random) -> bytes:
    """A .txt file as people type it; the charset is one in which nothing is lost."""
    manner = _Manner(
        wrap=rng.choice((0, 0, 72, 78, 90)),
        heads=rng.choice(("plain", "capitals", "=", "-", "#", "* ")),
        bullet=rng.choice(("- ", "- ", "* ", "• ", "  - ", "-> ", "")),
        tables=rng.choice(("aligned", "tabs", "bars", "aligned")),
        gap=rng.choice(("\n\n", "\n\n", "\n", "\n\n\n")),
    )
    text = manner.gap.join(filter(None, (_typed(block, manner) for block in document.blocks)))
    end = rng.choice(("\n", "\r\n"))
    octets_of = text.replace("\n", end) + end
    try:
        return octets_of.encode(rng.choices(_CHARSETS, (6, 1, 2, 0.3))[0])
    except UnicodeEncodeError:
        return octets_of.encode()


def _typed(block: Block, manner: _Manner) -> str:
    match block:
        case Heading(level=level, runs=runs):
            return _heading(text_of(runs), level, manner)
        case Paragraph(runs=runs):
            return _wrapped(text_of(runs), manner)
        case Quote(runs=runs):
            return textwrap.indent(_wrapped(text_of(runs), manner), "> ")
        case Items():
            return "\n".join(_items(block, manner))
        case Grid(rows=rows):
            return "\n".join(_table(rows, manner))
        case Code(text=text):
            return textwrap.indent(text, "    ")
        case Rule():
            return "-" * 30
        case Picture() | PageBreak():
            return ""


def _heading(text: str, level: int, manner: _Manner) -> str:
    match manner.heads:
        case "capitals":
            return text.upper()
        case "=" | "-":
            return f"{text}\n{(manner.heads if level == 1 else '-') * len(text)}"
        case "#":
            return f"{'#' * level} {text}"
        case "* ":
            return f"*** {text} ***" if level == 1 else f"** {text}"
        case _:
            return text


def _wrapped(text: str, manner: _Manner, *, indent: str = "") -> str:
    if not manner.wrap:
        return text
    lines = text.split("\n")
    return "\n".join(textwrap.fill(line, manner.wrap, subsequent_indent=indent) for line in lines)


def _items(block: Items, manner: _Manner) -> Iterator[str]:
    for item in block.items:
        mark = manner.bullet if item.mark == "-" else f"{item.mark} " if item.mark else "  "
        pad = "  " * item.depth
        text = _wrapped(text_of(item.runs), manner, indent=" " * len(mark))
        yield textwrap.indent(f"{mark}{text}", pad)


def _table(rows: Rows, manner: _Manner) -> Iterator[str]:
    flat = [[" ".join(cell.split()) for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(*flat, strict=True)]
    for row in flat:
        if manner.tables == "tabs":
            yield "\t".join(row)
        elif manner.tables == "bars":
            yield "| " + " | ".join(map(str.ljust, row, widths)) + " |"
        else:
            yield "   ".join(map(str.ljust, row, widths)).rstrip()
