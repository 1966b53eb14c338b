"""What a document's name and the mail around it call it: evidence that is weaker than the content.

Knows the words of the kinds only; it never sees the content.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from intake.kinds import KindSpec, fold, named_in
from intake.model import Clues, Kind

_WORDS_READ = 6_000
_SENTENCE = re.compile(r"[^.!?\n]*(?:\.(?=\w)[^.!?\n]*)*[.!?\n]?")
# Relative to the file name: a sentence that names the file, and a mail that speaks of the kind somewhere.
_BY_SENTENCE = 0.6
_BY_MAIL = 0.3


@dataclass(frozen=True, slots=True)
class Surroundings:
    """The kinds that the file name, the sentence that names the file, and the whole mail speak of."""

    by_name: tuple[KindSpec, ...] = ()
    by_sentence: tuple[KindSpec, ...] = ()
    by_mail: tuple[KindSpec, ...] = ()

    def support(self, kind: Kind) -> float:
        """How much of all this speaks for a kind, 1 for a file name that names it alone."""
        shares = ((self.by_name, 1.0), (self.by_sentence, _BY_SENTENCE), (self.by_mail, _BY_MAIL))
        return sum(
            weight / len(named) for named, weight in shares if kind in {spec.kind for spec in named}
        )

    def contradicts(self, kind: Kind) -> Contradiction | None:
        """What the name, or the one kind in the sentence that names the file, says instead."""
        for place, named in (
            ("the file name", self.by_name),
            ("the mail", self.by_sentence if len(self.by_sentence) == 1 else ()),
        ):
            if named and kind not in {spec.kind for spec in named}:
                return Contradiction(place, named[0])
        return None

    def agreeing(self, kind: Kind) -> str | None:
        """The strongest place that says the same: "the file name", "the mail"; None if none does."""
        places = (
            ("the file name", self.by_name),
            ("the mail", self.by_sentence),
            ("the mail", self.by_mail),
        )
        return next((place for place, named in places if kind in {s.kind for s in named}), None)


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Where another kind is named, and which."""

    place: str
    spec: KindSpec


def read(clues: Clues, specs: Sequence[KindSpec]) -> Surroundings:
    """The kinds that the surroundings name."""
    stem = _stem(clues.filename)
    mail = f"{clues.subject}\n{clues.words[:_WORDS_READ]}"
    return Surroundings(
        by_name=named_in(stem, specs),
        by_sentence=named_in(" ".join(_sentences_with(clues.filename, mail)), specs),
        by_mail=named_in(mail, specs) if mail.strip() else (),
    )


def _stem(filename: str | None) -> str:
    return re.sub(r"\.\w{1,8}\Z", "", filename or "")


def _sentences_with(filename: str | None, mail: str) -> list[str]:
    """The sentences that name the file, with its name taken out: that is evidence of its own."""
    wanted = fold(_stem(filename))
    if len(wanted) < 4 or wanted not in fold(mail):
        return []
    sentences = (fold(match[0]) for match in _SENTENCE.finditer(mail))
    return [sentence.replace(wanted, " ") for sentence in sentences if wanted in sentence]
