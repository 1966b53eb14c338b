"""The Sent folder: a copy of each letter that left, whatever is cut off, and the last word on those in doubt."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest

from intake.app import App, open_ledger
from intake.checkup import check
from intake.demo import documents
from intake.errors import TransientError
from intake.instants import Instant
from intake.model import Address, HoldReason
from intake.outbox import Outbox
from intake.reader import Reader
from intake.sent_mail import LOOKED_UP_FOR, SURE_AFTER
from intake.worker import SENT_FOLDER, Worker
from tests import servers
from tests.desks import CLIENT, FREELANCER, TODAY, Wiring, imap_source, letter, smtp_delivery
from tests.maildesks import Later, at_work, mail_desk

pytestmark = pytest.mark.proof

MAIL = letter(sender=f"Fay <{FREELANCER}>", attach=[documents.investor_deck(TODAY)])
"""A freelancer's, so that one letter answers it."""


COLLEAGUE = Address("leo@halden.example")


class _CutOff(BaseException):
    """The process ends here."""


@dataclass(frozen=True, slots=True)
class Stage:
    """A desk that owes one letter, sends by SMTP and keeps copies on its IMAP server."""

    app: App
    account: servers.ImapAccount
    sink: servers.SmtpSink
    clock: Later

    @property
    def outbox(self) -> Outbox:
        return self.app.outbox

    def copies(self) -> list[bytes]:
        return self.account.messages("Sent")

    def cut_off(self) -> bytes:
        """A worker freezes the letter, begins to send it, and ends; its octets."""
        with closing(open_ledger(self.app.settings)) as doomed:
            claim = doomed.letters.claim(doomed.worker)
            assert claim is not None
            composed = self.outbox.composer.composed(claim)
            doomed.letters.freeze(claim, composed)
        return composed.octets

    def work(self, *, after: timedelta = timedelta()) -> None:
        """What a worker does with letters in a round, twice: what was looked up may leave in the second."""
        self.clock.by += after
        for _ in range(2):
            self.outbox.deliver_due()
            self.outbox.tend_sent()

    def doubts(self) -> list[str]:
        return [held.reason for held in self.app.ledger.holds.waiting()]


def stage_at(
    folder: Path,
    reader: Reader,
    account: servers.ImapAccount,
    sink: servers.SmtpSink,
    *,
    server_keeps: bool = False,
    mail: bytes = MAIL,
) -> Iterator[Stage]:
    """Receive and settle a message, deliver nothing yet."""
    delivery = smtp_delivery(sink.port) | {"sent_folder": "Sent", "server_keeps_sent": server_keeps}
    source = imap_source(account.port, account.username, account.password)
    desk, clock = mail_desk(folder, Wiring(source=source, delivery=delivery)), Later()
    account.append(mail)
    with at_work(desk, reader, clock=clock) as app:
        app.ledger.directory.add_contact(CLIENT, COLLEAGUE)
        Worker(app)._drain(app.sources[0], at_once=True)
        yield Stage(app, account, sink, clock)


@pytest.fixture
def stage(
    tmp_path: Path,
    reader: Reader,
    dovecot_account: servers.ImapAccount,
    smtp_sink: servers.SmtpSink,
) -> Iterator[Stage]:
    """A server that files nothing by itself."""
    yield from stage_at(tmp_path, reader, dovecot_account, smtp_sink)


@pytest.fixture
def filing(
    tmp_path: Path,
    reader: Reader,
    dovecot_account: servers.ImapAccount,
    smtp_sink: servers.SmtpSink,
) -> Iterator[Stage]:
    """A provider that files what it sends, and is known to."""
    dovecot_account.create("Sent")
    smtp_sink.files = lambda octets: dovecot_account.append(octets, "Sent")
    yield from stage_at(tmp_path, reader, dovecot_account, smtp_sink, server_keeps=True)


# ---------------------------------------------------------------- copies


def test_a_letter_that_left_is_kept_once_and_has_been_seen(stage: Stage) -> None:
    stage.work()

    assert stage.copies() == [stage.sink.letters[0].octets]
    assert stage.account.flags("Sent") == [frozenset({r"\Seen"})]


def test_a_whole_round_sends_and_keeps(stage: Stage) -> None:
    left = Worker(stage.app).once()

    assert left.clean
    assert (len(stage.sink.letters), len(stage.copies())) == (1, 1)


def test_a_letter_cut_off_before_it_was_kept_is_kept_later_and_not_sent_again(
    stage: Stage,
) -> None:
    stage.outbox.deliver_due()
    before = stage.copies()

    stage.work()

    assert before == []
    assert (len(stage.sink.letters), len(stage.copies())) == (1, 1)


def cut_off_at(instant: Instant) -> None:
    if instant is Instant.KEPT:
        raise _CutOff


def test_a_copy_whose_keeping_was_cut_off_is_not_kept_twice(stage: Stage) -> None:
    assert stage.outbox.sent_mail is not None
    stage.outbox.deliver_due()
    with pytest.raises(_CutOff):
        replace(stage.outbox.sent_mail, passed=cut_off_at).tend(
            stage.app.ledger.worker, stopping=lambda: False
        )

    stage.work()

    assert (len(stage.sink.letters), len(stage.copies())) == (1, 1)


def test_a_letter_that_the_server_has_filed_is_not_kept_twice(stage: Stage) -> None:
    stage.account.create("Sent")
    stage.sink.files = lambda octets: stage.account.append(octets, "Sent")

    stage.work()

    assert len(stage.copies()) == 1


def test_nothing_is_put_where_the_server_files_by_itself(filing: Stage) -> None:
    filing.sink.files = None  # however late it does so

    filing.work()

    assert (len(filing.sink.letters), filing.copies()) == (1, [])


def test_letters_leave_while_the_folder_cannot_be_reached_and_are_kept_afterwards(
    tmp_path: Path, reader: Reader, smtp_sink: servers.SmtpSink
) -> None:
    if servers.dovecot_program() is None:
        pytest.skip("needs the program dovecot (Debian: dovecot-imapd)")
    with servers.dovecot() as server:
        account = server.account("desk")
        for stage in stage_at(tmp_path, reader, account, smtp_sink):
            server.kill()
            worker = Worker(stage.app)

            worker.finish()

            assert len(smtp_sink.letters) == 1
            assert worker.world.unreachable == (SENT_FOLDER,)
            with pytest.raises(TransientError):
                stage.outbox.tend_sent()
            server.start()
            stage.outbox.sent_mail.folder._failed_at = None  # type: ignore[union-attr]  # not waited for
            worker.finish()
            assert (len(smtp_sink.letters), len(stage.copies())) == (1, 1)


# ---------------------------------------------------------------- letters in doubt


def test_a_letter_that_was_cut_off_and_is_there_has_left(stage: Stage) -> None:
    octets = stage.cut_off()
    stage.account.create("Sent")
    stage.account.append(octets, "Sent")

    stage.work()

    assert (stage.sink.letters, len(stage.copies())) == ([], 1)
    assert (stage.doubts(), stage.app.ledger.letters.unsent()) == ([], 0)


def test_a_letter_in_doubt_that_turns_up_has_left_and_waits_for_nobody(stage: Stage) -> None:
    stage.sink.lose_at = "DATA"
    stage.work()
    before = stage.doubts()
    stage.account.append(stage.sink.letters[0].octets, "Sent")

    stage.work(after=timedelta(minutes=3))

    assert (before, stage.doubts()) == ([HoldReason.DOUBTFUL_LETTER], [])
    assert len(stage.sink.letters) == 1


def test_not_being_there_proves_nothing_where_only_the_desk_keeps_copies(stage: Stage) -> None:
    stage.cut_off()
    stage.work()

    stage.work(after=timedelta(hours=1))

    assert stage.sink.letters == []
    assert stage.doubts() == [HoldReason.DOUBTFUL_LETTER]


def test_a_letter_in_doubt_is_not_looked_up_for_ever(stage: Stage) -> None:
    octets = stage.cut_off()
    stage.work()
    stage.work(after=LOOKED_UP_FOR + timedelta(hours=1))
    stage.account.append(octets, "Sent")

    stage.work(after=timedelta(days=1))

    assert stage.doubts() == [HoldReason.DOUBTFUL_LETTER]


def test_where_the_server_files_what_it_sends_a_letter_in_doubt_waits_some_minutes(
    filing: Stage,
) -> None:
    filing.cut_off()

    filing.work()
    filing.work(after=SURE_AFTER - timedelta(minutes=1))

    assert filing.sink.letters == []
    assert filing.doubts() == [HoldReason.DOUBTFUL_LETTER]


def test_where_the_server_files_what_it_sends_one_that_is_not_there_is_sent_again(
    filing: Stage,
) -> None:
    filing.sink.lose_at = "LETTER"
    filing.work()
    filing.sink.lose_at = None

    filing.work(after=SURE_AFTER)

    assert len(filing.sink.letters) == 1
    assert (filing.doubts(), filing.app.ledger.letters.unsent()) == ([], 0)


def test_where_the_server_files_what_it_sends_one_that_is_there_is_not_sent_again(
    filing: Stage,
) -> None:
    filing.sink.lose_at = "DATA"
    filing.work()
    filing.sink.lose_at = None

    filing.work(after=SURE_AFTER)

    assert len(filing.sink.letters) == 1
    assert (filing.doubts(), filing.app.ledger.letters.unsent()) == ([], 0)


def test_the_copy_of_one_recipient_says_nothing_of_another_who_got_it_later(
    tmp_path: Path,
    reader: Reader,
    dovecot_account: servers.ImapAccount,
    smtp_sink: servers.SmtpSink,
) -> None:
    dovecot_account.create("Sent")
    smtp_sink.files = lambda octets: dovecot_account.append(octets, "Sent")
    smtp_sink.rcpt_replies = {COLLEAGUE: "450 4.2.0 greylisted"}
    mail = letter(fields=[("Cc", COLLEAGUE)])
    for stage in stage_at(
        tmp_path, reader, dovecot_account, smtp_sink, server_keeps=True, mail=mail
    ):
        stage.work()
        stage.clock.by += timedelta(seconds=61)
        with closing(open_ledger(stage.app.settings, clock=stage.clock)) as doomed:
            claim = doomed.letters.claim(doomed.worker)
            assert claim is not None
            doomed.letters.sending(claim)  # and ends while it does

        stage.work()
        stage.work(after=SURE_AFTER)

        assert stage.doubts() == [HoldReason.DOUBTFUL_LETTER]
        assert [each for each in smtp_sink.letters if COLLEAGUE in each.recipients] == []


def test_a_letter_that_a_person_lets_leave_again_is_looked_up_first(stage: Stage) -> None:
    octets = stage.cut_off()
    stage.work()
    [held] = stage.app.ledger.holds.waiting()
    stage.account.append(octets, "Sent")

    stage.app.reviewer.release(held.id)
    stage.work()

    assert stage.sink.letters == []
    assert stage.app.ledger.letters.unsent() == 0


def test_check_tries_the_folder(stage: Stage) -> None:
    lines = {line.what: line.works for line in check(stage.app.settings)}

    assert lines["delivery: Sent folder"]
    assert "Sent" in stage.account.folders()
