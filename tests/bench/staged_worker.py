"""One round of a worker with a clock around each stage; prints the seconds as one JSON object. For `whole_loop`."""

from __future__ import annotations

import json
import os
import sys
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import ParamSpec, TypeVar

from intake import worker
from intake.app import open_app
from intake.config import load
from intake.guard import Channel
from intake.outbox import Outbox
from intake.pipeline import Reading
from intake.reader import OpenMessage
from intake.sinks.smtp import SmtpSink
from intake.sources.imap_session import ImapSession
from storage.blobs.s3 import S3BlobStore
from storage.database import Database
from storage.letters import Letters
from storage.messages import Messages

P = ParamSpec("P")
R = TypeVar("R")
spent: dict[str, float] = defaultdict(float)


def clocked(name: str, function: Callable[P, R]) -> Callable[P, R]:
    """The function, its time added to a stage's."""

    def timed(*args: P.args, **kwargs: P.kwargs) -> R:
        began = time.perf_counter()
        try:
            return function(*args, **kwargs)
        finally:
            spent[name] += time.perf_counter() - began

    return timed


def main() -> None:
    for owner, method, name in (
        (ImapSession, "bodies", "fetch"),
        (ImapSession, "move", "acknowledge"),
        (S3BlobStore, "put", "put (four threads)"),
        (Messages, "receive", "ledger: receive"),
        (Messages, "settle", "ledger: settle"),
        (Letters, "claim", "ledger: claim letter"),
        (Letters, "freeze", "ledger: freeze letter"),
        (Letters, "sent", "ledger: letter sent"),
        (OpenMessage, "_start", "child: start, parse, unpack"),
        (Channel, "receive", "waiting for the child"),
        (Outbox, "_composed", "compose"),
        (SmtpSink, "send", "send"),
        (Database, "now", "ledger: clock"),
        (worker, "receive", "= receive"),
        (worker, "begin", "= begin"),
        (Reading, "settle", "= settle"),
        (worker, "publish", "= pages"),
        (Outbox, "deliver_due", "= deliver"),
    ):
        setattr(owner, method, clocked(name, getattr(owner, method)))
    with open_app(load(Path(sys.argv[1]), os.environ)) as app:
        app.desk.reader.warm()
        began = time.perf_counter()
        left = worker.Worker(app).once()
        total = time.perf_counter() - began
    if not left.clean:
        raise SystemExit(f"work is left: {left}")
    sys.stdout.write(json.dumps({"total": total, **spent}) + "\n")


if __name__ == "__main__":
    main()
