"""Servers whose certificate nobody vouches for get nothing: S3 and PostgreSQL (IMAP, SMTP and links are tested with theirs)."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager

import pytest
import sqlalchemy as sa

from intake.errors import DatabaseUnreachableError, IntakeError
from intake.model import BlobKey, BlobNote
from storage import database
from storage.blobs import open_store
from storage.ledger import Ledger
from tests.servers import Certificate
from tests.stores import S3_ENVIRONMENT, S3_REGION

pytestmark = pytest.mark.proof

SSL_REQUEST_OCTETS = 8


@contextmanager
def untrusted(
    certificate: Certificate, heard: list[bytes], refused: list[str | None], *, asks_first: bool
) -> Iterator[int]:
    """A TLS server that notes what it hears, and why it is refused; PostgreSQL's is asked for TLS first."""
    context, ended = certificate.server_context(), threading.Event()

    def talk() -> None:
        while not ended.is_set():
            try:
                plain, _ = listener.accept()
            except OSError:
                return
            with plain:
                plain.settimeout(5)
                converse(plain)

    def converse(plain: socket.socket) -> None:
        try:
            if asks_first:
                plain.recv(SSL_REQUEST_OCTETS)
                plain.sendall(b"S")
            with context.wrap_socket(plain, server_side=True) as secure:
                heard.append(secure.recv(1024))
        except ssl.SSLError as error:
            refused.append(error.reason)
        except OSError:
            return

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=talk)
        thread.start()
        yield int(listener.getsockname()[1])
        ended.set()
        listener.shutdown(socket.SHUT_RDWR)
        thread.join()


@pytest.fixture
def credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in S3_ENVIRONMENT.items():
        monkeypatch.setenv(name, value)


@pytest.mark.usefixtures("credentials")
def test_a_bucket_is_not_given_octets_over_a_line_that_nobody_vouches_for(
    certificate: Certificate,
) -> None:
    heard: list[bytes] = []
    refused: list[str | None] = []
    with untrusted(certificate, heard, refused, asks_first=False) as port:
        store = open_store(
            "s3://collateral", region=S3_REGION, endpoint_url=f"https://127.0.0.1:{port}"
        )

        with pytest.raises(IntakeError):
            store.put(BlobKey("raw/1"), b"octets", BlobNote("text/plain"))

    assert b"".join(heard) == b""
    assert "TLSV1_ALERT_UNKNOWN_CA" in refused


def test_a_database_server_elsewhere_that_nobody_vouches_for_is_told_no_password(
    certificate: Certificate,
) -> None:
    pytest.importorskip("psycopg")
    heard: list[bytes] = []
    refused: list[str | None] = []
    with untrusted(certificate, heard, refused, asks_first=True) as port:
        url = (
            f"postgresql+psycopg://intake:secret@db.studio.example:{port}/intake?hostaddr=127.0.0.1"
        )
        with closing(Ledger(url)) as ledger, pytest.raises(DatabaseUnreachableError) as caught:
            ledger.now()

    assert "could not be verified" in str(caught.value)
    assert "studio" not in str(caught.value)
    assert b"".join(heard) == b""
    assert "TLSV1_ALERT_UNKNOWN_CA" in refused


@pytest.mark.parametrize(
    ("url", "mode"),
    [
        ("postgresql+psycopg://u:p@db.studio.example/intake", "verify-full"),
        ("postgresql+psycopg://u:p@10.0.0.7/intake", "verify-full"),
        ("postgresql+psycopg://u:p@db.studio.example/intake?sslmode=require", None),
        ("postgresql+psycopg://u:p@127.0.0.1/intake", None),
        ("postgresql+psycopg://u:p@localhost/intake", None),
        ("postgresql+psycopg:///intake?host=/run/postgresql", None),
    ],
)
def test_a_database_server_is_verified_unless_it_is_near_or_the_url_says_otherwise(
    monkeypatch: pytest.MonkeyPatch, url: str, mode: str | None
) -> None:
    monkeypatch.delenv("PGSSLMODE", raising=False)

    assert database._verified(sa.make_url(url)).get("sslmode") == mode


def test_the_own_authority_of_a_database_server_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PGSSLMODE", raising=False)
    url = sa.make_url("postgresql+psycopg://u:p@db.example/intake?sslrootcert=/own.pem")

    assert database._verified(url) == {"sslmode": "verify-full"}
