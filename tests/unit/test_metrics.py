"""A worker's figures: counted from its events, in a registry of its own, with labels out of closed sets."""

from __future__ import annotations

import threading
from datetime import UTC, datetime

import pytest
from prometheus_client.exposition import generate_latest

from intake import telemetry
from intake.metrics import Everything, Glance, Metrics
from intake.model import LetterKind
from intake.telemetry import Stage
from storage.health import Health
from storage.values import HoldSubject, MessageStatus

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
HEALTH = Health(
    now=NOON,
    waiting=3,
    oldest_waiting=datetime(2026, 11, 23, 11, 59, tzinfo=UTC),
    tries=1,
    deaths=2,
    unsent=0,
    oldest_unsent=None,
    attempts=0,
    held=((HoldSubject.DOCUMENT, 4),),
    doubtful=5,
    last_seen=NOON,
    workers=6,
)


def value(metrics: Metrics, name: str, **labels: str) -> float | None:
    return metrics.registry.get_sample_value(name, labels)


def test_a_settled_message_is_counted_by_its_status() -> None:
    metrics = Metrics()

    metrics.heard(telemetry.MESSAGE_SETTLED, {"status": MessageStatus.HELD, "message_id": 7})

    assert value(metrics, "intake_messages_total", status="held") == 1
    assert value(metrics, "intake_messages_total", status="accepted") == 0


@pytest.mark.parametrize(
    ("event", "outcome"),
    [
        (telemetry.LETTER_SENT, "sent"),
        (telemetry.LETTER_DEFERRED, "deferred"),
        (telemetry.LETTER_DOUBTFUL, "doubtful"),
        (telemetry.LETTER_FAILED, "failed"),
        (telemetry.LETTER_DROPPED, "dropped"),
    ],
)
def test_a_letter_is_counted_by_kind_and_outcome(event: str, outcome: str) -> None:
    metrics = Metrics()

    metrics.heard(event, {"kind": LetterKind.REPLY, "letter_id": 7})

    assert value(metrics, "intake_letters_total", kind="reply", outcome=outcome) == 1


def test_a_value_that_is_no_word_of_ours_becomes_no_label() -> None:
    metrics = Metrics()

    metrics.heard(telemetry.LETTER_SENT, {"kind": "zugvogel"})
    metrics.heard(telemetry.MESSAGE_SETTLED, {"status": "zugvogel", "message_id": 1})

    assert b"zugvogel" not in generate_latest(metrics.registry)


def test_what_is_out_of_reach_is_1_and_then_0() -> None:
    metrics = Metrics()
    metrics.heard(telemetry.UNREACHABLE, {"what": "blobs"})
    away, state = value(metrics, "intake_unreachable", what="blobs"), metrics.own_state()

    metrics.heard(telemetry.RECOVERED, {"what": "blobs"})

    assert (away, list(state.unreachable)) == (1, ["blobs"])
    assert value(metrics, "intake_unreachable", what="blobs") == 0
    assert metrics.own_state().unreachable == {}


def test_a_stage_is_timed_even_where_it_fails() -> None:
    metrics = Metrics()

    with pytest.raises(OSError, match="away"), metrics.timed(Stage.SEND):
        raise OSError("away")

    assert value(metrics, "intake_stage_seconds_count", stage="send") == 1


def test_two_workers_in_one_process_share_nothing() -> None:
    one, other = Metrics(), Metrics()

    one.heard(telemetry.CLAIM_LOST, {})

    assert value(one, "intake_lost_claims_total") == 1
    assert value(other, "intake_lost_claims_total") == 0


@pytest.mark.parametrize(
    "line",
    [
        b"intake_ledger_up 1.0",
        b"intake_waiting_messages 3.0",
        b"intake_oldest_waiting_seconds 60.0",
        b"intake_oldest_unsent_seconds 0.0",
        b'intake_held{what="document"} 4.0',
        b'intake_held{what="letter"} 0.0',
        b"intake_doubtful_letters 5.0",
        b"intake_workers 6.0",
        b"intake_lost_claims_total 0.0",
    ],
)
def test_a_scrape_holds_the_ledgers_figures_and_the_workers_own(line: bytes) -> None:
    scrape = generate_latest(Everything(Metrics().registry, lambda: HEALTH))

    assert line in scrape.splitlines()


def test_a_ledger_that_fails_costs_only_its_own_figures() -> None:
    def fail() -> Health:
        raise RuntimeError("the driver's words")

    lines = generate_latest(Everything(Metrics().registry, Glance(fail))).splitlines()

    assert b"intake_ledger_up 0.0" in lines
    assert b"intake_lost_claims_total 0.0" in lines
    assert b"intake_waiting_messages" not in b"\n".join(lines)


def test_a_ledger_that_hangs_is_asked_once_and_not_waited_for() -> None:
    answers, asked = threading.Event(), []

    def hang() -> Health:
        asked.append(1)
        answers.wait(timeout=60)
        return HEALTH

    glance = Glance(hang, patience_seconds=0.01)

    during = [glance(), glance()]
    answers.set()
    after = Glance(lambda: HEALTH)()

    assert (during, asked, after) == ([None, None], [1], HEALTH)
