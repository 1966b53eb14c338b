"""What is confidential, and where its octets lie: a document moves when the two no longer fit, in three steps.

Copied outside any transaction, then `moved` (its row names the new key and remembers the former one), then deleted and
`let_go`. A crash between them leaves a state that the next one goes on from.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from intake.model import BlobKey, Kind, ProjectId, Secrecy, Sha256
from storage import audit, schema
from storage.blobs.keys import CONFIDENTIAL, is_concealed
from storage.database import Database
from storage.rows import lock_project


@dataclass(frozen=True, slots=True)
class Misplaced:
    """A document that does not lie where it should, or did not a moment ago: then `former` is where that copy is."""

    row: int
    project: ProjectId
    key: BlobKey = field(repr=False)
    former: BlobKey | None = field(repr=False)
    confidential: bool
    sha256: Sha256
    filename: str = field(repr=False)
    media_type: str
    kind: Kind

    @property
    def is_placed(self) -> bool:
        """Whether its present key is of the right sort."""
        return is_concealed(self.key) is self.confidential


_CONCEALED = sa.case((schema.Document.blob_key.startswith(CONFIDENTIAL), True), else_=False)


class Confidences:
    """Verbs on what is confidential. Each is one transaction, and doing it again changes nothing more."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def make_confidential(
        self, project: ProjectId, numbers: Collection[int], *, why: Secrecy
    ) -> tuple[int, ...]:
        """Make documents of a project confidential, by number; those that were not. Their octets move afterwards.

        One that was so only because its project is stays so for this reason now.
        """
        with self._database.write() as session:
            now = self._database.now(session)
            lock_project(session, project)
            return conceal(session, project, numbers, why=why, now=now)

    def make_open(self, project: ProjectId, numbers: Collection[int]) -> tuple[int, ...]:
        """Let documents be known by name, because a freelancer says so; those that were not. No checklist outweighs it."""
        with self._database.write() as session:
            now = self._database.now(session)
            lock_project(session, project)
            return reveal(session, project, numbers, why=Secrecy.PERSON, now=now)

    def misplaced(self, project: ProjectId) -> tuple[Misplaced, ...]:
        """The documents of a project whose octets are to move, or whose former copy is to be deleted."""
        with self._database.read() as session:
            rows = session.scalars(
                sa.select(schema.Document)
                .where(
                    schema.Document.project_id == project,
                    schema.Document.blob_key.is_not(None),
                    schema.Document.former_key.is_not(None)
                    | (schema.Document.confidential != _CONCEALED),
                )
                .order_by(schema.Document.number)
            )
            return tuple(_misplaced(row) for row in rows)

    def moved(self, document: Misplaced, to: BlobKey) -> BlobKey | None:
        """Say that a document's octets lie under another key; where they do lie now, None where it is gone.

        Key: the document's row with its key and its confidentiality as they were when the copy was made.
        """
        with self._database.write() as session:
            lock_project(session, document.project)
            row = session.get(schema.Document, document.row)
            if row is None or row.project_id != document.project:
                return None
            fits = row.blob_key == document.key and row.confidential is document.confidential
            if fits and row.former_key is None:
                row.blob_key, row.former_key = to, document.key
                _bump(session, document.project)
                now = self._database.now(session)
                audit.append(
                    session, "document.placed", at=now, project=document.project, document=row.id
                )
            return BlobKey(row.blob_key) if row.blob_key else None

    def is_left(self, document: Misplaced, key: BlobKey) -> bool:
        """Whether a document has left that key, and the copy there is to be deleted."""
        with self._database.read() as session:
            row = session.get(schema.Document, document.row)
            return row is not None and row.former_key == key != row.blob_key

    def let_go(self, document: Misplaced, key: BlobKey) -> None:
        """Forget the key at which a copy of a document was deleted."""
        with self._database.write() as session:
            session.execute(
                sa.update(schema.Document)
                .where(schema.Document.id == document.row, schema.Document.former_key == key)
                .values(former_key=None)
            )


def conceal(
    session: Session, project: int, numbers: Collection[int], *, why: Secrecy, now: datetime
) -> tuple[int, ...]:
    """As `Confidences.make_confidential`, in the caller's transaction, which has locked the project."""
    wanted = schema.Document.number.in_(numbers) & (
        schema.Document.confidential.is_(False)
        | (schema.Document.confidential_for == Secrecy.PROJECT)
    )
    changed = _set(session, project, wanted, confidential=True, why=why)
    _note(session, project, changed, "document.concealed", now=now)
    return tuple(row.number for row in changed)


def reveal(
    session: Session, project: int, numbers: Collection[int], *, why: Secrecy | None, now: datetime
) -> tuple[int, ...]:
    """As `Confidences.make_open`, in the caller's transaction; without a reason a checklist may conceal them again."""
    wanted = schema.Document.number.in_(numbers)
    changed = _set(session, project, wanted, confidential=False, why=why)
    _note(session, project, changed, "document.opened", now=now)
    return tuple(row.number for row in changed)


def conceal_project(session: Session, project: int, *, confidential: bool, now: datetime) -> None:
    """Make what a project holds confidential with it; or take that back, but for what is so for a reason of its own."""
    row = session.get_one(schema.Project, project)
    if row.confidential is confidential:
        return
    row.confidential = confidential
    wanted: sa.ColumnElement[bool] = schema.Document.confidential_for == Secrecy.PROJECT
    if confidential:
        wanted = schema.Document.confidential.is_(False)
    why = Secrecy.PROJECT if confidential else None
    changed = _set(session, project, wanted, confidential=confidential, why=why)
    _note(
        session,
        project,
        changed,
        "document.concealed" if confidential else "document.opened",
        now=now,
    )


@dataclass(frozen=True, slots=True)
class _Changed:
    row: int
    number: int


def _set(
    session: Session,
    project: int,
    wanted: sa.ColumnElement[bool],
    *,
    confidential: bool,
    why: Secrecy | None,
) -> list[_Changed]:
    found = session.execute(
        sa.update(schema.Document)
        .where(
            schema.Document.project_id == project,
            wanted,
            (schema.Document.confidential.is_not(confidential))
            | (schema.Document.confidential_for.is_distinct_from(why)),
        )
        .values(confidential=confidential, confidential_for=why)
        .returning(schema.Document.id, schema.Document.number)
    )
    changed = sorted((_Changed(*row) for row in found), key=lambda each: each.number)
    if changed:
        _bump(session, project)
    return changed


def _bump(session: Session, project: int) -> None:
    session.execute(
        sa.update(schema.Project)
        .where(schema.Project.id == project)
        .values(version=schema.Project.version + 1)
    )


def _note(
    session: Session, project: int, changed: Collection[_Changed], event: str, *, now: datetime
) -> None:
    for each in changed:
        audit.append(session, event, at=now, project=project, document=each.row)


def _misplaced(row: schema.Document) -> Misplaced:
    return Misplaced(
        row=row.id,
        project=ProjectId(row.project_id),
        key=BlobKey(row.blob_key or ""),
        former=BlobKey(row.former_key) if row.former_key else None,
        confidential=row.confidential,
        sha256=Sha256(row.sha256),
        filename=row.filename,
        media_type=row.media_type,
        kind=Kind(str(row.classification.get("kind", ""))),
    )
