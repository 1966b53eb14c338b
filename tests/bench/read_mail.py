"""Measures how well a folder of real mail is read, against its expectations.jsonl, and how quickly.

    python tests/bench/read_mail.py FOLDER [--mistakes]
    python tests/bench/read_mail.py --speed FOLDER [FOLDER ...]

Messages whose path has an even SHA-256 are those that rules were developed on; the odd ones were only reported.

Each figure stands there twice. *Strict* asserts every expectation but those of a field that is disputed and was not
resolved by hand. *As allowed* differs by two rules, which follow from the remarks that come with the expectations:
where the attachments were disputed and then resolved by hand, they count as right if they differ from the one parser
that was followed in line ends only (`sha256_norm`); and a message that begins with a blank line is left out if nobody
who gave the expectations read From, Subject or attachments in it: blank lines before the header are to be skipped.

With `--speed`, parse, and parse with unpack, are timed against the standard library's own walk with decoding, in turn,
in one run, over all .eml files in the folders and below.
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

from intake.automatic import automatic
from intake.model import InboundMessage, Part, normalise_address
from intake.parse import parse
from intake.unpack import UnpackLimits, unpack

LIMITS = UnpackLimits(archive_octets=500 << 20, archive_entries=1000, document_octets=100 << 20)


@dataclass(frozen=True)
class Wanted:
    """One attachment as the expectations give it."""

    digest: str
    normalised_digest: str
    name: str
    exact: bool

    def is_met_by(self, part: Part, *, line_ends_matter: bool) -> bool:
        if self.exact and part.sha256 == self.digest:
            return True
        if self.exact and line_ends_matter:
            return False
        return hashlib.sha256(normalised(part.octets)).hexdigest() == self.normalised_digest


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
    settled_by_hand: frozenset[str]

    @property
    def is_empty(self) -> bool:
        return not (self.attachments or self.sender or self.subject)

    @property
    def developed_on(self) -> bool:
        return int(hashlib.sha256(self.path.encode()).hexdigest(), 16) % 2 == 0


@dataclass
class Score:
    """Counts of one half."""

    counts: Counter[str] = field(default_factory=Counter)
    mistakes: list[str] = field(default_factory=list)

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
                str(found["sha256"]),
                str(found["sha256_norm"]),
                plain_name(found["filename"]),
                bool(found["exact"]),
            )
            for found in listed
        ),
        sender=normalise_address(str(entry["from"])) if entry["from"] else None,
        subject=str(entry["subject"] or ""),
        auto=str(entry["auto"]) if entry["auto"] else None,
        auto_basis=str(entry["auto_basis"] or ""),
        disputed=frozenset(map(str, disputed)) - frozenset(map(str, resolved)),
        settled_by_hand=frozenset(map(str, disputed)) & frozenset(map(str, resolved)),
    )


def plain_name(name: str | None) -> str:
    """Names may be read with or without their backslashes."""
    return " ".join((name or "").replace("\\", "").split())


def normalised(octets: bytes) -> bytes:
    return octets.replace(b"\r\n", b"\n").replace(b"\r", b"\n").strip()


def compare_attachments(
    score: Score, wanted: Expectation, message: InboundMessage, *, strict: bool
) -> None:
    """The message's own leaves; what was found inside a body or a container has no expectation."""
    line_ends_matter = strict or "attachments" not in wanted.settled_by_hand
    left = [part for part in message.parts if part.container is None]
    missed = wrong_names = 0
    for attachment in wanted.attachments:
        matching = [
            part for part in left if attachment.is_met_by(part, line_ends_matter=line_ends_matter)
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


@dataclass
class Half:
    """Both scores of one half, and how long reading it took."""

    messages: int
    strict: Score = field(default_factory=Score)
    allowed: Score = field(default_factory=Score)
    seconds: float = 0.0


def measure(folder: Path, wanted: list[Expectation]) -> Half:
    half = Half(len(wanted))
    for one in wanted:
        octets = (folder / one.path).read_bytes()
        began = time.perf_counter()
        try:
            message = parse(octets)
            unpack(message, LIMITS)
        except Exception as error:  # noqa: BLE001  # a crash is what is counted here
            for score in (half.strict, half.allowed):
                score.counts["crashes"] += 1
                score.mistakes.append(f"crash: {one.path} {error!r}")
            continue
        half.seconds += time.perf_counter() - began
        compare(half.strict, one, message, strict=True)
        if not (one.is_empty and not octets.partition(b"\n")[0].strip()):
            compare(half.allowed, one, message, strict=False)
    return half


def compare(score: Score, wanted: Expectation, message: InboundMessage, *, strict: bool) -> None:
    if "attachments" not in wanted.disputed:
        compare_attachments(score, wanted, message, strict=strict)
    compare_fields(score, wanted, message)
    compare_automatic(score, wanted, message)


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
        measure(folder, [one for one in wanted if one.developed_on]),
        measure(folder, [one for one in wanted if not one.developed_on]),
    ]
    scores = [score for half in halves for score in (half.strict, half.allowed)]
    table = Table(
        "",
        "developed on, strict",
        "as allowed",
        "only reported, strict",
        "as allowed",
        title=f"{len(wanted)} messages",
    )
    table.add_row("messages", str(halves[0].messages), "", str(halves[1].messages), "")
    table.add_row("crashes", *(str(score.counts["crashes"]) for score in scores))
    for row in ROWS:
        table.add_row(row, *(score.share(row) for score in scores))
    for row in ("missed", "extra"):
        table.add_row(f"attachments {row}", *(str(score.counts[row]) for score in scores))
    speeds = [f"{half.messages / half.seconds:.0f}" for half in halves]
    table.add_row("messages/s, parse + unpack", speeds[0], "", speeds[1], "")
    console.print(table)
    if mistakes:
        console.print("\n".join(halves[0].strict.mistakes), markup=False, highlight=False)


def walk_of_the_standard_library(octets: bytes) -> None:
    """What a user's own script does: every leaf decoded and hashed."""
    for part in email.message_from_bytes(octets).walk():
        if not part.is_multipart():
            payload = part.get_payload(decode=True)
            hashlib.sha256(payload if isinstance(payload, bytes) else b"").hexdigest()


def parse_only(octets: bytes) -> None:
    parse(octets)


def read_and_unpack(octets: bytes) -> None:
    unpack(parse(octets), LIMITS)


def seconds(work: Callable[[bytes], None], octets: bytes) -> float:
    began = time.perf_counter()
    work(octets)
    return time.perf_counter() - began


def print_speed(folders: list[Path]) -> None:
    """All in turn on each message, so that a busy machine hurts them alike; the first few only warm."""
    table = Table(
        "",
        "messages",
        "octets",
        "standard library",
        "parse",
        "parse + unpack",
        "parse: of totals, median",
        "parse + unpack: of totals, median",
    )
    for folder in folders:
        messages = [path.read_bytes() for path in sorted(folder.rglob("*.eml")) if path.is_file()]
        for octets in messages[:5]:
            read_and_unpack(octets)
        theirs, reading, ours = [], [], []
        for octets in messages:
            theirs.append(seconds(walk_of_the_standard_library, octets))
            reading.append(seconds(parse_only, octets))
            ours.append(seconds(read_and_unpack, octets))
        table.add_row(
            folder.name,
            str(len(messages)),
            f"{sum(map(len, messages)) / 1e6:.0f} MB",
            *(f"{len(messages) / sum(times):.1f}/s" for times in (theirs, reading, ours)),
            ratios(reading, theirs),
            ratios(ours, theirs),
        )
    Console(width=140).print(table)


def ratios(ours: list[float], theirs: list[float]) -> str:
    """Of the totals, and the median of the messages' own."""
    median = statistics.median(mine / other for mine, other in zip(ours, theirs, strict=True))
    return f"{sum(ours) / sum(theirs):.2f}, {median:.2f}"


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
