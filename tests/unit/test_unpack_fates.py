"""What is a document, and what only looks like one: calendars, pictures, what mail programs leave behind, keys, macros."""

from __future__ import annotations

import zipfile
from email.message import EmailMessage
from email.policy import SMTP
from io import BytesIO

import pytest

from intake.decoration import is_decoration
from intake.extract import ExtractLimits, extract
from intake.extract.sniff import has_macros, sniff
from intake.model import Fate, Part, Problem, UnpackLimits, Unusable
from intake.parse import parse
from intake.unpack import unpack
from tests.unit import legacy_files as files

LIMITS = UnpackLimits()
READ = ExtractLimits(document_octets=1_000_000, pages=10)
ORGANIZER = "ORGANIZER;CN=Ana:mailto:ana@acme.example\r\n"
ATTENDEE = "ATTENDEE;RSVP=TRUE:mailto:sam@studio.example\r\n"


def png(width: int, height: int, octets: int = 500) -> bytes:
    size = width.to_bytes(4, "big") + height.to_bytes(4, "big")
    return b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + size + b"\x08\x02\0\0\0" + b"\x01" * octets


def attached(octets: bytes, filename: str, media_type: str = "application/octet-stream") -> bytes:
    message = EmailMessage()
    message["From"] = "ana@acme.example"
    message.set_content("Hello")
    maintype, _, subtype = media_type.partition("/")
    message.add_attachment(octets, maintype=maintype, subtype=subtype, filename=filename)
    return message.as_bytes(policy=SMTP)


def shown(octets: bytes, media_type: str, filename: str, html: str) -> bytes:
    """A message whose HTML shows the part as <cid:it>."""
    message = EmailMessage()
    message["From"] = "ana@acme.example"
    message.set_content(html, subtype="html")
    maintype, _, subtype = media_type.partition("/")
    message.add_related(
        octets, maintype, subtype, cid="<it>", filename=filename, disposition="inline"
    )
    return message.as_bytes(policy=SMTP)


def only(octets: bytes) -> Part:
    """The one part of a message."""
    (entry,) = unpack(parse(octets), LIMITS).parts
    return entry.part


def fate(octets: bytes) -> Fate:
    """The fate of the one part of a message."""
    (entry,) = unpack(parse(octets), LIMITS).parts
    return entry.fate


def calendar(method: str, *uids: str, people: str = "") -> bytes:
    events = "".join(f"BEGIN:VEVENT\r\nUID:{uid}\r\n{people}END:VEVENT\r\n" for uid in uids)
    stated = f"METHOD:{method}\r\n" if method else ""
    return f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\n{stated}{events}END:VCALENDAR\r\n".encode()


@pytest.mark.parametrize(
    ("octets", "expected"),
    [
        (calendar("REQUEST", "1"), "invitation"),
        (calendar("REQUEST", "1", "2"), "invitation"),
        (calendar("REPLY", "1", "2"), "invitation"),
        (calendar("CANCEL", "1"), "invitation"),
        (calendar("COUNTER", "1"), "invitation"),
        (calendar("request", "1"), "invitation"),
        (calendar("", "1", people=ORGANIZER + ATTENDEE), "invitation"),
        (calendar("", "1", "1", people=ORGANIZER + ATTENDEE), "invitation"),
        (calendar("PUBLISH", "1", people=ORGANIZER + ATTENDEE), "invitation"),
        (calendar("", "1", people=ORGANIZER), "document"),
        (calendar("", "1"), "document"),
        (calendar("", "1", "2", people=ORGANIZER + ATTENDEE), "document"),
        (calendar("PUBLISH", "1", "2", "3"), "document"),
        (calendar("", "1", "2", "3"), "document"),
        (calendar("REQUEST"), "document"),
    ],
)
def test_a_call_to_a_meeting_is_no_calendar_of_events(octets: bytes, expected: str) -> None:
    assert fate(attached(octets, "events.ics", "text/calendar")) == expected


@pytest.mark.parametrize(
    "claimed",
    [
        "message/rfc822",
        "message/delivery-status",
        "application/pgp-signature",
        "application/pkcs7-signature",
        "text/x-vcard",
        "text/enriched",
        "multipart/mixed",
    ],
)
def test_a_file_is_a_document_whatever_it_is_said_to_be(claimed: str) -> None:
    honest = attached(b"%PDF-1.4\n" + b"% a deck\n" * 99, "deck.pdf", "application/x-deck")

    assert fate(honest.replace(b"application/x-deck", claimed.encode())) == "document"


@pytest.mark.parametrize(
    ("octets", "expected"),
    [
        (png(200, 60), "signature-image"),
        (png(32, 32), "signature-image"),
        (png(640, 900), "signature-image"),
        (png(1, 1), "tracking"),
        (png(3, 1), "tracking"),
        (png(1200, 700, 90_000), "document"),
        (png(800, 450), "document"),
        (png(750, 1334, 90_000), "document"),
        (png(300, 1334, 90_000), "signature-image"),
        (png(640, 300, 90_000), "signature-image"),
        (b"RIFF\0\0\0\0WEBPVP8 " + bytes(90_000), "document"),
        (b"RIFF\0\0\0\0WEBPVP8 " + bytes(900), "signature-image"),
    ],
)
def test_a_picture_shown_in_the_text_is_a_logo_unless_it_is_as_large_as_a_slide(
    octets: bytes, expected: str
) -> None:
    assert fate(shown(octets, "image/png", "a.png", '<img src="cid:it">')) == expected


@pytest.mark.parametrize(
    ("filename", "octets", "expected"),
    [
        ("image001.png", png(200, 60), "signature-image"),
        ("IMAGE014.PNG", png(200, 60), "signature-image"),
        ("image001.png", png(200, 60, 90_000), "document"),
        ("image001.png", png(1600, 900), "document"),
        ("image1.png", png(200, 60), "document"),
        ("logo.png", png(200, 60), "document"),
        ("logo-for-brand-guide.png", png(32, 32), "document"),
    ],
)
def test_an_attached_picture_is_a_logo_only_where_outlook_named_it(
    filename: str, octets: bytes, expected: str
) -> None:
    assert fate(attached(octets, filename, "image/png")) == expected


@pytest.mark.parametrize(
    ("octets", "media_type", "filename"),
    [
        (b"%PDF-1.4\n% a deck\n", "application/pdf", "deck.pdf"),
        (b"{\\rtf1 plan}", "application/rtf", "plan.rtf"),
        (b"PK\x03\x04 word/document.xml PK\x05\x06", "application/octet-stream", "plan.docx"),
    ],
)
def test_an_inline_document_is_a_document(octets: bytes, media_type: str, filename: str) -> None:
    assert fate(shown(octets, media_type, filename, "<p>See below</p>")) is Fate.DOCUMENT


@pytest.mark.parametrize(
    ("filename", "media_type", "octets", "expected"),
    [
        ("ATT00001.txt", "text/plain", b"\r\n", "tracking"),
        ("ATT00001.txt", "text/plain", b"\xc2\xa0\r\n", "tracking"),
        (
            "ATT00001.htm",
            "text/html",
            b"<html><head><style>p {color: red}</style></head><body><br><div>&nbsp;</div></body></html>",
            "tracking",
        ),
        ("ATT00002.htm", "text/html", b"<html><body><p>Our plan</p></body></html>", "document"),
        ("ATT00002.htm", "text/html", b"<html><body><img src=x></body></html>", "document"),
        ("notes.txt", "text/plain", b"\r\n", "empty"),
        ("page.html", "text/html", b"<html><body></body></html>", "document"),
    ],
)
def test_an_empty_body_behind_an_attachment_is_debris(
    filename: str, media_type: str, octets: bytes, expected: str
) -> None:
    assert fate(attached(octets, filename, media_type)) == expected


@pytest.mark.parametrize(
    ("octets", "filename", "expected"),
    [
        (b"-----BEGIN PGP MESSAGE-----\n\nhQ==\n-----END PGP MESSAGE-----\n", "a.asc", "encrypted"),
        (b"-----BEGIN PGP MESSAGE, PART 1/2-----\n\nhQ==\n", "a.asc", "encrypted"),
        (b"-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nmQ==\n", "key.asc", "crypto-signature"),
        (b"-----BEGIN PGP SIGNATURE-----\n\niQ==\n", "deck.pdf.asc", "crypto-signature"),
        (b"\x85\x01\x8c\x03" + b"\x11" * 8 + b"\x01" + b"\x07" * 90, "deck", "encrypted"),
        (b"\xc1\xc0\x4c\x03" + b"\x11" * 8 + b"\x01" + b"\x07" * 90, "deck", "encrypted"),
        (b"\xc1\x5e\x03" + b"\x11" * 8 + b"\x12" + b"\x07" * 90, "deck.gpg", "encrypted"),
        (b"\x8c\x0d\x04\x09\x03\x08" + b"\x07" * 90, "deck.pdf.pgp", "encrypted"),
        (b"\xa3\x01\x9b\xc0\xcb" + b"\x07" * 90, "deck.pdf.gpg", "encrypted"),
        (b"\x99\x01\x8d\x04\x63\x00\x00\x00\x01" + b"\x07" * 90, "key", "crypto-signature"),
        (b"\x89\x01\xb3\x04\x00\x01\x08" + b"\x07" * 90, "deck.sig", "crypto-signature"),
        (b"Plans of 2027", "plan.gpg", "document"),
        ("Überblick über die Pläne".encode("latin-1"), "plan.txt", "document"),
        ("Äpfel und Birnen".encode("latin-1"), "plan.txt", "document"),
    ],
)
def test_what_openpgp_wrote_is_known_by_its_octets(
    octets: bytes, filename: str, expected: str
) -> None:
    assert fate(attached(octets, filename)) == expected


def part(octets: bytes) -> Part:
    return only(attached(octets, "deck-logo.png", "image/png"))


@pytest.mark.parametrize(
    ("octets", "seen", "expected"),
    [
        (png(200, 60), 0, False),
        (png(200, 60), 1, False),
        (png(200, 60), 2, True),
        (png(1600, 200), 5, True),
        (png(1600, 900), 5, False),
        (png(200, 60, 90_000), 5, False),
        (b"%PDF-1.4\n", 9, False),
    ],
)
def test_a_small_picture_that_comes_with_every_mail_is_decoration(
    octets: bytes,
    seen: int,
    expected: bool,  # noqa: FBT001  # a column of the table
) -> None:
    assert is_decoration(part(octets), seen) is expected


def zipped(*names: str) -> bytes:
    stream = BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name in names:
            archive.writestr(name, b"x")
    return stream.getvalue()


_SLIDES_WITH_MACROS = b"\x02\x00\x00\x04\x0c\x00\x00\x00" + bytes(4) + b"\x01" + bytes(7)


@pytest.mark.parametrize(
    ("octets", "expected"),
    [
        (zipped("word/document.xml", "word/vbaProject.bin"), True),
        (zipped("xl/workbook.xml", "xl/vbaProject.bin"), True),
        (zipped("ppt/presentation.xml"), False),
        (files.compound({"WordDocument": b"x", "Macros/VBA/_VBA_PROJECT": b"x"}), True),
        (files.compound({"Workbook": b"x", "_VBA_PROJECT_CUR/VBA/dir": b"x"}), True),
        (files.compound({"PowerPoint Document": _SLIDES_WITH_MACROS}), True),
        (files.compound({"WordDocument": b"x"}), False),
        (b"%PDF-1.4 vbaProject.bin", False),
    ],
)
def test_an_office_file_with_macros_is_known(
    octets: bytes,
    expected: bool,  # noqa: FBT001  # a column of the table
) -> None:
    assert has_macros(octets) is expected


def test_a_document_with_macros_is_a_document_with_a_mark() -> None:
    octets = attached(zipped("word/document.xml", "word/vbaProject.bin"), "plan.docx")

    (entry,) = unpack(parse(octets), LIMITS).parts

    assert (entry.fate, entry.part.macros) == (Fate.DOCUMENT, True)


def test_a_document_without_macros_has_no_mark() -> None:
    assert not only(attached(zipped("word/document.xml"), "plan.docm")).macros


@pytest.mark.parametrize(
    ("streams", "media_type"),
    [
        (
            {"WordDocument": b"x", "ObjectPool/_1/__properties_version1.0": b"x"},
            "application/msword",
        ),
        ({"WordDocument": b"x", "ObjectPool/_1/Workbook": b"x"}, "application/msword"),
        ({"Workbook": b"x", "MBD1/WordDocument": b"x"}, "application/vnd.ms-excel"),
        (
            {"__properties_version1.0": b"x", "__attach_version1.0_#00000000/a": b"x"},
            "application/vnd.ms-outlook",
        ),
        ({"EncryptedPackage": b"x", "EncryptionInfo": b"x"}, "application/x-ole-encrypted"),
        (
            {"__properties_version1.0": b"E\0n\0c\0r\0y\0p\0t\0e\0d\0P\0a\0c\0k\0a\0g\0e\0"},
            "application/vnd.ms-outlook",
        ),
    ],
)
def test_a_compound_file_is_known_by_what_lies_at_its_root(
    streams: dict[str, bytes], media_type: str
) -> None:
    assert sniff(files.compound(streams), None) == media_type


@pytest.mark.parametrize(
    ("octets", "filename"),
    [
        (files.compound({"EncryptedPackage": b"x", "EncryptionInfo": b"x"}), "plan.xlsx"),
        (files.doc("secret\r", flags=0x0100), "plan.doc"),
    ],
)
def test_an_office_file_with_a_password_is_locked(octets: bytes, filename: str) -> None:
    found = extract(octets, filename=filename, media_type="application/octet-stream", limits=READ)

    assert found == Unusable(Problem.LOCKED)


def test_a_directory_that_runs_in_circles_is_read_once() -> None:
    octets = bytearray(files.compound({"WordDocument": b"x", "b": b"x", "c": b"x"}))
    root = octets.index("Root Entry".encode("utf-16-le"))
    octets[root + 128 + 72 : root + 128 + 76] = (1).to_bytes(4, "little")

    assert sniff(bytes(octets), None) == "application/msword"
