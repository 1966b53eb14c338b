"""Runs code on hostile octets in a child process that can be neither outlived nor out-eaten.

A fork server, a fresh Python without threads and without our secrets, imports the parsers once and forks one
short-lived child a job; the first is born before all of them are there. Parent and child speak in frames of plain octets,
so that a child which has been taken over can say wrong things but run nothing in the parent. Knows no format and no mail.
Linux only; one thread a Guard.
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
import importlib
import json
import os
import resource
import select
import signal
import socket
import struct
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from io import BytesIO
from types import ModuleType, TracebackType
from typing import NoReturn, Self

from intake.errors import PermanentError, TransientError
from intake.memory import LARGE_OCTETS, give_back_now

_PREFIX = struct.Struct(">QQ")  # octets in the header, octets beside it
_REQUEST = struct.Struct(">cq")
_FORK, _END = b"F", b"E"
_ANSWER = struct.Struct(">qqq")
_BUFFER_OCTETS = 2**20
_ANSWER_OCTETS = 1024
_REQUEST_OCTETS = 1024
_START_SECONDS = 60.0
_ANSWER_SECONDS = 15.0
_PATIENCE_SECONDS = 0.3
"""How long the fork server leaves the machine to its first child before it prepares for others."""
_OUT_OF_MEMORY = 77
"""The exit status of a child that ran into its limit of memory."""
_PR_SET_PDEATHSIG = 1
_PR_SET_NO_NEW_PRIVS = 38
_KEPT_ENVIRONMENT = ("LANG", "LC_ALL", "LC_CTYPE", "LD_LIBRARY_PATH", "PATH", "TMPDIR", "TZ")
_OWN_ENVIRONMENT = {
    # Numeric libraries start a thread a core when imported, and a process with threads must not fork.
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    # Else every installed distribution is looked through for plugins, at each start.
    "PYDANTIC_DISABLE_PLUGINS": "1",
    # Else large pieces of memory go back to the system whenever they are free, and come again page by page (mallopt(3)).
    "MALLOC_MMAP_THRESHOLD_": str(2**23),
    "MALLOC_TRIM_THRESHOLD_": str(2**28),
}
_PROGRAM = """\
import json, sys
control, handler, preload, sys.path[:] = json.loads(sys.argv[1])
from intake.guard import run_fork_server
run_fork_server(control, handler, preload=preload)
"""


class Death(StrEnum):
    """Why a child gave no answer."""

    TIME = "time"
    MEMORY = "memory"
    CRASH = "crash"


class ChildDied(Exception):  # noqa: N818  # says what happened to the child; here it is no error
    """The child gave no answer; `death` says why. Leaving the block removes what is left of it."""

    def __init__(self, death: Death) -> None:
        super().__init__(f"the guarded child ended: {death.value}")
        self.death = death


@dataclass(frozen=True, slots=True)
class GuardLimits:
    """What one child may take.

    `memory_octets` is address space beyond that of the fork server. `cpu_seconds` is for the whole child, `seconds` the
    parent's patience with each single frame. A child writes no file larger than `file_octets`, and says nothing longer
    than `frame_octets`.
    """

    memory_octets: int
    cpu_seconds: int
    seconds: float = 30.0
    file_octets: int = 0
    frame_octets: int = 2**30


@dataclass(frozen=True, slots=True)
class Work:
    """What children are for. Both name a function, as "package.module:function".

    `handler` is called with a Channel in each child. `preload` is called in the fork server, and yields after each of its
    steps: the first, which imports what every child needs, is done before the first child is born, and the others, which
    are to be short, beside the children. A child that is born before all are done does for itself what it needs of them.
    """

    handler: str
    preload: str | None = None


@dataclass(frozen=True, slots=True)
class Frame:
    """What one side says at once: a header, which both agree how to read, and octets that go with it."""

    header: bytes = field(repr=False)
    octets: bytes = field(default=b"", repr=False)


class Channel:
    """One end of the line between parent and child."""

    def __init__(
        self,
        line: socket.socket,
        *,
        seconds: float | None,
        frame_octets: int,
        lost: Callable[[Death], Exception],
        document: bytes = b"",
    ) -> None:
        self._line = line
        self._seconds = seconds
        self._frame_octets = frame_octets
        self._lost = lost
        self.octets = document
        """In the child: the octets that `Guard.child` was given; empty in the parent."""
        line.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _BUFFER_OCTETS)

    def send(self, header: bytes, octets: bytes = b"") -> None:
        """Say one frame. In the parent ChildDied is raised where the child does not take it in time."""
        deadline = _deadline(self._seconds)
        prefix = _PREFIX.pack(len(header), len(octets))
        views = [memoryview(part) for part in (prefix, header, octets) if part]
        try:
            while views:
                self._line.settimeout(_left(deadline))
                views = _unsent(views, self._line.sendmsg(views))
        except TimeoutError as error:
            raise self._lost(Death.TIME) from error
        except OSError as error:
            raise self._lost(Death.CRASH) from error

    def receive(self, timeout_seconds: float | None = None) -> Frame:
        """The next frame. In the parent ChildDied is raised where none comes in time, or nothing that is one."""
        deadline = _deadline(self._seconds if timeout_seconds is None else timeout_seconds)
        try:
            header_size, size = _PREFIX.unpack(self._exactly(_PREFIX.size, deadline))
            if header_size + size > self._frame_octets:
                raise self._lost(Death.CRASH)
            header = self._exactly(header_size, deadline)
            return Frame(header, self._exactly(size, deadline))
        except TimeoutError as error:
            raise self._lost(Death.TIME) from error
        except (OSError, EOFError) as error:
            raise self._lost(Death.CRASH) from error

    def forget_octets(self) -> None:
        """In a child that has taken out of its octets what it needs: give their memory back."""
        large = len(self.octets) > LARGE_OCTETS
        self.octets = b""
        if large:
            give_back_now()

    def _exactly(self, size: int, deadline: float | None) -> bytes:
        with BytesIO(bytes(size)) as file:  # hands out its octets without copying them
            with file.getbuffer() as buffer:
                place = 0
                while place < size:
                    self._line.settimeout(_left(deadline))
                    count = self._line.recv_into(buffer[place:])
                    if count == 0:
                        raise EOFError
                    place += count
            return file.getvalue()


class Guard:
    """Starts guarded children, of the `server` that it is given and then owns, or else of one of its own.

    The fork server starts with the first child, or with `start`, and is started anew where it has died.
    """

    def __init__(
        self, work: Work, *, limits: GuardLimits, server: ForkServer | None = None
    ) -> None:
        self._work = work
        self._limits = limits
        self._server = server

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def start(self) -> None:
        """Begin to start the fork server, without waiting for it."""
        if self._server is None:
            self._server = ForkServer(self._work)

    @contextlib.contextmanager
    def child(self, octets: bytes = b"") -> Iterator[Channel]:
        """A child, for as long as the block lasts; `octets` lie in its Channel's `octets`.

        Raises TransientError where no child can be started, PermanentError where the handler cannot be imported.
        """
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
        with ours:
            with theirs, _lent(octets) as document:
                job = self._fork(theirs, document)
            try:
                yield Channel(
                    ours,
                    seconds=self._limits.seconds,
                    frame_octets=self._limits.frame_octets,
                    lost=job.explain,
                )
            finally:
                job.end()

    def close(self) -> None:
        """End the fork server and its children. The next use starts another."""
        if self._server is not None:
            self._server.close()
            self._server = None

    def _fork(self, line: socket.socket, document: int) -> _Job:
        for _ in range(2):
            self.start()
            assert self._server is not None  # noqa: S101  # `start` has just set it
            try:
                return self._server.fork(line.fileno(), document, self._limits)
            except (OSError, EOFError):
                self.close()
        raise TransientError("could not start a guarded child: the fork server died twice")


class ForkServer:
    """The parent's end of one fork server process. It begins to start at once, and is waited for with the first child."""

    def __init__(self, work: Work) -> None:
        self._ready = False
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            asked = json.dumps([theirs.fileno(), work.handler, work.preload, sys.path])
            kept = {name: os.environ[name] for name in _KEPT_ENVIRONMENT if name in os.environ}
            self._process = subprocess.Popen(  # noqa: S603  # our own interpreter, our own program
                [sys.executable, "-I", "-c", _PROGRAM, asked],
                pass_fds=[theirs.fileno()],
                env=kept | _OWN_ENVIRONMENT,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                # What a broken document makes a parser print may hold the document's text.
                stderr=subprocess.DEVNULL,
                # Ctrl-C on a terminal is for the worker, which finishes the message in hand.
                start_new_session=True,
            )

    def fork(self, line: int, document: int, limits: GuardLimits) -> _Job:
        """A new child that holds these two descriptors. OSError or EOFError: the server has died."""
        self._wait_until_ready()
        self._control.settimeout(_ANSWER_SECONDS)
        request = [_REQUEST.pack(_FORK, 0), json.dumps(asdict(limits)).encode()]
        socket.send_fds(self._control, request, [line, document])
        return _Job(self, self._answer(_ANSWER_SECONDS).status, limits)

    def end(self, number: int) -> _Ended:
        """Kill a child if it lives, remove it, and say how it ended. OSError or EOFError: the server has died."""
        self._control.settimeout(_ANSWER_SECONDS)
        self._control.send(_REQUEST.pack(_END, number))
        return self._answer(_ANSWER_SECONDS)

    def close(self) -> None:
        """End the server, whatever it does, and with it its children (see `_confine`). May be called again."""
        self._control.close()
        self._process.kill()
        self._process.wait()

    def _wait_until_ready(self) -> None:
        if not self._ready:
            self._answer(_START_SECONDS)
            self._ready = True

    def _answer(self, seconds: float) -> _Ended:
        self._control.settimeout(seconds)
        octets = self._control.recv(_ANSWER_OCTETS)
        if not octets:
            raise EOFError
        if len(octets) != _ANSWER.size:
            cause = octets.decode(errors="replace").rstrip()
            raise PermanentError(f"could not start the fork server: {cause}")
        return _Ended(*_ANSWER.unpack(octets))


@dataclass(frozen=True, slots=True)
class _Ended:
    """What the fork server answers: a wait status (wait(2)) or a process id, and what the child had used."""

    status: int
    cpu_milliseconds: int
    grown_octets: int


class _Job:
    """One child as the parent sees it: ended once, explained as often as asked."""

    def __init__(self, server: ForkServer, number: int, limits: GuardLimits) -> None:
        self._server = server
        self._number = number
        self._limits = limits
        self._death: Death | None = None

    def explain(self, seen: Death) -> ChildDied:
        """End the child and say why; how the process ended tells more than what the parent has seen of it."""
        ended = self.end()
        return ChildDied(seen if seen is Death.TIME else ended)

    def end(self) -> Death:
        """End the child; later calls answer the same."""
        if self._death is None:
            try:
                self._death = _death(self._server.end(self._number), self._limits)
            except (OSError, EOFError):
                self._death = Death.CRASH  # the server is gone, and its children with it
        return self._death


def _death(ended: _Ended, limits: GuardLimits) -> Death:
    if os.WIFEXITED(ended.status):
        full = os.WEXITSTATUS(ended.status) == _OUT_OF_MEMORY
        return Death.MEMORY if full else Death.CRASH
    spent = ended.cpu_milliseconds >= limits.cpu_seconds * 1000
    if spent or os.WTERMSIG(ended.status) == signal.SIGXCPU:
        return Death.TIME
    # Native code that is refused memory aborts or faults, so one that had grown that far was refused.
    return Death.MEMORY if ended.grown_octets * 2 >= limits.memory_octets else Death.CRASH


@contextlib.contextmanager
def _lent(octets: bytes) -> Iterator[int]:
    """A descriptor of anonymous memory that holds the octets."""
    descriptor = os.memfd_create("document")
    try:
        view = memoryview(octets)
        while view:
            view = view[os.write(descriptor, view) :]
        yield descriptor
    finally:
        os.close(descriptor)


def _deadline(seconds: float | None) -> float | None:
    return None if seconds is None else time.monotonic() + seconds


def _left(deadline: float | None) -> float | None:
    if deadline is None:
        return None
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


def _unsent(views: list[memoryview], count: int) -> list[memoryview]:
    while views and count >= len(views[0]):
        count -= len(views.pop(0))
    if views:
        views[0] = views[0][count:]
    return views


# ---------------------------------------------------------------- in the fork server and its children


def run_fork_server(control: int, handler: str, *, preload: str | None) -> None:
    """The fork server's whole life: import, then fork on demand until the parent hangs up."""
    # A stop signal to all of a service's processes must not take the child from the worker's hand.
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # What is imported stays, and to look through it again and again takes a fifth of the time. What little rubbish there
    # is stays too: children would write where it had been, and have to copy every page that they write to.
    gc.disable()
    with socket.socket(fileno=control) as line:
        try:
            serve: Callable[[Channel], None] = getattr(*_named(handler))
            steps: Iterator[None] = getattr(*_named(preload))() if preload else iter(())
            next(steps, None)
        except Exception as error:  # noqa: BLE001  # an import may raise anything; the parent says what
            line.send(_cause(error))
            return
        line.send(_ANSWER.pack(0, 0, 0))
        _Forks(line, serve, steps).run()


def _named(name: str) -> tuple[ModuleType, str]:
    module, _, function = name.partition(":")
    return importlib.import_module(module), function


def _cause(error: Exception) -> bytes:
    """An answer that is longer than one of numbers, by which the parent tells them apart."""
    text = f"{type(error).__name__}: {error}".encode()[:_ANSWER_OCTETS]
    return text.ljust(_ANSWER.size + 1)


class _Forks:
    """The fork server's loop and the children that it has not removed yet.

    What is left of the preload is done a step at a time, whenever the parent asks for nothing.
    """

    def __init__(
        self, control: socket.socket, serve: Callable[[Channel], None], steps: Iterator[None]
    ) -> None:
        self._control = control
        self._serve = serve
        self._steps: Iterator[None] | None = steps
        self._patience_seconds = _PATIENCE_SECONDS
        self._failure: bytes | None = None
        self._server = os.getpid()
        self._libc = ctypes.CDLL(None)
        self._resident_octets: dict[int, int] = {}
        """Of each child: what it had from the fork server when it was born."""

    def run(self) -> None:
        """Answer requests; at the parent's end kill what is left and return."""
        with contextlib.suppress(OSError):
            while True:
                while self._steps is not None and not self._is_asked():
                    self._prepare(self._steps)
                request, descriptors, _, _ = socket.recv_fds(self._control, _REQUEST_OCTETS, 2)
                if not request:
                    break
                command, number = _REQUEST.unpack_from(request)
                if command == _END:
                    answer = self._end(number)
                else:
                    answer = self._fork(descriptors, request[_REQUEST.size :])
                self._control.send(answer)
        for number in self._resident_octets:
            os.kill(number, signal.SIGKILL)

    def _is_asked(self) -> bool:
        """Whether there is a request, or the parent's end; no longer waited for after the first child or the first pause."""
        asked = bool(select.select([self._control], [], [], self._patience_seconds)[0])
        if not asked:
            self._patience_seconds = 0.0
        return asked

    def _prepare(self, steps: Iterator[None]) -> None:
        """One step of the preload. Where one fails, no child is born any more, and the parent is told why."""
        try:
            next(steps)
        except StopIteration:
            self._steps = None
        except Exception as error:  # noqa: BLE001  # as in `run_fork_server`
            self._steps = None
            self._failure = _cause(error)

    def _end(self, number: int) -> bytes:
        found, status, usage = os.wait4(number, os.WNOHANG)
        if not found:
            os.kill(number, signal.SIGKILL)
            _, status, usage = os.wait4(number, 0)
        self._patience_seconds = 0.0
        spent = int((usage.ru_utime + usage.ru_stime) * 1000)
        grown = usage.ru_maxrss * 1024 - self._resident_octets.pop(number)
        return _ANSWER.pack(status, spent, grown)

    def _fork(self, descriptors: list[int], asked: bytes) -> bytes:
        line, document = descriptors
        answer = self._failure
        if answer is None:
            # Done here, where it touches nothing that a child would have to copy first.
            limits = GuardLimits(**json.loads(asked))
            gc.freeze()
            space_octets, resident_octets = _memory()
            number = os.fork()
            if number == 0:
                self._live(line, document, limits=limits, space_octets=space_octets)
            self._resident_octets[number] = resident_octets
            answer = _ANSWER.pack(number, 0, 0)
        os.close(line)
        os.close(document)
        return answer

    def _live(
        self, line: int, document: int, *, limits: GuardLimits, space_octets: int
    ) -> NoReturn:
        """A child's whole life. Nothing of it may reach the code that the fork server would run next."""
        status = 1
        try:
            self._control.close()
            gc.enable()
            _confine(limits, libc=self._libc, server=self._server, space_octets=space_octets)
            channel = Channel(
                socket.socket(fileno=line),
                seconds=None,
                frame_octets=limits.frame_octets,
                lost=ChildDied,
                document=os.pread(document, os.fstat(document).st_size, 0),
            )
            os.close(document)
            self._serve(channel)
            status = 0
        except MemoryError:
            status = _OUT_OF_MEMORY
        finally:
            os._exit(status)


def _confine(limits: GuardLimits, *, libc: ctypes.CDLL, server: int, space_octets: int) -> None:
    """Bound this process and tie its life to the fork server's, which is tied to the worker's."""
    libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    if os.getppid() != server:
        os._exit(1)
    for what, soft, hard in (
        (resource.RLIMIT_CORE, 0, 0),
        (resource.RLIMIT_AS, *(space_octets + limits.memory_octets,) * 2),
        (resource.RLIMIT_CPU, limits.cpu_seconds, limits.cpu_seconds + 1),
        (resource.RLIMIT_FSIZE, limits.file_octets, limits.file_octets),
    ):
        resource.setrlimit(what, (soft, hard))


def _memory() -> tuple[int, int]:
    """Address space and resident memory of this process, in octets (proc(5), statm)."""
    with open("/proc/self/statm", "rb") as file:  # noqa: PTH123  # what this module imports, every start waits for
        pages = file.read().split()
    return int(pages[0]) * resource.getpagesize(), int(pages[1]) * resource.getpagesize()
