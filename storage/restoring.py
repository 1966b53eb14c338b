"""A database that was restored from a backup: the world has gone on since, and the ledger does not remember it.

Letters that it believes unsent may have left, and mail that it does not know may have been answered. So a copy carries a
mark; the first worker that takes a number there doubts every letter that is owed for mail of before that moment, until
there is evidence. Nothing is sent twice, nothing is lost, and a person decides where nobody can look.
"""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from intake.model import LetterState
from storage import audit, schema
from storage.database import Database

_UNSENT = (LetterState.INTENT, LetterState.RETRY, LetterState.SENDING)


def mark_as_copy(database: Database) -> None:
    """Say of a database that it is a copy, or was put back from one. Idempotent until a worker has begun there."""
    with database.write() as session:
        if _waiting(session) is None:
            session.add(schema.Restoration(copied_at=database.now(session)))


def begin_again(database: Database) -> bool:
    """Put a copy to work: doubt what may have left, free what nobody holds any more. True where it was a copy.

    Call it before any claim. Key: the mark's row, which is used once.
    """
    with database.read() as session:
        if _waiting(session) is None:
            return False
    with database.write() as session:
        mark = _waiting(session)
        if mark is None:
            return False  # another worker was quicker
        now = database.now(session)
        mark.began_at = now
        session.execute(
            sa.update(schema.Letter)
            .where(schema.Letter.state.in_(_UNSENT))
            .values(may_have_left=True)
        )
        for table in (schema.Letter, schema.Message):
            # Those workers are gone with the machine that the copy was made on: that is no death at a message.
            session.execute(
                sa.update(table)
                .where(table.worker_id.is_not(None))
                .values(worker_id=None, fence=table.fence + 1)
            )
        audit.append(session, "ledger.restored", at=now, restoration=mark.id)
        return True


def restored_at(session: Session) -> datetime | None:
    """When this ledger last took another's place; what came in before may have been answered. None: never."""
    return session.scalar(sa.select(sa.func.max(schema.Restoration.began_at)))


def _waiting(session: Session) -> schema.Restoration | None:
    return session.scalar(
        sa.select(schema.Restoration)
        .where(schema.Restoration.began_at.is_(None))
        .limit(1)
        .with_for_update()
    )
