"""The operator is told of trouble with the desk: once when it begins, once when it is over, and nothing of any project."""

from __future__ import annotations

import os
from datetime import timedelta
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest

from intake.alerts import Outages, enqueue_alerts
from intake.app import App, open_app
from intake.config import load
from intake.model import Locator, RawMessage
from intake.pipeline import receive
from intake.reader import Reader
from intake.worker import Worker
from tests import servers
from tests.desks import (
    CLIENT,
    CONTACT,
    FREELANCER,
    TOKEN,
    Wiring,
    config_file,
    imap_source,
    letter,
    smtp_delivery,
)
from tests.maildesks import Later, MailDesk, at_work, mail_desk, text_of

OPERATOR = "ops@studio.example"
ALERTS: dict[str, object] = {"alerts": {"to": [OPERATOR]}}
ALL_IS_WELL = Outages({}, frozenset(), frozenset())
pytestmark = [pytest.mark.proof, pytest.mark.usefixtures("telemetry_as_before")]


def told(desk: MailDesk) -> list[str]:
    """The first lines of what the operator got, in the order in which it was sent."""
    letters = sorted(desk.letters_to(OPERATOR), key=lambda each: str(each["Date"]))
    return [text_of(each).partition(" Studio Intake")[0] for each in letters]


def take_without_filing(app: App, number: int = 1) -> None:
    """A message is received, and nobody goes on with it."""
    raw = RawMessage(
        locator=Locator("sources[0]", str(number)),
        octets=letter(number=number, subject="canary"),
        received_at=app.ledger.now(),
        envelope_recipient=None,
    )
    receive(app.desk, raw, keeps=False)


def rounds(app: App, *seen: Outages) -> None:
    """What a worker does about alerts, once for each state of the world that it saw."""
    for outages in seen or (ALL_IS_WELL,):
        enqueue_alerts(app.settings, app.ledger, outages)
        app.outbox.deliver_due()


def subjects(sink: servers.SmtpSink) -> list[str]:
    """Of what the operator got over SMTP."""
    taken = [each.octets for each in sink.letters if OPERATOR in each.recipients]
    return [str(message_from_bytes(octets, policy=default)["Subject"]) for octets in taken]


@pytest.fixture
def desk(tmp_path: Path) -> MailDesk:
    return mail_desk(tmp_path, Wiring(further=ALERTS))


def test_mail_that_waits_too_long_is_told_once(desk: MailDesk, reader: Reader) -> None:
    clock = Later()
    with at_work(desk, reader, clock=clock) as app:
        take_without_filing(app)
        rounds(app)
        clock.by = timedelta(minutes=31)

        rounds(app, *[ALL_IS_WELL] * 5)

    assert told(desk) == ["Mail waits too long"]


def test_that_it_is_over_is_told_in_the_same_thread(desk: MailDesk, reader: Reader) -> None:
    clock = Later()
    with at_work(desk, reader, clock=clock) as app:
        take_without_filing(app)
        clock.by = timedelta(minutes=31)
        rounds(app)

        Worker(app).once()

    begun, over = sorted(desk.letters_to(OPERATOR), key=lambda each: "In-Reply-To" in each)
    assert text_of(over).startswith("It is over: no mail waits too long")
    assert over["In-Reply-To"] == begun["Message-ID"]
    assert (begun["Subject"], over["Subject"]) == ("Mail waits too long", "Re: Mail waits too long")
    assert {each["Auto-Submitted"] for each in (begun, over)} == {"auto-generated"}


def test_what_was_over_before_the_alert_could_leave_is_one_letter(
    desk: MailDesk, reader: Reader
) -> None:
    clock = Later()
    with at_work(desk, reader, clock=clock) as app:
        take_without_filing(app)
        clock.by = timedelta(minutes=31)
        enqueue_alerts(app.settings, app.ledger, ALL_IS_WELL)

        Worker(app).once()

    assert told(desk) == ["It is over: no mail waits too long"]


def test_what_lasts_is_told_again_after_a_day(desk: MailDesk, reader: Reader) -> None:
    clock = Later()
    with at_work(desk, reader, clock=clock) as app:
        take_without_filing(app)
        clock.by = timedelta(minutes=31)
        rounds(app)
        clock.by = timedelta(hours=25)

        rounds(app, *[ALL_IS_WELL] * 3)

    assert told(desk) == ["Mail waits too long"] * 2


def test_what_comes_back_at_once_is_not_told_at_once(desk: MailDesk, reader: Reader) -> None:
    clock = Later()
    away = Outages({"sources[0]": clock()}, frozenset({"sources[0]"}), frozenset())
    back = Outages({}, frozenset(), frozenset({"sources[0]"}))
    with at_work(desk, reader, clock=clock) as app:
        rounds(app, away, back, away, back, away)
        clock.by = timedelta(minutes=61)
        rounds(app, away)

    assert len(told(desk)) == 3


def test_an_alert_names_nobody_and_nothing_of_a_project(desk: MailDesk, reader: Reader) -> None:
    clock = Later()
    with at_work(desk, reader, clock=clock) as app:
        take_without_filing(app)
        clock.by = timedelta(minutes=31)
        rounds(app)

    [alert] = desk.letters_to(OPERATOR)
    said = alert.as_string().lower()
    assert [
        each for each in (CLIENT, CONTACT, FREELANCER, TOKEN, "canary") if each.lower() in said
    ] == []
    assert "1 message waits" in text_of(alert)


def test_two_workers_tell_the_same_trouble_once(desk: MailDesk, reader: Reader) -> None:
    clock = Later()
    with at_work(desk, reader, clock=clock) as app, at_work(desk, reader, clock=clock) as other:
        take_without_filing(app)
        clock.by = timedelta(minutes=31)
        rounds(app)
        rounds(other)

    assert len(told(desk)) == 1


def test_a_login_that_is_refused_is_told_at_once_and_when_it_works_again(
    tmp_path: Path, pymap_account: servers.ImapAccount
) -> None:
    def one_round(password: str) -> None:
        source = imap_source(pymap_account.port, pymap_account.username, password)
        path = config_file(tmp_path, Wiring(source=source, further=ALERTS))
        with open_app(load(path, os.environ)) as app:
            Worker(app).once()

    desk = MailDesk(tmp_path)
    one_round("wrong")
    one_round("wrong")
    first = told(desk)

    one_round(pymap_account.password)

    assert first == ["The desk is not let in: the mailbox sources[0]"]
    assert sorted(told(desk)) == ["It is over: the mailbox sources[0] works again", *first]


def test_a_refused_login_for_delivery_is_told_once_when_letters_leave_again(
    tmp_path: Path,
) -> None:
    desk = mail_desk(tmp_path)
    desk.post(letter())
    with servers.smtp_sink(password="right") as sink:

        def one_round(password: str) -> None:
            login = {"username": "intake", "password": password}
            wiring = Wiring(delivery=smtp_delivery(sink.port) | login, further=ALERTS)
            with open_app(load(config_file(tmp_path, wiring), os.environ)) as app:
                Worker(app).once()

        one_round("wrong")
        one_round("wrong")
        one_round("right")
        one_round("right")

        assert subjects(sink) == ["The desk is not let in: the mail server that sends"]


def test_a_letter_in_doubt_is_told(
    tmp_path: Path, reader: Reader, smtp_sink: servers.SmtpSink
) -> None:
    desk = mail_desk(tmp_path, Wiring(delivery=smtp_delivery(smtp_sink.port), further=ALERTS))
    desk.post(letter())
    smtp_sink.lose_at = "LETTER"
    with at_work(desk, reader) as app:
        Worker(app).once()
        smtp_sink.lose_at = None

        Worker(app).once()

    assert subjects(smtp_sink) == ["A letter is in doubt"]


def test_nobody_is_told_where_the_configuration_names_nobody(
    tmp_path: Path, reader: Reader
) -> None:
    desk = mail_desk(tmp_path)
    clock = Later()
    with at_work(desk, reader, clock=clock) as app:
        take_without_filing(app)
        clock.by = timedelta(minutes=31)
        rounds(app)

        assert app.ledger.letters.unsent() == 0
