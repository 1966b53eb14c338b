"""The period of a roadmap, read from the forms in which people state it."""

from __future__ import annotations

from datetime import date

import pytest

from intake.classify.periods import PeriodRead, quarter_of, read, span_of
from intake.model import Cadence, Clues, Extract, Family, Span

ON = date(2026, 11, 22)


def reading(text: str, *, title: str | None = None, **clues: object) -> PeriodRead:
    starts = clues.get("fiscal_year_starts", 1)
    name = clues.get("filename")
    assert isinstance(starts, int)
    return read(
        Extract(family=Family.WORDS, text=text, title=title),
        Clues(filename=str(name) if name else None, on=ON, fiscal_year_starts=starts),
    )


@pytest.mark.parametrize(
    ("title", "cadence", "period"),
    [
        ("Roadmap Q4 2026", Cadence.QUARTERLY, "2026-Q4"),
        ("Roadmap Q3 FY26", Cadence.QUARTERLY, "2026-Q3"),
        ("FY26 Q3 roadmap", Cadence.QUARTERLY, "2026-Q3"),
        ("Q4'26 roadmap", Cadence.QUARTERLY, "2026-Q4"),
        ("Roadmap Q4/26", Cadence.QUARTERLY, "2026-Q4"),
        ("4Q26 roadmap", Cadence.QUARTERLY, "2026-Q4"),
        ("2026-Q4 plan", Cadence.QUARTERLY, "2026-Q4"),
        ("Roadmap: fourth quarter of 2026", Cadence.QUARTERLY, "2026-Q4"),
        ("3rd quarter 2026 roadmap", Cadence.QUARTERLY, "2026-Q3"),
        ("July to September 2026 roadmap", Cadence.QUARTERLY, "2026-Q3"),
        ("Okt. bis Dez. 2026: Roadmap", Cadence.QUARTERLY, "2026-Q4"),
        ("Produkt-Roadmap 3. Quartal 2026", Cadence.QUARTERLY, "2026-Q3"),
        ("Feuille de route T3 2026", Cadence.QUARTERLY, "2026-Q3"),
        ("Feuille de route, 3e trimestre 2026", Cadence.QUARTERLY, "2026-Q3"),
        ("Hoja de ruta: tercer trimestre de 2026", Cadence.QUARTERLY, "2026-Q3"),
        ("Roadmap for next quarter", Cadence.QUARTERLY, "2027-Q1"),
        ("Roadmap, this quarter", Cadence.QUARTERLY, "2026-Q4"),
        ("Roadmap H2 2026", None, "2026-H2"),
        ("Roadmap, second half of 2026", None, "2026-H2"),
        ("Planung 2. Halbjahr 2026", None, "2026-H2"),
        ("Roadmap Q4 2026 - Q2 2027", None, "2026-Q4..2027-Q2"),
        ("Roadmap Q4 2026 and Q1 2027", None, "2026-Q4..2027-Q1"),
        ("Roadmap Q2\u2013Q4 2026", None, "2026-Q2..2026-Q4"),
        ("Roadmap Nov 2026 - Jan 2027", None, "2026-11..2027-01"),
        ("Roadmap 2026", Cadence.YEARLY, "2026"),
        ("Roadmap FY2026", Cadence.YEARLY, "2026"),
        ("Jahresplanung 2027", Cadence.YEARLY, "2027"),
        ("Plan for next year", Cadence.YEARLY, "2027"),
        ("Roadmap 2026-2027", Cadence.YEARLY, "2026..2027"),
        ("Roadmap 2026/27", Cadence.YEARLY, "2026..2027"),
        ("Roadmap Q1-Q4 2026", Cadence.YEARLY, "2026"),
        ("Roadmap", None, None),
        ("Roadmap v2.1, updated 12 March 2026", None, None),
        ("Roadmap © 2026 Acme", None, None),
    ],
)
def test_a_title_states_cadence_and_period(
    title: str, cadence: Cadence | None, period: str | None
) -> None:
    found = reading("We plan a few things.", title=title)

    assert (found.cadence, found.period) == (cadence, period)


def test_columns_for_quarters_make_a_year_laid_out_by_quarter() -> None:
    found = reading("Roadmap\nTheme\tQ1 2026\tQ2 2026\tQ3 2026\tQ4 2026\nApp\ta\tb\tc\td")

    assert (found.cadence, found.period, found.by_quarter) == (Cadence.YEARLY, "2026", True)


def test_a_year_in_the_title_goes_with_quarters_that_have_none() -> None:
    found = reading("Theme\tQ1\tQ2\tQ3\tQ4\nApp\ta\tb\tc\td", title="Roadmap 2026")

    assert (found.period, found.by_quarter) == ("2026", True)


def test_a_year_in_the_title_without_quarters_below_is_not_laid_out_by_quarter() -> None:
    assert not reading("Goals\n- one\n- two", title="Roadmap 2026").by_quarter


def test_quarters_without_any_year_are_yearly_without_a_period() -> None:
    found = reading("Theme\tQ1\tQ2\tQ3\tQ4\nApp\ta\tb\tc\td", title="Roadmap")

    assert found == PeriodRead(cadence=Cadence.YEARLY, by_quarter=True)


def test_rolling_quarters_are_a_range_laid_out_by_quarter() -> None:
    found = reading("Q3 2026\nA\nQ4 2026\nB\nQ1 2027\nC\nQ2 2027\nD", title="Roadmap")

    assert (found.period, found.by_quarter) == ("2026-Q3..2027-Q2", True)


def test_a_quarter_in_the_title_is_the_whole_although_others_are_mentioned() -> None:
    found = reading("Q4 2026\nShip\nQ1 2027\nLater", title="Roadmap Q4 2026")

    assert found.period == "2026-Q4"


def test_the_file_name_states_the_period_where_the_content_does_not() -> None:
    found = reading("We plan a few things.", title="Roadmap", filename="Roadmap_Q4_2026.xlsx")

    assert found.period == "2026-Q4"


def test_the_content_wins_over_the_file_name() -> None:
    found = reading("Ship it.", title="Roadmap Q3 2026", filename="Roadmap_Q4_2026.docx")

    assert found.period == "2026-Q3"


def test_a_fiscal_quarter_is_converted_to_calendar_dates_once() -> None:
    found = reading("Ship it.", title="Roadmap Q3 FY26", fiscal_year_starts=4)

    assert found.period == "2026-Q3"
    assert found.span == Span(date(2025, 10, 1), date(2025, 12, 31))


def test_a_calendar_quarter_is_not_touched_by_the_fiscal_year() -> None:
    found = reading("Ship it.", title="Roadmap Q3 2026", fiscal_year_starts=4)

    assert found.span == Span(date(2026, 7, 1), date(2026, 9, 30))


@pytest.mark.parametrize(
    ("period", "first", "last"),
    [
        ("2026-Q4", date(2026, 10, 1), date(2026, 12, 31)),
        ("2026-H1", date(2026, 1, 1), date(2026, 6, 30)),
        ("2028", date(2028, 1, 1), date(2028, 12, 31)),
        ("2028-02", date(2028, 2, 1), date(2028, 2, 29)),
        ("2026-Q3..2027-Q2", date(2026, 7, 1), date(2027, 6, 30)),
        ("2026-H2..2027", date(2026, 7, 1), date(2027, 12, 31)),
    ],
)
def test_a_period_has_its_calendar_dates(period: str, first: date, last: date) -> None:
    assert span_of(period, fiscal_year_starts=1) == Span(first, last)


@pytest.mark.parametrize(
    "period", ["", "soon", "2026-Q5", "2026-13", "2027..2026", "2026..2027..2028", "26-Q1"]
)
def test_what_is_no_period_has_no_dates(period: str) -> None:
    assert span_of(period, fiscal_year_starts=1) is None


@pytest.mark.parametrize(
    ("day", "quarter"),
    [
        (date(2026, 1, 1), "2026-Q1"),
        (date(2026, 6, 30), "2026-Q2"),
        (date(2026, 12, 31), "2026-Q4"),
    ],
)
def test_a_day_lies_in_its_quarter(day: date, quarter: str) -> None:
    assert quarter_of(day) == quarter
