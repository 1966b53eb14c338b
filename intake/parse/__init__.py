"""Octets to a value: `parse` reads any message, however broken, and never raises.

Structure and octets come from our own walk, header fields and bodies from mail-parser; each covers for the other. It
knows nothing of projects, documents or what is done about a message.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from urllib.parse import unquote

from intake import links
from intake.extract.sniff import sniff
from intake.model import Address, HeaderField, InboundMessage, Part, Role, Sha256, normalise_address
from intake.parse import fields, written
from intake.parse.decode import (
    ContentField,
    Decoded,
    disposition_field,
    file_name,
    text_of,
    transfer,
)
from intake.parse.walk import MAX_LEVELS, Leaf, Tree, walk

__all__ = ["parse"]

_MAX_BODY_OCTETS = 2_000_000
_MAX_SKELETON_OCTETS = 4_000_000
_MAX_STRUCTURE_OCTETS = 64 * 1024
_MAX_ADDRESSES_OCTETS = 64 * 1024
_MAX_FIELD_OCTETS = 8 * 1024
_ADDRESS_FIELDS = {"from", "to", "cc", "reply-to"}
_CID = re.compile(rb"cid:([^\s\"'<>)]{1,300})", re.IGNORECASE)
_TRACE = {
    "received",
    "return-path",
    "delivered-to",
    "x-original-to",
    "envelope-to",
    "authentication-results",
    "received-spf",
    "dkim-signature",
    "x-received",
    "arc-seal",
    "arc-message-signature",
    "arc-authentication-results",
    "status",
    "x-status",
    "x-uid",
    "x-keywords",
    "lines",
    "content-length",
}
_RECIPIENT_FIELDS = {"delivered-to", "x-original-to", "envelope-to"}
_ROLES = {
    "message/rfc822": Role.EMBEDDED_MESSAGE,
    "message/global": Role.EMBEDDED_MESSAGE,
    "message/delivery-status": Role.DELIVERY_STATUS,
    "message/global-delivery-status": Role.DELIVERY_STATUS,
    "message/disposition-notification": Role.DELIVERY_STATUS,
    "message/feedback-report": Role.DELIVERY_STATUS,
    "application/pgp-signature": Role.SIGNATURE,
    "application/pkcs7-signature": Role.SIGNATURE,
    "application/x-pkcs7-signature": Role.SIGNATURE,
    "text/calendar": Role.CALENDAR,
    "application/ics": Role.CALENDAR,
    "application/ms-tnef": Role.TNEF,
    "application/vnd.ms-tnef": Role.TNEF,
    "application/pkcs7-mime": Role.OTHER,
    "application/x-pkcs7-mime": Role.OTHER,
    "application/pgp-encrypted": Role.OTHER,
    "text/rfc822-headers": Role.OTHER,
    "message/external-body": Role.OTHER,
}


@dataclass(frozen=True, slots=True)
class _Body:
    """A text that is shown as the message: decoded octets, charset, and whether it is HTML."""

    octets: bytes = field(repr=False)
    charset: str | None
    html: bool


def parse(octets: bytes, *, envelope_recipient: Address | None = None) -> InboundMessage:
    """What a message says. Any octets in, a value out; where nothing can be read, `sender` is None and a defect says so."""
    tree = walk(octets)
    bodies: list[_Body] = []
    parts: list[Part] = []
    cuts: list[tuple[int, int]] = []
    shown_octets = 0
    for leaf in tree.leaves:
        disposition = disposition_field(leaf.block.first("content-disposition"))
        decoded = _decoded(octets, leaf)
        if _is_body(leaf, disposition):
            bodies.append(_body(leaf.content, decoded))
        else:
            parts.append(_part(leaf, disposition, decoded))
        if not _is_body(leaf, disposition) or leaf.end - leaf.body > _MAX_BODY_OCTETS:
            cuts.append((leaf.body, leaf.end))
        else:
            shown_octets += leaf.end - leaf.body
    reading = fields.read(_skeleton(octets, tree, cuts, shown_octets), tree.top)
    shown = _shown_ids(bodies)
    marked = (replace(part, referenced=part.content_id in shown) for part in parts)
    return _message(
        octets, tree, reading, _Content(tuple(bodies), tuple(marked), envelope_recipient)
    )


@dataclass(frozen=True, slots=True)
class _Content:
    """What the walk brought, beside the header."""

    bodies: tuple[_Body, ...]
    parts: tuple[Part, ...]
    envelope_recipient: Address | None


def _message(
    octets: bytes, tree: Tree, reading: fields.Reading, content: _Content
) -> InboundMessage:
    header = fields.header_fields(tree.top)

    def values(name: str) -> list[str]:
        return [entry.value for entry in header if entry.name.lower() == name]

    plain = _texts(reading.plain, [body for body in content.bodies if not body.html])
    html = _texts(reading.html, [body for body in content.bodies if body.html])
    own = written.written(plain, html)
    message_ids = values("message-id")
    return InboundMessage(
        sha256=_sha256(octets),
        digest=_digest(octets, tree, content.parts),
        size_octets=len(octets),
        fields=header,
        sender=reading.sender,
        reply_to=reading.reply_to,
        to=reading.to,
        cc=reading.cc,
        recipients=_recipients(reading, header, content.envelope_recipient),
        subject=" ".join(next(iter(values("subject")), "").split()),
        message_id=message_ids[0].strip() or None if message_ids else None,
        in_reply_to=fields.identifiers(values("in-reply-to")),
        references=fields.identifiers(values("references")),
        date=reading.date,
        written=own.text,
        text=written.whole(plain, html),
        links=links.find(own.text, own.html),
        parts=content.parts,
        defects=_defects(tree, reading, content.parts),
    )


def _decoded(octets: bytes, leaf: Leaf) -> Decoded:
    """A leaf's octets without their transfer encoding."""
    body = octets[leaf.body : leaf.end]
    return transfer(body, leaf.block.first("content-transfer-encoding"))


def _is_body(leaf: Leaf, disposition: ContentField) -> bool:
    """A nameless text/plain or text/html that is no attachment; also a multipart without parts, for all it holds is text."""
    if leaf.content.media_type.startswith("multipart/"):
        return len(leaf.within) < MAX_LEVELS
    return (
        leaf.content.media_type in {"text/plain", "text/html"}
        and disposition.media_type != "attachment"
        and file_name(leaf.content, disposition) is None
    )


def _body(content: ContentField, decoded: Decoded) -> _Body:
    return _Body(
        decoded.octets, content.parameters.get("charset"), content.media_type == "text/html"
    )


def _part(leaf: Leaf, disposition: ContentField, decoded: Decoded) -> Part:
    filename = file_name(leaf.content, disposition)
    media_type = leaf.content.media_type
    content_id = leaf.block.first("content-id")
    related = "multipart/related" in leaf.within[-1:]
    return Part(
        path=leaf.path,
        filename=filename,
        media_type=media_type,
        sniffed=sniff(decoded.octets, filename),
        octets=decoded.octets,
        size_octets=len(decoded.octets),
        sha256=_sha256(decoded.octets),
        inline=disposition.media_type == "inline"
        or (content_id is not None and related and disposition.media_type != "attachment"),
        role=_role(media_type, filename),
        content_id=_content_id(content_id),
        damaged=decoded.damaged,
    )


def _role(media_type: str, filename: str | None) -> Role:
    if (filename or "").lower() == "winmail.dat":
        return Role.TNEF
    return _ROLES.get(media_type, Role.FILE)


def _shown_ids(bodies: Iterable[_Body]) -> set[str]:
    """The Content-IDs that the HTML bodies show (RFC 2392)."""
    return {
        unquote(found.decode("utf-8", "replace"))
        for body in bodies
        if body.html
        for found in _CID.findall(body.octets[:_MAX_BODY_OCTETS])
    }


def _content_id(value: bytes | None) -> str | None:
    if value is None:
        return None
    return value.decode("utf-8", "replace").strip().strip("<>").strip() or None


def _skeleton(
    octets: bytes, tree: Tree, cuts: Iterable[tuple[int, int]], shown_octets: int
) -> bytes:
    """All that mail-parser needs to see: the header, and the bodies without the octets of attachments.

    Its time grows with the square of a field's length, so fields are cut; and where the rest is out of proportion to the
    texts in it, it sees the header alone.
    """
    pieces: list[bytes] = []
    position = tree.top.body
    for first, last in cuts:
        pieces.append(octets[position:first])
        position = last
    pieces.append(octets[position:])
    body = b"".join(pieces)
    if len(body) > min(shown_octets + _MAX_STRUCTURE_OCTETS, _MAX_SKELETON_OCTETS):
        body = b""
    return _bounded_header(tree) + b"\n" + body


def _bounded_header(tree: Tree) -> bytes:
    return b"".join(
        entry.name.encode() + b":" + entry.value[: _longest(entry.name.lower())] + b"\n"
        for entry in tree.top.fields
    )


def _longest(name: str) -> int:
    return _MAX_ADDRESSES_OCTETS if name in _ADDRESS_FIELDS else _MAX_FIELD_OCTETS


def _texts(read: tuple[str, ...], bodies: list[_Body]) -> tuple[str, ...]:
    """The body texts as mail-parser read them; where it saw other bodies than the walk, or lost octets, our own reading."""
    if len(read) == len(bodies) and not any("�" in text for text in read):
        return read
    return tuple(text_of(body.octets[:_MAX_BODY_OCTETS], body.charset) for body in bodies)


def _recipients(
    reading: fields.Reading, header: Iterable[HeaderField], envelope: Address | None
) -> tuple[Address, ...]:
    traced = fields.addresses(
        entry.value for entry in header if entry.name.lower() in _RECIPIENT_FIELDS
    )
    listed = [box.address for box in (*reading.to, *reading.cc)]
    first = [envelope] if envelope else []
    found = [*first, *listed, *(normalise_address(address) for address in traced)]
    return tuple(dict.fromkeys(found))


def _digest(octets: bytes, tree: Tree, parts: tuple[Part, ...]) -> Sha256:
    """A digest that a redelivery keeps: header fields without the trace, then each leaf. Line ends do not matter."""
    digest = hashlib.sha256()
    for entry in tree.top.fields:
        if entry.name.lower() not in _TRACE:
            digest.update(
                entry.name.lower().encode() + b":" + b" ".join(entry.value.split()) + b"\n"
            )
    by_path = {part.path: part for part in parts}
    for leaf in tree.leaves:
        part = by_path.get(leaf.path)
        digest.update(b"\n" + leaf.path.encode() + b" ")
        if part is None:
            digest.update(b"".join(octets[leaf.body : leaf.end].split()))
        else:
            told = f"{part.media_type} {part.filename} {part.sha256}"
            digest.update(told.encode("utf-8", "surrogateescape"))
    return Sha256(digest.hexdigest())


def _sha256(octets: bytes) -> Sha256:
    return Sha256(hashlib.sha256(octets).hexdigest())


def _defects(tree: Tree, reading: fields.Reading, parts: tuple[Part, ...]) -> tuple[str, ...]:
    """Names, never sentences of the message, without repeats."""
    own = list(tree.defects)
    if not tree.top.fields:
        own.append("no-header-fields")
    if reading.sender is None:
        own.append("no-single-sender")
    if any(part.damaged for part in parts):
        own.append("damaged-transfer-encoding")
    return tuple(dict.fromkeys((*own, *reading.defects)))
