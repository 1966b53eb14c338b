"""Random casts: clients, their people and projects, and the mail that they, strangers and forgers send to one desk.

Every name that may tell of a project is a word of its own, so that whoever reads it in a letter has heard of that project.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import date
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

from intake.demo.documents import Enclosure
from intake.model import Address, ProjectState, Token
from storage.directory import NewProject, ProjectChange
from storage.ledger import Ledger
from tests.desks import DESK, letter

TRUSTED = "mx.studio.example"
_CONSONANTS, _VOWELS = "bdfgklmnprstvz", "aeiou"
_WORDS = (
    "Here is what you asked for.",
    "We have no event calendar.",
    "3: next week",
    "file 1 is the brand guide",
    "Please ask our designer, {person}, for the brand guide.",
    "keep",
    "undo",
    "This is confidential.",
    "please stop reminding us",
    "file 1 is for {title}",
    "status {token}",
    "status",
    "accept all",
    "waive the brand guide",
    "yes",
    "no",
    "veto",
    "pause until 15 January",
    "resume",
    "help",
    "close {token}",
    "Where do we stand?",
)


@dataclass(frozen=True, slots=True)
class Played:
    """A project, by the words that tell of it."""

    token: Token
    title: str
    client: str


@dataclass(slots=True)
class Cast:
    """All who play, and what has been written."""

    chance: random.Random
    ledger: Ledger
    projects: list[Played] = field(default_factory=list)
    people: list[Address] = field(default_factory=list)
    wrote: dict[Address, str] = field(default_factory=dict)
    mails: list[bytes] = field(default_factory=list)
    said: dict[str, str] = field(default_factory=dict)
    """The sender's own words in each mail, by its Message-ID."""

    def word(self) -> str:
        """A word that nobody else has."""
        return "".join(
            self.chance.choice(letters) for _ in range(4) for letters in (_CONSONANTS, _VOWELS)
        )

    def gather(self, today: date) -> None:
        """Three clients with one or two projects each, two freelancers, and four who belong to none of it."""
        freelancers = [Address(f"{self.word()}@studio.example") for _ in range(2)]
        for _ in range(3):
            client = self.word().capitalize()
            domain = f"{client.lower()}.example"
            contacts = [Address(f"{self.word()}@{domain}") for _ in range(2)]
            self.ledger.directory.add_client(client, contacts=contacts, domains=[domain])
            colleague = Address(f"{self.word()}@{domain}")
            self.people += [*contacts, colleague]
            for _ in range(self.chance.choice((1, 1, 2))):
                title, token = self.word().capitalize(), Token(self.word())
                whose = tuple(self.chance.sample(freelancers, self.chance.choice((1, 2))))
                self.ledger.directory.open_project(
                    NewProject(client, title, "onboarding", whose, "UTC", today, token=token)
                )
                self.projects.append(Played(token, title, client))
        self.people += freelancers
        self.people += [Address(f"{self.word()}@elsewhere.example") for _ in range(4)]

    def mail(self, number: int, letters: list[EmailMessage]) -> bytes:
        """Somebody writes to the desk, with whom they like in copy, in any thread, sometimes in another's name."""
        sender, project = self.chance.choice(self.people), self.chance.choice(self.projects)
        words = self.chance.choice(_WORDS).format(
            person=self.chance.choice(self.people), title=project.title, token=project.token
        )
        filename = f"{self.word()}.txt"
        attach = [self._file(filename)] if self.chance.random() < 0.5 else []
        octets = letter(
            number=number,
            sender=f"{self.word().capitalize()} <{sender}>",
            to=self._desk(),
            subject=f"About {self.word()}",
            text=f"Hello,\n\n{words}\n",
            attach=attach,
            fields=self._fields(letters),
        )
        if self.mails and self.chance.random() < 0.2:
            octets = self._forwarding(octets)
        self.mails.append(octets)
        self.said[str(message_from_bytes(octets)["Message-ID"])] = words
        self.wrote[sender] = self.wrote.get(sender, "") + octets.decode(errors="replace")
        return octets

    def _desk(self) -> str:
        token = self.chance.choice(self.projects).token
        return self.chance.choice([DESK, DESK.replace("@", f"+{token}@")])

    def _fields(self, letters: list[EmailMessage]) -> list[tuple[str, str]]:
        verdict = self.chance.choice(("pass", "pass", "pass", "fail", "none"))
        fields = [("Authentication-Results", f"{TRUSTED}; dmarc={verdict}")]
        copied = self.chance.sample(self.people, self.chance.choice((0, 0, 1, 3)))
        if copied:
            fields.append(("Cc", ", ".join(copied)))
        if letters and self.chance.random() < 0.4:
            fields.append(("In-Reply-To", str(self.chance.choice(letters)["Message-ID"])))
        return fields

    def _file(self, filename: str) -> Enclosure:
        lines = "\n".join(f"2026-12-{day:02}  {self.word()} fair" for day in range(1, 12))
        return Enclosure(filename, "text/plain", f"Event calendar\n\n{lines}\n".encode())

    def _forwarding(self, octets: bytes) -> bytes:
        """The same mail with an earlier one, of whomever, attached."""
        message, earlier = (
            message_from_bytes(each, policy=default)
            for each in (octets, self.chance.choice(self.mails))
        )
        assert isinstance(message, EmailMessage)
        message.add_attachment(earlier)
        return message.as_bytes()

    def turn(self) -> None:
        """Between two mails somebody joins or leaves, or a project changes hands."""
        project = self.chance.choice(self.projects)
        directory = self.ledger.directory
        person = self.chance.choice(self.people)
        match self.chance.randrange(8):
            case 0:
                contacts = directory.project(project.token).client.contacts
                if len(contacts) > 1:
                    directory.remove_contact(project.client, contacts[0])
            case 1:
                directory.add_contact(project.client, person)
            case 2:
                directory.edit_project(project.token, ProjectChange(freelancers=(person,)))
            case 3:
                state = self.chance.choice((ProjectState.CLOSED, ProjectState.OPEN))
                directory.set_state(project.token, state)
            case _:
                pass

    def readers(self) -> dict[str, frozenset[Address]]:
        """Each word that tells of a project, a client or a document, and who may read it now."""
        found: dict[str, frozenset[Address]] = {}
        for project in self.projects:
            standing = self.ledger.standing(self.ledger.directory.project(project.token).id)
            known = standing.project
            people = frozenset((*known.client.contacts, *known.freelancers))
            words = (project.title, project.token, *(each.filename for each in standing.documents))
            found |= {word: people | found.get(word, frozenset()) for word in words}
            found[project.client] = people | found.get(project.client, frozenset())
        return found
