"""Mail that waits for a word: what was asked about it, who may decide, and what a yes writes."""

from __future__ import annotations

from dataclasses import replace

import pytest

from intake.model import Address, HoldId, HoldReason, LetterKind, Mailbox, ProjectState
from storage import schema
from storage.ledger import Ledger
from storage.values import Asked, MessageStatus, WaitingMail
from tests.integration.test_ledger_races import together
from tests.ledgers import (
    MIRA,
    ROBIN,
    claimed,
    count,
    engage,
    held,
    inbound,
    intent,
    message_row,
    outbound,
    owe,
)

JONAS = Mailbox("Jonas Falk", Address("jonas@larkfield.example"))
LENA = Mailbox("", Address("lena@elsewhere.example"))
STRANGER = Address("nobody@studio.example")


@pytest.fixture
def ledger(ledger: Ledger) -> Ledger:
    """One client with a domain of its own, and a project of Robin's."""
    ledger.directory.add_client("Larkfield", contacts=[MIRA.address], domains=["larkfield.example"])
    engage(ledger)
    return ledger


def hold(
    ledger: Ledger, text: str, *, sender: Mailbox = JONAS, reason: HoldReason = HoldReason.COLLEAGUE
) -> None:
    """A message that waits, and the letter that asks about it."""
    kind = LetterKind.COLLEAGUE if reason is HoldReason.COLLEAGUE else LetterKind.QUESTION
    to = ROBIN if kind is LetterKind.COLLEAGUE else sender
    settlement = held(reason, text)
    message = replace(inbound(text), sender=sender)
    ledger.messages.settle(
        claimed(ledger, text),
        replace(settlement, message=message, letters=(intent(f"{kind}:{text}", kind=kind, to=to),)),
    )


def send(ledger: Ledger, name: str) -> None:
    """The next letter leaves under this Message-ID."""
    claim = ledger.letters.claim(ledger.worker)
    assert claim is not None
    ledger.letters.freeze(claim, outbound(name, message_id=f"<{name}@studio.example>"))


def test_a_freelancer_may_decide_about_colleagues_of_their_clients(ledger: Ledger) -> None:
    hold(ledger, "one")
    hold(ledger, "two", sender=LENA)

    [client] = ledger.directory.clients()
    assert ledger.questions.held_for(ROBIN.address) == (
        WaitingMail(HoldId(1), JONAS.address, (client.id,)),
    )
    assert ledger.questions.held_for(STRANGER) == ()


def test_with_the_last_project_closed_there_is_nothing_to_decide(ledger: Ledger) -> None:
    hold(ledger, "one")

    [project] = ledger.directory.projects()
    ledger.directory.set_state(project.token, ProjectState.CLOSED)

    assert ledger.questions.held_for(ROBIN.address) == ()


def test_a_yes_makes_a_contact_and_releases_all_that_waits_for_it(ledger: Ledger) -> None:
    for text in ("one", "two"):
        hold(ledger, text)
    hold(ledger, "three", sender=LENA)
    [client] = ledger.directory.clients()

    for _ in range(2):
        ledger.holds.let_in(JONAS.address, client=client.id, decision="release")

    [client] = ledger.directory.clients()
    assert client.contacts == (MIRA.address, JONAS.address)
    assert [entry.sender for entry in ledger.holds.waiting()] == [LENA.address]
    rows = [message_row(ledger, number) for number in (1, 2, 3)]
    assert [row.status for row in rows] == [
        MessageStatus.WAITING,
        MessageStatus.WAITING,
        MessageStatus.HELD,
    ]


def test_two_who_say_yes_at_once_make_one_contact(ledger: Ledger, other: Ledger) -> None:
    [client] = ledger.directory.clients()
    for number in range(8):
        sender = Mailbox("", Address(f"new-{number}@larkfield.example"))
        hold(ledger, f"mail {number}", sender=sender)
        together(
            lambda who=sender.address: ledger.holds.let_in(who, client=client.id, decision="a"),  # type: ignore[misc]  # bound per round
            lambda who=sender.address: other.holds.let_in(who, client=client.id, decision="b"),  # type: ignore[misc]  # as above
        )

    assert count(ledger, schema.Contact) == 9
    assert ledger.holds.waiting() == ()


def test_the_nearest_question_to_that_very_person_is_the_one_that_is_answered(
    ledger: Ledger,
) -> None:
    hold(ledger, "one", sender=LENA, reason=HoldReason.AMBIGUOUS_PROJECT)
    hold(ledger, "two")
    send(ledger, "which")
    send(ledger, "who")
    thread = ("<other@studio.example>", "<who@studio.example>", "<which@studio.example>")

    assert ledger.questions.answered(thread, LENA.address) == Asked(
        LetterKind.QUESTION, LENA.address, b"which", (HoldId(1),)
    )
    assert ledger.questions.answered(thread, ROBIN.address) == Asked(
        LetterKind.COLLEAGUE, JONAS.address, b"who", ()
    )
    assert ledger.questions.answered(thread, STRANGER) is None


def test_a_later_letter_in_the_thread_is_what_is_answered(ledger: Ledger) -> None:
    hold(ledger, "one", sender=LENA, reason=HoldReason.AMBIGUOUS_PROJECT)
    send(ledger, "which")
    [project] = ledger.directory.projects()
    owe(ledger, project, "two", intent("two", to=LENA))
    send(ledger, "reply")
    thread = ("<reply@studio.example>", "<which@studio.example>")

    assert ledger.questions.answered(thread, LENA.address) is None
    assert ledger.questions.answered(thread[1:], LENA.address) is not None


def test_what_was_decided_does_not_wait_for_its_project_any_more(ledger: Ledger) -> None:
    hold(ledger, "one", sender=LENA, reason=HoldReason.AMBIGUOUS_PROJECT)
    send(ledger, "which")
    ledger.holds.reject_message(HoldId(1), reason="not for us")

    asked = ledger.questions.answered(("<which@studio.example>",), LENA.address)

    assert asked is not None
    assert asked.holds == ()
