"""Pictures: width and height read off the first octets, nothing decoded. A pixel is taken as a point."""

from __future__ import annotations

import struct

from intake.extract.content import Findings, assemble, stop
from intake.extract.limits import ExtractLimits
from intake.model import Extract, Family, Page, Problem, Unusable

_PNG = b"\x89PNG\r\n\x1a\n"
_NO_SIZE_IN = frozenset({0xC4, 0xC8, 0xCC})  # JPEG markers between SOF0 and SOF15 that are no frame
_SEGMENTS = 500


def read(octets: bytes, *, limits: ExtractLimits) -> Extract | Unusable:
    """One page without text."""
    try:
        width, height = _size(octets)
    except (struct.error, IndexError) as error:
        raise stop(Problem.UNREADABLE, "broken picture") from error
    if width == 0 or height == 0:
        raise stop(Problem.UNREADABLE, "picture without a size")
    page = Page("", width=width, height=height, pictures=1)
    findings = Findings(page_count=1)
    return assemble(Family.PICTURE, [page], limits=limits, method="picture", findings=findings)


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
