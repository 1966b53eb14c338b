"""Whether a worker still lives: a lock that the operating system or the server lets go of with its process.

A worker that is killed loses its lock at once, so that its claims can be taken over without waiting for a lease.
On SQLite the lock is on a file beside the database, on PostgreSQL an advisory lock of a session of its own.
"""

from __future__ import annotations

import fcntl
import os
from pathlib import Path
from typing import Protocol

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from intake.errors import DatabaseUnreachableError
from storage.database import Database

LOCK_CLASS = 7264
"""The first key of our advisory locks; an arbitrary number that other programs are unlikely to use."""


class Liveness(Protocol):
    """Holds this process's lock, and tries those of others."""

    def hold(self, worker: int) -> None:
        """Take the lock of this worker and keep it until the process ends or `release`; take it again if it was lost."""
        ...

    def is_dead(self, worker: int) -> bool:
        """Whether nobody holds that worker's lock any more."""
        ...

    def release(self) -> None:
        """Let go."""
        ...


class FileLiveness:
    """flock(2) on `<database>.workers/<id>`."""

    def __init__(self, database: Path) -> None:
        self._folder = Path(f"{database}.workers")
        self._held: tuple[int, Path] | None = None

    def hold(self, worker: int) -> None:
        """See `Liveness.hold`."""
        if self._held is not None:
            return
        self._folder.mkdir(mode=0o700, exist_ok=True)
        path = self._folder / str(worker)
        descriptor = os.open(path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        self._held = (descriptor, path)

    def is_dead(self, worker: int) -> bool:
        """See `Liveness.is_dead`. The file of a dead worker is removed."""
        path = self._folder / str(worker)
        try:
            descriptor = os.open(path, os.O_RDWR | os.O_CLOEXEC)
        except FileNotFoundError:
            return True
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        else:
            path.unlink(missing_ok=True)
            return True
        finally:
            os.close(descriptor)

    def release(self) -> None:
        """See `Liveness.release`."""
        if self._held is not None:
            descriptor, path = self._held
            path.unlink(missing_ok=True)
            os.close(descriptor)
            self._held = None


class SessionLiveness:
    """pg_advisory_lock on a connection that does nothing else."""

    def __init__(self, database: Database) -> None:
        self._engine = database.engine
        self._connection: sa.Connection | None = None

    def hold(self, worker: int) -> None:
        """See `Liveness.hold`. The lock is the connection's, so it is gone where the server was started anew."""
        if self._connection is not None and _answers(self._connection):
            return
        self.release()
        try:
            connection = self._engine.connect().execution_options(isolation_level="AUTOCOMMIT")
            # Not taken where the server still believes in the connection that was lost; then it holds, and we ask again.
            taken = connection.scalar(
                sa.text("SELECT pg_try_advisory_lock(:class, :worker)"),
                {"class": LOCK_CLASS, "worker": worker},
            )
        except DBAPIError as error:
            raise DatabaseUnreachableError(
                "The database did not let this worker take its lock."
            ) from error
        if taken:
            self._connection = connection
        else:
            connection.close()

    def is_dead(self, worker: int) -> bool:
        """See `Liveness.is_dead`."""
        try:
            with self._engine.connect() as connection:
                taken = connection.scalar(
                    sa.text("SELECT pg_try_advisory_xact_lock(:class, :worker)"),
                    {"class": LOCK_CLASS, "worker": worker},
                )
        except DBAPIError as error:
            raise DatabaseUnreachableError(
                "The database did not say which workers live."
            ) from error
        return bool(taken)

    def release(self) -> None:
        """See `Liveness.release`."""
        connection, self._connection = self._connection, None
        if connection is None:
            return
        if not connection.invalidated:
            try:
                # Said aloud: that a connection has gone is seen by a server a moment later only.
                connection.execute(sa.text("SELECT pg_advisory_unlock_all()"))
            except DBAPIError:
                connection.invalidate()
        connection.close()


def _answers(connection: sa.Connection) -> bool:
    try:
        connection.execute(sa.text("SELECT 1"))
    except DBAPIError:
        return False
    return True


def liveness_of(database: Database) -> Liveness:
    """The lock that fits the engine."""
    return FileLiveness(database.path) if database.path else SessionLiveness(database)
