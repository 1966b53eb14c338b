"""Ordinary documents of each kind come out right and sure, whatever they are called."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.classify import Classifier, load
from intake.extract import ExtractLimits, extract
from intake.kinds import own_kind
from intake.model import (
    OTHER,
    Cadence,
    Classification,
    Clues,
    Extract,
    Family,
    Page,
    Problem,
    Span,
    Unusable,
)
from tests.unit import classify_cast as cast

Builder = Callable[[], cast.File | Extract]

SENT_ON = date(2026, 11, 23)
LIMITS = ExtractLimits(document_octets=5_000_000, pages=100)


@pytest.fixture(scope="module")
def classifier() -> Classifier:
    return load()


def judged(classifier: Classifier, document: cast.File | Extract, **clues: str) -> Classification:
    around = Clues(
        filename=clues.get("name", getattr(document, "name", "scan0007.pdf")),
        words=clues.get("words", ""),
        on=SENT_ON,
    )
    return classifier.classify(read(document), around)


def read(document: cast.File | Extract) -> Extract | Unusable:
    if isinstance(document, Extract):
        return document
    return extract(
        document.octets, filename=document.name, media_type=document.media_type, limits=LIMITS
    )


@pytest.mark.parametrize(
    ("build", "kind"),
    [
        (cast.roadmap_with_quarter_columns, "roadmap"),
        (cast.roadmap_of_one_quarter_in_words, "roadmap"),
        (cast.roadmap_as_slides, "roadmap"),
        (cast.yearly_roadmap_in_german, "roadmap"),
        (cast.deck_as_slides, "deck"),
        (cast.deck_as_pdf, "deck"),
        (cast.calendar_as_sheet, "event_calendar"),
        (cast.calendar_as_ics, "event_calendar"),
        (cast.calendar_as_words, "event_calendar"),
        (cast.post_as_words, "blog_post"),
        (cast.post_as_web_page, "blog_post"),
        (cast.post_as_markdown, "blog_post"),
        (cast.brand_guide_as_words, "brand_guide"),
        (cast.brand_guide_as_pdf, "brand_guide"),
        (cast.press_release, "press_release"),
        (cast.case_study, "case_study"),
        (cast.invoice, "other"),
        (cast.price_list, "other"),
        (cast.contract, "other"),
        (cast.cv, "other"),
        (cast.minutes, "other"),
        (cast.lecture, "other"),
        (cast.gantt_chart, "other"),
        (cast.survey_form, "other"),
        (cast.single_invitation, "other"),
    ],
)
def test_an_ordinary_document_is_recognised_and_sure_by_its_content_alone(
    classifier: Classifier, build: Builder, kind: str
) -> None:
    found = judged(classifier, build(), name="document")

    assert (found.kind, found.sure) == (kind, True), found


@pytest.mark.parametrize(
    ("build", "cadence", "period", "by_quarter"),
    [
        (cast.roadmap_with_quarter_columns, Cadence.YEARLY, "2027", True),
        (cast.roadmap_of_one_quarter_in_words, Cadence.QUARTERLY, "2026-Q4", False),
        (cast.roadmap_as_slides, Cadence.QUARTERLY, "2026-Q4", False),
        (cast.yearly_roadmap_in_german, Cadence.YEARLY, "2027", True),
    ],
)
def test_a_roadmap_tells_its_cadence_and_period(
    classifier: Classifier, build: Builder, cadence: Cadence, period: str, *, by_quarter: bool
) -> None:
    found = judged(classifier, build())

    assert (found.cadence, found.period, found.by_quarter) == (cadence, period, by_quarter)


@pytest.mark.parametrize(
    ("build", "first", "last"),
    [
        (cast.calendar_as_sheet, date(2026, 10, 7), date(2027, 5, 11)),
        (cast.calendar_as_ics, date(2026, 10, 7), date(2027, 3, 3)),
        (cast.calendar_as_words, date(2027, 1, 12), date(2027, 6, 9)),
    ],
)
def test_a_calendar_tells_its_first_and_last_day(
    classifier: Classifier, build: Builder, first: date, last: date
) -> None:
    assert judged(classifier, build()).span == Span(first, last)


def test_a_name_that_contradicts_the_content_makes_it_unsure_and_is_told(
    classifier: Classifier,
) -> None:
    found = judged(classifier, cast.invoice(), name="roadmap.pdf")

    assert (found.kind, found.sure) == ("other", False)
    assert found.evidence[-1] == "but the file name says “roadmap”"


def test_a_sentence_that_names_the_file_as_something_else_makes_it_unsure(
    classifier: Classifier,
) -> None:
    found = judged(
        classifier, cast.invoice("2026-0931.docx"), words="2026-0931.docx is our press release."
    )

    assert (found.kind, found.sure) == ("other", False)


def test_a_plain_word_that_is_the_name_of_a_file_too_says_nothing_of_that_file(
    classifier: Classifier,
) -> None:
    words = "Here are the yearly roadmap, our events and an article."
    found = judged(classifier, cast.calendar_as_sheet(), name="Events.xlsx", words=words)
    named = judged(classifier, cast.invoice(), name="Events.docx", words="Events.docx is a deck.")

    assert (found.kind, found.sure) == ("event_calendar", True)
    assert not named.sure


def test_a_mail_that_speaks_of_other_kinds_does_not_disturb_clear_content(
    classifier: Classifier,
) -> None:
    found = judged(
        classifier, cast.deck_as_slides(), words="Here are the deck, the roadmap and an invoice."
    )

    assert (found.kind, found.sure) == ("deck", True)


def test_a_name_that_agrees_is_told(classifier: Classifier) -> None:
    found = judged(classifier, cast.deck_as_pdf(), name="Pitch deck final.pdf")

    assert found.evidence[-1] == "the file name says so too"


def test_evidence_is_three_to_six_reasons_that_begin_with_the_form(classifier: Classifier) -> None:
    found = judged(classifier, cast.deck_as_pdf())

    assert found.evidence[0].startswith("12 landscape pages, about ")
    assert 3 <= len(found.evidence) <= 6
    assert "“market size”" in " ".join(found.evidence)


def test_what_could_not_be_read_is_other_and_unsure_with_its_problem(
    classifier: Classifier,
) -> None:
    found = classifier.classify(Unusable(Problem.LOCKED), Clues(filename="deck.pdf"))

    assert found == Classification(OTHER, 0.0, sure=False, problem=Problem.LOCKED)


def test_a_picture_without_text_is_never_sure(classifier: Classifier) -> None:
    picture = Extract(family=Family.PICTURE, text="", pages=(Page("", 1600, 900, 1),), page_count=1)

    assert not classifier.classify(picture, Clues(filename="pitch-deck.png")).sure


def test_a_script_that_no_cue_is_written_in_is_never_sure(classifier: Classifier) -> None:
    text = "هذا نص طويل عن موضوع لا نعرفه ولا نستطيع أن نقرأه بعد. " * 20

    assert not classifier.classify(Extract(family=Family.WORDS, text=text), Clues()).sure


def test_front_matter_changes_nothing(classifier: Classifier) -> None:
    text = "\n\n".join(cast.post_as_markdown().octets.decode().split("\n\n"))
    matter = "---\nlayout: post\ntags: [a, b]\ncategories: blog\n---\n"

    plain = classifier.classify(Extract(family=Family.TEXT, text=text), Clues())
    with_matter = classifier.classify(Extract(family=Family.TEXT, text=matter + text), Clues())

    assert with_matter == plain


def test_a_kind_of_the_operators_own_is_recognised_by_its_title_and_name() -> None:
    persona = own_kind("persona", label="Buyer persona", words=["target persona"])
    file = cast.words(
        "buyer persona.docx",
        "# Buyer persona: Anna\nAnna runs a small clinic.\nHer goals: fewer calls.",
    )

    found = judged(load([persona]), file)

    assert (found.kind, found.sure) == ("persona", True)


def test_confidences_add_up_to_at_most_one(classifier: Classifier) -> None:
    found = judged(classifier, cast.minutes())

    assert found.confidence + sum(other.confidence for other in found.alternatives) <= 1.01


@given(content=st.text(), title=st.none() | st.text(), family=st.sampled_from(Family))
def test_any_text_gives_an_answer_and_never_an_error(
    content: str, title: str | None, family: Family
) -> None:
    extract = Extract(family=family, text=content, title=title, pages=(Page(content),))

    found = load().classify(extract, Clues(filename=title, words=content, on=SENT_ON))

    assert 0 < found.confidence < 1
