"""What a new project is offered of its client's other projects: the view to decide on, and what was decided.

Whether it is due stands with the project, from the transaction that opened it. Until it was done no letter about the
project is composed.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from intake.errors import StaleViewError
from intake.model import Document, ProjectId
from storage import audit, schema
from storage.database import Database
from storage.rows import ASKED, KEPT, Documents, document_row, lock_project, standing_value
from storage.values import Standing

WAITS_FOR_OFFERS = sa.exists().where(
    schema.Project.id == schema.Letter.project_id, schema.Project.offers_due
)
"""Of a letter: what its project is offered is not yet decided, so that it cannot tell of it."""


@dataclass(frozen=True, slots=True)
class OfferView:
    """A new project, and all others of its client."""

    new: Standing
    others: tuple[Standing, ...]


class Offers:
    """Verbs on what new projects are offered."""

    def __init__(self, database: Database, documents: Documents) -> None:
        self._database = database
        self._documents = documents

    def due(self) -> tuple[ProjectId, ...]:
        """The projects that are new, and were not offered anything yet."""
        with self._database.read() as session:
            found = session.scalars(
                sa.select(schema.Project.id)
                .where(schema.Project.offers_due)
                .order_by(schema.Project.id)
            )
            return tuple(map(ProjectId, found))

    def view(self, project: ProjectId) -> OfferView | None:
        """What to decide on; None where nothing is due, or the project is not there any more."""
        with self._database.read() as session:
            new = session.get(schema.Project, project)
            if new is None or not new.offers_due:
                return None
            others = session.scalars(
                sa.select(schema.Project)
                .where(schema.Project.client_id == new.client_id, schema.Project.id != new.id)
                .order_by(schema.Project.id)
            ).all()
            return OfferView(
                new=standing_value(session, new, self._documents),
                others=tuple(standing_value(session, each, self._documents) for each in others),
            )

    def made(self, view: OfferView, documents: Sequence[Document]) -> None:
        """Write down what a project is offered; their octets are there already.

        Keys: the project's `offers_due`; (project, SHA-256), (project, number). StaleViewError where one of the projects
        has changed since the view.
        """
        with self._database.write() as session:
            views = sorted((view.new, *view.others), key=lambda each: each.project.id)
            for standing in views:
                _require_current(session, standing)
            project = session.get_one(schema.Project, view.new.project.id)
            if not project.offers_due:
                return
            project.offers_due = False
            if not documents:
                return
            project.version = view.new.version + 1
            now = self._database.now(session)
            for document in documents:
                _write(session, document, project.id, now=now)


def _require_current(session: Session, standing: Standing) -> None:
    """Lock a project that is as it was."""
    number = standing.project.id
    is_there = lock_project(session, number)
    version = session.scalar(sa.select(schema.Project.version).where(schema.Project.id == number))
    if not is_there or version != standing.version:
        raise StaleViewError(f"Project {number} changed while another one was offered its files.")


def _write(session: Session, document: Document, project: int, *, now: datetime) -> None:
    """A document of another project as this one has it; the message that brought it stays that one's."""
    message = session.scalars(
        sa.select(schema.Document.message_id).where(
            schema.Document.project_id == (document.offer.project if document.offer else None),
            schema.Document.sha256 == document.sha256,
        )
    ).one()
    row = document_row(document, project=project, message=message)
    session.add(row)
    session.flush()
    session.add_all(schema.Filing(document_id=row.id, item=item) for item in document.filed_for)
    audit.append(session, "document.offered", at=now, project=project, document=row.id)


def keep(
    session: Session, project: int, numbers: Collection[int], *, now: datetime
) -> tuple[int, ...]:
    """Let documents that a project is offered count, in the caller's transaction; those that did not, by number."""
    return _set(session, project, numbers, offer=KEPT, event="document.kept", now=now)


def ask_again(session: Session, project: int, numbers: Collection[int], *, now: datetime) -> None:
    """Take that back."""
    _set(session, project, numbers, offer=ASKED, event="document.offered", now=now)


def _set(
    session: Session,
    project: int,
    numbers: Collection[int],
    *,
    offer: str,
    event: str,
    now: datetime,
) -> tuple[int, ...]:
    found = session.execute(
        sa.update(schema.Document)
        .where(
            schema.Document.project_id == project,
            schema.Document.number.in_(numbers),
            schema.Document.offer.is_not(None),
            schema.Document.offer != offer,
        )
        .values(offer=offer)
        .returning(schema.Document.number, schema.Document.id)
    )
    changed = sorted((number, row) for number, row in found)
    for _, row in changed:
        audit.append(session, event, at=now, project=project, document=row)
    return tuple(number for number, _ in changed)
