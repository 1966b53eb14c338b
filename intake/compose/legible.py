"""Foreign text made harmless to show: file names, subjects, display names and quoted words come from anybody.

Takes away what would break a header field, reverse the reading direction or hide letters; leaves every script readable.
"""

from __future__ import annotations

import re
import unicodedata
from pathlib import PurePosixPath

_LONGEST_SUFFIX = 12
_JOINERS = frozenset("\u200c\u200d")
"""Persian, Indic scripts and emoji need them (Unicode TR 31); every other format character only hides or reverses."""
_SHOWN_AS = {"Cc": " ", "Zl": " ", "Zp": " ", "Co": " ", "Cf": "", "Cs": "\ufffd"}
"""By Unicode category; a lone surrogate (Cs) comes from octets that were no text and cannot be encoded."""


def legible(text: str, *, limit: int) -> str:
    """One line of at most `limit` characters: no controls, no bidirectional overrides, single blanks."""
    shown = " ".join("".join(map(_shown, text[: limit * 8])).split())
    return shown if len(shown) <= limit else shown[: limit - 1].rstrip() + "…"


def legible_name(name: str, *, limit: int = 72) -> str:
    """A file name in one line. A long one is cut in the middle, so that its ending stays."""
    whole = legible(name, limit=max(limit, len(name) + 1))
    if len(whole) <= limit:
        return whole
    suffix = PurePosixPath(whole).suffix
    ending = suffix if len(suffix) <= _LONGEST_SUFFIX else ""
    return whole[: limit - 1 - len(ending)].rstrip() + "…" + ending


def legible_lines(text: str, *, limit: int, lines: int) -> tuple[str, ...]:
    """Lines of quoted text, empty ones only singly between others; cut at `limit` characters and `lines` lines."""
    shown = [legible(line, limit=limit) for line in re.split(r"\r\n|\r|\n", text[: limit * 8])]
    kept = [line for place, line in enumerate(shown) if line or (place and shown[place - 1])]
    while kept and not kept[-1]:
        kept.pop()
    short: list[str] = []
    for line in kept:
        room = limit - sum(map(len, short))
        if len(short) == lines or room <= 0:
            return (*short, "…")
        short.append(legible(line, limit=room))
    return tuple(short)


def _shown(character: str) -> str:
    if character in _JOINERS:
        return character
    return _SHOWN_AS.get(unicodedata.category(character), character)
