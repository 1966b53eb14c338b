"""What a name tells, and what a lesson makes of the next document."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from intake.lessons import CERTAIN, Newcomer, common_words, learned, lesson_from, pattern_of
from intake.model import (
    OTHER,
    Address,
    Alternative,
    Cadence,
    Classification,
    Client,
    ClientId,
    Extract,
    Family,
    Kind,
    Lesson,
    LessonNumber,
    Problem,
    Project,
    ProjectId,
    ProjectState,
    Span,
    Token,
)
from intake.sketch import sketch_of
from tests.ledgers import document, sha256_of

DECK, ROADMAP, PRESS = Kind("deck"), Kind("roadmap"), Kind("press_release")
MIA, TOM, UMA = (Address(f"{name}@acme.example") for name in ("mia", "tom", "uma"))
TAUGHT_AT = datetime(2026, 3, 12, 9, 30, tzinfo=UTC)
PROJECT = Project(
    id=ProjectId(1),
    client=Client(ClientId(1), "Acme Ltd"),
    title="Launch",
    token=Token("launch"),
    checklist="onboarding",
    freelancers=(),
    state=ProjectState.OPEN,
    timezone="UTC",
    opened_on=date(2026, 1, 5),
)
SKETCH = tuple(range(32))
NEARLY = (*range(30), 0, 0)
HALF = (*range(16), *[0] * 16)
LESSON = Lesson(
    number=LessonNumber(1),
    client=ClientId(1),
    project=ProjectId(1),
    sender=MIA,
    pattern="acme plan",
    filename="Acme Q3 plan v2.pdf",
    sha256=sha256_of("taught"),
    sketch=SKETCH,
    kind=ROADMAP,
    taken_for=DECK,
    taught_at=TAUGHT_AT,
)
UNSURE_DECK = Classification(
    DECK, 0.6, sure=False, alternatives=(Alternative(ROADMAP, 0.3),), evidence=("9 slides",)
)


def came(
    found: Classification = UNSURE_DECK,
    *,
    filename: str = "Acme Q4 plan.pdf",
    text: str = "new",
    sketch: tuple[int, ...] = (),
) -> Newcomer:
    return Newcomer(filename, sha256_of(text), sketch, found)


def decide(
    newcomer: Newcomer, *lessons: Lesson, project: Project = PROJECT, sender: Address = MIA
) -> Classification:
    return learned(newcomer, lessons or (LESSON,), project, sender=sender)


# ---------------------------------------------------------------- names


@pytest.mark.parametrize(
    "filename",
    [
        "Acme Q3 plan v2.pdf",
        "Acme Q4 plan.pdf",
        "acme_plan_2027-01-15_FINAL (2).docx",
        "ACME-PLAN-H1-FY27.PDF",
        "AcmePlan2.pptx",
        "Acme plan 20270115 draft - Copy.pdf",
        "Kopie von Acme plan 3. Quartal.pdf",
        "Acme plan October 2026 (signed).pdf",
        "Acme plan 1er trimestre.pdf",
        "to client/Acme plan rev3.pdf",
        "Acme plan",
    ],
)
def test_dates_periods_and_versions_do_not_change_what_a_name_says(filename: str) -> None:
    assert pattern_of(filename, common=common_words(PROJECT)) == "acme plan"


@pytest.mark.parametrize(
    "filename",
    [
        "Acme planning.pdf",
        "Acme media plan.pdf",
        "Acme plan budget.xlsx",
        "Brixton plan.pdf",
        "plan.pdf",
        "Acme invoice Q3.pdf",
    ],
)
def test_another_word_is_another_name(filename: str) -> None:
    assert pattern_of(filename) != "acme plan"


@pytest.mark.parametrize(
    "filename",
    [
        "scan_0043.pdf",
        "Scan 12 Mar 2026.pdf",
        "document.pdf",
        "Document (3) final.docx",
        "image001.png",
        "IMG-20260312-WA0001.jpg",
        "WhatsApp Image 2026-03-12 at 10.12.33.jpeg",
        "DSC_0412.JPG",
        "SKM_C25820031211.pdf",
        "Presentation1.pptx",
        "Präsentation2.pptx",
        "Untitled document.docx",
        "Bildschirmfoto 2026-03-12 um 10.12.png",
        "attachment-1.pdf",
        "Q3 2026.pdf",
        "final v2 (1).pdf",
        "a3f9c2d1-88b2-4e0f.pdf",
        "Acme.pdf",
        "Acme Ltd presentation.pptx",
        "Acme Launch 2026.pdf",
        "20260312.pdf",
        "",
        ".pdf",
    ],
)
def test_a_name_without_a_telling_word_has_no_pattern(filename: str) -> None:
    assert pattern_of(filename, common=common_words(PROJECT)) is None


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Brand book.pdf", "Brand images.zip"),
        ("Sales presentation.pptx", "Sales table.xlsx"),
        ("Press notes.docx", "Press photos.zip"),
    ],
)
def test_a_word_that_tells_nothing_alone_still_tells_two_names_apart(one: str, other: str) -> None:
    assert pattern_of(one) != pattern_of(other)


def test_a_name_in_another_script_tells_too() -> None:
    assert pattern_of("企画書 2026-10.pdf") == pattern_of("企画書 2027-01 (2).docx") == "企画書"


def test_both_ways_to_write_an_accent_are_the_same() -> None:
    assert pattern_of("Cafe\u0301 plan.pdf") == pattern_of("Café plan.pdf")


# ---------------------------------------------------------------- what a decision teaches


def test_what_a_decision_teaches_names_what_the_document_was_taken_for() -> None:
    taught = lesson_from(document(1, "Acme Q3 plan"), ROADMAP, PROJECT, own=False)

    assert taught is not None
    assert (taught.kind, taught.taken_for, taught.pattern) == (ROADMAP, DECK, "acme plan")


def test_what_a_lesson_said_of_a_document_is_not_what_it_was_read_as() -> None:
    decided = decide(came(replace(UNSURE_DECK, kind=PRESS, confidence=0.99)))
    held = replace(document(1, "Acme Q3 plan"), classification=decided)

    taught = lesson_from(held, ROADMAP, PROJECT, own=False)

    assert taught is not None
    assert taught.taken_for == PRESS


def test_a_link_teaches_nothing() -> None:
    link = replace(document(1, "Acme plan"), url="https://acme.example/plan", blob=None)

    assert lesson_from(link, ROADMAP, PROJECT, own=False) is None


# ---------------------------------------------------------------- what a lesson decides


def test_a_lesson_outweighs_the_model_and_says_so() -> None:
    decided = decide(came())

    assert (decided.kind, decided.sure, decided.read_as) == (ROADMAP, True, DECK)
    assert decided.evidence == (
        "you said so on 12 March 2026 of a file with a name like this",
        "by itself it looks more like “deck”",
    )


def test_the_day_of_a_lesson_is_that_of_the_project() -> None:
    late = replace(LESSON, taught_at=datetime(2026, 3, 12, 23, 30, tzinfo=UTC))

    decided = decide(came(), late, project=replace(PROJECT, timezone="Europe/Berlin"))

    assert decided.evidence[0].startswith("you said so on 13 March 2026 ")


def test_the_numbers_of_the_model_stay_as_they_were() -> None:
    decided = decide(came())

    assert decided.alternatives == (Alternative(DECK, 0.6),)


def test_a_lesson_makes_sure_what_the_model_only_thought() -> None:
    found = replace(UNSURE_DECK, kind=ROADMAP, cadence=Cadence.QUARTERLY, period="2026-Q4")

    decided = decide(came(found))

    assert (decided.kind, decided.sure, decided.period) == (ROADMAP, True, "2026-Q4")
    assert decided.evidence[1:] == found.evidence
    assert decided.read_as is None


def test_what_the_model_was_sure_of_anyway_stays_word_for_word() -> None:
    found = replace(UNSURE_DECK, kind=ROADMAP, confidence=0.97, sure=True)

    assert decide(came(found)) == found


def test_the_mistake_that_a_person_corrected_does_not_come_back_however_sure() -> None:
    decided = decide(came(replace(UNSURE_DECK, confidence=0.99, sure=True)))

    assert (decided.kind, decided.sure) == (ROADMAP, True)


@pytest.mark.parametrize(
    "found",
    [Classification(OTHER, 0.97, sure=True), Classification(OTHER, CERTAIN, sure=False)],
    ids=["sure", "clear"],
)
def test_content_that_is_clearly_a_third_thing_leaves_a_question(found: Classification) -> None:
    decided = decide(came(found))

    assert (decided.kind, decided.sure, decided.confidence) == (ROADMAP, False, 0.5)
    assert decided.evidence[1] == "but its content says clearly something else"
    assert decided.alternatives[0] == Alternative(OTHER, found.confidence)


def test_the_period_of_the_kind_that_was_read_is_not_kept_for_another() -> None:
    span = Span(date(2026, 1, 1), date(2026, 12, 31))
    found = replace(UNSURE_DECK, period="2026", span=span, by_quarter=True)

    decided = decide(came(found))

    assert (decided.period, decided.span, decided.by_quarter) == (None, None, False)


def test_a_document_with_a_problem_is_left_alone() -> None:
    locked = Classification(OTHER, 0.0, sure=False, problem=Problem.LOCKED)

    assert decide(came(locked)) == locked


def test_a_document_with_another_name_is_left_alone() -> None:
    assert decide(came(filename="Acme price list.pdf")) == UNSURE_DECK


# ---------------------------------------------------------------- documents that are known by more than a name


@pytest.mark.parametrize(
    ("newcomer", "how"),
    [
        (came(filename="scan_0044.pdf", text="taught"), "of this very file"),
        (came(filename="scan_0044.pdf", sketch=NEARLY), "of a file with nearly the same text"),
    ],
)
def test_a_nameless_document_is_known_by_its_octets_or_its_text(
    newcomer: Newcomer, how: str
) -> None:
    decided = decide(newcomer, replace(LESSON, pattern=None, filename="scan_0043.pdf"))

    assert (decided.kind, decided.sure) == (ROADMAP, True)
    assert decided.evidence[0].endswith(how)


@pytest.mark.parametrize("sketch", [(), HALF])
def test_a_lesson_without_a_pattern_does_not_reach_other_scans(sketch: tuple[int, ...]) -> None:
    lesson = replace(LESSON, pattern=None, filename="scan_0043.pdf")

    assert decide(came(filename="scan_0044.pdf", sketch=sketch), lesson) == UNSURE_DECK


def test_documents_without_text_are_not_alike() -> None:
    lesson = replace(LESSON, pattern=None, sketch=())

    assert decide(came(filename="scan_0044.pdf"), lesson) == UNSURE_DECK


def test_what_a_scanner_prints_on_every_page_is_no_text_to_be_known_by() -> None:
    scan = Extract(Family.PDF, "Scanned with CamScanner\n" * 40)

    assert sketch_of(scan) == ()


def test_the_same_octets_count_more_than_a_name() -> None:
    by_name = replace(LESSON, kind=PRESS, taught_at=TAUGHT_AT + timedelta(days=9))

    decided = decide(came(text="taught"), LESSON, replace(by_name, sha256=sha256_of("x")))

    assert decided.kind == ROADMAP


# ---------------------------------------------------------------- lessons that disagree


def test_the_lesson_of_the_sender_counts_more_than_that_of_a_colleague() -> None:
    colleague = replace(
        LESSON, sender=TOM, kind=PRESS, taught_at=TAUGHT_AT + timedelta(days=9), sketch=()
    )

    decided = decide(came(), LESSON, colleague)

    assert (decided.kind, decided.sure) == (ROADMAP, True)


def test_the_lesson_of_a_colleague_reaches_the_project() -> None:
    decided = decide(came(), sender=UMA)

    assert (decided.kind, decided.sure) == (ROADMAP, True)


def test_where_colleagues_disagree_the_newest_is_taken_and_a_person_asked() -> None:
    newer = replace(LESSON, sender=TOM, kind=PRESS, taught_at=TAUGHT_AT + timedelta(days=9))

    decided = decide(came(), LESSON, newer, sender=UMA)

    assert (decided.kind, decided.sure) == (PRESS, False)
    assert decided.evidence[1] == "but “roadmap” was said of another one like it"
