"""Files behind links: what is fetched from a listed host, and all that is not. The servers are on the loopback address."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from ipaddress import ip_address

import pytest

from intake.errors import TransientError
from intake.fetch import (
    Fetched,
    FetchPolicy,
    NeedsAccess,
    Refusal,
    Refused,
    Resolver,
    fetch,
    files_behind,
    is_public,
)
from intake.model import LinkFate, LinkFound
from tests import servers
from tests.web import Page, Web, served

PDF = b"%PDF-1.7 a deck of twelve slides"
PAGE = b"\n<!DOCTYPE html><html><body>Sign in</body></html>"


@pytest.fixture
def web() -> Iterator[Web]:
    with served() as web:
        yield web


@contextmanager
def raw_server(talk: Callable[[socket.socket], None]) -> Iterator[int]:
    """A server that takes one connection, reads the request and then does as it is told."""
    with socket.create_server((servers.LOOPBACK, 0)) as listener:
        listener.settimeout(5)

        def serve() -> None:
            with suppress(OSError):
                connection, _ = listener.accept()
                with connection:
                    connection.recv(4096)
                    talk(connection)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield listener.getsockname()[1]
    thread.join()


def wait_for(event: threading.Event) -> None:
    event.wait(10)


def everywhere(*addresses: str) -> Resolver:
    """A resolver that knows every name."""
    return lambda _host, _port: addresses


def to_here(_host: str, _port: int) -> Sequence[str]:
    return [servers.LOOPBACK]


def by_name(**addresses: str) -> Resolver:
    """A resolver that knows the first label of a name."""
    return lambda host, _port: [addresses[host.partition(".")[0]]]


# ---------------------------------------------------------------- what is fetched


def test_a_file_of_a_listed_host_is_fetched_with_its_name(web: Web) -> None:
    web.pages["/dl/1?key=a"] = Page(
        PDF,
        {
            "Content-Type": "application/pdf",
            "Content-Disposition": "attachment; filename*=UTF-8''Deck%20f%C3%BCr%20Acme.pdf",
        },
    )

    outcome = fetch(web.url("/dl/1?key=a"), web.policy(), resolver=to_here)

    assert outcome == Fetched(PDF, "Deck für Acme.pdf", "application/pdf")


def test_a_file_without_a_name_is_called_as_its_address_calls_it(web: Web) -> None:
    web.pages["/files/deck%20one.pdf"] = Page(PDF)

    outcome = fetch(web.url("/files/deck one.pdf"), web.policy(), resolver=to_here)

    assert outcome == Fetched(PDF, "deck one.pdf", "application/octet-stream")


def test_this_machine_is_asked_for_the_addresses_of_a_name(web: Web) -> None:
    web.pages["/a.pdf"] = Page(PDF)
    policy = replace(web.policy("localhost"), allowed_addresses=frozenset({"127.0.0.1", "::1"}))

    outcome = fetch(web.url("/a.pdf", "localhost"), policy)

    assert outcome == Fetched(PDF, "a.pdf", "application/octet-stream")


def test_this_machine_itself_is_refused(web: Web) -> None:
    policy = replace(web.policy("localhost"), allowed_addresses=frozenset())

    outcome = fetch(web.url("/a.pdf", "localhost"), policy)

    assert (outcome, web.asked) == (Refused(Refusal.NOT_PUBLIC), [])


def test_a_name_has_no_characters_that_cannot_be_seen(web: Web) -> None:
    web.pages["/a%00b%E2%80%AEc.pdf"] = Page(PDF)

    outcome = fetch(web.url("/a%00b%E2%80%AEc.pdf"), web.policy(), resolver=to_here)

    assert outcome == Fetched(PDF, "abc.pdf", "application/octet-stream")


def test_what_a_server_says_in_the_place_of_http_is_not_repeated() -> None:
    with (
        raw_server(lambda connection: connection.sendall(b"ana@acme.example\r\n")) as port,
        pytest.raises(TransientError) as raised,
    ):
        fetch(f"http://files.example:{port}/a", policy_for(port), resolver=to_here)

    assert raised.value.__cause__ is None


def test_a_request_says_whom_it_wants_and_brings_no_cookie(web: Web) -> None:
    web.pages["/a"] = Page(status=302, fields={"Location": "/b", "Set-Cookie": "who=me"})
    web.pages["/b"] = Page(PDF)

    fetch(web.url("/a"), web.policy(), resolver=to_here)

    assert web.asked[1] == {
        "path": "/b",
        "method": "GET",
        "Host": f"files.example:{web.port}",
        "User-Agent": "collateral-intake",
        "Accept": "*/*",
        "Accept-Encoding": "identity",
        "Connection": "close",
    }


def test_a_proxy_of_the_environment_is_not_used(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    web.pages["/a.pdf"] = Page(PDF)
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")

    outcome = fetch(web.url("/a.pdf"), web.policy(), resolver=to_here)

    assert outcome == Fetched(PDF, "a.pdf", "application/octet-stream")


def test_a_shared_file_is_asked_for_in_the_form_in_which_it_is_handed_out(web: Web) -> None:
    web.pages["/s/1/deck.pdf?dl=1"] = Page(PDF)
    policy = replace(web.policy(), hosts=(f"dropbox.com:{web.port}",))

    outcome = fetch(web.url("/s/1/deck.pdf?dl=0", "www.dropbox.com"), policy, resolver=to_here)

    assert outcome == Fetched(PDF, "deck.pdf", "application/octet-stream")


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_to_a_listed_host_is_followed(web: Web, status: int) -> None:
    web.pages["/a"] = Page(
        status=status, fields={"Location": web.url("/b.pdf", "dl.files.example")}
    )
    web.pages["/b.pdf"] = Page(PDF)

    outcome = fetch(web.url("/a"), web.policy("*.files.example"), resolver=to_here)

    assert outcome == Fetched(PDF, "b.pdf", "application/octet-stream")


def test_chunks_are_joined() -> None:
    def talk(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        connection.sendall(b"4\r\n%PDF\r\n5\r\n-1.7 \r\n0\r\n\r\n")

    with raw_server(talk) as port:
        outcome = fetch(f"http://files.example:{port}/a.pdf", policy_for(port), resolver=to_here)

    assert outcome == Fetched(b"%PDF-1.7 ", "a.pdf", "application/octet-stream")


def test_the_next_address_is_tried_where_the_first_does_not_answer(web: Web) -> None:
    web.pages["/a.pdf"] = Page(PDF)
    policy = replace(web.policy(), allowed_addresses=frozenset({"127.0.0.3", "127.0.0.1"}))

    outcome = fetch(web.url("/a.pdf"), policy, resolver=everywhere("127.0.0.3", "127.0.0.1"))

    assert outcome == Fetched(PDF, "a.pdf", "application/octet-stream")


def policy_for(port: int, seconds: float = 5) -> FetchPolicy:
    return FetchPolicy(
        (f"files.example:{port}",),
        max_octets=100_000,
        seconds=seconds,
        allowed_addresses=frozenset({servers.LOOPBACK}),
    )


# ---------------------------------------------------------------- TLS


def test_a_certificate_is_verified_for_the_name_that_was_asked_for(
    certificate: servers.Certificate,
) -> None:
    with served(certificate) as web:
        web.pages["/a.pdf"] = Page(PDF)
        policy = replace(web.policy("localhost"), ca_file=certificate.certificate_file)
        url = f"https://localhost:{web.port}/a.pdf"

        outcome = fetch(url, policy, resolver=to_here)

    assert outcome == Fetched(PDF, "a.pdf", "application/octet-stream")


def test_a_certificate_of_another_name_is_refused(certificate: servers.Certificate) -> None:
    with served(certificate) as web:
        policy = replace(web.policy(), ca_file=certificate.certificate_file)
        url = f"https://files.example:{web.port}/a.pdf"

        outcome = fetch(url, policy, resolver=to_here)

    assert outcome == Refused(Refusal.NOT_TRUSTED)


def test_a_certificate_that_nobody_vouches_for_is_refused(
    certificate: servers.Certificate,
) -> None:
    with served(certificate) as web:
        url = f"https://localhost:{web.port}/a.pdf"

        outcome = fetch(url, web.policy("localhost"), resolver=to_here)

    assert outcome == Refused(Refusal.NOT_TRUSTED)


def test_a_redirect_out_of_tls_is_refused(certificate: servers.Certificate) -> None:
    with served(certificate) as web:
        policy = replace(web.policy("localhost"), ca_file=certificate.certificate_file)
        web.pages["/a"] = Page(status=302, fields={"Location": web.url("/b", "localhost")})

        outcome = fetch(f"https://localhost:{web.port}/a", policy, resolver=to_here)

    assert outcome == Refused(Refusal.NOT_TRUSTED)


# ---------------------------------------------------------------- what is not


@pytest.mark.parametrize(
    "url",
    [
        "http://other.example:{port}/a.pdf",
        "http://files.example.other.example:{port}/a.pdf",
        "http://dl.files.example:{port}/a.pdf",
        "http://inside.example:{port}/a.pdf",
        "http://notinside.example:{port}/a.pdf",
        "http://files.example/a.pdf",
        "http://127.0.0.1:{port}/a.pdf",
    ],
)
def test_nothing_is_fetched_from_a_host_that_is_not_listed(web: Web, url: str) -> None:
    policy = web.policy("*.inside.example")

    outcome = fetch(url.format(port=web.port), policy, resolver=to_here)

    assert (outcome, web.asked) == (Refused(Refusal.NOT_LISTED), [])


def test_nothing_is_fetched_by_default(web: Web) -> None:
    assert fetch(web.url("/a.pdf"), FetchPolicy()) == Refused(Refusal.NOT_LISTED)


@pytest.mark.parametrize(
    "url",
    [
        "ftp://files.example/a",
        "file:///etc/passwd",
        "http://ana@files.example/a",
        "http://[broken",
        "http://files.example:99999/a",
        "http://files..example/a",
        "http:///a",
        "deck",
        "",
    ],
)
def test_what_is_no_web_address_is_refused(url: str) -> None:
    outcome = fetch(url, FetchPolicy(("files.example",)), resolver=to_here)

    assert outcome == Refused(Refusal.NOT_AN_ADDRESS)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.0.0.1",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "168.63.129.16",
        "0.0.0.0",  # noqa: S104  # refused, never bound
        "224.0.0.1",
        "255.255.255.255",
        "::1",
        "::",
        "::7f00:1",
        "::ffff:127.0.0.1",
        "::ffff:169.254.169.254",
        "64:ff9b::10.0.0.1",
        "64:ff9b:1::1",
        "2002:7f00:1::",
        "2002:a00:1::1",
        "2001:0:4136:e378:8000:63bf:3fff:fdd2",
        "fe80::1",
        "fe80::1%lo",
        "fc00::1",
        "fd00:ec2::254",
        "fec0::1",
        "ff02::1",
        "no address",
    ],
)
def test_a_name_that_leads_to_no_public_address_is_refused(web: Web, address: str) -> None:
    policy = replace(web.policy(), allowed_addresses=frozenset())

    outcome = fetch(web.url("/a.pdf"), policy, resolver=everywhere(address))

    assert (outcome, web.asked) == (Refused(Refusal.NOT_PUBLIC), [])


@pytest.mark.parametrize(
    "address",
    [
        "8.8.8.8",
        "2606:4700:4700::1111",
        "::ffff:8.8.8.8",
        "64:ff9b::8.8.8.8",
        "2002:808:808::1",
    ],
)
def test_an_address_of_the_public_is_known_as_one(address: str) -> None:
    assert is_public(ip_address(address))


def test_one_address_that_is_not_public_is_one_too_many(web: Web) -> None:
    outcome = fetch(
        web.url("/a.pdf"), web.policy(), resolver=everywhere("127.0.0.1", "169.254.169.254")
    )

    assert (outcome, web.asked) == (Refused(Refusal.NOT_PUBLIC), [])


def test_a_name_is_resolved_once_for_a_connection_so_that_it_cannot_move(web: Web) -> None:
    web.pages["/a.pdf"] = Page(PDF)
    moving = iter([["127.0.0.1"], ["10.0.0.1"]])

    outcome = fetch(web.url("/a.pdf"), web.policy(), resolver=lambda _host, _port: next(moving))

    assert (outcome, list(moving)) == (
        Fetched(PDF, "a.pdf", "application/octet-stream"),
        [["10.0.0.1"]],
    )


def test_a_name_that_moves_between_redirects_is_refused(web: Web) -> None:
    web.pages["/a"] = Page(status=302, fields={"Location": "/b.pdf"})
    web.pages["/b.pdf"] = Page(PDF)
    moving = iter([["127.0.0.1"], ["10.0.0.1"]])

    outcome = fetch(web.url("/a"), web.policy(), resolver=lambda _host, _port: next(moving))

    assert (outcome, len(web.asked)) == (Refused(Refusal.NOT_PUBLIC), 1)


@pytest.mark.parametrize("address", ["127.0.0.2", "169.254.169.254", "10.1.2.3", "::1"])
def test_a_redirect_to_a_listed_name_inside_is_refused(web: Web, address: str) -> None:
    web.pages["/a"] = Page(status=302, fields={"Location": web.url("/b.pdf", "inside.example")})

    outcome = fetch(
        web.url("/a"),
        web.policy("inside.example"),
        resolver=by_name(files=servers.LOOPBACK, inside=address),
    )

    assert (outcome, len(web.asked)) == (Refused(Refusal.NOT_PUBLIC), 1)


@pytest.mark.parametrize(
    "location",
    [
        "http://127.0.0.1/a.pdf",
        "http://169.254.169.254/latest/meta-data/",
        "http://[::1]/a.pdf",
        "http://10.0.0.1/a.pdf",
        "http://other.example/a.pdf",
        "//other.example/a.pdf",
    ],
)
def test_a_redirect_to_what_is_not_listed_is_refused(web: Web, location: str) -> None:
    web.pages["/a"] = Page(status=302, fields={"Location": location})

    outcome = fetch(web.url("/a"), web.policy(), resolver=to_here)

    assert (outcome, len(web.asked)) == (Refused(Refusal.NOT_LISTED), 1)


@pytest.mark.parametrize("host", ["127.0.0.2", "169.254.169.254", "[::1]", "10.0.0.1"])
def test_a_redirect_to_an_address_inside_is_refused_though_it_be_listed(
    web: Web, host: str
) -> None:
    web.pages["/a"] = Page(status=302, fields={"Location": f"http://{host}/a.pdf"})
    policy = replace(web.policy(), hosts=(*web.policy().hosts, host))
    here = {"files.example": servers.LOOPBACK}

    outcome = fetch(web.url("/a"), policy, resolver=lambda name, _port: [here.get(name, name)])

    assert (outcome, len(web.asked)) == (Refused(Refusal.NOT_PUBLIC), 1)


@pytest.mark.parametrize(
    "location", ["ftp://files.example/a", "http://[broken", "javascript:alert(1)"]
)
def test_a_redirect_to_no_web_address_is_refused(web: Web, location: str) -> None:
    web.pages["/a"] = Page(status=302, fields={"Location": location})

    assert fetch(web.url("/a"), web.policy(), resolver=to_here) == Refused(Refusal.NOT_AN_ADDRESS)


def test_five_redirects_are_followed_and_no_sixth(web: Web) -> None:
    web.pages |= {
        f"/{step}": Page(status=302, fields={"Location": f"/{step + 1}"}) for step in range(6)
    }
    web.pages["/6"] = Page(PDF)

    outcomes = [fetch(web.url(path), web.policy(), resolver=to_here) for path in ("/1", "/0")]

    assert outcomes == [
        Fetched(PDF, None, "application/octet-stream"),
        Refused(Refusal.TOO_MANY_REDIRECTS),
    ]


# ---------------------------------------------------------------- too much, too slow


def test_a_body_that_says_it_is_too_large_is_not_read(web: Web) -> None:
    web.pages["/a.pdf"] = Page(PDF)

    outcome = fetch(
        web.url("/a.pdf"), replace(web.policy(), max_octets=len(PDF) - 1), resolver=to_here
    )

    assert outcome == Refused(Refusal.TOO_LARGE)


def test_a_body_as_large_as_allowed_is_taken(web: Web) -> None:
    web.pages["/a.pdf"] = Page(PDF)

    outcome = fetch(web.url("/a.pdf"), replace(web.policy(), max_octets=len(PDF)), resolver=to_here)

    assert outcome == Fetched(PDF, "a.pdf", "application/octet-stream")


def test_a_body_without_a_length_is_cut_off_where_it_is_too_large() -> None:
    def flood(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        with suppress(OSError):
            while True:
                connection.sendall(b"x" * 65_536)

    with raw_server(flood) as port:
        outcome = fetch(f"http://files.example:{port}/a", policy_for(port), resolver=to_here)

    assert outcome == Refused(Refusal.TOO_LARGE)


@pytest.mark.parametrize(
    "beginning",
    [b"", b"HTTP/1.1 200 OK\r\nX-Slow: ", b"HTTP/1.1 200 OK\r\nContent-Length: 50000\r\n\r\n"],
    ids=["status", "fields", "body"],
)
def test_a_server_that_drips_is_left_when_the_time_is_up(beginning: bytes) -> None:
    left = threading.Event()

    def drip(connection: socket.socket) -> None:
        connection.sendall(beginning)
        with suppress(OSError):
            while not left.wait(0.02):
                connection.sendall(b"H")

    with raw_server(drip) as port:
        outcome = fetch(
            f"http://files.example:{port}/a", policy_for(port, seconds=0.4), resolver=to_here
        )
        left.set()

    assert outcome == Refused(Refusal.TOO_SLOW)


def test_a_server_that_never_ends_its_handshake_is_left_when_the_time_is_up() -> None:
    left = threading.Event()

    with raw_server(lambda _: wait_for(left)) as port:
        outcome = fetch(
            f"https://files.example:{port}/a", policy_for(port, seconds=0.3), resolver=to_here
        )
        left.set()

    assert outcome == Refused(Refusal.TOO_SLOW)


def test_a_resolver_that_never_answers_is_left_when_the_time_is_up(web: Web) -> None:
    answered = threading.Event()

    def never(_host: str, _port: int) -> Sequence[str]:
        answered.wait(10)
        return []

    outcome = fetch(web.url("/a"), replace(web.policy(), seconds=0.2), resolver=never)
    answered.set()

    assert outcome == Refused(Refusal.TOO_SLOW)


def test_compressed_octets_are_not_taken(web: Web) -> None:
    web.pages["/a.pdf"] = Page(b"\x1f\x8b", {"Content-Encoding": "gzip"})

    outcome = fetch(web.url("/a.pdf"), web.policy(), resolver=to_here)

    assert outcome == Refused(Refusal.COMPRESSED)


# ---------------------------------------------------------------- doors and failures


@pytest.mark.parametrize(
    "page",
    [
        Page(PAGE, {"Content-Type": "text/html; charset=utf-8"}),
        Page(PAGE, {"Content-Type": "application/octet-stream"}),
        Page(b"Sign in", {"Content-Type": "text/html"}),
        Page(status=401),
        Page(status=403),
        Page(status=302, fields={"Location": "https://accounts.google.com/ServiceLogin?x=1"}),
        Page(status=302, fields={"Location": "https://login.other.example/"}),
        Page(status=302, fields={"Location": "/login?next=a"}),
    ],
)
def test_a_door_in_the_place_of_a_file_needs_access(web: Web, page: Page) -> None:
    web.pages["/deck.pdf"] = page

    outcome = fetch(web.url("/deck.pdf"), web.policy(), resolver=to_here)

    assert (outcome, len(web.asked)) == (NeedsAccess(), 1)


@pytest.mark.parametrize(
    ("page", "reason"),
    [
        (Page(status=404), Refusal.GONE),
        (Page(status=410), Refusal.GONE),
        (Page(status=302), Refusal.GONE),
        (Page(PDF, status=206), Refusal.GONE),
        (Page(b""), Refusal.EMPTY),
    ],
)
def test_nothing_there_is_refused(web: Web, page: Page, reason: Refusal) -> None:
    web.pages["/deck.pdf"] = page

    assert fetch(web.url("/deck.pdf"), web.policy(), resolver=to_here) == Refused(reason)


@pytest.mark.parametrize("status", [429, 500, 502, 503])
def test_a_service_that_is_busy_may_work_later(web: Web, status: int) -> None:
    web.pages["/deck.pdf"] = Page(status=status)

    with pytest.raises(TransientError, match=str(status)):
        fetch(web.url("/deck.pdf"), web.policy(), resolver=to_here)


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"SSH-2.0-x\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nabc",
        b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 200 + b"\r\n",
    ],
)
def test_an_answer_that_breaks_off_may_work_later(answer: bytes) -> None:
    with (
        raw_server(lambda connection: connection.sendall(answer)) as port,
        pytest.raises(TransientError),
    ):
        fetch(f"http://files.example:{port}/a", policy_for(port), resolver=to_here)


def test_nobody_there_may_work_later(web: Web) -> None:
    policy = replace(web.policy(), allowed_addresses=frozenset({"127.0.0.3"}))

    with pytest.raises(TransientError, match="nobody answers"):
        fetch(web.url("/a"), policy, resolver=everywhere("127.0.0.3"))


def unknown(_host: str, _port: int) -> Sequence[str]:
    raise socket.gaierror(socket.EAI_AGAIN, "Try again")


@pytest.mark.parametrize("resolver", [unknown, everywhere()])
def test_a_name_that_is_not_found_may_be_found_later(web: Web, resolver: Resolver) -> None:
    with pytest.raises(TransientError) as raised:
        fetch(web.url("/a"), web.policy(), resolver=resolver)

    assert "files.example" not in str(raised.value)


def test_a_plain_server_at_the_port_of_tls_may_work_later(web: Web) -> None:
    with pytest.raises(TransientError) as raised:
        fetch(f"https://files.example:{web.port}/a", web.policy(), resolver=to_here)

    assert isinstance(raised.value.__cause__, ssl.SSLError)


# ---------------------------------------------------------------- the links of a message


def test_the_files_behind_the_links_of_a_message_are_parts(web: Web) -> None:
    web.pages["/deck.pdf"] = Page(PDF, {"Content-Type": "application/pdf"})
    article = LinkFound(web.url("/blog/a"), LinkFate.COUNTED, "files.example")
    shared = LinkFound(web.url("/deck.pdf"), LinkFate.NEEDS_ACCESS, "files.example")
    closed = LinkFound(web.url("/closed.pdf"), LinkFate.NEEDS_ACCESS, "files.example")

    behind = files_behind((article, shared, closed), web.policy(), resolver=to_here)

    assert [link.fate for link in behind.links] == [
        LinkFate.COUNTED,
        LinkFate.FETCHED,
        LinkFate.NEEDS_ACCESS,
    ]
    assert [(part.path, part.container, part.octets) for part in behind.parts] == [
        ("link:2!deck.pdf", "link:2", PDF)
    ]


def test_a_service_that_is_down_leaves_its_link_as_it_is(web: Web) -> None:
    web.pages["/deck.pdf"] = Page(status=503)
    shared = LinkFound(web.url("/deck.pdf"), LinkFate.NEEDS_ACCESS, "files.example")

    behind = files_behind((shared,), web.policy(), resolver=to_here)

    assert (behind.links, behind.parts) == ((shared,), ())


def test_no_more_than_ten_files_of_a_message_are_fetched(web: Web) -> None:
    web.pages["/deck.pdf"] = Page(PDF)
    other = LinkFound("https://other.example/a.pdf", LinkFate.NEEDS_ACCESS, "other.example")
    shared = LinkFound(web.url("/deck.pdf"), LinkFate.NEEDS_ACCESS, "files.example")

    behind = files_behind((other,) * 9 + (shared,) * 12, web.policy(), resolver=to_here)

    assert len(behind.parts) == 10


def test_the_files_of_a_message_share_a_bound(web: Web) -> None:
    web.pages["/deck.pdf"] = Page(PDF)
    shared = LinkFound(web.url("/deck.pdf"), LinkFate.NEEDS_ACCESS, "files.example")
    policy = replace(web.policy(), max_octets=len(PDF))

    behind = files_behind((shared,) * 5, policy, resolver=to_here)

    assert len(behind.parts) == 3


def test_no_link_is_asked_for_where_no_host_is_listed() -> None:
    shared = LinkFound("https://files.example/a.pdf", LinkFate.NEEDS_ACCESS, "files.example")

    behind = files_behind((shared,), FetchPolicy(), resolver=unknown)

    assert (behind.links, behind.parts) == ((shared,), ())


def test_nothing_of_a_file_or_a_list_is_shown() -> None:
    shown = f"{Fetched(PDF, 'deck.pdf', 'application/pdf')}{FetchPolicy(('files.example',))}"

    assert "deck" not in shown
    assert "files.example" not in shown
