from __future__ import annotations

import email
from collections.abc import Callable
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP, default
from functools import cache
from typing import Literal

import pytest

from intake.demo import messages
from intake.demo.messages import Occasion

Mail = Callable[[Occasion], EmailMessage]

NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
FIRST_MAILS: tuple[Mail, ...] = (
    messages.first_batch,
    messages.forwarded_roadmap,
    messages.articles,
    messages.stale_roadmap,
    messages.inline_calendar,
    messages.brand_and_year,
    messages.curious_stranger,
)
ANSWERS: tuple[Mail, ...] = (
    messages.missing_pieces,
    messages.misnamed_invoice,
    messages.vacation_notice,
    messages.quarterly_roadmap,
)


def letter_of_the_desk() -> EmailMessage:
    letter = EmailMessage(policy=SMTP)
    letter["From"] = "Studio Intake <intake+some-token@studio.example>"
    letter["Subject"] = "Re: Marketing roadmap"
    letter["Message-ID"] = "<letter-1@studio.example>"
    letter["References"] = "<mail-1@client.example>"
    letter.set_content("Thank you.\n\nStill missing:\n1. Investor deck\n")
    return letter


@cache
def octets_of(mail: Mail) -> bytes:
    return mail(Occasion(NOW, letter_of_the_desk())).as_bytes()


def received(mail: Mail) -> EmailMessage:
    return email.message_from_bytes(octets_of(mail), policy=default)


def body_of(message: EmailMessage, kind: Literal["plain", "html"]) -> str:
    body = message.get_body((kind,))
    assert body is not None
    return str(body.get_content())


def names_in(message: EmailMessage) -> list[str]:
    return [name for part in message.walk() if (name := part.get_filename())]


@pytest.mark.parametrize("mail", [*FIRST_MAILS, *ANSWERS])
def test_a_mail_parses_without_defects(mail: Mail) -> None:
    message = received(mail)

    assert not [defect for part in message.walk() for defect in part.defects]


@pytest.mark.parametrize("mail", [*FIRST_MAILS, *ANSWERS])
def test_every_address_is_an_example(mail: Mail) -> None:
    message = received(mail)

    addresses = [address.domain for field in ("From", "To") for address in message[field].addresses]

    assert {domain.rpartition(".")[2] for domain in addresses} == {"example"}


@pytest.mark.parametrize("mail", [*FIRST_MAILS, *ANSWERS])
def test_the_studios_mail_server_vouches_for_the_sender(mail: Mail) -> None:
    assert received(mail)["Authentication-Results"].startswith("mx.studio.example; dkim=pass")


@pytest.mark.parametrize("mail", ANSWERS)
def test_an_answer_stands_in_the_thread_of_the_letter(mail: Mail) -> None:
    message = received(mail)

    assert message["In-Reply-To"] == "<letter-1@studio.example>"
    assert message["References"].split() == [
        "<mail-1@client.example>",
        "<letter-1@studio.example>",
    ]


def test_an_answer_needs_a_letter_to_answer() -> None:
    with pytest.raises(ValueError, match="has not written"):
        messages.missing_pieces(Occasion(NOW))


def test_an_answer_quotes_the_letter() -> None:
    assert "> Still missing:" in body_of(received(messages.missing_pieces), "plain")


def test_the_vacation_notice_says_that_it_is_automatic() -> None:
    message = received(messages.vacation_notice)

    assert message["Auto-Submitted"] == "auto-replied"
    assert message["Subject"] == "Automatic reply: Marketing roadmap"


def test_the_forwarded_roadmap_lies_in_a_message_of_a_colleague() -> None:
    inner = next(
        part
        for part in received(messages.forwarded_roadmap).iter_attachments()
        if part.get_content_type() == "message/rfc822"
    ).get_content()

    assert inner["From"].addresses[0].display_name == "Jonas Vik"
    assert names_in(inner) == ["Halden roadmap Q4 2026.xlsx"]


def test_the_logo_is_shown_by_the_page_that_it_belongs_to() -> None:
    message = received(messages.inline_calendar)
    logo = next(part for part in message.walk() if part.get_filename() == "image001.png")

    page = body_of(message, "html")

    assert f"cid:{logo['Content-ID'].strip('<>')}" in page


def test_the_calendar_is_inline_and_published() -> None:
    message = received(messages.inline_calendar)

    calendar = next(part for part in message.walk() if part.get_content_type() == "text/calendar")

    assert calendar.get_content_disposition() == "inline"
    assert "METHOD:PUBLISH" in calendar.get_content()


def test_the_first_mail_of_one_client_goes_to_the_desks_plain_address() -> None:
    assert received(messages.brand_and_year)["To"] == "intake@studio.example"


def test_an_outlook_mail_carries_its_thread_topic() -> None:
    assert received(messages.misnamed_invoice)["Thread-Topic"] == "Marketing roadmap"
