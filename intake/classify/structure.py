"""How a document is built, whatever it says: its lines, cells, pages and signs, each as a number from 0 to 1.

What sets an invoice apart from a post is built in before it is worded: labelled lines, wide and empty tables, speakers
that take turns, numbered clauses. Nothing here knows a kind, and nothing a language beyond a greeting.
"""

# ruff: noqa: RUF001  # the marks are those that people type

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from intake.classify.scale import ramp, share
from intake.model import Extract, Family, Page

_LINES = 400
_ROWS = 400

_LABELLED = re.compile(r"\W*[^\W\d][\w ()/.'&-]{1,34}(?::\s*\S|\s*:\s*\t|\t+\S)")
_LABEL_ALONE = re.compile(r"\W*[^\W\d][\w ()/.'&-]{1,34}:\s*$")
_SPEAKER = re.compile(r"[*_>]*([^\W\d][\w.' -]{0,24})[*_]*\s*(?:\[\d[\d:]*\]\s*)?:\s")
_CLAUSE = re.compile(r"\W*(?:\d{1,2}\.\d{1,2}(?:\.\d+)*\.?\s|§\s?\d|\((?:[a-z]|[ivx]{1,4})\)\s|(?:art(?:icle|ikel|ículo)?|section|clause|klausel)\.?\s\d)", re.IGNORECASE)  # fmt: skip
_CITED = re.compile(r"(?=[\[(ed])(?:\[\d{1,3}(?:[,–-]\s?\d{1,3})*\]|\([A-Z]\w+(?: et al\.?| & \w+| and \w+)?,? (?:19|20)\d\d\w?\)|\bet al\b|\bdoi\b)")  # fmt: skip
_GREETING = re.compile(
    r"\W*(?:dear|hi|hello|to whom|sehr geehrte|liebe[rs]?\s|hallo|guten tag|madame|monsieur|cher|chère|bonjour|estimad|querid|hola|prezad|caro|cara|gentile|egregio|geachte|beste)\b",
    re.IGNORECASE,
)
_REGARDS = re.compile(
    r"\W*(?:(?:yours|best|kind|warm|many)\s+(?:sincerely|faithfully|regards|wishes|thanks)|sincerely|regards|cheers|mit freundlichen|viele grüße|herzliche|cordialement|bien à vous|atentamente|saludos|un saludo|atenciosamente|cordiali|distinti|met vriendelijke)",
    re.IGNORECASE,
)
_PAGE_MARK = re.compile(
    r"\W*(?:page|seite|página|pagina|p\.)\s*\d+(?:\s*(?:of|/|von|sur|de|di|van)\s*\d+)?\W*$",
    re.IGNORECASE,
)
_AMOUNT_LAST = re.compile(r"[$€£¥]?\s?\d[\d.,' ]*\d\d?\s?(?:€|eur|usd|chf|gbp|%)?\s*\|?\s*$", re.IGNORECASE)  # fmt: skip
_AMOUNT_ENDS = frozenset("0123456789€%rdfpRDFP")
_ORDERS = frozenset(
    """
    add apply ask avoid bake bring call change check choose clean click close collect combine
    complete connect contact cook copy create cut delete do don't download drain ensure enter
    explain fill find fold follow give heat hold insert install keep leave let list make measure mix
    move never open place pour prepare press provide pull push put read remove repeat replace return
    run save select send serve set sign stir stop submit switch take test tick turn type unplug use
    wait wash wear write klicken öffnen wählen verwenden drücken cliquez ouvrez utilisez ajoutez
    haga abra utilice añadir log
    """.split()  # noqa: SIM905  # a list of words reads best as words
)
_FIRST_WORD = re.compile(r"\W*(?:\d+[.)]\s+)?([^\W\d][\w']*)")
_NUMBER = re.compile(r"[-+(]?[$€£¥]?\s?\d[\d.,' ]*\s?(?:%|€|h|k|m|kg|km|pcs)?\)?")
_DAY_CELL = re.compile(
    r"(?:\d{4}-\d\d-\d\d|\d{1,2}[./-]\d{1,2}[./-]\d{2,4}|\d{1,2}\.? ?[a-zé]{3,9}\.?(?: \d{2,4})?|[a-zé]{3,9}\.? \d{1,2}(?:,? \d{4})?)(?:[ t]\d\d:\d\d.*)?"
)
# Each begins with what it is found by at once, and looks back from there.
_HASHTAG = re.compile(r"#(?<!\S#)[^\W\d]\w{2,}")
_EMOJI = re.compile("[\U0001f300-\U0001faff\u2600-\u27bf]")
_LINK_SIGNS = ("://", "www.", "@")
_YEAR = re.compile(r"20(?<!\w20)[0-4]\d\b")
_CITES = 0.006

NAMES = (
    "labelled_lines", "labels_alone", "speakers", "clauses", "citations", "letter", "page_marks",
    "amounts_last", "orders", "capital_lines", "question_heads", "hashtags", "emoji", "link_lines",
    "list_depth", "paragraph_length", "lone_lines", "repeated_starts", "years_named", "year_spread",
    "table_width", "wide_table", "empty_cells", "number_cells", "day_cells", "long_cells", "sparse_rows",
    "row_count", "several_tables", "sheets", "pictures_a_page", "only_pictures", "slide_shape",
    "paper_shape", "uneven_pages", "sparse_pages", "titled_pages", "text_file", "word_file", "web_file",
    "pdf_file", "heads_short", "heads_many", "title_words", "coloured_cells", "joined_cells", "drawn",
    "letter_sizes", "covered", "flat", "edges", "rows_seen", "scanned",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Lines:
    """A document's text as this module looks at it."""

    original: tuple[str, ...]
    """As written, without empty lines."""
    rows: tuple[tuple[str, ...], ...]
    heads: tuple[str, ...]
    words: int


def measure(extract: Extract, lines: Lines) -> dict[str, float]:
    """Every measure of `NAMES`."""
    return {**_written(extract, lines), **_tables(extract, lines.rows), **_pages(extract)}


def _written(extract: Extract, given: Lines) -> dict[str, float]:
    lines, words = given.original[:_LINES], given.words
    count = len(lines)
    text = "\n".join(lines)
    lengths = sorted(len(line.split()) for line in lines)
    firsts = [found[1].lower() for line in lines if (found := _FIRST_WORD.match(line))]
    starts = Counter(firsts)
    parted = [line for line in lines if ":" in line or "\t" in line]
    links = any(sign in text for sign in _LINK_SIGNS)
    years = [int(found) for found in _YEAR.findall(text)]
    spoken = Counter(found[1].lower() for line in parted if (found := _SPEAKER.match(line)))
    heads = given.heads[:100]
    opening, ending = lines[:12], lines[-12:]
    greeted = any(_GREETING.match(line) and len(line.split()) < 9 for line in opening)
    closed = any(_REGARDS.match(line) and len(line.split()) < 8 for line in ending)
    return {
        "labelled_lines": share(sum(bool(_LABELLED.match(line)) for line in parted), count),
        "labels_alone": share(sum(bool(_LABEL_ALONE.match(line)) for line in parted), count),
        "speakers": share(sum(n for n in spoken.values() if n > 2), count),
        "clauses": share(sum(bool(_CLAUSE.match(line)) for line in lines), count * 0.5),
        "citations": min(1.0, len(_CITED.findall(text)) / max(words, 200) / _CITES),
        "letter": (greeted + closed) / 2,
        "page_marks": ramp(sum(bool(_PAGE_MARK.match(line)) for line in lines), 0, 4),
        "amounts_last": share(sum(map(_ends_in_amount, lines)), count),
        "orders": share(sum(first in _ORDERS for first in firsts), count * 0.5),
        "capital_lines": share(sum(_is_capital(line) for line in lines), count * 0.5),
        "question_heads": share(sum(head.rstrip().endswith("?") for head in heads), len(heads)),
        "hashtags": ramp(len(_HASHTAG.findall(text)), 0, 12),
        "emoji": ramp(len(_EMOJI.findall(text)), 0, 12),
        "link_lines": share(sum(_has_link(line) for line in lines), count) if links else 0.0,
        "list_depth": share(sum(line.startswith(("  -", "  *", "\t-", "    ")) for line in lines), count),
        "paragraph_length": ramp(lengths[int(len(lengths) * 0.75)] if lengths else 0, 6, 80),
        "lone_lines": share(sum(length <= 2 for length in lengths), count),
        "repeated_starts": share(sum(n for n in starts.values() if n > 2), count),
        "years_named": ramp(len(set(years)), 0, 6),
        "year_spread": ramp(max(years) - min(years), 0, 8) if years else 0.0,
        "text_file": float(extract.family is Family.TEXT),
        "word_file": float(extract.family is Family.WORDS),
        "web_file": float(extract.family is Family.WEB),
        "pdf_file": float(extract.family is Family.PDF),
        "heads_short": share(sum(len(head.split()) <= 3 for head in heads), len(heads)),
        "heads_many": ramp(math.log2(len(heads) + 1), 0, 6),
        "title_words": ramp(len((extract.title or "").split()), 0, 14),
    }  # fmt: skip


def _ends_in_amount(line: str) -> bool:
    end = line[-28:].rstrip(" |\t")
    return end[-1:] in _AMOUNT_ENDS and bool(_AMOUNT_LAST.search(end))


def _has_link(line: str) -> bool:
    return any(sign in line for sign in _LINK_SIGNS)


def _is_capital(line: str) -> bool:
    return line.isupper() and sum(character.isalpha() for character in line) >= 5


def _tables(extract: Extract, given: Sequence[Sequence[str]]) -> dict[str, float]:
    rows = given[:_ROWS]
    cells = [cell for row in rows for cell in row[:40]]
    filled = [cell.strip().lower() for cell in cells if cell.strip()]
    widths = sorted(len(row) for row in rows)
    width = widths[len(widths) // 2] if widths else 0
    return {
        "table_width": ramp(width, 1, 12),
        "wide_table": ramp(widths[-1] if widths else 0, 8, 40),
        "empty_cells": 1 - share(len(filled), len(cells)) if cells else 0.0,
        "number_cells": share(sum(bool(_NUMBER.fullmatch(cell)) for cell in filled), len(filled)),
        "day_cells": share(
            sum(bool(len(cell) < 26 and _DAY_CELL.fullmatch(cell)) for cell in filled),
            len(filled) * 0.5,
        ),
        "long_cells": share(sum(len(cell) > 60 for cell in filled), len(filled)),
        "sparse_rows": share(sum(2 * sum(map(bool, row)) <= len(row) for row in rows), len(rows)),
        "coloured_cells": ramp(math.log2(extract.filled + 1), 3, 10),
        "joined_cells": ramp(extract.merged, 0, 30),
        "row_count": ramp(math.log2(len(given) + 1), 1, 9),
        "several_tables": ramp(extract.tables, 0, 6),
        "sheets": ramp(extract.page_count or 0, 1, 6) if extract.family is Family.SHEET else 0.0,
    }


def _pages(extract: Extract) -> dict[str, float]:
    pages = extract.pages
    paged = extract.family in (Family.PDF, Family.SLIDES) and bool(pages)
    counts = [len(page.text.split()) for page in pages] if paged else []
    mean = sum(counts) / len(counts) if counts else 0.0
    spread = math.sqrt(sum((n - mean) ** 2 for n in counts) / len(counts)) if counts else 0.0
    pictures = sum(page.pictures for page in pages)
    firsts = [page.text.strip().split("\n", 1)[0] for page in pages if page.text.strip()]
    shapes = [_aspect(page) for page in pages if page.width and page.height]
    return {
        "pictures_a_page": ramp(pictures / max(1, len(pages)), 0, 4),
        "only_pictures": float(paged and pictures > 0 and mean < 5),
        "slide_shape": share(sum(_is_slide(shape) for shape in shapes), len(shapes)),
        "paper_shape": share(sum(0.6 < shape < 0.8 for shape in shapes), len(shapes)),
        "uneven_pages": ramp(spread / mean, 0.2, 1.2) if mean else 0.0,
        "sparse_pages": 1 - ramp(mean, 10, 160) if paged else 0.0,
        "drawn": ramp(sum(page.drawn for page in pages) / max(1, len(pages)), 0, 40),
        "letter_sizes": ramp(max((page.letter_sizes for page in pages), default=0), 1, 9),
        "covered": ramp(sum(page.covered for page in pages) / max(1, len(pages)), 0.05, 0.4),
        "flat": max((page.flat for page in pages), default=0.0),
        "edges": ramp(max((page.edges for page in pages), default=0.0), 0, 0.3),
        "rows_seen": ramp(max((page.rows for page in pages), default=0), 0, 30),
        "scanned": float(extract.by_ocr),
        "titled_pages": (
            share(sum(2 < len(first) < 60 for first in firsts), len(firsts)) if paged else 0.0
        ),
    }


def _aspect(page: Page) -> float:
    return (page.width or 0.0) / (page.height or 1.0)


def _is_slide(aspect: float) -> bool:
    """4:3, 16:10 or 16:9, which no sheet of paper is."""
    return any(abs(aspect - wanted) < 0.02 for wanted in (4 / 3, 1.6, 16 / 9))
