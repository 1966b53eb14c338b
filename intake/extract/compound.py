"""Compound files (MS-CFB), the containers of Office 97 to 2003 and of Outlook, through olefile: streams, title and date.

What the header and the property sets claim is checked against the octets there are, because olefile believes a count of
four thousand million.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from io import BytesIO

import olefile

from intake.extract.content import own_title, stop
from intake.model import Problem

_STREAM_OCTETS = 64 * 2**20
_ENTRIES = 20_000
_HEADER_OCTETS = 512
_SECTORS = {9: 512, 12: 4096}
_BROKEN = (OSError, ValueError, IndexError, TypeError, RecursionError, struct.error)
_SUMMARY = "\x05SummaryInformation"
# Windows code pages that Python knows by another name.
_CODE_PAGES = {1200: "utf-16-le", 10000: "mac_roman", 65001: "utf-8"}
_FIRST_DAY = date(1985, 1, 1)  # a clock that was never set says 1601 or 1980
_EPOCH = datetime(1601, 1, 1, tzinfo=UTC)


class Compound:
    """One compound file; what is broken in it stops with UNREADABLE."""

    def __init__(self, octets: bytes) -> None:
        _refuse_claims(octets)
        try:
            self._file = olefile.OleFileIO(BytesIO(octets))
        except _BROKEN as error:
            raise stop(Problem.UNREADABLE, "broken compound file") from error
        self._summary: Summary | None = None

    def __contains__(self, name: str) -> bool:
        return bool(self._file.exists(name))

    def stream(self, name: str, *, whole: bool = False) -> bytes:
        """The octets of one stream, as many as there are or all; stops with TOO_LARGE or UNREADABLE."""
        try:
            size = self._file.get_size(name)
            if size > _STREAM_OCTETS:
                raise stop(Problem.TOO_LARGE, "a stream is too large")
            octets: bytes = self._file.openstream(name).read()
        except _BROKEN as error:
            raise stop(Problem.UNREADABLE, "broken compound file") from error
        if whole and len(octets) < size:
            raise stop(Problem.UNREADABLE, "a stream is cut off")
        return octets

    def paths(self) -> tuple[str, ...]:
        """The streams, each with the storages that hold it before it, parted by "/"; stops with TOO_LARGE or UNREADABLE."""
        try:
            if len(self._file.direntries) > _ENTRIES:
                raise stop(Problem.TOO_LARGE, "too many streams")
            listed: list[list[str]] = self._file.listdir(streams=True, storages=False)
        except _BROKEN as error:
            raise stop(Problem.UNREADABLE, "broken compound file") from error
        return tuple("/".join(path) for path in listed)

    def title(self) -> str | None:
        """The title of the summary information (MS-OLEPS), None where a program and not a person wrote it."""
        return own_title(self._summarised().title)

    def saved_on(self) -> date | None:
        """The day on which it was last saved."""
        return self._summarised().saved_on

    def _summarised(self) -> Summary:
        if self._summary is None:
            try:
                octets = self._file.openstream(_SUMMARY).read(_STREAM_OCTETS)
                self._summary = summary(octets)
            except _BROKEN:  # a broken property set is no reason not to read the document
                self._summary = Summary()
        return self._summary


@dataclass(frozen=True, slots=True)
class Summary:
    """What a program notes of a document (MS-OLEPS 3.1), as far as it matters here."""

    title: str | None = field(default=None, repr=False)
    saved_on: date | None = None


_CODE_PAGE, _TITLE, _SAVED = 1, 2, 13
_VT_I2, _VT_LPSTR, _VT_LPWSTR, _VT_FILETIME = 2, 0x1E, 0x1F, 0x40
_MOST_PROPERTIES = 200


def summary(octets: bytes) -> Summary:
    """Three properties of the first property set; struct.error where it is cut off. No claimed count is believed."""
    (start,) = struct.unpack_from("<I", octets, 44)
    (count,) = struct.unpack_from("<I", octets, start + 4)
    places: dict[int, int] = {}
    for number in range(min(count, _MOST_PROPERTIES)):
        identifier, offset = struct.unpack_from("<II", octets, start + 8 + 8 * number)
        places.setdefault(identifier, start + offset)
    page = _code_page(octets, places.get(_CODE_PAGE))
    return Summary(_text(octets, places.get(_TITLE), page), _day(octets, places.get(_SAVED)))


def _code_page(octets: bytes, place: int | None) -> str:
    if place is None or struct.unpack_from("<I", octets, place)[0] != _VT_I2:
        return "cp1252"
    (number,) = struct.unpack_from("<H", octets, place + 4)
    return _CODE_PAGES.get(number, f"cp{number}")


def _text(octets: bytes, place: int | None, page: str) -> str | None:
    if place is None:
        return None
    kind, size = struct.unpack_from("<II", octets, place)
    if kind not in {_VT_LPSTR, _VT_LPWSTR}:
        return None
    wide = kind == _VT_LPWSTR
    text = octets[place + 8 : place + 8 + (2 * size if wide else size)]
    try:
        return text.decode("utf-16-le" if wide else page).partition("\x00")[0]
    except (LookupError, ValueError):
        return text.decode("cp1252", "replace").partition("\x00")[0]


def _day(octets: bytes, place: int | None) -> date | None:
    if place is None or struct.unpack_from("<I", octets, place)[0] != _VT_FILETIME:
        return None
    moment = moment_of(octets[place + 4 : place + 12])
    return moment.date() if moment is not None and moment.date() >= _FIRST_DAY else None


def moment_of(octets: bytes) -> datetime | None:
    """A FILETIME (MS-DTYP 2.3.3) as an aware time, None where it is none."""
    ticks = int.from_bytes(octets, "little")
    try:
        return _EPOCH + timedelta(microseconds=ticks // 10) if ticks else None
    except OverflowError:
        return None


def _refuse_claims(octets: bytes) -> None:
    """Stop where the header (MS-CFB 2.2) claims more sectors than there are octets for, or sectors of a size of its own."""
    if len(octets) < _HEADER_OCTETS:
        raise stop(Problem.UNREADABLE, "broken compound file")
    shift, mini_shift = struct.unpack_from("<HH", octets, 30)
    tables, _, _, _, _, mini_tables, _, lists = struct.unpack_from("<8I", octets, 44)
    size = _SECTORS.get(shift)
    if size is None or mini_shift != 6 or max(tables, mini_tables, lists) > len(octets) // size:
        raise stop(Problem.UNREADABLE, "broken compound file")
