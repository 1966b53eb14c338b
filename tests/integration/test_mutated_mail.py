"""Random octets and thousands of mutated messages through parse → unpack → extract: no exception, no hang, bounded memory."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.bench.mutated_mail import GROWN_OCTETS, Outcome, run

COUNT = int(os.environ.get("INTAKE_MUTATED_MESSAGES", "2000"))
"""As many as fit into a build; `python -m tests.bench.mutated_mail` reads all 20,000, and says more."""
OCTETS = 10_000_000


def no_faults(outcome: Outcome) -> None:
    assert outcome.faults == []
    assert outcome.grown_octets < GROWN_OCTETS


@pytest.mark.proof
@pytest.mark.timeout(900)
def test_random_octets_are_read() -> None:
    outcome = run(count=0, octets=OCTETS)

    no_faults(outcome)
    assert outcome.messages > 100


@pytest.mark.proof
@pytest.mark.timeout(3600)
def test_mutations_of_our_own_messages_are_read() -> None:
    outcome = run(count=COUNT)

    no_faults(outcome)
    assert outcome.messages == COUNT


@pytest.mark.proof
@pytest.mark.timeout(3600)
def test_mutations_of_real_messages_are_read(shared: Path) -> None:
    outcome = run(count=COUNT, mail=shared / "mail")

    no_faults(outcome)
    assert outcome.messages == COUNT
