"""What of the world a worker cannot reach: said once, left alone for growing pauses, and said again when it is back.

A part of the world goes by its name: "database", "blobs", "scanner", "delivery", a source. Whether one has recovered is
decided at the end of a round: it may work for one message and fail for the next.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from intake import telemetry
from intake.alerts import Outages
from intake.errors import AccessRefusedError, ConfigError, DatabaseUnreachableError, IntakeError
from intake.scan import ScannerUnreachableError

BLOBS_REFUSED = "blobs (refused)"
"""What a store is called that answers, and will not take or give something; the others go on."""
FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 2.0, 300.0
FIRST_PAUSE_REFUSED_SECONDS, LONGEST_PAUSE_REFUSED_SECONDS = 60.0, 900.0
"""Where a login was refused: some servers lock an account that is tried too often."""

log = telemetry.logger(__name__)


class World:
    """What could be reached, and what could not."""

    def __init__(self) -> None:
        self._failures: dict[str, int] = {}
        self._failed_now: set[str] = set()
        """What could not be reached in this round."""
        self._proved_now: set[str] = set()
        """What was seen to work in this round."""
        self._refused: set[str] = set()
        """What did not let us in when we last asked."""
        self._away_since: dict[str, datetime] = {}
        self._again_at: dict[str, float] = {}
        self._round_began_at = 0.0

    @property
    def unreachable(self) -> tuple[str, ...]:
        """What was out of reach when it was last asked."""
        return tuple(self._failures)

    def begin_round(self) -> None:
        """From here on it is seen anew what works."""
        self._failed_now.clear()
        self._proved_now.clear()
        self._round_began_at = time.monotonic()

    def failures(self, name: str) -> int:
        """How many rounds in a row failed to reach it."""
        return self._failures.get(name, 0)

    def failed_now(self, *names: str) -> bool:
        """Whether one of these could not be reached in this round."""
        return not self._failed_now.isdisjoint(names)

    def may_try(self, name: str) -> bool:
        """Whether a part of the world works, or has been left alone for long enough."""
        return time.monotonic() >= self._again_at.get(name, 0.0)

    def pause_seconds(self, name: str) -> float:
        """How long to leave a part of the world alone: 0 while it works, longer with each round that fails."""
        return pause_seconds(self.failures(name), refused=name in self._refused)

    def seconds_until_tried(self, name: str) -> float:
        """How long something is left alone from now on; 0 where it may be tried."""
        return max(0.0, self._again_at.get(name, 0.0) - time.monotonic())

    def seconds_until_next_try(self) -> float | None:
        """How long from now until something that is out of reach is tried; None where nothing is to be waited for.

        What was due when the round began, and was not tried, waits for something else.
        """
        moments = [self._again_at[name] for name in self._failures if name in self._again_at]
        return min(
            (at - time.monotonic() for at in moments if at > self._round_began_at), default=None
        )

    @contextmanager
    def reaching(self, name: str, *, proves: bool = True) -> Iterator[None]:
        """Survive an outage of one part of the world; one log line for each change of its state.

        `proves` says that coming to the end of the block shows that it works.
        """
        try:
            yield
        except ConfigError:
            raise
        except DatabaseUnreachableError as error:
            self.note_failure("database", error)
            return
        except ScannerUnreachableError as error:
            self.note_failure("scanner", error)
            return
        except (IntakeError, OSError) as error:
            self.note_failure(name, error)
            return
        if proves:
            self.note_success(name)

    def note_success(self, name: str) -> None:
        """It was seen to work."""
        self._proved_now.add(name)

    def note_failure(self, name: str, error: IntakeError | OSError) -> None:
        """Count it once a round, however many messages it hits: the pause grows with the rounds."""
        again = name in self._failed_now
        self._failed_now.add(name)
        if not again:
            self._failures[name] = self.failures(name) + 1
            refused = isinstance(error, AccessRefusedError)
            (self._refused.add if refused else self._refused.discard)(name)
        self._again_at[name] = time.monotonic() + self.pause_seconds(name)
        if not again and self._failures[name] == 1:
            log.error(telemetry.UNREACHABLE, what=name, reason=described(error))

    def note_recoveries(self) -> None:
        """What worked in this round and failed at nothing is back. So is a store that nothing was refused by at its turn."""
        proved = set(self._proved_now)
        if self._again_at.get(BLOBS_REFUSED, 0.0) <= self._round_began_at:
            proved.add(BLOBS_REFUSED)
        for name in self.unreachable:
            if name in proved and name not in self._failed_now:
                del self._failures[name]
                log.info(telemetry.RECOVERED, what=name)

    def outages(self) -> Outages:
        """What is out of reach and what surely works, without the database: where that is away, nothing can be queued."""
        now = datetime.now(UTC)
        self._away_since = {
            name: self._away_since.get(name, now) for name in self._failures if name != "database"
        }
        proved = self._proved_now | ({BLOBS_REFUSED} if "blobs" in self._proved_now else set())
        refused = self._away_since.keys() & {*self._refused, BLOBS_REFUSED}
        return Outages(
            dict(self._away_since), frozenset(refused), frozenset(proved - self._failures.keys())
        )


def pause_seconds(failures: int, *, refused: bool) -> float:
    """How long to leave a part of the world alone after so many failures in a row; `refused`: it did not let us in."""
    if not failures:
        return 0.0
    first, longest = FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS
    if refused:
        first, longest = FIRST_PAUSE_REFUSED_SECONDS, LONGEST_PAUSE_REFUSED_SECONDS
    return min(first * 2.0 ** min(failures - 1, 16), longest)


def described(error: BaseException) -> str:
    """Our own errors in their words, which hold ids only; others by type alone: their texts may hold anything."""
    return str(error) if isinstance(error, IntakeError) else type(error).__name__
