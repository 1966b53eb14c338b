"""Whether the desk is well: what waits too long, who stands still, what a person must decide. Pure.

Takes what the ledger tells (`storage.health`) and what a worker knows of itself, and says in plain lines what is wrong.
The lines hold counts and words of ours.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from storage.health import Health

STANDS_STILL = timedelta(minutes=15)
"""Longer than any message and any wait take: a worker that has not moved since then has lost its claims."""


class Trouble(StrEnum):
    """What can be wrong."""

    WAITING = "waiting"
    UNSENT = "unsent"
    DOUBTFUL = "doubtful"
    STILL = "still"
    UNREACHABLE = "unreachable"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong, and its line for a person."""

    trouble: Trouble
    sentence: str


@dataclass(frozen=True, slots=True)
class OwnState:
    """What a worker knows of itself: when it last moved, and since when a part of the world is out of reach."""

    now: datetime
    moved_at: datetime
    unreachable: Mapping[str, datetime]


def ledger_findings(health: Health, *, stuck: timedelta, sends: bool) -> tuple[Finding, ...]:
    """What is wrong by the ledger alone. `stuck` is how long a thing may wait; unsent letters count where it `sends`."""
    return (
        *_waiting(health, stuck),
        *(_unsent(health, stuck) if sends else ()),
        *_doubtful(health),
        *_still(health),
    )


def worker_findings(
    own: OwnState, health: Health | None, *, stuck: timedelta
) -> tuple[Finding, ...]:
    """What is wrong with one worker: it stands still, cannot reach something for too long, or mail waits too long.

    `health` is None where the ledger does not say.
    """
    still = own.now - own.moved_at
    found = []
    if still > STANDS_STILL:
        found.append(Finding(Trouble.STILL, f"The worker has not moved for {minutes(still)}."))
    found += [
        Finding(Trouble.UNREACHABLE, f"Out of reach for {minutes(own.now - since)}: {what}.")
        for what, since in sorted(own.unreachable.items())
        if own.now - since > stuck
    ]
    return (*found, *(_waiting(health, stuck) if health else ()))


def minutes(span: timedelta) -> str:
    """A span in whole minutes, in words."""
    count = int(span.total_seconds() // 60)
    return "1 minute" if count == 1 else f"{count} minutes"


def _waiting(health: Health, stuck: timedelta) -> tuple[Finding, ...]:
    oldest = health.oldest_waiting
    if oldest is None or health.now - oldest <= stuck:
        return ()
    sentence = (
        f"{_counted(health.waiting, 'message waits', 'messages wait')},"
        f" the oldest for {minutes(health.now - oldest)}: see the worker's log, and run `intake check`."
    )
    return (Finding(Trouble.WAITING, sentence),)


def _unsent(health: Health, stuck: timedelta) -> tuple[Finding, ...]:
    oldest = health.oldest_unsent
    if oldest is None or health.now - oldest <= stuck:
        return ()
    sentence = (
        f"{_counted(health.unsent, 'letter is', 'letters are')} due and unsent,"
        f" the oldest for {minutes(health.now - oldest)}: run `intake check`."
    )
    return (Finding(Trouble.UNSENT, sentence),)


def _doubtful(health: Health) -> tuple[Finding, ...]:
    if not health.doubtful:
        return ()
    count = _counted(health.doubtful, "letter", "letters")
    sentence = f"{count} may have left or not: see `intake review list`."
    return (Finding(Trouble.DOUBTFUL, sentence),)


def _still(health: Health) -> tuple[Finding, ...]:
    if health.last_seen is None:
        return (Finding(Trouble.STILL, "No worker was ever seen: start `intake worker`."),)
    silence = health.now - health.last_seen
    if silence <= STANDS_STILL:
        return ()
    sentence = f"No worker was seen for {minutes(silence)}: start `intake worker`."
    return (Finding(Trouble.STILL, sentence),)


def _counted(count: int, one: str, many: str) -> str:
    return f"{count} {one if count == 1 else many}"
