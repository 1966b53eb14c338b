"""Letters: owed, composed, sent, or of unknown fate.

intent → sending → sent | retry | doubtful | failed. The octets and the Message-ID are frozen in the commit that says
`sending`, before anything leaves; a letter found in that state by another worker may have left already.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from intake.errors import ClaimLostError
from intake.model import (
    Address,
    HoldId,
    HoldReason,
    LetterKind,
    LetterNumber,
    LetterState,
    Mailbox,
    OutboundMessage,
    ProjectId,
    Reach,
    Thread,
)
from storage import audit, schema
from storage.claims import dead_holders
from storage.database import Database
from storage.holds import open_hold
from storage.liveness import Liveness
from storage.reach import reach
from storage.rows import Documents, received_value, standing_value, thread_value
from storage.values import DoubtfulLetter, History, HoldSubject, LetterClaim, LetterIntent, Standing

LEASE = timedelta(minutes=10)
LOOKED_BACK = timedelta(days=1)
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
        session.add(schema.LetterCause(letter_id=row.id, message_id=message))
        return
    if row.state == LetterState.INTENT:
        row.due_at = max(row.due_at, intent.due_at)
    if session.get(schema.LetterCause, (row.id, message)) is None:
        session.add(schema.LetterCause(letter_id=row.id, message_id=message))


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

    def __init__(self, database: Database, liveness: Liveness, documents: Documents) -> None:
        self._database = database
        self._liveness = liveness
        self._documents = documents

    def take_over(self, worker: int) -> int:
        """Free the letters of workers that died or stood still, and forgotten ones of this worker; returns how many.

        One that was being sent keeps its state `sending`: whoever claims it must find out whether it left.
        """
        dead = dead_holders(self._database, self._liveness, schema.Letter, worker=worker)
        with self._database.write() as session:
            now = self._database.now(session)
            freed = session.execute(
                sa.update(schema.Letter)
                .where(
                    schema.Letter.worker_id.is_not(None),
                    schema.Letter.worker_id.in_([*dead, worker])
                    | (schema.Letter.claimed_until < now),
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
            return _letter_claim(session, row, self._documents, cut_off=cut_off, now=now)

    def freeze(self, claim: LetterClaim, letter: OutboundMessage) -> None:
        """Fix the octets and the Message-ID, and say that sending begins. Key: the letter's row and the fence."""
        with self._database.write() as session:
            _change(
                session,
                claim,
                message_id=letter.message_id,
                envelope_sender=letter.sender,
                recipients=list(letter.recipients),
                octets=letter.octets,
                state=LetterState.SENDING,
            )

    def sent(self, claim: LetterClaim) -> None:
        """It left, once. Its octets are kept."""
        with self._database.write() as session:
            now = self._database.now(session)
            _change(session, claim, state=LetterState.SENT, sent_at=now, worker_id=None)
            audit.append(session, "letter.sent", at=now, project=claim.project, letter=claim.number)

    def retry(self, claim: LetterClaim, detail: str, *, pause: timedelta, counts: bool) -> None:
        """It surely did not leave: the same octets again after `pause`; `counts` says whether this was an attempt."""
        with self._database.write() as session:
            _change(
                session,
                claim,
                state=LetterState.RETRY,
                last_error=detail,
                attempts=claim.attempts + (1 if counts else 0),
                due_at=self._database.now(session) + pause,
                worker_id=None,
            )

    def doubtful(self, claim: LetterClaim, detail: str) -> None:
        """Nobody knows whether it left; it is never sent again without a person's word."""
        self._end(claim, LetterState.DOUBTFUL, HoldReason.DOUBTFUL_LETTER, detail)

    def failed(self, claim: LetterClaim, detail: str) -> None:
        """The other side will never take it."""
        self._end(claim, LetterState.FAILED, HoldReason.FAILED_LETTER, detail)

    def dropped(self, claim: LetterClaim) -> None:
        """It must not be sent any more."""
        with self._database.write() as session:
            now = self._database.now(session)
            _change(session, claim, state=LetterState.DROPPED, worker_id=None)
            audit.append(
                session, "letter.dropped", at=now, project=claim.project, letter=claim.number
            )

    def _end(self, claim: LetterClaim, state: LetterState, reason: HoldReason, detail: str) -> None:
        with self._database.write() as session:
            now = self._database.now(session)
            _change(session, claim, state=state, last_error=detail, worker_id=None)
            open_hold(
                session,
                HoldSubject.LETTER,
                reason,
                now=now,
                letter=claim.number,
                project=claim.project,
            )
            audit.append(
                session, f"letter.{state}", at=now, project=claim.project, letter=claim.number
            )

    def history(self, sender: Address, *, thread: str, project: ProjectId | None) -> History:
        """What answers to this person's messages there were lately, and when something was told about this project.

        Answers count for whoever wrote what they answer, not for whom they went to: a Reply-To must not open a way
        around the caps.
        """
        with self._database.read() as session:
            now = self._database.now(session)
            since = now - LOOKED_BACK
            answers = session.execute(
                sa.select(schema.Letter.id, schema.Letter.created_at)
                .join(schema.LetterCause, schema.LetterCause.letter_id == schema.Letter.id)
                .join(schema.Message, schema.Message.id == schema.LetterCause.message_id)
                .where(
                    schema.Message.sender == sender,
                    schema.Letter.created_at > since,
                    schema.Letter.kind.in_(ANSWERS)
                    | (
                        (schema.Letter.kind == LetterKind.REPORT)
                        & (schema.Letter.recipient == sender)
                    ),
                )
                .distinct()
            ).all()
            in_thread = session.scalar(
                sa.select(sa.func.count())
                .select_from(schema.Letter)
                .where(schema.Letter.thread == thread, schema.Letter.created_at > since)
            )
            told = session.scalar(
                sa.select(sa.func.max(schema.Letter.created_at)).where(
                    schema.Letter.recipient == sender,
                    schema.Letter.project_id == project,
                    schema.Letter.created_at > since,
                )
            )
        hour_ago = now - timedelta(hours=1)
        return History(
            now=now,
            sender_hour=sum(row.created_at > hour_ago for row in answers),
            sender_day=len(answers),
            thread_day=in_thread or 0,
            last_told=told,
        )

    def reach(self, addresses: Sequence[Address]) -> tuple[Reach, ...]:
        """Whether letters reach these contacts, by address; those that are nobody's contact are left out."""
        with self._database.read() as session:
            return reach(session, addresses)

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


def _change(session: Session, claim: LetterClaim, **values: object) -> None:
    """Write a claimed letter, in one statement; ClaimLostError where the claim is no longer valid."""
    changed = session.execute(
        sa.update(schema.Letter)
        .where(
            schema.Letter.id == claim.number,
            schema.Letter.fence == claim.fence,
            schema.Letter.worker_id.is_not(None),
        )
        .values(values)
        .returning(schema.Letter.id)
        .execution_options(synchronize_session=False)
    ).first()
    if changed is None:
        raise ClaimLostError(f"Letter {claim.number} belongs to another worker now.")


def _letter_claim(
    session: Session, row: schema.Letter, documents: Documents, *, cut_off: bool, now: datetime
) -> LetterClaim:
    frozen = _frozen(row)
    standing: Standing | None = None
    review: tuple[tuple[int, HoldId], ...] = ()
    if row.project_id is not None:
        standing = standing_value(
            session, session.get_one(schema.Project, row.project_id), documents
        )
        review = _review_numbers(session, row.project_id)
    messages = session.scalars(
        sa.select(schema.Message)
        .join(schema.LetterCause, schema.LetterCause.message_id == schema.Message.id)
        .where(schema.LetterCause.letter_id == row.id)
        .order_by(schema.Message.id)
    ).all()
    asks = row.kind == LetterKind.COLLEAGUE
    holds = _message_holds(session, [message.id for message in messages]) if asks else {}
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
        frozen=frozen,
        cut_off=cut_off,
        thread=thread_value(last) if last else Thread(subject=""),
        cc=tuple(Address(address) for address in copied if address != row.recipient),
        received=tuple(
            replace(received_value(session, message), hold=holds.get(message.id))
            for message in messages
        ),
        standing=standing,
        review=review,
        now=now,
    )


def _review_numbers(session: Session, project: int) -> tuple[tuple[int, HoldId], ...]:
    found = session.execute(
        sa.select(schema.Document.number, schema.Hold.id)
        .join(schema.Hold, schema.Hold.document_id == schema.Document.id)
        .where(schema.Document.project_id == project, schema.Hold.decided_at.is_(None))
        .order_by(schema.Document.number)
    )
    return tuple((row[0], HoldId(row[1])) for row in found)


def _message_holds(session: Session, messages: Sequence[int]) -> dict[int, HoldId]:
    """The numbers in the review queue of those of the messages that wait there."""
    found = session.execute(
        sa.select(schema.Hold.message_id, schema.Hold.id).where(
            schema.Hold.what == HoldSubject.MESSAGE,
            schema.Hold.message_id.in_(messages),
            schema.Hold.decided_at.is_(None),
        )
    )
    return {row.message_id: HoldId(row.id) for row in found if row.message_id is not None}


def _frozen(row: schema.Letter) -> OutboundMessage | None:
    if row.octets is None or row.message_id is None:
        return None
    return OutboundMessage(
        message_id=row.message_id,
        sender=Address(row.envelope_sender or ""),
        recipients=tuple(Address(address) for address in row.recipients),
        octets=row.octets,
    )
