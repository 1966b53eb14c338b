"""The weekly digest: when it is due, and which line each project gets.

Pure. Knows how stuck a project is; how a line is worded stands in the templates.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from intake.hours import Weekly
from intake.model import Address, CompletenessReport, ItemReport, ItemState, Project, ProjectState
from intake.reminders.values import Silence

_LATEST = timedelta(days=2)
"""A digest that is later than that would be read as the next one."""
_DONE = frozenset({ItemState.RECEIVED, ItemState.WAIVED})


def digest_due(
    weekly: Weekly | None, timezone: str, *, last_sent: datetime | None, now: datetime
) -> datetime | None:
    """The time of the week whose digest is to go out now, in UTC; None where it has, is over, or none are wanted.

    `last_sent` is when the digest before was due or left. After an outage only the latest goes out, if it is not old.
    """
    if weekly is None:
        return None
    now = now.astimezone(UTC)
    at = weekly.latest(ZoneInfo(timezone), now=now)
    is_over = now - at > _LATEST
    return None if is_over or (last_sent is not None and last_sent >= at) else at


def digest_cause(at: datetime, *, timezone: str) -> str:
    """The key of a digest in the outbox: the day of its time where the desk is."""
    return f"digest:{at.astimezone(ZoneInfo(timezone)):%Y-%m-%d}"


@dataclass(frozen=True, slots=True)
class DigestLine:
    """One project in a digest. `done` of `total` required items are here, `wanted` are the others.

    `silent_days` count from the start of the silence, without one from the day the project was opened.
    """

    project: Project
    done: int
    total: int
    wanted: tuple[ItemReport, ...]
    silent_days: int

    @property
    def stuck(self) -> int:
        """How stuck the project is: what is wanted times the days of silence, today included; 0 at complete."""
        return len(self.wanted) * (self.silent_days + 1)


def digest_lines(
    projects: Sequence[tuple[CompletenessReport, Silence]], freelancer: Address
) -> tuple[DigestLine, ...]:
    """A line for each open project of a freelancer, the most stuck first and complete ones last, else by title."""
    lines = [
        _line(report, silence)
        for report, silence in projects
        if report.project.state in {ProjectState.OPEN, ProjectState.COMPLETE}
        and freelancer in report.project.freelancers
    ]
    return tuple(
        sorted(lines, key=lambda line: (-line.stuck, line.project.title, line.project.token))
    )


def _line(report: CompletenessReport, silence: Silence) -> DigestLine:
    required = [entry for entry in report.items if entry.item.required]
    return DigestLine(
        project=report.project,
        done=sum(entry.state in _DONE for entry in required),
        total=len(required),
        wanted=report.wanted,
        silent_days=max(0, (report.on - _began(report, silence)).days),
    )


def _began(report: CompletenessReport, silence: Silence) -> date:
    if silence.since is None:
        return report.project.opened_on
    return silence.since.astimezone(silence.zone).date()
