"""What Outlook's own formats have in common: property tags, strings in a code page, compressed RTF (MS-OXPROPS, MS-OXRTFCP).

Reads octets only; what is broken or out of bounds is simply not there.
"""

from __future__ import annotations

import struct

from intake.extract import ExtractLimits, extract
from intake.model import Extract

SUBJECT = 0x0037
BODY = 0x1000
RTF = 0x1009
HTML = 0x1013
DATA = 0x3701
DISPLAY_NAME = 0x3001
SHORT_NAME = 0x3704
LONG_NAME = 0x3707
CODE_PAGE = 0x3FDE

_CODE_PAGES = {0: "cp1252", 1200: "utf-16-le", 20127: "ascii", 65001: "utf-8"}
_ISO = range(28591, 28606)
_LZFU, _UNCOMPRESSED = 0x75465A4C, 0x414C454D
_RTF_OCTETS = 512 * 1024
_WINDOW = 4096
# What every window begins with (MS-OXRTFCP 2.1.2.1).
_PREFIX = (
    rb"{\rtf1\ansi\mac\deff0\deftab720{\fonttbl;}"
    rb"{\f0\fnil \froman \fswiss \fmodern \fscript \fdecor MS Sans SerifSymbolArial"
    b"Times New RomanCourier{\\colortbl\\red0\\green0\\blue0\r\n\\par "
    rb"\pard\plain\f0\fs20\b\i\u\tab\tx"
)


def code_page(number: int) -> str:
    """The charset of a Windows code page as Python names it."""
    if number in _ISO:
        return f"iso-8859-{number - 28590}"
    return _CODE_PAGES.get(number, f"cp{number}")


def text_of(octets: bytes, charset: str) -> str:
    """A string of a property, up to its NUL."""
    try:
        text = octets.decode(charset, "replace")
    except LookupError:
        text = octets.decode("cp1252", "replace")
    return text.partition("\x00")[0]


def rtf_text(octets: bytes) -> str:
    """The text of a compressed RTF body, "" where it cannot be read."""
    source = decompressed(octets)
    if not source.startswith(b"{\\rtf"):
        return ""
    found = extract(
        source,
        filename=None,
        media_type="application/rtf",
        limits=ExtractLimits(document_octets=_RTF_OCTETS, pages=1),
    )
    return found.text if isinstance(found, Extract) else ""


def decompressed(octets: bytes) -> bytes:
    """RTF as MS-OXRTFCP packs it, as far as it goes; b"" where it is none or too large."""
    if len(octets) < 16:
        return b""
    _, raw_size, kind, _ = struct.unpack_from("<4I", octets)
    if raw_size > _RTF_OCTETS:
        return b""
    if kind == _UNCOMPRESSED:
        return octets[16 : 16 + raw_size]
    return _inflated(octets, raw_size) if kind == _LZFU else b""


def _inflated(octets: bytes, raw_size: int) -> bytes:
    out = bytearray(_PREFIX)
    end = len(_PREFIX) + raw_size
    position = 16
    while position < len(octets) and len(out) < end:
        control = octets[position]
        position += 1
        for bit in range(8):
            if len(out) >= end or position >= len(octets):
                break
            if not control >> bit & 1:
                out.append(octets[position])
                position += 1
                continue
            reference = int.from_bytes(octets[position : position + 2])
            position += 2
            distance = (len(out) - (reference >> 4)) % _WINDOW
            if distance == 0:  # it points at where the next octet will stand: the end (2.1.3.1.4)
                return bytes(out[len(_PREFIX) :])
            for _ in range((reference & 15) + 2):
                out.append(out[-distance] if distance <= len(out) else 0x20)
    return bytes(out[len(_PREFIX) : end])
