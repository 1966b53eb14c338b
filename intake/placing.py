"""Puts documents where their confidentiality says that they lie: copy → commit → delete, each of which may be done again."""

from __future__ import annotations

import hashlib
from dataclasses import replace

from intake.config import Settings
from intake.errors import BlobsDeniedError, PermanentError
from intake.instants import Instant, Passing, unnoticed
from intake.model import (
    BlobKey,
    BlobNote,
    Document,
    Fate,
    ItemName,
    Project,
    ProjectId,
    Secrecy,
)
from storage.blobs import Store, document_key
from storage.confidences import Misplaced
from storage.ledger import Ledger
from storage.values import Standing


def place(settings: Settings, ledger: Ledger, blobs: Store, *, passed: Passing = unnoticed) -> None:
    """Place the documents of every project that has changed since its pages were written. Idempotent.

    Raises what the store raises where it is away or lets us do nothing; a document that is missing or harmed is left to fsck.
    """
    for standing in ledger.standings_of(ledger.unindexed()):
        _place(settings, ledger, blobs, standing, passed)


def place_one(
    settings: Settings,
    ledger: Ledger,
    blobs: Store,
    project: ProjectId,
    *,
    passed: Passing = unnoticed,
) -> None:
    """The same for one project."""
    _place(settings, ledger, blobs, ledger.standing(project), passed)


def _place(
    settings: Settings, ledger: Ledger, blobs: Store, standing: Standing, passed: Passing
) -> None:
    project = standing.project
    wanted = _by_item(settings, standing)
    if wanted:
        ledger.confidences.make_confidential(project.id, wanted, why=Secrecy.ITEM)
    for document in ledger.confidences.misplaced(project.id):
        try:
            _move(ledger, blobs, project, document, passed)
        except BlobsDeniedError:
            raise
        except PermanentError:
            continue  # `intake fsck` says so


def _by_item(settings: Settings, standing: Standing) -> tuple[int, ...]:
    """The documents that count toward a confidential item by now: a person said so, or the checklist has changed."""
    checklist = settings.checklists.get(standing.project.checklist, ())
    items = {entry.item for entry in checklist if entry.confidential}
    return tuple(
        document.number
        for document in standing.documents
        if not document.confidential
        and document.confidential_for is not Secrecy.PERSON
        and items.intersection(document.filed_for)
    )


def _move(
    ledger: Ledger, blobs: Store, project: Project, document: Misplaced, passed: Passing
) -> None:
    if document.former is not None:
        _let_go(ledger, blobs, document, document.former, passed)
    if document.is_placed:
        return
    octets = blobs.get(document.key)
    if hashlib.sha256(octets).hexdigest() != document.sha256:
        return  # no copy of what is harmed
    target = document_key(
        project,
        filename=document.filename,
        sha256=document.sha256,
        confidential=document.confidential,
    )
    blobs.put(target, octets, note_of(document))
    passed(Instant.COPIED)
    lies_at = ledger.confidences.moved(document, target)
    if lies_at is None:  # the project was erased meanwhile
        blobs.delete(target)
        return
    passed(Instant.PLACED)
    if lies_at == target:
        _let_go(ledger, blobs, document, document.key, passed)


def _let_go(
    ledger: Ledger, blobs: Store, document: Misplaced, key: BlobKey, passed: Passing
) -> None:
    if ledger.confidences.is_left(document, key):
        blobs.delete(key)
        passed(Instant.LET_GO)
    ledger.confidences.let_go(document, key)


def moved_to(target: Standing, document: Document, filed_for: tuple[ItemName, ...]) -> Document:
    """A document as another project will have it: with its number and its key there, and as confidential as it is there."""
    why = _why_there(document, target.project)
    moved = replace(
        document,
        number=max((entry.number for entry in target.documents), default=0) + 1,
        confidential=why is not None,
        confidential_for=why,
        filed_for=filed_for,
        fate=Fate.FILED if filed_for else Fate.NOT_ASKED_FOR,
        offer=None,
    )
    if document.blob is None:
        return moved
    key = document_key(
        target.project,
        filename=moved.filename,
        sha256=moved.sha256,
        confidential=moved.confidential,
    )
    return replace(moved, blob=key)


def _why_there(document: Document, target: Project) -> Secrecy | None:
    """Why a document is confidential in another project: what was said of it stays said, what its project was does not matter."""
    if document.confidential and document.confidential_for is not Secrecy.PROJECT:
        return document.confidential_for or Secrecy.PERSON
    return Secrecy.PROJECT if target.confidential else None


def note_of(document: Document | Misplaced) -> BlobNote:
    """What is kept beside a document's octets: nothing that tells of it, where it is confidential."""
    kind = document.kind if isinstance(document, Misplaced) else document.classification.kind
    return BlobNote(
        document.media_type,
        filename=None if document.confidential else document.filename or None,
        tags=() if document.confidential else (("kind", kind),),
        confidential=document.confidential,
    )
