"""The tables and their constraints, on SQLite and PostgreSQL alike. Private to `storage`.

Every idempotency key that a verb names in its docstring stands here as a UNIQUE constraint.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.types import TypeDecorator

REVISION = "0010"
"""The migration that made the last of these tables; a database at another one is behind (or ahead)."""
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


class UtcDateTime(TypeDecorator[datetime]):
    """An aware datetime, kept in UTC; SQLite has no time zones and would give naive ones back."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        """Aware in any zone → UTC (naive UTC for SQLite)."""
        if value is None:
            return None
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        """What the database gives → aware UTC."""
        del dialect
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class PlainText(TypeDecorator[str]):
    """Text of any origin: PostgreSQL takes no NUL, and no engine a lone surrogate (octets that were no text)."""

    impl = sa.Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: sa.Dialect) -> str | None:
        """What cannot be stored becomes U+FFFD, the replacement character."""
        del dialect
        return None if value is None else _UNSTORABLE.sub("\N{REPLACEMENT CHARACTER}", value)


class Base(DeclarativeBase):
    """The metadata that the migrations are compared with."""

    type_annotation_map = {  # noqa: RUF012  # SQLAlchemy reads this class attribute
        datetime: UtcDateTime(),
        date: sa.Date(),
        str: PlainText(),
        bytes: sa.LargeBinary(),
    }


class Client(Base):
    """A client, by name."""

    __tablename__ = "client"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    language: Mapped[str | None]
    """Of letters to its people; None for the one that they write in."""
    holidays: Mapped[str | None]
    """Whose public holidays are days off there; None for those of the settings."""


class Contact(Base):
    """A person's address at a client."""

    __tablename__ = "contact"
    id: Mapped[int] = mapped_column(primary_key=True)
    client_id: Mapped[int] = mapped_column(sa.ForeignKey("client.id"), index=True)
    address: Mapped[str] = mapped_column(index=True)
    bounced_at: Mapped[datetime | None]
    away_until: Mapped[date | None]
    __table_args__ = (sa.UniqueConstraint("client_id", "address"),)


class ClientDomain(Base):
    """A mail domain that is a client's own."""

    __tablename__ = "client_domain"
    client_id: Mapped[int] = mapped_column(sa.ForeignKey("client.id"), primary_key=True)
    domain: Mapped[str] = mapped_column(primary_key=True, index=True)


class Project(Base):
    """One piece of work. `version` moves with every change, so that a decision on an old view is refused."""

    __tablename__ = "project"
    id: Mapped[int] = mapped_column(primary_key=True)
    client_id: Mapped[int] = mapped_column(sa.ForeignKey("client.id"), index=True)
    title: Mapped[str]
    token: Mapped[str] = mapped_column(unique=True)
    checklist: Mapped[str]
    state: Mapped[str]
    timezone: Mapped[str]
    opened_on: Mapped[date]
    starts: Mapped[date | None]
    due: Mapped[date | None]
    confidential: Mapped[bool] = mapped_column(default=False)
    paused_until: Mapped[date | None]
    """The day on which a pause ends by itself."""
    offers_due: Mapped[bool] = mapped_column(default=False, server_default=sa.false())
    """It is new, and what is still fresh of its client's other projects is not offered yet."""
    version: Mapped[int] = mapped_column(default=0)
    index_version: Mapped[int] = mapped_column(default=0)
    noted_version: Mapped[int | None] = mapped_column(default=-1)
    """At which version it was last looked at whether it is complete; None where the next look is to tell nobody."""
    noted_on: Mapped[date | None]
    complete: Mapped[bool] = mapped_column(default=False, server_default=sa.false())
    """What the last look saw."""


class ProjectFreelancer(Base):
    """A freelancer of a project."""

    __tablename__ = "project_freelancer"
    project_id: Mapped[int] = mapped_column(sa.ForeignKey("project.id"), primary_key=True)
    address: Mapped[str] = mapped_column(primary_key=True, index=True)
    position: Mapped[int] = mapped_column(default=0)


class Worker(Base):
    """A process that takes claims; whether it lives is asked of its lock, not of this row."""

    __tablename__ = "worker"
    id: Mapped[int] = mapped_column(primary_key=True)
    started_at: Mapped[datetime]
    seen_at: Mapped[datetime | None]


class Poll(Base):
    """Which worker looks into a source, so that the others leave it alone until then (or until that one dies)."""

    __tablename__ = "poll"
    source: Mapped[str] = mapped_column(primary_key=True)
    worker_id: Mapped[int | None]
    polls_until: Mapped[datetime]


class Message(Base):
    """A message as received: one row for each distinct octets. `digest` is set once it was parsed."""

    __tablename__ = "message"
    id: Mapped[int] = mapped_column(primary_key=True)
    sha256: Mapped[str] = mapped_column(unique=True)
    digest: Mapped[str | None] = mapped_column(index=True)
    size_octets: Mapped[int] = mapped_column(sa.BigInteger())
    oversize_octets: Mapped[int | None] = mapped_column(sa.BigInteger())
    blob_key: Mapped[str]
    source: Mapped[str]
    locator: Mapped[str]
    acknowledged_at: Mapped[datetime | None]
    received_at: Mapped[datetime]
    waiting_since: Mapped[datetime | None]
    envelope_recipient: Mapped[str | None]
    answerable: Mapped[bool] = mapped_column(default=True)
    status: Mapped[str] = mapped_column(index=True)
    reason: Mapped[str | None]
    auto: Mapped[str | None]
    authentication: Mapped[str | None]
    project_id: Mapped[int | None] = mapped_column(sa.ForeignKey("project.id"), index=True)
    assigned_project_id: Mapped[int | None] = mapped_column(sa.ForeignKey("project.id"))
    released: Mapped[bool] = mapped_column(default=False)
    sender: Mapped[str | None]
    sender_name: Mapped[str | None]
    subject: Mapped[str | None]
    message_id: Mapped[str | None] = mapped_column(index=True)
    references: Mapped[list[str]] = mapped_column(sa.JSON(), default=list)
    thread_topic: Mapped[str | None]
    thread_index: Mapped[str | None]
    written: Mapped[str] = mapped_column(default="")
    notes: Mapped[list[str]] = mapped_column(sa.JSON(), default=list)
    cc: Mapped[list[str]] = mapped_column(sa.JSON(), default=list)
    settled_at: Mapped[datetime | None]
    tries: Mapped[int] = mapped_column(default=0)
    deaths: Mapped[int] = mapped_column(default=0)
    last_error: Mapped[str | None]
    retry_at: Mapped[datetime | None]
    worker_id: Mapped[int | None] = mapped_column(index=True)
    fence: Mapped[int] = mapped_column(default=0)
    claimed_until: Mapped[datetime | None]
    __table_args__ = (
        sa.Index("message_unacknowledged", "source", "acknowledged_at"),
        sa.Index("message_waiting", "status", "worker_id", "retry_at"),
    )


class Part(Base):
    """One part of a message and its fate."""

    __tablename__ = "part"
    message_id: Mapped[int] = mapped_column(sa.ForeignKey("message.id"), primary_key=True)
    path: Mapped[str] = mapped_column(primary_key=True)
    position: Mapped[int]
    container: Mapped[str | None]
    filename: Mapped[str | None]
    media_type: Mapped[str]
    size_octets: Mapped[int] = mapped_column(sa.BigInteger())
    sha256: Mapped[str]
    role: Mapped[str]
    fate: Mapped[str]
    number: Mapped[int | None]
    __table_args__ = (sa.Index("part_octets", "sha256"),)


class Link(Base):
    """An address in what the sender wrote, and its fate."""

    __tablename__ = "link"
    message_id: Mapped[int] = mapped_column(sa.ForeignKey("message.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    url: Mapped[str]
    fate: Mapped[str]
    service: Mapped[str]


class Document(Base):
    """A document within a project; the same octets are one document, however often they come."""

    __tablename__ = "document"
    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(sa.ForeignKey("project.id"), index=True)
    message_id: Mapped[int] = mapped_column(sa.ForeignKey("message.id"))
    number: Mapped[int]
    sha256: Mapped[str]
    filename: Mapped[str]
    media_type: Mapped[str]
    size_octets: Mapped[int] = mapped_column(sa.BigInteger())
    blob_key: Mapped[str | None]
    url: Mapped[str | None]
    classification: Mapped[dict[str, object]] = mapped_column(sa.JSON())
    fate: Mapped[str]
    received_at: Mapped[datetime]
    decided_by_person: Mapped[bool] = mapped_column(default=False)
    superseded: Mapped[bool] = mapped_column(default=False)
    rejected: Mapped[bool] = mapped_column(default=False)
    confidential: Mapped[bool] = mapped_column(default=False)
    confidential_for: Mapped[str | None]
    former_key: Mapped[str | None]
    """Where its octets lie as well until that copy is deleted; None but for a moment."""
    offer: Mapped[str | None]
    """Of a document from an earlier project: whether it is kept or still asked about; None for any other."""
    offered_from_id: Mapped[int | None] = mapped_column(sa.ForeignKey("project.id"), index=True)
    """That project; None where it was erased since."""
    sketch: Mapped[list[int]] = mapped_column(sa.JSON(), default=list)
    __table_args__ = (
        sa.UniqueConstraint("project_id", "sha256"),
        sa.UniqueConstraint("project_id", "number"),
    )


class Filing(Base):
    """Says that a document counts toward an item of its project."""

    __tablename__ = "filing"
    document_id: Mapped[int] = mapped_column(sa.ForeignKey("document.id"), primary_key=True)
    item: Mapped[str] = mapped_column(primary_key=True)


class Instruction(Base):
    """What a person's mail asked of the desk, and what became of it.

    `wish` and `phrase` hold what people wrote and go with their project; `before` holds what stood before, so that it can
    be taken back.
    """

    __tablename__ = "instruction"
    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(sa.ForeignKey("project.id"), index=True)
    message_id: Mapped[int] = mapped_column(sa.ForeignKey("message.id"))
    position: Mapped[int]
    speaker: Mapped[str]
    by_freelancer: Mapped[bool]
    verb: Mapped[str]
    item: Mapped[str | None]
    number: Mapped[int | None]
    wish: Mapped[dict[str, object]] = mapped_column(sa.JSON())
    before: Mapped[dict[str, object]] = mapped_column(sa.JSON(), default=dict)
    remark: Mapped[str | None]
    answers: Mapped[list[int]] = mapped_column(sa.JSON(), default=list)
    phrase: Mapped[str] = mapped_column(default="")
    state: Mapped[str]
    created_at: Mapped[datetime]
    undone_at: Mapped[datetime | None]
    __table_args__ = (sa.UniqueConstraint("message_id", "position"),)


class Waiver(Base):
    """Says that an item does not exist at this client, and which instruction said so."""

    __tablename__ = "waiver"
    project_id: Mapped[int] = mapped_column(sa.ForeignKey("project.id"), primary_key=True)
    item: Mapped[str] = mapped_column(primary_key=True)
    since: Mapped[datetime]
    instruction_id: Mapped[int | None] = mapped_column(sa.ForeignKey("instruction.id"))


class Hold(Base):
    """Something that waits for a person. `subject_key` names it: one hold for each thing, opened again if need be."""

    __tablename__ = "hold"
    id: Mapped[int] = mapped_column(primary_key=True)
    subject_key: Mapped[str] = mapped_column(unique=True)
    what: Mapped[str]
    reason: Mapped[str]
    project_id: Mapped[int | None] = mapped_column(sa.ForeignKey("project.id"), index=True)
    message_id: Mapped[int | None] = mapped_column(sa.ForeignKey("message.id"))
    document_id: Mapped[int | None] = mapped_column(sa.ForeignKey("document.id"))
    letter_id: Mapped[int | None] = mapped_column(sa.ForeignKey("letter.id"))
    since: Mapped[datetime]
    decided_at: Mapped[datetime | None] = mapped_column(index=True)
    decision: Mapped[str | None]


class Lesson(Base):
    """What a person's word on a document taught. `subject_key` names what it is about: a pattern of names, or octets."""

    __tablename__ = "lesson"
    id: Mapped[int] = mapped_column(primary_key=True)
    client_id: Mapped[int] = mapped_column(sa.ForeignKey("client.id"), index=True)
    project_id: Mapped[int] = mapped_column(sa.ForeignKey("project.id"))
    sender: Mapped[str]
    subject_key: Mapped[str]
    pattern: Mapped[str | None]
    filename: Mapped[str]
    sha256: Mapped[str]
    sketch: Mapped[list[int]] = mapped_column(sa.JSON(), default=list)
    kind: Mapped[str]
    taken_for: Mapped[str]
    taught_at: Mapped[datetime]
    __table_args__ = (
        sa.UniqueConstraint("project_id", "sender", "subject_key"),
        {"sqlite_autoincrement": True},  # a number that was forgotten never names another lesson
    )


class Example(Base):
    """A document that shows what an own kind looks like at a client; it goes with the lesson that named it."""

    __tablename__ = "example"
    client_id: Mapped[int] = mapped_column(sa.ForeignKey("client.id"), primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    sha256: Mapped[str] = mapped_column(primary_key=True)
    document_id: Mapped[int] = mapped_column(sa.ForeignKey("document.id"))
    lesson_id: Mapped[int] = mapped_column(sa.ForeignKey("lesson.id"), index=True)


class Letter(Base):
    """What we send. First an intent; its octets and Message-ID are frozen before anything is sent."""

    __tablename__ = "letter"
    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int | None] = mapped_column(sa.ForeignKey("project.id"), index=True)
    kind: Mapped[str]
    cause: Mapped[str]
    thread: Mapped[str]
    recipient: Mapped[str] = mapped_column(index=True)
    recipient_name: Mapped[str] = mapped_column(default="")
    state: Mapped[str] = mapped_column(index=True)
    due_at: Mapped[datetime]
    created_at: Mapped[datetime]
    message_id: Mapped[str | None] = mapped_column(unique=True)
    envelope_sender: Mapped[str | None]
    recipients: Mapped[list[str]] = mapped_column(sa.JSON(), default=list)
    delivered: Mapped[list[str]] = mapped_column(sa.JSON(), server_default=sa.text("'[]'"))
    """Those of the recipients who have it."""
    refused: Mapped[list[str]] = mapped_column(sa.JSON(), server_default=sa.text("'[]'"))
    """Those for whom the sink will never take it."""
    octets: Mapped[bytes | None]
    attempts: Mapped[int] = mapped_column(default=0)
    last_error: Mapped[str | None]
    sent_at: Mapped[datetime | None]
    look_up_at: Mapped[datetime | None] = mapped_column(index=True)
    """When to ask the Sent folder: for a doubtful letter, whether it left; for a sent one, to keep a copy. None: no more."""
    doubtful_at: Mapped[datetime | None]
    worker_id: Mapped[int | None] = mapped_column(index=True)
    fence: Mapped[int] = mapped_column(default=0)
    claimed_until: Mapped[datetime | None]
    may_have_left: Mapped[bool] = mapped_column(default=False, server_default=sa.false())
    """It may have left in a life of this ledger that a restored backup does not remember."""
    told: Mapped[str | None]
    """A digest of what it lists of the project's state; the same is not listed again in this thread within a day."""
    manifest: Mapped[bool] = mapped_column(default=False, server_default=sa.false())
    """It is the report that tells that the project has become complete."""
    __table_args__ = (
        # A question belongs to no project; NULLs are distinct in UNIQUE, its cause is unique by itself.
        sa.UniqueConstraint("project_id", "kind", "cause", "recipient"),
        sa.Index("letter_due", "state", "worker_id", "due_at"),
    )


class LetterCause(Base):
    """The messages that a letter answers; several in a burst."""

    __tablename__ = "letter_cause"
    letter_id: Mapped[int] = mapped_column(sa.ForeignKey("letter.id"), primary_key=True)
    message_id: Mapped[int] = mapped_column(
        sa.ForeignKey("message.id"), primary_key=True, index=True
    )


class Audit(Base):
    """What happened, in ids only; each row's hash holds the one before it."""

    __tablename__ = "audit"
    id: Mapped[int] = mapped_column(primary_key=True)
    chain: Mapped[int]
    """The project's id, 0 for what belongs to none."""
    position: Mapped[int]
    at: Mapped[str]
    event: Mapped[str]
    ids: Mapped[str]
    hash: Mapped[str]
    __table_args__ = (sa.UniqueConstraint("chain", "position"),)


class AuditHead(Base):
    """The end of each chain of the audit, kept apart from it so that a tail that was cut off shows."""

    __tablename__ = "audit_head"
    chain: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    position: Mapped[int]
    hash: Mapped[str]


class Erasure(Base):
    """Says that a project was erased. Its keys and the digest of its token are forgotten when all is done."""

    __tablename__ = "erasure"
    project_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    began_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    token_sha256: Mapped[str | None] = mapped_column(unique=True)
    keys: Mapped[list[str]] = mapped_column(sa.JSON(), default=list)
    """The blobs that are to be deleted."""
    folders: Mapped[list[str]] = mapped_column(sa.JSON(), default=list)
    """Where all else is to be deleted that no row knows."""
    receipt: Mapped[dict[str, object]] = mapped_column(sa.JSON(), default=dict)


class Restoration(Base):
    """Says that this database is a copy: made when, and at work in the other's place since when."""

    __tablename__ = "restoration"
    id: Mapped[int] = mapped_column(primary_key=True)
    copied_at: Mapped[datetime]
    began_at: Mapped[datetime | None]
