"""The letter to somebody whom the client named: one item is asked for, and nothing else of the project is said."""

from __future__ import annotations

from intake.compose.frame import TITLE_CHARACTERS, desk_name
from intake.compose.legible import legible
from intake.compose.letter import Letter
from intake.compose.words import Templates
from intake.errors import PermanentError
from intake.model import Brief, Errand


def errand(brief: Brief, templates: Templates) -> Letter:
    """Asks for the item and says who named the reader; PermanentError where it is not said what is asked for."""
    if brief.errand is None:
        raise PermanentError("a letter to somebody who was named needs what is asked for")
    say, facts = templates.say, _facts(brief.errand, templates)
    return Letter(
        headline=say("errand", **facts),
        about=facts["client"],
        opening=(say("errand_why", **facts), say("errand_how", **facts)),
        footer=say("question_footer", desk=desk_name(brief)),
    )


def errand_subject(asked: Errand, templates: Templates) -> str:
    """What the letter is about: it begins a thread."""
    return templates.say("errand_subject", **_facts(asked, templates))


def _facts(asked: Errand, templates: Templates) -> dict[str, str]:
    return {
        "label": templates.say("label", label=asked.label),
        "client": legible(asked.client, limit=TITLE_CHARACTERS),
    }
