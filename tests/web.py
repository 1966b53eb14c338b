"""A web server on the loopback address, whose pages a test writes."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from intake.fetch import FetchPolicy
from tests import servers


@dataclass(frozen=True, slots=True)
class Page:
    """What the server says at one path."""

    body: bytes = b""
    fields: Mapping[str, str] = field(default_factory=dict)
    status: int = 200


@dataclass(slots=True)
class Web:
    """A server of pages, and what it was asked."""

    port: int
    pages: dict[str, Page] = field(default_factory=dict)
    asked: list[Mapping[str, str]] = field(default_factory=list)

    def url(self, path: str, host: str = "files.example") -> str:
        return f"http://{host}:{self.port}{path}"

    def policy(self, *hosts: str) -> FetchPolicy:
        """One that lists files.example and these, at this server's port, and allows 127.0.0.1."""
        listed = tuple(f"{host}:{self.port}" for host in ("files.example", *hosts))
        return FetchPolicy(listed, allowed_addresses=frozenset({servers.LOOPBACK}), seconds=5)


@contextmanager
def served(certificate: servers.Certificate | None = None) -> Iterator[Web]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            seen.asked.append({"path": self.path, "method": self.command, **self.headers})
            page = seen.pages.get(self.path, Page(status=404))
            self.send_response(page.status)
            for name, value in {"Content-Length": str(len(page.body)), **page.fields}.items():
                self.send_header(name, value)
            self.end_headers()
            with suppress(OSError):
                self.wfile.write(page.body)

        def log_message(self, *_: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        def handle_error(self, *_: object) -> None:
            """A client that goes away in the middle is what some tests are about."""

    with Server((servers.LOOPBACK, 0), Handler) as server:
        if certificate:
            context = certificate.server_context()
            server.socket = context.wrap_socket(server.socket, server_side=True)
        seen = Web(server.server_address[1])
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield seen
        finally:
            server.shutdown()
            thread.join()
