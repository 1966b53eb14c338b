"""OpenDocument text and presentations (ISO/IEC 26300): paragraphs, headings, tables and pictures from content.xml."""

from __future__ import annotations

import re
from collections.abc import Iterator

from intake.extract.content import Findings, assemble, own_title, stop
from intake.extract.limits import ExtractLimits
from intake.extract.package import Element, Package, day
from intake.model import Extract, Family, Page, Problem, Unusable

_URN = "{urn:oasis:names:tc:opendocument:xmlns:"
_TEXT = f"{_URN}text:1.0}}"
_TABLE = f"{_URN}table:1.0}}"
_DRAW = f"{_URN}drawing:1.0}}"
_FO = f"{_URN}xsl-fo-compatible:1.0}}"
_STYLE = f"{_URN}style:1.0}}"
_OFFICE = f"{_URN}office:1.0}}"
_CLASS = f"{_URN}presentation:1.0}}class"
_ENCRYPTED = f"{_URN}manifest:1.0}}encryption-data"
_DC = "{http://purl.org/dc/elements/1.1/}"
_LEFT_OUT = frozenset(
    {
        f"{_URN}presentation:1.0}}notes",
        f"{_OFFICE}annotation",
        f"{_TEXT}tracked-changes",
        f"{_TEXT}sequence-decls",
        f"{_OFFICE}forms",
    }
)
_PARAGRAPHS = frozenset({f"{_TEXT}p", f"{_TEXT}h"})
_DRAWN = frozenset({f"{_DRAW}object", f"{_DRAW}custom-shape", f"{_DRAW}path", f"{_DRAW}polygon"})
_BREAKS = {f"{_TEXT}tab": "\t", f"{_TEXT}line-break": "\n"}
_LENGTH = re.compile(r"([\d.]+)(cm|mm|in|pt|pc|px)")
_POINTS = {"cm": 72 / 2.54, "mm": 72 / 25.4, "in": 72.0, "pt": 1.0, "pc": 12.0, "px": 0.75}
_SPACES = 80


def read(octets: bytes, *, family: Family, limits: ExtractLimits) -> Extract | Unusable:
    """Family.SLIDES gives one page a slide, Family.WORDS a text without pages. LOCKED where it is encrypted."""
    package = Package(octets)
    refuse_encrypted(package)
    body = package.xml("content.xml").find(f"{_OFFICE}body")
    if body is None:
        raise stop(Problem.UNREADABLE, "no body")
    width, height = _page_size(package)
    slides = list(body.iter(f"{_DRAW}page")) if family is Family.SLIDES else [body]
    readers = [_Reader(slide) for slide in slides[: limits.pages]]
    headings = [heading for reader in readers for heading in reader.headings]
    title, saved = _meta(package)
    findings = Findings(
        page_count=len(slides) if family is Family.SLIDES else None,
        title=own_title(title) or next(iter(headings), None),
        headings=headings,
        tables=sum(reader.tables for reader in readers),
        document_date=day(saved),
        substance=any(reader.objects for reader in readers),
    )
    pages = [Page(reader.text, width, height, reader.pictures) for reader in readers]
    return assemble(family, pages, limits=limits, method="odf", findings=findings)


def refuse_encrypted(package: Package) -> None:
    """Stop with LOCKED where the manifest says that a part is encrypted (ODF 1.2 part 3, 4.8.4)."""
    name = "META-INF/manifest.xml"
    if name in package and package.xml(name).find(f".//{_ENCRYPTED}") is not None:
        raise stop(Problem.LOCKED)


class _Reader:
    """The text of one slide or body, and what stands in it."""

    def __init__(self, root: Element) -> None:
        self.headings: list[str] = []
        self.tables = self.pictures = self.objects = 0
        self.text = "\n".join(self._lines(root))

    def _lines(self, element: Element, *, title: bool = False) -> Iterator[str]:
        for child in element:
            tag = child.tag
            if tag in _LEFT_OUT:
                continue
            if tag in _PARAGRAPHS:
                yield from self._paragraph(child, title=title or tag == f"{_TEXT}h")
            elif tag == f"{_TABLE}table":
                yield from self._table(child)
            else:
                self._count(tag)
                yield from self._lines(child, title=title or child.get(_CLASS) == "title")

    def _paragraph(self, paragraph: Element, *, title: bool) -> Iterator[str]:
        """The line, then what is anchored in it (text boxes, pictures)."""
        anchored: list[Element] = []
        line = "".join(_inline(paragraph, anchored))
        if line.strip():
            if title:
                self.headings.append(line)
            yield line
        for frame in anchored:
            yield from self._lines(frame)

    def _table(self, table: Element) -> Iterator[str]:
        self.tables += 1
        for row in table.iter(f"{_TABLE}table-row"):
            cells = row.iterfind(f"{_TABLE}table-cell")
            yield "\t".join(" ".join(self._lines(cell)) for cell in cells)

    def _count(self, tag: str) -> None:
        if tag == f"{_DRAW}image":
            self.pictures += 1
        elif tag in _DRAWN:
            self.objects += 1


def _inline(element: Element, anchored: list[Element]) -> Iterator[str]:
    yield element.text or ""
    for child in element:
        tag = child.tag
        if tag == f"{_TEXT}s":
            yield " " * min(_whole(child.get(f"{_TEXT}c")), _SPACES)
        elif tag in _BREAKS:
            yield _BREAKS[tag]
        elif tag.startswith(_DRAW):
            anchored.append(child)
        elif tag not in _LEFT_OUT:
            yield from _inline(child, anchored)
        yield child.tail or ""


def _whole(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdigit() else 1


def _page_size(package: Package) -> tuple[float, float]:
    if "styles.xml" not in package:
        return 0.0, 0.0
    layout = package.xml("styles.xml").find(f".//{_STYLE}page-layout-properties")
    if layout is None:
        return 0.0, 0.0
    return _length(layout.get(f"{_FO}page-width")), _length(layout.get(f"{_FO}page-height"))


def _length(text: str | None) -> float:
    found = _LENGTH.fullmatch(text or "")
    try:
        return float(found[1]) * _POINTS[found[2]] if found else 0.0
    except ValueError:
        return 0.0


def _meta(package: Package) -> tuple[str | None, str | None]:
    """The title and the time of the last change, as they stand in meta.xml."""
    if "meta.xml" not in package:
        return None, None
    meta = package.xml("meta.xml")
    return meta.findtext(f".//{_DC}title"), meta.findtext(f".//{_DC}date")
