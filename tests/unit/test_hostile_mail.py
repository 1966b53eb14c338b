"""Small messages put together from hostile pieces: whatever they say, each gives a value, and each part one fate."""

from __future__ import annotations

from collections import Counter
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intake.absence import returns_on
from intake.automatic import automatic
from intake.bounces import bounce_reports
from intake.model import Unpacked, UnpackLimits
from intake.parse import parse
from intake.unpack import completed, unpack
from tests.mutations import CHARSETS, ENCODINGS, TOKENS, Seeds, mutated, pieces, seeds

LIMITS = UnpackLimits(archive_octets=2**22, archive_entries=50)
TODAY = date(2026, 6, 1)
BOUNDARIES = (b"b", b"b ", b"b-b", b"", b"--b", b'"b"', b"\xff", b"b" * 90)
TYPES = (
    b"text/plain",
    b"text/html",
    b"text/calendar",
    b"multipart/mixed",
    b"multipart/alternative",
    b"multipart/related",
    b"multipart/report; report-type=delivery-status",
    b"message/rfc822",
    b"message/delivery-status",
    b"message/partial",
    b"message/external-body",
    b"application/pkcs7-mime",
    b"application/ms-tnef",
    b"application/octet-stream",
    b"text",
    b"/",
    b"",
)
FIELDS = (
    b"From",
    b"Sender",
    b"Reply-To",
    b"To",
    b"Cc",
    b"Subject",
    b"Date",
    b"Message-ID",
    b"References",
    b"In-Reply-To",
    b"Return-Path",
    b"Auto-Submitted",
    b"Precedence",
    b"Authentication-Results",
    b"Content-Disposition",
    b"Content-ID",
    b"Content-Type",
    b"Content-Transfer-Encoding",
    b"X",
)
VALUES = st.one_of(
    st.lists(
        st.sampled_from((*TOKENS, b"ana@acme.example", b"Ana", b"<a@b>", b",", b" ")), max_size=8
    ).map(b"".join),
    st.binary(max_size=40),
)
CONTENT_TYPES = st.builds(
    lambda media_type, boundary, charset, name: (
        b"Content-Type: "
        + media_type
        + b"; boundary="
        + boundary
        + b"; charset="
        + charset
        + b"; name="
        + name
    ),
    st.sampled_from(TYPES),
    st.sampled_from(BOUNDARIES),
    st.sampled_from(CHARSETS),
    VALUES,
)
TRANSFERS = st.sampled_from(ENCODINGS).map(lambda name: b"Content-Transfer-Encoding: " + name)
OTHERS = st.builds(lambda name, value: name + b": " + value, st.sampled_from(FIELDS), VALUES)
HEADERS = st.lists(st.one_of(CONTENT_TYPES, TRANSFERS, OTHERS), max_size=6).map(b"\r\n".join)
TEXTS = st.lists(st.one_of(st.sampled_from(TOKENS), st.binary(max_size=30)), max_size=12).map(
    b"".join
)
LEAVES = st.builds(lambda header, text: header + b"\r\n\r\n" + text, HEADERS, TEXTS)
MESSAGES = st.recursive(
    LEAVES,
    lambda inner: st.builds(
        lambda header, boundary, parts: (
            header
            + b"\r\nContent-Type: multipart/mixed; boundary="
            + boundary
            + b"\r\n\r\n"
            + b"".join(b"--" + boundary + b"\r\n" + part + b"\r\n" for part in parts)
            + b"--"
            + boundary
            + b"--"
        ),
        HEADERS,
        st.sampled_from(BOUNDARIES),
        st.lists(inner, max_size=3),
    ),
    max_leaves=6,
)


def read(octets: bytes) -> Unpacked:
    """All that is done with a message before anybody is asked; none of it may raise."""
    message = parse(octets)
    automatic(message, frozenset())
    bounce_reports(message)
    returns_on(message.written, on=TODAY)
    unpacked = unpack(message, LIMITS)
    completed(message, unpacked)
    return unpacked


@pytest.fixture(scope="module")
def own_seeds() -> Seeds:
    return seeds()


@settings(max_examples=120)
@given(MESSAGES)
def test_a_message_of_hostile_pieces_has_one_fate_for_each_part(octets: bytes) -> None:
    unpacked = read(octets)

    assert set(Counter(entry.part.path for entry in unpacked.parts).values()) <= {1}
    assert parse(octets) == parse(octets)


@settings(max_examples=60)
@given(MESSAGES, TEXTS)
def test_what_is_sent_with_a_message_of_hostile_pieces_is_no_part_of_its_digest(
    octets: bytes, text: bytes
) -> None:
    trace = b"Received: " + text.translate(None, b"\r\n\x00") + b"\r\n"
    whole = b"From: ana@acme.example\r\n" + octets

    assert parse(trace + whole).digest == parse(whole).digest


@pytest.mark.parametrize("charset", CHARSETS)
def test_a_text_in_a_charset_that_is_none_can_be_read(charset: bytes) -> None:
    octets = b"From: ana@acme.example\r\nContent-Type: text/plain; charset=" + charset + b"\r\n\r\n"

    message = parse(octets + b"Plan \xff\xfe")

    assert message.written


@pytest.mark.parametrize("charset", CHARSETS)
def test_a_header_beside_a_charset_that_is_none_can_be_read(charset: bytes) -> None:
    octets = b"Subject: Plan \xff\xfe\r\nContent-Type: text/plain; charset=" + charset + b"\r\n\r\n"

    assert parse(octets).subject


def test_the_same_number_gives_the_same_octets(own_seeds: Seeds) -> None:
    first = [mutated(own_seeds, number) for number in range(30)]

    again = seeds()

    assert [mutated(again, number) for number in range(30)] == first


def test_pieces_of_random_octets_come_to_as_many_as_wanted() -> None:
    assert sum(map(len, pieces(300_000, seed=1))) == 300_000
    assert list(pieces(3_000, seed=1)) == list(pieces(3_000, seed=1))
