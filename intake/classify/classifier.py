"""From an extract and its surroundings to what a document is: features, scores, confidence, evidence.

The content decides; name and mail add a little, and where they contradict it the answer is unsure.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from intake import kinds
from intake.classify import evidence, own, periods, surroundings
from intake.classify.cues import Cues, load_cues
from intake.classify.dates import event_span, own_date
from intake.classify.features import Features, features_of
from intake.classify.scores import Model, load_model
from intake.classify.surroundings import Surroundings
from intake.kinds import KindSpec
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
_LEAST_FROM_CONTENT = 0.5
_HIGHEST_CONFIDENCE = 0.99


@dataclass(frozen=True, slots=True)
class Classifier:
    """Says what documents are. Immutable, holds no document, asks no clock."""

    model: Model
    cues: Cues
    own: tuple[KindSpec, ...] = ()

    def classify(self, extract: Extract | Unusable, clues: Clues) -> Classification:
        """What a document is, and why; what could not be read is `other`, not sure, with its problem."""
        if isinstance(extract, Unusable):
            return Classification(kind=OTHER, confidence=0.0, sure=False, problem=extract.problem)
        features = features_of(extract, self.cues)
        around = surroundings.read(clues, (*kinds.built_in(), *self.own))
        found = self._built_in(extract, features, around)
        special = own.read(extract, features, around, self.own)
        if special is not None:
            found = _with_own(found, special, around)
        return _with_time(found, extract, clues)

    def _built_in(
        self, extract: Extract, features: Features, around: Surroundings
    ) -> Classification:
        by_content = self.model.scores(features.values)
        with_name = {
            kind: score + self.model.name_weight * around.support(kind)
            for kind, score in by_content.items()
        }
        content = self.model.confidences(by_content)
        both = self.model.confidences(with_name)
        kind = next(iter(both))
        lines = evidence.reasons(
            extract, features, kind=kind, confidences=both, model=self.model, cues=self.cues
        )
        return Classification(
            kind=kind,
            confidence=_rounded(both[kind]),
            sure=around.contradicts(kind) is None
            and content[kind] >= _LEAST_FROM_CONTENT
            and both[kind] >= self.model.sure
            and is_legible(extract, features),
            alternatives=_alternatives(both),
            pages=extract.page_count,
            title=_title(extract),
            evidence=(*lines, *evidence.of_surroundings(around, kind)),
        )


def load(own: Sequence[KindSpec] = ()) -> Classifier:
    """The classifier of the package, with the operator's own kinds beside the built-in ones."""
    return Classifier(load_model(), load_cues(), tuple(own))


def _alternatives(confidences: Mapping[Kind, float]) -> tuple[Alternative, ...]:
    others = list(confidences.items())[1 : 1 + _MOST_ALTERNATIVES]
    return tuple(
        Alternative(kind, _rounded(share)) for kind, share in others if share >= _LEAST_ALTERNATIVE
    )


def _rounded(confidence: float) -> float:
    return round(min(confidence, _HIGHEST_CONFIDENCE), 3)


def is_legible(extract: Extract, features: Features) -> bool:
    """Whether enough was read to be sure: a picture or a scan without text never is."""
    if extract.family is Family.CALENDAR:
        return extract.events > 0
    return (
        extract.family is not Family.PICTURE
        and features.look.words >= _LEAST_WORDS
        and features.look.known_script
    )


def _title(extract: Extract) -> str | None:
    title = extract.title or next(iter(extract.headings), None)
    return " ".join(title.split())[:200] or None if title else None


def _with_own(found: Classification, special: own.OwnRead, around: Surroundings) -> Classification:
    """An own kind takes the place of a built-in one that less speaks for; else it is an alternative."""
    alternative = Alternative(special.spec.kind, _rounded(special.confidence))
    if special.confidence < found.confidence and not (
        found.kind == OTHER and special.confidence >= own.LIKELY
    ):
        return replace(found, alternatives=(alternative, *found.alternatives), sure=False)
    return replace(
        found,
        kind=special.spec.kind,
        confidence=_rounded(special.confidence),
        sure=special.confidence >= own.SURE and around.contradicts(special.spec.kind) is None,
        alternatives=(Alternative(found.kind, found.confidence), *found.alternatives),
        evidence=(
            *found.evidence[:1],
            f"it speaks of “{special.spec.label}”",
            *evidence.of_surroundings(around, special.spec.kind),
        ),
    )


def _with_time(found: Classification, extract: Extract, clues: Clues) -> Classification:
    """The period of a roadmap, the span of a calendar, and the day that any document states for itself."""
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
