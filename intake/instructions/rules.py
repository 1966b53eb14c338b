"""The rules in their order: the first that applies to a clause decides what it asks for.

A rule reads a clause with the classes of words that it knows. Words outside them are what keeps it from acting: at most it
asks back then. So "we have no deck" is an instruction, and "we have no deck changes to discuss" is not.
"""

from __future__ import annotations

from intake.instructions.answering import answer
from intake.instructions.attached import attached
from intake.instructions.commands import command, reminding, undo
from intake.instructions.confidence import confidential
from intake.instructions.documents import (
    answered_kind,
    for_project,
    is_kind,
    leave_out,
    told_what_we_did,
)
from intake.instructions.keeping import keep
from intake.instructions.people import someone_else, taken_over
from intake.instructions.promises import later
from intake.instructions.sight import Rule
from intake.instructions.statements import not_applicable
from intake.instructions.waiting import waiting_mail

RULES: tuple[Rule, ...] = (
    waiting_mail,
    answer,
    undo,
    reminding,
    command,
    confidential,
    keep,
    for_project,
    leave_out,
    taken_over,
    someone_else,
    answered_kind,
    told_what_we_did,
    is_kind,
    attached,
    later,
    not_applicable,
)
"""In the order in which they are tried."""
