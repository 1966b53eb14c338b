"""What a letter told of a project, as a digest: the same digest within a day is not told again.

Holds no names and no text, so that it can lie in the ledger beside the letter.
"""

from __future__ import annotations

import hashlib
import json

from intake.compose.mailto import undecided
from intake.model import CompletenessReport, ItemReport, ItemState

_DONE = frozenset({ItemState.RECEIVED, ItemState.WAIVED})


def told_by(report: CompletenessReport) -> str:
    """The digest of what is missing, wanted beside that, and coming up, with all that a letter says of it."""
    told = [
        _told(number, entry)
        for number, entry in enumerate(report.items, start=1)
        if entry.state not in _DONE or entry.coming_up
    ]
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()


def _told(number: int, entry: ItemReport) -> list[object]:
    return [
        number,
        entry.item.item,
        entry.state.value,
        entry.have,
        entry.item.count,
        entry.period,
        entry.came,
        entry.coming_up,
        entry.later.isoformat() if entry.later else None,
        entry.vetoed,
        [document.number for document in undecided(entry)],
        [document.number for document in entry.offered],
    ]
