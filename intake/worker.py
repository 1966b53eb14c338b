"""The loop: take what waits, process it, let the sources go, send what is due, wait.

One bad message never stops the poll, and an outage is survived: what cannot be reached is said once, tried again with
growing pauses, and work goes on by itself when it is back. SIGTERM ends the loop after the message in hand.
"""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, nullcontext, suppress
from dataclasses import dataclass
from datetime import timedelta
from types import FrameType

from intake import telemetry
from intake.alerts import DELIVERY, Outages, enqueue_alerts
from intake.app import App
from intake.erasing import keep_to_time
from intake.errors import (
    BlobsDeniedError,
    BlobsRefusedError,
    ClaimLostError,
    ContendedError,
    IntakeError,
    PermanentError,
    TransientError,
)
from intake.instants import Instant
from intake.memory import give_back_large
from intake.model import RawMessage, Source
from intake.offers import offer_due
from intake.outages import BLOBS_REFUSED, World, described
from intake.pages import publish
from intake.pipeline import Reading, begin, process, receive
from intake.placing import place
from intake.readiness import note_all
from intake.reminding import enqueue_due
from intake.telemetry import Stage
from storage.messages import INTERRUPTED, SUSPECTED, UNSUSPECTED
from storage.values import Claim, MessageStatus

PAUSE_AFTER_OUTAGE = timedelta(seconds=1)
"""Of a message; the worker itself leaves what it cannot reach alone for longer."""
PAUSE_AFTER_ERROR = timedelta(seconds=30)
PAUSE_AFTER_REFUSAL = timedelta(minutes=20)
"""Long enough for a person to mend the rights of a bucket before all mail is held."""
SENT_FOLDER = "sent folder"
RETENTION = "blobs, or the folder of receipts (retention)"
LARGE_OCTETS = 10_000_000
"""A message of this size is read alone: it takes several times as much memory."""
LONGEST_WAIT_SECONDS = 60.0
"""A worker that polls must say so again within its lease."""
LOOK_EVERY_SECONDS = 2.0
"""How soon work is noticed that another process left in the ledger."""
MOMENT_SECONDS = 0.05
DELIVER_EVERY_SECONDS = 2.0
REMIND_EVERY_SECONDS = 300.0
KEEP_EVERY_SECONDS = 3600.0
ALERT_EVERY_SECONDS = 60.0

log = telemetry.logger(__name__)


@dataclass(frozen=True, slots=True)
class Round:
    """What one round left undone: the parts of the world that could not be reached, and work that is left."""

    unreachable: tuple[str, ...]
    waiting: int
    unsent: int
    stopped: bool = False
    """Somebody asked for its end; the sources may hold more."""

    @property
    def clean(self) -> bool:
        """Everything that waited was taken or held, and everything that is due has left."""
        return not self.unreachable and not self.waiting and not self.stopped


class _Stopped(Exception):  # noqa: N818  # no error: somebody asked the worker to end
    """A signal came while the worker was only waiting."""


class Worker:
    """Works on one app until it is stopped."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._stopping = False
        self._waiting = False
        self.world = World()
        self._delivered_at = 0.0
        self._remind_at = 0.0
        self._keep_at = 0.0
        self._alert_at = 0.0
        self._alerted = Outages({}, frozenset(), frozenset())
        """What was looked at when the operator was last thought of."""
        self._begun: Reading | None = None
        self._polled: list[Source] = []
        """The sources that this worker looks into; others may have the rest."""
        self._shares = False
        """Whether other workers take a part of what this one receives."""

    # ------------------------------------------------------------ once

    def once(self, *, stoppable: bool = False) -> Round:
        """Take all that waits, end open bursts, send what is due.

        With `stoppable`, SIGTERM and SIGINT end it after the message in hand.
        """
        with self._signals() if stoppable else nullcontext():
            self._round(at_once=True)
        messages, letters = self._app.ledger.messages, self._app.ledger.letters
        return Round(
            self.world.unreachable, messages.waiting(), letters.unsent(), stopped=self._stopping
        )

    def take(self, raw: RawMessage, *, answerable: bool) -> MessageStatus:
        """Receive and process one message that came from no mailbox; raises what stops it."""
        desk, messages = self._app.desk, self._app.ledger.messages
        claim = receive(desk, raw, answerable=answerable).claim
        if claim is None:
            return MessageStatus.REPEATED
        taken: list[MessageStatus] = []
        own, octets = claim.number, raw.octets
        while claim is not None and not taken:
            with self._trying(claim, at_once=True):
                status = process(desk, claim, octets if claim.number == own else None)
                if claim.number == own:
                    taken.append(status)
            if not taken:  # it waits for another try, behind whatever waited before it
                claim = messages.claim(self._app.ledger.worker)
        return taken[0] if taken else MessageStatus.HELD

    # ------------------------------------------------------------ for ever

    def run(self) -> None:
        """Work until SIGTERM or SIGINT; the message in hand is finished first."""
        give_back_large()
        log.info(telemetry.WORKER_STARTED, worker_id=self._app.ledger.worker)
        with self._signals():
            while not self._stopping:
                with self._app.timed(Stage.ROUND):
                    self._round(at_once=False)
                with suppress(_Stopped):
                    self._wait()
        log.info(telemetry.WORKER_STOPPED, worker_id=self._app.ledger.worker)

    def _round(self, *, at_once: bool) -> None:
        self.world.begin_round()
        self._polled = []
        self._work(at_once=at_once)
        self.world.note_recoveries()
        self._alert(at_once=at_once)

    def _work(self, *, at_once: bool) -> None:
        with self.world.reaching("database"):
            self._app.ledger.beat()
            self._app.ledger.messages.take_over(self._app.ledger.worker)
            self._app.ledger.directory.resume_due()
            self._choose_sources(at_once=at_once)
            self._process_waiting(INTERRUPTED, at_once=at_once)  # before what came after it
        if self.world.failed_now("database"):
            return  # each further verb would wait for it as long again
        for source in self._polled:
            with self.world.reaching(source.name):
                self._drain(source, at_once=at_once)
        with self.world.reaching("database"):
            self._process_waiting(UNSUSPECTED, at_once=at_once)
        self._let_go(at_once=at_once)
        with self.world.reaching("database"):
            # After all that they could keep from being done.
            if self._process_waiting(SUSPECTED, at_once=at_once):
                self._let_go(at_once=at_once)

    def _let_go(self, *, at_once: bool) -> None:
        """Acknowledge what is settled, and send what is due."""
        for source in self._polled:
            with self.world.reaching(source.name):
                self._acknowledge(source)
        self._remind(at_once=at_once)
        self.finish(ends_bursts=at_once)
        self._keep_to_time(at_once=at_once)

    def _remind(self, *, at_once: bool) -> None:
        """Queue the reminders and digests that are due, every few minutes.

        Not while a mailbox is out of reach: what a client wrote may lie there.
        """
        is_time = at_once or time.monotonic() >= self._remind_at
        unread = any(source.name in self.world.unreachable for source in self._app.sources)
        if self._stopping or unread or self._cannot_work() or not is_time:
            return
        with self.world.reaching("database"):
            enqueue_due(self._app.settings, self._app.ledger, passed=self._app.passed)
            self._remind_at = time.monotonic() + REMIND_EVERY_SECONDS

    def _alert(self, *, at_once: bool) -> None:
        """Tell the operator what is wrong, or over: when an outage begins or ends, and every minute."""
        outages = self.world.outages()
        is_new = outages.refused != self._alerted.refused or outages.well & self._alerted.refused
        is_time = at_once or is_new or time.monotonic() >= self._alert_at
        if not is_time or self._stopping or self.world.failed_now("database"):
            return
        with self.world.reaching("database"):
            owed = enqueue_alerts(self._app.settings, self._app.ledger, outages)
            self._alerted, self._alert_at = outages, time.monotonic() + ALERT_EVERY_SECONDS
            if owed and not self.world.failed_now(DELIVERY):
                self._deliver(ends_bursts=at_once)

    def _choose_sources(self, *, at_once: bool) -> None:
        """One worker polls a source while all process what it receives; a single round asks nobody."""
        workers, worker = self._app.ledger.workers, self._app.ledger.worker
        for source in self._app.sources:
            if source.name in self.world.unreachable and not at_once:
                workers.leave_poll(source.name, worker)  # another one may reach it
            if at_once or (
                self.world.may_try(source.name) and workers.may_poll(source.name, worker)
            ):
                self._polled.append(source)
        self._shares = not at_once and workers.has_company(worker)

    def finish(self, *, ends_bursts: bool = True) -> None:
        """Offer new projects what is still fresh, send what is due, and write the pages of projects that have changed."""
        if not self._cannot_work() and self.world.may_try(BLOBS_REFUSED):
            self._offer()
        if not self.world.failed_now("database"):
            self._deliver(ends_bursts=ends_bursts)
        if not self._cannot_work() and self.world.may_try(BLOBS_REFUSED):
            self._publish()

    def _offer(self) -> None:
        """Copy what new projects are offered; their letters wait for it."""
        app = self._app
        with self.world.reaching("blobs", proves=False):
            try:
                offer_due(app.settings, app.ledger, app.blobs, passed=app.passed)
            except PermanentError as error:
                self.world.note_failure(BLOBS_REFUSED, error)

    def _publish(self) -> None:
        """Write the pages that are due. They go where documents go, so it is the same outage if they cannot."""
        with self.world.reaching("blobs", proves=False):
            if not self._app.ledger.unindexed():
                return
            app = self._app
            try:
                place(app.settings, app.ledger, app.blobs, passed=app.passed)
                publish(app.settings, app.ledger, app.blobs, passed=app.passed)
            except PermanentError as error:
                self.world.note_failure(BLOBS_REFUSED, error)
            else:
                self.world.note_success("blobs")

    def _keep_to_time(self, *, at_once: bool) -> None:
        """Remove what has been kept for long enough, every hour; one worker does it for all while it lives."""
        is_time = at_once or time.monotonic() >= self._keep_at
        if self._cannot_work() or self._stopping or not is_time:
            return
        app = self._app
        with self.world.reaching(RETENTION, proves=False):
            if at_once or app.ledger.workers.may_poll(RETENTION, app.ledger.worker):
                keep_to_time(
                    app.settings,
                    app.ledger,
                    app.blobs,
                    passed=app.passed,
                    stopping=lambda: self._stopping,
                )
                self.world.note_success(RETENTION)
            self._keep_at = time.monotonic() + KEEP_EVERY_SECONDS

    def _drain(self, source: Source, *, at_once: bool) -> None:
        """Receive and process what the source has: while one message is settled, the next one is being read."""
        known = self._app.ledger.messages.known_locators(source.name)
        try:
            for raw in source.fetch(known):
                with self.world.reaching("blobs", proves=False):
                    self._receive(raw, at_once=at_once)
                if self._stopping or self._cannot_work():
                    return
                self._app.ledger.beat()
                if not at_once and time.monotonic() - self._delivered_at > DELIVER_EVERY_SECONDS:
                    self._acknowledge(source)
                    self._deliver(ends_bursts=False)
                del raw  # while the next one is fetched, which may be large too
        finally:
            self._settle_begun(at_once=at_once)

    def _receive(self, raw: RawMessage, *, at_once: bool) -> None:
        """Receive one message and begin to read it. One whose octets the store refuses does not stop the others."""
        try:
            with self._app.timed(Stage.RECEIVE):
                receipt = receive(self._app.desk, raw, keeps=not self._shares)
        except PermanentError as error:
            self.world.note_failure(BLOBS_REFUSED, error)
            return
        if receipt.new:
            self.world.note_success("blobs")
        if receipt.claim is not None:
            self._begin(receipt.claim, raw.octets, at_once=at_once)

    def _process_waiting(self, deaths: range, *, at_once: bool) -> bool:
        """Process what was received before and not settled: by this worker, or one that is gone; whether there was any.

        Only messages with which so many workers died.
        """
        messages, worker = self._app.ledger.messages, self._app.ledger.worker
        found = False
        while not self._stopping and not self._cannot_work():
            claim = messages.claim(worker, deaths=deaths)
            if claim is None:
                if self._begun is None:
                    return found
                self._settle_begun(at_once=at_once)  # and look again: it may have to be tried again
                continue
            found = True
            self._app.passed(Instant.CLAIMED)
            with self.world.reaching("blobs", proves=False):
                self._begin(claim, None, at_once=at_once)
        self._settle_begun(at_once=at_once)
        return found

    def _cannot_work(self) -> bool:
        """Whether this round found out that messages can be neither stored nor settled."""
        return self.world.failed_now("blobs", "database", "scanner")

    def _begin(self, claim: Claim, octets: bytes | None, *, at_once: bool) -> None:
        """Open a message, then settle the one before it while a child reads this one's documents.

        One with which a worker has died is read alone, so that another death is counted on it and no other; so is a large one.
        """
        is_alone = claim.deaths > 0 or claim.size_octets >= LARGE_OCTETS
        if is_alone:
            self._settle_begun(at_once=at_once)
        reading: Reading | None = None
        with self._trying(claim, at_once=at_once), self._app.timed(Stage.READ):
            reading = begin(self._app.desk, claim, octets)
        self._settle_begun(at_once=at_once)
        self._begun = reading
        if is_alone:
            self._settle_begun(at_once=at_once)

    def _settle_begun(self, *, at_once: bool) -> None:
        """Settle the message that was begun, if there is one."""
        reading, self._begun = self._begun, None
        if reading is None:
            return
        number = reading.claim.number
        with (
            self.world.reaching("blobs", proves=False),
            self._trying(reading.claim, at_once=at_once),
            closing(reading),
        ):
            with self._app.timed(Stage.SETTLE):
                status = reading.settle()
            for what in ("scanner", "blobs"):  # each part has passed both, or was refused
                self.world.note_success(what)
            log.info(telemetry.MESSAGE_SETTLED, message_id=number, status=status)

    @contextmanager
    def _trying(self, claim: Claim, *, at_once: bool) -> Iterator[None]:
        """One try at a message: what it is to blame for is counted, what the world is to blame for is raised again."""
        messages = self._app.ledger.messages
        try:
            yield
        except ClaimLostError:
            log.warning(telemetry.CLAIM_LOST, message_id=claim.number)
        except ContendedError:
            messages.put_back(claim, pause=timedelta(seconds=1))
        except TransientError:
            messages.put_back(claim, pause=PAUSE_AFTER_OUTAGE)
            raise
        except BlobsDeniedError as error:
            self.world.note_failure(BLOBS_REFUSED, error)
            messages.put_back(
                claim, pause=timedelta(seconds=self.world.pause_seconds(BLOBS_REFUSED))
            )
        except BlobsRefusedError as error:
            self.world.note_failure(BLOBS_REFUSED, error)
            messages.fail(claim, described(error), pause=PAUSE_AFTER_REFUSAL)
        except Exception as error:  # anything can come out of a message: three tries, then a person
            log.exception(telemetry.MESSAGE_FAILED, message_id=claim.number)
            pause = timedelta() if at_once else PAUSE_AFTER_ERROR
            messages.fail(claim, described(error), pause=pause)

    def _acknowledge(self, source: Source) -> None:
        """Let the source go of what is settled."""
        settled = self._app.ledger.messages.settled(source.name)
        for held in (False, True):
            batch = [entry for entry in settled if entry.held is held]
            if batch:
                with self._app.timed(Stage.ACKNOWLEDGE):
                    source.acknowledge([entry.locator for entry in batch], held=held)
                self._app.passed(Instant.RELEASED)
        if settled:
            self._app.ledger.messages.acknowledged([entry.number for entry in settled])
            self._app.passed(Instant.ACKNOWLEDGED)

    def _deliver(self, *, ends_bursts: bool) -> None:
        self._delivered_at = time.monotonic()
        with self.world.reaching("database", proves=False):
            note_all(self._app.settings, self._app.ledger)
        if not ends_bursts and not self.world.may_try(DELIVERY):
            return
        with self.world.reaching(DELIVERY, proves=False):
            unsent = self._app.ledger.letters.unsent() if DELIVERY in self.world.unreachable else 0
            if not self._app.outbox.deliver_due(
                ends_bursts=ends_bursts, stopping=lambda: self._stopping
            ):
                raise TransientError("The sink does not take letters at the moment.")
            if not unsent or self._app.ledger.letters.unsent() < unsent:
                self.world.note_success(DELIVERY)  # else nothing was due: nobody asked the sink
        if ends_bursts or self.world.may_try(SENT_FOLDER):
            with self.world.reaching(SENT_FOLDER):  # an outage there stops no letter
                self._app.outbox.tend_sent(stopping=lambda: self._stopping)

    # ------------------------------------------------------------ waiting and outages

    def _wait(self) -> None:
        """Until a source has something, a letter is due, or it is time to look again."""
        until = time.monotonic() + LONGEST_WAIT_SECONDS
        try:
            while not self._stopping:
                seconds = min(self._patience(), until - time.monotonic())
                with self._interruptible():
                    heard = self._listen(max(MOMENT_SECONDS, min(seconds, LOOK_EVERY_SECONDS)))
                if heard or seconds <= LOOK_EVERY_SECONDS:
                    return
        except (IntakeError, OSError):
            with self._interruptible():
                time.sleep(1.0)  # the next round finds out what it is, and says so

    @contextmanager
    def _interruptible(self) -> Iterator[None]:
        """A signal ends at once what is done here. Asking the database is not: its driver takes that for an error of its own."""
        self._waiting = True
        try:
            yield
        finally:
            self._waiting = False

    def _listen(self, seconds: float) -> bool:
        """Whether one of this worker's sources has something, after this time at the latest."""
        reachable = [source for source in self._polled if source.name not in self.world.unreachable]
        if not reachable or self._cannot_work():
            time.sleep(seconds)
            return False
        return any(source.wait(seconds / len(reachable)) for source in reachable)

    def _patience(self) -> float:
        """How long to wait at the most, in seconds: less while something is out of reach or due soon."""
        again = self.world.seconds_until_next_try()
        longest = LONGEST_WAIT_SECONDS if again is None else max(MOMENT_SECONDS, again)
        if self._cannot_work():
            return longest
        try:
            due = self._app.ledger.seconds_until_due(
                letters=not self._app.settings.delivery.hold,
                sources=[
                    source.name
                    for source in self._polled
                    if source.name not in self.world.unreachable
                ],
            )
        except TransientError:
            return longest
        shortest = max(MOMENT_SECONDS, self.world.seconds_until_tried(DELIVERY))
        return longest if due is None else max(shortest, min(longest, due))

    @contextmanager
    def _signals(self) -> Iterator[None]:
        """SIGTERM and SIGINT end the loop: at once while it waits, else after the message in hand."""

        def stop(number: int, frame: FrameType | None) -> None:
            del number, frame
            self._stopping = True
            if self._waiting:
                raise _Stopped

        before = {number: signal.signal(number, stop) for number in (signal.SIGTERM, signal.SIGINT)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


def run_once(app: App) -> Round:
    """One round of work; see `Worker.once`."""
    return Worker(app).once()
