"""The worker among failures: a bad message, an outage, a signal. The others go on, and nothing is lost."""

from __future__ import annotations

import io
import os
import signal
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from pathlib import Path

import pytest
from typer.testing import CliRunner

from intake.app import App
from intake.cli.commands import app as command
from intake.demo import documents
from intake.demo.documents import Enclosure
from intake.model import HoldReason, Locator, RawMessage, Token
from intake.pipeline import receive
from intake.reader import Reader
from intake.worker import PAUSE_AFTER_REFUSAL, Round, Worker
from storage.directory import ProjectChange
from storage.values import MessageStatus
from tests import servers
from tests.desks import (
    CONTACT,
    TODAY,
    TOKEN,
    Wiring,
    config_file,
    engagement,
    imap_source,
    letter,
    post,
    smtp_delivery,
)
from tests.ledgers import letter_row, message_row
from tests.maildesks import Later, MailDesk, at_work, mail_desk, text_of, worker

pytestmark = pytest.mark.proof

DECK = documents.investor_deck(TODAY)
SHEET = documents.event_sheet(TODAY)
SPRING = Token("spring")
SPRING_ADDRESS, Q4_ADDRESS = f"intake+{SPRING}@studio.example", f"intake+{TOKEN}@studio.example"


@pytest.fixture
def desk(tmp_path: Path) -> MailDesk:
    return mail_desk(tmp_path)


@pytest.fixture
def app(desk: MailDesk, reader: Reader) -> Iterator[App]:
    with at_work(desk, reader) as opened:
        yield opened


def raw(octets: bytes) -> RawMessage:
    """A message that came from no mailbox."""
    return RawMessage(octets, Locator("files", "1"), datetime.now(UTC))


def lose_checklist(app: App) -> None:
    """Open a second project, whose checklist is no longer in the configuration: its mail cannot be filed."""
    engagement(app.ledger, token=SPRING, title="Spring fair")
    app.ledger.directory.edit_project(SPRING, ProjectChange(checklist="lost"))


def round_after_pause(app: App, clock: Later) -> Round:
    """A round when the store may be asked again."""
    clock.by += PAUSE_AFTER_REFUSAL
    return Worker(app).once()


# ---------------------------------------------------------------- several workers


def test_one_worker_receives_and_another_processes(
    desk: MailDesk, app: App, reader: Reader
) -> None:
    with at_work(desk, reader) as second:
        polling, helping = Worker(app), Worker(second)
        for one in (polling, helping):
            one._round(at_once=False)
        desk.post(letter(attach=[DECK]))

        helping._round(at_once=False)
        received_by_the_helper = second.ledger.messages.statuses()
        polling._choose_sources(at_once=False)
        polling._drain(app.sources[0], at_once=False)
        left_for_all = app.ledger.messages.statuses()
        helping._round(at_once=False)

        assert received_by_the_helper == {}
        assert left_for_all == {"waiting": 1}
        assert second.ledger.messages.statuses() == {"accepted": 1}


# ---------------------------------------------------------------- one bad message


def test_a_message_that_fails_three_times_is_held_with_its_error_and_the_others_go_on(
    desk: MailDesk, app: App
) -> None:
    lose_checklist(app)
    desk.post(letter(number=1, to=SPRING_ADDRESS, attach=[DECK]), "1-bad")
    desk.post(letter(number=2, to=Q4_ADDRESS, attach=[DECK]), "2-good")

    Worker(app).once()

    [hold] = app.ledger.holds.waiting()
    assert hold.reason == HoldReason.FAILED_REPEATEDLY
    assert hold.detail.startswith("There is no checklist 'lost'")
    assert app.ledger.messages.statuses() == {"held": 1, "accepted": 1}
    assert (desk.inbox(), desk.held(), desk.done()) == ([], ["1-bad"], ["2-good"])


def test_a_message_that_was_held_for_its_failures_is_filed_when_it_is_released(
    desk: MailDesk, app: App
) -> None:
    lose_checklist(app)
    desk.post(letter(to=SPRING_ADDRESS, attach=[DECK]))
    Worker(app).once()
    app.ledger.directory.edit_project(SPRING, ProjectChange(checklist="onboarding"))
    [hold] = app.ledger.holds.waiting()

    app.reviewer.release(hold.id)
    left = Worker(app).once()

    assert left.clean
    assert len(desk.letters_to(CONTACT)) == 1


def test_a_document_that_the_store_refuses_again_and_again_holds_its_message(
    desk: MailDesk, reader: Reader
) -> None:
    clients = desk.folder / "collateral" / "clients"
    clients.parent.mkdir()
    clients.write_text("in the way")
    desk.post(letter(number=1, attach=[DECK]), "1-refused")
    desk.post(letter(number=2, text="Only words."), "2-good")
    clock = Later()

    with at_work(desk, reader, clock=clock) as app:
        rounds = [round_after_pause(app, clock) for _ in range(3)]
        [hold] = app.ledger.holds.waiting()
        statuses = app.ledger.messages.statuses()

    assert [left.waiting for left in rounds] == [1, 1, 0]
    assert hold.detail.startswith("The disk refused blob")
    assert statuses == {"held": 1, "accepted": 1}


def test_two_files_of_one_name_in_an_archive_are_two_parts(desk: MailDesk, app: App) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("a/deck.pptx", DECK.octets)
        archive.writestr("b/deck.pptx", SHEET.octets)
    octets = packed.getvalue().replace(b"b/deck.pptx", b"a/deck.pptx")
    desk.post(letter(attach=[Enclosure("both.zip", "application/zip", octets)]))

    assert Worker(app).once().clean

    assert app.ledger.messages.statuses() == {"accepted": 1}
    assert len(app.ledger.standings()[0].documents) == 2


def test_a_name_that_is_no_text_does_not_stop_the_mailbox(desk: MailDesk, app: App) -> None:
    desk.post(letter(number=1), os.fsdecode(b"1-\xff"))
    desk.post(letter(number=2), "2")

    Worker(app).once()

    assert app.ledger.messages.statuses() == {"accepted": 2}
    assert "2" in desk.done()


def test_two_copies_of_a_message_leave_the_mailbox_and_are_answered_once(
    desk: MailDesk, app: App
) -> None:
    desk.post(letter(), "1")
    desk.post(letter(), "2")

    Worker(app).once()
    Worker(app).once()

    assert desk.inbox() == []
    assert len(desk.letters_to(CONTACT)) == 1


def test_a_message_over_the_limit_is_held_with_its_header(tmp_path: Path, reader: Reader) -> None:
    desk = mail_desk(tmp_path, Wiring(further={"limits": {"message_octets": 20_000}}))
    desk.post(letter(attach=[DECK]))

    with at_work(desk, reader) as app:
        Worker(app).once()
        [hold] = app.ledger.holds.waiting()
        raw = app.blobs.get(next(iter(app.ledger.blobs())))

    assert (hold.reason, hold.sender) == (HoldReason.TOO_LARGE, CONTACT)
    assert hold.subject == "What you asked for"
    assert b"Subject: What you asked for" in raw
    assert len(raw) < 20_000
    assert desk.held() == ["1"]


def test_one_message_that_fails_is_not_mixed_up_with_another_that_waits(app: App) -> None:
    lose_checklist(app)
    waiting = letter(number=1, to=Q4_ADDRESS, text="The one that waits.")
    bad = letter(number=2, to=SPRING_ADDRESS, attach=[DECK])
    claim = receive(app.desk, raw(waiting)).claim
    assert claim is not None
    app.ledger.messages.put_back(claim, pause=timedelta())

    status = Worker(app).take(raw(bad), answerable=False)

    assert status is MessageStatus.HELD
    assert message_row(app.ledger, claim.number).written.strip() == "The one that waits."


# ---------------------------------------------------------------- outages


def test_a_message_that_cannot_be_stored_stays_in_the_mailbox_and_is_taken_later(
    desk: MailDesk, app: App
) -> None:
    obstacle = desk.folder / "collateral"
    obstacle.write_text("in the way")
    desk.post(letter(attach=[DECK]))
    outage = Worker(app).once()
    waits = desk.inbox()
    obstacle.unlink()

    left = Worker(app).once()

    assert (outage.unreachable, outage.clean, waits) == (
        ("blobs (refused)",),
        False,
        ["1"],
    )
    assert left.clean
    assert (desk.inbox(), desk.done()) == ([], ["1"])
    assert len(desk.letters_to(CONTACT)) == 1


def test_letters_wait_while_the_delivery_is_down_and_leave_later_as_they_were(
    tmp_path: Path, smtp_sink: servers.SmtpSink, reader: Reader
) -> None:
    desk = mail_desk(tmp_path, Wiring(delivery=smtp_delivery(servers.free_port())))
    desk.post(letter(attach=[DECK]))
    with at_work(desk, reader) as app:
        outage = Worker(app).once()
        composed = letter_row(app.ledger, 1)
    config_file(desk.folder, Wiring(delivery=smtp_delivery(smtp_sink.port)))

    with at_work(desk, reader, clock=Later(timedelta(hours=1))) as app:
        left = Worker(app).once()

    sent = {str(message_from_bytes(each.octets)["Message-ID"]) for each in smtp_sink.letters}
    assert (outage.unreachable, outage.unsent) == (("delivery",), 2)
    assert (left.clean, left.unsent) == (True, 0)
    assert len(smtp_sink.letters) == len(sent) == 2
    assert composed.message_id in sent


def test_a_rehearsal_composes_and_sends_nothing(tmp_path: Path, reader: Reader) -> None:
    delivery: dict[str, object] = {"type": "maildir", "path": "./Sent", "hold": True}
    desk = mail_desk(tmp_path, Wiring(delivery=delivery))
    desk.post(letter(attach=[DECK]))

    with at_work(desk, reader) as app:
        working = Worker(app)
        left = working.once()
        patience = working._patience()

    assert (left.clean, left.unsent) == (True, 2)
    assert desk.letters() == []
    assert patience > 1


def test_an_outage_of_many_days_is_survived(app: App) -> None:
    working = Worker(app)
    working.world._failures["sources[0]"] = 5_000

    assert working.world.pause_seconds("sources[0]") == 300


def test_a_letter_that_is_due_while_the_delivery_is_down_is_no_reason_to_hurry(
    tmp_path: Path, reader: Reader
) -> None:
    desk = mail_desk(tmp_path, Wiring(delivery=smtp_delivery(servers.free_port())))
    desk.post(letter(attach=[DECK]))

    with at_work(desk, reader) as app:
        working = Worker(app)
        working.once()
        patience = working._patience()

    assert patience > 1


# ---------------------------------------------------------------- bursts


def test_two_messages_of_one_thread_get_one_answer_that_names_both(
    tmp_path: Path, reader: Reader
) -> None:
    desk = mail_desk(tmp_path, Wiring(intake={"answer_after_seconds": 120}))
    desk.post(letter(number=1, attach=[DECK]), "1")
    follow_up = [("In-Reply-To", "<1@halden.example>"), ("References", "<1@halden.example>")]
    desk.post(letter(number=2, attach=[SHEET], fields=follow_up), "2")

    with at_work(desk, reader) as app:
        Worker(app).once()

    [answer] = desk.letters_to(CONTACT)
    assert DECK.filename in text_of(answer)
    assert SHEET.filename in text_of(answer)


# ---------------------------------------------------------------- the process


def test_sigterm_while_idling_ends_the_worker_at_once(
    tmp_path: Path, dovecot_account: servers.ImapAccount
) -> None:
    source = imap_source(dovecot_account.port, dovecot_account.username, dovecot_account.password)
    desk = mail_desk(tmp_path, Wiring(source=source))
    dovecot_account.append(letter(number=1))
    with worker(desk) as process:
        process.wait_until(lambda: len(desk.letters_to(CONTACT)) == 1)
        dovecot_account.append(letter(number=2, attach=[DECK]))
        process.wait_until(lambda: len(desk.letters_to(CONTACT)) == 2)

        assert process.terminate() == 0


def test_sigterm_while_working_finishes_the_message_in_hand(desk: MailDesk) -> None:
    for number in range(1, 9):
        desk.post(letter(number=number, attach=[DECK, SHEET]), str(number))
    with worker(desk) as process:
        process.wait_until(lambda: process.said("message.settled") >= 1)

        code = process.terminate()

        settled = process.said("message.settled")
    with desk.ledger() as ledger:
        statuses = ledger.messages.statuses()
        deaths = [message_row(ledger, number).deaths for number in range(1, settled + 1)]
        claimed = ledger.messages.claim(ledger.worker)
    assert code == 0
    assert statuses == {"accepted": settled}
    assert (deaths, claimed) == ([0] * settled, None)
    assert 1 <= settled < 8


def test_sigterm_while_nothing_can_be_reached_ends_the_worker(tmp_path: Path) -> None:
    desk = mail_desk(tmp_path, Wiring(source=imap_source(servers.free_port(), "a", "b")))
    with worker(desk) as process:
        process.wait_until(lambda: process.said("world.unreachable"))

        assert process.terminate() == 0


def test_a_mailbox_that_breaks_while_the_worker_waits_is_an_outage(desk: MailDesk) -> None:
    new = desk.folder / "Maildir" / "new"
    with worker(desk) as process:
        process.wait_until(lambda: process.said("worker.started") and new.is_dir())
        new.rename(new.with_name("gone"))
        new.write_text("in the way")
        process.wait_until(lambda: process.said("world.unreachable"))
        new.unlink()

        post(desk.folder / "Maildir", letter(), "1")
        process.wait_until(lambda: desk.letters_to(CONTACT))

        assert process.terminate() == 0  # while it waits for the Maildir
        assert process.said("worker.stopped") == 1


@pytest.mark.usefixtures("telemetry_as_before")
def test_once_says_what_could_not_be_reached_and_exits_with_1_then_with_0(desk: MailDesk) -> None:
    obstacle = desk.folder / "collateral"
    obstacle.write_text("in the way")
    desk.post(letter(attach=[DECK]))
    outage = CliRunner().invoke(command, ["worker", "--once", "--config", str(desk.config)])
    obstacle.unlink()

    mended = CliRunner().invoke(command, ["worker", "--once", "--config", str(desk.config)])

    assert outage.exit_code == 1
    assert "Could not reach: blobs (refused). Run `intake check`." in outage.stderr
    assert mended.exit_code == 0
    assert len(desk.letters_to(CONTACT)) == 1


class _Stopped(Worker):
    """A worker that is told to end while it asks the ledger how long it may wait."""

    went_on = False

    def _patience(self) -> float:
        os.kill(os.getpid(), signal.SIGTERM)
        self.went_on = True
        return super()._patience()


def test_a_signal_does_not_break_off_what_is_asked_of_the_database(app: App) -> None:
    working = _Stopped(app)

    working.run()

    assert working.went_on
