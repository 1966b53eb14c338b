"""Letters that were cut off, refused or put off: only evidence decides whether one leaves again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest

from intake.app import App, open_ledger
from intake.compose import load_languages
from intake.demo import documents
from intake.errors import DatabaseUnreachableError
from intake.instants import Instant
from intake.model import (
    Address,
    HoldReason,
    ItemName,
    LetterKind,
    Mailbox,
    ProjectId,
    ProjectState,
    Token,
    Verb,
    Wish,
    WishState,
)
from intake.outbox import LONGEST_ANSWER, PAUSES, TOO_OLD, Outbox
from intake.reader import Reader
from intake.worker import Worker
from storage.directory import ProjectChange
from storage.letters import LEASE
from storage.values import Deed, Ending, LetterIntent
from tests import servers
from tests.desks import FREELANCER, TODAY, TOKEN, Wiring, letter, open_engagement, smtp_delivery
from tests.ledgers import Clock, accepted, claimed
from tests.maildesks import Later, MailDesk, at_work, mail_desk

pytestmark = pytest.mark.proof

MAIL = letter(sender=f"Fay <{FREELANCER}>", attach=[documents.investor_deck(TODAY)])
"""A freelancer's, so that one letter answers it."""
NAMED = Wish(
    Verb.SOMEONE_ELSE,
    item=ItemName("brand-guide"),
    address=Address("design@elsewhere.example"),
    phrase="ask our designer",
)


@dataclass(frozen=True, slots=True)
class Stage:
    """A desk that owes one letter, and a clock to move."""

    desk: MailDesk
    app: App
    clock: Later

    def deliver(self) -> bool:
        return self.app.outbox.deliver_due()

    def cut_off(self) -> bytes:
        """A worker composes the letter, begins to send it, and ends; the letter's octets."""
        with closing(open_ledger(self.app.settings)) as doomed:
            claim = doomed.letters.claim(doomed.worker)
            assert claim is not None
            composed = self.app.outbox.composer.composed(claim)
            doomed.letters.freeze(claim, composed)
        return composed.octets

    def reasons(self) -> list[str]:
        """Why things wait for a person."""
        return [held.reason for held in self.app.ledger.holds.waiting()]


def stage_at(folder: Path, reader: Reader, delivery: dict[str, object]) -> Iterator[Stage]:
    """Receive and settle a message, deliver nothing yet."""
    desk, clock = mail_desk(folder, Wiring(delivery=delivery)), Later()
    desk.post(MAIL)
    with at_work(desk, reader, clock=clock) as app:
        worker = Worker(app)
        worker._drain(app.sources[0], at_once=True)
        yield Stage(desk, app, clock)


@pytest.fixture
def maildir(tmp_path: Path, reader: Reader) -> Iterator[Stage]:
    """Delivery to a Maildir, which can be searched."""
    yield from stage_at(tmp_path, reader, {"type": "maildir", "path": "./Sent"})


@pytest.fixture
def smtp(tmp_path: Path, reader: Reader, smtp_sink: servers.SmtpSink) -> Iterator[Stage]:
    """Delivery by SMTP, which cannot."""
    yield from stage_at(tmp_path, reader, smtp_delivery(smtp_sink.port))


def owe_another(stage: Stage) -> None:
    """One more letter to the freelancer."""
    ledger = stage.app.ledger
    standing = ledger.standings()[0]
    due = LetterIntent(LetterKind.REPORT, "two", "<two>", Mailbox("Fay", FREELANCER), stage.clock())
    ledger.messages.settle(claimed(ledger, "two"), accepted(standing, "two", letters=[due]))


def test_a_letter_that_was_cut_off_and_is_not_there_is_sent(maildir: Stage) -> None:
    octets = maildir.cut_off()

    assert maildir.deliver()

    [sent] = (maildir.desk.folder / "Sent" / "new").iterdir()
    assert sent.read_bytes() == octets
    assert maildir.app.ledger.letters.unsent() == 0


def test_a_letter_that_was_cut_off_and_is_there_is_not_sent_again(maildir: Stage) -> None:
    maildir.cut_off()
    maildir.deliver()
    [sent] = (maildir.desk.folder / "Sent" / "new").iterdir()
    before = sent.stat().st_mtime_ns
    with maildir.app.ledger.database.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE letter SET state = 'sending'")

    assert maildir.deliver()

    assert sent.stat().st_mtime_ns == before
    assert (maildir.reasons(), maildir.app.ledger.letters.unsent()) == ([], 0)


def test_a_letter_that_was_cut_off_where_nobody_can_look_is_doubtful(
    smtp: Stage, smtp_sink: servers.SmtpSink
) -> None:
    smtp.cut_off()

    assert smtp.deliver()

    assert smtp.reasons() == [HoldReason.DOUBTFUL_LETTER]
    assert smtp_sink.letters == []


def leave(stage: Stage) -> None:
    """The freelancer is replaced while the letter is owed."""
    token = stage.app.ledger.standings()[0].project.token
    successor = (Address("successor@studio.example"),)
    stage.app.ledger.directory.edit_project(token, ProjectChange(freelancers=successor))


def test_a_letter_to_somebody_who_has_left_is_not_sent(
    smtp: Stage, smtp_sink: servers.SmtpSink
) -> None:
    leave(smtp)

    assert smtp.deliver()

    assert smtp_sink.letters == []
    assert (smtp.reasons(), smtp.app.ledger.letters.unsent()) == ([], 0)


def test_a_letter_that_was_cut_off_is_not_sent_to_somebody_who_has_left(maildir: Stage) -> None:
    maildir.cut_off()
    leave(maildir)

    assert maildir.deliver()

    assert not (maildir.desk.folder / "Sent" / "new").exists()
    assert maildir.app.ledger.letters.unsent() == 0


def test_a_letter_that_cannot_be_composed_is_held_and_stops_nothing(
    tmp_path: Path, reader: Reader, smtp_sink: servers.SmtpSink
) -> None:
    templates = tmp_path / "templates"
    templates.mkdir()
    (templates / "letter.html.jinja").write_text("{{ nothing.like_this() }}")
    for stage in stage_at(tmp_path, reader, smtp_delivery(smtp_sink.port)):
        broken = replace(stage.app.outbox, languages=load_languages(templates, ("en",)))

        assert broken.deliver_due()
        assert stage.reasons() == [HoldReason.FAILED_LETTER]


def test_an_intent_whose_worker_ended_is_composed_and_sent(
    smtp: Stage, smtp_sink: servers.SmtpSink
) -> None:
    with closing(open_ledger(smtp.app.settings)) as doomed:
        assert doomed.letters.claim(doomed.worker) is not None

    assert smtp.deliver()

    assert len(smtp_sink.letters) == 1


def test_a_letter_of_a_worker_that_stood_still_is_left_to_whoever_took_it_over(
    smtp: Stage, smtp_sink: servers.SmtpSink
) -> None:
    with closing(open_ledger(smtp.app.settings)) as still:
        claim = still.letters.claim(still.worker)
        assert claim is not None
        smtp.clock.by = LEASE + timedelta(minutes=1)

        assert smtp.deliver()

    assert len(smtp_sink.letters) == 1
    assert smtp.app.ledger.letters.unsent() == 0


def test_after_a_letter_of_unknown_fate_the_others_wait(
    smtp: Stage, smtp_sink: servers.SmtpSink
) -> None:
    owe_another(smtp)
    smtp_sink.lose_at = "DATA"

    took_it = smtp.deliver()

    assert not took_it
    assert smtp.reasons() == [HoldReason.DOUBTFUL_LETTER]
    assert smtp.app.ledger.letters.unsent() == 1


def test_a_letter_that_is_refused_waits_for_a_person_and_the_delivery_works(
    smtp: Stage, smtp_sink: servers.SmtpSink
) -> None:
    smtp_sink.rcpt_replies = {FREELANCER: "550 5.1.1 no such mailbox"}

    assert smtp.deliver()

    assert smtp.reasons() == [HoldReason.FAILED_LETTER]


def test_a_letter_that_is_put_off_comes_again_after_its_pause(
    smtp: Stage, smtp_sink: servers.SmtpSink
) -> None:
    smtp_sink.mail_reply = "451 4.3.0 later"
    first = smtp.deliver()
    smtp_sink.mail_reply = "250 OK"
    smtp.deliver()
    early = len(smtp_sink.letters)
    smtp.clock.by = timedelta(minutes=1, seconds=1)

    second = smtp.deliver()

    assert (first, early, second) == (False, 0, True)
    assert len(smtp_sink.letters) == 1


def pause_after(stage: Stage, clock: Clock) -> float | None:
    """One attempt that is put off, and the time of the next one; how long that is to wait, in seconds."""
    stage.deliver()
    seconds = stage.app.ledger.seconds_until_due()
    clock.advance(timedelta(seconds=seconds or 0))
    return seconds


def test_the_pauses_between_attempts_grow_and_the_last_one_repeats(
    smtp: Stage, smtp_sink: servers.SmtpSink
) -> None:
    clock = Clock(smtp.clock())
    smtp.app.ledger.database._clock = clock
    smtp_sink.mail_reply = "451 4.3.0 later"

    pauses = [pause_after(smtp, clock) for _ in range(len(PAUSES) + 2)]

    assert pauses == [*PAUSES, PAUSES[-1], PAUSES[-1]]


def test_a_letter_that_is_put_off_for_days_is_given_up(
    smtp: Stage, smtp_sink: servers.SmtpSink
) -> None:
    smtp_sink.mail_reply = "451 4.3.0 later"

    days = give_up_after(smtp)

    assert smtp.reasons() == [HoldReason.FAILED_LETTER]
    assert 2 <= days < 4


def test_a_delivery_that_lets_nobody_in_leaves_the_letter_owed(
    tmp_path: Path, reader: Reader
) -> None:
    with servers.smtp_sink(password="right") as sink:
        delivery = smtp_delivery(sink.port) | {"username": "intake", "password": "wrong"}
        desk = mail_desk(tmp_path, Wiring(delivery=delivery))
        desk.post(MAIL)
        with at_work(desk, reader) as app:
            left = Worker(app).once()

    assert left.unreachable == ("delivery",)
    assert left.unsent == 1


def give_up_after(stage: Stage) -> float:
    """Deliver again whenever the letter is due, until nothing is owed; the days that took."""
    while stage.app.ledger.letters.unsent():
        stage.deliver()
        stage.clock.by += timedelta(hours=4, seconds=1)
    return stage.clock.by / timedelta(days=1)


def try_for_days(stage: Stage) -> None:
    """Deliver again every four hours, for four days."""
    for _ in range(24):
        stage.deliver()
        stage.clock.by += timedelta(hours=4, seconds=1)


def test_a_server_that_is_not_there_for_days_makes_no_letter_fail(
    tmp_path: Path, reader: Reader
) -> None:
    for stage in stage_at(tmp_path, reader, smtp_delivery(servers.free_port())):
        try_for_days(stage)

        assert (stage.reasons(), stage.app.ledger.letters.unsent()) == ([], 1)


# ---------------------------------------------------------------- in the middle of it


def at(instant: Instant, outbox: Outbox, do: Callable[[], object]) -> Outbox:
    """The same outbox, where something happens the first time that it passes this."""
    left = [do]

    def passed(here: Instant) -> None:
        if here is instant and left:
            left.pop()()

    return replace(outbox, passed=passed)


def test_a_worker_that_stood_still_while_it_composed_leaves_the_letter_and_goes_on(
    smtp: Stage, smtp_sink: servers.SmtpSink
) -> None:
    with closing(open_ledger(smtp.app.settings)) as quick:
        quick.database._clock = smtp.clock

        def stand_still() -> None:
            smtp.clock.by = LEASE + timedelta(minutes=1)
            quick.letters.take_over(quick.worker)
            assert quick.letters.claim(quick.worker) is not None

        stood_still = at(Instant.COMPOSED, smtp.app.outbox, stand_still).deliver_due()
        left = len(smtp_sink.letters)

    assert (stood_still, left) == (True, 0)
    assert smtp.deliver()
    assert len(smtp_sink.letters) == 1


def test_a_claim_without_time_for_an_answer_hands_nothing_over_and_comes_again(
    smtp: Stage, smtp_sink: servers.SmtpSink
) -> None:
    late = replace(smtp.app.outbox, lease=LONGEST_ANSWER)

    took_it = late.deliver_due()
    early = len(smtp_sink.letters)
    smtp.clock.by = TOO_OLD + timedelta(seconds=1)

    assert (took_it, early) == (True, 0)
    assert smtp.deliver()
    assert len(smtp_sink.letters) == 1
    assert smtp.reasons() == []


def test_a_database_that_goes_away_while_a_letter_is_composed_makes_none_fail(
    tmp_path: Path, reader: Reader, smtp_sink: servers.SmtpSink
) -> None:
    desk = mail_desk(tmp_path, Wiring(delivery=smtp_delivery(smtp_sink.port)))
    file, away = desk.folder / "intake.db", desk.folder / "away.db"
    desk.post(letter(text="Which one is it for?"))
    with at_work(desk, reader) as app:
        open_engagement(app, token=Token("spring"), title="Spring fair")
        Worker(app)._drain(app.sources[0], at_once=True)
        going = at(Instant.LETTER_CLAIMED, app.outbox, lambda: file.rename(away))
        with pytest.raises(DatabaseUnreachableError):
            going.deliver_due()
        away.rename(file)

        assert app.outbox.deliver_due()

        assert app.ledger.letters.unsent() == 0
    assert len(smtp_sink.letters) == 1


def test_a_letter_about_a_checklist_that_is_gone_waits_for_a_person(
    smtp: Stage, smtp_sink: servers.SmtpSink
) -> None:
    settings = smtp.app.settings.model_copy(update={"checklists": {}})

    assert replace(smtp.app.outbox, settings=settings).deliver_due()

    assert smtp.reasons() == [HoldReason.FAILED_LETTER]
    assert smtp.app.ledger.holds.waiting()[0].detail.startswith("There is no checklist")
    assert smtp_sink.letters == []


def test_a_worker_that_is_asked_to_end_hands_over_no_further_letter(
    smtp: Stage, smtp_sink: servers.SmtpSink
) -> None:
    assert smtp.app.outbox.deliver_due(stopping=lambda: True)

    assert (len(smtp_sink.letters), smtp.app.ledger.letters.unsent()) == (0, 1)


# ---------------------------------------------------------------- to somebody who was named


def name_somebody(stage: Stage) -> ProjectId:
    """The client names a designer, and the freelancer says yes: a letter to the designer is owed."""
    ledger = stage.app.ledger
    stage.deliver()
    project = ledger.standings()[0].project.id
    asked = Deed(NAMED, WishState.AWAITING, by_freelancer=False)
    outcome = replace(accepted(ledger.standing(project), "named"), deeds=(asked,))
    ledger.messages.settle(claimed(ledger, "named"), outcome)
    [held] = ledger.holds.waiting()
    ledger.instructions.decide(held.id, accepted=True)
    return project


def test_somebody_who_was_named_is_written_to_about_that_item_alone(
    smtp: Stage, smtp_sink: servers.SmtpSink
) -> None:
    name_somebody(smtp)

    assert smtp.deliver()

    [_, errand] = smtp_sink.letters
    assert errand.recipients == (NAMED.address,)
    assert b"Brand guide" in errand.octets
    assert TOKEN.encode() not in errand.octets


def test_somebody_who_was_named_is_not_written_to_once_the_project_is_closed(
    smtp: Stage, smtp_sink: servers.SmtpSink
) -> None:
    name_somebody(smtp)
    smtp.app.ledger.directory.set_state(TOKEN, ProjectState.CLOSED)

    assert smtp.deliver()

    assert len(smtp_sink.letters) == 1
    assert (smtp.reasons(), smtp.app.ledger.letters.unsent()) == ([], 0)


def test_somebody_who_was_named_is_not_written_to_once_the_word_was_taken_back(
    smtp: Stage, smtp_sink: servers.SmtpSink
) -> None:
    project, ledger = name_somebody(smtp), smtp.app.ledger
    [named] = ledger.standing(project).wishes
    back = Deed(
        Wish(Verb.UNDO),
        WishState.DONE,
        by_freelancer=False,
        ends=(Ending(named.id, WishState.UNDONE, reverts=True),),
    )
    outcome = replace(accepted(ledger.standing(project), "back"), deeds=(back,))
    ledger.messages.settle(claimed(ledger, "back"), outcome)

    assert smtp.deliver()

    assert len(smtp_sink.letters) == 1
    assert ledger.letters.unsent() == 0
