"""The letters with which a project begins: little is asked for, and the freelancer can take it back."""

from __future__ import annotations

from dataclasses import replace
from email import message_from_bytes
from email.policy import default

import pytest

from intake.compose import compose
from intake.model import KICKOFF, NO_TITLE, NOT_CLEAR, SEVERAL_CLIENTS, Brief, Fate, LetterKind
from tests.gallery import LANGUAGES, LETTERS, SPOKEN, bodies, bodies_of
from tests.unit.compose_cast import (
    COMPLETE_DOCUMENTS,
    ROBIN,
    STORY_DOCUMENTS,
    brief,
    part,
    question,
    received,
)

BEGUN = received(sender=ROBIN, notes=[KICKOFF])


def begun(kind: LetterKind = LetterKind.REPLY) -> Brief:
    return brief(kind, (), BEGUN)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", ["kickoff", "opened"])
def test_three_things_at_most_are_asked_for(name: str, language: str) -> None:
    lines = bodies(name, language).text.splitlines()

    assert len([line for line in lines if line.strip()[:2] in {"1.", "2.", "3.", "4.", "5."}]) == 3


def test_where_everything_is_here_nothing_is_asked_for() -> None:
    text = bodies_of(brief(LetterKind.REPLY, COMPLETE_DOCUMENTS, BEGUN), "en").text

    assert "there is nothing to send yet" in text
    assert "First, please" not in text


def test_the_client_learns_nothing_of_commands_and_the_freelancer_does() -> None:
    assert "undo" not in bodies("kickoff", "en").text
    assert "Reply “undo”" in " ".join(bodies("opened", "en").text.split())


def test_a_file_of_the_kickoff_that_is_unsure_is_for_the_freelancer_to_settle() -> None:
    unsure = received(
        part(Fate.UNSURE, "agenda_spring.xlsx", number=7), sender=ROBIN, notes=[KICKOFF]
    )
    letters = {
        kind: bodies_of(brief(kind, STORY_DOCUMENTS, unsure), "en").text
        for kind in (LetterKind.REPLY, LetterKind.REPORT)
    }

    assert "agenda_spring" not in letters[LetterKind.REPLY]
    assert "agenda_spring" in letters[LetterKind.REPORT]


def test_a_client_who_wrote_before_the_letter_left_is_answered() -> None:
    both = brief(LetterKind.REPLY, (), BEGUN, received(written="Gladly!"))

    text = bodies_of(both, "en").text

    assert "None of 5 received yet" in text
    assert "kickoff" not in text


def test_a_freelancer_who_adds_something_still_learns_what_was_opened() -> None:
    more = received(part(Fate.FILED, "2026 product plan.xlsx", number=2), sender=ROBIN)

    text = bodies_of(brief(LetterKind.REPORT, STORY_DOCUMENTS[:2], BEGUN, more), "en").text

    assert "is open for" in text
    assert "2026 product plan.xlsx" in text


@pytest.mark.parametrize(
    ("kind", "says"),
    [(LetterKind.REPLY, "auto-generated"), (LetterKind.REPORT, "auto-replied")],
)
def test_to_the_client_it_is_no_answer_and_to_the_freelancer_it_is(
    kind: LetterKind, says: str
) -> None:
    octets = compose(begun(kind), SPOKEN.of("en")).octets

    assert message_from_bytes(octets, policy=default)["Auto-Submitted"] == says


def test_the_whole_list_is_still_to_be_told_after_it() -> None:
    assert compose(begun(), SPOKEN.of("en")).told is None


@pytest.mark.parametrize("note", [SEVERAL_CLIENTS, NO_TITLE, NOT_CLEAR])
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_mail_that_opened_nothing_is_answered_with_the_reason(note: str, language: str) -> None:
    asked = replace(question(), received=(received(sender=ROBIN, notes=[note]),))
    text = " ".join(bodies_of(asked, language).text.split())

    assert SPOKEN.of(language).say(f"note_{note.replace('-', '_')}") in text
    assert "intake@studio.example" in text
    assert note not in text


def test_it_names_the_freelancers_own_projects_where_there_are_any() -> None:
    assert "intake+spring@studio.example" in bodies("unopened", "en").text
    assert "forward" not in bodies("unopened-first", "en").text
    assert LETTERS["unopened-first"].candidates == ()
