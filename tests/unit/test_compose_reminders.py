"""Letters that answer no message: a reminder, the word about a silent client, the weekly digest."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from urllib.parse import unquote

import pytest

from intake.completeness import assess
from intake.compose import Digest, Matter, compose
from intake.errors import PermanentError
from intake.instructions import Later, NotApplicable, StopReminding, read
from intake.model import Address, Brief, LetterKind, Thread
from intake.reminders import Asking, DigestLine, Reason, Telling
from tests.gallery import load_templates
from tests.maildesks import text_of
from tests.unit.compose_cast import (
    LAUNCH,
    MIRA,
    ONBOARDING,
    PROJECT,
    ROBIN,
    STORY_DOCUMENTS,
    STORY_MAIL,
    TODAY,
    brief,
)
from tests.unit.instruction_cast import CONTACT, DECK, MONDAY

REPORT = assess(PROJECT, ONBOARDING, STORY_DOCUMENTS, frozenset(), on=TODAY)
WANTED = REPORT.wanted
TEMPLATES = load_templates()
TO_CLIENT = replace(
    brief(LetterKind.REMINDER, STORY_DOCUMENTS, STORY_MAIL),
    received=(),
    thread=LAUNCH,
    recipient=MIRA,
)
TO_FREELANCER = replace(
    TO_CLIENT, kind=LetterKind.NOTICE, recipient=ROBIN, thread=Thread(subject="")
)
WEEKLY = replace(TO_FREELANCER, kind=LetterKind.DIGEST, report=None)
TOLD = Telling(
    project=PROJECT,
    reason=Reason.ASKED_ENOUGH,
    silent_days=14,
    asked_at=datetime(2026, 11, 16, 9, tzinfo=UTC),
    reminders=2,
    wanted=WANTED,
    contact=MIRA.address,
)
STUCK = DigestLine(PROJECT, 2, 5, WANTED, 12)
DONE = DigestLine(replace(PROJECT, title="Website relaunch"), 5, 5, (), 1)


def written(given: Brief, matter: Matter) -> EmailMessage:
    octets = compose(given, TEMPLATES, matter=matter).octets
    return message_from_bytes(octets, policy=default)


def html_of(letter: EmailMessage) -> str:
    body = letter.get_body(("html",))
    assert body is not None
    return str(body.get_content())


def test_a_reminder_goes_on_in_the_thread_and_answers_nothing() -> None:
    letter = written(TO_CLIENT, Asking(1, WANTED))

    assert letter["Subject"] == "Re: Launch material"
    assert letter["In-Reply-To"] == LAUNCH.message_id
    assert letter["Auto-Submitted"] == "auto-generated"
    assert letter["X-Intake-Project"] == PROJECT.token


def test_the_first_reminder_says_where_we_stand_and_lists_what_is_missing() -> None:
    told = text_of(written(TO_CLIENT, Asking(1, WANTED)))

    assert told.startswith("2 of 5 received, three to go.")
    assert "2. Quarterly roadmap" in told
    assert "5. Past blog posts" in told


def test_a_later_reminder_asks_for_one_thing() -> None:
    told = text_of(written(TO_CLIENT, Asking(2, WANTED[:1])))

    assert told.startswith("One thing would help most: quarterly roadmap.")
    assert "The rest of the list can wait." in told
    assert "Past blog posts" not in told


def test_what_a_reminder_suggests_to_reply_is_understood() -> None:
    told = text_of(written(TO_CLIENT, Asking(1, REPORT.items[:1])))

    assert "“we have no investor deck”" in told
    assert "“1: next week”" in told
    assert "“stop reminding”" in told
    assert read("we have no investor deck", context=CONTACT) == (NotApplicable(DECK),)
    [later] = read("1: next week", context=CONTACT)
    assert isinstance(later, Later)
    assert later.until is not None
    assert later.until > MONDAY
    assert isinstance(read("stop reminding", context=CONTACT)[0], StopReminding)


@pytest.mark.parametrize("matter", [Asking(1, ()), Digest(())])
def test_a_letter_about_nothing_is_not_written(matter: Matter) -> None:
    with pytest.raises(PermanentError):
        compose(TO_CLIENT, TEMPLATES, matter=matter)


@pytest.mark.parametrize("kind", [LetterKind.REMINDER, LetterKind.DIGEST])
def test_a_letter_that_is_told_nothing_to_say_is_not_written(kind: LetterKind) -> None:
    with pytest.raises(PermanentError):
        compose(replace(TO_CLIENT, kind=kind), TEMPLATES)


def test_the_freelancer_is_told_since_when_and_what_was_tried() -> None:
    letter = written(TO_FREELANCER, TOLD)

    assert letter["Subject"] == "Larkfield Optics has been silent for 14 days"
    assert letter["In-Reply-To"] is None
    assert "Last asked on 16 November 2026. Two reminders went out" in text_of(letter)


def test_the_draft_names_what_is_wanted_and_where_to_send_it() -> None:
    letter = written(TO_FREELANCER, TOLD)

    told = text_of(letter).replace("> ", "")
    assert "for Q4 launch I am still waiting for the quarterly roadmap for Q4 2026," in told
    assert "send them to intake+larkfield-q4@studio.example" in told
    page = unquote(html_of(letter))
    assert f"mailto:{MIRA.address}?subject=Q4 launch: what is still missing&amp;body=Hello," in page


@pytest.mark.parametrize(
    ("reason", "subject"),
    [
        (Reason.BOUNCED, "No letter reaches Larkfield Optics"),
        (Reason.STOPPED, "Larkfield Optics asked for no more reminders"),
        (Reason.NO_CONTACT, "Larkfield Optics has nobody to write to"),
    ],
)
def test_why_the_freelancer_is_told_is_the_subject(reason: Reason, subject: str) -> None:
    letter = written(TO_FREELANCER, replace(TOLD, reason=reason, contact=None))

    assert letter["Subject"] == subject
    assert "mailto:" not in html_of(letter)


def test_a_contact_cannot_add_fields_to_the_draft() -> None:
    contact = Address('"a?cc=eve@evil.example&x="@larkfield.example')

    page = html_of(written(TO_FREELANCER, replace(TOLD, contact=contact)))

    assert "mailto:%22a%3Fcc%3Deve@evil.example%26x%3D%22@larkfield.example?subject=" in page


def test_a_digest_has_a_line_a_project_and_belongs_to_none() -> None:
    letter = written(WEEKLY, Digest((STUCK, DONE)))

    told = text_of(letter)
    assert letter["Subject"] == "One of two projects waits for something"
    assert letter["X-Intake-Project"] == "unassigned"
    assert "Larkfield Optics · Q4 launch 2 of 5 here, silent for 12 days. Missing:" in told
    assert "Website relaunch Complete: everything is here." in told


def test_a_long_digest_stays_small() -> None:
    lines = tuple(
        replace(STUCK, project=replace(PROJECT, title=f"Launch {n} {'x' * 70}")) for n in range(200)
    )

    letter = written(WEEKLY, Digest(lines))

    assert len(html_of(letter).encode()) < 40_000
    assert "and 176 more" in text_of(letter)
