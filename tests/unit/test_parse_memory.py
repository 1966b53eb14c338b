"""What a large message takes while it is parsed: however it is encoded, and however broken, a few times its size."""

from __future__ import annotations

import binascii
import quopri
import random
import tracemalloc
from base64 import encodebytes

import pytest

from intake.parse import parse
from intake.parse.decode import base64

SIZE = 2_000_000
TIMES = 3.0
"""What Python may take beside the message itself, in sizes of the message."""
HEADER = b"From: ana@client.example\r\nSubject: Deck\r\nMIME-Version: 1.0\r\n"
FILE = random.Random(7).randbytes(SIZE)  # noqa: S311  # no secrets
WORDS = b"\r\n".join(b"some words that make up line %d of it" % number for number in range(320_000))
IN_BASE64 = encodebytes(FILE)
IN_UU = b"begin 644 deck.bin\n%s`\nend\n" % b"".join(
    binascii.b2a_uu(FILE[place : place + 45]) for place in range(0, SIZE, 45)
)


def attached(encoding: bytes, body: bytes) -> bytes:
    return (
        HEADER
        + b"Content-Type: application/octet-stream\r\nContent-Disposition: attachment\r\n"
        + b"Content-Transfer-Encoding: %s\r\n\r\n%s" % (encoding, body)
    )


@pytest.mark.parametrize(
    "message",
    [
        pytest.param(attached(b"base64", IN_BASE64), id="base64"),
        pytest.param(attached(b"base64", IN_BASE64[:-1001]), id="base64 that was cut"),
        pytest.param(attached(b"base64", b"AB*" + IN_BASE64), id="base64 with another character"),
        pytest.param(attached(b"quoted-printable", quopri.encodestring(FILE)), id="quoted"),
        pytest.param(attached(b"x-uuencode", IN_UU), id="uuencode"),
        pytest.param(attached(b"binary", FILE), id="binary"),
        pytest.param(HEADER + b"\r\nHello,\r\n" + IN_UU, id="uuencode in the text"),
        pytest.param(HEADER + b"\r\n" + WORDS, id="text"),
        pytest.param(HEADER + b"Content-Type: text/html\r\n\r\n<p>" + WORDS, id="HTML"),
    ],
)
def test_a_large_message_takes_a_few_times_its_size(message: bytes) -> None:
    parse(HEADER)  # what is loaded on first use is not the message's
    tracemalloc.start()
    try:
        parse(message)
        _, peak_octets = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert peak_octets < TIMES * len(message)


@pytest.mark.parametrize("cut", range(8))
def test_a_broken_file_is_the_same_wherever_its_pieces_end(cut: int) -> None:
    broken = b"A*" + IN_BASE64[: 200_000 - cut]

    digits = broken.translate(None, b"*\n")
    whole = len(digits) - len(digits) % 4
    rest = digits[whole:] if len(digits) % 4 > 1 else b""
    expected = binascii.a2b_base64(digits[:whole] + rest.ljust(-len(rest) % 4 + len(rest), b"="))

    assert base64(broken).octets == expected
    assert base64(broken).damaged
