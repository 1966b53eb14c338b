"""Several worker processes on one mailbox and one ledger: some are killed, one is stopped for longer than its lease."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from email import message_from_bytes
from pathlib import Path

import pytest

from intake.config import load
from intake.demo.documents import Enclosure
from intake.model import Address, Token
from storage.directory import NewProject
from storage.ledger import Ledger
from tests import servers, stores
from tests.desks import (
    FREELANCER,
    TODAY,
    Wiring,
    config_file,
    imap_source,
    letter,
    post,
)

ROOT = Path(__file__).parents[2]
CLIENTS = 8
LEASE_SECONDS = 6.0
PATIENCE_SECONDS = 400.0


@dataclass(frozen=True, slots=True)
class World:
    """What is left when all is done."""

    statuses: dict[str, int]
    documents: int
    filings: int
    letters: Counter[str]
    doubtful: int
    deaths_held: int


def _mail(count: int) -> Iterator[bytes]:
    """Messages in turn from contacts of eight clients, each with an event calendar of its own."""
    for number in range(count):
        rows = "\n".join(
            f"2027-0{month}-{number % 27 + 1:02},Meetup {number}-{month},Hall {number}"
            for month in range(1, 7)
        )
        calendar = Enclosure(
            f"events {number}.csv", "text/csv", f"Date,Event,Place\n{rows}\n".encode()
        )
        yield letter(
            number=number,
            sender=f"ana@client{number % CLIENTS}.example",
            text=f"Hello, our event calendar number {number}.\n",
            attach=[calendar],
        )


def _engage(ledger: Ledger) -> None:
    for number in range(CLIENTS):
        name = f"Client {number}"
        ledger.directory.add_client(name, contacts=[Address(f"ana@client{number}.example")])
        ledger.directory.open_project(
            NewProject(
                name, "Launch", "onboarding", (FREELANCER,), "UTC", TODAY, token=Token(f"p{number}")
            )
        )


def _start(config: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "tests.impatient", str(LEASE_SECONDS), "worker"],
        cwd=ROOT,
        env={**os.environ, "INTAKE_CONFIG": str(config)},
        stderr=subprocess.DEVNULL,
    )


@contextmanager
def _workers(config: Path, count: int) -> Iterator[list[subprocess.Popen[bytes]]]:
    started = [_start(config) for _ in range(count)]
    try:
        yield started
    finally:
        for process in started:
            process.kill()
            process.wait()


def _wait(ledger: Ledger, *, settled: int) -> None:
    """Until that many messages are settled."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while sum(ledger.messages.statuses().values()) - ledger.messages.waiting() < settled:
        assert time.monotonic() < deadline, "the work never ends"
        time.sleep(0.2)


def _wait_for_the_end(ledger: Ledger) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while ledger.letters.unsent() or ledger.messages.settled("sources[0]"):
        assert time.monotonic() < deadline, "the work never ends"
        time.sleep(0.2)


def _disturb(workers: Sequence[subprocess.Popen[bytes]], ledger: Ledger, *, messages: int) -> None:
    """Kill two workers in the middle of their work, and stop a third for longer than its lease."""
    _wait(ledger, settled=messages // 6)
    workers[0].send_signal(signal.SIGSTOP)
    stopped = time.monotonic()
    _wait(ledger, settled=messages // 4)
    workers[1].kill()
    _wait(ledger, settled=messages // 2)
    workers[2].kill()
    time.sleep(max(0.0, stopped + 2 * LEASE_SECONDS - time.monotonic()))
    workers[0].send_signal(signal.SIGCONT)


def _look(ledger: Ledger, sent: Path) -> World:
    standings = ledger.standings()
    documents = [document for standing in standings for document in standing.documents]
    letters = [path.read_bytes() for path in (sent / "new").iterdir()]
    return World(
        statuses=ledger.messages.statuses(),
        documents=len({document.sha256 for document in documents}),
        filings=len(documents),
        letters=Counter(message_from_bytes(octets)["Message-ID"] for octets in letters),
        doubtful=len(ledger.letters.doubtful_ones()),
        deaths_held=len(ledger.holds.waiting()),
    )


def _assert_each_once(world: World, messages: int) -> None:
    assert world.statuses == {"accepted": messages}
    assert (world.documents, world.filings) == (messages, messages)
    assert set(world.letters.values()) == {1}
    assert len(world.letters) == 2 * messages
    assert (world.doubtful, world.deaths_held) == (0, 0)


@pytest.fixture
def sent(tmp_path: Path) -> Path:
    return tmp_path / "Sent"


@pytest.mark.proof
@pytest.mark.timeout(900)
def test_four_workers_two_killed_and_one_stopped_do_everything_once(
    dovecot_account: servers.ImapAccount, tmp_path: Path, sent: Path
) -> None:
    messages = 400
    source = imap_source(dovecot_account.port, dovecot_account.username, dovecot_account.password)
    with ExitStack() as stack:
        url = stack.enter_context(stores.postgres())
        config = config_file(tmp_path, Wiring(source=source, database={"url": url}))
        ledger = stack.enter_context(closing(Ledger(load(config, {}).database.url)))
        ledger.database.migrate()
        _engage(ledger)
        dovecot_account.append_all(_mail(messages))
        workers = stack.enter_context(_workers(config, 4))

        _disturb(workers, ledger, messages=messages)
        _wait(ledger, settled=messages)
        _wait_for_the_end(ledger)

        _assert_each_once(_look(ledger, sent), messages)
        assert dovecot_account.messages() == []
        assert len(dovecot_account.messages("Intake/Done")) == messages


@pytest.mark.proof
@pytest.mark.timeout(600)
def test_three_workers_on_sqlite_one_killed_do_everything_once(tmp_path: Path, sent: Path) -> None:
    messages = 60
    config = config_file(tmp_path)
    with ExitStack() as stack:
        ledger = stack.enter_context(closing(Ledger(load(config, {}).database.url)))
        ledger.database.migrate()
        _engage(ledger)
        for number, octets in enumerate(_mail(messages)):
            post(tmp_path / "Maildir", octets, f"{number:03}.test")
        workers = stack.enter_context(_workers(config, 3))

        _wait(ledger, settled=messages // 3)
        workers[0].kill()
        _wait(ledger, settled=messages)
        _wait_for_the_end(ledger)

        _assert_each_once(_look(ledger, sent), messages)
        assert not list((tmp_path / "Maildir" / "new").iterdir())
