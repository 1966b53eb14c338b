"""The ledger: what is remembered, in verbs.

`directory` knows people and projects, `openings` the projects that a mail opens, `messages` what came in, `letters` what
goes out, `holds` what waits for a person, `questions` what was asked about it, `lessons` what a person's word taught,
`instructions` what was asked for in words, `silences` what nobody wrote, `confidences` what is confidential, `offers` what
new projects begin with, `alerts` what the operator is told, `readiness` which projects are complete, `dossiers`,
`erasures` and `retention` how all of a project is handed out and what is no longer kept. This class opens them over one
database, says who this worker is, and reads where projects stand.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime

import sqlalchemy as sa

from intake.errors import StaleViewError
from intake.model import BlobKey, Document, LetterState, ProjectId, Sha256
from storage import audit, schema
from storage.alerts import Alerts
from storage.confidences import Confidences
from storage.database import Database
from storage.directory import Directory
from storage.dossiers import Dossiers
from storage.erasing import Erasures
from storage.health import Figures
from storage.holds import Holds
from storage.instructions import Instructions
from storage.inventory import Inventory
from storage.lessons import Lessons
from storage.letters import Letters
from storage.liveness import liveness_of
from storage.look_ups import LookUps
from storage.messages import Messages
from storage.offers import WAITS_FOR_OFFERS, Offers
from storage.openings import Openings
from storage.questions import Questions
from storage.readiness import Readiness
from storage.restoring import begin_again
from storage.retention import Retention
from storage.rows import Documents, document_row, lock_project, standing_value
from storage.silences import Silences
from storage.values import HeldThing, MessageStatus, Standing
from storage.workers import Workers

_LONG_AGO = sa.literal(datetime(2000, 1, 1, tzinfo=UTC), schema.UtcDateTime())


class Ledger:
    """Everything that is remembered. Close it when done; its claims then belong to nobody."""

    def __init__(self, url: str, *, clock: Callable[[], datetime] | None = None) -> None:
        self.database = Database(url, clock=clock)
        self._liveness = liveness_of(self.database)
        self._worker: int | None = None
        self.directory = Directory(self.database)
        self.messages = Messages(self.database, self._liveness)
        self.openings = Openings(self.database)
        self._documents = Documents()
        self.letters = Letters(self.database, self._liveness, self._documents)
        self.silences = Silences(self.database, self._documents)
        self.look_ups = LookUps(self.database)
        self.holds = Holds(self.database)
        self.questions = Questions(self.database)
        self.instructions = Instructions(self.database, self.holds)
        self.lessons = Lessons(self.database)
        self.inventory = Inventory(self.database)
        self.confidences = Confidences(self.database)
        self.offers = Offers(self.database, self._documents)
        self.dossiers = Dossiers(self.database, self._documents)
        self.erasures = Erasures(self.database)
        self.retention = Retention(self.database)
        self.workers = Workers(self.database, self._liveness)
        self.readiness = Readiness(self.database)
        self.alerts = Alerts(self.database)
        self.figures = Figures(self.database, self._liveness)

    @property
    def worker(self) -> int:
        """The number under which this process claims work; taken, with its lock, when first asked for."""
        if self._worker is None:
            begin_again(self.database)
            self._worker = self.workers.enlist()
        return self._worker

    def beat(self) -> None:
        """Say that this process moves; see `Workers.beat`. Cheap, so that long work can say it often."""
        self.workers.beat(self.worker)

    def now(self) -> datetime:
        """The database's clock."""
        with self.database.read() as session:
            return self.database.now(session)

    def standing(self, project: ProjectId) -> Standing:
        """Where a project stands: what a decision about it is based on. StaleViewError where it is there no more."""
        with self.database.read() as session:
            row = session.get(schema.Project, project)
            if row is None:
                raise StaleViewError(f"Project {project} is not there any more.")
            return standing_value(session, row, self._documents)

    def standings(self) -> tuple[Standing, ...]:
        """Where every project stands, by client and title."""
        with self.database.read() as session:
            rows = session.scalars(
                sa.select(schema.Project)
                .join(schema.Client, schema.Client.id == schema.Project.client_id)
                .order_by(schema.Client.name, schema.Project.title, schema.Project.id)
            )
            return tuple(standing_value(session, row, self._documents) for row in rows)

    def standings_of(self, projects: Iterable[ProjectId]) -> Iterator[Standing]:
        """Where these stand, each read when it is asked for; those that are there no more are left out."""
        for project in projects:
            try:
                standing = self.standing(project)
            except StaleViewError:
                continue
            yield standing

    def unindexed(self) -> tuple[ProjectId, ...]:
        """The projects whose index in the blob store is older than they are."""
        with self.database.read() as session:
            found = session.scalars(
                sa.select(schema.Project.id)
                .where(schema.Project.index_version < schema.Project.version)
                .order_by(schema.Project.id)
            )
            return tuple(map(ProjectId, found))

    def indexed(self, standing: Standing) -> bool:
        """Note which view the index shows; False where the project is there no more.

        An older view than the project's makes it due again. Idempotent.
        """
        with self.database.write() as session:
            noted = session.execute(
                sa.update(schema.Project)
                .where(schema.Project.id == standing.project.id)
                .values(index_version=standing.version)
                .returning(schema.Project.id)
            )
            return noted.first() is not None

    def seconds_until_due(
        self, *, letters: bool = True, sources: Sequence[str] = ()
    ) -> float | None:
        """How long until a message, or one of the `letters`, that nobody has in hand is due; None where nothing waits.

        What these sources may let go of is due at once.
        """
        with self.database.read() as session:
            letter = session.scalar(
                sa.select(sa.func.min(schema.Letter.due_at)).where(
                    schema.Letter.state.in_([LetterState.INTENT, LetterState.RETRY]),
                    schema.Letter.worker_id.is_(None),
                    sa.not_(WAITS_FOR_OFFERS),
                )
            )
            message = session.scalar(
                sa.select(sa.func.min(sa.func.coalesce(schema.Message.retry_at, _LONG_AGO))).where(
                    schema.Message.status == MessageStatus.WAITING,
                    schema.Message.worker_id.is_(None),
                )
            )
            settled = session.scalar(
                sa.select(sa.func.min(schema.Message.settled_at)).where(
                    schema.Message.source.in_(sources),
                    schema.Message.acknowledged_at.is_(None),
                    schema.Message.status != MessageStatus.WAITING,
                )
            )
            waiting = (letter if letters else None, message, settled)
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
                if not lock_project(session, standing.project.id):
                    raise StaleViewError(f"Project {standing.project.id} is not there any more.")
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
            now, message = self.database.now(session), row.message_id
            for event, where, number in (
                ("document.moved-away", source.project.id, row.id),
                ("document.moved", to.project.id, copy.id),
            ):
                audit.append(
                    session, event, at=now, project=where, document=number, message=message
                )

    def blobs(self) -> dict[BlobKey, Sha256]:
        """Every blob that a row knows, with the SHA-256 that it must have."""
        with self.database.read() as session:
            raw = session.execute(
                sa.select(schema.Message.blob_key, schema.Message.sha256).where(
                    schema.Message.status != MessageStatus.REMOVED
                )
            )
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
