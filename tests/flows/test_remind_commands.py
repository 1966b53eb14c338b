"""`intake remind` and `intake simulate`: what they show, and that showing changes nothing."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from typer.testing import CliRunner

from intake.cli.commands import app
from intake.reader import Reader
from storage import schema
from tests.desks import CONTACT, FREELANCER, TOKEN
from tests.maildesks import MailDesk
from tests.silent import silence

pytestmark = pytest.mark.proof


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory, reader: Reader) -> Iterator[MailDesk]:
    """A client who has been silent since Monday, 23 November 2026, 10:23."""
    folder = tmp_path_factory.mktemp("silent")
    with silence(folder, reader, reminders={"digest": "mon 08:00"}) as story:
        yield story.desk


def said(desk: MailDesk, *arguments: str) -> str:
    result = CliRunner().invoke(app, [*arguments, "--config", str(desk.config)])
    assert result.exit_code == 0, result.output
    return " ".join(result.output.split())


def rows(desk: MailDesk) -> tuple[int, int]:
    """How many letters and how many events there are."""
    with desk.ledger() as ledger, ledger.database.read() as session:
        letters = session.scalar(sa.select(sa.func.count()).select_from(schema.Letter))
        events = session.scalar(sa.select(sa.func.count()).select_from(schema.Audit))
        return letters or 0, events or 0


def test_a_dry_run_tells_what_goes_out_to_whom_and_changes_nothing(desk: MailDesk) -> None:
    before = rows(desk)

    shown = said(desk, "remind", "--dry-run", "--on", "2026-11-26")

    assert "reminder 1, 10:23" in shown
    assert CONTACT in shown
    assert rows(desk) == before


def test_a_dry_run_tells_why_nothing_goes_out_and_what_is_next(desk: MailDesk) -> None:
    shown = said(desk, "remind", "--dry-run", "--on", "2026-11-25")

    assert "nothing" in shown
    assert "the client is silent" in shown
    assert "reminder 1, Thu 26 Nov 2026 10:23" in shown


def test_a_dry_run_tells_of_the_digest(desk: MailDesk) -> None:
    shown = said(desk, "remind", "--dry-run", "--on", "2026-11-30")

    assert f"Digest, 08:00: {FREELANCER}" in shown


def test_a_calendar_is_played_forward_and_nothing_is_stored(desk: MailDesk) -> None:
    before = rows(desk)

    shown = said(desk, "simulate", TOKEN, "--days", "400")

    assert "word to the freelancer" in shown
    assert "the freelancer has been told of this silence" in shown
    assert rows(desk) == before


def test_reminding_queues_what_is_due_once(desk: MailDesk) -> None:
    first = said(desk, "remind", "--on", "2026-11-26")
    second = said(desk, "remind", "--on", "2026-11-26")

    assert first == "Queued 1 reminder to a client. The worker sends them."
    assert second.startswith("Nothing is due.")


def test_a_client_gets_holidays_of_its_own(desk: MailDesk) -> None:
    assert "of GB-ENG now" in said(
        desk, "client", "edit", "Halden Robotics", "--holidays", "gb-eng"
    )
    assert "configuration" in said(
        desk, "client", "edit", "Halden Robotics", "--holidays", "default"
    )


def test_a_country_without_known_holidays_is_wrong_usage(desk: MailDesk) -> None:
    arguments = ["client", "edit", "Halden Robotics", "--holidays", "Germny", "--config"]

    result = CliRunner().invoke(app, [*arguments, str(desk.config)])

    assert result.exit_code == 2
    assert "did you mean DE" in " ".join(result.output.split())
