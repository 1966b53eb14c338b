"""How well periods and spans are read: `python tests/bench/read_periods.py CORPUS... [--parts 0 2] [--mistakes]`.

A corpus is a folder with `labels.jsonl`; `python -m tests.corpus.build OUT` makes one of the project's own documents.
The kind is taken from the label, so that only the reading of time is judged, with nothing but the document and its
file name; a figure's interval is a 95 % bootstrap by repository. `--parts` keeps the repositories whose SHA-256
leaves these remainders when divided by four: rules are made on some, and the others are only reported.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import random
import re
import statistics
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Console
from rich.table import Table

from intake.classify.classifier import with_time
from intake.extract import ExtractLimits, extract
from intake.model import Classification, Clues, Extract, Kind

_LIMITS = ExtractLimits(document_octets=104_857_600, pages=500)
_DRAWS = 2_000
_TIMED = ("roadmap", "event_calendar")
_FISCAL = re.compile(r"\bFY ?'?\d\d|\bfiscal (?:year|quarter)|\bGeschäftsjahr", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Labelled:
    """A roadmap or a calendar, and what a person read in it. `cadences` and `period` are those of a roadmap."""

    number: str
    repo: str
    kind: str
    filename: str
    cadences: frozenset[str]
    period: str | None
    span: tuple[str, ...] | None
    extract: Extract = field(repr=False)

    @property
    def unlabelled(self) -> bool:
        """Whether it states a fiscal period and the label leaves out what that is, as writers were asked to."""
        return self.period is None and bool(_FISCAL.search(self.extract.text))


@dataclass(frozen=True, slots=True)
class Judged:
    labelled: Labelled
    found: Classification
    milliseconds: float


Right = Callable[[Judged], bool]


def cadence_right(entry: Judged) -> bool:
    return (entry.found.cadence or "other") in entry.labelled.cadences


def period_right(entry: Judged) -> bool:
    return entry.found.period == entry.labelled.period


def span_right(entry: Judged) -> bool:
    span, labelled = entry.found.span, entry.labelled.span
    return bool(
        span and labelled and [f"{day:%Y-%m}" for day in (span.first, span.last)]
        == [day[:7] for day in labelled]
    )  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("corpora", type=Path, nargs="+", metavar="CORPUS")
    parser.add_argument(
        "--parts", type=int, nargs="+", default=[0, 1, 2, 3], help="only these quarters"
    )
    parser.add_argument(
        "--nameless", action="store_true", help="every file is called document.<ext>"
    )
    parser.add_argument("--mistakes", action="store_true", help="list what was read wrongly")
    arguments = parser.parse_args()
    console = Console(width=180)
    for corpus in arguments.corpora:
        labelled = [entry for entry in read(corpus) if part_of(entry.repo) in arguments.parts]
        judged = [judge(entry, nameless=arguments.nameless) for entry in labelled]
        console.print(table(str(corpus), judged))
        if arguments.mistakes:
            console.print(mistakes(judged))


def part_of(repo: str) -> int:
    return hashlib.sha256(repo.encode()).digest()[-1] % 4


def read(corpus: Path) -> Iterator[Labelled]:
    """The roadmaps and calendars of a corpus that could be read."""
    for text in (corpus / "labels.jsonl").read_text("utf-8").splitlines():
        line = json.loads(text)
        if line["label"] not in _TIMED:
            continue
        file = corpus / line["file"]
        name = line["filename"]
        found = extract(file.read_bytes(), filename=name, media_type="", limits=_LIMITS)
        period = line["period"] or {"kind": "other", "covers": None, "alt_kinds": []}
        if isinstance(found, Extract):
            yield Labelled(
                number=line["id"],
                repo=line["repo"],
                kind=line["label"],
                filename=name,
                cadences=frozenset((period["kind"], *period["alt_kinds"])),
                period=period["covers"],
                span=tuple(line["span"]) if line["span"] else None,
                extract=found,
            )


def judge(labelled: Labelled, *, nameless: bool) -> Judged:
    name = f"document{Path(labelled.filename).suffix}" if nameless else labelled.filename
    asked = Classification(kind=Kind(labelled.kind), confidence=1.0, sure=True)
    started = time.process_time()
    found = with_time(asked, labelled.extract, Clues(filename=name))
    return Judged(labelled, found, (time.process_time() - started) * 1000)


def table(title: str, judged: Sequence[Judged]) -> Table:
    roadmaps = [entry for entry in judged if entry.labelled.kind == "roadmap"]
    judged_by_period = [entry for entry in roadmaps if not entry.labelled.unlabelled]
    stated = [entry for entry in judged_by_period if entry.labelled.period]
    silent = [entry for entry in judged_by_period if not entry.labelled.period]
    calendars = [entry for entry in judged if entry.labelled.span]
    shown = Table("", "right", "95 % interval", "n", "repositories", title=title)
    for name, entries, right in (
        ("roadmaps: cadence", roadmaps, cadence_right),
        ("roadmaps: period", judged_by_period, period_right),
        ("roadmaps: period where one is stated", stated, period_right),
        ("roadmaps: no period where none is stated", silent, period_right),
        ("calendars: span to the month", calendars, span_right),
    ):
        shown.add_row(name, *figures(entries, right))
    taken = [entry.milliseconds for entry in judged]
    if taken:
        middle, slow = statistics.median(taken), sorted(taken)[int(0.95 * len(taken))]
        shown.caption = f"reading time: median {middle:.2f} ms, 95th percentile {slow:.2f} ms"
    return shown


def figures(entries: Sequence[Judged], right: Right) -> tuple[str, ...]:
    """The share that is right, its interval, how many documents and repositories."""
    if not entries:
        return ("", "", "0", "0")
    by_repo: dict[str, list[bool]] = defaultdict(list)
    for entry in entries:
        by_repo[entry.labelled.repo].append(right(entry))
    groups = list(by_repo.values())
    draw = random.Random(1)  # noqa: S311  # the same interval on each run
    shares = sorted(_share(draw.choices(groups, k=len(groups))) for _ in range(_DRAWS))
    low, high = shares[int(0.025 * _DRAWS)], shares[int(0.975 * _DRAWS) - 1]
    return (f"{_share(groups):.3f}", f"{low:.2f} - {high:.2f}", f"{len(entries)}", f"{len(groups)}")


def _share(groups: Sequence[Sequence[bool]]) -> float:
    return sum(map(sum, groups)) / sum(map(len, groups))


def mistakes(judged: Sequence[Judged]) -> Table:
    shown = Table("document", "what", "label", "found")
    for entry in judged:
        labelled, found = entry.labelled, entry.found
        if labelled.kind == "roadmap":
            if not cadence_right(entry):
                said = " or ".join(sorted(labelled.cadences))
                shown.add_row(labelled.number, "cadence", said, found.cadence or "other")
            if not period_right(entry) and not labelled.unlabelled:
                shown.add_row(labelled.number, "period", str(labelled.period), str(found.period))
        elif labelled.span and not span_right(entry):
            span = f"{found.span.first} .. {found.span.last}" if found.span else "none"
            shown.add_row(labelled.number, "span", " .. ".join(labelled.span), span)
    return shown


if __name__ == "__main__":
    main()
