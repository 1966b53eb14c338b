"""Letters: owed, composed, sent, or of unknown fate.

intent → sending → sent | retry | doubtful | failed. The octets and the Message-ID are frozen in the commit that says
`sending`, before anything leaves; a letter found in that state by another worker may have left already.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from intake.errors import ClaimLostError
from intake.model import (
    SILENCE,
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
from storage.instructions import errand_of
from storage.liveness import Liveness
from storage.offers import WAITS_FOR_OFFERS
from storage.owing import tell_unreached, unreached_of
from storage.reach import reach
from storage.rows import Documents, lock_project, received_value, standing_value, thread_value
from storage.silences import conversation
from storage.values import (
    DoubtfulLetter,
    Handed,
    History,
    HoldSubject,
    LetterClaim,
    MessageStatus,
    Standing,
)

LEASE = timedelta(minutes=25)
"""Longer than all that one letter may take: SMTP waits up to ten minutes for the answer to the final dot."""
LOOKED_BACK = timedelta(days=1)
_MAY_BE_CLAIMED = (LetterState.INTENT, LetterState.RETRY, LetterState.SENDING)
ANSWERS = (LetterKind.REPLY, LetterKind.QUESTION)
_MOST_WRITTEN = 5


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
                    schema.Letter.worker_id
                    > 0,  # which SQLite looks up; IS NOT NULL it would read through
                    schema.Letter.worker_id.in_([*dead, worker])
                    | (schema.Letter.claimed_until < now),
                )
                .values(worker_id=None)
                .returning(schema.Letter.id)
            )
            return len(freed.all())

    def claim(
        self, worker: int, *, ends_bursts: bool = False, lease: timedelta = LEASE
    ) -> LetterClaim | None:
        """Take the letter that is due first; with `ends_bursts` an intent that ends a burst need not be due. None: there is none.

        What no mail called for, a reminder or a digest, waits for its hour all the same; and all letters of a new project
        wait until it is decided what that is offered of earlier ones.
        """
        with self._database.write() as session:
            now = self._database.now(session)
            is_intent = schema.Letter.state == LetterState.INTENT
            is_due = schema.Letter.due_at <= now
            waits = schema.Letter.cause.startswith(SILENCE, autoescape=True) | (
                schema.Letter.kind == LetterKind.DIGEST
            )
            row = session.scalar(
                sa.select(schema.Letter)
                .where(
                    schema.Letter.worker_id.is_(None),
                    schema.Letter.state.in_(
                        _MAY_BE_CLAIMED
                    ),  # so that those that left are not read through
                    sa.not_(WAITS_FOR_OFFERS),
                    (is_intent & (is_due | sa.not_(waits)) if ends_bursts else is_intent & is_due)
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
            row.worker_id, row.claimed_until = worker, now + lease
            row.fence += 1
            session.flush()
            return _letter_claim(session, row, self._documents, cut_off=cut_off, now=now)

    def owed(self) -> tuple[LetterClaim, ...]:
        """All that have not left, as their claims would be, for reading alone; not those that a worker is sending."""
        with self._database.read() as session:
            now = self._database.now(session)
            rows = session.scalars(
                sa.select(schema.Letter)
                .where(schema.Letter.state.in_([LetterState.INTENT, LetterState.RETRY]))
                .order_by(schema.Letter.due_at, schema.Letter.id)
            )
            return tuple(
                _letter_claim(session, row, self._documents, cut_off=False, now=now) for row in rows
            )

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
                told=letter.told,
                state=LetterState.SENDING,
            )
            now = self._database.now(session)
            audit.append(
                session, "letter.composed", at=now, project=claim.project, letter=claim.number
            )

    def sending(self, claim: LetterClaim) -> None:
        """Say that the sending of a letter that was frozen before begins: cut off now, nobody knows whether it left."""
        with self._database.write() as session:
            _change(session, claim, state=LetterState.SENDING)

    def sent(
        self, claim: LetterClaim, handed: Handed | None = None, *, keeps: bool = False
    ) -> None:
        """It left, once, for all but those whom it did not reach. Its octets are kept; `keeps`: in the Sent folder too."""
        with self._database.write() as session:
            now = self._database.now(session)
            _lock_for(session, claim, handed)
            _change(
                session,
                claim,
                state=LetterState.SENT,
                sent_at=now,
                look_up_at=now if keeps else None,
                worker_id=None,
                **_counted(claim, handed),
            )
            audit.append(session, "letter.sent", at=now, project=claim.project, letter=claim.number)
            _tell(session, claim, handed, now=now)

    def retry(
        self,
        claim: LetterClaim,
        detail: str,
        *,
        pause: timedelta,
        counts: bool,
        handed: Handed | None = None,
    ) -> None:
        """It surely did not leave for the rest: the same octets again, to them, after `pause`.

        `counts` says whether this was an attempt.
        """
        with self._database.write() as session:
            now = self._database.now(session)
            _lock_for(session, claim, handed)
            _change(
                session,
                claim,
                state=LetterState.RETRY,
                last_error=detail,
                attempts=claim.attempts + (1 if counts else 0),
                due_at=now + pause,
                worker_id=None,
                **_counted(claim, handed),
            )
            audit.append(
                session, "letter.deferred", at=now, project=claim.project, letter=claim.number
            )
            _tell(session, claim, handed, now=now)

    def postponed(self, claim: LetterClaim, *, until: datetime) -> None:
        """It surely has not left, and its hour is later: it is owed from then on."""
        with self._database.write() as session:
            now = self._database.now(session)
            state = LetterState.RETRY if claim.frozen else LetterState.INTENT
            _change(session, claim, state=state, due_at=until, worker_id=None)
            audit.append(
                session, "letter.deferred", at=now, project=claim.project, letter=claim.number
            )

    def doubtful(self, claim: LetterClaim, detail: str, *, looks_up: bool = False) -> None:
        """Nobody knows whether it left; it is never sent again without a person's word, or evidence.

        `looks_up`: the Sent folder is asked for it.
        """
        with self._database.write() as session:
            now = self._database.now(session)
            _change(
                session,
                claim,
                state=LetterState.DOUBTFUL,
                last_error=detail,
                doubtful_at=now,
                look_up_at=now if looks_up else None,
                worker_id=None,
            )
            _hold(session, claim, HoldReason.DOUBTFUL_LETTER, now=now)

    def failed(self, claim: LetterClaim, detail: str, handed: Handed | None = None) -> None:
        """The other side will never take it."""
        with self._database.write() as session:
            now = self._database.now(session)
            _lock_for(session, claim, handed)
            _change(
                session,
                claim,
                state=LetterState.FAILED,
                last_error=detail,
                worker_id=None,
                **_counted(claim, handed),
            )
            _hold(session, claim, HoldReason.FAILED_LETTER, now=now)
            _tell(session, claim, handed, now=now)

    def dropped(self, claim: LetterClaim) -> None:
        """It must not be sent any more."""
        with self._database.write() as session:
            now = self._database.now(session)
            _change(session, claim, state=LetterState.DROPPED, worker_id=None)
            audit.append(
                session, "letter.dropped", at=now, project=claim.project, letter=claim.number
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
                    LetterNumber(row.id),
                    LetterKind(row.kind),
                    Address(row.recipient),
                    row.doubtful_at or row.due_at,
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


def _lock_for(session: Session, claim: LetterClaim, handed: Handed | None) -> None:
    """Lock the project first where notices will be owed, as a settlement does."""
    if handed and handed.unreached and claim.project is not None:
        lock_project(session, claim.project)


def _counted(claim: LetterClaim, handed: Handed | None) -> dict[str, list[Address]]:
    """Who has the letter, and who never will, after one more attempt."""
    if handed is None:
        return {}
    return {
        "delivered": [*claim.delivered, *handed.delivered],
        "refused": [*claim.refused, *(person.address for person in handed.unreached)],
    }


def _tell(session: Session, claim: LetterClaim, handed: Handed | None, *, now: datetime) -> None:
    people = handed.unreached if handed else ()
    if people:
        tell_unreached(session, people, letter=claim.number, project=claim.project, now=now)


def _hold(session: Session, claim: LetterClaim, reason: HoldReason, *, now: datetime) -> None:
    open_hold(
        session,
        HoldSubject.LETTER,
        reason,
        now=now,
        letter=claim.number,
        project=claim.project,
    )
    audit.append(session, f"letter.{reason}", at=now, project=claim.project, letter=claim.number)


def _letter_claim(
    session: Session, row: schema.Letter, documents: Documents, *, cut_off: bool, now: datetime
) -> LetterClaim:
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
        frozen=frozen(row),
        cut_off=cut_off,
        may_have_left=row.may_have_left,
        thread=thread_value(last) if last else _goes_on(session, row),
        cc=tuple(Address(address) for address in copied if address != row.recipient),
        received=tuple(
            replace(received_value(session, message), hold=holds.get(message.id))
            for message in messages
        ),
        standing=standing,
        review=review,
        now=now,
        owed_since=min([row.created_at, *(message.received_at for message in messages)]),
        delivered=tuple(Address(address) for address in row.delivered),
        refused=tuple(Address(address) for address in row.refused),
        unreached=unreached_of(LetterKind(row.kind), row.cause),
        told=_told(session, row, {row.recipient, *copied}, now=now),
        written=_written(session, row.recipient, project=row.project_id),
        errand=errand_of(session, LetterKind(row.kind), row.cause),
        manifest=row.manifest,
    )


def _told(
    session: Session, row: schema.Letter, people: Collection[str], *, now: datetime
) -> str | None:
    """What the last letter of this kind with a list in this thread told, if it left within a day and reached all of these people."""
    last = session.scalar(
        sa.select(schema.Letter)
        .where(
            schema.Letter.recipient == row.recipient,
            schema.Letter.project_id == row.project_id,
            schema.Letter.kind == row.kind,
            schema.Letter.thread == row.thread,
            schema.Letter.state == LetterState.SENT,
            schema.Letter.sent_at > now - LOOKED_BACK,
            schema.Letter.told.is_not(None),
        )
        .order_by(schema.Letter.sent_at.desc(), schema.Letter.id.desc())
        .limit(1)
    )
    if last is None or not set(people) <= set(last.recipients) - set(last.refused):
        return None
    return last.told


def _written(session: Session, person: str, *, project: int | None) -> tuple[str, ...]:
    """What a person wrote in their last messages for a project, the latest first."""
    found = session.scalars(
        sa.select(schema.Message.written)
        .where(
            schema.Message.project_id == project,
            schema.Message.sender == person,
            schema.Message.status == MessageStatus.ACCEPTED,
        )
        .order_by(schema.Message.id.desc())
        .limit(_MOST_WRITTEN)
    )
    return tuple(found)


def _goes_on(session: Session, row: schema.Letter) -> Thread:
    """The thread of a letter that answers no message: a reminder goes on where the last letter to that person ended."""
    if row.kind != LetterKind.REMINDER or row.project_id is None:
        return Thread(subject="")
    found = conversation(session, row.project_id, Address(row.recipient))
    return found.thread if found else Thread(subject="")


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


def frozen(row: schema.Letter) -> OutboundMessage | None:
    """The letter as it was composed, to those who are still to get it; None where it was not composed yet."""
    if row.octets is None or row.message_id is None:
        return None
    return OutboundMessage(
        message_id=row.message_id,
        sender=Address(row.envelope_sender or ""),
        recipients=tuple(
            Address(address)
            for address in row.recipients
            if address not in row.delivered and address not in row.refused
        ),
        octets=row.octets,
    )
