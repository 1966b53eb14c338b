"""PDF through pdfium: the text, size and pictures of each page. Pictures are counted, never decoded."""

from __future__ import annotations

import ctypes
import itertools
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import pypdfium2 as pdfium  # type: ignore[import-untyped]  # ships no types

from intake.extract.content import Findings, assemble, clean, one_line, own_title, stop
from intake.extract.limits import ExtractLimits
from intake.model import Extract, Family, Page, Problem, Unusable

raw = pdfium.raw

_BOOKMARKS = 200
_BOOKMARK_LEVELS = 2
_OBJECTS = 20_000
_WORDS = raw.FPDF_PAGEOBJ_TEXT
_WORD_OBJECTS = 300
_HEADED_PAGES = 60
_HEADING = (3, 120)
_PDF_DATE = re.compile(r"D:(\d{4})(\d\d)?(\d\d)?")


def read(octets: bytes, *, limits: ExtractLimits) -> Extract | Unusable:
    """LOCKED where a password is needed to open it; one that only forbids printing is read."""
    try:
        document = pdfium.PdfDocument(octets)
    except pdfium.PdfiumError as error:
        locked = getattr(error, "err_code", None) == raw.FPDF_ERR_PASSWORD
        raise stop(Problem.LOCKED if locked else Problem.UNREADABLE) from error
    try:
        return _read(document, limits)
    finally:
        document.close()


def _read(document: pdfium.PdfDocument, limits: ExtractLimits) -> Extract | Unusable:
    count = len(document)
    if count == 0:
        raise stop(Problem.EMPTY)
    views = list(_views(document, range(min(count, limits.pages)), limits.text_characters))
    metadata = document.get_metadata_dict(skip_empty=True)
    largest = [view.heading for view in views if view.heading]
    title = own_title(metadata.get("Title"))
    if title is None or " " not in title:  # one word is a file's name more often than a title
        title = next(iter(largest), title)
    findings = Findings(
        page_count=count,
        title=title,
        headings=[*_bookmarks(document), *largest],
        document_date=_day(metadata.get("ModDate")) or _day(metadata.get("CreationDate")),
        substance=any(view.objects for view in views),
    )
    pages = [view.page for view in views]
    return assemble(Family.PDF, pages, limits=limits, method="pdfium", findings=findings)


@dataclass(frozen=True, slots=True)
class _View:
    """One page, its largest words, and how many things are drawn on it."""

    page: Page
    heading: str | None = None
    objects: int = 0


def _views(document: pdfium.PdfDocument, numbers: range, characters: int) -> Iterator[_View]:
    for number in numbers:
        view = _view(document, number, heading=number < _HEADED_PAGES)
        characters -= len(view.page.text)
        yield view
        if characters < 0:
            return


def _view(document: pdfium.PdfDocument, number: int, *, heading: bool) -> _View:
    """A page that pdfium cannot load counts as an empty one: the others may still tell enough."""
    try:
        page = document[number]
    except pdfium.PdfiumError:
        return _View(Page(""))
    try:
        width, height = page.get_size()
        textpage = page.get_textpage()
        text = clean(textpage.get_text_bounded())
        things = [
            raw.FPDFPage_GetObject(page, index)
            for index in range(min(raw.FPDFPage_CountObjects(page), _OBJECTS))
        ]
        kinds = [raw.FPDFPageObj_GetType(thing) for thing in things]
        pictures = sum(map(_pictures_in, things, kinds))
        words = [thing for thing, kind in zip(things, kinds, strict=True) if kind == _WORDS]
        largest = _largest(textpage, words[:_WORD_OBJECTS]) if heading and words else None
        textpage.close()
        return _View(Page(text, width, height, pictures), largest, len(things))
    except pdfium.PdfiumError:
        return _View(Page(""))
    finally:
        page.close()


def _pictures_in(thing: object, kind: int) -> int:
    if kind == raw.FPDF_PAGEOBJ_IMAGE:
        return 1
    if kind != raw.FPDF_PAGEOBJ_FORM:
        return 0
    count: int = min(raw.FPDFFormObj_CountObjects(thing), _OBJECTS)
    inner = (raw.FPDFFormObj_GetObject(thing, index) for index in range(count))
    return sum(raw.FPDFPageObj_GetType(entry) == raw.FPDF_PAGEOBJ_IMAGE for entry in inner)


def _largest(textpage: pdfium.PdfTextPage, words: list[object]) -> str | None:
    """What stands in the largest letters, if it is short enough to be a heading and stands out."""
    sizes = [_letter_size(word) for word in words]
    most = max(sizes)
    chosen = [word for word, size in zip(words, sizes, strict=True) if size > most * 0.95]
    if len(chosen) == len(words) > 1:
        return None
    boxes = [box for box in map(_box, chosen) if box]
    if not boxes:
        return None
    left, bottom, right, top = zip(*boxes, strict=True)
    text = one_line(textpage.get_text_bounded(min(left), min(bottom), max(right), max(top)))
    return text if text and _HEADING[0] <= len(text) <= _HEADING[1] else None


def _letter_size(word: object) -> float:
    size, matrix = ctypes.c_float(), raw.FS_MATRIX()
    raw.FPDFTextObj_GetFontSize(word, size)
    raw.FPDFPageObj_GetMatrix(word, matrix)
    return float(size.value * math.hypot(matrix.c, matrix.d))


def _box(word: object) -> tuple[float, float, float, float] | None:
    left, bottom, right, top = (ctypes.c_float() for _ in range(4))
    if not raw.FPDFPageObj_GetBounds(word, left, bottom, right, top):
        return None
    return left.value, bottom.value, right.value, top.value


def _bookmarks(document: pdfium.PdfDocument) -> Iterator[str]:
    for bookmark in itertools.islice(document.get_toc(), _BOOKMARKS):
        if bookmark.level < _BOOKMARK_LEVELS:
            yield bookmark.get_title()


def _day(text: str | None) -> date | None:
    """The day of a PDF date (ISO 32000-1, 7.9.4), None where it is none."""
    found = _PDF_DATE.match(text or "")
    if not found:
        return None
    year, month, day = (int(group or 1) for group in found.groups())
    try:
        return date(year, month, day)
    except ValueError:
        return None
