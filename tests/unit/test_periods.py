"""The period of a roadmap, read from the forms in which people state it."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.classify.periods import PeriodRead, quarter_of, read, span_of
from intake.model import BY_OCR, Cadence, Clues, Extract, Family, Page, Span

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


@pytest.mark.parametrize(
    ("title", "cadence", "period"),
    [
        ("FY2026/27 Q2 roadmap", Cadence.QUARTERLY, "2027-Q2"),
        ("roadmap fy26q4", Cadence.QUARTERLY, "2026-Q4"),
        ("Q3FY26 roadmap v3 FINAL", Cadence.QUARTERLY, "2026-Q3"),
        ("2026Q3 product roadmap", Cadence.QUARTERLY, "2026-Q3"),
        ("Q3 26 roadmap", Cadence.QUARTERLY, "2026-Q3"),
        ("roadmap third qtr 2026", Cadence.QUARTERLY, "2026-Q3"),
        ("roadmap 1H26", None, "2026-H1"),
        ("H2/26 roadmap", None, "2026-H2"),
        ("Roadmap HY2 2026", None, "2026-H2"),
        ("roadmap jul - sep 2026", Cadence.QUARTERLY, "2026-Q3"),
        ("roadmap Jul\u2013Dec '26", None, "2026-H2"),
        ("Roadmap July 2026 through June 2027", Cadence.YEARLY, "2026-Q3..2027-Q2"),
        ("Roadmap 2026 - 2028", Cadence.YEARLY, "2026..2028"),
        ("Roadmap Quartal 3/2026", Cadence.QUARTERLY, "2026-Q3"),
        ("Fahrplan III. Quartal 2026", Cadence.QUARTERLY, "2026-Q3"),
        ("Fahrplan drittes Quartal 2026", Cadence.QUARTERLY, "2026-Q3"),
        ("Planung 2.Hj. 2026", None, "2026-H2"),
        ("Planung zweites Halbjahr 2026", None, "2026-H2"),
        ("Roadmap Juli bis Sept. 2026", Cadence.QUARTERLY, "2026-Q3"),
        ("Roadmap GJ 2026", Cadence.YEARLY, "2026"),
        ("Feuille de route T4/2026", Cadence.QUARTERLY, "2026-Q4"),
        ("Feuille de route 4T26", Cadence.QUARTERLY, "2026-Q4"),
        ("feuille de route 1er semestre 2027", None, "2027-H1"),
        ("Feuille de route S2 2026", None, "2026-H2"),
        ("Feuille de route quatrième trimestre 2026", Cadence.QUARTERLY, "2026-Q4"),
        ("Feuille de route de juillet à décembre 2026", None, "2026-H2"),
        ("Hoja de ruta 3T26", Cadence.QUARTERLY, "2026-Q3"),
        ("Hoja de ruta 3er trim. 2026", Cadence.QUARTERLY, "2026-Q3"),
        ("Plan de producto, 2o semestre 2026", None, "2026-H2"),
        ("Plan segundo semestre de 2026", None, "2026-H2"),
        ("Plan octubre a diciembre de 2026", Cadence.QUARTERLY, "2026-Q4"),
        ("Roadmap terzo trimestre 2026", Cadence.QUARTERLY, "2026-Q3"),
        ("Roadmap 3\u00b0 trimestre 2026", Cadence.QUARTERLY, "2026-Q3"),
        ("Piano II semestre 2026", None, "2026-H2"),
        ("Piano da luglio a settembre 2026", Cadence.QUARTERLY, "2026-Q3"),
        ("Roadmap 3\u00ba trimestre de 2026", Cadence.QUARTERLY, "2026-Q3"),
        ("Plano primeiro semestre de 2027", None, "2027-H1"),
        ("Plano outubro a dezembro 2026", Cadence.QUARTERLY, "2026-Q4"),
        ("Roadmap 3e kwartaal 2026", Cadence.QUARTERLY, "2026-Q3"),
        ("Roadmap K4 2026", Cadence.QUARTERLY, "2026-Q4"),
        ("Plan derde kwartaal 2026", Cadence.QUARTERLY, "2026-Q3"),
        ("Plan tweede halfjaar 2026", None, "2026-H2"),
        ("Plan juli t/m september 2026", Cadence.QUARTERLY, "2026-Q3"),
        ("Meerjarenplan 2026 tot en met 2028", Cadence.YEARLY, "2026..2028"),
        ("ロードマップ 2026年第3四半期", Cadence.QUARTERLY, "2026-Q3"),
        ("Recap of Q2 2026", None, None),
        ("Roadmap 24/7 support", None, None),
        ("Roadmap ISO 27001:2022", None, None),
        ("Roadmap release 2026.1.4", None, None),
        ("Roadmap for the 2020s", None, None),
        ("Roadmap, call 030 2026 555", None, None),
        ("Roadmap: from $2030 to $4000 a month", None, None),
        ("Roadmap KW 32", None, None),
        ("Roadmap room Q3", None, None),
        ("Roadmap S1 and S2 of the show", None, None),
        ("Roadmap 50/50", None, None),
        ("Roadmap T4 slips", None, None),
    ],
)
def test_sloppy_titles_in_seven_languages_are_read(
    title: str, cadence: Cadence | None, period: str | None
) -> None:
    found = reading("We plan a few things.", title=title)

    assert (found.cadence, found.period) == (cadence, period)


@pytest.mark.parametrize(
    ("content", "cadence", "period", "by_quarter"),
    [
        ("What we build between April and September 2026", None, "2026-Q2..2026-Q3", False),
        ("Plan\nModel years\nMY26\nlamp\nMY27\nlamp 2", Cadence.YEARLY, "2026..2027", False),
        ("Plan\n2026: tidy up\n2027: open up\n2028: fly", Cadence.YEARLY, "2026..2028", False),
        ("Plan\nQ3 2026\na\nQ4\nb\nQ1\nc\nQ2\nd", Cadence.QUARTERLY, "2026-Q3..2027-Q2", True),
        ("Plan\nC1. Q3 2026: a\nC2. Q4 2026: b", Cadence.QUARTERLY, "2026-H2", True),
        ("Plan\n2026 H1\nA\n2026 H2\nB", Cadence.YEARLY, "2026", False),
        ("Plan\nPhase 1 (Q1 2026)\na\nPhase 2 (Q2 2026)\nb", Cadence.QUARTERLY, "2026-H1", True),
        ("Plan\nWhat slipped from Q2 2026\nx\nQ3 2026\ny", Cadence.QUARTERLY, "2026-Q3", False),
        ("Plan\nQ1 2026 to Q4 2027\nx", Cadence.YEARLY, "2026..2027", False),
        ("Ziele\n1. Quartal 2026\na\n2. Quartal 2026\nb\n3. Quartal 2026\nc\n4. Quartal 2026\nd",
         Cadence.YEARLY, "2026", True),
        ("Plan 2026\nTercer trimestre\na\nCuarto trimestre\nb", Cadence.YEARLY, "2026", False),
        ("Plan\nversion\texpected\n1.0\tMay 2026\n1.1\tAug 2026", None, "2026-Q2..2026-Q3", False),
        ("Plan\nQ1: What is it?\nQ2: Why?\nQ3: Who?\nQ4: When?", None, None, False),
        ("Plan\nFill in T4\nT2 too\nS1 is out", None, None, False),
        ("Our plan\nFounded in 2019\nSince 2021 we grow", None, None, False),
        ("Plan\nKW 32 a\nKW 33 b\nRoom 2026", None, None, False),
        ("Our plan\nPlans of the 1990s", None, None, False),
        ("Next quarter\nnew till", Cadence.QUARTERLY, "2027-Q1", False),
        ("Nächstes Quartal\nneue Kasse", Cadence.QUARTERLY, "2027-Q1", False),
        ("Ce trimestre\nla caisse", Cadence.QUARTERLY, "2026-Q4", False),
        ("Le trimestre prochain\nla caisse", Cadence.QUARTERLY, "2027-Q1", False),
        ("Este año\nla caja", Cadence.YEARLY, "2026", False),
        ("L'anno prossimo\nla cassa", Cadence.YEARLY, "2027", False),
        ("No próximo trimestre\no caixa", Cadence.QUARTERLY, "2027-Q1", False),
        ("Volgend kwartaal\nde kassa", Cadence.QUARTERLY, "2027-Q1", False),
    ],
)  # fmt: skip
def test_the_body_shows_the_period(
    content: str, cadence: Cadence | None, period: str | None, *, by_quarter: bool
) -> None:
    found = reading(content)

    assert found == PeriodRead(cadence, period, span_of(period or ""), by_quarter)


def test_next_quarter_without_a_day_is_a_cadence_only() -> None:
    found = read(Extract(family=Family.TEXT, text="Next quarter\nnew till"), Clues())

    assert found == PeriodRead(cadence=Cadence.QUARTERLY)


def test_the_month_that_the_document_says_its_fiscal_year_starts_in_wins() -> None:
    found = reading("Our fiscal year starts in July.", title="Roadmap Q1 FY27")

    assert found.span == Span(date(2026, 7, 1), date(2026, 9, 30))


def test_the_months_of_a_fiscal_year_say_which_it_is() -> None:
    found = reading("Ship it.", title="Roadmap FY27 (July 2026 - June 2027)")

    assert (found.period, found.span) == (
        "2026-Q3..2027-Q2",
        Span(date(2026, 7, 1), date(2027, 6, 30)),
    )


def test_a_title_of_a_template_states_no_period() -> None:
    assert reading("Ten-year plan for members.", title="Template 2019") == PeriodRead()


def test_the_mail_states_the_period_where_nothing_else_does() -> None:
    found = read(
        Extract(family=Family.TEXT, text="We plan a few things."),
        Clues(filename="final v2.docx", words="Hi,\nhere is the roadmap for Q1 2027.\nBest", on=ON),
    )

    assert found.period == "2027-Q1"


def test_a_subtitle_narrows_the_year_of_the_title() -> None:
    found = reading("Product roadmap 2026\nQ3 2026\nShip it.")

    assert found.period == "2026-Q3"


@given(st.text())
def test_any_text_gives_a_reading_and_never_an_error(content: str) -> None:
    assert isinstance(reading(content, title=content), PeriodRead)


def test_years_in_brackets_of_headings_are_the_parts_of_a_plan() -> None:
    found = reading(
        "The next years\n1. Year one (2026) - stand on two feet\n2. Year two (2027) - go"
    )

    assert (found.cadence, found.period) == (Cadence.YEARLY, "2026..2027")


def test_a_year_to_which_something_is_put_off_is_not_covered() -> None:
    found = reading("Plan\nWinter (Jan-Feb 2026)\na\nAutumn (Sep-Nov)\nb\n2027 and beyond\nc")

    assert found.period == "2026"


def test_rows_that_have_lost_their_columns_show_the_quarters_in_them() -> None:
    found = reading("Plan\nShop 2026 Q1 Ann\nApp 2026 Q2 Ben\nTill 2026 Q2 done")

    assert found.period == "2026-H1"


def test_a_year_alone_in_a_file_name_states_no_period() -> None:
    assert reading("We plan a few things.", filename="2026 v3.pdf") == PeriodRead()


# ---------------------------------------------------------------- scans of which not all was read


def scan(*pages: str, title: str | None = None) -> PeriodRead:
    """Of a scan whose pages are these; those without words were not read."""
    found = Extract(
        family=Family.PDF,
        text="\n\n".join(filter(None, pages)),
        pages=tuple(Page(text, pictures=1) for text in pages),
        title=title,
        method=f"pdfium{BY_OCR}",
    )
    return read(found, Clues(on=ON))


QUARTERS = (
    "Q1 2027\nShip the lamp to us.",
    "Q2 2027\nShip the second lamp.",
    "Q3 2027\nShip the third lamp.",
)


def test_scan_read_to_its_end_covers_the_quarters_by_which_it_is_laid_out() -> None:
    assert scan(*QUARTERS).period == "2027-Q1..2027-Q3"


def test_quarters_of_a_scan_that_was_not_read_to_its_end_are_no_period() -> None:
    assert scan(*QUARTERS, "") == PeriodRead()


def test_scan_that_was_not_read_to_its_end_covers_what_its_title_states() -> None:
    assert scan(*QUARTERS, "", title="Roadmap 2027").period == "2027"


def test_pages_of_typed_documents_that_are_pictures_take_nothing_from_their_period() -> None:
    found = Extract(
        family=Family.PDF,
        text="\n\n".join(QUARTERS),
        pages=(*(Page(text) for text in QUARTERS), Page("", pictures=1)),
        method="pdfium",
    )

    assert read(found, Clues(on=ON)).period == "2027-Q1..2027-Q3"
