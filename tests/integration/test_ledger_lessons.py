"""What decisions taught, on both engines: written with the decision, renewed, replaced, forgotten."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from intake.errors import ConfigError
from intake.model import (
    Address,
    BlobKey,
    Fate,
    HoldId,
    ItemName,
    Kind,
    LessonNumber,
    Mailbox,
    Project,
)
from storage import schema
from storage.ledger import Ledger
from storage.values import Example, NewLesson
from tests.ledgers import (
    MIRA,
    NOON,
    ROBIN,
    Clock,
    accepted,
    claimed,
    count,
    document,
    engage,
    sha256_of,
)

DECK, ROADMAP, CASE_BRIEF = Kind("deck"), Kind("roadmap"), Kind("case_brief")
PLAN = NewLesson(ROADMAP, DECK, "acme plan")
NAMELESS = replace(PLAN, pattern=None)
STRANGER = Address("nobody@elsewhere.example")


def decide(
    ledger: Ledger,
    project: Project,
    lesson: NewLesson | None,
    *,
    text: str = "plan",
    sender: Mailbox = MIRA,
) -> None:
    """A document of that text comes, nobody is sure of it, and a person decides."""
    standing = ledger.standing(project.id)
    number = len(standing.documents) + 1
    unsure = document(number, text, fate=Fate.UNSURE)
    mail = f"with {text} for {project.id}"
    outcome = accepted(standing, mail, documents=[unsure])
    assert outcome.message is not None
    said = replace(outcome, message=replace(outcome.message, sender=sender))
    ledger.messages.settle(claimed(ledger, mail), said)
    ledger.holds.decide_document(
        HoldId(ledger.holds.waiting()[-1].id),
        decision="relabel",
        classification=unsure.classification,
        filed_for=(ItemName("quarterly-roadmap"),),
        lesson=lesson,
    )


def kinds(ledger: Ledger) -> list[Kind]:
    return [entry.lesson.kind for entry in ledger.lessons.listed()]


def test_a_decision_is_remembered_with_whose_document_it_was(ledger: Ledger) -> None:
    project = engage(ledger)

    decide(ledger, project, PLAN)

    [listed] = ledger.lessons.listed()
    lesson = listed.lesson
    assert (listed.client, listed.token) == ("Larkfield", "q4")
    assert (lesson.client, lesson.project, lesson.sender) == (
        project.client.id,
        project.id,
        MIRA.address,
    )
    assert (lesson.kind, lesson.taken_for, lesson.pattern) == (ROADMAP, DECK, "acme plan")
    assert (lesson.filename, lesson.sha256, lesson.sketch, lesson.taught_at) == (
        "plan.pdf",
        sha256_of("plan"),
        (1, 2, 3),
        NOON,
    )


def test_a_decision_that_teaches_nothing_leaves_no_lesson(ledger: Ledger) -> None:
    decide(ledger, engage(ledger), None)

    assert ledger.lessons.listed() == ()


def test_the_same_again_renews_the_lesson(ledger: Ledger, clock: Clock) -> None:
    project = engage(ledger)
    decide(ledger, project, PLAN)
    [before] = ledger.lessons.listed()
    clock.advance(timedelta(days=90))

    decide(ledger, project, PLAN, text="next plan")

    [after] = ledger.lessons.listed()
    assert after.lesson.number == before.lesson.number
    assert (after.lesson.filename, after.lesson.taught_at) == ("next plan.pdf", clock.now)


def test_a_newer_word_of_the_same_names_replaces_the_older_one(ledger: Ledger) -> None:
    project = engage(ledger)
    decide(ledger, project, PLAN)
    [before] = ledger.lessons.listed()

    decide(ledger, project, replace(PLAN, kind=DECK), text="next plan")

    [after] = ledger.lessons.listed()
    assert after.lesson.kind == DECK
    assert after.lesson.number != before.lesson.number


def test_a_newer_word_replaces_an_older_one_in_another_project_of_the_client(
    ledger: Ledger,
) -> None:
    decide(ledger, engage(ledger), PLAN)

    decide(ledger, engage(ledger, token="spring"), replace(PLAN, kind=DECK), text="next plan")

    assert kinds(ledger) == [DECK]


def test_a_newer_word_of_the_same_octets_replaces_the_older_one(ledger: Ledger) -> None:
    decide(ledger, engage(ledger), NAMELESS)

    decide(ledger, engage(ledger, token="spring"), replace(PLAN, kind=DECK))

    assert kinds(ledger) == [DECK]


def test_nameless_documents_teach_each_for_itself(ledger: Ledger) -> None:
    project = engage(ledger)
    decide(ledger, project, NAMELESS, text="scan 1")

    decide(ledger, project, replace(NAMELESS, kind=DECK), text="scan 2")

    assert kinds(ledger) == [ROADMAP, DECK]


def test_people_who_call_different_things_the_same_do_not_unteach_each_other(
    ledger: Ledger,
) -> None:
    project = engage(ledger)
    decide(ledger, project, PLAN)

    decide(ledger, project, replace(PLAN, kind=DECK), text="next plan", sender=ROBIN)

    assert kinds(ledger) == [ROADMAP, DECK]


def test_a_lesson_reaches_its_project_whoever_writes(ledger: Ledger) -> None:
    project = engage(ledger)
    decide(ledger, project, PLAN)

    assert len(ledger.lessons.within_reach(project, STRANGER)) == 1


def test_a_lesson_reaches_its_sender_in_other_projects_of_the_client(ledger: Ledger) -> None:
    decide(ledger, engage(ledger), PLAN)
    spring = engage(ledger, token="spring")

    assert len(ledger.lessons.within_reach(spring, MIRA.address)) == 1
    assert ledger.lessons.within_reach(spring, STRANGER) == ()


def test_a_lesson_never_reaches_another_client(ledger: Ledger) -> None:
    decide(ledger, engage(ledger), PLAN, sender=ROBIN)
    foreign = engage(ledger, client="Brixton", token="other")

    assert ledger.lessons.within_reach(foreign, ROBIN.address) == ()


def test_a_forgotten_lesson_is_gone(ledger: Ledger) -> None:
    project = engage(ledger)
    decide(ledger, project, PLAN)
    [listed] = ledger.lessons.listed()

    ledger.lessons.forget(listed.lesson.number)

    assert ledger.lessons.listed() == ()
    assert ledger.lessons.within_reach(project, MIRA.address) == ()


def test_a_forgotten_number_never_names_another_lesson(ledger: Ledger) -> None:
    project = engage(ledger)
    decide(ledger, project, PLAN)
    [before] = ledger.lessons.listed()
    ledger.lessons.forget(before.lesson.number)

    decide(ledger, project, PLAN, text="next plan")

    [after] = ledger.lessons.listed()
    assert after.lesson.number != before.lesson.number


def test_forgetting_what_is_not_there_says_where_to_look(ledger: Ledger) -> None:
    with pytest.raises(ConfigError, match="no lesson 7; see `intake lessons`"):
        ledger.lessons.forget(LessonNumber(7))


def test_teaching_and_forgetting_stand_in_the_audit(ledger: Ledger) -> None:
    decide(ledger, engage(ledger), PLAN)
    ledger.lessons.forget(ledger.lessons.listed()[0].lesson.number)

    with ledger.database.read() as session:
        events = [row.event for row in session.query(schema.Audit).order_by(schema.Audit.id)]

    assert [event for event in events if event.startswith("lesson.")] == [
        "lesson.taught",
        "lesson.forgotten",
    ]


# ---------------------------------------------------------------- examples of own kinds


def test_a_document_of_an_own_kind_is_kept_as_an_example_for_its_client(ledger: Ledger) -> None:
    project = engage(ledger)

    decide(ledger, project, NewLesson(CASE_BRIEF, DECK, "acme brief", is_example=True))

    assert ledger.lessons.examples(project.client.id) == (
        Example(
            client=project.client.id,
            kind=CASE_BRIEF,
            sha256=sha256_of("plan"),
            filename="plan.pdf",
            blob=BlobKey(f"clients/1/1/{sha256_of('plan')[:16]}.pdf"),
        ),
    )


def test_a_renewed_lesson_has_an_example_more(ledger: Ledger) -> None:
    project = engage(ledger)
    brief = NewLesson(CASE_BRIEF, DECK, "acme brief", is_example=True)
    decide(ledger, project, brief, text="one brief")

    decide(ledger, project, brief, text="next brief")

    assert len(ledger.lessons.listed()) == 1
    assert [entry.filename for entry in ledger.lessons.examples(project.client.id)] == [
        "one brief.pdf",
        "next brief.pdf",
    ]


def test_examples_are_read_for_one_client_only(ledger: Ledger) -> None:
    project = engage(ledger)
    other = engage(ledger, client="Brightwater", token="brief")
    brief = NewLesson(CASE_BRIEF, DECK, "acme brief", is_example=True)
    decide(ledger, project, brief, text="our brief")
    decide(ledger, other, brief, text="their brief")

    [ours] = ledger.lessons.examples(project.client.id)
    [theirs] = ledger.lessons.examples(other.client.id)

    assert (ours.client, ours.filename) == (project.client.id, "our brief.pdf")
    assert (theirs.client, theirs.filename) == (other.client.id, "their brief.pdf")


def test_a_built_in_kind_has_no_examples(ledger: Ledger) -> None:
    decide(ledger, engage(ledger), PLAN)

    assert count(ledger, schema.Example) == 0


def test_examples_go_with_their_lesson(ledger: Ledger) -> None:
    project = engage(ledger)
    brief = NewLesson(CASE_BRIEF, DECK, "acme brief", is_example=True)
    decide(ledger, project, brief, text="one brief")

    decide(ledger, project, replace(brief, kind=DECK, is_example=False), text="next brief")

    assert ledger.lessons.examples(project.client.id) == ()
