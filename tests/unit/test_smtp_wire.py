"""How a letter stands on the wire between DATA and the final dot."""

from __future__ import annotations

import pytest

from intake.sinks.smtp import on_the_wire


@pytest.mark.parametrize(
    ("octets", "wire"),
    [
        pytest.param(b"a\r\nb\r\n", b"a\r\nb\r\n", id="as it is"),
        pytest.param(b".\r\n..\r\n.a\r\n", b"..\r\n...\r\n..a\r\n", id="dots are doubled"),
        pytest.param(b"a.b\r\n", b"a.b\r\n", id="only at the start of a line"),
        pytest.param(b"a", b"a\r\n", id="the last line is ended"),
        # A bare LF before a dot would let a server see the end of the letter where we do not.
        pytest.param(b"a\n.\nb\rc\r\n", b"a\r\n..\r\nb\r\nc\r\n", id="bare line ends"),
    ],
)
def test_a_letter_on_the_wire(octets: bytes, wire: bytes) -> None:
    assert on_the_wire(octets) == wire
