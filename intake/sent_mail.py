"""The Sent folder beside a sink that cannot be searched: a copy of what left, and evidence of what may have.

A letter that is recorded as sent is put there afterwards, so that nothing stands between the sink's answer and the
record; one that is not there yet is put there in a later round, and never sent for it. That a doubtful letter is found
there proves that it left. That it is not found proves something only where the server itself files what it sends.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Protocol

from intake import telemetry
from intake.errors import ClaimLostError, DatabaseUnreachableError, IntakeError
from intake.instants import Instant, Passing, unnoticed
from intake.model import OutboundMessage
from storage.look_ups import LookUps
from storage.values import LookUp

SURE_AFTER = timedelta(minutes=10)
"""A server may take that long to answer the final dot (RFC 5321, 4.5.3.2.6), and to file the letter."""
LOOKED_UP_FOR = timedelta(days=2)
LOOK_UP_EVERY = timedelta(minutes=2)
"""How soon a doubtful letter is looked up again; less often as time goes by."""
KEPT_WITHIN = timedelta(days=14)
"""A copy that could not be put there for that long is not missed any more."""

log = telemetry.logger(__name__)


class Folder(Protocol):
    """A folder of sent mail. Each call raises TransientError or PermanentError where it cannot be reached."""

    def find(self, message_id: str, *, since: date) -> bool:
        """Whether a message with that Message-ID arrived there on that day or later."""
        ...

    def keep(self, letter: OutboundMessage, *, at: datetime) -> None:
        """Put a copy there, as of that moment."""
        ...


@dataclass(frozen=True, slots=True)
class SentMail:
    """What is asked of the Sent folder. `server_keeps`: the server itself files what it sends, so nothing is put there."""

    folder: Folder
    look_ups: LookUps
    server_keeps: bool
    passed: Passing = unnoticed

    def has(self, letter: OutboundMessage, *, owed_since: datetime) -> bool:
        """Whether that letter is there, and so has left; False where it is not, or nobody can look at the moment."""
        try:
            return self.folder.find(letter.message_id, since=_searched_since(owed_since))
        except IntakeError:
            return False  # `tend` meets the same error, and tells it

    def tend(self, worker: int, *, stopping: Callable[[], bool]) -> None:
        """Keep copies of what left, and look up what is doubtful, as far as that is due.

        Raises what stops it: the folder cannot be reached. The look-up in hand is then due again, behind the others.
        """
        while not stopping():
            look_up = self.look_ups.claim(worker)
            if look_up is None:
                return
            try:
                self._look(look_up)
            except ClaimLostError:
                log.warning(telemetry.CLAIM_LOST, letter_id=look_up.number)
            except DatabaseUnreachableError:
                raise
            except IntakeError:
                missed = look_up.now - look_up.left_at > KEPT_WITHIN
                self.look_ups.again(look_up, None if missed else timedelta())
                raise

    def _look(self, look_up: LookUp) -> None:
        since = _searched_since(look_up.owed_since)
        is_sent = look_up.doubtful_since is None
        if self.folder.find(look_up.letter.message_id, since=since):
            self.look_ups.found(look_up)
            if not is_sent:
                log.info(telemetry.LETTER_SENT, letter_id=look_up.number)
        elif is_sent:
            self.folder.keep(look_up.letter, at=look_up.left_at)
            self.passed(Instant.KEPT)
            self.look_ups.found(look_up)
        else:
            self._not_there(look_up, look_up.now - look_up.left_at)

    def _not_there(self, look_up: LookUp, waited: timedelta) -> None:
        if self.server_keeps and waited >= SURE_AFTER:
            self.look_ups.not_left(look_up)
            log.warning(telemetry.LETTER_DEFERRED, letter_id=look_up.number, seconds=0)
        else:
            self.look_ups.again(look_up, next_look(waited))


def next_look(waited: timedelta) -> timedelta | None:
    """When to look up again a letter that has been in doubt for that long; None for never."""
    return None if waited > LOOKED_UP_FOR else max(LOOK_UP_EVERY, waited / 8)


def _searched_since(owed_since: datetime) -> date:
    """The day before, since the server's days need not be ours."""
    return owed_since.date() - timedelta(days=1)
