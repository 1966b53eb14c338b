"""The ledger: what is remembered, in verbs.

`directory` knows people and projects, `messages` what came in, `letters` what goes out, `holds` what waits for a
person, `lessons` what a person's word taught; this class opens them over one database, says who this worker is, and reads where projects stand.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import sqlalchemy as sa

from intake.model import BlobKey, Document, LetterState, ProjectId, Sha256
from storage import audit, schema
from storage.database import Database
from storage.directory import Directory
from storage.holds import Holds
from storage.lessons import Lessons
from storage.letters import Letters
from storage.liveness import liveness_of
from storage.messages import Messages
from storage.rows import Documents, document_row, lock_project, standing_value
from storage.values import HeldThing, MessageStatus, Standing


class Ledger:
    """Everything that is remembered. Close it when done; its claims then belong to nobody."""

    def __init__(self, url: str, *, clock: Callable[[], datetime] | None = None) -> None:
        self.database = Database(url, clock=clock)
        self._liveness = liveness_of(self.database)
        self._worker: int | None = None
        self.directory = Directory(self.database)
        self.messages = Messages(self.database, self._liveness)
        self._documents = Documents()
        self.letters = Letters(self.database, self._liveness, self._documents)
        self.holds = Holds(self.database)
        self.lessons = Lessons(self.database)

    @property
    def worker(self) -> int:
        """The number under which this process claims work; taken, with its lock, when first asked for."""
        if self._worker is None:
            with self.database.write() as session:
                row = schema.Worker(started_at=self.database.now(session))
                session.add(row)
                session.flush()
                self._worker = row.id
            self._liveness.hold(self._worker)
        return self._worker

    def now(self) -> datetime:
        """The database's clock."""
        with self.database.read() as session:
            return self.database.now(session)

    def standing(self, project: ProjectId) -> Standing:
        """Where a project stands: what a decision about it is based on."""
        with self.database.read() as session:
            return standing_value(
                session, session.get_one(schema.Project, project), self._documents
            )

    def standings(self) -> tuple[Standing, ...]:
        """Where every project stands, by client and title."""
        with self.database.read() as session:
            rows = session.scalars(
                sa.select(schema.Project)
                .join(schema.Client, schema.Client.id == schema.Project.client_id)
                .order_by(schema.Client.name, schema.Project.title, schema.Project.id)
            )
            return tuple(standing_value(session, row, self._documents) for row in rows)

    def unindexed(self) -> tuple[Standing, ...]:
        """The projects whose index in the blob store is older than they are."""
        with self.database.read() as session:
            rows = session.scalars(
                sa.select(schema.Project).where(
                    schema.Project.index_version < schema.Project.version
                )
            )
            return tuple(standing_value(session, row, self._documents) for row in rows)

    def indexed(self, standing: Standing) -> None:
        """Note which view the index shows. An older one than the project's makes it due again. Idempotent."""
        with self.database.write() as session:
            session.execute(
                sa.update(schema.Project)
                .where(schema.Project.id == standing.project.id)
                .values(index_version=standing.version)
            )

    def seconds_until_due(self, *, letters: bool = True) -> float | None:
        """How long until a message, or one of the `letters`, that nobody has in hand is due; None where nothing waits."""
        with self.database.read() as session:
            letter = session.scalar(
                sa.select(sa.func.min(schema.Letter.due_at)).where(
                    schema.Letter.state.in_([LetterState.INTENT, LetterState.RETRY]),
                    schema.Letter.worker_id.is_(None),
                )
            )
            message = session.scalar(
                sa.select(sa.func.min(schema.Message.retry_at)).where(
                    schema.Message.status == MessageStatus.WAITING,
                    schema.Message.worker_id.is_(None),
                )
            )
            waiting = (letter if letters else None, message)
            moments = [moment for moment in waiting if moment is not None]
            if not moments:
                return None
            return (min(moments) - self.database.now(session)).total_seconds()

    def move_document(
        self, held: HeldThing, source: Standing, *, to: Standing, moved: Document
    ) -> None:
        """Take a document out of one project and put it, as `moved`, into another of the same client.

        Key: (project, SHA-256), (project, number).
        """
        with self.database.write() as session:
            for standing in sorted((source, to), key=lambda entry: entry.project.id):
                lock_project(session, standing.project.id)
            row = session.scalars(
                sa.select(schema.Document).where(
                    schema.Document.project_id == source.project.id,
                    schema.Document.number == held.number,
                )
            ).one()
            row.rejected = True
            session.execute(sa.delete(schema.Filing).where(schema.Filing.document_id == row.id))
            for standing in (source, to):
                project = session.get_one(schema.Project, standing.project.id)
                project.version = schema.Project.version + 1
            session.flush()
            copy = document_row(moved, project=to.project.id, message=row.message_id)
            session.add(copy)
            session.flush()
            session.add_all(
                schema.Filing(document_id=copy.id, item=item) for item in moved.filed_for
            )
            self.holds.close(session, held.id, f"reassign {to.project.token}")
            audit.append(
                session,
                "document.moved",
                at=self.database.now(session),
                project=to.project.id,
                document=copy.id,
            )

    def blobs(self) -> dict[BlobKey, Sha256]:
        """Every blob that a row knows, with the SHA-256 that it must have."""
        with self.database.read() as session:
            raw = session.execute(sa.select(schema.Message.blob_key, schema.Message.sha256))
            filed = session.execute(
                sa.select(schema.Document.blob_key, schema.Document.sha256).where(
                    schema.Document.blob_key.is_not(None)
                )
            )
            return {BlobKey(row[0]): Sha256(row[1]) for row in [*raw, *filed]}

    def close(self) -> None:
        """Let go of the lock and of all connections."""
        self._liveness.release()
        self.database.close()
