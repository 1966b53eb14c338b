"""A provider of OAuth2 on the loopback address: token, device, authorization and introspection endpoints.

It keeps to RFC 6749, 7636, 7662 and 8628 as far as a client can tell, gives tokens to accounts that a test names, and
fails as a test says. Dovecot and the SMTP server ask it which tokens are good.
"""

from __future__ import annotations

import base64
import hashlib
import json
import ssl
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import cast
from urllib.parse import parse_qs, urlsplit

from tests.servers import LOOPBACK, Certificate

CLIENT = "desk-app"
SECRET = "canary-client-secret"
DEVICE_GRANT = "urn:ietf:params:oauth:grant-type:device_code"


@dataclass(slots=True)
class Provider:
    """What the endpoints know, and what they were asked. A test changes it as it likes."""

    url: str = ""
    rotates: bool = False
    expires_in: int = 3600
    failure: tuple[int, str] | None = None
    """A status and an error code that every request for a token gets."""
    device_answers: list[str] = field(default_factory=list)
    """Error codes for the polls of a device, one after the other; then it is granted."""
    refuses: int = 0
    """How many of the next introspections say that a good token is none."""
    asked: list[Mapping[str, str]] = field(default_factory=list)
    """The fields of every request for a token."""
    introspected: list[str] = field(default_factory=list)
    """The tokens that mail servers asked about."""
    redirects_to: str | None = None
    interval_seconds: float = 5
    _accounts: dict[str, str] = field(default_factory=dict)
    """Whose an access token or a refresh token is."""
    _spent: set[str] = field(default_factory=set)
    _consents: dict[str, tuple[str, str]] = field(default_factory=dict)
    """Account and code challenge by authorization code or device code."""
    _number: int = 0

    def clear(self) -> None:
        """As if nobody had ever asked."""
        fresh = Provider(url=self.url)
        for name in self.__slots__:
            setattr(self, name, getattr(fresh, name))

    def refresh_token(self, account: str) -> str:
        """A refresh token as after a sign-in by that account."""
        return self._new("refresh", account)

    def consent(self, account: str, challenge: str) -> str:
        """An authorization code, as if the account's owner had agreed in a browser."""
        code = self._new("code", account)
        self._consents[code] = (account, challenge)
        return code

    def withdraw(self, token: str) -> None:
        """The account's owner removes the app, or an administrator does."""
        self._spent.add(token)

    def owner(self, token: str) -> str | None:
        """Whose a good access token is, None where it is none."""
        self.introspected.append(token)
        if self.refuses > 0:
            self.refuses -= 1
            return None
        good = token.startswith("canary-access") and token not in self._spent
        return self._accounts.get(token) if good else None

    def answer(self, path: str, fields: Mapping[str, str]) -> tuple[int, dict[str, object]]:
        """What an endpoint says."""
        if path == "/introspect":
            owner = self.owner(fields.get("token", ""))
            return 200, {"active": owner is not None, "username": owner or "nobody"}
        if path == "/device":
            return self._device(fields)
        self.asked.append(dict(fields))
        if self.failure is not None:
            status, error = self.failure
            return status, {"error": error, "error_description": f"canary: {dict(fields)}"}
        return self._token(fields)

    def _device(self, fields: Mapping[str, str]) -> tuple[int, dict[str, object]]:
        if fields.get("client_id") != CLIENT:
            return 400, {"error": "invalid_client"}
        code = self._new("device", "person@studio.example")
        self._consents[code] = ("person@studio.example", "")
        return 200, {
            "device_code": code,
            "user_code": "WDJB-MJHT",
            "verification_uri": f"{self.url}/enter",
            "expires_in": 900,
            "interval": self.interval_seconds,
        }

    def _token(self, fields: Mapping[str, str]) -> tuple[int, dict[str, object]]:
        if fields.get("client_id") != CLIENT or fields.get("client_secret", SECRET) != SECRET:
            return 401, {"error": "invalid_client"}
        match fields.get("grant_type"):
            case "refresh_token":
                return self._refreshed(fields["refresh_token"])
            case "client_credentials" if "client_secret" in fields:
                return 200, self._tokens("app@studio.example", None)
            case "authorization_code":
                account, challenge = self._consents.pop(fields["code"], ("", "nothing"))
                if challenge != _s256(fields.get("code_verifier", "")):
                    return 400, {"error": "invalid_grant"}
                return 200, self._tokens(account, self.refresh_token(account))
            case grant if grant == DEVICE_GRANT and fields["device_code"] in self._consents:
                if self.device_answers:
                    return 400, {"error": self.device_answers.pop(0)}
                account, _ = self._consents.pop(fields["device_code"])
                return 200, self._tokens(account, self.refresh_token(account))
            case _:
                return 400, {"error": "unsupported_grant_type"}

    def _refreshed(self, token: str) -> tuple[int, dict[str, object]]:
        account = self._accounts.get(token)
        if account is None or token in self._spent:
            return 400, {"error": "invalid_grant", "error_description": f"canary: {token}"}
        if not self.rotates:
            return 200, self._tokens(account, None)
        self._spent.add(token)
        return 200, self._tokens(account, self.refresh_token(account))

    def _tokens(self, account: str, refresh: str | None) -> dict[str, object]:
        granted: dict[str, object] = {
            "access_token": self._new("access", account),
            "token_type": "Bearer",
            "expires_in": self.expires_in,
        }
        return granted | ({"refresh_token": refresh} if refresh else {})

    def _new(self, kind: str, account: str) -> str:
        self._number += 1
        token = f"canary-{kind}-{self._number}"
        self._accounts[token] = account
        return token


def _s256(verifier: str) -> str:
    return (
        base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    )


class _Listener(ThreadingHTTPServer):
    daemon_threads = True
    provider: Provider

    def handle_error(self, request: object, client_address: object) -> None:
        """Who hangs up on it is no error of the test."""


class _Conversation(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        provider = cast("_Listener", self.server).provider
        octets = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        fields = {name: values[0] for name, values in parse_qs(octets.decode()).items()}
        if provider.redirects_to is not None:
            self.send_response(307)
            self.send_header("Location", provider.redirects_to)
            self.end_headers()
            return
        status, answer = provider.answer(urlsplit(self.path).path, fields)
        content = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the library's signature
        """Say nothing."""


@contextmanager
def provider(*, certificate: Certificate | None = None) -> Iterator[Provider]:
    """One on a port of its own; with TLS where a certificate is given."""
    with _Listener((LOOPBACK, 0), _Conversation) as listener:
        scheme = "http"
        if certificate is not None:
            context: ssl.SSLContext = certificate.server_context()
            listener.socket = context.wrap_socket(listener.socket, server_side=True)
            scheme = "https"
        listener.provider = Provider(url=f"{scheme}://{LOOPBACK}:{listener.server_port}")
        threading.Thread(target=listener.serve_forever, args=(0.02,), daemon=True).start()
        yield listener.provider
        listener.shutdown()
