"""Finds uuencoded files in plain text: what some programs still put into the body in place of an attachment.

Only a block with lines of the right length counts, so that a text about uuencode stays a text; nothing is taken from
quoted lines or from an older message, for that is not the sender's. POSIX uuencode.
"""

from __future__ import annotations

import binascii
import re
from array import array
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import IntEnum, auto
from io import BytesIO

from intake.parse.decode import text_of
from intake.parse.quotation import own_lines

MAX_FILES = 100
_BEGIN = re.compile(rb"begin [0-7]{3,4} (\S[^\r\n]{0,254})\s*")
_ANY = re.compile(rb"(?:\A|[\r\n])begin [0-7]{3,4} ")
_MAX_BLOCKS = 1_000
_MAX_WRONG_LINES = 3
_MAX_SHORT_LINES = 10_000
_MAX_LINES = 500_000
_LINE_END = re.compile(rb"\r\n|\r|\n")
_LEGAL = bytes(range(32, 97))
_MAX_CHARACTERS = 200_000
# A line that no text holds stands for a block while it is asked whose it is.
_STAND_IN = "\x1duuencoded"


@dataclass(frozen=True, slots=True)
class UuFile:
    """One file as it stood in the text; `damaged` says that it did not go all the way."""

    name: bytes = field(repr=False)
    octets: bytes = field(repr=False)
    damaged: bool = False


@dataclass(frozen=True, slots=True)
class UuText:
    """A text without its uuencoded files, and the files in order."""

    text: bytes = field(repr=False)
    files: tuple[UuFile, ...] = ()


def separate(text: bytes) -> UuText:
    """The sender's files in a text, and the text without them; the very same octets where there are none."""
    if not _ANY.search(text):
        return UuText(text)
    lines = _Lines(text)
    pieces = list(_pieces(lines))
    own = _count_own(lines, pieces)
    kept: list[bytes] = []
    files: list[UuFile] = []
    for piece in pieces:
        if piece.file is not None and len(files) < own:
            files.append(piece.file)
        else:
            kept.append(lines.joined(piece.lines))
    return UuText(b"".join(kept), tuple(files)) if files else UuText(text)


class _Lines:
    """The lines of a text, each made when it is asked for: a large file has some hundred thousand."""

    def __init__(self, text: bytes) -> None:
        self._text = text
        self._ends = array("I", (found.end() for found in _LINE_END.finditer(text)))
        if not text.endswith((b"\r", b"\n")):
            self._ends.append(len(text))

    def __len__(self) -> int:
        return len(self._ends)

    def __getitem__(self, number: int) -> bytes:
        return self._text[self._starts(number) : self._ends[number]].rstrip(b"\r\n")

    def joined(self, numbers: range) -> bytes:
        """Some lines that follow each other, with their ends."""
        return self._text[self._starts(numbers.start) : self._starts(numbers.stop)]

    def _starts(self, number: int) -> int:
        return self._ends[number - 1] if number else 0


@dataclass(frozen=True, slots=True)
class _Piece:
    """Some lines, and the file that they hold; None where they are text."""

    lines: range
    file: UuFile | None = None


def _pieces(lines: _Lines) -> Iterator[_Piece]:
    shown = 0
    position = 0
    files = blocks = 0
    while files < MAX_FILES and blocks < _MAX_BLOCKS and position < min(len(lines), _MAX_LINES):
        name = _begun(lines[position])
        if name is None:
            position += 1
            continue
        blocks += 1
        block = _block(lines, position + 1)
        found = _file(name, lines, block)
        if found is not None:
            files += 1
            yield _Piece(range(shown, position))
            yield _Piece(range(position, block.end), found)
            shown = block.end
        position = block.end
    yield _Piece(range(shown, len(lines)))


def _count_own(lines: _Lines, pieces: Sequence[_Piece]) -> int:
    """How many of the files stand before an older message: what follows one is another person's."""
    last = max((number for number, piece in enumerate(pieces) if piece.file), default=-1)
    shown: list[str] = []
    characters = 0
    for piece in pieces[: last + 1]:
        told = (
            [_STAND_IN]
            if piece.file
            else [text_of(lines[number], None).rstrip() for number in piece.lines]
        )
        shown += told
        characters += sum(map(len, told))
        if characters > _MAX_CHARACTERS:
            break
    return own_lines(shown).count(_STAND_IN) if last >= 0 else 0


def _begun(line: bytes) -> bytes | None:
    """The name in a "begin" line, None where it is no such line."""
    found = _BEGIN.fullmatch(line) if line.startswith(b"begin ") else None
    return found.group(1).strip() if found else None


class _Sort(IntEnum):
    """What a line of a block is: as long as it says, digits alone but fewer than it says, or something else."""

    RIGHT = auto()
    SHORT = auto()
    WRONG = auto()


@dataclass(frozen=True, slots=True)
class _Block:
    """The numbers of the lines behind "begin" that are not blank, and their sorts; `end` is that of the first line behind."""

    lines: Sequence[int]
    sorts: Sequence[int]
    end: int
    complete: bool


def _block(lines: _Lines, first: int) -> _Block:
    """Up to "end"; where that is missing, up to the last line of the right length."""
    taken = array("I")
    sorts = array("B")
    wrong = 0
    whole, end = (
        0,
        first,
    )  # how many lines are taken up to the last right one, and the number of the line behind it
    for number in range(first, min(len(lines), _MAX_LINES)):
        line = lines[number]
        if line[:3] == b"end" and line.rstrip() == b"end":
            return _Block(taken, sorts, number + 1, complete=True)
        if wrong > _MAX_WRONG_LINES or len(taken) - whole > _MAX_SHORT_LINES:
            break
        if _begun(line) is not None:
            break
        if not line.strip():
            continue
        taken.append(number)
        sorts.append(_sort(line))
        if sorts[-1] == _Sort.RIGHT:
            wrong, whole, end = 0, len(taken), number + 1
        elif sorts[-1] == _Sort.WRONG:
            wrong += 1
    return _Block(taken[:whole], sorts[:whole], end, complete=False)


def _file(name: bytes, lines: _Lines, block: _Block) -> UuFile | None:
    """The file of a block, None where its lines are no uuencode for the most part, or hold nothing."""
    counted = Counter(block.sorts)
    if counted[_Sort.WRONG] > counted[_Sort.RIGHT] or not any(map(_count, _right(lines, block))):
        return None
    # Where blanks are digits, those at the end of a line may have been cut off on the way.
    blanks_are_digits = not any(b"`" in line[1:] for line in _right(lines, block))
    lossless = not counted[_Sort.WRONG] and (blanks_are_digits or not counted[_Sort.SHORT])
    with BytesIO() as octets:
        octets.writelines(_decoded(lines[number]) for number in block.lines)
        return UuFile(name, octets.getvalue(), damaged=not (block.complete and lossless))


def _right(lines: _Lines, block: _Block) -> Iterator[bytes]:
    return (
        lines[number]
        for number, sort in zip(block.lines, block.sorts, strict=True)
        if sort == _Sort.RIGHT
    )


def _count(line: bytes) -> int:
    """How many octets the line says it holds."""
    return (line[0] - 32) & 63


def _sort(line: bytes) -> _Sort:
    """Some programs add a checksum to the digits, some leave out what no octet needs."""
    octets = _count(line)
    digits = len(line) - 1
    if digits > -(-octets // 3) * 4 + 1 or line.translate(None, _LEGAL):
        return _Sort.WRONG
    return _Sort.RIGHT if digits >= _digits(octets) else _Sort.SHORT


def _decoded(line: bytes) -> bytes:
    """What a line holds; a digit that is missing or none counts as zero, so that the rest keeps its place."""
    digits = _digits(_count(line))
    try:
        return binascii.a2b_uu(line[: digits + 1].ljust(digits + 1))
    except binascii.Error:
        legal = bytes(octet if octet in _LEGAL else 32 for octet in line[1 : digits + 1])
    return binascii.a2b_uu(line[:1] + legal.ljust(digits)) if line[0] in _LEGAL else b""


def _digits(octets: int) -> int:
    """How many digits so many octets need; what fills up the last group of four says nothing."""
    return -(-octets * 8 // 6)
