"""Octets to what is in a document, one module a family of formats.

`extract` answers every input with a value, never an exception; it is to run in a guarded child process all the same,
because memory and time are bounded only there. Readers' libraries load on first use, or all at once by `preload`.
"""

# ruff: noqa: C901, PLC0415, PLR0912  # one case a format, whose library loads when the first such document comes

from __future__ import annotations

import importlib
from collections.abc import Iterator

from intake.extract.content import StopReadingError
from intake.extract.limits import ExtractLimits
from intake.extract.recognise import Format, recognise
from intake.model import Extract, Problem, Unusable

__all__ = ["ExtractLimits", "extract", "preload"]

_READERS = (
    "calendar", "doc", "iwork", "pdf", "picture", "ppt", "rtf", "sheet", "slides", "text", "web", "words",
)  # fmt: skip


def extract(
    octets: bytes, *, filename: str | None, media_type: str, limits: ExtractLimits
) -> Extract | Unusable:
    """What is in a document. `media_type` and `filename` are claims, heard only where the octets show nothing."""
    if len(octets) > limits.document_octets:
        return Unusable(Problem.TOO_LARGE)
    if not octets.strip(b"\x00 \t\r\n"):
        return Unusable(Problem.EMPTY)
    try:
        return _read(recognise(octets, filename=filename, media_type=media_type), octets, limits)
    except StopReadingError as stopped:
        return stopped.unusable
    except MemoryError:
        return Unusable(Problem.TOO_LARGE, "out of memory")
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:  # noqa: BLE001  # anything comes out of a parser; Rust's panics are no Exception
        return Unusable(Problem.UNREADABLE, type(error).__name__)


def preload() -> Iterator[None]:
    """Import every reader and its library, then look for tesseract, for a process that will be forked.

    It yields before and after what is slow.
    """
    for name in _READERS:
        importlib.import_module(f"{__name__}.{name}")
        yield
    importlib.import_module(f"{__name__}.raster")
    tesseract = importlib.import_module(f"{__name__}.tesseract")
    yield
    tesseract.languages()
    yield


def _read(form: Format, octets: bytes, limits: ExtractLimits) -> Extract | Unusable:
    match form:
        case Format.PDF:
            from intake.extract import pdf

            return pdf.read(octets, limits=limits)
        case Format.PPTX:
            from intake.extract import slides

            return slides.read_pptx(octets, limits=limits)
        case Format.ODP:
            from intake.extract import slides

            return slides.read_odp(octets, limits=limits)
        case Format.DOCX:
            from intake.extract import words

            return words.read_docx(octets, limits=limits)
        case Format.ODT:
            from intake.extract import words

            return words.read_odt(octets, limits=limits)
        case Format.RTF:
            from intake.extract import rtf

            return rtf.read(octets, limits=limits)
        case Format.WORKBOOK:
            from intake.extract import sheet

            return sheet.read_workbook(octets, limits=limits)
        case Format.CSV:
            from intake.extract import sheet

            return sheet.read_csv(octets, limits=limits)
        case Format.CALENDAR:
            from intake.extract import calendar

            return calendar.read(octets, limits=limits)
        case Format.HTML:
            from intake.extract import web

            return web.read(octets, limits=limits)
        case Format.MARKDOWN:
            from intake.extract import text

            return text.read_markdown(octets, limits=limits)
        case Format.PLAIN:
            from intake.extract import text

            return text.read_plain(octets, limits=limits)
        case Format.PICTURE:
            from intake.extract import picture

            return picture.read(octets, limits=limits)
        case Format.PPT:
            from intake.extract import ppt

            return ppt.read(octets, limits=limits)
        case Format.DOC:
            from intake.extract import doc

            return doc.read(octets, limits=limits)
        case Format.KEYNOTE:
            from intake.extract import iwork

            return iwork.read_keynote(octets, limits=limits)
        case Format.IWORK:
            from intake.extract import iwork

            return iwork.read_other(octets, limits=limits)
