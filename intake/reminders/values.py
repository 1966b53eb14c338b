"""What the silence ladder is decided from, and what it decides.

Values only. A *silence* is the time since the client and we last exchanged a message of substance; a *step* is one of
the dates that the settings give for it, counted from 1.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from intake.config import ReminderSettings
from intake.hours import WEEKDAYS, Hours
from intake.model import Address, ItemName, Project, Reach

# ---------------------------------------------------------------- what is known


@dataclass(frozen=True, slots=True)
class Ladder:
    """When to write to a silent client. `weekdays` count from 0, a Monday; no `after_days` is no reminders."""

    after_days: tuple[int, ...]
    hours: Hours
    weekdays: frozenset[int]
    tell_freelancer_after: int


def ladder_of(settings: ReminderSettings) -> Ladder:
    """The ladder as the operator set it."""
    return Ladder(
        after_days=settings.after_days,
        hours=settings.hours,
        weekdays=frozenset(WEEKDAYS.index(name) for name in settings.weekdays),
        tell_freelancer_after=settings.tell_freelancer_after,
    )


class Audience(StrEnum):
    """Whom a step writes to, and who may ask for quiet."""

    CLIENT = "client"
    FREELANCER = "freelancer"


@dataclass(frozen=True, slots=True)
class Step:
    """A step that went out, or waits in the outbox: `at` is when it left, else when it is due."""

    number: int
    audience: Audience
    at: datetime


@dataclass(frozen=True, slots=True)
class Stop:
    """Somebody asked for no more reminders: before a day, or ever (`until` None)."""

    by: Audience
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Postponed:
    """The client said that an item comes later: it is not asked for before that day."""

    item: ItemName
    until: date


@dataclass(frozen=True, slots=True)
class Silence:
    """All that bears on reminding one client of one project.

    `since` is the later of the client's last message and our kickoff or last reply, None where neither is there.
    `wrote_last` and `wrote_at` are of the client's last message. `sent` may hold steps of earlier silences, which do not
    count. `wanted` are the required items that are not done, none at complete; `wanted_from` is the day from which
    something has been wanted, where that is after `since` (last quarter's roadmap ran out), else None. `paused_until` is
    the day on which a pause ends by itself, `resumed_on` the one on which a person ended the last one.
    """

    project: Project
    since: datetime | None
    wanted: tuple[ItemName, ...]
    wanted_from: date | None = None
    wrote_last: Address | None = field(default=None, repr=False)
    wrote_at: datetime | None = None
    sent: tuple[Step, ...] = ()
    reach: tuple[Reach, ...] = ()
    stops: tuple[Stop, ...] = ()
    postponed: tuple[Postponed, ...] = ()
    paused_until: date | None = None
    resumed_on: date | None = None

    @property
    def zone(self) -> ZoneInfo:
        """The project's time zone."""
        return ZoneInfo(self.project.timezone)

    @property
    def sent_since(self) -> tuple[Step, ...]:
        """The steps of this silence, in order."""
        if self.since is None:
            return ()
        mine = [step for step in self.sent if step.at >= self.since]
        return tuple(sorted(mine, key=lambda step: (step.at, step.number)))

    def askable(self, on: date) -> tuple[ItemName, ...]:
        """What is wanted and not postponed beyond that day."""
        later = {entry.item for entry in self.postponed if entry.until > on}
        return tuple(item for item in self.wanted if item not in later)


# ---------------------------------------------------------------- what is decided


class Reason(StrEnum):
    """Why a step goes to whom it goes."""

    SILENT = "silent"  # the client, who has not answered yet
    ASKED_ENOUGH = "asked-enough"  # the freelancer, instead of nagging on
    BOUNCED = "bounced"  # the freelancer, for no letter reaches the client
    STOPPED = "stopped"  # the freelancer, for the client asked for no more reminders
    NO_CONTACT = "no-contact"  # the freelancer, for the client has no contact


class Wait(StrEnum):
    """What put a step off beyond its date. Working hours, days off and the distance between steps are not named."""

    PAUSED = "paused"
    STOPPED = "stopped"
    AWAY = "away"
    POSTPONED = "postponed"
    WANTED_LATER = "wanted-later"


class Quiet(StrEnum):
    """Why nothing will go out, however long one waits, unless something changes."""

    OFF = "off"
    CLOSED = "closed"
    PAUSED = "paused"
    COMPLETE = "complete"
    NOT_BEGUN = "not-begun"
    STOPPED = "stopped"
    TOLD = "told"
    ENDED = "ended"
    NOBODY = "nobody"
    NO_DAY = "no-day"


@dataclass(frozen=True, slots=True)
class Due:
    """The next step: when (UTC, never before `now`), to whom and why. `cause` is its key in the outbox.

    A freelancer's letter goes to every recipient as one of its own. `contact` is the person at the client who is asked,
    or whom the freelancer would write to; None where the client has nobody.
    """

    step: int
    at: datetime
    on: date
    """The day of `at` where the project is."""
    audience: Audience
    recipients: tuple[Address, ...] = field(repr=False)
    reason: Reason
    cause: str
    contact: Address | None = field(default=None, repr=False)
    waits: Wait | None = None


@dataclass(frozen=True, slots=True)
class Nothing:
    """No step will be due."""

    reason: Quiet
