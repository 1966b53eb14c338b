"""What people want of the desk: reminders, taking back, and a freelancer's commands."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date

from intake.instructions.documents import as_kinds
from intake.instructions.seen import Seen
from intake.instructions.sight import (
    Found,
    Sight,
    all_of,
    day_of,
    each,
    joined,
    nouns_at,
    numbers_in,
    only_for_now,
    places_of,
    strangers,
    things_at,
    with_client,
)
from intake.instructions.things import Aim, Files, Noun, Number, Person
from intake.instructions.values import (
    Accept,
    Ambiguous,
    Close,
    Doubt,
    Help,
    Instruction,
    Later,
    NotYours,
    Pause,
    Resume,
    ResumeReminding,
    Status,
    StopReminding,
    Undo,
    Veto,
    Waive,
)
from intake.instructions.when import When
from intake.model import ItemState, Token

# ---------------------------------------------------------------- reminders, and taking back


def reminding(sight: Sight) -> Found | None:
    """“No more reminders”, “unsubscribe”, “remind me next week”, “you can remind me again”."""
    if sight.has("may", "said", beside=("permit",)) or _is_denied(sight):
        return None
    asked = ("own", "you", "be", "will", "pronoun", "have")
    again = sight.seen("resume_reminders", *asked, "permit")
    whens = things_at(again, When)
    if (
        places_of(again, "resume_reminders")
        and not strangers(again)
        and not whens
        and not sight.has("no", "not")
    ):
        return (ResumeReminding(sight.phrase),)
    if _may_be_reminded(sight):
        return (ResumeReminding(sight.phrase),)
    on = sight.seen("remind_on", *asked, "stop", "remind", "all", "rest")
    if places_of(on, "remind_on") and not strangers(on) and things_at(on, When):
        return _remind_on(sight, on)
    for_good = sight.seen("stop_all", *asked, "stop", "remind")
    if (
        places_of(for_good, "stop_all")
        and not strangers(for_good)
        and not any(entry.named for entry in for_good)
    ):
        return (StopReminding(None, sight.phrase),)
    seen = sight.seen("stop", "remind", *asked, "all", "yet")
    if (
        places_of(seen, "stop")
        and places_of(seen, "remind")
        and not strangers(seen)
        and not things_at(seen, Noun, Number, Files, Aim, Person)
    ):
        return (StopReminding(day_of(seen), sight.phrase),)
    if _is_bare_stop(seen):
        return (StopReminding(None, sight.phrase),)
    return None


def _may_be_reminded(sight: Sight) -> bool:
    """“You may remind us again”, “Erinnerungen gern wieder”, in any order of its words."""
    seen = sight.seen("remind", "again", "permit", "you", "own", "be", "will", "pronoun")
    words = {part for entry in seen for part in entry.text.split()}
    allowed = places_of(seen, "permit") or words & {"welcome", "ok", "okay", "fine"}
    return bool(
        places_of(seen, "again")
        and words & _REMINDING
        and allowed
        and not strangers(seen)
        and not any(entry.named for entry in seen)
        and not sight.has("no", "not", "stop_all")
    )


_REMINDING = frozenset(
    {"remind", "reminding", "reminder", "reminders", "erinnern", "erinnerung", "erinnerungen"}
    | {"erinnert", "nachfassen", "nachhaken", "chase", "chasing", "nudge", "nudging"}
)
_STOPPING = frozenset(
    {"stop", "stopping", "quit", "cease", "unsubscribe", "aufhoeren", "pause", "abbestellen"}
)


def _is_denied(sight: Sight) -> bool:
    """Whether it is “do not stop reminding me”."""
    said = [word.text for word in sight.clause.words if not word.is_sign]
    denied = [place for place, text in enumerate(said) if text in {"not", "never", "nicht"}]
    return any(text in _STOPPING for place in denied for text in said[place + 1 : place + 3])


def _remind_on(sight: Sight, seen: Sequence[Seen]) -> Found | None:
    targets = things_at(seen, Noun, Number)
    until = day_of(seen)
    if targets:
        nouns = nouns_at(seen, targets, sight.context)
        return each(nouns, lambda item: Later(item, until, sight.phrase), sight.phrase) or None
    return (StopReminding(until, sight.phrase),)


def _is_bare_stop(seen: Sequence[Seen]) -> bool:
    said = [
        entry.text
        for entry in seen
        if not entry.classes & {"fill", "thanks", "then"} or "stop" in entry.classes
    ]
    return said in (["stop"], ["stopp"]) and all(entry.classes for entry in seen)


def undo(sight: Sight) -> Found | None:
    """“Undo”, “ignore my last mail”, “das war ein Fehler”, “we do have a calendar after all”."""
    if _takes_back(sight):
        return (Undo(None, sight.phrase),)
    seen = sight.seen("undo", "own", "you", "be", "pronoun", "will")
    if (
        places_of(seen, "undo")
        and not strangers(seen)
        and not sight.has("may", "said", beside=("undo",))
    ):
        nouns = nouns_at(seen, things_at(seen, Noun, Number), sight.context)
        if things_at(seen, Files, Person, When) or (nouns and _is_other_mistake(sight)):
            return None
        return (
            each(nouns, lambda item: Undo(item, sight.phrase), sight.phrase)
            if nouns
            else (Undo(None, sight.phrase),)
        )
    return _after_all(sight)


def _is_other_mistake(sight: Sight) -> bool:
    """“I made a mistake in my calendar”: only a mistake about a thing is taken back."""
    words = {word.text for word in sight.clause.words}
    return (
        sight.has("slip")
        and not sight.has("after_all")
        and not words & {"about", "with", "regarding", "bei", "beim", "mit"}
    )


def _takes_back(sight: Sight) -> bool:
    """“Ignore my last mail”, in any of its words."""
    seen = sight.seen("undo_verb", "undo_last", "undo_what", "own", "you", "will")
    if (
        strangers(seen)
        or any(entry.named for entry in seen)
        or sight.has("may", "said", beside=("undo_what",))
    ):
        return False
    told = any(
        entry.text.startswith(("what ", "was ")) for entry in seen if "undo_what" in entry.classes
    )
    return bool(
        places_of(seen, "undo_verb")
        and places_of(seen, "undo_what")
        and (told or places_of(seen, "undo_last"))
    )


def _after_all(sight: Sight) -> Found | None:
    seen = sight.seen("after_all", "own", "have", "exist", "pronoun", "be")
    if (
        not places_of(seen, "after_all")
        or strangers(seen)
        or sight.has("no", "not", "past")
        or sight.is_freelancer
    ):
        return None
    if not places_of(seen, "have", "exist"):
        return None
    waived = {entry.item for entry in sight.context.items if entry.state is ItemState.WAIVED}
    nouns = tuple(
        replace(noun, items=tuple(item for item in noun.items if item in waived))
        for noun in nouns_at(seen, things_at(seen, Noun, Number), sight.context) or sight.topic
    )
    return each(nouns, lambda item: Undo(item, sight.phrase), sight.phrase) or None


# ---------------------------------------------------------------- a freelancer's commands


def command(sight: Sight) -> Found | None:
    """“status acme-q4”, “accept 2”, “waive yearly roadmap”, “pause until 3 January”, “close”, “help”."""
    for read in (_accept, _waive, _veto, _relabel, _about_project):
        found = read(sight)
        if found is not None:
            return found
    return None


def _leads(seen: Sequence[Seen], name: str) -> bool:
    """Whether a command word comes first, behind nothing but courtesies."""
    places = places_of(seen, name)
    return bool(places) and all(
        entry.classes & {"fill", "det", "then", "own", "you", "yes", "permit", "project", "their"}
        for entry in seen[: places[0]]
        if not entry.named
    )


def _forbidden(sight: Sight, name: str) -> Found:
    return (NotYours(name, sight.phrase),)


def _accept(sight: Sight) -> Found | None:
    seen = sight.seen(
        "accept", "all", "both", "document", "be", "rest", "really", "pronoun", "permit"
    )
    places = places_of(seen, "accept")
    if (
        not places
        or strangers(seen)
        or things_at(seen, Aim, Person, When)
        or sight.has("not", "no")
        or things_at(seen, Noun)
    ):
        return None
    files = things_at(seen, Files)
    numbers = numbers_in(seen) or _spoken_of(sight, seen)
    everything = (
        bool(places_of(seen, "all", "rest", "both"))
        and places[0] < places_of(seen, "all", "rest", "both")[0]
    )
    if not (files or numbers or everything):
        return None
    everything = everything or any(entry.text in _EVERY_FILE for entry in seen)
    if not sight.is_freelancer:
        strict = seen[places[0]].text in {
            "accept",
            "approve",
            "akzeptieren",
            "annehmen",
            "genehmigen",
        }
        return _forbidden(sight, "accept") if strict and _leads(seen, "accept") else None
    unsure = tuple(entry.number for entry in sight.context.documents if entry.unsure)
    known = {entry.number for entry in sight.context.documents}
    if everything and not (files or numbers):
        return tuple(Accept(number, sight.phrase) for number in unsure)
    chosen = (
        joined(thing for place in files for thing in seen[place].named if isinstance(thing, Files))
        if files
        else Files(numbers)
    )
    if not chosen.numbers or not set(chosen.numbers) <= known:
        return (
            Ambiguous(
                Doubt.WHICH_DOCUMENT,
                tuple(Accept(number, sight.phrase) for number in chosen.candidates),
                sight.phrase,
            ),
        )
    return tuple(Accept(number, sight.phrase) for number in chosen.numbers)


def _spoken_of(sight: Sight, seen: Sequence[Seen]) -> tuple[int, ...]:
    """“[File 1 looks good,] please accept it”."""
    pointed = any(entry.text in {"it", "them", "that", "sie", "es", "die"} for entry in seen)
    return sight.files if pointed and not things_at(seen, Files) else ()


_EVERY_FILE = frozenset(
    {"both files", "both documents", "all files", "all documents", "beide dateien", "alle dateien"}
)


def _waive(sight: Sight) -> Found | None:
    seen = sight.seen("waive", "own", "be", "have", "permit", "their", "you", "pronoun", "both")
    targets = things_at(seen, Noun, Number)
    nouns = nouns_at(seen, targets, sight.context)
    if not targets and any(entry.text in _BOTH for entry in seen):
        nouns = sight.topic
    if (
        not _leads(seen, "waive")
        or not nouns
        or strangers(seen)
        or things_at(seen, Files, Person, Aim, When)
        or only_for_now(sight)
    ):
        return None
    if not sight.is_freelancer:
        return (
            _forbidden(sight, "waive")
            if seen[places_of(seen, "waive")[0]].text == "waive"
            else None
        )
    return each(nouns, lambda item: Waive(item, sight.phrase), sight.phrase)


_BOTH = frozenset({"either", "neither", "both", "them", "it", "beide", "beides", "sie", "keines"})


def _veto(sight: Sight) -> Found | None:
    """What stands against a waiver; without one that may be vetoed it is nothing."""
    if not sight.is_freelancer:
        seen = sight.seen("veto")
        return (
            _forbidden(sight, "veto")
            if [entry.text for entry in seen if "veto" in entry.classes] == ["veto"]
            and all_of(seen, "veto")
            else None
        )
    vetoable = sight.context.vetoable
    seen = sight.seen("veto", "their", "have", "pronoun", "be", "own", "still", "no_word", "exist")
    seen = with_client(seen, sight)
    if not vetoable or strangers(seen) or things_at(seen, Files, Aim, Person):
        return None
    targets = things_at(seen, Noun, Number)
    said = (
        bool(places_of(seen, "veto"))
        or bool(places_of(seen, "their") and places_of(seen, "have"))
        or bool(places_of(seen, "own") and places_of(seen, "still"))
        or (_speaks_of_client(sight, seen) and bool(places_of(seen, "have")))
    )
    bare = bool(places_of(seen, "no_word")) and all_of(seen, "no_word") and not sight.context.asked
    if not (said or bare) or (said and sight.has("not", "no", "unneeded", beside=("veto",))):
        return None
    if (
        [
            entry
            for entry in seen
            if entry.classes & {"veto"}
            and entry.text
            in {
                "i need",
                "we need",
                "need",
                "required",
                "needed",
                "brauche ich",
                "gibt es",
                "haben sie",
                "doch",
            }
        ]
        and not targets
        and not places_of(seen, "still", "pronoun", "no_word")
    ):
        return None
    if targets:
        nouns = nouns_at(seen, targets, sight.context)
        narrowed = tuple(
            replace(noun, items=tuple(item for item in noun.items if item in vetoable))
            for noun in nouns
        )
        return each(narrowed, lambda item: Veto(item, sight.phrase), sight.phrase) or None
    if len(vetoable) == 1:
        return (Veto(vetoable[0], sight.phrase),)
    return (
        Ambiguous(
            Doubt.WHICH_ITEM, tuple(Veto(item, sight.phrase) for item in vetoable), sight.phrase
        ),
    )


def _speaks_of_client(sight: Sight, seen: Sequence[Seen]) -> bool:
    """Whether the client is named, and has something rather than does it."""
    return any(entry.text in sight.context.client.lower().split() for entry in seen) and bool(
        {entry.text for entry in seen} & {"has", "hat", "have", "haben"}
    )


def _relabel(sight: Sight) -> Found | None:
    seen = sight.seen("relabel", "as", "document", "permit")
    nouns, numbers = things_at(seen, Noun), numbers_in(seen)
    if (
        not _leads(seen, "relabel")
        or len(nouns) != 1
        or strangers(seen)
        or things_at(seen, Aim, Person)
    ):
        return None
    if things_at(seen, Files):
        return None
    if not numbers:
        return None
    if not sight.is_freelancer:
        return _forbidden(sight, "relabel")
    known = {entry.number for entry in sight.context.documents}
    return as_kinds(
        sight, seen, Files(numbers) if set(numbers) <= known else Files(), seen[nouns[0]]
    )


_PROJECT_COMMANDS: tuple[
    tuple[str, Callable[[Token | None, date | None, str], Instruction]], ...
] = (
    ("status", lambda token, _until, phrase: Status(token, phrase)),
    ("pause", Pause),
    ("resume", lambda token, _until, phrase: Resume(token, phrase)),
    ("close", lambda token, _until, phrase: Close(token, phrase)),
    ("help", lambda _token, _until, phrase: Help(phrase=phrase)),
)


def _about_project(sight: Sight) -> Found | None:
    for name, make in _PROJECT_COMMANDS:
        seen = sight.seen(name, "project", "pronoun", "be", "permit")
        if (
            not _leads(seen, name)
            or strangers(seen)
            or things_at(seen, Noun, Number, Files, Person)
        ):
            continue
        if name != "pause" and things_at(seen, When):
            continue
        if not sight.is_freelancer:
            word = seen[places_of(seen, name)[0]].text
            return (
                _forbidden(sight, name)
                if _is_bare_command(seen, name)
                and word in {"close", "pause", "resume", "status", "schliessen", "pausieren"}
                else None
            )
        tokens = tuple(
            token
            for entry in seen
            for thing in entry.named
            if isinstance(thing, Aim)
            for token in thing.tokens
        )
        made = tuple(make(token, day_of(seen), sight.phrase) for token in tokens) or (
            make(None, day_of(seen), sight.phrase),
        )
        return made if len(made) == 1 else (Ambiguous(Doubt.WHICH_PROJECT, made, sight.phrase),)
    return None


def inquiry(sight: Sight) -> Found | None:
    """“What is still missing?”, “which commands are there?”: the questions of a freelancer that have an answer."""
    for name, make in _PROJECT_COMMANDS:
        if name not in {"status", "help"}:
            continue
        seen = sight.seen(name, "project", "pronoun", "be", "own", "you", "still", "yet")
        if (
            not _leads(seen, name)
            or strangers(seen)
            or things_at(seen, Noun, Number, Files, Person, When)
            or sight.has("not")
        ):
            continue
        tokens = [thing.tokens for entry in seen for thing in entry.named if isinstance(thing, Aim)]
        made = tuple(
            make(token, None, sight.phrase) for token in (tokens[0] if tokens else (None,))
        )
        return made if len(made) == 1 else (Ambiguous(Doubt.WHICH_PROJECT, made, sight.phrase),)
    return None


def _is_bare_command(seen: Sequence[Seen], name: str) -> bool:
    return all(
        entry.named or entry.classes & {name, "project", "fill", "det", "pronoun"} for entry in seen
    )
