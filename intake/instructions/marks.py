"""What a text names: items, documents, projects, people and times, each with its place; the rest stays words.

Knows nothing of what is asked for. A noun keeps all that it may mean: to choose among several is a question for the writer.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cache

from intake.classify.dates import normalise
from intake.instructions.lexicon import (
    Lexicon,
    classes_of,
    corrected,
    every_word,
    lexicon,
    lexicon_of,
    spoken_out,
    words_of,
)
from intake.instructions.things import Files, Noun, Number, Person, Word, named
from intake.instructions.titles import titles_in
from intake.instructions.values import Context, KnownItem
from intake.instructions.when import times_in
from intake.kinds import KindSpec, built_in
from intake.model import Address, Cadence, ItemName, Kind, normalise_address

# ---------------------------------------------------------------- signs, words, and what stands fast

_SIGNS = re.compile(
    r"(?P<address>[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,5})|(?P<url>https?://\S{1,500})|(?P<na>n ?[/.] ?a\b\.?|k\. ?a\.|n\. ?v\.)|"
    r"(?P<ordinal>\d{1,3}(?:st|nd|rd|th)\b)|(?P<number>\d{1,9})|(?P<word>[^\W\d_]+(?:\d{1,4}(?![^\W_])|'[^\W\d_]{1,3}(?![^\W\d_]))?)|(?P<arrow>[-=]>|→)|(?P<sign>[^\w\s])|(?P<mixed>\w)"
)


def words_in(line: str, context: Context) -> tuple[Word, ...]:
    """The words of a line with all that they name."""
    text = normalise(line)
    if len(text) != len(line):
        text = "".join(lower if len(lower := letter.lower()) == 1 else letter for letter in line)
    fixed = titles_in(text, context)
    words = [
        word
        for start, end, thing in _gaps(text, fixed)
        for word in ([thing] if thing else _plain(line, text, start, end))
    ]
    words = _with_nouns(words, context)
    words = _with_numbered(words, context)
    words = _with_times(text, words, context)
    return tuple(_with_people(words, context))


def _gaps(text: str, fixed: Sequence[Word]) -> Iterator[tuple[int, int, Word | None]]:
    place = 0
    for word in fixed:
        yield place, word.start, None
        yield word.start, word.end, word
        place = word.end
    yield place, len(text), None


def _plain(line: str, text: str, start: int, end: int) -> Iterator[Word]:
    for match in _SIGNS.finditer(text, start, end):
        first, last, form = match.start(), match.end(), match.lastgroup
        if form == "address":
            yield Word("address", first, last, (Person(normalise_address(match[0].rstrip("."))),))
        elif form == "url":
            yield Word("url", first, last)
        elif form == "na":
            yield Word("na", first, last)
        elif form in {"number", "ordinal"}:
            yield Word(match[0], first, last, (Number(int(match[0])),) if form == "number" else ())
        elif form == "word":
            capital = line[first : first + 1].isupper()
            for part in spoken_out(match[0]):
                yield Word(part, first, last, capital=capital)
        elif not (
            match[0] == "-"
            and text[first - 1 : first].isalpha()
            and text[last : last + 1].isalpha()
        ):
            yield Word("->" if form == "arrow" else match[0], first, last)


# ---------------------------------------------------------------- nouns

_KIND_PREFIX = "kind_"
_CADENCED = {"roadmap_quarterly": Cadence.QUARTERLY, "roadmap_yearly": Cadence.YEARLY}
_ROADMAP = Kind("roadmap")
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


def _with_nouns(words: Sequence[Word], context: Context) -> list[Word]:
    nouns = _nouns(context.items, _specs(context), context.languages)
    plain = [
        corrected(word.text, nouns.lexicon.long)
        if _may_be_wrong(word, context.languages)
        else word.text
        for word in words
    ]
    plain = ["" if word.named else text for word, text in zip(words, plain, strict=True)]
    found: list[Word] = []
    place = 0
    while place < len(words):
        word, used = _noun_at(words, plain, place, nouns, context)
        found.append(word)
        place += used
    return found


def _may_be_wrong(word: Word, languages: tuple[str, ...]) -> bool:
    """Whether it may be a misspelt noun: no word that the languages know otherwise."""
    return not word.named and word.text not in every_word(languages)


def _noun_at(
    words: Sequence[Word], plain: Sequence[str], place: int, nouns: _Nouns, context: Context
) -> tuple[Word, int]:
    """The longest noun that begins here, with the words beside it that tell which."""
    cadence, before = _cadence(plain, place, context.languages)
    size, classes = nouns.lexicon.at(plain, place)
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
    return _noun(words, place, size, Noun(_of_kind(kinds, cadence, context), kinds, cadence)), size


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
    if re.fullmatch(r"20[2-9]\d", plain[place]):
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
    if place + 1 < len(plain) and plain[place] in {"for", "fuer"}:
        skip = 2 if plain[place + 1] in {"the", "das", "dieses"} and place + 2 < len(plain) else 1
        cadence, size = _cadence(plain, place + skip, languages)
        return (cadence, skip + size) if size else (None, 0)
    return None, 0


# ---------------------------------------------------------------- numbers, times, people


def _with_numbered(words: Sequence[Word], context: Context) -> list[Word]:
    """With "item 3", "file 2", "#4" and "the second file" as what they name."""
    found: list[Word] = []
    place = 0
    while place < len(words):
        word, used = _numbered_at(words, place, context)
        found.append(word)
        place += used
    return found


def _numbered_at(words: Sequence[Word], place: int, context: Context) -> tuple[Word, int]:
    languages = context.languages
    plain = [entry.text if not entry.named else "" for entry in words[place : place + 6]]
    sized, classes = lexicon(languages, ("document", "item", "arrived")).at(plain, 0)
    if words[place].text == "#" and not words[place].named:
        sized, classes = 1, frozenset({"item"})
    if sized and classes & {"document", "item"}:
        after = place + sized
        while (
            after < len(words)
            and words[after].text in {".", "#", "no", "nr", "number", "nummer"}
            and after < place + sized + 3
        ):
            after += 1
        numbers, end = _numbers(words, after)
        if numbers:
            thing = _files(numbers, context) if "document" in classes else _items(numbers, context)
            return Word("named", words[place].start, words[end - 1].end, thing), end - place
    pointed = place + sized < len(words) and named(words[place + sized], kind=Files)
    if sized and not pointed and "arrived" in classes and (which := _arrived(context)):
        return Word("arrived", words[place].start, words[place + sized - 1].end, (which,)), sized
    ordinal = next((name for name in lexicon(languages, _ORDINALS).at(plain, 0)[1]), None)
    if ordinal and len(plain) > 1 and lexicon(languages, ("document",)).at(plain, 1)[0]:
        return Word(
            "named", words[place].start, words[place + 1].end, (_ordinal(ordinal, context),)
        ), 2
    return words[place], 1


_ORDINALS = ("ordinal_1", "ordinal_2", "ordinal_3", "ordinal_4", "ordinal_5", "ordinal_last")


def _numbers(words: Sequence[Word], place: int) -> tuple[list[int], int]:
    """The numbers from here on: "2", "2 and 3", "2-4"."""
    found: list[int] = []
    end = place
    while place < len(words):
        word = words[place]
        if word.named and isinstance(word.named[0], Number):
            value = word.named[0].value
            if found and words[place - 1].text == "-" and found[-1] < value <= found[-1] + 30:
                found.extend(range(found[-1] + 1, value))
            found.append(value)
            end = place = place + 1
        elif (
            found
            and word.text in {",", "and", "und", "&", "+", "-", "or", "oder"}
            and not word.named
        ):
            place += 1
        else:
            break
    return found, end


def _files(numbers: Iterable[int], context: Context) -> tuple[Files, ...]:
    known = {entry.number for entry in context.documents}
    return tuple(Files((number,)) if number in known else Files() for number in numbers)


def _items(numbers: Iterable[int], context: Context) -> tuple[Noun, ...]:
    return tuple(item_numbered(number, context) for number in numbers)


def item_numbered(number: int, context: Context) -> Noun:
    """The item of that number; none where the checklist is shorter."""
    return Noun(tuple(entry.item for entry in context.items if entry.number == number), exact=True)


def _arrived(context: Context) -> Files | None:
    numbers = tuple(entry.number for entry in context.documents if entry.arrived)
    if not numbers:
        return (
            Files((), tuple(entry.number for entry in context.documents if entry.unsure))
            if context.documents
            else None
        )
    return Files(numbers) if len(numbers) == 1 else Files((), numbers)


def _ordinal(name: str, context: Context) -> Files:
    """The second file: of those that just came, and of all; where these differ it is a question."""
    arrived = [entry.number for entry in context.documents if entry.arrived]
    every = [entry.number for entry in context.documents]
    place = -1 if name.endswith("last") else int(name[-1]) - 1
    found = tuple(
        dict.fromkeys(
            group[place] for group in (arrived, every) if -1 <= place < len(group) and group
        )
    )
    return Files(found) if len(found) == 1 else Files((), found)


def _with_times(text: str, words: Sequence[Word], context: Context) -> list[Word]:
    """With each time as one word; what is named already is no time, but for bare numbers."""
    masked = list(text)
    for word in words:
        if word.named and not isinstance(word.named[0], Number):
            masked[word.start : word.end] = "\0" * (word.end - word.start)
    times = times_in("".join(masked), today=context.today)
    if not times:
        return list(words)
    outside = [
        word for word in words if not any(when.start <= word.start < when.end for when in times)
    ]
    inside = [Word("time", when.start, when.end, (when,)) for when in times]
    return sorted((*outside, *inside), key=lambda word: (word.start, word.end))


def _with_people(words: Sequence[Word], context: Context) -> list[Word]:
    """With contacts by their name; a first name that two of them have is both."""
    names: dict[str, list[Address]] = {}
    for person in context.people:
        for part in words_of(person.name):
            names.setdefault(part, []).append(person.address)
    return [
        replace(word, named=(_contact(word, tuple(names[word.text])),))
        if not word.named and word.capital and word.text in names
        else word
        for word in words
    ]


def _contact(word: Word, addresses: tuple[Address, ...]) -> Person:
    one = tuple(dict.fromkeys(addresses))
    return Person(one[0] if len(one) == 1 else None, word.text.capitalize(), one)
