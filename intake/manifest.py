"""What is said of a project's documents for programs: all of it with an export, what counts when it is complete. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from intake.model import SCHEMA, CompletenessReport, Document, Lesson, Project
from storage.dossiers import AuditLine, Dossier, KeptHold, KeptLetter, KeptMessage

Json = dict[str, object]


@dataclass(frozen=True, slots=True)
class Paths:
    """Under which names things lie in the export, by their numbers; what has no octets has no name."""

    documents: Mapping[int, str] = field(repr=False)
    messages: Mapping[int, str] = field(repr=False)
    letters: Mapping[int, str] = field(repr=False)


def manifest_json(dossier: Dossier, paths: Paths, *, at: datetime) -> bytes:
    """The manifest as it lies in the export."""
    told: Json = {
        "schema": SCHEMA,
        "exported_at": _moment(at),
        "project": _project(dossier.standing.project),
        "documents": [_document(each, dossier, paths) for each in dossier.documents],
        "messages": [_message(each, paths) for each in dossier.messages],
        "letters": [_letter(each, paths) for each in dossier.letters],
        "holds": [_hold(each) for each in dossier.holds],
        "lessons": [_lesson(each) for each in dossier.lessons],
        "waivers": [
            {"item": waived.item, "since": _moment(waived.since)} for waived in dossier.waivers
        ],
        "audit": [_event(each) for each in dossier.audit],
        "left_out": {
            "messages": list(dossier.left_out),
            "why": "they belong to another client as well",
        }
        if dossier.left_out
        else None,
    }
    return (json.dumps(told, ensure_ascii=False, indent=2) + "\n").encode(errors="replace")


def ready_json(
    report: CompletenessReport, links: Mapping[int, str], *, at: datetime, names_all: bool
) -> bytes:
    """What a complete project starts with: the documents that count. `links` are by document number, and expire.

    Without `names_all` it is for a reader outside the project: what is confidential has neither a name nor a link.
    """
    project = report.project
    listed = {
        each.document.number: each.document
        for entry in report.items
        for each in entry.documents
        if each.current
    }
    shows_title = names_all or not project.confidential
    told: Json = {
        "schema": SCHEMA,
        "event": "project.complete",
        "at": _moment(at),
        "token": project.token,
        "title": project.title if shows_title else None,
        "documents": [
            _ready_document(listed[number], report, links, names=names_all)
            for number in sorted(listed)
        ],
    }
    return (json.dumps(told, ensure_ascii=False, indent=2) + "\n").encode(errors="replace")


def _ready_document(
    document: Document, report: CompletenessReport, links: Mapping[int, str], *, names: bool
) -> Json:
    classification = document.classification
    span, shown = classification.span, names or not document.confidential
    return {
        "number": document.number,
        "items": [
            entry.item.item
            for entry in report.items
            if any(each.current and each.document == document for each in entry.documents)
        ],
        "name": document.filename if shown else None,
        "kind": classification.kind,
        "cadence": classification.cadence,
        "period": classification.period,
        "span": [_day(span.first), _day(span.last)] if span else None,
        "size": document.size_octets,
        "sha256": document.sha256,
        "confidential": document.confidential,
        "link": links.get(document.number, document.url) if shown else None,
    }


def _project(project: Project) -> Json:
    return {
        "client": project.client.name,
        "contacts": list(project.client.contacts),
        "title": project.title,
        "token": project.token,
        "freelancers": list(project.freelancers),
        "checklist": project.checklist,
        "state": project.state,
        "timezone": project.timezone,
        "opened_on": _day(project.opened_on),
        "starts": _day(project.starts),
        "due": _day(project.due),
        "confidential": project.confidential,
    }


def _document(document: Document, dossier: Dossier, paths: Paths) -> Json:
    classification = document.classification
    span = classification.span
    return {
        "number": document.number,
        "path": paths.documents.get(document.number),
        "filename": document.filename,
        "url": document.url,
        "sha256": document.sha256,
        "size": document.size_octets,
        "media_type": document.media_type,
        "received_at": _moment(document.received_at),
        "message": dossier.brought_by.get(document.number),
        "kind": classification.kind,
        "confidence": round(classification.confidence, 4),
        "sure": classification.sure,
        "evidence": list(classification.evidence),
        "cadence": classification.cadence,
        "period": classification.period,
        "span": [_day(span.first), _day(span.last)] if span else None,
        "items": list(document.filed_for),
        "fate": document.fate,
        "superseded": document.superseded,
        "rejected": document.rejected,
        "decided_by_person": document.decided_by_person,
        "confidential": document.confidential,
        "confidential_because": document.confidential_for,
        "offered_from": {"project": document.offer.title, "kept": document.offer.kept}
        if document.offer
        else None,
    }


def _message(message: KeptMessage, paths: Paths) -> Json:
    received = message.received
    return {
        "number": message.number,
        "path": paths.messages.get(message.number),
        "sha256": message.sha256,
        "received_at": _moment(received.received_at),
        "from": received.sender.address or None,
        "subject": message.subject,
        "message_id": message.message_id,
        "status": message.status,
        "parts": [
            {
                "path": part.path,
                "filename": part.filename,
                "media_type": part.media_type,
                "size": part.size_octets,
                "sha256": part.sha256,
                "fate": part.fate,
                "document": part.number,
            }
            for part in received.parts
        ],
        "links": [
            {"url": link.url, "fate": link.fate, "service": link.service} for link in received.links
        ],
    }


def _letter(letter: KeptLetter, paths: Paths) -> Json:
    return {
        "number": letter.number,
        "path": paths.letters.get(letter.number),
        "kind": letter.kind,
        "state": letter.state,
        "to": letter.recipient,
        "created_at": _moment(letter.created_at),
        "sent_at": _moment(letter.sent_at),
        "answers": list(letter.answers),
    }


def _hold(hold: KeptHold) -> Json:
    return {
        "number": hold.number,
        "what": hold.what,
        "reason": hold.reason,
        "since": _moment(hold.since),
        "decided_at": _moment(hold.decided_at),
        "decision": hold.decision,
    }


def _lesson(lesson: Lesson) -> Json:
    return {
        "number": lesson.number,
        "sender": lesson.sender,
        "pattern": lesson.pattern,
        "filename": lesson.filename,
        "sha256": lesson.sha256,
        "kind": lesson.kind,
        "taken_for": lesson.taken_for,
        "since": _moment(lesson.taught_at),
    }


def _event(line: AuditLine) -> Json:
    return {
        "position": line.position,
        "at": line.at,
        "event": line.event,
        "ids": json.loads(line.ids),
        "hash": line.hash,
    }


def _moment(moment: datetime | None) -> str | None:
    return None if moment is None else moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
