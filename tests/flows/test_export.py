"""Everything of a project, handed out: whole, under readable names, and provably what came in."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import stat
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from intake.app import App
from intake.demo.documents import Enclosure, investor_deck
from intake.errors import ConfigError, PermanentError
from intake.exporting import Exported, export
from intake.model import Token
from intake.reader import Reader
from intake.worker import Worker
from tests.desks import CONTACT, TODAY, TOKEN, letter, open_engagement
from tests.maildesks import MailDesk, at_work, mail_desk

pytestmark = pytest.mark.proof

NOTES = Enclosure("../Q3 Übersicht.txt", "text/plain", b"What we know so far.\n")
TWIN = Enclosure("../Q3 Übersicht.txt", "text/plain", b"What we know by now.\n")
PRICES = Enclosure("prices.txt", "text/plain", b"What it costs, for your eyes only.\n")
DECK = investor_deck(TODAY)
SECRET = "Hello Fay,\n\nplease keep prices.txt confidential.\n"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, reader: Reader) -> MailDesk:
    """A desk with two projects of a client; two mails for the first."""
    desk = mail_desk(tmp_path_factory.mktemp("made"))
    address = f"intake+{TOKEN}@studio.example"
    with at_work(desk, reader) as app:
        open_engagement(app, token=Token("spring"), title="Spring")
        desk.post(letter(number=1, to=address, attach=[NOTES, TWIN, DECK]), "1")
        desk.post(letter(number=2, to=address, text=SECRET, attach=[PRICES]), "2")
        desk.post(letter(number=3, to="intake+spring@studio.example", attach=[DECK]), "3")
        assert Worker(app).once().clean
    return desk


@pytest.fixture
def desk(made: MailDesk, tmp_path: Path) -> MailDesk:
    shutil.copytree(made.folder, tmp_path / "desk")
    return MailDesk(tmp_path / "desk")


@pytest.fixture
def app(desk: MailDesk, reader: Reader) -> Iterator[App]:
    with at_work(desk, reader) as opened:
        yield opened


Manifest = dict[str, list[dict[str, object]]]


def manifest(folder: Path) -> Manifest:
    """Its lists; the rest is plain."""
    told: Manifest = json.loads((folder / "manifest.json").read_text())
    return told


def test_documents_mail_and_letters_are_there_as_they_came(
    app: App, desk: MailDesk, tmp_path: Path
) -> None:
    folder, posted = tmp_path / "out", desk.folder / "Maildir" / ".Done" / "new"

    written = export(app.ledger, app.blobs, TOKEN, folder)

    told = manifest(folder)
    assert written == Exported(documents=4, messages=2, letters=len(told["letters"]))
    named = [(folder / str(each["path"])).name for each in told["documents"]]
    assert named == [
        "001-Q3-Ubersicht.txt",
        "002-Q3-Ubersicht.txt",
        f"003-{DECK.filename}",
        "004-prices.txt",
    ]
    assert (folder / "documents" / "004-prices.txt").read_bytes() == PRICES.octets
    mail = (folder / str(told["messages"][1]["path"])).read_bytes()
    assert mail in [path.read_bytes() for path in posted.iterdir()]
    assert b"please keep prices.txt confidential" in mail
    assert {(folder / str(each["path"])).is_file() for each in told["letters"]} == {True}
    assert {each["to"] for each in told["letters"]} >= {CONTACT}


def test_the_manifest_says_what_is_known(app: App, tmp_path: Path) -> None:
    export(app.ledger, app.blobs, TOKEN, tmp_path / "out")

    told = manifest(tmp_path / "out")
    prices = told["documents"][3]
    assert json.loads((tmp_path / "out" / "manifest.json").read_text())["schema"] == 1
    assert prices["sha256"] == hashlib.sha256(PRICES.octets).hexdigest()
    assert (prices["confidential"], prices["confidential_because"]) == (True, "word")
    assert prices["message"] == told["messages"][1]["number"]
    assert told["documents"][2]["kind"] == "deck"
    assert told["documents"][2]["items"] == ["investor-deck"]
    assert told["audit"][0]["event"] == "project.opened"


@pytest.mark.skipif(shutil.which("sha256sum") is None, reason="needs the program sha256sum")
def test_sha256sum_finds_every_file_right(app: App, tmp_path: Path) -> None:
    folder = tmp_path / "out"
    export(app.ledger, app.blobs, TOKEN, folder)

    done = subprocess.run(
        ["sha256sum", "-c", "--strict", "MANIFEST.sha256"],
        cwd=folder,
        capture_output=True,
        check=True,
    )

    files = [path for path in folder.rglob("*") if path.is_file()]
    assert len(done.stdout.splitlines()) == len(files) - 1


def test_all_of_it_is_for_its_owner_only(app: App, tmp_path: Path) -> None:
    folder = tmp_path / "out"
    before = os.umask(0o022)
    try:
        export(app.ledger, app.blobs, TOKEN, folder)
    finally:
        os.umask(before)

    modes = {stat.S_IMODE(path.stat().st_mode) for path in (folder, *folder.rglob("*"))}
    assert modes == {0o600, 0o700}


def test_an_empty_folder_is_taken_and_another_is_not(app: App, tmp_path: Path) -> None:
    empty, full = tmp_path / "empty", tmp_path / "full"
    empty.mkdir()
    full.mkdir()
    (full / "mine.txt").write_text("mine")

    export(app.ledger, app.blobs, TOKEN, empty)

    assert (empty / "manifest.json").is_file()
    with pytest.raises(ConfigError, match="is not empty"):
        export(app.ledger, app.blobs, TOKEN, full)
    assert [path.name for path in full.iterdir()] == ["mine.txt"]


@pytest.mark.parametrize("octets", [None, b"something else"])
def test_where_a_document_is_missing_or_harmed_nothing_is_written(
    app: App, desk: MailDesk, tmp_path: Path, octets: bytes | None
) -> None:
    [path] = desk.folder.glob(f"collateral/clients/*/*{TOKEN}/*eck*")
    path.unlink()
    _ = octets is not None and path.write_bytes(octets)

    with pytest.raises(PermanentError, match=r"1 of \d+ files are missing or harmed \(file 3\)"):
        export(app.ledger, app.blobs, TOKEN, tmp_path / "out")

    assert [path.name for path in tmp_path.iterdir()] == ["desk"]


def test_the_other_project_s_mail_is_not_in_it(app: App, tmp_path: Path) -> None:
    export(app.ledger, app.blobs, TOKEN, tmp_path / "out")

    subjects = [each["message_id"] for each in manifest(tmp_path / "out")["messages"]]
    assert subjects == ["<1@halden.example>", "<2@halden.example>"]
