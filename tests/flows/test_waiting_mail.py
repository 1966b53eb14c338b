"""Mail that waits is decided by mail: a freelancer lets a colleague in or not, a person says which project it is for."""

from __future__ import annotations

from collections.abc import Iterator
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP, default
from pathlib import Path

import pytest

from intake.app import App
from intake.demo import documents
from intake.model import Address, ProjectState, Token
from intake.reader import Reader
from intake.worker import Worker
from storage.directory import NewProject
from tests.desks import CLIENT, CONTACT, DESK, FREELANCER, TODAY, TOKEN, letter
from tests.ledgers import message_row
from tests.maildesks import MailDesk, at_work, mail_desk, text_of

pytestmark = pytest.mark.proof

DECK = documents.investor_deck(TODAY)
JONAS, MIRA = Address("jonas@larkfield.example"), Address("mira.hollis@gmail.com")
LARKFIELD, SPRING = Token("larkfield"), Token("halden-spring")
COLLEAGUE = letter(sender=f"Jonas Falk <{JONAS}>", subject="Our deck", attach=[DECK])


@pytest.fixture
def desk(tmp_path: Path) -> MailDesk:
    return mail_desk(tmp_path)


@pytest.fixture
def app(desk: MailDesk, reader: Reader) -> Iterator[App]:
    """Beside the first client one with a domain of its own; they have the same freelancer."""
    with at_work(desk, reader) as opened:
        directory = opened.ledger.directory
        directory.add_client("Larkfield", contacts=[MIRA], domains=["larkfield.example"])
        open_project(opened, "Larkfield", LARKFIELD)
        yield opened


def open_project(app: App, client: str, token: Token, title: str = "Spring fair") -> None:
    app.ledger.directory.open_project(
        NewProject(client, title, "onboarding", (FREELANCER,), "UTC", TODAY, token=token)
    )


def take(desk: MailDesk, app: App, octets: bytes, name: str = "1") -> None:
    desk.post(octets, name)
    Worker(app).once()


def answer(to: EmailMessage, text: str, *, sender: str, number: int = 50) -> bytes:
    """What a mail program makes of a reply; with words above what it quotes."""
    mail = message_from_bytes(
        letter(number=number, sender=sender, to=DESK, subject=f"Re: {to['Subject']}", text=text),
        policy=default,
    )
    mail["In-Reply-To"] = str(to["Message-ID"])
    mail["References"] = f"{to['References'] or ''} {to['Message-ID']}".strip()
    return mail.as_bytes(policy=SMTP)


def asked(desk: MailDesk, person: str) -> EmailMessage:
    [question] = desk.letters_to(person)
    return question


def filed(app: App, token: Token) -> int:
    project = app.ledger.directory.project(token)
    return len(app.ledger.standing(project.id).documents)


def waits(app: App) -> list[str]:
    return [entry.reason for entry in app.ledger.holds.waiting()]


def contacts(app: App) -> tuple[Address, ...]:
    return app.ledger.directory.project(LARKFIELD).client.contacts


# ---------------------------------------------------------------- whose mail


NOTED = f"Noted: mail from {JONAS} is taken from now on"


@pytest.mark.parametrize(
    ("word", "noted"),
    [
        ("Yes", NOTED),
        ("Yes, he is a colleague.", NOTED),
        ("Ja, bitte freigeben", f"Notiert: E-Mails von {JONAS} werden von nun an angenommen"),
    ],
)
def test_a_freelancers_yes_lets_a_colleague_in(
    desk: MailDesk, app: App, word: str, noted: str
) -> None:
    take(desk, app, COLLEAGUE)

    take(desk, app, answer(asked(desk, FREELANCER), word, sender=FREELANCER), "2")
    Worker(app).once()

    assert waits(app) == []
    assert contacts(app) == (MIRA, JONAS)
    assert filed(app, LARKFIELD) == 1
    told = [text_of(each) for each in desk.letters_to(FREELANCER)]
    assert any(noted in each for each in told)
    assert len(desk.letters_to(JONAS)) == 1


def test_a_freelancers_no_keeps_a_colleague_out(desk: MailDesk, app: App) -> None:
    take(desk, app, COLLEAGUE)

    take(desk, app, answer(asked(desk, FREELANCER), "No, never heard of him.", sender=FREELANCER))
    Worker(app).once()

    assert waits(app) == []
    assert (contacts(app), filed(app, LARKFIELD)) == ((MIRA,), 0)
    assert desk.letters_to(JONAS) == []
    assert message_row(app.ledger, 1).status == "rejected"


def test_the_number_in_the_letter_is_enough_without_its_thread(desk: MailDesk, app: App) -> None:
    take(desk, app, COLLEAGUE)

    take(desk, app, letter(number=2, sender=FREELANCER, to=DESK, text="release mail 1"), "2")
    Worker(app).once()

    assert (waits(app), contacts(app)) == ([], (MIRA, JONAS))


@pytest.mark.parametrize(
    "text", ["> yes\n\nWho is that?", "I will ask Mira.", "Yes, but only for the fair."]
)
def test_what_is_no_clear_yes_lets_nobody_in(desk: MailDesk, app: App, text: str) -> None:
    take(desk, app, COLLEAGUE)

    take(desk, app, answer(asked(desk, FREELANCER), text, sender=FREELANCER), "2")

    assert contacts(app) == (MIRA,)
    assert "colleague" in waits(app)


def test_nobody_but_the_clients_freelancer_lets_anybody_in(desk: MailDesk, app: App) -> None:
    take(desk, app, COLLEAGUE)
    question = asked(desk, FREELANCER)

    take(desk, app, answer(question, "yes", sender=CONTACT), "2")
    take(desk, app, letter(number=3, sender=CONTACT, text="release mail 1"), "3")
    take(desk, app, answer(question, "yes", sender=str(JONAS), number=4), "4")

    assert contacts(app) == (MIRA,)
    assert waits(app).count("colleague") == 2


def test_a_second_yes_is_told_that_nothing_waits(desk: MailDesk, app: App) -> None:
    take(desk, app, COLLEAGUE)
    question = asked(desk, FREELANCER)
    take(desk, app, answer(question, "yes", sender=FREELANCER), "2")

    again = answer(question, "yes", sender=FREELANCER, number=51)
    take(desk, app, again.replace(b"Our deck", b"Our deck again"), "3")

    told = [text_of(each) for each in desk.letters_to(FREELANCER)]
    assert any("Nothing of that kind waits any more" in each for each in told)
    assert contacts(app) == (MIRA, JONAS)


def test_an_undo_says_that_the_mail_is_on_its_way(desk: MailDesk, app: App) -> None:
    take(desk, app, COLLEAGUE)
    take(desk, app, answer(asked(desk, FREELANCER), "yes", sender=FREELANCER), "2")

    undo = letter(number=60, sender=FREELANCER, to=address(LARKFIELD), text="undo")
    take(desk, app, undo, "3")

    told = [text_of(each) for each in desk.letters_to(FREELANCER)]
    assert any("cannot be called back" in each for each in told)
    assert contacts(app) == (MIRA, JONAS)


# ---------------------------------------------------------------- which project


def address(token: Token) -> str:
    return DESK.replace("@", f"+{token}@")


@pytest.mark.parametrize("word", ["2", "Spring fair", "It's for the spring fair, thanks!"])
def test_a_word_says_which_project_mail_is_for(desk: MailDesk, app: App, word: str) -> None:
    open_project(app, CLIENT, SPRING)
    take(desk, app, letter(to=DESK, attach=[DECK]))

    take(desk, app, answer(asked(desk, CONTACT), word, sender=CONTACT), "2")
    Worker(app).once()

    assert waits(app) == []
    assert (filed(app, SPRING), filed(app, TOKEN)) == (1, 0)
    told = " ".join(text_of(each) for each in desk.letters_to(CONTACT))
    assert "the mail that waited is for Spring fair" in told


def test_numbers_are_those_of_the_letter_though_a_project_has_closed_since(
    desk: MailDesk, app: App
) -> None:
    open_project(app, CLIENT, SPRING)
    open_project(app, CLIENT, Token("halden-expo"), "Expo")
    take(desk, app, letter(to=DESK, attach=[DECK]))
    app.ledger.directory.set_state(TOKEN, ProjectState.CLOSED)

    take(desk, app, answer(asked(desk, CONTACT), "2", sender=CONTACT), "2")
    Worker(app).once()

    assert (filed(app, SPRING), filed(app, Token("halden-expo"))) == (1, 0)


def test_a_word_that_names_two_projects_settles_nothing(desk: MailDesk, app: App) -> None:
    open_project(app, CLIENT, SPRING)
    take(desk, app, letter(to=DESK, attach=[DECK]))

    both = answer(asked(desk, CONTACT), "Q4 launch and Spring fair", sender=CONTACT)
    take(desk, app, both, "2")

    assert "ambiguous-project" in waits(app)
    assert (filed(app, SPRING), filed(app, TOKEN)) == (0, 0)


def test_somebody_elses_answer_moves_nobodys_mail(desk: MailDesk, app: App) -> None:
    open_project(app, CLIENT, SPRING)
    take(desk, app, letter(to=DESK, attach=[DECK]))

    take(desk, app, answer(asked(desk, CONTACT), "Spring fair", sender=str(MIRA)), "2")

    assert waits(app) == ["ambiguous-project"]
    assert (filed(app, SPRING), filed(app, TOKEN)) == (0, 0)
