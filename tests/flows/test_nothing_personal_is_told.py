"""The same canary through outages and refusals: in no log line, error, figure, audit row or repr of a value."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from intake import telemetry
from intake.app import open_app
from intake.config import Settings, load
from intake.metrics import Metrics
from intake.monitor import monitored
from intake.reader import Reader
from intake.worker import Worker
from storage import schema
from storage.ledger import Ledger
from tests import servers
from tests.desks import CLIENT, TOKEN, Wiring, config_file, imap_source, smtp_delivery
from tests.flows.test_monitoring import ask
from tests.flows.test_nothing_personal_is_logged import (
    CANARIES,
    CONTACT,
    DOCUMENT,
    STRANGER,
    canary,
)
from tests.maildesks import MailDesk, at_work, mail_desk

pytestmark = pytest.mark.proof

WORDS = tuple(word for word in CANARIES if word not in str(TOKEN))
"""The project's token is a name that it was given to be called by in commands."""


def found_in(text: str) -> list[str]:
    """The canaries that sit in a text."""
    return [word for word in WORDS if word in text.lower()]


class _Refusing(socketserver.StreamRequestHandler):
    """An IMAP server that greets, and says no to a login in the words of the login."""

    def handle(self) -> None:
        self.wfile.write(b"* OK [CAPABILITY IMAP4rev1 IDLE] ready\r\n")
        while line := self.rfile.readline():
            tag, _, command = line.decode().strip().partition(" ")
            if command.upper().startswith("CAPABILITY"):
                self.wfile.write(f"* CAPABILITY IMAP4rev1\r\n{tag} OK done\r\n".encode())
            else:
                said = f"{tag} NO [AUTHENTICATIONFAILED] Elster knows no {CONTACT}: {command}\r\n"
                self.wfile.write(said.encode())


@contextmanager
def refusing_imap() -> Iterator[int]:
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), _Refusing) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        yield int(server.server_address[1])
        server.shutdown()
        thread.join()


def told_by_a_round(
    folder: Path, wiring: Wiring, capsys: pytest.CaptureFixture[str], reader: Reader
) -> str:
    """All that a round says on stderr, about the canary's mail."""
    desk = mail_desk(folder, wiring)
    with desk.ledger() as ledger:
        ledger.directory.add_contact(CLIENT, CONTACT)
    desk.post(canary(1, attach=(DOCUMENT,)), "1")
    telemetry.configure(json=True)
    with at_work(desk, reader) as app:
        Worker(app).once()
    with desk.ledger() as ledger:
        errors = [held.detail for held in ledger.holds.waiting()]
    return "\n".join([capsys.readouterr().err, *errors])


# ---------------------------------------------------------------- outages and refusals


@pytest.mark.usefixtures("telemetry_as_before")
def test_a_refused_login_that_quotes_the_user_and_the_password(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], reader: Reader
) -> None:
    with refusing_imap() as port:
        wiring = Wiring(source=imap_source(port, CONTACT, "Goldammer"))
        told = told_by_a_round(tmp_path, wiring, capsys, reader)

    assert "world.unreachable" in told
    assert found_in(told) == []


@pytest.mark.usefixtures("telemetry_as_before")
def test_a_bucket_that_is_away(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    reader: Reader,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "buchfink")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "kolibri")
    endpoint = f"http://127.0.0.1:{servers.free_port()}"
    blobs: dict[str, object] = {
        "url": "s3://kanarienhof/nachtigall",
        "region": "eu-west-1",
        "endpoint_url": endpoint,
    }

    told = told_by_a_round(tmp_path, Wiring(blobs=blobs), capsys, reader)

    assert "world.unreachable" in told
    assert found_in(told) == []


@pytest.mark.usefixtures("telemetry_as_before")
def test_a_sink_that_quotes_the_recipient(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], reader: Reader, smtp_sink: servers.SmtpSink
) -> None:
    smtp_sink.rcpt_replies = {CONTACT: f"450 4.2.1 <{CONTACT}> Elster: Wellensittich is away"}

    told = told_by_a_round(tmp_path, Wiring(delivery=smtp_delivery(smtp_sink.port)), capsys, reader)

    assert "letter.deferred" in told
    assert found_in(told) == []


@pytest.mark.usefixtures("telemetry_as_before")
def test_a_template_that_breaks_over_what_it_is_given(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], reader: Reader
) -> None:
    templates = tmp_path / "templates"
    templates.mkdir()
    (templates / "letter.txt.jinja").write_text("{{ nachtigall.rotkehlchen }}")

    told = told_by_a_round(
        tmp_path, Wiring(further={"letters": {"templates": "./templates"}}), capsys, reader
    )

    assert "letter.failed" in told
    assert found_in(told) == []


# ---------------------------------------------------------------- errors, rows, figures, values


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory, reader: Reader) -> MailDesk:
    """A desk that took mail of a contact and of a stranger."""
    desk = mail_desk(tmp_path_factory.mktemp("told"))
    with desk.ledger() as ledger:
        ledger.directory.add_contact(CLIENT, CONTACT)
    desk.post(canary(1, attach=(DOCUMENT,)), "1")
    desk.post(canary(2, sender=STRANGER), "2")
    with at_work(desk, reader) as app:
        Worker(app).once()
    return desk


def add_row(ledger: Ledger) -> None:
    with ledger.database.write() as session:
        session.add(schema.Client(name="Zugvogel"))


def test_an_error_of_the_database_says_nothing_of_its_parameters(tmp_path: Path) -> None:
    with closing(Ledger(f"sqlite:///{tmp_path / 'ledger.db'}")) as ledger:
        ledger.database.migrate()

        add_row(ledger)
        with pytest.raises(IntegrityError) as caught:
            add_row(ledger)

    assert "client.name" in str(caught.value)
    assert found_in(str(caught.value)) == []


def test_the_audit_holds_ids(desk: MailDesk) -> None:
    with desk.ledger() as ledger, ledger.database.read() as session:
        rows = [str(tuple(row)) for row in session.execute(sa.select(schema.Audit.__table__))]

    assert len(rows) > 5
    assert found_in("\n".join(rows)) == []


@pytest.mark.parametrize("path", ["/metrics", "/healthz"])
def test_figures_and_health_hold_counts_and_words_of_ours(
    desk: MailDesk, reader: Reader, path: str
) -> None:
    with (
        at_work(desk, reader) as app,
        monitored(app, Metrics(), bind="127.0.0.1:0") as port,
    ):
        assert port is not None
        answer = ask(port, path)

    assert answer.text
    assert found_in(answer.text) == []


def test_what_the_ledger_gives_shows_nothing_of_itself(desk: MailDesk) -> None:
    with desk.ledger() as ledger:
        values = (
            ledger.directory.clients(),
            ledger.standings(),
            ledger.holds.waiting(),
            ledger.directory.acquaintance(CONTACT, token=TOKEN, thread=()),
            ledger.figures.health(),
        )

    assert found_in(repr(values)) == []


def test_an_open_message_shows_nothing_of_itself(reader: Reader) -> None:
    octets = canary(1, attach=(DOCUMENT,))
    with closing(reader.open(octets, envelope_recipient=CONTACT)) as opened:
        values = (opened, opened.message, opened.parts)

    assert found_in(repr(values)) == []


def test_the_settings_show_nothing_of_who_and_where(tmp_path: Path) -> None:
    assert found_in(repr(telling_settings(tmp_path))) == []


def test_an_app_shows_nothing_of_who_and_where(tmp_path: Path) -> None:
    with open_app(telling_settings(tmp_path)) as app:
        shown = repr((app, app.sources, app.outbox, app.desk))

    assert found_in(shown) == []


def telling_settings(folder: Path) -> Settings:
    """A configuration with a canary wherever a name, an address, a host or a secret may stand."""
    source = imap_source(143, "zugvogel", "kolibri") | {"done_folder": "Nachtigall"}
    wiring = Wiring(
        source=source,
        delivery=smtp_delivery(25)
        | {
            "username": "goldammer",
            "password": "buchfink",
            "bounce_address": "elster@kanarienhof.example",
        },
        database={"url": "sqlite:///zaunkoenig.db"},
        blobs={"url": "./rotkehlchen"},
        intake={"name": "Wellensittich", "trusted_authserv_ids": ["kanarienhof.example"]},
        further={"links": {"fetch_hosts": ["kanarienhof.example"]}},
    )
    return load(config_file(folder, wiring), {})
