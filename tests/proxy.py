"""A TCP proxy on loopback that does to a connection what networks do: delay, drip, cut, refuse, swallow.

It stands before any real server. It forwards faithfully until a test tells it otherwise, and again once it is mended;
all of it lives in one thread, which ends with the context and leaves no socket behind.
"""

from __future__ import annotations

import asyncio
import socket
import struct
import threading
from asyncio import StreamReader, StreamWriter
from collections.abc import Coroutine, Iterator
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import TypeVar

LOOPBACK = "127.0.0.1"
_PATIENCE_SECONDS = 15
_READ_OCTETS = 65_536
_TICKS_A_SECOND = 20
"""How often a dripping connection gives its share."""
_RESET_ON_CLOSE = struct.pack("ii", 1, 0)  # SO_LINGER of no time: closing sends RST, not FIN

_Result = TypeVar("_Result")


class Towards(Enum):
    """A direction of octets."""

    SERVER = auto()
    CLIENT = auto()


@dataclass(slots=True)
class _Cut:
    """The next place at which every connection ends: after some octets, or at a word."""

    towards: Towards
    octets_left: int | None
    word: bytes
    passing: bool
    stays_down: bool
    reset: bool

    def split(self, octets: bytes, before: bytes) -> bytes | None:
        """What of these octets still passes, None where all do and nothing is cut; `before` passed just now."""
        if self.octets_left is not None:
            self.octets_left -= len(octets)
            return None if self.octets_left > 0 else octets[: len(octets) + self.octets_left]
        tail = before[-(len(self.word) - 1) :] if len(self.word) > 1 else b""
        at = (tail + octets).find(self.word)
        if at < 0:
            return None
        end = at - len(tail) + (len(self.word) if self.passing else 0)
        return octets if self.passing else octets[: max(0, end)]


@dataclass(slots=True)
class _Faults:
    delay_seconds: float = 0.0
    drip_octets_a_second: int | None = None
    cut: _Cut | None = None


@dataclass(slots=True)
class Proxy:
    """A running proxy. Every method may be called from any thread, and is done when it returns."""

    port: int = 0
    connections: int = 0
    """How many were accepted so far."""
    passed: dict[Towards, int] = field(default_factory=lambda: dict.fromkeys(Towards, 0))
    """Octets forwarded so far."""
    cuts: int = 0
    """How many times a cut that was ordered for later has happened."""
    _target: int = 0
    _ending: bool = False
    """A cut is happening: what is answered meanwhile goes nowhere."""
    _faults: _Faults = field(default_factory=_Faults, repr=False)
    _open: set[StreamWriter] = field(default_factory=set, repr=False)
    _server: asyncio.Server | None = field(default=None, repr=False)
    _loop: asyncio.AbstractEventLoop | None = field(default=None, repr=False)
    _flowing: asyncio.Event = field(default_factory=asyncio.Event, repr=False)

    # ------------------------------------------------------------ what a test orders

    def delay(self, seconds: float) -> None:
        """Keep everything back for so long."""
        self._faults.delay_seconds = seconds

    def drip(self, octets_a_second: int) -> None:
        """Forward no more than that towards the client, steadily."""
        self._faults.drip_octets_a_second = octets_a_second

    def swallow(self) -> None:
        """Take connections and octets, and forward nothing: a black hole. What was kept back flows when it is mended."""
        self._do(self._swallow())

    def refuse(self, *, reset: bool = True) -> None:
        """Close the port and end every connection: nobody is there."""
        self._do(self._refuse(reset=reset))

    def cut(self, *, reset: bool = True) -> None:
        """End every connection now: with RST, or with FIN. New ones are taken."""
        self._do(self._end_all(reset=reset))

    def cut_after(
        self, octets: int, towards: Towards, *, stays_down: bool = False, reset: bool = True
    ) -> None:
        """End every connection once so many further octets have passed; once. `stays_down` closes the port then."""
        self._faults.cut = _Cut(towards, octets, b"", True, stays_down, reset)

    def cut_at(
        self,
        word: bytes,
        towards: Towards,
        *,
        passing: bool,
        stays_down: bool = False,
        reset: bool = True,
    ) -> None:
        """End every connection when a word comes by; once. `passing`: what came with it is still delivered, not answered."""
        self._faults.cut = _Cut(towards, None, word, passing, stays_down, reset)

    def point_at(self, port: int) -> None:
        """Forward to another server from now on, and end what is open."""
        self._target = port
        self.cut()

    def mend(self) -> None:
        """Forward faithfully again, on the same port."""
        self._do(self._mend())

    # ------------------------------------------------------------ in its own thread

    def _do(self, work: Coroutine[None, None, _Result]) -> _Result:
        assert self._loop is not None
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(_PATIENCE_SECONDS)

    async def _listen(self) -> None:
        if self._server is None:
            self._server = await asyncio.start_server(self._serve, LOOPBACK, self.port)
            self.port = int(self._server.sockets[0].getsockname()[1])

    async def _close_port(self) -> None:
        server, self._server = self._server, None
        if server is not None:
            server.close()
            await asyncio.sleep(0)

    async def _swallow(self) -> None:
        self._flowing.clear()

    async def _refuse(self, *, reset: bool) -> None:
        await self._close_port()
        await self._end_all(reset=reset)

    async def _end_all(self, *, reset: bool) -> None:
        for writer in tuple(self._open):
            _end(writer, reset=reset)
        self._open.clear()
        await asyncio.sleep(0)

    async def _mend(self) -> None:
        self._faults = _Faults()
        self._flowing.set()
        await self._listen()

    async def _serve(self, reader: StreamReader, writer: StreamWriter) -> None:
        """One connection; asyncio reports one that was cancelled, which is how the last ones end."""
        with suppress(asyncio.CancelledError):
            await self._forward(reader, writer)

    async def _forward(self, reader: StreamReader, writer: StreamWriter) -> None:
        """All that either side says, until one of them ends it."""
        self.connections += 1
        ends = [writer]
        self._open.add(writer)
        try:
            await self._flowing.wait()
            up_reader, up_writer = await asyncio.open_connection(LOOPBACK, self._target)
            ends.append(up_writer)
            self._open.add(up_writer)
            async with asyncio.TaskGroup() as pumps:
                pumps.create_task(self._pump(reader, up_writer, Towards.SERVER))
                pumps.create_task(self._pump(up_reader, writer, Towards.CLIENT))
        except* OSError:  # the server is not there, or either side went away
            for end in ends:
                _end(end, reset=True)
        finally:
            for end in ends:
                self._open.discard(end)
                end.close()

    async def _pump(self, reader: StreamReader, writer: StreamWriter, towards: Towards) -> None:
        before = b""
        while octets := await reader.read(self._share(towards)):
            await self._flowing.wait()
            await asyncio.sleep(self._faults.delay_seconds)
            cut = self._faults.cut
            part = cut.split(octets, before) if cut and cut.towards is towards else None
            if self._ending:
                return
            self._ending = part is not None
            before = octets[-64:]
            writer.write(octets if part is None else part)
            self.passed[towards] += len(octets if part is None else part)
            await writer.drain()
            if cut is not None and part is not None:
                await self._happen(cut)
                return
            if self._drips(towards):
                await asyncio.sleep(1 / _TICKS_A_SECOND)
        if writer.can_write_eof() and not writer.is_closing():
            with suppress(OSError):
                writer.write_eof()

    async def _happen(self, cut: _Cut) -> None:
        self._faults.cut = None
        await asyncio.sleep(0.01)  # so that what passed has left
        if cut.stays_down:
            await self._close_port()
        await self._end_all(reset=cut.reset)
        self._ending = False
        self.cuts += 1

    def _drips(self, towards: Towards) -> bool:
        return towards is Towards.CLIENT and self._faults.drip_octets_a_second is not None

    def _share(self, towards: Towards) -> int:
        octets = self._faults.drip_octets_a_second
        return (
            max(1, octets // _TICKS_A_SECOND) if octets and self._drips(towards) else _READ_OCTETS
        )


def _end(writer: StreamWriter, *, reset: bool) -> None:
    connection = writer.get_extra_info("socket")
    if reset and connection is not None and connection.fileno() >= 0:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
        writer.transport.abort()
    else:
        writer.close()


@contextmanager
def proxy(target_port: int) -> Iterator[Proxy]:
    """A proxy on a free port of its own, before a server on loopback that need not run yet."""
    made: Future[Proxy] = Future()
    stop: Future[asyncio.Event] = Future()
    thread = threading.Thread(target=lambda: asyncio.run(_live(target_port, made, stop)))
    thread.start()
    running = made.result(_PATIENCE_SECONDS)
    try:
        yield running
    finally:
        assert running._loop is not None
        running._loop.call_soon_threadsafe(stop.result().set)
        thread.join(_PATIENCE_SECONDS)


async def _live(target_port: int, made: Future[Proxy], stop: Future[asyncio.Event]) -> None:
    stopped = asyncio.Event()
    stop.set_result(stopped)
    running = Proxy(_target=target_port, _loop=asyncio.get_running_loop())
    running._flowing.set()
    await running._listen()
    made.set_result(running)
    await stopped.wait()
    await running._close_port()
    await running._end_all(reset=True)
