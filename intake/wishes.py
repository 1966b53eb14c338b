"""What the noted instructions of a project mean today: promises, vetoes, what is kept, who wants no reminders.

Pure; derived from what the ledger noted, so that taking an instruction back is enough to end what it meant.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from intake.model import Address, ItemName, NotedWish, Verb, WishState, is_among


@dataclass(frozen=True, slots=True)
class Sayings:
    """What people said of the items, as far as completeness and letters mind it.

    `later` are the days for which items were promised, `kept` the days on which people said that what is here still holds,
    `vetoed` the items whose waiver the freelancer did not let stand.
    """

    later: Mapping[ItemName, date]
    kept: Mapping[ItemName, date]
    vetoed: frozenset[ItemName]


NOTHING_SAID = Sayings({}, {}, frozenset())


@dataclass(frozen=True, slots=True)
class QuietUntil:
    """Somebody wants no reminders: before a day, or ever (`until` None)."""

    by_freelancer: bool
    until: date | None


def sayings_of(wishes: Sequence[NotedWish], waived: frozenset[ItemName]) -> Sayings:
    """What stands of all that was said, the later word over the earlier."""
    done = [entry for entry in wishes if entry.state is WishState.DONE]
    later: dict[ItemName, date] = {}
    for entry in done:
        wish = entry.wish
        if wish.verb is Verb.LATER and wish.item is not None:
            later.pop(wish.item, None)
            if wish.until is not None:
                later[wish.item] = wish.until
    return Sayings(
        later=later,
        kept={
            entry.wish.item: entry.at.date()
            for entry in done
            if entry.wish.verb is Verb.KEEP and entry.wish.item is not None
        },
        vetoed=frozenset(
            entry.wish.item
            for entry in wishes
            if entry.state is WishState.VETOED and entry.wish.item is not None
        )
        - waived,
    )


def quiet_until(wishes: Sequence[NotedWish]) -> tuple[QuietUntil, ...]:
    """Who wants no reminders: the last word of each side, where that is a stop."""
    last: dict[bool, NotedWish] = {}
    for entry in wishes:
        if entry.state is WishState.DONE and entry.wish.verb in {
            Verb.STOP_REMINDING,
            Verb.RESUME_REMINDING,
        }:
            last[entry.by_freelancer] = entry
    return tuple(
        QuietUntil(by_freelancer, entry.wish.until)
        for by_freelancer, entry in last.items()
        if entry.wish.verb is Verb.STOP_REMINDING
    )


def open_questions(wishes: Sequence[NotedWish], speaker: Address) -> tuple[NotedWish, ...]:
    """What we asked this person and nobody has answered."""
    return tuple(
        entry
        for entry in wishes
        if entry.state is WishState.ASKED and is_among(speaker, (entry.speaker,))
    )


def awaiting(wishes: Sequence[NotedWish]) -> tuple[NotedWish, ...]:
    """What waits for the freelancer's yes."""
    return tuple(entry for entry in wishes if entry.state is WishState.AWAITING)


def waivers(
    wishes: Sequence[NotedWish], waived: frozenset[ItemName]
) -> Mapping[ItemName, NotedWish]:
    """The client's word by which each waived item is waived; a freelancer's own waivers are left out."""
    return {
        entry.wish.item: entry
        for entry in wishes
        if entry.state is WishState.DONE
        and entry.wish.verb is Verb.NOT_APPLICABLE
        and not entry.by_freelancer
        and entry.wish.item in waived
    }
