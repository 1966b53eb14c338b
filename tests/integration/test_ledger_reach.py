"""Which contacts letters reach: bounces and absences count only where they answer a letter of ours."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import pytest

from intake.model import (
    Address,
    Authentication,
    AutoKind,
    BounceReport,
    Mailbox,
    OutboundMessage,
    Reach,
)
from storage import schema
from storage.ledger import Ledger
from storage.values import MessageStatus, Settlement
from tests.ledgers import (
    MIRA,
    NOON,
    ROBIN,
    accepted,
    claimed,
    count,
    engage,
    inbound,
    intent,
    outbound,
    owe,
)

OURS = "<letter-7@studio.example>"
COLLEAGUE = Address("max@larkfield.example")
BACK = date(2026, 12, 7)


def write_to_mira(ledger: Ledger, *, copied: Sequence[Address] = ()) -> None:
    """A letter to her has left."""
    project = engage(ledger)
    ledger.directory.add_contact("Larkfield", COLLEAGUE)
    owe(ledger, project, "one", intent())
    claim = ledger.letters.claim(ledger.worker)
    assert claim is not None
    letter: OutboundMessage = replace(outbound(message_id=OURS), recipients=(MIRA.address, *copied))
    ledger.letters.freeze(claim, letter)
    ledger.letters.sent(claim)


def bounce(
    recipient: Address | None = MIRA.address, *, of: str | None = OURS, permanent: bool = True
) -> Settlement:
    daemon = Mailbox("", Address("mailer-daemon@mx.larkfield.example"))
    return Settlement(
        status=MessageStatus.BOUNCE,
        message=replace(inbound("bounce"), sender=daemon),
        bounces=(BounceReport(of, recipient, "5.1.1", permanent=permanent),),
    )


def absence(
    *,
    authentication: Authentication = Authentication.NONE,
    answers: str | None = None,
    sender: Mailbox = MIRA,
) -> Settlement:
    message = replace(
        inbound("away"), sender=sender, in_reply_to=(answers,) if answers is not None else ()
    )
    return Settlement(
        status=MessageStatus.DISCARDED,
        auto=AutoKind.AUTO_REPLIED,
        authentication=authentication,
        message=message,
        away_until=BACK,
    )


def mira(ledger: Ledger) -> Reach:
    [found] = ledger.letters.reach([MIRA.address])
    return found


def test_a_bounce_of_our_letter_is_noted_on_the_contact(ledger: Ledger) -> None:
    write_to_mira(ledger)

    ledger.messages.settle(claimed(ledger, "bounce"), bounce())

    assert mira(ledger) == Reach(MIRA.address, NOON, None)


def test_a_bounce_is_told_in_the_audit(ledger: Ledger) -> None:
    write_to_mira(ledger)
    before = count(ledger, schema.Audit)

    ledger.messages.settle(claimed(ledger, "bounce"), bounce())

    # Received, bounced, settled.
    assert count(ledger, schema.Audit) == before + 3


def test_a_bounce_that_names_nobody_is_about_the_only_recipient(ledger: Ledger) -> None:
    write_to_mira(ledger)

    ledger.messages.settle(claimed(ledger, "bounce"), bounce(None))

    assert mira(ledger).bounced_at == NOON


def test_a_bounce_is_noted_on_the_one_it_names_of_several(ledger: Ledger) -> None:
    write_to_mira(ledger, copied=[COLLEAGUE])

    ledger.messages.settle(claimed(ledger, "bounce"), bounce(COLLEAGUE))

    assert [found.bounced_at for found in ledger.letters.reach([MIRA.address, COLLEAGUE])] == [
        NOON,
        None,
    ]


@pytest.mark.parametrize(
    "report",
    [
        bounce(permanent=False),
        bounce(of=None),
        bounce(of="<invented@studio.example>"),
        bounce(COLLEAGUE),
        bounce(ROBIN.address),
    ],
    ids=["late", "of nothing", "of no letter", "not to them", "no contact"],
)
def test_a_bounce_that_is_not_believed_silences_nobody(ledger: Ledger, report: Settlement) -> None:
    write_to_mira(ledger)

    ledger.messages.settle(claimed(ledger, "bounce"), report)

    assert {found.bounced_at for found in ledger.letters.reach([MIRA.address, COLLEAGUE])} == {None}


def test_a_bounce_of_several_recipients_that_names_none_silences_nobody(ledger: Ledger) -> None:
    write_to_mira(ledger, copied=[COLLEAGUE])

    ledger.messages.settle(claimed(ledger, "bounce"), bounce(None))

    assert {found.bounced_at for found in ledger.letters.reach([MIRA.address, COLLEAGUE])} == {None}


def test_a_bounce_of_a_letter_that_has_not_left_silences_nobody(ledger: Ledger) -> None:
    owe(ledger, engage(ledger), "one", intent())

    ledger.messages.settle(claimed(ledger, "bounce"), bounce())

    assert mira(ledger).bounced_at is None


def test_a_bounce_may_name_the_mailbox_in_other_words(ledger: Ledger) -> None:
    write_to_mira(ledger)
    tagged = Address("mira+launch@larkfield.example")

    ledger.messages.settle(claimed(ledger, "bounce"), bounce(tagged))

    assert mira(ledger).bounced_at == NOON


def test_a_repeated_bounce_changes_nothing(ledger: Ledger) -> None:
    write_to_mira(ledger)
    ledger.messages.settle(claimed(ledger, "bounce"), bounce())
    ledger.messages.settle(claimed(ledger, "hello"), accepted(None, "hello"))

    status = ledger.messages.settle(claimed(ledger, "again"), bounce())

    assert status is MessageStatus.REPEATED
    assert mira(ledger).bounced_at is None


@pytest.mark.parametrize(
    "message",
    [absence(authentication=Authentication.PASS), absence(answers=OURS)],
    ids=["vouched for", "answers our letter"],
)
def test_an_absence_is_noted_until_the_return(ledger: Ledger, message: Settlement) -> None:
    write_to_mira(ledger)

    ledger.messages.settle(claimed(ledger, "away"), message)

    assert mira(ledger) == Reach(MIRA.address, None, BACK)


@pytest.mark.parametrize(
    "message",
    [
        absence(),
        absence(answers="<invented@studio.example>"),
        absence(answers=OURS, authentication=Authentication.FAIL),
        absence(answers=OURS, sender=Mailbox("", COLLEAGUE)),
    ],
    ids=["out of nowhere", "answers no letter", "failed", "not written to"],
)
def test_an_absence_that_is_not_believed_is_not_noted(ledger: Ledger, message: Settlement) -> None:
    write_to_mira(ledger)

    ledger.messages.settle(claimed(ledger, "away"), message)

    assert {found.away_until for found in ledger.letters.reach([MIRA.address, COLLEAGUE])} == {None}


@pytest.mark.parametrize("message", [bounce(), absence(answers=OURS)], ids=["bounced", "away"])
def test_who_writes_again_is_reached_again(ledger: Ledger, message: Settlement) -> None:
    write_to_mira(ledger)
    ledger.messages.settle(claimed(ledger, "gone"), message)

    ledger.messages.settle(claimed(ledger, "hello"), accepted(None, "hello"))

    assert mira(ledger) == Reach(MIRA.address, None, None)


def test_a_machine_that_writes_again_changes_nothing(ledger: Ledger) -> None:
    write_to_mira(ledger)
    ledger.messages.settle(claimed(ledger, "bounce"), bounce())
    automatic = replace(accepted(None, "hello"), auto=AutoKind.LIST)

    ledger.messages.settle(claimed(ledger, "hello"), automatic)

    assert mira(ledger).bounced_at == NOON


def test_a_stranger_is_nobodys_contact(ledger: Ledger) -> None:
    assert ledger.letters.reach([Address("nobody@elsewhere.example")]) == ()


def test_an_absence_of_nobody_known_is_nobodys(ledger: Ledger) -> None:
    write_to_mira(ledger)
    nameless = absence(authentication=Authentication.PASS)
    nameless = replace(nameless, message=replace(nameless.message, sender=None))

    ledger.messages.settle(claimed(ledger, "away"), nameless)

    assert mira(ledger) == Reach(MIRA.address, None, None)
