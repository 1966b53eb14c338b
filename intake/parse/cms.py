"""Reads the content out of an opaque S/MIME signature (RFC 5652 SignedData, RFC 8551 3.5.2), and nothing else of it.

No signature is checked here: that something is signed says nothing about who sent it. Lengths may be definite or not
(ITU-T X.690); every one is checked against what is around it, and depth and count are bounded.
"""

from __future__ import annotations

from dataclasses import dataclass

_MAX_DEPTH = 50
_MAX_ELEMENTS = 100_000
_SEQUENCE = 0x30
_IDENTIFIER = 0x06
_OCTETS = 0x04
_CONSTRUCTED = 0x20
_EXPLICIT = 0xA0
_END_OF_CONTENTS = b"\x00\x00"
_SIGNED_DATA = bytes.fromhex("2a864886f70d010702")  # 1.2.840.113549.1.7.2


class _MalformedError(ValueError):
    """The octets are no BER, or not the structure wanted."""


@dataclass(frozen=True, slots=True)
class _Element:
    """One element: its tag octet, where its contents begin, and where they end (None: an end-of-contents mark says)."""

    tag: int
    body: int
    end: int | None


def signed_content(octets: bytes) -> bytes | None:
    """The octets that a SignedData encloses, usually a MIME entity; None where it encloses none or is no SignedData."""
    try:
        return _Reader(octets).signed_content()
    except _MalformedError:
        return None


class _Reader:
    """A walk over the octets that stops at its bounds."""

    def __init__(self, octets: bytes) -> None:
        self._octets = octets
        self._left = _MAX_ELEMENTS

    def signed_content(self) -> bytes:
        information = self._element(0, len(self._octets), _SEQUENCE)
        limit = self._limit(information, len(self._octets))
        kind = self._element(information.body, limit, _IDENTIFIER)
        if kind.end is None or self._octets[kind.body : kind.end] != _SIGNED_DATA:
            raise _MalformedError
        explicit = self._element(kind.end, limit, _EXPLICIT)
        limit = self._limit(explicit, limit)
        signed = self._element(explicit.body, limit, _SEQUENCE)
        limit = self._limit(signed, limit)
        version = self._element(signed.body, limit)
        algorithms = self._element(self._behind(version, limit), limit)
        enclosed = self._element(self._behind(algorithms, limit), limit, _SEQUENCE)
        limit = self._limit(enclosed, limit)
        kind = self._element(enclosed.body, limit, _IDENTIFIER)
        explicit = self._element(self._behind(kind, limit), limit, _EXPLICIT)
        limit = self._limit(explicit, limit)
        return self._octet_string(self._element(explicit.body, limit), limit)

    def _element(self, position: int, limit: int, wanted: int | None = None) -> _Element:
        """The element at a position, whole within the limit."""
        self._left -= 1
        if self._left < 0 or position + 2 > limit:
            raise _MalformedError
        tag, length = self._octets[position], self._octets[position + 1]
        body = position + 2
        # Tags of several octets are not needed here.
        if tag & 0x1F == 0x1F or (wanted is not None and tag != wanted):
            raise _MalformedError
        if length == 0x80:
            if not tag & _CONSTRUCTED:
                raise _MalformedError
            return _Element(tag, body, None)
        if length > 0x80:
            count = length & 0x7F
            if count > 8 or body + count > limit:
                raise _MalformedError
            length = int.from_bytes(self._octets[body : body + count], "big")
            body += count
        if body + length > limit:
            raise _MalformedError
        return _Element(tag, body, body + length)

    @staticmethod
    def _limit(element: _Element, around: int) -> int:
        return around if element.end is None else element.end

    def _behind(self, element: _Element, limit: int) -> int:
        """Where the next element begins."""
        if element.end is not None:
            return element.end
        position, depth = element.body, 1
        while depth:
            if self._octets[position : min(position + 2, limit)] == _END_OF_CONTENTS:
                position, depth = position + 2, depth - 1
                continue
            inner = self._element(position, limit)
            depth += inner.end is None
            if depth > _MAX_DEPTH:
                raise _MalformedError
            position = inner.body if inner.end is None else inner.end
        return position

    def _octet_string(self, element: _Element, limit: int) -> bytes:
        """The octets of a string that may come in pieces, and these in pieces again (X.690 8.7)."""
        if element.tag & ~_CONSTRUCTED != _OCTETS:
            raise _MalformedError
        if element.end is not None and not element.tag & _CONSTRUCTED:
            return self._octets[element.body : element.end]
        pieces: list[bytes] = []
        ends = [element.end]
        position = element.body
        while ends:
            if ends[-1] is None and self._octets[position : position + 2] == _END_OF_CONTENTS:
                position += 2
                ends.pop()
            elif position == ends[-1]:
                ends.pop()
            else:
                inner = self._element(position, limit if ends[-1] is None else ends[-1])
                if inner.tag & ~_CONSTRUCTED != _OCTETS or len(ends) > _MAX_DEPTH:
                    raise _MalformedError
                position = inner.body
                if inner.tag & _CONSTRUCTED:
                    ends.append(inner.end)
                elif inner.end is not None:
                    pieces.append(self._octets[inner.body : inner.end])
                    position = inner.end
        return b"".join(pieces)
