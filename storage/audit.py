"""What happened, append-only, in the transaction of what happened.

A row holds ids and an event name, never content, so that erasing a project stays possible; each row's hash covers the
one before it in the same project's chain, so that a change or a gap shows.
"""

from __future__ import annotations

import hashlib
import json
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from storage.schema import Audit

NO_PROJECT = 0
LOCK_CLASS = 7265
_ENDS = "audit ends"
_LAST = (
    sa.select(Audit.position, Audit.hash)
    .where(Audit.chain == sa.bindparam("chain"))
    .order_by(Audit.position.desc())
    .limit(1)
)


def append(
    session: Session, event: str, *, at: datetime, project: int | None = None, **ids: int | str
) -> None:
    """Add one event to a project's chain (or to that of no project). Key: (chain, position)."""
    chain = project or NO_PROJECT
    position, previous = _end_of(session, chain)
    moment, facts = at.isoformat(), json.dumps(ids, sort_keys=True)
    link = digest(previous, chain, position + 1, moment, event, facts)
    session.add(
        Audit(chain=chain, position=position + 1, at=moment, event=event, ids=facts, hash=link)
    )
    session.info[_ENDS][chain] = (position + 1, link)


def _end_of(session: Session, chain: int) -> tuple[int, str]:
    """The last position and hash of a chain; read once a transaction, since its lock is held to the end."""
    ends: dict[int, tuple[int, str]] = session.info.setdefault(_ENDS, {})
    if chain in ends:
        return ends[chain]
    if session.get_bind().dialect.name == "postgresql":
        # One writer a chain at a time; SQLite has one writer anyway.
        session.execute(sa.select(sa.func.pg_advisory_xact_lock(LOCK_CLASS, chain)))
    last = session.execute(_LAST, {"chain": chain}).first()
    return (last.position, last.hash) if last else (0, "")


def digest(previous: str, *fields: str | int) -> str:
    """The hash of a row: of the hash before it and of each of its fields."""
    return hashlib.sha256(json.dumps([previous, *fields]).encode()).hexdigest()
