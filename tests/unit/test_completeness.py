"""When an item is complete."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.classify.periods import span_of
from intake.completeness import assess, wanted_by
from intake.model import (
    Cadence,
    Checklist,
    Classification,
    Document,
    Item,
    ItemReport,
    ItemState,
    Kind,
    Offer,
    Problem,
    Project,
    Span,
)
from tests.unit.compose_cast import (
    BRAND,
    CALENDAR,
    DECK,
    NOON,
    ONBOARDING,
    POSTS,
    PROJECT,
    QUARTER,
    QUARTER_NEXT,
    QUARTER_NOW,
    QUARTER_PAST,
    TODAY,
    YEAR,
    YEAR_NOW,
    document,
    quarterly,
    sure,
    unsure,
    yearly,
)

HALF = Span(date(2026, 7, 1), date(2026, 12, 31))
UNDATED = sure("roadmap")


def report_on(
    item: Item,
    documents: Sequence[Document],
    *,
    on: date = TODAY,
    waived: bool = False,
    project: Project = PROJECT,
    fiscal_year_starts: int = 1,
) -> ItemReport:
    checklist = Checklist("one", (item,))
    names = frozenset({item.item} if waived else ())
    report = assess(
        project, checklist, documents, names, on=on, fiscal_year_starts=fiscal_year_starts
    )
    return report.items[0]


@pytest.mark.parametrize(
    ("classification", "items"),
    [
        (sure("deck"), [DECK]),
        (quarterly(QUARTER_NOW, "2026-Q4"), [QUARTER]),
        (yearly(), [YEAR]),
        (yearly(by_quarter=True), [QUARTER, YEAR]),
        (UNDATED, [QUARTER, YEAR]),
        (sure("blog_post"), [POSTS]),
        (sure("press_release"), []),
        (unsure("event_calendar"), [CALENDAR]),
        (replace(sure("deck"), problem=Problem.LOCKED), []),
    ],
)
def test_document_counts_toward_the_items_of_its_kind_and_cadence(
    classification: Classification, items: list[Item]
) -> None:
    assert wanted_by(classification, ONBOARDING) == tuple(item.item for item in items)


def test_yearly_roadmap_is_a_question_to_a_quarterly_item_where_no_item_wants_the_year() -> None:
    checklist = Checklist("quarters", (QUARTER,))

    assert wanted_by(yearly(), checklist) == (QUARTER.item,)
    assert report_on(QUARTER, [document(1, yearly())]).state is ItemState.UNSURE


def test_link_counts_only_where_links_are_welcome() -> None:
    assert wanted_by(sure("deck"), ONBOARDING, is_link=True) == ()
    assert wanted_by(sure("blog_post"), ONBOARDING, is_link=True) == (POSTS.item,)


def test_nothing_came_and_the_item_is_missing() -> None:
    assert report_on(DECK, []) == ItemReport(DECK, ItemState.MISSING, 0, ())


def test_sure_document_completes_its_item() -> None:
    entry = report_on(DECK, [document(1, sure("deck"))])

    assert (entry.state, entry.have) == (ItemState.RECEIVED, 1)
    assert entry.documents[0].current


def test_unsure_document_makes_the_item_unsure_and_does_not_count() -> None:
    entry = report_on(DECK, [document(1, unsure("deck"))])

    assert (entry.state, entry.have) == (ItemState.UNSURE, 0)
    assert not entry.documents[0].current


def test_unsure_document_beside_a_sure_one_changes_nothing() -> None:
    entry = report_on(DECK, [document(1, sure("deck")), document(2, unsure("deck"))])

    assert entry.state is ItemState.RECEIVED


def test_persons_decision_outweighs_the_model() -> None:
    decided = document(1, unsure("deck"), filed_for=[DECK], decided_by_person=True)

    assert report_on(DECK, [decided]).state is ItemState.RECEIVED


def test_person_who_said_that_it_counts_for_nothing_is_believed() -> None:
    decided = document(1, sure("deck"), decided_by_person=True)

    assert report_on(DECK, [decided]).state is ItemState.MISSING


def test_rejected_document_is_not_even_listed() -> None:
    entry = report_on(DECK, [document(1, sure("deck"), rejected=True)])

    assert entry == ItemReport(DECK, ItemState.MISSING, 0, ())


def test_superseded_document_is_listed_and_does_not_count() -> None:
    entry = report_on(DECK, [document(1, sure("deck"), superseded=True)])

    assert entry.state is ItemState.MISSING
    assert [listed.current for listed in entry.documents] == [False]


@pytest.mark.parametrize(
    ("posts", "questions", "state"),
    [
        (1, 0, ItemState.PARTLY),
        (1, 1, ItemState.PARTLY),
        (2, 1, ItemState.UNSURE),
        (0, 1, ItemState.UNSURE),
        (3, 0, ItemState.RECEIVED),
        (4, 0, ItemState.RECEIVED),
    ],
)
def test_item_of_three_is_partly_there_until_three_count(
    posts: int, questions: int, state: ItemState
) -> None:
    documents = [document(number, sure("blog_post")) for number in range(posts)]
    documents += [document(10 + number, unsure("blog_post")) for number in range(questions)]

    entry = report_on(POSTS, documents)

    assert (entry.state, entry.have) == (state, posts)


def test_same_octets_twice_count_once() -> None:
    first = document(1, sure("blog_post"))
    again = replace(first, number=2)

    assert report_on(POSTS, [first, again]).have == 1


def test_waived_item_is_not_missing() -> None:
    assert report_on(DECK, [], waived=True).state is ItemState.WAIVED


def test_waived_item_that_came_after_all_is_received() -> None:
    assert report_on(DECK, [document(1, sure("deck"))], waived=True).state is ItemState.RECEIVED


def test_roadmap_of_this_quarter_is_received() -> None:
    entry = report_on(QUARTER, [document(1, quarterly(QUARTER_NOW, "2026-Q4"))])

    assert (entry.state, entry.period, entry.came) == (ItemState.RECEIVED, "2026-Q4", None)


def test_roadmap_of_last_quarter_is_stale_and_says_what_came_and_what_is_wanted() -> None:
    entry = report_on(QUARTER, [document(1, quarterly(QUARTER_PAST, "2026-Q3"))])

    assert (entry.state, entry.came, entry.period) == (ItemState.STALE, "2026-Q3", "2026-Q4")
    assert (entry.have, entry.documents[0].current) == (0, False)


def test_roadmap_of_the_next_quarter_alone_leaves_this_one_missing() -> None:
    entry = report_on(QUARTER, [document(1, quarterly(QUARTER_NEXT, "2027-Q1"))])

    assert (entry.state, entry.came, entry.period) == (ItemState.MISSING, "2027-Q1", "2026-Q4")


def test_project_that_starts_next_quarter_wants_that_quarter() -> None:
    project = replace(PROJECT, starts=date(2027, 1, 15))
    documents = [document(1, quarterly(QUARTER_NOW, "2026-Q4"))]

    entry = report_on(QUARTER, documents, project=project)

    assert (entry.state, entry.came, entry.period) == (ItemState.STALE, "2026-Q4", "2027-Q1")


def test_project_that_started_long_ago_wants_today() -> None:
    project = replace(PROJECT, starts=date(2026, 2, 1))

    assert report_on(QUARTER, [], project=project).period == "2026-Q4"


@pytest.mark.parametrize(
    ("classification", "state"),
    [
        (yearly(by_quarter=True), ItemState.RECEIVED),
        (quarterly(HALF, "2026-H2"), ItemState.UNSURE),
        (replace(quarterly(HALF, "2026-H2"), by_quarter=True), ItemState.RECEIVED),
        (UNDATED, ItemState.UNSURE),
        (sure("roadmap", cadence=Cadence.QUARTERLY), ItemState.UNSURE),
        (sure("roadmap", span=QUARTER_NOW), ItemState.UNSURE),
        (yearly(), ItemState.UNSURE),
    ],
)
def test_quarterly_item_is_sure_only_of_a_quarter(
    classification: Classification, state: ItemState
) -> None:
    assert report_on(QUARTER, [document(1, classification)]).state is state


@pytest.mark.parametrize(
    ("classification", "state"),
    [
        (yearly(), ItemState.RECEIVED),
        (quarterly(QUARTER_NOW, "2026-Q4"), ItemState.MISSING),
        (UNDATED, ItemState.UNSURE),
        (sure("roadmap", cadence=Cadence.YEARLY), ItemState.UNSURE),
        (
            sure(
                "roadmap",
                cadence=Cadence.YEARLY,
                period="2025",
                span=Span(date(2025, 1, 1), date(2025, 12, 31)),
            ),
            ItemState.STALE,
        ),
        (
            sure(
                "roadmap",
                cadence=Cadence.YEARLY,
                period="2026-Q3..2027-Q2",
                span=Span(date(2026, 7, 1), date(2027, 6, 30)),
            ),
            ItemState.RECEIVED,
        ),
    ],
)
def test_yearly_item_wants_a_year_that_contains_today(
    classification: Classification, state: ItemState
) -> None:
    entry = report_on(YEAR, [document(1, classification)])

    assert (entry.state, entry.period) == (state, "2026")


def test_person_may_accept_a_roadmap_that_states_no_period() -> None:
    decided = document(1, UNDATED, filed_for=[QUARTER], decided_by_person=True)

    assert report_on(QUARTER, [decided]).state is ItemState.RECEIVED


def test_persons_yes_does_not_stop_the_calendar() -> None:
    decided = document(
        1, quarterly(QUARTER_PAST, "2026-Q3"), filed_for=[QUARTER], decided_by_person=True
    )

    assert report_on(QUARTER, [decided]).state is ItemState.STALE


@pytest.mark.parametrize(
    ("on", "coming_up"),
    [
        (date(2026, 12, 17), None),
        (date(2026, 12, 18), "2027-Q1"),
        (date(2026, 12, 31), "2027-Q1"),
        (date(2027, 1, 1), None),
    ],
)
def test_next_quarter_is_coming_up_in_the_last_fourteen_days(
    on: date, coming_up: str | None
) -> None:
    entry = report_on(QUARTER, [document(1, quarterly(QUARTER_NOW, "2026-Q4"))], on=on)

    assert entry.coming_up == coming_up


def test_project_stays_complete_until_the_period_ends() -> None:
    roadmap = [document(1, quarterly(QUARTER_NOW, "2026-Q4"))]

    assert report_on(QUARTER, roadmap, on=date(2026, 12, 31)).state is ItemState.RECEIVED
    assert report_on(QUARTER, roadmap, on=date(2027, 1, 1)).state is ItemState.STALE


def test_next_quarter_that_is_here_is_not_asked_for() -> None:
    roadmaps = [
        document(1, quarterly(QUARTER_NOW, "2026-Q4")),
        document(2, quarterly(QUARTER_NEXT, "2027-Q1")),
    ]

    entry = report_on(QUARTER, roadmaps, on=date(2026, 12, 20))

    assert (entry.state, entry.coming_up) == (ItemState.RECEIVED, None)


def test_waived_item_has_nothing_coming_up() -> None:
    assert report_on(QUARTER, [], on=date(2026, 12, 20), waived=True).coming_up is None


@pytest.mark.parametrize(
    ("item", "on", "period"),
    [
        (QUARTER, date(2026, 11, 23), "2027-Q3"),
        (QUARTER, date(2026, 3, 31), "2026-Q4"),
        (QUARTER, date(2026, 4, 1), "2027-Q1"),
        (YEAR, date(2026, 3, 31), "2026"),
        (YEAR, date(2026, 4, 1), "2027"),
    ],
)
def test_fiscal_year_is_named_after_the_year_in_which_it_ends(
    item: Item, on: date, period: str
) -> None:
    assert report_on(item, [], on=on, fiscal_year_starts=4).period == period


@given(on=st.dates(date(2000, 1, 1), date(2100, 1, 1)), starts=st.integers(1, 12))
def test_wanted_period_always_contains_the_day(on: date, starts: int) -> None:
    wanted = report_on(QUARTER, [], on=on, fiscal_year_starts=starts).period
    span = span_of(wanted or "", fiscal_year_starts=starts)

    assert span is not None
    assert on in span


@pytest.mark.parametrize(
    ("last_event", "state"),
    [(TODAY, ItemState.RECEIVED), (TODAY - timedelta(days=1), ItemState.STALE)],
)
def test_calendar_counts_until_its_last_event(last_event: date, state: ItemState) -> None:
    calendar = sure("event_calendar", span=Span(date(2026, 1, 1), last_event))

    assert report_on(CALENDAR, [document(1, calendar)]).state is state


def test_calendar_that_ran_out_tells_its_last_day() -> None:
    calendar = sure("event_calendar", span=Span(date(2026, 1, 1), date(2026, 9, 3)))

    assert report_on(CALENDAR, [document(1, calendar)]).came == "2026-09-03"


def test_calendar_without_dates_is_unsure() -> None:
    assert report_on(CALENDAR, [document(1, sure("event_calendar"))]).state is ItemState.UNSURE


@pytest.mark.parametrize(
    ("stated", "state"),
    [
        (TODAY - timedelta(days=365), ItemState.RECEIVED),
        (TODAY - timedelta(days=366), ItemState.STALE),
        (None, ItemState.RECEIVED),
    ],
)
def test_document_ages_by_the_date_that_it_states(stated: date | None, state: ItemState) -> None:
    deck = document(1, sure("deck", document_date=stated))

    assert report_on(DECK, [deck]).state is state


def test_document_without_a_date_ages_from_the_day_it_came() -> None:
    deck = document(1, sure("deck"), received_at=NOON - timedelta(days=400))

    entry = report_on(DECK, [deck])

    assert (entry.state, entry.came) == (ItemState.STALE, "2025-10-19")


def test_old_and_new_together_are_received() -> None:
    documents = [
        document(1, quarterly(QUARTER_PAST, "2026-Q3")),
        document(2, quarterly(QUARTER_NOW, "2026-Q4")),
    ]

    entry = report_on(QUARTER, documents)

    assert (entry.state, entry.have, entry.came) == (ItemState.RECEIVED, 1, None)
    assert [listed.current for listed in entry.documents] == [False, True]


def test_documents_are_listed_by_number() -> None:
    documents = [document(5, sure("blog_post")), document(2, sure("blog_post"))]

    entry = report_on(POSTS, documents)

    assert [listed.document.number for listed in entry.documents] == [2, 5]


def test_project_is_complete_without_its_optional_items() -> None:
    required = Checklist("short", (DECK, BRAND))
    report = assess(PROJECT, required, [document(1, sure("deck"))], frozenset(), on=TODAY)

    assert report.complete
    assert report.items[1].state is ItemState.MISSING


def test_item_with_a_cadence_but_any_period_takes_an_old_one() -> None:
    item = replace(QUARTER, current=False)

    assert report_on(item, [document(1, quarterly(QUARTER_PAST, "2026-Q3"))]).period is None
    assert (
        report_on(item, [document(1, quarterly(QUARTER_PAST, "2026-Q3"))]).state
        is ItemState.RECEIVED
    )


def test_own_kind_of_the_operator_counts_like_any_other() -> None:
    item = replace(DECK, kind=Kind("price_list"), max_age_days=None)

    assert report_on(item, [document(1, sure("price_list", span=YEAR_NOW))]).have == 1


# ---------------------------------------------------------------- what an earlier project had


def offered(number: int, classification: Classification, *, kept: bool = False) -> Document:
    return replace(document(number, classification), offer=Offer(kept=kept))


def test_what_is_offered_is_a_question_until_it_is_kept() -> None:
    asked, kept = offered(1, sure("deck")), offered(1, sure("deck"), kept=True)

    entry, done = report_on(DECK, [asked]), report_on(DECK, [kept])

    assert (entry.state, entry.have, entry.offered) == (ItemState.UNSURE, 0, (asked,))
    assert (done.state, done.have, done.offered) == (ItemState.RECEIVED, 1, ())


def test_what_came_for_the_project_itself_makes_an_offer_moot() -> None:
    entry = report_on(DECK, [offered(1, sure("deck")), document(2, sure("deck"))])

    assert (entry.state, entry.have, entry.offered) == (ItemState.RECEIVED, 1, ())
    assert [listed.current for listed in entry.documents] == [False, True]


def test_an_offer_that_is_no_longer_fresh_is_nothing_that_came() -> None:
    entry = report_on(QUARTER, [offered(1, quarterly(QUARTER_PAST, "2026-Q3"))])

    assert (entry.state, entry.came, entry.offered) == (ItemState.MISSING, None, ())


def test_an_offer_that_a_person_dropped_is_no_offer() -> None:
    dropped = replace(offered(1, sure("deck")), rejected=True)

    assert report_on(DECK, [dropped]).state is ItemState.MISSING


@pytest.mark.parametrize(
    ("here", "given", "state"),
    [
        (0, 1, ItemState.UNSURE),
        (1, 1, ItemState.PARTLY),
        (1, 2, ItemState.UNSURE),
        (3, 0, ItemState.RECEIVED),
    ],
)
def test_an_item_of_several_is_as_open_as_its_offers_leave_it(
    here: int, given: int, state: ItemState
) -> None:
    own = [document(number, sure("blog_post")) for number in range(1, here + 1)]
    offers = [offered(number, sure("blog_post")) for number in range(10, 10 + given)]

    entry = report_on(POSTS, [*own, *offers])

    assert (entry.state, entry.have, len(entry.offered)) == (state, here, given)


def test_what_is_unsure_by_itself_is_told_apart_from_what_is_offered() -> None:
    asked, maybe = offered(1, sure("deck")), document(2, unsure("deck"))

    entry = report_on(DECK, [asked, maybe])

    assert (entry.unsure, entry.offered) == ((maybe,), (asked,))


def test_a_document_ages_from_the_day_that_it_was_where_the_project_is() -> None:
    late = datetime(2025, 11, 22, 23, 30, tzinfo=UTC)  # the 23rd in Vienna
    deck = document(1, sure("deck"), received_at=late)
    vienna = replace(PROJECT, timezone="Europe/Vienna")

    assert report_on(DECK, [deck]).state is ItemState.STALE
    assert report_on(DECK, [deck], project=vienna).state is ItemState.RECEIVED
