"""Which cells of a column are dates and numbers, read as a person reads the whole column."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime

Value = str | int | float | datetime

_DATE_FORMS = (
    "%Y-%m-%d", "%d.%m.%Y", "%d.%m.%y", "%d %b %Y", "%d %B %Y", "%b %d, %Y", "%B %d, %Y", "%Y/%m/%d", "%d-%b-%Y",
)  # fmt: skip
_SLASHED = (("%d/%m/%Y", 0), ("%m/%d/%Y", 1), ("%d/%m/%y", 0), ("%m/%d/%y", 1))
_NUMBER = re.compile(r"-?\d{1,9}(?:\.\d{1,4})?")
_NO_NUMBER = re.compile(r"0\d|(?:19|20)\d\d$")


def columns_of(rows: Sequence[Sequence[str]]) -> list[list[Value]]:
    """The columns of these rows, with dates where all that looks like one is read the same way."""
    return [_typed([row[number] for row in rows]) for number in range(len(rows[0]) if rows else 0)]


def _typed(texts: list[str]) -> list[Value]:
    for form in (*_DATE_FORMS, *_slashed(texts)):
        read = [_date(text, form) for text in texts]
        if any(read):
            return [day or _number(text) for day, text in zip(read, texts, strict=True)]
    return [_number(text) for text in texts]


def _slashed(texts: list[str]) -> list[str]:
    """Day or month first: only where some cell leaves no doubt."""
    parts = [text.split("/") for text in texts if text.count("/") == 2]
    if not all(part.isdigit() for cell in parts for part in cell):
        return []
    return [form for form, day in _SLASHED if any(int(cell[day]) > 12 for cell in parts)]


def _date(text: str, form: str) -> datetime | None:
    try:
        day = datetime.strptime(text, form)  # noqa: DTZ007  # a cell knows no zone
    except ValueError:
        return None
    return day if 1990 < day.year < 2050 else None


def _number(text: str) -> Value:
    if not _NUMBER.fullmatch(text) or _NO_NUMBER.match(text):
        return text
    return float(text) if "." in text else int(text)
