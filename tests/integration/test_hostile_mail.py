"""Messages that are made to burst, loop, nest or drag on, through the guarded reader: each ends as it has to, in one child."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from datetime import date

import pytest

from intake.guard import Guard, GuardLimits
from intake.reader import MEMORY_OCTETS, WORK, Reader, reader_settings
from tests.bombs import BOMBS, Bomb

pytestmark = pytest.mark.proof
TODAY = date(2026, 6, 1)


LIMITS = GuardLimits(memory_octets=MEMORY_OCTETS, cpu_seconds=6, seconds=100)
"""Not of the clock, which a busy machine stretches: a child that takes longer is ended and the message with it."""


@pytest.fixture(scope="module")
def reader() -> Iterator[Reader]:
    with closing(Reader(reader_settings(None))) as made:
        made._guard = Guard(WORK, limits=LIMITS)
        yield made


@pytest.mark.parametrize("bomb", BOMBS, ids=lambda bomb: bomb.name)
def test_a_hostile_message_ends_as_it_has_to(bomb: Bomb, reader: Reader) -> None:
    with closing(reader.open(bomb.build(), envelope_recipient=None, received_on=TODAY)) as opened:
        found = [entry.classification for entry in opened.examined()]

        message = opened.message
        fates = Counter(entry.fate.value for entry in opened.parts)
    problems = Counter(entry.problem.value for entry in found if entry.problem is not None)
    deaths = [reason for entry in found for reason in entry.evidence if "could not be" in reason]
    assert fates == bomb.fates
    assert problems == bomb.problems
    assert message.defects == bomb.defects
    assert (message.sender.address if message.sender else None) == bomb.sender
    assert bomb.written in {None, message.written}
    assert deaths == []
