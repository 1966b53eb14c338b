"""Letters that the Sent folder is asked for: the doubtful, whether they left; the sent, whether a copy is kept.

A look-up is claimed as a letter is, so that two workers do not keep two copies. It never makes a letter leave by
itself: at most it says that one surely did not, and may be sent again.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from intake.errors import ClaimLostError
from intake.model import LetterNumber, LetterState, ProjectId
from storage import audit, schema
from storage.database import Database
from storage.letters import LEASE, frozen
from storage.values import HoldSubject, LookUp

_LOOKED_UP = (LetterState.SENT, LetterState.DOUBTFUL)


class LookUps:
    """Verbs on letters that have left, or may have."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def claim(self, worker: int) -> LookUp | None:
        """Take the look-up that is due first; None where there is none."""
        with self._database.write() as session:
            now = self._database.now(session)
            row = session.scalar(
                sa.select(schema.Letter)
                .where(
                    schema.Letter.look_up_at <= now,
                    schema.Letter.state.in_(_LOOKED_UP),
                    schema.Letter.worker_id.is_(None),
                )
                .order_by(schema.Letter.look_up_at, schema.Letter.id)
                .limit(1)
                .with_for_update(skip_locked=True)
            )
            letter = frozen(row) if row else None
            if row is None or letter is None:
                return None
            row.worker_id, row.claimed_until = worker, now + LEASE
            row.fence += 1
            session.flush()
            is_sent = row.state == LetterState.SENT
            return LookUp(
                number=LetterNumber(row.id),
                fence=row.fence,
                project=ProjectId(row.project_id) if row.project_id else None,
                letter=letter,
                owed_since=_owed_since(session, row),
                left_at=row.sent_at or row.doubtful_at or now,
                doubtful_since=None if is_sent else row.doubtful_at or now,
                now=now,
            )

    def found(self, look_up: LookUp) -> None:
        """It is in the Sent folder: a doubtful letter has left, and nobody need decide about it any more."""
        with self._looking(look_up) as (session, row):
            row.look_up_at = None
            if row.state == LetterState.DOUBTFUL:
                row.state, row.sent_at = LetterState.SENT, look_up.left_at
                self._settle(session, look_up, "found in the Sent folder", "letter.sent")

    def not_left(self, look_up: LookUp) -> None:
        """A doubtful letter surely did not leave: the same octets again, at once."""
        with self._looking(look_up) as (session, row):
            row.look_up_at = None
            if row.state == LetterState.DOUBTFUL:
                row.state, row.due_at = LetterState.RETRY, self._database.now(session)
                row.may_have_left = False
                self._settle(session, look_up, "not in the Sent folder", "letter.deferred")

    def again(self, look_up: LookUp, pause: timedelta | None) -> None:
        """Ask once more after `pause`; None for never."""
        with self._looking(look_up) as (session, row):
            row.look_up_at = self._database.now(session) + pause if pause is not None else None

    @contextmanager
    def _looking(self, look_up: LookUp) -> Iterator[tuple[Session, schema.Letter]]:
        """The row, let go of at the end; ClaimLostError where another worker has it.

        A person may have decided about the letter meanwhile: then its state is no longer doubtful, and stays.
        """
        with self._database.write() as session:
            row = session.scalar(
                sa.select(schema.Letter)
                .where(
                    schema.Letter.id == look_up.number,
                    schema.Letter.fence == look_up.fence,
                    schema.Letter.worker_id.is_not(None),
                )
                .with_for_update()
            )
            if row is None:
                raise ClaimLostError(f"Letter {look_up.number} belongs to another worker now.")
            row.worker_id = None
            yield session, row

    def _settle(self, session: Session, look_up: LookUp, decision: str, event: str) -> None:
        """Take a letter that is doubtful no more out of the review queue."""
        now = self._database.now(session)
        audit.append(session, event, at=now, project=look_up.project, letter=look_up.number)
        hold = session.scalar(
            sa.select(schema.Hold).where(
                schema.Hold.subject_key == f"{HoldSubject.LETTER}:{look_up.number}",
                schema.Hold.decided_at.is_(None),
            )
        )
        if hold is not None:
            hold.decided_at, hold.decision = now, decision
            audit.append(session, "hold.settled", at=now, project=look_up.project, hold=hold.id)


def _owed_since(session: Session, row: schema.Letter) -> datetime:
    received_at = session.scalar(
        sa.select(sa.func.min(schema.Message.received_at))
        .join(schema.LetterCause, schema.LetterCause.message_id == schema.Message.id)
        .where(schema.LetterCause.letter_id == row.id)
    )
    return min(row.created_at, received_at or row.created_at)
