"""The reminder to a silent client: the shortest useful ask, how to say that there is none, and how to be left alone."""

from __future__ import annotations

from intake.compose.frame import about, desk_name, freelancers, progress
from intake.compose.items import asked
from intake.compose.letter import Letter, Scene, Section
from intake.errors import PermanentError
from intake.model import Brief
from intake.reminders import Asking


def reminder(brief: Brief, scene: Scene, asking: Asking) -> Letter:
    """The first one lists what is missing; a later one names the most useful item, and leaves the rest for another day.

    PermanentError where it asks for nothing.
    """
    say, project = scene.templates.say, scene.report.project
    if not asking.wanted:
        raise PermanentError("a reminder needs something to ask for")
    first = asking.wanted[0]
    label = scene.label(first.item)
    others = len(scene.report.wanted) - len(asking.wanted)
    done, total = progress(scene.report)
    is_first = asking.step <= 1
    return Letter(
        headline=say("standing", done=done, total=total)
        if is_first
        else say("reminder_one", label=label),
        about=about(project),
        opening=(say("reminder_first") if is_first else say("reminder_further", others=others),),
        sections=(
            Section(
                say("heading_missing"),
                asked(scene, asking.wanted),
                closing=(
                    say("reminder_send", n=len(asking.wanted)),
                    say("reminder_none", label=label, number=scene.report.items.index(first) + 1),
                ),
                is_main=True,
            ),
        ),
        footer=say(
            "reminder_footer",
            desk=desk_name(brief),
            freelancers=freelancers(project, scene.templates),
        ),
        done=done,
        total=total,
    )
