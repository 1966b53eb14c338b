"""The calendar played forward for one project: what would go out if nobody wrote again, and what would run out when.

Pure. Each day is decided exactly as the worker would decide it, from the report of that day and from what the days
before it would have sent.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from intake.model import CompletenessReport, Item, ItemReport, ItemState
from intake.reminders import (
    Due,
    Ladder,
    Nothing,
    Quiet,
    Silence,
    Step,
    Telling,
    ask_for,
    next_due,
    start_of,
    telling,
    wanted_from,
)
from intake.reminders.values import Audience

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Asks:
    """A reminder goes to the client."""

    on: date
    due: Due
    items: tuple[ItemReport, ...]


@dataclass(frozen=True, slots=True)
class Tells:
    """The freelancer is told of the silence."""

    on: date
    due: Due
    telling: Telling


@dataclass(frozen=True, slots=True)
class Changes:
    """An item is no longer what it was the day before: a period ended, a calendar ran out, a document grew old."""

    on: date
    entry: ItemReport
    was: ItemState


@dataclass(frozen=True, slots=True)
class ComesUp:
    """The next period of an item will be wanted within days."""

    on: date
    item: Item
    period: str


@dataclass(frozen=True, slots=True)
class Rests:
    """From that day nothing goes out, for this reason, until something changes."""

    on: date
    reason: Quiet


Event = Asks | Tells | Changes | ComesUp | Rests


def simulate(
    assess: Callable[[date], CompletenessReport],
    silence: Silence,
    *,
    ladder: Ladder,
    days_off: Container[date],
    start: datetime,
    days: int,
) -> Iterator[Event]:
    """What happens on each of so many days from `start` on, in order; the first day counts.

    `assess` gives the report of any day, from what is here now. `silence` is the present one; what it says is wanted is
    taken from the reports instead.
    """
    first = start.astimezone(silence.zone).date()
    report = assess(first)
    began = silence.since.astimezone(silence.zone).date() if silence.since else first
    lacking = wanted_from(lambda day: assess(day).complete, since=began, on=first)
    before, rests = _without_coming_up(report), None
    for ahead in range(days):
        day = first + ahead * _DAY
        report = assess(day)
        yield from _changes(before, report)
        if before.complete and not report.complete:
            lacking = day
        silence = replace(
            silence,
            wanted=tuple(entry.item.item for entry in report.wanted),
            wanted_from=lacking,
        )
        now = max(start, start_of(day, silence=silence))
        found = next_due(ladder, silence, days_off=days_off, now=now)
        if isinstance(found, Due) and found.on == day:
            yield _letter(found, silence, report)
            step = Step(found.step, found.audience, found.at)
            silence = replace(silence, sent=(*silence.sent, step))
        if isinstance(found, Nothing) and found.reason is not rests:
            yield Rests(day, found.reason)
        before, rests = report, found.reason if isinstance(found, Nothing) else None


def _without_coming_up(report: CompletenessReport) -> CompletenessReport:
    """The report of the day before the first: what is coming up already is told on the first day."""
    return replace(report, items=tuple(replace(entry, coming_up=None) for entry in report.items))


def _changes(before: CompletenessReport, report: CompletenessReport) -> Iterator[Event]:
    for was, entry in zip(before.items, report.items, strict=True):
        if was.state is not entry.state:
            yield Changes(report.on, entry, was.state)
        if entry.coming_up is not None and entry.coming_up != was.coming_up:
            yield ComesUp(report.on, entry.item, entry.coming_up)


def _letter(due: Due, silence: Silence, report: CompletenessReport) -> Event:
    if due.audience is Audience.FREELANCER:
        return Tells(due.on, due, telling(due, silence, report=report))
    return Asks(due.on, due, ask_for(due.step, report, silence=silence))
