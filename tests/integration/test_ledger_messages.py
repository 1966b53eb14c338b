"""Messages in the ledger: one row each, one owner at a time, tries and deaths counted apart."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from intake.errors import ClaimLostError
from intake.model import HoldReason, MessageNumber
from storage import schema
from storage.ledger import Ledger
from storage.messages import LEASE
from storage.values import Claim, MessageStatus
from tests.ledgers import (
    Clock,
    accepted,
    arrive,
    claimed,
    count,
    engage,
    held,
    message_row,
    new_message,
    sha256_of,
)

PAUSE = timedelta(seconds=30)


def waiting(ledger: Ledger) -> MessageNumber:
    """A message that nobody has in hand."""
    claim = claimed(ledger)
    ledger.messages.put_back(claim, pause=timedelta())
    return claim.number


def die_with_it(ledger: Ledger, open_ledger: Callable[[], Ledger], *, times: int) -> None:
    """So many workers claim the message and end without a word."""
    for _ in range(times):
        doomed = open_ledger()
        assert doomed.messages.claim(doomed.worker) is not None
        doomed.close()
        ledger.messages.take_over(ledger.worker)


def fail(ledger: Ledger, clock: Clock, error: str) -> bool:
    """One try that ends in an error; True where it was the last one."""
    clock.advance(PAUSE)
    claim = ledger.messages.claim(ledger.worker)
    assert claim is not None
    return ledger.messages.fail(claim, error, pause=PAUSE)


def test_a_new_message_is_claimed_by_its_receiver(ledger: Ledger) -> None:
    receipt = arrive(ledger)

    assert receipt.new
    assert receipt.claim is not None
    assert receipt.claim.sha256 == sha256_of("one")
    assert ledger.messages.seen(sha256_of("one"))


def test_the_same_octets_are_one_message(ledger: Ledger, other: Ledger) -> None:
    first = arrive(ledger)

    again = arrive(other, locator="2")

    assert (again.number, again.new, again.claim) == (first.number, False, None)
    assert count(ledger, schema.Message) == 1


def test_octets_that_are_settled_and_come_again_are_known_to_be(ledger: Ledger) -> None:
    ledger.messages.settle(claimed(ledger), held(HoldReason.UNIDENTIFIED_SENDER))

    assert arrive(ledger, locator="2").settled


def test_a_claim_is_exclusive(ledger: Ledger, other: Ledger) -> None:
    arrive(ledger)

    assert other.messages.claim(other.worker) is None


def test_two_workers_claim_two_messages(ledger: Ledger, other: Ledger) -> None:
    for text in ("one", "two"):
        ledger.messages.put_back(claimed(ledger, text), pause=timedelta())

    first, second = ledger.messages.claim(ledger.worker), other.messages.claim(other.worker)

    assert first is not None
    assert second is not None
    assert first.number != second.number


def test_the_oldest_message_is_claimed_first(ledger: Ledger) -> None:
    claims = [claimed(ledger, text) for text in ("one", "two")]
    for claim in reversed(claims):
        ledger.messages.put_back(claim, pause=timedelta())

    found = ledger.messages.claim(ledger.worker)

    assert found is not None
    assert found.number == claims[0].number


def test_a_message_that_was_put_back_waits_without_a_try(ledger: Ledger, clock: Clock) -> None:
    claim = claimed(ledger)
    ledger.messages.put_back(claim, pause=PAUSE)

    early = ledger.messages.claim(ledger.worker)
    clock.advance(PAUSE)

    assert early is None
    assert ledger.messages.claim(ledger.worker) is not None
    assert message_row(ledger, claim.number).tries == 0


def test_the_claim_of_a_worker_that_ended_is_taken_over_at_once_and_counts_a_death(
    ledger: Ledger, other: Ledger
) -> None:
    number = claimed(other).number
    other.close()

    freed = ledger.messages.take_over(ledger.worker)

    found = ledger.messages.claim(ledger.worker)
    assert (freed, message_row(ledger, number).deaths) == (1, 1)
    assert found is not None
    assert found.number == number


def test_the_claim_of_a_worker_that_lives_is_left_alone(ledger: Ledger, other: Ledger) -> None:
    arrive(other)

    assert ledger.messages.take_over(ledger.worker) == 0


def test_five_deaths_hold_the_message(ledger: Ledger, open_ledger: Callable[[], Ledger]) -> None:
    number = waiting(ledger)

    die_with_it(ledger, open_ledger, times=5)

    [hold] = ledger.holds.waiting()
    assert (hold.message, hold.reason) == (number, HoldReason.FAILED_REPEATEDLY)
    assert hold.detail == "5 workers died with this message"
    assert ledger.messages.claim(ledger.worker) is None


def test_four_deaths_do_not(ledger: Ledger, open_ledger: Callable[[], Ledger]) -> None:
    waiting(ledger)

    die_with_it(ledger, open_ledger, times=4)

    assert ledger.holds.waiting() == ()
    assert ledger.messages.claim(ledger.worker) is not None


def test_a_lease_that_ran_out_frees_the_message_and_counts_as_nothing(
    ledger: Ledger, other: Ledger, clock: Clock
) -> None:
    number = claimed(other).number
    clock.advance(LEASE + timedelta(seconds=1))

    freed = ledger.messages.take_over(ledger.worker)

    assert (freed, message_row(ledger, number).deaths) == (1, 0)
    assert ledger.messages.claim(ledger.worker) is not None


@pytest.mark.parametrize(
    "write",
    [
        lambda ledger, claim: ledger.messages.settle(claim, held(HoldReason.COLLEAGUE)),
        lambda ledger, claim: ledger.messages.fail(claim, "ValueError", pause=PAUSE),
        lambda ledger, claim: ledger.messages.put_back(claim, pause=PAUSE),
    ],
    ids=["settle", "fail", "put_back"],
)
def test_a_stale_fence_is_refused(
    ledger: Ledger, other: Ledger, clock: Clock, write: Callable[[Ledger, Claim], object]
) -> None:
    stale = claimed(ledger)
    clock.advance(LEASE + timedelta(seconds=1))
    other.messages.take_over(other.worker)
    owner = other.messages.claim(other.worker)

    with pytest.raises(ClaimLostError):
        write(ledger, stale)

    assert owner is not None
    row = message_row(ledger, stale.number)
    assert (row.status, row.tries, row.fence) == (MessageStatus.WAITING, 0, owner.fence)


def test_a_claim_that_was_given_up_writes_no_more(ledger: Ledger) -> None:
    claim = claimed(ledger)
    ledger.messages.put_back(claim, pause=timedelta())

    with pytest.raises(ClaimLostError):
        ledger.messages.fail(claim, "ValueError", pause=PAUSE)


def test_the_third_try_that_fails_holds_the_message_with_its_last_error(
    ledger: Ledger, clock: Clock
) -> None:
    number = waiting(ledger)

    outcomes = [fail(ledger, clock, error) for error in ("first", "second", "third")]

    [hold] = ledger.holds.waiting()
    assert outcomes == [False, False, True]
    assert (hold.message, hold.reason) == (number, HoldReason.FAILED_REPEATEDLY)
    assert hold.detail == "third"
    assert ledger.messages.waiting() == 0


def test_a_message_that_failed_waits_before_its_next_try(ledger: Ledger, clock: Clock) -> None:
    ledger.messages.fail(claimed(ledger), "ValueError", pause=PAUSE)

    early = ledger.messages.claim(ledger.worker)
    clock.advance(PAUSE)

    assert early is None
    assert ledger.messages.claim(ledger.worker) is not None


def test_known_locators_are_those_that_the_source_still_keeps(ledger: Ledger) -> None:
    receipt = arrive(ledger, locator="7")
    before = ledger.messages.known_locators("inbox")

    ledger.messages.acknowledged([receipt.number])

    assert before == {"7"}
    assert ledger.messages.known_locators("inbox") == frozenset()
    assert ledger.messages.known_locators("another") == frozenset()


def test_a_source_may_let_go_of_what_is_settled_and_of_nothing_else(ledger: Ledger) -> None:
    project = engage(ledger)
    arrive(ledger, "waits", locator="waits")
    ledger.messages.settle(claimed(ledger, "held"), held(HoldReason.COLLEAGUE, "held"))
    done = accepted(ledger.standing(project.id), "done")
    ledger.messages.settle(claimed(ledger, "done"), done)

    found = {entry.locator.name: entry.held for entry in ledger.messages.settled("inbox")}

    assert found == {"held": True, "done": False}


def test_what_was_let_go_of_is_not_asked_for_again(ledger: Ledger) -> None:
    claim = claimed(ledger)
    ledger.messages.settle(claim, held(HoldReason.COLLEAGUE))

    for _ in range(2):
        ledger.messages.acknowledged([claim.number])

    assert ledger.messages.settled("inbox") == ()


def test_a_message_that_turns_up_again_can_be_let_go_of_again(ledger: Ledger) -> None:
    claim = claimed(ledger)
    ledger.messages.settle(claim, held(HoldReason.COLLEAGUE))
    ledger.messages.acknowledged([claim.number])

    arrive(ledger, locator="moved back")

    assert [entry.locator.name for entry in ledger.messages.settled("inbox")] == ["moved back"]


def test_messages_are_counted_by_where_they_stand(ledger: Ledger) -> None:
    arrive(ledger, "waits")
    ledger.messages.settle(claimed(ledger, "held"), held(HoldReason.COLLEAGUE, "held"))

    assert ledger.messages.statuses() == {"waiting": 1, "held": 1}
    assert ledger.messages.waiting() == 1


def test_nothing_is_due_where_nothing_waits(ledger: Ledger) -> None:
    assert ledger.seconds_until_due() is None


def test_the_time_until_the_next_try_is_known(ledger: Ledger) -> None:
    ledger.messages.put_back(claimed(ledger), pause=PAUSE)

    assert ledger.seconds_until_due() == PAUSE.total_seconds()


def test_what_another_worker_has_in_hand_is_not_due(
    ledger: Ledger, other: Ledger, clock: Clock
) -> None:
    ledger.messages.put_back(claimed(ledger), pause=PAUSE)
    clock.advance(PAUSE + PAUSE)
    other.messages.claim(other.worker)

    assert ledger.seconds_until_due() is None


def test_a_name_that_no_database_can_store_does_not_stop_the_message(ledger: Ledger) -> None:
    strange = new_message(locator="no\x00name \udcff")

    receipt = ledger.messages.receive(strange, worker=ledger.worker)

    assert receipt.new
