"""Whose message this is and for which project."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from intake.identify import forwarded_senders, identify, thread_of, token_of
from intake.model import (
    Acquaintance,
    Address,
    Client,
    ClientId,
    HoldReason,
    InboundMessage,
    Mailbox,
    Project,
    ProjectId,
    ProjectState,
    Sha256,
    Submission,
    Token,
    Unidentified,
)

OWN = Address("intake@studio.example")
MIRA = Address("mira@larkfield.example")
ROBIN = Address("robin@studio.example")
MIRAS = Mailbox("", MIRA)
LARKFIELD = Client(ClientId(1), "Larkfield", (MIRA,), ("larkfield.example",))
BRIXTON = Client(ClientId(2), "Brixton", (Address("pat@brixton.example"),))


def project(number: int, client: Client = LARKFIELD, *, closed: bool = False) -> Project:
    return Project(
        id=ProjectId(number),
        client=client,
        title=f"Project {number}",
        token=Token(f"p{number}"),
        checklist="onboarding",
        freelancers=(ROBIN,),
        state=ProjectState.CLOSED if closed else ProjectState.OPEN,
        timezone="UTC",
        opened_on=date(2026, 11, 1),
    )


P1, P2, CLOSED = project(1), project(2), project(3, closed=True)
OTHERS = project(9, BRIXTON)


def message(
    *,
    sender: Mailbox | None = MIRAS,
    in_reply_to: tuple[str, ...] = (),
    references: tuple[str, ...] = (),
) -> InboundMessage:
    return InboundMessage(
        sha256=Sha256("0" * 64),
        digest=Sha256("0" * 64),
        size_octets=1,
        fields=(),
        sender=sender,
        reply_to=(),
        to=(),
        cc=(),
        recipients=(),
        subject="",
        message_id=None,
        in_reply_to=in_reply_to,
        references=references,
        date=None,
        written="",
        text="",
        links=(),
        parts=(),
        defects=(),
    )


def contact(*projects: Project, thread: tuple[Project, ...] = ()) -> Acquaintance:
    return Acquaintance(
        sender=MIRA,
        clients=(LARKFIELD.id,),
        projects=projects,
        by_thread=tuple(entry.id for entry in thread),
    )


def freelancer(*projects: Project, thread: tuple[Project, ...] = ()) -> Acquaintance:
    return replace(contact(*projects, thread=thread), sender=ROBIN, clients=())


def decide(acquaintance: Acquaintance, token: str | None = None) -> Submission | Unidentified:
    return identify(message(), acquaintance, token=Token(token) if token else None)


@pytest.mark.parametrize(
    ("recipients", "token"),
    [
        (["intake+acme-q4@studio.example"], "acme-q4"),
        (["jo@x.example", "Intake+ACME-Q4@Studio.example"], "acme-q4"),
        (["intake@studio.example", "intake+b@studio.example"], "b"),
        (["intake+a+b@studio.example"], "a+b"),
        (["intake@studio.example"], None),
        (["intake+@studio.example"], None),
        (["intake+acme@elsewhere.example"], None),
        (["other+acme@studio.example"], None),
        (["xintake+acme@studio.example"], None),
        (["no-at-sign", ""], None),
        ([], None),
    ],
)
def test_token_is_the_subaddress_of_the_intake_address(
    recipients: list[str], token: str | None
) -> None:
    assert token_of([Address(entry) for entry in recipients], OWN) == token


def test_token_is_found_where_the_intake_address_has_a_plus_itself() -> None:
    own = Address("studio+intake@mail.example")

    assert token_of([Address("studio+intake+acme@mail.example")], own) == "acme"


def test_thread_is_told_nearest_first_and_without_repeats() -> None:
    mail = message(in_reply_to=("<c@x>",), references=("<a@x>", "<b@x>", "<c@x>"))

    assert thread_of(mail) == ("<c@x>", "<b@x>", "<a@x>")


def test_thread_of_thousands_is_bounded_to_the_nearest() -> None:
    mail = message(references=tuple(f"<{number}@x>" for number in range(5000)))

    assert thread_of(mail)[0] == "<4999@x>"
    assert len(thread_of(mail)) == 50


def test_token_of_own_project_decides() -> None:
    assert decide(contact(P1, P2), "p2") == Submission(P2, MIRA, is_freelancer=False)


def test_token_is_known_in_any_case() -> None:
    assert decide(contact(P1, P2), "P2") == Submission(P2, MIRA, is_freelancer=False)


def test_token_with_its_own_thread_decides() -> None:
    assert decide(contact(P1, P2, thread=(P2,)), "p2") == Submission(P2, MIRA, is_freelancer=False)


def test_token_and_thread_that_disagree_ask() -> None:
    found = decide(contact(P1, P2, thread=(P1,)), "p2")

    assert found == Unidentified(HoldReason.AMBIGUOUS_PROJECT, (P2, P1))


def test_token_against_a_foreign_thread_asks_and_names_own_projects_only() -> None:
    found = decide(contact(P1, thread=(OTHERS,)), "p1")

    assert found == Unidentified(HoldReason.AMBIGUOUS_PROJECT, (P1,))


def test_token_of_another_client_is_held() -> None:
    found = decide(replace(contact(P1), token_exists=True), "p9")

    assert found == Unidentified(HoldReason.UNIDENTIFIED_SENDER)


def test_unknown_token_is_put_right_with_one_open_project() -> None:
    found = decide(contact(P1, CLOSED), "typo")

    assert found == Submission(P1, MIRA, is_freelancer=False, assumed=True)


def test_unknown_token_is_put_right_by_the_thread() -> None:
    found = decide(contact(P1, P2, thread=(P2,)), "typo")

    assert found == Submission(P2, MIRA, is_freelancer=False, assumed=True)


def test_unknown_token_with_several_open_projects_asks() -> None:
    found = decide(contact(P1, P2), "typo")

    assert found == Unidentified(HoldReason.AMBIGUOUS_PROJECT, (P1, P2))


def test_thread_decides_between_open_projects() -> None:
    found = decide(contact(P1, P2, thread=(P2,)))

    assert found == Submission(P2, MIRA, is_freelancer=False)


def test_thread_through_two_open_projects_asks() -> None:
    found = decide(contact(P1, P2, thread=(P2, P1)))

    assert found == Unidentified(HoldReason.AMBIGUOUS_PROJECT, (P1, P2))


def test_thread_that_began_in_a_closed_project_goes_on_in_the_open_one() -> None:
    found = decide(contact(CLOSED, P1, thread=(CLOSED, P1)))

    assert found == Submission(P1, MIRA, is_freelancer=False)


def test_thread_of_another_client_is_held_and_not_filed_to_the_sender() -> None:
    found = decide(contact(P1, thread=(OTHERS,)))

    assert found == Unidentified(HoldReason.UNIDENTIFIED_SENDER)


def test_one_open_project_is_enough() -> None:
    assert decide(contact(P1, CLOSED)) == Submission(P1, MIRA, is_freelancer=False)


def test_paused_project_takes_mail() -> None:
    paused = replace(P1, state=ProjectState.PAUSED)

    assert decide(contact(paused)) == Submission(paused, MIRA, is_freelancer=False)


def test_several_open_projects_without_token_and_thread_ask() -> None:
    found = decide(contact(P1, P2, CLOSED))

    assert found == Unidentified(HoldReason.AMBIGUOUS_PROJECT, (P1, P2))


@pytest.mark.parametrize("projects", [(), (CLOSED,)])
def test_contact_without_open_project_is_unknown(projects: tuple[Project, ...]) -> None:
    assert decide(contact(*projects)) == Unidentified(HoldReason.UNKNOWN_PROJECT)


@pytest.mark.parametrize("acquaintance", [contact(CLOSED, P1), contact(CLOSED)])
def test_token_of_a_closed_project_is_held_as_closed(acquaintance: Acquaintance) -> None:
    found = decide(acquaintance, "p3")

    assert found == Unidentified(HoldReason.PROJECT_CLOSED, (CLOSED,))


def test_thread_of_a_closed_project_is_held_as_closed() -> None:
    found = decide(contact(CLOSED, P1, thread=(CLOSED,)))

    assert found == Unidentified(HoldReason.PROJECT_CLOSED, (CLOSED,))


def test_freelancer_files_for_a_client_by_token() -> None:
    assert decide(freelancer(P1, OTHERS), "p9") == Submission(OTHERS, ROBIN, is_freelancer=True)


def test_freelancer_files_for_a_client_by_thread() -> None:
    found = decide(freelancer(P1, OTHERS, thread=(P1,)))

    assert found == Submission(P1, ROBIN, is_freelancer=True)


def test_freelancer_of_one_project_needs_neither() -> None:
    assert decide(freelancer(P1)) == Submission(P1, ROBIN, is_freelancer=True)


def test_freelancer_of_several_projects_is_asked() -> None:
    found = decide(freelancer(P1, OTHERS))

    assert found == Unidentified(HoldReason.AMBIGUOUS_PROJECT, (P1, OTHERS))


@pytest.mark.parametrize(
    ("forwarded", "decided"),
    [
        ([MIRA], P1),
        ([Address("mira+deck@larkfield.example")], P1),
        ([Address("new@larkfield.example")], P1),
        ([Address("new@eu.larkfield.example")], P1),
        ([Address("pat@brixton.example")], OTHERS),
        ([Address("eve@evil.example"), MIRA], P1),
    ],
)
def test_whoever_a_freelancer_forwards_decides_between_clients(
    forwarded: list[Address], decided: Project
) -> None:
    found = identify(message(), freelancer(P1, OTHERS), token=None, forwarded=forwarded)

    assert found == Submission(decided, ROBIN, is_freelancer=True)


@pytest.mark.parametrize(
    ("forwarded", "candidates"),
    [
        ([], (P1, P2, OTHERS)),
        ([Address("eve@evil.example")], (P1, P2, OTHERS)),
        ([Address("eve@notlarkfield.example")], (P1, P2, OTHERS)),
        ([MIRA], (P1, P2)),
        ([MIRA, Address("pat@brixton.example")], (P1, P2, OTHERS)),
    ],
)
def test_a_forward_that_does_not_decide_asks(
    forwarded: list[Address], candidates: tuple[Project, ...]
) -> None:
    found = identify(message(), freelancer(P1, P2, OTHERS), token=None, forwarded=forwarded)

    assert found == Unidentified(HoldReason.AMBIGUOUS_PROJECT, candidates)


def test_a_token_outweighs_whoever_is_forwarded() -> None:
    found = identify(message(), freelancer(P1, OTHERS), token=Token("p9"), forwarded=[MIRA])

    assert found == Submission(OTHERS, ROBIN, is_freelancer=True)


@pytest.mark.parametrize("acquaintance", [contact(P1, P2), Acquaintance(Address("eve@x.example"))])
def test_what_is_forwarded_lets_nobody_in(acquaintance: Acquaintance) -> None:
    alone = identify(message(), acquaintance, token=None)

    assert identify(message(), acquaintance, token=None, forwarded=[MIRA]) == alone


@pytest.mark.parametrize(
    "line",
    [
        "From: Mira Hollis <mira@larkfield.example>",
        "From: Mira Hollis [mailto:Mira@Larkfield.example]",
        "*From:* mira@larkfield.example",
        "> Von: Mira Hollis <mira@larkfield.example>",
        "De : Mira Hollis <mira@larkfield.example>",
        "    From: <mira@larkfield.example>",
        "Van: mira@larkfield.example Verzonden: maandag",
    ],
)
def test_the_sender_of_a_forwarded_header_is_found(line: str) -> None:
    mail = replace(message(), text=f"fyi\n\n-- Forwarded --\n{line}\nSubject: Deck\n\nhello")

    assert forwarded_senders(mail) == (MIRA,)


def test_attached_messages_are_forwarded_before_the_text() -> None:
    mail = replace(message(), text="From: pat@brixton.example\nFrom: nobody\nfrom: me to you")

    assert forwarded_senders(mail, [MIRA]) == (MIRA, Address("pat@brixton.example"))


def test_forwarded_headers_without_end_are_bounded() -> None:
    text = "From: " + "a" * 200_000 + "\n" + "From: x@y.example\n" * 50_000 + "> " * 200_000

    assert len(forwarded_senders(replace(message(), text=text))) <= 20


@pytest.mark.parametrize("sender", ["robin+files@studio.example", "robin@studio.example"])
def test_a_freelancer_may_write_from_a_variant_of_the_address(sender: str) -> None:
    known = replace(freelancer(P1), sender=Address(sender))

    assert decide(known) == Submission(P1, Address(sender), is_freelancer=True)


def test_contact_who_is_the_freelancer_too_writes_as_the_contact() -> None:
    own = replace(P1, freelancers=(MIRA,))

    assert decide(contact(own)) == Submission(own, MIRA, is_freelancer=False)


def test_freelancer_of_another_project_is_no_freelancer_here() -> None:
    foreign = replace(OTHERS, freelancers=())
    found = decide(freelancer(P1, foreign), "p9")

    assert found == Unidentified(HoldReason.UNIDENTIFIED_SENDER)


@pytest.mark.parametrize(
    ("token", "thread", "candidates"),
    [("p1", (), (P1,)), (None, (P1.id,), (P1,)), (None, (), (P1, P2))],
)
def test_colleague_on_the_domain_waits_for_a_yes(
    token: str | None, thread: tuple[ProjectId, ...], candidates: tuple[Project, ...]
) -> None:
    colleague = Acquaintance(
        sender=Address("new@larkfield.example"),
        colleague_of=(LARKFIELD.id,),
        projects=(P1, P2),
        by_thread=thread,
    )

    assert decide(colleague, token) == Unidentified(HoldReason.COLLEAGUE, candidates)


@pytest.mark.parametrize("token", [None, "p1", "typo"])
def test_stranger_is_held(token: str | None) -> None:
    stranger = Acquaintance(sender=Address("x@y.example"), token_exists=token == "p1")

    assert decide(stranger, token) == Unidentified(HoldReason.UNIDENTIFIED_SENDER)


def test_contact_who_answers_in_a_strangers_thread_is_held() -> None:
    colleague = Acquaintance(
        sender=Address("new@larkfield.example"),
        colleague_of=(LARKFIELD.id,),
        projects=(P1,),
        by_thread=(OTHERS.id,),
    )

    assert decide(colleague) == Unidentified(HoldReason.UNIDENTIFIED_SENDER)


def test_message_without_a_single_sender_is_held() -> None:
    found = identify(message(sender=None), contact(P1), token=P1.token)

    assert found == Unidentified(HoldReason.NO_SINGLE_SENDER)


def test_sender_whom_nobody_looked_up_is_held() -> None:
    found = identify(
        message(), Acquaintance(sender=None, clients=(LARKFIELD.id,), projects=(P1,)), token=None
    )

    assert found == Unidentified(HoldReason.UNIDENTIFIED_SENDER)
