"""Everything that is known of one project, read in one moment, to be handed out. What belongs to another client is never in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from intake.errors import ConfigError
from intake.model import (
    BlobKey,
    Document,
    HoldId,
    Lesson,
    LetterNumber,
    MessageNumber,
    Received,
    Sha256,
    Token,
)
from storage import schema
from storage.database import Database
from storage.lessons import lesson_value
from storage.rows import Documents, received_value, standing_value
from storage.values import MessageStatus, Standing


@dataclass(frozen=True, slots=True)
class KeptMessage:
    """A message that belongs to the project; `key` is where its octets lie."""

    number: MessageNumber
    key: BlobKey = field(repr=False)
    sha256: Sha256
    status: MessageStatus
    subject: str = field(repr=False)
    message_id: str | None = field(repr=False)
    received: Received = field(repr=False)


@dataclass(frozen=True, slots=True)
class KeptLetter:
    """A letter of the project. `octets` is None where it was not composed."""

    number: LetterNumber
    kind: str
    state: str
    recipient: str = field(repr=False)
    created_at: datetime
    sent_at: datetime | None
    octets: bytes | None = field(repr=False)
    answers: tuple[MessageNumber, ...]


@dataclass(frozen=True, slots=True)
class KeptHold:
    """What waited, or waits, for a person's word."""

    number: HoldId
    what: str
    reason: str
    since: datetime
    decided_at: datetime | None
    decision: str | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class Waived:
    """An item that the client does not have, and since when that is known."""

    item: str
    since: datetime


@dataclass(frozen=True, slots=True)
class AuditLine:
    """One event of the project's chain, as it is on record."""

    position: int
    at: str
    event: str
    ids: str
    hash: str


@dataclass(frozen=True, slots=True)
class Dossier:
    """All of it. `brought_by` has the message that brought each document, by the document's number; none offered one.

    `left_out` are messages that belong to another client as well.
    """

    standing: Standing
    brought_by: dict[int, MessageNumber]
    messages: tuple[KeptMessage, ...]
    left_out: tuple[MessageNumber, ...]
    letters: tuple[KeptLetter, ...]
    holds: tuple[KeptHold, ...]
    lessons: tuple[Lesson, ...]
    waivers: tuple[Waived, ...]
    audit: tuple[AuditLine, ...]

    @property
    def documents(self) -> tuple[Document, ...]:
        """The project's documents, by number."""
        return self.standing.documents


class Dossiers:
    """Reads dossiers."""

    def __init__(self, database: Database, documents: Documents) -> None:
        self._database = database
        self._documents = documents

    def of(self, token: Token) -> Dossier:
        """Everything of the project with that token; ConfigError where there is none."""
        with self._database.read() as session:
            project = session.scalar(
                sa.select(schema.Project).where(schema.Project.token == token.lower())
            )
            if project is None:
                raise ConfigError(f"There is no project {token}; `intake project list` shows them.")
            return self._read(session, project)

    def _read(self, session: Session, project: schema.Project) -> Dossier:
        brought_by = {
            number: MessageNumber(message)
            for number, message in session.execute(
                sa.select(schema.Document.number, schema.Document.message_id).where(
                    schema.Document.project_id == project.id, schema.Document.offer.is_(None)
                )
            )
        }
        foreign = _of_others(session, project)
        rows = [row for row in _messages(session, project.id) if row.id not in foreign]
        return Dossier(
            standing=standing_value(session, project, self._documents),
            brought_by=brought_by,
            messages=tuple(_message(session, row) for row in rows),
            left_out=tuple(sorted(foreign)),
            letters=_letters(session, project.id),
            holds=_holds(session, project.id),
            lessons=_lessons(session, project.id),
            waivers=_waivers(session, project.id),
            audit=_audit(session, project.id),
        )


def _messages(session: Session, project: int) -> Sequence[schema.Message]:
    brought = _brought(project)
    return session.scalars(
        sa.select(schema.Message)
        .where(
            (schema.Message.project_id == project) | schema.Message.id.in_(brought),
            schema.Message.status != MessageStatus.REMOVED,
        )
        .order_by(schema.Message.id)
    ).all()


def _of_others(session: Session, project: schema.Project) -> frozenset[MessageNumber]:
    """The messages of the project that another client's project knows too."""
    others = sa.select(schema.Project.id).where(schema.Project.client_id != project.client_id)
    documents = sa.select(schema.Document.message_id).where(schema.Document.project_id.in_(others))
    brought = _brought(project.id)
    found = session.scalars(
        sa.select(schema.Message.id).where(
            (schema.Message.project_id == project.id) | schema.Message.id.in_(brought),
            schema.Message.project_id.in_(others) | schema.Message.id.in_(documents),
        )
    )
    return frozenset(MessageNumber(number) for number in found)


def _brought(project: int) -> sa.Select[int]:
    """The messages that brought a project its documents; what it was offered came with another project's."""
    return sa.select(schema.Document.message_id).where(
        schema.Document.project_id == project, schema.Document.offer.is_(None)
    )


def _message(session: Session, row: schema.Message) -> KeptMessage:
    return KeptMessage(
        number=MessageNumber(row.id),
        key=BlobKey(row.blob_key),
        sha256=Sha256(row.sha256),
        status=MessageStatus(row.status),
        subject=row.subject or "",
        message_id=row.message_id,
        received=received_value(session, row),
    )


def _letters(session: Session, project: int) -> tuple[KeptLetter, ...]:
    causes: dict[int, list[MessageNumber]] = {}
    for letter, message in session.execute(
        sa.select(schema.LetterCause.letter_id, schema.LetterCause.message_id)
        .join(schema.Letter, schema.Letter.id == schema.LetterCause.letter_id)
        .where(schema.Letter.project_id == project)
        .order_by(schema.LetterCause.message_id)
    ):
        causes.setdefault(letter, []).append(MessageNumber(message))
    rows = session.scalars(
        sa.select(schema.Letter)
        .where(schema.Letter.project_id == project)
        .order_by(schema.Letter.id)
    )
    return tuple(
        KeptLetter(
            number=LetterNumber(row.id),
            kind=row.kind,
            state=row.state,
            recipient=row.recipient,
            created_at=row.created_at,
            sent_at=row.sent_at,
            octets=row.octets,
            answers=tuple(causes.get(row.id, ())),
        )
        for row in rows
    )


def _holds(session: Session, project: int) -> tuple[KeptHold, ...]:
    rows = session.scalars(
        sa.select(schema.Hold).where(schema.Hold.project_id == project).order_by(schema.Hold.id)
    )
    return tuple(
        KeptHold(HoldId(row.id), row.what, row.reason, row.since, row.decided_at, row.decision)
        for row in rows
    )


def _lessons(session: Session, project: int) -> tuple[Lesson, ...]:
    rows = session.scalars(
        sa.select(schema.Lesson)
        .where(schema.Lesson.project_id == project)
        .order_by(schema.Lesson.id)
    )
    return tuple(lesson_value(row) for row in rows)


def _waivers(session: Session, project: int) -> tuple[Waived, ...]:
    rows = session.scalars(
        sa.select(schema.Waiver)
        .where(schema.Waiver.project_id == project)
        .order_by(schema.Waiver.item)
    )
    return tuple(Waived(row.item, row.since) for row in rows)


def _audit(session: Session, project: int) -> tuple[AuditLine, ...]:
    rows = session.scalars(
        sa.select(schema.Audit).where(schema.Audit.chain == project).order_by(schema.Audit.position)
    )
    return tuple(AuditLine(row.position, row.at, row.event, row.ids, row.hash) for row in rows)
