"""What a worker had in hand when it died: what comes next, what comes last, and what is no doubt at all."""

from __future__ import annotations

from datetime import timedelta

from intake.model import LetterState
from storage.ledger import Ledger
from storage.values import LetterClaim
from tests.ledgers import claimed, engage, intent, letter_row, outbound, owe


def wait(ledger: Ledger, *texts: str) -> list[int]:
    """The numbers of messages that wait."""
    claims = [claimed(ledger, text) for text in texts]
    for claim in claims:
        ledger.messages.put_back(claim, pause=timedelta())
    return [claim.number for claim in claims]


def die(other: Ledger, ledger: Ledger) -> None:
    """The other worker is gone, and its claims are taken over."""
    other._liveness.release()
    other._worker = None
    ledger.messages.take_over(ledger.worker)
    ledger.letters.take_over(ledger.worker)


def next_one(ledger: Ledger, *, interrupted: bool = False) -> int | None:
    claim = ledger.messages.claim(ledger.worker, interrupted=interrupted)
    return None if claim is None else claim.number


def test_what_one_worker_died_with_keeps_its_place(ledger: Ledger, other: Ledger) -> None:
    first, _ = wait(ledger, "one", "two")
    other.messages.claim(other.worker)
    die(other, ledger)

    assert next_one(ledger) == first


def test_what_two_workers_died_with_comes_last(ledger: Ledger, other: Ledger) -> None:
    first, second = wait(ledger, "one", "two")
    other.messages.claim(other.worker)
    die(other, ledger)
    other.messages.claim(other.worker)
    die(other, ledger)

    assert [next_one(ledger), next_one(ledger)] == [second, first]


def test_what_was_interrupted_can_be_done_before_all_else(ledger: Ledger, other: Ledger) -> None:
    _, second = wait(ledger, "one", "two")
    mine = ledger.messages.claim(ledger.worker)
    other.messages.claim(other.worker)
    assert mine is not None
    ledger.messages.put_back(mine, pause=timedelta())
    die(other, ledger)

    assert next_one(ledger, interrupted=True) == second
    assert next_one(ledger, interrupted=True) is None


def test_a_claim_says_how_many_workers_died_with_it(ledger: Ledger, other: Ledger) -> None:
    wait(ledger, "one")
    other.messages.claim(other.worker)
    die(other, ledger)

    claim = ledger.messages.claim(ledger.worker)

    assert claim is not None
    assert claim.deaths == 1


def put_off(ledger: Ledger) -> LetterClaim:
    """A letter that surely did not leave and may be sent again at once."""
    owe(ledger, engage(ledger), "one", intent())
    claim = ledger.letters.claim(ledger.worker)
    assert claim is not None
    ledger.letters.freeze(claim, outbound())
    ledger.letters.retry(claim, "busy", pause=timedelta(), counts=True)
    return claim


def test_a_letter_that_was_to_be_sent_again_and_was_only_claimed_is_not_cut_off(
    ledger: Ledger, other: Ledger
) -> None:
    put_off(ledger)
    other.letters.claim(other.worker)
    die(other, ledger)

    again = ledger.letters.claim(ledger.worker)

    assert again is not None
    assert not again.cut_off


def test_a_letter_whose_sending_had_begun_again_is_cut_off(ledger: Ledger, other: Ledger) -> None:
    number = put_off(ledger).number
    claim = other.letters.claim(other.worker)
    assert claim is not None
    other.letters.sending(claim)
    die(other, ledger)

    again = ledger.letters.claim(ledger.worker)

    assert letter_row(ledger, number).state == LetterState.SENDING
    assert again is not None
    assert again.cut_off
