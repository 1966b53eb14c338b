"""The reply to whoever sent something: what was received, what could not be used, what is missing, how to say otherwise."""

from __future__ import annotations

from collections.abc import Sequence

from intake.compose.frame import (
    TITLE_CHARACTERS,
    TOLD,
    about,
    bounded,
    desk_name,
    filled,
    freelancers,
    notes,
    numbers,
    progress,
    standing,
)
from intake.compose.items import done_labels, missing_names, wanted_sections
from intake.compose.legible import legible
from intake.compose.letter import Letter, Line, Mark, Scene, Section
from intake.compose.mailto import are_something_else, typed_else, typed_is, typed_none
from intake.compose.noted import is_only_said, said_sections
from intake.compose.parts import came, not_taken, problems, questions
from intake.model import Brief, Fate, Received

_TAKEN_FOR = frozenset({Fate.FILED, Fate.NEWER_VERSION, Fate.NOT_ASKED_FOR})
"""The fates of documents that were taken for something, rightly or not."""


def reply(brief: Brief, scene: Scene) -> Letter:
    """Begins with where we stand, and asks for nothing that is not wanted."""
    say = scene.templates.say
    arrived = (*came(scene, brief.received), *questions(scene, brief.received))
    unusable = problems(scene, brief.received)
    here = () if scene.as_before else done_labels(scene, without=numbers(brief, TOLD))
    people = freelancers(scene.report.project, scene.templates)
    is_missing = bool(scene.report.wanted)
    done, total = progress(scene.report)
    return Letter(
        headline=standing(scene, is_open=bool(unusable) or _has_questions(arrived)),
        about=about(scene.report.project),
        opening=(
            _thanks(scene, people, brief.received, anything=bool(arrived or unusable)),
            *notes(brief, scene.templates),
        ),
        sections=filled(
            *said_sections(scene, brief),
            Section(
                say("heading_came") if arrived else "",
                bounded(scene, arrived),
                closing=(say("already_here", labels=here),) if here and is_missing else (),
            ),
            Section(say("heading_problems"), bounded(scene, unusable)),
            *wanted_sections(scene, closing=(say("how_to_send"),), asks_for_more=is_missing),
            _how_to(brief, scene, people),
        ),
        footer=say("footer", desk=desk_name(brief), freelancers=people),
        preview=say("preview", labels=missing_names(scene)) if is_missing else "",
        done=done,
        total=total,
    )


def _how_to(brief: Brief, scene: Scene, people: tuple[str, ...]) -> Section:
    """How to say that there is none, or that a file is something else; in words, and a tap away."""
    say = scene.templates.say
    taken = _taken(brief, scene)
    told = []
    if scene.report.wanted and not scene.as_before:
        wanted = scene.report.wanted
        example = next((entry for entry in wanted if not entry.offered), wanted[0])
        number = scene.report.items.index(example) + 1
        told.append(say("how_to_missing", typed=typed_none(scene, number)))
    if taken:
        told.append(say("how_to_file", typed=_example(scene, taken[0])))
    if not told:
        return Section("")
    sentences = (" ".join(told), say("how_to_say", freelancers=people))
    links = are_something_else(scene, taken)
    return Section(say("heading_how_to"), closing=sentences, answers=links)


def _taken(brief: Brief, scene: Scene) -> list[int]:
    fates = {part.number: part.fate for message in brief.received for part in message.parts}
    return sorted(
        number for number in scene.new & scene.documents.keys() if fates[number] in _TAKEN_FOR
    )


def _example(scene: Scene, number: int) -> str:
    """Words that put a document right: as something that is wanted, where there is such a thing."""
    kind = scene.documents[number].classification.kind
    others = [entry.item for entry in scene.report.wanted if entry.item.kind != kind]
    return typed_is(scene, number, others[0]) if others else typed_else(scene, number)


def _thanks(
    scene: Scene, people: tuple[str, ...], received: Sequence[Received], *, anything: bool
) -> str:
    say = scene.templates.say
    if received and all(not_taken(message) for message in received):
        return say("thanks_too_large", n=len(received))
    if scene.report.complete and not scene.as_before:
        title = legible(scene.report.project.title, limit=TITLE_CHARACTERS)
        return say("thanks_complete", freelancers=people, project=title)
    if not anything and received and all(map(is_only_said, received)):
        return say("thanks_for_words")
    return say("thanks") if anything else say("no_file")


def _has_questions(lines: tuple[Line, ...]) -> bool:
    return any(line.mark is Mark.QUESTION for line in lines)
