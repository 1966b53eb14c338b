"""An address as the list of hosts allows it and as it goes over the wire. Knows no DNS and opens nothing."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import SplitResult, quote, urlsplit

from intake.fetch.outcomes import FetchPolicy, Refusal, RefusedError

PORTS = {"http": 80, "https": 443}
_LONGEST_TARGET = 8_000


@dataclass(frozen=True, slots=True)
class Place:
    """An address that the policy allows, ready for the wire."""

    url: str = field(repr=False)
    scheme: str
    host: str = field(repr=False)
    port: int
    path: str = field(repr=False)

    @property
    def authority(self) -> str:
        """The Host field (RFC 9110, 7.2)."""
        name = f"[{self.host}]" if ":" in self.host else self.host
        return name if self.port == PORTS[self.scheme] else f"{name}:{self.port}"


def place_of(url: str, policy: FetchPolicy) -> Place:
    """The place that an address names; refused where it is none, or none that is listed."""
    split = _taken_apart(url)
    scheme = split.scheme.lower()
    host = _on_the_wire(split.hostname or "")
    port = split.port or PORTS[scheme]
    if not any(_lists(entry, host, port) for entry in policy.hosts):
        raise RefusedError(Refusal.NOT_LISTED)
    path = quote(split.path or "/", safe="/%:@!$&'()*+,;=~")
    query = quote(split.query, safe="/%:@!$&'()*+,;=~?")
    return Place(url, scheme, host, port, f"{path}?{query}" if query else path)


def _taken_apart(url: str) -> SplitResult:
    try:
        split = urlsplit(url.encode("utf-8", "replace").decode())
        port = split.port
    except ValueError:
        raise RefusedError(Refusal.NOT_AN_ADDRESS) from None
    is_web = split.scheme.lower() in PORTS and split.hostname and port != 0
    if not is_web or "@" in split.netloc or len(url) > _LONGEST_TARGET:
        raise RefusedError(Refusal.NOT_AN_ADDRESS)
    return split


def _on_the_wire(host: str) -> str:
    """A host in lower case and in ASCII (RFC 3490), without a dot at its end."""
    bare = host.lower().rstrip(".")
    try:
        wire = bare.encode("idna").decode("ascii")
    except UnicodeError:
        raise RefusedError(Refusal.NOT_AN_ADDRESS) from None
    if not wire or any(not 0x21 <= ord(letter) <= 0x7E or letter in "/\\@?#%" for letter in wire):
        raise RefusedError(Refusal.NOT_AN_ADDRESS)
    return wire


def _lists(entry: str, host: str, port: int) -> bool:
    """Whether an entry of the list names this host at this port."""
    listed, _, listed_port = entry.lower().rpartition(":") if _has_port(entry) else (entry, "", "")
    allowed = {int(listed_port)} if listed_port else set(PORTS.values())
    name = listed.lower().rstrip(".")
    if name.startswith("*."):
        return port in allowed and host.endswith(name[1:])
    return port in allowed and host.removeprefix("www.") == name.removeprefix("www.").strip("[]")


def _has_port(entry: str) -> bool:
    head, colon, tail = entry.rpartition(":")
    return bool(colon) and tail.isdigit() and (":" not in head or head.endswith("]"))
