"""The tables that the migrations make, and a database that is not at this program's revision."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext

from intake.errors import ConfigError, PermanentError, TransientError
from intake.model import Fate
from storage import migrations, schema
from storage.ledger import Ledger
from storage.schema import REVISION, Base
from tests import stores
from tests.ledgers import accepted, claimed, count, document, engage

ROOT = Path(__file__).parents[2]
MIGRATES = "import sys; from storage.database import Database; Database(sys.argv[1]).migrate()"


@pytest.fixture(params=["sqlite", "postgresql"])
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
                writes.execute(sa.insert(table), rows)


def test_what_the_first_revision_holds_is_there_after_an_upgrade(
    ledger: Ledger, empty_url: str
) -> None:
    project = engage(ledger)
    outcome = accepted(ledger.standing(project.id), documents=[document(1, fate=Fate.UNSURE)])
    ledger.messages.settle(claimed(ledger), outcome)
    before = ledger.standing(project.id), ledger.holds.waiting(), count(ledger, schema.Audit)
    with closing(Ledger(empty_url)) as old:
        migrate_to(old, "0001")
        copy_rows(ledger, old)

        old.database.migrate()

        after = old.standing(project.id), old.holds.waiting(), count(old, schema.Audit)
        assert (old.database.revision(), after) == (REVISION, before)
        assert old.lessons.listed() == ()


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
