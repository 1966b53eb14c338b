"""Letters leave: claimed, composed from a fresh report, frozen, sent, recorded.

Nothing is sent inside a transaction, and nothing whose fate is unknown is sent again on a guess: where the sink can be
searched a letter that was cut off is looked up by its Message-ID, else it waits for a person.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from intake import telemetry
from intake.alerts import alerted, thread_of_alert
from intake.calls import links_to, message_id_of, ready_call
from intake.compose import Alerted, Digest, Languages, Matter, Templates, compose
from intake.confidential import nameless, nameless_parts, without_subject
from intake.config import Settings
from intake.errors import (
    AccessRefusedError,
    ClaimLostError,
    ConfigError,
    IntakeError,
    PermanentError,
    TransientError,
)
from intake.instants import Instant, Passing, unnoticed
from intake.manifest import ready_json
from intake.model import (
    KICKOFF,
    SILENCE,
    Address,
    Brief,
    CompletenessReport,
    Deferred,
    Delivery,
    Doubtful,
    Errand,
    Late,
    LetterKind,
    Mailbox,
    Obstacle,
    OutboundMessage,
    Project,
    ProjectState,
    Refused,
    Sent,
    Setback,
    Sink,
    Thread,
    Token,
    Unavailable,
    Unreached,
    is_among,
    subaddress,
)
from intake.readiness import note
from intake.refusals import unreached
from intake.reminders import DigestLine
from intake.reports import local_day, report_of
from intake.sent_mail import SentMail
from intake.silences import Decision, cause_of_digest, decided_again, digest_of, due_digest
from intake.telemetry import Stage, Timing, untimed
from storage.blobs import Store
from storage.ledger import Ledger
from storage.letters import LEASE
from storage.values import Handed, LetterClaim, Standing

PAUSES = (60, 300, 900, 3_600, 7_200, 14_400)
"""Seconds before each further attempt; the last one repeats."""
GIVE_UP = timedelta(days=2)
TOO_OLD = timedelta(minutes=1)
AT_THE_NEXT_GO = timedelta(seconds=1)
"""Of a letter for which there was no sink: how long to leave the sink alone is for the caller to say."""
LONGEST_ANSWER = timedelta(minutes=11)
"""What must be left of a claim when a letter is handed over: a server may take ten minutes for its answer."""

log = telemetry.logger(__name__)


@dataclass(frozen=True, slots=True)
class Outbox:
    """What letters are made of and where they leave."""

    settings: Settings
    ledger: Ledger
    blobs: Store
    sink: Sink
    languages: Languages
    passed: Passing = unnoticed
    timed: Timing = untimed
    sent_mail: SentMail | None = None
    """The Sent folder; None where there is none, or the sink is one itself."""
    call: Callable[[OutboundMessage], Delivery] | None = None
    """Calls the operator's program; None where none is named."""
    lease: timedelta = LEASE
    longest_answer: timedelta = LONGEST_ANSWER

    def deliver_due(
        self, *, ends_bursts: bool = False, stopping: Callable[[], bool] = lambda: False
    ) -> bool:
        """Send every letter that is due, until `stopping`; True where the sink took whatever it was given.

        After a letter at which the sink takes none at all, the others wait as well. One that is put off for its
        recipients' sake stops nobody.
        """
        if self.settings.delivery.hold:
            return True
        self.ledger.letters.take_over(self.ledger.worker)
        while not stopping():
            # The clock of the boot, which runs on while the process is stopped or the machine sleeps.
            began = time.clock_gettime(time.CLOCK_BOOTTIME)
            claim = self.ledger.letters.claim(
                self.ledger.worker, ends_bursts=ends_bursts, lease=self.lease
            )
            if claim is None:
                return True
            self.passed(Instant.LETTER_CLAIMED)
            try:
                valid_until = began + (self.lease - self.longest_answer).total_seconds()
                if claim.kind is LetterKind.WEBHOOK:
                    self._called(claim)
                elif not self._deliver(claim, valid_until):
                    return False
                self.passed(Instant.RECORDED)
            except ClaimLostError:
                log.warning(telemetry.CLAIM_LOST, letter_id=claim.number)
        return True

    def preview(self) -> Iterator[tuple[LetterClaim, OutboundMessage]]:
        """What is owed and how it would leave now; nothing is claimed or sent. What would be dropped is left out."""
        for claim in self.ledger.letters.owed():
            letter = self._as_it_would_leave(claim)
            if letter is not None:
                yield claim, letter

    def _as_it_would_leave(self, claim: LetterClaim) -> OutboundMessage | None:
        if claim.frozen is not None:
            return claim.frozen
        if claim.kind is LetterKind.WEBHOOK:
            return ready_call(self.settings, self.blobs, claim)
        if not self._still_asks(claim) or self._leaves_at(claim) is None:
            return None
        letter = self._composed(claim)
        return letter if _to_those_who_belong(claim, letter).recipients else None

    def tend_sent(self, *, stopping: Callable[[], bool] = lambda: False) -> None:
        """Keep copies in the Sent folder and look up there what is doubtful. Raises where it cannot be reached."""
        if self.sent_mail is not None:
            self.sent_mail.tend(self.ledger.worker, stopping=stopping)

    def _deliver(self, claim: LetterClaim, valid_until: float) -> bool:
        """Send one letter; False where the sink cannot take letters at the moment."""
        letter = claim.frozen
        if claim.cut_off or (claim.may_have_left and letter is not None):
            return self._settle_cut_off(claim, letter, valid_until)
        if letter is None and not self._still_asks(claim):
            return self._dropped(claim)
        if self._put_away(claim):
            return True
        if letter is None:
            try:
                with self.timed(Stage.COMPOSE):
                    letter = self._composed(claim)
            except TransientError:
                raise  # the world is to blame, not the letter
            except IntakeError as error:
                return self._failed(claim, str(error), Handed())
            except Exception as error:
                # Templates are the operator's: one letter that fails must not stop the others.
                log.exception(telemetry.LETTER_FAILED, letter_id=claim.number)
                return self._failed(claim, type(error).__name__, Handed())
            self.passed(Instant.COMPOSED)
            self.ledger.letters.freeze(claim, letter)
            self.passed(Instant.FROZEN)
            if claim.may_have_left:
                return self._settle_cut_off(claim, letter, valid_until)
        elif not claim.attempts and self._evidence(claim, letter):
            return self._found(claim)  # a person said that it may leave again
        else:
            self.ledger.letters.sending(claim)
            self.passed(Instant.FROZEN)
        return self._hand_over(claim, letter, valid_until)

    def _hand_over(self, claim: LetterClaim, letter: OutboundMessage, valid_until: float) -> bool:
        """Give a letter to the sink, for those who still belong to the project; False where it cannot take letters.

        A sink that does not let us in is no reason to doubt: nothing has left.
        """
        letter = _to_those_who_belong(claim, letter)
        if not letter.recipients:  # nobody is left; those who have it have it
            return self._sent(claim, Handed()) if claim.delivered else self._dropped(claim)
        try:
            with self.timed(Stage.SEND):
                delivery = self.sink.send(letter, valid_until=valid_until)
        except ConfigError as error:
            self.ledger.letters.retry(claim, str(error), pause=AT_THE_NEXT_GO, counts=False)
            raise AccessRefusedError(str(error)) from error
        self.passed(Instant.LEFT)
        return self._record(claim, letter, delivery)

    def _called(self, claim: LetterClaim) -> None:
        """Call the operator's program. Cut off, it is called again: the id tells it that the call is the same."""
        try:
            call, message = self.call, claim.frozen or ready_call(self.settings, self.blobs, claim)
        except (ConfigError, PermanentError) as error:
            self._failed(claim, str(error), Handed())
            return
        if call is None or message is None:
            self._dropped(claim)
            return
        if claim.frozen is None:
            self.ledger.letters.freeze(claim, message)
        else:
            self.ledger.letters.sending(claim)
        self.passed(Instant.FROZEN)
        with self.timed(Stage.SEND):
            delivery = call(message)
        self.passed(Instant.LEFT)
        pause = _next_pause(claim)
        detail = delivery.detail if isinstance(delivery, Deferred) else ""
        if isinstance(delivery, Sent):
            self._found(claim)
        elif pause is None:
            self._failed(claim, detail, Handed())
        else:
            self._later(claim, detail, Handed(), pause=pause, counts=True)

    def _still_asks(self, claim: LetterClaim) -> bool:
        """Whether what a letter asks is still wanted: a colleague's mail waits, somebody was named and not taken back.

        A project that was closed again before its first letter left asks its client for nothing.
        """
        is_closed = claim.standing and claim.standing.project.state is ProjectState.CLOSED
        if claim.kind is LetterKind.ERRAND:
            return claim.errand is not None and not is_closed
        if claim.kind is LetterKind.REPLY and is_closed:
            return any(KICKOFF not in received.notes for received in claim.received)
        waits = any(received.hold is not None for received in claim.received)
        return claim.kind is not LetterKind.COLLEAGUE or (waits and bool(self._candidates(claim)))

    def _put_away(self, claim: LetterClaim) -> bool:
        """Whether a letter that no mail called for is not to leave any more, or later: it is dropped or waits, then."""
        leaves_at = self._leaves_at(claim)
        if leaves_at is None:
            return self._dropped(claim)
        if leaves_at <= claim.now:
            return False
        self.ledger.letters.postponed(claim, until=leaves_at)
        return True

    def _leaves_at(self, claim: LetterClaim) -> datetime | None:
        """When a letter is to leave, as it is decided now: a client may have written since it was queued. None: never."""
        try:
            if claim.cause.startswith(SILENCE):
                decision = self._decision(claim)
                return decision.due.at if decision else None
            if claim.kind is LetterKind.DIGEST:
                return claim.now if self._digest(claim) else None
            if claim.kind is LetterKind.ALERT:
                return claim.now if self._alerted(claim) else None
        except ConfigError:
            return claim.now  # composing it tells what is wrong
        return claim.now

    def _decision(self, claim: LetterClaim) -> Decision | None:
        """The step that a letter about a silence is for; None where it is none any more."""
        if claim.project is None:
            return None
        return decided_again(
            self.settings,
            self.ledger.silences.of(claim.project),
            cause=claim.cause,
            recipient=claim.recipient.address,
            now=claim.now,
        )

    def _digest(self, claim: LetterClaim) -> tuple[DigestLine, ...]:
        """The lines of a digest; none where it is too old, or nothing is wanted any more."""
        at = due_digest(self.settings, now=claim.now)
        if at is None or cause_of_digest(self.settings, at) != claim.cause:
            return ()
        found = self.ledger.silences.all()
        return digest_of(self.settings, found, claim.recipient.address, at=at)

    def _matter(self, claim: LetterClaim) -> Matter | None:
        """What a letter that no mail called for is about."""
        if claim.kind is LetterKind.DIGEST:
            return Digest(self._digest(claim))
        if claim.kind is LetterKind.ALERT:
            return self._alerted(claim)
        decision = self._decision(claim) if claim.cause.startswith(SILENCE) else None
        return decision.matter if decision else None

    def _alerted(self, claim: LetterClaim) -> Alerted | None:
        """What an alert is about; None where it is not to leave any more."""
        person = claim.recipient.address
        return alerted(self.settings, self.ledger, claim.cause, recipient=person, now=claim.now)

    def _dropped(self, claim: LetterClaim) -> bool:
        self.ledger.letters.dropped(claim)
        log.warning(telemetry.LETTER_DROPPED, letter_id=claim.number, kind=claim.kind)
        return True

    def _settle_cut_off(
        self, claim: LetterClaim, letter: OutboundMessage | None, valid_until: float
    ) -> bool:
        """A worker was cut off while it sent this, or a restored ledger does not remember: only evidence decides."""
        found = self._evidence(claim, letter) if letter else None
        if letter is None or found is None:
            return self._doubted(claim, _why_doubtful(claim))
        if found:
            return self._found(claim)
        return self._put_away(claim) or self._hand_over(claim, letter, valid_until)

    def _evidence(self, claim: LetterClaim, letter: OutboundMessage) -> bool | None:
        """Whether it left, None where nobody knows. In the Sent folder only what is there is evidence for now.

        Of a letter that some have, the others' copy cannot be told from theirs.
        """
        found = self.sink.find(letter.message_id)
        if found is None and self.sent_mail is not None and not claim.delivered:
            return self.sent_mail.has(letter, owed_since=claim.owed_since) or None
        return found

    def _found(self, claim: LetterClaim) -> bool:
        self.ledger.letters.sent(claim)
        log.info(telemetry.LETTER_SENT, letter_id=claim.number, kind=claim.kind)
        return True

    def _doubted(self, claim: LetterClaim, detail: str) -> bool:
        looks_up = self.sent_mail is not None and not claim.delivered
        self.ledger.letters.doubtful(claim, detail, looks_up=looks_up)
        log.error(telemetry.LETTER_DOUBTFUL, letter_id=claim.number, kind=claim.kind)
        return True

    def _record(self, claim: LetterClaim, letter: OutboundMessage, delivery: Delivery) -> bool:
        """Write down what became of a letter; False where the sink cannot take others now."""
        match delivery:
            case Sent(refused=refused, put_off=put_off):
                return self._left(claim, letter, refused, put_off)
            case Refused(detail=detail, refused=refused):
                return self._failed(claim, detail, Handed(unreached=_people(refused)))
            case Deferred(detail=detail, refused=refused):
                self._put_off(claim, letter, detail, Handed(unreached=_people(refused)))
                return True
            case Unavailable(detail=detail, answered=True):
                self._put_off(claim, letter, detail, Handed())
                return False
            case Unavailable(detail=detail):
                self._later(claim, detail, Handed(), pause=AT_THE_NEXT_GO, counts=False)
                return False
            case Late():
                self._later(claim, "the claim was too old", Handed(), pause=TOO_OLD, counts=False)
                return True
            case Doubtful(detail=detail):
                self._doubted(claim, detail)
                return False

    def _left(
        self,
        claim: LetterClaim,
        letter: OutboundMessage,
        refused: Sequence[Setback],
        put_off: Sequence[Setback],
    ) -> bool:
        """Some have it now. Those who were put off get it later, those who were refused never."""
        without = {setback.recipient for setback in (*refused, *put_off)}
        handed = Handed(
            tuple(each for each in letter.recipients if each not in without), _people(refused)
        )
        if put_off:
            rest = replace(letter, recipients=tuple(setback.recipient for setback in put_off))
            self._put_off(claim, rest, f"{put_off[0].status} to RCPT", handed)
        else:
            self._sent(claim, handed)
        return True

    def _put_off(
        self, claim: LetterClaim, letter: OutboundMessage, detail: str, handed: Handed
    ) -> None:
        """Try again after a pause that grows; after two days of it, those who are left never get it."""
        pause = _next_pause(claim)
        if pause is not None:
            self._later(claim, detail, handed, pause=pause, counts=True)
            return
        refused = {person.address for person in handed.unreached}
        given_up = tuple(
            Unreached(each, Obstacle.PUT_OFF, lasting=False)
            for each in letter.recipients
            if each not in refused
        )
        self._failed(claim, detail, replace(handed, unreached=(*handed.unreached, *given_up)))

    def _later(
        self, claim: LetterClaim, detail: str, handed: Handed, *, pause: timedelta, counts: bool
    ) -> None:
        self.ledger.letters.retry(claim, detail, pause=pause, counts=counts, handed=handed)
        seconds = int(pause.total_seconds())
        log.warning(
            telemetry.LETTER_DEFERRED, letter_id=claim.number, kind=claim.kind, seconds=seconds
        )

    def _failed(self, claim: LetterClaim, detail: str, handed: Handed) -> bool:
        """Nobody is left who could get it: a failure, unless some have it."""
        if claim.delivered or handed.delivered:
            return self._sent(claim, handed)
        self.ledger.letters.failed(claim, detail, handed)
        log.error(telemetry.LETTER_FAILED, letter_id=claim.number, kind=claim.kind)
        return True

    def _sent(self, claim: LetterClaim, handed: Handed) -> bool:
        keeps = self.sent_mail is not None and not self.sent_mail.server_keeps
        self.ledger.letters.sent(claim, handed, keeps=keeps)
        log.info(telemetry.LETTER_SENT, letter_id=claim.number, kind=claim.kind)
        return True

    def _composed(self, claim: LetterClaim) -> OutboundMessage:
        if claim.kind is LetterKind.ERRAND:
            return self._errand(claim)
        standing, received = claim.standing, claim.received
        if standing and not _is_of(standing.project, claim.recipient.address):
            # Letters to others are about one item at most; should one ever name a file, it names none that is secret.
            received = nameless_parts(received, standing.documents)
            standing = replace(standing, documents=tuple(map(nameless, standing.documents)))
        report = (
            report_of(self.settings, standing, on=local_day(standing.project, claim.now))
            if standing
            else None
        )
        token = standing.project.token if standing else None
        links = self._links(claim, standing)
        candidates = self._candidates(claim)
        return compose(
            Brief(
                kind=claim.kind,
                message_id=message_id_of(self.settings, claim, token),
                recipient=claim.recipient,
                cc=self._copied(claim, standing),
                desk=Mailbox(self.settings.intake.name, self._desk_address(token)),
                bounce_address=self.settings.delivery.bounce_address,
                date=claim.now,
                thread=self._thread(claim),
                report=report,
                documents=standing.documents if standing else (),
                candidates=candidates,
                received=received,
                link_for=links,
                review_for=claim.review if claim.kind is LetterKind.REPORT else (),
                message_octets=self.settings.limits.message_octets,
                unreached=claim.unreached,
                told=claim.told,
                titles=self._titles(claim),
                manifest=self._manifest(claim, report, links),
            ),
            self._templates(claim, (standing.project,) if standing else candidates),
            matter=self._matter(claim),
        )

    def _manifest(
        self,
        claim: LetterClaim,
        report: CompletenessReport | None,
        links: Sequence[tuple[int, str]],
    ) -> bytes | None:
        """What a freelancer starts with, in the report that tells that the project has become complete."""
        standing = claim.standing
        if claim.kind is not LetterKind.REPORT or standing is None or report is None:
            return None
        if not report.complete or not is_among(
            claim.recipient.address, standing.project.freelancers
        ):
            return None
        carries = claim.manifest or note(
            self.settings, self.ledger, standing, composing=claim.number
        )
        return ready_json(report, dict(links), at=claim.now, names_all=True) if carries else None

    def _templates(self, claim: LetterClaim, projects: Sequence[Project]) -> Templates:
        """In the client's language to its people; else in the one in which they write, now or lately.

        To those who never wrote, in the one in which the freelancer wrote to them; to the operator in ours.
        """
        if claim.kind is LetterKind.ALERT:
            return self.languages.of(None)
        person = claim.recipient.address
        clients = (project.client for project in projects)
        chosen = {one.language for one in clients if is_among(person, one.contacts)}
        mails = (mail.written for mail in claim.received if mail.sender.address == person)
        return self.languages.of(
            chosen.pop() if len(chosen) == 1 else None,
            "\n".join(mails),
            "\n".join(claim.written),
            "\n".join(mail.written for mail in claim.received if KICKOFF in mail.notes),
        )

    def _errand(self, claim: LetterClaim) -> OutboundMessage:
        """The letter to somebody who was named: nothing in it, not even the address it comes from, is of the project."""
        if claim.standing is None or claim.errand is None:
            raise PermanentError("a letter to somebody who was named needs the project")
        project = claim.standing.project
        items = self.settings.checklist(project.checklist).items
        label = next(each.label for each in items if each.item == claim.errand.wish.item)
        return compose(
            Brief(
                kind=claim.kind,
                message_id=message_id_of(self.settings, claim, None),
                recipient=claim.recipient,
                cc=(),
                desk=Mailbox(self.settings.intake.name, self._desk_address(None)),
                bounce_address=self.settings.delivery.bounce_address,
                date=claim.now,
                thread=Thread(""),
                report=None,
                errand=Errand(label, project.client.name),
            ),
            self.languages.of(project.client.language),
        )

    def _titles(self, claim: LetterClaim) -> tuple[tuple[Token, str], ...]:
        """What the projects are called that instructions name, as far as they are the recipient's own."""
        named = {wish.wish.project for each in claim.received for wish in each.wishes} - {None}
        if not named:
            return ()
        person = claim.recipient.address
        known = self.ledger.directory.acquaintance(person, token=None, thread=())
        return tuple(
            (entry.token, entry.title)
            for entry in known.projects
            if entry.token in named
            and (entry.client.id in known.clients or is_among(person, entry.freelancers))
        )

    def _copied(self, claim: LetterClaim, standing: Standing | None) -> tuple[Mailbox, ...]:
        """Those of the project's contacts who were in To or Cc, if they still are its contacts."""
        if claim.kind is not LetterKind.REPLY or standing is None:
            return ()
        contacts = standing.project.client.contacts
        return tuple(Mailbox("", address) for address in claim.cc if is_among(address, contacts))

    def _thread(self, claim: LetterClaim) -> Thread:
        """The thread; to a freelancer who is asked about a stranger's mail, without a subject that is confidential."""
        if claim.kind is LetterKind.ALERT:
            begun = thread_of_alert(claim.cause)
            goes_on = begun != claim.cause
            return Thread(
                "",
                message_id_of(self.settings, replace(claim, cause=begun), None)
                if goes_on
                else None,
            )
        if claim.kind is not LetterKind.COLLEAGUE:
            return claim.thread
        return without_subject(claim.thread, self.settings.confidential.words)

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
        return links_to(self.blobs, standing.documents)


def _next_pause(claim: LetterClaim) -> timedelta | None:
    """How long to wait before the next attempt; None after two days of waiting."""
    waited = sum(PAUSES[: claim.attempts]) + PAUSES[-1] * max(0, claim.attempts - len(PAUSES))
    if timedelta(seconds=waited) > GIVE_UP:
        return None
    return timedelta(seconds=PAUSES[min(claim.attempts, len(PAUSES) - 1)])


def _why_doubtful(claim: LetterClaim) -> str:
    if claim.cut_off:
        return "the sending was cut off"
    return "the ledger was restored from a backup, and this letter may have left before"


def _people(refused: Sequence[Setback]) -> tuple[Unreached, ...]:
    return tuple(unreached(setback) for setback in refused)


def _is_of(project: Project, person: Address) -> bool:
    """Whether somebody is one of the project's own people."""
    return is_among(person, (*project.client.contacts, *project.freelancers))


def _to_those_who_belong(claim: LetterClaim, letter: OutboundMessage) -> OutboundMessage:
    """The letter without those who have left the project since it was owed; for nobody where it was written to one."""
    if claim.standing is None:
        return letter
    project = claim.standing.project
    if claim.errand is not None and claim.errand.wish.address == claim.recipient.address:
        return letter
    people = (*project.client.contacts, *project.freelancers)
    if not is_among(claim.recipient.address, people):
        return replace(letter, recipients=())
    return replace(
        letter, recipients=tuple(each for each in letter.recipients if is_among(each, people))
    )
