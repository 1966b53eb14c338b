"""Real servers on the loopback address, for tests: Dovecot and pymap (IMAP), aiosmtpd (SMTP), clamd, and a certificate.

Each is a context manager that yields when connections are taken and leaves nothing running. Any number of accounts
live on one IMAP server, so that a test gets an empty one without a server of its own. What a test asks a server goes
through the standard library, not through the code under test.
"""

from __future__ import annotations

import asyncio
import base64
import grp
import imaplib
import os
import pwd
import shutil
import signal
import socket
import socketserver
import ssl
import subprocess
import tempfile
import threading
import time
import warnings
from argparse import Namespace
from asyncio import StreamReader, StreamWriter
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Generic, TypeVar, cast
from uuid import uuid4

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from proxyprotocol.result import ProxyResultUnknown
from proxyprotocol.sock import SocketInfo
from pymap.backend.dict import Config, Identity, Login
from pymap.concurrent import Subsystem
from pymap.imap import IMAPServer
from pymap.user import UserMetadata
from pysasl.hashing import Cleartext

LOOPBACK = "127.0.0.1"
PASSWORD = "open-sesame"
_PATIENCE_SECONDS = 15


# ---------------------------------------------------------------- certificates


@dataclass(frozen=True, slots=True)
class Certificate:
    """A self-signed certificate for 127.0.0.1 and localhost: its own authority."""

    certificate_file: Path
    key_file: Path

    def server_context(self) -> ssl.SSLContext:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(self.certificate_file, self.key_file)
        return context


def self_signed(directory: Path) -> Certificate:
    """Make one that is good for a day."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    names = x509.SubjectAlternativeName(
        [x509.DNSName("localhost"), x509.IPAddress(ip_address(LOOPBACK))]
    )
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(names, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    made = Certificate(directory / "certificate.pem", directory / "key.pem")
    made.certificate_file.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    made.key_file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return made


# ---------------------------------------------------------------- IMAP, as a test sees it


@dataclass(frozen=True, slots=True)
class ImapAccount:
    """A mailbox on a test server, and what a test does with it beside the code under test."""

    port: int
    username: str
    password: str = PASSWORD

    @contextmanager
    def connection(self) -> Iterator[imaplib.IMAP4]:
        with imaplib.IMAP4(LOOPBACK, self.port, timeout=_PATIENCE_SECONDS) as connection:
            connection.login(self.username, self.password)
            yield connection

    def append(self, octets: bytes, folder: str = "INBOX", at: datetime | None = None) -> None:
        """Deliver a message."""
        date = imaplib.Time2Internaldate(at) if at else ""
        with self.connection() as connection:
            answer, _ = connection.append(_quoted(folder), "", date, octets)
            assert answer == "OK"

    def append_all(self, messages: Iterable[bytes], folder: str = "INBOX") -> None:
        """Deliver several, in order, over one connection."""
        with self.connection() as connection:
            for octets in messages:
                assert connection.append(_quoted(folder), "", "", octets)[0] == "OK"

    def create(self, folder: str) -> None:
        with self.connection() as connection:
            assert connection.create(_quoted(folder))[0] == "OK"

    def delete(self, folder: str) -> None:
        with self.connection() as connection:
            assert connection.delete(_quoted(folder))[0] == "OK"

    def folders(self) -> set[str]:
        """The names of all folders, on a server with "/" between levels."""
        with self.connection() as connection:
            _, lines = connection.list()
            named = [line.decode() for line in lines if isinstance(line, bytes)]
            return {line.partition(' "/" ')[2].strip('"') for line in named}

    def messages(self, folder: str = "INBOX") -> list[bytes]:
        """The octets of all messages in a folder; none where there is no such folder."""
        return [octets for octets, _ in self._all(folder)]

    def flags(self, folder: str = "INBOX") -> list[frozenset[str]]:
        """The flags of all messages in a folder, without \\Recent, which a look sets by itself."""
        return [flags - {r"\Recent"} for _, flags in self._all(folder)]

    def _all(self, folder: str) -> list[tuple[bytes, frozenset[str]]]:
        with self.connection() as connection:
            if connection.select(_quoted(folder), readonly=True)[0] != "OK":
                return []
            _, found = connection.search(None, "ALL")
            numbers = found[0].split()
            return [_fetched(connection, number.decode()) for number in numbers]


def _fetched(connection: imaplib.IMAP4, number: str) -> tuple[bytes, frozenset[str]]:
    _, flags = connection.fetch(number, "(FLAGS)")
    _, answer = connection.fetch(number, "(BODY.PEEK[])")
    octets = next(entry[1] for entry in answer if isinstance(entry, tuple))
    line = flags[0]
    assert isinstance(line, bytes)
    return octets, frozenset(flag.decode() for flag in imaplib.ParseFlags(line))


def _quoted(folder: str) -> str:
    return f'"{folder}"'


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind((LOOPBACK, 0))
        return int(listener.getsockname()[1])


# ---------------------------------------------------------------- Dovecot


def dovecot_program() -> str | None:
    """Where Debian's dovecot-imapd is, None on a machine without it."""
    return shutil.which("dovecot") or shutil.which("dovecot", path="/usr/sbin")


@dataclass(slots=True)
class Dovecot:
    """A running Dovecot. Every username is an account, empty at first; the password is `PASSWORD`."""

    port: int
    tls_port: int
    certificate: Certificate
    _command: tuple[str, ...]
    _log: Path
    _process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    def account(self, username: str | None = None) -> ImapAccount:
        return ImapAccount(self.port, username or f"desk-{uuid4().hex[:12]}")

    def mail_of(self, account: ImapAccount) -> Path:
        """The Maildir of an account."""
        return self._log.parent / "mail" / account.username

    def start(self) -> None:
        """Start it and wait until it greets; again where what was left of the last one was still in its way."""
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while not self._launch(deadline):
            if time.monotonic() > deadline:
                raise RuntimeError(f"Dovecot does not start: {self._log.read_text()}")
            time.sleep(0.2)

    def _launch(self, deadline: float) -> bool:
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(self._command, stderr=log, process_group=0)
        while not _greets(self.port):
            if self._process.poll() is not None or time.monotonic() > deadline:
                return False
            time.sleep(0.02)
        return True

    def kill(self) -> None:
        """End it and all its children at once, as a machine that fails does."""
        if self._process is not None:
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait(timeout=_PATIENCE_SECONDS)
            self._process = None


def _greets(port: int) -> bool:
    try:
        with socket.create_connection((LOOPBACK, port), timeout=5) as connection:
            return connection.recv(4) == b"* OK"
    except OSError:
        return False


@contextmanager
def dovecot(
    *,
    capability: str | None = None,
    namespace_prefix: str = "",
    separator: str = "/",
    password: str = PASSWORD,
    introspection_url: str | None = None,
) -> Iterator[Dovecot]:
    """Dovecot with a throw-away configuration; `capability` makes it offer less than it can.

    With an introspection endpoint it takes OAuth2 tokens as well (RFC 7662, XOAUTH2).
    """
    # Its processes run as other users, who cannot enter pytest's private folders.
    directory = Path(tempfile.mkdtemp(prefix="dovecot-"))
    directory.chmod(0o755)
    server = Dovecot(
        free_port(),
        free_port(),
        self_signed(directory),
        (dovecot_program() or "dovecot", "-F", "-c", str(directory / "dovecot.conf")),
        directory / "log",
    )
    (directory / "dovecot.conf").write_text(
        _dovecot_configuration(
            directory,
            server,
            capability=capability,
            namespace_prefix=namespace_prefix,
            separator=separator,
            password=password,
            introspection_url=introspection_url,
        )
    )
    try:
        server.start()
        yield server
    finally:
        server.kill()
        shutil.rmtree(directory, ignore_errors=True)


def _dovecot_configuration(
    directory: Path,
    server: Dovecot,
    *,
    capability: str | None,
    namespace_prefix: str,
    separator: str,
    password: str,
    introspection_url: str | None,
) -> str:
    is_root = os.geteuid() == 0
    me = pwd.getpwuid(os.geteuid())
    login_user, internal_user = _dovecot_users() if is_root else (me.pw_name, me.pw_name)
    in_root = "" if is_root else "chroot ="
    owner = pwd.getpwnam("nobody") if is_root else me  # Dovecot opens no mail as root
    mail = directory / "mail"
    mail.mkdir()
    os.chown(mail, owner.pw_uid, owner.pw_gid)
    return f"""
base_dir = {directory}/run
state_dir = {directory}/state
log_path = {directory}/log
protocols = imap
listen = {LOOPBACK}
default_login_user = {login_user}
default_internal_user = {internal_user}
default_internal_group = {grp.getgrgid(pwd.getpwnam(internal_user).pw_gid).gr_name}
ssl = yes
ssl_cert = <{server.certificate.certificate_file}
ssl_key = <{server.certificate.key_file}
disable_plaintext_auth = no
auth_mechanisms = plain{" xoauth2" if introspection_url else ""}
auth_failure_delay = 0
first_valid_uid = 1
mail_max_userip_connections = 0
mail_fsync = never
mail_location = maildir:{mail}/%u
{f"imap_capability = {capability}" if capability else ""}
namespace inbox {{
  inbox = yes
  prefix = {namespace_prefix}
  separator = {separator}
}}
{_dovecot_oauth2(directory, introspection_url) if introspection_url else ""}
passdb {{
  driver = static
  mechanisms = plain
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={owner.pw_uid} gid={owner.pw_gid} home={mail}/%u
}}
service imap-login {{
  {in_root}
  inet_listener imap {{
    address = {LOOPBACK}
    port = {server.port}
  }}
  inet_listener imaps {{
    address = {LOOPBACK}
    port = {server.tls_port}
    ssl = yes
  }}
  service_count = 0
  process_min_avail = 1
}}
service imap {{
  service_count = 100
  process_limit = 100
  process_min_avail = 1
}}
service anvil {{
  {in_root}
  unix_listener anvil-auth-penalty {{
    mode = 0  # else one wrong password slows down every login from this machine
  }}
}}
service stats {{
  {in_root}
}}
"""


def _dovecot_oauth2(directory: Path, introspection_url: str) -> str:
    (directory / "oauth2.conf").write_text(
        f"introspection_mode = post\nintrospection_url = {introspection_url}\n"
        "force_introspection = yes\nactive_attribute = active\nactive_value = true\n"
        "username_attribute = username\n"
    )
    return f"""
passdb {{
  driver = oauth2
  mechanisms = xoauth2
  args = {directory}/oauth2.conf
}}
"""


def _dovecot_users() -> tuple[str, str]:
    """The users that Debian's package makes, else one that is everywhere."""
    known = {entry.pw_name for entry in pwd.getpwall()}
    return ("dovenull", "dovecot") if {"dovenull", "dovecot"} <= known else ("nobody", "nobody")


# ---------------------------------------------------------------- pymap


class _PymapConfig(Config):
    """pymap's configuration without its look-up of this machine's name, which may ask a name server."""

    @property
    def greeting(self) -> bytes:
        return b"Test server ready"


@dataclass(frozen=True, slots=True)
class Pymap:
    """A running pymap, in memory, in a thread of this process."""

    port: int
    _loop: asyncio.AbstractEventLoop = field(repr=False)
    _login: Login = field(repr=False)

    def account(self, username: str | None = None) -> ImapAccount:
        """Make an account, empty at first."""
        made = ImapAccount(self.port, username or f"desk-{uuid4().hex[:12]}")
        registered = asyncio.run_coroutine_threadsafe(_register(self._login, made), self._loop)
        registered.result(timeout=_PATIENCE_SECONDS)
        return made


async def _register(login: Login, account: ImapAccount) -> None:
    user = UserMetadata(login.config, account.username, password=account.password)
    await Identity(account.username, login, None, frozenset()).set(user)


@contextmanager
def pymap() -> Iterator[Pymap]:
    """pymap on a free port."""

    async def start() -> _Started[Login]:
        config = _PymapConfig(
            Namespace(passlib_cfg=None, proxy_protocol=None),
            demo_data=False,
            demo_user="",
            demo_password="",
            host=LOOPBACK,
            port=0,
            tls_enabled=False,
            hash_context=Cleartext(),
            cpu_subsystem=Subsystem.for_asyncio(),
        )
        config.apply_context()
        login = Login(config)
        serve = IMAPServer(login, config)

        async def connected(reader: StreamReader, writer: StreamWriter) -> None:
            peer = SocketInfo.get(writer, ProxyResultUnknown(), unique_id=uuid4().bytes)
            await serve(reader, writer, peer)

        return _Started(await asyncio.start_server(connected, LOOPBACK, 0), login)

    with _in_thread(start) as running:
        yield Pymap(running.port, running.loop, running.made)


# ---------------------------------------------------------------- SMTP


@dataclass(frozen=True, slots=True)
class Letter:
    """What an SMTP sink took: the envelope and the octets as they stood on the wire, dots undone."""

    sender: str
    recipients: tuple[str, ...]
    octets: bytes = field(repr=False)
    parameters: tuple[str, ...] = ()


@dataclass(slots=True)
class SmtpSink:
    """A running SMTP server that keeps letters, and answers as it is told; a test may change that meanwhile.

    `lose_at` closes the connection instead of answering: at "RCPT", or at "DATA", when the whole letter was taken, or at
    "LETTER", when it was read and is taken by nobody. `files` is told each letter that was taken, as by a provider that
    keeps what it sends.
    """

    port: int = 0
    letters: list[Letter] = field(default_factory=list)
    mail_reply: str = "250 OK"
    rcpt_replies: Mapping[str, str] = field(default_factory=dict)
    data_reply: str = "250 2.0.0 kept"
    login_refusal: str = "535 5.7.8 no"
    lose_at: str | None = None
    answer_after_seconds: float = 0.0
    files: Callable[[bytes], object] | None = None
    connections: int = 0
    _loop: asyncio.AbstractEventLoop | None = field(default=None, repr=False)
    _transports: list[asyncio.Transport] = field(default_factory=list, repr=False)

    def hang_up(self) -> None:
        """Close every open connection, as servers do with silent ones."""
        assert self._loop is not None
        asyncio.run_coroutine_threadsafe(self._close_all(), self._loop).result(_PATIENCE_SECONDS)

    async def _close_all(self) -> None:
        for transport in self._transports:
            transport.abort()
        self._transports.clear()

    async def handle_MAIL(  # noqa: N802  # aiosmtpd finds its hooks by name
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.mail_reply.startswith("250"):
            envelope.mail_from = address
            envelope.mail_options = options
        return self.mail_reply

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        self._maybe_lose(server, "RCPT")
        reply = self.rcpt_replies.get(address, "250 OK")
        if reply.startswith("250"):
            envelope.rcpt_tos.append(address)
        return reply

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        if self.data_reply.startswith("250") and self.lose_at != "LETTER":
            sender, octets = envelope.mail_from or "", envelope.original_content or b""
            options = tuple(envelope.mail_options)
            self.letters.append(Letter(sender, tuple(envelope.rcpt_tos), octets, options))
            if self.files is not None:
                self.files(octets)
        self._maybe_lose(server, "LETTER")
        self._maybe_lose(server, "DATA")
        await asyncio.sleep(self.answer_after_seconds)
        return self.data_reply

    def _maybe_lose(self, server: SMTP, command: str) -> None:
        if self.lose_at == command:
            cast("asyncio.Transport", server.transport).abort()


@dataclass(slots=True)
class _TokenSink(SmtpSink):
    """One that lets in by OAuth2 tokens only."""

    owner: Callable[[str], str | None] = lambda _: None

    async def auth_XOAUTH2(self, server: SMTP, arguments: list[str]) -> AuthResult:  # noqa: N802
        said = base64.b64decode(arguments[1]).decode().split("\x01")
        username, token = said[0].removeprefix("user="), said[1].removeprefix("auth=Bearer ")
        loop = asyncio.get_running_loop()
        if await loop.run_in_executor(None, self.owner, token) == username:
            return AuthResult(success=True)
        # The error is a challenge, to which the client has nothing to say (so at Google and Microsoft).
        assert await server.challenge_auth('{"status":"400"}') == b""
        return AuthResult(success=False, handled=False, message=self.login_refusal)


class _CountingSmtp(SMTP):
    """aiosmtpd's session, which tells its sink of each connection."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        sink = cast("SmtpSink", self.event_handler)
        sink.connections += 1
        sink._transports.append(cast("asyncio.Transport", transport))
        super().connection_made(transport)


@contextmanager
def smtp_sink(
    *,
    certificate: Certificate | None = None,
    starttls: bool = False,
    password: str | None = None,
    international: bool = True,
    owner: Callable[[str], str | None] | None = None,
) -> Iterator[SmtpSink]:
    """An SMTP server on a free port: with TLS where a certificate is given, with AUTH where a password is.

    With `owner`, which tells whose an OAuth2 token is, it takes XOAUTH2.
    """
    sink = SmtpSink() if owner is None else _TokenSink(owner=owner)
    context = certificate.server_context() if certificate else None

    def authenticate(
        _server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, login: object
    ) -> AuthResult:
        right = isinstance(login, LoginPassword) and login.password.decode() == password
        # `handled` must be False for a failure, or the client waits for an answer for ever.
        return AuthResult(success=right, handled=right)

    def session() -> SMTP:
        with warnings.catch_warnings():
            # It warns of passwords without TLS, which never leave this machine.
            warnings.simplefilter("ignore", UserWarning)
            return _CountingSmtp(
                sink,
                hostname="localhost",
                enable_SMTPUTF8=international,
                tls_context=context if starttls else None,
                require_starttls=starttls,
                authenticator=authenticate,
                auth_required=password is not None or owner is not None,
                auth_exclude_mechanism=None if owner is None else ["LOGIN", "PLAIN"],
                auth_require_tls=False,
                loop=asyncio.get_running_loop(),
            )

    async def start() -> _Started[SmtpSink]:
        loop = asyncio.get_running_loop()
        server = await loop.create_server(session, LOOPBACK, 0, ssl=None if starttls else context)
        return _Started(server, sink)

    with _in_thread(start) as running:
        sink.port, sink._loop = running.port, running.loop
        try:
            yield sink
        finally:
            sink.hang_up()


class _HangingUp(socketserver.StreamRequestHandler):
    """A conversation that ends while the letter is still coming."""

    def handle(self) -> None:
        self.wfile.write(b"220 ready\r\n")
        for answer in (b"250 hello", b"250 sender", b"250 recipient", b"354 go on"):
            self.rfile.readline()
            self.wfile.write(answer + b"\r\n")
        self.rfile.read(1000)


@contextmanager
def smtp_that_hangs_up() -> Iterator[int]:
    """The port of an SMTP server that closes each connection in the middle of the letter."""
    with socketserver.ThreadingTCPServer((LOOPBACK, 0), _HangingUp) as server:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield int(server.server_address[1])
        server.shutdown()


# ---------------------------------------------------------------- clamd


def eicar() -> bytes:
    """What every scanner is to find. Put together here, so that none finds it in this file."""
    return rb"X5O!P%@AP[4\PZX54(P^)7CC)7}" + b"$EICAR-STANDARD-" + b"ANTIVIRUS-TEST-FILE!$H+H*"


@dataclass(slots=True)
class Clamd:
    """A virus scanner that finds `eicar()` and nothing else, and opens no container; what it was shown is in `scanned`.

    `answer` is what it says instead, to every stream; empty, it says nothing at all and waits.
    """

    address: str
    scanned: list[bytes] = field(default_factory=list)
    most_octets: int = 2**20
    answer: bytes | None = None
    hangs_up: bool = False
    """Whether it ends the connection of a stream that is too long without a word, as seen through a full socket."""
    connections: int = 0


class _ClamdConversation(socketserver.StreamRequestHandler):
    """One command and its answer (clamd(8)), both ended by NUL."""

    def handle(self) -> None:
        server = self.server
        assert isinstance(server, _ClamdListener | _ClamdAtPath)
        server.clamd.connections += 1
        match self._command():
            case b"zPING":
                self._say(b"PONG")
            case b"zVERSION":
                self._say(b"ClamAV 1.0.0")
            case b"zINSTREAM":
                self._scan(server.clamd)

    def _command(self) -> bytes:
        return b"".join(iter(lambda: self.rfile.read(1), b"\0"))

    def _scan(self, clamd: Clamd) -> None:
        octets = bytearray()
        while size := int.from_bytes(self.rfile.read(4), "big"):
            octets += self.rfile.read(size)
            if len(octets) > clamd.most_octets:
                if not clamd.hangs_up:
                    self._say(b"INSTREAM size limit exceeded. ERROR")
                return
        clamd.scanned.append(bytes(octets))
        if clamd.answer == b"":
            self.rfile.read(1)
        elif clamd.answer is not None:
            self.wfile.write(clamd.answer)
        else:
            self._say(b"stream: Eicar FOUND" if eicar() in octets else b"stream: OK")

    def _say(self, words: bytes) -> None:
        self.wfile.write(words + b"\0")


class _ClamdListener(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    clamd: Clamd

    def handle_error(self, request: object, client_address: object) -> None:
        """Who hangs up on it is no error of the test."""


class _ClamdAtPath(socketserver.ThreadingUnixStreamServer):
    daemon_threads = True
    clamd: Clamd

    def handle_error(self, request: object, client_address: object) -> None:
        """As above."""


@contextmanager
def clamd(*, port: int = 0, path: Path | None = None) -> Iterator[Clamd]:
    """A small one on a port of its own, or the one that is given, or on a Unix socket."""
    listener = (
        _ClamdListener((LOOPBACK, port), _ClamdConversation)
        if path is None
        else _ClamdAtPath(str(path), _ClamdConversation)
    )
    with listener:
        taken = listener.socket.getsockname()
        address = f"unix:{path}" if path else f"{LOOPBACK}:{taken[1]}"
        listener.clamd = Clamd(address)
        threading.Thread(target=listener.serve_forever, args=(0.02,), daemon=True).start()
        yield listener.clamd
        listener.shutdown()


def clamd_program() -> str | None:
    """Where Debian's clamav-daemon is, None on a machine without it."""
    return shutil.which("clamd") or shutil.which("clamd", path="/usr/sbin")


@contextmanager
def debian_clamd() -> Iterator[str]:
    """The address of the real one, which finds what the small one finds, and takes no more than 2 MiB."""
    with tempfile.TemporaryDirectory(prefix="clamd-") as name:
        folder = Path(name)
        signatures = folder / "signatures"
        signatures.mkdir()
        (signatures / "test.ndb").write_text(f"Eicar:0:*:{eicar().hex()}\n")
        (folder / "clamd.conf").write_text(
            f"Foreground yes\nLocalSocket {folder}/socket\nDatabaseDirectory {signatures}\n"
            f"StreamMaxLength 2M\nUser {pwd.getpwuid(os.geteuid()).pw_name}\n"
        )
        command = [clamd_program() or "clamd", "--config-file", str(folder / "clamd.conf")]
        with (folder / "log").open("wb") as log:
            process = subprocess.Popen(command, stdout=log, stderr=log)
        try:
            deadline = time.monotonic() + _PATIENCE_SECONDS
            while not (folder / "socket").exists():
                if process.poll() is not None or time.monotonic() > deadline:
                    raise RuntimeError(f"clamd does not start: {(folder / 'log').read_text()}")
                time.sleep(0.02)
            yield f"unix:{folder}/socket"
        finally:
            process.kill()
            process.wait()


# ---------------------------------------------------------------- servers in a thread


_Made = TypeVar("_Made")


@dataclass(frozen=True, slots=True)
class _Started(Generic[_Made]):
    server: asyncio.Server
    made: _Made


@dataclass(frozen=True, slots=True)
class _Running(Generic[_Made]):
    loop: asyncio.AbstractEventLoop
    stop: asyncio.Event
    port: int
    made: _Made


@contextmanager
def _in_thread(start: Callable[[], Awaitable[_Started[_Made]]]) -> Iterator[_Running[_Made]]:
    """An event loop of its own for a server, ended with every connection."""
    ready: Future[_Running[_Made]] = Future()
    thread = threading.Thread(target=_serve, args=(start, ready), daemon=True)
    thread.start()
    running = ready.result(timeout=_PATIENCE_SECONDS)
    try:
        yield running
    finally:
        running.loop.call_soon_threadsafe(running.stop.set)
        thread.join(timeout=_PATIENCE_SECONDS)


def _serve(start: Callable[[], Awaitable[_Started[_Made]]], ready: Future[_Running[_Made]]) -> None:
    try:
        asyncio.run(_until_stopped(start, ready))
    except Exception as error:
        if ready.done():
            raise
        ready.set_exception(error)


async def _until_stopped(
    start: Callable[[], Awaitable[_Started[_Made]]], ready: Future[_Running[_Made]]
) -> None:
    started = await start()
    stop = asyncio.Event()
    port = int(started.server.sockets[0].getsockname()[1])
    ready.set_result(_Running(asyncio.get_running_loop(), stop, port, started.made))
    await stop.wait()
    # Open connections end with the loop: asyncio.run cancels their tasks. Waiting for the server would wait for them.
    started.server.close()
