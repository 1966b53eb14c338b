"""The commands of the first level; `client`, `project`, `review`, `lessons` and `oauth` stand in modules of their own."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from intake import __version__
from intake.cli import decisions, oauth, people, upkeep
from intake.cli.options import AsJson, Config, On, Paths, TokenArgument
from intake.model import Token

app = typer.Typer(
    name="intake",
    help="Takes in e-mailed collateral, keeps the score of what is missing and answers in the same thread.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


def _show_version(*, wanted: bool) -> None:
    if wanted:
        typer.echo(__version__)
        raise typer.Exit


@app.callback()
def root(
    *,
    version: Annotated[
        bool,
        typer.Option(
            "--version",
            callback=lambda wanted: _show_version(wanted=wanted),
            is_eager=True,
            help="Show the version and exit.",
        ),
    ] = False,
) -> None:
    """Takes in e-mailed collateral, keeps the score of what is missing and answers in the same thread."""


@app.command(epilog="Example: intake init studio")
def init(
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", help="The desk's folder; made if it is not there.")
    ] = Path(),
    *,
    config: Config = None,
) -> None:
    """Write a config.yaml that runs as it is.

    SQLite, a local folder and Maildir; its comments say what to change for IMAP, SMTP and S3.
    """
    from intake.cli import starting

    starting.init(folder, config=config)


@app.command(epilog="Example: intake check --config studio/config.yaml")
def check(*, config: Config = None) -> None:
    """Try everything that is configured.

    Says what works and how to fix what does not.
    """
    from intake.cli import running

    raise typer.Exit(running.check(config))


@app.command(epilog="Example: intake migrate")
def migrate(
    *,
    restored: Annotated[
        bool,
        typer.Option(
            "--restored",
            help="Say that it was put back from a backup that `intake backup` did not make.",
        ),
    ] = False,
    config: Config = None,
) -> None:
    """Create or upgrade the database."""
    from intake.cli import running

    running.migrate(config, restored=restored)


@app.command(epilog="Example: intake worker --once")
def worker(
    *,
    once: Annotated[
        bool, typer.Option("--once", help="Take all that waits, deliver all that is due, exit.")
    ] = False,
    config: Config = None,
) -> None:
    """Read the inbox, file what comes, answer what is missing."""
    from intake.cli import running

    raise typer.Exit(running.worker(config, once=once))


@app.command(epilog="Example: intake receive old-mail.mbox --dry-run")
def receive(
    paths: Paths,
    *,
    answer: Annotated[
        bool, typer.Option("--answer", help="Answer as if the mail had just arrived.")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would happen, store nothing.")
    ] = False,
    config: Config = None,
) -> None:
    """Take in mail from files.

    .eml, mbox and Maildir go through the very same pipeline; nobody is answered unless --answer is given.
    """
    if answer and dry_run:
        raise typer.BadParameter("--dry-run answers nobody; leave out --answer.")
    if dry_run:
        from intake.cli import reading

        reading.rehearse(paths, config=config)
    else:
        from intake.cli import running

        running.receive(paths, config, answer=answer)


@app.command(epilog="Example: intake inspect message.eml --json")
def inspect(
    context: typer.Context, paths: Paths, *, as_json: AsJson = False, config: Config = None
) -> None:
    """Show what is read in messages, storing nothing.

    And what would be decided about them; a folder is walked.
    """
    from intake.cli import reading

    reading.inspect(paths, as_json=as_json, config=config, server=context.obj)


@app.command(epilog="Example: intake classify deck.pdf documents/ --json")
def classify(
    context: typer.Context, paths: Paths, *, as_json: AsJson = False, config: Config = None
) -> None:
    """Say what each document is, and why; stores nothing."""
    from intake.cli import reading

    reading.classify(paths, as_json=as_json, config=config, server=context.obj)


@app.command(epilog="Example: intake status acme-q4 --json")
def status(
    which: Annotated[
        str | None,
        typer.Argument(metavar="CLIENT|TOKEN", help="Only this client's, or this project."),
    ] = None,
    *,
    on: On = None,
    health: Annotated[
        bool,
        typer.Option(
            "--health", help="Only whether the desk is well; exits with 1 if not (for monitoring)."
        ),
    ] = False,
    letters: Annotated[
        Path | None,
        typer.Option(
            "--letters",
            metavar="DIR",
            help="Write the queued letters there as they would leave now, and send none.",
        ),
    ] = None,
    as_json: AsJson = False,
    config: Config = None,
) -> None:
    """Show what projects have and what they wait for."""
    from intake.cli import records

    if letters is not None:
        if health or as_json or which is not None or on is not None:
            raise typer.BadParameter("--letters is about all that is queued: leave out the rest.")
        from intake.cli import rehearsal

        rehearsal.write_letters(letters, config)
        return
    if health and (which is not None or on is not None):
        raise typer.BadParameter("--health is about the whole desk, now: leave out the rest.")
    if health:
        raise typer.Exit(records.health(as_json=as_json, config=config))
    records.status(which, on=on, as_json=as_json, config=config)


@app.command(epilog="Example: intake remind --dry-run --on 2026-12-01")
def remind(
    *,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would go out and why not; queue nothing.")
    ] = False,
    on: On = None,
    config: Config = None,
) -> None:
    """Queue the reminders and digests that are due.

    The worker does it by itself, every few minutes, and sends them.
    """
    from intake.cli import reminders

    if dry_run:
        reminders.foretell(config, on=on)
    else:
        reminders.queue(config, on=on)


@app.command(epilog="Example: intake simulate acme-q4 --days 90")
def simulate(
    token: TokenArgument,
    *,
    days: Annotated[
        int, typer.Option("--days", min=1, max=3660, metavar="N", help="How many days from today.")
    ],
    config: Config = None,
) -> None:
    """Play the calendar forward for a project.

    What would go out if nobody wrote again, and what would run out when. Nothing is sent or stored.
    """
    from intake.cli import reminders

    reminders.play(Token(token), config, days=days)


@app.command(epilog="Example: intake fsck")
def fsck(
    *,
    repair: Annotated[
        bool, typer.Option("--repair", help="File again, from the raw messages, what is not.")
    ] = False,
    config: Config = None,
) -> None:
    """Compare the ledger with the blobs.

    Every document must be there and unharmed, and nothing else.
    """
    from intake.cli import keeping

    raise typer.Exit(keeping.fsck(config, repair=repair))


@app.command(epilog="Example: intake backup /backups/intake-2026-11-23.db")
def backup(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The file to write.")],
    *,
    force: Annotated[
        bool, typer.Option("--force", help="Replace the file if it is there already.")
    ] = False,
    config: Config = None,
) -> None:
    """Copy the SQLite ledger while the worker goes on.

    To restore it see “Backups” in the README. On PostgreSQL it says which command to use.
    """
    from intake.cli import keeping

    raise typer.Exit(keeping.backup(file, config, force=force))


@app.command(epilog="Example: intake export acme-q4 acme-q4-export")
def export(
    token: TokenArgument,
    folder: Annotated[
        Path,
        typer.Argument(metavar="DIR", help="The folder to write; it is empty or not there yet."),
    ],
    *,
    config: Config = None,
) -> None:
    """Write everything of a project into a folder.

    Its documents, mail and letters, what is known of them, and a list of SHA-256.
    """
    from intake.cli import projects

    raise typer.Exit(projects.export(Token(token), folder, config))


@app.command(epilog="Example: intake erase acme-q4")
def erase(
    token: TokenArgument,
    *,
    yes: Annotated[
        bool, typer.Option("--yes", help="Do not ask for the token again (for scripts).")
    ] = False,
    config: Config = None,
) -> None:
    """Remove a project with all its documents, mail and letters.

    It cannot be undone. A receipt stays; what was cut off goes on where the command is run again.
    """
    from intake.cli import projects

    raise typer.Exit(projects.erase(Token(token), config, yes=yes))


@app.command(epilog="Example: intake demo --keep demo-run")
def demo(
    *,
    keep: Annotated[
        Path | None,
        typer.Option("--keep", metavar="DIR", help="Keep everything in this folder."),
    ] = None,
    config: Config = None,  # noqa: ARG001  # every command takes it; the demo brings its own
) -> None:
    """Play the whole loop, without a server or an account."""
    from intake.cli import running

    raise typer.Exit(running.demo(keep))


app.add_typer(people.client, name="client")
app.add_typer(people.project, name="project")
app.add_typer(decisions.review, name="review")
app.add_typer(decisions.lessons, name="lessons")
app.add_typer(upkeep.audit, name="audit")
app.add_typer(oauth.oauth, name="oauth")
