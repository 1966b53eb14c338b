"""Rows to values and back. Knows both shapes, decides nothing."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from pydantic import TypeAdapter
from sqlalchemy.orm import Session

from intake.model import (
    Address,
    BlobKey,
    Classification,
    Client,
    ClientId,
    Document,
    Fate,
    ItemName,
    LinkFate,
    LinkFound,
    Mailbox,
    PartOutcome,
    Project,
    ProjectId,
    ProjectState,
    Received,
    Role,
    Sha256,
    Thread,
    Token,
)
from storage import schema

_CLASSIFICATION = TypeAdapter(Classification)


def client_value(session: Session, row: schema.Client) -> Client:
    """A client with its contacts and domains, in the order in which they were added."""
    contacts = session.scalars(
        sa.select(schema.Contact.address)
        .where(schema.Contact.client_id == row.id)
        .order_by(schema.Contact.id)
    )
    domains = session.scalars(
        sa.select(schema.ClientDomain.domain)
        .where(schema.ClientDomain.client_id == row.id)
        .order_by(schema.ClientDomain.domain)
    )
    return Client(
        id=ClientId(row.id),
        name=row.name,
        contacts=tuple(Address(address) for address in contacts),
        domains=tuple(domains),
    )


def project_value(session: Session, row: schema.Project) -> Project:
    """A project with its client and freelancers."""
    client = session.get_one(schema.Client, row.client_id)
    freelancers = session.scalars(
        sa.select(schema.ProjectFreelancer.address)
        .where(schema.ProjectFreelancer.project_id == row.id)
        .order_by(schema.ProjectFreelancer.position)
    )
    return Project(
        id=ProjectId(row.id),
        client=client_value(session, client),
        title=row.title,
        token=Token(row.token),
        checklist=row.checklist,
        freelancers=tuple(Address(address) for address in freelancers),
        state=ProjectState(row.state),
        timezone=row.timezone,
        opened_on=row.opened_on,
        starts=row.starts,
        due=row.due,
        confidential=row.confidential,
    )


def classification_json(value: Classification) -> dict[str, object]:
    """A classification as the JSON column holds it."""
    return dict(_CLASSIFICATION.dump_python(value, mode="json"))


def document_value(row: schema.Document, filed_for: Sequence[str]) -> Document:
    """A document and the items that it counts toward."""
    return Document(
        number=row.number,
        sha256=Sha256(row.sha256),
        filename=row.filename,
        media_type=row.media_type,
        size_octets=row.size_octets,
        blob=BlobKey(row.blob_key) if row.blob_key else None,
        url=row.url,
        classification=_CLASSIFICATION.validate_python(row.classification),
        fate=Fate(row.fate),
        received_at=row.received_at,
        filed_for=tuple(ItemName(item) for item in filed_for),
        decided_by_person=row.decided_by_person,
        superseded=row.superseded,
        rejected=row.rejected,
        confidential=row.confidential,
        sketch=tuple(row.sketch),
    )


def document_row(value: Document, *, project: int, message: int) -> schema.Document:
    """A new document's row."""
    return schema.Document(
        project_id=project,
        message_id=message,
        number=value.number,
        sha256=value.sha256,
        filename=value.filename,
        media_type=value.media_type,
        size_octets=value.size_octets,
        blob_key=value.blob,
        url=value.url,
        classification=classification_json(value.classification),
        fate=value.fate,
        received_at=value.received_at,
        decided_by_person=value.decided_by_person,
        superseded=value.superseded,
        rejected=value.rejected,
        confidential=value.confidential,
        sketch=list(value.sketch),
    )


def part_row(value: PartOutcome, *, message: int, position: int) -> schema.Part:
    """A part's row."""
    return schema.Part(
        message_id=message,
        path=value.path,
        position=position,
        container=value.container,
        filename=value.filename,
        media_type=value.media_type,
        size_octets=value.size_octets,
        sha256=value.sha256,
        role=value.role,
        fate=value.fate,
        number=value.number,
    )


def received_value(session: Session, row: schema.Message) -> Received:
    """A message as letters tell of it."""
    parts = session.scalars(
        sa.select(schema.Part)
        .where(schema.Part.message_id == row.id)
        .order_by(schema.Part.position)
    )
    links = session.scalars(
        sa.select(schema.Link)
        .where(schema.Link.message_id == row.id)
        .order_by(schema.Link.position)
    )
    return Received(
        sender=Mailbox(row.sender_name or "", Address(row.sender or "")),
        received_at=row.received_at,
        parts=tuple(
            PartOutcome(
                path=part.path,
                container=part.container,
                filename=part.filename,
                media_type=part.media_type,
                size_octets=part.size_octets,
                sha256=Sha256(part.sha256),
                role=Role(part.role),
                fate=Fate(part.fate),
                number=part.number,
            )
            for part in parts
        ),
        links=tuple(LinkFound(link.url, LinkFate(link.fate), link.service) for link in links),
        written=row.written,
        notes=tuple(row.notes),
    )


def thread_value(row: schema.Message) -> Thread:
    """What an answer to this message takes over from it."""
    return Thread(
        subject=row.subject or "",
        message_id=row.message_id,
        references=tuple(row.references),
        thread_topic=row.thread_topic,
        thread_index=row.thread_index,
    )
