"""What the report says of each item, as lines: still missing, coming up, welcome, on file.

Items carry their number in the checklist, always, so that "3" means the same line in every letter of a project.
"""

from __future__ import annotations

from collections.abc import Sequence

from intake.classify.periods import span_of
from intake.compose.letter import Line, Mark, Scene
from intake.compose.parts import origin
from intake.compose.words import spoken
from intake.model import ItemReport, ItemState

_DAYS_A_MONTH = 30.4
_DONE = frozenset({ItemState.RECEIVED, ItemState.WAIVED})


def missing(scene: Scene) -> tuple[Line, ...]:
    """The required items that are not done, with what is wanted of each."""
    return tuple(
        _wanted_line(scene, entry)
        for entry in scene.report.items
        if entry.item.required and entry.state not in _DONE
    )


def optional(scene: Scene) -> tuple[Line, ...]:
    """The items that nobody must send and that are not here."""
    return tuple(
        _wanted_line(scene, entry)
        for entry in scene.report.items
        if not entry.item.required and entry.state not in _DONE
    )


def coming_up(scene: Scene) -> tuple[Line, ...]:
    """The next periods that will be wanted within days."""
    return tuple(
        Line(Mark.LATER, entry.item.label, _coming_up(scene, entry), number=_number(scene, entry))
        for entry in scene.report.items
        if entry.coming_up is not None
    )


def on_file(scene: Scene, *, without: Sequence[int]) -> tuple[Line, ...]:
    """The items that are done, each with the documents that count today, but for those told of already."""
    return tuple(
        Line(
            Mark.DONE,
            entry.item.label,
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
        entry.item.label
        for entry in scene.report.items
        if entry.state is ItemState.RECEIVED
        and not any(
            listed.current and listed.document.number in without for listed in entry.documents
        )
    )


def arrived_labels(scene: Scene, numbers: Sequence[int]) -> tuple[str, ...]:
    """The labels of the items that are done, with one of these documents among what counts."""
    return tuple(
        entry.item.label
        for entry in scene.report.items
        if entry.state is ItemState.RECEIVED
        and any(listed.current and listed.document.number in numbers for listed in entry.documents)
    )


def _number(scene: Scene, entry: ItemReport) -> int:
    return scene.report.items.index(entry) + 1


def _wanted_line(scene: Scene, entry: ItemReport) -> Line:
    detail = _wanted(scene, entry)
    if entry.item.links:
        detail = f"{detail} {scene.templates.say('links_welcome')}".strip()
    if entry.later is not None:
        detail = f"{detail} {scene.templates.say('promised', until=entry.later)}".strip()
    if entry.vetoed:
        detail = f"{detail} {scene.templates.say('needed_after_all')}".strip()
    return Line(Mark.NUMBER, entry.item.label, detail, number=_number(scene, entry))


def _wanted(scene: Scene, entry: ItemReport) -> str:
    say = scene.templates.say
    match entry.state:
        case ItemState.PARTLY:
            return say("partly", have=entry.have, count=entry.item.count)
        case ItemState.STALE:
            return _stale(scene, entry)
        case ItemState.UNSURE:
            numbers = tuple(
                str(listed.document.number)
                for listed in entry.documents
                if not (listed.current or listed.document.superseded)
            )
            return say("unsure", numbers=numbers)
        case _:
            return _not_here(scene, entry)


def _stale(scene: Scene, entry: ItemReport) -> str:
    say = scene.templates.say
    came = _spoken(scene, entry.came, is_wanted=False)
    if entry.period is not None:
        return say("stale_period", period=_spoken(scene, entry.period), came=came)
    if entry.item.upcoming:
        return say("stale_upcoming", came=came)
    return say("stale_age", came=came, months=_months(entry))


def _not_here(scene: Scene, entry: ItemReport) -> str:
    say = scene.templates.say
    if entry.period is not None:
        came = _spoken(scene, entry.came, is_wanted=False)
        return say("missing", period=_spoken(scene, entry.period), came=came)
    if entry.item.count > 1:
        return say("missing_several", count=entry.item.count)
    if entry.item.upcoming:
        return say("missing_upcoming")
    return say("missing_recent", months=_months(entry)) if entry.item.max_age_days else ""


def _coming_up(scene: Scene, entry: ItemReport) -> str:
    span = span_of(entry.coming_up or "", fiscal_year_starts=scene.report.fiscal_year_starts)
    period = _spoken(scene, entry.coming_up)
    return scene.templates.say("coming_up", period=period, first=span.first) if span else period


def _spoken(scene: Scene, period: str | None, *, is_wanted: bool = True) -> str:
    """A wanted period follows the project's fiscal year; one that came is told as the document states it."""
    starts = scene.report.fiscal_year_starts if is_wanted else 1
    if period is None:
        return ""
    return spoken(scene.templates, period, fiscal_year_starts=starts, with_months=is_wanted)


def _months(entry: ItemReport) -> int:
    return max(1, round((entry.item.max_age_days or 0) / _DAYS_A_MONTH))
