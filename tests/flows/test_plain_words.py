"""What people ask for in the words of their mail: done, told in the answer, taken back, vetoed; and what is never done."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest

from intake.app import App
from intake.demo import documents
from intake.demo.documents import Enclosure
from intake.instants import Instant, Passing
from intake.model import Address, HoldId, ItemState, ProjectState, Token
from intake.reader import Reader
from intake.reports import local_day, report_of
from intake.worker import Worker
from storage.values import Standing
from tests.desks import CLIENT, CONTACT, FREELANCER, TODAY, TOKEN, Wiring, engagement, letter
from tests.maildesks import Later, MailDesk, at_work, mail_desk, text_of

FAY = f"Fay <{FREELANCER}>"
DESIGNER = "design@studio-b.example"
BEN = Address("ben@halden.example")
DECK = documents.investor_deck(TODAY)
SPRING = Token("spring")


@dataclass(slots=True)
class Talk:
    """A desk, and the mail that goes to and fro."""

    desk: MailDesk
    app: App
    clock: Later
    sent: list[str] = field(default_factory=list)

    def write(
        self,
        text: str,
        *,
        sender: str = f"Ana Ruiz <{CONTACT}>",
        to: str = f"intake+{TOKEN}@studio.example",
        attach: tuple[Enclosure, ...] = (),
        subject: str = "Re: What you asked for",
    ) -> list[EmailMessage]:
        """A mail comes in; the letters that it caused."""
        number = len(self.sent) + 1
        self.sent.append(text)
        before = {each["Message-ID"] for each in self.desk.letters()}
        octets = letter(
            number=number, sender=sender, to=to, text=text, attach=attach, subject=subject
        )
        self.desk.post(octets, str(number))
        Worker(self.app).once()
        return [each for each in self.desk.letters() if each["Message-ID"] not in before]

    def orders(
        self,
        text: str,
        *,
        to: str = f"intake+{TOKEN}@studio.example",
        subject: str = "Re: What you asked for",
    ) -> list[EmailMessage]:
        """The freelancer writes."""
        return self.write(text, sender=FAY, to=to, subject=subject)

    @property
    def standing(self) -> Standing:
        return self.standing_of(TOKEN)

    def standing_of(self, token: Token) -> Standing:
        return self.app.ledger.standing(self.app.ledger.directory.project(token).id)

    def states(self) -> dict[str, ItemState]:
        now = self.app.ledger.now()
        standing = self.standing
        report = report_of(self.app.settings, standing, on=local_day(standing.project, now))
        return {entry.item.item: entry.state for entry in report.items}


@pytest.fixture
def talk(tmp_path: Path, reader: Reader) -> Iterator[Talk]:
    desk, clock = mail_desk(tmp_path), Later()
    with at_work(desk, reader, clock=clock) as app:
        yield Talk(desk, app, clock)


def to(letters: list[EmailMessage], address: str) -> str:
    """The text of the one letter to somebody."""
    [found] = [each for each in letters if address in str(each["To"])]
    return text_of(found)


# ---------------------------------------------------------------- an item


ENGLISH = "Noted: no event calendar. Your freelancer can object."
GERMAN = "Notiert: „Veranstaltungskalender“ gibt es nicht. Ihr Projektteam kann dem widersprechen."


@pytest.mark.parametrize(
    ("words", "noted"),
    [
        pytest.param("We have no event calendar.", ENGLISH, marks=pytest.mark.proof),
        pytest.param("4: n/a", ENGLISH, marks=pytest.mark.proof),
        ("Einen Eventkalender haben wir nicht.", GERMAN),
    ],
)
def test_what_the_client_has_not_is_waived_confirmed_and_told_to_the_freelancer(
    talk: Talk, words: str, noted: str
) -> None:
    letters = talk.write(f"Hello,\n\n{words}\n")

    assert talk.states()["event-calendar"] is ItemState.WAIVED
    assert noted in to(letters, CONTACT)
    assert "Ana Ruiz: no event calendar." in to(letters, FREELANCER)


@pytest.mark.proof
def test_a_vetoed_waiver_is_asked_for_again(talk: Talk) -> None:
    talk.write("We have no event calendar.")

    confirmed = to(talk.orders("veto"), FREELANCER)
    letters = talk.write("And no brand guide.")

    assert talk.states()["event-calendar"] is ItemState.MISSING
    assert "event calendar is still needed" in confirmed
    assert "needed all the same" in to(letters, CONTACT)


@pytest.mark.proof
def test_who_said_it_takes_it_back(talk: Talk) -> None:
    talk.write("We have no event calendar.")

    answer = to(talk.write("undo"), CONTACT)

    assert talk.states()["event-calendar"] is ItemState.MISSING
    assert "Taken back: no event calendar." in answer


@pytest.mark.proof
def test_a_word_that_fits_two_items_is_asked_back_and_the_answer_settles_it(talk: Talk) -> None:
    asked = to(talk.write("We have no roadmap."), CONTACT)
    before = talk.states()

    answer = to(talk.write("The yearly one."), CONTACT)

    assert "Which one do you mean by “We have no roadmap”?" in asked
    assert "2. No quarterly roadmap" in asked
    assert before["yearly-roadmap"] is ItemState.MISSING
    assert talk.states()["yearly-roadmap"] is ItemState.WAIVED
    assert talk.states()["quarterly-roadmap"] is ItemState.MISSING
    assert "Noted: no yearly roadmap." in answer


@pytest.mark.proof
@pytest.mark.parametrize(
    "words", ["later: event calendar, 15 January", "Eventkalender kommt am 15. Januar"]
)
def test_what_comes_later_is_still_missing_and_said_to_be_promised(talk: Talk, words: str) -> None:
    answer = to(talk.write(words), CONTACT)

    assert talk.states()["event-calendar"] is ItemState.MISSING
    assert "Noted: event calendar comes later: 15 January" in answer
    assert "Promised for 15 January" in answer


@pytest.mark.proof
def test_the_same_message_that_comes_twice_is_carried_out_once(talk: Talk) -> None:
    octets = letter(to=f"intake+{TOKEN}@studio.example", text="We have no event calendar.\n")
    talk.desk.post(octets, "one")
    talk.desk.post(b"Received: from elsewhere\r\n" + octets, "two")

    Worker(talk.app).once()

    assert [entry.wish.item for entry in talk.standing.wishes] == ["event-calendar"]
    assert len(talk.desk.letters_to(CONTACT)) == 1


# ---------------------------------------------------------------- a document


@pytest.mark.proof
@pytest.mark.parametrize(
    ("words", "noted"),
    [
        ("file 1 is the brand guide", "is the brand guide."),
        ("Datei 1 ist der Brand Guide", "ist: Markenhandbuch."),
    ],
)
def test_a_file_that_is_something_else_counts_as_that_until_it_is_taken_back(
    talk: Talk, words: str, noted: str
) -> None:
    talk.write("Here it is.", attach=(DECK,))

    answer = to(talk.write(words), CONTACT)
    told = talk.states()
    talk.write("undo")

    assert (told["brand-guide"], told["investor-deck"]) == (ItemState.RECEIVED, ItemState.MISSING)
    assert noted in answer
    assert talk.states()["investor-deck"] is ItemState.RECEIVED
    assert talk.app.ledger.lessons.listed() == ()


@pytest.mark.proof
def test_a_file_is_called_something_in_the_mail_that_brings_it(talk: Talk) -> None:
    answer = to(talk.write("The attached is the brand guide.", attach=(DECK,)), CONTACT)

    assert talk.states()["brand-guide"] is ItemState.RECEIVED
    assert "Noted:" in answer
    assert [entry.lesson.kind for entry in talk.app.ledger.lessons.listed()] == ["brand_guide"]


@pytest.mark.proof
def test_a_file_for_another_project_goes_there_and_comes_back(talk: Talk) -> None:
    engagement(talk.app.ledger, token=SPRING, title="Spring fair")
    talk.write("Here it is.", attach=(DECK,))

    answer = to(talk.write("file 1 is for Spring fair"), CONTACT)
    there = talk.standing_of(SPRING).documents
    here = talk.states()
    talk.write("undo")

    assert "is for Spring fair." in answer
    assert [(each.number, each.filed_for) for each in there] == [(1, ("investor-deck",))]
    assert here["investor-deck"] is ItemState.MISSING
    assert talk.states()["investor-deck"] is ItemState.RECEIVED
    assert [each.rejected for each in talk.standing_of(SPRING).documents] == [True]


@pytest.mark.proof
def test_a_file_sent_by_mistake_is_left_out(talk: Talk) -> None:
    talk.write("Here it is.", attach=(DECK,))

    talk.write("Please ignore file 1, I sent it by mistake.")

    assert talk.states()["investor-deck"] is ItemState.MISSING


# ---------------------------------------------------------------- somebody else


@pytest.mark.proof
def test_a_contact_who_has_it_is_asked_for_that_one_thing_and_told_nothing_else(talk: Talk) -> None:
    talk.app.ledger.directory.add_contact(CLIENT, BEN)

    letters = talk.write(f"Ask Ben, {BEN}, for the brand guide.")

    asked = to(letters, BEN)
    assert "Could you send the brand guide of Halden Robotics?" in asked
    assert not [word for word in ("Q4", "roadmap", "deck", "missing", "q4-launch") if word in asked]
    [found] = [each for each in letters if BEN in str(each["To"])]
    assert TOKEN not in str(found)


@pytest.mark.proof
@pytest.mark.parametrize(("word", "asked"), [("yes", 1), ("no", 0)])
def test_a_stranger_is_asked_only_after_the_freelancers_yes(
    talk: Talk, word: str, asked: int
) -> None:
    letters = talk.write(f"Ask our designer, {DESIGNER}, for the brand guide.")
    before = talk.desk.letters_to(DESIGNER)

    talk.orders(word)
    talk.orders(word)

    assert f"May we ask {DESIGNER} for the brand guide?" in to(letters, FREELANCER)
    assert before == []
    assert len(talk.desk.letters_to(DESIGNER)) == asked


# ---------------------------------------------------------------- the freelancer's commands


@pytest.mark.proof
def test_a_freelancer_is_told_how_a_project_stands(talk: Talk) -> None:
    answer = to(talk.orders("status", to="intake@studio.example", subject="hello"), FREELANCER)

    assert "None of 5 received yet" in answer


@pytest.mark.proof
def test_the_command_names_which_of_several_projects_is_meant(talk: Talk) -> None:
    engagement(talk.app.ledger, token=SPRING, title="Spring fair")

    [answer] = talk.orders(f"status {SPRING}", to="intake@studio.example", subject="hello")

    assert "Spring fair" in text_of(answer)


@pytest.mark.proof
def test_a_project_of_ones_own_is_told_of_by_mail_for_another(talk: Talk) -> None:
    engagement(talk.app.ledger, token=SPRING, title="Spring fair")

    [answer] = talk.orders(f"status {SPRING}")

    assert answer["X-Intake-Project"] == SPRING


@pytest.mark.proof
@pytest.mark.parametrize(
    ("words", "state"),
    [("pause", ProjectState.PAUSED), ("close", ProjectState.CLOSED)],
)
def test_a_freelancer_says_what_becomes_of_a_project(
    talk: Talk, words: str, state: ProjectState
) -> None:
    talk.orders(words)

    assert talk.standing.project.state is state


@pytest.mark.proof
def test_a_pause_ends_by_itself(talk: Talk) -> None:
    answer = to(talk.orders("pause until tomorrow"), FREELANCER)
    paused = talk.standing.project

    talk.clock.by += timedelta(days=2)
    Worker(talk.app).once()

    assert "Noted: this project is paused until" in answer
    assert (paused.state, talk.standing.project.state) == (ProjectState.PAUSED, ProjectState.OPEN)
    assert talk.standing.project.paused_until is None


@pytest.mark.proof
def test_a_paused_project_is_resumed(talk: Talk) -> None:
    talk.orders("pause")

    talk.orders("resume")

    assert talk.standing.project.state is ProjectState.OPEN


@pytest.mark.proof
def test_a_freelancer_makes_a_project_confidential_and_takes_it_back(talk: Talk) -> None:
    talk.orders("confidential")
    before = talk.standing.project.confidential

    talk.orders("undo")

    assert (before, talk.standing.project.confidential) == (True, False)


@pytest.mark.proof
def test_a_freelancer_relabels_and_that_teaches(talk: Talk) -> None:
    talk.write("Here it is.", attach=(DECK,))

    talk.orders("relabel 1 case study")

    assert [str(entry.lesson.kind) for entry in talk.app.ledger.lessons.listed()] == ["case_study"]
    assert talk.states()["investor-deck"] is ItemState.MISSING


@pytest.mark.proof
def test_help_says_what_can_be_written(talk: Talk) -> None:
    assert "pause until 15 January" in to(talk.orders("help"), FREELANCER)


# ---------------------------------------------------------------- what is never done


@pytest.mark.proof
def test_a_contact_cannot_close_a_project(talk: Talk) -> None:
    answer = to(talk.write("close"), CONTACT)

    assert talk.standing.project.state is ProjectState.OPEN
    assert "Only your freelancer can decide that" in answer


@pytest.mark.proof
def test_what_stands_in_quoted_text_is_nobodys_word(talk: Talk) -> None:
    talk.write(
        "Thanks!\n\nOn Mon, 23 Nov 2026 Studio Intake wrote:\n> We have no event calendar.\n> close\n"
    )

    assert talk.standing.wishes == ()
    assert talk.states()["event-calendar"] is ItemState.MISSING


@pytest.mark.proof
def test_forged_mail_does_nothing(tmp_path: Path, reader: Reader) -> None:
    strict = Wiring(
        intake={"unverified_senders": "hold", "trusted_authserv_ids": ["mx.studio.example"]}
    )
    desk, clock = mail_desk(tmp_path, strict), Later()
    with at_work(desk, reader, clock=clock) as app:
        talk = Talk(desk, app, clock)

        letters = [*talk.orders("close"), *talk.write("We have no event calendar.")]

        assert letters == []
        assert (talk.standing.wishes, talk.standing.project.state) == ((), ProjectState.OPEN)


@pytest.mark.proof
def test_an_automatic_answer_asks_for_nothing(talk: Talk) -> None:
    octets = letter(
        to=f"intake+{TOKEN}@studio.example",
        text="We have no event calendar.\n",
        attach=(DECK,),
        fields=[("Auto-Submitted", "auto-replied")],
    )
    talk.desk.post(octets, "auto")

    Worker(talk.app).once()

    assert talk.standing.wishes == ()


@pytest.mark.proof
def test_a_stranger_whose_mail_was_assigned_has_no_say(talk: Talk) -> None:
    talk.write("We have no event calendar.", sender="Eve <eve@elsewhere.example>")
    [held] = talk.app.ledger.holds.waiting()

    talk.app.reviewer.reassign(held.id, TOKEN)
    Worker(talk.app).once()

    assert talk.standing.wishes == ()


# ---------------------------------------------------------------- what waits for a yes, and what is kept


@pytest.mark.proof
@pytest.mark.parametrize(("action", "asked"), [("accept", 1), ("reject", 0)])
def test_what_awaits_a_yes_is_in_the_review_queue(talk: Talk, action: str, asked: int) -> None:
    talk.write(f"Ask our designer, {DESIGNER}, for the brand guide.")
    [held] = talk.app.ledger.holds.waiting()

    if_accepted = {"accept": talk.app.reviewer.accept, "reject": _reject(talk)}
    if_accepted[action](held.id)
    Worker(talk.app).once()

    assert (held.what, held.reason) == ("instruction", "awaits-yes")
    assert len(talk.desk.letters_to(DESIGNER)) == asked
    assert talk.app.ledger.holds.waiting() == ()


def _reject(talk: Talk) -> Callable[[HoldId], object]:
    return lambda number: talk.app.reviewer.reject(number, reason="no")


@pytest.mark.proof
def test_a_yes_by_mail_takes_it_off_the_review_queue(talk: Talk) -> None:
    talk.write(f"Ask our designer, {DESIGNER}, for the brand guide.")

    talk.orders("yes")

    assert talk.app.ledger.holds.waiting() == ()


@pytest.mark.proof
def test_what_has_only_aged_is_kept_by_a_word(talk: Talk) -> None:
    talk.write("Here it is.", attach=(documents.investor_deck(TODAY - timedelta(days=600)),))
    before = talk.states()["investor-deck"]

    answer = to(talk.write("Keep the investor deck, it is still current."), CONTACT)

    assert (before, talk.states()["investor-deck"]) == (ItemState.STALE, ItemState.RECEIVED)
    assert "Noted: the investor deck that is here still holds." in answer


@pytest.mark.proof
def test_last_quarters_roadmap_is_kept_only_if_the_freelancer_does_without_a_newer_one(
    talk: Talk,
) -> None:
    talk.write("Here.", attach=(documents.last_quarters_roadmap(TODAY),))
    stale = talk.states()["quarterly-roadmap"]

    letters = talk.write("Keep the quarterly roadmap.")
    waits = talk.states()["quarterly-roadmap"]
    talk.orders("yes")

    assert "Is the quarterly roadmap that is here good enough?" in to(letters, FREELANCER)
    assert (stale, waits) == (ItemState.STALE, ItemState.STALE)
    assert talk.states()["quarterly-roadmap"] is ItemState.WAIVED


# ---------------------------------------------------------------- killed


class Killed(BaseException):
    """The process is gone at this instant."""


@pytest.mark.proof
@pytest.mark.parametrize(
    "instant",
    [
        Instant.OPENED,
        Instant.DOCUMENTS_KEPT,
        Instant.SETTLED,
        Instant.FROZEN,
    ],
)
def test_a_worker_that_is_killed_has_done_it_once_in_the_end(
    tmp_path: Path, reader: Reader, instant: Instant
) -> None:
    desk = mail_desk(tmp_path)
    words = f"We have no event calendar. Ask our designer, {DESIGNER}, for the brand guide.\n"
    desk.post(letter(to=f"intake+{TOKEN}@studio.example", text=words))

    def passed(here: Instant) -> None:
        if here is instant:
            raise Killed

    with at_work(desk, reader) as app, pytest.raises(Killed):
        Worker(with_instants(app, passed)).once()
    with at_work(desk, reader) as app:
        Worker(app).once()
        standing = app.ledger.standing(app.ledger.directory.project(TOKEN).id)

    assert [str(entry.wish.verb) for entry in standing.wishes] == ["not-applicable", "someone-else"]
    assert len(desk.letters_to(CONTACT)) == 1


def with_instants(app: App, passed: Passing) -> App:
    """The app, with somebody who hears of each instant."""
    return replace(
        app,
        desk=replace(app.desk, passed=passed),
        outbox=replace(app.outbox, passed=passed),
        passed=passed,
    )
