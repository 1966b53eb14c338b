"""A client falls silent: what is sent to whom and when, and what ends it."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from email.message import EmailMessage
from pathlib import Path

import pytest

from intake.app import open_ledger
from intake.demo import documents
from intake.instants import Instant
from intake.model import Address, HoldReason, LetterKind, ProjectState
from intake.reader import Reader
from intake.reminding import enqueue_due
from intake.worker import Worker
from storage.directory import ProjectChange
from tests.desks import CONTACT, FREELANCER, TODAY, TOKEN, letter
from tests.maildesks import text_of
from tests.silent import Story, moment, owed, silence

FIRST, SECOND = moment(26, 10, 23), moment(30, 10, 25)
THIRD = moment(7, 10, 24, month=12)
BO = Address("bo@studio.example")


def vacation(story: Story, *, until: str) -> bytes:
    """The answer of a machine to our last letter."""
    [reply] = story.desk.letters_to(CONTACT)
    return letter(
        number=2,
        subject="Out of office: Re: Launch material",
        text=f"I am out of the office until {until}.\n",
        fields=[("Auto-Submitted", "auto-replied"), ("In-Reply-To", str(reply["Message-ID"]))],
    )


def days(letters: list[EmailMessage]) -> list[str]:
    return [f"{each['Date'].datetime:%d.%m. %H:%M}" for each in letters]


def test_a_silent_client_is_reminded_twice_in_the_same_thread_then_the_freelancer_is_told(
    tmp_path: Path, reader: Reader
) -> None:
    with silence(tmp_path, reader) as story:
        [reply] = story.desk.letters_to(CONTACT)
        story.work(moment(26, 10, 22))
        story.work(FIRST)
        story.work(moment(26, 10, 28))
        story.work(SECOND)
        story.work(THIRD)
        story.work(moment(21, 10, 24, month=12))
        asked, told = story.asked(), story.told()

    assert days(asked) == ["26.11. 10:23", "30.11. 10:25"]
    assert days(told) == ["07.12. 10:24"]
    first, second = asked
    assert {first["Subject"], second["Subject"]} == {str(reply["Subject"])}
    assert first["In-Reply-To"] == reply["Message-ID"]
    assert second["In-Reply-To"] == first["Message-ID"]
    assert str(second["References"]).split() == [
        "<1@halden.example>",
        reply["Message-ID"],
        first["Message-ID"],
    ]
    assert second["X-Intake-Project"] == TOKEN
    assert "1. Investor deck" in text_of(second)
    assert "3. Yearly roadmap" in text_of(first)
    assert "3. Yearly roadmap" not in text_of(second)
    assert told[0]["Subject"] == "Halden Robotics has been silent for 14 days"
    assert "Two reminders went out" in text_of(told[0])


@pytest.mark.proof
def test_a_message_ends_the_silence_and_the_ladder_begins_anew(
    tmp_path: Path, reader: Reader
) -> None:
    with silence(tmp_path, reader) as story:
        story.work(FIRST)
        story.write(moment(27, 15), letter(number=2, text="Soon, I promise.\n"), "2")
        story.work(moment(27, 15, 1))
        story.work(SECOND)
        story.work(moment(30, 15, 1))
        asked = story.asked()

    assert days(asked) == ["26.11. 10:23", "30.11. 15:01"]
    assert "3. Yearly roadmap" in text_of(asked[1])


@pytest.mark.proof
def test_a_client_who_wrote_a_minute_ago_is_not_reminded(tmp_path: Path, reader: Reader) -> None:
    with silence(tmp_path, reader) as story:
        story.clock.now = FIRST
        queued = enqueue_due(story.app.settings, story.app.ledger)
        story.write(FIRST, letter(number=2, text="On its way.\n"), "2")
        story.work(moment(26, 10, 24))
        asked, held = story.asked(), story.app.ledger.holds.waiting()

    assert (queued.reminders, asked, held) == (1, [], ())


@pytest.mark.proof
def test_a_reminder_that_was_put_off_beyond_the_hours_waits_for_the_next_day(
    tmp_path: Path, reader: Reader
) -> None:
    with silence(tmp_path, reader) as story:
        story.clock.now = FIRST
        enqueue_due(story.app.settings, story.app.ledger)
        story.work(moment(26, 17, 30))
        early = story.asked()
        story.work(moment(27, 10, 23))
        asked = story.asked()

    assert early == []
    assert days(asked) == ["27.11. 10:23"]


@pytest.mark.proof
def test_an_absent_client_is_reminded_after_the_return_only(tmp_path: Path, reader: Reader) -> None:
    with silence(tmp_path, reader) as story:
        story.write(moment(24, 9), vacation(story, until="2 December 2026"), "2")
        story.work(moment(24, 9, 1))
        story.work(FIRST)
        story.work(SECOND)
        story.work(moment(3, 10, 24, month=12))  # whoever is just back finds their own mail first
        before = story.asked()
        story.work(moment(4, 10, 24, month=12))
        after = story.asked()

    assert before == []
    assert days(after) == ["04.12. 10:24"]


@pytest.mark.proof
def test_where_mail_comes_back_the_freelancer_is_told_in_place_of_the_client(
    tmp_path: Path, reader: Reader
) -> None:
    with silence(tmp_path, reader) as story:
        with story.app.ledger.database.engine.begin() as connection:
            connection.exec_driver_sql("UPDATE contact SET bounced_at = '2026-11-24 09:00:00'")
        story.work(FIRST)
        asked, told = story.asked(), story.told()

    assert asked == []
    assert [each["Subject"] for each in told] == ["No letter reaches Halden Robotics"]


@pytest.mark.proof
@pytest.mark.parametrize("state", [ProjectState.PAUSED, ProjectState.CLOSED])
def test_a_project_that_is_not_open_is_left_alone_even_if_a_reminder_waits(
    tmp_path: Path, reader: Reader, state: ProjectState
) -> None:
    with silence(tmp_path, reader) as story:
        story.clock.now = FIRST
        enqueue_due(story.app.settings, story.app.ledger)
        story.app.ledger.directory.set_state(TOKEN, state)
        story.work(FIRST)
        story.work(SECOND)
        asked = story.asked()

    assert asked == []


@pytest.mark.proof
def test_a_project_that_was_paused_for_a_moment_is_reminded_all_the_same(
    tmp_path: Path, reader: Reader
) -> None:
    with silence(tmp_path, reader) as story:
        directory = story.app.ledger.directory
        story.clock.now = FIRST
        enqueue_due(story.app.settings, story.app.ledger)
        directory.set_state(TOKEN, ProjectState.PAUSED)
        story.work(FIRST)
        directory.set_state(TOKEN, ProjectState.OPEN)
        story.work(moment(26, 11))
        asked = story.asked()

    assert days(asked) == ["26.11. 11:00"]


@pytest.mark.proof
def test_nobody_is_reminded_of_a_project_that_lacks_nothing(tmp_path: Path, reader: Reader) -> None:
    checklists = {"onboarding": [{"item": "investor-deck", "kind": "deck"}]}
    deck = letter(attach=[documents.investor_deck(TODAY)])
    with silence(tmp_path, reader, further={"checklists": checklists}, opening=deck) as story:
        story.work(FIRST)
        story.work(THIRD)

        assert (story.asked(), story.told()) == ([], [])


@pytest.mark.proof
def test_holidays_of_the_client_put_a_reminder_off(tmp_path: Path, reader: Reader) -> None:
    with silence(tmp_path, reader, further={"holidays": "DE"}) as story:
        story.app.ledger.directory.set_holidays(
            "Halden Robotics", "US"
        )  # 26 November: Thanksgiving
        story.work(FIRST)
        before = story.asked()
        story.work(moment(27, 10, 24))
        asked = story.asked()

    assert before == []
    assert days(asked) == ["27.11. 10:24"]


@pytest.mark.proof
def test_a_reminder_that_was_cut_off_waits_for_its_new_hour_with_the_same_octets(
    tmp_path: Path, reader: Reader
) -> None:
    with silence(tmp_path, reader, further={"holidays": "DE"}) as story:
        story.clock.now = FIRST
        enqueue_due(story.app.settings, story.app.ledger)
        with closing(open_ledger(story.app.settings, clock=story.clock)) as doomed:
            claim = doomed.letters.claim(doomed.worker)
            assert claim is not None
            frozen = story.app.outbox.composer.composed(claim)
            doomed.letters.freeze(claim, frozen)
        story.app.ledger.directory.set_holidays("Halden Robotics", "US")  # it is Thanksgiving
        story.work(FIRST)
        before = story.asked()
        story.work(moment(27, 10, 24))
        [asked] = story.asked()

    assert before == []
    assert asked["Message-ID"] == frozen.message_id


@pytest.mark.proof
def test_a_reminder_about_a_checklist_that_is_gone_waits_for_a_person(
    tmp_path: Path, reader: Reader
) -> None:
    with silence(tmp_path, reader) as story:
        story.clock.now = FIRST
        enqueue_due(story.app.settings, story.app.ledger)
        settings = story.app.settings.model_copy(update={"checklists": {}})

        assert replace(story.app.outbox, settings=settings).deliver_due()

        held = [each.reason for each in story.app.ledger.holds.waiting()]
    assert held == [HoldReason.FAILED_LETTER]


@pytest.mark.proof
def test_a_digest_that_could_not_leave_for_days_never_does(tmp_path: Path, reader: Reader) -> None:
    with silence(tmp_path, reader, reminders={"digest": "mon 08:00", "after_days": []}) as story:
        story.clock.now = moment(30, 8)
        enqueue_due(story.app.settings, story.app.ledger)
        queued = owed(story.app.ledger, LetterKind.DIGEST)
        story.clock.now = moment(7, 7, month=12)

        assert story.app.outbox.deliver_due()

        told, left = story.told(), story.app.ledger.letters.unsent()
    assert (queued, told, left) == (1, [], 0)


@pytest.mark.proof
def test_a_worker_killed_between_queue_and_send_leaves_one_reminder(
    tmp_path: Path, reader: Reader
) -> None:
    class Killed(BaseException):
        """The process ends here."""

    def dies(instant: Instant) -> None:
        raise Killed(instant)

    with silence(tmp_path, reader) as story:
        story.clock.now = FIRST
        with (
            closing(open_ledger(story.app.settings, clock=story.clock)) as doomed,
            pytest.raises(Killed, match=Instant.REMINDED),
        ):
            enqueue_due(story.app.settings, doomed, passed=dies)
        story.work(FIRST)
        story.work(moment(26, 10, 29))
        asked = story.asked()

    assert len(asked) == 1
    assert owed(story.app.ledger, LetterKind.REMINDER) == 1


def with_bo(story: Story) -> None:
    story.app.ledger.directory.edit_project(TOKEN, ProjectChange(freelancers=(FREELANCER, BO)))


@pytest.mark.proof
def test_each_freelancer_is_told_once(tmp_path: Path, reader: Reader) -> None:
    with silence(tmp_path, reader) as story:
        with_bo(story)
        story.work(THIRD)
        story.work(moment(7, 11, 24, month=12))
        told = [*story.told(), *story.desk.letters_to(BO)]

    assert len(told) == 2


@pytest.mark.proof
def test_the_digest_leaves_once_a_week_to_each_freelancer(tmp_path: Path, reader: Reader) -> None:
    with silence(tmp_path, reader, reminders={"digest": "mon 08:00", "after_days": []}) as story:
        story.work(moment(30, 7, 59))
        early = story.told()
        story.work(moment(30, 8))
        story.work(moment(30, 9))
        story.work(moment(7, 8, 5, month=12))
        told = story.told()

    assert early == []
    assert days(told) == ["30.11. 08:00", "07.12. 08:05"]
    assert told[0]["Subject"] == "Your project waits for something"
    assert "Halden Robotics · Q4 launch 0 of 5 here, silent for 7 days." in text_of(told[0])


@pytest.mark.proof
def test_a_rehearsal_queues_and_what_is_outdated_by_then_never_leaves(
    tmp_path: Path, reader: Reader
) -> None:
    with silence(tmp_path, reader) as story:
        for at in (FIRST, SECOND, THIRD):
            story.clock.now = at
            enqueue_due(story.app.settings, story.app.ledger)
        Worker(story.app).once()
        asked, told = story.asked(), story.told()

    assert asked == []
    assert days(told) == ["07.12. 10:24"]


@pytest.mark.proof
def test_a_client_who_wants_no_reminders_gets_none_and_the_freelancer_is_told(
    tmp_path: Path, reader: Reader
) -> None:
    with silence(tmp_path, reader) as story:
        story.write(moment(24, 9), letter(number=2, text="Please stop reminding us.\n"), "2")
        story.work(moment(24, 9, 1))
        story.work(moment(27, 9, 2))
        story.work(moment(4, 9, 2, month=12))
        asked, told = story.asked(), story.told()

    assert asked == []
    assert [each["Subject"] for each in told] == ["Halden Robotics asked for no more reminders"]


@pytest.mark.proof
def test_reminders_are_welcome_again_when_the_client_says_so(
    tmp_path: Path, reader: Reader
) -> None:
    with silence(tmp_path, reader) as story:
        story.write(moment(24, 9), letter(number=2, text="Please stop reminding us.\n"), "2")
        story.work(moment(24, 9, 1))
        story.write(moment(24, 10), letter(number=3, text="Please remind us again.\n"), "3")
        story.work(moment(24, 10, 1))
        story.work(moment(27, 10, 2))
        asked = story.asked()

    assert days(asked) == ["27.11. 10:02"]


@pytest.mark.proof
def test_what_was_promised_for_a_day_is_not_asked_for_before_it(
    tmp_path: Path, reader: Reader
) -> None:
    with silence(tmp_path, reader) as story:
        promise = "The yearly roadmap will come on 10 December.\n"
        story.write(moment(24, 9), letter(number=2, text=promise), "2")
        story.work(moment(24, 9, 1))
        story.work(moment(27, 9, 2))
        asked = story.asked()

    assert "1. Investor deck" in text_of(asked[0])
    assert "Yearly roadmap" not in text_of(asked[0])


@pytest.mark.proof
def test_a_pause_that_the_freelancer_wrote_ends_by_itself(tmp_path: Path, reader: Reader) -> None:
    with silence(tmp_path, reader) as story:
        pause = letter(number=2, sender=FREELANCER, text="pause until 3 December\n")
        story.write(moment(24, 9), pause, "2")
        story.work(moment(24, 9, 1))
        story.work(FIRST)
        story.work(SECOND)
        paused = story.asked()
        story.work(moment(3, 10, 24, month=12))
        asked = story.asked()

    assert paused == []
    assert days(asked) == ["03.12. 10:24"]
