"""What a text names: items, documents, projects, people and times, each with its place; the rest stays words.

Knows nothing of what is asked for. A noun keeps all that it may mean: to choose among several is a question for the writer.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from intake.classify.dates import normalise
from intake.instructions.lexicon import (
    every_word,
    lexicon,
    spoken_out,
    words_of,
)
from intake.instructions.nouns import with_nouns
from intake.instructions.things import Files, Noun, Number, Person, Word, named
from intake.instructions.titles import titles_in
from intake.instructions.values import Context
from intake.instructions.when import times_in
from intake.model import Address, ItemName, normalise_address

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
    words = with_nouns(_with_bare_will(words, context), context)
    words = _with_numbered(words, context)
    words = _with_appositions(words, context)
    words = _with_times(text, words, context)
    return tuple(_with_people(words, context, careless=line == line.lower()))


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


def _with_bare_will(words: Sequence[Word], context: Context) -> list[Word]:
    """With "ill send" as "I will send": who leaves the sign out there is not unwell."""
    sends = lexicon(context.languages, ("send",))
    found: list[Word] = []
    for place, word in enumerate(words):
        before = words[place - 1] if place else None
        after = words[place + 1] if place + 1 < len(words) else None
        subject = {"ill": "i", "well": "we"}.get(word.text)
        if (
            subject is None
            or word.named
            or not (before is None or before.is_sign or before.text in {"and", "but", "so"})
            or after is None
            or after.named
            or not (after.text in {"be", "have"} or sends.at([after.text], 0)[0])
        ):
            found.append(word)
            continue
        found.append(replace(word, text=subject))
        found.append(replace(word, text="will", capital=False))
    return found


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
    pointed = place + sized < len(words) and (
        named(words[place + sized], kind=Files) or named(words[place + sized], kind=Number)
    )
    if sized and not pointed and "arrived" in classes and (which := _arrived(context)):
        return Word("arrived", words[place].start, words[place + sized - 1].end, (which,)), sized
    ordinal = next((name for name in lexicon(languages, _ORDINALS).at(plain, 0)[1]), None)
    if ordinal and len(plain) > 1 and lexicon(languages, ("document",)).at(plain, 1)[0]:
        return Word(
            "named", words[place].start, words[place + 1].end, (_ordinal(ordinal, context),)
        ), 2
    return words[place], 1


def _with_appositions(words: Sequence[Word], context: Context) -> list[Word]:
    """With "the roadmaps (2 and 3)" as these: what stands in brackets behind a noun says which items are meant."""
    found: list[Word] = []
    place = 0
    while place < len(words):
        word = words[place]
        found.append(word)
        place += 1
        if not (word.named and isinstance(word.named[0], Noun)):
            continue
        closing = next(
            (at for at in range(place, min(place + 9, len(words))) if words[at].text == ")"), None
        )
        if closing is None or words[place].text != "(":
            continue
        meant = _items_within(words[place + 1 : closing], context)
        general = {item for thing in word.named if isinstance(thing, Noun) for item in thing.items}
        kinds = word.named[0].kinds
        if meant and set(meant) <= general:
            things = tuple(Noun((item,), kinds, exact=True) for item in meant)
            found[-1] = replace(word, end=words[closing].end, named=things)
            place = closing + 1
    return found


def _items_within(words: Sequence[Word], context: Context) -> tuple[ItemName, ...]:
    """The items that these words name, if they do nothing else."""
    small = lexicon(context.languages, ("det", "fill", "item", "then"))
    items: list[ItemName] = []
    plain = ["" if word.named or word.is_sign else word.text for word in words]
    place = 0
    while place < len(words):
        word = words[place]
        size = small.at(plain, place)[0] if plain[place] else 1
        if not size:
            return ()
        place += size
        for thing in word.named:
            noun = item_numbered(thing.value, context) if isinstance(thing, Number) else thing
            if not isinstance(noun, Noun) or len(noun.items) != 1:
                return ()
            items.append(noun.items[0])
    return tuple(dict.fromkeys(items))


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


def _with_people(words: Sequence[Word], context: Context, *, careless: bool) -> list[Word]:
    """With contacts by their name; a first name that two of them have is both.

    `careless`: who writes no capital at all writes names so as well.
    """
    common = every_word(context.languages)
    names: dict[str, list[Address]] = {}
    for person in context.people:
        for part in words_of(person.name):
            names.setdefault(part, []).append(person.address)
    return [
        replace(word, named=(_contact(word, tuple(names[word.text])),))
        if not word.named
        and word.text in names
        and (word.capital or (careless and word.text not in common))
        else word
        for word in words
    ]


def _contact(word: Word, addresses: tuple[Address, ...]) -> Person:
    one = tuple(dict.fromkeys(addresses))
    return Person(one[0] if len(one) == 1 else None, word.text.capitalize(), one)
