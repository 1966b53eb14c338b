"""What becomes of random octets and of mutated messages on their way through parse → unpack → extract.

    python -m tests.bench.mutated_mail [--count 20000] [--first 0] [--octets 10000000] [--mail ../shared/mail]

All is read in the process that is looked at, so that an exception is seen where it was raised. That process is bounded as a
guarded child is, and each message has `CPU_SECONDS`; where one ends it, it is told why, and another goes on behind it.
Seconds are of the CPU, which a busy machine does not stretch. A message has the same octets whenever its number and the
folder of mail are the same: `--first NUMBER --count 1 --keep FILE` writes one into a file.
"""

from __future__ import annotations

import argparse
import faulthandler
import json
import os
import resource
import signal
import subprocess
import sys
import time
import traceback
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path

from intake.absence import returns_on
from intake.automatic import automatic
from intake.bounces import bounce_reports
from intake.extract import ExtractLimits, extract
from intake.extract.sniff import has_macros
from intake.links import find
from intake.model import Extract, InboundMessage, UnpackLimits
from intake.orders import documents_of
from intake.parse import parse
from intake.reader import MEMORY_OCTETS
from intake.unpack import completed, unpack
from tests.mutations import mutated, pieces, seeds

MODULE = "tests.bench.mutated_mail"
ROOT = Path(__file__).parents[2]
CPU_SECONDS = 10.0
GROWN_OCTETS = 600 * 2**20
"""How much of its memory a process may come to hold over all its messages, beyond what it held before the first."""
JOBS = 2
BATCH = 1_000
UNPACK = UnpackLimits()
EXTRACT = ExtractLimits()
TODAY = date(2026, 6, 1)
NAMES = (None, "a.pdf", "a.docx", "a.csv", "a.html", "a.ics", "a.rtf", "a.doc", "a.txt", "a.eml")


@dataclass(frozen=True, slots=True)
class Task:
    """What one process is to read: messages by number, or random octets; and of the latter, what the seed is."""

    first: int
    count: int
    octets: int = 0
    mail: str | None = None


@dataclass
class Outcome:
    """What was found out; faults in words, with the numbers by which they are made again."""

    messages: int = 0
    documents: int = 0
    read: int = 0
    faults: list[str] = field(default_factory=list)
    slowest: list[tuple[float, str]] = field(default_factory=list)
    grown_octets: int = 0
    fates: Counter[str] = field(default_factory=Counter)

    def add(self, other: Outcome) -> None:
        self.messages += other.messages
        self.documents += other.documents
        self.read += other.read
        self.faults += other.faults
        self.slowest = sorted([*self.slowest, *other.slowest], reverse=True)[:10]
        self.grown_octets = max(self.grown_octets, other.grown_octets)
        self.fates += other.fates


# ---------------------------------------------------------------- the side that looks on


def run(*, count: int, first: int = 0, octets: int = 0, mail: Path | None = None) -> Outcome:
    """Read that many mutated messages and so many random octets, in several processes."""
    folder = str(mail.resolve()) if mail else None
    tasks = [
        Task(start, min(BATCH, first + count - start), mail=folder)
        for start in range(first, first + count, BATCH)
    ]
    share = octets // JOBS
    tasks += [Task(number, 0, octets=share) for number in range(JOBS if share else 0)]
    outcome = Outcome()
    with ThreadPoolExecutor(JOBS) as pool:
        for one in pool.map(_watched, tasks):
            outcome.add(one)
    return outcome


def _watched(task: Task) -> Outcome:
    """A task to its end, however many processes it takes: what ended one is a fault, and the next goes on behind it."""
    outcome = Outcome()
    while task.count or task.octets:
        done = subprocess.run(
            [sys.executable, "-m", MODULE, "--task", json.dumps(asdict(task))],
            cwd=ROOT,
            capture_output=True,
            check=False,
        )
        *said, last = done.stdout.decode().splitlines() or [""]
        if done.returncode == 0:
            outcome.add(_outcome(last))
            return outcome
        number, stage = (last.split() or [str(task.first), "start"])[:2]
        outcome.faults.append(
            f"{number}: {_end(done.returncode)} in {stage}: {_place(done.stderr)}"
        )
        outcome.messages += len({line.partition(" ")[0] for line in said})
        if task.octets:
            return outcome
        behind = int(number) + 1
        task = Task(behind, task.first + task.count - behind, mail=task.mail)
    return outcome


def _outcome(line: str) -> Outcome:
    told = json.loads(line)
    told["slowest"] = [(seconds, what) for seconds, what in told["slowest"]]
    return Outcome(**{**told, "fates": Counter(told["fates"])})


def _end(code: int) -> str:
    if code == -signal.SIGPROF:
        return f"took over {CPU_SECONDS:.0f} CPU seconds"
    return f"ended by {signal.Signals(-code).name}" if code < 0 else f"ended with {code}"


def _place(stderr: bytes) -> str:
    """The innermost lines of ours in what faulthandler or Python printed; paths and functions, no values."""
    lines = [line.strip() for line in stderr.decode(errors="replace").splitlines()]
    return " < ".join(line for line in lines if line.startswith("File "))[:600]


# ---------------------------------------------------------------- the side that reads


def _read(task: Task) -> Outcome:
    for name in ("email.mime", "encodings.idna"):
        __import__(name)
    given = seeds(Path(task.mail) if task.mail else None)
    _see(parse(mutated(given, 0)), Outcome(), "0")  # what loads on first use is no growth
    outcome = Outcome()
    before = _resident()
    _bound()
    if task.octets:
        for number, octets in enumerate(pieces(task.octets, task.first)):
            _try(octets, f"octets/{task.first}/{number}", outcome, name=NAMES[number % len(NAMES)])
    for number in range(task.first, task.first + task.count):
        _try(mutated(given, number), str(number), outcome)
    outcome.grown_octets = max(0, _resident() - before)
    return outcome


def _bound() -> None:
    """As a guarded child is, but for its seconds, which each message has anew."""
    with Path("/proc/self/statm").open() as file:
        space = int(file.read().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (space + MEMORY_OCTETS, space + MEMORY_OCTETS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    faulthandler.enable()
    faulthandler.register(signal.SIGPROF, all_threads=False, chain=True)


def _resident() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def _try(octets: bytes, number: str, outcome: Outcome, *, name: str | None = None) -> None:
    began = time.process_time()
    signal.setitimer(signal.ITIMER_PROF, CPU_SECONDS)
    try:
        _say(number, "parse")
        message = parse(octets)
        _see(message, outcome, number)
        if name is not None or len(octets) < 2**12:
            _say(number, f"extract-{name}")
            _extract(octets, name, outcome)
    except (Exception, RecursionError, MemoryError) as error:  # noqa: BLE001  # what is looked for
        places = traceback.extract_tb(error.__traceback__)[-3:]
        where = " < ".join(f"{Path(at.filename).name}:{at.lineno}" for at in reversed(places))
        outcome.faults.append(f"{number}: {type(error).__name__} in {where}")
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
    outcome.messages += 1
    spent = time.process_time() - began
    outcome.slowest = sorted([*outcome.slowest, (round(spent, 2), number)], reverse=True)[:10]


def _see(message: InboundMessage, outcome: Outcome, number: str) -> None:
    """All that is done with a message before the ledger is asked."""
    _say(number, "vet")
    automatic(message, frozenset())
    bounce_reports(message)
    returns_on(message.written, on=TODAY)
    _say(number, "unpack")
    unpacked = unpack(message, UNPACK)
    message = completed(message, unpacked)
    find(message.text)
    for entry in unpacked.parts:
        outcome.fates[entry.fate.value] += 1
    for part in documents_of(unpacked.parts):
        _say(number, f"extract-{part.sniffed}")
        has_macros(part.octets)
        _extract(part.octets, part.filename, outcome, part.media_type)


def _extract(
    octets: bytes, name: str | None, outcome: Outcome, media_type: str = "application/octet-stream"
) -> None:
    found = extract(octets, filename=name, media_type=media_type, limits=EXTRACT)
    outcome.documents += 1
    outcome.read += isinstance(found, Extract)


def _say(number: str, stage: str) -> None:
    """To a pipe, at once: what this process is at when it ends."""
    os.write(1, f"{number} {stage.replace(' ', '-')}\n".encode(errors="replace"))


def _lines(outcome: Outcome) -> Iterator[str]:
    read = f"{outcome.read} of {outcome.documents} documents could be read"
    yield f"{outcome.messages} messages; {read}; most memory +{outcome.grown_octets / 2**20:.0f} MB"
    yield "fates: " + ", ".join(f"{fate} {count}" for fate, count in outcome.fates.most_common())
    yield "slowest, CPU seconds: " + ", ".join(f"{spent} ({at})" for spent, at in outcome.slowest)
    yield f"{len(outcome.faults)} faults"
    yield from outcome.faults


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=20_000)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--octets", type=int, default=10_000_000)
    parser.add_argument("--mail", type=Path)
    parser.add_argument("--keep", type=Path, help="write the first message here, and read nothing")
    parser.add_argument("--task", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.task:
        outcome = _read(Task(**json.loads(arguments.task)))
        print(json.dumps(vars(outcome)))
    elif arguments.keep:
        arguments.keep.write_bytes(mutated(seeds(arguments.mail), arguments.first))
    else:
        outcome = run(
            count=arguments.count,
            first=arguments.first,
            octets=arguments.octets,
            mail=arguments.mail,
        )
        print(*_lines(outcome), sep="\n")


if __name__ == "__main__":
    main()
