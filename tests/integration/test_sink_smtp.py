"""The SMTP sink: what each answer, and each lost connection, makes of a letter."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from dataclasses import replace
from typing import Literal

import pytest

from intake.errors import ConfigError
from intake.model import (
    Address,
    Deferred,
    Delivery,
    Doubtful,
    Late,
    OutboundMessage,
    Refused,
    Sent,
    Setback,
    Unavailable,
)
from intake.sinks.smtp import SmtpSettings, SmtpSink
from tests import servers
from tests.servers import LOOPBACK, PASSWORD, Certificate

ANA = Address("ana@client.example")
BOB = Address("bob@client.example")
LETTER = OutboundMessage(
    "<1@studio.example>",
    Address("bounces@studio.example"),
    (ANA,),
    b"Message-ID: <1@studio.example>\r\n\r\nThanks\r\n",
)
TO_BOTH = replace(LETTER, recipients=(ANA, BOB))


def settings_for(server: servers.SmtpSink) -> SmtpSettings:
    return SmtpSettings(
        LOOPBACK, server.port, security="plain", timeout_seconds=10, answer_timeout_seconds=10
    )


Open = Callable[[SmtpSettings], SmtpSink]


@pytest.fixture
def open_sink() -> Iterator[Open]:
    """Sinks that are closed at the end."""
    with ExitStack() as opened:

        def make(settings: SmtpSettings) -> SmtpSink:
            return opened.enter_context(closing(SmtpSink(settings)))

        yield make


@pytest.fixture
def sink(smtp_sink: servers.SmtpSink, open_sink: Open) -> SmtpSink:
    return open_sink(settings_for(smtp_sink))


# ---------------------------------------------------------------- the envelope


def test_the_envelope_is_that_of_the_letter(sink: SmtpSink, smtp_sink: servers.SmtpSink) -> None:
    sink.send(TO_BOTH)

    [letter] = smtp_sink.letters
    assert letter.sender == "bounces@studio.example"
    assert letter.recipients == (ANA, BOB)


def test_the_null_reverse_path_is_kept(sink: SmtpSink, smtp_sink: servers.SmtpSink) -> None:
    sink.send(replace(LETTER, sender=Address("")))

    [letter] = smtp_sink.letters
    assert letter.sender in {"", "<>"}


def test_an_international_address_is_announced(sink: SmtpSink, smtp_sink: servers.SmtpSink) -> None:
    outcome = sink.send(replace(LETTER, recipients=(Address("jörg@client.example"),)))

    [letter] = smtp_sink.letters
    assert outcome == Sent(LETTER.message_id)
    assert "SMTPUTF8" in letter.parameters


def test_an_international_address_is_refused_where_the_server_takes_none(open_sink: Open) -> None:
    with servers.smtp_sink(international=False) as server:
        sink = open_sink(settings_for(server))

        outcome = sink.send(replace(LETTER, recipients=(Address("jörg@client.example"),)))

        assert isinstance(outcome, Refused)


# ---------------------------------------------------------------- answers


@pytest.mark.parametrize(
    ("reply", "outcome"),
    [
        ("550 5.7.1 we do not want ana@client.example", Refused("550 5.7.1 to MAIL")),
        ("451 4.3.0 later", Unavailable("451 4.3.0 to MAIL", answered=True)),
    ],
)
def test_an_answer_to_mail_decides(
    sink: SmtpSink, smtp_sink: servers.SmtpSink, reply: str, outcome: Delivery
) -> None:
    smtp_sink.mail_reply = reply

    assert sink.send(LETTER) == outcome


@pytest.mark.parametrize(
    ("reply", "outcome"),
    [
        (
            "550 5.1.1 no ana@client.example here",
            Refused("550 5.1.1 to RCPT", (Setback(ANA, "550 5.1.1"),)),
        ),
        ("450 4.2.0 greylisted", Deferred("450 4.2.0 to RCPT")),
    ],
)
def test_an_answer_to_the_only_recipient_decides(
    sink: SmtpSink, smtp_sink: servers.SmtpSink, reply: str, outcome: Delivery
) -> None:
    smtp_sink.rcpt_replies = {ANA: reply}

    assert sink.send(LETTER) == outcome
    assert smtp_sink.letters == []


@pytest.mark.parametrize(
    ("reply", "outcome"),
    [
        ("554 5.6.0 no", Refused("554 5.6.0 to the letter", (Setback(ANA, "554 5.6.0"),))),
        ("451 4.7.1 later", Deferred("451 4.7.1 to the letter")),
        ("452 4.3.1 disk full", Unavailable("452 4.3.1 to the letter", answered=True)),
        ("421 4.3.2 closing", Unavailable("421 4.3.2 to the letter", answered=True)),
    ],
)
def test_an_answer_to_the_letter_decides(
    sink: SmtpSink, smtp_sink: servers.SmtpSink, reply: str, outcome: Delivery
) -> None:
    smtp_sink.data_reply = reply

    assert sink.send(LETTER) == outcome


def test_one_refused_recipient_does_not_keep_it_from_the_others(
    sink: SmtpSink, smtp_sink: servers.SmtpSink
) -> None:
    smtp_sink.rcpt_replies = {ANA: "550 5.1.1 unknown"}

    outcome = sink.send(TO_BOTH)

    assert outcome == Sent(LETTER.message_id, refused=(Setback(ANA, "550 5.1.1"),))
    assert smtp_sink.letters[0].recipients == (BOB,)


def test_one_recipient_put_off_does_not_keep_it_from_the_others(
    sink: SmtpSink, smtp_sink: servers.SmtpSink
) -> None:
    smtp_sink.rcpt_replies = {BOB: "450 4.2.0 greylisted"}

    outcome = sink.send(TO_BOTH)

    assert outcome == Sent(LETTER.message_id, put_off=(Setback(BOB, "450 4.2.0"),))
    assert smtp_sink.letters[0].recipients == (ANA,)


def test_a_refusal_is_told_even_where_the_letter_must_wait_for_the_other(
    sink: SmtpSink, smtp_sink: servers.SmtpSink
) -> None:
    smtp_sink.rcpt_replies = {ANA: "550 5.1.1 unknown", BOB: "450 4.2.0 greylisted"}

    outcome = sink.send(TO_BOTH)

    assert outcome == Deferred("450 4.2.0 to RCPT", (Setback(ANA, "550 5.1.1"),))
    assert smtp_sink.letters == []


def test_a_letter_that_is_refused_to_several_blames_none_of_them_alone(
    sink: SmtpSink, smtp_sink: servers.SmtpSink
) -> None:
    smtp_sink.data_reply = "550 5.1.1 unknown"

    outcome = sink.send(TO_BOTH)

    blamed = tuple(Setback(each, "550 5.1.1", alone=False) for each in (ANA, BOB))
    assert outcome == Refused("550 5.1.1 to the letter", blamed)


@pytest.mark.parametrize(
    "reply", ["550 5.1.1 unknown", "450 4.2.0 greylisted", "421 4.3.2 closing"]
)
def test_the_next_letter_goes_out_after_a_refusal(
    sink: SmtpSink, smtp_sink: servers.SmtpSink, reply: str
) -> None:
    smtp_sink.rcpt_replies = {ANA: reply}
    sink.send(LETTER)
    smtp_sink.rcpt_replies = {}

    assert sink.send(LETTER) == Sent(LETTER.message_id)


# ---------------------------------------------------------------- lost connections


def test_a_connection_lost_after_the_letter_makes_it_doubtful(
    sink: SmtpSink, smtp_sink: servers.SmtpSink
) -> None:
    smtp_sink.lose_at = "DATA"

    outcome = sink.send(LETTER)

    assert isinstance(outcome, Doubtful)
    assert len(smtp_sink.letters) == 1


def test_a_connection_lost_before_the_letter_says_that_nothing_left(
    sink: SmtpSink, smtp_sink: servers.SmtpSink
) -> None:
    smtp_sink.lose_at = "RCPT"

    assert isinstance(sink.send(LETTER), Unavailable)


def test_a_connection_lost_in_the_middle_of_the_letter_says_that_nothing_left(
    open_sink: Open,
) -> None:
    with servers.smtp_that_hangs_up() as port:
        sink = open_sink(SmtpSettings(LOOPBACK, port, security="plain"))

        outcome = sink.send(replace(LETTER, octets=LETTER.octets + (b"x" * 70 + b"\r\n") * 100_000))

        assert isinstance(outcome, Unavailable)


def test_a_letter_whose_time_is_over_does_not_leave(
    sink: SmtpSink, smtp_sink: servers.SmtpSink
) -> None:
    outcome = sink.send(LETTER, valid_until=time.clock_gettime(time.CLOCK_BOOTTIME))

    assert outcome == Late()
    assert smtp_sink.letters == []


def test_the_next_letter_goes_out_after_one_whose_time_was_over(
    sink: SmtpSink, smtp_sink: servers.SmtpSink
) -> None:
    sink.send(LETTER, valid_until=0.0)

    assert sink.send(LETTER) == Sent(LETTER.message_id)
    assert len(smtp_sink.letters) == 1


def test_a_doubtful_letter_is_not_sent_again_by_the_sink(
    sink: SmtpSink, smtp_sink: servers.SmtpSink
) -> None:
    sink.send(LETTER)
    smtp_sink.lose_at = "DATA"

    sink.send(LETTER)

    assert len(smtp_sink.letters) == 2


def test_a_server_that_is_not_there_says_nothing_against_the_letter(open_sink: Open) -> None:
    sink = open_sink(SmtpSettings(LOOPBACK, servers.free_port(), security="plain"))

    outcome = sink.send(LETTER)

    assert isinstance(outcome, Unavailable)
    assert not outcome.answered


def test_no_answer_in_time_makes_it_doubtful(smtp_sink: servers.SmtpSink, open_sink: Open) -> None:
    sink = open_sink(replace(settings_for(smtp_sink), answer_timeout_seconds=0.2))
    smtp_sink.answer_after_seconds = 1.0

    assert isinstance(sink.send(LETTER), Doubtful)


def test_letters_share_a_connection(sink: SmtpSink, smtp_sink: servers.SmtpSink) -> None:
    sink.send(LETTER)
    sink.send(LETTER)

    assert smtp_sink.connections == 1


def test_a_connection_that_the_server_closed_is_opened_again(
    sink: SmtpSink, smtp_sink: servers.SmtpSink
) -> None:
    sink.send(LETTER)
    smtp_sink.hang_up()

    outcome = sink.send(LETTER)

    assert outcome == Sent(LETTER.message_id)
    assert (len(smtp_sink.letters), smtp_sink.connections) == (2, 2)


# ---------------------------------------------------------------- encryption and login

Security = Literal["tls", "starttls"]


@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_an_encrypted_connection_with_a_login_works(
    security: Security, certificate: Certificate, open_sink: Open
) -> None:
    with servers.smtp_sink(
        certificate=certificate, starttls=security == "starttls", password=PASSWORD
    ) as server:
        sink = open_sink(
            replace(
                settings_for(server),
                security=security,
                ca_file=certificate.certificate_file,
                username="desk",
                password=PASSWORD,
            )
        )

        assert sink.send(LETTER) == Sent(LETTER.message_id)


@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_an_untrusted_certificate_is_a_mistake_of_configuration(
    security: Security, certificate: Certificate, open_sink: Open
) -> None:
    with servers.smtp_sink(certificate=certificate, starttls=security == "starttls") as server:
        sink = open_sink(replace(settings_for(server), security=security))

        with pytest.raises(ConfigError, match="certificate"):
            sink.send(LETTER)


def test_a_server_without_starttls_gets_no_letter(
    smtp_sink: servers.SmtpSink, open_sink: Open
) -> None:
    sink = open_sink(replace(settings_for(smtp_sink), security="starttls"))

    with pytest.raises(ConfigError, match="STARTTLS"):
        sink.send(LETTER)

    assert smtp_sink.letters == []


def test_a_refused_login_is_a_mistake_of_configuration_without_the_secret(open_sink: Open) -> None:
    with servers.smtp_sink(password=PASSWORD) as server:
        sink = open_sink(replace(settings_for(server), username="desk", password="wrong-secret"))

        with pytest.raises(ConfigError, match="login") as raised:
            sink.send(LETTER)

        assert "wrong-secret" not in str(raised.value)


def test_check_says_how_to_mend_a_refused_login(open_sink: Open) -> None:
    with servers.smtp_sink(password=PASSWORD) as server:
        [line] = open_sink(replace(settings_for(server), username="desk", password="no")).check()

        assert not line.works
        assert "password" in line.advice


def test_a_password_never_crosses_a_network_in_the_clear() -> None:
    with pytest.raises(ConfigError, match="plain"):
        SmtpSink(SmtpSettings("smtp.studio.example", security="plain"))


def test_it_cannot_be_searched(sink: SmtpSink) -> None:
    assert sink.find(LETTER.message_id) is None


def test_secrets_are_not_in_the_repr_of_the_settings() -> None:
    settings = SmtpSettings("smtp.studio.example", username="desk@studio", password="secret")

    assert "secret" not in repr(settings)
    assert "desk@" not in repr(settings)
