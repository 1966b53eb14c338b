"""`intake client` and `intake project`: who may write to us, and about what."""

from __future__ import annotations

from datetime import date
from typing import Annotated

import typer

from intake.cli import options
from intake.cli.options import Config, TokenArgument
from intake.model import Address, ProjectState, Token

client = typer.Typer(
    help="Clients and the people who write for them.", no_args_is_help=True, rich_markup_mode=None
)
contact = typer.Typer(
    help="The people who write for a client.", no_args_is_help=True, rich_markup_mode=None
)
project = typer.Typer(
    help="Projects: what a client's documents are collected for.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
client.add_typer(contact, name="contact")

Language = Annotated[
    str | None,
    typer.Option(
        "--language",
        metavar="LANGUAGE",
        help='Of letters to its people, like de; "auto": the one that they write in.',
    ),
]
Holidays = Annotated[
    str | None,
    typer.Option(
        "--holidays",
        parser=options.holidays,
        metavar="CODE",
        help='Whose public holidays it keeps, like GB-ENG; "default": those of the configuration.',
    ),
]
ClientName = Annotated[str, typer.Argument(metavar="CLIENT", help="The client's name.")]
ContactAddress = Annotated[
    str, typer.Argument(parser=options.address, metavar="ADDRESS", help="An e-mail address.")
]


@client.command("add", epilog='Example: intake client add "Acme Ltd" --contact mia@acme.example')
def client_add(
    name: Annotated[str, typer.Argument(metavar="NAME", help="How letters call the client.")],
    *,
    contacts: Annotated[
        list[str],
        typer.Option(
            "--contact",
            parser=options.address,
            metavar="ADDRESS",
            help="Who writes for the client; repeat for several.",
        ),
    ],
    domains: Annotated[
        list[str] | None,
        typer.Option(
            "--domain",
            parser=options.domain,
            metavar="DOMAIN",
            help="The client's own mail domain; repeat for several.",
        ),
    ] = None,
    language: Language = None,
    holidays: Holidays = None,
    config: Config = None,
) -> None:
    """Add a client with at least one contact."""
    from intake.cli import records

    records.add_client(
        name,
        contacts=contacts,
        domains=domains or (),
        language=language,
        holidays=holidays,
        config=config,
    )


@client.command("list", epilog="Example: intake client list")
def client_list(*, config: Config = None) -> None:
    """Show all clients."""
    from intake.cli import records

    records.list_clients(config)


@client.command("rename", epilog='Example: intake client rename "Acme Ltd" "Acme Group"')
def client_rename(
    name: ClientName,
    new_name: Annotated[str, typer.Argument(metavar="NEW_NAME", help="Its new name.")],
    *,
    config: Config = None,
) -> None:
    """Give a client another name."""
    from intake.cli import records

    records.rename_client(name, new_name, config=config)


@client.command("edit", epilog='Example: intake client edit "Acme Ltd" --language de')
def client_edit(
    name: ClientName, *, language: Language = None, holidays: Holidays = None, config: Config = None
) -> None:
    """Change in which language a client's people are written to, and whose public holidays they keep."""
    from intake.cli import records

    records.edit_client(name, language=language, holidays=holidays, config=config)


@contact.command("add", epilog='Example: intake client contact add "Acme Ltd" leo@acme.example')
def contact_add(name: ClientName, address: ContactAddress, *, config: Config = None) -> None:
    """Let one more person write for a client."""
    from intake.cli import records

    records.add_contact(name, address, config=config)


@contact.command(
    "remove", epilog='Example: intake client contact remove "Acme Ltd" leo@acme.example'
)
def contact_remove(name: ClientName, address: ContactAddress, *, config: Config = None) -> None:
    """No longer take mail from a person as the client's."""
    from intake.cli import records

    records.remove_contact(name, address, config=config)


Checklist = Annotated[
    str | None,
    typer.Option(
        "--checklist", metavar="NAME", help="What the project needs; else the default checklist."
    ),
]
Starts = Annotated[
    date | None,
    typer.Option(
        "--starts", parser=options.day, metavar="DATE", help="Periods are wanted from this day on."
    ),
]
Due = Annotated[
    date | None,
    typer.Option("--due", parser=options.day, metavar="DATE", help="When all should be there."),
]
Timezone = Annotated[
    str | None,
    typer.Option(
        "--timezone", parser=options.timezone, metavar="TZ", help="Decides what today is."
    ),
]


@project.command(
    "open",
    epilog='Example: intake project open "Acme Ltd" "Q4 launch" --checklist onboarding --freelancer sam@studio.example',
)
def project_open(
    name: ClientName,
    title: Annotated[str, typer.Argument(metavar="TITLE", help="How letters call the project.")],
    *,
    freelancers: Annotated[
        list[str],
        typer.Option(
            "--freelancer",
            parser=options.address,
            metavar="ADDRESS",
            help="Who hears of it; repeat for several.",
        ),
    ],
    checklist: Checklist = None,
    token: Annotated[
        str | None,
        typer.Option(
            "--token",
            parser=options.token,
            metavar="TOKEN",
            help="The project's subaddress; else made from the title.",
        ),
    ] = None,
    starts: Starts = None,
    due: Due = None,
    timezone: Timezone = None,
    config: Config = None,
) -> None:
    """Open a project and print its own address."""
    from intake.cli import records

    records.open_project(
        records.Opening(
            client=name,
            title=title,
            checklist=checklist,
            freelancers=tuple(freelancers),
            token=token,
            timezone=timezone,
            starts=starts,
            due=due,
        ),
        config=config,
    )


@project.command("list", epilog="Example: intake project list")
def project_list(*, config: Config = None) -> None:
    """Show all projects with their addresses."""
    from intake.cli import records

    records.list_projects(config)


@project.command("edit", epilog="Example: intake project edit q4-launch --due 2026-12-15")
def project_edit(
    token: TokenArgument,
    *,
    title: Annotated[
        str | None, typer.Option("--title", metavar="TITLE", help="Its new title.")
    ] = None,
    checklist: Checklist = None,
    freelancers: Annotated[
        list[str] | None,
        typer.Option(
            "--freelancer",
            parser=options.address,
            metavar="ADDRESS",
            help="Who hears of it from now on; repeat for several.",
        ),
    ] = None,
    timezone: Timezone = None,
    starts: Starts = None,
    due: Due = None,
    confidential: Annotated[
        bool | None,
        typer.Option(
            "--confidential/--no-confidential",
            help="Whether all its documents are confidential, or those that are given with --file.",
            show_default=False,
        ),
    ] = None,
    numbers: Annotated[
        list[int] | None,
        typer.Option(
            "--file",
            metavar="N",
            help="With --confidential or --no-confidential: only this document; repeat for several.",
        ),
    ] = None,
    config: Config = None,
) -> None:
    """Change what is given, leave the rest."""
    from intake.cli import records
    from storage.directory import ProjectChange

    if numbers:
        from intake.cli import projects

        if confidential is None or any((title, checklist, freelancers, timezone, starts, due)):
            raise typer.BadParameter(
                "--file goes with --confidential or --no-confidential, and with nothing else."
            )
        raise typer.Exit(
            projects.set_confidential(
                Token(token), numbers=tuple(numbers), confidential=confidential, config=config
            )
        )
    records.edit_project(
        Token(token),
        ProjectChange(
            title=title,
            checklist=checklist,
            freelancers=tuple(Address(one) for one in freelancers) if freelancers else None,
            timezone=timezone,
            starts=starts,
            due=due,
            confidential=confidential,
        ),
        config=config,
    )


@project.command("close", epilog="Example: intake project close q4-launch")
def project_close(token: TokenArgument, *, config: Config = None) -> None:
    """End a project: its mail is held from now on."""
    from intake.cli import records

    records.set_state(Token(token), ProjectState.CLOSED, config=config)


@project.command("pause", epilog="Example: intake project pause q4-launch")
def project_pause(token: TokenArgument, *, config: Config = None) -> None:
    """Stop asking for documents; what comes is still filed."""
    from intake.cli import records

    records.set_state(Token(token), ProjectState.PAUSED, config=config)


@project.command("resume", epilog="Example: intake project resume q4-launch")
def project_resume(token: TokenArgument, *, config: Config = None) -> None:
    """Go on with a paused or closed project."""
    from intake.cli import records

    records.set_state(Token(token), ProjectState.OPEN, config=config)
