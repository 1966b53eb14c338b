"""Fits the weights: `python -m intake.classify.train CORPUS [--model FILE]`.

CORPUS is a folder with `labels.jsonl` (file, filename, label, alt_labels, repo on each line). Multinomial logistic
regression that starts from the hand-chosen weights of `cues.yaml` and is pulled back to them; temperature and the
confidences from which a kind is sure come from documents of repositories held out. Nothing in the result names a
document. The same corpus gives the same model.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import mimetypes
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from intake import kinds
from intake.classify.classifier import is_legible
from intake.classify.cues import load_cues
from intake.classify.features import Features, features_of
from intake.classify.scores import Model
from intake.extract import ExtractLimits, extract
from intake.model import Extract, Kind, Unusable

Numbers = NDArray[np.float64]

FOLDS = 10
NAME_WEIGHT = 1.5
"""By hand: names of files that were found by searching for telling names say more than those in real mail."""
_PULL = 1.0
_STEPS = 400
_ALTERNATIVE_SHARE = 0.35
_PRECISION = 0.975
_LOWEST_SURE = 0.88
_HIGHEST_SURE = 0.97
_DIGITS = 3
_LIMITS = ExtractLimits(document_octets=104_857_600, pages=500)
_KINDS = tuple(spec.kind for spec in kinds.built_in())


@dataclass(frozen=True, slots=True)
class Example:
    """A labelled document. `values` is its row of features, None where it could not be read."""

    repo: str = field(repr=False)
    filename: str = field(repr=False)
    label: Kind
    accepted: frozenset[Kind]
    extract: Extract | Unusable = field(repr=False)
    legible: bool
    """Whether enough was read for the classifier to be sure of anything."""
    values: Numbers | None = field(repr=False)
    line: dict[str, object] = field(repr=False)
    """The whole line of the labels, for what only a benchmark looks at."""


def read_corpus(folder: Path) -> list[Example]:
    """Every document that the labels name, read by the extractor that the product uses."""
    lines = (folder / "labels.jsonl").read_text("utf-8").splitlines()
    return [_example(folder, json.loads(line)) for line in lines if line.strip()]


def fit(examples: Sequence[Example]) -> Model:
    """A model of all examples, its temperature and its `sure` chosen on inner folds by repository."""
    usable = [example for example in examples if example.values is not None]
    scores = np.zeros((len(usable), len(_KINDS)))
    folds = [_fold(example.repo, salt="inner", folds=5) for example in usable]
    for number in range(5):
        inside = [e for e, fold in zip(usable, folds, strict=True) if fold != number]
        outside = [place for place, fold in enumerate(folds) if fold == number]
        weights = _weights(inside)
        scores[outside] = _rows([usable[place] for place in outside]) @ weights
    temperature = _temperature(scores, usable)
    sure = _threshold(usable, _softmax(scores / temperature))
    return _model(_weights(usable), temperature=temperature, sure=sure)


def held_out(examples: Sequence[Example]) -> list[Model]:
    """For each example a model that was fitted without any document of its repository's fold."""
    folds = [_fold(example.repo, salt="outer", folds=FOLDS) for example in examples]
    models = {
        number: fit([e for e, fold in zip(examples, folds, strict=True) if fold != number])
        for number in sorted(set(folds))
    }
    return [models[fold] for fold in folds]


def main() -> int:
    """Fit on the corpus and write the model."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--model", type=Path, default=Path(__file__).with_name("model.json"))
    arguments = parser.parse_args()
    examples = read_corpus(arguments.corpus)
    model = fit(examples)
    content = {
        "documents": sum(example.values is not None for example in examples),
        "kinds": list(model.kinds),
        "temperature": model.temperature,
        "sure": model.sure,
        "name_weight": model.name_weight,
        "bias": dict(model.bias),
        "weights": {name: dict(weights) for name, weights in model.weights.items()},
    }
    arguments.model.write_text(json.dumps(content, indent=1) + "\n", "utf-8")
    sys.stdout.write(
        f"{content['documents']} documents, temperature {model.temperature}, "
        f"sure from {model.sure}; written to {arguments.model}\n"
    )
    return 0


def _example(folder: Path, line: dict[str, object]) -> Example:
    filename = str(line["filename"])
    path = folder / str(line["file"])
    alternatives = line.get("alt_labels")
    label = Kind(str(line["label"]))
    read = extract(
        path.read_bytes(),
        filename=filename,
        media_type=mimetypes.guess_type(filename)[0] or "application/octet-stream",
        limits=_LIMITS,
    )
    values = features_of(read, load_cues()) if isinstance(read, Extract) else None
    return Example(
        repo=str(line["repo"]),
        filename=filename,
        label=label,
        accepted=frozenset(
            {
                label,
                *(
                    Kind(str(name))
                    for name in (alternatives if isinstance(alternatives, list) else [])
                ),
            }
        ),
        extract=read,
        legible=isinstance(read, Extract) and values is not None and is_legible(read, values),
        values=_row(values) if values else None,
        line=line,
    )


def _row(features: Features) -> Numbers:
    return np.array([features.values[name] for name in load_cues().names] + [1.0])


def _fold(repo: str, *, salt: str, folds: int) -> int:
    return int.from_bytes(hashlib.sha256(f"{salt}:{repo}".encode()).digest()[:4], "big") % folds


def _rows(examples: Sequence[Example]) -> Numbers:
    return np.array([example.values for example in examples if example.values is not None])


def _targets(examples: Sequence[Example]) -> Numbers:
    """The label, and a smaller share for each alternative."""
    targets: Numbers = np.zeros((len(examples), len(_KINDS)))
    for row, example in zip(targets, examples, strict=True):
        for kind in example.accepted:
            row[_KINDS.index(kind)] = 1.0 if kind == example.label else _ALTERNATIVE_SHARE
    shares: Numbers = targets / targets.sum(axis=1, keepdims=True)
    return shares


def _by_hand() -> Numbers:
    cues = load_cues()
    rows = [[cues.weights[name].get(kind, 0.0) for kind in _KINDS] for name in cues.names]
    return np.array([*rows, [cues.bias[kind] for kind in _KINDS]])


def _weights(examples: Sequence[Example]) -> Numbers:
    """Accelerated gradient descent (Nesterov) on the cross entropy, rare kinds weighing more; convex, so it converges."""
    rows, targets, start = _rows(examples), _targets(examples), _by_hand()
    counts = targets.sum(axis=0) + 1.0
    importance = (targets * np.sqrt(counts.sum() / counts)).sum(axis=1)
    importance /= importance.mean()
    pull = np.full((start.shape[0], 1), _PULL)
    pull[-1] = _PULL / 10
    step = 1.0 / (0.5 * np.linalg.norm(rows, 2) ** 2 * importance.max() + _PULL)
    weights, ahead, momentum = start, start, 1.0
    for _ in range(_STEPS):
        error = (_softmax(rows @ ahead) - targets) * importance[:, None]
        following = ahead - step * (rows.T @ error + pull * (ahead - start))
        next_momentum = (1 + (1 + 4 * momentum**2) ** 0.5) / 2
        ahead = following + (momentum - 1) / next_momentum * (following - weights)
        weights, momentum = following, next_momentum
    return weights


def _softmax(scores: Numbers) -> Numbers:
    raised = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(raised / raised.sum(axis=1, keepdims=True), dtype=np.float64)


def _temperature(scores: Numbers, examples: Sequence[Example]) -> float:
    """The one under which it is most likely that the held-out documents are what people accept."""
    accepted = np.array([[kind in example.accepted for kind in _KINDS] for example in examples])

    def surprise(temperature: float) -> float:
        shares = (_softmax(scores / temperature) * accepted).sum(axis=1)
        return float(-np.log(shares + 1e-9).sum())

    return min((round(0.5 + 0.05 * step, 2) for step in range(60)), key=surprise)


def _threshold(examples: Sequence[Example], confidences: Numbers) -> float:
    """The lowest confidence from which on enough of the held-out decisions were right."""
    chosen = confidences.argmax(axis=1)
    decided = sorted(
        (
            (float(row.max()), _KINDS[kind] in example.accepted)
            for row, kind, example in zip(confidences, chosen, examples, strict=True)
            if example.legible
        ),
        reverse=True,
    )
    lowest, wrong = _HIGHEST_SURE, 0
    for count, (confidence, right) in enumerate(decided, start=1):
        wrong += not right
        # Half a mistake more than was seen: few decisions prove little.
        if 1 - (wrong + 0.5) / (count + 1) >= _PRECISION:
            lowest = confidence
    return round(max(_LOWEST_SURE, lowest), _DIGITS)


def _model(weights: Numbers, *, temperature: float, sure: float) -> Model:
    def by_kind(row: Numbers) -> dict[Kind, float]:
        return {
            kind: round(float(weight), _DIGITS) for kind, weight in zip(_KINDS, row, strict=True)
        }

    names = load_cues().names
    return Model(
        kinds=_KINDS,
        weights={name: by_kind(row) for name, row in zip(names, weights[:-1], strict=True)},
        bias=by_kind(weights[-1]),
        name_weight=NAME_WEIGHT,
        temperature=temperature,
        sure=sure,
    )


if __name__ == "__main__":
    raise SystemExit(main())
