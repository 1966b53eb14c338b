"""Letters leave: claimed, composed from a fresh report, frozen, sent, recorded.

Nothing is sent inside a transaction, and nothing whose fate is unknown is sent again on a guess: where the sink can be
searched a letter that was cut off is looked up by its Message-ID, else it waits for a person.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from intake import telemetry
from intake.compose import Templates, compose
from intake.config import Settings
from intake.errors import ClaimLostError, ConfigError, IntakeError, TransientError
from intake.instants import Instant, Passing, unnoticed
from intake.model import (
    Address,
    Brief,
    Deferred,
    Delivery,
    Document,
    Doubtful,
    LetterKind,
    Mailbox,
    OutboundMessage,
    Project,
    ProjectState,
    Refused,
    Sent,
    Sink,
    Token,
    is_among,
    subaddress,
)
from intake.reports import local_day, report_of
from storage.blobs import Store
from storage.ledger import Ledger
from storage.values import LetterClaim, Standing

PAUSES = (60, 300, 900, 3_600, 7_200, 14_400)
"""Seconds before each further attempt; the last one repeats."""
GIVE_UP = timedelta(days=2)
NOT_LET_IN = timedelta(minutes=1)
LINKS_EXPIRE = timedelta(days=7)
"""The longest life of a presigned address."""

log = telemetry.logger(__name__)


@dataclass(frozen=True, slots=True)
class Outbox:
    """What letters are made of and where they leave."""

    settings: Settings
    ledger: Ledger
    blobs: Store
    sink: Sink
    templates: Templates
    passed: Passing = unnoticed

    def deliver_due(
        self, *, ends_bursts: bool = False, stopping: Callable[[], bool] = lambda: False
    ) -> bool:
        """Send every letter that is due, until `stopping`; True where the sink took whatever it was given.

        After a letter that the sink could not take for now, the others wait as well: it is the sink, not the letter.
        """
        if self.settings.delivery.hold:
            return True
        self.ledger.letters.take_over(self.ledger.worker)
        while not stopping():
            claim = self.ledger.letters.claim(self.ledger.worker, ends_bursts=ends_bursts)
            if claim is None:
                return True
            self.passed(Instant.LETTER_CLAIMED)
            try:
                if not self._deliver(claim):
                    return False
                self.passed(Instant.RECORDED)
            except ClaimLostError:
                log.warning(telemetry.CLAIM_LOST, letter_id=claim.number)
        return True

    def _deliver(self, claim: LetterClaim) -> bool:
        """Send one letter; False where the sink cannot take letters at the moment."""
        if claim.cut_off:
            return self._settle_cut_off(claim)
        letter = claim.frozen
        if letter is None and not self._still_asks(claim):
            return self._dropped(claim)
        if letter is None:
            try:
                letter = self._composed(claim)
            except TransientError:
                raise  # the world is to blame, not the letter
            except IntakeError as error:
                return self._record(claim, Refused(str(error)))
            except Exception as error:
                # Templates are the operator's: one letter that fails must not stop the others.
                log.exception(telemetry.LETTER_FAILED, letter_id=claim.number)
                return self._record(claim, Refused(type(error).__name__))
            self.passed(Instant.COMPOSED)
            self.ledger.letters.freeze(claim, letter)
            self.passed(Instant.FROZEN)
        elif self.sink.find(letter.message_id):
            return self._record(claim, Sent(letter.message_id))
        return self._hand_over(claim, letter)

    def _hand_over(self, claim: LetterClaim, letter: OutboundMessage) -> bool:
        """Give a letter to the sink, if its recipient still belongs to the project; False where it cannot take letters.

        A sink that does not let us in is no reason to doubt: nothing has left.
        """
        if not _still_belongs(claim):
            return self._dropped(claim)
        try:
            delivery = self.sink.send(letter)
        except ConfigError as error:
            self.ledger.letters.retry(claim, str(error), pause=NOT_LET_IN, counts=False)
            raise TransientError(str(error)) from error
        self.passed(Instant.LEFT)
        return self._record(claim, delivery)

    def _still_asks(self, claim: LetterClaim) -> bool:
        """Whether a letter about a colleague is still about something that waits, and still asks one of the freelancers."""
        waits = any(received.hold is not None for received in claim.received)
        return claim.kind is not LetterKind.COLLEAGUE or (waits and bool(self._candidates(claim)))

    def _dropped(self, claim: LetterClaim) -> bool:
        self.ledger.letters.dropped(claim)
        log.warning(telemetry.LETTER_DROPPED, letter_id=claim.number)
        return True

    def _settle_cut_off(self, claim: LetterClaim) -> bool:
        """A worker was cut off while it sent this: only evidence decides."""
        letter = claim.frozen
        found = self.sink.find(letter.message_id) if letter else None
        if letter is None or found is None:
            self.ledger.letters.doubtful(claim, "the sending was cut off")
            log.error(telemetry.LETTER_DOUBTFUL, letter_id=claim.number)
            return True
        if found:
            return self._record(claim, Sent(letter.message_id))
        return self._hand_over(claim, letter)

    def _record(self, claim: LetterClaim, delivery: Delivery) -> bool:
        letters = self.ledger.letters
        match delivery:
            case Sent():
                letters.sent(claim)
                log.info(telemetry.LETTER_SENT, letter_id=claim.number, kind=claim.kind)
                return True
            case Refused(detail=detail):
                letters.failed(claim, detail)
                log.error(telemetry.LETTER_FAILED, letter_id=claim.number)
                return True
            case Doubtful(detail=detail):
                letters.doubtful(claim, detail)
                log.error(telemetry.LETTER_DOUBTFUL, letter_id=claim.number)
                return False
            case Deferred(detail=detail):
                return self._deferred(claim, detail)

    def _deferred(self, claim: LetterClaim, detail: str) -> bool:
        pause = PAUSES[min(claim.attempts, len(PAUSES) - 1)]
        waited = sum(PAUSES[: claim.attempts]) + PAUSES[-1] * max(0, claim.attempts - len(PAUSES))
        if timedelta(seconds=waited) > GIVE_UP:
            self.ledger.letters.failed(claim, detail)
            log.error(telemetry.LETTER_FAILED, letter_id=claim.number)
            return True
        self.ledger.letters.retry(claim, detail, pause=timedelta(seconds=pause), counts=True)
        log.warning(telemetry.LETTER_DEFERRED, letter_id=claim.number, seconds=pause)
        return False

    def _composed(self, claim: LetterClaim) -> OutboundMessage:
        standing = claim.standing
        report = (
            report_of(self.settings, standing, on=local_day(standing.project, claim.now))
            if standing
            else None
        )
        token = standing.project.token if standing else None
        return compose(
            Brief(
                kind=claim.kind,
                message_id=self._message_id(claim, token),
                recipient=claim.recipient,
                cc=self._copied(claim, standing),
                desk=Mailbox(self.settings.intake.name, self._desk_address(token)),
                bounce_address=self.settings.delivery.bounce_address,
                date=claim.now,
                thread=claim.thread,
                report=report,
                documents=standing.documents if standing else (),
                candidates=self._candidates(claim),
                received=claim.received,
                link_for=self._links(claim, standing),
                review_for=claim.review if claim.kind is LetterKind.REPORT else (),
            ),
            self.templates,
        )

    def _copied(self, claim: LetterClaim, standing: Standing | None) -> tuple[Mailbox, ...]:
        """Those of the project's contacts who were in To or Cc, if they still are its contacts."""
        if claim.kind is not LetterKind.REPLY or standing is None:
            return ()
        contacts = standing.project.client.contacts
        return tuple(Mailbox("", address) for address in claim.cc if is_among(address, contacts))

    def _message_id(self, claim: LetterClaim, token: Token | None) -> str:
        """The letter's Message-ID, from its key alone: composed twice, it is the same."""
        key = "\n".join((token or "", claim.kind, claim.cause, claim.recipient.address))
        digest = hashlib.sha256(key.encode()).hexdigest()[:40]
        return f"<{digest}@{self.settings.intake.address.rpartition('@')[2]}>"

    def _desk_address(self, token: Token | None) -> Address:
        address = self.settings.intake.address
        return subaddress(address, token) if token else address

    def _candidates(self, claim: LetterClaim) -> tuple[Project, ...]:
        """Of a question: the open projects in which the person asked is a contact or the freelancer.

        Of a letter about a colleague: the freelancer's open projects for the client whose colleague it is.
        """
        person, directory = claim.recipient.address, self.ledger.directory
        if claim.kind is LetterKind.QUESTION:
            known = directory.acquaintance(person, token=None, thread=())
            clients, others = known.clients, known.projects
        elif claim.kind is LetterKind.COLLEAGUE and claim.received:
            sender = claim.received[-1].sender.address
            known = directory.acquaintance(sender, token=None, thread=())
            clients = ()
            others = tuple(one for one in known.projects if one.client.id in known.colleague_of)
        else:
            return ()
        return tuple(
            project
            for project in others
            if project.state is not ProjectState.CLOSED
            and (project.client.id in clients or is_among(person, project.freelancers))
        )

    def _links(self, claim: LetterClaim, standing: Standing | None) -> tuple[tuple[int, str], ...]:
        """Addresses that expire, for freelancers only."""
        if standing is None or not is_among(claim.recipient.address, standing.project.freelancers):
            return ()
        return tuple(
            (document.number, address)
            for document in standing.documents
            if (address := self._address(document)) is not None
        )

    def _address(self, document: Document) -> str | None:
        if document.blob is None:
            return document.url
        return self.blobs.presigned(document.blob, expires=LINKS_EXPIRE)


def _still_belongs(claim: LetterClaim) -> bool:
    """Whether the recipient is one of the project's people today: they may have left since the letter was owed."""
    if claim.standing is None:
        return True
    project = claim.standing.project
    return is_among(claim.recipient.address, (*project.client.contacts, *project.freelancers))
