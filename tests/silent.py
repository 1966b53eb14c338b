"""A desk whose client falls silent, and a clock that a test moves; its mail lies in Maildirs."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path

from intake.app import App
from intake.model import LetterKind
from intake.reader import Reader
from intake.worker import Worker
from storage import schema
from storage.ledger import Ledger
from tests.desks import CONTACT, FREELANCER, Wiring, letter
from tests.ledgers import Clock
from tests.maildesks import MailDesk, at_work, mail_desk

WORDS = letter(subject="Launch material", text="Hello Fay, where do we stand?\n")
LADDER = {"after_days": [3, 7, 14], "tell_freelancer_after": 2, "digest": None}


def moment(day: int, hour: int, minute: int = 0, *, month: int = 11) -> datetime:
    """2026; the 23rd of November is a Monday."""
    return datetime(2026, month, day, hour, minute, tzinfo=UTC)


BEGIN = moment(23, 10, 23)


@dataclass(frozen=True, slots=True)
class Story:
    """A desk at work, and what it has sent."""

    desk: MailDesk
    app: App
    clock: Clock

    def write(self, at: datetime, octets: bytes, name: str) -> None:
        """A message arrives at that moment, and is looked at a minute later."""
        self.desk.post(octets, name)
        path = self.desk.folder / "Maildir" / "new" / name
        os.utime(path, (at.timestamp(), at.timestamp()))
        self.clock.now = at

    def work(self, at: datetime) -> None:
        """One round of the worker at that moment."""
        self.clock.now = at
        assert Worker(self.app).once().unreachable == ()

    def asked(self) -> list[EmailMessage]:
        """What the client got that answers nothing, in order."""
        return self._generated(CONTACT)

    def told(self) -> list[EmailMessage]:
        """What the freelancer got about silences and weeks, in order."""
        return [each for each in self._generated(FREELANCER) if each["In-Reply-To"] is None]

    def _generated(self, person: str) -> list[EmailMessage]:
        found = [
            each
            for each in self.desk.letters_to(person)
            if each["Auto-Submitted"] == "auto-generated"
        ]
        return sorted(found, key=lambda each: each["Date"].datetime)


@contextmanager
def silence(
    folder: Path,
    reader: Reader,
    *,
    reminders: dict[str, object] | None = None,
    further: dict[str, object] | None = None,
    opening: bytes = WORDS,
) -> Iterator[Story]:
    """The client writes on Monday at 10:23, is answered, and says no more."""
    wiring = Wiring(further={"reminders": LADDER | (reminders or {}), **(further or {})})
    desk, clock = mail_desk(folder, wiring), Clock(BEGIN)
    with at_work(desk, reader, clock=clock) as app:
        story = Story(desk, app, clock)
        story.write(BEGIN, opening, "1")
        story.work(BEGIN)
        yield story


def owed(ledger: Ledger, kind: LetterKind) -> int:
    """How many letters of a kind the ledger has."""
    with ledger.database.read() as session:
        return session.query(schema.Letter).filter(schema.Letter.kind == kind).count()
