"""The file source: what counts as a message, in which order, and that octets stay as they are."""

from __future__ import annotations

from pathlib import Path

import pytest

from intake.errors import ConfigError
from intake.sources.files import FileSource

NOTHING_KNOWN: frozenset[str] = frozenset()
ONE = b"Subject: one\r\n\r\n1\r\n"
TWO = b"Subject: two\n\n>From the desk\n\nFrom now on: 2\n"
ENVELOPE = b"From ana@client.example Mon Nov 23 08:15:00 2026\n"


def fetched(*paths: Path) -> list[bytes]:
    return [found.octets for found in FileSource(paths).fetch(NOTHING_KNOWN)]


def test_a_named_file_is_taken_whatever_it_is_called(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_bytes(ONE)

    assert fetched(tmp_path / "letter.txt") == [ONE]


def test_paths_come_in_the_order_given(tmp_path: Path) -> None:
    (tmp_path / "b.eml").write_bytes(ONE)
    (tmp_path / "a.eml").write_bytes(TWO)

    assert fetched(tmp_path / "b.eml", tmp_path / "a.eml") == [ONE, TWO]


def test_a_folder_is_walked_in_sorted_order(tmp_path: Path) -> None:
    (tmp_path / "z").mkdir()
    (tmp_path / "z" / "1.eml").write_bytes(ONE)
    (tmp_path / "a.EML").write_bytes(TWO)
    (tmp_path / "README.md").write_bytes(b"no message")

    assert fetched(tmp_path) == [TWO, ONE]


def test_a_maildir_in_a_folder_is_read_whatever_its_files_are_called(tmp_path: Path) -> None:
    (tmp_path / "Maildir" / "cur").mkdir(parents=True)
    (tmp_path / "Maildir" / "new").mkdir()
    (tmp_path / "Maildir" / "cur" / "1.host:2,S").write_bytes(ONE)
    (tmp_path / "Maildir" / "new" / "2.host").write_bytes(TWO)

    assert fetched(tmp_path) == [ONE, TWO]


def test_an_mbox_gives_each_of_its_messages(tmp_path: Path) -> None:
    mbox = tmp_path / "inbox.mbox"
    mbox.write_bytes(ENVELOPE + ONE + b"\n" + ENVELOPE + TWO)

    assert fetched(mbox) == [ONE, TWO]


def test_an_mbox_with_crlf_gives_each_of_its_messages(tmp_path: Path) -> None:
    mbox = tmp_path / "inbox.mbox"
    envelope = ENVELOPE.replace(b"\n", b"\r\n")
    mbox.write_bytes(envelope + ONE + b"\r\n" + envelope + ONE)

    assert fetched(mbox) == [ONE, ONE]


def test_a_lone_message_keeps_its_envelope_line(tmp_path: Path) -> None:
    (tmp_path / "saved.eml").write_bytes(ENVELOPE + ONE)

    assert fetched(tmp_path / "saved.eml") == [ENVELOPE + ONE]


def test_a_message_that_begins_like_an_mbox_but_is_none_stays_whole(tmp_path: Path) -> None:
    (tmp_path / "odd.eml").write_bytes(b"From the desk\n" + ONE)

    assert fetched(tmp_path / "odd.eml") == [b"From the desk\n" + ONE]


def test_an_empty_file_is_a_message_without_octets(tmp_path: Path) -> None:
    (tmp_path / "empty.eml").write_bytes(b"")

    assert fetched(tmp_path) == [b""]


def test_count_is_what_comes(tmp_path: Path) -> None:
    (tmp_path / "inbox.mbox").write_bytes(ENVELOPE + ONE + b"\n" + ENVELOPE + TWO)
    (tmp_path / "one.eml").write_bytes(ONE)

    assert FileSource([tmp_path]).count() == 3


def test_known_names_are_left_out(tmp_path: Path) -> None:
    (tmp_path / "inbox.mbox").write_bytes(ENVELOPE + ONE + b"\n" + ENVELOPE + TWO)
    first = next(FileSource([tmp_path]).fetch(NOTHING_KNOWN))

    rest = [found.octets for found in FileSource([tmp_path]).fetch(frozenset({first.locator.name}))]

    assert rest == [TWO]


def test_a_message_over_the_limit_comes_as_its_header_block(tmp_path: Path) -> None:
    (tmp_path / "large.eml").write_bytes(ONE)

    [found] = FileSource([tmp_path], max_message_octets=10).fetch(NOTHING_KNOWN)

    assert (found.octets, found.oversize_octets) == (b"Subject: one\r\n\r\n", len(ONE))


def test_acknowledging_leaves_the_file(tmp_path: Path) -> None:
    (tmp_path / "one.eml").write_bytes(ONE)
    source = FileSource([tmp_path])

    source.acknowledge([found.locator for found in source.fetch(NOTHING_KNOWN)], held=False)

    assert fetched(tmp_path) == [ONE]


def test_there_is_nothing_to_wait_for(tmp_path: Path) -> None:
    assert FileSource([tmp_path]).wait(60) is False


def test_a_path_that_does_not_exist_is_a_mistake_of_the_command_line(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no such file"):
        fetched(tmp_path / "nowhere")
