"""Every kind of letter once, in every language that we have: what pictures, sizes and accessibility are looked at on."""

from __future__ import annotations

import email
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email import policy
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

from intake.compose import Alerted, Digest, Matter, Templates, compose, load_languages
from intake.compose.told import told_by
from intake.model import (
    KICKOFF,
    SEVERAL_CLIENTS,
    WHOLE_MESSAGE,
    Address,
    Brief,
    Fate,
    LetterKind,
    Mailbox,
    Obstacle,
    ProjectId,
    Thread,
    Token,
    Unreached,
)
from intake.reminders import Asking, DigestLine, Reason, Telling
from tests.unit.compose_cast import (
    COMPLETE_DOCUMENTS,
    COMPLETE_MAIL,
    LAUNCH,
    MIRA,
    OFFERED_DOCUMENTS,
    PROJECT,
    ROBIN,
    STORY_DOCUMENTS,
    STORY_MAIL,
    brief,
    colleague,
    part,
    question,
    received,
    waiting_mail,
)

LANGUAGES = ("en", "de")
_SPRING = replace(PROJECT, id=ProjectId(2), title="Spring trade fair", token=Token("spring"))
_STORY = brief(LetterKind.REPLY, STORY_DOCUMENTS, STORY_MAIL)
_REPORT = replace(
    brief(LetterKind.REPORT, STORY_DOCUMENTS, STORY_MAIL),
    review_for=((7, 12),),
    link_for=tuple(
        (entry.number, f"https://bucket.example/{entry.number}") for entry in STORY_DOCUMENTS
    ),
)
_WANTED = _STORY.report.wanted if _STORY.report else ()
_REMINDER = replace(
    brief(LetterKind.REMINDER, STORY_DOCUMENTS), received=(), thread=LAUNCH, recipient=MIRA
)
_OPENING = Thread("Q4 launch", "<kickoff@studio.example>")
_KICKOFF = received(sender=ROBIN, notes=[KICKOFF])
_KICKOFF_WITH_DECK = received(
    part(Fate.FILED, "Larkfield_Series-A.pdf", number=1), sender=ROBIN, notes=[KICKOFF]
)
_UNOPENED = received(sender=ROBIN, notes=[SEVERAL_CLIENTS])
_ALERT = replace(
    brief(LetterKind.ALERT, thread=Thread("")),
    recipient=Mailbox("", Address("ops@studio.example")),
    report=None,
    received=(),
)
_NOTICED = datetime(2026, 11, 23, 9, 14, tzinfo=ZoneInfo("Europe/Berlin"))
LETTERS: dict[str, Brief] = {
    "reply": _STORY,
    "first-reply": brief(LetterKind.REPLY, (), received()),
    "as-before": replace(_STORY, told=told_by(_STORY.report) if _STORY.report else None),
    "complete": brief(LetterKind.REPLY, COMPLETE_DOCUMENTS, COMPLETE_MAIL),
    "offered": brief(
        LetterKind.REPLY, OFFERED_DOCUMENTS, received(part(Fate.FILED, "fair.xlsx", number=6))
    ),
    "report-offered": brief(
        LetterKind.REPORT, OFFERED_DOCUMENTS, received(part(Fate.FILED, "fair.xlsx", number=6))
    ),
    "too-large": brief(
        LetterKind.REPLY,
        STORY_DOCUMENTS[:2],
        received(part(Fate.TOO_LARGE, "Everything for the launch", path=WHOLE_MESSAGE)),
    ),
    "report": _REPORT,
    "report-complete": brief(LetterKind.REPORT, COMPLETE_DOCUMENTS, COMPLETE_MAIL),
    "kickoff": replace(brief(LetterKind.REPLY, (), _KICKOFF), thread=_OPENING),
    "kickoff-with-files": replace(
        brief(LetterKind.REPLY, STORY_DOCUMENTS[:1], _KICKOFF_WITH_DECK), thread=_OPENING
    ),
    "opened": replace(
        brief(LetterKind.REPORT, STORY_DOCUMENTS[:1], _KICKOFF_WITH_DECK), thread=_OPENING
    ),
    "question": question(PROJECT, _SPRING),
    "unopened": replace(question(PROJECT, _SPRING), received=(_UNOPENED,)),
    "unopened-first": replace(question(), received=(_UNOPENED,)),
    "colleague": colleague(waiting_mail(part(Fate.DOCUMENT, "deck.pdf"))),
    "unreached": replace(
        brief(LetterKind.NOTICE, thread=Thread("")),
        unreached=Unreached(Address("max@larkfield.example"), Obstacle.NO_MAILBOX, lasting=True),
    ),
    "capped": brief(LetterKind.NOTICE),
    "reminder": _REMINDER,
    "second-reminder": _REMINDER,
    "silent": replace(
        _REMINDER, kind=LetterKind.NOTICE, recipient=_REPORT.recipient, thread=Thread("")
    ),
    "digest": brief(LetterKind.DIGEST, thread=Thread("")),
    "ready": replace(
        brief(LetterKind.REPORT, COMPLETE_DOCUMENTS, COMPLETE_MAIL),
        link_for=tuple(
            (entry.number, f"https://bucket.example/{entry.number}") for entry in COMPLETE_DOCUMENTS
        ),
        manifest=b"{}\n",
    ),
    "alert-waiting": _ALERT,
    "alert-doubtful": _ALERT,
    "alert-refused": _ALERT,
    "alert-unreachable": _ALERT,
    "alert-over": _ALERT,
}
MATTERS: dict[str, Matter] = {
    "reminder": Asking(1, _WANTED),
    "second-reminder": Asking(2, _WANTED[:1]),
    "silent": Telling(
        project=PROJECT,
        reason=Reason.ASKED_ENOUGH,
        silent_days=14,
        asked_at=datetime(2026, 11, 16, 9, tzinfo=UTC),
        reminders=2,
        wanted=_WANTED,
        contact=MIRA.address,
    ),
    "digest": Digest(
        (DigestLine(PROJECT, 2, 5, _WANTED, 12), DigestLine(_SPRING, 5, 5, (), 1)),
    ),
    "alert-waiting": Alerted("waiting", "", _NOTICED, 31, count=3, oldest_minutes=47),
    "alert-doubtful": Alerted("doubtful", "", _NOTICED, 4_400, lasts=True, count=1),
    "alert-refused": Alerted("refused", "sources[0]", _NOTICED, 0),
    "alert-unreachable": Alerted("unreachable", "blobs", _NOTICED, 31),
    "alert-over": Alerted("refused", "sources[0]", _NOTICED, 190, is_over=True),
}
"""What the letters are about that answer no mail."""
SPOKEN = load_languages(None, LANGUAGES)


def load_templates(folder: Path | None = None, *, language: str = "en") -> Templates:
    """One language's templates."""
    return load_languages(folder, (language,)).of(language)


@dataclass(frozen=True, slots=True)
class Bodies:
    text: str
    html: str


def bodies(name: str, language: str) -> Bodies:
    """Both bodies of a letter shown here, as they are sent."""
    return bodies_of(LETTERS[name], language, MATTERS.get(name))


@cache
def bodies_of(letter: Brief, language: str, matter: Matter | None = None) -> Bodies:
    """Both bodies as they are sent."""
    octets = compose(letter, SPOKEN.of(language), matter=matter).octets
    message = email.message_from_bytes(octets, policy=policy.default)
    text, html = message.get_body(("plain",)), message.get_body(("html",))
    assert text is not None
    assert html is not None
    return Bodies(str(text.get_content()).replace("\r\n", "\n"), str(html.get_content()))
