"""Which pages of a document are to be read by OCR, within how much time, and what becomes of what was read.

A reader hands over its pages and a way to see those without text; this module knows neither its format nor pixels.
"""

# ruff: noqa: PLC0415  # what decodes pictures and reads them is loaded when the first scan comes

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from intake.extract.pixels import Raster
from intake.model import BY_OCR, Page

if TYPE_CHECKING:
    from intake.extract.tesseract import Reading

PICTURES = (".png", ".jpg", ".jpeg", ".gif", ".webp", ".tif", ".tiff", ".bmp")
"""The suffixes of parts in which a slide's picture can be seen; drawings of Windows cannot."""
_PAGES = 3
WORDLESS = 20
"""A page with fewer has next to no text: a number, a "Scanned with …"."""
_DOCUMENT_CHARACTERS = 400
_SIDES = (100, 300)
"""A picture whose sides are shorter is an icon."""
_LEAST_SECONDS = 0.2

View = Callable[[float], Raster | None]
"""Makes a page visible until a moment of the monotonic clock; None where it cannot be, TimeoutError where it is late."""


@dataclass(frozen=True, slots=True)
class Scanned:
    """The pages, with what OCR has read in them. `late`: time was over before anything was read."""

    pages: tuple[Page, ...]
    read: bool = False
    late: bool = False
    headings: tuple[str, ...] = field(default=(), repr=False)

    def method(self, reader: str) -> str:
        """How the text came about."""
        return f"{reader}{BY_OCR}" if self.read else reader


def scan(pages: Sequence[Page], view: Callable[[int], View | None], *, seconds: float) -> Scanned:
    """Read the first few pages that have next to no text, if the document on the whole is made of such pages.

    `view` gives the way to see a page, None where there is nothing to see on it.
    """
    if seconds <= 0 or not _is_scan(pages):
        return Scanned(tuple(pages))
    from intake.extract import tesseract

    if not tesseract.languages():
        return Scanned(tuple(pages))
    wordless = (number for number, page in enumerate(pages) if is_wordless(page))
    views = ((number, look) for number in wordless if (look := view(number)) is not None)
    return _read(pages, views, until=time.monotonic() + seconds)


def is_wordless(page: Page) -> bool:
    """Whether a page has next to no text."""
    return len(page.text.strip()) < WORDLESS


def _is_scan(pages: Sequence[Page]) -> bool:
    """At least half of it is without words, or hardly any text is in it at all."""
    wordless = sum(map(is_wordless, pages))
    if not wordless:
        return False
    said = sum(len(page.text) for page in pages)
    return wordless * 2 >= len(pages) or said < _DOCUMENT_CHARACTERS


def _read(pages: Sequence[Page], views: Iterable[tuple[int, View]], *, until: float) -> Scanned:
    found: dict[int, Reading] = {}
    late = False
    for tried, (number, view) in enumerate(views):
        if tried == _PAGES:
            break
        try:
            reading = _reading(view, until)
        except TimeoutError:
            late = True
            break
        if reading:
            found[number] = reading
    filled = [
        replace(page, text=f"{page.text}\n{found[number].text}".strip())
        if number in found
        else page
        for number, page in enumerate(pages)
    ]
    headings = (reading.heading for reading in found.values())
    late = late and not found
    return Scanned(tuple(filled), bool(found), late, tuple(filter(None, headings)))


def decoded(octets: bytes) -> Raster | None:
    """The pixels of a picture file."""
    from intake.extract import raster

    return raster.decode(octets)


def _reading(view: View, until: float) -> Reading | None:
    from intake.extract import raster, tesseract

    if until - time.monotonic() < _LEAST_SECONDS:
        raise TimeoutError
    seen = view(until)
    if seen is None or _is_icon(seen) or raster.is_blank(seen):
        return None
    left = until - time.monotonic()
    if left < _LEAST_SECONDS:
        raise TimeoutError
    return tesseract.read(raster.enlarged(seen), seconds=left)


def _is_icon(seen: Raster) -> bool:
    return min(seen.width, seen.height) < _SIDES[0] or max(seen.width, seen.height) < _SIDES[1]
