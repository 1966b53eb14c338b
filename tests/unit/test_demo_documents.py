from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from datetime import date, timedelta

import pytest

from intake.classify import Classifier, load
from intake.demo import documents, plans, posts
from intake.demo.documents import Enclosure
from intake.demo.plans import Quarter
from intake.extract import ExtractLimits, extract
from intake.model import Clues, Extract, Problem, Unusable

Builder = Callable[[date], Enclosure]

TODAY = date(2026, 11, 23)
BUILDERS: tuple[Builder, ...] = (
    documents.investor_deck,
    documents.scanned_deck,
    documents.quarterly_roadmap_sheet,
    documents.quarterly_roadmap_page,
    documents.last_quarters_roadmap,
    documents.yearly_roadmap,
    documents.yearly_roadmap_by_goal,
    documents.event_sheet,
    documents.event_calendar,
    documents.blog_posts,
    documents.brand_guide,
    documents.misnamed_invoice,
    documents.locked_price_list,
)


def read(file: Enclosure) -> Extract:
    limits = ExtractLimits(document_octets=1_000_000, pages=50)
    content = extract(
        file.octets, filename=file.filename, media_type=file.media_type, limits=limits
    )
    assert isinstance(content, Extract)
    return content


@pytest.mark.parametrize("build", BUILDERS)
def test_the_same_day_gives_the_same_octets(build: Builder) -> None:
    assert build(TODAY).octets == build(TODAY).octets


def test_the_logo_is_a_small_png() -> None:
    logo = documents.signature_logo()

    assert logo.octets.startswith(b"\x89PNG\r\n\x1a\n")
    assert len(logo.octets) < 1000


def test_the_investor_deck_has_thirteen_slides_and_ends_with_the_ask() -> None:
    deck = read(documents.investor_deck(TODAY))

    assert deck.page_count == 13
    assert deck.headings[-1] == "The ask"


def test_the_scan_is_a_deck_of_wide_pages() -> None:
    deck = read(documents.scanned_deck(TODAY))

    assert deck.page_count == 11
    assert {(page.width, page.height) for page in deck.pages} == {(960.0, 540.0)}


@pytest.mark.parametrize(
    "build", [documents.quarterly_roadmap_sheet, documents.quarterly_roadmap_page]
)
def test_the_current_roadmap_names_the_quarter_of_the_day(build: Builder) -> None:
    assert "Q4 2026" in read(build(TODAY)).text


def test_last_quarters_roadmap_names_the_quarter_before() -> None:
    text = read(documents.last_quarters_roadmap(TODAY)).text

    assert "Q3 2026" in text
    assert "Q4" not in text


def test_the_roadmap_by_goal_is_not_laid_out_by_quarters() -> None:
    text = read(documents.yearly_roadmap_by_goal(TODAY)).text

    assert "2026" in text
    assert "Q1" not in text


def test_the_event_sheet_holds_real_dates_most_of_them_to_come() -> None:
    days = read(documents.event_sheet(TODAY)).dates

    assert len(days) == 8
    assert len([day for day in days if day > TODAY]) == 7


def test_the_published_calendar_holds_five_events_to_come() -> None:
    calendar = read(documents.event_calendar(TODAY))

    assert calendar.events == 5
    assert min(calendar.dates) > TODAY


def test_the_archive_holds_three_articles_in_three_formats() -> None:
    with zipfile.ZipFile(io.BytesIO(documents.blog_posts(TODAY).octets)) as archive:
        names = archive.namelist()

    assert [name.rpartition(".")[2] for name in names] == ["docx", "html", "md"]


@pytest.mark.parametrize("post", [posts.WALKING, posts.FIRST_WEEK, posts.LEASING])
def test_an_article_has_more_than_four_hundred_words(post: posts.Post) -> None:
    assert len(post.body.split()) > 400


def test_the_invoice_is_called_a_roadmap_and_is_none() -> None:
    invoice = documents.misnamed_invoice(TODAY)

    assert invoice.filename == "roadmap.pdf"
    assert "roadmap" not in read(invoice).text.lower()


def test_the_price_list_asks_for_a_password() -> None:
    file = documents.locked_price_list(TODAY)

    content = extract(
        file.octets,
        filename=file.filename,
        media_type=file.media_type,
        limits=ExtractLimits(document_octets=1_000_000, pages=50),
    )

    assert content == Unusable(Problem.LOCKED)


@pytest.mark.parametrize(
    ("day", "quarter"),
    [
        (date(2026, 1, 1), Quarter(2026, 1)),
        (date(2026, 3, 31), Quarter(2026, 1)),
        (date(2026, 4, 1), Quarter(2026, 2)),
        (date(2026, 12, 31), Quarter(2026, 4)),
    ],
)
def test_a_day_belongs_to_its_quarter(day: date, quarter: Quarter) -> None:
    assert plans.quarter_of(day) == quarter


def test_the_quarter_before_the_first_is_the_fourth_of_the_year_before() -> None:
    assert Quarter(2027, 1).before() == Quarter(2026, 4)


@pytest.mark.parametrize("offset", range(7))
def test_no_event_falls_on_a_weekend(offset: int) -> None:
    events = plans.halden_events(TODAY + timedelta(days=offset))

    assert {event.on.weekday() for event in events} <= {0, 1, 2, 3, 4}


@pytest.fixture(scope="module")
def classifier() -> Classifier:
    return load()


@pytest.mark.parametrize("today", [date(2027, 1, 1), date(2027, 3, 31), date(2028, 2, 29)])
@pytest.mark.parametrize(
    ("build", "kind"),
    [
        (documents.investor_deck, "deck"),
        (documents.scanned_deck, "deck"),
        (documents.quarterly_roadmap_sheet, "roadmap"),
        (documents.quarterly_roadmap_page, "roadmap"),
        (documents.last_quarters_roadmap, "roadmap"),
        (documents.yearly_roadmap, "roadmap"),
        (documents.yearly_roadmap_by_goal, "roadmap"),
        (documents.event_sheet, "event_calendar"),
        (documents.event_calendar, "event_calendar"),
        (documents.brand_guide, "brand_guide"),
    ],
)
def test_a_document_is_surely_what_it_is_on_any_day(
    classifier: Classifier, build: Builder, kind: str, today: date
) -> None:
    file = build(today)

    found = classifier.classify(read(file), Clues(filename=file.filename, on=today))

    assert (found.kind, found.sure) == (kind, True)


@pytest.mark.parametrize(
    ("build", "period"),
    [
        (documents.quarterly_roadmap_sheet, "2027-Q1"),
        (documents.quarterly_roadmap_page, "2027-Q1"),
        (documents.last_quarters_roadmap, "2026-Q4"),
        (documents.yearly_roadmap, "2027"),
        (documents.yearly_roadmap_by_goal, "2027"),
    ],
)
def test_a_roadmap_is_for_its_period_on_new_years_day(
    classifier: Classifier, build: Builder, period: str
) -> None:
    today = date(2027, 1, 1)

    found = classifier.classify(read(build(today)), Clues(on=today))

    assert found.period == period
