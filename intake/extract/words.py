"""Word documents (ECMA-376, 17): headings, paragraphs and tables of the body, then of headers and footers.

Deleted and fallback text is left out, so nothing is read twice.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from intake.extract import odf
from intake.extract.content import Findings, assemble, stop
from intake.extract.limits import ExtractLimits
from intake.extract.package import Element, Package, unescaped
from intake.model import Extract, Family, Page, Problem, Unusable

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_STRICT = "{http://purl.oclc.org/ooxml/wordprocessingml/main}"
_BLIP = "{http://schemas.openxmlformats.org/drawingml/2006/main}blip"
_IMAGE = "{urn:schemas-microsoft-com:vml}imagedata"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_MAIN = "word/document.xml"
_STYLES = "word/styles.xml"
_TWIPS_PER_POINT = 20
_BOLD_CHARACTERS = 100
_OFF = frozenset({"0", "false", "off"})
_WRAPPERS = frozenset(f"{_W}{name}" for name in ("sdt", "sdtContent", "customXml", "ins"))
_MARGIN = re.compile(r"word/(header|footer)\d*\.xml")
_HEADING = re.compile(r"(heading [1-6]|title)", re.IGNORECASE)
_RUN_TEXT = {f"{_W}tab": "\t", f"{_W}br": "\n", f"{_W}cr": "\n", f"{_W}noBreakHyphen": "-"}


def read_docx(octets: bytes, *, limits: ExtractLimits) -> Extract | Unusable:
    """One Page that holds everything, with the size of the paper; Word keeps no page breaks worth believing."""
    package = Package(octets)
    document = package.xml(_MAIN)
    if document.tag.startswith(_STRICT):
        raise stop(Problem.UNSUPPORTED, "Strict Open XML")
    reader = _Reader(_heading_styles(package, _styles_used(document)))
    lines = list(reader.lines(document))
    for name in package.names("word/"):
        if _MARGIN.fullmatch(name):
            lines.extend(_Reader(frozenset()).lines(package.xml(name)))
    headings = reader.headings or reader.bold
    findings = Findings(
        title=reader.title or package.core_title() or next(iter(headings), None),
        headings=headings,
        tables=reader.tables,
        document_date=package.core_date(),
    )
    size = document.find(f".//{_W}pgSz")
    pictures = sum(1 for entry in document.iter() if entry.tag in {_BLIP, _IMAGE})
    page = Page("\n".join(lines), _points(size, "w"), _points(size, "h"), pictures)
    return assemble(Family.WORDS, [page], limits=limits, method="docx", findings=findings)


def read_odt(octets: bytes, *, limits: ExtractLimits) -> Extract | Unusable:
    """One Page that holds everything, with the size of the paper."""
    return odf.read(octets, family=Family.WORDS, limits=limits)


class _Reader:
    """Walks blocks in reading order and remembers headings and tables."""

    def __init__(self, heading_styles: frozenset[str]) -> None:
        self._heading_styles = heading_styles
        self.title: str | None = None
        self.headings: list[str] = []
        self.bold: list[str] = []
        """Short lines all in bold: what people make who know of no styles."""
        self.tables = 0

    def lines(self, element: Element) -> Iterator[str]:
        """One line a paragraph, one a table row with its cells parted by tabs."""
        for child in element:
            if child.tag == f"{_W}p":
                yield from self._paragraph(child)
            elif child.tag == f"{_W}tbl":
                self.tables += 1
                yield from self._rows(child)
            elif child.tag != _FALLBACK:
                yield from self.lines(child)

    def _rows(self, table: Element) -> Iterator[str]:
        """Cells may hold tables again, which become part of their line; bold in a table is no heading."""
        bold = len(self.bold)
        for row in _own(table, f"{_W}tr"):
            cells = _own(row, f"{_W}tc")
            yield "\t".join(" ".join(self.lines(cell)).replace("\t", " ") for cell in cells)
        del self.bold[bold:]

    def _paragraph(self, paragraph: Element) -> Iterator[str]:
        boxes: list[Element] = []
        line = unescaped("".join(_run_text(paragraph, boxes)))
        if line.strip():
            self._note_heading(paragraph, line)
        yield line
        for box in boxes:
            yield from self.lines(box)

    def _note_heading(self, paragraph: Element, line: str) -> None:
        style = paragraph.find(f"{_W}pPr/{_W}pStyle")
        name = "" if style is None else style.get(f"{_W}val", "")
        if name not in self._heading_styles:
            if len(line) <= _BOLD_CHARACTERS and _all_bold(paragraph):
                self.bold.append(line)
            return
        self.headings.append(line)
        if self.title is None and name == "Title":
            self.title = line


def _own(element: Element, tag: str) -> Iterator[Element]:
    """Children of that name, those in content controls and insertions too."""
    for child in element:
        if child.tag == tag:
            yield child
        elif child.tag in _WRAPPERS:
            yield from _own(child, tag)


def _all_bold(paragraph: Element) -> bool:
    runs = [run for run in paragraph.iterfind(f"{_W}r") if run.find(f"{_W}t") is not None]
    return bool(runs) and all(_is_bold(run) for run in runs)


def _is_bold(run: Element) -> bool:
    bold = run.find(f"{_W}rPr/{_W}b")
    return bold is not None and bold.get(f"{_W}val", "1") not in _OFF


def _run_text(element: Element, boxes: list[Element]) -> Iterator[str]:
    for child in element:
        if child.tag == f"{_W}t":
            yield child.text or ""
        elif child.tag in _RUN_TEXT:
            yield _RUN_TEXT[child.tag]
        elif child.tag == f"{_W}txbxContent":
            boxes.append(child)
        elif child.tag not in {_FALLBACK, f"{_W}pPr"}:
            yield from _run_text(child, boxes)


def _heading_styles(package: Package, used: frozenset[str]) -> frozenset[str]:
    """Ids of the used styles for headings: names are English in every language of Word, ids are not.

    Templates define hundreds of styles, which are not read any further once all that are used are known.
    """
    headings: set[str] = set()
    if not used or _STYLES not in package:
        return frozenset()
    unknown = set(used)
    for style in package.elements(_STYLES, f"{_W}style"):
        number, name = style.get(f"{_W}styleId", ""), style.find(f"{_W}name")
        if name is not None and _HEADING.fullmatch(name.get(f"{_W}val", "")):
            headings.add(number)
        unknown.discard(number)
        if not unknown:
            break
    return frozenset(headings)


def _styles_used(document: Element) -> frozenset[str]:
    return frozenset(style.get(f"{_W}val", "") for style in document.iter(f"{_W}pStyle"))


def _points(size: Element | None, name: str) -> float:
    try:
        return 0.0 if size is None else int(size.get(f"{_W}{name}", "0")) / _TWIPS_PER_POINT
    except ValueError:
        return 0.0
