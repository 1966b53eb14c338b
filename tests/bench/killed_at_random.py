"""A worker killed again and again at random moments: `python -m tests.bench.killed_at_random --kills 1000 --messages 1000`.

By hand, since it takes a while. Prints how many messages were lost, filed twice, answered twice and wrongly held, all of
which must be 0, and exits 1 where one is not.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.progress import Progress

from tests import stores
from tests.crashing import crashing
from tests.storms import Toll, storm
from tests.worlds import Place


def main() -> int:
    """Kill, and print what it cost."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=1000)
    parser.add_argument("--messages", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=2026)
    parser.add_argument("--engine", choices=["sqlite", "postgresql"], default="sqlite")
    parser.add_argument("--store", choices=["folder", "s3"], default="folder")
    parser.add_argument("--sink", choices=["maildir", "smtp"], default="maildir")
    asked = parser.parse_args()
    os.environ.update(stores.S3_ENVIRONMENT)
    place = Place(asked.engine, asked.store, asked.sink)
    with tempfile.TemporaryDirectory() as folder, Progress() as progress:
        task = progress.add_task("Killing", total=asked.kills)
        with crashing(Path(folder, "lives.log"), stores.S3_ENVIRONMENT) as lives:
            toll = storm(
                lives,
                Path(folder, "storm"),
                place,
                messages=asked.messages,
                kills=asked.kills,
                seed=asked.seed,
                told=lambda number: progress.update(task, completed=number),
            )
    _print(toll, asked.messages, place)
    return 1 if toll.wrong else 0


def _print(toll: Toll, messages: int, place: Place) -> None:
    console = Console()
    console.print(
        f"{toll.kills} kills, {toll.at_work} of them at work, over {messages} messages ({place}): "
        f"{toll.lost} lost, {toll.filed_twice} filed twice, {toll.answered_twice} answered twice, "
        f"{toll.wrongly_held} wrongly held; {toll.letters} letters arrived, {toll.doubtful} are doubtful; "
        f"{toll.seconds:.0f} seconds",
        markup=False,
    )
    for difference in toll.unlike:
        console.print(difference, markup=False)


if __name__ == "__main__":
    sys.exit(main())
