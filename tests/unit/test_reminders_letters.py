"""What a reminder asks for, what the freelancer is told, and the lines of a digest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time

import pytest

from intake.completeness import assess
from intake.hours import Weekly
from intake.model import (
    Address,
    Checklist,
    CompletenessReport,
    Document,
    Fate,
    Item,
    ItemName,
    ItemReport,
    Problem,
    Project,
    ProjectState,
    Token,
)
from intake.reminders import (
    Postponed,
    Reason,
    Silence,
    ask_for,
    digest_cause,
    digest_due,
    digest_lines,
    telling,
)
from tests.unit.compose_cast import (
    BRAND,
    CALENDAR,
    DECK,
    ONBOARDING,
    POSTS,
    QUARTER,
    YEAR,
    document,
    sure,
    unsure,
    yearly,
)
from tests.unit.reminder_cast import (
    ANNA,
    ENGAGEMENT,
    MONDAY,
    ROBIN,
    asked,
    berlin,
    due,
    silence,
)

MONDAY_MORNING = Weekly(0, time(8))
REQUIRED = (DECK, QUARTER, YEAR, CALENDAR, POSTS)
THURSDAY = date(2026, 11, 5)
PRESS = Item(ItemName("press"), "Press release", sure("press_release").kind)
LOCKED = replace(sure("deck"), sure=False, problem=Problem.LOCKED)


def report(
    *documents: Document,
    on: date = THURSDAY,
    checklist: Checklist = ONBOARDING,
    project: Project = ENGAGEMENT,
) -> CompletenessReport:
    return assess(project, checklist, documents, frozenset(), on=on)


def quiet(*wanted: Item, later: Sequence[Postponed] = ()) -> Silence:
    return silence(wanted=[item.item for item in wanted or REQUIRED], postponed=later)


def items(entries: Sequence[ItemReport]) -> list[Item]:
    return [entry.item for entry in entries]


# ---------------------------------------------------------------- the ask


def test_the_first_reminder_lists_what_is_missing_and_required_in_checklist_order() -> None:
    asks = ask_for(1, report(document(1, sure("deck"))), silence=quiet(*REQUIRED[1:]))

    assert items(asks) == [QUARTER, YEAR, CALENDAR, POSTS]
    assert BRAND not in items(asks)


def test_a_long_list_is_cut_to_a_handful() -> None:
    long = Checklist("long", (*ONBOARDING.items, PRESS))

    asks = ask_for(1, report(checklist=long), silence=quiet(*REQUIRED, PRESS))

    assert items(asks) == list(REQUIRED)


def test_a_second_reminder_asks_for_one_item() -> None:
    assert items(ask_for(2, report(), silence=quiet())) == [DECK]


@pytest.mark.parametrize(
    ("came", "item"),
    [
        ([document(1, unsure("event_calendar"), fate=Fate.UNSURE)], CALENDAR),
        ([document(1, LOCKED, fate=Fate.LOCKED, filed_for=[YEAR])], YEAR),
        (
            [
                document(1, sure("blog_post"), "one.docx"),
                document(2, LOCKED, "two.docx", fate=Fate.DAMAGED, filed_for=[POSTS]),
            ],
            POSTS,
        ),
    ],
)
def test_what_only_needs_sending_again_is_the_most_useful(came: list[Document], item: Item) -> None:
    assert items(ask_for(2, report(*came), silence=quiet())) == [item]


def test_the_caller_may_know_of_a_file_that_needs_sending_again() -> None:
    asks = ask_for(3, report(), silence=quiet(), resend=frozenset({YEAR.item}))

    assert items(asks) == [YEAR]


@pytest.mark.parametrize(
    ("step", "until", "expected"),
    [
        (1, date(2026, 11, 6), [QUARTER, YEAR, CALENDAR, POSTS]),
        (1, THURSDAY, list(REQUIRED)),
        (2, date(2026, 11, 6), [QUARTER]),
    ],
)
def test_an_item_that_comes_later_is_not_asked_for_until_its_day(
    step: int, until: date, expected: list[Item]
) -> None:
    later = quiet(later=[Postponed(DECK.item, until)])

    assert items(ask_for(step, report(), silence=later)) == expected


# ---------------------------------------------------------------- the telling


def test_the_freelancer_is_told_how_long_the_client_is_silent_and_when_they_were_asked() -> None:
    given = silence(sent=[asked(1, berlin(5, 10, 23)), asked(2, berlin(9, 10, 23))])
    step = due(given)

    facts = telling(step, given, report=report(on=step.on))

    assert (facts.silent_days, facts.asked_at, facts.reminders) == (14, berlin(9, 10, 23), 2)
    assert (facts.reason, facts.contact) == (Reason.ASKED_ENOUGH, ANNA)
    assert items(facts.wanted) == [DECK, QUARTER]


def test_a_client_who_was_never_reminded_was_asked_when_the_silence_began() -> None:
    given = silence(project=replace(ENGAGEMENT, client=replace(ENGAGEMENT.client, contacts=())))

    facts = telling(due(given), given, report=report())

    assert (facts.asked_at, facts.reminders, facts.contact) == (MONDAY, 0, None)


# ---------------------------------------------------------------- when a digest is due


@pytest.mark.parametrize(
    ("now", "last_sent", "expected"),
    [
        (berlin(23, 7, 59), None, None),
        (berlin(23, 8, 0), None, berlin(23, 8, 0)),
        (berlin(23, 8, 0), berlin(16, 8, 0), berlin(23, 8, 0)),
        (berlin(23, 9, 0), berlin(23, 8, 0), None),
        (berlin(24, 20, 0), berlin(16, 8, 0), berlin(23, 8, 0)),
        (berlin(26, 8, 0), berlin(16, 8, 0), None),
    ],
)
def test_a_digest_goes_out_once_a_week_and_not_days_late(
    now: datetime, last_sent: datetime | None, expected: datetime | None
) -> None:
    assert digest_due(MONDAY_MORNING, "Europe/Berlin", last_sent=last_sent, now=now) == expected


def test_no_digest_is_due_where_none_are_wanted() -> None:
    assert digest_due(None, "UTC", last_sent=None, now=MONDAY) is None


def test_the_key_of_a_digest_is_its_day_where_the_desk_is() -> None:
    at = datetime(2026, 11, 22, 22, 0, tzinfo=UTC)

    assert digest_cause(at, timezone="Australia/Sydney") == "digest:2026-11-23"


# ---------------------------------------------------------------- the lines of a digest


def standing(
    title: str,
    *documents: Document,
    since: datetime | None = MONDAY,
    state: ProjectState = ProjectState.OPEN,
    freelancer: Address = ROBIN,
) -> tuple[CompletenessReport, Silence]:
    project = replace(
        ENGAGEMENT, title=title, token=Token(title), state=state, freelancers=(freelancer,)
    )
    given = report(*documents, on=date(2026, 11, 23), project=project)
    return given, silence(since, wanted=items_of(given), project=project, state=state)


def items_of(given: CompletenessReport) -> list[ItemName]:
    return [entry.item.item for entry in given.wanted]


COMPLETE = Checklist("short", (DECK,))
FIVE_FOR_TWO_DAYS = standing("five-for-two-days", since=berlin(21, 12))
FIVE_FOR_THREE_WEEKS = standing("five-for-three-weeks")
FOUR_FOR_THREE_WEEKS = standing("four-for-three-weeks", document(1, yearly()))
DONE = (
    report(document(1, sure("deck")), on=date(2026, 11, 23), checklist=COMPLETE),
    silence(wanted=()),
)


def test_the_most_stuck_project_comes_first_and_a_complete_one_last() -> None:
    given = [DONE, FIVE_FOR_TWO_DAYS, FOUR_FOR_THREE_WEEKS, FIVE_FOR_THREE_WEEKS]

    lines = digest_lines(given, ROBIN)

    assert [(line.project.title, line.done, line.total, line.silent_days) for line in lines] == [
        ("five-for-three-weeks", 0, 5, 21),
        ("four-for-three-weeks", 1, 5, 21),
        ("five-for-two-days", 0, 5, 2),
        (ENGAGEMENT.title, 1, 1, 21),
    ]
    assert [line.stuck for line in lines] == [110, 88, 15, 0]


def test_a_freelancer_reads_of_their_own_open_projects_only() -> None:
    given = [
        standing("paused", state=ProjectState.PAUSED),
        standing("closed", state=ProjectState.CLOSED),
        standing("another's", freelancer=Address("kim@studio.example")),
        standing("mine"),
    ]

    assert [line.project.title for line in digest_lines(given, ROBIN)] == ["mine"]


def test_a_project_in_which_nobody_has_written_is_as_old_as_the_project() -> None:
    line = digest_lines([standing("new", since=None)], ROBIN)[0]

    assert line.silent_days == (date(2026, 11, 23) - ENGAGEMENT.opened_on).days
