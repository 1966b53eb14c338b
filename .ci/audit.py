"""Asks pip-audit whether a pinned dependency has a known vulnerability that a newer version mends; fails only then.

Never fails, and never hangs, for lack of a network: then it says so, and the pins of constraints.txt are what holds.
"""

# ruff: noqa: INP001  # a program, no package

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path

PINS = Path(__file__).parent.parent / "constraints.txt"
SECONDS = 120


def main() -> int:
    """Print what is found; 1 where there is a mended version of something that we pin."""
    try:
        report = _report()
    except (OSError, subprocess.SubprocessError, ValueError):
        return _unknown("pip-audit is not to be had, or it was not done in time")
    audited = [entry for entry in report if "vulns" in entry]
    if not audited:
        return _unknown("its data could not be reached")
    found = [(entry, flaw) for entry in audited for flaw in entry["vulns"]]
    for entry, flaw in found:
        mended = ", ".join(flaw["fix_versions"]) or "no version yet"
        sys.stdout.write(f"{entry['name']} {entry['version']}: {flaw['id']}, mended in {mended}\n")
    sys.stdout.write(
        f"{len(audited)} of {len(report)} pins were looked up, {len(found)} flaws are known\n"
    )
    return int(any(flaw["fix_versions"] for _, flaw in found))


def _unknown(why: str) -> int:
    sys.stdout.write(f"not audited, {why}: the pins of constraints.txt are what holds\n")
    return 0


def _report() -> list[dict[str, list[dict[str, list[str]]]]]:
    with tempfile.TemporaryDirectory() as folder:
        own = Path(folder, "bin")
        _run(sys.executable, "-m", "venv", folder)
        _run(str(own / "pip"), "install", "--quiet", "pip-audit")
        options = ("--no-deps", "--disable-pip", "--progress-spinner=off", "--timeout=10")
        told = _run(str(own / "pip-audit"), "-r", str(PINS), *options, "--format=json")
    report: list[dict[str, list[dict[str, list[str]]]]] = json.loads(told)["dependencies"]
    return report


def _run(*command: str) -> str:
    """What a program prints; pip-audit ends with 1 where it finds something."""
    ended = subprocess.run(  # noqa: S603  # our own arguments
        command, capture_output=True, text=True, timeout=SECONDS, check=False
    )
    if ended.returncode not in {0, 1}:
        raise subprocess.SubprocessError
    return ended.stdout


if __name__ == "__main__":
    sys.exit(main())
