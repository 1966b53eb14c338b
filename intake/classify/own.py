"""The operator's own kinds, recognised by their words: in the title, in the text, in the name.

Knows nothing of the learned model, which never saw these kinds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from intake.classify.features import Features
from intake.classify.surroundings import Surroundings
from intake.kinds import KindSpec, named_in
from intake.model import Extract

_IN_TITLE = 0.6
_IN_TEXT = 0.1
_IN_NAME = 0.25
_TEXT_READ = 20_000
LIKELY = 0.5
"""From here on it outweighs that nothing speaks for another kind."""
SURE = 0.85
"""The title and either the name or several more of its words."""


@dataclass(frozen=True, slots=True)
class OwnRead:
    """An own kind and how much speaks for it, 0 to 1."""

    spec: KindSpec
    confidence: float


def read(
    extract: Extract, features: Features, around: Surroundings, own: Sequence[KindSpec]
) -> OwnRead | None:
    """The own kind that most speaks for, None where nothing in the content does."""
    found = [_weigh(extract, features, around, spec) for spec in own]
    likely = [read for read in found if read.confidence > _IN_NAME]
    return max(likely, key=lambda read: read.confidence, default=None)


def _weigh(extract: Extract, features: Features, around: Surroundings, spec: KindSpec) -> OwnRead:
    titled = any(named_in(place, (spec,)) for place in features.look.top)
    lines = extract.text[:_TEXT_READ].splitlines()
    naming = min(3, sum(1 for line in lines if line.strip() and named_in(line, (spec,))))
    named = around.support(spec.kind) >= 0.3
    weight = _IN_TITLE * titled + _IN_TEXT * naming + _IN_NAME * named
    return OwnRead(spec, min(0.98, weight))
