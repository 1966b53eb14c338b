"""`intake remind` and `intake simulate`: what goes out to silent clients, now and on the days to come."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import assert_never
from zoneinfo import ZoneInfo

from rich.console import RenderableType
from rich.table import Table

from intake.cli.records import open_ledger
from intake.cli.tables import printable
from intake.cli.terminal import settings, show
from intake.config import Settings
from intake.model import Address, ItemReport, Token
from intake.reminders import Audience, Due, ladder_of
from intake.reminders.outlook import QUIET
from intake.reminding import Forecast, Queued, due_digests, enqueue_due, forecasts
from intake.reports import local_day, report_of
from intake.silences import view_of
from intake.simulation import Asks, Changes, ComesUp, Event, Rests, Tells, simulate
from storage.values import LetterIntent

_CLOCK = "%a %-d %b %Y %H:%M"
_DAY = "%a %-d %b %Y"


def queue(config: Path | None, *, on: date | None) -> None:
    """Queue what is due, and say how much that was."""
    decided = settings(config)
    with open_ledger(decided) as ledger:
        queued = enqueue_due(decided, ledger, on=on)
    show(_told(queued))


def _told(queued: Queued) -> str:
    if not queued:
        return "Nothing is due. `intake remind --dry-run` says why, and what is next."
    counts = (
        (queued.reminders, "reminder to a client", "reminders to clients"),
        (queued.notices, "word to a freelancer", "words to freelancers"),
        (queued.digests, "digest", "digests"),
    )
    parts = [f"{count} {one if count == 1 else many}" for count, one, many in counts if count]
    return f"Queued {', '.join(parts)}. The worker sends them."


def foretell(config: Path | None, *, on: date | None) -> None:
    """Show for each project what would go out, to whom, else why not and when next; then the digests."""
    decided = settings(config)
    with open_ledger(decided) as ledger:
        now = ledger.now()
        told = forecasts(decided, tuple(ledger.silences.all()), now=now, on=on)
        today = now.astimezone(ZoneInfo(decided.intake.timezone)).date()
        digests = due_digests(decided, ledger, now=now, on=on or today)
    if not told:
        show("No project is open. `intake project open` opens one.")
        return
    show(_forecast(told, on=on), *_digests(decided, digests))


def _forecast(told: Sequence[Forecast], *, on: date | None) -> RenderableType:
    table = Table(
        title=f"What goes out {f'on {on:{_DAY}}' if on else 'today'}, if nobody writes until then",
        title_justify="left",
        title_style="",
    )
    for heading in ("Project", "Goes out", "To", "Why", "Next"):
        table.add_column(heading, overflow="fold")
    for entry in told:
        project, outlook = entry.found.standing.project, entry.outlook
        zone = ZoneInfo(project.timezone)
        due, after = outlook.today, outlook.next
        table.add_row(
            f"{printable(project.client.name)} · {printable(project.title)}",
            f"{_what(due)}, {due.at.astimezone(zone):%H:%M}" if due else "nothing",
            _people(due.recipients) if due else "",
            outlook.why,
            f"{_what(after)}, {after.at.astimezone(zone):{_CLOCK}}" if after else "",
        )
    return table


def _what(due: Due) -> str:
    if due.audience is Audience.CLIENT:
        return f"reminder {due.step}"
    return "word to the freelancer"


def _people(people: Sequence[Address]) -> str:
    return printable(", ".join(people))


def _digests(decided: Settings, digests: Sequence[LetterIntent]) -> tuple[str, ...]:
    zone = ZoneInfo(decided.intake.timezone)
    return tuple(
        f"Digest, {digest.due_at.astimezone(zone):%H:%M}: {printable(digest.recipient.address)}"
        for digest in digests
    )


def play(token: Token, config: Path | None, *, days: int) -> None:
    """Show what happens to a project on the days to come if nobody writes again."""
    decided = settings(config)
    with open_ledger(decided) as ledger:
        found = ledger.silences.of(ledger.directory.project(token).id)
        now = ledger.now()
    view = view_of(decided, found, on=local_day(found.standing.project, now))
    events = simulate(
        lambda day: report_of(decided, found.standing, on=day),
        view.silence,
        ladder=ladder_of(decided.reminders),
        days_off=view.days_off,
        start=now,
        days=days,
    )
    project = view.silence.project
    table = Table(
        title=f"{printable(project.client.name)} · {printable(project.title)}:"
        f" {days} days, if nobody writes",
        title_justify="left",
        title_style="",
    )
    for heading in ("Date", "What happens", ""):
        table.add_column(heading, overflow="fold")
    for event in events:
        what, more = _happens(event, view.silence.zone)
        table.add_row(f"{event.on:{_DAY}}", what, more)
    show(table if table.row_count else f"Nothing happens in these {days} days.")


def _happens(event: Event, zone: ZoneInfo) -> tuple[str, str]:
    match event:
        case Asks(due=due, items=items):
            return f"{_sent(due, zone)} to {_people(due.recipients)}", f"asks for {_labels(items)}"
        case Tells(due=due, telling=told):
            return (
                f"{_sent(due, zone)}: {_people(due.recipients)}",
                f"silent for {told.silent_days} days; missing: {_labels(told.wanted)}",
            )
        case Changes(entry=entry, was=was):
            wanted = f"; wanted: {entry.period}" if entry.period else ""
            return f"{printable(entry.item.label)} is {entry.state}", f"was {was}{wanted}"
        case ComesUp(item=item, period=period):
            return f"{printable(item.label)} comes up", f"for {period}"
        case Rests(reason=reason):
            return "Nothing more goes out", QUIET[reason]
        case _:
            assert_never(event)


def _sent(due: Due, zone: ZoneInfo) -> str:
    return f"{_what(due)}, {due.at.astimezone(zone):%H:%M}"


def _labels(entries: Sequence[ItemReport]) -> str:
    return printable(", ".join(entry.item.label for entry in entries))
