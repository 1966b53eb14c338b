"""The ledger against the blobs: what is missing, harmed or unknown, and what can be put right.

Every blob that a row knows must be there with its SHA-256, and nothing else but the pages that explain a project's
folder. What is missing is filed again from the raw message that brought it. Nothing that anybody may want is deleted:
a blob that no row knows is named and left.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import groupby

from intake.config import Settings
from intake.errors import PermanentError
from intake.model import BlobEntry, BlobKey, BlobNote, BlobStore, Part, Project, Sha256
from intake.pages import publish
from intake.reader import OpenMessage, Reader
from storage.blobs import Store, document_key, index_keys, is_concealed
from storage.inventory import FiledDocument, Kept, Paged
from storage.ledger import Ledger

GRACE = timedelta(hours=1)
"""Blobs younger than this are left alone: their rows may be about to be written."""
_UNFINISHED = re.compile(r"(.*/)?\.put-[^/]*")
_PAGE = re.compile(r"clients/[^/]+/[^/]+/index\.(html|json)")


class Wrong(StrEnum):
    """What can be wrong with a blob."""

    MISSING = "missing"
    CHANGED = "changed"
    UNKNOWN = "unknown"
    LEFTOVER = "leftover"
    """What a killed worker had half written, or a page of a project under a name that it no longer has."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One blob that is not as the ledger has it. `document` and `project` say whose it is, where a row knows it."""

    wrong: Wrong
    key: BlobKey = field(repr=False)
    document: FiledDocument | None = None
    project: Project | None = field(default=None, repr=False)
    """The project whose page it is."""


@dataclass(frozen=True, slots=True)
class Repair:
    """What became of a finding, in words for a person."""

    finding: Finding
    done: bool
    words: str


def wrong_blobs(kept: Iterable[Kept], store: BlobStore) -> Iterator[Finding]:
    """The blobs that are missing or changed; every one of `kept` is read. TransientError if the store is away."""
    for entry in kept:
        try:
            octets = store.get(entry.key)
        except PermanentError:
            yield Finding(Wrong.MISSING, entry.key, entry.document)
            continue
        if _sha256(octets) != entry.sha256:
            yield Finding(Wrong.CHANGED, entry.key, entry.document)


def missing_pages(there: frozenset[BlobKey], projects: Iterable[Paged]) -> Iterator[Finding]:
    """The pages that were written and are not there."""
    for entry in projects:
        keys = index_keys(entry.project)
        for key in (keys.html, keys.json):
            if entry.written and key not in there:
                yield Finding(Wrong.MISSING, key, project=entry.project)


def unknown_blobs(
    entries: Iterable[BlobEntry], known: frozenset[BlobKey], *, now: datetime
) -> Iterator[Finding]:
    """The blobs that nobody knows, by key, without what is younger than an hour."""
    for entry in sorted(entries, key=lambda entry: entry.key):
        if entry.key not in known and now - entry.modified_at > GRACE:
            leftover = _UNFINISHED.fullmatch(entry.key) or _PAGE.fullmatch(entry.key)
            yield Finding(Wrong.LEFTOVER if leftover else Wrong.UNKNOWN, entry.key)


def strays(
    store: BlobStore,
    kept: Sequence[Kept],
    projects: Sequence[Paged],
    *,
    now: datetime,
    leaving: Collection[BlobKey] = (),
) -> Iterator[Finding]:
    """What a list of the whole store shows: pages that are missing, and blobs that nobody knows.

    `leaving` are those that are about to be deleted.
    """
    entries = tuple(store.entries())
    pages = [index_keys(entry.project) for entry in projects]
    known = {key for page in pages for key in (page.html, page.json)}
    known.update(entry.key for entry in kept)
    known.update(leaving, destinations(kept, projects))
    yield from missing_pages(frozenset(entry.key for entry in entries), projects)
    yield from unknown_blobs(entries, frozenset(known), now=now)


def destinations(kept: Iterable[Kept], projects: Iterable[Paged]) -> Iterator[BlobKey]:
    """Where documents are about to lie that are not where their confidentiality says."""
    by_id = {entry.project.id: entry.project for entry in projects}
    for entry in kept:
        document = entry.document
        if document is not None and document.confidential is not is_concealed(entry.key):
            yield document_key(
                by_id[document.project],
                filename=document.filename,
                sha256=document.sha256,
                confidential=document.confidential,
            )


@dataclass(frozen=True, slots=True)
class Repairer:
    """Puts right what can be put right without a guess. Everything it does may be done again."""

    settings: Settings
    ledger: Ledger
    blobs: Store
    reader: Reader

    def repair(self, findings: Iterable[Finding]) -> Iterator[Repair]:
        """Do what can be done about each finding; raises what the store raises where it is away or refuses."""
        by_message = sorted(findings, key=_raw_of)
        for raw, of_message in groupby(by_message, key=_raw_of):
            if raw:
                yield from self._refile(tuple(of_message))
            else:
                yield from (self._other(finding) for finding in of_message)

    def _other(self, finding: Finding) -> Repair:
        if finding.project is not None:
            return self._write_page(finding, finding.project)
        if finding.wrong is Wrong.LEFTOVER:
            self.blobs.delete(finding.key)
            return Repair(finding, done=True, words="removed, the ledger holds all that was in it")
        if finding.wrong is Wrong.UNKNOWN:
            return Repair(finding, done=False, words=_LEFT)
        return Repair(finding, done=False, words=_RAW_GONE)

    def _write_page(self, finding: Finding, project: Project) -> Repair:
        if project.checklist not in self.settings.checklists:
            words = f"there is no checklist {project.checklist} in the configuration any more"
            return Repair(finding, done=False, words=words)
        self.ledger.inventory.pages_due(project.id)
        publish(self.settings, self.ledger, self.blobs)
        return Repair(finding, done=True, words="written again")

    def _refile(self, findings: Sequence[Finding]) -> Iterator[Repair]:
        """File documents of one message again; each finding has its document."""
        filed = [(finding, finding.document) for finding in findings if finding.document]
        raw = self._raw(filed[0][1])
        if raw is None:
            yield from (Repair(finding, done=False, words=_RAW_GONE_TOO) for finding, _ in filed)
            return
        # Without a day nothing is examined: the octets are all that is wanted.
        with closing(self.reader.open(raw, envelope_recipient=None)) as opened:
            parts = _parts_of(opened)
            for finding, document in filed:
                yield self._refile_one(finding, document, opened, parts)

    def _raw(self, document: FiledDocument) -> bytes | None:
        try:
            octets = self.blobs.get(document.raw)
        except PermanentError:
            return None
        return octets if _sha256(octets) == document.raw_sha256 else None

    def _refile_one(
        self,
        finding: Finding,
        document: FiledDocument,
        opened: OpenMessage,
        parts: Mapping[Sha256, Part],
    ) -> Repair:
        part = parts.get(document.sha256)
        if part is None:
            words = _LINKED if document.linked else _NO_PART
            return Repair(finding, done=False, words=words)
        try:
            octets = opened.octets(part.path)
        except PermanentError as error:
            return Repair(finding, done=False, words=str(error).rstrip("."))
        if _sha256(octets) != document.sha256:
            return Repair(finding, done=False, words=_NO_PART)
        concealed = is_concealed(finding.key)
        note = BlobNote(
            document.media_type,
            filename=None if concealed else part.filename,
            tags=() if concealed else (("kind", document.kind),),
            confidential=concealed,
        )
        self.blobs.put(finding.key, octets, note, replace=True)
        self.ledger.inventory.refiled(document)
        return Repair(finding, done=True, words="filed again from the raw message")


_LEFT = "left as it is; a crash before its row was written leaves such, look at it and remove it by hand"
_RAW_GONE = "only a backup has it: put it back under this key"
_RAW_GONE_TOO = "its raw message is missing or harmed too: put that back from a backup, then repair"
_LINKED = "it came by a link and not in the message: ask for it again, or put it back from a backup"
_NO_PART = "the raw message does not show it any more: put it back from a backup"


def _parts_of(opened: OpenMessage) -> dict[Sha256, Part]:
    """The parts of a message by their octets; none where the child that reads it dies."""
    try:
        return {entry.part.sha256: entry.part for entry in opened.parts}
    except PermanentError:
        return {}


def _raw_of(finding: Finding) -> str:
    return finding.document.raw if finding.document else ""


def _sha256(octets: bytes) -> str:
    return hashlib.sha256(octets).hexdigest()
