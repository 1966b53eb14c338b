"""Fixtures over real servers and shared material. A machine that lacks a program skips what needs it, and says so."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest

# The time of an example says more of the machine than of the code.
hypothesis.settings.register_profile("untimed", deadline=None)
hypothesis.settings.load_profile("untimed")

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))  # so that a test finds tests.servers wherever it is started from

from tests import servers  # noqa: E402  # after the path is set


@pytest.fixture(scope="session")
def shared() -> Path:
    """Documents and messages for measuring that are no part of the repository."""
    path = ROOT.parent / "shared"
    if not path.is_dir():
        pytest.skip("needs ../shared beside the repository")
    return path


@pytest.fixture(scope="session")
def dovecot_server() -> Iterator[servers.Dovecot]:
    """One Dovecot for the whole run; a test takes an account of its own."""
    if servers.dovecot_program() is None:
        pytest.skip("needs the program dovecot (Debian: dovecot-imapd)")
    with servers.dovecot() as server:
        yield server


@pytest.fixture
def dovecot_account(dovecot_server: servers.Dovecot) -> servers.ImapAccount:
    """An empty mailbox on Dovecot."""
    return dovecot_server.account()


@pytest.fixture(scope="session")
def pymap_server() -> Iterator[servers.Pymap]:
    """One pymap for the whole run; a test takes an account of its own."""
    with servers.pymap() as server:
        yield server


@pytest.fixture
def pymap_account(pymap_server: servers.Pymap) -> servers.ImapAccount:
    """An empty mailbox on pymap."""
    return pymap_server.account()


@pytest.fixture
def smtp_sink() -> Iterator[servers.SmtpSink]:
    """An SMTP server without TLS and AUTH that keeps letters."""
    with servers.smtp_sink() as sink:
        yield sink


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> servers.Certificate:
    """A self-signed certificate for the loopback address."""
    return servers.self_signed(tmp_path_factory.mktemp("certificate"))
