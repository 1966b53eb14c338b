"""How like a few examples a document is: a likelihood ratio against documents at large, from numbers alone.

The measures of a document are taken to spread about those of its kind as they do within the built-in kinds, and kinds
to spread about each other as those do (two covariances: Ioffe, "Probabilistic linear discriminant analysis", 2006). Five
examples then say where their kind lies and how sure that is. The few words that they share and that are rare elsewhere
count beside that. `background.npz` holds the numbers, made by `intake.classify.background`; no document is in it.
"""

from __future__ import annotations

import math
import re
import zlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources

import numpy as np
from numpy.typing import NDArray

from intake.classify.dates import normalise
from intake.kinds import Profile, Shown
from intake.model import Kind

Numbers = NDArray[np.float64]

TEXT_READ = 28_000
MOST_WORDS = 3_000
WORDS_KEPT = 60
MARKS_KEPT = 12
AXES_OF_EACH = 32
"""One example by itself is compared on the axes that tell most."""
BINS = 32_768
_WORD = re.compile(r"[^\W\d_]{3,24}")
_FEWEST_WORDS = 40
_FEWEST_TO_COMPARE = 3
_LEAST_MARK = 0.8
"""In standard deviations: from here on a measure is worth telling."""


@dataclass(frozen=True, slots=True)
class Likeness:
    """How like the examples a document is. `alike` is how many of them it resembles one by one.

    `marks` and `words` are what it has in common with them, what says most first.
    """

    confidence: float
    alike: int
    marks: tuple[str, ...]
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Background:
    """Documents at large, as numbers.

    `mean` and `spread` are those of each measure of `names`; `axes` turns what is left after the mean into coordinates in
    which documents of one kind have a variance of 1 and kinds one of `between`, the strongest first. `seen` counts in how
    many of `documents` a word occurs, by the word's bin. `weights` make the two scores and a constant a log-odds.
    """

    names: tuple[str, ...]
    mean: Numbers
    spread: Numbers
    axes: Numbers
    between: Numbers
    seen: NDArray[np.uint16]
    documents: int
    weights: Numbers

    def place(self, values: Mapping[str, float]) -> Numbers:
        """A document's coordinates; a measure that it does not have is taken to be average."""
        row = np.array(
            [values.get(name, usual) for name, usual in zip(self.names, self.mean, strict=True)]
        )
        return np.asarray((row - self.mean) @ self.axes)

    def profile(self, kind: Kind, examples: Sequence[Shown]) -> Profile:
        """What these examples have in common; at least one."""
        places = np.array([self.place(example.values) for example in examples])
        return Profile(
            kind=kind,
            count=len(examples),
            centre=_rounded(places.mean(axis=0)),
            least=self._least(places),
            each=tuple(_rounded(place[:AXES_OF_EACH]) for place in places),
            words=self._words(examples),
            marks=self._marks(examples),
        )

    def compare(self, shown: Shown, profile: Profile) -> Likeness:
        """How like the examples of a profile a document is."""
        place = self.place(shown.values)
        scores = [
            self.score(place, profile),
            word_score(shown, profile),
            1.0,
        ]
        odds = float(self.weights @ scores)
        singles = (
            self.ratio(place[:AXES_OF_EACH], np.array(example), 1) for example in profile.each
        )
        has = set(shown.words)
        return Likeness(
            confidence=1 / (1 + math.exp(-max(-50.0, min(50.0, odds)))),
            alike=sum(ratio > 0 for ratio in singles),
            marks=tuple(name for name in profile.marks if self.stands_out(name, shown.values)),
            words=tuple(word for word, _ in profile.words if word in has),
        )

    def ratio(self, place: Numbers, centre: Numbers, count: int) -> float:
        """The logarithm of how much likelier a document is among `count` examples about a centre than at large."""
        between = self.between[: len(place)]
        left = between / (count * between + 1)
        near = (place - left * count * centre) ** 2 / (1 + left) + np.log(1 + left)
        far = place**2 / (1 + between) + np.log(1 + between)
        return float((far - near).sum() / 2)

    def score(self, place: Numbers, profile: Profile) -> float:
        """The ratio, and as much again taken off as it is below that of every example.

        Examples that are all of one make say that others of the sort are, too.
        """
        ratio = self.ratio(place, np.array(profile.centre), profile.count)
        return ratio - max(0.0, profile.least - ratio)

    def _least(self, places: Numbers) -> float:
        """The lowest ratio of an example to the others; nothing below two others says anything."""
        count = len(places)
        if count < _FEWEST_TO_COMPARE:
            return 0.0
        total = places.sum(axis=0)
        ratios = [self.ratio(place, (total - place) / (count - 1), count - 1) for place in places]
        return round(max(0.0, min(ratios)), 3)

    def stands_out(self, name: str, values: Mapping[str, float]) -> bool:
        """Whether a document has clearly more of a measure than documents at large."""
        at = self.names.index(name) if name in self.names else -1
        return at >= 0 and values.get(name, 0.0) - self.mean[at] >= _LEAST_MARK * self.spread[at]

    def _words(self, examples: Sequence[Shown]) -> tuple[tuple[str, float], ...]:
        """Words that at least two of the examples have, by how much oftener they do than documents at large."""
        counts = Counter(word for example in examples for word in example.words)
        weights = {
            word: math.log(
                (count + 0.15)
                / (len(examples) + 1)
                / ((self._seen(word) + 0.5) / (self.documents + 1))
            )
            for word, count in counts.items()
            if count >= 2
        }
        telling = [word for word, weight in weights.items() if weight > 1]
        telling.sort(key=lambda word: (counts[word] * weights[word], word), reverse=True)
        return tuple((word, round(weights[word], 2)) for word in telling[:WORDS_KEPT])

    def _seen(self, word: str) -> int:
        return int(self.seen[bin_of(word)])

    def _marks(self, examples: Sequence[Shown]) -> tuple[str, ...]:
        """The measures of which the examples have more than others, and nearly all of them."""
        rows = np.array(
            [[example.values.get(name, 0.0) for name in self.names] for example in examples]
        )
        ahead = (rows - self.mean) / self.spread
        strength = np.minimum(ahead, 3.0).mean(axis=0) * (ahead > _LEAST_MARK).mean(axis=0)
        strongest = np.argsort(-strength, kind="stable")[:MARKS_KEPT]
        return tuple(self.names[at] for at in strongest if strength[at] > _LEAST_MARK)


def word_score(shown: Shown, profile: Profile) -> float:
    """How many of the telling words a document has; a long one has more words of every sort, so more are asked of it."""
    has = set(shown.words)
    found = sum(weight for word, weight in profile.words if word in has)
    return found / math.sqrt(max(_FEWEST_WORDS, len(has)))


def words_of(text: str) -> tuple[str, ...]:
    """The different words of a text, in the form in which they are compared."""
    found = dict.fromkeys(_WORD.findall(normalise(text[:TEXT_READ])))
    return tuple(found)[:MOST_WORDS]


def bin_of(word: str) -> int:
    """The place in which a word is counted."""
    return zlib.crc32(word.encode()) % BINS


@cache
def load_background() -> Background:
    """The background of the package."""
    with (
        resources.files(__package__).joinpath("background.npz").open("rb") as file,
        np.load(file, allow_pickle=False) as content,
    ):
        return Background(
            names=tuple(str(name) for name in content["names"]),
            mean=content["mean"].astype(np.float64),
            spread=content["spread"].astype(np.float64),
            axes=content["axes"].astype(np.float64),
            between=content["between"].astype(np.float64),
            seen=content["seen"].astype(np.uint16),
            documents=int(content["documents"]),
            weights=content["weights"].astype(np.float64),
        )


def _rounded(place: Numbers) -> tuple[float, ...]:
    return tuple(round(float(value), 3) for value in place)
