"""How one copy of a document looks: paper, letters, headings, margins, cover, what its program wrote into it.

Everything is drawn by lot from the document's name and format and never from its kind, so that a look tells nothing.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from random import Random

from tests.corpus.blocks import Document, Heading, text_of

A4, LETTER, LEGAL, A5 = (595.3, 841.9), (612.0, 792.0), (612.0, 1008.0), (419.5, 595.3)
WIDE, WIDER, SCREEN = (960.0, 540.0), (720.0, 405.0), (720.0, 540.0)

_CONFIDENTIAL = {
    "en": ("Confidential", "CONFIDENTIAL - do not forward", "Internal use only", "Draft"),
    "de": ("Vertraulich", "Nur für den internen Gebrauch", "Entwurf"),
    "fr": ("Confidentiel", "Usage interne", "Projet"),
    "es": ("Confidencial", "Uso interno", "Borrador"),
    "pt": ("Confidencial", "Uso interno", "Rascunho"),
    "nl": ("Vertrouwelijk", "Alleen intern gebruik", "Concept"),
    "it": ("Riservato", "Uso interno", "Bozza"),
}
_PAGE = {
    "en": ("Page {page}", "Page {page} of {pages}"),
    "de": ("Seite {page}", "Seite {page} von {pages}"),
    "fr": ("Page {page}", "Page {page} sur {pages}"),
    "es": ("Página {page}", "Página {page} de {pages}"),
    "pt": ("Página {page}", "Página {page} de {pages}"),
    "nl": ("Pagina {page}", "Pagina {page} van {pages}"),
    "it": ("Pagina {page}", "Pagina {page} di {pages}"),
}
_JUNK_TITLES = (
    "Microsoft Word - Document1", "Microsoft Word - {name}", "{name}", "Document1", "Untitled",
    "PowerPoint Presentation", "Template 2019", "Presentation1", "{name}.indd", "untitled-3",
    "Company letterhead", "Book1",
)  # fmt: skip
_WRITERS = (
    "Anna",
    "office",
    "Windows User",
    "M. Keller",
    "Admin",
    "Design Team",
    "user01",
    "Lucía",
    "j.barnes",
    "",
)
_COLOURS = (
    "1F4E79", "2E74B5", "C00000", "385723", "7030A0", "404040", "000000", "0B7A75", "D35400",
    "8E1B4F", "00649D", "5B5B5B", "B8860B", "16324F", "E4572E", "4A7C59", "2B2D42", "6A4C93",
)  # fmt: skip
_YEAR = re.compile(r"\b20[12]\d\b")


class Heads(StrEnum):
    """How headings are made: as the program wants it, or as most people do."""

    STYLED = "styled"
    BOLD = "bold"
    LARGE = "large"
    CAPITALS = "capitals"


class Letters(StrEnum):
    SANS = "sans"
    SERIF = "serif"
    MONO = "mono"


@dataclass(frozen=True, slots=True)
class Look:
    """Sizes are points. `foot` and `head` stand on every page, {page} and {pages} to be filled in."""

    width: float
    height: float
    margin: float
    letters: Letters
    size: float
    spacing: float
    heads: Heads
    accent: str
    cover: bool
    head: str
    foot: str
    columns: int
    bullet: str
    typed_lists: bool
    numbered: bool
    lined_tables: bool
    pictures: int
    logo: bool
    title: str | None
    author: str
    saved_on: date


def draw(document: Document, rng: Random, *, slides: bool) -> Look:
    """A look by lot. Slides are wide and large, pages are paper."""
    width, height = _screen(rng) if slides else _paper(rng)
    return Look(
        width=width,
        height=height,
        margin=rng.choice((36, 50, 56.7, 71, 72, 85)),
        letters=rng.choices(list(Letters), (6, 3, 0.4))[0],
        size=rng.choice((9, 10, 10.5, 11, 11, 12)),
        spacing=rng.choice((1.1, 1.15, 1.2, 1.35, 1.5)),
        heads=rng.choices(list(Heads), (5, 3, 2, 1))[0],
        accent=rng.choice(_COLOURS),
        cover=rng.random() < (0.5 if slides else 0.12),
        head=_head(document, rng),
        foot=_foot(document, rng),
        columns=2 if not slides and rng.random() < 0.06 else 1,
        bullet=rng.choice(("•", "•", "•", "-", "\N{EN DASH}", "▪", "o", "*", "»")),
        typed_lists=rng.random() < 0.35,
        numbered=rng.random() < 0.06,
        lined_tables=rng.random() < 0.7,
        pictures=rng.choices((0, 1, 2, 4), (60, 25, 10, 5) if not slides else (40, 25, 20, 15))[0],
        logo=rng.random() < 0.2,
        title=_metadata_title(document, rng),
        author=rng.choice(_WRITERS),
        saved_on=_saved_on(document, rng),
    )


def heading_of(document: Document) -> str | None:
    """What stands over the whole document."""
    heads = (block for block in document.blocks[:3] if isinstance(block, Heading))
    return next((text_of(block.runs) for block in heads), None)


def pick(rng: Random, texts: Sequence[str]) -> str:
    return texts[int(rng.random() * len(texts))]


def _paper(rng: Random) -> tuple[float, float]:
    size = rng.choices((A4, LETTER, LEGAL, A5), (60, 35, 2, 3))[0]
    return (size[1], size[0]) if rng.random() < 0.08 else size


def _screen(rng: Random) -> tuple[float, float]:
    return rng.choices((WIDE, WIDER, SCREEN, (A4[1], A4[0])), (50, 18, 25, 7))[0]


def _head(document: Document, rng: Random) -> str:
    if rng.random() < 0.75:
        return ""
    words = _CONFIDENTIAL.get(document.labels.language, _CONFIDENTIAL["en"])
    return rng.choice((rng.choice(words), _stem(document), f"{_saved_on(document, rng):%d.%m.%Y}"))


def _foot(document: Document, rng: Random) -> str:
    if rng.random() < 0.4:
        return ""
    language = document.labels.language
    confidential = rng.choice(_CONFIDENTIAL.get(language, _CONFIDENTIAL["en"]))
    page, of = _PAGE.get(language, _PAGE["en"])
    return rng.choice(
        ("{page}", "{page}", page, of, of, "- {page} -", "{page} / {pages}", confidential,
         f"{confidential} | {{page}}", f"{_stem(document)}    {{page}}")
    )  # fmt: skip


def _metadata_title(document: Document, rng: Random) -> str | None:
    lot = rng.random()
    if lot < 0.35:
        return heading_of(document)
    if lot < 0.6:
        return rng.choice(_JUNK_TITLES).format(name=_stem(document))
    return None


def _stem(document: Document) -> str:
    name = document.labels.name
    return name.rsplit(".", 1)[0].replace("{", "(").replace("}", ")")


def _saved_on(document: Document, rng: Random) -> date:
    """Near what the document speaks of, as far as its own years tell."""
    stated = document.labels.span or (
        document.labels.period and [document.labels.period.covers or ""]
    )
    years = [int(year) for text in stated or () for year in _YEAR.findall(text)]
    year = (
        min(years) if years else rng.choice((2019, 2021, 2022, 2023, 2024, 2024, 2025, 2025, 2026))
    )
    return date(year, 1, 1) + timedelta(days=rng.randrange(-60, 300))
