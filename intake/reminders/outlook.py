"""What goes out on a day, or why nothing does: for a person who looks before anything is sent.

Pure. Says in plain words what the ladder decided; no names and no addresses are in them.
"""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import assert_never

from intake.reminders.ladder import next_due
from intake.reminders.values import Due, Ladder, Nothing, Quiet, Reason, Silence, Wait

QUIET: Mapping[Quiet, str] = {
    Quiet.OFF: "no reminders are configured (reminders.after_days is empty)",
    Quiet.CLOSED: "the project is closed",
    Quiet.PAUSED: "the project is paused until somebody resumes it",
    Quiet.COMPLETE: "nothing is missing",
    Quiet.NOT_BEGUN: "nobody has written yet, neither the client nor we",
    Quiet.STOPPED: "a freelancer asked for no reminders",
    Quiet.TOLD: "the freelancer has been told of this silence",
    Quiet.ENDED: "all reminders of this silence have gone out",
    Quiet.NOBODY: "there is nobody to write to, give the project a freelancer",
    Quiet.NO_DAY: "there is no day in sight on which anybody could be written to",
}
_WAITS: Mapping[Wait, str] = {
    Wait.PAUSED: "after the pause",
    Wait.STOPPED: "somebody asked for no reminders before that",
    Wait.AWAY: "all contacts are away",
    Wait.POSTPONED: "the client said that it comes later",
    Wait.WANTED_LATER: "what is missing has been wanted only for a while",
}
_REASONS: Mapping[Reason, str] = {
    Reason.SILENT: "the client is silent",
    Reason.ASKED_ENOUGH: "the client was asked often enough, so the freelancer is told",
    Reason.BOUNCED: "mail to the client comes back, so the freelancer is told",
    Reason.STOPPED: "the client asked for no reminders, so the freelancer is told",
    Reason.NO_CONTACT: "the client has no contact, so the freelancer is told",
}


@dataclass(frozen=True, slots=True)
class Outlook:
    """What goes out on a day (`today`), what is next after it or instead, and why in a clause without a full stop."""

    on: date
    today: Due | None
    next: Due | None
    why: str


def outlook(ladder: Ladder, silence: Silence, *, days_off: Container[date], on: date) -> Outlook:
    """What goes out on a day where the project is, supposing that nobody writes until then."""
    found = next_due(ladder, silence, days_off=days_off, now=start_of(on, silence=silence))
    match found:
        case Nothing():
            return Outlook(on, None, None, QUIET[found.reason])
        case Due() if found.on == on:
            return Outlook(on, found, None, _REASONS[found.reason])
        case Due():
            why = _WAITS[found.waits] if found.waits else _REASONS[found.reason]
            return Outlook(on, None, found, why)
        case _:
            assert_never(found)


def start_of(day: date, *, silence: Silence) -> datetime:
    """The first moment of a day where the project is, in UTC."""
    return datetime.combine(day, time.min, silence.zone).astimezone(UTC)
