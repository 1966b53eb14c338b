"""Copies of an SQLite ledger: whole or not there, one moment's view, and only for their owner."""

from __future__ import annotations

import sqlite3
import stat
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa

from intake.errors import ConfigError, PermanentError
from storage import schema
from storage.backup import back_up
from storage.chains import Break, Chains, Flaw, Verdict, verify
from storage.ledger import Ledger
from tests.ledgers import arrive, count, engage

pytestmark = pytest.mark.proof

BALLAST = sa.text("CREATE TABLE ballast AS SELECT zeroblob(4000000) AS octets")


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """An SQLite file with one project: its tables take a quarter of a second to make."""
    path = tmp_path_factory.mktemp("template") / "ledger.db"
    with closing(Ledger(f"sqlite:///{path}")) as ledger:
        ledger.database.migrate()
        engage(ledger)
    return path.read_bytes()


@pytest.fixture
def live(template: bytes, tmp_path: Path) -> Iterator[Ledger]:
    """A ledger of one's own, open."""
    (tmp_path / "ledger.db").write_bytes(template)
    with closing(Ledger(f"sqlite:///{tmp_path / 'ledger.db'}")) as ledger:
        yield ledger


@pytest.fixture
def target(tmp_path: Path) -> Path:
    (tmp_path / "backups").mkdir()
    return tmp_path / "backups" / "copy.db"


def quietly(done: int, total: int) -> None:
    """Nobody looks at the bar."""


def opened(path: Path) -> Ledger:
    return Ledger(f"sqlite:///{path}")


def copied(ledger: Ledger, target: Path, *, replace: bool = False) -> Verdict:
    return back_up(ledger.database, target, replace=replace, told=quietly)


def test_a_copy_holds_what_the_ledger_holds(live: Ledger, target: Path) -> None:
    verdict = copied(live, target)

    assert verdict == verify(Chains(live.database).lines())
    with closing(opened(target)) as copy:
        assert copy.standings() == live.standings()


def test_a_copy_is_one_moments_view_however_often_workers_write_meanwhile(
    live: Ledger, target: Path
) -> None:
    with live.database.write() as session:
        session.execute(BALLAST)
    steps: list[int] = []

    def write(done: int, total: int) -> None:
        del total
        steps.append(done)
        arrive(live, f"message {len(steps)}", locator=str(len(steps)))

    back_up(live.database, target, replace=False, told=write)

    assert len(steps) > 3
    assert count(live, schema.Message) == len(steps)
    with closing(opened(target)) as copy:
        assert count(copy, schema.Message) == 0
        assert verify(Chains(copy.database).lines()).breaks == ()


def test_a_copy_is_one_file_that_only_its_owner_may_read(live: Ledger, target: Path) -> None:
    copied(live, target)

    assert [path.name for path in target.parent.iterdir()] == ["copy.db"]
    assert stat.S_IMODE(target.stat().st_mode) == 0o600


def test_a_copy_says_of_itself_that_it_is_one(live: Ledger, target: Path) -> None:
    copied(live, target)

    with closing(opened(target)) as copy:
        assert (count(live, schema.Restoration), count(copy, schema.Restoration)) == (0, 1)


def test_a_file_that_is_there_is_left_alone(live: Ledger, target: Path) -> None:
    target.write_text("last week's")

    with pytest.raises(ConfigError, match="add --force"):
        copied(live, target)

    assert target.read_text() == "last week's"


def test_a_file_that_is_there_is_replaced_by_force(live: Ledger, target: Path) -> None:
    target.write_text("last week's")

    copied(live, target, replace=True)

    with closing(opened(target)) as copy:
        assert len(copy.standings()) == 1


@pytest.mark.parametrize("name", ["ledger.db", "ledger.db-wal", "linked.db", "again.db"])
def test_the_ledger_itself_is_never_written_over(live: Ledger, tmp_path: Path, name: str) -> None:
    (tmp_path / "linked.db").symlink_to(tmp_path / "ledger.db")
    (tmp_path / "again.db").hardlink_to(tmp_path / "ledger.db")

    with pytest.raises(ConfigError, match="the ledger itself"):
        copied(live, tmp_path / name, replace=True)

    assert len(live.standings()) == 1


@pytest.mark.parametrize(
    ("name", "sentence"), [("nowhere/copy.db", "There is no folder"), ("backups", "is a folder")]
)
def test_a_place_that_cannot_be_written_is_said_to_be(
    live: Ledger, tmp_path: Path, target: Path, name: str, sentence: str
) -> None:
    assert target.parent == tmp_path / "backups"

    with pytest.raises(ConfigError, match=sentence):
        copied(live, tmp_path / name)


def test_a_file_that_was_made_meanwhile_is_left_alone(live: Ledger, target: Path) -> None:
    def write_another(done: int, total: int) -> None:
        del done, total
        target.write_text("another's")

    with pytest.raises(ConfigError, match="made meanwhile"):
        back_up(live.database, target, replace=False, told=write_another)

    assert target.read_text() == "another's"
    assert list(target.parent.iterdir()) == [target]


def test_what_the_disk_refuses_is_said_in_its_words(live: Ledger, target: Path) -> None:
    with pytest.raises(PermanentError, match="cannot be written there: File name too long"):
        copied(live, target.with_name("c" * 250))

    assert list(target.parent.iterdir()) == []


def test_a_ledger_that_is_not_there_is_not_copied(tmp_path: Path, target: Path) -> None:
    with (
        closing(opened(tmp_path / "empty.db")) as empty,
        pytest.raises(PermanentError, match="no ledger yet"),
    ):
        copied(empty, target)

    assert not target.exists()


def test_a_copy_of_a_damaged_ledger_is_not_kept(live: Ledger, target: Path) -> None:
    target.write_text("last week's")
    damage(live)

    with pytest.raises(PermanentError, match="not sound"):
        copied(live, target, replace=True)

    assert [path.read_text() for path in target.parent.iterdir()] == ["last week's"]


def damage(ledger: Ledger) -> None:
    """Two indexes that have changed places."""
    path = ledger.database.path
    assert path is not None
    first, second = "ix_contact_client_id", "ix_contact_address"
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        pages = dict(connection.execute("SELECT name, rootpage FROM sqlite_master").fetchall())
        connection.execute("PRAGMA writable_schema = ON")
        connection.executemany(
            "UPDATE sqlite_master SET rootpage = ? WHERE name = ?",
            [(pages[second], first), (pages[first], second)],
        )


def test_a_copy_whose_audit_does_not_hold_is_kept_and_says_so(live: Ledger, target: Path) -> None:
    with live.database.write() as session:
        session.execute(sa.update(schema.Audit).where(schema.Audit.chain == 1).values(at="never"))

    assert copied(live, target).breaks == (Break(1, 1, Flaw.CHANGED),)
    assert target.exists()


def test_postgresql_is_copied_by_its_own_tool_and_no_password_is_shown(target: Path) -> None:
    url = "postgresql+psycopg://intake:geheim@db.studio.example/intake?sslmode=require&password=geheim"

    with closing(Ledger(url)) as ledger, pytest.raises(ConfigError, match="pg_dump") as refused:
        copied(ledger, target)

    assert "geheim" not in str(refused.value)
    assert "postgresql://intake@db.studio.example/intake?sslmode=require" in str(refused.value)


def test_a_file_that_is_no_database_is_said_to_be_damaged(tmp_path: Path, target: Path) -> None:
    (tmp_path / "ledger.db").write_bytes(b"no database, but long enough to look at" * 100)

    with (
        closing(opened(tmp_path / "ledger.db")) as ledger,
        pytest.raises(PermanentError, match="put a backup in its place"),
    ):
        copied(ledger, target)
