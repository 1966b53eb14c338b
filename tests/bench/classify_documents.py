"""How well documents are told apart: `python tests/bench/classify_documents.py FOLDER [--shipped]`.

FOLDER holds `labels.jsonl`. By default every document is judged by a model that was fitted without the documents of
its repository's fold, thresholds included; `--shipped` judges with the model in the package, which has seen them all
if it was fitted on this folder. A label in `alt_labels` counts as right.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path

from rich.console import Console
from rich.table import Table

from intake import kinds
from intake.classify import Classifier, load
from intake.classify.cues import load_cues
from intake.classify.train import Example, held_out, read_corpus
from intake.model import OTHER, Classification, Clues, Kind

KINDS = tuple(spec.kind for spec in kinds.built_in())


@dataclass(frozen=True)
class Judged:
    example: Example
    found: Classification
    milliseconds: float

    @property
    def right(self) -> bool:
        return self.found.kind in self.example.accepted

    @property
    def counted_as(self) -> Kind:
        """The label, or the accepted alternative that was given."""
        return self.found.kind if self.right else self.example.label


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument(
        "--shipped", action="store_true", help="judge with the model in the package"
    )
    parser.add_argument("--mistakes", action="store_true", help="list what was judged wrongly")
    arguments = parser.parse_args()
    console = Console(width=160)
    examples = read_corpus(arguments.folder)
    console.print(f"{len(examples)} documents, {len({e.repo for e in examples})} repositories")
    console.print(
        "judged by the model in the package, which may have been fitted on them"
        if arguments.shipped
        else "cross-validated: each judged by a model that saw no document of its repository"
    )
    classifiers = [load()] * len(examples)
    if not arguments.shipped:
        classifiers = [Classifier(model, load_cues()) for model in held_out(examples)]
    named = judge(examples, classifiers, lambda example: example.filename)
    nameless = judge(
        examples, classifiers, lambda example: f"document{Path(example.filename).suffix}"
    )
    console.print(table({"real names": named, "document.<ext>": nameless}))
    console.print(times(named))
    console.print(confusion(nameless))
    if arguments.mistakes:
        console.print(mistakes(nameless))


def judge(
    examples: Sequence[Example],
    classifiers: Sequence[Classifier],
    name: Callable[[Example], str],
) -> list[Judged]:
    judged = []
    for example, classifier in zip(examples, classifiers, strict=True):
        started = time.process_time()
        found = classifier.classify(example.extract, Clues(filename=name(example)))
        judged.append(Judged(example, found, (time.process_time() - started) * 1000))
    return judged


def macro_f1(judged: Sequence[Judged]) -> float:
    return statistics.mean(f1(judged, kind) for kind in KINDS)


def f1(judged: Sequence[Judged], kind: Kind) -> float:
    both = sum(entry.found.kind == kind == entry.counted_as for entry in judged)
    either = sum((entry.found.kind == kind) + (entry.counted_as == kind) for entry in judged)
    return 2 * both / either if either else 1.0


def shown_f1(kind: Kind, judged: Sequence[Judged]) -> str:
    return f"{f1(judged, kind):.3f}"


def share(part: Iterable[bool]) -> str:
    flags = list(part)
    return f"{sum(flags) / len(flags):.3f}  ({sum(flags)} of {len(flags)})" if flags else "none"


def calibration_error(judged: Sequence[Judged]) -> float:
    bins: dict[int, list[Judged]] = {}
    for entry in judged:
        if entry.found.problem is None:
            bins.setdefault(min(9, int(entry.found.confidence * 10)), []).append(entry)
    total = sum(map(len, bins.values()))
    return sum(
        abs(sum(e.right for e in held) - sum(e.found.confidence for e in held)) / total
        for held in bins.values()
    )


def table(runs: dict[str, list[Judged]]) -> Table:
    shown = Table("", *runs, title="Kinds")
    lines: dict[str, Callable[[list[Judged]], str]] = {
        "accuracy": lambda run: share(entry.right for entry in run),
        "macro-F1": lambda run: f"{macro_f1(run):.3f}",
        **{f"F1 {kind}": partial(shown_f1, kind) for kind in KINDS},
        "share that is sure": lambda run: share(entry.found.sure for entry in run),
        "accuracy of what is sure": lambda run: share(e.right for e in run if e.found.sure),
        "accuracy of sure kinds but other": lambda run: share(
            e.right for e in run if e.found.sure and e.found.kind != OTHER
        ),
        "other filed as something": lambda run: share(
            not e.right for e in run if e.example.label == OTHER
        ),
        "other filed as something while sure": lambda run: share(
            not e.right and e.found.sure for e in run if e.example.label == OTHER
        ),
        "calibration error, 10 bins": lambda run: f"{calibration_error(run):.3f}",
        "roadmaps: cadence right": lambda run: share(map(cadence_right, found_as(run, "roadmap"))),
        "roadmaps: period right": lambda run: share(map(period_right, found_as(run, "roadmap"))),
        "calendars: span right to the month": lambda run: share(
            span_right(entry) for entry in found_as(run, "event_calendar") if labelled_span(entry)
        ),
    }
    for label, line in lines.items():
        shown.add_row(label, *(line(run) for run in runs.values()))
    return shown


def found_as(judged: Sequence[Judged], kind: str) -> list[Judged]:
    return [e for e in judged if e.example.label == kind and e.found.kind == kind]


def cadence_right(entry: Judged) -> bool:
    stated = entry.example.line["period"]
    assert isinstance(stated, dict)
    accepted = {stated["kind"], *stated["alt_kinds"]}
    found = entry.found.cadence.value if entry.found.cadence else "other"
    return found in accepted


def period_right(entry: Judged) -> bool:
    stated = entry.example.line["period"]
    assert isinstance(stated, dict)
    return bool(entry.found.period == stated["covers"])


def labelled_span(entry: Judged) -> list[str] | None:
    span = entry.example.line["span"]
    return span if isinstance(span, list) else None


def span_right(entry: Judged) -> bool:
    labelled = labelled_span(entry)
    if labelled is None or entry.found.span is None:
        return False
    return [month(entry.found.span.first), month(entry.found.span.last)] == [
        text[:7] for text in labelled
    ]


def month(day: date) -> str:
    return f"{day:%Y-%m}"


def times(judged: Sequence[Judged]) -> str:
    taken = sorted(entry.milliseconds for entry in judged if entry.found.problem is None)
    return (
        f"classify alone, without extraction, processor time: median {statistics.median(taken):.1f} ms, "
        f"95th percentile {taken[int(0.95 * len(taken))]:.1f} ms"
    )


def confusion(judged: Sequence[Judged]) -> Table:
    shown = Table("label \\ found", *KINDS, title="document.<ext>: label by what was found")
    counts = Counter((entry.counted_as, entry.found.kind) for entry in judged)
    for kind in KINDS:
        shown.add_row(kind, *(str(counts[kind, found] or "") for found in KINDS))
    return shown


def mistakes(judged: Sequence[Judged]) -> Table:
    shown = Table("file", "label", "found", "confidence", "sure", "evidence")
    wrong = [entry for entry in judged if not entry.right]
    for entry in sorted(wrong, key=lambda entry: -entry.found.confidence):
        found = entry.found
        shown.add_row(
            str(entry.example.line["id"]),
            entry.example.label,
            found.kind,
            f"{found.confidence:.2f}",
            "sure" if found.sure else "",
            "; ".join(found.evidence),
        )
    return shown


if __name__ == "__main__":
    main()
