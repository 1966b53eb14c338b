"""Documents that were read stay in memory while they are as they were read, and no more of them than there is room for."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from intake.model import Project
from storage import rows
from storage.ledger import Ledger
from tests.ledgers import accepted, claimed, document, engage


@pytest.fixture
def projects(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> tuple[Project, Project]:
    """Two projects with two documents each, and room for three."""
    monkeypatch.setattr(rows, "MOST_DOCUMENTS_KEPT", 3)
    one, two = (engage(ledger, token=token, title=token) for token in ("one", "two"))
    for project in (one, two):
        brought = [document(number, f"{project.token} {number}") for number in (1, 2)]
        outcome = accepted(ledger.standing(project.id), project.token, documents=brought)
        ledger.messages.settle(claimed(ledger, project.token), outcome)
    return one, two


def reads(ledger: Ledger, *read: Project) -> int:
    """How often documents are asked of the database when the standings of these are read in turn."""
    asked: list[bool] = []

    def asking(*given: object) -> None:
        asked.append("FROM document \n" in str(given[2]))

    with ledger.database.read() as session:
        engine = session.get_bind().engine
    sa.event.listen(engine, "before_cursor_execute", asking)
    for project in read:
        ledger.standing(project.id)
    sa.event.remove(engine, "before_cursor_execute", asking)
    return sum(asked)


def test_what_has_not_changed_is_read_once(
    ledger: Ledger, projects: tuple[Project, Project]
) -> None:
    one, _ = projects

    assert reads(ledger, one, one, one) == 1


def test_what_there_is_no_room_for_is_read_again(
    ledger: Ledger, projects: tuple[Project, Project]
) -> None:
    one, two = projects

    assert reads(ledger, one, two, one, two) == 4
