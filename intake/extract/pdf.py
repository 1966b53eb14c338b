"""PDF through pdfium: the text, size and pictures of each page.

Pictures are counted, and decoded only where a page is all pictures and is to be read by OCR.
"""

from __future__ import annotations

import ctypes
import itertools
import math
import re
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

import pypdfium2 as pdfium  # type: ignore[import-untyped]  # ships no types
import pypdfium2.internal as pdfium_i  # type: ignore[import-untyped]  # as above

from intake.extract.content import Findings, assemble, clean, one_line, own_title, stop
from intake.extract.limits import ExtractLimits, next_page
from intake.extract.pixels import DECODED_PIXELS, KEPT_PIXELS, Raster
from intake.extract.scan import WORDLESS, Scanned, View, scan
from intake.model import Extract, Family, Page, Problem, Unusable

raw = pdfium.raw

_BOOKMARKS = 200
_BOOKMARK_LEVELS = 2
_OBJECTS = 20_000
_WORDS = raw.FPDF_PAGEOBJ_TEXT
_WITH_PICTURES = frozenset({raw.FPDF_PAGEOBJ_IMAGE, raw.FPDF_PAGEOBJ_FORM})
_WORD_OBJECTS = 300
_HEADED_PAGES = 60
_SCALE = 200 / 72
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
    views = list(_views(document, min(count, limits.pages), limits.text_characters))
    scanned = _scanned(document, views, limits)
    metadata = document.get_metadata_dict(skip_empty=True)
    largest = [view.heading for view in views if view.heading] or list(scanned.headings)
    title = own_title(metadata.get("Title"))
    if title is None or " " not in title:  # one word is a file's name more often than a title
        title = next(iter(largest), title)
    findings = Findings(
        page_count=count,
        title=title,
        headings=[*_bookmarks(document), *largest],
        document_date=_day(metadata.get("ModDate")) or _day(metadata.get("CreationDate")),
        late=scanned.late,
        substance=any(view.objects for view in views),
    )
    method = scanned.method("pdfium")
    return assemble(Family.PDF, scanned.pages, limits=limits, method=method, findings=findings)


def _scanned(
    document: pdfium.PdfDocument, views: Sequence[_View], limits: ExtractLimits
) -> Scanned:
    def view(number: int) -> View | None:
        if views[number].vast or not views[number].objects:
            return None
        return lambda until: _rendered(document, views[number].number, until)

    return scan([view.page for view in views], view, seconds=limits.ocr_seconds)


@dataclass(frozen=True, slots=True)
class _View:
    """One page, its largest words, and how many things are drawn on it."""

    number: int
    page: Page
    heading: str | None = None
    objects: int = 0
    vast: bool = False
    """It holds a picture that is too large to be decoded."""


def _views(document: pdfium.PdfDocument, count: int, characters: int) -> Iterator[_View]:
    read = number = 0
    while number < count and read <= characters:
        view = _view(document, number, heading=number < _HEADED_PAGES)
        read += len(view.page.text)
        yield view
        number = next_page(number, count, read=read)


def _view(document: pdfium.PdfDocument, number: int, *, heading: bool) -> _View:
    """A page that pdfium cannot load counts as an empty one: the others may still tell enough."""
    try:
        page = document[number]
    except pdfium.PdfiumError:
        return _View(number, Page(""))
    try:
        width, height = page.get_size()
        textpage = page.get_textpage()
        text = clean(textpage.get_text_bounded())
        things = _things(page.raw)
        kinds = list(map(raw.FPDFPageObj_GetType, things))
        pictures = sum(
            _pictures_in(thing, kind)
            for thing, kind in zip(things, kinds, strict=True)
            if kind in _WITH_PICTURES
        )
        words = [thing for thing, kind in zip(things, kinds, strict=True) if kind == _WORDS]
        sizes = _letter_sizes(words[:_WORD_OBJECTS]) if heading else []
        largest = _largest(textpage, words, sizes) if sizes else None
        textpage.close()
        found = Page(
            text,
            width,
            height,
            pictures,
            drawn=kinds.count(raw.FPDF_PAGEOBJ_PATH),
            letter_sizes=len({round(size) for size in sizes}),
            covered=_covered(text, sizes, width * height),
        )
        vast = len(text) < WORDLESS and any(map(_is_vast, things, kinds))
        return _View(number, found, largest, len(things), vast)
    except pdfium.PdfiumError:
        return _View(number, Page(""))
    finally:
        page.close()


def _things(page: object) -> list[object]:
    """What is on a page. Of drawings there may be thousands, so pdfium's own handle is asked, not its wrapper."""
    count = min(raw.FPDFPage_CountObjects(page), _OBJECTS)
    return [raw.FPDFPage_GetObject(page, index) for index in range(count)]


def _pictures_in(thing: object, kind: int) -> int:
    if kind == raw.FPDF_PAGEOBJ_IMAGE:
        return 1
    count: int = min(raw.FPDFFormObj_CountObjects(thing), _OBJECTS)
    inner = (raw.FPDFFormObj_GetObject(thing, index) for index in range(count))
    return sum(raw.FPDFPageObj_GetType(entry) == raw.FPDF_PAGEOBJ_IMAGE for entry in inner)


def _is_vast(thing: object, kind: int) -> bool:
    if kind != raw.FPDF_PAGEOBJ_IMAGE:
        return False
    width, height = ctypes.c_uint(), ctypes.c_uint()
    raw.FPDFImageObj_GetImagePixelSize(thing, width, height)
    return width.value * height.value > DECODED_PIXELS


def _covered(text: str, sizes: list[float], area: float) -> float:
    """Letters are about half as wide as high; their mean size stands for that of all of them."""
    if not sizes or area <= 0:
        return 0.0
    return min(len(text) * (sum(sizes) / len(sizes)) ** 2 / 2 / area, 1.0)


def _rendered(document: pdfium.PdfDocument, number: int, until: float) -> Raster | None:
    """A page in greys at 200 dpi, or fewer where that were too many pixels. TimeoutError where it takes too long."""
    page = document[number]
    try:
        width, height = page.get_size()
        scale = min(_SCALE, math.sqrt(KEPT_PIXELS / max(width * height, 1)))
        columns, rows = math.ceil(width * scale), math.ceil(height * scale)
        bitmap = pdfium.PdfBitmap.new_native(columns, rows, raw.FPDFBitmap_Gray)
        try:
            bitmap.fill_rect((255, 255, 255, 255), 0, 0, columns, rows)
            _render(page, bitmap, until)
            octets = bytes(bitmap.buffer)
            lines = (octets[at : at + columns] for at in range(0, len(octets), bitmap.stride))
            return Raster(columns, rows, b"".join(lines))
        finally:
            bitmap.close()
    finally:
        page.close()


def _render(page: pdfium.PdfPage, bitmap: pdfium.PdfBitmap, until: float) -> None:
    """Every now and then pdfium asks whether to pause; a pause is the end."""
    pause = raw.IFSDK_PAUSE(version=1)
    pdfium_i.set_callback(pause, "NeedToPauseNow", lambda _: time.monotonic() > until)
    place = (bitmap, page, 0, 0, bitmap.width, bitmap.height, 0)
    flags = raw.FPDF_ANNOT | raw.FPDF_GRAYSCALE
    status = raw.FPDF_RenderPageBitmap_Start(*place, flags, pause)
    raw.FPDF_RenderPage_Close(page)
    if status == raw.FPDF_RENDER_TOBECONTINUED:
        raise TimeoutError


def _largest(textpage: pdfium.PdfTextPage, words: list[object], sizes: list[float]) -> str | None:
    """What stands in the largest letters, if it is short enough to be a heading and stands out.

    Only as many of the words are looked at as have a size.
    """
    most = max(sizes)
    chosen = [word for word, size in zip(words, sizes, strict=False) if size > most * 0.95]
    if len(chosen) == len(sizes) > 1:
        return None
    boxes = [box for box in map(_box, chosen) if box]
    if not boxes:
        return None
    left, bottom, right, top = zip(*boxes, strict=True)
    text = one_line(textpage.get_text_bounded(min(left), min(bottom), max(right), max(top)))
    return text if text and _HEADING[0] <= len(text) <= _HEADING[1] else None


def _letter_sizes(words: list[object]) -> list[float]:
    size, matrix = ctypes.c_float(), raw.FS_MATRIX()
    to_size, to_matrix = ctypes.byref(size), ctypes.byref(matrix)
    sizes = []
    for word in words:
        size.value = 0.0
        raw.FPDFTextObj_GetFontSize(word, to_size)
        raw.FPDFPageObj_GetMatrix(word, to_matrix)
        sizes.append(size.value * math.hypot(matrix.c, matrix.d))
    return sizes


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
