"""A silent client, from which the tests of reminders build their stories."""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from intake.hours import Hours
from intake.model import Address, ItemName, Project, ProjectState, Reach
from intake.reminders import (
    Audience,
    Due,
    Ladder,
    Nothing,
    Postponed,
    Silence,
    Step,
    Stop,
    next_due,
    start_of,
)
from tests.unit.compose_cast import PROJECT

ANNA = Address("anna@larkfield.example")
BEN = Address("ben@larkfield.example")
ROBIN = Address("robin@studio.example")
BERLIN = ZoneInfo("Europe/Berlin")
ENGAGEMENT = replace(
    PROJECT, client=replace(PROJECT.client, contacts=(ANNA, BEN)), timezone="Europe/Berlin"
)
DECK = ItemName("investor-deck")
ROADMAP = ItemName("quarterly-roadmap")
LADDER = Ladder((3, 7, 14), Hours(time(9), time(17)), frozenset(range(5)), 2)
NO_DAYS_OFF: frozenset[date] = frozenset()


def berlin(
    day: int, hour: int = 0, minute: int = 0, *, month: int = 11, year: int = 2026
) -> datetime:
    """A moment by the clock in Berlin; in November 2026 the first is a Sunday."""
    return datetime(year, month, day, hour, minute, tzinfo=BERLIN).astimezone(UTC)


MONDAY = berlin(2, 10, 23)


def silence(
    since: datetime | None = MONDAY,
    *,
    wrote_last: Address | None = ANNA,
    wrote_at: datetime | None = MONDAY,
    wanted: Sequence[ItemName] = (DECK, ROADMAP),
    wanted_from: date | None = None,
    sent: Sequence[Step] = (),
    reach: Sequence[Reach] = (),
    stops: Sequence[Stop] = (),
    postponed: Sequence[Postponed] = (),
    project: Project = ENGAGEMENT,
    state: ProjectState = ProjectState.OPEN,
    paused_until: date | None = None,
    resumed_on: date | None = None,
) -> Silence:
    return Silence(
        project=replace(project, state=state),
        since=since,
        wanted=tuple(wanted),
        wanted_from=wanted_from,
        wrote_last=wrote_last,
        wrote_at=wrote_at,
        sent=tuple(sent),
        reach=tuple(reach),
        stops=tuple(stops),
        postponed=tuple(postponed),
        paused_until=paused_until,
        resumed_on=resumed_on,
    )


def asked(number: int, at: datetime) -> Step:
    return Step(number, Audience.CLIENT, at)


def told(number: int, at: datetime) -> Step:
    return Step(number, Audience.FREELANCER, at)


def away(address: Address, until: date) -> Reach:
    return Reach(address, None, until)


def bounced(address: Address) -> Reach:
    return Reach(address, MONDAY, None)


def found(
    given: Silence,
    now: datetime = MONDAY,
    *,
    ladder: Ladder = LADDER,
    days_off: Container[date] = NO_DAYS_OFF,
) -> Due | Nothing:
    return next_due(ladder, given, days_off=days_off, now=now)


def due(
    given: Silence,
    now: datetime = MONDAY,
    *,
    ladder: Ladder = LADDER,
    days_off: Container[date] = NO_DAYS_OFF,
) -> Due:
    decided = found(given, now, ladder=ladder, days_off=days_off)
    assert isinstance(decided, Due)
    return decided


def played(
    given: Silence,
    *,
    ladder: Ladder = LADDER,
    days_off: Container[date] = NO_DAYS_OFF,
    asleep: frozenset[date] = frozenset(),
    days: int = 120,
) -> list[Due]:
    """Every step that goes out while the client stays silent, the worker sleeping on some days."""
    assert given.since is not None
    first = given.since.astimezone(given.zone).date()
    left: list[Due] = []
    for day in (first + timedelta(days=ahead) for ahead in range(days)):
        decided = found(given, start_of(day, silence=given), ladder=ladder, days_off=days_off)
        if isinstance(decided, Due) and decided.on == day and day not in asleep:
            left.append(decided)
            step = Step(decided.step, decided.audience, decided.at)
            given = replace(given, sent=(*given.sent, step))
    return left
