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

from intake.model import Extract, Family, Page

_LINES = 400
_ROWS = 400

_LABELLED = re.compile(r"\W*[^\W\d][\w ()/.'&-]{1,34}(?::\s*\S|\s*:\s*\t|\t+\S)")
_LABEL_ALONE = re.compile(r"\W*[^\W\d][\w ()/.'&-]{1,34}:\s*$")
_SPEAKER = re.compile(r"[*_>]*([^\W\d][\w.' -]{0,24})[*_]*\s*(?:\[\d[\d:]*\]\s*)?:\s")
_CLAUSE = re.compile(r"\W*(?:\d{1,2}\.\d{1,2}(?:\.\d+)*\.?\s|§\s?\d|\((?:[a-z]|[ivx]{1,4})\)\s|(?:art(?:icle|ikel|ículo)?|section|clause|klausel)\.?\s\d)", re.IGNORECASE)  # fmt: skip
_CITED = re.compile(r"\[\d{1,3}(?:[,–-]\s?\d{1,3})*\]|\([A-Z]\w+(?: et al\.?| & \w+| and \w+)?,? (?:19|20)\d\d\w?\)|\bet al\b|\bdoi\b")  # fmt: skip
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
_ORDER = re.compile(
    r"\W*(?:\d+[.)]\s+)?(?:add|apply|ask|avoid|bake|bring|call|change|check|choose|clean|click|close|collect|combine|complete|connect|contact|cook|copy|create|cut|delete|do|don't|download|drain|ensure|enter|explain|fill|find|fold|follow|give|go to|heat|hold|insert|install|keep|leave|let|list|log in|make|measure|mix|move|never|open|place|pour|prepare|press|provide|pull|push|put|read|remove|repeat|replace|return|run|save|select|send|serve|set|sign|stir|stop|submit|switch|take|test|tick|turn|type|unplug|use|wait|wash|wear|write|klicken|öffnen|wählen|verwenden|drücken|cliquez|ouvrez|utilisez|ajoutez|haga|abra|utilice|añadir)\b",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"[-+(]?[$€£¥]?\s?\d[\d.,' ]*\s?(?:%|€|h|k|m|kg|km|pcs)?\)?")
_DAY_CELL = re.compile(
    r"(?:\d{4}-\d\d-\d\d|\d{1,2}[./-]\d{1,2}[./-]\d{2,4}|\d{1,2}\.? ?[a-zé]{3,9}\.?(?: \d{2,4})?|[a-zé]{3,9}\.? \d{1,2}(?:,? \d{4})?)(?:[ t]\d\d:\d\d.*)?"
)
_HASHTAG = re.compile(r"(?:^|\s)#[^\W\d]\w{2,}")
_EMOJI = re.compile("[\U0001f300-\U0001faff\u2600-\u27bf]")
_LINK_LINE = re.compile(r"https?://|www\.|\w@\w")
_YEAR = re.compile(r"\b20[0-4]\d\b")
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
    starts = Counter(line.lstrip(" -*#>|\t").split(" ", 1)[0].lower() for line in lines)
    years = [int(found) for found in _YEAR.findall(text)]
    spoken = Counter(found[1].lower() for line in lines if (found := _SPEAKER.match(line)))
    heads = given.heads[:100]
    opening, ending = lines[:12], lines[-12:]
    greeted = any(_GREETING.match(line) and len(line.split()) < 9 for line in opening)
    closed = any(_REGARDS.match(line) and len(line.split()) < 8 for line in ending)
    return {
        "labelled_lines": _part(sum(bool(_LABELLED.match(line)) for line in lines), count),
        "labels_alone": _part(sum(bool(_LABEL_ALONE.match(line)) for line in lines), count),
        "speakers": _part(sum(n for n in spoken.values() if n > 2), count),
        "clauses": _part(sum(bool(_CLAUSE.match(line)) for line in lines), count * 0.5),
        "citations": min(1.0, len(_CITED.findall(text)) / max(words, 200) / _CITES),
        "letter": (greeted + closed) / 2,
        "page_marks": _ramp(sum(bool(_PAGE_MARK.match(line)) for line in lines), 0, 4),
        "amounts_last": _part(sum(bool(_AMOUNT_LAST.search(line[-28:])) for line in lines), count),
        "orders": _part(sum(bool(_ORDER.match(line)) for line in lines), count * 0.5),
        "capital_lines": _part(sum(_is_capital(line) for line in lines), count * 0.5),
        "question_heads": _part(sum(head.rstrip().endswith("?") for head in heads), len(heads)),
        "hashtags": _ramp(len(_HASHTAG.findall(text)), 0, 12),
        "emoji": _ramp(len(_EMOJI.findall(text)), 0, 12),
        "link_lines": _part(sum(bool(_LINK_LINE.search(line)) for line in lines), count),
        "list_depth": _part(sum(line.startswith(("  -", "  *", "\t-", "    ")) for line in lines), count),
        "paragraph_length": _ramp(lengths[int(len(lengths) * 0.75)] if lengths else 0, 6, 80),
        "lone_lines": _part(sum(length <= 2 for length in lengths), count),
        "repeated_starts": _part(sum(n for n in starts.values() if n > 2), count),
        "years_named": _ramp(len(set(years)), 0, 6),
        "year_spread": _ramp(max(years) - min(years), 0, 8) if years else 0.0,
        "text_file": float(extract.family is Family.TEXT),
        "word_file": float(extract.family is Family.WORDS),
        "web_file": float(extract.family is Family.WEB),
        "pdf_file": float(extract.family is Family.PDF),
        "heads_short": _part(sum(len(head.split()) <= 3 for head in heads), len(heads)),
        "heads_many": _ramp(math.log2(len(heads) + 1), 0, 6),
        "title_words": _ramp(len((extract.title or "").split()), 0, 14),
    }  # fmt: skip


def _is_capital(line: str) -> bool:
    return line.isupper() and sum(character.isalpha() for character in line) >= 5


def _tables(extract: Extract, given: Sequence[Sequence[str]]) -> dict[str, float]:
    rows = given[:_ROWS]
    cells = [cell for row in rows for cell in row[:40]]
    filled = [cell.strip().lower() for cell in cells if cell.strip()]
    widths = sorted(len(row) for row in rows)
    width = widths[len(widths) // 2] if widths else 0
    return {
        "table_width": _ramp(width, 1, 12),
        "wide_table": _ramp(widths[-1] if widths else 0, 8, 40),
        "empty_cells": 1 - _part(len(filled), len(cells)) if cells else 0.0,
        "number_cells": _part(sum(bool(_NUMBER.fullmatch(cell)) for cell in filled), len(filled)),
        "day_cells": _part(
            sum(bool(len(cell) < 26 and _DAY_CELL.fullmatch(cell)) for cell in filled),
            len(filled) * 0.5,
        ),
        "long_cells": _part(sum(len(cell) > 60 for cell in filled), len(filled)),
        "sparse_rows": _part(sum(2 * sum(map(bool, row)) <= len(row) for row in rows), len(rows)),
        "coloured_cells": _ramp(math.log2(extract.filled + 1), 3, 10),
        "joined_cells": _ramp(extract.merged, 0, 30),
        "row_count": _ramp(math.log2(len(given) + 1), 1, 9),
        "several_tables": _ramp(extract.tables, 0, 6),
        "sheets": _ramp(extract.page_count or 0, 1, 6) if extract.family is Family.SHEET else 0.0,
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
        "pictures_a_page": _ramp(pictures / max(1, len(pages)), 0, 4),
        "only_pictures": float(paged and pictures > 0 and mean < 5),
        "slide_shape": _part(sum(_is_slide(shape) for shape in shapes), len(shapes)),
        "paper_shape": _part(sum(0.6 < shape < 0.8 for shape in shapes), len(shapes)),
        "uneven_pages": _ramp(spread / mean, 0.2, 1.2) if mean else 0.0,
        "sparse_pages": 1 - _ramp(mean, 10, 160) if paged else 0.0,
        "drawn": _ramp(sum(page.drawn for page in pages) / max(1, len(pages)), 0, 40),
        "letter_sizes": _ramp(max((page.letter_sizes for page in pages), default=0), 1, 9),
        "covered": _ramp(sum(page.covered for page in pages) / max(1, len(pages)), 0.05, 0.4),
        "flat": max((page.flat for page in pages), default=0.0),
        "edges": _ramp(max((page.edges for page in pages), default=0.0), 0, 0.3),
        "rows_seen": _ramp(max((page.rows for page in pages), default=0), 0, 30),
        "scanned": float(extract.method.endswith("+tesseract")),
        "titled_pages": (
            _part(sum(2 < len(first) < 60 for first in firsts), len(firsts)) if paged else 0.0
        ),
    }


def _aspect(page: Page) -> float:
    return (page.width or 0.0) / (page.height or 1.0)


def _is_slide(aspect: float) -> bool:
    """4:3, 16:10 or 16:9, which no sheet of paper is."""
    return any(abs(aspect - wanted) < 0.02 for wanted in (4 / 3, 1.6, 16 / 9))


def _part(part: float, whole: float) -> float:
    return min(1.0, part / whole) if whole else 0.0


def _ramp(value: float, low: float, high: float) -> float:
    """0 up to `low`, 1 from `high` on, a straight line between."""
    return min(1.0, max(0.0, (value - low) / (high - low)))
