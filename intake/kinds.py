"""The kinds of documents: the built-in ones from `kinds.yaml`, and the operator's own.

Knows how a kind is called and which words name it in a file name or a mail; how a kind is recognised from
what a document is stands in `intake.classify`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib import resources

import yaml

from intake.errors import ConfigError
from intake.model import OTHER, Kind, Sha256

MOST_EXAMPLES = 20
"""Of one own kind."""
TIMED = frozenset({Kind("roadmap"), Kind("event_calendar")})
"""The kinds that state a period, or a span of dates."""
_NAME = re.compile(r"[a-z][a-z0-9_]{1,39}\Z")


@dataclass(frozen=True, slots=True)
class KindSpec:
    """A kind and its words. `label` and `plural` are how letters name it, `article` goes before the label.

    `words` name the kind in a file name or a sentence: folded as `fold` does, a trailing * for any ending.
    """

    kind: Kind
    label: str
    plural: str
    article: str
    words: tuple[str, ...]
    own: bool = False


@dataclass(frozen=True, slots=True)
class Shown:
    """What a document shows for a comparison with others: its measures by name, and its different words."""

    values: Mapping[str, float] = field(repr=False)
    words: tuple[str, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class ExampleFile:
    """A file that shows what an own kind looks like: the digest of its octets, and what a child read in it.

    `taken_for` is the built-in kind that the model is sure of, `other` where it is of none.
    """

    kind: Kind
    sha256: Sha256
    shown: Shown
    taken_for: Kind = OTHER


@dataclass(frozen=True, slots=True)
class Profile:
    """What the examples of a kind have in common. `count` is how many there are.

    `within` are the built-in kinds that many of them are taken for. `centre` is their mean on the axes of the background,
    `each` every one of them on the strongest axes, `words` those that they share with how much each says, `marks` the
    measures in which they stand out, the strongest first. `least` is the score of the one that is
    least like the others.
    """

    kind: Kind
    count: int
    centre: tuple[float, ...] = field(repr=False)
    each: tuple[tuple[float, ...], ...] = field(repr=False)
    words: tuple[tuple[str, float], ...] = field(repr=False)
    marks: tuple[str, ...] = field(repr=False)
    within: tuple[Kind, ...] = ()
    least: float = 0.0


@cache
def built_in() -> tuple[KindSpec, ...]:
    """The kinds that every desk knows, `other` last."""
    text = resources.files(__package__).joinpath("kinds.yaml").read_text("utf-8")
    # The safe loader of libyaml where it is there: five times as quick, and every start waits for it.
    content = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506  # safe
    return tuple(_from_yaml(entry) for entry in content)


def own_kind(name: str, *, label: str, words: Sequence[str] = ()) -> KindSpec:
    """A kind of the operator's own; its label names it too. Raises ConfigError with every mistake."""
    mistakes = mistakes_of(name, label=label, words=words)
    if mistakes:
        raise ConfigError("; ".join(mistakes))
    shown = " ".join(label.split())
    folded = dict.fromkeys(fold(word) for word in (shown, name, *words))
    return KindSpec(
        kind=Kind(name),
        label=shown,
        plural=_plural(shown),
        article="an" if shown[0].lower() in "aeiou" else "a",
        words=tuple(folded),
        own=True,
    )


def mistakes_of(name: str, *, label: str, words: Sequence[str] = ()) -> tuple[str, ...]:
    """What is wrong with an own kind, one plain sentence each; nothing if it can be used."""
    found = []
    if name in {spec.kind for spec in built_in()}:
        found.append(f"{name} is a built-in kind, choose another name")
    elif not _NAME.match(name):
        found.append(
            f"{name!r} is no name for a kind, use 2 to 40 lower-case letters, digits and underscores"
        )
    if not label.strip():
        found.append("the label is empty, say how letters should call this kind")
    if any(len(fold(word).rstrip("*")) < 2 for word in words):
        found.append("a word is too short, use at least two letters")
    return tuple(found)


def fold(text: str) -> str:
    """The form in which names and words are compared: lower case, one blank for each run of separators."""
    text = unicodedata.normalize("NFC", text)
    text = re.sub(r"(?<=[a-zß-ÿ])(?=[A-Z])", " ", text).casefold()
    return " ".join(re.sub(r"[^\w*]|_", " ", text).split())


def named_in(text: str, specs: Iterable[KindSpec]) -> tuple[KindSpec, ...]:
    """The kinds that a text names, in the order of `specs`. A longer name hides the shorter one within it."""
    folded = f" {fold(text).replace('*', ' ')} "
    candidates = tuple(specs)
    found: set[Kind] = set()
    for word, spec in _longest_first(candidates):
        if word.rstrip("*") in folded:
            folded, count = _pattern(word).subn(" | ", folded)
            if count:
                found.add(spec.kind)
    return tuple(spec for spec in candidates if spec.kind in found)


@cache
def _longest_first(specs: tuple[KindSpec, ...]) -> tuple[tuple[str, KindSpec], ...]:
    every = [(word, spec) for spec in specs for word in spec.words]
    return tuple(sorted(every, key=lambda pair: len(pair[0].rstrip("*")), reverse=True))


@cache
def _pattern(word: str) -> re.Pattern[str]:
    ending = r"\w*" if word.endswith("*") else ""
    return re.compile(r"(?<!\w)" + re.escape(word.rstrip("*")) + ending + r"(?!\w)")


def _from_yaml(entry: Mapping[str, object]) -> KindSpec:
    words = entry["words"]
    return KindSpec(
        kind=Kind(str(entry["kind"])),
        label=str(entry["label"]),
        plural=str(entry["plural"]),
        article=str(entry["article"]),
        words=tuple(str(word) for word in words) if isinstance(words, list) else (),
    )


def _plural(label: str) -> str:
    if re.search(r"[^aeiou]y$", label):
        return f"{label[:-1]}ies"
    return f"{label}es" if re.search(r"(s|x|z|ch|sh)$", label) else f"{label}s"
