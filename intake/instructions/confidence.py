"""What people say of confidence: that a document, a mail or all of a project is for no other eyes, or no longer so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from intake.instructions.seen import Seen
from intake.instructions.sight import (
    LONGEST,
    MOST_UNKNOWN,
    POINTING,
    Found,
    Sight,
    joined,
    nouns_at,
    places_of,
    strangers,
    things_at,
)
from intake.instructions.things import Aim, Files, Noun, Number, Word
from intake.instructions.values import (
    Ambiguous,
    Confidential,
    Context,
    Doubt,
    NotConfidential,
    NotYours,
    Scope,
)


def confidential(sight: Sight) -> Found | None:
    """“Please treat the deck as confidential”, “NDA”, “bitte vertraulich behandeln”, “this isn't confidential”."""
    said = [word.text for word in sight.clause.words if _is_confidential_word(word, sight.context)]
    seen = sight.seen(
        "confidential_do",
        "be",
        "treat",
        "as",
        "keep",
        "all",
        "both",
        "pronoun",
        "not",
        "no",
        "own",
        "you",
        "whole_mail",
        "document",
        "project",
        "have",
        "rest",
        "will",
        "send",
    )
    seen = [
        replace(entry, classes=entry.classes | {"confidential_do"})
        if _is_confidential_word(entry.word, sight.context)
        else entry
        for entry in seen
    ]
    marks = places_of(seen, "confidential_do")
    if (
        not marks
        or sight.has("may", "said", "once", beside=("confidential_do", "really"))
        or len(seen) > LONGEST
    ):
        return None
    phrased = any(" " in entry.text for entry in seen if "confidential_do" in entry.classes)
    if (
        said
        and not phrased
        and set(said) == {"nda"}
        and not all(entry.classes for entry in seen if not entry.named)
    ):
        return None
    negated = any(
        entry.text in {"nothing", "nichts", "none", "hardly"}
        or (entry.classes & {"not", "no"} and "confidential_do" not in entry.classes)
        for entry in seen
    )
    unknown = strangers(seen)
    if len(unknown) > MOST_UNKNOWN:
        return None
    if negated:
        return _not_confidential(sight, seen) if not unknown else None
    return _covered(sight, seen, Confidential)


def _is_confidential_word(word: Word, context: Context) -> bool:
    known = {entry.lower() for entry in context.confidential_words} | {
        "confidential",
        "vertraulich",
    }
    return not word.named and any(
        word.text == entry
        or word.text in {f"{entry}{ending}" for ending in ("e", "er", "es", "en", "em", "ly", "s")}
        for entry in known
    )


def _not_confidential(sight: Sight, seen: Sequence[Seen]) -> Found | None:
    if sight.is_freelancer:
        return _covered(sight, seen, NotConfidential)
    return (
        (NotYours("not confidential", sight.phrase),)
        if things_at(seen, Files, Noun) or places_of(seen, "pronoun", "all")
        else None
    )


def _covered(
    sight: Sight, seen: Sequence[Seen], make: type[Confidential | NotConfidential]
) -> Found | None:
    """What a word about confidentiality covers. Of several documents that may be meant, all: it is the careful reading."""
    if _is_of_the_mail(seen):
        return (make(Scope.MAIL, None, None, sight.phrase),)
    files = things_at(seen, Files)
    nouns = nouns_at(seen, things_at(seen, Noun, Number), sight.context)
    pointed = any(entry.text in POINTING for entry in seen)
    if not nouns and not files and pointed:
        nouns = sight.topic
    if files or (pointed and sight.files and not nouns):
        found = (
            joined(
                thing for place in files for thing in seen[place].named if isinstance(thing, Files)
            )
            if files
            else Files(sight.files)
        )
        numbers = found.numbers or found.candidates
        if make is NotConfidential and not found.numbers:
            return (
                Ambiguous(
                    Doubt.WHICH_DOCUMENT,
                    tuple(make(Scope.DOCUMENT, number, None, sight.phrase) for number in numbers),
                    sight.phrase,
                ),
            )
        return tuple(make(Scope.DOCUMENT, number, None, sight.phrase) for number in numbers) or None
    if nouns:
        kinds = {kind for noun in nouns for kind in noun.kinds}
        items = {item for noun in nouns for item in noun.items}
        numbers = tuple(
            entry.number
            for entry in sight.context.documents
            if entry.kind in kinds and entry.arrived
        ) or tuple(entry.number for entry in sight.context.documents if entry.kind in kinds)
        if numbers:
            return tuple(make(Scope.DOCUMENT, number, None, sight.phrase) for number in numbers)
        return tuple(make(Scope.ITEM, None, item, sight.phrase) for item in sorted(items)) or (
            make(Scope.MAIL, None, None, sight.phrase),
        )
    if sight.confided and not pointed and not places_of(seen, "whole_mail", "all", "project"):
        return ()
    whole = _is_of_all(seen) or (
        sight.is_freelancer
        and not any(
            entry.text in {"this mail", "this email", "this message", "it", "attached"}
            for entry in seen
        )
    )
    return (make(Scope.PROJECT if whole else Scope.MAIL, None, None, sight.phrase),)


_WHOLE = frozenset({"whole", "entire", "gesamte", "ganze", "komplette"})
_MAILS = frozenset({"mail", "email", "message", "nachricht"})
_SHARING = frozenset(
    {
        "send",
        "share",
        "give",
        "provide",
        "upload",
        "forward",
        "hand over",
        "get from us",
        "schicken",
    }
    | {"senden", "liefern", "geben", "teilen", "bekommen", "erhalten", "bekommt", "hochladen"}
)


def _is_of_the_mail(seen: Sequence[Seen]) -> bool:
    """Whether it names the mail itself, alone or with what is attached to it."""
    words = {part for entry in seen if "whole_mail" in entry.classes for part in entry.text.split()}
    return bool(words & _MAILS)


def _is_of_all(seen: Sequence[Seen]) -> bool:
    """“Everything we send you”, “all documents of this project”, “the whole project”: more than what came just now."""
    named = (entry.text.split() for entry in seen if "project" in entry.classes)
    if any(_WHOLE.intersection(words) for words in named):
        return True
    every = places_of(seen, "all") or any(
        entry.text.startswith(("everything", "all ", "alles")) for entry in seen
    )
    to_come = any(entry.text in _SHARING for entry in seen)
    of_project = bool(places_of(seen, "project")) or bool(things_at(seen, Aim))
    return bool(every) and (to_come or of_project)
