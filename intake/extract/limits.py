"""How much of one document is read; what lies beyond is left out or makes the document too large."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ExtractLimits:
    """Pages beyond `pages` and characters beyond `text_characters` are left out; more octets are not opened at all.

    OCR gets `ocr_seconds` for the whole document; at 0 there is none.
    """

    document_octets: int = 104_857_600
    pages: int = 500
    text_characters: int = 2_000_000
    ocr_seconds: float = 0.0
