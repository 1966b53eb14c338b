"""What a freelancer is told of a silent client, with a draft of a mail to send in their own name."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from intake.compose.frame import TITLE_CHARACTERS, about, desk_name, filled, progress
from intake.compose.items import asked
from intake.compose.legible import legible
from intake.compose.letter import Letter, Line, Mark, Origin, Scene, Section
from intake.compose.mailto import mailto
from intake.compose.words import Templates, spoken
from intake.model import Brief, ItemReport
from intake.reminders import Telling


def silent_client(brief: Brief, scene: Scene, told: Telling) -> Letter:
    """Says why the desk stops, what is still missing, and gives the words for a mail of the freelancer's own."""
    say = scene.templates.say
    asked_on = told.asked_at.astimezone(ZoneInfo(told.project.timezone)).date()
    done, total = progress(scene.report)
    return Letter(
        headline=telling_subject(told, scene.templates),
        about=about(told.project),
        opening=(
            say("silent_asked", day=say("day", day=asked_on), reminders=told.reminders),
            say("silent_why", reason=told.reason.value, contact=told.contact),
        ),
        sections=filled(
            Section(say("heading_missing"), asked(scene, told.wanted)),
            _draft(brief, scene, told),
        ),
        footer=say("question_footer", desk=desk_name(brief)),
        done=done,
        total=total,
    )


def telling_subject(told: Telling, templates: Templates) -> str:
    """The headline, which is the subject as well."""
    client = legible(told.project.client.name, limit=TITLE_CHARACTERS)
    return templates.say("silent", client=client, days=told.silent_days, reason=told.reason.value)


def _draft(brief: Brief, scene: Scene, told: Telling) -> Section:
    say = scene.templates.say
    title = legible(told.project.title, limit=TITLE_CHARACTERS)
    subject = say("draft_subject", project=title)
    lines = (
        say("draft_hello"),
        "",
        say("draft_wanted", project=title, things=things(scene.templates, told.wanted)),
        say("draft_please", n=len(told.wanted), desk=brief.desk.address),
    )
    return Section(
        say("draft_heading"),
        _to(told, subject, lines),
        quote=lines,
        closing=(say("draft_then"),),
        is_main=True,
    )


def _to(told: Telling, subject: str, lines: tuple[str, ...]) -> tuple[Line, ...]:
    """Whom it is for: in HTML a link (RFC 6068) that opens it ready to be sent."""
    if told.contact is None:
        return ()
    href = mailto(told.contact, subject=subject, body="\r\n".join(lines))
    return (Line(Mark.LATER, subject, origins=(Origin(told.contact, href),)),)


def things(templates: Templates, wanted: tuple[ItemReport, ...]) -> tuple[str, ...]:
    """What is wanted, as it stands within a sentence: labels, with the periods."""
    return tuple(
        templates.say(
            "thing",
            label=templates.say("label", label=entry.item.label),
            period=spoken(templates, entry.period, with_months=False) if entry.period else "",
        )
        for entry in wanted
    )
