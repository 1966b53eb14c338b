"""Whether letters reach a contact: what came back, who is away, who was heard from again.

Anybody can write a report of delivery or an out-of-office message; it counts only for a letter of ours that went to
the very person it speaks of.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from intake.model import (
    Address,
    Authentication,
    BounceReport,
    LetterState,
    Reach,
    is_among,
    mailbox_of,
)
from storage import audit, schema
from storage.values import MessageStatus, Settlement

_GONE_OUT = (LetterState.SENDING, LetterState.SENT, LetterState.DOUBTFUL)
_MOST_PARENTS = 10


def note_reach(
    session: Session, message: schema.Message, outcome: Settlement, *, now: datetime
) -> None:
    """Write down what a message shows of reaching people. Key: the message, which is settled once."""
    for recipient in sorted(_bounced(session, outcome.bounces)):
        clients = _change(session, recipient, bounced_at=now)
        _tell(session, "contact.bounced", clients, message, now=now)
    sender = outcome.message.sender.address if outcome.message.sender else None
    if sender is None:
        return
    if outcome.away_until is not None and _is_believed(session, outcome, sender):
        clients = _change(session, sender, away_until=outcome.away_until)
        _tell(session, "contact.away", clients, message, now=now)
    elif outcome.status is MessageStatus.ACCEPTED and outcome.auto is None:
        _change(session, sender, bounced_at=None, away_until=None)


def note_refusal(
    session: Session, address: Address, *, letter: int, project: int | None, now: datetime
) -> datetime | None:
    """Write down that a letter was refused for good: since when that contact is out of reach, None for nobody's contact.

    A contact that is known to be out of reach stays so since then.
    """
    contacts = schema.Contact.id.in_(_contacts(session, address))
    known = session.scalar(sa.select(sa.func.min(schema.Contact.bounced_at)).where(contacts))
    if known is not None:
        return known
    clients = _change(session, address, bounced_at=now)
    for client in sorted(clients):
        audit.append(
            session, "contact.bounced", at=now, project=project, client=client, letter=letter
        )
    return now if clients else None


def reach(session: Session, addresses: Sequence[Address]) -> tuple[Reach, ...]:
    """What is known of these contacts, by address; an address that is nobody's contact is left out."""
    rows = session.execute(
        sa.select(
            schema.Contact.address,
            sa.func.max(schema.Contact.bounced_at),
            sa.func.max(schema.Contact.away_until),
        )
        .where(schema.Contact.address.in_(addresses))
        .group_by(schema.Contact.address)
        .order_by(schema.Contact.address)
    )
    return tuple(Reach(Address(row[0]), row[1], row[2]) for row in rows)


def _bounced(session: Session, reports: Sequence[BounceReport]) -> set[Address]:
    """The recipients whom letters of ours did not reach, by reports that are final and believed."""
    final = [report for report in reports if report.permanent and report.of is not None]
    letters = {of: _letter(session, of) for of in {report.of for report in final} if of}
    found = (_recipient(letters[report.of], report) for report in final if report.of in letters)
    return {recipient for recipient in found if recipient is not None}


def _recipient(letter: schema.Letter | None, report: BounceReport) -> Address | None:
    """Whom a report speaks of; one that does not say speaks of a letter's only recipient."""
    recipients = [Address(address) for address in letter.recipients] if letter else []
    if report.recipient is None:
        return recipients[0] if len(recipients) == 1 else None
    return next((each for each in recipients if is_among(report.recipient, (each,))), None)


def _is_believed(session: Session, outcome: Settlement, sender: Address) -> bool:
    """An absence counts from a sender who is vouched for, or as an answer to a letter that went to that address."""
    if outcome.authentication is Authentication.FAIL:
        return False
    if outcome.authentication is Authentication.PASS:
        return True
    named = (*outcome.message.in_reply_to[:_MOST_PARENTS], *outcome.message.references[-1:])
    letters = [_letter(session, message_id) for message_id in named]
    recipients = [Address(address) for letter in letters if letter for address in letter.recipients]
    return is_among(sender, recipients)


def _letter(session: Session, message_id: str) -> schema.Letter | None:
    """A letter that has left, or may have."""
    return session.scalar(
        sa.select(schema.Letter).where(
            schema.Letter.message_id == message_id, schema.Letter.state.in_(_GONE_OUT)
        )
    )


def _change(session: Session, address: Address, **values: datetime | date | None) -> Sequence[int]:
    """Change the contacts with that mailbox, at whichever client; the clients of those changed."""
    differs = [
        getattr(schema.Contact, name).is_distinct_from(value) for name, value in values.items()
    ]
    return session.scalars(
        sa.update(schema.Contact)
        .where(schema.Contact.id.in_(_contacts(session, address)), sa.or_(*differs))
        .values(values)
        .returning(schema.Contact.client_id)
        .execution_options(synchronize_session=False)
    ).all()


def _contacts(session: Session, address: Address) -> list[int]:
    """The contacts whose mailbox this is; the database can say only whose provider."""
    domains = {address.rpartition("@")[2], mailbox_of(address).rpartition("@")[2]}
    domains |= {"googlemail.com"} if "gmail.com" in domains else set()
    column = schema.Contact.address
    found = session.execute(
        sa.select(schema.Contact.id, column)
        .where(sa.or_(*(column.endswith(f"@{domain}", autoescape=True) for domain in domains)))
        .order_by(schema.Contact.id)
    )
    return [row.id for row in found if is_among(address, (Address(row.address),))]


def _tell(
    session: Session,
    event: str,
    clients: Sequence[int],
    message: schema.Message,
    *,
    now: datetime,
) -> None:
    for client in sorted(clients):
        audit.append(
            session, event, at=now, project=message.project_id, client=client, message=message.id
        )
