"""Two workers at the same moment, on both engines: one row, one answer, and nobody waits for the other for ever."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from intake.model import HoldReason
from storage import schema
from storage.ledger import Ledger
from storage.values import MessageStatus, Settlement
from tests.ledgers import accepted, arrive, claimed, count, document, engage, held, intent


def together(*steps: Callable[[], object]) -> list[object]:
    """Run these at the same moment, each in a thread; what they gave."""
    start = Barrier(len(steps))

    def step(do: Callable[[], object]) -> object:
        start.wait(timeout=30)
        return do()

    with ThreadPoolExecutor(len(steps)) as pool:
        return list(pool.map(step, steps))


def test_one_message_received_by_two_workers_is_new_to_one(ledger: Ledger, other: Ledger) -> None:
    workers = (ledger.worker, other.worker)

    receipts = [
        together(
            lambda text=text: arrive(ledger, text).new,  # type: ignore[misc]  # bound per round
            lambda text=text: arrive(other, text).new,  # type: ignore[misc]  # as above
        )
        for text in map(str, range(10))
    ]

    assert len(set(workers)) == 2
    assert [sorted(map(bool, pair)) for pair in receipts] == [[False, True]] * 10
    assert count(ledger, schema.Message) == 10


def test_two_copies_settled_at_once_are_answered_once(ledger: Ledger, other: Ledger) -> None:
    project = engage(ledger)
    one, two = claimed(ledger, "one"), claimed(other, "two")
    first: Settlement = accepted(ledger.standing(project.id), letters=[intent("one")])
    second: Settlement = accepted(other.standing(project.id), letters=[intent("two")])

    statuses = together(
        lambda: ledger.messages.settle(one, first), lambda: other.messages.settle(two, second)
    )

    assert sorted(map(str, statuses)) == [MessageStatus.ACCEPTED, MessageStatus.REPEATED]
    assert count(ledger, schema.Letter) == 1


def test_two_first_messages_of_a_burst_owe_one_letter(ledger: Ledger, other: Ledger) -> None:
    project = engage(ledger)
    one, two = claimed(ledger, "one"), claimed(other, "two")
    first = accepted(ledger.standing(project.id), letters=[intent("one", joins=True)])
    second = accepted(other.standing(project.id), "two", letters=[intent("two", joins=True)])

    together(lambda: ledger.messages.settle(one, first), lambda: other.messages.settle(two, second))

    assert count(ledger, schema.Letter) == 1
    assert count(ledger, schema.LetterCause) == 2


def test_a_copy_that_is_held_does_not_stand_in_the_way_of_the_genuine_mail(
    ledger: Ledger,
) -> None:
    project = engage(ledger)
    spoofed = held(HoldReason.UNVERIFIED_SENDER)
    ledger.messages.settle(claimed(ledger, "spoofed"), spoofed)

    status = ledger.messages.settle(
        claimed(ledger, "genuine"),
        accepted(ledger.standing(project.id), documents=[document(1)]),
    )

    assert status is MessageStatus.ACCEPTED
    assert len(ledger.standing(project.id).documents) == 1


def test_a_second_copy_that_would_be_held_is_not_held_again(ledger: Ledger) -> None:
    ledger.messages.settle(claimed(ledger, "one"), held(HoldReason.UNVERIFIED_SENDER))

    status = ledger.messages.settle(claimed(ledger, "two"), held(HoldReason.UNVERIFIED_SENDER))

    assert status is MessageStatus.REPEATED
    assert len(ledger.holds.waiting()) == 1
