"""The commands that need the whole desk: mailboxes, blobs, ledger and delivery, as `intake.app` puts them together.

Each is one call and what is shown of it. The returned number is the exit code: 0 done, 1 something is wrong with the
world.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

from intake import telemetry
from intake.app import open_blobs
from intake.cli import tables
from intake.cli.reading import NO_MESSAGE
from intake.cli.records import open_ledger
from intake.cli.terminal import progress, settings, show, warn
from intake.errors import ConfigError, TransientError
from intake.model import HoldId, Kind, Token
from intake.review import Reviewer
from intake.sources.files import FileSource
from storage.ledger import Ledger
from storage.restoring import mark_as_copy


def check(config: Path | None) -> int:
    """Try everything that is configured, and show each line as it comes."""
    from intake import checkup

    works = True
    for line in checkup.check(settings(config)):
        works = works and line.works
        show(tables.check(line))
    return 0 if works else 1


def migrate(config: Path | None, *, restored: bool) -> None:
    """Create or upgrade the database; `restored` says that it was put back from a backup."""
    ledger = Ledger(settings(config).database.url)
    try:
        before = ledger.database.revision()
        ledger.database.migrate()
        after = ledger.database.revision()
        if restored:
            mark_as_copy(ledger.database)
    finally:
        ledger.close()
    show(f"The database is at revision {after}{' already' if before == after else ' now'}.")
    if restored:
        show("Letters that may have left before are doubted when the next worker starts.")


def worker(config: Path | None, *, once: bool) -> int:
    """Work until stopped, or once through; then say what could not be reached and what is left."""
    from intake.app import open_app
    from intake.metrics import Metrics
    from intake.monitor import monitored
    from intake.worker import Worker

    decided, metrics = settings(config), Metrics()
    telemetry.configure(heard=metrics.heard)
    with open_app(decided, timed=metrics.timed) as app:
        if not once:
            with monitored(app, metrics, bind=decided.metrics.bind):
                Worker(app).run()
            return 0
        left = Worker(app).once(stoppable=True)
    if left.unreachable:
        warn(f"Could not reach: {', '.join(left.unreachable)}. Run `intake check`.")
    if left.stopped:
        warn("Stopped after the message in hand. Nothing is lost: run the command again to go on.")
    if left.waiting:
        warn(f"{left.waiting} messages wait for the next round.")
    return 0 if left.clean else 1


def receive(paths: Sequence[Path], config: Path | None, *, answer: bool) -> None:
    """Take the messages in files and settle each; say how many ended how. Letters leave only if they are asked for."""
    from intake.app import open_app
    from intake.pages import publish
    from intake.worker import Worker

    decided = settings(config)
    source = FileSource(paths, max_message_octets=decided.limits.message_octets)
    total = source.count()
    if total == 0:
        raise ConfigError(NO_MESSAGE)
    telemetry.configure(level=logging.WARNING)
    counts: Counter[str] = Counter()
    with open_app(decided) as app:
        working = Worker(app)
        for raw in progress(source.fetch(frozenset()), total=total, label="Receiving"):
            counts[working.take(raw, answerable=answer)] += 1
        publish(app.settings, app.ledger, app.blobs)
        taken = not answer or app.outbox.deliver_due(ends_bursts=True)
    show(tables.received(counts))
    if not taken:
        raise TransientError("The answers wait: the delivery does not take letters at the moment.")


def accept(number: HoldId, config: Path | None) -> None:
    """A person's yes."""
    with _reviewer(config) as reviewer:
        reviewer.accept(number)
    show(f"{number}: accepted.")


def relabel(number: HoldId, kind: Kind, config: Path | None) -> None:
    """A person's word on what a document is."""
    with _reviewer(config) as reviewer:
        reviewer.relabel(number, kind)
    show(f"{number}: is a {kind} now.")


def reassign(number: HoldId, token: Token, config: Path | None) -> None:
    """A person's word on which project something is for."""
    with _reviewer(config) as reviewer:
        reviewer.reassign(number, token)
    show(f"{number}: is for {token} now.")


def release(number: HoldId, config: Path | None) -> None:
    """A person's word that a held message may be processed, or a letter may leave."""
    with _reviewer(config) as reviewer:
        reviewer.release(number)
    show(f"{number}: released, the worker takes it up.")


def reject(number: HoldId, reason: str, config: Path | None) -> None:
    """A person's no."""
    with _reviewer(config) as reviewer:
        reviewer.reject(number, reason=reason)
    show(f"{number}: rejected. Nothing was deleted.")


@contextmanager
def _reviewer(config: Path | None) -> Iterator[Reviewer]:
    """Who decides; no mailbox and no delivery is needed for that."""
    from intake.reader import Reader, reader_settings

    decided = settings(config)
    with open_ledger(decided) as ledger, closing(Reader(reader_settings(decided))) as reader:
        yield Reviewer(decided, ledger, open_blobs(decided), reader)


def demo(keep: Path | None) -> int:
    """The whole loop on this machine."""
    from intake.demo import run

    return run(keep=keep)
