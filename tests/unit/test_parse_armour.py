"""OpenPGP armour in a text (RFC 9580): opened where it is only signed, found where it is encrypted."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intake.parse.armour import encrypted_block, signed_text, without_armour
from intake.parse.written import written

SIGNATURE = "-----BEGIN PGP SIGNATURE-----\nVersion: GnuPG v2\n\niQEzBAEBCAAdFiEE\n=AbCd\n-----END PGP SIGNATURE-----"
SIGNED = f"-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\n3: n/a\n- - no deck\n\n{SIGNATURE}"
# The first octet, 0x84 or 0xC1, begins a session key encrypted to a public key (RFC 9580, 5.1).
ENCRYPTED = (
    "-----BEGIN PGP MESSAGE-----\n\nhQEMA9pabcdefghi\nAAAA\n=AbCd\n-----END PGP MESSAGE-----"
)
KEY = "-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nmQENBFabcdef\n=AbCd\n-----END PGP PUBLIC KEY BLOCK-----"


def test_a_signed_text_is_unwrapped() -> None:
    assert signed_text(SIGNED) == "3: n/a\n- no deck\n"


def test_what_stands_around_a_signed_text_is_kept() -> None:
    assert signed_text(f"above\n{SIGNED}\nbelow") == "above\n3: n/a\n- no deck\n\nbelow"


def test_a_signed_text_without_a_signature_is_kept_to_its_end() -> None:
    assert signed_text("-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\n3: n/a") == "3: n/a"


def test_a_signature_without_its_last_line_hides_no_words() -> None:
    text = SIGNED.replace("\n-----END PGP SIGNATURE-----", "\n\nstill here, said Anna")

    assert "still here, said Anna" in signed_text(text)
    assert "iQEzBAEBCAAdFiEE" not in signed_text(text)


def test_what_is_written_in_a_signed_mail_is_read_without_armour() -> None:
    text = SIGNED.replace("- - no deck", "no deck\n- -- \nAnna")

    assert written([text], []).text == "3: n/a\nno deck"


@pytest.mark.parametrize("armour", [ENCRYPTED, KEY, SIGNATURE])
def test_armour_is_no_words(armour: str) -> None:
    assert without_armour(f"above\n{armour}\nbelow") == "above\nbelow"


def test_an_encrypted_message_is_found_with_its_bounds() -> None:
    text = f"Hello,\n\n{ENCRYPTED}\nbelow"

    found = encrypted_block(text)

    assert found is not None
    assert text[found.start : found.end] == ENCRYPTED
    assert found.complete


def test_an_encrypted_message_that_was_cut_off_is_found() -> None:
    found = encrypted_block(ENCRYPTED.removesuffix("-----END PGP MESSAGE-----"))

    assert found is not None
    assert not found.complete


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no armour",
        SIGNED,
        KEY,
        "Paste what begins with -----BEGIN PGP MESSAGE----- here.",
        "-----BEGIN PGP MESSAGE-----\n\nsome words that are no data\n-----END PGP MESSAGE-----",
        "\n".join(f"> {line}" for line in ENCRYPTED.split("\n")),
        # A compressed message (packet type 8) is signed at most.
        ENCRYPTED.replace("hQEMA9pabcdefghi", "owEBbQKS/ZANAwAI"),
    ],
)
def test_what_is_not_encrypted_here_is_not_found(text: str) -> None:
    assert encrypted_block(text) is None


@given(
    st.lists(
        st.one_of(
            st.sampled_from([*SIGNED.split("\n"), *ENCRYPTED.split("\n"), "> x"]),
            st.text(max_size=20),
        )
    )
)
@settings(max_examples=150)
def test_any_text_gives_lines_of_it(lines: list[str]) -> None:
    text = "\n".join(lines)
    found = encrypted_block(text)

    assert found is None or text[found.start : found.end].startswith("-----BEGIN PGP MESSAGE")
    for read in (signed_text(text), without_armour(text)):
        assert set(read.split("\n")) - {""} <= set(text.split("\n")) | {
            line.removeprefix("- ") for line in text.split("\n")
        }


@pytest.mark.parametrize(
    "piece",
    ["-----BEGIN PGP MESSAGE-----\n", "-----BEGIN PGP SIGNED MESSAGE-----\n\n", "A: \n", "\n"],
)
def test_a_long_text_is_read_in_time(piece: str) -> None:
    text = "-----BEGIN PGP MESSAGE-----\n" + piece * (200_000 // len(piece))

    assert encrypted_block(text) is None
    assert isinstance(without_armour(signed_text(text)), str)
