"""Letters to an SMTP server, over one kept connection.

It drives MAIL, RCPT and DATA itself, since what matters is *when* a connection is lost: before the final dot nothing can
have left (RFC 5321, 4.1.1.4), after it nobody knows. Outcomes are values whose texts hold reply codes, never what the
server wrote: it may quote addresses.
"""

from __future__ import annotations

import ipaddress
import math
import re
import smtplib
import socket
import ssl
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from intake.errors import ConfigError, TransientError
from intake.model import (
    Address,
    CheckLine,
    Deferred,
    Delivery,
    Doubtful,
    Late,
    OutboundMessage,
    Refused,
    Sent,
    Setback,
    Unavailable,
)
from intake.oauth import AccessTokens, SignInRefusedError, initial_response

_ENHANCED_CODE = re.compile(rb"\b[245]\.\d{1,3}\.\d{1,3}\b")  # RFC 3463
_LINE_END = re.compile(rb"\r\n|\r|\n")
_LEADING_DOT = re.compile(rb"^\.", re.MULTILINE)
_SERVICE_CLOSING = 421
_SYSTEM_STATUS = re.compile(r"4\d\d 4\.3\.")
"""RFC 3463, 3.4: the mail system itself is full, closing or not ready; that is not about one letter."""


@dataclass(frozen=True, slots=True)
class SmtpSettings:
    """One submission server. `plain` security is for servers on this machine only; no username means no AUTH."""

    host: str
    port: int = 587
    security: Literal["tls", "starttls", "plain"] = "starttls"
    username: str | None = field(default=None, repr=False)
    password: str = field(default="", repr=False)
    tokens: AccessTokens | None = field(default=None, repr=False)
    """Where there are any, the login is XOAUTH2 and the password is not used."""
    ca_file: Path | None = None
    hello_name: str | None = None
    """What EHLO says; None for this machine's own name."""
    timeout_seconds: float = 30.0
    answer_timeout_seconds: float = 600.0
    """For the answer to the final dot: RFC 5321 (4.5.3.2.6) asks for ten minutes, since giving up makes a doubtful letter."""


class _NoConnectionError(Exception):
    """There is no connection, or it went before the final dot. Nothing has left.

    `answered` says that the server had let us in.
    """

    def __init__(self, detail: str, *, answered: bool = False) -> None:
        super().__init__(detail)
        self.answered = answered


@dataclass(frozen=True, slots=True)
class _Reply:
    code: int
    status: str
    """The code and, where given, the enhanced code: all of an answer that may be shown."""

    @property
    def accepted(self) -> bool:
        return 200 <= self.code < 400

    @property
    def refused(self) -> bool:
        return 500 <= self.code < 600


@dataclass(frozen=True, slots=True)
class _Envelope:
    """How the server took the recipients of one letter."""

    accepted: tuple[Address, ...] = field(repr=False)
    refused: tuple[Setback, ...]
    put_off: tuple[Setback, ...]


class SmtpSink:
    """One server and at most one connection to it. ConfigError where a password would cross a network unencrypted."""

    def __init__(self, settings: SmtpSettings) -> None:
        if settings.security == "plain" and not _is_loopback(settings.host):
            raise ConfigError(
                "delivery: security: plain is for a server on this machine; use tls or starttls"
            )
        self._settings = settings
        self._smtp: smtplib.SMTP | None = None

    # ------------------------------------------------------------ the port

    def send(self, message: OutboundMessage, *, valid_until: float = math.inf) -> Delivery:
        """Hand one letter over, its Message-ID as it is, to those recipients whom the server takes now.

        Where it takes none, Refused says that no one will ever be taken, Deferred that some may be later. Late if the
        letter is not handed over by `valid_until`: that is looked at right before the final dot, which a worker that
        stood still meanwhile must not send. ConfigError for a refused login, an untrusted certificate, or a server
        without the configured encryption.
        """
        kept = self._smtp is not None
        try:
            return self._transact(message, valid_until)
        except _NoConnectionError as error:
            # Servers close connections that were silent for long; nothing was handed over, so a second go is safe.
            if not kept:
                return Unavailable(str(error), answered=error.answered)
        try:
            return self._transact(message, valid_until)
        except _NoConnectionError as error:
            return Unavailable(str(error), answered=error.answered)

    def find(self, message_id: str) -> bool | None:  # noqa: ARG002  # the port's signature
        """None: SMTP cannot be asked what it took."""
        return None

    def check(self) -> tuple[CheckLine, ...]:
        """Connect and log in. Raises nothing."""
        self._drop()
        what = "delivery: SMTP login"
        try:
            self._connection()
        except (ConfigError, _NoConnectionError) as error:
            return (CheckLine(what, works=False, advice=str(error)),)
        return (CheckLine(what, works=True),)

    def close(self) -> None:
        """Say QUIT, as far as the server still listens."""
        if self._smtp is not None:
            with suppress(smtplib.SMTPException, OSError):
                self._smtp.quit()
            self._drop()

    # ------------------------------------------------------------ one letter

    def _transact(self, message: OutboundMessage, valid_until: float) -> Delivery:
        smtp = self._connection()
        octets = on_the_wire(message.octets)
        international = _is_international(message)
        if international and not smtp.has_extn("smtputf8"):
            return Refused("the server does not take international addresses (RFC 6531)")
        smtp.command_encoding = "utf-8" if international else "ascii"
        parameters = _parameters(smtp, octets, international=international)
        mail = self._say(smtp, f"MAIL FROM:<{message.sender}>{parameters}")
        if not mail.accepted:
            self._forget(smtp)
            return _not_let_in(mail)
        envelope = self._name(smtp, message.recipients)
        if not envelope.accepted:
            self._forget(smtp)
            return _nobody(envelope)
        data = self._say(smtp, "DATA")
        if data.code != 354:
            self._forget(smtp)
            return _not_taken(data, "DATA", envelope)
        return self._hand_over(smtp, octets, valid_until, envelope) or Sent(
            message.message_id, envelope.refused, envelope.put_off
        )

    def _name(self, smtp: smtplib.SMTP, recipients: Sequence[Address]) -> _Envelope:
        """Name the recipients. Each is taken or not by itself: one that is put off keeps the letter from nobody."""
        replies = {each: self._say(smtp, f"RCPT TO:<{each}>") for each in recipients}
        failed = {each: reply for each, reply in replies.items() if not reply.accepted}
        return _Envelope(
            accepted=tuple(each for each in replies if each not in failed),
            refused=tuple(
                Setback(to, reply.status) for to, reply in failed.items() if reply.refused
            ),
            put_off=tuple(
                Setback(to, reply.status) for to, reply in failed.items() if not reply.refused
            ),
        )

    def _hand_over(
        self, smtp: smtplib.SMTP, octets: bytes, valid_until: float, envelope: _Envelope
    ) -> Delivery | None:
        """The letter itself; None where the server has taken it for those whom it accepted."""
        try:
            smtp.send(octets)
        except (smtplib.SMTPException, OSError) as error:
            raise self._lost("in the middle of the letter") from error
        if time.clock_gettime(time.CLOCK_BOOTTIME) >= valid_until:
            self._drop()  # without the final dot there is no letter (RFC 5321, 4.1.1.4)
            return Late()
        try:
            _socket(smtp).settimeout(self._settings.answer_timeout_seconds)
            smtp.send(b".\r\n")
            reply = _reply(*smtp.getreply())
            _socket(smtp).settimeout(self._settings.timeout_seconds)
        except (smtplib.SMTPException, OSError):
            self._drop()
            return Doubtful("the connection was lost after the letter was handed over")
        if reply.code == _SERVICE_CLOSING or reply.code < 0:
            self._drop()
        if reply.code < 0:
            return Doubtful("the answer to the letter is no SMTP")
        return None if reply.accepted else _not_taken(reply, "the letter", envelope)

    def _say(self, smtp: smtplib.SMTP, command: str) -> _Reply:
        try:
            reply = _reply(*smtp.docmd(command))
        except (smtplib.SMTPException, OSError) as error:
            raise self._lost(f"at {command[:4]}") from error
        if reply.code in {_SERVICE_CLOSING, -1}:
            self._drop()
            raise _NoConnectionError(
                f"the server closed the connection with {reply.status}", answered=True
            )
        return reply

    def _forget(self, smtp: smtplib.SMTP) -> None:
        """End a transaction of which nothing came."""
        with suppress(_NoConnectionError):
            self._say(smtp, "RSET")

    def _lost(self, when: str) -> _NoConnectionError:
        self._drop()
        return _NoConnectionError(
            f"the connection to the SMTP server was lost {when}", answered=True
        )

    # ------------------------------------------------------------ the connection

    def _connection(self) -> smtplib.SMTP:
        if self._smtp is None:
            smtp = self._open()
            try:
                self._secure(smtp)
                self._log_in(smtp)
            except BaseException:
                smtp.close()
                raise
            # The final dot is a packet of its own; Nagle's algorithm would keep it back for 40 ms.
            _socket(smtp).setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._smtp = smtp
        return self._smtp

    def _open(self) -> smtplib.SMTP:
        settings = self._settings
        try:
            if settings.security == "tls":
                return smtplib.SMTP_SSL(
                    settings.host,
                    settings.port,
                    local_hostname=settings.hello_name,
                    timeout=settings.timeout_seconds,
                    context=_context(settings),
                )
            return smtplib.SMTP(
                settings.host,
                settings.port,
                local_hostname=settings.hello_name,
                timeout=settings.timeout_seconds,
            )
        except ssl.SSLCertVerificationError as error:
            raise _untrusted() from error
        except (smtplib.SMTPException, OSError) as error:
            raise _unreachable(error) from None

    def _secure(self, smtp: smtplib.SMTP) -> None:
        try:
            if self._settings.security == "starttls":
                smtp.starttls(context=_context(self._settings))
            smtp.ehlo_or_helo_if_needed()
        except smtplib.SMTPNotSupportedError:
            raise ConfigError(
                "delivery: the server does not offer STARTTLS; set security to tls"
            ) from None
        except ssl.SSLCertVerificationError as error:
            raise _untrusted() from error
        except (smtplib.SMTPException, OSError) as error:
            raise _unreachable(error) from None

    def _log_in(self, smtp: smtplib.SMTP) -> None:
        username, tokens = self._settings.username, self._settings.tokens
        if username is None:
            return
        try:
            if tokens is None:
                smtp.login(username, self._settings.password)
            else:
                _log_in_with_token(smtp, username, tokens)
        except smtplib.SMTPAuthenticationError as error:
            if 400 <= error.smtp_code < 500:
                raise _unreachable(error) from None
            raise _not_admitted(error, tokens) from None
        except (smtplib.SMTPServerDisconnected, smtplib.SMTPResponseException, OSError) as error:
            raise _unreachable(error) from None
        except (smtplib.SMTPException, UnicodeEncodeError):
            raise ConfigError(
                "delivery: the server offers no login that username and password can be used for"
            ) from None

    def _drop(self) -> None:
        if self._smtp is not None:
            self._smtp.close()
            self._smtp = None


def _not_let_in(mail: _Reply) -> Delivery:
    """What an answer to MAIL makes of a letter; it speaks of us, never of a recipient."""
    if mail.refused:
        return Refused(f"{mail.status} to MAIL")
    return Unavailable(f"{mail.status} to MAIL", answered=True)


def _nobody(envelope: _Envelope) -> Delivery:
    """What it makes of a letter that none of its recipients was accepted."""
    if envelope.put_off:
        return Deferred(f"{envelope.put_off[0].status} to RCPT", envelope.refused)
    return Refused(f"{envelope.refused[0].status} to RCPT", envelope.refused)


def _not_taken(reply: _Reply, what: str, envelope: _Envelope) -> Delivery:
    """What an answer to DATA or to the letter makes of it, where it is no yes."""
    detail = f"{reply.status} to {what}"
    if reply.code == _SERVICE_CLOSING or _SYSTEM_STATUS.match(reply.status):
        return Unavailable(detail, answered=True)
    if not reply.refused:
        return Deferred(detail, envelope.refused)
    alone = len(envelope.accepted) == 1
    refused = (
        *envelope.refused,
        *(Setback(each, reply.status, alone=alone) for each in envelope.accepted),
    )
    return Deferred(detail, refused) if envelope.put_off else Refused(detail, refused)


def on_the_wire(octets: bytes) -> bytes:
    """A message as DATA carries it: CRLF, dots doubled at the start of lines (RFC 5321, 4.5.2), a line end at the end."""
    lines = _LINE_END.sub(b"\r\n", octets)
    ended = lines if lines.endswith(b"\r\n") else lines + b"\r\n"
    return _LEADING_DOT.sub(b"..", ended)


def _parameters(smtp: smtplib.SMTP, octets: bytes, *, international: bool) -> str:
    """What MAIL announces, as far as the server knows it (RFC 1870, 6152, 6531)."""
    size = f" SIZE={len(octets)}" if smtp.has_extn("size") else ""
    eight = " BODY=8BITMIME" if not octets.isascii() and smtp.has_extn("8bitmime") else ""
    return size + eight + (" SMTPUTF8" if international else "")


def _is_international(message: OutboundMessage) -> bool:
    """Whether an address or the header block needs SMTPUTF8."""
    header_block = message.octets.partition(b"\r\n\r\n")[0]
    addresses = (message.sender, *message.recipients)
    return not header_block.isascii() or not all(address.isascii() for address in addresses)


def _reply(code: int, text: bytes) -> _Reply:
    enhanced = _ENHANCED_CODE.search(text)
    return _Reply(code, f"{code} {enhanced[0].decode()}" if enhanced else str(code))


def _socket(smtp: smtplib.SMTP) -> socket.socket:
    """The connection's socket, which smtplib forgets when it is lost."""
    if smtp.sock is None:
        raise smtplib.SMTPServerDisconnected
    return smtp.sock


def _log_in_with_token(smtp: smtplib.SMTP, username: str, tokens: AccessTokens) -> None:
    """XOAUTH2. A token that is refused is replaced once: it may have been withdrawn before its time."""
    if "XOAUTH2" not in smtp.esmtp_features.get("auth", "").upper().split():
        raise ConfigError("delivery: the server takes no OAuth2 (XOAUTH2); use a password")
    try:
        token = tokens.token()
        try:
            _show_token(smtp, username, token)
        except smtplib.SMTPAuthenticationError as error:
            if error.smtp_code < 500:
                raise
            _show_token(smtp, username, tokens.token(refused=token))
    except SignInRefusedError as error:
        raise ConfigError(str(error)) from None
    except TransientError as error:
        raise _NoConnectionError(str(error)) from None


def _show_token(smtp: smtplib.SMTP, username: str, token: str) -> None:
    said = iter((initial_response(username, token),))
    smtp.auth("XOAUTH2", lambda _=None: next(said, ""))


def _not_admitted(
    error: smtplib.SMTPAuthenticationError, tokens: AccessTokens | None
) -> ConfigError:
    if tokens is None:
        return ConfigError("delivery: the server refused the login; check username and password")
    said = error.smtp_error
    if b"5.7.139" in (said if isinstance(said, bytes) else said.encode()):
        return ConfigError(
            "delivery: the server refused the login (5.7.139); SMTP AUTH is turned off for the mailbox "
            "or the whole organisation, an administrator can turn it on"
        )
    return ConfigError(
        f"delivery: the server refused the login, with a new token as well; {tokens.sign_in.advice}"
    )


def _untrusted() -> ConfigError:
    return ConfigError(
        "delivery: the server's certificate is not trusted; renew it, or name its authority in SSL_CERT_FILE"
    )


def _unreachable(error: Exception) -> _NoConnectionError:
    return _NoConnectionError(
        f"no connection to the SMTP server ({type(error).__name__}); check delivery.host, port and security"
    )


def _context(settings: SmtpSettings) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=settings.ca_file)
    except OSError as error:
        raise ConfigError("delivery: ca_file cannot be read") from error


def _is_loopback(host: str) -> bool:
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
