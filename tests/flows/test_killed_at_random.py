"""A worker killed at random moments and started again: nothing is lost, filed twice, answered twice or wrongly held."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.crashing import Crashing, crashing
from tests.storms import storm
from tests.worlds import Place


@pytest.fixture(scope="module")
def lives(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Crashing]:
    """What forks lives, for all tests."""
    with crashing(tmp_path_factory.mktemp("lives") / "lives.log") as made:
        yield made


@pytest.mark.proof
@pytest.mark.timeout(900)
def test_killed_300_times_over_300_messages_the_world_is_that_of_an_undisturbed_run(
    lives: Crashing, tmp_path: Path
) -> None:
    place = Place("sqlite", "folder", "maildir")

    toll = storm(lives, tmp_path / "storm", place, messages=300, kills=300, seed=2026)

    assert toll.wrong == ()
    assert toll.at_work > 200
    assert toll.letters == 600
    assert toll.doubtful == 0


@pytest.mark.proof
@pytest.mark.timeout(600)
def test_killed_at_random_moments_over_smtp_no_letter_leaves_twice(
    lives: Crashing, tmp_path: Path
) -> None:
    place = Place("postgresql", "folder", "smtp")

    toll = storm(lives, tmp_path / "storm", place, messages=40, kills=40, seed=2027)

    assert toll.wrong == ()
    assert toll.at_work > 20
    assert toll.doubtful <= 40
