"""The two providers: where they answer, what is asked of them, and by which grant a sign-in gets its tokens."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

_GOOGLE_SCOPE = "https://mail.google.com/"
_MICROSOFT_SCOPE = (
    "https://outlook.office.com/IMAP.AccessAsUser.All https://outlook.office.com/SMTP.Send"
    " offline_access"
)
_MICROSOFT_APP_SCOPE = "https://outlook.office365.com/.default"
_MICROSOFT = "https://login.microsoftonline.com"


@dataclass(frozen=True, slots=True)
class SignIn:
    """One mail account, and the app in whose name it is used.

    `name` is where it stands in the configuration and `command` what a person runs to sign in again; both are for error
    texts. `refresh_token` is the one that the configuration gives, None where one is kept from `intake oauth login`.
    The three addresses and the scope are None for the provider's own. `ca_file` replaces the system's authorities.
    """

    name: str
    provider: Literal["google", "microsoft"]
    account: str = field(repr=False)
    client_id: str = field(repr=False)
    client_secret: str | None = field(default=None, repr=False)
    refresh_token: str | None = field(default=None, repr=False)
    tenant: str | None = field(default=None, repr=False)
    token_url: str | None = field(default=None, repr=False)
    device_url: str | None = field(default=None, repr=False)
    authorization_url: str | None = field(default=None, repr=False)
    custom_scope: str | None = None
    command: str = "intake oauth login"
    ca_file: Path | None = None
    timeout_seconds: float = 20.0

    @property
    def by_itself(self) -> bool:
        """Whether the app signs in with its own secret and no person does (RFC 6749, 4.4); Microsoft only."""
        is_microsoft = self.provider == "microsoft"
        return is_microsoft and self.client_secret is not None and self.refresh_token is None

    @property
    def advice(self) -> str:
        """What to do where the mail server refuses a token that is new."""
        if self.by_itself:
            return "give the app's service principal access to the mailbox, as the README says"
        return f"check that username is the account that signed in, then run `{self.command}`"

    @property
    def provider_name(self) -> str:
        """The provider as people write it."""
        return self.provider.capitalize()

    @property
    def token_endpoint(self) -> str:
        """Where grants become tokens."""
        google = "https://oauth2.googleapis.com/token"
        return self.token_url or (google if self.provider == "google" else self._microsoft("token"))

    @property
    def device_endpoint(self) -> str:
        """Where a device code is asked for; at Google it grants no mail scope, to whichever app."""
        google = "https://oauth2.googleapis.com/device/code"
        return self.device_url or (
            google if self.provider == "google" else self._microsoft("devicecode")
        )

    @property
    def authorization_endpoint(self) -> str:
        """Where a person's browser is sent."""
        google = "https://accounts.google.com/o/oauth2/v2/auth"
        return self.authorization_url or (
            google if self.provider == "google" else self._microsoft("authorize")
        )

    @property
    def scope(self) -> str:
        """What is asked for: IMAP and SMTP at once, so that one sign-in serves both."""
        if self.custom_scope is not None:
            return self.custom_scope
        if self.provider == "google":
            return _GOOGLE_SCOPE
        return _MICROSOFT_APP_SCOPE if self.by_itself else _MICROSOFT_SCOPE

    @property
    def app_fields(self) -> dict[str, str]:
        """How the app makes itself known at the token endpoint."""
        secret = {"client_secret": self.client_secret} if self.client_secret is not None else {}
        return {"client_id": self.client_id} | secret

    @property
    def identity(self) -> str:
        """The same for the same account and app, wherever it stands; it tells nothing of them."""
        parts = (self.provider, self.token_endpoint, self.client_id, self.account.lower())
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]

    def _microsoft(self, what: str) -> str:
        return f"{_MICROSOFT}/{self.tenant or 'common'}/oauth2/v2.0/{what}"
