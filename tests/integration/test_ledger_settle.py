"""What one message changes is written in one transaction, or not at all."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from intake.errors import ClaimLostError, StaleViewError
from intake.model import Address, Fate, HoldReason, ItemName, ProjectState, Sha256, Token
from storage import schema
from storage.ledger import Ledger
from storage.values import HoldSubject, MessageStatus, Settlement
from tests.ledgers import (
    DECK,
    MIRA,
    accepted,
    claimed,
    count,
    document,
    engage,
    held,
    inbound,
    intent,
    message_row,
    part,
    sha256_of,
)


def test_an_accepted_message_files_its_documents(ledger: Ledger) -> None:
    project = engage(ledger)
    filed = document(1)

    status = ledger.messages.settle(
        claimed(ledger), accepted(ledger.standing(project.id), documents=[filed])
    )

    assert status is MessageStatus.ACCEPTED
    assert ledger.standing(project.id).documents == (filed,)


def test_settling_moves_the_projects_version(ledger: Ledger) -> None:
    project = engage(ledger)
    before = ledger.standing(project.id)

    ledger.messages.settle(claimed(ledger), accepted(before, documents=[document(1)]))

    assert ledger.standing(project.id).version == before.version + 1


def test_a_message_without_documents_leaves_the_projects_version(ledger: Ledger) -> None:
    project = engage(ledger)
    before = ledger.standing(project.id)

    ledger.messages.settle(claimed(ledger), accepted(before))

    assert ledger.standing(project.id).version == before.version


def test_a_decision_on_an_old_view_is_refused_and_writes_nothing(ledger: Ledger) -> None:
    project = engage(ledger)
    old = ledger.standing(project.id)
    ledger.messages.settle(claimed(ledger, "one"), accepted(old, "one", documents=[document(1)]))
    claim = claimed(ledger, "two")
    outcome = accepted(old, "two", documents=[document(1, "other")], letters=[intent("two")])

    with pytest.raises(StaleViewError):
        ledger.messages.settle(claim, outcome)

    assert [entry.filename for entry in ledger.standing(project.id).documents] == ["deck.pdf"]
    assert message_row(ledger, claim.number).status == MessageStatus.WAITING
    assert (count(ledger, schema.Letter), count(ledger, schema.Part)) == (0, 1)


def test_after_a_stale_view_the_same_claim_settles_on_a_fresh_one(ledger: Ledger) -> None:
    project = engage(ledger)
    old, claim = ledger.standing(project.id), claimed(ledger)
    ledger.directory.set_state(project.token, ProjectState.PAUSED)
    with pytest.raises(StaleViewError):
        ledger.messages.settle(claim, accepted(old, documents=[document(1)]))

    fresh = ledger.standing(project.id)
    ledger.messages.settle(claim, accepted(fresh, documents=[document(1)]))

    assert len(ledger.standing(project.id).documents) == 1


def test_settling_twice_is_refused_and_changes_nothing(ledger: Ledger) -> None:
    project = engage(ledger)
    claim = claimed(ledger)
    outcome = accepted(
        ledger.standing(project.id), documents=[document(1)], letters=[intent("one")]
    )
    ledger.messages.settle(claim, outcome)
    tables = (schema.Document, schema.Filing, schema.Letter, schema.Part, schema.Audit)
    before = [count(ledger, table) for table in tables]

    with pytest.raises(ClaimLostError):
        ledger.messages.settle(claim, outcome)

    assert [count(ledger, table) for table in tables] == before


def test_the_same_message_delivered_again_is_repeated_and_changes_nothing(ledger: Ledger) -> None:
    project = engage(ledger)
    first = accepted(ledger.standing(project.id), documents=[document(1)], letters=[intent("one")])
    ledger.messages.settle(claimed(ledger, "one"), first)
    view = ledger.standing(project.id)
    redelivered = replace(
        accepted(view, documents=[document(2, "other")], letters=[intent("again")]),
        message=replace(inbound("one"), sha256=inbound("again").sha256),
    )

    status = ledger.messages.settle(claimed(ledger, "again"), redelivered)

    assert status is MessageStatus.REPEATED
    assert ledger.standing(project.id) == view
    assert count(ledger, schema.Letter) == 1


def test_a_message_whose_twin_only_waits_is_no_repetition(ledger: Ledger) -> None:
    project = engage(ledger)
    ledger.messages.put_back(claimed(ledger, "one"), pause=timedelta())

    status = ledger.messages.settle(
        claimed(ledger, "again"), accepted(ledger.standing(project.id), "one")
    )

    assert status is MessageStatus.ACCEPTED


@pytest.mark.parametrize("refused", [MessageStatus.DISCARDED, MessageStatus.BOUNCE])
def test_a_message_whose_twin_was_refused_is_a_repetition_of_it(
    ledger: Ledger, refused: MessageStatus
) -> None:
    project = engage(ledger)
    unwanted = Settlement(status=refused, message=inbound())
    ledger.messages.settle(claimed(ledger, "one"), unwanted)
    claim = claimed(ledger, "again")
    known = ledger.messages.is_repeated(claim, inbound().digest)

    status = ledger.messages.settle(claim, accepted(ledger.standing(project.id)))

    assert (known, status) == (True, MessageStatus.REPEATED)


@pytest.mark.parametrize(
    ("first_is_known", "status"),
    [(False, MessageStatus.HELD), (True, MessageStatus.REPEATED)],
    ids=["forged-first", "told-already"],
)
def test_what_is_held_for_a_project_is_told_once_and_no_stranger_prevents_it(
    ledger: Ledger, *, first_is_known: bool, status: MessageStatus
) -> None:
    standing = ledger.standing(engage(ledger).id)
    silent = held(HoldReason.TOO_LARGE)
    told = replace(silent, standing=standing, letters=(intent("one"),))
    ledger.messages.settle(claimed(ledger, "one"), told if first_is_known else silent)

    found = ledger.messages.settle(
        claimed(ledger, "again"), replace(told, letters=(intent("again"),))
    )

    assert found is status
    assert count(ledger, schema.Letter) == 1


def test_the_same_octets_are_one_document_of_a_project(ledger: Ledger) -> None:
    project = engage(ledger)
    twice = accepted(ledger.standing(project.id), documents=[document(1), document(2)])

    with pytest.raises(sa.exc.IntegrityError):
        ledger.messages.settle(claimed(ledger), twice)

    assert ledger.standing(project.id).documents == ()


def test_two_projects_may_hold_the_same_octets(ledger: Ledger) -> None:
    here, there = engage(ledger), engage(ledger, token="spring", title="Spring fair")
    ledger.messages.settle(
        claimed(ledger, "one"), accepted(ledger.standing(here.id), "one", documents=[document(1)])
    )

    ledger.messages.settle(
        claimed(ledger, "two"), accepted(ledger.standing(there.id), "two", documents=[document(1)])
    )

    assert [len(entry.documents) for entry in ledger.standings()] == [1, 1]


def test_a_replaced_document_is_superseded(ledger: Ledger) -> None:
    project = engage(ledger)
    ledger.messages.settle(
        claimed(ledger, "one"),
        accepted(ledger.standing(project.id), "one", documents=[document(1)]),
    )

    newer = document(2, "deck v2", fate=Fate.NEWER_VERSION)
    ledger.messages.settle(
        claimed(ledger, "two"),
        accepted(ledger.standing(project.id), "two", documents=[newer], superseded=[1]),
    )

    documents = ledger.standing(project.id).documents
    assert [(entry.number, entry.superseded) for entry in documents] == [(1, True), (2, False)]


def test_an_unsure_document_waits_for_a_person(ledger: Ledger) -> None:
    project = engage(ledger)
    unsure = document(1, fate=Fate.UNSURE)

    ledger.messages.settle(
        claimed(ledger), accepted(ledger.standing(project.id), documents=[unsure])
    )

    [hold] = ledger.holds.waiting()
    assert (hold.what, hold.reason, hold.number) == (HoldSubject.DOCUMENT, "unsure", 1)
    assert (hold.token, hold.filename) == (Token("q4"), "deck.pdf")


def test_a_held_message_waits_for_a_person(ledger: Ledger) -> None:
    claim = claimed(ledger)

    status = ledger.messages.settle(claim, held(HoldReason.UNIDENTIFIED_SENDER))

    [hold] = ledger.holds.waiting()
    assert status is MessageStatus.HELD
    assert (hold.what, hold.message) == (HoldSubject.MESSAGE, claim.number)
    assert (hold.reason, hold.sender) == ("unidentified-sender", "mira@larkfield.example")


@pytest.mark.parametrize("odd", ["no\x00thing", "half \ud83d"], ids=["NUL", "surrogate"])
def test_text_that_no_database_can_store_does_not_stop_the_message(
    ledger: Ledger, odd: str
) -> None:
    project = engage(ledger)
    filed = replace(document(1), filename=odd)
    outcome = accepted(ledger.standing(project.id), documents=[filed])
    strange = replace(
        inbound(), subject=odd, written=odd, message_id=f"<{odd}@x>", references=(odd,)
    )

    status = ledger.messages.settle(
        claimed(ledger), replace(outcome, message=strange, notes=(odd,))
    )

    [kept] = ledger.standing(project.id).documents
    assert status is MessageStatus.ACCEPTED
    assert "\ufffd" in kept.filename


# ---------------------------------------------------------------- octets that come again and again


def picture(
    ledger: Ledger, text: str, *, fate: Fate = Fate.SIGNATURE_IMAGE, paths: int = 1
) -> None:
    """One more mail of Mira's with the same picture, so many times in it."""
    entries = tuple(replace(part("logo.png", path=str(at)), fate=fate) for at in range(paths))
    outcome = replace(held(HoldReason.UNIDENTIFIED_SENDER, text), parts=entries)
    ledger.messages.settle(claimed(ledger, text), outcome)


def unwanted(ledger: Ledger, sender: Address = MIRA.address) -> dict[Sha256, int]:
    return ledger.messages.unwanted_before(sender, [sha256_of("logo.png"), sha256_of("other")])


def test_octets_that_were_of_no_use_are_counted_by_message(ledger: Ledger) -> None:
    picture(ledger, "one", paths=2)
    picture(ledger, "two")

    assert unwanted(ledger) == {sha256_of("logo.png"): 2}


@pytest.mark.parametrize("fate", [Fate.FILED, Fate.NEWER_VERSION, Fate.OLDER_VERSION, Fate.UNSURE])
def test_octets_that_were_of_use_once_are_not_unwanted(ledger: Ledger, fate: Fate) -> None:
    picture(ledger, "one")
    picture(ledger, "two", fate=fate)
    picture(ledger, "three")

    assert unwanted(ledger) == {}


@pytest.mark.parametrize("sender", ["ana@larkfield.example", "robin@studio.example"])
def test_octets_of_somebody_else_say_nothing(ledger: Ledger, sender: str) -> None:
    picture(ledger, "one")

    assert unwanted(ledger, Address(sender)) == {}


def test_a_document_keeps_what_it_counts_toward(ledger: Ledger) -> None:
    project = engage(ledger)
    filed = replace(document(1), filed_for=(DECK, ItemName("brand-guide")))

    ledger.messages.settle(
        claimed(ledger), accepted(ledger.standing(project.id), documents=[filed])
    )

    [kept] = ledger.standing(project.id).documents
    assert set(kept.filed_for) == set(filed.filed_for)


def test_every_blob_that_a_row_knows_is_told_with_its_digest(ledger: Ledger) -> None:
    project = engage(ledger)
    filed = document(1)
    claim = claimed(ledger)

    ledger.messages.settle(claim, accepted(ledger.standing(project.id), documents=[filed]))

    assert filed.blob is not None
    assert ledger.blobs() == {claim.blob_key: claim.sha256, filed.blob: filed.sha256}


def test_a_project_that_changed_is_due_for_new_pages(ledger: Ledger) -> None:
    project = engage(ledger)
    ledger.indexed(ledger.standing(project.id))
    current = ledger.unindexed()

    ledger.messages.settle(
        claimed(ledger), accepted(ledger.standing(project.id), documents=[document(1)])
    )

    assert current == ()
    assert ledger.unindexed() == (project.id,)


def test_pages_of_an_older_view_leave_the_project_due(ledger: Ledger) -> None:
    project = engage(ledger)
    old = ledger.standing(project.id)
    ledger.directory.set_state(project.token, ProjectState.PAUSED)

    ledger.indexed(old)

    assert ledger.unindexed() == (project.id,)
