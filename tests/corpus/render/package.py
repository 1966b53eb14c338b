"""ZIP packages that are the same each time: every entry bears the same time."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Mapping

_DAY = 0x21  # 1980-01-01, the first that ZIP can say (APPNOTE 4.4.6)
_END = struct.Struct("<4s4H2LH")
_ENTRY_OCTETS, _LOCAL_TIME, _CENTRAL_TIME = 46, 10, 12


def packed(parts: Mapping[str, str | bytes]) -> bytes:
    """A package of these parts; the first is stored as it is, as OpenDocument wants its media type."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for number, (name, content) in enumerate(parts.items()):
            entry = zipfile.ZipInfo(name)
            entry.compress_type = zipfile.ZIP_DEFLATED if number else zipfile.ZIP_STORED
            archive.writestr(entry, content)
    return target.getvalue()


def settled(octets: bytes) -> bytes:
    """The same package with the times taken out of its headers, nothing unpacked."""
    changed = bytearray(octets)
    _, _, _, _, count, _, place, _ = _END.unpack_from(octets, len(octets) - _END.size)
    for _ in range(count):
        struct.pack_into("<HH", changed, place + _CENTRAL_TIME, 0, _DAY)
        name, extra, comment = struct.unpack_from("<3H", octets, place + 28)
        (local,) = struct.unpack_from("<L", octets, place + 42)
        struct.pack_into("<HH", changed, local + _LOCAL_TIME, 0, _DAY)
        place += _ENTRY_OCTETS + name + extra + comment
    return bytes(changed)
