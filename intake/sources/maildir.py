"""Messages from a Maildir: `new/` and `cur/` are read, what is done moves to the Maildir++ folder `.Done`.

A message is named by the unique part of its file name, so that a mail program may set flags or move it from `new/` to
`cur/` meanwhile. Nothing is written but the two folders, and a message moves by rename only.
"""

from __future__ import annotations

import os
import stat
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from intake import telemetry
from intake.errors import IntakeError, PermanentError, TransientError
from intake.model import CheckLine, Locator, RawMessage

_HEADER_OCTETS = 262_144
"""All that is read of an oversized message; header blocks of real mail stay under it."""
_LOOK_SECONDS = 0.2
_MESSAGE_FOLDERS = ("new", "cur")

log = telemetry.logger(__name__)


@dataclass(frozen=True, slots=True)
class _Entry:
    unique: str
    path: Path
    modified_ns: int
    octets: int


class MaildirSource:
    """One Maildir. Made where it is missing, as a mail server would."""

    def __init__(
        self,
        name: str,
        path: Path,
        *,
        done_folder: str = "Done",
        held_folder: str = "Held",
        max_message_octets: int = 52_428_800,
    ) -> None:
        self.name = name
        self._path = path
        self._done = path / f".{done_folder.replace('/', '.')}"
        self._held = path / f".{held_folder.replace('/', '.')}"
        self._max_message_octets = max_message_octets
        self._seen: frozenset[str] = frozenset()
        self._entries: dict[str, _Entry] = {}
        """What the last fetch found, as it was when it was read."""
        self._unreadable: dict[str, int | None] = {}
        """When the status of each file that could not be read last changed: a person may have mended it since."""

    def fetch(self, known: frozenset[str]) -> Iterator[RawMessage]:
        """The waiting messages, oldest file first; one over the limit comes as its header block only.

        A file that cannot be read does not keep the others from coming. It is told once, and stays. One that changes while
        it is read is left for the next fetch: not everybody who puts a file there writes it elsewhere first (maildir(5)).
        """
        self._seen = frozenset()  # until all have come: what is left must not be waited for
        entries = self._found()
        self._entries = {
            entry.unique: self._entries.get(entry.unique, entry) if entry.unique in known else entry
            for entry in entries
        }
        unreadable: dict[str, int | None] = {}
        unfinished: set[str] = set()
        for entry in entries:
            if entry.unique in known:
                continue
            try:
                message = self._read(entry)
                if _entry(entry.unique, entry.path) != entry:
                    unfinished.add(entry.unique)
                    continue
            except FileNotFoundError:
                continue  # renamed or taken meanwhile: the next fetch sees it, if it is still here
            except OSError:
                unreadable[entry.unique] = _changed_ns(entry.path)
                continue
            yield message
            del message  # while the next one is read, which may be large too
        self._seen = frozenset(self._entries) - unfinished
        if unreadable.keys() - self._unreadable.keys():
            log.error(telemetry.FILES_UNREADABLE, source=self.name, count=len(unreadable))
        self._unreadable = unreadable

    def acknowledge(self, locators: Sequence[Locator], *, held: bool) -> None:
        """Move messages to `.Done` or `.Held`, name and flags as they are. One that is gone is no error.

        One whose file has changed since it was read stays, to be fetched again: half of it had been there.
        """
        folder = self._held if held else self._done
        try:
            _make_maildir(folder, is_folder=True)
            touched = [
                self._move(locator.name, folder)
                for locator in locators
                if locator.source == self.name
            ]
            for directory in {moved for moved in touched if moved is not None}:
                _fsync_directory(directory)
        except OSError as error:
            raise TransientError(
                f"{self.name}: a message could not be moved ({type(error).__name__})"
            ) from None

    def wait(self, timeout_seconds: float) -> bool:
        """Look for names that the last fetch did not see, several times a second."""
        deadline = time.monotonic() + timeout_seconds
        while True:
            if any(self._is_news(unique, path) for unique, path in self._names()):
                return True
            remaining = deadline - time.monotonic()
            if remaining <= 0:
                return False
            time.sleep(min(_LOOK_SECONDS, remaining))

    def check(self) -> tuple[CheckLine, ...]:
        """Whether the Maildir and its two folders can be written."""
        try:
            for folder in (self._done, self._held):
                _make_maildir(folder, is_folder=True)
            entries = self._found()
        except (OSError, IntakeError):
            advice = "make the folder writable for this user, or name another under path"
            return (CheckLine(f"{self.name}: Maildir", works=False, advice=advice),)
        unreadable = sum(not os.access(entry.path, os.R_OK) for entry in entries)
        advice = f"{unreadable} files in it cannot be read: give them to this user"
        return (
            CheckLine(
                f"{self.name}: Maildir", works=not unreadable, advice=advice if unreadable else ""
            ),
        )

    def _is_news(self, unique: str, path: Path) -> bool:
        if unique in self._unreadable:
            return _changed_ns(path) != self._unreadable[unique]
        return unique not in self._seen

    def _names(self) -> Iterator[tuple[str, Path]]:
        for folder in _MESSAGE_FOLDERS:
            directory = self._path / folder
            try:
                names = os.listdir(directory)  # noqa: PTH208  # leaves nothing open when a signal ends it
            except FileNotFoundError:
                _make_maildir(self._path)
                continue
            except OSError as error:
                raise PermanentError(
                    f"{self.name}: the Maildir cannot be read ({type(error).__name__})"
                ) from None
            for name in names:
                if not name.startswith("."):
                    yield name.partition(":")[0], directory / name

    def _found(self) -> list[_Entry]:
        entries: list[_Entry] = []
        for unique, path in self._names():
            try:
                entry = _entry(unique, path)
            except FileNotFoundError:
                continue
            except OSError:
                entry = _Entry(unique, path, 0, 0)  # reading it will say so
            if entry is not None:
                entries.append(entry)
        return sorted(entries, key=lambda entry: (entry.modified_ns, entry.unique))

    def _read(self, entry: _Entry) -> RawMessage:
        oversize = entry.octets if entry.octets > self._max_message_octets else None
        octets = entry.path.read_bytes() if oversize is None else _header_block(entry.path)
        received_at = datetime.fromtimestamp(entry.modified_ns / 1e9, UTC)
        locator = Locator(self.name, entry.unique)
        return RawMessage(octets, locator, received_at, oversize_octets=oversize)

    def _move(self, unique: str, folder: Path) -> Path | None:
        """The directory that the message came to, None where it is gone or stays."""
        entry = self._entries.pop(unique, None)
        path = entry.path if entry is not None and entry.path.exists() else None
        path = path or dict(self._names()).get(unique)
        if path is None:
            return None
        if entry is not None and _entry(unique, path) != replace(entry, path=path):
            self._seen -= {unique}
            return None
        directory = folder / path.parent.name
        target = directory / path.name
        if target.exists():  # another message of the same name was done before: keep both
            target = directory / f"{time.time_ns()}.{path.name}"
        path.rename(target)
        return directory


def _entry(unique: str, path: Path) -> _Entry | None:
    """None where it is no file."""
    status = path.stat()
    is_file = stat.S_ISREG(status.st_mode)
    return _Entry(unique, path, status.st_mtime_ns, status.st_size) if is_file else None


def _changed_ns(path: Path) -> int | None:
    """When its content, owner or rights last changed; None where that cannot be told."""
    try:
        return path.stat().st_ctime_ns
    except OSError:
        return None


def _header_block(path: Path) -> bytes:
    """The octets up to and with the empty line, cut at 256 KB."""
    with path.open("rb") as file:
        head = file.read(_HEADER_OCTETS)
    ends = [head.find(mark) + len(mark) for mark in (b"\r\n\r\n", b"\n\n") if mark in head]
    return head[: min(ends)] if ends else head


def _make_maildir(path: Path, *, is_folder: bool = False) -> None:
    """Create what is missing of a Maildir, or of a Maildir++ folder, which an empty file marks as such."""
    for name in ("tmp", "new", "cur"):
        (path / name).mkdir(mode=0o700, parents=True, exist_ok=True)
    if is_folder:
        (path / "maildirfolder").touch(mode=0o600)


def _fsync_directory(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
