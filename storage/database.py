"""One database, two engines: SQLite in WAL mode and PostgreSQL.

Knows how to open a transaction on either, what time it is there, and which revision the tables have. Knows no table.
"""

from __future__ import annotations

import fcntl
import os
import re
import sqlite3
import ssl
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.orm import Session
from sqlalchemy.pool import ConnectionPoolEntry

from intake.errors import ConfigError, DatabaseUnreachableError, PermanentError
from storage.schema import REVISION

if TYPE_CHECKING:
    import psycopg

_BOUND_IDLENESS = "SET idle_in_transaction_session_timeout = '30s'"
"""PostgreSQL ends the transaction of a worker that was stopped in the middle of it: the others wait for its locks."""
_AUTHORITIES = ("/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt")
"""Where systems keep whom they trust; the libpq of the wheel does not know it."""
_UNVERIFIED = re.compile("certificate|does not support SSL|SSL was required")
_SQLITE_ADVICE = {
    sqlite3.SQLITE_FULL: "The disk of the SQLite file is full: make room there.",
    sqlite3.SQLITE_BUSY: "Another program holds the SQLite file for too long: find out which, and end it.",
    sqlite3.SQLITE_CANTOPEN: "The SQLite file of database.url is gone or cannot be opened: put it back.",
    sqlite3.SQLITE_READONLY: "The SQLite file of database.url cannot be written: give it and its folder to this user.",
}
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
            creator=self._opened,
            hide_parameters=True,  # they are names, addresses and text
        )
        sa.event.listen(engine, "connect", _prepare_sqlite)
        sa.event.listen(engine, "checkout", self._require_same_file)
        sa.event.listen(engine, "begin", _begin_sqlite)
        return engine

    def _opened(self) -> sqlite3.Connection:
        """A connection to the file that is there: one that has gone away is never made anew, empty."""
        name = f"{self.path.absolute().as_uri()}?mode=rw" if self.path else ":memory:"
        return sqlite3.connect(name, timeout=BUSY_SECONDS, check_same_thread=False, uri=True)

    def _require_same_file(
        self, connection: sqlite3.Connection, record: ConnectionPoolEntry, proxied: object
    ) -> None:
        """Give a connection up whose file was moved away or replaced: what it wrote would be lost with it."""
        del connection, proxied
        if self.path is None:
            return
        try:
            status = self.path.stat()
        except OSError as error:
            raise sa.exc.DisconnectionError from error
        if record.info.setdefault("file", (status.st_dev, status.st_ino)) != (
            status.st_dev,
            status.st_ino,
        ):
            raise sa.exc.DisconnectionError

    def _postgres_engine(self) -> sa.Engine:
        try:
            engine = sa.create_engine(
                self.url,
                pool_pre_ping=True,
                connect_args={"connect_timeout": 10, **_verified(self.url)},
                pool_size=4,
                hide_parameters=True,
            )
        except ImportError as error:
            raise ConfigError(
                'PostgreSQL needs its driver: pip install -c constraints.txt -e ".[postgres]" adds it.'
            ) from error
        sa.event.listen(engine, "connect", _prepare_postgres)
        return engine

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
            raise DatabaseUnreachableError(_advice(error.orig)) from error
        except DBAPIError as error:
            if error.connection_invalidated:
                raise DatabaseUnreachableError(
                    "The connection to the database was lost."
                ) from error
            if _is_damaged(error.orig):
                text = "The SQLite file is damaged: put a backup in its place, as the README says."
                raise PermanentError(text) from error
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

    def scrub(self) -> None:
        """Leave nothing readable of what was deleted: SQLite's log still holds it. PostgreSQL sees to it by itself (VACUUM)."""
        if self.is_sqlite:
            # Not `connect`, which begins a transaction: within one the log is not emptied.
            with closing(self.engine.raw_connection()) as connection:
                connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")

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
            descriptor = os.open(f"{self.path}.migrate-lock", os.O_CREAT | os.O_RDWR, 0o600)
            with os.fdopen(descriptor, "w") as handle:
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


def _verified(url: sa.URL) -> dict[str, str]:
    """What makes libpq verify a server on another machine, which it does not do by itself; the URL's own word outweighs it."""
    if "sslmode" in url.query or "PGSSLMODE" in os.environ or _is_near(url.host):
        return {}
    authorities = (
        () if "sslrootcert" in url.query or "PGSSLROOTCERT" in os.environ else _AUTHORITIES
    )
    named = ssl.get_default_verify_paths().cafile
    found = [path for path in (named, *authorities) if path and Path(path).is_file()]
    roots = {"sslrootcert": found[0] if found else "system"} if authorities else {}
    return {"sslmode": "verify-full", **roots}


def _is_near(host: str | None) -> bool:
    """Whether a host is this machine: a socket's folder, or a loopback address."""
    if not host or host.startswith("/") or host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _advice(error: BaseException | None) -> str:
    """What an operator should look at. The driver's own words may name hosts and users."""
    if _UNVERIFIED.search(str(error)):
        return (
            "The database's server could not be verified: name its authority in database.url"
            " (?sslrootcert=/path), or say there how far you trust the network (?sslmode=require)."
        )
    if isinstance(error, sqlite3.Error) and error.sqlite_errorcode & 0xFF in _SQLITE_ADVICE:
        return _SQLITE_ADVICE[error.sqlite_errorcode & 0xFF]
    kind = type(error).__name__
    return f"The database cannot be used at the moment ({kind}): check that it runs."


def _is_damaged(error: BaseException | None) -> bool:
    damage = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
    return isinstance(error, sqlite3.DatabaseError) and error.sqlite_errorcode & 0xFF in damage


def _prepare_sqlite(connection: sqlite3.Connection, record: object) -> None:
    """WAL, durable commits, foreign keys; and no transaction that the driver opens on its own."""
    del record
    connection.isolation_level = None
    cursor = connection.cursor()
    # What is deleted is overwritten: erased is erased.
    pragmas = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON")
    for pragma in pragmas:
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _prepare_postgres(connection: psycopg.Connection, record: object) -> None:
    """No transaction outlives the worker that does not move (idle_in_transaction_session_timeout)."""
    del record
    connection.autocommit = True
    connection.execute(_BOUND_IDLENESS)
    connection.autocommit = False


def _begin_sqlite(connection: sa.Connection) -> None:
    """A writer takes the lock at once (BEGIN IMMEDIATE), so that it never fails half-way through."""
    writes = connection.get_execution_options().get("intake_writes", True)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN DEFERRED")
