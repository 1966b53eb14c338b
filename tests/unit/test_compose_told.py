"""What was told within a day is not told again, only what is new."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import pytest

from intake.compose import compose
from intake.compose.told import told_by
from intake.model import Brief, Document, Fate, ItemName, LetterKind
from tests.gallery import SPOKEN, bodies_of
from tests.unit.compose_cast import (
    BRAND,
    COMPLETE_DOCUMENTS,
    COMPLETE_MAIL,
    POSTS,
    STORY_DOCUMENTS,
    TODAY,
    brief,
    document,
    part,
    received,
    sure,
)

CASE = part(Fate.NOT_ASKED_FOR, "Case study Norden Clinic.pdf", number=6)


def told(
    documents: Sequence[Document] = STORY_DOCUMENTS,
    *,
    on: date = TODAY,
    waived: Sequence[ItemName] = (),
) -> str:
    report = brief(LetterKind.REPLY, documents, on=on).report
    assert report is not None
    items = [entry for entry in report.items if entry.item.item not in waived]
    return told_by(replace(report, items=tuple(items)))


def again(kind: LetterKind = LetterKind.REPLY) -> Brief:
    """A letter about one more file, after a letter that told the same list."""
    return replace(brief(kind, STORY_DOCUMENTS, received(CASE)), told=told())


@pytest.mark.parametrize("kind", [LetterKind.REPLY, LetterKind.REPORT])
@pytest.mark.parametrize(
    ("language", "line"),
    [
        (
            "en",
            "Still missing as before: Quarterly roadmap (2), Event calendar (4) and Past blog posts (5).",
        ),
        (
            "de",
            "Es fehlt weiterhin: Quartals-Roadmap (2), Veranstaltungskalender (4) und Blogbeiträge (5).",
        ),
    ],
)
def test_an_unchanged_list_is_one_line(language: str, line: str, kind: LetterKind) -> None:
    text = bodies_of(again(kind), language).text

    assert line in " ".join(text.split())
    assert " 2. " not in text
    assert " 6. " not in text


def test_what_is_new_about_the_mail_is_told() -> None:
    words = " ".join(bodies_of(again(), "en").text.split())

    assert words.startswith("2 of 5 received, three to go.")
    assert "Case study Norden Clinic.pdf · file 6 Kept, though nothing on the list" in words
    assert "Here already" not in words
    assert "n/a" not in words


def test_a_changed_list_is_told_in_full() -> None:
    letter = replace(again(), told=told(STORY_DOCUMENTS[:3]))

    assert " 2. Quarterly roadmap" in bodies_of(letter, "en").text


def test_a_document_that_does_not_count_says_why_where_no_list_follows() -> None:
    mail = received(part(Fate.FILED, "roadmap_Q3_final.pptx", number=3))
    letter = replace(brief(LetterKind.REPLY, STORY_DOCUMENTS, mail), told=told())
    words = " ".join(bodies_of(letter, "en").text.split())

    assert (
        "It does not count today: Q3 2026 came, Q4 2026 (October to December) is wanted." in words
    )


def test_a_complete_project_is_not_celebrated_twice() -> None:
    letter = brief(LetterKind.REPLY, COMPLETE_DOCUMENTS, COMPLETE_MAIL)
    words = bodies_of(replace(letter, told=told(COMPLETE_DOCUMENTS)), "en").text

    assert words.startswith("Everything is here")
    assert "Thank you so much" not in words
    assert "Still missing" not in words


def test_a_letter_takes_its_digest_along() -> None:
    letter = brief(LetterKind.REPLY, STORY_DOCUMENTS, received())

    assert compose(letter, SPOKEN.of(None)).told == told()


def test_a_letter_that_tells_no_state_has_none() -> None:
    assert compose(brief(LetterKind.NOTICE), SPOKEN.of(None)).told is None


@pytest.mark.parametrize(
    "other",
    [
        told(STORY_DOCUMENTS[:3]),
        told([*STORY_DOCUMENTS, document(11, sure("blog_post"), "post-three.docx")]),
        told(on=date(2026, 12, 20)),
        told(on=date(2027, 1, 2)),
        told(waived=[BRAND.item]),
        told(waived=[POSTS.item]),
    ],
    ids=["less", "more", "coming-up", "next-period", "optional", "waived"],
)
def test_whatever_the_list_would_say_anew_is_another_digest(other: str) -> None:
    assert other != told()


def test_a_document_that_changes_nothing_is_the_same_digest() -> None:
    one_more = document(12, sure("press_release"), "news.pdf", fate=Fate.NOT_ASKED_FOR)

    assert told([*STORY_DOCUMENTS, one_more]) == told()


def test_as_before_does_not_begin_the_day_anew() -> None:
    assert compose(again(), SPOKEN.of(None)).told is None
