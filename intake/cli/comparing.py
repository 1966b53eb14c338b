"""`fsck`: the ledger against the blobs, looking only.

Every blob that a row knows must be there with its SHA-256, and nothing else may be there but the pages that explain a
project's folder. Blobs younger than an hour are left alone: their rows may be about to be written.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from intake.errors import PermanentError
from intake.model import BlobEntry, BlobKey, BlobStore, Sha256

GRACE = timedelta(hours=1)


class Wrong(StrEnum):
    """What can be wrong with a blob."""

    MISSING = "missing"
    CHANGED = "changed"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Finding:
    """One blob that is not as the ledger has it."""

    wrong: Wrong
    key: BlobKey = field(repr=False)


def wrong_blobs(known: Iterable[tuple[BlobKey, Sha256]], store: BlobStore) -> Iterator[Finding]:
    """The blobs that are missing or changed; every one of `known` is read. TransientError if the store is away."""
    for key, sha256 in known:
        try:
            octets = store.get(key)
        except PermanentError:
            yield Finding(Wrong.MISSING, key)
            continue
        if hashlib.sha256(octets).hexdigest() != sha256:
            yield Finding(Wrong.CHANGED, key)


def unknown_blobs(
    entries: Iterable[BlobEntry],
    known: Mapping[BlobKey, Sha256],
    pages: frozenset[BlobKey],
    *,
    now: datetime,
) -> Iterator[Finding]:
    """The blobs that no row knows, without the projects' pages and without what is younger than an hour."""
    for entry in entries:
        expected = entry.key in known or entry.key in pages
        if not expected and now - entry.modified_at > GRACE:
            yield Finding(Wrong.UNKNOWN, entry.key)
