"""The header fields of a letter."""

from __future__ import annotations

import email
import re
from dataclasses import replace
from email import policy
from email.message import EmailMessage

import pytest

from intake.compose import Templates, compose
from intake.errors import PermanentError
from intake.model import Address, Brief, LetterKind, Mailbox, Thread
from tests.gallery import load_templates
from tests.unit.compose_cast import (
    DESK,
    MIRA,
    NOON,
    PROJECT,
    ROBIN,
    brief,
    colleague,
    question,
    received,
    waiting_mail,
)

LONG_ID = f"<{'A' * 90}@{'b' * 90}.prod.outlook.example>"


@pytest.fixture(scope="module")
def templates() -> Templates:
    return load_templates(None)


def letter(entry: Brief, templates: Templates) -> EmailMessage:
    message = email.message_from_bytes(compose(entry, templates).octets, policy=policy.default)
    assert isinstance(message, EmailMessage)
    return message


def reply(thread: Thread | None = None) -> Brief:
    return brief(LetterKind.REPLY, (), received(), thread=thread or Thread("Decks", "<m@x>"))


def test_letter_carries_the_fields_of_automatic_mail(templates: Templates) -> None:
    message = letter(reply(), templates)

    assert message["Auto-Submitted"] == "auto-replied"
    assert message["X-Auto-Response-Suppress"] == "All"
    assert message["X-Intake-Project"] == "larkfield-q4"
    assert message["Reply-To"] == "Studio Intake <intake+larkfield-q4@studio.example>"
    assert message["Date"].datetime == NOON


def test_letter_is_text_and_html_of_which_html_comes_last(templates: Templates) -> None:
    message = letter(reply(), templates)

    assert message.get_content_type() == "multipart/alternative"
    assert [entry.get_content_type() for entry in message.iter_parts()] == [
        "text/plain",
        "text/html",
    ]
    assert message.defects == []


def test_message_id_is_the_one_given(templates: Templates) -> None:
    sent = compose(replace(reply(), message_id="<k1@studio.example>"), templates)

    assert sent.message_id == "<k1@studio.example>"
    assert b"\r\nMessage-ID: <k1@studio.example>\r\n" in b"\r\n" + sent.octets


def test_envelope_holds_each_person_once_and_a_null_reverse_path(templates: Templates) -> None:
    other = Mailbox("Jonas", Address("jonas@larkfield.example"))
    sent = compose(replace(reply(), cc=(other, MIRA, DESK, other)), templates)

    assert sent.sender == ""
    assert sent.recipients == (MIRA.address, other.address)


def test_bounce_address_is_the_envelope_sender(templates: Templates) -> None:
    bounces = Address("bounces@studio.example")

    assert compose(replace(reply(), bounce_address=bounces), templates).sender == bounces


def test_copied_people_stand_in_cc(templates: Templates) -> None:
    other = Mailbox("Jonas", Address("jonas@larkfield.example"))

    assert letter(replace(reply(), cc=(other,)), templates)["Cc"] == (
        "Jonas <jonas@larkfield.example>"
    )


@pytest.mark.parametrize(
    ("subject", "answer"),
    [
        ("Decks", "Re: Decks"),
        ("Re: Decks", "Re: Decks"),
        ("RE: re: Re: Decks", "Re: Decks"),
        ("AW: Decks", "AW: Decks"),
        ("Re[2]: Decks", "Re[2]: Decks"),
        ("Fwd: Decks", "Re: Fwd: Decks"),
        ("Regarding decks", "Re: Regarding decks"),
        ("", "Re: Q4 launch"),
        ("Größe und Maß 📎", "Re: Größe und Maß 📎"),
        ("x" * 10_000, "Re: " + "x" * 199 + "…"),
    ],
)
def test_subject_is_kept_and_marked_once(subject: str, answer: str, templates: Templates) -> None:
    assert letter(reply(Thread(subject, "<m@x>")), templates)["Subject"] == answer


def test_letter_that_begins_a_thread_has_no_answer_mark(templates: Templates) -> None:
    first = brief(LetterKind.NOTICE, thread=Thread("Mail for Q4 launch"))

    assert letter(first, templates)["Subject"] == "Mail for Q4 launch"


def test_thread_is_held_by_its_ids(templates: Templates) -> None:
    message = letter(reply(Thread("Decks", "<c@x>", ("<a@x>", "<b@x>"))), templates)

    assert message["In-Reply-To"] == "<c@x>"
    assert message["References"].split() == ["<a@x>", "<b@x>", "<c@x>"]


def test_ids_without_brackets_get_theirs(templates: Templates) -> None:
    message = letter(reply(Thread("Decks", "c@x", ("a@x",))), templates)

    assert message["In-Reply-To"] == "<c@x>"
    assert message["References"].split() == ["<a@x>", "<c@x>"]


def test_long_ids_are_not_folded_into_encoded_words(templates: Templates) -> None:
    octets = compose(reply(Thread("Decks", LONG_ID, (LONG_ID[:-1] + "2>",))), templates).octets

    assert f"In-Reply-To: {LONG_ID}\r\n".encode() in octets


def test_long_chain_keeps_its_beginning_and_its_end(templates: Templates) -> None:
    chain = tuple(f"<{number}@x>" for number in range(500))
    references = letter(reply(Thread("Decks", "<last@x>", chain)), templates)["References"].split()

    assert len(references) == 30
    assert (references[0], references[-2], references[-1]) == ("<0@x>", "<499@x>", "<last@x>")


@pytest.mark.parametrize(
    "parent", [None, "", "<a b@x>", "<a@x>\r\nBcc: evil@x", "<ä@x>", "<<a@x>>", f"<{'a' * 2000}>"]
)
def test_id_that_is_none_is_left_out(parent: str | None, templates: Templates) -> None:
    message = letter(reply(Thread("Decks", parent)), templates)

    assert message["In-Reply-To"] is None
    assert message["References"] is None
    assert message["Bcc"] is None


def test_outlook_finds_its_thread_again(templates: Templates) -> None:
    index = "AQHcW1" + "AbCd" * 70 + "=="
    thread = Thread("Decks", "<m@x>", thread_topic="Größe der Decks", thread_index=index)
    message = letter(reply(thread), templates)

    assert message["Thread-Topic"] == "Größe der Decks"
    assert message["Thread-Index"] == index


@pytest.mark.parametrize("index", ["", "no base64!", "AQ==\r\nBcc: a@x", "A" * 1001, "ä"])
def test_thread_index_that_is_none_is_left_out(index: str, templates: Templates) -> None:
    thread = Thread("Decks", "<m@x>", thread_index=index)

    assert letter(reply(thread), templates)["Thread-Index"] is None


def test_report_to_one_who_did_not_write_is_generated(templates: Templates) -> None:
    report = brief(LetterKind.REPORT, (), received())

    assert letter(report, templates)["Auto-Submitted"] == "auto-generated"


def test_letter_about_a_colleague_is_generated_and_belongs_to_no_project(
    templates: Templates,
) -> None:
    message = letter(colleague(waiting_mail()), templates)

    assert message["Auto-Submitted"] == "auto-generated"
    assert message["X-Intake-Project"] == "unassigned"
    assert message["Reply-To"] == "Studio Intake <intake@studio.example>"


def test_report_to_the_freelancer_who_wrote_is_an_answer(templates: Templates) -> None:
    report = brief(LetterKind.REPORT, (), received(sender=ROBIN))

    assert letter(report, templates)["Auto-Submitted"] == "auto-replied"


def test_question_is_marked_though_it_has_no_project(templates: Templates) -> None:
    message = letter(question(PROJECT), templates)

    assert message["X-Intake-Project"] == "unassigned"
    assert message["Reply-To"] == "Studio Intake <intake@studio.example>"


def test_lines_are_short_and_seven_bit(templates: Templates) -> None:
    thread = Thread("Größe " * 40, LONG_ID, (LONG_ID[:-1] + "2>",), thread_topic="ж" * 300)
    octets = compose(reply(thread), templates).octets

    assert octets.isascii()
    assert max(map(len, octets.split(b"\r\n"))) <= 250
    assert re.search(rb"(?<!\r)\n|\r(?!\n)", octets) is None


def test_international_domain_is_written_as_a_labels(templates: Templates) -> None:
    there = replace(reply(), recipient=Mailbox("", Address("mira@müller.example")))

    assert letter(there, templates)["To"] == "mira@xn--mller-kva.example"


def test_address_that_nobody_can_write_to_is_refused(templates: Templates) -> None:
    nowhere = replace(reply(), recipient=Mailbox("", Address("a b c")))

    with pytest.raises(PermanentError):
        compose(nowhere, templates)
