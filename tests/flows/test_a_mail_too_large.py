"""Mail over the limit: only its header is taken, it stays in the mailbox, and whoever is believed is told what to do."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest
from typer.testing import CliRunner

from intake.app import App
from intake.cli.commands import app as command
from intake.demo.documents import PDF, Enclosure
from intake.errors import ConfigError
from intake.model import HoldId, HoldReason, Token
from intake.reader import Reader
from intake.worker import Worker
from storage.values import HeldThing
from tests import servers
from tests.bombs import MEGABYTE
from tests.browser import CHROMIUM, Browser
from tests.desks import CONTACT, DESK, FREELANCER, TOKEN, Wiring, engagement, imap_source, letter
from tests.maildesks import Later, MailDesk, at_work, mail_desk, text_of

pytestmark = pytest.mark.proof

FILM = Enclosure("Factory film.mov", "video/quicktime", bytes(range(256)) * 4096)
DIFFERENT = Enclosure("Office film.mov", "video/quicktime", bytes(range(255, -1, -1)) * 4096)
LARGE = letter(subject="The films", attach=[FILM])
LIMITS: dict[str, object] = {"limits": {"message_octets": MEGABYTE}}
TRUSTED = "mx.studio.example"
TRUSTING: dict[str, object] = {"unverified_senders": "hold", "trusted_authserv_ids": [TRUSTED]}
VOUCHED = f"Authentication-Results: {TRUSTED}; dmarc=pass header.from=halden.example\r\n".encode()
DENIED = f"Authentication-Results: {TRUSTED}; dmarc=fail header.from=halden.example\r\n".encode()
ANSWER = (
    "Thank you for your mail. It was too large to be taken in.",
    "The mail “The films”, 1.4 MB",
    "larger than the 1 MB that this mailbox takes",
    "nothing of it was used",
    "Please send the files in several smaller mails, or compressed.",
    f"send {FREELANCER} a link to it",
    "1. Investor deck",
)


@pytest.fixture
def desk(tmp_path: Path) -> MailDesk:
    return mail_desk(tmp_path, Wiring(further=LIMITS))


@pytest.fixture
def app(desk: MailDesk, reader: Reader) -> Iterator[App]:
    with at_work(desk, reader) as opened:
        yield opened


@pytest.fixture
def strict(tmp_path: Path) -> MailDesk:
    """A desk that believes nobody without a proof."""
    return mail_desk(tmp_path, Wiring(intake=TRUSTING, further=LIMITS))


def post(desk: MailDesk, app: App, *messages: bytes) -> None:
    """Deliver these, one round of work after the other."""
    for number, octets in enumerate(messages, start=1):
        desk.post(octets, str(number))
        assert Worker(app).once().clean


def kept_octets(app: App) -> list[bytes]:
    """All that was put into the blob store of messages."""
    return [app.blobs.get(key) for key in app.ledger.blobs()]


def reasons(held: Sequence[HeldThing]) -> list[str]:
    return [thing.reason for thing in held]


def html_of(one: EmailMessage) -> str:
    body = one.get_body(("html",))
    return str(body.get_content()) if body else ""


def test_the_sender_is_told_what_to_do_in_the_same_thread(desk: MailDesk, app: App) -> None:
    post(desk, app, LARGE)

    [answer] = desk.letters_to(CONTACT)

    assert [sentence for sentence in ANSWER if sentence not in text_of(answer)] == []
    assert answer["In-Reply-To"] == "<1@halden.example>"
    assert answer["Subject"] == "Re: The films"


def test_the_freelancer_is_told_who_sent_it_and_how_large_it_was(desk: MailDesk, app: App) -> None:
    post(desk, app, LARGE)

    [report] = desk.letters_to(FREELANCER)

    assert "Ana Ruiz sent a mail of 1.4 MB" in text_of(report)
    assert "This is what the sender is asked to do." in text_of(report)


def test_it_stays_in_the_mailbox_and_in_the_review_queue_with_its_header(
    desk: MailDesk, app: App
) -> None:
    post(desk, app, LARGE)

    [hold] = app.ledger.holds.waiting()
    [octets] = kept_octets(app)

    assert (hold.reason, hold.token, hold.sender) == (HoldReason.TOO_LARGE, TOKEN, CONTACT)
    assert b"Subject: The films" in octets
    assert b"Factory film" not in octets
    assert desk.held() == ["1"]


def test_the_files_themselves_sent_in_a_smaller_mail_are_taken(desk: MailDesk, app: App) -> None:
    smaller = Enclosure("Factory film.pdf", PDF, b"%PDF-1.4\nno page\n")

    post(desk, app, LARGE, letter(number=2, attach=[smaller]))

    assert app.ledger.messages.statuses() == {"held": 1, "accepted": 1}
    assert len(desk.letters_to(CONTACT)) == 2


def test_a_file_that_is_the_whole_mail_is_not_told_as_empty(desk: MailDesk, app: App) -> None:
    bare = EmailMessage()
    bare["From"], bare["To"], bare["Message-ID"] = CONTACT, DESK, "<1@halden.example>"
    bare.set_content(b"%PDF-1.4" + FILM.octets, "application", "pdf", filename="deck.pdf")

    post(desk, app, bytes(bare))

    [answer] = desk.letters_to(CONTACT)
    assert "The mail, 1.4 MB" in text_of(answer)
    assert "deck.pdf" not in text_of(answer)


def test_a_freelancer_is_answered_and_not_sent_to_themselves(desk: MailDesk, app: App) -> None:
    post(desk, app, letter(sender=f"Fay <{FREELANCER}>", attach=[FILM]))

    [answer] = desk.letters()

    assert answer["To"] == f"Fay <{FREELANCER}>"
    assert "a link to it" not in text_of(answer)


# ---------------------------------------------------------------- once, and only to whom we believe


def test_delivered_twice_it_is_answered_once(desk: MailDesk, app: App) -> None:
    post(desk, app, LARGE, b"Received: from elsewhere.example\r\n" + LARGE)

    assert len(desk.letters_to(CONTACT)) == 1
    assert app.ledger.messages.statuses() == {"held": 1, "repeated": 1}


def test_two_of_them_are_answered_each(desk: MailDesk, app: App) -> None:
    post(desk, app, LARGE, letter(number=2, subject="The films", attach=[DIFFERENT]))

    assert len(desk.letters_to(CONTACT)) == 2
    assert app.ledger.messages.statuses() == {"held": 2}


@pytest.mark.parametrize(
    "octets",
    [
        letter(sender="Eve <eve@elsewhere.example>", attach=[FILM]),
        letter(fields=[("Auto-Submitted", "auto-replied")], attach=[FILM]),
        *(
            pytest.param(octets, marks=pytest.mark.proof)
            for octets in (
                letter(sender=f"Ana <{CONTACT}>, Eve <eve@elsewhere.example>", attach=[FILM]),
                letter(sender="Jonas <jonas@halden.example>", attach=[FILM]),
                letter(fields=[("List-Id", "<news.halden.example>")], attach=[FILM]),
                letter(fields=[("Return-Path", "<>")], attach=[FILM]),
            )
        ),
    ],
    ids=["stranger", "auto-reply", "two-senders", "colleague", "list", "null-return-path"],
)
def test_nobody_else_and_no_machine_is_told(desk: MailDesk, app: App, octets: bytes) -> None:
    post(desk, app, octets)

    assert desk.letters() == []
    assert reasons(app.ledger.holds.waiting()) == [HoldReason.TOO_LARGE]
    assert desk.held() == ["1"]


def test_a_person_with_several_projects_is_not_told_of_one_of_them(
    desk: MailDesk, app: App
) -> None:
    engagement(app.ledger, token=Token("spring"), title="Spring fair")

    post(desk, app, LARGE)

    assert desk.letters() == []


@pytest.mark.parametrize(("proof", "letters"), [(VOUCHED, 2), (DENIED, 0), (b"", 0)])
def test_where_proof_is_asked_for_only_a_proven_sender_is_told(
    strict: MailDesk, reader: Reader, proof: bytes, letters: int
) -> None:
    with at_work(strict, reader) as app:
        post(strict, app, proof + LARGE)

        assert len(strict.letters()) == letters
        assert reasons(app.ledger.holds.waiting()) == [HoldReason.TOO_LARGE]


def test_a_forged_copy_that_came_first_does_not_keep_the_sender_from_being_told(
    strict: MailDesk, reader: Reader
) -> None:
    with at_work(strict, reader) as app:
        post(strict, app, DENIED + LARGE, VOUCHED + LARGE)

        assert len(strict.letters_to(CONTACT)) == 1


def test_beyond_the_caps_nobody_is_told_but_the_freelancer_once(
    tmp_path: Path, reader: Reader
) -> None:
    caps: dict[str, object] = {
        "answer_caps": {"sender_per_hour": 1, "sender_per_day": 1, "thread_per_day": 9}
    }
    desk = mail_desk(tmp_path, Wiring(intake=caps, further=LIMITS))
    with at_work(desk, reader) as app:
        post(desk, app, *(letter(number=number, attach=[FILM]) for number in (1, 2, 3)))

    assert len(desk.letters_to(CONTACT)) == 1
    assert len(desk.letters_to(FREELANCER)) == 2


def test_in_a_burst_one_letter_tells_of_all(tmp_path: Path, reader: Reader) -> None:
    clock = Later()
    desk = mail_desk(tmp_path, Wiring(intake={"answer_after_seconds": 120}, further=LIMITS))
    with at_work(desk, reader, clock=clock) as app:
        desk.post(LARGE, "1")
        desk.post(
            letter(
                number=2,
                attach=[Enclosure("a.bin", PDF, b"")],
                fields=[("References", "<1@halden.example>")],
            ),
            "2",
        )
        Worker(app)._round(at_once=False)
        clock.by += timedelta(seconds=121)
        assert Worker(app).once().clean

    [answer] = desk.letters_to(CONTACT)
    assert "The mail “The films”, 1.4 MB" in text_of(answer)
    assert "a.bin There is nothing in it." in text_of(answer)


# ---------------------------------------------------------------- what a person may do


@pytest.mark.parametrize("action", ["release", "reassign"])
def test_there_is_nothing_to_file_of_it(desk: MailDesk, app: App, action: str) -> None:
    post(desk, app, LARGE)
    [hold] = app.ledger.holds.waiting()
    arguments = {"release": (), "reassign": (TOKEN,)}[action]

    with pytest.raises(ConfigError, match=f"{hold.id} was too large to be taken in"):
        getattr(app.reviewer, action)(HoldId(hold.id), *arguments)


def test_review_shows_that_it_can_only_be_rejected(desk: MailDesk, app: App) -> None:
    post(desk, app, LARGE)

    told = json.loads(run(desk, "review", "list", "--json"))
    run(desk, "review", "reject", str(told["id"]), "--reason", "came in parts")

    assert (told["what"], told["reason"], told["project"]) == ("message", "too-large", TOKEN)
    assert told["actions"] == ["reject"]
    assert app.ledger.holds.waiting() == ()


def test_inspect_says_that_it_is_too_large_and_of_what_is_not_there_nothing(
    desk: MailDesk, tmp_path: Path
) -> None:
    (tmp_path / "large.eml").write_bytes(LARGE)

    told = json.loads(run(desk, "inspect", str(tmp_path / "large.eml"), "--json"))

    assert (told["verdict"], told["reason"]) == ("hold", "too-large")
    assert (told["from"], told["subject"]) == (CONTACT, "The films")
    assert (told["parts"], told["defects"]) == ([], ["only-the-header-was-taken"])


def test_fed_in_as_a_file_it_is_answered_only_where_that_is_asked_for(
    desk: MailDesk, tmp_path: Path
) -> None:
    (tmp_path / "a.eml").write_bytes(LARGE)
    (tmp_path / "b.mbox").write_bytes(b"".join(map(of_mbox, (7, 8))))

    run(desk, "receive", str(tmp_path / "a.eml"))
    silent = len(desk.letters())
    run(desk, "receive", "--answer", str(tmp_path / "b.mbox"))

    assert silent == 0
    assert len(desk.letters_to(CONTACT)) == 2


def of_mbox(number: int) -> bytes:
    """A large message as an mbox keeps it."""
    octets = letter(number=number, attach=[FILM]).replace(b"\r\n", b"\n")
    return b"From ana@halden.example Mon Nov 23 09:00:00 2026\n" + octets + b"\n"


def run(desk: MailDesk, *arguments: str) -> str:
    """One command; what it prints."""
    done = CliRunner().invoke(
        command, [*arguments, "--config", str(desk.config)], catch_exceptions=False
    )
    assert done.exit_code == 0, done.stderr
    return done.stdout


# ---------------------------------------------------------------- over IMAP, and as it is seen


@pytest.mark.parametrize(
    "account", [pytest.param("dovecot_account", marks=pytest.mark.dovecot), "pymap_account"]
)
def test_over_imap_only_its_header_is_fetched(
    tmp_path: Path, reader: Reader, request: pytest.FixtureRequest, account: str
) -> None:
    mailbox = request.getfixturevalue(account)
    assert isinstance(mailbox, servers.ImapAccount)
    source = imap_source(mailbox.port, mailbox.username, mailbox.password)
    desk = mail_desk(tmp_path, Wiring(source=source, further=LIMITS))
    mailbox.append(LARGE)

    with at_work(desk, reader) as app:
        assert Worker(app).once().clean
        [octets] = kept_octets(app)

    [answer] = desk.letters_to(CONTACT)
    assert len(octets) < 1000
    assert "The mail “The films”, 1.4 MB" in text_of(answer)
    assert mailbox.messages("Intake/Held") == [LARGE]


@pytest.mark.chromium
@pytest.mark.skipif(CHROMIUM is None, reason="needs the program chromium (Debian: chromium)")
def test_the_answer_is_no_wider_than_a_phone(desk: MailDesk, app: App, tmp_path: Path) -> None:
    post(desk, app, letter(subject="W" * 300, attach=[FILM]))

    [answer] = desk.letters_to(CONTACT)

    assert Browser(tmp_path).widths_in_frames_of(375, [html_of(answer)]) == [375]
