"""The figures of one worker, in a Prometheus registry of its own: counted from its events, timed, and read off the ledger.

Labels are words of ours out of closed sets; no id, name or address becomes one. The ledger is read when somebody asks, by
a thread of its own that is waited for only so long: a database that is away costs its figures, never the others.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, Info
from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from intake import __version__, telemetry
from intake.errors import IntakeError
from intake.health import OwnState
from intake.model import Fate, LetterKind
from intake.telemetry import Stage
from storage.health import Figures, Health
from storage.values import HoldSubject, MessageStatus

PATIENCE_SECONDS = 3.0
"""How long the ledger's figures are waited for; Prometheus itself gives up after ten."""
MOST_UNCOUNTED = 10_000
"""Of how many messages the parts are remembered until somebody asks for figures."""
_BUCKETS = (0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0, 100.0)
_OUTCOMES = {
    telemetry.LETTER_SENT: "sent",
    telemetry.LETTER_DEFERRED: "deferred",
    telemetry.LETTER_DOUBTFUL: "doubtful",
    telemetry.LETTER_FAILED: "failed",
    telemetry.LETTER_DROPPED: "dropped",
}


class Metrics:
    """What one worker counts. `heard` is for `telemetry.configure`, `timed` for `open_app`."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry(auto_describe=True)
        registry = self.registry
        Info("intake_build", "The program.", registry=registry).info({"version": __version__})
        self._messages = Counter(
            "intake_messages", "Messages settled.", ["status"], registry=registry
        )
        self._parts = Counter(
            "intake_parts", "Parts of settled messages.", ["fate"], registry=registry
        )
        self._letters = Counter(
            "intake_letters", "Letters, by outcome.", ["kind", "outcome"], registry=registry
        )
        self._tries = Counter(
            "intake_failed_tries", "Tries at a message that failed.", registry=registry
        )
        self._lost = Counter(
            "intake_lost_claims", "Claims that another worker took.", registry=registry
        )
        self._seconds = Histogram(
            "intake_stage_seconds",
            "Seconds by stage.",
            ["stage"],
            buckets=_BUCKETS,
            registry=registry,
        )
        self._moved = Gauge(
            "intake_heartbeat_timestamp_seconds", "When the worker last moved.", registry=registry
        )
        self._away = Gauge(
            "intake_unreachable", "1 where it cannot be reached.", ["what"], registry=registry
        )
        self._unreachable: dict[str, datetime] = {}
        self._uncounted: deque[int] = deque(maxlen=MOST_UNCOUNTED)
        self._moved_at = datetime.now(UTC)
        self._move()
        for status in set(MessageStatus) - {MessageStatus.WAITING}:
            self._messages.labels(status)
        for fate in Fate:
            self._parts.labels(fate)

    def heard(self, event: str, fields: Mapping[str, object]) -> None:
        """Count an event. What is not counted is passed over."""
        self._move()
        match event:
            case telemetry.MESSAGE_SETTLED:
                self._settled(fields.get("status"), fields.get("message_id"))
            case telemetry.MESSAGE_FAILED:
                self._tries.inc()
            case telemetry.CLAIM_LOST:
                self._lost.inc()
            case telemetry.UNREACHABLE:
                what = str(fields.get("what"))
                self._unreachable = self._unreachable | {what: datetime.now(UTC)}
                self._away.labels(what).set(1)
            case telemetry.RECOVERED:
                what = str(fields.get("what"))
                self._unreachable = {
                    name: since for name, since in self._unreachable.items() if name != what
                }
                self._away.labels(what).set(0)
            case _:
                self._letter(event, fields.get("kind"))

    @contextmanager
    def timed(self, stage: Stage) -> Iterator[None]:
        """Measure a block; its end shows that the worker moves."""
        began = time.perf_counter()
        try:
            yield
        finally:
            self._seconds.labels(stage).observe(time.perf_counter() - began)
            self._move()

    def own_state(self) -> OwnState:
        """What the worker knows of itself now."""
        return OwnState(datetime.now(UTC), self._moved_at, self._unreachable)

    def count_parts(self, figures: Figures) -> None:
        """Ask the ledger what became of the parts of the messages settled since the last time."""
        numbers = [self._uncounted.popleft() for _ in range(len(self._uncounted))]
        try:
            found = figures.fates(numbers) if numbers else {}
        except IntakeError:
            self._uncounted.extendleft(reversed(numbers))
            raise
        for fate, count in found.items():
            self._parts.labels(fate).inc(count)

    def _settled(self, status: object, number: object) -> None:
        if isinstance(status, MessageStatus) and isinstance(number, int):
            self._messages.labels(status).inc()
            self._uncounted.append(number)

    def _letter(self, event: str, kind: object) -> None:
        if event in _OUTCOMES and isinstance(kind, LetterKind):
            self._letters.labels(kind, _OUTCOMES[event]).inc()

    def _move(self) -> None:
        self._moved_at = datetime.now(UTC)
        self._moved.set(self._moved_at.timestamp())


class Glance:
    """Reads the ledger's health for whoever asks: one reading at a time, waited for no longer than `patience_seconds`."""

    def __init__(
        self, read: Callable[[], Health], *, patience_seconds: float = PATIENCE_SECONDS
    ) -> None:
        self._read = read
        self._patience_seconds = patience_seconds
        self._lock = threading.Lock()
        self._reading: threading.Thread | None = None
        self._seen: Health | None = None

    def __call__(self) -> Health | None:
        """The health now; None where the ledger does not say, or not soon enough."""
        with self._lock:
            reading = self._reading
            if reading is None or not reading.is_alive():
                reading = threading.Thread(target=self._look, name="glance", daemon=True)
                self._reading = reading
                reading.start()
        reading.join(self._patience_seconds)
        return None if reading.is_alive() else self._seen

    def _look(self) -> None:
        try:
            self._seen = self._read()
        except Exception:  # noqa: BLE001  # whatever a database driver raises, the other figures are served
            self._seen = None


class Everything(Collector):
    """All figures of a scrape: the ledger's, read anew, then the worker's own."""

    def __init__(self, own: Collector, glance: Callable[[], Health | None]) -> None:
        self._own = own
        self._glance = glance

    def collect(self) -> Iterator[Metric]:
        """The figures; of the ledger's only `intake_ledger_up 0` where it does not answer."""
        health = self._glance()
        yield _gauge("ledger_up", "1 where the ledger answers.", 0 if health is None else 1)
        if health is not None:
            yield from _gauges(health)
        yield from self._own.collect()


def _gauges(health: Health) -> Iterator[Metric]:
    yield _gauge("waiting_messages", "Messages that wait.", health.waiting)
    yield _age(
        "oldest_waiting_seconds", "Age of the oldest of them.", health, health.oldest_waiting
    )
    yield _gauge("waiting_tries", "Tries at them that failed.", health.tries)
    yield _gauge("waiting_deaths", "Workers that died over them.", health.deaths)
    yield _gauge("unsent_letters", "Letters that are due.", health.unsent)
    yield _age("oldest_unsent_seconds", "Age of the oldest of them.", health, health.oldest_unsent)
    yield _gauge("unsent_attempts", "Deliveries of them put off.", health.attempts)
    yield _gauge("doubtful_letters", "Letters that may have left.", health.doubtful)
    yield _gauge("workers", "Workers that live and move.", health.workers)
    seen = health.last_seen.timestamp() if health.last_seen else 0.0
    yield _gauge("last_seen_timestamp_seconds", "When any worker last moved.", seen)
    held = GaugeMetricFamily("intake_held", "What waits for a person.", labels=["what"])
    counts = dict(health.held)
    for what in HoldSubject:
        held.add_metric([what], counts.get(what, 0))
    yield held


def _gauge(name: str, says: str, value: float) -> Metric:
    return GaugeMetricFamily(f"intake_{name}", says, value=value)


def _age(name: str, says: str, health: Health, since: datetime | None) -> Metric:
    age = 0.0 if since is None else max(0.0, (health.now - since).total_seconds())
    return _gauge(name, says, age)
