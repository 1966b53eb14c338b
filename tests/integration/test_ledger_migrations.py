"""The tables that the migrations make, and a database that is not at this program's revision."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext

from intake.errors import ConfigError, PermanentError, TransientError
from intake.model import Fate, HoldReason
from storage import migrations
from storage.chains import Chains, Verdict, verify
from storage.ledger import Ledger
from storage.schema import REVISION, Base
from storage.values import HeldThing, MessageStatus, Standing
from tests import stores
from tests.desks import letter
from tests.ledgers import Clock, accepted, claimed, document, engage, held, intent
from tests.maildesks import mail_desk, worker

ROOT = Path(__file__).parents[2]
MIGRATES = "import sys; from storage.database import Database; Database(sys.argv[1]).migrate()"
DIES = """
import os, signal, sys
import sqlalchemy as sa
from storage.database import Database

database = Database(sys.argv[1])
changes = []

def count(connection, cursor, statement, *rest):
    if statement.lstrip().split()[0] in {"CREATE", "ALTER", "INSERT", "UPDATE", "DROP"}:
        changes.append(statement)
    if len(changes) == int(sys.argv[2]):
        os.kill(os.getpid(), signal.SIGKILL)

sa.event.listen(database.engine, "after_cursor_execute", count)
database.migrate()
"""
"""A process that is killed right after so many changes of the migration."""
RELEASED = ("0001", "0002", "0003", "0004", "0005", "0006", "0007", "0008", "0009")
LATER = tuple(pytest.param(revision, marks=pytest.mark.proof) for revision in RELEASED[1:])
KILLED_AT = (
    *(pytest.param(number, marks=pytest.mark.proof) for number in (1, 2)),
    3,
)
"""After how many of its changes."""


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.proof)])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database without tables."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'ledger.db'}"
        return
    with stores.postgres() as url:
        yield url


@pytest.fixture
def empty_postgres() -> Iterator[Ledger]:
    with stores.postgres() as url, closing(Ledger(url)) as ledger:
        yield ledger


def test_the_migrations_make_the_tables_that_the_program_knows(ledger: Ledger) -> None:
    with ledger.database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        differences = compare_metadata(context, Base.metadata)

    assert differences == []


def test_a_migrated_database_is_current(ledger: Ledger) -> None:
    ledger.database.require_current()

    assert ledger.database.revision() == REVISION


def test_migrating_again_changes_nothing(ledger: Ledger) -> None:
    ledger.database.migrate()

    assert ledger.database.revision() == REVISION


def test_an_empty_sqlite_file_is_made_current_on_the_spot(tmp_path: Path) -> None:
    with closing(Ledger(f"sqlite:///{tmp_path / 'deep' / 'ledger.db'}")) as ledger:
        before = ledger.database.revision()

        ledger.database.require_current()

        assert (before, ledger.database.revision()) == (None, REVISION)


def test_an_empty_postgresql_database_is_left_to_the_operator(empty_postgres: Ledger) -> None:
    with pytest.raises(ConfigError, match="The database is empty: run `intake migrate`"):
        empty_postgres.database.require_current()

    assert empty_postgres.database.revision() is None


def test_a_database_of_a_newer_program_is_refused(ledger: Ledger) -> None:
    with ledger.database.write() as session:
        session.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))

    with pytest.raises(ConfigError, match="9999"):
        ledger.database.require_current()

    with ledger.database.write() as session:
        session.execute(
            sa.text("UPDATE alembic_version SET version_num = :ours"), {"ours": REVISION}
        )


def migrate_to(ledger: Ledger, revision: str) -> None:
    """As an older program left it."""
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent))
    with ledger.database.engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)


def copy_rows(source: Ledger, target: Ledger) -> None:
    """What one ledger holds, as far as an older revision has tables and columns for it."""
    older = sa.MetaData()
    older.reflect(target.database.engine)
    tables = [table for table in Base.metadata.sorted_tables if table.name in older.tables]
    with source.database.engine.begin() as reads, target.database.engine.begin() as writes:
        for table in tables:
            columns = [table.c[column.name] for column in older.tables[table.name].c]
            rows = [dict(row) for row in reads.execute(sa.select(*columns)).mappings()]
            if rows:
                bare = sa.table(table.name, *(sa.column(each.name, each.type) for each in columns))
                writes.execute(sa.insert(bare), rows)


@dataclass(frozen=True, slots=True)
class Held:
    """What every revision can hold, as the program shows it."""

    standings: tuple[Standing, ...]
    waiting: tuple[HeldThing, ...]
    unsent: int
    audit: Verdict


def held_by(ledger: Ledger) -> Held:
    return Held(
        ledger.standings(),
        ledger.holds.waiting(),
        ledger.letters.unsent(),
        verify(Chains(ledger.database).lines()),
    )


def tell_a_story(ledger: Ledger) -> None:
    """A project with a document that waits for a person, a letter that is owed, and mail that is held or waits."""
    project = engage(ledger)
    outcome = accepted(
        ledger.standing(project.id),
        documents=[document(1, fate=Fate.UNSURE)],
        letters=[intent("one")],
    )
    ledger.messages.settle(claimed(ledger), outcome)
    ledger.messages.settle(claimed(ledger, "two"), held(HoldReason.COLLEAGUE, "two"))
    claimed(ledger, "three")


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ledger]:
    """A ledger of today, only read."""
    path = tmp_path_factory.mktemp("story") / "ledger.db"
    with closing(Ledger(f"sqlite:///{path}", clock=Clock())) as ledger:
        ledger.database.migrate()
        tell_a_story(ledger)
        yield ledger


@pytest.mark.parametrize("revision", [RELEASED[0], *LATER])
def test_what_an_older_revision_holds_is_there_after_an_upgrade(
    story: Ledger, empty_url: str, revision: str
) -> None:
    with closing(Ledger(empty_url)) as old:
        migrate_to(old, revision)
        copy_rows(story, old)

        old.database.migrate()

        assert old.database.revision() == REVISION
        assert held_by(old) == held_by(story)
        assert old.lessons.listed() == ()


@pytest.mark.parametrize("revision", [RELEASED[0], *LATER])
def test_an_upgraded_ledger_has_the_same_tables_and_works_on(
    story: Ledger, empty_url: str, revision: str
) -> None:
    with closing(Ledger(empty_url)) as old:
        migrate_to(old, revision)
        copy_rows(story, old)
        restart_counting(old)
        old.database.migrate()

        old.messages.take_over(old.worker)
        project = old.standings()[0].project
        outcome = accepted(old.standing(project.id), "three", documents=[document(2, "other")])
        claim = old.messages.claim(old.worker)

        assert claim is not None
        assert old.messages.settle(claim, outcome) is MessageStatus.ACCEPTED
        assert verify(Chains(old.database).lines()).breaks == ()
        with old.database.engine.connect() as connection:
            context = MigrationContext.configure(connection, opts={"compare_type": True})
            assert compare_metadata(context, Base.metadata) == []


def restart_counting(ledger: Ledger) -> None:
    """Rows that were copied with their numbers: PostgreSQL counts on from the highest."""
    if ledger.database.is_sqlite:
        return
    with ledger.database.write() as session:
        session.execute(
            sa.text(
                "SELECT setval(c.oid, 1000) FROM pg_class c WHERE c.relkind = 'S'",
            )
        )


@pytest.mark.parametrize("statement", KILLED_AT)
def test_a_migration_that_is_killed_leaves_the_old_revision_whole(
    story: Ledger, empty_url: str, statement: int
) -> None:
    with closing(Ledger(empty_url)) as old:
        migrate_to(old, RELEASED[-1])
        copy_rows(story, old)
        before = tables_of(old)

        killed = subprocess.run(
            [sys.executable, "-c", DIES, empty_url, str(statement)],
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            check=False,
        )

        assert killed.returncode == -signal.SIGKILL
        assert (old.database.revision(), tables_of(old)) == (RELEASED[-1], before)
        old.database.migrate()
        assert (old.database.revision(), held_by(old)) == (REVISION, held_by(story))


def tables_of(ledger: Ledger) -> list[str]:
    """Every table, with its columns, and every index."""
    found = sa.inspect(ledger.database.engine)
    return sorted(
        f"{table}: {[column['name'] for column in found.get_columns(table)]}"
        f" {sorted(str(index['name']) for index in found.get_indexes(table))}"
        for table in found.get_table_names()
    )


@pytest.mark.proof
def test_two_workers_that_start_at_once_on_an_old_ledger_are_safe(tmp_path: Path) -> None:
    desk = mail_desk(tmp_path)
    path = tmp_path / "intake.db"
    path.unlink()
    with closing(Ledger(f"sqlite:///{path}")) as old:
        migrate_to(old, RELEASED[0])
    desk.post(letter())

    with worker(desk, "--once") as first, worker(desk, "--once") as second:
        codes = {each.running.wait(timeout=60) for each in (first, second)}

    # One of them may end while the other still has the message in hand, and says that work is left.
    assert min(codes) == 0
    assert first.said("message.settled") == 1
    with desk.ledger() as upgraded:
        assert upgraded.database.revision() == REVISION
        assert upgraded.messages.statuses() == {"held": 1}


@pytest.mark.proof
def test_two_processes_that_migrate_at_once_are_safe(empty_url: str) -> None:
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", MIGRATES, empty_url],
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )
        for _ in range(2)
    ]

    codes = [process.wait(timeout=60) for process in processes]

    with closing(Ledger(empty_url)) as ledger:
        assert (codes, ledger.database.revision()) == ([0, 0], REVISION)


@pytest.mark.parametrize(
    "url", ["sqlite:////proc/nowhere/ledger.db", "sqlite:////dev/null/ledger.db"]
)
def test_a_file_that_cannot_be_opened_is_said_to_be(url: str) -> None:
    with pytest.raises(PermanentError, match=r"database\.url cannot be opened"):
        Ledger(url)


def test_a_server_that_does_not_answer_is_an_outage() -> None:
    url = f"postgresql+psycopg://nobody@127.0.0.1:{stores.free_port()}/ledger"
    with (
        closing(Ledger(url)) as ledger,
        pytest.raises(TransientError, match="cannot be used at the moment"),
    ):
        ledger.now()
