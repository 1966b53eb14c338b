"""From an extract and its surroundings to what a document is: features, scores, confidence, evidence.

The content decides; name and mail add a little, and where they contradict it the answer is unsure.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from intake import kinds
from intake.classify import evidence, own, periods, surroundings
from intake.classify.cues import Cues, load_cues
from intake.classify.dates import event_span, own_date
from intake.classify.features import Features, features_of
from intake.classify.likeness import Background
from intake.classify.scores import Model, Verdict, load_model
from intake.classify.surroundings import Surroundings
from intake.kinds import KindSpec, Profile
from intake.model import (
    OTHER,
    Alternative,
    Classification,
    Clues,
    Extract,
    Family,
    Kind,
    Unusable,
)

_ROADMAP = Kind("roadmap")
_EVENT_CALENDAR = Kind("event_calendar")
_MOST_ALTERNATIVES = 3
_LEAST_ALTERNATIVE = 0.05
_LEAST_WORDS = 12
_LEAST_WORDS_OF_PICTURE = 40
_LEAST_FROM_CONTENT = 0.3
"""What the content alone must say for a kind that a name makes sure: a name tips a balance, and overrules nothing."""
_HIGHEST_CONFIDENCE = 0.99


@dataclass(frozen=True, slots=True)
class Classifier:
    """Says what documents are. Immutable, holds no document, asks no clock."""

    model: Model
    cues: Cues
    own: tuple[KindSpec, ...] = ()
    profiles: tuple[Profile, ...] = ()
    """Of own kinds that have examples."""
    background: Background | None = None
    """What the profiles were made against; None for the package's."""

    def classify(self, extract: Extract | Unusable, clues: Clues) -> Classification:
        """What a document is, and why; what could not be read is `other`, not sure, with its problem."""
        if isinstance(extract, Unusable):
            return Classification(kind=OTHER, confidence=0.0, sure=False, problem=extract.problem)
        features = features_of(extract, self.cues)
        around = surroundings.read(clues, (*kinds.built_in(), *self.own))
        found = self._built_in(extract, features, around)
        special = own.read(
            extract,
            features,
            around,
            self.own,
            profiles=self.profiles,
            cues=self.cues,
            background=self.background,
        )
        if special is not None:
            found = _with_own(found, special, around)
        return with_time(found, extract, clues)

    def _built_in(
        self, extract: Extract, features: Features, around: Surroundings
    ) -> Classification:
        support = {kind: around.support(kind) for kind in self.model.kinds}
        legible = is_legible(extract, features)
        verdict = self.model.judge(features, support, legible=legible)
        kind, certainty = verdict.kind, self.model.certainty
        lines = evidence.reasons(
            extract, features, kind=kind, shares=verdict.shares, model=self.model, cues=self.cues
        )
        strange = verdict.strange > certainty.farthest
        return Classification(
            kind=kind,
            confidence=_rounded(verdict.certainty),
            sure=around.contradicts(kind) is None
            and verdict.by_content[kind] >= _LEAST_FROM_CONTENT
            and verdict.certainty >= certainty.bound(agreed=support[kind] > 0)
            and not strange
            and legible,
            alternatives=_alternatives(verdict),
            pages=extract.page_count,
            title=_title(extract),
            evidence=(
                *lines,
                *(("it is unlike the documents that are known",) if strange else ()),
                *evidence.of_surroundings(around, kind),
            ),
        )


def load(own: Sequence[KindSpec] = (), profiles: Sequence[Profile] = ()) -> Classifier:
    """The classifier of the package, with the operator's own kinds beside the built-in ones."""
    return Classifier(load_model(), load_cues(), tuple(own), tuple(profiles))


def _alternatives(verdict: Verdict) -> tuple[Alternative, ...]:
    """The other kinds share what is left of the certainty; none is likelier than the kind that was chosen."""
    others = list(verdict.shares.items())[1 : 1 + _MOST_ALTERNATIVES]
    left = (1 - verdict.certainty) / (sum(share for _, share in others) or 1.0)
    found = ((kind, min(share * left, verdict.certainty)) for kind, share in others)
    return tuple(
        Alternative(kind, _rounded(share)) for kind, share in found if share >= _LEAST_ALTERNATIVE
    )


def _rounded(confidence: float) -> float:
    return round(min(confidence, _HIGHEST_CONFIDENCE), 3)


def is_legible(extract: Extract, features: Features) -> bool:
    """Whether enough was read to be sure: a picture or a scan without text never is."""
    if extract.family is Family.CALENDAR:
        return extract.events > 0
    least = _LEAST_WORDS_OF_PICTURE if extract.family is Family.PICTURE else _LEAST_WORDS
    return features.look.words >= least and features.look.known_script


def _title(extract: Extract) -> str | None:
    title = extract.title or next(iter(extract.headings), None)
    return " ".join(title.split())[:200] or None if title else None


def _with_own(found: Classification, special: own.OwnRead, around: Surroundings) -> Classification:
    """An own kind takes the place of a built-in one that less speaks for; else it is an alternative.

    Where a built-in kind is sure, an own one can make it unsure and no more, unless its very examples are taken for that.
    """
    alternative = Alternative(special.spec.kind, _rounded(special.confidence))
    stands = found.sure and found.kind != OTHER and found.kind not in special.within
    if stands or not (
        special.confidence >= found.confidence
        or (found.kind in special.within and special.sure)
        or (found.kind == OTHER and special.confidence >= own.LIKELY)
    ):
        return replace(
            found,
            sure=found.sure and not (special.sure or special.by_words),
            alternatives=(alternative, *found.alternatives),
            evidence=(
                *found.evidence,
                *(f"but it is {line}" for line in special.evidence[:1] if special.sure),
            ),
        )
    # To the built-in names an own kind is something other; that is no contradiction.
    around = around.without(OTHER)
    left = 1 - special.confidence
    others = (Alternative(found.kind, found.confidence), *found.alternatives)
    return replace(
        found,
        kind=special.spec.kind,
        confidence=_rounded(special.confidence),
        sure=special.sure and around.contradicts(special.spec.kind) is None,
        alternatives=tuple(replace(o, confidence=_rounded(o.confidence * left)) for o in others),
        evidence=(
            *found.evidence[:1],
            *special.evidence,
            *evidence.of_surroundings(around, special.spec.kind),
        ),
    )


def with_time(found: Classification, extract: Extract, clues: Clues) -> Classification:
    """The period of a roadmap, the span of a calendar, and the day that any document states for itself.

    `found.kind` alone decides what is read, whoever decided the kind.
    """
    dated = replace(found, document_date=own_date(extract, on=clues.on))
    if found.kind == _EVENT_CALENDAR:
        return replace(dated, span=event_span(extract, on=clues.on))
    if found.kind == _ROADMAP:
        read = periods.read(extract, clues)
        return replace(
            dated,
            cadence=read.cadence,
            period=read.period,
            span=read.span,
            by_quarter=read.by_quarter,
        )
    return dated
