"""The network goes away as a whole and comes back: a loopback that goes down, in a network namespace of its own."""

from __future__ import annotations

import ctypes
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, closing
from dataclasses import replace
from pathlib import Path

import pytest

from intake.demo import documents
from intake.reader import Reader
from intake.sources.imap import ImapSettings, ImapSource
from tests import servers
from tests.desks import FREELANCER, TODAY, Wiring, imap_source, letter
from tests.maildesks import at_work, mail_desk
from tests.outages import BAR, log_of_the_worker, once_each, record, told, tries, while_at_work

MAIL = letter(sender=f"Fay <{FREELANCER}>", attach=[documents.investor_deck(TODAY)])
SOURCE = "sources[0]"
_CLONE_NEWNET = 0x40000000  # unshare(2)


@pytest.fixture
def own_network() -> Iterator[None]:
    """This thread, and whatever it starts from now on, has a network of its own that holds nothing but a loopback."""
    libc = ctypes.CDLL(None, use_errno=True)
    before = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
    try:
        if shutil.which("ip") is None or libc.unshare(_CLONE_NEWNET) != 0:
            pytest.skip("needs the right to make a network namespace, and the program ip")
        try:
            loopback("up")
            yield
        finally:
            assert libc.setns(before, _CLONE_NEWNET) == 0
    finally:
        os.close(before)


def loopback(state: str) -> None:
    subprocess.run(["ip", "link", "set", "lo", state], check=True)


def deliver(server: servers.Dovecot, account: servers.ImapAccount) -> None:
    """Put the message into the mailbox without a network."""
    new = server.mail_of(account) / "new"
    path = new / "1.mail"
    path.write_bytes(MAIL)
    os.chown(path, new.stat().st_uid, new.stat().st_gid)


@pytest.mark.proof
@pytest.mark.dovecot
@pytest.mark.usefixtures("telemetry_as_before", "own_network")
def test_mail_is_answered_when_the_network_is_back(tmp_path: Path, reader: Reader) -> None:
    if servers.dovecot_program() is None:
        pytest.skip("needs the program dovecot (Debian: dovecot-imapd)")
    with ExitStack() as stack:
        server = stack.enter_context(servers.dovecot())
        account = server.account("desk")
        desk = mail_desk(tmp_path, Wiring(source=imap_source(account.port, "desk", "secret")))
        app = stack.enter_context(at_work(desk, reader))
        source = stack.enter_context(closing(ImapSource(hasty(account))))
        events = stack.enter_context(log_of_the_worker())

        def away() -> None:
            loopback("down")
            deliver(server, account)

        def done() -> bool:
            return len(account.messages("Intake/Done")) == 1 and len(desk.letters()) == 1

        survived = while_at_work(
            replace(app, sources=(source,)),
            lambda worker: worker.survive(
                SOURCE, begin=away, end=lambda: loopback("up"), done=done
            ),
            events,
        )

        record("network namespace: loopback down and up", survived)
        assert survived.ratio <= BAR
        assert told(events) == once_each(SOURCE)
        assert tries(app.ledger) == [0]
        assert (len(account.messages()), len(desk.letters())) == (0, 1)


def hasty(account: servers.ImapAccount) -> ImapSettings:
    """Short of patience with silence, so that a test need not wait for minutes."""
    return ImapSettings(
        "127.0.0.1",
        account.username,
        account.password,
        name=SOURCE,
        port=account.port,
        security="plain",
        connect_timeout_seconds=1.0,
        read_timeout_seconds=1.0,
        idle_renew_seconds=2.0,
    )
