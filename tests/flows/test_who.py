"""Who wrote, and whether to believe that: signed mail, colleagues, forwards, and the forms of an address."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP, default
from pathlib import Path

import pytest
from typer.testing import CliRunner

from intake.app import App
from intake.authenticate import authenticate
from intake.cli.commands import app as command
from intake.demo import documents
from intake.errors import ConfigError
from intake.model import Address, Authentication, HoldId, HoldReason, LetterState, Token
from intake.reader import Reader
from intake.worker import Worker
from storage.directory import NewProject
from storage.ledger import Ledger
from tests.desks import CONTACT, DESK, FREELANCER, TODAY, TOKEN, Wiring, letter
from tests.ledgers import letter_row, message_row
from tests.maildesks import MailDesk, at_work, mail_desk, text_of
from tests.signing import Zone, signed, zone

pytestmark = pytest.mark.proof

DECK = documents.investor_deck(TODAY)
MIRA = Address("mira.hollis@gmail.com")
JONAS = "jonas@eu.larkfield.example"
LARKFIELD = Token("larkfield")
COLLEAGUE = letter(sender=f"Jonas Falk <{JONAS}>", subject="Our deck", text="Ours is coming.")


def second_client(ledger: Ledger) -> None:
    """A client with a domain of its own, whose contact writes from Gmail; its freelancer is that of the first one."""
    ledger.directory.add_client("Larkfield", contacts=[MIRA], domains=["larkfield.example"])
    ledger.directory.open_project(
        NewProject(
            "Larkfield", "Spring", "onboarding", (FREELANCER,), "UTC", TODAY, token=LARKFIELD
        )
    )


@pytest.fixture
def desk(tmp_path: Path) -> MailDesk:
    made = mail_desk(tmp_path)
    with made.ledger() as ledger:
        second_client(ledger)
    return made


@pytest.fixture
def app(desk: MailDesk, reader: Reader) -> Iterator[App]:
    with at_work(desk, reader) as opened:
        yield opened


def take(desk: MailDesk, app: App, octets: bytes, *, name: str = "1") -> None:
    desk.post(octets, name)
    Worker(app).once()


def filed(app: App, token: str = LARKFIELD) -> int:
    project = app.ledger.directory.project(Token(token))
    return len(app.ledger.standing(project.id).documents)


def taken_for(app: App, number: int = 1) -> str | None:
    """The token of the project that a message was taken for, None where it was taken for none."""
    project = message_row(app.ledger, number).project_id
    return next((one.token for one in app.ledger.directory.projects() if one.id == project), None)


def reasons(app: App) -> list[str]:
    return [entry.reason for entry in app.ledger.holds.waiting()]


def run(desk: MailDesk, *arguments: str) -> None:
    done = CliRunner().invoke(
        command, [*arguments, "--config", str(desk.config)], catch_exceptions=False
    )
    assert done.exit_code == 0, done.stderr


# ---------------------------------------------------------------- colleagues


def test_a_freelancer_is_asked_once_about_a_colleague_who_learns_nothing(
    desk: MailDesk, app: App
) -> None:
    take(desk, app, COLLEAGUE)
    again = letter(number=2, sender=JONAS, text="And our colours.")
    take(desk, app, again, name="2")

    [asked] = desk.letters()
    assert asked["To"] == FREELANCER
    assert asked["Auto-Submitted"] == "auto-generated"
    assert "May Jonas Falk send files for Larkfield?" in text_of(asked)
    assert "Reply “yes” or “no”" in text_of(asked)
    assert reasons(app) == [HoldReason.COLLEAGUE, HoldReason.COLLEAGUE]
    assert filed(app) == 0


def test_one_yes_lets_in_all_that_a_colleague_sent(desk: MailDesk, app: App) -> None:
    take(desk, app, letter(sender=JONAS, attach=[DECK]))
    again = letter(number=2, sender=JONAS, text="And our colours.")
    take(desk, app, again, name="2")

    run(desk, "review", "release", "1")
    Worker(app).once()

    assert reasons(app) == []
    assert (filed(app), taken_for(app, 2)) == (1, LARKFIELD)
    assert desk.letters_to(JONAS) != []
    assert app.ledger.directory.project(LARKFIELD).client.contacts == (MIRA, JONAS)


def test_a_colleague_who_was_let_in_needs_no_further_yes(desk: MailDesk, app: App) -> None:
    take(desk, app, COLLEAGUE)
    run(desk, "review", "release", "1")
    Worker(app).once()

    take(desk, app, letter(number=2, sender=JONAS, text="One more thing."), name="2")

    assert reasons(app) == []


def test_a_no_keeps_a_colleague_out(desk: MailDesk, app: App) -> None:
    take(desk, app, COLLEAGUE)

    run(desk, "review", "reject", "1", "--reason", "not for us")
    Worker(app).once()

    assert reasons(app) == []
    assert filed(app) == 0
    assert desk.letters_to(JONAS) == []
    assert app.ledger.directory.project(LARKFIELD).client.contacts == (MIRA,)


def test_a_colleague_of_two_clients_is_let_in_by_name_only(desk: MailDesk, app: App) -> None:
    app.ledger.directory.add_client("Optics", contacts=[], domains=["eu.larkfield.example"])
    app.ledger.directory.add_client("Europe", contacts=[], domains=["eu.larkfield.example"])
    take(desk, app, COLLEAGUE)

    with pytest.raises(ConfigError, match="a domain of several clients"):
        app.reviewer.release(HoldId(1))

    assert reasons(app) == [HoldReason.COLLEAGUE]
    assert desk.letters() == []  # neither of them has an open project


def test_a_question_that_was_settled_before_it_left_never_leaves(
    tmp_path: Path, reader: Reader
) -> None:
    rehearsal = {"type": "maildir", "path": "./Sent", "hold": True}
    desk = mail_desk(tmp_path, Wiring(delivery=rehearsal))
    with at_work(desk, reader) as app:
        second_client(app.ledger)
        take(desk, app, COLLEAGUE)
        before = letter_row(app.ledger, 1).state

        run(desk, "review", "reject", "1", "--reason", "not for us")

        assert (before, letter_row(app.ledger, 1).state) == (
            LetterState.INTENT,
            LetterState.DROPPED,
        )


# ---------------------------------------------------------------- forwards


def forward(text: str = "", *, attached: bytes | None = None) -> bytes:
    """From the freelancer of both clients, to the desk's plain address."""
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = FREELANCER, DESK, "Fwd: Our deck"
    message.set_content(f"fyi\n\n{text}")
    if attached is not None:
        message.add_attachment(message_from_bytes(attached, policy=default))
    return message.as_bytes(policy=SMTP)


@pytest.mark.parametrize("sender", ["mirahollis+deck@googlemail.com", JONAS])
def test_a_freelancers_forward_is_filed_for_the_client_who_wrote_it(
    desk: MailDesk, app: App, sender: str
) -> None:
    take(desk, app, forward(f"---------- Forwarded message\nFrom: Somebody <{sender}>\n\nHi"))

    assert taken_for(app) == LARKFIELD
    assert [one["To"] for one in desk.letters()] == [FREELANCER]


def test_a_message_forwarded_as_an_attachment_decides_too(desk: MailDesk, app: App) -> None:
    take(desk, app, forward(attached=letter(sender=f"Mira <{MIRA}>")))

    assert taken_for(app) == LARKFIELD


def test_forwards_that_disagree_ask_the_freelancer(desk: MailDesk, app: App) -> None:
    inner = letter(sender=f"Mira <{MIRA}>")

    take(desk, app, forward(f"From: Ana <{CONTACT}>", attached=inner))

    assert reasons(app) == [HoldReason.AMBIGUOUS_PROJECT]


def test_a_forward_of_nobody_known_asks_the_freelancer(desk: MailDesk, app: App) -> None:
    take(desk, app, forward("From: Eve <eve@elsewhere.example>"))

    assert reasons(app) == [HoldReason.AMBIGUOUS_PROJECT]
    assert [one["To"] for one in desk.letters()] == [FREELANCER]


# ---------------------------------------------------------------- forms of an address


def test_a_contact_is_answered_at_the_form_of_the_address_that_wrote(
    desk: MailDesk, app: App
) -> None:
    variant = "mirahollis+files@googlemail.com"

    take(desk, app, letter(sender=f"Mira <{variant}>"))

    assert taken_for(app) == LARKFIELD
    assert len(desk.letters_to(variant)) == 1


def test_reply_to_a_stranger_is_not_followed(desk: MailDesk, app: App) -> None:
    elsewhere = [("Reply-To", "eve@elsewhere.example"), ("Cc", "jo@x.example, joe@y.example")]

    take(desk, app, letter(sender=MIRA, fields=elsewhere))

    assert {one["To"] for one in desk.letters()} == {MIRA, FREELANCER}
    assert not any(one["Cc"] for one in desk.letters())


# ---------------------------------------------------------------- signatures

ANAS = letter()
FORGED = "Authentication-Results: mx.studio.example; dmarc=fail header.from=halden.example"


@pytest.fixture
def strict(tmp_path: Path) -> MailDesk:
    """A desk that believes nobody without a proof."""
    trusting: dict[str, object] = {
        "unverified_senders": "hold",
        "trusted_authserv_ids": ["mx.studio.example"],
    }
    return mail_desk(tmp_path, Wiring(intake=trusting))


def taken(desk: MailDesk, reader: Reader, octets: bytes, dns: Zone | None) -> str | None:
    """Why a message is held, None where it is filed; `dns` answers for our own look at signatures, None for none."""

    def check(raw: bytes, sender: Address) -> Authentication:
        return authenticate(raw, sender=sender, resolver=dns or zone())

    with at_work(desk, reader) as app:
        looking = replace(app, desk=replace(app.desk, own_check=check if dns else None))
        take(desk, looking, octets)
        verdict = message_row(app.ledger, 1).authentication
        assert (verdict == "pass") is (taken_for(app) == TOKEN)
        return next(iter(reasons(app)), None)


def test_signed_mail_is_believed_without_any_server_that_vouches(
    strict: MailDesk, reader: Reader
) -> None:
    octets = signed(ANAS, domain="halden.example")

    assert taken(strict, reader, octets, zone("halden.example")) is None


@pytest.mark.parametrize(
    ("octets", "dns", "reason"),
    [
        (ANAS, zone("halden.example"), HoldReason.UNVERIFIED_SENDER),
        (signed(ANAS, domain="halden.example"), None, HoldReason.UNVERIFIED_SENDER),
        (
            signed(ANAS, domain="halden.example"),
            Zone({}, down=frozenset({"s1._domainkey.halden.example"})),
            HoldReason.UNVERIFIED_SENDER,
        ),
        (
            f"{FORGED}\r\n".encode() + signed(ANAS, domain="halden.example"),
            zone("halden.example"),
            HoldReason.AUTHENTICATION_FAILED,
        ),
    ],
    ids=["unsigned", "off", "dns-down", "server-says-no"],
)
def test_what_is_not_proven_is_held(
    strict: MailDesk, reader: Reader, octets: bytes, dns: Zone | None, reason: HoldReason
) -> None:
    assert taken(strict, reader, octets, dns) == reason
