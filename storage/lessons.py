"""Lessons: what people's decisions about documents taught, each for one sender and one project of one client.

A lesson is written in the transaction of the decision that taught it, and is never changed by anything but another
decision or by being forgotten.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from intake.errors import ConfigError
from intake.model import (
    Address,
    BlobKey,
    ClientId,
    Kind,
    Lesson,
    LessonNumber,
    Project,
    ProjectId,
    Sha256,
    Token,
)
from storage import audit, schema
from storage.database import Database
from storage.values import Example, ListedLesson, NewLesson

_WITHIN_REACH = (
    sa.select(schema.Lesson)
    .where(
        schema.Lesson.client_id == sa.bindparam("client"),
        (schema.Lesson.project_id == sa.bindparam("project"))
        | (schema.Lesson.sender == sa.bindparam("sender")),
    )
    .order_by(schema.Lesson.id)
)


def teach(session: Session, new: NewLesson, document: schema.Document, *, now: datetime) -> int:
    """Remember what a decision about a document taught, in the caller's transaction; the lesson's number.

    Key: (project, sender, what it is about: the pattern of names, else the octets). Another kind for the same names or
    octets of the same sender replaces what was said before; the same kind again renews it under its number.
    """
    project = session.get_one(schema.Project, document.project_id)
    sender = session.get_one(schema.Message, document.message_id).sender or ""
    key = f"name:{new.pattern}" if new.pattern is not None else f"octets:{document.sha256}"
    of_sender = session.scalars(
        sa.select(schema.Lesson).where(
            schema.Lesson.client_id == project.client_id, schema.Lesson.sender == sender
        )
    ).all()
    alike = [row for row in of_sender if row.subject_key == key or row.sha256 == document.sha256]
    contradicting = [row for row in alike if row.kind != new.kind]
    _drop(session, contradicting, "lesson.replaced", now=now)
    row = next(
        (
            row
            for row in alike
            if row not in contradicting and (row.project_id, row.subject_key) == (project.id, key)
        ),
        None,
    )
    if row is None:
        row = schema.Lesson(client_id=project.client_id, project_id=project.id)
        row.sender, row.subject_key, row.pattern = sender, key, new.pattern
        session.add(row)
    row.filename, row.sha256, row.sketch = document.filename, document.sha256, document.sketch
    row.kind, row.taken_for, row.taught_at = new.kind, new.taken_for, now
    session.flush()
    if new.is_example:
        session.merge(
            schema.Example(
                client_id=project.client_id,
                kind=new.kind,
                sha256=document.sha256,
                document_id=document.id,
                lesson_id=row.id,
            )
        )
    audit.append(
        session, "lesson.taught", at=now, project=project.id, lesson=row.id, document=document.id
    )
    return row.id


def unteach(session: Session, number: int, *, now: datetime) -> None:
    """Drop the lesson of a decision that was taken back, if it is still there, in the caller's transaction."""
    row = session.get(schema.Lesson, number)
    if row is not None:
        _drop(session, [row], "lesson.forgotten", now=now)


class Lessons:
    """Verbs on lessons."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def within_reach(self, project: Project, sender: Address) -> tuple[Lesson, ...]:
        """The lessons about this sender or this project, oldest first; never those of another client."""
        with self._database.read() as session:
            rows = session.scalars(
                _WITHIN_REACH,
                {"client": project.client.id, "project": project.id, "sender": sender},
            )
            return tuple(lesson_value(row) for row in rows)

    def listed(self) -> tuple[ListedLesson, ...]:
        """Every lesson, by number."""
        with self._database.read() as session:
            rows = session.execute(
                sa.select(schema.Lesson, schema.Client.name, schema.Project.token)
                .join(schema.Client, schema.Client.id == schema.Lesson.client_id)
                .join(schema.Project, schema.Project.id == schema.Lesson.project_id)
                .order_by(schema.Lesson.id)
            )
            return tuple(ListedLesson(lesson_value(row[0]), row[1], Token(row[2])) for row in rows)

    def forget(self, number: LessonNumber) -> None:
        """Drop a lesson, and the examples that it named. ConfigError where there is none with that number."""
        with self._database.write() as session:
            row = session.get(schema.Lesson, number)
            if row is None:
                raise ConfigError(f"There is no lesson {number}; see `intake lessons`.")
            _drop(session, [row], "lesson.forgotten", now=self._database.now(session))

    def examples(self, client: ClientId) -> tuple[Example, ...]:
        """The documents of a client that show what an own kind looks like, by kind and age; never another client's."""
        with self._database.read() as session:
            rows = session.execute(
                sa.select(schema.Example, schema.Document)
                .join(schema.Document, schema.Document.id == schema.Example.document_id)
                .where(schema.Example.client_id == client)
                .order_by(schema.Example.kind, schema.Example.document_id)
            )
            return tuple(_example(row[0], row[1]) for row in rows)


def _drop(session: Session, rows: Sequence[schema.Lesson], event: str, *, now: datetime) -> None:
    for row in rows:
        session.execute(sa.delete(schema.Example).where(schema.Example.lesson_id == row.id))
        session.delete(row)
        audit.append(session, event, at=now, project=row.project_id, lesson=row.id)
    session.flush()


def lesson_value(row: schema.Lesson) -> Lesson:
    """A lesson as it stands in its row."""
    return Lesson(
        number=LessonNumber(row.id),
        client=ClientId(row.client_id),
        project=ProjectId(row.project_id),
        sender=Address(row.sender),
        pattern=row.pattern,
        filename=row.filename,
        sha256=Sha256(row.sha256),
        sketch=tuple(row.sketch),
        kind=Kind(row.kind),
        taken_for=Kind(row.taken_for),
        taught_at=row.taught_at,
    )


def _example(row: schema.Example, document: schema.Document) -> Example:
    return Example(
        client=ClientId(row.client_id),
        kind=Kind(row.kind),
        sha256=Sha256(row.sha256),
        filename=document.filename,
        blob=BlobKey(document.blob_key) if document.blob_key else None,
    )
