"""Blocks to workbooks (xlsxwriter) and to CSV: a sheet for each largest heading, a row for each line of a table."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from random import Random

import xlsxwriter

from tests.corpus.blocks import Block, Document, Grid, Heading, Items, block_text, text_of
from tests.corpus.render.cells import Value, columns_of
from tests.corpus.render.looks import Look

_FORBIDDEN = re.compile(r"[\[\]:*?/\\']")
_DATE_FORMATS = (
    "yyyy-mm-dd",
    "dd/mm/yyyy",
    "dd.mm.yyyy",
    "d mmm yyyy",
    "m/d/yy",
    "ddd d mmm",
    "mmm d, yyyy",
)
_FILLS = ("DDEBF7", "E2EFDA", "FFF2CC", "FCE4D6", "EDEDED", "D9D2E9", "C9DAF8", "F4CCCC")
_DELIMITERS, _SHARES = (",", ";", "\t"), (6, 4, 1)
_CHARSETS = ("utf-8", "utf-8-sig", "cp1252", "utf-16")


@dataclass(frozen=True, slots=True)
class _Sheet:
    """A name and rows, of which the tables' have more than one cell."""

    name: str
    blocks: tuple[Block, ...]


def render_workbook(document: Document, look: Look, rng: Random) -> bytes:
    """An .xlsx file; in about half of them what is a date or a number is one for Excel too."""
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    properties = {"created": datetime.combine(look.saved_on, time(9)), "author": look.author}
    book.set_properties(properties | ({"title": look.title} if look.title else {}))
    writer = _Writer(book, look, rng)
    names: set[str] = set()
    for number, sheet in enumerate(_sheets(document.blocks), start=1):
        name = _sheet_name(sheet.name, number, names)
        names.add(name.lower())
        writer.write(name, sheet.blocks)
    book.close()
    return buffer.getvalue()


def render_csv(document: Document, rng: Random) -> bytes:
    """All sheets one under the other; the charset is one in which nothing is lost."""
    target = io.StringIO(newline="")
    delimiter = rng.choices(_DELIMITERS, _SHARES)[0]
    quoted = rng.random() < 0.2
    end = rng.choice(("\r\n", "\n"))
    writer = csv.writer(
        target,
        delimiter=delimiter,
        quoting=csv.QUOTE_ALL if quoted else csv.QUOTE_MINIMAL,
        lineterminator=end,
    )
    sheets = list(_sheets(document.blocks))
    for sheet in sheets:
        if len(sheets) > 1:
            writer.writerow([sheet.name])
        for block in sheet.blocks:
            writer.writerows(_rows(block))
    charset = rng.choices(_CHARSETS, (5, 3, 3, 0.4))[0]
    try:
        return target.getvalue().encode(charset)
    except UnicodeEncodeError:
        return target.getvalue().encode("utf-8")


class _Writer:
    """Writes sheets of one book, all in one manner."""

    def __init__(self, book: xlsxwriter.Workbook, look: Look, rng: Random) -> None:
        self.book, self.look, self.rng = book, look, rng
        font = {
            "font_name": rng.choice(("Calibri", "Arial", "Aptos", "Segoe UI")),
            "font_size": rng.choice((10, 11)),
        }
        self.typed = rng.random() < 0.55
        self.merged = rng.random() < 0.35
        self.coloured = rng.random() < 0.35
        self.font = font
        self.plain = book.add_format({**font, "text_wrap": rng.random() < 0.4})
        self.bold = book.add_format({**font, "bold": True})
        head = (
            {"bg_color": f"#{look.accent}", "font_color": "#FFFFFF"} if rng.random() < 0.5 else {}
        )
        self.head = book.add_format({**font, "bold": True, **head})
        self.title = book.add_format({**font, "bold": True, "font_size": rng.choice((12, 14, 18))})
        self.date = book.add_format(
            {**font, "num_format": rng.choice(_DATE_FORMATS), "align": "left"}
        )
        self.fills = [
            book.add_format({**font, "bg_color": f"#{colour}"}) for colour in rng.sample(_FILLS, 4)
        ]
        self.first_row = rng.choice((0, 0, 0, 1, 2))
        self.first_column = rng.choice((0, 0, 0, 0, 1))

    def write(self, name: str, blocks: Sequence[Block]) -> None:
        sheet = self.book.add_worksheet(name)
        row, left = self.first_row, self.first_column
        widest = max((len(block.rows[0]) for block in blocks if isinstance(block, Grid)), default=1)
        for number, block in enumerate(blocks):
            if isinstance(block, Grid):
                row = self._table(sheet, row, block)
                continue
            for line in _rows(block):
                style = self.title if number == 0 else self.plain
                if self.merged and number == 0 and widest > 1:
                    sheet.merge_range(row, left, row, left + widest - 1, line[0], style)
                else:
                    sheet.write_string(row, left, line[0], style)
                row += 1
            row += self.rng.random() < 0.3
        sheet.set_column(left, left + widest, self.rng.choice((9, 14, 20, 28)))
        if self.rng.random() < 0.15:
            sheet.set_landscape()

    def _table(self, sheet: xlsxwriter.worksheet.Worksheet, row: int, grid: Grid) -> int:
        left = self.first_column
        sheet.write_row(row, left, grid.rows[0], self.head)
        columns = columns_of(grid.rows[1:]) if self.typed else None
        for number, texts in enumerate(grid.rows[1:]):
            row += 1
            fill = (
                self.fills[number // 2 % 4] if self.coloured and self.rng.random() < 0.6 else None
            )
            for column, text in enumerate(texts):
                value: Value = columns[column][number] if columns else text
                self._cell(sheet, row, left + column, value, fill)
        return row + 1 + (self.rng.random() < 0.5)

    def _cell(
        self,
        sheet: xlsxwriter.worksheet.Worksheet,
        row: int,
        column: int,
        value: Value,
        fill: object,
    ) -> None:
        match value:
            case "":
                if fill:
                    sheet.write_blank(row, column, None, fill)
            case str():
                sheet.write_string(row, column, value, fill or self.plain)
            case datetime():
                sheet.write_datetime(row, column, value, self.date)
            case int() | float():
                sheet.write_number(row, column, value, fill or self.plain)


def _sheets(blocks: Sequence[Block]) -> Iterator[_Sheet]:
    name, pile = "", list[Block]()
    for block in blocks:
        if isinstance(block, Heading) and block.level == 1:
            if pile:
                yield _Sheet(name, tuple(pile))
            name, pile = text_of(block.runs), []
        else:
            pile.append(block)
    if pile or name:
        yield _Sheet(name, tuple(pile))


def _sheet_name(name: str, number: int, taken: set[str]) -> str:
    """At most 31 characters, none of those that Excel refuses, once in a book."""
    short = _FORBIDDEN.sub(" ", name)[:31].strip() or f"Sheet{number}"
    return (
        short
        if short.lower() not in taken and short.lower() != "history"
        else f"{short[:27]} {number}"
    )


def _rows(block: Block) -> list[tuple[str, ...]]:
    if isinstance(block, Grid):
        return list(block.rows)
    if isinstance(block, Items):
        return [(f"{item.mark} {text_of(item.runs)}".strip(),) for item in block.items]
    return [(line,) for line in block_text(block).split("\n") if line]
