"""`intake oauth`: a person signs in once, and the desk has a refresh token from then on."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from intake.cli.options import Config
from intake.errors import ConfigError

if TYPE_CHECKING:
    from intake.config import Settings
    from intake.oauth import SignIn

oauth = typer.Typer(
    help="Sign in to a mailbox with OAuth2.", no_args_is_help=True, rich_markup_mode=None
)


@oauth.callback()
def root() -> None:
    """Sign in to a mailbox with OAuth2."""


@oauth.command("login", epilog="Example: intake oauth login --source 0")
def login(
    *,
    source: Annotated[
        int | None,
        typer.Option("--source", metavar="N", help="The mailbox sources[N]; they count from 0."),
    ] = None,
    delivery: Annotated[bool, typer.Option("--delivery", help="The account of delivery.")] = False,
    browser: Annotated[
        bool,
        typer.Option(
            "--browser",
            help="Sign in through a browser's redirect, where the organisation blocks device codes.",
        ),
    ] = False,
    port: Annotated[
        int,
        typer.Option(
            "--port",
            metavar="PORT",
            min=0,
            max=65_535,
            help="Where the redirect is awaited; any free port if not given.",
            show_default=False,
        ),
    ] = 0,
    config: Config = None,
) -> None:
    """Sign in to a mailbox as a person, once.

    Shows an address to open, on this machine or another, and keeps the refresh token that comes of it beside the
    ledger. Microsoft asks for a code there; Google sends the browser back to this machine, or you paste where it went.
    Neither option is needed where there is one account.
    """
    from intake.cli.terminal import settings as read

    if source is not None and delivery:
        raise typer.BadParameter("Name one of --source and --delivery.")
    name = "delivery" if delivery else None if source is None else f"sources[{source}]"
    decided = read(config)
    sign_in = _chosen(decided, name)
    if browser or sign_in.provider == "google":
        token = _by_browser(sign_in, port)
    else:
        token = _by_device(sign_in)
    _keep(decided, sign_in, token)


def _chosen(settings: Settings, name: str | None) -> SignIn:
    """The sign-in of that name, or the only one; ConfigError where there is none, or several."""
    from intake.signins import sign_ins

    found = sign_ins(settings)
    if not found:
        raise ConfigError("No source and no delivery has oauth2 in the configuration.")
    accounts = {sign_in.identity for sign_in in found.values()}
    if name is None and len(accounts) > 1:
        raise ConfigError(f"Several accounts sign in, name one: {_listed(found)}.")
    if name is not None and name not in found:
        raise ConfigError(f"{name} has no oauth2 in the configuration; there is: {_listed(found)}.")
    chosen = found[name] if name else next(iter(found.values()))
    if chosen.by_itself:
        raise ConfigError(
            f"{chosen.name} signs in by the app's own secret, nobody needs to. "
            "For a person's sign-in leave out client_secret."
        )
    return chosen


def _listed(found: dict[str, SignIn]) -> str:
    return ", ".join(sign_in.command.rpartition("login ")[2] for sign_in in found.values())


def _by_device(sign_in: SignIn) -> str:
    from intake.oauth.device import ask_device_code, await_consent

    code = ask_device_code(sign_in)
    typer.echo(
        f"Open {code.address} in any browser, enter the code {code.user_code}, "
        f"and sign in as {sign_in.account}.\nWaiting …"
    )
    return await_consent(sign_in, code)


def _by_browser(sign_in: SignIn, port: int) -> str:
    from intake.oauth.browser import listening

    with listening(sign_in, port=port) as redirect:
        typer.echo(
            f"Open this address in a browser and sign in as {sign_in.account}:\n\n{redirect.address}\n\n"
            "If the browser is on another machine, it ends at a page that it cannot open:\n"
            "paste the address of that page here.\nWaiting …"
        )
        return redirect.wait(sys.stdin)


def _keep(settings: Settings, sign_in: SignIn, token: str) -> None:
    from intake.oauth import Kept, seed_of
    from intake.signins import token_file

    file = token_file(settings, sign_in)
    with file.locked():
        file.write(Kept(token, seed_of(sign_in.refresh_token)))
    typer.echo(f"Signed in. {kept_where(file.path, encrypted=file.encrypts)}")
    typer.echo("`intake check` says whether the mailbox takes it.")


def kept_where(path: Path, *, encrypted: bool) -> str:
    """Where a refresh token lies, and how to have it encrypted if it is not."""
    if encrypted:
        return f"The refresh token is kept in {path}, encrypted with keys.tokens."
    return (
        f"The refresh token is kept in {path}, in clear and for this user only. To encrypt it put\n"
        f"`keys: {{tokens: ${{INTAKE_TOKEN_KEY}}}}` into the configuration, with a text such as\n"
        "`openssl rand -hex 32` prints in the environment; the next use encrypts it."
    )
