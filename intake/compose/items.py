"""What the report says of each item, as lines: still missing, coming up, welcome, on file.

Items carry their number in the checklist, always, so that "3" means the same line in every letter of a project.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from intake.classify.periods import span_of
from intake.compose.letter import Line, Mark, Scene, Section
from intake.compose.mailto import is_not_to_be_had
from intake.compose.parts import origin
from intake.compose.wanted import in_words, wanted_of
from intake.model import ItemReport, ItemState

_DONE = frozenset({ItemState.RECEIVED, ItemState.WAIVED})


def wanted_sections(
    scene: Scene, *, closing: tuple[str, ...] = (), asks_for_more: bool = True
) -> tuple[Section, ...]:
    """Still missing, coming up, welcome beside that; in one line where the reader was told the same within a day.

    `closing` stands under the list of what is missing, if there is one. What nobody must send is listed if the letter
    `asks_for_more`.
    """
    say, wanted = scene.templates.say, missing(scene)
    if scene.as_before:
        told = (say("as_before", names=missing_names(scene)),) if wanted else ()
        return (Section("", closing=told),)
    return (
        Section(
            say("heading_missing"),
            wanted,
            closing=(*_keep_all(scene), *closing) if wanted else (),
            is_main=True,
        ),
        Section(say("heading_coming_up"), coming_up(scene)),
        Section(say("heading_optional"), optional(scene) if asks_for_more else ()),
    )


def missing(scene: Scene) -> tuple[Line, ...]:
    """The required items that are not done, with what is wanted of each, and how to say that there is none."""
    return asked(scene, scene.report.wanted)


def missing_names(scene: Scene) -> tuple[str, ...]:
    """The same items in a few words: their numbers and labels."""
    say = scene.templates.say
    return tuple(
        say("numbered", number=_number(scene, entry), label=scene.label(entry.item))
        for entry in scene.report.wanted
    )


def asked(scene: Scene, entries: Sequence[ItemReport]) -> tuple[Line, ...]:
    """Some of what is missing, with what is wanted of each, and how to say that there is none."""
    return tuple(
        replace(_wanted_line(scene, entry), answers=is_not_to_be_had(scene, entry))
        for entry in entries
    )


def optional(scene: Scene) -> tuple[Line, ...]:
    """The items that nobody must send and that are not here."""
    return tuple(
        replace(
            _wanted_line(scene, entry),
            answers=is_not_to_be_had(scene, entry) if entry.offered else (),
        )
        for entry in scene.report.items
        if not entry.item.required and entry.state not in _DONE
    )


def coming_up(scene: Scene) -> tuple[Line, ...]:
    """The next periods that will be wanted within days."""
    return tuple(
        Line(
            Mark.LATER,
            scene.label(entry.item),
            _coming_up(scene, entry),
            number=_number(scene, entry),
        )
        for entry in scene.report.items
        if entry.coming_up is not None
    )


def on_file(scene: Scene, *, without: Sequence[int]) -> tuple[Line, ...]:
    """The items that are done, each with the documents that count today, but for those told of already."""
    return tuple(
        Line(
            Mark.DONE,
            scene.label(entry.item),
            scene.templates.say("waived") if entry.state is ItemState.WAIVED else "",
            number=_number(scene, entry),
            origins=tuple(
                origin(scene, listed.document)
                for listed in entry.documents
                if listed.current and listed.document.number not in without
            ),
        )
        for entry in scene.report.items
        if entry.state in _DONE
    )


def done_labels(scene: Scene, *, without: Sequence[int]) -> tuple[str, ...]:
    """The labels of the items that are done by documents other than those in `without`."""
    return tuple(
        scene.label(entry.item)
        for entry in scene.report.items
        if entry.state is ItemState.RECEIVED
        and not any(
            listed.current and listed.document.number in without for listed in entry.documents
        )
    )


def arrived_labels(scene: Scene, numbers: Sequence[int]) -> tuple[str, ...]:
    """The labels of the items that are done, with one of these documents among what counts."""
    return tuple(
        scene.label(entry.item)
        for entry in scene.report.items
        if entry.state is ItemState.RECEIVED
        and any(listed.current and listed.document.number in numbers for listed in entry.documents)
    )


def _number(scene: Scene, entry: ItemReport) -> int:
    return scene.report.items.index(entry) + 1


def _wanted_line(scene: Scene, entry: ItemReport) -> Line:
    detail = wanted_of(scene, entry)
    if entry.item.links:
        detail = f"{detail} {scene.templates.say('links_welcome')}".strip()
    if entry.later is not None:
        detail = f"{detail} {scene.templates.say('promised', until=entry.later)}".strip()
    if entry.vetoed:
        detail = f"{detail} {scene.templates.say('needed_after_all')}".strip()
    return Line(
        Mark.NUMBER,
        scene.label(entry.item),
        detail,
        number=_number(scene, entry),
        origins=tuple(origin(scene, each) for each in entry.offered[: scene.most_lines]),
    )


def _keep_all(scene: Scene) -> tuple[str, ...]:
    """One word for all that earlier projects had, where it is more than one thing."""
    several = sum(bool(entry.offered) for entry in scene.report.items) > 1
    return (scene.templates.say("keep_all"),) if several else ()


def _coming_up(scene: Scene, entry: ItemReport) -> str:
    span = span_of(entry.coming_up or "", fiscal_year_starts=scene.report.fiscal_year_starts)
    period = in_words(scene, entry.coming_up)
    return scene.templates.say("coming_up", period=period, first=span.first) if span else period
