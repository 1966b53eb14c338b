"""Classes of words, and which words of a clause belong to them.

The phrases are data, one file a language; a rule reads a clause with the classes that it names and no others, so that one
word may mean different things to different rules. A phrase with "*" may be parted there by what it is said of. Near misses of long words count, of short ones never. The classes:

- of every clause: fill, det (may stand between "no" and its thing), then, thanks, sent_by; reason (what follows is not read)
- what keeps a clause from acting: if, if_polite, invite, may, think (asked back), soft, said, shown, past, ban
- of items: own, their, you, be, will, have, exist, made, no, not, no_one, not_have, na, unneeded, skip, cannot, yet, still, send, later,
  late_adjective, rest, keep, valid, newer, same, except, all, both, pronoun
- of people: ask, held, role; of documents: treat, as, really, belong, project, other_project, leave_out, document, arrived,
  whole_mail, ordinal_1 …; of confidence: confidential_do
- of what came with the mail: copy_of ("a scan of"); of whose it is: disclaim (not the writer's), took_over; of what was and is
  no more: once; before_then and nothing (there is none before the day that was named); echo ("too", "same for")
- to the desk: stop, remind, stop_all, resume_reminders, remind_on, undo, undo_verb, undo_what, undo_last, after_all, yes, no_word,
  choice_first …; a freelancer's: accept, waive, veto, relabel, status, pause, resume, close, help; permit (that we may), again,
  slip (a mistake that is only mentioned), relative_end (may end "file 2 that I sent you yesterday")
- names: kind_* (kind_roadmap_yearly for a noun that says which), plan, quarterly, yearly, item
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from importlib import resources

import yaml
from rapidfuzz.distance import OSA

from intake.classify.dates import normalise

_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})
_WORD = re.compile(r"[^\W_]+(?:'[^\W\d_]+)*")
_SHORT = {"cannot": "can not", "wont": "will not", "shant": "shall not", "aint": "is not"}
_WITH_IS = frozenset(
    [
        "it",
        "that",
        "there",
        "here",
        "he",
        "she",
        "what",
        "who",
        "where",
        "how",
        "this",
        "one",
        "none",
    ]
)
_ENDINGS = {"'re": "are", "'ve": "have", "'ll": "will", "'d": "would", "'m": "am"}
_BARE = {
    **{
        f"{verb}nt": f"{verb} not"
        for verb in [
            "do",
            "does",
            "did",
            "have",
            "has",
            "had",
            "is",
            "are",
            "was",
            "were",
            "ca",
            "could",
            "should",
            "would",
        ]
    },
    "cant": "can not",
    "theres": "there is",
    "thats": "that is",
    "weve": "we have",
    "ive": "i have",
    "im": "i am",
    "theyre": "they are",
    "theyve": "they have",
    "youre": "you are",
    "its": "it is",
    "dunno": "do not know",
    "hab's": "habe es",
    "gibt's": "gibt es",
    "ist's": "ist es",
    "nix": "nichts",
}
COURTESIES = frozenset({"please", "pls", "plz", "kindly", "bitte", "just", "pleas"})
"""Words that a rule does not see; a phrase that begins so is known without them too."""
PARTED = "*"
_WIDEST_GAP = 5
"""Words between the parts of a phrase."""
_LEAST_SWAPPED = 5
_LEAST_ONE_OFF = 6
_LEAST_TWO_OFF = 9


def fold_word(word: str) -> str:
    """The form in which words are compared: lower case, umlauts as two letters."""
    return normalise(word).translate(_UMLAUTS)


def spoken_out(word: str) -> tuple[str, ...]:
    """A word without its contraction: "don't" as "do", "not"."""
    word = fold_word(word)
    if plain := _SHORT.get(word) or _BARE.get(word):
        return tuple(plain.split())
    if word.endswith("n't"):
        stem = {"ca": "can", "wo": "will", "sha": "shall", "ai": "is"}.get(word[:-3], word[:-3])
        return (stem, "not")
    head, mark, tail = word.partition("'")
    if not mark:
        return (word,)
    if f"'{tail}" in _ENDINGS:
        return (head, _ENDINGS[f"'{tail}"])
    if tail == "s":
        return (head, "is") if head in _WITH_IS else (head, "s")
    return (head + tail,)


def words_of(phrase: str) -> tuple[str, ...]:
    """The words of a phrase as the lexicon knows them."""
    return tuple(
        part for match in _WORD.finditer(normalise(phrase)) for part in spoken_out(match[0])
    )


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Phrases with their classes, by their first word, the longest first; `long` are the words that may be misspelt."""

    phrases: Mapping[str, tuple[tuple[tuple[str, ...], frozenset[str]], ...]] = field(repr=False)
    long: tuple[str, ...] = field(repr=False)
    parted: Mapping[str, tuple[tuple[tuple[str, ...], frozenset[str]], ...]] = field(
        default_factory=dict, repr=False
    )
    """Phrases that a thing may part: "leave * out". They are tried before the others."""

    def at(self, words: Sequence[str], place: int) -> tuple[int, frozenset[str]]:
        """How many words from `place` on are one phrase, and its classes; 0 where none begins there."""
        for phrase, classes in self.phrases.get(words[place], ()):
            if tuple(words[place : place + len(phrase)]) == phrase:
                return len(phrase), classes
        return 0, frozenset()

    def parted_at(self, words: Sequence[str], place: int) -> tuple[int, int, int, frozenset[str]]:
        """Of a parted phrase that begins here: the size of its head, where its tail is and how long, its classes.

        What stands between is for the caller to look at; the head is 0 where no such phrase begins.
        """
        for phrase, classes in self.parted.get(words[place], ()):
            cut = phrase.index(PARTED)
            head, tail = phrase[:cut], phrase[cut + 1 :]
            if tuple(words[place : place + cut]) != head:
                continue
            first = place + cut + 1
            for at in range(first, min(first + _WIDEST_GAP, len(words) - len(tail) + 1)):
                if tuple(words[at : at + len(tail)]) == tail:
                    return cut, at, len(tail), classes
        return 0, 0, 0, frozenset()


@cache
def classes_of(languages: tuple[str, ...]) -> Mapping[str, tuple[tuple[str, ...], ...]]:
    """Every class of the languages, with its phrases."""
    found: dict[str, list[tuple[str, ...]]] = {}
    for language in languages:
        text = (
            resources.files(__package__).joinpath(f"languages/{language}.yaml").read_text("utf-8")
        )
        content = yaml.load(text, Loader=getattr(yaml, "CBaseLoader", yaml.BaseLoader))  # noqa: S506  # makes strings only
        for name, phrases in content.items():
            found.setdefault(name, []).extend(_phrases(phrases))
    return {name: tuple(dict.fromkeys(phrases)) for name, phrases in found.items()}


def _phrases(text: str) -> list[tuple[str, ...]]:
    found = [words for entry in text.split(",") if (words := _phrase(entry))]
    return [*found, *(words[1:] for words in found if words[0] in COURTESIES and len(words) > 2)]


def _phrase(entry: str) -> tuple[str, ...]:
    head, mark, tail = entry.partition(PARTED)
    return (*words_of(head), PARTED, *words_of(tail)) if mark else words_of(entry)


@cache
def lexicon(languages: tuple[str, ...], names: tuple[str, ...]) -> Lexicon:
    """The phrases of some classes."""
    every = classes_of(languages)
    return lexicon_of((phrase, name) for name in names for phrase in every.get(name, ()))


@cache
def every_word(languages: tuple[str, ...]) -> frozenset[str]:
    """Each word that stands in some phrase of the languages; none of them is a misspelt other one."""
    return frozenset(
        word for phrases in classes_of(languages).values() for phrase in phrases for word in phrase
    )


def lexicon_of(entries: Iterable[tuple[tuple[str, ...], str]]) -> Lexicon:
    """A lexicon from phrases and their classes."""
    merged: dict[tuple[str, ...], set[str]] = {}
    for phrase, name in entries:
        merged.setdefault(phrase, set()).add(name)
    by_first: dict[str, list[tuple[tuple[str, ...], frozenset[str]]]] = {}
    for phrase, names in merged.items():
        by_first.setdefault(phrase[0], []).append((phrase, frozenset(names)))
    long = {word for phrase in merged for word in phrase if len(word) >= _LEAST_SWAPPED}
    ordered = {
        first: sorted(found, key=lambda entry: -len(entry[0])) for first, found in by_first.items()
    }
    return Lexicon(
        {
            first: tuple(entry for entry in found if PARTED not in entry[0])
            for first, found in ordered.items()
        },
        tuple(sorted(long)),
        {
            first: parted
            for first, found in ordered.items()
            if (parted := tuple(entry for entry in found if PARTED in entry[0]))
        },
    )


@lru_cache(maxsize=4096)
def near_miss(word: str, languages: tuple[str, ...], names: tuple[str, ...], least: int) -> str:
    """A word that the languages do not know, as the one of these classes that it nearly is."""
    return (
        word
        if word in every_word(languages)
        else corrected(word, lexicon(languages, names).long, least=least)
    )


def corrected(word: str, known: Sequence[str], *, least: int = _LEAST_ONE_OFF) -> str:
    """The one known word of which this is a near miss, else the word itself.

    The first letter is never wrong. Two swapped letters are forgiven in words of five letters, one wrong letter in six, two in
    nine; where several words are as near, none is meant. `least` is the number of letters from which a wrong one is forgiven.
    """
    if len(word) < _LEAST_SWAPPED or not word.isalpha():
        return word
    near = [
        (distance, entry)
        for entry in known
        if (distance := _misses(word, entry, least)) is not None
    ]
    if not near:
        return word
    least = min(near)[0]
    best = [entry for distance, entry in near if distance == least]
    return best[0] if len(best) == 1 else word


def _misses(word: str, known: str, least: int) -> int | None:
    if known[0] != word[0] or abs(len(known) - len(word)) > 2:
        return None
    shorter = min(len(known), len(word))
    if shorter < least:
        swapped = len(known) == len(word) and sorted(known) == sorted(word)
        return 1 if swapped and OSA.distance(word, known) == 1 else None
    allowed = 2 if shorter >= _LEAST_TWO_OFF else 1
    distance = OSA.distance(word, known, score_cutoff=allowed)
    return distance if 0 < distance <= allowed else None
