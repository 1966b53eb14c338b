"""Whatever a desk makes is for its owner only, even where everybody may do everything by default."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from intake.demo.documents import Enclosure
from tests.desks import letter

pytestmark = pytest.mark.proof

ROOT = Path(__file__).parents[2]
STRANGER = "Eve <eve@elsewhere.example>"
NOTES = Enclosure("notes.txt", "text/plain", b"What we know so far.\n")


COMMANDS = """
import os, shlex, sys
from intake.cli import main

for line in sys.stdin.read().splitlines():
    os.umask(0)
    sys.argv = ["intake", *shlex.split(line)]
    try:
        main()
    except SystemExit as end:
        if end.code:
            raise
"""


def intake(folder: Path, *lines: str) -> None:
    """Commands, given by somebody whose umask takes nothing away; in one process, since each takes a second to start."""
    subprocess.run(
        [sys.executable, "-c", COMMANDS],
        input="\n".join(lines).encode(),
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), "INTAKE_CONFIG": "desk/config.yaml"},
        check=True,
        capture_output=True,
    )


def deliver(desk: Path, name: str, octets: bytes) -> None:
    """As a mail server does."""
    path = desk / "Maildir" / "new" / name
    path.touch(mode=0o600)
    path.write_bytes(octets)


def open_to_others(folder: Path) -> list[str]:
    """What under a folder gives anything to anybody but its owner."""
    return sorted(
        f"{stat.S_IMODE(path.lstat().st_mode):o} {path.relative_to(folder)}"
        for path in folder.rglob("*")
        if stat.S_IMODE(path.lstat().st_mode) & 0o077
    )


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A desk that took a mail, held another, answered, and was copied."""
    folder = tmp_path_factory.mktemp("modes") / "desk"
    intake(
        folder.parent,
        "init desk",
        "client add 'Halden Robotics' --contact ana@halden.example",
        "project open 'Halden Robotics' 'Q4 launch' --freelancer fay@studio.example --token q4",
    )
    deliver(folder, "1", letter(attach=[NOTES]))
    deliver(folder, "2", letter(number=2, sender=STRANGER))
    intake(folder.parent, "worker --once", "backup desk/copy.db")
    return folder


def test_what_a_desk_makes_is_for_its_owner_only(desk: Path) -> None:
    assert open_to_others(desk.parent) == []


@pytest.mark.parametrize(
    "made",
    [
        "config.yaml",
        "intake.db",
        "intake.db.migrate-lock",
        "copy.db",
        "Sent/new/*",
        "Maildir/.Done/new/*",
        "Maildir/.Held/new/*",
        "Maildir/.Held/maildirfolder",
        "collateral/raw/*/*.eml",
        "collateral/clients/*/*/notes--*.txt",
        "collateral/clients/*/*/index.html",
    ],
)
def test_there_is_something_to_look_at(desk: Path, made: str) -> None:
    assert list(desk.glob(made))


def test_what_a_worker_holds_while_it_works_is_for_its_owner_only(tmp_path: Path) -> None:
    worker = subprocess.Popen(
        [sys.executable, "-c", HOLDS, "intake.db"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        umask=0,
    )
    assert worker.stdout is not None
    assert worker.stdout.readline() == b"holds\n"

    held, found = {path.name for path in tmp_path.glob("intake.db*")}, open_to_others(tmp_path)
    worker.communicate()

    assert held == {f"intake.db{end}" for end in ("", "-wal", "-shm", ".workers", ".migrate-lock")}
    assert found == []


HOLDS = """
import sys
from storage.ledger import Ledger

ledger = Ledger(f"sqlite:///{sys.argv[1]}")
ledger.database.migrate()
ledger.messages.take_over(ledger.worker)
print("holds", flush=True)
sys.stdin.read()
ledger.close()
"""
