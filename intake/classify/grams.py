"""The words and pairs of words of a document as counts in hashed columns, by which a model learns a vocabulary.

A column is a CRC-32 modulo `COLUMNS`: no word can be read back from a model. Digits are made alike, so that no number is
learned by heart; words of headings and titles are counted apart from those of the text.
"""

from __future__ import annotations

import math
import re
import zlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

COLUMNS = 8192
_WORDS_READ = 3_000
_HEADS_READ = 60
_LONGEST = 24
_HEAD_WEIGHT = 1.5
_MOST = 3.0
_DIGIT = re.compile(r"\d")
_WORD = re.compile(r"\w+")
_EDGES = ".,:;!?()\"'*_#|[]"


@dataclass(frozen=True, slots=True)
class Grams:
    """Which columns are filled, and with how much."""

    columns: NDArray[np.intp]
    amounts: NDArray[np.float32]


def grams_of(text: str, heads: Sequence[str]) -> Grams:
    """Those of a normalised text (see `dates.normalise`) and its headings."""
    plain = _DIGIT.sub("0", text)
    words = [
        word
        for part in plain.split(None, _WORDS_READ)[:_WORDS_READ]
        if (word := part.strip(_EDGES))
    ]
    amounts: dict[str, float] = {
        f"w{word}": 1 + math.log(count)
        for word, count in Counter(words).items()
        if len(word) <= _LONGEST
    }
    amounts.update((f"b{first} {second}", 1.0) for first, second in pairwise(words))
    amounts.update((f"h{word}", _HEAD_WEIGHT) for word in _words_of(heads[:_HEADS_READ]))
    found = np.fromiter(
        (zlib.crc32(gram.encode()) % COLUMNS for gram in amounts), np.intp, len(amounts)
    )
    sums = np.bincount(
        found, np.minimum(np.fromiter(amounts.values(), np.float64, len(amounts)), _MOST), COLUMNS
    )
    columns = np.flatnonzero(sums)
    return Grams(columns, sums[columns].astype(np.float32))


def _words_of(heads: Iterable[str]) -> set[str]:
    return {word for head in heads for word in _WORD.findall(_DIGIT.sub("0", head))}
