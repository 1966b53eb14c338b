"""Tells a media type from octets, because the claimed one and the file name are often wrong.

Knows signatures only: it opens nothing, decompresses nothing and looks at bounded stretches of the octets. A name is
used solely to tell apart plain texts that have no signature of their own.
"""

from __future__ import annotations

import re
import struct
from pathlib import PurePath

_OOXML = "application/vnd.openxmlformats-officedocument"
PDF = "application/pdf"
DOCX = f"{_OOXML}.wordprocessingml.document"
XLSX = f"{_OOXML}.spreadsheetml.sheet"
PPTX = f"{_OOXML}.presentationml.presentation"
ZIP = "application/zip"
TAR = "application/x-tar"
GZIP = "application/gzip"
SEVEN_ZIP = "application/x-7z-compressed"
RAR = "application/vnd.rar"
TNEF = "application/ms-tnef"
COMPOUND = "application/x-ole-storage"
IWORK = "application/vnd.apple.iwork"
KEYNOTE = "application/vnd.apple.keynote"
MESSAGE = "message/rfc822"
OUTLOOK = "application/vnd.ms-outlook"
CMS = "application/pkcs7-mime"
PGP_MESSAGE = "application/pgp-encrypted"
PGP_SIGNATURE = "application/pgp-signature"
PGP_KEYS = "application/pgp-keys"

_HEAD = 4096
_DIRECTORY_SECTORS = 2_000
_ROOT = b"\x05"
_PDF_WITHIN = 1024  # junk before %PDF is common, and readers look this far
_SIGNATURES: tuple[tuple[bytes, str], ...] = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"BM", "image/bmp"),
    (b"II*\x00", "image/tiff"),
    (b"MM\x00*", "image/tiff"),
    (b"\x1f\x8b", GZIP),
    (b"7z\xbc\xaf\x27\x1c", SEVEN_ZIP),
    (b"Rar!\x1a\x07", RAR),
    (b"BZh", "application/x-bzip2"),
    (b"\xfd7zXZ\x00", "application/x-xz"),
    (b"\x78\x9f\x3e\x22", TNEF),
    (b"{\\rtf", "application/rtf"),
    (b"\xffWPC", "application/vnd.wordperfect"),
    (b"\xdb\xa5\x2d\x00", "application/x-word-2"),
    (b"\x31\xbe\x00\x00", "application/x-write"),
    (b"\x00\x00\x1a\x00", "application/vnd.lotus-1-2-3"),
    (b"MZ", "application/vnd.microsoft.portable-executable"),
    (b"ID3", "audio/mpeg"),
    (b"OggS", "audio/ogg"),
)
_TEXT_SIGNATURES: tuple[tuple[re.Pattern[bytes], str], ...] = (
    (re.compile(rb"BEGIN:VCALENDAR\b", re.IGNORECASE), "text/calendar"),
    (re.compile(rb"BEGIN:VCARD\b", re.IGNORECASE), "text/vcard"),
    (re.compile(rb"-----BEGIN PGP MESSAGE(, PART \d+(/\d+)?)?-----"), PGP_MESSAGE),
    (re.compile(rb"-----BEGIN PGP SIGNATURE-----"), PGP_SIGNATURE),
    (re.compile(rb"-----BEGIN PGP (PUBLIC|PRIVATE) KEY BLOCK-----"), PGP_KEYS),
    (re.compile(rb"<!doctype\s+html|<html[\s>]", re.IGNORECASE), "text/html"),
    (
        re.compile(rb"(<\?xml[^>]*>\s*)?(<!--.*?-->\s*)*<svg[\s>]", re.IGNORECASE | re.DOTALL),
        "image/svg+xml",
    ),
    (re.compile(rb"<\?xml\s"), "application/xml"),
)
_TEXT_SUFFIXES = {
    ".md": "text/markdown",
    ".markdown": "text/markdown",
    ".csv": "text/csv",
    ".tsv": "text/tab-separated-values",
    ".ics": "text/calendar",
    ".vcf": "text/vcard",
    ".html": "text/html",
    ".htm": "text/html",
    ".eml": MESSAGE,
    ".json": "application/json",
    ".xml": "application/xml",
}
# A directory entry of a compound file holds its name in UTF-16LE (MS-CFB 2.6.1).
_STREAMS: tuple[tuple[str, str], ...] = (
    ("EncryptedPackage", "application/x-ole-encrypted"),
    ("__properties_version1.0", OUTLOOK),
    ("PowerPoint Document", "application/vnd.ms-powerpoint"),
    ("WordDocument", "application/msword"),
    ("Workbook", "application/vnd.ms-excel"),
)
_ZIP_MEMBERS: tuple[tuple[bytes, str], ...] = (
    (b"ppt/presentation.xml", PPTX),
    (b"word/document.xml", DOCX),
    (b"xl/workbook.xml", XLSX),
    (b"xl/workbook.bin", "application/vnd.ms-excel.sheet.binary.macroEnabled.12"),
    (b"Index/Slide", KEYNOTE),
    (b"index.apxl", KEYNOTE),  # of 2009 and before
    (b"Index/Document.iwa", IWORK),
    (b"QuickLook/Preview.pdf", IWORK),
)
_PUBLIC_KEY_ALGORITHMS = frozenset({1, 2, 3, 16, 17, 18, 19, 22, 25, 26, 27, 28})
_CIPHERS = frozenset({1, 2, 3, 4, 7, 8, 9, 10, 11, 12, 13})
# The object identifiers of RFC 5652 (1.2.840.113549.1.7.x) and of its extensions, as a ContentInfo begins with one.
_CMS = re.compile(
    rb"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07[\x01-\x09]|\x06\x0b\x2a\x86\x48\x86\xf7\x0d\x01\x09\x10\x01[\x09\x17]"
)
_VBA_PROJECT = "_VBA_PROJECT".encode("utf-16-le")
_VBA_IN_SLIDES = re.compile(rb"\x02\x00\x00\x04\x0c\x00\x00\x00.{4}\x01\x00\x00\x00", re.DOTALL)
_HEADER_LINE = re.compile(rb"[!-9;-~]{2,60}:[ \t]")
_MAIL_FIELDS = re.compile(
    rb"^(from|to|subject|date|message-id|received|return-path|delivered-to|mime-version):",
    re.IGNORECASE | re.MULTILINE,
)


def sniff(octets: bytes, filename: str | None) -> str | None:
    """The media type that the octets show, None where they show none. `filename` only tells texts apart."""
    head = octets[:_HEAD]
    if head.startswith(b"%PDF-"):
        return PDF
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")):
        return _zip(octets)
    if head.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return _compound(octets)
    for signature, media_type in _SIGNATURES:
        if head.startswith(signature):
            return media_type
    shown = _by_structure(head)
    if shown is not None:
        return shown
    if b"%PDF-" in head[:_PDF_WITHIN] and not _is_mail(head):
        return PDF
    return _text(head, filename)


def _by_structure(head: bytes) -> str | None:
    """What shows behind the first octets only."""
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image/webp"
    if head[4:8] == b"ftyp":
        return _brand(head[8:12])
    if head[257:262] == b"ustar":
        return TAR
    if head[:1] == b"\x30" and len(head) > 2:
        length_octets = head[1] & 0x7F if head[1] > 0x80 else 0
        return CMS if _CMS.match(head, 2 + length_octets) else None
    return _pgp(head) if head[:1] >= b"\x80" else None


def has_macros(octets: bytes) -> bool:
    """Whether an Office file holds a program (MS-OVBA): a part or storage of it is there, whatever the file is called."""
    if octets.startswith(b"PK\x03\x04"):
        return b"vbaProject.bin" in _central_directory(octets)
    if octets.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return _VBA_PROJECT in octets or bool(_VBA_IN_SLIDES.search(octets))
    return False


def _pgp(head: bytes) -> str | None:
    """What binary OpenPGP begins with (RFC 9580 5.1, 5.3, 5.5): a session key or a key, known by version and algorithm."""
    tag, start = _packet(head)
    packet = head[start : start + 12].ljust(12, b"\x00")
    if tag == 1:
        return PGP_MESSAGE if packet[0] == 3 and packet[9] in _PUBLIC_KEY_ALGORITHMS else None
    if tag == 3:
        return PGP_MESSAGE if packet[0] in {4, 5, 6} and packet[1] in _CIPHERS else None
    if tag == 2:
        known = packet[0] in {4, 6} and packet[2] in _PUBLIC_KEY_ALGORITHMS
        return PGP_SIGNATURE if known else None
    if tag in {5, 6}:
        algorithm = packet[7] if packet[0] == 3 else packet[5]
        known = packet[0] in {3, 4, 6} and algorithm in _PUBLIC_KEY_ALGORITHMS
        return PGP_KEYS if known else None
    return None


def _packet(head: bytes) -> tuple[int, int]:
    """The type of the first packet, and where its body begins (RFC 9580 4.2)."""
    if not head[0] & 0x40:
        return (head[0] & 0x3C) >> 2, 1 + (1, 2, 4, 0)[head[0] & 3]
    length = int.from_bytes(head[1:2])
    return head[0] & 0x3F, 6 if length == 255 else 3 if 192 <= length < 224 else 2


def _zip(octets: bytes) -> str:
    """What a zip holds: OpenDocument says it first (its part 3, 3.3), the others in the central directory."""
    if octets[30:38] == b"mimetype":
        declared = re.match(rb"application/[\w.+-]{1,100}", octets[38:160])
        size = int.from_bytes(octets[18:22], "little")
        if declared and 0 < size <= len(declared.group()):
            return declared.group()[:size].decode("ascii")
    directory = _central_directory(octets)
    for member, media_type in _ZIP_MEMBERS:
        if member in directory:
            return media_type
    return ZIP


def _central_directory(octets: bytes) -> bytes:
    """The names of a zip's entries, as octets; the first stretch of the file where the directory is cut off."""
    end = octets.rfind(b"PK\x05\x06", max(0, len(octets) - 66_000))
    if end < 0:
        return octets[:65_536]
    size = int.from_bytes(octets[end + 12 : end + 16], "little")
    return octets[max(0, end - min(size, 4_000_000)) : end]


def _compound(octets: bytes) -> str:
    """By the streams at its root; what is embedded in it has streams of the same names further down."""
    names = _root_entries(octets)
    for stream, media_type in _STREAMS:
        if stream in names if names else stream.encode("utf-16-le") in octets:
            return media_type
    return COMPOUND


def _root_entries(octets: bytes) -> frozenset[str]:
    """The names right below the root of a compound file (MS-CFB 2.6), none where its directory cannot be read."""
    directory = _directory(octets)
    if directory[66:67] != _ROOT:
        return frozenset()
    names: set[str] = set()
    seen: set[int] = set()
    waiting = [int.from_bytes(directory[76:80], "little")]
    while waiting:
        number = waiting.pop()
        entry = directory[128 * number : 128 * number + 128]
        if number in seen or len(entry) < 128:
            continue
        seen.add(number)
        length = int.from_bytes(entry[64:66], "little")
        names.add(entry[: max(0, min(length, 64) - 2)].decode("utf-16-le", "replace"))
        waiting += [int.from_bytes(entry[at : at + 4], "little") for at in (68, 72)]
    return frozenset(names)


def _directory(octets: bytes) -> bytes:
    """The directory's sectors, chained by the allocation table that the header lists (MS-CFB 2.3 to 2.5)."""
    size = {9: 512, 12: 4096}.get(int.from_bytes(octets[30:32], "little"), 512)
    tables = struct.unpack("<109I", octets[76:512].ljust(436, b"\xff"))
    sector = int.from_bytes(octets[48:52], "little")
    sectors: list[bytes] = []
    while sector < len(octets) // size and len(sectors) < _DIRECTORY_SECTORS:
        sectors.append(octets[(sector + 1) * size : (sector + 2) * size])
        table, place = divmod(4 * sector, size)
        at = (tables[table] + 1) * size + place if table < len(tables) else len(octets)
        sector = int.from_bytes(octets[at : at + 4] or b"\xff\xff\xff\xff", "little")
    return b"".join(sectors)


def _brand(brand: bytes) -> str:
    if brand in {b"heic", b"heix", b"mif1", b"msf1"}:
        return "image/heic"
    if brand == b"avif":
        return "image/avif"
    return "video/quicktime" if brand == b"qt  " else "video/mp4"


def _text(head: bytes, filename: str | None) -> str | None:
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _by_suffix(filename) or "text/plain"
    if not head or b"\x00" in head:
        return None
    trimmed = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    for signature, media_type in _TEXT_SIGNATURES:
        if signature.match(trimmed):
            return media_type
    if _is_mail(trimmed):
        return MESSAGE
    if sum(octet < 32 and octet not in b"\t\n\r\f\x1b" for octet in head[:512]) > 2:
        return None
    return _by_suffix(filename) or "text/plain"


def _is_mail(head: bytes) -> bool:
    """It begins with a field, and three of those that mail has follow."""
    return bool(_HEADER_LINE.match(head)) and len(_MAIL_FIELDS.findall(head)) >= 3


def _by_suffix(filename: str | None) -> str | None:
    return _TEXT_SUFFIXES.get(PurePath(filename).suffix.lower()) if filename else None
