"""Fetches the file that an address names, from hosts that the operator listed and from nowhere else.

Whoever writes to us chooses the address, so nothing about it is believed: each name is resolved here, every address of
it must be a public one, and the connection goes to that very address. The same holds for each redirect. Names no host
and no address in an error or a log.
"""

from __future__ import annotations

from intake.fetch.addresses import Resolver, is_public, system_resolver
from intake.fetch.files import FilesBehind, files_behind
from intake.fetch.following import fetch
from intake.fetch.outcomes import Fetched, FetchPolicy, NeedsAccess, Outcome, Refusal, Refused

__all__ = [
    "FetchPolicy",
    "Fetched",
    "FilesBehind",
    "NeedsAccess",
    "Outcome",
    "Refusal",
    "Refused",
    "Resolver",
    "fetch",
    "files_behind",
    "is_public",
    "system_resolver",
]
