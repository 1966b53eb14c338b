"""What people asked of the desk in words: noted, carried out, taken back, all in the transaction that settles their mail.

Whoever takes something back gives the thing the state that it had before; what somebody else decided since is for the
caller to look at.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import assert_never

import sqlalchemy as sa
from pydantic import TypeAdapter
from sqlalchemy.orm import Session

from intake.errors import StaleViewError
from intake.model import (
    Classification,
    Fate,
    HoldId,
    HoldReason,
    LetterKind,
    Mailbox,
    NotedWish,
    ProjectId,
    ProjectState,
    Secrecy,
    Verb,
    WishState,
)
from storage import audit, schema
from storage.confidences import conceal, conceal_project, reveal
from storage.database import Database
from storage.holds import (
    Holds,
    decide_row,
    let_in,
    open_hold,
    reject_row,
    release_row,
    set_filings,
    settle_hold,
    waiting_for_yes,
    waiting_of,
)
from storage.lessons import teach, unteach
from storage.offers import ask_again, keep
from storage.owing import owe
from storage.rows import (
    KEPT,
    classification_json,
    document_row,
    lock_project,
    wish_json,
    wish_value,
)
from storage.values import (
    Assigned,
    Change,
    Decided,
    Deed,
    Ending,
    HoldSubject,
    Kept,
    LetterIntent,
    Moved,
    Opened,
    ProjectSet,
    Secluded,
    Standing,
    TurnedAway,
    Waived,
    Welcomed,
)

ERRAND = "errand"


@dataclass(frozen=True, slots=True)
class _Document:
    """A document as it stood."""

    row: int
    classification: Classification
    decided: bool
    rejected: bool
    fate: str
    filed_for: tuple[str, ...]
    waited: bool = False
    """It waited for a person."""
    lesson: int | None = None
    """What the decision taught."""
    offer: str | None = None


@dataclass(frozen=True, slots=True)
class _Before:
    """What an instruction changed, as it stood: one of these."""

    waiver: tuple[str, bool] | None = None
    """The item, and whether the project did without it."""
    documents: tuple[_Document, ...] = ()
    moved_to: int | None = None
    """The document's row in the other project."""
    concealed: tuple[int, ...] = ()
    """The numbers of documents that were not confidential, or only because their project was."""
    opened: tuple[tuple[int, Secrecy | None], ...] = ()
    """The numbers of documents that were confidential, and why."""
    asked: tuple[int, ...] = ()
    """The numbers of documents of earlier projects that nobody had said to keep."""
    project: ProjectSet | None = None
    """What was changed of the project, as it stood; the rest is not put back."""


_BEFORE = TypeAdapter(_Before)


def errand_cause(sha256: str, position: int) -> str:
    """The cause of a letter to somebody whom an instruction names: that instruction."""
    return f"{ERRAND}:{sha256}:{position}"


def errand_of(session: Session, kind: LetterKind, cause: str) -> NotedWish | None:
    """The instruction that a letter carries out; None for any other letter, and where it was taken back since."""
    if kind is not LetterKind.ERRAND:
        return None
    _, sha256, position = cause.split(":")
    row = session.scalar(
        sa.select(schema.Instruction)
        .join(schema.Message, schema.Message.id == schema.Instruction.message_id)
        .where(schema.Message.sha256 == sha256, schema.Instruction.position == int(position))
    )
    return wish_value(row) if row is not None and row.state == WishState.DONE else None


def carry_out(
    session: Session,
    deeds: Sequence[Deed],
    standing: Standing,
    *,
    message: schema.Message,
    now: datetime,
) -> None:
    """Note what one message asks for, and do it. Key: (message, position).

    The caller has moved the version of the message's project; StaleViewError where that of another one has moved on.
    """
    moved: set[int] = {standing.project.id}
    for position, deed in enumerate(deeds):
        project = (deed.about or standing).project.id
        for view in (deed.about, deed.change.to if isinstance(deed.change, Moved) else None):
            if view is not None and view.project.id not in moved:
                _move_on(session, view)
                moved.add(view.project.id)
        row = schema.Instruction(
            project_id=project,
            message_id=message.id,
            position=position,
            speaker=message.sender or "",
            by_freelancer=deed.by_freelancer,
            verb=deed.wish.verb,
            item=deed.wish.item,
            number=deed.wish.number,
            wish=wish_json(deed.wish),
            before={},
            remark=deed.remark,
            answers=[ending.id for ending in deed.ends],
            phrase=deed.wish.phrase,
            state=deed.state,
            created_at=now,
        )
        session.add(row)
        session.flush()
        for ending in deed.ends:
            _end(session, ending, now=now)
        if deed.state is WishState.AWAITING:
            open_hold(
                session,
                HoldSubject.INSTRUCTION,
                HoldReason.AWAITS_YES,
                now=now,
                message=message.id,
                project=project,
            )
        if deed.change is not None:
            before = _change(session, deed.change, row, now=now)
            row.before = dict(_BEFORE.dump_python(before, mode="json", exclude_defaults=True))
        audit.append(
            session,
            f"instruction.{deed.state}",
            at=now,
            project=project,
            instruction=row.id,
            message=message.id,
            verb=deed.wish.verb.value,
        )


def _move_on(session: Session, view: Standing) -> None:
    """Check another project's view and move its version."""
    found = session.execute(
        sa.update(schema.Project)
        .where(schema.Project.id == view.project.id, schema.Project.version == view.version)
        .values(version=view.version + 1)
        .returning(schema.Project.id)
    ).first()
    if found is None:
        raise StaleViewError(f"Project {view.project.id} changed while a message was read.")


def _end(session: Session, ending: Ending, *, now: datetime) -> None:
    row = session.get_one(schema.Instruction, ending.id)
    if row.state == ending.state:
        return
    awaited = row.state == WishState.AWAITING
    row.state, row.undone_at = ending.state, now
    session.flush()
    if awaited and not _awaiting(session, row.message_id):
        settle_hold(
            session,
            HoldSubject.INSTRUCTION,
            row.message_id,
            decision=f"{ending.state} by mail",
            now=now,
        )
    if ending.reverts:
        _revert(session, row, now=now)
    audit.append(
        session,
        f"instruction.{ending.state}",
        at=now,
        project=row.project_id,
        instruction=row.id,
    )


def _awaiting(session: Session, message: int) -> Sequence[schema.Instruction]:
    """What a message asked for that still waits for a yes."""
    return session.scalars(
        sa.select(schema.Instruction)
        .where(
            schema.Instruction.message_id == message,
            schema.Instruction.state == WishState.AWAITING,
        )
        .order_by(schema.Instruction.position)
    ).all()


class Instructions:
    """Verbs on instructions that no mail carries."""

    def __init__(self, database: Database, holds: Holds) -> None:
        self._database = database
        self._holds = holds

    def decide(self, number: HoldId, *, accepted: bool) -> None:
        """A person's yes or no to what one message asked for. Key: the hold; the letters are keyed by the instruction."""
        with self._database.write() as session:
            now = self._database.now(session)
            hold = session.get_one(schema.Hold, number)
            if hold.project_id is not None:
                lock_project(session, hold.project_id)
            for row in _awaiting(session, hold.message_id or 0):
                row.state = WishState.DONE if accepted else WishState.DECLINED
                if accepted:
                    _allow(session, row, now=now)
                audit.append(
                    session,
                    f"instruction.{row.state}",
                    at=now,
                    project=row.project_id,
                    instruction=row.id,
                )
                session.get_one(schema.Project, row.project_id).version += 1
            self._holds.close(session, number, "accept" if accepted else "reject")


def _allow(session: Session, row: schema.Instruction, *, now: datetime) -> None:
    """Write to whom the client named, or do without a newer one of what the client keeps."""
    wish = wish_value(row).wish
    if wish.verb is Verb.KEEP and wish.item is not None:
        before = _change(session, Waived(wish.item), row, now=now)
        row.before = dict(_BEFORE.dump_python(before, mode="json", exclude_defaults=True))
    elif wish.verb is Verb.SOMEONE_ELSE and wish.address is not None:
        message = session.get_one(schema.Message, row.message_id)
        cause = errand_cause(message.sha256, row.position)
        intent = LetterIntent(LetterKind.ERRAND, cause, cause, Mailbox("", wish.address), now)
        owe(session, intent, project=row.project_id, message=None, now=now)


# ---------------------------------------------------------------- done


def _change(session: Session, change: Change, row: schema.Instruction, *, now: datetime) -> _Before:
    """Do it; what stood before."""
    match change:
        case Waived(item=item, waived=waived):
            was = session.get(schema.Waiver, (row.project_id, item)) is not None
            _set_waiver(session, row, item, waived=waived, now=now)
            return _Before(waiver=(item, was))
        case Decided():
            return _Before(documents=(_decide(session, change, row, now=now),))
        case Moved():
            return _move(session, change, row, now=now)
        case Secluded(numbers=numbers, confidential=confidential):
            return _seclude(session, row, numbers, confidential=confidential, now=now)
        case ProjectSet():
            return _Before(project=_set_project(session, change, row, now=now))
        case Opened():
            opened = _set_project(session, ProjectSet(ProjectState.OPEN), row, now=now)
            return _Before(project=replace(opened, state=ProjectState.CLOSED))
        case Kept(numbers=numbers):
            return _Before(asked=keep(session, row.project_id, numbers, now=now))
        case Welcomed() | TurnedAway() | Assigned():
            _settle_mail(session, change, row, now=now)
            return _Before()
        case _:
            assert_never(change)


def _set_waiver(
    session: Session, row: schema.Instruction, item: str, *, waived: bool, now: datetime
) -> None:
    session.execute(
        sa.delete(schema.Waiver).where(
            schema.Waiver.project_id == row.project_id, schema.Waiver.item == item
        )
    )
    if waived:
        session.add(
            schema.Waiver(project_id=row.project_id, item=item, since=now, instruction_id=row.id)
        )
    event = "item.waived" if waived else "item.wanted"
    audit.append(session, event, at=now, project=row.project_id, instruction=row.id)


def _documents(session: Session, project: int, numbers: Sequence[int]) -> Sequence[schema.Document]:
    return session.scalars(
        sa.select(schema.Document)
        .where(schema.Document.project_id == project, schema.Document.number.in_(numbers))
        .order_by(schema.Document.number)
    ).all()


def _as_it_stands(session: Session, document: schema.Document) -> _Document:
    filed_for = session.scalars(
        sa.select(schema.Filing.item).where(schema.Filing.document_id == document.id)
    )
    return _Document(
        row=document.id,
        classification=TypeAdapter(Classification).validate_python(document.classification),
        decided=document.decided_by_person,
        rejected=document.rejected,
        fate=document.fate,
        filed_for=tuple(sorted(filed_for)),
        offer=document.offer,
    )


def _decide(
    session: Session, change: Decided, row: schema.Instruction, *, now: datetime
) -> _Document:
    [document] = _documents(session, row.project_id, [change.number])
    before = _as_it_stands(session, document)
    decide_row(
        session,
        document,
        classification=change.classification,
        filed_for=change.filed_for,
        rejected=change.rejected,
    )
    waited = settle_hold(
        session, HoldSubject.DOCUMENT, document.id, decision=f"{row.verb} by mail", now=now
    )
    lesson = teach(session, change.lesson, document, now=now) if change.lesson else None
    _note(session, "document.decided", document, row, now=now)
    return replace(before, waited=waited, lesson=lesson)


def _move(session: Session, change: Moved, row: schema.Instruction, *, now: datetime) -> _Before:
    [document] = _documents(session, row.project_id, [change.number])
    before = _as_it_stands(session, document)
    document.rejected = True
    session.execute(sa.delete(schema.Filing).where(schema.Filing.document_id == document.id))
    waited = settle_hold(
        session, HoldSubject.DOCUMENT, document.id, decision="reassign by mail", now=now
    )
    copy = session.scalar(
        sa.select(schema.Document).where(
            schema.Document.project_id == change.to.project.id,
            schema.Document.sha256 == document.sha256,
        )
    )
    if copy is None:
        copy = document_row(change.moved, project=change.to.project.id, message=document.message_id)
        session.add(copy)
    copy.rejected = False
    if copy.offer is not None:  # it was offered there already
        copy.offer = KEPT
    session.flush()
    session.execute(sa.delete(schema.Filing).where(schema.Filing.document_id == copy.id))
    session.add_all(
        schema.Filing(document_id=copy.id, item=item) for item in change.moved.filed_for
    )
    _note(session, "document.moved-away", document, row, now=now)
    _note(session, "document.moved", copy, row, now=now)
    return _Before(documents=(replace(before, waited=waited),), moved_to=copy.id)


def _seclude(
    session: Session,
    row: schema.Instruction,
    numbers: Sequence[int],
    *,
    confidential: bool,
    now: datetime,
) -> _Before:
    if confidential:
        changed = conceal(session, row.project_id, numbers, why=Secrecy.WORD, now=now)
        return _Before(concealed=changed)
    reasons = tuple(
        (entry.number, Secrecy(entry.confidential_for) if entry.confidential_for else None)
        for entry in _documents(session, row.project_id, numbers)
        if entry.confidential
    )
    reveal(session, row.project_id, numbers, why=Secrecy.PERSON, now=now)
    return _Before(opened=reasons)


def _set_project(
    session: Session, change: ProjectSet, row: schema.Instruction, *, now: datetime
) -> ProjectSet:
    """Change a project; what puts back just that."""
    project = session.get_one(schema.Project, row.project_id)
    before = ProjectSet()
    if change.state is not None:
        before = replace(
            before, state=ProjectState(project.state), paused_until=project.paused_until
        )
        project.state, project.paused_until = change.state, change.paused_until
        audit.append(
            session, f"project.{change.state}", at=now, project=project.id, instruction=row.id
        )
    if change.confidential is not None:
        before = replace(before, confidential=project.confidential)
        conceal_project(session, project.id, confidential=change.confidential, now=now)
    return before


def _settle_mail(
    session: Session,
    change: Welcomed | TurnedAway | Assigned,
    row: schema.Instruction,
    *,
    now: datetime,
) -> None:
    """Decide about mail that waits; what somebody has decided meanwhile stays."""
    decision = f"{row.verb} by mail"
    match change:
        case Welcomed(sender=sender, client=client):
            let_in(session, sender, client=client, decision=decision, now=now)
        case TurnedAway(sender=sender):
            for hold in waiting_for_yes(session, sender):
                reject_row(session, hold, decision=decision, now=now)
        case Assigned(holds=numbers):
            project = ProjectId(row.project_id)
            for hold in waiting_of(session, numbers):
                release_row(session, hold, decision=decision, project=project, now=now)


def _note(
    session: Session,
    event: str,
    document: schema.Document,
    row: schema.Instruction,
    *,
    now: datetime,
) -> None:
    audit.append(
        session,
        event,
        at=now,
        project=document.project_id,
        document=document.id,
        instruction=row.id,
    )


# ---------------------------------------------------------------- taken back


def _revert(session: Session, row: schema.Instruction, *, now: datetime) -> None:
    """Give what an instruction changed the state that it had before."""
    before = _BEFORE.validate_python(row.before)
    if before.waiver is not None:
        item, waived = before.waiver
        _set_waiver(session, row, item, waived=waived, now=now)
    for stood in before.documents:
        _restore(session, stood, row, now=now)
    if before.moved_to is not None:
        [stood] = before.documents
        _take_away(session, before.moved_to, stood, row, now=now)
    if before.concealed:
        _open_again(session, row.project_id, before.concealed, now=now)
    ask_again(session, row.project_id, before.asked, now=now)
    for number, why in before.opened:
        conceal(session, row.project_id, [number], why=why or Secrecy.WORD, now=now)
    if before.project is not None:
        _set_project(session, before.project, row, now=now)


def _open_again(session: Session, project: int, numbers: Sequence[int], *, now: datetime) -> None:
    """Let documents be known by name again, unless their project is confidential: then they are so with it."""
    reveal(session, project, numbers, why=None, now=now)
    if session.get_one(schema.Project, project).confidential:
        conceal(session, project, numbers, why=Secrecy.PROJECT, now=now)


def _take_away(
    session: Session, number: int, stood: _Document, row: schema.Instruction, *, now: datetime
) -> None:
    """Drop a document from the project that it went to, unless that was erased since: its number may be another's now."""
    copy = session.get(schema.Document, number)
    if copy is None or copy.sha256 != session.get_one(schema.Document, stood.row).sha256:
        return
    copy.rejected = True
    session.execute(sa.delete(schema.Filing).where(schema.Filing.document_id == copy.id))
    session.execute(
        sa.update(schema.Project)
        .where(schema.Project.id == copy.project_id)
        .values(version=schema.Project.version + 1)
    )
    _note(session, "document.moved-away", copy, row, now=now)


def _restore(session: Session, stood: _Document, row: schema.Instruction, *, now: datetime) -> None:
    document = session.get_one(schema.Document, stood.row)
    document.classification = classification_json(stood.classification)
    document.decided_by_person, document.rejected = stood.decided, stood.rejected
    document.offer = stood.offer
    document.fate = Fate(stood.fate)
    set_filings(session, document, stood.filed_for)
    if stood.lesson is not None:
        unteach(session, stood.lesson, now=now)
    if stood.waited:
        open_hold(
            session,
            HoldSubject.DOCUMENT,
            HoldReason.UNSURE_DOCUMENT,
            now=now,
            message=document.message_id,
            project=document.project_id,
            document=document.id,
        )
    _note(session, "document.restored", document, row, now=now)
