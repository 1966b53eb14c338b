"""Blocks to OpenDocument text and slides (ISO/IEC 26300) and to RTF, written by hand."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from random import Random

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
    Runs,
    text_of,
)
from tests.corpus.render import drawings
from tests.corpus.render.looks import Heads, Look
from tests.corpus.render.package import packed
from tests.corpus.render.slides import Slide, cut

_URN = "urn:oasis:names:tc:opendocument:xmlns"
_SPACES = " ".join(
    f'xmlns:{prefix}="{uri}"'
    for prefix, uri in {
        "office": f"{_URN}:office:1.0",
        "text": f"{_URN}:text:1.0",
        "table": f"{_URN}:table:1.0",
        "draw": f"{_URN}:drawing:1.0",
        "style": f"{_URN}:style:1.0",
        "presentation": f"{_URN}:presentation:1.0",
        "meta": f"{_URN}:meta:1.0",
        "fo": f"{_URN}:xsl-fo-compatible:1.0",
        "svg": f"{_URN}:svg-compatible:1.0",
        "xlink": "http://www.w3.org/1999/xlink",
        "dc": "http://purl.org/dc/elements/1.1/",
    }.items()
)
_TEXT = "application/vnd.oasis.opendocument.text"
_SLIDES = "application/vnd.oasis.opendocument.presentation"
_HEAD = '<?xml version="1.0" encoding="UTF-8"?>'


def render_text(document: Document, look: Look, rng: Random) -> bytes:
    """An .odt file."""
    body = "".join(_text(block, look) for block in document.blocks)
    return _package(f"<office:text>{body}</office:text>", _TEXT, look, rng)


def render_slides(document: Document, look: Look, rng: Random) -> bytes:
    """An .odp file."""
    boxes = rng.random() < 0.3
    pages = "".join(
        f'<draw:page draw:name="page{number}">{_slide(slide, look, boxes=boxes)}</draw:page>'
        for number, slide in enumerate(cut(document.blocks), start=1)
    )
    return _package(f"<office:presentation>{pages}</office:presentation>", _SLIDES, look, rng)


def _package(body: str, media_type: str, look: Look, rng: Random) -> bytes:
    title = f"<dc:title>{escape(look.title)}</dc:title>" if look.title else ""
    picture = drawings.any_picture(rng)
    return packed(
        {
            "mimetype": media_type,
            "content.xml": f'{_HEAD}<office:document-content {_SPACES} office:version="1.2"><office:body>{body}'
            "</office:body></office:document-content>",
            "styles.xml": f'{_HEAD}<office:document-styles {_SPACES} office:version="1.2"><office:automatic-styles>'
            f'<style:page-layout style:name="p"><style:page-layout-properties fo:page-width="{look.width}pt" '
            f'fo:page-height="{look.height}pt"/></style:page-layout></office:automatic-styles></office:document-styles>',
            "meta.xml": f'{_HEAD}<office:document-meta {_SPACES} office:version="1.2"><office:meta>{title}'
            f"<dc:date>{look.saved_on.isoformat()}T10:00:00</dc:date></office:meta></office:document-meta>",
            "Pictures/1": picture,
            "META-INF/manifest.xml": f'{_HEAD}<manifest:manifest xmlns:manifest="{_URN}:manifest:1.0">'
            f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{media_type}"/>'
            '<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/>'
            "</manifest:manifest>",
        }
    )


def _text(block: Block, look: Look) -> str:
    match block:
        case Heading(level=level, runs=runs):
            if look.heads is Heads.STYLED:
                return f'<text:h text:outline-level="{level}">{_inline(runs)}</text:h>'
            text = _inline(runs)
            return _line(text.upper() if look.heads is Heads.CAPITALS else text)
        case Paragraph(runs=runs) | Quote(runs=runs):
            return _line(_inline(runs))
        case Items(items=items):
            return "".join(_item(item.mark, item.runs, look) for item in items)
        case Grid(rows=rows):
            return _table(rows)
        case Code(text=text):
            return "".join(_line(escape(line)) for line in text.split("\n"))
        case Picture():
            return _line('<draw:frame><draw:image xlink:href="Pictures/1"/></draw:frame>')
        case Rule() | PageBreak():
            return "<text:p/>"


def _item(mark: str, runs: Runs, look: Look) -> str:
    if look.typed_lists or mark != "-":
        shown = look.bullet if mark == "-" else mark
        return _line(f"{escape(shown)} {_inline(runs)}")
    return f"<text:list><text:list-item>{_line(_inline(runs))}</text:list-item></text:list>"


def _slide(slide: Slide, look: Look, *, boxes: bool) -> str:
    named = "" if boxes else ' presentation:class="title"'
    title = _frame(_line(_inline(slide.title)), named) if slide.title else ""
    texts = "".join(
        _text(block, look) for block in slide.blocks if not isinstance(block, Grid | Picture | Rule)
    )
    body = _frame(texts, "" if boxes else ' presentation:class="outline"') if texts else ""
    tables = "".join(
        f"<draw:frame>{_table(block.rows)}</draw:frame>"
        for block in slide.blocks
        if isinstance(block, Grid)
    )
    pictures = "".join(
        '<draw:frame><draw:image xlink:href="Pictures/1"/></draw:frame>'
        for block in slide.blocks if isinstance(block, Picture)
    )  # fmt: skip
    return title + body + tables + pictures


def _frame(content: str, attributes: str) -> str:
    return f"<draw:frame{attributes}><draw:text-box>{content}</draw:text-box></draw:frame>"


def _table(rows: Rows) -> str:
    lines = "".join(
        "<table:table-row>"
        + "".join(f"<table:table-cell>{_line(escape(cell))}</table:table-cell>" for cell in row)
        + "</table:table-row>"
        for row in rows
    )
    return f"<table:table>{lines}</table:table>"


def _line(content: str) -> str:
    return f"<text:p>{content}</text:p>"


def _inline(runs: Runs) -> str:
    return escape(text_of(runs), quote=False).replace("\n", "<text:line-break/>")


# ---------------------------------------------------------------- RTF


def render_rich_text(document: Document, look: Look, rng: Random) -> bytes:
    """An .rtf file."""
    width, height = round(look.width * 20), round(look.height * 20)
    title = (
        rf"{{\info{{\title {_escaped(look.title)}}}}}" if look.title and rng.random() < 0.7 else ""
    )
    font = rng.choice(("Calibri", "Times New Roman", "Arial", "Helvetica"))
    body = "\n".join(line for block in document.blocks for line in _rich(block, look))
    return (
        rf"{{\rtf1\ansi\ansicpg1252\deff0{{\fonttbl{{\f0 {font};}}}}{title}\paperw{width}\paperh{height}"
        rf"\fs{round(look.size * 2)}" + f"\n{body}\n}}"
    ).encode("ascii")


def _rich(block: Block, look: Look) -> Iterator[str]:
    match block:
        case Heading(level=level, runs=runs):
            size = round(look.size * 2) + 4 * max(0, 4 - level)
            yield rf"\pard\sb200{{\b\fs{size} {_escaped(text_of(runs))}}}\par"
        case Paragraph(runs=runs) | Quote(runs=runs):
            yield rf"\pard {_rich_runs(runs)}\par"
        case Items(items=items):
            for item in items:
                mark = look.bullet if item.mark == "-" else item.mark
                yield rf"\pard\li{360 * (item.depth + 1)} {_escaped(mark)}\tab {_rich_runs(item.runs)}\par"
        case Grid(rows=rows):
            yield from map(_rich_row, rows)
            yield r"\pard"
        case Code(text=text):
            for line in text.split("\n"):
                yield rf"\pard {_escaped(line)}\par"
        case PageBreak():
            yield r"\page"
        case Picture() | Rule():
            yield r"\pard\par"


def _rich_runs(runs: Runs) -> str:
    return "".join(
        rf"{{\b {_escaped(run.text)}}}" if run.bold else _escaped(run.text) for run in runs
    )


def _rich_row(row: tuple[str, ...]) -> str:
    ends = "".join(rf"\cellx{9000 * (number + 1) // len(row)}" for number in range(len(row)))
    return rf"\trowd{ends}" + "".join(rf"\intbl {_escaped(cell)}\cell " for cell in row) + r"\row"


def _escaped(text: str) -> str:
    return "".join(map(_escaped_mark, text))


def _escaped_mark(mark: str) -> str:
    if mark in "\\{}":
        return f"\\{mark}"
    if mark == "\n":
        return r"\line "
    if mark.isascii():
        return mark
    units = mark.encode("utf-16-le")
    codes = (
        int.from_bytes(units[at : at + 2], "little", signed=True) for at in range(0, len(units), 2)
    )
    return "".join(rf"\u{code}?" for code in codes)
