"""The silence ladder, by stories: which step is next, when, and to whom."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time

import pytest

from intake.config import ReminderSettings
from intake.holidays import Holidays
from intake.hours import Hours
from intake.model import Address, ProjectState, Reach
from intake.reminders import (
    Audience,
    Due,
    Ladder,
    Nothing,
    Postponed,
    Quiet,
    Reason,
    Silence,
    Step,
    Stop,
    Wait,
    cause_of,
    ladder_of,
    least_gap_days,
    outlook,
    wanted_from,
)
from tests.unit.reminder_cast import (
    ANNA,
    BEN,
    BERLIN,
    DECK,
    ENGAGEMENT,
    LADDER,
    MONDAY,
    ROADMAP,
    ROBIN,
    asked,
    away,
    berlin,
    bounced,
    due,
    found,
    played,
    silence,
    told,
)

NEVER_OFF: frozenset[date] = frozenset()


def days_of(steps: list[Due]) -> list[tuple[int, date]]:
    return [(step.step, step.on) for step in steps]


# ---------------------------------------------------------------- the plain ladder


def test_two_reminders_go_to_the_client_and_the_third_date_to_the_freelancer() -> None:
    steps = played(silence())

    assert [(step.at, step.audience, step.recipients) for step in steps] == [
        (berlin(5, 10, 23), Audience.CLIENT, (ANNA,)),
        (berlin(9, 10, 23), Audience.CLIENT, (ANNA,)),
        (berlin(16, 10, 23), Audience.FREELANCER, (ROBIN,)),
    ]


def test_after_the_freelancer_was_told_nothing_goes_out_however_long_the_ladder_is() -> None:
    ladder = replace(LADDER, after_days=(3, 7, 14, 30, 60))

    steps = played(silence(), ladder=ladder)

    assert days_of(steps)[-1] == (3, date(2026, 11, 16))
    given = silence(sent=[told(3, steps[-1].at)])
    assert found(given, berlin(30, month=12), ladder=ladder) == Nothing(Quiet.TOLD)


def test_a_short_ladder_tells_nobody_and_ends() -> None:
    ladder = replace(LADDER, tell_freelancer_after=5)

    steps = played(silence(), ladder=ladder)

    assert [step.audience for step in steps] == [Audience.CLIENT] * 3
    given = silence(sent=[asked(3, steps[-1].at)])
    assert found(given, berlin(30, month=12), ladder=ladder) == Nothing(Quiet.ENDED)


def test_a_message_from_the_client_begins_a_new_silence_with_its_own_steps() -> None:
    given = silence(berlin(10, 14, 0), sent=[asked(1, berlin(5, 10, 23)), asked(2, berlin(9))])

    step = due(given, berlin(10, 15, 0))

    assert (step.step, step.on, step.cause) == (1, date(2026, 11, 13), "silence:2026-11-10:1")


def test_the_ladder_is_read_from_the_settings() -> None:
    assert ladder_of(ReminderSettings()) == LADDER


def test_a_key_counts_the_days_where_the_project_is() -> None:
    project = replace(ENGAGEMENT, timezone="Pacific/Kiritimati")  # fourteen hours ahead
    before = silence(datetime(2026, 11, 2, 9, 0, tzinfo=UTC), project=project)
    after = silence(datetime(2026, 11, 2, 10, 10, tzinfo=UTC), project=project)

    assert (cause_of(before, 1), cause_of(after, 1)) == (
        "silence:2026-11-02:1",
        "silence:2026-11-03:1",
    )


def test_a_silence_that_has_not_begun_has_no_keys() -> None:
    with pytest.raises(ValueError, match="has not begun"):
        cause_of(silence(None), 1)


# ---------------------------------------------------------------- days and hours


@pytest.mark.parametrize(
    ("since", "place", "days"),
    [
        # A Wednesday: the third day is a Saturday; the seventh keeps its date.
        (berlin(4, 11), None, [(1, 9), (2, 11), (3, 18)]),
        # Christmas in England: Boxing Day 2026 is a Saturday, its substitute the Monday.
        (berlin(22, 11, month=12), "GB-ENG", [(1, 29), (2, 31), (3, 5)]),
        # In Bavaria Epiphany is a holiday as well.
        (berlin(23, 11, month=12), "DE-BY", [(1, 28), (2, 30), (3, 7)]),
        (berlin(23, 11, month=12), "DE-BE", [(1, 28), (2, 30), (3, 6)]),
        # Easter 2027: Good Friday to Easter Monday.
        (berlin(23, 11, month=3, year=2027), "GB-ENG", [(1, 30), (2, 1), (3, 6)]),
        # Over the end of the year.
        (berlin(29, 11, month=12), None, [(1, 1), (2, 5), (3, 12)]),
    ],
)
def test_a_step_waits_for_the_next_working_day(
    since: datetime, place: str | None, days: list[tuple[int, int]]
) -> None:
    days_off = Holidays(place) if place else NEVER_OFF

    steps = played(silence(since), days_off=days_off)

    assert [(step.step, step.on.day) for step in steps] == days


def test_only_the_configured_weekdays_are_used() -> None:
    tuesdays = replace(LADDER, weekdays=frozenset({1}))

    steps = played(silence(), ladder=tuesdays)

    assert days_of(steps) == [
        (1, date(2026, 11, 10)),
        (2, date(2026, 11, 17)),
        (3, date(2026, 11, 24)),
    ]


@pytest.mark.parametrize(
    ("wrote_at", "local"),
    [
        (berlin(2, 10, 23), time(10, 23)),
        (berlin(2, 9, 0), time(9)),
        (berlin(2, 16, 59), time(16, 59)),
        (berlin(2, 17, 0), time(9)),
        (berlin(2, 6, 30), time(9)),
        (None, time(9)),
    ],
)
def test_a_step_leaves_at_the_time_of_day_at_which_the_client_wrote(
    wrote_at: datetime | None, local: time
) -> None:
    step = due(silence(berlin(2, 18), wrote_at=wrote_at), berlin(2, 18))

    assert step.at.astimezone(BERLIN).time() == local


@pytest.mark.parametrize(
    ("since", "at"),
    [
        (berlin(27, 10, month=3), datetime(2026, 3, 30, 8, 0, tzinfo=UTC)),  # before: 09:00 UTC
        (berlin(23, 10, month=10), datetime(2026, 10, 26, 9, 0, tzinfo=UTC)),  # before: 08:00 UTC
    ],
)
def test_the_local_time_of_day_stays_when_the_clocks_change(since: datetime, at: datetime) -> None:
    assert due(silence(since, wrote_at=since), since).at == at


def test_a_night_whose_hours_the_clock_jumps_over_is_left_out() -> None:
    night = Ladder((3, 7), Hours(time(2), time(3)), frozenset(range(7)), 2)
    since = berlin(26, 2, 30, month=3)

    step = due(silence(since, wrote_at=since), since, ladder=night)

    assert step.at.astimezone(BERLIN) == datetime(2026, 3, 30, 2, 30, tzinfo=BERLIN)


def test_where_every_day_is_off_nothing_is_due() -> None:
    class Always:
        def __contains__(self, day: object) -> bool:
            return True

    assert found(silence(), days_off=Always()) == Nothing(Quiet.NO_DAY)


# ---------------------------------------------------------------- late


@pytest.mark.parametrize(
    ("now", "at"),
    [
        (berlin(5, 8, 0), berlin(5, 10, 23)),
        (berlin(5, 10, 23), berlin(5, 10, 23)),
        (berlin(5, 12, 0), berlin(5, 12, 0)),
        (berlin(5, 17, 0), berlin(6, 10, 23)),
        (berlin(6, 17, 0), berlin(9, 10, 23)),
    ],
)
def test_a_late_step_leaves_at_once_within_hours_else_on_the_next_working_day(
    now: datetime, at: datetime
) -> None:
    assert due(silence(), now).at == at


def test_after_an_outage_of_a_week_one_reminder_goes_out_and_the_earlier_ones_count_as_sent() -> (
    None
):
    asleep = frozenset(date(2026, 11, day) for day in range(5, 12))

    steps = played(silence(), asleep=asleep)

    assert days_of(steps) == [(2, date(2026, 11, 12)), (3, date(2026, 11, 17))]


def test_after_an_outage_of_weeks_the_freelancer_is_told_and_the_client_left_alone() -> None:
    asleep = frozenset(date(2026, 11, day) for day in range(5, 25))

    steps = played(silence(), asleep=asleep)

    assert [(step.step, step.audience) for step in steps] == [(3, Audience.FREELANCER)]


@pytest.mark.parametrize(
    ("left", "following"),
    [(berlin(5, 10, 23), 9), (berlin(6, 10, 23), 9), (berlin(9, 10, 23), 11)],
)
def test_a_reminder_that_left_late_keeps_the_next_one_away(left: datetime, following: int) -> None:
    step = due(silence(sent=[asked(1, left)]), left)

    assert (step.step, step.on.day) == (2, following)


@pytest.mark.parametrize(
    ("earlier", "later", "days"), [(3, 7, 2), (7, 14, 5), (1, 2, 1), (1, 3, 2), (3, 6, 2)]
)
def test_two_steps_keep_their_distance_less_a_weekend(earlier: int, later: int, days: int) -> None:
    assert least_gap_days(earlier, later) == days


def test_steps_that_fall_on_one_weekend_leave_on_different_days() -> None:
    daily = replace(LADDER, after_days=(5, 6, 7))

    steps = played(silence(), ladder=daily)

    assert [step.on.day for step in steps] == [9, 10, 11]


def test_a_ladder_that_was_shortened_meanwhile_ends() -> None:
    given = silence(sent=[asked(2, berlin(9, 10, 23))])

    assert found(given, ladder=replace(LADDER, after_days=(3,))) == Nothing(Quiet.ENDED)


# ---------------------------------------------------------------- to whom


@pytest.mark.parametrize(
    ("wrote_last", "reach", "contact"),
    [
        (BEN, (), BEN),
        (Address("ben+files@larkfield.example"), (), BEN),
        (None, (), ANNA),
        (Address("someone@else.example"), (), ANNA),
        (ANNA, (bounced(ANNA),), BEN),
        (ANNA, (away(ANNA, date(2026, 11, 20)),), BEN),
        (ANNA, (away(ANNA, date(2026, 11, 5)),), BEN),  # back today, asked from tomorrow
        (ANNA, (away(ANNA, date(2026, 11, 4)),), ANNA),
        (ANNA, (away(ANNA, date(2026, 10, 1)), bounced(BEN)), ANNA),
    ],
)
def test_a_reminder_goes_to_who_wrote_last_else_to_the_first_contact_who_can_be_reached(
    wrote_last: Address | None, reach: tuple[Reach, ...], contact: Address
) -> None:
    step = due(silence(wrote_last=wrote_last, reach=reach))

    assert (step.on, step.recipients, step.contact) == (date(2026, 11, 5), (contact,), contact)


def test_where_all_are_away_the_ladder_goes_on_the_day_after_the_first_is_back() -> None:
    reach = [away(ANNA, date(2026, 11, 20)), away(BEN, date(2026, 11, 18))]

    steps = played(silence(reach=reach))

    assert [(step.on.day, step.recipients[0]) for step in steps] == [
        (19, BEN),
        (23, ANNA),
        (30, ROBIN),
    ]
    assert steps[0].waits is Wait.AWAY


def test_an_absence_after_the_first_reminder_puts_off_the_second() -> None:
    reach = [away(ANNA, date(2026, 11, 17)), bounced(BEN)]

    steps = played(silence(sent=[asked(1, berlin(5, 10, 23))], reach=reach))

    assert [(step.step, step.on.day) for step in steps] == [(2, 18), (3, 25)]


@pytest.mark.parametrize(
    ("given", "reason", "contact"),
    [
        (silence(reach=[bounced(ANNA), bounced(BEN)]), Reason.BOUNCED, None),
        (silence(stops=[Stop(Audience.CLIENT)]), Reason.STOPPED, ANNA),
        (
            silence(project=replace(ENGAGEMENT, client=replace(ENGAGEMENT.client, contacts=()))),
            Reason.NO_CONTACT,
            None,
        ),
    ],
)
def test_a_client_who_cannot_or_will_not_be_written_to_is_told_of_once(
    given: Silence, reason: Reason, contact: Address | None
) -> None:
    steps = played(given)

    assert [(step.step, step.recipients, step.reason) for step in steps] == [(1, (ROBIN,), reason)]
    assert steps[0].contact == contact


def test_every_freelancer_is_told() -> None:
    kim = Address("kim@studio.example")
    given = silence(
        project=replace(ENGAGEMENT, freelancers=(ROBIN, kim)),
        sent=[asked(2, berlin(9, 10, 23))],
    )

    assert due(given).recipients == (ROBIN, kim)


def test_where_there_is_nobody_to_tell_nothing_is_due() -> None:
    given = silence(
        project=replace(ENGAGEMENT, freelancers=()), reach=[bounced(ANNA), bounced(BEN)]
    )

    assert found(given) == Nothing(Quiet.NOBODY)


# ---------------------------------------------------------------- quiet


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        (silence(state=ProjectState.CLOSED), Quiet.CLOSED),
        (silence(state=ProjectState.PAUSED), Quiet.PAUSED),
        (silence(wanted=()), Quiet.COMPLETE),
        (silence(None, wrote_at=None), Quiet.NOT_BEGUN),
        (silence(stops=[Stop(Audience.FREELANCER)]), Quiet.STOPPED),
        (silence(stops=[Stop(Audience.CLIENT, date.max)]), Quiet.NO_DAY),
    ],
)
def test_nothing_is_due_for_a_reason(given: Silence, reason: Quiet) -> None:
    assert found(given) == Nothing(reason)


def test_no_days_is_no_reminders() -> None:
    assert found(silence(), ladder=replace(LADDER, after_days=())) == Nothing(Quiet.OFF)


@pytest.mark.parametrize(
    ("given", "waits"),
    [
        (
            silence(state=ProjectState.PAUSED, paused_until=date(2026, 12, 1)),
            Wait.PAUSED,
        ),
        (silence(resumed_on=date(2026, 12, 1)), Wait.PAUSED),
        (silence(stops=[Stop(Audience.CLIENT, date(2026, 12, 1))]), Wait.STOPPED),
        (silence(stops=[Stop(Audience.FREELANCER, date(2026, 12, 1))]), Wait.STOPPED),
        (
            silence(postponed=[Postponed(DECK, date(2026, 12, 1)), Postponed(ROADMAP, date.max)]),
            Wait.POSTPONED,
        ),
        (silence(wanted_from=date(2026, 12, 1)), Wait.WANTED_LATER),
        (silence(reach=[away(ANNA, date(2026, 11, 30)), bounced(BEN)]), Wait.AWAY),
    ],
)
def test_what_puts_reminders_off_moves_the_whole_ladder(given: Silence, waits: Wait) -> None:
    steps = played(given)

    assert [(step.step, step.on.day, step.audience) for step in steps] == [
        (1, 1, Audience.CLIENT),
        (2, 7, Audience.CLIENT),
        (3, 14, Audience.FREELANCER),
    ]
    assert {step.waits for step in steps} == {waits}


def test_an_item_that_comes_later_does_not_hold_up_the_others() -> None:
    given = silence(postponed=[Postponed(DECK, date(2027, 1, 15))])

    assert due(given).on == date(2026, 11, 5)
    assert given.askable(date(2026, 11, 5)) == (ROADMAP,)
    assert given.askable(date(2027, 1, 15)) == (DECK, ROADMAP)


def test_a_ladder_that_starts_on_a_day_off_keeps_its_distances() -> None:
    given = silence(wanted_from=date(2027, 1, 1))

    steps = played(given, days_off=Holidays("DE-BY"))

    assert [step.on.day for step in steps] == [4, 8, 15]


def test_what_ran_out_after_a_reminder_of_the_same_silence_goes_on_with_the_next_step() -> None:
    given = silence(sent=[asked(1, berlin(5, 10, 23))], wanted_from=date(2027, 1, 1))

    steps = played(given, days_off=Holidays("DE-BY"))

    assert days_of(steps) == [(2, date(2027, 1, 4)), (3, date(2027, 1, 11))]


@pytest.mark.parametrize(
    ("complete_until", "day"),
    [(date(2026, 11, 10), date(2026, 11, 11)), (date(2026, 10, 1), None)],
)
def test_something_is_wanted_from_the_day_on_which_it_ran_out(
    complete_until: date, day: date | None
) -> None:
    since, today = date(2026, 11, 2), date(2026, 11, 23)

    assert wanted_from(lambda on: on <= complete_until, since=since, on=today) == day


# ---------------------------------------------------------------- the outlook of a day


@pytest.mark.parametrize(
    ("given", "on", "goes_out", "following", "why"),
    [
        (silence(), date(2026, 11, 4), False, date(2026, 11, 5), "the client is silent"),
        (silence(), date(2026, 11, 5), True, None, "the client is silent"),
        (
            silence(sent=[Step(2, Audience.CLIENT, berlin(9, 10, 23))]),
            date(2026, 11, 16),
            True,
            None,
            "the client was asked often enough, so the freelancer is told",
        ),
        (silence(wanted=()), date(2026, 11, 5), False, None, "nothing is missing"),
        (
            silence(resumed_on=date(2026, 12, 1)),
            date(2026, 11, 5),
            False,
            date(2026, 12, 1),
            "after the pause",
        ),
    ],
)
def test_the_outlook_says_what_goes_out_on_a_day_or_why_not(
    given: Silence, on: date, *, goes_out: bool, following: date | None, why: str
) -> None:
    seen = outlook(LADDER, given, days_off=NEVER_OFF, on=on)

    assert (seen.today is not None, seen.next and seen.next.on, seen.why) == (
        goes_out,
        following,
        why,
    )


def test_nobody_is_named_in_a_repr() -> None:
    shown = repr(silence(reach=[bounced(BEN)])) + repr(due(silence())) + repr(MONDAY)

    assert "larkfield.example" not in shown
    assert "studio.example" not in shown
