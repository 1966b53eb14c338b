"""Slides of PowerPoint (ECMA-376, 19) and of OpenDocument: the text of each slide without that of its master.

Speaker notes are left out: they are not what the audience sees.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from intake.extract import odf
from intake.extract.content import Findings, assemble
from intake.extract.limits import ExtractLimits, next_page
from intake.extract.package import Element, Package, unescaped
from intake.extract.scan import PICTURES, View, decoded, scan
from intake.model import Extract, Family, Page, Unusable

_A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_P = "{http://schemas.openxmlformats.org/presentationml/2006/main}"
_R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_DIAGRAM = "{http://schemas.openxmlformats.org/drawingml/2006/diagram}relIds"
_EMU_PER_POINT = 12_700
_TITLES = frozenset({"title", "ctrTitle"})
_MAIN = "ppt/presentation.xml"


def read_pptx(octets: bytes, *, limits: ExtractLimits) -> Extract | Unusable:
    """One page a slide, in the order of the presentation, hidden ones too."""
    package = Package(octets)
    presentation = package.xml(_MAIN)
    related = package.related(_MAIN)
    numbers = [entry.get(f"{_R}id", "") for entry in presentation.iter(f"{_P}sldId")]
    names = [related[number] for number in numbers if related.get(number, "") in package]
    size = presentation.find(f"{_P}sldSz")
    width, height = (_points(size, name) for name in ("cx", "cy"))
    slides = list(_slides(package, names[: limits.pages]))
    bare = [Page(slide.text, width, height, slide.pictures, drawn=slide.drawn) for slide in slides]
    scanned = scan(bare, lambda number: _view(package, slides[number]), seconds=limits.ocr_seconds)
    headings = [heading for slide in slides for heading in slide.headings]
    headings = headings or list(scanned.headings)
    findings = Findings(
        page_count=len(names),
        title=package.core_title() or next(iter(headings), None),
        headings=headings,
        tables=sum(slide.tables for slide in slides),
        document_date=package.core_date(),
        late=scanned.late,
        substance=any(slide.charts for slide in slides),
    )
    method = scanned.method("pptx")
    return assemble(Family.SLIDES, scanned.pages, limits=limits, method=method, findings=findings)


def read_odp(octets: bytes, *, limits: ExtractLimits) -> Extract | Unusable:
    """One page a slide."""
    return odf.read(octets, family=Family.SLIDES, limits=limits)


def _slides(package: Package, names: Sequence[str]) -> Iterator[_Slide]:
    read = number = 0
    while number < len(names):
        slide = _Slide(package, names[number])
        read += len(slide.text)
        yield slide
        number = next_page(number, len(names), read=read)


def _view(package: Package, slide: _Slide) -> View | None:
    """The largest picture on a slide, if it is one that can be decoded."""
    part = package.related(slide.name).get(slide.largest, "") if slide.largest else ""
    if not part.lower().endswith(PICTURES) or part not in package:
        return None
    return lambda _: decoded(package.read(part))


class _Slide:
    """What is on one slide. `largest` is the relationship of its largest picture, "" where there is none."""

    def __init__(self, package: Package, name: str) -> None:
        self.headings: list[str] = []
        self.tables = self.pictures = self.charts = self.drawn = 0
        self.name, self.largest, self._area = name, "", -1
        root = package.xml(name)
        tree = root.find(f"{_P}cSld/{_P}spTree")
        lines = [] if tree is None else list(self._lines(tree))
        if root.find(f".//{_DIAGRAM}") is not None:
            lines.extend(_diagram_lines(package, name))
        self.text = "\n".join(lines)

    def _lines(self, tree: Element) -> Iterator[str]:
        for shape in tree:
            match shape.tag.rpartition("}")[2]:
                case "sp":
                    yield from self._shape_lines(shape)
                case "grpSp" | "AlternateContent" | "Choice":
                    yield from self._lines(shape)
                case "graphicFrame":
                    yield from self._frame_lines(shape)
                case "pic":
                    self.pictures += 1
                    self._note_picture(shape)
                case "cxnSp":
                    self.drawn += 1
                case _:
                    pass

    def _shape_lines(self, shape: Element) -> Iterator[str]:
        lines = [line for line in map(_paragraph, shape.iter(f"{_A}p")) if line.strip()]
        placeholder = shape.find(f"{_P}nvSpPr/{_P}nvPr/{_P}ph")
        if lines and placeholder is not None and placeholder.get("type") in _TITLES:
            self.headings.append(" ".join(lines))
        self.drawn += placeholder is None
        if shape.find(f"{_P}spPr/{_A}blipFill") is not None:
            self.pictures += 1
            self._note_picture(shape)
        yield from lines

    def _note_picture(self, shape: Element) -> None:
        blip, size = shape.find(f".//{_A}blip"), shape.find(f"{_P}spPr/{_A}xfrm/{_A}ext")
        area = int(_points(size, "cx") * _points(size, "cy"))
        if blip is not None and area > self._area:
            self.largest, self._area = blip.get(f"{_R}embed", ""), area

    def _frame_lines(self, frame: Element) -> Iterator[str]:
        tables = list(frame.iter(f"{_A}tbl"))
        self.tables += len(tables)
        self.charts += not tables
        for table in tables:
            for row in table.iter(f"{_A}tr"):
                cells = (cell.iter(f"{_A}p") for cell in row.iter(f"{_A}tc"))
                yield "\t".join(" ".join(map(_paragraph, cell)) for cell in cells)


def _paragraph(paragraph: Element) -> str:
    texts = []
    for entry in paragraph.iter():
        if entry.tag == f"{_A}t":
            texts.append(entry.text or "")
        elif entry.tag == f"{_A}br":
            texts.append("\n")
    return unescaped("".join(texts))


def _diagram_lines(package: Package, name: str) -> Iterator[str]:
    """The text of SmartArt, which lies in parts of its own."""
    for target in package.related(name).values():
        if "/diagrams/data" in target and target in package:
            yield from filter(str.strip, map(_paragraph, package.xml(target).iter(f"{_A}p")))


def _points(size: Element | None, name: str) -> float:
    try:
        return 0.0 if size is None else int(size.get(name, "0")) / _EMU_PER_POINT
    except ValueError:
        return 0.0
