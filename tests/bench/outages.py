"""Every outage that is a test, as a table: how long after the return the work was done, against the pause of then.

    python tests/bench/outages.py

Runs the proofs of `tests/flows/test_outages_*.py`, a few minutes. What a machine lacks the rights or the program for is
missing from the table.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[2]
BAR = 2.0


def main() -> int:
    """Measure, print, and say whether every outage stayed under the bar."""
    with tempfile.TemporaryDirectory() as folder:
        table = Path(folder, "table")
        table.touch()
        tests = sorted(str(path) for path in (ROOT / "tests" / "flows").glob("test_outages_*.py"))
        run = subprocess.run(
            [sys.executable, "-m", "pytest", "-n0", "-q", "-m", "proof", *tests],
            check=False,
            cwd=ROOT,
            env=os.environ | {"INTAKE_OUTAGES_TABLE": str(table)},
            stdout=subprocess.PIPE,
        )
        rows = [line.split("\t") for line in table.read_text().splitlines()]
    print(f"{'outage':<52}{'down s':>8}{'pause s':>9}{'until done s':>14}{'ratio':>7}")
    for name, down, pause, until in rows:
        print(f"{name:<52}{down:>8}{pause:>9}{until:>14}{float(until) / float(pause):>7.2f}")
    worst = max((float(until) / float(pause) for _, _, pause, until in rows), default=0.0)
    print(f"{len(rows)} outages, worst ratio {worst:.2f} (bar {BAR:.0f})")
    print(run.stdout.decode().strip().splitlines()[-1])
    return run.returncode


if __name__ == "__main__":
    sys.exit(main())
