"""The silence ladder: which step is next, when, and to whom.

Pure: the clock is handed in. A step falls on a day so many days after the silence began, put off while nobody should be
asked, then moved on to the client's next working day. Steps keep their distance, whoever was late.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from intake.hours import moment
from intake.model import SILENCE, Address, ProjectState, is_among
from intake.reminders.values import (
    Audience,
    Due,
    Ladder,
    Nothing,
    Quiet,
    Reason,
    Silence,
    Stop,
    Wait,
)

LEAST_GAP_DAYS = 2
_WEEKEND_DAYS = 2
_SEARCHED_DAYS = 400
_HORIZON = timedelta(days=3_660)
"""A day further off than that is a slip of the pen, and could leave the calendar."""
_DAY = timedelta(days=1)


def next_due(
    ladder: Ladder, silence: Silence, *, days_off: Container[date], now: datetime
) -> Due | Nothing:
    """The next step of this silence, at `now` or later, or why there is none. What to queue is due at `now`.

    Late steps are not caught up with: of all that have come due only the latest goes out, and it counts for those before.
    At most `tell_freelancer_after` steps go to the client; after them, or where the client cannot or will not be written
    to, the freelancer is told once, and then nothing more goes out.
    """
    now = now.astimezone(UTC)
    quiet = _quiet(ladder, silence)
    if quiet is not None or silence.since is None:
        return Nothing(quiet or Quiet.NOT_BEGUN)
    calendar = _Calendar(ladder, silence.zone, days_off, _usual_time(ladder, silence))
    hold = _hold(silence)
    if hold and hold.until > calendar.day(now) + _HORIZON:
        return Nothing(Quiet.NO_DAY)
    planned = _planned(ladder, silence, calendar, since=calendar.day(silence.since), hold=hold)
    if planned is None:
        return Nothing(Quiet.NO_DAY)
    at = calendar.next_moment(planned[0].on, now=now)
    if at is None:
        return Nothing(Quiet.NO_DAY)
    on = calendar.day(at)
    step = max((plan for plan in planned if plan.on <= on), key=lambda plan: plan.number)
    return _addressed(ladder, silence, step, at=at, on=on)


def cause_of(silence: Silence, number: int) -> str:
    """The key of a step in the outbox. A step leaves on a later day than its silence began, so no other has that key."""
    since = silence.since
    if since is None:
        raise ValueError("a silence that has not begun has no steps")
    return f"{SILENCE}{since.astimezone(silence.zone):%Y-%m-%d}:{number}"


def least_gap_days(earlier: int, later: int) -> int:
    """How many days lie at least between two steps, by their dates in the ladder.

    A step that left late keeps the next one away, but a weekend before it does not: two days may be lost, and two stay.
    """
    own = later - earlier
    return max(min(own, LEAST_GAP_DAYS), own - _WEEKEND_DAYS)


def wanted_from(is_complete: Callable[[date], bool], *, since: date, on: date) -> date | None:
    """The first day of the run of days up to `on` on which something was wanted; None if it began with the silence.

    `is_complete` says of a day whether the project, with what is here now, was complete on it.
    """
    day = on
    while day > since and not is_complete(day - _DAY):
        day -= _DAY
    return day if day > since else None


# ---------------------------------------------------------------- whether at all


def _quiet(ladder: Ladder, silence: Silence) -> Quiet | None:
    """Why nothing will go out, if so; the first reason that holds."""
    state = silence.project.state
    paused_for_good = silence.paused_until is None and state is ProjectState.PAUSED
    told = any(step.audience is Audience.FREELANCER for step in silence.sent_since)
    rules = (
        (not ladder.after_days, Quiet.OFF),
        (state is ProjectState.CLOSED, Quiet.CLOSED),
        (paused_for_good, Quiet.PAUSED),
        (not silence.wanted, Quiet.COMPLETE),
        (silence.since is None, Quiet.NOT_BEGUN),
        (_stopped_for_good(silence, Audience.FREELANCER), Quiet.STOPPED),
        (told, Quiet.TOLD),
        (_last_number(silence) >= len(ladder.after_days), Quiet.ENDED),
    )
    return next((reason for holds, reason in rules if holds), None)


def _stopped_for_good(silence: Silence, by: Audience) -> bool:
    return any(stop.by is by and stop.until is None for stop in silence.stops)


def _last_number(silence: Silence) -> int:
    return max((step.number for step in silence.sent_since), default=0)


# ---------------------------------------------------------------- from when on


@dataclass(frozen=True, slots=True)
class _Hold:
    """The first day on which somebody may be asked, and what it waits for."""

    until: date
    waits: Wait


def _hold(silence: Silence) -> _Hold | None:
    """The latest of all that puts reminders off, None where nothing ever did in this silence."""
    holds = [
        _Hold(until, waits)
        for until, waits in (
            (silence.paused_until, Wait.PAUSED),
            (silence.resumed_on, Wait.PAUSED),
            (_stopped_until(silence.stops), Wait.STOPPED),
            (_back(silence), Wait.AWAY),
            (_earliest_postponed(silence), Wait.POSTPONED),
            (silence.wanted_from, Wait.WANTED_LATER),
        )
        if until is not None
    ]
    return max(holds, key=lambda hold: hold.until, default=None)


def _stopped_until(stops: tuple[Stop, ...]) -> date | None:
    return max((stop.until for stop in stops if stop.until is not None), default=None)


def _back(silence: Silence) -> date | None:
    """The day after the first contact is back; None while one is there, or none can be reached at all."""
    days = list(_ready_days(silence).values())
    return min(days) if days and min(days) > date.min else None


def _ready_days(silence: Silence) -> dict[Address, date]:
    """From which day on each contact can be asked, without those whose mail comes back. The one who wrote last is first."""
    known = {entry.address: entry for entry in silence.reach}
    wrote_last = (silence.wrote_last,) if silence.wrote_last else ()
    contacts = sorted(
        silence.project.client.contacts, key=lambda contact: not is_among(contact, wrote_last)
    )
    ready = {}
    for contact in contacts:
        entry = known.get(contact)
        if entry is None or entry.bounced_at is None:
            away = entry.away_until if entry else None
            ready[contact] = _after(away) if away else date.min
    return ready


def _after(day: date) -> date:
    """The day after. Nobody who has just come back finds a reminder before their own mail."""
    return day if day == date.max else day + _DAY


def _earliest_postponed(silence: Silence) -> date | None:
    """The first day on which anything may be asked for, None where something always could."""
    until = {entry.item: entry.until for entry in silence.postponed}
    if not all(item in until for item in silence.wanted):
        return None
    return min((until[item] for item in silence.wanted), default=None)


# ---------------------------------------------------------------- on which days


@dataclass(frozen=True, slots=True)
class _Plan:
    """A step and the working day on which it is to leave."""

    number: int
    on: date
    waits: Wait | None


@dataclass(frozen=True, slots=True)
class _Calendar:
    """The client's working days and hours, in the project's time zone."""

    ladder: Ladder
    zone: ZoneInfo
    days_off: Container[date]
    usual: time

    def day(self, at: datetime) -> date:
        return at.astimezone(self.zone).date()

    def working_day(self, day: date) -> date | None:
        """That day or the next on which letters may leave; None where there is none in more than a year."""
        days = (day + timedelta(days=ahead) for ahead in range(_SEARCHED_DAYS))
        return next((each for each in days if self._usual_moment(each) is not None), None)

    def next_moment(self, day: date, *, now: datetime) -> datetime | None:
        """The usual time on the first working day from `day` on, or `now` where that is past and the hours are not."""
        today = self.day(now)
        if day > today:
            return self._first(day)
        usual = self._usual_moment(today)
        if usual is not None and now <= usual:
            return usual
        if usual is not None and now.astimezone(self.zone).time() in self.ladder.hours:
            return now
        return self._first(today + _DAY)

    def _first(self, day: date) -> datetime | None:
        found = self.working_day(day)
        return None if found is None else self._usual_moment(found)

    def _usual_moment(self, day: date) -> datetime | None:
        if day.weekday() not in self.ladder.weekdays or day in self.days_off:
            return None
        return moment(day, self.usual, zone=self.zone, hours=self.ladder.hours)


def _usual_time(ladder: Ladder, silence: Silence) -> time:
    """The time of day at which the client wrote, for then they are at their desk; else the opening hour."""
    if silence.wrote_at is None:
        return ladder.hours.opens
    wrote = silence.wrote_at.astimezone(silence.zone).time().replace(second=0, microsecond=0)
    return wrote if wrote in ladder.hours else ladder.hours.opens


def _planned(
    ladder: Ladder, silence: Silence, calendar: _Calendar, *, since: date, hold: _Hold | None
) -> list[_Plan] | None:
    """The steps that are left, each on its working day; None where there is no such day."""
    held = _held(ladder, silence, calendar, hold) if hold else {}
    before = _last_sent(silence, calendar)
    plans: list[_Plan] = []
    for number in range(_last_number(silence) + 1, len(ladder.after_days) + 1):
        dated = since + timedelta(days=_after_days(ladder, number))
        earliest = max(dated, held.get(number, dated))
        waits = hold.waits if hold and earliest > dated else None
        if before is not None:
            gap = least_gap_days(_after_days(ladder, before.number), _after_days(ladder, number))
            earliest = max(earliest, before.on + timedelta(days=gap))
        on = calendar.working_day(earliest)
        if on is None:
            return None
        before = _Plan(number, on, waits)
        plans.append(before)
    return plans


def _held(ladder: Ladder, silence: Silence, calendar: _Calendar, hold: _Hold) -> Mapping[int, date]:
    """The first day of each step that was still to come when the hold ends: its first one then, the others after that."""
    gone = [step.number for step in silence.sent_since if calendar.day(step.at) < hold.until]
    first = max(gone, default=0) + 1
    start = calendar.working_day(hold.until) or hold.until
    return {
        number: start + timedelta(days=_after_days(ladder, number) - _after_days(ladder, first))
        for number in range(first, len(ladder.after_days) + 1)
    }


def _after_days(ladder: Ladder, number: int) -> int:
    """A step's days; one beyond a ladder that was shortened since counts as its last."""
    return ladder.after_days[min(number, len(ladder.after_days)) - 1]


def _last_sent(silence: Silence, calendar: _Calendar) -> _Plan | None:
    sent = silence.sent_since
    return _Plan(_last_number(silence), calendar.day(sent[-1].at), None) if sent else None


# ---------------------------------------------------------------- to whom


def _addressed(
    ladder: Ladder, silence: Silence, step: _Plan, *, at: datetime, on: date
) -> Due | Nothing:
    ready = _ready_days(silence)
    reason = _reason(ladder, silence, step.number, reachable=bool(ready))
    contact = next((address for address, day in ready.items() if day <= on), None)
    to_client = reason is Reason.SILENT and contact is not None
    recipients = (contact,) if to_client and contact else silence.project.freelancers
    if not recipients:
        return Nothing(Quiet.NOBODY)
    return Due(
        step=step.number,
        at=at,
        on=on,
        audience=Audience.CLIENT if to_client else Audience.FREELANCER,
        recipients=recipients,
        reason=reason,
        cause=cause_of(silence, step.number),
        contact=contact,
        waits=step.waits,
    )


def _reason(ladder: Ladder, silence: Silence, number: int, *, reachable: bool) -> Reason:
    if not silence.project.client.contacts:
        return Reason.NO_CONTACT
    if _stopped_for_good(silence, Audience.CLIENT):
        return Reason.STOPPED
    if not reachable:
        return Reason.BOUNCED
    return Reason.SILENT if number <= ladder.tell_freelancer_after else Reason.ASKED_ENOUGH
