"""The model: features to scores to a calibrated confidence. Numbers only, read from `model.npz`.

Two judges look at a document: a weighted sum of features, which starts from weights chosen by hand, and a few small
networks, which see the same features and the document's vocabulary. `Certainty` then says how likely their joint answer
is right, from how clear it is, how far they agree, and how far the document is from all that they were fitted on.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib import resources

import numpy as np
from numpy.typing import NDArray

from intake.classify.features import Features
from intake.classify.grams import Grams
from intake.model import OTHER, Kind

Numbers = NDArray[np.float32]

_FLOOR = 1e-3
MEASURES = 9
"""Of which a certainty is made."""


@dataclass(frozen=True, slots=True)
class Topics:
    """From hashed words to a few dozen numbers. `rarity` is the inverse document frequency of each column."""

    rarity: Numbers = field(repr=False)
    axes: Numbers = field(repr=False)

    def of(self, grams: Grams) -> Numbers:
        """Where a document lies; a column that no training document has counts for nothing."""
        weighted = grams.amounts * self.rarity[grams.columns]
        length = float(np.sqrt((weighted**2).sum())) or 1.0
        return np.asarray(weighted @ self.axes[grams.columns] / length, dtype=np.float32)


@dataclass(frozen=True, slots=True)
class Networks:
    """Several networks of one hidden layer each, whose opinions are averaged. `mean` and `scale` make inputs alike."""

    mean: Numbers = field(repr=False)
    scale: Numbers = field(repr=False)
    hidden: Numbers = field(repr=False)
    hidden_bias: Numbers = field(repr=False)
    out: Numbers = field(repr=False)
    out_bias: Numbers = field(repr=False)

    def standard(self, inputs: Numbers) -> Numbers:
        """The inputs in standard deviations from the mean."""
        return np.asarray((inputs - self.mean) / self.scale, dtype=np.float32)

    def shares(self, inputs: Numbers) -> Numbers:
        """Each network's share for each kind."""
        first = np.maximum(self.standard(inputs) @ self.hidden + self.hidden_bias, 0)
        return softmax((first[:, None] @ self.out)[:, 0] + self.out_bias)


@dataclass(frozen=True, slots=True)
class Certainty:
    """How likely an answer is right: a logistic function of `MEASURES` measures of it, fitted on documents held out."""

    weights: Numbers = field(repr=False)
    sure: float
    """From here on an answer is sure, if nothing but the content says so."""
    sure_agreed: float
    """From here on it is where the name or the mail says the same."""
    farthest: float
    """A document that is stranger than this is never sure."""

    def bound(self, *, agreed: bool) -> float:
        """The one of the two that holds."""
        return self.sure_agreed if agreed else self.sure

    def of(self, measures: Numbers) -> float:
        """0 to 1."""
        return float(1 / (1 + np.exp(-(measures @ self.weights[:-1] + self.weights[-1]))))


@dataclass(frozen=True, slots=True)
class Verdict:
    """The kinds by their shares, the most likely first, what each judge held of the first, and how certain that is."""

    shares: Mapping[Kind, float]
    by_content: Mapping[Kind, float]
    """The same without the name and the mail."""
    certainty: float
    measures: Numbers = field(repr=False)
    strange: float
    """How far it is from all that the model was fitted on; 1 is as far as one in a hundred of those is from the others."""

    @property
    def kind(self) -> Kind:
        """The most likely one."""
        return next(iter(self.shares))


@dataclass(frozen=True, slots=True)
class Model:
    """Everything that is learned. `names` are the features in the order of the columns."""

    kinds: tuple[Kind, ...]
    names: tuple[str, ...]
    linear: Numbers = field(repr=False)
    """A row for each feature and one for the constant, a column for each kind."""
    topics: Topics
    networks: Networks
    landmarks: Numbers = field(repr=False)
    """Points among the documents that the model was fitted on, as the networks see them."""
    reach: float
    """How far from the next landmark all but one in a hundred of those documents are."""
    certainty: Certainty
    name_weight: float

    def weights(self, name: str) -> Mapping[Kind, float]:
        """What a feature says for and against each kind, by the weighted sum; for the evidence."""
        row = self.linear[self.names.index(name)]
        return dict(zip(self.kinds, map(float, row), strict=True))

    def judge(self, features: Features, support: Mapping[Kind, float], *, legible: bool) -> Verdict:
        """What a document is by these features; `support` is how much the name and the mail speak for each kind."""
        row = np.array([features.values[name] for name in self.names], dtype=np.float32)
        inputs = np.concatenate([row, self.topics.of(features.grams)])
        opinions = np.vstack(
            [softmax(row @ self.linear[:-1] + self.linear[-1])[None], self.networks.shares(inputs)]
        )
        strange = self._strange(self.networks.standard(inputs))
        named = np.array([support.get(kind, 0.0) for kind in self.kinds], dtype=np.float32)
        content = joined(opinions)
        both = softmax(np.log(content + _FLOOR) + self.name_weight * named)
        measures = measures_of(
            both, opinions, named, strange=strange, legible=legible, other=self.kinds.index(OTHER)
        )
        return Verdict(
            shares=self._ordered(both),
            by_content=self._ordered(content),
            certainty=self.certainty.of(measures),
            measures=measures,
            strange=strange,
        )

    def _strange(self, place: Numbers) -> float:
        return float(nearest(place[None], self.landmarks)[0]) / self.reach

    def _ordered(self, shares: Numbers) -> dict[Kind, float]:
        order = np.argsort(-shares, kind="stable")
        return {self.kinds[at]: float(shares[at]) for at in order}


def joined(opinions: Numbers) -> Numbers:
    """The weighted sum and the networks together count the same: the mean of their logarithms, made shares again."""
    logs = np.log(opinions + _FLOOR)
    return softmax((logs[0] + logs[1:].mean(axis=0)) / 2)


def measures_of(
    shares: Numbers,
    opinions: Numbers,
    named: Numbers,
    *,
    strange: float,
    legible: bool,
    other: int,
) -> Numbers:
    """What a certainty is made of; the same for fitting as for use."""
    first, second = np.argsort(-shares)[:2]
    return np.array(
        [
            np.log((shares[first] + _FLOOR) / (1 - shares[first] + _FLOOR)),
            np.log((shares[first] + _FLOOR) / (shares[second] + _FLOOR)),
            (opinions.argmax(axis=1) == first).mean(),
            np.log(opinions[:, first].min() + _FLOOR),
            min(3.0, strange),
            float(legible),
            named[first] - (named.sum() - named[first]),
            float(named.any()),
            float(first == other),
        ],
        dtype=np.float32,
    )


def nearest(places: Numbers, landmarks: Numbers) -> Numbers:
    """The distance of each place from the next landmark; one odd measure among many does not make a place far."""
    clipped = np.clip(places, -4, 4)
    squares = (clipped**2).sum(axis=1)[:, None] + (landmarks**2).sum(axis=1)[None]
    distances = squares - 2 * clipped @ landmarks.T
    return np.asarray(np.sqrt(np.maximum(distances.min(axis=1), 0)), dtype=np.float32)


def softmax(scores: Numbers) -> Numbers:
    """Scores as shares that add up to 1, along the last axis."""
    raised = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return np.asarray(raised / raised.sum(axis=-1, keepdims=True), dtype=np.float32)


def arrays_of(model: Model) -> dict[str, NDArray[np.generic]]:
    """The model as named arrays of small numbers, which `from_arrays` reads."""
    axes, unit = _small(model.topics.axes)
    networks = model.networks
    return {
        "linear": model.linear.astype(np.float16),
        "rarity": model.topics.rarity.astype(np.float16),
        "axes": axes,
        "axes_unit": unit,
        "mean": networks.mean.astype(np.float32),
        "scale": networks.scale.astype(np.float32),
        "hidden": networks.hidden.astype(np.float16),
        "hidden_bias": networks.hidden_bias.astype(np.float16),
        "out": networks.out.astype(np.float16),
        "out_bias": networks.out_bias.astype(np.float16),
        "landmarks": model.landmarks.astype(np.float16),
        "certainty": model.certainty.weights.astype(np.float32),
        "constants": np.array(
            [
                model.reach,
                model.certainty.sure,
                model.certainty.sure_agreed,
                model.certainty.farthest,
                model.name_weight,
            ],
            np.float32,
        ),
    }


def from_arrays(
    arrays: Mapping[str, NDArray[np.generic]], *, kinds: Sequence[str], names: Sequence[str]
) -> Model:
    """The model that `arrays_of` made arrays of."""

    def read(name: str) -> Numbers:
        return np.asarray(arrays[name], dtype=np.float32)

    reach, sure, sure_agreed, farthest, name_weight = map(float, read("constants"))
    return Model(
        kinds=tuple(map(Kind, kinds)),
        names=tuple(names),
        linear=read("linear"),
        # In rows, since rows are what is taken from it.
        topics=Topics(read("rarity"), np.ascontiguousarray(read("axes") * read("axes_unit"))),
        networks=Networks(
            mean=read("mean"),
            scale=read("scale"),
            hidden=read("hidden"),
            hidden_bias=read("hidden_bias"),
            out=read("out"),
            out_bias=read("out_bias"),
        ),
        landmarks=read("landmarks"),
        reach=reach,
        certainty=Certainty(read("certainty"), sure, sure_agreed, farthest),
        name_weight=name_weight,
    )


def _small(axes: Numbers) -> tuple[NDArray[np.int8], Numbers]:
    """Eight bits for each number, and the unit of each axis."""
    unit = np.abs(axes).max(axis=0) / 127 + 1e-12
    return np.round(axes / unit).astype(np.int8), unit.astype(np.float32)


@cache
def load_model() -> Model:
    """The model of the package."""
    folder = resources.files(__package__)
    about = json.loads(folder.joinpath("model.json").read_text("utf-8"))
    with (
        folder.joinpath("model.npz").open("rb") as file,
        np.load(file, allow_pickle=False) as content,
    ):
        return from_arrays(
            {name: content[name] for name in content.files},
            kinds=about["kinds"],
            names=about["features"],
        )
