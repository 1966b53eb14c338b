"""`intake review`: what waits for a person, and the person's word on it. `intake lessons`: what that word taught."""

from __future__ import annotations

from typing import Annotated

import typer

from intake.cli.options import AsJson, Config, TokenArgument
from intake.model import HoldId, Kind, LessonNumber, Token

review = typer.Typer(
    help="What waits for a person, and the person's word on it.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

lessons = typer.Typer(invoke_without_command=True, rich_markup_mode=None)

Number = Annotated[int, typer.Argument(metavar="N", help="Its number in `intake review list`.")]


@review.command("list", epilog="Example: intake review list --json")
def review_list(*, as_json: AsJson = False, config: Config = None) -> None:
    """Show everything that waits, oldest first."""
    from intake.cli import records

    records.list_reviews(as_json=as_json, config=config)


@review.command("show", epilog="Example: intake review show 7")
def review_show(number: Number, *, config: Config = None) -> None:
    """Show one thing that waits, and the commands that settle it."""
    from intake.cli import records

    records.show_review(HoldId(number), config=config)


@review.command("accept", epilog="Example: intake review accept 7")
def review_accept(number: Number, *, config: Config = None) -> None:
    """Yes: the document is what it was taken for.

    The sender's next one with a name like it is taken for the same: see `intake lessons`.
    """
    from intake.cli import running

    running.accept(HoldId(number), config)


@review.command("relabel", epilog="Example: intake review relabel 7 brand_guide")
def review_relabel(
    number: Number,
    kind: Annotated[str, typer.Argument(metavar="KIND", help="What the document is.")],
    *,
    config: Config = None,
) -> None:
    """Say what a document is.

    The sender's next one with a name like it is taken for the same: see `intake lessons`.
    """
    from intake.cli import running

    running.relabel(HoldId(number), Kind(kind), config)


@review.command("reassign", epilog="Example: intake review reassign 7 q4-launch")
def review_reassign(number: Number, token: TokenArgument, *, config: Config = None) -> None:
    """Say for which project a message or document is."""
    from intake.cli import running

    running.reassign(HoldId(number), Token(token), config)


@review.command("release", epilog="Example: intake review release 7")
def review_release(number: Number, *, config: Config = None) -> None:
    """Believe a held message's sender and process it (of a letter: send it again)."""
    from intake.cli import running

    running.release(HoldId(number), config)


@review.command("reject", epilog='Example: intake review reject 7 --reason "not for us"')
def review_reject(
    number: Number,
    *,
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why; kept on record.")],
    config: Config = None,
) -> None:
    """Decide that it is not to be used; nothing is deleted."""
    from intake.cli import running

    running.reject(HoldId(number), reason, config)


@lessons.callback(epilog="Example: intake lessons --json")
def lessons_list(context: typer.Context, *, as_json: AsJson = False, config: Config = None) -> None:
    """Show what your decisions taught.

    `intake lessons forget N` drops one of them; each is about the documents of one client only.
    """
    if context.invoked_subcommand is None:
        from intake.cli import records

        records.list_lessons(as_json=as_json, config=config)
    elif as_json or config is not None:
        raise typer.BadParameter(f"Put the options after `{context.invoked_subcommand}`.")


@lessons.command("forget", epilog="Example: intake lessons forget 3")
def lessons_forget(
    number: Annotated[int, typer.Argument(metavar="N", help="Its number in `intake lessons`.")],
    *,
    config: Config = None,
) -> None:
    """Drop a lesson; what was filed by it stays as it is."""
    from intake.cli import records

    records.forget_lesson(LessonNumber(number), config=config)
