"""Desks for tests: configurations over real servers, people who write, and the messages they send."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from pathlib import Path

import yaml

from intake.app import App
from intake.config import Settings, load
from intake.demo.documents import Enclosure
from intake.model import Address, Project, Token
from storage.directory import NewProject
from storage.ledger import Ledger

DESK = "intake@studio.example"
CLIENT = "Halden Robotics"
CONTACT = Address("ana@halden.example")
FREELANCER = Address("fay@studio.example")
TOKEN = Token("q4-launch")
TODAY = date(2026, 11, 23)


@dataclass(frozen=True, slots=True)
class Wiring:
    """Where a desk's mail comes from and goes to, and where it remembers; a Maildir desk if nothing is said."""

    source: dict[str, object] = field(
        default_factory=lambda: {"type": "maildir", "path": "./Maildir"}
    )
    delivery: dict[str, object] = field(
        default_factory=lambda: {"type": "maildir", "path": "./Sent"}
    )
    blobs: dict[str, object] = field(default_factory=lambda: {"url": "./collateral"})
    database: dict[str, object] = field(default_factory=lambda: {"url": "sqlite:///intake.db"})
    intake: dict[str, object] = field(default_factory=dict)
    further: dict[str, object] = field(default_factory=dict)
    """Further sections of the configuration."""


def config_file(folder: Path, wiring: Wiring | None = None) -> Path:
    """A configuration in a folder of its own."""
    wiring = wiring or Wiring()
    intake = {
        "address": DESK,
        "unverified_senders": "accept",
        "answer_after_seconds": 0,
        "answer_caps": {"sender_per_hour": 1000, "sender_per_day": 1000, "thread_per_day": 1000},
    }
    path = folder / "config.yaml"
    path.write_text(
        yaml.safe_dump(
            {
                "intake": intake | wiring.intake,
                "sources": [wiring.source],
                "delivery": wiring.delivery,
                "blobs": wiring.blobs,
                "database": wiring.database,
                "metrics": {"bind": None},  # several desks on one machine
                "reminders": {"after_days": [], "digest": None},  # which leave on some days only
                **wiring.further,
            }
        )
    )
    return path


def desk_settings(folder: Path, wiring: Wiring | None = None) -> Settings:
    """The same, loaded."""
    return load(config_file(folder, wiring), {})


def imap_source(port: int, username: str, password: str) -> dict[str, object]:
    """A mailbox of a test server."""
    return {
        "type": "imap",
        "host": "127.0.0.1",
        "port": port,
        "security": "plain",
        "username": username,
        "password": password,
    }


def smtp_delivery(port: int) -> dict[str, object]:
    """A test sink."""
    return {"type": "smtp", "host": "127.0.0.1", "port": port, "security": "plain"}


def open_engagement(app: App, *, token: Token = TOKEN, title: str = "Q4 launch") -> Project:
    """A client with one contact, and a project of the onboarding checklist."""
    return engagement(app.ledger, token=token, title=title)


def engagement(ledger: Ledger, *, token: Token = TOKEN, title: str = "Q4 launch") -> Project:
    """The same, where there is no app."""
    if CLIENT not in {client.name for client in ledger.directory.clients()}:
        ledger.directory.add_client(CLIENT, contacts=[CONTACT])
    return ledger.directory.open_project(
        NewProject(CLIENT, title, "onboarding", (FREELANCER,), "UTC", TODAY, token=token)
    )


def letter(
    *,
    number: int = 1,
    sender: str = f"Ana Ruiz <{CONTACT}>",
    to: str = DESK,
    subject: str = "What you asked for",
    text: str = "Hello Fay,\n\nhere is what you asked for.\n",
    attach: Sequence[Enclosure] = (),
    fields: Sequence[tuple[str, str]] = (),
) -> bytes:
    """A message as a client would send it; `number` makes its Message-ID."""
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = sender, to, subject
    message["Date"] = format_datetime(datetime(2026, 11, 23, 9, number % 60, tzinfo=UTC))
    message["Message-ID"] = f"<{number}@halden.example>"
    for name, value in fields:
        message[name] = value
    message.set_content(text)
    for entry in attach:
        maintype, _, subtype = entry.media_type.partition("/")
        message.add_attachment(
            entry.octets, maintype=maintype, subtype=subtype, filename=entry.filename
        )
    return message.as_bytes(policy=SMTP)


def post(maildir: Path, octets: bytes, name: str) -> None:
    """Deliver a message into a Maildir, where nobody sees half of it (maildir(5))."""
    for folder in ("new", "cur", "tmp"):
        (maildir / folder).mkdir(parents=True, exist_ok=True)
    (maildir / "tmp" / name).write_bytes(octets)
    (maildir / "tmp" / name).rename(maildir / "new" / name)
