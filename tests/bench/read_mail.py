"""Measures how well a folder of real mail is read, against its expectations.jsonl, and how quickly.

    python tests/bench/read_mail.py FOLDER [--mistakes]
    python tests/bench/read_mail.py --speed FOLDER [FOLDER ...]

Messages whose path has an even SHA-256 are those that rules were developed on; the odd ones were only reported. With
`--speed`, parse and unpack are timed against the standard library's own walk with decoding, in turn, in one run.
"""

from __future__ import annotations

import argparse
import email
import email.utils
import hashlib
import json
import statistics
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Console
from rich.table import Table

from intake.model import InboundMessage
from intake.parse import parse
from intake.unpack import UnpackLimits, unpack
from intake.vet import automatic

LIMITS = UnpackLimits(archive_octets=500 << 20, archive_entries=1000, document_octets=100 << 20)


@dataclass(frozen=True)
class Wanted:
    """One attachment as the expectations give it."""

    digest: str
    name: str
    exact: bool


@dataclass(frozen=True)
class Expectation:
    """One line of expectations.jsonl; a disputed field is in `disputed` and not asserted."""

    path: str
    attachments: tuple[Wanted, ...]
    sender: str | None
    subject: str
    auto: str | None
    auto_basis: str
    disputed: frozenset[str]

    @property
    def developed_on(self) -> bool:
        return int(hashlib.sha256(self.path.encode()).hexdigest(), 16) % 2 == 0


@dataclass
class Score:
    """Counts of one half."""

    counts: Counter[str] = field(default_factory=Counter)
    mistakes: list[str] = field(default_factory=list)
    seconds: float = 0.0

    def note(self, what: str, path: str, *, right: bool, detail: str = "") -> None:
        self.counts[f"{what}: right"] += right
        self.counts[f"{what}: of"] += 1
        if not right:
            self.mistakes.append(f"{what}: {path} {detail}")

    def share(self, what: str) -> str:
        right, of = self.counts[f"{what}: right"], self.counts[f"{what}: of"]
        return f"{right}/{of} = {100 * right / of:.2f} %" if of else "none"


def expectations(folder: Path) -> list[Expectation]:
    lines = (folder / "expectations.jsonl").read_text(encoding="utf-8").splitlines()
    return [expectation(json.loads(line)) for line in lines if line.strip()]


def expectation(entry: dict[str, object]) -> Expectation:
    listed = entry["attachments"]
    disputed = entry.get("disputed_fields") or {}
    resolved = entry.get("resolved_by_hand") or []
    assert isinstance(listed, list)
    assert isinstance(disputed, dict)
    assert isinstance(resolved, list)
    return Expectation(
        path=str(entry["path"]),
        attachments=tuple(
            Wanted(
                str(found["sha256"] if found["exact"] else found["sha256_norm"]),
                plain_name(found["filename"]),
                bool(found["exact"]),
            )
            for found in listed
        ),
        sender=str(entry["from"]).lower() if entry["from"] else None,
        subject=str(entry["subject"] or ""),
        auto=str(entry["auto"]) if entry["auto"] else None,
        auto_basis=str(entry["auto_basis"] or ""),
        disputed=frozenset(str(name) for name in disputed) - {str(name) for name in resolved},
    )


def plain_name(name: str | None) -> str:
    """Names may be read with or without their backslashes."""
    return " ".join((name or "").replace("\\", "").split())


def normalised(octets: bytes) -> bytes:
    return octets.replace(b"\r\n", b"\n").replace(b"\r", b"\n").strip()


def compare_attachments(score: Score, wanted: Expectation, message: InboundMessage) -> None:
    left = list(message.parts)
    missed = wrong_names = 0
    for attachment in wanted.attachments:
        matching = [
            part
            for part in left
            if attachment.digest
            == (
                part.sha256
                if attachment.exact
                else hashlib.sha256(normalised(part.octets)).hexdigest()
            )
        ]
        matching.sort(key=lambda part: plain_name(part.filename) != attachment.name)
        if not matching:
            missed += 1
            continue
        left.remove(matching[0])
        wrong_names += plain_name(matching[0].filename) != attachment.name
    score.counts["missed"] += missed
    score.counts["extra"] += len(left)
    score.note(
        "all attachments",
        wanted.path,
        right=not missed and not left,
        detail=f"missed {missed}, extra {len(left)}",
    )
    if wanted.attachments and not missed:
        score.note("names", wanted.path, right=not wrong_names)


def compare_fields(score: Score, wanted: Expectation, message: InboundMessage) -> None:
    several = len(email.utils.getaddresses(list(message.field_values("From")))) > 1
    found = message.sender.address if message.sender else None
    if "from" not in wanted.disputed and not (several and found is None):
        score.note("From", wanted.path, right=found == wanted.sender, detail=f"{found!r}")
    if "subject" not in wanted.disputed:
        subject = " ".join(message.subject.split())
        right = subject == " ".join(wanted.subject.split())
        score.note("Subject", wanted.path, right=right, detail=f"{subject!r}")


def compare_automatic(score: Score, wanted: Expectation, message: InboundMessage) -> None:
    if "auto" in wanted.disputed:
        return
    kind = automatic(message, frozenset())
    if wanted.auto:
        what = (
            "recall, by header or hand"
            if wanted.auto_basis.startswith(("header", "hand"))
            else "recall, others"
        )
        score.note(
            f"automatic: {what}", wanted.path, right=kind is not None, detail=wanted.auto_basis
        )
        if kind:
            score.note("automatic: kind", wanted.path, right=kind == wanted.auto, detail=str(kind))
    if kind:
        score.note("automatic: precision", wanted.path, right=wanted.auto is not None, detail=kind)


def measure(folder: Path, wanted: list[Expectation]) -> Score:
    score = Score()
    for one in wanted:
        octets = (folder / one.path).read_bytes()
        began = time.perf_counter()
        try:
            message = parse(octets)
            unpack(message, LIMITS)
        except Exception as error:  # noqa: BLE001  # a crash is what is counted here
            score.counts["crashes"] += 1
            score.mistakes.append(f"crash: {one.path} {error!r}")
            continue
        score.seconds += time.perf_counter() - began
        if "attachments" not in one.disputed:
            compare_attachments(score, one, message)
        compare_fields(score, one, message)
        compare_automatic(score, one, message)
    return score


ROWS = (
    "all attachments",
    "names",
    "From",
    "Subject",
    "automatic: recall, by header or hand",
    "automatic: recall, others",
    "automatic: precision",
    "automatic: kind",
)


def print_quality(folder: Path, *, mistakes: bool) -> None:
    console = Console(width=120)
    wanted = expectations(folder)
    halves = [
        [one for one in wanted if one.developed_on],
        [one for one in wanted if not one.developed_on],
    ]
    scores = [measure(folder, half) for half in halves]
    table = Table("", "developed on", "only reported", title=str(len(wanted)) + " messages")
    table.add_row("messages", *(str(len(half)) for half in halves))
    table.add_row("crashes", *(str(score.counts["crashes"]) for score in scores))
    for row in ROWS:
        table.add_row(row, *(score.share(row) for score in scores))
    for row in ("missed", "extra"):
        table.add_row(f"attachments {row}", *(str(score.counts[row]) for score in scores))
    table.add_row(
        "messages/s, parse + unpack",
        *(f"{len(half) / score.seconds:.0f}" for half, score in zip(halves, scores, strict=True)),
    )
    console.print(table)
    if mistakes:
        console.print("\n".join(scores[0].mistakes), markup=False, highlight=False)


def walk_of_the_standard_library(octets: bytes) -> None:
    """What a user's own script does: every leaf decoded and hashed."""
    for part in email.message_from_bytes(octets).walk():
        if not part.is_multipart():
            payload = part.get_payload(decode=True)
            hashlib.sha256(payload if isinstance(payload, bytes) else b"").hexdigest()


def read_and_unpack(octets: bytes) -> None:
    unpack(parse(octets), LIMITS)


def seconds(work: Callable[[bytes], None], octets: bytes) -> float:
    began = time.perf_counter()
    work(octets)
    return time.perf_counter() - began


def print_speed(folders: list[Path]) -> None:
    """Both in turn on each message, so that a busy machine hurts them alike; the first pass only warms."""
    table = Table(
        "",
        "messages",
        "octets",
        "standard library",
        "parse + unpack",
        "ratio of totals",
        "median ratio",
    )
    for folder in folders:
        messages = [path.read_bytes() for path in sorted(folder.glob("*.eml"))]
        for octets in messages[:3]:
            read_and_unpack(octets)
        theirs, ours = [], []
        for octets in messages:
            theirs.append(seconds(walk_of_the_standard_library, octets))
            ours.append(seconds(read_and_unpack, octets))
        ratios = [mine / other for mine, other in zip(ours, theirs, strict=True)]
        table.add_row(
            folder.name,
            str(len(messages)),
            f"{sum(map(len, messages)) / 1e6:.0f} MB",
            f"{len(messages) / sum(theirs):.1f}/s",
            f"{len(messages) / sum(ours):.1f}/s",
            f"{sum(ours) / sum(theirs):.2f}",
            f"{statistics.median(ratios):.2f}",
        )
    Console(width=120).print(table)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument(
        "--mistakes", action="store_true", help="list the mistakes in the first half"
    )
    parser.add_argument("--speed", action="store_true", help="time folders of .eml files instead")
    options = parser.parse_args()
    if options.speed:
        print_speed(options.folders)
        return
    for folder in options.folders:
        print_quality(folder, mistakes=options.mistakes)


if __name__ == "__main__":
    main()
