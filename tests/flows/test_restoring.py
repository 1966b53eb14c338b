"""A desk whose ledger was lost and put back from a backup: nothing is lost, and nobody is answered twice."""

from __future__ import annotations

import shutil
from collections import Counter
from contextlib import closing
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest

from intake.app import App
from intake.demo.documents import Enclosure
from intake.reader import Reader
from intake.worker import Worker
from storage.backup import back_up
from storage.chains import Chains, verify
from storage.ledger import Ledger
from tests import servers
from tests.desks import CONTACT, Wiring, letter, smtp_delivery
from tests.maildesks import MailDesk, at_work, mail_desk, worker

pytestmark = pytest.mark.proof

MAILS = 40


def notes(number: int) -> Enclosure:
    return Enclosure(f"notes-{number}.txt", "text/plain", b"What we know, part %d.\n" % number)


def post(desk: MailDesk, number: int) -> None:
    desk.post(letter(number=number, attach=[notes(number)]), str(number))


def copy_ledger(desk: MailDesk, ledger: Ledger) -> None:
    back_up(ledger.database, desk.folder / "copy.db", replace=True, told=lambda _done, _total: None)


def lose_and_restore(desk: MailDesk) -> None:
    """As the README says: the copy in the ledger's place, and the mail since then back in the inbox."""
    (desk.folder / "intake.db").unlink()
    (desk.folder / "intake.db-wal").unlink(missing_ok=True)
    (desk.folder / "intake.db-shm").unlink(missing_ok=True)
    shutil.copy(desk.folder / "copy.db", desk.folder / "intake.db")
    maildir = desk.folder / "Maildir"
    for path in (maildir / ".Done" / "new").iterdir():
        path.rename(maildir / "new" / path.name)


def answered(sink: servers.SmtpSink) -> Counter[str]:
    """How often each person was written to about each mail."""
    letters = [message_from_bytes(each.octets, policy=default) for each in sink.letters]
    return Counter(f"{each['To']} about {each['In-Reply-To']}" for each in letters)


def filed(app: App) -> list[str]:
    return sorted(document.filename for document in app.ledger.standings()[0].documents)


def work_on_around_a_backup(desk: MailDesk, reader: Reader) -> None:
    """One mail before the backup, one that the backup knows and has not answered, one after it."""
    with at_work(desk, reader) as app:
        post(desk, 1)
        assert Worker(app).once().clean
        post(desk, 2)
        take_without_answering(app)
        copy_ledger(desk, app.ledger)
        post(desk, 3)
        assert Worker(app).once().clean


def take_without_answering(app: App) -> None:
    """The mail is settled, its answer is owed; the worker comes no further."""
    [source] = app.sources
    for raw in source.fetch(app.ledger.messages.known_locators(source.name)):
        Worker(app).take(raw, answerable=True)


def test_over_smtp_what_may_have_left_is_shown_and_not_sent_again(
    tmp_path: Path, reader: Reader, smtp_sink: servers.SmtpSink
) -> None:
    desk = mail_desk(tmp_path, Wiring(delivery=smtp_delivery(smtp_sink.port)))
    work_on_around_a_backup(desk, reader)
    before = answered(smtp_sink)
    lose_and_restore(desk)

    with at_work(desk, reader) as app:
        Worker(app).once()

        assert filed(app) == ["notes-1.txt", "notes-2.txt", "notes-3.txt"]
        assert answered(smtp_sink) == before
        doubted = [each for each in app.ledger.letters.doubtful_ones() if each.recipient == CONTACT]
        assert len(doubted) == 2
        assert {"restored from a backup" in hold.detail for hold in app.ledger.holds.waiting()} == {
            True
        }


def test_over_smtp_mail_of_after_the_restoration_is_answered(
    tmp_path: Path, reader: Reader, smtp_sink: servers.SmtpSink
) -> None:
    desk = mail_desk(tmp_path, Wiring(delivery=smtp_delivery(smtp_sink.port)))
    work_on_around_a_backup(desk, reader)
    lose_and_restore(desk)
    with at_work(desk, reader) as app:
        Worker(app).once()
        before = len(smtp_sink.letters)

        post(desk, 4)
        Worker(app).once()

        assert len(smtp_sink.letters) > before


def test_where_letters_can_be_looked_up_nobody_is_asked(tmp_path: Path, reader: Reader) -> None:
    desk = mail_desk(tmp_path)
    work_on_around_a_backup(desk, reader)
    before = sorted(str(each["Message-ID"]) for each in desk.letters())
    lose_and_restore(desk)

    with at_work(desk, reader) as app:
        assert Worker(app).once().clean

        assert sorted(str(each["Message-ID"]) for each in desk.letters()) == before
        assert app.ledger.letters.doubtful_ones() == ()
        assert app.ledger.holds.waiting() == ()
        assert filed(app) == ["notes-1.txt", "notes-2.txt", "notes-3.txt"]


def test_a_backup_made_under_load_restores_the_whole_world(
    tmp_path: Path, smtp_sink: servers.SmtpSink
) -> None:
    desk = mail_desk(tmp_path, Wiring(delivery=smtp_delivery(smtp_sink.port)))
    for number in range(MAILS):
        post(desk, number)
    with worker(desk) as working:
        working.wait_until(lambda: len(desk.done()) >= MAILS // 4)
        with desk.ledger() as ledger:
            copy_ledger(desk, ledger)
        working.wait_until(lambda: len(desk.done()) >= 3 * MAILS // 4)
        working.running.kill()
        working.running.wait()
    lose_and_restore(desk)

    with worker(desk, "--once") as again:
        assert again.running.wait(timeout=100) == 0

    assert desk.inbox() == []
    with closing(Ledger(f"sqlite:///{desk.folder / 'intake.db'}")) as ledger:
        [standing] = ledger.standings()
        assert ledger.messages.statuses() == {"accepted": MAILS}
        assert len(standing.documents) == MAILS
        assert verify(Chains(ledger.database).lines()).breaks == ()
        assert ledger.letters.unsent() == 0
        assert set(answered(smtp_sink).values()) == {1}
