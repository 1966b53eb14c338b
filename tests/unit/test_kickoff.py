"""When a freelancer's mail to a client opens a project, for whom, and when it rather asks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from intake.kickoff import is_at_work_for, kickoff_of, may_open, people_named, title_of
from intake.model import (
    NO_TITLE,
    NOT_CLEAR,
    SEVERAL_CLIENTS,
    Acquaintance,
    Address,
    Client,
    ClientId,
    HoldReason,
    Identification,
    InboundMessage,
    Kickoff,
    Mailbox,
    Project,
    ProjectId,
    ProjectState,
    Submission,
    Token,
    Unidentified,
    normalise_address,
)
from tests.ledgers import inbound
from tests.unit.compose_cast import CLIENT, MIRA, PROJECT, ROBIN

DESK = Address("intake@studio.example")
QUINN = Mailbox("Quinn", Address("quinn@freelance.example"))
JONAS = Mailbox("Jonas Falk", Address("jonas@larkfield.example"))
ANA = Mailbox("Ana Ruiz", Address("ana@halden.example"))
BEN = Mailbox("Ben", Address("ben@eu.halden.example"))
GRETA = Mailbox("Greta  Lind", Address("greta.lind@gmail.com"))
NOBODY = Mailbox("", Address("somebody@web.de"))
TEAM = Mailbox("Team", Address("office@studio.example"))
TO_DESK = Mailbox("", DESK)
SPRING = replace(PROJECT, id=ProjectId(2), title="Spring fair", token=Token("spring"))
HIDDEN = replace(
    PROJECT,
    id=ProjectId(3),
    client=Client(ClientId(2), "Halden", (ANA.address,)),
    token=Token("hidden"),
    freelancers=(QUINN.address,),
)
NEW_CLIENT = Client(ClientId(9), "Halden", (ANA.address,))


def mail(
    to: Sequence[Mailbox] = (ANA,),
    cc: Sequence[Mailbox] = (TO_DESK,),
    *,
    subject: str = "Spring campaign",
    sender: Mailbox = ROBIN,
    recipients: Sequence[str] | None = None,
) -> InboundMessage:
    named = [entry.address for entry in (*to, *cc)]
    return replace(
        inbound(),
        sender=sender,
        to=tuple(to),
        cc=tuple(cc),
        subject=subject,
        recipients=tuple(map(normalise_address, named if recipients is None else recipients)),
    )


def known(
    *projects: Project,
    clients: Sequence[Client] = (),
    colleague_of: Sequence[Client] = (),
    address: Address = ROBIN.address,
) -> Acquaintance:
    return Acquaintance(
        sender=address,
        clients=tuple(client.id for client in clients),
        colleague_of=tuple(client.id for client in colleague_of),
        projects=projects,
    )


FREELANCER = known(PROJECT)
OF_MIRA = known(PROJECT, clients=[CLIENT], address=MIRA.address)
OF_JONAS = known(PROJECT, colleague_of=[CLIENT], address=JONAS.address)
OF_ANA = known(clients=[NEW_CLIENT], address=ANA.address)
OF_QUINN = known(HIDDEN, address=QUINN.address)


def decided(
    message: InboundMessage,
    *views: Acquaintance,
    sender: Acquaintance = FREELANCER,
    forwarded: Sequence[Address] = (),
) -> Kickoff | Identification | None:
    """What a mail comes to; whoever is not in `views` is unknown."""
    named = people_named(message, forwarded, desk=DESK)
    given = {view.sender: view for view in views}
    return kickoff_of(
        message,
        sender,
        [given.get(address, Acquaintance(sender=address)) for address in named],
        desk=DESK,
    )


def opened(
    message: InboundMessage,
    *views: Acquaintance,
    sender: Acquaintance = FREELANCER,
    forwarded: Sequence[Address] = (),
) -> Kickoff:
    """The project that a mail opens."""
    found = decided(message, *views, sender=sender, forwarded=forwarded)
    assert isinstance(found, Kickoff)
    return found


def unopened(note: str) -> Unidentified:
    return Unidentified(HoldReason.AMBIGUOUS_PROJECT, note=note)


# ---------------------------------------------------------------- which mail may open a project


@pytest.mark.parametrize(
    "message",
    [
        mail(),
        mail(to=[ANA, TO_DESK], cc=[]),
        mail(cc=[], recipients=[ANA.address, DESK]),
        mail(sender=Mailbox("Robin", Address("robin+work@studio.example"))),
    ],
    ids=["in-cc", "in-to", "blind-copy", "tagged-sender"],
)
def test_a_freelancers_mail_to_others_with_a_copy_to_the_desk_may_open_a_project(
    message: InboundMessage,
) -> None:
    assert message.sender is not None
    view = replace(FREELANCER, sender=message.sender.address)

    assert may_open(message, view, desk=DESK, token=None)


@pytest.mark.parametrize(
    ("message", "sender"),
    [
        (mail(), known(SPRING, address=Address("eve@elsewhere.example"))),
        (mail(), known(PROJECT, clients=[CLIENT])),
        (mail(), replace(FREELANCER, by_thread=(PROJECT.id,))),
        (mail(), Acquaintance(sender=None)),
        (mail(cc=[]), FREELANCER),
        (mail(to=[TO_DESK], cc=[ANA]), FREELANCER),
        (mail(to=[ROBIN]), FREELANCER),
        (mail(to=[]), FREELANCER),
    ],
    ids=[
        "no-freelancer", "a-contact", "in-a-thread", "no-sender", "without-the-desk", "client-in-cc-only",
        "to-oneself", "to-nobody",
    ],
)  # fmt: skip
def test_no_other_mail_may(message: InboundMessage, sender: Acquaintance) -> None:
    assert not may_open(message, sender, desk=DESK, token=None)


def test_mail_to_an_address_with_a_token_is_for_what_that_names() -> None:
    assert not may_open(mail(), FREELANCER, desk=DESK, token=Token("nonsense"))


@pytest.mark.parametrize("person", [TEAM, QUINN], ids=["own-domain", "freelancer"])
def test_mail_among_ourselves_is_no_kickoff(person: Mailbox) -> None:
    assert decided(mail(to=[person]), OF_QUINN) is None


# ---------------------------------------------------------------- for whom


def test_a_stranger_becomes_a_client_by_the_domain() -> None:
    assert opened(mail(to=[BEN])) == Kickoff(
        freelancer=ROBIN.address,
        title="Spring campaign",
        contacts=(BEN.address,),
        names=("halden.example", BEN.address),
        domain="halden.example",
    )


@pytest.mark.parametrize(
    ("person", "names"),
    [(GRETA, ("Greta Lind", GRETA.address)), (NOBODY, (NOBODY.address,))],
)
def test_somebody_at_a_public_provider_becomes_a_client_by_name(
    person: Mailbox, names: tuple[str, ...]
) -> None:
    found = opened(mail(to=[person]))

    assert (found.names, found.domain) == (names, None)


def test_a_contact_keeps_the_client() -> None:
    found = opened(mail(to=[MIRA]), OF_MIRA)

    assert (found.client, found.contacts, found.names) == (CLIENT.id, (MIRA.address,), ())


def test_a_client_without_projects_is_open_to_every_freelancer() -> None:
    assert opened(mail(), OF_ANA).client == NEW_CLIENT.id


def test_somebody_on_a_clients_domain_belongs_to_it() -> None:
    found = opened(mail(to=[JONAS]), OF_JONAS)

    assert (found.client, found.contacts) == (CLIENT.id, (JONAS.address,))


def test_a_stranger_beside_a_contact_on_the_same_domain_belongs_to_that_client() -> None:
    found = opened(mail(to=[JONAS, MIRA]), OF_MIRA)

    assert (found.client, found.contacts) == (CLIENT.id, (JONAS.address, MIRA.address))


def test_of_those_in_copy_only_colleagues_become_contacts() -> None:
    found = opened(mail(cc=[TO_DESK, BEN, GRETA, QUINN]), OF_QUINN)

    assert found.contacts == (ANA.address, BEN.address)


def test_two_people_at_a_public_provider_are_no_colleagues() -> None:
    assert decided(mail(to=[GRETA, NOBODY])) == unopened(SEVERAL_CLIENTS)


@pytest.mark.parametrize(
    "message",
    [
        mail(to=[MIRA, ANA]),
        mail(to=[MIRA, GRETA]),
        mail(to=[ANA], cc=[TO_DESK, MIRA]),
        mail(to=[MIRA], cc=[TO_DESK, JONAS, ANA]),
    ],
    ids=["two-clients", "client-and-stranger", "another-client-in-cc", "a-new-one-in-cc"],
)
def test_mail_to_several_clients_is_asked_about(message: InboundMessage) -> None:
    assert decided(message, OF_MIRA, OF_JONAS, OF_ANA) == unopened(SEVERAL_CLIENTS)


def test_a_contact_of_two_clients_is_asked_about() -> None:
    both = known(clients=[CLIENT, NEW_CLIENT], address=MIRA.address)

    assert decided(mail(to=[MIRA]), both) == unopened(SEVERAL_CLIENTS)


def test_one_clients_mail_forwarded_to_another_is_asked_about() -> None:
    found = decided(mail(to=[ANA]), OF_MIRA, forwarded=[MIRA.address])

    assert found == unopened(SEVERAL_CLIENTS)


def test_a_clients_own_mail_forwarded_to_it_opens_its_project() -> None:
    assert opened(mail(to=[JONAS]), OF_JONAS, OF_MIRA, forwarded=[MIRA.address]).client == CLIENT.id


def test_mail_to_a_crowd_is_asked_about() -> None:
    crowd = [Mailbox("", Address(f"p{number}@halden.example")) for number in range(60)]

    assert decided(mail(to=crowd)) == unopened(SEVERAL_CLIENTS)


# ---------------------------------------------------------------- which project


@pytest.mark.parametrize("subject", ["Q4 launch", "Re: q4  LAUNCH", "WG: Q4 Launch"])
@pytest.mark.parametrize("state", [ProjectState.OPEN, ProjectState.PAUSED])
def test_an_open_project_of_that_title_takes_the_mail(subject: str, state: ProjectState) -> None:
    project = replace(PROJECT, state=state)
    of_mira = known(project, clients=[CLIENT], address=MIRA.address)

    found = decided(mail(to=[MIRA], subject=subject), of_mira)

    assert found == Submission(project, ROBIN.address, is_freelancer=True)


def test_a_closed_project_of_that_title_does_not() -> None:
    closed = replace(PROJECT, state=ProjectState.CLOSED)
    of_mira = known(closed, clients=[CLIENT], address=MIRA.address)

    assert opened(mail(to=[MIRA], subject="Q4 launch"), of_mira).client == CLIENT.id


@pytest.mark.parametrize("title", ["Q4 launch", "Spring campaign"])
def test_a_client_of_other_freelancers_is_asked_about(title: str) -> None:
    theirs = replace(PROJECT, freelancers=(QUINN.address,))
    of_mira = known(theirs, clients=[CLIENT], address=MIRA.address)
    found = decided(mail(to=[MIRA], subject=title), of_mira, sender=known(SPRING))

    assert found == unopened(NOT_CLEAR)


def test_a_title_of_another_freelancers_project_is_asked_about() -> None:
    theirs = replace(SPRING, freelancers=(QUINN.address,))
    of_mira = known(PROJECT, theirs, clients=[CLIENT], address=MIRA.address)

    assert decided(mail(to=[MIRA], subject="Spring fair"), of_mira) == unopened(NOT_CLEAR)


def test_two_projects_of_that_title_are_asked_about() -> None:
    twin = replace(SPRING, title=PROJECT.title)
    of_mira = known(PROJECT, twin, clients=[CLIENT], address=MIRA.address)

    found = decided(mail(to=[MIRA], subject="Q4 launch"), of_mira)

    assert found == replace(unopened(NOT_CLEAR), candidates=(PROJECT, twin))


@pytest.mark.parametrize("subject", ["", "Re:", " \u200b FW: "])
def test_mail_without_a_title_is_asked_about(subject: str) -> None:
    assert decided(mail(subject=subject)) == unopened(NO_TITLE)


@pytest.mark.parametrize(
    ("subject", "title"),
    [
        ("Spring campaign", "Spring campaign"),
        ("Re: Fwd:  Spring\tcampaign ", "Spring campaign"),
        ("RE[2]: AW: WG: Spring campaign", "Spring campaign"),
        ("Re : Spring campaign", "Spring campaign"),
        ("Re\uff1aSpring campaign", "Spring campaign"),
        ("[EXTERNAL] Re: Spring campaign", "Spring campaign"),
        ("[Larkfield] Spring campaign", "[Larkfield] Spring campaign"),
        ("Research: spring", "Research: spring"),
        ("Launch: Re: Spring", "Launch: Re: Spring"),
        ("Spring\u202e campaign\x00", "Spring campaign"),
        ("x" * 500, "x" * 120),
    ],
)
def test_a_title_is_the_subject_without_the_marks_of_mail_programs(
    subject: str, title: str
) -> None:
    assert title_of(subject) == title


def test_a_freelancer_is_noted_by_the_address_of_their_projects() -> None:
    tagged = known(PROJECT, address=Address("robin+work@studio.example"))

    assert opened(mail(), sender=tagged).freelancer == ROBIN.address


@pytest.mark.parametrize(
    ("project", "client", "is_so"),
    [
        (PROJECT, CLIENT.id, True),
        (replace(PROJECT, state=ProjectState.CLOSED), CLIENT.id, False),
        (replace(PROJECT, freelancers=(QUINN.address,)), CLIENT.id, False),
        (PROJECT, NEW_CLIENT.id, False),
        (PROJECT, None, False),
    ],
    ids=["open", "closed", "others", "another-client", "new-client"],
)
def test_a_freelancer_is_at_work_for_whom_an_open_project_is(
    project: Project, client: ClientId | None, *, is_so: bool
) -> None:
    assert is_at_work_for(known(project), client) is is_so
