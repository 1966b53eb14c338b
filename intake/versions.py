"""Which documents are versions of one, and which of them is the newest: by their sketches, their time and their names.

Pure; knows documents as they were read, and nothing of projects, checklists or what a version means for them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from intake.kinds import fold
from intake.model import Classification, Document, Kind, Span

SAME_TEXT = 0.6
"""From this similarity on, two documents are versions of one, whatever their names: see `tests.bench.versions`."""
RELATED_TEXT = 0.4
"""With the same name but for its version words, this much is enough."""
NEARLY_ALL = 0.8
"""So much must be the same where nothing else speaks for it: only one of them states its time, or a lesson knows it by its text."""
OVERLAP = 0.5
"""The share of the longer of two calendars' spans that a version of it covers too: events come and go at its ends."""

_CALENDAR = Kind("event_calendar")
_ENDING = re.compile(
    r"(?:\.(?:docx?|key|pages|pptx?|xlsx?))?\.\d?[^\W\d_][^\W_]{0,4}\Z", re.IGNORECASE
)
"""Also of a name to which an export added its own: "Deck.pptx.pdf"."""
_COPIES = re.compile(r"\((\d{1,3})\)")
"""What a browser or a desktop adds to a name that it has already."""

# What follows reads folded names: lower case, with one blank for each run of other signs.
_MONTH_NAMES = "|".join(
    """
    jan january januar janvier enero feb february februar février febrero mar march märz mrz mars marzo
    apr april avril abril may mai mayo jun june juni juin junio jul july juli juillet julio
    aug august août agosto sep sept september septembre septiembre oct october okt oktober octobre octubre
    nov november novembre noviembre dec december dez dezember décembre diciembre
    """.split()  # noqa: SIM905  # a list of words reads best as words
)
_MONTH, _MONTH_FILLED = r"(?:0?[1-9]|1[0-2])", r"(?:0[1-9]|1[0-2])"
_DAY, _DAY_FILLED = r"(?:0?[1-9]|[12]\d|3[01])", r"(?:0[1-9]|[12]\d|3[01])"
_DATES = (
    rf"20\d\d {_MONTH} {_DAY}",
    rf"{_DAY} {_MONTH} (?:20)?\d\d",
    rf"{_MONTH} {_DAY} (?:20)?\d\d",
    rf"(?:20)?\d\d{_MONTH_FILLED}{_DAY_FILLED}",
    rf"{_DAY_FILLED}{_MONTH_FILLED}(?:20)?\d\d",
    rf"{_MONTH_FILLED}{_DAY_FILLED}20\d\d",
    rf"{_DAY}(?:st|nd|rd|th)? ?(?:{_MONTH_NAMES})(?: ?20\d\d)?(?![^\W\d_])",
    rf"(?:{_MONTH_NAMES}) ?{_DAY}(?:st|nd|rd|th)?(?: 20\d\d)?(?![^\W\d_])",
)
_DATE = re.compile(
    rf"(?:\b(?:as of|stand|dated|vom) )?(?<!\d)(?:{'|'.join(_DATES)})(?!\d)"
    r"(?: ?t?(?:[01]\d|2[0-3]) ?h?[0-5]\d(?: ?[0-5]\d)?(?!\d))?"
)
"""Of one day, perhaps with the time: a month or a quarter says what a document is about, not when it was saved."""
_NUMBERED = re.compile(
    r"(?:(?<![^\W\d_])(?:version|vers|ver|v|revision|rev) ?|(?<=[^\W\d_])v)"
    r"(\d{1,3}(?!\d)(?: \d{1,2}\b)*)(?:[a-z]\b)?"
    r"|\brev(?:ision)? ([a-z])\b"
)
_VERSION_WORD = re.compile(
    r"(?<![^\W\d_])(?:(?:v ?)?(?:final)+|finale|finali[sz]ed|endfassung|endgültig|draft|entwurf|brouillon|borrador"
    r"|new|neue?|latest|updated|revised|aktualisiert|überarbeitet|corrected|korrigiert|edited|edit"
    r"|compressed|komprimiert|version|revision|rev)(?: ?\d{1,2}\b)?(?=v?\d|\b)"
    r"|\b(?:copy|kopie|copie|copia)(?: ?\d{1,2})?\b(?: (?:of|von|de)\b)?"
)


def is_version(one: Document, other: Document) -> bool:
    """Whether two documents are versions of the same one: the same kind and time, and much the same text.

    A roadmap of the next quarter made from the last one's template is another document, not a newer version.
    """
    if (
        one.classification.kind != other.classification.kind
        or other.rejected
        or not (one.sketch and other.sketch)
    ):
        return False
    likeness = resemblance(one.sketch, other.sketch)
    if not _same_time(one.classification, other.classification, likeness=likeness):
        return False
    if likeness >= SAME_TEXT:
        return True
    return likeness >= RELATED_TEXT and _same_name(one, other)


def resemblance(one: Sequence[int], other: Sequence[int]) -> float:
    """The share of equal entries of two MinHash sketches: an estimate of the Jaccard similarity, 0 to 1."""
    if len(one) != len(other) or not one:
        return 0.0
    return sum(left == right for left, right in zip(one, other, strict=True)) / len(one)


def _same_time(one: Classification, other: Classification, *, likeness: float) -> bool:
    """Whether two documents of a kind are about the same time, as far as they say."""
    if one.span == other.span:
        return True
    if one.span is None or other.span is None:
        return likeness >= NEARLY_ALL
    return one.kind == _CALENDAR and _overlap(one.span, other.span) >= OVERLAP


def _overlap(one: Span, other: Span) -> float:
    """The days that two spans share, as a share of the longer one's."""
    shared = (min(one.last, other.last) - max(one.first, other.first)).days + 1
    longer = max((span.last - span.first).days + 1 for span in (one, other))
    return max(0, shared) / longer


def _same_name(one: Document, other: Document) -> bool:
    """A name of nothing but version words says nothing."""
    name = stem(one.filename)
    return bool(name) and name == stem(other.filename)


def stem(filename: str) -> str:
    """A name's letters and digits without its ending, version words and dates: "Our Deck final_v3 (2).pdf" → "ourdeck"."""
    words = _VERSION_WORD.sub(" ", _NUMBERED.sub(" ", _undated(filename)))
    return "".join(words.split())


def _undated(filename: str) -> str:
    """A folded name without its ending, dates and the numbers of its copies."""
    name = _COPIES.sub(" ", _ENDING.sub("", filename.strip()))
    return " ".join(_DATE.sub(" ", fold(name)).split())


@dataclass(frozen=True, slots=True, order=True)
class Edition:
    """What makes one version newer: the message that brought it; within one message, the numbers in its name."""

    received_at: datetime
    version: tuple[int, ...]
    """(2, 1) of "v2.1", (2,) of "rev B"; empty where the name has none."""
    copy: int


def edition(document: Document) -> Edition:
    """Which edition a document is among its versions."""
    numbered = list(_NUMBERED.finditer(_undated(document.filename)))
    copies = _COPIES.findall(document.filename)
    return Edition(
        received_at=document.received_at,
        version=_version(numbered[-1]) if numbered else (),
        copy=int(copies[-1]) if copies else 0,
    )


def is_older(one: Document, other: Document) -> bool:
    """Whether one of two versions is the older one.

    "Deck v2" is older than "Deck v3" whenever it comes; else what came earlier is. What an earlier project had says nothing
    by its number: a new project may begin to count anew.
    """
    mine, theirs = edition(one), edition(other)
    numbered = bool(mine.version and theirs.version) and mine.version != theirs.version
    if numbered and other.offer is None and _same_name(one, other):
        return mine.version < theirs.version
    return mine < theirs


def _version(found: re.Match[str]) -> tuple[int, ...]:
    numbers, letter = found.groups()
    return (ord(letter) - ord("a") + 1,) if letter else tuple(map(int, numbers.split()))
