"""Days as people name them in a promise: "next week", "by 15 January", "Ende des Monats", "KW 3".

Days with a date are read by `classify.dates`; this adds those that are counted from today. A time that is named and cannot
be told is None: nobody's calendar is guessed. Of a period the last day is meant, since the promise lasts until then.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from intake.classify.dates import MONTH, MONTH_OF, dates_in

_DAY = timedelta(days=1)
_WEEK = timedelta(days=7)
_FRIDAY = 4
_LONG_NAME = 6
"""Letters; "may" and "march" are other words as well, unless "in" or "by" stands before."""
_LONGEST = timedelta(days=550)
_Reader = Callable[[re.Match[str], date], date | None]
_NUMBERS = {
    word: number
    for words, number in (
        ("a an one another einem einer einen eine ein", 1),
        ("two couple zwei", 2),
        ("three drei", 3),
        ("four vier", 4),
        ("five fünf fuenf", 5),
        ("six sechs", 6),
        ("seven sieben", 7),
        ("eight acht", 8),
        ("ten zehn", 10),
        ("fourteen vierzehn", 14),
    )
    for word in words.split()
}
_NUMBER = rf"(?P<number>{'|'.join(sorted(_NUMBERS, key=len, reverse=True))}|\d{{1,2}})"
_UNIT = r"(?P<unit>days?|weeks?|months?|tag(?:en?)?|wochen?|monat(?:en?)?)"
_WEEKDAYS = (
    "monday montag montags",
    "tuesday tues dienstag",
    "wednesday weds mittwoch",
    "thursday thurs donnerstag",
    "friday freitag freitags",
    "saturday samstag sonnabend",
    "sunday sonntag",
)
_SHORT_WEEKDAYS = ("mon mo", "tue di", "wed mi", "thu thur", "fri fr", "sat sa", "sun so")
_WEEKDAY_OF = {
    word: number
    for names in (_WEEKDAYS, _SHORT_WEEKDAYS)
    for number, words in enumerate(names)
    for word in words.split()
}
_LONG = "|".join(word for words in _WEEKDAYS for word in words.split())
_SHORT = "|".join(word for words in _SHORT_WEEKDAYS for word in words.split())
_EDGE = r"(?P<edge>end|ende|late|later|beginning|start|early|anfang|beginn|mid|middle|mitte)"
_PART = rf"(?:(?:the |das |dem )?{_EDGE}(?:[ -]of)?(?: the| der| des)?[ -]?)?"
_THIS = r"(?P<which>next|this|the coming|coming|the|nächste[nrsm]?|naechste[nrsm]?|kommende[nrsm]?|diese[nrsm]?|des|der|laufenden)"
_LEAD = (
    r"(?P<lead>(?:(?:not |nicht )?(?:by|until|till|til|before|after|from|on|in|during|within|for|at|as of|around|towards|bis(?: zum| zur| spätestens)?|"
    r"spätestens(?: am| bis)?|vor|nach|ab|am|im|zum|in der|gegen|erst)(?: the| der| dem| den| des)? )*)"
)
_EVENTS = (
    r"holidays?|vacations?|meetings?|board|launch|offsite|summit|conference|relaunch|rebrand(?:ing)?|feiertag\w*|urlaub|ferien|\w*sitzung|"
    r"vorstandsmeeting|messe|weihnachtsferien|sommerpause|winterpause|freigabe|approval|review|sign[ -]?off|new year|neuen jahr|neujahr|"
    r"christmas|weihnachten|easter|ostern|break|summer|sommer|winter|autumn|herbst|frühjahr|frühling|release|audit|agm|kickoff|workshop|"
    r"retreat|jahreswechsel|jahresabschluss"
)


@dataclass(frozen=True, slots=True)
class When:
    """A time that a text names, and where. `day` is None where it cannot be told.

    `descriptive` says that it may name a document's period as well; `until`, that "until" or "before" stands before it; `needed`, that it is how long
    something takes.
    """

    day: date | None
    start: int
    end: int
    descriptive: bool = False
    until: bool = False
    needed: bool = False


def times_in(text: str, *, today: date) -> tuple[When, ...]:
    """Every time in a normalised text, in order and without overlaps."""
    if today > date.max - 2 * _LONGEST:
        return ()
    every = [*_dated(text, today), *_relative(text, today)]
    kept: list[When] = []
    for when in sorted(every, key=lambda entry: (entry.start, -entry.end)):
        if not kept or when.start >= kept[-1].end:
            kept.append(when)
    return tuple(kept)


# ---------------------------------------------------------------- days with a date

_SHORT_DATE = re.compile(
    r"(?<![\d./-])(?P<a>\d{1,2})(?P<mark>[./])(?P<b>\d{1,2})(?:\.(?!\d)|(?![\d/.,:%-]))"
)
_LEADING = re.compile(
    r"(?:(?:not before|not until|by|until|till|til|before|after|from|on|as of|around|starting|bis(?: zum| spätestens)?(?: am)?|spätestens(?: am| bis)?|vor|nach|ab|am|zum|erst am|in)"
    rf"(?: the| dem| den)? )?(?:(?:next |nächsten )?(?:{_LONG}|{_SHORT})[.,]*(?: the| den| dem)? )?\Z"
)


def _dated(text: str, today: date) -> Iterator[When]:
    read: dict[int, list[tuple[date | None, int, bool]]] = {}
    for day_first in (True, False):
        for entry in dates_in(text, year=today.year, day_first=day_first):
            day = entry.last if entry.stated else _coming(entry.last, today)
            read.setdefault(entry.start, []).append((day, entry.end, entry.whole_month))
    for start, readings in read.items():
        days = {reading[0] for reading in readings}
        yield _led(
            text,
            start,
            readings[0][1],
            days.pop() if len(days) == 1 else None,
            whole=readings[0][2],
        )
    for match in _SHORT_DATE.finditer(text):
        yield from _short(text, match, today)


def _short(text: str, match: re.Match[str], today: date) -> Iterator[When]:
    """Days as "15.1." and "15/1"; 3/4 can be read in two ways and tells no day."""
    a, b = int(match["a"]), int(match["b"])
    dotted = match["mark"] == "."
    days = {
        day
        for number, month in ((a, b), *(() if dotted else ((b, a),)))
        if (day := _next(month, number, today))
    }
    if days and not (dotted and not match[0].endswith(".")):
        yield _led(
            text, match.start(), match.end(), days.pop() if len(days) == 1 else None, whole=False
        )


def _led(text: str, start: int, end: int, day: date | None, *, whole: bool) -> When:
    found = _LEADING.search(text[max(0, start - 40) : start])
    lead = found[0] if found else ""
    return When(day, start - len(lead), end, descriptive=whole and not lead, until=_is_until(lead))


def _is_until(lead: str) -> bool:
    return re.match(r"(?:not |nicht |erst )?(?:until|till|til|before|bis|vor)\b", lead) is not None


def _coming(day: date, today: date) -> date | None:
    return day if day >= today else _next(day.month, day.day, today)


def _next(month: int, number: int, today: date) -> date | None:
    """The next such day of a month, today included."""
    for year in (today.year, today.year + 1):
        try:
            day = date(year, month, number)
        except ValueError:
            continue
        if day >= today:
            return day
    return None


# ---------------------------------------------------------------- days counted from today


def _relative(text: str, today: date) -> Iterator[When]:
    for form, read in _FORMS:
        for match in form.finditer(text):
            lead = match["lead"] or ""
            if read is _of_named_month and not (
                lead or match["edge"] or match["year"] or len(match["month"]) >= _LONG_NAME
            ):
                continue
            period = (
                read in {_of_quarter, _of_year, _of_named_month}
                and lead.strip() in {"", "for", "from"}
                and not match["edge"]
            )
            yield When(
                read(match, today),
                match.start(),
                match.end(),
                descriptive=period,
                until=_is_until(lead or match[0]),
                needed=read in {_of_count, _of_a_few} and _NEEDED.search(match[0]) is not None,
            )


def _edge(match: re.Match[str], first: date, last: date) -> date:
    """The day of a period that "early", "mid" or "end of" means; without, its last."""
    word = match["edge"]
    if word in {"beginning", "start", "early", "anfang", "beginn"}:
        return first + (last - first) // 3
    return first + (last - first) // 2 if word in {"mid", "middle", "mitte"} else last


def _is_next(match: re.Match[str]) -> bool:
    return (match["which"] or "").startswith(("next", "n", "kommende", "coming", "the coming"))


def _of_week(match: re.Match[str], today: date) -> date | None:
    if match["iso"]:
        return _of_iso_week(int(match["iso"]), today)
    monday = today - _DAY * today.weekday() + (_WEEK if _is_next(match) else timedelta(0))
    return max(today, _edge(match, monday, monday + _DAY * _FRIDAY))


def _of_iso_week(week: int, today: date) -> date | None:
    for year in (today.year, today.year + 1):
        try:
            friday = date.fromisocalendar(year, week, _FRIDAY + 1)
        except ValueError:
            continue
        if friday >= today:
            return friday
    return None


def _of_next_but_one(_: re.Match[str], today: date) -> date:
    return today - _DAY * today.weekday() + 2 * _WEEK + _DAY * _FRIDAY


def _of_month(match: re.Match[str], today: date) -> date:
    first = today.replace(day=1)
    if _is_next(match):
        first = _month_after(first)
    return max(today, _edge(match, first, _last(first)))


def _month_after(first: date) -> date:
    return _last(first) + _DAY


def _last(day: date) -> date:
    return day.replace(day=monthrange(day.year, day.month)[1])


def _of_named_month(match: re.Match[str], today: date) -> date:
    month = MONTH_OF[match["month"].rstrip(".")]
    year = int(match["year"]) if match["year"] else today.year + (month < today.month)
    first = date(year, month, 1)
    if (match["lead"] or "").strip() in {
        "by",
        "before",
        "vor",
        "until",
        "till",
        "bis",
    } and not match["edge"]:
        return max(today, first)
    return _edge(match, first, _last(first))


def _of_quarter(match: re.Match[str], today: date) -> date:
    current = (today.month - 1) // 3 + 1
    year, number = today.year, current
    if match["quarter"]:
        number = int(match["quarter"])
        year = int(match["year"]) if match["year"] else today.year + (number < current)
    elif _is_next(match):
        year, number = (year + 1, 1) if current == 4 else (year, current + 1)
    first = date(year, 3 * number - 2, 1)
    return _edge(match, first, _last(date(year, 3 * number, 1)))


def _of_year(match: re.Match[str], today: date) -> date:
    year = int(match["year"]) if match["year"] else today.year + _is_next(match)
    return _edge(match, date(year, 1, 1), date(year, 12, 31))


def _of_count(match: re.Match[str], today: date) -> date:
    word, unit = match["number"], match["unit"]
    number = _NUMBERS.get(word) or int(word)
    if unit.startswith(("day", "tag")):
        return today + _DAY * number
    if unit.startswith("w"):
        return today + _WEEK * number
    year, month = divmod(today.month - 1 + number, 12)
    first = date(today.year + year, month + 1, 1)
    return min(_last(first), first + _DAY * (today.day - 1))


_NEEDED = re.compile(r"need|give|takes?\b|brauch|benötig|dauer|more|weitere|another|noch")


def _of_a_few(_match: re.Match[str], _today: date) -> None:
    return None


def _of_weekday(match: re.Match[str], today: date) -> date:
    ahead = (_WEEKDAY_OF[match["weekday"]] - today.weekday() - 1) % 7 + 1
    day = today + _DAY * ahead
    if match["week"] and day < today - _DAY * today.weekday() + _WEEK:
        day += _WEEK
    return day


def _of_today(_match: re.Match[str], today: date) -> date:
    return today


def _of_tomorrow(_match: re.Match[str], today: date) -> date:
    return today + _DAY


def _of_day_after_tomorrow(_match: re.Match[str], today: date) -> date:
    return today + 2 * _DAY


def _of_fortnight(_match: re.Match[str], today: date) -> date:
    return today + 2 * _WEEK


def _of_weekend(_match: re.Match[str], today: date) -> date:
    return today + _DAY * (6 - today.weekday())


def _of_christmas(_match: re.Match[str], today: date) -> date | None:
    return _next(12, 24, today)


def _nobody_knows(_match: re.Match[str], _today: date) -> None:
    return None


def _form(pattern: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w@./-]){_LEAD}(?:{pattern})(?![\w@])")


_WEEK_AFTER = (
    r"(?P<week> next week| nächster woche| nächste woche| of next week| der nächsten woche)?"
)
_COUNTED = (
    r"(?:(?:in|within|for|after|give (?:us|me)|needs?|takes?|brauchen?|benötigen?|dauert|about|another|binnen|innerhalb von|roughly|etwa|ca\.?|noch|für|nach|"
    r"the next|den nächsten) )+"
)
_FORMS: tuple[tuple[re.Pattern[str], _Reader], ...] = (
    (
        _form(
            r"today|tonight|this (?:morning|afternoon|evening)|later today|eod|end of (?:the )?(?:business )?day|cob|"
            r"heute(?: noch| nachmittag| abend)?"
        ),
        _of_today,
    ),
    (_form(r"(?:the )?day after tomorrow|übermorgen|uebermorgen"), _of_day_after_tomorrow),
    (
        _form(
            r"(?:tomorrow|tmrw|tmr|tomorow|tommorow|tommorrow|morgen)(?: morning| afternoon| evening| früh| vormittag| nachmittag| abend)?"
        ),
        _of_tomorrow,
    ),
    (_form(r"a fortnight(?:'?s time)?"), _of_fortnight),
    (
        _form(
            r"(?P<before>(?:before|by) (?:christmas|xmas)|(?:vor|bis) (?:weihnachten|den feiertagen))"
        ),
        _of_christmas,
    ),
    (
        _form(r"(?:the )?week after next|übernächste[nr]? woche|uebernaechste[nr]? woche"),
        _of_next_but_one,
    ),
    (
        _form(
            rf"{_PART}(?:{_THIS} (?:week|woche|wk)(?! after| of)|(?:cw|kw|week|woche|wk|kalenderwoche) ?(?P<iso>\d{{1,2}}))"
        ),
        _of_week,
    ),
    (_form(r"(?P<which>)(?P<edge>)(?P<iso>)(?:eow)"), _of_week),
    (_form(rf"(?:{_THIS} )?(?:weekend|wochenende)|übers wochenende"), _of_weekend),
    (_form(rf"{_PART}{_THIS} ?(?:month|monats?)(?! of)"), _of_month),
    (
        _form(r"(?P<which>)(?P<edge>)(?:eom|monatsende|month[ -]?end|end of month|ende monat)"),
        _of_month,
    ),
    (
        _form(
            rf"{_PART}(?:q(?P<quarter>[1-4])(?: ?/? ?(?P<year>20\d\d))?|{_THIS} (?:quarter|quartals?))"
        ),
        _of_quarter,
    ),
    (_form(rf"{_PART}(?:{_THIS} (?:year|jahr(?:es)?)|(?P<year>20[2-9]\d)(?![-/.]\d))"), _of_year),
    (
        _form(r"(?P<which>)(?P<edge>)(?P<year>)(?:eoy|jahresende|year[ -]?end|end of year)"),
        _of_year,
    ),
    (_form(rf"{_PART}(?P<month>{MONTH})(?:,? (?P<year>20\d\d))?(?!\.? ?\d)"), _of_named_month),
    (
        _form(
            rf"{_COUNTED}(?:a )?{_NUMBER}(?: of)?(?: more| weitere[nr]?)? {_UNIT}(?:'?s? time| or so| more)?"
        ),
        _of_count,
    ),
    (
        _form(
            rf"(?<!last )(?<!past )(?<!letzten )(?:{_COUNTED})?(?:an? |another |the )?(?:(?:good |extra )?few|couple(?: of)?|several|some|paar|einige|etliche|wenige|mehrere)"
            r"(?: extra| more| weitere| mehr| of)? (?:days?|weeks?|months?|tagen?|tage|wochen|monaten?)(?: or so| more| longer| time)?"
        ),
        _of_a_few,
    ),
    (
        _form(rf"(?:an? |ein |eine )?{_NUMBER} (?:more|weitere[nr]?|extra) {_UNIT}"),
        _of_count,
    ),
    (
        _form(
            rf"{_PART}(?:{_THIS} )?(?P<weekday>{_LONG}){_WEEK_AFTER}(?: morning| afternoon| evening)?"
        ),
        _of_weekday,
    ),
    (_form(rf"(?:on|by|am|bis|next|this|until) (?P<weekday>{_SHORT}){_WEEK_AFTER}"), _of_weekday),
    (
        _form(
            r"(?:after|before|once|when|nach|vor|wenn|sobald|as soon as|over|during|in|im|zum|über|following|until|till|bis) "
            rf"(?:(?:the|our|a|my|dem|den|der|die|unserem|unserer|meinem|meiner|we are through|is|ist) )?(?:\w{{1,20}} )?(?:{_EVENTS})(?: meeting)?(?: is over| is done)?"
        ),
        _nobody_knows,
    ),
)
