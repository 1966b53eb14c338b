"""Workers in the ledger: one polls while all process, and claims stay with whoever moves."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import sqlalchemy as sa

from storage import schema
from storage.ledger import Ledger
from storage.messages import LEASE
from storage.workers import AT_WORK, FORGOTTEN_AFTER, POLL_LEASE
from tests.ledgers import Clock, claimed, count, left_for_all

INBOX = "sources[0]"
A_MOMENT = timedelta(seconds=1)
Opener = Callable[[], Ledger]


def polls(ledger: Ledger) -> bool:
    return ledger.workers.may_poll(INBOX, ledger.worker)


def test_the_first_worker_polls_and_the_second_does_not(ledger: Ledger, other: Ledger) -> None:
    assert (polls(ledger), polls(other), polls(ledger)) == (True, False, True)


def test_each_source_has_its_own_worker(ledger: Ledger, other: Ledger) -> None:
    polls(ledger)

    assert other.workers.may_poll("sources[1]", other.worker)


def test_a_worker_that_left_is_followed_at_once(open_ledger: Opener, other: Ledger) -> None:
    gone = open_ledger()
    polls(gone)
    gone.close()

    assert polls(other)


def test_a_worker_that_cannot_reach_a_source_lets_another_try(
    ledger: Ledger, other: Ledger
) -> None:
    polls(ledger)

    ledger.workers.leave_poll(INBOX, ledger.worker)

    assert (polls(other), polls(ledger)) == (True, False)


def test_a_worker_leaves_only_its_own_place(ledger: Ledger, other: Ledger) -> None:
    polls(ledger)

    other.workers.leave_poll(INBOX, other.worker)

    assert not polls(other)


def test_a_worker_that_stands_still_loses_its_place(
    ledger: Ledger, other: Ledger, clock: Clock
) -> None:
    polls(ledger)

    clock.advance(POLL_LEASE + A_MOMENT)

    assert (polls(other), polls(ledger)) == (True, False)


def test_a_worker_that_moves_keeps_its_place(
    open_ledger: Opener, other: Ledger, clock: Clock
) -> None:
    busy = open_ledger()
    polls(busy)
    clock.advance(POLL_LEASE - A_MOMENT)

    busy.beat()
    clock.advance(POLL_LEASE - A_MOMENT)

    assert not polls(other)


def test_a_message_that_takes_long_stays_with_the_worker_that_moves(
    open_ledger: Opener, other: Ledger, clock: Clock
) -> None:
    busy = open_ledger()
    claimed(busy)
    clock.advance(LEASE - A_MOMENT)

    busy.beat()
    clock.advance(LEASE - A_MOMENT)

    assert other.messages.take_over(other.worker) == 0


def test_a_message_of_a_worker_that_stands_still_is_taken_over(
    ledger: Ledger, other: Ledger, clock: Clock
) -> None:
    claimed(ledger)

    clock.advance(LEASE + A_MOMENT)

    assert other.messages.take_over(other.worker) == 1


def test_a_worker_that_wakes_up_does_not_get_back_what_was_taken_over(
    open_ledger: Opener, other: Ledger, clock: Clock
) -> None:
    slept = open_ledger()
    claimed(slept)
    clock.advance(LEASE + A_MOMENT)
    other.messages.take_over(other.worker)

    slept.beat()

    assert other.messages.claim(other.worker) is not None


def test_a_message_received_for_all_is_claimed_by_whoever_is_free(
    ledger: Ledger, other: Ledger
) -> None:
    receipt = left_for_all(ledger)

    claim = other.messages.claim(other.worker)

    assert receipt.claim is None
    assert claim is not None
    assert claim.number == receipt.number


def test_a_message_that_nobody_has_is_due_at_once(ledger: Ledger) -> None:
    left_for_all(ledger)

    due = ledger.seconds_until_due()

    assert due is not None
    assert due <= 0


def test_workers_know_of_each_other(ledger: Ledger, other: Ledger) -> None:
    alone = ledger.workers.has_company(ledger.worker)

    assert other.worker
    assert (alone, ledger.workers.has_company(ledger.worker)) == (False, True)


def test_a_worker_that_was_not_seen_for_long_is_no_company(
    ledger: Ledger, other: Ledger, clock: Clock
) -> None:
    assert ledger.worker
    assert other.worker

    clock.advance(AT_WORK + A_MOMENT)

    assert not ledger.workers.has_company(ledger.worker)


def test_workers_of_long_ago_are_forgotten(open_ledger: Opener, clock: Clock) -> None:
    assert open_ledger().worker
    clock.advance(FORGOTTEN_AFTER + A_MOMENT)

    now_here = open_ledger().worker

    with open_ledger().database.read() as session:
        assert session.scalars(sa.select(schema.Worker.id)).all() == [now_here]


def test_a_worker_of_long_ago_that_still_holds_something_is_remembered(
    open_ledger: Opener, clock: Clock
) -> None:
    long_ago = open_ledger()
    claimed(long_ago)
    clock.advance(FORGOTTEN_AFTER + A_MOMENT)

    late = open_ledger()

    assert late.worker != long_ago.worker
    assert count(late, schema.Worker) == 2
