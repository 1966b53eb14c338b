"""The audit: what happened, in a chain that shows every change and every gap."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa

from intake.errors import StaleViewError
from intake.model import HoldReason, ProjectState, Token
from storage.chains import Break, Chains, Flaw, Verdict, verify
from storage.ledger import Ledger
from storage.schema import Audit, AuditHead
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


def verdict(ledger: Ledger) -> Verdict:
    return verify(Chains(ledger.database).lines())


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

    assert verdict(ledger) == Verdict(events=len(rows(ledger)), projects=1, breaks=())


def test_a_ledger_in_which_nothing_happened_holds(ledger: Ledger) -> None:
    assert verdict(ledger) == Verdict(events=0, projects=0, breaks=())


def row_at(position: int) -> tuple[sa.ColumnElement[bool], ...]:
    return (Audit.chain == 1, Audit.position == position)


TAMPERING: dict[str, tuple[list[sa.Executable], Break]] = {
    "another event": (
        [sa.update(Audit).where(*row_at(2)).values(event="document.lost")],
        Break(1, 2, Flaw.CHANGED),
    ),
    "other ids": (
        [sa.update(Audit).where(*row_at(3)).values(ids='{"document": 9}')],
        Break(1, 3, Flaw.CHANGED),
    ),
    "another time": (
        [sa.update(Audit).where(*row_at(1)).values(at="2026-01-01T00:00:00+00:00")],
        Break(1, 1, Flaw.CHANGED),
    ),
    "two rows in the other order": (
        [
            sa.update(Audit).where(*row_at(2)).values(position=99),
            sa.update(Audit).where(*row_at(3)).values(position=2),
            sa.update(Audit).where(*row_at(99)).values(position=3),
        ],
        Break(1, 2, Flaw.CHANGED),
    ),
    "a row taken out": ([sa.delete(Audit).where(*row_at(4))], Break(1, 5, Flaw.GAP)),
    "the first row taken out": ([sa.delete(Audit).where(*row_at(1))], Break(1, 2, Flaw.GAP)),
    "the tail cut off": (
        [sa.delete(Audit).where(Audit.chain == 1, Audit.position > 4)],
        Break(1, 5, Flaw.CUT),
    ),
    "a whole chain taken out, with its end": (
        [
            sa.delete(Audit).where(Audit.chain == 1),
            sa.delete(AuditHead).where(AuditHead.chain == 1),
        ],
        Break(1, 1, Flaw.CUT),
    ),
    "the tail cut off, and the end put back": (
        [
            sa.delete(Audit).where(Audit.chain == 1, Audit.position > 4),
            sa.update(AuditHead).where(AuditHead.chain == 1).values(position=4),
        ],
        Break(1, 4, Flaw.BEYOND),
    ),
    "the end taken away": (
        [sa.delete(AuditHead).where(AuditHead.chain == 1)],
        Break(1, 6, Flaw.BEYOND),
    ),
    "the end put back": (
        [sa.update(AuditHead).where(AuditHead.chain == 1).values(position=4)],
        Break(1, 6, Flaw.BEYOND),
    ),
}


@pytest.mark.parametrize(("statements", "found"), TAMPERING.values(), ids=TAMPERING)
def test_whoever_writes_into_a_chain_is_found_out(
    ledger: Ledger, statements: list[sa.Executable], found: Break
) -> None:
    tell_a_story(ledger)

    tamper(ledger, statements)

    assert verdict(ledger).breaks == (found,)


@pytest.mark.parametrize(
    "how",
    [
        "another event",
        "a row taken out",
        "the tail cut off",
        "a whole chain taken out, with its end",
    ],
)
def test_work_goes_on_after_somebody_wrote_into_a_chain_and_it_stays_found_out(
    ledger: Ledger, how: str
) -> None:
    tell_a_story(ledger)
    tamper(ledger, TAMPERING[how][0])

    ledger.directory.set_state(Token("q4"), ProjectState.PAUSED)

    assert [broken.chain for broken in verdict(ledger).breaks] == [1]


def tamper(ledger: Ledger, statements: list[sa.Executable]) -> None:
    with ledger.database.write() as session:
        for statement in statements:
            session.execute(statement)


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
    assert verdict(ledger).breaks == ()
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


def test_a_chain_whose_end_was_removed_goes_on_after_its_last_row(ledger: Ledger) -> None:
    tell_a_story(ledger)
    before = [row.position for row in rows(ledger) if row.chain == 1]
    with ledger.database.write() as session:
        session.execute(sa.delete(AuditHead))

    ledger.directory.set_state(Token("q4"), ProjectState.PAUSED)

    after = [row.position for row in rows(ledger) if row.chain == 1]
    assert after == [*before, len(before) + 1]
    assert [each for each in verdict(ledger).breaks if each.chain == 1] == []


def test_about_how_many_rows_there_are_is_known_beforehand(ledger: Ledger) -> None:
    tell_a_story(ledger)

    assert Chains(ledger.database).size() == len(rows(ledger))
