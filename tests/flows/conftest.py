"""What the stories share."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import closing

import pytest
import structlog

from intake import telemetry
from intake.reader import Reader, reader_settings
from tests.desks import desk_settings


@pytest.fixture(scope="session")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reader]:
    """One reader for the whole run, with the settings that a desk has by default."""
    settings = desk_settings(tmp_path_factory.mktemp("reader"))
    with closing(Reader(reader_settings(settings))) as made:
        yield made


@pytest.fixture
def telemetry_as_before() -> Iterator[None]:
    """Undoes what a command does to logging."""
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    yield
    root.handlers[:] = before
    root.setLevel(level)
    structlog.reset_defaults()
    telemetry.logger("tests")  # quiet again, as before any set-up
