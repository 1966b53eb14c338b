"""A project that becomes complete is noticed once, and so is a trouble that several workers see."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from intake.model import Address, LetterKind, Mailbox, Project
from storage.alerts import PastAlert
from storage.ledger import Ledger
from storage.values import LetterClaim, LetterIntent
from tests.ledgers import NOON, ROBIN, Clock, accepted, claimed, document, engage, intent

OPERATOR = Mailbox("", Address("ops@studio.example"))
RECEIVER = Mailbox("", Address("webhook"))
OWED = (
    intent("ready:1", kind=LetterKind.REPORT, to=ROBIN),
    intent("ready:1", kind=LetterKind.WEBHOOK, to=RECEIVER),
)


@pytest.fixture
def project(ledger: Ledger) -> Project:
    return engage(ledger)


def note(ledger: Ledger, project: Project, *, complete: bool) -> None:
    ledger.readiness.note(ledger.standing(project.id), OWED, complete=complete, on=NOON.date())


def owed(ledger: Ledger) -> list[tuple[str, str, bool]]:
    """Kind, cause, and whether it carries the manifest."""
    return [(each.kind, each.cause, each.manifest) for each in ledger.letters.owed()]


def file_one(ledger: Ledger, project: Project, *letters: LetterIntent, quiet: bool = False) -> None:
    outcome = accepted(
        ledger.standing(project.id), "one", documents=[document(1, "deck")], letters=letters
    )
    ledger.messages.settle(claimed(ledger, "one"), replace(outcome, quiet=quiet))


def test_a_project_that_became_complete_is_owed_its_letters_once(
    ledger: Ledger, project: Project
) -> None:
    note(ledger, project, complete=False)
    note(ledger, project, complete=True)
    note(ledger, project, complete=True)

    assert owed(ledger) == [("report", "ready:1", True), ("webhook", "ready:1", False)]


def test_another_worker_with_the_same_view_owes_nothing_more(
    ledger: Ledger, other: Ledger, project: Project
) -> None:
    view = other.standing(project.id)
    note(ledger, project, complete=True)

    other.readiness.note(view, OWED, complete=True, on=NOON.date())

    assert len(owed(ledger)) == 2


def test_a_report_that_is_owed_already_carries_the_manifest(
    ledger: Ledger, project: Project
) -> None:
    file_one(ledger, project, intent("one", kind=LetterKind.REPORT, to=ROBIN))

    note(ledger, project, complete=True)

    assert owed(ledger) == [("report", "one", True), ("webhook", "ready:1", False)]


def test_a_report_that_another_worker_has_in_hand_does_not(
    ledger: Ledger, other: Ledger, project: Project
) -> None:
    file_one(ledger, project, intent("one", kind=LetterKind.REPORT, to=ROBIN))
    other.letters.claim(other.worker, ends_bursts=True)

    note(ledger, project, complete=True)

    assert ("report", "one", False) in owed(ledger)
    assert ("report", "ready:1", True) in owed(ledger)


def test_the_report_in_hand_is_told_that_it_does(ledger: Ledger, project: Project) -> None:
    file_one(ledger, project, intent("one", kind=LetterKind.REPORT, to=ROBIN))
    claim = _claim(ledger)

    carries = ledger.readiness.note(
        ledger.standing(project.id), OWED, complete=True, on=NOON.date(), composing=claim.number
    )

    assert carries


def test_a_project_that_changed_meanwhile_is_looked_at_again(
    ledger: Ledger, project: Project
) -> None:
    view = ledger.standing(project.id)
    file_one(ledger, project)

    ledger.readiness.note(view, OWED, complete=True, on=NOON.date())

    assert owed(ledger) == []
    assert ledger.readiness.unnoted() == (project.id,)


def test_a_project_is_looked_at_once_a_day(ledger: Ledger, project: Project, clock: Clock) -> None:
    note(ledger, project, complete=False)
    on_the_same_day = ledger.readiness.unnoted()

    clock.now += timedelta(days=1)

    assert on_the_same_day == ()
    assert len(ledger.readiness.unnoted()) == 1


def test_what_was_fed_in_is_noted_without_a_word(ledger: Ledger, project: Project) -> None:
    file_one(ledger, project, quiet=True)

    note(ledger, project, complete=True)

    assert owed(ledger) == []
    assert ledger.readiness.unnoted() == ()


def once(cause: str) -> Callable[[Sequence[PastAlert], datetime], tuple[LetterIntent, ...]]:
    """One alert, unless there ever was one."""

    def decide(past: Sequence[PastAlert], now: datetime) -> tuple[LetterIntent, ...]:
        alert = LetterIntent(LetterKind.ALERT, cause, cause, OPERATOR, due_at=now)
        return () if past else (alert,)

    return decide


def test_a_trouble_that_two_workers_see_is_told_once(ledger: Ledger, other: Ledger) -> None:
    people = [OPERATOR.address]

    counts = (ledger.alerts.owe(people, once("a")), other.alerts.owe(people, once("b")))

    assert counts == (1, 0)
    assert [each.cause for each in ledger.alerts.past(people)] == ["a"]


def _claim(ledger: Ledger) -> LetterClaim:
    claim = ledger.letters.claim(ledger.worker, ends_bursts=True)
    assert claim is not None
    return claim
