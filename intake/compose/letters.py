"""The letters by kind: each has a module that says which lines stand in it, and in which order.

A further kind is a module beside the others, a line here, and sentences in every language file.
"""

from __future__ import annotations

from typing import assert_never

from intake.compose.letter import Letter, Scene
from intake.compose.mail import subject_of
from intake.compose.notice import notice
from intake.compose.question import colleague, question
from intake.compose.reply import reply
from intake.compose.report import report
from intake.compose.told import told_by
from intake.compose.words import Templates
from intake.errors import PermanentError
from intake.model import Brief, LetterKind


def write(brief: Brief, templates: Templates, *, most_lines: int) -> Letter:
    """The content of a letter; PermanentError for a kind that has none, or a brief that lacks its report."""
    match brief.kind:
        case LetterKind.QUESTION:
            return question(brief, templates)
        case LetterKind.COLLEAGUE:
            return colleague(brief, templates)
        case LetterKind.NOTICE:
            return notice(brief, templates)
        case LetterKind.REPLY:
            return reply(brief, _scene(brief, templates, most_lines))
        case LetterKind.REPORT:
            return report(brief, _scene(brief, templates, most_lines))
        case LetterKind.REMINDER | LetterKind.DIGEST:
            raise PermanentError(f"there is no template for a {brief.kind}")
        case _:
            assert_never(brief.kind)


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
        answers=brief.kind is LetterKind.REPLY,
        as_before=brief.told == told_by(brief.report),
        new=frozenset(
            part.number
            for message in brief.received
            for part in message.parts
            if part.number is not None
        ),
    )
