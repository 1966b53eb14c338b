"""Where errors end: exit codes, one sentence on stderr, and how little is loaded to show the help."""

import subprocess
import sys
from pathlib import Path

import pytest

import intake.cli.commands
from intake.errors import ConfigError, PermanentError, TransientError

HEAVY = {"sqlalchemy", "pydantic", "mailparser", "numpy", "boto3", "yaml", "rich.table"}
PARSERS = {
    "numpy",
    "mailparser",
    "pypdfium2",
    "selectolax",
    "icalendar",
    "rich.table",
    "intake.config",
}


def test_the_help_loads_nothing_heavy(tmp_path: Path) -> None:
    loaded = subprocess.run(
        [sys.executable, "-c", "import sys, intake.cli.commands; print('\\n'.join(sys.modules))"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()

    assert not HEAVY & set(loaded)


def test_what_reads_files_loads_no_parser_beside_its_child(tmp_path: Path) -> None:
    loaded = subprocess.run(
        [sys.executable, "-c", "import sys, intake.cli.reading; print('\\n'.join(sys.modules))"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()

    assert not PARSERS & set(loaded)


@pytest.mark.parametrize(
    ("arguments", "code", "sentence"),
    [
        (["--version"], 0, ""),
        (["init", "/proc/desk"], 1, "/proc/desk/config.yaml cannot be written"),
        (["worker", "--twice"], 2, "No such option: --twice"),
    ],
)
def test_the_program_tells_usage_from_the_world(
    tmp_path: Path, arguments: list[str], code: int, sentence: str
) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "intake", *arguments],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.returncode, "Traceback" in done.stderr) == (code, False)
    assert sentence in done.stderr


def ended(monkeypatch: pytest.MonkeyPatch, error: BaseException) -> int:
    """The exit code of a command that ends with this error."""

    def fail(**_: object) -> None:
        raise error

    monkeypatch.setattr(intake.cli.commands, "app", fail)
    with pytest.raises(SystemExit) as caught:
        intake.cli.main()
    assert isinstance(caught.value.code, int)
    return caught.value.code


@pytest.mark.parametrize(
    ("error", "code", "sentence"),
    [
        (ConfigError("Say it otherwise."), 2, "Say it otherwise.\n"),
        (TransientError("Not now."), 1, "Not now.\n"),
        (PermanentError("Never."), 1, "Never.\n"),
        (KeyboardInterrupt(), 130, "Stopped. Nothing is lost: run the command again to go on.\n"),
        (OSError(28, "No space left on device", "name"), 1, "No space left on device.\n"),
        (RuntimeError("mia@acme.example"), 1, "bug in intake (RuntimeError)"),
    ],
)
def test_an_error_ends_in_one_sentence(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    error: BaseException,
    code: int,
    sentence: str,
) -> None:
    assert ended(monkeypatch, error) == code

    told = capsys.readouterr().err
    assert sentence in told
    assert told.count("\n") == 1
    assert "mia" not in told


def test_a_traceback_is_shown_to_those_who_ask(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INTAKE_DEBUG", "1")
    monkeypatch.setattr("sys.argv", ["intake", "init", "/proc/desk"])

    with pytest.raises(PermanentError):
        intake.cli.main()


def test_the_environment_may_name_the_configuration(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("INTAKE_CONFIG", "elsewhere.yaml")
    monkeypatch.setattr("sys.argv", ["intake", "status"])

    with pytest.raises(SystemExit):
        intake.cli.main()

    assert "There is no configuration at elsewhere.yaml." in capsys.readouterr().err


def test_a_database_that_cannot_be_opened_is_no_traceback(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "intake.db").mkdir()
    config = tmp_path / "config.yaml"
    config.write_text("intake: {address: a@b.example}\ndelivery: {type: maildir, path: Sent}\n")
    monkeypatch.setattr("sys.argv", ["intake", "status", "--config", str(config)])

    with pytest.raises(SystemExit) as caught:
        intake.cli.main()

    told = capsys.readouterr().err
    assert caught.value.code == 1
    assert told.count("\n") == 1
    assert "bug" not in told
