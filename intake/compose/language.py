"""Which language a person writes in, guessed from the little words of their mail.

Pure. A few words that one language has and the others have not say more than statistics would of two lines of text.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

_WORD = re.compile(r"[^\W\d_]+(?:['\u2019][^\W\d_]+)*")
_MOST_CHARACTERS = 20_000
_LEAST_WORDS = 2
_CLEAR = 2
"""How many times as many words as of any other language."""


def guess(text: str, little_words: Mapping[str, frozenset[str]]) -> str | None:
    """The language of a text, None where it is too short or too mixed to tell.

    Words that several of the languages have say nothing, and a word counts once, however often it is written.
    """
    written = {word.lower() for word in _WORD.findall(text[:_MOST_CHARACTERS])}
    found = {
        language: len((written & words) - _others(language, little_words))
        for language, words in little_words.items()
    }
    counts = sorted(found.values(), reverse=True)
    best, second = [*counts, 0, 0][:2]
    if best < _LEAST_WORDS or best < _CLEAR * second:
        return None
    return next(language for language, count in found.items() if count == best)


def _others(language: str, little_words: Mapping[str, frozenset[str]]) -> frozenset[str]:
    others = (words for name, words in little_words.items() if name != language)
    return frozenset().union(*others)
