"""One database, two engines: SQLite in WAL mode and PostgreSQL.

Knows how to open a transaction on either, what time it is there, and which revision the tables have. Knows no table.
"""

from __future__ import annotations

import fcntl
import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.orm import Session

from intake.errors import ConfigError, DatabaseUnreachableError, PermanentError
from storage.schema import REVISION

BUSY_SECONDS = 30.0
"""How long a SQLite writer waits for another one."""


class Database:
    """Transactions on one database. `clock` replaces the database's own clock in tests."""

    def __init__(self, url: str, *, clock: Callable[[], datetime] | None = None) -> None:
        self.url = sa.make_url(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self._clock = clock
        self.engine = self._sqlite_engine() if self.is_sqlite else self._postgres_engine()
        self._writer = self.engine.execution_options(intake_writes=True)
        self._reader = self.engine.execution_options(intake_writes=False)

    @property
    def path(self) -> Path | None:
        """The SQLite file; None on PostgreSQL."""
        return Path(self.url.database) if self.is_sqlite and self.url.database else None

    def _sqlite_engine(self) -> sa.Engine:
        if self.path is not None:
            try:
                self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
                os.close(os.open(self.path, os.O_CREAT | os.O_RDWR, 0o600))
            except OSError as error:
                raise PermanentError(
                    f"The SQLite file of database.url cannot be opened ({error.strerror})."
                ) from error
        engine = sa.create_engine(
            self.url,
            connect_args={"timeout": BUSY_SECONDS, "check_same_thread": False},
        )
        sa.event.listen(engine, "connect", _prepare_sqlite)
        sa.event.listen(engine, "begin", _begin_sqlite)
        return engine

    def _postgres_engine(self) -> sa.Engine:
        try:
            return sa.create_engine(
                self.url, pool_pre_ping=True, connect_args={"connect_timeout": 10}, pool_size=4
            )
        except ImportError as error:
            raise ConfigError(
                'PostgreSQL needs its driver: pip install -c constraints.txt -e ".[postgres]" adds it.'
            ) from error

    @contextmanager
    def write(self) -> Iterator[Session]:
        """One transaction that may write; commits at the end of the block. SQLite: BEGIN IMMEDIATE.

        Raises DatabaseUnreachableError where the database cannot be reached or is busy for too long.
        """
        with self._transaction(self._writer) as session:
            yield session

    @contextmanager
    def read(self) -> Iterator[Session]:
        """One transaction that only reads; it never waits for a writer. Raises as `write`."""
        with self._transaction(self._reader) as session:
            yield session

    @contextmanager
    def _transaction(self, engine: sa.Engine) -> Iterator[Session]:
        try:
            with Session(engine, expire_on_commit=False) as session, session.begin():
                yield session
        except OperationalError as error:
            kind = type(error.orig).__name__
            text = f"The database cannot be used at the moment ({kind}): check that it runs."
            raise DatabaseUnreachableError(text) from error
        except DBAPIError as error:
            if error.connection_invalidated:
                raise DatabaseUnreachableError(
                    "The connection to the database was lost."
                ) from error
            raise

    def now(self, session: Session) -> datetime:
        """The database's clock, so that workers on several machines agree; aware UTC."""
        if self._clock is not None:
            return self._clock()
        if self.is_sqlite:
            return datetime.now(UTC)
        moment = session.scalar(sa.select(sa.func.clock_timestamp()))
        if not isinstance(moment, datetime):
            raise DatabaseUnreachableError("The database did not tell the time.")
        return moment.astimezone(UTC)

    def revision(self) -> str | None:
        """The migration that the tables are at; None for an empty database."""
        with self.read() as session:
            if not sa.inspect(session.connection()).has_table("alembic_version"):
                return None
            found = session.scalar(sa.text("SELECT version_num FROM alembic_version"))
            return None if found is None else str(found)

    def migrate(self) -> None:
        """Create or upgrade the tables. Several processes at once are safe: one works, the others wait."""
        # Alembic takes most of a second to import, and is needed once in a database's life.
        from storage import migrations  # noqa: PLC0415

        with self._migration_lock():
            migrations.upgrade(self.engine)

    @contextmanager
    def _migration_lock(self) -> Iterator[None]:
        if self.path is not None:
            with Path(f"{self.path}.migrate-lock").open("w") as handle:
                fcntl.flock(handle, fcntl.LOCK_EX)
                yield
            return
        with self.engine.connect() as connection:
            connection.execute(sa.text("SELECT pg_advisory_lock(7263, 0)"))
            try:
                yield
            finally:
                connection.execute(sa.text("SELECT pg_advisory_unlock(7263, 0)"))

    def require_current(self) -> None:
        """Make sure that the tables are those of this program.

        An embedded database is created or upgraded on the spot; PostgreSQL is left to the operator: ConfigError.
        """
        found = self.revision()
        if found == REVISION:
            return
        if self.is_sqlite:
            self.migrate()
            return
        state = "is empty" if found is None else f"is at revision {found}, not {REVISION}"
        raise ConfigError(f"The database {state}: run `intake migrate`.")

    def close(self) -> None:
        """Give all connections back."""
        self.engine.dispose()


def _prepare_sqlite(connection: sqlite3.Connection, record: object) -> None:
    """WAL, durable commits, foreign keys; and no transaction that the driver opens on its own."""
    del record
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: sa.Connection) -> None:
    """A writer takes the lock at once (BEGIN IMMEDIATE), so that it never fails half-way through."""
    writes = connection.get_execution_options().get("intake_writes", True)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN DEFERRED")
