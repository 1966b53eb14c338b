"""A second project of a client begins with what is still fresh of the first: asked about once, kept with a word, its own."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from intake.app import App
from intake.cli.commands import app as command
from intake.demo.documents import Enclosure, investor_deck
from intake.erasing import erase
from intake.exporting import export
from intake.fsck import strays, wrong_blobs
from intake.model import (
    Address,
    BlobNote,
    ItemState,
    Secrecy,
    Token,
)
from intake.offers import offer_due
from intake.pages import publish
from intake.reader import Reader
from intake.reports import local_day, report_of
from intake.worker import Worker
from storage.blobs import document_key
from storage.directory import NewProject
from storage.values import Standing
from tests.desks import CLIENT, CONTACT, FREELANCER, TODAY, TOKEN, Wiring, letter
from tests.ledgers import accepted, claimed, document
from tests.maildesks import MailDesk, at_work, mail_desk, text_of
from tests.unit.compose_cast import sure

pytestmark = pytest.mark.proof

SPRING = Token("spring")
SECOND = "second@studio.example"
MARCH = datetime(2026, 3, 12, 9, tzinfo=UTC)
NEEDS: dict[str, object] = {
    "checklists": {
        "onboarding": [
            {"item": "investor-deck", "kind": "deck", "max_age_days": 30000},
            {"item": "brand-guide", "kind": "brand_guide"},
        ]
    }
}


@dataclass(slots=True)
class Story:
    """A desk whose client has a project already."""

    desk: MailDesk
    app: App
    mails: int = 0

    def had(self, kind: str, *, why: Secrecy | None = None, name: str | None = None) -> bytes:
        """The first project holds a document of this kind; its octets."""
        standing = self.standing(TOKEN)
        number, octets = len(standing.documents) + 1, f"{kind} {why}".encode()
        made = replace(
            document(number, octets.decode()),
            filename=name or f"{kind}.pdf",
            classification=sure(kind),
            received_at=MARCH,
            confidential=why is not None,
            confidential_for=why,
            filed_for=(),
            sketch=(),
        )
        key = document_key(
            standing.project,
            filename=made.filename,
            sha256=made.sha256,
            confidential=made.confidential,
        )
        self.app.blobs.put(key, octets, BlobNote("application/pdf"))
        mail = f"mail {number}"
        self.app.ledger.messages.settle(
            claimed(self.app.ledger, mail),
            accepted(standing, mail, documents=[replace(made, blob=key)]),
        )
        return octets

    def open(self, *, freelancer: str = FREELANCER) -> None:
        """`intake project open`, of the second project."""
        said = CliRunner().invoke(
            command,
            [
                *("project", "open", CLIENT, "Spring fair", "--token", SPRING),
                *("--freelancer", freelancer, "--config", str(self.desk.config)),
            ],
        )
        assert said.exit_code == 0, said.output

    def write(self, text: str, *attach: Enclosure) -> str:
        """The client writes for the second project; the text of the answer."""
        self.mails += 1
        before = {each["Message-ID"] for each in self.desk.letters()}
        to, number = f"intake+{SPRING}@studio.example", self.mails
        octets = letter(number=number, to=to, text=text, attach=attach, subject=f"Mail {number}")
        self.desk.post(octets, str(number))
        assert Worker(self.app).once().clean
        [answer] = [
            each for each in self.desk.letters_to(CONTACT) if each["Message-ID"] not in before
        ]
        return text_of(answer)

    def standing(self, token: Token = SPRING) -> Standing:
        return self.app.ledger.standing(self.app.ledger.directory.project(token).id)

    def states(self) -> list[ItemState]:
        standing = self.standing()
        day = local_day(standing.project, self.app.ledger.now())
        return [entry.state for entry in report_of(self.app.settings, standing, on=day).items]

    def octets(self) -> list[bytes]:
        """Of the second project's documents, from where they lie."""
        return [self.app.blobs.get(each.blob) for each in self.standing().documents if each.blob]


@pytest.fixture
def story(tmp_path: Path, reader: Reader) -> Iterator[Story]:
    with at_work(mail_desk(tmp_path, Wiring(further=NEEDS)), reader) as app:
        yield Story(MailDesk(tmp_path), app)


def test_what_is_still_fresh_is_asked_about_in_the_first_letter_and_kept_with_a_word(
    story: Story,
) -> None:
    story.had("deck")
    story.had("brand_guide")
    story.open()
    began = story.states()

    asked = story.write("Hello, about our new project.\n")
    told = [text_of(each) for each in story.desk.letters_to(FREELANCER)]
    answer = story.write("KEEP\n")

    assert began == [ItemState.UNSURE, ItemState.UNSURE]
    assert "We still have the one from Q4 launch, 12 March 2026: reply “keep 1”" in asked
    assert "A plain “keep” keeps all that we still have from before." in asked
    assert any("We still have the one from Q4 launch" in each for each in told)
    assert "investor deck and brand guide hold as they are here" in answer
    assert "Everything is here, there is nothing more to do." in answer
    assert story.states() == [ItemState.RECEIVED, ItemState.RECEIVED]


def test_a_word_taken_back_leaves_the_question(story: Story) -> None:
    story.had("deck")
    story.open()
    story.write("keep 1\n")

    answer = story.write("undo\n")

    assert story.states() == [ItemState.UNSURE, ItemState.MISSING]
    assert "Taken back: the investor deck that is here still holds." in answer
    assert "We still have the one from Q4 launch" in answer


def test_what_is_not_to_be_kept_is_asked_for_anew(story: Story) -> None:
    story.had("deck")
    story.open()

    answer = story.write("Please don't keep the deck.\n")

    assert story.states() == [ItemState.MISSING, ItemState.MISSING]
    assert "We still have" not in answer


def test_a_newer_one_makes_the_offer_moot(story: Story) -> None:
    story.had("deck")
    story.open()

    answer = story.write("The new deck.\n", investor_deck(TODAY))

    assert story.states() == [ItemState.RECEIVED, ItemState.MISSING]
    assert "We still have" not in answer


def test_the_very_same_file_sent_again_is_kept(story: Story) -> None:
    octets = story.had("deck")
    story.open()

    answer = story.write("Here it is again.\n", Enclosure("deck.pdf", "application/pdf", octets))

    assert story.states() == [ItemState.RECEIVED, ItemState.MISSING]
    assert len(story.standing().documents) == 1
    assert "1 of 2 received" in answer


@pytest.mark.parametrize(
    ("reuse", "states", "documents"),
    [
        ("auto", [ItemState.RECEIVED, ItemState.MISSING], 1),
        ("never", [ItemState.MISSING, ItemState.MISSING], 0),
    ],
)
def test_the_operator_decides_whether_it_is_asked_about(
    tmp_path: Path, reader: Reader, reuse: str, states: list[ItemState], documents: int
) -> None:
    wiring = Wiring(further=NEEDS, intake={"reuse": reuse})
    with at_work(mail_desk(tmp_path, wiring), reader) as app:
        story = Story(MailDesk(tmp_path), app)
        story.had("deck")
        story.open()

        assert story.states() == states
        assert len(story.standing().documents) == documents


def test_another_client_is_offered_nothing(story: Story) -> None:
    story.had("deck")
    story.app.ledger.directory.add_client("Larkfield", contacts=[Address("mira@larkfield.example")])
    story.app.ledger.directory.open_project(
        NewProject("Larkfield", "Fair", "onboarding", (Address(FREELANCER),), "UTC", TODAY, SPRING)
    )

    offer_due(story.app.settings, story.app.ledger, story.app.blobs)

    assert story.standing().documents == ()


@pytest.mark.parametrize(
    ("freelancer", "names"),
    [
        pytest.param(FREELANCER, ["deck.pdf", "guide.pdf"]),
        (SECOND, []),
    ],
)
def test_what_is_confidential_stays_so_and_freelancers_are_told_of_their_own_projects_only(
    story: Story, freelancer: str, names: list[str]
) -> None:
    story.had("deck", why=Secrecy.WORD)
    story.had("brand_guide", name="guide.pdf")

    story.open(freelancer=freelancer)

    found = story.standing().documents
    assert [each.filename for each in found] == names
    assert [each.confidential for each in found] == [name == "deck.pdf" for name in names]
    assert all((each.blob or "").startswith("confidential/") is each.confidential for each in found)


def test_a_copy_outlives_the_project_that_it_is_from_and_forgets_its_name(
    story: Story,
) -> None:
    app = story.app
    octets = story.had("deck")
    story.open()
    publish(app.settings, app.ledger, app.blobs)

    erase(app.settings, app.ledger, app.blobs, TOKEN)
    publish(app.settings, app.ledger, app.blobs)

    [kept] = story.standing().documents
    assert story.octets() == [octets]
    assert (kept.is_offered, kept.offer and kept.offer.title) == (True, None)
    assert b"Q4 launch" not in b"".join(app.blobs.get(each.key) for each in app.blobs.entries())
    assert "from an earlier project, 12 March 2026" in story.write("Hello.\n")


def test_an_export_tells_where_a_document_is_from_and_holds_no_mail_of_that_project(
    story: Story, tmp_path: Path
) -> None:
    story.had("deck")
    story.open()

    written = export(story.app.ledger, story.app.blobs, SPRING, tmp_path / "all")

    manifest = json.loads((tmp_path / "all" / "manifest.json").read_text())
    assert (written.documents, written.messages) == (1, 0)
    assert manifest["documents"][0]["offered_from"] == {"project": "Q4 launch", "kept": False}
    assert manifest["documents"][0]["message"] is None


def test_every_blob_is_known_and_whole_after_all_that(story: Story) -> None:
    story.had("deck")
    story.had("brand_guide", why=Secrecy.MARK)
    story.open()
    app = story.app
    kept, projects = app.ledger.inventory.kept(), app.ledger.inventory.paged()

    documents = [entry for entry in kept if entry.document is not None]

    assert len(documents) == 4
    assert list(wrong_blobs(documents, app.blobs)) == []
    assert list(strays(app.blobs, kept, projects, now=app.ledger.now())) == []
