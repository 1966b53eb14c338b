"""What a message's documents mean for a project: which count, which replace others, which a person should look at.

Pure: takes the view that the ledger gave and what was read in the message, gives the documents and fates to write.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from intake.completeness import wanted_by
from intake.links import canonical
from intake.model import (
    OTHER,
    Alternative,
    BlobKey,
    Checklist,
    Classification,
    Document,
    Fate,
    Kind,
    LinkFate,
    LinkFound,
    Part,
    PartOutcome,
    Sha256,
    SortedPart,
    Span,
)
from intake.reader import Examined

SAME_TEXT = 0.6
"""From this similarity on, two documents are versions of one, whatever their names: see `tests.bench.versions`."""
RELATED_TEXT = 0.4
"""With the same name but for its version words, this much is enough."""
NEARLY_ALL = 0.8
"""So much must be the same where only one of them states its time."""
OVERLAP = 0.5
"""The share of the longer of two calendars' spans that a version of it covers too: events come and go at its ends."""
WORTH_ASKING = 0.2
"""An unsure document is a question where a kind of at least this confidence is on the checklist."""

_CALENDAR = Kind("event_calendar")
_VERSION_WORDS = re.compile(
    r"(\(\d+\)|\bv\d+(\.\d+)*\b|\bfinal\b|\bcopy\b|\bkopie\b|\bdraft\b|\bnew\b|\brev\d*\b"
    r"|\b\d{4}-\d\d-\d\d\b|\b\d{8}\b)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Decision:
    """What is to be written. `superseded` are numbers of documents that the new ones replace."""

    parts: tuple[PartOutcome, ...]
    links: tuple[LinkFound, ...]
    documents: tuple[Document, ...]
    superseded: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Filer:
    """The view that a decision is made on."""

    checklist: Checklist
    documents: tuple[Document, ...]
    received_at: datetime
    confidential: bool
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
        outcomes: list[PartOutcome] = []
        number = max((document.number for document in self.documents), default=0)
        for entry in parts:
            part = entry.part
            if entry.fate is not Fate.DOCUMENT:
                outcomes.append(outcome(part, entry.fate))
                continue
            twin = known.get(part.sha256)
            if twin is not None:
                fate = Fate.NOT_ASKED_FOR if twin.rejected else Fate.DUPLICATE
                outcomes.append(outcome(part, fate, number=twin.number))
                continue
            seen = examined[part.sha256]
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
        )

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
            confidential=self.confidential,
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
        newest = max(versions, key=_edition)
        if _edition(document) < _edition(newest):
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
        sha256 = Sha256(hashlib.sha256(canonical(link.url).encode()).hexdigest())
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
            confidential=self.confidential,
        )


def is_version(one: Document, other: Document) -> bool:
    """Whether two documents are versions of the same one: the same kind and time, and much the same text.

    A roadmap of the next quarter made from the last one's template is another document, not a newer version.
    """
    if (
        one.classification.kind != other.classification.kind
        or other.rejected
        or not (one.sketch and other.sketch)
    ):
        return False
    likeness = resemblance(one.sketch, other.sketch)
    if not _same_time(one.classification, other.classification, likeness=likeness):
        return False
    if likeness >= SAME_TEXT:
        return True
    return likeness >= RELATED_TEXT and _stem(one.filename) == _stem(other.filename)


def _same_time(one: Classification, other: Classification, *, likeness: float) -> bool:
    """Whether two documents of a kind are about the same time, as far as they say."""
    if one.span == other.span:
        return True
    if one.span is None or other.span is None:
        return likeness >= NEARLY_ALL
    return one.kind == _CALENDAR and _overlap(one.span, other.span) >= OVERLAP


def _overlap(one: Span, other: Span) -> float:
    """The days that two spans share, as a share of the longer one's."""
    shared = (min(one.last, other.last) - max(one.first, other.first)).days + 1
    longer = max((span.last - span.first).days + 1 for span in (one, other))
    return max(0, shared) / longer


def resemblance(one: Sequence[int], other: Sequence[int]) -> float:
    """The share of equal entries of two MinHash sketches: an estimate of the Jaccard similarity, 0 to 1."""
    if len(one) != len(other) or not one:
        return 0.0
    return sum(left == right for left, right in zip(one, other, strict=True)) / len(one)


def _stem(filename: str) -> str:
    """A name without its ending and version words: "Deck final v3 (2).pdf" → "deck"."""
    words = _VERSION_WORDS.sub(" ", (filename.rpartition(".")[0] or filename).replace("_", " "))
    return " ".join(re.sub(r"[\-.]", " ", words).lower().split())


def _edition(document: Document) -> tuple[datetime, int]:
    """What makes one version newer: the message that brought it; within one message, the number in its name."""
    numbers = re.findall(r"(?:\bv|\()(\d{1,3})\b", document.filename, re.IGNORECASE)
    return document.received_at, int(numbers[-1]) if numbers else 0


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
