"""When a project becomes complete its freelancers get a manifest, and the operator's program is called; once each time."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import cast

import pytest

from intake.app import App
from intake.demo import documents
from intake.instants import Instant
from intake.reader import Reader
from intake.worker import Worker
from storage.directory import ProjectChange
from tests.crashing import Life, Point, crashing
from tests.desks import CONTACT, FREELANCER, TODAY, TOKEN, Wiring, letter
from tests.maildesks import Later, MailDesk, at_work, mail_desk, text_of
from tests.receivers import Receiver, receiver

DECK = documents.investor_deck(TODAY)
MAIL = letter(attach=[DECK])
DECK_ALONE = [{"item": "investor-deck", "kind": "deck"}]
CHECKLISTS = {
    "onboarding": DECK_ALONE,
    "longer": [*DECK_ALONE, {"item": "brand-guide", "kind": "brand_guide"}],
}
SECRET = "canary-secret-of-the-hook"
pytestmark = [pytest.mark.proof, pytest.mark.usefixtures("telemetry_as_before")]


@pytest.fixture
def hook() -> Iterator[Receiver]:
    with receiver() as told:
        yield told


def wiring(hook: Receiver | None = None) -> Wiring:
    further: dict[str, object] = {"checklists": CHECKLISTS}
    if hook is not None:
        further["webhook"] = {"url": hook.url, "secret": SECRET}
    return Wiring(further=further)


def manifests(desk: MailDesk) -> list[EmailMessage]:
    """The letters to the freelancer that carry one."""
    return [each for each in desk.letters_to(FREELANCER) if list(each.iter_attachments())]


def manifest_of(message: EmailMessage) -> dict[str, object]:
    [attachment] = message.iter_attachments()
    assert attachment.get_filename() == "manifest.json"
    tree: dict[str, object] = json.loads(attachment.get_content())
    return tree


def listed(manifest: dict[str, object]) -> list[dict[str, object]]:
    return cast("list[dict[str, object]]", manifest["documents"])


def edit(app: App, checklist: str) -> None:
    app.ledger.directory.edit_project(TOKEN, ProjectChange(checklist=checklist))


def test_the_report_of_that_moment_carries_the_manifest(tmp_path: Path, reader: Reader) -> None:
    desk = mail_desk(tmp_path, wiring())
    desk.post(MAIL)
    with at_work(desk, reader) as app:
        Worker(app).once()

    [report] = desk.letters_to(FREELANCER)
    manifest = manifest_of(report)
    assert manifest["event"] == "project.complete"
    assert manifest["token"] == TOKEN
    [document] = listed(manifest)
    assert document["sha256"] == hashlib.sha256(DECK.octets).hexdigest()
    assert (document["name"], document["kind"]) == (DECK.filename, "deck")
    assert "Ready to start" in text_of(report)
    assert list(desk.letters_to(CONTACT)[0].iter_attachments()) == []


def test_later_reports_do_not_carry_it_again(tmp_path: Path, reader: Reader) -> None:
    desk = mail_desk(tmp_path, wiring())
    desk.post(MAIL, "1")
    with at_work(desk, reader) as app:
        Worker(app).once()
        desk.post(letter(number=2, attach=[documents.brand_guide(TODAY)]), "2")

        Worker(app).once()

    assert len(desk.letters_to(FREELANCER)) == 2
    assert len(manifests(desk)) == 1


def test_complete_again_after_it_was_not_it_is_told_again(
    tmp_path: Path, reader: Reader, hook: Receiver
) -> None:
    desk = mail_desk(tmp_path, wiring(hook))
    desk.post(MAIL)
    with at_work(desk, reader) as app:
        Worker(app).once()
        edit(app, "longer")
        Worker(app).once()

        edit(app, "onboarding")
        Worker(app).once()

    assert len(manifests(desk)) == 2
    assert len({call.fields["x-intake-delivery"] for call in hook.calls}) == 2


def test_what_time_alone_made_incomplete_is_told_when_it_is_complete_again(
    tmp_path: Path, reader: Reader
) -> None:
    dated = [{"item": "investor-deck", "kind": "deck", "max_age_days": 365}]
    desk = mail_desk(tmp_path, Wiring(further={"checklists": {"onboarding": dated}}))
    desk.post(MAIL, "1")
    clock = Later()
    with at_work(desk, reader, clock=clock) as app:
        Worker(app).once()
        clock.by = timedelta(days=500)
        Worker(app).once()
        in_between = len(manifests(desk))
        newer = documents.investor_deck(TODAY + timedelta(days=499))
        desk.post(letter(number=2, attach=[newer]), "2")

        Worker(app).once()

    assert len(manifests(desk)) == 2
    assert in_between == 1


def test_a_persons_decision_that_completes_a_project_is_told(
    tmp_path: Path, reader: Reader, hook: Receiver
) -> None:
    desk = mail_desk(tmp_path, wiring(hook))
    with at_work(desk, reader) as app:
        edit(app, "longer")
        desk.post(MAIL)
        Worker(app).once()
        before = (len(manifests(desk)), len(hook.calls))
        edit(app, "onboarding")

        Worker(app).once()

    assert before == (0, 0)
    assert len(manifests(desk)) == 1
    assert len(hook.calls) == 1


def test_mail_that_is_fed_in_tells_nobody(tmp_path: Path, reader: Reader, hook: Receiver) -> None:
    old = wiring(hook)
    old.intake["answer_mail_since"] = (TODAY + timedelta(days=3650)).isoformat()
    desk = mail_desk(tmp_path, old)
    desk.post(MAIL)
    with at_work(desk, reader) as app:
        Worker(app).once()
        Worker(app).once()

    assert desk.letters() == []
    assert hook.calls == []


def test_the_operators_program_is_called_once(
    tmp_path: Path, reader: Reader, hook: Receiver
) -> None:
    desk = mail_desk(tmp_path, wiring(hook))
    desk.post(MAIL)
    with at_work(desk, reader) as app:
        Worker(app).once()
        Worker(app).once()

    [call] = hook.calls
    told = call.json()
    assert (told["schema"], told["event"]) == (1, "project.complete")
    assert (told["token"], told["title"]) == (TOKEN, "Q4 launch")
    assert [each["name"] for each in listed(told)] == [DECK.filename]


def test_what_is_confidential_is_not_named_to_the_operators_program(
    tmp_path: Path, reader: Reader, hook: Receiver
) -> None:
    desk = mail_desk(tmp_path, wiring(hook))
    with at_work(desk, reader) as app:
        app.ledger.directory.edit_project(TOKEN, ProjectChange(confidential=True))
        desk.post(MAIL)
        Worker(app).once()

    [call] = hook.calls
    told = call.json()
    [document] = listed(told)
    assert told["title"] is None
    assert (document["name"], document["link"], document["confidential"]) == (None, None, True)
    assert [each["name"] for each in listed(manifest_of(*manifests(desk)))] == [DECK.filename]


def test_a_receiver_that_is_away_is_called_again_with_the_same_id(
    tmp_path: Path, reader: Reader, hook: Receiver
) -> None:
    desk = mail_desk(tmp_path, wiring(hook))
    desk.post(MAIL)
    hook.status = 503
    clock = Later()
    with at_work(desk, reader, clock=clock) as app:
        Worker(app).once()
        letters_left = len(desk.letters())
        hook.status, clock.by = 200, timedelta(minutes=2)
        Worker(app).once()
        Worker(app).once()

    first, second = hook.calls
    assert letters_left == 2
    assert first.fields["x-intake-delivery"] == second.fields["x-intake-delivery"]
    assert first.octets == second.octets


def test_a_receiver_that_is_away_for_two_days_is_for_a_person(
    tmp_path: Path, reader: Reader, hook: Receiver
) -> None:
    desk = mail_desk(tmp_path, wiring(hook))
    desk.post(MAIL)
    hook.status = 500
    clock = Later()
    with at_work(desk, reader, clock=clock) as app:
        _days(app, clock)

        [held] = app.ledger.holds.waiting()
        unsent = app.ledger.letters.unsent()

    assert (held.what, held.reason, held.detail) == (
        "letter",
        "failed",
        "the webhook's receiver answered 500",
    )
    assert unsent == 0
    assert SECRET not in repr(app.settings)


def _days(app: App, clock: Later) -> None:
    """Three days go by, hour for hour."""
    Worker(app).once()
    for hour in range(3 * 24):
        clock.by = timedelta(hours=hour)
        app.outbox.deliver_due()


@pytest.mark.parametrize("nth", [1, 2, 3])
def test_killed_right_after_something_left_each_letter_arrives_once_and_calls_bear_one_id(
    tmp_path: Path, hook: Receiver, nth: int
) -> None:
    desk = mail_desk(tmp_path, wiring(hook))
    desk.post(MAIL)
    with crashing(tmp_path / "lives.log", {}) as lives:
        killed = lives.live(Life(str(desk.config), dies_at=Point(Instant.LEFT, nth))).killed
        lives.live(Life(str(desk.config)))

    assert killed
    assert len(desk.letters()) == len({each["Message-ID"] for each in desk.letters()}) == 2
    assert len(manifests(desk)) == 1
    assert len({call.fields["x-intake-delivery"] for call in hook.calls}) == 1
    assert len({call.octets for call in hook.calls}) == 1
    assert 1 <= len(hook.calls) <= 2
