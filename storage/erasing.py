"""Erases a project: its rows in one transaction, which keeps what is still to be deleted of its blobs until they are.

From that commit on nobody can write into it: whoever decides on an older view finds no project, and whoever holds a
claim has lost it. The audit's chain stays, for it holds ids only; and so does the number of the project, for good.
"""

from __future__ import annotations

import hashlib
import posixpath
from collections.abc import Collection
from dataclasses import asdict, dataclass, field
from datetime import datetime

import sqlalchemy as sa
from pydantic import TypeAdapter
from sqlalchemy.orm import Session

from intake.errors import ConfigError
from intake.model import BlobKey, ProjectId, Token
from storage import audit, schema
from storage.blobs.keys import confidential_folder, index_keys, is_concealed
from storage.database import Database
from storage.forgetting import (
    AT_ONCE,
    batches,
    forget_holds,
    forget_instructions,
    forget_letters,
    forget_messages,
    letters_about,
)
from storage.rows import project_value
from storage.values import MessageStatus


@dataclass(frozen=True, slots=True)
class Removed:
    """What an erasure removed, in numbers; `blobs` are the SHA-256 of the keys of its documents and raw messages.

    `kept_messages` are those that belong to other projects as well, by number.
    """

    documents: int
    messages: int
    letters: int
    holds: int
    lessons: int
    waivers: int
    kept_messages: tuple[int, ...]
    blobs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Erasure:
    """An erasure that is not yet complete: `keys` are to be deleted, and what no row knows under `folders`."""

    project: ProjectId
    began_at: datetime
    removed: Removed
    keys: tuple[BlobKey, ...] = field(repr=False)
    folders: tuple[str, ...] = field(repr=False)


_REMOVED = TypeAdapter(Removed)


class Erasures:
    """Verbs on erasures."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def begin(self, token: Token) -> Erasure:
        """Remove the rows of a project; what is left to do. One that was begun before is gone on with.

        Key: the project's id, and the digest of its token until all is done. ConfigError where there is neither a project
        with that token nor an erasure that is not complete.
        """
        with self._database.write() as session:
            row = session.scalar(
                sa.select(schema.Project)
                .where(schema.Project.token == token.lower())
                .with_for_update()
            )
            if row is not None:
                return _erasure(_erase(session, row, now=self._database.now(session)))
            begun = session.scalar(
                sa.select(schema.Erasure).where(schema.Erasure.token_sha256 == _digest(token))
            )
            if begun is None:
                raise ConfigError(f"There is no project {token}; `intake project list` shows them.")
            return _erasure(begun)

    def unfinished(self) -> tuple[Erasure, ...]:
        """The erasures of which something is left to do."""
        with self._database.read() as session:
            rows = session.scalars(
                sa.select(schema.Erasure)
                .where(schema.Erasure.ended_at.is_(None))
                .order_by(schema.Erasure.project_id)
            )
            return tuple(_erasure(row) for row in rows)

    def known(self, keys: Collection[BlobKey]) -> frozenset[BlobKey]:
        """Those of these keys that a row knows."""
        with self._database.read() as session:
            wanted = sorted(keys)
            found = (
                session.scalars(
                    sa.select(schema.Document.blob_key).where(
                        schema.Document.blob_key.in_(wanted[start : start + AT_ONCE])
                    )
                ).all()
                for start in range(0, len(wanted), AT_ONCE)
            )
            return frozenset(BlobKey(key) for some in found for key in some if key)

    def finish(self, project: ProjectId) -> None:
        """Note that all is done, and forget what had to be deleted. Idempotent."""
        with self._database.write() as session:
            row = session.get_one(schema.Erasure, project)
            row.ended_at = row.ended_at or self._database.now(session)
            row.token_sha256, row.keys, row.folders, row.receipt = None, [], [], {}
        self._database.scrub()


def _digest(token: Token) -> str:
    return hashlib.sha256(token.lower().encode()).hexdigest()


def _erasure(row: schema.Erasure) -> Erasure:
    return Erasure(
        project=ProjectId(row.project_id),
        began_at=row.began_at,
        removed=_REMOVED.validate_python(row.receipt),
        keys=tuple(BlobKey(key) for key in row.keys),
        folders=tuple(row.folders),
    )


@dataclass(frozen=True, slots=True)
class _Belongings:
    """The rows of a project, by number, and where its octets lie."""

    documents: tuple[int, ...]
    keys: tuple[str, ...]
    messages: frozenset[int]
    kept: frozenset[int]
    raw: tuple[str, ...]
    letters: frozenset[int]


def _erase(session: Session, project: schema.Project, *, now: datetime) -> schema.Erasure:
    """Remove everything of a project but its audit, and note what is to be deleted."""
    found = _belongings(session, project.id)
    pages = index_keys(project_value(session, project))
    folders = _folders(session, project, (*found.keys, pages.html))
    holds = _holds(session, project.id, found)
    removed = Removed(
        documents=len(found.documents),
        messages=len(found.messages),
        letters=len(found.letters),
        holds=len(holds),
        lessons=_forget_lessons(session, project.id, found.documents),
        waivers=_delete(session, schema.Waiver, schema.Waiver.project_id == project.id),
        kept_messages=tuple(sorted(found.kept)),
        blobs=tuple(
            sorted(hashlib.sha256(key.encode()).hexdigest() for key in (*found.keys, *found.raw))
        ),
    )
    forget_holds(session, holds, "erased", now=now)
    forget_instructions(session, schema.Instruction.project_id == project.id)
    forget_letters(session, found.letters)
    forget_messages(session, found.messages, now=now)
    _leave_to_others(session, project.id, found.kept)
    _forget_documents(session, found.documents)
    _forget_origin(session, project.id)
    _delete(session, schema.ProjectFreelancer, schema.ProjectFreelancer.project_id == project.id)
    erasure = schema.Erasure(
        project_id=project.id,
        began_at=now,
        token_sha256=_digest(Token(project.token)),
        keys=sorted((*found.keys, pages.html, pages.json)),
        folders=sorted(folders),
        receipt=dict(asdict(removed)),
    )
    session.add(erasure)
    session.flush()
    _delete(session, schema.Project, schema.Project.id == project.id)
    audit.append(
        session,
        "project.erased",
        at=now,
        project=project.id,
        documents=removed.documents,
        messages=removed.messages,
        letters=removed.letters,
    )
    return erasure


def _belongings(session: Session, project: int) -> _Belongings:
    documents = session.execute(
        sa.select(
            schema.Document.id,
            schema.Document.message_id,
            schema.Document.blob_key,
            schema.Document.former_key,
            schema.Document.offer,
        ).where(schema.Document.project_id == project)
    ).all()
    brought = {row.message_id for row in documents if row.offer is None}
    messages = _messages(session, project, brought)
    kept = _shared(session, project, messages)
    removed = frozenset(messages - kept)
    raw = [
        key
        for some in batches(removed)
        for key in session.scalars(
            sa.select(schema.Message.blob_key).where(schema.Message.id.in_(some))
        )
    ]
    own = session.scalars(sa.select(schema.Letter.id).where(schema.Letter.project_id == project))
    return _Belongings(
        documents=tuple(row.id for row in documents),
        keys=tuple(key for row in documents for key in (row.blob_key, row.former_key) if key),
        messages=removed,
        kept=frozenset(kept),
        raw=tuple(key for key in raw if key),
        letters=frozenset((*own, *letters_about(session, removed))),
    )


def _messages(session: Session, project: int, brought: Collection[int]) -> set[int]:
    """The messages of a project: filed there, meant for it, those that brought its documents, and what repeats them."""
    found = set(brought)
    found.update(
        session.scalars(
            sa.select(schema.Message.id).where(
                (schema.Message.project_id == project)
                | (schema.Message.assigned_project_id == project)
            )
        )
    )
    twin = sa.orm.aliased(schema.Message)
    repeated = {
        number
        for some in batches(found)
        for number in session.scalars(
            sa.select(schema.Message.id)
            .join(twin, twin.digest == schema.Message.digest)
            .where(twin.id.in_(some), schema.Message.status == MessageStatus.REPEATED)
        )
    }
    return found | repeated


def _shared(session: Session, project: int, messages: Collection[int]) -> set[int]:
    """Those of the messages that belong to other projects as well; what was offered there is a copy, and needs no mail."""
    shared: set[int] = set()
    for some in batches(messages):
        shared.update(
            session.scalars(
                sa.select(schema.Document.message_id).where(
                    schema.Document.message_id.in_(some),
                    schema.Document.project_id != project,
                    schema.Document.offer.is_(None),
                )
            )
        )
        shared.update(
            session.scalars(
                sa.select(schema.Message.id).where(
                    schema.Message.id.in_(some), schema.Message.project_id != project
                )
            )
        )
    return shared


def _leave_to_others(session: Session, project: int, messages: Collection[int]) -> None:
    """Give messages that stay to another project that they belong to; the numbers of documents there were this one's."""
    for some in batches(messages):
        own = session.scalars(
            sa.select(schema.Message).where(
                schema.Message.id.in_(some),
                (schema.Message.project_id == project)
                | (schema.Message.assigned_project_id == project),
            )
        ).all()
        for row in own:
            row.assigned_project_id = None
            if row.project_id == project:
                row.project_id = session.scalar(
                    sa.select(sa.func.min(schema.Document.project_id)).where(
                        schema.Document.message_id == row.id,
                        schema.Document.project_id != project,
                        schema.Document.offer.is_(None),
                    )
                )
                session.execute(
                    sa.update(schema.Part)
                    .where(schema.Part.message_id == row.id)
                    .values(number=None)
                )
    session.flush()


def _holds(session: Session, project: int, found: _Belongings) -> set[int]:
    holds = set(session.scalars(sa.select(schema.Hold.id).where(schema.Hold.project_id == project)))
    for column, numbers in (
        (schema.Hold.document_id, found.documents),
        (schema.Hold.message_id, found.messages),
        (schema.Hold.letter_id, found.letters),
    ):
        for some in batches(numbers):
            holds.update(session.scalars(sa.select(schema.Hold.id).where(column.in_(some))))
    return holds


def _forget_lessons(session: Session, project: int, documents: Collection[int]) -> int:
    """Drop what was taught in a project, and its documents as examples, whoever named them."""
    taught = session.scalars(
        sa.select(schema.Lesson.id).where(schema.Lesson.project_id == project)
    ).all()
    for some in batches(documents):
        _delete(session, schema.Example, schema.Example.document_id.in_(some))
    for some in batches(taught):
        _delete(session, schema.Example, schema.Example.lesson_id.in_(some))
        _delete(session, schema.Lesson, schema.Lesson.id.in_(some))
    return len(taught)


def _forget_documents(session: Session, documents: Collection[int]) -> None:
    for some in batches(documents):
        _delete(session, schema.Filing, schema.Filing.document_id.in_(some))
        _delete(session, schema.Document, schema.Document.id.in_(some))


def _forget_origin(session: Session, project: int) -> None:
    """Where documents of other projects are from; these tell it no more, and their pages are written again."""
    copies = schema.Document.offered_from_id == project
    tells = sa.select(schema.Document.project_id).where(copies)
    session.execute(
        sa.update(schema.Project)
        .where(schema.Project.id.in_(tells))
        .values(version=schema.Project.version + 1)
    )
    session.execute(sa.update(schema.Document).where(copies).values(offered_from_id=None))


def _delete(session: Session, table: type[schema.Base], where: sa.ColumnElement[bool]) -> int:
    deleted = session.execute(sa.delete(table).where(where).returning(sa.literal(1)))
    return len(deleted.all())


def _folders(session: Session, project: schema.Project, keys: Collection[str]) -> set[str]:
    """Where blobs of the project may lie: its two folders, and those of its former names."""
    named = {posixpath.dirname(key) + "/" for key in keys if not is_concealed(BlobKey(key))}
    return {*named, confidential_folder(project_value(session, project))}
