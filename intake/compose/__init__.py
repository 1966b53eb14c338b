"""From a brief to a letter, ready to leave: what to say, in which words, in which octets.

Pure but for `load_languages`, which reads the templates once. The same brief and templates give the same octets.
"""

from __future__ import annotations

from dataclasses import replace

from intake.compose.alert import Alerted, alert_subject
from intake.compose.digest import Digest, digest_subject
from intake.compose.errand import errand_subject
from intake.compose.letter import Mark
from intake.compose.letters import Matter, write
from intake.compose.mail import seal
from intake.compose.telling import telling_subject
from intake.compose.told import told_by
from intake.compose.words import Languages, Templates, load_languages, spoken
from intake.model import Brief, LetterKind, OutboundMessage, Thread
from intake.reminders import Telling

__all__ = [
    "Alerted",
    "Digest",
    "Languages",
    "Matter",
    "Templates",
    "compose",
    "load_languages",
    "spoken",
]

_MOST_HTML_OCTETS = 40_000
"""Gmail cuts a message off at 102 KB; far below that, a letter also opens at once on a phone."""
_MOST_LINES = (24, 10, 4)
"""How many lines of a list a letter shows, tried in this order until the letter is small enough."""
_TELLS_OF_A_PROJECT = frozenset({LetterKind.REPLY, LetterKind.REPORT})


def compose(brief: Brief, templates: Templates, *, matter: Matter | None = None) -> OutboundMessage:
    """Write a letter and seal it; PermanentError where there is no such letter or its recipient cannot be written to.

    `matter` is what a letter is about that answers no message: a reminder, a notice of a silence, a digest.
    """
    text, html = _bodies(brief, templates, matter)
    subject = _own_subject(brief, templates, matter)
    if subject is not None:  # in nobody's thread
        parent = brief.thread.message_id if brief.kind is LetterKind.ALERT else None
        brief = replace(brief, thread=Thread(subject, message_id=parent))
    return replace(seal(brief, text=text, html=html), told=_told(brief))


def _told(brief: Brief) -> str | None:
    """What the letter tells in full; "as before" does not count, so that the day does not begin anew with it.

    A kickoff tells of the first things only.
    """
    if brief.report is None or brief.kind not in _TELLS_OF_A_PROJECT or brief.is_kickoff:
        return None
    told = told_by(brief.report)
    return None if told == brief.told else told


def _own_subject(brief: Brief, templates: Templates, matter: Matter | None) -> str | None:
    """The subject of a letter that begins a thread, None for one that goes on with another."""
    if brief.unreached is not None:
        return templates.say("unreached", address=brief.unreached.address)
    if brief.errand is not None:
        return errand_subject(brief.errand, templates)
    if isinstance(matter, Telling):
        return telling_subject(matter, templates)
    if isinstance(matter, Digest):
        return digest_subject(matter, templates)
    if isinstance(matter, Alerted):
        return alert_subject(matter, templates)
    return None


def _bodies(brief: Brief, templates: Templates, matter: Matter | None) -> tuple[str, str]:
    text, html = "", ""
    spoken_marks = {mark.value: templates.say(f"mark_{mark}") for mark in Mark}
    for most_lines in _MOST_LINES:
        letter = write(brief, templates, most_lines=most_lines, matter=matter)
        text = templates.text.render(letter=letter)
        html = templates.inliner.inline(
            templates.html.render(
                letter=letter, language=templates.language, spoken_marks=spoken_marks
            )
        )
        if len(html.encode()) < _MOST_HTML_OCTETS:
            break
    return text, html
