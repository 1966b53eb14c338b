"""What the IMAP source decides without a server."""

from __future__ import annotations

import pytest

from intake.sources.imap import Sized, portions
from intake.sources.imap_session import folder_on_server


def uids(*sized: Sized) -> list[list[int]]:
    return [[entry.uid for entry in portion] for portion in portions(sized, limit_octets=100)]


def test_small_messages_share_a_portion_up_to_the_limit() -> None:
    assert uids(Sized(1, 40), Sized(2, 60), Sized(3, 1)) == [[1, 2], [3]]


def test_a_large_message_is_a_portion_of_its_own() -> None:
    assert uids(Sized(1, 10), Sized(2, 500), Sized(3, 10)) == [[1], [2], [3]]


def test_one_that_must_be_alone_is_alone() -> None:
    assert uids(Sized(1, 10), Sized(2, 10, alone=True), Sized(3, 10)) == [[1], [2], [3]]


def test_nothing_makes_no_portion() -> None:
    assert uids() == []


@pytest.mark.parametrize(
    ("name", "prefix", "separator", "on_server"),
    [
        ("Intake/Done", "", "/", "Intake/Done"),
        ("Intake/Done", "", ".", "Intake.Done"),
        ("Intake/Done", "INBOX.", ".", "INBOX.Intake.Done"),
        ("INBOX/Intake/Done", "INBOX.", ".", "INBOX.Intake.Done"),
        ("INBOX.Intake.Done", "INBOX.", ".", "INBOX.Intake.Done"),
        ("inbox", "INBOX.", ".", "INBOX"),
        ("Done", "", "", "Done"),
    ],
)
def test_a_folder_is_named_as_the_server_names_it(
    name: str, prefix: str, separator: str, on_server: str
) -> None:
    assert folder_on_server(name, prefix=prefix, separator=separator) == on_server
