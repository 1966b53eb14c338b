"""Ninety days of one engagement: few letters, each about what is true on its day, and both projects complete at the end."""

from __future__ import annotations

from datetime import date

import pytest

from intake.model import ItemState
from intake.reader import Reader
from tests.desks import FREELANCER
from tests.engagement import Played, play
from tests.maildesks import text_of

pytestmark = pytest.mark.proof

MIRA = "mira@larkfield.example"


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory, reader: Reader) -> Played:
    return play(tmp_path_factory.mktemp("engagement"), reader)


def days_of(played: Played, *, automatic: str) -> list[date]:
    """When the client got letters of that sort."""
    found = [each for each in played.to(MIRA) if each["Auto-Submitted"] == automatic]
    return [each["Date"].datetime.date() for each in found]


def test_the_client_gets_nine_letters_at_the_most(played: Played) -> None:
    assert 6 <= len(played.to(MIRA)) <= 9


def test_both_projects_are_complete_at_the_end(played: Played) -> None:
    assert [(each.project.title, each.complete) for each in played.reports] == [
        ("Spring fair", True),
        ("Winter launch", True),
    ]


def test_whoever_is_away_is_not_reminded(played: Played) -> None:
    away = (date(2026, 11, 27), date(2026, 12, 8))

    assert [
        each for each in days_of(played, automatic="auto-generated") if away[0] <= each <= away[1]
    ] == []


def test_a_complete_project_is_left_alone_until_its_roadmaps_run_out(played: Played) -> None:
    asked = [
        each for each in days_of(played, automatic="auto-generated") if each > date(2026, 12, 9)
    ]

    assert asked[0] == date(2027, 1, 4)  # the first working day of the year


def test_at_new_year_the_reminder_says_what_came_and_what_is_wanted(played: Played) -> None:
    [reminder] = [
        each for each in played.to(MIRA) if each["Date"].datetime.date() == date(2027, 1, 4)
    ]

    assert "Q1 2027 (January to March) is wanted" in text_of(reminder)
    assert "2026 came, 2027 is wanted" in text_of(reminder)


def test_the_second_project_begins_with_what_is_still_fresh_and_one_word_keeps_it(
    played: Played,
) -> None:
    kickoff, last = played.to(MIRA)[-2:]

    assert "We still have the one from Winter launch" in text_of(kickoff)
    assert text_of(last).startswith("Everything is here")
    spring = played.reports[0]
    required = [entry.state for entry in spring.items if entry.item.required]
    assert required == [ItemState.RECEIVED] * 5


def test_no_letter_to_the_client_says_what_the_one_before_said(played: Played) -> None:
    texts = [text_of(each) for each in played.to(MIRA)]

    assert len(set(texts)) == len(texts)


def test_the_freelancer_hears_of_each_change_and_once_a_week(played: Played) -> None:
    letters = played.to(FREELANCER)
    weekly = [each for each in letters if "projects wait" in each["Subject"]]

    assert {f"{each['Date'].datetime:%a}" for each in weekly} == {"Mon"}
    assert len([each for each in letters if each not in weekly]) == 6
