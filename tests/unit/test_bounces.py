"""Whom a letter did not reach, by reports that keep to the standard and by such as do not."""

from __future__ import annotations

from pathlib import Path

import pytest

from intake.bounces import bounce_reports, returned_message_id
from intake.model import Address, BounceReport, InboundMessage
from intake.parse import parse

MAIL = Path(__file__).parent.parent / "mail"
BEA = Address("bea@acme.example")
OURS = "<letter-7@studio.example>"
COPY = f"Message-ID: {OURS}\nSubject: What is still missing\n\nHello Bea\n"


def plain(text: str, *fields: str, subject: str = "failure notice") -> InboundMessage:
    lines = [*fields, "From: MAILER-DAEMON@mx.acme.example", f"Subject: {subject}", "", text]
    return parse("\n".join(lines).encode())


def report(*recipients: str) -> InboundMessage:
    """A report as RFC 3464 has it, with the header of the letter."""
    status = "\n\n".join(("Reporting-MTA: dns; mx.acme.example", *recipients))
    return parse(
        (
            "From: MAILER-DAEMON@mx.acme.example\n"
            "Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n"
            "--b\nContent-Type: text/plain\n\nIt did not work.\n"
            f"--b\nContent-Type: message/delivery-status\n\n{status}\n"
            f"--b\nContent-Type: text/rfc822-headers\n\n{COPY}\n--b--\n"
        ).encode()
    )


def test_a_report_of_the_standard_names_letter_recipient_and_status() -> None:
    message = report("Final-Recipient: rfc822; Bea@Acme.example\nAction: failed\nStatus: 5.1.1")

    assert bounce_reports(message) == (BounceReport(OURS, BEA, "5.1.1", permanent=True),)


def test_the_fixture_of_a_report_is_read() -> None:
    message = parse((MAIL / "delivery_report.eml").read_bytes())

    assert [(found.of, found.permanent) for found in bounce_reports(message)] == [(OURS, True)]


def test_the_recipient_that_was_written_to_outweighs_where_it_was_forwarded() -> None:
    message = report(
        "Original-Recipient: rfc822;bea+2Bwork@acme.example\n"
        "Final-Recipient: rfc822;b@elsewhere.example\nAction: failed\nStatus: 5.1.1"
    )

    assert bounce_reports(message)[0].recipient == "bea+work@acme.example"


def test_each_recipient_has_a_report_of_its_own() -> None:
    message = report(
        "Final-Recipient: rfc822; bea@acme.example\nAction: failed\nStatus: 5.1.1",
        "Final-Recipient: rfc822; cy@acme.example\nAction: delivered\nStatus: 2.0.0",
    )

    assert [(found.recipient, found.permanent) for found in bounce_reports(message)] == [
        (BEA, True),
        ("cy@acme.example", False),
    ]


@pytest.mark.parametrize(
    ("action", "status", "permanent"),
    [
        ("failed", "5.2.2", True),
        ("failed", "5.7.1 (refused)", True),
        ("failed (of old age)", "5.0.0", True),
        ("failed", "4.4.7", False),
        ("delayed", "4.4.1", False),
        ("delayed", "5.1.1", False),
        ("relayed", "2.0.0", False),
        ("expanded", "2.0.0", False),
        ("", "5.1.1", False),
    ],
)
def test_only_what_failed_for_good_is_permanent(
    action: str, status: str, *, permanent: bool
) -> None:
    recipient = f"Final-Recipient: rfc822; bea@acme.example\nAction: {action}\nStatus: {status}"

    assert bounce_reports(report(recipient))[0].permanent is permanent


def test_folded_fields_are_read() -> None:
    message = report("Final-Recipient: rfc822;\n  bea@acme.example\nAction:\n failed")

    assert bounce_reports(message) == (BounceReport(OURS, BEA, None, permanent=True),)


QMAIL = f"""Hi. This is the mail program at mx.acme.example.
I'm afraid I wasn't able to deliver your message to the following addresses.
This is a permanent error; I've given up.

<bea@acme.example>:
Sorry, no mailbox here by that name. (#5.1.1)

--- Below this line is a copy of the message.

{COPY}"""
EXIM = f"""A message that you sent could not be delivered to one or more of its recipients.

  bea@acme.example
    SMTP error from remote mail server after RCPT TO: 550 unknown user

------ This is a copy of the message, including all the headers. ------

{COPY}"""
EXCHANGE = """Your message did not reach some or all of the intended recipients.

The following recipient(s) cannot be reached:

      'bea@acme.example' on 23/11/2026 09:00
            The e-mail account does not exist. <mx.acme.example #5.1.1>
"""
GMAIL = f"""Delivery to the following recipient failed permanently:

     bea@acme.example

Technical details of permanent failure: the mail server does not know this address.

----- Original message -----

{COPY}"""


@pytest.mark.parametrize("text", [QMAIL, EXIM, EXCHANGE, GMAIL])
def test_plain_words_of_a_server_are_read(text: str) -> None:
    [found] = bounce_reports(plain(text))

    assert (found.recipient, found.permanent) == (BEA, True)


@pytest.mark.parametrize("text", [QMAIL, EXIM, GMAIL])
def test_the_letter_is_named_in_the_copy(text: str) -> None:
    assert returned_message_id(plain(text)) == OURS


def test_failed_recipients_may_stand_in_a_field() -> None:
    message = plain("550 no such user\n", "X-Failed-Recipients: bea@acme.example, cy@acme.example")

    assert [found.recipient for found in bounce_reports(message)] == [BEA, "cy@acme.example"]


@pytest.mark.parametrize(
    "text",
    [
        "<bea@acme.example>: temporarily deferred; delivery will be retried for 5 days.",
        "<bea@acme.example>: 452 4.2.2 mailbox full",
        "Delivery to bea@acme.example has been delayed. No action is required on your part.",
        "<bea@acme.example>: something happened",
    ],
)
def test_a_letter_that_is_only_late_is_no_loss(text: str) -> None:
    assert [found.permanent for found in bounce_reports(plain(text))] == [False]


def test_a_bounce_that_names_nobody_still_names_the_letter() -> None:
    message = plain("It could not be delivered.", f"In-Reply-To: {OURS}")

    assert bounce_reports(message) == (BounceReport(OURS, None, None, permanent=True),)


def test_reports_keep_names_out_of_their_repr() -> None:
    assert "bea" not in repr(bounce_reports(plain(QMAIL)))


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    "unit", ["a", "a@", "-", " ", "\n", "<a@b.c", "message-id:", "\n ", "a.a@a.", "5.1.1 "]
)
def test_hostile_text_ends(unit: str) -> None:
    text = unit * (200_000 // len(unit))

    assert bounce_reports(plain(text, f"X-Failed-Recipients: {text}"))
