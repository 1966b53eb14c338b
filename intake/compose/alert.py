"""The letter to the operator: what is wrong with the desk, since when, what to do; or that it is over."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from intake.compose.frame import desk_name
from intake.compose.letter import Letter, Line, Mark, Section
from intake.compose.words import Templates
from intake.model import Brief

_LONGEST_IN_MINUTES = 120
_LONGEST_IN_HOURS = 48


@dataclass(frozen=True, slots=True)
class Alerted:
    """What is wrong: `trouble` and `what` choose the words. No name of a client or a file is in it.

    `since` is in the desk's time zone; `minutes` is for how long it lasts or lasted. `lasts`: it was told before.
    """

    trouble: str
    what: str
    since: datetime
    minutes: int
    is_over: bool = False
    lasts: bool = False
    count: int = 0
    oldest_minutes: int = 0


def alert(brief: Brief, templates: Templates, told: Alerted) -> Letter:
    """Says what is wrong and what to do, or that it is over."""
    say, desk = templates.say, desk_name(brief)
    facts = {"trouble": told.trouble, "what": told.what}
    headline = say("alert_over", **facts) if told.is_over else alert_subject(told, templates)
    since = say(
        "alert_since",
        day=say("day", day=told.since.date()),
        at=f"{told.since:%H:%M %Z}",
        span=_span(templates, told.minutes, since=False),
        is_over=told.is_over,
        lasts=told.lasts,
    )
    why = say(
        "alert_why", **facts, n=told.count, oldest=_span(templates, told.oldest_minutes, since=True)
    )
    steps = tuple(
        Line(Mark.NUMBER, say(f"alert_{step}", **facts), number=number, commands=(command,))
        for number, (step, command) in enumerate(_STEPS[told.trouble], start=1)
    )
    return Letter(
        headline=headline,
        about=desk,
        opening=(since,) if told.is_over else (why, since),
        sections=() if told.is_over else (Section(say("alert_how"), steps, is_main=True),),
        footer=say("alert_footer", desk=desk),
    )


def alert_subject(told: Alerted, templates: Templates) -> str:
    """What is wrong, which is the subject of every letter about it."""
    return templates.say("alert", trouble=told.trouble, what=told.what)


_CHECK = ("check", "intake check")
_HEALTH = ("health", "intake status --health")
_STEPS = {
    "waiting": (_CHECK, _HEALTH),
    "unsent": (_CHECK, _HEALTH),
    "doubtful": (("review", "intake review list"),),
    "refused": (_CHECK,),
    "unreachable": (_CHECK,),
}
"""What to do, by trouble: the name of a sentence, and the command."""


def _span(templates: Templates, minutes: int, *, since: bool) -> str:
    """How long, in words; `since` as after that word, where a language has another form for it."""
    if minutes < _LONGEST_IN_MINUTES:
        return templates.say("alert_span", n=minutes, unit="minute", since=since)
    if minutes < _LONGEST_IN_HOURS * 60:
        return templates.say("alert_span", n=minutes // 60, unit="hour", since=since)
    return templates.say("alert_span", n=minutes // 1440, unit="day", since=since)
