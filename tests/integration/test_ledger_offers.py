"""Rows of what a new project is offered, on both engines: decided once, before any letter, and taken back as it was."""

from __future__ import annotations

from dataclasses import replace

import pytest
import sqlalchemy as sa

from intake.errors import StaleViewError
from intake.model import (
    BlobKey,
    Document,
    ItemName,
    Offer,
    Project,
    Token,
    Verb,
    Wish,
    WishState,
)
from storage import schema
from storage.ledger import Ledger
from storage.offers import OfferView
from storage.values import Decided, Deed, Ending, Kept
from tests.ledgers import accepted, claimed, count, document, engage, intent, message_row

FIRST, SECOND = Token("q4"), Token("spring")
DECK = ItemName("investor-deck")


def two_projects(ledger: Ledger) -> Project:
    """One with a deck that came by mail, and a new one of the same client; the new one."""
    first = engage(ledger, awaits_offers=True)
    deck = document(1)
    ledger.messages.settle(
        claimed(ledger, "the deck"),
        accepted(ledger.standing(first.id), "the deck", documents=[deck]),
    )
    return engage(ledger, awaits_offers=True, token=SECOND, title="Spring fair")


def view_of(ledger: Ledger, project: Project) -> OfferView:
    view = ledger.offers.view(project.id)
    assert view is not None
    return view


def offered(view: OfferView, number: int = 1) -> Document:
    """The first project's deck as the new one has it."""
    [other] = view.others
    return replace(
        other.documents[0],
        number=number,
        blob=BlobKey("clients/1/2/deck.pdf"),
        offer=Offer(kept=False, project=other.project.id, title=other.project.title),
    )


def offer(ledger: Ledger) -> Project:
    """Two projects, the deck of the first offered to the second."""
    project = two_projects(ledger)
    view = view_of(ledger, project)
    ledger.offers.made(view, [offered(view)])
    return project


def say(ledger: Ledger, project: Project, text: str, deed: Deed) -> int:
    """A mail of the client with this instruction; the instruction's number."""
    standing = ledger.standing(project.id)
    settled = replace(accepted(standing, text), deeds=(deed,))
    ledger.messages.settle(claimed(ledger, text), settled)
    return ledger.standing(project.id).wishes[-1].id


def test_a_first_project_is_offered_nothing_and_a_second_one_once(ledger: Ledger) -> None:
    first = engage(ledger, awaits_offers=True)
    before = ledger.offers.due()
    second = engage(ledger, awaits_offers=True, token=SECOND)
    due = ledger.offers.due()

    ledger.offers.made(view_of(ledger, second), [])

    assert (before, due, ledger.offers.due()) == ((), (second.id,), ())
    assert ledger.offers.view(first.id) is ledger.offers.view(second.id) is None


@pytest.mark.proof
def test_another_clients_projects_are_never_in_the_view(ledger: Ledger) -> None:
    engage(ledger, awaits_offers=True, client="Halden", token="theirs")
    project = two_projects(ledger)

    [other] = view_of(ledger, project).others

    assert other.project.token == FIRST


def test_an_offer_names_its_project_and_counts_toward_its_items(ledger: Ledger) -> None:
    project = offer(ledger)

    standing = ledger.standing(project.id)

    [found] = standing.documents
    assert found.offer == Offer(
        kept=False, project=ledger.directory.project(FIRST).id, title="Q4 launch"
    )
    assert (found.filed_for, found.is_offered, standing.offers_due) == ((DECK,), True, False)


@pytest.mark.proof
def test_doing_it_again_on_the_same_view_changes_nothing(ledger: Ledger, other: Ledger) -> None:
    project = two_projects(ledger)
    view = view_of(ledger, project)
    ledger.offers.made(view_of(other, project), [])

    ledger.offers.made(view, [offered(view)])

    assert ledger.standing(project.id).documents == ()


@pytest.mark.parametrize("token", [FIRST, SECOND])
def test_what_was_decided_on_an_older_view_is_refused(ledger: Ledger, token: Token) -> None:
    project = two_projects(ledger)
    view = view_of(ledger, project)
    standing = ledger.standing(ledger.directory.project(token).id)
    late = [document(7, "late")]
    ledger.messages.settle(claimed(ledger, "late"), accepted(standing, "late", documents=late))

    with pytest.raises(StaleViewError):
        ledger.offers.made(view, [offered(view)])

    assert ledger.offers.due() == (project.id,)


@pytest.mark.proof
def test_of_a_project_that_was_erased_nothing_is_offered(ledger: Ledger) -> None:
    project = two_projects(ledger)
    view = view_of(ledger, project)
    ledger.erasures.begin(FIRST)

    with pytest.raises(StaleViewError):
        ledger.offers.made(view, [offered(view)])

    assert view_of(ledger, project).others == ()


def test_no_letter_of_a_new_project_is_claimed_before_its_offers_are_decided(
    ledger: Ledger,
) -> None:
    project = two_projects(ledger)
    ledger.messages.settle(
        claimed(ledger, "hello"),
        accepted(ledger.standing(project.id), "hello", letters=[intent("hello")]),
    )
    before = ledger.letters.claim(ledger.worker, ends_bursts=True)
    waits = ledger.seconds_until_due()

    view = view_of(ledger, project)
    ledger.offers.made(view, [offered(view)])

    claim = ledger.letters.claim(ledger.worker)
    assert (before, waits) == (None, None)
    assert claim is not None
    assert claim.standing is not None
    assert [each.is_offered for each in claim.standing.documents] == [True]


def test_kept_and_taken_back(ledger: Ledger) -> None:
    project = offer(ledger)
    wish = Wish(Verb.KEEP, item=DECK)
    word = Deed(wish, WishState.DONE, by_freelancer=False, change=Kept((1,)))

    number = say(ledger, project, "keep", word)
    kept = ledger.standing(project.id).documents[0].is_offered
    undo = replace(
        word,
        wish=replace(wish, verb=Verb.UNDO),
        change=None,
        ends=(Ending(number, WishState.UNDONE, reverts=True),),
    )
    say(ledger, project, "undo", undo)

    assert not kept
    assert ledger.standing(project.id).documents[0].is_offered


@pytest.mark.proof
def test_an_offer_that_came_once_more_is_kept(ledger: Ledger) -> None:
    project = offer(ledger)
    standing = ledger.standing(project.id)

    again = replace(accepted(standing, "again"), kept=(1,))
    ledger.messages.settle(claimed(ledger, "again"), again)

    assert not ledger.standing(project.id).documents[0].is_offered
    assert ledger.standing(project.id).version == standing.version + 1


def test_the_first_projects_erasure_takes_its_mail_and_its_name_and_leaves_the_copy(
    ledger: Ledger,
) -> None:
    project = offer(ledger)
    before = ledger.standing(project.id)

    begun = ledger.erasures.begin(FIRST)

    after = ledger.standing(project.id)
    assert [each.offer for each in after.documents] == [Offer(kept=False)]
    assert after.documents[0].blob not in begun.keys
    assert after.version > before.version
    assert begun.removed.kept_messages == ()
    assert message_row(ledger, 1).status == "removed"
    assert count(ledger, schema.Document) == 1


@pytest.mark.proof
def test_the_second_projects_erasure_leaves_the_first_with_all_that_it_had(ledger: Ledger) -> None:
    offer(ledger)

    begun = ledger.erasures.begin(SECOND)

    assert (begun.removed.documents, begun.removed.messages) == (1, 0)
    assert begun.removed.kept_messages == ()
    assert message_row(ledger, 1).status == "accepted"


@pytest.mark.proof
def test_a_persons_word_on_an_offer_leaves_the_mail_that_once_brought_it_alone(
    ledger: Ledger,
) -> None:
    project = offer(ledger)
    with ledger.database.read() as session:
        before = session.execute(sa.select(schema.Part.fate, schema.Part.number)).all()
    [found] = ledger.standing(project.id).documents
    said = Deed(
        Wish(Verb.LEAVE, number=1),
        WishState.DONE,
        by_freelancer=False,
        change=Decided(1, found.classification, (), rejected=True),
    )

    say(ledger, project, "not that one", said)

    with ledger.database.read() as session:
        after = session.execute(sa.select(schema.Part.fate, schema.Part.number)).all()
    assert ledger.standing(project.id).documents[0].rejected
    assert after[: len(before)] == before
