"""Markdown to blocks, through markdown-it-py, and blocks back to Markdown."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode

from tests.corpus.blocks import (
    Block,
    Code,
    Grid,
    Heading,
    Item,
    Items,
    PageBreak,
    Paragraph,
    Picture,
    Quote,
    Rule,
    Run,
    Runs,
    text_of,
)

_NEW_PAGE = re.compile(r"^[ \t]*\\(?:newpage|pagebreak)[ \t]*$", re.MULTILINE)
_PAGE_BREAK = "\N{SYMBOL FOR FORM FEED}"
_SOFT, _SHORT_LINE = "\r", 64
_LINE_BREAK = re.compile(r"<br\s*/?>", re.IGNORECASE)
_PARSER = MarkdownIt("commonmark", {"html": False}).enable("table")


def parse(text: str) -> tuple[Block, ...]:
    """The blocks of a Markdown text; a line with `\\newpage` alone is a page break."""
    marked = _NEW_PAGE.sub(f"\n\n{_PAGE_BREAK}\n\n", text)
    return tuple(_blocks(SyntaxTreeNode(_PARSER.parse(marked))))


def write(blocks: Sequence[Block]) -> str:
    """Markdown that parses to the same blocks."""
    return "\n\n".join(filter(None, map(_written, blocks))) + "\n"


# ---------------------------------------------------------------- reading


def _blocks(parent: SyntaxTreeNode) -> Iterator[Block]:
    for node in parent.children:
        match node.type:
            case "heading":
                yield Heading(int(node.tag[1]), _inline(node))
            case "paragraph":
                yield from _paragraph(node)
            case "bullet_list" | "ordered_list":
                yield Items(tuple(_items(node, depth=0)))
            case "table":
                yield Grid(tuple(_rows(node)))
            case "blockquote":
                yield from map(_quoted, _blocks(node))
            case "fence" | "code_block":
                yield Code(node.content.rstrip("\n"))
            case "hr":
                yield Rule()
            case _:
                pass


def _paragraph(node: SyntaxTreeNode) -> Iterator[Block]:
    runs = _inline(node)
    text = text_of(runs).strip()
    if text == _PAGE_BREAK:
        yield PageBreak()
    elif not text:
        yield Picture()
    elif all(line.startswith("|") for line in text.split("\n")) and "\n" in text:
        yield _even([_cells(line) for line in text.split("\n")])  # a table without its rule
    else:
        yield Paragraph(runs)


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip().strip("|").split("|")]


def _even(rows: list[list[str]]) -> Grid:
    width = max(map(len, rows))
    return Grid(tuple((*row, *[""] * (width - len(row))) for row in rows))


def _quoted(block: Block) -> Block:
    return Quote(block.runs) if isinstance(block, Paragraph) else block


def _items(node: SyntaxTreeNode, *, depth: int) -> Iterator[Item]:
    first = int(node.attrs.get("start", 1)) if node.type == "ordered_list" else None
    for number, entry in enumerate(node.children):
        mark = "-" if first is None else f"{first + number}."
        for child in entry.children:
            if child.type in {"bullet_list", "ordered_list"}:
                yield from _items(child, depth=depth + 1)
                continue
            for block in _blocks_of(child):
                yield Item(depth, mark, block)
                mark = ""


def _blocks_of(node: SyntaxTreeNode) -> Iterator[Runs]:
    if node.type in {"paragraph", "heading"}:
        yield _inline(node)
    elif node.type in {"fence", "code_block"}:
        yield (Run(node.content.rstrip("\n")),)
    elif node.type == "table":
        for row in _rows(node):
            yield (Run("  ".join(row)),)
    else:
        for child in node.children:
            yield from _blocks_of(child)


def _rows(table: SyntaxTreeNode) -> Iterator[tuple[str, ...]]:
    for part in table.children:
        for row in part.children:
            yield tuple(
                _LINE_BREAK.sub("\n", text_of(_inline(cell))).strip() for cell in row.children
            )


def _inline(node: SyntaxTreeNode) -> Runs:
    """Line ends stay where they are short lines, as in addresses, and are blanks in flowing text."""
    runs = [run for child in node.children for run in _runs(child, bold=False, italic=False)]
    lines = text_of(runs).split(_SOFT)
    kept = len(lines) > 1 and all(len(line) < _SHORT_LINE for line in lines)
    end = "\n" if kept else " "
    return tuple(Run(run.text.replace(_SOFT, end), run.bold, run.italic) for run in runs)


def _runs(node: SyntaxTreeNode, *, bold: bool, italic: bool) -> Iterator[Run]:
    match node.type:
        case "text" | "code_inline":
            yield Run(node.content, bold, italic)
        case "softbreak":
            yield Run(_SOFT, bold, italic)
        case "hardbreak":
            yield Run("\n", bold, italic)
        case "image":
            pass
        case _:
            for child in node.children:
                yield from _runs(
                    child, bold=bold or node.type == "strong", italic=italic or node.type == "em"
                )


# ---------------------------------------------------------------- writing


def _written(block: Block) -> str:
    match block:
        case Heading(level=level, runs=runs):
            return f"{'#' * level} {marked(runs)}"
        case Paragraph(runs=runs):
            return marked(runs)
        case Quote(runs=runs):
            return "\n".join(f"> {line}" for line in marked(runs).split("\n"))
        case Items(items=items):
            return "\n".join(
                f"{'   ' * item.depth}{item.mark or ' '} {marked(item.runs)}" for item in items
            )
        case Grid(rows=rows):
            return _table(rows)
        case Code(text=text):
            return f"```\n{text}\n```"
        case Picture():
            return "![](picture.png)"
        case Rule():
            return "---"
        case PageBreak():
            return ""


def marked(runs: Runs) -> str:
    """Runs as inline Markdown."""
    return "".join(map(_marked_run, runs))


def _marked_run(run: Run) -> str:
    mark = "**" * run.bold + "*" * run.italic
    text = run.text.strip()
    return run.text.replace(text, f"{mark}{text}{mark[::-1]}") if mark and text else run.text


def _table(rows: Sequence[Sequence[str]]) -> str:
    lines = [
        "| " + " | ".join(cell.replace("\n", "<br>").replace("|", "/") for cell in row) + " |"
        for row in rows
    ]
    return "\n".join([lines[0], "|" + "---|" * len(rows[0]), *lines[1:]])
