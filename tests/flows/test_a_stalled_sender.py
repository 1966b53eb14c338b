"""A worker that stands still between freezing a letter and sending it, and wakes when another has taken it over."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from intake.demo import documents
from intake.model import HoldReason
from intake.reader import Reader
from intake.worker import Worker
from tests import servers
from tests.desks import FREELANCER, TODAY, Wiring, letter, smtp_delivery
from tests.maildesks import PATIENCE_SECONDS, ROOT, MailDesk, at_work, mail_desk

pytestmark = pytest.mark.proof

LEASE_SECONDS = 1.5
MAIL = letter(sender=f"Fay <{FREELANCER}>", attach=[documents.investor_deck(TODAY)])
STANDS_STILL = f"""
import os, signal, sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from intake.app import open_app
from intake.config import load
from intake.instants import Instant

def stop(instant):
    if instant is Instant.FROZEN:
        os.kill(os.getpid(), signal.SIGSTOP)

with open_app(load(Path(sys.argv[1]), os.environ), passed=stop) as app:
    lease, answer = timedelta(seconds={LEASE_SECONDS}), timedelta(seconds=0.2)
    replace(app.outbox, lease=lease, longest_answer=answer).deliver_due()
"""


@dataclass(frozen=True, slots=True)
class Sleeper:
    """The worker that stands still."""

    running: subprocess.Popen[bytes]

    def wake(self) -> int:
        """Let it go on; its exit code."""
        self.running.send_signal(signal.SIGCONT)
        return self.running.wait(timeout=PATIENCE_SECONDS)


@contextmanager
def asleep(desk: MailDesk) -> Iterator[Sleeper]:
    """A worker that has frozen the letter, and stands still until its lease is over."""
    running = subprocess.Popen(
        [sys.executable, "-c", STANDS_STILL, str(desk.config)],
        stderr=subprocess.DEVNULL,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    try:
        _, status = os.waitpid(running.pid, os.WUNTRACED)
        assert os.WIFSTOPPED(status)
        time.sleep(LEASE_SECONDS)
        yield Sleeper(running)
    finally:
        running.kill()
        running.wait()


def owing(folder: Path, reader: Reader, delivery: dict[str, object]) -> MailDesk:
    """A desk that owes one letter."""
    desk = mail_desk(folder, Wiring(delivery=delivery))
    desk.post(MAIL)
    with at_work(desk, reader) as app:
        Worker(app)._drain(app.sources[0], at_once=True)
    return desk


def test_where_nobody_can_look_it_sends_nothing_and_the_letter_is_doubtful(
    tmp_path: Path, reader: Reader, smtp_sink: servers.SmtpSink
) -> None:
    desk = owing(tmp_path, reader, smtp_delivery(smtp_sink.port))
    with asleep(desk) as sleeper, at_work(desk, reader) as app:
        app.outbox.deliver_due()

        code = sleeper.wake()

        held = [each.reason for each in app.ledger.holds.waiting()]
    assert (code, smtp_sink.letters) == (0, [])
    assert held == [HoldReason.DOUBTFUL_LETTER]


def test_where_one_can_look_there_is_one_letter_and_it_is_the_other_workers(
    tmp_path: Path, reader: Reader
) -> None:
    desk = owing(tmp_path, reader, {"type": "maildir", "path": "./Sent"})
    with asleep(desk) as sleeper, at_work(desk, reader) as app:
        app.outbox.deliver_due()
        [sent] = (desk.folder / "Sent" / "new").iterdir()
        sent.unlink()  # a person has read and removed it

        code = sleeper.wake()

        waiting = app.ledger.holds.waiting()
    assert (code, desk.letters(), waiting) == (0, [], ())


def test_one_that_nobody_took_over_sends_its_letter_in_a_new_claim(
    tmp_path: Path, reader: Reader, smtp_sink: servers.SmtpSink
) -> None:
    desk = owing(tmp_path, reader, smtp_delivery(smtp_sink.port))
    with asleep(desk) as sleeper:
        code = sleeper.wake()
    before = len(smtp_sink.letters)
    with desk.ledger() as ledger:
        doubtful, unsent = ledger.letters.doubtful_ones(), ledger.letters.unsent()

    assert (code, before) == (0, 0)
    assert (doubtful, unsent) == ((), 1)
