"""Reads in an out-of-office message on which day its writer is back.

Pure, and never asks the clock. Knows how people say so in a dozen languages; whether a message is such a one is known
to `automatic`. What it cannot read with some certainty it leaves unsaid.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import IntEnum

from intake.classify.dates import WEEKDAY, dates_in, normalise

LONGEST = timedelta(days=366)
"""A day further off than this is another year's, or a joke."""
_SEARCHED = 4_000
"""Characters; an out-of-office message is short."""
_MOST_CUES = 40
_REACH = 60
_DAY = timedelta(days=1)


class _Says(IntEnum):
    """What stands beside a day, the most telling last."""

    RANGE = 1
    UNTIL = 2
    BACK = 3


_BACK = (
    # English, German, French
    r"back\b(?! to )|returns?(?:ing)?\b|(?:reachable|available) again\b|wieder\b|zurück\b|"
    r"de retour\b|reviens\b|reviendrai\b|rentre(?:rai)?\b|joignable\b|"
    # Spanish, Portuguese, Italian, Dutch
    r"vuelvo\b|volver[eé]\b|regres(?:o|ar[eé]|aré)\b|de (?:vuelta|volta|regreso)\b|retorno\b|retornarei\b|"
    r"rientr(?:o|er[oò])\b|torn(?:o|er[oò])\b|di ritorno\b|weer\b|terug\b|"
    # Swedish, Danish, Norwegian, Finnish, Polish, Russian
    r"tillbaka\b|åter\b|tilbage\b|tilbake\b|igen\b|takaisin\b|palaan\b|wracam\b|powrót\b|вернусь\b|возвращаюсь\b"
)
_UNTIL = (
    r"until\b|till\b|til\b|through\b|thru\b|bis\b|jusqu'(?:au?|en)\b|hasta\b|tot\b|t/m\b|(?:fino|sino) al?\b|"
    r"até\b|t\.?o\.?m\b\.?|saakka\b|(?<=\s)do\b|до\b|по\b"
)
_CUE = re.compile(rf"(?<!\w)(?:(?P<back>{_BACK})|(?P<until>{_UNTIL}))")
_STARTING = re.compile(
    r"(?<!\w)(?:ab|am|vanaf|op|on|from|as of|(?:à partir )?du|dès|le|el|desde|a partir d[eo]l?|dal?|från|fra|от)\W+"
    rf"(?:dem |den |the |le |de |el )?(?:{WEEKDAY}[.,]*\s+)?(?:the |den |dem )?\Z"
)
_SHORT_DAY = re.compile(
    r"(?<![\d./-])(?P<a>\d{1,2})(?P<mark>[./])(?P<b>\d{1,2})(?:\.(?!\d)|(?![\d/.,:%-]))"
)
# A full stop after a number or a single letter ends no sentence.
_SENTENCE_END = re.compile(r"[!?\n]|(?<![\d\W])(?<!\b\w)\.(?=\s|\Z)")
_NEXT_DAY = re.compile(
    r"(?<!\w)(?:tomorrow|demain|mañana|amanhã|domani|i morgen|imorgon)(?!\w)|(?<=wieder )morgen(?!\w)|(?<=ab )morgen(?!\w)"
)
_NEXT_WEEK = re.compile(
    r"(?<!\w)(?:next week|nächster? woche|la semaine prochaine|la (?:próxima semana|semana que viene)|"
    r"na próxima semana|la prossima settimana|volgende week|nästa vecka|næste uge|neste uke)(?!\w)"
)
_WEEKDAYS = (
    "monday montag lundi lunes lunedì segunda-feira maandag måndag mandag",
    "tuesday dienstag mardi martes martedì terça-feira dinsdag tisdag tirsdag",
    "wednesday mittwoch mercredi miércoles mercoledì quarta-feira woensdag onsdag",
    "thursday donnerstag jeudi jueves giovedì quinta-feira donderdag torsdag",
    "friday freitag vendredi viernes venerdì sexta-feira vrijdag fredag",
    "saturday samstag samedi sábado sabato zaterdag lördag lørdag",
    "sunday sonntag dimanche domingo domenica zondag söndag søndag",
)
_NUMBER_OF_WEEKDAY = {
    name: number for number, names in enumerate(_WEEKDAYS) for name in names.split()
}
_WEEKDAY_NAME = rf"(?P<weekday>{'|'.join(_NUMBER_OF_WEEKDAY)})(?!\w)"
_NAMED_WEEKDAY = re.compile(rf"(?<!\w){_WEEKDAY_NAME}")
_FROM_WEEKDAY = re.compile(
    rf"(?<!\w)(?:ab|am|vanaf|op|on|from|från|på|fra)\s+(?:dem\s+)?{_WEEKDAY_NAME}"
)
_DIGIT = re.compile(r"\d")


@dataclass(frozen=True, slots=True)
class _Stretch:
    """Days that a text names, and where: `start` and `end` count characters."""

    first: date
    last: date
    start: int
    end: int


def returns_on(text: str, *, on: date) -> date | None:
    """The first day on which the writer is back, None where the text does not say.

    `on` is the day the message was written. "Back on the 5th" is the 5th, "until the 5th" the day after; a day without
    a year is the next such day, and 4/5 the nearer of its two readings.
    """
    if on > date.max - 2 * LONGEST:
        return None
    plain = normalise(text[:_SEARCHED])
    told = [
        (says, day)
        for stretch in _stretches(plain, on)
        for says, day in _readings(plain, stretch)
        if on < day <= on + LONGEST
    ]
    if told:
        return max(told, key=lambda entry: entry[0])[1]
    return _by_weekday(plain, on)


def _readings(text: str, stretch: _Stretch) -> Iterator[tuple[_Says, date]]:
    """What the words around some days say of them."""
    before = _same_sentence_before(text, stretch.start)
    after = _same_sentence_after(text, stretch.end)
    cues = list(_CUE.finditer(before))[-_MOST_CUES:]
    cue = cues[-1] if cues else None
    is_range = stretch.first < stretch.last
    returning = any(match["back"] for match in _CUE.finditer(after))
    if is_range and (cue is None or not cue["back"]):
        yield _Says.RANGE, stretch.last + _DAY
    elif cue is not None and cue["back"]:
        yield _Says.BACK, stretch.first
    elif cue is not None:
        yield _Says.UNTIL, stretch.last + _DAY
    elif returning and _STARTING.search(before):
        yield _Says.BACK, stretch.first


def _same_sentence_before(text: str, start: int) -> str:
    near = text[max(0, start - _REACH) : start]
    ends = [match.end() for match in _SENTENCE_END.finditer(near)]
    return near[ends[-1] :] if ends else near


def _same_sentence_after(text: str, end: int) -> str:
    near = text[end : end + _REACH]
    found = _SENTENCE_END.search(near)
    return near[: found.start()] if found else near


def _stretches(text: str, on: date) -> Iterator[_Stretch]:
    """The days of a text, those without a year as the next such days; of two readings of 4/5/2027 the one that comes sooner."""
    read: dict[int, list[_Stretch]] = {}
    for day_first in (True, False):
        for entry in dates_in(text, year=on.year, day_first=day_first):
            later = 0 if entry.stated or entry.last > on else 1
            first, last = _in_years(entry.first, later), _in_years(entry.last, later)
            if first and last:
                stretch = _Stretch(first, last, entry.start, entry.end)
                read.setdefault(entry.start, []).append(stretch)
    for readings in read.values():
        yield min(readings, key=lambda stretch: (stretch.last <= on, stretch.first))
    yield from _short_days(text, on)


def _in_years(day: date, years: int) -> date | None:
    try:
        return day.replace(year=day.year + years)
    except ValueError:  # the 29th of February
        return None


def _short_days(text: str, on: date) -> Iterator[_Stretch]:
    """Days as "5.12." and "5/12", which stand for days only beside words that say so."""
    for match in _SHORT_DAY.finditer(text):
        a, b = int(match["a"]), int(match["b"])
        orders = ((b, a),) if match["mark"] == "." else ((b, a), (a, b))
        days = [day for month, number in orders if (day := _next_day(month, number, on))]
        if days:
            yield _Stretch(min(days), min(days), match.start(), match.end())


def _next_day(month: int, number: int, on: date) -> date | None:
    """The next such day of a month after `on`."""
    for year in (on.year, on.year + 1):
        try:
            day = date(year, month, number)
        except ValueError:
            continue
        if day > on:
            return day
    return None


def _by_weekday(text: str, on: date) -> date | None:
    """Back on Monday, tomorrow or next week."""
    for cue in list(_CUE.finditer(text))[:_MOST_CUES]:
        before = _same_sentence_before(text, cue.start())
        after = _same_sentence_after(text, cue.end())
        named = _NAMED_WEEKDAY.search(after) or (cue["back"] and _FROM_WEEKDAY.search(before))
        if named and not _DIGIT.search(after):
            return on + _DAY * ((_NUMBER_OF_WEEKDAY[named["weekday"]] - on.weekday() - 1) % 7 + 1)
        if cue["back"] and _NEXT_DAY.search(after):
            return on + _DAY
        if cue["back"] and _NEXT_WEEK.search(after):
            return on + _DAY * (7 - on.weekday())
    return None
