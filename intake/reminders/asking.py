"""What a reminder asks for, and what the freelancer is told instead of one.

Pure. The first reminder of a silence lists what is missing; each further one shrinks to the single most useful item.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from intake.model import (
    Address,
    CompletenessReport,
    Fate,
    ItemName,
    ItemReport,
    ItemState,
    Project,
)
from intake.reminders.values import Audience, Due, Reason, Silence

MOST_ASKED = 5
"""A handful; a longer list reads like homework, and the rest is asked for when these are here."""
_RESEND = frozenset({
    Fate.UNSURE, Fate.LOCKED, Fate.ENCRYPTED, Fate.UNREADABLE, Fate.DAMAGED, Fate.EMPTY, Fate.TOO_LARGE,
    Fate.UNSUPPORTED,
})  # fmt: skip


def ask_for(
    step: int,
    report: CompletenessReport,
    *,
    silence: Silence,
    resend: frozenset[ItemName] = frozenset(),
) -> tuple[ItemReport, ...]:
    """What a reminder asks for: at the first step all that is missing, at most a handful; later the most useful item.

    Required items only, in checklist order, without those postponed beyond the report's day. The most useful is the one
    that is quickest to send: a file that came locked, damaged or unsure needs sending again only; else the first.
    `resend` names items for which the caller knows of such a file, beside what the report shows.
    """
    askable = silence.askable(report.on)
    wanted = [entry for entry in report.wanted if entry.item.item in askable]
    if step <= 1:
        return tuple(wanted[:MOST_ASKED])
    quickest = sorted(
        wanted, key=lambda entry: not (entry.item.item in resend or _needs_resending(entry))
    )
    return tuple(quickest[:1])


def _needs_resending(entry: ItemReport) -> bool:
    """Whether what is wanted came already, in a form that could not be used or was not understood."""
    return entry.state is ItemState.UNSURE or any(
        listed.document.fate in _RESEND or listed.document.classification.problem is not None
        for listed in entry.documents
        if not listed.current
    )


@dataclass(frozen=True, slots=True)
class Asking:
    """What a reminder asks the client for. `step` counts the reminders of a silence from 1."""

    step: int
    wanted: tuple[ItemReport, ...]


@dataclass(frozen=True, slots=True)
class Telling:
    """What a freelancer is told of a silent client, and what a draft to send in their own name would ask for.

    `asked_at` is when the client was last written to: the last reminder, else the letter with which the silence began.
    `reminders` is how many went out in this silence. `contact` is whom the draft is for, None where nobody can be
    reached by mail.
    """

    project: Project
    reason: Reason
    silent_days: int
    asked_at: datetime
    reminders: int
    wanted: tuple[ItemReport, ...]
    contact: Address | None = field(default=None, repr=False)


def telling(due: Due, silence: Silence, *, report: CompletenessReport) -> Telling:
    """The facts of a step that goes to the freelancer, on the day it leaves."""
    reminders = [step for step in silence.sent_since if step.audience is Audience.CLIENT]
    since = silence.since or due.at
    return Telling(
        project=silence.project,
        reason=due.reason,
        silent_days=(due.on - since.astimezone(silence.zone).date()).days,
        asked_at=reminders[-1].at if reminders else since,
        reminders=len(reminders),
        wanted=ask_for(1, report, silence=silence),
        contact=due.contact,
    )
