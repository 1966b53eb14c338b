"""Letters into a Maildir, where they can be found again.

The file name follows from the Message-ID, so the same letter delivered twice is one file, and `find` knows what has
left even when a mail program has since moved it to `cur/` or filed it in a folder.
"""

from __future__ import annotations

import hashlib
import math
import os
import time
from collections.abc import Iterator
from pathlib import Path

from intake.errors import ConfigError
from intake.model import CheckLine, Delivery, Late, OutboundMessage, Sent, Unavailable


class MaildirSink:
    """One Maildir, made where it is missing."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def send(self, message: OutboundMessage, *, valid_until: float = math.inf) -> Delivery:
        """Write to `tmp/`, fsync, rename to `new/`, fsync: there is no half letter, and none is lost with the power.

        Late if it is not ready to be renamed by `valid_until`.
        """
        try:
            self._make()
            unfinished = self._write(_file_name(message.message_id), message.octets)
            if time.clock_gettime(time.CLOCK_BOOTTIME) >= valid_until:
                unfinished.unlink()
                return Late()
            self._finish(unfinished, message.message_id)
        except OSError as error:
            detail = f"the Maildir could not be written ({type(error).__name__})"
            return Unavailable(detail, answered=False)
        return Sent(message.message_id)

    def find(self, message_id: str) -> bool:
        """Whether the letter is in `new/`, `cur/` or those of a Maildir++ folder; flags in its name do not matter."""
        name = _file_name(message_id)
        return any(entry.partition(":")[0] == name for entry in self._entries())

    def check(self) -> tuple[CheckLine, ...]:
        """Whether letters can be written."""
        try:
            self._make()
            probe = self._path / "tmp" / f"check.{os.getpid()}"
            probe.write_bytes(b"")
            probe.unlink()
        except OSError:
            advice = "make the folder writable for this user, or name another under path"
            return (CheckLine("delivery: Maildir", works=False, advice=advice),)
        return (CheckLine("delivery: Maildir", works=True),)

    def _make(self) -> None:
        if self._path.exists() and not self._path.is_dir():
            raise ConfigError("delivery: path names a file where a Maildir should be")
        for name in ("tmp", "new", "cur"):
            (self._path / name).mkdir(mode=0o700, parents=True, exist_ok=True)

    def _write(self, name: str, octets: bytes) -> Path:
        unfinished = self._path / "tmp" / f"{name}.{os.getpid()}"
        with unfinished.open("wb") as file:
            file.write(octets)
            file.flush()
            os.fsync(file.fileno())
        return unfinished

    def _finish(self, unfinished: Path, message_id: str) -> None:
        """Let the letter be seen, unless it is there already."""
        if self.find(message_id):
            unfinished.unlink()
            return
        unfinished.rename(self._path / "new" / _file_name(message_id))
        _fsync_directory(self._path / "new")

    def _entries(self) -> Iterator[str]:
        for folder in (self._path, *self._path.glob(".[!.]*")):
            for name in ("new", "cur"):
                directory = folder / name
                if directory.is_dir():
                    yield from (entry.name for entry in directory.iterdir())


def _file_name(message_id: str) -> str:
    return hashlib.sha256(message_id.encode("utf-8", "surrogateescape")).hexdigest()


def _fsync_directory(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
