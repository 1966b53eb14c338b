"""A freelancer's mail to a client with a copy to the desk opens the project; and what looks like one and opens nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest
from typer.testing import CliRunner

from intake.app import App
from intake.cli.commands import app as command
from intake.demo import documents
from intake.demo.documents import Enclosure
from intake.instants import Instant
from intake.model import Address, HoldReason, Project, ProjectState, Token
from intake.reader import Reader
from intake.worker import Worker
from storage.directory import NewProject
from tests.desks import CLIENT, CONTACT, DESK, FREELANCER, TODAY, TOKEN, Wiring, config_file, letter
from tests.maildesks import Later, MailDesk, at_work, mail_desk, text_of

pytestmark = pytest.mark.proof

FAY = f"Fay Wells <{FREELANCER}>"
MIRA = "Mira Hollis <mira@larkfield.example>"
JONAS = "Jonas Falk <jonas@larkfield.example>"
DECK = documents.investor_deck(TODAY)
GUIDE = documents.brand_guide(TODAY)
AT_ANY_HOUR = {
    "after_days": [3],
    "hours": "00:00-24:00",
    "weekdays": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"],
    "digest": None,
}
WORDS = "Dear Mira,\n\nI am looking forward to our spring campaign.\n\nFay\n"


@dataclass(slots=True)
class Studio:
    """A desk, and the mail that goes to and fro."""

    desk: MailDesk
    app: App
    clock: Later
    sent: int = 0

    def take(self, octets: bytes) -> list[EmailMessage]:
        """A mail comes in; the letters that it caused."""
        self.sent += 1
        before = {each["Message-ID"] for each in self.desk.letters()}
        self.desk.post(octets, str(self.sent))
        Worker(self.app).once()
        return [each for each in self.desk.letters() if each["Message-ID"] not in before]

    def write(
        self,
        *,
        sender: str = FAY,
        to: str = MIRA,
        cc: str = DESK,
        subject: str = "Spring campaign",
        text: str = WORDS,
        attach: Sequence[Enclosure] = (),
        fields: Sequence[tuple[str, str]] = (),
    ) -> list[EmailMessage]:
        named = [("Cc", cc), *fields] if cc else fields
        return self.take(
            letter(
                number=self.sent + 1,
                sender=sender,
                to=to,
                subject=subject,
                text=text,
                attach=attach,
                fields=named,
            )
        )

    def opened(self) -> list[Project]:
        """The projects beside the one that was there before."""
        return [each for each in self.app.ledger.directory.projects() if each.token != TOKEN]

    def reasons(self) -> list[str]:
        return [entry.reason for entry in self.app.ledger.holds.waiting()]

    def files(self, project: Project) -> list[str]:
        return [each.filename for each in self.app.ledger.standing(project.id).documents]


@pytest.fixture
def studio(tmp_path: Path, reader: Reader) -> Iterator[Studio]:
    desk, clock = mail_desk(tmp_path), Later()
    with at_work(desk, reader, clock=clock) as app:
        yield Studio(desk, app, clock)


def to(letters: Sequence[EmailMessage], address: str) -> str:
    """The text of the one letter to somebody."""
    [found] = [each for each in letters if address in str(each["To"])]
    return text_of(found)


# ---------------------------------------------------------------- what is opened


def test_a_kickoff_opens_client_and_project_and_asks_for_the_first_things(studio: Studio) -> None:
    letters = studio.write(attach=[GUIDE])

    [project] = studio.opened()
    asked, told = to(letters, "mira@larkfield.example"), to(letters, FREELANCER)
    assert (project.title, project.client.name) == ("Spring campaign", "larkfield.example")
    assert project.client.contacts == ("mira@larkfield.example",)
    assert project.client.domains == ("larkfield.example",)
    assert (project.state, project.checklist) == (ProjectState.OPEN, "onboarding")
    assert project.freelancers == (FREELANCER,)
    assert studio.files(project) == [GUIDE.filename]
    assert studio.reasons() == []
    assert "Three things to begin “Spring campaign” with" in asked
    assert "3. Yearly roadmap" in asked
    assert "Past blog posts" not in asked
    assert f"intake+{project.token}@studio.example" in told
    assert "Reply “undo”" in told


def test_both_letters_are_in_the_thread_of_the_kickoff(studio: Studio) -> None:
    letters = studio.write()

    assert {each["In-Reply-To"] for each in letters} == {"<1@halden.example>"}
    assert {each["Subject"] for each in letters} == {"Re: Spring campaign"}
    [asked] = [each for each in letters if "mira@" in str(each["To"])]
    assert asked["Auto-Submitted"] == "auto-generated"  # its reader asked for nothing


def test_the_clients_answer_is_filed_and_told_the_whole_list(studio: Studio) -> None:
    [asked] = [each for each in studio.write() if "mira@" in str(each["To"])]

    letters = studio.write(
        sender=MIRA,
        to=str(asked["Reply-To"]),
        cc="",
        subject="Re: Spring campaign",
        text="Here it is.",
        attach=[DECK],
        fields=[("In-Reply-To", str(asked["Message-ID"]))],
    )

    [project] = studio.opened()
    assert studio.files(project) == [DECK.filename]
    assert "Past blog posts" in to(letters, "mira@larkfield.example")


def test_a_further_kickoff_of_that_title_belongs_to_the_project(studio: Studio) -> None:
    studio.write()

    letters = studio.write(subject="AW: spring  CAMPAIGN", attach=[DECK])

    [project] = studio.opened()
    assert studio.files(project) == [DECK.filename]
    assert [each["To"] for each in letters] == [f"Fay Wells <{FREELANCER}>"]


def test_another_title_is_another_project_of_the_same_client(studio: Studio) -> None:
    studio.write()

    studio.write(subject="Trade fair")

    assert {each.client.id for each in studio.opened()} == {studio.opened()[0].client.id}
    assert [each.title for each in studio.opened()] == ["Spring campaign", "Trade fair"]


def test_a_known_contact_keeps_its_client(studio: Studio) -> None:
    letters = studio.write(to=f"Ana Ruiz <{CONTACT}>")

    [project] = studio.opened()
    assert project.client.name == CLIENT
    assert "Three things" in to(letters, CONTACT)


def test_a_blind_copy_opens_it_as_well(studio: Studio) -> None:
    studio.write(cc="", fields=[("Delivered-To", DESK)])

    assert len(studio.opened()) == 1


def test_colleagues_in_copy_become_contacts_and_get_the_letter(studio: Studio) -> None:
    elsewhere = "ben@agency.example"

    letters = studio.write(cc=f"{DESK}, {JONAS}, {elsewhere}")

    [project] = studio.opened()
    [asked] = [each for each in letters if "mira@" in str(each["To"])]
    assert project.client.contacts == ("mira@larkfield.example", "jonas@larkfield.example")
    assert "jonas@" in str(asked["Cc"])
    assert elsewhere not in str(asked)


def test_the_client_is_written_to_in_the_language_of_the_kickoff(studio: Studio) -> None:
    german = "Liebe Mira,\n\nich freue mich auf unsere Kampagne und schicke dir bald mehr.\n\nFay\n"

    letters = studio.write(text=german)

    assert "Drei Unterlagen zum Start" in to(letters, "mira@larkfield.example")
    assert "eröffnet" in to(letters, FREELANCER)


def test_words_to_the_client_are_no_commands_to_the_desk(studio: Studio) -> None:
    studio.write(text="Dear Mira,\n\nyou have no event calendar, so never mind.\nPause.\n")

    [project] = studio.opened()
    standing = studio.app.ledger.standing(project.id)
    assert project.state is ProjectState.OPEN
    assert [each.wish.verb for each in standing.wishes] == ["open"]


def test_projects_that_were_opened_by_mail_are_listed(studio: Studio) -> None:
    studio.write()

    shown = CliRunner().invoke(command, ["project", "list", "--config", str(studio.desk.config)])

    assert studio.opened()[0].token in shown.stdout


# ---------------------------------------------------------------- what follows


def test_undo_closes_it_again_and_ends_what_is_asked(studio: Studio) -> None:
    [told] = [each for each in studio.write() if FREELANCER in str(each["To"])]

    letters = studio.write(
        to=str(told["Reply-To"]),
        cc="",
        subject="Re: Spring campaign",
        text="undo",
        fields=[("In-Reply-To", str(told["Message-ID"]))],
    )
    studio.clock.by = timedelta(days=5)
    Worker(studio.app).once()

    [project] = studio.opened()
    assert project.state is ProjectState.CLOSED
    assert "Taken back: Spring campaign is open." in to(letters, FREELANCER)
    assert len(studio.desk.letters_to("mira@larkfield.example")) == 1


def test_a_first_letter_that_has_not_left_when_it_is_undone_never_leaves(
    tmp_path: Path, reader: Reader
) -> None:
    rehearsal = {"type": "maildir", "path": "./Sent", "hold": True}
    desk = mail_desk(tmp_path, Wiring(delivery=rehearsal))
    with at_work(desk, reader) as app:
        studio = Studio(desk, app, Later())
        studio.write()
        [project] = studio.opened()
        own = f"intake+{project.token}@studio.example"
        studio.write(to=own, cc="", subject="Re: Spring campaign", text="undo")
    config_file(tmp_path)

    with at_work(desk, reader) as app:
        Worker(app).once()

    assert desk.letters_to("mira@larkfield.example") == []


def test_a_client_who_does_not_answer_a_kickoff_is_reminded_in_its_thread(
    tmp_path: Path, reader: Reader
) -> None:
    desk, clock = mail_desk(tmp_path, Wiring(further={"reminders": AT_ANY_HOUR})), Later()
    with at_work(desk, reader, clock=clock) as app:
        written = Studio(desk, app, clock).write()
        [asked] = [each for each in written if "mira@" in str(each["To"])]
        clock.by = timedelta(days=4)
        Worker(app).once()

    [_, reminder] = sorted(
        desk.letters_to("mira@larkfield.example"),
        key=lambda each: each["Message-ID"] != asked["Message-ID"],
    )
    assert reminder["In-Reply-To"] == asked["Message-ID"]
    assert "Investor deck" in text_of(reminder)


def test_a_worker_that_dies_while_it_opens_a_project_opens_it_once(
    tmp_path: Path, reader: Reader
) -> None:
    desk = mail_desk(tmp_path)
    with at_work(desk, reader) as app:
        dying = Studio(desk, replace(app, desk=replace(app.desk, passed=_dies)), Later())
        with pytest.raises(_DeathError):
            dying.write(attach=[DECK])
        [waiting] = dying.opened()

    with at_work(desk, reader) as app:
        Worker(app).once()
        [project] = Studio(desk, app, Later()).opened()

        assert (waiting.state, project.state) == (ProjectState.PAUSED, ProjectState.OPEN)
        assert (waiting.id, waiting.token) == (project.id, project.token)
        assert len(desk.letters()) == 2


class _DeathError(BaseException):
    """What no worker survives."""


def _dies(instant: Instant) -> None:
    if instant is Instant.PROJECT_MADE:
        raise _DeathError


# ---------------------------------------------------------------- what opens nothing


def test_mail_to_two_clients_is_asked_about_and_opens_nothing(studio: Studio) -> None:
    letters = studio.write(to=f"{MIRA}, {CONTACT}", attach=[DECK])

    asked = to(letters, FREELANCER)
    assert len(letters) == 1
    assert "We opened no project" in asked
    assert "more than one client" in asked
    assert studio.reasons() == [HoldReason.AMBIGUOUS_PROJECT]
    assert studio.opened() == []
    assert "larkfield.example" not in [each.name for each in studio.app.ledger.directory.clients()]


def test_a_reply_in_the_thread_of_a_project_belongs_to_that(studio: Studio) -> None:
    studio.write(sender=f"Ana Ruiz <{CONTACT}>", to=DESK, cc="", subject="Our deck", attach=[DECK])

    studio.write(
        to=f"Ana Ruiz <{CONTACT}>",
        subject="Re: Our deck",
        text="Thank you, Ana.",
        fields=[("In-Reply-To", "<1@halden.example>")],
    )

    assert (studio.opened(), studio.reasons()) == ([], [])


@pytest.mark.parametrize(
    ("sender", "cc", "fields"),
    [
        pytest.param(
            "Eve <eve@elsewhere.example>", DESK, [], id="a-stranger", marks=pytest.mark.proof
        ),
        pytest.param(f"Ana Ruiz <{CONTACT}>", DESK, [], id="a-contact"),
        pytest.param(
            FAY,
            f"intake+{TOKEN}@studio.example",
            [],
            id="with-a-token",
            marks=pytest.mark.proof,
        ),
        pytest.param(
            FAY,
            DESK,
            [("Auto-Submitted", "auto-replied")],
            id="a-machine",
            marks=pytest.mark.proof,
        ),
        pytest.param(
            FAY,
            DESK,
            [("Authentication-Results", "mx.studio.example; dmarc=fail")],
            id="a-forger",
        ),
    ],
)
def test_nobody_else_opens_a_project(
    tmp_path: Path, reader: Reader, sender: str, cc: str, fields: Sequence[tuple[str, str]]
) -> None:
    trusting: dict[str, object] = {"trusted_authserv_ids": ["mx.studio.example"]}
    desk = mail_desk(tmp_path, Wiring(intake=trusting))
    with at_work(desk, reader) as app:
        studio = Studio(desk, app, Later())

        # A link is worth keeping even if a machine sent it.
        words = f"{WORDS}\nhttps://blog.halden.example/2026/10/how-we-test\n"
        studio.write(sender=sender, cc=cc, fields=fields, text=words)

        assert studio.opened() == []
        assert desk.letters_to("larkfield.example") == []


def test_old_mail_opens_nothing_and_waits(tmp_path: Path, reader: Reader) -> None:
    since: dict[str, object] = {"answer_mail_since": "2200-01-01"}
    desk = mail_desk(tmp_path, Wiring(intake=since))
    with at_work(desk, reader) as app:
        studio = Studio(desk, app, Later())

        letters = studio.write()

        assert (studio.opened(), letters) == ([], [])
        assert studio.reasons() == [HoldReason.UNKNOWN_PROJECT]


def test_old_mail_to_the_client_of_ones_only_project_is_filed_there(
    tmp_path: Path, reader: Reader
) -> None:
    since: dict[str, object] = {"answer_mail_since": "2200-01-01"}
    desk = mail_desk(tmp_path, Wiring(intake=since))
    with at_work(desk, reader) as app:
        studio = Studio(desk, app, Later())

        studio.write(to=CONTACT, attach=[GUIDE])

        assert (studio.opened(), studio.reasons()) == ([], [])
        assert studio.files(app.ledger.directory.project(TOKEN)) == [GUIDE.filename]


def test_a_client_of_other_freelancers_is_not_opened_to_one_more(studio: Studio) -> None:
    directory = studio.app.ledger.directory
    directory.add_client("Larkfield", contacts=[Address("mira@larkfield.example")])
    quinn = Address("quinn@studio.example")
    directory.open_project(
        NewProject("Larkfield", "Fair", "onboarding", (quinn,), "UTC", TODAY, token=Token("fair"))
    )

    letters = studio.write()

    assert [each.token for each in studio.opened()] == ["fair"]
    assert "We opened no project" in to(letters, FREELANCER)
    assert "Fair" not in to(letters, FREELANCER)
