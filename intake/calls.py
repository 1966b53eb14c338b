"""What letters and calls are known by and what they open: Message-IDs, links that expire, the call of a complete project.

Made from keys alone, so that whatever is composed twice is the same.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from intake.config import Settings
from intake.manifest import ready_json
from intake.model import Address, Document, OutboundMessage, ProjectState, Token
from intake.reports import local_day, report_of
from storage.blobs import Store
from storage.values import LetterClaim

LINKS_EXPIRE = timedelta(days=7)
"""The longest life of a presigned address; it ends earlier where the credentials do that signed it."""
CONFIDENTIAL_LINKS_EXPIRE = timedelta(hours=24)


def message_id_of(settings: Settings, claim: LetterClaim, token: Token | None) -> str:
    """The letter's Message-ID, from its key alone: composed twice, it is the same."""
    key = "\n".join((token or "", claim.kind, claim.cause, claim.recipient.address))
    digest = hashlib.sha256(key.encode()).hexdigest()[:40]
    return f"<{digest}@{settings.intake.address.rpartition('@')[2]}>"


def links_to(blobs: Store, documents: Sequence[Document]) -> tuple[tuple[int, str], ...]:
    """Where documents can be opened, by number; presigned addresses expire."""
    return tuple(
        (document.number, address)
        for document in documents
        if (address := _address(blobs, document)) is not None
    )


def _address(blobs: Store, document: Document) -> str | None:
    if document.blob is None:
        return document.url
    expires = CONFIDENTIAL_LINKS_EXPIRE if document.confidential else LINKS_EXPIRE
    return blobs.presigned(document.blob, expires=expires)


def ready_call(settings: Settings, blobs: Store, claim: LetterClaim) -> OutboundMessage | None:
    """What the operator's program is told of a project that is complete; None where it is not any more, or is closed.

    ConfigError where the settings no longer have its checklist.
    """
    standing = claim.standing
    if standing is None or standing.project.state is ProjectState.CLOSED:
        return None
    report = report_of(settings, standing, on=local_day(standing.project, claim.now))
    if not report.complete:
        return None
    links = links_to(blobs, [each for each in standing.documents if not each.confidential])
    octets = ready_json(report, dict(links), at=claim.now, names_all=False)
    # A token may be used again after an erasure; the number of a project is not.
    numbered = replace(claim, cause=f"{standing.project.id}\n{claim.cause}")
    name = message_id_of(settings, numbered, standing.project.token)
    return OutboundMessage(name, Address(""), (claim.recipient.address,), octets)
