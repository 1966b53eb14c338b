"""The files behind the links of one message, as parts that nobody opened yet."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

from intake.errors import TransientError
from intake.fetch.addresses import Resolver, system_resolver
from intake.fetch.following import fetch
from intake.fetch.outcomes import Fetched, FetchPolicy, Outcome, RefusedError
from intake.fetch.places import place_of
from intake.links import download_address
from intake.model import BEHIND_LINK, LinkFate, LinkFound, Part, Role, Sha256

MOST_FILES = 10
"""Files that are fetched for one message."""
TOGETHER = 3
"""How often the octets and the seconds of one file may be spent on those of one message."""


@dataclass(frozen=True, slots=True)
class FilesBehind:
    """The links of a message with what became of them, and the files that were fetched, as parts that nobody opened."""

    links: tuple[LinkFound, ...]
    parts: tuple[Part, ...]


def files_behind(
    links: Sequence[LinkFound], policy: FetchPolicy, *, resolver: Resolver = system_resolver
) -> FilesBehind:
    """Fetch the files that the links of one message lead to, as far as the policy goes; the other links stay as they are.

    At most ten files, which take together no more than three times the octets and seconds of one. A service that fails
    for the moment leaves its link as it is too: the client is asked for the file, which is better than mail that waits.
    The part of the second link is "link:2!deck.pdf", its container "link:2".
    """
    ends = time.monotonic() + policy.seconds * TOGETHER
    found = list(links)
    parts: list[Part] = []
    for number in _to_fetch(links, policy)[:MOST_FILES]:
        rest = replace(
            policy,
            max_octets=min(policy.max_octets, policy.max_octets * TOGETHER - _octets_of(parts)),
            seconds=min(policy.seconds, ends - time.monotonic()),
        )
        outcome = _fetched_now(links[number].url, rest, resolver)
        if isinstance(outcome, Fetched):
            parts.append(_part(outcome, f"{BEHIND_LINK}{number + 1}"))
            found[number] = replace(links[number], fate=LinkFate.FETCHED)
    return FilesBehind(tuple(found), tuple(parts))


def _to_fetch(links: Sequence[LinkFound], policy: FetchPolicy) -> list[int]:
    """Which links lead to a file on a host that is listed."""
    return [
        number
        for number, link in enumerate(links)
        if link.fate is LinkFate.NEEDS_ACCESS and _is_listed(link.url, policy)
    ]


def _is_listed(url: str, policy: FetchPolicy) -> bool:
    try:
        place_of(download_address(url), policy)
    except RefusedError:
        return False
    return True


def _octets_of(parts: Sequence[Part]) -> int:
    return sum(part.size_octets for part in parts)


def _fetched_now(url: str, policy: FetchPolicy, resolver: Resolver) -> Outcome | None:
    try:
        return fetch(url, policy, resolver=resolver)
    except TransientError:
        return None


def _part(fetched: Fetched, container: str) -> Part:
    return Part(
        path=f"{container}!{fetched.filename or 'file'}",
        filename=fetched.filename,
        media_type=fetched.media_type,
        sniffed=None,
        octets=fetched.octets,
        size_octets=len(fetched.octets),
        sha256=Sha256(hashlib.sha256(fetched.octets).hexdigest()),
        inline=False,
        role=Role.FILE,
        container=container,
    )
