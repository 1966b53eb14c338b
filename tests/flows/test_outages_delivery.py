"""A mail server for letters that is away, silent or busy: letters wait, leave once, or are shown as doubtful."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest
from structlog.typing import EventDict

from intake.app import App
from intake.demo import documents
from intake.outbox import PAUSES
from intake.reader import Reader
from intake.sinks.smtp import SmtpSettings, SmtpSink
from intake.worker import Worker
from tests import servers
from tests.desks import FREELANCER, TODAY, Wiring, letter, smtp_delivery
from tests.maildesks import Later, MailDesk, at_work, mail_desk
from tests.outages import BAR, log_of_the_worker, once_each, record, told, tries, while_at_work
from tests.proxy import Proxy, Towards, proxy

MAIL = letter(sender=f"Fay <{FREELANCER}>", attach=[documents.investor_deck(TODAY)])
pytestmark = [pytest.mark.proof, pytest.mark.usefixtures("telemetry_as_before")]


@dataclass(frozen=True, slots=True)
class Stage:
    """A desk whose sink is behind a proxy, and a clock to move."""

    desk: MailDesk
    app: App
    proxy: Proxy
    sink: servers.SmtpSink
    clock: Later
    events: Sequence[EventDict]

    def doubtful(self) -> int:
        return len(self.app.ledger.letters.doubtful_ones())

    def left(self) -> bool:
        """Whether the message was let go and its letter was taken."""
        return self.desk.done() == ["1"] and len(self.sink.letters) == 1


@pytest.fixture
def stage(
    tmp_path: Path, reader: Reader, smtp_sink: servers.SmtpSink, telemetry_as_before: None
) -> Iterator[Stage]:
    del telemetry_as_before
    with ExitStack() as stack:
        between = stack.enter_context(proxy(smtp_sink.port))
        desk = mail_desk(tmp_path, Wiring(delivery=smtp_delivery(between.port)))
        clock = Later()
        app = stack.enter_context(at_work(desk, reader, clock=clock))
        sink = SmtpSink(
            SmtpSettings(
                "127.0.0.1",
                between.port,
                "plain",
                timeout_seconds=1.0,
                answer_timeout_seconds=1.0,
            )
        )
        stack.callback(sink.close)
        app = replace(app, outbox=replace(app.outbox, sink=sink))
        events = stack.enter_context(log_of_the_worker())
        yield Stage(desk, app, between, smtp_sink, clock, events)


def refuse_connections(stage: Stage) -> None:
    stage.proxy.refuse()


def fall_silent(stage: Stage) -> None:
    stage.proxy.swallow()


@pytest.mark.parametrize(
    "begin",
    [refuse_connections, fall_silent],
    ids=lambda begin: begin.__name__,
)
def test_a_letter_leaves_once_when_the_server_is_back(
    stage: Stage, begin: Callable[[Stage], None]
) -> None:
    def away() -> None:
        begin(stage)
        stage.desk.post(MAIL)

    survived = while_at_work(
        stage.app,
        lambda worker: worker.survive(
            "delivery", begin=away, end=stage.proxy.mend, done=stage.left
        ),
        stage.events,
    )

    record(f"SMTP: {begin.__name__}".replace("_", " "), survived)
    assert survived.ratio <= BAR
    assert told(stage.events) == once_each("delivery")
    assert tries(stage.app.ledger) == [0]
    assert (len(stage.sink.letters), stage.doubtful()) == (1, 0)


def test_a_letter_that_was_cut_off_before_its_text_leaves_after_its_own_pause(
    stage: Stage,
) -> None:
    stage.proxy.cut_at(b"DATA\r\n", Towards.SERVER, passing=False)
    stage.desk.post(MAIL)
    working = Worker(stage.app)
    outage = working.once()

    stage.clock.by = timedelta(seconds=PAUSES[0] + 1)
    left = working.once()

    assert (outage.unreachable, outage.unsent) == (("delivery",), 1)
    assert (left.unreachable, left.unsent) == ((), 0)
    assert told(stage.events) == once_each("delivery")
    assert (len(stage.sink.letters), stage.doubtful()) == (1, 0)


@pytest.mark.parametrize(
    ("word", "passing", "taken"),
    [(b"\r\n.\r\n", True, 1), (b"Message-ID:", False, 0)],
    ids=[
        "after the final dot",
        "in the middle of a short letter, which is in the socket as a whole",
    ],
)
def test_a_letter_whose_answer_was_cut_off_is_doubtful_and_leaves_no_second_time(
    stage: Stage, word: bytes, taken: int, *, passing: bool
) -> None:
    stage.proxy.cut_at(word, Towards.SERVER, passing=passing)
    stage.desk.post(MAIL)

    Worker(stage.app).once()
    stage.clock.by = timedelta(hours=6)
    Worker(stage.app).once()

    assert (len(stage.sink.letters), stage.doubtful()) == (taken, 1)


@pytest.mark.parametrize("reply", ["421 4.3.2 closing", "451 4.7.1 later"])
def test_a_letter_that_was_put_off_for_hours_is_taken_once(stage: Stage, reply: str) -> None:
    stage.sink.mail_reply = reply
    stage.desk.post(MAIL)
    working = Worker(stage.app)
    for pause in (0, *PAUSES):
        stage.clock.by += timedelta(seconds=pause + 1)
        working.once()
    waiting = stage.app.ledger.letters.unsent()
    stage.sink.mail_reply = "250 OK"

    stage.clock.by += timedelta(seconds=PAUSES[-1] + 1)
    left = working.once()

    assert (waiting, left.unsent, left.unreachable) == (1, 0, ())
    assert len(stage.sink.letters) == 1
