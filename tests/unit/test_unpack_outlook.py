"""What Outlook makes of mail: saved messages (.msg), and winmail.dat with all that is in it."""

from __future__ import annotations

import base64
import struct
from email.message import EmailMessage
from email.policy import SMTP

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.model import Fate, InboundMessage, Role, Unpacked, UnpackLimits
from intake.parse import parse
from intake.unpack import completed, mapi, tnef, unpack
from tests.unit import legacy_files as files

LIMITS = UnpackLimits(archive_octets=4_000_000, archive_entries=40, document_octets=2_000_000)
PDF = b"%PDF-1.4\n" + b"% a deck\n" * 500
DRIVE = "https://drive.google.com/file/d/1aBcDeFgHiJkLmNoP/view"
NOON = (133_000_000_000_000_000).to_bytes(8, "little")


def mailed(octets: bytes, filename: str, text: str = "Hello") -> InboundMessage:
    message = EmailMessage()
    message["From"] = "ana@acme.example"
    message.set_content(text)
    message.add_attachment(
        octets, maintype="application", subtype="octet-stream", filename=filename
    )
    return parse(message.as_bytes(policy=SMTP))


def saved(streams: dict[str, bytes]) -> Unpacked:
    return unpack(mailed(files.compound(streams), "roadmap.msg"), LIMITS)


def told(unpacked: Unpacked) -> list[tuple[str, str | None, str]]:
    return [(one.part.path, one.part.filename, one.fate.value) for one in unpacked.parts]


# ---------------------------------------------------------------- .msg


def test_the_attachments_of_a_saved_mail_are_parts_with_their_very_octets() -> None:
    found = saved(
        files.saved_mail({0x37: "Roadmap"}, attachments=[files.attached("Plan für 2027.pdf", PDF)])
    )

    assert told(found) == [
        ("2", "roadmap.msg", "opened"),
        ("2!2", "Plan für 2027.pdf", "document"),
    ]
    assert (found.parts[1].part.octets, found.parts[1].part.container) == (PDF, "2")


def test_a_saved_mail_says_who_wrote_what_and_when() -> None:
    streams = files.saved_mail(
        {
            0x37: "Größe — 2027",
            0x1000: f"Here it is: {DRIVE}",
            0x0C1A: "Ana Ö",
            0x5D01: "ana@acme.example",
        },
        fixed={0x39: NOON},
    )

    (inner,) = saved(streams).inner

    assert inner.sender is not None
    assert (inner.sender.name, inner.sender.address) == ("Ana Ö", "ana@acme.example")
    assert (inner.subject, str(inner.date)) == ("Größe — 2027", "2022-06-18 04:26:40+00:00")
    assert (inner.written, inner.links) == (f"Here it is: {DRIVE}", (DRIVE,))


def test_an_address_of_exchange_is_no_address() -> None:
    (inner,) = saved(files.saved_mail({0x0C1A: "Ana", 0x0C1F: "/O=ACME/CN=ANA"})).inner

    assert inner.sender is None


def test_strings_of_a_saved_mail_may_be_in_a_code_page() -> None:
    streams = files.saved_mail({}, fixed={0x3FFD: struct.pack("<II", 1251, 0)})
    streams["__substg1.0_0037001E"] = "Дорожная карта".encode("cp1251")

    (inner,) = saved(streams).inner

    assert inner.subject == "Дорожная карта"


def test_the_html_of_a_saved_mail_shows_its_logo() -> None:
    logo = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + struct.pack(">II", 200, 60) + bytes(5000)
    streams = files.saved_mail(
        {0x37: "Roadmap"},
        binary={0x1013: b'<p>See below</p><img src="cid:logo@1">'},
        attachments=[files.attached("image001.png", logo, content_id="logo@1", hidden=True)],
    )

    found = saved(streams)

    assert told(found)[1] == ("2!3", "image001.png", "signature-image")
    assert found.inner[0].written == "See below"


def test_a_mail_saved_within_a_saved_mail_is_opened() -> None:
    inner = files.saved_mail(
        {0x37: "Inner"}, attachments=[files.attached("plan.pdf", PDF)], embedded=True
    )
    outer = files.saved_mail({0x37: "Outer"}, attachments=[files.attached_mail(inner)])

    found = saved(outer)

    assert told(found) == [
        ("2", "roadmap.msg", "opened"),
        ("2!2", None, "opened"),
        ("2!2!2", "plan.pdf", "document"),
    ]
    assert [one.subject for one in found.inner] == ["Outer", "Inner"]


def test_a_file_in_the_cloud_is_a_link_in_the_text() -> None:
    cloud = {"__substg1.0_370D001F": DRIVE.encode("utf-16-le")}
    streams = files.saved_mail({0x1000: "Our deck:"}, attachments=[cloud])

    (inner,) = saved(streams).inner

    assert inner.links == (DRIVE,)


def test_an_embedded_object_that_cannot_be_taken_out_is_told_as_unsupported() -> None:
    held = {"__substg1.0_3707001F": "Sheet".encode("utf-16-le"), "__substg1.0_3701000D/Book": b"x"}

    found = saved(files.saved_mail({0x37: "x"}, attachments=[held]))

    assert told(found)[1] == ("2!2", "Sheet", "unsupported")


def test_the_text_of_a_saved_mail_may_be_in_rtf_alone() -> None:
    (inner,) = saved(
        files.saved_mail({}, binary={0x1009: packed_rtf("We have no brand guide")})
    ).inner

    assert inner.written == "We have no brand guide"


def test_a_delivery_report_that_was_saved_holds_no_document_of_the_client() -> None:
    returned = files.attached_mail(files.saved_mail({0x37: "Ours"}, embedded=True))
    streams = files.saved_mail(
        {0x37: "Undeliverable", 0x001A: "REPORT.IPM.Note.NDR"}, attachments=[returned]
    )

    assert told(saved(streams))[1][2] == "delivery-report"


def test_a_saved_mail_that_is_cut_off_is_damaged() -> None:
    octets = files.compound(files.saved_mail({0x37: "x", 0x1000: "y"}))

    found = unpack(mailed(octets[:3000], "mail.msg"), LIMITS)

    assert [one.fate for one in found.parts] == [Fate.DAMAGED]


def test_a_name_in_a_saved_mail_cannot_add_fields() -> None:
    streams = files.saved_mail(
        {
            0x37: "x\r\nFrom: eve@evil.example",
            0x0C1A: 'Ana\r\nBcc: eve@evil.example\r\n"',
            0x5D01: "a@b.example",
        },
        attachments=[files.attached('a"\r\nX-Evil: 1\r\n.pdf', PDF)],
    )

    (inner,) = saved(streams).inner

    assert {one.name for one in inner.fields} == {"From", "Subject", "MIME-Version", "Content-Type"}
    assert inner.sender is not None
    assert inner.sender.address == "a@b.example"


# ---------------------------------------------------------------- winmail.dat


def packed_rtf(text: str) -> bytes:
    """RTF that says it is not compressed (MS-OXRTFCP 2.1.3.1.1)."""
    source = b"{\\rtf1\\ansi\\pard " + text.encode("ascii") + b"\\par}"
    return struct.pack("<4I", len(source) + 12, len(source), 0x414C454D, 0) + source


def properties(*entries: tuple[int, int, bytes]) -> bytes:
    """A list of properties of variable length, as kind, tag and value."""
    octets = struct.pack("<I", len(entries))
    for kind, tag, value in entries:
        octets += struct.pack("<HHII", kind, tag, 1, len(value)) + value + bytes(-len(value) % 4)
    return octets


def winmail(
    *attributes: tuple[int, int, bytes], text: str = "\n"
) -> tuple[InboundMessage, Unpacked]:
    message = mailed(files.winmail(*attributes), "winmail.dat", text)
    return message, unpack(message, LIMITS)


def test_the_files_of_a_winmail_are_parts() -> None:
    _, found = winmail(*files.winmail_file("deck.pdf", PDF), *files.winmail_file("b.txt", b"b"))

    assert told(found) == [
        ("2", "winmail.dat", "opened"),
        ("2!deck.pdf", "deck.pdf", "document"),
        ("2!b.txt", "b.txt", "document"),
    ]
    assert found.parts[1].part.octets == PDF


def test_the_long_name_of_a_file_wins() -> None:
    long_name = properties((0x1F, 0x3707, "Plan für 2027.pdf\0".encode("utf-16-le")))

    _, found = winmail(*files.winmail_file("PLANFR~1.PDF", PDF), (2, 0x9005, long_name))

    assert found.parts[1].part.filename == "Plan für 2027.pdf"


@pytest.mark.parametrize(
    "attribute",
    [
        (1, 0x800C, f"3: n/a\r\nsee {DRIVE}\0".encode()),
        (1, 0x9003, properties((0x1E, 0x1000, f"3: n/a\r\nsee {DRIVE}\0".encode()))),
        (1, 0x9003, properties((0x1F, 0x1000, f"3: n/a\r\nsee {DRIVE}".encode("utf-16-le")))),
        (1, 0x9003, properties((0x102, 0x1013, f"<p>3: n/a<br>see {DRIVE}</p>".encode()))),
        (1, 0x9003, properties((0x102, 0x1009, packed_rtf(f"3: n/a\\par see {DRIVE}")))),
    ],
)
def test_text_that_only_the_winmail_holds_is_what_the_sender_wrote(
    attribute: tuple[int, int, bytes],
) -> None:
    message, found = winmail(attribute, *files.winmail_file("deck.pdf", PDF))

    read = completed(message, found)

    assert found.written is not None
    assert read.written.split("\n")[0] == "3: n/a"
    assert read.links == (DRIVE,)
    assert read.digest == message.digest


def test_the_text_of_a_winmail_is_not_read_where_the_mail_has_its_own() -> None:
    message, found = winmail((1, 0x800C, b"something else\0"), text="We have no brand guide")

    assert found.written is None
    assert completed(message, found).written == "We have no brand guide"


def test_what_is_quoted_in_a_winmail_is_not_what_the_sender_wrote() -> None:
    reply = b"3: n/a\r\n\r\n-----Original Message-----\r\nFrom: Sam\r\n\r\n4: n/a\r\n\0"

    _, found = winmail((1, 0x800C, reply))

    assert found.written == "3: n/a"


@pytest.mark.parametrize(
    "rest",
    [b"\x07" + bytes(range(1, 60)), b"\x01\x00", files.winmail((1, 0x800C, b"x" * 90))[6:-20]],
    ids=["no-attribute", "too-short", "cut-off"],
)
def test_a_winmail_that_breaks_off_between_its_files_is_told_as_damaged(rest: bytes) -> None:
    octets = files.winmail(*files.winmail_file("deck.pdf", PDF)) + rest

    found = unpack(mailed(octets, "winmail.dat"), LIMITS)

    assert [(entry.part.filename, entry.fate.value) for entry in found.parts] == [
        ("winmail.dat", "opened"),
        ("deck.pdf", "document"),
        ("winmail.dat", "damaged"),
    ]


@pytest.mark.parametrize("rest", [b"", b"\0\0", b"\r\n"])
def test_blanks_behind_the_last_file_of_a_winmail_are_no_damage(rest: bytes) -> None:
    octets = files.winmail(*files.winmail_file("deck.pdf", PDF)) + rest

    found = unpack(mailed(octets, "winmail.dat"), LIMITS)

    assert [entry.fate.value for entry in found.parts] == ["opened", "document"]


def test_a_mail_within_a_winmail_is_opened() -> None:
    inner = files.winmail(*files.winmail_file("plan.pdf", PDF))
    held = properties((0x0D, 0x3701, bytes(16) + inner))

    _, found = winmail((2, 0x9002, bytes(14)), (2, 0x8010, b"Inner\0"), (2, 0x9005, held))

    assert told(found)[1:] == [
        ("2!Inner", "Inner", "opened"),
        ("2!Inner!plan.pdf", "plan.pdf", "document"),
    ]


def test_a_file_in_a_winmail_that_is_cut_off_is_damaged() -> None:
    octets = files.winmail(*files.winmail_file("a.txt", b"1"), *files.winmail_file("deck.pdf", PDF))

    found = unpack(mailed(octets[:-600], "winmail.dat"), LIMITS)

    assert [one.fate.value for one in found.parts] == ["opened", "document", "damaged"]


def test_files_of_one_name_have_paths_of_their_own() -> None:
    _, found = winmail(*files.winmail_file("a.txt", b"1"), *files.winmail_file("a.txt", b"2"))

    assert [one.part.path for one in found.parts] == ["2", "2!a.txt", "2!a.txt#2"]


def test_a_winmail_is_known_by_its_octets_too() -> None:
    found = unpack(mailed(files.winmail(*files.winmail_file("a.txt", b"1")), "ATT0001.dat"), LIMITS)

    assert [one.fate.value for one in found.parts] == ["opened", "document"]
    assert found.parts[0].part.role is Role.FILE


@given(st.binary(max_size=400), st.sampled_from([0x9003, 0x9005, 0x800C, 0x800F]))
def test_any_octets_in_a_winmail_give_a_value(octets: bytes, identifier: int) -> None:
    found = tnef.read(files.winmail((1, identifier, octets), (2, identifier, octets)))

    assert found is not None


# ---------------------------------------------------------------- compressed RTF


@pytest.mark.parametrize(
    ("packed", "expected"),
    [
        # The two examples of MS-OXRTFCP 4.1.
        (
            "LQAAACsAAABMWkZ18cXHpwMACgByY3BnMTI1QjIK8yBoZWwJACBidwWwbGR9CoAPoA==",
            b"{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n",
        ),
        ("GgAAABwAAABMWkZ14tRLUUEABCBXWFlaDW59AQ6w", b"{\\rtf1 WXYZWXYZWXYZWXYZWXYZ}"),
        ("", b""),
        ("GgAAAP////9MWkZ14tRLUUEABCBXWFlaDW59AQ6w", b""),
        ("GgAAABwAAABMWkZa4tRLUUEABCBXWFlaDW59AQ6w", b""),
    ],
)
def test_compressed_rtf_is_inflated(packed: str, expected: bytes) -> None:
    assert mapi.decompressed(base64.b64decode(packed)) == expected


@given(st.binary(max_size=300))
def test_any_octets_inflate_no_further_than_they_claim(octets: bytes) -> None:
    packed = struct.pack("<4I", len(octets), 2_000, 0x75465A4C, 0) + octets

    assert len(mapi.decompressed(packed)) <= 2_020


@given(st.binary(max_size=200), st.integers(min_value=0, max_value=9_000))
def test_any_change_in_a_saved_mail_gives_a_fate(octets: bytes, place: int) -> None:
    whole = bytearray(files.compound(files.saved_mail({0x37: "x", 0x1000: "y"})))
    whole[place : place + len(octets)] = octets

    assert unpack(mailed(bytes(whole), "mail.msg"), LIMITS).parts
