"""Which words say that a thing is being worked on: "being translated", "wird gerade gestaltet", "must still be signed off".

Of such words there are too many for a list; their form and the small words beside them tell.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from intake.instructions.seen import Seen
from intake.instructions.when import When

_GOING_ON = frozenset(
    {"still", "currently", "presently", "busy", "just", "gerade", "noch", "derzeit", "aktuell"}
    | {"momentan", "zurzeit", "nochmal", "nochmals", "erst", "at the moment", "right now", "now"}
)
_ACTIVE = re.compile(r"[a-z]{3,}ing")
_PASSIVE = re.compile(r"[a-z]{3,}(?:ed|en|wn|pt|lt|ne|ilt|ound)")
_PARTICIPLE = re.compile(
    r"(?:(?:auf|ab|an|aus|ein|zu|zusammen|fertig|nach|durch|frei|fertig|vor|um)?ge\w{2,}(?:t|en)|"
    r"(?:ueber|be|ver|er|ent|zer)\w{3,}(?:t|en)|\w{3,}iert)"
)
_IDLE = frozenset(
    [
        "missing",
        "lacking",
        "thinking",
        "hoping",
        "wondering",
        "considering",
        "debating",
        "deciding",
        "discussing",
        "talking",
        "enjoying",
        "loving",
        "liking",
        "seeing",
        "getting",
        "having",
        "showing",
        "needing",
        "wanting",
        "struggling",
        "looking",
        "waiting",
        "being",
        "going",
        "doing",
        "asking",
        "wishing",
        "planning",
        "using",
        "keeping",
        "discussed",
        "used",
        "ignored",
        "presented",
        "shown",
        "considered",
        "debated",
        "liked",
        "loved",
        "seen",
        "kept",
        "needed",
        "wanted",
        "asked",
        "besprochen",
        "diskutiert",
        "benutzt",
        "genutzt",
        "verwendet",
        "gebraucht",
        "benoetigt",
        "gezeigt",
        "praesentiert",
        "vorgestellt",
        "gesucht",
        "verlangt",
        "gehalten",
        "behandelt",
        "ueberlegt",
        "beachtet",
        "gelesen",
        "gesehen",
        "erwartet",
        "erinnert",
        "gefragt",
        "bezahlt",
    ]
)
"""What is done with a thing that there is, or that nobody works on."""
_BY = frozenset(
    {"by", "with", "from", "through", "at", "vom", "von", "bei", "beim", "durch", "mit"}
)
_MOST_AGENTS = 2


def with_progress(seen: Sequence[Seen]) -> list[Seen]:
    """With the words that tell of work as words of class "later", and those behind who does it as small ones."""
    texts = [entry.text for entry in seen]
    going_on = any(part in _GOING_ON for text in texts for part in (text, *text.split()))
    owed = _is_owed(texts)
    settled = _is_settled_on_a_day(seen, texts)
    found = [
        replace(entry, classes=frozenset({"later"}))
        if not entry.classes
        and not entry.named
        and (_is_work(texts, place, going_on, owed=owed) or (settled and entry.text in _FINISHED))
        else entry
        for place, entry in enumerate(seen)
    ]
    return _without_agents(found)


def _is_work(texts: Sequence[str], place: int, going_on: bool, *, owed: bool) -> bool:  # noqa: FBT001  # told by the caller once for all words
    text, before = texts[place], texts[:place]
    if text in _IDLE:
        return False
    if _ACTIVE.fullmatch(text):
        return going_on and any(verb in {"am", "are", "is", "busy"} for verb in before)
    if _PASSIVE.fullmatch(text) and (before[-1:] == ["being"] or (owed and "be" in before)):
        return True
    passive = any(part in {"wird", "werden"} for verb in texts for part in verb.split())
    return bool(_PARTICIPLE.fullmatch(text)) and passive and (going_on or owed)


_FINISHED = frozenset(
    {"approved", "adopted", "signed", "finalised", "finalized", "released", "published", "printed"}
    | {"completed", "finished", "agreed", "ratified", "updated", "revised", "redone", "rewritten"}
    | {"translated", "issued", "verabschiedet", "beschlossen", "freigegeben", "abgenommen"}
    | {"fertiggestellt", "gedruckt", "unterschrieben", "abgesegnet", "genehmigt", "finalisiert"}
    | {"veroeffentlicht", "vorgelegt", "abgeschlossen", "ueberarbeitet", "aktualisiert"}
    | {"erstellt", "geschrieben", "uebersetzt"}
)
"""What is done to a thing at the last, before it can be sent."""


def _is_settled_on_a_day(seen: Sequence[Seen], texts: Sequence[str]) -> bool:
    """“Wird erst im Januar verabschiedet”, “gets approved in January”: there is none before."""
    timed = any(isinstance(thing, When) for entry in seen for thing in entry.named)
    words = {part for text in texts for part in text.split()}
    coming = {"wird", "werden", "will", "gets", "get", "only"}
    return timed and bool(words & coming)


def _is_owed(texts: Sequence[str]) -> bool:
    """Whether something "still has to be" done, "muss noch" getan werden."""
    words = {part for text in texts for part in text.split()}
    return bool(words & {"still", "first", "noch", "erst"}) and bool(
        words & {"needs", "need", "has", "have", "must", "muss", "muessen", "soll", "sollen"}
    )


def _without_agents(seen: Sequence[Seen]) -> list[Seen]:
    """“By the board”: who works on it is not what is spoken of."""
    found = list(seen)
    working = next((at for at, entry in enumerate(seen) if "later" in entry.classes), None)
    if working is None:
        return found
    for place, entry in enumerate(seen):
        if entry.text not in _BY:
            continue
        strange = 0
        for at in range(place + 1, len(seen)):
            if seen[at].named or (seen[at].classes and not seen[at].classes & {"fill", "det"}):
                break
            if not seen[at].classes:
                strange += 1
                if strange > _MOST_AGENTS:
                    break
                found[at] = replace(seen[at], classes=frozenset({"fill"}))
    return found
