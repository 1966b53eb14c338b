"""Writes down the letters that are queued as they would leave now, for a person to read. Nothing is sent."""

from __future__ import annotations

import os
from pathlib import Path

from intake.app import open_blobs, open_sink, webhook
from intake.cli.records import open_ledger
from intake.cli.terminal import settings, show
from intake.compose import load_languages
from intake.errors import ConfigError
from intake.model import LetterKind
from intake.outbox import Outbox


def write_letters(folder: Path, config: Path | None) -> None:
    """One file for each, into a folder that is empty or not there yet."""
    decided = settings(config)
    letters = decided.letters
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise ConfigError(f"{folder} is there already: name a folder that is empty or new.")
    with open_ledger(decided) as ledger:
        outbox = Outbox(
            decided,
            ledger,
            open_blobs(decided),
            open_sink(decided),
            load_languages(letters.templates, letters.languages),
            call=webhook(decided),
        )
        written = 0
        for claim, letter in outbox.preview():
            ending = "json" if claim.kind is LetterKind.WEBHOOK else "eml"
            _write(folder / f"{claim.number:06}-{claim.kind}.{ending}", letter.octets)
            written += 1
    show(
        f"Wrote {written} {'letter' if written == 1 else 'letters'} to {folder}. Nothing was sent."
        if written
        else "No letter is queued."
    )


def _write(path: Path, octets: bytes) -> None:
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(octets)
    except OSError as error:
        raise ConfigError(f"{path.parent} cannot be written: {error.strerror}.") from error
