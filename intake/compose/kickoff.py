"""The letters with which a project begins: what is wanted first, to the client; what was opened, to the freelancer."""

from __future__ import annotations

from dataclasses import replace

from intake.compose.frame import (
    TITLE_CHARACTERS,
    about,
    bounded,
    desk_name,
    filled,
    freelancers,
    person,
    progress,
)
from intake.compose.items import asked
from intake.compose.legible import legible
from intake.compose.letter import Letter, Line, Scene, Section
from intake.compose.mailto import typed_none
from intake.compose.noted import said_sections
from intake.compose.parts import came, problems, settlements
from intake.model import Brief, ItemReport, Verb

MOST_FIRST = 3
"""A first letter asks for a little; the rest comes up when these are here."""


def kickoff(brief: Brief, scene: Scene) -> Letter:
    """To the client's people, who have never heard of the desk: who keeps the list, and what would help first."""
    say, project = scene.templates.say, scene.report.project
    first, people = _first(scene), freelancers(project, scene.templates)
    rest = len(scene.report.wanted) - len(first)
    title = legible(project.title, limit=TITLE_CHARACTERS)
    closing = (say("how_to_send"), *((say("kickoff_rest", n=rest),) if rest else ()))
    return Letter(
        headline=say("kickoff", project=title, n=len(first)),
        about=about(project),
        opening=(say("kickoff_why", name=person(brief.received[0].sender), n=len(first)),),
        sections=filled(
            Section(
                say("heading_first"),
                asked(scene, first),
                closing=closing if first else (),
                is_main=True,
            ),
            _came(brief, scene),
            _how_to(scene, first, people),
        ),
        footer=say("footer", desk=desk_name(brief), freelancers=people),
        preview=say("kickoff_preview", labels=_labels(scene, first)) if first else "",
    )


def opened(brief: Brief, scene: Scene) -> Letter:
    """To the freelancer: what was opened and for whom, its address, what is asked for first, and how to take it back."""
    say, project = scene.templates.say, scene.report.project
    first = _first(scene)
    title = legible(project.title, limit=TITLE_CHARACTERS)
    client = legible(project.client.name, limit=TITLE_CHARACTERS)
    done, total = progress(scene.report)
    return Letter(
        headline=say("opened", project=title, client=client),
        about=about(project),
        opening=(
            say("opened_asks", contacts=project.client.contacts, n=len(first)),
            say("opened_address", address=brief.desk.address),
        ),
        sections=filled(
            *said_sections(scene, _without_opening(brief)),
            Section(
                say("heading_asked_first"),
                asked(scene, first),
                closing=(say("opened_list", checklist=project.checklist, n=total),)
                if first
                else (),
                is_main=True,
            ),
            _came(brief, scene),
            Section(say("heading_settle"), bounded(scene, settlements(scene, brief.received))),
            Section(say("heading_problems"), bounded(scene, problems(scene, brief.received))),
            Section(
                say("heading_how_to"),
                closing=(
                    say("opened_undo", undo=say("command_8"), close=say("command_7")),
                    say("opened_rename", client=client),
                ),
            ),
        ),
        footer=say("question_footer", desk=desk_name(brief)),
        done=done,
        total=total,
    )


def _without_opening(brief: Brief) -> Brief:
    """The letter without the line that the project is open: the headline says so."""
    received = tuple(
        replace(entry, wishes=tuple(one for one in entry.wishes if one.wish.verb is not Verb.OPEN))
        for entry in brief.received
    )
    return replace(brief, received=received)


def _first(scene: Scene) -> tuple[ItemReport, ...]:
    """What is asked for first: the first required items in checklist order."""
    return scene.report.wanted[:MOST_FIRST]


def _labels(scene: Scene, entries: tuple[ItemReport, ...]) -> tuple[str, ...]:
    return tuple(scene.label(entry.item) for entry in entries)


def _came(brief: Brief, scene: Scene) -> Section:
    """The files of the kickoff mail itself, which its readers have as well."""
    lines: tuple[Line, ...] = bounded(scene, came(scene, brief.received))
    return Section(scene.templates.say("heading_came"), lines)


def _how_to(scene: Scene, first: tuple[ItemReport, ...], people: tuple[str, ...]) -> Section:
    say = scene.templates.say
    if not first:
        return Section("")
    number = scene.report.items.index(first[0]) + 1
    sentences = (
        say("how_to_missing", typed=typed_none(scene, number)),
        say("how_to_say", freelancers=people),
    )
    return Section(say("heading_how_to"), closing=sentences)
