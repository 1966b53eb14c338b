"""What is wanted of an item that is not done, in one sentence: which period, how many, how new.

The letters say it of every missing item, and of a document that came and does not count.
"""

from __future__ import annotations

from zoneinfo import ZoneInfo

from intake.compose.legible import legible
from intake.compose.letter import Scene
from intake.compose.mailto import typed_keep, undecided
from intake.compose.words import spoken
from intake.model import ItemReport, ItemState

_DAYS_A_MONTH = 30.4
_TITLE_CHARACTERS = 60


def wanted_of(scene: Scene, entry: ItemReport) -> str:
    """What is wanted of an item that is not done, "" where its label says it all."""
    if not entry.offered:
        return _by_state(scene, entry)
    is_partly = entry.state is ItemState.PARTLY
    rest = _by_state(scene, entry) if is_partly or undecided(entry) else ""
    return f"{rest} {_offered(scene, entry)}".strip()


def _offered(scene: Scene, entry: ItemReport) -> str:
    """What an earlier project had, from which and when, and how to keep it."""
    say = scene.templates.say
    offers = [document.offer for document in entry.offered if document.offer is not None]
    titles = [legible(offer.title, limit=_TITLE_CHARACTERS) for offer in offers if offer.title]
    latest = max(document.received_at for document in entry.offered)
    day = latest.astimezone(ZoneInfo(scene.report.project.timezone)).date()
    return say(
        "offered",
        n=len(entry.offered),
        projects=tuple(dict.fromkeys(titles)),
        day=say("day", day=day),
        typed=typed_keep(scene, scene.report.items.index(entry) + 1),
    )


def _by_state(scene: Scene, entry: ItemReport) -> str:
    say = scene.templates.say
    match entry.state:
        case ItemState.PARTLY:
            return say("partly", have=entry.have, count=entry.item.count)
        case ItemState.STALE:
            return _stale(scene, entry)
        case ItemState.UNSURE:
            return say("unsure", numbers=tuple(str(one.number) for one in undecided(entry)))
        case _:
            return _not_here(scene, entry)


def _stale(scene: Scene, entry: ItemReport) -> str:
    say = scene.templates.say
    came = in_words(scene, entry.came, is_wanted=False)
    if entry.period is not None:
        return say("stale_period", period=in_words(scene, entry.period), came=came)
    if entry.item.upcoming:
        return say("stale_upcoming", came=came)
    return say("stale_age", came=came, months=_months(entry))


def _not_here(scene: Scene, entry: ItemReport) -> str:
    say = scene.templates.say
    if entry.period is not None:
        came = in_words(scene, entry.came, is_wanted=False)
        return say("missing", period=in_words(scene, entry.period), came=came)
    if entry.item.count > 1:
        return say("missing_several", count=entry.item.count)
    if entry.item.upcoming:
        return say("missing_upcoming")
    return say("missing_recent", months=_months(entry)) if entry.item.max_age_days else ""


def in_words(scene: Scene, period: str | None, *, is_wanted: bool = True) -> str:
    """A period in words, "" for none. A wanted period follows the project's fiscal year; one that came is told as the document states it."""
    starts = scene.report.fiscal_year_starts if is_wanted else 1
    if period is None:
        return ""
    return spoken(scene.templates, period, fiscal_year_starts=starts, with_months=is_wanted)


def _months(entry: ItemReport) -> int:
    return max(1, round((entry.item.max_age_days or 0) / _DAYS_A_MONTH))
