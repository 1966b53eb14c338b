"""The letter to a freelancer: what changed, what is for them to settle, what is missing, what is on file."""

from __future__ import annotations

from intake.compose.frame import (
    TITLE_CHARACTERS,
    TOLD,
    about,
    bounded,
    desk_name,
    files,
    filled,
    freelancers,
    notes,
    numbers,
    person,
    progress,
    standing,
)
from intake.compose.items import arrived_labels, on_file, wanted_sections
from intake.compose.legible import legible, legible_lines
from intake.compose.letter import Letter, Line, Mark, Scene, Section
from intake.compose.noted import is_only_said, said_sections
from intake.compose.parts import (
    came,
    megabytes,
    not_taken,
    origin,
    problems,
    settlements,
    taken_for,
)
from intake.compose.words import spoken
from intake.model import Brief, Fate, Received

_QUOTE_CHARACTERS = 1200
_QUOTE_LINES = 24
_SHOWN_DIGITS = 12
_NEW = frozenset({Fate.FILED, Fate.NEWER_VERSION})


def report(brief: Brief, scene: Scene) -> Letter:
    """Begins with what is new, and holds whatever a freelancer can act on."""
    say = scene.templates.say
    arrived = arrived_labels(scene, numbers(brief, _NEW))
    unusable = problems(scene, brief.received)
    others = [entry for entry in brief.received if entry.sender.address != brief.recipient.address]
    client = legible(scene.report.project.client.name, limit=TITLE_CHARACTERS)
    if scene.report.complete:
        headline = say("report_complete", client=client)
    else:
        change = f"{say('report_arrived', labels=arrived)} " if arrived else ""
        headline = change + standing(scene, is_open=True)
    done, total = progress(scene.report)
    people = freelancers(scene.report.project, scene.templates)
    return Letter(
        headline=headline,
        about=about(scene.report.project),
        opening=(
            *(_sent(scene, message) for message in brief.received if not is_only_said(message)),
            *notes(brief, scene.templates),
        ),
        sections=filled(
            *said_sections(scene, brief),
            Section(say("heading_came"), bounded(scene, came(scene, brief.received))),
            Section(say("heading_settle"), bounded(scene, settlements(scene, brief.received))),
            Section(
                say("heading_problems"),
                bounded(scene, unusable),
                closing=(say("meant_for_sender"),) if unusable and others else (),
            ),
            *wanted_sections(scene),
            _ready(scene)
            if brief.manifest is not None
            else Section(
                say("heading_on_file"),
                bounded(scene, on_file(scene, without=numbers(brief, TOLD))),
            ),
            *(_quoted(scene, message) for message in others),
        ),
        footer=say("footer", desk=desk_name(brief), freelancers=people),
        done=done,
        total=total,
    )


def _ready(scene: Scene) -> Section:
    """All that counts, a line a document: the attached manifest says the same for programs."""
    listed = {
        each.document.number: each.document
        for entry in scene.report.items
        for each in entry.documents
        if each.current
    }
    lines = tuple(
        Line(
            Mark.DONE,
            taken_for(scene, document),
            f"SHA-256 {document.sha256[:_SHOWN_DIGITS]}…",
            origins=(origin(scene, document),),
        )
        for _, document in sorted(listed.items())
    )
    say = scene.templates.say
    return Section(
        say("heading_ready"),
        bounded(scene, lines),
        closing=(say("ready_attached", links=bool(scene.links)),),
        is_main=True,
    )


def _sent(scene: Scene, message: Received) -> str:
    day = spoken(scene.templates, message.received_at.date().isoformat())
    if whole := not_taken(message):
        return scene.templates.say(
            "report_too_large",
            name=person(message.sender),
            size=megabytes(scene, whole.size_octets, up=True),
            day=day,
        )
    return scene.templates.say(
        "report_sent",
        name=person(message.sender),
        files=files(message),
        links=len(message.links),
        day=day,
    )


def _quoted(scene: Scene, message: Received) -> Section:
    heading = scene.templates.say("heading_quote", name=person(message.sender))
    lines = legible_lines(message.written, limit=_QUOTE_CHARACTERS, lines=_QUOTE_LINES)
    return Section(heading, quote=lines)
