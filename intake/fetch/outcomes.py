"""What may be fetched, and how a fetch ends. Nothing of an address or a file is in a `repr`."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path


@dataclass(frozen=True, slots=True)
class FetchPolicy:
    """What may be fetched. Without hosts nothing is.

    A host is exact, `www.` beside; `*.` before it takes the hosts below it; a port behind it, where it is not the
    usual one. `seconds` are for all of a fetch together. `allowed_addresses` may be connected to although they are not
    public, for a server on this machine; `ca_file` is believed in the place of the system's authorities.
    """

    hosts: tuple[str, ...] = field(default=(), repr=False)
    max_octets: int = 26_214_400
    seconds: float = 20.0
    allowed_addresses: frozenset[str] = field(default=frozenset(), repr=False)
    ca_file: Path | None = None


class Refusal(StrEnum):
    """Why nothing was fetched: for good, as things are."""

    NOT_AN_ADDRESS = "not-an-address"
    NOT_LISTED = "not-listed"
    NOT_PUBLIC = "not-public"
    NOT_TRUSTED = "not-trusted"
    TOO_MANY_REDIRECTS = "too-many-redirects"
    TOO_LARGE = "too-large"
    TOO_SLOW = "too-slow"
    COMPRESSED = "compressed"
    EMPTY = "empty"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class Fetched:
    """A file. The name is what the service or the address calls it, never a safe storage name."""

    octets: bytes = field(repr=False)
    filename: str | None = field(repr=False)
    media_type: str


@dataclass(frozen=True, slots=True)
class NeedsAccess:
    """There is a door: a page came in the place of a file, or the service asked who we are."""


@dataclass(frozen=True, slots=True)
class Refused:
    """Nothing was fetched."""

    reason: Refusal


Outcome = Fetched | NeedsAccess | Refused


class RefusedError(Exception):
    """Ends a fetch from within."""

    def __init__(self, reason: Refusal) -> None:
        super().__init__(reason)
        self.reason = reason
