"""What must lie in the blob store: every raw message, every document and the pages of every project, with where each came from."""

from __future__ import annotations

from dataclasses import dataclass, field

import sqlalchemy as sa

from intake.model import BlobKey, Kind, Project, ProjectId, Sha256
from storage import audit, schema
from storage.database import Database
from storage.rows import project_value
from storage.values import MessageStatus


@dataclass(frozen=True, slots=True)
class FiledDocument:
    """What is needed to file a document again. `raw` is the message that brought it, `linked`: by a link in it."""

    row: int
    project: ProjectId
    sha256: Sha256
    raw: BlobKey
    raw_sha256: Sha256
    filename: str = field(repr=False)
    media_type: str
    kind: Kind
    confidential: bool
    linked: bool


@dataclass(frozen=True, slots=True)
class Kept:
    """A blob that a row knows. `document` is None for a message as it was received."""

    key: BlobKey = field(repr=False)
    sha256: Sha256
    document: FiledDocument | None = None


@dataclass(frozen=True, slots=True)
class Paged:
    """A project, and whether its pages have been written."""

    project: Project
    written: bool


class Inventory:
    """Reads what must be there, and notes what was put right."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def kept(self) -> tuple[Kept, ...]:
        """Every blob that a row knows, raw messages first."""
        with self._database.read() as session:
            raw = session.execute(
                sa.select(schema.Message.blob_key, schema.Message.sha256)
                .where(schema.Message.status != MessageStatus.REMOVED)
                .order_by(schema.Message.id)
            )
            messages = [Kept(BlobKey(row[0]), Sha256(row[1])) for row in raw]
            return (*messages, *(_kept(row) for row in session.execute(_DOCUMENTS)))

    def leaving(self) -> frozenset[BlobKey]:
        """Blobs that are about to be deleted, or just were: nobody misses them, and they are no strangers."""
        with self._database.read() as session:
            removed = session.scalars(
                sa.select(schema.Message.blob_key).where(
                    schema.Message.status == MessageStatus.REMOVED
                )
            )
            former = session.scalars(
                sa.select(schema.Document.former_key).where(schema.Document.former_key.is_not(None))
            )
            begun = session.scalars(sa.select(schema.Erasure.keys))
            erased = (key for keys in begun for key in keys)
            return frozenset(BlobKey(key) for key in (*removed, *former, *erased) if key)

    def paged(self) -> tuple[Paged, ...]:
        """Every project."""
        with self._database.read() as session:
            rows = session.scalars(sa.select(schema.Project).order_by(schema.Project.id))
            return tuple(Paged(project_value(session, row), row.index_version > 0) for row in rows)

    def refiled(self, document: FiledDocument) -> None:
        """Note that a document's octets were put back."""
        with self._database.write() as session:
            now = self._database.now(session)
            audit.append(
                session, "document.refiled", at=now, project=document.project, document=document.row
            )

    def pages_due(self, project: ProjectId) -> None:
        """Have the pages of a project written again. Idempotent."""
        with self._database.write() as session:
            session.execute(
                sa.update(schema.Project)
                .where(schema.Project.id == project)
                .values(index_version=0)
            )


_LINKED = (
    sa.exists()
    .where(
        schema.Part.message_id == schema.Document.message_id,
        schema.Part.sha256 == schema.Document.sha256,
        schema.Part.container.startswith("link:"),
    )
    .correlate(schema.Document)
)
_DOCUMENTS = (
    sa.select(
        schema.Document,
        schema.Message.blob_key,
        schema.Message.sha256,
        _LINKED.label("linked"),
    )
    .join(schema.Message, schema.Message.id == schema.Document.message_id)
    .where(schema.Document.blob_key.is_not(None))
    .order_by(schema.Document.message_id, schema.Document.id)
)


def _kept(row: sa.Row[schema.Document, str, str, bool]) -> Kept:
    document, raw, raw_sha256, linked = row
    return Kept(
        BlobKey(document.blob_key or ""),
        Sha256(document.sha256),
        FiledDocument(
            row=document.id,
            project=ProjectId(document.project_id),
            sha256=Sha256(document.sha256),
            raw=BlobKey(raw),
            raw_sha256=Sha256(raw_sha256),
            filename=document.filename,
            media_type=document.media_type,
            kind=Kind(str(document.classification.get("kind", ""))),
            confidential=document.confidential,
            linked=linked,
        ),
    )
