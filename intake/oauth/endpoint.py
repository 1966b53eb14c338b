"""One POST to an endpoint of a provider and its answer in JSON; the only module that knows urllib3.

What went wrong is told by kind and by the error codes of RFC 6749, never by the endpoint's own words: they may quote
tokens and addresses. Nothing is sent on to another address, and certificates are verified.
"""

from __future__ import annotations

import json
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field

from intake.errors import PermanentError, TransientError
from intake.oauth.provider import SignIn

_MOST_OCTETS = 262_144
_LATER = frozenset({408, 425, 429})
_EXPIRED = frozenset({"invalid_grant", "interaction_required", "consent_required"})
_UNKNOWN_APP = frozenset({"invalid_client"})
_NOT_ALLOWED = frozenset(
    {"unauthorized_client", "invalid_scope", "invalid_request", "unsupported_grant_type"}
)
_PASSING = frozenset({"temporarily_unavailable", "server_error", "slow_down"})


class SignInRefusedError(PermanentError):
    """The provider gives no token, and will not until a person changes something; the text says what."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What an endpoint said: texts and numbers of its JSON object, as texts. Nothing of it is for showing."""

    status: int
    values: Mapping[str, str] = field(repr=False)

    def text(self, name: str) -> str:
        """A value, "" where there is none."""
        return self.values.get(name, "")

    def seconds(self, name: str, default: float) -> float:
        """A duration; the default where there is none that makes sense."""
        try:
            given = float(self.text(name))
        except ValueError:
            return default
        return given if 0 < given < 1e9 else default

    @property
    def granted(self) -> bool:
        """Whether it is no error (RFC 6749, 5.1 and 5.2)."""
        return self.status == 200 and not self.text("error")


def post(sign_in: SignIn, url: str, fields: Mapping[str, str]) -> Answer:
    """Ask an endpoint. TransientError where it cannot be reached or is in trouble; its refusals are answers."""
    import urllib3  # noqa: PLC0415  # a sixth of a second, for those who sign in with OAuth2

    manager = urllib3.PoolManager(
        ssl_context=_context(sign_in) if url.startswith("https:") else None,
        timeout=urllib3.Timeout(sign_in.timeout_seconds),
        retries=False,
    )
    with manager:
        try:
            response = manager.request(
                "POST",
                url,
                fields=dict(fields),
                encode_multipart=False,
                headers={"Accept": "application/json"},
                redirect=False,
                preload_content=False,
            )
            octets = response.read(_MOST_OCTETS)
        except urllib3.exceptions.HTTPError as error:
            raise _unreachable(sign_in, error) from None
    if response.status >= 500 or response.status in _LATER:
        raise TransientError(
            f"{sign_in.name}: {sign_in.provider_name}'s sign-in answers {response.status}; it is tried again"
        )
    return Answer(response.status, _values(octets))


def refusal(sign_in: SignIn, answer: Answer) -> PermanentError | TransientError:
    """The error for an answer that grants nothing."""
    code = answer.text("error")
    name, provider = sign_in.name, sign_in.provider_name
    if code in _PASSING:
        return TransientError(f"{name}: {provider}'s sign-in is busy ({code}); it is tried again")
    if code in _EXPIRED and not sign_in.by_itself:
        return SignInRefusedError(
            f"{name}: the sign-in with {provider} has expired or was withdrawn; run `{sign_in.command}`"
        )
    if code in _UNKNOWN_APP:
        return SignInRefusedError(
            f"{name}: {provider} does not know the app or its secret ({code}); "
            "check client_id, client_secret and tenant (a secret may have run out)"
        )
    if code in _NOT_ALLOWED | _EXPIRED:
        return SignInRefusedError(
            f"{name}: {provider} does not let the app have this mailbox ({code}); "
            "check the app's permissions, the README lists them"
        )
    return SignInRefusedError(
        f"{name}: {provider}'s sign-in answers {answer.status} and no token; check oauth2"
    )


def _context(sign_in: SignIn) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=sign_in.ca_file)
    except OSError:
        raise SignInRefusedError(f"{sign_in.name}: ca_file cannot be read") from None


def _unreachable(sign_in: SignIn, error: Exception) -> PermanentError | TransientError:
    reasons = (error, *error.args)
    if any(isinstance(reason, ssl.SSLCertVerificationError) for reason in reasons):
        return SignInRefusedError(
            f"{sign_in.name}: the certificate of {sign_in.provider_name}'s sign-in is not trusted; "
            "name its authority in SSL_CERT_FILE"
        )
    return TransientError(
        f"{sign_in.name}: {sign_in.provider_name}'s sign-in cannot be reached ({type(error).__name__}); "
        "it is tried again"
    )


def _values(octets: bytes) -> dict[str, str]:
    """The members that are texts or numbers; none where this is no JSON object."""
    try:
        tree: object = json.loads(octets)
    except (ValueError, RecursionError):
        return {}
    members: dict[object, object] = tree if isinstance(tree, dict) else {}
    return {
        str(name): str(value)
        for name, value in members.items()
        if isinstance(value, str | int | float)
    }
