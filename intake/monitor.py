"""Serves a worker's figures and its health over HTTP, from a thread beside it: `/metrics` and `/healthz`, nothing else.

One question at a time, each for a few seconds at the most. The worker never waits for it, and goes on without it where
its port is taken.
"""

from __future__ import annotations

import socket
import socketserver
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler

from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest

from intake import telemetry
from intake.app import App
from intake.health import worker_findings
from intake.metrics import Everything, Glance, Metrics
from storage.health import Health

REQUEST_SECONDS = 5.0
LOOK_UP_SECONDS = 0.2
"""How soon the thread notices that it is to end."""
_PLAIN = "text/plain; charset=utf-8"

log = telemetry.logger(__name__)


@dataclass(frozen=True, slots=True)
class _Page:
    """What is answered: a status, the type of the text, and the text."""

    status: HTTPStatus
    content_type: str
    octets: bytes


@contextmanager
def monitored(app: App, metrics: Metrics, *, bind: str | None) -> Iterator[int | None]:
    """Serve while the block lasts; gives the port, None where nothing is served. `bind` is host:port, port 0 any."""
    server = None if bind is None else _listen(app, metrics, bind)
    if server is None:
        yield None
        return
    thread = threading.Thread(
        target=server.serve_forever, args=(LOOK_UP_SECONDS,), name="monitor", daemon=True
    )
    thread.start()
    try:
        yield int(server.server_address[1])
    finally:
        server.shutdown()
        server.server_close()


def _listen(app: App, metrics: Metrics, bind: str) -> _Server | None:
    figures = app.ledger.figures

    def look() -> Health:
        health = figures.health()
        metrics.count_parts(figures)
        return health

    glance = Glance(look)
    everything = Everything(metrics.registry, glance)
    stuck = timedelta(minutes=app.settings.alerts.stuck_minutes)

    def answer(path: str) -> _Page:
        match path.partition("?")[0]:
            case "/metrics":
                octets = generate_latest(everything)
                return _Page(HTTPStatus.OK, CONTENT_TYPE_PLAIN_0_0_4, octets)
            case "/healthz":
                return _health_page(metrics, glance(), stuck)
            case _:
                return _Page(HTTPStatus.NOT_FOUND, _PLAIN, b"/metrics or /healthz\n")

    host, _, port = bind.rpartition(":")
    try:
        return _Server((host.strip("[]"), int(port)), answer)
    except OSError as error:
        # Another worker on this machine has it: that one is asked, and this one only works.
        log.warning(telemetry.METRICS_UNAVAILABLE, reason=error.strerror or type(error).__name__)
        return None


def _health_page(metrics: Metrics, health: Health | None, stuck: timedelta) -> _Page:
    """200 and "ok", or 503 and a line for each thing that is wrong."""
    found = worker_findings(metrics.own_state(), health, stuck=stuck)
    lines = "".join(f"{finding.sentence}\n" for finding in found) or "ok\n"
    status = HTTPStatus.SERVICE_UNAVAILABLE if found else HTTPStatus.OK
    return _Page(status, _PLAIN, lines.encode())


class _Server(socketserver.TCPServer):
    """Not `http.server.HTTPServer`, which asks DNS for a name of the address that it is bound to."""

    allow_reuse_address = True

    def __init__(self, address: tuple[str, int], answer: Callable[[str], _Page]) -> None:
        self.address_family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
        self.answer = answer
        super().__init__(address, _Handler)

    def handle_error(self, request: object, client_address: object) -> None:
        """Whoever asked has gone, or was too slow: nobody needs to know."""


class _Handler(BaseHTTPRequestHandler):
    """GET and HEAD; the base class refuses all else."""

    server: _Server
    timeout = REQUEST_SECONDS

    def do_GET(self) -> None:
        """Answer with the page."""
        self._answer(with_body=True)

    def do_HEAD(self) -> None:
        """Answer without its text."""
        self._answer(with_body=False)

    def _answer(self, *, with_body: bool) -> None:
        page = self.server.answer(self.path)
        self.send_response(page.status)
        self.send_header("Content-Type", page.content_type)
        self.send_header("Content-Length", str(len(page.octets)))
        self.end_headers()
        if with_body:
            self.wfile.write(page.octets)

    def version_string(self) -> str:
        """No word about the machine."""
        return "intake"

    def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002  # the base class's name
        """Questions are no events."""
