"""Days that a text names, the span of a calendar, and the day that a document states for itself."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.classify.dates import dates_in, event_span, normalise, own_date
from intake.model import Extract, Family, Span

ON = date(2026, 11, 23)


def text(content: str, **fields: object) -> Extract:
    saved = fields.get("saved")
    return Extract(
        family=Family.WORDS,
        text=content,
        document_date=saved if isinstance(saved, date) else None,
    )


@pytest.mark.parametrize(
    ("written", "first", "last"),
    [
        ("2026-03-12", date(2026, 3, 12), date(2026, 3, 12)),
        ("12 March 2026", date(2026, 3, 12), date(2026, 3, 12)),
        ("March 12th, 2026", date(2026, 3, 12), date(2026, 3, 12)),
        ("Sept. 5, 2026", date(2026, 9, 5), date(2026, 9, 5)),
        ("12-14 March 2026", date(2026, 3, 12), date(2026, 3, 14)),
        ("March 12\u201314, 2026", date(2026, 3, 12), date(2026, 3, 14)),
        ("Mar 30 - Apr 2, 2026", date(2026, 3, 30), date(2026, 4, 2)),
        ("28 December - 2 January 2027", date(2026, 12, 28), date(2027, 1, 2)),
        ("12. März 2026", date(2026, 3, 12), date(2026, 3, 12)),
        ("12.-14. März 2026", date(2026, 3, 12), date(2026, 3, 14)),
        ("1er juin 2026", date(2026, 6, 1), date(2026, 6, 1)),
        ("12 de marzo de 2026", date(2026, 3, 12), date(2026, 3, 12)),
        ("31.12.2026", date(2026, 12, 31), date(2026, 12, 31)),
        ("12/31/2026", date(2026, 12, 31), date(2026, 12, 31)),
        ("31/12/26", date(2026, 12, 31), date(2026, 12, 31)),
        ("2026年3月12日", date(2026, 3, 12), date(2026, 3, 12)),
    ],
)
def test_a_day_is_read_in_the_forms_that_people_write(
    written: str, first: date, last: date
) -> None:
    (found,) = dates_in(normalise(f"Meet us {written} in Rome"))

    assert (found.first, found.last) == (first, last)


@pytest.mark.parametrize(
    "written", ["version 1.2.2026.1", "may 10:30", "31 February 2026", "10-20 %"]
)
def test_what_is_no_day_is_not_read_as_one(written: str) -> None:
    assert dates_in(written) == ()


def test_slashes_are_read_the_way_the_other_dates_of_the_text_show() -> None:
    found = dates_in("03/04/2026 and 03/25/2026")

    assert [entry.first for entry in found] == [date(2026, 3, 4), date(2026, 3, 25)]


@given(st.text())
def test_any_text_gives_dates_and_never_an_error(content: str) -> None:
    assert all(entry.first <= entry.last for entry in dates_in(normalise(content), year=2026))


def test_a_missing_year_comes_from_the_heading() -> None:
    calendar = text("Events 2027\n12 January: fair\n3 March: expo")

    assert event_span(calendar, on=ON) == Span(date(2027, 1, 12), date(2027, 3, 3))


def test_a_year_that_stands_nowhere_comes_from_the_message() -> None:
    assert event_span(text("3 March: expo"), on=ON) == Span(date(2026, 3, 3), date(2026, 3, 3))


def test_without_any_year_there_is_no_span() -> None:
    assert event_span(text("3 March: expo"), on=None) is None


def test_a_deadline_column_does_not_widen_the_span() -> None:
    calendar = text(
        "Event\tDate\tCfP deadline\nFair\t2027-01-12\t2026-08-01\nExpo\t2027-03-03\t2026-09-01"
    )

    assert event_span(calendar, on=ON) == Span(date(2027, 1, 12), date(2027, 3, 3))


def test_a_day_of_publication_does_not_widen_the_span() -> None:
    calendar = text("Last updated 1 June 2026\n12 January 2027 fair\n3 March 2027 expo")

    assert event_span(calendar, on=ON) == Span(date(2027, 1, 12), date(2027, 3, 3))


def test_days_of_publication_are_the_events_of_an_editorial_calendar() -> None:
    calendar = text("Publish date\tChannel\tTopic\n2026-12-01\tBlog\tA\n2026-12-11\tMail\tB")

    assert event_span(calendar, on=ON) == Span(date(2026, 12, 1), date(2026, 12, 11))


def test_days_under_the_name_of_a_month_are_read() -> None:
    calendar = text(
        "Club calendar 2026-2027\nNovember\n12 First meeting\n28 Fair\nFebruary\n6 Dance"
    )

    assert event_span(calendar, on=ON) == Span(date(2026, 11, 12), date(2027, 2, 6))


def test_cells_typed_as_dates_count_where_the_text_shows_none() -> None:
    calendar = Extract(
        family=Family.SHEET, text="Fair", dates=(date(2027, 1, 12), date(2027, 3, 3))
    )

    assert event_span(calendar, on=ON) == Span(date(2027, 1, 12), date(2027, 3, 3))


@pytest.mark.parametrize(
    "content",
    [
        "Company deck\nAs of 3 May 2026\nWe do things.",
        "Company deck\n3 May 2026\nWe do things.",
        "Unternehmen\nStand: 3. Mai 2026\nText.",
        "Title\n" + "word " * 400 + "\nLast updated: May 3, 2026",
    ],
)
def test_a_document_states_its_own_day(content: str) -> None:
    assert own_date(text(content, saved=date(2026, 9, 9)), on=ON) == date(2026, 5, 3)


def test_without_a_stated_day_the_metadata_counts() -> None:
    assert own_date(text("We do things.", saved=date(2026, 9, 9)), on=ON) == date(2026, 9, 9)


def test_a_day_to_come_is_not_the_documents_own() -> None:
    assert own_date(text("Plan\n31 December 2026\nShip."), on=ON) is None
