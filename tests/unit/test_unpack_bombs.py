"""What was made to burst, loop or nest without end: each ends with its stated fate. Octets are counted, never seconds."""

from __future__ import annotations

import gzip
import io
import struct
import tarfile
import zipfile
from collections.abc import Sequence
from email.message import EmailMessage
from email.policy import SMTP

import pytest

from intake.extract import ExtractLimits, extract
from intake.extract.compound import Compound, summary
from intake.extract.content import StopReadingError
from intake.model import Fate, Part, Problem, SortedPart, UnpackLimits, Unusable
from intake.parse import parse
from intake.unpack import tnef, unpack
from intake.unpack.containers import Budget, budget_for, entries
from intake.unpack.outlook import as_mail
from tests.unit import legacy_files as files

LIMITS = UnpackLimits()
MEGABYTE = 2**20


def zipped(names: Sequence[str], octets: bytes) -> bytes:
    """Many entries of the same octets, compressed once; some would take a second otherwise."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in names:
            archive.writestr(name, octets)
    return stream.getvalue()


def nested(octets: bytes, levels: int, *, copies: int = 1) -> bytes:
    for _ in range(levels):
        octets = zipped([f"{number}.zip" for number in range(copies)], octets)
    return octets


def mailed(octets: bytes, filename: str) -> bytes:
    message = EmailMessage()
    message["From"] = "ana@acme.example"
    message.set_content("Hello")
    message.add_attachment(
        octets, maintype="application", subtype="octet-stream", filename=filename
    )
    return message.as_bytes(policy=SMTP)


def sorted_parts(octets: bytes, filename: str) -> tuple[SortedPart, ...]:
    return unpack(parse(mailed(octets, filename)), LIMITS).parts


def fates(octets: bytes, filename: str) -> list[str]:
    return [entry.fate.value for entry in sorted_parts(octets, filename)]


def opened(octets: bytes, filename: str) -> tuple[object, int]:
    """What comes of opening one archive, and how many octets were inflated for it."""
    parts: tuple[Part, ...] = parse(mailed(octets, filename)).parts
    budget: Budget = budget_for(parts, LIMITS)
    before = budget.octets
    found = entries(parts[0], budget)
    told = found if isinstance(found, Fate) else [entry.fate for entry in found]
    return told, before - budget.octets


def overlapping(count: int, size: int) -> bytes:
    """A zip whose entries are all the same octets of the file (the directory points them all to the first)."""
    octets = bytearray(zipped([f"{number:03}.bin" for number in range(count)], bytes(size)))
    place = octets.index(b"PK\x01\x02")
    for _ in range(count):
        octets[place + 42 : place + 46] = bytes(4)
        place = octets.find(b"PK\x01\x02", place + 4)
    return bytes(octets)


def lying(size: int, claimed: int) -> bytes:
    """A zip whose only entry says that it is smaller than it is, in both of its headers."""
    octets = bytearray(zipped(["a.bin"], bytes(size)))
    octets[22:26] = claimed.to_bytes(4, "little")
    place = octets.index(b"PK\x01\x02")
    octets[place + 24 : place + 28] = claimed.to_bytes(4, "little")
    return bytes(octets)


def test_a_zip_of_many_small_bombs_is_refused_as_a_whole_before_anything_is_inflated() -> None:
    octets = zipped([f"{number:03}.bin" for number in range(300)], bytes(240_000))

    assert opened(octets, "a.zip") == (Fate.TOO_LARGE, 0)


def test_one_bomb_is_not_inflated_and_does_not_cost_the_document_beside_it() -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("bomb.bin", bytes(40 * MEGABYTE))
        archive.writestr("deck.pdf", b"%PDF-1.4\n")

    told, inflated = opened(stream.getvalue(), "a.zip")

    assert told == [Fate.TOO_LARGE, None]
    assert inflated == 9


def test_a_zip_that_lies_about_a_size_is_read_as_far_as_it_claims() -> None:
    told, inflated = opened(lying(20 * MEGABYTE, 10), "a.zip")

    assert told == [Fate.DAMAGED]
    assert inflated <= 10


def test_overlapping_entries_are_refused_as_a_whole() -> None:
    assert opened(overlapping(300, 240_000), "a.zip") == (Fate.TOO_LARGE, 0)


def test_few_overlapping_entries_are_damaged() -> None:
    told, inflated = opened(overlapping(3, 1000), "a.zip")

    assert told == [None, Fate.DAMAGED, Fate.DAMAGED]
    assert inflated == 1000


def test_a_gzip_bomb_is_inflated_no_further_than_its_proportion() -> None:
    octets = gzip.compress(bytes(60 * MEGABYTE), mtime=0)

    told, inflated = opened(octets, "a.gz")

    assert told is Fate.TOO_LARGE
    assert inflated <= max(MEGABYTE, 250 * len(octets)) + 2**16


def test_a_compressed_tar_of_bombs_is_too_large() -> None:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w:gz") as archive:
        entry = tarfile.TarInfo("a")
        entry.size = 40 * MEGABYTE
        archive.addfile(entry, io.BytesIO(bytes(entry.size)))

    assert fates(stream.getvalue(), "a.tar.gz") == ["too-large"]


def test_archives_of_archives_together_stay_within_one_proportion() -> None:
    level = zipped(["a.bin"], bytes(200_000))
    octets = nested(level, 4, copies=6)

    found = sorted_parts(octets, "a.zip")

    held = sum(len(entry.part.octets) for entry in found)
    assert held <= max(16 * MEGABYTE, 250 * len(octets)) + len(octets)
    assert found[0].fate is Fate.OPENED


def test_too_many_entries_in_archives_of_archives_are_too_large() -> None:
    octets = nested(zipped(["a.txt"], b"x"), 4, copies=8)

    found = sorted_parts(octets, "a.zip")

    assert len(found) <= 1001
    assert "too-large" in {entry.fate.value for entry in found}


@pytest.mark.parametrize("levels", [7, 100])
def test_a_hundred_levels_of_zip_end_at_the_bound(levels: int) -> None:
    assert fates(nested(b"%PDF-1.4\n", levels), "a.zip") == ["opened"] * 5 + ["too-large"]


def test_a_hundred_levels_of_forwarding_end_at_the_bound() -> None:
    message = b"From: ana@acme.example\r\nSubject: deck\r\n\r\nHello\r\n"
    for _ in range(100):
        message = b"From: a@b.example\r\nContent-Type: message/rfc822\r\n\r\n" + message

    found = unpack(parse(message), LIMITS)

    assert [entry.fate.value for entry in found.parts] == ["opened"] * 5 + ["too-large"]


def test_an_archive_that_holds_itself_ends_at_the_bound() -> None:
    octets = nested(zipped(["a.zip"], b"PK\x05\x06" + bytes(18)), 3)

    assert fates(octets, "a.zip") == ["opened"] * 4 + ["empty"]


ENTITIES = (
    '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "'
    + "ha" * 500
    + '">'
    + "".join(
        f'<!ENTITY {new} "{f"&{old};" * 20}">' for old, new in zip("abcdef", "bcdefg", strict=True)
    )
    + "]><x>&g;</x>"
).encode()


def package(name: str) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("[Content_Types].xml", "<x/>")
        archive.writestr(name, ENTITIES)
    return stream.getvalue()


@pytest.mark.parametrize(
    ("name", "filename"),
    [
        ("word/document.xml", "plan.docx"),
        ("xl/workbook.xml", "plan.xlsx"),
        ("ppt/presentation.xml", "deck.pptx"),
    ],
)
def test_entities_in_an_office_file_are_never_expanded(name: str, filename: str) -> None:
    limits = ExtractLimits(document_octets=10 * MEGABYTE, pages=10)

    found = extract(
        package(name), filename=filename, media_type="application/octet-stream", limits=limits
    )

    assert isinstance(found, Unusable)
    assert found.problem is Problem.UNREADABLE


# ---------------------------------------------------------------- compound files


def counted(kind: int, count: int) -> bytes:
    """A property set whose title claims to be so many values."""
    return files.summary_information((2, struct.pack("<II", kind, count)), (13, bytes(4)))


@pytest.mark.parametrize("kind", [0x1E, 0x1F, 0x1000 | 0x1E, 0x1000 | 3, 0x1000 | 0x0C, 0x2003])
@pytest.mark.parametrize("count", [2**24, 2**32 - 1])
def test_a_claimed_count_of_properties_is_not_believed(kind: int, count: int) -> None:
    octets = counted(kind, count)

    found = summary(octets)

    assert len(found.title or "") <= len(octets)


def test_a_property_set_that_claims_more_properties_than_it_has_gives_no_title() -> None:
    octets = bytearray(counted(0x1E, 4))
    octets[52:56] = (2**32 - 1).to_bytes(4, "little")

    found = Compound(files.compound({"\x05SummaryInformation": bytes(octets)}))

    assert found.title() is None


def test_the_title_and_the_day_of_the_last_change_are_read() -> None:
    title = "Plan für 2027".encode("cp1252") + b"\x00"
    octets = files.summary_information(
        (1, struct.pack("<IHH", 2, 1252, 0)),
        (2, struct.pack("<II", 0x1E, len(title)) + title),
        (13, struct.pack("<IQ", 0x40, 133_000_000_000_000_000)),
    )

    found = Compound(files.compound({"\x05SummaryInformation": octets}))

    assert (found.title(), str(found.saved_on())) == ("Plan für 2027", "2022-06-18")


@pytest.mark.parametrize(
    ("place", "value"),
    [
        (44, 2**32 - 1),  # allocation tables
        (64, 2**32 - 1),  # small ones
        (72, 2**32 - 1),  # lists of tables
        (30, 0x0006_001F),  # sectors of two gigabytes
    ],
)
def test_a_compound_file_that_claims_what_it_cannot_hold_is_unreadable(
    place: int, value: int
) -> None:
    octets = bytearray(files.compound({"WordDocument": b"x"}))
    octets[place : place + 4] = value.to_bytes(4, "little")

    with pytest.raises(StopReadingError) as stopped:
        Compound(bytes(octets))

    assert stopped.value.unusable.problem is Problem.UNREADABLE


# ---------------------------------------------------------------- Outlook's formats


@pytest.mark.parametrize("kind", [0x1002, 0x1003, 0x101E, 0x1102, 0x1F, 0x0102])
def test_a_claimed_count_in_a_winmail_is_not_believed(kind: int) -> None:
    properties = struct.pack("<IHHI", 1, kind, 0x1000, 2**32 - 1) + bytes(64)

    found = tnef.read(files.winmail((1, 0x9003, properties)))

    assert found is not None
    assert len(found.plain) <= len(properties)


def test_a_winmail_of_countless_attributes_ends() -> None:
    octets = files.winmail((1, 0x800C, b"Hello")) + (b"\x01" + bytes(10)) * 100_000

    found = tnef.read(octets)

    assert found is not None
    assert found.plain == "Hello"


def test_a_saved_mail_with_more_attachments_than_allowed_is_too_large() -> None:
    files_in_it = [files.attached(f"{number}.txt", b"x") for number in range(4)]
    octets = files.compound(files.saved_mail({0x37: "x"}, attachments=files_in_it))

    assert as_mail(octets, octets_left=MEGABYTE, entries=3, levels=5) is Fate.TOO_LARGE


def test_a_saved_mail_is_read_no_further_than_the_octets_left() -> None:
    held = files.attached("deck.pdf", b"x" * 20_000)
    octets = files.compound(files.saved_mail({0x37: "x"}, attachments=[held]))

    assert as_mail(octets, octets_left=15_000, entries=9, levels=5) is Fate.TOO_LARGE


def test_saved_mails_within_saved_mails_end_at_the_bound() -> None:
    streams = files.saved_mail({0x37: "innermost"}, embedded=True)
    for _ in range(8):
        held = [files.attached_mail(streams)]
        streams = files.saved_mail({0x37: "mail"}, attachments=held, embedded=True)
    outer = files.saved_mail({0x37: "outer"}, attachments=[files.attached_mail(streams)])

    found = fates(files.compound(outer), "mail.msg")

    assert found[:5] == ["opened"] * 5
    assert found[5:] == ["too-large"]


def test_a_saved_mail_whose_storages_run_in_circles_has_a_fate() -> None:
    octets = bytearray(files.compound(files.saved_mail({0x37: "x", 0x1000: "y"})))
    root = octets.index("Root Entry".encode("utf-16-le"))
    octets[root + 128 + 72 : root + 128 + 76] = (1).to_bytes(4, "little")
    octets[root + 256 + 72 : root + 256 + 76] = (0).to_bytes(4, "little")

    assert set(fates(bytes(octets), "mail.msg")) <= {"opened", "damaged"}
