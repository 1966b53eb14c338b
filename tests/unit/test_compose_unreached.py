"""The notice about a person whom letters do not reach: who, why in plain words, and what to do."""

from __future__ import annotations

import email
from dataclasses import replace
from email import policy

import pytest

from intake.compose import Templates, compose, load_templates
from intake.model import Address, LetterKind, Obstacle, Thread, Unreached
from tests.unit.compose_cast import brief

MAX = Address("max@larkfield.example")


@pytest.fixture(scope="module")
def templates() -> Templates:
    return load_templates(None)


def text_of(person: Unreached, templates: Templates) -> str:
    """The subject and the text of the notice, unwrapped."""
    notice = replace(brief(LetterKind.NOTICE, thread=Thread("")), unreached=person)
    message = email.message_from_bytes(compose(notice, templates).octets, policy=policy.default)
    body = message.get_body(("plain",))
    assert body is not None
    return " ".join(f"{message['Subject']}\n{body.get_content()}".split())


@pytest.mark.parametrize(
    ("obstacle", "why"),
    [
        (Obstacle.NO_MAILBOX, "says that this mailbox does not exist"),
        (Obstacle.FULL, "says that this mailbox is full"),
        (Obstacle.TOO_LARGE, "says that our letter is too large"),
        (Obstacle.POLICY, "by a rule of its own or of our mail provider"),
        (Obstacle.PUT_OFF, "put our letter off for two days"),
        (Obstacle.OTHER, "does not take our letter"),
    ],
)
def test_it_says_who_and_why(obstacle: Obstacle, why: str, templates: Templates) -> None:
    told = text_of(Unreached(MAX, obstacle, lasting=False), templates)

    assert told.startswith(f"Our letters do not reach {MAX}")
    assert why in told


@pytest.mark.parametrize(
    ("lasting", "outlook"),
    [(True, "The next letters will not get there either"), (False, "the next one may well be")],
)
def test_it_says_whether_the_next_letter_will_meet_the_same(
    *, lasting: bool, outlook: str, templates: Templates
) -> None:
    assert outlook in text_of(Unreached(MAX, Obstacle.FULL, lasting=lasting), templates)


def test_it_says_how_to_make_another_address_known(templates: Templates) -> None:
    told = text_of(Unreached(MAX, Obstacle.NO_MAILBOX, lasting=True), templates)

    assert "intake client contact add" in told
    assert "NEW-ADDRESS" in told


def test_another_address_is_not_asked_for_where_it_would_not_help(templates: Templates) -> None:
    told = text_of(Unreached(MAX, Obstacle.TOO_LARGE, lasting=False), templates)

    assert "contact add" not in told


def test_it_begins_a_thread_of_its_own(templates: Templates) -> None:
    notice = replace(
        brief(LetterKind.NOTICE), unreached=Unreached(MAX, Obstacle.FULL, lasting=True)
    )

    message = email.message_from_bytes(compose(notice, templates).octets, policy=policy.default)

    assert message["In-Reply-To"] is None
    assert message["Auto-Submitted"] == "auto-generated"
