"""What is said of a desk's health: nothing where it is well, one line with ids and words for each thing that is not."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from intake.health import Finding, OwnState, Trouble, ledger_findings, worker_findings
from storage.health import Health

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
STUCK = timedelta(minutes=30)
WELL = Health(
    now=NOW,
    waiting=2,
    oldest_waiting=NOW - timedelta(minutes=29),
    tries=0,
    deaths=0,
    unsent=1,
    oldest_unsent=NOW - timedelta(minutes=29),
    attempts=0,
    held=(),
    doubtful=0,
    last_seen=NOW - timedelta(minutes=14),
    workers=1,
)
LONG_AGO = NOW - timedelta(minutes=31)


def found(health: Health, *, sends: bool = True) -> list[Trouble]:
    return [each.trouble for each in ledger_findings(health, stuck=STUCK, sends=sends)]


def of_worker(own: OwnState, health: Health | None = WELL) -> tuple[Finding, ...]:
    return worker_findings(own, health, stuck=STUCK)


def test_a_desk_at_work_is_well() -> None:
    assert found(WELL) == []


@pytest.mark.parametrize(
    ("health", "trouble"),
    [
        (replace(WELL, oldest_waiting=LONG_AGO), Trouble.WAITING),
        (replace(WELL, oldest_unsent=LONG_AGO), Trouble.UNSENT),
        (replace(WELL, doubtful=1), Trouble.DOUBTFUL),
        (replace(WELL, last_seen=LONG_AGO), Trouble.STILL),
        (replace(WELL, last_seen=None), Trouble.STILL),
    ],
)
def test_what_is_wrong_is_found(health: Health, trouble: Trouble) -> None:
    assert found(health) == [trouble]


def test_the_line_says_how_many_and_for_how_long() -> None:
    [finding] = ledger_findings(replace(WELL, oldest_waiting=LONG_AGO), stuck=STUCK, sends=True)

    assert finding.sentence.startswith("2 messages wait, the oldest for 31 minutes: ")


def test_letters_that_a_rehearsal_keeps_back_are_no_trouble() -> None:
    assert found(replace(WELL, oldest_unsent=LONG_AGO), sends=False) == []


def test_a_worker_that_moves_is_well() -> None:
    assert of_worker(OwnState(NOW, NOW - timedelta(minutes=14), {})) == ()


def test_a_worker_that_stands_still_is_not() -> None:
    [finding] = of_worker(OwnState(NOW, NOW - timedelta(minutes=16), {}))

    assert finding == Finding(Trouble.STILL, "The worker has not moved for 16 minutes.")


def test_an_outage_is_trouble_only_when_it_lasts() -> None:
    away = {"sources[0]": NOW - timedelta(minutes=29), "blobs": LONG_AGO}

    [finding] = of_worker(OwnState(NOW, NOW, away))

    assert finding == Finding(Trouble.UNREACHABLE, "Out of reach for 31 minutes: blobs.")


def test_mail_that_waits_too_long_is_trouble_for_the_worker_as_well() -> None:
    [finding] = of_worker(OwnState(NOW, NOW, {}), replace(WELL, oldest_waiting=LONG_AGO))

    assert finding.trouble is Trouble.WAITING


def test_a_ledger_that_does_not_answer_is_no_trouble_by_itself() -> None:
    assert of_worker(OwnState(NOW, NOW, {}), None) == ()
