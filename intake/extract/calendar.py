"""Calendars (RFC 5545) through icalendar: what happens when, one line an event.

Recurrences are followed to their end and to a bound; one without an end counts with its first day.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta

from dateutil.rrule import rrulestr
from icalendar import Calendar, Component, vDDDTypes, vRecur

from intake.extract.content import Findings, assemble, stop
from intake.extract.limits import ExtractLimits
from intake.extract.text import decode
from intake.model import Extract, Family, Page, Problem, Unusable

_EVENTS = 3_000
_OCCURRENCES = 120
_AHEAD = timedelta(days=730)
_OCTETS = 2 * 2**20
_EVENT_END = b"END:VEVENT"
# A rule that ends at a time of day needs a start in the same zone; days are all that counts here.
_UNTIL_TIME = re.compile(r"(UNTIL=\d{8})T\d{6}Z?")
_SHOWN = ("LOCATION", "DESCRIPTION")


def read(octets: bytes, *, limits: ExtractLimits) -> Extract | Unusable:
    """`dates` are the first day of every occurrence and the last day of every event; `events` counts the VEVENTs."""
    calendars = _parse(octets)
    events = [event for entry in calendars for event in entry.walk("VEVENT")][:_EVENTS]
    if not events:
        raise stop(Problem.EMPTY, "no events")
    dated = sorted((_first_day(event) or date.max, number) for number, event in enumerate(events))
    lines = [_line(events[number]) for _, number in dated]
    days = sorted({day for event in events for day in _days(event)})
    names = (str(entry.get("X-WR-CALNAME", "")) for entry in calendars)
    findings = Findings(
        title=next(filter(None, names), None),
        headings=[str(events[number].get("SUMMARY", "")) for _, number in dated],
        dates=days,
        events=len(events),
    )
    page = Page("\n".join(lines))
    return assemble(Family.CALENDAR, [page], limits=limits, method="icalendar", findings=findings)


def _parse(octets: bytes) -> list[Component]:
    if len(octets) > _OCTETS:
        end = octets.rfind(_EVENT_END, 0, _OCTETS)
        octets = octets[: max(end, 0)] + _EVENT_END + b"\r\nEND:VCALENDAR\r\n"
    try:
        return list(Calendar.from_ical(decode(octets), multiple=True))
    except (ValueError, KeyError, IndexError, TypeError, AttributeError) as error:
        raise stop(Problem.UNREADABLE, "broken calendar") from error


def _line(event: Component) -> str:
    """Day or days, what, where, why; parted by tabs."""
    first, last = _first_day(event), _last_day(event)
    when = [day.isoformat() for day in (first, last) if day]
    shown = (" ".join(str(event.get(name, "")).split()) for name in ("SUMMARY", *_SHOWN))
    return "\t".join(filter(None, ("..".join(dict.fromkeys(when)), *shown)))


def _days(event: Component) -> Iterator[date]:
    first, last = _first_day(event), _last_day(event)
    if first is None:
        return
    yield first
    if last is not None:
        yield last
    yield from _occurrences(event, first)


def _occurrences(event: Component, first: date) -> Iterator[date]:
    """The days on which it happens again, at most two years on; none where the rule cannot be followed.

    None too where it has no end: a meeting for ever says nothing of how far a calendar reaches.
    """
    rule = event.get("RRULE")
    if not isinstance(rule, vRecur) or not rule.keys() & {"UNTIL", "COUNT"}:
        return
    to_ical: Callable[[], bytes] = rule.to_ical  # the library left this one untyped
    text = _UNTIL_TIME.sub(r"\1", to_ical().decode("utf-8", "replace"))
    start = datetime.combine(first, time.min)
    try:
        for moment in itertools.islice(rrulestr(text, dtstart=start), _OCCURRENCES):
            if moment > start + _AHEAD:
                return
            yield moment.date()
    except (ValueError, TypeError, OverflowError):
        return


def _first_day(event: Component) -> date | None:
    return _day(event.get("DTSTART"))


def _last_day(event: Component) -> date | None:
    """DTEND is where it is over: a whole day's event ends on the day before (RFC 5545, 3.6.1)."""
    first, end = event.get("DTSTART"), event.get("DTEND")
    last = _day(end)
    if last is None or not isinstance(end, vDDDTypes):
        return None
    whole_days = not isinstance(end.dt, datetime)
    last -= timedelta(days=1) if whole_days and last > date.min else timedelta()
    start = _day(first)
    return max(last, start) if start else last


def _day(value: object) -> date | None:
    if not isinstance(value, vDDDTypes):
        return None
    moment = value.dt
    if isinstance(moment, datetime):
        return moment.date()
    return moment if isinstance(moment, date) else None
