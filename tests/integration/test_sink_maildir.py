"""The Maildir sink: one file a letter, and it can be found again."""

from __future__ import annotations

from pathlib import Path

import pytest

from intake.errors import ConfigError
from intake.model import Address, Late, OutboundMessage, Sent
from intake.sinks.maildir import MaildirSink

LETTER = OutboundMessage(
    "<1@studio.example>",
    Address(""),
    (Address("ana@client.example"),),
    b"Subject: Received\r\n\r\nThanks\r\n",
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "Maildir"


def delivered(path: Path) -> Path:
    [file] = path.glob("new/*")
    return file


def test_the_same_letter_twice_is_one_file(path: Path) -> None:
    MaildirSink(path).send(LETTER)
    MaildirSink(path).send(LETTER)

    assert delivered(path).read_bytes() == LETTER.octets


def test_nothing_stays_in_tmp(path: Path) -> None:
    MaildirSink(path).send(LETTER)

    assert list(path.glob("tmp/*")) == []


def test_a_letter_that_was_not_sent_is_not_found(path: Path) -> None:
    assert MaildirSink(path).find(LETTER.message_id) is False


def test_a_half_written_letter_of_a_dead_worker_is_not_found(path: Path) -> None:
    sink = MaildirSink(path)
    sink.send(LETTER)
    half = path / "tmp" / delivered(path).name
    delivered(path).rename(half)

    assert sink.find(LETTER.message_id) is False


@pytest.mark.parametrize("folder", ["new", "cur", ".Sent/cur", ".Clients.Acme/new"])
def test_a_sent_letter_is_found_where_a_mail_program_put_it(path: Path, folder: str) -> None:
    sink = MaildirSink(path)
    sink.send(LETTER)
    target = path / folder
    target.mkdir(parents=True, exist_ok=True)
    delivered(path).rename(target / f"{delivered(path).name}:2,S")

    assert sink.find(LETTER.message_id) is True


def test_a_letter_that_was_read_and_filed_is_not_delivered_again(path: Path) -> None:
    sink = MaildirSink(path)
    sink.send(LETTER)
    delivered(path).rename(path / "cur" / f"{delivered(path).name}:2,S")

    outcome = sink.send(LETTER)

    assert outcome == Sent(LETTER.message_id)
    assert list(path.glob("new/*")) == []


def test_a_file_where_the_maildir_should_be_is_a_mistake_of_configuration(path: Path) -> None:
    path.write_bytes(b"")

    with pytest.raises(ConfigError, match="path"):
        MaildirSink(path).send(LETTER)


def test_a_letter_whose_time_is_over_is_not_delivered_and_leaves_nothing(path: Path) -> None:
    outcome = MaildirSink(path).send(LETTER, valid_until=0.0)

    assert outcome == Late()
    assert [entry for entry in path.rglob("*") if entry.is_file()] == []
