"""Ninety days of an engagement: a kickoff by Cc, four mails, an absence, a New Year, and a second project of the same client.

The clock is moved; the worker looks twice a day. `play` gives every letter that went out, in order.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path

from intake.app import App
from intake.demo import documents
from intake.demo.documents import Enclosure
from intake.model import CompletenessReport
from intake.reader import Reader
from intake.reports import local_day, report_of
from intake.worker import Worker
from tests.desks import DESK, FREELANCER, TOKEN, Wiring, letter
from tests.ledgers import Clock
from tests.maildesks import MailDesk, at_work, mail_desk

MIRA = "Mira Hollis <mira@larkfield.example>"
FAY = f"Fay Wells <{FREELANCER}>"
BEGIN = date(2026, 11, 23)
DAYS = 90
WIRING = Wiring(
    further={
        "holidays": "GB-ENG",
        "reminders": {"after_days": [3, 7, 14], "tell_freelancer_after": 2, "digest": "mon 08:00"},
    }
)


@dataclass(frozen=True, slots=True)
class Played:
    """All letters in the order in which they left, and where the client's projects stood at the end."""

    letters: tuple[EmailMessage, ...]
    reports: tuple[CompletenessReport, ...]

    def to(self, person: str) -> list[EmailMessage]:
        """Those to one person."""
        return [each for each in self.letters if person in str(each["To"])]


@dataclass(frozen=True, slots=True)
class _Mail:
    """A mail of the story: on which day and at which hour (UTC) it comes."""

    on: date
    hour: int
    text: str
    sender: str = MIRA
    to: str = DESK
    subject: str = "Re: Winter launch"
    attach: Sequence[Enclosure] = ()
    copied: str | None = None
    automatic: bool = False


def _story() -> tuple[_Mail, ...]:
    """What is written to the desk."""
    first = BEGIN + timedelta(days=1)
    back = date(2026, 12, 9)
    new_year = date(2027, 1, 8)
    return (
        _Mail(
            BEGIN,
            9,
            "Dear Mira,\n\nI am looking forward to the winter launch. Please send it all to the address in copy.\n\nFay\n",
            sender=FAY,
            to=MIRA,
            subject="Winter launch",
            copied=DESK,
        ),
        _Mail(
            first,
            10,
            "Hello,\n\nhere are the first two, the rest follows.\n\nMira\n",
            attach=[documents.investor_deck(first), documents.quarterly_roadmap_sheet(first)],
        ),
        _Mail(
            date(2026, 11, 27),
            15,
            "I am out of the office until 8 December 2026.\n",
            subject="Automatic reply: Winter launch",
            automatic=True,
        ),
        _Mail(
            back,
            10,
            "Hello,\n\nthe yearly roadmap, our events, and three articles.\n\nMira\n",
            attach=[
                documents.yearly_roadmap(back),
                documents.event_sheet(back),
                documents.blog_posts(back),
            ],
        ),
        _Mail(
            new_year,
            10,
            "Hello,\n\nthe new plans.\n\nMira\n",
            attach=[
                documents.quarterly_roadmap_sheet(new_year),
                documents.yearly_roadmap(new_year),
            ],
        ),
        _Mail(
            date(2027, 2, 1),
            9,
            "Dear Mira,\n\nlet us begin with the spring fair.\n\nFay\n",
            sender=FAY,
            to=MIRA,
            subject="Spring fair",
            copied=DESK,
        ),
        _Mail(date(2027, 2, 2), 10, "keep\n", subject="Re: Spring fair"),
    )


def play(folder: Path, reader: Reader) -> Played:
    """The whole story."""
    desk, clock = mail_desk(folder, WIRING), Clock(_at(BEGIN, 8))
    with at_work(desk, reader, clock=clock) as app:
        by_day = {mail.on: (number, mail) for number, mail in enumerate(_story(), start=1)}
        for day in (BEGIN + timedelta(days=ahead) for ahead in range(DAYS)):
            _work(app, clock, _at(day, 8))
            if day in by_day:
                _write(desk, app, clock, *by_day[day])
            _work(app, clock, _at(day, 16))
        letters = sorted(desk.letters(), key=lambda each: each["Date"].datetime)
        return Played(tuple(letters), _reports(app))


def _at(day: date, hour: int) -> datetime:
    return datetime(day.year, day.month, day.day, hour, tzinfo=UTC)


def _work(app: App, clock: Clock, at: datetime) -> None:
    clock.now = at
    assert Worker(app).once().unreachable == ()


def _write(desk: MailDesk, app: App, clock: Clock, number: int, mail: _Mail) -> None:
    """The mail comes in, in the thread of the last letter to its sender, and is looked at."""
    at = _at(mail.on, mail.hour)
    fields = [("Cc", mail.copied)] if mail.copied else []
    if mail.automatic:
        fields.append(("Auto-Submitted", "auto-replied"))
    to_them = [each for each in desk.letters() if str(each["To"]) in mail.sender]
    if to_them and not mail.copied:
        last = max(to_them, key=lambda each: each["Date"].datetime)
        fields.append(("In-Reply-To", str(last["Message-ID"])))
    octets = letter(
        number=number,
        sender=mail.sender,
        to=mail.to,
        subject=mail.subject,
        text=mail.text,
        attach=mail.attach,
        fields=fields,
    )
    desk.post(octets, str(number))
    os.utime(desk.folder / "Maildir" / "new" / str(number), (at.timestamp(), at.timestamp()))
    _work(app, clock, at + timedelta(minutes=1))


def _reports(app: App) -> tuple[CompletenessReport, ...]:
    standings = [each for each in app.ledger.standings() if each.project.token != TOKEN]
    now = app.ledger.now()
    return tuple(
        report_of(app.settings, each, on=local_day(each.project, now)) for each in standings
    )
