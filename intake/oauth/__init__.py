"""OAuth2 for mailboxes: access tokens for SASL XOAUTH2, and the refresh tokens behind them.

It knows Google's and Microsoft's endpoints and the grants of RFC 6749; it knows neither IMAP nor SMTP nor the
configuration. How a person signs in stands in `device` (RFC 8628) and `browser` (RFC 8252), which the worker does not
need. No token, secret or address stands in any error text.
"""

from intake.oauth.endpoint import SignInRefusedError
from intake.oauth.provider import SignIn
from intake.oauth.store import Kept, TokenFile, seed_of
from intake.oauth.tokens import AccessTokens
from intake.oauth.xoauth2 import initial_response

__all__ = [
    "AccessTokens",
    "Kept",
    "SignIn",
    "SignInRefusedError",
    "TokenFile",
    "initial_response",
    "seed_of",
]
