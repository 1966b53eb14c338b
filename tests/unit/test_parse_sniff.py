"""Media types told from octets."""

from __future__ import annotations

import io
import zipfile

import pytest

from intake.extract.sniff import sniff


def packed(*names: str) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    return stream.getvalue()


def open_document(media_type: str) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("mimetype", media_type)
        archive.writestr("content.xml", "<x/>")
    return stream.getvalue()


@pytest.mark.parametrize(
    ("octets", "media_type"),
    [
        (b"%PDF-1.7\n", "application/pdf"),
        (b"junk before it\n%PDF-1.7\n", "application/pdf"),
        (b"\x89PNG\r\n\x1a\n", "image/png"),
        (b"\xff\xd8\xff\xe0", "image/jpeg"),
        (b"Rar!\x1a\x07\x00", "application/vnd.rar"),
        (b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
        (b"{\\rtf1", "application/rtf"),
        (b"\xef\xbb\xbfBEGIN:VCALENDAR\r\n", "text/calendar"),
        (b"  <!DOCTYPE html><p>x", "text/html"),
        (b"From: a@b.example\nTo: c@d.example\nSubject: x\n\ny", "message/rfc822"),
        (b"just words", "text/plain"),
        (b"\x00\x01\x02", None),
        (b"", None),
        (packed("a.pdf"), "application/zip"),
        (
            packed("[Content_Types].xml", "word/document.xml"),
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        ),
        (
            packed("[Content_Types].xml", "ppt/presentation.xml"),
            "application/vnd.openxmlformats-officedocument.presentationml.presentation",
        ),
        (
            packed("[Content_Types].xml", "xl/workbook.xml"),
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        ),
        (
            open_document("application/vnd.oasis.opendocument.text"),
            "application/vnd.oasis.opendocument.text",
        ),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "WordDocument".encode("utf-16-le"),
            "application/msword",
        ),
    ],
)
def test_octets_show_their_media_type(octets: bytes, media_type: str | None) -> None:
    assert sniff(octets, None) == media_type


@pytest.mark.parametrize(
    ("name", "media_type"), [("a.md", "text/markdown"), ("a.CSV", "text/csv"), ("a", "text/plain")]
)
def test_a_name_tells_texts_apart(name: str, media_type: str) -> None:
    assert sniff(b"a,b\n1,2\n", name) == media_type


def test_a_name_does_not_overrule_octets() -> None:
    assert sniff(b"%PDF-1.7\n", "notes.csv") == "application/pdf"
