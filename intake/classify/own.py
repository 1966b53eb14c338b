"""The operator's own kinds, recognised by their words and by likeness to a few examples.

Knows nothing of the learned model, which never saw these kinds. Words: in the title, in the text, in the name. Examples:
see `likeness`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from intake.classify import evidence
from intake.classify.cues import Cues
from intake.classify.features import Features
from intake.classify.likeness import (
    Background,
    Likeness,
    load_background,
    words_of,
)
from intake.classify.surroundings import Surroundings
from intake.kinds import MOST_EXAMPLES, ExampleFile, KindSpec, Profile, Shown, named_in
from intake.model import OTHER, Extract, Kind, Sha256

_IN_TITLE = 0.6
_IN_TEXT = 0.1
_IN_NAME = 0.25
_TEXT_READ = 20_000
LIKELY = 0.5
"""From here on it outweighs that nothing speaks for another kind."""
SURE = 0.85
"""By words: the title and either the name or several more of its words. By examples: see `background`."""
_HIGHEST = 0.98
_FEWEST_TO_BE_SURE = 3
"""One or two examples do not show how far documents of their kind differ."""
_UNLIKE = 0.1
"""Words alone do not make it sure where it is as unlike the examples as this."""
_MARKS_TOLD = 2
_WORDS_TOLD = 3


@dataclass(frozen=True, slots=True)
class OwnRead:
    """An own kind and how much speaks for it, 0 to 1; `evidence` says what.

    `by_words` says that its words stand there, `within` are the built-in kinds that its examples are taken for.
    """

    spec: KindSpec
    confidence: float
    sure: bool
    evidence: tuple[str, ...]
    by_words: bool = False
    within: tuple[Kind, ...] = ()


def profiles_of(
    examples: Sequence[ExampleFile], background: Background | None = None
) -> tuple[Profile, ...]:
    """What the examples of each kind have in common; the first twenty of each, the same octets once.

    `background` None is that of the package, here and in `read`.
    """
    by_kind: dict[Kind, dict[Sha256, ExampleFile]] = {}
    for example in examples:
        by_kind.setdefault(example.kind, {}).setdefault(example.sha256, example)
    return tuple(
        _profile(kind, list(files.values())[:MOST_EXAMPLES], background or load_background())
        for kind, files in by_kind.items()
    )


def _profile(kind: Kind, examples: Sequence[ExampleFile], background: Background) -> Profile:
    taken_for = Counter(example.taken_for for example in examples if example.taken_for != OTHER)
    return replace(
        background.profile(kind, [example.shown for example in examples]),
        within=tuple(found for found, count in taken_for.items() if count * 3 >= len(examples)),
    )


def shown_by(extract: Extract, features: Features) -> Shown:
    """What a document shows for a comparison."""
    return Shown(dict(features.values), words_of(extract.text))


def read(
    extract: Extract,
    features: Features,
    around: Surroundings,
    own: Sequence[KindSpec],
    *,
    profiles: Sequence[Profile] = (),
    cues: Cues | None = None,
    background: Background | None = None,
) -> OwnRead | None:
    """The own kind that most speaks for, None where nothing in the content does."""
    likenesses = _likenesses(extract, features, profiles, background)
    found = [
        _weighed(
            spec,
            by_words=_by_words(extract, features, around, spec),
            likeness=likenesses.get(spec.kind),
            profile=next((entry for entry in profiles if entry.kind == spec.kind), None),
            marks=_told_marks(likenesses.get(spec.kind), features, cues),
        )
        for spec in own
    ]
    likely = [read for read in found if read.confidence > _IN_NAME]
    return max(likely, key=lambda read: read.confidence, default=None)


def _likenesses(
    extract: Extract,
    features: Features,
    profiles: Sequence[Profile],
    background: Background | None,
) -> Mapping[Kind, Likeness]:
    if not profiles or not extract.text.strip():
        return {}
    shown = shown_by(extract, features)
    known = background or load_background()
    return {profile.kind: known.compare(shown, profile) for profile in profiles}


def _by_words(extract: Extract, features: Features, around: Surroundings, spec: KindSpec) -> float:
    titled = any(named_in(place, (spec,)) for place in features.look.top)
    lines = extract.text[:_TEXT_READ].splitlines()
    naming = min(3, sum(1 for line in lines if line.strip() and named_in(line, (spec,))))
    named = around.support(spec.kind) >= 0.3
    return min(_HIGHEST, _IN_TITLE * titled + _IN_TEXT * naming + _IN_NAME * named)


def _weighed(
    spec: KindSpec,
    *,
    by_words: float,
    likeness: Likeness | None,
    profile: Profile | None,
    marks: Sequence[str],
) -> OwnRead:
    """Either may make it sure; the name alone, and words in a document unlike every example, do not."""
    says = f"it speaks of “{spec.label}”"
    spoken_of = by_words > _IN_NAME
    if likeness is None or profile is None:
        return OwnRead(spec, by_words, by_words >= SURE, (says,), by_words=spoken_of)
    like = likeness.confidence >= _UNLIKE
    # Its name, or a word that many texts have, adds to a likeness and makes none; a title may.
    spoken_of = by_words >= _IN_TITLE or (spoken_of and like)
    words = by_words if like or spoken_of else 0.0
    both = min(_HIGHEST, 1 - (1 - words) * (1 - likeness.confidence))
    sure = both >= SURE and like and (profile.count >= _FEWEST_TO_BE_SURE or by_words >= SURE)
    told = (_like(spec, likeness, profile, marks, sure=sure),) if like else ()
    return OwnRead(
        spec,
        both,
        sure,
        (*told, says) if spoken_of else told,
        by_words=spoken_of,
        within=profile.within,
    )


def _like(
    spec: KindSpec, likeness: Likeness, profile: Profile, marks: Sequence[str], *, sure: bool
) -> str:
    """In words: like 5 of your 5 examples of a price list: tables of figures; “net”, “sku”."""
    label = spec.label if spec.label[1:2].isupper() else spec.label[:1].lower() + spec.label[1:]
    # "Minutes" are many already.
    several = label.endswith("s") and not label.endswith("ss")
    named = label if several else f"{spec.article} {label}"
    of = f"of your {profile.count} example{'s' * (profile.count != 1)} of {named}"
    alike = max(1, likeness.alike)
    head = f"like {alike} {of}" if sure else f"somewhat like {alike} {of}, not enough to be sure"
    shown = "; ".join(marks[:_MARKS_TOLD])
    fresh = [f"“{word}”" for word in likeness.words if f"“{word}”" not in shown][:_WORDS_TOLD]
    told = "; ".join(part for part in (shown, ", ".join(fresh)) if part)
    return f"{head}: {told}" if told else head


def _told_marks(
    likeness: Likeness | None, features: Features, cues: Cues | None
) -> tuple[str, ...]:
    """What it has in common with the examples, as far as there are words for it."""
    if likeness is None or cues is None:
        return ()
    lines = (evidence.told(name, features, cues) for name in likeness.marks)
    return tuple(line for line in lines if line)
