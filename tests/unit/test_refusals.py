"""What a refusal of a recipient means: the person's mailbox, or something that the next letter need not meet."""

from __future__ import annotations

import pytest

from intake.model import Address, Obstacle, Setback, Unreached
from intake.refusals import obstacle_of, unreached

ANA = Address("ana@client.example")


@pytest.mark.parametrize(
    ("status", "obstacle"),
    [
        ("550 5.1.1", Obstacle.NO_MAILBOX),
        ("550 5.1.10", Obstacle.NO_MAILBOX),
        ("550 5.2.1", Obstacle.NO_MAILBOX),
        ("550 5.4.4", Obstacle.NO_MAILBOX),
        ("550", Obstacle.NO_MAILBOX),
        ("551", Obstacle.NO_MAILBOX),
        ("552 5.2.2", Obstacle.FULL),
        ("552", Obstacle.FULL),
        ("552 5.3.4", Obstacle.TOO_LARGE),
        ("552 5.2.3", Obstacle.TOO_LARGE),
        ("554 5.7.1", Obstacle.POLICY),
        ("550 5.7.1", Obstacle.POLICY),
        ("550 5.7.26", Obstacle.POLICY),
        ("530", Obstacle.POLICY),
        ("554", Obstacle.POLICY),
        ("550 5.1.8", Obstacle.OTHER),
        ("554 5.6.0", Obstacle.OTHER),
        ("599", Obstacle.OTHER),
        ("", Obstacle.OTHER),
    ],
)
def test_the_code_tells_the_family(status: str, obstacle: Obstacle) -> None:
    assert obstacle_of(status) is obstacle


@pytest.mark.parametrize(
    ("status", "lasting"),
    [("550 5.1.1", True), ("552 5.2.2", True), ("550 5.7.1", False), ("552 5.3.4", False)],
)
def test_only_what_is_wrong_with_the_mailbox_itself_lasts(status: str, *, lasting: bool) -> None:
    assert unreached(Setback(ANA, status)).lasting is lasting


def test_a_letter_that_was_refused_to_several_says_nothing_lasting_of_one() -> None:
    assert unreached(Setback(ANA, "550 5.1.1", alone=False)) == Unreached(
        ANA, Obstacle.NO_MAILBOX, lasting=False
    )
