"""The machines behind a name: asked for once for each connection, and refused unless all of them are public."""

from __future__ import annotations

import queue
import socket
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from pathlib import Path

from intake.errors import TransientError
from intake.fetch.outcomes import FetchPolicy, Refusal, RefusedError
from intake.fetch.places import Place

_MOST_ADDRESSES = 8
_NAT64 = IPv6Network("64:ff9b::/96")  # RFC 6052
_UNICAST = IPv6Network("2000::/3")  # RFC 4291, 2.4: all that is assigned to the public
_INSIDE = frozenset({IPv4Address("168.63.129.16")})  # public in form, each Azure machine has it


Resolver = Callable[[str, int], Sequence[str]]
"""Gives the addresses of a host for a port, in the order in which to try them; none, or OSError, where there are none."""


def system_resolver(host: str, port: int) -> Sequence[str]:
    """The addresses that this machine's resolver gives."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


@dataclass(frozen=True, slots=True)
class Line:
    """What every connection of one fetch shares."""

    deadline: float
    resolver: Resolver
    ca_file: Path | None

    def left(self) -> float:
        """The seconds that are left; TimeoutError where there are none."""
        seconds = self.deadline - time.monotonic()
        if seconds <= 0:
            raise TimeoutError
        return seconds


def is_public(address: IPv4Address | IPv6Address) -> bool:
    """Whether an address belongs to the public internet, also by the address of the older kind that it may hold.

    Of the newer kind only what is assigned to the public, and what embeds an address: mapped (RFC 4291), NAT64 (6052),
    6to4 (3056).
    """
    if isinstance(address, IPv4Address):
        return (
            address.is_global
            and not (address.is_multicast or address.is_reserved or address.is_unspecified)
            and address not in _INSIDE
        )
    embedded = address.ipv4_mapped or address.sixtofour
    if embedded is None and address in _NAT64:
        embedded = IPv4Address(int(address) & 0xFFFF_FFFF)
    if embedded is not None:
        return is_public(embedded)
    return address in _UNICAST and address.is_global


def addresses_of(place: Place, policy: FetchPolicy, line: Line) -> list[str]:
    """The addresses of a place; refused where a single one is not public, since the next question may bring that one."""
    found = [_read(text) for text in _resolved(place, line)]
    if not found:
        raise TransientError("A link could not be fetched: its host has no address.")
    allowed = {ip_address(text) for text in policy.allowed_addresses}
    if any(address not in allowed and not is_public(address) for address in found):
        raise RefusedError(Refusal.NOT_PUBLIC)
    return [str(address) for address in found[:_MOST_ADDRESSES]]


def _read(text: str) -> IPv4Address | IPv6Address:
    try:
        return ip_address(text)
    except ValueError:
        raise RefusedError(Refusal.NOT_PUBLIC) from None


def _resolved(place: Place, line: Line) -> Sequence[str]:
    """What the resolver says, in a thread of its own: it keeps no time-out itself."""
    answers: queue.SimpleQueue[Sequence[str] | OSError] = queue.SimpleQueue()

    def ask() -> None:
        try:
            answers.put(line.resolver(place.host, place.port))
        except (OSError, UnicodeError) as error:
            answers.put(error if isinstance(error, OSError) else OSError("no such name"))

    threading.Thread(target=ask, name="resolver", daemon=True).start()
    try:
        answer = answers.get(timeout=line.left())
    except queue.Empty:
        raise TimeoutError from None
    if isinstance(answer, OSError):
        raise TransientError("A link could not be fetched: its host was not found.") from answer
    return answer
