from __future__ import annotations

import email
import hashlib
import imaplib
import io
import shutil
import smtplib
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

import pytest
from rich.console import Console

from intake import config
from intake.app import open_app
from intake.demo.servers import LOOPBACK, Account, MailServers, mail_servers
from intake.demo.story import play
from intake.errors import ConfigError
from intake.model import CompletenessReport, Document, Fate, ItemState
from intake.reports import reports_of
from intake.worker import run_once

pytestmark = pytest.mark.proof

NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
ACCOUNT = Account("intake@studio.example", "secret")
MAIL = b"From: a@client.example\r\nSubject: Hello\r\n\r\nA mail.\r\n"


@pytest.fixture
def servers() -> Iterator[MailServers]:
    with mail_servers(ACCOUNT) as running:
        yield running


@pytest.fixture
def mailbox(servers: MailServers) -> Iterator[imaplib.IMAP4]:
    with imaplib.IMAP4(LOOPBACK, servers.imap_port, timeout=5) as client:
        client.login(ACCOUNT.username, ACCOUNT.password)
        client.select("INBOX")
        yield client


def test_the_mailbox_is_empty_at_first(mailbox: imaplib.IMAP4) -> None:
    assert mailbox.uid("SEARCH", "ALL") == ("OK", [b""])


def test_another_password_is_refused(servers: MailServers) -> None:
    with (
        imaplib.IMAP4(LOOPBACK, servers.imap_port, timeout=5) as client,
        pytest.raises(imaplib.IMAP4.error),
    ):
        client.login(ACCOUNT.username, "guess")


def test_a_delivered_mail_is_there_octet_for_octet(
    servers: MailServers, mailbox: imaplib.IMAP4
) -> None:
    servers.deliver(MAIL, NOW)
    mailbox.noop()

    _, fetched = mailbox.fetch("1:*", "(BODY.PEEK[])")

    assert [entry[1] for entry in fetched if isinstance(entry, tuple)] == [MAIL]


def test_a_mail_moves_to_a_new_folder(servers: MailServers, mailbox: imaplib.IMAP4) -> None:
    servers.deliver(MAIL, NOW)
    mailbox.noop()
    mailbox.create("Intake/Done")
    _, uids = mailbox.uid("SEARCH", "ALL")

    mailbox.uid("MOVE", uids[0].decode(), "Intake/Done")

    assert mailbox.uid("SEARCH", "ALL") == ("OK", [b""])
    assert mailbox.select("Intake/Done") == ("OK", [b"1"])


def test_a_letter_is_collected_once(servers: MailServers) -> None:
    with smtplib.SMTP(LOOPBACK, servers.smtp_port, timeout=5) as client:
        client.sendmail("", ["ingrid@client.example"], b"Subject: Thanks\r\n\r\nYes.\r\n")

    first = servers.collect()

    assert [letter.recipients for letter in first] == [("ingrid@client.example",)]
    assert first[0].octets == b"Subject: Thanks\r\n\r\nYes.\r\n"
    assert servers.collect() == ()


def test_the_servers_end_while_a_client_is_connected() -> None:
    with mail_servers(ACCOUNT) as running:
        client = imaplib.IMAP4(LOOPBACK, running.imap_port, timeout=5)
        client.login(ACCOUNT.username, ACCOUNT.password)
    client.shutdown()

    assert "demo-mail-servers" not in {thread.name for thread in threading.enumerate()}


# ---------------------------------------------------------------- the whole story


@dataclass(frozen=True, slots=True)
class Performance:
    """A demo that has been played: where it lies, what it printed, and what its ledger says."""

    folder: Path
    printed: str
    reports: dict[str, CompletenessReport]
    documents: dict[str, Document]
    held: tuple[str, ...]

    def letters_to(self, name: str) -> list[EmailMessage]:
        return [
            email.message_from_bytes(path.read_bytes(), policy=default)
            for path in sorted((self.folder / "letters").glob(f"*-to-{name}.eml"))
        ]


@pytest.fixture(scope="module")
def performance(tmp_path_factory: pytest.TempPathFactory) -> Performance:
    folder = tmp_path_factory.mktemp("demo") / "kept"
    printed = io.StringIO()
    play(folder, Console(file=printed, width=80))
    settings = config.load(folder / "config.yaml", {})
    with open_app(settings) as app:
        standings = app.ledger.standings()
        reports = reports_of(settings, standings, now=datetime.now(UTC))
        held = tuple(hold.reason for hold in app.ledger.holds.waiting())
    return Performance(
        folder=folder,
        printed=printed.getvalue(),
        reports={report.project.client.name: report for report in reports},
        documents={
            document.filename: document for standing in standings for document in standing.documents
        },
        held=held,
    )


def states(report: CompletenessReport) -> dict[str, ItemState]:
    return {str(entry.item.item): entry.state for entry in report.items if entry.item.required}


def test_one_client_is_complete_at_the_end(performance: Performance) -> None:
    assert performance.reports["Halden Robotics"].complete


def test_a_client_with_last_quarters_roadmap_is_told_so(performance: Performance) -> None:
    report = performance.reports["Brightleaf Energy"]

    assert states(report) == {
        "investor-deck": ItemState.MISSING,
        "quarterly-roadmap": ItemState.STALE,
        "yearly-roadmap": ItemState.MISSING,
        "event-calendar": ItemState.RECEIVED,
        "blog-posts": ItemState.MISSING,
    }


def test_a_client_in_the_middle_is_partly_done(performance: Performance) -> None:
    report = performance.reports["Meridian Learning"]

    assert states(report) == {
        "investor-deck": ItemState.MISSING,
        "quarterly-roadmap": ItemState.RECEIVED,
        "yearly-roadmap": ItemState.RECEIVED,
        "event-calendar": ItemState.MISSING,
        "blog-posts": ItemState.PARTLY,
    }


@pytest.mark.parametrize(
    ("filename", "kind"),
    [
        ("Halden-Series-A-deck.pptx", "deck"),
        ("scan0001.pdf", "deck"),
        ("Marketing roadmap final.docx", "roadmap"),
        ("Events.xlsx", "event_calendar"),
        ("Brightleaf-events.ics", "event_calendar"),
        ("half-marathon-a-week.docx", "blog_post"),
        ("the-first-week.html", "blog_post"),
        ("buy-lease-or-pay-per-pick.md", "blog_post"),
        ("Meridian-brand-guidelines.pdf", "brand_guide"),
    ],
)
def test_a_document_is_surely_what_it_is(
    performance: Performance, filename: str, kind: str
) -> None:
    found = performance.documents[filename].classification

    assert (found.kind, found.sure) == (kind, True)


def test_the_invoice_counts_for_nothing(performance: Performance) -> None:
    invoice = performance.documents["roadmap.pdf"]

    assert invoice.fate is Fate.NOT_ASKED_FOR
    assert invoice.filed_for == ()


def test_the_logo_is_no_document(performance: Performance) -> None:
    assert "image001.png" not in performance.documents


def test_a_stranger_is_held_and_not_answered(performance: Performance) -> None:
    assert performance.held == ("unidentified-sender",)
    assert performance.letters_to("kit") == []


def test_the_vacation_notice_is_not_answered(performance: Performance) -> None:
    subjects = [str(letter["Subject"]) for letter in performance.letters_to("tom.okafor")]

    assert len(subjects) == 3
    assert not [subject for subject in subjects if "Automatic reply" in subject]


def test_the_reply_says_what_to_do_about_a_locked_file(performance: Performance) -> None:
    body = performance.letters_to("priya")[0].get_body(("plain",))

    assert body is not None
    assert "Meridian-price-list.pdf" in body.get_content()
    assert "password" in body.get_content()


def test_every_letter_lies_beside_its_page(performance: Performance) -> None:
    letters = performance.folder / "letters"

    assert {path.stem for path in letters.glob("*.eml")}
    assert {path.stem for path in letters.glob("*.eml")} == {
        path.stem for path in letters.glob("*.html")
    }


def test_the_filed_deck_lies_in_the_folder_as_it_was_sent(performance: Performance) -> None:
    filed = next((performance.folder / "collateral" / "clients").rglob("scan0001*.pdf"))

    digest = hashlib.sha256(filed.read_bytes()).hexdigest()

    assert digest == performance.documents["scan0001.pdf"].sha256


def test_nothing_printed_is_wider_than_eighty_columns(performance: Performance) -> None:
    assert max(len(line) for line in performance.printed.splitlines()) <= 80


def test_what_is_printed_ends_with_what_to_run_next(performance: Performance) -> None:
    assert "Where the projects stand" in performance.printed
    assert "worker --once" in performance.printed.partition("Run next")[2]


def test_the_desk_goes_on_with_a_maildir(performance: Performance, tmp_path: Path) -> None:
    desk = shutil.copytree(performance.folder, tmp_path / "desk")
    mail = (desk / "mail" / "02-stale-roadmap.eml").read_bytes()
    again = mail.replace(b"Subject: Marketing roadmap", b"Subject: Once more")
    (desk / "Maildir" / "new" / "1.mail").write_bytes(again)

    with open_app(config.load(desk / "config.yaml", {})) as app:
        left = run_once(app)

    assert left.clean
    assert len(list((desk / "Maildir" / ".Done").rglob("1.mail*"))) == 1
    assert any(
        b'\nTo: "Tom Okafor" <' in path.read_bytes() for path in (desk / "Sent" / "new").iterdir()
    )


def test_a_folder_that_holds_something_is_refused(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("mine")

    with pytest.raises(ConfigError, match="not an empty folder"):
        play(tmp_path, Console(file=io.StringIO()))
