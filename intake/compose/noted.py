"""What people asked of the desk, as lines: what was noted, what is asked back, what waits for the freelancer's yes.

The person who wrote reads it in one way ("Noted: …"), the freelancers in another ("Ana Ruiz: …", with what they may
answer). What concerns another project is told to whoever wrote it, and to nobody else.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from intake.compose.legible import legible
from intake.compose.letter import Line, Mark, Scene, Section
from intake.compose.parts import origin
from intake.model import (
    Brief,
    ItemName,
    Mailbox,
    NotedWish,
    Received,
    Remark,
    Token,
    Verb,
    Wish,
    WishState,
    is_among,
)

_SHOWN = frozenset({WishState.DONE, WishState.AWAITING, WishState.TOLD, WishState.VETOED})
_UNTOLD = frozenset({Verb.STATUS, Verb.HELP})
"""Answered by the letter itself."""
_OF_PROJECTS = frozenset({Verb.PAUSE, Verb.RESUME, Verb.CLOSE, Verb.STATUS})
_TOGETHER = frozenset({Verb.LATER, Verb.KEEP})
_COMMANDS = 8
_WHOLE_PROJECT = "project"
"""The scope of a word about confidentiality that is about everything."""


def said_sections(scene: Scene, brief: Brief) -> tuple[Section, ...]:
    """The sections about what was asked for in words; none where nothing was."""
    say = scene.templates.say
    own = [entry for entry in brief.received if _is_own(entry, brief)]
    others = [entry for entry in brief.received if entry not in own]
    names = _Names(scene, dict(brief.titles))
    noted = tuple(
        line
        for entry in own
        for wishes in _gathered(entry.wishes)
        if (line := names.noted(wishes)) is not None
    )
    heard = tuple(
        line
        for entry in others
        for wishes in _gathered(entry.wishes)
        if (line := names.heard(wishes, entry.sender)) is not None
    )
    asked = tuple(line for entry in own for wish in entry.wishes for line in names.question(wish))
    helped = any(wish.wish.verb is Verb.HELP for entry in own for wish in entry.wishes)
    commands = tuple(
        Line(Mark.NOTED, say(f"command_{number}"), say(f"command_{number}_why"))
        for number in range(1, _COMMANDS + 1)
    )
    return (
        Section(say("heading_noted"), noted[: scene.most_lines]),
        Section(
            say("heading_asked_back"),
            asked[: scene.most_lines],
            closing=(say("asked_back_how"),) if asked else (),
        ),
        Section(say("heading_heard"), heard[: scene.most_lines]),
        Section(say("heading_commands"), commands if helped else ()),
    )


def _gathered(wishes: Sequence[NotedWish]) -> list[list[NotedWish]]:
    """What people say in one word of several items ("the rest later", "keep") together, all else by itself."""
    found: dict[object, list[NotedWish]] = {}
    for entry in wishes:
        wish = entry.wish
        is_said = entry.state is WishState.DONE and entry.remark is None
        together = is_said and wish.verb in _TOGETHER and wish.item is not None
        key = (wish.verb, wish.until, entry.state) if together else entry.id
        found.setdefault(key, []).append(entry)
    return list(found.values())


def is_only_said(received: Received) -> bool:
    """Whether a message brought nothing but words that were understood."""
    return bool(received.wishes) and not (received.parts or received.links)


def _is_own(received: Received, brief: Brief) -> bool:
    people = (brief.recipient.address, *(entry.address for entry in brief.cc))
    return is_among(received.sender.address, people)


class _Names:
    """The words for what wishes are about, in one letter."""

    def __init__(self, scene: Scene, titles: Mapping[Token, str]) -> None:
        self._scene, self._titles = scene, titles

    def noted(self, entries: Sequence[NotedWish]) -> Line | None:
        """What is told to the person who asked."""
        entry = entries[0]
        say, verb = self._scene.templates.say, entry.wish.verb
        if verb in _UNTOLD or entry.state not in _SHOWN:
            return None
        if entry.remark is not None:
            return Line(Mark.NOTED, self._remark(entry), self._remark_why(entry.remark))
        what = self._all(entries)
        if verb is Verb.UNDO:
            return Line(Mark.DONE, say("taken_back", what=what))
        detail = ""
        if entry.state is WishState.AWAITING:
            detail = say("noted_awaits")
        elif verb is Verb.NOT_APPLICABLE and not entry.by_freelancer:
            detail = say("noted_waived")
        elif verb is Verb.SOMEONE_ELSE:
            detail = say("noted_errand")
        return Line(Mark.DONE, say("noted", what=what), detail)

    def heard(self, entries: Sequence[NotedWish], sender: Mailbox) -> Line | None:
        """What is told to the freelancers of what somebody else asked for."""
        entry = entries[0]
        say, wish = self._scene.templates.say, entry.wish
        silent = wish.verb in _UNTOLD or entry.remark is not None
        elsewhere = wish.verb in _OF_PROJECTS and wish.project is not None
        if silent or elsewhere or entry.state not in _SHOWN:
            return None
        what, name = self._all(entries), legible(sender.name, limit=60) or sender.address
        if entry.state is WishState.AWAITING:
            sentence = "ask_keep" if wish.verb is Verb.KEEP else "ask_errand"
            facts = self._facts(wish)
            asked = say(sentence, label=facts["label"], address=wish.address or "")
            return Line(Mark.QUESTION, asked, say("ask_freelancer_why", name=name, what=what))
        if wish.verb is Verb.UNDO:
            return Line(Mark.NOTED, say("heard_taken_back", name=name, what=what))
        is_waiver = wish.verb is Verb.NOT_APPLICABLE and not entry.by_freelancer
        if entry.state is WishState.VETOED:
            return Line(Mark.NOTED, say("heard", name=name, what=what), say("heard_vetoed"))
        detail = say("heard_waived") if is_waiver else ""
        return Line(Mark.NOTED, say("heard", name=name, what=what), detail)

    def question(self, entry: NotedWish) -> tuple[Line, ...]:
        """The question back, and what it may be answered with."""
        if entry.state is not WishState.ASKED:
            return ()
        say, wish = self._scene.templates.say, entry.wish
        phrase = legible(wish.phrase, limit=120)
        doubt = (wish.doubt or "").replace("-", "_")
        asked = Line(Mark.QUESTION, say(f"doubt_{doubt}", phrase=phrase))
        return (asked, *(self._candidate(each) for each in wish.candidates))

    def _candidate(self, wish: Wish) -> Line:
        number = self._number(wish.item) if wish.item is not None else None
        mark = Mark.NUMBER if number is not None else Mark.NOTED
        return Line(mark, self.what(wish, capital=True), number=number)

    def _all(self, entries: Sequence[NotedWish]) -> str:
        """What these say, which is the same of each of their items."""
        wish = entries[0].wish
        if len(entries) == 1:
            return self.what(wish)
        labels = tuple(self._facts(entry.wish)["label"] for entry in entries)
        return self._scene.templates.say(f"wish_{wish.verb}_all", labels=labels, until=wish.until)

    def what(self, wish: Wish, *, capital: bool = False) -> str:
        """What a wish says, as the end of a sentence."""
        verb = wish.verb
        if verb is Verb.UNDO and wish.command is not None:
            return self.what(replace(wish, verb=Verb(wish.command), command=None), capital=capital)
        facts = self._facts(wish)
        name = f"wish_{verb.replace('-', '_')}"
        said = self._scene.templates.say(name, until=wish.until, **facts)
        begins_with_a_name = bool(facts["file"]) and said.startswith(facts["file"])
        return said[:1].upper() + said[1:] if capital and not begins_with_a_name else said

    def _facts(self, wish: Wish) -> dict[str, str]:
        say = self._scene.templates.say
        document = self._scene.documents.get(wish.number or 0)
        items = (entry.item for entry in self._scene.report.items)
        label = next((self._scene.label(item) for item in items if item.item == wish.item), "")
        return {
            "label": label,
            "file": origin(self._scene, document).name if document is not None else "",
            "kind": say("kind", kind=wish.kind) if wish.kind is not None else "",
            "project": self._title(wish),
            "person": legible(wish.name, limit=60) or wish.address or "",
        }

    def _title(self, wish: Wish) -> str:
        if wish.scope == _WHOLE_PROJECT:
            return legible(self._scene.report.project.title, limit=80)
        return legible(self._titles.get(wish.project, ""), limit=80) if wish.project else ""

    def _remark(self, entry: NotedWish) -> str:
        say = self._scene.templates.say
        if entry.wish.verb in {Verb.NO, Verb.NOT_YOURS} or entry.remark in {
            Remark.NOTHING_TO_UNDO,
            Remark.DROPPED,
        }:
            phrase = legible(entry.wish.phrase, limit=120)
            return say("read_as", phrase=phrase)
        return say("understood", what=self.what(entry.wish))

    def _remark_why(self, remark: Remark) -> str:
        return self._scene.templates.say(f"remark_{remark.replace('-', '_')}")

    def _number(self, item: ItemName) -> int | None:
        names = [entry.item.item for entry in self._scene.report.items]
        return names.index(item) + 1 if item in names else None
