"""Messages from files that somebody names: `.eml`, mbox, Maildir folders, and folders that hold them.

Nothing is moved, written or marked; the octets are those of the file. A message is named by its path, one in an mbox
by path and number.
"""

from __future__ import annotations

import mmap
import os
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from intake.errors import ConfigError, PermanentError
from intake.model import Locator, RawMessage

_MESSAGE_SUFFIXES = frozenset({".eml", ".mbox"})
_HEADER_OCTETS = 262_144
# An envelope line of an mbox (RFC 4155) comes first or after an empty line and ends with a time and a year. Writers
# put ">" before such a line of a body; that ">" stays, since not all of them take it away again.
_ENVELOPE_LINE = re.compile(rb"(?:\A|(?<=\n\n)|(?<=\n\r\n))From [^\n]*\d:\d\d[^\n]*\d{4}[^\n]*\n")


@dataclass(frozen=True, slots=True)
class _Place:
    """Where one message lies: a whole file, or `octets` of it from `start`."""

    name: str = field(repr=False)
    path: Path = field(repr=False)
    start: int
    octets: int


class FileSource:
    """The messages in files, in sorted order. A file that is named is taken whatever it is called; a folder is walked."""

    def __init__(
        self, paths: Sequence[Path], *, name: str = "files", max_message_octets: int = 52_428_800
    ) -> None:
        self.name = name
        self._paths = tuple(paths)
        self._max_message_octets = max_message_octets

    def fetch(self, known: frozenset[str]) -> Iterator[RawMessage]:
        """The messages; one over the limit comes as its header block only. ConfigError where a path does not exist."""
        for place in self._places():
            if place.name not in known:
                yield self._read(place)

    def acknowledge(self, locators: Sequence[Locator], *, held: bool) -> None:
        """Nothing to do: the files are the operator's."""

    def wait(self, timeout_seconds: float) -> bool:  # noqa: ARG002  # the port's signature
        """Never: all that is there comes with the first fetch."""
        return False

    def count(self) -> int:
        """How many messages `fetch` would give, for a progress bar. An mbox is read through for that."""
        return sum(1 for _ in self._places())

    def _places(self) -> Iterator[_Place]:
        for path in message_files(self._paths):
            try:
                yield from _places_in(path)
            except OSError as error:
                raise PermanentError(
                    f"{self.name}: a file cannot be read ({type(error).__name__})"
                ) from None

    def _read(self, place: _Place) -> RawMessage:
        oversize = place.octets if place.octets > self._max_message_octets else None
        try:
            with place.path.open("rb") as file:
                file.seek(place.start)
                octets = file.read(place.octets if oversize is None else _HEADER_OCTETS)
                modified = os.fstat(file.fileno()).st_mtime
        except OSError as error:
            raise PermanentError(
                f"{self.name}: a file cannot be read ({type(error).__name__})"
            ) from None
        return RawMessage(
            octets if oversize is None else _header_block(octets),
            Locator(self.name, place.name),
            datetime.fromtimestamp(modified, UTC),
            oversize_octets=oversize,
        )


def message_files(paths: Iterable[Path]) -> Iterator[Path]:
    """The files that hold messages, sorted within each path. A file that is named is one of them whatever it is called."""
    for path in paths:
        if path.is_dir():
            yield from sorted(_walk(path))
        elif path.exists():
            yield path
        else:
            raise ConfigError(f"{path}: there is no such file or folder")


def _walk(folder: Path) -> Iterator[Path]:
    for directory, _, names in os.walk(folder):
        here = Path(directory)
        is_maildir = here.name in {"new", "cur"} and (here.parent / "cur").is_dir()
        for name in names:
            if (is_maildir and not name.startswith(".")) or _is_message_name(name):
                yield here / name


def _is_message_name(name: str) -> bool:
    return Path(name).suffix.lower() in _MESSAGE_SUFFIXES


def _places_in(path: Path) -> Iterator[_Place]:
    """One place, or one for each message of an mbox; a lone message keeps its envelope line, if it has one."""
    with path.open("rb") as file:
        size = os.fstat(file.fileno()).st_size
        if file.read(5) == b"From ":
            with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as octets:
                places = list(_messages_of_mbox(path, octets))
            if len(places) > 1:
                yield from places
                return
    yield _Place(str(path), path, 0, size)


def _messages_of_mbox(path: Path, octets: mmap.mmap) -> Iterator[_Place]:
    """What lies between the envelope lines, without the empty line that ends each message."""
    found = list(_ENVELOPE_LINE.finditer(octets))
    ends = [*(line.start() for line in found[1:]), len(octets)]
    for number, (line, end) in enumerate(zip(found, ends, strict=False), start=1):
        start = line.end()
        tail = octets[max(start, end - 4) : end]
        empty_line = 2 if tail == b"\r\n\r\n" else 1 if tail.endswith(b"\n\n") else 0
        yield _Place(f"{path}#{number}", path, start, end - empty_line - start)


def _header_block(head: bytes) -> bytes:
    """The octets up to and with the empty line."""
    ends = [head.find(mark) + len(mark) for mark in (b"\r\n\r\n", b"\n\n") if mark in head]
    return head[: min(ends)] if ends else head
