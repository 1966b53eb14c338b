"""Keynote, Pages and Numbers: the PDF preview where there is one, else the text in the archives, else the preview picture.

Of a picture the text counts only where OCR finds some: what cannot be read is better asked for as a PDF than guessed.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from intake.extract import iwa, pdf, picture
from intake.extract.content import Findings, assemble, stop
from intake.extract.limits import ExtractLimits
from intake.extract.package import Package
from intake.model import Extract, Family, Page, Problem, Unusable

_PREVIEW = "QuickLook/Preview.pdf"
_PICTURES = ("preview.jpg", "QuickLook/Thumbnail.jpg")
_PASSWORD = (".iwph", ".iwpv2")
_DOCUMENT = "Index/Document.iwa"
_SLIDE_ARCHIVES = "Index/Slide"
_SHOW, _NODE, _SLIDE, _PLACEHOLDER, _STORAGE, _IMAGE = 2, 4, 5, 7, 2001, 3005
_TITLE = 2  # the kind of a placeholder
_BODY, _TEXT_BOX, _NOTE = 0, 3, 4  # the kinds of a storage; a text box need not say that it is one
_TITLE_CHARACTERS = 100
_ATTACHED = "\ufffc"
_LEVELS = 16


def read_keynote(octets: bytes, *, limits: ExtractLimits) -> Extract | Unusable:
    """One page a slide, in the order of the show."""
    package = _package(octets)
    return (
        _preview(package, Family.SLIDES, limits) or _show(package, limits) or _seen(package, limits)
    )


def read_other(octets: bytes, *, limits: ExtractLimits) -> Extract | Unusable:
    """Pages and Numbers: the text of a Pages document without its tables; of Numbers the preview at most."""
    package = _package(octets)
    return (
        _preview(package, Family.WORDS, limits) or _story(package, limits) or _seen(package, limits)
    )


def _package(octets: bytes) -> Package:
    package = Package(octets)
    if any(name in package for name in _PASSWORD):
        raise stop(Problem.LOCKED)
    return package


def _preview(package: Package, family: Family, limits: ExtractLimits) -> Extract | None:
    if _PREVIEW not in package:
        return None
    found = pdf.read(package.read(_PREVIEW), limits=limits)
    return replace(found, family=family) if isinstance(found, Extract) else None


def _seen(package: Package, limits: ExtractLimits) -> Extract | Unusable:
    for name in _PICTURES:
        if name in package:
            found = picture.read(package.read(name), limits=limits)
            if isinstance(found, Extract) and (found.text or found.late):
                return found
    raise stop(Problem.UNSUPPORTED, "iWork without a preview")


@dataclass(frozen=True, slots=True)
class _Shown:
    """What is on one slide."""

    titles: tuple[str, ...] = field(repr=False)
    texts: tuple[str, ...] = field(repr=False)
    pictures: int


def _show(package: Package, limits: ExtractLimits) -> Extract | Unusable | None:
    slides = _slides(package)
    if not slides:
        return None
    document = list(iwa.messages(package.read(_DOCUMENT))) if _DOCUMENT in package else []
    try:
        numbers = [number for number in _order(document) if number in slides] or list(slides)
        shown = [_shown(slides[number]) for number in numbers[: limits.pages]]
        width, height = _size(document)
    except (IndexError, struct.error) as error:
        raise stop(Problem.UNREADABLE, "broken archive") from error
    headings = [title for slide in shown for title in slide.titles]
    pages = [
        Page("\n".join((*slide.titles, *slide.texts)), width, height, slide.pictures)
        for slide in shown
    ]
    title = next(iter(headings), None)
    findings = Findings(page_count=len(numbers), title=title, headings=headings)
    found = assemble(Family.SLIDES, pages, limits=limits, method="iwork", findings=findings)
    return found if isinstance(found, Extract) and found.text else None


def _slides(package: Package) -> dict[int, Sequence[iwa.Message]]:
    """The messages of every slide by its number, in the order of the package."""
    slides: dict[int, Sequence[iwa.Message]] = {}
    for name in package.names(_SLIDE_ARCHIVES):
        if name.endswith(".iwa"):
            held = list(iwa.messages(package.read(name)))
            slides.update({entry.number: held for entry in held if entry.kind == _SLIDE})
    return slides


def _shown(held: Sequence[iwa.Message]) -> _Shown:
    """A storage of text comes right behind the placeholder that it belongs to. Notes are left out."""
    titles: list[str] = []
    texts: list[str] = []
    title = False
    for entry in held:
        if entry.kind == _PLACEHOLDER:
            title = next(iwa.numbers(entry.octets, 2), 0) == _TITLE
        elif entry.kind == _STORAGE:
            text = _text(entry)
            if text and _storage_kind(entry) != _NOTE:
                (titles if title and _is_heading(text) else texts).append(text)
            title = False
    return _Shown(tuple(titles), tuple(texts), sum(entry.kind == _IMAGE for entry in held))


def _story(package: Package, limits: ExtractLimits) -> Extract | Unusable | None:
    if _DOCUMENT not in package:
        return None
    try:
        stories = [
            _text(entry)
            for entry in iwa.messages(package.read(_DOCUMENT))
            if entry.kind == _STORAGE and _storage_kind(entry) in {_BODY, _TEXT_BOX}
        ]
    except IndexError as error:
        raise stop(Problem.UNREADABLE, "broken archive") from error
    page = Page("\n".join(filter(None, stories)))
    found = assemble(Family.WORDS, [page], limits=limits, method="iwork", findings=Findings())
    return found if isinstance(found, Extract) else None


def _is_heading(text: str) -> bool:
    """People write whole paragraphs into the place of the title."""
    return len(text) <= _TITLE_CHARACTERS and "\n" not in text


def _storage_kind(storage: iwa.Message) -> int:
    return next(iwa.numbers(storage.octets, 1), _TEXT_BOX)


def _text(storage: iwa.Message) -> str:
    text = "\n".join(entry.decode("utf-8", "replace") for entry in iwa.fields(storage.octets, 3))
    return text.replace(_ATTACHED, "").strip()


def _order(document: Sequence[iwa.Message]) -> Iterator[int]:
    """The numbers of slides as the tree of the show has them: a root with children, or a list."""
    nodes = {entry.number: entry.octets for entry in document if entry.kind == _NODE}
    for show in (entry.octets for entry in document if entry.kind == _SHOW):
        for tree in iwa.fields(show, 3):
            for first in (1, 2):
                for number in _referred(tree, first):
                    yield from _under(number, nodes, _LEVELS)


def _under(number: int, nodes: Mapping[int, bytes], levels: int) -> Iterator[int]:
    node = nodes.get(number, b"")
    yield from _referred(node, 2)
    if levels:
        for child in _referred(node, 1):
            yield from _under(child, nodes, levels - 1)


def _referred(message: bytes, number: int) -> Iterator[int]:
    for reference in iwa.fields(message, number):
        yield from iwa.numbers(reference, 1)


def _size(document: Sequence[iwa.Message]) -> tuple[float, float]:
    for show in (entry.octets for entry in document if entry.kind == _SHOW):
        for size in iwa.fields(show, 4):
            width, height = (next(iwa.fields(size, number), b"\x00" * 4) for number in (1, 2))
            return struct.unpack("<f", width)[0], struct.unpack("<f", height)[0]
    return 0.0, 0.0
