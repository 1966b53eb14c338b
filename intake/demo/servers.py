"""The mail servers of the demo: an IMAP server (pymap, in memory) and an SMTP sink (aiosmtpd), in one thread.

Both listen on a free port of the loopback address only, and both are gone when the context ends. They know nothing of
clients or projects: octets go in by `deliver`, letters come out of `collect`.
"""

from __future__ import annotations

import asyncio
import imaplib
import threading
from argparse import Namespace
from asyncio import StreamReader, StreamWriter
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import cast
from uuid import uuid4

from aiosmtpd.smtp import SMTP, Envelope, Session
from proxyprotocol.result import ProxyResultUnknown
from proxyprotocol.sock import SocketInfo
from pymap.backend.dict import Config, Login
from pymap.concurrent import Subsystem
from pymap.imap import IMAPServer
from pymap.user import UserMetadata
from pysasl.hashing import Cleartext

from intake.errors import TransientError

LOOPBACK = "127.0.0.1"
_START_SECONDS = 15
_STOP_SECONDS = 15


@dataclass(frozen=True, slots=True)
class Account:
    """The one mailbox of the IMAP server, and its password."""

    username: str = field(repr=False)
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class SunkLetter:
    """A letter as the SMTP sink took it: the envelope and the octets."""

    recipients: tuple[str, ...] = field(repr=False)
    octets: bytes = field(repr=False)


class _Tray:
    """The aiosmtpd handler that keeps each letter, in the order in which they came."""

    def __init__(self) -> None:
        self._letters: list[SunkLetter] = []
        self._lock = threading.Lock()

    async def handle_DATA(  # noqa: N802  # aiosmtpd finds its hooks by name
        self, _server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        octets = envelope.original_content or b""
        with self._lock:
            self._letters.append(SunkLetter(tuple(envelope.rcpt_tos), octets))
        return "250 2.0.0 kept"

    def take(self) -> tuple[SunkLetter, ...]:
        with self._lock:
            taken, self._letters = tuple(self._letters), []
        return taken


@dataclass(frozen=True, slots=True)
class MailServers:
    """Two running servers."""

    account: Account
    imap_port: int
    smtp_port: int
    _tray: _Tray = field(repr=False)

    def deliver(self, octets: bytes, arrived_at: datetime) -> None:
        """Put a message into the INBOX as a mail server would, by IMAP APPEND."""
        with imaplib.IMAP4(LOOPBACK, self.imap_port, timeout=10) as connection:
            connection.login(self.account.username, self.account.password)
            answer, _ = connection.append(
                "INBOX", "", imaplib.Time2Internaldate(arrived_at), octets
            )
        if answer != "OK":
            raise TransientError(
                "the demo's IMAP server did not take a message; run the demo again"
            )

    def collect(self) -> tuple[SunkLetter, ...]:
        """The letters that came since the last call."""
        return self._tray.take()


class _LocalConfig(Config):
    """pymap's configuration without its look-up of this machine's name, which may ask a name server."""

    @property
    def greeting(self) -> bytes:
        return b"Demo server ready"


@dataclass(frozen=True, slots=True)
class _Running:
    loop: asyncio.AbstractEventLoop
    stop: asyncio.Event
    imap_port: int
    smtp_port: int


@contextmanager
def mail_servers(account: Account) -> Iterator[MailServers]:
    """Both servers, ready for connections; stopped with every connection closed at the end."""
    tray = _Tray()
    started: Future[_Running] = Future()
    thread = threading.Thread(
        target=_serve, args=(account, tray, started), name="demo-mail-servers", daemon=True
    )
    thread.start()
    running = started.result(timeout=_START_SECONDS)
    try:
        yield MailServers(account, running.imap_port, running.smtp_port, tray)
    finally:
        running.loop.call_soon_threadsafe(running.stop.set)
        thread.join(timeout=_STOP_SECONDS)


def _serve(account: Account, tray: _Tray, started: Future[_Running]) -> None:
    try:
        asyncio.run(_until_stopped(account, tray, started))
    except Exception as error:  # noqa: BLE001  # whatever stops the start belongs to the thread that waits for it
        if not started.done():
            started.set_exception(error)


async def _until_stopped(account: Account, tray: _Tray, started: Future[_Running]) -> None:
    imap = await _imap_server(account)
    smtp = await _smtp_server(tray)
    stop = asyncio.Event()
    started.set_result(_Running(asyncio.get_running_loop(), stop, _port_of(imap), _port_of(smtp)))
    await stop.wait()
    # Open connections end with the loop: asyncio.run cancels their tasks. Waiting for the servers would wait for them.
    imap.close()
    smtp.close()


async def _imap_server(account: Account) -> asyncio.Server:
    config = _LocalConfig(
        Namespace(passlib_cfg=None, proxy_protocol=None),
        demo_data=False,
        demo_user=account.username,
        demo_password=account.password,
        host=LOOPBACK,
        port=0,
        tls_enabled=False,
        hash_context=Cleartext(),
        cpu_subsystem=Subsystem.for_asyncio(),
    )
    config.apply_context()
    login = Login(config)
    await login.demo_user_identity.set(
        UserMetadata(config, account.username, password=account.password)
    )
    serve = IMAPServer(login, config)

    async def connected(reader: StreamReader, writer: StreamWriter) -> None:
        peer = SocketInfo.get(writer, ProxyResultUnknown(), unique_id=uuid4().bytes)
        await serve(reader, writer, peer)

    return await asyncio.start_server(connected, LOOPBACK, 0)


async def _smtp_server(tray: _Tray) -> asyncio.Server:
    loop = asyncio.get_running_loop()
    return await loop.create_server(
        lambda: SMTP(tray, hostname="localhost", enable_SMTPUTF8=True, loop=loop), LOOPBACK, 0
    )


def _port_of(server: asyncio.Server) -> int:
    address = cast("tuple[str, int]", server.sockets[0].getsockname())
    return address[1]
