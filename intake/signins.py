"""The OAuth2 sign-ins that a configuration names, and where this machine keeps their tokens."""

from __future__ import annotations

from intake.config import ImapSource, OAuth2Settings, Settings, SmtpDelivery
from intake.oauth import AccessTokens, SignIn, TokenFile

DELIVERY = "delivery"


def sign_ins(settings: Settings) -> dict[str, SignIn]:
    """Every sign-in by its place in the configuration: `sources[0]`, `delivery`. The same account may stand at several."""
    found = {
        f"sources[{number}]": (source.username, source.oauth2, f"--source {number}")
        for number, source in enumerate(settings.sources)
        if isinstance(source, ImapSource)
    }
    delivery = settings.delivery
    if isinstance(delivery, SmtpDelivery) and delivery.username is not None:
        found[DELIVERY] = (delivery.username, delivery.oauth2, "--delivery")
    return {
        name: _sign_in(name, account, oauth2, option)
        for name, (account, oauth2, option) in found.items()
        if oauth2 is not None
    }


def access_tokens(settings: Settings, name: str) -> AccessTokens | None:
    """Where the mailbox at that place gets its tokens, None where it has a password or needs none."""
    sign_in = sign_ins(settings).get(name)
    return AccessTokens(sign_in, token_file(settings, sign_in)) if sign_in else None


def token_file(settings: Settings, sign_in: SignIn) -> TokenFile:
    """Where the refresh token of an account is kept."""
    return TokenFile(settings.state_folder, sign_in, key=settings.keys.tokens.get_secret_value())


def _sign_in(name: str, account: str, oauth2: OAuth2Settings, option: str) -> SignIn:
    secret, refresh = oauth2.client_secret, oauth2.refresh_token
    return SignIn(
        name=name,
        provider=oauth2.provider,
        account=account,
        client_id=oauth2.client_id,
        client_secret=secret.get_secret_value() if secret else None,
        refresh_token=refresh.get_secret_value() if refresh else None,
        tenant=oauth2.tenant,
        token_url=oauth2.token_url,
        device_url=oauth2.device_url,
        authorization_url=oauth2.authorization_url,
        custom_scope=oauth2.scope,
        command=f"intake oauth login {option}",
    )
