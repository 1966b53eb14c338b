"""What a document's name and the mail around it call it: evidence that is weaker than the content.

Knows the words of the kinds only; it never sees the content.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from intake.classify.cues import load_cues
from intake.kinds import KindSpec, fold, named_in
from intake.model import OTHER, Clues, Kind

_WORDS_READ = 6_000
_BLOG_POST = Kind("blog_post")
_SENTENCE = re.compile(r"[^.!?\n]*(?:\.(?=\w)[^.!?\n]*)*[.!?\n]?")
# Relative to the file name: a sentence that names the file, and a mail that speaks of the kind somewhere.
_BY_SENTENCE = 0.6
_BY_MAIL = 0.3
_BY_HINT = 0.5
# 2026-03-14-what-we-learned.md: how programs that publish posts have them named.
_POST = re.compile(r"(?:19|20)\d\d-\d{1,2}-\d{1,2}-[^\W\d].*\.(?:md|markdown|html?)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """The kinds that the file name, the sentence that names the file, and the whole mail speak of."""

    by_name: tuple[KindSpec, ...] = ()
    by_sentence: tuple[KindSpec, ...] = ()
    by_mail: tuple[KindSpec, ...] = ()
    hinted: Kind | None = None
    """What a file name that names no kind hints at: another sort of document, or a post by its date."""

    def support(self, kind: Kind) -> float:
        """How much of all this speaks for a kind, 1 for a file name that names it alone."""
        shares = ((self.by_name, 1.0), (self.by_sentence, _BY_SENTENCE), (self.by_mail, _BY_MAIL))
        return sum(
            weight / len(named) for named, weight in shares if kind in {spec.kind for spec in named}
        ) + _BY_HINT * (kind == self.hinted)

    def contradicts(self, kind: Kind) -> Contradiction | None:
        """What the name, or the one kind in the sentence that names the file, says instead."""
        for place, named in (
            ("the file name", self.by_name),
            ("the mail", self.by_sentence if len(self.by_sentence) == 1 else ()),
        ):
            if named and kind not in {spec.kind for spec in named}:
                return Contradiction(place, named[0])
        return None

    def without(self, kind: Kind) -> Surroundings:
        """The same, deaf to one kind."""
        by_name, by_sentence, by_mail = (
            tuple(spec for spec in named if spec.kind != kind)
            for named in (self.by_name, self.by_sentence, self.by_mail)
        )
        hinted = None if self.hinted == kind else self.hinted
        return Surroundings(by_name, by_sentence, by_mail, hinted)

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
    by_name = named_in(stem, specs)
    return Surroundings(
        by_name=by_name,
        by_sentence=named_in(" ".join(_sentences_with(clues.filename, mail)), specs),
        by_mail=named_in(mail, specs) if mail.strip() else (),
        hinted=None if by_name else _hint(clues.filename or "", stem),
    )


def _hint(filename: str, stem: str) -> Kind | None:
    if load_cues().genre(fold(stem)):
        return OTHER
    return _BLOG_POST if _POST.fullmatch(filename) else None


def _stem(filename: str | None) -> str:
    return re.sub(r"\.\w{1,8}\Z", "", filename or "")


def _sentences_with(filename: str | None, mail: str) -> list[str]:
    """The sentences that name the file, with its name taken out: that is evidence of its own.

    A name of one plain word, such as "Events.xlsx", is meant only where its ending stands there too.
    """
    wanted = fold(_stem(filename))
    if wanted.isalpha():
        wanted = fold(filename or "")
    if len(wanted) < 4 or wanted not in fold(mail):
        return []
    sentences = (fold(match[0]) for match in _SENTENCE.finditer(mail))
    return [sentence.replace(wanted, " ") for sentence in sentences if wanted in sentence]
