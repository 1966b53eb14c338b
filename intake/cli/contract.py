"""The JSON objects that commands print, word for word as documented; scripts of others rely on them.

Pure functions from values of the model. Every object carries the version of the contract; times are ISO 8601 in UTC,
dates YYYY-MM-DD.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from typing import assert_never

from pydantic import JsonValue

from intake.health import Finding
from intake.model import (
    SCHEMA,
    Accepted,
    Address,
    AutoKind,
    BlobKey,
    Bounce,
    Classification,
    CompletenessReport,
    Discarded,
    Disposition,
    Held,
    InboundMessage,
    ItemDocument,
    ItemReport,
    ProjectState,
    SortedPart,
    subaddress,
)
from storage.health import Health
from storage.values import DoubtfulLetter, HeldThing, HoldSubject, ListedLesson

Json = dict[str, JsonValue]


def instant(moment: datetime) -> str:
    """A time in UTC, to the second: 2026-11-22T09:30:00Z."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def state_of(report: CompletenessReport) -> ProjectState:
    """What people set, or complete: an open project that waits for nothing."""
    if report.project.state is ProjectState.OPEN and report.complete:
        return ProjectState.COMPLETE
    return report.project.state


def classify_json(path: str, classification: Classification) -> Json:
    """One line of `classify --json`."""
    span = classification.span
    return {
        "schema": SCHEMA,
        "path": path,
        "kind": classification.kind,
        "confidence": round(classification.confidence, 4),
        "sure": classification.sure,
        "alternatives": [
            {"kind": entry.kind, "confidence": round(entry.confidence, 4)}
            for entry in classification.alternatives
        ],
        "cadence": classification.cadence,
        "period": classification.period,
        "span": [span.first.isoformat(), span.last.isoformat()] if span else None,
        "pages": classification.pages,
        "title": classification.title,
        "evidence": list(classification.evidence),
        "problem": classification.problem,
    }


def inspect_json(
    path: str,
    message: InboundMessage,
    disposition: Disposition,
    *,
    parts: Sequence[SortedPart],
    auto: AutoKind | None,
    signs: Sequence[str],
) -> Json:
    """One line of `inspect --json`: what the message says and what would be decided about it.

    `auto` is what the message itself shows; a no-reply address is a person's mail that cannot be answered.
    `signs` are the rules that speak for it.
    """
    verdict = verdict_of(disposition)
    return {
        "schema": SCHEMA,
        "path": path,
        "sha256": message.sha256,
        "from": message.sender.address if message.sender else None,
        "from_name": message.sender.name if message.sender else None,
        "subject": message.subject,
        "message_id": message.message_id,
        "date": instant(message.date) if message.date else None,
        "auto": auto,
        "signs": list(signs),
        "verdict": verdict,
        "reason": reason_of(disposition),
        "authentication": disposition.authentication,
        "written": message.written,
        "parts": [_part_json(entry) for entry in parts],
        "links": list(message.links),
        "defects": list(message.defects),
    }


def verdict_of(disposition: Disposition) -> str:
    """accept, hold, discard or bounce."""
    match disposition:
        case Accepted():
            return "accept"
        case Held():
            return "hold"
        case Discarded():
            return "discard"
        case Bounce():
            return "bounce"
        case _:
            assert_never(disposition)


def reason_of(disposition: Disposition) -> str | None:
    """Why it is held or discarded; None for what is accepted or about another message."""
    match disposition:
        case Held(reason=reason):
            return reason
        case Discarded(auto=auto):
            return auto
        case Accepted() | Bounce():
            return None
        case _:
            assert_never(disposition)


def auto_of(disposition: Disposition) -> AutoKind | None:
    """Why nobody must be answered, None for mail that a person wrote."""
    return AutoKind.BOUNCE if isinstance(disposition, Bounce) else disposition.auto


def _part_json(entry: SortedPart) -> Json:
    part = entry.part
    return {
        "path": part.path,
        "filename": part.filename,
        "media_type": part.media_type,
        "sniffed": part.sniffed,
        "size": part.size_octets,
        "sha256": part.sha256,
        "inline": part.inline,
        "role": part.role,
        "container": part.container,
        "macros": part.macros,
        "fate": entry.fate,
    }


def status_json(
    reports: Sequence[CompletenessReport],
    *,
    on: date,
    address: Address,
    blob_url: Callable[[BlobKey], str],
    held: Sequence[HeldThing],
    doubtful: Sequence[DoubtfulLetter],
) -> Json:
    """`status --json`: every project of the reports, the messages that are held and the letters in doubt."""
    return {
        "schema": SCHEMA,
        "as_of": on.isoformat(),
        "projects": [_project_json(report, address, blob_url) for report in reports],
        "held": [
            {
                "id": entry.id,
                "reason": entry.reason,
                "received_at": instant(entry.since),
                "sender": entry.sender,
            }
            for entry in held
            if entry.what is HoldSubject.MESSAGE
        ],
        "doubtful": [
            {
                "id": entry.id,
                "kind": entry.kind,
                "recipient": entry.recipient,
                "since": instant(entry.since),
            }
            for entry in doubtful
        ],
    }


def health_json(health: Health, findings: Sequence[Finding]) -> Json:
    """`status --health --json`: the figures, and what is wrong. Ages are in seconds, null where nothing waits."""
    return {
        "schema": SCHEMA,
        "as_of": instant(health.now),
        "well": not findings,
        "findings": [
            {"trouble": finding.trouble, "sentence": finding.sentence} for finding in findings
        ],
        "waiting": health.waiting,
        "oldest_waiting_seconds": _age(health, health.oldest_waiting),
        "unsent": health.unsent,
        "oldest_unsent_seconds": _age(health, health.oldest_unsent),
        "held": sum(count for _, count in health.held),
        "doubtful": health.doubtful,
        "workers": health.workers,
        "last_seen": instant(health.last_seen) if health.last_seen else None,
    }


def _age(health: Health, since: datetime | None) -> int | None:
    return None if since is None else int((health.now - since).total_seconds())


def _project_json(
    report: CompletenessReport, address: Address, blob_url: Callable[[BlobKey], str]
) -> Json:
    project = report.project
    return {
        "client": project.client.name,
        "project": project.title,
        "token": project.token,
        "address": subaddress(address, project.token),
        "freelancers": list(project.freelancers),
        "state": state_of(report),
        "complete": report.complete,
        "items": [_item_json(entry, blob_url) for entry in report.items],
    }


def _item_json(entry: ItemReport, blob_url: Callable[[BlobKey], str]) -> Json:
    return {
        "item": entry.item.item,
        "label": entry.item.label,
        "kind": entry.item.kind,
        "required": entry.item.required,
        "state": entry.state,
        "needed": entry.item.count,
        "have": entry.have,
        "period": entry.period,
        "documents": [_document_json(listed, blob_url) for listed in entry.documents],
    }


def _document_json(listed: ItemDocument, blob_url: Callable[[BlobKey], str]) -> Json:
    document = listed.document
    return {
        "number": document.number,
        "sha256": document.sha256,
        "filename": document.filename,
        "url": document.url,
        "blob": None if document.blob is None else blob_url(document.blob),
        "confidence": round(document.classification.confidence, 4),
        "received_at": instant(document.received_at),
        "current": listed.current,
        "confidential": document.confidential,
    }


def review_json(thing: HeldThing, actions: Sequence[str]) -> Json:
    """One line of `review list --json`; the project is named by its token."""
    return {
        "schema": SCHEMA,
        "id": thing.id,
        "what": thing.what,
        "reason": thing.reason,
        "project": thing.token,
        "number": thing.number,
        "since": instant(thing.since),
        "actions": list(actions),
    }


def lesson_json(listed: ListedLesson) -> Json:
    """One line of `lessons --json`; `pattern` is null where only the very same document is known again."""
    lesson = listed.lesson
    return {
        "schema": SCHEMA,
        "id": lesson.number,
        "client": listed.client,
        "project": listed.token,
        "sender": lesson.sender,
        "pattern": lesson.pattern,
        "filename": lesson.filename,
        "sha256": lesson.sha256,
        "kind": lesson.kind,
        "taken_for": lesson.taken_for,
        "since": instant(lesson.taught_at),
    }
