"""`intake worker --once` killed at random moments and started again: the world is that of an undisturbed run."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from email import message_from_bytes
from pathlib import Path

import pytest

from intake.app import open_app
from intake.config import load
from intake.demo import documents
from intake.demo.documents import Enclosure
from storage.ledger import Ledger
from tests import servers
from tests.desks import TODAY, Wiring, config_file, letter, open_engagement, post, smtp_delivery

MESSAGES = 40
KILLS = 30
LONGEST_LIFE_SECONDS = 2.5
MOST_RUNS = 200


@dataclass(frozen=True, slots=True)
class World:
    """What is left when all is done: documents, filings and letters, without row numbers and times."""

    documents: frozenset[tuple[str, str, tuple[str, ...]]]
    letters: tuple[str, ...]
    waiting: int
    held: int
    doubtful: int
    inbox: int


def _enclosures() -> Sequence[Enclosure]:
    return (
        documents.investor_deck(TODAY),
        documents.quarterly_roadmap_sheet(TODAY),
        documents.yearly_roadmap(TODAY),
        documents.event_sheet(TODAY),
        documents.blog_posts(TODAY),
        documents.brand_guide(TODAY),
        documents.misnamed_invoice(TODAY),
    )


def _mail() -> tuple[bytes, ...]:
    """Forty messages: each document comes several times, most mail has two."""
    enclosures = _enclosures()
    pairs = [(enclosures[n % 7], enclosures[(n // 7) % 7]) for n in range(MESSAGES)]
    return tuple(
        letter(number=number, attach=[first] if first == second else [first, second])
        for number, (first, second) in enumerate(pairs)
    )


def _desk(folder: Path, mail: Sequence[bytes], wiring: Wiring | None = None) -> Path:
    """A desk with this mail waiting."""
    folder.mkdir()
    config = config_file(folder, wiring)
    with open_app(load(config, {})) as app:
        open_engagement(app)
    for number, octets in enumerate(mail):
        post(folder / "Maildir", octets, f"{number:03}.test")
    return config


def _start(config: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "intake", "worker", "--once", "--config", str(config)],
        stderr=subprocess.DEVNULL,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
    )


def _run_to_the_end(config: Path) -> None:
    for _ in range(MOST_RUNS):
        if _start(config).wait(timeout=300) == 0:
            return
    raise AssertionError("the work never ends")


def _run_with_kills(config: Path, *, seed: int) -> int:
    """Kill at random moments, `KILLS` times; returns how many runs were really cut off."""
    moments = random.Random(seed)  # noqa: S311  # moments, not secrets
    killed = 0
    for _ in range(KILLS):
        process = _start(config)
        time.sleep(moments.uniform(0.2, LONGEST_LIFE_SECONDS))
        killed += process.poll() is None
        process.kill()
        process.wait()
    return killed


def _look(config: Path, letters: Sequence[bytes]) -> World:
    settings = load(config, {})
    ledger = Ledger(settings.database.url)
    standing = ledger.standings()[0]
    world = World(
        documents=frozenset(
            (document.sha256, document.fate, document.filed_for) for document in standing.documents
        ),
        letters=tuple(sorted(message_from_bytes(octets)["Message-ID"] for octets in letters)),
        waiting=ledger.messages.waiting(),
        held=ledger.messages.statuses().get("held", 0),
        doubtful=len(ledger.letters.doubtful_ones()),
        inbox=len(list((config.parent / "Maildir" / "new").iterdir())),
    )
    ledger.close()
    return world


def _sent(folder: Path) -> list[bytes]:
    return [path.read_bytes() for path in (folder / "Sent" / "new").iterdir()]


@pytest.mark.proof
@pytest.mark.timeout(900)
def test_killed_at_random_moments_the_world_is_that_of_an_undisturbed_run(tmp_path: Path) -> None:
    mail = _mail()
    calm, wild = _desk(tmp_path / "calm", mail), _desk(tmp_path / "wild", mail)
    _run_to_the_end(calm)

    killed = _run_with_kills(wild, seed=2026)
    _run_to_the_end(wild)

    undisturbed = _look(calm, _sent(calm.parent))
    assert killed > KILLS // 3
    assert undisturbed.waiting == undisturbed.held == undisturbed.inbox == 0
    assert len(undisturbed.letters) == 2 * MESSAGES
    assert _look(wild, _sent(wild.parent)) == undisturbed


@pytest.mark.proof
@pytest.mark.timeout(900)
def test_killed_at_random_moments_over_smtp_no_letter_leaves_twice(tmp_path: Path) -> None:
    with servers.smtp_sink() as calm_sink, servers.smtp_sink() as wild_sink:
        mail = _mail()
        calm = _desk(tmp_path / "calm", mail, Wiring(delivery=smtp_delivery(calm_sink.port)))
        wild = _desk(tmp_path / "wild", mail, Wiring(delivery=smtp_delivery(wild_sink.port)))
        _run_to_the_end(calm)

        _run_with_kills(wild, seed=2027)
        _run_to_the_end(wild)

        undisturbed = _look(calm, [sent.octets for sent in calm_sink.letters])
        world = _look(wild, [sent.octets for sent in wild_sink.letters])
    assert world.documents == undisturbed.documents
    assert len(world.letters) == len(set(world.letters))
    assert len(set(undisturbed.letters) - set(world.letters)) <= world.doubtful
    assert set(world.letters) <= set(undisturbed.letters)
