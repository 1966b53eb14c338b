"""Finds what the sender wrote in the bodies of a message: no quoted text, no signature, no disclaimer, no forwarded message.

Instructions are taken from this text and from nothing else, so quoted text that slips in is worse than a signature that
stays. All work is bounded: a text of any length ends in a bounded time.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from selectolax.lexbor import LexborHTMLParser

from intake.parse import armour, shown
from intake.parse.disclaimer import without_disclaimer
from intake.parse.quotation import forwarded, own_lines
from intake.parse.signature import says_something, without_list_footer, without_signature

__all__ = ["Written", "forwarded", "whole", "written"]

_MAX_CHARACTERS = 200_000
_STAND_IN_WORDS = 40
_SCANT_CHARACTERS = 4_000
_STAND_IN_SHARE = 4
"""A text that is under a quarter of the HTML's words stands in for it and says nothing of its own."""
_NO_HTML = re.compile(
    r"\bhtml\b.{0,80}\b(support|display|show|view|read|enable|capable|compatible|anzeigen|darstellen|unterst|"
    r"afficher|supporte|prend|mostrar|admite|soporta|weergeven|ondersteun)|"
    r"\b(support|display|show|view|read|anzeigen|darstell|unterst|afficher|mostrar|weergeven)\w*\b.{0,80}\bhtml\b",
    re.IGNORECASE | re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Written:
    """What the sender wrote: as text, and the HTML bodies with their quoted parts removed (links are read there)."""

    text: str = field(repr=False)
    html: str = field(default="", repr=False)


def written(plain: Sequence[str], html: Sequence[str]) -> Written:
    """What the sender wrote; read from HTML only where no plain text tells it."""
    trees = [shown.tree_of(text) for text in html]
    for tree in trees:
        shown.drop_quoted(tree)
    cleaned = "\n".join(tree.html or "" for tree in trees)
    told = _told(_joined(plain), trees)
    return Written(_own_words(told), cleaned)


def whole(plain: Sequence[str], html: Sequence[str]) -> str:
    """The whole of the bodies as text."""
    return _told(_joined(plain), [shown.tree_of(text) for text in html])[:_MAX_CHARACTERS]


def _told(plain: str, trees: Sequence[LexborHTMLParser]) -> str:
    """The plain text, but for what the HTML shows where that text only stands in for it."""
    if not trees or len(plain) > _SCANT_CHARACTERS or len(plain.split()) >= _STAND_IN_WORDS:
        return plain
    rich = "\n".join(shown.text_of(tree) for tree in trees)
    return rich if _stands_in(plain, rich) else plain


def _joined(texts: Iterable[str]) -> str:
    return "\n".join(texts).replace("\r\n", "\n").replace("\r", "\n").strip()


def _stands_in(plain: str, rich: str) -> bool:
    """Whether a scant text alternative only stands in for the HTML: it asks for a better program, or is a scrap of it."""
    if _NO_HTML.search(plain):
        return bool(rich)
    return len(plain.split()) * _STAND_IN_SHARE < len(rich.split())


def _own_words(text: str) -> str:
    bounded = text[:_MAX_CHARACTERS]
    bare = armour.without_armour(armour.signed_text(bounded))
    lines = without_list_footer(own_lines(bare.strip().split("\n")))
    lines = without_disclaimer(lines, says_something)
    return "\n".join(without_signature(lines)).strip()
