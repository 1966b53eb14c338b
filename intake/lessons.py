"""What people's decisions taught: which names a lesson is about, and what it makes of the next document.

Pure. A lesson reaches the documents of its sender and of its project, and the caller hands in those of one client only.
It stands beside the model, whose numbers it never touches: what it decides can be read in the evidence, and ends when
the lesson is forgotten.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from enum import IntEnum

from intake.kinds import fold
from intake.model import (
    OTHER,
    Address,
    Alternative,
    Classification,
    Document,
    Kind,
    Lesson,
    Project,
    Sha256,
)
from intake.reports import local_day
from intake.versions import NEARLY_ALL, resemblance
from storage.values import NewLesson

TAUGHT = 0.95
"""The confidence that a lesson lends: more than being sure needs, less than a person's own word on this very document."""
CERTAIN = 0.9
"""From here on the content is held to speak clearly. Being sure is more: a name that says otherwise stands in its way."""
DOUBTED = 0.5
"""The confidence of a lesson that the content, or another lesson, contradicts."""

_ENDING = re.compile(r"\.[^\W_]{1,5}\Z")
_LETTERS = re.compile(r"[^\W\d_]{2,}")
_PASSING = frozenset(
    """
    january february march april may june july august september october november december
    jan feb mar apr jun jul aug sep sept oct nov dec
    januar februar märz maerz mai juni juli oktober dezember jänner mär mrz okt dez
    janvier février fevrier mars avril juin juillet août aout septembre octobre novembre décembre decembre
    janv févr fevr avr juil déc
    enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre ene abr ago dic
    spring summer autumn fall winter frühling sommer herbst
    quarter quartal trimestre half halbjahr semester semestre fy cy gj hj kw cw wk week woche
    first second third fourth er ère ème erstes zweites drittes viertes st nd rd th am pm
    ii iii iv vi vii viii ix
    version ver vers rev revision edition ausgabe part teil page pages seite seiten no nr num number
    draft entwurf brouillon borrador final finale fin endfassung endgültig definitiv fertig
    new neu neue neues updated update aktualisiert latest current aktuell old alt
    copy copies kopie copie copia duplicate korr korrigiert corrected clean fixed signed approved
    the an and or of for to from by with at in on und oder von vom zu zum für der die das den ein eine um mit
    le la les de des du et pour par el los las del para con
    """.split()  # noqa: SIM905  # a list of words reads best as words
)
"""Words that the next file of the same sort will not have: dates, periods, versions, and the small words between."""
_SAYING_NOTHING = frozenset(
    """
    scan scans scanned scanner doc docs document documents file files image images img dsc dscn pxl photo photos
    pic pics picture pictures screenshot screenshots screen shot snip capture attachment attachments untitled unnamed noname
    nameless download downloads export output print printout fax pdf docx doc pptx ppt xlsx xls odt odp ods rtf txt csv
    png jpg jpeg html htm zip eml msg
    presentation presentations slides spreadsheet sheet sheets workbook book table text mail email message
    notes note info material materials misc stuff test temp tmp sample
    dokument dokumente datei bild bilder foto fotos bildschirmfoto anhang anlage anlagen unbenannt ohne titel
    präsentation praesentation tabelle mappe arbeitsmappe
    fichier numérisation numerisation présentation pièce jointe sans titre classeur feuille
    documento archivo imagen escaneo escaneado presentación presentacion sin título titulo adjunto libro hoja
    whats app cam tap full size render power point adobe microsoft word excel powerpoint google xerox epson brother canon ricoh kyocera
    konica minolta mfp skm ccf hp
    """.split()  # noqa: SIM905  # a list of words reads best as words
)
"""Words that devices and programs write, and people too who do not say what a file is."""


def pattern_of(filename: str, *, common: frozenset[str] = frozenset()) -> str | None:
    """The words by which the next file of the same sort is known; None where the name tells nothing.

    "Acme Q3 plan v2.pdf" and "acme_plan-2027-01 FINAL (2).docx" have the same pattern, "acme plan". Two names match
    where their patterns are equal: digits, dates, periods, versions and the ending do not count. What a scanner or an
    office program calls a file tells nothing, and neither do the words of `common`, such as the client's name: that says
    whose a file is, not what. Beside a word that tells, they stand in the pattern: a brand book is not a brand deck.
    """
    stem = _ENDING.sub("", re.split(r"[\\/]", filename)[-1].strip())
    found = dict.fromkeys(_LETTERS.findall(fold(stem)))
    words = [word for word in found if word not in _PASSING]
    telling = [word for word in words if not (word in common or word in _SAYING_NOTHING)]
    return " ".join(words) if any(_is_long(word) for word in telling) else None


def _is_long(word: str) -> bool:
    """Two letters are an abbreviation, or a camera's; two signs of another script are a word."""
    return len(word) > 2 or not word.isascii()


def common_words(project: Project) -> frozenset[str]:
    """What any file of a project may be called after: its client and the project itself."""
    return frozenset(_LETTERS.findall(fold(f"{project.client.name} {project.title}")))


def lesson_from(document: Document, kind: Kind, project: Project, *, own: bool) -> NewLesson | None:
    """What a person's word that a document is of this kind teaches; None for a link, which has no octets to know again.

    Saying yes teaches too. `own` says that the kind is one of the operator's, of which the document is an example then.
    """
    if document.url is not None:
        return None
    found = document.classification
    return NewLesson(
        kind=kind,
        taken_for=found.read_as or found.kind,
        pattern=pattern_of(document.filename, common=common_words(project)),
        is_example=own,
    )


@dataclass(frozen=True, slots=True)
class Newcomer:
    """A document as it came, and what was read in it."""

    filename: str = field(repr=False)
    sha256: Sha256
    sketch: tuple[int, ...] = field(repr=False)
    classification: Classification


class _By(IntEnum):
    """How a lesson knows a document: the more surely, the more it counts."""

    NAME = 1
    TEXT = 2
    OCTETS = 3


_OF = {
    _By.NAME: "of a file with a name like this",
    _By.TEXT: "of a file with nearly the same text",
    _By.OCTETS: "of this very file",
}


@dataclass(frozen=True, slots=True)
class _Match:
    """A lesson that knows a document. `own`: it is about this sender's documents, not another's of the same project."""

    lesson: Lesson
    by: _By
    own: bool


def learned(
    newcomer: Newcomer, lessons: Sequence[Lesson], project: Project, *, sender: Address
) -> Classification:
    """What a document is, as far as lessons know it; what was read in it where none does.

    A lesson outweighs the model: a person's word about last quarter's file is better than the same doubt, or the same
    mistake, every quarter. But a freelancer would rather be asked than have an invoice filed as the plan because of its
    name. So a lesson that knows only the name gives the kind and leaves the document unsure where the content clearly is
    a third thing: neither what the lesson says, nor what the lesson's own document was mistaken for. Answering that
    question teaches too, and it is not asked again. Other people's lessons that contradict each other are a question.

    The period and span are those of the kind that was read; where the kind changes they are left to be read anew.
    """
    found = newcomer.classification
    pattern = pattern_of(newcomer.filename)
    matches = [
        _Match(lesson, by, own=lesson.sender == sender)
        for lesson in lessons
        if (by := _known_by(lesson, newcomer, pattern)) is not None
    ]
    if not matches or found.problem is not None:
        return found
    best = max(matches, key=lambda match: (match.by, match.own, match.lesson.taught_at))
    if found.sure and found.kind == best.lesson.kind:
        return found
    doubt = _doubt(best, matches, found)
    day = local_day(project, best.lesson.taught_at)
    said = f"you said so on {day.day} {day:%B %Y} {_OF[best.by]}"
    if found.kind == best.lesson.kind:
        return replace(
            found,
            sure=doubt is None,
            confidence=DOUBTED if doubt else max(TAUGHT, found.confidence),
            evidence=(said, *([doubt] if doubt else found.evidence)),
        )
    return Classification(
        kind=best.lesson.kind,
        confidence=DOUBTED if doubt else TAUGHT,
        sure=doubt is None,
        alternatives=(
            Alternative(found.kind, found.confidence),
            *(other for other in found.alternatives if other.kind != best.lesson.kind),
        ),
        document_date=found.document_date,
        pages=found.pages,
        title=found.title,
        evidence=(said, doubt or f"by itself it looks more like {_called(found.kind)}"),
        read_as=found.kind,
    )


def _known_by(lesson: Lesson, newcomer: Newcomer, pattern: str | None) -> _By | None:
    """What a lesson knows a document by, None where it does not know it."""
    if newcomer.sha256 == lesson.sha256:
        return _By.OCTETS
    if resemblance(newcomer.sketch, lesson.sketch) >= NEARLY_ALL:
        return _By.TEXT
    return _By.NAME if lesson.pattern is not None and lesson.pattern == pattern else None


def _doubt(best: _Match, matches: Sequence[_Match], found: Classification) -> str | None:
    """Why a person should look all the same, None where the lesson decides."""
    lesson = best.lesson
    for match in matches:
        if (match.by, match.own) == (best.by, best.own) and match.lesson.kind != lesson.kind:
            return f"but {_called(match.lesson.kind)} was said of another one like it"
    clear = found.sure or found.confidence >= CERTAIN
    if best.by is _By.NAME and clear and found.kind not in {lesson.kind, lesson.taken_for}:
        return f"but its content says clearly {_called(found.kind)}"
    return None


def _called(kind: Kind) -> str:
    return "something else" if kind == OTHER else f"“{kind.replace('_', ' ')}”"
