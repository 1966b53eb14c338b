"""What waits for a person, and what a person's word changes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from intake.errors import ConfigError, StaleViewError
from intake.model import Fate, HoldId, HoldReason, ItemName, Kind, LetterState, Project
from storage.ledger import Ledger
from storage.values import Claim, HeldThing, MessageStatus
from tests.ledgers import (
    DECK,
    accepted,
    arrive,
    claimed,
    document,
    engage,
    held,
    intent,
    letter_row,
    message_row,
    outbound,
    owe,
)


def hold_message(ledger: Ledger, text: str = "one") -> HeldThing:
    ledger.messages.settle(claimed(ledger, text), held(HoldReason.UNIDENTIFIED_SENDER, text))
    return ledger.holds.waiting()[-1]


def hold_document(ledger: Ledger, project: Project) -> HeldThing:
    outcome = accepted(ledger.standing(project.id), documents=[document(1, fate=Fate.UNSURE)])
    ledger.messages.settle(claimed(ledger), outcome)
    return ledger.holds.waiting()[-1]


def hold_letter(ledger: Ledger) -> HeldThing:
    owe(ledger, engage(ledger), "one", intent("one"))
    claim = ledger.letters.claim(ledger.worker)
    assert claim is not None
    ledger.letters.freeze(claim, outbound())
    ledger.letters.doubtful(claim, "cut off")
    return ledger.holds.waiting()[-1]


def fail_for_good(ledger: Ledger, claim: Claim | None) -> None:
    """Try until the message is held."""
    while claim is not None:
        ledger.messages.fail(claim, "ValueError", pause=timedelta())
        claim = ledger.messages.claim(ledger.worker)


def decide_document(ledger: Ledger, thing: HeldThing, *, rejected: bool = False) -> None:
    ledger.holds.decide_document(
        thing.id,
        decision="accept",
        classification=replace(document(1).classification, kind=Kind("brand_guide")),
        filed_for=() if rejected else (ItemName("brand-guide"),),
        rejected=rejected,
    )


def test_a_released_message_waits_again_and_its_sender_is_believed(ledger: Ledger) -> None:
    thing = hold_message(ledger)

    ledger.holds.release_message(thing.id, decision="release", project=None)

    claim = ledger.messages.claim(ledger.worker)
    assert claim is not None
    assert (claim.number, claim.released, claim.assigned) == (thing.message, True, None)
    assert ledger.holds.waiting() == ()


def test_a_released_message_is_no_repetition_of_itself(ledger: Ledger) -> None:
    project = engage(ledger)
    thing = hold_message(ledger)
    ledger.holds.release_message(thing.id, decision="release", project=None)
    claim = ledger.messages.claim(ledger.worker)
    assert claim is not None

    outcome = accepted(ledger.standing(project.id), documents=[document(1)])

    assert ledger.messages.settle(claim, outcome) is MessageStatus.ACCEPTED


def test_a_reassigned_message_is_for_that_project(ledger: Ledger) -> None:
    project = engage(ledger)
    thing = hold_message(ledger)

    ledger.holds.release_message(thing.id, decision="reassign q4", project=project.id)

    claim = ledger.messages.claim(ledger.worker)
    assert claim is not None
    assert claim.assigned == project.id


def test_a_released_message_that_is_held_again_waits_again(ledger: Ledger) -> None:
    thing = hold_message(ledger)
    ledger.holds.release_message(thing.id, decision="release", project=None)
    claim = ledger.messages.claim(ledger.worker)
    assert claim is not None

    ledger.messages.settle(claim, held(HoldReason.UNKNOWN_PROJECT))

    [again] = ledger.holds.waiting()
    assert (again.id, again.reason) == (thing.id, HoldReason.UNKNOWN_PROJECT)


def test_a_release_gives_the_message_new_tries(ledger: Ledger) -> None:
    claim = claimed(ledger)
    fail_for_good(ledger, claim)
    [thing] = ledger.holds.waiting()

    ledger.holds.release_message(thing.id, decision="release", project=None)

    assert message_row(ledger, claim.number).tries == 0
    assert ledger.messages.claim(ledger.worker) is not None


def test_a_rejected_message_stays_rejected(ledger: Ledger) -> None:
    thing = hold_message(ledger)

    ledger.holds.reject_message(thing.id, reason="not for us")

    assert thing.message is not None
    assert message_row(ledger, thing.message).status == MessageStatus.REJECTED
    assert ledger.messages.claim(ledger.worker) is None
    assert ledger.holds.waiting() == ()


def test_a_message_that_was_rejected_and_comes_again_stays_so(ledger: Ledger) -> None:
    thing = hold_message(ledger)
    ledger.holds.reject_message(thing.id, reason="not for us")

    receipt = arrive(ledger, "one", locator="again")

    assert receipt.settled
    assert ledger.messages.claim(ledger.worker) is None


def test_a_persons_word_on_a_document_is_written_and_moves_the_version(ledger: Ledger) -> None:
    project = engage(ledger)
    thing = hold_document(ledger, project)
    before = ledger.standing(project.id).version

    decide_document(ledger, thing)

    after = ledger.standing(project.id)
    [kept] = after.documents
    assert (kept.fate, kept.filed_for) == (Fate.FILED, (ItemName("brand-guide"),))
    assert kept.classification.kind == Kind("brand_guide")
    assert kept.decided_by_person
    assert after.version == before + 1


def test_a_decision_makes_views_before_it_stale(ledger: Ledger) -> None:
    project = engage(ledger)
    thing = hold_document(ledger, project)
    old = ledger.standing(project.id)
    decide_document(ledger, thing)

    outcome = accepted(old, "two", documents=[document(2, "other")])

    with pytest.raises(StaleViewError):
        ledger.messages.settle(claimed(ledger, "two"), outcome)


def test_a_rejected_document_counts_toward_nothing(ledger: Ledger) -> None:
    project = engage(ledger)
    thing = hold_document(ledger, project)

    decide_document(ledger, thing, rejected=True)

    [kept] = ledger.standing(project.id).documents
    assert (kept.rejected, kept.filed_for) == (True, ())


@pytest.mark.parametrize(
    "decide",
    [
        lambda ledger, number: ledger.holds.release_message(number, decision="yes", project=None),
        lambda ledger, number: ledger.holds.reject_message(number, reason="no"),
    ],
    ids=["release", "reject"],
)
def test_deciding_twice_is_refused_in_one_sentence(
    ledger: Ledger, decide: Callable[[Ledger, HoldId], None]
) -> None:
    thing = hold_message(ledger)
    ledger.holds.reject_message(thing.id, reason="not for us")

    with pytest.raises(ConfigError, match=r"^Nothing with the number 1 waits; see `intake review"):
        decide(ledger, thing.id)


def test_what_was_never_held_is_not_found(ledger: Ledger) -> None:
    with pytest.raises(ConfigError, match="Nothing with the number 99 waits"):
        ledger.holds.find(HoldId(99))


def test_two_things_are_listed_oldest_first(ledger: Ledger) -> None:
    first, second = hold_message(ledger, "one"), hold_message(ledger, "two")

    assert [thing.id for thing in ledger.holds.waiting()] == [first.id, second.id]
    assert ledger.holds.find(second.id) == second


@pytest.mark.parametrize(
    ("state", "leaves"), [(LetterState.RETRY, True), (LetterState.DROPPED, False)]
)
def test_a_doubtful_letter_leaves_only_on_a_persons_word(
    ledger: Ledger, state: LetterState, *, leaves: bool
) -> None:
    thing = hold_letter(ledger)

    ledger.holds.decide_letter(thing.id, decision="decided", state=state)

    claim = ledger.letters.claim(ledger.worker)
    assert (claim is not None) is leaves
    assert thing.letter is not None
    assert letter_row(ledger, thing.letter).octets == outbound().octets
    assert ledger.letters.doubtful_ones() == ()


def test_a_letter_that_a_person_released_has_all_its_tries_again(ledger: Ledger) -> None:
    owe(ledger, engage(ledger), "one", intent("one"))
    first = ledger.letters.claim(ledger.worker)
    assert first is not None
    ledger.letters.freeze(first, outbound())
    ledger.letters.retry(first, "421 later", pause=timedelta(), counts=True)
    second = ledger.letters.claim(ledger.worker)
    assert second is not None
    ledger.letters.failed(second, "550 no")
    [thing] = ledger.holds.waiting()

    ledger.holds.decide_letter(thing.id, decision="release", state=LetterState.RETRY)

    claim = ledger.letters.claim(ledger.worker)
    assert claim is not None
    assert (second.attempts, claim.attempts, claim.cut_off) == (1, 0, False)


def test_a_moved_document_leaves_one_project_and_is_in_the_other(ledger: Ledger) -> None:
    here = engage(ledger)
    there = engage(ledger, token="spring", title="Spring fair")
    thing = hold_document(ledger, here)
    source, target = ledger.standing(here.id), ledger.standing(there.id)
    moved = replace(document(1), decided_by_person=True)

    ledger.move_document(thing, source, to=target, moved=moved)

    [left] = ledger.standing(here.id).documents
    [came] = ledger.standing(there.id).documents
    assert (left.rejected, left.filed_for) == (True, ())
    assert (came.sha256, came.filed_for) == (left.sha256, (DECK,))
    assert ledger.holds.waiting() == ()


def test_a_document_is_not_moved_into_a_project_that_was_erased_meanwhile(ledger: Ledger) -> None:
    here = engage(ledger)
    there = engage(ledger, token="spring", title="Spring fair")
    thing = hold_document(ledger, here)
    source, target = ledger.standing(here.id), ledger.standing(there.id)
    ledger.erasures.begin(there.token)

    with pytest.raises(StaleViewError):
        ledger.move_document(thing, source, to=target, moved=document(1))

    assert ledger.standing(here.id) == source
    assert [each.id for each in ledger.holds.waiting()] == [thing.id]
