"""Letters that the Sent folder is asked for, and those whom a letter did not reach, on both engines."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from intake.errors import ClaimLostError
from intake.model import (
    Address,
    HoldId,
    LetterKind,
    LetterState,
    Obstacle,
    Project,
    Unreached,
)
from storage.ledger import Ledger
from storage.letters import LEASE
from storage.values import Handed, LetterClaim, LookUp
from tests.ledgers import MIRA, NOON, ROBIN, Clock, engage, intent, letter_row, outbound, owe

MAX = Address("max@larkfield.example")
NO_MAILBOX = Unreached(MAX, Obstacle.NO_MAILBOX, lasting=True)
PAUSE = timedelta(minutes=1)


@pytest.fixture
def project(ledger: Ledger) -> Project:
    found = engage(ledger)
    ledger.directory.add_contact("Larkfield", MAX)
    return found


def sending(ledger: Ledger, project: Project, cause: str = "one") -> LetterClaim:
    """A letter to two people that is about to leave."""
    owe(ledger, project, cause, intent(cause))
    claim = ledger.letters.claim(ledger.worker)
    assert claim is not None
    letter = replace(
        outbound(message_id=f"<{cause}@studio.example>"), recipients=(MIRA.address, MAX)
    )
    ledger.letters.freeze(claim, letter)
    return claim


def look_up(ledger: Ledger) -> LookUp:
    found = ledger.look_ups.claim(ledger.worker)
    assert found is not None
    return found


def notices(ledger: Ledger) -> list[LetterClaim]:
    """What the freelancer is to be told, claimed."""
    claims = iter(lambda: ledger.letters.claim(ledger.worker), None)
    return [claim for claim in claims if claim.kind is LetterKind.NOTICE]


# ---------------------------------------------------------------- several recipients


def test_who_has_a_letter_is_not_sent_it_again(
    ledger: Ledger, project: Project, clock: Clock
) -> None:
    handed = Handed(delivered=(MIRA.address,))
    ledger.letters.retry(
        sending(ledger, project), "450 to RCPT", pause=PAUSE, counts=True, handed=handed
    )
    clock.advance(PAUSE)

    again = ledger.letters.claim(ledger.worker)

    assert again is not None
    assert again.frozen is not None
    assert (again.delivered, again.frozen.recipients) == ((MIRA.address,), (MAX,))


def test_who_never_gets_a_letter_is_not_sent_it_again(ledger: Ledger, project: Project) -> None:
    claim = sending(ledger, project)
    handed = Handed(unreached=(NO_MAILBOX,))
    ledger.letters.retry(claim, "450 to RCPT", pause=-PAUSE, counts=True, handed=handed)

    again = ledger.letters.claim(ledger.worker)

    assert again is not None
    assert again.frozen is not None
    assert (again.refused, again.frozen.recipients) == ((MAX,), (MIRA.address,))


def test_a_person_who_lets_a_refused_letter_leave_again_lets_it_leave_to_all(
    ledger: Ledger, project: Project
) -> None:
    claim = sending(ledger, project)
    ledger.letters.failed(claim, "550 to RCPT", Handed(unreached=(NO_MAILBOX,)))
    [held] = ledger.holds.waiting()

    ledger.holds.decide_letter(held.id, decision="release", state=LetterState.RETRY)

    assert letter_row(ledger, claim.number).refused == []


# ---------------------------------------------------------------- whom it did not reach


def test_a_failure_marks_the_contact_and_owes_the_freelancer_a_notice(
    ledger: Ledger, project: Project
) -> None:
    claim = sending(ledger, project)

    ledger.letters.failed(claim, "550 to RCPT", Handed(unreached=(NO_MAILBOX,)))

    [notice] = notices(ledger)
    [reach] = ledger.letters.reach([MAX])
    assert (notice.recipient.address, notice.unreached) == (ROBIN.address, NO_MAILBOX)
    assert reach.bounced_at == NOON


def test_what_does_not_last_is_told_and_not_held_against_the_contact(
    ledger: Ledger, project: Project
) -> None:
    claim = sending(ledger, project)
    refused = Unreached(MAX, Obstacle.POLICY, lasting=False)

    ledger.letters.failed(claim, "550 5.7.1 to RCPT", Handed(unreached=(refused,)))

    [notice] = notices(ledger)
    [reach] = ledger.letters.reach([MAX])
    assert notice.unreached == refused
    assert reach.bounced_at is None


def test_one_failure_of_a_contact_is_told_once_for_all_its_letters(
    ledger: Ledger, project: Project, clock: Clock
) -> None:
    for_one = sending(ledger, project, "one")
    for_two = sending(ledger, project, "two")
    ledger.letters.sent(for_one, Handed(unreached=(NO_MAILBOX,)))
    clock.advance(timedelta(days=2))

    ledger.letters.sent(for_two, Handed(unreached=(NO_MAILBOX,)))

    assert len(notices(ledger)) == 1


def test_each_project_of_a_contact_is_told(ledger: Ledger, project: Project) -> None:
    spring = engage(ledger, token="spring", title="Spring fair")
    for_q4, for_spring = sending(ledger, project, "one"), sending(ledger, spring, "two")
    ledger.letters.sent(for_q4, Handed(unreached=(NO_MAILBOX,)))

    ledger.letters.sent(for_spring, Handed(unreached=(NO_MAILBOX,)))

    assert {notice.project for notice in notices(ledger)} == {project.id, spring.id}


def test_a_freelancer_who_is_out_of_reach_is_not_written_to_about_it(
    ledger: Ledger, project: Project
) -> None:
    claim = sending(ledger, project)
    lost = Unreached(ROBIN.address, Obstacle.NO_MAILBOX, lasting=True)

    ledger.letters.failed(claim, "550 to RCPT", Handed(unreached=(lost,)))

    assert notices(ledger) == []
    assert len(ledger.holds.waiting()) == 1


def test_a_worker_that_lost_its_claim_marks_and_tells_nobody(
    ledger: Ledger, other: Ledger, project: Project, clock: Clock
) -> None:
    claim = sending(ledger, project)
    clock.advance(LEASE + PAUSE)
    other.letters.take_over(other.worker)

    with pytest.raises(ClaimLostError):
        ledger.letters.failed(claim, "550 to RCPT", Handed(unreached=(NO_MAILBOX,)))

    assert notices(other) == []
    assert [reach.bounced_at for reach in ledger.letters.reach([MAX])] == [None]


# ---------------------------------------------------------------- the Sent folder


def test_a_letter_that_left_is_looked_up_where_copies_are_kept(
    ledger: Ledger, project: Project
) -> None:
    ledger.letters.sent(sending(ledger, project), keeps=True)

    found = look_up(ledger)

    assert (found.doubtful_since, found.left_at) == (None, NOON)
    assert found.letter.octets == b"Thank you."


def test_a_letter_is_not_looked_up_where_no_copies_are_kept(
    ledger: Ledger, project: Project
) -> None:
    ledger.letters.sent(sending(ledger, project))

    assert ledger.look_ups.claim(ledger.worker) is None


def test_one_worker_at_a_time_looks_a_letter_up(
    ledger: Ledger, other: Ledger, project: Project
) -> None:
    ledger.letters.sent(sending(ledger, project), keeps=True)
    look_up(ledger)

    assert other.look_ups.claim(other.worker) is None


def test_a_look_up_of_a_worker_that_stood_still_is_taken_over(
    ledger: Ledger, other: Ledger, project: Project, clock: Clock
) -> None:
    ledger.letters.sent(sending(ledger, project), keeps=True)
    stale = look_up(ledger)
    clock.advance(LEASE + PAUSE)
    other.letters.take_over(other.worker)
    look_up(other)

    with pytest.raises(ClaimLostError):
        ledger.look_ups.found(stale)


def test_a_copy_that_is_there_is_not_looked_up_again(ledger: Ledger, project: Project) -> None:
    ledger.letters.sent(sending(ledger, project), keeps=True)

    ledger.look_ups.found(look_up(ledger))

    assert ledger.look_ups.claim(ledger.worker) is None


def test_a_look_up_is_due_again_after_its_pause(
    ledger: Ledger, project: Project, clock: Clock
) -> None:
    ledger.letters.doubtful(sending(ledger, project), "cut off", looks_up=True)
    ledger.look_ups.again(look_up(ledger), PAUSE)
    early = ledger.look_ups.claim(ledger.worker)
    clock.advance(PAUSE)

    assert early is None
    assert look_up(ledger).doubtful_since == NOON


def test_a_doubtful_letter_that_is_found_has_left_and_waits_for_nobody(
    ledger: Ledger, project: Project
) -> None:
    claim = sending(ledger, project)
    ledger.letters.doubtful(claim, "cut off", looks_up=True)

    ledger.look_ups.found(look_up(ledger))

    assert letter_row(ledger, claim.number).state == LetterState.SENT
    assert ledger.holds.waiting() == ()
    assert ledger.letters.doubtful_ones() == ()


def test_a_doubtful_letter_that_has_not_left_may_leave_again(
    ledger: Ledger, project: Project
) -> None:
    ledger.letters.doubtful(sending(ledger, project), "cut off", looks_up=True)

    ledger.look_ups.not_left(look_up(ledger))

    again = ledger.letters.claim(ledger.worker)
    assert again is not None
    assert not again.cut_off
    assert ledger.holds.waiting() == ()


def test_what_a_person_decided_meanwhile_stays(ledger: Ledger, project: Project) -> None:
    claim = sending(ledger, project)
    ledger.letters.doubtful(claim, "cut off", looks_up=True)
    found = look_up(ledger)
    [held] = ledger.holds.waiting()
    ledger.holds.decide_letter(HoldId(held.id), decision="reject: no", state=LetterState.DROPPED)

    ledger.look_ups.not_left(found)

    row = letter_row(ledger, claim.number)
    assert (row.state, row.worker_id) == (LetterState.DROPPED, None)


# ---------------------------------------------------------------- bursts


def keep_writing(ledger: Ledger, project: Project, clock: Clock) -> None:
    """A message every four minutes for more than half an hour, each answered after five."""
    for number in range(9):
        due_at = clock.now + timedelta(minutes=5)
        owe(ledger, project, str(number), intent(str(number), joins=True, due_at=due_at))
        clock.advance(timedelta(minutes=4))


def test_mail_that_keeps_coming_postpones_its_answer_for_half_an_hour_at_most(
    ledger: Ledger, project: Project, clock: Clock
) -> None:
    keep_writing(ledger, project, clock)

    assert letter_row(ledger, 1).due_at == NOON + timedelta(minutes=30)


def test_an_answer_that_is_to_wait_for_long_waits_its_time(
    ledger: Ledger, project: Project
) -> None:
    owe(ledger, project, "one", intent("one", joins=True, due_at=NOON + PAUSE))

    owe(ledger, project, "two", intent("two", joins=True, due_at=NOON + timedelta(hours=2)))

    assert letter_row(ledger, 1).due_at == NOON + timedelta(hours=2)
