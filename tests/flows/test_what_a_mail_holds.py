"""What counts though it is no attachment, and what does not count though it is one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP, default
from functools import partial
from pathlib import Path

import pytest

from intake.app import App
from intake.demo import documents, posts
from intake.fetch import FetchPolicy, files_behind
from intake.model import Authentication, Fate
from intake.reader import Reader
from intake.worker import Worker
from tests.desks import TODAY, letter
from tests.ledgers import parts_of
from tests.maildesks import MailDesk, at_work, mail_desk, text_of
from tests.servers import LOOPBACK
from tests.web import Page, Web, served

pytestmark = pytest.mark.proof

DECK = documents.investor_deck(TODAY)
ARTICLE = posts.WALKING.body.strip()
LOGO = replace(documents.signature_logo(), filename="bright-leaf.png")
ARRANGEMENTS = "\n\n".join(
    f"On the {day}th could you please send the slides over to us, and let me know whether you can make the "
    f"call that we talked about on the phone, so that I get back to the others about invoice {day} in time."
    for day in range(4, 16)
)


@pytest.fixture
def desk(tmp_path: Path) -> MailDesk:
    return mail_desk(tmp_path)


@pytest.fixture
def app(desk: MailDesk, reader: Reader) -> Iterator[App]:
    with at_work(desk, reader) as opened:
        yield opened


def told(desk: MailDesk, app: App, octets: bytes) -> str:
    """The reply to a mail."""
    desk.post(octets)
    Worker(app).once()
    [reply] = desk.letters_to("ana@halden.example")
    return text_of(reply)


def fate_of_logo(desk: MailDesk, app: App, number: int) -> str:
    """What became of the logo in one more mail with it."""
    text = f"Hello Fay,\n\nthis is mail {number}.\n"
    desk.post(letter(number=number, text=text, attach=[LOGO]), str(number))
    Worker(app).once()
    [logo] = parts_of(app.ledger, number)
    return logo.fate


def passed_on(text: str) -> bytes:
    """A mail that somebody forwards as an attachment."""
    inner = EmailMessage()
    inner["From"], inner["Subject"] = "mia@larkfield.example", "The article"
    inner.set_content(text)
    outer = message_from_bytes(letter(subject="Fwd: The article"), policy=default)
    assert isinstance(outer, EmailMessage)
    outer.make_mixed()
    outer.add_attachment(inner)
    return outer.as_bytes(policy=SMTP)


def test_an_article_pasted_into_a_mail_is_a_document(desk: MailDesk, app: App) -> None:
    reply = told(desk, app, letter(subject=f"Blog: {posts.WALKING.title}", text=ARTICLE))

    assert "1 of 3" in reply
    assert "half marathon" in reply


def test_a_long_letter_is_none(desk: MailDesk, app: App) -> None:
    told(desk, app, letter(subject="Next steps", text=ARRANGEMENTS))

    assert parts_of(app.ledger, 1) == []


def deck_behind(web: Web) -> str:
    """A mail that says where the deck is."""
    web.pages["/deck.pptx"] = Page(DECK.octets)
    return f"Hello Fay,\n\nthe deck is at {web.url('/deck.pptx')}\n"


def fetching(app: App, policy: FetchPolicy) -> App:
    """The same desk, where the sender is believed, and files behind links fetched; all names are of the test's server."""
    fetch = partial(files_behind, policy=policy, resolver=lambda *_: (LOOPBACK,))
    believed = replace(app.desk, own_check=lambda *_: Authentication.PASS, fetch=fetch)
    return replace(app, desk=believed)


def test_a_file_behind_a_link_to_a_listed_host_is_filed(desk: MailDesk, app: App) -> None:
    with served() as web:
        text = deck_behind(web)
        reply = told(desk, fetching(app, web.policy()), letter(text=text))

    assert "1 of 5 received" in reply
    assert [part.fate for part in parts_of(app.ledger, 1)] == [Fate.FILED]


def test_nothing_is_fetched_for_somebody_who_is_not_believed(desk: MailDesk, app: App) -> None:
    with served() as web:
        unproven = fetching(app, web.policy())
        unproven = replace(unproven, desk=replace(unproven.desk, own_check=None))
        told(desk, unproven, letter(text=deck_behind(web)))

    assert web.asked == []


def test_a_file_behind_a_link_to_another_host_is_asked_for(desk: MailDesk, app: App) -> None:
    with served() as web:
        elsewhere = replace(web.policy(), hosts=("elsewhere.example",))
        reply = told(desk, fetching(app, elsewhere), letter(text=deck_behind(web)))

    assert web.asked == []
    assert "None of 5 received" in reply


@pytest.mark.parametrize("forwarded", [passed_on, lambda text: letter(
    subject="Fwd: The article",
    text=f"Here it is.\n\n---------- Forwarded message ---------\nFrom: Mia <mia@larkfield.example>\nDate: Mon, 2 Nov 2026\nSubject: The article\nTo: Ana <ana@halden.example>\n\n{text}",
)])  # fmt: skip
def test_a_link_in_a_forwarded_mail_counts(
    desk: MailDesk, app: App, forwarded: Callable[[str], bytes]
) -> None:
    octets = forwarded("It is at https://www.halden.example/blog/half-marathon-a-week\n")

    assert "1 of 3" in told(desk, app, octets)


def test_a_small_picture_that_comes_with_every_mail_is_no_document(
    desk: MailDesk, app: App
) -> None:
    fates = [fate_of_logo(desk, app, number) for number in (1, 2, 3, 4)]

    assert fates == [
        *(Fate.NOT_ASKED_FOR, Fate.DUPLICATE),
        *(Fate.SIGNATURE_IMAGE, Fate.SIGNATURE_IMAGE),
    ]
