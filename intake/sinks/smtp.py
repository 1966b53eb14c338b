"""Letters to an SMTP server, over one kept connection.

It drives MAIL, RCPT and DATA itself, since what matters is *when* a connection is lost: before the final dot nothing can
have left (RFC 5321, 4.1.1.4), after it nobody knows. Outcomes are values whose texts hold reply codes, never what the
server wrote: it may quote addresses.
"""

from __future__ import annotations

import ipaddress
import re
import smtplib
import socket
import ssl
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from intake.errors import ConfigError
from intake.model import (
    Address,
    CheckLine,
    Deferred,
    Delivery,
    Doubtful,
    OutboundMessage,
    Refused,
    Sent,
)

_ENHANCED_CODE = re.compile(rb"\b[245]\.\d{1,3}\.\d{1,3}\b")  # RFC 3463
_LINE_END = re.compile(rb"\r\n|\r|\n")
_LEADING_DOT = re.compile(rb"^\.", re.MULTILINE)
_SERVICE_CLOSING = 421


@dataclass(frozen=True, slots=True)
class SmtpSettings:
    """One submission server. `plain` security is for servers on this machine only; no username means no AUTH."""

    host: str
    port: int = 587
    security: Literal["tls", "starttls", "plain"] = "starttls"
    username: str | None = field(default=None, repr=False)
    password: str = field(default="", repr=False)
    ca_file: Path | None = None
    hello_name: str | None = None
    """What EHLO says; None for this machine's own name."""
    timeout_seconds: float = 30.0
    answer_timeout_seconds: float = 600.0
    """For the answer to the final dot: RFC 5321 (4.5.3.2.6) asks for ten minutes, since giving up makes a doubtful letter."""


class _NoConnectionError(Exception):
    """There is no connection, or it went before the final dot. Nothing has left."""


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

    def send(self, message: OutboundMessage) -> Delivery:
        """Hand one letter over, its Message-ID as it is.

        Deferred if any recipient is put off for now (then nobody gets it yet); Refused if all are refused; else it goes
        to the rest, and `Sent.refused` names the others. ConfigError for a refused login, an untrusted certificate, or
        a server without the configured encryption.
        """
        kept = self._smtp is not None
        try:
            return self._transact(message)
        except _NoConnectionError as error:
            # Servers close connections that were silent for long; nothing was handed over, so a second go is safe.
            if not kept:
                return Deferred(str(error))
        try:
            return self._transact(message)
        except _NoConnectionError as error:
            return Deferred(str(error))

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

    def _transact(self, message: OutboundMessage) -> Delivery:
        smtp = self._connection()
        octets = on_the_wire(message.octets)
        international = _is_international(message)
        if international and not smtp.has_extn("smtputf8"):
            return Refused("the server does not take international addresses (RFC 6531)")
        smtp.command_encoding = "utf-8" if international else "ascii"
        parameters = _parameters(smtp, octets, international=international)
        mail = self._say(smtp, f"MAIL FROM:<{message.sender}>{parameters}")
        if not mail.accepted:
            return self._rejected(smtp, mail, "MAIL")
        refused: list[Address] = []
        for recipient in message.recipients:
            reply = self._say(smtp, f"RCPT TO:<{recipient}>")
            if reply.refused:
                refused.append(recipient)
            if not reply.accepted and (
                not reply.refused or len(refused) == len(message.recipients)
            ):
                return self._rejected(smtp, reply, "RCPT")
        data = self._say(smtp, "DATA")
        if data.code != 354:
            return self._rejected(smtp, data, "DATA")
        return self._hand_over(smtp, octets, Sent(message.message_id, tuple(refused)))

    def _hand_over(self, smtp: smtplib.SMTP, octets: bytes, success: Sent) -> Delivery:
        try:
            smtp.send(octets)
        except (smtplib.SMTPException, OSError) as error:
            raise self._lost("in the middle of the letter") from error
        try:
            _socket(smtp).settimeout(self._settings.answer_timeout_seconds)
            smtp.send(b".\r\n")
            reply = _reply(*smtp.getreply())
            _socket(smtp).settimeout(self._settings.timeout_seconds)
        except (smtplib.SMTPException, OSError):
            self._drop()
            return Doubtful("the connection was lost after the letter was handed over")
        if reply.accepted:
            return success
        if reply.refused:
            return Refused(f"{reply.status} to the letter")
        if reply.code == _SERVICE_CLOSING:
            self._drop()
        if reply.code < 0:
            self._drop()
            return Doubtful("the answer to the letter is no SMTP")
        return Deferred(f"{reply.status} to the letter")

    def _say(self, smtp: smtplib.SMTP, command: str) -> _Reply:
        try:
            reply = _reply(*smtp.docmd(command))
        except (smtplib.SMTPException, OSError) as error:
            raise self._lost(f"at {command[:4]}") from error
        if reply.code in {_SERVICE_CLOSING, -1}:
            self._drop()
            raise _NoConnectionError(f"the server closed the connection with {reply.status}")
        return reply

    def _rejected(self, smtp: smtplib.SMTP, reply: _Reply, command: str) -> Delivery:
        with suppress(_NoConnectionError):
            self._say(smtp, "RSET")
        outcome = Refused if reply.refused else Deferred
        return outcome(f"{reply.status} to {command}")

    def _lost(self, when: str) -> _NoConnectionError:
        self._drop()
        return _NoConnectionError(f"the connection to the SMTP server was lost {when}")

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
        if self._settings.username is None:
            return
        try:
            smtp.login(self._settings.username, self._settings.password)
        except smtplib.SMTPAuthenticationError as error:
            if 400 <= error.smtp_code < 500:
                raise _unreachable(error) from None
            raise ConfigError(
                "delivery: the server refused the login; check username and password"
            ) from None
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
