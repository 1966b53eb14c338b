"""A desk in one folder, all of it Maildirs, files and SQLite; and the worker as a process of its own."""

from __future__ import annotations

import functools
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

from intake.app import App, open_app
from intake.config import load
from intake.reader import Reader
from storage.ledger import Ledger
from tests.desks import Wiring, config_file, engagement, post

ROOT = Path(__file__).parent.parent
PATIENCE_SECONDS = 30.0


@dataclass(slots=True)
class Later:
    """The real clock, and what a test adds to it."""

    by: timedelta = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.by


@dataclass(frozen=True, slots=True)
class MailDesk:
    """What a test does to a desk and sees of it."""

    folder: Path

    @property
    def config(self) -> Path:
        return self.folder / "config.yaml"

    def post(self, octets: bytes, name: str = "1") -> None:
        post(self.folder / "Maildir", octets, name)

    def inbox(self) -> list[str]:
        return _names(self.folder / "Maildir" / "new")

    def done(self) -> list[str]:
        return _names(self.folder / "Maildir" / ".Done" / "new")

    def held(self) -> list[str]:
        return _names(self.folder / "Maildir" / ".Held" / "new")

    def letters(self) -> list[EmailMessage]:
        """What lies in the Maildir that letters are delivered to, as they came."""
        letters = [*(self.folder / "Sent" / "new").glob("*")]
        letters.sort(key=lambda path: path.stat().st_mtime_ns)
        return [message_from_bytes(path.read_bytes(), policy=default) for path in letters]

    def letters_to(self, address: str) -> list[EmailMessage]:
        return [each for each in self.letters() if address in str(each["To"])]

    @contextmanager
    def ledger(self) -> Iterator[Ledger]:
        """The ledger, opened beside whoever works on it."""
        with closing(Ledger(load(self.config, os.environ).database.url)) as ledger:
            yield ledger


def mail_desk(folder: Path, wiring: Wiring | None = None) -> MailDesk:
    """A desk with a client and an open project. Nothing runs yet."""
    config = config_file(folder, wiring)
    database = (folder / "intake.db").absolute()
    database.write_bytes(_migrated())
    with closing(Ledger(load(config, os.environ).database.url)) as ledger:
        assert ledger.database.path == database
        engagement(ledger)
    return MailDesk(folder)


@functools.cache
def _migrated() -> bytes:
    """An SQLite file whose tables are made: alembic takes a quarter of a second each time."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "ledger.db")
        with closing(Ledger(f"sqlite:///{path}")) as ledger:
            ledger.database.migrate()
        return path.read_bytes()


@contextmanager
def at_work(
    desk: MailDesk, reader: Reader, *, clock: Callable[[], datetime] | None = None
) -> Iterator[App]:
    """The desk's app. Its reader is that of the whole run, since a fork server takes a second to start."""
    with open_app(load(desk.config, os.environ), clock=clock) as app:
        yield replace(
            app,
            desk=replace(app.desk, reader=reader),
            reviewer=replace(app.reviewer, reader=reader),
        )


def text_of(letter: EmailMessage) -> str:
    """The text of a letter, its lines unwrapped."""
    body = letter.get_body(("plain",))
    assert body is not None
    return " ".join(str(body.get_content()).split())


@dataclass(frozen=True, slots=True)
class Process:
    """`intake worker`, and what it has said so far."""

    running: subprocess.Popen[bytes]
    log: Path

    def said(self, word: str) -> int:
        """How many lines of the log hold a word."""
        return sum(word in line for line in self.log.read_text().splitlines())

    def terminate(self) -> int:
        """SIGTERM; the exit code."""
        self.running.send_signal(signal.SIGTERM)
        return self.running.wait(timeout=PATIENCE_SECONDS)

    def wait_until(self, true: Callable[[], object]) -> None:
        """Until something has happened, while the process lives."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not true():
            if self.running.poll() is not None:
                raise AssertionError(f"the worker ended: {self.log.read_text()}")
            if time.monotonic() > deadline:
                raise AssertionError(f"it did not happen: {self.log.read_text()}")
            time.sleep(0.02)


@contextmanager
def worker(desk: MailDesk, *arguments: str) -> Iterator[Process]:
    """The worker in a process of its own, killed at the end if it still runs."""
    log = desk.folder / "worker.log"
    with log.open("ab") as stderr:
        running = subprocess.Popen(
            [sys.executable, "-m", "intake", "worker", *arguments, "--config", str(desk.config)],
            stdout=stderr,
            stderr=stderr,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )
    try:
        yield Process(running, log)
    finally:
        running.kill()
        running.wait()


def _names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []
