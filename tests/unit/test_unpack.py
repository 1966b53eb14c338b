"""The fate of every leaf, and of what containers hold."""

from __future__ import annotations

import gzip
import io
import tarfile
import zipfile
from collections.abc import Callable
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.model import Fate, Part
from intake.parse import parse
from intake.unpack import UnpackLimits, unpack

MAIL = Path(__file__).parent.parent / "mail"
LIMITS = UnpackLimits(archive_octets=4_000_000, archive_entries=20, document_octets=2_000_000)
PDF = b"%PDF-1.4\n% a deck\n"


def letter(
    octets: bytes, filename: str, media_type: str = "application/octet-stream"
) -> EmailMessage:
    message = EmailMessage()
    message["From"] = "ana@acme.example"
    message.set_content("Hello")
    maintype, subtype = media_type.split("/")
    message.add_attachment(octets, maintype=maintype, subtype=subtype, filename=filename)
    return message


def fates(octets: bytes, filename: str, limits: UnpackLimits = LIMITS) -> list[tuple[str, str]]:
    """Path and fate of everything in a message that holds one attachment."""
    message = parse(letter(octets, filename).as_bytes(policy=SMTP))
    return [(one.part.path, one.fate.value) for one in unpack(message, limits).parts]


def zipped(entries: dict[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, octets in entries.items():
            archive.writestr(name, octets)
    return stream.getvalue()


def tarred(entries: dict[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as archive:
        for name, octets in entries.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(octets)
            archive.addfile(entry, io.BytesIO(octets))
    return stream.getvalue()


def locked_zip() -> bytes:
    """A zip whose entry says that it is encrypted: the flag stands in both of its headers (APPNOTE 4.4.4)."""
    octets = bytearray(zipped({"secret.pdf": PDF}))
    octets[6] |= 1
    octets[octets.index(b"PK\x01\x02") + 8] |= 1
    return bytes(octets)


def png(width: int, height: int, padding: int = 0) -> bytes:
    """The beginning of a PNG, enough to tell its size."""
    size = width.to_bytes(4, "big") + height.to_bytes(4, "big")
    return (
        b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + size + b"\x08\x02\x00\x00\x00" + b"\x01" * padding
    )


def test_a_document_is_a_document() -> None:
    assert fates(PDF, "deck.pdf") == [("2", "document")]


@pytest.mark.parametrize("pack", [zipped, tarred, lambda entries: gzip.compress(tarred(entries))])
def test_an_archive_is_opened_and_its_entries_follow(
    pack: Callable[[dict[str, bytes]], bytes],
) -> None:
    octets = pack({"folder/deck.pdf": PDF, "__MACOSX/._deck.pdf": b"x", ".DS_Store": b"x"})

    assert fates(octets, "all.bin") == [("2", "opened"), ("2!folder/deck.pdf", "document")]


def test_an_entry_knows_its_container_and_name() -> None:
    octets = zipped({"folder/deck.pdf": PDF})
    message = parse(letter(octets, "all.zip").as_bytes(policy=SMTP))

    part: Part = unpack(message, LIMITS).parts[1].part

    assert (part.container, part.filename, part.octets) == ("2", "deck.pdf", PDF)


def test_archives_in_archives_are_opened() -> None:
    octets = zipped({"inner.zip": zipped({"deck.pdf": PDF})})

    assert fates(octets, "all.zip")[-1] == ("2!inner.zip!deck.pdf", "document")


def test_an_entry_that_is_called_like_the_path_of_another_has_one_of_its_own() -> None:
    inner = zipped({"b.txt": b"roadmap"})
    octets = zipped({"a.zip": inner, "a.zip!b.txt": b"calendar"})

    paths = [path for path, _ in fates(octets, "c.zip")]

    assert paths == ["2", "2!a.zip", "2!a.zip!b.txt", "2!a.zip!b.txt#2"]


def test_archives_below_the_depth_stay_closed() -> None:
    octets = PDF
    for level in range(7):
        octets = zipped({f"{level}.zip": octets})

    assert [fate for _, fate in fates(octets, "all.zip")] == ["opened"] * 5 + ["too-large"]


@pytest.mark.parametrize(
    ("octets", "filename", "expected"),
    [
        (locked_zip(), "a.zip", ["locked"]),
        (b"7z\xbc\xaf\x27\x1c rest", "a.7z", ["unsupported"]),
        (b"Rar!\x1a\x07\x00 rest", "a.rar", ["unsupported"]),
        (b"PK\x03\x04 not a zip at all", "a.zip", ["damaged"]),
        (zipped({"deck.pdf": PDF * 40})[:-30], "a.zip", ["damaged"]),
        (zipped({}), "a.zip", ["empty"]),
        (zipped({"empty.pdf": b""}), "a.zip", ["opened", "empty"]),
        (b"", "deck.pdf", ["empty"]),
        (b" \r\n", "note.txt", ["empty"]),
        (b"x" * 2_000_001, "deck.bin", ["too-large"]),
        (zipped({"big.bin": b"x" * 2_000_001}), "a.zip", ["opened", "too-large"]),
        (zipped({f"{n}.txt": b"x" for n in range(21)}), "a.zip", ["too-large"]),
        (gzip.compress(b"x" * 5_000_000, mtime=0), "a.gz", ["too-large"]),
        (gzip.compress(PDF, mtime=0), "deck.pdf.gz", ["opened", "document"]),
        (zipped({"word/document.xml": b"x"}), "a.docx", ["document"]),
        (zipped({"data.bin": b"x"}), "slides.key", ["document"]),
        (b"BEGIN:VCARD\nFN:Ana\nEND:VCARD\n", "ana.vcf", ["card"]),
        (b"-----BEGIN PGP MESSAGE-----\nx\n", "encrypted.asc", ["encrypted"]),
        (b"-----BEGIN PGP SIGNATURE-----\nx\n", "signature.asc", ["crypto-signature"]),
        (b"\x78\x9f\x3e\x22 not really", "winmail.dat", ["damaged"]),
        (b"MZ\x90\x00 program", "deck.exe", ["unsupported"]),
        (png(1, 1), "spacer.png", ["tracking"]),
        (png(1600, 900, 90_000), "slide.png", ["document"]),
    ],
)  # fmt: skip
def test_each_part_has_its_fate(octets: bytes, filename: str, expected: list[str]) -> None:
    assert [fate for _, fate in fates(octets, filename)] == expected


def test_a_bomb_is_not_inflated() -> None:
    octets = zipped({"bomb.txt": b"\x00" * 1_900_000, "deck.pdf": PDF})

    assert [fate for _, fate in fates(octets, "a.zip")] == ["opened", "too-large", "document"]


def test_what_is_unpacked_in_all_is_bounded() -> None:
    noise = bytes(range(256)) * 6000
    octets = zipped({f"{number}.bin": noise for number in range(4)})

    assert [fate for _, fate in fates(octets, "a.zip")][-1] == "too-large"


def test_forwarded_messages_are_opened_level_by_level() -> None:
    message = parse((MAIL / "forwarded_inside_forwarded.eml").read_bytes())

    assert [(one.part.path, one.fate) for one in unpack(message, LIMITS).parts] == [
        ("2", Fate.OPENED),
        ("2!2", Fate.OPENED),
        ("2!2!2", Fate.DOCUMENT),
    ]


def test_a_message_saved_as_a_file_is_opened() -> None:
    octets = letter(PDF, "deck.pdf").as_bytes(policy=SMTP)
    octets = octets.replace(b"From:", b"Subject: x\r\nTo: b@acme.example\r\nFrom:", 1)

    assert fates(octets, "saved.eml") == [("2", "opened"), ("2!2", "document")]


def test_what_a_delivery_report_returns_is_not_the_clients_document() -> None:
    message = parse((MAIL / "delivery_report.eml").read_bytes())

    assert {one.fate for one in unpack(message, LIMITS).parts} == {Fate.DELIVERY_REPORT}


def test_logos_and_signatures_are_left_out_but_inline_documents_are_not() -> None:
    message = parse((MAIL / "signed_with_logo_and_inline_pdf.eml").read_bytes())

    assert [one.fate for one in unpack(message, LIMITS).parts] == [
        Fate.SIGNATURE_IMAGE,
        Fate.DOCUMENT,
        Fate.CRYPTO_SIGNATURE,
    ]


def test_a_call_to_one_meeting_is_an_invitation() -> None:
    message = parse((MAIL / "calendar_invite_no_attachment.eml").read_bytes())

    assert [one.fate for one in unpack(message, LIMITS).parts] == [Fate.INVITATION]


def test_a_calendar_of_several_events_is_a_document() -> None:
    events = "".join(f"BEGIN:VEVENT\r\nUID:{n}\r\nEND:VEVENT\r\n" for n in range(3))
    octets = f"BEGIN:VCALENDAR\r\nMETHOD:PUBLISH\r\n{events}END:VCALENDAR\r\n".encode()

    assert fates(octets, "events.ics") == [("2", "document")]


def test_broken_base64_is_told_as_damaged() -> None:
    octets = (MAIL / "close_boundary_missing.eml").read_bytes()

    message = parse(octets.replace(b"JVBERi0xLjQ", b"JVBE!!Ri0xLjQ"))

    assert [one.fate for one in unpack(message, LIMITS).parts] == [Fate.DAMAGED]


@given(
    st.binary(max_size=600),
    st.sampled_from(["PK\x03\x04", "PK\x05\x06", "\x1f\x8b\x08", "\x78\x9f\x3e\x22", ""]),
)
def test_any_octets_have_a_fate(octets: bytes, magic: str) -> None:
    assert fates(magic.encode("latin-1") + octets, "a.bin")


@given(st.integers(min_value=0, max_value=400), st.binary(min_size=1, max_size=8))
def test_any_change_in_an_archive_gives_a_fate(position: int, octets: bytes) -> None:
    whole = bytearray(zipped({"deck.pdf": PDF, "b/c.txt": b"x" * 50}))
    whole[position : position + len(octets)] = octets

    assert fates(bytes(whole), "a.zip")
