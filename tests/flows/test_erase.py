"""A project that is erased is gone: from the ledger, the store and the file of the database, whenever it is killed."""

from __future__ import annotations

import json
import shutil
import stat
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from typer.testing import CliRunner

from intake.app import App, open_blobs
from intake.cli.commands import app as command
from intake.config import load
from intake.demo.documents import Enclosure
from intake.erasing import erase
from intake.errors import ConfigError
from intake.fsck import strays, wrong_blobs
from intake.instants import Instant, Passing
from intake.model import HoldReason, ProjectState, Token
from intake.pages import publish
from intake.pipeline import process, receive
from intake.reader import Reader
from intake.worker import Worker
from storage import schema
from storage.chains import Chains, verify
from storage.holds import open_hold
from storage.ledger import Ledger
from storage.values import HoldSubject
from tests import stores
from tests.desks import CONTACT, TOKEN, Wiring, config_file, letter, open_engagement
from tests.killing import killed_at
from tests.maildesks import Later, MailDesk, at_work, mail_desk

pytestmark = pytest.mark.proof

NOTES = Enclosure("kolibri-notes.txt", "text/plain", b"What we know of the Kolibri so far.\n")
PRICES = Enclosure("kolibri-prices.txt", "text/plain", b"What the Kolibri costs.\n")
PLANS = Enclosure("amsel-plans.txt", "text/plain", b"What the Amsel will be.\n")
SECRET = "Hello Fay,\n\nplease keep kolibri-prices.txt confidential.\n"
OTHER = Token("spring")
ADDRESS = f"intake+{TOKEN}@studio.example"
KILLED_AT = (
    Instant.BLOB_ERASED,
    *(
        pytest.param(instant)
        for instant in (Instant.FORGOTTEN, Instant.RAW_ERASED, Instant.RECEIPTED)
    ),
)


def fill(app: App, desk: MailDesk) -> None:
    """Two mails for the project, one for another of the same client, one of a stranger."""
    open_engagement(app, token=OTHER, title="Spring")
    desk.post(letter(number=1, to=ADDRESS, attach=[NOTES], text="About the Kolibri.\n"), "1")
    desk.post(letter(number=2, to=ADDRESS, attach=[PRICES], text=SECRET), "2")
    desk.post(letter(number=3, to=f"intake+{OTHER}@studio.example", attach=[PLANS]), "3")
    Worker(app).once()


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, reader: Reader) -> MailDesk:
    desk = mail_desk(tmp_path_factory.mktemp("made"))
    with at_work(desk, reader) as app:
        fill(app, desk)
    return desk


@pytest.fixture
def desk(made: MailDesk, tmp_path: Path) -> MailDesk:
    shutil.copytree(made.folder, tmp_path, dirs_exist_ok=True)
    return MailDesk(tmp_path)


@pytest.fixture
def app(desk: MailDesk, reader: Reader) -> Iterator[App]:
    with at_work(desk, reader) as opened:
        yield opened


def remove(desk: MailDesk, passed: Passing = lambda _instant: None) -> Path:
    settings = load(desk.config, {})
    with closing(Ledger(settings.database.url)) as ledger:
        return erase(settings, ledger, open_blobs(settings), TOKEN, passed=passed)


def blobs_of(desk: MailDesk) -> list[str]:
    root = desk.folder / "collateral"
    return sorted(path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file())


def octets_of(desk: MailDesk) -> bytes:
    """All that the desk holds, but the mailboxes, which are not ours."""
    found = (desk.folder.glob("intake.db*"), desk.folder.glob("receipts/*"))
    paths = [path for each in found for path in each if path.is_file()]
    blobs = [path for path in (desk.folder / "collateral").rglob("*") if path.is_file()]
    return b"".join(path.read_bytes() + str(path).encode() for path in (*paths, *blobs))


def sound(desk: MailDesk) -> bool:
    """Whether the audit holds and the store is what the ledger says."""
    settings = load(desk.config, {})
    blobs = open_blobs(settings)
    with desk.ledger() as ledger:
        kept, projects = ledger.inventory.kept(), ledger.inventory.paged()
        leaving = ledger.inventory.leaving()
        later = datetime(2100, 1, 1, tzinfo=UTC)
        found = [
            *wrong_blobs(kept, blobs),
            *strays(blobs, kept, projects, now=later, leaving=leaving),
        ]
        return found == [] and verify(Chains(ledger.database).lines()).breaks == ()


def test_nothing_of_it_is_left_and_the_other_project_is_as_it_was(desk: MailDesk) -> None:
    assert b"kolibri" in octets_of(desk).lower()

    remove(desk)

    assert b"kolibri" not in octets_of(desk).lower()
    assert b"amsel-plans" in octets_of(desk)
    with desk.ledger() as ledger:
        [standing] = ledger.standings()
        assert (standing.project.token, len(standing.documents)) == (OTHER, 1)
    assert len([key for key in blobs_of(desk) if key.startswith("raw/")]) == 1
    assert sound(desk)


def test_the_receipt_tells_how_much_and_not_what(desk: MailDesk) -> None:
    path = remove(desk)

    told = json.loads(path.read_text())
    removed = told["removed"]
    assert told["schema"] == 1
    assert (removed["documents"], removed["messages"], removed["blobs"]) == (2, 2, 4)
    assert removed["letters"] >= 2
    assert len(told["sha256_of_blob_keys"]) == 4
    assert "halden" not in path.read_text().lower()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.parametrize("instant", KILLED_AT, ids=lambda entry: entry.name.lower())
def test_killed_on_the_way_nothing_is_wrong_and_the_same_command_ends_it(
    desk: MailDesk, instant: Instant
) -> None:
    killed = killed_at(instant, lambda passed: remove(desk, passed))
    between = sound(desk)

    path = remove(desk)

    assert (killed, between) == (True, True)
    assert json.loads(path.read_text())["removed"]["documents"] == 2
    assert b"kolibri" not in octets_of(desk).lower()
    assert sound(desk)


def test_what_was_cut_off_is_ended_by_the_next_worker(desk: MailDesk, reader: Reader) -> None:
    assert killed_at(Instant.FORGOTTEN, lambda passed: remove(desk, passed))

    with at_work(desk, reader, clock=Later(timedelta(hours=2))) as app:
        Worker(app).once()

    assert b"kolibri" not in octets_of(desk).lower()
    assert [path.name for path in desk.folder.glob("receipts/*")] == ["erased-1.json"]


def test_erased_a_second_time_there_is_no_such_project(desk: MailDesk) -> None:
    remove(desk)

    with pytest.raises(ConfigError, match="There is no project q4-launch"):
        remove(desk)


def test_mail_for_it_is_mail_for_an_unknown_project_from_then_on(desk: MailDesk, app: App) -> None:
    remove(desk)
    app.ledger.directory.set_state(OTHER, ProjectState.CLOSED)

    desk.post(letter(number=4, to=ADDRESS, attach=[NOTES]), "4")
    Worker(app).once()

    [held] = app.ledger.holds.waiting()
    assert (held.reason, held.project) == (HoldReason.UNKNOWN_PROJECT, None)


def test_a_new_project_never_takes_the_number_of_one_that_was_erased(
    desk: MailDesk, app: App
) -> None:
    app.ledger.directory.set_state(OTHER, ProjectState.CLOSED)
    settings = load(desk.config, {})
    for token in (OTHER, TOKEN):  # the highest number goes first
        erase(settings, app.ledger, app.blobs, token)

    opened = open_engagement(app, token=TOKEN)

    assert opened.id == 3
    assert verify(Chains(app.ledger.database).lines()).breaks == ()


def test_a_worker_in_the_middle_of_a_message_for_it_writes_nothing_into_it(
    desk: MailDesk, app: App
) -> None:
    late = Enclosure("kolibri-late.txt", "text/plain", b"One more word on the Kolibri.\n")
    desk.post(letter(number=5, to=ADDRESS, attach=[late]), "5")
    [source] = app.sources
    [raw] = list(source.fetch(app.ledger.messages.known_locators(source.name)))
    erased: list[Path] = []

    def erase_once(instant: Instant) -> None:
        if instant is Instant.DOCUMENTS_KEPT and not erased:
            erased.append(remove(desk))

    listening = replace(app.desk, passed=erase_once)
    claim = receive(listening, raw).claim
    assert claim is not None

    status = process(listening, claim)

    assert erased
    # By the other project of the same contact, as for any unknown token.
    assert status == "accepted"
    [standing] = app.ledger.standings()
    assert standing.project.token == OTHER
    assert not [key for key in blobs_of(desk) if TOKEN in key]


def test_pages_that_are_written_meanwhile_are_removed(desk: MailDesk, app: App) -> None:
    app.ledger.directory.set_state(TOKEN, ProjectState.PAUSED)  # so that its pages are due

    def erase_now(instant: Instant) -> None:
        if instant is Instant.PAGES_WRITTEN:
            remove(desk)

    publish(app.settings, app.ledger, app.blobs, passed=erase_now)

    assert not [key for key in blobs_of(desk) if TOKEN in key]


def test_a_message_of_two_projects_stays_until_the_other_one_is_erased(
    desk: MailDesk, app: App
) -> None:
    settings = load(desk.config, {})
    move_notes_to_the_other(app)

    first = json.loads(erase(settings, app.ledger, app.blobs, TOKEN).read_text())
    stayed = [key for key in blobs_of(desk) if key.startswith("raw/")]
    second = json.loads(erase(settings, app.ledger, app.blobs, OTHER).read_text())

    assert first["kept"]["messages"] == [1]
    assert len(stayed) == 2
    assert second["kept"] is None
    assert blobs_of(desk) == []


def move_notes_to_the_other(app: App) -> None:
    """A person decides that the first document is for the other project."""
    with app.ledger.database.write() as session:
        row = session.scalars(sa.select(schema.Document).filter_by(filename=NOTES.filename)).one()
        now = app.ledger.database.now(session)
        open_hold(
            session,
            HoldSubject.DOCUMENT,
            HoldReason.UNSURE_DOCUMENT,
            now=now,
            message=row.message_id,
            project=row.project_id,
            document=row.id,
        )
    [held] = app.ledger.holds.waiting()
    app.reviewer.reassign(held.id, OTHER)


# ---------------------------------------------------------------- the command


@pytest.mark.usefixtures("telemetry_as_before")
def test_the_command_needs_a_word_where_nobody_can_be_asked(desk: MailDesk) -> None:
    config = ["--config", str(desk.config)]

    refused = CliRunner().invoke(command, ["erase", TOKEN, *config])
    done = CliRunner().invoke(command, ["erase", TOKEN, "--yes", *config])

    assert isinstance(refused.exception, ConfigError)
    assert "--yes" in str(refused.exception)
    assert done.exit_code == 0
    assert str(desk.folder / "receipts" / "erased-1.json") in done.stdout


# ---------------------------------------------------------------- PostgreSQL and S3


def test_on_postgresql_and_s3_nothing_is_left_either(
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
            },
        )
        config_file(tmp_path, wiring)
        with closing(Ledger(database)) as ledger:
            ledger.database.migrate()
        desk = MailDesk(tmp_path)
        with at_work(desk, reader) as app:
            open_engagement(app)
            fill(app, desk)

            erase(app.settings, app.ledger, app.blobs, TOKEN)

            keys = [entry.key for entry in app.blobs.entries()]
            assert not [key for key in keys if TOKEN in key or "kolibri" in key]
            assert len([key for key in keys if key.startswith("raw/")]) == 1
            assert not [key for key in keys if key.startswith("confidential/")]
            assert verify(Chains(app.ledger.database).lines()).breaks == ()


# ---------------------------------------------------------------- retention


def stranger(number: int) -> bytes:
    return letter(
        number=number,
        sender="Wren <wren@elsewhere.example>",
        subject="Buy a Pirol",
        attach=[NOTES],
    )


def test_held_mail_of_strangers_goes_when_its_time_is_up_and_a_contact_s_stays(
    tmp_path: Path, reader: Reader
) -> None:
    desk = mail_desk(tmp_path)
    clock = Later()
    with at_work(desk, reader, clock=clock) as app:
        desk.post(stranger(1), "1")
        desk.post(letter(number=2, sender=CONTACT), "2")
        app.ledger.directory.set_state(TOKEN, ProjectState.CLOSED)
        Worker(app).once()
        before = [held.reason for held in app.ledger.holds.waiting()]

        clock.by = timedelta(days=91)
        Worker(app).once()

        after = [held.reason for held in app.ledger.holds.waiting()]
    assert before == [HoldReason.UNIDENTIFIED_SENDER, HoldReason.UNKNOWN_PROJECT]
    assert after == [HoldReason.UNKNOWN_PROJECT]
    assert b"pirol" not in octets_of(desk).lower()
    assert len([key for key in blobs_of(desk) if key.startswith("raw/")]) == 1
    assert sound(desk)


def test_the_very_same_mail_is_new_mail_once_it_was_removed(tmp_path: Path, reader: Reader) -> None:
    desk = mail_desk(tmp_path)
    clock = Later()
    with at_work(desk, reader, clock=clock) as app:
        desk.post(stranger(1), "1")
        Worker(app).once()
        clock.by = timedelta(days=91)
        Worker(app).once()

        desk.post(stranger(1), "again")
        Worker(app).once()

        assert [held.reason for held in app.ledger.holds.waiting()] == [
            HoldReason.UNIDENTIFIED_SENDER
        ]
        assert len([key for key in blobs_of(desk) if key.startswith("raw/")]) == 1


def test_a_project_that_was_closed_for_long_enough_is_erased_with_a_receipt(
    tmp_path: Path, reader: Reader
) -> None:
    desk = mail_desk(tmp_path, Wiring(further={"retention": {"keep_days_after_close": 30}}))
    clock = Later()
    with at_work(desk, reader, clock=clock) as app:
        fill(app, desk)
        app.ledger.directory.set_state(TOKEN, ProjectState.CLOSED)
        clock.by = timedelta(days=29)
        Worker(app).once()
        early = len(app.ledger.standings())

        clock.by = timedelta(days=31)
        Worker(app).once()

        left = [standing.project.token for standing in app.ledger.standings()]
    assert (early, left) == (2, [OTHER])
    assert [path.name for path in desk.folder.glob("receipts/*")] == ["erased-1.json"]
    assert b"kolibri" not in octets_of(desk).lower()
