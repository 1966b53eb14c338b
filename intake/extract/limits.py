"""How much of one document is read; what lies beyond is left out or makes the document too large."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ExtractLimits:
    """Pages beyond `pages` and characters beyond `text_characters` are left out; more octets are not opened at all."""

    document_octets: int
    pages: int
    text_characters: int = 2_000_000
