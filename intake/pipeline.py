"""The whole story of a message, top to bottom: received, read, vetted, identified, filed, settled.

Order is law: blob → row → commit; the source lets go only after that. Reading holds no transaction; what was decided
is written in one, and decided again where the project changed meanwhile.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Executor, Future
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

from intake import links as addresses
from intake.answers import (
    Caps,
    Occasion,
    letters_after_filing,
    people_copied,
    question,
    thread_key,
)
from intake.config import Settings
from intake.errors import BlobsRefusedError, PermanentError, StaleViewError, TransientError
from intake.filing import Filer, outcome
from intake.identify import identify, thread_of, token_of
from intake.kinds import ExampleFile, built_in
from intake.lessons import Newcomer, learned
from intake.model import (
    Accepted,
    Acquaintance,
    Address,
    BlobKey,
    BlobNote,
    Bounce,
    Discarded,
    Disposition,
    Fate,
    Held,
    HoldReason,
    Identification,
    LinkFound,
    Part,
    Project,
    ProjectId,
    RawMessage,
    Sha256,
    Submission,
    Unidentified,
)
from intake.orders import Examined, documents_of
from intake.reader import OpenMessage, Reader
from intake.vet import VetPolicy, vet
from storage.blobs import Store, document_key, raw_key
from storage.ledger import Ledger
from storage.messages import Receipt
from storage.values import (
    Claim,
    Example,
    LetterIntent,
    MessageStatus,
    NewMessage,
    Settlement,
    Standing,
)

MOST_VIEWS = 5
"""How often a decision is made anew because the project changed, before the message waits its turn again."""


@dataclass(frozen=True, slots=True)
class Desk:
    """What the pipeline works with."""

    settings: Settings
    ledger: Ledger
    blobs: Store
    reader: Reader
    pool: Executor

    @property
    def policy(self) -> VetPolicy:
        """Whom we believe."""
        return VetPolicy(
            own_addresses=self.settings.own_addresses,
            trusted_authserv_ids=frozenset(self.settings.intake.trusted_authserv_ids),
            accept_unverified=self.settings.intake.unverified_senders == "accept",
        )


def receive(desk: Desk, raw: RawMessage, *, answerable: bool = True) -> Receipt:
    """Store a message's octets, then give it its row. A repetition changes nothing and stores nothing."""
    sha256 = Sha256(hashlib.sha256(raw.octets).hexdigest())
    key = raw_key(sha256)
    if not desk.ledger.messages.seen(sha256):
        # A raw message may hold anything, so it is kept like a confidential document.
        desk.blobs.put(key, raw.octets, BlobNote("message/rfc822", confidential=True))
    return desk.ledger.messages.receive(
        NewMessage(
            sha256=sha256,
            size_octets=len(raw.octets),
            oversize_octets=raw.oversize_octets,
            blob_key=key,
            locator=raw.locator,
            received_at=raw.received_at,
            envelope_recipient=raw.envelope_recipient,
            answerable=answerable,
        ),
        worker=desk.ledger.worker,
    )


def begin(desk: Desk, claim: Claim, octets: bytes | None = None) -> Reading:
    """Hand a claimed message to a child, which reads it while the caller does something else.

    `octets` saves fetching them again. Nothing is written. Close the reading.
    """
    if octets is None:
        with _at_the_blobs():
            octets = desk.blobs.get(claim.blob_key)
    opened = desk.reader.open(
        octets,
        envelope_recipient=claim.envelope_recipient,
        received_on=claim.received_at.astimezone(UTC).date(),
    )
    return Reading(desk, claim, opened)


def process(desk: Desk, claim: Claim, octets: bytes | None = None) -> MessageStatus:
    """Read a claimed message, decide what it means and write that down."""
    with closing(begin(desk, claim, octets)) as reading:
        return reading.settle()


class Reading:
    """A claimed message, open in its child."""

    def __init__(self, desk: Desk, claim: Claim, opened: OpenMessage) -> None:
        self.desk, self.claim, self.opened = desk, claim, opened

    @cached_property
    def links(self) -> tuple[LinkFound, ...]:
        """The addresses in what the sender wrote."""
        return tuple(addresses.judge(url) for url in self.opened.message.links)

    def close(self) -> None:
        """End the child."""
        self.opened.close()

    def settle(self) -> MessageStatus:
        """Decide what the message means and write that down; raises what storing and writing raise."""
        digest, disposition = self.opened.message.digest, self._vetted()
        match disposition:
            case Accepted() if self.desk.ledger.messages.is_repeated(self.claim, digest):
                return self._unfiled(disposition, hold=None)  # before any document is stored
            case Accepted() as accepted:
                return self._filed(accepted)
            case Held(reason=reason) as held:
                return self._unfiled(held, hold=reason)
            case (Discarded() | Bounce()) as unwanted:
                return self._unfiled(unwanted, hold=None)

    def _vetted(self) -> Disposition:
        """The disposition of the message itself; a person's release outweighs a hold."""
        message = self.opened.message
        documents = any(entry.fate is Fate.DOCUMENT for entry in self.opened.parts)
        disposition = vet(message, documents=documents or bool(self.links), policy=self.desk.policy)
        if self.claim.oversize_octets is not None:
            auto = None if isinstance(disposition, Bounce) else disposition.auto
            return Held(HoldReason.TOO_LARGE, auto, disposition.authentication)
        if isinstance(disposition, Held) and self.claim.released and message.sender is not None:
            return Accepted(disposition.auto, disposition.authentication)
        return disposition

    def _unfiled(
        self,
        disposition: Disposition,
        *,
        hold: HoldReason | None,
        letters: tuple[LetterIntent, ...] = (),
    ) -> MessageStatus:
        """Write down a message that is not filed, with the fates that the message alone decides."""
        status = MessageStatus.HELD if hold else _STATUS[type(disposition)]
        settlement = Settlement(
            status=status,
            hold=hold,
            auto=None if isinstance(disposition, Bounce) else disposition.auto,
            authentication=disposition.authentication,
            message=self.opened.message,
            parts=tuple(outcome(entry.part, entry.fate) for entry in self.opened.parts),
            links=self.links,
            letters=letters,
        )
        return self.desk.ledger.messages.settle(self.claim, settlement)

    def _filed(self, disposition: Accepted) -> MessageStatus:
        """File an accepted message, if it is known whose it is; decide again where the view was stale."""
        identification = self._identified()
        if isinstance(identification, Unidentified):
            letters = self._question(disposition, identification)
            return self._unfiled(disposition, hold=identification.reason, letters=letters)
        project = identification.project.id
        for _ in range(MOST_VIEWS):
            try:
                return self._settled(
                    disposition, identification, self.desk.ledger.standing(project)
                )
            except StaleViewError:
                continue
        raise TransientError(f"Project {project} changes faster than message {self.claim.number}.")

    def _identified(self) -> Identification:
        """Whose this is; a person's assignment outweighs every rule."""
        message, ledger = self.opened.message, self.desk.ledger
        sender = message.sender.address if message.sender else None
        if self.claim.assigned is not None and sender is not None:
            project = ledger.standing(self.claim.assigned).project
            return Submission(project, sender, is_freelancer=sender in project.freelancers)
        token = token_of(message.recipients, self.desk.settings.intake.address)
        acquaintance = ledger.directory.acquaintance(sender, token=token, thread=thread_of(message))
        named = self._projects_named(acquaintance)
        if len(named) > 1:
            return Unidentified(HoldReason.AMBIGUOUS_PROJECT, named)
        return identify(message, acquaintance, token=token)

    def _projects_named(self, acquaintance: Acquaintance) -> tuple[Project, ...]:
        """The sender's projects whose addresses the message names; the envelope alone decides where it is known."""
        if self.claim.envelope_recipient is not None:
            return ()
        own = self.desk.settings.intake.address
        tokens = {token_of([address], own) for address in self.opened.message.recipients}
        return tuple(
            project
            for project in acquaintance.projects
            if project.token in tokens
            and (
                project.client.id in acquaintance.clients
                or acquaintance.sender in project.freelancers
            )
        )

    def _question(
        self, disposition: Accepted, unidentified: Unidentified
    ) -> tuple[LetterIntent, ...]:
        """A known person with several projects is asked which one it is for."""
        sender = self.opened.message.sender
        if not (unidentified.reason is HoldReason.AMBIGUOUS_PROJECT and unidentified.candidates):
            return ()
        return question(self._occasion(disposition, None), sender) if sender else ()

    def _settled(
        self, disposition: Accepted, submission: Submission, standing: Standing
    ) -> MessageStatus:
        """Store what is new, decide and write. Raises StaleViewError if the view is no longer true."""
        desk, message, project = self.desk, self.opened.message, standing.project
        confidential = self._is_confidential(project)
        known = {document.sha256 for document in standing.documents}
        fresh = [part for part in documents_of(self.opened.parts) if part.sha256 not in known]
        keys = {
            part.sha256: document_key(
                project, filename=part.filename, sha256=part.sha256, confidential=confidential
            )
            for part in fresh
        }
        examined = self._examined | self._compared(fresh, project)
        examined |= self._learned(fresh, examined, project, submission.sender)
        self._store(fresh, keys, examined, confidential=confidential)
        filer = Filer(
            checklist=desk.settings.checklist(project.checklist),
            documents=standing.documents,
            received_at=self.claim.received_at,
            confidential=confidential,
            keys=keys,
        )
        decision = filer.decide(self.opened.parts, examined, self.links)
        occasion = self._occasion(disposition, project.id)
        settlement = Settlement(
            status=MessageStatus.ACCEPTED,
            auto=disposition.auto,
            authentication=disposition.authentication,
            message=message,
            standing=standing,
            cc=people_copied(message, project),
            parts=decision.parts,
            links=decision.links,
            notes=_notes(submission),
            documents=decision.documents,
            superseded=decision.superseded,
            letters=letters_after_filing(occasion, submission, decision),
        )
        return desk.ledger.messages.settle(self.claim, settlement)

    @cached_property
    def _examined(self) -> dict[Sha256, Examined]:
        """What the child found in each document, by SHA-256."""
        sha256 = {entry.part.path: entry.part.sha256 for entry in self.opened.parts}
        return {sha256[found.path]: found for found in self.opened.examined()}

    def _compared(self, parts: Sequence[Part], project: Project) -> dict[Sha256, Examined]:
        """The new documents, compared with what this client's people showed of own kinds too; nothing where they did not."""
        own = {spec.kind for spec in self.desk.settings.own_kinds}
        of_client = self.desk.ledger.lessons.examples(project.client.id) if parts and own else ()
        shown = [entry for entry in of_client if entry.kind in own]
        if not shown:
            return {}
        taught = [read for entry in reversed(shown) if (read := self._example(entry))]
        profiles = self.desk.reader.profiles_with(taught)
        return {
            part.sha256: self.opened.examine_again(part, profiles)
            for part in parts
            if self._examined[part.sha256].classification.problem is None
        }

    def _example(self, example: Example) -> ExampleFile | None:
        """What a document that a person sorted shows; None where its octets are gone."""
        blob = example.blob
        if blob is None:
            return None
        try:
            return self.desk.reader.example(
                example.sha256,
                lambda: self.desk.blobs.get(blob),
                kind=example.kind,
                filename=example.filename,
            )
        except PermanentError:
            return None

    def _learned(
        self,
        parts: Sequence[Part],
        examined: Mapping[Sha256, Examined],
        project: Project,
        sender: Address,
    ) -> dict[Sha256, Examined]:
        """The new documents as the lessons within reach have them; nothing where there is no lesson."""
        reach = self.desk.ledger.lessons.within_reach(project, sender) if parts else ()
        kinds = {spec.kind for spec in (*built_in(), *self.desk.settings.own_kinds)}
        lessons = [lesson for lesson in reach if lesson.kind in kinds]
        known: dict[Sha256, Examined] = {}
        for part in parts if lessons else ():
            seen = examined[part.sha256]
            read = seen.classification
            name = part.filename or read.title or ""
            newcomer = Newcomer(name, part.sha256, seen.sketch, read)
            decided = learned(newcomer, lessons, project, sender=sender)
            if decided.kind != read.kind:
                decided = self.opened.read_time(part, decided)
            known[part.sha256] = replace(seen, classification=decided)
        return known

    def _store(
        self,
        parts: Sequence[Part],
        keys: Mapping[Sha256, BlobKey],
        examined: Mapping[Sha256, Examined],
        *,
        confidential: bool,
    ) -> None:
        """Put the octets of new documents that could be read, several at a time."""
        puts: list[Future[None]] = []
        for part in parts:
            classification = examined[part.sha256].classification
            if classification.problem is not None:
                continue
            note = BlobNote(
                part.sniffed or part.media_type,
                filename=part.filename,
                tags=() if confidential else (("kind", classification.kind),),
                confidential=confidential,
            )
            octets = self.opened.octets(part.path)
            put = self.desk.blobs.put
            puts.append(self.desk.pool.submit(put, keys[part.sha256], octets, note))
        with _at_the_blobs():
            for stored in puts:
                stored.result()

    def _is_confidential(self, project: Project) -> bool:
        """The project is, or the person says so of this mail."""
        words = self.desk.settings.confidential.words
        said = f"{self.opened.message.subject}\n{self.opened.message.written}"
        return project.confidential or any(
            re.search(rf"\b{re.escape(word)}\b", said, re.IGNORECASE) for word in words
        )

    def _occasion(self, disposition: Accepted, project: ProjectId | None) -> Occasion:
        message, settings = self.opened.message, self.desk.settings.intake
        sender = message.sender.address if message.sender else Address("")
        received_on = self.claim.received_at.astimezone(ZoneInfo(settings.timezone)).date()
        since = settings.answer_mail_since
        return Occasion(
            message=message,
            auto=disposition.auto,
            answerable=self.claim.answerable and (since is None or received_on >= since),
            history=self.desk.ledger.letters.history(
                sender, thread=thread_key(message), project=project
            ),
            answer_after=timedelta(seconds=settings.answer_after_seconds),
            caps=Caps(**settings.answer_caps.model_dump()),
        )


_STATUS: dict[type[Disposition], MessageStatus] = {
    Accepted: MessageStatus.ACCEPTED,
    Held: MessageStatus.HELD,
    Discarded: MessageStatus.DISCARDED,
    Bounce: MessageStatus.BOUNCE,
}


@contextmanager
def _at_the_blobs() -> Iterator[None]:
    """A store that refuses one document may well refuse them all: the store is to blame, not this message."""
    try:
        yield
    except PermanentError as error:
        raise BlobsRefusedError(str(error)) from error


def _notes(submission: Submission) -> tuple[str, ...]:
    if not submission.assumed:
        return ()
    title = submission.project.title
    return (f"The address named no project of ours, so this went to “{title}”.",)
