"""Letters as people get them over a day: in their language, and not the same list twice."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from intake.app import App
from intake.demo import documents
from intake.reader import Reader
from intake.worker import Worker
from tests.desks import CLIENT, CONTACT, FREELANCER, TODAY, letter
from tests.maildesks import MailDesk, at_work, mail_desk, text_of

pytestmark = pytest.mark.proof

DECK = documents.investor_deck(TODAY)
INVOICE = documents.misnamed_invoice(TODAY)
IN_GERMAN = "Hallo Fay,\n\nanbei schicke ich die Unterlagen, der Rest kommt noch.\n"


@pytest.fixture
def desk(tmp_path: Path) -> MailDesk:
    return mail_desk(tmp_path)


@pytest.fixture
def app(desk: MailDesk, reader: Reader) -> Iterator[App]:
    with at_work(desk, reader) as opened:
        yield opened


def take(desk: MailDesk, app: App, octets: bytes, *, name: str) -> None:
    desk.post(octets, name)
    Worker(app).once()


def told(desk: MailDesk, address: str = CONTACT) -> list[str]:
    """What a person was told, in the order of the messages that it answers."""
    letters = sorted(desk.letters_to(address), key=lambda each: str(each["In-Reply-To"]))
    return [" ".join(text_of(each).split()) for each in letters]


def test_an_unchanged_list_is_told_once_a_day_in_a_thread(desk: MailDesk, app: App) -> None:
    in_thread = [("In-Reply-To", "<1@halden.example>"), ("References", "<1@halden.example>")]
    take(desk, app, letter(attach=[DECK]), name="1")
    take(desk, app, letter(number=2, attach=[INVOICE], fields=in_thread), name="2")
    take(desk, app, letter(number=3, attach=[INVOICE]), name="3")

    first, second, elsewhere = told(desk)
    assert "Still missing ------------- 2. Quarterly roadmap" in first
    assert "Still missing as before: Quarterly roadmap (2), Yearly roadmap (3)," in second
    assert INVOICE.filename in second
    assert "Still missing ------------- 2. Quarterly roadmap" in elsewhere


def test_whoever_writes_german_is_answered_in_german(desk: MailDesk, app: App) -> None:
    take(desk, app, letter(text=IN_GERMAN, attach=[DECK]), name="1")
    take(desk, app, letter(number=2, text="ok", attach=[INVOICE]), name="2")

    assert [text.partition(".")[0] for text in told(desk)] == [
        "1 von 5 erhalten, vier fehlen noch"
    ] * 2
    assert told(desk, FREELANCER)[0].startswith("Investor deck came in. 1 of 5 received")


def test_the_clients_own_language_outweighs_what_its_people_write(desk: MailDesk, app: App) -> None:
    app.ledger.directory.set_language(CLIENT, "en")

    take(desk, app, letter(text=IN_GERMAN, attach=[DECK]), name="1")

    assert told(desk)[0].startswith("1 of 5 received, four to go.")
