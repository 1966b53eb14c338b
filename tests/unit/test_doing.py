"""What becomes of each instruction: who may say it, what it changes, what it ends."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from intake.completeness import assess
from intake.doing import Move, Plan, Relabel, View, asked_of, plans, vetoable
from intake.instructions import (
    Accept,
    Ambiguous,
    Close,
    Confidential,
    Doubt,
    ForProject,
    Instruction,
    IsKind,
    Keep,
    Later,
    Leave,
    No,
    NotApplicable,
    NotConfidential,
    Pause,
    Scope,
    SomeoneElse,
    Undo,
    Veto,
    Waive,
    Yes,
)
from intake.model import (
    Address,
    Document,
    ItemName,
    Kind,
    MessageNumber,
    NotedWish,
    Offer,
    ProjectId,
    ProjectState,
    Remark,
    Span,
    Token,
    Verb,
    Wish,
    WishState,
)
from intake.translation import instruction_of, wish_of
from intake.wishes import quiet_until, sayings_of
from storage.values import Decided, Ending, Kept, ProjectSet, Secluded, Standing, Waived
from tests.unit.compose_cast import (
    MIRA,
    NOON,
    ONBOARDING,
    PROJECT,
    ROBIN,
    TODAY,
    document,
    quarterly,
    sure,
)

DECK, CALENDAR, QUARTER = (
    ItemName("investor-deck"),
    ItemName("event-calendar"),
    ItemName("quarterly-roadmap"),
)
STRANGER = Address("design@elsewhere.example")
SPRING = replace(PROJECT, id=ProjectId(2), token=Token("spring"), title="Spring fair")
ELSEWHERE = replace(
    SPRING, token=Token("other"), client=replace(PROJECT.client, id=type(PROJECT.client.id)(9))
)
SOMEBODY = SomeoneElse(CALENDAR, STRANGER, "")
DONE, TOLD = WishState.DONE, WishState.TOLD


def view(
    *,
    by: Address = MIRA.address,
    wishes: Sequence[NotedWish] = (),
    waived: Sequence[ItemName] = (),
    documents: Sequence[Document] = (),
    on: date = TODAY,
    arrived: Sequence[int] = (),
    answerable: bool = True,
) -> View:
    standing = Standing(PROJECT, 1, tuple(documents), frozenset(waived), tuple(wishes))
    return View(
        speaker=by,
        is_freelancer=by == ROBIN.address,
        standing=standing,
        report=assess(PROJECT, ONBOARDING, documents, standing.waived, on=on),
        today=on,
        documents=tuple(documents),
        arrived=frozenset(arrived),
        others=(SPRING, ELSEWHERE),
        answerable=answerable,
    )


def noted(
    wish: Wish,
    state: WishState = DONE,
    *,
    id: int = 1,  # noqa: A002  # the field's name
    by: Address = MIRA.address,
    message: int = 1,
    at: datetime = NOON,
    answers: tuple[int, ...] = (),
) -> NotedWish:
    return NotedWish(
        id=id,
        message=MessageNumber(message),
        position=0,
        speaker=by,
        by_freelancer=by == ROBIN.address,
        state=state,
        at=at,
        wish=wish,
        answers=answers,
    )


def one(said: Instruction, at: View) -> Plan:
    [plan] = plans([said], at)
    return plan


NONE = Wish(Verb.NOT_APPLICABLE, item=CALENDAR)
FILED = document(1, sure("deck"))
BY_ROBIN = view(by=ROBIN.address, documents=[FILED])
BY_MIRA = view(documents=[FILED])


@pytest.mark.parametrize(
    ("said", "effect"),
    [
        (NotApplicable(CALENDAR), Waived(CALENDAR)),
        (Later(CALENDAR, TODAY), None),
        (IsKind(1, Kind("brand_guide")), Relabel(1, Kind("brand_guide"))),
        (ForProject(SPRING.token, 1), Move(1, SPRING.token)),
        (Leave(1), Decided(1, FILED.classification, (), rejected=True)),
        (Confidential(Scope.DOCUMENT, 1), Secluded((1,))),
        (Confidential(Scope.MAIL), Secluded((1,))),
    ],
)
def test_a_contact_speaks_for_the_clients_things(said: Instruction, effect: object) -> None:
    plan = one(said, BY_MIRA)

    assert (plan.state, plan.effect) == (DONE, effect)


@pytest.mark.parametrize(
    ("said", "effect"),
    [
        (Waive(CALENDAR), Waived(CALENDAR)),
        (Accept(1), Relabel(1, Kind("deck"))),
        (Confidential(Scope.MAIL), ProjectSet(confidential=True)),
        (NotConfidential(Scope.PROJECT), ProjectSet(confidential=False)),
        (Pause(None, TODAY), ProjectSet(ProjectState.PAUSED, TODAY)),
        (Close(), ProjectSet(ProjectState.CLOSED)),
    ],
)
def test_a_freelancer_speaks_for_the_project(said: Instruction, effect: object) -> None:
    plan = one(said, BY_ROBIN)

    assert (plan.state, plan.effect) == (DONE, effect)


@pytest.mark.parametrize(
    ("said", "remark"),
    [
        (NotConfidential(Scope.PROJECT), Remark.NOT_YOURS),
        (ForProject(ELSEWHERE.token, 1), Remark.OTHER_CLIENT),
        (ForProject(SPRING.token), Remark.NO_FILE),
        (ForProject(PROJECT.token, 1), Remark.ALREADY),
        (Leave(7), Remark.NO_FILE),
        (Keep(CALENDAR), Remark.NOTHING_TO_KEEP),
        (SomeoneElse(CALENDAR, None, "Jo"), Remark.NO_ADDRESS),
        (SomeoneElse(CALENDAR, ROBIN.address), Remark.ALREADY),
        (Undo(), Remark.NOTHING_TO_UNDO),
    ],
)
def test_what_cannot_be_done_changes_nothing_and_is_said(said: Instruction, remark: Remark) -> None:
    plan = one(said, BY_MIRA)

    assert (plan.state, plan.effect, plan.remark) == (TOLD, None, remark)


def test_a_stranger_is_written_to_only_after_the_freelancers_yes() -> None:
    assert one(SOMEBODY, BY_MIRA) == Plan(wish_of(SOMEBODY), WishState.AWAITING)


def test_what_a_freelancer_says_of_a_stranger_is_their_yes() -> None:
    assert one(SOMEBODY, BY_ROBIN).errand


@pytest.mark.parametrize(
    ("said", "state", "effect"),
    [(Yes(), DONE, None), (No(), TOLD, None), (SOMEBODY, DONE, None)],
)
def test_the_freelancers_answer_ends_what_awaited_it(
    said: Instruction, state: WishState, effect: None
) -> None:
    waiting = [noted(wish_of(SOMEBODY), WishState.AWAITING)]

    plan = one(said, view(by=ROBIN.address, wishes=waiting))

    assert (plan.state, plan.effect, plan.errand) == (state, effect, state is DONE)
    ended = WishState.ANSWERED if state is DONE else WishState.DECLINED
    assert plan.ends == (Ending(1, ended),)


def test_a_yes_to_two_things_at_once_is_asked_back() -> None:
    other = replace(wish_of(SOMEBODY), item=DECK)
    waiting = [
        noted(wish_of(SOMEBODY), WishState.AWAITING),
        noted(other, WishState.AWAITING, id=2),
    ]

    plan = one(Yes(), view(by=ROBIN.address, wishes=waiting))

    assert (plan.state, len(plan.wish.candidates), plan.ends) == (WishState.ASKED, 2, ())


def test_a_contact_has_no_say_in_what_awaits_the_freelancer() -> None:
    waiting = [noted(wish_of(SOMEBODY), WishState.AWAITING)]

    assert asked_of(view(wishes=waiting)) == ()
    assert plans([Yes()], view(wishes=waiting)) == ()


def test_an_answer_ends_the_question_and_a_new_question_ends_the_old_one() -> None:
    doubt = Ambiguous(Doubt.WHICH_ITEM, (NotApplicable(CALENDAR), NotApplicable(DECK)))
    asked = view(wishes=[noted(wish_of(doubt), WishState.ASKED)])

    answer, again = one(NotApplicable(DECK), asked), one(doubt, asked)

    assert (answer.effect, answer.ends) == (Waived(DECK), (Ending(1, WishState.ANSWERED),))
    assert (again.state, again.ends) == (WishState.ASKED, (Ending(1, WishState.DECLINED),))


def test_somebody_elses_question_is_not_answered() -> None:
    doubt = Ambiguous(Doubt.WHICH_ITEM, (NotApplicable(CALENDAR),))
    asked = [noted(wish_of(doubt), WishState.ASKED, by=ROBIN.address)]

    assert asked_of(view(wishes=asked)) == ()


def test_a_veto_ends_the_clients_waiver_and_not_the_freelancers_own() -> None:
    clients = view(by=ROBIN.address, wishes=[noted(NONE)], waived=[CALENDAR])
    own = view(by=ROBIN.address, wishes=[noted(NONE, by=ROBIN.address)], waived=[CALENDAR])

    plan = one(Veto(CALENDAR), clients)

    assert (vetoable(clients), vetoable(own)) == ((CALENDAR,), ())
    assert plan.effect == Waived(CALENDAR, waived=False)
    assert plan.ends == (Ending(1, WishState.VETOED),)


def test_undo_takes_back_all_that_the_last_mail_said() -> None:
    wishes = [
        noted(Wish(Verb.LATER, item=DECK), id=1, message=1),
        noted(NONE, id=2, message=2),
        noted(wish_of(SOMEBODY), WishState.AWAITING, id=3, message=2),
    ]

    found = plans([Undo()], view(wishes=wishes))

    ends = [plan.ends[0] for plan in found]
    assert ends == [Ending(3, WishState.UNDONE), Ending(2, WishState.UNDONE, reverts=True)]


def test_undo_of_an_item_takes_back_what_was_said_of_it() -> None:
    wishes = [
        noted(Wish(Verb.LATER, item=DECK), id=1),
        noted(NONE, id=2, message=2),
    ]

    plan = one(Undo(DECK), view(wishes=wishes))

    assert plan.ends == (Ending(1, WishState.UNDONE, reverts=True),)


def test_nobody_takes_back_what_somebody_else_said_or_has_decided_since() -> None:
    theirs = view(wishes=[noted(NONE, by=ROBIN.address)])
    since = view(
        wishes=[noted(NONE), noted(Wish(Verb.WAIVE, item=CALENDAR), id=2, by=ROBIN.address)]
    )

    assert one(Undo(), theirs).remark is Remark.NOTHING_TO_UNDO
    assert one(Undo(), since).remark is Remark.DECIDED_SINCE


def test_a_veto_that_is_taken_back_lets_the_waiver_stand_again() -> None:
    wishes = [
        noted(NONE, WishState.VETOED),
        noted(Wish(Verb.VETO, item=CALENDAR), id=2, by=ROBIN.address, message=2, answers=(1,)),
    ]

    plan = one(Undo(), view(by=ROBIN.address, wishes=wishes))

    assert plan.ends == (
        Ending(2, WishState.UNDONE, reverts=True),
        Ending(1, DONE),
    )


def test_a_contact_does_not_lift_what_they_made_confidential() -> None:
    said = [noted(Wish(Verb.CONFIDENTIAL, number=1, scope="document"))]

    assert one(Undo(), view(wishes=said)).remark is Remark.NOT_YOURS


@pytest.mark.parametrize(
    ("by", "state", "effect"),
    [
        (MIRA.address, WishState.AWAITING, None),
        (ROBIN.address, DONE, Waived(QUARTER)),
    ],
)
def test_a_time_that_is_over_cannot_be_kept_without_the_freelancer(
    by: Address, state: WishState, effect: Waived | None
) -> None:
    third = Span(date(2026, 7, 1), date(2026, 9, 30))
    last_quarter = document(1, quarterly(third, "2026-Q3"))

    plan = one(Keep(QUARTER), view(by=by, documents=[last_quarter]))

    assert (plan.state, plan.effect) == (state, effect)


def test_what_has_only_aged_is_kept() -> None:
    plan = one(Keep(DECK), view(documents=[FILED], on=TODAY + timedelta(days=900)))

    assert (plan.state, plan.effect) == (DONE, None)


@pytest.mark.parametrize("by", [MIRA.address, ROBIN.address])
def test_what_an_earlier_project_had_is_kept_by_anybody_s_word(by: Address) -> None:
    offered = replace(FILED, offer=Offer(kept=False))

    plan = one(Keep(DECK), view(by=by, documents=[offered]))

    assert (plan.state, plan.effect) == (DONE, Kept((1,)))


def test_what_counts_already_need_not_be_kept() -> None:
    plan = one(Keep(DECK), BY_MIRA)

    assert (plan.state, plan.effect, plan.remark) == (TOLD, None, Remark.ALREADY)


def test_mail_that_nobody_is_answered_about_only_puts_things_right() -> None:
    old = view(by=ROBIN.address, documents=[FILED], answerable=False)

    found = plans([Close(), SOMEBODY, Waive(CALENDAR), Ambiguous(Doubt.WHICH_ITEM)], old)

    assert [plan.wish.verb for plan in found] == [Verb.WAIVE]


@pytest.mark.parametrize(
    "said",
    [
        NotApplicable(CALENDAR),
        Later(CALENDAR, TODAY),
        SOMEBODY,
        IsKind(1, Kind("deck"), DECK),
        ForProject(SPRING.token, 1),
        Keep(DECK),
        Leave(1),
        Confidential(Scope.ITEM, None, DECK),
        NotConfidential(Scope.PROJECT),
        Undo(DECK),
        Waive(DECK),
        Veto(DECK),
        Accept(1),
        Pause(SPRING.token, TODAY),
        Close(SPRING.token),
    ],
)
def test_what_is_kept_of_an_instruction_is_the_instruction(said: Instruction) -> None:
    assert instruction_of(wish_of(said)) == said


def test_a_promise_ends_the_clients_own_waiver_only() -> None:
    said = Later(CALENDAR, TODAY)
    own = view(wishes=[noted(NONE)], waived=[CALENDAR])
    freelancers = view(waived=[CALENDAR])

    assert one(said, own).effect == Waived(CALENDAR, waived=False)
    assert one(said, freelancers).effect is None


# ---------------------------------------------------------------- what stands of it


def test_the_later_word_stands() -> None:
    first, second = date(2027, 1, 15), date(2027, 2, 1)
    wishes = [
        noted(Wish(Verb.LATER, item=DECK, until=first)),
        noted(Wish(Verb.LATER, item=DECK, until=second), id=2),
        noted(Wish(Verb.STOP_REMINDING), id=3),
        noted(Wish(Verb.RESUME_REMINDING), id=4),
    ]

    assert sayings_of(wishes, frozenset()).later == {DECK: second}
    assert (len(quiet_until(wishes[:3])), quiet_until(wishes)) == (1, ())


def test_what_was_taken_back_means_nothing() -> None:
    wishes = [noted(Wish(Verb.LATER, item=DECK, until=TODAY), WishState.UNDONE)]

    assert sayings_of(wishes, frozenset()).later == {}


def test_a_promise_is_told_until_its_day() -> None:
    sayings = sayings_of(
        [noted(Wish(Verb.LATER, item=DECK, until=TODAY + timedelta(days=3)))], frozenset()
    )

    days = [TODAY, TODAY + timedelta(days=3)]
    told = [
        assess(PROJECT, ONBOARDING, [], frozenset(), on=day, sayings=sayings).items[0].later
        for day in days
    ]

    assert told == [TODAY + timedelta(days=3), None]


def test_what_was_kept_ages_from_that_day_on() -> None:
    aged = TODAY + timedelta(days=900)
    kept = noted(Wish(Verb.KEEP, item=DECK), at=NOON + timedelta(days=900))
    sayings = sayings_of([kept], frozenset())

    states = [
        assess(PROJECT, ONBOARDING, [FILED], frozenset(), on=day, sayings=sayings).items[0].state
        for day in (aged, aged + timedelta(days=366))
    ]

    assert states == ["received", "stale"]


def test_a_vetoed_item_says_so_until_it_is_waived_after_all() -> None:
    wishes = [noted(NONE, WishState.VETOED)]

    assert sayings_of(wishes, frozenset()).vetoed == {CALENDAR}
    assert sayings_of(wishes, frozenset({CALENDAR})).vetoed == frozenset()
