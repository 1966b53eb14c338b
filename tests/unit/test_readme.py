"""The README keeps its word: its commands exist, its configurations load, its picture is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from intake.cli.commands import app
from intake.config import load

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text("utf-8")
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```$", README, re.DOTALL | re.MULTILINE)
CONFIGURATIONS = [content for language, content in BLOCKS if language == "yaml"]
CODE = [content for _, content in BLOCKS] + re.findall(r"`([^`\n]+)`", README)
NAMED = sorted(
    {
        words.strip()
        for code in CODE
        for words in re.findall(r"(?:^|[\s/])intake((?: [a-z]+)+)(?![\w+@./-])", code, re.MULTILINE)
    }
)
LINKED = re.findall(r"\]\((?!http)([^)]+)\)|src=\"([^\"]+)\"", README)


@pytest.mark.parametrize(
    "command",
    [
        'python3 -m venv .venv && .venv/bin/pip install -c constraints.txt -e ".[demo]" && .venv/bin/intake demo',
        'python3 -m venv .venv && .venv/bin/pip install -c constraints.txt -e ".[test]" && .venv/bin/pytest',
    ],
)
def test_the_two_commands_stand_there_and_in_ci_word_for_word(command: str) -> None:
    assert ("sh", f"{command}\n") in BLOCKS
    assert command in (ROOT / ".ci" / "run").read_text("utf-8").splitlines()


@pytest.mark.parametrize("configuration", CONFIGURATIONS)
def test_every_configuration_loads(tmp_path: Path, configuration: str) -> None:
    path = tmp_path / "config.yaml"
    path.write_text(configuration, "utf-8")
    secrets = re.findall(r"\$\{(\w+)\}", configuration)

    settings = load(path, dict.fromkeys(secrets, "secret"))

    assert settings.intake.address


def test_there_are_configurations_and_commands_to_check() -> None:
    assert len(CONFIGURATIONS) >= 3
    assert len(NAMED) > 20


@pytest.mark.parametrize("words", NAMED)
def test_every_command_that_is_named_exists(words: str) -> None:
    result = CliRunner().invoke(app, [*words.split(), "--help"])

    assert result.exit_code == 0


@pytest.mark.parametrize("target", [first or second for first, second in LINKED])
def test_every_file_that_is_linked_is_there(target: str) -> None:
    assert (ROOT / target).is_file()
