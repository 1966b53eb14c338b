"""Desks over real stores that are made by the dozen, each like the other; and all that can be seen of one afterwards.

A `Stage` says what a desk begins with. It is prepared once for each engine and copied for each desk, blobs and all.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from email import message_from_bytes
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy as sa

from intake.app import open_blobs
from intake.config import Settings, load
from intake.model import BlobKey, BlobNote, LetterState
from storage import schema
from storage.blobs import Store
from storage.blobs.s3 import S3BlobStore
from storage.chains import Chains, verify
from storage.ledger import Ledger
from storage.liveness import LOCK_CLASS
from tests import servers, stores
from tests.crashing import Decision
from tests.desks import Wiring, config_file, imap_source, post, smtp_delivery
from tests.ledgers import NOON

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client

Prepare = Callable[[Ledger, Store], tuple[Decision, ...]]


@dataclass(frozen=True, slots=True)
class Stage:
    """A desk before anything is done: the mail that waits, what was before, and what a person will decide."""

    name: str
    mail: tuple[bytes, ...]
    prepare: Prepare
    further: dict[str, object] = field(default_factory=dict)
    """Further sections of the configuration."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where desks are made: an engine, a blob store and a sink.

    The sink `sent-folder` is SMTP with a mailbox on an IMAP server, in which copies of letters are kept.
    """

    engine: str
    store: str
    sink: str

    def __str__(self) -> str:
        return f"{self.engine}-{self.store}-{self.sink}"

    @property
    def searchable(self) -> bool:
        """Whether a letter whose sending was cut off can be looked up."""
        return self.sink == "maildir"


@dataclass(frozen=True, slots=True)
class Desk:
    """One desk. `decisions` are what a person is to decide."""

    folder: Path
    decisions: tuple[Decision, ...]
    account: servers.ImapAccount | None
    """Its mailbox, None where that is a Maildir."""

    @property
    def config(self) -> Path:
        return self.folder / "config.yaml"

    @property
    def settings(self) -> Settings:
        return load(self.config, os.environ)


@dataclass(frozen=True, slots=True)
class World:
    """All that is left when everything is done, without numbers of rows and times of work."""

    inbox: tuple[str, ...]
    done: tuple[str, ...]
    held: tuple[str, ...]
    blobs: tuple[tuple[str, str], ...]
    messages: tuple[tuple[str, ...], ...]
    documents: tuple[tuple[str, ...], ...]
    holds: tuple[tuple[str, ...], ...]
    letters: tuple[tuple[str, ...], ...]
    """Kind, recipient, Message-ID and state of each that is owed or was sent."""
    people: tuple[str, ...]
    lessons: int
    unindexed: int
    events: tuple[tuple[str, int], ...]
    broken_chains: int
    receipts: tuple[str, ...]
    arrived: tuple[str, ...]
    """The Message-ID of each letter that arrived, as often as it arrived."""
    kept: tuple[str, ...]
    """The same of the copies in the Sent folder."""

    @property
    def doubtful(self) -> frozenset[str]:
        """The Message-IDs of letters of which nobody knows whether they left."""
        return frozenset(letter[2] for letter in self.letters if letter[3] == LetterState.DOUBTFUL)

    def were_doubtful(self, doubtful: frozenset[str]) -> World:
        """This world, had the sending of these letters been cut off at a sink that cannot be searched."""
        if not doubtful:
            return self
        letters = [
            (*letter[:3], LetterState.DOUBTFUL.value) if letter[2] in doubtful else letter
            for letter in self.letters
        ]
        events = Counter(dict(self.events))
        events["letter.sent"] -= len(doubtful)
        events["letter.doubtful"] += len(doubtful)
        holds = [hold for hold in self.holds if hold[2] not in doubtful]
        holds += [("letter", "doubtful", each, "waits") for each in doubtful]
        return replace(
            self,
            letters=tuple(sorted(letters)),
            events=_counted(events),
            holds=tuple(sorted(holds)),
            arrived=tuple(each for each in self.arrived if each not in doubtful),
            kept=tuple(each for each in self.kept if each not in doubtful),
        )

    def without(self, doubtful: frozenset[str]) -> World:
        """This world, as if those of these letters that arrived had not; one that arrived twice is still to be seen."""
        arrived = list(self.arrived)
        for each in doubtful & set(arrived):
            arrived.remove(each)
        return replace(self, arrived=tuple(arrived))


def _counted(events: Counter[str]) -> tuple[tuple[str, int], ...]:
    return tuple(sorted((event, number) for event, number in events.items() if number))


class Worlds:
    """Makes desks of one stage at one place, and looks at them."""

    def __init__(self, folder: Path, place: Place, stage: Stage, stack: ExitStack) -> None:
        self.place, self.stage = place, stage
        self._folder, self._stack = folder, stack
        self._numbers = count(1)
        self._client: S3Client | None = None
        self._s3 = stack.enter_context(_bucket()) if place.store == "s3" else {}
        self._smtp = None if place.searchable else stack.enter_context(servers.smtp_sink())
        keeps = place.sink == "sent-folder"
        self._imap = stack.enter_context(servers.pymap()) if keeps else None
        self._postgres = (
            stack.enter_context(stores.postgres()) if place.engine == "postgresql" else None
        )
        self._decisions: tuple[Decision, ...] = ()
        self._blobs: tuple[tuple[BlobKey, bytes], ...] = ()
        self._prepare()

    def _prepare(self) -> None:
        """The desk that all others are copies of."""
        folder = self._folder / "stage"
        folder.mkdir()
        wiring = self._wiring(folder.name, self._postgres, None)
        settings = load(config_file(folder, wiring), os.environ)
        with closing(Ledger(settings.database.url)) as ledger:
            ledger.database.migrate()
            store = self._store(settings)
            self._decisions = self.stage.prepare(ledger, store)
            self._blobs = tuple((entry.key, store.get(entry.key)) for entry in store.entries())

    def desk(self) -> Desk:
        """Another desk that begins as the stage says."""
        folder = self._folder / f"desk{next(self._numbers)}"
        folder.mkdir()
        if self._smtp is not None:
            self._smtp.letters.clear()
        account = self._imap.account() if self._imap is not None else None
        desk = Desk(folder, self._decisions, account)
        config_file(folder, self._wiring(folder.name, self._database(folder), account))
        for number, octets in enumerate(self.stage.mail):
            self._deliver(desk, number, octets)
        store = self._store(desk.settings)
        for key, octets in self._blobs:
            store.put(key, octets, BlobNote("application/octet-stream"))
        return desk

    def _deliver(self, desk: Desk, number: int, octets: bytes) -> None:
        """Mail that waits: at the same times in each desk, in the order in which it came."""
        at = NOON + timedelta(seconds=number)
        if desk.account is not None:
            desk.account.append(octets, at=at)
            return
        name = f"{number:04}.test"
        post(desk.folder / "Maildir", octets, name)
        os.utime(desk.folder / "Maildir" / "new" / name, (at.timestamp(),) * 2)

    def _store(self, settings: Settings) -> Store:
        """The blobs of a desk; one client for all, since each new one costs a fifth of a second."""
        store = open_blobs(settings)
        if isinstance(store, S3BlobStore):
            self._client = self._client or store._connected()
            store._client = self._client
        return store

    def _database(self, folder: Path) -> str | None:
        """A copy of the stage's database: its URL, None for an SQLite file in the folder."""
        if self._postgres is None:
            shutil.copyfile(self._folder / "stage" / "intake.db", folder / "intake.db")
            return None
        stage = sa.make_url(self._postgres)
        url = stage.set(database=f"{stage.database}_{folder.name}")
        self._administer(f"CREATE DATABASE {url.database} TEMPLATE {stage.database}")
        return url.render_as_string(hide_password=False)

    def _administer(self, statement: str) -> None:
        assert self._postgres is not None
        url = sa.make_url(self._postgres).set(database="postgres")
        engine = sa.create_engine(url, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.exec_driver_sql(statement)
        engine.dispose()

    def _wiring(
        self, name: str, database: str | None, account: servers.ImapAccount | None
    ) -> Wiring:
        wiring = Wiring(further=self.stage.further)
        if database is not None:
            wiring = replace(wiring, database={"url": database})
        if self._s3:
            wiring = replace(wiring, blobs=self._s3 | {"url": f"{self._s3['url']}/{name}"})
        if self._smtp is not None:
            wiring = replace(wiring, delivery=smtp_delivery(self._smtp.port))
        if account is not None:
            source = imap_source(account.port, account.username, account.password)
            delivery = wiring.delivery | {"sent_folder": "Sent"}
            wiring = replace(wiring, source=source, delivery=delivery)
        return wiring

    def await_death(self, desk: Desk) -> None:
        """Until the server of the database has seen that a killed process is gone; a file's lock goes at once."""
        if self._postgres is None:
            return
        with closing(Ledger(desk.settings.database.url)) as ledger:
            deadline = time.monotonic() + 10
            while _locks(ledger) and time.monotonic() < deadline:
                time.sleep(0.005)

    def look(self, desk: Desk) -> World:
        """What is left of a desk."""
        settings = desk.settings
        with closing(Ledger(settings.database.url)) as ledger:
            receipts = (settings.state_folder / "receipts").glob("*")
            return replace(
                _look(ledger, self._store(settings), _mailbox(desk), self._arrived(desk)),
                receipts=tuple(sorted(path.name for path in receipts)),
            )

    def _arrived(self, desk: Desk) -> tuple[str, ...]:
        if self._smtp is not None:
            letters = [letter.octets for letter in self._smtp.letters]
        else:
            letters = _octets(desk.folder / "Sent" / "new")
        return _names(letters)

    def remove(self, desk: Desk) -> None:
        """Take no more room for a desk that was looked at."""
        if self._postgres is not None:
            database = sa.make_url(desk.settings.database.url).database
            self._administer(f"DROP DATABASE {database} WITH (FORCE)")
        shutil.rmtree(desk.folder)


@contextmanager
def worlds(folder: Path, place: Place, stage: Stage) -> Iterator[Worlds]:
    """Desks at a place, and the servers that they need."""
    folder.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        yield Worlds(folder, place, stage, stack)


@contextmanager
def _bucket() -> Iterator[dict[str, object]]:
    with stores.ministack() as endpoint, stores.bucket(endpoint) as bucket:
        yield {"url": f"s3://{bucket}", "region": stores.S3_REGION, "endpoint_url": endpoint}


def _locks(ledger: Ledger) -> int:
    """How many workers' locks the server of a database still keeps."""
    with ledger.database.read() as session:
        return (
            session.scalar(
                sa.text(
                    "SELECT count(*) FROM pg_locks JOIN pg_database ON database = pg_database.oid"
                    " WHERE datname = current_database() AND locktype = 'advisory' AND classid = :one"
                ),
                {"one": LOCK_CLASS},
            )
            or 0
        )


@dataclass(frozen=True, slots=True)
class _Mailbox:
    """The Message-IDs in a mailbox."""

    inbox: tuple[str, ...]
    done: tuple[str, ...]
    held: tuple[str, ...]
    kept: tuple[str, ...]


def _mailbox(desk: Desk) -> _Mailbox:
    if desk.account is not None:
        folders = ("INBOX", "Intake/Done", "Intake/Held", "Sent")
        return _Mailbox(*(_names(desk.account.messages(folder)) for folder in folders))
    inbox, done, held = (
        _names(_octets(desk.folder / "Maildir" / name / "new")) for name in ("", ".Done", ".Held")
    )
    return _Mailbox(inbox, done, held, kept=())


def _look(ledger: Ledger, store: Store, mailbox: _Mailbox, arrived: Sequence[str]) -> World:
    with ledger.database.read() as session:
        events = Counter(session.scalars(sa.select(schema.Audit.event)).all())
        del events["message.worker-died"]  # the only trace that a crash may leave
        lessons = session.scalar(sa.select(sa.func.count()).select_from(schema.Lesson)) or 0
        return World(
            inbox=mailbox.inbox,
            done=mailbox.done,
            held=mailbox.held,
            kept=mailbox.kept,
            blobs=tuple(sorted(_blobs(store))),
            messages=_rows(session, _MESSAGES),
            documents=_documents(ledger),
            holds=_rows(session, _HOLDS),
            letters=_rows(session, _LETTERS),
            people=tuple(
                sorted(
                    address for client in ledger.directory.clients() for address in client.contacts
                )
            ),
            lessons=lessons,
            unindexed=len(ledger.unindexed()),
            events=_counted(events),
            receipts=(),
            broken_chains=len(verify(Chains(ledger.database).lines()).breaks),
            arrived=tuple(arrived),
        )


_MESSAGES = sa.select(
    schema.Message.sha256,
    schema.Message.status,
    schema.Message.reason,
    schema.Message.acknowledged_at.is_not(None),
)
_LETTERS = sa.select(
    schema.Letter.kind, schema.Letter.recipient, schema.Letter.message_id, schema.Letter.state
)
_HOLDS = (
    sa.select(
        schema.Hold.what,
        schema.Hold.reason,
        sa.func.coalesce(schema.Document.sha256, schema.Letter.message_id, schema.Message.sha256),
        sa.func.coalesce(schema.Hold.decision, "waits"),
    )
    .outerjoin(schema.Document, schema.Document.id == schema.Hold.document_id)
    .outerjoin(schema.Letter, schema.Letter.id == schema.Hold.letter_id)
    .outerjoin(schema.Message, schema.Message.id == schema.Hold.message_id)
)


def _rows(
    session: sa.orm.Session, asked: sa.Select[*tuple[object, ...]]
) -> tuple[tuple[str, ...], ...]:
    return tuple(sorted(tuple(str(value) for value in row) for row in session.execute(asked)))


def _documents(ledger: Ledger) -> tuple[tuple[str, ...], ...]:
    return tuple(
        sorted(
            (
                standing.project.token,
                str(document.number),
                document.sha256,
                document.fate,
                " ".join(document.filed_for),
                str(document.superseded),
                str(document.rejected),
                document.blob or document.url or "",
            )
            for standing in ledger.standings()
            for document in standing.documents
        )
    )


def _blobs(store: Store) -> Iterator[tuple[str, str]]:
    """Keys and SHA-256; without what a killed put to a folder left unnamed, which `fsck` removes."""
    for entry in store.entries():
        if not Path(entry.key).name.startswith(".put-"):
            yield entry.key, hashlib.sha256(store.get(entry.key)).hexdigest()


def _octets(folder: Path) -> list[bytes]:
    return [path.read_bytes() for path in folder.iterdir()] if folder.is_dir() else []


def _names(mail: Sequence[bytes]) -> tuple[str, ...]:
    """The Message-IDs of these, each as often as it is there."""
    return tuple(sorted(str(message_from_bytes(each)["Message-ID"]) for each in mail))
