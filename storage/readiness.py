"""Readiness: whether a project was complete when it was last looked at, and what is owed when it has become so.

A project is looked at after every change of it and on every day, for time alone can make it incomplete. Whatever made
it complete, a message or a person's word at whichever door, is noticed here, once, and what follows is written with it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from intake.model import LetterKind, LetterNumber, LetterState, ProjectId, ProjectState
from storage import audit, schema
from storage.database import Database
from storage.owing import owe
from storage.rows import lock_project
from storage.values import LetterIntent, Standing


class Readiness:
    """Verbs on readiness."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def unnoted(self) -> tuple[ProjectId, ...]:
        """The projects that have changed since they were looked at, or were not looked at on this day of theirs."""
        with self._database.read() as session:
            now = self._database.now(session)
            project = schema.Project
            rows = session.execute(
                sa.select(
                    project.id,
                    project.version,
                    project.noted_version,
                    project.noted_on,
                    project.timezone,
                )
                .where(project.state != ProjectState.CLOSED)
                .order_by(project.id)
            )
            return tuple(
                ProjectId(row.id)
                for row in rows
                if row.noted_version != row.version
                or row.noted_on != now.astimezone(ZoneInfo(row.timezone)).date()
            )

    def note(
        self,
        standing: Standing,
        letters: Sequence[LetterIntent],
        *,
        complete: bool,
        on: date,
        composing: LetterNumber | None = None,
    ) -> bool:
        """Write down whether a project is complete; where it has become so, owe these letters. Whether `composing` is one.

        Key: the project's version and day; of the letters, as ever. A report that is owed already, and not composed
        (but for the one in hand), takes the place of one of these. False as well where the project has changed
        meanwhile: it is looked at again.
        """
        with self._database.write() as session:
            lock_project(session, standing.project.id)
            row = session.get(schema.Project, standing.project.id)
            if row is None or row.version != standing.version:
                return False
            has_become = complete and not row.complete and row.noted_version is not None
            row.complete, row.noted_version, row.noted_on = complete, standing.version, on
            if has_become:
                now = self._database.now(session)
                audit.append(session, "project.complete", at=now, project=row.id)
                for intent in letters:
                    if not _joins(session, intent, project=row.id, composing=composing):
                        owe(session, intent, project=row.id, message=None, now=now)
                        _joins(session, intent, project=row.id, composing=None)
            letter = session.get(schema.Letter, composing) if composing else None
            return letter is not None and letter.manifest


def note_quietly(session: Session, project: int) -> None:
    """What has changed a project is told to nobody: the next look only notes whether it is complete."""
    session.execute(
        sa.update(schema.Project)
        .where(schema.Project.id == project)
        .values(noted_version=None)
        .execution_options(synchronize_session=False)
    )


def _joins(
    session: Session, intent: LetterIntent, *, project: int, composing: LetterNumber | None
) -> bool:
    """Let a report that is owed to this person carry the manifest; False where there is none."""
    if intent.kind is not LetterKind.REPORT:
        return False
    found = session.scalar(
        sa.select(schema.Letter)
        .where(
            schema.Letter.project_id == project,
            schema.Letter.kind == LetterKind.REPORT,
            schema.Letter.recipient == intent.recipient.address,
            schema.Letter.state == LetterState.INTENT,
            schema.Letter.worker_id.is_(None) | (schema.Letter.id == composing),
        )
        .order_by(schema.Letter.due_at, schema.Letter.id)
        .limit(1)
        .with_for_update()
    )
    if found is not None:
        found.manifest = True
    return found is not None
