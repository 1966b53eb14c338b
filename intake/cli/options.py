"""The options and arguments that several commands share, and how their texts become values."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from intake.model import Address, Token, ascii_domain, normalise_address

_ADDRESS = re.compile(r"[^@\s<>]+@[^@\s<>]+\Z")
_TOKEN = re.compile(r"[a-z0-9][a-z0-9._-]{0,39}\Z")
_DOMAIN = re.compile(r"[^@\s]+\.[^@\s]+\Z")


def address(text: str) -> Address:
    """An e-mail address; typer shows what is wrong with it."""
    if not _ADDRESS.match(text.strip()):
        raise typer.BadParameter(f"{text} is not an e-mail address.")
    return normalise_address(text)


def token(text: str) -> Token:
    """A subaddress that mail servers pass on unharmed."""
    if not _TOKEN.match(text.strip().lower()):
        raise typer.BadParameter(
            f"{text} is no token: use up to 40 letters, digits, dots, hyphens and underscores."
        )
    return Token(text.strip().lower())


def domain(text: str) -> str:
    """A mail domain, with or without its @."""
    bare = text.strip().lower().removeprefix("@")
    if not _DOMAIN.match(bare):
        raise typer.BadParameter(f"{text} is not a domain like acme.example.")
    return ascii_domain(bare)


def day(text: str) -> date:
    """A date, YYYY-MM-DD."""
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise typer.BadParameter(f"{text} is not a date like 2026-11-22.") from error


def timezone(text: str) -> str:
    """The name of a time zone."""
    try:
        ZoneInfo(text)
    except (KeyError, OSError, ValueError) as error:
        raise typer.BadParameter(f"{text} is not a time zone like Europe/Berlin.") from error
    return text


DEFAULT = "default"
"""The holidays of clients that have none of their own."""


def holidays(text: str) -> str:
    """A country or region whose public holidays are known, or the word for those of the configuration."""
    if text == DEFAULT:
        return text
    from intake.holidays import canonical

    try:
        return canonical(text)
    except ValueError as error:
        raise typer.BadParameter(f"{error}.") from error


Config = Annotated[
    Path | None,
    typer.Option(
        "--config",
        metavar="PATH",
        help="The configuration file; else $INTAKE_CONFIG, else ./config.yaml.",
        show_default=False,
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of tables.")]
On = Annotated[
    date | None,
    typer.Option(
        "--on", parser=day, metavar="DATE", help="The day to look at; today if not given."
    ),
]
Paths = Annotated[
    list[Path], typer.Argument(metavar="PATH...", help="Files and folders; folders are walked.")
]
TokenArgument = Annotated[
    str,
    typer.Argument(parser=token, metavar="TOKEN", help="The project's token, as in intake+TOKEN@…"),
]
