"""The calendar played forward."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from intake.completeness import assess
from intake.holidays import Holidays
from intake.model import (
    CompletenessReport,
    Document,
    Item,
    ItemState,
    ProjectState,
    Span,
)
from intake.reminders import Quiet, Silence
from intake.simulation import Asks, Changes, ComesUp, Event, Rests, Tells, simulate
from tests.unit.compose_cast import (
    CALENDAR,
    DECK,
    ONBOARDING,
    POSTS,
    QUARTER,
    QUARTER_NEXT,
    QUARTER_NOW,
    YEAR,
    document,
    quarterly,
    sure,
    yearly,
)
from tests.unit.reminder_cast import ANNA, ENGAGEMENT, LADDER, ROBIN, asked, berlin, silence

NOON = berlin(2, 12)
EVERYTHING = (
    document(1, sure("deck", document_date=date(2026, 2, 1))),
    document(2, quarterly(QUARTER_NOW, "2026-Q4")),
    document(3, yearly()),
    document(4, sure("event_calendar", span=Span(date(2026, 9, 1), date(2026, 12, 10)))),
    *(document(number, sure("blog_post"), f"{number}.docx") for number in (5, 6, 7)),
)


def reports(*documents: Document) -> Callable[[date], CompletenessReport]:
    return lambda on: assess(ENGAGEMENT, ONBOARDING, documents, frozenset(), on=on)


def events(
    *documents: Document,
    given: Silence | None = None,
    start: datetime = NOON,
    days: int = 100,
) -> list[Event]:
    return list(
        simulate(
            reports(*documents),
            given or silence(),
            ladder=LADDER,
            days_off=Holidays("DE-BY"),
            start=start,
            days=days,
        )
    )


def asks(happened: list[Event]) -> list[Asks]:
    return [event for event in happened if isinstance(event, Asks)]


def tells(happened: list[Event]) -> list[Tells]:
    return [event for event in happened if isinstance(event, Tells)]


def changes(happened: list[Event]) -> list[tuple[date, Item, ItemState, ItemState]]:
    return [
        (event.on, event.entry.item, event.was, event.entry.state)
        for event in happened
        if isinstance(event, Changes)
    ]


def test_a_client_who_sent_nothing_is_asked_twice_and_then_the_freelancer_is_told() -> None:
    happened = events(days=40)

    assert [
        (event.on, event.due.recipients, [entry.item for entry in event.items])
        for event in asks(happened)
    ] == [
        (date(2026, 11, 5), (ANNA,), [DECK, QUARTER, YEAR, CALENDAR, POSTS]),
        (date(2026, 11, 9), (ANNA,), [DECK]),
    ]
    assert [
        (event.on, event.due.recipients, event.telling.silent_days) for event in tells(happened)
    ] == [(date(2026, 11, 16), (ROBIN,), 14)]
    assert happened[-1] == Rests(date(2026, 11, 17), Quiet.TOLD)


def test_what_runs_out_when_is_told() -> None:
    happened = events(*EVERYTHING)

    assert changes(happened) == [
        (date(2026, 12, 11), CALENDAR, ItemState.RECEIVED, ItemState.STALE),
        (date(2027, 1, 1), QUARTER, ItemState.RECEIVED, ItemState.STALE),
        (date(2027, 1, 1), YEAR, ItemState.RECEIVED, ItemState.STALE),
        (date(2027, 2, 2), DECK, ItemState.RECEIVED, ItemState.STALE),
    ]
    assert [event for event in happened if isinstance(event, ComesUp)] == [
        ComesUp(date(2026, 12, 18), QUARTER, "2027-Q1"),
        ComesUp(date(2026, 12, 18), YEAR, "2027"),
    ]


def test_a_complete_project_is_quiet_until_something_runs_out_and_the_ladder_starts_then() -> None:
    happened = events(*EVERYTHING)

    assert happened[0] == Rests(date(2026, 11, 2), Quiet.COMPLETE)
    assert [(event.on, event.items[0].item) for event in asks(happened)] == [
        (date(2026, 12, 11), CALENDAR),
        (date(2026, 12, 15), CALENDAR),
    ]
    assert [event.on for event in tells(happened)] == [date(2026, 12, 22)]


@pytest.mark.parametrize(
    ("on", "first"), [(date(2027, 1, 1), date(2027, 1, 4)), (date(2027, 1, 4), date(2027, 1, 4))]
)
def test_a_quarter_that_ended_before_the_simulation_starts_is_asked_for_from_that_day(
    on: date, first: date
) -> None:
    kept = (*EVERYTHING[:3], *EVERYTHING[4:])
    calendar = document(9, sure("event_calendar", span=Span(date(2026, 9, 1), date(2027, 12, 10))))
    start = datetime(on.year, on.month, on.day, tzinfo=UTC)

    happened = events(*kept, calendar, start=start)

    assert asks(happened)[0].on == first


def test_what_went_out_before_counts() -> None:
    given = silence(sent=[asked(1, berlin(5, 10, 23))])

    happened = events(given=given, start=berlin(6, 12))

    assert [(event.on.day, event.due.step) for event in asks(happened)] == [(9, 2)]


def test_a_paused_project_rests() -> None:
    paused = replace(ENGAGEMENT, state=ProjectState.PAUSED)

    happened = events(given=replace(silence(), project=paused))

    assert [event for event in happened if isinstance(event, Rests)] == [
        Rests(date(2026, 11, 2), Quiet.PAUSED)
    ]
    assert asks(happened) == []


def test_a_roadmap_of_the_next_quarter_keeps_the_new_year_quiet() -> None:
    happened = events(*EVERYTHING, document(8, quarterly(QUARTER_NEXT, "2027-Q1")))

    assert QUARTER not in [item for _, item, _, _ in changes(happened)]
