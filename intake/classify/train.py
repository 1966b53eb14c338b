"""Fits the model: `python -m intake.classify.train CORPUS [--beside CORPUS ...] [--to FOLDER]`.

A CORPUS is a folder with `labels.jsonl` (file, filename, label, alt_labels, repo on each line). CORPUS is what the model is
validated on, by repositories held out; documents of those `--beside` only teach, each content with a share of the weight
of a real document, and never while their own repository is held out. The weighted sum starts from the hand-chosen weights of
`cues.yaml` and is pulled back to them. Writes `model.npz` (numbers) and `model.json` (seed, digests of the data, kinds,
features, what was measured). The same corpora and numpy give the same model; nothing in it names a document.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import mimetypes
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from rich.progress import track

from intake import kinds
from intake.classify import logistic, surroundings
from intake.classify.classifier import is_legible
from intake.classify.cues import load_cues
from intake.classify.features import Features, features_of
from intake.classify.grams import COLUMNS
from intake.classify.scores import (
    MEASURES,
    Certainty,
    Model,
    Networks,
    Numbers,
    Topics,
    arrays_of,
    nearest,
    softmax,
)
from intake.extract import ExtractLimits, extract
from intake.model import Clues, Extract, Kind, Unusable

SEED = 20261123
FOLDS = 10
NAME_WEIGHT = 2.5
"""By hand: names of files that were found by searching for telling names say more than those in real mail."""
LINEAR_SHARE = 0.15
NETWORK_SHARE = 0.3
"""How much a content of a corpus beside weighs, to a real document's 1."""
PRECISION = 0.984
_LOWEST_SURE = 0.7
_ALTERNATIVE_SHARE = 0.35
_COPIES = 0.7
"""The same content in several formats weighs more than once, but not as often as it comes: n copies as n ** (1 - this)."""
_PULL = 3.0
_STEPS = 250
_TOPICS = 64
_TOPIC_SCALE = 8.0
_NETWORKS = 16
_HIDDEN = 48
_ROUNDS = 40
_BATCH = 128
_DROPPED_IN = 0.2
_DROPPED_HIDDEN = 0.4
_DECAY = 0.03
_STEP = 0.004
_LANDMARKS = 160
_KINDS = tuple(spec.kind for spec in kinds.built_in())


@dataclass(frozen=True, slots=True)
class Example:
    """A labelled document. `features` is None where it could not be read."""

    repo: str = field(repr=False)
    filename: str = field(repr=False)
    label: Kind
    accepted: frozenset[Kind]
    extract: Extract | Unusable = field(repr=False)
    features: Features | None = field(repr=False)
    line: dict[str, object] = field(repr=False)
    """The whole line of the labels, for what only a benchmark looks at."""
    share: float = 1.0
    """How much it weighs beside a real document; 1 for those."""

    @property
    def is_real(self) -> bool:
        """Whether it was found, rather than written or made for the training."""
        return "source" not in self.line

    @property
    def content(self) -> str:
        """The same for all renderings of one text."""
        return str(self.line.get("content", self.line["id"]))

    @property
    def legible(self) -> bool:
        """Whether enough was read for the classifier to be sure of anything."""
        return (
            isinstance(self.extract, Extract)
            and self.features is not None
            and is_legible(self.extract, self.features)
        )


def read_corpus(folder: Path, *, beside: bool = False, ocr_seconds: float = 0.0) -> list[Example]:
    """Every document that the labels name, read by the extractor that the product uses; without OCR unless it gets time."""
    limits = ExtractLimits(document_octets=104_857_600, pages=500, ocr_seconds=ocr_seconds)
    lines = [
        json.loads(line)
        for line in (folder / "labels.jsonl").read_text("utf-8").splitlines()
        if line.strip()
    ]
    copies = Counter(str(line.get("content", line["id"])) for line in lines)
    return [
        _example(
            folder,
            line,
            limits,
            share=copies[str(line.get("content", line["id"]))] ** -_COPIES if beside else 1.0,
        )
        for line in track(lines, description=folder.name, transient=True)
    ]


@dataclass(frozen=True, slots=True)
class Judges:
    """All of a model but its certainty."""

    linear: Numbers
    topics: Topics
    networks: Networks
    landmarks: Numbers
    reach: float


@dataclass(frozen=True, slots=True)
class Answer:
    """What judges that did not see a document say of it, with its name or without."""

    example: Example
    named: bool
    right: bool
    agreed: bool
    """The name says the same."""
    may_be_sure: bool
    measures: Numbers
    strange: float


@dataclass(frozen=True, slots=True)
class Validation:
    """The judges of each fold, and all answers on documents held out."""

    folds: tuple[tuple[int, Judges], ...]
    answers: tuple[Answer, ...]

    def models(self, examples: Sequence[Example]) -> list[Model]:
        """For each example a model of which no part was fitted on any document of its repository's fold."""
        models = {
            number: _model(
                judges,
                certainty_of([a for a in self.answers if fold_of(a.example.repo) != number]),
            )
            for number, judges in self.folds
        }
        return [models[fold_of(example.repo)] for example in examples]


def validate(examples: Sequence[Example], beside: Sequence[Example] = ()) -> Validation:
    """Fit judges without each fold of repositories in turn, and ask them about the documents of that fold."""
    usable = [example for example in (*examples, *beside) if example.features is not None]
    folds: list[tuple[int, Judges]] = []
    answers: list[Answer] = []
    for number in track(range(FOLDS), description="cross-validation", transient=True):
        inside = [example for example in usable if fold_of(example.repo) != number]
        judges = fit_judges(inside)
        folds.append((number, judges))
        outside = (example for example in usable if fold_of(example.repo) == number)
        answers.extend(_answers(judges, outside))
    return Validation(tuple(folds), tuple(answers))


def fit(examples: Sequence[Example], beside: Sequence[Example], validation: Validation) -> Model:
    """The model of all examples, its certainty from the documents held out in the validation."""
    usable = [example for example in (*examples, *beside) if example.features is not None]
    return _model(fit_judges(usable), certainty_of(validation.answers))


def fold_of(repo: str) -> int:
    """The fold in which all documents of a repository are."""
    return int.from_bytes(hashlib.sha256(f"outer:{repo}".encode()).digest()[:4], "big") % FOLDS


def save(model: Model, folder: Path, about: dict[str, object]) -> None:
    """Write the numbers, and what they are beside them."""
    folder.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(folder / "model.npz", **arrays_of(model))  # type: ignore[arg-type]  # savez's stub reads ** as its own flag
    (folder / "model.json").write_text(json.dumps(about, indent=1) + "\n", "utf-8")


def main() -> int:
    """Validate, fit on everything, and write the model."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--beside", type=Path, nargs="*", default=[])
    parser.add_argument("--to", type=Path, default=Path(__file__).parent)
    arguments = parser.parse_args()
    examples = read_corpus(arguments.corpus)
    beside = [e for folder in arguments.beside for e in read_corpus(folder, beside=True)]
    validation = validate(examples, beside)
    model = fit(examples, beside, validation)
    about = {
        "seed": SEED,
        "data": [_digest(folder) for folder in (arguments.corpus, *arguments.beside)],
        "documents": sum(example.features is not None for example in examples),
        "documents_beside": sum(example.features is not None for example in beside),
        "held_out": _measured(validation),
        "sure": round(model.certainty.sure, 4),
        "sure_where_the_name_agrees": round(model.certainty.sure_agreed, 4),
        "kinds": list(model.kinds),
        "features": list(model.names),
    }
    save(model, arguments.to, about)
    sys.stdout.write(f"{json.dumps(about['held_out'])}\nwritten to {arguments.to}\n")
    return 0


# ---------------------------------------------------------------- examples


def _example(
    folder: Path, line: dict[str, object], limits: ExtractLimits, *, share: float
) -> Example:
    filename = str(line["filename"])
    alternatives = line.get("alt_labels")
    label = Kind(str(line["label"]))
    read = extract(
        (folder / str(line["file"])).read_bytes(),
        filename=filename,
        media_type=mimetypes.guess_type(filename)[0] or "application/octet-stream",
        limits=limits,
    )
    names = alternatives if isinstance(alternatives, list) else []
    return Example(
        repo=str(line["repo"]),
        filename=filename,
        label=label,
        accepted=frozenset({label, *(Kind(str(name)) for name in names)}),
        extract=read,
        features=features_of(read, load_cues()) if isinstance(read, Extract) else None,
        line=line,
        share=share,
    )


def _digest(folder: Path) -> str:
    return hashlib.sha256((folder / "labels.jsonl").read_bytes()).hexdigest()


def _features(examples: Iterable[Example]) -> list[Features]:
    return [example.features for example in examples if example.features is not None]


def _rows(examples: Iterable[Example]) -> Numbers:
    names = load_cues().names
    return np.array(
        [[features.values[name] for name in names] for features in _features(examples)], np.float32
    )


def _targets(examples: Sequence[Example]) -> Numbers:
    """The label, and a smaller share for each alternative."""
    targets = np.zeros((len(examples), len(_KINDS)), np.float32)
    for row, example in zip(targets, examples, strict=True):
        for kind in example.accepted:
            row[_KINDS.index(kind)] = 1.0 if kind == example.label else _ALTERNATIVE_SHARE
    return np.asarray(targets / targets.sum(axis=1, keepdims=True), np.float32)


def _importance(examples: Sequence[Example], share: float) -> Numbers:
    """What each counts: real documents 1 on average, rare kinds more."""
    weights = np.array([1.0 if e.is_real else e.share * share for e in examples])
    labels = np.array([_KINDS.index(example.label) for example in examples])
    counts = np.bincount(labels, weights, len(_KINDS)) + 1.0
    weights *= np.sqrt(counts.sum() / counts)[labels]
    real = np.array([example.is_real for example in examples])
    return np.asarray(weights / weights[real].mean(), np.float32)


# ---------------------------------------------------------------- judges


def fit_judges(examples: Sequence[Example]) -> Judges:
    """The weighted sum, the topics, the networks and the landmarks of these documents."""
    rows, targets = _rows(examples), _targets(examples)
    topics = _fit_topics(_features(examples))
    inputs = np.hstack([rows, [topics.of(features.grams) for features in _features(examples)]])
    networks = _fit_networks(inputs, targets, _importance(examples, NETWORK_SHARE))
    places = networks.standard(inputs)
    landmarks = _landmarks(places)
    return Judges(
        linear=_fit_linear(rows, targets, _importance(examples, LINEAR_SHARE)),
        topics=topics,
        networks=networks,
        landmarks=landmarks,
        reach=float(np.quantile(nearest(places, landmarks), 0.99)),
    )


def _by_hand() -> Numbers:
    cues = load_cues()
    rows = [[cues.weights[name].get(kind, 0.0) for kind in _KINDS] for name in cues.names]
    return np.array([*rows, [cues.bias[kind] for kind in _KINDS]], np.float32)


def _fit_linear(rows: Numbers, targets: Numbers, importance: Numbers) -> Numbers:
    """Accelerated gradient descent (Nesterov) on the cross entropy, pulled to the weights by hand; convex, so it converges."""
    start = _by_hand()
    rows = np.hstack([rows, np.ones((len(rows), 1), np.float32)])
    pull = np.full((start.shape[0], 1), _PULL, np.float32)
    pull[-1] = _PULL / 10
    step = 1.0 / (0.5 * np.linalg.norm(rows * np.sqrt(importance)[:, None], 2) ** 2 + _PULL)
    weights, ahead, momentum = start, start, 1.0
    for _ in range(_STEPS):
        error = (softmax(rows @ ahead) - targets) * importance[:, None]
        following = ahead - step * (rows.T @ error + pull * (ahead - start))
        next_momentum = (1 + (1 + 4 * momentum**2) ** 0.5) / 2
        ahead = following + (momentum - 1) / next_momentum * (following - weights)
        weights, momentum = following, next_momentum
    return np.asarray(weights, np.float32)


def _fit_topics(features: Sequence[Features]) -> Topics:
    """Latent semantic analysis: the strongest axes of rarity-weighted words, by randomised subspace iteration.

    Halko, Martinsson and Tropp, "Finding structure with randomness" (2011), algorithm 4.4.
    """
    table = np.zeros((len(features), COLUMNS), np.float32)
    for row, entry in zip(table, features, strict=True):
        row[entry.grams.columns] = entry.grams.amounts
    seen = (table > 0).sum(axis=0)
    rarity = np.log((len(features) + 1) / (seen + 1)) + 1
    rarity[seen < 2] = 0.0
    table *= rarity
    table /= np.linalg.norm(table, axis=1, keepdims=True) + 1e-9
    random = np.random.default_rng(SEED)
    basis = np.linalg.qr(
        table @ random.standard_normal((COLUMNS, _TOPICS + 16)).astype(np.float32)
    )[0]
    for _ in range(3):
        basis = np.linalg.qr(table @ np.linalg.qr(table.T @ basis)[0])[0]
    axes = np.linalg.svd(basis.T @ table, full_matrices=False)[2][:_TOPICS]
    return Topics(rarity.astype(np.float32), (axes.T * _TOPIC_SCALE).astype(np.float32))


def _fit_networks(inputs: Numbers, targets: Numbers, importance: Numbers) -> Networks:
    mean, scale = inputs.mean(axis=0), inputs.std(axis=0) + 0.1
    places = ((inputs - mean) / scale).astype(np.float32)
    fitted = [_fit_network(places, targets, importance, seed=SEED + n) for n in range(_NETWORKS)]
    hidden, hidden_bias, out, out_bias = (np.array(part) for part in zip(*fitted, strict=True))
    return Networks(mean, scale, hidden, hidden_bias, out, out_bias)


def _fit_network(
    places: Numbers, targets: Numbers, importance: Numbers, *, seed: int
) -> tuple[Numbers, Numbers, Numbers, Numbers]:
    """One network, by Adam with decoupled decay (Loshchilov and Hutter, 2019) and dropout on inputs and hidden units."""
    random = np.random.default_rng(seed)
    width = places.shape[1]
    weights: list[Numbers] = [
        (random.standard_normal((width, _HIDDEN)) / np.sqrt(width)).astype(np.float32),
        np.zeros(_HIDDEN, np.float32),
        (random.standard_normal((_HIDDEN, len(_KINDS))) * 0.1).astype(np.float32),
        np.zeros(len(_KINDS), np.float32),
    ]
    moments = [(np.zeros_like(part), np.zeros_like(part)) for part in weights]
    count = 0
    for number in range(_ROUNDS):
        order = random.permutation(len(places))
        step = _STEP * (1 - number / _ROUNDS)
        for start in range(0, len(order), _BATCH):
            batch = order[start : start + _BATCH]
            count += 1
            kept = _kept(random, (len(batch), width), _DROPPED_IN)
            units = _kept(random, (len(batch), _HIDDEN), _DROPPED_HIDDEN)
            slopes = _slopes(
                weights, places[batch] * kept, targets[batch], importance[batch], units
            )
            for at, slope in enumerate(slopes):
                first, second = moments[at]
                first += 0.1 * (slope - first)
                second += 0.001 * (slope**2 - second)
                move = first / (1 - 0.9**count) / (np.sqrt(second / (1 - 0.999**count)) + 1e-8)
                weights[at] -= step * (move + _DECAY * weights[at] * (weights[at].ndim > 1))
    return weights[0], weights[1], weights[2], weights[3]


def _kept(random: np.random.Generator, shape: tuple[int, int], dropped: float) -> Numbers:
    return np.asarray((random.random(shape, np.float32) > dropped) / (1 - dropped), np.float32)


def _slopes(
    weights: Sequence[Numbers],
    places: Numbers,
    targets: Numbers,
    importance: Numbers,
    units: Numbers,
) -> tuple[Numbers, Numbers, Numbers, Numbers]:
    """The gradient of the cross entropy by back-propagation."""
    first = places @ weights[0] + weights[1]
    hidden = np.maximum(first, 0) * units
    rate = importance[:, None] / np.float32(len(places))
    error = (softmax(hidden @ weights[2] + weights[3]) - targets) * rate
    passing = np.where(first > 0, units, np.float32(0))
    back = (error @ weights[2].T) * passing
    return places.T @ back, back.sum(axis=0), hidden.T @ error, error.sum(axis=0)


def _landmarks(places: Numbers) -> Numbers:
    """The centres of clusters of documents: k-means (Lloyd), begun at random documents."""
    random = np.random.default_rng(SEED)
    clipped = np.clip(places, -4, 4)
    centres = clipped[random.choice(len(clipped), min(_LANDMARKS, len(clipped)), replace=False)]
    for _ in range(12):
        distances = (centres**2).sum(axis=1)[None] - 2 * clipped @ centres.T
        nearest_one = distances.argmin(axis=1)
        centres = np.array(
            [
                clipped[nearest_one == at].mean(axis=0) if (nearest_one == at).any() else centre
                for at, centre in enumerate(centres)
            ]
        )
    return np.asarray(centres, np.float32)


def _model(judges: Judges, certainty: Certainty) -> Model:
    return Model(
        kinds=_KINDS,
        names=load_cues().names,
        linear=judges.linear,
        topics=judges.topics,
        networks=judges.networks,
        landmarks=judges.landmarks,
        reach=judges.reach,
        certainty=certainty,
        name_weight=NAME_WEIGHT,
    )


# ---------------------------------------------------------------- certainty


def _answers(judges: Judges, examples: Iterable[Example]) -> Iterable[Answer]:
    """Each document once with its name, and a real one once without."""
    model = _model(
        judges,
        Certainty(np.zeros(MEASURES + 1, np.float32), sure=1.0, sure_agreed=1.0, farthest=0.0),
    )
    for example in examples:
        if example.features is None:
            continue
        for named in (True, False) if example.is_real else (True,):
            clues = Clues(filename=example.filename if named else None)
            around = surroundings.read(clues, kinds.built_in())
            support = {kind: around.support(kind) for kind in _KINDS}
            verdict = model.judge(example.features, support, legible=example.legible)
            yield Answer(
                example,
                named=named,
                right=verdict.kind in example.accepted,
                agreed=support[verdict.kind] > 0,
                may_be_sure=example.legible and around.contradicts(verdict.kind) is None,
                measures=verdict.measures,
                strange=verdict.strange,
            )


def certainty_of(answers: Sequence[Answer]) -> Certainty:
    """How likely answers like these are right, and from where on enough of the real ones were."""
    measures = np.array([answer.measures for answer in answers])
    right = np.array([answer.right for answer in answers], np.float64)
    shares = np.array(
        [1.0 if a.example.is_real else a.example.share * LINEAR_SHARE for a in answers]
    )
    weights = logistic.fit(measures.astype(np.float64), right, shares, ridge=1.0)
    fitted = Certainty(weights.astype(np.float32), sure=1.0, sure_agreed=1.0, farthest=0.0)
    real = [answer for answer in answers if answer.example.is_real]
    farthest = float(np.quantile([answer.strange for answer in real], 0.99))
    may = [answer for answer in real if answer.may_be_sure and answer.strange <= farthest]
    alone, agreed = (
        _threshold((fitted.of(a.measures), a.right) for a in may if a.agreed is value)
        for value in (False, True)
    )
    return replace(fitted, sure=alone, sure_agreed=min(alone, agreed), farthest=farthest)


def _threshold(decided: Iterable[tuple[float, bool]]) -> float:
    """The lowest certainty from which on enough were right; half a mistake more than was seen, as few prove little."""
    lowest, wrong = 1.0, 0
    for count, (certainty, right) in enumerate(sorted(decided, reverse=True), start=1):
        wrong += not right
        if 1 - (wrong + 0.5) / (count + 1) >= PRECISION:
            lowest = certainty
    return max(_LOWEST_SURE, lowest)


def _measured(validation: Validation) -> dict[str, float]:
    """The accuracy on real documents held out, with their names and without."""
    real = [answer for answer in validation.answers if answer.example.is_real]
    return {
        "accuracy": round(float(np.mean([a.right for a in real if a.named])), 3),
        "accuracy_without_names": round(float(np.mean([a.right for a in real if not a.named])), 3),
    }


if __name__ == "__main__":
    raise SystemExit(main())
