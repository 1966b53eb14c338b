"""RTF through striprtf; the size of the paper and the title are read off the control words."""

from __future__ import annotations

import re
from collections.abc import Callable

from striprtf.striprtf import rtf_to_text

from intake.extract.content import Findings, assemble, stop
from intake.extract.limits import ExtractLimits
from intake.model import Extract, Family, Page, Problem, Unusable

_TWIPS_PER_POINT = 20
_OCTETS = 8 * 2**20
_PICTURE = re.compile(r"\\pict\b")
_PICTURE_DIGITS = re.compile(r"[0-9a-fA-F\s]{200,}")
_TITLE = re.compile(r"\{\\title\s([^{}\\]{1,300})\}")
_WIDTH = re.compile(r"\\paperw(\d{1,6})\b")
_HEIGHT = re.compile(r"\\paperh(\d{1,6})\b")
_to_text: Callable[[str, str, str], str] = rtf_to_text  # the library left it untyped
_ROW = re.compile(r"\\trowd\b")


def read(octets: bytes, *, limits: ExtractLimits) -> Extract | Unusable:
    """Pictures are dropped before the text is looked for: their digits are most of such a file."""
    source = _PICTURE_DIGITS.sub("", octets.decode("latin-1"))
    if len(source) > _OCTETS:
        raise stop(Problem.TOO_LARGE, "too much RTF")
    try:
        text = _to_text(source, "cp1252", "replace")
    except (ValueError, LookupError, IndexError, TypeError, AttributeError) as error:
        raise stop(Problem.UNREADABLE, "broken RTF") from error
    title = _TITLE.search(source)
    page = Page(
        text.replace("|", "\t") if _ROW.search(source) else text,
        width=_points(_WIDTH, source),
        height=_points(_HEIGHT, source),
        pictures=len(_PICTURE.findall(source)),
    )
    findings = Findings(title=title[1] if title else None, tables=int(bool(_ROW.search(source))))
    return assemble(Family.WORDS, [page], limits=limits, method="striprtf", findings=findings)


def _points(pattern: re.Pattern[str], source: str) -> float:
    found = pattern.search(source)
    return int(found[1]) / _TWIPS_PER_POINT if found else 0.0
