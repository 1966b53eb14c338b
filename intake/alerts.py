"""Tells the operator what is wrong with the desk: one letter when it begins, few while it lasts, one when it is over.

Pure but for `enqueue_alerts`. A trouble that comes back soon after it was over is told again after a pause that grows.
Letters hold counts, ages and names of ours: their readers need not belong to any project.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

from intake.compose import Alerted
from intake.config import Settings
from intake.health import Trouble, ledger_findings
from intake.model import Address, LetterKind, LetterState, Mailbox
from storage.alerts import PastAlert
from storage.health import Health
from storage.ledger import Ledger
from storage.values import LetterIntent

AGAIN_AFTER = (timedelta(days=1), timedelta(days=3), timedelta(days=7))
"""When a trouble that lasts is told again."""
FIRST_PAUSE = timedelta(hours=1)
"""Between two beginnings of the same trouble; twice as long with each one more within a day."""
OUTDATED = timedelta(days=1)
"""News that something is over, of which nobody ever heard that it had begun, are of no use after that."""
DELIVERY = "delivery"
"""Its alerts leave when it works again and not before, so that they need no second letter."""
_OF_THE_LEDGER = (Trouble.WAITING, Trouble.UNSENT, Trouble.DOUBTFUL)
_EXPLAIN_WAITING = frozenset({"blobs", "blobs (refused)", "scanner"})
_ALERT, _OVER, _MOMENT = "alert", "over", "%Y%m%dT%H%M%S"


@dataclass(frozen=True, slots=True)
class Alarm:
    """One thing that can be wrong; `what` names a part of the world, as the configuration does, "" for the ledger's."""

    trouble: Trouble
    what: str = ""

    @property
    def subject(self) -> str:
        """What it is about: a part that is away and one that does not let us in are told as one."""
        return self.what or self.trouble


@dataclass(frozen=True, slots=True)
class Outages:
    """What a worker knows: since when a part of the world is away, which do not let us in, and which surely work."""

    away_since: Mapping[str, datetime]
    refused: frozenset[str]
    well: frozenset[str]


@dataclass(frozen=True, slots=True)
class Sight:
    """What is wrong now, and which parts of the world surely work; of a part that is neither, nothing is known."""

    present: frozenset[Alarm]
    well: frozenset[str] = frozenset()

    def shows_over(self, alarm: Alarm) -> bool:
        """Whether what was wrong is over for sure."""
        if alarm in self.present:
            return False
        return alarm.trouble in _OF_THE_LEDGER or alarm.what in self.well


@dataclass(frozen=True, slots=True)
class Episode:
    """One time that something was wrong: since when, which letters about it were owed, and when it was over."""

    alarm: Alarm
    since: datetime
    steps: frozenset[int]
    has_left: bool
    over_at: datetime | None

    @property
    def thread(self) -> str:
        """The cause of the first letter about it."""
        return _cause("0", self.alarm, self.since)


@dataclass(frozen=True, slots=True)
class Owed:
    """The cause of a letter, and of the one with which its thread begins."""

    cause: str
    thread: str


def enqueue_alerts(settings: Settings, ledger: Ledger, outages: Outages) -> int:
    """Queue the letters that the state of the desk calls for; how many. Key: (alert, cause, recipient)."""
    people = settings.alerts.to
    if not people:
        return 0
    sight = sight_of(settings, ledger.figures.health(), outages)
    return ledger.alerts.owe(people, partial(_letters, sight, people))


def sight_of(settings: Settings, health: Health, outages: Outages) -> Sight:
    """What is wrong, by the ledger and by what a worker could not reach. What an outage explains is not told twice."""
    stuck = timedelta(minutes=settings.alerts.stuck_minutes)
    away = {
        what: Alarm(Trouble.REFUSED if what in outages.refused else Trouble.UNREACHABLE, what)
        for what, since in outages.away_since.items()
        if what in outages.refused or health.now - since > stuck
    }
    found = ledger_findings(health, stuck=stuck, sends=not settings.delivery.hold)
    troubles = {finding.trouble for finding in found} & set(_OF_THE_LEDGER)
    if DELIVERY in outages.away_since:
        troubles.discard(Trouble.UNSENT)
    if not _EXPLAIN_WAITING.isdisjoint(away):
        troubles.discard(Trouble.WAITING)
    return Sight(frozenset({*away.values(), *map(Alarm, troubles)}), outages.well)


def decide(past: Sequence[PastAlert], sight: Sight, *, now: datetime) -> tuple[Owed, ...]:
    """The letters that are due: the first of what has begun, a further one of what lasts, the last of what is over."""
    episodes = episodes_of(past)
    latest = {episode.alarm: episode for episode in episodes}
    open_ones = [episode for episode in latest.values() if episode.over_at is None]
    told = {episode.alarm.subject for episode in open_ones}
    begun = (
        Owed(_cause("0", alarm, now), _cause("0", alarm, now))
        for alarm in sorted(sight.present, key=lambda each: (each.trouble, each.what))
        if alarm.subject not in told and _may_begin(alarm, episodes, now=now)
    )
    lasting = (
        Owed(_cause(str(step), episode.alarm, episode.since), episode.thread)
        for episode in open_ones
        for step in _steps(episode, sight, now=now)
    )
    over = (
        Owed(_cause(_OVER, episode.alarm, episode.since), episode.thread)
        for episode in open_ones
        if sight.shows_over(episode.alarm)
    )
    return (*begun, *lasting, *over)


def _steps(episode: Episode, sight: Sight, *, now: datetime) -> tuple[int, ...]:
    """The further letter about what lasts, if one is due."""
    step = sum(now - episode.since >= after for after in AGAIN_AFTER)
    is_due = step > 0 and step not in episode.steps and episode.alarm in sight.present
    return (step,) if is_due else ()


def _may_begin(alarm: Alarm, episodes: Sequence[Episode], *, now: datetime) -> bool:
    lately = [
        episode.since
        for episode in episodes
        if episode.alarm == alarm and now - episode.since < timedelta(days=1)
    ]
    return not lately or now - max(lately) >= FIRST_PAUSE * 2 ** (len(lately) - 1)


def episodes_of(past: Sequence[PastAlert]) -> tuple[Episode, ...]:
    """What was wrong at some time, the first first."""
    found: dict[tuple[Alarm, datetime], list[_Known]] = {}
    for known in map(_read, past):
        found.setdefault((known.alarm, known.since), []).append(known)
    return tuple(_episode(alarm, since, letters) for (alarm, since), letters in found.items())


def _episode(alarm: Alarm, since: datetime, letters: Sequence[_Known]) -> Episode:
    left = [each for each in letters if each.past.state is LetterState.SENT]
    ends = [each for each in letters if each.stage == _OVER]
    if alarm.what == DELIVERY:
        ends += left
    return Episode(
        alarm,
        since,
        steps=frozenset(int(each.stage) for each in letters if each.stage != _OVER),
        has_left=any(each.stage != _OVER for each in left),
        over_at=min((each.past.at for each in ends), default=None),
    )


@dataclass(frozen=True, slots=True)
class _Known:
    """An alert, as its cause tells it."""

    past: PastAlert
    stage: str
    alarm: Alarm
    since: datetime


def _cause(stage: str, alarm: Alarm, since: datetime) -> str:
    moment = since.astimezone(UTC).strftime(_MOMENT)
    return f"{_ALERT}:{stage}:{alarm.trouble}:{alarm.what}:{moment}"


def _read(past: PastAlert) -> _Known:
    _, stage, trouble, what, moment = past.cause.split(":")
    since = datetime.strptime(moment, _MOMENT).replace(tzinfo=UTC)
    return _Known(past, stage, Alarm(Trouble(trouble), what), since)


def _letters(
    sight: Sight, people: Sequence[Address], past: Sequence[PastAlert], now: datetime
) -> tuple[LetterIntent, ...]:
    return tuple(
        LetterIntent(LetterKind.ALERT, owed.cause, owed.thread, Mailbox("", person), due_at=now)
        for owed in decide(past, sight, now=now)
        for person in people
    )


# ---------------------------------------------------------------- when it leaves


def thread_of_alert(cause: str) -> str:
    """The cause of the letter with which its thread began."""
    known = _read(PastAlert(cause, LetterState.INTENT, datetime.now(UTC)))
    return _cause("0", known.alarm, known.since)


def alerted(
    settings: Settings, ledger: Ledger, cause: str, *, recipient: Address, now: datetime
) -> Alerted | None:
    """What an alert says as things are now; None where it is not to leave any more.

    The first one does not leave where the trouble is over already: the last one tells of it all.
    """
    if recipient not in settings.alerts.to:
        return None
    known = _read(PastAlert(cause, LetterState.INTENT, now))
    past = ledger.alerts.past([recipient])
    episode = next(
        each for each in episodes_of(past) if (each.alarm, each.since) == (known.alarm, known.since)
    )
    is_over = known.stage == _OVER
    if is_over and episode.over_at and not episode.has_left and now - episode.over_at > OUTDATED:
        return None
    if not is_over and (episode.over_at or int(known.stage) < max(episode.steps)):
        return None
    told = Alerted(
        trouble=known.alarm.trouble,
        what=known.alarm.what,
        since=known.since.astimezone(ZoneInfo(settings.intake.timezone)),
        minutes=_minutes(((episode.over_at if is_over else None) or now) - known.since),
        is_over=is_over,
        lasts=known.stage not in {"0", _OVER},
    )
    return told if is_over else _with_figures(settings, ledger.figures.health(), told)


def _with_figures(settings: Settings, health: Health, told: Alerted) -> Alerted | None:
    """With how many there are, and how old the oldest is; None where the ledger shows none any more."""
    if told.trouble not in _OF_THE_LEDGER:
        return told
    stuck = timedelta(minutes=settings.alerts.stuck_minutes)
    found = {each.trouble for each in ledger_findings(health, stuck=stuck, sends=True)}
    if told.trouble not in found:
        return None
    figures = {
        Trouble.WAITING: (health.waiting, health.oldest_waiting),
        Trouble.UNSENT: (health.unsent, health.oldest_unsent),
        Trouble.DOUBTFUL: (health.doubtful, None),
    }
    count, oldest = figures[Trouble(told.trouble)]
    return replace(told, count=count, oldest_minutes=_minutes(health.now - (oldest or health.now)))


def _minutes(span: timedelta) -> int:
    return int(span.total_seconds() // 60)
