"""Forgets messages and what hangs on them, in the caller's transaction. Ids and states stay, nothing that anybody wrote.

Rows of messages, letters and holds stay behind empty: their numbers stand in other people's letters and in claims that
are still held, and must never mean another thing. The digest of a message's octets goes last, with the octets.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from intake.model import LetterState
from storage import schema
from storage.values import MessageStatus

AT_ONCE = 500
"""Rows that one statement names: SQLite bounds its variables."""


def forget_messages(session: Session, messages: Collection[int], *, now: datetime) -> None:
    """Empty messages; whoever has one in hand loses the claim. Their blobs are deleted afterwards (`Retention.removed`)."""
    for some in batches(messages):
        forget_instructions(session, schema.Instruction.message_id.in_(some))
        for table in (schema.Part, schema.Link, schema.LetterCause):
            session.execute(sa.delete(table).where(table.message_id.in_(some)))
        session.execute(
            sa.update(schema.Message)
            .where(schema.Message.id.in_(some))
            .values(
                status=MessageStatus.REMOVED,
                settled_at=sa.func.coalesce(
                    schema.Message.settled_at, sa.literal(now, schema.UtcDateTime())
                ),
                worker_id=None,
                fence=schema.Message.fence + 1,
                project_id=None,
                assigned_project_id=None,
                released=False,
                **_NOTHING_WRITTEN,
            )
        )


def forget_instructions(session: Session, where: sa.ColumnElement[bool]) -> None:
    """Drop what people asked for in words; a waiver stays, though nobody knows any more who said so."""
    gone = sa.select(schema.Instruction.id).where(where)
    session.execute(
        sa.update(schema.Waiver)
        .where(schema.Waiver.instruction_id.in_(gone))
        .values(instruction_id=None)
    )
    session.execute(sa.delete(schema.Instruction).where(where))


_NOTHING_WRITTEN: dict[str, object] = {
    **dict.fromkeys(
        (
            "digest",
            "reason",
            "envelope_recipient",
            "sender",
            "sender_name",
            "subject",
            "message_id",
            "thread_topic",
            "thread_index",
            "last_error",
            "retry_at",
        )
    ),
    "written": "",
    "references": [],
    "notes": [],
    "cc": [],
}


def letters_about(session: Session, messages: Collection[int]) -> list[int]:
    """The letters of no project, questions for the most part, that are about nothing but these messages."""
    about = {
        letter
        for some in batches(messages)
        for letter in session.scalars(
            sa.select(schema.LetterCause.letter_id)
            .join(schema.Letter, schema.Letter.id == schema.LetterCause.letter_id)
            .where(schema.LetterCause.message_id.in_(some), schema.Letter.project_id.is_(None))
        )
    }
    others = {
        cause.letter_id
        for some in batches(about)
        for cause in session.execute(
            sa.select(schema.LetterCause.letter_id, schema.LetterCause.message_id).where(
                schema.LetterCause.letter_id.in_(some)
            )
        )
        if cause.message_id not in messages
    }
    return sorted(about - others)


def forget_letters(session: Session, letters: Collection[int]) -> None:
    """Empty letters; one that a worker is sending may leave, but nobody notes it."""
    for some in batches(letters):
        session.execute(sa.delete(schema.LetterCause).where(schema.LetterCause.letter_id.in_(some)))
        session.execute(
            sa.update(schema.Letter)
            .where(schema.Letter.id.in_(some))
            .values(
                state=sa.case(
                    (schema.Letter.state == LetterState.SENT, LetterState.SENT),
                    else_=LetterState.DROPPED,
                ),
                project_id=None,
                cause="",
                thread="",
                recipient="",
                recipient_name="",
                message_id=None,
                envelope_sender=None,
                recipients=[],
                delivered=[],
                refused=[],
                octets=None,
                told=None,
                last_error=None,
                look_up_at=None,
                worker_id=None,
                fence=schema.Letter.fence + 1,
            )
        )


def forget_holds(session: Session, holds: Collection[int], decision: str, *, now: datetime) -> None:
    """Empty holds; what waited waits no more."""
    for some in batches(holds):
        session.execute(
            sa.update(schema.Hold)
            .where(schema.Hold.id.in_(some))
            .values(
                subject_key=sa.literal("forgotten:") + sa.cast(schema.Hold.id, sa.Text()),
                project_id=None,
                message_id=None,
                document_id=None,
                letter_id=None,
                decided_at=sa.func.coalesce(
                    schema.Hold.decided_at, sa.literal(now, schema.UtcDateTime())
                ),
                decision=decision,
            )
        )


def batches(numbers: Collection[int]) -> Sequence[Sequence[int]]:
    """Numbers in order, so many at once."""
    ordered = sorted(numbers)
    return [ordered[start : start + AT_ONCE] for start in range(0, len(ordered), AT_ONCE)]
