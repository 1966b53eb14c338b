"""Decides what a person's instructions do: what changes, what is only told, asked back, or waits for the freelancer.

Pure. A contact speaks for the client's things, a freelancer for the project; whoever is neither is not read at all.
Nothing is done on a guess, and what stood before can be put back by whoever changed it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from intake.instructions import (
    Accept,
    Ambiguous,
    Assign,
    Close,
    Confidential,
    Doubt,
    ForProject,
    Help,
    Instruction,
    IsKind,
    Keep,
    KeepOut,
    Later,
    Leave,
    LetIn,
    No,
    NotApplicable,
    NotConfidential,
    NotYours,
    Pause,
    Resume,
    Scope,
    SomeoneElse,
    Status,
    Undo,
    Veto,
    Waive,
    Yes,
)
from intake.model import (
    Address,
    CompletenessReport,
    Document,
    HoldId,
    ItemName,
    ItemState,
    Kind,
    NotedWish,
    Project,
    ProjectState,
    Remark,
    Token,
    Verb,
    Wish,
    WishState,
    is_among,
)
from intake.translation import instruction_of, wish_of
from intake.wishes import awaiting, open_questions, waivers
from storage.values import (
    Assigned,
    Decided,
    Ending,
    Kept,
    ProjectSet,
    Secluded,
    Standing,
    TurnedAway,
    WaitingMail,
    Waived,
    Welcomed,
)

DONE, TOLD = WishState.DONE, WishState.TOLD


@dataclass(frozen=True, slots=True)
class Relabel:
    """A document is of this kind, and for this item where the words name one."""

    number: int
    kind: Kind
    item: ItemName | None = None


@dataclass(frozen=True, slots=True)
class Move:
    """A document is for another project."""

    number: int
    project: Token


Effect = (
    Waived
    | Decided
    | Secluded
    | ProjectSet
    | Kept
    | Welcomed
    | TurnedAway
    | Assigned
    | Relabel
    | Move
)


@dataclass(frozen=True, slots=True)
class Plan:
    """One instruction and what becomes of it. `about` is the other project that it is about, None for the mail's own.

    `errand`: somebody is written to, who was named for one item.
    """

    wish: Wish
    state: WishState
    effect: Effect | None = None
    remark: Remark | None = None
    ends: tuple[Ending, ...] = ()
    about: Token | None = None
    errand: bool = False


@dataclass(frozen=True, slots=True)
class View:
    """What a decision about instructions is made on.

    `documents` are the project's with those that came with the mail, whose numbers are `arrived`. `others` are the other
    projects, not closed, of the client (for a freelancer: of the freelancer). `waiting` is the mail that the freelancer
    may let in, `unassigned` what of the speaker's own waits to be told its project, where this is an answer to that. Mail
    that is not `answerable` is old or was fed in: nobody is told what it does, so that it does nothing but put things right.
    """

    speaker: Address
    is_freelancer: bool
    standing: Standing
    report: CompletenessReport
    today: date
    documents: tuple[Document, ...] = ()
    arrived: frozenset[int] = frozenset()
    others: tuple[Project, ...] = ()
    waiting: tuple[WaitingMail, ...] = ()
    unassigned: tuple[HoldId, ...] = ()
    answerable: bool = True

    @property
    def project(self) -> Project:
        """The project that the mail is for."""
        return self.standing.project


_UNSEEN = frozenset(
    {
        Verb.NOT_APPLICABLE,
        Verb.LATER,
        Verb.IS_KIND,
        Verb.FOR_PROJECT,
        Verb.KEEP,
        Verb.LEAVE,
        Verb.CONFIDENTIAL,
        Verb.WAIVE,
        Verb.ACCEPT,
    }
)
"""What mail that nobody is answered about may do."""
_REVERSIBLE = frozenset(
    {
        Verb.NOT_APPLICABLE,
        Verb.LATER,
        Verb.SOMEONE_ELSE,
        Verb.IS_KIND,
        Verb.FOR_PROJECT,
        Verb.KEEP,
        Verb.LEAVE,
        Verb.CONFIDENTIAL,
        Verb.NOT_CONFIDENTIAL,
        Verb.STOP_REMINDING,
        Verb.RESUME_REMINDING,
        Verb.WAIVE,
        Verb.VETO,
        Verb.ACCEPT,
        Verb.PAUSE,
        Verb.RESUME,
        Verb.CLOSE,
        Verb.OPEN,
    }
)
_FOR_GOOD = frozenset({Verb.LET_IN, Verb.KEEP_OUT, Verb.ASSIGN})
"""What sets mail going, which nothing calls back."""


def asked_of(view: View) -> tuple[Instruction, ...]:
    """What this person may answer with a word: the last question's candidates; for a freelancer what awaits a yes as well."""
    found = [
        made
        for question in open_questions(view.standing.wishes, view.speaker)
        for candidate in question.wish.candidates
        if (made := instruction_of(candidate)) is not None
    ]
    if view.is_freelancer:
        found += [made for entry in awaiting(view.standing.wishes) if (made := _meant(entry))]
    return tuple(dict.fromkeys(found))


def vetoable(view: View) -> tuple[ItemName, ...]:
    """The items whose waiver by the client the freelancer may not let stand."""
    return tuple(waivers(view.standing.wishes, view.standing.waived))


def plans(said: Sequence[Instruction], view: View) -> tuple[Plan, ...]:
    """What becomes of each instruction, in their order."""
    made = [plan for entry in said for plan in _answered(entry, view)]
    if not view.answerable:
        made = [plan for plan in made if plan.wish.verb in _UNSEEN and plan.state is DONE]
    return tuple(_without_repeats(made))


def _without_repeats(made: Sequence[Plan]) -> list[Plan]:
    kept: list[Plan] = []
    for plan in made:
        if all(plan.wish != other.wish for other in kept):
            kept.append(plan)
    return kept


def _answered(said: Instruction, view: View) -> tuple[Plan, ...]:
    """A word that answers a question ends it; "yes" and "no" mean what was asked."""
    asked = asked_of(view)
    match said:
        case Yes() if len(asked) == 1:
            return _ending(_of(replace(asked[0], phrase=said.phrase), view), asked[0], view)
        case Yes():
            return (_ask(Ambiguous(_doubt_of(view), asked, said.phrase), view),) if asked else ()
        case No():
            return (_declined(said, view),)
        case Ambiguous():
            return (_ask(said, view),)
        case _ if said in asked:
            return _ending(_of(said, view), said, view)
        case _:
            return _of(said, view)


def _ending(made: tuple[Plan, ...], answer: Instruction, view: View) -> tuple[Plan, ...]:
    """The plans of an answer, the first of which ends what it answers."""
    wishes = view.standing.wishes
    answered = [entry for entry in awaiting(wishes) if _meant(entry) == answer]
    ends = [
        *(entry for entry in open_questions(wishes, view.speaker)),
        *(answered if view.is_freelancer else ()),
    ]
    endings = tuple(Ending(entry.id, WishState.ANSWERED) for entry in ends)
    if not made:
        return ()
    return (replace(made[0], ends=(*made[0].ends, *endings)), *made[1:])


def _meant(entry: NotedWish) -> Instruction | None:
    """What a freelancer's yes to something that awaits it does: to keep what has run out is to do without a newer one."""
    if entry.wish.verb is Verb.KEEP and entry.wish.item is not None:
        return Waive(entry.wish.item)
    return instruction_of(entry.wish)


def _doubt_of(view: View) -> Doubt:
    questions = open_questions(view.standing.wishes, view.speaker)
    return Doubt(questions[-1].wish.doubt or Doubt.WHICH_ITEM) if questions else Doubt.WHICH_ITEM


def _declined(said: No, view: View) -> Plan:
    wishes = view.standing.wishes
    open_ones = [*open_questions(wishes, view.speaker)]
    open_ones += awaiting(wishes) if view.is_freelancer else ()
    ends = tuple(Ending(entry.id, WishState.DECLINED) for entry in open_ones)
    return Plan(wish_of(said), TOLD, remark=Remark.DROPPED, ends=ends)


def _ask(said: Ambiguous, view: View) -> Plan:
    """Ask back; an older question that nobody answered is not waited for any more."""
    older = open_questions(view.standing.wishes, view.speaker)
    ends = tuple(Ending(entry.id, WishState.DECLINED) for entry in older)
    return Plan(wish_of(said), WishState.ASKED, ends=ends)


def _of(said: Instruction, view: View) -> tuple[Plan, ...]:
    """What becomes of an instruction that answers nothing."""
    match said:
        case NotApplicable() | Waive() | Later() | SomeoneElse() | Keep() | Veto():
            return (_of_item(said, view),)
        case IsKind() | Accept() | Leave() | ForProject():
            return _of_documents(said, view)
        case Confidential() | NotConfidential():
            return (_of_confidence(said, view),)
        case LetIn() | KeepOut() | Assign():
            return (_of_mail(said, view),)
        case Undo():
            return _undone(said, view)
        case Pause() | Resume() | Close() | Status():
            return (_of_project(said, view),)
        case NotYours():
            return (Plan(wish_of(said), TOLD, remark=Remark.NOT_YOURS),)
        case Help():
            return (Plan(wish_of(said), TOLD),)
        case Yes() | No() | Ambiguous():
            return ()
        case _:
            return (Plan(wish_of(said), DONE),)


# ---------------------------------------------------------------- items


def _of_item(said: NotApplicable | Waive | Later | SomeoneElse | Keep | Veto, view: View) -> Plan:
    wish, waived = wish_of(said), view.standing.waived
    match said:
        case NotApplicable(item=item) | Waive(item=item):
            if item in waived:
                return Plan(wish, TOLD, remark=Remark.ALREADY)
            return Plan(wish, DONE, Waived(item))
        case Later(item=item):
            said_before = item in waivers(view.standing.wishes, waived)
            return Plan(wish, DONE, Waived(item, waived=False) if said_before else None)
        case SomeoneElse():
            return _elsewhere(said, view)
        case Keep():
            return _kept(said, view)
        case Veto(item=item):
            waiver = waivers(view.standing.wishes, waived).get(item)
            if waiver is None:
                return Plan(wish, TOLD, remark=Remark.ALREADY)
            ends = (Ending(waiver.id, WishState.VETOED),)
            return Plan(wish, DONE, Waived(item, waived=False), ends=ends)


def _elsewhere(said: SomeoneElse, view: View) -> Plan:
    """Somebody else has it: a contact is written to at once, anybody else only after the freelancer's yes."""
    wish, project = wish_of(said), view.project
    if said.address is None:
        return Plan(wish, TOLD, remark=Remark.NO_ADDRESS)
    if is_among(said.address, (view.speaker, *project.freelancers)):
        return Plan(wish, TOLD, remark=Remark.ALREADY)
    if view.is_freelancer or is_among(said.address, project.client.contacts):
        return Plan(wish, DONE, errand=True)
    return Plan(wish, WishState.AWAITING)


def _kept(said: Keep, view: View) -> Plan:
    """What an earlier project had counts from now on, and what has only aged is good again from today.

    What is of a time that is over is for the freelancer to do without.
    """
    wish = wish_of(said)
    entry = next((entry for entry in view.report.items if entry.item.item == said.item), None)
    if entry is not None and entry.offered:
        return Plan(wish, DONE, Kept(tuple(document.number for document in entry.offered)))
    if entry is not None and entry.state is ItemState.RECEIVED:
        return Plan(wish, TOLD, remark=Remark.ALREADY)
    if entry is None or entry.state is not ItemState.STALE:
        return Plan(wish, TOLD, remark=Remark.NOTHING_TO_KEEP)
    if not (entry.item.current or entry.item.upcoming):
        return Plan(wish, DONE)
    if view.is_freelancer:
        return Plan(replace(wish, verb=Verb.WAIVE), DONE, Waived(said.item))
    return Plan(wish, WishState.AWAITING)


# ---------------------------------------------------------------- documents


def _of_documents(said: IsKind | Accept | Leave | ForProject, view: View) -> tuple[Plan, ...]:
    if isinstance(said, ForProject):
        return _moved(said, view)
    wish, document = wish_of(said), _document(view, said.document)
    if document is None:
        return (Plan(wish, TOLD, remark=Remark.NO_FILE),)
    match said:
        case Leave():
            effect: Effect = Decided(document.number, document.classification, (), rejected=True)
        case IsKind():
            effect = Relabel(document.number, said.kind, said.item)
        case _:
            effect = Relabel(document.number, document.classification.kind)
    return (Plan(wish, DONE, effect),)


def _moved(said: ForProject, view: View) -> tuple[Plan, ...]:
    wish = wish_of(said)
    numbers = (said.document,) if said.document is not None else tuple(sorted(view.arrived))
    target = next((entry for entry in view.others if entry.token == said.project), None)
    if said.project == view.project.token:
        return (Plan(wish, TOLD, remark=Remark.ALREADY),)
    if target is None or target.client.id != view.project.client.id:
        return (Plan(wish, TOLD, remark=Remark.OTHER_CLIENT),)
    if not numbers:
        return (Plan(wish, TOLD, remark=Remark.NO_FILE),)
    return tuple(
        Plan(replace(wish, number=number), DONE, Move(number, said.project))
        if _document(view, number) is not None
        else Plan(replace(wish, number=number), TOLD, remark=Remark.NO_FILE)
        for number in numbers
    )


def _document(view: View, number: int) -> Document | None:
    return next(
        (each for each in view.documents if each.number == number and not each.rejected), None
    )


def _of_confidence(said: Confidential | NotConfidential, view: View) -> Plan:
    """A freelancer's word without a file is about the project; only a freelancer lifts confidentiality."""
    wish, secret = wish_of(said), isinstance(said, Confidential)
    if not secret and not view.is_freelancer:
        return Plan(wish, TOLD, remark=Remark.NOT_YOURS)
    numbers = _numbers_meant(said, view)
    whole = said.scope is Scope.PROJECT or (
        said.scope is Scope.MAIL and view.is_freelancer and not numbers
    )
    if whole:
        wish = replace(wish, scope=Scope.PROJECT.value)
        return Plan(wish, DONE, ProjectSet(confidential=secret))
    if not numbers:
        return Plan(wish, TOLD, remark=Remark.NO_FILE)
    return Plan(wish, DONE, Secluded(numbers, confidential=secret))


def _numbers_meant(said: Confidential | NotConfidential, view: View) -> tuple[int, ...]:
    if said.document is not None:
        return (said.document,) if _document(view, said.document) else ()
    if said.item is not None:
        return tuple(
            listed.document.number
            for entry in view.report.items
            if entry.item.item == said.item
            for listed in entry.documents
        )
    if said.scope is not Scope.MAIL:
        return ()
    if view.arrived or view.is_freelancer:
        return tuple(sorted(view.arrived))
    # A client's lone word means what they sent; to be too careful harms nobody.
    return tuple(each.number for each in view.documents if not each.rejected)


# ---------------------------------------------------------------- mail that waits


def _of_mail(said: LetIn | KeepOut | Assign, view: View) -> Plan:
    """What becomes of mail that waits for a word: a colleague's for the freelancer's, one's own for its project."""
    wish = wish_of(said)
    if isinstance(said, Assign):
        if said.project != view.project.token or not view.unassigned:
            return Plan(wish, TOLD, remark=Remark.NOTHING_WAITS)
        return Plan(wish, DONE, Assigned(view.unassigned))
    theirs = [entry for entry in view.waiting if entry.sender == said.address]
    if said.address is None or not theirs:
        return Plan(wish, TOLD, remark=Remark.NOTHING_WAITS)
    if isinstance(said, KeepOut):
        return Plan(wish, DONE, TurnedAway(said.address))
    clients, own = theirs[0].clients, view.project.client.id
    if own not in clients and len(clients) > 1:
        return Plan(wish, TOLD, remark=Remark.SEVERAL_CLIENTS)
    return Plan(wish, DONE, Welcomed(said.address, own if own in clients else clients[0]))


# ---------------------------------------------------------------- projects


def _of_project(said: Pause | Resume | Close | Status, view: View) -> Plan:
    """A freelancer's command for this project, or for another one of theirs."""
    wish = wish_of(said)
    about = said.project if said.project != view.project.token else None
    wish = replace(wish, project=about)
    if about is not None and about not in {entry.token for entry in view.others}:
        return Plan(wish, TOLD, remark=Remark.NOT_YOURS)
    if isinstance(said, Status):
        return Plan(wish, TOLD, about=about)
    state = _STATES[type(said)]
    return Plan(wish, DONE, ProjectSet(state, wish.until), about=about)


_STATES = {
    Pause: ProjectState.PAUSED,
    Resume: ProjectState.OPEN,
    Close: ProjectState.CLOSED,
}


# ---------------------------------------------------------------- taking back


def _undone(said: Undo, view: View) -> tuple[Plan, ...]:
    """What this person said last, or of that item; all that one mail said goes together."""
    mine = [
        entry
        for entry in view.standing.wishes
        if is_among(view.speaker, (entry.speaker,))
        and entry.wish.verb in _REVERSIBLE | _FOR_GOOD
        and entry.state in {DONE, WishState.AWAITING}
        and said.item in {None, entry.wish.item}
    ]
    if not mine:
        return (Plan(wish_of(said), TOLD, remark=Remark.NOTHING_TO_UNDO),)
    last = [entry for entry in mine if entry.message == mine[-1].message]
    return tuple(_taken_back(said, entry, view) for entry in reversed(last))


def _taken_back(said: Undo, entry: NotedWish, view: View) -> Plan:
    wish = replace(
        entry.wish, verb=Verb.UNDO, command=entry.wish.verb.value, phrase=said.phrase, candidates=()
    )
    if entry.wish.verb in _FOR_GOOD:
        return Plan(wish, TOLD, remark=Remark.NOT_BY_MAIL)
    if entry.wish.verb is Verb.CONFIDENTIAL and not view.is_freelancer:
        return Plan(wish, TOLD, remark=Remark.NOT_YOURS)
    if any(_overrules(other, entry) for other in view.standing.wishes):
        return Plan(wish, TOLD, remark=Remark.DECIDED_SINCE)
    restored = (
        tuple(Ending(number, DONE) for number in entry.answers)
        if entry.wish.verb is Verb.VETO
        else ()
    )
    ends = (Ending(entry.id, WishState.UNDONE, reverts=entry.state is DONE), *restored)
    return Plan(wish, DONE, ends=ends)


def _overrules(other: NotedWish, entry: NotedWish) -> bool:
    """Whether another instruction has decided about the same thing since."""
    about = (entry.wish.item, entry.wish.number)
    same = (other.wish.item, other.wish.number) == about and about != (None, None)
    changing = other.wish.verb in _REVERSIBLE
    return other.id > entry.id and other.state is DONE and same and changing
