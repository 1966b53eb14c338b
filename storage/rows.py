"""Rows to values and back. Knows both shapes, decides nothing."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

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
    MessageNumber,
    NotedWish,
    Offer,
    PartOutcome,
    Project,
    ProjectId,
    ProjectState,
    Received,
    Remark,
    Role,
    Secrecy,
    Sha256,
    Thread,
    Token,
    Wish,
    WishState,
)
from storage import schema
from storage.values import Standing

_CLASSIFICATION = TypeAdapter(Classification)
_WISH = TypeAdapter(Wish)
KEPT, ASKED = "kept", "asked"
"""What `document.offer` says of a document from an earlier project."""


_OF_CLIENT = (
    sa.select(
        sa.literal("contact").label("what"),
        schema.Contact.address.label("text"),
        schema.Contact.id.label("position"),
    ).where(schema.Contact.client_id == sa.bindparam("client")),
    sa.select(sa.literal("domain"), schema.ClientDomain.domain, sa.literal(0, sa.Integer())).where(
        schema.ClientDomain.client_id == sa.bindparam("client")
    ),
)
_CLIENT_WORDS = sa.union_all(*_OF_CLIENT).order_by("position", "text")
_PROJECT_WORDS = sa.union_all(
    *_OF_CLIENT,
    sa.select(
        sa.literal("freelancer"),
        schema.ProjectFreelancer.address,
        schema.ProjectFreelancer.position,
    ).where(schema.ProjectFreelancer.project_id == sa.bindparam("project")),
    sa.select(sa.literal("waiver"), schema.Waiver.item, sa.literal(0, sa.Integer())).where(
        schema.Waiver.project_id == sa.bindparam("project")
    ),
).order_by("position", "text")
"""Everything that is a list of words about a project, in one statement: this is asked for several times a message."""
_DOCUMENTS = (
    sa.select(schema.Document)
    .where(schema.Document.project_id == sa.bindparam("project"))
    .order_by(schema.Document.number)
)
_FILINGS = (
    sa.select(schema.Filing.document_id, schema.Filing.item)
    .join(schema.Document, schema.Document.id == schema.Filing.document_id)
    .where(schema.Document.project_id == sa.bindparam("project"))
    .order_by(schema.Filing.item)
)
_PARTS = (
    sa.select(schema.Part)
    .where(schema.Part.message_id == sa.bindparam("message"))
    .order_by(schema.Part.position)
)
_LINKS = (
    sa.select(schema.Link)
    .where(schema.Link.message_id == sa.bindparam("message"))
    .order_by(schema.Link.position)
)

Words = dict[str, list[str]]
MOST_DOCUMENTS_KEPT = 1_000
"""About five kilobytes each, so that a worker's memory does not grow with its clients' archives."""


def client_value(session: Session, row: schema.Client) -> Client:
    """A client with its contacts and domains, in the order in which they were added."""
    found = session.execute(_CLIENT_WORDS, {"client": row.id})
    return _client(row, _grouped(found))


def _grouped(found: sa.Result[str, str, int]) -> Words:
    words: Words = {}
    for row in found:
        words.setdefault(row[0], []).append(row[1])
    return words


def _client(row: schema.Client, words: Words) -> Client:
    return Client(
        id=ClientId(row.id),
        name=row.name,
        contacts=tuple(Address(address) for address in words.get("contact", ())),
        domains=tuple(words.get("domain", ())),
        language=row.language,
        holidays=row.holidays,
    )


def project_value(session: Session, row: schema.Project) -> Project:
    """A project with its client and freelancers."""
    return _project(session, row, _words(session, row))


def _words(session: Session, row: schema.Project) -> Words:
    return _grouped(session.execute(_PROJECT_WORDS, {"client": row.client_id, "project": row.id}))


def _project(session: Session, row: schema.Project, words: Words) -> Project:
    return Project(
        id=ProjectId(row.id),
        client=_client(session.get_one(schema.Client, row.client_id), words),
        title=row.title,
        token=Token(row.token),
        checklist=row.checklist,
        freelancers=tuple(Address(address) for address in words.get("freelancer", ())),
        state=ProjectState(row.state),
        timezone=row.timezone,
        opened_on=row.opened_on,
        starts=row.starts,
        due=row.due,
        confidential=row.confidential,
        paused_until=row.paused_until,
    )


def lock_project(session: Session, project: int) -> bool:
    """The first lock of every verb that changes a project's documents or letters, so that no two wait for each other.

    False where it is not there any more.
    """
    found = session.execute(
        sa.select(schema.Project.id).where(schema.Project.id == project).with_for_update()
    )
    return found.first() is not None


def classification_json(value: Classification) -> dict[str, object]:
    """A classification as the JSON column holds it."""
    return dict(_CLASSIFICATION.dump_python(value, mode="json"))


def document_value(
    row: schema.Document, filed_for: Sequence[str], titles: Mapping[int, str]
) -> Document:
    """A document and the items that it counts toward; `titles` are those of the projects that documents are from."""
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
        confidential_for=Secrecy(row.confidential_for) if row.confidential_for else None,
        offer=_offer(row, titles),
    )


def _offer(row: schema.Document, titles: Mapping[int, str]) -> Offer | None:
    if row.offer is None:
        return None
    project = row.offered_from_id
    if project is None:
        return Offer(kept=row.offer == KEPT)
    return Offer(kept=row.offer == KEPT, project=ProjectId(project), title=titles.get(project))


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
        confidential_for=value.confidential_for,
        offer=None if value.offer is None else KEPT if value.offer.kept else ASKED,
        offered_from_id=value.offer.project if value.offer else None,
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
    parts = session.scalars(_PARTS, {"message": row.id})
    links = session.scalars(_LINKS, {"message": row.id})
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
        wishes=wishes_of(session, schema.Instruction.message_id == row.id),
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


class Documents:
    """The documents of projects as they were last read, while the project's version says that they still are.

    Every change of a project's documents moves its version in the same transaction.
    """

    def __init__(self) -> None:
        self._read: OrderedDict[int, tuple[int, tuple[Document, ...]]] = OrderedDict()
        self._kept = 0

    def of(self, session: Session, row: schema.Project) -> tuple[Document, ...]:
        """The documents of a project, with what they count toward."""
        version, documents = self._read.pop(row.id, (-1, ()))
        self._kept -= len(documents)
        if version != row.version:
            documents = _read_documents(session, row)
        self._read[row.id] = (row.version, documents)
        self._kept += len(documents)
        while self._kept > MOST_DOCUMENTS_KEPT and len(self._read) > 1:
            _, (_, forgotten) = self._read.popitem(last=False)
            self._kept -= len(forgotten)
        return documents


def _read_documents(session: Session, row: schema.Project) -> tuple[Document, ...]:
    items: dict[int, list[str]] = {}
    for document, item in session.execute(_FILINGS, {"project": row.id}):
        items.setdefault(document, []).append(item)
    found = session.scalars(_DOCUMENTS, {"project": row.id}).all()
    titles = _titles(session, {entry.offered_from_id for entry in found} - {None})
    return tuple(document_value(entry, items.get(entry.id, ()), titles) for entry in found)


def _titles(session: Session, projects: Collection[int | None]) -> dict[int, str]:
    """What projects are called; nothing is asked where there are none."""
    if not projects:
        return {}
    found = session.execute(
        sa.select(schema.Project.id, schema.Project.title).where(schema.Project.id.in_(projects))
    )
    return {row[0]: row[1] for row in found}


def standing_value(session: Session, row: schema.Project, documents: Documents) -> Standing:
    """Where a project stands: its documents with what they count toward, and its waivers."""
    words = _words(session, row)
    return Standing(
        project=_project(session, row, words),
        version=row.version,
        documents=documents.of(session, row),
        waived=frozenset(ItemName(item) for item in words.get("waiver", ())),
        wishes=wishes_of(session, schema.Instruction.project_id == row.id),
        offers_due=row.offers_due,
    )


def wishes_of(session: Session, which: sa.ColumnElement[bool]) -> tuple[NotedWish, ...]:
    """What people asked of the desk, oldest first."""
    rows = session.scalars(
        sa.select(schema.Instruction).where(which).order_by(schema.Instruction.id)
    )
    return tuple(wish_value(row) for row in rows)


def wish_value(row: schema.Instruction) -> NotedWish:
    """An instruction as it is noted."""
    wish = _WISH.validate_python(row.wish)
    return NotedWish(
        id=row.id,
        message=MessageNumber(row.message_id),
        position=row.position,
        speaker=Address(row.speaker),
        by_freelancer=row.by_freelancer,
        state=WishState(row.state),
        at=row.created_at,
        wish=replace(wish, phrase=row.phrase),
        remark=Remark(row.remark) if row.remark else None,
        answers=tuple(row.answers),
    )


def wish_json(value: Wish) -> dict[str, object]:
    """A wish as the JSON column holds it: without the words of the mail, which have a column of their own."""
    candidates = tuple(replace(entry, phrase="") for entry in value.candidates)
    bare = replace(value, phrase="", candidates=candidates)
    return dict(_WISH.dump_python(bare, mode="json", exclude_defaults=True))
