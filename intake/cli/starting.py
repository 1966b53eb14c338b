"""`init`: a desk that runs as it is, and what to change for a real one."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from importlib import resources
from pathlib import Path

import typer

from intake.config.loading import DEFAULT_PATH
from intake.errors import ConfigError, PermanentError

_MAILDIR_FOLDERS = ("tmp", "new", "cur")


def init(folder: Path, *, config: Path | None) -> None:
    """Write the file and the Maildir folders, and say what comes next. Refuses to overwrite (ConfigError)."""
    path = config or folder / DEFAULT_PATH
    today = datetime.now(UTC).date().isoformat()
    text = resources.files(__package__).joinpath("desk.yaml").read_text("utf-8")
    try:
        if path.exists():
            raise FileExistsError  # noqa: TRY301  # one sentence for it, also where another process was quicker
        path.parent.mkdir(parents=True, exist_ok=True)
        for name in ("Maildir", "Sent"):
            for part in _MAILDIR_FOLDERS:
                (path.parent / name / part).mkdir(parents=True, exist_ok=True, mode=0o700)
        _write_new(path, text.replace("@TODAY@", today))
    except FileExistsError:
        raise ConfigError(
            f"{path} is there already and was left alone. Name another folder, or move it away."
        ) from None
    except OSError as error:
        raise PermanentError(f"{path} cannot be written: {error.strerror}.") from error
    typer.echo(_what_next(path))


def _write_new(path: Path, text: str) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)


def _what_next(path: Path) -> str:
    here = path.parent
    go = "" if here == Path() else f"  cd {here}\n"
    return f"""\
Wrote {path}: mail in from {here / "Maildir"}, documents to {here / "collateral"}, answers to {here / "Sent"}.
WARNING: unverified_senders is accept, so every From field is believed. Use hold before a real inbox is read.

Next:
{go}  intake client add "Acme Ltd" --contact mia@acme.example
  intake project open "Acme Ltd" "Q4 launch" --checklist onboarding --freelancer sam@studio.example
  intake worker --once

For a real desk change in {path.name}, where the lines stand as comments:
  IMAP  sources   type: imap, host, username; set INTAKE_IMAP_PASSWORD
  SMTP  delivery  type: smtp, host, username; set INTAKE_SMTP_PASSWORD
  S3    blobs     url: s3://bucket/prefix, region; keys from the AWS environment
and intake.address and intake.name; `intake check` then says what works."""
