"""The guarded child against real processes: what it may take, how it ends, and that nothing of it stays behind."""

from __future__ import annotations

import contextlib
import json
import os
import resource
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from intake.errors import PermanentError
from intake.guard import Channel, ChildDied, Death, ForkServer, Guard, GuardLimits, Work

WORK = Work("test_guard:serve")
LIMITS = GuardLimits(memory_octets=300_000_000, cpu_seconds=1, seconds=20)


def serve(channel: Channel) -> None:
    """Runs in the child: does what each frame's header names, until it names nothing known."""
    while True:
        frame = channel.receive()
        if frame.header not in DEEDS:
            return
        DEEDS[frame.header](channel, frame.octets)


def spin(_channel: Channel, _octets: bytes) -> None:
    while True:
        pass


def fail(_channel: Channel, _octets: bytes) -> None:
    raise ValueError


def cut_off(channel: Channel, _octets: bytes) -> None:
    channel._line.sendall(bytes(15))
    os._exit(0)


DEEDS: dict[bytes, Callable[[Channel, bytes], object]] = {
    b"echo": lambda channel, octets: channel.send(b"echoed", octets),
    b"document": lambda channel, _: channel.send(b"", channel.octets[:10] + channel.octets[-10:]),
    b"environment": lambda channel, _: channel.send(json.dumps(sorted(os.environ)).encode()),
    b"process": lambda channel, _: channel.send(json.dumps([os.getpid(), os.getppid()]).encode()),
    b"threads": lambda channel, _: channel.send(str(threading.active_count()).encode()),
    b"core": lambda channel, _: channel.send(b"%d %d" % resource.getrlimit(resource.RLIMIT_CORE)),
    b"eat": lambda _, __: bytearray(1_000_000_000),
    b"spin": spin,
    b"sleep": lambda _, __: time.sleep(60),
    b"crash": lambda _, __: os.kill(os.getpid(), signal.SIGSEGV),
    b"raise": fail,
    b"write": lambda _, octets: Path(octets.decode()).write_bytes(b"mine"),
    b"garbage": lambda channel, _: channel._line.sendall(b"\xff" * 1000),
    b"cut off": cut_off,
    b"kill server": lambda _, __: os.kill(os.getppid(), signal.SIGKILL),
}


def prepare_without_end() -> Iterator[None]:
    while True:
        yield


def prepare_in_two_steps() -> Iterator[None]:
    DEEDS[b"first"] = DEEDS[b"echo"]
    yield
    DEEDS[b"second"] = DEEDS[b"echo"]


def prepare_and_fail() -> Iterator[None]:
    yield
    message = "no such parser"
    raise ImportError(message)


def prepare_for_a_minute() -> Iterator[None]:
    time.sleep(60)
    yield


@pytest.fixture(scope="module")
def guard() -> Iterator[Guard]:
    with pytest.MonkeyPatch.context() as patch, Guard(WORK, limits=LIMITS) as guard:
        patch.syspath_prepend(str(Path(__file__).parent))
        patch.setenv("INTAKE_IMAP_PASSWORD", "secret")
        patch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
        guard.start()
        yield guard


def death(guard: Guard, header: bytes, *, timeout_seconds: float = 20) -> Death:
    """How a child dies of one frame."""
    with guard.child() as channel:
        channel.send(header)
        with pytest.raises(ChildDied) as caught:
            channel.receive(timeout_seconds)
    return caught.value.death


def processes(guard: Guard) -> list[int]:
    """The process ids of a child that has ended and of the fork server."""
    with guard.child() as channel:
        channel.send(b"process")
        found: list[int] = json.loads(channel.receive().header)
    return found


def is_refused(guard: Guard) -> str:
    """Why no child is born, as soon as that is so; "" where one still is after ten seconds."""
    for _ in range(200):
        try:
            with guard.child():
                time.sleep(0.05)
        except PermanentError as error:
            return str(error)
    return ""


def is_known(guard: Guard, deed: bytes) -> bool:
    """Whether the children can do something within ten seconds."""
    for _ in range(200):
        with guard.child() as channel, contextlib.suppress(ChildDied):
            channel.send(deed)
            channel.receive()
            return True
        time.sleep(0.05)
    return False


def is_gone(number: int) -> bool:
    """Whether a process ends within ten seconds."""
    for _ in range(200):
        try:
            state = Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()[0]
        except (FileNotFoundError, ProcessLookupError):
            return True
        if state == "Z":
            return True
        time.sleep(0.05)
    return False


def test_child_answers_frames_as_they_were_sent(guard: Guard) -> None:
    with guard.child() as channel:
        channel.send(b"echo", bytes(range(256)))

        frame = channel.receive()

    assert (frame.header, frame.octets) == (b"echoed", bytes(range(256)))


def test_frames_larger_than_any_buffer_come_through(guard: Guard) -> None:
    octets = os.urandom(1000) * 8_000

    with guard.child() as channel:
        channel.send(b"echo", octets)
        assert channel.receive().octets == octets


def test_child_is_given_its_document(guard: Guard) -> None:
    with guard.child(b"beginning_" + bytes(5_000_000) + b"_of_an_end") as channel:
        channel.send(b"document")
        assert channel.receive().octets == b"beginning__of_an_end"


def test_each_block_has_a_child_of_its_own_and_one_server(guard: Guard) -> None:
    first, second = processes(guard), processes(guard)

    assert first[0] != second[0]
    assert first[1] == second[1]


def test_two_children_may_live_at_once(guard: Guard) -> None:
    with guard.child() as one, guard.child() as other:
        one.send(b"echo", b"1")
        other.send(b"echo", b"2")
        assert (other.receive().octets, one.receive().octets) == (b"2", b"1")


def test_child_sees_no_secret_of_the_environment(guard: Guard) -> None:
    with guard.child() as channel:
        channel.send(b"environment")
        names = json.loads(channel.receive().header)

    assert not {"INTAKE_IMAP_PASSWORD", "AWS_SECRET_ACCESS_KEY"} & set(names)


def test_child_has_one_thread(guard: Guard) -> None:
    with guard.child() as channel:
        channel.send(b"threads")
        assert channel.receive().header == b"1"


def test_child_leaves_no_core_dump(guard: Guard) -> None:
    with guard.child() as channel:
        channel.send(b"core")
        assert channel.receive().header == b"0 0"


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (b"eat", Death.MEMORY),
        (b"spin", Death.TIME),
        (b"crash", Death.CRASH),
        (b"raise", Death.CRASH),
        (b"return", Death.CRASH),
        (b"garbage", Death.CRASH),
        (b"cut off", Death.CRASH),
    ],
)
def test_child_that_fails_is_told_by_its_cause(
    guard: Guard, header: bytes, expected: Death
) -> None:
    assert death(guard, header) is expected


def test_child_that_sleeps_is_given_up_by_the_parents_clock(guard: Guard) -> None:
    assert death(guard, b"sleep", timeout_seconds=0.2) is Death.TIME


@pytest.mark.usefixtures("guard")
def test_child_that_does_not_listen_is_given_up_while_sending() -> None:
    limits = GuardLimits(memory_octets=300_000_000, cpu_seconds=1, seconds=0.3)

    with Guard(WORK, limits=limits) as impatient, impatient.child() as channel:
        channel.send(b"sleep")
        with pytest.raises(ChildDied) as caught:
            channel.send(b"", bytes(50_000_000))

    assert caught.value.death is Death.TIME


def test_child_writes_no_file(guard: Guard, tmp_path: Path) -> None:
    with guard.child() as channel:
        channel.send(b"write", str(tmp_path / "mine").encode())
        with pytest.raises(ChildDied):
            channel.receive()

    assert not (tmp_path / "mine").read_bytes()


@pytest.mark.usefixtures("guard")
def test_frame_longer_than_allowed_is_refused() -> None:
    limits = GuardLimits(memory_octets=300_000_000, cpu_seconds=1, frame_octets=1000)

    with Guard(WORK, limits=limits) as small, small.child(bytes(2000)) as channel:
        channel.send(b"echo", bytes(2000))
        with pytest.raises(ChildDied):
            channel.receive()


def test_child_that_died_does_not_harm_the_next(guard: Guard) -> None:
    death(guard, b"crash")

    with guard.child() as channel:
        channel.send(b"echo", b"still here")
        assert channel.receive().octets == b"still here"


def test_leaving_the_block_removes_the_child(guard: Guard) -> None:
    with guard.child() as channel:
        channel.send(b"process")
        number, _ = json.loads(channel.receive().header)
        channel.send(b"sleep")

    assert not Path(f"/proc/{number}").exists()


def test_fork_server_that_died_is_started_anew(guard: Guard) -> None:
    before = processes(guard)[1]
    death(guard, b"kill server")

    after = processes(guard)[1]

    assert after != before


@pytest.mark.parametrize("stop", [signal.SIGTERM, signal.SIGINT])
def test_stop_signals_to_all_processes_leave_the_child_at_work(
    guard: Guard, stop: signal.Signals
) -> None:
    with guard.child() as channel:
        channel.send(b"process")
        child, server = json.loads(channel.receive().header)
        os.kill(child, stop)
        os.kill(server, stop)
        channel.send(b"echo", b"unharmed")
        assert channel.receive().octets == b"unharmed"


def test_closing_ends_the_fork_server(guard: Guard) -> None:
    server = processes(guard)[1]

    guard.close()

    assert is_gone(server)


def test_handler_that_cannot_be_imported_is_a_permanent_error() -> None:
    with (
        Guard(Work("no_such_module:serve"), limits=LIMITS) as guard,
        pytest.raises(PermanentError, match="no_such_module"),
        guard.child(),
    ):
        pytest.fail("there is a child")


@pytest.mark.usefixtures("guard")
def test_child_is_born_while_the_preload_goes_on() -> None:
    work = Work("test_guard:serve", preload="test_guard:prepare_without_end")

    with Guard(work, limits=LIMITS) as guard, guard.child() as channel:
        channel.send(b"echo", b"born")
        assert channel.receive().octets == b"born"


@pytest.mark.usefixtures("guard")
def test_first_child_has_the_first_step_of_the_preload() -> None:
    work = Work("test_guard:serve", preload="test_guard:prepare_in_two_steps")

    with Guard(work, limits=LIMITS) as guard, guard.child() as channel:
        channel.send(b"first", b"there")
        assert channel.receive().octets == b"there"


@pytest.mark.usefixtures("guard")
def test_later_children_have_all_of_the_preload() -> None:
    work = Work("test_guard:serve", preload="test_guard:prepare_in_two_steps")

    with Guard(work, limits=LIMITS) as guard:
        assert is_known(guard, b"second")


@pytest.mark.usefixtures("guard")
def test_preload_that_fails_late_is_a_permanent_error() -> None:
    work = Work("test_guard:serve", preload="test_guard:prepare_and_fail")

    with Guard(work, limits=LIMITS) as guard:
        assert "no such parser" in is_refused(guard)


@pytest.mark.usefixtures("guard")
def test_closing_does_not_wait_for_the_preload() -> None:
    server = ForkServer(Work("test_guard:serve", preload="test_guard:prepare_for_a_minute"))

    server.close()

    assert is_gone(server._process.pid)


@pytest.mark.usefixtures("guard")
def test_fork_server_that_was_started_before_is_used_and_owned() -> None:
    server = ForkServer(WORK)

    with Guard(WORK, limits=LIMITS, server=server) as guard:
        used = processes(guard)[1]

    assert used == server._process.pid
    assert is_gone(used)


WORKER = """\
import json, sys, time
from intake.guard import Guard, GuardLimits, Work
guard = Guard(Work("test_guard:serve"), limits=GuardLimits(memory_octets=300_000_000, cpu_seconds=30))
with guard.child() as channel:
    channel.send(b"process")
    print(channel.receive().header.decode(), flush=True)
    channel.send(sys.argv[1].encode())
    time.sleep(60)
"""


@pytest.mark.parametrize("busy", ["sleep", "spin"])
def test_nothing_remains_of_a_worker_that_was_killed(busy: str) -> None:
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parent)}
    command = [sys.executable, "-c", WORKER, busy]
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=environment) as worker:
        assert worker.stdout is not None
        child, server = json.loads(worker.stdout.readline())
        worker.kill()

    assert is_gone(child)
    assert is_gone(server)
