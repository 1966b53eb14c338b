"""Decides whether a document bears a mark that it is confidential: a line in a header, a footer or on its title page. Pure.

A line that only mentions the word is prose, a heading or a disclaimer: every part of a mark is the word with what goes
with it ("Strictly confidential"), a page's number, or a name.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from intake.model import Extract, Family

_TITLE_LINES = 12
"""Of the first page: a title page has no more lines, and a full page begins with its header and its title."""
_EDGE_LINES = 2
"""At the top and at the foot of a page: more than headers and footers of two lines are rare."""
_MARGIN_LINES = 6
"""At the end of a text document: there stand all its headers and footers, one after the other."""
_MOST_CHARACTERS = 120
_MOST_PARTS = 6
_BEFORE = (
    r"(?:(?:strictly|highly|most|very|private|company|internal|commercially|business|streng|privat|intern|shared|disclosed|provided|"
    r"subject|covered|under|to|by|an?|and|und|&) )*"
)
_AFTER = (
    r"(?: (?:and|und|&|proprietary|privileged|private|internal|draft|document|dokument|information|material|only|required|"
    r"property|for|use|intern|do not (?:copy|distribute|share|forward|circulate|disclose)|not for distribution))*"
)
_ENDING = "(?:e[nrsm]?|ly)?"
_NEVER_ALONE = re.compile(r"(?:\d+[. ]*)*confidential information", re.IGNORECASE)
"""What a contract calls a section; a mark only where every page has it."""
_PARTING = re.compile(r"\s+[-\u2013\u2014|·•/]+\s+|[|·•\u2013\u2014:;,()\[\]]|\.(?:\s+|\Z)|\s{3,}")
_PAGE = re.compile(
    r"(?:page|seite|slide|folie|p)?\.? ?\d{1,4}(?: ?(?:of|von|/) ?\d{1,4})?", re.IGNORECASE
)
_NAME = re.compile(r"[©®™$€£]?\s*(?:[^\W_a-zß-ÿ][\w&.'\u2019+-]*)(?: [\w&.'\u2019+-]+){0,5}")
"""Of a company, a document or a day: it begins with a capital or a figure, and is short."""
_NOTE = re.compile(
    r"(?:nur |for |not for )?(?:intern(?:al)?|internal use|distribution|discussion purposes|review|personal use)(?: only)?",
    re.IGNORECASE,
)
"""What is often said with it."""
_SPACED = re.compile(r"\b(?:[A-Z] ){4,}[A-Z]\b")
"""C O N F I D E N T I A L"""
_DECORATION = " \t*_#>~=-\u2013\u2014!.\"'"


def is_marked(extracted: Extract, words: Sequence[str]) -> bool:
    """Whether a document bears such a mark; `words` are those that count, in any case."""
    if not words:
        return False
    mark = _mark(words)
    pages = [page.text for page in extracted.pages if page.text.strip()] or [extracted.text]
    lines = [_lines(text) for text in pages]
    edge = _MARGIN_LINES if extracted.family is Family.WORDS else _EDGE_LINES
    prominent = (line for line in _prominent(lines, edge) if not _NEVER_ALONE.fullmatch(line))
    if any(_is_mark(line, mark) for line in prominent):
        return True
    repeated = Counter(line for of_page in lines for line in {_unnumbered(one) for one in of_page})
    is_paged = len(lines) > 1 and extracted.family is not Family.SHEET
    return is_paged and any(
        count > 1 and count * 2 >= len(lines) and _is_mark(line, mark)
        for line, count in repeated.items()
    )


def _prominent(pages: Sequence[Sequence[str]], edge: int) -> Iterator[str]:
    """The lines of the title, those at the top of each page, and `edge` of them at its foot."""
    yield from pages[0][:_TITLE_LINES]
    for lines in pages:
        yield from lines[:_EDGE_LINES]
        yield from lines[-edge:]


def _lines(text: str) -> list[str]:
    """The lines that hold anything, without decoration; a row of several cells is none."""
    stripped = (line.strip(_DECORATION) for line in text.splitlines())
    return [line for line in stripped if line and "\t" not in line]


def _unnumbered(line: str) -> str:
    return re.sub(r"\d+", "0", line)


def _mark(words: Sequence[str]) -> re.Pattern[str]:
    either = "|".join(re.escape(word) for word in words)
    return re.compile(f"{_BEFORE}(?:{either}){_ENDING}{_AFTER}", re.IGNORECASE)


def _is_mark(line: str, mark: re.Pattern[str]) -> bool:
    if len(line) > _MOST_CHARACTERS:
        return False
    joined = _SPACED.sub(lambda spaced: spaced[0].replace(" ", ""), line)
    parts = [part.strip(_DECORATION) for part in _PARTING.split(joined)]
    told = [part for part in parts if part]
    marks = [part for part in told if mark.fullmatch(part)]
    others = [part for part in told if part not in marks and not _NOTE.fullmatch(part)]
    return (
        bool(marks)
        and len(told) <= _MOST_PARTS
        and all(_PAGE.fullmatch(part) or _NAME.fullmatch(part) for part in others)
    )
