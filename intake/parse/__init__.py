"""Octets to a value: `parse` reads any message, however broken, and never raises.

Structure, octets and texts come from our own walk, addresses and dates from mail-parser. What stands in a body though it
is a file, and what an opaque signature encloses, is read here, too; nothing about projects or documents is known.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from string import whitespace
from urllib.parse import unquote

from intake import links
from intake.extract.sniff import sniff
from intake.model import Address, HeaderField, InboundMessage, Part, Role, Sha256, normalise_address
from intake.parse import fields, uu, written
from intake.parse.armour import MARKED, encrypted_block
from intake.parse.cms import signed_content
from intake.parse.decode import (
    ContentField,
    Decoded,
    body_text,
    disposition_field,
    file_name,
    raw_text,
    transfer,
    words,
)
from intake.parse.walk import MAX_LEVELS, MAX_PARTS, Leaf, Tree, walk

__all__ = ["parse"]

_MAX_BODY_OCTETS = 2_000_000
_PIECE_OCTETS = 2**16
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
_TEXTS = {None, "text/plain", "text/html"}
_OPAQUE = {"application/pkcs7-mime", "application/x-pkcs7-mime"}
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
    """A text that is shown as the message: where it is, its decoded octets, charset, and whether it is HTML."""

    path: str
    octets: bytes = field(repr=False)
    charset: str | None
    html: bool
    damaged: bool = False


@dataclass(frozen=True, slots=True)
class _Content:
    """What an entity holds: texts shown, parts to list, parts that only the digest knows, and what was odd.

    `opened` are the paths of parts of which the texts and the parts are among these.
    """

    bodies: tuple[_Body, ...]
    parts: tuple[Part, ...]
    unlisted: tuple[Part, ...]
    defects: tuple[str, ...]
    opened: tuple[str, ...] = ()


def parse(octets: bytes, *, envelope_recipient: Address | None = None) -> InboundMessage:
    """What a message says. Any octets in, a value out; where nothing can be read, `sender` is None and a defect says so."""
    tree = walk(octets)
    content = _with_signed(tree, _content(octets, tree))
    charset = next((body.charset for body in content.bodies), None)
    reading = fields.read(tree.top, charset)
    header = fields.header_fields(tree.top, charset)

    def values(name: str) -> list[str]:
        return [entry.value for entry in header if entry.name.lower() == name]

    plain = tuple(_text(body) for body in content.bodies if not body.html)
    html = tuple(_text(body) for body in content.bodies if body.html)
    own, whole = written.written(plain, html), written.whole(plain, html)
    subject = " ".join(next(iter(values("subject")), "").split())
    found = [links.find(own.text, own.html)]
    if forwarded := written.forwarded(whole, subject):
        found.append(links.find(forwarded, "\n".join(html)))
    message_ids = values("message-id")
    return InboundMessage(
        sha256=_sha256(octets),
        digest=_digest(octets, tree, (*content.parts, *content.unlisted)),
        size_octets=len(octets),
        fields=header,
        sender=reading.sender,
        reply_to=reading.reply_to,
        to=reading.to,
        cc=reading.cc,
        recipients=_recipients(reading, header, envelope_recipient),
        subject=subject,
        message_id=message_ids[0].strip() or None if message_ids else None,
        in_reply_to=fields.identifiers(values("in-reply-to")),
        references=fields.identifiers(values("references")),
        date=reading.date,
        written=own.text,
        text=whole,
        links=links.joined(found),
        parts=content.parts,
        defects=_defects(tree, reading, content),
        opened=content.opened,
    )


def _content(octets: bytes, tree: Tree, within: Part | None = None) -> _Content:
    """The bodies and parts of an entity; `within` is the part that encloses it."""
    prefix = f"{within.path}!" if within else ""
    container = within.path if within else None
    bodies: list[_Body] = []
    parts: list[Part] = []
    unlisted: list[Part] = []
    for leaf in tree.leaves:
        disposition = disposition_field(leaf.block.first("content-disposition"))
        encoding = leaf.block.first("content-transfer-encoding")
        decoded = transfer(octets, encoding, start=leaf.body, end=leaf.end)
        if not _is_body(leaf, disposition):
            part = replace(_part(leaf, disposition, decoded), path=prefix + leaf.path)
            is_doubtful = leaf.guessed and part.filename is None and _is_no_file(leaf)
            listed = unlisted if is_doubtful else parts
            listed.append(replace(part, container=container))
        elif leaf.content.media_type == "text/html":
            bodies.append(_body(prefix + leaf.path, leaf.content, decoded))
        else:
            is_full = len(parts) >= MAX_PARTS
            text = uu.UuText(decoded.octets) if is_full else uu.separate(decoded.octets)
            remaining = replace(decoded, octets=text.text)
            bodies.append(_body(prefix + leaf.path, leaf.content, remaining))
            parts += _uu_parts(bodies[-1].path, text.files)
            parts += _encrypted_parts(bodies[-1])
    shown = _shown_ids(bodies)
    marked = (replace(part, referenced=part.content_id in shown) for part in parts)
    return _Content(tuple(bodies), tuple(marked), tuple(unlisted), tuple(tree.defects))


def _is_no_file(leaf: Leaf) -> bool:
    """What a guessed boundary is not trusted with: a bounce's report, or a message that may be the very same one."""
    media_type = leaf.content.media_type
    return media_type.startswith(("message/", "multipart/")) or media_type == "text/rfc822-headers"


def _uu_parts(body: str, files: Iterable[uu.UuFile]) -> list[Part]:
    """Parts for the files that stood in a body, each with a path of its own."""
    parts: list[Part] = []
    taken: set[str] = set()
    for found in files:
        name = words(raw_text(found.name)).replace("\x00", "")
        path, copies = f"{body}!{name}", 1
        while path in taken:
            copies += 1
            path = f"{body}!{name}#{copies}"
        taken.add(path)
        filename = name.replace("\\", "/").rpartition("/")[2] or None
        parts.append(_held(path, body, filename, found.octets, damaged=found.damaged))
    return parts


def _encrypted_parts(body: _Body) -> list[Part]:
    """The message that a body holds encrypted in ASCII armour, which nobody here can read."""
    if MARKED not in body.octets:
        return []
    text = body.octets.decode("latin-1")
    found = encrypted_block(text)
    if found is None:
        return []
    octets = text[found.start : found.end].encode("latin-1")
    path = f"{body.path}!message.asc"
    part = _held(path, body.path, None, octets, damaged=not found.complete)
    # As a claimed type the sniffed one would mean the control part of a PGP/MIME message.
    return [replace(part, media_type="application/octet-stream")]


def _held(path: str, container: str, filename: str | None, octets: bytes, *, damaged: bool) -> Part:
    """A part for what stood in a body."""
    sniffed = sniff(octets, filename)
    return Part(
        path=path,
        filename=filename,
        media_type=sniffed or "application/octet-stream",
        sniffed=sniffed,
        octets=octets,
        size_octets=len(octets),
        sha256=_sha256(octets),
        inline=False,
        role=_role("application/octet-stream", filename),
        container=container,
        damaged=damaged,
    )


def _with_signed(tree: Tree, own: _Content) -> _Content:
    """With what the opaque signature encloses (RFC 8551 3.5.2), where the message is nothing but that.

    The header stays the outer one: fields of the enclosed entity say nothing about who sent the message.
    """
    if tree.content.media_type not in _OPAQUE or len(own.parts) != 1:
        return own
    part = own.parts[0]
    enclosed = signed_content(part.octets)
    if enclosed is None:
        return own
    inner_tree = walk(enclosed)
    if not inner_tree.top.fields and sniff(enclosed, None) not in _TEXTS:
        return own  # a file was signed, no mail
    inner = _content(enclosed, inner_tree, part)
    return replace(
        inner,
        parts=(part, *inner.parts),
        unlisted=own.unlisted,
        defects=(*own.defects, *inner.defects),
        opened=(part.path,),
    )


def _is_body(leaf: Leaf, disposition: ContentField) -> bool:
    """A nameless text/plain or text/html that is no attachment; also a multipart without parts, for all it holds is text."""
    if disposition.media_type == "attachment" or file_name(leaf.content, disposition) is not None:
        return False
    if leaf.content.media_type.startswith("multipart/"):
        return len(leaf.within) < MAX_LEVELS
    return leaf.content.media_type in {"text/plain", "text/html"}


def _body(path: str, content: ContentField, decoded: Decoded) -> _Body:
    return _Body(
        path,
        decoded.octets,
        content.parameters.get("charset"),
        content.media_type == "text/html",
        decoded.damaged,
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


def _text(body: _Body) -> str:
    return body_text(body.octets[:_MAX_BODY_OCTETS], body.charset)


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
            for place in range(leaf.body, leaf.end, _PIECE_OCTETS):
                piece = octets[place : min(place + _PIECE_OCTETS, leaf.end)]
                digest.update(piece.translate(None, whitespace.encode()))
        else:
            told = f"{part.media_type} {part.filename} {part.sha256}"
            digest.update(told.encode("utf-8", "surrogateescape"))
    return Sha256(digest.hexdigest())


def _sha256(octets: bytes) -> Sha256:
    return Sha256(hashlib.sha256(octets).hexdigest())


def _defects(tree: Tree, reading: fields.Reading, content: _Content) -> tuple[str, ...]:
    """Names, never sentences of the message, without repeats."""
    own = list(content.defects)
    if not tree.top.fields:
        own.append("no-header-fields")
    if reading.sender is None:
        own.append("no-single-sender")
    damaged = [body.damaged for body in content.bodies] + [part.damaged for part in content.parts]
    if any(damaged):
        own.append("damaged-transfer-encoding")
    return tuple(dict.fromkeys((*own, *reading.defects)))
