"""Sheets of Excel, OpenDocument and CSV: rows as lines, cells parted by tabs, one page a sheet.

Only cells that are typed as dates become dates; a date written as text is the classifier's business.
"""

from __future__ import annotations

import csv
import itertools
import re
import zipfile
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta
from io import BytesIO, StringIO

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from intake.extract import odf
from intake.extract.content import Findings, assemble, clean, stop
from intake.extract.limits import ExtractLimits
from intake.extract.package import Package, Part
from intake.extract.text import decode
from intake.model import Extract, Family, Page, Problem, Unusable

_ROWS = 20_000
_COLUMNS = 200
_CELLS = 8_000_000
_DIMENSION = re.compile(
    rb"<(?:\w+:)?dimension ref=\"(?:[A-Z]{1,3}\d{1,7}:)?([A-Z]{1,3})(\d{1,7})\""
)
_CELL = re.compile(rb"<(?:\w+:)?c r=\"([A-Z]{1,3})(\d{1,7})\"[^>]{0,200}(?<!/)><(?!/)")
_MERGED = re.compile(rb"<(?:\w+:)?mergeCells count=\"(\d{1,7})\"")
_EMPTY_CELL = re.compile(
    rb"<(?:\w+:)?c r=\"[A-Z]{1,3}\d{1,7}\" s=\"(\d{1,5})\"(?: t=\"n\")?\s?(?:/>|></)"
)
_FORMATS = re.compile(rb"<(?:\w{1,20}:)?cellXfs\b[^>]{0,200}>")
_FORMATS_END = re.compile(rb"</(?:\w{1,20}:)?cellXfs>")
_FILL = re.compile(rb"<(?:\w+:)?xf\b(?:[^>]{0,300}?fillId=\"(\d{1,5})\")?")
_HEAD, _TAIL = 2**17, 2**18
"""So much of a sheet is looked at for coloured cells, and for merged ones, which stand near the end."""
_BREAK = re.compile(r"[\n\t\v]")
_SEPARATORS = ",;\t|"
_SAMPLE_LINES = 20

Cell = int | float | str | bool | time | date | datetime | timedelta


def read_workbook(octets: bytes, *, limits: ExtractLimits) -> Extract | Unusable:
    """xlsx, xlsb, xls and ods. Hidden sheets are left out unless all are hidden."""
    package = Package(octets) if zipfile.is_zipfile(BytesIO(octets)) else None
    merged = filled = 0
    if package:
        odf.refuse_encrypted(package)
        coloured = _coloured_styles(package)
        for part in package.parts(".xml", ".bin", ".rels"):
            _refuse_vast(part)
            if "/worksheets/" in part.name:
                merged += sum(int(found[1]) for found in _MERGED.finditer(part.octets[-_TAIL:]))
                filled += _filled(part.octets, coloured)
    try:
        workbook = CalamineWorkbook.from_filelike(BytesIO(octets))
        names = _visible(workbook)
        sheets = list(_sheets(workbook, names[: limits.pages], limits.text_characters))
    except PasswordError as error:
        raise stop(Problem.LOCKED) from error
    except (CalamineError, ValueError, OSError) as error:
        raise stop(Problem.UNREADABLE, "broken workbook") from error
    findings = Findings(
        page_count=len(workbook.sheet_names),
        title=package.core_title() if package else None,
        headings=names,
        tables=sum(bool(sheet.text) for sheet in sheets),
        dates=[day for sheet in sheets for day in sheet.dates],
        document_date=package.core_date() if package else None,
        merged=merged,
        filled=filled,
    )
    pages = [Page(sheet.text) for sheet in sheets]
    return assemble(Family.SHEET, pages, limits=limits, method="calamine", findings=findings)


def read_csv(octets: bytes, *, limits: ExtractLimits) -> Extract | Unusable:
    """Comma, semicolon, tab or bar, whichever parts the first lines best."""
    text = clean(decode(octets[: limits.text_characters * 4]))[: limits.text_characters]
    try:
        rows = list(csv.reader(StringIO(text, newline=""), delimiter=_separator(text)))
    except csv.Error:
        rows = [line.split("\t") for line in text.split("\n")]
    lines = ["\t".join(map(_flat, row)) for row in rows]
    findings = Findings(tables=1)
    page = Page("\n".join(lines))
    return assemble(Family.SHEET, [page], limits=limits, method="csv", findings=findings)


def _refuse_vast(part: Part) -> None:
    """Stop where one cell far out would make calamine allocate all cells before it.

    What a sheet says of its own size may count empty cells that were only formatted, so those with content decide.
    """
    if "/worksheets/" not in part.name:
        return
    said = _DIMENSION.search(part.octets, 0, 4096)
    if said and _column(said[1]) * int(said[2]) <= _CELLS:
        return
    filled = [(_column(found[1]), int(found[2])) for found in _CELL.finditer(part.octets)]
    if filled and max(cell[0] for cell in filled) * max(cell[1] for cell in filled) > _CELLS:
        raise stop(Problem.TOO_LARGE, "sheet too large")


def _coloured_styles(package: Package) -> frozenset[bytes]:
    """The numbers of cell formats with a fill; the fills 0 and 1 are none and a grey that nobody picks (18.8.20)."""
    if "xl/styles.xml" not in package:
        return frozenset()
    styles = package.read("xl/styles.xml")
    begins = _FORMATS.search(styles)
    ends = _FORMATS_END.search(styles, begins.end()) if begins else None
    fills = _FILL.findall(styles, begins.end(), ends.start()) if begins and ends else []
    return frozenset(str(at).encode() for at, fill in enumerate(fills) if int(fill or 0) > 1)


def _filled(octets: bytes, coloured: frozenset[bytes]) -> int:
    """How many cells of a sheet have a colour and nothing in them."""
    if not coloured:
        return 0
    return sum(style in coloured for style in _EMPTY_CELL.findall(octets, 0, _HEAD))


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _sheets(workbook: CalamineWorkbook, names: list[str], characters: int) -> Iterator[_Sheet]:
    for name in names:
        sheet = _Sheet(workbook.get_sheet_by_name(name), characters=characters)
        characters -= len(sheet.text)
        yield sheet
        if characters < 0:
            return


class _Sheet:
    """The filled rows of one sheet as text, and the days that its date cells hold."""

    def __init__(self, sheet: CalamineSheet, *, characters: int) -> None:
        self.dates: list[date] = []
        self.text = "\n".join(_bounded(self._lines(sheet), characters))

    def _lines(self, sheet: CalamineSheet) -> Iterator[str]:
        for row in itertools.islice(sheet.iter_rows(), _ROWS):
            cells = row[:_COLUMNS]
            self.dates.extend(_days(cells))
            line = "\t".join(["" if cell == "" else _shown(cell) for cell in cells]).rstrip("\t")
            if line:
                yield line


def _visible(workbook: CalamineWorkbook) -> list[str]:
    shown = [
        sheet.name
        for sheet in workbook.sheets_metadata
        if sheet.visible is SheetVisibleEnum.Visible and sheet.typ is SheetTypeEnum.WorkSheet
    ]
    return shown or workbook.sheet_names


def _bounded(lines: Iterable[str], characters: int) -> Iterator[str]:
    for line in lines:
        yield line
        characters -= len(line)
        if characters < 0:
            return


def _days(cells: list[Cell]) -> Iterator[date]:
    for cell in cells:
        if isinstance(cell, datetime):
            yield cell.date()
        elif isinstance(cell, date):
            yield cell


def _shown(cell: Cell) -> str:
    """As a person would read it: whole numbers without a fraction, midnight without a time."""
    if isinstance(cell, str):
        return _flat(cell)
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime) and cell.time() == time.min:
        return cell.date().isoformat()
    return str(cell)


def _flat(text: str) -> str:
    return " ".join(text.split()) if _BREAK.search(text) else text.strip()


def _separator(text: str) -> str:
    lines = [line for line in text.split("\n", _SAMPLE_LINES)[:_SAMPLE_LINES] if line.strip()]
    return max(_SEPARATORS, key=lambda mark: _regularity([line.count(mark) for line in lines]))


def _regularity(counts: list[int]) -> float:
    """How many lines hold the mark, and equally often."""
    if not any(counts):
        return 0.0
    usual = max(set(counts), key=counts.count)
    return (counts.count(usual) if usual else 0) + sum(map(bool, counts)) / (len(counts) + 1)
