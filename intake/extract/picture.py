"""Pictures: width and height read off the first octets, then how they look and what OCR reads in them.

A pixel is taken as a point. A picture too large to be decoded, or broken behind its first octets, has its size alone.
"""

from __future__ import annotations

import struct
from dataclasses import replace

from intake.extract import raster
from intake.extract.content import Findings, assemble, stop
from intake.extract.limits import ExtractLimits
from intake.extract.pixels import DECODED_PIXELS
from intake.extract.scan import View, scan
from intake.model import Extract, Family, Page, Problem, Unusable

_PNG = b"\x89PNG\r\n\x1a\n"
_NO_SIZE_IN = frozenset({0xC4, 0xC8, 0xCC})  # JPEG markers between SOF0 and SOF15 that are no frame
_SEGMENTS = 500
_THROUGH_PILLOW = (b"BM", b"II*\x00", b"MM\x00*")


def read(octets: bytes, *, limits: ExtractLimits) -> Extract | Unusable:
    """One page a frame, without text where there is no OCR."""
    stated = _stated(octets)
    if stated.width == 0 or stated.height == 0:
        raise stop(Problem.UNREADABLE, "picture without a size")
    page = Page("", stated.width, stated.height, pictures=1)
    pages = [page] * min(stated.frames, limits.pages)
    seen = raster.decode(octets) if stated.width * stated.height <= DECODED_PIXELS else None
    if seen is not None:
        look = raster.look(seen)
        pages[0] = replace(page, flat=look.flat, edges=look.edges, rows=look.rows, grid=look.grid)

    def view(number: int) -> View:
        return lambda _: seen if number == 0 else raster.decode(octets, frame=number)

    scanned = scan(pages, view, seconds=limits.ocr_seconds)
    findings = Findings(
        page_count=stated.frames,
        title=next(iter(scanned.headings), None),
        headings=scanned.headings,
        late=scanned.late,
    )
    method = scanned.method("picture")
    return assemble(Family.PICTURE, scanned.pages, limits=limits, method=method, findings=findings)


def _stated(octets: bytes) -> raster.Stated:
    """Of the usual formats by the first octets, which may be all there is of them."""
    if octets.startswith(_THROUGH_PILLOW):
        found = raster.stated(octets)
        if found is None:
            raise stop(Problem.UNREADABLE, "broken picture")
        return found
    try:
        return raster.Stated(*_size(octets))
    except (struct.error, IndexError) as error:
        raise stop(Problem.UNREADABLE, "broken picture") from error


def _size(octets: bytes) -> tuple[int, int]:
    if octets.startswith(_PNG):
        width, height = struct.unpack_from(">II", octets, 16)
        return width, height
    if octets.startswith(b"GIF8"):
        width, height = struct.unpack_from("<HH", octets, 6)
        return width, height
    if octets.startswith(b"RIFF"):
        return _webp_size(octets)
    return _jpeg_size(octets)


def _webp_size(octets: bytes) -> tuple[int, int]:
    """RFC 9649: lossy (VP8), lossless (VP8L) or extended (VP8X)."""
    kind = octets[12:16]
    if kind == b"VP8 ":
        width, height = struct.unpack_from("<HH", octets, 26)
        return width & 0x3FFF, height & 0x3FFF
    if kind == b"VP8L":
        (packed,) = struct.unpack_from("<I", octets, 21)
        return (packed & 0x3FFF) + 1, (packed >> 14 & 0x3FFF) + 1
    if kind == b"VP8X" and len(octets) >= 30:
        return (
            int.from_bytes(octets[24:27], "little") + 1,
            int.from_bytes(octets[27:30], "little") + 1,
        )
    return 0, 0


def _jpeg_size(octets: bytes) -> tuple[int, int]:
    """The frame header's numbers (ITU T.81, B.2.2), found by hopping from segment to segment."""
    position = 2
    for _ in range(_SEGMENTS):
        while octets[position] == 0xFF and octets[position + 1] == 0xFF:
            position += 1
        if octets[position] != 0xFF:
            return 0, 0
        marker = octets[position + 1]
        if 0xC0 <= marker <= 0xCF and marker not in _NO_SIZE_IN:
            height, width = struct.unpack_from(">HH", octets, position + 5)
            return width, height
        (length,) = struct.unpack_from(">H", octets, position + 2)
        position += 2 + length
    return 0, 0
