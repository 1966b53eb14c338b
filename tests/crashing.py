"""Processes that die where a test wants them to: by SIGKILL, at a named point or at a moment that the test chooses.

One interpreter imports everything once, and forks each life of a desk: a life decides what it is told to decide, works
`worker --once`, and dies on the way or ends. `python -m tests.crashing` is that interpreter; `Crashing` is its driver.
"""

from __future__ import annotations

import ctypes
import functools
import gc
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

import sqlalchemy as sa
from pydantic import TypeAdapter
from sqlalchemy.orm import Session

from intake.app import App, open_app
from intake.config import load
from intake.demo import documents
from intake.erasing import erase
from intake.errors import ConfigError
from intake.guard import ForkServer, run_fork_server
from intake.instants import Passing
from intake.model import HoldId, Kind, Token
from intake.reader import WORK, Reader, reader_settings
from intake.worker import Worker
from tests.desks import TODAY, letter
from tests.maildesks import mail_desk
from tests.stores import S3_REGION

ROOT = Path(__file__).parent.parent
COMMITTING, COMMITTED = "commit: about to", "commit: done"
NAMING, NAMED = "file: written, has no name yet", "file: has its name"
_PR_SET_CHILD_SUBREAPER = 36
_RENAMERS = ("link", "rename", "replace")


@dataclass(frozen=True, slots=True)
class Point:
    """The `nth` time, counted from 1 in each life, that something is passed: an `Instant`, a commit or a file's naming."""

    what: str
    nth: int = 1

    def __str__(self) -> str:
        return f"{self.what} ({self.nth})"


@dataclass(frozen=True, slots=True)
class Decision:
    """A person's word on what waits under a number; nothing where it waits no more. `value` is a kind or a token.

    The action "erase" is the command of that name, and has no number.
    """

    action: str
    number: int
    value: str = ""


@dataclass(frozen=True, slots=True)
class Life:
    """What one process does: decide, work once through; and where it is killed. With `tells_at` it tells of that passing."""

    config: str
    decisions: tuple[Decision, ...] = ()
    dies_at: Point | None = None
    tells_at: int | None = None
    warms_up: bool = False
    """Lived by the interpreter itself, so that no later life has to look up, compile and fill in what this one did."""


@dataclass(frozen=True, slots=True)
class End:
    """How a life ended. `passed` counts what was passed, in a life that was not killed; `left` is work left undone."""

    killed: bool
    passed: Mapping[str, int]
    left: int


@dataclass(frozen=True, slots=True)
class _Said:
    """One line that a life says of itself, or the interpreter of a life that has ended: then there is a `status`."""

    number: int = 0
    told: bool = False
    passed: Mapping[str, int] = field(default_factory=dict)
    left: int = 0
    status: int | None = None


_LIFE, _SAID = TypeAdapter(Life), TypeAdapter(_Said)


# ---------------------------------------------------------------- the driver


class Crashing:
    """Starts lives, one at a time."""

    def __init__(self, process: subprocess.Popen[str], log: Path) -> None:
        self._process, self._log = process, log

    def live(self, life: Life, *, then_seconds: float = 0.0) -> End:
        """One life to its end. Where it tells of a passing it is killed that many seconds later, wherever it is then."""
        self._say(life)
        number = self._hear().number
        said = self._hear()
        if said.told:
            time.sleep(then_seconds)
            with suppress(ProcessLookupError):  # it has come to its end meanwhile
                os.kill(number, signal.SIGKILL)
            said = self._hear()
        if said.status is None:  # it has reported; now it ends
            self._hear()
            return End(killed=False, passed=said.passed, left=said.left)
        if said.status != -signal.SIGKILL:
            raise AssertionError(
                f"a life ended with {said.status}: {self._log.read_text()[-3000:]}"
            )
        return End(killed=True, passed={}, left=0)

    def warm_up(self, config: Path) -> None:
        """Work through a desk of the kind that lives are to have, which makes each of them shorter."""
        self._say(Life(str(config), warms_up=True))
        self._hear()

    def to_the_end(self, config: Path, decisions: Sequence[Decision] = ()) -> End:
        """Lives until nothing is left to do; the last one's end."""
        for tried in range(10):
            end = self.live(Life(str(config), () if tried else tuple(decisions)))
            if not end.left:
                return end
            time.sleep(0.05)  # a server needs a moment to see that a connection has gone
        raise AssertionError(f"the work never ends: {self._log.read_text()[-3000:]}")

    def _say(self, life: Life) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(f"{_LIFE.dump_json(life).decode()}\n")
        self._process.stdin.flush()

    def _hear(self) -> _Said:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise AssertionError(f"the interpreter ended: {self._log.read_text()[-3000:]}")
        return _SAID.validate_json(line)


@contextmanager
def crashing(log: Path, environment: Mapping[str, str] | None = None) -> Iterator[Crashing]:
    """The interpreter that forks lives; what they say goes to `log`."""
    # Numeric libraries start threads when they are imported, and a process with threads must not fork.
    single = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    with log.open("w") as stderr:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.crashing"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=stderr,
            text=True,
            cwd=ROOT,
            env={**os.environ, **single, **(environment or {})},
        )
    try:
        yield Crashing(process, log)
    finally:
        process.communicate()


# ---------------------------------------------------------------- the interpreter that forks


def _serve() -> None:
    """Fork a life for each line, and tell how it ended."""
    _import_everything()
    _warm_up_with_any_desk()
    # What a life leaves behind ends here.
    ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    for line in sys.stdin:
        life = _LIFE.validate_json(line)
        if life.warms_up:
            _warm_up(life)
        _say(_Said(status=0 if life.warms_up else _lived(life)))


def _lived(life: Life) -> int:
    """One life, and the reader's fork server beside it; the exit code, or the signal's number below zero."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with ours, theirs:
        server = _forked(lambda: _serve_forks(theirs, ours))
        number = _forked(lambda: _live(life, ours, theirs))
    _, status = os.waitpid(number, 0)
    os.waitpid(server, 0)
    with suppress(ChildProcessError):
        while os.waitpid(-1, 0):
            pass
    return os.waitstatus_to_exitcode(status)


def _import_everything() -> None:
    """All that a life needs, and all that its readers need, so that no fork has to import it again."""
    import boto3.session
    import psycopg  # noqa: F401  # for PostgreSQL

    import intake.app
    import intake.authenticate
    import intake.child
    import intake.compose
    import intake.domains
    import intake.fetch

    intake.domains.organisational_domain("studio.example")  # reads the public suffix list
    for _ in intake.child.preload():
        pass
    # The first client of a session reads megabytes of JSON.
    setattr(boto3.session, "Session", functools.cache(boto3.session.Session))  # noqa: B010
    boto3.session.Session(region_name=S3_REGION).client("s3")
    # They are compiled anew at each start, which takes half as long as all the rest of a life.
    load_once = functools.cache(intake.compose.load_languages)
    setattr(intake.app, "load_languages", load_once)  # noqa: B010
    _share_compiled_statements()


def _share_compiled_statements() -> None:
    """Else each engine compiles its statements anew: all of a kind share what the first has compiled."""
    create = sa.create_engine
    first: dict[str, sa.Engine] = {}

    def create_sharing(url: sa.URL, **options: object) -> sa.Engine:
        made = create(url, **options)
        shared = first.setdefault(made.dialect.name, made)
        made.dialect, made._compiled_cache = shared.dialect, shared._compiled_cache
        return made

    setattr(sa, "create_engine", create_sharing)  # noqa: B010


def _warm_up_with_any_desk() -> None:
    with tempfile.TemporaryDirectory() as folder:
        desk = mail_desk(Path(folder))
        desk.post(letter(attach=[documents.quarterly_roadmap_sheet(TODAY)]))
        _warm_up(Life(str(desk.config)))


def _warm_up(life: Life) -> None:
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with ours, theirs:
        server = _forked(lambda: _serve_forks(theirs, ours))
        _work(life, ours, lambda _: None)
    os.waitpid(server, 0)
    gc.freeze()  # else the collector of each life would copy what they share, page by page
    assert len(list(Path("/proc/self/task").iterdir())) == 1, "threads must not be forked"


def _forked(live: Callable[[], None]) -> int:
    """A process that does this and nothing after it."""
    number = os.fork()
    if number:
        return number
    status = 1
    try:
        live()
        status = 0
    except BaseException:  # nothing may come back into the loop of the interpreter
        sys.excepthook(*sys.exc_info())
        raise
    finally:
        sys.stderr.flush()
        os._exit(status)


def _say(said: _Said) -> None:
    sys.stdout.write(f"{_SAID.dump_json(said).decode()}\n")
    sys.stdout.flush()


# ---------------------------------------------------------------- in a life


class _Forked(ForkServer):
    """A fork server that is a fork, since to start one costs a third of a second."""

    def __init__(self, control: socket.socket) -> None:
        self._ready = False
        self._control = control

    def close(self) -> None:
        self._control.close()


def _serve_forks(control: socket.socket, other: socket.socket) -> None:
    """What `intake.guard` runs in a process of its own; it ends with the life that it serves."""
    other.close()
    null = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(null, descriptor)
    run_fork_server(control.fileno(), WORK.handler, preload=None)


class _Passings:
    """Counts what is passed, and kills this process where it is to die."""

    def __init__(self, life: Life) -> None:
        self._life = life
        self._lock = threading.Lock()
        self.counts: Counter[str] = Counter()

    def __call__(self, what: str) -> None:
        with self._lock:
            self.counts[what] += 1
            if self._life.dies_at == Point(what, self.counts[what]):
                os.kill(os.getpid(), signal.SIGKILL)
            if self._life.tells_at == self.counts.total():
                _say(_Said(told=True))


def _live(life: Life, control: socket.socket, other: socket.socket) -> None:
    """One life: as `intake review …` and `intake worker --once` would do it, one after the other."""
    other.close()
    _say(_Said(number=os.getpid()))
    passed = _Passings(life)
    _watch_commits(passed)
    _watch_names(passed)
    left = _work(life, control, passed)
    _say(_Said(passed=passed.counts, left=left))


def _work(life: Life, control: socket.socket, passed: Passing) -> int:
    """Decide, work once through; how much is left."""
    settings = load(Path(life.config), os.environ)
    with ExitStack() as stack:
        app = stack.enter_context(open_app(settings, passed=passed))
        reader = Reader(reader_settings(settings), server=_Forked(control))
        stack.callback(reader.close)
        app = replace(
            app,
            desk=replace(app.desk, reader=reader),
            reviewer=replace(app.reviewer, reader=reader),
        )
        for decision in life.decisions:
            _decide(app, decision)
        done = Worker(app).once()
        return done.waiting + done.unsent + len(done.unreachable)


def _decide(app: App, decision: Decision) -> None:
    """As a person does who looks what waits, and decides it again where it still waits."""
    if decision.action == "erase":
        with suppress(ConfigError):  # it is erased
            erase(app.settings, app.ledger, app.blobs, Token(decision.value), passed=app.passed)
        return
    number = HoldId(decision.number)
    if number not in {held.id for held in app.ledger.holds.waiting()}:
        return
    reviewer = app.reviewer
    match decision.action:
        case "accept":
            reviewer.accept(number)
        case "relabel":
            reviewer.relabel(number, Kind(decision.value))
        case "reassign":
            reviewer.reassign(number, Token(decision.value))
        case "release":
            reviewer.release(number)
        case "reject":
            reviewer.reject(number, reason="not ours")
        case other:
            raise ValueError(other)


def _watch_commits(passed: Callable[[str], None]) -> None:
    """Pass before and after each commit of a transaction that may write."""

    def committing(connection: sa.Connection) -> None:
        if connection.get_execution_options().get("intake_writes"):
            passed(COMMITTING)

    def committed(session: Session) -> None:
        nested = session.get_nested_transaction() is not None
        bind = session.get_bind()
        if not nested and bind.get_execution_options().get("intake_writes"):
            passed(COMMITTED)

    sa.event.listen(sa.Engine, "commit", committing)
    sa.event.listen(Session, "after_commit", committed)


def _watch_names(passed: Callable[[str], None]) -> None:
    """Pass before and after a file gets its name: a blob, a letter, a message that is let go of."""

    def watched(rename: Callable[..., None]) -> Callable[..., None]:
        def renaming(*names: str, **options: int) -> None:
            passed(NAMING)
            rename(*names, **options)
            passed(NAMED)

        return renaming

    for name in _RENAMERS:
        setattr(os, name, watched(getattr(os, name)))


if __name__ == "__main__":
    _serve()
