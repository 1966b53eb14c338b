"""What a client says in SASL XOAUTH2, the mechanism that Google and Microsoft share for IMAP and SMTP."""

from __future__ import annotations


def initial_response(account: str, token: str) -> str:
    """The first and only thing the client has to say; to a challenge after it, it answers with nothing.

    Such a challenge holds the server's error as JSON, and the refusal comes after the empty answer.
    See https://developers.google.com/gmail/imap/xoauth2-protocol.
    """
    return f"user={account}\x01auth=Bearer {token}\x01\x01"
