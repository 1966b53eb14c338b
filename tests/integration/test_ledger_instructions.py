"""What people asked for in words is written with the message that asked, once, and can be put back as it was."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from intake.errors import StaleViewError
from intake.model import (
    Address,
    Classification,
    Fate,
    HoldId,
    ItemName,
    Kind,
    LetterKind,
    Mailbox,
    Project,
    ProjectState,
    Secrecy,
    Verb,
    Wish,
    WishState,
)
from storage import schema
from storage.chains import Chains, verify
from storage.directory import ProjectChange
from storage.instructions import errand_cause
from storage.ledger import Ledger
from storage.values import (
    Change,
    Decided,
    Deed,
    Ending,
    LetterIntent,
    Moved,
    NewLesson,
    ProjectSet,
    Secluded,
    Standing,
    Waived,
)
from tests.ledgers import (
    DECK,
    MIRA,
    NOON,
    Clock,
    accepted,
    claimed,
    count,
    document,
    engage,
    sha256_of,
)

CALENDAR = ItemName("event-calendar")
NONE = Wish(Verb.NOT_APPLICABLE, item=CALENDAR, phrase="we have no calendar")
ASK = Wish(Verb.SOMEONE_ELSE, item=CALENDAR, address=Address("design@elsewhere.example"), name="Jo")
GUIDE = Classification(Kind("brand_guide"), 1.0, sure=True)
A_DAY = timedelta(days=1)


def deed(
    wish: Wish = NONE,
    change: Change | None = None,
    *,
    state: WishState = WishState.DONE,
    ends: tuple[Ending, ...] = (),
    about: Standing | None = None,
) -> Deed:
    return Deed(wish, state, by_freelancer=False, change=change, ends=ends, about=about)


def say(
    ledger: Ledger,
    project: Project,
    *deeds: Deed,
    text: str = "one",
    letters: tuple[LetterIntent, ...] = (),
) -> Standing:
    """A message that asks for this; where the project stands then."""
    outcome = accepted(ledger.standing(project.id), text, letters=letters)
    ledger.messages.settle(claimed(ledger, text), replace(outcome, deeds=deeds))
    return ledger.standing(project.id)


def take_back(ledger: Ledger, project: Project, state: WishState = WishState.UNDONE) -> Standing:
    """A second message that takes the first instruction back."""
    [first, *_] = ledger.standing(project.id).wishes
    ends = (Ending(first.id, state, reverts=True),)
    return say(ledger, project, deed(Wish(Verb.UNDO), ends=ends), text="back")


def file(ledger: Ledger, project: Project, *, fate: Fate = Fate.FILED) -> Standing:
    """The project has a deck."""
    outcome = accepted(ledger.standing(project.id), "filed", documents=[document(1, fate=fate)])
    ledger.messages.settle(claimed(ledger, "filed"), outcome)
    return ledger.standing(project.id)


def test_an_instruction_is_noted_with_what_it_changes(ledger: Ledger) -> None:
    project = engage(ledger)

    standing = say(ledger, project, deed(NONE, Waived(CALENDAR)))

    [noted] = standing.wishes
    assert standing.waived == {CALENDAR}
    assert (noted.wish, noted.state, noted.speaker) == (NONE, WishState.DONE, MIRA.address)
    assert noted.wish.phrase == NONE.phrase


def test_a_wish_comes_back_as_it_was_written(ledger: Ledger) -> None:
    project = engage(ledger)
    unclear = Wish(
        Verb.UNCLEAR,
        doubt="which-item",
        candidates=(NONE, Wish(Verb.LATER, item=DECK, until=NOON.date())),
    )

    standing = say(ledger, project, deed(unclear, state=WishState.ASKED), deed(ASK))

    assert [entry.wish for entry in standing.wishes] == [unclear, ASK]


def test_an_instruction_moves_the_projects_version(ledger: Ledger) -> None:
    project = engage(ledger)
    before = ledger.standing(project.id).version

    assert say(ledger, project, deed()).version == before + 1


def test_an_instruction_on_an_old_view_is_refused_and_writes_nothing(ledger: Ledger) -> None:
    project = engage(ledger)
    old = ledger.standing(project.id)
    ledger.directory.set_state(project.token, ProjectState.PAUSED)
    outcome = replace(accepted(old), deeds=(deed(NONE, Waived(CALENDAR)),))

    with pytest.raises(StaleViewError):
        ledger.messages.settle(claimed(ledger), outcome)

    assert count(ledger, schema.Instruction) == 0
    assert ledger.standing(project.id).waived == frozenset()


def test_a_waiver_that_is_taken_back_is_gone(ledger: Ledger) -> None:
    project = engage(ledger)
    say(ledger, project, deed(NONE, Waived(CALENDAR)))

    standing = take_back(ledger, project)

    assert standing.waived == frozenset()
    assert [entry.state for entry in standing.wishes] == [WishState.UNDONE, WishState.DONE]


def test_a_document_that_was_relabelled_is_put_back_with_its_hold_and_without_its_lesson(
    ledger: Ledger,
) -> None:
    project = engage(ledger)
    before = file(ledger, project, fate=Fate.UNSURE)
    lesson = NewLesson(Kind("brand_guide"), Kind("deck"), "plan")
    change = Decided(1, GUIDE, (ItemName("brand-guide"),), lesson=lesson)

    done = say(ledger, project, deed(Wish(Verb.IS_KIND, number=1), change))
    taught, waited = len(ledger.lessons.listed()), len(ledger.holds.waiting())
    back = take_back(ledger, project)

    assert done.documents[0].filed_for == ("brand-guide",)
    assert done.documents[0].decided_by_person
    assert (taught, waited) == (1, 0)
    assert back.documents == before.documents
    assert (ledger.lessons.listed(), len(ledger.holds.waiting())) == ((), 1)


def test_a_relabelling_whose_lesson_was_forgotten_is_taken_back_all_the_same(
    ledger: Ledger,
) -> None:
    project = engage(ledger)
    before = file(ledger, project)
    lesson = NewLesson(Kind("brand_guide"), Kind("deck"), "plan")
    change = Decided(1, GUIDE, (ItemName("brand-guide"),), lesson=lesson)
    say(ledger, project, deed(Wish(Verb.IS_KIND, number=1), change))
    [taught] = ledger.lessons.listed()
    ledger.lessons.forget(taught.lesson.number)

    assert take_back(ledger, project).documents == before.documents


def test_a_document_that_was_moved_comes_back(ledger: Ledger) -> None:
    project, other = engage(ledger), engage(ledger, token="spring", title="Spring")
    before = file(ledger, project)
    target = ledger.standing(other.id)
    change = Moved(1, target, replace(before.documents[0], number=1))

    say(ledger, project, deed(Wish(Verb.FOR_PROJECT, number=1), change))
    there = ledger.standing(other.id)
    back = take_back(ledger, project)

    assert [entry.rejected for entry in there.documents] == [False]
    assert there.version == target.version + 1
    assert back.documents == before.documents
    assert [entry.rejected for entry in ledger.standing(other.id).documents] == [True]


def test_a_document_that_came_back_and_is_moved_again_is_there_once(ledger: Ledger) -> None:
    project, other = engage(ledger), engage(ledger, token="spring", title="Spring")
    deck = file(ledger, project).documents[0]
    wish = Wish(Verb.FOR_PROJECT, number=1)
    say(ledger, project, deed(wish, Moved(1, ledger.standing(other.id), deck)))
    take_back(ledger, project)

    again = Moved(1, ledger.standing(other.id), deck)
    say(ledger, project, deed(wish, again), text="again")

    [there] = ledger.standing(other.id).documents
    assert (there.rejected, there.filed_for) == (False, deck.filed_for)


def test_a_document_whose_other_project_was_erased_comes_back_and_no_other_one_leaves(
    ledger: Ledger,
) -> None:
    project, other = engage(ledger), engage(ledger, token="spring", title="Spring")
    before = file(ledger, project)
    change = Moved(1, ledger.standing(other.id), before.documents[0])
    say(ledger, project, deed(Wish(Verb.FOR_PROJECT, number=1), change))
    ledger.erasures.begin(other.token)
    stranger = engage(ledger, client="Halden", token="halden")
    theirs = accepted(
        ledger.standing(stranger.id), "theirs", documents=[document(1, "their plan")]
    )  # SQLite gives it the number of the one that was erased
    ledger.messages.settle(claimed(ledger, "theirs"), theirs)

    back = take_back(ledger, project)

    assert back.documents == before.documents
    assert [each.rejected for each in ledger.standing(stranger.id).documents] == [False]


def test_where_the_other_project_was_erased_a_document_only_comes_back(ledger: Ledger) -> None:
    project, other = engage(ledger), engage(ledger, token="spring", title="Spring")
    before = file(ledger, project)
    change = Moved(1, ledger.standing(other.id), before.documents[0])
    say(ledger, project, deed(Wish(Verb.FOR_PROJECT, number=1), change))
    ledger.erasures.begin(other.token)

    assert take_back(ledger, project).documents == before.documents


def test_a_document_does_not_move_on_an_old_view_of_the_other_project(ledger: Ledger) -> None:
    project, other = engage(ledger), engage(ledger, token="spring", title="Spring")
    before, target = file(ledger, project), ledger.standing(other.id)
    ledger.directory.set_state(other.token, ProjectState.PAUSED)
    change = Moved(1, target, before.documents[0])

    with pytest.raises(StaleViewError):
        say(ledger, project, deed(Wish(Verb.FOR_PROJECT, number=1), change))

    assert ledger.standing(project.id).documents == before.documents


def test_what_was_made_confidential_is_put_back(ledger: Ledger) -> None:
    project = engage(ledger)
    file(ledger, project)

    done = say(ledger, project, deed(Wish(Verb.CONFIDENTIAL, number=1), Secluded((1,))))
    back = take_back(ledger, project)

    assert [each.documents[0].confidential for each in (done, back)] == [True, False]


def test_a_document_of_a_project_that_is_confidential_is_not_opened_by_taking_a_word_back(
    ledger: Ledger,
) -> None:
    project = engage(ledger)
    file(ledger, project)
    say(ledger, project, deed(Wish(Verb.CONFIDENTIAL, number=1), Secluded((1,))))
    ledger.directory.edit_project(project.token, ProjectChange(confidential=True))

    [kept] = take_back(ledger, project).documents
    ledger.directory.edit_project(project.token, ProjectChange(confidential=False))

    assert (kept.confidential, kept.confidential_for) == (True, Secrecy.PROJECT)
    assert not ledger.standing(project.id).documents[0].confidential


def test_a_word_on_a_document_of_a_confidential_project_is_taken_back_whole(ledger: Ledger) -> None:
    project = engage(ledger)
    file(ledger, project)
    ledger.directory.edit_project(project.token, ProjectChange(confidential=True))

    done = say(ledger, project, deed(Wish(Verb.CONFIDENTIAL, number=1), Secluded((1,))))
    back = take_back(ledger, project)

    reasons = [each.documents[0].confidential_for for each in (done, back)]
    assert reasons == [Secrecy.WORD, Secrecy.PROJECT]


def test_what_was_opened_is_confidential_again_for_the_reason_it_had(ledger: Ledger) -> None:
    project = engage(ledger)
    file(ledger, project)
    ledger.confidences.make_confidential(project.id, [1], why=Secrecy.MARK)
    change = Secluded((1,), confidential=False)

    done = say(ledger, project, deed(Wish(Verb.NOT_CONFIDENTIAL, number=1), change))
    back = take_back(ledger, project)

    found = [
        (each.documents[0].confidential, each.documents[0].confidential_for)
        for each in (done, back)
    ]
    assert found == [(False, Secrecy.PERSON), (True, Secrecy.MARK)]


def test_a_project_that_was_closed_is_put_back(ledger: Ledger) -> None:
    project = engage(ledger)

    closed = say(ledger, project, deed(Wish(Verb.CLOSE), ProjectSet(ProjectState.CLOSED)))
    back = take_back(ledger, project)

    states = [each.project.state for each in (closed, back)]
    assert states == [ProjectState.CLOSED, ProjectState.OPEN]


def test_what_others_made_of_a_project_since_is_not_put_back(ledger: Ledger) -> None:
    project = engage(ledger)
    say(ledger, project, deed(Wish(Verb.PAUSE), ProjectSet(ProjectState.PAUSED)))
    ledger.directory.edit_project(project.token, ProjectChange(confidential=True))

    back = take_back(ledger, project)

    assert (back.project.state, back.project.confidential) == (ProjectState.OPEN, True)


def test_a_project_that_was_made_confidential_and_closed_since_stays_closed(ledger: Ledger) -> None:
    project = engage(ledger)
    say(ledger, project, deed(Wish(Verb.CONFIDENTIAL), ProjectSet(confidential=True)))
    ledger.directory.set_state(project.token, ProjectState.CLOSED)

    back = take_back(ledger, project)

    assert (back.project.state, back.project.confidential) == (ProjectState.CLOSED, False)


def test_another_project_is_changed_from_a_message_for_this_one(ledger: Ledger) -> None:
    project, other = engage(ledger), engage(ledger, token="spring", title="Spring")
    view = ledger.standing(other.id)
    change = ProjectSet(ProjectState.PAUSED)

    say(ledger, project, deed(Wish(Verb.PAUSE, project=other.token), change, about=view))

    assert ledger.standing(other.id).project.state is ProjectState.PAUSED
    assert ledger.standing(project.id).project.state is ProjectState.OPEN


def test_a_pause_is_over_on_its_day(ledger: Ledger, clock: Clock) -> None:
    project = engage(ledger)
    change = ProjectSet(ProjectState.PAUSED, NOON.date() + A_DAY)
    say(ledger, project, deed(Wish(Verb.PAUSE), change))

    today = ledger.directory.resume_due()
    clock.advance(A_DAY)

    assert (today, ledger.directory.resume_due()) == ((), (project.id,))
    assert ledger.directory.resume_due() == ()
    assert ledger.standing(project.id).project.state is ProjectState.OPEN


def test_what_awaits_a_yes_is_held_until_it_is_decided(ledger: Ledger) -> None:
    project = engage(ledger)
    say(ledger, project, deed(ASK, state=WishState.AWAITING))
    [held] = ledger.holds.waiting()

    ledger.instructions.decide(HoldId(held.id), accepted=True)
    letter = ledger.letters.claim(ledger.worker)

    assert (held.what, held.reason) == ("instruction", "awaits-yes")
    assert letter is not None
    assert letter.errand is not None
    assert (letter.kind, letter.recipient.address) == (LetterKind.ERRAND, ASK.address)
    assert letter.errand.wish == ASK
    assert ledger.holds.waiting() == ()


def test_what_a_person_says_no_to_is_declined_and_nobody_is_written_to(ledger: Ledger) -> None:
    project = engage(ledger)
    say(ledger, project, deed(ASK, state=WishState.AWAITING))
    [held] = ledger.holds.waiting()

    ledger.instructions.decide(HoldId(held.id), accepted=False)

    assert [entry.state for entry in ledger.standing(project.id).wishes] == [WishState.DECLINED]
    assert (count(ledger, schema.Letter), ledger.holds.waiting()) == (0, ())


def test_a_yes_to_what_is_to_be_kept_does_without_a_newer_one_until_it_is_taken_back(
    ledger: Ledger,
) -> None:
    project = engage(ledger)
    say(ledger, project, deed(Wish(Verb.KEEP, item=DECK), state=WishState.AWAITING))
    [held] = ledger.holds.waiting()
    before = ledger.standing(project.id).version

    ledger.instructions.decide(HoldId(held.id), accepted=True)
    done = ledger.standing(project.id)
    back = take_back(ledger, project)

    assert [set(each.waived) for each in (done, back)] == [{DECK}, set()]
    assert done.version == before + 1


def test_a_message_waits_until_all_that_it_asked_for_is_answered(ledger: Ledger) -> None:
    project = engage(ledger)
    keep = Wish(Verb.KEEP, item=DECK, phrase="keep the deck")
    awaiting = [deed(each, state=WishState.AWAITING) for each in (ASK, keep)]
    one, two = say(ledger, project, *awaiting).wishes

    say(ledger, project, deed(ends=(Ending(one.id, WishState.DECLINED),)), text="no")
    [half] = ledger.holds.waiting()
    say(ledger, project, deed(ends=(Ending(two.id, WishState.ANSWERED),)), text="yes")

    assert half.detail == keep.phrase
    assert ledger.holds.waiting() == ()


def test_what_is_taken_back_already_is_not_taken_back_again(ledger: Ledger) -> None:
    project = engage(ledger)
    [first] = say(ledger, project, deed(NONE, Waived(CALENDAR))).wishes
    ends = (Ending(first.id, WishState.UNDONE, reverts=True),)
    say(ledger, project, deed(Wish(Verb.UNDO), ends=ends), text="back")
    say(ledger, project, deed(NONE, Waived(CALENDAR)), text="said again")

    standing = say(ledger, project, deed(Wish(Verb.UNDO), ends=ends), text="back again")

    assert standing.waived == {CALENDAR}


def test_a_letter_for_an_instruction_that_was_taken_back_carries_out_nothing(
    ledger: Ledger,
) -> None:
    project = engage(ledger)
    cause = errand_cause(sha256_of("one"), 0)
    intent = LetterIntent(
        LetterKind.ERRAND, cause, cause, Mailbox("Jo", Address("design@elsewhere.example")), NOON
    )
    say(ledger, project, deed(ASK), letters=(intent,))

    take_back(ledger, project)

    letter = ledger.letters.claim(ledger.worker)
    assert letter is not None
    assert letter.errand is None


def test_the_audit_holds_what_was_asked_for_without_its_words(ledger: Ledger) -> None:
    project = engage(ledger)
    say(ledger, project, deed(NONE, Waived(CALENDAR)))
    take_back(ledger, project)

    lines = [line for line in Chains(ledger.database).lines() if "instruction" in line.event]

    assert [line.event for line in lines] == [
        "instruction.done",
        "instruction.undone",
        "instruction.done",
    ]
    assert not any("calendar" in line.ids for line in lines)
    assert verify(Chains(ledger.database).lines()).breaks == ()
