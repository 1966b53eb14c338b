"""The Maildir source: names, flags and folders as mail programs leave them."""

from __future__ import annotations

import os
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from intake.sources.maildir import MaildirSource

NOTHING_KNOWN: frozenset[str] = frozenset()
ONE = b"Subject: one\r\n\r\n1\r\n"
TWO = b"Subject: two\n\n2\n"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "Maildir"


@pytest.fixture
def source(path: Path) -> MaildirSource:
    made = MaildirSource("maildir", path)
    made.check()
    return made


def test_read_and_unread_messages_come(source: MaildirSource, path: Path) -> None:
    (path / "new" / "1.unread").write_bytes(ONE)
    (path / "cur" / "2.read:2,S").write_bytes(TWO)

    fetched = {found.octets for found in source.fetch(NOTHING_KNOWN)}

    assert fetched == {ONE, TWO}


def test_half_delivered_hidden_and_foreign_entries_do_not_come(
    source: MaildirSource, path: Path
) -> None:
    (path / "tmp" / "1.half").write_bytes(ONE)
    (path / "new" / ".hidden").write_bytes(ONE)
    (path / "new" / "folder").mkdir()

    assert list(source.fetch(NOTHING_KNOWN)) == []


def test_messages_come_in_the_order_of_their_times(source: MaildirSource, path: Path) -> None:
    (path / "new" / "a").write_bytes(TWO)
    (path / "cur" / "b:2,").write_bytes(ONE)
    os.utime(path / "new" / "a", (2_000, 2_000))
    os.utime(path / "cur" / "b:2,", (1_000, 1_000))

    assert [found.octets for found in source.fetch(NOTHING_KNOWN)] == [ONE, TWO]


def test_received_at_is_the_time_of_the_file(source: MaildirSource, path: Path) -> None:
    (path / "new" / "1").write_bytes(ONE)
    os.utime(path / "new" / "1", (1_000, 1_000))

    [found] = source.fetch(NOTHING_KNOWN)

    assert found.received_at == datetime(1970, 1, 1, 0, 16, 40, tzinfo=UTC)


def test_flags_stay_when_a_message_moves(source: MaildirSource, path: Path) -> None:
    (path / "cur" / "1.read:2,FS").write_bytes(ONE)
    locators = [found.locator for found in source.fetch(NOTHING_KNOWN)]

    source.acknowledge(locators, held=False)

    assert (path / ".Done" / "cur" / "1.read:2,FS").read_bytes() == ONE


def test_a_message_that_was_read_meanwhile_is_still_acknowledged(
    source: MaildirSource, path: Path
) -> None:
    (path / "new" / "1.mail").write_bytes(ONE)
    locators = [found.locator for found in source.fetch(NOTHING_KNOWN)]
    (path / "new" / "1.mail").rename(path / "cur" / "1.mail:2,S")

    source.acknowledge(locators, held=True)

    assert (path / ".Held" / "cur" / "1.mail:2,S").read_bytes() == ONE


def test_two_messages_of_one_name_are_both_kept(source: MaildirSource, path: Path) -> None:
    (path / "new" / "1.mail").write_bytes(ONE)
    source.acknowledge([found.locator for found in source.fetch(NOTHING_KNOWN)], held=False)
    (path / "new" / "1.mail").write_bytes(TWO)

    source.acknowledge([found.locator for found in source.fetch(NOTHING_KNOWN)], held=False)

    done = sorted(file.read_bytes() for file in (path / ".Done" / "new").iterdir())
    assert done == sorted([ONE, TWO])


def test_the_done_folder_is_marked_as_a_maildir_folder(source: MaildirSource, path: Path) -> None:
    source.acknowledge([], held=False)

    assert (path / ".Done" / "maildirfolder").exists()


def test_an_unreadable_message_does_not_keep_the_others_from_coming(
    source: MaildirSource, path: Path
) -> None:
    (path / "new" / "1.loop").symlink_to(path / "new" / "1.loop")
    (path / "new" / "2.mail").write_bytes(ONE)

    [found] = source.fetch(NOTHING_KNOWN)

    assert found.octets == ONE
    assert [line.works for line in source.check()] == [False]


def test_unreadable_messages_are_told_once_and_are_not_waited_for(
    source: MaildirSource, path: Path
) -> None:
    (path / "new" / "1.loop").symlink_to(path / "new" / "1.loop")
    with capture_logs() as events:
        list(source.fetch(NOTHING_KNOWN))
        list(source.fetch(NOTHING_KNOWN))

    assert [event["event"] for event in events] == ["source.files-unreadable"]
    assert source.wait(0) is False


def test_a_message_that_can_be_read_after_all_comes(source: MaildirSource, path: Path) -> None:
    loop = path / "new" / "1.loop"
    loop.symlink_to(loop)
    list(source.fetch(NOTHING_KNOWN))
    loop.unlink()
    loop.write_bytes(ONE)

    assert source.wait(0) is True
    assert [found.octets for found in source.fetch(NOTHING_KNOWN)] == [ONE]


def test_waiting_ends_when_a_message_arrives(source: MaildirSource, path: Path) -> None:
    list(source.fetch(NOTHING_KNOWN))
    arrival = threading.Timer(0.1, (path / "new" / "1.mail").write_bytes, [ONE])
    arrival.start()

    assert source.wait(60) is True
    arrival.join()


def test_check_says_that_a_maildir_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")

    [line] = MaildirSource("maildir", tmp_path / "file" / "Maildir").check()

    assert not line.works
    assert line.advice


def test_a_file_that_is_still_being_written_is_left_for_later(
    source: MaildirSource, path: Path
) -> None:
    file = path / "new" / "1.eml"
    file.write_bytes(ONE + bytes(30_000_000))
    done = threading.Event()
    writer = threading.Thread(target=append_until, args=(file, done))
    writer.start()

    try:
        assert list(source.fetch(NOTHING_KNOWN)) == []
    finally:
        done.set()
        writer.join()

    assert source.wait(0) is True
    assert [found.octets for found in source.fetch(NOTHING_KNOWN)] == [file.read_bytes()]


def append_until(file: Path, done: threading.Event) -> None:
    with file.open("ab", buffering=0) as opened:
        while not done.is_set():
            opened.write(b"and on")


def test_a_file_of_which_half_was_read_stays_and_comes_again(
    source: MaildirSource, path: Path
) -> None:
    (path / "new" / "1.eml").write_bytes(ONE[:9])
    [half] = source.fetch(NOTHING_KNOWN)
    (path / "new" / "1.eml").write_bytes(ONE)

    source.acknowledge([half.locator], held=True)

    assert source.wait(0) is True
    assert [found.octets for found in source.fetch(NOTHING_KNOWN)] == [ONE]


def test_half_a_file_is_not_taken_for_the_whole_where_it_waited(
    source: MaildirSource, path: Path
) -> None:
    (path / "new" / "1.eml").write_bytes(ONE[:9])
    [half] = source.fetch(NOTHING_KNOWN)
    (path / "new" / "1.eml").write_bytes(ONE)
    list(source.fetch(frozenset({half.locator.name})))

    source.acknowledge([half.locator], held=True)

    assert [found.octets for found in source.fetch(NOTHING_KNOWN)] == [ONE]
