"""What every reader has in common: clean text, the bounds on it, and the one way in which reading ends early.

Knows no format. `assemble` makes the Extract and decides what is empty.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from intake.extract.limits import ExtractLimits
from intake.model import Extract, Family, Page, Problem, Unusable

_HEADINGS = 200
# What programs write of their own accord where the title belongs.
_NO_TITLE = re.compile(
    r"untitled.*|microsoft (word|powerpoint|excel) - .*|.*\.(docx?|pptx?|xlsx?|pdf|indd|tex|dvi|key)"
    r"|(power ?point )?(presentation|präsentation|présentation|presentación)|(presentación|apresentação)"
    r" (de|do) powerpoint|présentation powerpoint|powerpoint-präsentation|(document|dokument) ?\d*|print|.{0,2}",
    re.IGNORECASE,
)
_NO_HEADING = re.compile(r"(slide|page|folie|seite|diapositive) ?\d+", re.IGNORECASE)
_HEADING_CHARACTERS = 300
_DATES = 20_000
# A hyphen that pdfium shows as U+FFFE or U+0002 only broke the word at the end of its line.
_BROKEN_WORD = re.compile("[\ufffe\x02]\r?\n?")
_UNPRINTABLE = re.compile("[\x00-\x08\x0e-\x1f\x7f\u00ad\u200b\u2060\ufeff\uffff]")
_LINE_END = re.compile("\r\n?|[\x0b\x0c\x85\u2028\u2029]")
_GAP = re.compile("\n{3,}")
# Whatever `clean` changes: most texts hold nothing of it, and those that were cleaned before never do.
_UNCLEAN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f\x85\u00ad\u200b\u2028\u2029\u2060\ud800-\udfff\ufeff-\uffff]|[ \t\u00a0](?:\n|\\Z)|\n\n\n"
)
_SURROGATE = re.compile("[\ud800-\udfff]")
_SPACE = re.compile(r"\s+")


class StopReadingError(Exception):
    """Raised inside this package where a document turns out unusable; `extract` turns it into its value."""

    def __init__(self, unusable: Unusable) -> None:
        super().__init__(unusable.problem.value)
        self.unusable = unusable


def stop(problem: Problem, detail: str = "") -> StopReadingError:
    """The error to raise; `detail` is for the operator and never holds anything of the document."""
    return StopReadingError(Unusable(problem, detail))


def own_title(text: str | None) -> str | None:
    """A title from metadata, None where a program and not a person has written it."""
    line = one_line(text)
    if line is None or _NO_TITLE.fullmatch(line) or _NO_HEADING.fullmatch(line):
        return None
    return line


@dataclass(frozen=True, slots=True)
class Findings:
    """What a reader found beside the pages' text; the fields are those of Extract."""

    page_count: int | None = None
    title: str | None = None
    headings: Sequence[str] = ()
    tables: int = 0
    dates: Sequence[date] = ()
    events: int = 0
    document_date: date | None = None
    merged: int = 0
    filled: int = 0
    late: bool = False
    substance: bool = False
    """There is something to see even where there is no text, such as a drawing."""


def clean(text: str) -> str:
    """Lines that end in a line feed, without control characters, lone surrogates and long gaps."""
    if not _UNCLEAN.search(text):
        return text.strip("\n")
    text = _LINE_END.sub("\n", _BROKEN_WORD.sub("", text))
    text = _UNPRINTABLE.sub("", text)
    if _SURROGATE.search(text):
        text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "ignore")
    lines = (line.rstrip(" \t\u00a0") for line in text.split("\n"))
    return _GAP.sub("\n\n", "\n".join(lines)).strip("\n")


def one_line(text: str | None) -> str | None:
    """A title or heading on one line, None where nothing is left of it."""
    line = _SPACE.sub(" ", clean(text or "")).strip()
    return line[:_HEADING_CHARACTERS] or None


def assemble(
    family: Family,
    pages: Iterable[Page],
    *,
    limits: ExtractLimits,
    method: str,
    findings: Findings,
) -> Extract | Unusable:
    """Bound and join; a document without text, pictures or other substance is EMPTY."""
    kept = _bounded(pages, characters=limits.text_characters)
    text = "\n\n".join(page.text for page in kept if page.text)
    if not text.strip() and not findings.substance and not any(page.pictures for page in kept):
        return Unusable(Problem.EMPTY)
    headings = map(one_line, findings.headings[:_HEADINGS])
    return Extract(
        family=family,
        text=text,
        pages=kept,
        page_count=findings.page_count,
        title=one_line(findings.title),
        headings=tuple(line for line in headings if line and not _NO_HEADING.fullmatch(line)),
        tables=findings.tables,
        dates=tuple(findings.dates[:_DATES]),
        events=findings.events,
        document_date=findings.document_date,
        merged=findings.merged,
        filled=findings.filled,
        method=method,
        late=findings.late,
    )


def _bounded(pages: Iterable[Page], *, characters: int) -> tuple[Page, ...]:
    kept: list[Page] = []
    left = characters
    for page in pages:
        text = clean(page.text[: max(left, 0)])
        left -= len(text)
        kept.append(page if text == page.text else replace(page, text=text))
    return tuple(kept)
