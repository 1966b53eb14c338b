"""Notices when a project has become complete: its freelancers get the manifest, and the operator's program is called.

The one place that does: it looks at every project that has changed, whoever changed it, and compares with the last look.
"""

from __future__ import annotations

from intake.config import Settings
from intake.errors import ConfigError
from intake.model import Address, LetterKind, LetterNumber, Mailbox
from intake.reports import local_day, report_of
from storage.ledger import Ledger
from storage.values import LetterIntent, Standing

RECEIVER = Address("webhook")
"""Stands for the receiver of calls, whose address is in the configuration alone."""


def note_all(settings: Settings, ledger: Ledger) -> None:
    """Look at every project that has changed, or was not looked at today."""
    for standing in ledger.standings_of(ledger.readiness.unnoted()):
        note(settings, ledger, standing)


def note(
    settings: Settings,
    ledger: Ledger,
    standing: Standing,
    *,
    composing: LetterNumber | None = None,
) -> bool:
    """Look at one project; whether the letter that is being composed is to carry the manifest."""
    now = ledger.now()
    on = local_day(standing.project, now)
    try:
        report = report_of(settings, standing, on=on)
    except ConfigError:
        return False  # its checklist is gone: the letters about it say so
    cause = f"ready:{standing.version}:{on.isoformat()}"
    people = [(LetterKind.REPORT, each) for each in standing.project.freelancers]
    if settings.webhook.url is not None:
        people.append((LetterKind.WEBHOOK, RECEIVER))
    letters = tuple(
        LetterIntent(kind, cause, cause, Mailbox("", person), due_at=now) for kind, person in people
    )
    return ledger.readiness.note(
        standing, letters, complete=report.complete, on=on, composing=composing
    )
