"""DNS, asked over a socket: a small server on loopback answers for two zones."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Iterator
from pathlib import Path

import dns.flags
import dns.message
import dns.rcode
import dns.rrset
import pytest

from intake.authenticate import authenticate
from intake.checkup import check_dns
from intake.errors import TransientError
from intake.model import Address, Authentication
from intake.resolver import DnsResolver
from tests.desks import desk_settings
from tests.signing import key_record, mail, signed

KEY = "s1._domainkey.larkfield.example"


def _quoted(text: str) -> str:
    """A TXT record's strings: at most 255 octets each (RFC 1035 3.3)."""
    return " ".join(f'"{text[start : start + 200]}"' for start in range(0, len(text), 200))


TEXTS = {
    KEY: [_quoted(key_record().decode())],
    "two.example": ['"one" "and a half"', '"two"'],
    "empty.example": [],
}


def _answer(wire: bytes) -> bytes | None:
    question = dns.message.from_wire(wire)
    name = question.question[0].name
    text = name.to_text(omit_final_dot=True)
    response = dns.message.make_response(question)
    if text == "silent.example":
        return None
    if text == "broken.example":
        response.set_rcode(dns.rcode.SERVFAIL)
    elif text not in TEXTS:
        response.set_rcode(dns.rcode.NXDOMAIN)
    elif TEXTS[text]:
        response.answer.append(dns.rrset.from_text(name, 60, "IN", "TXT", *TEXTS[text]))
    response.flags |= dns.flags.RA
    return response.to_wire()


class _Handler(socketserver.BaseRequestHandler):
    def handle(self) -> None:
        wire, server = self.request
        answer = _answer(wire)
        if answer:
            server.sendto(answer, self.client_address)


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    """The port of a DNS server on loopback."""
    with socketserver.UDPServer(("127.0.0.1", 0), _Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield server.server_address[1]
        server.shutdown()
        thread.join()


@pytest.fixture
def resolver(port: int) -> DnsResolver:
    return DnsResolver(timeout_seconds=0.5, nameservers=("127.0.0.1",), port=port)


def test_records_come_in_one_piece_each(resolver: DnsResolver) -> None:
    assert sorted(resolver("two.example")) == [b"oneand a half", b"two"]
    assert resolver(KEY) == (key_record(),)


@pytest.mark.parametrize("name", ["nothing.example", "empty.example"])
def test_a_name_without_records_has_none(resolver: DnsResolver, name: str) -> None:
    assert resolver(name) == ()


@pytest.mark.parametrize("name", ["broken.example", "silent.example", "a..b"])
def test_what_nobody_can_tell_at_the_moment_is_an_outage(resolver: DnsResolver, name: str) -> None:
    with pytest.raises(TransientError) as outage:
        resolver(name)

    assert name not in str(outage.value)


def test_a_signature_is_checked_against_a_key_from_dns(resolver: DnsResolver) -> None:
    mira = Address("mira@larkfield.example")

    assert authenticate(signed(mail()), sender=mira, resolver=resolver) is Authentication.PASS


def test_the_check_says_whether_dns_answers(resolver: DnsResolver, tmp_path: Path) -> None:
    settings = desk_settings(tmp_path)
    nowhere = DnsResolver(timeout_seconds=0.2, nameservers=("127.0.0.2",), port=resolver.port)

    assert check_dns(settings, resolver).works
    assert "authentication.own_dkim" in check_dns(settings, nowhere).advice


def test_without_dns_nobody_is_believed(port: int) -> None:
    mira = Address("mira@larkfield.example")
    nowhere = DnsResolver(timeout_seconds=0.2, nameservers=("127.0.0.2",), port=port)

    assert authenticate(signed(mail()), sender=mira, resolver=nowhere) is Authentication.NONE
