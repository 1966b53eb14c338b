"""What is said of mail that waits: whose is taken, and which project it is for."""

from __future__ import annotations

from dataclasses import replace

import pytest

from intake.instructions import (
    Ambiguous,
    AskedWhich,
    AskedWho,
    Assign,
    Doubt,
    Instruction,
    KeepOut,
    KnownHold,
    Leave,
    LetIn,
    NotApplicable,
    read,
)
from intake.model import Address, HoldId, LetterKind, Token
from intake.questions import question_of
from storage.values import Asked
from tests.unit.instruction_cast import CALENDAR, CONTACT, FREELANCER, LAUNCH, SPRING

JONAS, LENA = Address("jonas@larkfield.example"), Address("lena@larkfield.example")
HELD = (KnownHold(12, JONAS), KnownHold(2, LENA))
WHO = replace(FREELANCER, question=AskedWho(JONAS), held=HELD)
WHICH = replace(CONTACT, question=AskedWhich((Token("acme-web"), LAUNCH, SPRING)))
YES, NO = (LetIn(JONAS),), (KeepOut(JONAS),)


@pytest.mark.parametrize(
    ("mail", "asked"),
    [
        ("yes", YES),
        ("Yes please, he's a new colleague.", YES),
        ("Sure, add him as a contact", YES),
        ("I know him, that's fine", YES),
        ("ja", YES),
        ("Kenne ich, bitte freigeben", YES),
        ("no", NO),
        ("Never heard of him.", NO),
        ("That's spam, block him", NO),
        ("Nein, kenne ich nicht.", NO),
        ("Please don't let him in", NO),
        ("release 2", (LetIn(LENA),)),
        ("Please reject mail 12", NO),
        ("Mail 12 ablehnen", NO),
        ("Mail 2 freigeben", (LetIn(LENA),)),
        ("release mail 99", (LetIn(None),)),
        ("reject file 2", (Leave(2),)),
        ("reject 2", (Leave(2),)),
        ("Yes he is their new CFO", (Ambiguous(Doubt.IS_IT_SO, YES),)),
        ("Who is that?", ()),
        ("I'll ask Jo about him.", ()),
        ("Yes, but only for the launch.", (Ambiguous(Doubt.IS_IT_SO, YES),)),
        ("if he works there, yes", ()),
        ("> yes", ()),
    ],
)
def test_a_word_about_a_colleague(mail: str, asked: tuple[Instruction, ...]) -> None:
    assert read(mail, context=WHO) == asked


def test_without_a_question_only_a_number_says_whose_mail_is_meant() -> None:
    context = replace(WHO, question=None)

    assert read("yes", context=context) == ()
    assert read("release 12", context=context) == YES


def test_a_client_lets_nobody_in() -> None:
    assert read("release mail 12", context=replace(CONTACT, held=HELD)) == ()


@pytest.mark.parametrize(
    ("mail", "asked"),
    [
        ("2", (Assign(LAUNCH),)),
        ("Number 3 please", (Assign(SPRING),)),
        ("Q4 launch", (Assign(LAUNCH),)),
        ("It's for the Spring campaign.", (Assign(SPRING),)),
        ("the second one, sorry", (Assign(LAUNCH),)),
        ("acme-web", (Assign(Token("acme-web")),)),
        ("Das ist für Q4 launch, danke", (Assign(LAUNCH),)),
        (
            "It belongs to Q4 launch. And we have no event calendar.",
            (Assign(LAUNCH), NotApplicable(CALENDAR)),
        ),
        ("7", ()),
        ("Not for the website relaunch", ()),
        ("Q4 launch and Spring campaign", ()),
        ("Which one do you mean?", ()),
    ],
)
def test_a_word_about_the_project(mail: str, asked: tuple[Instruction, ...]) -> None:
    assert read(mail, context=WHICH) == asked


def test_projects_are_numbered_as_they_were_when_the_letter_left() -> None:
    letter = b"To: ana@acme.example\r\n\r\n1. Q4 launch\r\n  intake+Acme-Q4@studio.example\r\n2. Spring\r\n  intake+acme-spring@studio.example\r\n"
    asked = Asked(LetterKind.QUESTION, Address("ana@acme.example"), letter, (HoldId(1),))

    assert question_of(asked, Address("intake@studio.example")) == AskedWhich((LAUNCH, SPRING))
