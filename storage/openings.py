"""Projects that a mail opens: its client, its contacts and itself, made in one transaction and once for that mail.

What is made here waits: it begins in the transaction that settles the message, with all that the message brings. A worker
that dies in between leaves a paused project that the next one goes on with.
"""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from intake.errors import StaleViewError
from intake.model import KICKOFF, ProjectId, ProjectState, is_among
from storage import schema
from storage.database import Database
from storage.directory import (
    NewProject,
    acquaintance_of,
    free_name,
    free_token,
    insert_client,
    insert_contact,
    insert_project,
)
from storage.messages import claimed, lock_digest
from storage.rows import client_value
from storage.values import Claim, Opening

LOCK_CLASS = 7267
"""Of the advisory lock under which projects are opened by mail: two mails must not make one client twice."""


class Openings:
    """The verb on projects that a mail opens."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def open(self, claim: Claim, opening: Opening) -> ProjectId:
        """Make the project for a claimed message, and assign the message to it. Key: the message, copies of it included.

        Raises StaleViewError where what is known of the people has changed since it was decided, and ClaimLostError.
        """
        try:
            with self._database.write() as session:
                return self._opened(session, claim, opening)
        except IntegrityError as error:  # somebody took the name or the token at this very moment
            raise StaleViewError("Clients or projects changed while one was opened.") from error

    def _opened(self, session: Session, claim: Claim, opening: Opening) -> ProjectId:
        row = claimed(session, claim)
        row.digest = opening.digest
        lock_digest(session, opening.digest)
        if not self._database.is_sqlite:
            session.execute(sa.select(sa.func.pg_advisory_xact_lock(LOCK_CLASS, 0)))
        project = row.assigned_project_id or _of_twin(session, row)
        if project is None:
            _check(session, opening)
            project = self._made(session, opening)
        row.assigned_project_id, row.notes = project, [KICKOFF]
        return ProjectId(project)

    def _made(self, session: Session, opening: Opening) -> int:
        kickoff, now = opening.kickoff, self._database.now(session)
        if kickoff.client is None:
            client = schema.Client(name=free_name(session, kickoff.names))
            domains = [kickoff.domain] if kickoff.domain else []
            insert_client(session, client, kickoff.contacts, domains, now=now)
        else:
            client = session.get_one(schema.Client, kickoff.client)
            known = client_value(session, client).contacts
            for address in kickoff.contacts:
                if not is_among(address, known):
                    insert_contact(session, client, address, now=now)
        new = NewProject(
            client=client.name,
            title=kickoff.title,
            checklist=opening.checklist,
            freelancers=(kickoff.freelancer,),
            timezone=opening.timezone,
            opened_on=opening.opened_on,
        )
        # Not random: opened again after a backup was restored, it has the address that its people know.
        token = free_token(session, kickoff.title, digits=opening.digest)
        paused = ProjectState.PAUSED
        return insert_project(session, client, new, token=token, now=now, state=paused).id


def _of_twin(session: Session, row: schema.Message) -> int | None:
    """The project that another copy of this message opens."""
    twins = session.scalars(
        sa.select(schema.Message).where(
            schema.Message.digest == row.digest,
            schema.Message.id != row.id,
            schema.Message.assigned_project_id.is_not(None),
        )
    )
    return next((twin.assigned_project_id for twin in twins if KICKOFF in twin.notes), None)


def _check(session: Session, opening: Opening) -> None:
    """StaleViewError where the ledger says something else of one of the people by now."""
    for view in opening.views:
        if acquaintance_of(session, view.sender, token=None, thread=()) != view:
            raise StaleViewError("What is known of somebody changed while a mail was read.")
