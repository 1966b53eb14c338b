"""What we asked about mail that waits, and what of it a freelancer may decide. Reads; the answers are written by others."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from intake.model import (
    Address,
    ClientId,
    HoldId,
    HoldReason,
    LetterKind,
    ProjectState,
    is_among,
)
from storage import schema
from storage.database import Database
from storage.directory import acquaintance_of
from storage.holds import waiting_for_yes
from storage.values import Asked, HoldSubject, WaitingMail

_ABOUT_MAIL = (LetterKind.QUESTION, LetterKind.COLLEAGUE)


class Questions:
    """Verbs on questions about mail."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def answered(self, thread: Sequence[str], person: Address) -> Asked | None:
        """The letter to this person that is nearest in a thread, if it asked about mail; a later one of ours is answered else."""
        with self._database.read() as session:
            letters = session.scalars(
                sa.select(schema.Letter).where(schema.Letter.message_id.in_(thread))
            ).all()
            own = {
                row.message_id: row
                for row in letters
                if is_among(person, (Address(row.recipient),))
            }
            row = next((own[name] for name in thread if name in own), None)
            return _asked(session, row) if row is not None and row.kind in _ABOUT_MAIL else None

    def held_for(self, freelancer: Address) -> tuple[WaitingMail, ...]:
        """The mail of colleagues of this freelancer's clients that waits for a yes, oldest first."""
        with self._database.read() as session:
            holds = [
                (
                    HoldId(hold.id),
                    Address(session.get_one(schema.Message, hold.message_id).sender or ""),
                )
                for hold in waiting_for_yes(session)
            ]
            clients = {
                sender: _clients_of(session, sender, freelancer)
                for sender in dict.fromkeys(sender for _, sender in holds)
            }
        return tuple(
            WaitingMail(number, sender, clients[sender])
            for number, sender in holds
            if clients[sender]
        )


def _asked(session: Session, row: schema.Letter) -> Asked:
    causes = sa.select(schema.LetterCause.message_id).where(schema.LetterCause.letter_id == row.id)
    holds = session.scalars(
        sa.select(schema.Hold.id)
        .where(
            schema.Hold.what == HoldSubject.MESSAGE,
            schema.Hold.reason == HoldReason.AMBIGUOUS_PROJECT,
            schema.Hold.message_id.in_(causes),
            schema.Hold.decided_at.is_(None),
        )
        .order_by(schema.Hold.id)
    )
    sender = session.scalar(
        sa.select(schema.Message.sender).where(schema.Message.id.in_(causes)).limit(1)
    )
    return Asked(
        kind=LetterKind(row.kind),
        sender=Address(sender or ""),
        letter=row.octets or b"",
        holds=tuple(map(HoldId, holds)),
    )


def _clients_of(session: Session, sender: Address, freelancer: Address) -> tuple[ClientId, ...]:
    """The clients on whose domain somebody is, and for whom this freelancer is at work."""
    known = acquaintance_of(session, sender, token=None, thread=())
    found = (
        project.client.id
        for project in known.projects
        if project.client.id in known.colleague_of
        and project.state is not ProjectState.CLOSED
        and is_among(freelancer, project.freelancers)
    )
    return tuple(dict.fromkeys(found))
