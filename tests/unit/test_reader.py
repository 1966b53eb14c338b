"""What a reader is told without a configuration, and what its children are told to do."""

from __future__ import annotations

from dataclasses import replace

from intake.cli import READER_WORK
from intake.config import Settings
from intake.reader import WORK, reader_settings


def test_without_a_configuration_the_limits_are_those_of_an_empty_one() -> None:
    empty = Settings.model_validate(
        {
            "intake": {"address": "desk@studio.example"},
            "delivery": {"type": "maildir", "path": "Sent"},
        }
    )

    # What stores nothing has nothing to keep confidential.
    assert reader_settings(None) == replace(reader_settings(empty), confidential_words=())


def test_the_fork_server_of_the_command_line_does_what_a_reader_asks_of_it() -> None:
    assert READER_WORK == WORK
