"""A receiver of webhook calls on the loopback address, with or without TLS; it answers as a test says."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from tests.servers import LOOPBACK, Certificate


@dataclass(frozen=True, slots=True)
class Call:
    """What came: the path, the header fields in lower case, and the body."""

    path: str
    fields: Mapping[str, str]
    octets: bytes

    def json(self) -> dict[str, object]:
        tree: dict[str, object] = json.loads(self.octets)
        return tree


@dataclass(slots=True)
class Receiver:
    """Where it listens and what it was told; `status` is its answer, `location` where it sends the caller on to."""

    url: str = ""
    status: int = 204
    location: str | None = None
    calls: list[Call] = field(default_factory=list)


@contextmanager
def receiver(certificate: Certificate | None = None) -> Iterator[Receiver]:
    """A receiver that listens while the block lasts."""
    told = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            octets = self.rfile.read(int(self.headers["Content-Length"]))
            fields = {name.lower(): value for name, value in self.headers.items()}
            told.calls.append(Call(self.path, fields, octets))
            self.send_response(told.status)
            if told.location is not None:
                self.send_header("Location", told.location)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *arguments: object) -> None:
            """Calls are no events."""

    server = ThreadingHTTPServer((LOOPBACK, 0), Handler)
    if certificate is not None:
        server.socket = certificate.server_context().wrap_socket(server.socket, server_side=True)
    scheme = "https" if certificate else "http"
    told.url = f"{scheme}://{LOOPBACK}:{server.server_address[1]}/hooks/intake?from=desk"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield told
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
