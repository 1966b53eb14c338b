"""The period that a roadmap states, as people write it, and what it is in calendar dates.

Pure: reads quarters, halves, years, month ranges and "next quarter" in eight languages. A period is written
"2026-Q4", "2026-H1", "2026", "2026-07" or a range of two of these, "2026-Q3..2027-Q2".
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from intake.classify.dates import MONTH, MONTH_OF, dates_in, normalise
from intake.model import Cadence, Clues, Extract, Span

_READ_CHARACTERS = 20_000
_HEAD_CHARACTERS = 3_000
_WORDLESS = 20
"""A page with fewer characters has next to no text."""
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
    joined: bool = False
    """Whether it runs from one to another, "July to December"."""
    weak: bool = False
    """Whether it may well be something else where no year stands beside it: T4, S1, 1h."""

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
    layout = _layout(extract, lines, _only_year(lines))
    reading = _Reading(clues, _fiscal_start(text, clues), frozenset(_quarters_named(layout)))
    head = normalise(_WRAPPED.sub(" ", extract.text[:_HEAD_CHARACTERS]))
    opening = [line.strip() for line in head.splitlines() if line.strip()]
    places = list(_heads(extract, opening, text))
    stated = _stated_in(places, layout) or _range_in(opening[:12], layout)
    if stated:
        return reading.told(stated)
    laid_out = PeriodRead() if _has_unread_pages(extract) else reading.laid_out(layout)
    if laid_out != PeriodRead():
        return laid_out
    around = [*_surroundings(extract, clues)]
    stated = next(filter(None, map(_named, around)), None)
    if stated:
        return reading.told(stated)
    return next(
        filter(None, (_relative(place, clues.on) for place in (*places, *around))), laid_out
    )


def _has_unread_pages(extract: Extract) -> bool:
    """Whether it is a scan of which only the first pages were read: the others may hold further quarters."""
    return extract.by_ocr and any(
        page.pictures and len(page.text.strip()) < _WORDLESS for page in extract.pages
    )


def _stated_in(places: Sequence[str], layout: Sequence[_Mention]) -> _Mention | None:
    """What the first of these places states; a year gives way to the one quarter or half that a place after it names."""
    whole: _Mention | None = None
    for place in places:
        stated = _stated(place)
        if stated is None or _is_one_part(stated, layout, place):
            continue
        if whole is None and stated.months != 12:
            return stated
        if whole is None:
            whole = stated
        elif stated.months < 12 and stated.months != 1 and stated.year == whole.year:
            return stated
    return whole


def _is_one_part(stated: _Mention, layout: Sequence[_Mention], place: str) -> bool:
    """Whether it is one of several quarters or years that open parts of the text, and so not the whole."""
    alike = [
        mention
        for mention in layout
        if mention.year and (mention.months < 12) == (stated.months < 12)
    ]
    extent = (stated.first, stated.last)
    return (
        any((mention.first, mention.last) == extent for mention in alike)
        and any(mention.first > stated.last or mention.last < stated.first for mention in alike)
        and not _PLAN.search(place)
    )


def _range_in(lines: Sequence[str], layout: Sequence[_Mention]) -> _Mention | None:
    """A stretch that the opening sentences give: "what we build between April and September 2026"."""
    for line in lines:
        if len(line) < 400 and not _NO_PERIOD.search(line) and "\t" not in line:
            for mention in _mentions(line):
                is_whole = mention.joined and mention.year is not None and mention.months >= 3
                if is_whole and not _is_one_part(mention, layout, line):
                    return mention
    return None


_NO_TITLE = re.compile(
    r"template|vorlage|modèle|plantilla|untitled|microsoft|(?:document|presentation|book|slide)\W?\d"
)


def _surroundings(extract: Extract, clues: Clues) -> Iterator[str]:
    """What names the document without standing in it, strongest first."""
    yield _stem(clues.filename)
    yield normalise(clues.subject)
    for line in normalise(clues.words[:_WORDS_READ]).splitlines():
        if _PLAN.search(line):
            yield line
    # Often that of a template, or of the document that this one was made from.
    title = normalise(extract.title or "")
    if not _NO_TITLE.search(title):
        yield title


# ---------------------------------------------------------------- what is said

_Y4 = r"20[0-6]\d"
_FY = r"(?:fy|fiscal(?: year)?|financial year|gj|geschäftsjahr|exercice|ejercicio)"
_ORDINAL = {
    word: number
    for number, words in enumerate(
        (
            "first 1st erstes ersten erste premier première primer primo primeiro eerste första i 上",
            "second 2nd zweites zweiten zweite deuxième seconde segundo secondo tweede andra ii 下",
            "third 3rd drittes dritten dritte troisième tercer terzo terceiro derde tredje iii",
            "last fourth 4th viertes vierten vierte quatrième cuarto quarto vierde fjärde iv",
        ),
        start=1,
    )
    for word in words.split()
}
_NTH = (
    r"[1-4](?:\.?[ºªo°]|\.|er|ère|re|ème|eme|e|ste|de|nd|st|rd|th|a|-й)?"
    rf"|{'|'.join(sorted(_ORDINAL, key=len, reverse=True))}"
)
# A year of two digits right after: "Q3'26", "Q3/26", "3T26"; after a blank only where no noun follows that it counts.
_AFTER_SHORT = r"(?=\s*(?:[-:,;.)\]|&+/>→]|\Z|\n|\t)|\s+(?:[fqtshk]\d|[1-4][qth]|road|plan|and|to|und|bis|et|y|e|a|prod|update|draft|final|v\d))"
_SHORT = rf"(?:(?:\s?['/-]\s?|(?<=\w))(?P<short>[23]\d)(?![\d%.,:/]\d|[\d%])|\s(?P<blank>2\d)(?![\d%]|[.,:/]\d){_AFTER_SHORT})?"
_SHORT_HALF = _SHORT.replace("short", "brief").replace("blank", "space")
_QUARTER = r"(?:quarter|quartal|trimestre|kwartaal|kwarta[łl]|kvartal|квартал|qtr|trim\b)"
_HALF = r"(?:half(?:[ -]year|jaar)?|halbjahr|hj\b|semestre|semester|hälfte|helft|halvår|mitad|metà|metade|sem\b)"
# Inside a word nothing begins, which is told at once.
# Prices, standards, telephone numbers and rooms look like years.
_NO_YEAR_AFTER = r"(?<![\d.,$€£#])(?<!\d:)(?<!\d\d )(?<!room )(?<!raum )(?<!sala )(?<!salle )(?<!zimmer )(?<!nr\. )(?<!no\. )"
_ATOM = re.compile(
    rf"(?:(?<![a-zß-ÿа-я])|(?<=fy))(?:"
    rf"(?P<quarter>(?<!\w)(?:c?f?q|(?P<weak>[tk]))\s?(?P<q1>[1-4])(?!\d)|(?<!\w)(?P<q2>[1-4])(?:q|(?P<weak2>t))(?![a-eg-z])"
    rf"|(?<=\d)q(?P<q3>[1-4])(?!\d)|(?<!\w)(?P<q4>{_NTH})\.?\s*(?:fiscal\s)?{_QUARTER}\w*\.?|第(?P<q5>[1-4一二三四])(?:四半期|季度)"
    rf"|(?<!\w){_QUARTER}\s?(?P<q6>[1-4]|i{{1,3}}|iv)(?!\w)){_SHORT}"
    rf"|(?P<half>(?<!\w)(?:hy?|hj\.?\s?|(?P<weak3>s))(?P<h1>[12])(?![\d.])|(?<!\w)(?P<h2>[12])(?P<weak4>h)(?![a-z])"
    rf"|(?<!\w)(?P<h3>{_NTH})\.?\s*{_HALF}\w*\.?|(?<!\w)(?:halbjahr|semestre|half)\s?(?P<h5>[12])(?!\w)|(?P<h4>[上下])(?:半期|半年|期)){_SHORT_HALF}"
    rf"|(?<![\w.])(?P<ym>{_Y4})-(?P<mm>0[1-9]|1[0-2])(?![\d-])"
    rf"|(?<![\w./-])(?P<my>0?[1-9]|1[0-2])[/.](?P<yy>20\d\d)(?![\d./-]\d|\d)"
    rf"|(?<!\w)(?:(?P<fiscal>{_FY})|my)\s*'?\s*(?P<f1>{_Y4}|\d\d)(?:\s*[/-]\s*(?P<f2>{_Y4}|\d\d)(?!\d))?(?![\d%.,]\d)(?!\d)"
    rf"|{_NO_YEAR_AFTER}(?P<y1>{_Y4})(?:\s*(?:[/-]|to|bis|t/m)\s*(?P<y2>{_Y4}|\d\d)(?!\d))?(?!\d|'?s(?!\w)|er(?!\w)|\s\d{{3}}(?!\d))(?P<fiscal2>年度)?"
    rf"|(?<=fy)(?P<f3>\d\d)(?!\d)"
    rf"|(?<!\w)(?P<month>{MONTH})(?:\s?'\s?(?P<monthyear>2\d)(?!\d)|-(?P<monthyear2>2[4-9])(?![\d-]))?(?!\w)|(?<!\d)(?P<cjk>1[0-2]|[1-9])月(?!\d))"
)
_JOINED = re.compile(r"[\s,/'_()年-]*(?:(?:of|in|im|de|du|del|des|the|el|года|fy)\s*)*\Z")
_TO = re.compile(
    r"\s*(?:-|\.\.\.?|to|through|until|till|bis|à|au|al|a|até|hasta|tot(?: en met)?|t/m|do|/|&|and|und|et|y|e|en|och|\+|>|→|по)\s*\Z"
)
_UNIT = r"(?:(?P<quarter>quarter|quartal|trimestre|kwartaal)|year|jahr|année|anno?|año|ano|jaar)"
_RELATIVE = re.compile(
    r"(?<!\w)(?:(?P<next>next|coming|upcoming|nächste[sn]?|kommende[sn]?|prochain|próximo|prossimo|volgend)"
    r"|this|current|diese[sn]?|laufende[sn]?|actual|ce|cette|este|questo|quest'|dit)"
    rf"\s*{_UNIT}(?: (?P<after>prochaine?|próximo|que viene|que vem|prossimo))?(?!\w)"
    rf"|(?<!\w){_UNIT.replace('quarter>', 'quarter2>')} (?:prochaine?|próximo|que viene|que vem|prossimo)(?!\w)"
)
_FISCAL_START = re.compile(
    rf"(?:{_FY}|fiscal|financial|geschäfts)[^.\n]{{0,30}}?(?:starts?|begins?|runs?|from|ab|beginnt|commence|empieza|inizia)"
    rf"(?: (?:on|in|am|im|from|en|le|el|a))?(?: (?:1st|1\.?|the first|1er))?(?: (?:of|de))? (?P<month>{MONTH})"
)
_WORDS_READ = 4_000
# Where a long line goes on in the next, as in the text of a PDF.
_WRAPPED = re.compile(r"(?<=[^\n]{60})(?<![.:;!?])\n(?=[a-zà-ÿ\d(])")


@dataclass(frozen=True, slots=True)
class _Atom:
    """A quarter, half or month (`month` to `month` + `months` - 1) or a year (`month` is 0), as it stands alone."""

    start: int
    end: int
    month: int
    months: int
    year: int | None
    fiscal: bool = False
    weak: bool = False


def _mentions(text: str, *, months: int = 2) -> list[_Mention]:
    """The quarters, halves, years and stretches of at least so many months in a normalised text, its days left out."""
    text = _without_days(text)
    atoms = [atom for match in _ATOM.finditer(text) if (atom := _atom(match)) is not None]
    units = _with_years(atoms, text)
    found: list[_Mention] = []
    for unit in units:
        before = found[-1] if found else None
        between = text[before.end : unit.start] if before is not None else ""
        if before is not None and (_TO.match(between) or _is_list(before, unit, between)):
            joined = _stretch(before, unit)
            if joined is not None:
                found[-1] = joined
                continue
        found.append(unit)
    return [mention for mention in found if mention.months >= months]


def _is_list(before: _Mention, unit: _Mention, between: str) -> bool:
    """Months one after another: "October, November and December"."""
    follows = before.month + before.months == unit.month
    return between.strip() == "," and unit.months == 1 and before.year is None and follows


def _without_days(text: str) -> str:
    for entry in reversed(dates_in(text)):
        if not entry.whole_month:
            text = text[: entry.start] + " " * (entry.end - entry.start) + text[entry.end :]
    return re.sub(rf"(?:©|copyright|\(c\))\s*{_Y4}", lambda match: ";" * len(match[0]), text)


def _atom(match: re.Match[str]) -> _Atom | None:
    start, end = match.span()
    if match["quarter"]:
        number = _number(_first(match, "q1", "q2", "q3", "q4", "q5", "q6"))
        year = _short(match["short"] or match["blank"])
        weak = bool(match["weak"] or match["weak2"])
        return _Atom(start, end, number * 3 - 2, 3, year, weak=weak)
    if match["half"]:
        number = _number(_first(match, "h1", "h2", "h3", "h4", "h5"))
        year = _short(match["brief"] or match["space"])
        weak = bool(match["weak3"] or match["weak4"])
        return _Atom(start, end, number * 6 - 5, 6, year, weak=weak) if number < 3 else None
    if match["ym"] or match["my"]:
        month, stated = match["mm"] or match["my"], match["ym"] or match["yy"]
        return _Atom(start, end, int(month), 1, int(stated))
    if match["month"]:
        year = _short(match["monthyear"] or match["monthyear2"])
        return _Atom(start, end, MONTH_OF[match["month"].rstrip(".")], 1, year)
    if match["cjk"]:
        return _Atom(start, end, int(match["cjk"]), 1, None)
    return _years_of(match)


def _years_of(match: re.Match[str]) -> _Atom:
    start, end = match.span()
    fiscal = bool(match["fiscal"] or match["f3"] or match["fiscal2"])
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
    if word in _CJK:
        return _CJK.index(word) + 1
    return int(word[0]) if word[0].isdigit() else _ORDINAL[word]


_CJK = "一二三四"


# "Spring 2026" is neither the year nor a quarter of it.
_SEASON = re.compile(
    r"(?<!\w)(?:spring|summer|autumn|fall|winter|frühjahr|frühling|sommer|herbst|printemps|été|automne|hiver|"
    r"primavera|verano|otoño|invierno|estate|autunno|inverno|verão|outono|lente|voorjaar|zomer|herfst|najaar)"
    r"(?: de| del| d[ei]l?l?')?\W{1,3}\Z"
)


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
        elif atom.month == 0 and _SEASON.search(text[max(0, atom.start - 14) : atom.start]):
            pass
        elif atom.month == 0:
            joined = atom.months > 12
            found.append(
                _Mention(atom.start, atom.end, atom.year, 1, atom.months, atom.fiscal, joined)
            )
        else:
            weak = atom.weak and atom.year is None
            found.append(
                _Mention(atom.start, atom.end, atom.year, atom.month, atom.months, False, weak=weak)
            )
        place += 1
    return found


def _belong(atom: _Atom, following: _Atom, text: str) -> bool:
    if (atom.month == 0) == (following.month == 0):
        return False
    unit, year = (following, atom) if atom.month == 0 else (atom, following)
    between = text[atom.end : following.start]
    if unit.year is not None or year.months != 12:
        return False
    if unit.months == 1 and atom.month == 0 and between != "年":
        return False
    return bool(_JOINED.match(between))


def _stretch(first: _Mention, last: _Mention) -> _Mention | None:
    """From the one to the other, with the year that only one of them states; None where they do not fit."""
    if first.months != last.months and not (first.joined and last.months == 1):
        return None
    if last.year is None:
        return _stretch_without_year(first, last)
    year = first.year
    if year is None:
        year = last.year if first.month <= last.month else last.year - 1
    months = last.year * 12 + last.month + last.months - year * 12 - first.month
    if not first.months < months <= 120:
        return None
    fiscal = first.fiscal or last.fiscal
    return _Mention(first.start, last.end, year, first.month, months, fiscal, joined=True)


def _stretch_without_year(first: _Mention, last: _Mention) -> _Mention | None:
    """Months, "July - September", whose year stands elsewhere."""
    months = last.month + last.months - first.month
    if last.months != 1 or first.year is not None or months <= 1:
        return None
    return _Mention(first.start, last.end, None, first.month, months, first.fiscal, joined=True)


# ---------------------------------------------------------------- where it is said

_PLAN = re.compile(
    r"road ?map|plan|goals?|objectives|okrs?|priorit|outlook|strateg|fahrplan|ziele|feuille de route|hoja de ruta|"
    r"дорожн|план|ロードマップ|計画"
)
_NO_PERIOD = re.compile(
    r"updated|copyright|©|as of|created|version|founded|since|stand:?\s+(?:\d|\w+\.? (?:\d|20))|approved|revis|last modified|author|date\b|draft"
)


def _heads(extract: Extract, lines: Sequence[str], text: str) -> Iterator[str]:
    """Where a period is stated, strongest first: the title, the first heading, the first lines."""
    title = normalise(extract.title or "").strip()
    if title and (_PLAN.search(title) or _squeezed(title) in _squeezed(text[:_HEAD_CHARACTERS])):
        yield title
    for heading in extract.headings[:1]:
        yield normalise(heading)
    for line in lines[:8]:
        is_row = "\t" in line or line.count("|") > 1
        if _PLAN.search(line) and not is_row and len(line) < 160 and not _NO_PERIOD.search(line):
            yield line
    for line in lines[:6]:
        if len(line.split()) <= 7 and not _NO_PERIOD.search(line) and "\t" not in line:
            yield line
    for line in lines[:12]:
        if re.match(
            r"(?:period|timeframe|time frame|horizon|zeitraum|période|periodo|período|periode|looptijd|scope)\b",
            line,
        ):
            yield line


def _squeezed(text: str) -> str:
    return re.sub(r"[\W_]+", "", text)


def _stated(text: str) -> _Mention | None:
    """The period in one place: a stretch rather than a bare year, and never a quarter without its year."""
    if _BEFORE_NOW.search(text):
        return None
    found = [
        mention
        for mention in _mentions(text)
        if mention.year is not None
        and not (mention.months == 12 and _PUT_OFF.search(text[mention.end : mention.end + 12]))
    ]
    shorter = [mention for mention in found if mention.months % 12]
    months = [mention for mention in shorter if mention.joined and not mention.fiscal]
    if len(shorter) > 1 and not months:
        return _together(shorter)
    # "FY26 (July 2025 - June 2026)": the months say which.
    return next(iter(months or shorter or [m for m in found if m.joined] or found), None)


def _named(place: str) -> _Mention | None:
    """What a name states; a year alone only where it is that of a plan, "2026 v3" is not."""
    stated = _stated(place)
    is_bare = stated is not None and stated.months == 12 and not stated.fiscal
    return None if is_bare and not _PLAN.search(place) else stated


def _together(found: Sequence[_Mention]) -> _Mention:
    first = min(found, key=lambda mention: mention.first)
    last = max(mention.last for mention in found)
    return replace(first, months=last - first.first + 1)


def _relative(text: str, on: date | None) -> PeriodRead | None:
    """What "next quarter" comes to on that day; without a day only the cadence is known."""
    match = _RELATIVE.search(text)
    if match is None or len(text) > 200:
        return None
    is_quarter = bool(match["quarter"] or match["quarter2"])
    cadence = Cadence.QUARTERLY if is_quarter else Cadence.YEARLY
    if on is None:
        return PeriodRead(cadence=cadence)
    ahead = 1 if match["next"] or match[0].endswith(_AHEAD) else 0
    period = _written((on.year + ahead) * 12, (on.year + ahead) * 12 + 11)
    if is_quarter:
        first = on.year * 12 + (on.month - 1) // 3 * 3 + ahead * 3
        period = _written(first, first + 2)
    return PeriodRead(cadence=cadence, period=period, span=span_of(period))


_AHEAD = ("prochain", "prochaine", "próximo", "que viene", "que vem", "prossimo")


def _layout(extract: Extract, lines: Sequence[str], year: int | None) -> list[_Mention]:
    """The periods that open headings, lines and cells, or end short ones: how the document is laid out.

    Each takes the year that it does not state from the heading above it, else from the text, if that has only one.
    """
    found: list[_Mention] = []
    inside: list[_Mention] = []
    years = _Years(year)
    for place in [*map(normalise, extract.headings), *lines[:600]]:
        if not _NAMES_TIME.search(place) or "?" in place:
            continue
        row: list[_Mention] = []
        for cell in _CELLS.split(_ADDRESS.sub(" ", place)):
            row += [m for m in _opening(cell) if m.months > 1 or not row]
        found += years.given_to(row)
        if not row and not _CELLS.search(place):
            inside += _inside(place)
    if len(inside) > 2 and len({mention.first for mention in inside}) > 1:
        found += inside
    return _without_weak(found)


def _inside(line: str) -> list[_Mention]:
    """The quarter or half within a row of a table that has lost its columns."""
    if len(line.split()) > 16 or not _SAYS_YEAR.search(line) or _NO_PERIOD.search(line):
        return []
    found = [m for m in _mentions(line) if m.year is not None and m.months in (3, 6)]
    return [] if _BEFORE_NOW.search(line) else found[:1]


class _Years:
    """Gives years to the mentions that state none: that of the one above them, and on from Q4 to Q1."""

    def __init__(self, fallback: int | None) -> None:
        self._fallback = fallback
        self._year: int | None = None
        self._next = 0
        self._known: dict[tuple[int, int], int] = {}

    def given_to(self, row: Sequence[_Mention]) -> Iterator[_Mention]:
        for mention in row:
            year = mention.year or self._year_of(mention)
            if mention.months < 12 and year is not None:
                self._known[mention.month, mention.months] = year
            if mention.months == 12:
                self._known.clear()
            if mention.year is not None or self._year is not None:
                self._year, self._next = year, mention.month + mention.months
            yield replace(mention, year=year)

    def _year_of(self, mention: _Mention) -> int | None:
        if mention.months == 1:
            return None
        if self._year is None:
            return self._fallback
        known = self._known.get((mention.month, mention.months))
        follows = mention.month == 1 and self._next == 13
        return known or self._year + follows


_ADDRESS = re.compile(r"https?://\S+|www\.\S+")
_CELLS = re.compile(r"[\t|]")
_NAMES_TIME = re.compile(rf"\d|(?<!\w)(?:{MONTH}|(?:{_NTH})\.?\s*(?:{_QUARTER}|{_HALF}))")
_LABEL = re.compile(
    r"[\s#*•>▪»◦○➢·-]*(?:o\s)?(?:(?:phase|step|stage|horizon|theme|part|block|etappe|schritt|étape|fase|etapa)\s*\d+\W+|[a-z]?\d{1,2}[.)]\s+(?!quart|trim|kwart|kvart|sem|halb|half|h[äa]l|hj))?"
    r"(?:(?:from|in|by|between|von|ab|im|de|du|d'|da|dal|van|en|em)\s+)?"
)
# What was, quoted in front of what will be; and what is put off.
_BEFORE_NOW = re.compile(
    r"(?<!\w)(?:recap|review of|retro\w*|look(?:ing)? back|rückblick|bilan|balance de|what (?:we )?(?:slipped|shipped|did)|"
    r"(?:carried over|moved|slipped|left over|results|delivered|shipped|achieved|done|completed) (?:from|in|of)|terugblik|"
    r"last (?:quarter|year)|previous|vergangene\w*|letzte[sn]?|passé|pasado|scorso|passado|vorig\w*)(?!\w)"
)
_PUT_OFF = re.compile(
    r"(?<!\w)(?:beyond|onwards?|later|after|nach|später|danach|not before|nicht vor|más adelante|après|au-delà|oltre|dopo|depois|"
    r"verder|and on)(?!\w)|\d\+|以降|ff\.?\s*\Z"
)


def _opening(cell: str) -> list[_Mention]:
    """The periods with which a cell or a line opens; those of a row of heads; that with which a short one ends."""
    text = cell.strip()
    if not text or len(text) > 400 or _BEFORE_NOW.search(text):
        return []
    label = _LABEL.match(text)
    text = text[label.end() if label else 0 :].strip(" *:")[:120]
    mentions = [
        mention
        for mention in _mentions(text, months=1)
        if not (mention.months == 12 and _PUT_OFF.search(text[: mention.end + 15]))
    ]
    if not mentions:
        return []
    words = len(text.split())
    if len(mentions) > 1 and words <= 3 * len(mentions) + 1 and not _NO_PERIOD.search(text):
        return mentions
    first, closing = mentions[0], mentions[-1]
    aside = _IN_BRACKETS.match(text)
    if aside and aside.start(1) <= first.start and first.end <= aside.end(1) and first.months > 1:
        return [first]
    if first.start <= 1:
        is_head = (
            len(text) < 120 or first.months not in (1, 12) or _HEAD_ENDS.match(text, first.end)
        )
        return [first] if is_head and not _NO_PERIOD.search(text[:20]) else []
    apart = words <= 5 or text[: closing.start].rstrip()[-1:] in "-:,("
    is_end = apart and len(text) - closing.end <= 1 and closing.months not in (1, 12)
    return [closing] if is_end and words <= 9 and not _NO_PERIOD.search(text) else []


# "Year one (2026) - stand on two feet".
_IN_BRACKETS = re.compile(r"[^(]{0,45}\(([^)]{0,60})\)")
_HEAD_ENDS = re.compile(r"\s?[-:.]")


def _without_weak(found: Sequence[_Mention]) -> list[_Mention]:
    """T4 and S1 without a year are periods only among their like."""
    weak = {(mention.month, mention.months) for mention in found if mention.weak}
    kept = {months for months in (3, 6) if sum(m == months for _, m in weak) >= 9 // months}
    return [mention for mention in found if not mention.weak or mention.months in kept]


def _only_year(lines: Sequence[str]) -> int | None:
    """The year of nearly all that the text says of years."""
    text = "\n".join(line for line in lines if _SAYS_YEAR.search(line))
    years = [
        mention.year
        for mention in _mentions(text)
        if mention.year is not None and mention.months <= 12
    ]
    if not years:
        return None
    most = max(set(years), key=years.count)
    return most if years.count(most) >= 0.7 * len(years) else None


_SAYS_YEAR = re.compile(r"(?:19|20)\d\d|[\dfqtshy'/]\s?2\d(?!\d)")


def _quarters_named(layout: Sequence[_Mention]) -> Iterator[int]:
    return (mention.month // 3 for mention in layout if mention.months == 3 and not mention.joined)


def _fiscal_start(text: str, clues: Clues) -> int:
    """The month in which fiscal years start: as the document says, else as the setting does."""
    said = _FISCAL_START.search(text)
    return MONTH_OF[said["month"].rstrip(".")] if said else clues.fiscal_year_starts


# ---------------------------------------------------------------- what it comes to


@dataclass(frozen=True, slots=True)
class _Reading:
    """What is known besides a mention; `named` are the quarters, 0 to 3, by which the text is laid out."""

    clues: Clues
    fiscal_year_starts: int
    named: frozenset[int]

    def told(self, stated: _Mention, *, laid_out: bool = False) -> PeriodRead:
        """What a mention comes to; `laid_out` says that it is what the parts of the text make up."""
        period = _written(stated.first, stated.last)
        by_quarter = stated.months > 3 and len(self.named) >= min(3, stated.months // 3)
        return PeriodRead(
            cadence=_cadence(stated, by_quarter=by_quarter, laid_out=laid_out),
            period=period,
            span=span_of(
                period, fiscal_year_starts=self.fiscal_year_starts if stated.fiscal else 1
            ),
            by_quarter=by_quarter,
        )

    def laid_out(self, layout: Sequence[_Mention]) -> PeriodRead:
        """The period of a roadmap whose head states none, from its columns or sections."""
        units = [
            mention
            for mention in layout
            if mention.months not in (1, 12, 24) and not mention.joined
        ]
        units += [
            mention
            for mention in layout
            if mention.joined and mention.months % 3 == 0 and mention.months < 12 and units
        ]
        dated = [mention for mention in units if mention.year is not None]
        if dated:
            whole = _together(dated)
            return self.told(whole, laid_out=True) if whole.months <= 48 else PeriodRead()
        years = [mention for mention in layout if mention.year and mention.months % 12 == 0]
        if len({mention.first for mention in years}) > 1 and len(years) <= 16:
            whole = _together(years)
            return self.told(whole) if whole.months <= 144 else PeriodRead()
        if len(self.named) >= 3:
            return PeriodRead(cadence=Cadence.YEARLY, by_quarter=True)
        return self._by_months(
            [mention for mention in layout if mention.year and mention.months < 12]
        )

    def _by_months(self, months: Sequence[_Mention]) -> PeriodRead:
        """From months and seasons: whole quarters, unless there is only one."""
        if len({mention.first for mention in months}) < 2:
            return self.told(months[0]) if months and months[0].joined else PeriodRead()
        whole = _together(months)
        first, last = whole.first // 3 * 3, whole.last // 3 * 3 + 2
        if last - first >= 48:
            return PeriodRead()
        year, month = divmod(first, 12)
        return self.told(
            replace(whole, year=year, month=month + 1, months=last - first + 1), laid_out=True
        )


def _cadence(stated: _Mention, *, by_quarter: bool, laid_out: bool) -> Cadence | None:
    if stated.months == 3 and stated.month % 3 == 1:
        return Cadence.QUARTERLY
    if stated.months == 12 and stated.month == 1:
        return Cadence.YEARLY
    if by_quarter and (laid_out or stated.months <= 12):
        return Cadence.QUARTERLY
    if stated.months < 12:
        return None
    is_years = stated.month == 1 and stated.months % 12 == 0
    return Cadence.YEARLY if is_years or (stated.months == 12 and not laid_out) else None


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
