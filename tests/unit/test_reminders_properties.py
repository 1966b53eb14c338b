"""What holds of every ladder, silence and outage."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from intake.hours import Hours
from intake.model import ProjectState, Reach
from intake.reminders import (
    Audience,
    Due,
    Ladder,
    Postponed,
    Silence,
    Stop,
    least_gap_days,
)
from tests.unit.reminder_cast import ANNA, BEN, DECK, ENGAGEMENT, ROADMAP, found, played, silence

FIRST = date(2026, 3, 1)
DAYS = st.integers(0, 80).map(lambda ahead: FIRST + timedelta(days=ahead))
ZONES = st.sampled_from(
    ["UTC", "Europe/Berlin", "America/New_York", "Pacific/Kiritimati", "Australia/Lord_Howe"]
)
CLOCK = st.integers(0, 23 * 60 + 58).map(lambda minute: time(minute // 60, minute % 60))


@st.composite
def spans(draw: st.DrawFn) -> Hours:
    opens = draw(CLOCK)
    rest = 23 * 60 + 59 - opens.hour * 60 - opens.minute
    closes = opens.hour * 60 + opens.minute + draw(st.integers(1, rest))
    return Hours(opens, time(closes // 60, closes % 60))


LADDERS = st.builds(
    Ladder,
    after_days=st.lists(st.integers(1, 40), min_size=1, max_size=5, unique=True).map(
        lambda days: tuple(sorted(days))
    ),
    hours=spans(),
    weekdays=st.frozensets(st.integers(0, 6), min_size=1),
    tell_freelancer_after=st.integers(1, 4),
)
MOMENTS = st.datetimes(datetime(2026, 3, 1), datetime(2026, 4, 20), timezones=st.just(UTC))  # noqa: DTZ001  # hypothesis wants naive bounds
REACH = st.builds(Reach, st.just(ANNA), st.none() | MOMENTS, st.none() | DAYS)
STOPS = st.builds(Stop, st.sampled_from(Audience), st.none() | DAYS)
LATER = st.builds(Postponed, st.sampled_from([DECK, ROADMAP]), DAYS)


@st.composite
def silences(draw: st.DrawFn) -> Silence:
    reach = draw(st.lists(REACH, max_size=2))
    return silence(
        draw(MOMENTS),
        wrote_last=draw(st.sampled_from([None, ANNA, BEN])),
        wrote_at=draw(st.none() | MOMENTS),
        wanted_from=draw(st.none() | DAYS),
        reach=[
            replace(entry, address=address)
            for entry, address in zip(reach, (ANNA, BEN), strict=False)
        ],
        stops=draw(st.lists(STOPS, max_size=2)),
        postponed=draw(st.lists(LATER, max_size=2)),
        paused_until=draw(st.none() | DAYS),
        state=draw(st.sampled_from([ProjectState.OPEN, ProjectState.PAUSED])),
        project=replace(ENGAGEMENT, timezone=draw(ZONES)),
    )


OFF = st.frozensets(DAYS, max_size=40)


def to_client(steps: list[Due]) -> list[Due]:
    return [step for step in steps if step.audience is Audience.CLIENT]


@settings(max_examples=60, deadline=None)
@given(silences(), LADDERS, OFF, MOMENTS)
def test_a_step_is_never_due_outside_working_hours_or_in_the_past(
    quiet: Silence, ladder: Ladder, off: frozenset[date], now: datetime
) -> None:
    decided = found(quiet, now, ladder=ladder, days_off=off)

    assume(isinstance(decided, Due))
    assert isinstance(decided, Due)
    local = decided.at.astimezone(quiet.zone)
    assert decided.at >= now
    assert decided.on == local.date()
    assert local.time() in ladder.hours
    assert local.weekday() in ladder.weekdays
    assert local.date() not in off


@settings(max_examples=60, deadline=None)
@given(silences(), LADDERS, OFF, MOMENTS)
def test_the_same_is_decided_twice_and_again_when_the_time_has_come(
    quiet: Silence, ladder: Ladder, off: frozenset[date], now: datetime
) -> None:
    decided = found(quiet, now, ladder=ladder, days_off=off)

    assume(isinstance(decided, Due))
    assert isinstance(decided, Due)
    assert found(quiet, now, ladder=ladder, days_off=off) == decided
    assert found(quiet, decided.at, ladder=ladder, days_off=off) == decided


@settings(max_examples=40, deadline=None)
@given(silences(), LADDERS, OFF, OFF)
def test_nobody_is_nagged_whenever_the_worker_was_asleep(
    quiet: Silence, ladder: Ladder, off: frozenset[date], asleep: frozenset[date]
) -> None:
    steps = played(quiet, ladder=ladder, days_off=off, asleep=asleep, days=150)

    asked = to_client(steps)
    assert len(asked) <= ladder.tell_freelancer_after
    assert steps[: len(asked)] == asked
    assert len(steps) - len(asked) <= 1
    assert len({step.cause for step in steps}) == len(steps)
    assert [step.step for step in steps] == sorted(step.step for step in steps)
    after = dict(enumerate(ladder.after_days, start=1))
    assert all(
        (later.on - earlier.on).days >= least_gap_days(after[earlier.step], after[later.step])
        for earlier, later in pairwise(steps)
    )


@settings(max_examples=40, deadline=None)
@given(silences(), LADDERS, OFF)
def test_only_those_who_can_be_reached_are_asked_and_only_for_what_is_due(
    quiet: Silence, ladder: Ladder, off: frozenset[date]
) -> None:
    asked = to_client(played(quiet, ladder=ladder, days_off=off, days=150))

    reach = {entry.address: entry for entry in quiet.reach}
    people = [(step, reach.get(step.recipients[0])) for step in asked]
    assert all(entry is None or entry.bounced_at is None for _, entry in people)
    assert all(
        entry is None or entry.away_until is None or entry.away_until < step.on
        for step, entry in people
    )
    assert all(quiet.askable(step.on) for step in asked)
    assert all(quiet.paused_until is None or quiet.paused_until <= step.on for step in asked)
    assert not asked or all(stop.until is not None for stop in quiet.stops)
