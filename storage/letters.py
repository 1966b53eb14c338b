"""Letters: owed, composed, sent, or of unknown fate.

intent → sending → sent | retry | doubtful | failed. The octets and the Message-ID are frozen in the commit that says
`sending`, before anything leaves; a letter found in that state by another worker may have left already.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from intake.errors import ClaimLostError
from intake.model import (
    Address,
    HoldReason,
    LetterKind,
    LetterNumber,
    LetterState,
    Mailbox,
    OutboundMessage,
    ProjectId,
    Thread,
)
from storage import audit, schema
from storage.database import Database
from storage.holds import open_hold
from storage.liveness import Liveness
from storage.rows import received_value, thread_value
from storage.values import AnswerCounts, DoubtfulLetter, HoldSubject, LetterClaim, LetterIntent

LEASE = timedelta(minutes=10)
ANSWERS = (LetterKind.REPLY, LetterKind.QUESTION)


def owe(
    session: Session, intent: LetterIntent, *, project: int | None, message: int, now: datetime
) -> None:
    """Write down that a letter is owed. Key: (project, kind, cause, recipient)."""
    row = _joinable(session, intent, project=project) if intent.joins else None
    row = row or _same(session, intent, project=project)
    if row is None:
        row = schema.Letter(
            project_id=project,
            kind=intent.kind,
            cause=intent.cause,
            thread=intent.thread,
            recipient=intent.recipient.address,
            recipient_name=intent.recipient.name,
            state=LetterState.INTENT,
            due_at=intent.due_at,
            created_at=now,
        )
        session.add(row)
        session.flush()
        audit.append(session, "letter.queued", at=now, project=project, letter=row.id)
    elif row.state == LetterState.INTENT:
        row.due_at = max(row.due_at, intent.due_at)
    if session.get(schema.LetterCause, (row.id, message)) is None:
        session.add(schema.LetterCause(letter_id=row.id, message_id=message))
        session.flush()


def _joinable(
    session: Session, intent: LetterIntent, *, project: int | None
) -> schema.Letter | None:
    return session.scalar(
        sa.select(schema.Letter)
        .where(
            schema.Letter.project_id == project,
            schema.Letter.kind == intent.kind,
            schema.Letter.recipient == intent.recipient.address,
            schema.Letter.thread == intent.thread,
            schema.Letter.state == LetterState.INTENT,
            schema.Letter.worker_id.is_(None),
        )
        .limit(1)
        .with_for_update()
    )


def _same(session: Session, intent: LetterIntent, *, project: int | None) -> schema.Letter | None:
    return session.scalar(
        sa.select(schema.Letter).where(
            schema.Letter.project_id.is_(None)
            if project is None
            else schema.Letter.project_id == project,
            schema.Letter.kind == intent.kind,
            schema.Letter.cause == intent.cause,
            schema.Letter.recipient == intent.recipient.address,
        )
    )


class Letters:
    """Verbs on letters."""

    def __init__(self, database: Database, liveness: Liveness) -> None:
        self._database = database
        self._liveness = liveness

    def take_over(self, worker: int) -> int:
        """Free the letters of workers that died or stood still; returns how many were freed.

        One that was being sent keeps its state `sending`: whoever claims it must find out whether it left.
        """
        with self._database.read() as session:
            others = session.scalars(
                sa.select(schema.Letter.worker_id)
                .where(schema.Letter.worker_id.is_not(None), schema.Letter.worker_id != worker)
                .distinct()
            ).all()
        dead = [other for other in others if other is not None and self._liveness.is_dead(other)]
        with self._database.write() as session:
            now = self._database.now(session)
            freed = session.execute(
                sa.update(schema.Letter)
                .where(
                    schema.Letter.worker_id.is_not(None),
                    schema.Letter.worker_id.in_(dead) | (schema.Letter.claimed_until < now),
                )
                .values(worker_id=None)
                .returning(schema.Letter.id)
            )
            return len(freed.all())

    def claim(self, worker: int, *, ends_bursts: bool = False) -> LetterClaim | None:
        """Take the letter that is due first; with `ends_bursts` an intent need not be due. None where there is none."""
        with self._database.write() as session:
            now = self._database.now(session)
            is_intent = schema.Letter.state == LetterState.INTENT
            is_due = schema.Letter.due_at <= now
            row = session.scalar(
                sa.select(schema.Letter)
                .where(
                    schema.Letter.worker_id.is_(None),
                    (is_intent if ends_bursts else is_intent & is_due)
                    | ((schema.Letter.state == LetterState.RETRY) & is_due)
                    | (schema.Letter.state == LetterState.SENDING),
                )
                .order_by(schema.Letter.due_at, schema.Letter.id)
                .limit(1)
                .with_for_update(skip_locked=True)
            )
            if row is None:
                return None
            cut_off = row.state == LetterState.SENDING
            row.worker_id, row.claimed_until = worker, now + LEASE
            row.fence += 1
            if row.state == LetterState.RETRY:
                row.state = LetterState.SENDING
            session.flush()
            return _letter_claim(session, row, cut_off=cut_off)

    def freeze(self, claim: LetterClaim, letter: OutboundMessage) -> None:
        """Fix the octets and the Message-ID, and say that sending begins. Key: the letter's row and the fence."""
        with self._database.write() as session:
            row = _claimed(session, claim)
            row.message_id, row.envelope_sender = letter.message_id, letter.sender
            row.recipients, row.octets = list(letter.recipients), letter.octets
            row.state = LetterState.SENDING

    def sent(self, claim: LetterClaim) -> None:
        """It left, once. Its octets are kept."""
        with self._database.write() as session:
            row = _claimed(session, claim)
            now = self._database.now(session)
            row.state, row.sent_at, row.worker_id = LetterState.SENT, now, None
            audit.append(session, "letter.sent", at=now, project=row.project_id, letter=row.id)

    def retry(self, claim: LetterClaim, detail: str, *, pause: timedelta, counts: bool) -> None:
        """It surely did not leave: the same octets again after `pause`; `counts` says whether this was an attempt."""
        with self._database.write() as session:
            row = _claimed(session, claim)
            row.state, row.last_error, row.worker_id = LetterState.RETRY, detail, None
            row.attempts += 1 if counts else 0
            row.due_at = self._database.now(session) + pause

    def give_back(self, claim: LetterClaim) -> None:
        """Let go of an intent that was not composed."""
        with self._database.write() as session:
            _claimed(session, claim).worker_id = None

    def doubtful(self, claim: LetterClaim, detail: str) -> None:
        """Nobody knows whether it left; it is never sent again without a person's word."""
        self._end(claim, LetterState.DOUBTFUL, HoldReason.DOUBTFUL_LETTER, detail)

    def failed(self, claim: LetterClaim, detail: str) -> None:
        """The other side will never take it."""
        self._end(claim, LetterState.FAILED, HoldReason.FAILED_LETTER, detail)

    def _end(self, claim: LetterClaim, state: LetterState, reason: HoldReason, detail: str) -> None:
        with self._database.write() as session:
            row = _claimed(session, claim)
            now = self._database.now(session)
            row.state, row.last_error, row.worker_id = state, detail, None
            open_hold(
                session,
                HoldSubject.LETTER,
                reason,
                now=now,
                letter=row.id,
                project=row.project_id,
            )
            audit.append(session, f"letter.{state}", at=now, project=row.project_id, letter=row.id)

    def answer_counts(self, recipient: Address, thread: str) -> AnswerCounts:
        """How many answers this person got, or will get, within an hour, a day, and a day in this thread."""
        with self._database.read() as session:
            now = self._database.now(session)
            rows = session.execute(
                sa.select(schema.Letter.created_at, schema.Letter.thread).where(
                    schema.Letter.recipient == recipient,
                    schema.Letter.kind.in_(ANSWERS),
                    schema.Letter.created_at > now - timedelta(days=1),
                )
            ).all()
        hour_ago = now - timedelta(hours=1)
        return AnswerCounts(
            sender_hour=sum(row.created_at > hour_ago for row in rows),
            sender_day=len(rows),
            thread_day=sum(row.thread == thread for row in rows),
        )

    def last_told(self, recipient: Address, project: ProjectId) -> datetime | None:
        """When this person was last written to about this project."""
        with self._database.read() as session:
            return session.scalar(
                sa.select(schema.Letter.created_at)
                .where(schema.Letter.recipient == recipient, schema.Letter.project_id == project)
                .order_by(schema.Letter.created_at.desc())
                .limit(1)
            )

    def doubtful_ones(self) -> tuple[DoubtfulLetter, ...]:
        """Letters of which nobody knows whether they left."""
        with self._database.read() as session:
            rows = session.scalars(
                sa.select(schema.Letter)
                .where(schema.Letter.state == LetterState.DOUBTFUL)
                .order_by(schema.Letter.id)
            )
            return tuple(
                DoubtfulLetter(
                    LetterNumber(row.id), LetterKind(row.kind), Address(row.recipient), row.due_at
                )
                for row in rows
            )

    def unsent(self) -> int:
        """How many letters are owed and not yet out of the house."""
        with self._database.read() as session:
            count = session.scalar(
                sa.select(sa.func.count())
                .select_from(schema.Letter)
                .where(
                    schema.Letter.state.in_(
                        [LetterState.INTENT, LetterState.RETRY, LetterState.SENDING]
                    )
                )
            )
            return count or 0


def _claimed(session: Session, claim: LetterClaim) -> schema.Letter:
    """The claimed row, locked; ClaimLostError where the claim is no longer valid."""
    row = session.scalar(
        sa.select(schema.Letter)
        .where(
            schema.Letter.id == claim.number,
            schema.Letter.fence == claim.fence,
            schema.Letter.worker_id.is_not(None),
        )
        .with_for_update()
    )
    if row is None:
        raise ClaimLostError(f"Letter {claim.number} belongs to another worker now.")
    return row


def _letter_claim(session: Session, row: schema.Letter, *, cut_off: bool) -> LetterClaim:
    messages = session.scalars(
        sa.select(schema.Message)
        .join(schema.LetterCause, schema.LetterCause.message_id == schema.Message.id)
        .where(schema.LetterCause.letter_id == row.id)
        .order_by(schema.Message.id)
    ).all()
    last = messages[-1] if messages else None
    copied = dict.fromkeys(address for message in messages for address in message.cc)
    return LetterClaim(
        number=LetterNumber(row.id),
        fence=row.fence,
        kind=LetterKind(row.kind),
        cause=row.cause,
        project=ProjectId(row.project_id) if row.project_id else None,
        recipient=Mailbox(row.recipient_name, Address(row.recipient)),
        attempts=row.attempts,
        frozen=_frozen(row),
        cut_off=cut_off,
        thread=thread_value(last) if last else Thread(subject=""),
        cc=tuple(Address(address) for address in copied if address != row.recipient),
        received=tuple(received_value(session, message) for message in messages),
    )


def _frozen(row: schema.Letter) -> OutboundMessage | None:
    if row.octets is None or row.message_id is None:
        return None
    return OutboundMessage(
        message_id=row.message_id,
        sender=Address(row.envelope_sender or ""),
        recipients=tuple(Address(address) for address in row.recipients),
        octets=row.octets,
    )
