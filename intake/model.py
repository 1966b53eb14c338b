"""The vocabulary: every value that flows from one step of the pipeline to the next.

Imports the standard library only, does nothing and reads nothing. Mail words are those of the RFCs; the nouns of the
business are those of the README, one word per thing. Octets, text, names and addresses are left out of every `repr`.
"""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import NewType, Protocol

SCHEMA = 1
"""The version of every JSON object that the commands print."""

Sha256 = NewType("Sha256", str)
"""Lower-case hexadecimal SHA-256 of octets."""
Address = NewType("Address", str)
"""An addr-spec (RFC 5322), lower-cased; made by `normalise_address` only."""
Token = NewType("Token", str)
"""A project's subaddress (RFC 5233): the part of intake+TOKEN@… after the plus."""
Kind = NewType("Kind", str)
"""What a document is: a built-in kind, or one of the operator's own."""
ItemName = NewType("ItemName", str)
"""The name of one line of a checklist."""
ClientId = NewType("ClientId", int)
ProjectId = NewType("ProjectId", int)
MessageNumber = NewType("MessageNumber", int)
"""A message in the ledger; not its Message-ID, which is not unique."""
LetterNumber = NewType("LetterNumber", int)
HoldId = NewType("HoldId", int)
LessonNumber = NewType("LessonNumber", int)
BlobKey = NewType("BlobKey", str)

OTHER = Kind("other")


def normalise_address(text: str) -> Address:
    """The form in which addresses are compared: stripped and lower-cased, local part too (as mail servers in use do).

    The domain is in ASCII (RFC 5891), so that both its spellings are one address.
    """
    local, at, domain = text.strip().lower().rpartition("@")
    return Address(f"{local}{at}{ascii_domain(domain)}")


def ascii_domain(domain: str) -> str:
    """A domain with its labels in ASCII (RFC 3492).

    Nothing is mapped beyond case: a domain that only looks like another, or has "ß" for "ss", is another.
    """
    if domain.isascii():
        return domain
    labels = unicodedata.normalize("NFC", domain).split(".")
    return ".".join(
        label if label.isascii() else "xn--" + label.encode("punycode").decode("ascii")
        for label in labels
    )


_GMAIL = frozenset({"gmail.com", "googlemail.com"})


def mailbox_of(address: Address) -> Address:
    """The mailbox that an address reaches, for comparing only: without its "+tag" (RFC 5233), at Gmail without dots as well.

    An answer goes to the address itself.
    """
    local, _, domain = address.rpartition("@")
    local = local.partition("+")[0] or local
    if domain in _GMAIL:
        return Address(f"{local.replace('.', '')}@gmail.com")
    return Address(f"{local}@{domain}")


def is_among(address: Address, people: Sequence[Address]) -> bool:
    """Whether an address reaches the mailbox of one of these people."""
    if address in people:
        return True
    mailbox = mailbox_of(address)
    return any(mailbox_of(person) == mailbox for person in people)


def subaddress(own: Address, token: Token) -> Address:
    """The address that reaches one project, `intake+TOKEN@…` (RFC 5233); `own` is the desk's, without a token."""
    local, _, domain = own.rpartition("@")
    return Address(f"{local}+{token}@{domain}")


# ---------------------------------------------------------------- mail in


class Fate(StrEnum):
    """What became of one part; each part of each message ends with exactly one."""

    DOCUMENT = "document"  # before the ledger was asked: `inspect` stops here
    FILED = "filed"
    NEWER_VERSION = "newer-version"
    OLDER_VERSION = "older-version"
    DUPLICATE = "duplicate"
    NOT_ASKED_FOR = "not-asked-for"
    UNSURE = "unsure"
    LINK = "link"
    LOCKED = "locked"
    ENCRYPTED = "encrypted"
    UNREADABLE = "unreadable"
    DAMAGED = "damaged"
    EMPTY = "empty"
    TOO_LARGE = "too-large"
    UNSUPPORTED = "unsupported"
    INFECTED = "infected"
    OPENED = "opened"
    INVITATION = "invitation"
    CARD = "card"
    SIGNATURE_IMAGE = "signature-image"
    CRYPTO_SIGNATURE = "crypto-signature"
    DELIVERY_REPORT = "delivery-report"
    TRACKING = "tracking"


class LinkFate(StrEnum):
    """The second word of the fate `link`."""

    COUNTED = "counted"
    NEEDS_ACCESS = "needs-access"
    FETCHED = "fetched"
    NOTED = "noted"


class Role(StrEnum):
    """What a part is for, from its media type and structure."""

    FILE = "file"
    EMBEDDED_MESSAGE = "embedded-message"
    DELIVERY_STATUS = "delivery-status"
    SIGNATURE = "signature"
    CALENDAR = "calendar"
    TNEF = "tnef"
    OTHER = "other"


class AutoKind(StrEnum):
    """Why a message must not be answered (RFC 3834, 3464, 2919)."""

    BOUNCE = "bounce"
    AUTO_REPLIED = "auto-replied"
    AUTO_GENERATED = "auto-generated"
    LIST = "list"


class Authentication(StrEnum):
    """Whether a trusted server vouches for the From domain (RFC 8601)."""

    PASS = "pass"  # noqa: S105  # a verdict, not a password
    FAIL = "fail"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Locator:
    """Where a source keeps a message until it is acknowledged. Only that source reads `name`."""

    source: str
    name: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class RawMessage:
    """A message as received. `oversize_octets` is its full size where only the header block was taken, else None."""

    octets: bytes = field(repr=False)
    locator: Locator
    received_at: datetime
    envelope_recipient: Address | None = field(default=None, repr=False)
    oversize_octets: int | None = None


@dataclass(frozen=True, slots=True)
class Mailbox:
    """A display name (decoded, may be empty) and an address (RFC 5322 mailbox)."""

    name: str = field(repr=False)
    address: Address = field(repr=False)


@dataclass(frozen=True, slots=True)
class HeaderField:
    """One header field: the name as sent, the value unfolded and with its encoded words decoded."""

    name: str
    value: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Part:
    """One leaf that is not a body, or one entry of a container.

    `path` is the part path ("2", "2.1"); inside containers the container's path, "!" and the entry's name or inner part
    path ("3!folder/a.pdf"). `container` is the path of what held it, None for the message's own leaves. `filename` is
    what the sender wrote, decoded: never a safe storage name. `octets` are decoded as far as they go; `damaged` says
    that they did not go all the way. `sniffed` is the media type that the octets show, None where they show none.
    `referenced` says that the message's own HTML shows the part by its Content-ID. `macros` says that an Office file holds
    a program, `small_picture` that a picture is no larger than a logo may be: both of documents, once they are unpacked.
    `pasted` says that it is not a file but an article in the text.
    """

    path: str
    filename: str | None = field(repr=False)
    media_type: str
    sniffed: str | None
    octets: bytes = field(repr=False)
    size_octets: int
    sha256: Sha256
    inline: bool
    role: Role
    content_id: str | None = field(default=None, repr=False)
    container: str | None = None
    damaged: bool = False
    referenced: bool = False
    macros: bool = False
    small_picture: bool = False
    pasted: bool = False


@dataclass(frozen=True, slots=True)
class SortedPart:
    """A part and the fate that the message alone decides; `Fate.DOCUMENT` where the ledger has the last word."""

    part: Part
    fate: Fate


@dataclass(frozen=True, slots=True)
class InboundMessage:
    """What a message says, decoded. Every tuple is in the order of the message.

    `sender` is None unless From holds exactly one mailbox with an @. `written` is what the sender wrote, without quoted
    text and signature; `text` is the whole of the bodies. `digest` names the message without its trace fields, so that a
    redelivery has the same one. `date` is aware, None where the Date field is missing or wrong. `opened` are the paths of
    parts that have been opened: their text is in `written`, what they hold stands behind them in `parts`.
    """

    sha256: Sha256
    digest: Sha256
    size_octets: int
    fields: tuple[HeaderField, ...] = field(repr=False)
    sender: Mailbox | None
    reply_to: tuple[Mailbox, ...]
    to: tuple[Mailbox, ...]
    cc: tuple[Mailbox, ...]
    recipients: tuple[Address, ...] = field(repr=False)
    """Addresses of To, Cc, Delivered-To, X-Original-To, Envelope-To and the envelope recipient, without repeats."""
    subject: str = field(repr=False)
    message_id: str | None = field(repr=False)
    in_reply_to: tuple[str, ...] = field(repr=False)
    references: tuple[str, ...] = field(repr=False)
    date: datetime | None
    written: str = field(repr=False)
    text: str = field(repr=False)
    links: tuple[str, ...] = field(repr=False)
    parts: tuple[Part, ...]
    defects: tuple[str, ...]
    opened: tuple[str, ...] = ()
    bounces: tuple[BounceReport, ...] = ()
    """What a delivery report says; read in the child, since it stands in octets."""

    def field_values(self, name: str) -> tuple[str, ...]:
        """The values of every field of that name, topmost first; the name's case does not matter."""
        wanted = name.lower()
        return tuple(entry.value for entry in self.fields if entry.name.lower() == wanted)


@dataclass(frozen=True, slots=True)
class Unpacked:
    """What a message holds, containers opened.

    `parts` are all leaves in order, a container before what it holds. `defects` are those of embedded messages and
    containers. `inner` are the embedded messages themselves, outer ones first. `written` is the text that only a winmail.dat holds,
    None where there is none.
    """

    parts: tuple[SortedPart, ...]
    defects: tuple[str, ...] = ()
    inner: tuple[InboundMessage, ...] = ()
    written: str | None = field(default=None, repr=False)


class HoldReason(StrEnum):
    """Why a message or a document waits for a person."""

    NO_SINGLE_SENDER = "no-single-sender"
    UNIDENTIFIED_SENDER = "unidentified-sender"
    UNVERIFIED_SENDER = "unverified-sender"
    AUTHENTICATION_FAILED = "authentication-failed"
    UNKNOWN_PROJECT = "unknown-project"
    AMBIGUOUS_PROJECT = "ambiguous-project"
    COLLEAGUE = "colleague"
    PROJECT_CLOSED = "project-closed"
    TOO_LARGE = "too-large"
    UNREADABLE = "unreadable"
    FAILED_REPEATEDLY = "failed-repeatedly"
    UNSURE_DOCUMENT = "unsure"
    DOUBTFUL_LETTER = "doubtful"
    FAILED_LETTER = "failed"
    AUTOMATIC_WITH_DOCUMENTS = "automatic-with-documents"
    AWAITS_YES = "awaits-yes"
    """Somebody at the client asked for what only a freelancer can allow."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """To be filed; to be answered only if `auto` is None."""

    auto: AutoKind | None
    authentication: Authentication


@dataclass(frozen=True, slots=True)
class Held:
    """Kept for a person; nobody is answered."""

    reason: HoldReason
    auto: AutoKind | None
    authentication: Authentication


@dataclass(frozen=True, slots=True)
class Discarded:
    """Automatic mail that concerns nobody: recorded, never answered."""

    auto: AutoKind
    authentication: Authentication


@dataclass(frozen=True, slots=True)
class Bounce:
    """A delivery report; `of` is the Message-ID it is about, None where it does not say."""

    of: str | None = field(repr=False)
    authentication: Authentication


Disposition = Accepted | Held | Discarded | Bounce


@dataclass(frozen=True, slots=True)
class BounceReport:
    """What a delivery report says of one recipient of the letter `of`, a Message-ID; None for what it does not say.

    `status` is an enhanced status code (RFC 3463). `permanent` is False where the letter is only late, or may arrive
    when sent again.
    """

    of: str | None = field(repr=False)
    recipient: Address | None = field(repr=False)
    status: str | None
    permanent: bool


@dataclass(frozen=True, slots=True)
class Reach:
    """Whether letters reach a contact: when one came back for good, and the first day on which an absent one is back."""

    address: Address = field(repr=False)
    bounced_at: datetime | None
    away_until: date | None


# ---------------------------------------------------------------- documents


class Cadence(StrEnum):
    """How often a roadmap is due."""

    QUARTERLY = "quarterly"
    YEARLY = "yearly"


@dataclass(frozen=True, slots=True)
class Span:
    """Calendar dates, both inclusive; `first` is never after `last`."""

    first: date
    last: date

    def __contains__(self, day: date) -> bool:
        return self.first <= day <= self.last


class Family(StrEnum):
    """The family of formats that a document was read as."""

    PDF = "pdf"
    SLIDES = "slides"
    WORDS = "words"
    SHEET = "sheet"
    CALENDAR = "calendar"
    WEB = "web"
    TEXT = "text"
    PICTURE = "picture"


@dataclass(frozen=True, slots=True)
class Page:
    """One page, slide or sheet. Width and height are in points, 0 where the format has none.

    `drawn` counts lines, boxes and paths (of slides: shapes that are no placeholders, with or without words).
    `letter_sizes` is the number of sizes of letters, `covered` about the share of the page that letters take up: both of
    PDF only. `flat`, `edges` and `rows` tell how a picture looks: the share of its commonest two greys, the share of
    pixels unlike their neighbour, and the number of bands with edges, which lines of text are. `grid` is the picture in 16 by
    16 fields of four greys, row by row, by which a picture saved again is known.
    """

    text: str = field(repr=False)
    width: float = 0.0
    height: float = 0.0
    pictures: int = 0
    drawn: int = 0
    letter_sizes: int = 0
    covered: float = 0.0
    flat: float = 0.0
    edges: float = 0.0
    rows: int = 0
    grid: tuple[int, ...] = ()


BY_OCR = "+tesseract"
"""What `Extract.method` ends with where OCR read some of it."""


@dataclass(frozen=True, slots=True)
class Extract:
    """What is in a document. `text` is that of all pages in reading order, table cells parted by tabs, rows by lines.

    `page_count` is the number of pages, slides or sheets, None for formats without; `pages` may hold fewer (bounded by
    the settings). `dates` are typed dates in the content (cells, calendar components), never metadata; for calendars
    they are the events' days. `document_date` is metadata: the day it was last saved. `merged` counts joined cells,
    `filled` cells with a colour and no text, as in a Gantt chart: both of Excel only. `method` names the reader; it ends
    with `BY_OCR` where text was read by OCR. `late` says that there was text to read, and no time left for it.
    """

    family: Family
    text: str = field(repr=False)
    pages: tuple[Page, ...] = ()
    page_count: int | None = None
    title: str | None = field(default=None, repr=False)
    headings: tuple[str, ...] = field(default=(), repr=False)
    tables: int = 0
    dates: tuple[date, ...] = ()
    events: int = 0
    document_date: date | None = None
    merged: int = 0
    filled: int = 0
    method: str = ""
    late: bool = False

    @property
    def by_ocr(self) -> bool:
        """Whether some of the text was read off a picture."""
        return self.method.endswith(BY_OCR)


class Problem(StrEnum):
    """Why a document could not be used; the same words as the fates."""

    LOCKED = "locked"
    UNREADABLE = "unreadable"
    EMPTY = "empty"
    TOO_LARGE = "too-large"
    INFECTED = "infected"
    UNSUPPORTED = "unsupported"


@dataclass(frozen=True, slots=True)
class Unusable:
    """A document that could not be read, and why; `detail` is a plain word or two for the operator."""

    problem: Problem
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Alternative:
    """Another kind that the document may be."""

    kind: Kind
    confidence: float


@dataclass(frozen=True, slots=True)
class Classification:
    """What a document is, and why. `confidence` is 0 to 1; `sure` is False where a person should look.

    `period` is as the document states it ("2026-Q4", "2026-H1", "2026", "2026-Q3..2027-Q2"), `span` the same in calendar
    dates, or a calendar's first and last event. `by_quarter` says that a yearly roadmap is laid out in quarters.
    `document_date` is the date that the document states for itself. A document with a `problem` is `other`, not sure.
    `read_as` is what it would be by itself, where a lesson says otherwise.
    """

    kind: Kind
    confidence: float
    sure: bool
    alternatives: tuple[Alternative, ...] = ()
    cadence: Cadence | None = None
    period: str | None = None
    span: Span | None = None
    by_quarter: bool = False
    document_date: date | None = None
    pages: int | None = None
    title: str | None = field(default=None, repr=False)
    evidence: tuple[str, ...] = field(default=(), repr=False)
    problem: Problem | None = None
    read_as: Kind | None = None


@dataclass(frozen=True, slots=True)
class UnpackLimits:
    """How much may be unpacked from one message. Octets are counted after decompression."""

    archive_octets: int = 524_288_000
    archive_entries: int = 1000
    document_octets: int = 104_857_600
    depth: int = 5


@dataclass(frozen=True, slots=True)
class Clues:
    """What surrounds a document: its name, what the mail says of it, and when. All of it weaker than the content.

    `words` is the subject and the written text; `on` is the message's date, against which "next quarter" is read;
    `fiscal_year_starts` is a month, 1 to 12.
    """

    filename: str | None = field(default=None, repr=False)
    subject: str = field(default="", repr=False)
    words: str = field(default="", repr=False)
    on: date | None = None
    fiscal_year_starts: int = 1


# ---------------------------------------------------------------- people, projects, checklists


@dataclass(frozen=True, slots=True)
class Item:
    """One line of a checklist. `cadence` with `current` asks for the period that holds today.

    What is filed for a `confidential` one is.
    """

    item: ItemName
    label: str
    kind: Kind
    required: bool = True
    count: int = 1
    cadence: Cadence | None = None
    current: bool = False
    upcoming: bool = False
    max_age_days: int | None = None
    links: bool = False
    confidential: bool = False


@dataclass(frozen=True, slots=True)
class Checklist:
    """What a project needs, in the order in which letters number it."""

    name: str
    items: tuple[Item, ...]


class ProjectState(StrEnum):
    """What people set (open, paused, closed), and what follows from the documents (complete)."""

    OPEN = "open"
    PAUSED = "paused"
    COMPLETE = "complete"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Client:
    """A client, the people who write for it, and the domains that are its own.

    `language` is the one that its people are written to in, None for the one that they write in themselves.
    `holidays` is the country or region whose public holidays are days off there, None for that of the settings.
    """

    id: ClientId
    name: str = field(repr=False)
    contacts: tuple[Address, ...] = field(default=(), repr=False)
    domains: tuple[str, ...] = field(default=(), repr=False)
    language: str | None = None
    holidays: str | None = None


@dataclass(frozen=True, slots=True)
class Project:
    """One piece of work for a client. `state` is what people set: open, paused or closed; complete is derived."""

    id: ProjectId
    client: Client
    title: str = field(repr=False)
    token: Token
    checklist: str
    freelancers: tuple[Address, ...] = field(repr=False)
    state: ProjectState
    timezone: str
    opened_on: date
    starts: date | None = None
    due: date | None = None
    confidential: bool = False
    paused_until: date | None = None
    """The day on which a pause ends by itself, None where it does not, or there is none."""


@dataclass(frozen=True, slots=True)
class Acquaintance:
    """What the ledger knows that bears on whose message this is, asked once, so that `identify` can be pure.

    `clients` are those where the sender is a contact, `colleague_of` those whose domain the sender's is, `projects` all
    projects of these clients and those where the sender is a freelancer, `by_thread` the projects of letters and messages
    that In-Reply-To and References name.
    """

    sender: Address | None = field(repr=False)
    clients: tuple[ClientId, ...] = ()
    colleague_of: tuple[ClientId, ...] = ()
    projects: tuple[Project, ...] = ()
    by_thread: tuple[ProjectId, ...] = ()
    token_exists: bool = False


@dataclass(frozen=True, slots=True)
class Submission:
    """This message is from this person, for this project. `assumed` says that an unknown token was put right."""

    project: Project
    sender: Address = field(repr=False)
    is_freelancer: bool
    assumed: bool = False


@dataclass(frozen=True, slots=True)
class Unidentified:
    """Nobody knows whose this is, or for which of several projects; held, and nothing is filed.

    `note` is why a mail that looks like a kickoff opened nothing, "" for any other.
    """

    reason: HoldReason
    candidates: tuple[Project, ...] = ()
    note: str = ""


Identification = Submission | Unidentified


@dataclass(frozen=True, slots=True)
class Kickoff:
    """A project that a freelancer's mail to a client opens.

    `client` is None for one that nobody knows yet: `names` are what it may be called, the first that is free, and `domain`
    is its own, None where it has none. `contacts` are the client's people whom the mail is written to.
    """

    freelancer: Address = field(repr=False)
    title: str = field(repr=False)
    contacts: tuple[Address, ...] = field(repr=False)
    client: ClientId | None = None
    names: tuple[str, ...] = field(default=(), repr=False)
    domain: str | None = field(default=None, repr=False)


# ---------------------------------------------------------------- keeping score


class Secrecy(StrEnum):
    """Why a document is confidential: what was said with it, what it bears, what it is for or a version of, or whose it is."""

    WORD = "word"
    MARK = "mark"
    ITEM = "item"
    VERSION = "version"
    PROJECT = "project"
    PERSON = "person"


@dataclass(frozen=True, slots=True)
class Offer:
    """That a document is from an earlier project of the client: does not count until somebody says that it is to be `kept`.

    `project` and `title` are that project's, None where it was erased since.
    """

    kept: bool
    project: ProjectId | None = None
    title: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Document:
    """A document as the ledger holds it, within one project. `number` is the one that letters and commands use.

    `blob` is None for a link, `url` is None for a file. `filed_for` are the items it counts toward, whether or not it is
    still current. `decided_by_person` outweighs every model. `superseded` says that a newer version replaced it.
    `sketch` is a MinHash of the text, by which versions of one document know each other. `confidential_for` is why it is
    confidential, None where it is not or nobody noted why; `PERSON` of one that is not: a freelancer said that it is not.
    """

    number: int
    sha256: Sha256
    filename: str = field(repr=False)
    media_type: str
    size_octets: int
    blob: BlobKey | None = field(repr=False)
    url: str | None = field(repr=False)
    classification: Classification
    fate: Fate
    received_at: datetime
    filed_for: tuple[ItemName, ...] = ()
    decided_by_person: bool = False
    superseded: bool = False
    rejected: bool = False
    confidential: bool = False
    sketch: tuple[int, ...] = field(default=(), repr=False)
    confidential_for: Secrecy | None = None
    offer: Offer | None = None
    """None for what came for this very project."""

    @property
    def is_offered(self) -> bool:
        """Whether it waits for somebody's word that it is to be kept."""
        return self.offer is not None and not self.offer.kept and not self.rejected


class ItemState(StrEnum):
    """Where an item stands; only `received` and `waived` are done."""

    RECEIVED = "received"
    PARTLY = "partly"
    MISSING = "missing"
    STALE = "stale"
    UNSURE = "unsure"
    WAIVED = "waived"


@dataclass(frozen=True, slots=True)
class ItemDocument:
    """A document listed under an item; `current` says that it counts today."""

    document: Document
    current: bool


@dataclass(frozen=True, slots=True)
class ItemReport:
    """Where one item stands. `period` is the one wanted, None where the item has none; `came` the one that came instead.

    `coming_up` is the next period, in the last fourteen days of the present one, where it is not here yet.
    """

    item: Item
    state: ItemState
    have: int
    documents: tuple[ItemDocument, ...]
    period: str | None = None
    came: str | None = None
    coming_up: str | None = None
    later: date | None = None
    """The day for which it was promised, while that has not passed."""
    vetoed: bool = False
    """The client said that there is none, and the freelancer objected."""
    unsure: tuple[Document, ...] = ()
    """What may count, once somebody has said what it is."""
    offered: tuple[Document, ...] = ()
    """What would count, were it kept: documents of earlier projects, while the item is not done."""


@dataclass(frozen=True, slots=True)
class CompletenessReport:
    """Where a project stands on a day; derived, never stored. Its periods count from the month `fiscal_year_starts`."""

    project: Project
    on: date
    items: tuple[ItemReport, ...]
    fiscal_year_starts: int = 1

    @property
    def complete(self) -> bool:
        """No required item is missing, stale, unsure or partly there."""
        done = {ItemState.RECEIVED, ItemState.WAIVED}
        return all(entry.state in done for entry in self.items if entry.item.required)

    @property
    def wanted(self) -> tuple[ItemReport, ...]:
        """The required items that are not done, in checklist order."""
        done = {ItemState.RECEIVED, ItemState.WAIVED}
        return tuple(
            entry for entry in self.items if entry.item.required and entry.state not in done
        )


@dataclass(frozen=True, slots=True)
class Lesson:
    """What a person's word on one document taught, for its sender and its project; never for another client.

    `pattern` are the telling words of the document's name, None where the name tells nothing: then the lesson is about
    these octets (`sha256`) and this text (`sketch`) alone. `taken_for` is what the document was read as by itself.
    """

    number: LessonNumber
    client: ClientId
    project: ProjectId
    sender: Address = field(repr=False)
    pattern: str | None = field(repr=False)
    filename: str = field(repr=False)
    sha256: Sha256
    sketch: tuple[int, ...] = field(repr=False)
    kind: Kind
    taken_for: Kind
    taught_at: datetime


# ---------------------------------------------------------------- the outcome of one message


@dataclass(frozen=True, slots=True)
class LinkFound:
    """An address in what the sender wrote, and what became of it."""

    url: str = field(repr=False)
    fate: LinkFate
    service: str
    """"Google Drive", "Dropbox" …, or the host."""


@dataclass(frozen=True, slots=True)
class PartOutcome:
    """The last word on one part, as the ledger keeps it and the reply tells it."""

    path: str
    container: str | None
    filename: str | None = field(repr=False)
    media_type: str
    size_octets: int
    sha256: Sha256
    role: Role
    fate: Fate
    number: int | None = None
    """The document's number in its project, None where the part is no document."""


BEHIND_LINK = "link:"
"""What the container of a fetched file is called, before the number of its link in the message."""
ASSUMED_PROJECT = "assumed-project"
"""The note that an unknown token was put right; letters say it in their language."""
KICKOFF = "kickoff"
"""The note that a message opened its project."""
SEVERAL_CLIENTS = "several-clients"
NO_TITLE = "no-title"
NOT_CLEAR = "not-clear"
"""The notes on why a mail to a client opened no project."""
WHOLE_MESSAGE = ""
"""The path of a message as a whole (an empty section, RFC 9051 6.4.5): one that was too large is its own only part."""


class LetterKind(StrEnum):
    """Why we write. `COLLEAGUE` asks a freelancer whether somebody on a client's domain may send files for it.

    `ERRAND` asks somebody whom the client named for one item, `ALERT` tells the operator of trouble with the desk itself.
    `WEBHOOK` is no letter but a call of the operator's program, which is owed and tried as letters are.
    """

    REPLY = "reply"
    REPORT = "report"
    QUESTION = "question"
    COLLEAGUE = "colleague"
    REMINDER = "reminder"
    DIGEST = "digest"
    NOTICE = "notice"
    ERRAND = "errand"
    ALERT = "alert"
    WEBHOOK = "webhook"


SILENCE = "silence:"
"""What the cause of a letter begins with that a client's silence calls for: a reminder, or a notice to a freelancer."""


class LetterState(StrEnum):
    """intent → sending → sent | retry | doubtful | failed; octets and Message-ID are frozen before `sending`."""

    INTENT = "intent"
    SENDING = "sending"
    RETRY = "retry"
    SENT = "sent"
    DOUBTFUL = "doubtful"
    FAILED = "failed"
    DROPPED = "dropped"


@dataclass(frozen=True, slots=True)
class Thread:
    """What an answer takes over from the message it answers (RFC 5322 3.6.4; Thread-Topic and Thread-Index for Outlook)."""

    subject: str = field(repr=False)
    message_id: str | None = field(default=None, repr=False)
    references: tuple[str, ...] = field(default=(), repr=False)
    thread_topic: str | None = field(default=None, repr=False)
    thread_index: str | None = field(default=None, repr=False)


# ---------------------------------------------------------------- what people asked of the desk


class Verb(StrEnum):
    """What one instruction asks for."""

    NOT_APPLICABLE = "not-applicable"
    LATER = "later"
    SOMEONE_ELSE = "someone-else"
    IS_KIND = "is-kind"
    FOR_PROJECT = "for-project"
    KEEP = "keep"
    LEAVE = "leave"
    CONFIDENTIAL = "confidential"
    NOT_CONFIDENTIAL = "not-confidential"
    STOP_REMINDING = "stop-reminding"
    RESUME_REMINDING = "resume-reminding"
    UNDO = "undo"
    WAIVE = "waive"
    VETO = "veto"
    ACCEPT = "accept"
    STATUS = "status"
    PAUSE = "pause"
    RESUME = "resume"
    CLOSE = "close"
    OPEN = "open"
    """A mail to a client, and no words to us, opened the project."""
    LET_IN = "let-in"
    """Mail of a person whom nobody has named as a contact is taken."""
    KEEP_OUT = "keep-out"
    ASSIGN = "assign"
    """Mail that waits is for this project."""
    HELP = "help"
    NO = "no"
    NOT_YOURS = "not-yours"
    UNCLEAR = "unclear"


@dataclass(frozen=True, slots=True)
class Wish:
    """What one instruction asks for, in the shape that the ledger keeps and letters tell.

    Which fields are set depends on the verb. `number` is a document's; `project` is another project than the one that the
    mail is for; `doubt` and `candidates` belong to what is unclear; `phrase` holds the words of the mail.
    """

    verb: Verb
    item: ItemName | None = None
    number: int | None = None
    kind: Kind | None = None
    until: date | None = None
    project: Token | None = None
    address: Address | None = field(default=None, repr=False)
    name: str = field(default="", repr=False)
    scope: str | None = None
    doubt: str | None = None
    command: str | None = None
    candidates: tuple[Wish, ...] = ()
    phrase: str = field(default="", repr=False, compare=False)


class WishState(StrEnum):
    """What became of an instruction. `told` is one that changed nothing and was only answered."""

    DONE = "done"
    TOLD = "told"
    ASKED = "asked"
    """We asked back, and nobody has answered."""
    AWAITING = "awaiting"
    """It waits for the freelancer's yes."""
    ANSWERED = "answered"
    """What was asked or awaited was answered; the answer is an instruction of its own."""
    DECLINED = "declined"
    UNDONE = "undone"
    VETOED = "vetoed"


class Remark(StrEnum):
    """Why an instruction changed nothing."""

    ALREADY = "already"
    NO_FILE = "no-file"
    NO_ADDRESS = "no-address"
    NOT_YOURS = "not-yours"
    OTHER_CLIENT = "other-client"
    NOTHING_TO_KEEP = "nothing-to-keep"
    NOTHING_TO_UNDO = "nothing-to-undo"
    DECIDED_SINCE = "decided-since"
    NOTHING_WAITS = "nothing-waits"
    SEVERAL_CLIENTS = "several-clients"
    NOT_BY_MAIL = "not-by-mail"
    DROPPED = "dropped"


@dataclass(frozen=True, slots=True)
class NotedWish:
    """An instruction as the ledger holds it. `position` is its place in the message."""

    id: int
    message: MessageNumber
    position: int
    speaker: Address = field(repr=False)
    by_freelancer: bool
    state: WishState
    at: datetime
    wish: Wish
    remark: Remark | None = None
    answers: tuple[int, ...] = ()
    """The instructions that this one took back, vetoed or answered."""


@dataclass(frozen=True, slots=True)
class Received:
    """One message as a letter tells of it: every part's outcome, every link, and what the person wrote."""

    sender: Mailbox
    received_at: datetime
    parts: tuple[PartOutcome, ...]
    links: tuple[LinkFound, ...] = ()
    written: str = field(default="", repr=False)
    notes: tuple[str, ...] = field(default=(), repr=False)
    """What the answer must say as well: `ASSUMED_PROJECT`, or a sentence as it is."""
    hold: HoldId | None = None
    """Of a letter about a colleague: the message's number in `intake review list`, None where nothing waits any more."""
    wishes: tuple[NotedWish, ...] = ()
    """What the person asked of the desk, and what became of it."""


@dataclass(frozen=True, slots=True)
class Brief:
    """All that a letter is composed from. `message_id` is decided before, from the letter's key, and never changes.

    `received` are the messages that the letter answers (several in a burst). `recipient` is the one it is written to,
    `cc` the project's other verified contacts who were in To or Cc. `bounce_address` is the envelope sender, None for
    the null reverse-path. `link_for` are addresses at which a freelancer can open documents, by document number.
    """

    kind: LetterKind
    message_id: str = field(repr=False)
    recipient: Mailbox
    cc: tuple[Mailbox, ...]
    desk: Mailbox
    """The intake's own name and address, subaddressed with the project's token."""
    bounce_address: Address | None = field(repr=False)
    date: datetime
    thread: Thread
    report: CompletenessReport | None
    """None for a question, which belongs to no project yet."""
    documents: tuple[Document, ...] = ()
    candidates: tuple[Project, ...] = ()
    """Of a question: the open projects of the person asked. Of a letter about a colleague: those of the client."""
    received: tuple[Received, ...] = ()
    link_for: tuple[tuple[int, str], ...] = field(default=(), repr=False)
    review_for: tuple[tuple[int, int], ...] = ()
    """Of a report: the id in `intake review list` of each document that waits for a person, by document number."""
    message_octets: int = 52_428_800
    """The size of the largest message that is taken."""
    unreached: Unreached | None = None
    """Of a notice: the person whom a letter did not reach, None where it is about something else."""
    told: str | None = None
    """The last `OutboundMessage.told` to the same person in the same thread, None where there is none of this day."""
    errand: Errand | None = None
    """Of a letter to somebody whom the client named: what is asked for, and for whom; nothing else of the project."""
    titles: tuple[tuple[Token, str], ...] = field(default=(), repr=False)
    """What the projects are called that instructions name."""
    manifest: bytes | None = field(default=None, repr=False)
    """Of a report that tells that the project has become complete: what is on file, as JSON."""

    @property
    def is_kickoff(self) -> bool:
        """Whether it is about the opening of its project: a report among other things, a reply only if it answers nothing else."""
        opens = [KICKOFF in entry.notes for entry in self.received]
        return any(opens) if self.kind is LetterKind.REPORT else bool(opens) and all(opens)


@dataclass(frozen=True, slots=True)
class Errand:
    """One item, and the client for whom somebody is asked for it."""

    label: str
    client: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class OutboundMessage:
    """A letter, ready to leave: its octets will not change again, and neither will its Message-ID.

    `told` is a digest of what it lists of the state of a project, None where it lists nothing of one.
    """

    message_id: str = field(repr=False)
    sender: Address = field(repr=False)
    """The envelope sender (RFC 5321), "" for the null reverse-path."""
    recipients: tuple[Address, ...] = field(repr=False)
    octets: bytes = field(repr=False)
    told: str | None = None


@dataclass(frozen=True, slots=True)
class Setback:
    """A recipient for whom the sink did not take a letter; `status` is the reply code and, if given, the enhanced code.

    `alone` is False where the whole letter was refused and other recipients with it: the code need not be about this one.
    """

    recipient: Address = field(repr=False)
    status: str
    alone: bool = True


@dataclass(frozen=True, slots=True)
class Sent:
    """The sink took the letter, but not for the `refused`, never, and not yet for the `put_off`; the others have it."""

    message_id: str = field(repr=False)
    refused: tuple[Setback, ...] = ()
    put_off: tuple[Setback, ...] = ()


@dataclass(frozen=True, slots=True)
class Refused:
    """The sink will never take it (5yz). `refused` is empty where that says nothing of the recipients."""

    detail: str
    refused: tuple[Setback, ...] = ()


@dataclass(frozen=True, slots=True)
class Deferred:
    """The sink did not take this letter and surely did not pass it on (4yz): the same letter may be tried again.

    For the `refused` among its recipients it never will.
    """

    detail: str
    refused: tuple[Setback, ...] = ()


@dataclass(frozen=True, slots=True)
class Unavailable:
    """The sink takes no letters at the moment, whichever they are, and surely did not pass this one on.

    `answered` is False where it could not even be asked: that says nothing against the letter.
    """

    detail: str
    answered: bool


@dataclass(frozen=True, slots=True)
class Late:
    """The time in which the letter might leave was over before it did: nothing has left."""


@dataclass(frozen=True, slots=True)
class Doubtful:
    """The connection was lost after the octets were handed over: nobody knows whether it left."""

    detail: str


Delivery = Sent | Refused | Deferred | Unavailable | Doubtful | Late


class Obstacle(StrEnum):
    """Why a letter does not reach a person, in the families of RFC 3463."""

    NO_MAILBOX = "no-mailbox"
    FULL = "full"
    TOO_LARGE = "too-large"
    POLICY = "policy"
    PUT_OFF = "put-off"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Unreached:
    """A person whom a letter did not reach. `lasting`: no other letter will reach that address either."""

    address: Address = field(repr=False)
    obstacle: Obstacle
    lasting: bool


@dataclass(frozen=True, slots=True)
class CheckLine:
    """One thing that `intake check` tried. `advice` says how to fix it, "" where there is nothing to do."""

    what: str
    works: bool
    advice: str = ""


# ---------------------------------------------------------------- ports


class Source(Protocol):
    """Where messages come from. One connection, one thread; every error is a TransientError or a PermanentError."""

    name: str

    def fetch(self, known: frozenset[str]) -> Iterator[RawMessage]:
        """The messages that wait, one at a time, oldest first, without those whose locator name is `known`.

        Nothing is changed at the server: no flag is set, nothing is moved.
        """
        ...

    def acknowledge(self, locators: Sequence[Locator], *, held: bool) -> None:
        """Let go of messages, after the ledger has committed: to the done folder, or to the held one. Idempotent."""
        ...

    def wait(self, timeout_seconds: float) -> bool:
        """Block until something may have arrived (True) or the time is over (False)."""
        ...


class Sink(Protocol):
    """Where letters leave."""

    def send(self, message: OutboundMessage, *, valid_until: float = math.inf) -> Delivery:
        """Hand one letter over. Never raises for what the other side says; raises ConfigError if it cannot log in.

        After `valid_until`, in seconds of CLOCK_BOOTTIME, nothing leaves any more: somebody else may be sending it.
        """
        ...

    def find(self, message_id: str) -> bool | None:
        """Whether a letter with that Message-ID has left; None where this sink cannot be searched."""
        ...


@dataclass(frozen=True, slots=True)
class BlobNote:
    """What is kept beside a blob's octets. `filename` gives the Content-Disposition, None for none."""

    media_type: str
    filename: str | None = field(default=None, repr=False)
    tags: tuple[tuple[str, str], ...] = ()
    confidential: bool = False


class BlobStore(Protocol):
    """Where octets lie."""

    def put(self, key: BlobKey, octets: bytes, note: BlobNote, *, replace: bool = False) -> None:
        """Store octets under a key, atomically. Present already with the same SHA-256: nothing happens; with another: PermanentError unless `replace`."""
        ...

    def get(self, key: BlobKey) -> bytes:
        """The octets; PermanentError where there are none."""
        ...

    def delete(self, key: BlobKey) -> None:
        """Remove; absent is fine."""
        ...

    def entries(self, prefix: str = "") -> Iterator[BlobEntry]:
        """Everything there is under keys that begin with `prefix`: for fsck, and for erasing."""
        ...

    def url(self, key: BlobKey) -> str:
        """The whole URL (`s3://…`, `file://…`)."""
        ...


@dataclass(frozen=True, slots=True)
class BlobEntry:
    """One object in a blob store."""

    key: BlobKey = field(repr=False)
    size_octets: int
    modified_at: datetime
