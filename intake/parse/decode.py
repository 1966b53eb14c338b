"""Undoes what mail does to octets, names and texts: transfer encodings, parameters, encoded words, charsets.

Every function takes whatever the sender wrote and gives the best reading of it; none raises. RFC 2045, 2047, 2231.
"""

from __future__ import annotations

import binascii
import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from io import BytesIO
from urllib.parse import unquote_to_bytes

_COMMENT = re.compile(r"\([^()]*\)")
_FOLD = re.compile(r"\r?\n(?=[ \t])")
_BREAK = re.compile(r"[\r\n]+")
_PARAMETER_NAME = re.compile(r"(?:[\s;]|\([^()]*\))*+([^\s=;\"]++)\s*+=\s*+")
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)(?:"|$)', re.DOTALL)
_SECTION = re.compile(r"(.+?)(?:\*(\d{1,4}))?(\*)?")
_ESCAPED = re.compile(r'\\(["\\])')
_WORD_BEGINS = re.compile(r"=\?([^?\s*]{1,40})(?:\*[^?\s]{0,40})?\?([bBqQ])\?")
_BETWEEN_WORDS = re.compile(r"(\?=)\s+(?==\?[^?\s]{1,60}\?[bBqQ]\?)")
_LINE = re.compile(rb"[^\r\n]+")
_UU_BEGIN = re.compile(rb"begin [0-7]{3,4} ")
_MEDIA_TYPE = re.compile(r"[\w!#$&.+^-]{1,100}/[\w!#$&.+^-]{1,150}")
_BASE64 = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_NOT_BASE64 = bytes(set(range(256)) - set(_BASE64))
_PIECE_OCTETS = 2**16
# Names in the wild for charsets that Python knows by another one.
_CHARSETS = {
    "x-gbk": "gbk",
    "gb2312": "gb18030",
    "gb_2312-80": "gb18030",
    "ks_c_5601-1987": "cp949",
    "euc-kr": "cp949",
    "x-sjis": "cp932",
    "shift_jis": "cp932",
    "iso-8859-1": "cp1252",  # as every mail client reads it (WHATWG Encoding 4.2)
    "latin1": "cp1252",
    "us-ascii": "cp1252",
    "ascii": "cp1252",
    "unicode-1-1-utf-7": "utf-7",
    "iso-8859-8-i": "iso-8859-8",
    "unknown-8bit": "utf-8",
    "x-unknown": "utf-8",
}


@dataclass(frozen=True, slots=True)
class ContentField:
    """A Content-Type or Content-Disposition field: its value in lower case and its decoded parameters."""

    media_type: str
    parameters: dict[str, str] = field(default_factory=dict, repr=False)
    boundary: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Decoded:
    """Octets after their transfer encoding; `damaged` says that they did not go all the way."""

    octets: bytes = field(repr=False)
    damaged: bool = False


def raw_text(value: bytes, charset: str | None = None) -> str:
    """Header octets as text: UTF-8 if they are (RFC 6532), else in the charset given, else the most common 8-bit one."""
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        # A header holds single octets even where the text below is in units of two.
        if charset and not charset.lower().startswith(("utf", "ucs")):
            return text_of(value, charset)
        return value.decode("cp1252", "replace")


def unfold(text: str) -> str:
    """One line (RFC 5322 2.2.3), without the characters that would end a header field."""
    return _BREAK.sub(" ", _FOLD.sub("", text)).replace("\x00", "").strip()


def content_field(value: bytes | None, default: str) -> ContentField:
    """A Content-Type field; RFC 2045 5.2 gives `default` where it is missing or no media type."""
    if value is None:
        return ContentField(default)
    text = unfold(raw_text(value))
    head, _, rest = text.partition(";")
    found = _MEDIA_TYPE.search(head)
    # Some programs leave out the first semicolon.
    parameters = _parameters(text[found.end() :] if found else rest)
    boundary = parameters.get("boundary", "").rstrip().encode("utf-8", "surrogateescape") or None
    return ContentField(found.group().lower() if found else "text/plain", parameters, boundary)


def disposition_field(value: bytes | None) -> ContentField:
    """A Content-Disposition field (RFC 2183); "" where there is none."""
    if value is None:
        return ContentField("")
    head, _, rest = unfold(raw_text(value)).partition(";")
    return ContentField(_COMMENT.sub("", head).strip().lower(), _parameters(rest))


def file_name(content: ContentField, disposition: ContentField) -> str | None:
    """What the sender called the part, decoded; None where it has no name. Never a safe storage name."""
    name = disposition.parameters.get("filename") or content.parameters.get("name")
    return words(name).strip() or None if name else None


def _parameters(text: str) -> dict[str, str]:
    """The parameters of a structured field, with RFC 2231 sections joined and decoded."""
    plain: dict[str, str] = {}
    sections: dict[str, dict[int, tuple[str, bool]]] = {}
    position = 0
    while found := _PARAMETER_NAME.match(text, position):
        name = found.group(1).lower()
        value, position = _value(text, found.end(), whole=name in {"filename", "name"})
        split = _SECTION.fullmatch(name)
        if split and (split.group(2) or split.group(3)):
            order = int(split.group(2) or 0)
            sections.setdefault(split.group(1), {})[order] = (value, bool(split.group(3)))
        else:
            plain.setdefault(name, value)
    for name, parts in sections.items():
        plain[name] = _joined([parts[order] for order in sorted(parts)])
    return plain


def _value(text: str, start: int, *, whole: bool) -> tuple[str, int]:
    """A parameter's value and where the next one begins. A `whole` unquoted value runs to the next semicolon."""
    quoted = _QUOTED.match(text, start)
    if quoted:
        end = text.find(";", quoted.end())
        value = _ESCAPED.sub(r"\1", quoted.group(1))
        return value, len(text) if end < 0 else end + 1
    end = text.find(";", start)
    end = len(text) if end < 0 else end
    value = text[start:end].strip()
    return value if whole or not value else value.split()[0], end + 1


def _joined(parts: list[tuple[str, bool]]) -> str:
    """The value of a parameter that came in sections (RFC 2231 3 and 4)."""
    charset = "utf-8"
    pieces: list[bytes] = []
    for number, (value, extended) in enumerate(parts):
        text = value
        if extended and number == 0 and text.count("'") >= 2:
            charset, _, text = text.split("'", 2)
        encoded = text.encode("utf-8", "surrogateescape")
        pieces.append(unquote_to_bytes(encoded) if extended else encoded)
    return text_of(b"".join(pieces), charset or "utf-8")


def words(text: str) -> str:
    """Text with its encoded words decoded, wherever they stand (senders put them inside quotes and names too)."""
    if "=?" not in text:
        return text
    joined = _BETWEEN_WORDS.sub(r"\1", text)
    pieces: list[str] = []
    position = 0
    pending: tuple[str, bytes] | None = None
    while found := _WORD_BEGINS.search(joined, position):
        end = joined.find("?=", found.end())
        if end < 0:
            break
        charset = found.group(1).lower()
        octets = _word(charset, found.group(2), joined[found.end() : end])
        between = joined[position : found.start()]
        position = end + 2
        # A character may be cut in two by the fold between words of one charset.
        if pending and not between and octets is not None and pending[0] == charset:
            pending = (charset, pending[1] + octets)
            continue
        pieces += [_finish(pending), between]
        pending = (charset, octets) if octets is not None else None
        if octets is None:
            pieces.append(joined[found.start() : position])
    pieces += [_finish(pending), joined[position:]]
    return unfold("".join(pieces))


def _finish(pending: tuple[str, bytes] | None) -> str:
    return text_of(pending[1], pending[0]) if pending else ""


def _word(charset: str, encoding: str, text: str) -> bytes | None:
    """The octets of an encoded word; None where it is no base64 and gives no text, and is better shown as it is."""
    octets = text.encode("utf-8", "surrogateescape")
    if encoding in "qQ":
        return binascii.a2b_qp(octets.replace(b" ", b"_"), header=True)
    decoded = base64(octets).octets
    return (
        None if _has_foreign(octets, 0, len(octets)) and not _is_in(charset, decoded) else decoded
    )


def _is_in(charset: str, octets: bytes) -> bool:
    """Whether octets are text in a charset."""
    try:
        octets.decode(_codec(charset) or "utf-8")
    except (UnicodeError, ValueError):
        return False
    return True


def text_of(octets: bytes, charset: str | None) -> str:
    """Octets as text: in the charset they claim, else UTF-8, else windows-1252. Never raises, holds no surrogates."""
    for candidate in (_codec(charset or "utf-8"), "utf-8"):
        if candidate is None:
            continue
        try:
            text = octets.decode(candidate)
            text.encode("utf-8")
        except (UnicodeError, ValueError):
            continue
        return text.removeprefix("\ufeff")
    claimed = _codec(charset or "")
    if claimed not in {None, "utf-8", "ascii"}:
        return _scalar(octets.decode(claimed or "utf-8", "replace"))
    return octets.decode("cp1252", "replace")


def body_text(octets: bytes, charset: str | None) -> str:
    """A body as text, without the NUL that no text has and no database takes.

    Many programs claim the Western charset for all that they send. Where it is UTF-8 in truth, it is taken for that: a
    Western text does not become UTF-8 by chance.
    """
    if _codec(charset or "") in {"cp1252", "ascii"}:
        try:
            return octets.decode("utf-8").removeprefix("\ufeff").replace("\x00", "")
        except UnicodeDecodeError:
            pass
    return text_of(octets, charset).replace("\x00", "")


def _scalar(text: str) -> str:
    return text.encode("utf-8", "replace").decode("utf-8")


_NO_CHARSETS = {
    "idna",
    "mbcs",
    "oem",
    "punycode",
    "raw-unicode-escape",
    "undefined",
    "unicode-escape",
}


@lru_cache(maxsize=256)
def _codec(charset: str) -> str | None:
    """Python's name for a charset, None where it knows none that decodes octets to text."""
    name = charset.strip().strip("\"'").lower()
    name = _CHARSETS.get(name, name)
    try:
        known = codecs.lookup(name)
    except (LookupError, ValueError):
        return None
    # Python lists codecs that are no charsets (rot13, zlib), and text encodings in which nobody writes mail.
    is_charset = known._is_text_encoding and known.name not in _NO_CHARSETS  # noqa: SLF001  # the only sign
    return known.name if is_charset else None


def transfer(octets: bytes, encoding: bytes | None, *, start: int, end: int) -> Decoded:
    """A stretch of octets without its Content-Transfer-Encoding (RFC 2045 6); what is unknown is left as it is."""
    mechanism = _mechanism(encoding)
    if mechanism == "base64":
        return base64(octets, start, end)
    match mechanism:
        case "quoted-printable":
            return Decoded(binascii.a2b_qp(memoryview(octets)[start:end]))
        case "x-uuencode" | "uuencode" | "x-uue" | "uue":
            return uuencoded(octets, start, end)
        case _:
            return Decoded(octets[start:end])


def _mechanism(encoding: bytes | None) -> str:
    """The mechanism's name without the comments, quotes, blanks and semicolons that some programs add."""
    names = re.split(r"[\s\"';:]+", _COMMENT.sub("", unfold(raw_text(encoding or b""))))
    return next((name.lower() for name in names if name), "")


def base64(octets: bytes, start: int = 0, end: int | None = None) -> Decoded:
    """Base64 as far as it goes: foreign characters are dropped and an odd end is cut to a whole quantum.

    The stretch is never copied as a whole: it may be most of a large message.
    """
    end = len(octets) if end is None else end
    try:
        decoded = binascii.a2b_base64(memoryview(octets)[start:end])
    except binascii.Error:
        return _salvaged(octets, start, end)
    line_ends = octets.count(b"\n", start, end) + octets.count(b"\r", start, end)
    if -(-len(decoded) // 3) * 4 + line_ends == end - start:
        return Decoded(decoded)
    return Decoded(decoded, damaged=_has_foreign(octets, start, end))


def _has_foreign(octets: bytes, start: int, end: int) -> bool:
    """Whether something else stands among the digits; what follows the padding (a list's footer) does no harm."""
    return any(
        piece.translate(None, _BASE64 + b"\r\n \t\x00") for piece in _unpadded(octets, start, end)
    )


def _salvaged(octets: bytes, start: int, end: int) -> Decoded:
    with BytesIO() as decoded:
        kept = b""
        for piece in _unpadded(octets, start, end):
            kept += piece.translate(None, _NOT_BASE64)
            whole = len(kept) - len(kept) % 4
            decoded.write(binascii.a2b_base64(kept[:whole]))
            kept = kept[whole:]
        # One character alone holds no octet: something was cut off behind it.
        is_cut = len(kept) == 1
        if not is_cut:
            decoded.write(binascii.a2b_base64(kept + b"=" * (-len(kept) % 4)))
        return Decoded(decoded.getvalue(), damaged=is_cut or _has_foreign(octets, start, end))


def _unpadded(octets: bytes, start: int, end: int) -> Iterator[bytes]:
    """What stands before the padding, in pieces."""
    padding = octets.find(b"=", start, end)
    end = end if padding < 0 else padding
    for place in range(start, end, _PIECE_OCTETS):
        yield octets[place : min(place + _PIECE_OCTETS, end)]


def uuencoded(octets: bytes, start: int, end: int) -> Decoded:
    """The octets between "begin" and "end" (POSIX uuencode); some programs leave out both."""
    begin = next((line for line in _lines(octets, start, end) if _UU_BEGIN.match(line[0])), None)
    if begin is not None:
        start = begin.end()
    elif not _is_uu_line(next((line[0] for line in _lines(octets, start, end)), b"")):
        body = octets[start:end]
        return Decoded(body, damaged=bool(body.strip()))
    damaged = False
    with BytesIO() as decoded:
        for line in _lines(octets, start, end):
            match line[0].strip():
                case b"end":
                    break
                case b"`":
                    continue
            piece, broken = _uu_line(line[0])
            decoded.write(piece)
            damaged = damaged or broken
        return Decoded(decoded.getvalue(), damaged=damaged)


def _lines(octets: bytes, start: int, end: int) -> Iterator[re.Match[bytes]]:
    """Those that are not blank."""
    return (line for line in _LINE.finditer(octets, start, end) if line[0].strip())


def _is_uu_line(line: bytes) -> bool:
    """Whether a line has the length that its first octet tells, with or without what no octet needs."""
    octets = (line[0] - 32) & 63 if line else 0
    return 0 < -(-octets * 8 // 6) <= len(line) - 1 <= -(-octets // 3) * 4


def _uu_line(line: bytes) -> tuple[bytes, bool]:
    try:
        return binascii.a2b_uu(line), False
    except binascii.Error:
        length = (((line[0] - 32) & 63) * 4 + 5) // 3
        try:
            # Some programs write garbage after the octets that the first character counts.
            return binascii.a2b_uu(line[:length]), False
        except binascii.Error:
            return b"", True
