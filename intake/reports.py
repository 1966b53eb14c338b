"""Where projects stand on a day: what the ledger holds, against the checklists of the settings."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from intake.completeness import assess
from intake.config import Settings
from intake.model import CompletenessReport, Project
from intake.wishes import sayings_of
from storage.values import Standing


def local_day(project: Project, now: datetime) -> date:
    """The day that it is where the project is."""
    return now.astimezone(ZoneInfo(project.timezone)).date()


def report_of(settings: Settings, standing: Standing, *, on: date) -> CompletenessReport:
    """Where a project stands on a day. ConfigError where the settings no longer have its checklist."""
    return assess(
        standing.project,
        settings.checklist(standing.project.checklist),
        standing.documents,
        standing.waived,
        on=on,
        fiscal_year_starts=settings.intake.fiscal_year_starts,
        sayings=sayings_of(standing.wishes, standing.waived),
    )


def reports_of(
    settings: Settings, standings: Sequence[Standing], *, now: datetime, on: date | None = None
) -> tuple[CompletenessReport, ...]:
    """Where projects stand: each on the day that it is there, or all on the day given."""
    return tuple(
        report_of(settings, standing, on=on or local_day(standing.project, now))
        for standing in standings
    )
