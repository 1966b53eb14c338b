"""Between instructions as they are read and wishes as they are kept. Pure; says nothing of what becomes of them."""

from __future__ import annotations

from typing import assert_never

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
    ResumeReminding,
    Scope,
    SomeoneElse,
    Status,
    StopReminding,
    Undo,
    Veto,
    Waive,
    Yes,
)
from intake.model import OTHER, ItemName, Verb, Wish

_OF_ITEMS: tuple[tuple[type[NotApplicable | Keep | Waive | Veto], Verb], ...] = (
    (NotApplicable, Verb.NOT_APPLICABLE),
    (Keep, Verb.KEEP),
    (Waive, Verb.WAIVE),
    (Veto, Verb.VETO),
)


def wish_of(said: Instruction) -> Wish:  # noqa: C901, PLR0912  # a case for each instruction
    """An instruction in the shape in which it is kept; a lone yes is nothing by itself and is kept as unclear."""
    phrase = said.phrase
    match said:
        case NotApplicable() | Keep() | Waive() | Veto():
            verb = next(verb for kind, verb in _OF_ITEMS if isinstance(said, kind))
            return Wish(verb, item=said.item, phrase=phrase)
        case Later(item=item, until=until):
            return Wish(Verb.LATER, item=item, until=until, phrase=phrase)
        case SomeoneElse(item=item, address=address, name=name):
            return Wish(Verb.SOMEONE_ELSE, item=item, address=address, name=name, phrase=phrase)
        case IsKind(document=number, kind=kind, item=item):
            return Wish(Verb.IS_KIND, item=item, number=number, kind=kind, phrase=phrase)
        case ForProject(project=project, document=number):
            return Wish(Verb.FOR_PROJECT, number=number, project=project, phrase=phrase)
        case Leave(document=number):
            return Wish(Verb.LEAVE, number=number, phrase=phrase)
        case Accept(document=number):
            return Wish(Verb.ACCEPT, number=number, phrase=phrase)
        case Confidential() | NotConfidential():
            is_so = isinstance(said, Confidential)
            return Wish(
                Verb.CONFIDENTIAL if is_so else Verb.NOT_CONFIDENTIAL,
                item=said.item,
                number=said.document,
                scope=said.scope.value,
                phrase=phrase,
            )
        case StopReminding(until=until):
            return Wish(Verb.STOP_REMINDING, until=until, phrase=phrase)
        case ResumeReminding():
            return Wish(Verb.RESUME_REMINDING, phrase=phrase)
        case Undo(item=item):
            return Wish(Verb.UNDO, item=item, phrase=phrase)
        case Status(project=project):
            return Wish(Verb.STATUS, project=project, phrase=phrase)
        case Pause(project=project, until=until):
            return Wish(Verb.PAUSE, project=project, until=until, phrase=phrase)
        case Resume(project=project):
            return Wish(Verb.RESUME, project=project, phrase=phrase)
        case Close(project=project):
            return Wish(Verb.CLOSE, project=project, phrase=phrase)
        case LetIn(address=address):
            return Wish(Verb.LET_IN, address=address, phrase=phrase)
        case KeepOut(address=address):
            return Wish(Verb.KEEP_OUT, address=address, phrase=phrase)
        case Assign(project=project):
            return Wish(Verb.ASSIGN, project=project, phrase=phrase)
        case Help():
            return Wish(Verb.HELP, phrase=phrase)
        case No():
            return Wish(Verb.NO, phrase=phrase)
        case Yes():
            return Wish(Verb.UNCLEAR, doubt=Doubt.IS_IT_SO.value, phrase=phrase)
        case NotYours(command=command):
            return Wish(Verb.NOT_YOURS, command=command, phrase=phrase)
        case Ambiguous(doubt=doubt, candidates=candidates):
            return Wish(
                Verb.UNCLEAR,
                doubt=doubt.value,
                candidates=tuple(wish_of(entry) for entry in candidates),
                phrase=phrase,
            )
        case _:
            assert_never(said)


def instruction_of(wish: Wish) -> Instruction | None:
    """The instruction that a kept wish is; None where it lacks what that needs."""
    return _about_item(wish) or _about_document(wish) or _about_mail(wish) or _about_project(wish)


def _about_item(wish: Wish) -> Instruction | None:
    item = wish.item or ItemName("")
    made: dict[Verb, Instruction] = {
        Verb.NOT_APPLICABLE: NotApplicable(item),
        Verb.LATER: Later(item, wish.until),
        Verb.SOMEONE_ELSE: SomeoneElse(item, wish.address, wish.name),
        Verb.KEEP: Keep(item),
        Verb.WAIVE: Waive(item),
        Verb.VETO: Veto(item),
    }
    return made.get(wish.verb) if item else None


def _about_document(wish: Wish) -> Instruction | None:
    if wish.number is None:
        return None
    made: dict[Verb, Instruction] = {
        Verb.IS_KIND: IsKind(wish.number, wish.kind or OTHER, wish.item),
        Verb.LEAVE: Leave(wish.number),
        Verb.ACCEPT: Accept(wish.number),
    }
    return made.get(wish.verb)


def _about_mail(wish: Wish) -> Instruction | None:
    made: dict[Verb, Instruction] = {
        Verb.LET_IN: LetIn(wish.address),
        Verb.KEEP_OUT: KeepOut(wish.address),
    }
    return made.get(wish.verb)


def _about_project(wish: Wish) -> Instruction | None:  # noqa: C901  # a case for each
    match wish.verb:
        case Verb.FOR_PROJECT if wish.project is not None:
            return ForProject(wish.project, wish.number)
        case Verb.CONFIDENTIAL:
            return Confidential(Scope(wish.scope or Scope.MAIL), wish.number, wish.item)
        case Verb.NOT_CONFIDENTIAL:
            return NotConfidential(Scope(wish.scope or Scope.MAIL), wish.number, wish.item)
        case Verb.STOP_REMINDING:
            return StopReminding(wish.until)
        case Verb.RESUME_REMINDING:
            return ResumeReminding()
        case Verb.UNDO:
            return Undo(wish.item)
        case Verb.STATUS:
            return Status(wish.project)
        case Verb.PAUSE:
            return Pause(wish.project, wish.until)
        case Verb.RESUME:
            return Resume(wish.project)
        case Verb.CLOSE:
            return Close(wish.project)
        case _:
            return None
