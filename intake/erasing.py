"""Erases a project, and what is kept for a time only: rows first, then their blobs, then the receipt.

Whatever is killed on the way is gone on with by the next worker, or by the same command. The receipt tells of digests and
numbers: that it happened and how much it was, not what.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Callable
from datetime import UTC, timedelta
from pathlib import Path

from intake import telemetry
from intake.config import Settings
from intake.errors import PermanentError
from intake.instants import Instant, Passing, unnoticed
from intake.model import SCHEMA, Token
from storage.blobs import Store
from storage.erasing import Erasure
from storage.ledger import Ledger

AT_ONCE = 20
"""Messages that are forgotten in one transaction."""
MOST_AT_A_TURN = 400
Told = Callable[[int, int], None]
"""Hears how many blobs of how many are deleted."""

log = telemetry.logger(__name__)


def erase(
    settings: Settings,
    ledger: Ledger,
    blobs: Store,
    token: Token,
    *,
    passed: Passing = unnoticed,
    told: Told = lambda _done, _total: None,
) -> Path:
    """Erase a project; where the receipt lies. Run again after a crash it goes on.

    ConfigError where there is no such project; raises what the store raises where it is away.
    """
    begun = ledger.erasures.begin(token)
    passed(Instant.FORGOTTEN)
    return finish(settings, ledger, blobs, begun, passed=passed, told=told)


def finish(
    settings: Settings,
    ledger: Ledger,
    blobs: Store,
    erasure: Erasure,
    *,
    passed: Passing = unnoticed,
    told: Told = lambda _done, _total: None,
) -> Path:
    """Delete what an erasure has left to delete, write the receipt and note that all is done. Idempotent."""
    raw = ledger.retention.removals()
    total = len(erasure.keys) + len(raw)
    for done, key in enumerate(erasure.keys):
        told(done, total)
        blobs.delete(key)
        passed(Instant.BLOB_ERASED)
    _sweep(ledger, blobs, erasure)
    delete_removed(
        ledger, blobs, passed=passed, told=lambda done: told(len(erasure.keys) + done, total)
    )
    path = _write_receipt(settings, erasure)
    passed(Instant.RECEIPTED)
    ledger.erasures.finish(erasure.project)
    passed(Instant.ERASED)
    log.info(telemetry.PROJECT_ERASED, project_id=erasure.project)
    return path


def _sweep(ledger: Ledger, blobs: Store, erasure: Erasure) -> None:
    """Delete what else lies in the project's folders: its pages, and what a killed worker left there."""
    for folder in erasure.folders:
        found = [entry.key for entry in blobs.entries(folder)]
        known = ledger.erasures.known(found)
        for key in found:
            if key not in known:
                blobs.delete(key)


def delete_removed(
    ledger: Ledger,
    blobs: Store,
    *,
    passed: Passing = unnoticed,
    told: Callable[[int], None] = lambda _done: None,
) -> None:
    """Delete the octets of messages that were forgotten. Idempotent."""
    for done, removal in enumerate(ledger.retention.removals(), start=1):
        blobs.delete(removal.key)
        passed(Instant.RAW_ERASED)
        ledger.retention.removed([removal.number])
        told(done)


def keep_to_time(
    settings: Settings,
    ledger: Ledger,
    blobs: Store,
    *,
    passed: Passing = unnoticed,
    stopping: Callable[[], bool] = lambda: False,
) -> None:
    """Remove what has been kept for long enough, and go on with erasures that were cut off. Idempotent.

    Raises what the store raises where it is away: the rest is removed at another turn.
    """
    for erasure in ledger.erasures.unfinished():
        finish(settings, ledger, blobs, erasure, passed=passed)
    if settings.retention.keep_days_held is not None:
        _expire(ledger, timedelta(days=settings.retention.keep_days_held), passed, stopping)
    delete_removed(ledger, blobs, passed=passed)
    if settings.retention.keep_days_after_close is not None:
        longest = timedelta(days=settings.retention.keep_days_after_close)
        for token in ledger.retention.closed_for(longest):
            if stopping():
                break
            erase(settings, ledger, blobs, token, passed=passed)


def _expire(ledger: Ledger, keep: timedelta, passed: Passing, stopping: Callable[[], bool]) -> None:
    for _ in range(MOST_AT_A_TURN // AT_ONCE):
        forgotten = 0 if stopping() else ledger.retention.expire(keep=keep, most=AT_ONCE)
        if not forgotten:
            return
        passed(Instant.EXPIRED)
        log.info(telemetry.MAIL_EXPIRED, count=forgotten)


def receipt_path(settings: Settings, erasure: Erasure) -> Path:
    """Where the receipt of an erasure lies."""
    return settings.state_folder / "receipts" / f"erased-{erasure.project}.json"


def _write_receipt(settings: Settings, erasure: Erasure) -> Path:
    """For its owner only, whole or not at all; the same erasure gives the same octets."""
    path = receipt_path(settings, erasure)
    text = json.dumps(_receipt(erasure), indent=2) + "\n"
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=".receipt-")
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except OSError as error:
        raise PermanentError(
            f"The receipt cannot be written beside the ledger: {error.strerror}. Make room there, then run it again."
        ) from error
    return path


def _receipt(erasure: Erasure) -> dict[str, object]:
    removed = erasure.removed
    return {
        "schema": SCHEMA,
        "what": "project erased",
        "project": erasure.project,
        "at": erasure.began_at.astimezone(UTC).isoformat().replace("+00:00", "Z"),
        "removed": {
            "documents": removed.documents,
            "messages": removed.messages,
            "letters": removed.letters,
            "holds": removed.holds,
            "lessons": removed.lessons,
            "waivers": removed.waivers,
            "blobs": len(removed.blobs),
        },
        "sha256_of_blob_keys": list(removed.blobs),
        "kept": {
            "messages": list(removed.kept_messages),
            "why": "they belong to other projects as well, and go when those are erased",
        }
        if removed.kept_messages
        else None,
    }
