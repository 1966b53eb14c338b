"""A canary: words that stand in an address, a name, a subject, a text, a file name and a document, and in no log."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from intake.demo.documents import Enclosure
from intake.model import Address, Token
from storage.directory import ProjectChange
from tests import servers
from tests.desks import CLIENT, TOKEN, Wiring, engagement, letter, smtp_delivery
from tests.maildesks import MailDesk, mail_desk, worker

pytestmark = pytest.mark.proof

CONTACT = Address("zugvogel@kanarienhof.example")
STRANGER = Address("kolibri@kanarienhof.example")
LOST = Token("lost")
"""A project whose checklist is not in the configuration."""
CANARIES = (
    "zugvogel",  # a contact's address
    "kolibri",  # a stranger's address
    "kanarienhof",  # the domain of both
    "wellensittich",  # the display name
    "nachtigall",  # the subject
    "rotkehlchen",  # the text
    "zaunkoenig",  # the file name
    "goldammer",  # the document's text
    "buchfink",  # a Message-ID
    "elster",  # what the other side's mail server says
    "halden",  # the client
    "launch",  # the project
)
DOCUMENT = Enclosure(
    "Zaunkoenig brand guide.txt",
    "text/plain",
    b"Goldammer brand guide\n\nLogo, colours, typography and tone of voice of Goldammer.\n" * 20,
)


@dataclass(frozen=True, slots=True)
class Traces:
    """What is left where operators look: the log, and why things wait."""

    log: str
    details: str


def canary(
    number: int,
    *,
    sender: str = CONTACT,
    to: Token = TOKEN,
    attach: tuple[Enclosure, ...] = (),
) -> bytes:
    """A message full of words that nobody should find elsewhere."""
    octets = letter(
        number=number,
        sender=f"Wellensittich <{sender}>",
        to=f"intake+{to}@studio.example",
        subject="Nachtigall",
        text=f"Rotkehlchen sings, {number} times.\n",
        attach=attach,
    )
    return octets.replace(b"@halden.example>", b"@buchfink.example>")


@pytest.fixture(scope="module")
def traces(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Traces]:
    """A round with everything: mail accepted, held, failing and not to be stored; letters sent and refused."""
    with servers.smtp_sink() as sink:
        sink.rcpt_replies = {CONTACT: f"550 5.1.1 <{CONTACT}> Elster: no such Wellensittich"}
        folder = tmp_path_factory.mktemp("canary")
        desk = mail_desk(folder, Wiring(delivery=smtp_delivery(sink.port)))
        with desk.ledger() as ledger:
            ledger.directory.add_contact(CLIENT, CONTACT)
            engagement(ledger, token=LOST, title="Elster fair")
            ledger.directory.edit_project(LOST, ProjectChange(checklist="lost"))
        obstacle = folder / "collateral" / "clients"
        obstacle.parent.mkdir()
        obstacle.write_text("in the way of documents")
        desk.post(canary(1), "1")
        desk.post(canary(2, sender=STRANGER), "2")
        desk.post(canary(3, attach=(DOCUMENT,)), "3")
        desk.post(canary(4, to=LOST), "4")
        with worker(desk, "--once") as process:
            process.running.wait(timeout=60)
        yield Traces(process.log.read_text().lower(), details(desk))


def details(desk: MailDesk) -> str:
    """The last error of everything that waits for a person."""
    with desk.ledger() as ledger:
        return "\n".join(held.detail for held in ledger.holds.waiting()).lower()


@pytest.mark.parametrize(
    "event",
    ["message.settled", "message.failed", "world.unreachable", "letter.sent", "letter.failed"],
)
def test_the_log_tells_what_happened(traces: Traces, event: str) -> None:
    assert event in traces.log


@pytest.mark.parametrize("word", CANARIES)
def test_nothing_personal_is_in_the_log(traces: Traces, word: str) -> None:
    assert word not in traces.log


@pytest.mark.parametrize("word", CANARIES)
def test_nothing_personal_is_in_the_text_of_an_error(traces: Traces, word: str) -> None:
    assert word not in traces.details


def test_errors_say_what_was_refused(traces: Traces) -> None:
    assert "the disk refused" in traces.log
    assert "there is no checklist 'lost'" in traces.details
    assert "550" in traces.details
