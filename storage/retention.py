"""What is kept for a time only: held mail of strangers, and projects that were closed.

Held mail is first forgotten, then its octets are deleted, then that is noted; a crash between them loses nothing.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from intake.model import Address, BlobKey, MessageNumber, ProjectState, Token, is_among
from storage import audit, schema
from storage.database import Database
from storage.forgetting import forget_holds, forget_letters, forget_messages, letters_about
from storage.values import MessageStatus

_CLOSED = f"project.{ProjectState.CLOSED}"


@dataclass(frozen=True, slots=True)
class Removal:
    """A message that was forgotten, whose octets are to be deleted."""

    number: MessageNumber
    key: BlobKey = field(repr=False)


class Retention:
    """Verbs on what is no longer kept."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def expire(self, *, keep: timedelta, most: int) -> int:
        """Forget mail of strangers that was held, or rejected, for longer than that; at most so much, the oldest first.

        Mail from the address of a contact or a freelancer stays, and so does what belongs to a project.
        """
        with self._database.write() as session:
            now = self._database.now(session)
            known = list(map(Address, session.scalars(_KNOWN)))
            rows = session.execute(
                sa.select(schema.Message.id, schema.Message.sender)
                .where(
                    schema.Message.status.in_([MessageStatus.HELD, MessageStatus.REJECTED]),
                    schema.Message.project_id.is_(None),
                    schema.Message.assigned_project_id.is_(None),
                    schema.Message.settled_at < now - keep,
                    schema.Message.sender.is_(None) | schema.Message.sender.not_in(_KNOWN),
                    sa.not_(_brought_documents()),
                )
                .order_by(schema.Message.id)
                .with_for_update(skip_locked=True)
            )
            expired = [
                row.id for row in rows if not (row.sender and is_among(Address(row.sender), known))
            ][:most]
            _forget(session, expired, now=now)
            return len(expired)

    def removals(self) -> tuple[Removal, ...]:
        """The messages that were forgotten, and whose octets may still be there."""
        with self._database.read() as session:
            rows = session.execute(
                sa.select(schema.Message.id, schema.Message.blob_key)
                .where(
                    schema.Message.status == MessageStatus.REMOVED, schema.Message.blob_key != ""
                )
                .order_by(schema.Message.id)
            )
            return tuple(Removal(MessageNumber(row[0]), BlobKey(row[1])) for row in rows)

    def removed(self, numbers: Collection[MessageNumber]) -> None:
        """Note that the octets of forgotten messages are deleted: the very same ones would be new mail now."""
        with self._database.write() as session:
            session.execute(
                sa.update(schema.Message)
                .where(
                    schema.Message.id.in_(numbers), schema.Message.status == MessageStatus.REMOVED
                )
                .values(
                    blob_key="",
                    sha256=sa.literal("removed:") + sa.cast(schema.Message.id, sa.Text()),
                )
            )

    def closed_for(self, longer_than: timedelta) -> tuple[Token, ...]:
        """The projects that were closed so long ago, and not opened again since."""
        with self._database.read() as session:
            before = self._database.now(session) - longer_than
            closed = session.execute(
                sa.select(schema.Project.token, sa.func.max(schema.Audit.at))
                .join(schema.Audit, schema.Audit.chain == schema.Project.id)
                .where(schema.Project.state == ProjectState.CLOSED, schema.Audit.event == _CLOSED)
                .group_by(schema.Project.id, schema.Project.token)
                .order_by(schema.Project.id)
            )
            return tuple(
                Token(token)
                for token, at in closed
                if datetime.fromisoformat(at).astimezone(UTC) < before
            )


_KNOWN = sa.union(sa.select(schema.Contact.address), sa.select(schema.ProjectFreelancer.address))


def _brought_documents() -> sa.Exists:
    return sa.exists().where(schema.Document.message_id == schema.Message.id)


def _forget(session: Session, messages: Collection[int], *, now: datetime) -> None:
    letters = letters_about(session, messages)
    holds = session.scalars(
        sa.select(schema.Hold.id).where(
            schema.Hold.message_id.in_(messages) | schema.Hold.letter_id.in_(letters)
        )
    ).all()
    forget_holds(session, holds, "expired", now=now)
    forget_letters(session, letters)
    forget_messages(session, messages, now=now)
    for number in messages:
        audit.append(session, "message.expired", at=now, message=number)
