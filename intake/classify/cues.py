"""The words and weights of `cues.yaml`, loaded once, and how words are found in a text.

A cue is a group of words that speak for the same thing; how much of it stands in a text is a number from 0 to 1.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from operator import attrgetter

import yaml

_TOKEN = re.compile(r"\w+")
_place = attrgetter("place")
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
class Cue:
    """A group of words that speak for the same thing."""

    name: str
    full: int
    """How many different ones make the cue full, beyond the `spare` ones that stand in any text."""
    spare: int
    says: str
    words: tuple[str, ...] = field(repr=False)

    def amount(self, found: int, *, length: float) -> float:
        """0 to 1, for the number of different words found in a text `length` times as long as a page."""
        return min(1.0, max(0.0, found / length - self.spare) / self.full)


@dataclass(frozen=True, slots=True)
class _Needle:
    """A word or phrase of a cue, and its place among all. `phrase` must be in the text, "" for one word."""

    place: int
    cue: str
    phrase: str
    shown: str


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The words of several cues, so arranged that those which a text cannot hold are not looked at."""

    known: frozenset[str] = field(repr=False)
    by_word: Mapping[str, Sequence[_Needle]] = field(repr=False)
    """By their longest word."""
    others: Sequence[_Needle] = field(repr=False)
    """Beginnings of words, and words of scripts that know no blanks."""

    @classmethod
    def of(cls, cues: Iterable[Cue]) -> Vocabulary:
        """The vocabulary of these cues."""
        by_word: defaultdict[str, list[_Needle]] = defaultdict(list)
        others: list[_Needle] = []
        every = ((cue.name, word) for cue in cues for word in cue.words)
        for place, (cue, word) in enumerate(every):
            if _UNSPACED.search(word):
                others.append(_Needle(place, cue, word, word))
            elif word.endswith("*"):
                others.append(_Needle(place, cue, f" {word[:-1]}", word[:-1]))
            else:
                phrase = f" {word} " if " " in word else ""
                by_word[max(word.split(), key=len)].append(_Needle(place, cue, phrase, word))
        return cls(frozenset(by_word), by_word, others)

    def found_in(self, content: Content) -> dict[str, list[str]]:
        """The words that stand there by their cue, as they are shown to people; in the order of the cues."""
        text = content.text
        likely = (needle for word in content.words & self.known for needle in self.by_word[word])
        found = [needle for needle in likely if needle.phrase in text]
        found.extend(needle for needle in self.others if needle.phrase in text)
        by_cue: defaultdict[str, list[str]] = defaultdict(list)
        for needle in sorted(found, key=_place):
            by_cue[needle.cue].append(needle.shown)
        return by_cue


@dataclass(frozen=True, slots=True)
class Cues:
    """The cues, and the hand-chosen weight of each feature for each kind, from which training starts."""

    cues: tuple[Cue, ...]
    vocabulary: Vocabulary
    measures: tuple[str, ...]
    says: Mapping[str, str]
    """The line of evidence of each feature that has one."""
    weights: Mapping[str, Mapping[str, float]]
    bias: Mapping[str, float]
    placed: tuple[tuple[str, str], ...]
    """The cues that are looked for "in_heads" and "at_start" too: there a word says more than that it occurs."""
    genres: Vocabulary
    """What documents that are none of the kinds call themselves."""

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all features, in the order of the model's columns."""
        return (*(cue.name for cue in self.cues), *self.measures)

    def genre(self, title: str) -> str | None:
        """The first word for another sort of document in a normalised title."""
        found = self.genres.found_in(Content.of(title))
        return next((word for words in found.values() for word in words), None)


@cache
def load_cues() -> Cues:
    """The cues of the package."""
    text = resources.files(__package__).joinpath("cues.yaml").read_text("utf-8")
    # The safe loader of libyaml where it is there: five times as quick at the first decision.
    content = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506  # safe
    cues = tuple(_cue(name, entry) for name, entry in content["cues"].items())
    entries = {**content["cues"], **content["measures"]}
    genres = _cue("genres", {"words": content["genres"], "full": 1, "says": ""})
    return Cues(
        cues=cues,
        vocabulary=Vocabulary.of(cues),
        measures=tuple(content["measures"]),
        says={name: entry["says"] for name, entry in entries.items() if "says" in entry},
        weights={name: entry["speaks"] for name, entry in entries.items()},
        bias=content["bias"],
        placed=tuple(
            (place, cue.name)
            for cue in cues
            for place in ("in_heads", "at_start")
            if f"{cue.name}_{place}" in content["measures"]
        ),
        genres=Vocabulary.of([genres]),
    )


def _cue(name: str, entry: Mapping[str, object]) -> Cue:
    words = (" ".join(word.split()) for word in str(entry["words"]).split(","))
    return Cue(
        name=name,
        full=int(str(entry["full"])),
        spare=int(str(entry.get("spare", 0))),
        says=str(entry["says"]),
        words=tuple(dict.fromkeys(words)),
    )
