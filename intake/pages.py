"""Keeps each project's `index.html` and `index.json` in the blob store true, so that the bucket explains itself."""

from __future__ import annotations

from collections.abc import Mapping

from intake.config import Settings
from intake.instants import Instant, Passing, unnoticed
from intake.kinds import built_in
from intake.model import BlobNote, Document, Fate, ItemName, Kind
from storage.blobs import Store, index_keys
from storage.blobs.index import IndexEntry, IndexState, ProjectIndex, render_html, render_json
from storage.ledger import Ledger
from storage.values import Standing


def publish(
    settings: Settings, ledger: Ledger, blobs: Store, *, passed: Passing = unnoticed
) -> None:
    """Write the pages of every project that has changed since they were written. Idempotent."""
    for standing in ledger.standings_of(ledger.unindexed()):
        if standing.project.checklist not in settings.checklists:
            continue  # `intake check` says so
        index = index_of(settings, standing)
        keys = index.keys
        blobs.put(keys.html, render_html(index), BlobNote("text/html; charset=utf-8"), replace=True)
        passed(Instant.PAGE_WRITTEN)
        blobs.put(keys.json, render_json(index), BlobNote("application/json"), replace=True)
        passed(Instant.PAGES_WRITTEN)
        if not ledger.indexed(standing):  # the project was erased meanwhile
            blobs.delete(keys.html)
            blobs.delete(keys.json)
        passed(Instant.PAGES_NOTED)


def index_of(settings: Settings, standing: Standing) -> ProjectIndex:
    """What the pages of a project tell."""
    checklist = settings.checklist(standing.project.checklist)
    labels = {item.item: item.label for item in checklist.items}
    kinds = {spec.kind: spec.label for spec in (*built_in(), *settings.own_kinds)}
    entries = tuple(
        _entry(document, labels, kinds) for document in standing.documents if not document.rejected
    )
    return ProjectIndex(
        client=standing.project.client.name,
        project=standing.project.title,
        keys=index_keys(standing.project),
        entries=entries,
    )


def _entry(
    document: Document, labels: Mapping[ItemName, str], kinds: Mapping[Kind, str]
) -> IndexEntry:
    classification = document.classification
    return IndexEntry(
        number=document.number,
        filename=document.filename,
        kind_label=kinds.get(classification.kind, classification.kind),
        received_at=document.received_at,
        state=_state(document),
        item_labels=tuple(labels.get(item, item) for item in document.filed_for),
        period=classification.period,
        size_octets=document.size_octets if document.blob else None,
        sha256=document.sha256,
        key=document.blob,
        url=document.url,
        confidential=document.confidential,
        origin=(document.offer.title or "") if document.offer else None,
    )


def _state(document: Document) -> IndexState:
    """As the documents alone tell it: what goes stale with time is a matter of reports, not of this page."""
    if document.superseded:
        return IndexState.OLDER_VERSION
    if document.fate is Fate.UNSURE:
        return IndexState.UNSURE
    if document.is_offered:
        return IndexState.OFFERED
    if not document.filed_for:
        return IndexState.NOT_ASKED_FOR
    return IndexState.CURRENT
