"""Days that a text names, the span of a calendar, and the day that a document states for itself."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.classify.dates import dates_in, event_span, normalise, own_date
from intake.model import Extract, Family, Page, Span

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


@pytest.mark.parametrize(
    ("written", "first", "last"),
    [
        ("20.\u201323.01.2026", date(2026, 1, 20), date(2026, 1, 23)),
        ("30.1.-2.2.26", date(2026, 1, 30), date(2026, 2, 2)),
        ("12-14/03/2026", date(2026, 3, 12), date(2026, 3, 14)),
        ("14-03-2026", date(2026, 3, 14), date(2026, 3, 14)),
        ("Thu 12 \u2013 Sat 14 March 2026", date(2026, 3, 12), date(2026, 3, 14)),
        ("5\u20137 May 26", date(2026, 5, 5), date(2026, 5, 7)),
        ("du 12 au 14 mars 2026", date(2026, 3, 12), date(2026, 3, 14)),
        ("del 12 al 14 de marzo de 2026", date(2026, 3, 12), date(2026, 3, 14)),
        ("dal 12 al 14 marzo 2026", date(2026, 3, 12), date(2026, 3, 14)),
        ("12 a 14 de março de 2026", date(2026, 3, 12), date(2026, 3, 14)),
        ("12 t/m 14 maart 2026", date(2026, 3, 12), date(2026, 3, 14)),
        ("12. bis 14. März 2026", date(2026, 3, 12), date(2026, 3, 14)),
        ("mar 17 jun 2026", date(2026, 6, 17), date(2026, 6, 17)),
    ],
)
def test_days_of_seven_languages_are_read(written: str, first: date, last: date) -> None:
    (found,) = dates_in(normalise(written))

    assert (found.first, found.last) == (first, last)


@pytest.mark.parametrize(
    "written",
    ["+49 30 12 03 555", "v12.3.2026.4", "24/7", "50/50", "ISO 9001:2015", "12:30", "KW 32", "EUR 12.50"],
)  # fmt: skip
def test_numbers_that_are_no_days_are_left_alone(written: str) -> None:
    assert dates_in(normalise(written), year=2026) == ()


@pytest.mark.parametrize(
    ("content", "first", "last"),
    [
        # a season that goes on into the next year
        ("Talks 2026/27\nSept 10 Pictures\nDec 10 Quiz\nJan 14 Ice\nApr 8 Talks", (2026, 9, 10), (2027, 4, 8)),
        ("Season 2026\n10 Oct: opening\n3 Dec: gala\n9 Jan: class\n6 Feb: end", (2026, 10, 10), (2027, 2, 6)),
        ("September 2026 - July 2027\n6 Sept: a\n29 Nov: b\n4-10 Jan 2027: c\n18-24 July: d", (2026, 9, 6), (2027, 7, 24)),
        ("Herbst 2026\n4 september - Premiere\n2 oktober - Premiere\n18 december - Lucia", (2026, 9, 4), (2026, 12, 18)),
        # the year as a head of its own
        ("Dates\n2026\n3 March fair\n5 May expo\n2027\n2 February ball", (2026, 3, 3), (2027, 2, 2)),
        # columns that say what their dates are
        ("Meeting\tFrom\tTo\tAbstract closes\nA\t2026-02-03\t2026-02-05\t2026-01-15\nB\t2026-06-10\t2026-06-13\t2025-12-27",
         (2026, 2, 3), (2026, 6, 13)),
        ("conf\tcfp_closes\tnotified\tstarts\tends\nA\t2025-12-14\t2026-01-20\t2026-04-16\t2026-04-17", (2026, 4, 16), (2026, 4, 17)),
        ("Messe\tTermin\tAnmeldeschluss\nA\t20.-23.01.2026\t30.11.2025\nB\t10.-13.11.2026\terledigt", (2026, 1, 20), (2026, 11, 13)),
        ("Congreso\tFechas\tComunicaciones hasta\nA\t5-6 febrero 2026\t2025-11-15\nB\t12-14 marzo 2026\t2026-01-15", (2026, 2, 5), (2026, 3, 14)),
        ("Salon\tDate\tClôture\nA\t12/03/2026\t15/01/2026\nB\t25/04/2026\t01/02/2026", (2026, 3, 12), (2026, 4, 25)),
        ("Award\tEarly bird\tFinal entry\tCeremony\nA\t12 Dec 25\t16 Jan 26\t26 Mar 26\nB\t1 May 26\t12 Jun 26\t15 Oct 26", (2026, 3, 26), (2026, 10, 15)),
        ("Ep\tDrops\tRecord on\n1\tThu 3 Sep 2026\t18 Aug\n2\tThu 10 Sep 2026\t20 Aug", (2026, 9, 3), (2026, 9, 10)),
        ("Post\tPublish date\tDraft due\nA\t2026-12-01\t2026-11-20\nB\t2026-12-11\t2026-11-30", (2026, 12, 1), (2026, 12, 11)),
        # deadlines and days of publication in sentences
        ("Early bird until 1 May 2026.\nThe fair is on 12 June 2026.", (2026, 6, 12), (2026, 6, 12)),
        ("Anmeldung bis 3. Mai 2026\n12. Juni 2026 Fest", (2026, 6, 12), (2026, 6, 12)),
        ("Inscripción desde el 24 de febrero de 2026\n3 de marzo de 2026: taller", (2026, 3, 3), (2026, 3, 3)),
        ("12 June 2026 Fair\n\u00a9 Acme, printed 3 March 2024", (2026, 6, 12), (2026, 6, 12)),
        ("Created 3 March 2024\n12 June 2026 Fair", (2026, 6, 12), (2026, 6, 12)),
        ("12 June 2026 Fair\n15 May 2026: CFP deadline", (2026, 6, 12), (2026, 6, 12)),
        ("14.10.2026\nDates\n19.02.2026 Market\n28.08.2026 Market", (2026, 2, 19), (2026, 8, 28)),
        # days without a year, in figures
        ("Was ist los 2026\n29.3. Markt\n12.-14.6. Fest\n27.11.-20.12. Advent", (2026, 3, 29), (2026, 12, 20)),
        ("Tour 2026\n09.04 Bristol\n10.04 Exeter\n02.05 London", (2026, 4, 9), (2026, 5, 2)),
        ("Ventes 2026\nsam. 24/01 - 14 h Vins\nsam. 07/02 - 14 h Mobilier\nsam. 27/06 - 14 h Autos", (2026, 1, 24), (2026, 6, 27)),
        # weekdays and numbers under the name of a month
        ("MARZO DE 2026: QUÉ HACEMOS\nMartes 3, 17:30. Cuentos\nSábado 14, 11:00. Taller\nMartes 31, 18:00. Móvil", (2026, 3, 3), (2026, 3, 31)),
        ("MAY 2026\nfri 1 reel\nsat 2 carousel\nfri 29 sneak peek\nbatch film: tues 28 apr", (2026, 5, 1), (2026, 5, 29)),
        ("NOVEMBER 2026 1 Sun All Saints 2 Mon All Souls 29 Sun Advent", (2026, 11, 1), (2026, 11, 29)),
        # day or month first, decided for the whole document
        ("Day\tWhat\n03/04/2026\tA\n04/13/2026\tB", (2026, 3, 4), (2026, 4, 13)),
        ("Day\tWhat\n03/04/2026\tA\n13/04/2026\tB", (2026, 4, 3), (2026, 4, 13)),
        ("Dates\nMarch 5, 2026 kick-off\n04/06/2026 expo", (2026, 3, 5), (2026, 4, 6)),
        ("Redaktionsplan 2026\nJanuar\nThema A\nFebruar\nThema B\nMärz\nThema C", (2026, 1, 1), (2026, 3, 31)),
    ],
)  # fmt: skip
def test_the_span_of_a_sloppy_calendar(
    content: str, first: tuple[int, int, int], last: tuple[int, int, int]
) -> None:
    assert event_span(text(content), on=None) == Span(date(*first), date(*last))


def test_sheets_named_for_months_give_their_numbers_a_month() -> None:
    pages = tuple(Page(text="Mo\tDi\n1 Fest\t2") for _ in range(2))
    calendar = Extract(
        family=Family.SHEET,
        text="\n".join(page.text for page in pages),
        pages=pages,
        headings=("Dezember 2026", "Januar 2027"),
    )

    assert event_span(calendar, on=None) == Span(date(2026, 12, 1), date(2027, 1, 1))


def test_a_year_in_the_title_of_a_template_is_not_the_calendars() -> None:
    calendar = Extract(family=Family.PDF, title="Template 2019", text="Dates 2026\n3 March fair")

    assert event_span(calendar, on=None) == Span(date(2026, 3, 3), date(2026, 3, 3))


@given(st.text())
def test_any_text_gives_a_span_and_never_an_error(content: str) -> None:
    span = event_span(text(content), on=ON)

    assert span is None or span.first <= span.last


@pytest.mark.parametrize(
    ("content", "day"),
    [
        ("Title\nPrinted 3 May 2026\nText", date(2026, 9, 9)),
        ("Title\nValid until 3 May 2026\nText", date(2026, 9, 9)),
        ("Investor deck\nMarch 2026\nWe do things", date(2026, 3, 1)),
        ("Title\n" + "word " * 400 + "\nPage 3, 3 May 2026", date(2026, 5, 3)),
        ("Title\nMise à jour 3 mai 2026", date(2026, 5, 3)),
        ("We meet on 3 May 2026 with everybody who ever worked with us on this.", date(2026, 9, 9)),
    ],
)
def test_the_cover_comes_before_the_footer_and_the_metadata_last(content: str, day: date) -> None:
    assert own_date(text(content, saved=date(2026, 9, 9)), on=ON) == day


@pytest.mark.parametrize("run", ["(", "\t", "|", "1.", "1 - ", "mo di "])
def test_long_runs_of_signs_are_read_through_at_once(run: str) -> None:
    assert event_span(text(run * 20_000), on=ON) is None
