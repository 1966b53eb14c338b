"""A desk whose mailbox and delivery take no passwords: a person signs in once, the worker goes on by itself."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from typer.testing import CliRunner

from intake import telemetry
from intake.cli.commands import app as commands
from intake.reader import Reader
from intake.worker import Worker
from tests import oauth_server, servers
from tests.desks import CONTACT, TOKEN, Wiring, config_file, letter
from tests.maildesks import ROOT, MailDesk, at_work, mail_desk, worker
from tests.oauth_server import CLIENT, Provider
from tests.servers import LOOPBACK, Dovecot, ImapAccount

PERSON = "person@studio.example"
"""Whom the provider knows; Dovecot takes any name."""
pytestmark = [pytest.mark.proof, pytest.mark.dovecot]


@pytest.fixture(scope="module")
def endpoints() -> Iterator[Provider]:
    with oauth_server.provider() as running:
        yield running


@pytest.fixture(scope="module")
def token_dovecot(endpoints: Provider) -> Iterator[Dovecot]:
    if servers.dovecot_program() is None:
        pytest.skip("needs the program dovecot (Debian: dovecot-imapd)")
    with servers.dovecot(introspection_url=f"{endpoints.url}/introspect") as server:
        yield server


@dataclass(frozen=True, slots=True)
class Office:
    """A desk, its provider, its mailbox and where its letters arrive."""

    desk: MailDesk
    provider: Provider
    mailbox: ImapAccount
    smtp: servers.SmtpSink

    def run(self, *words: str) -> str:
        """The output of a command that succeeds or not."""
        result = CliRunner().invoke(commands, [*words, "--config", str(self.desk.config)])
        return f"{result.output}{result.exception or ''}"


@pytest.fixture
def office(endpoints: Provider, token_dovecot: Dovecot, tmp_path: Path) -> Iterator[Office]:
    endpoints.clear()
    endpoints.interval_seconds = 0.01
    mailbox = token_dovecot.account(PERSON)
    login: dict[str, object] = {
        "host": LOOPBACK,
        "security": "plain",
        "username": PERSON,
        "oauth2": {
            "provider": "microsoft",
            "client_id": CLIENT,
            "token_url": f"{endpoints.url}/token",
            "device_url": f"{endpoints.url}/device",
        },
    }
    with servers.smtp_sink(owner=endpoints.owner) as smtp:
        desk = mail_desk(
            tmp_path,
            Wiring(
                source={"type": "imap", "port": mailbox.port, **login},
                delivery={"type": "smtp", "port": smtp.port, **login},
                intake={"trusted_authserv_ids": []},
            ),
        )
        yield Office(desk, endpoints, mailbox, smtp)


def test_a_person_signs_in_once_and_mail_comes_and_goes(office: Office, reader: Reader) -> None:
    office.provider.device_answers = ["authorization_pending"]
    office.provider.rotates = True

    said = office.run("oauth", "login")
    office.mailbox.append(letter(number=1, sender=CONTACT, to=f"intake+{TOKEN}@studio.example"))
    with at_work(office.desk, reader) as app:
        left = Worker(app).once()

    assert "enter the code WDJB-MJHT" in said
    assert "openssl rand -hex 32" in said
    assert left.clean
    assert {to for sent in office.smtp.letters for to in sent.recipients} >= {CONTACT}


def test_check_says_that_tokens_come_and_where_they_lie(office: Office) -> None:
    before = office.run("check")
    office.run("oauth", "login")
    after = office.run("check")

    assert "✗ sources[0]: an access token from Microsoft" in before
    assert "nobody has signed in yet; run `intake oauth login --source 0`." in before
    assert "✓ sources[0]: an access token from Microsoft" in after
    assert "✓ sources[0]: login, and the folder opens" in after
    assert "✓ delivery: SMTP login" in after
    assert "It lies there in clear, for this user only. Set keys.tokens" in after


def test_at_google_the_browser_may_be_on_another_machine(
    endpoints: Provider, tmp_path: Path
) -> None:
    endpoints.clear()
    oauth2: dict[str, object] = {
        "provider": "google",
        "client_id": CLIENT,
        "client_secret": "${SECRET}",
        "token_url": f"{endpoints.url}/token",
    }
    login: dict[str, object] = {"host": LOOPBACK, "username": PERSON, "oauth2": oauth2}
    config = config_file(tmp_path, Wiring(source={"type": "imap", **login}))
    with subprocess.Popen(
        [sys.executable, "-m", "intake", "oauth", "login", "--config", str(config)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT), "SECRET": oauth_server.SECRET},
    ) as command:
        assert command.stdout is not None
        address = next(line for line in command.stdout if line.startswith("https://"))
        asked = parse_qs(urlsplit(address.strip()).query)
        code = endpoints.consent(PERSON, asked["code_challenge"][0])
        said, _ = command.communicate(f"http://127.0.0.1/?state={asked['state'][0]}&code={code}\n")

    assert command.returncode == 0
    assert "Signed in. The refresh token is kept in" in said
    assert asked["scope"] == ["https://mail.google.com/"]
    assert len(list((tmp_path / "oauth-tokens").glob("*.json"))) == 1


@pytest.mark.usefixtures("telemetry_as_before")
def test_a_refused_mailbox_is_told_of_once_and_not_asked_again_at_once(
    office: Office, reader: Reader, capsys: pytest.CaptureFixture[str]
) -> None:
    office.run("oauth", "login")
    office.provider.asked.clear()
    office.provider.refuses = 1_000_000
    telemetry.configure()
    with at_work(office.desk, reader) as app:
        working = Worker(app)
        working.once()
        asked, pause = len(office.provider.asked), working.world.pause_seconds("sources[0]")
        working.once()
        working._round(at_once=False)
        working._round(at_once=False)
    log = capsys.readouterr().err

    assert asked == 2
    assert len(office.provider.asked) == 3  # of the rounds none, for it is too early
    assert working.world.pause_seconds("sources[0]") > pause
    assert log.count("world.unreachable") == 1
    assert "run `intake oauth login --source 0`" in log
    assert "canary" not in log
    assert PERSON not in log


@pytest.mark.parametrize("trouble", ["refused", "expired", "away"])
def test_neither_tokens_nor_addresses_reach_the_log(office: Office, trouble: str) -> None:
    office.run("oauth", "login")
    if trouble == "refused":
        office.provider.refuses = 1_000_000
    else:
        office.provider.failure = (400, "invalid_grant") if trouble == "expired" else (500, "")
    with worker(office.desk, "--once") as process:
        process.running.wait(timeout=60)
    log = process.log.read_text()

    assert "world.unreachable" in log
    assert "canary" not in log
    assert "person" not in log
