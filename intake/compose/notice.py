"""The notices to a freelancer: whom letters do not reach, and what the desk did not answer."""

from __future__ import annotations

import shlex

from intake.compose.frame import TITLE_CHARACTERS, about, desk_name, notes
from intake.compose.legible import legible
from intake.compose.letter import Letter, Line, Mark, Section
from intake.compose.words import Templates
from intake.model import Brief, Obstacle, Unreached

_ANOTHER_ADDRESS = frozenset(
    {Obstacle.NO_MAILBOX, Obstacle.FULL, Obstacle.POLICY, Obstacle.PUT_OFF}
)
"""What another address of the same person may get around."""


def notice(brief: Brief, templates: Templates) -> Letter:
    """Says what there is to note, or that mail was filed and nobody was answered."""
    if brief.unreached is not None:
        return _unreached(brief, brief.unreached, templates)
    desk = desk_name(brief)
    return Letter(
        headline=templates.say("notice"),
        about=about(brief.report.project) if brief.report else desk,
        opening=notes(brief, templates) or (templates.say("notice_unanswered"),),
        footer=templates.say("question_footer", desk=desk),
    )


def _unreached(brief: Brief, person: Unreached, templates: Templates) -> Letter:
    """Tells a freelancer whom a letter did not reach, why, and what to do about it."""
    say, desk = templates.say, desk_name(brief)
    facts = {"address": person.address, "obstacle": person.obstacle.value}
    client = brief.report.project.client.name if brief.report else ""
    lines = [Line(Mark.NUMBER, say("unreached_ask", **facts), number=1)]
    if person.obstacle in _ANOTHER_ADDRESS:
        name = shlex.quote(legible(client, limit=TITLE_CHARACTERS))
        command = f"intake client contact add {name} NEW-ADDRESS"
        lines.append(Line(Mark.NUMBER, say("unreached_add"), number=2, commands=(command,)))
    return Letter(
        headline=say("unreached", address=person.address),
        about=about(brief.report.project) if brief.report else desk,
        opening=(say("unreached_why", **facts), say("unreached_lasting", lasting=person.lasting)),
        sections=(Section(say("unreached_how"), tuple(lines), is_main=True),),
        footer=say("question_footer", desk=desk),
    )
