"""Clients, their people and their projects in the ledger."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest

from intake.errors import ConfigError
from intake.model import Address, LetterKind, ProjectState, Token
from storage import schema
from storage.directory import ProjectChange
from storage.ledger import Ledger
from tests.ledgers import (
    ROBIN,
    accepted,
    claimed,
    count,
    engage,
    inbound,
    intent,
    outbound,
    owe,
)

MIRA = Address("mira@larkfield.example")


def test_a_client_keeps_its_people_and_domains_in_order(ledger: Ledger) -> None:
    added = ledger.directory.add_client(
        "Larkfield", contacts=[MIRA, ROBIN.address, MIRA], domains=["Larkfield.Example"]
    )

    assert added.contacts == (MIRA, ROBIN.address)
    assert added.domains == ("larkfield.example",)
    assert ledger.directory.clients() == (added,)


@pytest.mark.parametrize(
    ("name", "again"),
    [("Larkfield", "Larkfield"), ("Larkfield", "LARKFIELD"), ("Übermut", "ÜBERMUT")],
)
def test_a_clients_name_is_taken_once_whatever_its_case(
    ledger: Ledger, name: str, again: str
) -> None:
    ledger.directory.add_client(name, contacts=[])

    with pytest.raises(ConfigError, match="There is a client called"):
        ledger.directory.add_client(again, contacts=[])


@pytest.mark.parametrize("name", ["Übermut GmbH", "Åse & Sønner", "ΔΕΛΤΑ"])
def test_a_client_is_found_by_its_own_name(ledger: Ledger, name: str) -> None:
    ledger.directory.add_client(name, contacts=[])

    changed = ledger.directory.add_contact(name, MIRA)

    assert changed.contacts == (MIRA,)


def test_a_client_that_is_unknown_is_said_to_be(ledger: Ledger) -> None:
    with pytest.raises(ConfigError, match="There is no client called Nobody"):
        ledger.directory.add_contact("Nobody", MIRA)


def test_a_renamed_client_is_found_by_its_new_name_only(ledger: Ledger) -> None:
    ledger.directory.add_client("Larkfield", contacts=[])

    renamed = ledger.directory.rename_client("larkfield", "Larkfield Optics")

    assert [client.name for client in ledger.directory.clients()] == ["Larkfield Optics"]
    assert renamed.name == "Larkfield Optics"


def test_a_name_can_be_given_another_case(ledger: Ledger) -> None:
    ledger.directory.add_client("larkfield", contacts=[])

    assert ledger.directory.rename_client("larkfield", "Larkfield").name == "Larkfield"


def test_a_client_cannot_take_anothers_name(ledger: Ledger) -> None:
    ledger.directory.add_client("Larkfield", contacts=[])
    ledger.directory.add_client("Brixton", contacts=[])

    with pytest.raises(ConfigError, match="There is a client called larkfield already"):
        ledger.directory.rename_client("Brixton", "larkfield")


def test_adding_a_contact_twice_changes_nothing(ledger: Ledger) -> None:
    ledger.directory.add_client("Larkfield", contacts=[MIRA])

    assert ledger.directory.add_contact("Larkfield", MIRA).contacts == (MIRA,)


def test_a_removed_contact_is_gone(ledger: Ledger) -> None:
    ledger.directory.add_client("Larkfield", contacts=[MIRA])

    assert ledger.directory.remove_contact("Larkfield", MIRA).contacts == ()


def test_a_contact_that_is_none_cannot_be_removed(ledger: Ledger) -> None:
    ledger.directory.add_client("Larkfield", contacts=[])

    with pytest.raises(ConfigError, match="has no contact"):
        ledger.directory.remove_contact("Larkfield", MIRA)


@pytest.mark.parametrize("again", ["q4", "Q4"])
def test_a_token_is_taken_once_whatever_its_case(ledger: Ledger, again: str) -> None:
    engage(ledger, token="q4")

    with pytest.raises(ConfigError, match="is taken by another project"):
        engage(ledger, token=again, title="Another")


@pytest.mark.parametrize("opened_as", ["q4", "Q4"])
@pytest.mark.parametrize("asked_as", ["q4", "Q4"])
def test_a_project_is_found_by_its_token_in_any_case(
    ledger: Ledger, opened_as: str, asked_as: str
) -> None:
    opened = engage(ledger, token=opened_as)

    assert ledger.directory.project(Token(asked_as)) == opened


def test_a_project_without_a_token_gets_one_from_its_title(ledger: Ledger) -> None:
    opened = engage(ledger, token="", title="Launch of the Größe 2!")

    assert opened.token.startswith("launch-of-the-gr")
    assert ledger.directory.project(opened.token) == opened


def test_two_projects_of_one_title_get_two_tokens(ledger: Ledger) -> None:
    first, second = engage(ledger, token=""), engage(ledger, token="")

    assert first.token != second.token


def test_a_project_that_is_unknown_is_said_to_be(ledger: Ledger) -> None:
    with pytest.raises(ConfigError, match="There is no project nowhere"):
        ledger.directory.project(Token("nowhere"))


def test_only_what_is_given_is_edited(ledger: Ledger) -> None:
    project = engage(ledger)

    edited = ledger.directory.edit_project(
        project.token, ProjectChange(due=date(2027, 1, 1), freelancers=(MIRA,))
    )

    assert (edited.title, edited.due, edited.freelancers) == (
        project.title,
        date(2027, 1, 1),
        (MIRA,),
    )


def test_setting_a_state_twice_moves_the_version_once(ledger: Ledger) -> None:
    project = engage(ledger)
    before = ledger.standing(project.id).version

    for _ in range(2):
        ledger.directory.set_state(project.token, ProjectState.PAUSED)

    after = ledger.standing(project.id)
    assert (after.project.state, after.version) == (ProjectState.PAUSED, before + 1)


def test_no_change_is_lost_where_two_change_a_project_at_once(
    ledger: Ledger, open_ledger: Callable[[], Ledger]
) -> None:
    project = engage(ledger)
    before = ledger.standing(project.id).version
    change = ProjectChange(title="Launch")

    with ThreadPoolExecutor(2) as pool:
        done = [
            pool.submit(edit_often, each, project.token, change)
            for each in (open_ledger(), open_ledger())
        ]
    made = sum(each.result() for each in done)

    assert ledger.standing(project.id).version == before + made


def edit_often(ledger: Ledger, token: Token, change: ProjectChange) -> int:
    """Change a project ten times; how often that was."""
    for _ in range(10):
        ledger.directory.edit_project(token, change)
    return 10


# ---------------------------------------------------------------- acquaintance


def test_a_contact_is_known_with_all_projects_of_the_client(ledger: Ledger) -> None:
    first, second = engage(ledger), engage(ledger, token="spring")

    known = ledger.directory.acquaintance(MIRA, token=None, thread=())

    assert known.clients == (first.client.id,)
    assert known.projects == (first, second)
    assert not known.token_exists


def test_a_freelancer_is_known_with_the_projects_that_are_theirs(ledger: Ledger) -> None:
    project = engage(ledger)
    other = engage(ledger, client="Brixton", token="other")
    ledger.directory.edit_project(other.token, ProjectChange(freelancers=(MIRA,)))

    known = ledger.directory.acquaintance(ROBIN.address, token=None, thread=())

    assert (known.clients, known.projects) == ((), (project,))


def test_a_colleague_is_known_by_the_clients_domain(ledger: Ledger) -> None:
    added = ledger.directory.add_client("Larkfield", contacts=[], domains=["larkfield.example"])

    known = ledger.directory.acquaintance(Address("jonas@larkfield.example"), token=None, thread=())

    assert (known.clients, known.colleague_of) == ((), (added.id,))


@pytest.mark.parametrize(
    ("contact", "sender"),
    [
        ("mira@larkfield.example", "mira+files@larkfield.example"),
        ("mira+press@larkfield.example", "mira@larkfield.example"),
        ("mirahollis@gmail.com", "mira.hollis+x@googlemail.com"),
        ("mira.hollis@googlemail.com", "mirahollis@gmail.com"),
    ],
)
def test_a_contact_is_known_by_every_form_of_the_address(
    ledger: Ledger, contact: str, sender: str
) -> None:
    added = ledger.directory.add_client("Larkfield", contacts=[Address(contact)])

    known = ledger.directory.acquaintance(Address(sender), token=None, thread=())

    assert (known.sender, known.clients) == (sender, (added.id,))


@pytest.mark.parametrize(
    "sender",
    [
        "m.ira@larkfield.example",
        "mira@larkfield.example.evil.example",
        "xmira@larkfield.example",
        "mira%@larkfield.example",
        "mira@gmail.com",
        "mira-files@larkfield.example",
    ],
)
def test_another_mailbox_is_nobody(ledger: Ledger, sender: str) -> None:
    ledger.directory.add_client("Larkfield", contacts=[MIRA])

    assert ledger.directory.acquaintance(Address(sender), token=None, thread=()).clients == ()


def test_the_very_address_outweighs_other_forms_of_it(ledger: Ledger) -> None:
    ledger.directory.add_client("Brixton", contacts=[Address("team+b@agency.example")])
    added = ledger.directory.add_client("Larkfield", contacts=[Address("team+a@agency.example")])

    known = ledger.directory.acquaintance(Address("team+a@agency.example"), token=None, thread=())

    assert known.clients == (added.id,)


def test_a_freelancer_is_known_by_a_form_of_the_address(ledger: Ledger) -> None:
    project = engage(ledger)

    known = ledger.directory.acquaintance(
        Address("robin+mail@studio.example"), token=None, thread=()
    )

    assert known.projects == (project,)


@pytest.mark.parametrize(
    ("sender", "name"),
    [
        ("jo@larkfield.example", "Larkfield"),
        ("jo@mail.larkfield.example", "Larkfield"),
        ("jo@eu.larkfield.example", "Europe"),
        ("jo@mail.eu.larkfield.example", "Europe"),
    ],
)
def test_a_colleague_is_known_by_a_part_of_the_clients_domain(
    ledger: Ledger, sender: str, name: str
) -> None:
    ledger.directory.add_client("Larkfield", contacts=[], domains=["larkfield.example"])
    ledger.directory.add_client("Europe", contacts=[], domains=["eu.larkfield.example"])

    known = ledger.directory.acquaintance(Address(sender), token=None, thread=())

    assert [
        entry.name for entry in ledger.directory.clients() if entry.id in known.colleague_of
    ] == [name]


@pytest.mark.parametrize("sender", ["jo@notlarkfield.example", "jo@example", "jo@larkfield", "jo@"])
def test_a_like_domain_is_no_colleagues(ledger: Ledger, sender: str) -> None:
    ledger.directory.add_client("Larkfield", contacts=[], domains=["larkfield.example"])

    assert ledger.directory.acquaintance(Address(sender), token=None, thread=()).colleague_of == ()


@pytest.mark.parametrize("token", ["q4", "Q4"])
def test_a_token_in_any_case_brings_its_project(ledger: Ledger, token: str) -> None:
    project = engage(ledger)

    known = ledger.directory.acquaintance(
        Address("eve@elsewhere.example"), token=Token(token), thread=()
    )

    assert (known.token_exists, known.projects) == (True, (project,))


def test_a_letters_message_id_brings_the_project_of_its_thread(ledger: Ledger) -> None:
    project = engage(ledger)
    owe(ledger, project, "one", intent("one", kind=LetterKind.REPLY))
    claim = ledger.letters.claim(ledger.worker)
    assert claim is not None
    ledger.letters.freeze(claim, outbound(message_id="<ours@studio.example>"))

    known = ledger.directory.acquaintance(MIRA, token=None, thread=["<ours@studio.example>"])

    assert known.by_thread == (project.id,)


def test_a_messages_message_id_brings_the_project_of_its_thread(ledger: Ledger) -> None:
    project = engage(ledger)
    message_id = inbound("one").message_id
    assert message_id is not None
    ledger.messages.settle(claimed(ledger, "one"), accepted(ledger.standing(project.id), "one"))

    known = ledger.directory.acquaintance(MIRA, token=None, thread=[message_id])

    assert known.by_thread == (project.id,)


def test_a_message_without_a_sender_brings_nothing(ledger: Ledger) -> None:
    engage(ledger)

    known = ledger.directory.acquaintance(None, token=Token("q4"), thread=())

    assert (known.token_exists, known.projects, known.clients) == (True, (), ())


def test_a_clients_language_is_kept_and_can_be_taken_back(ledger: Ledger) -> None:
    added = ledger.directory.add_client("Larkfield", contacts=[MIRA], language="de")
    changed = ledger.directory.set_language("larkfield", "en")

    assert (added.language, changed.language) == ("de", "en")
    assert ledger.directory.set_language("Larkfield", None).language is None
    assert ledger.directory.clients()[0].language is None


def test_what_a_client_has_already_is_set_without_an_event(ledger: Ledger) -> None:
    ledger.directory.add_client("Larkfield", contacts=[])
    ledger.directory.set_language("Larkfield", "de")
    ledger.directory.set_holidays("Larkfield", "DE")
    before = count(ledger, schema.Audit)

    again = (
        ledger.directory.set_language("Larkfield", "de"),
        ledger.directory.set_holidays("Larkfield", "DE"),
    )

    assert {(each.language, each.holidays) for each in again} == {("de", "DE")}
    assert count(ledger, schema.Audit) == before


def test_there_is_no_dossier_of_a_project_that_nobody_knows(ledger: Ledger) -> None:
    with pytest.raises(ConfigError, match="no project spring"):
        ledger.dossiers.of(Token("spring"))
