"""Who is written to about a mail that asks for something in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from intake.answers import letters_after_filing
from intake.model import (
    Address,
    AutoKind,
    LetterKind,
    Mailbox,
    Submission,
    Verb,
    Wish,
    WishState,
)
from storage.values import Deed, ProjectSet, Standing
from tests.unit.compose_cast import MIRA, ROBIN
from tests.unit.test_answers import NOTHING, OURS, QUINN, TOLD, mail, occasion

SPRING = Standing(OURS, 1, (), frozenset())


def deed(verb: Verb, state: WishState = WishState.DONE, *, about: Standing | None = None) -> Deed:
    return Deed(Wish(verb), state, by_freelancer=False, about=about)


def written_to(
    deeds: Sequence[Deed], *, by: Mailbox = MIRA, auto: AutoKind | None = None
) -> list[tuple[LetterKind, Address]]:
    """Kind and recipient of each letter about a mail without files, from somebody who was told something lately."""
    at = replace(occasion(mail(by), auto=auto), history=TOLD)
    submission = Submission(OURS, by.address, is_freelancer=by == ROBIN)
    found = letters_after_filing(at, submission, NOTHING, deeds)
    return [(letter.kind, letter.recipient.address) for letter in found]


def test_an_instruction_is_answered_though_the_person_was_told_something_today() -> None:
    assert (LetterKind.REPLY, MIRA.address) in written_to([deed(Verb.NOT_APPLICABLE)])
    assert (LetterKind.REPLY, MIRA.address) not in written_to([])


def test_a_freelancers_command_is_answered_and_told_to_the_other_freelancers() -> None:
    assert written_to([deed(Verb.PAUSE)], by=ROBIN) == [
        (LetterKind.REPORT, ROBIN.address),
        (LetterKind.REPORT, QUINN),
    ]


@pytest.mark.parametrize("verb", [Verb.STATUS, Verb.HELP])
def test_what_a_freelancer_only_asks_is_told_to_nobody_else(verb: Verb) -> None:
    asked = [deed(verb, WishState.TOLD)]

    assert written_to(asked, by=ROBIN) == [(LetterKind.REPORT, ROBIN.address)]


def test_how_another_project_stands_is_not_told_in_a_letter_about_this_one() -> None:
    asked = [deed(Verb.STATUS, WishState.TOLD, about=SPRING)]

    assert written_to(asked, by=ROBIN) == []


def test_what_is_changed_in_another_project_is_confirmed_to_whoever_asked_alone() -> None:
    asked = replace(deed(Verb.PAUSE, about=SPRING), change=ProjectSet())

    assert written_to([asked], by=ROBIN) == [(LetterKind.REPORT, ROBIN.address)]


def test_a_machine_is_not_answered() -> None:
    assert written_to([deed(Verb.LATER)], auto=AutoKind.AUTO_REPLIED) == [
        (LetterKind.REPORT, ROBIN.address),
        (LetterKind.REPORT, QUINN),
    ]
