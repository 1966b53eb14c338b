"""How the desk does, as the ledger alone tells it: what waits and since when, what a person must decide, who is at work.

Reads a few indexed counts in one transaction that waits for nobody. Says what is; whether that is well is for
`intake.health` to judge.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from intake.errors import DatabaseUnreachableError
from intake.model import Fate, LetterState
from storage import schema
from storage.database import Database
from storage.liveness import Liveness
from storage.messages import LEASE
from storage.values import HoldSubject, MessageStatus

NEWCOMER = timedelta(minutes=1)
"""A worker that has just started may not hold its lock yet: it is not asked for."""
_OWED = (LetterState.INTENT, LetterState.RETRY, LetterState.SENDING)


@dataclass(frozen=True, slots=True)
class Health:
    """Counts and moments, by the database's clock; a moment is None where there is nothing that it could be of.

    `unsent` are letters that are due; the oldest one counts from when it was first due. `tries`, `deaths` and
    `attempts` are of what waits now. `last_seen` is when any worker last moved, `workers` how many live and move.
    """

    now: datetime
    waiting: int
    oldest_waiting: datetime | None
    tries: int
    deaths: int
    unsent: int
    oldest_unsent: datetime | None
    attempts: int
    held: tuple[tuple[HoldSubject, int], ...]
    doubtful: int
    last_seen: datetime | None
    workers: int


class Figures:
    """What monitoring reads."""

    def __init__(self, database: Database, liveness: Liveness) -> None:
        self._database = database
        self._liveness = liveness

    def health(self) -> Health:
        """The ledger's health now. Raises DatabaseUnreachableError."""
        with self._database.read() as session:
            now = self._database.now(session)
            messages = session.execute(_MESSAGES).one()
            letters = session.execute(_LETTERS, {"now": now}).one()
            held = session.execute(_HELD).all()
            doubtful = session.scalar(_DOUBTFUL) or 0
            seen = session.scalar(sa.select(sa.func.max(schema.Worker.seen_at)))
            moving = session.execute(_MOVING, {"since": now - LEASE}).all()
        return Health(
            now=now,
            waiting=messages.number,
            oldest_waiting=messages.oldest,
            tries=messages.tries,
            deaths=messages.deaths,
            unsent=letters.number,
            oldest_unsent=letters.oldest,
            attempts=letters.attempts,
            held=tuple((HoldSubject(row.what), row.number) for row in held),
            doubtful=doubtful,
            last_seen=seen,
            workers=sum(
                row.started_at > now - NEWCOMER or not _is_dead(self._liveness, row.id)
                for row in moving
            ),
        )

    def fates(self, numbers: Collection[int]) -> dict[Fate, int]:
        """How many parts of these messages ended with which fate. Raises DatabaseUnreachableError."""
        with self._database.read() as session:
            found = session.execute(
                sa.select(schema.Part.fate, sa.func.count())
                .where(schema.Part.message_id.in_(numbers))
                .group_by(schema.Part.fate)
            )
            return {Fate(row[0]): row[1] for row in found}


def _is_dead(liveness: Liveness, worker: int) -> bool:
    """A server whose lock cannot be asked for says nothing of the worker."""
    try:
        return liveness.is_dead(worker)
    except DatabaseUnreachableError:
        return False


_MESSAGES = sa.select(
    sa.func.count().label("number"),
    sa.func.min(
        sa.func.coalesce(schema.Message.waiting_since, schema.Message.received_at),
        type_=schema.UtcDateTime(),
    ).label("oldest"),
    sa.func.coalesce(sa.func.sum(schema.Message.tries), 0).label("tries"),
    sa.func.coalesce(sa.func.sum(schema.Message.deaths), 0).label("deaths"),
).where(schema.Message.status == MessageStatus.WAITING)

# A retry's due_at is when it is tried again; that it is owed, it is since it was made.
_LETTERS = sa.select(
    sa.func.count().label("number"),
    sa.func.min(
        sa.case(
            (schema.Letter.state == LetterState.INTENT, schema.Letter.due_at),
            else_=schema.Letter.created_at,
        ),
        type_=schema.UtcDateTime(),
    ).label("oldest"),
    sa.func.coalesce(sa.func.sum(schema.Letter.attempts), 0).label("attempts"),
).where(
    schema.Letter.state.in_(_OWED),
    (schema.Letter.state != LetterState.INTENT)
    | (schema.Letter.due_at <= sa.bindparam("now", type_=schema.UtcDateTime())),
)

_HELD = (
    sa.select(schema.Hold.what, sa.func.count().label("number"))
    .where(schema.Hold.decided_at.is_(None))
    .group_by(schema.Hold.what)
    .order_by(schema.Hold.what)
)

_DOUBTFUL = (
    sa.select(sa.func.count())
    .select_from(schema.Letter)
    .where(schema.Letter.state == LetterState.DOUBTFUL)
)

_MOVING = sa.select(schema.Worker.id, schema.Worker.started_at).where(
    schema.Worker.seen_at > sa.bindparam("since", type_=schema.UtcDateTime())
)
