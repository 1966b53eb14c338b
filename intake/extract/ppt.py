"""Slides of PowerPoint 97 to 2003 (MS-PPT): the text of each slide, without that of masters and notes.

The file is a chain of edits; a directory says where the newest form of each slide lies. Text in placeholders stands in
the slide list, all other text in the drawing of the slide. What a master shows in an empty placeholder is never text.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from intake.extract.compound import Compound
from intake.extract.content import Findings, assemble, stop
from intake.extract.limits import ExtractLimits
from intake.model import Extract, Family, Page, Problem, Unusable

_DOCUMENT, _DOCUMENT_ATOM, _SLIDE, _NOTES = 0x03E8, 0x03E9, 0x03EE, 0x03F0
_SLIDE_LIST, _SLIDE_PERSIST = 0x0FF0, 0x03F3
_TEXT_HEADER, _TEXT_CHARS, _TEXT_BYTES, _OUTLINE_TEXT = 0x0F9F, 0x0FA0, 0x0FA8, 0x0F9E
_USER_EDIT, _PERSIST_DIRECTORY = 0x0FF5, 0x1772
_SHAPE, _SHAPE_ATOM, _PICTURE_FRAME = 0xF004, 0xF00A, 75
_ENCRYPTED = 0xF3D1C4DF  # the header token of the Current User stream (MS-PPT 2.3.2)
_TITLES = frozenset({0, 6})  # TextTypeEnum: title, centred title
_OF_SLIDES = 0  # the instance of the slide list; 1 is that of masters, 2 that of notes
_UNITS_PER_POINT = 8  # 576 to the inch
_LEVELS = 24
_RECORDS = 400_000
_EDITS = 1_000
_HEADER = struct.Struct("<HHI")


@dataclass(frozen=True, slots=True)
class Record:
    """One record: what it is, and where its content lies in the stream."""

    kind: int
    instance: int
    container: bool
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Text:
    kind: int
    text: str = field(repr=False)


def read(octets: bytes, *, limits: ExtractLimits) -> Extract | Unusable:
    """One page a slide, in the order of the presentation, hidden ones too."""
    file = Compound(octets)
    user = file.stream("Current User") if "Current User" in file else b""
    if "EncryptedSummary" in file or _number(user, 12) == _ENCRYPTED:
        raise stop(Problem.LOCKED)
    presentation = Presentation(file.stream("PowerPoint Document"), last_edit=_number(user, 16))
    slides = list(presentation.slides(limits.pages))
    headings = [heading for slide in slides for heading in slide.headings]
    findings = Findings(
        page_count=presentation.count,
        title=file.title() or next(iter(headings), None),
        headings=headings,
        document_date=file.saved_on(),
    )
    width, height = presentation.size
    pages = [Page("\n".join(slide.lines), width, height, slide.pictures) for slide in slides]
    return assemble(Family.SLIDES, pages, limits=limits, method="ppt", findings=findings)


@dataclass(frozen=True, slots=True)
class Slide:
    """What is on one slide."""

    lines: tuple[str, ...] = field(repr=False)
    headings: tuple[str, ...] = field(repr=False)
    pictures: int


class Presentation:
    """The PowerPoint Document stream. `last_edit` is where the Current User stream says that the newest edit lies."""

    def __init__(self, octets: bytes, *, last_edit: int | None) -> None:
        self._octets = octets
        self._left = _RECORDS
        top = list(self.records(0, len(octets)))
        documents = [record for record in top if record.kind == _DOCUMENT]
        if not documents:
            raise stop(Problem.UNREADABLE, "no document in the presentation")
        self._places = dict(_persisted(octets, last_edit))
        inside = list(self.records(documents[-1].start, documents[-1].end))
        self.size = self._slide_size(inside)
        self._outline = self._outlined(inside)
        self._unlisted = [record for record in top if record.kind == _SLIDE]
        self.count = len(self._outline) or len(self._unlisted)

    def records(self, start: int, end: int) -> Iterator[Record]:
        """The records between two offsets, one after another; what does not fit ends them."""
        while start + _HEADER.size <= end and self._left > 0:
            self._left -= 1
            version, kind, size = _HEADER.unpack_from(self._octets, start)
            start += _HEADER.size
            if start + size > end:
                return
            yield Record(kind, version >> 4, version & 0xF == 0xF, start, start + size)
            start += size

    def slides(self, most: int) -> Iterator[Slide]:
        """The first slides. Where no list of slides is left, those that lie in the stream, as they lie."""
        if not self._outline:
            for record in self._unlisted[:most]:
                yield self._slide(record, ())
            return
        for number, texts in self._outline[:most]:
            yield self._slide(self._at(self._places.get(number)), texts)

    def _at(self, offset: int | None) -> Record | None:
        if offset is None or offset >= len(self._octets):
            return None
        found = next(self.records(offset, len(self._octets)), None)
        return found if found and found.kind == _SLIDE else None

    def _slide(self, record: Record | None, outline: tuple[_Text, ...]) -> Slide:
        """The text of the drawing; of the outline where the drawing cannot be found, or does not point to it."""
        drawn = list(self._drawn(record, outline)) if record else []
        texts = [entry for entry in drawn if entry is not None]
        texts.extend(entry for entry in outline if entry not in texts)
        titles = [entry.text for entry in texts if entry.kind in _TITLES]
        lines = [line for entry in texts for line in entry.text.split("\n") if line.strip()]
        return Slide(tuple(lines), tuple(titles), sum(entry is None for entry in drawn))

    def _drawn(self, slide: Record, outline: tuple[_Text, ...]) -> Iterator[_Text | None]:
        """The texts of a drawing in its order; None stands for a picture."""
        kind = -1
        for record in self._inside(slide, _LEVELS):
            if record.kind == _TEXT_HEADER:
                kind = _number(self._octets, record.start) or 0
            elif record.kind == _OUTLINE_TEXT:
                index = _number(self._octets, record.start)
                if index is not None and index < len(outline):
                    yield outline[index]
            elif record.kind in {_TEXT_CHARS, _TEXT_BYTES}:
                yield _Text(kind, self._text(record))
            elif record.kind == _SHAPE_ATOM and record.instance == _PICTURE_FRAME:
                yield None

    def _inside(self, record: Record, levels: int) -> Iterator[Record]:
        for entry in self.records(record.start, record.end):
            if entry.container and levels and entry.kind != _NOTES:
                yield from self._inside(entry, levels - 1)
            else:
                yield entry

    def _text(self, record: Record) -> str:
        octets = self._octets[record.start : record.end]
        if record.kind == _TEXT_CHARS:
            text = octets.decode("utf-16-le", "replace")
        else:  # the low octets of UTF-16 whose high ones are all 0
            text = octets.decode("latin-1")
        return text.replace("\r", "\n").replace("\x0b", " ")

    def _outlined(self, document: list[Record]) -> list[tuple[int, tuple[_Text, ...]]]:
        """The slides of the slide list with their placeholders' texts; the number is that of the directory."""
        slides: list[tuple[int, list[_Text]]] = []
        lists = (
            entry
            for entry in document
            if entry.kind == _SLIDE_LIST and entry.instance == _OF_SLIDES
        )
        for record in (entry for found in lists for entry in self.records(found.start, found.end)):
            if record.kind == _SLIDE_PERSIST:
                slides.append((_number(self._octets, record.start) or 0, []))
            elif record.kind == _TEXT_HEADER and slides:
                slides[-1][1].append(_Text(_number(self._octets, record.start) or 0, ""))
            elif record.kind in {_TEXT_CHARS, _TEXT_BYTES} and slides and slides[-1][1]:
                header = slides[-1][1].pop()
                slides[-1][1].append(_Text(header.kind, self._text(record)))
        return [(number, tuple(texts)) for number, texts in slides]

    def _slide_size(self, document: list[Record]) -> tuple[float, float]:
        for record in document:
            if record.kind == _DOCUMENT_ATOM and record.end - record.start >= 8:
                width, height = struct.unpack_from("<ii", self._octets, record.start)
                return max(width, 0) / _UNITS_PER_POINT, max(height, 0) / _UNITS_PER_POINT
        return 0.0, 0.0


def _persisted(octets: bytes, last_edit: int | None) -> Iterator[tuple[int, int]]:
    """Number and offset of every object, oldest edit first, so that a dictionary keeps the newest (MS-PPT 2.3.3)."""
    directories: list[int] = []
    edit, seen = last_edit, set[int]()
    while edit and edit not in seen and len(seen) < _EDITS:
        seen.add(edit)
        if _number(octets, edit, "<xxH") != _USER_EDIT:
            break
        directory = _number(octets, edit + 20)
        if directory is not None:
            directories.append(directory)
        edit = _number(octets, edit + 16)
    for offset in reversed(directories):
        yield from _directory(octets, offset)


def _directory(octets: bytes, offset: int) -> Iterator[tuple[int, int]]:
    if _number(octets, offset, "<xxH") != _PERSIST_DIRECTORY:
        return
    end = min(offset + 8 + (_number(octets, offset + 4) or 0), len(octets))
    offset += 8
    while offset + 4 <= end:
        packed = _number(octets, offset) or 0
        first, count = packed & 0xFFFFF, packed >> 20
        offset += 4
        count = min(count, (end - offset) // 4)
        places = struct.unpack_from(f"<{count}I", octets, offset)
        yield from zip(range(first, first + count), places, strict=True)
        offset += 4 * count


def _number(octets: bytes, offset: int, form: str = "<I") -> int | None:
    """The number at an offset, None where the octets end before it."""
    if offset < 0 or offset + struct.calcsize(form) > len(octets):
        return None
    number: int = struct.unpack_from(form, octets, offset)[0]
    return number
