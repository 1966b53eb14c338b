"""The whole story of a message, top to bottom: received, read, vetted, identified, filed, settled.

Order is law: blob → row → commit; the source lets go only after that. Reading holds no transaction; what was decided
is written in one, and decided again where the project changed meanwhile.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, Future
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

from intake.absence import returns_on
from intake.answers import (
    BEGINS,
    COLLEAGUES,
    Caps,
    Occasion,
    colleague_letters,
    kickoff_letters,
    letters_after_filing,
    may_be_opened,
    people_copied,
    question,
    thread_key,
)
from intake.confidential import Said, named_files, said_of, why_confidential
from intake.config import Settings
from intake.errands import Errands
from intake.errors import (
    BlobsDeniedError,
    BlobsRefusedError,
    ClaimLostError,
    ContendedError,
    PermanentError,
    StaleViewError,
)
from intake.exhibits import Exhibits
from intake.fetch import FilesBehind
from intake.filing import Decision, Filer, not_taken, outcome
from intake.identify import forwarded_senders, identify, thread_of, token_of
from intake.instants import Instant, Passing, unnoticed
from intake.kickoff import is_at_work_for, kickoff_of, may_open, people_named
from intake.kinds import built_in
from intake.model import (
    ASSUMED_PROJECT,
    KICKOFF,
    Accepted,
    Acquaintance,
    Address,
    Authentication,
    AutoKind,
    BlobKey,
    BlobNote,
    Bounce,
    Discarded,
    Disposition,
    Document,
    Held,
    HoldReason,
    Identification,
    Kickoff,
    Kind,
    LinkFound,
    Part,
    Project,
    ProjectId,
    RawMessage,
    Secrecy,
    Sha256,
    Submission,
    Token,
    Unidentified,
    is_among,
)
from intake.orders import Examined, enclosed_documents
from intake.placing import note_of
from intake.reader import OpenMessage, Reader
from intake.vet import VetPolicy, authentication, too_large, vet
from storage.blobs import Store, document_key, raw_key
from storage.ledger import Ledger
from storage.messages import Receipt
from storage.values import (
    Asked,
    Claim,
    Deed,
    LetterIntent,
    MessageStatus,
    NewMessage,
    Opening,
    Settlement,
    Standing,
)

MOST_VIEWS = 10
"""How often a decision is made anew because the project changed, before the message waits its turn again."""


@dataclass(frozen=True, slots=True)
class Desk:
    """What the pipeline works with."""

    settings: Settings
    ledger: Ledger
    blobs: Store
    reader: Reader
    pool: Executor
    own_check: Callable[[bytes, Address], Authentication] | None = None
    """Our own look at a message's signatures, for a sender for whom no trusted server vouches; None where it is off."""
    fetch: Callable[[Sequence[LinkFound]], FilesBehind] | None = None
    """Gets the files behind links; None where nothing may be fetched."""
    passed: Passing = unnoticed

    @property
    def policy(self) -> VetPolicy:
        """Whom we believe."""
        return VetPolicy(
            own_addresses=self.settings.own_addresses,
            trusted_authserv_ids=frozenset(self.settings.intake.trusted_authserv_ids),
            accept_unverified=self.settings.intake.unverified_senders == "accept",
        )


def receive(desk: Desk, raw: RawMessage, *, answerable: bool = True, keeps: bool = True) -> Receipt:
    """Store a message's octets, then give it its row. A repetition changes nothing and stores nothing.

    Whoever `keeps` it goes on with it; else it waits for the first worker that is free.
    """
    desk.passed(Instant.RECEIVING)
    sha256 = Sha256(hashlib.sha256(raw.octets).hexdigest())
    key = raw_key(sha256)
    if not desk.ledger.messages.seen(sha256):
        # A raw message may hold anything, so it is kept like a confidential document.
        desk.blobs.put(key, raw.octets, BlobNote("message/rfc822", confidential=True))
    desk.passed(Instant.RAW_KEPT)
    receipt = desk.ledger.messages.receive(
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
        worker=desk.ledger.worker if keeps else None,
    )
    desk.passed(Instant.RECEIVED)
    return receipt


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
    desk.passed(Instant.OPENED)
    return Reading(desk, claim, opened)


def process(desk: Desk, claim: Claim, octets: bytes | None = None) -> MessageStatus:
    """Read a claimed message, decide what it means and write that down."""
    with closing(begin(desk, claim, octets)) as reading:
        return reading.settle()


class Reading:
    """A claimed message, open in its child."""

    def __init__(self, desk: Desk, claim: Claim, opened: OpenMessage) -> None:
        self.desk, self.claim, self.opened = desk, claim, opened
        self.exhibits = Exhibits(
            opened,
            settings=desk.settings,
            ledger=desk.ledger,
            blobs=desk.blobs,
            reader=desk.reader,
        )
        self._stored: dict[BlobKey, ProjectId] = {}
        """What was put for which project, and no row knows yet."""
        self._views: tuple[Acquaintance, ...] = ()
        """What was known of those whom a kickoff names, when it was decided."""

    def close(self) -> None:
        """End the children."""
        self.exhibits.close()

    def settle(self) -> MessageStatus:
        """Decide what the message means and write that down; raises what storing and writing raise."""
        status = self._decided()
        self.desk.passed(Instant.SETTLED)
        return status

    def _decided(self) -> MessageStatus:
        digest, disposition = self.opened.message.digest, self._vetted()
        if self.claim.oversize_octets is not None:
            return self._refused(disposition, self.claim.oversize_octets)
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
        disposition = vet(
            message,
            documents=bool(enclosed_documents(self.exhibits.parts)) or bool(self.exhibits.links),
            policy=self.desk.policy,
            own=self._own_authentication(),
        )
        if isinstance(disposition, Held) and self.claim.released and message.sender is not None:
            return Accepted(disposition.auto, disposition.authentication)
        return disposition

    def _own_authentication(self) -> Authentication:
        """What the message's signatures say of its sender, where no trusted server says anything and we may look."""
        message, check = self.opened.message, self.desk.own_check
        said = authentication(message, self.desk.policy.trusted_authserv_ids)
        if check is None or message.sender is None or said is not Authentication.NONE:
            return Authentication.NONE
        if self.claim.oversize_octets is not None:  # what was signed is not all here
            return Authentication.NONE
        return check(self.opened.raw, message.sender.address)

    def _refused(self, vetted: Disposition, size_octets: int) -> MessageStatus:
        """Hold a message of which only the header came; a person whom we believe is told so, and the freelancers are."""
        ledger, message, held = self.desk.ledger, self.opened.message, too_large(vetted)
        whole = not_taken(message, size_octets)
        settlement = Settlement(
            status=MessageStatus.HELD,
            hold=held.reason,
            auto=held.auto,
            authentication=held.authentication,
            message=message,
            parts=(whole,),
            away_until=self._away_until(held),
        )
        known = self._identified(vetted) if isinstance(vetted, Accepted) else None
        if isinstance(vetted, Accepted) and isinstance(known, Submission):
            project = known.project
            occasion = self._occasion(vetted, project.id)
            settlement = replace(
                settlement,
                standing=ledger.standing(project.id),
                cc=people_copied(message, project),
                letters=letters_after_filing(occasion, known, Decision((whole,), (), (), ())),
            )
        return ledger.messages.settle(self.claim, settlement)

    def _unfiled(
        self,
        disposition: Disposition,
        *,
        hold: HoldReason | None,
        letters: tuple[LetterIntent, ...] = (),
        note: str = "",
    ) -> MessageStatus:
        """Write down a message that is not filed, with the fates that the message alone decides."""
        status = MessageStatus.HELD if hold else _STATUS[type(disposition)]
        settlement = Settlement(
            status=status,
            hold=hold,
            auto=None if isinstance(disposition, Bounce) else disposition.auto,
            authentication=disposition.authentication,
            message=self.opened.message,
            parts=tuple(
                outcome(entry.part, entry.fate)
                for entry in self.exhibits.parts
                if not entry.part.pasted
            ),
            links=self.exhibits.links,
            notes=(note,) if note else (KICKOFF,) * self.claim.opens,
            letters=letters,
            bounces=self.opened.message.bounces if isinstance(disposition, Bounce) else (),
            away_until=self._away_until(disposition),
        )
        return self.desk.ledger.messages.settle(self.claim, settlement)

    def _filed(self, disposition: Accepted) -> MessageStatus:
        """File an accepted message, if it is known whose it is; decide again where the view was stale."""
        fetched = False
        for _ in range(MOST_VIEWS):
            try:
                identification = self._identified(disposition)
                if isinstance(identification, Unidentified):
                    return self._unidentified(disposition, identification)
                if not fetched:
                    self._fetch(disposition)
                    fetched = True
                if isinstance(identification, Kickoff):
                    identification = self._opened_for(identification)
                standing = self.desk.ledger.standing(identification.project.id)
                return self._settled(disposition, identification, standing)
            except StaleViewError:
                self._take_back()
            except ClaimLostError:
                self._take_back()
                raise
        raise ContendedError(f"Message {self.claim.number} is about what changes all the time.")

    def _unidentified(self, disposition: Accepted, unidentified: Unidentified) -> MessageStatus:
        """Hold a message of which nobody knows whose it is, and ask whom that can be asked."""
        return self._unfiled(
            disposition,
            hold=unidentified.reason,
            letters=self._question(disposition, unidentified),
            note=unidentified.note,
        )

    def _opened_for(self, kickoff: Kickoff) -> Submission:
        """Make the project that this message opens; it begins when the message is settled."""
        desk, zone = self.desk, self.desk.settings.intake.timezone
        opening = Opening(
            kickoff=kickoff,
            digest=self.opened.message.digest,
            views=self._views,
            checklist=desk.settings.checklist(desk.settings.default_checklist).name,
            timezone=zone,
            opened_on=desk.ledger.now().astimezone(ZoneInfo(zone)).date(),
        )
        number = desk.ledger.openings.open(self.claim, opening)
        desk.passed(Instant.PROJECT_MADE)
        self.claim = replace(self.claim, assigned=number, opens=True)
        project = desk.ledger.standing(number).project
        return Submission(project, kickoff.freelancer, is_freelancer=True)

    def _take_back(self) -> None:
        """Delete what was stored for a project that was erased meanwhile: nobody else would find it."""
        for key, project in self._stored.items():
            if not self.desk.ledger.directory.is_there(project):
                self.desk.blobs.delete(key)
        self._stored.clear()

    def _fetch(self, disposition: Accepted) -> None:
        """Get the files behind the links of a person whom we believe, and have each read as if it had been attached."""
        believed = disposition.authentication is Authentication.PASS or self.claim.released
        if self.desk.fetch is None or disposition.auto is not None or not believed:
            return
        received_on = self.claim.received_at.astimezone(UTC).date()
        self.exhibits.fetch(self.desk.fetch, received_on=received_on)

    def _identified(self, disposition: Accepted) -> Kickoff | Identification:
        """Whose this is; a person's assignment outweighs every rule."""
        message, ledger = self.opened.message, self.desk.ledger
        sender = message.sender.address if message.sender else None
        if self.claim.assigned is not None and sender is not None:
            project = ledger.standing(self.claim.assigned).project
            return Submission(project, sender, is_freelancer=is_among(sender, project.freelancers))
        token = token_of(message.recipients, self.desk.settings.intake.address)
        acquaintance = ledger.directory.acquaintance(sender, token=token, thread=thread_of(message))
        named = self._projects_named(acquaintance)
        if len(named) > 1:
            return Unidentified(HoldReason.AMBIGUOUS_PROJECT, named)
        forwarded = forwarded_senders(message, self.opened.forwarded)
        kickoff = self._kickoff(disposition, acquaintance, forwarded, token)
        if kickoff is not None:
            return kickoff
        identification = identify(message, acquaintance, token=token, forwarded=forwarded)
        return self._named_in_words(identification, disposition)

    def _kickoff(
        self,
        disposition: Accepted,
        sender: Acquaintance,
        forwarded: Sequence[Address],
        token: Token | None,
    ) -> Kickoff | Identification | None:
        """What a freelancer's mail to a client comes to; None for any other.

        What may not be answered, or is one of too many in a day, opens nothing: it is for an open project with that
        client, else it waits for a person.
        """
        message, desk = self.opened.message, self.desk.settings.intake.address
        if disposition.auto or not may_open(message, sender, desk=desk, token=token):
            return None
        read = self.desk.ledger.directory.acquaintance
        views = tuple(
            read(address, token=None, thread=())
            for address in people_named(message, forwarded, desk=desk)
        )
        self._views = (sender, *views)
        found = kickoff_of(message, sender, views, desk=desk)
        if isinstance(found, Kickoff) and not may_be_opened(self._occasion(disposition, None)):
            known = is_at_work_for(sender, found.client)
            return None if known else Unidentified(HoldReason.UNKNOWN_PROJECT)
        return found

    def _projects_named(self, acquaintance: Acquaintance) -> tuple[Project, ...]:
        """The sender's projects whose addresses the message names; the envelope alone decides where it is known."""
        if self.claim.envelope_recipient is not None:
            return ()
        sender = acquaintance.sender
        own = self.desk.settings.intake.address
        tokens = {token_of([address], own) for address in self.opened.message.recipients}
        return tuple(
            project
            for project in acquaintance.projects
            if project.token in tokens
            and (
                project.client.id in acquaintance.clients
                or (sender is not None and is_among(sender, project.freelancers))
            )
        )

    def _away_until(self, disposition: Disposition) -> date | None:
        """The day on which an absent sender is back, where an automatic answer says so."""
        if isinstance(disposition, Bounce) or disposition.auto is not AutoKind.AUTO_REPLIED:
            return None
        message = self.opened.message
        said = f"{message.subject}\n{message.written}"
        return returns_on(said, on=self.claim.received_at.astimezone(UTC).date())

    def _question(
        self, disposition: Accepted, unidentified: Unidentified
    ) -> tuple[LetterIntent, ...]:
        """A known person with several projects is asked which one it is for; a freelancer about a colleague of the client."""
        sender = self.opened.message.sender
        if unidentified.reason is HoldReason.COLLEAGUE:
            return colleague_letters(self._occasion(disposition, None, COLLEAGUES), unidentified)
        asks = unidentified.candidates or unidentified.note
        if not (unidentified.reason is HoldReason.AMBIGUOUS_PROJECT and asks):
            return ()
        return question(self._occasion(disposition, None), sender) if sender else ()

    def _settled(
        self, disposition: Accepted, submission: Submission, standing: Standing
    ) -> MessageStatus:
        """Store what is new, decide and write. Raises StaleViewError if the view is no longer true."""
        desk, message, project = self.desk, self.opened.message, standing.project
        known = {document.sha256 for document in standing.documents}
        fresh = [part for part in self.exhibits.documents if part.sha256 not in known]
        keys = {
            part.sha256: document_key(
                project, filename=part.filename, sha256=part.sha256, confidential=False
            )
            for part in fresh
        }
        examined = self.exhibits.examined_for(project, submission.sender, fresh)
        filer = Filer(
            checklist=desk.settings.checklist(project.checklist),
            documents=standing.documents,
            received_at=self.claim.received_at,
            keys=keys,
        )
        decision = filer.decide(self.exhibits.parts, examined, self.exhibits.links)
        kinds = {each.sha256: each.classification.kind for each in standing.documents}
        said = self._said(kinds | {each: examined[each].classification.kind for each in examined})
        decided = self._concealed(decision.documents, standing, examined, said)
        self._store(fresh, decided, project)
        occasion = self._occasion(disposition, project.id)
        stored = replace(decision, documents=decided)
        deeds = self._deeds(disposition, submission, standing, stored, occasion)
        settlement = Settlement(
            status=MessageStatus.ACCEPTED,
            auto=disposition.auto,
            authentication=disposition.authentication,
            message=message,
            standing=standing,
            cc=people_copied(message, project),
            parts=decision.parts,
            links=decision.links,
            notes=self._notes(submission),
            documents=decided,
            superseded=decision.superseded,
            kept=decision.kept,
            letters=(
                *(
                    kickoff_letters(occasion, project)
                    if self.claim.opens
                    else letters_after_filing(occasion, submission, decision, deeds)
                ),
                *self._errands.letters(deeds, message, now=occasion.history.now),
            ),
            away_until=self._away_until(disposition),
            deeds=deeds,
            concealed=self._concealed_twins(standing, said),
            quiet=not occasion.answerable,
        )
        return desk.ledger.messages.settle(self.claim, settlement)

    def _notes(self, submission: Submission) -> tuple[str, ...]:
        if self.claim.opens:
            return (KICKOFF,)
        return (ASSUMED_PROJECT,) if submission.assumed else ()

    @property
    def _errands(self) -> Errands:
        desk = self.desk
        return Errands(desk.settings, desk.ledger, desk.blobs, desk.reader, desk.passed)

    def _deeds(
        self,
        disposition: Accepted,
        submission: Submission,
        standing: Standing,
        decision: Decision,
        occasion: Occasion,
    ) -> tuple[Deed, ...]:
        """What the person asks for in words; machines ask for nothing, and a kickoff is written to the client."""
        if self.claim.opens:
            return (BEGINS,)
        if disposition.auto is not None:
            return ()
        with _at_the_blobs():
            return self._errands.deeds(
                self.opened.message,
                submission,
                standing,
                decision,
                now=occasion.history.now,
                answerable=occasion.answerable,
                asked=self._asked,
            )

    def _named_in_words(
        self, identification: Identification, disposition: Accepted
    ) -> Identification:
        """Of somebody's several projects, the one that their words are about."""
        message = self.opened.message
        if not isinstance(identification, Unidentified) or message.sender is None:
            return identification
        if (
            identification.reason is not HoldReason.AMBIGUOUS_PROJECT
            or disposition.auto is not None
        ):
            return identification
        sender, candidates = message.sender.address, identification.candidates
        named = self._errands.project_named(message, sender, candidates, self._asked)
        if named is None:
            return identification
        return Submission(named, sender, is_freelancer=is_among(sender, named.freelancers))

    @cached_property
    def _asked(self) -> Asked | None:
        """The question of ours about mail that waits, where this is an answer to one."""
        message, questions = self.opened.message, self.desk.ledger.questions
        thread = thread_of(message)
        if not thread or message.sender is None:
            return None
        return questions.answered(thread, message.sender.address)

    def _store(
        self, parts: Sequence[Part], documents: Sequence[Document], project: Project
    ) -> None:
        """Put the octets of new documents, several at a time."""
        puts: list[Future[None]] = []
        part_of = {part.sha256: part for part in parts}
        for document in documents:
            if document.blob is None:
                continue
            part = part_of[document.sha256]
            octets = self.exhibits.octets(part)
            put = self.desk.blobs.put
            self._stored[document.blob] = project.id
            puts.append(self.desk.pool.submit(put, document.blob, octets, note_of(document)))
        with _at_the_blobs():
            for stored in puts:
                stored.result()
                self.desk.ledger.beat()
                self.desk.passed(Instant.DOCUMENT_KEPT)
        self.desk.passed(Instant.DOCUMENTS_KEPT)

    def _said(self, kinds: Mapping[Sha256, Kind]) -> Said:
        """What the person says is confidential: of this mail, or of files in it."""
        files = named_files(
            self.exhibits.documents, [entry.part for entry in self.exhibits.parts], kinds
        )
        words = self.desk.settings.confidential.words
        specs = (*built_in(), *self.desk.settings.own_kinds)
        return said_of(self.opened.message, files, words, kinds=specs)

    def _concealed(
        self,
        documents: Sequence[Document],
        standing: Standing,
        examined: Mapping[Sha256, Examined],
        said: Said,
    ) -> tuple[Document, ...]:
        """The new documents, each as confidential as it is, and with the key that this gives it."""
        project = standing.project
        checklist = self.desk.settings.checklist(project.checklist)
        decided: list[Document] = []
        for document in documents:
            seen = examined.get(document.sha256)
            why = why_confidential(
                document,
                (*standing.documents, *decided),
                checklist,
                said=said,
                marked=seen is not None and seen.marked,
                by_project=project.confidential,
            )
            key = document.blob
            if why is not None and key is not None:
                key = document_key(
                    project, filename=None, sha256=document.sha256, confidential=True
                )
            decided.append(
                replace(document, confidential=why is not None, confidential_for=why, blob=key)
            )
        return tuple(decided)

    def _concealed_twins(self, standing: Standing, said: Said) -> tuple[int, ...]:
        """The documents that the project has already, and that this mail makes confidential."""
        here = {part.sha256 for part in self.exhibits.documents}
        return tuple(
            document.number
            for document in standing.documents
            if document.sha256 in here
            and said.covers(document.sha256)
            and (not document.confidential or document.confidential_for is Secrecy.PROJECT)
        )

    def _occasion(
        self, disposition: Accepted, project: ProjectId | None, thread: str | None = None
    ) -> Occasion:
        message, settings = self.opened.message, self.desk.settings.intake
        sender = message.sender.address if message.sender else Address("")
        received_on = self.claim.received_at.astimezone(ZoneInfo(settings.timezone)).date()
        since = settings.answer_mail_since
        return Occasion(
            message=message,
            auto=disposition.auto,
            answerable=self.claim.answerable and (since is None or received_on >= since),
            history=self.desk.ledger.letters.history(
                sender, thread=thread or thread_key(message), project=project
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
    except BlobsDeniedError:
        raise
    except PermanentError as error:
        raise BlobsRefusedError(str(error)) from error
