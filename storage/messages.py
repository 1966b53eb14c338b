"""Messages: received, claimed, settled, acknowledged.

Each verb is one transaction whose name says what is true afterwards; doing one again changes nothing more.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from intake.errors import ClaimLostError, StaleViewError
from intake.model import (
    KICKOFF,
    Address,
    BlobKey,
    Document,
    Fate,
    HoldReason,
    Locator,
    MessageNumber,
    ProjectId,
    Secrecy,
    Sha256,
)
from storage import audit, schema
from storage.claims import dead_holders
from storage.confidences import conceal
from storage.database import Database
from storage.holds import open_hold
from storage.instructions import carry_out
from storage.liveness import Liveness
from storage.offers import keep
from storage.owing import owe
from storage.reach import note_reach
from storage.readiness import note_quietly
from storage.rows import document_row, lock_project, part_row
from storage.values import Claim, HoldSubject, MessageStatus, Moved, NewMessage, Settlement

LEASE = timedelta(minutes=15)
"""After this a worker that lives but does not move loses its claim; longer than messages take by far."""
MOST_TRIES = 3
MOST_DEATHS = 5
ANY = range(MOST_DEATHS)
INTERRUPTED = range(1, 2)
"""How many workers died with a message that is to be done next: a single death may be chance."""
SUSPECTED = range(2, MOST_DEATHS)
"""The same of one that is best left to the end: what kills workers must keep nothing else from being done."""
UNSUSPECTED = range(2)


@dataclass(frozen=True, slots=True)
class Receipt:
    """What `receive` found. `claim` is the receiver's own, None where the message is not new (or claimed elsewhere)."""

    number: MessageNumber
    new: bool
    settled: bool
    claim: Claim | None


@dataclass(frozen=True, slots=True)
class Settled:
    """A message of a source that the source may let go of."""

    number: MessageNumber
    locator: Locator
    held: bool


_CLAIMED = (
    sa.select(schema.Message)
    .where(
        schema.Message.id == sa.bindparam("number"),
        schema.Message.fence == sa.bindparam("fence"),
        schema.Message.worker_id.is_not(None),
    )
    .with_for_update()
)


_SUSPICION = sa.case((schema.Message.deaths < SUSPECTED.start, 0), else_=schema.Message.deaths)
"""Where a message comes in the queue, by its deaths."""


class Messages:
    """Verbs on messages."""

    def __init__(self, database: Database, liveness: Liveness) -> None:
        self._database = database
        self._liveness = liveness

    def seen(self, sha256: Sha256) -> bool:
        """Whether these octets have a row."""
        with self._database.read() as session:
            return _by_sha256(session, sha256) is not None

    def receive(self, new: NewMessage, *, worker: int | None) -> Receipt:
        """Give a message its row, claimed by this worker, or by nobody. Key: the SHA-256 of its octets.

        Octets that have a row already only get their new locator, so that they can be acknowledged.
        """
        with self._database.write() as session:
            if _by_sha256(session, new.sha256) is not None:
                return _received_before(session, new)
            now = self._database.now(session)
            row = schema.Message(
                sha256=new.sha256,
                size_octets=new.size_octets,
                oversize_octets=new.oversize_octets,
                blob_key=new.blob_key,
                source=new.locator.source,
                locator=new.locator.name,
                received_at=new.received_at,
                waiting_since=now,
                envelope_recipient=new.envelope_recipient,
                answerable=new.answerable,
                status=MessageStatus.WAITING,
                worker_id=worker,
                fence=1,
                claimed_until=None if worker is None else now + LEASE,
            )
            try:
                with session.begin_nested():
                    session.add(row)
            except IntegrityError:  # another worker received it at this very moment
                return _received_before(session, new)
            audit.append(session, "message.received", at=now, message=row.id)
            claim = None if worker is None else _claim(row)
            return Receipt(MessageNumber(row.id), new=True, settled=False, claim=claim)

    def take_over(self, worker: int) -> int:
        """Free the claims of workers that died or stood still, and forgotten ones of this worker; returns how many.

        A death is counted on the message, and the fifth holds it. A lease that ran out counts as nothing. Call it with
        no message in hand.
        """
        self._liveness.hold(worker)
        dead = dead_holders(self._database, self._liveness, schema.Message, worker=worker)
        with self._database.write() as session:
            now = self._database.now(session)
            rows = session.scalars(
                sa.select(schema.Message)
                .where(
                    # SQLite looks these up; for IS NOT NULL it would read through all there are.
                    schema.Message.worker_id > 0,
                    schema.Message.worker_id.in_([*dead, worker])
                    | (schema.Message.claimed_until < now),
                )
                .with_for_update()  # another worker may free it at this moment, and a third claim it
            ).all()
            for row in rows:
                if row.worker_id in dead:
                    row.deaths += 1
                    _note(session, row, "message.worker-died", now=now, deaths=row.deaths)
                row.worker_id = None
                if row.deaths >= MOST_DEATHS:
                    row.last_error = f"{row.deaths} workers died with this message"
                    _hold(session, row, HoldReason.FAILED_REPEATEDLY, now=now)
            return len(rows)

    def claim(self, worker: int, *, deaths: range = ANY) -> Claim | None:
        """Take the oldest message that waits and is due; None where there is none.

        Only one with which so many workers died; those that several died with come last, the worst at the very end.
        """
        with self._database.write() as session:
            now = self._database.now(session)
            row = session.scalar(
                sa.select(schema.Message)
                .where(
                    schema.Message.status == MessageStatus.WAITING,
                    schema.Message.worker_id.is_(None),
                    schema.Message.retry_at.is_(None) | (schema.Message.retry_at <= now),
                    schema.Message.deaths.between(deaths.start, deaths.stop - 1),
                )
                .order_by(_SUSPICION, schema.Message.id)
                .limit(1)
                .with_for_update(skip_locked=True)
            )
            if row is None:
                return None
            row.worker_id, row.claimed_until = worker, now + LEASE
            row.fence += 1
            session.flush()
            return _claim(row)

    def put_back(self, claim: Claim, *, pause: timedelta) -> None:
        """Give a claim up without counting a try: the world, not the message, is to blame."""
        with self._database.write() as session:
            row = claimed(session, claim)
            row.worker_id, row.retry_at = None, self._database.now(session) + pause

    def fail(self, claim: Claim, error: str, *, pause: timedelta) -> bool:
        """Count a try that ended in an error; True where it was the last one and the message is held now."""
        with self._database.write() as session:
            row = claimed(session, claim)
            now = self._database.now(session)
            row.tries += 1
            row.worker_id, row.retry_at, row.last_error = None, now + pause, error
            _note(session, row, "message.failed", now=now, tries=row.tries)
            if row.tries < MOST_TRIES:
                return False
            _hold(session, row, HoldReason.FAILED_REPEATEDLY, now=now)
            return True

    def settle(self, claim: Claim, outcome: Settlement) -> MessageStatus:
        """Write everything that this message changes.

        Keys: the message's row and the claim's fence; (project, SHA-256) for documents; (project, kind, cause,
        recipient) for letters. Raises ClaimLostError where another worker owns the message now, and StaleViewError
        where the project has changed since the view that the outcome was decided on.
        """
        with self._database.write() as session:
            row = claimed(session, claim)
            now = self._database.now(session)
            for project in _projects_of(outcome):
                if not lock_project(session, project):
                    raise StaleViewError(f"Project {project} is not there any more.")
            status = _status(session, row, outcome)
            row.status, row.reason = status, outcome.hold
            row.settled_at, row.worker_id, row.retry_at = now, None, None
            _note_message(row, outcome)
            if status is MessageStatus.REPEATED:
                audit.append(session, "message.repeated", at=now, message=row.id)
                return status
            _write_parts(session, row, outcome)
            if outcome.hold is not None:
                open_hold(
                    session,
                    HoldSubject.MESSAGE,
                    outcome.hold,
                    now=now,
                    message=row.id,
                    project=row.project_id,
                )
            if outcome.standing is not None:
                _write_project(session, row, outcome, now=now)
                if outcome.quiet:
                    note_quietly(session, outcome.standing.project.id)
            note_reach(session, row, outcome, now=now)
            for intent in outcome.letters:
                about = intent.project or row.project_id
                owe(session, intent, project=about, message=row.id, now=now)
            audit.append(
                session, f"message.{status}", at=now, project=row.project_id, message=row.id
            )
            return status

    def is_repeated(self, claim: Claim, digest: Sha256) -> bool:
        """Whether the same message, but for its trace fields, is filed or refused already; `settle` asks again."""
        with self._database.read() as session:
            return _has_twin(session, claim.number, digest, _FINAL)

    def unwanted_before(self, sender: Address, octets: Collection[Sha256]) -> dict[Sha256, int]:
        """How many messages of a sender held these octets, for those that were of use in none of them."""
        part, message = schema.Part, schema.Message
        of_use = sa.func.max(sa.case((part.fate.in_(_OF_USE), 1), else_=0))
        with self._database.read() as session:
            rows = session.execute(
                sa.select(part.sha256, sa.func.count(part.message_id.distinct()))
                .join(message, message.id == part.message_id)
                .where(part.sha256.in_(octets), message.sender == sender)
                .group_by(part.sha256)
                .having(of_use == 0)
            )
            return {Sha256(sha256): count for sha256, count in rows}

    def known_locators(self, source: str) -> frozenset[str]:
        """The names under which a source still keeps messages that have a row; they need no second fetch."""
        with self._database.read() as session:
            names = session.scalars(
                sa.select(schema.Message.locator).where(
                    schema.Message.source == source, schema.Message.acknowledged_at.is_(None)
                )
            )
            return frozenset(names)

    def settled(self, source: str) -> tuple[Settled, ...]:
        """What a source may let go of."""
        with self._database.read() as session:
            rows = session.scalars(
                sa.select(schema.Message)
                .where(
                    schema.Message.source == source,
                    schema.Message.acknowledged_at.is_(None),
                    schema.Message.status != MessageStatus.WAITING,
                )
                .order_by(schema.Message.id)
            )
            return tuple(
                Settled(
                    MessageNumber(row.id),
                    Locator(row.source, row.locator),
                    held=row.status == MessageStatus.HELD,
                )
                for row in rows
            )

    def acknowledged(self, numbers: Sequence[MessageNumber]) -> None:
        """Note that the source has let go of these. Idempotent."""
        with self._database.write() as session:
            session.execute(
                sa.update(schema.Message)
                .where(schema.Message.id.in_(numbers))
                .values(acknowledged_at=self._database.now(session))
            )

    def waiting(self) -> int:
        """How many messages are not settled."""
        with self._database.read() as session:
            count = session.scalar(
                sa.select(sa.func.count())
                .select_from(schema.Message)
                .where(schema.Message.status == MessageStatus.WAITING)
            )
            return count or 0

    def statuses(self) -> dict[str, int]:
        """How many messages stand where."""
        with self._database.read() as session:
            found = session.execute(
                sa.select(schema.Message.status, sa.func.count()).group_by(schema.Message.status)
            )
            return {row[0]: row[1] for row in found}


_OF_USE = (Fate.FILED, Fate.NEWER_VERSION, Fate.OLDER_VERSION, Fate.UNSURE)
_FINAL = (MessageStatus.ACCEPTED, MessageStatus.BOUNCE, MessageStatus.DISCARDED)


def _status(session: Session, row: schema.Message, outcome: Settlement) -> MessageStatus:
    """The outcome's status, unless the same message (but for its trace fields) is settled already.

    A copy that is held does not stand in the way of one that is accepted: that one may be the genuine mail. Nor does it in
    the way of one that is held for a project, unless it belongs to one itself: nobody was answered about it.
    """
    row.digest = outcome.message.digest
    lock_digest(session, row.digest)
    held = outcome.status is MessageStatus.HELD
    counted = (*_FINAL, MessageStatus.HELD, MessageStatus.REJECTED) if held else _FINAL
    answered = held and outcome.standing is not None
    twin = _has_twin(session, row.id, row.digest, counted, in_project=answered)
    return MessageStatus.REPEATED if twin else outcome.status


def lock_digest(session: Session, digest: str) -> None:
    """Copies of one message that two workers have in hand see each other; SQLite has one writer anyway."""
    if session.get_bind().dialect.name == "postgresql":
        key = int(digest[:15], 16)
        session.execute(sa.select(sa.func.pg_advisory_xact_lock(key)))


def _has_twin(
    session: Session,
    number: int,
    digest: str,
    statuses: Sequence[MessageStatus],
    *,
    in_project: bool = False,
) -> bool:
    """Whether another message with that digest stands there; `in_project` asks for one of a project."""
    found = session.scalar(
        sa.select(schema.Message.id)
        .where(
            schema.Message.digest == digest,
            schema.Message.id != number,
            schema.Message.status.in_(statuses),
            schema.Message.project_id.is_not(None) if in_project else sa.true(),
        )
        .limit(1)
    )
    return found is not None


def _projects_of(outcome: Settlement) -> list[ProjectId]:
    """The projects that a settlement may change, in the order in which everybody locks them."""
    views = [outcome.standing, *(deed.about for deed in outcome.deeds)]
    views += [deed.change.to for deed in outcome.deeds if isinstance(deed.change, Moved)]
    return sorted({view.project.id for view in views if view is not None})


def _by_sha256(session: Session, sha256: str) -> schema.Message | None:
    return session.scalar(sa.select(schema.Message).where(schema.Message.sha256 == sha256))


def _received_before(session: Session, new: NewMessage) -> Receipt:
    """Note where a message that has its row lies now, so that it can be acknowledged."""
    found = session.scalars(
        sa.select(schema.Message).where(schema.Message.sha256 == new.sha256)
    ).one()
    found.source, found.locator = new.locator.source, new.locator.name
    found.acknowledged_at = None
    settled = found.status != MessageStatus.WAITING
    return Receipt(MessageNumber(found.id), new=False, settled=settled, claim=None)


def _claim(row: schema.Message) -> Claim:
    return Claim(
        number=MessageNumber(row.id),
        fence=row.fence,
        sha256=Sha256(row.sha256),
        blob_key=BlobKey(row.blob_key),
        size_octets=row.size_octets,
        oversize_octets=row.oversize_octets,
        received_at=row.received_at,
        envelope_recipient=Address(row.envelope_recipient) if row.envelope_recipient else None,
        answerable=row.answerable,
        released=row.released,
        assigned=ProjectId(row.assigned_project_id) if row.assigned_project_id else None,
        deaths=row.deaths,
        opens=KICKOFF in row.notes,
    )


def claimed(session: Session, claim: Claim) -> schema.Message:
    """The claimed row, locked; ClaimLostError where the claim is no longer valid."""
    row = session.scalar(_CLAIMED, {"number": claim.number, "fence": claim.fence})
    if row is None:
        raise ClaimLostError(f"Message {claim.number} belongs to another worker now.")
    return row


def _hold(session: Session, row: schema.Message, reason: HoldReason, *, now: datetime) -> None:
    row.status, row.reason, row.settled_at = MessageStatus.HELD, reason, now
    open_hold(session, HoldSubject.MESSAGE, reason, now=now, message=row.id, project=row.project_id)
    audit.append(session, "message.held", at=now, project=row.project_id, message=row.id)


def _note(session: Session, row: schema.Message, event: str, *, now: datetime, **ids: int) -> None:
    audit.append(session, event, at=now, project=row.project_id, message=row.id, **ids)


def _note_message(row: schema.Message, outcome: Settlement) -> None:
    """Keep what answers and the review queue need of the message itself."""
    row.auto, row.authentication = outcome.auto, outcome.authentication
    row.project_id = outcome.standing.project.id if outcome.standing else None
    row.notes, row.cc = list(outcome.notes), list(outcome.cc)
    message = outcome.message
    row.sender = message.sender.address if message.sender else None
    row.sender_name = message.sender.name if message.sender else None
    row.subject, row.message_id = message.subject, message.message_id
    row.references = list(message.references)
    row.thread_topic = next(iter(message.field_values("Thread-Topic")), None)
    row.thread_index = next(iter(message.field_values("Thread-Index")), None)
    row.written = message.written


def _write_parts(session: Session, row: schema.Message, outcome: Settlement) -> None:
    if row.released:  # it was settled before, as held
        for table in (schema.Part, schema.Link):
            session.execute(sa.delete(table).where(table.message_id == row.id))
    session.add_all(
        part_row(part, message=row.id, position=position)
        for position, part in enumerate(outcome.parts)
    )
    session.add_all(
        schema.Link(
            message_id=row.id,
            position=position,
            url=link.url,
            fate=link.fate,
            service=link.service,
        )
        for position, link in enumerate(outcome.links)
    )


def _write_project(
    session: Session, row: schema.Message, outcome: Settlement, *, now: datetime
) -> None:
    """The documents and filings of one message, checked against the view they were decided on."""
    standing = outcome.standing
    changes = (
        outcome.documents,
        outcome.superseded,
        outcome.concealed,
        outcome.kept,
        outcome.deeds,
    )
    if standing is None or not any(changes):
        return
    moved = session.execute(
        sa.update(schema.Project)
        .where(schema.Project.id == standing.project.id, schema.Project.version == standing.version)
        .values(version=standing.version + 1)
        .returning(schema.Project.id)
    ).first()
    if moved is None:
        raise StaleViewError(f"Project {standing.project.id} changed while a message was read.")
    if outcome.superseded:
        replaced = session.scalars(
            sa.update(schema.Document)
            .where(
                schema.Document.project_id == standing.project.id,
                schema.Document.number.in_(outcome.superseded),
            )
            .values(superseded=True)
            .returning(schema.Document.id)
        )
        for document in sorted(replaced.all()):
            _note(session, row, "document.superseded", now=now, document=document)
    conceal(session, standing.project.id, outcome.concealed, why=Secrecy.WORD, now=now)
    keep(session, standing.project.id, outcome.kept, now=now)
    _write_documents(session, outcome.documents, row, project=standing.project.id, now=now)
    carry_out(session, outcome.deeds, standing, message=row, now=now)


def _write_documents(
    session: Session,
    documents: Sequence[Document],
    message: schema.Message,
    *,
    project: ProjectId,
    now: datetime,
) -> None:
    rows = [document_row(document, project=project, message=message.id) for document in documents]
    session.add_all(rows)
    session.flush()
    for document, row in zip(documents, rows, strict=True):
        session.add_all(schema.Filing(document_id=row.id, item=item) for item in document.filed_for)
        if document.fate is Fate.UNSURE:
            open_hold(
                session,
                HoldSubject.DOCUMENT,
                HoldReason.UNSURE_DOCUMENT,
                now=now,
                message=message.id,
                project=project,
                document=row.id,
            )
        _note(session, message, "document.filed", now=now, document=row.id)
