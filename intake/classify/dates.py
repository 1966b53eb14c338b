"""Days that a text names, in the forms that people write, with what each of them is for.

Knows the month names of eight languages, day ranges, tables with a deadline column and dates without a year; knows
nothing of roadmaps, and never asks the clock: a missing year comes from the text around it or from the caller.
"""

# ruff: noqa: RUF001  # the dashes and quotation marks are what is replaced

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import islice, pairwise

from intake.model import Extract, Family, Span

_MONTHS = (
    "january jan januar jänner janvier janv enero ene janeiro gennaio gen januari января янв",
    "february feb februar février févr fevrier febrero fevereiro fev febbraio februari февраля фев",
    "march mar märz mrz maerz mars marzo março marco maart марта мар",
    "april apr avril avr abril abr aprile апреля апр",
    "may mai mayo maio maggio mei мая",
    "june jun juni juin junio junho giugno июня июн",
    "july jul juli juillet juil julio julho luglio июля июл",
    "august aug août aout agosto ago augustus августа авг",
    "september sep sept septembre septiembre setembro set settembre сентября сен",
    "october oct oktober okt octobre octubre outubro out ottobre ott октября окт",
    "november nov novembre noviembre novembro ноября ноя",
    "december dec dezember dez décembre déc decembre diciembre dic dezembro dicembre декабря дек",
)
MONTH_OF = {word: number for number, words in enumerate(_MONTHS, start=1) for word in words.split()}
_INITIALS = "".join(sorted({word[0] for word in MONTH_OF}))


def _words_with(initial: str) -> str:
    """The months with that initial, the longest first; it stands apart, so that most words are told apart at once."""
    words = sorted((word for word in MONTH_OF if word[0] == initial), key=len, reverse=True)
    return f"{initial}(?:{'|'.join(word[1:] for word in words)})"


MONTH = "(?:" + "|".join(map(_words_with, _INITIALS)) + r")\b\.?"

_YEAR = r"(?:19|20)\d\d"
_DAY = r"(?:3[01]|[12]\d|0?[1-9])"
_TH = r"(?:st|nd|rd|th|er|º|ª|\.)?"
_TO = r"\s*(?:-|to|till|until|bis|au|al|a|and|und|et|&|/)\s*"
_OF = r"(?:\s+(?:de|of|del))?"
_DAY_FIRST = (
    rf"(?<![\w.,])(?P<d4>{_DAY}){_TH}"
    rf"(?:(?:{_OF}\s*(?P<n4>{MONTH}))?{_TO}(?P<e4>{_DAY}){_TH})?"
    rf"{_OF}[\s-]*(?P<m4>{MONTH})(?:(?:{_OF}|,)[\s,-]*(?P<y4>{_YEAR}|'\d\d))?(?!\w)"
)
_MONTH_FIRST = (
    rf"(?<!\w)(?P<m5>{MONTH})[\s-]*(?P<d5>{_DAY}){_TH}(?![\d:%])"
    rf"(?:{_TO}(?:(?P<n5>{MONTH})\s*)?(?P<e5>{_DAY}){_TH}(?![\d:%]))?"
    rf"(?:[\s,-]{{1,3}}(?P<y5>{_YEAR}))?(?!\w)"
)
_FORMS = (
    ("iso", rf"(?P<y1>{_YEAR})[-/.](?P<m1>1[0-2]|0?[1-9])[-/.](?P<d1>{_DAY})(?!\d)"),
    ("cjk", rf"(?P<y2>{_YEAR})年\s*(?P<m2>1[0-2]|0?[1-9])月\s*(?P<d2>{_DAY})日"),
    (
        "numbers",
        r"(?<![\d.,/])(?P<a3>\d{1,2})(?:\.(?P<b3>\d{1,2})\.|/(?P<c3>\d{1,2})/)(?P<y3>20\d\d|\d\d)(?!\d|[./]\d)",
    ),
    ("day_first", _DAY_FIRST),
    ("month_first", _MONTH_FIRST),
    ("month", rf"(?<!\w)(?P<m6>{MONTH}){_OF}[\s,-]{{1,3}}(?P<y6>{_YEAR})(?!\w)"),
)
_NAMED = [f"(?P<{name}>{form})" for name, form in _FORMS]
_FROM_DIGIT = "|".join(_NAMED[:4])
_FROM_MONTH = "|".join(_NAMED[4:])


def _unnamed(pattern: str) -> str:
    """The same pattern for a look ahead, which keeps no groups."""
    return re.sub(r"\(\?P<\w+>", "(?:", pattern)


# Skips, a word at a time, whatever no date begins in, so that one call finds the next date: several times as quick as
# to search, which tries every form at every character. To be used with `match` only.
_NEXT = re.compile(
    rf"(?:\W++|[^\W\d{_INITIALS}][^\W\d]*+|(?!{_unnamed(_FROM_MONTH)})[^\W\d]++|(?!{_unnamed(_FROM_DIGIT)})\d)*+"
    rf"(?:{_FROM_DIGIT}|{_FROM_MONTH})"
)

_DIGIT = re.compile(r"\d")
# In every date; most numbers stand beside neither.
_SIGN_OF_DATE = re.compile(rf"\d[-/.年]|{MONTH}")
_BEFORE_DIGIT = 24
_AFTER_DIGIT = 32
_NEAR_DIGITS = re.compile(rf"\d++(?:\D{{0,{_BEFORE_DIGIT + _AFTER_DIGIT}}}+\d++)*+")
_SLASHED = re.compile(r"(?<![\d./])(\d{1,2})/(\d{1,2})/(?:20)?\d\d(?![\d/])")

_NOT_AN_EVENT = re.compile(
    r"\b(dead ?lines?|ddl|cfp|book(?:ing|ings)? opens?|on sale|call for|submissions?|submit|due|apply by|register by|registration|early.?bird|proposals?|notification|"
    r"publish(?:ed|ing)?|posted|(?:last )?updated?|as of|created|copyright|©|stand|version|revised|printed|"
    r"einreichung\w*|anmeldeschluss|frist|veröffentlicht|erstellt|aktualisiert|date limite|publié|mis à jour|"
    r"fecha límite|publicado|actualizado)\b"
)
_OWN = re.compile(
    r"\b(as of|last (?:updated|modified|revised|saved)|updated(?: on)?|revised|version|date[:d]|published|effective|"
    r"prepared(?: on)?|stand|aktualisiert|datum:|erstellt(?: am)?|mis à jour|en date du|actualizado|fecha:|à jour au|atualizado)\b"
)
_ADDRESS = re.compile(r"https?://\S+|www\.\S+")
_MONTH_HEAD = re.compile(rf"\W*({MONTH})\W*((?:19|20)\d\d)?\W*\Z")
_DAY_OF_LIST = re.compile(rf"\W*({_DAY}){_TH}(?:\s*[-/&]\s*({_DAY}){_TH})?\s+[^\W\d]")
_YEARS = re.compile(rf"(?<![\d/.-])({_YEAR})(?![\d])")
LIMIT_CHARACTERS = 60_000
_COVER = 1500
_FOOTER = 400
_LIMIT_DATES = 2_000
_LONGEST_RANGE = timedelta(days=60)


@dataclass(frozen=True, slots=True)
class DateFound:
    """A day or a range of days in a text. `stated` says that the year stands there; `whole_month` that no day does."""

    first: date
    last: date
    stated: bool
    whole_month: bool
    start: int
    end: int


def normalise(text: str) -> str:
    """Lower case with plain dashes, blanks and apostrophes; every character stays where it was."""
    if not text.isascii():
        text = _FANCY.sub(lambda match: _PLAIN[match[0]], text)
    return text.lower()


_PLAIN = {
    "–": "-",
    "—": "-",
    "‒": "-",
    "−": "-",
    "‐": "-",
    "‑": "-",
    "〜": "-",
    "~": "-",
    "’": "'",
    "‘": "'",
    "\u00a0": " ",
    "\u202f": " ",
    "\u2009": " ",
}
_FANCY = re.compile(f"[{''.join(_PLAIN)}]")


def dates_in(text: str, *, year: int | None = None) -> tuple[DateFound, ...]:
    """Every day in a normalised text, in its order; those without a year take the last one stated before, or `year`."""
    if not _DIGIT.search(text) or not _SIGN_OF_DATE.search(text):
        return ()
    found: list[DateFound] = []
    day_first = _day_first(text)
    for match in _matches(text):
        entry = _read(match, day_first=day_first, year=year)
        if entry is None:
            continue
        found.append(entry)
        if entry.stated:
            year = entry.last.year
    return tuple(found)


def _matches(text: str) -> Iterator[re.Match[str]]:
    """What looks like a day. Only the surroundings of digits are searched, since every form has one."""
    every = (match for start, end in _windows(text) for match in _matches_within(text, start, end))
    return islice(every, _LIMIT_DATES)


def _matches_within(text: str, start: int, end: int) -> Iterator[re.Match[str]]:
    while match := _NEXT.match(text, start, end):
        yield match
        start = match.end()


def _windows(text: str) -> Iterator[tuple[int, int]]:
    """Where digits stand, with as much around them as a date can take, without overlaps."""
    for near in _NEAR_DIGITS.finditer(text):
        yield max(0, near.start() - _BEFORE_DIGIT), near.end() + _AFTER_DIGIT


def event_span(extract: Extract, *, on: date | None) -> Span | None:
    """The first and the last day of the events in a calendar, None where it names no day with a year.

    Cells that are typed as dates stand in the text as well, so that the text, which has columns, decides: deadlines and
    days of publication are left out where their column, or the words before them, say what they are.
    """
    text = normalise(extract.text[:LIMIT_CHARACTERS])
    if extract.family is Family.CALENDAR and extract.dates:
        return Span(min(extract.dates), max(extract.dates))
    year = _year_around(normalise(" ".join((extract.title or "", *extract.headings))), text, on)
    events, others = _sorted_days(text, year)
    listed = _under_month_heads(text, _first_year(text[:300]) or year)
    if len(listed) > len(events):
        events = listed
    if not events and extract.dates:
        left_out = {entry.first for entry in others}
        typed = [day for day in extract.dates if day not in left_out] or list(extract.dates)
        return Span(min(typed), max(typed))
    # Where nothing else has a day, the days of publication are the events: an editorial calendar.
    events = events or others
    if not events:
        return None
    exact = [entry for entry in events if not entry.whole_month] or list(events)
    kept = _without_strays(exact)
    return Span(min(entry.first for entry in kept), max(entry.last for entry in kept))


def own_date(extract: Extract, *, on: date | None) -> date | None:
    """The day that a document states for itself: "last updated", then its cover, then its footer; metadata last.

    A day after `on`, when it was sent, is something else's.
    """
    latest = on + timedelta(days=1) if on else date.max
    head = normalise(extract.text[:_COVER])
    foot = normalise(extract.text[_COVER:][-_FOOTER:])
    labelled = _labelled_day(head, latest) or _labelled_day(foot, latest)
    if labelled is not None:
        return labelled
    if extract.family in (Family.SHEET, Family.CALENDAR):
        return extract.document_date
    return _day_of_its_own(head, latest) or extract.document_date


def _day_of_its_own(head: str, latest: date) -> date | None:
    """A day on a short line of a cover or a letterhead; in a table or a sentence it is something else's."""
    lines = [line for line in head.splitlines() if line.strip()]
    for line in lines[:10]:
        if len(line.split()) > 9 or "\t" in line or line.count("|") >= 2:
            continue
        for entry in dates_in(line):
            if entry.stated and entry.first == entry.last <= latest:
                return entry.first
    return None


def _labelled_day(text: str, latest: date) -> date | None:
    for label in _OWN.finditer(text):
        near = text[label.end() : label.end() + 40].split("\n", 1)[0]
        for entry in dates_in(near):
            if entry.stated and entry.first <= latest:
                return entry.first
    return None


def _year_around(title: str, text: str, on: date | None) -> int | None:
    for place in (title, text[:300], text):
        years = [int(year) for year in _YEARS.findall(place)]
        if years:
            return max(set(years), key=lambda year: (years.count(year), year))
    return on.year if on else None


def _first_year(text: str) -> int | None:
    found = _YEARS.search(text)
    return int(found[1]) if found else None


def _sorted_days(text: str, year: int | None) -> tuple[list[DateFound], list[DateFound]]:
    """The days of events, and those that say when something is due or was published."""
    events: list[DateFound] = []
    others: list[DateFound] = []
    left_out: frozenset[int] = frozenset()
    for line in _ADDRESS.sub(" ", text).splitlines():
        cells = line.split("\t") if "\t" in line else line.split("|")
        in_table = len(cells) >= 3
        if in_table and not _YEARS.search(line) and _NOT_AN_EVENT.search(line):
            left_out = frozenset(n for n, cell in enumerate(cells) if _NOT_AN_EVENT.search(cell))
            continue
        for place, cell in enumerate(cells if in_table else [line]):
            for entry in dates_in(cell, year=year):
                before = cell[max(0, entry.start - 40) : entry.start]
                aside = bool(_NOT_AN_EVENT.search(before)) or (in_table and place in left_out)
                (others if aside else events).append(entry)
                if entry.stated and not in_table:
                    year = entry.last.year
    return events, others


def _under_month_heads(text: str, year: int | None) -> list[DateFound]:
    """The days of a list that names the month once and then only numbers: "September", "12 First meeting"."""
    found: list[DateFound] = []
    month: int | None = None
    for line in text.splitlines():
        head = _MONTH_HEAD.match(line)
        if head:
            following = MONTH_OF[head[1].rstrip(".")]
            if head[2]:
                year = int(head[2])
            elif year is not None and month is not None and following < month:
                year += 1
            month = following
        if month is None or year is None:
            continue
        numbered = _DAY_OF_LIST.match(line)
        if numbered:
            first, last = (
                _day(year, month, int(number))
                for number in (numbered[1], numbered[2] or numbered[1])
            )
            if first and last and first <= last:
                found.append(DateFound(first, last, False, False, 0, 0))
    return found


def _without_strays(entries: Sequence[DateFound]) -> Sequence[DateFound]:
    """Without single days that lie years away from the rest, such as the year a company was founded."""
    if len(entries) < 6:
        return entries
    ordered = sorted(entry.first for entry in entries)
    middle = ordered[len(ordered) // 2]
    near = [entry for entry in entries if abs((entry.first - middle).days) <= 550]
    return near if len(near) >= 0.8 * len(entries) else entries


def _day_first(text: str) -> bool:
    """Whether 3/4/2026 is the third of April: as other dates of the text show, else the order that runs forward."""
    if "/" not in text:
        return True
    pairs = [(int(first), int(second)) for first, second in _SLASHED.findall(text)]
    if any(first > 12 for first, _ in pairs):
        return True
    if any(second > 12 for _, second in pairs):
        return False
    as_day = sum(_falls(pair[::-1] for pair in pairs))
    as_month = sum(_falls(iter(pairs)))
    return as_day <= as_month


def _falls(keys: Iterable[tuple[int, int]]) -> Iterator[bool]:
    ordered = list(keys)
    return (later < earlier for earlier, later in pairwise(ordered))


def _read(match: re.Match[str], *, day_first: bool, year: int | None) -> DateFound | None:
    form = match.lastgroup
    if form == "iso":
        return _single(match, match["y1"], match["m1"], match["d1"])
    if form == "cjk":
        return _single(match, match["y2"], match["m2"], match["d2"])
    if form == "numbers":
        first, second = match["a3"], match["b3"] or match["c3"]
        if match["b3"] or day_first:
            first, second = second, first
        return _single(match, match["y3"], first, second)
    if form == "day_first":
        return _range(match, "4", year)
    if form == "month_first":
        return _range(match, "5", year)
    month, stated = MONTH_OF[match["m6"].rstrip(".")], int(match["y6"])
    last = monthrange(stated, month)[1]
    return DateFound(
        date(stated, month, 1),
        date(stated, month, last),
        True,
        True,
        match.start("month"),
        match.end(),
    )


def _single(match: re.Match[str], year: str, month: str, day: str) -> DateFound | None:
    found = _day(_whole_year(year), int(month), int(day))
    if found is None:
        return None
    return DateFound(found, found, True, False, _start(match), match.end())


def _range(match: re.Match[str], form: str, year: int | None) -> DateFound | None:
    """A day or two days with named months; `form` is the digit of its groups. The year stands once, at the end."""
    stated = match[f"y{form}"]
    number = _whole_year(stated.strip("'")) if stated else year
    if number is None:
        return None
    months = [match[f"m{form}"], match[f"n{form}"]]
    if form == "4":
        months.reverse()
    named = [MONTH_OF[word.rstrip(".")] if word else None for word in months]
    opening = named[0] or named[1] or 1
    closing = named[1] or opening
    first = _day(number if opening <= closing else number - 1, opening, int(match[f"d{form}"]))
    if first is None:
        return None
    end = match[f"e{form}"]
    last = (_day(number, closing, int(end)) if end else None) or first
    if not first <= last <= first + _LONGEST_RANGE:
        last = first
    return DateFound(first, last, bool(stated), False, _start(match), match.end())


def _start(match: re.Match[str]) -> int:
    """Where the date begins, behind what was skipped."""
    return match.start(match.lastgroup or 0)


def _whole_year(text: str) -> int:
    return int(text) if len(text) == 4 else 2000 + int(text)


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
