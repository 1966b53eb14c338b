"""The period that a roadmap states, as people write it, and what it is in calendar dates.

Pure: reads quarters, halves, years, month ranges and "next quarter" in five languages. A period is written
"2026-Q4", "2026-H1", "2026", "2026-07" or a range of two of these, "2026-Q3..2027-Q2".
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from intake.classify.dates import MONTH, MONTH_OF, dates_in, normalise
from intake.model import Cadence, Clues, Extract, Span

_READ_CHARACTERS = 20_000
_PERIOD = re.compile(r"(\d{4})(?:-(?:Q([1-4])|H([12])|(\d\d)))?\Z")


@dataclass(frozen=True, slots=True)
class PeriodRead:
    """What a roadmap says of its time. All of it is None or False where it states no period."""

    cadence: Cadence | None = None
    period: str | None = None
    span: Span | None = None
    by_quarter: bool = False


@dataclass(frozen=True, slots=True)
class _Mention:
    """One stretch of months: `first` and `last` count months since year 0. `year` is None where it is not said."""

    start: int
    end: int
    year: int | None
    month: int
    months: int
    fiscal: bool

    @property
    def first(self) -> int:
        return (self.year or 0) * 12 + self.month - 1

    @property
    def last(self) -> int:
        return self.first + self.months - 1


def span_of(period: str, *, fiscal_year_starts: int = 1) -> Span | None:
    """The calendar dates of a period, None where it is not written as one.

    With a fiscal year that starts after January, a year is named after the calendar year in which it ends.
    """
    parts = period.split("..")
    if len(parts) > 2:
        return None
    ends = [_months_of(part) for part in parts]
    first, last = ends[0], ends[-1]
    if first is None or last is None or first.start > last.stop - 1:
        return None
    shift = fiscal_year_starts - 13 if fiscal_year_starts > 1 else 0
    return _span(first.start + shift, last.stop - 1 + shift)


def quarter_of(day: date) -> str:
    """The calendar quarter of a day, "2026-Q4"."""
    return f"{day.year}-Q{(day.month + 2) // 3}"


def read(extract: Extract, clues: Clues) -> PeriodRead:
    """The period that a roadmap states: its title and head first, then how it is laid out, then what names it."""
    text = normalise(extract.text[:_READ_CHARACTERS])
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    layout = _layout(extract, lines)
    year = _only_year(layout) or _only_year(_mentions(text))
    parts = {(mention.first, mention.months) for mention in layout if mention.months in (3, 12)}
    named = {first % 12 // 3 for first, months in parts if months == 3}
    for place in _heads(extract, lines):
        stated = _stated(place, clues)
        if stated and not _is_one_part(stated, parts, place):
            return _told(stated, named=named, clues=clues)
    laid_out = _told_by_layout(layout, year=year, clues=clues)
    if laid_out != PeriodRead():
        return laid_out
    for place in (_stem(clues.filename), normalise(clues.subject)):
        stated = _stated(place, clues)
        if stated:
            return _told(stated, named=named, clues=clues)
    return PeriodRead()


def _is_one_part(stated: _Mention, parts: set[tuple[int, int]], place: str) -> bool:
    """Whether it is one of several quarters or years that open parts of the text, and so not the whole."""
    alike = {first for first, months in parts if months == stated.months and first >= 12}
    return len(alike) > 1 and stated.first in alike and not _PLAN.search(place)


# ---------------------------------------------------------------- what is said

_Y4 = r"(?:19|20)\d\d"
_FY = r"(?:fy|fiscal(?: year)?|financial year|gj|geschäftsjahr|exercice|ejercicio)"
_ORDINAL = {
    "first": 1, "1st": 1, "erstes": 1, "ersten": 1, "premier": 1, "primer": 1, "1er": 1, "i": 1,
    "second": 2, "2nd": 2, "zweites": 2, "zweiten": 2, "deuxième": 2, "segundo": 2, "ii": 2,
    "third": 3, "3rd": 3, "drittes": 3, "dritten": 3, "troisième": 3, "tercer": 3, "iii": 3,
    "last": 4, "fourth": 4, "4th": 4, "viertes": 4, "vierten": 4, "quatrième": 4, "cuarto": 4, "iv": 4,
    "上": 1, "下": 2,
}  # fmt: skip
_NTH = rf"[1-4](?:\.|er|º|ème|e|-й)?|{'|'.join(sorted(_ORDINAL, key=len, reverse=True))}"
_SHORT = r"(?:\s?['/ -]?\s?(?P<short>[23]\d)(?![\d%.,:]))?"
_ATOM = re.compile(
    rf"(?P<quarter>(?<!\w)[qt]\s?(?P<q1>[1-4])(?!\d)|(?<!\w)(?P<q2>[1-4])[qt](?![a-eg-z])|(?<=\d)q(?P<q3>[1-4])(?!\d)"
    rf"|(?<!\w)(?P<q4>{_NTH})\s*(?:fiscal\s)?(?:quarter|quartal|trimestre|квартал)\w*|第(?P<q5>[1-4])四半期){_SHORT}"
    rf"|(?P<half>(?<!\w)[hs](?P<h1>[12])(?![\d.])|(?<!\w)(?P<h2>[12])h(?!\w)"
    rf"|(?<!\w)(?P<h3>{_NTH})\s*(?:half(?:[ -]year)?|halbjahr|semestre|semester|hälfte)\w*|(?P<h4>[上下])半期){_SHORT.replace('short', 'brief')}"
    rf"|(?<![\w.])(?P<ym>{_Y4})-(?P<mm>0[1-9]|1[0-2])(?![\d-])"
    rf"|(?<!\w)(?P<fiscal>{_FY}\s*'?\s*)(?P<f1>{_Y4}|\d\d)(?:\s*[/-]\s*(?P<f2>{_Y4}|\d\d)(?!\d))?(?![\d%.,]\d)(?!\d)"
    rf"|(?<![\d.,])(?P<y1>{_Y4})(?:\s*(?:[/-]|to|bis)\s*(?P<y2>{_Y4}|\d\d)(?!\d))?(?!\d)"
    rf"|(?<=fy)(?P<f3>\d\d)(?!\d)"
    rf"|(?<!\w)(?P<month>{MONTH})(?!\w)"
)
_JOINED = re.compile(r"[\s,/'_()年-]*(?:(?:of|in|im|de|du|del|des|the|el|года|fy)\s*)*\Z")
_TO = re.compile(
    r"\s*(?:-|\.\.\.?|to|through|until|till|bis|à|au|al|a|hasta|/|&|and|und|et|y|e|\+|>|→|по)\s*\Z"
)
_RELATIVE = re.compile(
    r"\b(?:(?P<next>next|coming|nächstes|kommendes|nächsten|prochain|próximo)|this|current|dieses|laufendes|actual)"
    r"\s+(?:(?P<quarter>quarter|quartal|trimestre)|year|jahr|año)\b"
)


@dataclass(frozen=True, slots=True)
class _Atom:
    """A quarter, half or month (`month` to `month` + `months` - 1) or a year (`month` is 0), as it stands alone."""

    start: int
    end: int
    month: int
    months: int
    year: int | None
    fiscal: bool = False


def _mentions(text: str) -> list[_Mention]:
    """The quarters, halves, years and month ranges of a normalised text, the days that it names left out."""
    text = _without_days(text)
    atoms = [atom for match in _ATOM.finditer(text) if (atom := _atom(match)) is not None]
    units = _with_years(atoms, text)
    found: list[_Mention] = []
    for unit in units:
        before = found[-1] if found else None
        if before is not None and _TO.match(text[before.end : unit.start]):
            joined = _stretch(before, unit)
            if joined is not None:
                found[-1] = joined
                continue
        found.append(unit)
    return [mention for mention in found if mention.months >= 2]


def _without_days(text: str) -> str:
    for entry in reversed(dates_in(text)):
        if not entry.whole_month:
            text = text[: entry.start] + " " * (entry.end - entry.start) + text[entry.end :]
    return re.sub(rf"(?:©|copyright|\(c\))\s*{_Y4}", lambda match: ";" * len(match[0]), text)


def _atom(match: re.Match[str]) -> _Atom | None:
    start, end = match.span()
    if match["quarter"]:
        number = _number(_first(match, "q1", "q2", "q3", "q4", "q5"))
        return _Atom(start, end, number * 3 - 2, 3, _short(match["short"]))
    if match["half"]:
        number = _number(_first(match, "h1", "h2", "h3", "h4"))
        year = _short(match["brief"])
        return _Atom(start, end, number * 6 - 5, 6, year) if number < 3 else None
    if match["ym"]:
        return _Atom(start, end, int(match["mm"]), 1, int(match["ym"]))
    if match["month"]:
        return _Atom(start, end, MONTH_OF[match["month"].rstrip(".")], 1, None)
    fiscal = bool(match["fiscal"] or match["f3"])
    first = _whole(_first(match, "f1", "f3", "y1"), 2000)
    last = _whole(match["f2"] or match["y2"] or str(first), first)
    if not 0 <= last - first <= 10:
        return _Atom(start, start + 4, 0, 12, first, fiscal)
    if fiscal and last == first + 1:
        first = last
    return _Atom(start, end, 0, 12 * (last - first + 1), first, fiscal)


def _first(match: re.Match[str], *names: str) -> str:
    return next(match[name] for name in names if match[name])


def _short(text: str | None) -> int | None:
    return 2000 + int(text) if text else None


def _whole(text: str, near: int) -> int:
    return int(text) if len(text) == 4 else near // 100 * 100 + int(text)


def _number(word: str) -> int:
    return int(word[0]) if word[0].isdigit() else _ORDINAL[word]


def _with_years(atoms: Sequence[_Atom], text: str) -> list[_Mention]:
    """Each quarter, half or month with the year that stands right after or before it."""
    found = []
    place = 0
    while place < len(atoms):
        atom = atoms[place]
        following = atoms[place + 1] if place + 1 < len(atoms) else None
        if following is not None and _belong(atom, following, text):
            place += 1
            unit, year = (following, atom) if atom.month == 0 else (atom, following)
            found.append(
                _Mention(atom.start, following.end, year.year, unit.month, unit.months, year.fiscal)
            )
        elif atom.month == 0:
            found.append(_Mention(atom.start, atom.end, atom.year, 1, atom.months, atom.fiscal))
        else:
            found.append(_Mention(atom.start, atom.end, atom.year, atom.month, atom.months, False))
        place += 1
    return found


def _belong(atom: _Atom, following: _Atom, text: str) -> bool:
    if (atom.month == 0) == (following.month == 0):
        return False
    unit, year = (following, atom) if atom.month == 0 else (atom, following)
    if unit.year is not None or year.months != 12 or (unit.months == 1 and atom.month == 0):
        return False
    return bool(_JOINED.match(text[atom.end : following.start]))


def _stretch(first: _Mention, last: _Mention) -> _Mention | None:
    """From the one to the other, with the year that only one of them states; None where they do not fit."""
    if first.months != last.months or last.year is None:
        return None
    year = first.year
    if year is None:
        year = last.year if first.month <= last.month else last.year - 1
    months = last.year * 12 + last.month + last.months - year * 12 - first.month
    if not first.months < months <= 120:
        return None
    return _Mention(first.start, last.end, year, first.month, months, first.fiscal or last.fiscal)


# ---------------------------------------------------------------- where it is said

_PLAN = re.compile(
    r"road ?map|plan|goals?|objectives|okrs?|priorit|outlook|strateg|fahrplan|ziele|feuille de route|hoja de ruta|"
    r"дорожн|план|ロードマップ|計画"
)
_NO_PERIOD = re.compile(
    r"updated|copyright|©|as of|created|version|founded|since|stand\b|approved|revis|last modified|author|date\b|draft"
)


def _heads(extract: Extract, lines: Sequence[str]) -> Iterator[str]:
    """Where a period is stated, strongest first: the title, the first heading, the first lines."""
    if extract.title:
        yield normalise(extract.title)
    for heading in extract.headings[:1]:
        yield normalise(heading)
    for line in lines[:8]:
        if _PLAN.search(line) and len(line) < 160 and not _NO_PERIOD.search(line):
            yield line
    for line in lines[:6]:
        if len(line.split()) <= 7 and not _NO_PERIOD.search(line) and "\t" not in line:
            yield line
    for line in lines[:12]:
        if re.match(
            r"(?:period|timeframe|time frame|horizon|zeitraum|période|periodo|scope)\b", line
        ):
            yield line


def _stated(text: str, clues: Clues) -> _Mention | None:
    """The period in one place: a stretch rather than a bare year, and never a quarter without its year."""
    found = [mention for mention in _mentions(text) if mention.year is not None]
    if not found:
        return _relative(text, clues.on)
    shorter = [mention for mention in found if mention.months != 12]
    if len(shorter) > 1:
        return _together(shorter)
    return (shorter or found)[0]


def _together(found: Sequence[_Mention]) -> _Mention:
    first = min(found, key=lambda mention: mention.first)
    last = max(mention.last for mention in found)
    return _Mention(
        first.start, first.end, first.year, first.month, last - first.first + 1, first.fiscal
    )


def _relative(text: str, on: date | None) -> _Mention | None:
    match = _RELATIVE.search(text)
    if match is None or on is None:
        return None
    ahead = 1 if match["next"] else 0
    if not match["quarter"]:
        return _Mention(match.start(), match.end(), on.year + ahead, 1, 12, False)
    first = on.year * 12 + (on.month - 1) // 3 * 3 + ahead * 3
    return _Mention(match.start(), match.end(), first // 12, first % 12 + 1, 3, False)


def _layout(extract: Extract, lines: Sequence[str]) -> list[_Mention]:
    """The periods that open headings, lines and cells: how the document is laid out."""
    found: list[_Mention] = []
    places = [normalise(heading) for heading in extract.headings] + [
        cell for line in lines[:600] for cell in re.split(r"[\t|]", line)
    ]
    for place in places:
        text = place.strip(" #*•->:")
        if not text or len(text) > 90 or not re.search(r"\d", text[:30]):
            continue
        found += [mention for mention in _mentions(text) if mention.start <= 2]
    return found


def _only_year(mentions: Sequence[_Mention]) -> int | None:
    years = [
        mention.year for mention in mentions if mention.year is not None and mention.months <= 12
    ]
    if not years:
        return None
    most = max(set(years), key=years.count)
    return most if years.count(most) >= 0.7 * len(years) else None


# ---------------------------------------------------------------- what it comes to


def _told(stated: _Mention, *, named: set[int], clues: Clues) -> PeriodRead:
    starts = clues.fiscal_year_starts if stated.fiscal else 1
    period = _written(stated.first, stated.last)
    by_quarter = stated.months > 3 and len(named) >= min(3, stated.months // 3)
    return PeriodRead(
        cadence=_cadence(stated, by_quarter=by_quarter),
        period=period,
        span=span_of(period, fiscal_year_starts=starts),
        by_quarter=by_quarter,
    )


def _cadence(stated: _Mention, *, by_quarter: bool) -> Cadence | None:
    if stated.months == 3 and stated.month % 3 == 1:
        return Cadence.QUARTERLY
    if stated.months >= 12 and (stated.month == 1 or not by_quarter):
        return Cadence.YEARLY
    return Cadence.QUARTERLY if by_quarter else None


def _told_by_layout(layout: Sequence[_Mention], *, year: int | None, clues: Clues) -> PeriodRead:
    """The period of a roadmap whose head states none, from its columns or sections."""
    quarters = [mention for mention in layout if mention.months == 3]
    halves = [mention for mention in layout if mention.months == 6]
    units = quarters or halves
    dated = [mention for mention in units if mention.year is not None]
    if len(dated) < len({mention.month for mention in units}) and year is not None:
        dated = [
            mention
            if mention.year is not None
            else _Mention(
                mention.start, mention.end, year, mention.month, mention.months, mention.fiscal
            )
            for mention in units
        ]
    if dated:
        whole = _together(dated)
        named = {mention.month // 3 for mention in quarters}
        return _told(whole, named=named, clues=clues) if whole.months <= 48 else PeriodRead()
    years = [mention for mention in layout if mention.year is not None and mention.months == 12]
    if len({mention.year for mention in years}) > 1 and len(years) <= 12:
        named = {mention.month // 3 for mention in quarters}
        return _told(_together(years), named=named, clues=clues)
    if len({mention.month for mention in quarters}) >= 3:
        return PeriodRead(cadence=Cadence.YEARLY, by_quarter=True)
    ranges = [mention for mention in layout if mention.year is not None and mention.months != 12]
    return _told(_together(ranges), named=set(), clues=clues) if ranges else PeriodRead()


def _written(first: int, last: int) -> str:
    """Months since year 0 as a period, in the largest unit that fits."""
    opening, closing = divmod(first, 12), divmod(last, 12)
    for months, write in ((12, _as_year), (6, _as_half), (3, _as_quarter), (1, _as_month)):
        if last - first + 1 == months and opening[1] % months == 0:
            return write(*opening)
    for months, write in ((12, _as_year), (3, _as_quarter)):
        if opening[1] % months == 0 and (closing[1] + 1) % months == 0:
            return f"{write(*opening)}..{write(*closing)}"
    return f"{_as_month(*opening)}..{_as_month(*closing)}"


def _as_year(year: int, _month: int) -> str:
    return f"{year}"


def _as_half(year: int, month: int) -> str:
    return f"{year}-H{month // 6 + 1}"


def _as_quarter(year: int, month: int) -> str:
    return f"{year}-Q{month // 3 + 1}"


def _as_month(year: int, month: int) -> str:
    return f"{year}-{month + 1:02}"


def _months_of(part: str) -> range | None:
    match = _PERIOD.match(part)
    if match is None:
        return None
    year, quarter, half, month = match.groups()
    start = int(year) * 12
    if quarter:
        return range(start + int(quarter) * 3 - 3, start + int(quarter) * 3)
    if half:
        return range(start + int(half) * 6 - 6, start + int(half) * 6)
    if month:
        return range(start + int(month) - 1, start + int(month)) if 1 <= int(month) <= 12 else None
    return range(start, start + 12)


def _span(first: int, last: int) -> Span:
    year, month = divmod(last, 12)
    return Span(
        date(first // 12, first % 12 + 1, 1),
        date(year, month + 1, monthrange(year, month + 1)[1]),
    )


def _stem(filename: str | None) -> str:
    """A file name without its ending, with blanks for separators, as a text to read a period in."""
    stem = (filename or "").rsplit(".", 1)[0]
    return re.sub(r"[_.()\[\]]+", " ", normalise(re.sub(r"(?<=[a-z])(?=[A-Z0-9])", " ", stem)))
