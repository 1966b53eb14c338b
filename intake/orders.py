"""What a reader asks of its children, and what they answer: the words between the two sides, and their form as JSON.

Orders go down, answers come up. A child may have been taken over by what it opened, so an answer is read as a value of
its type and as nothing else. Does no reading, and imports nothing that does.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, TypeAdapter

from intake.extract import ExtractLimits
from intake.kinds import ExampleFile, KindSpec, Profile
from intake.model import (
    Address,
    Classification,
    Clues,
    Fate,
    InboundMessage,
    Kind,
    Part,
    Sha256,
    SortedPart,
    UnpackLimits,
    Unusable,
)


@dataclass(frozen=True, slots=True)
class ReaderSettings:
    """Bounds of what is read, and the operator's own kinds."""

    unpack: UnpackLimits
    extract: ExtractLimits
    own_kinds: tuple[KindSpec, ...] = ()
    examples: tuple[KindExamples, ...] = ()
    """Files that show what own kinds look like; a Reader reads them once."""
    profiles: tuple[Profile, ...] = ()
    """What the examples have in common, as children are given it."""
    extract_seconds: float = 30.0
    fiscal_year_starts: int = 1
    clamd: str | None = field(default=None, repr=False)
    """The virus scanner that a Reader asks before anything is opened, None for none."""
    confidential_words: tuple[str, ...] = ()
    """What a document that bears them as a mark is confidential by."""


@dataclass(frozen=True, slots=True)
class KindExamples:
    """The files of one own kind, in the order of the configuration."""

    kind: Kind
    paths: tuple[Path, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Examined:
    """A document, read: what it is, and a sketch of its text, by which versions know each other.

    `marked`: it says of itself that it is confidential.
    """

    path: str
    classification: Classification
    sketch: tuple[int, ...] = field(default=(), repr=False)
    marked: bool = False


@dataclass(frozen=True, slots=True)
class Opened:
    """A message, read; neither its parts nor the entries of its containers carry their octets."""

    message: InboundMessage
    parts: tuple[SortedPart, ...]
    forwarded: tuple[Address, ...] = field(default=(), repr=False)
    """The senders of the messages in it, outer ones first."""


@dataclass(frozen=True, slots=True)
class MessageOrder:
    """Open the message that the child holds, then examine its documents but those at `skip`, then hand out parts."""

    settings: ReaderSettings
    envelope_recipient: Address | None = field(repr=False)
    received_on: date | None
    """None: only open the message, and examine nothing."""
    skip: tuple[str, ...] = ()
    scanned: bool = False
    """Whether the octets of each part are shown, as SHOWN, before the part is opened, and a refusal waited for."""
    infected: bool = False
    """Whether the scanner found something in the message as a whole."""
    linked: InboundMessage | None = None
    """Where the child does not hold a message but a file that one links to: that message, with the file as its only part."""
    do: Literal["message"] = "message"


@dataclass(frozen=True, slots=True)
class FileOrder:
    """Examine the file that the child holds; `on` is the day against which "next quarter" is read."""

    settings: ReaderSettings
    filename: str | None = field(repr=False)
    on: date | None = None
    do: Literal["file"] = "file"


@dataclass(frozen=True, slots=True)
class TimeOrder:
    """Read the period or span of the document that the child holds, for the kind that was found otherwise."""

    settings: ReaderSettings
    found: Classification
    media_type: str
    clues: Clues
    do: Literal["time"] = "time"


@dataclass(frozen=True, slots=True)
class PartOrder:
    """Examine the document that the child holds, which came as this part; `part` has no octets."""

    settings: ReaderSettings
    part: Part
    clues: Clues
    do: Literal["part"] = "part"


@dataclass(frozen=True, slots=True)
class ExampleOrder:
    """Say what the file that the child holds shows of an own kind."""

    settings: ReaderSettings
    kind: Kind
    sha256: Sha256
    filename: str = field(repr=False)
    do: Literal["example"] = "example"


@dataclass(frozen=True, slots=True)
class ProfileOrder:
    """Say what examples have in common, kind by kind."""

    examples: tuple[ExampleFile, ...]
    do: Literal["profile"] = "profile"


@dataclass(frozen=True, slots=True)
class OctetsOrder:
    """Hand out one part of the message that was opened."""

    path: str


Order = MessageOrder | FileOrder | TimeOrder | PartOrder | ExampleOrder | ProfileOrder
"""What a child is asked first. `do` says which it is, or a child would have to try each of them in turn."""
ORDER: TypeAdapter[Order] = TypeAdapter(Annotated[Order, Field(discriminator="do")])
EXAMPLE = TypeAdapter(ExampleFile | Unusable)
PROFILES = TypeAdapter(tuple[Profile, ...])
OCTETS = TypeAdapter(OctetsOrder)
OPENED = TypeAdapter(Opened)
SHOWN = b"scan"
"""The header under which a child shows octets that it is to open; what it gets is a REFUSAL."""
REFUSAL: TypeAdapter[Fate | None] = TypeAdapter(Fate | None)
"""Why the octets are not to be opened, None where they may be."""
EXAMINED = TypeAdapter(Examined)


def documents_of(parts: Sequence[SortedPart]) -> tuple[Part, ...]:
    """The parts that are documents, each octets once, in order."""
    unique: dict[Sha256, Part] = {}
    for entry in parts:
        if entry.fate is Fate.DOCUMENT:
            unique.setdefault(entry.part.sha256, entry.part)
    return tuple(unique.values())


def enclosed_documents(parts: Sequence[SortedPart]) -> tuple[Part, ...]:
    """Those of them that came as files: what is pasted may be any mail's text."""
    return tuple(part for part in documents_of(parts) if not part.pasted)


def clues_of(message: InboundMessage, part: Part, order: MessageOrder) -> Clues:
    """What is known about a part of a message beside its octets."""
    return Clues(
        filename=part.filename,
        subject=message.subject,
        words="" if part.pasted else message.written,
        on=message.date.astimezone(UTC).date() if message.date else order.received_on,
        fiscal_year_starts=order.settings.fiscal_year_starts,
    )
