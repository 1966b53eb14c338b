"""Outlook's winmail.dat (MS-OXTNEF): the files in it, and the text where the mail has it nowhere else.

One pass over the octets, in which no claimed count or length is believed. It knows nothing of fates.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from intake.unpack import mapi

SIGNATURE = b"\x78\x9f\x3e\x22"
_MOST_ATTRIBUTES = 50_000
_MOST_PROPERTIES = 50_000
_OF_MESSAGE, _OF_ATTACHMENT = 1, 2
_BODY, _DATA, _TITLE, _PROPERTIES = 0x800C, 0x800F, 0x8010, 0x9003
_RENDERING, _ATTACHMENT, _CODE_PAGE = 0x9002, 0x9005, 0x9007
_NAMED = 0x8000
_SEVERAL = 0x1000
_STRING, _WIDE_STRING, _BINARY, _OBJECT = 0x1E, 0x1F, 0x102, 0x0D
_SIZES = {
    0x02: 4, 0x0B: 4, 0x03: 4, 0x04: 4, 0x0A: 4,
    0x05: 8, 0x06: 8, 0x07: 8, 0x14: 8, 0x40: 8, 0x48: 16,
}  # fmt: skip
_SHORTS = frozenset({0x02, 0x0B})
_INTERFACE_OCTETS = 16  # an object begins with the identifier of its interface (2.1.3.5.1)


@dataclass(frozen=True, slots=True)
class File:
    """One attachment; `damaged` says that it was cut off."""

    name: str = field(repr=False)
    octets: bytes = field(repr=False)
    damaged: bool = False


@dataclass(frozen=True, slots=True)
class Tnef:
    """What is in a winmail.dat; at most one of the texts is wanted, the plain one first.

    `rest_octets` is how much of it cannot be read, behind the last attribute that is whole.
    """

    files: tuple[File, ...]
    plain: str = field(default="", repr=False)
    html: str = field(default="", repr=False)
    rtf: bytes = field(default=b"", repr=False)
    rest_octets: int = 0


@dataclass(slots=True)
class _Reading:
    """What was found so far."""

    charset: str = "cp1252"
    internet_charset: str | None = None
    plain: str = ""
    html: bytes = b""
    rtf: bytes = b""
    files: list[_Attachment] = field(default_factory=list)
    properties_left: int = _MOST_PROPERTIES


@dataclass(slots=True)
class _Attachment:
    title: str = ""
    long_name: str = ""
    octets: bytes = b""
    damaged: bool = False


@dataclass(frozen=True, slots=True)
class _Attribute:
    """One attribute (2.1.1), where the next one begins, and whether all of it is there."""

    level: int
    identifier: int
    content: bytes = field(repr=False)
    whole: bool
    end: int


@dataclass(frozen=True, slots=True)
class _Property:
    tag: int
    kind: int
    octets: bytes = field(repr=False)


def read(octets: bytes) -> Tnef | None:
    """What is in it, as far as it goes; None where it is no winmail.dat."""
    if not octets.startswith(SIGNATURE):
        return None
    found = _Reading()
    end = 0
    for one in _attributes(octets):
        end = one.end if one.whole else end
        if one.level == _OF_ATTACHMENT:
            _attachment(found, one)
        else:
            _message(found, one.identifier, one.content)
    if not (end or found.files):
        return None
    files = (
        File((one.long_name or one.title).strip(), one.octets, one.damaged) for one in found.files
    )
    html = mapi.text_of(found.html, found.internet_charset or found.charset)
    rest = octets[end:].strip(b"\x00 \r\n")
    return Tnef(tuple(files), found.plain, html, found.rtf, len(rest))


def _attributes(octets: bytes) -> Iterator[_Attribute]:
    """The attributes in order; the last one may be cut off."""
    position = 6
    for _ in range(_MOST_ATTRIBUTES):
        if position + 9 > len(octets):
            return
        level, identifier, _, size = struct.unpack_from("<BHHI", octets, position)
        if level not in {_OF_MESSAGE, _OF_ATTACHMENT}:
            return
        content = octets[position + 9 : position + 9 + size]
        position += 11 + size
        yield _Attribute(level, identifier, content, len(content) == size, position)


def _message(found: _Reading, identifier: int, content: bytes) -> None:
    if identifier == _CODE_PAGE and len(content) >= 4:
        found.charset = mapi.code_page(int.from_bytes(content[:4], "little"))
    elif identifier == _BODY:
        found.plain = mapi.text_of(content, found.charset)
    elif identifier == _PROPERTIES:
        for one in _properties(found, content):
            if one.tag == mapi.CODE_PAGE:
                found.internet_charset = mapi.code_page(int.from_bytes(one.octets, "little"))
            elif one.tag == mapi.BODY:
                found.plain = _string(one, found.charset)
            elif one.tag == mapi.HTML:
                found.html = one.octets
            elif one.tag == mapi.RTF:
                found.rtf = one.octets


def _attachment(found: _Reading, attribute: _Attribute) -> None:
    if attribute.identifier == _RENDERING or not found.files:
        found.files.append(_Attachment())
    last = found.files[-1]
    last.damaged = last.damaged or not attribute.whole
    if attribute.identifier == _TITLE:
        last.title = mapi.text_of(attribute.content, found.charset)
    elif attribute.identifier == _DATA:
        last.octets = attribute.content
    elif attribute.identifier == _ATTACHMENT:
        for one in _properties(found, attribute.content):
            if one.tag == mapi.LONG_NAME:
                last.long_name = _string(one, found.charset)
            elif one.tag in {mapi.SHORT_NAME, mapi.DISPLAY_NAME}:
                last.title = last.title or _string(one, found.charset)
            elif one.tag == mapi.DATA and not last.octets:
                last.octets = one.octets[_INTERFACE_OCTETS if one.kind == _OBJECT else 0 :]


def _string(one: _Property, charset: str) -> str:
    return mapi.text_of(one.octets, "utf-16-le" if one.kind == _WIDE_STRING else charset)


def _properties(found: _Reading, octets: bytes) -> Iterator[_Property]:
    """The properties of a list (2.1.3.4), up to the first that cannot be read; of several values the first."""
    position = 4
    while position + 4 <= len(octets) and found.properties_left > 0:
        found.properties_left -= 1
        kind, tag = struct.unpack_from("<HH", octets, position)
        try:
            position = _behind_name(octets, position + 4, tag)
            values, position = _values(octets, position, kind)
        except struct.error:
            return
        if values is None:
            return
        yield _Property(tag, kind & ~_SEVERAL, values)


def _behind_name(octets: bytes, position: int, tag: int) -> int:
    """Past the GUID and the name of a named property (2.1.3.4)."""
    if tag < _NAMED:
        return position
    by_name, size = struct.unpack_from("<II", octets, position + 16)
    return position + 24 + (_padded(size) if by_name else 0)


def _values(octets: bytes, position: int, kind: int) -> tuple[bytes | None, int]:
    """The first value, and where the next property begins; None where the kind is unknown."""
    several, kind = kind & _SEVERAL, kind & ~_SEVERAL
    size = _SIZES.get(kind)
    if size is not None and not several:
        return octets[position : position + size], position + size
    if size is not None:
        (count,) = struct.unpack_from("<I", octets, position)
        taken = _padded(2 * count) if kind in _SHORTS else size * count
        return octets[position + 4 : position + 4 + size], position + 4 + taken
    if kind not in {_STRING, _WIDE_STRING, _BINARY, _OBJECT}:
        return None, position
    (count,) = struct.unpack_from("<I", octets, position)
    position += 4
    first: bytes | None = None
    for _ in range(count):
        (length,) = struct.unpack_from("<I", octets, position)
        first = octets[position + 4 : position + 4 + length] if first is None else first
        position += 4 + _padded(length)
    return first or b"", position


def _padded(size: int) -> int:
    return size + -size % 4
