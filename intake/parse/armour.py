"""Reads the ASCII armour of OpenPGP in a text (RFC 9580, sections 6.2 and 7): it opens what is only signed, and finds what is encrypted.

A signature is taken away, not verified: nothing here says who wrote the text.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Sequence
from dataclasses import dataclass

_SIGNED = "-----BEGIN PGP SIGNED MESSAGE-----"
_MESSAGE = re.compile(r"-----BEGIN PGP MESSAGE(?:, PART \d{1,3}(?:/\d{1,3})?)?-----")
_BEGIN = re.compile(r"-----BEGIN PGP [A-Z0-9 ,/]{3,40}-----")
_END = re.compile(r"-----END PGP [A-Z0-9 ,/]{3,40}-----")
_ARMOUR_HEADER = re.compile(
    r"(Version|Comment|MessageID|Hash|Charset): ?.{0,200}|[A-Z][A-Za-z-]{0,30}: .{0,200}"
)
_RADIX64 = re.compile(r"[A-Za-z0-9+/]{1,512}={0,2}|=[A-Za-z0-9+/]{4}")
MARKED = b"-----BEGIN PGP "
"""Without this nothing in a text is armoured."""
_MARKED = MARKED.decode()
# Packet types (RFC 9580, 5): a session key for a public key or a password, and the encrypted data itself.
_ENCRYPTED_PACKETS = {1, 3, 9, 18, 20}


@dataclass(frozen=True, slots=True)
class Armoured:
    """Where an armoured message stands in a text: `text[start:end]`, from its first line to its last."""

    start: int
    end: int
    complete: bool
    """False where the line that ends the armour is missing."""


def signed_text(text: str) -> str:
    """The text as it was before it was signed: armour header, dash-escapes and signature are gone, all else is kept."""
    if _MARKED not in text:
        return text
    kept: list[str] = []
    lines = text.split("\n")
    number = 0
    while number < len(lines):
        if lines[number].rstrip() == _SIGNED:
            number = _unwrap(lines, number + 1, kept)
        else:
            kept.append(lines[number])
            number += 1
    return "\n".join(kept)


def without_armour(text: str) -> str:
    """The text without armoured blocks of any sort: messages, keys, signatures. They are no words."""
    if _MARKED not in text:
        return text
    kept: list[str] = []
    lines = text.split("\n")
    number = 0
    while number < len(lines):
        last = _armour_ends(lines, number)
        if last == number:
            kept.append(lines[number])
            last = number + 1
        number = last
    return "\n".join(kept)


def encrypted_block(text: str) -> Armoured | None:
    """The first encrypted message in a text, None where there is none; one that is quoted or only told of is none."""
    if _MARKED not in text:
        return None
    start = 0
    lines = text.split("\n")
    for number, line in enumerate(lines):
        if _MESSAGE.fullmatch(line.rstrip()) and _holds_encrypted(lines, number):
            last = _armour_ends(lines, number)
            octets = "\n".join(lines[number:last])
            complete = _END.fullmatch(lines[last - 1].rstrip()) is not None
            return Armoured(start, start + len(octets), complete)
        start += len(line) + 1
    return None


def _unwrap(lines: Sequence[str], first: int, kept: list[str]) -> int:
    """Keep a signed text's own lines; the number of the line behind its signature."""
    number = first
    while number < len(lines) and _ARMOUR_HEADER.fullmatch(lines[number].rstrip()):
        number += 1
    if number < len(lines) and not lines[number].strip():
        number += 1
    while number < len(lines):
        if _BEGIN.fullmatch(lines[number].rstrip()):
            return max(_armour_ends(lines, number), number + 1)
        kept.append(lines[number].removeprefix("- "))
        number += 1
    return number


def _armour_ends(lines: Sequence[str], first: int) -> int:
    """The number of the line behind the armour that begins at `first`; `first` itself where none begins.

    Where its last line is missing it ends with the last line that could be part of it.
    """
    opening = lines[first].rstrip()
    if opening == _SIGNED or not _BEGIN.fullmatch(opening):
        return first
    number = first + 1
    while number < len(lines) and _ARMOUR_HEADER.fullmatch(lines[number].rstrip()):
        number += 1
    data = number
    while data < len(lines) and not lines[data].strip():
        data += 1
    end = data
    while end < len(lines) and _RADIX64.fullmatch(lines[end].strip()):
        end += 1
    if end < len(lines) and _END.fullmatch(lines[end].rstrip()):
        return end + 1
    return end if end > data else number


def _holds_encrypted(lines: Sequence[str], first: int) -> bool:
    """Whether the first packet is one of encryption: a message that was signed or compressed alone looks the same outside."""
    for line in lines[first + 1 : first + 201]:
        data = line.strip()
        if data and not _ARMOUR_HEADER.fullmatch(data):
            return bool(_RADIX64.fullmatch(data)) and _first_packet(data) in _ENCRYPTED_PACKETS
    return False


def _first_packet(data: str) -> int | None:
    try:
        first = base64.b64decode(data[:4] + "=" * (-len(data[:4]) % 4))[:1]
    except (binascii.Error, ValueError):
        return None
    if not first or not first[0] & 0x80:
        return None
    return first[0] & 0x3F if first[0] & 0x40 else (first[0] & 0x3C) >> 2
