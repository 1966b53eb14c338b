"""Blocks to PowerPoint, through python-pptx: placeholders or loose text boxes, tables or coloured boxes in lanes."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from functools import cache
from random import Random

import pptx
from pptx.enum.dml import MSO_THEME_COLOR
from pptx.enum.shapes import MSO_SHAPE
from pptx.presentation import Presentation
from pptx.slide import Slide as PowerPointSlide
from pptx.text.text import TextFrame
from pptx.util import Pt

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
from tests.corpus.render.looks import Look
from tests.corpus.render.package import settled
from tests.corpus.render.slides import Slide, cut

_LAYOUTS = (0, 1, 5, 6)
_COLOURS = (
    MSO_THEME_COLOR.ACCENT_1,
    MSO_THEME_COLOR.ACCENT_3,
    MSO_THEME_COLOR.DARK_2,
    MSO_THEME_COLOR.LIGHT_2,
)
_TITLE_LAYOUT, _BODY_LAYOUT, _TITLE_ONLY, _BLANK = range(4)


@dataclass(frozen=True, slots=True)
class _Line:
    """A line of a slide's body."""

    runs: Runs
    depth: int
    bold: bool = False
    bullet: bool = False


def render(document: Document, look: Look, rng: Random) -> bytes:
    """A .pptx file."""
    show = pptx.Presentation(io.BytesIO(_template()))
    show.slide_width, show.slide_height = Pt(look.width), Pt(look.height)
    writer = _Writer(show, look, rng)
    for number, slide in enumerate(cut(document.blocks), start=1):
        writer.add(slide, number)
    properties = show.core_properties
    properties.title, properties.author = look.title or "", look.author
    properties.last_modified_by = look.author
    properties.created = properties.modified = datetime.combine(look.saved_on, time(8, 15))
    buffer = io.BytesIO()
    show.save(buffer)
    return settled(buffer.getvalue())


class _Writer:
    """Puts slides into a presentation, all in one manner."""

    def __init__(self, show: Presentation, look: Look, rng: Random) -> None:
        self.show, self.look, self.rng = show, look, rng
        self.boxes = rng.random() < 0.35
        """Everything in loose text boxes, as exports and copied slides have it."""
        self.lanes = rng.random() < 0.4
        self.coloured = rng.random() < 0.3
        self.numbers = rng.random() < 0.4

    def add(self, slide: Slide, number: int) -> None:
        first = number == 1
        title = text_of(slide.title).replace("\n", " ")
        lines = [line for block in slide.blocks for line in _lines(block)]
        made = self.show.slides.add_slide(self.show.slide_layouts[self._layout(lines, first=first)])
        if self.coloured and (first or self.rng.random() < 0.2):
            made.background.fill.solid()
            made.background.fill.fore_color.theme_color = self.rng.choice(_COLOURS)
        self._title(made, title)
        self._body(made, lines)
        grids = [block for block in slide.blocks if isinstance(block, Grid)]
        for place, grid in enumerate(grids):
            self._grid(made, grid, place, len(grids))
        self._pictures(made, slide.blocks, first=first)
        self._foot(made, number)

    def _layout(self, lines: Sequence[_Line], *, first: bool) -> int:
        if self.boxes:
            return _BLANK
        if first and len(lines) < 6:
            return _TITLE_LAYOUT
        return _BODY_LAYOUT if lines else _TITLE_ONLY

    def _title(self, made: PowerPointSlide, title: str) -> None:
        if not title:
            return
        shape = made.shapes.title
        if shape is not None:
            shape.left, shape.top = self._x(0.06), self._y(0.05)
            shape.width, shape.height = self._x(0.88), self._y(0.16)
            shape.text_frame.text = title
            return
        frame = self._box(made, 0.06, 0.05, 0.88, 0.14)
        frame.text = title
        run = frame.paragraphs[0].runs[0]
        run.font.size, run.font.bold = Pt(self.rng.choice((24, 28, 32, 40))), True

    def _body(self, made: PowerPointSlide, lines: Sequence[_Line]) -> None:
        if not lines:
            return
        bodies = [shape for shape in made.placeholders if shape.placeholder_format.idx == 1]
        if bodies:
            bodies[0].left, bodies[0].top = self._x(0.06), self._y(0.24)
            bodies[0].width, bodies[0].height = self._x(0.88), self._y(0.66)
            self._fill(bodies[0].text_frame, lines)
            return
        piles = self._piles(lines)
        for number, pile in enumerate(piles):
            wide = 0.88 / len(piles)
            self._fill(self._box(made, 0.06 + number * wide, 0.24, wide, 0.62), pile)

    def _piles(self, lines: Sequence[_Line]) -> list[Sequence[_Line]]:
        """One box, or several side by side as on slides with columns."""
        count = self.rng.choice((1, 1, 2, 3)) if len(lines) > 5 else 1
        size = -(-len(lines) // count)
        return [lines[start : start + size] for start in range(0, len(lines), size)]

    def _fill(self, frame: TextFrame, lines: Sequence[_Line]) -> None:
        frame.word_wrap = True
        size = Pt(max(9, min(24, round(300 / (len(lines) + 6)))))
        frame.text = "\n" * (len(lines) - 1)
        for number, line in enumerate(lines):
            paragraph = frame.paragraphs[number]
            paragraph.level = min(line.depth, 4)
            if line.bullet and self.boxes:
                paragraph.add_run().text = f"{self.look.bullet} "
            for run in line.runs:
                written = paragraph.add_run()
                written.text = run.text.replace("\n", "\v")
                written.font.size = size
                written.font.bold = True if run.bold or line.bold else None

    def _grid(self, made: PowerPointSlide, grid: Grid, place: int, count: int) -> None:
        rows, columns = len(grid.rows), len(grid.rows[0])
        top, height = 0.24 + 0.7 * place / count, 0.7 / count
        if self.lanes and rows * columns <= 60:
            self._lanes(made, grid, top, height)
            return
        shape = made.shapes.add_table(
            rows, columns, self._x(0.05), self._y(top), self._x(0.9), self._y(height)
        )
        cells = (cell for row in shape.table.rows for cell in row.cells)
        size = Pt(max(7, min(16, round(160 / rows))))
        for cell, text in zip(cells, (text for row in grid.rows for text in row), strict=True):
            cell.text = text
            cell.text_frame.paragraphs[0].font.size = size

    def _lanes(self, made: PowerPointSlide, grid: Grid, top: float, height: float) -> None:
        wide, tall = 0.9 / len(grid.rows[0]), height / len(grid.rows)
        for y, row in enumerate(grid.rows):
            for x, text in enumerate(row):
                if not text:
                    continue
                shape = made.shapes.add_shape(
                    MSO_SHAPE.ROUNDED_RECTANGLE, self._x(0.05 + x * wide), self._y(top + y * tall),
                    self._x(wide * 0.95), self._y(tall * 0.85),
                )  # fmt: skip
                shape.text_frame.text = text
                shape.text_frame.paragraphs[0].font.size = Pt(10)

    def _pictures(self, made: PowerPointSlide, blocks: Sequence[Block], *, first: bool) -> None:
        count = sum(isinstance(block, Picture) for block in blocks)
        if self.look.pictures and self.rng.random() < self.look.pictures / 5:
            count += 1
        if first and self.look.logo:
            count += 1
        for _ in range(count):
            made.shapes.add_picture(
                io.BytesIO(drawings.any_picture(self.rng)),
                self._x(self.rng.uniform(0.5, 0.8)), self._y(self.rng.uniform(0.1, 0.6)),
                width=self._x(self.rng.uniform(0.1, 0.35)),
            )  # fmt: skip

    def _foot(self, made: PowerPointSlide, number: int) -> None:
        if self.numbers:
            self._box(made, 0.9, 0.92, 0.08, 0.06).text = str(number)
        if self.look.head:
            self._box(made, 0.06, 0.92, 0.5, 0.06).text = self.look.head

    def _box(
        self, made: PowerPointSlide, x: float, y: float, wide: float, tall: float
    ) -> TextFrame:
        shape = made.shapes.add_textbox(self._x(x), self._y(y), self._x(wide), self._y(tall))
        frame: TextFrame = shape.text_frame
        return frame

    def _x(self, share: float) -> Pt:
        return Pt(share * self.look.width)

    def _y(self, share: float) -> Pt:
        return Pt(share * self.look.height)


@cache
def _template() -> bytes:
    """python-pptx's own template without the layouts that are never used: each copy reads and writes all of it."""
    show = pptx.Presentation()
    for number, layout in reversed(list(enumerate(show.slide_layouts))):
        if number not in _LAYOUTS:
            show.slide_layouts.remove(layout)
    buffer = io.BytesIO()
    show.save(buffer)
    return buffer.getvalue()


def _lines(block: Block) -> Iterator[_Line]:
    match block:
        case Heading(runs=runs):
            yield _Line(runs, 0, bold=True)
        case Paragraph(runs=runs) | Quote(runs=runs):
            yield _Line(runs, 0)
        case Items(items=items):
            for item in items:
                yield _Line(item.runs, item.depth, bullet=item.mark == "-")
        case Code(text=text):
            for line in text.split("\n"):
                yield _Line(runs_of(line), 0)
        case Grid() | Picture() | Rule() | PageBreak():
            pass
