"""What is confidential lies under its own prefix, wherever the word came from, and moves when that changes."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from typer.testing import CliRunner

from intake.app import App, open_blobs
from intake.calls import links_to
from intake.cli.commands import app as command
from intake.config import load
from intake.demo.documents import Enclosure, investor_deck
from intake.fsck import strays, wrong_blobs
from intake.instants import Instant, Passing
from intake.model import Address, BlobKey, Document, Kind, Secrecy
from intake.pages import publish
from intake.placing import place
from intake.reader import Reader
from intake.worker import Worker
from storage.blobs import open_store
from storage.directory import NewProject, ProjectChange
from storage.ledger import Ledger
from tests import stores
from tests.desks import (
    CONTACT,
    FREELANCER,
    TODAY,
    TOKEN,
    Wiring,
    config_file,
    letter,
    open_engagement,
)
from tests.killing import killed_at
from tests.ledgers import document
from tests.maildesks import MailDesk, at_work, mail_desk

pytestmark = pytest.mark.proof

NOTES = Enclosure("Q3-notes.txt", "text/plain", b"What we know so far.\n")
PRICES = Enclosure("prices.txt", "text/plain", b"What it costs, for your eyes only.\n")
MARKED = Enclosure("terms.txt", "text/plain", b"STRICTLY CONFIDENTIAL\n\nTerms of the round\n")
DECK = investor_deck(TODAY)
KILLED_AT = (
    Instant.PLACED,
    *(pytest.param(instant) for instant in (Instant.COPIED, Instant.LET_GO, Instant.PAGES_WRITTEN)),
)
SECRET_DECKS: dict[str, object] = {
    "checklists": {
        "onboarding": [
            {"item": "investor-deck", "kind": "deck", "confidential": True},
            {"item": "brand-guide", "kind": "brand_guide"},
        ]
    }
}


def documents(app: App) -> dict[str, Document]:
    [standing] = app.ledger.standings()
    return {document.filename: document for document in standing.documents}


def receive(app: App, desk: MailDesk, octets: bytes, name: str = "1") -> dict[str, Document]:
    desk.post(octets, name)
    assert Worker(app).once().clean
    return documents(app)


def reasons(found: dict[str, Document]) -> dict[str, Secrecy | None]:
    return {name: document.confidential_for for name, document in found.items()}


def lying(desk: MailDesk) -> list[str]:
    """The first two folders of each document's blob."""
    root = desk.folder / "collateral"
    found = [path.relative_to(root).parts for path in root.rglob("*") if path.is_file()]
    return sorted(parts[0] for parts in found if parts[0] != "raw" and "index" not in parts[-1])


def pages(desk: MailDesk) -> str:
    return "".join(path.read_text() for path in desk.folder.glob("collateral/clients/*/*/index.*"))


@pytest.fixture
def desk(tmp_path: Path) -> MailDesk:
    return mail_desk(tmp_path)


@pytest.fixture
def app(desk: MailDesk, reader: Reader) -> Iterator[App]:
    with at_work(desk, reader) as opened:
        yield opened


def test_a_sentence_that_names_a_file_covers_that_file_alone(desk: MailDesk, app: App) -> None:
    text = "Hello Fay,\n\nboth are attached. Please keep prices.txt confidential.\n"

    found = receive(app, desk, letter(text=text, attach=[NOTES, PRICES]))

    assert reasons(found) == {"Q3-notes.txt": None, "prices.txt": Secrecy.WORD}
    assert lying(desk) == ["clients", "confidential"]
    assert "prices" not in pages(desk)
    assert "Q3-notes" in pages(desk)


def test_a_document_that_bears_a_mark_is_confidential(desk: MailDesk, app: App) -> None:
    found = receive(app, desk, letter(attach=[NOTES, MARKED]))

    assert reasons(found) == {"Q3-notes.txt": None, "terms.txt": Secrecy.MARK}
    assert "terms" not in pages(desk)


def test_what_is_filed_for_a_confidential_item_is_confidential(
    tmp_path: Path, reader: Reader
) -> None:
    desk = mail_desk(tmp_path, Wiring(further=SECRET_DECKS))
    with at_work(desk, reader) as app:
        found = receive(app, desk, letter(attach=[NOTES, DECK]))

    assert reasons(found) == {"Q3-notes.txt": None, DECK.filename: Secrecy.ITEM}
    assert not list(desk.folder.glob("collateral/clients/**/*deck*"))


def test_the_same_octets_sent_again_in_confidence_are_confidential_from_then_on(
    desk: MailDesk, app: App
) -> None:
    receive(app, desk, letter(number=1, attach=[NOTES]), "1")

    found = receive(
        app, desk, letter(number=2, text="This is confidential.\n", attach=[NOTES]), "2"
    )

    assert reasons(found) == {"Q3-notes.txt": Secrecy.WORD}
    assert lying(desk) == ["confidential"]
    assert "Q3-notes" not in pages(desk)


def test_a_project_hides_what_it_holds_and_gives_it_back_but_for_what_was_said_in_confidence(
    desk: MailDesk, app: App
) -> None:
    text = "Hello Fay,\n\nplease keep prices.txt confidential.\n"
    receive(app, desk, letter(text=text, attach=[NOTES, PRICES]))

    app.ledger.directory.edit_project(TOKEN, ProjectChange(confidential=True))
    Worker(app).once()
    hidden, told = lying(desk), pages(desk)
    app.ledger.directory.edit_project(TOKEN, ProjectChange(confidential=False))
    Worker(app).once()

    assert hidden == ["confidential", "confidential"]
    assert "Q3-notes" not in told
    assert lying(desk) == ["clients", "confidential"]
    assert "Q3-notes" in pages(desk)


# ---------------------------------------------------------------- commands


def run(desk: MailDesk, *arguments: str) -> str:
    done = CliRunner().invoke(
        command, [*arguments, "--config", str(desk.config)], catch_exceptions=False
    )
    assert done.exit_code == 0, done.stderr
    return done.stdout


@pytest.mark.usefixtures("telemetry_as_before")
def test_the_command_moves_the_files_at_once_and_counts_them(desk: MailDesk, app: App) -> None:
    receive(app, desk, letter(attach=[NOTES, PRICES]))

    told = run(desk, "project", "edit", TOKEN, "--confidential")
    lay = lying(desk)
    opened = run(desk, "project", "edit", TOKEN, "--file", "1", "--no-confidential")

    assert told == f"Changed {TOKEN}. 2 of its 2 documents are confidential.\n"
    assert lay == ["confidential", "confidential"]
    assert opened == f"Changed {TOKEN}. 1 of its 2 documents is confidential.\n"
    assert lying(desk) == ["clients", "confidential"]


def test_what_a_freelancer_opened_is_not_hidden_again_by_its_item(
    tmp_path: Path, reader: Reader
) -> None:
    desk = mail_desk(tmp_path, Wiring(further=SECRET_DECKS))
    with at_work(desk, reader) as app:
        receive(app, desk, letter(attach=[DECK]))
        project = app.ledger.directory.project(TOKEN)

        app.ledger.confidences.make_open(project.id, [1])
        Worker(app).once()

    assert lying(desk) == ["clients"]


# ---------------------------------------------------------------- killed on the way


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, reader: Reader) -> MailDesk:
    """A desk whose two documents are to move."""
    desk = mail_desk(tmp_path_factory.mktemp("made"))
    with at_work(desk, reader) as app:
        receive(app, desk, letter(attach=[NOTES, PRICES]))
        app.ledger.directory.edit_project(TOKEN, ProjectChange(confidential=True))
    return desk


def rearrange(desk: MailDesk, passed: Passing) -> None:
    """As the worker does it, in a process of its own."""
    settings = load(desk.config, {})
    with closing(Ledger(settings.database.url)) as ledger:
        blobs = open_blobs(settings)
        place(settings, ledger, blobs, passed=passed)
        publish(settings, ledger, blobs, passed=passed)


def wrong(desk: MailDesk) -> list[str]:
    """What fsck says, of a store in which nothing is young."""
    settings = load(desk.config, {})
    blobs = open_blobs(settings)
    with desk.ledger() as ledger:
        inventory = ledger.inventory
        kept, projects, leaving = inventory.kept(), inventory.paged(), inventory.leaving()
        later = datetime(2100, 1, 1, tzinfo=UTC)
        found = [
            *wrong_blobs(kept, blobs),
            *strays(blobs, kept, projects, now=later, leaving=leaving),
        ]
    return [str(finding.wrong) for finding in found]


@pytest.mark.parametrize("instant", KILLED_AT, ids=lambda entry: entry.name.lower())
def test_killed_while_documents_move_nothing_is_wrong_and_the_next_one_goes_on(
    made: MailDesk, tmp_path: Path, instant: Instant
) -> None:
    shutil.copytree(made.folder, tmp_path, dirs_exist_ok=True)
    desk = MailDesk(tmp_path)

    killed = killed_at(instant, lambda passed: rearrange(desk, passed))
    between = wrong(desk)
    rearrange(desk, lambda _instant: None)

    assert (killed, between, wrong(desk)) == (True, [], [])
    assert lying(desk) == ["confidential", "confidential"]
    assert not list(desk.folder.glob("collateral/clients/**/*.txt"))


# ---------------------------------------------------------------- S3


def test_on_s3_a_document_changes_its_key_its_tags_its_headers_and_its_encryption(
    tmp_path: Path, reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in stores.S3_ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    with stores.postgres() as database, stores.ministack() as url, stores.bucket(url) as bucket:
        wiring = Wiring(
            database={"url": database},
            blobs={
                "url": f"s3://{bucket}/desk",
                "region": stores.S3_REGION,
                "endpoint_url": url,
                "confidential_kms_key_id": "alias/confidential",
            },
        )
        config_file(tmp_path, wiring)
        with closing(Ledger(database)) as ledger:
            ledger.database.migrate()
        desk = MailDesk(tmp_path)
        with at_work(desk, reader) as app:
            open_engagement(app)
            receive(app, desk, letter(attach=[NOTES]))

            app.ledger.directory.edit_project(TOKEN, ProjectChange(confidential=True))
            Worker(app).once()

            [document] = app.ledger.standings()[0].documents
            assert document.blob is not None
            assert about(url, bucket, document.blob) == (
                "attachment",
                "aws:kms",
                "alias/confidential",
                [],
            )
            assert [
                entry.key for entry in app.blobs.entries("clients/") if "notes" in entry.key
            ] == []
            app.ledger.directory.edit_project(TOKEN, ProjectChange(confidential=False))
            Worker(app).once()
            [document] = app.ledger.standings()[0].documents
            assert document.blob is not None
            told = about(url, bucket, document.blob)
            assert told[0] == 'inline; filename="Q3-notes.txt"'
            assert told[3] == [{"Key": "kind", "Value": str(Kind("other"))}]


def about(url: str, bucket: str, key: BlobKey) -> tuple[object, ...]:
    """What S3 keeps beside the octets."""
    with closing(stores.s3_client(url)) as client:
        head = client.head_object(Bucket=bucket, Key=f"desk/{key}")
        tags = client.get_object_tagging(Bucket=bucket, Key=f"desk/{key}")["TagSet"]
    names = ("ContentDisposition", "ServerSideEncryption", "SSEKMSKeyId")
    return (*(head.get(name) for name in names), tags)


# ---------------------------------------------------------------- letters


@pytest.mark.parametrize(("confidential", "seconds"), [(False, "604800"), (True, "86400")])
def test_addresses_for_a_freelancer_expire_those_of_confidential_documents_sooner(
    monkeypatch: pytest.MonkeyPatch, *, confidential: bool, seconds: str
) -> None:
    for name, value in stores.S3_ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    bucket = open_store("s3://bucket/desk", region=stores.S3_REGION)  # signing asks nobody

    [(_, address)] = links_to(bucket, [replace(document(1), confidential=confidential)])

    assert parse_qs(urlsplit(address).query)["X-Amz-Expires"] == [seconds]


def test_no_address_of_a_document_is_in_a_client_s_letter(
    tmp_path: Path, reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in stores.S3_ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    desk = mail_desk(tmp_path)
    with at_work(desk, reader) as app:
        bucket = open_store("s3://bucket/desk", region=stores.S3_REGION)
        linking = replace(app, outbox=replace(app.outbox, blobs=bucket))
        desk.post(letter(attach=[NOTES]))
        Worker(linking).once()

    assert "X-Amz-" in desk.letters_to(FREELANCER)[0].as_string().replace("=\n", "")
    assert "X-Amz-" not in desk.letters_to(CONTACT)[0].as_string().replace("=\n", "")


@pytest.mark.parametrize(
    ("subject", "told"), [("Kolibri deck", True), ("Confidential: Kolibri deck", False)]
)
def test_the_subject_of_a_stranger_s_confidential_mail_is_not_told(
    desk: MailDesk, app: App, subject: str, *, told: bool
) -> None:
    app.ledger.directory.add_client(
        "Acme", contacts=[Address("ana@acme.example")], domains=["acme.example"]
    )
    app.ledger.directory.open_project(
        NewProject("Acme", "Launch", "onboarding", (FREELANCER,), "UTC", TODAY)
    )

    desk.post(letter(sender="Jo <jo@acme.example>", subject=subject, attach=[NOTES]))
    Worker(app).once()

    [asked] = desk.letters_to(FREELANCER)
    assert ("Kolibri" in asked.as_string()) is told
