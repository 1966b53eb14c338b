"""The audit: what happened, in a chain that shows every change and every gap."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import groupby

import pytest
import sqlalchemy as sa

from intake.errors import StaleViewError
from intake.model import HoldReason, ProjectState
from storage.audit import digest
from storage.ledger import Ledger
from storage.schema import Audit
from tests.ledgers import (
    accepted,
    arrive,
    claimed,
    document,
    engage,
    held,
    intent,
)


def rows(ledger: Ledger) -> list[Audit]:
    with ledger.database.read() as session:
        return list(session.scalars(sa.select(Audit).order_by(Audit.chain, Audit.position)))


def broken(audit: list[Audit]) -> list[int]:
    """The ids of rows whose position or hash does not follow from the row before in their chain."""
    wrong: list[int] = []
    for _, chain in groupby(audit, key=lambda row: row.chain):
        previous = ""
        for position, row in enumerate(chain, start=1):
            fields = (row.chain, position, row.at, row.event, row.ids)
            if row.position != position or row.hash != digest(previous, *fields):
                wrong.append(row.id)
            previous = row.hash
    return wrong


def tell_a_story(ledger: Ledger) -> None:
    project = engage(ledger)
    outcome = accepted(
        ledger.standing(project.id),
        "one",
        documents=[document(1), document(2, "other")],
        letters=[intent("one")],
    )
    ledger.messages.settle(claimed(ledger, "one"), outcome)
    ledger.messages.settle(claimed(ledger, "two"), held(HoldReason.COLLEAGUE, "two"))
    letter = ledger.letters.claim(ledger.worker)
    assert letter is not None
    ledger.letters.sent(letter)


def test_what_happened_to_a_project_is_told_in_order(ledger: Ledger) -> None:
    tell_a_story(ledger)

    assert [row.event for row in rows(ledger) if row.chain == 1] == [
        "project.opened",
        "document.filed",
        "document.filed",
        "letter.queued",
        "message.accepted",
        "letter.sent",
    ]


def test_every_row_follows_from_the_one_before(ledger: Ledger) -> None:
    tell_a_story(ledger)

    assert broken(rows(ledger)) == []


def test_a_changed_row_shows(ledger: Ledger) -> None:
    tell_a_story(ledger)
    with ledger.database.write() as session:
        session.execute(
            sa.update(Audit).where(Audit.event == "document.filed").values(event="document.lost")
        )

    assert broken(rows(ledger)) != []


def test_a_row_holds_ids_and_no_content(ledger: Ledger) -> None:
    tell_a_story(ledger)

    told = " ".join(f"{row.event} {row.ids}" for row in rows(ledger))

    assert "larkfield" not in told.lower()
    assert "deck" not in told.lower()


def test_chains_hold_where_two_workers_write_at_once(
    ledger: Ledger, open_ledger: Callable[[], Ledger]
) -> None:
    engage(ledger)

    with ThreadPoolExecutor(2) as pool:
        done = [pool.submit(write_often, open_ledger(), name) for name in ("a", "b")]
    written = sum(each.result() for each in done)

    audit = rows(ledger)
    assert broken(audit) == []
    assert sum(row.event == "message.received" for row in audit) == written


def test_a_decision_that_was_refused_leaves_no_trace(ledger: Ledger) -> None:
    project = engage(ledger)
    old = ledger.standing(project.id)
    ledger.directory.set_state(project.token, ProjectState.PAUSED)
    claim = claimed(ledger)
    before = len(rows(ledger))

    with pytest.raises(StaleViewError):
        ledger.messages.settle(claim, accepted(old, documents=[document(1)]))

    assert len(rows(ledger)) == before


def write_often(ledger: Ledger, name: str) -> int:
    """Receive ten messages; how many that were."""
    for number in range(10):
        arrive(ledger, f"{name} {number}")
    return 10
