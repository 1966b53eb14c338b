"""How long a part of the world is left alone that could not be reached."""

from __future__ import annotations

from intake.outages import pause_seconds


def test_what_works_is_not_left_alone() -> None:
    assert pause_seconds(0, refused=False) == 0


def test_the_pause_doubles_to_a_bound() -> None:
    pauses = [pause_seconds(failures, refused=False) for failures in (1, 2, 3, 5_000)]

    assert pauses == [2, 4, 8, 300]


def test_a_refused_login_is_tried_again_after_minutes() -> None:
    pauses = [pause_seconds(failures, refused=True) for failures in (1, 2, 3, 5_000)]

    assert pauses == [60, 120, 240, 900]
