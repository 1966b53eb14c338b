"""Carries what people ask for in words from the view of the ledger to the deeds that a settlement writes.

Decides nothing: it gathers what `instructions` and `doing` have to know, reads a document again for the kind that a person
gives it, and copies the octets of one that goes to another project.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from intake.completeness import wanted_by
from intake.config import Settings
from intake.doing import Move, Plan, Relabel, View, asked_of, plans, vetoable
from intake.filing import Decision
from intake.instants import Instant, Passing, unnoticed
from intake.instructions import (
    AskedWhich,
    AskedWho,
    Assign,
    Close,
    Context,
    KeepOut,
    KnownDocument,
    KnownHold,
    KnownItem,
    KnownPerson,
    KnownProject,
    LetIn,
    Pause,
    Resume,
    Speaker,
    Status,
    read,
)
from intake.kinds import TIMED, built_in
from intake.lessons import lesson_from
from intake.model import (
    OTHER,
    Address,
    Classification,
    Clues,
    Document,
    Fate,
    InboundMessage,
    ItemName,
    LetterKind,
    Mailbox,
    Project,
    ProjectState,
    Submission,
    Token,
    is_among,
)
from intake.placing import moved_to, note_of
from intake.questions import project_about, question_of
from intake.reader import Reader
from intake.reports import local_day, report_of
from intake.review import as_decided
from storage.blobs import Store
from storage.instructions import errand_cause
from storage.ledger import Ledger
from storage.values import Asked, Change, Decided, Deed, LetterIntent, Moved, Standing

_OF_PROJECTS = (Status, Pause, Resume, Close)
_ANY_DAY = date(2000, 1, 1)


@dataclass(frozen=True, slots=True)
class Errands:
    """What people's words are carried out with."""

    settings: Settings
    ledger: Ledger
    blobs: Store
    reader: Reader
    passed: Passing = unnoticed

    def deeds(
        self,
        message: InboundMessage,
        submission: Submission,
        standing: Standing,
        decision: Decision,
        *,
        now: datetime,
        answerable: bool,
        asked: Asked | None = None,
    ) -> tuple[Deed, ...]:
        """What the message asks for and what is done about it; nothing where the sender has no say in the project.

        `asked` is the question about mail that this may answer. The documents of `decision` lie in the blob store
        already. Stores those that move, and writes nothing else.
        """
        project, sender = standing.project, submission.sender
        is_freelancer = is_among(sender, project.freelancers)
        if not (is_freelancer or is_among(sender, project.client.contacts)):
            return ()
        if not (message.written.strip() or message.subject.strip()):
            return ()
        view = self._view(submission, standing, decision, now=now, answerable=answerable)
        view = replace(view, unassigned=asked.holds if asked else ())
        context = replace(self._context(view), question=self._question(asked))
        said = read(message.written, subject=message.subject, context=context)
        return self._carried_out(plans(said, view), view, message)

    def project_named(
        self,
        message: InboundMessage,
        sender: Address,
        candidates: Sequence[Project],
        asked: Asked | None,
    ) -> Project | None:
        """The one of these projects that the words are about; None where that is none or several.

        A freelancer's command names it, or the mail that they decide about does. Anybody names it who was asked.
        """
        own = [each for each in candidates if is_among(sender, each.freelancers)]
        waiting = self.ledger.questions.held_for(sender) if own else ()
        question = self._question(asked)
        numbered = question.projects if isinstance(question, AskedWhich) else ()
        context = Context(
            Speaker.FREELANCER if own else Speaker.CONTACT,
            message.date.date() if message.date else _ANY_DAY,
            items=tuple(
                KnownItem(number, ItemName(token), token, OTHER)
                for number, token in enumerate(numbered, start=1)
            ),
            others=tuple(KnownProject(entry.title, entry.token) for entry in candidates),
            question=question,
            held=tuple(KnownHold(entry.hold, entry.sender) for entry in waiting),
        )
        said = read(message.written, subject=message.subject, context=context)
        senders = [each.address for each in said if isinstance(each, LetIn | KeepOut)]
        if own and any(senders):
            return project_about(tuple(filter(None, senders)), waiting, own)
        tokens = {each.project for each in said if isinstance(each, _OF_PROJECTS) and own}
        tokens |= {each.project for each in said if isinstance(each, Assign)}
        named = [each for each in candidates if each.token in tokens]
        return named[0] if len(named) == len(tokens) == 1 else None

    def _question(self, asked: Asked | None) -> AskedWho | AskedWhich | None:
        return question_of(asked, self.settings.intake.address) if asked else None

    def letters(
        self, deeds: Sequence[Deed], message: InboundMessage, *, now: datetime
    ) -> tuple[LetterIntent, ...]:
        """What is written to people whom the client named for one item, and of other projects that were asked about."""
        owed = []
        for position, deed in enumerate(deeds):
            wish = deed.wish
            if deed.errand and wish.address is not None:
                cause = errand_cause(message.sha256, position)
                recipient = Mailbox("", wish.address)
                owed.append(LetterIntent(LetterKind.ERRAND, cause, cause, recipient, now))
            if deed.about is not None and deed.change is None and message.sender is not None:
                owed.append(
                    LetterIntent(
                        LetterKind.REPORT,
                        message.sha256,
                        "report",
                        message.sender,
                        now,
                        project=deed.about.project.id,
                    )
                )
        return tuple(owed)

    # ------------------------------------------------------------ what has to be known

    def _view(
        self,
        submission: Submission,
        standing: Standing,
        decision: Decision,
        *,
        now: datetime,
        answerable: bool,
    ) -> View:
        project, sender = standing.project, submission.sender
        is_freelancer = is_among(sender, project.freelancers)
        documents = (
            *(_with(decision, each) for each in standing.documents),
            *decision.documents,
        )
        today = local_day(project, now)
        fresh = replace(standing, documents=documents)
        return View(
            speaker=sender,
            is_freelancer=is_freelancer,
            standing=standing,
            report=report_of(self.settings, fresh, on=today),
            today=today,
            documents=documents,
            arrived=frozenset(part.number for part in decision.parts if part.number is not None),
            others=self._others(project, sender, is_freelancer=is_freelancer),
            waiting=self.ledger.questions.held_for(sender) if is_freelancer else (),
            answerable=answerable,
        )

    def _others(
        self, project: Project, sender: Address, *, is_freelancer: bool
    ) -> tuple[Project, ...]:
        known = self.ledger.directory.acquaintance(sender, token=None, thread=())
        return tuple(
            entry
            for entry in known.projects
            if entry.id != project.id
            and entry.state is not ProjectState.CLOSED
            and (
                is_among(sender, entry.freelancers)
                if is_freelancer
                else entry.client.id == project.client.id
            )
        )

    def _context(self, view: View) -> Context:
        project, settings = view.project, self.settings
        people = self.ledger.directory.named(project.id, project.client.contacts)
        return Context(
            speaker=Speaker.FREELANCER if view.is_freelancer else Speaker.CONTACT,
            today=view.today,
            items=tuple(
                KnownItem(
                    number,
                    entry.item.item,
                    entry.item.label,
                    entry.item.kind,
                    entry.item.cadence,
                    entry.state,
                    offered=bool(entry.offered),
                )
                for number, entry in enumerate(view.report.items, start=1)
            ),
            documents=tuple(_known(each, view) for each in view.documents if not each.rejected),
            project=KnownProject(project.title, project.token),
            others=tuple(KnownProject(entry.title, entry.token) for entry in view.others),
            people=tuple(KnownPerson(entry.name, entry.address) for entry in people),
            client=project.client.name,
            kinds=(*built_in(), *settings.own_kinds),
            confidential_words=tuple(settings.confidential.words),
            asked=asked_of(view),
            vetoable=vetoable(view) if view.is_freelancer else (),
            held=tuple(KnownHold(entry.hold, entry.sender) for entry in view.waiting),
        )

    # ------------------------------------------------------------ what is done

    def _carried_out(
        self, made: Sequence[Plan], view: View, message: InboundMessage
    ) -> tuple[Deed, ...]:
        deeds: list[Deed] = []
        targets: dict[Token, Standing] = {}
        for plan in made:
            for token in filter(None, (plan.about, _target(plan))):
                if token not in targets:
                    project = next(each for each in view.others if each.token == token)
                    targets[token] = self.ledger.standing(project.id)
            deeds.append(
                Deed(
                    wish=plan.wish,
                    state=plan.state,
                    by_freelancer=view.is_freelancer,
                    change=self._change(plan, view, message, targets),
                    remark=plan.remark,
                    ends=plan.ends,
                    about=targets[plan.about] if plan.about else None,
                    errand=plan.errand,
                )
            )
        return tuple(deeds)

    def _change(
        self,
        plan: Plan,
        view: View,
        message: InboundMessage,
        targets: dict[Token, Standing],
    ) -> Change | None:
        match plan.effect:
            case Relabel(number=number):
                document = next(each for each in view.documents if each.number == number)
                return self._relabelled(plan.effect, document, view, message)
            case Move(number=number, project=token):
                document = next(each for each in view.documents if each.number == number)
                target = targets[token]
                twins = [each for each in target.documents if each.sha256 == document.sha256]
                if twins and not (
                    twins[0].rejected or twins[0].is_offered
                ):  # it is there: here it is one too many
                    return Decided(number, document.classification, (), rejected=True)
                moved = self._moved(document, target)
                if twins:
                    moved = replace(moved, number=twins[0].number)
                targets[token] = replace(target, documents=(*target.documents, moved))
                return Moved(number, target, moved)
            case effect:
                return effect

    def _relabelled(
        self, effect: Relabel, document: Document, view: View, message: InboundMessage
    ) -> Decided:
        decided = as_decided(document.classification, effect.kind)
        if effect.kind != document.classification.kind:
            decided = self._with_time(document, decided, message)
        checklist = self.settings.checklist(view.project.checklist)
        wanted = wanted_by(decided, checklist, is_link=document.url is not None)
        own = {spec.kind for spec in self.settings.own_kinds}
        return Decided(
            number=document.number,
            classification=decided,
            filed_for=(effect.item,) if effect.item is not None else wanted,
            lesson=lesson_from(document, effect.kind, view.project, own=effect.kind in own),
        )

    def _with_time(
        self, document: Document, decided: Classification, message: InboundMessage
    ) -> Classification:
        """Read the document again for the period or span of the kind that it is said to be."""
        if document.blob is None or decided.kind not in TIMED:
            return decided
        clues = Clues(
            filename=document.filename,
            subject="",
            words=message.written,
            on=document.received_at.date(),
            fiscal_year_starts=self.settings.intake.fiscal_year_starts,
        )
        octets = self.blobs.get(document.blob)
        return self.reader.read_time(octets, decided, media_type=document.media_type, clues=clues)

    def _moved(self, document: Document, target: Standing) -> Document:
        """The document as the other project will have it, its octets put there."""
        checklist = self.settings.checklist(target.project.checklist)
        filed_for = (
            wanted_by(document.classification, checklist, is_link=document.url is not None)
            if document.classification.sure or document.decided_by_person
            else ()
        )
        moved = replace(moved_to(target, document, filed_for), superseded=False)
        if document.blob is not None and moved.blob is not None:
            self.blobs.put(moved.blob, self.blobs.get(document.blob), note_of(moved))
            self.passed(Instant.MOVED_DOCUMENT_KEPT)
        return moved


def _with(decision: Decision, document: Document) -> Document:
    """A document that was here before, as a mail's own documents leave it."""
    if document.number in decision.superseded:
        return replace(document, superseded=True)
    if document.offer is not None and document.number in decision.kept:
        return replace(document, offer=replace(document.offer, kept=True))
    return document


def _target(plan: Plan) -> Token | None:
    return plan.effect.project if isinstance(plan.effect, Move) else None


def _known(document: Document, view: View) -> KnownDocument:
    return KnownDocument(
        document.number,
        document.filename,
        document.classification.kind,
        title=document.classification.title,
        unsure=document.fate is Fate.UNSURE and not document.decided_by_person,
        arrived=document.number in view.arrived,
        offered_for=tuple(
            entry.item.item for entry in view.report.items if document in entry.offered
        ),
    )
