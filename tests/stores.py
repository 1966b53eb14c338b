"""Starters of real stores on loopback: two S3 servers, one that only ever refuses, and PostgreSQL.

Each is a context manager that stops what it started. The S3 servers take any credentials; `S3_ENVIRONMENT` holds some,
and keeps boto3 away from those of whoever runs the tests.
"""

import functools
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
import uuid
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from boto3.session import Session
    from mypy_boto3_s3.client import S3Client

S3_ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    "AWS_EC2_METADATA_DISABLED": "true",
}
S3_REGION: Final = "eu-west-1"


def free_port() -> int:
    """A port on loopback that nobody listened on a moment ago."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@contextmanager
def ministack() -> Iterator[str]:
    """The endpoint URL of an S3 server in a process of its own; it verifies the checksums that it is sent."""
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="ministack-") as folder:
        settings = {"BIND_HOST": "127.0.0.1", "GATEWAY_PORT": str(port), "LOG_LEVEL": "ERROR"}
        process = subprocess.Popen(
            [sys.executable, "-W", "ignore", "-m", "ministack"],
            env=os.environ | settings | {"IOT_MTLS_ENABLED": "0", "TMPDIR": folder},
        )
        try:
            url = f"http://127.0.0.1:{port}"
            _wait_for(f"{url}/_ministack/health", process)
            yield url
        finally:
            process.terminate()
            process.wait(timeout=10)


@contextmanager
def moto() -> Iterator[str]:
    """The endpoint URL of moto's S3 server, in a thread of this process; its state is that of the process."""
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    try:
        host, port = server.get_host_and_port()
        yield f"http://{host}:{port}"
    finally:
        server.stop()


def s3_client(endpoint_url: str) -> "S3Client":
    """A client of boto3's own, to look at what a store did. Close it."""
    return _session().client("s3", endpoint_url=endpoint_url)


@contextmanager
def bucket(endpoint_url: str) -> Iterator[str]:
    """The name of a new bucket, left behind in the server, which forgets it when it stops."""
    name = f"bucket-{uuid.uuid4().hex[:12]}"
    client = s3_client(endpoint_url)
    client.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": S3_REGION})
    client.close()
    yield name


@dataclass(frozen=True, slots=True)
class Refusal:
    """One answer of `refusing_s3`: an HTTP status and S3's code for it."""

    status: int
    code: str


@contextmanager
def refusing_s3(answers: Sequence[Refusal]) -> Iterator[str]:
    """The endpoint URL of a server that gives these answers in turn, then the last one for ever; 200 has no body."""
    waiting = list(answers)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_PUT(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length", "0")))
            self.do_GET()

        def do_GET(self) -> None:
            answer = waiting.pop(0) if len(waiting) > 1 else waiting[0]
            body = (
                b""
                if answer.status == 200
                else f"<Error><Code>{answer.code}</Code></Error>".encode()
            )
            self.send_response(answer.status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)

        def do_HEAD(self) -> None:
            self.do_GET()

        def do_DELETE(self) -> None:
            self.do_GET()

        def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
            """Be silent."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def postgres() -> Iterator[str]:
    """The SQLAlchemy URL of a fresh database, dropped at the end; the server lives as long as the test session."""
    import psycopg

    server = _postgres_server()
    name = f"test_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
    try:
        yield server.replace("postgresql://", "postgresql+psycopg://").replace(
            "/postgres?", f"/{name}?"
        )
    finally:
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)".encode())


@functools.cache
def _session() -> "Session":
    """One for all buckets, since its first client costs a fifth of a second."""
    import boto3.session

    return boto3.session.Session("testing", "testing", region_name=S3_REGION)


@functools.cache
def _postgres_server() -> str:
    """The libpq URL of the one server; pgserver stops it and removes its files when the interpreter exits."""
    import psycopg

    with warnings.catch_warnings():
        warnings.simplefilter(
            "ignore"
        )  # without XDG_RUNTIME_DIR it takes another folder, and says so
        from pgserver.postgres_server import get_server

    server = get_server(tempfile.mkdtemp(prefix="postgres-"), cleanup_mode="delete")
    url = str(server.get_uri())
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("ALTER SYSTEM SET fsync = off")  # no test pulls the plug of the server
        connection.execute("SELECT pg_reload_conf()")
    return url


def _wait_for(url: str, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + 30
    while True:
        try:
            with urllib.request.urlopen(url, timeout=1):  # noqa: S310  # our own server
                return
        except OSError as error:
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError("the server did not start") from error
            time.sleep(0.05)
