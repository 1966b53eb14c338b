"""What a reader is told without a configuration."""

from __future__ import annotations

from intake.config import Settings
from intake.reader import reader_settings


def test_without_a_configuration_the_limits_are_those_of_an_empty_one() -> None:
    assert reader_settings(None) == reader_settings(
        Settings.model_validate(
            {
                "intake": {"address": "desk@studio.example"},
                "delivery": {"type": "maildir", "path": "Sent"},
            }
        )
    )
