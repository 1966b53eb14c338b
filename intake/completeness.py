"""Where a project stands: its checklist against its documents on one day.

Pure: the date is handed in and nothing is remembered. Knows what makes a document count today; does not know how it
was recognised, and trusts only what a model was sure of or a person decided.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import Enum, auto
from zoneinfo import ZoneInfo

from intake.classify.periods import span_of
from intake.model import (
    Cadence,
    Checklist,
    Classification,
    CompletenessReport,
    Document,
    Item,
    ItemDocument,
    ItemName,
    ItemReport,
    ItemState,
    Project,
)
from intake.wishes import NOTHING_SAID, Sayings

_COMING_UP = timedelta(days=14)
_LONGEST_QUARTER = timedelta(days=100)
"""Quarters have up to 92 days; a little more allows for plans by the week."""


class _Standing(Enum):
    """How one document stands toward one item today."""

    CURRENT = auto()
    STALE = auto()
    EARLY = auto()
    UNSURE = auto()
    OFFERED = auto()
    """It would count, if somebody said to keep it; what an earlier project had and does not count is nothing here."""
    OUT = auto()


@dataclass(frozen=True, slots=True)
class _Day:
    """The day of the report where the project is, and the day that the wanted periods must contain: its start, if later."""

    today: date
    wanted: date
    fiscal_year_starts: int
    zone: ZoneInfo

    def of(self, moment: datetime) -> date:
        """The day that it was where the project is."""
        return moment.astimezone(self.zone).date()


def wanted_by(
    classification: Classification, checklist: Checklist, *, is_link: bool = False
) -> tuple[ItemName, ...]:
    """The items toward which a document counts, or may count once a person has said more of it.

    A roadmap counts by its cadence: a yearly one laid out by quarters for quarterly items as well, one of unknown cadence
    for all of them. A yearly one without that layout is a question to a quarterly item only where no item wants the year.
    """
    if classification.problem is not None:
        return ()
    items = [
        item
        for item in checklist.items
        if item.kind == classification.kind and (item.links or not is_link)
    ]
    fitting = tuple(item.item for item in items if _fits(item, classification))
    if fitting or classification.cadence is not Cadence.YEARLY:
        return fitting
    return tuple(item.item for item in items)


def _fits(item: Item, classification: Classification) -> bool:
    if item.cadence is None or classification.cadence in {None, item.cadence}:
        return True
    return item.cadence is Cadence.QUARTERLY and classification.by_quarter


def assess(
    project: Project,
    checklist: Checklist,
    documents: Sequence[Document],
    waived: frozenset[ItemName],
    *,
    on: date,
    fiscal_year_starts: int = 1,
    sayings: Sayings = NOTHING_SAID,
) -> CompletenessReport:
    """Say of every item, in checklist order, what is there, what counts today and what is wanted instead.

    `sayings`: what people promised, vetoed, or said to hold still.
    """
    day = _Day(on, max(on, project.starts or on), fiscal_year_starts, ZoneInfo(project.timezone))
    kept = sorted(
        (document for document in documents if not document.rejected),
        key=lambda document: document.number,
    )
    items = tuple(
        _assess_item(
            item,
            [document for document in kept if item.item in _items_of(document, checklist)],
            day,
            waived=item.item in waived,
            sayings=sayings,
        )
        for item in checklist.items
    )
    return CompletenessReport(project, on, items, fiscal_year_starts)


def _items_of(document: Document, checklist: Checklist) -> tuple[ItemName, ...]:
    """What the ledger says, or a person; a document that is neither filed nor decided counts by what it seems to be."""
    if document.filed_for or document.decided_by_person:
        return document.filed_for
    return wanted_by(document.classification, checklist, is_link=document.url is not None)


def _assess_item(
    item: Item, documents: Sequence[Document], day: _Day, *, waived: bool, sayings: Sayings
) -> ItemReport:
    kept = sayings.kept.get(item.item)
    later = sayings.later.get(item.item)
    standings = [
        (document, _standing(item, document, day, kept=kept))
        for document in documents
        if not document.superseded
    ]
    current = [entry for entry, standing in standings if standing is _Standing.CURRENT]
    unsure = [entry for entry, standing in standings if standing is _Standing.UNSURE]
    stale = [entry for entry, standing in standings if standing is _Standing.STALE]
    early = [entry for entry, standing in standings if standing is _Standing.EARLY]
    offered = [entry for entry, standing in standings if standing is _Standing.OFFERED]
    have = len({document.sha256 for document in current})
    questions = len(unsure) + len(offered)
    state = _state(item, have=have, unsure=questions, stale=len(stale), waived=waived)
    is_done = state in {ItemState.RECEIVED, ItemState.WAIVED}
    instead = stale or early
    period = _wanted_period(item, day.wanted, day.fiscal_year_starts)
    return ItemReport(
        item=item,
        state=state,
        have=have,
        documents=tuple(ItemDocument(document, document in current) for document in documents),
        period=period,
        came=_came(item, instead[-1], day) if instead and have < item.count else None,
        coming_up=None if waived else _coming_up(item, period, [*current, *early], day),
        later=later if later is not None and later > day.today else None,
        vetoed=item.item in sayings.vetoed,
        unsure=tuple(unsure),
        offered=() if is_done else tuple(offered),
    )


def _state(item: Item, *, have: int, unsure: int, stale: int, waived: bool) -> ItemState:
    if have >= item.count:
        return ItemState.RECEIVED
    if waived:
        return ItemState.WAIVED
    if unsure and (have == 0 or have + unsure >= item.count):
        return ItemState.UNSURE
    if have:
        return ItemState.PARTLY
    return ItemState.STALE if stale else ItemState.MISSING


def _standing(item: Item, document: Document, day: _Day, *, kept: date | None) -> _Standing:
    """As it counts by itself; what is only offered is a question, or nothing."""
    standing = _by_itself(item, document, day, kept=kept)
    if not document.is_offered:
        return standing
    return _Standing.OFFERED if standing is _Standing.CURRENT else _Standing.OUT


def _by_itself(item: Item, document: Document, day: _Day, *, kept: date | None) -> _Standing:
    """Whether the document counts today. What a person decided is sure, but a person's yes does not stop the calendar.

    What was `kept` on a day is as good as new on that day, where only its age counts.
    """
    classification = document.classification
    decided = document.decided_by_person
    if not (classification.sure or decided):
        return _Standing.UNSURE
    if not decided and _is_open_question(item, classification):
        return _Standing.UNSURE
    if classification.span is not None:
        if item.current and classification.span.last < day.wanted:
            return _Standing.STALE
        if item.current and classification.span.first > day.wanted:
            return _Standing.EARLY
        if item.upcoming and classification.span.last < day.today:
            return _Standing.STALE
    if item.max_age_days is not None:
        age = day.today - _good_since(document, kept, day)
        if age > timedelta(days=item.max_age_days):
            return _Standing.STALE
    return _Standing.CURRENT


def _is_open_question(item: Item, classification: Classification) -> bool:
    """Whether the document leaves unsaid what the item asks: its cadence, its dates, or how it is laid out."""
    span = classification.span
    if item.cadence is not None and classification.cadence is None:
        return True
    if span is None:
        return item.current or item.upcoming
    too_long = span.last - span.first > _LONGEST_QUARTER and not classification.by_quarter
    return item.cadence is Cadence.QUARTERLY and too_long


def _good_since(document: Document, kept: date | None, day: _Day) -> date:
    if kept is None or document.received_at.date() > kept:
        return _dated(document, day)
    return max(_dated(document, day), kept)


def _dated(document: Document, day: _Day) -> date:
    return document.classification.document_date or day.of(document.received_at)


def _wanted_period(item: Item, day: date, fiscal_year_starts: int) -> str | None:
    """The quarter or year that contains the day; a fiscal year is named after the calendar year in which it ends."""
    if not item.current or item.cadence is None:
        return None
    shift = 13 - fiscal_year_starts if fiscal_year_starts > 1 else 0
    year, month = divmod(day.year * 12 + day.month - 1 + shift, 12)
    return f"{year}-Q{month // 3 + 1}" if item.cadence is Cadence.QUARTERLY else str(year)


def _coming_up(item: Item, period: str | None, here: Sequence[Document], day: _Day) -> str | None:
    """The next period, in the last fourteen days of the wanted one, unless a document for it is here already."""
    span = span_of(period, fiscal_year_starts=day.fiscal_year_starts) if period else None
    if span is None or not span.last - _COMING_UP < day.today <= span.last:
        return None
    follows = span.last + timedelta(days=1)
    spans = [document.classification.span for document in here]
    if any(entry is not None and follows in entry for entry in spans):
        return None
    return _wanted_period(item, follows, day.fiscal_year_starts)


def _came(item: Item, document: Document, day: _Day) -> str:
    """The period of what came instead, as it states it; a calendar's last day; for what has aged, its date."""
    span = document.classification.span
    if item.current and document.classification.period is not None:
        return document.classification.period
    if span is not None and (item.current or item.upcoming):
        return span.last.isoformat()
    return _dated(document, day).isoformat()
