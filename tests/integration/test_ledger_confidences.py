"""What is confidential, as both engines remember it, and the three steps in which a document moves."""

from __future__ import annotations

from dataclasses import replace

import pytest

from intake.errors import StaleViewError
from intake.model import BlobKey, Document, Project, Secrecy, Token
from storage.chains import Chains, verify
from storage.directory import ProjectChange
from storage.ledger import Ledger
from tests.ledgers import accepted, claimed, document, engage

TOKEN = Token("q4")


@pytest.fixture
def project(ledger: Ledger) -> Project:
    """A project with two documents, the second of which was said to be confidential."""
    made = engage(ledger)
    said = replace(
        document(2, "prices"),
        confidential=True,
        confidential_for=Secrecy.WORD,
        blob=BlobKey(f"confidential/1/1/{document(2, 'prices').sha256}"),
    )
    settlement = accepted(ledger.standing(made.id), documents=[document(1), said])
    ledger.messages.settle(claimed(ledger), settlement)
    return made


def reasons(ledger: Ledger, project: Project) -> list[Secrecy | None]:
    """Why each document is confidential, None where it is not."""
    return [
        each.confidential_for if each.confidential else None for each in documents(ledger, project)
    ]


def documents(ledger: Ledger, project: Project) -> tuple[Document, ...]:
    return ledger.standing(project.id).documents


def test_made_confidential_it_is_to_move_and_its_project_has_changed(
    ledger: Ledger, project: Project
) -> None:
    before = ledger.standing(project.id).version

    changed = ledger.confidences.make_confidential(project.id, [1, 2], why=Secrecy.PERSON)

    assert changed == (1,)
    assert reasons(ledger, project) == [Secrecy.PERSON, Secrecy.WORD]
    assert [each.is_placed for each in ledger.confidences.misplaced(project.id)] == [False]
    assert ledger.standing(project.id).version == before + 1


def test_made_so_again_nothing_changes(ledger: Ledger, project: Project) -> None:
    ledger.confidences.make_confidential(project.id, [1], why=Secrecy.PERSON)
    before = ledger.standing(project.id).version

    assert ledger.confidences.make_confidential(project.id, [1], why=Secrecy.ITEM) == ()
    assert ledger.standing(project.id).version == before


def test_a_project_that_is_taken_back_leaves_what_has_a_reason_of_its_own(
    ledger: Ledger, project: Project
) -> None:
    edit = ledger.directory.edit_project

    edited = edit(TOKEN, ProjectChange(confidential=True))
    all_of_it = reasons(ledger, project)
    taken_back = edit(TOKEN, ProjectChange(confidential=False))

    assert (edited.confidential, taken_back.confidential) == (True, False)
    assert all_of_it == [Secrecy.PROJECT, Secrecy.WORD]
    assert reasons(ledger, project) == [None, Secrecy.WORD]


def test_what_is_said_of_a_document_of_a_confidential_project_outlives_that(
    ledger: Ledger, project: Project
) -> None:
    ledger.directory.edit_project(TOKEN, ProjectChange(confidential=True))
    view = ledger.standing(project.id)
    again = replace(accepted(view, "again"), concealed=(1,))
    ledger.messages.settle(claimed(ledger, "again"), again)

    ledger.directory.edit_project(TOKEN, ProjectChange(confidential=False))

    assert reasons(ledger, project) == [Secrecy.WORD, Secrecy.WORD]


def test_a_message_that_conceals_is_decided_again_on_a_newer_view(
    ledger: Ledger, project: Project
) -> None:
    view = ledger.standing(project.id)
    ledger.confidences.make_open(project.id, [2])

    with pytest.raises(StaleViewError):
        ledger.messages.settle(
            claimed(ledger, "again"), replace(accepted(view, "again"), concealed=(1,))
        )


def test_moved_it_remembers_where_it_was_until_that_is_let_go(
    ledger: Ledger, project: Project
) -> None:
    ledger.confidences.make_confidential(project.id, [1], why=Secrecy.PERSON)
    [one] = ledger.confidences.misplaced(project.id)
    target = BlobKey("confidential/1/1/one")

    lies_at = ledger.confidences.moved(one, target)
    [between] = ledger.confidences.misplaced(project.id)
    is_left = ledger.confidences.is_left(between, one.key)
    ledger.confidences.let_go(between, one.key)

    assert lies_at == target
    assert (between.key, between.former, between.is_placed, is_left) == (
        target,
        one.key,
        True,
        True,
    )
    assert ledger.confidences.misplaced(project.id) == ()
    assert documents(ledger, project)[0].blob == target
    assert verify(Chains(ledger.database).lines()).breaks == ()


def test_the_former_copy_is_known_while_it_is_there(ledger: Ledger, project: Project) -> None:
    ledger.confidences.make_confidential(project.id, [1], why=Secrecy.PERSON)
    [one] = ledger.confidences.misplaced(project.id)

    ledger.confidences.moved(one, BlobKey("confidential/1/1/one"))

    assert ledger.inventory.leaving() == {one.key}


def test_of_two_workers_one_moves_it(ledger: Ledger, other: Ledger, project: Project) -> None:
    ledger.confidences.make_confidential(project.id, [1], why=Secrecy.PERSON)
    [seen], [seen_too] = (each.confidences.misplaced(project.id) for each in (ledger, other))
    target = BlobKey("confidential/1/1/one")

    first = ledger.confidences.moved(seen, target)
    second = other.confidences.moved(seen_too, BlobKey("confidential/1/1/two"))

    assert (first, second) == (target, target)


def test_opened_meanwhile_it_stays_where_it_is(ledger: Ledger, project: Project) -> None:
    ledger.confidences.make_confidential(project.id, [1], why=Secrecy.PERSON)
    [seen] = ledger.confidences.misplaced(project.id)
    ledger.confidences.make_open(project.id, [1])

    lies_at = ledger.confidences.moved(seen, BlobKey("confidential/1/1/one"))

    assert lies_at == seen.key
    assert ledger.confidences.misplaced(project.id) == ()


def test_a_former_copy_is_not_left_once_the_document_is_back_there(
    ledger: Ledger, project: Project
) -> None:
    ledger.confidences.make_confidential(project.id, [1], why=Secrecy.PERSON)
    [seen] = ledger.confidences.misplaced(project.id)

    assert not ledger.confidences.is_left(seen, seen.key)


def test_erased_meanwhile_it_lies_nowhere(ledger: Ledger, project: Project) -> None:
    ledger.confidences.make_confidential(project.id, [1], why=Secrecy.PERSON)
    [seen] = ledger.confidences.misplaced(project.id)
    ledger.erasures.begin(TOKEN)

    assert ledger.confidences.moved(seen, BlobKey("confidential/1/1/one")) is None
