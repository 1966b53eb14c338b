"""What letters say of the instructions in a mail: to whoever wrote it, and to the freelancers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from email import message_from_bytes
from email.policy import default

import pytest

from intake.compose import Templates, compose
from intake.instructions import Doubt
from intake.model import (
    Address,
    Errand,
    ItemName,
    Kind,
    LetterKind,
    Mailbox,
    MessageNumber,
    NotedWish,
    Remark,
    Thread,
    Token,
    Verb,
    Wish,
    WishState,
)
from tests.gallery import load_templates
from tests.unit.compose_cast import MIRA, NOON, ROBIN, brief, document, received, sure

CALENDAR = ItemName("event-calendar")
QUARTER = ItemName("quarterly-roadmap")
STRANGER = Address("design@elsewhere.example")


@pytest.fixture(scope="module")
def templates() -> Templates:
    return load_templates()


def wish(
    verb: Verb,
    *,
    number: int | None = 1,
    until: date | None = date(2027, 1, 15),
    phrase: str = "",
    candidates: Sequence[Wish] = (),
    doubt: str | None = None,
) -> Wish:
    return Wish(
        verb,
        item=CALENDAR,
        number=number,
        kind=Kind("case_study"),
        until=until,
        project=Token("spring"),
        address=STRANGER,
        phrase=phrase,
        candidates=tuple(candidates),
        doubt=doubt,
    )


def text_of(
    kind: LetterKind,
    templates: Templates,
    *asked: Wish,
    state: WishState = WishState.DONE,
    remark: Remark | None = None,
    by: Mailbox = MIRA,
) -> str:
    """The text of the letter about a mail that asked for this, its lines unwrapped."""
    noted = tuple(
        NotedWish(
            number,
            MessageNumber(1),
            number,
            by.address,
            by_freelancer=by == ROBIN,
            state=state,
            at=NOON,
            wish=each,
            remark=remark,
        )
        for number, each in enumerate(asked)
    )
    mail = replace(received(), sender=by, wishes=noted)
    written = brief(kind, [document(1, sure("deck"), "deck.pdf")], mail)
    written = replace(written, titles=((Token("spring"), "Spring fair"),))
    letter = message_from_bytes(compose(written, templates).octets, policy=default)
    body = letter.get_body(("plain",))
    assert body is not None
    return " ".join(str(body.get_content()).split())


@pytest.mark.parametrize("verb", sorted(set(Verb) - {Verb.STATUS, Verb.HELP, Verb.UNDO}))
def test_every_instruction_is_confirmed(templates: Templates, verb: Verb) -> None:
    assert "Noted: " in text_of(LetterKind.REPLY, templates, wish(verb))


@pytest.mark.parametrize("verb", sorted(set(Verb) - {Verb.STATUS, Verb.HELP, Verb.UNDO}))
def test_every_instruction_that_is_taken_back_is_named(templates: Templates, verb: Verb) -> None:
    undo = replace(wish(Verb.UNDO), command=verb.value)

    assert "Taken back: " in text_of(LetterKind.REPLY, templates, undo)


@pytest.mark.parametrize("remark", list(Remark))
def test_what_changed_nothing_is_said_with_its_reason(templates: Templates, remark: Remark) -> None:
    text = text_of(
        LetterKind.REPLY, templates, wish(Verb.LATER), state=WishState.TOLD, remark=remark
    )

    assert "You wrote: " in text
    assert "Noted: " not in text


@pytest.mark.parametrize("doubt", list(Doubt))
def test_a_question_shows_the_words_and_what_they_may_mean(
    templates: Templates, doubt: Doubt
) -> None:
    asked = wish(
        Verb.UNCLEAR,
        doubt=doubt.value,
        phrase="the calendar",
        candidates=[wish(Verb.NOT_APPLICABLE), Wish(Verb.IS_KIND, number=1, kind=Kind("deck"))],
    )

    text = text_of(LetterKind.REPLY, templates, asked, state=WishState.ASKED)

    assert "“the calendar”" in text
    assert "4. No event calendar" in text
    assert "deck.pdf · file 1 is a slide deck" in text


def test_the_freelancer_hears_of_a_waiver_and_how_to_object(templates: Templates) -> None:
    text = text_of(LetterKind.REPORT, templates, wish(Verb.NOT_APPLICABLE))

    assert "Mira Hollis: no event calendar." in text
    assert "Answer “veto” if it is still needed." in text


@pytest.mark.parametrize(
    ("verb", "asked"),
    [
        (Verb.SOMEONE_ELSE, "May we ask design@elsewhere.example for the event calendar?"),
        (Verb.KEEP, "Is the event calendar that is here good enough?"),
    ],
)
def test_the_freelancer_is_asked_for_a_yes(templates: Templates, verb: Verb, asked: str) -> None:
    text = text_of(LetterKind.REPORT, templates, wish(verb), state=WishState.AWAITING)

    assert asked in text
    assert "Answer “yes” or “no”." in text


def test_a_command_about_another_project_is_told_to_nobody_else(templates: Templates) -> None:
    quinn = Mailbox("Quinn", Address("quinn@studio.example"))

    text = text_of(LetterKind.REPORT, templates, wish(Verb.PAUSE), by=quinn)

    assert "Spring fair" not in text


def test_whoever_was_named_is_asked_for_one_thing_and_told_nothing_of_the_project(
    templates: Templates,
) -> None:
    asked = replace(
        brief(LetterKind.ERRAND),
        recipient=Mailbox("", STRANGER),
        desk=Mailbox("Studio Intake", Address("intake@studio.example")),
        report=None,
        thread=Thread(""),
        errand=Errand("Event calendar", "Larkfield Optics"),
    )

    octets = compose(asked, templates).octets.decode()

    assert "Subject: Event calendar of Larkfield Optics" in octets
    assert "X-Intake-Project: unassigned" in octets
    assert not [word for word in ("larkfield-q4", "Q4 launch", "missing") if word in octets]


@pytest.mark.parametrize(
    ("verb", "said"),
    [
        (Verb.LATER, "Noted: quarterly roadmap and event calendar come later: 15 January 2027."),
        (Verb.KEEP, "Noted: quarterly roadmap and event calendar hold as they are here."),
    ],
)
def test_what_is_said_of_several_items_in_one_word_is_one_line(
    templates: Templates, verb: Verb, said: str
) -> None:
    asked = [replace(wish(verb, number=None), item=item) for item in (QUARTER, CALENDAR)]

    assert said in text_of(LetterKind.REPLY, templates, *asked)
