"""A blob store that is away, busy, silent or forbidden: mail waits for it without a try, and is filed once it is back."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from structlog.typing import EventDict

from intake.app import App
from intake.demo import documents
from intake.outages import BLOBS_REFUSED
from intake.reader import Reader
from intake.worker import Worker
from storage.blobs import Store
from storage.blobs.s3 import S3BlobStore, S3Settings
from tests.desks import FREELANCER, TODAY, letter
from tests.maildesks import MailDesk, at_work, mail_desk
from tests.outages import BAR, log_of_the_worker, once_each, record, told, tries, while_at_work
from tests.proxy import Proxy, Towards, proxy
from tests.stores import (
    S3_ENVIRONMENT,
    S3_REGION,
    Refusal,
    bucket,
    ministack,
    refusing_s3,
)

MAIL = letter(sender=f"Fay <{FREELANCER}>", attach=[documents.investor_deck(TODAY)])
pytestmark = [pytest.mark.proof, pytest.mark.usefixtures("telemetry_as_before")]


@pytest.fixture(scope="module", autouse=True)
def environment() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        for name, value in S3_ENVIRONMENT.items():
            patch.setenv(name, value)
        yield


@pytest.fixture(scope="module")
def endpoint_url() -> Iterator[str]:
    with ministack() as url:
        yield url


@dataclass(frozen=True, slots=True)
class Stage:
    """A desk whose bucket is behind a proxy."""

    desk: MailDesk
    app: App
    proxy: Proxy
    port: int
    events: Sequence[EventDict]

    def arrive(self) -> None:
        self.desk.post(MAIL)

    def done(self) -> bool:
        return self.desk.done() == ["1"] and len(self.desk.letters()) == 1

    def mend(self) -> None:
        self.proxy.mend()
        self.proxy.point_at(self.port)

    def keys(self) -> list[str]:
        """What documents are in the bucket."""
        return [entry.key for entry in self.app.blobs.entries() if entry.key.endswith(".pptx")]


@pytest.fixture
def stage(
    tmp_path: Path, reader: Reader, endpoint_url: str, telemetry_as_before: None
) -> Iterator[Stage]:
    del telemetry_as_before
    port = urlsplit(endpoint_url).port
    assert port is not None
    with ExitStack() as stack:
        name = stack.enter_context(bucket(endpoint_url))
        between = stack.enter_context(proxy(port))
        desk = mail_desk(tmp_path)
        app = stack.enter_context(at_work(desk, reader))
        store = S3BlobStore(
            S3Settings(
                name,
                region=S3_REGION,
                endpoint_url=f"http://127.0.0.1:{between.port}",
                timeout_seconds=1.0,
                attempts=1,
            )
        )
        events = stack.enter_context(log_of_the_worker())
        yield Stage(desk, with_blobs(app, store), between, port, events)


def with_blobs(app: App, blobs: Store) -> App:
    """The same desk over another store."""
    return replace(
        app,
        blobs=blobs,
        desk=replace(app.desk, blobs=blobs),
        outbox=replace(app.outbox, blobs=blobs),
    )


def refuse_connections(stage: Stage) -> None:
    stage.proxy.refuse()


def fall_silent(stage: Stage) -> None:
    stage.proxy.swallow()


def cut_in_the_middle_of_a_put(stage: Stage) -> None:
    stage.proxy.cut_after(len(MAIL) // 2, Towards.SERVER, stays_down=True)


@pytest.mark.parametrize(
    "begin",
    [refuse_connections, fall_silent, cut_in_the_middle_of_a_put],
    ids=lambda begin: begin.__name__,
)
def test_mail_is_filed_once_the_bucket_can_be_reached_again(
    stage: Stage, begin: Callable[[Stage], None]
) -> None:
    def away() -> None:
        begin(stage)
        stage.arrive()

    survived = while_at_work(
        stage.app,
        lambda worker: worker.survive("blobs", begin=away, end=stage.mend, done=stage.done),
        stage.events,
    )

    record(f"S3: {begin.__name__}".replace("_", " "), survived)
    assert survived.ratio <= BAR
    assert told(stage.events) == once_each("blobs")
    assert tries(stage.app.ledger) == [0]
    assert (len(stage.keys()), len(stage.desk.letters())) == (1, 1)


REFUSALS = [
    (Refusal(503, "SlowDown"), "blobs"),
    (Refusal(500, "InternalError"), "blobs"),
    (Refusal(403, "RequestTimeTooSkewed"), "blobs"),
    (Refusal(403, "AccessDenied"), BLOBS_REFUSED),
]


@pytest.mark.parametrize(("refusal", "what"), REFUSALS, ids=[each.code for each, _ in REFUSALS])
def test_mail_is_filed_once_the_bucket_takes_it(stage: Stage, refusal: Refusal, what: str) -> None:
    with refusing_s3([refusal]) as url:
        port = urlsplit(url).port
        assert port is not None

        def away() -> None:
            stage.proxy.point_at(port)
            stage.arrive()

        survived = while_at_work(
            stage.app,
            lambda worker: worker.survive(what, begin=away, end=stage.mend, done=stage.done),
            stage.events,
        )

    record(f"S3: {refusal.status} {refusal.code}", survived)
    assert survived.ratio <= BAR
    assert told(stage.events) == once_each(what)
    assert tries(stage.app.ledger) == [0]
    assert (len(stage.keys()), len(stage.desk.letters())) == (1, 1)


def test_rights_that_are_taken_away_between_mail_and_document_cost_no_try(stage: Stage) -> None:
    stage.arrive()
    with refusing_s3([Refusal(200, ""), Refusal(403, "AccessDenied")]) as url:
        port = urlsplit(url).port
        assert port is not None
        stage.proxy.point_at(port)
        outage = Worker(stage.app).once()

    assert (outage.unreachable, outage.waiting) == ((BLOBS_REFUSED,), 1)
    assert tries(stage.app.ledger) == [0]
