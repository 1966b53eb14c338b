"""Blocks to Word documents, through python-docx."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from datetime import datetime, time
from functools import cache
from random import Random

import docx
from docx.document import Document as WordDocument
from docx.enum.text import WD_BREAK
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Pt, RGBColor
from docx.text.paragraph import Paragraph as WordParagraph

from tests.corpus.blocks import (
    Block,
    Code,
    Document,
    Grid,
    Heading,
    Items,
    PageBreak,
    Paragraph,
    Picture,
    Quote,
    Rule,
    Runs,
    runs_of,
    text_of,
)
from tests.corpus.render import drawings
from tests.corpus.render.looks import Heads, Letters, Look, heading_of, pick
from tests.corpus.render.package import settled

_FONTS = {
    Letters.SANS: ("Calibri", "Arial", "Verdana", "Aptos", "Open Sans", "Helvetica Neue"),
    Letters.SERIF: ("Times New Roman", "Cambria", "Georgia", "Garamond"),
    Letters.MONO: ("Courier New", "Consolas"),
}
_KEPT = re.compile(
    r"(Normal|Title|Heading [1-6]|Quote|Intense Quote|List (Bullet|Number|Continue)( [23])?|Header|Footer|"
    r"Default Paragraph Font|Normal Table|No List|Table Grid|Light .*|Medium Shading 1 Accent 1)$"
)
_TABLES = (
    "Table Grid",
    "Light Grid Accent 1",
    "Light List Accent 2",
    "Medium Shading 1 Accent 1",
    "Light Shading",
)


def render(document: Document, look: Look, rng: Random) -> bytes:
    """A .docx file."""
    page = docx.Document(io.BytesIO(_template()))
    writer = _Writer(page, look, rng)
    writer.set_up()
    blocks = list(document.blocks)
    title = heading_of(document)
    if look.cover and title:
        writer.cover(title)
    for block in blocks:
        writer.write(block)
    _describe(page, look)
    buffer = io.BytesIO()
    page.save(buffer)
    return settled(buffer.getvalue())


class _Writer:
    """Puts blocks into a document, in one look."""

    def __init__(self, page: WordDocument, look: Look, rng: Random) -> None:
        self.page, self.look, self.rng = page, look, rng
        self.styles = _styles()
        self.sections = 0
        self.table_style = pick(rng, _TABLES) if look.lined_tables else None
        self.pictures = look.pictures

    def set_up(self) -> None:
        look, section = self.look, self.page.sections[0]
        section.page_width, section.page_height = Pt(look.width), Pt(look.height)
        section.left_margin = section.right_margin = Pt(look.margin)
        section.top_margin = section.bottom_margin = Pt(look.margin)
        normal = self.page.styles["Normal"]
        normal.font.name, normal.font.size = pick(self.rng, _FONTS[look.letters]), Pt(look.size)
        if look.head:
            section.header.paragraphs[0].text = look.head
        if look.foot:
            _fill_foot(section.footer.paragraphs[0], look.foot)
        if look.columns > 1:
            columns = OxmlElement("w:cols")
            columns.set(qn("w:num"), str(look.columns))
            section._sectPr.append(columns)
        if look.logo:
            self.page.add_picture(io.BytesIO(drawings.any_picture(self.rng)), width=Pt(90))

    def cover(self, title: str) -> None:
        for _ in range(self.rng.randrange(2, 8)):
            self.page.add_paragraph()
        if self.look.heads is Heads.STYLED:
            self._styled("Title").add_run(title)
        else:
            self._line(runs_of(title), size=self.look.size * 2.4, bold=True)
        if self.rng.random() < 0.5:
            self.page.add_paragraph(f"{self.look.saved_on:%d.%m.%Y}")
        self._break()

    def write(self, block: Block) -> None:
        match block:
            case Heading(level=level, runs=runs):
                self._heading(level, runs)
            case Paragraph(runs=runs):
                self._runs(self.page.add_paragraph(), runs)
            case Quote(runs=runs):
                style = "Intense Quote" if self.rng.random() < 0.5 else "Quote"
                self._runs(self._styled(style), runs)
            case Items():
                self._items(block)
            case Grid():
                self._table(block)
            case Code(text=text):
                self.page.add_paragraph().add_run(text).font.name = "Courier New"
            case Picture():
                self._picture()
            case PageBreak():
                self._break()
            case Rule():
                self.page.add_paragraph("_" * 40 if self.rng.random() < 0.5 else "")

    def _heading(self, level: int, runs: Runs) -> None:
        look = self.look
        text = text_of(runs).replace("\n", " ")
        if level == 2 and look.numbered:
            self.sections += 1
            text = f"{self.sections}. {text}"
        if look.pictures and self.pictures and self.rng.random() < 0.3:
            self._picture()
        larger = max(0, 4 - level)
        match look.heads:
            case Heads.STYLED:
                title = level == 1 and self.sections == 0 and self.rng.random() < 0.4
                self._styled("Title" if title else f"Heading {min(level, 6)}").add_run(text)
            case Heads.BOLD:
                self._line(runs_of(text), size=look.size + larger, bold=True)
            case Heads.LARGE:
                self._line(runs_of(text), size=look.size + 3 * larger + 1, bold=False)
            case Heads.CAPITALS:
                self._line(runs_of(text.upper()), size=look.size, bold=True)

    def _line(self, runs: Runs, *, size: float, bold: bool) -> None:
        paragraph = self.page.add_paragraph()
        for run in runs:
            written = paragraph.add_run(run.text)
            written.bold = bold or None
            written.font.size = Pt(round(size * 2) / 2)
            written.font.color.rgb = RGBColor.from_string(self.look.accent)

    def _styled(self, name: str) -> WordParagraph:
        """An empty paragraph of that style; python-docx searches all styles for each name that it is given."""
        paragraph = self.page.add_paragraph()
        paragraph._p.style = self.styles[name]
        return paragraph

    def _runs(self, paragraph: WordParagraph, runs: Runs) -> None:
        for run in runs:
            written = paragraph.add_run(run.text)
            if run.bold:
                written.bold = True
            if run.italic:
                written.italic = True

    def _items(self, block: Items) -> None:
        for item in block.items:
            depth = min(item.depth, 2)
            if self.look.typed_lists:
                mark = self.look.bullet if item.mark == "-" else item.mark
                paragraph = self.page.add_paragraph(f"{mark}\t" if mark else "")
                paragraph.paragraph_format.left_indent = Pt(18 * (depth + 1))
            else:
                name = (
                    "List Bullet"
                    if item.mark == "-"
                    else "List Number"
                    if item.mark
                    else "List Continue"
                )
                paragraph = self._styled(f"{name} {depth + 1}" if depth else name)
            self._runs(paragraph, item.runs)

    def _table(self, grid: Grid) -> None:
        rows = grid.rows
        table = self.page.add_table(len(rows), len(rows[0]), style=self.table_style)
        for cell, text in zip(table._cells, (text for row in rows for text in row), strict=True):
            cell.paragraphs[0].text = text
        for cell in table.rows[0].cells:
            for run in cell.paragraphs[0].runs:
                run.bold = True
        self.page.add_paragraph()

    def _picture(self) -> None:
        self.pictures -= 1
        width = self.rng.uniform(0.3, 0.9) * (self.look.width - 2 * self.look.margin)
        self.page.add_picture(io.BytesIO(drawings.any_picture(self.rng)), width=Pt(width))

    def _break(self) -> None:
        self.page.add_paragraph().add_run().add_break(WD_BREAK.PAGE)


@cache
def _template() -> bytes:
    """python-docx's own template without the styles that are never used: each copy reads and writes all of it."""
    page = docx.Document()
    for style in list(page.styles):
        if not _KEPT.match(style.name or ""):
            style.delete()
    buffer = io.BytesIO()
    page.save(buffer)
    return buffer.getvalue()


@cache
def _styles() -> Mapping[str, str]:
    """Ids of the template's styles by name."""
    return {style.name: style.style_id for style in docx.Document().styles if style.name}


def _fill_foot(paragraph: WordParagraph, foot: str) -> None:
    for part in (
        foot.replace("{pages}", "\x00NUMPAGES\x00").replace("{page}", "\x00PAGE\x00").split("\x00")
    ):
        if part in {"PAGE", "NUMPAGES"}:
            field = OxmlElement("w:fldSimple")
            field.set(qn("w:instr"), part)
            run, text = OxmlElement("w:r"), OxmlElement("w:t")
            text.text = "1"
            run.append(text)
            field.append(run)
            paragraph._p.append(field)
        elif part:
            paragraph.add_run(part)


def _describe(page: WordDocument, look: Look) -> None:
    properties = page.core_properties
    properties.title = look.title or ""
    properties.author = properties.last_modified_by = look.author
    properties.comments = ""
    properties.created = properties.modified = datetime.combine(look.saved_on, time(10, 30))
