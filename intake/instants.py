"""The instants between two effects on the world, by name: where a crash would be worst.

Work passes them on its way. In production nobody listens; a test listens, and kills the process right there.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum


class Instant(StrEnum):
    """What has just become true outside this process, or is about to. The text before the colon is the step."""

    RECEIVING = "receive: octets fetched, nothing kept"
    RAW_KEPT = "receive: raw octets kept, no row"
    RECEIVED = "receive: row committed, nothing read"
    CLAIMED = "process: claimed from the queue, nothing read"
    OPENED = "process: open in its child, nothing kept"
    PROJECT_MADE = "process: a kickoff's project is made and waits, its message is not settled"
    DOCUMENT_KEPT = "process: one document kept, others perhaps not, no row"
    DOCUMENTS_KEPT = "process: all documents kept, no row"
    SETTLED = "process: settled, the source still has the message"
    RELEASED = "acknowledge: the source let go, not noted"
    ACKNOWLEDGED = "acknowledge: noted"
    REMINDED = "remind: reminders or digests owed, not composed"
    LETTER_CLAIMED = "deliver: a letter claimed, not composed"
    COMPOSED = "deliver: composed, not frozen"
    FROZEN = "deliver: frozen, not sent"
    LEFT = "deliver: the sink has taken it, not recorded"
    RECORDED = "deliver: recorded"
    KEPT = "deliver: a copy is in the Sent folder, not noted"
    PAGE_WRITTEN = "pages: one of two written"
    PAGES_WRITTEN = "pages: both written, not noted"
    PAGES_NOTED = "pages: noted"
    OFFER_COPIED = (
        "offer: one document is in a new project's folder too, perhaps others not, no row"
    )
    OFFERED = "offer: the rows are written"
    MOVED_DOCUMENT_KEPT = "decide: a document's octets are in both projects, its row in one"
    COPIED = "place: a document's octets are under both keys, its row names the old one"
    PLACED = "place: its row names the new key, the old copy is still there"
    LET_GO = "place: the old copy is deleted, not noted"
    FORGOTTEN = "erase: a project's rows are gone, its blobs are not"
    BLOB_ERASED = "erase: one document deleted, others perhaps not"
    RAW_ERASED = "erase: a raw message deleted, not noted"
    RECEIPTED = "erase: the receipt is written, not noted"
    ERASED = "erase: noted"
    EXPIRED = "retention: some held mail is forgotten, its octets are still there"


Passing = Callable[[Instant], None]


def unnoticed(instant: Instant) -> None:
    """Nobody listens."""
    del instant
