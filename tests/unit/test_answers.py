"""Who is written to about a message, and whether at all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from intake.answers import (
    Caps,
    Occasion,
    colleague_letters,
    kickoff_letters,
    letters_after_filing,
    may_be_opened,
    people_copied,
    question,
    thread_key,
)
from intake.filing import Decision
from intake.model import (
    WHOLE_MESSAGE,
    Address,
    AutoKind,
    Fate,
    HoldReason,
    InboundMessage,
    LetterKind,
    LinkFate,
    LinkFound,
    Mailbox,
    Project,
    ProjectId,
    Submission,
    Unidentified,
)
from storage.values import History
from tests.ledgers import inbound
from tests.unit.compose_cast import MIRA, NOON, PROJECT, ROBIN, document, part, sure

JONAS = Mailbox("Jonas", Address("jonas@larkfield.example"))
EVE = Mailbox("Eve", Address("eve@elsewhere.example"))
QUINN = Address("quinn@studio.example")
OURS = replace(
    PROJECT,
    client=replace(PROJECT.client, contacts=(MIRA.address, JONAS.address)),
    freelancers=(ROBIN.address, QUINN),
)
CAPS = Caps(sender_per_hour=5, sender_per_day=20, thread_per_day=10)
UNTOLD = History(now=NOON, sender_hour=0, sender_day=0, thread_day=0, last_told=None)
TOLD = replace(UNTOLD, last_told=NOON - timedelta(hours=3))

NOTHING = Decision((), (), (), ())
FILED = Decision((part(Fate.FILED, "deck.pdf", number=1),), (), (document(1, sure("deck")),), ())
REPEATED = Decision((part(Fate.DUPLICATE, "deck.pdf", number=1),), (), (), ())
WHOLE = Decision((part(Fate.TOO_LARGE, "The films", path=WHOLE_MESSAGE),), (), (), ())
LOGO = Decision((part(Fate.SIGNATURE_IMAGE, "image001.png"),), (), (), ())
LINK = Decision((), (LinkFound("https://drive.example/1", LinkFate.NEEDS_ACCESS, "Drive"),), (), ())


def mail(
    sender: Mailbox = MIRA, *, reply_to: Sequence[Mailbox] = (), written: str = "here it is"
) -> InboundMessage:
    return replace(inbound(), sender=sender, reply_to=tuple(reply_to), written=written)


def occasion(
    message: InboundMessage | None = None,
    *,
    auto: AutoKind | None = None,
    answerable: bool = True,
    history: History = UNTOLD,
    answer_after: timedelta = timedelta(),
) -> Occasion:
    return Occasion(
        message=message or mail(),
        auto=auto,
        answerable=answerable,
        history=history,
        answer_after=answer_after,
        caps=CAPS,
    )


def written_to(
    at: Occasion, decision: Decision = FILED, *, project: Project = OURS
) -> list[tuple[LetterKind, Address]]:
    """Kind and recipient of each letter, the sender being who wrote."""
    assert at.message.sender is not None
    sender = at.message.sender.address
    submission = Submission(project, sender, is_freelancer=sender in project.freelancers)
    letters = letters_after_filing(at, submission, decision)
    return [(letter.kind, letter.recipient.address) for letter in letters]


REPORTS = [(LetterKind.REPORT, ROBIN.address), (LetterKind.REPORT, QUINN)]


def test_the_sender_is_answered_and_every_freelancer_told() -> None:
    assert written_to(occasion()) == [(LetterKind.REPLY, MIRA.address), *REPORTS]


@pytest.mark.parametrize(
    ("reply_to", "answered"),
    [
        ([], MIRA),
        ([JONAS], JONAS),
        ([EVE], MIRA),
        ([ROBIN], MIRA),
        ([JONAS, MIRA], MIRA),
        ([EVE, JONAS], MIRA),
    ],
)
def test_reply_to_is_followed_only_to_one_person_of_the_client(
    reply_to: list[Mailbox], answered: Mailbox
) -> None:
    at = occasion(mail(reply_to=reply_to))

    assert written_to(at)[0] == (LetterKind.REPLY, answered.address)


def test_a_freelancers_reply_to_never_leads_to_the_client() -> None:
    at = occasion(mail(ROBIN, reply_to=[MIRA]))

    assert written_to(at) == [(LetterKind.REPORT, ROBIN.address), (LetterKind.REPORT, QUINN)]


def test_a_freelancers_own_mail_is_answered_with_a_report_and_the_others_are_told() -> None:
    assert written_to(occasion(mail(ROBIN))) == REPORTS


def test_a_freelancers_words_alone_are_no_news_for_the_others() -> None:
    assert written_to(occasion(mail(ROBIN)), NOTHING) == [(LetterKind.REPORT, ROBIN.address)]


def test_a_stranger_whose_mail_a_person_assigned_learns_nothing() -> None:
    assert written_to(occasion(mail(EVE))) == REPORTS


@pytest.mark.parametrize("auto", AutoKind)
def test_automatic_mail_is_never_answered_but_what_it_brought_is_told(auto: AutoKind) -> None:
    assert written_to(occasion(auto=auto)) == REPORTS


def test_a_mail_that_was_too_large_is_answered_and_told_to_every_freelancer() -> None:
    at = occasion(mail(written=""), history=TOLD)

    assert written_to(at, WHOLE) == [(LetterKind.REPLY, MIRA.address), *REPORTS]


@pytest.mark.parametrize("auto", AutoKind)
def test_automatic_words_are_nobodys_news(auto: AutoKind) -> None:
    assert written_to(occasion(auto=auto), NOTHING) == []


def test_old_mail_and_files_are_never_answered() -> None:
    assert written_to(occasion(answerable=False)) == []


@pytest.mark.parametrize("decision", [REPEATED, LINK], ids=["duplicate", "link"])
def test_what_a_person_should_know_is_told_though_nothing_changed(decision: Decision) -> None:
    at = occasion(history=TOLD)

    assert written_to(at, decision) == [(LetterKind.REPLY, MIRA.address), *REPORTS]


@pytest.mark.parametrize("decision", [NOTHING, LOGO], ids=["nothing", "signature"])
def test_words_without_documents_are_answered_once_a_day(decision: Decision) -> None:
    first = written_to(occasion(), decision)
    later = written_to(occasion(history=TOLD), decision)

    assert first == [(LetterKind.REPLY, MIRA.address), *REPORTS]
    assert later == REPORTS


def test_a_message_that_says_nothing_is_no_news() -> None:
    at = occasion(mail(written=" \n"), history=TOLD)

    assert written_to(at, NOTHING) == []


@pytest.mark.parametrize(
    ("contact", "wrote"),
    [
        ("mira@larkfield.example", "mira+files@larkfield.example"),
        ("mira+press@larkfield.example", "mira@larkfield.example"),
        ("mirahollis@gmail.com", "mira.hollis+deck@googlemail.com"),
    ],
)
def test_the_answer_goes_to_the_address_that_wrote(contact: str, wrote: str) -> None:
    project = replace(OURS, client=replace(OURS.client, contacts=(Address(contact),)))
    at = occasion(mail(Mailbox("Mira", Address(wrote))))

    assert written_to(at, project=project)[0] == (LetterKind.REPLY, wrote)


def test_a_freelancer_who_writes_from_a_variant_is_told_once_and_there() -> None:
    variant = Address("robin+mail@studio.example")
    submission = Submission(OURS, variant, is_freelancer=True)
    at = occasion(mail(Mailbox("", variant)))

    letters = letters_after_filing(at, submission, FILED)

    assert [letter.recipient.address for letter in letters] == [variant, QUINN]


# ---------------------------------------------------------------- caps


@pytest.mark.parametrize(
    "history",
    [
        replace(UNTOLD, sender_hour=5),
        replace(UNTOLD, sender_day=20),
        replace(UNTOLD, thread_day=10),
    ],
    ids=["hour", "day", "thread"],
)
def test_beyond_a_cap_mail_is_filed_and_the_freelancers_told_why(history: History) -> None:
    assert written_to(occasion(history=history)) == [
        *REPORTS,
        (LetterKind.NOTICE, ROBIN.address),
        (LetterKind.NOTICE, QUINN),
    ]


@pytest.mark.parametrize(
    "history",
    [
        replace(UNTOLD, sender_hour=4),
        replace(UNTOLD, sender_day=19),
        replace(UNTOLD, thread_day=9),
    ],
    ids=["hour", "day", "thread"],
)
def test_up_to_a_cap_mail_is_answered(history: History) -> None:
    assert (LetterKind.REPLY, MIRA.address) in written_to(occasion(history=history))


def test_beyond_a_cap_chatter_brings_the_notice_only() -> None:
    at = occasion(history=replace(TOLD, sender_hour=5))

    assert {kind for kind, _ in written_to(at, NOTHING)} == {LetterKind.NOTICE}


def test_the_notice_of_a_cap_is_one_a_day_and_person() -> None:
    capped = replace(UNTOLD, sender_hour=5)
    submission = Submission(OURS, MIRA.address, is_freelancer=False)
    first = letters_after_filing(occasion(history=capped), submission, NOTHING)
    again = letters_after_filing(
        occasion(replace(mail(), sha256=inbound("two").sha256), history=capped),
        submission,
        NOTHING,
    )
    tomorrow = letters_after_filing(
        occasion(history=replace(capped, now=NOON + timedelta(days=1))), submission, NOTHING
    )

    assert [letter.cause for letter in first] == [letter.cause for letter in again]
    assert first[0].cause != tomorrow[0].cause


# ---------------------------------------------------------------- bursts and threads


def test_answers_wait_for_the_rest_of_a_burst_where_they_are_told_to() -> None:
    submission = Submission(OURS, MIRA.address, is_freelancer=False)
    at = occasion(answer_after=timedelta(seconds=120))

    letters = letters_after_filing(at, submission, FILED)

    assert all(letter.joins for letter in letters)
    assert {letter.due_at for letter in letters} == {NOON + timedelta(seconds=120)}


def test_without_a_pause_each_message_is_answered_by_itself() -> None:
    submission = Submission(OURS, MIRA.address, is_freelancer=False)

    letters = letters_after_filing(occasion(), submission, FILED)

    assert not any(letter.joins for letter in letters)


@pytest.mark.parametrize(
    ("references", "in_reply_to", "key"),
    [
        (("<first@x>", "<second@x>"), ("<second@x>",), "<first@x>"),
        ((), ("<second@x>",), "<second@x>"),
        ((), (), "<own@x>"),
    ],
)
def test_a_thread_is_named_by_its_first_message(
    references: tuple[str, ...], in_reply_to: tuple[str, ...], key: str
) -> None:
    message = replace(inbound(message_id="<own@x>"), references=references, in_reply_to=in_reply_to)

    assert thread_key(message) == key


def test_a_message_without_any_id_is_a_thread_by_its_octets() -> None:
    message = replace(inbound(), message_id=None)

    assert thread_key(message) == message.sha256


# ---------------------------------------------------------------- copies and questions


def test_only_contacts_are_copied() -> None:
    message = replace(mail(), to=(ROBIN, EVE), cc=(JONAS, MIRA, JONAS))

    assert people_copied(message, OURS) == (JONAS.address,)


def test_a_person_with_several_projects_is_asked() -> None:
    [asked] = question(occasion(), MIRA)

    assert (asked.kind, asked.recipient) == (LetterKind.QUESTION, MIRA)


@pytest.mark.parametrize(
    "at",
    [
        occasion(auto=AutoKind.AUTO_REPLIED),
        occasion(answerable=False),
        occasion(history=replace(UNTOLD, sender_hour=5)),
    ],
    ids=["automatic", "old", "capped"],
)
def test_nobody_is_asked_who_would_not_be_answered(at: Occasion) -> None:
    assert question(at, MIRA) == ()


@pytest.mark.parametrize("variant", ["jonas+me@larkfield.example", "jonas@larkfield.example"])
def test_a_contact_is_copied_once_and_where_the_sender_put_it(variant: str) -> None:
    at_variant = Mailbox("", Address(variant))
    message = replace(mail(), to=(at_variant,), cc=(JONAS, replace(MIRA), EVE))

    assert people_copied(message, OURS) == (variant,)


# ---------------------------------------------------------------- colleagues

NEWCOMER = Mailbox("Bea", Address("bea@larkfield.example"))
HELD = Unidentified(HoldReason.COLLEAGUE, (OURS, replace(OURS, id=ProjectId(2))))


def test_every_freelancer_of_the_client_is_asked_about_a_colleague_once() -> None:
    first = colleague_letters(occasion(mail(NEWCOMER)), HELD)
    again = colleague_letters(occasion(replace(mail(NEWCOMER), sha256=inbound("two").sha256)), HELD)

    assert [(one.kind, one.recipient.address) for one in first] == [
        (LetterKind.COLLEAGUE, ROBIN.address),
        (LetterKind.COLLEAGUE, QUINN),
    ]
    assert {one.cause for one in first} == {one.cause for one in again}


@pytest.mark.parametrize(
    ("at", "unidentified"),
    [
        (occasion(mail(NEWCOMER), auto=AutoKind.AUTO_REPLIED), HELD),
        (occasion(mail(NEWCOMER), answerable=False), HELD),
        (occasion(mail(NEWCOMER), history=replace(UNTOLD, thread_day=10)), HELD),
        (occasion(replace(mail(), sender=None)), HELD),
        (occasion(mail(NEWCOMER)), Unidentified(HoldReason.COLLEAGUE)),
        (occasion(mail(EVE)), Unidentified(HoldReason.UNIDENTIFIED_SENDER, (OURS,))),
    ],
    ids=["automatic", "old", "capped", "nobody", "no-project", "stranger"],
)
def test_nobody_is_asked_about_what_is_no_colleagues_mail(
    at: Occasion, unidentified: Unidentified
) -> None:
    assert colleague_letters(at, unidentified) == ()


# ---------------------------------------------------------------- kickoffs


def kickoff(to: Sequence[Mailbox] = (EVE, JONAS, MIRA), *, answerable: bool = True) -> Occasion:
    """The freelancer wrote to the client."""
    return occasion(replace(mail(ROBIN), to=tuple(to)), answerable=answerable)


def test_a_kickoff_asks_the_first_contact_and_tells_the_freelancer_who_wrote() -> None:
    letters = kickoff_letters(kickoff(), OURS)

    assert [(letter.kind, letter.recipient) for letter in letters] == [
        (LetterKind.REPORT, ROBIN),
        (LetterKind.REPLY, JONAS),
    ]
    assert {letter.thread for letter in letters} == {thread_key(kickoff().message)}


def test_nobody_is_asked_who_is_no_contact_any_more() -> None:
    letters = kickoff_letters(kickoff([EVE]), OURS)

    assert [letter.recipient for letter in letters] == [ROBIN]


def test_old_kickoffs_ask_nobody() -> None:
    assert kickoff_letters(kickoff(answerable=False), OURS) == ()


@pytest.mark.parametrize(
    ("at", "may"),
    [
        (kickoff(), True),
        (occasion(history=replace(UNTOLD, sender_hour=5, sender_day=19)), True),
        (occasion(history=replace(UNTOLD, sender_day=20)), False),
        (kickoff(answerable=False), False),
    ],
    ids=["first", "fourth-of-the-morning", "too-many-in-a-day", "old"],
)
def test_a_kickoff_opens_nothing_that_nobody_could_be_told_of(at: Occasion, *, may: bool) -> None:
    assert may_be_opened(at) is may
