"""Machines that answer machines: however they write, it ends by itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP, default
from pathlib import Path

import pytest

from intake.app import App
from intake.config.settings import AnswerCaps
from intake.demo.documents import Enclosure
from intake.model import Address, Token
from intake.reader import Reader
from intake.worker import Worker
from storage.directory import NewProject
from tests import servers
from tests.desks import CLIENT, CONTACT, FREELANCER, TODAY, TOKEN, Wiring, letter, smtp_delivery
from tests.maildesks import MailDesk, at_work, mail_desk

pytestmark = pytest.mark.proof

ROUNDS = 50
MAILS = 2 * AnswerCaps().sender_per_hour + 2
"""How often a responder writes: well beyond what is answered in an hour."""
CAPS = AnswerCaps()
DECK = Enclosure("notes.txt", "text/plain", b"What we know so far.\n")

Transport = Callable[[EmailMessage], bytes]
"""What becomes of a letter on its way."""


@dataclass(slots=True)
class Side:
    """A desk that sends by SMTP; a test carries its letters on."""

    desk: MailDesk
    app: App
    sink: servers.SmtpSink
    address: str
    carried: int = 0
    answered: list[EmailMessage] = field(default_factory=list)

    def work(self) -> None:
        Worker(self.app).once()

    def letters_to(self, address: str) -> list[EmailMessage]:
        """The new letters to an address, or to one of its subaddresses."""
        local, _, domain = address.partition("@")
        sent, self.carried = self.sink.letters[self.carried :], len(self.sink.letters)
        messages = [message_from_bytes(each.octets, policy=default) for each in sent]
        written = [each for each in messages if f"{local}+" in each["To"] or address in each["To"]]
        self.answered += [each for each in written if domain in each["To"]]
        return written


@contextmanager
def side(folder: Path, reader: Reader, *, own: str, other: str) -> Iterator[Side]:
    """A desk whose client writes from the other desk's addresses; its caps are the default ones."""
    folder.mkdir()
    with ExitStack() as stack:
        sink = stack.enter_context(servers.smtp_sink())
        caps: dict[str, object] = {"address": own, "answer_caps": CAPS.model_dump()}
        desk = mail_desk(folder, Wiring(delivery=smtp_delivery(sink.port), intake=caps))
        app = stack.enter_context(at_work(desk, reader))
        local, _, domain = other.partition("@")
        for address in (other, f"{local}+{TOKEN}@{domain}"):
            app.ledger.directory.add_contact(CLIENT, Address(address))
        yield Side(desk, app, sink, own)


@dataclass(frozen=True, slots=True)
class War:
    """Two desks that hold each other for a client."""

    north: Side
    south: Side

    def rage(self, on_the_way: Transport) -> tuple[int, int]:
        """Let them write to each other for all the rounds; how many letters each sent to the other."""
        local, _, domain = self.south.address.partition("@")
        opening = f"South <{local}+{TOKEN}@{domain}>"
        self.north.desk.post(letter(sender=opening, to=self.north.address, attach=[DECK]))
        for number in range(ROUNDS):
            for sender, receiver in ((self.north, self.south), (self.south, self.north)):
                sender.work()
                for index, written in enumerate(sender.letters_to(receiver.address)):
                    receiver.desk.post(on_the_way(written), f"{number}.{index}")
        return len(self.north.answered), len(self.south.answered)


@pytest.fixture
def war(tmp_path: Path, reader: Reader) -> Iterator[War]:
    north, south = "intake@north.example", "intake@south.example"
    with (
        side(tmp_path / "north", reader, own=north, other=south) as one,
        side(tmp_path / "south", reader, own=south, other=north) as another,
    ):
        yield War(one, another)


def _without(*fields: str) -> Transport:
    """A way that loses fields."""

    def carry(written: EmailMessage) -> bytes:
        for name in fields:
            del written[name]
        return written.as_bytes(policy=SMTP)

    return carry


@pytest.mark.parametrize(
    "lost",
    [
        pytest.param((), id="intact"),
        pytest.param(("X-Intake-Project",), id="without marker"),
    ],
)
def test_two_desks_stop_after_one_answer(war: War, lost: tuple[str, ...]) -> None:
    assert war.rage(_without(*lost)) == (1, 0)


def test_two_desks_whose_letters_lose_every_sign_stop_at_one_answer_each(war: War) -> None:
    lost = _without("X-Intake-Project", "Auto-Submitted", "X-Auto-Response-Suppress")

    assert war.rage(lost) == (1, 1)


@dataclass(slots=True)
class Responder:
    """A contact's mailbox that answers whatever comes, in words of its own, and says nowhere that it is a machine."""

    desk: Side
    sender: str = f"Ana Ruiz <{CONTACT}>"
    attach: bool = False
    written: int = 0

    def rage(self) -> int:
        """Answer each letter, and write again where none came; how many letters the desk wrote."""
        self.desk.desk.post(letter(to=self.desk.address, attach=[DECK]), "first")
        received = 0
        for _ in range(MAILS):
            self.desk.work()
            letters = self.desk.letters_to(CONTACT)
            received += len(letters)
            self.desk.desk.post(self._answer(letters[-1] if letters else None), str(self.written))
        return received

    def _answer(self, asked: EmailMessage | None) -> bytes:
        self.written += 1
        file = Enclosure(f"{self.written}.txt", "text/plain", b"Ticket %d.\n" % self.written)
        return letter(
            number=1000 + self.written,
            sender=self.sender,
            to=str(asked["Reply-To"]) if asked else self.desk.address,
            subject=f"Re: {asked['Subject']}" if asked else "We are here for you",
            text=f"Thank you for your message. Your number is {self.written}.\n",
            attach=[file] if self.attach else [],
            fields=[("In-Reply-To", str(asked["Message-ID"]))] if asked else [],
        )


@pytest.fixture
def north(tmp_path: Path, reader: Reader) -> Iterator[Side]:
    own, other = "intake@north.example", "intake@south.example"
    with side(tmp_path / "north", reader, own=own, other=other) as made:
        yield made


def test_a_responder_that_says_nothing_of_itself_is_answered_once(north: Side) -> None:
    assert Responder(north).rage() == 1


def test_a_responder_that_sends_a_file_each_time_is_stopped_by_the_cap(north: Side) -> None:
    assert Responder(north, attach=True).rage() == CAPS.sender_per_hour


def test_a_responder_that_is_asked_which_project_it_means_is_stopped_by_the_cap(
    north: Side,
) -> None:
    north.app.ledger.directory.open_project(
        NewProject(
            CLIENT, "Spring", "onboarding", (FREELANCER,), "UTC", TODAY, token=Token("spring")
        )
    )

    assert Responder(north).rage() <= CAPS.sender_per_hour
