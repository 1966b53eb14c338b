"""A web address taken apart; what is none comes back as None, never as an exception."""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import SplitResult, unquote, urlsplit

LONGEST = 4_000
"""Characters of an address that is looked at; what is longer is none that a person sends."""
WEB = re.compile(r"https?://[^\s<>\"'`{}|\\^\x00-\x20\x7f\ud800-\udfff]{3,4000}", re.IGNORECASE)


def taken_apart(url: str) -> SplitResult | None:
    """The pieces of a web address (http or https) with a host."""
    if len(url) > LONGEST:
        return None
    try:
        split = urlsplit(url)
        _ = split.port  # it is read here because a wrong one raises only then
    except ValueError:
        return None
    return split if split.hostname and split.scheme.lower() in {"http", "https"} else None


def host_of(split: SplitResult) -> str:
    """The host in lower case, without a dot at its end."""
    return (split.hostname or "").lower().rstrip(".")


def is_on(host: str, names: Iterable[str]) -> bool:
    """Whether a host is one of these or below it."""
    return any(host == name or host.endswith(f".{name}") for name in names)


def parameter(query: str, *names: str) -> str | None:
    """The first value of the first of these names that the query has; a plus stays one, as in an address in an address."""
    pairs = [pair.partition("=") for pair in query.split("&")]
    for name in names:
        for key, _, value in pairs:
            if key.lower() == name and value:
                return unquote(value)
    return None
