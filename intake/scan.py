"""Asks a clamd whether octets may be opened, over its INSTREAM command (clamd(8)), on a TCP or a Unix socket.

Only its own plain "OK" lets octets pass. What else can happen is a reason not to open them, or an error by which their
message waits: a scanner that is away, slow or speaks nonsense has said nothing. Knows nothing of mail.
"""

from __future__ import annotations

import re
import socket
import time
from collections.abc import Iterable, Iterator
from contextlib import closing
from itertools import chain

from intake.errors import TransientError
from intake.model import Fate

PATIENCE_SECONDS = 150.0
"""For one scan; clamd itself gives up after two minutes, unless told otherwise (MaxScanTime)."""
_CONNECT_SECONDS = 5.0
_CHUNK_OCTETS = 2**18
_ANSWER_OCTETS = 4096
_TRIES = 2
_PASSED = b"stream: OK"
_OVER_ITS_LIMIT = b"INSTREAM size limit exceeded. ERROR"
_FOUND = re.compile(rb"stream: (\S[^\0]*) FOUND")
_NOT_SCANNED = b"Heuristics.Limits.Exceeded"
"""What clamd finds, where AlertExceedsMax is on, in octets that it has not scanned to their end."""


class ScannerUnreachableError(TransientError):
    """The virus scanner is away, slow, or gives no answer that is one."""


class Scanner:
    """A clamd at `host:port` or `unix:/path`, asked over a connection for each scan. Safe to share between threads."""

    def __init__(self, address: str, *, patience_seconds: float = PATIENCE_SECONDS) -> None:
        self._address = address
        self._patience_seconds = patience_seconds

    def scan(self, octets: bytes) -> Fate | None:
        """Why octets may not be opened: INFECTED, or TOO_LARGE for the scanner; None where they may.

        Raises ScannerUnreachableError where it does not say.
        """
        for _ in range(_TRIES):
            answer = self._ask(b"zINSTREAM\0", _chunks(octets))
            if answer is not None:
                return _refusal(answer)
            self.version()  # raises where it has died
        # One that lives and hangs up again before it has heard all has a limit, and its word for that was lost.
        return Fate.TOO_LARGE

    def version(self) -> str:
        """Its name and version, in its own words. Raises ScannerUnreachableError where it does not tell them."""
        answer = self._ask(b"zVERSION\0") or b""
        if not answer.startswith(b"ClamAV "):
            raise _nonsense()
        return answer.decode("ascii", "replace")

    def _ask(self, command: bytes, chunks: Iterable[bytes] = ()) -> bytes | None:
        """The answer to a command, without its end; None where the scanner hung up before it had heard all."""
        until = time.monotonic() + self._patience_seconds
        try:
            with closing(self._connected()) as connection:
                heard_all = _sent(connection, command, chunks, until=until)
                return _answer(connection, until=until, heard_all=heard_all)
        except TimeoutError as error:
            raise ScannerUnreachableError("The virus scanner does not answer in time.") from error
        except OSError as error:
            raise ScannerUnreachableError("The virus scanner cannot be reached.") from error

    def _connected(self) -> socket.socket:
        seconds = min(_CONNECT_SECONDS, self._patience_seconds)
        scheme, _, path = self._address.partition(":")
        if scheme != "unix":
            host, _, port = self._address.rpartition(":")
            return socket.create_connection((host.strip("[]"), int(port)), timeout=seconds)
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            connection.settimeout(seconds)
            connection.connect(path)
        except OSError:
            connection.close()
            raise
        return connection


def _chunks(octets: bytes) -> Iterator[bytes]:
    """Octets as INSTREAM wants them: each piece behind its length, and an empty one at the end."""
    view = memoryview(octets)
    for start in range(0, len(view), _CHUNK_OCTETS):
        piece = view[start : start + _CHUNK_OCTETS]
        yield len(piece).to_bytes(4, "big") + piece
    yield bytes(4)


def _sent(
    connection: socket.socket, command: bytes, chunks: Iterable[bytes], *, until: float
) -> bool:
    """Whether all was taken: who has heard enough may have said why, and hung up."""
    try:
        for piece in chain((command,), chunks):
            connection.settimeout(_left(until))
            connection.sendall(piece)
    except ConnectionError:
        return False
    return True


def _answer(connection: socket.socket, *, until: float, heard_all: bool) -> bytes | None:
    said = b""
    try:
        while b"\0" not in said and len(said) < _ANSWER_OCTETS:
            connection.settimeout(_left(until))
            piece = connection.recv(_ANSWER_OCTETS)
            if not piece:
                break
            said += piece
    except ConnectionError:
        heard_all = False
    answer, end, _ = said.partition(b"\0")
    if end:
        return answer
    if not heard_all:
        return None
    raise _nonsense()


def _left(until: float) -> float:
    left = until - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


def _refusal(answer: bytes) -> Fate | None:
    """What the scanner said, in our words."""
    if answer == _PASSED:
        return None
    if answer == _OVER_ITS_LIMIT:
        return Fate.TOO_LARGE
    found = _FOUND.fullmatch(answer)
    if found is None:
        raise _nonsense()
    return Fate.TOO_LARGE if found[1].startswith(_NOT_SCANNED) else Fate.INFECTED


def _nonsense() -> ScannerUnreachableError:
    return ScannerUnreachableError("The virus scanner gives no answer that is one.")
