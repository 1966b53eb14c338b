"""The archives inside iWork documents since 2013: Snappy chunks that hold Protocol Buffers messages.

Apple has not described them; what is read here are their outer frames, and of messages single fields by number.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from intake.extract.content import stop
from intake.model import Problem

_INFLATED_OCTETS = 16 * 2**20
_VARINT, _FIXED_64, _LENGTH, _FIXED_32 = 0, 1, 2, 5
_FIXED = {_FIXED_64: 8, _FIXED_32: 4}


@dataclass(frozen=True, slots=True)
class Message:
    """One message: its type in Apple's numbering, the number of its object, and its octets."""

    kind: int
    number: int
    octets: bytes = field(repr=False)


def messages(archive: bytes) -> Iterator[Message]:
    """The messages of one archive; stops with UNREADABLE where its frames are broken."""
    try:
        octets = inflate(archive)
        start = 0
        while start < len(octets):
            size, start = _varint(octets, start)
            described = octets[start : start + size]
            start += size
            number = next(numbers(described, 1), 0)
            for entry in fields(described, 2):
                length = next(numbers(entry, 3), 0)
                kind = next(numbers(entry, 1), 0)
                yield Message(kind, number, octets[start : start + length])
                start += length
    except IndexError as error:
        raise stop(Problem.UNREADABLE, "broken archive") from error


def fields(message: bytes, number: int) -> Iterator[bytes]:
    """The values of a repeated field that is text, octets or a message. IndexError where the message is broken."""
    for found, value in _fields(message):
        if found == number and isinstance(value, bytes):
            yield value


def numbers(message: bytes, number: int) -> Iterator[int]:
    """The values of a repeated field that is a whole number. IndexError where the message is broken."""
    for found, value in _fields(message):
        if found == number and isinstance(value, int):
            yield value


def inflate(archive: bytes) -> bytes:
    """All chunks of an archive (a zero, three octets of length, Snappy without a frame). IndexError where broken."""
    parts: list[bytes] = []
    start = inflated = 0
    while start < len(archive):
        size = int.from_bytes(archive[start + 1 : start + 4], "little")
        parts.append(_unsnapped(archive[start + 4 : start + 4 + size]))
        start += 4 + size
        inflated += len(parts[-1])
        if inflated > _INFLATED_OCTETS:
            raise stop(Problem.TOO_LARGE, "inflates too far")
    return b"".join(parts)


def _unsnapped(chunk: bytes) -> bytes:
    """Snappy's format: literals, and copies of what came before, which may reach into themselves."""
    size, start = _varint(chunk, 0)
    if size > _INFLATED_OCTETS:
        raise stop(Problem.TOO_LARGE, "inflates too far")
    out = bytearray()
    while start < len(chunk) and len(out) < size:
        tag = chunk[start]
        start += 1
        if tag & 3 == 0:
            length = tag >> 2
            if length >= 60:
                wide = length - 59
                length = int.from_bytes(chunk[start : start + wide], "little")
                start += wide
            out += chunk[start : start + length + 1]
            start += length + 1
            continue
        if tag & 3 == 1:
            length, back = (tag >> 2 & 7) + 4, (tag >> 5) << 8 | chunk[start]
            start += 1
        else:
            wide = 2 if tag & 3 == 2 else 4
            length, back = (tag >> 2) + 1, int.from_bytes(chunk[start : start + wide], "little")
            start += wide
        if not 0 < back <= len(out):
            raise IndexError
        copied = bytes(out[len(out) - back :][:length])
        out += (copied * (length // back + 1))[:length]
    return bytes(out)


def _fields(message: bytes) -> Iterator[tuple[int, int | bytes]]:
    start = 0
    while start < len(message):
        key, start = _varint(message, start)
        number, form = key >> 3, key & 7
        if form == _VARINT:
            value, start = _varint(message, start)
            yield number, value
        elif form == _LENGTH:
            size, start = _varint(message, start)
            yield number, message[start : start + size]
            start += size
        elif form in _FIXED:
            yield number, message[start : start + _FIXED[form]]
            start += _FIXED[form]
        else:
            raise IndexError


def _varint(octets: bytes, start: int) -> tuple[int, int]:
    """The number and where it ends. IndexError where the octets end before it."""
    number = 0
    for shift in range(0, 70, 7):
        octet = octets[start]
        start += 1
        number |= (octet & 0x7F) << shift
        if octet < 0x80:
            return number, start
    raise IndexError
