"""The words and weights of `cues.yaml`, loaded once, and how words are found in a text.

A cue is a group of words that speak for the same thing; how much of it stands in a text is a number from 0 to 1.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import resources

import yaml

_TOKEN = re.compile(r"\w+")
_UNSPACED = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]")


@dataclass(frozen=True, slots=True)
class Content:
    """A normalised text as words with one blank between them, and the set of these words."""

    text: str = field(repr=False)
    words: frozenset[str] = field(repr=False)

    @classmethod
    def of(cls, text: str) -> Content:
        """Make one; digits are words too, an underscore parts words."""
        words = _TOKEN.findall(text.replace("_", " "))
        return cls(f" {' '.join(words)} ", frozenset(words))


@dataclass(frozen=True, slots=True)
class _Needle:
    """How one word or phrase is searched for: all of `words` must be there, and `phrase` in the text, "" for one word."""

    words: frozenset[str]
    phrase: str
    shown: str


@dataclass(frozen=True, slots=True)
class Cue:
    """A group of words that speak for the same thing."""

    name: str
    full: int
    """How many different ones make the cue full, beyond the `spare` ones that stand in any text."""
    spare: int
    says: str
    needles: tuple[_Needle, ...] = field(repr=False)

    def found_in(self, content: Content) -> tuple[str, ...]:
        """The words of the cue that stand there, as they are shown to people."""
        text, words = content.text, content.words
        return tuple(
            needle.shown
            for needle in self.needles
            if needle.words <= words and needle.phrase in text
        )

    def amount(self, found: int, *, length: float) -> float:
        """0 to 1, for the number of different words found in a text `length` times as long as a page."""
        return min(1.0, max(0.0, found / length - self.spare) / self.full)


@dataclass(frozen=True, slots=True)
class Cues:
    """The cues, and the hand-chosen weight of each feature for each kind, from which training starts."""

    cues: tuple[Cue, ...]
    measures: tuple[str, ...]
    says: Mapping[str, str]
    """The line of evidence of each feature that has one."""
    weights: Mapping[str, Mapping[str, float]]
    bias: Mapping[str, float]
    placed: tuple[tuple[str, Cue], ...]
    """The cues that are looked for "in_heads" and "at_start" too: there a word says more than that it occurs."""
    genres: Cue
    """What documents that are none of the kinds call themselves."""

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all features, in the order of the model's columns."""
        return (*(cue.name for cue in self.cues), *self.measures)


@cache
def load_cues() -> Cues:
    """The cues of the package."""
    text = resources.files(__package__).joinpath("cues.yaml").read_text("utf-8")
    # The safe loader of libyaml where it is there: five times as quick at the first decision.
    content = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506  # safe
    cues = tuple(_cue(name, entry) for name, entry in content["cues"].items())
    entries = {**content["cues"], **content["measures"]}
    return Cues(
        cues=cues,
        measures=tuple(content["measures"]),
        says={name: entry["says"] for name, entry in entries.items() if "says" in entry},
        weights={name: entry["speaks"] for name, entry in entries.items()},
        bias=content["bias"],
        placed=tuple(
            (place, cue)
            for cue in cues
            for place in ("in_heads", "at_start")
            if f"{cue.name}_{place}" in content["measures"]
        ),
        genres=_cue("genres", {"words": content["genres"], "full": 1, "says": ""}),
    )


def _cue(name: str, entry: Mapping[str, object]) -> Cue:
    words = entry["words"]
    shown = [str(word) for word in words] if isinstance(words, list) else []
    return Cue(
        name=name,
        full=int(str(entry["full"])),
        spare=int(str(entry.get("spare", 0))),
        says=str(entry["says"]),
        needles=tuple(_needle(word) for word in dict.fromkeys(shown)),
    )


def _needle(word: str) -> _Needle:
    if _UNSPACED.search(word):
        return _Needle(frozenset(), word, word)
    if word.endswith("*"):
        return _Needle(frozenset(), f" {word[:-1]}", word[:-1])
    words = word.split()
    return _Needle(frozenset(words), f" {word} " if len(words) > 1 else "", word)
