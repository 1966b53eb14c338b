"""Reminders and digests: what is due when, to whom, and what it asks for.

Pure throughout: the clock is handed in, nothing is read and nothing is remembered. What was sent comes from the ledger,
and what is due is queued by the caller under the key that it carries.
"""

from intake.reminders.asking import MOST_ASKED, Asking, Telling, ask_for, telling
from intake.reminders.digest import DigestLine, digest_cause, digest_due, digest_lines
from intake.reminders.ladder import cause_of, least_gap_days, next_due, wanted_from
from intake.reminders.outlook import Outlook, outlook, start_of
from intake.reminders.values import (
    Audience,
    Due,
    Ladder,
    Nothing,
    Postponed,
    Quiet,
    Reason,
    Silence,
    Step,
    Stop,
    Wait,
    ladder_of,
)

__all__ = [
    "MOST_ASKED",
    "Asking",
    "Audience",
    "DigestLine",
    "Due",
    "Ladder",
    "Nothing",
    "Outlook",
    "Postponed",
    "Quiet",
    "Reason",
    "Silence",
    "Step",
    "Stop",
    "Telling",
    "Wait",
    "ask_for",
    "cause_of",
    "digest_cause",
    "digest_due",
    "digest_lines",
    "ladder_of",
    "least_gap_days",
    "next_due",
    "outlook",
    "start_of",
    "telling",
    "wanted_from",
]
