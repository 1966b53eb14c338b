"""What is made of a scanner's words, and where one may be said to be. No scanner is asked."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from intake.config.settings import ScanSettings
from intake.model import Fate
from intake.scan import ScannerUnreachableError, _chunks, _refusal


@pytest.mark.parametrize(
    ("answer", "fate"),
    [
        (b"stream: OK", None),
        (b"stream: Eicar-Signature FOUND", Fate.INFECTED),
        (b"stream: Win.Test OK FOUND", Fate.INFECTED),
        (b"stream: Heuristics.Encrypted.Zip FOUND", Fate.INFECTED),
        (b"stream: Heuristics.Limits.Exceeded.MaxFileSize FOUND", Fate.TOO_LARGE),
        (b"INSTREAM size limit exceeded. ERROR", Fate.TOO_LARGE),
    ],
)
def test_a_scanner_is_taken_at_its_word(answer: bytes, fate: Fate | None) -> None:
    assert _refusal(answer) is fate


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"OK",
        b"stream: ok",
        b"stream: OK ",
        b"stream: OK\n",
        b"stream: OKAY",
        b"stream: FOUND",
        b"stream: ",
        b"stream: Can't allocate memory ERROR",
        b"COMMAND READ TIMED OUT",
        b"UNKNOWN COMMAND",
        b"HTTP/1.1 200 OK",
        b"\xff" * 4096,
    ],
)
def test_what_is_not_its_word_lets_nothing_pass(answer: bytes) -> None:
    with pytest.raises(ScannerUnreachableError):
        _refusal(answer)


def test_octets_are_cut_into_pieces_behind_their_lengths() -> None:
    octets = bytes(range(256)) * 2048

    first, second, end = _chunks(octets)

    assert (first[:4], second[:4], end) == (b"\0\4\0\0", b"\0\4\0\0", b"\0\0\0\0")
    assert first[4:] + second[4:] == octets


def test_nothing_is_an_empty_piece_alone() -> None:
    assert list(_chunks(b"")) == [b"\0\0\0\0"]


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1:3310", "[::1]:3310", "clamd.studio.example:1", "unix:/run/clamav/clamd.ctl"],
)
def test_a_scanner_is_at_a_host_and_port_or_at_a_path(address: str) -> None:
    assert ScanSettings(clamd=f" {address}\n").clamd == address


@pytest.mark.parametrize(
    "address",
    [
        "",
        "clamd",
        ":3310",
        "clamd:",
        "clamd:0",
        "clamd:x",
        "clamd:99999",
        "::1:3310",
        "tcp://clamd:3310",
        "a b:3310",
        "unix:",
        "unix:run/clamd.ctl",
        "/run/clamd.ctl",
    ],
)
def test_what_names_no_scanner_is_refused(address: str) -> None:
    with pytest.raises(ValidationError, match=r"host:port|over 65535"):
        ScanSettings(clamd=address)


def test_where_the_scanner_is_does_not_show_in_a_repr() -> None:
    assert "clamd.example" not in repr(ScanSettings(clamd="clamd.example:3310"))
