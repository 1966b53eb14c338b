"""The device-code flow (RFC 8628): a person types a code into a browser somewhere, and we ask until it is done."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from intake.errors import IntakeError, TransientError
from intake.oauth.endpoint import Answer, SignInRefusedError, post, refusal
from intake.oauth.provider import SignIn

_GRANT = "urn:ietf:params:oauth:grant-type:device_code"
_SLOWER_SECONDS = 5.0  # RFC 8628, 3.5
_DECLINED = frozenset({"access_denied", "authorization_declined"})
_RUN_OUT = frozenset({"expired_token", "code_expired"})


@dataclass(frozen=True, slots=True)
class DeviceCode:
    """What a person is shown: the page to open and the code to type there, good for so many seconds."""

    address: str
    user_code: str
    expires_seconds: float
    interval_seconds: float
    code: str = field(repr=False)


def ask_device_code(sign_in: SignIn) -> DeviceCode:
    """Ask the provider for a code. SignInRefusedError where it gives none to this app."""
    fields = {"client_id": sign_in.client_id, "scope": sign_in.scope}
    answer = post(sign_in, sign_in.device_endpoint, fields)
    address = answer.text("verification_uri") or answer.text("verification_url")
    if not answer.granted or not address or not answer.text("device_code"):
        raise refusal(sign_in, answer)
    return DeviceCode(
        address,
        answer.text("user_code"),
        answer.seconds("expires_in", 900.0),
        answer.seconds("interval", 5.0),
        answer.text("device_code"),
    )


def await_consent(
    sign_in: SignIn,
    code: DeviceCode,
    *,
    sleep: Callable[[float], None] = time.sleep,
    clock: Callable[[], float] = time.monotonic,
) -> str:
    """The refresh token, when the person has agreed. SignInRefusedError where not, or not in time."""
    pause, deadline = code.interval_seconds, clock() + code.expires_seconds
    while clock() + pause < deadline:
        sleep(pause)
        try:
            answer = _asked(sign_in, code)
        except TransientError:  # twice the pause for a connection that failed (RFC 8628, 3.5)
            pause *= 2
            continue
        if answer.granted:
            return consented(sign_in, answer)
        error = answer.text("error")
        if error == "slow_down":
            pause += _SLOWER_SECONDS
        elif error != "authorization_pending":
            raise _stopped(sign_in, answer)
    raise _too_late(sign_in)


def consented(sign_in: SignIn, answer: Answer) -> str:
    """The refresh token of an answer. SignInRefusedError where the provider gives none."""
    token = answer.text("refresh_token")
    if not token:
        raise SignInRefusedError(
            f"{sign_in.name}: {sign_in.provider_name} gave no refresh token; "
            "remove the app from the account's connected apps and sign in again"
        )
    return token


def _asked(sign_in: SignIn, code: DeviceCode) -> Answer:
    grant = {"grant_type": _GRANT, "device_code": code.code}
    return post(sign_in, sign_in.token_endpoint, sign_in.app_fields | grant)


def _stopped(sign_in: SignIn, answer: Answer) -> IntakeError:
    if answer.text("error") in _DECLINED:
        return SignInRefusedError(f"{sign_in.name}: the sign-in was declined; nothing has changed")
    return _too_late(sign_in) if answer.text("error") in _RUN_OUT else refusal(sign_in, answer)


def _too_late(sign_in: SignIn) -> SignInRefusedError:
    return SignInRefusedError(
        f"{sign_in.name}: nobody entered the code in time; run `{sign_in.command}` again"
    )
