"""Working hours and times of the week, as they are written and as the clock shows them."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from intake.hours import Hours, Weekly, hours_of, moment, weekly_of

BERLIN = ZoneInfo("Europe/Berlin")
OFFICE = Hours(time(9), time(17))


@pytest.mark.parametrize(
    ("written", "hours"),
    [
        ("09:00-17:00", OFFICE),
        ("9:00 \u2013 17:00", OFFICE),
        ("08:30-12:15", Hours(time(8, 30), time(12, 15))),
        ("00:00-24:00", Hours(time(0), time.max)),
    ],
)
def test_hours_are_read(written: str, hours: Hours) -> None:
    assert hours_of(written) == hours


@pytest.mark.parametrize(
    ("written", "mistake"),
    [
        ("9-17", "is not a span of hours like 09:00-17:00"),
        ("", "is not a span of hours"),
        (540, "is not a span of hours"),
        ("17:00-09:00", "ends before it begins"),
        ("09:00-09:00", "ends before it begins"),
        ("09:00-25:00", "25:00 is no time of day"),
        ("09:60-17:00", "09:60 is no time of day"),
    ],
)
def test_hours_that_are_none_are_refused(written: object, mistake: str) -> None:
    with pytest.raises(ValueError, match=mistake):
        hours_of(written)


@pytest.mark.parametrize(
    ("written", "weekly"),
    [
        ("mon 08:00", Weekly(0, time(8))),
        ("Friday 16:30", Weekly(4, time(16, 30))),
        ("  su   0:05 ", Weekly(6, time(0, 5))),
    ],
)
def test_a_time_of_the_week_is_read(written: str, weekly: Weekly) -> None:
    assert weekly_of(written) == weekly


@pytest.mark.parametrize(
    ("written", "mistake"),
    [
        ("08:00", "is not a weekday and a time like mon 08:00"),
        (False, "is not a weekday and a time"),
        ("tux 08:00", "tux is not a weekday, did you mean tue"),
        ("x 08:00", "x is not a weekday, use mon to sun"),
        ("mon 8:75", "8:75 is no time of day"),
    ],
)
def test_a_time_of_the_week_that_is_none_is_refused(written: object, mistake: str) -> None:
    with pytest.raises(ValueError, match=mistake):
        weekly_of(written)


@pytest.mark.parametrize(
    ("now", "latest"),
    [
        (datetime(2026, 11, 23, 7, 0, tzinfo=UTC), datetime(2026, 11, 23, 7, 0, tzinfo=UTC)),
        (datetime(2026, 11, 23, 6, 59, tzinfo=UTC), datetime(2026, 11, 16, 7, 0, tzinfo=UTC)),
        (datetime(2026, 11, 29, 23, 0, tzinfo=UTC), datetime(2026, 11, 23, 7, 0, tzinfo=UTC)),
        (datetime(2026, 10, 25, 12, 0, tzinfo=UTC), datetime(2026, 10, 19, 6, 0, tzinfo=UTC)),
    ],
)
def test_the_latest_time_of_the_week_follows_the_local_clock(
    now: datetime, latest: datetime
) -> None:
    assert Weekly(0, time(8)).latest(BERLIN, now=now) == latest


def test_a_weekly_time_that_the_clock_jumps_over_is_an_hour_later() -> None:
    sunday = Weekly(6, time(2, 30))

    at = sunday.latest(BERLIN, now=datetime(2026, 3, 29, 12, 0, tzinfo=UTC))

    assert at.astimezone(BERLIN).time() == time(3, 30)


@pytest.mark.parametrize(
    ("day", "at", "hours", "expected"),
    [
        (date(2026, 3, 28), time(10), OFFICE, datetime(2026, 3, 28, 9, 0, tzinfo=UTC)),
        (date(2026, 3, 29), time(10), OFFICE, datetime(2026, 3, 29, 8, 0, tzinfo=UTC)),
        (
            date(2026, 3, 29),
            time(2, 30),
            Hours(time(1), time(5)),
            datetime(2026, 3, 29, 1, 30, tzinfo=UTC),
        ),
        (
            date(2026, 3, 29),
            time(2, 30),
            Hours(time(1), time(3)),
            datetime(2026, 3, 29, 0, 0, tzinfo=UTC),
        ),
        (date(2026, 3, 29), time(2, 30), Hours(time(2), time(3)), None),
        (
            date(2026, 10, 25),
            time(2, 30),
            Hours(time(2), time(3)),
            datetime(2026, 10, 25, 0, 30, tzinfo=UTC),
        ),
    ],
)
def test_a_time_of_a_day_is_one_that_the_clock_shows(
    day: date, at: time, hours: Hours, expected: datetime | None
) -> None:
    assert moment(day, at, zone=BERLIN, hours=hours) == expected


def test_a_day_that_a_zone_left_out_has_no_hours() -> None:
    apia = ZoneInfo("Pacific/Apia")

    assert moment(date(2011, 12, 30), time(10), zone=apia, hours=OFFICE) is None
