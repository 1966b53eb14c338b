"""Why a document is what it is, in words that a client understands: three to five reasons, the strongest first.

Turns the features that moved the scores into sentences; decides nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from intake.classify.cues import Cues
from intake.classify.features import Features, Look
from intake.classify.scores import Model
from intake.classify.surroundings import Surroundings
from intake.model import OTHER, Extract, Family, Kind

_MOST = 5
_WORDS_SHOWN = 4
_LEAST_CONTRIBUTION = 0.25


def reasons(
    extract: Extract,
    features: Features,
    *,
    kind: Kind,
    shares: Mapping[Kind, float],
    model: Model,
    cues: Cues,
) -> tuple[str, ...]:
    """The form of the document, then what in it speaks most for the kind."""
    rivals = {rival: share for rival, share in shares.items() if rival != kind}
    weight_of_rivals = sum(rivals.values()) or 1.0
    strength: dict[str, float] = {}
    for name, value in features.values.items():
        if value == 0.0:
            continue
        weights = model.weights(name)
        against = sum(weights.get(rival, 0.0) * share for rival, share in rivals.items())
        strength[name] = value * (weights.get(kind, 0.0) - against / weight_of_rivals)
    strongest = sorted(strength, key=lambda name: strength[name], reverse=True)
    lines = (
        told(name, features, cues) for name in strongest if strength[name] >= _LEAST_CONTRIBUTION
    )
    found = list(dict.fromkeys(line for line in lines if line))
    if not found and kind == OTHER:
        found = ["nothing in it speaks clearly for one of the kinds that are known"]
    return (form(extract, features.look), *found[: _MOST - 2])


def of_surroundings(around: Surroundings, kind: Kind) -> tuple[str, ...]:
    """What the name or the mail adds."""
    contradiction = around.contradicts(kind)
    if contradiction is not None:
        return (f"but {contradiction.place} says “{contradiction.spec.label}”",)
    place = around.agreeing(kind)
    return (f"{place} says so too",) if place else ()


def form(extract: Extract, look: Look) -> str:
    """The document's shape and size, "18 landscape pages, about 40 words each"."""
    match extract.family:
        case Family.SLIDES | Family.PDF:
            shape = "landscape " if look.landscape and extract.family is Family.PDF else ""
            unit = "slide" if extract.family is Family.SLIDES else f"{shape}page"
            pages = _counted(look.pages or len(extract.pages), unit)
            return f"{pages}, about {_counted(look.words_a_page or 0, 'word')}{' each' if (look.pages or 1) > 1 else ''}"
        case Family.SHEET:
            sheets = _counted(look.pages or len(extract.pages) or 1, "sheet")
            return f"{sheets} with {_counted(_rows(extract), 'row')}"
        case Family.CALENDAR:
            return f"a calendar file with {_counted(look.events, 'entry')}"
        case Family.PICTURE:
            return "a picture; its text was not read" if look.words == 0 else "a picture"
        case Family.WORDS | Family.TEXT | Family.WEB:
            return f"a text of about {_counted(_rounded(look.words), 'word')}"


def told(name: str, features: Features, cues: Cues) -> str | None:
    """The line of evidence for a feature, None where there are no words for it."""
    says = cues.says.get(name)
    if says is None:
        return None
    words = features.words.get(name)
    if words:
        return f"{says}: {_quoted(words)}"
    look = features.look
    return says.format(
        events=look.events,
        colours=look.colours,
        days=look.days,
        columns=_in_order(look.columns),
        quarters=", ".join(look.quarters[:4]),
        titled=look.titled or "",
        genre=look.genre or "",
    )


def _quoted(words: Iterable[str]) -> str:
    """The first few, phrases before words: a phrase is seldom there by chance."""
    return _in_order(sorted(words, key=lambda word: " " not in word))


def _in_order(words: Iterable[str]) -> str:
    return ", ".join(f"“{word}”" for word in tuple(dict.fromkeys(words))[:_WORDS_SHOWN])


def _counted(number: int, unit: str) -> str:
    if number == 1:
        return f"1 {unit}"
    return f"{number} {unit[:-1]}ies" if unit.endswith("y") else f"{number} {unit}s"


def _rows(extract: Extract) -> int:
    return sum(1 for line in extract.text.splitlines() if line.strip())


def _rounded(number: int) -> int:
    return number if number < 50 else round(number, -1 if number < 1000 else -2)
