"""Letters in the ledger: owed once, frozen once, sent once; what was cut off says so."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from intake.errors import ClaimLostError
from intake.model import (
    Address,
    Fate,
    HoldReason,
    LetterKind,
    LetterState,
    Mailbox,
    Project,
)
from storage import schema
from storage.ledger import Ledger
from storage.letters import LEASE
from storage.values import HoldSubject, LetterClaim, LetterIntent
from tests.ledgers import (
    MIRA,
    NOON,
    ROBIN,
    Clock,
    accepted,
    claimed,
    count,
    document,
    engage,
    held,
    inbound,
    intent,
    letter_row,
    outbound,
    owe,
)

PAUSE = timedelta(minutes=1)
ANA = Mailbox("Ana Ruiz", Address("ana@larkfield.example"))


@pytest.fixture
def project(ledger: Ledger) -> Project:
    return engage(ledger)


def claim(ledger: Ledger, *, ends_bursts: bool = False) -> LetterClaim:
    found = ledger.letters.claim(ledger.worker, ends_bursts=ends_bursts)
    assert found is not None
    return found


def test_a_letter_that_is_owed_can_be_claimed_once(
    ledger: Ledger, other: Ledger, project: Project
) -> None:
    owe(ledger, project, "one", intent("one"))

    found = claim(ledger)

    assert (found.kind, found.cause, found.recipient) == (LetterKind.REPLY, "one", MIRA)
    assert found.frozen is None
    assert other.letters.claim(other.worker) is None


@pytest.mark.parametrize(
    "another",
    [
        intent("two"),
        intent("one", kind=LetterKind.REPORT),
        intent("one", to=ROBIN),
    ],
    ids=["cause", "kind", "recipient"],
)
def test_a_letter_of_another_key_is_another_letter(
    ledger: Ledger, project: Project, another: LetterIntent
) -> None:
    owe(ledger, project, "one", intent("one"))

    owe(ledger, project, "two", another)

    assert count(ledger, schema.Letter) == 2


def test_a_letter_of_the_same_key_is_owed_once(ledger: Ledger, project: Project) -> None:
    owe(ledger, project, "one", intent("one"))

    owe(ledger, project, "two", intent("one"))

    assert count(ledger, schema.Letter) == 1


def test_the_same_cause_in_another_project_is_another_letter(
    ledger: Ledger, project: Project
) -> None:
    spring = engage(ledger, token="spring", title="Spring fair")
    owe(ledger, project, "one", intent("one"))

    owe(ledger, spring, "two", intent("one"))

    assert count(ledger, schema.Letter) == 2


def test_a_question_belongs_to_no_project_and_is_owed_once(ledger: Ledger) -> None:
    question = intent("one", kind=LetterKind.QUESTION)
    outcome = accepted(None, "one", letters=[question])
    ledger.messages.settle(claimed(ledger, "one"), outcome)

    ledger.messages.settle(claimed(ledger, "two"), accepted(None, "two", letters=[question]))

    assert count(ledger, schema.Letter) == 1
    assert claim(ledger).project is None


def test_a_burst_joins_one_letter_that_answers_all_its_messages(
    ledger: Ledger, project: Project
) -> None:
    owe(ledger, project, "one", intent("one", joins=True, due_at=NOON + PAUSE))
    owe(ledger, project, "two", intent("two", joins=True, due_at=NOON + 2 * PAUSE))

    found = claim(ledger, ends_bursts=True)

    assert count(ledger, schema.Letter) == 1
    assert len(found.received) == 2
    assert ledger.letters.claim(ledger.worker, ends_bursts=True) is None


def test_a_burst_waits_for_its_last_message(ledger: Ledger, project: Project, clock: Clock) -> None:
    owe(ledger, project, "one", intent("one", joins=True, due_at=NOON + PAUSE))
    owe(ledger, project, "two", intent("two", joins=True, due_at=NOON + 2 * PAUSE))
    clock.advance(PAUSE)

    early = ledger.letters.claim(ledger.worker)
    clock.advance(PAUSE)

    assert early is None
    assert ledger.letters.claim(ledger.worker) is not None


def test_a_letter_that_is_being_composed_is_not_joined(ledger: Ledger, project: Project) -> None:
    owe(ledger, project, "one", intent("one", joins=True))
    claim(ledger)

    owe(ledger, project, "two", intent("two", joins=True))

    assert count(ledger, schema.Letter) == 2


def test_a_letter_that_was_sent_is_not_joined(ledger: Ledger, project: Project) -> None:
    owe(ledger, project, "one", intent("one", joins=True))
    first = claim(ledger)
    ledger.letters.freeze(first, outbound())
    ledger.letters.sent(first)

    owe(ledger, project, "two", intent("two", joins=True))

    assert claim(ledger).cause == "two"


@pytest.mark.parametrize(
    "apart",
    [
        intent("two", joins=True, thread="<another@larkfield.example>"),
        intent("two", joins=True, to=Mailbox("Pat", Address("pat@larkfield.example"))),
        intent("two", joins=True, kind=LetterKind.REPORT),
    ],
    ids=["thread", "person", "kind"],
)
def test_what_is_apart_is_no_part_of_the_burst(
    ledger: Ledger, project: Project, apart: LetterIntent
) -> None:
    owe(ledger, project, "one", intent("one", joins=True))

    owe(ledger, project, "two", apart)

    assert count(ledger, schema.Letter) == 2


def test_an_intent_is_not_claimed_before_it_is_due_unless_bursts_end(
    ledger: Ledger, project: Project
) -> None:
    owe(ledger, project, "one", intent("one", due_at=NOON + PAUSE))

    early = ledger.letters.claim(ledger.worker)

    assert early is None
    assert claim(ledger, ends_bursts=True).cause == "one"


def test_the_letter_that_is_due_first_is_claimed_first(ledger: Ledger, project: Project) -> None:
    owe(ledger, project, "late", intent("late", due_at=NOON))
    owe(ledger, project, "early", intent("early", due_at=NOON - PAUSE))

    assert claim(ledger).cause == "early"


def test_a_letter_that_was_cut_off_comes_back_with_its_octets_and_says_so(
    ledger: Ledger, other: Ledger, project: Project
) -> None:
    owe(ledger, project, "one", intent("one"))
    doomed = other.letters.claim(other.worker)
    assert doomed is not None
    other.letters.freeze(doomed, outbound())
    other.close()

    ledger.letters.take_over(ledger.worker)

    found = claim(ledger)
    assert found.cut_off
    assert found.frozen == outbound()


def test_an_intent_whose_worker_died_before_it_was_frozen_is_not_cut_off(
    ledger: Ledger, other: Ledger, project: Project
) -> None:
    owe(ledger, project, "one", intent("one"))
    assert other.letters.claim(other.worker) is not None
    other.close()

    ledger.letters.take_over(ledger.worker)

    found = claim(ledger)
    assert not found.cut_off
    assert found.frozen is None


def test_a_letter_of_a_worker_that_lives_is_left_alone(
    ledger: Ledger, other: Ledger, project: Project
) -> None:
    owe(ledger, project, "one", intent("one"))
    other.letters.claim(other.worker)

    assert ledger.letters.take_over(ledger.worker) == 0
    assert ledger.letters.claim(ledger.worker) is None


def test_a_worker_that_stood_still_can_write_no_more(
    ledger: Ledger, other: Ledger, project: Project, clock: Clock
) -> None:
    owe(ledger, project, "one", intent("one"))
    stale = claim(ledger)
    ledger.letters.freeze(stale, outbound())
    clock.advance(LEASE + PAUSE)
    other.letters.take_over(other.worker)
    owner = other.letters.claim(other.worker)

    with pytest.raises(ClaimLostError):
        ledger.letters.sent(stale)

    assert owner is not None
    assert owner.cut_off
    assert letter_row(ledger, stale.number).state == LetterState.SENDING


def test_a_letter_that_did_not_leave_is_tried_later_with_the_same_octets(
    ledger: Ledger, project: Project, clock: Clock
) -> None:
    owe(ledger, project, "one", intent("one"))
    first = claim(ledger)
    ledger.letters.freeze(first, outbound())
    ledger.letters.retry(first, "421 later", pause=PAUSE, counts=True)

    early = ledger.letters.claim(ledger.worker)
    clock.advance(PAUSE)
    again = claim(ledger)

    assert early is None
    assert (again.attempts, again.frozen, again.cut_off) == (1, outbound(), False)


def test_a_try_that_was_none_is_not_counted(ledger: Ledger, project: Project, clock: Clock) -> None:
    owe(ledger, project, "one", intent("one"))
    first = claim(ledger)
    ledger.letters.freeze(first, outbound())

    ledger.letters.retry(first, "no connection", pause=PAUSE, counts=False)

    clock.advance(PAUSE)
    assert claim(ledger).attempts == 0


def test_frozen_octets_and_message_id_stay_through_tries_and_deaths(
    ledger: Ledger, other: Ledger, project: Project, clock: Clock
) -> None:
    owe(ledger, project, "one", intent("one"))
    first = claim(ledger)
    ledger.letters.freeze(first, outbound())
    ledger.letters.retry(first, "421 later", pause=PAUSE, counts=True)
    clock.advance(PAUSE)
    claim(other)
    other.close()
    ledger.letters.take_over(ledger.worker)

    owe(ledger, project, "two", intent("one"))

    assert claim(ledger).frozen == outbound()


def test_a_message_joined_to_a_frozen_letter_would_be_a_new_one(
    ledger: Ledger, project: Project
) -> None:
    owe(ledger, project, "one", intent("one", joins=True))
    first = claim(ledger)
    ledger.letters.freeze(first, outbound())
    ledger.letters.retry(first, "421 later", pause=PAUSE, counts=True)

    owe(ledger, project, "two", intent("two", joins=True))

    assert letter_row(ledger, first.number).octets == outbound().octets
    assert count(ledger, schema.Letter) == 2


@pytest.mark.parametrize(
    ("end", "state", "reason"),
    [
        ("doubtful", LetterState.DOUBTFUL, HoldReason.DOUBTFUL_LETTER),
        ("failed", LetterState.FAILED, HoldReason.FAILED_LETTER),
    ],
)
def test_a_letter_that_did_not_end_well_waits_for_a_person(
    ledger: Ledger, project: Project, end: str, state: LetterState, reason: HoldReason
) -> None:
    owe(ledger, project, "one", intent("one"))
    found = claim(ledger)
    ledger.letters.freeze(found, outbound())

    getattr(ledger.letters, end)(found, "the connection was lost")

    [hold] = ledger.holds.waiting()
    assert letter_row(ledger, found.number).state == state
    assert (hold.what, hold.reason, hold.letter) == (HoldSubject.LETTER, reason, found.number)
    assert hold.detail == "the connection was lost"
    assert ledger.letters.claim(ledger.worker, ends_bursts=True) is None


def test_doubtful_letters_are_listed(ledger: Ledger, project: Project) -> None:
    owe(ledger, project, "one", intent("one"))
    found = claim(ledger)
    ledger.letters.doubtful(found, "cut off")

    [doubtful] = ledger.letters.doubtful_ones()

    assert (doubtful.id, doubtful.kind) == (found.number, LetterKind.REPLY)
    assert doubtful.recipient == MIRA.address


def test_letters_that_are_not_out_of_the_house_are_counted(
    ledger: Ledger, project: Project
) -> None:
    owe(ledger, project, "one", intent("one"))
    owe(ledger, project, "two", intent("two"))

    ledger.letters.sent(claim(ledger))

    assert ledger.letters.unsent() == 1


def test_a_letter_knows_the_project_and_the_messages_it_answers(
    ledger: Ledger, project: Project
) -> None:
    owe(ledger, project, "one", intent("one"))

    found = claim(ledger)

    [received] = found.received
    assert found.project == project.id
    assert found.standing == ledger.standing(project.id)
    assert (received.sender, received.written) == (MIRA, "here it is")
    assert found.thread.subject == "Launch material"


# ---------------------------------------------------------------- what somebody was told


def test_answers_are_counted_by_hour_day_and_thread(
    ledger: Ledger, project: Project, clock: Clock
) -> None:
    owe(ledger, project, "old", intent("old", thread="<a@x>"))
    clock.advance(timedelta(hours=2))
    owe(ledger, project, "same thread", intent("same thread", thread="<a@x>"))
    owe(ledger, project, "another", intent("another", thread="<b@x>"))

    history = ledger.letters.history(MIRA.address, thread="<a@x>", project=project.id)

    assert (history.sender_hour, history.sender_day, history.thread_day) == (2, 3, 2)


def test_answers_of_yesterday_are_not_counted(
    ledger: Ledger, project: Project, clock: Clock
) -> None:
    owe(ledger, project, "old", intent("old"))
    clock.advance(timedelta(days=1, seconds=1))

    history = ledger.letters.history(MIRA.address, thread=intent().thread, project=project.id)

    assert (history.sender_day, history.thread_day, history.last_told) == (0, 0, None)


def test_what_others_are_told_is_no_answer(ledger: Ledger, project: Project) -> None:
    owe(ledger, project, "one", intent("one", kind=LetterKind.REPORT, to=ROBIN))

    history = ledger.letters.history(MIRA.address, thread="<c@x>", project=project.id)

    assert (history.sender_hour, history.sender_day, history.last_told) == (0, 0, None)


def test_an_answer_counts_for_whoever_wrote_though_it_went_to_another(
    ledger: Ledger, project: Project
) -> None:
    owe(ledger, project, "one", intent("one", to=Mailbox("", Address("pat@larkfield.example"))))

    history = ledger.letters.history(MIRA.address, thread="<c@x>", project=project.id)

    assert (history.sender_hour, history.sender_day) == (1, 1)


def test_an_answer_to_somebody_elses_mail_is_not_counted(ledger: Ledger, project: Project) -> None:
    owe(ledger, project, "one", intent("one"))
    outcome = accepted(ledger.standing(project.id), "two", letters=[intent("two", to=ROBIN)])
    theirs = replace(outcome, message=replace(inbound("two"), sender=ROBIN))
    ledger.messages.settle(claimed(ledger, "two"), theirs)

    days = [
        ledger.letters.history(who.address, thread="<c@x>", project=project.id).sender_day
        for who in (MIRA, ROBIN)
    ]

    assert days == [1, 1]


def test_what_was_said_of_another_project_was_not_said_of_this_one(
    ledger: Ledger, project: Project
) -> None:
    spring = engage(ledger, token="spring", title="Spring fair")
    owe(ledger, spring, "one", intent("one"))

    history = ledger.letters.history(MIRA.address, thread="<c@x>", project=project.id)

    assert (history.sender_day, history.last_told) == (1, None)


def test_a_letter_that_another_worker_has_in_hand_is_not_due(
    ledger: Ledger, other: Ledger, project: Project
) -> None:
    owe(ledger, project, "one", intent("one"))
    before = ledger.seconds_until_due()

    other.letters.claim(other.worker)

    assert before == 0
    assert ledger.seconds_until_due() is None


# ---------------------------------------------------------------- what was told last


def tell(ledger: Ledger, project: Project, cause: str, told: str | None) -> None:
    """Send a letter about one more message that lists this; with None one that says "as before"."""
    owe(ledger, project, cause, intent(cause))
    sending = claim(ledger)
    letter = replace(outbound(message_id=f"<{cause}@studio.example>"), told=told)
    ledger.letters.freeze(sending, letter)
    ledger.letters.sent(sending)


def next_claim(ledger: Ledger, project: Project, letter: LetterIntent) -> LetterClaim:
    owe(ledger, project, "next", letter)
    return claim(ledger)


def test_what_the_last_letter_told_is_known_for_a_day(
    ledger: Ledger, project: Project, clock: Clock
) -> None:
    tell(ledger, project, "one", "all of it")
    tell(ledger, project, "two", "less")
    clock.advance(timedelta(hours=23))

    assert next_claim(ledger, project, intent("next")).told == "less"


def test_as_before_does_not_hide_what_was_listed(ledger: Ledger, project: Project) -> None:
    tell(ledger, project, "one", "all of it")
    tell(ledger, project, "two", None)

    assert next_claim(ledger, project, intent("next")).told == "all of it"


def test_as_before_does_not_make_the_day_longer(
    ledger: Ledger, project: Project, clock: Clock
) -> None:
    tell(ledger, project, "one", "all of it")
    clock.advance(timedelta(hours=23))
    owe(ledger, project, "two", intent("two", due_at=clock.now))
    ledger.letters.sent(claim(ledger))
    clock.advance(timedelta(hours=1))

    assert next_claim(ledger, project, intent("next", due_at=clock.now)).told is None


def test_after_a_day_it_may_be_told_again(ledger: Ledger, project: Project, clock: Clock) -> None:
    tell(ledger, project, "one", "all of it")
    clock.advance(timedelta(hours=24))

    assert next_claim(ledger, project, intent("next", due_at=clock.now)).told is None


@pytest.mark.parametrize(
    "letter",
    [
        intent("next", thread="<another@larkfield.example>"),
        intent("next", to=ROBIN),
        intent("next", kind=LetterKind.REPORT),
    ],
    ids=["thread", "person", "kind"],
)
def test_what_was_told_elsewhere_is_told_here_as_well(
    ledger: Ledger, project: Project, letter: LetterIntent
) -> None:
    tell(ledger, project, "one", "all of it")

    assert next_claim(ledger, project, letter).told is None


def test_a_letter_that_did_not_leave_told_nothing(ledger: Ledger, project: Project) -> None:
    owe(ledger, project, "one", intent("one"))
    sending = claim(ledger)
    ledger.letters.freeze(sending, replace(outbound(), told="all of it"))
    ledger.letters.failed(sending, "550 to RCPT")

    assert next_claim(ledger, project, intent("next")).told is None


def test_somebody_who_is_copied_for_the_first_time_was_told_nothing(
    ledger: Ledger, project: Project
) -> None:
    tell(ledger, project, "one", "all of it")
    outcome = accepted(ledger.standing(project.id), "next", letters=[intent("next")])
    copied = replace(outcome, cc=(Address("jonas@larkfield.example"),))
    ledger.messages.settle(claimed(ledger, "next"), copied)

    assert claim(ledger).told is None


def test_what_the_recipient_wrote_lately_is_known(ledger: Ledger, project: Project) -> None:
    owe(ledger, project, "one", intent("one"))
    owe(ledger, project, "two", intent("two"))

    assert claim(ledger).written == ("here it is", "here it is")


@pytest.mark.parametrize("reader", [ROBIN, ANA], ids=["after", "before"])
def test_what_others_wrote_is_not_the_recipients(
    ledger: Ledger, project: Project, reader: Mailbox
) -> None:
    owe(ledger, project, "one", intent("one", to=reader))

    assert claim(ledger).written == ()


def test_what_was_written_for_another_project_is_not_known(
    ledger: Ledger, project: Project
) -> None:
    spring = engage(ledger, token="spring", title="Spring fair")
    owe(ledger, spring, "one", intent("one", due_at=NOON + PAUSE))
    owe(ledger, project, "two", intent("two"))

    assert claim(ledger).written == ("here it is",)


def test_a_letter_to_many_messages_goes_on_where_the_last_one_ended(
    ledger: Ledger, project: Project
) -> None:
    owe(ledger, project, "one", intent("one", joins=True))
    owe(ledger, project, "two", intent("two", joins=True))

    found = claim(ledger)

    assert found.thread.message_id == inbound("two").message_id
    assert [each.sender for each in found.received] == [MIRA, MIRA]


def test_a_letter_knows_which_documents_wait_for_a_person_and_under_which_number(
    ledger: Ledger, project: Project
) -> None:
    ledger.messages.settle(claimed(ledger, "held"), held(HoldReason.UNIDENTIFIED_SENDER, "held"))
    unsure = document(1, fate=Fate.UNSURE)
    outcome = accepted(
        ledger.standing(project.id), documents=[unsure], letters=[intent("one", to=ROBIN)]
    )
    ledger.messages.settle(claimed(ledger), outcome)
    spring = engage(ledger, token="spring", title="Spring fair")
    elsewhere = accepted(ledger.standing(spring.id), "two", documents=[unsure])
    ledger.messages.settle(claimed(ledger, "two"), elsewhere)

    _, here, _ = ledger.holds.waiting()

    assert claim(ledger).review == ((1, here.id),)


# ---------------------------------------------------------------- later


def test_a_letter_whose_hour_is_later_is_owed_from_then_on(
    ledger: Ledger, project: Project, clock: Clock
) -> None:
    owe(ledger, project, "one", intent("one"))
    ledger.letters.postponed(claim(ledger), until=NOON + PAUSE)
    early = ledger.letters.claim(ledger.worker)
    clock.advance(PAUSE)

    again = claim(ledger)

    assert early is None
    assert (again.frozen, again.cut_off, again.attempts) == (None, False, 0)


def test_a_frozen_letter_whose_hour_is_later_keeps_its_octets(
    ledger: Ledger, project: Project, clock: Clock
) -> None:
    owe(ledger, project, "one", intent("one"))
    first = claim(ledger)
    ledger.letters.freeze(first, outbound())
    ledger.letters.postponed(first, until=NOON + PAUSE)
    clock.advance(PAUSE)

    again = claim(ledger)

    assert (again.frozen, again.cut_off) == (outbound(), False)
