"""A ledger that is locked, gone, full or restarted: work stops, nothing is made in its place, and it goes on by itself."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import tempfile
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa
from structlog.typing import EventDict

from intake.app import App
from intake.config import load
from intake.demo import documents
from intake.reader import Reader
from intake.worker import PAUSE_AFTER_OUTAGE, Worker
from storage import database
from storage.ledger import Ledger
from tests import stores
from tests.desks import FREELANCER, TODAY, Wiring, config_file, engagement, letter
from tests.maildesks import Later, MailDesk, at_work, mail_desk
from tests.outages import (
    BAR,
    Survived,
    changes,
    log_of_the_worker,
    once_each,
    record,
    told,
    tries,
    while_at_work,
)

if TYPE_CHECKING:
    from pgserver.postgres_server import PostgresServer

MAIL = letter(sender=f"Fay <{FREELANCER}>", attach=[documents.investor_deck(TODAY)])
pytestmark = [pytest.mark.proof, pytest.mark.usefixtures("telemetry_as_before")]


@dataclass(frozen=True, slots=True)
class Stage:
    """A desk, and what a test holds open of it."""

    desk: MailDesk
    app: App
    events: Sequence[EventDict]
    clock: Later

    @property
    def file(self) -> Path:
        return self.desk.folder / "intake.db"

    def done(self) -> bool:
        return self.desk.done() == ["1"] and len(self.desk.letters()) == 1

    def survive(
        self, what: str, *, begin: Callable[[], object], end: Callable[[], object]
    ) -> Survived:
        def away() -> None:
            begin()
            self.desk.post(MAIL)

        return while_at_work(
            self.app,
            lambda worker: worker.survive(what, begin=away, end=end, done=self.done),
            self.events,
        )

    def require_survived(self, name: str, what: str, survived: Survived) -> None:
        record(name, survived)
        assert survived.ratio <= BAR
        assert told(self.events) == once_each(what)
        assert tries(self.app.ledger) == [0]
        assert (self.desk.inbox(), len(self.desk.letters())) == ([], 1)


@contextmanager
def at_stage(folder: Path, reader: Reader, desk: MailDesk | None = None) -> Iterator[Stage]:
    with ExitStack() as stack:
        desk = desk or mail_desk(folder)
        clock = Later()
        app = stack.enter_context(at_work(desk, reader, clock=clock))
        events = stack.enter_context(log_of_the_worker())
        yield Stage(desk, app, events, clock)


# ---------------------------------------------------------------- SQLite


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A writer waits for another one for a short time only."""
    monkeypatch.setattr(database, "BUSY_SECONDS", 0.2)


@pytest.mark.usefixtures("impatient")
def test_work_goes_on_when_another_program_lets_go_of_the_file(
    tmp_path: Path, reader: Reader
) -> None:
    with (
        at_stage(tmp_path, reader) as stage,
        closing(sqlite3.connect(stage.file, check_same_thread=False)) as other,
    ):
        survived = stage.survive(
            "database", begin=lambda: other.execute("BEGIN IMMEDIATE"), end=other.rollback
        )

        stage.require_survived("SQLite: locked by another program", "database", survived)
        assert "Another program holds" in changes(stage.events)[0].reason


def test_a_file_that_was_moved_away_is_not_made_anew_and_is_used_when_it_is_back(
    tmp_path: Path, reader: Reader
) -> None:
    with at_stage(tmp_path, reader) as stage:
        kept = tmp_path / "kept.db"
        there = []

        def back() -> None:
            there.append(stage.file.exists())
            kept.rename(stage.file)

        survived = stage.survive("database", begin=lambda: stage.file.rename(kept), end=back)

        stage.require_survived("SQLite: gone and back", "database", survived)
        assert there == [False]
        assert "put it back" in changes(stage.events)[0].reason


def test_a_round_without_its_sqlite_file_makes_none(tmp_path: Path, reader: Reader) -> None:
    with at_stage(tmp_path, reader) as stage:
        working = Worker(stage.app)
        working._round(at_once=False)
        stage.file.rename(tmp_path / "kept.db")
        stage.desk.post(MAIL)

        working._round(at_once=False)

        assert not stage.file.exists()
        assert stage.desk.inbox() == ["1"]
        (tmp_path / "kept.db").rename(stage.file)
        assert working.once().clean
        assert told(stage.events) == once_each("database")


# ---------------------------------------------------------------- full disks


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of two megabytes."""
    folder = tmp_path / "small"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(folder)]
    if os.geteuid() != 0 or subprocess.run(command, check=False, capture_output=True).returncode:
        pytest.skip("needs the right to mount a file system")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def fill(folder: Path) -> None:
    """Take all the room that is left."""
    with (folder / "ballast").open("wb", buffering=0) as file:
        try:
            while True:
                file.write(bytes(4_096))
        except OSError:
            return


def make_room(folder: Path) -> None:
    (folder / "ballast").unlink()


@pytest.mark.parametrize(
    ("section", "what"),
    [
        ({"blobs": {"url": "./small/blobs"}}, "blobs"),
        ({"delivery": {"type": "maildir", "path": "./small/Sent"}}, "delivery"),
        ({"database": {"url": "sqlite:///small/intake.db"}}, "database"),
    ],
    ids=["blobs", "letters", "ledger"],
)
def test_work_goes_on_when_a_full_disk_has_room_again(
    reader: Reader,
    small_disk: Path,
    monkeypatch: pytest.MonkeyPatch,
    section: dict[str, dict[str, object]],
    what: str,
) -> None:
    folder = small_disk.parent
    monkeypatch.chdir(folder)
    config = config_file(folder, replace(Wiring(), **section))
    with closing(Ledger(load(config, os.environ).database.url)) as ledger:
        ledger.database.migrate()
        engagement(ledger)
    letters = folder / "small" / "Sent" if what == "delivery" else folder / "Sent"
    with at_stage(folder, reader, OtherDesk(folder, letters)) as stage:
        survived = stage.survive(
            what, begin=lambda: fill(small_disk), end=lambda: make_room(small_disk)
        )

        stage.require_survived(f"disk full: {what}", what, survived)


@dataclass(frozen=True, slots=True)
class OtherDesk(MailDesk):
    """A desk whose letters lie elsewhere."""

    sent: Path

    def letters(self) -> list[object]:  # type: ignore[override]  # only counted
        folder = self.sent / "new"
        return [*folder.iterdir()] if folder.is_dir() else []


# ---------------------------------------------------------------- PostgreSQL


@contextmanager
def own_postgres() -> Iterator[PostgresServer]:
    """A server that a test may stop."""
    with warnings.catch_warnings():
        warnings.simplefilter(
            "ignore"
        )  # without XDG_RUNTIME_DIR it takes another folder, and says so
        from pgserver.postgres_server import get_server
    server = get_server(tempfile.mkdtemp(prefix="postgres-"), cleanup_mode="delete")
    try:
        yield server
    finally:
        server.cleanup()


def stop(server: PostgresServer) -> None:
    from pgserver._commands import POSTGRES_BIN_PATH

    command = [str(POSTGRES_BIN_PATH / "pg_ctl"), "-D", str(server.pgdata), "-m", "fast", "stop"]
    subprocess.run(command, check=True, capture_output=True, user=server.system_user)


def postgres_desk(folder: Path, url: str) -> MailDesk:
    config_file(folder, Wiring(database={"url": url}))
    with closing(Ledger(url)) as ledger:
        ledger.database.migrate()
        engagement(ledger)
    return MailDesk(folder)


def test_work_goes_on_when_postgresql_runs_again(tmp_path: Path, reader: Reader) -> None:
    with own_postgres() as server:
        url = server.get_uri().replace("postgresql://", "postgresql+psycopg://")
        with at_stage(tmp_path, reader, postgres_desk(tmp_path, url)) as stage:
            survived = stage.survive(
                "database", begin=lambda: stop(server), end=server.ensure_postgres_running
            )

            stage.require_survived("PostgreSQL: stopped and started", "database", survived)


def test_a_connection_that_is_ended_in_the_middle_of_a_settlement_costs_no_try(
    tmp_path: Path, reader: Reader
) -> None:
    with (
        stores.postgres() as url,
        at_stage(tmp_path, reader, postgres_desk(tmp_path, url)) as stage,
    ):
        stage.desk.post(MAIL)
        engine = stage.app.ledger.database.engine
        ended: list[int] = []

        def end(connection: sa.Connection, *statement: object) -> None:
            if "INSERT INTO document" in str(statement[1]) and not ended:
                ended.append(connection.connection.driver_connection.info.backend_pid)  # type: ignore[union-attr]  # psycopg's
                with engine.connect() as other:
                    other.execute(sa.text("SELECT pg_terminate_backend(:pid)"), {"pid": ended[0]})

        sa.event.listen(engine, "after_cursor_execute", end)
        working = Worker(stage.app)

        outage = working.once()
        stage.clock.by += PAUSE_AFTER_OUTAGE
        left = working.once()

        assert (outage.unreachable, outage.waiting, len(ended)) == (("database",), 1, 1)
        assert (left.clean, stage.done()) == (True, True)
        assert told(stage.events) == once_each("database")
        assert tries(stage.app.ledger) == [0]
