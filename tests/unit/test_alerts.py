"""When the operator is written to: at once or after a while, once, again after days, and never of what is explained already."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from intake.alerts import Alarm, Outages, Sight, decide, sight_of
from intake.config import Settings
from intake.health import Trouble
from intake.model import LetterState
from storage.alerts import PastAlert
from storage.health import Health
from tests.desks import Wiring, desk_settings

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
WELL = Health(
    now=NOW,
    waiting=0,
    oldest_waiting=None,
    tries=0,
    deaths=0,
    unsent=0,
    oldest_unsent=None,
    attempts=0,
    held=(),
    doubtful=0,
    last_seen=NOW,
    workers=1,
)
LONG_AGO = NOW - timedelta(minutes=31)
STUCK = replace(WELL, waiting=3, oldest_waiting=LONG_AGO, unsent=2, oldest_unsent=LONG_AGO)
MAILBOX = Alarm(Trouble.REFUSED, "sources[0]")
PRESENT = Sight(frozenset({MAILBOX}))
OVER = Sight(frozenset(), frozenset({"sources[0]"}))


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return desk_settings(tmp_path, Wiring(further={"alerts": {"to": ["ops@studio.example"]}}))


def outages(*away: str, since: datetime = LONG_AGO, refused: str = "") -> Outages:
    return Outages(dict.fromkeys(away, since), frozenset({refused} - {""}), frozenset())


def seen(settings: Settings, health: Health, world: Outages) -> set[tuple[str, str]]:
    return {(each.trouble, each.what) for each in sight_of(settings, health, world).present}


@pytest.mark.parametrize(
    ("health", "world", "expected"),
    [
        (WELL, outages(), set()),
        (STUCK, outages(), {("waiting", ""), ("unsent", "")}),
        (replace(WELL, doubtful=1), outages(), {("doubtful", "")}),
        (WELL, outages("sources[0]", since=NOW), set()),
        (WELL, outages("sources[0]"), {("unreachable", "sources[0]")}),
        (
            WELL,
            outages("sources[0]", since=NOW, refused="sources[0]"),
            {("refused", "sources[0]")},
        ),
        (STUCK, outages("delivery"), {("waiting", ""), ("unreachable", "delivery")}),
        (STUCK, outages("blobs"), {("unsent", ""), ("unreachable", "blobs")}),
        (replace(WELL, last_seen=None), outages(), set()),
    ],
    ids=[
        "all is well",
        "mail and letters wait",
        "a letter in doubt",
        "an outage that has just begun",
        "an outage that lasts",
        "a refused login",
        "letters wait for the sink",
        "mail waits for the store",
        "no worker was ever seen",
    ],
)
def test_what_is_told_is_what_nothing_else_explains(
    settings: Settings, health: Health, world: Outages, expected: set[tuple[str, str]]
) -> None:
    assert seen(settings, health, world) == expected


def test_held_letters_of_a_rehearsal_are_no_trouble(settings: Settings) -> None:
    held = settings.delivery.model_copy(update={"hold": True})
    rehearsal = settings.model_copy(update={"delivery": held})

    assert seen(rehearsal, replace(STUCK, waiting=0, oldest_waiting=None), outages()) == set()


def causes(*times: tuple[Sight, timedelta]) -> list[tuple[str, timedelta]]:
    """The letters of a story, each with its stage and its moment; each leaves at once."""
    past: list[PastAlert] = []
    told = []
    for sight, after in times:
        for owed in decide(past, sight, now=NOW + after):
            past.append(PastAlert(owed.cause, LetterState.SENT, NOW + after))
            told.append((owed.cause.split(":")[1], after))
    return told


def every(minutes: int, *, hours: int, sight: Sight = PRESENT) -> list[tuple[Sight, timedelta]]:
    return [(sight, timedelta(minutes=each)) for each in range(0, hours * 60, minutes)]


def test_what_lasts_is_told_four_times_in_a_month() -> None:
    told = causes(*every(60, hours=24 * 30))

    assert told == [
        ("0", timedelta()),
        ("1", timedelta(days=1)),
        ("2", timedelta(days=3)),
        ("3", timedelta(days=7)),
    ]


def test_what_is_neither_there_nor_surely_over_stays_open() -> None:
    nothing_known = Sight(frozenset())

    assert causes((PRESENT, timedelta()), (nothing_known, timedelta(hours=1))) == [
        ("0", timedelta())
    ]


def test_a_login_that_comes_and_goes_all_day_is_told_five_times_at_the_most() -> None:
    by_turns = [
        (PRESENT if number % 2 else OVER, at) for number, (_, at) in enumerate(every(5, hours=24))
    ]

    begun = [stage for stage, _ in causes(*by_turns) if stage == "0"]

    assert 2 <= len(begun) <= 5


def test_an_outage_that_becomes_a_refusal_is_one_trouble() -> None:
    away = Sight(frozenset({Alarm(Trouble.UNREACHABLE, "sources[0]")}))

    assert causes((away, timedelta()), (PRESENT, timedelta(minutes=5))) == [("0", timedelta())]


def test_an_alert_about_delivery_is_over_when_it_has_left() -> None:
    away = Sight(frozenset({Alarm(Trouble.REFUSED, "delivery")}))
    works = Sight(frozenset(), frozenset({"delivery"}))

    assert causes((away, timedelta()), (works, timedelta(minutes=5))) == [("0", timedelta())]
