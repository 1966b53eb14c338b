"""The nouns of a text: items by their label, number-word or kind, and which of several a word beside them means."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cache

from intake.instructions.lexicon import (
    Lexicon,
    classes_of,
    corrected,
    every_word,
    lexicon,
    lexicon_of,
    words_of,
)
from intake.instructions.things import Noun, Word
from intake.instructions.values import Context, KnownItem
from intake.kinds import KindSpec, built_in
from intake.model import Cadence, ItemName, Kind

_KIND_PREFIX = "kind_"
_CADENCED = {"roadmap_quarterly": Cadence.QUARTERLY, "roadmap_yearly": Cadence.YEARLY}
_ROADMAP = Kind("roadmap")
_YEAR = re.compile(r"20[2-9]\d")
_LEADING = frozenset("past current latest your our the last recent previous new up to date".split())  # noqa: SIM905  # a list of words


@dataclass(frozen=True, slots=True)
class _Nouns:
    lexicon: Lexicon = field(repr=False)
    labels: tuple[tuple[tuple[str, ...], tuple[ItemName, ...]], ...] = field(repr=False)


@cache
def _nouns(
    items: tuple[KnownItem, ...], kinds: tuple[KindSpec, ...], languages: tuple[str, ...]
) -> _Nouns:
    entries: list[tuple[tuple[str, ...], str]] = []
    for name, phrases in classes_of(languages).items():
        if name.startswith(_KIND_PREFIX):
            entries.extend((phrase, name) for phrase in phrases)
        elif name in {"quarterly", "yearly", "plan"}:
            entries.extend((phrase, f"?{name}") for phrase in phrases)
    for spec in kinds:
        names = (spec.label, spec.plural, *(spec.words if spec.own else ()))
        entries.extend(
            (words, f"{_KIND_PREFIX}{spec.kind}")
            for name in names
            if (words := words_of(name.rstrip("*")))
        )
    labels: dict[tuple[str, ...], list[ItemName]] = {}
    for entry in items:
        for words in _names_of(entry):
            labels.setdefault(words, []).append(entry.item)
    entries.extend((words, "!label") for words in labels)
    return _Nouns(
        lexicon_of(entries),
        tuple((words, tuple(dict.fromkeys(found))) for words, found in labels.items()),
    )


def _names_of(entry: KnownItem) -> Iterator[tuple[str, ...]]:
    """The label and the name that commands use, with and without what leads them; each in one number and the other."""
    for name in (entry.label, entry.item.replace("-", " ")):
        words = words_of(name)
        while words:
            last = words[-1]
            yield words
            yield (*words[:-1], last.removesuffix("s") if last.endswith("s") else f"{last}s")
            words = words[1:] if words[0] in _LEADING else ()


def _specs(context: Context) -> tuple[KindSpec, ...]:
    return context.kinds or built_in()


def is_noun(words: Sequence[str], context: Context) -> bool:
    """Whether these words, all of them, are what an item or a kind is called."""
    known = _nouns(context.items, _specs(context), context.languages).lexicon
    return bool(words) and known.at(list(words), 0)[0] == len(words)


def with_nouns(words: Sequence[Word], context: Context) -> list[Word]:
    """With the nouns as what they name, "both roadmaps" as each of the two."""
    nouns = _nouns(context.items, _specs(context), context.languages)
    plain = [
        corrected(word.text, nouns.lexicon.long)
        if _may_be_wrong(word, context.languages)
        else word.text
        for word in words
    ]
    plain = [
        "" if word.named and not _YEAR.fullmatch(word.text) else text
        for word, text in zip(words, plain, strict=True)
    ]
    found: list[Word] = []
    place = 0
    while place < len(words):
        word, used = _noun_at(words, plain, place, nouns, context)
        found.append(word)
        place += used
    return _each_of(found, context)


_COUNTS = {"both": 2, "two": 2, "beide": 2, "beiden": 2, "zwei": 2, "three": 3, "drei": 3}


def _each_of(words: Sequence[Word], context: Context) -> list[Word]:
    """With "both roadmaps" and "all roadmaps" as every one of them, where there are as many."""
    found: list[Word] = []
    for word in words:
        counted = _counted_before(found, context)
        if counted is None or not word.named or not isinstance(word.named[0], Noun):
            found.append(word)
            continue
        items = tuple(
            item for thing in word.named if isinstance(thing, Noun) for item in thing.items
        )
        if len(items) < 2 or (counted and len(items) != counted):
            found.append(word)
            continue
        while found[-1].text not in _COUNTS and found[-1].text not in _EVERY:
            found.pop()
        first = found.pop()
        kinds = word.named[0].kinds
        each = tuple(Noun((item,), kinds, exact=True) for item in items)
        found.append(Word("named", first.start, word.end, each, first.capital))
    return found


_EVERY = frozenset({"all", "alle", "every", "saemtliche"})


def _counted_before(words: Sequence[Word], context: Context) -> int | None:
    """How many things the words before say: 0 for all of them, None where they say nothing of it."""
    small = lexicon(context.languages, ("det",))
    for word in reversed(words[-3:]):
        if word.named:
            return None
        if word.text in _EVERY:
            return 0
        if word.text in _COUNTS:
            return _COUNTS[word.text]
        if not small.at([word.text], 0)[0]:
            return None
    return None


def _may_be_wrong(word: Word, languages: tuple[str, ...]) -> bool:
    """Whether it may be a misspelt noun: no word that the languages know otherwise."""
    return not word.named and word.text not in every_word(languages)


def _noun_at(
    words: Sequence[Word], plain: Sequence[str], place: int, nouns: _Nouns, context: Context
) -> tuple[Word, int]:
    """The longest noun that begins here, with the words beside it that tell which."""
    cadence, before = _cadence(plain, place, context.languages)
    size, classes = nouns.lexicon.at(plain, place)
    if lexicon(context.languages, ("role",)).at(plain, place)[0] > max(size, 1):
        return words[place], 1
    after = place + before
    inner, inner_classes = (
        nouns.lexicon.at(plain, after) if before and after < len(plain) else (0, frozenset())
    )
    if "!label" in classes and size >= before + inner:
        wanted = tuple(plain[place : place + size])
        return _noun(words, place, size, _labelled(wanted, nouns, classes, context)), size
    if before and (inner_classes & {"?plan"} or f"{_KIND_PREFIX}roadmap" in inner_classes):
        return _noun(
            words,
            place,
            before + inner,
            Noun(_of_kind((_ROADMAP,), cadence, context), (_ROADMAP,), cadence),
        ), before + inner
    if before and after < len(plain) and plain[after] in {"one", "ones"}:
        items = tuple(entry.item for entry in context.items if entry.cadence is cadence)
        return _noun(words, place, before + 1, Noun(items, (_ROADMAP,), cadence)), before + 1
    if (
        before
        and after < len(plain)
        and inner
        and any(name.startswith(_KIND_PREFIX) for name in inner_classes)
    ):
        kinds = _kinds(inner_classes)
        return _noun(
            words, place, before + inner, Noun(_of_kind(kinds, None, context), kinds)
        ), before + inner
    if not size or not (classes - {"?quarterly", "?yearly"}):
        return words[place], 1
    return _of_classes(words, plain, (place, size), classes, context)


def _of_classes(
    words: Sequence[Word],
    plain: Sequence[str],
    at: tuple[int, int],
    classes: frozenset[str],
    context: Context,
) -> tuple[Word, int]:
    """The noun of these classes, at its place and of its size, with what tells how often behind it."""
    place, size = at
    cadence = next(
        (
            _CADENCED[name.removeprefix(_KIND_PREFIX)]
            for name in classes
            if name.removeprefix(_KIND_PREFIX) in _CADENCED
        ),
        None,
    )
    kinds = _kinds(classes)
    if not kinds and plain[place] not in {
        "roadmap",
        "roadmaps",
        "road",
        "fahrplan",
        "produktroadmap",
        "product",
    }:
        return words[place], 1
    if not kinds:
        kinds = (_ROADMAP,)
    if kinds == (_ROADMAP,) and cadence is None:
        cadence, tail = _trailing(plain, place + size, context.languages)
        size += tail
    thing = Noun(_of_kind(kinds, cadence, context), kinds, cadence)
    word = _noun(words, place, size, thing)
    if kinds == (_ROADMAP,) and plain[place + size - 1] in _PLURAL and len(thing.items) > 1:
        each = tuple(Noun((item,), kinds, exact=True) for item in thing.items)
        return replace(word, named=each), size
    return word, size


_PLURAL = frozenset({"roadmaps", "plaene", "fahrplaene", "produktroadmaps"})
"""“The roadmaps” are all that are asked for."""


def _labelled(
    wanted: tuple[str, ...], nouns: _Nouns, classes: frozenset[str], context: Context
) -> Noun:
    """The item of that label. A label of one word may be the word for a kind of which there are several."""
    items = next((found for label, found in nouns.labels if label == wanted), ())
    kinds = _kinds(classes) or tuple(
        dict.fromkeys(entry.kind for entry in context.items if entry.item in items)
    )
    exact = len(items) == 1
    cadence = (
        next((entry.cadence for entry in context.items if entry.item in items), None)
        if exact
        else None
    )
    shared = _of_kind(kinds, None, context) if len(wanted) == 1 and kinds else items
    return Noun(shared if len(shared) > 1 else items, kinds, cadence, exact=exact)


def _noun(words: Sequence[Word], place: int, size: int, thing: Noun) -> Word:
    return Word(
        "noun", words[place].start, words[place + size - 1].end, (thing,), words[place].capital
    )


def _kinds(classes: frozenset[str]) -> tuple[Kind, ...]:
    names = sorted(
        name.removeprefix(_KIND_PREFIX) for name in classes if name.startswith(_KIND_PREFIX)
    )
    return tuple(dict.fromkeys(_ROADMAP if name in _CADENCED else Kind(name) for name in names))


def _of_kind(
    kinds: Sequence[Kind], cadence: Cadence | None, context: Context
) -> tuple[ItemName, ...]:
    every = [entry for entry in context.items if entry.kind in kinds]
    return tuple(
        entry.item for entry in every if cadence is None or entry.cadence in {None, cadence}
    )


def _cadence(
    plain: Sequence[str], place: int, languages: tuple[str, ...]
) -> tuple[Cadence | None, int]:
    """Whether a word before a noun says how often: "quarterly", "Q4", "2027"."""
    if _YEAR.fullmatch(plain[place]):
        return Cadence.YEARLY, 1
    for name, cadence in (("quarterly", Cadence.QUARTERLY), ("yearly", Cadence.YEARLY)):
        size, _ = lexicon(languages, (name,)).at(plain, place)
        if size:
            more = (
                1
                if re.fullmatch(
                    r"s|20[2-9]\d|plan", " ".join(plain[place + size : place + size + 1])
                )
                and plain[place + size] != "plan"
                else 0
            )
            return cadence, size + more
    return None, 0


def _trailing(
    plain: Sequence[str], place: int, languages: tuple[str, ...]
) -> tuple[Cadence | None, int]:
    """Whether the words after a noun say so: "for Q4", "für 2027"."""
    if place < len(plain) and _YEAR.fullmatch(plain[place]):
        return Cadence.YEARLY, 1
    if place + 1 < len(plain) and plain[place] in {"for", "fuer"}:
        skip = 2 if plain[place + 1] in {"the", "das", "dieses"} and place + 2 < len(plain) else 1
        cadence, size = _cadence(plain, place + skip, languages)
        return (cadence, skip + size) if size else (None, 0)
    return None, 0
