"""What the ledger takes and gives, beyond the vocabulary of `intake.model`: claims, settlements, intents, holds."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from intake.model import (
    Acquaintance,
    Address,
    Authentication,
    AutoKind,
    BlobKey,
    BounceReport,
    Classification,
    ClientId,
    Document,
    HoldId,
    HoldReason,
    InboundMessage,
    ItemName,
    Kickoff,
    Kind,
    Lesson,
    LetterKind,
    LetterNumber,
    LinkFound,
    Locator,
    Mailbox,
    MessageNumber,
    NotedWish,
    OutboundMessage,
    PartOutcome,
    Project,
    ProjectId,
    ProjectState,
    Received,
    Remark,
    Sha256,
    Thread,
    Token,
    Unreached,
    Wish,
    WishState,
)


class MessageStatus(StrEnum):
    """Where a message stands; everything but `waiting` is settled."""

    WAITING = "waiting"
    ACCEPTED = "accepted"
    HELD = "held"
    DISCARDED = "discarded"
    BOUNCE = "bounce"
    REPEATED = "repeated"
    """The same message as one we have, delivered again."""
    REJECTED = "rejected"
    """A person decided that it is not to be used."""
    REMOVED = "removed"
    """Its octets and all that was known of it are gone: its project was erased, or its time was up."""


class HoldSubject(StrEnum):
    """What waits for a person."""

    MESSAGE = "message"
    DOCUMENT = "document"
    INSTRUCTION = "instruction"
    LETTER = "letter"


@dataclass(frozen=True, slots=True)
class NewMessage:
    """A message whose octets are stored, about to get its row."""

    sha256: Sha256
    size_octets: int
    oversize_octets: int | None
    blob_key: BlobKey
    locator: Locator
    received_at: datetime
    envelope_recipient: Address | None = field(repr=False)
    answerable: bool = True


@dataclass(frozen=True, slots=True)
class Claim:
    """The right of one worker to settle one message. Every later write checks `fence`."""

    number: MessageNumber
    fence: int
    sha256: Sha256
    blob_key: BlobKey
    size_octets: int
    oversize_octets: int | None
    received_at: datetime
    envelope_recipient: Address | None = field(repr=False)
    answerable: bool
    released: bool
    """A person released it: its sender is believed."""
    assigned: ProjectId | None
    """A person said which project it is for."""
    deaths: int = 0
    """How many workers died while it was in their hands: perhaps of it, perhaps of what lay beside it."""
    opens: bool = False
    """The project that it is `assigned` to was made for it, and begins when it is settled."""


@dataclass(frozen=True, slots=True)
class Opening:
    """A kickoff, and what the ledger said of everybody it names when that was decided: `views`.

    `digest` is the message's own. The project gets the checklist and the time zone.
    """

    kickoff: Kickoff
    digest: Sha256
    views: tuple[Acquaintance, ...] = field(repr=False)
    checklist: str
    timezone: str
    opened_on: date


@dataclass(frozen=True, slots=True)
class Standing:
    """What a decision about a project is based on. `version` is checked when the decision is written."""

    project: Project
    version: int
    documents: tuple[Document, ...]
    waived: frozenset[ItemName]
    wishes: tuple[NotedWish, ...] = ()
    """What people asked of the desk for this project, oldest first."""
    offers_due: bool = False
    """It is new, and what is still fresh of earlier projects is not offered yet: no letter tells of it before."""


@dataclass(frozen=True, slots=True)
class LetterIntent:
    """A letter that is owed. One for each (project, kind, cause, recipient).

    With `joins`, an intent of the same kind to the same person in the same thread that is not yet composed takes this
    message in as well, and waits until `due_at`.
    """

    kind: LetterKind
    cause: str
    thread: str
    recipient: Mailbox
    due_at: datetime
    joins: bool = False
    owed_from: datetime | None = None
    """Of a letter that answers no message: when it could have left at the earliest; None for when it is due."""
    project: ProjectId | None = None
    """Of a letter about another project than its message's; None for the message's own."""


# ---------------------------------------------------------------- what instructions change


@dataclass(frozen=True, slots=True)
class Waived:
    """The project does without an item, or (`waived` False) does not any more."""

    item: ItemName
    waived: bool = True


@dataclass(frozen=True, slots=True)
class Decided:
    """A person's word on a document: what it is, what it counts toward, what that teaches; `rejected`: not to be used."""

    number: int
    classification: Classification
    filed_for: tuple[ItemName, ...]
    rejected: bool = False
    lesson: NewLesson | None = None


@dataclass(frozen=True, slots=True)
class Moved:
    """A document goes, as `moved`, into another project of the same client."""

    number: int
    to: Standing
    moved: Document


@dataclass(frozen=True, slots=True)
class Secluded:
    """These documents are confidential, or not any more."""

    numbers: tuple[int, ...]
    confidential: bool = True


@dataclass(frozen=True, slots=True)
class ProjectSet:
    """A project's state, or whether it is confidential; None leaves a thing as it is."""

    state: ProjectState | None = None
    paused_until: date | None = None
    confidential: bool | None = None


@dataclass(frozen=True, slots=True)
class Opened:
    """The mail's project begins; taking that back closes it."""


@dataclass(frozen=True, slots=True)
class Kept:
    """These documents of earlier projects hold for this one too."""

    numbers: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Welcomed:
    """Somebody is a contact of this client from now on, and the mail of theirs that waits for that is taken."""

    sender: Address = field(repr=False)
    client: ClientId


@dataclass(frozen=True, slots=True)
class TurnedAway:
    """The mail of this person that waits for a yes is not to be used."""

    sender: Address = field(repr=False)


@dataclass(frozen=True, slots=True)
class Assigned:
    """This mail, which waits, is for the project."""

    holds: tuple[HoldId, ...]


Change = (
    Waived
    | Decided
    | Moved
    | Secluded
    | ProjectSet
    | Opened
    | Kept
    | Welcomed
    | TurnedAway
    | Assigned
)


@dataclass(frozen=True, slots=True)
class Ending:
    """An earlier instruction that one ends. `reverts`: what it changed is put back as it was."""

    id: int
    state: WishState
    reverts: bool = False


@dataclass(frozen=True, slots=True)
class Deed:
    """One instruction and what is done about it. `about` is the view of another project that it changes."""

    wish: Wish
    state: WishState
    by_freelancer: bool
    change: Change | None = None
    remark: Remark | None = None
    ends: tuple[Ending, ...] = ()
    about: Standing | None = None
    errand: bool = False
    """Somebody is written to, who was named for one item."""


@dataclass(frozen=True, slots=True)
class Settlement:
    """Everything that one message changes, written in one transaction.

    `standing` is the view that `documents`, `superseded` and `parts` were decided on, None for a message that belongs to
    no project. `hold` is the reason where the message itself waits for a person. `bounces` and `away_until` are what it
    claims about reaching its recipients and its sender; the ledger believes them only about letters of ours.
    """

    status: MessageStatus
    message: InboundMessage
    hold: HoldReason | None = None
    auto: AutoKind | None = None
    authentication: Authentication = Authentication.NONE
    standing: Standing | None = None
    cc: tuple[Address, ...] = field(default=(), repr=False)
    parts: tuple[PartOutcome, ...] = ()
    links: tuple[LinkFound, ...] = ()
    notes: tuple[str, ...] = field(default=(), repr=False)
    documents: tuple[Document, ...] = ()
    superseded: tuple[int, ...] = ()
    letters: tuple[LetterIntent, ...] = ()
    bounces: tuple[BounceReport, ...] = ()
    away_until: date | None = None
    deeds: tuple[Deed, ...] = ()
    """What the sender asked for in words, and what is done about it."""
    concealed: tuple[int, ...] = ()
    """Documents that the project has, and that this message makes confidential, by number."""
    kept: tuple[int, ...] = ()
    """Documents of earlier projects that were offered and that this message brings once more, by number."""
    quiet: bool = False
    """Nobody is told what it changes: old mail, or fed in from files."""


@dataclass(frozen=True, slots=True)
class LetterClaim:
    """The right of one worker to send one letter. `frozen` is what to send, where it was composed before."""

    number: LetterNumber
    fence: int
    kind: LetterKind
    cause: str
    project: ProjectId | None
    recipient: Mailbox
    attempts: int
    frozen: OutboundMessage | None
    """Its recipients are those who have neither got it nor been refused."""
    cut_off: bool
    """A worker died, or stopped, while it was sending this letter."""
    thread: Thread
    cc: tuple[Address, ...] = field(repr=False)
    received: tuple[Received, ...]
    standing: Standing | None
    """None for a question, which belongs to no project."""
    review: tuple[tuple[int, HoldId], ...]
    """Of the project's documents that wait for a person: their numbers, and those in the review queue."""
    now: datetime
    owed_since: datetime
    """When it was caused: it cannot have left before, not even in another life of this ledger."""
    may_have_left: bool = False
    """The ledger was restored from a backup, which does not know whether this letter left before."""
    delivered: tuple[Address, ...] = field(default=(), repr=False)
    """Recipients who have it from an earlier attempt."""
    refused: tuple[Address, ...] = field(default=(), repr=False)
    errand: NotedWish | None = None
    """Of a letter to somebody whom the client named: the instruction that it carries out."""
    unreached: Unreached | None = None
    """Of a notice: whom it is about, where it is about somebody whom a letter did not reach."""
    told: str | None = None
    """What was last listed to the same people in the same thread; see `OutboundMessage.told`. None after a day."""
    written: tuple[str, ...] = field(default=(), repr=False)
    """What the recipient wrote in their last messages for the project, the latest first."""
    manifest: bool = False
    """Of a report: it tells that the project has become complete."""


@dataclass(frozen=True, slots=True)
class Handed:
    """What one attempt to send a letter made of its recipients; those who are not named are still to get it."""

    delivered: tuple[Address, ...] = field(default=(), repr=False)
    unreached: tuple[Unreached, ...] = ()


@dataclass(frozen=True, slots=True)
class LookUp:
    """The right of one worker to ask the Sent folder for one letter.

    `owed_since` is as in `LetterClaim`. `doubtful_since` is None for a letter that has left, of which a copy is to be
    kept. `left_at` is when it left, or may have.
    """

    number: LetterNumber
    fence: int
    project: ProjectId | None
    letter: OutboundMessage
    owed_since: datetime
    left_at: datetime
    doubtful_since: datetime | None
    now: datetime


@dataclass(frozen=True, slots=True)
class HeldThing:
    """One line of the review queue. `number` is the document's number in its project."""

    id: HoldId
    what: HoldSubject
    reason: str
    token: Token | None
    project: ProjectId | None
    number: int | None
    message: MessageNumber | None
    letter: LetterNumber | None
    since: datetime
    sender: str = field(repr=False)
    subject: str = field(repr=False)
    filename: str = field(repr=False)
    detail: str = ""
    written: str = field(default="", repr=False)
    """What the sender of the message wrote with it."""


@dataclass(frozen=True, slots=True)
class WaitingMail:
    """Mail that waits for a freelancer's yes about its sender, who is on the domain of these clients of theirs."""

    hold: HoldId
    sender: Address = field(repr=False)
    clients: tuple[ClientId, ...]


@dataclass(frozen=True, slots=True)
class Asked:
    """A letter of ours that asked about mail of this sender. `holds` are what of it waits to be told its project."""

    kind: LetterKind
    sender: Address = field(repr=False)
    letter: bytes = field(repr=False)
    holds: tuple[HoldId, ...]


@dataclass(frozen=True, slots=True)
class NewLesson:
    """What a decision about a document teaches; whose document it was stands in the ledger.

    `pattern` is None where its name tells nothing. `is_example`: it shows what one of the operator's own kinds looks like.
    """

    kind: Kind
    taken_for: Kind
    pattern: str | None = field(repr=False)
    is_example: bool = False


@dataclass(frozen=True, slots=True)
class ListedLesson:
    """A lesson, with the names of its client and its project."""

    lesson: Lesson
    client: str = field(repr=False)
    token: Token


@dataclass(frozen=True, slots=True)
class Example:
    """A document that a person said to be of one of the operator's own kinds; it holds for its client alone.

    `blob` is where its octets lie.
    """

    client: ClientId
    kind: Kind
    sha256: Sha256
    filename: str = field(repr=False)
    blob: BlobKey | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class DoubtfulLetter:
    """A letter of which nobody knows whether it left."""

    id: LetterNumber
    kind: LetterKind
    recipient: Address = field(repr=False)
    since: datetime


@dataclass(frozen=True, slots=True)
class History:
    """The last day with one person: answers to what they wrote, answers in one thread, and when they were told of a project."""

    now: datetime
    sender_hour: int
    sender_day: int
    thread_day: int
    last_told: datetime | None
