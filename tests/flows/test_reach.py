"""What comes back on our letters is written down, and nobody answers it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest

from intake.app import App
from intake.demo.documents import Enclosure
from intake.model import Reach
from intake.reader import Reader
from intake.worker import Worker
from tests.desks import CONTACT, letter
from tests.maildesks import MailDesk, at_work, mail_desk

pytestmark = pytest.mark.proof

NOTES = Enclosure("notes.txt", "text/plain", b"What we know so far.\n")


@dataclass(frozen=True, slots=True)
class Stage:
    """A desk that has answered its client."""

    desk: MailDesk
    app: App
    answer: EmailMessage

    def receive(self, octets: bytes) -> None:
        self.desk.post(octets, "reaction")
        Worker(self.app).once()

    def client(self) -> Reach:
        [found] = self.app.ledger.letters.reach([CONTACT])
        return found


@pytest.fixture
def stage(tmp_path: Path, reader: Reader) -> Iterator[Stage]:
    desk = mail_desk(tmp_path)
    with at_work(desk, reader) as app:
        desk.post(letter(attach=[NOTES]))
        Worker(app).once()
        [answer] = desk.letters_to(CONTACT)
        yield Stage(desk, app, answer)


def bounce_of(message_id: str, recipient: str) -> bytes:
    return (
        "From: Mail Delivery System <mailer-daemon@mx.halden.example>\r\n"
        "Subject: Undelivered Mail Returned to Sender\r\n"
        "Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n"
        "--b\r\nContent-Type: text/plain\r\n\r\nNo such mailbox.\r\n"
        "--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.halden.example\r\n\r\n"
        f"Final-Recipient: rfc822; {recipient}\r\nAction: failed\r\nStatus: 5.1.1\r\n"
        f"--b\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: {message_id}\r\n--b--\r\n"
    ).encode()


def test_a_bounce_of_our_answer_is_noted_and_not_answered(stage: Stage) -> None:
    written = len(stage.desk.letters())

    stage.receive(bounce_of(stage.answer["Message-ID"], CONTACT))

    assert stage.client().bounced_at is not None
    assert len(stage.desk.letters()) == written


def test_a_forged_bounce_is_not_noted(stage: Stage) -> None:
    stage.receive(bounce_of("<invented@studio.example>", CONTACT))

    assert stage.client().bounced_at is None


def test_an_out_of_office_message_gives_the_day_of_the_return(stage: Stage) -> None:
    back = datetime.now(UTC).date() + timedelta(days=14)
    stage.receive(
        letter(
            number=2,
            subject=f"Automatic reply: {stage.answer['Subject']}",
            text=f"I am out of the office and will be back on {back.isoformat()}.\n",
            fields=[
                ("In-Reply-To", stage.answer["Message-ID"]),
                ("Auto-Submitted", "auto-replied"),
            ],
        )
    )

    assert stage.client().away_until == back
