"""Access tokens for one account: kept in memory until shortly before they expire, got anew in time or on a refusal."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from intake.oauth.endpoint import Answer, SignInRefusedError, post, refusal
from intake.oauth.provider import SignIn
from intake.oauth.store import Kept, TokenFile, seed_of

_MARGIN_SECONDS = 120.0
"""A token is given up this long before it expires, so that no login begins with one that ends meanwhile."""
_UNKNOWN_LIFE_SECONDS = 300.0


@dataclass(frozen=True, slots=True)
class _Held:
    token: str = field(repr=False)
    until: float


class AccessTokens:
    """Where a mailbox gets its access token from. May be asked by several threads."""

    def __init__(
        self, sign_in: SignIn, file: TokenFile, *, clock: Callable[[], float] = time.time
    ) -> None:
        self.sign_in = sign_in
        self._file = file
        self._clock = clock
        self._held: _Held | None = None
        self._unkept: Kept | None = None
        """A replaced refresh token that the disk did not take; the one before it may be worthless by now."""
        self._lock = threading.Lock()

    def token(self, *, refused: str | None = None) -> str:
        """A token that is good for the next minutes; another one than `refused`, which the mail server did not take.

        TransientError where the provider cannot be reached; SignInRefusedError where a person has to act.
        """
        with self._lock:
            held = self._held
            if held is None or held.token == refused or self._clock() >= held.until:
                self._held = None
                held = self._held = self._got()
            return held.token

    def _got(self) -> _Held:
        if self.sign_in.by_itself:
            grant = {"grant_type": "client_credentials", "scope": self.sign_in.scope}
            return self._held_from(self._granted(grant))
        with self._file.locked():
            return self._held_from(self._refreshed())

    def _refreshed(self) -> Answer:
        """Use the newest refresh token, and keep the one that comes back (RFC 6749, 6)."""
        read = self._file.read()
        kept = self._unkept or self._newest(read)
        grant = {"grant_type": "refresh_token", "refresh_token": kept.refresh_token}
        answer = self._granted(grant | {"scope": self.sign_in.scope})
        rotated = answer.text("refresh_token") or kept.refresh_token
        self._keep(Kept(rotated, kept.seed), read)
        return answer

    def _newest(self, read: Kept | None) -> Kept:
        """What is kept, unless the configuration has got another one since."""
        configured = self.sign_in.refresh_token
        seed = seed_of(configured)
        if read is not None and read.seed == seed:
            return read
        if configured is None:
            raise SignInRefusedError(
                f"{self.sign_in.name}: nobody has signed in yet; run `{self.sign_in.command}`"
            )
        return Kept(configured, seed)

    def _keep(self, kept: Kept, read: Kept | None) -> None:
        """Keep a token that came; one that stands in the configuration is there already."""
        configured = kept.refresh_token == self.sign_in.refresh_token
        unencrypted = self._file.encrypts and self._file.in_clear()
        if kept == read and not unencrypted:
            return
        if read is None and configured:
            return
        self._unkept = kept
        self._file.write(kept)
        self._unkept = None

    def _granted(self, grant: dict[str, str]) -> Answer:
        answer = post(self.sign_in, self.sign_in.token_endpoint, self.sign_in.app_fields | grant)
        if not answer.granted or not answer.text("access_token"):
            raise refusal(self.sign_in, answer)
        return answer

    def _held_from(self, answer: Answer) -> _Held:
        life = answer.seconds("expires_in", _UNKNOWN_LIFE_SECONDS)
        margin = min(_MARGIN_SECONDS, life / 4)
        return _Held(answer.text("access_token"), self._clock() + life - margin)
