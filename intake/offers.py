"""What a new project begins with: those documents of its client's other projects that would count for it today.

Each becomes a document of the new project with octets of its own, offered until somebody says to keep it. Its octets are
copied before its row is written, under a key that is always the same, so that all of it may be done again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from intake.completeness import assess, wanted_by
from intake.config import Settings
from intake.errors import BlobsDeniedError, PermanentError, StaleViewError
from intake.instants import Instant, Passing, unnoticed
from intake.model import (
    BlobKey,
    Checklist,
    Document,
    Fate,
    ItemName,
    ItemReport,
    ItemState,
    Offer,
    Project,
    ProjectId,
    Secrecy,
    is_among,
)
from intake.placing import note_of
from intake.reports import local_day
from intake.versions import edition, is_version
from storage.blobs import Store, document_key
from storage.ledger import Ledger
from storage.offers import OfferView
from storage.values import Standing

MOST_VIEWS = 10
"""How often it is decided anew because one of the projects changed, before it waits its turn again."""


@dataclass(frozen=True, slots=True)
class Offering:
    """A document as the new project will have it; `source` is where its octets lie, None for a link."""

    document: Document
    source: BlobKey | None = field(repr=False)


def offer_due(
    settings: Settings, ledger: Ledger, blobs: Store, *, passed: Passing = unnoticed
) -> None:
    """Offer every project that is new what is still fresh. Idempotent; raises what the store raises where it is away."""
    for project in ledger.offers.due():
        _offer(settings, ledger, blobs, project, passed)


def _offer(
    settings: Settings, ledger: Ledger, blobs: Store, project: ProjectId, passed: Passing
) -> None:
    copied: dict[BlobKey, ProjectId | None] = {}
    for _ in range(MOST_VIEWS):
        view = ledger.offers.view(project)
        if view is None:
            break
        offered = [
            offering.document
            for offering in _offerings(settings, ledger, view)
            if _copied(blobs, offering, copied, passed)
        ]
        try:
            ledger.offers.made(view, offered)
        except StaleViewError:
            continue
        passed(Instant.OFFERED)
        break
    _take_back(ledger, blobs, project, copied)


def _offerings(settings: Settings, ledger: Ledger, view: OfferView) -> tuple[Offering, ...]:
    project = view.new.project
    if settings.intake.reuse == "never" or project.checklist not in settings.checklists:
        return ()
    return offerings(
        view,
        settings.checklist(project.checklist),
        on=local_day(project, ledger.now()),
        fiscal_year_starts=settings.intake.fiscal_year_starts,
        kept=settings.intake.reuse == "auto",
    )


def _copied(
    blobs: Store,
    offering: Offering,
    copied: dict[BlobKey, ProjectId | None],
    passed: Passing,
) -> bool:
    """Put the octets where the new project keeps its own; False where they are missing or harmed: that is for fsck."""
    document = offering.document
    if offering.source is None or document.blob is None:
        return True
    try:
        octets = blobs.get(offering.source)
    except BlobsDeniedError:
        raise
    except PermanentError:
        return False
    if hashlib.sha256(octets).hexdigest() != document.sha256:
        return False
    copied[document.blob] = document.offer.project if document.offer else None
    blobs.put(document.blob, octets, note_of(document))
    passed(Instant.OFFER_COPIED)
    return True


def _take_back(
    ledger: Ledger, blobs: Store, project: ProjectId, copied: dict[BlobKey, ProjectId | None]
) -> None:
    """Delete copies for a project, or of one, that was erased meanwhile: nobody else would find them."""
    known = ledger.erasures.known(copied)
    for key, source in copied.items():
        is_erased = not all(
            ledger.directory.is_there(each) for each in (project, source) if each is not None
        )
        if key not in known and is_erased:
            blobs.delete(key)


# ---------------------------------------------------------------- which


def offerings(
    view: OfferView, checklist: Checklist, *, on: date, fiscal_year_starts: int, kept: bool
) -> tuple[Offering, ...]:
    """What would count today, the newest of each item first until there is enough of it; numbered from the oldest on. Pure.

    With `kept` it counts at once.
    """
    new, candidates = view.new, _candidates(view, checklist)
    here = assess(
        new.project,
        checklist,
        new.documents,
        new.waived,
        on=on,
        fiscal_year_starts=fiscal_year_starts,
    )
    elsewhere = assess(
        new.project,
        checklist,
        [candidate.document for candidate in candidates],
        frozenset(),
        on=on,
        fiscal_year_starts=fiscal_year_starts,
    )
    items: dict[int, list[ItemName]] = {}
    for present, fresh in zip(here.items, elsewhere.items, strict=True):
        for document in _newest(present, fresh, own=new.documents):
            items.setdefault(document.number, []).append(fresh.item.item)
    chosen = [candidate for candidate in candidates if candidate.document.number in items]
    first = max((document.number for document in new.documents), default=0) + 1
    return tuple(
        _offering(candidate, new.project, checklist, items, number=number, kept=kept)
        for number, candidate in enumerate(chosen, start=first)
    )


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A document of another project, numbered among all of them, with the items of the new one that it is of the kind for."""

    document: Document
    of: Project


def _candidates(view: OfferView, checklist: Checklist) -> tuple[_Candidate, ...]:
    """All that may be offered, the oldest first; the same octets once, as they came last."""
    found: dict[str, _Candidate] = {}
    own = {document.sha256 for document in view.new.documents}
    every = [(document, other) for other in view.others for document in other.documents]
    for document, other in sorted(every, key=lambda each: edition(each[0])):
        if document.sha256 in own or not _may_be_offered(document, other, view.new):
            continue
        if items := _items_for(document, checklist):
            bare = replace(document, filed_for=items, offer=None)
            found.pop(document.sha256, None)
            found[document.sha256] = _Candidate(bare, other.project)
    return tuple(
        replace(candidate, document=replace(candidate.document, number=number))
        for number, candidate in enumerate(found.values(), start=1)
    )


def _may_be_offered(document: Document, source: Standing, target: Standing) -> bool:
    """Not what nobody uses there, and nothing of a project of which one of the new one's freelancers knows nothing."""
    if document.rejected or document.superseded or document.is_offered:
        return False
    return all(
        is_among(person, source.project.freelancers) for person in target.project.freelancers
    )


def _items_for(document: Document, checklist: Checklist) -> tuple[ItemName, ...]:
    """What a document is for in another checklist: what a person said it is for there too, else what it is of the kind for."""
    classification = document.classification
    wanted = wanted_by(classification, checklist, is_link=document.url is not None)
    said = tuple(
        item.item
        for item in checklist.items
        if item.item in document.filed_for and item.kind == classification.kind
    )
    return said if said and document.decided_by_person else wanted


def _newest(here: ItemReport, fresh: ItemReport, *, own: Sequence[Document]) -> list[Document]:
    """As many of the newest as are still wanted, of each document one version."""
    needed = 0 if here.state is ItemState.WAIVED else here.item.count - here.have
    current = [listed.document for listed in fresh.documents if listed.current]
    taken: list[Document] = []
    for document in sorted(current, key=edition, reverse=True):
        if len(taken) < needed and not any(is_version(document, each) for each in (*own, *taken)):
            taken.append(document)
    return taken


def _offering(
    candidate: _Candidate,
    target: Project,
    checklist: Checklist,
    items: Mapping[int, Sequence[ItemName]],
    *,
    number: int,
    kept: bool,
) -> Offering:
    document, source = candidate.document, candidate.of
    filed_for = tuple(items[document.number])
    why = _why_there(document, filed_for, target, checklist)
    key = document.blob and document_key(
        target,
        filename=document.filename,
        sha256=document.sha256,
        confidential=why is not None,
    )
    offered = replace(
        document,
        number=number,
        fate=Fate.FILED,
        filed_for=filed_for,
        confidential=why is not None,
        confidential_for=why,
        blob=key,
        offer=Offer(kept, source.id, source.title),
    )
    return Offering(offered, document.blob)


def _why_there(
    document: Document, items: Sequence[ItemName], target: Project, checklist: Checklist
) -> Secrecy | None:
    """Why it is confidential in the new project. What was so because its project was stays so: nobody has said otherwise."""
    if document.confidential:
        because_of_project = document.confidential_for in {None, Secrecy.PROJECT}
        return Secrecy.PERSON if because_of_project else document.confidential_for
    if any(item.confidential and item.item in items for item in checklist.items):
        return Secrecy.ITEM
    return Secrecy.PROJECT if target.confidential else None
