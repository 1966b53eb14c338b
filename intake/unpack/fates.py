"""The fate of a leaf that is no container: document, or one of the things that only look like one. Pure."""

from __future__ import annotations

import re

from intake.extract import sniff as media
from intake.model import Fate, InboundMessage, Part, Role

_SMALL_IMAGE_OCTETS = 60 * 1024
_SHOWN_IMAGE_OCTETS = 150 * 1024
_SLIDE_WIDTH, _SLIDE_HEIGHT = 800, 450
_BADGE_WIDTH, _BADGE_HEIGHT = 640, 320
_DOT = 3
_SIGNED_DATA = bytes.fromhex("2a864886f70d010702")  # RFC 5652 5.1
_REPORT_TYPES = {
    "message/delivery-status",
    "message/global-delivery-status",
    "message/disposition-notification",
    "message/feedback-report",
    "text/rfc822-headers",
    "message/global-headers",
}
_SIGNATURE_TYPES = {
    "application/pgp-signature",
    "application/pgp-keys",
    "application/pgp-encrypted",  # the control part of RFC 3156; the octets are in the part beside it
    "application/pkcs7-signature",
    "application/x-pkcs7-signature",
}
_ENVELOPE_TYPES = {"application/pkcs7-mime", "application/x-pkcs7-mime"}
_CARD_TYPES = {"text/vcard", "text/x-vcard", "text/directory"}
_OTHER_BODY_TYPES = {"text/x-amp-html", "text/watch-html", "text/enriched", "text/richtext"}
_UNSUPPORTED = {
    media.SEVEN_ZIP,
    media.RAR,
    "application/x-bzip2",
    "application/x-xz",
    "application/vnd.microsoft.portable-executable",
}
_METHOD = re.compile(
    rb"^METHOD:(REQUEST|REPLY|CANCEL|COUNTER|REFRESH|ADD)\b", re.IGNORECASE | re.MULTILINE
)
_EVENT = re.compile(rb"^BEGIN:VEVENT\b", re.IGNORECASE | re.MULTILINE)
_UID = re.compile(rb"^UID:([^\r\n]*)", re.IGNORECASE | re.MULTILINE)


def is_report(message: InboundMessage) -> bool:
    """Whether the message reports on one of ours (RFC 6522): what it carries is then our own."""
    content_type = next(iter(message.field_values("Content-Type")), "").lower().lstrip()
    return content_type.startswith("multipart/report") or any(
        part.role is Role.DELIVERY_STATUS for part in message.parts
    )


def is_message(part: Part) -> bool:
    """An embedded message, or one that was saved as a file and attached."""
    if part.role is Role.EMBEDDED_MESSAGE:
        return True
    return part.sniffed == media.MESSAGE and (part.filename or "").lower().endswith(".eml")


def fate_of_leaf(part: Part, document_octets: int) -> Fate:
    """The fate of a part that is not opened."""
    for rule in (_by_role, _by_size, _by_type):
        fate = rule(part)
        if fate is not None:
            return fate
    if part.size_octets > document_octets:
        return Fate.TOO_LARGE
    if _is_image(part):
        return _image_fate(part)
    return Fate.DAMAGED if part.damaged else Fate.DOCUMENT


def _by_role(part: Part) -> Fate | None:
    """What the structure of the message says it is, empty or not."""
    if part.media_type in _REPORT_TYPES:
        return Fate.DELIVERY_REPORT
    if part.media_type in _SIGNATURE_TYPES or part.sniffed == "application/pgp-signature":
        return Fate.CRYPTO_SIGNATURE
    if part.filename is None and part.media_type in _OTHER_BODY_TYPES:
        return Fate.TRACKING
    return None


def _by_size(part: Part) -> Fate | None:
    if part.media_type == "message/external-body":
        return Fate.UNSUPPORTED
    return Fate.EMPTY if not part.octets.strip() else None


def _by_type(part: Part) -> Fate | None:
    if part.media_type in _ENVELOPE_TYPES:
        return Fate.UNSUPPORTED if _SIGNED_DATA in part.octets[:64] else Fate.ENCRYPTED
    if part.sniffed == "application/pgp-encrypted":
        return Fate.ENCRYPTED
    if part.sniffed == "text/calendar":
        return _calendar_fate(part.octets)
    if part.sniffed == "text/vcard" or part.media_type in _CARD_TYPES:
        return Fate.CARD
    if part.media_type.startswith("multipart/"):
        return Fate.DAMAGED
    if part.sniffed in _UNSUPPORTED or part.media_type == "message/partial":
        return Fate.UNSUPPORTED
    return None


def _calendar_fate(octets: bytes) -> Fate:
    """A call to one meeting (RFC 5546) is no calendar of events; its repeated exceptions share a UID."""
    events = len(_EVENT.findall(octets))
    one_meeting = events == 1 or len(set(_UID.findall(octets))) == 1
    return Fate.INVITATION if events and one_meeting and _METHOD.search(octets) else Fate.DOCUMENT


def _is_image(part: Part) -> bool:
    return (part.sniffed or part.media_type).startswith("image/")


def _image_fate(part: Part) -> Fate:
    """Logos and dots are known by how they are shown; a slide or a photograph by its size."""
    width, height = image_size(part.octets)
    if 0 < width <= _DOT and 0 < height <= _DOT:
        return Fate.TRACKING
    if part.referenced or (part.inline and part.content_id is not None):
        as_large_as_a_slide = width >= _SLIDE_WIDTH and height >= _SLIDE_HEIGHT
        large = as_large_as_a_slide and part.size_octets > _SHOWN_IMAGE_OCTETS
        return Fate.DOCUMENT if large else Fate.SIGNATURE_IMAGE
    badge = width <= _BADGE_WIDTH and height <= _BADGE_HEIGHT
    if part.inline and badge and part.size_octets <= _SMALL_IMAGE_OCTETS:
        return Fate.SIGNATURE_IMAGE
    return Fate.DAMAGED if part.damaged else Fate.DOCUMENT


def image_size(octets: bytes) -> tuple[int, int]:
    """Width and height in pixels of a PNG, GIF or JPEG; zeros where they cannot be told."""
    if octets.startswith(b"\x89PNG") and len(octets) >= 24:
        return int.from_bytes(octets[16:20], "big"), int.from_bytes(octets[20:24], "big")
    if octets.startswith(b"GIF8") and len(octets) >= 10:
        return int.from_bytes(octets[6:8], "little"), int.from_bytes(octets[8:10], "little")
    return _jpeg_size(octets) if octets.startswith(b"\xff\xd8") else (0, 0)


def _jpeg_size(octets: bytes) -> tuple[int, int]:
    """From the first frame header (ITU-T T.81 B.2.2)."""
    position = 2
    for _ in range(200):
        segment = octets[position : position + 9]
        if len(segment) < 9 or segment[0] != 0xFF:
            return 0, 0
        if 0xC0 <= segment[1] <= 0xCF and segment[1] not in {0xC4, 0xC8, 0xCC}:
            return int.from_bytes(segment[7:9], "big"), int.from_bytes(segment[5:7], "big")
        position += 2 + int.from_bytes(segment[2:4], "big")
    return 0, 0
