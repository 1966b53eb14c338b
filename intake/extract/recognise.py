"""Decides as what octets are to be read: what they show comes first, what they are called only tells texts apart."""

from __future__ import annotations

from enum import StrEnum
from pathlib import PurePath

from intake.extract.content import stop
from intake.extract.sniff import IWORK, KEYNOTE, sniff
from intake.model import Problem

_OOXML = "application/vnd.openxmlformats-officedocument"
_ODF = "application/vnd.oasis.opendocument"
_EXCEL = "application/vnd.ms-excel"


class Format(StrEnum):
    """A format that can be read."""

    PDF = "pdf"
    PPTX = "pptx"
    ODP = "odp"
    DOCX = "docx"
    ODT = "odt"
    RTF = "rtf"
    WORKBOOK = "workbook"
    CSV = "csv"
    CALENDAR = "calendar"
    HTML = "html"
    MARKDOWN = "markdown"
    PLAIN = "plain"
    PICTURE = "picture"
    PPT = "ppt"
    DOC = "doc"
    KEYNOTE = "keynote"
    IWORK = "iwork"


_BY_MEDIA_TYPE = {
    "application/pdf": Format.PDF,
    f"{_OOXML}.presentationml.presentation": Format.PPTX,
    f"{_ODF}.presentation": Format.ODP,
    f"{_ODF}.presentation-template": Format.ODP,
    f"{_OOXML}.wordprocessingml.document": Format.DOCX,
    f"{_ODF}.text": Format.ODT,
    f"{_ODF}.text-template": Format.ODT,
    "application/rtf": Format.RTF,
    "text/rtf": Format.RTF,
    f"{_OOXML}.spreadsheetml.sheet": Format.WORKBOOK,
    _EXCEL: Format.WORKBOOK,
    f"{_EXCEL}.sheet.binary.macroEnabled.12": Format.WORKBOOK,
    f"{_ODF}.spreadsheet": Format.WORKBOOK,
    f"{_ODF}.spreadsheet-template": Format.WORKBOOK,
    "text/csv": Format.CSV,
    "text/tab-separated-values": Format.CSV,
    "text/calendar": Format.CALENDAR,
    "text/html": Format.HTML,
    "application/xhtml+xml": Format.HTML,
    "text/markdown": Format.MARKDOWN,
    "text/plain": Format.PLAIN,
    "application/json": Format.PLAIN,
    "application/xml": Format.PLAIN,
    "image/png": Format.PICTURE,
    "image/jpeg": Format.PICTURE,
    "image/gif": Format.PICTURE,
    "image/webp": Format.PICTURE,
    "image/bmp": Format.PICTURE,
    "image/tiff": Format.PICTURE,
    "application/vnd.ms-powerpoint": Format.PPT,
    "application/msword": Format.DOC,
    KEYNOTE: Format.KEYNOTE,
    IWORK: Format.IWORK,
}
_BY_SUFFIX = {
    ".pdf": Format.PDF,
    ".pptx": Format.PPTX,
    ".pptm": Format.PPTX,
    ".ppsx": Format.PPTX,
    ".odp": Format.ODP,
    ".docx": Format.DOCX,
    ".docm": Format.DOCX,
    ".odt": Format.ODT,
    ".rtf": Format.RTF,
    ".xlsx": Format.WORKBOOK,
    ".xlsm": Format.WORKBOOK,
    ".xls": Format.WORKBOOK,
    ".ods": Format.WORKBOOK,
    ".csv": Format.CSV,
    ".tsv": Format.CSV,
    ".ics": Format.CALENDAR,
    ".html": Format.HTML,
    ".htm": Format.HTML,
    ".md": Format.MARKDOWN,
    ".markdown": Format.MARKDOWN,
    ".txt": Format.PLAIN,
    ".text": Format.PLAIN,
    ".png": Format.PICTURE,
    ".jpg": Format.PICTURE,
    ".jpeg": Format.PICTURE,
    ".gif": Format.PICTURE,
    ".webp": Format.PICTURE,
    ".bmp": Format.PICTURE,
    ".tif": Format.PICTURE,
    ".tiff": Format.PICTURE,
    ".ppt": Format.PPT,
    ".pps": Format.PPT,
    ".doc": Format.DOC,
    ".key": Format.KEYNOTE,
    ".pages": Format.IWORK,
    ".numbers": Format.IWORK,
}
_TEXTS = frozenset({Format.CSV, Format.CALENDAR, Format.HTML, Format.MARKDOWN, Format.PLAIN})
# Exports of web shops and old systems: tables of text or HTML that are called .xls.
_SPREADSHEET_SUFFIXES = frozenset({".xls", ".xlsx"})
# Programs of the eighties and nineties wrote text and called it so; ".key" is also what keys are called.
_TEXT_SUFFIXES = frozenset({".doc", ".key", ".pages"})


def recognise(octets: bytes, *, filename: str | None, media_type: str) -> Format:
    """The format; stops with LOCKED, UNSUPPORTED, or UNREADABLE where a name promises what the octets do not show."""
    sniffed = sniff(octets, filename)
    if sniffed == "application/x-ole-encrypted":
        raise stop(Problem.LOCKED)
    suffix = PurePath(filename or "").suffix.lower()
    claimed = _BY_SUFFIX.get(suffix) or _BY_MEDIA_TYPE.get(media_type.partition(";")[0].lower())
    shown = _BY_MEDIA_TYPE.get(sniffed or "")
    if shown is Format.PLAIN:
        return _plain(octets, suffix, claimed)
    if shown is not None:
        return shown
    if sniffed == "message/rfc822" and claimed in _TEXTS:
        return claimed
    if sniffed is None and claimed is not None:
        return _unseen(octets, claimed)
    if sniffed == "application/zip" and claimed is not None and claimed not in _TEXTS:
        raise stop(Problem.UNREADABLE, "broken package")
    raise stop(Problem.UNSUPPORTED, sniffed or "unknown")


def _plain(octets: bytes, suffix: str, claimed: Format | None) -> Format:
    """Text has no signature, so here the name counts; a PDF that is text is broken, not text."""
    if claimed is None or suffix in _TEXT_SUFFIXES:
        return Format.PLAIN
    if claimed in _TEXTS:
        return claimed
    if suffix in _SPREADSHEET_SUFFIXES:
        return Format.CSV
    if not octets.strip():
        raise stop(Problem.EMPTY)
    raise stop(Problem.UNREADABLE, "not what its name says")


def _unseen(octets: bytes, claimed: Format) -> Format:
    """Octets that show nothing: text in an old charset may look so, anything else is broken."""
    if claimed in _TEXTS and b"\x00" not in octets[:4096]:
        return claimed
    raise stop(Problem.UNREADABLE, "not what its name says")
