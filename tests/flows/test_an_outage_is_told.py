"""What cannot be reached is said at the end of a round, and the mail that it stopped stays where it is."""

from __future__ import annotations

from pathlib import Path

import pytest

from intake.app import open_app
from intake.worker import Round, Worker
from tests.desks import Wiring, desk_settings, imap_source, letter, post, smtp_delivery
from tests.stores import S3_ENVIRONMENT, S3_REGION, free_port

pytestmark = pytest.mark.proof


@pytest.fixture(autouse=True)
def credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in S3_ENVIRONMENT.items():
        monkeypatch.setenv(name, value)


def one_round(folder: Path, wiring: Wiring) -> Round:
    with open_app(desk_settings(folder, wiring)) as app:
        return Worker(app).once()


def test_a_mailbox_that_is_down_is_told(tmp_path: Path) -> None:
    wiring = Wiring(source=imap_source(free_port(), "intake", "secret"))

    left = one_round(tmp_path, wiring)

    assert left.unreachable == ("sources[0]",)
    assert not left.clean


def test_mail_waits_while_the_blobs_are_down(tmp_path: Path) -> None:
    endpoint = f"http://127.0.0.1:{free_port()}"
    wiring = Wiring(
        blobs={"url": "s3://collateral", "region": S3_REGION, "endpoint_url": endpoint},
        delivery=smtp_delivery(free_port()),
    )
    post(tmp_path / "Maildir", letter(), "1")

    left = one_round(tmp_path, wiring)

    assert left.unreachable == ("blobs",)
    assert not left.clean
    assert [path.name for path in (tmp_path / "Maildir" / "new").iterdir()] == ["1"]
