"""Clients, their people and their projects: who may write to us, and about what."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta
from itertools import chain, count
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy import orm
from sqlalchemy.orm import Session

from intake.errors import ConfigError
from intake.model import (
    Acquaintance,
    Address,
    Client,
    ClientId,
    Mailbox,
    Project,
    ProjectId,
    ProjectState,
    Token,
    is_among,
    mailbox_of,
)
from storage import audit, schema
from storage.confidences import conceal_project
from storage.database import Database
from storage.rows import client_value, project_value

_MOST_LABELS = 10
"""Of a sender's domain; longer ones are nobody's."""


@dataclass(frozen=True, slots=True)
class NewProject:
    """What a project is opened with. Without a token one is made from the title."""

    client: str
    title: str
    checklist: str
    freelancers: tuple[Address, ...]
    timezone: str
    opened_on: date
    token: Token | None = None
    starts: date | None = None
    due: date | None = None


@dataclass(frozen=True, slots=True)
class ProjectChange:
    """What `project edit` changes; None leaves a thing as it is."""

    title: str | None = None
    checklist: str | None = None
    freelancers: tuple[Address, ...] | None = None
    timezone: str | None = None
    starts: date | None = None
    due: date | None = None
    confidential: bool | None = None


class Directory:
    """Verbs on clients, contacts and projects; each is one transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add_client(
        self,
        name: str,
        *,
        contacts: Sequence[Address],
        domains: Sequence[str] = (),
        language: str | None = None,
        holidays: str | None = None,
    ) -> Client:
        """Add a client. Key: its name; ConfigError where that is taken."""
        with self._database.write() as session:
            if _client_row(session, name) is not None:
                raise ConfigError(f"There is a client called {name} already.")
            row = schema.Client(name=name, language=language, holidays=holidays)
            insert_client(session, row, contacts, domains, now=self._database.now(session))
            return client_value(session, row)

    def clients(self) -> tuple[Client, ...]:
        """All clients, by name."""
        with self._database.read() as session:
            rows = session.scalars(sa.select(schema.Client).order_by(schema.Client.name))
            return tuple(client_value(session, row) for row in rows)

    def rename_client(self, name: str, new_name: str) -> Client:
        """Give a client another name. ConfigError where there is no such client, or the name is taken."""
        with self._database.write() as session:
            row = _require_client(session, name)
            if _client_row(session, new_name) not in {None, row}:
                raise ConfigError(f"There is a client called {new_name} already.")
            row.name = new_name
            session.flush()
            audit.append(session, "client.renamed", at=self._database.now(session), client=row.id)
            return client_value(session, row)

    def set_language(self, name: str, language: str | None) -> Client:
        """Write to a client's people in this language, with None in the one that they write in. Idempotent."""
        with self._database.write() as session:
            row = _require_client(session, name)
            if row.language != language:
                row.language = language
                session.flush()
                audit.append(
                    session, "client.edited", at=self._database.now(session), client=row.id
                )
            return client_value(session, row)

    def set_holidays(self, name: str, holidays: str | None) -> Client:
        """Say whose public holidays a client keeps, None for those of the settings. Idempotent."""
        with self._database.write() as session:
            row = _require_client(session, name)
            if row.holidays != holidays:
                row.holidays = holidays
                session.flush()
                audit.append(
                    session, "client.edited", at=self._database.now(session), client=row.id
                )
            return client_value(session, row)

    def add_contact(self, client: str, address: Address) -> Client:
        """Add a contact. Key: (client, address)."""
        with self._database.write() as session:
            row = _require_client(session, client)
            if address not in client_value(session, row).contacts:
                insert_contact(session, row, address, now=self._database.now(session))
            return client_value(session, row)

    def remove_contact(self, client: str, address: Address) -> Client:
        """Remove a contact; ConfigError where the client has no such contact."""
        with self._database.write() as session:
            row = _require_client(session, client)
            if address not in client_value(session, row).contacts:
                raise ConfigError(f"{client} has no contact {address}.")
            removed = session.scalars(
                sa.delete(schema.Contact)
                .where(schema.Contact.client_id == row.id, schema.Contact.address == address)
                .returning(schema.Contact.id)
            ).all()
            now = self._database.now(session)
            for contact in removed:
                audit.append(session, "contact.removed", at=now, client=row.id, contact=contact)
            return client_value(session, row)

    def open_project(self, new: NewProject) -> Project:
        """Open a project. Key: its token; ConfigError where that is taken or the client unknown."""
        with self._database.write() as session:
            client = _require_client(session, new.client)
            token = Token(new.token.lower()) if new.token else free_token(session, new.title)
            if _project_row(session, token) is not None:
                raise ConfigError(f"The token {token} is taken by another project.")
            row = insert_project(session, client, new, token=token, now=self._database.now(session))
            return project_value(session, row)

    def edit_project(self, token: Token, change: ProjectChange) -> Project:
        """Change what a project is; ConfigError where there is none with that token."""
        with self._database.write() as session:
            row = _require_project(session, token)
            row.title = change.title or row.title
            row.checklist = change.checklist or row.checklist
            row.timezone = change.timezone or row.timezone
            row.starts = change.starts or row.starts
            row.due = change.due or row.due
            row.version = schema.Project.version + 1
            if change.freelancers is not None:
                _set_freelancers(session, row.id, change.freelancers)
            session.flush()
            now = self._database.now(session)
            if change.confidential is not None:
                conceal_project(session, row.id, confidential=change.confidential, now=now)
            audit.append(
                session,
                "project.edited",
                at=now,
                project=row.id,
                fields=_names_of(change),
            )
            return project_value(session, row)

    def set_state(self, token: Token, state: ProjectState) -> Project:
        """Close, pause or resume a project. Idempotent."""
        with self._database.write() as session:
            row = _require_project(session, token)
            if (row.state, row.paused_until) != (state, None):
                row.state, row.paused_until = state, None
                row.version = schema.Project.version + 1
                session.flush()
                audit.append(
                    session, f"project.{state}", at=self._database.now(session), project=row.id
                )
            return project_value(session, row)

    def resume_due(self) -> tuple[ProjectId, ...]:
        """Open the projects whose pause ends today, where they are; which ones. Idempotent."""
        with self._database.write() as session:
            now = self._database.now(session)
            paused = session.scalars(
                sa.select(schema.Project)
                .where(
                    schema.Project.state == ProjectState.PAUSED,
                    # No zone is more than a day ahead.
                    schema.Project.paused_until <= now.date() + timedelta(days=1),
                )
                .order_by(schema.Project.id)
                .with_for_update()
            ).all()
            due = [row for row in paused if _is_over(row, now)]
            for row in due:
                row.state, row.paused_until = ProjectState.OPEN, None
                row.version = schema.Project.version + 1
                audit.append(session, f"project.{ProjectState.OPEN}", at=now, project=row.id)
            return tuple(ProjectId(row.id) for row in due)

    def named(self, project: ProjectId, addresses: Sequence[Address]) -> tuple[Mailbox, ...]:
        """People's addresses with the names under which they last wrote for a project, "" where they never did."""
        with self._database.read() as session:
            found = session.execute(
                sa.select(schema.Message.sender, schema.Message.sender_name)
                .where(schema.Message.project_id == project, schema.Message.sender.in_(addresses))
                .order_by(schema.Message.id)
            )
            names = {row[0]: row[1] for row in found}
            return tuple(Mailbox(names.get(address) or "", address) for address in addresses)

    def projects(self) -> tuple[Project, ...]:
        """All projects, by client and title."""
        with self._database.read() as session:
            rows = session.scalars(
                sa.select(schema.Project)
                .join(schema.Client, schema.Client.id == schema.Project.client_id)
                .order_by(schema.Client.name, schema.Project.title, schema.Project.id)
            )
            return tuple(project_value(session, row) for row in rows)

    def project(self, token: Token) -> Project:
        """The project with that token; ConfigError where there is none."""
        with self._database.read() as session:
            return project_value(session, _require_project(session, token))

    def is_there(self, project: ProjectId) -> bool:
        """Whether a project is there, and not erased."""
        with self._database.read() as session:
            return session.get(schema.Project, project) is not None

    def acquaintance(
        self, sender: Address | None, *, token: Token | None, thread: Sequence[str]
    ) -> Acquaintance:
        """What is known that bears on whose message this is; see `Acquaintance`."""
        with self._database.read() as session:
            return acquaintance_of(session, sender, token=token, thread=thread)


def insert_client(
    session: Session,
    row: schema.Client,
    contacts: Sequence[Address],
    domains: Sequence[str],
    *,
    now: datetime,
) -> None:
    """Add a client's row, its people and its domains."""
    session.add(row)
    session.flush()
    session.add_all(
        schema.Contact(client_id=row.id, address=address) for address in dict.fromkeys(contacts)
    )
    session.add_all(
        schema.ClientDomain(client_id=row.id, domain=domain.lower())
        for domain in dict.fromkeys(domains)
    )
    session.flush()
    audit.append(session, "client.added", at=now, client=row.id)


def insert_contact(
    session: Session, client: schema.Client, address: Address, *, now: datetime
) -> None:
    """Add a contact who is not one yet."""
    contact = schema.Contact(client_id=client.id, address=address)
    session.add(contact)
    session.flush()
    audit.append(session, "contact.added", at=now, client=client.id, contact=contact.id)


def insert_project(
    session: Session,
    client: schema.Client,
    new: NewProject,
    *,
    token: Token,
    now: datetime,
    state: ProjectState = ProjectState.OPEN,
) -> schema.Project:
    """Add a project's row and its freelancers."""
    row = schema.Project(
        id=_new_id(session),
        client_id=client.id,
        title=new.title,
        token=token,
        checklist=new.checklist,
        state=state,
        timezone=new.timezone,
        opened_on=new.opened_on,
        starts=new.starts,
        due=new.due,
        offers_due=_has_project(session, client.id),
        version=1,
    )
    session.add(row)
    session.flush()
    _set_freelancers(session, row.id, new.freelancers)
    audit.append(session, audit.PROJECT_OPENED, at=now, project=row.id, client=client.id)
    return row


def acquaintance_of(
    session: Session, sender: Address | None, *, token: Token | None, thread: Sequence[str]
) -> Acquaintance:
    """As `Directory.acquaintance`, within a transaction."""
    named = _project_row(session, token) if token else None
    if sender is None:
        return Acquaintance(sender=None, token_exists=named is not None)
    clients = _clients_of(session, sender)
    colleague_of = _clients_by_domain(session, sender)
    threads = _projects_of_thread(session, thread)
    of_freelancer = _projects_of_freelancer(session, sender)
    rows = session.scalars(
        sa.select(schema.Project)
        .where(
            schema.Project.client_id.in_([*clients, *colleague_of])
            | schema.Project.id.in_(of_freelancer)
            | schema.Project.id.in_(threads)
            | (schema.Project.id == (named.id if named else 0))
        )
        .order_by(schema.Project.id)
    )
    return Acquaintance(
        sender=sender,
        clients=clients,
        colleague_of=colleague_of,
        projects=tuple(project_value(session, row) for row in rows),
        by_thread=threads,
        token_exists=named is not None,
    )


def free_name(session: Session, names: Sequence[str]) -> str:
    """The first of these names that no client has, else the last one with a number."""
    numbered = (f"{names[-1]} {number}" for number in count(2))
    return next(name for name in chain(names, numbered) if _client_row(session, name) is None)


def free_token(session: Session, title: str, *, digits: str | None = None) -> Token:
    """The title's words and four digits: random ones, so that nobody guesses the address, or the next free of `digits`."""
    words = "".join(letter if letter.isascii() and letter.isalnum() else "-" for letter in title)
    stem = "-".join(part for part in words.lower().split("-") if part)[:24].strip("-") or "project"
    given = (digits[start : start + 4] for start in range(0, len(digits), 4)) if digits else ()
    drawn = (secrets.token_hex(2) for _ in count())
    tokens = (Token(f"{stem}-{ending}") for ending in chain(given, drawn))
    return next(token for token in tokens if _project_row(session, token) is None)


def _has_project(session: Session, client: int) -> bool:
    """Whether a client has a project already, so that a new one may begin with what that has."""
    known = sa.select(schema.Project.id).where(schema.Project.client_id == client).limit(1)
    return session.scalar(known) is not None


def _is_over(row: schema.Project, now: datetime) -> bool:
    return (
        row.paused_until is not None
        and row.paused_until <= now.astimezone(ZoneInfo(row.timezone)).date()
    )


def _client_row(session: Session, name: str) -> schema.Client | None:
    # Compared here: SQLite's lower() knows ASCII only, PostgreSQL's what its locale does.
    wanted = name.casefold()
    rows = session.scalars(sa.select(schema.Client))
    return next((row for row in rows if row.name.casefold() == wanted), None)


def _require_client(session: Session, name: str) -> schema.Client:
    row = _client_row(session, name)
    if row is None:
        raise ConfigError(f"There is no client called {name}; `intake client list` shows them.")
    return row


def _project_row(session: Session, token: str) -> schema.Project | None:
    return session.scalar(sa.select(schema.Project).where(schema.Project.token == token.lower()))


def _require_project(session: Session, token: str) -> schema.Project:
    row = _project_row(session, token)
    if row is None:
        raise ConfigError(f"There is no project {token}; `intake project list` shows them.")
    return row


def _new_id(session: Session) -> int | None:
    """An id that no project ever had, though it were erased; PostgreSQL's sequences see to that by themselves."""
    if session.get_bind().dialect.name == "postgresql":
        return None
    ids = (sa.select(sa.func.max(column)) for column in (schema.Project.id, schema.AuditHead.chain))
    return 1 + max(session.scalar(each) or 0 for each in ids)


def _set_freelancers(session: Session, project: int, freelancers: Sequence[Address]) -> None:
    session.execute(
        sa.delete(schema.ProjectFreelancer).where(schema.ProjectFreelancer.project_id == project)
    )
    session.add_all(
        schema.ProjectFreelancer(project_id=project, address=address, position=position)
        for position, address in enumerate(dict.fromkeys(freelancers))
    )
    session.flush()


def _names_of(change: ProjectChange) -> str:
    """Which fields a change names; the audit holds no contents."""
    return ",".join(
        field.name for field in fields(change) if getattr(change, field.name) is not None
    )


def _clients_of(session: Session, sender: Address) -> tuple[ClientId, ...]:
    """The clients with this contact; only where no contact has the very address, those with one whose mailbox it is."""
    contacts = session.execute(
        sa.select(schema.Contact.client_id, schema.Contact.address)
        .where(_may_be(schema.Contact.address, sender))
        .order_by(schema.Contact.client_id)
    ).all()
    exactly = [row.client_id for row in contacts if row.address == sender]
    widely = [row.client_id for row in contacts if is_among(sender, (Address(row.address),))]
    return tuple(dict.fromkeys(ClientId(client) for client in exactly or widely))


def _may_be(address: orm.InstrumentedAttribute[str], sender: Address) -> sa.ColumnElement[bool]:
    """Whether an address is at the sender's mailbox provider: what the database can say of `is_among`."""
    domains = {sender.rpartition("@")[2], mailbox_of(sender).rpartition("@")[2]}
    if "gmail.com" in domains:
        domains.add("googlemail.com")
    return sa.or_(*(address.endswith(f"@{domain}", autoescape=True) for domain in sorted(domains)))


def _clients_by_domain(session: Session, sender: Address) -> tuple[ClientId, ...]:
    """The clients whose domain the sender's is, or a part of; the longest such domain decides."""
    labels = sender.rpartition("@")[2].split(".")[-_MOST_LABELS:]
    names = [".".join(labels[start:]) for start in range(len(labels) - 1)]
    found = session.execute(
        sa.select(schema.ClientDomain.domain, schema.ClientDomain.client_id)
        .where(schema.ClientDomain.domain.in_(names))
        .order_by(schema.ClientDomain.client_id)
    ).all()
    longest = max((len(row.domain) for row in found), default=0)
    return tuple(ClientId(row.client_id) for row in found if len(row.domain) == longest)


def _projects_of_freelancer(session: Session, sender: Address) -> tuple[int, ...]:
    found = session.execute(
        sa.select(schema.ProjectFreelancer.project_id, schema.ProjectFreelancer.address).where(
            _may_be(schema.ProjectFreelancer.address, sender)
        )
    )
    return tuple(row.project_id for row in found if is_among(sender, (Address(row.address),)))


def _projects_of_thread(session: Session, thread: Sequence[str]) -> tuple[ProjectId, ...]:
    """The projects of the letters and messages that these Message-IDs name."""
    if not thread:
        return ()
    letters = sa.select(schema.Letter.project_id).where(schema.Letter.message_id.in_(thread))
    messages = sa.select(schema.Message.project_id).where(schema.Message.message_id.in_(thread))
    found = session.scalars(sa.union(letters, messages))
    return tuple(sorted(ProjectId(project) for project in found if project is not None))
