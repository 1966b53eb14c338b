"""The commands that show and change what the ledger remembers: clients, projects, status, reviews, lessons.

They need the database and, for the addresses of documents, the name of the blob store; no mailbox and no mail.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from intake.cli import options, tables
from intake.cli.contract import health_json, lesson_json, review_json, status_json
from intake.cli.terminal import print_json, settings, show, warn
from intake.config import Settings
from intake.config.checks import suggestion
from intake.errors import ConfigError, IntakeError
from intake.health import ledger_findings
from intake.model import (
    Address,
    HoldId,
    LessonNumber,
    Project,
    ProjectState,
    Token,
    subaddress,
)
from intake.reports import reports_of
from intake.review import actions_for
from storage.blobs import open_store
from storage.directory import NewProject, ProjectChange
from storage.ledger import Ledger
from storage.values import Standing


@contextmanager
def open_ledger(decided: Settings) -> Iterator[Ledger]:
    """The ledger, its tables up to date: SQLite is created or upgraded on the spot, PostgreSQL must be (ConfigError)."""
    ledger = Ledger(decided.database.url)
    try:
        ledger.database.require_current()
        yield ledger
    finally:
        ledger.close()


_AUTO = "auto"
"""The language of those who are written to in the one that they write in."""


def add_client(
    name: str,
    *,
    contacts: Sequence[str],
    domains: Sequence[str],
    language: str | None,
    holidays: str | None,
    config: Path | None,
) -> None:
    """Add a client and say how to go on."""
    decided = settings(config)
    with open_ledger(decided) as ledger:
        added = ledger.directory.add_client(
            _named(name),
            contacts=[Address(contact) for contact in contacts],
            domains=domains,
            language=_language(language or _AUTO, decided),
            holidays=_own_holidays(holidays),
        )
    show(
        f"Added {tables.printable(added.name)} with {_people(len(added.contacts))}.\n"
        "Next: `intake project open CLIENT TITLE --checklist NAME --freelancer ADDRESS`."
    )


def edit_client(
    name: str, *, language: str | None, holidays: str | None, config: Path | None
) -> None:
    """Change in which language a client's people are written to, and whose public holidays they keep."""
    if language is None and holidays is None:
        raise ConfigError(
            "Nothing to change: say which language, as in `--language de`, or whose holidays, as in `--holidays GB-ENG`."
        )
    decided = settings(config)
    spoken = _language(language or _AUTO, decided)
    with open_ledger(decided) as ledger:
        if language is not None:
            changed = ledger.directory.set_language(name, spoken)
            manner = (
                f"in {changed.language}"
                if changed.language
                else "in the language that they write in"
            )
            show(f"The people of {tables.printable(changed.name)} are written to {manner} now.")
        if holidays is not None:
            changed = ledger.directory.set_holidays(name, _own_holidays(holidays))
            whose = changed.holidays or "the configuration"
            show(f"{tables.printable(changed.name)} keeps the public holidays of {whose} now.")


def _language(language: str, decided: Settings) -> str | None:
    """A language that letters are written in, None for "auto"."""
    if language == _AUTO:
        return None
    if language not in decided.letters.languages:
        known = ", ".join(decided.letters.languages)
        raise ConfigError(
            f"Letters are not written in {tables.printable(language)}: choose one of {known}, or {_AUTO}; "
            "letters.languages in the configuration names them."
        )
    return language


def _own_holidays(holidays: str | None) -> str | None:
    return None if holidays == options.DEFAULT else holidays


def _named(name: str) -> str:
    stripped = " ".join(name.split())
    if not stripped:
        raise ConfigError("The name is empty.")
    return stripped


def _people(count: int) -> str:
    return f"{count} contact" if count == 1 else f"{count} contacts"


def list_clients(config: Path | None) -> None:
    """Show all clients."""
    with open_ledger(settings(config)) as ledger:
        show(tables.clients(ledger.directory.clients()))


def rename_client(name: str, new_name: str, *, config: Path | None) -> None:
    """Give a client another name."""
    with open_ledger(settings(config)) as ledger:
        renamed = ledger.directory.rename_client(name, _named(new_name))
    show(f"The client is called {tables.printable(renamed.name)} now.")


def add_contact(name: str, address: str, *, config: Path | None) -> None:
    """Let one more person write for a client."""
    with open_ledger(settings(config)) as ledger:
        changed = ledger.directory.add_contact(name, Address(address))
    show(f"{tables.printable(changed.name)} has {_people(len(changed.contacts))} now.")


def remove_contact(name: str, address: str, *, config: Path | None) -> None:
    """No longer take mail from a person as the client's."""
    with open_ledger(settings(config)) as ledger:
        changed = ledger.directory.remove_contact(name, Address(address))
    show(f"{tables.printable(changed.name)} has {_people(len(changed.contacts))} now.")


@dataclass(frozen=True, slots=True)
class Opening:
    """What was typed to open a project; None where the settings decide."""

    client: str
    title: str = field(repr=False)
    checklist: str | None
    freelancers: tuple[str, ...] = field(repr=False)
    token: str | None
    timezone: str | None
    starts: date | None
    due: date | None


def open_project(opening: Opening, *, config: Path | None) -> None:
    """Open a project and print its own address."""
    decided = settings(config)
    zone = opening.timezone or decided.intake.timezone
    new = NewProject(
        client=opening.client,
        title=_named(opening.title),
        checklist=decided.checklist(opening.checklist or decided.default_checklist).name,
        freelancers=tuple(Address(freelancer) for freelancer in opening.freelancers),
        timezone=zone,
        opened_on=datetime.now(ZoneInfo(zone)).date(),
        token=Token(opening.token) if opening.token else None,
        starts=opening.starts,
        due=opening.due,
    )
    with open_ledger(decided) as ledger:
        opened = ledger.directory.open_project(new)
        _offer(decided, ledger)
    show(tables.printable(subaddress(decided.intake.address, opened.token)))


def _offer(decided: Settings, ledger: Ledger) -> None:
    """Have new projects begin with what is still fresh of their clients' other ones."""
    from intake.app import open_blobs
    from intake.offers import offer_due

    try:
        if ledger.offers.due():
            offer_due(decided, ledger, open_blobs(decided))
    except ConfigError:
        raise
    except IntakeError as error:
        warn(
            f"{error} The worker offers what is still fresh of earlier projects as soon as it can."
        )


def list_projects(config: Path | None) -> None:
    """Show all projects."""
    decided = settings(config)
    with open_ledger(decided) as ledger:
        show(tables.projects(ledger.directory.projects(), address=decided.intake.address))


def edit_project(token: Token, change: ProjectChange, *, config: Path | None) -> None:
    """Change what is given."""
    decided = settings(config)
    if change == ProjectChange():
        raise ConfigError("Nothing to change: give --title, --due or another option.")
    if change.checklist is not None:
        decided.checklist(change.checklist)
    with open_ledger(decided) as ledger:
        edited = ledger.directory.edit_project(token, change)
        told = f"Changed {edited.token}."
        if change.confidential is not None:
            from intake.cli import projects

            told += f" {projects.place(decided, ledger, edited)}"
    show(told)


def set_state(token: Token, state: ProjectState, *, config: Path | None) -> None:
    """Close, pause or resume a project."""
    with open_ledger(settings(config)) as ledger:
        changed = ledger.directory.set_state(token, state)
    show(f"{changed.token} is {changed.state} now.")


def status(which: str | None, *, on: date | None, as_json: bool, config: Path | None) -> None:
    """Show where projects stand: all that are not closed, or those that are named."""
    decided = settings(config)
    with open_ledger(decided) as ledger:
        standings = ledger.standings()
        held, doubtful = ledger.holds.waiting(), ledger.letters.doubtful_ones()
        rehearsed = ledger.letters.unsent() if decided.delivery.hold else 0
    reports = reports_of(decided, _selected(standings, which), now=datetime.now(UTC), on=on)
    address = decided.intake.address
    if not as_json:
        show(
            tables.status(
                reports, address=address, held=held, doubtful=doubtful, rehearsed=rehearsed
            )
        )
        return
    blobs = decided.blobs
    store = open_store(blobs.url, region=blobs.region, endpoint_url=blobs.endpoint_url)
    print_json(
        status_json(
            reports,
            on=on or datetime.now(UTC).date(),
            address=address,
            blob_url=store.url,
            held=held,
            doubtful=doubtful,
        )
    )


def health(*, as_json: bool, config: Path | None) -> int:
    """Show whether the desk is well, by its ledger alone; 0 if it is, else 1."""
    decided = settings(config)
    with open_ledger(decided) as ledger:
        found = ledger.figures.health()
    findings = ledger_findings(
        found,
        stuck=timedelta(minutes=decided.alerts.stuck_minutes),
        sends=not decided.delivery.hold,
    )
    if as_json:
        print_json(health_json(found, findings))
    else:
        show(*(finding.sentence for finding in findings), tables.health(found))
    return 1 if findings else 0


def _selected(standings: Sequence[Standing], which: str | None) -> list[Standing]:
    """All that are not closed; or those of the token or client that is named, closed ones too."""
    if which is None:
        return [entry for entry in standings if entry.project.state is not ProjectState.CLOSED]
    wanted = which.strip().casefold()
    chosen = [entry for entry in standings if wanted in _names(entry.project)]
    if not chosen:
        known = {name for entry in standings for name in _names(entry.project)}
        raise ConfigError(
            f"There is no project of {which}{suggestion(wanted, known) or '; see `intake project list`.'}"
        )
    return chosen


def _names(project: Project) -> set[str]:
    return {project.token.casefold(), project.client.name.casefold()}


def list_reviews(*, as_json: bool, config: Path | None) -> None:
    """Show everything that waits."""
    with open_ledger(settings(config)) as ledger:
        waiting = ledger.holds.waiting()
    if not as_json:
        show(tables.review_list(waiting, actions_for))
        return
    for thing in waiting:
        print_json(review_json(thing, actions_for(thing)))


def show_review(number: HoldId, *, config: Path | None) -> None:
    """Show one thing that waits."""
    with open_ledger(settings(config)) as ledger:
        thing = ledger.holds.find(number)
    show(tables.review_one(thing, actions_for(thing)))


def list_lessons(*, as_json: bool, config: Path | None) -> None:
    """Show everything that decisions taught."""
    with open_ledger(settings(config)) as ledger:
        listed = ledger.lessons.listed()
    if not as_json:
        show(tables.lessons(listed))
        return
    for entry in listed:
        print_json(lesson_json(entry))


def forget_lesson(number: LessonNumber, *, config: Path | None) -> None:
    """Drop one lesson."""
    with open_ledger(settings(config)) as ledger:
        ledger.lessons.forget(number)
    show(f"Lesson {number} is forgotten. What was filed by it stays as it is.")
