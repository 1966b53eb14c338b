"""`intake export` and `intake erase`: everything of a project, handed out or removed. Also who may know its documents by name.

The returned number is the exit code.
"""

from __future__ import annotations

import sys
from pathlib import Path

from intake.app import open_blobs
from intake.cli import tables
from intake.cli.records import open_ledger
from intake.cli.terminal import counted, settings, show, warn
from intake.config import Settings
from intake.errors import ConfigError, IntakeError
from intake.model import Document, Project, Token
from intake.placing import place_one
from storage.ledger import Ledger


def export(token: Token, target: Path, config: Path | None) -> int:
    """Write everything of a project into a folder, and say how to check it."""
    from intake.exporting import SUMS
    from intake.exporting import export as write

    decided = settings(config)
    with open_ledger(decided) as ledger, counted("Exporting") as told:
        written = write(ledger, open_blobs(decided), token, target, told=told)
    show(
        f"Wrote {written.documents} files, {written.messages} messages and {written.letters} letters to {target}.\n"
        f"`sha256sum -c {SUMS}` in that folder checks them. What is confidential is in it by name."
    )
    return 0


def erase(token: Token, config: Path | None, *, yes: bool) -> int:
    """Remove a project for good, after a word from the terminal (or `yes`); then say where the receipt lies."""
    from intake.erasing import erase as remove

    decided = settings(config)
    with open_ledger(decided) as ledger:
        if not yes:
            _require_word(ledger, token)
        with counted("Erasing") as told:
            receipt = remove(decided, ledger, open_blobs(decided), token, told=told)
    show(
        f"Erased {token}. The receipt: {receipt}\n"
        "Mailboxes and backups are not ours to clean: see “Erasing” in the README."
    )
    return 0


def _require_word(ledger: Ledger, token: Token) -> None:
    """The token, typed again; ConfigError where it is not, or nobody can be asked."""
    if not sys.stdin.isatty():
        raise ConfigError(
            "Nobody can be asked here: add --yes if everything of the project is to go."
        )
    documents = _documents(ledger, token)
    sys.stderr.write(
        f"This removes {documents} of {token}, its mail and its letters for good.\n"
        "`intake export` keeps a copy. Type the token to go on: "
    )
    sys.stderr.flush()
    if sys.stdin.readline().strip().lower() != token:
        raise ConfigError("That is not the token: nothing was removed.")


def _documents(ledger: Ledger, token: Token) -> str:
    known = [entry for entry in ledger.standings() if entry.project.token == token]
    if not known:
        return "what is left"  # of an erasure that was cut off; else `begin` says that there is no such project
    count = len(known[0].documents)
    return f"{count} document" if count == 1 else f"{count} documents"


def set_confidential(
    token: Token, *, numbers: tuple[int, ...], confidential: bool, config: Path | None
) -> int:
    """Say that documents of a project are confidential, or that they are not."""
    from intake.model import Secrecy

    decided = settings(config)
    with open_ledger(decided) as ledger:
        project = ledger.directory.project(token)
        known = {document.number for document in ledger.standing(project.id).documents}
        unknown = sorted(set(numbers) - known)
        if unknown:
            raise ConfigError(
                f"{token} has no file {unknown[0]}; `intake status {token} --json` lists them."
            )
        if confidential:
            ledger.confidences.make_confidential(project.id, numbers, why=Secrecy.PERSON)
        else:
            ledger.confidences.make_open(project.id, numbers)
        told = place(decided, ledger, project)
    show(f"Changed {tables.printable(token)}. {told}")
    return 0


def place(decided: Settings, ledger: Ledger, project: Project) -> str:
    """Put a project's documents where they belong now; how many are confidential, in a sentence."""
    try:
        place_one(decided, ledger, open_blobs(decided), project.id)
    except ConfigError:
        raise
    except IntakeError as error:
        warn(f"{error} The worker moves the files as soon as it can.")
    return _confidential(ledger.standing(project.id).documents)


def _confidential(documents: tuple[Document, ...]) -> str:
    count = sum(document.confidential for document in documents)
    return (
        f"{count} of its {len(documents)} documents {'is' if count == 1 else 'are'} confidential."
    )
