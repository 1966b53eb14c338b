"""What a person's words ask for, as values, and what has to be known to read them.

Imports the vocabulary only. Every instruction carries the `phrase` of the mail that it came from, which the answer
repeats; it is left out of every `repr`, like all that people wrote.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from intake.kinds import KindSpec
from intake.model import Address, Cadence, ItemName, ItemState, Kind, Token

# ---------------------------------------------------------------- what is known


class Speaker(StrEnum):
    """Who writes; their rights differ."""

    CONTACT = "contact"
    FREELANCER = "freelancer"


@dataclass(frozen=True, slots=True)
class KnownItem:
    """One line of the checklist as letters number it. `offered`: kept from an earlier project if the client says KEEP."""

    number: int
    item: ItemName
    label: str
    kind: Kind
    cadence: Cadence | None = None
    state: ItemState = ItemState.MISSING
    offered: bool = False


@dataclass(frozen=True, slots=True)
class KnownDocument:
    """A document by its number in the project. `arrived`: it came with the message that is read.

    `offered_for` are the items for which it is offered from an earlier project.
    """

    number: int
    filename: str = field(repr=False)
    kind: Kind
    title: str | None = field(default=None, repr=False)
    unsure: bool = False
    arrived: bool = False
    offered_for: tuple[ItemName, ...] = ()


@dataclass(frozen=True, slots=True)
class KnownProject:
    """A project that the writer may name."""

    title: str = field(repr=False)
    token: Token


@dataclass(frozen=True, slots=True)
class KnownPerson:
    """A contact of the client; `name` may be empty."""

    name: str = field(repr=False)
    address: Address = field(repr=False)


@dataclass(frozen=True, slots=True)
class AskedWho:
    """We asked a freelancer whether mail of this person is to be taken."""

    address: Address = field(repr=False)


@dataclass(frozen=True, slots=True)
class AskedWhich:
    """We asked which of these projects mail is for, in this order."""

    projects: tuple[Token, ...]


@dataclass(frozen=True, slots=True)
class KnownHold:
    """Mail that waits for this freelancer's yes: its number in the review queue, and who sent it."""

    number: int
    sender: Address = field(repr=False)


@dataclass(frozen=True, slots=True)
class Context:
    """What the words are about. `today` is the day in the project's time zone.

    `others` are the other open projects of this client, for a freelancer all others of theirs. `asked` are the candidates
    of the question that we asked last and that nobody has answered; `vetoable` the items whose waiver the freelancer was
    told of. `question` is what the letter asked about mail that waits, where this is an answer to one; `held` the mail that
    the writer may decide about. `languages` are read together, for people mix them.
    """

    speaker: Speaker
    today: date
    items: tuple[KnownItem, ...] = ()
    documents: tuple[KnownDocument, ...] = ()
    project: KnownProject | None = None
    others: tuple[KnownProject, ...] = ()
    people: tuple[KnownPerson, ...] = ()
    client: str = field(default="", repr=False)
    kinds: tuple[KindSpec, ...] = ()
    """Empty: the built-in ones."""
    confidential_words: tuple[str, ...] = ("confidential", "NDA", "vertraulich")
    asked: tuple[Instruction, ...] = ()
    vetoable: tuple[ItemName, ...] = ()
    question: AskedWho | AskedWhich | None = None
    held: tuple[KnownHold, ...] = ()
    languages: tuple[str, ...] = ("en", "de")


# ---------------------------------------------------------------- what is asked for


class Scope(StrEnum):
    """How much is meant by a word about confidentiality."""

    DOCUMENT = "document"
    ITEM = "item"
    MAIL = "mail"
    PROJECT = "project"


@dataclass(frozen=True, slots=True)
class NotApplicable:
    """The client has no such thing; the freelancer may veto."""

    item: ItemName
    phrase: str = field(default="", repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class Later:
    """It will come. `until` is the day named, None where no day can be told."""

    item: ItemName
    until: date | None = None
    phrase: str = field(default="", repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class SomeoneElse:
    """Another person has it. `address` is None where none is named and none known; `name` is as written, "" for none."""

    item: ItemName
    address: Address | None = field(default=None, repr=False)
    name: str = field(default="", repr=False)
    phrase: str = field(default="", repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class IsKind:
    """A document is of this kind. `item` is the one item that the words name, None where they name none or several."""

    document: int
    kind: Kind
    item: ItemName | None = None
    phrase: str = field(default="", repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class ForProject:
    """A document belongs to another project; `document` is None for all that came with the message."""

    project: Token
    document: int | None = None
    phrase: str = field(default="", repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class Keep:
    """What we hold for an item still holds."""

    item: ItemName
    phrase: str = field(default="", repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class Leave:
    """A document is to be left out: sent by mistake, out of date, or rejected."""

    document: int
    phrase: str = field(default="", repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class Confidential:
    """Something is confidential; `document` or `item` says what where the scope is one of them."""

    scope: Scope
    document: int | None = None
    item: ItemName | None = None
    phrase: str = field(default="", repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class NotConfidential:
    """Something is not confidential; a freelancer's to say."""

    scope: Scope
    document: int | None = None
    item: ItemName | None = None
    phrase: str = field(default="", repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class StopReminding:
    """No reminders, before `until` or ever."""

    until: date | None = None
    phrase: str = field(default="", repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class ResumeReminding:
    """Reminders are welcome again."""

    phrase: str = field(default="", repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class Undo:
    """Take back what this person instructed last; with `item`, what was said of that item."""

    item: ItemName | None = None
    phrase: str = field(default="", repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class Veto:
    """A waiver does not stand."""

    item: ItemName
    phrase: str = field(default="", repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class Waive:
    """The freelancer does without an item."""

    item: ItemName
    phrase: str = field(default="", repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class Accept:
    """A document is what it was taken for."""

    document: int
    phrase: str = field(default="", repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class Status:
    """How things stand; `project` None is the one that the mail is for."""

    project: Token | None = None
    phrase: str = field(default="", repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class Pause:
    """Nothing is asked of the client, before `until` or until resumed."""

    project: Token | None = None
    until: date | None = None
    phrase: str = field(default="", repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class Resume:
    """A paused project goes on."""

    project: Token | None = None
    phrase: str = field(default="", repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class Close:
    """A project is over."""

    project: Token | None = None
    phrase: str = field(default="", repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class LetIn:
    """Mail of this person is taken; None where nothing waits under the number that was named."""

    address: Address | None = field(default=None, repr=False)
    phrase: str = field(default="", repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class KeepOut:
    """Mail of this person is not taken; None where nothing waits under the number that was named."""

    address: Address | None = field(default=None, repr=False)
    phrase: str = field(default="", repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class Assign:
    """The mail that we asked about is for this project."""

    project: Token
    phrase: str = field(default="", repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class Help:
    """What can be asked for."""

    phrase: str = field(default="", repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class Yes:
    """The answer to what we asked."""

    phrase: str = field(default="", repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class No:
    """The answer to what we asked."""

    phrase: str = field(default="", repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class NotYours:
    """A command that only the freelancer may give; nothing is done."""

    command: str
    phrase: str = field(default="", repr=False, compare=False)


class Doubt(StrEnum):
    """What one question back has to settle."""

    WHICH_ITEM = "which-item"
    WHICH_DOCUMENT = "which-document"
    WHICH_KIND = "which-kind"
    WHICH_PROJECT = "which-project"
    IS_IT_SO = "is-it-so"
    CONTRADICTION = "contradiction"


@dataclass(frozen=True, slots=True)
class Ambiguous:
    """Nothing is done before a question is answered. Each candidate is what one answer would mean; there may be none."""

    doubt: Doubt
    candidates: tuple[Instruction, ...] = ()
    phrase: str = field(default="", repr=False, compare=False)


Command = Status | Pause | Resume | Close | Help | Accept | Waive | Veto
Instruction = (
    NotApplicable
    | Later
    | SomeoneElse
    | IsKind
    | ForProject
    | Keep
    | Leave
    | Confidential
    | NotConfidential
    | StopReminding
    | ResumeReminding
    | Undo
    | LetIn
    | KeepOut
    | Assign
    | Command
    | Yes
    | No
    | NotYours
    | Ambiguous
)
