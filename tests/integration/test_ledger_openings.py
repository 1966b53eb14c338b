"""A project that a mail opens is made once for that mail, on both engines, whoever else opens one at the same moment."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest

from intake.errors import ClaimLostError, StaleViewError
from intake.model import (
    KICKOFF,
    Acquaintance,
    Address,
    HoldReason,
    Kickoff,
    Project,
    ProjectState,
    Verb,
    Wish,
    WishState,
)
from storage import schema
from storage.directory import ProjectChange
from storage.ledger import Ledger
from storage.values import (
    Deed,
    Ending,
    MessageStatus,
    Opened,
    Opening,
)
from tests.integration.test_ledger_races import together
from tests.ledgers import ROBIN, accepted, claimed, count, engage, held, message_row, sha256_of

ANA = Address("ana@halden.example")
BEN = Address("ben@halden.example")
NEW = Kickoff(
    freelancer=ROBIN.address,
    title="Spring campaign",
    contacts=(ANA, BEN),
    names=("halden.example", ANA),
    domain="halden.example",
)
BEGINS = Deed(Wish(Verb.OPEN), WishState.DONE, by_freelancer=True, change=Opened())


def opening(ledger: Ledger, kickoff: Kickoff = NEW, *, text: str = "one") -> Opening:
    """As decided on what the ledger says now."""
    people = (ROBIN.address, *kickoff.contacts)
    return Opening(
        kickoff=kickoff,
        digest=sha256_of(f"digest of {text}"),
        views=tuple(view(ledger, address) for address in people),
        checklist="onboarding",
        timezone="Europe/Berlin",
        opened_on=date(2026, 11, 23),
    )


def view(ledger: Ledger, address: Address) -> Acquaintance:
    return ledger.directory.acquaintance(address, token=None, thread=())


def projects(ledger: Ledger) -> list[Project]:
    return [each for each in ledger.directory.projects() if each.token != "q4"]


def begin(ledger: Ledger, text: str = "one") -> Project:
    """Open a project and settle its message."""
    engage(ledger)
    claim = claimed(ledger, text)
    number = ledger.openings.open(claim, opening(ledger, text=text))
    settlement = replace(accepted(ledger.standing(number), text), deeds=(BEGINS,), notes=(KICKOFF,))
    ledger.messages.settle(claim, settlement)
    return ledger.standing(number).project


def test_a_kickoff_makes_its_client_its_contacts_and_a_project_that_waits(ledger: Ledger) -> None:
    engage(ledger)

    ledger.openings.open(claimed(ledger), opening(ledger))

    [project] = projects(ledger)
    assert project.client.name == "halden.example"
    assert project.client.contacts == (ANA, BEN)
    assert project.client.domains == ("halden.example",)
    assert (project.title, project.state) == ("Spring campaign", ProjectState.PAUSED)
    assert (project.checklist, project.timezone) == ("onboarding", "Europe/Berlin")
    assert project.freelancers == (ROBIN.address,)


def test_the_token_is_the_title_and_digits_of_the_message(ledger: Ledger) -> None:
    engage(ledger)

    ledger.openings.open(claimed(ledger), opening(ledger))

    digits = sha256_of("digest of one")[:4]
    assert [each.token for each in projects(ledger)] == [f"spring-campaign-{digits}"]


def test_opened_again_it_is_the_same_project(ledger: Ledger) -> None:
    engage(ledger)
    claim, wanted = claimed(ledger), opening(ledger)

    numbers = {ledger.openings.open(claim, wanted) for _ in range(2)}

    assert {each.id for each in projects(ledger)} == numbers
    assert count(ledger, schema.Client) == 2


def test_a_worker_that_takes_the_message_over_knows_what_it_opens(
    ledger: Ledger, open_ledger: Callable[[], Ledger]
) -> None:
    engage(ledger)
    dying = open_ledger()
    number = dying.openings.open(claimed(dying), opening(dying))
    dying.close()

    ledger.messages.take_over(ledger.worker)
    claim = ledger.messages.claim(ledger.worker)

    assert claim is not None
    assert (claim.assigned, claim.opens) == (number, True)


def test_a_copy_of_the_message_opens_nothing_more(ledger: Ledger) -> None:
    engage(ledger)
    first = ledger.openings.open(claimed(ledger, "one"), opening(ledger))

    again = ledger.openings.open(claimed(ledger, "again"), opening(ledger, text="one"))

    assert (again, len(projects(ledger))) == (first, 1)


def test_it_begins_when_its_message_is_settled(ledger: Ledger) -> None:
    assert begin(ledger).state is ProjectState.OPEN


def test_taking_the_opening_back_closes_it_and_lifts_no_confidence(ledger: Ledger) -> None:
    project = begin(ledger)
    ledger.directory.edit_project(project.token, ProjectChange(confidential=True))
    [noted] = ledger.standing(project.id).wishes
    undone = Deed(
        Wish(Verb.UNDO),
        WishState.DONE,
        by_freelancer=True,
        ends=(Ending(noted.id, WishState.UNDONE, reverts=True),),
    )

    ledger.messages.settle(
        claimed(ledger, "undo"),
        replace(accepted(ledger.standing(project.id), "undo"), deeds=(undone,)),
    )

    found = ledger.standing(project.id).project
    assert (found.state, found.confidential) == (ProjectState.CLOSED, True)


def test_a_known_client_gets_the_contacts_that_it_has_not(ledger: Ledger) -> None:
    known = engage(ledger).client
    kickoff = Kickoff(ROBIN.address, "Fair", (*known.contacts, ANA), client=known.id)

    ledger.openings.open(claimed(ledger), opening(ledger, kickoff))

    [project] = projects(ledger)
    assert project.client.id == known.id
    assert project.client.contacts == (*known.contacts, ANA)


def test_a_name_that_is_taken_gives_way_to_the_next(ledger: Ledger) -> None:
    engage(ledger)
    ledger.directory.add_client("Halden.example", contacts=[])
    ledger.directory.add_client(ANA, contacts=[])

    ledger.openings.open(claimed(ledger), opening(ledger))

    assert projects(ledger)[0].client.name == f"{ANA} 2"


def test_what_became_known_meanwhile_is_decided_again(ledger: Ledger) -> None:
    engage(ledger)
    wanted = opening(ledger)
    ledger.directory.add_client("Halden", contacts=[ANA])

    with pytest.raises(StaleViewError):
        ledger.openings.open(claimed(ledger), wanted)

    assert projects(ledger) == []
    assert count(ledger, schema.Client) == 2


def test_two_mails_at_once_make_one_client(ledger: Ledger, other: Ledger) -> None:
    engage(ledger)
    one, two = claimed(ledger, "one"), claimed(other, "two")
    wanted = opening(ledger, text="one"), opening(ledger, text="two")

    def tried(where: Ledger, number: int) -> bool:
        try:
            where.openings.open((one, two)[number], wanted[number])
        except StaleViewError:
            return False
        return True

    done = together(lambda: tried(ledger, 0), lambda: tried(other, 1))

    assert sorted(map(bool, done)) == [False, True]
    assert len(projects(ledger)) == 1
    assert count(ledger, schema.Client) == 2


def test_two_copies_at_once_open_one_project(ledger: Ledger, other: Ledger) -> None:
    engage(ledger)
    one, two = claimed(ledger, "one"), claimed(other, "two")
    wanted = opening(ledger)

    numbers = together(
        lambda: ledger.openings.open(one, wanted), lambda: other.openings.open(two, wanted)
    )

    assert len(set(numbers)) == len(projects(ledger)) == 1


def test_who_lost_the_message_opens_nothing(ledger: Ledger) -> None:
    engage(ledger)
    claim = claimed(ledger)

    with pytest.raises(ClaimLostError):
        ledger.openings.open(replace(claim, fence=claim.fence + 1), opening(ledger))

    assert projects(ledger) == []


def test_a_person_who_assigns_it_elsewhere_has_the_last_word(ledger: Ledger) -> None:
    there = engage(ledger)
    claim = claimed(ledger)
    ledger.openings.open(claim, opening(ledger))
    opened = replace(held(HoldReason.TOO_LARGE), notes=(KICKOFF,))
    ledger.messages.settle(claim, opened)
    [waiting] = ledger.holds.waiting()

    ledger.holds.release_message(waiting.id, decision="reassign q4", project=there.id)

    again = ledger.messages.claim(ledger.worker)
    assert again is not None
    assert (again.assigned, again.opens) == (there.id, False)


def test_a_project_that_was_opened_by_mail_is_erased_with_its_mail(ledger: Ledger) -> None:
    project = begin(ledger)

    ledger.erasures.begin(project.token)

    assert projects(ledger) == []
    assert message_row(ledger, 1).status == MessageStatus.REMOVED
