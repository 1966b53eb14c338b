"""Decides what is confidential: what a person said of a mail or of a file in it, and why a document is. Pure.

Only the subject and what the sender wrote are read: quoted text, signatures and disclaimers say it of every mail, and so
of none. Where it is not clear what the word covers, it covers the whole mail.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import PurePosixPath

from intake.kinds import KindSpec, fold, named_in
from intake.model import (
    Checklist,
    Document,
    InboundMessage,
    Kind,
    Part,
    PartOutcome,
    Received,
    Secrecy,
    Sha256,
    Thread,
)
from intake.versions import is_version

NAMELESS = "a confidential document"
"""How a document is called where its name must not be told."""
_ENDINGS = "(?:e[nrsm]?|s|ly)?"
"""As in "vertrauliche Unterlagen", "two NDAs" and "told you confidentially"."""
_DENIED = r"(?<!\bnot )(?<!n't )(?<!n\u2019t )(?<!\blonger )(?<!\bnon-)(?<!\bnon )(?<!\bnicht )(?<!\bnicht mehr )"
_SEVERAL = re.compile(
    r"\b(?:all|both|each|every\w*|any\w*|others?|rest|these|those|them|files|documents|attachments|attached files|"
    r"alle[nrsm]?|alles|beide[nrsm]?|übrigen|anderen|dateien|dokumente[n]?|anlagen|anhänge[n]?|unterlagen)\b",
    re.IGNORECASE,
)
"""What speaks of more than the files that are named."""
_SENTENCE = re.compile(r"(?<=[.!?;])\s+|\n\s*\n")
_ITEM = re.compile(r"\s*(?:[-*•\u2013]|\d+[.)])\s")
_WRAPPED_AT = 45
"""A line at least this long, without a full stop, goes on in the next one."""
_SHORTEST_STEM = 3


@dataclass(frozen=True, slots=True)
class NamedFile:
    """A document of a mail, by all that a sentence may call it: its name, the names of what held it, and its kind."""

    sha256: Sha256
    names: tuple[str, ...] = field(repr=False)
    kind: Kind | None = None


@dataclass(frozen=True, slots=True)
class Said:
    """What a mail's words make confidential: everything in it, or these files."""

    everything: bool = False
    files: frozenset[Sha256] = frozenset()

    def covers(self, sha256: Sha256) -> bool:
        """Whether a document of that mail is meant."""
        return self.everything or sha256 in self.files


def is_said_confidential(message: InboundMessage, words: Sequence[str]) -> bool:
    """Whether one of the words stands in the subject or in the written text, as a word of its own."""
    return says_confidential(f"{message.subject}\n{message.written}", words)


def says_confidential(text: str, words: Sequence[str]) -> bool:
    """Whether one of the words stands there as a word of its own; not where it is denied ("not confidential")."""
    return bool(words) and _said(tuple(words)).search(text) is not None


@cache
def _said(words: tuple[str, ...]) -> re.Pattern[str]:
    either = "|".join(re.escape(word) for word in words)
    return re.compile(rf"{_DENIED}(?<!\w)(?:{either}){_ENDINGS}(?!\w)", re.IGNORECASE)


def said_of(
    message: InboundMessage,
    files: Sequence[NamedFile],
    words: Sequence[str],
    *,
    kinds: Sequence[KindSpec],
) -> Said:
    """What the sender says is confidential. A sentence that names files covers those, any other the whole mail.

    The subject covers the whole mail, and so does a sentence that speaks of several things at once.
    """
    if says_confidential(message.subject, words):
        return Said(everything=True)
    covered: set[Sha256] = set()
    for sentence in _sentences(message.written):
        if not says_confidential(sentence, words):
            continue
        named = _named(sentence, files, words, kinds)
        if not named:
            return Said(everything=True)
        covered |= named
    return Said(files=frozenset(covered))


def _sentences(text: str) -> Iterator[str]:
    """The sentences of a text, each in one line; items of a list and short lines stand for themselves."""
    for piece in _SENTENCE.split(text):
        gathered = ""
        for line in piece.splitlines():
            if gathered and (_ITEM.match(line) or len(gathered.splitlines()[-1]) < _WRAPPED_AT):
                yield gathered
                gathered = ""
            gathered = f"{gathered}\n{line.strip()}" if gathered else line.strip()
        yield gathered


def _named(
    sentence: str, files: Sequence[NamedFile], words: Sequence[str], kinds: Sequence[KindSpec]
) -> frozenset[Sha256]:
    """The files that a sentence names; none where it speaks of others as well."""
    flat = " ".join(sentence.split())
    by_name = {entry.sha256 for entry in files if any(_stands(name, flat) for name in entry.names)}
    rest = _said(tuple(words)).sub(" ", _without_names(flat, files))
    if _SEVERAL.search(rest):
        return frozenset()
    spoken_of = {spec.kind for spec in named_in(rest, kinds)}
    return frozenset(by_name | {entry.sha256 for entry in files if entry.kind in spoken_of})


def _stands(name: str, sentence: str) -> bool:
    """Whether a file's name, or its stem, stands in a sentence, however its words are parted."""
    said = f" {fold(sentence)} "
    stem = PurePosixPath(name).stem
    return f" {fold(name)} " in said or (
        len(stem) >= _SHORTEST_STEM and bool(fold(stem)) and f" {fold(stem)} " in said
    )


def _without_names(sentence: str, files: Sequence[NamedFile]) -> str:
    """A sentence without the file names in it: "all-decks.pdf" says nothing of all decks."""
    for name in (name for entry in files for name in entry.names):
        sentence = re.sub(re.escape(name), " ", sentence, flags=re.IGNORECASE)
    return sentence


def named_files(
    parts: Sequence[Part], among: Sequence[Part], kinds: Mapping[Sha256, Kind]
) -> tuple[NamedFile, ...]:
    """Documents as sentences name them; `among` are all parts of the mail, with the containers that held them."""
    by_path = {part.path: part for part in among}
    return tuple(
        NamedFile(part.sha256, tuple(_names(part, by_path)), kinds.get(part.sha256))
        for part in parts
    )


def _names(part: Part, by_path: Mapping[str, Part]) -> Iterator[str]:
    holder: Part | None = part
    while holder is not None:
        if holder.filename:
            yield holder.filename
        holder = by_path.get(holder.container or "")


def why_confidential(
    document: Document,
    others: Sequence[Document],
    checklist: Checklist,
    *,
    said: Said,
    marked: bool,
    by_project: bool,
) -> Secrecy | None:
    """Why a new document is confidential, None where it is not; the project comes last, for it may be taken back.

    A newer version of a confidential document is what that one is.
    """
    items = {item.item for item in checklist.items if item.confidential}
    if said.covers(document.sha256):
        return Secrecy.WORD
    if marked:
        return Secrecy.MARK
    if items.intersection(document.filed_for):
        return Secrecy.ITEM
    if any(other.confidential and is_version(document, other) for other in others):
        return Secrecy.VERSION
    return Secrecy.PROJECT if by_project else None


def nameless(document: Document) -> Document:
    """A document as people outside its project may hear of it: that there is one."""
    if not document.confidential:
        return document
    bare = replace(document.classification, title=None, evidence=())
    url = NAMELESS if document.url else None
    offer = document.offer and replace(document.offer, title=None)
    return replace(
        document, filename=NAMELESS, url=url, classification=bare, blob=None, offer=offer
    )


def nameless_parts(
    received: Sequence[Received], documents: Sequence[Document]
) -> tuple[Received, ...]:
    """Messages as people outside the project may hear of them: where one holds a confidential document, by their numbers.

    Its words, its links and what held the document may name it too, so none of them is told.
    """
    secret = {document.number for document in documents if document.confidential}
    return tuple(
        replace(message, parts=_bare(message.parts), links=(), written="", notes=())
        if any(part.number in secret for part in message.parts)
        else message
        for message in received
    )


def _bare(parts: Sequence[PartOutcome]) -> tuple[PartOutcome, ...]:
    return tuple(replace(part, filename=NAMELESS) for part in parts)


def without_subject(thread: Thread, words: Sequence[str]) -> Thread:
    """A thread as people outside the project may hear of it, where its subject says that it is confidential."""
    if not says_confidential(thread.subject, words):
        return thread
    return replace(thread, subject=NAMELESS, thread_topic=None)
