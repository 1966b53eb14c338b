"""Word 97 to 2003 (MS-DOC): the text by its piece table, without deleted text and without the codes of fields.

Pieces say where the characters lie; runs of character and paragraph properties, addressed by place in the stream, say
which of them were deleted, which stand in headings and which end a table's row.
"""

from __future__ import annotations

import re
import struct
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field

from intake.extract.compound import Compound
from intake.extract.content import Findings, assemble, stop
from intake.extract.limits import ExtractLimits
from intake.model import Extract, Family, Page, Problem, Unusable

_MAGIC = 0xA5EC
_OLDEST = 0x00C1  # nFib of Word 97; Word 6 and 95 have no piece table of this form
_ENCRYPTED, _SECOND_TABLE = 0x0100, 0x0200
_COUNTS = 76
"""Where the lengths of body, footnotes, headers, (unused), comments, endnotes and text boxes stand (FibRgLw97)."""
_CLX, _CHARACTER_RUNS, _PARAGRAPH_RUNS, _SECTIONS = 0x01A2, 0x00FA, 0x0102, 0x00CA
_PAGE = 512
_PAGES = 20_000
_DELETED, _ROW_END, _WIDTH, _HEIGHT = 0x0800, 0x2417, 0xB01F, 0xB020
_HEADINGS = range(1, 10)  # the styles of these numbers are always Heading 1 to 9 (MS-DOC 2.9.271)
_TWIPS_PER_POINT = 20
_OPERAND_OCTETS = {0: 1, 1: 1, 2: 2, 3: 4, 4: 2, 5: 2, 7: 3}
_LONG_TABLE, _LONG_TABS = 0xD608, 0xC615
_GONE = "\x00"
# A field is its code, then what it shows (MS-DOC 2.8.25); only the latter is text.
_FIELD = re.compile("\x13([^\x13\x14\x15]*)(?:\x14([^\x13\x14\x15]*))?\x15")
_FIELD_LEVELS = 8
_PICTURE = re.compile("[\x01\x08]")
# Of Symbol and Wingdings, whose characters are marks before the lines of a list more often than not.
_MARK = re.compile("[\uf000-\uf0ff\ufffd]")
_CHARACTERS = {
    ord("\x0b"): "\n",
    ord("\x0c"): "\n",
    ord("\x0e"): "\n",
    0x1E: "-",
    ord("\x07"): "\t",
}
_CHARACTERS.update(dict.fromkeys((0, 1, 2, 3, 4, 5, 8, 0x13, 0x14, 0x15, 0x1F), ""))


@dataclass(frozen=True, slots=True)
class _Piece:
    """Characters `first` to `last` of the text, and the place in the stream at which they begin."""

    first: int
    last: int
    place: int
    width: int
    """Octets a character: 2, or 1 where it is compressed."""


@dataclass(frozen=True, slots=True)
class _Run:
    """Places in the stream that share properties."""

    start: int
    end: int
    properties: bytes = field(repr=False)
    style: int = 0


def read(octets: bytes, *, limits: ExtractLimits) -> Extract | Unusable:
    """One Page that holds everything: the body, then text boxes, then headers and footers."""
    file = Compound(octets)
    main = file.stream("WordDocument")
    magic, version, flags = (_unpack("<H", main, offset) for offset in (0, 2, 10))
    if magic != _MAGIC or version < _OLDEST:
        raise stop(Problem.UNSUPPORTED, "older than Word 97")
    if flags & _ENCRYPTED:
        raise stop(Problem.LOCKED)
    words = Words(main, file.stream("1Table" if flags & _SECOND_TABLE else "0Table"))
    findings = Findings(
        title=file.title() or next(iter(words.headings), None),
        headings=words.headings,
        tables=words.tables,
        document_date=file.saved_on(),
    )
    width, height = words.paper
    page = Page(words.text, width, height, words.pictures)
    return assemble(Family.WORDS, [page], limits=limits, method="doc", findings=findings)


class Words:
    """What the two streams of a document hold together."""

    def __init__(self, main: bytes, table: bytes) -> None:
        self._main, self._table = main, table
        self._pieces = list(self._read_pieces())
        self._firsts = [piece.first for piece in self._pieces]
        characters = "".join(map(self._decoded, self._pieces))
        body, notes, margins, _, comments, ends, boxes = struct.unpack_from("<7I", main, _COUNTS)
        story = self._without_deleted(characters)
        self.tables = 0
        self.headings: list[str] = []
        self.pictures = len(_PICTURE.findall(story[:body]))
        boxed = body + notes + margins + comments + ends
        self.text = "\n".join(
            (
                self._lines(story, 0, body),
                _shown(story[boxed : boxed + boxes]),
                _shown(story[body + notes : body + notes + margins]),
            )
        )
        self.paper = self._paper()

    def _read_pieces(self) -> Iterator[_Piece]:
        """The piece table (MS-DOC 2.8.35), behind the property modifiers that stand before it."""
        start, size = self._found(_CLX)
        end = min(start + size, len(self._table))
        while start < end and self._table[start] == 1:
            start += 3 + _unpack("<H", self._table, start + 1)
        if start >= end or self._table[start] != 2:
            raise stop(Problem.UNREADABLE, "no piece table")
        size = min(_unpack("<I", self._table, start + 1), end - start - 5)
        start += 5
        count = max((size - 4) // 12, 0)
        edges = struct.unpack_from(f"<{count + 1}I", self._table, start)
        for number in range(count):
            packed = _unpack("<I", self._table, start + 4 * (count + 1) + 8 * number + 2)
            compressed = bool(packed & 0x4000_0000)
            place = (packed & 0x3FFF_FFFF) // (2 if compressed else 1)
            if edges[number] < edges[number + 1]:
                yield _Piece(edges[number], edges[number + 1], place, 1 if compressed else 2)

    def _decoded(self, piece: _Piece) -> str:
        octets = self._main[piece.place : piece.place + (piece.last - piece.first) * piece.width]
        if piece.width == 1:
            return octets.decode("cp1252", "replace")
        # Every code unit must stay one character, or all that is counted in characters moves.
        return "".join(map(chr, struct.unpack(f"<{len(octets) // 2}H", octets[: len(octets) & ~1])))

    def _without_deleted(self, characters: str) -> str:
        """The same number of characters, those gone that are marked as deleted."""
        gone = [run for run in self._runs(_CHARACTER_RUNS) if _value(run.properties, _DELETED)]
        if not gone:
            return characters
        kept = list(characters)
        for run in gone:
            for first, last in self._covered(run):
                kept[first:last] = _GONE * len(kept[first:last])
        return "".join(kept)

    def _covered(self, run: _Run) -> Iterator[tuple[int, int]]:
        """The characters that lie in a stretch of the stream."""
        for piece in self._pieces:
            end = piece.place + (piece.last - piece.first) * piece.width
            start, stop_at = max(run.start, piece.place), min(run.end, end)
            if start < stop_at:
                yield (
                    piece.first + (start - piece.place) // piece.width,
                    piece.first + (stop_at - piece.place) // piece.width,
                )

    def _lines(self, story: str, first: int, last: int) -> str:
        """Paragraphs as lines, the rows of tables too; notes headings and tables on the way."""
        runs = sorted(self._runs(_PARAGRAPH_RUNS), key=lambda run: run.start)
        starts = [run.start for run in runs]
        lines: list[str] = []
        row = ""
        in_table = False
        for found in re.finditer("[^\r\x07]*[\r\x07]?", story[first:last]):
            text, mark = found.group(), found.end() - 1
            if not text:
                break
            place = self._place(first + mark)
            index = bisect_right(starts, place) - 1
            run = runs[index] if index >= 0 and place < runs[index].end else None
            if text.endswith("\x07"):
                if run is None or not _value(run.properties, _ROW_END):
                    row += text
                    continue
                self.tables += not in_table
                in_table = True
                lines.append(row.removesuffix("\x07"))
                row = ""
            elif row:  # a cell of several paragraphs
                row += text.replace("\r", " ")
            else:
                in_table = False
                lines.append(text)
                if run is not None and run.style in _HEADINGS:
                    self.headings.append(_shown(text).strip())
        return _shown("\r".join(line.removesuffix("\r") for line in [*lines, row]))

    def _place(self, character: int) -> int:
        index = bisect_right(self._firsts, character) - 1
        piece = self._pieces[max(index, 0)]
        return piece.place + (character - piece.first) * piece.width

    def _runs(self, entry: int) -> Iterator[_Run]:
        """The runs of all formatted pages that one table lists (MS-DOC 2.8.5, 2.8.6)."""
        start, size = self._found(entry)
        count = min(max((size - 4) // 8, 0), _PAGES)
        numbers = start + 4 * (count + 1)
        if numbers + 4 * count > len(self._table):
            return
        for number in struct.unpack_from(f"<{count}I", self._table, numbers):
            page = self._main[(number & 0x3FFFFF) * _PAGE :][:_PAGE]
            if len(page) == _PAGE:
                yield from _formatted(page, paragraphs=entry == _PARAGRAPH_RUNS)

    def _paper(self) -> tuple[float, float]:
        """Width and height in points, of the first section that says them."""
        start, size = self._found(_SECTIONS)
        count = max((size - 4) // 16, 0)
        for number in range(min(count, 8)):
            offset = start + 4 * (count + 1) + 12 * number + 2
            if offset + 4 > len(self._table):
                break
            place = _unpack("<I", self._table, offset)
            if place + 2 > len(self._main):
                continue
            properties = self._main[place + 2 : place + 2 + _unpack("<H", self._main, place)]
            width, height = (_value(properties, code) for code in (_WIDTH, _HEIGHT))
            if width and height:
                return width / _TWIPS_PER_POINT, height / _TWIPS_PER_POINT
        return (
            612.0,
            792.0,
        )  # US Letter, which is what a section is that says nothing (MS-DOC 2.6.4)

    def _found(self, entry: int) -> tuple[int, int]:
        """Place and size, in the table stream, of what the head of the document lists."""
        return _unpack("<I", self._main, entry), _unpack("<I", self._main, entry + 4)


def _formatted(page: bytes, *, paragraphs: bool) -> Iterator[_Run]:
    """The runs of one formatted disk page."""
    count = page[-1]
    width = 13 if paragraphs else 1
    if 4 * (count + 1) + width * count > _PAGE - 1:
        return
    edges = struct.unpack_from(f"<{count + 1}I", page)
    for number in range(count):
        offset = 2 * page[4 * (count + 1) + width * number]
        if not offset:
            properties, style = b"", 0
        elif paragraphs:
            properties, style = _paragraph_properties(page, offset)
        else:
            properties, style = page[offset + 1 : offset + 1 + page[offset]], 0
        yield _Run(edges[number], edges[number + 1], properties, style)


def _paragraph_properties(page: bytes, offset: int) -> tuple[bytes, int]:
    """A size in words, less a half; where it is 0 the next octet says it (MS-DOC 2.9.175). A style comes first."""
    size = 2 * page[offset] - 1
    start = offset + 1
    if size < 0 and start < _PAGE:
        size, start = 2 * page[start], start + 1
    held = page[start : start + max(size, 0)]
    return held[2:], int.from_bytes(held[:2], "little")


def _value(properties: bytes, code: int) -> int:
    """What a list of property modifiers says of one property, 0 where it says nothing (MS-DOC 2.2.5.1)."""
    start, value = 0, 0
    while start + 2 <= len(properties):
        found = int.from_bytes(properties[start : start + 2], "little")
        start += 2
        size = _OPERAND_OCTETS.get(found >> 13)
        if size is None:
            prefix = 2 if found == _LONG_TABLE else 1
            size = int.from_bytes(properties[start : start + prefix], "little") + prefix
            if found == _LONG_TABLE:
                size -= 1
            elif found == _LONG_TABS and size == 256:
                return value
        if found == code:
            value = int.from_bytes(properties[start : start + size], "little")
        start += size
    return value


def _shown(story: str) -> str:
    """What a reader sees of a stretch of characters: pairs of code units joined, fields by what they show."""
    for _ in range(_FIELD_LEVELS):
        shorter = _FIELD.sub(lambda found: found[2] or "", story)
        if shorter == story:
            break
        story = shorter
    text = story.translate(_CHARACTERS).replace("\r", "\n")
    text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return _MARK.sub("•", text)


def _unpack(form: str, octets: bytes, offset: int) -> int:
    """The number at an offset; what ends before it is unreadable."""
    if offset < 0 or offset + struct.calcsize(form) > len(octets):
        raise stop(Problem.UNREADABLE, "cut off")
    number: int = struct.unpack_from(form, octets, offset)[0]
    return number
