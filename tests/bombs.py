"""Whole messages that are made to burst, loop, nest or drag on, each with the end that it has to come to.

What is told is told by the message itself: the fates of its parts, the problems of its documents, its defects. All are built
in code, and small: what is large in them is packed, or repeats itself.
"""

from __future__ import annotations

import gzip
import io
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

from tests.mutations import enclosed
from tests.unit import legacy_files as old

MEGABYTE = 2**20
FROM = b"From: Ana <ana@acme.example>\r\n"
HEADER = FROM + b"To: desk@studio.example\r\nSubject: Plans\r\nMIME-Version: 1.0\r\n"
PLAN = b"Roadmap 2026: the lamp"


@dataclass(frozen=True, slots=True)
class Bomb:
    """A message and how it has to end; `fates` counts those of its parts, `problems` those of its documents, "" for none."""

    name: str
    build: Callable[[], bytes] = field(repr=False)
    fates: Mapping[str, int] = field(default_factory=dict)
    problems: Mapping[str, int] = field(default_factory=dict)
    defects: tuple[str, ...] = ()
    sender: str | None = "ana@acme.example"
    written: str | None = None
    """What the sender wrote, where it is to be looked at."""


# ---------------------------------------------------------------- archives


def packed(names: Sequence[str], octets: bytes, *, overlapping: bool = False) -> bytes:
    """A zip of many entries of the same octets, which are compressed once (APPNOTE 6.3, 4.3); overlapping, they are there once."""
    squeezed = zlib.compress(octets, 9)[2:-4]
    sizes = struct.pack("<III", zlib.crc32(octets), len(squeezed), len(octets))
    target = io.BytesIO()
    directory = b""
    for number, name in enumerate(names):
        place = 0 if overlapping else target.tell()
        fields = struct.pack("<HHHHH", 20, 0, 8, 0, 0x5C61) + sizes
        lengths = struct.pack("<HH", len(name), 0)
        if not (overlapping and number):
            target.write(b"PK\x03\x04" + fields + lengths + name.encode() + squeezed)
        directory += b"PK\x01\x02\x14\x00" + fields + lengths + bytes(10)
        directory += struct.pack("<I", place) + name.encode()
    start = target.tell()
    target.write(directory)
    end = struct.pack("<HHHHIIH", 0, 0, len(names), len(names), len(directory), start, 0)
    target.write(b"PK\x05\x06" + end)
    return target.getvalue()


def nested(octets: bytes, levels: int, *, copies: int = 1) -> bytes:
    for _ in range(levels):
        octets = packed([f"{number}.zip" for number in range(copies)], octets)
    return octets


def lying(octets: bytes, claimed: int) -> bytes:
    """A zip of one entry that says it is smaller than it is."""
    made = bytearray(packed(["a.bin"], octets))
    made[22:26] = claimed.to_bytes(4, "little")
    place = made.index(b"PK\x01\x02")
    made[place + 24 : place + 28] = claimed.to_bytes(4, "little")
    return bytes(made)


def compressed_tar(size: int) -> bytes:
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w:gz") as archive:
        entry = tarfile.TarInfo("a.bin")
        entry.size = size
        archive.addfile(entry, io.BytesIO(bytes(size)))
    return target.getvalue()


# ---------------------------------------------------------------- documents

_ENTITIES = (
    '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "'
    + "ha" * 500
    + '">'
    + "".join(
        f'<!ENTITY {new} "{f"&{earlier};" * 20}">'
        for earlier, new in zip("abcdef", "bcdefg", strict=True)
    )
    + "]><x>&g;</x>"
).encode()
_SHEETS = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
_WORDS = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def office(name: str, content: bytes) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<x/>")
        archive.writestr(name, content)
    return target.getvalue()


def workbook(*cells: str, styles: str = "<styleSheet/>") -> bytes:
    """A workbook of one sheet with a number in each of these cells."""
    pointing = f'<Relationships xmlns="{_PACKAGE}"><Relationship Id="r1" Type="{_OFFICE}/%s" Target="%s"/></Relationships>'
    rows = "".join(f'<row><c r="{cell}"><v>1</v></c></row>' for cell in cells)
    files = {
        "_rels/.rels": pointing % ("officeDocument", "xl/workbook.xml"),
        "xl/workbook.xml": f'<workbook xmlns="{_SHEETS}" xmlns:r="{_OFFICE}"><sheets><sheet name="a" sheetId="1"'
        ' r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": pointing % ("worksheet", "worksheets/sheet1.xml"),
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{_SHEETS}"><sheetData>{rows}</sheetData></worksheet>',
        "xl/styles.xml": styles,
    }
    return old.zipped({name: text.encode() for name, text in files.items()})


def long_words(size: int) -> bytes:
    """A Word document of so many octets of text, packed to a thousandth."""
    text = b"A lamp that turns by itself. " * (size // 29)
    xml = b'<w:document xmlns:w="%b"><w:body><w:p><w:r><w:t>%b</w:t></w:r></w:p></w:body></w:document>'
    return office("word/document.xml", xml % (_WORDS.encode(), text))


def huge_png(width: int, height: int) -> bytes:
    """A picture of a few octets that claims to be so many pixels."""
    chunks = (
        (b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)),
        (b"IDAT", zlib.compress(bytes(1000))),
        (b"IEND", b""),
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(content))
        + name
        + content
        + struct.pack(">I", zlib.crc32(name + content))
        for name, content in chunks
    )


def deep_pdf(levels: int) -> bytes:
    """Arrays in arrays where a page's box should be."""
    return (
        b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
        b"2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n3 0 obj<</Type/Page/Parent 2 0 R/MediaBox"
        + b"[" * levels
        + b"]" * levels
        + b">>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
    )


def looping_pdf(count: int) -> bytes:
    """Pages whose tree points back to its root, and a count of pages that is not true."""
    return (
        b"%%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
        b"2 0 obj<</Type/Pages/Kids[2 0 R 2 0 R]/Count %d>>endobj\ntrailer<</Root 1 0 R>>\n%%%%EOF\n"
        % count
    )


def endless_calendar() -> bytes:
    event = "BEGIN:VEVENT\r\nUID:{0}\r\nDTSTART:19000101T000000Z\r\nRRULE:FREQ=SECONDLY\r\nSUMMARY:Fair\r\nEND:VEVENT\r\n"
    events = "".join(event.format(number) for number in range(200))
    return f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\n{events}END:VCALENDAR\r\n".encode()


# ---------------------------------------------------------------- messages


def multiparts(levels: int) -> bytes:
    """Multiparts within multiparts, a plan innermost."""
    opening = b"".join(
        b'Content-Type: multipart/mixed; boundary="b%d"\r\n\r\n--b%d\r\n' % (number, number)
        for number in range(levels)
    )
    closing = b"".join(b"\r\n--b%d--" % number for number in reversed(range(levels)))
    return (
        HEADER
        + opening
        + b"Content-Type: text/plain; name=plan.txt\r\n\r\n"
        + PLAN
        + closing
        + b"\r\n"
    )


def forwarded(levels: int) -> bytes:
    message = HEADER + b"\r\nHello\r\n"
    for _ in range(levels):
        message = HEADER + b"Content-Type: message/rfc822\r\n\r\n" + message
    return message


def many_parts(count: int) -> bytes:
    part = b'--=b\r\nContent-Disposition: attachment; filename="%d.txt"\r\n\r\nPlan\r\n'
    parts = b"".join(part % number for number in range(count))
    return HEADER + b'Content-Type: multipart/mixed; boundary="=b"\r\n\r\n' + parts + b"--=b--\r\n"


def behind(field_of_header: bytes) -> bytes:
    """A message with a plan whose header begins with this."""
    return field_of_header + enclosed("plan.txt", PLAN)


def body(text: bytes, media_type: bytes = b"text/plain") -> bytes:
    return HEADER + b"Content-Type: " + media_type + b"\r\n\r\n" + text


def many(text: bytes, size: int) -> bytes:
    return text * (size // len(text))


def _mailed(name: str, build: Callable[[], bytes]) -> Callable[[], bytes]:
    return lambda: enclosed(name, build())


def _names(count: int) -> list[str]:
    return [f"{number:03}.bin" for number in range(count)]


_OPEN_AND_CLOSED = {"opened": 5, "too-large": 1}
_ONE = {"document": 1}
_LONG = ("header-too-long",)

ARCHIVES = (
    Bomb(
        "zip of 50 MB of nothing",
        _mailed("a.zip", lambda: packed(["a.bin"], bytes(50 * MEGABYTE))),
        {"opened": 1, "too-large": 1},
    ),
    Bomb(
        "zip of 900 times 240 KB",
        _mailed("a.zip", lambda: packed(_names(900), bytes(240_000))),
        {"too-large": 1},
    ),
    Bomb(
        "zip of 900 overlapping entries",
        _mailed("a.zip", lambda: packed(_names(900), bytes(240_000), overlapping=True)),
        {"too-large": 1},
    ),
    Bomb(
        "zip of a zip of 40 MB of nothing",
        _mailed("a.zip", lambda: nested(packed(["a.bin"], bytes(40 * MEGABYTE)), 1)),
        {"opened": 2, "too-large": 1},
    ),
    Bomb(
        "zip that lies about its size",
        _mailed("a.zip", lambda: lying(bytes(20 * MEGABYTE), 10)),
        {"opened": 1, "damaged": 1},
    ),
    Bomb("100 levels of zip", _mailed("a.zip", lambda: nested(PLAN, 100)), _OPEN_AND_CLOSED),
    Bomb(
        "8 zips in each of 8 zips, 4 times over",
        _mailed("a.zip", lambda: nested(packed(["a.txt"], b"x"), 4, copies=8)),
        {"opened": 524, "document": 456, "too-large": 21},
    ),
    Bomb(
        "gzip of 50 MB of nothing",
        _mailed("a.gz", lambda: gzip.compress(bytes(50 * MEGABYTE), 9, mtime=0)),
        {"too-large": 1},
    ),
    Bomb(
        "tar.gz of 50 MB of nothing",
        _mailed("a.tar.gz", lambda: compressed_tar(50 * MEGABYTE)),
        {"too-large": 1},
    ),
)
DOCUMENTS = (
    *(
        Bomb(
            f"entities in {name}",
            _mailed(name, partial(office, path, _ENTITIES)),
            _ONE,
            {"unreadable": 1},
        )
        for name, path in (
            ("plan.docx", "word/document.xml"),
            ("plan.xlsx", "xl/workbook.xml"),
            ("deck.pptx", "ppt/presentation.xml"),
        )
    ),
    Bomb(
        "docx of 100 MB of text",
        _mailed("plan.docx", lambda: long_words(100 * MEGABYTE)),
        _ONE,
        {"too-large": 1},
    ),
    Bomb(
        "xlsx as wide as it goes",
        _mailed("plan.xlsx", lambda: workbook("A1", "XFD1048576")),
        _ONE,
        {"too-large": 1},
    ),
    Bomb(
        "xlsx of 100,000 beginnings of styles",
        _mailed("plan.xlsx", lambda: workbook("A1", styles="<cellXfs>" * 100_000)),
        _ONE,
        {"unreadable": 1},
    ),
    Bomb("png of 3,600 megapixels", _mailed("a.png", lambda: huge_png(60_000, 60_000)), _ONE),
    Bomb(
        "pdf of 100,000 arrays in arrays",
        _mailed("a.pdf", lambda: deep_pdf(100_000)),
        _ONE,
        {"empty": 1},
    ),
    Bomb(
        "pdf whose pages are in a circle",
        _mailed("a.pdf", lambda: looping_pdf(2**31 - 1)),
        _ONE,
        {"unreadable": 1},
    ),
    Bomb(
        "rtf of 300,000 groups",
        _mailed("a.rtf", lambda: b"{\\rtf1" + b"{" * 300_000),
        _ONE,
        {"empty": 1},
    ),
    Bomb(
        "html of 300,000 blocks in blocks",
        _mailed("a.html", lambda: b"<html><body>" + b"<div>" * 300_000 + b"Hello"),
        _ONE,
    ),
    Bomb("calendar of events every second", _mailed("a.ics", endless_calendar), _ONE),
    Bomb("csv of one line of 5 MB", _mailed("a.csv", lambda: many(b"a,", 5 * MEGABYTE)), _ONE),
)
STRUCTURES = (
    Bomb("99 levels of multipart", lambda: multiparts(99), _ONE),
    Bomb(
        "120 levels of multipart",
        lambda: multiparts(120),
        {"damaged": 1},
        defects=("too-many-levels",),
    ),
    Bomb("100 levels of forwarding", lambda: forwarded(100), _OPEN_AND_CLOSED),
    Bomb("1,100 parts", lambda: many_parts(1_100), {"document": 1000}, defects=("too-many-parts",)),
    Bomb(
        "boundaries without end",
        lambda: (
            HEADER
            + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n"
            + many(b"--b\r\n", 3 * MEGABYTE)
        ),
        defects=("too-many-parts",),
    ),
)
HEADERS = (
    Bomb(
        "X-Big of 2 MB",
        lambda: behind(b"X-Big: " + b"a" * 2 * MEGABYTE + b"\r\n"),
        _ONE,
        defects=_LONG,
        written="Here it is.",
    ),
    Bomb(
        "X-Big of 2 MB, folded",
        lambda: behind(b"X-Big: " + many(b"aaaa\r\n ", 2 * MEGABYTE) + b"a\r\n"),
        _ONE,
        defects=_LONG,
        written="Here it is.",
    ),
    Bomb(
        "To of 2 MB",
        lambda: behind(
            b"To: " + many(b"bo <bo@acme.example>,\r\n ", 2 * MEGABYTE) + b"a@b.example\r\n"
        ),
        _ONE,
        defects=_LONG,
        written="Here it is.",
    ),
    Bomb(
        "Subject of 2 MB",
        lambda: behind(b"Subject: " + many(b"Plans ", 2 * MEGABYTE) + b"\r\n"),
        _ONE,
        defects=_LONG,
        written="Here it is.",
    ),
    Bomb(
        "Subject of 2 MB of encoded words",
        lambda: behind(b"Subject: " + many(b"=?utf-8?b?UGxhbnM=?=\r\n ", 2 * MEGABYTE) + b"a\r\n"),
        _ONE,
        defects=_LONG,
        written="Here it is.",
    ),
    Bomb(
        "References of 2 MB",
        lambda: behind(
            b"References: " + many(b"<1@acme.example>\r\n ", 2 * MEGABYTE) + b"<a@b>\r\n"
        ),
        _ONE,
        defects=_LONG,
        written="Here it is.",
    ),
    Bomb(
        "From of 2 MB",
        lambda: behind(b"From: " + many(b"Ana ", 2 * MEGABYTE) + b"<bo@acme.example>\r\n"),
        _ONE,
        defects=("header-too-long", "no-single-sender"),
        sender=None,
        written="Here it is.",
    ),
    Bomb(
        "100,000 fields",
        lambda: behind(b"".join(b"X-%d: a\r\n" % number for number in range(100_000))),
        _ONE,
        defects=_LONG,
        written="Here it is.",
    ),
    Bomb(
        "Content-Type of 100,000 parameters",
        lambda: (
            FROM
            + b"Content-Type: text/plain"
            + b"".join(b";\r\n a%d=b" % number for number in range(100_000))
            + b"\r\n\r\nHello\r\n"
        ),
        defects=_LONG,
        written="Hello",
    ),
)
BODIES = (
    Bomb("a line of 5 MB", lambda: body(b"a" * 5 * MEGABYTE)),
    Bomb("a line of 700,000 >", lambda: body(b">" * 700_000), written=""),
    Bomb("200,000 lines of >", lambda: body(b"> a\r\n" * 200_000), written=""),
    Bomb("200,000 quotations", lambda: body(b"On Monday Ana wrote:\r\n" * 200_000)),
    Bomb("100,000 signatures", lambda: body(b"-- \r\nAna\r\n" * 100_000)),
    Bomb(
        "90,000 blank lines above a name", lambda: body(b"x" + b"\r\n" * 90_000 + b"Ana\r\n" * 10)
    ),
    Bomb("5 MB of blanks", lambda: body(b" " * 5 * MEGABYTE)),
    Bomb("5 MB of line ends", lambda: body(b"\r\n" * (5 * MEGABYTE // 2))),
    Bomb(
        "100,000 addresses",
        lambda: body(
            b"".join(b"https://acme.example/blog/%d\r\n" % number for number in range(100_000))
        ),
    ),
    Bomb("an address of 2 MB", lambda: body(b"https://acme.example/" + b"a?&=" * (MEGABYTE // 2))),
    Bomb(
        "100,000 uuencoded files",
        lambda: body(b"begin 644 a\r\n#86)C\r\n`\r\nend\r\n" * 100_000),
        {"document": 100},
    ),
    Bomb("200,000 beginnings of uuencoded files", lambda: body(b"begin 644 a\r\n" * 200_000)),
    Bomb("50,000 beginnings of PGP", lambda: body(b"-----BEGIN PGP MESSAGE-----\r\n" * 50_000)),
    Bomb("html of 100,000 blockquotes", lambda: body(b"<blockquote>" * 100_000, b"text/html")),
    Bomb(
        "html of 60,000 blocks in blocks, each closed by another name",
        lambda: body(b"<div></p>" * 60_000, b"text/html"),
    ),
    Bomb("html of 2 MB of <", lambda: body(b"<" * 2 * MEGABYTE, b"text/html")),
    Bomb(
        "html of 100,000 links",
        lambda: body(b'<a href="https://acme.example/a">a</a>' * 100_000, b"text/html"),
    ),
    Bomb("html of 200,000 comments that do not end", lambda: body(b"<!--" * 200_000, b"text/html")),
    Bomb("html of 2 MB of entities", lambda: body(b"&amp;" * (2 * MEGABYTE // 5), b"text/html")),
    Bomb(
        "base64 that is nothing but =",
        lambda: (
            HEADER
            + b"Content-Type: application/pdf\r\nContent-Transfer-Encoding: base64\r\n\r\n"
            + b"=" * 5 * MEGABYTE
        ),
        {"empty": 1},
    ),
)
BOMBS = (*ARCHIVES, *DOCUMENTS, *STRUCTURES, *HEADERS, *BODIES)
