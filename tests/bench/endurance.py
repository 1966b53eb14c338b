"""What a long life costs: memory after ten thousand messages, memory after large ones, and a poll over a full desk.

    python -m tests.bench.endurance [--messages 10000] [--large 20] [--done 100000]

A worker process on a Maildir, a folder and SQLite takes MESSAGES of 20 KB, then LARGE of 25 MB. Then rounds over a desk
whose ledger and Dovecot mailbox hold DONE messages are paired with rounds over an empty one.
"""

from __future__ import annotations

import argparse
import os
import random
import re
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from binascii import b2a_uu
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from threading import Event, Thread
from zipfile import ZipFile

import sqlalchemy as sa

from intake.app import App, open_app
from intake.config import load
from intake.demo import documents
from intake.demo.documents import Enclosure
from intake.model import Address
from intake.worker import Worker
from storage import schema
from storage.directory import NewProject
from storage.ledger import Ledger
from tests import servers
from tests.bench.whole_loop import resident
from tests.desks import FREELANCER, TODAY, Wiring, config_file, imap_source, letter, post

ROOT = Path(__file__).parents[2]
CLIENTS = 100
SMALL_OCTETS = 14_000
LARGE_OCTETS = 18_500_000
"""Encoded in base64 it makes a message of 25 MB."""
SETTLING_SECONDS = 3.0
ROUNDS = 40


@dataclass(frozen=True, slots=True)
class Memory:
    """In octets: proportional set sizes, so that shared pages count once."""

    worker: int
    everything: int
    """The worker with its fork server and children."""


def memory(pid: int) -> Memory:
    rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
    found = re.search(r"^Rss:\s+(\d+)", rollup, re.MULTILINE)
    return Memory(int(found.group(1)) * 1024 if found else 0, resident(pid))


def small(number: int) -> bytes:
    rows = "\n".join(
        f"2027-{row % 12 + 1:02}-{row % 27 + 1:02},Meetup {number} {row},Hall {number % 97}"
        for row in range(SMALL_OCTETS // 30)
    )
    calendar = Enclosure(f"events {number}.csv", "text/csv", f"Date,Event,Place\n{rows}\n".encode())
    return letter(number=number, sender=sender(number), attach=[calendar])


def large(number: int) -> bytes:
    """A deck that holds a film; the same cut short; the same uuencoded into the text; nothing but text."""
    deck = documents.investor_deck(TODAY)
    with BytesIO(deck.octets) as file:
        with ZipFile(file, "a") as package:
            film = random.Random(number).randbytes(LARGE_OCTETS)  # noqa: S311  # no secrets
            package.writestr("ppt/media/film.mp4", film)
        octets = file.getvalue()
    match number % 4:
        case 2:
            return letter(number=number, sender=sender(number), text=uuencoded(octets))
        case 3:
            text = "\n".join(f"Meetup {line} in hall {line % 97}." for line in range(900_000))
            return letter(number=number, sender=sender(number), text=text)
    attached = replace(deck, filename=f"deck {number}.pptx", octets=octets)
    whole = letter(number=number, sender=sender(number), attach=[attached])
    return whole[:-1_000_001] if number % 4 else whole


def uuencoded(octets: bytes) -> str:
    lines = (b2a_uu(octets[place : place + 45]) for place in range(0, len(octets), 45))
    return f"Hello,\nhere it is.\nbegin 644 deck.pptx\n{b''.join(lines).decode()}`\nend\n"


def sender(number: int) -> str:
    return f"ana@client{number % CLIENTS}.example"


def engage(ledger: Ledger) -> None:
    for number in range(CLIENTS):
        name = f"Client {number}"
        ledger.directory.add_client(name, contacts=[Address(sender(number))])
        ledger.directory.open_project(
            NewProject(name, "Launch", "onboarding", (FREELANCER,), "UTC", TODAY)
        )


@contextmanager
def worker(config: Path) -> Iterator[int]:
    """A worker process; its number."""
    process = subprocess.Popen(
        [sys.executable, "-m", "intake", "worker", "--config", config],
        cwd=ROOT,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield process.pid
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)


def settled(ledger: Ledger) -> int:
    statuses = ledger.messages.statuses()
    return sum(statuses.values()) - statuses.get("waiting", 0)


def wait(ledger: Ledger, count: int) -> None:
    while settled(ledger) < count or ledger.letters.unsent() > 20:
        time.sleep(0.25)


@contextmanager
def watching(pid: int) -> Iterator[list[int]]:
    """The sizes of everything, sampled every 20 ms."""
    samples: list[int] = []
    done = Event()

    def watch() -> None:
        while not done.wait(0.02):
            samples.append(resident(pid))

    thread = Thread(target=watch)
    thread.start()
    try:
        yield samples
    finally:
        done.set()
        thread.join()


def long_life(folder: Path, *, messages: int, larges: int) -> None:
    config = config_file(folder)
    with closing(Ledger(load(config, {}).database.url)) as ledger:
        ledger.database.migrate()
        engage(ledger)
        for number in range(messages):
            post(folder / "Maildir", small(number), f"{number:06}.test")
        began = time.perf_counter()
        with worker(config) as pid:
            first = min(500, messages // 2)
            wait(ledger, first)
            early = memory(pid)
            wait(ledger, messages)
            time.sleep(SETTLING_SECONDS)
            late = memory(pid)
            seconds = time.perf_counter() - began
            print(
                f"{messages} messages of 20 KB in {seconds:.0f} s: worker {mb(early.worker)} MB after {first}, "
                f"{mb(late.worker)} MB at the end, ratio {late.worker / early.worker:.2f}; "
                f"everything {mb(early.everything)} and {mb(late.everything)} MB"
            )
            with watching(pid) as samples:
                for number in range(larges):
                    post(folder / "Maildir", large(number), f"large-{number:03}.test")
                    wait(ledger, messages + number + 1)
            time.sleep(SETTLING_SECONDS)
            after = memory(pid)
            print(
                f"{larges} of 25 MB: worker {mb(after.worker)} MB afterwards, ratio to before "
                f"{after.worker / late.worker:.2f}; peak of everything {mb(max(samples))} MB, "
                f"{(max(samples)) / 25e6:.1f} times the message, "
                f"{(max(samples) - late.everything) / 25e6:.1f} times above the rest"
            )


def mb(octets: int) -> str:
    return f"{octets / 1e6:.0f}"


def fill(app: App, mail: Path, done: int) -> None:
    """A ledger and a done folder with that many messages, each answered twice, as a desk of some years has them."""
    now = datetime.now(UTC)
    rows = [
        {
            "sha256": f"{number:064x}",
            "digest": f"{number:064x}",
            "size_octets": 20_000,
            "blob_key": f"raw/{number:064x}.eml",
            "source": "sources[0]",
            "locator": f"INBOX;UIDVALIDITY=1/;UID={number}",
            "acknowledged_at": now,
            "received_at": now,
            "settled_at": now,
            "status": "accepted",
            "references": [],
            "notes": [],
            "cc": [],
        }
        for number in range(done)
    ]
    letters = [
        {
            "kind": "reply",
            "cause": f"{number:064x}",
            "thread": f"{number}",
            "recipient": FREELANCER,
            "state": "sent",
            "due_at": now,
            "created_at": now,
            "sent_at": now,
            "recipients": [FREELANCER],
        }
        for number in range(2 * done)
    ]
    with app.ledger.database.write() as session:
        session.execute(sa.insert(schema.Message), rows)
        session.execute(sa.insert(schema.Letter), letters)
    for name in ("new", "cur", "tmp"):
        (mail / name).mkdir(parents=True, exist_ok=True)
    octets = letter(number=1)
    for number in range(done):
        (mail / "cur" / f"{number}.test:2,S").write_bytes(octets)


def rounds(workers: Sequence[Worker]) -> list[list[float]]:
    """Seconds of each round of each worker, in turn."""
    spent: list[list[float]] = [[] for _ in workers]
    for _ in range(ROUNDS):
        for times, one in zip(spent, workers, strict=True):
            began = time.perf_counter()
            one._round(at_once=False)
            times.append(time.perf_counter() - began)
    return spent


def polling(folder: Path, *, done: int) -> None:
    with ExitStack() as stack:
        dovecot = stack.enter_context(servers.dovecot())
        workers = []
        for name in ("empty", "full"):
            account = dovecot.account()
            (folder / name).mkdir()
            source = imap_source(account.port, account.username, account.password)
            config = config_file(folder / name, Wiring(source=source))
            app = stack.enter_context(open_app(load(config, os.environ)))
            account.create("Intake")
            account.create("Intake/Done")
            if name == "full":
                fill(app, dovecot.mail_of(account) / ".Intake.Done", done)
                own_mailbox(dovecot.mail_of(account))
            workers.append(Worker(app))
        rounds(workers)
        empty, full = (statistics.median(times) * 1000 for times in rounds(workers))
        print(
            f"a round over an empty desk {empty:.1f} ms, over one with {done} done messages "
            f"{full:.1f} ms: ratio {full / empty:.2f} (medians of {ROUNDS}, in turn)"
        )


def own_mailbox(mail: Path) -> None:
    """What this process has written belongs to whoever Dovecot reads as."""
    owner = mail.stat()
    for path in (mail / ".Intake.Done").rglob("*"):
        os.chown(path, owner.st_uid, owner.st_gid)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=10_000)
    parser.add_argument("--large", type=int, default=20)
    parser.add_argument("--done", type=int, default=100_000)
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="endurance-") as name:
        folder = Path(name)
        if wanted.done:
            polling(folder, done=wanted.done)
        if wanted.messages:
            (folder / "life").mkdir()
            long_life(folder / "life", messages=wanted.messages, larges=wanted.large)


if __name__ == "__main__":
    main()
