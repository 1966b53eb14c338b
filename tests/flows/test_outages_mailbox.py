"""A mailbox that is cut, stopped, silent or slow: its mail is filed and answered once, and by itself, when it is back."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from structlog.typing import EventDict

from intake import outages
from intake.app import App
from intake.demo import documents
from intake.reader import Reader
from intake.sources.imap import ImapSettings, ImapSource
from intake.worker import Worker
from tests import servers
from tests.desks import FREELANCER, TODAY, Wiring, imap_source, letter
from tests.maildesks import MailDesk, at_work, mail_desk
from tests.outages import (
    BAR,
    changes,
    log_of_the_worker,
    once_each,
    record,
    told,
    tries,
    while_at_work,
)
from tests.proxy import Proxy, Towards, proxy

MAIL = letter(sender=f"Fay <{FREELANCER}>", attach=[documents.investor_deck(TODAY)])
"""A freelancer's, so that one letter answers it."""
SOURCE = "sources[0]"
pytestmark = [
    pytest.mark.proof,
    pytest.mark.dovecot,
    pytest.mark.usefixtures("telemetry_as_before"),
]


@dataclass(frozen=True, slots=True)
class Stage:
    """A desk whose mailbox is behind a proxy."""

    desk: MailDesk
    app: App
    account: servers.ImapAccount
    proxy: Proxy
    events: Sequence[EventDict]

    def done(self) -> bool:
        """Whether the one message is in the done folder and its one answer has left."""
        return len(self.account.messages("Intake/Done")) == 1 and len(self.desk.letters()) == 1

    def said(self) -> list[tuple[str, str]]:
        return told(self.events)


@pytest.fixture
def stage(
    tmp_path: Path,
    reader: Reader,
    dovecot_server: servers.Dovecot,
    telemetry_as_before: None,
) -> Iterator[Stage]:
    del telemetry_as_before
    account = dovecot_server.account()
    with ExitStack() as stack:
        between = stack.enter_context(proxy(account.port))
        wiring = Wiring(source=imap_source(between.port, account.username, account.password))
        desk = mail_desk(tmp_path, wiring)
        app = stack.enter_context(at_work(desk, reader))
        source = ImapSource(hasty(between.port, account))
        stack.callback(source.close)
        events = stack.enter_context(log_of_the_worker())
        yield Stage(desk, replace(app, sources=(source,)), account, between, events)


def hasty(port: int, account: servers.ImapAccount, *, password: str | None = None) -> ImapSettings:
    """Short of patience with silence, so that a test need not wait for minutes."""
    return ImapSettings(
        "127.0.0.1",
        account.username,
        password or account.password,
        name=SOURCE,
        port=port,
        security="plain",
        connect_timeout_seconds=1.0,
        read_timeout_seconds=1.0,
        idle_renew_seconds=2.0,
    )


def arrive(stage: Stage) -> None:
    stage.account.append(MAIL)


def go_away_while_idling(stage: Stage) -> None:
    stage.proxy.refuse()
    arrive(stage)


def cut_in_the_middle_of_a_literal(stage: Stage) -> None:
    stage.proxy.cut_at(b"{", Towards.CLIENT, passing=True, stays_down=True)
    stage.proxy.cut_after(len(MAIL) // 2, Towards.CLIENT, stays_down=True)
    arrive(stage)


def cut_before_the_move(stage: Stage) -> None:
    stage.proxy.cut_at(b"UID MOVE", Towards.SERVER, passing=False, stays_down=True)
    arrive(stage)


def cut_after_the_move(stage: Stage) -> None:
    stage.proxy.cut_at(b"UID MOVE", Towards.SERVER, passing=True, stays_down=True)
    arrive(stage)


def fall_silent(stage: Stage) -> None:
    stage.proxy.swallow()
    arrive(stage)


OUTAGES = [
    go_away_while_idling,
    cut_in_the_middle_of_a_literal,
    cut_before_the_move,
    cut_after_the_move,
    fall_silent,
]


@pytest.mark.parametrize("begin", OUTAGES, ids=lambda begin: begin.__name__)
def test_a_mailbox_that_was_away_is_emptied_once_it_is_back(
    stage: Stage, begin: Callable[[Stage], None]
) -> None:
    survived = while_at_work(
        stage.app,
        lambda watched: watched.survive(
            SOURCE, begin=lambda: begin(stage), end=stage.proxy.mend, done=stage.done
        ),
        stage.events,
    )

    record(f"IMAP: {begin.__name__}".replace("_", " "), survived)
    assert survived.ratio <= BAR
    assert stage.said() == once_each(SOURCE)
    assert tries(stage.app.ledger) == [0]
    assert (len(stage.account.messages()), len(stage.desk.letters())) == (0, 1)


def test_a_server_that_was_killed_is_used_again_when_it_runs(
    tmp_path: Path, reader: Reader, telemetry_as_before: None
) -> None:
    del telemetry_as_before
    with ExitStack() as stack:
        server = stack.enter_context(servers.dovecot())
        account = server.account()
        wiring = Wiring(source=imap_source(account.port, account.username, account.password))
        desk = mail_desk(tmp_path, wiring)
        app = stack.enter_context(at_work(desk, reader))
        events = stack.enter_context(log_of_the_worker())

        def end() -> None:
            server.start()
            account.append(MAIL)

        survived = while_at_work(
            app,
            lambda watched: watched.survive(
                SOURCE,
                begin=server.kill,
                end=end,
                done=lambda: len(account.messages("Intake/Done")) == len(desk.letters()) == 1,
            ),
            events,
        )

    record("IMAP: server killed and started", survived)
    assert survived.ratio <= BAR
    assert told(events) == once_each(SOURCE)


def test_a_refused_login_is_tried_seldom_and_mail_is_taken_once_it_is_right(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outages, "FIRST_PAUSE_REFUSED_SECONDS", 5.0)
    wrong = ImapSource(hasty(stage.proxy.port, stage.account, password="wrong"))
    [line] = wrong.check()
    arrive(stage)
    before = stage.proxy.connections

    def put_right() -> None:
        wrong._settings = hasty(stage.proxy.port, stage.account)

    with closing(wrong):
        survived = while_at_work(
            replace(stage.app, sources=(wrong,)),
            lambda watched: watched.survive(
                SOURCE, begin=lambda: None, end=put_right, done=stage.done
            ),
            stage.events,
        )

    record("IMAP: login refused (pause shortened from 60 s)", survived)
    assert stage.proxy.connections - before == 3  # two refused, one right
    assert survived.ratio <= BAR
    assert (line.works, "check username and password" in line.advice) == (False, True)
    assert "check username and password" in changes(stage.events)[0].reason
    assert stage.said() == once_each(SOURCE)


def test_a_message_that_comes_slowly_but_steadily_is_not_given_up(stage: Stage) -> None:
    stage.account.append(letter(sender=f"Fay <{FREELANCER}>", text="Only words.\n" * 400))
    stage.proxy.drip(2_000)

    left = Worker(stage.app).once()  # three times as long as the source waits for silence

    assert left.clean
    assert stage.said() == []
    assert stage.done()


def test_a_message_that_was_cut_off_in_the_middle_is_taken_once_in_the_next_round(
    stage: Stage,
) -> None:
    arrive(stage)
    stage.proxy.cut_after(len(MAIL) // 2, Towards.CLIENT)
    working = Worker(stage.app)

    outage = working.once()
    left = working.once()

    assert (outage.unreachable, left.clean, stage.done()) == ((SOURCE,), True, True)
    assert stage.said() == once_each(SOURCE)
    assert tries(stage.app.ledger) == [0]
