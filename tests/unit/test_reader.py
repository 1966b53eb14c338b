"""What a reader is told without a configuration, and what its children are told to do."""

from __future__ import annotations

from intake.cli import READER_WORK
from intake.config import Settings
from intake.reader import WORK, reader_settings


def test_without_a_configuration_the_limits_are_those_of_an_empty_one() -> None:
    assert reader_settings(None) == reader_settings(
        Settings.model_validate(
            {
                "intake": {"address": "desk@studio.example"},
                "delivery": {"type": "maildir", "path": "Sent"},
            }
        )
    )


def test_the_fork_server_of_the_command_line_does_what_a_reader_asks_of_it() -> None:
    assert READER_WORK == WORK
