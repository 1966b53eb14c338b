"""The model: features to scores to calibrated confidences. Numbers only, read from `model.json`.

A score is a weighted sum of features; the temperature makes confidences as high as they were right on documents of
repositories that the weights had not seen.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import resources

from intake.model import Kind


@dataclass(frozen=True, slots=True)
class Model:
    """Weights by feature and kind. `sure` is the confidence from which on a decision is sure."""

    kinds: tuple[Kind, ...]
    weights: Mapping[str, Mapping[Kind, float]] = field(repr=False)
    bias: Mapping[Kind, float]
    name_weight: float
    temperature: float
    sure: float

    def scores(self, values: Mapping[str, float]) -> dict[Kind, float]:
        """The score of each kind; features that the model does not know are left out."""
        scores = dict(self.bias)
        for name, value in values.items():
            if value:
                for kind, weight in self.weights.get(name, {}).items():
                    scores[kind] += value * weight
        return scores

    def confidences(self, scores: Mapping[Kind, float]) -> dict[Kind, float]:
        """Calibrated, adding up to 1; the most likely kind first."""
        highest = max(scores.values())
        raised = {
            kind: math.exp((score - highest) / self.temperature) for kind, score in scores.items()
        }
        total = sum(raised.values())
        ordered = sorted(raised, key=lambda kind: raised[kind], reverse=True)
        return {kind: raised[kind] / total for kind in ordered}


@cache
def load_model() -> Model:
    """The model of the package."""
    content = json.loads(resources.files(__package__).joinpath("model.json").read_text("utf-8"))
    return Model(
        kinds=tuple(map(Kind, content["kinds"])),
        weights=content["weights"],
        bias=content["bias"],
        name_weight=content["name_weight"],
        temperature=content["temperature"],
        sure=content["sure"],
    )
