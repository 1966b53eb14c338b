"""What an opaque S/MIME signature encloses, however it is encoded."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.model import Role
from intake.parse import parse
from intake.parse.cms import signed_content

SIGNED_DATA = bytes.fromhex("06092a864886f70d010702")
DATA = bytes.fromhex("06092a864886f70d010701")
VERSION = b"\x02\x01\x01"
ENTITY = (
    b'From: Eve <eve@evil.example>\r\nContent-Type: multipart/mixed; boundary="b"\r\n\r\n'
    b"--b\r\nContent-Type: text/plain\r\n\r\nOur deck is attached.\r\n"
    b'--b\r\nContent-Type: application/pdf; name="deck.pdf"\r\n\r\n%PDF-1.4\n\r\n--b--\r\n'
)


def definite(tag: int, contents: bytes) -> bytes:
    size = len(contents)
    length = bytes([size]) if size < 128 else b"\x84" + size.to_bytes(4, "big")
    return bytes([tag]) + length + contents


def indefinite(tag: int, contents: bytes) -> bytes:
    return bytes([tag, 0x80]) + contents + b"\x00\x00"


def in_der(content: bytes) -> bytes:
    enclosed = definite(0x30, DATA + definite(0xA0, definite(0x04, content)))
    algorithms = definite(0x31, definite(0x30, b"\x05\x00"))
    signed = definite(0x30, VERSION + algorithms + enclosed + definite(0x31, b""))
    return definite(0x30, SIGNED_DATA + definite(0xA0, signed))


def in_ber(content: bytes) -> bytes:
    """As programs write it that sign as they go: no length is known, and the content comes in pieces."""
    half = len(content) // 2
    first = indefinite(0x24, definite(0x04, content[:half]))
    pieces = indefinite(0x24, first + definite(0x04, content[half:]))
    enclosed = indefinite(0x30, DATA + indefinite(0xA0, pieces))
    algorithms = indefinite(0x31, indefinite(0x30, b"\x05\x00"))
    signed = indefinite(0x30, VERSION + algorithms + enclosed + definite(0x31, b""))
    return indefinite(0x30, SIGNED_DATA + indefinite(0xA0, signed))


def mail(p7m: bytes) -> bytes:
    return (
        b"From: Ana <ana@acme.example>\r\nSubject: Deck\r\n"
        b'Content-Type: application/pkcs7-mime; smime-type=signed-data; name="smime.p7m"\r\n'
        b'Content-Disposition: attachment; filename="smime.p7m"\r\n'
        b"Content-Transfer-Encoding: base64\r\n\r\n" + base64.encodebytes(p7m)
    )


@pytest.mark.parametrize("encoded", [in_der(ENTITY), in_ber(ENTITY)], ids=["DER", "BER"])
def test_what_is_signed_is_read_whole(encoded: bytes) -> None:
    assert signed_content(encoded) == ENTITY


@pytest.mark.parametrize(
    "octets",
    [
        b"",
        b"0",
        b"hello",
        in_der(ENTITY)[:200],
        in_ber(ENTITY)[:200],
        in_der(ENTITY).replace(SIGNED_DATA, bytes.fromhex("06092a864886f70d010703")),
        definite(
            0x30,
            SIGNED_DATA
            + definite(0xA0, definite(0x30, VERSION + definite(0x31, b"") + definite(0x30, DATA))),
        ),
        b"\x30\x80" * 100_000,
        b"\x30\x84\xff\xff\xff\xff" + SIGNED_DATA,
        b"\x30\x80" + SIGNED_DATA + b"\xa0\x80\x30\x80" + VERSION + b"\x31\x80" * 200_000,
        in_ber(ENTITY).replace(b"\x24\x80", b"\x24\x80" * 60, 1),
    ],
    ids=[
        "nothing",
        "one octet",
        "text",
        "DER cut off",
        "BER cut off",
        "encrypted",
        "detached",
        "only openings",
        "length of four gigabytes",
        "deep",
        "deep string",
    ],
)
def test_what_is_no_signed_content_is_none(octets: bytes) -> None:
    assert signed_content(octets) is None


@given(st.binary(max_size=400), st.integers(min_value=0, max_value=500))
def test_any_change_of_the_octets_gives_a_value(noise: bytes, position: int) -> None:
    octets = in_ber(ENTITY)

    content = signed_content(octets[:position] + noise + octets[position + len(noise) :])

    assert content is None or isinstance(content, bytes)


@pytest.mark.parametrize("encoded", [in_der(ENTITY), in_ber(ENTITY)], ids=["DER", "BER"])
def test_signed_text_is_what_the_sender_wrote(encoded: bytes) -> None:
    message = parse(mail(encoded))

    assert message.written == "Our deck is attached."


def test_signed_files_are_parts_behind_the_signature_that_holds_them() -> None:
    message = parse(mail(in_der(ENTITY)))

    assert [(part.path, part.filename, part.container, part.role) for part in message.parts] == [
        ("1", "smime.p7m", None, Role.OTHER),
        ("1!2", "deck.pdf", "1", Role.FILE),
    ]
    assert message.opened == ("1",)


def test_a_signed_from_never_replaces_the_outer_one() -> None:
    message = parse(mail(in_der(ENTITY)))

    assert message.sender is not None
    assert message.sender.address == "ana@acme.example"


def test_signed_text_alone_is_read_too() -> None:
    message = parse(mail(in_der(b"Content-Type: text/plain\r\n\r\n3: n/a\r\n")))

    assert message.written == "3: n/a"
    assert [part.path for part in message.parts] == ["1"]


def test_a_signed_file_that_is_no_mail_is_not_opened_here() -> None:
    message = parse(mail(in_der(b"%PDF-1.4\n%\xe2\xe3\n")))

    assert message.opened == ()
    assert message.written == ""


def test_a_defect_of_the_signed_entity_is_told() -> None:
    message = parse(mail(in_der(ENTITY.replace(b"--b--", b""))))

    assert "close-boundary-not-found" in message.defects


def test_opening_leaves_the_digest_as_it_is() -> None:
    opened, closed = parse(mail(in_der(ENTITY))), parse(mail(in_der(ENTITY)[:-1]))

    assert opened.opened != closed.opened
    assert opened.digest == parse(mail(in_der(ENTITY)).replace(b"\r\n", b"\n")).digest
