"""Words by language, and what is made of them: people, firms, events, features, sums, file names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from random import Random

import yaml

LANGUAGES = ("en", "de", "fr", "es", "pt", "nl", "it")
_SHARES = (55, 12, 9, 9, 5, 5, 5)
_COMMA = frozenset({"de", "es", "pt", "nl", "it", "fr"})


@cache
def _lists() -> Mapping[str, Mapping[str, tuple[str, ...]]]:
    text = Path(__file__).with_name("words.yaml").read_text("utf-8")
    return {
        name: {language: tuple(words.split("|")) for language, words in entry.items()}
        for name, entry in yaml.safe_load(text).items()
    }


def language(rng: Random) -> str:
    """English more often than not."""
    return rng.choices(LANGUAGES, _SHARES)[0]


class Words:
    """Draws words of one language."""

    def __init__(self, language: str, rng: Random) -> None:
        self.language, self._rng = language, rng

    def all(self, name: str) -> Sequence[str]:
        """The whole list of that name."""
        lists = _lists()[name]
        return lists.get(self.language) or lists["any"]

    def one(self, name: str) -> str:
        """One of a list."""
        return self._rng.choice(self.all(name))

    def some(self, name: str, count: int) -> list[str]:
        """Different ones as long as there are enough, then again."""
        words = list(self.all(name))
        times = -(-count // len(words))
        return [word for _ in range(times) for word in self._rng.sample(words, len(words))][:count]

    def person(self) -> str:
        first, last = self.one("first_names"), self.one("last_names")
        return self._rng.choice(
            (
                f"{first} {last}",
                first,
                f"{first[0]}. {last}",
                f"{last}, {first}",
                first[0] + last[0],
            )
        )

    def full_name(self) -> str:
        return f"{self.one('first_names')} {self.one('last_names')}"

    def brand(self) -> str:
        count = self._rng.choice((2, 2, 3))
        return "".join(self._rng.sample(self.all("syllables"), count)).capitalize()

    def firm(self) -> str:
        return f"{self.brand()} {self.one('company_ends')}"

    def event(self) -> str:
        """The name of a fair or conference."""
        kind, topic = self.one("event_types"), self.one("topics")
        forms = (f"{topic} {kind}", f"{kind} {topic}", f"{self.brand()} {kind}", f"{self.one('cities')} {topic} {kind}",
                 f"{self.brand()}{self._rng.choice(('Con', 'Conf', 'Fest', 'Day', ' Expo'))}")  # fmt: skip
        return self._rng.choice(forms if self.language == "en" else (forms[1], forms[2], forms[4]))

    def feature(self) -> str:
        """What a roadmap promises."""
        thing = f"{self.one('verbs')} {self.one('objects')}"
        extra = (f" v{self._rng.randrange(2, 5)}", f" ({self.one('cities')})", "", "", "", "")
        return self._rng.choice(
            (thing, thing, thing, self.one("objects"), self.one("tasks"))
        ) + self._rng.choice(extra)

    def post(self) -> str:
        """The title of something to be published."""
        return self.one("post_topics").format(topic=self.one("topics"))

    def email(self) -> str:
        name = f"{self.one('first_names')}.{self.one('last_names')}".lower()
        return f"{name}@{self.brand().lower()}.example"

    def sum(self, least: float, most: float) -> str:
        """Money as it is written in the language, without a currency."""
        value = self._rng.uniform(least, most)
        text = f"{value:,.2f}" if most < 100_000 else f"{value:,.0f}"
        if self.language in _COMMA:
            return text.translate({ord(","): ".", ord("."): ","})
        return text

    def count(self, least: int, most: int) -> str:
        return str(self._rng.randrange(least, most))

    def file_name(self, *telling: str) -> str:
        """What a person would save it as: half of them tell nothing."""
        rng = self._rng
        if rng.random() < 0.45:
            return self.one("bare_names")
        parts = [rng.choice(telling)]
        if rng.random() < 0.4:
            parts.insert(0, self.brand())
        if rng.random() < 0.4:
            parts.append(
                rng.choice(("2024", "2025", "2026", "v2", "final", "neu", "draft", "(1)", "Q3"))
            )
        name = rng.choice((" ", "_", "-", " ")).join(parts)
        return rng.choice((name, name, name.lower(), name.upper()))
