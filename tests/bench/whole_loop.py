"""The whole loop beside the script that a user would write instead: messages a second, latency, memory.

    python -m tests.bench.whole_loop ../shared/bench [--small 200] [--large 20]

Both read the same mail from the same Dovecot, file to the same S3 server and answer to the same SMTP sink, in turn, in
one run: only the ratios last. Needs dovecot, and what make_mail.py and user_script.py of that folder need.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from email import message_from_bytes
from pathlib import Path

from rich.console import Console
from rich.table import Table

from intake.app import open_app
from intake.config import load
from intake.model import Address
from storage.directory import NewProject
from tests import servers, stores
from tests.desks import TODAY, Wiring, config_file, imap_source, smtp_delivery

ROOT = Path(__file__).parents[2]
DESK = "collateral@agency.example.test"
LATENCIES = 20


@dataclass(frozen=True, slots=True)
class Run:
    """One program over one workload."""

    messages: int
    seconds: float
    cpu_seconds: float
    peak_octets: int

    @property
    def rate(self) -> float:
        return self.messages / self.seconds


@dataclass(frozen=True, slots=True)
class Stage:
    """The servers that both programs use."""

    dovecot: servers.Dovecot
    s3: str
    sink: servers.SmtpSink
    folder: Path


@contextmanager
def moto_process() -> Iterator[str]:
    """moto's S3 server in a process of its own, so that it does not share an interpreter with the SMTP sink."""
    port = stores.free_port()
    server = subprocess.Popen(
        [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    url = f"http://127.0.0.1:{port}"
    try:
        for _ in range(300):
            try:
                urllib.request.urlopen(f"{url}/moto-api/", timeout=1).read()  # noqa: S310  # our own server
                break
            except OSError:
                time.sleep(0.1)
        yield url
    finally:
        server.terminate()
        server.wait(10)


def build(bench: Path, folder: Path, *, kind: str, count: int) -> list[bytes]:
    """The workload of `make_mail.py`."""
    made = folder / kind
    subprocess.run(
        [
            sys.executable,
            bench / "make_mail.py",
            "build",
            "--kind",
            kind,
            "--n",
            str(count),
            "--dir",
            made,
        ],
        check=True,
        stdout=subprocess.DEVNULL,
    )
    return [path.read_bytes() for path in sorted(made.glob("*.eml"))]


def deliver(account: servers.ImapAccount, mail: Sequence[bytes]) -> None:
    account.append_all(mail)


def desk(stage: Stage, account: servers.ImapAccount, mail: Sequence[bytes], name: str) -> Path:
    """A desk as the workload's README says: one contact a sender, S3 and SQLite, answers at once."""
    folder = stage.folder / f"desk-{name}"
    folder.mkdir()
    with stores.bucket(stage.s3) as bucket:
        wiring = Wiring(
            source=imap_source(account.port, account.username, account.password),
            delivery=smtp_delivery(stage.sink.port),
            blobs={
                "url": f"s3://{bucket}/intake",
                "region": stores.S3_REGION,
                "endpoint_url": stage.s3,
            },
            intake={"address": DESK, "answer_mail_since": "2025-01-01"},
        )
    config = config_file(folder, wiring)
    senders = sorted(
        {
            found.group(0)
            for octets in mail
            if (found := re.search(rb"[a-z.]+@[a-z.-]+(?=>)", octets[:400]))
        }
    )
    with open_app(load(config, {})) as app:
        for number, sender in enumerate(senders):
            app.ledger.directory.add_client(f"Client {number}", contacts=[Address(sender.decode())])
            app.ledger.directory.open_project(
                NewProject(
                    f"Client {number}",
                    "Summit",
                    "onboarding",
                    (Address("fay@agency.example.test"),),
                    "UTC",
                    TODAY,
                )
            )
    return config


def watched(command: Sequence[str | Path], messages: int, *, sampled: bool) -> tuple[Run, str]:
    """Run to the end. Memory is sampled only if asked for: the samples slow down what they watch."""
    before = os.times()
    began = time.perf_counter()
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=ROOT, text=True
    )
    peak = 0
    while sampled and process.poll() is None:
        peak = max(peak, resident(process.pid))
        time.sleep(0.02)
    output, errors = process.communicate()
    seconds = time.perf_counter() - began
    after = os.times()
    if process.returncode:
        raise SystemExit(f"{command} ended with {process.returncode}: {errors[-2000:]}")
    cpu = (
        after.children_user + after.children_system - before.children_user - before.children_system
    )
    return Run(messages, seconds, cpu, peak), output


def resident(pid: int) -> int:
    """Proportional set size of a process and its descendants, in octets: shared pages count once."""
    total, left = 0, [pid]
    while left:
        one = left.pop()
        try:
            rollup = Path(f"/proc/{one}/smaps_rollup").read_text()
            found = re.search(r"^Pss:\s+(\d+)", rollup, re.MULTILINE)
            total += int(found.group(1)) * 1024 if found else 0
            left += [
                int(child) for child in Path(f"/proc/{one}/task/{one}/children").read_text().split()
            ]
        except OSError:
            continue
    return total


def user_script(bench: Path, stage: Stage, mail: Sequence[bytes]) -> Run:
    account = stage.dovecot.account()
    deliver(account, mail)
    run, output = watched(
        [
            sys.executable,
            bench / "user_script.py",
            f"127.0.0.1:{account.port}",
            account.username,
            account.password,
            stage.s3,
            f"127.0.0.1:{stage.sink.port}",
        ],
        len(mail),
        sampled=False,
    )
    # Its own clock starts after its imports; ours is taken without them as well, see `ours`.
    return Run(run.messages, float(json.loads(output)["t"]), run.cpu_seconds, run.peak_octets)


def ours(
    stage: Stage, mail: Sequence[bytes], name: str, *, sampled: bool = False
) -> tuple[Run, dict[str, float]]:
    """`Worker.once` with a clock around it and around each stage."""
    account = stage.dovecot.account()
    deliver(account, mail)
    config = desk(stage, account, mail, name)
    sent = len(stage.sink.letters)
    run, output = watched(
        [sys.executable, "-m", "tests.bench.staged_worker", config], len(mail), sampled=sampled
    )
    told: dict[str, float] = json.loads(output.splitlines()[-1])
    total = told.pop("total")
    if len(stage.sink.letters) - sent < len(mail):
        raise SystemExit("fewer letters than messages: the comparison is void")
    return Run(run.messages, total, run.cpu_seconds, run.peak_octets), told


def latencies(stage: Stage, mail: Sequence[bytes]) -> list[float]:
    """Seconds from APPEND to the reply in the sink, with a worker that waits in IDLE."""
    account = stage.dovecot.account()
    config = desk(stage, account, mail, "latency")
    worker = subprocess.Popen(
        [sys.executable, "-m", "intake", "worker", "--config", config],
        cwd=ROOT,
        stderr=subprocess.DEVNULL,
    )
    try:
        answered(stage, account, mail[0])
        return [answered(stage, account, octets) for octets in mail[1 : LATENCIES + 1]]
    finally:
        worker.send_signal(signal.SIGTERM)
        if worker.wait(30) != 0:
            raise SystemExit("SIGTERM did not end the worker with 0")


def answered(stage: Stage, account: servers.ImapAccount, octets: bytes) -> float:
    wanted = str(message_from_bytes(octets)["Message-ID"]).encode()
    sent = len(stage.sink.letters)
    time.sleep(1.0)
    began = time.perf_counter()
    deliver(account, [octets])
    while not any(wanted in letter.octets for letter in stage.sink.letters[sent:]):
        if time.perf_counter() - began > 30:
            raise SystemExit("no reply within 30 s")
        time.sleep(0.002)
    return time.perf_counter() - began


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("bench", type=Path)
    parser.add_argument("--small", type=int, default=200)
    parser.add_argument("--large", type=int, default=20)
    asked = parser.parse_args()
    os.environ.update(stores.S3_ENVIRONMENT)
    console = Console()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        stage = Stage(
            stack.enter_context(servers.dovecot()),
            stack.enter_context(moto_process()),
            stack.enter_context(servers.smtp_sink()),
            folder,
        )
        table = Table("workload", "program", "messages/s", "CPU s", "ratio")
        stages = Table("stage (s)", "small", "large")
        spent: dict[str, dict[str, float]] = {}
        for kind, count in (("small", asked.small), ("large", asked.large)):
            mail = build(asked.bench, folder, kind=kind, count=count)
            theirs = user_script(asked.bench, stage, mail)
            mine, spent[kind] = ours(stage, mail, kind)
            for name, run, ratio in (
                ("user_script.py", theirs, ""),
                ("intake worker", mine, f"{mine.rate / theirs.rate:.2f}"),
            ):
                table.add_row(
                    kind,
                    name,
                    f"{run.rate:.1f}",
                    f"{run.cpu_seconds:.1f}",
                    ratio,
                )
        console.print(table)
        for name in spent["small"]:
            stages.add_row(
                name, *(f"{spent[kind].get(name, 0):.2f}" for kind in ("small", "large"))
            )
        console.print(stages)
        small = build(asked.bench, folder, kind="small", count=LATENCIES + 1)
        found = [seconds * 1000 for seconds in latencies(stage, small)]
        console.print(
            f"APPEND to reply, IDLE: median {statistics.median(found):.0f} ms, {min(found):.0f} to {max(found):.0f}, n={len(found)}"
        )
        big = one_big(build(asked.bench, folder, kind="large", count=1)[0])
        run, _ = ours(stage, [big], "big", sampled=True)
        console.print(
            f"one message of {len(big) / 1e6:.0f} MB: peak {run.peak_octets / 1e6:.0f} MB, worker and child together"
        )


def one_big(octets: bytes) -> bytes:
    """The first large message with an attachment of 18 MB more: about 25 MB in transfer encoding."""
    message = message_from_bytes(octets)
    from email.mime.application import MIMEApplication

    message.attach(MIMEApplication(os.urandom(11_000_000), Name="rushes.bin"))
    return message.as_bytes()


if __name__ == "__main__":
    main()
