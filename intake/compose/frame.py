"""What letters have in common around their lists: where we stand, for whom, what is noted, who wrote it."""

from __future__ import annotations

from intake.compose.legible import legible
from intake.compose.letter import Line, Mark, Scene, Section
from intake.compose.parts import CAME, PROBLEMS
from intake.compose.words import Templates
from intake.model import (
    ASSUMED_PROJECT,
    KICKOFF,
    NO_TITLE,
    NOT_CLEAR,
    SEVERAL_CLIENTS,
    Brief,
    CompletenessReport,
    Fate,
    Mailbox,
    Project,
    Received,
)

TITLE_CHARACTERS = 80
TOLD = frozenset(CAME) | {Fate.UNSURE}
"""The fates of what came and can be used, or may be."""
_SENT = TOLD | PROBLEMS | {Fate.OPENED, Fate.DOCUMENT}
"""What a person would call a file that was sent: not the logo in the signature, not the invitation."""


def standing(scene: Scene, *, is_open: bool) -> str:
    """Where we stand, in one sentence: the first line of every letter about a project."""
    done, total = progress(scene.report)
    if done == total and is_open:
        return scene.templates.say("standing_with_questions")
    return scene.templates.say("standing", done=done, total=total)


def progress(report: CompletenessReport) -> tuple[int, int]:
    """How many of the required items are done, and how many there are."""
    required = sum(entry.item.required for entry in report.items)
    return required - len(report.wanted), required


def bounded(scene: Scene, lines: tuple[Line, ...]) -> tuple[Line, ...]:
    """No more lines than the letter has room for; the last one says how many there are beside them."""
    if len(lines) <= scene.most_lines:
        return lines
    shown = lines[: scene.most_lines]
    return (*shown, Line(Mark.NOTED, scene.templates.say("more", n=len(lines) - len(shown))))


def filled(*sections: Section) -> tuple[Section, ...]:
    """Those of the sections that hold anything."""
    return tuple(section for section in sections if section)


def notes(brief: Brief, templates: Templates) -> tuple[str, ...]:
    """What the answer must say as well, in the order of the mail and each once."""
    told = (_note(brief, note, templates) for message in brief.received for note in message.notes)
    return tuple(dict.fromkeys(filter(None, told)))


def _note(brief: Brief, note: str, templates: Templates) -> str:
    if note == KICKOFF:
        return ""
    if note in {SEVERAL_CLIENTS, NO_TITLE, NOT_CLEAR}:
        return templates.say(f"note_{note.replace('-', '_')}")
    if note == ASSUMED_PROJECT and brief.report is not None:
        title = legible(brief.report.project.title, limit=TITLE_CHARACTERS)
        return templates.say("note_assumed", project=title)
    return legible(note, limit=500)


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


def numbers(brief: Brief, fates: frozenset[Fate]) -> tuple[int, ...]:
    """The numbers of the documents that came with these fates; links that count are among them always."""
    parts = [
        part.number
        for message in brief.received
        for part in message.parts
        if part.number is not None and part.fate in fates
    ]
    urls = {link.url for message in brief.received for link in message.links}
    return (*parts, *(entry.number for entry in brief.documents if entry.url in urls))


def files(message: Received) -> int:
    """What a person would count as files sent; of mail that nobody has filed yet, its documents."""
    return sum(part.container is None and part.fate in _SENT for part in message.parts)
