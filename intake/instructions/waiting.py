"""What is said of mail that waits: whether a person's is taken, and which project it is for.

Only where a letter of ours has asked, or by the number that it has in the review queue: "yes", "spam", "release 12",
"the second one", "Q4 launch".
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from intake.instructions.seen import Seen
from intake.instructions.sight import (
    CHOICES,
    Found,
    Sight,
    choices_in,
    in_doubt,
    numbers_in,
    places_of,
    strangers,
    things_at,
)
from intake.instructions.things import Aim, Files, Noun, Number, Person
from intake.instructions.values import AskedWhich, AskedWho, Assign, Instruction, KeepOut, LetIn
from intake.instructions.when import When
from intake.model import Address, Token

_SMALL = ("pronoun", "be", "own", "their", "held_mail", "you")
_MOST_STRANGE = 4


def waiting_mail(sight: Sight) -> Found | None:
    """The rule; a word that answers no question of ours is left to the others."""
    found = _by_number(sight)
    if found is not None:
        return found
    match sight.context.question:
        case AskedWho(address=address):
            return _who(sight, address)
        case AskedWhich(projects=projects):
            return _which(sight, projects)
        case None:
            return None


def _by_number(sight: Sight) -> Found | None:
    """“release 12”, “reject mail 12”; a bare number that is a file's as well is not taken for mail's."""
    if not sight.is_freelancer:
        return None
    seen = sight.seen("release", "turn_away", *_SMALL)
    numbers = numbers_in(seen)
    verbs = places_of(seen, "release", "turn_away")
    others = things_at(seen, Noun, Files, Aim, Person, When)
    if len(verbs) != 1 or not numbers or others or strangers(seen):
        return None
    senders = {entry.number: entry.sender for entry in sight.context.held}
    is_mail = bool(places_of(seen, "held_mail"))
    make: Callable[[Address | None, str], Instruction] = LetIn
    if "turn_away" in seen[verbs[0]].classes:
        make = KeepOut
        files = {entry.number for entry in sight.context.documents}
        if not is_mail and (files & set(numbers) or not senders.keys() & set(numbers)):
            return None
    return tuple(dict.fromkeys(make(senders.get(number), sight.phrase) for number in numbers))


def _who(sight: Sight, address: Address) -> Found | None:
    """A clear word acts; one with a few strange words around it is asked back."""
    seen = sight.seen("yes", "no_word", "let_in", "keep_out", *_SMALL)
    takes, leaves = places_of(seen, "yes", "let_in"), places_of(seen, "no_word", "keep_out")
    if bool(takes) == bool(leaves) or things_at(seen, Noun, Number, Files, Aim, When):
        return None
    if leaves:
        found: Found = (KeepOut(address, sight.phrase),)
    elif sight.has("not", "no"):
        return None
    else:
        found = (LetIn(address, sight.phrase),)
    strange = strangers(seen)
    if not strange:
        return found
    return in_doubt(found, sight.phrase) if len(strange) <= _MOST_STRANGE else None


def _which(sight: Sight, projects: Sequence[Token]) -> Found | None:
    """A title, a token, or the number that the letter gave it."""
    seen = sight.seen("yes", *CHOICES, "project", "belong", *_SMALL)
    if strangers(seen) or sight.has("not", "no") or things_at(seen, Files, Person, When):
        return None
    chosen = {
        token
        for entry in seen
        for thing in entry.named
        if isinstance(thing, Aim) and len(thing.tokens) == 1
        for token in thing.tokens
    }
    places = [number - 1 for number in numbers_in(seen) + _items_numbered(sight, seen)]
    places += choices_in(seen)
    if not chosen:
        chosen = {projects[place] for place in places if place in range(len(projects))}
    return (Assign(chosen.pop(), sight.phrase),) if len(chosen) == 1 else None


def _items_numbered(sight: Sight, seen: Sequence[Seen]) -> tuple[int, ...]:
    """“Number 3”, which elsewhere is the third item; nothing for an item by its name."""
    numbers = {entry.item: entry.number for entry in sight.context.items}
    return tuple(
        numbers[thing.items[0]]
        for entry in seen
        for thing in entry.named
        if isinstance(thing, Noun) and thing.exact and not thing.kinds and len(thing.items) == 1
    )
