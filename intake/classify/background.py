"""Makes `background.npz`: `python -m intake.classify.background CORPUS... [--to FILE]`.

A CORPUS is one that `intake.classify.train` takes. What is kept are means, covariances and counts of words, by which an
own kind is told from documents at large; no document is. How the scores become a confidence is found by treating each
built-in kind as an own one that nobody has seen. The same corpora give the same numbers. Run it when features change.
"""

from __future__ import annotations

import argparse
import math
import random
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from intake.classify import logistic, own
from intake.classify.cues import load_cues
from intake.classify.likeness import (
    BINS,
    Background,
    Numbers,
    bin_of,
    word_score,
    words_of,
)
from intake.classify.train import read_corpus
from intake.kinds import Shown
from intake.model import OTHER, Extract, Kind

EXAMPLES = 5
DRAWS = 10
STOLEN = 0.03
"""The share of all other documents that may seem sure while a built-in kind plays an own one. Kinds that people add are
less like the built-in ones than these are like each other, and the built-in model's own judgement protects its documents."""
_TOWARD_DIAGONAL = 0.5
_LEAST_WITHIN = 0.03
_LEAST_BETWEEN = 0.01
# How far a kind's title names it is known of the built-in kinds only.
_LEFT_OUT = ("titled_", "headed_")


@dataclass(frozen=True, slots=True)
class Sample:
    """A labelled document. `content` is the same for all renderings of one text."""

    label: Kind
    content: str = field(repr=False)
    shown: Shown = field(repr=False)


def read_samples(folder: Path) -> list[Sample]:
    """Every document of a corpus that can be read."""
    return [
        Sample(
            example.label,
            example.content,
            Shown(example.features.values, words_of(example.extract.text)),
        )
        for example in read_corpus(folder)
        if example.features is not None and isinstance(example.extract, Extract)
    ]


def make(samples: Sequence[Sample]) -> Background:
    """The background of these documents."""
    background = _spread_of(samples)
    weights = _weights(samples)
    return replace(background, weights=weights)


def save(background: Background, path: Path) -> None:
    """Write the numbers, compressed; nothing in the file is code."""
    np.savez_compressed(
        path,
        names=np.array(background.names),
        mean=background.mean.astype(np.float32),
        spread=background.spread.astype(np.float32),
        axes=background.axes.astype(np.float32),
        between=background.between.astype(np.float32),
        seen=background.seen,
        documents=np.array(background.documents),
        weights=background.weights.astype(np.float32),
    )


def main() -> int:
    """Make the background of the corpora and write it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("corpus", type=Path, nargs="+")
    parser.add_argument("--to", type=Path, default=Path(__file__).with_name("background.npz"))
    arguments = parser.parse_args()
    samples = [sample for folder in arguments.corpus for sample in read_samples(folder)]
    background = make(samples)
    save(background, arguments.to)
    weights = ", ".join(f"{weight:.3f}" for weight in background.weights)
    sys.stdout.write(
        f"{len(samples)} documents, {len(background.names)} measures, weights {weights}; "
        f"{arguments.to.stat().st_size} octets written to {arguments.to}\n"
    )
    return 0


def _spread_of(samples: Sequence[Sample], *, without: Kind | None = None) -> Background:
    """The two covariances, from the built-in kinds but `without`, made axes; `weights` are not found yet."""
    names = tuple(name for name in load_cues().names if not name.startswith(_LEFT_OUT))
    used = [sample for sample in samples if sample.label != without]
    rows = np.array([[sample.shown.values[name] for name in names] for sample in used])
    labels = np.array([sample.label for sample in used])
    mean = rows.mean(axis=0)
    of_kind = [rows[labels == kind] for kind in sorted(set(labels) - {OTHER})]
    centres = np.array([kind.mean(axis=0) for kind in of_kind])
    from_centres = np.concatenate(
        [kind - centre for kind, centre in zip(of_kind, centres, strict=True)]
    )
    within = _steadied(from_centres.T @ from_centres / len(from_centres), _LEAST_WITHIN)
    between = _steadied((centres - mean).T @ (centres - mean) / len(centres), _LEAST_BETWEEN)
    variances, vectors = np.linalg.eigh(within)
    white = vectors / np.sqrt(variances)
    strength, turn = np.linalg.eigh(white.T @ between @ white)
    contents = {sample.content: sample.shown.words for sample in used}
    counts = Counter(place for words in contents.values() for place in set(map(bin_of, words)))
    seen = np.zeros(BINS, dtype=np.uint16)
    seen[list(counts)] = list(counts.values())
    return Background(
        names=names,
        mean=mean,
        spread=rows.std(axis=0) + 0.05,
        axes=(white @ turn)[:, ::-1],
        between=strength[::-1],
        seen=seen,
        documents=len(contents),
        weights=np.zeros(3),
    )


def _steadied(covariance: Numbers, least: float) -> Numbers:
    """Drawn toward its diagonal, since there are few documents for so many measures."""
    diagonal = np.diag(np.diag(covariance))
    drawn = (1 - _TOWARD_DIAGONAL) * covariance + _TOWARD_DIAGONAL * diagonal
    return np.asarray(drawn + least * np.eye(len(covariance)))


def _weights(samples: Sequence[Sample]) -> Numbers:
    """Logistic regression on each built-in kind as an own one, shifted so that few of the others' seem sure."""
    scores: list[Numbers] = []
    targets: list[Numbers] = []
    for kind in sorted({sample.label for sample in samples} - {OTHER}):
        background = _spread_of(samples, without=kind)
        for draw in range(DRAWS):
            rows, target = _draw(samples, background, kind, random.Random(f"{kind} {draw}"))  # noqa: S311  # no secret
            scores.append(rows)
            targets.append(target)
    rows, target = np.concatenate(scores), np.concatenate(targets)
    # The kind and the rest weigh as one to two.
    importance = np.where(target == 1, 0.5 / target.sum(), 1.0 / (1 - target).sum()) * 300
    weights = logistic.fit(rows, target, importance, ridge=1e-3)
    odds = rows @ weights[:-1] + weights[-1]
    sure = float(np.quantile(odds[target == 0], 1 - STOLEN))
    weights[-1] += math.log(own.SURE / (1 - own.SURE)) - sure
    return weights


def _draw(
    samples: Sequence[Sample], background: Background, kind: Kind, chance: random.Random
) -> tuple[Numbers, Numbers]:
    """The scores of all other documents against a few of a kind, and which of them are of it."""
    contents = sorted({sample.content for sample in samples if sample.label == kind})
    drawn = set(chance.sample(contents, EXAMPLES))
    examples = {sample.content: sample.shown for sample in samples if sample.content in drawn}
    profile = background.profile(kind, [examples[content] for content in sorted(examples)])
    others = [sample for sample in samples if sample.content not in drawn]
    rows = [
        (
            background.score(background.place(sample.shown.values), profile),
            word_score(sample.shown, profile),
        )
        for sample in others
    ]
    return np.array(rows), np.array([float(sample.label == kind) for sample in others])


if __name__ == "__main__":
    raise SystemExit(main())
