"""Workers that are killed: the operating system lets go of their lock, and the next worker goes on at once."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from intake.model import LetterState
from storage.ledger import Ledger
from tests.integration.conftest import Bench
from tests.ledgers import Clock, claimed, engage, intent, letter_row, message_row, owe

ROOT = Path(__file__).parents[2]
CLAIMS = """
import sys, time
from intake.model import Address, OutboundMessage
from storage.ledger import Ledger
ledger = Ledger(sys.argv[1])
message = ledger.messages.claim(ledger.worker)
letter = ledger.letters.claim(ledger.worker, ends_bursts=True)
octets = OutboundMessage("<a@studio.example>", Address(""), (), b"Thank you.")
ledger.letters.freeze(letter, octets)
print(message.number, letter.number, flush=True)
time.sleep(600)
"""


@contextmanager
def working(url: str) -> Iterator[subprocess.Popen[str]]:
    """A process that has claimed a message, and a letter that it is sending."""
    process = subprocess.Popen(
        [sys.executable, "-c", CLAIMS, url],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    try:
        assert process.stdout is not None
        assert process.stdout.readline()
        yield process
    finally:
        process.kill()
        process.communicate()


def soon(take_over: Callable[[int], int], ledger: Ledger) -> int:
    """What is freed; a server needs a moment to see that a connection has gone."""
    deadline = time.monotonic() + 10
    while not (freed := take_over(ledger.worker)) and time.monotonic() < deadline:
        time.sleep(0.01)
    return freed


@pytest.mark.proof
def test_what_a_killed_process_had_in_hand_is_taken_over_at_once(
    ledger: Ledger, bench: Bench, clock: Clock
) -> None:
    clock.now = datetime.now(UTC)  # as the other process sees it
    owe(ledger, engage(ledger), "one", intent("one"))
    ledger.messages.put_back(claimed(ledger, "two"), pause=timedelta())
    with working(bench.url) as process:
        alive = ledger.messages.take_over(ledger.worker), ledger.letters.take_over(ledger.worker)
        process.kill()
        process.wait()

        freed = soon(ledger.messages.take_over, ledger), soon(ledger.letters.take_over, ledger)

    message = ledger.messages.claim(ledger.worker)
    letter = ledger.letters.claim(ledger.worker)
    assert (alive, freed) == ((0, 0), (1, 1))
    assert message is not None
    assert letter is not None
    assert message_row(ledger, message.number).deaths == 1
    assert letter.cut_off
    assert letter_row(ledger, letter.number).state == LetterState.SENDING


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_a_worker_whose_connection_was_cut_takes_its_lock_again(
    ledger: Ledger, other: Ledger
) -> None:
    ledger.messages.put_back(claimed(ledger), pause=timedelta())
    with other.database.engine.connect() as connection:
        connection.execute(
            sa.text("SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'")
        )

    ledger.messages.take_over(ledger.worker)

    assert ledger.messages.claim(ledger.worker) is not None
    assert other.messages.take_over(other.worker) == 0
