"""Many messages, and a worker that is killed at random moments while it is at work on them."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from intake.demo import documents
from intake.demo.documents import Enclosure
from intake.model import HoldReason
from tests.crashing import Crashing, Life
from tests.desks import TODAY, letter
from tests.sweeps import calm, engaged
from tests.worlds import Desk, Place, Stage, World, Worlds, worlds

START_UP = 8
"""What a life passes before it is at work."""
LONGEST_DELAY_SECONDS = 0.03
_LETTERS = "abcdefghiklmnoprstuvwz"


@dataclass(frozen=True, slots=True)
class Toll:
    """What a storm cost; each of the first four must be 0, and `unlike` empty: other differences from a calm world."""

    lost: int
    filed_twice: int
    answered_twice: int
    wrongly_held: int
    unlike: tuple[str, ...]
    kills: int
    at_work: int
    letters: int
    doubtful: int
    seconds: float

    @property
    def wrong(self) -> tuple[str, ...]:
        """All that must not be, in words."""
        counts = {
            "lost": self.lost,
            "filed twice": self.filed_twice,
            "answered twice": self.answered_twice,
            "wrongly held": self.wrongly_held,
        }
        return (*(f"{number} {what}" for what, number in counts.items() if number), *self.unlike)


def storm(
    lives: Crashing,
    folder: Path,
    place: Place,
    *,
    messages: int,
    kills: int,
    seed: int,
    told: Callable[[int], None] = lambda _: None,
) -> Toll:
    """Kill a worker so often over so many messages, then let it finish; `told` hears of each kill."""
    stage = Stage("storm", tuple(_mail(messages, seed)), engaged)
    with worlds(folder, place, stage) as made:
        undisturbed = calm(lives, made)
        began = time.monotonic()
        passings = sum(undisturbed.passed.values())
        desk = made.desk()
        at_work = 0
        chance = random.Random(seed)  # noqa: S311  # moments, not secrets
        for number in range(kills):
            # On the average so much that there is work left for the last one.
            moment = chance.randint(1, 2 * START_UP + int(1.5 * passings / kills))
            at_work += _kill(lives, made, desk, moment, chance)
            told(number + 1)
        lives.to_the_end(desk.config)
        world = made.look(desk)
        return _toll(world, undisturbed.world, kills, at_work, seconds=time.monotonic() - began)


def _kill(lives: Crashing, made: Worlds, desk: Desk, moment: int, chance: random.Random) -> bool:
    """Kill one worker some time after it has passed so much; whether it was at work then."""
    life = Life(str(desk.config), tells_at=moment)
    end = lives.live(life, then_seconds=chance.uniform(0.0, LONGEST_DELAY_SECONDS))
    made.await_death(desk)
    return end.killed and moment > START_UP


def _mail(messages: int, seed: int) -> Iterator[bytes]:
    """Each with a text of its own, and with a document that others have too."""
    chance = random.Random(seed)  # noqa: S311  # words, not secrets
    shared = (
        documents.quarterly_roadmap_sheet(TODAY),
        documents.event_sheet(TODAY),
        documents.brand_guide(TODAY),
    )
    for number in range(messages):
        words = " ".join("".join(chance.choices(_LETTERS, k=7)) for _ in range(80))
        own = Enclosure(f"{words[:7]}.txt", "text/plain", words.encode())
        yield letter(number=number, attach=[own, shared[number % len(shared)]])


def _toll(world: World, calm: World, kills: int, at_work: int, *, seconds: float) -> Toll:
    doubtful = world.doubtful
    arrived, expected = Counter(world.arrived), Counter(calm.arrived)
    return Toll(
        lost=len(calm.messages)
        - len(world.messages)
        + len(world.inbox)
        + len(expected - arrived - Counter(doubtful)),
        filed_twice=sum((_filed(world) - _filed(calm)).values()),
        answered_twice=sum((arrived - expected).values()),
        wrongly_held=sum(HoldReason.FAILED_REPEATEDLY in row for row in world.messages),
        unlike=tuple(_unlike(world, calm)),
        kills=kills,
        at_work=at_work,
        letters=len(world.arrived),
        doubtful=len(doubtful),
        seconds=seconds,
    )


def _filed(world: World) -> Counter[tuple[str, str]]:
    """What counts toward what; numbers follow from the order, which a storm changes."""
    return Counter((row[2], row[4]) for row in world.documents)


def _unlike(world: World, calm: World) -> Iterator[str]:
    """What else differs; pages tell documents in their order, so that only their being there is compared."""
    if _filed(world) != _filed(calm):
        yield "other documents"
    if world.messages != calm.messages:
        yield "other messages"
    if (world.done, world.held) != (calm.done, calm.held):
        yield "another mailbox"
    if [key for key, _ in world.blobs] != [key for key, _ in calm.blobs]:
        yield "other blobs"
    if world.broken_chains or world.unindexed:
        yield "a broken audit, or pages that are not written"
    if [row[:3] for row in world.letters] != [row[:3] for row in calm.letters]:
        yield "other letters"
