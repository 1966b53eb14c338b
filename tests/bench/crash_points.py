"""A table of crash points: how many, where, and whether the world was that of an undisturbed run after each.

    python -m tests.bench.crash_points [--list]

Kills a worker, or a person's command, at every point of `tests.sweeps`: by SIGKILL, once for each, on a desk of its own.
`--list` names each point as it is killed at. Exits 1 where one is not equal.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tests import stores
from tests.crashing import crashing
from tests.sweeps import BY_HAND, SWEEPS, Kill, sweep


def main() -> int:
    """Kill, and print what came of it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--list", action="store_true", help="name each point")
    lists = parser.parse_args().list
    os.environ.update(stores.S3_ENVIRONMENT)
    table = Table("points", "engine", "store", "sink", "kills", "equal", "doubtful", "seconds")
    wrong: list[Kill] = []
    console = Console()
    with (
        tempfile.TemporaryDirectory() as folder,
        crashing(Path(folder, "lives.log"), stores.S3_ENVIRONMENT) as lives,
    ):
        for number, (place, choice, stages) in enumerate((*SWEEPS, *BY_HAND)):
            began = time.monotonic()
            kills: list[Kill] = []
            for kill in sweep(lives, Path(folder, str(number)), place, choice, stages):
                kills.append(kill)
                if lists or not kill.right:
                    console.print(str(kill), markup=False)
            wrong += [kill for kill in kills if not kill.right]
            table.add_row(
                choice.__name__.replace("_", " "),
                place.engine,
                place.store,
                place.sink,
                str(len(kills)),
                str(sum(kill.right for kill in kills)),
                str(sum(kill.doubtful for kill in kills)),
                f"{time.monotonic() - began:.0f}",
            )
    console.print(table)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
