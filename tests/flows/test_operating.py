"""The operator's commands on a whole desk: check, migrate, fsck, receive."""

from __future__ import annotations

import mailbox
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest
from typer.testing import CliRunner

from intake.cli.commands import app as command
from intake.demo import documents
from intake.errors import ConfigError, TransientError
from tests import servers, stores
from tests.desks import (
    CONTACT,
    TODAY,
    Wiring,
    config_file,
    imap_source,
    letter,
    smtp_delivery,
)
from tests.maildesks import MailDesk, mail_desk

DECK = documents.investor_deck(TODAY)
PASSES = [("Authentication-Results", "mx.studio.example; dmarc=pass header.from=halden.example")]

pytestmark = pytest.mark.usefixtures("telemetry_as_before")


@dataclass(frozen=True, slots=True)
class Said:
    """What a command printed, and its exit code."""

    code: int
    out: str


def run(desk: MailDesk, *arguments: str) -> Said:
    done = CliRunner().invoke(
        command, [*arguments, "--config", str(desk.config)], catch_exceptions=False
    )
    return Said(done.exit_code, " ".join(done.stdout.split()))


@pytest.fixture
def desk(tmp_path: Path) -> MailDesk:
    return mail_desk(tmp_path)


# ---------------------------------------------------------------- check


def test_a_desk_that_works_is_said_to(desk: MailDesk) -> None:
    said = run(desk, "check")

    assert said.code == 0
    for what in ("database: revision", "blobs: put, get and delete", "sources[0]", "delivery"):
        assert what in said.out


def test_a_check_leaves_nothing_behind(desk: MailDesk) -> None:
    run(desk, "check")

    assert [path for path in (desk.folder / "collateral").rglob("*") if path.is_file()] == []
    assert desk.letters() == []


def test_blobs_that_cannot_be_written_are_said_to_be(desk: MailDesk) -> None:
    (desk.folder / "collateral").write_text("in the way")

    said = run(desk, "check")

    assert said.code == 1
    assert "See blobs." in said.out


def test_a_mailbox_and_a_delivery_that_are_down_are_both_said_to_be(tmp_path: Path) -> None:
    wiring = Wiring(
        source=imap_source(servers.free_port(), "intake", "secret"),
        delivery=smtp_delivery(servers.free_port()),
    )

    said = run(mail_desk(tmp_path, wiring), "check")

    assert said.code == 1
    assert "sources[0]" in said.out
    assert "delivery" in said.out
    assert "secret" not in said.out


def test_a_database_that_is_down_is_said_to_be(tmp_path: Path) -> None:
    url = f"postgresql+psycopg://intake@127.0.0.1:{servers.free_port()}/intake"
    config_file(tmp_path, Wiring(database={"url": url}))

    said = run(MailDesk(tmp_path), "check")

    assert said.code == 1
    assert "See database.url." in said.out


def test_a_rehearsal_is_said_to_be_one(tmp_path: Path) -> None:
    delivery: dict[str, object] = {"type": "maildir", "path": "./Sent", "hold": True}

    said = run(mail_desk(tmp_path, Wiring(delivery=delivery)), "check")

    assert "letters are composed and not sent" in said.out


@pytest.mark.parametrize(
    ("fields", "trusted", "expected"),
    [
        (PASSES, ["mx.studio.example"], Said(0, "1 of the last 1 messages pass")),
        (PASSES, ["mx.other.example"], Said(1, "Your mail shows mx.studio.example")),
    ],
    ids=["vouched for", "by another server"],
)
@pytest.mark.proof
def test_the_inbox_shows_whether_senders_are_vouched_for(
    tmp_path: Path,
    dovecot_account: servers.ImapAccount,
    fields: list[tuple[str, str]],
    trusted: list[str],
    expected: Said,
) -> None:
    source = imap_source(dovecot_account.port, dovecot_account.username, dovecot_account.password)
    intake: dict[str, object] = {"unverified_senders": "hold", "trusted_authserv_ids": trusted}
    desk = mail_desk(tmp_path, Wiring(source=source, intake=intake))
    dovecot_account.append(letter(fields=fields))

    said = run(desk, "check")

    assert said.code == expected.code
    assert expected.out in said.out


def test_where_everybody_is_believed_the_check_says_so(
    tmp_path: Path, dovecot_account: servers.ImapAccount
) -> None:
    source = imap_source(dovecot_account.port, dovecot_account.username, dovecot_account.password)

    said = run(mail_desk(tmp_path, Wiring(source=source)), "check")

    assert said.code == 0
    assert "the mail server must refuse spoofed mail" in said.out


# ---------------------------------------------------------------- migrate


def test_a_new_database_is_made_once(tmp_path: Path) -> None:
    config_file(tmp_path)

    first, second = run(MailDesk(tmp_path), "migrate"), run(MailDesk(tmp_path), "migrate")

    assert first.out.endswith(" now.")
    assert second.out.endswith(" already.")


@pytest.fixture
def empty_postgres(tmp_path: Path) -> Iterator[MailDesk]:
    with stores.postgres() as url:
        config_file(tmp_path, Wiring(database={"url": url}))
        yield MailDesk(tmp_path)


def test_on_postgresql_nothing_works_before_the_migration(empty_postgres: MailDesk) -> None:
    before = run(empty_postgres, "check")
    with pytest.raises(ConfigError, match="run `intake migrate`"):
        run(empty_postgres, "worker", "--once")

    migrated = run(empty_postgres, "migrate")

    assert (before.code, migrated.code) == (1, 0)
    assert "Run `intake migrate`." in before.out
    assert run(empty_postgres, "worker", "--once").code == 0


# ---------------------------------------------------------------- receive and fsck


def message_file(desk: MailDesk, octets: bytes, name: str = "message.eml") -> str:
    path = desk.folder / name
    path.write_bytes(octets)
    return str(path)


def documents_of(desk: MailDesk) -> int:
    with desk.ledger() as ledger:
        return sum(len(standing.documents) for standing in ledger.standings())


def test_mail_from_a_file_is_answered_where_that_is_asked_for(desk: MailDesk) -> None:
    path = message_file(desk, letter(attach=[DECK]))

    run(desk, "receive", path, "--answer")

    assert len(desk.letters_to(CONTACT)) == 1


@pytest.mark.proof
def test_a_whole_mbox_is_taken_and_a_second_time_nothing_changes(desk: MailDesk) -> None:
    path = desk.folder / "old.mbox"
    with closing(mailbox.mbox(path)) as box:
        box.add(letter(number=1, attach=[DECK]))
        box.add(letter(number=2, sender="Eve <eve@elsewhere.example>"))

    first, second = run(desk, "receive", str(path)), run(desk, "receive", str(path))

    assert first.out == "2 messages taken: 1 accepted, 1 held."
    assert "2 of the discarded had been delivered before" in second.out
    assert documents_of(desk) == 1


def test_a_file_without_mail_is_refused(desk: MailDesk) -> None:
    (desk.folder / "empty").mkdir()

    with pytest.raises(ConfigError):
        run(desk, "receive", str(desk.folder / "empty"))


@pytest.mark.proof
def test_answers_that_could_not_leave_are_said_to_wait(tmp_path: Path) -> None:
    desk = mail_desk(tmp_path, Wiring(delivery=smtp_delivery(servers.free_port())))
    path = message_file(desk, letter(attach=[DECK]))

    with pytest.raises(TransientError, match="The answers wait"):
        run(desk, "receive", path, "--answer")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> MailDesk:
    """A desk that holds one document."""
    desk = mail_desk(tmp_path_factory.mktemp("filed"))
    run(desk, "receive", message_file(desk, letter(attach=[DECK])))
    return desk


@pytest.fixture
def filed(made: MailDesk, tmp_path: Path) -> MailDesk:
    """The same, a copy of one's own."""
    shutil.copytree(made.folder, tmp_path, dirs_exist_ok=True)
    return MailDesk(tmp_path)


def stored(desk: MailDesk) -> Path:
    """The file of the one document."""
    with desk.ledger() as ledger:
        [document] = ledger.standings()[0].documents
    return desk.folder / "collateral" / str(document.blob)


def test_mail_from_a_file_is_filed_and_nobody_is_answered(filed: MailDesk) -> None:
    worked = run(filed, "worker", "--once")

    assert worked.code == 0
    assert documents_of(filed) == 1
    assert filed.letters() == []


def test_a_desk_without_faults_is_said_to_have_none(filed: MailDesk) -> None:
    said = run(filed, "fsck")

    assert (said.code, said.out) == (0, "2 blobs compared, nothing wrong.")


def test_a_document_that_was_harmed_is_found(filed: MailDesk) -> None:
    stored(filed).write_bytes(b"something else")

    said = run(filed, "fsck")

    assert said.code == 1
    assert "1 wrong" in said.out


def test_a_document_that_is_gone_is_found(filed: MailDesk) -> None:
    stored(filed).unlink()

    assert run(filed, "fsck").code == 1


def test_a_file_that_no_row_knows_is_found_once_it_is_an_hour_old(filed: MailDesk) -> None:
    unknown = stored(filed).with_name("unknown.pdf")
    unknown.write_bytes(b"%PDF-1.4")
    fresh = run(filed, "fsck")
    old = time.time() - 7_200
    os.utime(unknown, (old, old))

    assert fresh.code == 0
    assert run(filed, "fsck").code == 1
