"""What a mail says of the file that came with it: "attached is the brand guide", "anbei der Veranstaltungskalender".

Only of a file that nobody is sure about, and only where it is certain which one is meant. What a cover note calls a file is
no correction: the wrong one may be attached, and what the file itself clearly is outweighs it. Nothing here is ever asked
back, but for a strange word right before the thing.
"""

from __future__ import annotations

from collections.abc import Sequence

from intake.instructions.seen import Seen
from intake.instructions.sight import (
    LONGEST,
    POINTING,
    Found,
    Sight,
    in_doubt,
    is_compound,
    places_of,
    strangers,
    things_at,
)
from intake.instructions.things import Aim, Files, Noun, Number
from intake.instructions.values import Context, IsKind, KnownDocument, KnownItem
from intake.model import Kind

_KNOWN = (
    "shown",
    "copy_of",
    "be",
    "own",
    "you",
    "pronoun",
    "same",
    "late_adjective",
    "have",
    "document",
    "arrived",
    "whole_mail",
)
_HERE = ("attach", "enclos", "anhang", "anbei", "haeng", "fueg", "anlieg", "beilieg", "anlage")
_HERE_FIRST = ("here ", "hier ", "hereby", "herewith", "hiermit", "this is our", "s anhang")
_ABOUT = frozenset(
    {"about", "regarding", "concerning", "re", "on", "to", "for", "in", "with", "from", "at", "by"}
    | {"zu", "zum", "zur", "ueber", "bezueglich", "betreffend", "bzgl", "fuer", "mit", "im", "bei"}
    | {"aus", "von", "vom", "an", "am", "auf", "wegen"}
)
_OTHER = Kind("other")
"""“Attached is the invoice” is nothing that anybody waits for."""
_RELATIVE = frozenset({"that", "which", "as", "so", "with", "from", "die", "der", "das", "den"})


def attached(sight: Sight) -> Found | None:
    """“Attached is the brand guide you asked for”, “the calendar is attached”, “6: anbei”."""
    barring = ("may", "said", "ban", "will", "later", "past", "not", "no", "if", "except")
    if sight.has(*barring, beside=("shown", "same", "late_adjective")) or sight.clause.request:
        return None
    seen = _without_tail(sight.seen(*_KNOWN))
    places = [place for place in places_of(seen, "shown", "arrived") if _is_here(seen[place])]
    if (
        not places
        or len(seen) > LONGEST
        or things_at(seen, Files, Aim)
        or any(word.text == "url" for word in sight.clause.words)
    ):
        return None
    noun = _thing(sight, seen)
    document = _document(sight.context, noun.kinds) if noun else None
    if noun is None or document is None:
        return None
    at = next(iter(things_at(seen, Noun, Number)), None)
    if at is not None and (is_compound(seen, [at]) or _is_only_about(seen, places[0], at)):
        return None
    item = noun.items[0] if len(noun.items) == 1 else None
    made = (IsKind(document.number, noun.kinds[0], item, sight.phrase),)
    unknown = strangers(seen)
    if not unknown:
        return in_doubt(made, sight.phrase) if sight.has("think") else made
    adjective = at is not None and len(unknown) == 1 and seen[at - 1] is unknown[0] and at > 1
    return in_doubt(made, sight.phrase) if adjective else None


def _is_here(entry: Seen) -> bool:
    """Whether the words say that it came with this mail, not only that it can be found."""
    return entry.text.startswith(_HERE_FIRST) or any(root in entry.text for root in _HERE)


def _without_tail(seen: list[Seen]) -> list[Seen]:
    """Without what is told of the thing behind it: "the brand guide [that our agency made]"."""
    nouns = things_at(seen, Noun)
    if not nouns:
        return seen
    for place in range(nouns[-1] + 1, len(seen)):
        if seen[place].text in _RELATIVE:
            rest = seen[place:]
            telling = places_of(rest, "shown") or things_at(rest, Number, Files, Aim)
            return seen if telling else seen[:place]
    return seen


def _thing(sight: Sight, seen: Sequence[Seen]) -> Noun | None:
    """The one thing that is named, of one kind; an item's number counts where it leads."""
    nouns = [thing for entry in seen for thing in entry.named if isinstance(thing, Noun)]
    numbers = [thing for entry in seen for thing in entry.named if isinstance(thing, Number)]
    if not nouns and len(numbers) == 1 and seen[0].named and not places_of(seen, "document"):
        nouns = [
            _of_item(entry) for entry in sight.context.items if entry.number == numbers[0].value
        ]
    elif numbers:
        return None
    if not nouns and any(entry.text in POINTING for entry in seen):
        nouns = list(sight.topic)
    if len(nouns) != 1:
        return None
    noun = nouns[0]
    if not noun.kinds and len(noun.items) == 1:
        noun = next(_of_item(entry) for entry in sight.context.items if entry.item == noun.items[0])
    return noun if len(noun.kinds) == 1 and noun.kinds[0] != _OTHER else None


def _of_item(entry: KnownItem) -> Noun:
    return Noun((entry.item,), (entry.kind,), entry.cadence, exact=True)


def _document(context: Context, kinds: Sequence[Kind]) -> KnownDocument | None:
    """The document that came and alone can be meant: the only one that is unsure, where none is surely of that kind."""
    came = [entry for entry in context.documents if entry.arrived]
    if any(entry.kind in kinds and not entry.unsure for entry in came):
        return None
    unsure = [entry for entry in came if entry.unsure]
    return unsure[0] if len(unsure) == 1 else None


def _is_only_about(seen: Sequence[Seen], here: int, noun: int) -> bool:
    """“Attached is a note on the deck”: what came is not the thing, but about it."""
    between = seen[here + 1 : noun] if here < noun else seen[:noun]
    return any(entry.text in _ABOUT and "copy_of" not in entry.classes for entry in between)
