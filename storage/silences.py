"""Silences: when a client and we last wrote to each other about a project, and what has been sent about it since.

Reads what reminders and digests are decided from, and writes down the letters that were decided. Decides nothing itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email import policy
from email.parser import BytesHeaderParser

import sqlalchemy as sa
from sqlalchemy.orm import Session

from intake.model import (
    SILENCE,
    Address,
    LetterKind,
    LetterState,
    ProjectId,
    ProjectState,
    Reach,
    Thread,
    is_among,
)
from storage import schema
from storage.database import Database
from storage.owing import owe
from storage.reach import reach
from storage.rows import Documents, lock_project, standing_value, thread_value
from storage.values import LetterIntent, MessageStatus, Standing

LOCK_CLASS = 7266
"""Of the advisory lock under which digests are queued: they belong to no project, so no constraint holds them apart."""
_RESUMED = f"project.{ProjectState.OPEN}"
_TO_CLIENTS = (LetterKind.REPLY, LetterKind.REMINDER)


@dataclass(frozen=True, slots=True)
class PastLetter:
    """A letter that a silence called for: `at` is when it left, else when it is due."""

    kind: LetterKind
    cause: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Correspondence:
    """What the ledger knows of writing to and fro about a project.

    `wrote_last` and `wrote_at` are the client's last message that no machine wrote, `answerable` says that it was not fed
    in from files; all None and False where there is none. `answered_at` is when the last reply to the client left.
    `letters` are those that silences called for, without dropped ones. `reach` is that of the client's contacts.
    `resumed_at` is when the project was last opened again, None where it never was.
    """

    standing: Standing
    wrote_last: Address | None = field(default=None, repr=False)
    wrote_at: datetime | None = None
    answerable: bool = False
    answered_at: datetime | None = None
    letters: tuple[PastLetter, ...] = ()
    reach: tuple[Reach, ...] = ()
    resumed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Conversation:
    """Where a further letter to a person belongs: the ledger's name of the thread, and what it takes over from it."""

    key: str
    thread: Thread


class Silences:
    """Verbs on silences."""

    def __init__(self, database: Database, documents: Documents) -> None:
        self._database = database
        self._documents = documents

    def all(self) -> Iterator[Correspondence]:
        """That of every project which is not closed, by client and title; each is read when it is asked for."""
        with self._database.read() as session:
            projects = session.scalars(
                sa.select(schema.Project.id)
                .join(schema.Client, schema.Client.id == schema.Project.client_id)
                .where(schema.Project.state != ProjectState.CLOSED)
                .order_by(schema.Client.name, schema.Project.title, schema.Project.id)
            ).all()
        for project in projects:
            with self._database.read() as session:
                row = session.get(schema.Project, project)
                found = _correspondence(session, row, self._documents) if row else None
            if found is not None:
                yield found

    def freelancers(self) -> tuple[Address, ...]:
        """Those of every project which is not closed, each once."""
        with self._database.read() as session:
            found = session.scalars(
                sa.select(schema.ProjectFreelancer.address)
                .join(schema.Project, schema.Project.id == schema.ProjectFreelancer.project_id)
                .where(schema.Project.state != ProjectState.CLOSED)
                .order_by(schema.ProjectFreelancer.address)
                .distinct()
            )
            return tuple(map(Address, found))

    def of(self, project: ProjectId) -> Correspondence:
        """That of one project."""
        with self._database.read() as session:
            row = session.get_one(schema.Project, project)
            return _correspondence(session, row, self._documents)

    def conversation(self, project: ProjectId, person: Address) -> Conversation | None:
        """The last letter to a person about a project, or message from them; None where there was none."""
        with self._database.read() as session:
            return conversation(session, project, person)

    def last_digests(self) -> dict[Address, datetime]:
        """When the last digest to each person was due, or is to be tried again."""
        with self._database.read() as session:
            found = session.execute(
                sa.select(schema.Letter.recipient, sa.func.max(schema.Letter.due_at))
                .where(schema.Letter.kind == LetterKind.DIGEST)
                .group_by(schema.Letter.recipient)
            )
            return {Address(row[0]): row[1] for row in found}

    def owe(self, project: ProjectId, letters: Sequence[LetterIntent]) -> int:
        """Write down what a project's silence calls for; how many of these were not owed before.

        Key: (project, kind, cause, recipient).
        """
        with self._database.write() as session:
            lock_project(session, project)
            now = self._database.now(session)
            return sum(
                owe(session, letter, project=project, message=None, now=now) for letter in letters
            )

    def owe_digests(self, digests: Sequence[LetterIntent]) -> int:
        """Write down the digests that are due; how many were not owed before. Key: (kind, cause, recipient), under a lock."""
        with self._database.write() as session:
            if not self._database.is_sqlite:
                session.execute(sa.select(sa.func.pg_advisory_xact_lock(LOCK_CLASS, 0)))
            now = self._database.now(session)
            return sum(
                owe(session, digest, project=None, message=None, now=now) for digest in digests
            )


def _correspondence(session: Session, row: schema.Project, documents: Documents) -> Correspondence:
    standing = standing_value(session, row, documents)
    project = standing.project
    said = _last_of_client(session, project.id, project.freelancers)
    return Correspondence(
        standing=standing,
        wrote_last=said.sender if said else None,
        wrote_at=said.at if said else None,
        answerable=said.answerable if said else False,
        answered_at=session.scalar(
            sa.select(sa.func.max(schema.Letter.sent_at)).where(
                schema.Letter.project_id == project.id, schema.Letter.kind == LetterKind.REPLY
            )
        ),
        letters=_letters(session, project.id),
        reach=reach(session, project.client.contacts),
        resumed_at=_resumed_at(session, project.id),
    )


def _resumed_at(session: Session, project: int) -> datetime | None:
    """When the project was last opened again, by a person's word or at the end of a pause."""
    at = session.scalar(
        sa.select(sa.func.max(schema.Audit.at)).where(
            schema.Audit.chain == project, schema.Audit.event == _RESUMED
        )
    )
    return datetime.fromisoformat(at).astimezone(UTC) if at else None


@dataclass(frozen=True, slots=True)
class _Said:
    """One message of the client's."""

    sender: Address = field(repr=False)
    at: datetime
    answerable: bool


def _last_of_client(session: Session, project: int, freelancers: Sequence[Address]) -> _Said | None:
    """The client's last message that no machine wrote."""
    rows = session.execute(
        sa.select(schema.Message.sender, schema.Message.received_at, schema.Message.answerable)
        .where(
            schema.Message.project_id == project,
            schema.Message.status == MessageStatus.ACCEPTED,
            schema.Message.auto.is_(None),
            schema.Message.sender.not_in(freelancers),
        )
        .order_by(schema.Message.received_at.desc(), schema.Message.id.desc())
    )
    said = (_Said(Address(row.sender or ""), row.received_at, row.answerable) for row in rows)
    return next((each for each in said if not is_among(each.sender, freelancers)), None)


def _letters(session: Session, project: int) -> tuple[PastLetter, ...]:
    rows = session.execute(
        sa.select(
            schema.Letter.kind,
            schema.Letter.cause,
            sa.func.coalesce(schema.Letter.sent_at, schema.Letter.due_at).label("at"),
        )
        .where(
            schema.Letter.project_id == project,
            schema.Letter.cause.startswith(SILENCE, autoescape=True),
            schema.Letter.state != LetterState.DROPPED,
        )
        .order_by(schema.Letter.id)
    )
    return tuple(PastLetter(LetterKind(row.kind), row.cause, row.at) for row in rows)


def conversation(session: Session, project: int, person: Address) -> Conversation | None:
    """As `Silences.conversation`, within a transaction."""
    letter = _last_letter(session, project, person)
    message = session.scalar(
        sa.select(schema.Message)
        .where(
            schema.Message.project_id == project,
            schema.Message.status == MessageStatus.ACCEPTED,
            schema.Message.auto.is_(None),
            schema.Message.sender == person,
        )
        .order_by(schema.Message.received_at.desc(), schema.Message.id.desc())
        .limit(1)
    )
    wrote_at = message.received_at if message else None
    left_at = letter.sent_at if letter else None
    if letter and left_at and (wrote_at is None or wrote_at <= left_at):
        return Conversation(letter.thread, _thread_of(letter))
    if message is None:
        return None
    references = [*message.references, message.message_id]
    return Conversation(references[0] or message.sha256, thread_value(message))


def _last_letter(session: Session, project: int, person: Address) -> schema.Letter | None:
    """The last one that left to this person, or with a copy to them."""
    rows = session.execute(
        sa.select(schema.Letter.id, schema.Letter.recipients)
        .where(
            schema.Letter.project_id == project,
            schema.Letter.kind.in_(_TO_CLIENTS),
            schema.Letter.state == LetterState.SENT,
        )
        .order_by(schema.Letter.sent_at.desc(), schema.Letter.id.desc())
    )
    number = next((row.id for row in rows if person in row.recipients), None)
    return None if number is None else session.get(schema.Letter, number)


def _thread_of(letter: schema.Letter) -> Thread:
    """What a further letter takes over from one of ours; its octets are all that is known of its header."""
    fields = BytesHeaderParser(policy=policy.default).parsebytes(letter.octets or b"")
    topic = fields["Thread-Topic"]
    return Thread(
        subject=str(fields["Subject"] or ""),
        message_id=letter.message_id,
        references=tuple(str(fields["References"] or "").split()),
        thread_topic=str(topic) if topic else None,
        thread_index=str(fields["Thread-Index"] or "") or None,
    )
