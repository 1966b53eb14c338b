"""What people say of documents: what they are, which project they are for, and that they are not meant."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from intake.instructions.seen import Seen, seen_by
from intake.instructions.sight import (
    LONGEST,
    Found,
    Sight,
    documents_of,
    is_compound,
    joined,
    places_of,
    settled,
    strangers,
    things_at,
)
from intake.instructions.things import Aim, Files, Noun, Number, Person
from intake.instructions.values import (
    Ambiguous,
    Doubt,
    ForProject,
    IsKind,
    Leave,
)
from intake.model import Kind

# ---------------------------------------------------------------- another project


def for_project(sight: Sight) -> Found | None:
    """“deck.pdf is for Q4 launch”, “this belongs to the spring campaign”, “wrong project, move file 2 to acme-q4”."""
    if sight.has("may", "said", "ban", "past", beside=("belong", "other_project")):
        return None
    seen = sight.seen(
        "be",
        "belong",
        "project",
        "other_project",
        "whole_mail",
        "all",
        "both",
        "treat",
        "pronoun",
        "not",
        "own",
        "document",
        "really",
        "as",
        "shown",
    )
    aims = things_at(seen, Aim)
    if len(aims) != 1 or len(seen) > LONGEST:
        return _some_other_project(sight, seen)
    tokens = next(thing.tokens for thing in seen[aims[0]].named if isinstance(thing, Aim))
    arrow = sight.clause.headed and len(seen) == 2 and bool(things_at(seen, Files))
    if (
        not (arrow or places_of(seen, "belong", "project", "other_project"))
        or strangers(seen)
        or places_of(seen, "not")
    ):
        return None
    if sight.context.project and tokens == (sight.context.project.token,):
        return ()
    documents = _shown_here(sight, seen) or documents_of(sight, seen)
    if documents is None:
        return None
    made = tuple(
        ForProject(token, number, sight.phrase)
        for token in tokens
        for number in documents.numbers or ((None,) if documents.whole else documents.candidates)
    )
    if len(tokens) > 1:
        return (Ambiguous(Doubt.WHICH_PROJECT, made, sight.phrase),)
    if not (documents.numbers or documents.whole):
        return (Ambiguous(Doubt.WHICH_DOCUMENT, made, sight.phrase),)
    return made


def _shown_here(sight: Sight, seen: Sequence[Seen]) -> Files | None:
    """“Attached is one file for the Q4 launch”: the one that came, where it is said to be no more than a file."""
    came = tuple(entry.number for entry in sight.context.documents if entry.arrived)
    told = places_of(seen, "shown") and places_of(seen, "document")
    return Files(came) if told and len(came) == 1 and not things_at(seen, Noun, Files) else None


def _some_other_project(sight: Sight, seen: Sequence[Seen]) -> Found | None:
    """Another project is spoken of, and nobody knows which."""
    if (
        things_at(seen, Aim)
        or not places_of(seen, "other_project")
        or strangers(seen)
        or not sight.context.others
    ):
        return None
    documents = documents_of(sight, seen)
    if documents is None and len(seen) > 4:
        return None
    numbers = documents.numbers if documents else ()
    made = tuple(
        ForProject(entry.token, number, sight.phrase)
        for entry in sight.context.others
        for number in numbers or (None,)
    )
    return (Ambiguous(Doubt.WHICH_PROJECT, made, sight.phrase),)


# ---------------------------------------------------------------- a document is of a kind, or is to be left out


def answered_kind(sight: Sight) -> Found | None:
    """“[You want the brand guide?] It's file 2”, “you already have the brand guide: file 2”."""
    if sight.has("may", "said", "ban", "will", "later", beside=("really", "treat")):
        return None
    seen = sight.seen("be", "pronoun", "document", "you", "have", "past", "really", "not", "no")
    nouns, files = things_at(seen, Noun), things_at(seen, Files)
    if len(files) != 1 or strangers(seen):
        return None
    if not nouns:
        return _that_is(sight, seen, files[0])
    if not (_is_there_already(sight) and _is_one_kind(seen, nouns)):
        return None
    documents = joined(thing for thing in seen[files[0]].named if isinstance(thing, Files))
    return as_kinds(sight, seen, documents, seen[nouns[0]])


def is_kind(sight: Sight) -> Found | None:
    """“File 2 is the brand guide”, “both are blog posts”, “not a deck but a case study”, “relabel 3 case study”."""
    if sight.has("may", "said", "ban", "past", "will", "later", beside=("really", "treat")):
        return None
    seen = sight.seen(
        "be",
        "treat",
        "as",
        "really",
        "both",
        "all",
        "pronoun",
        "not",
        "document",
        "relabel",
        "whole_mail",
        "own",
        "no",
    )
    if _is_shown_only(sight, seen):
        return None
    nouns = things_at(seen, Noun)
    files = things_at(seen, Files)
    if files and len(nouns) > 1 and _is_one_kind(seen, nouns):
        nouns = nouns[:1]
    if (
        not nouns
        or len(seen) > LONGEST
        or (places_of(seen, "own") and not places_of(seen, "treat"))
    ):
        return None
    if places_of(seen, "not", "no"):
        return _not_that_kind(sight, seen, nouns, files)
    if not (places_of(seen, "be", "as", "treat", "relabel", "really") or sight.clause.headed):
        return None
    if files and len(files) == 1 and len(nouns) == 1:
        documents = joined(thing for thing in seen[files[0]].named if isinstance(thing, Files))
        return as_kinds(sight, seen, documents, seen[nouns[0]])
    if not files and len(nouns) == 1:
        return _these_are(sight, seen, nouns[0])
    if not files and len(nouns) == 2 and places_of(seen, "be") and places_of(seen, "really"):
        taken_for = _of_kind(sight, seen[nouns[0]])
        return as_kinds(sight, seen, taken_for, seen[nouns[1]]) if taken_for is not None else None
    return None


_YOU = frozenset({"you", "u", "sie", "ihr", "du"})
_FILED = frozenset(
    {"labelled", "labeled", "filed", "classified", "marked", "counted", "tagged", "listed"}
    | {"booked", "treated", "considered", "put", "had", "abgelegt", "einsortiert", "eingeordnet"}
    | {"gezaehlt", "gefuehrt", "markiert", "zugeordnet", "verbucht"}
)


def told_what_we_did(sight: Sight) -> Found | None:
    """“You've filed deck.pdf as a deck, [but it's a case study]”: what it is stands in the next clause."""
    words = [word.text for word in sight.clause.words if not word.named and not word.is_sign]
    files = any(isinstance(thing, Files) for word in sight.clause.words for thing in word.named)
    told = words and words[0] in _YOU and set(words) & _FILED
    return () if files and told and not set(words) & _ASKING else None


_ASKING = frozenset({"should", "could", "can", "please", "bitte", "sollten", "solltet"})


def _is_shown_only(sight: Sight, seen: Sequence[Seen]) -> bool:
    """“Here is the deck” names no document."""
    words = seen_by(sight.clause.words, ("shown", "be"), sight.context)
    return any("shown" in entry.classes for entry in words) and not things_at(seen, Files)


def _that_is(sight: Sight, seen: Sequence[Seen], file: int) -> Found | None:
    """“[You asked for the brand guide:] it's file 2”."""
    before = [entry for entry in seen[:file] if not entry.classes <= {"fill", "det", "then"}]
    if (
        len(sight.topic) != 1
        or len(sight.topic[0].kinds) != 1
        or strangers(seen)
        or places_of(seen, "not", "no")
        or not before
        or before[0].text not in _THAT
        or not places_of(seen, "be")
    ):
        return None
    said = replace(seen[file], word=replace(seen[file].word, named=sight.topic))
    documents = joined(thing for thing in seen[file].named if isinstance(thing, Files))
    return as_kinds(sight, [*seen, said], documents, said)


_THAT = frozenset({"it", "that", "this", "das", "es", "dies", "er", "sie", "that one"})


def _is_there_already(sight: Sight) -> bool:
    """“You already have the brand guide: file 2”."""
    words = [word.text for word in sight.clause.words if not word.named]
    return bool(
        {"you", "ihr", "sie", "du"} & set(words)
        and {"already", "schon", "bereits"} & set(words)
        and {"have", "got", "habt", "haben", "hast"} & set(words)
    )


def _is_one_kind(seen: Sequence[Seen], nouns: Sequence[int]) -> bool:
    kinds = {
        thing.kinds for place in nouns for thing in seen[place].named if isinstance(thing, Noun)
    }
    return len(kinds) == 1


def as_kinds(sight: Sight, seen: Sequence[Seen], documents: Files, said: Seen) -> Found | None:
    """That the documents are of the kind that a noun says; a question where either is not certain."""
    if is_compound(seen, [seen.index(said)]):
        return None
    nouns = [thing for thing in said.named if isinstance(thing, Noun)]
    numbers = documents.numbers or documents.candidates
    if len(nouns) != 1 or not nouns[0].kinds:
        return None
    if not numbers:
        return (Ambiguous(Doubt.WHICH_DOCUMENT, (), sight.phrase),)
    noun = nouns[0]
    item = noun.items[0] if len(noun.items) == 1 else None
    made = tuple(
        IsKind(number, kind, item, sight.phrase) for number in numbers for kind in noun.kinds
    )
    if len(noun.kinds) > 1:
        return (Ambiguous(Doubt.WHICH_KIND, made, sight.phrase),)
    if not documents.numbers:
        return (Ambiguous(Doubt.WHICH_DOCUMENT, made, sight.phrase),)
    return settled(sight, seen, made)


def _these_are(sight: Sight, seen: Sequence[Seen], noun: int) -> Found | None:
    """“Both are blog posts” of what just came; a bare number is a document where a freelancer writes."""
    if strangers(seen):
        return None
    arrived = tuple(entry.number for entry in sight.context.documents if entry.arrived)
    numbers = [
        thing.value
        for place in things_at(seen, Number)
        for thing in seen[place].named
        if isinstance(thing, Number)
    ]
    known = {entry.number for entry in sight.context.documents}
    if numbers:
        if not set(numbers) <= known or not places_of(seen, "be", "as", "relabel"):
            return None
        files = Files(tuple(numbers)) if sight.is_freelancer else Files((), tuple(numbers))
        return as_kinds(sight, seen, files, seen[noun])
    plural = any(
        entry.text in {"they", "these", "those", "both", "all", "beide", "alle"}
        or entry.classes & {"both", "all"}
        for entry in seen[:noun]
    )
    if plural and (len(arrived) == 2 or (len(arrived) > 2 and not places_of(seen, "both"))):
        return as_kinds(sight, seen, Files(arrived), seen[noun])
    if (
        plural
        and not arrived
        and places_of(seen, "both")
        and len(unsure := [entry.number for entry in sight.context.documents if entry.unsure]) == 2
    ):
        return as_kinds(sight, seen, Files(tuple(unsure)), seen[noun])
    if plural and places_of(seen, "both"):
        return (Ambiguous(Doubt.WHICH_DOCUMENT, (), sight.phrase),)
    corrects = bool(places_of(seen, "really")) or bool(sight.files)
    pointed = any(
        entry.text in {"it", "that", "this", "das", "es", "dies"} for entry in seen[:noun]
    )
    if pointed and corrects and sight.files:
        return as_kinds(
            sight,
            seen,
            Files(sight.files) if len(sight.files) == 1 else Files((), sight.files),
            seen[noun],
        )
    if pointed and corrects and len(arrived) == 1:
        return as_kinds(sight, seen, Files(arrived), seen[noun])
    if pointed and corrects:
        unsure = [entry.number for entry in sight.context.documents if entry.unsure] or [
            entry.number for entry in sight.context.documents
        ]
        return as_kinds(sight, seen, Files((), tuple(arrived or unsure)), seen[noun])
    return None


def _of_kind(sight: Sight, said: Seen) -> Files | None:
    kinds = {kind for thing in said.named if isinstance(thing, Noun) for kind in thing.kinds}
    every = [entry for entry in sight.context.documents if entry.kind in kinds]
    numbers = tuple(entry.number for entry in every if entry.arrived) or tuple(
        entry.number for entry in every
    )
    if not numbers:
        return None
    return Files(numbers) if len(numbers) == 1 else Files((), numbers)


def _not_that_kind(
    sight: Sight, seen: Sequence[Seen], nouns: Sequence[int], files: Sequence[int]
) -> Found | None:
    """“File 2 is not a deck”: what it is may stand in the same clause or in the next; else it is asked."""
    if (
        strangers(seen)
        or not places_of(seen, "be")
        or (not places_of(seen, "not") and not places_of(seen, "no"))
    ):
        return None
    place = places_of(seen, "not", "no")[0]
    after = [at for at in nouns if at > place]
    before = [at for at in nouns if at < place]
    if files:
        documents = joined(
            thing for at in files for thing in seen[at].named if isinstance(thing, Files)
        )
    elif (
        any(entry.text in {"that", "this", "it", "das", "dies", "es"} for entry in seen[:place])
        and after
    ):
        documents = _of_kind(sight, seen[after[0]]) or Files(
            (), tuple(entry.number for entry in sight.context.documents if entry.arrived)
        )
    else:
        return None
    if before and not files:
        return as_kinds(sight, seen, documents, seen[before[0]])
    if before and before[0] != (after[0] if after else -1):
        return as_kinds(sight, seen, documents, seen[before[0]])
    if not after:
        return None
    if len(after) > 1:
        return as_kinds(sight, seen, documents, seen[after[1]])
    return (
        (
            Ambiguous(
                Doubt.WHICH_KIND,
                tuple(
                    IsKind(number, Kind("other"), None, sight.phrase)
                    for number in documents.numbers
                ),
                sight.phrase,
            ),
        )
        if documents.numbers
        else None
    )


def leave_out(sight: Sight) -> Found | None:
    """“Ignore roadmap.xlsx”, “file 2 was sent by mistake”, “Datei 2 bitte löschen”."""
    if sight.has("may", "said", "ban"):
        return None
    seen = sight.seen(
        "leave_out",
        "be",
        "pronoun",
        "past",
        "own",
        "you",
        "permit",
        "document",
        "same",
        "both",
        "all",
    )
    files = things_at(seen, Files)
    if not places_of(seen, "leave_out") or strangers(seen) or things_at(seen, Noun, Aim, Person):
        return None
    if files:
        documents = joined(
            thing for place in files for thing in seen[place].named if isinstance(thing, Files)
        )
    elif (
        sight.files
        and any(
            entry.text in {"it", "that", "them", "sie", "es", "diese", "those"} for entry in seen
        )
    ) or (sight.files and len(seen) <= 2):
        documents = Files(sight.files)
    elif (
        sight.is_freelancer
        and things_at(seen, Number)
        and places_of(seen, "leave_out")[0] < things_at(seen, Number)[0]
    ):
        documents = Files(
            tuple(
                thing.value
                for place in things_at(seen, Number)
                for thing in seen[place].named
                if isinstance(thing, Number)
            )
        )
    else:
        return None
    made = tuple(
        Leave(number, sight.phrase) for number in documents.numbers or documents.candidates
    )
    known = {entry.number for entry in sight.context.documents}
    if not made or any(entry.document not in known for entry in made):
        return (Ambiguous(Doubt.WHICH_DOCUMENT, (), sight.phrase),)
    return made if documents.numbers else (Ambiguous(Doubt.WHICH_DOCUMENT, made, sight.phrase),)
