"""From a brief to a letter, ready to leave: what to say, in which words, in which octets.

Pure but for `load_templates`, which reads the templates once. The same brief and templates give the same octets.
"""

from __future__ import annotations

from dataclasses import replace

from intake.compose.letter import Mark
from intake.compose.letters import errand_facts, write
from intake.compose.mail import seal
from intake.compose.words import Templates, load_templates, spoken
from intake.model import Brief, OutboundMessage, Thread

__all__ = ["Templates", "compose", "load_templates", "spoken"]

_MOST_HTML_OCTETS = 40_000
"""Gmail cuts a message off at 102 KB; far below that, a letter also opens at once on a phone."""
_MOST_LINES = (24, 10, 4)
"""How many lines of a list a letter shows, tried in this order until the letter is small enough."""


def compose(brief: Brief, templates: Templates) -> OutboundMessage:
    """Write a letter and seal it; PermanentError where there is no such letter or its recipient cannot be written to."""
    text, html = _bodies(brief, templates)
    if brief.unreached is not None:  # a letter about a person, in nobody's thread
        subject = templates.say("unreached", address=brief.unreached.address)
        brief = replace(brief, thread=Thread(subject))
    if brief.errand is not None:
        subject = templates.say("errand_subject", **errand_facts(brief.errand))
        brief = replace(brief, thread=Thread(subject))
    return seal(brief, text=text, html=html)


def _bodies(brief: Brief, templates: Templates) -> tuple[str, str]:
    text, html = "", ""
    spoken_marks = {mark.value: templates.say(f"mark_{mark}") for mark in Mark}
    for most_lines in _MOST_LINES:
        letter = write(brief, templates, most_lines=most_lines)
        text = templates.text.render(letter=letter)
        html = templates.inliner.inline(
            templates.html.render(
                letter=letter, language=templates.language, spoken_marks=spoken_marks
            )
        )
        if len(html.encode()) < _MOST_HTML_OCTETS:
            break
    return text, html
