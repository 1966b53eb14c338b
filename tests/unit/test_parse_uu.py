"""Files that stand uuencoded in a text."""

from __future__ import annotations

import binascii

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.model import InboundMessage
from intake.parse import parse
from intake.parse.uu import UuFile, separate

PDF = b"%PDF-1.4\n" + bytes(range(256)) * 2


def block(octets: bytes, name: bytes = b"deck.pdf", *, backtick: bool = True) -> bytes:
    lines = b"".join(
        binascii.b2a_uu(octets[start : start + 45], backtick=backtick)
        for start in range(0, len(octets), 45)
    )
    return b"begin 644 " + name + b"\n" + lines + b"`\nend\n"


def mail(body: bytes, content_type: bytes = b"text/plain") -> InboundMessage:
    octets = b"From: ana@acme.example\nContent-Type: " + content_type + b"\n\n" + body
    return parse(octets.replace(b"\n", b"\r\n"))


@pytest.mark.parametrize("line_end", [b"\n", b"\r\n", b"\r"])
@pytest.mark.parametrize("backtick", [True, False])
def test_a_file_is_taken_out_of_the_text(line_end: bytes, backtick: bool) -> None:  # noqa: FBT001  # a table's column
    text = b"Here it is.\n\n" + block(PDF, backtick=backtick) + b"\nAna\n"

    found = separate(text.replace(b"\n", line_end))

    assert found.files == (UuFile(b"deck.pdf", PDF),)
    assert found.text == b"Here it is.\n\n\nAna\n".replace(b"\n", line_end)


def test_blanks_that_a_gateway_cut_off_are_no_damage() -> None:
    octets = b"%PDF-1.4\n" + bytes(36) + bytes(45) * 20 + PDF
    lines = block(octets, backtick=False).split(b"\n")

    found = separate(b"\n".join(line.rstrip() for line in lines))

    assert found.files == (UuFile(b"deck.pdf", octets),)


def test_digits_that_were_lost_are_damage() -> None:
    lines = block(PDF).split(b"\n")

    found = separate(b"\n".join([*lines[:3], lines[3][:20], *lines[4:]]))

    assert [(file.damaged, len(file.octets)) for file in found.files] == [(True, len(PDF))]


def test_a_file_is_a_part_of_the_body_that_held_it() -> None:
    message = mail(b"Here it is.\n\n" + block(PDF))

    assert [(part.path, part.container, part.filename, part.octets) for part in message.parts] == [
        ("1!deck.pdf", "1", "deck.pdf", PDF)
    ]
    assert message.parts[0].sniffed == "application/pdf"
    assert message.written == "Here it is."
    assert message.text == "Here it is."


def test_two_files_of_one_name_have_paths_of_their_own() -> None:
    message = mail(block(PDF) + block(PDF + b"2"))

    assert [part.path for part in message.parts] == ["1!deck.pdf", "1!deck.pdf#2"]


def test_a_name_with_folders_keeps_only_its_last_step() -> None:
    message = mail(block(PDF, b"../our decks/deck.pdf"))

    assert message.parts[0].filename == "deck.pdf"


def test_a_file_behind_a_signature_is_the_senders() -> None:
    message = mail(b"Here it is.\n\n-- \nAna Example\n\n" + block(PDF))

    assert [part.filename for part in message.parts] == ["deck.pdf"]


@pytest.mark.parametrize(
    ("broken", "damaged_octets"),
    [
        (block(PDF).replace(b"`\nend\n", b""), PDF),
        (block(PDF).replace(b"`\nend\n", b"\nThat is all, see you on Monday.\n"), PDF),
        (block(PDF)[:60] + b"\x7f" + block(PDF)[61:], None),
    ],
    ids=["no end", "text instead of an end", "a digit that is none"],
)
def test_a_damaged_file_is_read_as_far_as_it_goes(
    broken: bytes, damaged_octets: bytes | None
) -> None:
    found = separate(b"Here it is.\n" + broken)

    assert [file.damaged for file in found.files] == [True]
    assert len(found.files[0].octets) == len(PDF)
    assert damaged_octets in {found.files[0].octets, None}


def test_a_damaged_file_is_told() -> None:
    message = mail(block(PDF).replace(b"`\nend\n", b""))

    assert message.parts[0].damaged
    assert "damaged-transfer-encoding" in message.defects


@pytest.mark.parametrize(
    "text",
    [
        b"Such a file opens with\nbegin 644 name\nand its lines follow, up to\nend\nThat is all.",
        b"begin 644 name\n...\nend\n",
        b"begin 644 name\nend\n",
        b"begin 644 name\n`\nend\n",
        b"Let us begin 644 times.",
        b"begin 644 name",
        b"begin 999 name\n#0V%T\n`\nend\n",
        b"> " + block(PDF).replace(b"\n", b"\n> "),
        b"On 2 November 2026 at 10:00 Bea <bea@acme.example> wrote:\n> Here.\n> "
        + block(PDF).replace(b"\n", b"\n> "),
        b"See below.\n\n---------- Forwarded message ---------\nFrom: Bea <bea@acme.example>\n"
        b"Date: Mon, 2 Nov 2026 10:00\nSubject: Deck\nTo: Ana\n\n" + block(PDF),
        b"See below.\n\n-----Original Message-----\nFrom: Bea\nSent: Monday, 2 November 2026 10:00\n"
        b"To: Ana\nSubject: Deck\n\n" + block(PDF),
    ],
    ids=[
        "a text about it",
        "dots",
        "nothing inside",
        "an empty file",
        "within a sentence",
        "at the end",
        "no mode",
        "quoted",
        "quoted with an attribution",
        "forwarded",
        "answered",
    ],
)
def test_no_file_is_taken_from_what_is_none_or_anothers(text: bytes) -> None:
    found = separate(text)

    assert found.files == ()
    assert found.text is text


def test_html_is_never_searched() -> None:
    assert mail(block(PDF), b"text/html").parts == ()


def test_a_file_in_the_text_leaves_the_digest_to_the_octets() -> None:
    octets = b"From: ana@acme.example\n\n" + block(PDF)

    assert parse(octets).digest == parse(octets.replace(b"\n", b"\r\n")).digest
    assert parse(octets).digest != parse(octets.replace(b"M", b"N", 1)).digest


@given(
    st.lists(
        st.one_of(
            st.sampled_from(
                [b"begin 644 x\n", b"end\n", b"`\n", b"#0V%T\n", b"\n", block(PDF), b"\r"]
            ),
            st.binary(max_size=50),
        ),
        max_size=40,
    )
)
def test_any_text_gives_a_value(pieces: list[bytes]) -> None:
    text = b"".join(pieces)

    assert len(separate(text).text) <= len(text)


@pytest.mark.parametrize(
    "text",
    [b"begin 644 x\n" * 16_000, b"begin 644 x\nM\n" * 14_000, b"begin 644 x\n#0V%T\n" * 10_000],
)
def test_hostile_texts_keep_their_other_files_out(text: bytes) -> None:
    assert len(separate(text).files) <= 100
