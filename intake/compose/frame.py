"""What letters have in common around their lists: where we stand, for whom, who wrote it."""

from __future__ import annotations

from intake.compose.legible import legible
from intake.compose.letter import Section
from intake.compose.words import Templates
from intake.model import Brief, CompletenessReport, Mailbox, Project

TITLE_CHARACTERS = 80


def progress(report: CompletenessReport) -> tuple[int, int]:
    """How many of the required items are done, and how many there are."""
    required = sum(entry.item.required for entry in report.items)
    return required - len(report.wanted), required


def filled(*sections: Section) -> tuple[Section, ...]:
    """Those of the sections that hold anything."""
    return tuple(section for section in sections if section)


def about(project: Project) -> str:
    """The client and the project, under the headline."""
    client = legible(project.client.name, limit=TITLE_CHARACTERS)
    return f"{client} · {legible(project.title, limit=TITLE_CHARACTERS)}"


def freelancers(project: Project, templates: Templates) -> tuple[str, ...]:
    """Whom a client knows to be behind the desk."""
    return project.freelancers or (templates.say("nobody"),)


def person(mailbox: Mailbox) -> str:
    """How a person is called: by name, else by address."""
    return legible(mailbox.name, limit=60) or mailbox.address


def desk_name(brief: Brief) -> str:
    """How the desk calls itself."""
    return person(brief.desk)
