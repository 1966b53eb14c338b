"""One logged-in connection to an IMAP server, with typed answers; the only module that knows imapclient.

It speaks the protocol and translates the library's errors. Which messages are wanted, and when to connect again, is for
`intake.sources.imap` to decide. Error texts hold the source's name and nothing that the server said: it may quote mail.
"""

from __future__ import annotations

import ipaddress
import re
import select
import socket
import ssl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Literal

import imapclient  # type: ignore[import-untyped]  # it has no annotations that a checker may use
from imapclient.exceptions import (  # type: ignore[import-untyped]  # as above
    IMAPClientAbortError,
    IMAPClientError,
    LoginError,
)

from intake.errors import (
    AccessRefusedError,
    ConfigError,
    IntakeError,
    PermanentError,
    TransientError,
)
from intake.oauth import AccessTokens, SignInRefusedError, initial_response

_LIBRARY_ERRORS = (IMAPClientError, OSError, ValueError, LookupError, AttributeError, TypeError)
"""What imapclient and imaplib let out: their own, the socket's, and those of parsing an answer that is no IMAP."""
_SEARCH_WINDOW = 100_000
"""Messages in one SEARCH: imaplib gives up on a line of more than 1,000,000 octets."""
_COMMAND_UIDS = 500
"""UIDs in one command: a line should stay under 8,000 octets (RFC 2683, 3.2.1.5)."""
_HEADER_OCTETS = 262_144
"""All that is taken of an oversized message; header blocks of real mail stay under it."""
_PASSING_REFUSALS = ("[UNAVAILABLE]", "[INUSE]", "[LIMIT]")
"""Codes of RFC 5530 with which a server refuses a login that is right."""
_KEEP_ALIVE = {"TCP_KEEPIDLE": 60, "TCP_KEEPINTVL": 15, "TCP_KEEPCNT": 4}
"""A connection that idles, and whose other end has gone without a word, is given up after two minutes, not two hours."""
_ARRIVAL = re.compile(rb"\* \d+ EXISTS\b", re.IGNORECASE)


class RefusedError(TransientError):
    """The server answered NO or BAD to one command; the connection is still good."""


@dataclass(frozen=True, slots=True)
class ImapSettings:
    """One mailbox. `plain` security is for servers on this machine only; `ca_file` replaces the system's authorities.

    Where there are `tokens`, the login is XOAUTH2 and the password is not used.
    """

    host: str
    username: str = field(repr=False)
    password: str = field(default="", repr=False)
    tokens: AccessTokens | None = field(default=None, repr=False)
    name: str = "imap"
    port: int = 993
    security: Literal["tls", "starttls", "plain"] = "tls"
    ca_file: Path | None = None
    folder: str = "INBOX"
    done_folder: str = "Intake/Done"
    held_folder: str = "Intake/Held"
    max_message_octets: int = 52_428_800
    poll_seconds: float = 60.0
    connect_timeout_seconds: float = 15.0
    read_timeout_seconds: float = 60.0
    idle_renew_seconds: float = 540.0
    """RFC 2177 asks for less than 29 minutes; many routers forget a silent connection after ten."""


@dataclass(frozen=True, slots=True)
class FetchedBody:
    """Octets of one message, and its INTERNALDATE in UTC."""

    octets: bytes = field(repr=False)
    received_at: datetime


class ImapSession:
    """One connection in one thread. After a TransientError other than RefusedError it is closed and of no more use."""

    def __init__(self, settings: ImapSettings) -> None:
        self._settings = settings
        self._name = settings.name
        self.alive = True
        self.selected: str | None = None
        self.uidvalidity = 0
        self._exists = 0
        self._idling = False
        self._client = self._connect()
        with self._speaking("login"):
            self._log_in()
        with self._speaking("reading the namespace"):
            self._prefix, self._separator = self._hierarchy()

    # ------------------------------------------------------------ connecting

    def _connect(self) -> imapclient.IMAPClient:
        settings = self._settings
        require_safe_transport(settings)
        try:
            client = imapclient.IMAPClient(
                settings.host,
                port=settings.port,
                ssl=settings.security == "tls",
                ssl_context=_context(settings) if settings.security == "tls" else None,
                timeout=imapclient.SocketTimeout(
                    settings.connect_timeout_seconds, settings.read_timeout_seconds
                ),
            )
        except ssl.SSLCertVerificationError as error:
            raise AccessRefusedError(
                f"{self._name}: the server's certificate is not trusted; renew it, or name its authority in SSL_CERT_FILE"
            ) from error
        except _LIBRARY_ERRORS as error:
            raise TransientError(
                f"{self._name}: no connection to the IMAP server ({type(error).__name__}); "
                "check its host, port and security"
            ) from None
        # The library asks imaplib to repr() every literal for a log nobody reads: 4 to 8 times slower.
        client._imap.debug = 0  # noqa: SLF001
        client.normalise_times = False  # else INTERNALDATE is naive local time
        client.socket().setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        for option, value in _KEEP_ALIVE.items():
            if hasattr(socket, option):
                client.socket().setsockopt(socket.IPPROTO_TCP, getattr(socket, option), value)
        # The library sends a command and its line end apart; Nagle's algorithm would keep the second back for 40 ms.
        client.socket().setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if settings.security == "starttls":
            self._start_tls(client)
        return client

    def _start_tls(self, client: imapclient.IMAPClient) -> None:
        try:
            client.starttls(_context(self._settings))
        except ssl.SSLCertVerificationError as error:
            _shut(client)
            raise AccessRefusedError(
                f"{self._name}: the server's certificate is not trusted; renew it, or name its authority in SSL_CERT_FILE"
            ) from error
        except OSError as error:
            _shut(client)
            raise TransientError(
                f"{self._name}: STARTTLS failed ({type(error).__name__})"
            ) from None
        except _LIBRARY_ERRORS:
            _shut(client)
            raise AccessRefusedError(
                f"{self._name}: the server does not offer STARTTLS; set security to tls"
            ) from None

    def _log_in(self) -> None:
        tokens = self._settings.tokens
        try:
            if tokens is None:
                self._log_in_with_password()
            else:
                self._log_in_with_token(tokens)
        except IntakeError:
            self.drop()
            raise

    def _log_in_with_password(self) -> None:
        settings = self._settings
        try:
            if settings.username.isascii() and settings.password.isascii():
                self._client.login(settings.username, settings.password)
            else:  # LOGIN takes ASCII only
                self._client.plain_login(settings.username, settings.password)
        except LoginError as error:
            if _is_passing(error):
                raise
            raise AccessRefusedError(
                f"{self._name}: the server refused the login; check username and password"
            ) from None

    def _log_in_with_token(self, tokens: AccessTokens) -> None:
        """XOAUTH2. A token that is refused is replaced once: it may have been withdrawn before its time."""
        if not self._client.has_capability("AUTH=XOAUTH2"):
            raise AccessRefusedError(
                f"{self._name}: the server takes no OAuth2 (XOAUTH2); use a password"
            )
        try:
            token = tokens.token()
            if self._takes(token) or self._takes(tokens.token(refused=token)):
                return
        except SignInRefusedError as error:
            raise AccessRefusedError(str(error)) from None
        raise AccessRefusedError(
            f"{self._name}: the server refused the login, with a new token as well; {tokens.sign_in.advice}"
        )

    def _takes(self, token: str) -> bool:
        said = iter((initial_response(self._settings.username, token),))
        try:
            self._client.sasl_login("XOAUTH2", lambda _: next(said, b""))
        except LoginError as error:
            if _is_passing(error):
                raise
            return False
        return True

    def _hierarchy(self) -> tuple[str, str]:
        """The prefix of personal folders, and what parts a folder from its parent ("" for a flat server)."""
        if self._client.has_capability("NAMESPACE"):
            personal = self._client.namespace().personal
            if personal:
                prefix, separator = personal[0]
                return str(prefix), str(separator or "")
        listed = self._client.list_folders("", "")
        separator = listed[0][1] if listed else b"/"
        return "", separator.decode("ascii") if separator else ""

    # ------------------------------------------------------------ errors

    @contextmanager
    def _speaking(self, doing: str) -> Iterator[None]:
        """Translate what the library raises. Its texts may quote mail and secrets, so they end here."""
        try:
            yield
        except _LIBRARY_ERRORS as error:
            kind = type(error).__name__
            refused = isinstance(error, IMAPClientError) and not isinstance(
                error, (IMAPClientAbortError, LoginError)
            )
            if refused:
                raise RefusedError(f"{self._name}: the server refused {doing}") from None
            self.drop()
            raise TransientError(f"{self._name}: connection lost at {doing} ({kind})") from None

    def drop(self) -> None:
        """Close the socket without a word to the server."""
        self.alive = False
        self._idling = False
        _shut(self._client)

    def close(self) -> None:
        """Log out politely, as far as the server still listens."""
        if not self.alive:
            return
        with suppress(TransientError):
            self.end_idle()
        with suppress(*_LIBRARY_ERRORS):
            if self.alive:
                self._client.logout()
        self.drop()

    # ------------------------------------------------------------ folders

    def has(self, capability: str) -> bool:
        """Whether the server offers an extension."""
        with self._speaking("CAPABILITY"):
            return bool(self._client.has_capability(capability))

    def folder_name(self, name: str) -> str:
        """A configured folder name as this server writes it."""
        return folder_on_server(name, prefix=self._prefix, separator=self._separator)

    def select(self, name: str, *, readonly: bool = False) -> None:
        """Open a folder; PermanentError where there is none."""
        self.end_idle()
        self.selected = None
        try:
            with self._speaking("SELECT"):
                answer = self._client.select_folder(self.folder_name(name), readonly=readonly)
                self.uidvalidity = int(answer[b"UIDVALIDITY"])
                self._exists = int(answer[b"EXISTS"])
        except RefusedError as error:
            raise PermanentError(
                f"{self._name}: a configured folder cannot be opened; see folder"
            ) from error
        self.selected = name

    def exists(self, name: str) -> bool:
        """Whether there is such a folder."""
        self.end_idle()
        with self._speaking("LIST"):
            return bool(self._client.folder_exists(self.folder_name(name)))

    def create(self, name: str) -> None:
        """Create a folder, and let mail programs show it."""
        self.end_idle()
        folder = self.folder_name(name)
        with self._speaking("CREATE"):
            self._client.create_folder(folder)
        with suppress(RefusedError), self._speaking("SUBSCRIBE"):
            self._client.subscribe_folder(folder)

    # ------------------------------------------------------------ messages

    def search(self) -> list[int]:
        """The UIDs of the selected folder, lowest first, without those marked as deleted."""
        self.end_idle()
        found: list[int] = []
        with self._speaking("SEARCH"):
            if self._exists <= _SEARCH_WINDOW:
                return sorted(self._client.search(["UNDELETED"]))
            for first in range(1, self._exists + 1, _SEARCH_WINDOW):
                last = min(first + _SEARCH_WINDOW - 1, self._exists)
                found += self._client.search([f"{first}:{last}", "UNDELETED"])
        return sorted(found)

    def has_from(self, uid: int) -> bool:
        """Whether a message with that UID or a later one is there.

        Asked again while the server tells of arrivals in the answer itself: the search may not have seen those, and
        IDLE will not tell of them a second time.
        """
        self.end_idle()
        with self._speaking("SEARCH"):
            for _ in range(3):
                self._client._imap.response("EXISTS")  # noqa: SLF001  # forget the earlier ones
                self._client.noop()
                found = self._client.search(["UID", f"{uid}:*", "UNDELETED"])
                # n:* always matches the last message, whatever its UID (RFC 3501, 6.4.8).
                if any(int(candidate) >= uid for candidate in found):
                    return True
                if self._client._imap.response("EXISTS")[1] == [None]:  # noqa: SLF001
                    return False
        return False

    def holds(self, message_id: str, since: date) -> bool:
        """Whether the selected folder has a message with that Message-ID that arrived on that day or later.

        The day keeps it quick: without one, a server reads the header of every message in the folder. The server is
        asked for news first, since a search need not know what others have put there meanwhile (RFC 3501, 6.1.2).
        """
        self.end_idle()
        with self._speaking("SEARCH"):
            self._client.noop()
            return bool(self._client.search(["SINCE", since, "HEADER", "Message-ID", message_id]))

    def append(self, name: str, octets: bytes, at: datetime) -> None:
        """Put a message that has been seen into a folder, as of that moment."""
        self.end_idle()
        with self._speaking("APPEND"):
            self._client.append(self.folder_name(name), octets, (imapclient.SEEN,), at)

    def sizes(self, uids: Sequence[int]) -> dict[int, int]:
        """RFC822.SIZE of each message that is still there."""
        self.end_idle()
        with self._speaking("FETCH"):
            answer = self._client.fetch(list(uids), ["RFC822.SIZE"])
            return {
                int(uid): int(entry[b"RFC822.SIZE"])
                for uid, entry in answer.items()
                if b"RFC822.SIZE" in entry
            }

    def bodies(self, uids: Sequence[int]) -> dict[int, FetchedBody]:
        """Whole messages, as many as the server gives; no flag is set."""
        return self._fetch(uids, "BODY.PEEK[]", b"BODY[]")

    def header_blocks(self, uids: Sequence[int]) -> dict[int, FetchedBody]:
        """Header blocks only, each cut at 256 KB."""
        return self._fetch(uids, f"BODY.PEEK[HEADER]<0.{_HEADER_OCTETS}>", b"BODY[HEADER]<0>")

    def _fetch(self, uids: Sequence[int], section: str, key: bytes) -> dict[int, FetchedBody]:
        self.end_idle()
        with self._speaking("FETCH"):
            answer = self._client.fetch(list(uids), ["INTERNALDATE", section])
            bodies: dict[int, FetchedBody] = {}
            for uid in uids:
                # An entry may lack its body, or be missing: the message is then fetched later, never taken as read.
                entry = answer.pop(uid, {})
                octets = entry.get(key)
                if isinstance(octets, bytes):
                    bodies[uid] = FetchedBody(octets, _aware(entry.get(b"INTERNALDATE")))
            return bodies

    def move(self, uids: Sequence[int], name: str) -> None:
        """Take messages to another folder. UIDs that are gone are no error.

        UID MOVE (RFC 6851); else COPY, the flag Deleted and UID EXPUNGE (RFC 4315); else they stay, marked: a bare EXPUNGE
        would remove what other programs marked as well.
        """
        self.end_idle()
        folder = self.folder_name(name)
        for start in range(0, len(uids), _COMMAND_UIDS):
            some = list(uids[start : start + _COMMAND_UIDS])
            with self._speaking("MOVE"):
                if self._client.has_capability("MOVE"):
                    self._client.move(some, folder)
                    continue
                self._client.copy(some, folder)
                self._client.add_flags(some, [imapclient.DELETED], silent=True)
                if self._client.has_capability("UIDPLUS"):
                    self._client.uid_expunge(some)

    # ------------------------------------------------------------ IDLE (RFC 2177)

    @property
    def idling(self) -> bool:
        """Whether the server is asked to tell of arrivals; any other command ends that."""
        return self._idling

    def begin_idle(self) -> None:
        """Ask the server to tell of arrivals. RefusedError where it does not, and then the session is closed."""
        try:
            with self._speaking("IDLE"):
                self._client.idle()
        except RefusedError:
            # Either NO, or a line before the continuation that the library cannot take: nobody knows the state.
            self.drop()
            raise
        self._idling = True

    def idle_arrival(self, timeout_seconds: float) -> bool:
        """Whether the server tells of an arrival within the time."""
        with self._speaking("IDLE"):
            if not self._pending() and not self._readable(timeout_seconds):
                return False
            arrived = False
            while self._pending():
                line: bytes = self._client._imap.readline()  # noqa: SLF001
                if line.upper().startswith(b"* BYE"):
                    raise ConnectionResetError
                arrived = arrived or _ARRIVAL.match(line) is not None
            return arrived

    def end_idle(self) -> None:
        """Leave IDLE, so that commands may be given."""
        if self._idling:
            self._idling = False
            with self._speaking("DONE"):
                self._client.idle_done()

    def _readable(self, timeout_seconds: float) -> bool:
        """Wait for octets. ConnectionResetError at the end of the stream, which looks readable for ever."""
        poller = select.poll()
        poller.register(self._client.socket().fileno(), select.POLLIN)
        if not poller.poll(max(0.0, timeout_seconds) * 1000):
            return False
        if self._peek() == b"":
            raise ConnectionResetError
        return True

    def _pending(self) -> bool:
        """Whether octets wait. What came in one packet with the last answer is in a buffer that poll() does not see."""
        return bool(self._peek())

    def _peek(self) -> bytes | None:
        """What is buffered, or could be without waiting; None where TLS has records but no octets for us."""
        connection = self._client.socket()
        connection.setblocking(False)
        try:
            octets: bytes = self._client._imap.file.peek(1)  # noqa: SLF001
        except (BlockingIOError, ssl.SSLWantReadError):
            return None
        finally:
            connection.settimeout(self._settings.read_timeout_seconds)
        return octets


def folder_on_server(name: str, *, prefix: str, separator: str) -> str:
    """A folder name with "/" between levels, as a server with that namespace writes it. INBOX is INBOX everywhere."""
    if name.upper() == "INBOX":
        return "INBOX"
    translated = name.replace("/", separator) if separator else name
    if translated.upper().startswith(prefix.upper()):
        return translated
    return prefix + translated


def require_safe_transport(settings: ImapSettings) -> None:
    """ConfigError where a password would cross a network unencrypted."""
    if settings.security == "plain" and not _is_loopback(settings.host):
        raise ConfigError(
            f"{settings.name}: security: plain is for a server on this machine; use tls or starttls"
        )


def _is_passing(error: Exception) -> bool:
    """Whether a login that is right may have failed: the library makes a LoginError of a lost connection, too."""
    lost = isinstance(error.__context__, IMAPClientAbortError)
    return lost or any(code in str(error).upper() for code in _PASSING_REFUSALS)


def _is_loopback(host: str) -> bool:
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _context(settings: ImapSettings) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=settings.ca_file)
    except OSError as error:
        raise ConfigError(f"{settings.name}: ca_file cannot be read") from error


def _aware(internal_date: object) -> datetime:
    """INTERNALDATE in UTC; now, where the server gave none that can be read."""
    if isinstance(internal_date, datetime) and internal_date.tzinfo is not None:
        return internal_date.astimezone(UTC)
    return datetime.now(UTC)


def _shut(client: imapclient.IMAPClient) -> None:
    with suppress(*_LIBRARY_ERRORS):
        client.shutdown()
