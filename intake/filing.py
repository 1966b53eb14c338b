"""What a message's documents mean for a project: which count, which replace others, which a person should look at.

Pure: takes the view that the ledger gave and what was read in the message, gives the documents and fates to write.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from intake.completeness import wanted_by
from intake.links import canonical
from intake.model import (
    OTHER,
    WHOLE_MESSAGE,
    Alternative,
    BlobKey,
    Checklist,
    Classification,
    Document,
    Fate,
    InboundMessage,
    Kind,
    LinkFate,
    LinkFound,
    Part,
    PartOutcome,
    Role,
    Sha256,
    SortedPart,
)
from intake.orders import Examined
from intake.versions import is_older, is_version

WORTH_ASKING = 0.2
"""An unsure document is a question where a kind of at least this confidence is on the checklist."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What is to be written. `superseded` are numbers of documents that the new ones replace.

    `kept` are those of documents that were offered from an earlier project and have come once more.
    """

    parts: tuple[PartOutcome, ...]
    links: tuple[LinkFound, ...]
    documents: tuple[Document, ...]
    superseded: tuple[int, ...]
    kept: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Filer:
    """The view that a decision is made on."""

    checklist: Checklist
    documents: tuple[Document, ...]
    received_at: datetime
    keys: Mapping[Sha256, BlobKey]
    """Where the octets of each new document lie."""

    def decide(
        self,
        parts: Sequence[SortedPart],
        examined: Mapping[Sha256, Examined],
        links: Sequence[LinkFound],
    ) -> Decision:
        """Give every part its last word, and every new document its number.

        `examined` holds the new documents by SHA-256; octets that the project has already need not be in it.
        """
        known = {document.sha256: document for document in self.documents}
        added: list[Document] = []
        superseded: list[int] = []
        kept: list[int] = []
        outcomes: list[PartOutcome] = []
        number = max((document.number for document in self.documents), default=0)
        for entry in parts:
            part = entry.part
            if entry.fate is not Fate.DOCUMENT:
                outcomes.append(outcome(part, entry.fate))
                continue
            twin = known.get(part.sha256)
            if twin is not None and twin.is_offered:
                kept.append(twin.number)
                outcomes.append(outcome(part, Fate.FILED, number=twin.number))
                continue
            if twin is not None:
                fate = Fate.NOT_ASKED_FOR if twin.rejected else Fate.DUPLICATE
                outcomes.append(outcome(part, fate, number=twin.number))
                continue
            seen = examined[part.sha256]
            if part.pasted and not self._counts(seen.classification):
                continue  # it is a letter after all
            if seen.classification.problem is not None:
                outcomes.append(outcome(part, Fate(seen.classification.problem.value)))
                continue
            number += 1
            document = self._document(part, seen, number)
            document, replaced = self._against_versions(document, [*self.documents, *added])
            superseded.extend(replaced)
            added.append(document)
            known[document.sha256] = document
            outcomes.append(outcome(part, document.fate, number=number))
        told: list[LinkFound] = []
        for link in links:
            found, document_of_link = self._link(link, number + 1, known)
            twin = known.get(_sha256_of(link))
            if found.fate is LinkFate.COUNTED and twin is not None and twin.is_offered:
                kept.append(twin.number)
            told.append(found)
            if document_of_link is not None:
                number += 1
                added.append(document_of_link)
                known[document_of_link.sha256] = document_of_link
        new_numbers = {document.number for document in added}
        return Decision(
            parts=tuple(outcomes),
            links=tuple(told),
            documents=tuple(
                replace(document, superseded=True) if document.number in superseded else document
                for document in added
            ),
            superseded=tuple(number for number in superseded if number not in new_numbers),
            kept=tuple(dict.fromkeys(kept)),
        )

    def _counts(self, classification: Classification) -> bool:
        return classification.sure and bool(wanted_by(classification, self.checklist))

    def _document(self, part: Part, seen: Examined, number: int) -> Document:
        wanted = wanted_by(seen.classification, self.checklist)
        return Document(
            number=number,
            sha256=part.sha256,
            filename=part.filename or seen.classification.title or f"document {number}",
            media_type=part.sniffed or part.media_type,
            size_octets=part.size_octets,
            blob=self.keys[part.sha256],
            url=None,
            classification=seen.classification,
            fate=self._fate(seen.classification, wanted=bool(wanted)),
            received_at=self.received_at,
            filed_for=wanted,
            sketch=seen.sketch,
        )

    def _fate(self, classification: Classification, *, wanted: bool) -> Fate:
        """Filed only if sure; a question where an item may want it; else something that nobody asked for."""
        if classification.sure:
            return Fate.FILED if wanted else Fate.NOT_ASKED_FOR
        likely = {
            other.kind for other in classification.alternatives if other.confidence >= WORTH_ASKING
        }
        asked_for = any(item.kind in likely for item in self.checklist.items)
        return Fate.UNSURE if wanted or asked_for else Fate.NOT_ASKED_FOR

    def _against_versions(
        self, document: Document, others: Sequence[Document]
    ) -> tuple[Document, tuple[int, ...]]:
        """Mark a document as newer or older version of one we have; the numbers are those it replaces."""
        if document.fate is not Fate.FILED:
            return document, ()
        versions = [other for other in others if is_version(document, other)]
        if not versions:
            return document, ()
        if any(is_older(document, other) for other in versions if not other.superseded):
            return replace(document, fate=Fate.OLDER_VERSION, superseded=True), ()
        replaced = tuple(other.number for other in versions if not other.superseded)
        return replace(document, fate=Fate.NEWER_VERSION), replaced

    def _link(
        self, link: LinkFound, number: int, known: Mapping[Sha256, Document]
    ) -> tuple[LinkFound, Document | None]:
        """A link that may count does, where an item takes links; the same address counts once."""
        if link.fate is not LinkFate.COUNTED:
            return link, None
        classification = Classification(
            kind=Kind("blog_post"),
            confidence=1.0,
            sure=True,
            alternatives=(Alternative(OTHER, 0.0),),
            evidence=("a link to a published article",),
        )
        wanted = wanted_by(classification, self.checklist, is_link=True)
        if not wanted:
            return replace(link, fate=LinkFate.NOTED), None
        sha256 = _sha256_of(link)
        if sha256 in known:
            return link, None
        return link, Document(
            number=number,
            sha256=sha256,
            filename=link.url,
            media_type="text/uri-list",
            size_octets=0,
            blob=None,
            url=link.url,
            classification=classification,
            fate=Fate.FILED,
            received_at=self.received_at,
            filed_for=wanted,
        )


def _sha256_of(link: LinkFound) -> Sha256:
    """What names the document that a link is: the same address counts once."""
    return Sha256(hashlib.sha256(canonical(link.url).encode()).hexdigest())


def not_taken(message: InboundMessage, size_octets: int) -> PartOutcome:
    """The last word on a message of which only the header came: it is its own only part, named by its subject."""
    return PartOutcome(
        path=WHOLE_MESSAGE,
        container=None,
        filename=message.subject or None,
        media_type="message/rfc822",
        size_octets=size_octets,
        sha256=message.sha256,
        role=Role.OTHER,
        fate=Fate.TOO_LARGE,
    )


def outcome(part: Part, fate: Fate, *, number: int | None = None) -> PartOutcome:
    """The last word on a part."""
    return PartOutcome(
        path=part.path,
        container=part.container,
        filename=part.filename,
        media_type=part.sniffed or part.media_type,
        size_octets=part.size_octets,
        sha256=part.sha256,
        role=part.role,
        fate=fate,
        number=number,
    )
