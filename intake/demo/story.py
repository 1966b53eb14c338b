"""The demo's script: who writes when; after each mail the real worker runs once, and what it did is shown.

Mail goes in by IMAP and letters come out by SMTP, so that all between is what runs in earnest.
"""

from __future__ import annotations

import email
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

from rich.console import Console

from intake import config
from intake.app import App, open_app
from intake.demo import desk, messages, telling
from intake.demo.messages import Occasion
from intake.demo.people import DESK, ENGAGEMENTS, INGRID, PRIYA, STRANGER, TOM, Person
from intake.demo.servers import Account, MailServers, SunkLetter, mail_servers
from intake.demo.telling import Outcome
from intake.errors import TransientError
from intake.model import CompletenessReport, Document
from intake.reports import reports_of
from intake.worker import run_once
from storage.values import HoldSubject


@dataclass(frozen=True, slots=True)
class Scene:
    """One mail, and who writes it."""

    writer: Person
    mail: Callable[[Occasion], EmailMessage]


SCRIPT = (
    Scene(INGRID, messages.first_batch),
    Scene(TOM, messages.stale_roadmap),
    Scene(PRIYA, messages.brand_and_year),
    Scene(INGRID, messages.forwarded_roadmap),
    Scene(STRANGER, messages.curious_stranger),
    Scene(INGRID, messages.articles),
    Scene(TOM, messages.misnamed_invoice),
    Scene(TOM, messages.inline_calendar),
    Scene(TOM, messages.vacation_notice),
    Scene(PRIYA, messages.quarterly_roadmap),
    Scene(INGRID, messages.missing_pieces),
)


@dataclass(slots=True)
class _Stage:
    """What the demo has running, and how far the story has come."""

    servers: MailServers
    app: App
    folder: Path
    console: Console
    letters: int = 0
    last_letters: dict[str, EmailMessage] = field(default_factory=dict)
    """By address, what the desk last wrote to it."""
    documents: dict[str, int] = field(default_factory=dict)
    """By token, the number of the last document that was shown."""
    holds: int = 0
    """The number of the last hold that was shown."""


def play(folder: Path, console: Console) -> None:
    """Tell the whole story into an empty or absent folder, and leave everything there."""
    desk.prepare(folder)
    today = datetime.now(UTC).date()
    telling.show(console, telling.introduction(ENGAGEMENTS, folder))
    with mail_servers(Account(DESK, "only-on-this-machine")) as servers:
        settings = config.load(desk.write_config(folder, servers, today=today), os.environ)
        with open_app(settings) as app:
            desk.open_projects(app, today=today)
            stage = _Stage(servers, app, folder, console)
            for number, scene in enumerate(SCRIPT, start=1):
                _perform(stage, scene, number)
            telling.show(console, telling.summary(_reports(app, on=today)))
    desk.hand_over(folder, today=today)
    telling.show(console, telling.farewell(folder, desk.program()))


def _perform(stage: _Stage, scene: Scene, number: int) -> None:
    """One mail goes in by IMAP, the worker takes it, and what it did is shown."""
    now = datetime.now(UTC).replace(microsecond=0)
    message = scene.mail(Occasion(now, stage.last_letters.get(scene.writer.address)))
    octets = message.as_bytes()
    name = scene.mail.__name__.replace("_", "-")
    (stage.folder / "mail" / f"{number:02}-{name}.eml").write_bytes(octets)
    telling.show(stage.console, telling.mail(number, scene.writer, message))
    stage.servers.deliver(octets, now)
    left = run_once(stage.app)
    if left.unreachable:
        places = ", ".join(left.unreachable)
        raise TransientError(f"The demo's worker could not reach {places}. Run the demo again.")
    result = _outcome(stage, scene.writer, on=now.date())
    telling.show(stage.console, telling.outcome(result, in_full=number == 1))


def _outcome(stage: _Stage, writer: Person, *, on: date) -> Outcome:
    letters = tuple(_keep(stage, letter) for letter in stage.servers.collect())
    report = next(
        (
            one
            for one in _reports(stage.app, on=on)
            if writer.address in one.project.client.contacts
        ),
        None,
    )
    return Outcome(
        documents=_new_documents(stage, report) if report else (),
        report=report,
        held=_new_holds(stage),
        letters=letters,
    )


def _reports(app: App, *, on: date) -> tuple[CompletenessReport, ...]:
    return reports_of(app.settings, app.ledger.standings(), now=datetime.now(UTC), on=on)


def _new_documents(stage: _Stage, report: CompletenessReport) -> tuple[Document, ...]:
    project = report.project
    known = stage.documents.get(project.token, 0)
    documents = stage.app.ledger.standing(project.id).documents
    stage.documents[project.token] = max((entry.number for entry in documents), default=0)
    return tuple(entry for entry in documents if entry.number > known)


def _new_holds(stage: _Stage) -> tuple[str, ...]:
    waiting = [hold for hold in stage.app.ledger.holds.waiting() if hold.id > stage.holds]
    stage.holds = max((hold.id for hold in waiting), default=stage.holds)
    return tuple(hold.reason for hold in waiting if hold.what is HoldSubject.MESSAGE)


def _keep(stage: _Stage, sunk: SunkLetter) -> EmailMessage:
    """Save a letter as .eml and .html, and remember it for the answer."""
    letter = email.message_from_bytes(sunk.octets, policy=default)
    stage.letters += 1
    reader = sunk.recipients[0] if sunk.recipients else "nobody"
    path = stage.folder / "letters" / f"{stage.letters:02}-to-{reader.partition('@')[0]}.eml"
    path.write_bytes(sunk.octets)
    page = letter.get_body(("html",))
    if page is not None:
        path.with_suffix(".html").write_text(str(page.get_content()), "utf-8")
    stage.last_letters.update(dict.fromkeys(sunk.recipients, letter))
    return letter
