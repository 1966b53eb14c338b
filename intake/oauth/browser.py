"""The sign-in by a browser (RFC 8252): an address to open, a redirect back to this machine, and PKCE (RFC 7636).

The browser may be on another machine: then its redirect finds nobody, and the person pastes the address that it shows.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
import select
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from io import UnsupportedOperation
from typing import TextIO, cast
from urllib.parse import parse_qs, urlencode, urlsplit

from intake.oauth.device import consented
from intake.oauth.endpoint import SignInRefusedError, post, refusal
from intake.oauth.provider import SignIn

WAIT_SECONDS = 900.0
_SILENT_SECONDS = 1.0
"""For a connection that says nothing: browsers open some in advance."""
_THANKS = b"Signed in. You can close this window and go back to the terminal.\n"
_ELSE = b"This address waits for a sign-in that was begun in a terminal.\n"


@dataclass(frozen=True, slots=True)
class _Came:
    """What a redirect brought. Both are "" where it was none."""

    code: str = field(default="", repr=False)
    error: str = ""


class Redirect:
    """Waits for one person's consent. Made by `listening`."""

    def __init__(self, sign_in: SignIn, port: int) -> None:
        self._sign_in = sign_in
        self._state = secrets.token_urlsafe(24)
        self._verifier = secrets.token_urlsafe(48)
        self._server = _Listener(("127.0.0.1", port), _Conversation)
        self._server.redirect = self
        # Microsoft knows an app on the desktop by this name only, Google by both; neither minds the port.
        host = "localhost" if sign_in.provider == "microsoft" else "127.0.0.1"
        self._back = f"http://{host}:{self._server.server_port}"

    @property
    def address(self) -> str:
        """What the person opens."""
        challenge = hashlib.sha256(self._verifier.encode()).digest()
        fields = {
            "client_id": self._sign_in.client_id,
            "redirect_uri": self._back,
            "response_type": "code",
            "scope": self._sign_in.scope,
            "state": self._state,
            "code_challenge": base64.urlsafe_b64encode(challenge).rstrip(b"=").decode(),
            "code_challenge_method": "S256",
            "login_hint": self._sign_in.account,
        }
        if self._sign_in.provider == "google":  # else it gives a refresh token the first time only
            fields |= {"access_type": "offline", "prompt": "consent"}
        return f"{self._sign_in.authorization_endpoint}?{urlencode(fields)}"

    def wait(self, pasted: TextIO | None = None, *, seconds: float = WAIT_SECONDS) -> str:
        """The refresh token, after the redirect has come or been pasted as a line. SignInRefusedError where not."""
        deadline = time.monotonic() + seconds
        typed = pasted if _can_be_waited_for(pasted) else None
        while True:
            listened: list[_Listener | TextIO] = [self._server, typed] if typed else [self._server]
            ready, _, _ = select.select(listened, [], [], max(0.0, deadline - time.monotonic()))
            if not ready:
                raise SignInRefusedError(
                    f"{self._sign_in.name}: nobody signed in in time; run `{self._sign_in.command}` again"
                )
            if self._server in ready:
                came = self._heard()
            else:
                line = typed.readline() if typed else ""
                typed = typed if line else None  # its end: only the redirect is left
                came = self._read(line.strip())
            if came.error:
                raise SignInRefusedError(
                    f"{self._sign_in.name}: the sign-in was declined; nothing has changed"
                )
            if came.code:
                return self._exchanged(came.code)

    def close(self) -> None:
        """Stop listening."""
        self._server.server_close()

    def read_redirect(self, query: str) -> _Came:
        """What the query of a redirect says, if it answers the address that we gave (RFC 6749, 10.12)."""
        fields = {name: values[0] for name, values in parse_qs(query).items()}
        if not secrets.compare_digest(fields.get("state", "").encode(), self._state.encode()):
            return _Came()
        return _Came(fields.get("code", ""), fields.get("error", ""))

    def _heard(self) -> _Came:
        """What one connection to us brought."""
        self._server.came = _Came()
        self._server.handle_request()
        return self._server.came

    def _read(self, line: str) -> _Came:
        """What a person pasted: the whole address, or the code alone."""
        if "?" in line or "code=" in line or "error=" in line:
            return self.read_redirect(urlsplit(line).query or line.partition("?")[2] or line)
        return _Came(line)

    def _exchanged(self, code: str) -> str:
        grant = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self._back,
            "code_verifier": self._verifier,
        }
        answer = post(self._sign_in, self._sign_in.token_endpoint, self._sign_in.app_fields | grant)
        if not answer.granted:
            raise refusal(self._sign_in, answer)
        return consented(self._sign_in, answer)


@contextmanager
def listening(sign_in: SignIn, *, port: int = 0) -> Iterator[Redirect]:
    """Listen on this machine for the redirect, on any free port or the one given (for a tunnel)."""
    try:
        redirect = Redirect(sign_in, port)
    except OSError as error:
        raise SignInRefusedError(
            f"Port {port} cannot be listened on ({error.strerror}); name another with --port"
        ) from None
    try:
        yield redirect
    finally:
        redirect.close()


class _Listener(HTTPServer):
    redirect: Redirect
    came: _Came

    def handle_error(self, request: object, client_address: object) -> None:
        """Whoever hangs up on it is no concern; its words may hold the code."""


class _Conversation(BaseHTTPRequestHandler):
    timeout = _SILENT_SECONDS

    def do_GET(self) -> None:  # the library's name
        server = cast("_Listener", self.server)
        server.came = server.redirect.read_redirect(urlsplit(self.path).query)
        ours = bool(server.came.code or server.came.error)
        self.send_response(200 if ours else 404)
        self.send_header("Content-Type", "text/plain; charset=utf-8")
        self.end_headers()
        self.wfile.write(_THANKS if server.came.code else _ELSE)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the library's signature
        """Say nothing: the address holds the code."""


def _can_be_waited_for(stream: TextIO | None) -> bool:
    """Whether the operating system can tell when a line is there."""
    try:
        return stream is not None and stream.fileno() >= 0
    except (UnsupportedOperation, ValueError):
        return False
