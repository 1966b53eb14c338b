"""Ledgers for tests: what is written into one, and what can be read off its tables."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import sqlalchemy as sa

from intake.model import (
    Address,
    Alternative,
    Authentication,
    BlobKey,
    Classification,
    Document,
    Fate,
    HoldReason,
    InboundMessage,
    ItemName,
    Kind,
    LetterKind,
    Locator,
    Mailbox,
    OutboundMessage,
    PartOutcome,
    Project,
    Role,
    Sha256,
    Token,
)
from storage import schema
from storage.directory import NewProject
from storage.ledger import Ledger
from storage.messages import Receipt
from storage.values import Claim, LetterIntent, MessageStatus, NewMessage, Settlement, Standing

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
MIRA = Mailbox("Mira Hollis", Address("mira@larkfield.example"))
ROBIN = Mailbox("Robin Vale", Address("robin@studio.example"))
DECK = ItemName("investor-deck")


@dataclass(slots=True)
class Clock:
    """A clock that a test moves."""

    now: datetime = NOON

    def __call__(self) -> datetime:
        return self.now

    def advance(self, by: timedelta) -> None:
        self.now += by


def sha256_of(text: str) -> Sha256:
    return Sha256(hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest())


def engage(
    ledger: Ledger,
    *,
    client: str = "Larkfield",
    token: str = "q4",
    title: str = "Q4 launch",
    awaits_offers: bool = False,
) -> Project:
    """A client with one contact, and an open project of it, which begins with nothing of the client's earlier ones."""
    if client not in {known.name for known in ledger.directory.clients()}:
        contact = Address(f"mira@{client.lower()}.example")
        ledger.directory.add_client(client, contacts=[contact])
    project = ledger.directory.open_project(
        NewProject(
            client=client,
            title=title,
            checklist="onboarding",
            freelancers=(ROBIN.address,),
            timezone="UTC",
            opened_on=date(2026, 11, 2),
            token=Token(token),
        )
    )
    view = ledger.offers.view(project.id)
    if view is not None and not awaits_offers:
        ledger.offers.made(view, ())
    return project


def new_message(text: str = "one", *, locator: str = "1", source: str = "inbox") -> NewMessage:
    sha256 = sha256_of(text)
    return NewMessage(
        sha256=sha256,
        size_octets=len(text),
        oversize_octets=None,
        blob_key=BlobKey(f"raw/{sha256}.eml"),
        locator=Locator(source, locator),
        received_at=NOON,
        envelope_recipient=None,
    )


def arrive(ledger: Ledger, text: str = "one", *, locator: str = "1") -> Receipt:
    """Receive a message with these octets."""
    return ledger.messages.receive(new_message(text, locator=locator), worker=ledger.worker)


def left_for_all(ledger: Ledger, text: str = "one") -> Receipt:
    """Receive a message and leave it to whoever is free."""
    return ledger.messages.receive(new_message(text, locator=text), worker=None)


def claimed(ledger: Ledger, text: str = "one") -> Claim:
    """Receive a message that is new; the claim on it."""
    claim = arrive(ledger, text, locator=text).claim
    assert claim is not None
    return claim


def inbound(text: str = "one", *, message_id: str | None = None) -> InboundMessage:
    """A parsed message; `text` makes its digest."""
    return InboundMessage(
        sha256=sha256_of(text),
        digest=sha256_of(f"digest of {text}"),
        size_octets=len(text),
        fields=(),
        sender=MIRA,
        reply_to=(),
        to=(),
        cc=(),
        recipients=(),
        subject="Launch material",
        message_id=message_id or f"<{sha256_of(text)[:8]}@larkfield.example>",
        in_reply_to=(),
        references=(),
        date=NOON,
        written="here it is",
        text="here it is",
        links=(),
        parts=(),
        defects=(),
    )


def document(number: int, text: str = "deck", *, fate: Fate = Fate.FILED) -> Document:
    """A document with these octets, filed for the deck if it is sure."""
    sure = fate is not Fate.UNSURE
    return Document(
        number=number,
        sha256=sha256_of(text),
        filename=f"{text}.pdf",
        media_type="application/pdf",
        size_octets=len(text),
        blob=BlobKey(f"clients/1/1/{sha256_of(text)[:16]}.pdf"),
        url=None,
        classification=Classification(
            Kind("deck"), 0.9, sure=sure, alternatives=(Alternative(Kind("roadmap"), 0.1),)
        ),
        fate=fate,
        received_at=NOON,
        filed_for=(DECK,),
        sketch=(1, 2, 3),
    )


def part(filename: str, *, path: str = "2", number: int | None = 1) -> PartOutcome:
    return PartOutcome(
        path=path,
        container=None,
        filename=filename,
        media_type="application/pdf",
        size_octets=4,
        sha256=sha256_of(filename),
        role=Role.FILE,
        fate=Fate.FILED,
        number=number,
    )


def intent(
    cause: str = "one",
    *,
    kind: LetterKind = LetterKind.REPLY,
    to: Mailbox = MIRA,
    due_at: datetime = NOON,
    thread: str = "<thread@larkfield.example>",
    joins: bool = False,
) -> LetterIntent:
    return LetterIntent(
        kind=kind, cause=cause, thread=thread, recipient=to, due_at=due_at, joins=joins
    )


def accepted(
    standing: Standing | None,
    text: str = "one",
    *,
    documents: Sequence[Document] = (),
    superseded: Sequence[int] = (),
    letters: Sequence[LetterIntent] = (),
) -> Settlement:
    """What an accepted message changes."""
    return Settlement(
        status=MessageStatus.ACCEPTED,
        authentication=Authentication.PASS,
        message=inbound(text),
        standing=standing,
        parts=tuple(
            part(entry.filename, path=str(entry.number + 1), number=entry.number)
            for entry in documents
        ),
        documents=tuple(documents),
        superseded=tuple(superseded),
        letters=tuple(letters),
    )


def held(reason: HoldReason, text: str = "one") -> Settlement:
    """A message that waits for a person."""
    return Settlement(status=MessageStatus.HELD, hold=reason, message=inbound(text))


def owe(ledger: Ledger, project: Project, text: str, letter: LetterIntent) -> None:
    """Settle a message that calls for this letter."""
    settlement = accepted(ledger.standing(project.id), text, letters=[letter])
    ledger.messages.settle(claimed(ledger, text), settlement)


def outbound(
    text: str = "Thank you.", *, message_id: str = "<a@studio.example>"
) -> OutboundMessage:
    return OutboundMessage(
        message_id=message_id,
        sender=Address(""),
        recipients=(MIRA.address,),
        octets=text.encode(),
    )


def count(ledger: Ledger, table: type[schema.Base]) -> int:
    """How many rows a table has."""
    with ledger.database.read() as session:
        return session.scalar(sa.select(sa.func.count()).select_from(table)) or 0


def message_row(ledger: Ledger, number: int) -> schema.Message:
    with ledger.database.read() as session:
        return session.get_one(schema.Message, number)


def letter_row(ledger: Ledger, number: int) -> schema.Letter:
    with ledger.database.read() as session:
        return session.get_one(schema.Letter, number)


def parts_of(ledger: Ledger, number: int) -> list[schema.Part]:
    """The parts of a message, in order."""
    with ledger.database.read() as session:
        rows = sa.select(schema.Part).where(schema.Part.message_id == number)
        return list(session.scalars(rows.order_by(schema.Part.position)))
