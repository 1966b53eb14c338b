"""The demo's own desk: a folder with its configuration, and three clients with a project each in its ledger."""

from __future__ import annotations

import shutil
import sys
from datetime import date, timedelta
from pathlib import Path

from intake.app import App
from intake.demo.people import DESK, ENGAGEMENTS, MAIL_SERVER, MAYA, Engagement
from intake.demo.servers import LOOPBACK, MailServers
from intake.errors import ConfigError
from intake.model import Address, Token, normalise_address
from storage.directory import NewProject

_COMMON = """\
# Written by `intake demo`. config.example.yaml of the project explains every key.
intake:
  address: {desk}
  name: Studio Intake
  trusted_authserv_ids: [{server}]  # the demo plays this mail server, its word is believed
  unverified_senders: hold
  answer_after_seconds: 0
  answer_mail_since: {since}
blobs: {{url: ./collateral}}
database: {{url: "sqlite:///intake.db"}}
"""

_WHILE_IT_RUNS = """\
sources:
  - type: imap
    host: {loopback}
    port: {imap_port}
    security: plain
    username: {username}
    password: {password}
delivery:
  type: smtp
  host: {loopback}
  port: {smtp_port}
  security: plain
"""

_AFTERWARDS = """\
# The demo's mail servers are gone. From here on a Maildir takes their place: what is put into Maildir/new is mail that
# came in, and letters are written to Sent/new.
sources:
  - {type: maildir, path: ./Maildir}
delivery: {type: maildir, path: ./Sent}
"""


def prepare(folder: Path) -> None:
    """Make the folder, or refuse one that holds something already."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise ConfigError(f"{folder} is not an empty folder. Name one that is not there yet.")
    for name in ("mail", "letters"):
        (folder / name).mkdir(parents=True, exist_ok=True)


def write_config(folder: Path, servers: MailServers, *, today: date) -> Path:
    """The configuration that the worker runs on during the demo."""
    path = folder / "config.yaml"
    path.write_text(
        _common(today)
        + _WHILE_IT_RUNS.format(
            loopback=LOOPBACK,
            imap_port=servers.imap_port,
            smtp_port=servers.smtp_port,
            username=servers.account.username,
            password=servers.account.password,
        ),
        "utf-8",
    )
    return path


def hand_over(folder: Path, *, today: date) -> None:
    """Leave a desk that goes on without the demo's servers."""
    for name in ("new", "cur", "tmp"):
        (folder / "Maildir" / name).mkdir(parents=True, exist_ok=True)
    (folder / "config.yaml").write_text(_common(today) + _AFTERWARDS, "utf-8")


def _common(today: date) -> str:
    # One day of grace: a demo that starts before midnight ends after it.
    return _COMMON.format(desk=DESK, server=MAIL_SERVER, since=today - timedelta(days=1))


def open_projects(app: App, *, today: date) -> None:
    """Enter the clients, their contacts and a project for each."""
    for engagement in ENGAGEMENTS:
        _open_project(app, engagement, today=today)


def _open_project(app: App, engagement: Engagement, *, today: date) -> None:
    contact = engagement.contact
    directory = app.ledger.directory
    directory.add_client(
        contact.firm, contacts=[normalise_address(contact.address)], domains=[contact.domain]
    )
    directory.open_project(
        NewProject(
            client=contact.firm,
            title=engagement.title,
            checklist=app.settings.default_checklist,
            freelancers=(Address(MAYA.address),),
            timezone=app.settings.intake.timezone,
            opened_on=today,
            token=Token(engagement.token),
        )
    )


def program() -> str:
    """What to type for this program from any folder: its name if the shell finds it, else where it lies."""
    called = Path(sys.argv[0])
    if shutil.which("intake") or called.name != "intake":
        return "intake"
    return str(called.absolute())
