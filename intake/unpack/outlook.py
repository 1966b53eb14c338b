"""A message that Outlook saved (.msg, MS-OXMSG), written again as the mail that it was, so that one reader reads both.

The text, the sender, the time and the attachments are taken over, embedded messages too; signatures of the transport are not.
Everything is bounded: the streams, the octets read of them in all, and the levels of messages in messages.
"""

from __future__ import annotations

import base64
import hashlib
import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.header import Header
from email.utils import format_datetime
from urllib.parse import quote

from intake.extract.compound import Compound, moment_of
from intake.extract.content import StopReadingError
from intake.model import Fate, Problem
from intake.unpack import mapi

_SENDER_NAME, _SENDER_ADDRESS, _SENDER_SMTP = 0x0C1A, 0x0C1F, 0x5D01
_STRINGS_CODE_PAGE = 0x3FFD
_CLASS, _SUBMITTED, _DELIVERED, _MESSAGE_ID = 0x001A, 0x0039, 0x0E06, 0x1035
_ATTACHMENT_LINK, _MEDIA_TYPE, _CONTENT_ID, _HIDDEN = 0x370D, 0x370E, 0x3712, 0x7FFE
_HEADER_OF_MESSAGE, _HEADER_OF_EMBEDDED, _HEADER_OF_ATTACHMENT = 32, 24, 8
_MOST_STREAMS_TIMES_ATTACHMENTS = 1_000_000
_MOST_CHARACTERS = 500
_STRING, _WIDE_STRING, _BINARY, _OBJECT = 0x001E, 0x001F, 0x0102, 0x000D
_PROPERTIES = "__properties_version1.0"
_ATTACHMENT = re.compile(r"__attach_version1\.0_#[0-9A-Fa-f]{8}")
_MEDIA = re.compile(r"[a-z]+/[a-z0-9.+_-]{1,100}", re.IGNORECASE)
_ADDRESS = re.compile(r"[^\s<>\"(),:;@\[\]]{1,100}@[^\s<>\"(),:;@\[\]]{1,200}")
_PLAIN_ID = re.compile(r"[!-~]{1,300}")


class _TooLargeError(Exception):
    """More is in it than may be unpacked."""


@dataclass(slots=True)
class _File:
    """The streams of one compound file by the storage that holds them, and how much more may be read."""

    compound: Compound
    streams: dict[str, frozenset[str]] = field(repr=False)
    octets_left: int


def as_mail(octets: bytes, *, octets_left: int, entries: int, levels: int) -> bytes | Fate:
    """The mail in a .msg file as RFC 5322 octets, or why there is none. Embedded messages below `levels` are left empty."""
    try:
        compound = Compound(octets)
        file = _File(compound, _by_storage(compound.paths()), octets_left)
        attachments = sum(bool(_ATTACHMENT.search(storage)) for storage in file.streams)
        if attachments > entries or attachments * sum(map(len, file.streams.values())) > (
            _MOST_STREAMS_TIMES_ATTACHMENTS
        ):
            return Fate.TOO_LARGE
        return b"".join(_message(file, "", header=_HEADER_OF_MESSAGE, levels=levels))
    except StopReadingError as stopped:
        too_large = stopped.unusable.problem is Problem.TOO_LARGE
        return Fate.TOO_LARGE if too_large else Fate.DAMAGED
    except _TooLargeError:
        return Fate.TOO_LARGE


def _by_storage(paths: tuple[str, ...]) -> dict[str, frozenset[str]]:
    streams: dict[str, set[str]] = {}
    for path in paths:
        storage, _, name = path.rpartition("/")
        streams.setdefault(storage + "/" if storage else "", set()).add(name)
    return {storage: frozenset(names) for storage, names in streams.items()}


@dataclass(frozen=True, slots=True)
class _Object:
    """The properties of a message or attachment: those of fixed size, and where the others lie."""

    file: _File
    storage: str
    fixed: dict[int, bytes] = field(repr=False)
    charset: str
    """Of strings that are not in Unicode; attachments have that of their message."""

    def stream(self, tag: int, kind: int) -> bytes | None:
        """The octets of a property of variable size, None where there is none."""
        name = f"__substg1.0_{tag:04X}{kind:04X}"
        if name not in self.file.streams.get(self.storage, ()):
            return None
        octets = self.file.compound.stream(self.storage + name, whole=True)
        self.file.octets_left -= len(octets)
        if self.file.octets_left < 0:
            raise _TooLargeError
        return octets

    def text(self, tag: int) -> str:
        wide = self.stream(tag, _WIDE_STRING)
        if wide is not None:
            return mapi.text_of(wide, "utf-16-le")
        return mapi.text_of(self.stream(tag, _STRING) or b"", self.charset)

    def line(self, tag: int) -> str:
        return " ".join(self.text(tag).split())[:_MOST_CHARACTERS]


def _object(file: _File, storage: str, *, header: int, charset: str | None = None) -> _Object:
    """Read the list of properties (MS-OXMSG 2.4)."""
    fixed: dict[int, bytes] = {}
    if _PROPERTIES in file.streams.get(storage, ()):
        octets = file.compound.stream(storage + _PROPERTIES, whole=True)
        for place in range(header, len(octets) - 15, 16):
            (tag,) = struct.unpack_from("<H", octets, place + 2)
            fixed.setdefault(tag, octets[place + 8 : place + 16])
    page = fixed.get(_STRINGS_CODE_PAGE) or fixed.get(mapi.CODE_PAGE) or b""
    return _Object(file, storage, fixed, charset or _charset(page))


def _charset(page: bytes) -> str:
    return mapi.code_page(int.from_bytes(page[:4], "little"))


def _message(file: _File, storage: str, *, header: int, levels: int) -> Iterator[bytes]:
    found = _object(file, storage, header=header)
    boundary = hashlib.sha256(f"{storage} {file.octets_left}".encode()).hexdigest()[:40].encode()
    report = found.line(_CLASS).upper().startswith("REPORT.")
    yield from _header(found)
    subtype = b"report" if report else b"mixed"
    yield b'MIME-Version: 1.0\r\nContent-Type: multipart/%s; boundary="%s"\r\n' % (
        subtype,
        boundary,
    )
    links = []
    entities = []
    for name in _attachments(file, storage):
        place = f"{storage}{name}/"
        one = _object(file, place, header=_HEADER_OF_ATTACHMENT, charset=found.charset)
        link = one.line(_ATTACHMENT_LINK)
        if link.lower().startswith(("https://", "http://")):
            links.append(link)
        else:
            entities.append(b"".join(_attachment(one, levels=levels)))
    for entity in (*_bodies(found, links), *entities):
        yield b"\r\n--%s\r\n" % boundary
        yield entity
    yield b"\r\n--%s--\r\n" % boundary


def _header(found: _Object) -> Iterator[bytes]:
    addresses = (found.line(tag) for tag in (_SENDER_SMTP, _SENDER_ADDRESS))
    address = next((one for one in addresses if _ADDRESS.fullmatch(one) and one.isascii()), None)
    if address is not None:
        yield b"From: %s <%s>\r\n" % (_encoded(found.line(_SENDER_NAME)), address.encode())
    yield b"Subject: %s\r\n" % _encoded(found.line(mapi.SUBJECT))
    moments = (moment_of(found.fixed.get(tag, b"")) for tag in (_SUBMITTED, _DELIVERED))
    moment = next((one for one in moments if one is not None), None)
    if moment is not None:
        yield b"Date: %s\r\n" % format_datetime(moment).encode()
    message_id = found.line(_MESSAGE_ID)
    if _PLAIN_ID.fullmatch(message_id):
        yield b"Message-ID: %s\r\n" % message_id.encode()


def _bodies(found: _Object, links: list[str]) -> list[bytes]:
    """The text, and the HTML; where neither is there the text of the RTF. Files that are links stand at the end."""
    plain = found.text(mapi.BODY)
    html = (found.stream(mapi.HTML, _BINARY) or found.text(mapi.HTML).encode()).rstrip(b"\x00")
    if not plain.strip() and not html.strip():
        plain = mapi.rtf_text(found.stream(mapi.RTF, _BINARY) or b"")
    told = "\r\n".join([plain, *links])
    bodies = [_entity(b"text/plain; charset=utf-8", told.encode("utf-8", "replace"))]
    if html.strip():
        page = found.fixed.get(mapi.CODE_PAGE)
        charset = _charset(page) if page else "utf-8"
        bodies.append(_entity(b"text/html; charset=" + charset.encode(), html))
    return bodies


def _attachments(file: _File, storage: str) -> list[str]:
    names = {
        one[len(storage) :].partition("/")[0] for one in file.streams if one.startswith(storage)
    }
    return sorted(name for name in names if _ATTACHMENT.fullmatch(name))


def _attachment(found: _Object, *, levels: int) -> Iterator[bytes]:
    inner = f"{found.storage}__substg1.0_{mapi.DATA:04X}{_OBJECT:04X}/"
    name = next(
        filter(None, map(found.line, (mapi.LONG_NAME, mapi.SHORT_NAME, mapi.DISPLAY_NAME))), ""
    )
    if _PROPERTIES in found.file.streams.get(inner, ()):
        yield b"Content-Type: message/rfc822\r\n\r\n"
        if levels > 0:
            yield from _message(found.file, inner, header=_HEADER_OF_EMBEDDED, levels=levels - 1)
        return
    octets = found.stream(mapi.DATA, _BINARY)
    if octets is None and any(one.startswith(inner) for one in found.file.streams):
        yield _entity(b"message/external-body", b"", _disposition(found, name))  # an OLE object
        return
    claimed = found.line(_MEDIA_TYPE)
    media_type = claimed if _MEDIA.fullmatch(claimed) else "application/octet-stream"
    if media_type.lower().startswith(("multipart/", "message/")):
        media_type = "application/octet-stream"
    yield _entity(media_type.encode(), octets or b"", _disposition(found, name))


def _disposition(found: _Object, name: str) -> bytes:
    hidden = found.fixed.get(_HIDDEN, b"\x00")[:1] == b"\x01"
    encoded = quote(name or "file", safe="", errors="replace").encode()
    lines = b"Content-Disposition: %s; filename*=utf-8''%s\r\n" % (
        b"inline" if hidden else b"attachment",
        encoded,
    )
    content_id = found.line(_CONTENT_ID)
    if _PLAIN_ID.fullmatch(content_id):
        lines += b"Content-ID: <%s>\r\n" % content_id.strip("<>").encode()
    return lines


def _entity(content_type: bytes, octets: bytes, fields: bytes = b"") -> bytes:
    head = b"Content-Type: %s\r\nContent-Transfer-Encoding: base64\r\n%s\r\n" % (
        content_type,
        fields,
    )
    return head + base64.encodebytes(octets)


def _encoded(text: str) -> bytes:
    return Header(text, "utf-8", maxlinelen=70).encode(linesep="\r\n").encode("ascii", "replace")
