"""What every sink promises, over aiosmtpd and a Maildir."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from intake.model import Address, OutboundMessage, Sent, Sink
from intake.sinks.maildir import MaildirSink
from intake.sinks.smtp import SmtpSettings, SmtpSink
from tests import servers
from tests.servers import LOOPBACK


@dataclass(frozen=True, slots=True)
class Outlet:
    """A sink, and the octets of what arrived behind it."""

    sink: Sink
    arrived: Callable[[], list[bytes]]


@pytest.fixture(params=["smtp", "maildir"])
def outlet(request: pytest.FixtureRequest) -> Outlet:
    made: Outlet = request.getfixturevalue(f"{request.param}_outlet")
    return made


@pytest.fixture
def smtp_outlet(smtp_sink: servers.SmtpSink) -> Iterator[Outlet]:
    with closing(SmtpSink(SmtpSettings(LOOPBACK, smtp_sink.port, security="plain"))) as sink:
        yield Outlet(sink, lambda: [letter.octets for letter in smtp_sink.letters])


@pytest.fixture
def maildir_outlet(tmp_path: Path) -> Outlet:
    path = tmp_path / "Maildir"
    return Outlet(
        MaildirSink(path), lambda: [file.read_bytes() for file in sorted(path.glob("new/*"))]
    )


def letter(number: int = 1, body: bytes = b"Still missing: the deck\r\n") -> OutboundMessage:
    message_id = f"<{number}@studio.example>"
    header = f"From: desk@studio.example\r\nMessage-ID: {message_id}\r\n\r\n".encode()
    return OutboundMessage(
        message_id,
        Address("bounces@studio.example"),
        (Address("ana@client.example"),),
        header + body,
    )


def test_a_letter_arrives_as_it_was_frozen(outlet: Outlet) -> None:
    outcome = outlet.sink.send(letter())

    assert outcome == Sent("<1@studio.example>")
    assert outlet.arrived() == [letter().octets]


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b".\r\n", id="a lone dot"),
        pytest.param(b"..\r\n.hidden\r\ntext\r\n.\r\n", id="dots at line starts"),
        pytest.param(b"\r\n\r\n", id="empty lines"),
        pytest.param(b"caf\xc3\xa9\r\n", id="eight bits"),
    ],
)
def test_odd_lines_arrive_unchanged(outlet: Outlet, body: bytes) -> None:
    outlet.sink.send(letter(body=body))

    assert outlet.arrived() == [letter(body=body).octets]


def test_several_letters_arrive_each(outlet: Outlet) -> None:
    outlet.sink.send(letter(1))
    outlet.sink.send(letter(2))

    assert sorted(outlet.arrived()) == sorted([letter(1).octets, letter(2).octets])


def test_check_finds_it_well_and_sends_nothing(outlet: Outlet) -> None:
    lines = outlet.sink.check()  # type: ignore[attr-defined]  # `check` is no part of the port, all adapters have it

    assert [line.works for line in lines] == [True]
    assert outlet.arrived() == []
