"""A ledger that was put back from a backup: what may have left before is doubted, and nothing else is."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from intake.model import LetterState, Locator
from storage import schema
from storage.ledger import Ledger
from storage.restoring import begin_again, mark_as_copy
from storage.values import LetterClaim, LetterIntent
from tests.ledgers import (
    Clock,
    accepted,
    arrive,
    claimed,
    count,
    engage,
    intent,
    new_message,
    outbound,
)

HOUR = timedelta(hours=1)


@pytest.fixture
def worked(ledger: Ledger) -> Ledger:
    """A ledger with a project, in which a worker has been at work."""
    engage(ledger)
    return ledger


def settle(ledger: Ledger, text: str, *letters: LetterIntent) -> None:
    """A message that came at noon, and what is owed for it."""
    standing = ledger.standings()[0]
    ledger.messages.settle(
        claimed(ledger, text), accepted(ledger.standing(standing.project.id), text, letters=letters)
    )


def settle_later(ledger: Ledger, clock: Clock, text: str, *letters: LetterIntent) -> None:
    """A message that comes now."""
    new = replace(new_message(text), received_at=clock.now, locator=Locator("inbox", text))
    claim = ledger.messages.receive(new, worker=ledger.worker).claim
    assert claim is not None
    standing = ledger.standings()[0]
    ledger.messages.settle(
        claim, accepted(ledger.standing(standing.project.id), text, letters=letters)
    )


def restored(ledger: Ledger, other: Ledger, clock: Clock) -> Ledger:
    """The same ledger as a worker finds it after a backup was put back an hour later."""
    mark_as_copy(ledger.database)
    clock.advance(HOUR)
    assert other.worker > 0
    return other


def next_letter(ledger: Ledger) -> LetterClaim:
    claim = ledger.letters.claim(ledger.worker, ends_bursts=True)
    assert claim is not None
    return claim


def test_a_letter_that_was_not_sent_may_have_left(
    worked: Ledger, other: Ledger, clock: Clock
) -> None:
    settle(worked, "one", intent("one"))

    assert next_letter(restored(worked, other, clock)).may_have_left


def test_without_a_backup_nothing_is_doubted(worked: Ledger) -> None:
    settle(worked, "one", intent("one"))

    assert not next_letter(worked).may_have_left


def test_a_letter_that_was_sent_stays_sent(worked: Ledger, other: Ledger, clock: Clock) -> None:
    settle(worked, "one", intent("one"))
    claim = next_letter(worked)
    worked.letters.freeze(claim, outbound())
    worked.letters.sent(claim)

    again = restored(worked, other, clock)

    assert again.letters.claim(again.worker, ends_bursts=True) is None


def test_what_is_owed_for_mail_of_before_may_have_left(
    worked: Ledger, other: Ledger, clock: Clock
) -> None:
    again = restored(worked, other, clock)

    settle(again, "one", intent("one"))

    assert next_letter(again).may_have_left


def test_what_is_owed_for_new_mail_is_not_doubted(
    worked: Ledger, other: Ledger, clock: Clock
) -> None:
    again = restored(worked, other, clock)
    clock.advance(HOUR)

    settle_later(again, clock, "one", intent("one"))

    assert not next_letter(again).may_have_left


def test_new_mail_is_not_answered_by_a_letter_that_may_have_left(
    worked: Ledger, other: Ledger, clock: Clock
) -> None:
    settle(worked, "one", intent("one", joins=True))
    again = restored(worked, other, clock)
    clock.advance(HOUR)

    settle_later(again, clock, "two", intent("two", joins=True))

    assert [next_letter(again).may_have_left, next_letter(again).may_have_left] == [True, False]


def test_a_claim_of_before_is_nobodys_and_counts_as_no_death(
    worked: Ledger, other: Ledger, clock: Clock
) -> None:
    arrive(worked, "one")

    again = restored(worked, other, clock)

    assert again.messages.claim(again.worker) is not None
    with again.database.read() as session:
        assert session.scalar(sa.select(schema.Message.deaths)) == 0


def test_a_person_who_has_it_sent_again_ends_the_doubt(
    worked: Ledger, other: Ledger, clock: Clock
) -> None:
    settle(worked, "one", intent("one"))
    again = restored(worked, other, clock)
    again.letters.doubtful(next_letter(again), "restored")
    [hold] = again.holds.waiting()

    again.holds.decide_letter(hold.id, decision="release", state=LetterState.RETRY)

    assert not next_letter(again).may_have_left


def test_a_copy_is_put_to_work_once(worked: Ledger, other: Ledger, clock: Clock) -> None:
    again = restored(worked, other, clock)
    settle_later(again, clock, "one", intent("one"))
    worked._worker = None

    assert worked.worker != again.worker

    assert not next_letter(again).may_have_left


def test_that_it_was_restored_stands_in_the_audit(
    worked: Ledger, other: Ledger, clock: Clock
) -> None:
    again = restored(worked, other, clock)

    with again.database.read() as session:
        found = sa.select(schema.Audit).where(schema.Audit.event == "ledger.restored")
        assert [row.chain for row in session.scalars(found)] == [0]


def test_a_copy_that_is_marked_twice_is_begun_with_once(worked: Ledger) -> None:
    mark_as_copy(worked.database)
    mark_as_copy(worked.database)

    assert (begin_again(worked.database), begin_again(worked.database)) == (True, False)
    assert count(worked, schema.Restoration) == 1
