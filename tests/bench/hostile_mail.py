"""How long each message takes that is made to burst, loop, nest or drag on, from octets to what is known of its documents.

    python -m tests.bench.hostile_mail [--only WORDS]

Each is read by a guarded child, as the worker has it read. Seconds are those of the clock that a worker would wait, and of the
CPU that the child took; on a machine that others use, only the latter last. The bar for every one is two seconds.
"""

from __future__ import annotations

import argparse
import os
import resource
import time
from collections import Counter
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from rich.console import Console
from rich.table import Table

from intake.errors import PermanentError
from intake.reader import Reader, reader_settings
from tests.bombs import BOMBS, Bomb

TODAY = date(2026, 6, 1)
BAR_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Read:
    """What became of one message."""

    octets: int
    seconds: float
    cpu_seconds: float
    parts: int
    told: str


def read(reader: Reader, bomb: Bomb) -> Read:
    octets = bomb.build()
    began, spent = time.perf_counter(), _cpu_seconds(reader)
    parts, told = _told(reader, octets)
    seconds = time.perf_counter() - began
    return Read(len(octets), seconds, _cpu_seconds(reader) - spent, parts, told)


def _told(reader: Reader, octets: bytes) -> tuple[int, str]:
    try:
        with closing(reader.open(octets, envelope_recipient=None, received_on=TODAY)) as opened:
            fates = Counter(entry.fate.value for entry in opened.parts)
            problems = Counter(
                found.classification.problem or found.classification.kind
                for found in opened.examined()
            )
            defects = ", ".join(opened.message.defects)
    except PermanentError as error:
        return 0, str(error)
    counted = ", ".join(f"{count} {what}" for what, count in (*fates.items(), *problems.items()))
    return sum(fates.values()), f"{counted or 'no parts'}{f' ({defects})' if defects else ''}"


def _cpu_seconds(reader: Reader) -> float:
    """Of this process and of the fork server with all children that it has removed (proc(5), stat)."""
    own = resource.getrusage(resource.RUSAGE_SELF)
    server = reader._guard._server
    if server is None:
        return own.ru_utime + own.ru_stime
    told = Path(f"/proc/{server._process.pid}/stat").read_text(encoding="ascii")
    fields = told.rpartition(")")[2].split()
    ticks = sum(map(int, fields[11:15]))
    return own.ru_utime + own.ru_stime + ticks / os.sysconf("SC_CLK_TCK")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="", help="messages whose name holds this")
    arguments = parser.parse_args()
    table = Table("message", "KB", "parts", "seconds", "CPU", "ends as")
    for column in table.columns[1:5]:
        column.justify = "right"
    with closing(Reader(reader_settings(None))) as reader:
        reader.classify_file(b"Hello", filename="a.txt")
        time.sleep(3)  # until the fork server has prepared itself
        for bomb in (bomb for bomb in BOMBS if arguments.only in bomb.name):
            found = read(reader, bomb)
            seconds = f"{found.seconds:.2f}{' !' if found.seconds > BAR_SECONDS else ''}"
            cpu = f"{found.cpu_seconds:.2f}{' !' if found.cpu_seconds > BAR_SECONDS else ''}"
            size = f"{found.octets / 1024:,.0f}"
            table.add_row(bomb.name, size, f"{found.parts:,}", seconds, cpu, found.told)
    console = Console(width=160)
    console.print(f"load {os.getloadavg()[0]:.1f}", highlight=False)
    console.print(table)


if __name__ == "__main__":
    main()
