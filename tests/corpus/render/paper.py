"""Blocks to PDF, through reportlab: flowing pages, and slides as presentation programs export them."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from html import escape
from random import Random

from reportlab import platypus, rl_config
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfgen.canvas import Canvas

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
    Rows,
    Rule,
    Run,
    Runs,
    full_text,
    runs_of,
    text_of,
)
from tests.corpus.render import drawings
from tests.corpus.render.fonts import Face, face_for
from tests.corpus.render.looks import Heads, Look, heading_of
from tests.corpus.render.slides import Slide, cut

_PRODUCERS = (
    "Microsoft® Word 2016", "Microsoft® Word for Microsoft 365", "LibreOffice 7.4", "Acrobat Distiller 9.0",
    "Mac OS X 10.15.7 Quartz PDFContext", "Skia/PDF m120", "Canva", "Adobe InDesign 16.1", "",
)  # fmt: skip
_CELL_CHARACTERS = 12
rl_config.useA85 = 0  # half of the time would go into writing octets as letters
_SMALLEST, _LEAST_ROOM = 6.0, 40.0


def render(document: Document, look: Look, rng: Random) -> bytes:
    """Pages as a word processor prints them."""
    face = _face(document, look, rng)
    story = _Story(look, face, rng)
    pages = 1
    if "{pages}" in look.foot:
        pages = _build(document, look, face, _Story(look, face, chance_of(rng)), pages=1)[1]
        story = _Story(look, face, chance_of(rng))
    octets, _ = _build(document, look, face, story, pages=pages)
    return _dated(octets, look)


def chance_of(rng: Random) -> Random:
    """The same lots for a second reading, drawn from where the first one stands."""
    again = type(rng)()
    again.setstate(rng.getstate())
    return again


def render_slides(document: Document, look: Look, rng: Random) -> bytes:
    """One page a slide."""
    face = _face(document, look, rng)
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=(look.width, look.height), invariant=1)
    _describe(canvas, look, rng)
    painter = _Painter(canvas, look, face, rng)
    slides = cut(document.blocks)
    for number, slide in enumerate(slides, start=1):
        painter.paint(slide, number, len(slides))
    canvas.save()
    return _dated(buffer.getvalue(), look)


def _face(document: Document, look: Look, rng: Random) -> Face:
    text = f"{full_text(document.blocks)}{look.bullet}{look.head}{look.foot}"
    return face_for(text, look.letters, document.labels.language, embedded=rng.random() < 0.25)


def _build(
    document: Document, look: Look, face: Face, story: _Story, *, pages: int
) -> tuple[bytes, int]:
    buffer = io.BytesIO()

    def furnish(canvas: Canvas, _template: object) -> None:
        number = canvas.getPageNumber()
        canvas.setFont(face.plain, 8)
        canvas.drawString(look.margin, look.height - 28, face.fit(look.head))
        if look.foot:
            text = look.foot.replace("{pages}", str(pages)).replace("{page}", str(number))
            canvas.drawCentredString(look.width / 2, 24, face.fit(text))

    template = platypus.BaseDocTemplate(
        buffer,
        pagesize=(look.width, look.height),
        invariant=1,
        title=look.title,
        author=look.author or None,
        creator=story.producer or None,
    )
    template.addPageTemplates(platypus.PageTemplate(frames=_frames(look), onPage=furnish))
    template.build(list(story.of(document)))
    return buffer.getvalue(), template.page


def _frames(look: Look) -> list[platypus.Frame]:
    width = look.width - 2 * look.margin
    height = look.height - 2 * max(look.margin, 44)
    each = width / look.columns
    return [
        platypus.Frame(look.margin + number * each, max(look.margin, 44), each - 8 * (look.columns - 1), height, 0, 0, 0, 0)
        for number in range(look.columns)
    ]  # fmt: skip


class _Story:
    """What flows onto the pages, in one look."""

    def __init__(self, look: Look, face: Face, rng: Random) -> None:
        self.look, self.face, self.rng = look, face, rng
        self.width = (look.width - 2 * look.margin) / look.columns - 8 * (look.columns - 1)
        self.producer = rng.choice(_PRODUCERS)
        self.sections, self.pictures = 0, look.pictures
        self.gap = rng.choice((3, 6, 8, 10))
        self.centred = rng.random() < 0.2
        self.body = self._style(look.size)

    def of(self, document: Document) -> Iterator[platypus.Flowable]:
        title = heading_of(document)
        if self.look.logo:
            yield self._drawing(90)
        if self.look.cover and title:
            yield platypus.Spacer(1, self.look.height * self.rng.uniform(0.1, 0.4))
            yield self._paragraph(runs_of(title), self._style(30, bold=True))
            if self.rng.random() < 0.5:
                yield self._paragraph(runs_of(f"{self.look.saved_on:%d.%m.%Y}"), self.body)
            yield platypus.PageBreak()
        for block in document.blocks:
            yield from self._flow(block)

    def _flow(self, block: Block) -> Iterator[platypus.Flowable]:
        match block:
            case Heading(level=level, runs=runs):
                yield from self._heading(level, runs)
            case Paragraph(runs=runs):
                yield self._paragraph(runs, self.body)
            case Quote(runs=runs):
                slanted = tuple(Run(run.text, run.bold, italic=True) for run in runs)
                yield self._paragraph(slanted, self._style(self.look.size, indent=24))
            case Items():
                yield from self._items(block)
            case Grid(rows=rows):
                yield self.table(rows, self.look.size * 0.9, self.width)
                yield platypus.Spacer(1, self.gap)
            case Code(text=text):
                style = self._style(self.look.size * 0.85)
                yield platypus.Preformatted(self.face.fit(text), style, maxLineLength=90)
            case Picture():
                yield self._drawing(self.width * self.rng.uniform(0.3, 0.9))
            case PageBreak():
                yield platypus.PageBreak()
            case Rule():
                yield platypus.HRFlowable(width="100%", spaceAfter=self.gap)

    def _heading(self, level: int, runs: Runs) -> Iterator[platypus.Flowable]:
        text = text_of(runs)
        if level == 2 and self.look.numbered:
            self.sections += 1
            text = f"{self.sections}. {text}"
        if self.pictures and self.rng.random() < 0.3:
            self.pictures -= 1
            yield self._drawing(self.width * self.rng.uniform(0.3, 0.9))
        larger = max(0, 4 - level)
        size, bold = self.look.size + 3.5 * larger, True
        match self.look.heads:
            case Heads.BOLD:
                size = self.look.size + (larger > 2)
            case Heads.LARGE:
                bold = False
            case Heads.CAPITALS:
                size, text = self.look.size, text.upper()
            case Heads.STYLED:
                pass
        yield self._paragraph(
            runs_of(text), self._style(size, bold=bold, centred=self.centred and level == 1)
        )

    def _items(self, block: Items) -> Iterator[platypus.Flowable]:
        for item in block.items:
            mark = self.look.bullet if item.mark == "-" else item.mark
            style = self._style(self.look.size, indent=16 * (item.depth + 1), gap=2)
            yield self._paragraph((Run(f"{mark} " if mark else ""), *item.runs), style)

    def table(self, rows: Rows, size: float, width: float) -> platypus.Table:
        """All of it as wide as there is room, columns by how much stands in them."""
        size = max(5.0, size - max(0, len(rows[0]) - 5) * 0.4)
        plain, bold = self._style(size, gap=0), self._style(size, gap=0, bold=True)
        longest = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
        shares = [min(max(length, 4), 40) for length in longest]
        cells = [
            [self._cell(cell, plain if number else bold) for cell in row]
            for number, row in enumerate(rows)
        ]
        table = platypus.Table(
            cells, colWidths=[width * share / sum(shares) for share in shares], repeatRows=1
        )
        lines = [("GRID", (0, 0), (-1, -1), 0.5, "#888888")] if self.look.lined_tables else []
        table.setStyle(
            [
                ("FONT", (0, 0), (-1, -1), self.face.plain, size),
                ("VALIGN", (0, 0), (-1, -1), "TOP"),
                *lines,
            ]
        )
        return table

    def _cell(self, text: str, style: ParagraphStyle) -> object:
        """Text as it is where it is short: a Paragraph for every cell takes ten times as long."""
        text = self.face.fit(text)
        return text if len(text) <= _CELL_CHARACTERS else platypus.Paragraph(escape(text), style)

    def _paragraph(self, runs: Runs, style: ParagraphStyle) -> platypus.Paragraph:
        return platypus.Paragraph("".join(map(self._marked, runs)), style)

    def _marked(self, run: Run) -> str:
        text = escape(self.face.fit(run.text)).replace("\n", "<br/>")
        text = f"<b>{text}</b>" if run.bold else text
        return f"<i>{text}</i>" if run.italic else text

    def _style(
        self,
        size: float,
        *,
        bold: bool = False,
        indent: float = 0,
        gap: float | None = None,
        centred: bool = False,
    ) -> ParagraphStyle:
        return ParagraphStyle(
            "",
            fontName=self.face.bold if bold else self.face.plain,
            fontSize=size,
            leading=size * self.look.spacing,
            leftIndent=indent,
            spaceAfter=self.gap if gap is None else gap,
            alignment=1 if centred else 0,
            textColor=f"#{self.look.accent}" if bold else "#000000",
            wordWrap="CJK" if self.face.plain == self.face.bold else None,
        )

    def _drawing(self, width: float) -> platypus.Image:
        return platypus.Image(io.BytesIO(drawings.any_picture(self.rng)), width, width * 0.6)


class _Painter:
    """Paints slides on pages, all in one manner."""

    def __init__(self, canvas: Canvas, look: Look, face: Face, rng: Random) -> None:
        self.canvas, self.look, self.face, self.rng = canvas, look, face, rng
        self.dark = rng.random() < 0.25
        self.bar = rng.random() < 0.4
        self.lanes = rng.random() < 0.4
        self.centred = rng.random() < 0.2
        self.numbers = rng.random() < 0.5
        self.edge = look.width * rng.choice((0.05, 0.07, 0.1))
        self.title_size = look.height * rng.choice((0.05, 0.06, 0.075))
        self.story = _Story(look, face, rng)

    def paint(self, slide: Slide, number: int, count: int) -> None:
        look, canvas = self.look, self.canvas
        self._ground(first=number == 1)
        ink = "#FFFFFF" if self.dark or (number == 1 and look.cover) else "#222222"
        canvas.setFillColor(ink)
        top = look.height * (0.55 if number == 1 and not slide.blocks else 0.9)
        top = self._title(text_of(slide.title), top)
        grids = [block for block in slide.blocks if isinstance(block, Grid)]
        others = [block for block in slide.blocks if not isinstance(block, Grid)]
        bottom = look.height * 0.08
        share = (top - bottom) / (1 + len(grids)) if others else 0.0
        self._body(others, top, top - share if grids else bottom, ink)
        top -= share
        for grid in grids:
            room = (top - bottom) / len(grids) if len(grids) > 1 else top - bottom
            self._grid(grid.rows, top, room, ink)
            top -= room
        self._furniture(number, count, ink)
        canvas.showPage()

    def _ground(self, *, first: bool) -> None:
        look, canvas = self.look, self.canvas
        if self.dark or (first and look.cover):
            canvas.setFillColor(f"#{look.accent}")
            canvas.rect(0, 0, look.width, look.height, stroke=0, fill=1)
        elif self.bar:
            canvas.setFillColor(f"#{look.accent}")
            canvas.rect(0, look.height - 14, look.width, 14, stroke=0, fill=1)
        if self.rng.random() < look.pictures / 5 or (first and look.logo):
            picture = platypus.Image(
                io.BytesIO(drawings.any_picture(self.rng)), look.width * 0.2, look.width * 0.13
            )
            picture.drawOn(canvas, look.width * 0.74, look.height * self.rng.choice((0.1, 0.7)))

    def _title(self, title: str, top: float) -> float:
        if not title:
            return top
        style = ParagraphStyle(
            "", fontName=self.face.bold, fontSize=self.title_size, leading=self.title_size * 1.15,
            textColor="#FFFFFF" if self.dark else f"#{self.look.accent}", alignment=1 if self.centred else 0,
        )  # fmt: skip
        if self.canvas.getPageNumber() == 1 and self.look.cover:
            style.textColor = "#FFFFFF"
        return (
            self._place(platypus.Paragraph(escape(self.face.fit(title)), style), top)
            - self.title_size * 0.5
        )

    def _body(self, blocks: Sequence[Block], top: float, bottom: float, ink: str) -> None:
        lines = [line for block in blocks for line in _slide_lines(block, self.look.bullet)]
        size = self.look.height * 0.045
        while True:
            paragraphs = [self._line(depth, runs, size, ink) for depth, runs in lines]
            wanted = sum(
                paragraph.wrap(self._room, 10_000)[1] + size * 0.35 for paragraph in paragraphs
            )
            if wanted <= top - bottom or size <= _SMALLEST:
                break
            size *= 0.85
        for paragraph in paragraphs:
            top = self._place(paragraph, top) - size * 0.35

    def _line(self, depth: int, runs: Runs, size: float, ink: str) -> platypus.Paragraph:
        style = ParagraphStyle(
            "", fontName=self.face.plain, fontSize=size, leading=size * 1.2, leftIndent=depth * size * 1.2, textColor=ink,
            wordWrap="CJK" if self.face.plain == self.face.bold else None,
        )  # fmt: skip
        return platypus.Paragraph("".join(map(self.story._marked, runs)), style)

    def _grid(self, rows: Rows, top: float, room: float, ink: str) -> None:
        if self.lanes and len(rows) * len(rows[0]) <= 60:
            self._boxes(rows, top, room)
            return
        size = max(_SMALLEST, min(16.0, room / len(rows) * 0.5))
        while True:
            table = self.story.table(rows, size, self._room)
            table.setStyle([("TEXTCOLOR", (0, 0), (-1, -1), ink)])
            height = table.wrap(self._room, 10_000)[1]
            if height <= room or size <= _SMALLEST:
                break
            size *= 0.85
        table.drawOn(self.canvas, self.edge, top - height)

    def _boxes(self, rows: Rows, top: float, room: float) -> None:
        """Swim lanes: a coloured box for each cell that holds something."""
        wide, tall = self._room / len(rows[0]), max(room, _LEAST_ROOM) / len(rows)
        size = max(_SMALLEST, min(13.0, tall * 0.22))
        for y, row in enumerate(rows):
            for x, text in enumerate(row):
                if not text:
                    continue
                left, base = self.edge + x * wide, top - (y + 1) * tall
                self.canvas.setFillColor(f"#{self.look.accent}" if not x or not y else "#DDE6EE")
                self.canvas.roundRect(left, base + 2, wide * 0.95, tall - 4, 4, stroke=0, fill=1)
                style = ParagraphStyle(
                    "", fontName=self.face.plain, fontSize=size, leading=size * 1.15,
                    textColor="#FFFFFF" if not x or not y else "#222222",
                )  # fmt: skip
                paragraph = platypus.Paragraph(escape(self.face.fit(text)), style)
                height = paragraph.wrap(wide * 0.9, 10_000)[1]
                paragraph.drawOn(self.canvas, left + wide * 0.03, base + tall - 4 - height)

    def _furniture(self, number: int, count: int, ink: str) -> None:
        canvas, look = self.canvas, self.look
        canvas.setFillColor(ink)
        canvas.setFont(self.face.plain, 9)
        if look.head:
            canvas.drawString(self.edge, 14, self.face.fit(look.head))
        if self.numbers:
            text = look.foot.replace("{pages}", str(count)).replace("{page}", str(number))
            canvas.drawRightString(look.width - 20, 14, self.face.fit(text or str(number)))

    @property
    def _room(self) -> float:
        return self.look.width - 2 * self.edge

    def _place(self, paragraph: platypus.Paragraph, top: float) -> float:
        height: float = paragraph.wrap(self._room, 10_000)[1]
        paragraph.drawOn(self.canvas, self.edge, top - height)
        return top - height


def _slide_lines(block: Block, bullet: str) -> Iterator[tuple[int, Runs]]:
    match block:
        case Heading(runs=runs):
            yield 0, tuple(Run(run.text, bold=True) for run in runs)
        case Paragraph(runs=runs) | Quote(runs=runs):
            yield 0, runs
        case Items(items=items):
            for item in items:
                mark = bullet if item.mark == "-" else item.mark
                yield item.depth, (Run(f"{mark} " if mark else ""), *item.runs)
        case Code(text=text):
            for line in text.split("\n"):
                yield 0, runs_of(line)
        case Grid() | Picture() | Rule() | PageBreak():
            pass


def _describe(canvas: Canvas, look: Look, rng: Random) -> None:
    if look.title:
        canvas.setTitle(look.title)
    canvas.setAuthor(look.author)
    canvas.setCreator(rng.choice(_PRODUCERS))


def _dated(octets: bytes, look: Look) -> bytes:
    """The same file as saved on that day: in place of the one date that `invariant` writes, and just as long."""
    return octets.replace(b"D:20000101000000", f"D:{look.saved_on:%Y%m%d}093000".encode())
