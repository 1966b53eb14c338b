"""One client whose mail holds a part of every fate that a reply tells: each is in the letter that the pipeline composes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass, replace
from datetime import timedelta
from email.message import EmailMessage
from functools import partial
from pathlib import Path

import pytest
import sqlalchemy as sa

from intake.app import App
from intake.config import load
from intake.demo import documents
from intake.demo.documents import PDF, PPTX, XLSX, ZIP, Enclosure
from intake.fetch import files_behind
from intake.model import Authentication, Fate, LinkFate
from intake.reader import Reader, reader_settings
from intake.worker import Worker
from storage import schema
from tests import servers
from tests.bombs import MEGABYTE, packed
from tests.browser import CHROMIUM, Browser
from tests.desks import CONTACT, TODAY, Wiring, letter
from tests.maildesks import MailDesk, at_work, mail_desk, text_of
from tests.servers import eicar
from tests.web import Page, Web, served

OCTETS = "application/octet-stream"
DECK = Enclosure("Halden deck.pptx", PPTX, documents.investor_deck(TODAY).octets)
BEFORE = timedelta(days=90)
EVENTS = (
    b"Events 2026\n\nSpring fair, March 2026\nAutumn summit, November 2026\nPlans for next year"
)
LOCKED = b"-----BEGIN PGP MESSAGE-----\n\naGVsbG8=\n-----END PGP MESSAGE-----\n"
FILES = (
    documents.event_sheet(TODAY),
    Enclosure("Halden deck v3.pptx", PPTX, documents.investor_deck(TODAY - BEFORE).octets),
    Enclosure("Halden deck v2.pptx", PPTX, documents.investor_deck(TODAY - 2 * BEFORE).octets),
    DECK,
    documents.misnamed_invoice(TODAY),
    Enclosure("plan.txt", "text/plain", EVENTS),
    documents.locked_price_list(TODAY),
    Enclosure("figures.xlsx.asc", OCTETS, LOCKED),
    Enclosure("posts.pdf", PDF, b"%PDF-1.4\n" + b"nothing that is a page\n" * 9),
    Enclosure("two years of photographs.zip", ZIP, packed(["a.txt"], b"a" * 9000)[:60]),
    Enclosure("budget.xlsx", XLSX, b""),
    Enclosure("film.zip", ZIP, packed(["film.mov"], bytes(40 * MEGABYTE))),
    Enclosure("photographs.7z", OCTETS, b"7z\xbc\xaf\x27\x1c" + bytes(60)),
    Enclosure("logo.fig", OCTETS, b"fig-kiwi" + bytes(range(256)) * 4),
    Enclosure("templates.txt", "text/plain", b"Our templates. " + eicar()),
)
TOLD = {
    Fate.FILED: ("Events.xlsx · file 2", ""),
    Fate.NEWER_VERSION: ("Halden deck v3.pptx · file 3", "Replaces the version we had."),
    Fate.OLDER_VERSION: ("Halden deck v2.pptx · file 4", "A newer version is here"),
    Fate.DUPLICATE: ("Halden deck.pptx · file 1", "Here already."),
    Fate.NOT_ASKED_FOR: ("roadmap.pdf · file 5", "Kept, though nothing on the list asks for it."),
    Fate.UNSURE: ("plan.txt · file 6", "We would rather ask than guess."),
    Fate.LOCKED: ("Meridian-price-list.pdf", "It asks for a password."),
    Fate.ENCRYPTED: ("figures.xlsx.asc", "It is encrypted and we hold no key."),
    Fate.UNREADABLE: ("posts.pdf", "It does not open here."),
    Fate.DAMAGED: ("two years of photographs.zip", "It is cut off or damaged."),
    Fate.EMPTY: ("budget.xlsx", "There is nothing in it."),
    Fate.TOO_LARGE: ("film.mov (in film.zip)", "It is larger than we can take."),
    Fate.UNSUPPORTED: ("photographs.7z", "We cannot open this kind of archive."),
    Fate.INFECTED: ("templates.txt", "Our virus scanner stopped it"),
}
LINKS = {
    LinkFate.COUNTED: ("https://halden.example/blog/2026/how-we-ship-lamps", "Counts as it is."),
    LinkFate.NEEDS_ACCESS: (
        "https://drive.google.com/file/d/1aBcDeFgHiJkLmNoP/view",
        "We cannot open it from here.",
    ),
    LinkFate.FETCHED: ("(from files.example) · file", "Brand guide"),
    LinkFate.NOTED: ("https://www.youtube.com/watch?v=aBcDeFgHiJk", "Noted."),
}


@dataclass(frozen=True, slots=True)
class Told:
    """The reply to a mail with a part of every fate, and what the ledger has of it."""

    reply: EmailMessage
    fates: frozenset[str]
    links: frozenset[str]

    @property
    def html(self) -> str:
        body = self.reply.get_body(("html",))
        return str(body.get_content()) if body else ""


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Told]:
    """A desk with a virus scanner, to which a deck was sent before, and then all of it in one mail."""
    with ExitStack() as stack:
        clamd = stack.enter_context(servers.clamd())
        clamd.most_octets = 10 * MEGABYTE
        web = stack.enter_context(served())
        web.pages["/brand-guide.pdf"] = Page(documents.brand_guide(TODAY).octets)
        wiring = Wiring(further={"scan": {"clamd": clamd.address}})
        desk = mail_desk(tmp_path_factory.mktemp("desk"), wiring)
        settings = reader_settings(load(desk.config, {}))
        reader = stack.enter_context(closing(Reader(settings)))
        app = fetching(stack.enter_context(at_work(desk, reader)), web)
        send(desk, app, letter(number=1, attach=[DECK]))
        send(desk, app, letter(number=2, text=text(web), attach=FILES))
        letters = desk.letters_to(CONTACT)
        [reply] = [each for each in letters if each["In-Reply-To"] == "<2@halden.example>"]
        yield Told(reply, *seen(app))


def fetching(app: App, web: Web) -> App:
    """The same desk, where the sender is believed and the test's server may be asked."""
    fetch = partial(files_behind, policy=web.policy(), resolver=lambda *_: (servers.LOOPBACK,))
    believed = replace(app.desk, own_check=lambda *_: Authentication.PASS, fetch=fetch)
    return replace(app, desk=believed)


def text(web: Web) -> str:
    fetched = web.url("/brand-guide.pdf")
    shown = [url for fate, (url, _) in LINKS.items() if fate is not LinkFate.FETCHED]
    return "\n\n".join(("Hello Fay,", "here is all we have.", *shown, fetched, "Ana", ""))


def send(desk: MailDesk, app: App, octets: bytes) -> None:
    desk.post(octets, str(len(desk.done())))
    assert Worker(app).once().clean


def seen(app: App) -> tuple[frozenset[str], frozenset[str]]:
    """The fates of the parts and links of the second mail."""
    with app.ledger.database.read() as session:
        parts = sa.select(schema.Part.fate).where(schema.Part.message_id == 2)
        links = sa.select(schema.Link.fate).where(schema.Link.message_id == 2)
        return frozenset(session.scalars(parts)), frozenset(session.scalars(links))


@pytest.fixture
def browser(tmp_path: Path) -> Browser:
    return Browser(tmp_path)


def test_the_mail_holds_a_part_of_every_fate_that_a_reply_tells(told: Told) -> None:
    assert told.fates - {Fate.OPENED} == set(TOLD)
    assert told.links == set(LinkFate)


@pytest.mark.parametrize("fate", TOLD)
def test_a_fate_is_told_with_the_name_of_the_file(fate: Fate, told: Told) -> None:
    name, sentence = TOLD[fate]

    assert f"{name} {sentence}".strip() in text_of(told.reply)


@pytest.mark.parametrize("fate", LinkFate)
def test_the_fate_of_a_link_is_told_with_its_address(fate: LinkFate, told: Told) -> None:
    address, sentence = LINKS[fate]

    assert address in text_of(told.reply)
    assert sentence in text_of(told.reply)


@pytest.mark.chromium
@pytest.mark.skipif(CHROMIUM is None, reason="needs the program chromium (Debian: chromium)")
def test_the_letter_with_every_fate_is_no_wider_than_a_phone(told: Told, browser: Browser) -> None:
    assert browser.widths_in_frames_of(375, [told.html]) == [375]


@pytest.mark.proof
@pytest.mark.chromium
@pytest.mark.skipif(CHROMIUM is None, reason="needs the program chromium (Debian: chromium)")
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_letter_with_every_fate_is_drawn(scheme: str, told: Told, browser: Browser) -> None:
    picture = browser.picture(told.html, width=375, scheme=scheme)

    assert len(picture.getcolors(maxcolors=2**24) or ()) > 20
