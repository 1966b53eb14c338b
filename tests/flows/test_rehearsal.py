"""A rehearsal files, queues and sends nothing; when it is over each letter that still holds leaves once."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

import pytest
from typer.testing import CliRunner

from intake.cli.commands import app as command
from intake.demo import documents
from intake.reader import Reader
from intake.worker import Worker
from tests import servers
from tests.desks import CONTACT, FREELANCER, TODAY, Wiring, config_file, letter, smtp_delivery
from tests.maildesks import Later, MailDesk, at_work, mail_desk, text_of
from tests.receivers import receiver

FURTHER: dict[str, object] = {
    "reminders": {"digest": "mon 08:00"},
    "alerts": {"to": ["ops@studio.example"]},
}
MAIL = letter(attach=[documents.investor_deck(TODAY)])
pytestmark = [pytest.mark.proof, pytest.mark.usefixtures("telemetry_as_before")]


def rehearsal(sink: servers.SmtpSink, *, hold: bool) -> Wiring:
    return Wiring(delivery=smtp_delivery(sink.port) | {"hold": hold}, further=FURTHER)


def one_round(desk: MailDesk, reader: Reader, *, on_day: int = 0) -> None:
    with at_work(desk, reader, clock=Later(timedelta(days=on_day))) as app:
        Worker(app).once()


def run(desk: MailDesk, *arguments: str) -> str:
    done = CliRunner().invoke(
        command, [*arguments, "--config", str(desk.config)], catch_exceptions=False
    )
    assert done.exit_code == 0
    return " ".join(done.stdout.split())


def arrived(sink: servers.SmtpSink) -> list[EmailMessage]:
    return [message_from_bytes(each.octets, policy=default) for each in sink.letters]


def test_nothing_leaves_and_status_says_how_much_is_held(
    tmp_path: Path, reader: Reader, smtp_sink: servers.SmtpSink
) -> None:
    desk = mail_desk(tmp_path, rehearsal(smtp_sink, hold=True))
    desk.post(MAIL)

    one_round(desk, reader)

    assert smtp_sink.connections == 0
    assert "2 letters are held, for delivery.hold is true" in run(desk, "status")


def test_when_it_is_over_each_letter_arrives_once(
    tmp_path: Path, reader: Reader, smtp_sink: servers.SmtpSink
) -> None:
    desk = mail_desk(tmp_path, rehearsal(smtp_sink, hold=True))
    desk.post(MAIL)
    one_round(desk, reader)
    config_file(tmp_path, rehearsal(smtp_sink, hold=False))

    one_round(desk, reader)
    one_round(desk, reader)

    assert Counter(str(each["To"]) for each in arrived(smtp_sink)) == {
        f"Ana Ruiz <{CONTACT}>": 1,
        FREELANCER: 1,
    }
    assert "held" not in run(desk, "status")


def test_reminders_of_a_long_rehearsal_are_decided_again(
    tmp_path: Path, reader: Reader, smtp_sink: servers.SmtpSink
) -> None:
    desk = mail_desk(tmp_path, rehearsal(smtp_sink, hold=True))
    desk.post(MAIL)
    one_round(desk, reader)
    one_round(desk, reader, on_day=4)
    one_round(desk, reader, on_day=8)
    one_round(desk, reader, on_day=16)
    queued = run(desk, "status")
    config_file(tmp_path, rehearsal(smtp_sink, hold=False))

    one_round(desk, reader, on_day=16)

    to_the_client = [each for each in arrived(smtp_sink) if CONTACT in str(each["To"])]
    assert smtp_sink.connections == 1
    assert "2 letters" not in queued
    assert [text_of(each).partition(",")[0] for each in to_the_client] == ["1 of 5 received"]


def test_what_would_be_sent_can_be_read(
    tmp_path: Path, reader: Reader, smtp_sink: servers.SmtpSink
) -> None:
    desk = mail_desk(tmp_path, rehearsal(smtp_sink, hold=True))
    desk.post(MAIL)
    one_round(desk, reader)

    said = run(desk, "status", "--letters", str(tmp_path / "read"))

    written = sorted((tmp_path / "read").iterdir())
    reply = message_from_bytes(written[0].read_bytes(), policy=default)
    assert [path.name for path in written] == ["000001-reply.eml", "000002-report.eml"]
    assert "1 of 5 received" in text_of(reply)
    assert "Wrote 2 letters" in said
    assert written[0].stat().st_mode & 0o777 == 0o600
    assert smtp_sink.connections == 0


def test_what_was_read_leaves_once_all_the_same(
    tmp_path: Path, reader: Reader, smtp_sink: servers.SmtpSink
) -> None:
    desk = mail_desk(tmp_path, rehearsal(smtp_sink, hold=True))
    desk.post(MAIL)
    one_round(desk, reader)
    run(desk, "status", "--letters", str(tmp_path / "read"))
    config_file(desk.folder, rehearsal(smtp_sink, hold=False))

    one_round(desk, reader)

    assert len(smtp_sink.letters) == 2


def test_nobody_is_called_in_a_rehearsal(tmp_path: Path, reader: Reader) -> None:
    with receiver() as hook:
        further: dict[str, object] = {
            "checklists": {"onboarding": [{"item": "investor-deck", "kind": "deck"}]},
            "webhook": {"url": hook.url, "secret": "canary-secret-of-the-hook"},
        }
        held: dict[str, object] = {"type": "maildir", "path": "./Sent", "hold": True}
        desk = mail_desk(tmp_path, Wiring(delivery=held, further=further))
        desk.post(MAIL)
        one_round(desk, reader)
        before = len(hook.calls)
        config_file(tmp_path, Wiring(further=further))

        one_round(desk, reader)

        assert (before, len(hook.calls)) == (0, 1)
