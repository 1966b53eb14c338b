"""Each reason for which a message is taken, held, discarded or a bounce."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from intake.automatic import automatic
from intake.bounces import bounce_reports
from intake.model import (
    Accepted,
    Address,
    Authentication,
    AutoKind,
    Bounce,
    Discarded,
    Disposition,
    Held,
    HoldReason,
    InboundMessage,
)
from intake.parse import parse
from intake.vet import VetPolicy, authentication, authserv_ids, too_large, vet

MAIL = Path(__file__).parent.parent / "mail"
OWN = frozenset({Address("intake@studio.example")})
TRUSTED = frozenset({"mx.studio.example"})
OPEN = VetPolicy(OWN, TRUSTED, accept_unverified=True)
STRICT = VetPolicy(OWN, TRUSTED, accept_unverified=False)
PASSED = "Authentication-Results: mx.studio.example; dmarc=pass header.from=acme.example"


def letter(*fields: str, sender: str = "Ana <ana@acme.example>") -> InboundMessage:
    lines = [*fields, f"From: {sender}", "To: intake@studio.example", "", "Hello"]
    return parse("\r\n".join(lines).encode())


def test_a_persons_mail_is_accepted() -> None:
    assert vet(letter(), documents=False, policy=OPEN) == Accepted(None, Authentication.NONE)


@pytest.mark.parametrize(
    ("field", "kind"),
    [
        ("Auto-Submitted: auto-replied", AutoKind.AUTO_REPLIED),
        ("Auto-Submitted: auto-generated (failure)", AutoKind.AUTO_GENERATED),
        ("Precedence: auto_reply", AutoKind.AUTO_REPLIED),
        ("X-Autoreply: yes", AutoKind.AUTO_REPLIED),
        ("Subject: Out of office until Monday", AutoKind.AUTO_REPLIED),
        ("Subject: [Acme] Automatische Antwort: Deck", AutoKind.AUTO_REPLIED),
        ("Subject: Réponse automatique : deck", AutoKind.AUTO_REPLIED),
        ("Precedence: bulk", AutoKind.LIST),
        ("List-Id: <news.acme.example>", AutoKind.LIST),
        ("List-Unsubscribe: <https://acme.example/u>", AutoKind.LIST),
        ("X-Auto-Response-Suppress: OOF, AutoReply", AutoKind.AUTO_GENERATED),
        ("X-Auto-Response-Suppress: All", AutoKind.AUTO_GENERATED),
        ("Return-Path: <>", AutoKind.AUTO_GENERATED),
        ("X-Failed-Recipients: gone@acme.example", AutoKind.BOUNCE),
        ("X-Intake-Project: acme-q4", AutoKind.AUTO_GENERATED),
        ("Content-Type: multipart/report; report-type=disposition-notification; boundary=b", AutoKind.AUTO_REPLIED),
        ("Content-Type: multipart/report; report-type=feedback-report; boundary=b", AutoKind.AUTO_GENERATED),
        ("Content-Type: multipart/report; report-type=delivery-status; boundary=b", AutoKind.BOUNCE),
    ],
)  # fmt: skip
def test_automatic_mail_is_known_by_its_fields(field: str, kind: AutoKind) -> None:
    assert automatic(letter(field), OWN) is kind


@pytest.mark.parametrize(
    "field",
    [
        "Auto-Submitted: no",
        "Precedence: normal",
        "X-Auto-Response-Suppress: DR, RN, NRN",
        "Subject: Office move: our new calendar",
        "Subject: Re: Undelivered boxes at the event",
        "Return-Path: <ana@acme.example>",
        "Feedback-ID: webmail:acme",
        "Content-Type: multipart/mixed; boundary=report",
    ],
)
def test_a_persons_mail_is_not_taken_for_automatic(field: str) -> None:
    assert automatic(letter(field), OWN) is None


@pytest.mark.parametrize(
    ("sender", "kind"),
    [
        ("MAILER-DAEMON@mx.acme.example", AutoKind.BOUNCE),
        ("Mail Delivery System <postmaster@acme.example>", AutoKind.BOUNCE),
        ("Mail Delivery Subsystem <MAILER-DAEMON>", AutoKind.BOUNCE),
        ("bounces+7@acme.example", AutoKind.BOUNCE),
        ("Bob Example <postmaster@acme.example>", None),
        ("no-reply@acme.example", None),
        ("Studio <intake@studio.example>", AutoKind.AUTO_GENERATED),
        ("Studio <intake+acme-q4@studio.example>", AutoKind.AUTO_GENERATED),
        ("Studio <intake@acme.example>", None),
    ],
)
def test_automatic_mail_is_known_by_its_sender(sender: str, kind: AutoKind | None) -> None:
    assert automatic(letter(sender=sender), OWN) is kind


def test_a_delivery_report_names_the_letter_that_it_is_about() -> None:
    message = parse((MAIL / "delivery_report.eml").read_bytes())
    message = replace(message, bounces=bounce_reports(message))

    assert vet(message, documents=False, policy=OPEN) == Bounce(
        "<letter-7@studio.example>", Authentication.NONE
    )


@pytest.mark.parametrize(
    ("said", "auto"),
    [
        (Accepted(None, Authentication.PASS), None),
        (Held(HoldReason.UNVERIFIED_SENDER, None, Authentication.PASS), None),
        (Discarded(AutoKind.LIST, Authentication.PASS), AutoKind.LIST),
        (Bounce(None, Authentication.PASS), AutoKind.BOUNCE),
    ],
)
def test_what_was_too_large_to_be_taken_is_held_whatever_its_header_says(
    said: Disposition, auto: AutoKind | None
) -> None:
    assert too_large(said) == Held(HoldReason.TOO_LARGE, auto, Authentication.PASS)


def test_automatic_mail_without_documents_is_discarded() -> None:
    message = letter("Auto-Submitted: auto-replied")

    assert vet(message, documents=False, policy=STRICT) == Discarded(
        AutoKind.AUTO_REPLIED, Authentication.NONE
    )


def test_automatic_mail_with_documents_is_filed_and_marked() -> None:
    message = letter("List-Id: <news.acme.example>")

    assert vet(message, documents=True, policy=OPEN) == Accepted(AutoKind.LIST, Authentication.NONE)


LOCKED = (
    "--b\r\nContent-Type: text/plain\r\n\r\nHello\r\n--b\r\nContent-Type: application/zip; name=f.zip\r\n"
    "Content-Disposition: attachment; filename=f.zip\r\n\r\nlocked\r\n--b--\r\n"
)


def with_file(*fields: str) -> InboundMessage:
    lines = ["From: Ana <ana@acme.example>", "Content-Type: multipart/mixed; boundary=b", *fields]
    return parse("\r\n".join([*lines, "", LOCKED]).encode())


def test_a_file_that_is_no_document_is_not_dropped_for_a_subject() -> None:
    message = with_file("Subject: Automatic reply: Our deck")

    assert vet(message, documents=False, policy=OPEN) == Accepted(
        AutoKind.AUTO_REPLIED, Authentication.NONE
    )


def test_a_file_that_is_no_document_is_dropped_where_the_fields_say_so() -> None:
    message = with_file("Subject: Our deck", "Auto-Submitted: auto-replied")

    assert isinstance(vet(message, documents=False, policy=OPEN), Discarded)


def test_our_own_letter_is_discarded_even_with_documents() -> None:
    message = letter("X-Intake-Project: acme-q4")

    assert vet(message, documents=True, policy=OPEN) == Discarded(
        AutoKind.AUTO_GENERATED, Authentication.NONE
    )


def test_mail_from_an_address_that_takes_no_answers_is_never_answered() -> None:
    message = letter(sender="no-reply@acme.example")

    assert vet(message, documents=True, policy=OPEN) == Accepted(
        AutoKind.AUTO_GENERATED, Authentication.NONE
    )


@pytest.mark.parametrize(
    ("message", "reason"),
    [
        (letter(sender="ana@acme.example, bea@acme.example"), HoldReason.NO_SINGLE_SENDER),
        (letter(PASSED.replace("=pass", "=fail")), HoldReason.AUTHENTICATION_FAILED),
        (letter(), HoldReason.UNVERIFIED_SENDER),
    ],
)
def test_a_sender_who_cannot_be_believed_is_held(
    message: InboundMessage, reason: HoldReason
) -> None:
    held = vet(message, documents=True, policy=STRICT)

    assert isinstance(held, Held)
    assert held.reason is reason


def test_a_failed_authentication_is_held_even_where_unverified_senders_are_accepted() -> None:
    held = vet(letter(PASSED.replace("=pass", "=fail")), documents=True, policy=OPEN)

    assert isinstance(held, Held)


AR = "Authentication-Results: mx.studio.example"


@pytest.mark.parametrize(
    ("field", "verdict"),
    [
        (f"{AR}; dmarc=pass (p=REJECT) header.from=acme.example", Authentication.PASS),
        (f"{AR}; dmarc=pass", Authentication.PASS),
        (f"{AR}; dmarc=pass header.from=evil.example", Authentication.NONE),
        (f"{AR}; dmarc=fail header.from=acme.example; dkim=pass header.d=acme.example", Authentication.FAIL),
        (f"{AR}; dkim=pass header.d=acme.example header.b=x", Authentication.PASS),
        (f"{AR}; dkim=pass header.i=@mail.acme.example", Authentication.PASS),
        (f"{AR}; dkim=pass header.d=evil.example", Authentication.NONE),
        (f"{AR}; dkim=pass header.d=evilacme.example", Authentication.NONE),
        (f"{AR}; dkim=pass header.d=example", Authentication.NONE),
        (f"{AR}; dkim=fail header.d=acme.example", Authentication.FAIL),
        (f"{AR}; spf=pass smtp.mailfrom=bounce@acme.example", Authentication.PASS),
        (f"{AR}; spf=pass smtp.mailfrom=evil.example", Authentication.NONE),
        (f"{AR}; spf=fail smtp.mailfrom=acme.example; dkim=pass header.d=acme.example", Authentication.PASS),
        (f"{AR}; spf=softfail smtp.mailfrom=acme.example", Authentication.NONE),
        (f"{AR}; none", Authentication.NONE),
        (f"{AR} 1; spf=pass smtp.mailfrom=acme.example", Authentication.PASS),
        (f"{AR}; ((((", Authentication.NONE),
        ("Authentication-Results: mx.evil.example; dmarc=pass header.from=acme.example", Authentication.NONE),
        ("Authentication-Results: (mx.studio.example) mx.evil.example; dmarc=pass", Authentication.NONE),
        ("Authentication-Results:", Authentication.NONE),
        ("X-Other: x", Authentication.NONE),
    ],
)  # fmt: skip
def test_only_a_trusted_server_vouches_for_the_from_domain(
    field: str, verdict: Authentication
) -> None:
    assert authentication(letter(field), TRUSTED) is verdict


def test_a_forged_field_below_the_servers_own_is_not_believed() -> None:
    message = letter(f"{AR}; dmarc=fail header.from=acme.example", PASSED)

    assert authentication(message, TRUSTED) is Authentication.FAIL


def test_without_trusted_servers_nobody_is_believed() -> None:
    assert authentication(letter(PASSED), frozenset()) is Authentication.NONE


def test_the_servers_that_a_message_names_can_be_listed() -> None:
    message = letter(PASSED, "Authentication-Results: MX.other.example 1; none")

    assert authserv_ids(message) == {"mx.studio.example", "mx.other.example"}
