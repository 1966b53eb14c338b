"""One request and its answer, over a connection to an address that was checked, while octets and seconds are left."""

from __future__ import annotations

import http.client
import io
import socket
import ssl
from contextlib import closing, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import unquote

from intake.errors import TransientError
from intake.fetch.addresses import Line, addresses_of
from intake.fetch.outcomes import (
    Fetched,
    FetchPolicy,
    NeedsAccess,
    Outcome,
    Refusal,
    Refused,
    RefusedError,
)
from intake.fetch.places import Place
from intake.parse.decode import content_field, disposition_field, file_name

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

_PIECE_OCTETS = 64 * 1024
_REDIRECTS = {301, 302, 303, 307, 308}
_ASKS_WHO = {401, 403, 407}
_LATER = {408, 425, 429, 500, 502, 503, 504}
_WEB_PAGES = {"text/html", "application/xhtml+xml"}


@dataclass(frozen=True, slots=True)
class Redirect:
    """Where the answer sends us on to; not looked at yet."""

    location: str = field(repr=False)


def answer_at(place: Place, policy: FetchPolicy, line: Line) -> Outcome | Redirect:
    """What a place answers to GET. Raises what the connection raises; TimeoutError when the time is up."""
    with closing(_connected(place, policy, line)) as connection:
        connection.settimeout(line.left())
        connection.sendall(_request(place))
        with closing(http.client.HTTPResponse(connection, method="GET")) as response:
            response.fp.close()
            response.fp = io.BufferedReader(_Wire(connection, line))
            response.begin()
            return _read_answer(response, place, policy)


def _connected(place: Place, policy: FetchPolicy, line: Line) -> socket.socket:
    """A connection to one of the addresses that were checked, and to no name."""
    failure: OSError | None = None
    addresses = addresses_of(place, policy, line)
    for number, address in enumerate(addresses):
        share = line.left() / (len(addresses) - number)
        try:
            plain = socket.create_connection((address, place.port), timeout=share)
        except OSError as error:
            failure = error
        else:
            return plain if place.scheme == "http" else _secured(plain, place, line)
    line.left()
    raise TransientError("A link could not be fetched: nobody answers there.") from failure


def _secured(plain: socket.socket, place: Place, line: Line) -> ssl.SSLSocket:
    """The connection under TLS, with the certificate verified for the name that was asked for."""
    try:
        context = ssl.create_default_context(cafile=line.ca_file)
        plain.settimeout(line.left())
        return context.wrap_socket(plain, server_hostname=place.host)
    except BaseException:
        plain.close()
        raise


def _request(place: Place) -> bytes:
    lines = (
        f"GET {place.path} HTTP/1.1",
        f"Host: {place.authority}",
        "User-Agent: collateral-intake",
        "Accept: */*",
        "Accept-Encoding: identity",
        "Connection: close",
    )
    return "".join(f"{line}\r\n" for line in (*lines, "")).encode("ascii")


class _Wire(io.RawIOBase):
    """What a connection brings; each read ends with the time of the whole fetch, however little comes at a time."""

    def __init__(self, connection: socket.socket, line: Line) -> None:
        super().__init__()
        self._connection, self._line = connection, line

    def readable(self) -> bool:
        """It is."""
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        """Some octets, within the time that is left."""
        self._connection.settimeout(self._line.left())
        return self._connection.recv_into(buffer)


def _read_answer(
    response: http.client.HTTPResponse, place: Place, policy: FetchPolicy
) -> Outcome | Redirect:
    status, location = response.status, response.getheader("Location")
    if status in _REDIRECTS and location:
        return Redirect(_as_written(location))
    if status in _ASKS_WHO:
        return NeedsAccess()
    if status in _LATER:
        raise TransientError(f"A link could not be fetched: its host answered {status}.")
    if status != http.HTTPStatus.OK:
        return Refused(Refusal.GONE)
    if (response.getheader("Content-Encoding") or "identity").strip().lower() != "identity":
        return Refused(Refusal.COMPRESSED)
    octets = _body(response, policy)
    content = content_field(_field(response, "Content-Type"), "application/octet-stream")
    disposition = disposition_field(_field(response, "Content-Disposition"))
    name = _printable(file_name(content, disposition) or _last_step(place))
    if _is_page(octets, content.media_type):
        return NeedsAccess()
    return Fetched(octets, name, content.media_type) if octets else Refused(Refusal.EMPTY)


def _is_page(octets: bytes, media_type: str) -> bool:
    """Whether a web page came, whatever it is called: the door to the file, not the file."""
    head = octets[:1024].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if head.startswith((b"<!doctype html", b"<html")):
        return True
    return media_type in _WEB_PAGES and not head.startswith((b"%pdf-", b"pk\x03\x04"))


def _body(response: http.client.HTTPResponse, policy: FetchPolicy) -> bytes:
    """The whole body; refused at the first octet too many."""
    if response.length is not None and response.length > policy.max_octets:
        raise RefusedError(Refusal.TOO_LARGE)
    body = bytearray()
    while piece := response.read(_PIECE_OCTETS):
        body += piece
        if len(body) > policy.max_octets:
            raise RefusedError(Refusal.TOO_LARGE)
    if response.length:
        raise http.client.IncompleteRead(b"", response.length)
    return bytes(body)


def _field(response: http.client.HTTPResponse, name: str) -> bytes | None:
    value = response.getheader(name)
    return None if value is None else value.encode("latin-1", "replace")


def _as_written(location: str) -> str:
    """A Location, whose octets the reader took for Latin-1 and which many servers send as UTF-8."""
    with suppress(UnicodeError):
        return location.encode("latin-1").decode("utf-8")
    return location


def _last_step(place: Place) -> str:
    """What the address itself calls the file, where that looks like the name of one."""
    name = unquote(place.path.partition("?")[0]).rpartition("/")[2]
    return name if "." in name.strip(".") else ""


def _printable(name: str) -> str | None:
    return "".join(letter for letter in name if letter.isprintable())[:255].strip() or None
