"""A desk with a virus scanner: what it finds is told and kept closed, and while it is away all mail waits."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa

from intake import telemetry
from intake.app import App
from intake.config import load
from intake.demo import documents
from intake.demo.documents import Enclosure
from intake.reader import Reader, reader_settings
from intake.worker import PAUSE_AFTER_OUTAGE, Worker
from storage import schema
from tests import servers
from tests.desks import CONTACT, FREELANCER, TODAY, Wiring, letter
from tests.ledgers import message_row
from tests.maildesks import Later, MailDesk, at_work, mail_desk, text_of
from tests.servers import Clamd, eicar

pytestmark = pytest.mark.proof

DECK = documents.investor_deck(TODAY)
BAD = Enclosure("brand guide.txt", "text/plain", b"Our brand guide. " + eicar())
AWAY = [b"stream: \0", b"stream: Can't allocate memory ERROR\0"]


@pytest.fixture(scope="module")
def clamd() -> Iterator[Clamd]:
    with servers.clamd() as running:
        yield running


@pytest.fixture(scope="module")
def scanning(clamd: Clamd, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reader]:
    """A reader as such a desk has it, for all of these tests."""
    desk = mail_desk(tmp_path_factory.mktemp("reader"), wiring(clamd))
    with closing(Reader(reader_settings(load(desk.config, {})))) as made:
        yield made


@pytest.fixture
def desk(tmp_path: Path, clamd: Clamd) -> Iterator[MailDesk]:
    clamd.scanned.clear()
    yield mail_desk(tmp_path, wiring(clamd))
    clamd.answer = None


@pytest.fixture
def app(desk: MailDesk, scanning: Reader) -> Iterator[App]:
    with at_work(desk, scanning) as opened:
        yield opened


def wiring(clamd: Clamd) -> Wiring:
    return Wiring(further={"scan": {"clamd": clamd.address}})


def stored(desk: MailDesk) -> list[bytes]:
    """All that lies under the clients' own prefix, but the pages that list it."""
    files = [path for path in (desk.folder / "collateral" / "clients").rglob("*") if path.is_file()]
    return [path.read_bytes() for path in files if path.stem != "index"]


def fates(app: App) -> list[str]:
    """Of all parts that the ledger knows."""
    with app.ledger.database.read() as session:
        return list(session.scalars(sa.select(schema.Part.fate).order_by(schema.Part.position)))


def said(captured: pytest.CaptureFixture[str]) -> list[tuple[str, str]]:
    """What the log says of parts of the world."""
    lines = [json.loads(line) for line in captured.readouterr().err.splitlines()]
    return [(line["event"], line["what"]) for line in lines if "what" in line]


def test_an_infected_file_is_told_and_not_filed_and_the_others_are(
    desk: MailDesk, app: App
) -> None:
    desk.post(letter(attach=[DECK, BAD]))

    assert Worker(app).once().clean

    [reply] = desk.letters_to(CONTACT)
    assert "brand guide.txt" in text_of(reply)
    assert "Our virus scanner stopped it" in text_of(reply)
    assert stored(desk) == [DECK.octets]
    assert fates(app) == ["filed", "infected"]


def test_an_infected_file_leaves_the_item_missing(desk: MailDesk, app: App) -> None:
    desk.post(letter(attach=[Enclosure(DECK.filename, DECK.media_type, DECK.octets + eicar())]))

    assert Worker(app).once().clean

    assert fates(app) == ["infected"]
    [told] = desk.letters_to(FREELANCER)
    assert "virus scanner" in text_of(told)
    assert stored(desk) == []


def test_the_message_with_an_infected_file_is_kept_as_it_came(desk: MailDesk, app: App) -> None:
    octets = letter(attach=[BAD])
    desk.post(octets)

    assert Worker(app).once().clean

    raw = (desk.folder / "collateral" / "raw").rglob("*.eml")
    assert octets in [path.read_bytes() for path in raw]
    assert (desk.inbox(), desk.done()) == ([], ["1"])


@pytest.mark.parametrize("answer", AWAY)
def test_while_the_scanner_says_nothing_mail_waits_and_no_try_is_counted(
    desk: MailDesk, app: App, clamd: Clamd, answer: bytes
) -> None:
    clamd.answer = answer
    desk.post(letter(attach=[DECK]))

    left = Worker(app).once()

    row = message_row(app.ledger, 1)
    assert (left.unreachable, left.clean, left.waiting) == (("scanner",), False, 1)
    assert (row.status, row.tries, row.deaths) == ("waiting", 0, 0)
    assert (desk.letters(), stored(desk)) == ([], [])
    assert desk.inbox() == ["1"]


@pytest.mark.usefixtures("telemetry_as_before")
def test_mail_that_waited_is_taken_when_the_scanner_is_back_and_the_log_says_it_once(
    desk: MailDesk, scanning: Reader, clamd: Clamd, capsys: pytest.CaptureFixture[str]
) -> None:
    telemetry.configure(json=True)
    clock = Later()
    with at_work(desk, scanning, clock=clock) as app:
        worker = Worker(app)
        clamd.answer = AWAY[0]
        desk.post(letter(attach=[DECK]))
        away = [waited(worker, clock) for _ in range(5)]
        clamd.answer = None
        back = waited(worker, clock)
        found = fates(app)

    assert (away, back) == ([False] * 5, True)
    assert found == ["filed"]
    assert said(capsys) == [
        (telemetry.UNREACHABLE, "scanner"),
        (telemetry.RECOVERED, "scanner"),
    ]


def waited(worker: Worker, clock: Later) -> bool:
    """Whether a round that begins when the message may be tried again leaves nothing undone."""
    clock.by += PAUSE_AFTER_OUTAGE
    return worker.once().clean
