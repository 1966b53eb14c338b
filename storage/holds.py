"""What waits for a person: messages, documents and letters, each at most once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from intake.errors import ConfigError
from intake.model import (
    Address,
    Classification,
    ClientId,
    Fate,
    HoldId,
    HoldReason,
    ItemName,
    LetterKind,
    LetterNumber,
    LetterState,
    MessageNumber,
    ProjectId,
    Token,
    WishState,
)
from storage import audit, schema
from storage.database import Database
from storage.directory import insert_contact
from storage.lessons import teach
from storage.rows import KEPT, classification_json, client_value, lock_project
from storage.values import HeldThing, HoldSubject, MessageStatus, NewLesson


def open_hold(
    session: Session,
    what: HoldSubject,
    reason: HoldReason,
    *,
    now: datetime,
    message: int | None = None,
    project: int | None = None,
    document: int | None = None,
    letter: int | None = None,
) -> None:
    """Put a thing into the review queue, or back into it. Key: what it is and its row."""
    subject = {
        HoldSubject.MESSAGE: message,
        HoldSubject.DOCUMENT: document,
        HoldSubject.LETTER: letter,
        HoldSubject.INSTRUCTION: message,
    }[what]
    key = f"{what}:{subject}"
    row = session.scalar(sa.select(schema.Hold).where(schema.Hold.subject_key == key))
    if row is None:
        row = schema.Hold(subject_key=key, what=what, since=now, reason=reason)
        session.add(row)
    elif row.decided_at is not None:
        row.since, row.decided_at, row.decision = now, None, None
    row.reason, row.project_id = reason, project
    row.message_id, row.document_id, row.letter_id = message, document, letter
    session.flush()


def decide_row(
    session: Session,
    row: schema.Document,
    *,
    classification: Classification,
    filed_for: Sequence[ItemName],
    rejected: bool,
) -> None:
    """Write a person's word on a document, in the caller's transaction, which moves the project's version."""
    row.classification = classification_json(classification)
    row.decided_by_person, row.rejected = True, rejected
    if row.offer is not None and not rejected:
        row.offer = KEPT
    row.fate = Fate.FILED if filed_for else Fate.NOT_ASKED_FOR
    set_filings(session, row, filed_for)


def set_filings(session: Session, row: schema.Document, filed_for: Sequence[str]) -> None:
    """Say what a document counts toward, and give the part that it came as its fate; none came for what was offered."""
    session.execute(sa.delete(schema.Filing).where(schema.Filing.document_id == row.id))
    session.add_all(schema.Filing(document_id=row.id, item=item) for item in filed_for)
    if row.offer is not None:
        return
    session.execute(
        sa.update(schema.Part)
        .where(schema.Part.message_id == row.message_id, schema.Part.number == row.number)
        .values(fate=row.fate)
    )


def settle_hold(
    session: Session, what: HoldSubject, subject: int, *, decision: str, now: datetime
) -> bool:
    """Take a thing off the queue, if it is there, in the caller's transaction; whether it was."""
    hold = session.scalar(
        sa.select(schema.Hold).where(
            schema.Hold.subject_key == f"{what}:{subject}", schema.Hold.decided_at.is_(None)
        )
    )
    if hold is not None:
        _note_decision(session, hold, decision, now=now)
    return hold is not None


def release_row(
    session: Session,
    hold: schema.Hold,
    *,
    decision: str,
    project: ProjectId | None,
    now: datetime,
) -> None:
    """As `Holds.release_message`, in the caller's transaction."""
    row = session.get_one(schema.Message, hold.message_id)
    row.status, row.reason, row.settled_at = MessageStatus.WAITING, None, None
    row.released, row.tries, row.deaths, row.retry_at = True, 0, 0, None
    row.waiting_since = now
    # Its own digest must not make it a repetition of itself; twins that wait stay repetitions of it.
    if project not in {None, row.assigned_project_id}:
        row.assigned_project_id, row.notes = project, []
    _drop_questions(session, row.id, now=now)
    _note_decision(session, hold, decision, now=now)


def reject_row(session: Session, hold: schema.Hold, *, decision: str, now: datetime) -> None:
    """As `Holds.reject_message`, in the caller's transaction."""
    session.get_one(schema.Message, hold.message_id).status = MessageStatus.REJECTED
    _drop_questions(session, hold.message_id or 0, now=now)
    _note_decision(session, hold, decision, now=now)


def let_in(
    session: Session, sender: Address, *, client: ClientId | None, decision: str, now: datetime
) -> None:
    """As `Holds.let_in`, in the caller's transaction."""
    if client is not None:
        # Two freelancers may say yes at once.
        row = session.get_one(schema.Client, client, with_for_update=True)
        if sender not in client_value(session, row).contacts:
            insert_contact(session, row, sender, now=now)
    for hold in waiting_for_yes(session, sender):
        release_row(session, hold, decision=decision, project=None, now=now)


def waiting_for_yes(session: Session, sender: Address | None = None) -> Sequence[schema.Hold]:
    """The mail of colleagues, or of one of them, that waits for a freelancer's yes; oldest first."""
    return session.scalars(
        sa.select(schema.Hold)
        .join(schema.Message, schema.Message.id == schema.Hold.message_id)
        .where(
            schema.Hold.what == HoldSubject.MESSAGE,
            schema.Hold.reason == HoldReason.COLLEAGUE,
            schema.Hold.decided_at.is_(None),
            sa.true() if sender is None else schema.Message.sender == sender,
        )
        .order_by(schema.Hold.id)
    ).all()


def waiting_of(session: Session, numbers: Sequence[HoldId]) -> Sequence[schema.Hold]:
    """Those of these things that still wait."""
    return session.scalars(
        sa.select(schema.Hold)
        .where(schema.Hold.id.in_(numbers), schema.Hold.decided_at.is_(None))
        .order_by(schema.Hold.id)
    ).all()


class Holds:
    """Verbs of the review queue."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def waiting(self) -> tuple[HeldThing, ...]:
        """Everything that waits, oldest first."""
        with self._database.read() as session:
            rows = session.scalars(
                sa.select(schema.Hold)
                .where(schema.Hold.decided_at.is_(None))
                .order_by(schema.Hold.id)
            )
            return tuple(_held_thing(session, row) for row in rows)

    def find(self, number: HoldId) -> HeldThing:
        """One thing that waits; ConfigError where there is none with that number."""
        with self._database.read() as session:
            return _held_thing(session, _open(session, number))

    def decide_document(
        self,
        number: HoldId,
        *,
        decision: str,
        classification: Classification,
        filed_for: tuple[ItemName, ...],
        rejected: bool = False,
        lesson: NewLesson | None = None,
    ) -> None:
        """Write a person's word on a document: what it is, what it counts toward and what that teaches.

        Repeating it changes nothing.
        """
        with self._database.write() as session:
            hold = _open(session, number)
            if hold.project_id is not None:
                lock_project(session, hold.project_id)
            row = session.get_one(schema.Document, hold.document_id)
            decide_row(
                session,
                row,
                classification=classification,
                filed_for=filed_for,
                rejected=rejected,
            )
            project = session.get_one(schema.Project, row.project_id)
            project.version = schema.Project.version + 1
            if lesson is not None:
                teach(session, lesson, row, now=self._database.now(session))
            self._close(session, hold, decision)

    def release_message(self, number: HoldId, *, decision: str, project: ProjectId | None) -> None:
        """Let a held message be processed again, its sender believed, and for `project` where one is given."""
        with self._database.write() as session:
            hold, now = _open(session, number), self._database.now(session)
            release_row(session, hold, decision=decision, project=project, now=now)

    def reject_message(self, number: HoldId, *, reason: str) -> None:
        """Decide that a message is not to be used. Its octets stay."""
        with self._database.write() as session:
            hold, now = _open(session, number), self._database.now(session)
            reject_row(session, hold, decision=f"reject: {reason}", now=now)

    def let_in(self, sender: Address, *, client: ClientId | None, decision: str) -> None:
        """Make a person a contact of a client, where one is given, and release all that waits for a yes about them."""
        with self._database.write() as session:
            let_in(
                session, sender, client=client, decision=decision, now=self._database.now(session)
            )

    def decide_letter(self, number: HoldId, *, decision: str, state: LetterState) -> None:
        """Say of a doubtful or failed letter that it left (SENT), may be sent again (RETRY) or is dropped."""
        with self._database.write() as session:
            hold = _open(session, number)
            row = session.get_one(schema.Letter, hold.letter_id)
            row.state, row.due_at, row.attempts = state, self._database.now(session), 0
            row.may_have_left = False
            row.refused, row.look_up_at = [], None
            self._close(session, hold, decision)

    def close(self, session: Session, number: HoldId, decision: str) -> None:
        """Take a thing off the queue, in the caller's transaction."""
        self._close(session, _open(session, number), decision)

    def _close(self, session: Session, hold: schema.Hold, decision: str) -> None:
        _note_decision(session, hold, decision, now=self._database.now(session))


def _note_decision(session: Session, hold: schema.Hold, decision: str, *, now: datetime) -> None:
    hold.decided_at, hold.decision = now, decision
    audit.append(
        session,
        "hold.decided",
        at=now,
        project=hold.project_id,
        hold=hold.id,
        decision=_verb(decision),
        **{name: row for name, row in _rows_of(hold).items() if row is not None},
    )


def _verb(decision: str) -> str:
    """The decision without what a person wrote: the audit holds no content."""
    return decision.partition(":")[0].partition(" ")[0]


def _rows_of(hold: schema.Hold) -> dict[str, int | None]:
    return {"message": hold.message_id, "document": hold.document_id, "letter": hold.letter_id}


def _drop_questions(session: Session, message: int, *, now: datetime) -> None:
    """A person has answered: neither the sender nor a freelancer need be asked any more."""
    asked = sa.select(schema.LetterCause.letter_id).where(schema.LetterCause.message_id == message)
    dropped = session.execute(
        sa.update(schema.Letter)
        .where(
            schema.Letter.id.in_(asked),
            schema.Letter.kind.in_([LetterKind.QUESTION, LetterKind.COLLEAGUE]),
            schema.Letter.state == LetterState.INTENT,
            schema.Letter.worker_id.is_(None),
        )
        .values(state=LetterState.DROPPED)
        .returning(schema.Letter.id, schema.Letter.project_id)
    )
    for letter in sorted(dropped.all()):
        audit.append(session, "letter.dropped", at=now, project=letter[1], letter=letter[0])


def _open(session: Session, number: int) -> schema.Hold:
    row = session.get(schema.Hold, number)
    if row is None or row.decided_at is not None:
        raise ConfigError(f"Nothing with the number {number} waits; see `intake review list`.")
    return row


def _held_thing(session: Session, row: schema.Hold) -> HeldThing:
    message = session.get(schema.Message, row.message_id) if row.message_id else None
    document = session.get(schema.Document, row.document_id) if row.document_id else None
    letter = session.get(schema.Letter, row.letter_id) if row.letter_id else None
    project = session.get(schema.Project, row.project_id) if row.project_id else None
    return HeldThing(
        id=HoldId(row.id),
        what=HoldSubject(row.what),
        reason=row.reason,
        token=Token(project.token) if project else None,
        project=ProjectId(project.id) if project else None,
        number=document.number if document else None,
        message=MessageNumber(message.id) if message else None,
        letter=LetterNumber(letter.id) if letter else None,
        since=row.since,
        sender=(message.sender if message else letter.recipient if letter else None) or "",
        subject=(message.subject if message else None) or "",
        filename=document.filename if document else "",
        detail=_detail(session, row, message, letter),
        written=message.written if message else "",
    )


def _detail(
    session: Session,
    row: schema.Hold,
    message: schema.Message | None,
    letter: schema.Letter | None,
) -> str:
    """What went wrong; of an instruction, its words."""
    if row.what == HoldSubject.INSTRUCTION:
        phrases = session.scalars(
            sa.select(schema.Instruction.phrase)
            .where(
                schema.Instruction.message_id == row.message_id,
                schema.Instruction.state == WishState.AWAITING,
            )
            .order_by(schema.Instruction.position)
        )
        return "; ".join(phrases)
    return (message.last_error if message else letter.last_error if letter else None) or ""
