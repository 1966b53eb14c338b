"""What somebody who watches the desk sees: over the worker's port, and by a command that needs the ledger alone."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from http.client import HTTPConnection
from pathlib import Path

import pytest
from typer.testing import CliRunner

from intake import telemetry
from intake.app import App
from intake.cli.commands import app as command
from intake.demo import documents
from intake.metrics import Metrics
from intake.monitor import monitored
from intake.reader import Reader
from intake.worker import Worker
from tests.desks import TODAY, Wiring, letter
from tests.ledgers import arrive
from tests.maildesks import Later, MailDesk, at_work, mail_desk, worker

pytestmark = pytest.mark.proof

ANYWHERE = "127.0.0.1:0"


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    content_type: str
    text: str


@pytest.fixture
def desk(tmp_path: Path) -> MailDesk:
    return mail_desk(tmp_path)


@pytest.fixture
def app(desk: MailDesk, reader: Reader) -> Iterator[App]:
    with at_work(desk, reader) as opened:
        yield opened


@pytest.fixture(scope="module")
def quiet(tmp_path_factory: pytest.TempPathFactory, reader: Reader) -> Iterator[int]:
    """The port of a desk to which nothing happens."""
    desk = mail_desk(tmp_path_factory.mktemp("quiet"))
    with at_work(desk, reader) as app, watched(app, Metrics()) as port:
        yield port


@contextmanager
def watched(app: App, metrics: Metrics) -> Iterator[int]:
    with monitored(app, metrics, bind=ANYWHERE) as port:
        assert port is not None
        yield port


def ask(port: int, path: str, method: str = "GET") -> Answer:
    connection = HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request(method, path)
    response = connection.getresponse()
    answer = Answer(
        response.status, response.headers.get("Content-Type", ""), response.read().decode()
    )
    connection.close()
    return answer


def health(desk: MailDesk, *options: str) -> tuple[int, str]:
    told = CliRunner().invoke(
        command, ["status", "--health", *options, "--config", str(desk.config)]
    )
    return told.exit_code, told.stdout


# ---------------------------------------------------------------- over the port


def test_a_scrape_tells_what_the_ledger_holds_in_prometheus_text(quiet: int) -> None:
    answer = ask(quiet, "/metrics")

    assert answer.status == 200
    assert answer.content_type.startswith("text/plain; version=0.0.4")
    assert "\nintake_ledger_up 1.0\n" in answer.text


@pytest.mark.usefixtures("telemetry_as_before")
def test_the_parts_of_settled_messages_are_counted_by_their_fates(desk: MailDesk, app: App) -> None:
    metrics = Metrics()
    telemetry.configure(heard=metrics.heard)
    desk.post(letter(attach=[documents.investor_deck(TODAY)]))
    Worker(app).once()

    with watched(app, metrics) as port:
        lines = ask(port, "/metrics").text.splitlines()

    assert 'intake_messages_total{status="accepted"} 1.0' in lines
    assert 'intake_parts_total{fate="filed"} 1.0' in lines
    assert 'intake_letters_total{kind="reply",outcome="sent"} 1.0' in lines


def test_a_well_worker_says_ok(quiet: int) -> None:
    answer = ask(quiet, "/healthz")

    assert (answer.status, answer.text) == (200, "ok\n")


def test_mail_that_waits_too_long_makes_it_503_and_a_line(desk: MailDesk, reader: Reader) -> None:
    clock = Later()
    with at_work(desk, reader, clock=clock) as app, watched(app, Metrics()) as port:
        arrive(app.ledger)
        clock.by += timedelta(minutes=31)

        answer = ask(port, "/healthz")

    assert answer.status == 503
    assert answer.text.startswith("1 message waits, the oldest for 31 minutes")


def test_a_head_is_answered_without_the_text(quiet: int) -> None:
    answer = ask(quiet, "/metrics", "HEAD")

    assert (answer.status, answer.text) == (200, "")


@pytest.mark.parametrize("path", ["/", "/metrics/", "/../etc/passwd", "/debug"])
def test_there_is_nothing_else(quiet: int, path: str) -> None:
    assert ask(quiet, path).status == 404


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS"])
def test_no_other_method_is_taken(quiet: int, method: str) -> None:
    assert ask(quiet, "/metrics", method).status == 501


def test_a_database_that_is_gone_costs_its_own_figures_only(tmp_path: Path, reader: Reader) -> None:
    desk = mail_desk(tmp_path)
    with at_work(desk, reader) as app, watched(app, Metrics()) as port:
        app.ledger.database.close()
        database = desk.folder / "intake.db"
        database.rename(desk.folder / "gone.db")
        database.mkdir()

        lines = ask(port, "/metrics").text.splitlines()

    assert "intake_ledger_up 0.0" in lines
    assert "intake_lost_claims_total 0.0" in lines


@pytest.mark.usefixtures("telemetry_as_before")
def test_a_worker_whose_port_is_taken_goes_on_without_and_says_so_once(
    app: App, capsys: pytest.CaptureFixture[str]
) -> None:
    telemetry.configure(json=True)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        bind = f"127.0.0.1:{taken.getsockname()[1]}"
        with monitored(app, Metrics(), bind=bind) as port:
            assert port is None

    assert [json.loads(line)["event"] for line in capsys.readouterr().err.splitlines()] == [
        "metrics.unavailable"
    ]


def test_nothing_is_served_where_it_is_switched_off(app: App) -> None:
    with monitored(app, Metrics(), bind=None) as port:
        assert port is None


# ---------------------------------------------------------------- by a command


def test_a_desk_where_no_worker_ever_ran_is_not_well(desk: MailDesk) -> None:
    code, told = health(desk)

    assert code == 1
    assert told.startswith("No worker was ever seen: start `intake worker`.\n")


def test_a_desk_that_has_just_worked_is_well(desk: MailDesk, app: App) -> None:
    Worker(app).once()

    code, told = health(desk)

    assert code == 0
    assert told.startswith("Waiting: 0; unsent: 0; held: 0; doubtful: 0; workers: 1, last seen ")


def test_the_bound_is_the_operators(tmp_path: Path, reader: Reader) -> None:
    desk = mail_desk(tmp_path, Wiring(further={"alerts": {"stuck_minutes": 90}}))
    with at_work(desk, reader, clock=Later(timedelta(minutes=-60))) as app:
        arrive(app.ledger)
    with at_work(desk, reader) as app:
        app.ledger.beat()

        code, _ = health(desk)

    assert code == 0


def test_health_as_json_holds_the_figures_and_what_is_wrong(desk: MailDesk, reader: Reader) -> None:
    with at_work(desk, reader, clock=Later(timedelta(minutes=-60))) as app:
        arrive(app.ledger)

    code, told = health(desk, "--json")

    found = json.loads(told)
    assert (code, found["schema"], found["well"], found["waiting"]) == (1, 1, False, 1)
    assert 3_600 <= found["oldest_waiting_seconds"] < 3_700
    assert [each["trouble"] for each in found["findings"]] == ["waiting", "still"]


def test_health_is_about_the_whole_desk(desk: MailDesk) -> None:
    told = CliRunner().invoke(
        command, ["status", "q4-launch", "--health", "--config", str(desk.config)]
    )

    assert told.exit_code == 2


# ---------------------------------------------------------------- a round that is asked to end


def test_sigterm_during_a_single_round_finishes_the_message_in_hand_and_says_so(
    desk: MailDesk,
) -> None:
    for number in range(1, 13):
        desk.post(letter(number=number, attach=[documents.investor_deck(TODAY)]), str(number))
    with worker(desk, "--once") as process:
        process.wait_until(lambda: process.said("message.settled") >= 1)

        code = process.terminate()

        settled = process.said("message.settled")
    with desk.ledger() as ledger:
        statuses = ledger.messages.statuses()
    assert code == 1
    assert process.said("Stopped after the message in hand.") == 1
    assert statuses == {"accepted": settled}
    assert 1 <= settled < 12
