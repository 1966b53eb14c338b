"""The ledger against the blobs: what is wrong is found, what can be put right is, and nothing else is touched."""

from __future__ import annotations

import io
import os
import shutil
import time
import zipfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from typer.testing import CliRunner

from intake.app import App
from intake.cli.commands import app as command
from intake.demo.documents import Enclosure
from intake.fsck import Finding, Repair, Repairer, Wrong, strays, wrong_blobs
from intake.model import BlobKey, Sha256
from intake.reader import Reader
from intake.worker import Worker
from storage import schema
from storage.ledger import Ledger
from tests import stores
from tests.desks import Wiring, config_file, letter, open_engagement
from tests.ledgers import sha256_of
from tests.maildesks import MailDesk, at_work, mail_desk

NOTES = Enclosure("notes.txt", "text/plain", b"What we know so far.\n")
PRICES = Enclosure("prices.txt", "text/plain", b"What it costs, for your eyes only.\n")
SECRET = "Hello Fay,\n\nthis is confidential, please do not share it.\n"
HOURS_AGO = 7_200.0

pytestmark = [pytest.mark.proof, pytest.mark.usefixtures("telemetry_as_before")]


def archive() -> Enclosure:
    octets = io.BytesIO()
    with zipfile.ZipFile(octets, "w") as packed:
        packed.writestr("plans/later.txt", b"What we may do one day.\n")
    return Enclosure("all.zip", "application/zip", octets.getvalue())


def file_everything(app: App, post: MailDesk) -> None:
    """A document of its own, one in an archive and a confidential one."""
    post.post(letter(number=1, attach=[NOTES, archive()]), "1")
    post.post(letter(number=2, text=SECRET, attach=[PRICES]), "2")
    assert Worker(app).once().clean


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, reader: Reader) -> MailDesk:
    desk = mail_desk(tmp_path_factory.mktemp("filed"))
    with at_work(desk, reader) as app:
        file_everything(app, desk)
    return desk


@pytest.fixture
def desk(made: MailDesk, tmp_path: Path) -> MailDesk:
    """The same, a copy of one's own."""
    shutil.copytree(made.folder, tmp_path, dirs_exist_ok=True)
    return MailDesk(tmp_path)


@pytest.fixture
def app(desk: MailDesk, reader: Reader) -> Iterator[App]:
    with at_work(desk, reader) as opened:
        yield opened


def findings(app: App) -> list[Finding]:
    inventory = app.ledger.inventory
    kept, projects = inventory.kept(), inventory.paged()
    return [
        *wrong_blobs(kept, app.blobs),
        *strays(app.blobs, kept, projects, now=datetime.now(UTC)),
    ]


def repaired(app: App) -> list[Repair]:
    repairer = Repairer(app.settings, app.ledger, app.blobs, app.desk.reader)
    return list(repairer.repair(findings(app)))


def file_of(desk: MailDesk, name: str) -> Path:
    """Where a document lies; a confidential one has no name in its key."""
    with desk.ledger() as ledger:
        [blob] = [
            document.blob
            for document in ledger.standings()[0].documents
            if document.filename.endswith(name)
        ]
    return desk.folder / "collateral" / str(blob)


def raw_of(desk: MailDesk, name: str) -> Path:
    """Where the raw message lies that brought it."""
    with desk.ledger() as ledger:
        [key] = [
            entry.document.raw
            for entry in ledger.inventory.kept()
            if entry.document and entry.document.filename.endswith(name)
        ]
    return desk.folder / "collateral" / key


def age(path: Path) -> Path:
    os.utime(path, (time.time() - HOURS_AGO, time.time() - HOURS_AGO))
    return path


def stray(desk: MailDesk, key: str) -> Path:
    """A file among the blobs that is two hours old."""
    path = desk.folder / "collateral" / key
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"half of it")
    return age(path)


@pytest.mark.parametrize("name", ["notes.txt", "later.txt", "prices.txt"])
def test_a_document_that_is_gone_is_filed_again_from_its_message(
    desk: MailDesk, app: App, name: str
) -> None:
    octets = file_of(desk, name).read_bytes()
    file_of(desk, name).unlink()

    [repair] = repaired(app)

    assert repair.done
    assert file_of(desk, name).read_bytes() == octets
    assert findings(app) == []


def test_a_document_that_was_harmed_is_filed_again(desk: MailDesk, app: App) -> None:
    file_of(desk, "notes.txt").write_bytes(b"something else")

    [repair] = repaired(app)

    assert (repair.finding.wrong, repair.done) == (Wrong.CHANGED, True)
    assert file_of(desk, "notes.txt").read_bytes() == NOTES.octets


def test_that_a_document_was_filed_again_stands_in_the_audit(desk: MailDesk, app: App) -> None:
    file_of(desk, "notes.txt").unlink()

    repaired(app)

    with app.ledger.database.read() as session:
        event = sa.select(schema.Audit.chain).where(schema.Audit.event == "document.refiled")
        assert session.scalars(event).all() == [1]


def test_what_was_put_right_needs_no_second_repair(desk: MailDesk, app: App) -> None:
    file_of(desk, "notes.txt").unlink()
    repaired(app)

    assert repaired(app) == []


@pytest.mark.parametrize("harm", [Path.unlink, lambda path: path.write_bytes(b"something else")])
def test_a_raw_message_that_is_gone_or_harmed_cannot_be_put_right_and_is_said_to_be(
    desk: MailDesk, app: App, harm: object
) -> None:
    assert callable(harm)
    harm(raw_of(desk, "notes.txt"))
    file_of(desk, "notes.txt").unlink()

    repairs = repaired(app)

    assert [repair.done for repair in repairs] == [False, False]
    assert [repair.words for repair in repairs] == [
        "only a backup has it: put it back under this key",
        "its raw message is missing or harmed too: put that back from a backup, then repair",
    ]


def test_a_document_that_came_by_a_link_cannot_be_put_right_and_is_said_to_be(
    desk: MailDesk, app: App
) -> None:
    file_of(desk, "notes.txt").unlink()
    came_by_link(app, "notes.txt", sha256_of("what lay behind a link"))

    [repair] = repaired(app)

    assert not repair.done
    assert repair.words.startswith("it came by a link")


def came_by_link(app: App, name: str, sha256: Sha256) -> None:
    """As the ledger knows a file that was fetched."""
    with app.ledger.database.write() as session:
        row = session.scalars(sa.select(schema.Document).filter_by(filename=name)).one()
        session.execute(
            sa.update(schema.Part)
            .where(schema.Part.sha256 == row.sha256)
            .values(sha256=sha256, container="link:1")
        )
        row.sha256 = sha256


def test_a_page_that_is_gone_is_written_again(desk: MailDesk, app: App) -> None:
    page = file_of(desk, "notes.txt").with_name("index.html")
    text = page.read_text("utf-8")
    page.unlink()

    [repair] = repaired(app)

    assert (repair.done, page.read_text("utf-8")) == (True, text)


def test_what_no_row_knows_is_named_and_left(desk: MailDesk, app: App) -> None:
    path = stray(desk, "clients/halden/unknown.pdf")

    [repair] = repaired(app)

    assert (repair.finding.wrong, repair.done) == (Wrong.UNKNOWN, False)
    assert path.exists()


@pytest.mark.parametrize("key", ["raw/aa/.put-x8d1", "clients/old-name-1/q4--q4-launch/index.html"])
def test_what_a_killed_worker_left_half_written_and_pages_under_a_former_name_are_removed(
    desk: MailDesk, app: App, key: str
) -> None:
    path = stray(desk, key)

    [repair] = repaired(app)

    assert (repair.finding.wrong, repair.done) == (Wrong.LEFTOVER, True)
    assert not path.exists()


def test_what_is_young_is_left_alone(desk: MailDesk, app: App) -> None:
    os.utime(stray(desk, "raw/aa/.put-x8d1"))

    assert repaired(app) == []


# ---------------------------------------------------------------- the command


@dataclass(frozen=True, slots=True)
class Said:
    code: int
    lines: list[str]


def fsck(desk: MailDesk, *options: str) -> Said:
    done = CliRunner().invoke(
        command, ["fsck", *options, "--config", str(desk.config)], catch_exceptions=False
    )
    return Said(done.exit_code, done.stdout.splitlines())


def test_the_command_puts_right_what_it_can_and_says_how_much(desk: MailDesk) -> None:
    file_of(desk, "notes.txt").unlink()

    before, repairing, after = fsck(desk), fsck(desk, "--repair"), fsck(desk)

    assert [before.code, repairing.code, after.code] == [1, 0, 0]
    assert before.lines[-1] == "5 blobs compared, 1 wrong."
    assert repairing.lines[0].endswith(": filed again from the raw message")
    assert repairing.lines[-1] == "5 blobs compared, 1 wrong, 1 put right."
    assert after.lines == ["5 blobs compared, nothing wrong."]


def test_the_command_ends_with_one_where_something_is_left(desk: MailDesk) -> None:
    stray(desk, "unknown.pdf")

    said = fsck(desk, "--repair")

    assert said.code == 1
    assert said.lines[0].startswith("unknown: unknown.pdf: left as it is")


# ---------------------------------------------------------------- PostgreSQL and S3


@contextmanager
def far_desk(folder: Path, reader: Reader) -> Iterator[App]:
    """A desk with its ledger on PostgreSQL and its blobs on an S3 server that verifies checksums."""
    with stores.postgres() as database, stores.ministack() as url, stores.bucket(url) as name:
        wiring = Wiring(
            database={"url": database},
            blobs={
                "url": f"s3://{name}/desk",
                "region": stores.S3_REGION,
                "endpoint_url": url,
                "confidential_kms_key_id": "alias/confidential",
            },
        )
        config_file(folder, wiring)
        with closing(Ledger(database)) as ledger:
            ledger.database.migrate()
        with at_work(MailDesk(folder), reader) as app:
            open_engagement(app)
            file_everything(app, MailDesk(folder))
            yield app


def test_on_s3_a_document_comes_back_with_its_name_its_tags_and_its_encryption(
    tmp_path: Path, reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in stores.S3_ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    with far_desk(tmp_path, reader) as app:
        keys = [entry.key for entry in app.ledger.inventory.kept() if entry.document]
        before = [about(app, key) for key in keys]
        lose(app, keys)

        repairs = repaired(app)

        assert [repair.done for repair in repairs] == [True, True, True]
        assert [about(app, key) for key in keys] == before
        assert findings(app) == []


def lose(app: App, keys: list[BlobKey]) -> None:
    for key in keys:
        app.blobs.delete(key)


def about(app: App, key: BlobKey) -> tuple[object, ...]:
    """What S3 keeps beside the octets."""
    assert app.settings.blobs.endpoint_url is not None
    client = stores.s3_client(app.settings.blobs.endpoint_url)
    bucket, _, name = app.blobs.url(key).removeprefix("s3://").partition("/")
    head = client.head_object(Bucket=bucket, Key=name, ChecksumMode="ENABLED")
    tags = client.get_object_tagging(Bucket=bucket, Key=name)["TagSet"]
    client.close()
    names = ("ContentType", "ContentDisposition", "ServerSideEncryption", "SSEKMSKeyId")
    return (*(head.get(field) for field in (*names, "ChecksumSHA256")), tags)
