"""Days that a text names, in the forms that people write, with what each of them is for.

Knows the month names of eight languages, day ranges, tables with a deadline column and dates without a year; knows
nothing of roadmaps, and never asks the clock: a missing year comes from the text around it or from the caller.
"""

# ruff: noqa: RUF001  # the dashes and quotation marks are what is replaced

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import islice, pairwise

from intake.model import Extract, Family, Span

_MONTHS = (
    "january jan januar jänner janvier janv enero ene janeiro gennaio gen januari января янв",
    "february feb februar février févr fevrier febrero fevereiro fev febbraio februari февраля фев",
    "march mar märz mär mrz maerz mars marzo março marco maart марта мар",
    "april apr avril avr abril abr aprile апреля апр",
    "may mai mayo maio maggio mei maj мая",
    "june jun juni juin junio junho giugno giu июня июн",
    "july jul juli juillet juil julio julho luglio lug июля июл",
    "august aug août aout agosto ago augustus augusti августа авг",
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
WEEKDAY = (
    r"(?:(?:mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?:day)?s?|(?:mo|di|mi|do|fr|sa|so)(?=[.,\s])|"
    r"(?:lun|mar|mer|mi[eé]|jeu|jue|gio|ven|vie|sam|sab|s[áà]b|dim|dom|seg|ter|qua|qui|sex|ma|wo|vr|za|zo)(?=[.,]?\s*\d)|"
    r"(?:mon|diens|donners|frei|sams|sonn)tag|mittwoch|sonnabend|(?:lun|mar|mercre|jeu|vendre|same)di|dimanche|"
    r"lunes|martes|mi[eé]rcoles|jueves|viernes|s[aá]bado|domingo|(?:luned|marted|mercoled|gioved|venerd)[iì]|sabato|"
    r"domenica|(?:segunda|terça|quarta|quinta|sexta)(?:-feira)?|(?:maan|dins|woens|donder|vrij|zater|zon)dag)"
)
_TO = (
    r"(?:\s*[-/&+]\s*|\s+(?:to|till|until|through|bis|au|à|al|a|até|hasta|tot(?: en met)?|t/m|and|und|et|y|e|en)\s+)"
    rf"(?:{WEEKDAY}[.,]*\s+)?"
)
_OF = r"(?:\s+(?:de|of|del))?"
_DAY_FIRST = (
    rf"(?<![\w.,])(?P<d4>{_DAY}){_TH}"
    rf"(?:(?:{_OF}\s*(?P<n4>{MONTH}))?{_TO}(?P<e4>{_DAY}){_TH})?"
    rf"{_OF}[\s-]*(?P<m4>{MONTH})"
    rf"(?:(?:{_OF}|,)[\s,-]*(?P<y4>{_YEAR}|'\d\d|(?<=[ -])2\d(?=[ ]?(?:[\t\n|,;)]|\Z))))?(?!\w)"
)
_MONTH_FIRST = (
    rf"(?<!\w)(?P<m5>{MONTH})[\s-]*(?P<d5>{_DAY}){_TH}(?![\d:%]|\s(?:de\s)?{MONTH})"
    rf"(?:{_TO}(?:(?P<n5>{MONTH})\s*)?(?P<e5>{_DAY}){_TH}(?![\d:%]))?"
    rf"(?:[\s,-]{{1,3}}(?P<y5>{_YEAR}))?(?!\w)"
)
# "20.-23.01.2026", "30.1.-2.2.26", "12-14/03/2026": the day, and the month, from which it lasts.
_FROM_NUMBERS = r"(?:(?P<f3>\d{1,2})(?:\.(?:(?P<g3>\d{1,2})\.)?\s?(?:-|/|&|\+|bis|und|u\.)|(?:/(?P<h3>\d{1,2}))?\s?-)\s?)?"
_FORMS = (
    ("iso", rf"(?P<y1>{_YEAR})[-/.](?P<m1>1[0-2]|0?[1-9])[-/.](?P<d1>{_DAY})(?!\d)"),
    ("cjk", rf"(?P<y2>{_YEAR})年\s*(?P<m2>1[0-2]|0?[1-9])月\s*(?P<d2>{_DAY})日"),
    (
        "numbers",
        (
            rf"(?<![\d.,/]){_FROM_NUMBERS}(?P<a3>\d{{1,2}})"
            r"(?:(?:\.(?P<b3>\d{1,2})\.|/(?P<c3>\d{1,2})/)(?P<y3>20\d\d|\d\d)|-(?P<k3>\d{1,2})-(?P<z3>20\d\d))(?!\d|[./]\d)"
        ),
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
# "March 3, 2026" shows in which order a text writes 3/4.
_MONTH_THEN_DAY = re.compile(
    rf"(?<!\w){MONTH} (?:3[01]|[12]\d|[1-9])(?:st|nd|rd|th)?, (?:19|20)\d\d"
)
_SLASHED = re.compile(r"(?<![\d./])(\d{1,2})/(\d{1,2})/(?:20)?\d\d(?![\d/])")

_NOT_AN_EVENT = re.compile(
    r"\b(?:dead ?lines?|ddl|cfps?|book(?:ing|ings)? (?:opens?|from|by)|on sale|släpps|vorverkauf|en vente|a la venta|voorverkoop|call for|submi\w+|due|apply|regist\w+|early.?bird|"
    r"proposals?|notif\w+|abstracts?|(?:cut|sign).?(?:off|up)|rsvp|clos(?:es|ing)|batch|embargo|"
    r"publish(?:ed|ing)?|posted|(?:last )?(?:updated?|touched|edited|modified|saved)|as of|created|copyright|©|stand|"
    r"version|revised|printed|exported|einreich\w*|anmeld\w*|\w*schluss|\w*frist|veröffentlicht|erstellt|aktualisiert|"
    r"gedruckt|geändert|date limite|inscri\w+|clôture|publiée?|mise? à jour|imprimé|fecha límite|plazo|publicado|"
    r"actualizado|creado|iscrizion\w+|scadenza|entro|aggiornat\w+|prazo|atualizado|aanmeld\w+|uiterlijk|bijgewerkt|"
    r"inschrijv\w+|by|締切|更新)(?!\w)|\(c\)"
)
_DUE = re.compile(
    r"\W{0,4}(?:\w+ ){0,3}?(?:dead ?line|cfp\b|early.?bird|closes\b|due\b|submission|einreich|anmeld|\w*frist\b|"
    r"date limite|fecha límite|plazo|scadenza|prazo)"
)
# What the head of a column says of the dates below it: whole heads, then words in them, those against it first.
_WHEN_EXACTLY = re.compile(
    r"(?:from|to|ends?|starts?|day|vo[nm]|bis|ab|du|au|fin|desde|hasta|del|a?l|de|a|van|tot|dal|inizio|fine|início|fim)\Z"
)
_ASIDE = re.compile(
    r"dead ?line|ddl|clos(?:es|ing)|\bcfp|call|submi|abstract|\bdue|appl(?:y|ication)|regist|early|entry|entries|notif|shortlist|"
    r"book|draft|brief|record|film|shoot|approv|review|print|updat|creat|modif|invoice|\bpa(?:y|id)|embargo|artwork|on.?sale|"
    r"ticket|set.?up|build|asset|einreich|anmeld|frist|schluss|erstellt|aktualis|freigabe|abgabe|buch|entwurf|inscri|plazo|"
    r"l[ií]mite|comunicacion|hasta|entrega|graba|soumission|dépôt|clôture|iscrizion|scadenza|prazo|aanmeld|sluit|inlever|締切"
)
_WHEN = re.compile(
    r"dates?\b|\b(?:when|starts?|begins?|ends?|ceremony|event|conference|publi|post|go.?live|live|release|airs?|drops?|"
    r"send|termin|datum|wann|beginn|ende|tag|veröffentlich|fechas?|cuándo|inicio|data|quando|quand|début|wanneer|dag)|日"
)
_OWN = re.compile(
    r"\b(as of|last (?:updated|modified|revised|saved)|updated(?: on)?|revised|version|date[:d]|published|effective|"
    r"prepared(?: on)?|stand|aktualisiert|datum:|erstellt(?: am)?|mise? à jour|en date du|actualizado|fecha:|à jour au|"
    r"atualizado|aggiornat[oa]|bijgewerkt|data:)(?!\w)"
)
_NOT_ITS_OWN = re.compile(
    r"print|gedruckt|imprim|impres|stampat|due\b|until|expir|valid|gültig|deadline|dead line|frist|downloaded|exported"
)
_ADDRESS = re.compile(r"https?://\S+|www\.\S+")
_MONTH_HEAD = re.compile(
    rf"\W*(?P<month>{MONTH})(?:(?:\s+(?:de|of|del))?\W{{0,3}}(?P<year>{_YEAR})(?!\w)|(?=\W*\Z|\t))"
)
_FROM_YEAR_TO_YEAR = re.compile(
    rf"(?P<month>{MONTH}) (?P<year>{_YEAR})\s*(?:-|to|bis|à|a|al|tot)\s*{MONTH} (?P<next>{_YEAR})"
)
_YEAR_HEAD = re.compile(
    rf"\W*(?:[^\W\d]+\W+){{0,3}}(?P<year>{_YEAR})(?:\s?[/-]\s?(?P<next>(?:20)?\d\d))?\W*\Z"
)
_DAY_OF_LIST = re.compile(
    rf"(?:\A\W*|(?<![\w,.])(?P<named>{WEEKDAY})[.,]?\s+(?:the\s+|den\s+|le\s+)?)(?P<first>{_DAY}){_TH}"
    rf"(?:\s*[-/&]\s*(?P<last>{_DAY}){_TH})?(?=\s+[^\W\d]|\s*[,:;)\t—-]|\s*\Z|\s+\W)"
    rf"|(?<![\w.,])(?P<before>{_DAY}){_TH},?\s+(?={WEEKDAY}(?!\w))"
    rf"|\t(?P<cell>{_DAY})\s+(?=[^\W\d])"
)
_SHORT_DAY = re.compile(
    rf"(?:\A|[\t|(])\W{{0,6}}(?:o\s+)?(?P<weekday>{WEEKDAY}[.,]*\s+)?(?:(?P<from>{_DAY})\.?(?:(?P<month>1[0-2]|0?[1-9])\.)?\s?[-/]\s?)?"
    rf"(?P<a>\d{{1,2}})(?P<mark>[./])(?P<b>\d{{1,2}})(?:(?<=\d)\.(?!\d)|(?![\d/.,%]))"
)
_YEARS = re.compile(rf"(?<![\d/.-])({_YEAR})(?![\d])")
# A number before one of these is no day: a time, a measure, or a day of the month that is named.
_NO_DAY_NEXT = re.compile(
    rf"\s*(?:(?:de\s+|of\s+)?{MONTH}|(?:[ap]\.?m|uhr|h|min|kg|km|x)(?!\w)|[%€$£×:]|\d)"
)
_TWO_YEARS = re.compile(rf"(?<![\d/.-])({_YEAR})\s?[/-]\s?(?:20)?(\d\d)(?![\d-])")
LIMIT_CHARACTERS = 60_000
_COVER = 1500
_FOOTER = 400
_LIMIT_DATES = 2_000
_LONGEST_RANGE = timedelta(days=60)
_DUE_BEFORE = timedelta(days=14)


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
    "～": "-",
    "’": "'",
    "‘": "'",
    "\u00a0": " ",
    "\u202f": " ",
    "\u2009": " ",
}
_FANCY = re.compile(f"[{''.join(_PLAIN)}]")


def dates_in(
    text: str, *, year: int | None = None, opening: int = 1, day_first: bool | None = None
) -> tuple[DateFound, ...]:
    """Every day in a normalised text, in its order.

    Those without a year take the last one stated before, or `year`, in which case months before `opening` lie in the
    next: a season that begins in September. `day_first` is how 3/4 is read, found out from the text where it is None.
    """
    if not _DIGIT.search(text) or not _SIGN_OF_DATE.search(text):
        return ()
    found: list[DateFound] = []
    frame = _Frame(year, opening, _day_first(text) if day_first is None else day_first)
    for match in _matches(text):
        entry = _read(match, frame)
        if entry is None:
            continue
        found.append(entry)
        if entry.stated:
            frame = frame.after(entry)
    return tuple(found)


@dataclass(frozen=True, slots=True)
class _Frame:
    """How dates are read that do not say all: `year` is None where nothing tells it, `opening` the first month of it."""

    year: int | None
    opening: int
    day_first: bool

    def year_of(self, month: int) -> int | None:
        return None if self.year is None else self.year + (month < self.opening)

    def after(self, entry: DateFound) -> _Frame:
        """With the year that an entry states."""
        return replace(self, year=entry.last.year - (entry.last.month < self.opening))


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
    days of publication are left out where their column, or the words around them, say what they are.
    """
    if extract.family is Family.CALENDAR and extract.dates:
        return Span(min(extract.dates), max(extract.dates))
    text = _ADDRESS.sub(" ", normalise(_text_of(extract)[:LIMIT_CHARACTERS]))
    title = normalise(" ".join((*_title_on_page(extract, text), *extract.headings)))
    lines = text.splitlines()
    frame = _frame(title, text, lines, on)
    sorted_days = _sorted_days(lines, frame)
    candidates = (sorted_days.events, _listed_days(lines, frame), _short_days(lines, frame))
    events = max(candidates, key=lambda days: sum(not entry.whole_month for entry in days))
    if not events and extract.dates:
        left_out = {entry.first for entry in sorted_days.aside}
        typed = [day for day in extract.dates if day not in left_out] or list(extract.dates)
        return Span(min(typed), max(typed))
    # Where nothing else has a day, those of publication are the events, else the months by which a year is laid out.
    events = events or sorted_days.aside or _listed_months(lines, frame)
    if not events:
        return None
    exact = [entry for entry in events if not entry.whole_month]
    kept = _without_strays(exact if 2 * len(exact) >= len(events) else events)
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
    return (
        _day_of_its_own(head.splitlines(), latest)
        or _day_of_its_own(foot.splitlines()[::-1], latest)
        or extract.document_date
    )


def _day_of_its_own(lines: Sequence[str], latest: date) -> date | None:
    """A day, or else a month, on a short line of a cover or a footer; in a table or a sentence it is something else's."""
    month: date | None = None
    for line in [line for line in lines if line.strip()][:10]:
        if len(line.split()) > 9 or "\t" in line or line.count("|") >= 2:
            continue
        for entry in dates_in(line):
            if not entry.stated or entry.first > latest or _NOT_ITS_OWN.search(line):
                continue
            if entry.first == entry.last:
                return entry.first
            if entry.whole_month:
                month = month or entry.first
    return month


def _labelled_day(text: str, latest: date) -> date | None:
    for label in _OWN.finditer(text):
        near = text[label.end() : label.end() + 40].split("\n", 1)[0]
        for entry in dates_in(near):
            if entry.stated and entry.first <= latest:
                return entry.first
    return None


def _text_of(extract: Extract) -> str:
    """The text, with the names of its sheets as heads where they are those of months."""
    names = extract.headings
    if len(names) != len(extract.pages) or extract.family is not Family.SHEET:
        return extract.text
    if not all(_MONTH_HEAD.match(normalise(name)) for name in names):
        return extract.text
    return "\n".join(
        f"{name}\n{page.text}" for name, page in zip(names, extract.pages, strict=True)
    )


def _title_on_page(extract: Extract, text: str) -> Iterator[str]:
    """The title, unless it is only the metadata's: often that of a template."""
    title = extract.title or ""
    head = re.sub(r"[\W_]+", "", text[:3000])
    if not head or re.sub(r"[\W_]+", "", normalise(title)) in head:
        yield title


def _frame(title: str, text: str, lines: Sequence[str], on: date | None) -> _Frame:
    """The year of the dates that state none, and whether it is a season that goes on into the next."""
    day_first = _day_first(text)
    for pair in _TWO_YEARS.finditer(f"{title}\n{text[:300]}"):
        year = int(pair[1])
        if int(pair[2]) == (year + 1) % 100:
            months = _unstated_months(text, lines, year)
            return _Frame(year, months[0] if months and months[0] > 5 else 7, day_first)
    turn = _FROM_YEAR_TO_YEAR.search(f"{title}\n{text[:300]}")
    if turn and int(turn["next"]) == int(turn["year"]) + 1:
        return _Frame(int(turn["year"]), _month_of(turn["month"]), day_first)
    around = _year_around(title, text, on)
    months = _unstated_months(text, lines, around) if around else []
    if not months or months[0] < 7 or min(months) > 6:
        return _Frame(around, 1, day_first)
    turned = [(month - months[0]) % 12 for month in months]
    is_season = _turns(turned) < _turns(months)
    return _Frame(around, months[0] if is_season else 1, day_first)


def _turns(months: Sequence[int]) -> int:
    """How often a month comes before the one that stands before it."""
    return sum(later < earlier for earlier, later in pairwise(months))


def _unstated_months(text: str, lines: Sequence[str], year: int) -> list[int]:
    found = [entry.first.month for entry in dates_in(text, year=year) if not entry.stated]
    heads = (_MONTH_HEAD.match(line) for line in lines)
    return found or [_month_of(head["month"]) for head in heads if head and not head["year"]]


def _month_of(word: str) -> int:
    return MONTH_OF[word.rstrip(".")]


def _year_around(title: str, text: str, on: date | None) -> int | None:
    for place in (title, text[:300], text):
        years = [int(year) for year in _YEARS.findall(place)]
        if years:
            return max(set(years), key=lambda year: (years.count(year), year))
    return on.year if on else None


class _Sorted:
    """The days of a calendar, by what they are for, as they are read line by line."""

    def __init__(self, frame: _Frame) -> None:
        self._frame = frame
        self._is_season = frame.opening > 1
        self._roles: tuple[int, ...] = ()
        self._rows = 0
        self._in_table: list[DateFound] = []
        self._loose: list[DateFound] = []
        self._beside: list[DateFound] = []
        self._alone: list[DateFound] = []
        self.aside: list[DateFound] = []

    @property
    def events(self) -> list[DateFound]:
        """Beside a table of events, a day without a year is a note, and the one day that stands alone is a footer's."""
        loose = self._loose
        if len({entry.first for entry in self._alone}) > 1 or not loose:
            loose = [*loose, *self._alone]
        if len(self._in_table) >= 3:
            loose = [entry for entry in loose if entry.stated]
        return [*self._in_table, *loose] or self._beside

    def read(self, line: str) -> None:
        cells = line.split("\t") if "\t" in line else line.split("|")
        filled = [cell for cell in cells if cell.strip()]
        if len(filled) < 2:
            self._rows, self._roles = 0, () if not filled else self._roles
            self._read_loose(line)
            return
        self._rows += 1
        if self._rows <= 3 and any(roles := tuple(map(_role_of, cells))) and self._is_head(line):
            self._roles = roles
        elif len(filled) == 2 and not any(self._roles):
            self._read_loose(": ".join(filled))
        else:
            self._read_row(cells)

    def _is_head(self, line: str) -> bool:
        return not _YEARS.search(line) and not dates_in(line, year=2000)

    def _read_row(self, cells: Sequence[str]) -> None:
        chosen = 1 in self._roles
        for place, cell in enumerate(cells):
            role = self._roles[place] if place < len(self._roles) else 0
            for entry in self._dates_in(cell):
                if role < 0 or _is_aside(cell, entry):
                    self.aside.append(entry)
                elif chosen and role == 0:
                    self._beside.append(entry)
                else:
                    self._in_table.append(entry)

    def _read_loose(self, line: str) -> None:
        head = _YEAR_HEAD.match(line)
        if head and not _NOT_AN_EVENT.search(line):
            self._begin_year(int(head["year"]), seasonal=bool(head["next"]))
        entries = self._dates_in(line)
        for entry in entries:
            is_alone = entry.end - entry.start >= len(line.strip()) and entry.first == entry.last
            kept = self._alone if is_alone else self._loose
            # In a row that has lost its columns, a day well before the first is when something was due.
            is_due = entry.last < entries[0].first - _DUE_BEFORE
            (self.aside if is_due or _is_aside(line, entry) else kept).append(entry)
            if entry.stated and not self._is_season:
                self._frame = self._frame.after(entry)

    def _begin_year(self, year: int, *, seasonal: bool) -> None:
        known = self._frame.year
        if not self._is_season and not seasonal and (known is None or abs(year - known) <= 3):
            self._frame = replace(self._frame, year=year)

    def _dates_in(self, text: str) -> tuple[DateFound, ...]:
        frame = self._frame
        return dates_in(text, year=frame.year, opening=frame.opening, day_first=frame.day_first)


def _sorted_days(lines: Sequence[str], frame: _Frame) -> _Sorted:
    found = _Sorted(frame)
    for line in lines:
        found.read(line)
    return found


def _role_of(head: str) -> int:
    """Whether the head of a column says that its dates are those of events (1), or of something else (-1)."""
    head = head.strip(" \t:*#|").replace("_", " ")
    if not head or len(head) > 40:
        return 0
    if _WHEN_EXACTLY.match(head):
        return 1
    if _ASIDE.search(head):
        return -1
    return 1 if _WHEN.search(head) else 0


def _is_aside(line: str, entry: DateFound) -> bool:
    """Whether the words before a day, in its sentence, or right after it say that nothing happens on it but a deadline."""
    before = re.split(r"[.;!?•]\s", line[max(0, entry.start - 40) : entry.start])[-1]
    return bool(_NOT_AN_EVENT.search(before) or _DUE.match(line, entry.end))


def _listed_days(lines: Sequence[str], frame: _Frame) -> list[DateFound]:
    """The days of a list that names the month once and then only numbers: "September", "12 First meeting"."""
    found: list[DateFound] = []
    for year, month, line in _under_month_heads(lines, frame):
        for numbered in _DAY_OF_LIST.finditer(line):
            if _NO_DAY_NEXT.match(line, numbered.end()):
                continue
            opens = numbered["first"] or numbered["before"] or numbered["cell"]
            first, last = (
                _day(year, month, int(number)) for number in (opens, numbered["last"] or opens)
            )
            if first and last and first <= last:
                found.append(DateFound(first, last, False, False, 0, 0))
    return found


def _listed_months(lines: Sequence[str], frame: _Frame) -> list[DateFound]:
    """The months by which a calendar is laid out, where it names at least two."""
    months = sorted({(year, month) for year, month, _ in _under_month_heads(lines, frame)})
    return [
        DateFound(date(year, month, 1), _last_of(year, month), False, True, 0, 0)
        for year, month in months
        if len(months) > 1
    ]


def _under_month_heads(lines: Sequence[str], frame: _Frame) -> Iterator[tuple[int, int, str]]:
    """Each line below the name of a month, and what stands beside that name, with its year and month."""
    year, month = frame.year, 0
    for line in lines:
        head = _MONTH_HEAD.match(line)
        if head:
            following = _month_of(head["month"])
            if head["year"]:
                year = int(head["year"])
            elif year is not None:
                year += following < month or (month == 0 and following < frame.opening)
            month = following
        elif (beginning := _YEAR_HEAD.match(line)) and not _NOT_AN_EVENT.search(line):
            year, month = int(beginning["year"]), 0
        if month and year:
            yield year, month, line[head.end() :] if head else line


def _short_days(lines: Sequence[str], frame: _Frame) -> list[DateFound]:
    """Days as "29.3." or "15/09" at the beginning of lines and cells, where there are at least three of them."""
    matches = [(line, match) for line in lines for match in _SHORT_DAY.finditer(line)]
    bare = [match for _, match in matches if _is_bare(match)]
    # "09.04 Bristol" is a day where "09.45 Coffee" stands nowhere.
    are_days = all(match["b"][0] in "01" and 0 < int(match["b"]) < 13 for match in bare)
    found = [
        entry
        for line, match in matches
        if are_days or not _is_bare(match)
        if (entry := _short_day(match, frame)) and not _is_aside(line, entry)
    ]
    dotted = all(match[0].endswith(".") for _, match in matches)
    return found if len(found) >= (2 if dotted else 3) else []


def _is_bare(match: re.Match[str]) -> bool:
    """Whether it may be a time or a number as well."""
    return match["mark"] == "." and not (match[0].endswith(".") or match["weekday"])


def _short_day(match: re.Match[str], frame: _Frame) -> DateFound | None:
    day, month = int(match["a"]), int(match["b"])
    if _is_bare(match) and not len(match["a"]) == len(match["b"]) == 2:
        return None
    if month > 12 or (match["mark"] == "/" and not frame.day_first and day <= 12):
        day, month = month, day
    year = frame.year_of(month)
    last = _day(year, month, day) if year else None
    if year is None or last is None:
        return None
    opens = int(match["month"] or month)
    first = _day(year - (opens > month), opens, int(match["from"] or day)) or last
    if not first <= last <= first + _LONGEST_RANGE:
        first = last
    return DateFound(first, last, False, False, match.start("a"), match.end())


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
    if as_day == as_month and pairs:
        return not _MONTH_THEN_DAY.search(text)
    return as_day <= as_month


def _falls(keys: Iterable[tuple[int, int]]) -> Iterator[bool]:
    ordered = list(keys)
    return (later < earlier for earlier, later in pairwise(ordered))


def _read(match: re.Match[str], frame: _Frame) -> DateFound | None:
    form = match.lastgroup
    if form == "iso":
        return _single(match, match["y1"], match["m1"], match["d1"])
    if form == "cjk":
        return _single(match, match["y2"], match["m2"], match["d2"])
    if form == "numbers":
        return _numbers(match, day_first=frame.day_first)
    if form == "day_first":
        return _range(match, "4", frame)
    if form == "month_first":
        return _range(match, "5", frame)
    month, stated = _month_of(match["m6"]), int(match["y6"])
    first, last = date(stated, month, 1), _last_of(stated, month)
    return DateFound(first, last, True, True, match.start("month"), match.end())


def _last_of(year: int, month: int) -> date:
    return date(year, month, monthrange(year, month)[1])


def _single(match: re.Match[str], year: str, month: str, day: str) -> DateFound | None:
    found = _day(_whole_year(year), int(month), int(day))
    if found is None:
        return None
    return DateFound(found, found, True, False, _start(match), match.end())


def _numbers(match: re.Match[str], *, day_first: bool) -> DateFound | None:
    """A day in numbers, or two with the month and the year at the end: "20.-23.01.2026"."""
    day, month = match["a3"], match["b3"] or match["c3"] or match["k3"]
    if int(month) > 12 or (match["c3"] and not day_first and int(day) <= 12):
        day, month = month, day
    last = _single(match, match["y3"] or match["z3"], month, day)
    if last is None or not match["f3"]:
        return last
    opening = int(match["g3"] or match["h3"] or month)
    year = last.last.year - (opening > last.last.month)
    first = _day(year, opening, int(match["f3"]))
    if first is None or not first <= last.last <= first + _LONGEST_RANGE:
        return last
    return replace(last, first=first)


def _range(match: re.Match[str], form: str, frame: _Frame) -> DateFound | None:
    """A day or two days with named months; `form` is the digit of its groups. The year stands once, at the end."""
    months = [match[f"m{form}"], match[f"n{form}"]]
    if form == "4":
        months.reverse()
    named = [_month_of(word) if word else None for word in months]
    opening = named[0] or named[1] or 1
    closing = named[1] or opening
    stated = match[f"y{form}"]
    number = _whole_year(stated.strip("'")) if stated else frame.year_of(closing)
    if stated and len(stated) == 2 and frame.year and abs(_whole_year(stated) - frame.year) > 2:
        number, stated = frame.year_of(closing), None
    if number is None:
        return None
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
