"""What the ledger tells of the desk's health, on both engines."""

from __future__ import annotations

from datetime import timedelta

from intake.model import Fate, HoldReason
from storage.health import Health
from storage.ledger import Ledger
from storage.values import HoldSubject
from tests.ledgers import (
    NOON,
    Clock,
    accepted,
    arrive,
    claimed,
    document,
    engage,
    held,
    intent,
    outbound,
    owe,
)


def test_an_empty_ledger_waits_for_nothing(ledger: Ledger) -> None:
    health = ledger.figures.health()

    assert health == Health(NOON, 0, None, 0, 0, 0, None, 0, (), 0, None, 0)


def test_the_oldest_message_counts_from_when_it_was_taken_in(ledger: Ledger, clock: Clock) -> None:
    clock.advance(timedelta(days=9))  # it lay in the inbox before
    arrive(ledger, "one", locator="1")
    since = clock.now
    clock.advance(timedelta(minutes=5))
    arrive(ledger, "two", locator="2")

    health = ledger.figures.health()

    assert (health.waiting, health.oldest_waiting, health.now) == (2, since, clock.now)


def test_what_is_settled_waits_no_more_and_what_is_held_is_counted(ledger: Ledger) -> None:
    ledger.messages.settle(claimed(ledger), held(HoldReason.UNIDENTIFIED_SENDER))

    health = ledger.figures.health()

    assert (health.waiting, health.oldest_waiting) == (0, None)
    assert health.held == ((HoldSubject.MESSAGE, 1),)


def test_a_message_that_a_person_released_waits_from_then_on(ledger: Ledger, clock: Clock) -> None:
    ledger.messages.settle(claimed(ledger), held(HoldReason.UNIDENTIFIED_SENDER))
    clock.advance(timedelta(days=3))
    [hold] = ledger.holds.waiting()

    ledger.holds.release_message(hold.id, decision="release", project=None)

    assert ledger.figures.health().oldest_waiting == clock.now


def test_a_failed_try_is_counted_while_the_message_waits(ledger: Ledger) -> None:
    ledger.messages.fail(claimed(ledger), "it failed", pause=timedelta())

    assert ledger.figures.health().tries == 1


def test_a_letter_counts_once_it_is_due(ledger: Ledger, clock: Clock) -> None:
    due_at = NOON + timedelta(minutes=2)
    owe(ledger, engage(ledger), "one", intent(due_at=due_at))
    early = ledger.figures.health()
    clock.advance(timedelta(minutes=3))

    due = ledger.figures.health()

    assert (early.unsent, early.oldest_unsent) == (0, None)
    assert (due.unsent, due.oldest_unsent) == (1, due_at)


def test_a_letter_that_is_put_off_stays_as_old_as_it_is(ledger: Ledger, clock: Clock) -> None:
    owe(ledger, engage(ledger), "one", intent())
    claim = ledger.letters.claim(ledger.worker, ends_bursts=True)
    assert claim is not None
    ledger.letters.freeze(claim, outbound())
    ledger.letters.retry(claim, "later", pause=timedelta(hours=4), counts=True)
    clock.advance(timedelta(hours=2))

    health = ledger.figures.health()

    assert (health.unsent, health.oldest_unsent, health.attempts) == (1, NOON, 1)


def test_a_doubtful_letter_is_counted_apart(ledger: Ledger) -> None:
    owe(ledger, engage(ledger), "one", intent())
    claim = ledger.letters.claim(ledger.worker, ends_bursts=True)
    assert claim is not None
    ledger.letters.freeze(claim, outbound())
    ledger.letters.doubtful(claim, "who knows")

    health = ledger.figures.health()

    assert (health.unsent, health.doubtful) == (0, 1)
    assert (HoldSubject.LETTER, 1) in health.held


def test_a_worker_that_moves_is_seen_and_alive(ledger: Ledger, clock: Clock) -> None:
    ledger.beat()
    clock.advance(timedelta(minutes=10))

    health = ledger.figures.health()

    assert (health.last_seen, health.workers) == (NOON, 1)


def test_a_worker_that_ended_is_seen_and_not_alive(
    ledger: Ledger, other: Ledger, clock: Clock
) -> None:
    other.beat()
    other._liveness.release()
    clock.advance(timedelta(minutes=10))

    health = ledger.figures.health()

    assert (health.last_seen, health.workers) == (NOON, 0)


def test_a_worker_that_stands_still_is_not_counted(ledger: Ledger, clock: Clock) -> None:
    ledger.beat()
    clock.advance(timedelta(minutes=16))

    assert ledger.figures.health().workers == 0


def test_fates_are_counted_for_the_messages_that_are_named(ledger: Ledger) -> None:
    project = engage(ledger)
    first, other = claimed(ledger, "one"), claimed(ledger, "two")
    standing = ledger.standing(project.id)
    ledger.messages.settle(first, accepted(standing, "one", documents=[document(1, "deck")]))
    standing = ledger.standing(project.id)
    ledger.messages.settle(other, accepted(standing, "two", documents=[document(2, "plan")]))

    assert ledger.figures.fates([first.number]) == {Fate.FILED: 1}
