"""The Sent folder on an IMAP server: where a person finds what the desk wrote, and evidence of what has left.

It keeps one connection and makes the folder where it is missing. Whether a letter should be looked up or kept, and what
follows from that, is for the outbox to decide.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime

from intake.errors import IntakeError, TransientError
from intake.model import CheckLine, OutboundMessage
from intake.sources.imap_session import (
    ImapSession,
    ImapSettings,
    RefusedError,
    require_safe_transport,
)

_LEFT_ALONE_SECONDS = 30.0
"""After a failure nobody asks for a while: each letter would wait for the same time-out again."""


class SentFolder:
    """One folder of one account. It connects when first used, and again after an error.

    ConfigError where the settings would send a password unencrypted over a network; every call raises TransientError
    or PermanentError where the folder cannot be reached.
    """

    def __init__(self, settings: ImapSettings, folder: str) -> None:
        require_safe_transport(settings)
        self._settings = settings
        self._folder = folder
        self._session: ImapSession | None = None
        self._failed_at: float | None = None

    def find(self, message_id: str, *, since: date) -> bool:
        """Whether a message with that Message-ID is there that arrived on that day (UTC) or later."""
        with self._speaking():
            return self._again(lambda session: self._look(session, message_id, since))

    def keep(self, letter: OutboundMessage, *, at: datetime) -> None:
        """Put a copy of a letter there, seen, as of the moment when it left. Call it only for one that is not there."""
        with self._speaking():
            self._open().append(self._folder, letter.octets, at)

    def check(self) -> tuple[CheckLine, ...]:
        """Log in, make the folder where it is missing, and search it. Raises nothing."""
        what = "delivery: Sent folder"
        self._failed_at = None
        try:
            self.find("<check@intake.invalid>", since=date.today())  # noqa: DTZ011  # any day will do
        except IntakeError as error:
            return (CheckLine(what, works=False, advice=f"{error} See delivery.sent_folder."),)
        return (CheckLine(what, works=True),)

    def close(self) -> None:
        """Log out."""
        if self._session is not None:
            self._session.close()
            self._session = None

    def _look(self, session: ImapSession, message_id: str, since: date) -> bool:
        if session.selected != self._folder:
            session.select(self._folder, readonly=True)
        return session.holds(message_id, since)

    def _again(self, ask: Callable[[ImapSession], bool]) -> bool:
        """Ask, and once more over a new connection where a kept one was lost: servers close those that were silent."""
        kept = self._session is not None
        try:
            return ask(self._open())
        except TransientError:
            if not kept or self._session is None or self._session.alive:
                raise
        return ask(self._open())

    def _open(self) -> ImapSession:
        if self._session is None or not self._session.alive:
            self._session = None
            session = ImapSession(self._settings)
            if not session.exists(self._folder):
                session.create(self._folder)
            self._session = session
        return self._session

    @contextmanager
    def _speaking(self) -> Iterator[None]:
        if self._failed_at is not None:
            if time.monotonic() - self._failed_at < _LEFT_ALONE_SECONDS:
                raise TransientError(
                    f"{self._settings.name}: the Sent folder is left alone for now"
                )
            self._failed_at = None
        try:
            yield
        except RefusedError:
            raise
        except IntakeError:
            self._failed_at = time.monotonic()
            raise
