"""Calls the operator's program: one POST of JSON, signed, to the one address that the configuration names.

Certificates are verified and nobody is followed to another address. What went wrong is told by kind, never in the
receiver's words.
"""

from __future__ import annotations

import hashlib
import hmac
import http.client
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from intake.model import Deferred, Delivery, OutboundMessage, Sent

_EACH_SECONDS = 10.0
_TAKEN = range(200, 300)


@dataclass(frozen=True, slots=True)
class WebhookSettings:
    """Where calls go, and the key that signs them. `ca_file` None trusts whom the system trusts."""

    url: str = field(repr=False)
    secret: str = field(repr=False)
    ca_file: Path | None = None
    timeout_seconds: float = _EACH_SECONDS
    """For the connection, and for each piece of the answer; the whole call may take three times as long."""


def signature(secret: str, timestamp: str, octets: bytes) -> str:
    """What `X-Intake-Signature` says of a body: HMAC-SHA256 over the timestamp, a full stop and the body."""
    signed = timestamp.encode() + b"." + octets
    return "sha256=" + hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()


@dataclass(frozen=True, slots=True)
class WebhookSink:
    """The receiver of calls."""

    settings: WebhookSettings
    clock: Callable[[], float] = time.time

    def call(self, message: OutboundMessage) -> Delivery:
        """POST the octets; Sent only for an answer 2xx. The delivery id is the same whenever the call is repeated."""
        try:
            status = self._answer(message)
        except ssl.SSLCertVerificationError:
            return Deferred("the certificate of the webhook's receiver is not trusted")
        except (OSError, http.client.HTTPException, UnicodeError) as error:
            return Deferred(f"the webhook's receiver cannot be reached ({type(error).__name__})")
        if status not in _TAKEN:
            return Deferred(f"the webhook's receiver answered {status}")
        return Sent(message.message_id)

    def _answer(self, message: OutboundMessage) -> int:
        parts = urlsplit(self.settings.url)
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        timestamp = str(int(self.clock()))
        with closing(self._connection()) as connection:
            connection.connect()
            with _ended_after(connection.sock, 3 * self.settings.timeout_seconds):
                connection.request(
                    "POST",
                    path,
                    body=message.octets,
                    headers={
                        "Content-Type": "application/json",
                        "User-Agent": "collateral-intake",
                        "X-Intake-Delivery": delivery_of(message),
                        "X-Intake-Timestamp": timestamp,
                        "X-Intake-Signature": signature(
                            self.settings.secret, timestamp, message.octets
                        ),
                        "Connection": "close",
                    },
                )
                return connection.getresponse().status

    def _connection(self) -> http.client.HTTPConnection:
        parts = urlsplit(self.settings.url)
        host, seconds = parts.hostname or "", self.settings.timeout_seconds
        if parts.scheme == "http":
            return http.client.HTTPConnection(host, parts.port, timeout=seconds)
        context = ssl.create_default_context(cafile=self.settings.ca_file)
        return http.client.HTTPSConnection(host, parts.port, timeout=seconds, context=context)


def delivery_of(message: OutboundMessage) -> str:
    """The id of a call: the same each time that it is tried."""
    return message.message_id.strip("<>").partition("@")[0]


@contextmanager
def _ended_after(connection: socket.socket, seconds: float) -> Iterator[None]:
    """End a connection whose other side answers a little at a time, for ever."""

    def end() -> None:
        with suppress(OSError):
            connection.shutdown(socket.SHUT_RDWR)

    timer = threading.Timer(seconds, end)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
