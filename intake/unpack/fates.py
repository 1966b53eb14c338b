"""The fate of a leaf that is no container: document, or one of the things that only look like one. Pure.

First sight decides, by structure, octets and size; what a sender has sent before is not known here.
"""

from __future__ import annotations

import re
from pathlib import PurePosixPath

from intake.extract import sniff as media
from intake.model import Fate, InboundMessage, Part, Role

_SMALL_IMAGE_OCTETS = 60 * 1024
_SLIDE_WIDTH, _SLIDE_HEIGHT = 800, 450
_BADGE_WIDTH, _BADGE_HEIGHT = 640, 320
_DOT = 3
_DEBRIS_OCTETS = 16 * 1024
# Outlook names every picture of its signatures so, and sends it as a plain attachment where the text is no HTML.
_OUTLOOK_IMAGE = re.compile(r"image\d{3}\.(png|gif|jpe?g|bmp|webp)", re.IGNORECASE)
# Exchange and Apple Mail name a body so that stands behind an attachment.
_DEBRIS = re.compile(r"att\d{2,6}\.(txt|html?)", re.IGNORECASE)
_TAG = re.compile(rb"<[^<>]{0,2000}>")
_SHOWS = re.compile(rb"<(img|a|object|video|svg|table)\b", re.IGNORECASE)
_BLANK = re.compile(
    rb"&(nbsp|#160|#xa0|zwnj|#8203);|\xc2\xa0|\xe2\x80\x8b|\xef\xbb\xbf|[\s\xa0]+", re.IGNORECASE
)
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
_CARD_TYPES = {"text/vcard", "text/x-vcard", "text/directory"}
_OTHER_BODY_TYPES = {"text/x-amp-html", "text/watch-html", "text/enriched", "text/richtext"}
_UNSUPPORTED = {
    media.SEVEN_ZIP,
    media.RAR,
    "application/x-bzip2",
    "application/x-xz",
    "application/vnd.microsoft.portable-executable",
}
# PDF, zip and Office, older Office, pictures, RTF, gzip and 7z: no text begins with one of these.
_FORMATS = (
    b"%PDF-",
    b"PK\x03\x04",
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
    b"\x89PNG\r\n\x1a\n",
    b"\xff\xd8\xff",
    b"{\\rtf",
    b"\x1f\x8b\x08",
    b"7z\xbc\xaf\x27\x1c",
)
_METHOD = re.compile(
    rb"^METHOD(;[^:\r\n]{0,200})?:(REQUEST|REPLY|CANCEL|COUNTER|DECLINECOUNTER|REFRESH|ADD)\b",
    re.IGNORECASE | re.MULTILINE,
)
_ORGANIZER = re.compile(rb"^ORGANIZER[;:]", re.IGNORECASE | re.MULTILINE)
_ATTENDEE = re.compile(rb"^ATTENDEE[;:]", re.IGNORECASE | re.MULTILINE)
_EVENT = re.compile(rb"^BEGIN:VEVENT\b", re.IGNORECASE | re.MULTILINE)
_UID = re.compile(rb"^UID:([^\r\n]*)", re.IGNORECASE | re.MULTILINE)


def is_report(message: InboundMessage) -> bool:
    """Whether the message reports on one of ours (RFC 6522): what it carries is then our own."""
    content_type = next(iter(message.field_values("Content-Type")), "").lower().lstrip()
    return content_type.startswith("multipart/report") or any(
        part.role is Role.DELIVERY_STATUS for part in message.parts
    )


def is_small_picture(part: Part) -> bool:
    """Whether a part is a picture that is no slide and no photograph, such as a logo may be."""
    if not _is_image(part) or part.size_octets > _SMALL_IMAGE_OCTETS:
        return False
    return not _is_as_large_as_a_slide(*image_size(part.octets))


def is_plainly_a_file(part: Part) -> bool:
    """Whether the first octets name a format, so that what the part is said to be cannot be true."""
    return part.octets.startswith(_FORMATS)


def is_message(part: Part) -> bool:
    """An embedded message, or one that was saved as a file and attached."""
    if part.role is Role.EMBEDDED_MESSAGE:
        return not is_plainly_a_file(part)
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
    if is_plainly_a_file(part):
        return None
    if part.media_type in _REPORT_TYPES:
        return Fate.DELIVERY_REPORT
    if part.media_type in _SIGNATURE_TYPES or part.sniffed in {media.PGP_SIGNATURE, media.PGP_KEYS}:
        return Fate.CRYPTO_SIGNATURE
    if part.filename is None and part.media_type in _OTHER_BODY_TYPES:
        return Fate.TRACKING
    return Fate.TRACKING if _is_debris(part) else None


def _is_debris(part: Part) -> bool:
    """A body without a word in it that a mail program put behind an attachment, or left when it took one out."""
    if not (part.filename is None or _DEBRIS.fullmatch(part.filename)):
        return False
    text = part.sniffed in {"text/plain", "text/html", None} and part.media_type.startswith("text/")
    if not text or part.size_octets > _DEBRIS_OCTETS or _SHOWS.search(part.octets):
        return False
    return not _BLANK.sub(b"", _TAG.sub(b"", _without_head(part.octets)))


def _without_head(html: bytes) -> bytes:
    """HTML without the style sheets and the like in front of its body."""
    start = html.lower().find(b"<head>")
    end = html.lower().find(b"</head>", start)
    return html[:start] + html[end:] if 0 <= start < end else html


def _by_size(part: Part) -> Fate | None:
    if part.media_type == "message/external-body":
        return Fate.UNSUPPORTED
    return Fate.EMPTY if not part.octets.strip() else None


def _by_type(part: Part) -> Fate | None:
    if part.sniffed == media.PGP_MESSAGE or _is_named_encrypted(part):
        return Fate.ENCRYPTED
    if part.sniffed == "text/calendar":
        return _calendar_fate(part.octets)
    is_claimed = not is_plainly_a_file(part)
    if part.sniffed == "text/vcard" or (is_claimed and part.media_type in _CARD_TYPES):
        return Fate.CARD
    if is_claimed and part.media_type.startswith("multipart/"):
        return Fate.DAMAGED
    if part.sniffed in _UNSUPPORTED or part.media_type == "message/partial":
        return Fate.UNSUPPORTED
    return None


def _is_named_encrypted(part: Part) -> bool:
    """Binary OpenPGP that begins with no packet known to `sniff`, such as a compressed one."""
    suffix = PurePosixPath(part.filename or "").suffix.lower()
    return suffix in {".pgp", ".gpg"} and part.sniffed is None and part.octets[0] >= 0x80


def _calendar_fate(octets: bytes) -> Fate:
    """A call to meetings (RFC 5546) is no calendar of events, and neither is one meeting that was saved as a file.

    The repeated exceptions of one meeting share a UID.
    """
    events = len(_EVENT.findall(octets))
    if not events:
        return Fate.DOCUMENT
    if _METHOD.search(octets):
        return Fate.INVITATION
    one_meeting = events == 1 or len(set(_UID.findall(octets))) == 1
    called = _ORGANIZER.search(octets) and _ATTENDEE.search(octets)
    return Fate.INVITATION if one_meeting and called else Fate.DOCUMENT


def _is_image(part: Part) -> bool:
    return (part.sniffed or part.media_type).startswith("image/")


def _image_fate(part: Part) -> Fate:
    """Logos and dots are known by how they are shown; a slide or a photograph by its size."""
    width, height = image_size(part.octets)
    if 0 < width <= _DOT and 0 < height <= _DOT:
        return Fate.TRACKING
    shown = part.referenced or (part.inline and part.content_id is not None)
    large = _is_as_large_as_a_slide(width, height) or _may_be_a_photograph(part, width, height)
    if shown and not large:
        return Fate.SIGNATURE_IMAGE
    badge = width <= _BADGE_WIDTH and height <= _BADGE_HEIGHT
    by_outlook = width > 0 and _OUTLOOK_IMAGE.fullmatch(part.filename or "") is not None
    if (part.inline or by_outlook) and badge and part.size_octets <= _SMALL_IMAGE_OCTETS:
        return Fate.SIGNATURE_IMAGE
    return Fate.DAMAGED if part.damaged else Fate.DOCUMENT


def _is_as_large_as_a_slide(width: int, height: int) -> bool:
    return width >= _SLIDE_WIDTH and height >= _SLIDE_HEIGHT


def _may_be_a_photograph(part: Part, width: int, height: int) -> bool:
    """Too heavy for a logo, and upright as a page or a telephone's screen is, or in a format that is not measured here."""
    upright = width >= _SLIDE_HEIGHT and height >= _SLIDE_WIDTH
    return part.size_octets > _SMALL_IMAGE_OCTETS and (upright or not width)


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
