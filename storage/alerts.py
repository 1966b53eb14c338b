"""Alerts: letters to the operator about the desk itself. Which troubles are told and which are over, these letters alone say.

They belong to no project. What is to be owed is decided within the transaction that writes it down, so that several
workers who see the same trouble tell it once.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from intake.model import Address, LetterKind, LetterState
from storage import schema
from storage.database import Database
from storage.owing import owe
from storage.values import LetterIntent

LOCK_CLASS = 7267
"""Of the advisory lock under which alerts are queued: they belong to no project, so no constraint holds them apart."""


@dataclass(frozen=True, slots=True)
class PastAlert:
    """An alert that was owed at some time; `at` is when it was written down."""

    cause: str
    state: LetterState
    at: datetime


Deciding = Callable[[Sequence[PastAlert], datetime], Sequence[LetterIntent]]
"""What is to be owed, from what was, at this moment by the database's clock."""


class Alerts:
    """Verbs on alerts."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def past(self, people: Collection[Address]) -> tuple[PastAlert, ...]:
        """All alerts that were ever owed to any of these people, the first first."""
        with self._database.read() as session:
            return _past(session, people)

    def owe(self, people: Collection[Address], decide: Deciding) -> int:
        """Write down what `decide` says; how many were not owed before. Key: (kind, cause, recipient), under a lock."""
        with self._database.read() as session:
            if not decide(_past(session, people), self._database.now(session)):
                return 0
        with self._database.write() as session:
            if not self._database.is_sqlite:
                session.execute(sa.select(sa.func.pg_advisory_xact_lock(LOCK_CLASS, 0)))
            now = self._database.now(session)
            return sum(
                owe(session, letter, project=None, message=None, now=now)
                for letter in decide(_past(session, people), now)
            )


def _past(session: Session, people: Collection[Address]) -> tuple[PastAlert, ...]:
    rows = session.execute(
        sa.select(schema.Letter.cause, schema.Letter.state, schema.Letter.created_at)
        .where(schema.Letter.recipient.in_(people), schema.Letter.kind == LetterKind.ALERT)
        .order_by(schema.Letter.id)
    )
    return tuple(PastAlert(row.cause, LetterState(row.state), row.created_at) for row in rows)
