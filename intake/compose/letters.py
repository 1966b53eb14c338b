"""The letters by kind: each has a module that says which lines stand in it, and in which order.

A further kind is a module beside the others, a line here, and sentences in every language file.
"""

from __future__ import annotations

from typing import assert_never

from intake.compose.alert import Alerted, alert
from intake.compose.digest import Digest, digest
from intake.compose.errand import errand
from intake.compose.kickoff import kickoff, opened
from intake.compose.letter import Letter, Scene
from intake.compose.mail import subject_of
from intake.compose.notice import notice
from intake.compose.question import colleague, question
from intake.compose.reminder import reminder
from intake.compose.reply import reply
from intake.compose.report import report
from intake.compose.telling import silent_client
from intake.compose.told import told_by
from intake.compose.words import Templates
from intake.errors import PermanentError
from intake.model import Brief, LetterKind
from intake.reminders import Asking, Telling

_ANSWERED = frozenset({LetterKind.REPLY, LetterKind.REMINDER})
"""Letters whose readers are contacts: their answers are understood, so that one tap may write them."""


Matter = Asking | Telling | Digest | Alerted
"""What a letter is about that answers no message."""


def write(
    brief: Brief, templates: Templates, *, most_lines: int, matter: Matter | None = None
) -> Letter:
    """The content of a letter; PermanentError for one that lacks its report, or what it is about."""
    match matter:
        case Asking():
            return reminder(brief, _scene(brief, templates, most_lines), matter)
        case Telling():
            return silent_client(brief, _scene(brief, templates, most_lines), matter)
        case Digest():
            return digest(brief, templates, matter, most_lines=most_lines)
        case Alerted():
            return alert(brief, templates, matter)
        case None:
            return _answer(brief, templates, most_lines)
        case _:
            assert_never(matter)


def _answer(brief: Brief, templates: Templates, most_lines: int) -> Letter:
    match brief.kind:
        case LetterKind.QUESTION:
            return question(brief, templates)
        case LetterKind.COLLEAGUE:
            return colleague(brief, templates)
        case LetterKind.NOTICE:
            return notice(brief, templates)
        case LetterKind.ERRAND:
            return errand(brief, templates)
        case LetterKind.REPLY | LetterKind.REPORT:
            return _of_project(brief, _scene(brief, templates, most_lines))
        case LetterKind.WEBHOOK:
            raise PermanentError("a call is no letter")
        case LetterKind.REMINDER | LetterKind.DIGEST | LetterKind.ALERT:
            raise PermanentError(f"a {brief.kind} needs to be told what it is about")
        case _:
            assert_never(brief.kind)


def _of_project(brief: Brief, scene: Scene) -> Letter:
    is_reply = brief.kind is LetterKind.REPLY
    if brief.is_kickoff:
        return kickoff(brief, scene) if is_reply else opened(brief, scene)
    return reply(brief, scene) if is_reply else report(brief, scene)


def _scene(brief: Brief, templates: Templates, most_lines: int) -> Scene:
    if brief.report is None:
        raise PermanentError(f"a {brief.kind} needs the report of a project")
    return Scene(
        report=brief.report,
        templates=templates,
        documents={document.number: document for document in brief.documents},
        links=dict(brief.link_for) if brief.kind is LetterKind.REPORT else {},
        reviews=dict(brief.review_for),
        most_lines=most_lines,
        message_octets=brief.message_octets,
        desk=brief.desk,
        subject=subject_of(brief),
        answers=brief.kind in _ANSWERED,
        as_before=brief.told == told_by(brief.report),
        new=frozenset(
            part.number
            for message in brief.received
            for part in message.parts
            if part.number is not None
        ),
    )
