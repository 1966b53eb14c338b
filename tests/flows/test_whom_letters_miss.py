"""Several recipients fail separately, and whom a letter does not reach is told to the freelancer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

import pytest

from intake.app import App
from intake.demo import documents
from intake.model import Address, HoldReason
from intake.reader import Reader
from intake.worker import Worker
from tests import servers
from tests.desks import CLIENT, CONTACT, FREELANCER, TODAY, Wiring, letter, smtp_delivery
from tests.maildesks import Later, MailDesk, at_work, mail_desk, text_of

pytestmark = pytest.mark.proof

COLLEAGUE = Address("leo@halden.example")
GREYLISTED = "450 4.2.0 greylisted"
NO_MAILBOX = "550 5.1.1 no such user"


@dataclass(frozen=True, slots=True)
class Stage:
    """A desk that owes an answer to its client, a colleague in Cc, and a report to the freelancer."""

    desk: MailDesk
    app: App
    clock: Later
    sink: servers.SmtpSink

    def deliver(self, *, after: timedelta = timedelta()) -> bool:
        self.clock.by += after
        return self.app.outbox.deliver_due()

    def receive(self, number: int) -> None:
        """A client's mail, settled and not yet answered."""
        mail = letter(
            number=number,
            attach=[documents.investor_deck(TODAY)],
            fields=[("Cc", COLLEAGUE)],
        )
        self.desk.post(mail, str(number))
        Worker(self.app)._drain(self.app.sources[0], at_once=True)

    def sent_to(self, address: str) -> list[servers.Letter]:
        return [each for each in self.sink.letters if address in each.recipients]

    def notices(self) -> list[EmailMessage]:
        """What the freelancer was told of people out of reach."""
        letters = [
            message_from_bytes(each.octets, policy=default) for each in self.sent_to(FREELANCER)
        ]
        return [each for each in letters if "do not reach" in str(each["Subject"])]

    def bounced(self, address: Address) -> bool:
        [found] = self.app.ledger.letters.reach([address])
        return found.bounced_at is not None

    def reasons(self) -> list[str]:
        return [held.reason for held in self.app.ledger.holds.waiting()]


@pytest.fixture
def stage(tmp_path: Path, reader: Reader, smtp_sink: servers.SmtpSink) -> Iterator[Stage]:
    desk, clock = mail_desk(tmp_path, Wiring(delivery=smtp_delivery(smtp_sink.port))), Later()
    with at_work(desk, reader, clock=clock) as app:
        app.ledger.directory.add_contact(CLIENT, COLLEAGUE)
        made = Stage(desk, app, clock, smtp_sink)
        made.receive(1)
        yield made


def give_up_after(stage: Stage) -> None:
    """Deliver again whenever a letter is due, for four days."""
    for _ in range(24):
        stage.deliver(after=timedelta(hours=4, seconds=1))


def test_one_who_is_put_off_gets_the_same_letter_later_and_the_others_no_second_one(
    stage: Stage,
) -> None:
    stage.sink.rcpt_replies = {COLLEAGUE: GREYLISTED}
    stage.deliver()
    before = len(stage.sent_to(COLLEAGUE))
    stage.sink.rcpt_replies = {}

    stage.deliver(after=timedelta(seconds=61))

    [answer], [later] = stage.sent_to(CONTACT), stage.sent_to(COLLEAGUE)
    assert before == 0
    assert later.recipients == (COLLEAGUE,)
    assert later.octets == answer.octets
    assert stage.app.ledger.letters.unsent() == 0


def test_one_who_is_refused_is_noted_and_the_others_have_their_letter(stage: Stage) -> None:
    stage.sink.rcpt_replies = {COLLEAGUE: NO_MAILBOX}

    assert stage.deliver()

    assert len(stage.sent_to(CONTACT)) == 1
    assert (stage.bounced(COLLEAGUE), stage.bounced(CONTACT)) == (True, False)
    assert (stage.reasons(), stage.app.ledger.letters.unsent()) == ([], 0)


def test_the_freelancer_is_told_whom_the_desk_cannot_reach_and_what_to_do(stage: Stage) -> None:
    stage.sink.rcpt_replies = {COLLEAGUE: NO_MAILBOX}

    stage.deliver()

    [notice] = stage.notices()
    told = text_of(notice)
    assert COLLEAGUE in told
    assert "does not exist" in told
    assert f"intake client contact add '{CLIENT}' NEW-ADDRESS" in told


def test_a_letter_that_reaches_nobody_waits_for_a_person_too(stage: Stage) -> None:
    stage.sink.rcpt_replies = {CONTACT: NO_MAILBOX, COLLEAGUE: NO_MAILBOX}

    stage.deliver()

    assert stage.reasons() == [HoldReason.FAILED_LETTER]
    assert len(stage.notices()) == 2


def test_a_person_out_of_reach_is_told_once_however_many_letters_miss_them(stage: Stage) -> None:
    stage.sink.rcpt_replies = {COLLEAGUE: NO_MAILBOX}
    stage.deliver()
    stage.receive(2)

    stage.deliver()

    assert len(stage.sent_to(CONTACT)) == 2
    assert len(stage.notices()) == 1


def test_a_refusal_by_policy_is_told_and_not_held_against_the_contact(stage: Stage) -> None:
    stage.sink.rcpt_replies = {COLLEAGUE: "550 5.7.1 relaying denied"}

    stage.deliver()

    [notice] = stage.notices()
    assert not stage.bounced(COLLEAGUE)
    assert "by a rule" in text_of(notice)


def test_a_freelancer_out_of_reach_is_for_the_review_queue(stage: Stage) -> None:
    stage.sink.rcpt_replies = {FREELANCER: NO_MAILBOX}

    stage.deliver()

    assert stage.reasons() == [HoldReason.FAILED_LETTER]
    assert stage.app.ledger.letters.unsent() == 0


def test_one_recipient_who_is_put_off_stops_no_other_letter(stage: Stage) -> None:
    stage.sink.rcpt_replies = {CONTACT: GREYLISTED, COLLEAGUE: GREYLISTED}

    assert stage.deliver()

    assert len(stage.sent_to(FREELANCER)) == 1
    assert stage.app.ledger.letters.unsent() == 1


def test_one_who_is_put_off_for_days_is_told_and_not_held_against_them(stage: Stage) -> None:
    stage.sink.rcpt_replies = {COLLEAGUE: GREYLISTED}

    give_up_after(stage)

    [notice] = stage.notices()
    assert "for two days" in text_of(notice)
    assert not stage.bounced(COLLEAGUE)
    assert (stage.reasons(), len(stage.sent_to(CONTACT))) == ([], 1)


def test_one_who_left_the_project_meanwhile_gets_no_late_copy(stage: Stage) -> None:
    stage.sink.rcpt_replies = {COLLEAGUE: GREYLISTED}
    stage.deliver()
    stage.app.ledger.directory.remove_contact(CLIENT, COLLEAGUE)
    stage.sink.rcpt_replies = {}

    stage.deliver(after=timedelta(seconds=61))

    assert stage.sent_to(COLLEAGUE) == []
    assert stage.app.ledger.letters.unsent() == 0
