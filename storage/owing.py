"""Letters that are owed: written down in the transaction of what caused them, each once.

Mail that keeps coming postpones its answer, but not for ever; and whom a letter did not reach is told to the project's
freelancers here, with the failure itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from intake.model import (
    Address,
    LetterKind,
    LetterState,
    Mailbox,
    Obstacle,
    Unreached,
    is_among,
)
from storage import audit, schema
from storage.reach import note_refusal
from storage.restoring import restored_at
from storage.values import LetterIntent

LONGEST_BURST = timedelta(minutes=30)
_WAITS_IN_A_BURST = 10
_UNREACHED = "unreached"
_LASTING = "lasting"


def owe(
    session: Session,
    intent: LetterIntent,
    *,
    project: int | None,
    message: int | None,
    now: datetime,
) -> bool:
    """Write down that a letter is owed, for a message or for none; whether it was not before.

    Key: (project, kind, cause, recipient).

    One that was owed before this ledger was restored from a backup may have left already. A reminder that was dropped
    before it was composed surely has not: it is owed again.
    """
    doubts = _owed_before_restoring(session, intent, message)
    row = _joinable(session, intent, project=project, doubts=doubts) if intent.joins else None
    row = row or _same(session, intent, project=project)
    is_new = row is None
    if row is None:
        row = schema.Letter(
            project_id=project,
            kind=intent.kind,
            cause=intent.cause,
            thread=intent.thread,
            recipient=intent.recipient.address,
            recipient_name=intent.recipient.name,
            state=LetterState.INTENT,
            due_at=intent.due_at,
            created_at=now,
            may_have_left=doubts,
        )
        session.add(row)
        session.flush()
        because = {} if message is None else {"message": message}
        audit.append(session, "letter.queued", at=now, project=project, letter=row.id, **because)
    elif row.state == LetterState.DROPPED and row.octets is None and message is None:
        is_new = True
        row.state, row.due_at = LetterState.INTENT, intent.due_at
        audit.append(session, "letter.queued", at=now, project=project, letter=row.id)
    elif row.state == LetterState.INTENT and message is not None:
        row.due_at = max(row.due_at, _postponed(row.created_at, intent.due_at, now=now))
    if message is not None and session.get(schema.LetterCause, (row.id, message)) is None:
        session.add(schema.LetterCause(letter_id=row.id, message_id=message))
        if not is_new:
            audit.append(
                session, "letter.joined", at=now, project=project, letter=row.id, message=message
            )
    return is_new


def _owed_before_restoring(session: Session, intent: LetterIntent, message: int | None) -> bool:
    restored = restored_at(session)
    if restored is None:
        return False
    if message is None:
        return (intent.owed_from or intent.due_at) <= restored
    return session.get_one(schema.Message, message).received_at < restored


def _postponed(owed_since: datetime, due_at: datetime, *, now: datetime) -> datetime:
    """When a letter is due that takes one more message in: ten waits after the first at the latest, or half an hour."""
    wait = due_at - now
    return min(due_at, owed_since + max(wait, min(wait * _WAITS_IN_A_BURST, LONGEST_BURST)))


def _joinable(
    session: Session, intent: LetterIntent, *, project: int | None, doubts: bool
) -> schema.Letter | None:
    """The intent that takes this message in; one that may have left takes in no mail of after that."""
    return session.scalar(
        sa.select(schema.Letter)
        .where(
            schema.Letter.project_id == project,
            schema.Letter.kind == intent.kind,
            schema.Letter.recipient == intent.recipient.address,
            schema.Letter.thread == intent.thread,
            schema.Letter.state == LetterState.INTENT,
            schema.Letter.worker_id.is_(None),
            schema.Letter.may_have_left.is_(doubts),
        )
        .limit(1)
        .with_for_update()
    )


def _same(session: Session, intent: LetterIntent, *, project: int | None) -> schema.Letter | None:
    return session.scalar(
        sa.select(schema.Letter).where(
            schema.Letter.project_id.is_(None)
            if project is None
            else schema.Letter.project_id == project,
            schema.Letter.kind == intent.kind,
            schema.Letter.cause == intent.cause,
            schema.Letter.recipient == intent.recipient.address,
        )
    )


# ---------------------------------------------------------------- whom a letter did not reach


def tell_unreached(
    session: Session,
    people: Sequence[Unreached],
    *,
    letter: int,
    project: int | None,
    now: datetime,
) -> None:
    """Note which contacts are out of reach, and owe the project's freelancers a notice of each person.

    Key: (project, notice, who and since when, freelancer): once for each failure of a contact, however many letters it
    stops; what does not last is told once a day. A freelancer who is out of reach is for the review queue alone.
    """
    freelancers = _freelancers(session, project)
    for person in people:
        since = None
        if person.lasting:
            since = note_refusal(session, person.address, letter=letter, project=project, now=now)
        if is_among(person.address, freelancers):
            continue
        cause = _cause(person, since or now.replace(hour=0, minute=0, second=0))
        for freelancer in freelancers:
            notice = LetterIntent(
                kind=LetterKind.NOTICE,
                cause=cause,
                thread=cause,
                recipient=Mailbox("", freelancer),
                due_at=now,
            )
            owe(session, notice, project=project, message=None, now=now)


def _freelancers(session: Session, project: int | None) -> tuple[Address, ...]:
    found = session.scalars(
        sa.select(schema.ProjectFreelancer.address)
        .where(schema.ProjectFreelancer.project_id == project)
        .order_by(schema.ProjectFreelancer.position)
    )
    return tuple(Address(address) for address in found)


def _cause(person: Unreached, since: datetime) -> str:
    lasting = _LASTING if person.lasting else ""
    return ":".join(
        (_UNREACHED, person.obstacle, lasting, f"{since:%Y%m%dT%H%M%S}", person.address)
    )


def unreached_of(kind: LetterKind, cause: str) -> Unreached | None:
    """Whom a notice is about, read from its cause; None for a letter about something else."""
    if kind is not LetterKind.NOTICE or not cause.startswith(f"{_UNREACHED}:"):
        return None
    _, obstacle, lasting, _, address = cause.split(":", maxsplit=4)
    return Unreached(Address(address), Obstacle(obstacle), lasting=lasting == _LASTING)
