"""How much of one document is read; what lies beyond is left out or makes the document too large."""

from __future__ import annotations

from dataclasses import dataclass

_ENOUGH_PAGES = 40
_ENOUGH_CHARACTERS = 64_000
_LAST_PAGES = 3


@dataclass(frozen=True, slots=True)
class ExtractLimits:
    """Pages beyond `pages` and characters beyond `text_characters` are left out; more octets are not opened at all.

    OCR gets `ocr_seconds` for the whole document; at 0 there is none.
    """

    document_octets: int = 104_857_600
    pages: int = 500
    text_characters: int = 400_000
    ocr_seconds: float = 0.0


def next_page(number: int, count: int, *, read: int) -> int:
    """The page to be read after that one: the last few come next where the characters `read` tell enough of a long document."""
    if number + 1 >= _ENOUGH_PAGES and read >= _ENOUGH_CHARACTERS:
        return max(number + 1, count - _LAST_PAGES)
    return number + 1
