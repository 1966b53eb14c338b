"""Decisions by people: accept, relabel, reassign, release, reject.

Each is one verb of the ledger, prepared here: what a document then counts toward, what its sender's next one is taken
for, and what may be done with which thing. A person's word outweighs every model, and stays.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from intake.completeness import wanted_by
from intake.config import Settings
from intake.errors import BlobsDeniedError, ConfigError, TransientError
from intake.instants import Instant, Passing, unnoticed
from intake.kinds import TIMED, built_in
from intake.lessons import lesson_from
from intake.model import (
    Address,
    Classification,
    Clues,
    Document,
    HoldId,
    HoldReason,
    ItemName,
    Kind,
    LetterState,
    ProjectId,
    Token,
)
from intake.placing import moved_to, note_of, place_one
from storage.blobs import Store
from storage.ledger import Ledger
from storage.values import HeldThing, HoldSubject, Standing

if TYPE_CHECKING:
    # Half a second of parsers, which only the few decisions that read a document need.
    from intake.reader import Reader

ACTIONS: dict[HoldSubject, tuple[str, ...]] = {
    HoldSubject.MESSAGE: ("release", "reassign", "reject"),
    HoldSubject.DOCUMENT: ("accept", "relabel", "reassign", "reject"),
    HoldSubject.INSTRUCTION: ("accept", "reject"),
    HoldSubject.LETTER: ("release", "reject"),
}
"""What may be decided about each thing. A letter's `release` sends it (again), its `reject` drops it."""


def actions_for(held: HeldThing) -> tuple[str, ...]:
    """What may be decided about this one: there is nothing to file of a message that was too large to be taken."""
    return ("reject",) if held.reason == HoldReason.TOO_LARGE else ACTIONS[held.what]


@dataclass(frozen=True, slots=True)
class Reviewer:
    """Decides on things that wait, by their number in `intake review list`."""

    settings: Settings
    ledger: Ledger
    blobs: Store
    reader: Reader
    passed: Passing = unnoticed

    def accept(self, number: HoldId) -> HeldThing:
        """Say that a document is what it seems to be; that teaches a lesson, as `relabel` does. Of an instruction: yes."""
        held = self._find(number, "accept")
        if held.what is HoldSubject.INSTRUCTION:
            self.ledger.instructions.decide(number, accepted=True)
            return held
        _, document = self._document(held)
        return self._decide(held, document.classification.kind, "accept")

    def relabel(self, number: HoldId, kind: Kind) -> HeldThing:
        """Say what a document is; its period is read for that kind. ConfigError where there is no such kind."""
        held = self._find(number, "relabel")
        kinds = [spec.kind for spec in (*built_in(), *self.settings.own_kinds)]
        if kind not in kinds:
            raise ConfigError(f"There is no kind {kind}; there are {', '.join(kinds)}.")
        return self._decide(held, kind, f"relabel {kind}")

    def reassign(self, number: HoldId, token: Token) -> HeldThing:
        """Say which project a message or a document is for; that teaches nothing about what documents are."""
        held = self._find(number, "reassign")
        project = self.ledger.directory.project(token)
        if held.what is HoldSubject.MESSAGE:
            self.ledger.holds.release_message(
                number, decision=f"reassign {token}", project=project.id
            )
            return held
        source, document = self._document(held)
        target = self.ledger.standing(project.id)
        if source.project.client.id != target.project.client.id:
            raise ConfigError(
                f"{token} is another client's project: documents never cross clients."
            )
        twins = [entry for entry in target.documents if entry.sha256 == document.sha256]
        if twins:
            raise ConfigError(
                f"{token} has that document already, as file {twins[0].number}: reject it here instead."
            )
        self._move(held, source, document, target)
        return held

    def release(self, number: HoldId) -> HeldThing:
        """Believe the sender of a held message, or let a letter leave (again).

        A colleague becomes a contact of the client whose domain it is, and all that waits from that address is released.
        """
        held = self._find(number, "release")
        if held.what is HoldSubject.LETTER:
            self.ledger.holds.decide_letter(number, decision="release", state=LetterState.RETRY)
        elif held.reason == HoldReason.COLLEAGUE:
            self._welcome(held)
        else:
            self.ledger.holds.release_message(number, decision="release", project=None)
        return held

    def _welcome(self, held: HeldThing) -> None:
        """Make a colleague a contact, then release what waits from that address. Repeating it changes nothing."""
        sender = Address(held.sender)
        known = self.ledger.directory.acquaintance(sender, token=None, thread=())
        if len(known.colleague_of) > 1 and not known.clients:
            raise ConfigError(
                f"Number {held.id} comes from a domain of several clients: "
                "`intake client contact add` says whose contact the sender is."
            )
        client = None if known.clients else next(iter(known.colleague_of), None)
        self.ledger.holds.let_in(sender, client=client, decision="release")

    def reject(self, number: HoldId, *, reason: str) -> HeldThing:
        """Say that a thing is not to be used. Nothing is deleted."""
        held = self._find(number, "reject")
        if held.what is HoldSubject.LETTER:
            self.ledger.holds.decide_letter(
                number, decision=f"reject: {reason}", state=LetterState.DROPPED
            )
        elif held.what is HoldSubject.INSTRUCTION:
            self.ledger.instructions.decide(number, accepted=False)
        elif held.what is HoldSubject.DOCUMENT:
            _, document = self._document(held)
            self.ledger.holds.decide_document(
                number,
                decision=f"reject: {reason}",
                classification=document.classification,
                filed_for=(),
                rejected=True,
            )
        else:
            self.ledger.holds.reject_message(number, reason=reason)
        return held

    def _find(self, number: HoldId, action: str) -> HeldThing:
        held = self.ledger.holds.find(number)
        if action != "reject" and held.reason == HoldReason.TOO_LARGE:
            raise ConfigError(
                f"Number {number} was too large to be taken in: ask for a smaller one, then reject it."
            )
        if action not in ACTIONS[held.what]:
            possible = ", ".join(ACTIONS[held.what])
            raise ConfigError(f"Number {number} is a {held.what}: it takes {possible}.")
        return held

    def _document(self, held: HeldThing) -> tuple[Standing, Document]:
        if held.project is None:
            raise ConfigError(f"Number {held.id} belongs to no project.")
        standing = self.ledger.standing(held.project)
        found = next(entry for entry in standing.documents if entry.number == held.number)
        return standing, found

    def _decide(self, held: HeldThing, kind: Kind, decision: str) -> HeldThing:
        standing, document = self._document(held)
        decided = as_decided(document.classification, kind)
        if kind != document.classification.kind:
            decided = self._with_time(held, document, decided)
        own = {spec.kind for spec in self.settings.own_kinds}
        self.ledger.holds.decide_document(
            held.id,
            decision=decision,
            classification=decided,
            filed_for=self._wanted(standing, decided, document),
            lesson=lesson_from(document, kind, standing.project, own=kind in own),
        )
        self._place(standing.project.id)
        return held

    def _place(self, project: ProjectId) -> None:
        """What counts toward a confidential item from now on is confidential; a store that is away is left to the worker."""
        with suppress(TransientError, BlobsDeniedError):
            place_one(self.settings, self.ledger, self.blobs, project, passed=self.passed)

    def _with_time(
        self, held: HeldThing, document: Document, decided: Classification
    ) -> Classification:
        """Read the document again for the period or span of the kind that it is said to be."""
        if document.blob is None or decided.kind not in TIMED:
            return decided
        clues = Clues(
            filename=document.filename,
            subject=held.subject,
            words=held.written,
            on=document.received_at.date(),
            fiscal_year_starts=self.settings.intake.fiscal_year_starts,
        )
        octets = self.blobs.get(document.blob)
        return self.reader.read_time(octets, decided, media_type=document.media_type, clues=clues)

    def _wanted(
        self, standing: Standing, decided: Classification, document: Document
    ) -> tuple[ItemName, ...]:
        checklist = self.settings.checklist(standing.project.checklist)
        return wanted_by(decided, checklist, is_link=document.url is not None)

    def _move(
        self, held: HeldThing, source: Standing, document: Document, target: Standing
    ) -> None:
        """Put the octets where the other project keeps its documents, then the rows."""
        decided = as_decided(document.classification, document.classification.kind)
        filed_for = self._wanted(target, decided, document)
        moved = replace(
            moved_to(target, document, filed_for), classification=decided, decided_by_person=True
        )
        if document.blob is not None and moved.blob is not None:
            self.blobs.put(moved.blob, self.blobs.get(document.blob), note_of(moved))
            self.passed(Instant.MOVED_DOCUMENT_KEPT)
        self.ledger.move_document(held, source, to=target, moved=moved)
        self._place(target.project.id)


def as_decided(classification: Classification, kind: Kind) -> Classification:
    """What a person's word makes of a classification; period and span stay only if the kind does."""
    if kind == classification.kind:
        return replace(classification, sure=True, read_as=None)
    return Classification(
        kind=kind,
        confidence=1.0,
        sure=True,
        document_date=classification.document_date,
        pages=classification.pages,
        title=classification.title,
        evidence=("a person said so",),
    )
