"""What the ledger knows of a silence, as reminders and digests are decided from it; and the decision made again.

Pure but for the settings that are handed in. A letter that was right when it was queued is decided anew when it is about
to leave: a client who wrote a minute ago is not reminded.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from intake.config import Settings
from intake.holidays import holidays_of
from intake.model import (
    Address,
    CompletenessReport,
    LetterKind,
    ProjectState,
)
from intake.reminders import (
    Asking,
    Audience,
    DigestLine,
    Due,
    Nothing,
    Postponed,
    Silence,
    Step,
    Stop,
    Telling,
    ask_for,
    digest_cause,
    digest_due,
    digest_lines,
    ladder_of,
    next_due,
    start_of,
    telling,
    wanted_from,
)
from intake.reports import local_day, report_of
from intake.wishes import quiet_until
from storage.silences import Correspondence, PastLetter


@dataclass(frozen=True, slots=True)
class View:
    """A project on a day: where it stands, who is silent since when, and on which days nobody is written to."""

    report: CompletenessReport
    silence: Silence
    days_off: Container[date]


@dataclass(frozen=True, slots=True)
class Decision:
    """A step that is due, and the view that it was decided on."""

    due: Due
    view: View

    @property
    def matter(self) -> Asking | Telling:
        """What its letter is about."""
        report, silence = self.view.report, self.view.silence
        if self.due.audience is Audience.FREELANCER:
            return telling(self.due, silence, report=report)
        return Asking(self.due.step, ask_for(self.due.step, report, silence=silence))


def view_of(settings: Settings, found: Correspondence, *, on: date) -> View:
    """A project's silence as of a day. ConfigError where the settings no longer have its checklist."""
    report = report_of(settings, found.standing, on=on)
    project, zone = found.standing.project, ZoneInfo(found.standing.project.timezone)
    silence = Silence(
        project=project,
        since=_began(settings, found),
        wanted=tuple(entry.item.item for entry in report.wanted),
        wrote_last=found.wrote_last,
        wrote_at=found.wrote_at,
        sent=tuple(_step(letter) for letter in found.letters),
        reach=found.reach,
        stops=_stops(found),
        postponed=tuple(
            Postponed(entry.item.item, entry.later) for entry in report.wanted if entry.later
        ),
        paused_until=project.paused_until if project.state is ProjectState.PAUSED else None,
        resumed_on=found.resumed_at.astimezone(zone).date() if found.resumed_at else None,
    )
    return View(
        report,
        replace(silence, wanted_from=_wanted_from(settings, found, silence, on=on)),
        holidays_of(project.client.holidays or settings.holidays),
    )


def known(settings: Settings, found: Iterable[Correspondence]) -> Iterator[Correspondence]:
    """Those whose checklist the settings still have: one that was taken out stops nobody else's reminders."""
    checklists = settings.checklists
    return (entry for entry in found if entry.standing.project.checklist in checklists)


def next_step(settings: Settings, view: View, *, now: datetime) -> Due | Nothing:
    """The next step of the silence at `now` or later, or why there is none."""
    ladder = ladder_of(settings.reminders)
    return next_due(ladder, view.silence, days_off=view.days_off, now=now)


def decided_again(
    settings: Settings, found: Correspondence, *, cause: str, recipient: Address, now: datetime
) -> Decision | None:
    """The step that a queued letter is for, as if it had not been queued; None where it is not to leave any more."""
    others = tuple(letter for letter in found.letters if letter.cause != cause)
    day = local_day(found.standing.project, now)
    view = view_of(settings, replace(found, letters=others), on=day)
    due = next_step(settings, view, now=now)
    if isinstance(due, Nothing) or due.cause != cause or recipient not in due.recipients:
        return None
    return Decision(due, view)


def earliest(settings: Settings, silence: Silence, step: int) -> datetime | None:
    """The first moment at which a step could leave, were nobody away and nothing put off; None where no silence began."""
    if silence.since is None:
        return None
    after_days = settings.reminders.after_days
    days = timedelta(days=after_days[min(step, len(after_days)) - 1])
    return start_of(silence.since.astimezone(silence.zone).date() + days, silence=silence)


def due_digest(settings: Settings, *, now: datetime) -> datetime | None:
    """The time of the digest that may leave now, in UTC; None where none may."""
    zone = settings.intake.timezone
    return digest_due(settings.reminders.digest, zone, last_sent=None, now=now)


def cause_of_digest(settings: Settings, at: datetime) -> str:
    """The key of a digest in the outbox."""
    return digest_cause(at, timezone=settings.intake.timezone)


def digest_of(
    settings: Settings, found: Iterable[Correspondence], freelancer: Address, *, at: datetime
) -> tuple[DigestLine, ...]:
    """A line for each of a freelancer's projects that were opened before that day; none where nothing is wanted."""
    day = at.astimezone(ZoneInfo(settings.intake.timezone)).date()
    mine = (
        entry
        for entry in known(settings, found)
        if freelancer in entry.standing.project.freelancers
        and entry.standing.project.opened_on < day
    )
    views = [view_of(settings, entry, on=local_day(entry.standing.project, at)) for entry in mine]
    lines = digest_lines([(view.report, view.silence) for view in views], freelancer)
    return lines if any(line.wanted for line in lines) else ()


def _began(settings: Settings, found: Correspondence) -> datetime | None:
    """When the silence began. Mail that is never answered, for it is old or came from files, begins none by itself."""
    moments = [moment for moment in (found.wrote_at, found.answered_at) if moment is not None]
    if found.answered_at is None and not (found.answerable and _is_answered(settings, found)):
        return None
    return max(moments, default=None)


def _is_answered(settings: Settings, found: Correspondence) -> bool:
    since = settings.intake.answer_mail_since
    if since is None or found.wrote_at is None:
        return True
    return found.wrote_at.astimezone(ZoneInfo(settings.intake.timezone)).date() >= since


def _stops(found: Correspondence) -> tuple[Stop, ...]:
    """Who asked for no more reminders."""
    return tuple(
        Stop(Audience.FREELANCER if said.by_freelancer else Audience.CLIENT, said.until)
        for said in quiet_until(found.standing.wishes)
    )


def _step(letter: PastLetter) -> Step:
    audience = Audience.CLIENT if letter.kind is LetterKind.REMINDER else Audience.FREELANCER
    return Step(int(letter.cause.rpartition(":")[2]), audience, letter.at)


def _wanted_from(
    settings: Settings, found: Correspondence, silence: Silence, *, on: date
) -> date | None:
    """As `reminders.wanted_from`; None as well where nothing will go out anyway, for it looks at each day."""
    told = any(step.audience is Audience.FREELANCER for step in silence.sent_since)
    is_open = silence.project.state is ProjectState.OPEN and settings.reminders.after_days
    if silence.since is None or not silence.wanted or told or not is_open:
        return None

    def is_complete(day: date) -> bool:
        return report_of(settings, found.standing, on=day).complete

    since = silence.since.astimezone(silence.zone).date()
    return wanted_from(is_complete, since=since, on=on)
