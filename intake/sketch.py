"""A sketch of a document's text, by which the versions of one document know each other. Pure; numbers in, numbers out.

Saving a document again changes what is no part of it: bullets, page numbers, running heads, 1,000 for 1000. All that is
taken away before words are compared.
"""

from __future__ import annotations

import functools
import re
import zlib
from collections import Counter
from itertools import accumulate

import numpy as np
from numpy.typing import NDArray

from intake.model import Extract, Unusable

SKETCH_SIZE = 64
"""Entries of a MinHash sketch: a standard error of about 0.06 around a similarity of one half."""
SHINGLE_WORDS = 5
LEAST_SHINGLES = 10
"""Fewer different ones tell nothing: every page of every scan may say "Scanned with …" and no more."""
MOST_SHINGLES = 4_000
_TEXT_READ = 60_000
_RUNNING = 3
"""A short line that is there so often stands on every page."""
_RUNNING_WORDS = 12
_WORD = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff]|[^\W_]+")
_FIGURE = re.compile(r"\d+(?:[.,'\u2019\u00a0\u202f]\d+)+")
_THOUSANDS = re.compile(r"[.,'\u2019\u00a0\u202f](?=\d{3}(?!\d))")
_ZEROS = re.compile(r"(?:[.,]0+|([.,]\d*?[1-9])0+)\Z")
_PAGE_NUMBER = re.compile(r"(?<![\d.,])\d{1,3}(?![\d.,]*\d)")
_PAGE_NUMBERS = 2
"""As in "page 3 of 7"; a line with more numbers is a row of figures."""
_NO_DIGITS = str.maketrans("123456789", "000000000")


def sketch_of(extracted: Extract | Unusable) -> tuple[int, ...]:
    """A MinHash sketch of a document's word shingles; empty where there is too little to compare.

    Broder, "On the resemblance and containment of documents" (1997). A picture without text has one of what it looks
    like, which is longer, and so is like no text.
    """
    if isinstance(extracted, Unusable):
        return ()
    hashes = _shingle_hashes(extracted.text)
    if len(set(hashes.tolist())) < LEAST_SHINGLES:
        return _look_of(extracted.pages[0].grid) if extracted.pages else ()
    flips, factors = _functions()
    # A multiplication by an odd number mixes all bits into the upper ones, by which numbers are compared.
    mixed = hashes ^ flips
    mixed *= factors
    return tuple(mixed.min(axis=1).tolist())


def _look_of(grid: tuple[int, ...]) -> tuple[int, ...]:
    """Two neighbouring fields of a picture an entry: two that differ seldom agree in both."""
    pairs = zip(grid[::2], grid[1::2], strict=True)
    return tuple(one * 16 + other for one, other in pairs)


def words_of(text: str) -> list[str]:
    """The words and numbers of a text in order, without what differs from one saving to the next."""
    lines = _without_running(text[:_TEXT_READ].casefold().splitlines())
    return _WORD.findall(_FIGURE.sub(_plain, "\n".join(lines)))


def _plain(figure: re.Match[str]) -> str:
    """A number without marks between its thousands and zeros at its end."""
    return _ZEROS.sub(r"\1", _THOUSANDS.sub("", figure[0]))


def _without_running(lines: list[str]) -> list[str]:
    """Without page numbers and the heads and feet of pages, which differ by no more than a number."""
    counts = Counter(line.translate(_NO_DIGITS) for line in lines if _is_short(line))
    often = {line for line, count in counts.items() if count >= _RUNNING}
    kept = [line for line in lines if line.translate(_NO_DIGITS) not in often]
    if len(kept) == len(lines):
        return lines
    keys = [_key(line) for line in lines]
    running = {key for key, count in Counter(keys).items() if key and count >= _RUNNING}
    return [line for line, key in zip(lines, keys, strict=True) if key not in running]


def _is_short(line: str) -> bool:
    """Rows of tables and long lines are never running heads."""
    return "\t" not in line and line.count(" ") <= _RUNNING_WORDS


def _key(line: str) -> str:
    """What a line is without page numbers; "" for what is no running head."""
    if not _is_short(line):
        return ""
    masked, count = _PAGE_NUMBER.subn("0", line.strip())
    return masked if count <= _PAGE_NUMBERS else line


def _shingle_hashes(text: str) -> NDArray[np.uint32]:
    """The CRC-32 of each run of words; the words are joined only once, and the runs are cut out of that."""
    most = MOST_SHINGLES + SHINGLE_WORDS - 1
    words = [word.encode() for word in words_of(text)[:most]]
    octets = b" ".join(words)
    starts = [0, *accumulate(len(word) + 1 for word in words)]
    runs = map(slice, starts, (after - 1 for after in starts[SHINGLE_WORDS:]))
    return np.array([*map(zlib.crc32, map(octets.__getitem__, runs))], dtype=np.uint32)


@functools.cache
def _functions() -> tuple[NDArray[np.uint32], NDArray[np.uint32]]:
    """What each hash function turns over, and its factor, which is odd; always the same."""
    random = np.random.default_rng(1997)
    flips, factors = random.integers(0, 2**32, (2, SKETCH_SIZE, 1), dtype=np.uint32)
    return flips, factors | np.uint32(1)
