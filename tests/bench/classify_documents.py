"""How well documents are told apart: `python tests/bench/classify_documents.py FOLDER [--beside FOLDER ...] [--shipped]`.

FOLDER holds `labels.jsonl`. By default every document is judged by a model of which no part was fitted on documents of its
repository, thresholds included; those of `--beside` teach too. `--shipped` judges with the model in the package, which has
seen the documents if it was fitted on this folder. A label in `alt_labels` counts as right. Each figure comes with an
interval of 95 % by bootstrap over repositories. For periods and spans see `read_periods.py`, for time `first_decision.py`.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from importlib import resources
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

from intake import kinds
from intake.classify import Classifier, load
from intake.classify.cues import load_cues
from intake.classify.train import Example, read_corpus, validate
from intake.model import OTHER, Classification, Clues, Kind

KINDS = tuple(spec.kind for spec in kinds.built_in())
RESAMPLES = 600


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
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument(
        "--beside", type=Path, nargs="*", default=[], help="corpora that only teach"
    )
    parser.add_argument(
        "--shipped", action="store_true", help="judge with the model in the package"
    )
    parser.add_argument("--mistakes", action="store_true", help="list what was judged wrongly")
    parser.add_argument("--ocr", action="store_true", help="read scans and pictures by tesseract")
    arguments = parser.parse_args()
    console = Console(width=160)
    examples = read_corpus(arguments.folder, ocr_seconds=8.0 if arguments.ocr else 0.0)
    console.print(f"{len(examples)} documents, {len({e.repo for e in examples})} repositories")
    console.print(
        "judged by the model in the package, which may have been fitted on them"
        if arguments.shipped
        else "cross-validated: each judged by a model that saw no document of its repository"
    )
    classifiers = [load()] * len(examples)
    if not arguments.shipped:
        beside = [e for folder in arguments.beside for e in read_corpus(folder, beside=True)]
        validation = validate(examples, beside)
        classifiers = [Classifier(model, load_cues()) for model in validation.models(examples)]
    named = judge(examples, classifiers, lambda example: example.filename)
    nameless = judge(
        examples, classifiers, lambda example: f"document{Path(example.filename).suffix}"
    )
    console.print(table({"real names": named, "document.<ext>": nameless}))
    console.print(times(named))
    console.print(f"model: {size_of_model() / 1e6:.2f} MB")
    console.print(confusion(nameless))
    if arguments.mistakes:
        console.print(mistakes(nameless))


def size_of_model() -> int:
    folder = resources.files("intake.classify")
    return sum(len(folder.joinpath(name).read_bytes()) for name in ("model.npz", "model.json"))


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


def share(part: Iterable[bool]) -> tuple[float, int, int]:
    flags = list(part)
    return (sum(flags) / len(flags) if flags else float("nan"), sum(flags), len(flags))


Measure = Callable[[Sequence[Judged]], float | tuple[float, int, int]]


def shown(measure: Measure, run: Sequence[Judged]) -> str:
    """The figure, its interval by repositories drawn again, and of how many."""
    by_repo: dict[str, list[Judged]] = defaultdict(list)
    for entry in run:
        by_repo[entry.example.repo].append(entry)
    groups = list(by_repo.values())
    random = np.random.default_rng(1)
    drawn = [
        first(
            measure([e for at in random.integers(0, len(groups), len(groups)) for e in groups[at]])
        )
        for _ in range(RESAMPLES)
    ]
    low, high = np.nanquantile(drawn, [0.025, 0.975])
    figure = measure(run)
    of = f"  {figure[1]} of {figure[2]}" if isinstance(figure, tuple) else ""
    return f"{first(figure):.3f} [{low:.3f}-{high:.3f}]{of}"


def first(figure: float | tuple[float, int, int]) -> float:
    return figure[0] if isinstance(figure, tuple) else figure


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
    rows = Table("", *runs, title="Kinds")
    measures: dict[str, Measure] = {
        "accuracy": lambda run: share(entry.right for entry in run),
        "macro-F1": macro_f1,
        **{f"F1 {kind}": partial(f1, kind=kind) for kind in KINDS},
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
        "calibration error, 10 bins": calibration_error,
    }
    for label, measure in measures.items():
        rows.add_row(label, *(shown(measure, run) for run in runs.values()))
    return rows


def times(judged: Sequence[Judged]) -> str:
    taken = sorted(entry.milliseconds for entry in judged if entry.found.problem is None)
    return (
        f"classify alone, without extraction, processor time: median {statistics.median(taken):.1f} ms, "
        f"95th percentile {taken[int(0.95 * len(taken))]:.1f} ms"
    )


def confusion(judged: Sequence[Judged]) -> Table:
    rows = Table("label \\ found", *KINDS, title="document.<ext>: label by what was found")
    counts = Counter((entry.counted_as, entry.found.kind) for entry in judged)
    for kind in KINDS:
        rows.add_row(kind, *(str(counts[kind, found] or "") for found in KINDS))
    return rows


def mistakes(judged: Sequence[Judged]) -> Table:
    rows = Table("file", "label", "found", "confidence", "sure", "evidence")
    wrong = [entry for entry in judged if not entry.right]
    for entry in sorted(wrong, key=lambda entry: -entry.found.confidence):
        found = entry.found
        rows.add_row(
            str(entry.example.line["id"]),
            entry.example.label,
            found.kind,
            f"{found.confidence:.2f}",
            "sure" if found.sure else "",
            "; ".join(found.evidence),
        )
    return rows


if __name__ == "__main__":
    main()
