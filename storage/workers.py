"""Workers: who is at work, who looks into which source, and that their claims stay theirs for as long as they move.

A worker that dies is told by its lock (`storage.liveness`); what stands here is for those that live: one polls a source
while all process, and one that was stopped for longer than its lease loses its place.
"""

from __future__ import annotations

import time
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from storage import schema
from storage.database import Database
from storage.letters import LEASE as LETTER_LEASE
from storage.liveness import Liveness
from storage.messages import LEASE as MESSAGE_LEASE

POLL_LEASE = timedelta(minutes=3)
"""After this a worker that polls, and does not move, is no longer waited for."""
AT_WORK = timedelta(minutes=3)
"""A worker that was not seen for longer is not counted as company."""
BEAT_SECONDS = 20.0
FORGOTTEN_AFTER = timedelta(days=7)


class Workers:
    """Verbs on workers. One object a process: it remembers when it was last seen."""

    def __init__(self, database: Database, liveness: Liveness) -> None:
        self._database = database
        self._liveness = liveness
        self._beat_at: float | None = None

    def enlist(self) -> int:
        """Take a number, under which this process claims work, and its lock. Old rows of others are forgotten."""
        with self._database.write() as session:
            now = self._database.now(session)
            row = schema.Worker(started_at=now, seen_at=now)
            session.add(row)
            session.execute(
                sa.delete(schema.Worker).where(
                    sa.func.coalesce(schema.Worker.seen_at, schema.Worker.started_at)
                    < now - FORGOTTEN_AFTER,
                    schema.Worker.id.not_in(_holders(schema.Message)),
                    schema.Worker.id.not_in(_holders(schema.Letter)),
                )
            )
            session.flush()
            number = row.id
        self._liveness.hold(number)
        return number

    def beat(self, worker: int) -> None:
        """Say that this worker moves: its claims and its polls stay its own for another lease.

        Call it often; most calls write nothing. What another worker has taken meanwhile stays that one's.
        """
        now_here = time.monotonic()
        if self._beat_at is not None and now_here - self._beat_at < BEAT_SECONDS:
            return
        with self._database.write() as session:
            now = self._database.now(session)
            session.execute(
                sa.update(schema.Worker).where(schema.Worker.id == worker).values(seen_at=now)
            )
            for table, lease in (
                (schema.Message, MESSAGE_LEASE),
                (schema.Letter, LETTER_LEASE),
            ):
                session.execute(
                    sa.update(table)
                    .where(table.worker_id == worker)
                    .values(claimed_until=now + lease)
                )
            session.execute(
                sa.update(schema.Poll)
                .where(schema.Poll.worker_id == worker)
                .values(polls_until=now + POLL_LEASE)
            )
        self._beat_at = now_here

    def has_company(self, worker: int) -> bool:
        """Whether other workers were seen lately."""
        with self._database.read() as session:
            since = self._database.now(session) - AT_WORK
            other = session.scalar(
                sa.select(schema.Worker.id)
                .where(schema.Worker.id != worker, schema.Worker.seen_at > since)
                .limit(1)
            )
            return other is not None

    def may_poll(self, source: str, worker: int) -> bool:
        """Whether this worker is the one that looks into a source: it takes the place where it is free. Key: the source.

        It is free where the worker that had it left it, died, or did not move for a lease.
        """
        with self._database.read() as session:
            row = session.get(schema.Poll, source)
            now = self._database.now(session)
        if row is not None and row.worker_id == worker and row.polls_until > now + POLL_LEASE / 2:
            return True
        holder = row.worker_id if row is not None else None
        dead = holder is not None and holder != worker and self._liveness.is_dead(holder)
        with self._database.write() as session:
            now = self._database.now(session)
            return _take_poll(session, source, worker, dead=holder if dead else None, now=now)

    def leave_poll(self, source: str, worker: int) -> None:
        """Let another worker look into a source that this one cannot reach. Idempotent."""
        with self._database.write() as session:
            session.execute(
                sa.update(schema.Poll)
                .where(schema.Poll.source == source, schema.Poll.worker_id == worker)
                .values(worker_id=None)
            )


def _take_poll(
    session: Session, source: str, worker: int, *, dead: int | None, now: datetime
) -> bool:
    row = session.scalar(
        sa.select(schema.Poll).where(schema.Poll.source == source).with_for_update()
    )
    if row is None:
        try:
            with session.begin_nested():
                session.add(
                    schema.Poll(source=source, worker_id=worker, polls_until=now + POLL_LEASE)
                )
        except IntegrityError:  # another worker took it at this very moment
            return False
        return True
    free = row.worker_id in {None, worker, dead} or row.polls_until < now
    if free:
        row.worker_id, row.polls_until = worker, now + POLL_LEASE
    return free


def _holders(table: type[schema.Message | schema.Letter]) -> sa.Select[int | None]:
    return sa.select(table.worker_id).where(table.worker_id.is_not(None))
