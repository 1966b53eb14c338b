"""Killed at any named instant, commit or naming of a file, and started again: the world is that of an undisturbed run."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest

from intake.instants import Instant
from intake.model import HoldReason
from storage.messages import MOST_DEATHS
from tests import stores
from tests.crashing import Crashing, Life, Point, crashing
from tests.desks import letter
from tests.sweeps import (
    DECIDE,
    KEEP,
    LAPTOP,
    MAIL,
    OFFER,
    SWEEPS,
    Choice,
    calm,
    engaged,
    kill_at,
    sweep,
)
from tests.worlds import Place, Stage, worlds

pytestmark = pytest.mark.proof


@pytest.fixture(scope="module")
def lives(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Crashing]:
    """What forks lives, for all tests."""
    log = tmp_path_factory.mktemp("lives") / "lives.log"
    with crashing(log, stores.S3_ENVIRONMENT) as made:
        yield made


@pytest.fixture(autouse=True)
def credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    """Those of the S3 server."""
    for name, value in stores.S3_ENVIRONMENT.items():
        monkeypatch.setenv(name, value)


def test_killed_after_a_letter_left_the_world_is_that_of_an_undisturbed_run(
    lives: Crashing, tmp_path: Path
) -> None:
    with worlds(tmp_path / "worlds", LAPTOP, MAIL) as made:
        undisturbed = calm(lives, made).world
        kill = kill_at(lives, made, Point(Instant.LEFT), undisturbed)

    assert kill.right, str(kill)
    assert undisturbed.arrived
    assert undisturbed.documents
    assert not undisturbed.inbox


def test_every_instant_is_passed_where_it_can_be_killed_at(lives: Crashing, tmp_path: Path) -> None:
    with ExitStack() as stack:
        made = [
            stack.enter_context(worlds(tmp_path / stage.name, place, stage))
            for place, stage in (
                (LAPTOP, DECIDE),
                (LAPTOP, KEEP),
                (LAPTOP, OFFER),
                (replace(LAPTOP, sink="sent-folder"), MAIL),
            )
        ]
        passed = {what for each in made for what in calm(lives, each).passed}

    assert set(Instant) - passed == set()


@pytest.mark.timeout(600)
@pytest.mark.parametrize(
    ("place", "choice", "stages"),
    SWEEPS,
    ids=[f"{choice.__name__}-{place}" for place, choice, _ in SWEEPS],
)
def test_killed_at_any_point_the_world_is_that_of_an_undisturbed_run(
    lives: Crashing, tmp_path: Path, place: Place, choice: Choice, stages: Sequence[Stage]
) -> None:
    kills = list(sweep(lives, tmp_path, place, choice, stages))

    assert [str(kill) for kill in kills if not kill.right] == []
    assert {kill.stage for kill in kills} == {stage.name for stage in stages}


def test_a_message_that_kills_each_worker_is_held_and_its_neighbours_are_not(
    lives: Crashing, tmp_path: Path
) -> None:
    mail = [letter(number=number, text="Where are we?\n") for number in (1, 2, 3)]
    killer = MAIL.mail[0]  # the only one with documents
    stage = Stage("killer", (mail[0], killer, mail[1], mail[2]), engaged)
    with worlds(tmp_path / "worlds", LAPTOP, stage) as made:
        desk = made.desk()
        life = Life(str(desk.config), dies_at=Point(Instant.DOCUMENT_KEPT))
        killed = [lives.live(life).killed for _ in range(MOST_DEATHS)]

        end = lives.live(life)

        world = made.look(desk)
    assert killed == [True] * MOST_DEATHS
    assert not end.killed
    assert [row[1:3] for row in world.messages if row[1] != "accepted"] == [
        ("held", HoldReason.FAILED_REPEATEDLY)
    ]
    assert len(world.done) == 3
    assert len(world.held) == 1
