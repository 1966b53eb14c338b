"""A copy of an SQLite ledger while workers go on: one moment's view, proven before it gets its name.

The copy is made beside its name and renamed when it is whole; it carries the mark of a copy (`storage.restoring`). What
PostgreSQL offers for the same is said in a sentence.
"""

from __future__ import annotations

import os
import shlex
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import sqlalchemy as sa

from intake.errors import ConfigError, PermanentError, TransientError
from storage.chains import Chains, Verdict, verify
from storage.database import BUSY_SECONDS, Database
from storage.restoring import mark_as_copy

PAGES_AT_ONCE = 256
Told = Callable[[int, int], None]
"""Hears how many pages of how many are copied."""
_BESIDE = ("", "-wal", "-shm", ".migrate-lock")


def back_up(database: Database, target: Path, *, replace: bool, told: Told) -> Verdict:
    """Copy the ledger into a file that only its owner may read; what its audit's chains say. Workers need not stop.

    The file is there whole, or not at all. ConfigError where it may not be written: it is there already (without
    `replace`), it is the ledger itself, its folder is missing, or the engine is PostgreSQL. PermanentError where the
    disk refuses, or the copy is not sound; TransientError where the ledger is locked for too long.
    """
    if database.path is None:
        raise ConfigError(_postgres_sentence(database.url, target))
    if database.revision() is None:
        raise PermanentError("There is no ledger yet that could be copied: check database.url.")
    _require_free(database.path, target, replace=replace)
    database.require_current()
    with _unfinished(target) as copy:
        _copy(database.path, copy, told)
        _require_sound(copy)
        with closing(Database(_url_of(copy))) as copied:
            mark_as_copy(copied)
            verdict = verify(Chains(copied).lines())
        _keep(copy, target, replace=replace)
    return verdict


def _url_of(copy: Path) -> str:
    return sa.URL.create("sqlite", database=str(copy)).render_as_string()


def _require_free(ledger: Path, target: Path, *, replace: bool) -> None:
    if not target.parent.is_dir():
        raise ConfigError(f"There is no folder {target.parent}: make it, or name another file.")
    if target.is_dir():
        raise ConfigError(f"{target} is a folder: name a file in it.")
    parts = [Path(f"{ledger}{suffix}").resolve() for suffix in _BESIDE]
    if target.resolve() in parts or (target.exists() and target.samefile(ledger)):
        raise ConfigError(f"{target} is the ledger itself: name another file.")
    if target.exists() and not replace:
        raise ConfigError(f"{target} is there already: name another file, or add --force.")


@contextmanager
def _unfinished(target: Path) -> Iterator[Path]:
    """A file beside the target, for its owner only (0600); gone at the end, with what SQLite put beside it."""
    try:
        descriptor, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    except OSError as error:
        raise _refused(error) from error
    os.close(descriptor)
    try:
        yield Path(name)
    finally:
        for suffix in _BESIDE:
            with suppress(FileNotFoundError):
                os.unlink(f"{name}{suffix}")  # noqa: PTH108  # a name, not yet a path


def _copy(ledger: Path, copy: Path, told: Told) -> None:
    """Copy page by page. The read transaction keeps one moment's view; without it each write would start it anew."""
    try:
        with (
            closing(sqlite3.connect(ledger, timeout=BUSY_SECONDS, isolation_level=None)) as source,
            closing(sqlite3.connect(copy)) as sink,
        ):
            source.execute("BEGIN")
            source.execute("SELECT count(*) FROM sqlite_master").fetchone()
            source.backup(
                sink,
                pages=PAGES_AT_ONCE,
                progress=lambda _, remaining, total: told(total - remaining, total),
                sleep=0,
            )
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}:
            raise TransientError("The ledger is locked: run the command again.") from error
        raise PermanentError(_UNCOPIED.format(error.sqlite_errorname)) from error
    except sqlite3.DatabaseError as error:
        raise PermanentError(_UNCOPIED.format(type(error).__name__)) from error


_UNCOPIED = (
    "The ledger could not be copied ({}): check the disk, and that there is room for the file."
)


def _require_sound(copy: Path) -> None:
    try:
        with closing(sqlite3.connect(copy)) as connection:
            found = connection.execute("PRAGMA integrity_check").fetchone()
    except sqlite3.DatabaseError as error:
        raise PermanentError(_UNSOUND) from error
    if found != ("ok",):
        raise PermanentError(_UNSOUND)


_UNSOUND = (
    "The copy is not sound, so it was not kept: the ledger itself may be damaged. Keep your last good backup,"
    " and see “Backups” in the README."
)


def _keep(copy: Path, target: Path, *, replace: bool) -> None:
    """Give the copy its name, on the disk for good."""
    try:
        _sync(copy)
        if target.exists() and not replace:
            raise ConfigError(f"{target} was made meanwhile: name another file, or add --force.")
        copy.replace(target)
        _sync(target.parent)
    except OSError as error:
        raise _refused(error) from error


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _refused(error: OSError) -> PermanentError:
    return PermanentError(f"The backup cannot be written there: {error.strerror}.")


def _postgres_sentence(url: sa.URL, target: Path) -> str:
    """How PostgreSQL makes a copy; the password is left to be asked for."""
    bare = sa.URL.create(
        "postgresql", url.username, None, url.host, url.port, url.database, url.query
    ).difference_update_query(["password"])
    command = ("pg_dump", "--format=custom", f"--file={target}", bare.render_as_string())
    return (
        f"A ledger on PostgreSQL is copied by PostgreSQL itself. Run: {shlex.join(command)}\n"
        "It asks for the password, or takes it from PGPASSWORD."
    )
