"""What mail does to octets and names, undone."""

from __future__ import annotations

import pytest

from intake.parse.decode import (
    base64,
    content_field,
    disposition_field,
    file_name,
    text_of,
    transfer,
)


@pytest.mark.parametrize(
    "encoding",
    [b"base64", b" BASE64 ", b"base64 ", b"base64;", b'"base64"', b"(odd) base64 (as ever)"],
)
def test_a_transfer_encoding_is_known_however_it_is_dressed(encoding: bytes) -> None:
    assert transfer(b"aGVsbG8=", encoding, start=0, end=8).octets == b"hello"


@pytest.mark.parametrize(
    ("encoding", "octets", "decoded"),
    [
        (b"quoted-printable", b"a=3Db=\r\nc", b"a=bc"),
        (b"x-uuencode", b"begin 644 x\n%:&5L;&\\\n`\nend\n", b"hello"),
        (b"x-uuencode", b"\r\nA text.\r\nbegin 644 x\r\n%:&5L;&\\\r\n`\r\nend\r\n", b"hello"),
        (b"uuencode", b"%:&5L;&\\\n`\n", b"hello"),
        (b"uuencode", b"no uuencode at all", b"no uuencode at all"),
        (b"8bit", b"\xff\x00", b"\xff\x00"),
        (b"rot13", b"uryyb", b"uryyb"),
        (None, b"hello", b"hello"),
    ],
)
def test_a_body_is_decoded(encoding: bytes | None, octets: bytes, decoded: bytes) -> None:
    message = b"before:" + octets + b":behind"
    start = len(b"before:")

    assert transfer(message, encoding, start=start, end=start + len(octets)).octets == decoded


@pytest.mark.parametrize(
    ("octets", "decoded", "damaged"),
    [
        (b"aGVs\r\nbG8=\r\n", b"hello", False),
        (b"aGVsbG8", b"hello", False),
        (b"aGVsbG8=\r\n-- \r\na footer of the list", b"hello", False),
        (b"aGV*sbG8=", b"hello", True),
        (b"aGVsb", b"hel", True),
        (b"", b"", False),
    ],
)
def test_base64_goes_as_far_as_it_can(octets: bytes, decoded: bytes, damaged: bool) -> None:  # noqa: FBT001  # a table's column
    whole, stretch = base64(octets), base64(b"AAAA" + octets + b"AAAA", 4, 4 + len(octets))

    assert (whole.octets, whole.damaged) == (decoded, damaged)
    assert stretch == whole


@pytest.mark.parametrize(
    ("field", "name"),
    [
        (b'attachment; filename="a b.pdf"', "a b.pdf"),
        (b"attachment; filename=a b.pdf; size=3", "a b.pdf"),
        (b"attachment; filename*=utf-8''%e2%82%ac.pdf", "€.pdf"),
        (b"attachment; filename*0=a; filename*1=b.pdf", "ab.pdf"),
        (b"attachment; filename*1*=%20b.pdf; filename*0*=iso-8859-1''%e4", "ä b.pdf"),
        (b'attachment; filename="=?utf-8?q?=C3=A4.pdf?="', "ä.pdf"),
        (b'attachment; filename="say \\"hi\\".pdf"', 'say "hi".pdf'),
        ("attachment; filename=ä.pdf".encode(), "ä.pdf"),
        ("attachment; filename=ä.pdf".encode("latin-1"), "ä.pdf"),
        (b'attachment; filename="../../etc/passwd"', "../../etc/passwd"),
        (b"attachment", None),
        (b'attachment; filename=""', None),
    ],
)
def test_a_file_name_is_what_the_sender_wrote(field: bytes, name: str | None) -> None:
    assert file_name(content_field(None, "text/plain"), disposition_field(field)) == name


@pytest.mark.parametrize(
    ("field", "media_type"),
    [
        (b"Text/HTML; charset=utf-8", "text/html"),
        (b"multipart/mixed boundary=b", "multipart/mixed"),
        (b"text", "text/plain"),
        (b"", "text/plain"),
        (b"(comment) application/pdf", "application/pdf"),
    ],
)
def test_a_media_type_is_read_or_text(field: bytes, media_type: str) -> None:
    assert content_field(field, "message/rfc822").media_type == media_type


def test_a_boundary_is_found_without_the_first_semicolon() -> None:
    assert content_field(b"multipart/mixed boundary=b", "text/plain").boundary == b"b"


@pytest.mark.parametrize(
    "charset", ["no-such", "rot13", "undefined", "utf-8", "ascii", "utf-16", "", None]
)
def test_any_charset_gives_text(charset: str | None) -> None:
    text_of(b"\xff\xfe\xff", charset).encode("utf-8")
