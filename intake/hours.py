"""Working hours, a time of the week, and where they fall in a time zone.

Pure. Knows how the configuration writes them and how a zone's clock jumps; knows nothing of what happens at those times.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from difflib import get_close_matches
from zoneinfo import ZoneInfo

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_DAY_NAMES = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_CLOCK = r"(\d{1,2}):(\d{2})"
_HOURS = re.compile(rf"\s*{_CLOCK}\s*[-\u2013]\s*{_CLOCK}\s*\Z", re.ASCII)
_WEEKLY = re.compile(rf"\s*([^\W\d_]+)\s+{_CLOCK}\s*\Z", re.ASCII)
_WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Hours:
    """The hours of a day in which people are at their desks; the closing time is no longer one of them."""

    opens: time
    closes: time

    def __contains__(self, at: time) -> bool:
        return self.opens <= at < self.closes


@dataclass(frozen=True, slots=True)
class Weekly:
    """A time of the week by the local clock. `weekday` counts from 0, a Monday."""

    weekday: int
    at: time

    def latest(self, zone: ZoneInfo, *, now: datetime) -> datetime:
        """The last such time that is not after `now` (in UTC), in UTC. One that the clock jumps over is as much later."""
        local = now.astimezone(zone)
        day = local.date() - timedelta(days=(local.weekday() - self.weekday) % 7)
        at = datetime.combine(day, self.at, zone).astimezone(UTC)
        if at <= now:
            return at
        return datetime.combine(day - _WEEK, self.at, zone).astimezone(UTC)


def hours_of(written: object) -> Hours:
    """`09:00-17:00` as hours; `24:00` closes at midnight. ValueError says in a sentence what is wrong."""
    found = _HOURS.match(written) if isinstance(written, str) else None
    if found is None:
        raise ValueError("is not a span of hours like 09:00-17:00")
    opens, closes = _time(found[1], found[2]), _time(found[3], found[4])
    if opens >= closes:
        raise ValueError("ends before it begins, write the earlier time first, like 09:00-17:00")
    return Hours(opens, closes)


def weekly_of(written: object) -> Weekly:
    """`mon 08:00` as a time of the week. ValueError says in a sentence what is wrong."""
    found = _WEEKLY.match(written) if isinstance(written, str) else None
    if found is None:
        raise ValueError("is not a weekday and a time like mon 08:00")
    return Weekly(_weekday(found[1].lower()), _time(found[2], found[3]))


def moment(day: date, at: time, *, zone: ZoneInfo, hours: Hours) -> datetime | None:
    """That time of that day in UTC, or the opening hour, whichever the clock shows within the hours; None for neither.

    A time that occurs twice is its first; one that the clock jumps over is as much later (PEP 495).
    """
    for wanted in (at, hours.opens):
        instant = datetime.combine(day, wanted, zone).astimezone(UTC)
        shown = instant.astimezone(zone)
        if shown.date() == day and shown.time() in hours:
            return instant
    return None


def _time(hour: str, minute: str) -> time:
    if (hour, minute) == ("24", "00"):
        return time.max
    if int(hour) > 23 or int(minute) > 59:
        raise ValueError(f"{hour}:{minute} is no time of day")
    return time(int(hour), int(minute))


def _weekday(word: str) -> int:
    for number, name in enumerate(_DAY_NAMES):
        if len(word) >= 2 and name.startswith(word):
            return number
    close = get_close_matches(word, (*WEEKDAYS, *_DAY_NAMES), n=1, cutoff=0.5)
    hint = f", did you mean {close[0][:3]}?" if close else ", use mon to sun"
    raise ValueError(f"{word} is not a weekday{hint}")
