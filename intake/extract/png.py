"""PNG (ISO/IEC 15948) cut into strips of rows, each a small PNG of its own, so that no picture is ever decoded as a whole.

A row is stored as its difference from the row above. So whoever decodes a strip hands its last row back, and the next
strip begins with it. Knows nothing of what the pixels mean.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Generator, Iterator
from dataclasses import dataclass

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_HEAD = struct.Struct(">IIBBBBB")
_CHUNK = struct.Struct(">I4s")
_CHECK_OCTETS = 4
_SAMPLES = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
_WHOLE = b"\x00"
"""The filter of a row that is stored as it is."""
_PIECE_OCTETS = 2**16


@dataclass(frozen=True, slots=True)
class Sheet:
    """What the rows of a PNG are: `colour` is its colour type, `ancillary` the chunks that tell what its samples mean."""

    width: int
    height: int
    colour: int
    wide: bool
    """Samples are of 16 bits, of which the upper eight are taken: each filter works on octets of one sort alone."""
    ancillary: bytes

    @property
    def row_octets(self) -> int:
        """Of a row as it is stored, without its filter."""
        return self.width * _SAMPLES[self.colour] * (2 if self.wide else 1)


def sheet(octets: bytes) -> Sheet | None:
    """None for what cannot be cut into strips: interlaced pictures, and those of less than an octet a sample."""
    if not octets.startswith(_SIGNATURE):
        return None
    ancillary = b""
    for kind, body in _chunks(octets):
        if kind == b"IDAT":
            break
        if kind in {b"PLTE", b"tRNS"}:
            ancillary += _chunk(kind, bytes(body))
    width, height, bits, colour, _, _, interlaced = _HEAD.unpack_from(octets, 16)
    if bits < 8 or interlaced or colour not in _SAMPLES:
        return None
    if bits == 16 and b"tRNS" in ancillary:
        return None
    return Sheet(width, height, colour, bits == 16, ancillary)


def strips(octets: bytes, of: Sheet, *, rows: int) -> Generator[bytes, bytes, None]:
    """Small PNGs of so many rows. Send the decoded octets of each one's last row; all but the first begin with it.

    Raises EOFError or zlib.error where the picture is cut off or broken.
    """
    stored = _Stored(octets)
    above = b""
    for top in range(0, of.height, rows):
        count = min(rows, of.height - top)
        body = stored.read(count * (of.row_octets + 1))
        if of.wide:
            body = _narrowed(body, count)
        opening = _WHOLE + above if above else b""
        above = yield _made(of, count + bool(above), opening + body)


def _narrowed(body: bytes, rows: int) -> bytes:
    """Each row without the lower octets of its samples."""
    size = len(body) // rows
    lines = (body[at : at + size] for at in range(0, len(body), size))
    return b"".join(line[:1] + line[1::2] for line in lines)


def _made(of: Sheet, rows: int, body: bytes) -> bytes:
    head = _chunk(b"IHDR", _HEAD.pack(of.width, rows, 8, of.colour, 0, 0, 0))
    return b"".join(
        (
            _SIGNATURE,
            head,
            of.ancillary,
            _chunk(b"IDAT", zlib.compress(body, 0)),
            _chunk(b"IEND", b""),
        )
    )


def _chunk(kind: bytes, body: bytes) -> bytes:
    check = zlib.crc32(body, zlib.crc32(kind))
    return b"".join((_CHUNK.pack(len(body), kind), body, struct.pack(">I", check)))


def _chunks(octets: bytes) -> Iterator[tuple[bytes, memoryview]]:
    """Up to the end, or to where the picture is cut off."""
    view, at = memoryview(octets), len(_SIGNATURE)
    while at + _CHUNK.size <= len(octets):
        size, kind = _CHUNK.unpack_from(octets, at)
        at += _CHUNK.size
        yield kind, view[at : at + size]
        at += size + _CHECK_OCTETS


def _pieces(octets: bytes) -> Iterator[memoryview]:
    """The packed rows, little by little: what zlib leaves over of a piece is copied each time."""
    for kind, body in _chunks(octets):
        if kind == b"IDAT":
            yield from (body[at : at + _PIECE_OCTETS] for at in range(0, len(body), _PIECE_OCTETS))


class _Stored:
    """The rows as they are stored, inflated as they are asked for."""

    def __init__(self, octets: bytes) -> None:
        self._packed = _pieces(octets)
        self._inflater = zlib.decompressobj()
        self._waiting: bytes | memoryview = b""

    def read(self, size: int) -> bytes:
        """Exactly so many octets; EOFError where there are fewer."""
        parts = []
        while size:
            part = self._inflater.decompress(self._waiting, size)
            self._waiting = self._inflater.unconsumed_tail
            if not part and not self._waiting:
                if self._inflater.eof or (packed := next(self._packed, None)) is None:
                    raise EOFError
                self._waiting = packed
            parts.append(part)
            size -= len(part)
        return b"".join(parts)
