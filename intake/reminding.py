"""Reminders and digests that are due are written down as owed; the outbox composes and sends them.

Reads the ledger, asks the silence ladder, and queues under the keys that it gives: doing it again, or at two workers at
once, queues nothing twice. Whatever changes until a letter leaves is for the outbox to see.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from intake.config import Settings
from intake.instants import Instant, Passing, unnoticed
from intake.model import LetterKind, Mailbox
from intake.reminders import Audience, Due, Outlook, ladder_of, outlook, start_of
from intake.reports import local_day
from intake.silences import (
    Decision,
    cause_of_digest,
    digest_of,
    due_digest,
    earliest,
    known,
    next_step,
    view_of,
)
from storage.ledger import Ledger
from storage.silences import Correspondence
from storage.values import LetterIntent


@dataclass(frozen=True, slots=True)
class Queued:
    """How many letters were not owed before: to clients, to freelancers about silent clients, and digests."""

    reminders: int = 0
    notices: int = 0
    digests: int = 0

    def __bool__(self) -> bool:
        """Whether there are any."""
        return bool(self.reminders or self.notices or self.digests)


@dataclass(frozen=True, slots=True)
class Forecast:
    """What goes out about a project on a day, supposing that nobody writes until then."""

    found: Correspondence
    outlook: Outlook


def enqueue_due(
    settings: Settings, ledger: Ledger, *, on: date | None = None, passed: Passing = unnoticed
) -> Queued:
    """Queue what is due now, or on a day; its letters wait until then.

    Key: (project, kind, cause, recipient), of a digest without the project.
    """
    found, now = known(settings, ledger.silences.all()), ledger.now()
    counts = {LetterKind.REMINDER: 0, LetterKind.NOTICE: 0}
    for decision in _due_steps(settings, found, now=now, on=on):
        letters = _letters(settings, ledger, decision)
        counts[letters[0].kind] += ledger.silences.owe(decision.view.silence.project.id, letters)
    digests = due_digests(settings, ledger, on=on, now=now)
    queued = Queued(
        counts[LetterKind.REMINDER],
        counts[LetterKind.NOTICE],
        ledger.silences.owe_digests(digests) if digests else 0,
    )
    if queued:
        passed(Instant.REMINDED)
    return queued


def forecasts(
    settings: Settings, found: Iterable[Correspondence], *, now: datetime, on: date | None = None
) -> tuple[Forecast, ...]:
    """What goes out about each project on a day; today where the project is, if none is given."""
    ladder = ladder_of(settings.reminders)
    told = []
    for entry in found:
        day = on or local_day(entry.standing.project, now)
        view = view_of(settings, entry, on=day)
        told.append(Forecast(entry, outlook(ladder, view.silence, days_off=view.days_off, on=day)))
    return tuple(told)


def due_digests(
    settings: Settings, ledger: Ledger, *, now: datetime, on: date | None = None
) -> tuple[LetterIntent, ...]:
    """The digests that are to leave now, or on a day, and have not been queued; changes nothing."""
    zone = ZoneInfo(settings.intake.timezone)
    at = due_digest(settings, now=datetime.combine(on, time.max, zone) if on else now)
    if at is None or on not in {None, at.astimezone(zone).date()}:
        return ()
    last, cause = ledger.silences.last_digests(), cause_of_digest(settings, at)
    return tuple(
        LetterIntent(LetterKind.DIGEST, cause, cause, Mailbox("", person), due_at=at, owed_from=at)
        for person in ledger.silences.freelancers()
        if (person not in last or last[person] < at)
        and digest_of(settings, ledger.silences.all(), person, at=at)
    )


def _due_steps(
    settings: Settings, found: Iterable[Correspondence], *, now: datetime, on: date | None
) -> Iterator[Decision]:
    for entry in found:
        view = view_of(settings, entry, on=on or local_day(entry.standing.project, now))
        start = start_of(on, silence=view.silence) if on else now
        due = next_step(settings, view, now=start)
        if isinstance(due, Due) and (due.on == on if on else due.at <= now):
            yield Decision(due, view)


def _letters(settings: Settings, ledger: Ledger, decision: Decision) -> tuple[LetterIntent, ...]:
    """A reminder in the thread of the person asked; of a notice, one to each freelancer."""
    due, silence = decision.due, decision.view.silence
    to_client = due.audience is Audience.CLIENT
    said = ledger.silences.conversation(silence.project.id, due.recipients[0])
    return tuple(
        LetterIntent(
            kind=LetterKind.REMINDER if to_client else LetterKind.NOTICE,
            cause=due.cause,
            thread=said.key if to_client and said else due.cause,
            recipient=Mailbox("", person),
            due_at=due.at,
            owed_from=earliest(settings, silence, due.step),
        )
        for person in due.recipients
    )
