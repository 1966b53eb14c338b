"""The words and pairs of words of a document as counts in hashed columns, by which a model learns a vocabulary.

A column is made of the CRC-32 of each word modulo `COLUMNS`: no word can be read back from a model. Digits are made alike, so that no number is
learned by heart; words of headings and titles are counted apart from those of the text.
"""

from __future__ import annotations

import re
import zlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

COLUMNS = 8192
_WORDS_READ = 3_000
_LONGEST = 24
_HEAD_WEIGHT = 1.5
_MOST = 3.0
_PAIR = np.uint64(1_000_003)
"""The hash of a pair is that of its first word times this, plus that of its second."""
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
    parts = _DIGIT.sub("0", text).split(None, _WORDS_READ)[:_WORDS_READ]
    words = [word for part in parts if (word := part.strip(_EDGES))]
    counts = Counter(words)
    hashes = {word: zlib.crc32(word.encode()) for word in counts}
    short = [word for word in counts if len(word) <= _LONGEST]
    said = np.array([hashes[word] for word in short], np.uint64)
    often = 1 + np.log(np.array([counts[word] for word in short], np.float64))
    row = np.array([hashes[word] for word in words], np.uint64)
    pairs = np.unique(row[:-1] * _PAIR + row[1:])
    heading = np.array([zlib.crc32(f"#{word}".encode()) for word in _words_of(heads)], np.uint64)
    columns = np.concatenate([said, pairs, heading]) % np.uint64(COLUMNS)
    amounts = np.concatenate(
        [
            np.minimum(often, _MOST),
            np.ones(len(pairs)),
            np.full(len(heading), _HEAD_WEIGHT),
        ]
    )
    sums = np.bincount(columns.astype(np.intp), amounts, COLUMNS)
    filled = np.flatnonzero(sums)
    return Grams(filled, sums[filled].astype(np.float32))


def _words_of(heads: Iterable[str]) -> set[str]:
    return set(_WORD.findall(_DIGIT.sub("0", "\n".join(heads))))
