"""Ledgers on both engines. A database is made and migrated once a run; each test finds its tables empty.

The ledgers stay open between tests, since an engine compiles every statement anew.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass

import pytest
import sqlalchemy as sa

from storage.ledger import Ledger
from storage.schema import Base
from tests import stores
from tests.ledgers import Clock

EMPTYING = [sa.delete(table) for table in reversed(Base.metadata.sorted_tables)]
RESTARTING = sa.text("SELECT setval(c.oid, 1, false) FROM pg_class c WHERE c.relkind = 'S'")


@dataclass(frozen=True, slots=True)
class Bench:
    """One migrated database, and two workers' ledgers on it."""

    url: str
    clock: Clock
    ledger: Ledger
    other: Ledger

    def clear(self) -> None:
        """As if nothing had ever happened."""
        self.clock.now = Clock().now
        for ledger in (self.ledger, self.other):
            ledger._liveness.release()
            ledger._worker = None
            ledger._documents._read.clear()
            ledger._documents._kept = 0
        with self.ledger.database.write() as session:
            for statement in EMPTYING:
                session.execute(statement)
            if not self.ledger.database.is_sqlite:  # which counts from the highest number there is
                session.execute(RESTARTING)


@pytest.fixture(
    scope="session", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.proof)]
)
def database(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Bench]:
    """The engines in turn."""
    with ExitStack() as stack:
        folder = tmp_path_factory.mktemp("ledger")
        url = f"sqlite:///{folder / 'ledger.db'}"
        if request.param == "postgresql":
            url = stack.enter_context(stores.postgres())
        clock = Clock()
        ledgers = [Ledger(url, clock=clock) for _ in range(2)]
        for ledger in ledgers:
            stack.callback(ledger.close)
            sa.event.listen(ledger.database.engine, "connect", _hurry)
        ledgers[0].database.migrate()
        yield Bench(url, clock, *ledgers)


@pytest.fixture
def bench(database: Bench) -> Bench:
    """A database without rows."""
    database.clear()
    return database


@pytest.fixture
def clock(bench: Bench) -> Clock:
    """The time in every ledger of a test."""
    return bench.clock


@pytest.fixture
def ledger(bench: Bench) -> Ledger:
    """A ledger without rows."""
    return bench.ledger


@pytest.fixture
def other(bench: Bench) -> Ledger:
    """Another worker's ledger on the same database."""
    return bench.other


@pytest.fixture
def open_ledger(bench: Bench) -> Iterator[Callable[[], Ledger]]:
    """Opens one more ledger on the same database: a further worker. Closed at the end of the test."""
    with ExitStack() as stack:

        def opened() -> Ledger:
            ledger = Ledger(bench.url, clock=bench.clock)
            stack.callback(ledger.close)
            return ledger

        yield opened


def _hurry(connection: object, record: object) -> None:
    """No test pulls the plug, so that nothing need reach the disk (`tests.stores` tells PostgreSQL the same)."""
    del record
    if isinstance(connection, sqlite3.Connection):
        connection.execute("PRAGMA synchronous=OFF")
