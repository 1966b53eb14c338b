"""What it costs to decide: from a cold process, in memory, and a document in a warm child.

    python -m tests.bench.first_decision [FOLDER] [--runs 5]

FOLDER holds documents; by default the demo's and one tiny one of each format. CPU seconds stand beside those of the clock:
on a machine that others use, only they and their ratios last. A warm child's milliseconds are all that it spends between
its birth and its answer: extraction, decision, sketch and the talk with its parent, without OCR.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path

from rich.console import Console
from rich.table import Table

from intake import child, orders, reader
from intake.demo import documents
from intake.extract import ExtractLimits
from intake.extract.samples import samples
from intake.guard import Channel, ChildDied, Guard, GuardLimits, Work
from intake.model import UnpackLimits

MODULE = "tests.bench.first_decision"
ROOT = Path(__file__).parents[2]
DATA = frozenset({".json", ".npz", ".yaml"})
LOOKS_A_SECOND = 50


@dataclass(frozen=True, slots=True)
class Cold:
    """One run of a process."""

    seconds: float
    cpu_seconds: float


@dataclass(frozen=True, slots=True)
class Memory:
    """Octets of one process; `proportional` shares out what several processes hold together."""

    name: str
    resident: int
    proportional: int


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?")
    parser.add_argument("--runs", type=int, default=5, help="cold starts of each file")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as made:
        folder = arguments.folder or own_documents(Path(made))
        files = sorted(path for path in folder.rglob("*") if path.is_file())
        console = Console(width=120)
        console.print(f"{len(files)} documents; load {os.getloadavg()[0]:.1f}", highlight=False)
        console.print(cold_table(one_of_each(files), runs=arguments.runs))
        console.print(memory_table(most_memory(folder)))
        console.print(warm_table(files))
        console.print(f"numbers and words in intake/classify: {shipped_octets() / 1e6:.2f} MB")


def own_documents(folder: Path) -> Path:
    """The documents that the demo makes, and the ones with which a fork server prepares itself."""
    today = date(2026, 6, 1)
    makers = (
        documents.investor_deck,
        documents.scanned_deck,
        documents.quarterly_roadmap_sheet,
        documents.quarterly_roadmap_page,
        documents.yearly_roadmap,
        documents.event_sheet,
        documents.event_calendar,
        documents.brand_guide,
        documents.misnamed_invoice,
    )
    for make in makers:
        made = make(today)
        (folder / made.filename).write_bytes(made.octets)
    for name, octets in samples():
        (folder / name).write_bytes(octets)
    return folder


def by_extension(files: Sequence[Path]) -> list[tuple[str, list[Path]]]:
    found: dict[str, list[Path]] = {}
    for path in files:
        found.setdefault(f"*{path.suffix.lower()}", []).append(path)
    return sorted(found.items())


def one_of_each(files: Sequence[Path]) -> list[Path]:
    """The middle one by size of each file name extension."""
    return [
        sorted(paths, key=lambda path: path.stat().st_size)[len(paths) // 2]
        for _, paths in by_extension(files)
    ]


def command(path: Path) -> list[str]:
    return [sys.executable, "-m", "intake", "classify", "--json", str(path)]


BARE = [sys.executable, "-c", "import numpy, pydantic"]
"""What no first decision can do without, as a yardstick for the machine."""


# ---------------------------------------------------------------- cold


def cold_table(files: Sequence[Path], *, runs: int) -> Table:
    table = Table("first decision of", title=f"cold process, median of {runs}")
    for head in ("octets", "seconds", "fastest", "CPU seconds"):
        table.add_column(head, justify="right")
    bare = [cold(BARE) for _ in range(runs)]
    measured = {path: [cold(command(path)) for _ in range(runs)] for path in files}
    bare += [cold(BARE) for _ in range(runs)]
    for path, took in measured.items():
        table.add_row(f"*{path.suffix}", f"{path.stat().st_size:,}", *cold_cells(took))
    table.add_section()
    table.add_row("all", "", *cold_cells([run for took in measured.values() for run in took]))
    table.add_row("yardstick: numpy and pydantic alone", "", *cold_cells(bare))
    return table


def cold(arguments: Sequence[str]) -> Cold:
    began = time.monotonic()
    process = subprocess.Popen(
        arguments, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    _, _, usage = os.wait4(process.pid, 0)
    process.returncode = 0
    return Cold(time.monotonic() - began, usage.ru_utime + usage.ru_stime)


def cold_cells(took: Sequence[Cold]) -> tuple[str, str, str]:
    seconds = [run.seconds for run in took]
    cpu = statistics.median(run.cpu_seconds for run in took)
    return f"{statistics.median(seconds):.2f}", f"{min(seconds):.2f}", f"{cpu:.2f}"


# ---------------------------------------------------------------- memory


def most_memory(folder: Path) -> list[Memory]:
    """The processes of the command over the folder, at the moment when they held most."""
    most: list[Memory] = []
    with subprocess.Popen(
        command(folder), cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        while process.poll() is None:
            found = list(family(process.pid))
            if total(found) > total(most):
                most = found
            time.sleep(1 / LOOKS_A_SECOND)
    return most


def total(family: Sequence[Memory]) -> int:
    return sum(memory.proportional for memory in family)


def family(root: int) -> Iterator[Memory]:
    """A process, its fork server and that one's children."""
    numbers = [root]
    for generation in ("command", "fork server", "child"):
        for number in numbers:
            yield from memory_of(number, generation)
        numbers = [child for number in numbers for child in children(number)]


def children(number: int) -> list[int]:
    try:
        found = Path(f"/proc/{number}/task/{number}/children").read_text(encoding="ascii")
    except OSError:
        return []
    return [int(child) for child in found.split()]


def memory_of(number: int, name: str) -> Iterator[Memory]:
    """Nothing where the process has ended (proc(5), smaps_rollup)."""
    try:
        lines = Path(f"/proc/{number}/smaps_rollup").read_text(encoding="ascii").splitlines()
    except OSError:
        return
    octets = {line.split()[0]: int(line.split()[1]) * 1024 for line in lines[1:]}
    yield Memory(name, octets["Rss:"], octets["Pss:"])


def memory_table(most: Sequence[Memory]) -> Table:
    table = Table("process", title="memory at its most, over the folder")
    table.add_column("resident MB", justify="right")
    table.add_column("proportional MB", justify="right")
    for memory in most:
        table.add_row(
            memory.name, f"{memory.resident / 1e6:.0f}", f"{memory.proportional / 1e6:.0f}"
        )
    table.add_section()
    table.add_row("all", "", f"{total(most) / 1e6:.0f}")
    return table


# ---------------------------------------------------------------- warm


def serve(channel: Channel) -> None:
    """As a reader's child, which then tells how much it has spent."""
    child.serve(channel)
    channel.send(str(time.process_time()).encode())


def preload() -> Iterator[None]:
    """All of the reader's preload before the first child."""
    for _ in child.preload():
        pass
    yield


def warm(files: Sequence[Path]) -> list[float]:
    """CPU milliseconds that the child of each file has spent; a file over which it dies is left out."""
    settings = orders.ReaderSettings(UnpackLimits(), ExtractLimits())
    limits = GuardLimits(memory_octets=reader.MEMORY_OCTETS, cpu_seconds=300)
    order = partial(orders.FileOrder, settings, on=datetime.now(UTC).date())
    spent = []
    with Guard(Work(f"{MODULE}:serve", preload=f"{MODULE}:preload"), limits=limits) as guard:
        for path in files:
            with suppress(ChildDied), guard.child(path.read_bytes()) as channel:
                channel.send(orders.ORDER.dump_json(order(path.name)))
                channel.receive()
                spent.append(float(channel.receive().header) * 1000)
    return spent


def warm_table(files: Sequence[Path]) -> Table:
    table = Table("documents", title="one document in a warm child, CPU milliseconds")
    for head in ("median", "p95", "most", "no answer"):
        table.add_column(head, justify="right")
    for name, chosen in (("all", files), *by_extension(files)):
        spent = sorted(warm(chosen)) or [0.0]
        cells = (statistics.median(spent), spent[int(len(spent) * 0.95)], spent[-1])
        lost = str(len(chosen) - len(spent))
        table.add_row(f"{name} ({len(chosen)})", *(f"{cell:.1f}" for cell in cells), lost)
    return table


def shipped_octets() -> int:
    """What lies beside the code of the classifier."""
    folder = ROOT / "intake" / "classify"
    return sum(path.stat().st_size for path in folder.iterdir() if path.suffix in DATA)


if __name__ == "__main__":
    main()
