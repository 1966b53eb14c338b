"""Outages for tests: a desk's own worker at work while a script beside it breaks something and mends it.

What is measured is what an operator cares about: how long after the return the waiting work was done, against the pause
that the worker had come to by then.
"""

from __future__ import annotations

import logging
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

import sqlalchemy as sa
from structlog.testing import capture_logs
from structlog.typing import EventDict

from intake import telemetry
from intake.app import App
from intake.worker import Worker
from storage import schema
from storage.ledger import Ledger

PATIENCE_SECONDS = 20.0
BAR = 2.0
"""Work must be done within so many times the pause after the return."""


@dataclass(frozen=True, slots=True)
class Change:
    """One line of the log about a part of the world."""

    event: str
    what: str
    reason: str


@dataclass(frozen=True, slots=True)
class Survived:
    """One outage as it was measured. `pause_seconds` is the worker's pause at the moment of the return."""

    down_seconds: float
    pause_seconds: float
    until_done_seconds: float

    @property
    def ratio(self) -> float:
        return self.until_done_seconds / self.pause_seconds


@dataclass(slots=True)
class Watched:
    """A worker that runs, as a script in another thread sees it."""

    worker: Worker
    events: Sequence[EventDict]

    def wait_until(self, true: Callable[[], object]) -> None:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not true():
            if time.monotonic() > deadline:
                raise AssertionError(
                    f"it did not happen; {self.changes()} {self.worker.world.unreachable}"
                )
            time.sleep(0.03)

    def failures(self, what: str) -> int:
        """How many rounds in a row did not reach it."""
        return self.worker.world.failures(what)

    def changes(self) -> list[Change]:
        """What was said of the world so far, in order."""
        return changes(self.events)

    def survive(
        self,
        what: str,
        *,
        begin: Callable[[], object],
        end: Callable[[], object],
        done: Callable[[], object],
        failures: int = 2,
    ) -> Survived:
        """Break something, wait until the worker has failed at it so many times, mend it, wait until all is done."""
        begin()
        began = time.monotonic()
        self.wait_until(lambda: self.failures(what) >= failures)
        pause = self.worker.world.pause_seconds(what)
        end()
        returned = time.monotonic()
        self.wait_until(lambda: done() and what not in self.worker.world.unreachable)
        return Survived(returned - began, pause, time.monotonic() - returned)


def changes(events: Sequence[EventDict]) -> list[Change]:
    """The lines about the world, in order."""
    return [
        Change(str(entry["event"]), str(entry["what"]), str(entry.get("reason", "")))
        for entry in list(events)
        if entry["event"] in {telemetry.UNREACHABLE, telemetry.RECOVERED}
    ]


def once_each(what: str) -> list[tuple[str, str]]:
    """What an outage of one part of the world is told with."""
    return [(telemetry.UNREACHABLE, what), (telemetry.RECOVERED, what)]


def told(events: Sequence[EventDict]) -> list[tuple[str, str]]:
    """The lines about the world without their reasons."""
    return [(change.event, change.what) for change in changes(events)]


@contextmanager
def log_of_the_worker() -> Iterator[Sequence[EventDict]]:
    """All events from `info` on."""
    telemetry.configure(level=logging.INFO)
    with capture_logs() as events:
        yield events


def while_at_work(
    app: App, script: Callable[[Watched], Survived], events: Sequence[EventDict]
) -> Survived:
    """Run the worker here, where its signals arrive, and the script in a thread beside it, whose end ends both."""
    worker, result = Worker(app), Future[Survived]()
    watched = Watched(worker, events)

    def beside() -> None:
        try:
            watched.wait_until(lambda: worker._waiting)
            result.set_result(script(watched))
        except BaseException as error:  # noqa: BLE001  # it is raised again in the other thread
            result.set_exception(error)
        finally:
            os.kill(os.getpid(), signal.SIGTERM)

    thread = threading.Thread(target=beside)
    before = signal.signal(signal.SIGTERM, _nothing)  # for a worker that ends by itself
    try:
        thread.start()
        worker.run()
    finally:
        thread.join()
        signal.signal(signal.SIGTERM, before)
    return result.result()


def _nothing(number: int, frame: FrameType | None) -> None:
    del number, frame


def record(name: str, survived: Survived) -> None:
    """Add a line to the table that `tests/bench/outages.py` prints; without it, nothing."""
    if table := os.environ.get("INTAKE_OUTAGES_TABLE"):
        figures = (survived.down_seconds, survived.pause_seconds, survived.until_done_seconds)
        with Path(table).open("a") as file:
            file.write("\t".join([name, *(f"{figure:.1f}" for figure in figures)]) + "\n")


def tries(ledger: Ledger) -> list[int]:
    """How many tries each message has had."""
    with ledger.database.read() as session:
        return list(session.scalars(sa.select(schema.Message.tries).order_by(schema.Message.id)))
