"""What happened, append-only, in the transaction of what happened.

A row holds ids and an event name, never content, so that erasing a project stays possible; each row's hash covers the
one before it in the same project's chain, and the chain's end is kept apart, so that a change, a gap or a cut shows.
"""

from __future__ import annotations

import hashlib
import json
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from storage.schema import Audit, AuditHead

NO_PROJECT = 0
PROJECT_OPENED = "project.opened"
"""The first event of every project's chain."""
LOCK_CLASS = 7265
_HEADS = "audit heads"
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
    head = _head(session, chain)
    moment, facts = at.isoformat(), json.dumps(ids, sort_keys=True)
    head.position, previous = head.position + 1, head.hash
    head.hash = digest(previous, chain, head.position, moment, event, facts)
    session.add(
        Audit(
            chain=chain, position=head.position, at=moment, event=event, ids=facts, hash=head.hash
        )
    )


def _head(session: Session, chain: int) -> AuditHead:
    """The end of a chain; read once a transaction, since its lock is held to the end."""
    heads: dict[int, AuditHead] = session.info.setdefault(_HEADS, {})
    if chain not in heads:
        heads[chain] = _read_head(session, chain)
    return heads[chain]


def _read_head(session: Session, chain: int) -> AuditHead:
    if session.get_bind().dialect.name == "postgresql":
        # One writer a chain at a time; SQLite has one writer anyway.
        session.execute(sa.select(sa.func.pg_advisory_xact_lock(LOCK_CLASS, chain)))
    head = session.get(AuditHead, chain)
    if head is None:
        head = AuditHead(chain=chain, position=0, hash="")
        session.add(head)
    last = session.execute(_LAST, {"chain": chain}).first()
    if last is not None and last.position > head.position:
        # Somebody was at these tables: `audit verify` tells of it, and the desk goes on.
        head.position, head.hash = last.position, last.hash
    return head


def digest(previous: str, *fields: str | int) -> str:
    """The hash of a row: of the hash before it and of each of its fields."""
    return hashlib.sha256(json.dumps([previous, *fields]).encode()).hexdigest()
