"""Letters as they are when they leave: what each is about is decided anew, its report is of the day, its words are its reader's.

A client may have written since a letter was owed, a project may have been closed, somebody may have left it: whatever is not
true any more does not leave.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from intake.alerts import alerted, thread_of_alert
from intake.calls import links_to, message_id_of
from intake.compose import Alerted, Digest, Languages, Matter, Templates, compose
from intake.confidential import nameless, nameless_parts, without_subject
from intake.config import Settings
from intake.errors import (
    ConfigError,
    PermanentError,
)
from intake.manifest import ready_json
from intake.model import (
    KICKOFF,
    SILENCE,
    Address,
    Brief,
    CompletenessReport,
    Errand,
    LetterKind,
    Mailbox,
    OutboundMessage,
    Project,
    ProjectState,
    Thread,
    Token,
    is_among,
    subaddress,
)
from intake.readiness import note
from intake.reminders import DigestLine
from intake.reports import local_day, report_of
from intake.silences import Decision, cause_of_digest, decided_again, digest_of, due_digest
from storage.blobs import Store
from storage.ledger import Ledger
from storage.values import LetterClaim, Standing


@dataclass(frozen=True, slots=True)
class Composer:
    """What letters are made of."""

    settings: Settings
    ledger: Ledger
    blobs: Store
    languages: Languages

    def composed(self, claim: LetterClaim) -> OutboundMessage:
        """The letter as of now; PermanentError where there is no such letter, ConfigError where its checklist is gone."""
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

    def still_asks(self, claim: LetterClaim) -> bool:
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

    def leaves_at(self, claim: LetterClaim) -> datetime | None:
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


def to_those_who_belong(claim: LetterClaim, letter: OutboundMessage) -> OutboundMessage:
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


def _is_of(project: Project, person: Address) -> bool:
    """Whether somebody is one of the project's own people."""
    return is_among(person, (*project.client.contacts, *project.freelancers))
