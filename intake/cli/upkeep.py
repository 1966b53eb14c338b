"""`intake audit`: whether what is on record is what happened."""

from __future__ import annotations

import typer

from intake.cli.options import Config

audit = typer.Typer(
    help="Whether what is on record is what happened.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@audit.callback()
def group() -> None:
    """Whether what is on record is what happened."""


@audit.command("verify", epilog="Example: intake audit verify")
def audit_verify(*, config: Config = None) -> None:
    """Check that no event was changed, taken out or cut off.

    Every event bears a hash of the one before it in its project, and each project's last one is on record twice.
    """
    from intake.cli import keeping

    raise typer.Exit(keeping.verify_audit(config))
