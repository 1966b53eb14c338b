"""Scans and pictures read by the tesseract program, and what happens where it is missing or slow."""

from __future__ import annotations

import contextlib
import os
import shutil
import time
from collections.abc import Callable, Iterator
from datetime import date
from email.message import EmailMessage
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image
from pptx import Presentation
from pptx.util import Inches

from intake import child
from intake.extract import ExtractLimits, extract, preload, tesseract
from intake.model import Classification, Extract, Family, UnpackLimits
from intake.orders import ReaderSettings
from intake.reader import Reader
from tests.unit import pictures

canvases = pytest.importorskip("reportlab.pdfgen.canvas")
sources = pytest.importorskip("reportlab.lib.utils")

needs_tesseract = pytest.mark.skipif(
    shutil.which("tesseract") is None, reason="needs the program tesseract (Debian's tesseract-ocr)"
)
LIMITS = ExtractLimits(document_octets=10_000_000, pages=500, ocr_seconds=60)
SLOW = """\
#!/bin/sh
if [ "$1" = --list-langs ]; then echo eng; exit; fi
exec {sleep} 100
"""


@pytest.fixture(autouse=True)
def _forget_the_program() -> Iterator[None]:
    for cached in (tesseract._program, tesseract.languages):
        cached.cache_clear()
    yield
    for cached in (tesseract._program, tesseract.languages):
        cached.cache_clear()


@pytest.fixture
def slow_program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A tesseract that never ends; its command line begins with the path."""
    program, sleep = tmp_path / "tesseract", tmp_path / "sleep"
    sleep.symlink_to(shutil.which("sleep") or "")
    program.write_text(SLOW.format(sleep=sleep))
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    return sleep


def read(octets: bytes, limits: ExtractLimits = LIMITS) -> Extract:
    found = extract(octets, filename=None, media_type="application/octet-stream", limits=limits)
    assert isinstance(found, Extract), found
    return found


def scanned(count: int, *, typed: int = 0) -> bytes:
    """A PDF of pages that are pictures, and then of typed ones."""
    picture = sources.ImageReader(BytesIO(pictures.saved(pictures.page())))
    target = BytesIO()
    canvas = canvases.Canvas(target, pagesize=(720, 405))
    for _ in range(count):
        canvas.drawImage(picture, 0, 0, 720, 405)
        canvas.showPage()
    for _ in range(typed):
        for line in range(12):
            canvas.drawString(
                40, 380 - 20 * line, "We make lighthouses run on their own, by day and by night."
            )
        canvas.showPage()
    canvas.save()
    return target.getvalue()


def slides_of_pictures() -> bytes:
    presentation = Presentation()
    slide = presentation.slides.add_slide(presentation.slide_layouts[6])
    slide.shapes.add_picture(BytesIO(pictures.saved(pictures.logo())), 0, 0, Inches(1))
    slide.shapes.add_picture(BytesIO(pictures.saved(pictures.page())), 0, 0, Inches(10))
    target = BytesIO()
    presentation.save(target)
    return target.getvalue()


def classify(octets: bytes, *, ocr_seconds: float) -> Classification:
    settings = ReaderSettings(UnpackLimits(), ExtractLimits(ocr_seconds=ocr_seconds))
    opener = Reader(settings)
    try:
        return opener.classify_file(octets, filename="scan0001.pdf")
    finally:
        opener.close()


def is_running(program: Path) -> bool:
    lines = (entry.read_bytes() for entry in Path("/proc").glob("[0-9]*/cmdline") if entry.exists())
    with contextlib.suppress(OSError):  # processes end while we look
        return any(line.startswith(f"{program}\0".encode()) for line in lines)
    return is_running(program)


def comes(condition: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + 10
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.02)
    return condition()


# ---------------------------------------------------------------- with the program


@needs_tesseract
def test_scanned_pdf_is_read() -> None:
    found = read(scanned(1))

    assert "every harbour gets its own light" in found.text
    assert (found.family, found.method, found.late) == (Family.PDF, "pdfium+tesseract", False)


@needs_tesseract
def test_largest_line_of_a_scan_is_its_heading_and_title() -> None:
    found = read(scanned(1))

    assert (found.title, found.headings) == ("Product roadmap 2026", ("Product roadmap 2026",))


@needs_tesseract
@pytest.mark.proof
def test_only_the_first_three_pages_of_a_scan_are_read() -> None:
    pages = read(scanned(4)).pages

    assert [bool(page.text) for page in pages] == [True, True, True, False]


@needs_tesseract
def test_picture_of_a_slide_is_read() -> None:
    found = read(pictures.saved(pictures.page(), "JPEG"))

    assert "open the service for partners" in found.text
    assert (found.family, found.method) == (Family.PICTURE, "picture+tesseract")


@needs_tesseract
def test_slide_that_is_a_picture_is_read() -> None:
    found = read(slides_of_pictures())

    assert "less oil and more electricity" in found.text
    assert (found.family, found.method) == (Family.SLIDES, "pptx+tesseract")


@needs_tesseract
@pytest.mark.parametrize("picture", [pictures.noise(), pictures.logo()], ids=["photo", "logo"])
def test_photos_and_logos_have_no_text(picture: Image.Image) -> None:
    found = read(pictures.saved(picture))

    assert (found.text, found.method) == ("", "picture")


@needs_tesseract
def test_guarded_child_reads_a_scan_and_says_so() -> None:
    found = classify(scanned(1), ocr_seconds=60)

    assert "its text was read from a scan or picture" in found.evidence


# ---------------------------------------------------------------- without it, or with too little time


def test_the_program_is_looked_for_in_a_step_of_its_own() -> None:
    looked = [tesseract.languages.cache_info().misses for _ in preload()]

    assert looked[-2:] == [0, 1]


@pytest.mark.usefixtures("slow_program")
def test_document_with_text_is_not_given_to_ocr_for_its_cover() -> None:
    found = read(scanned(1, typed=3), ExtractLimits(ocr_seconds=1.5))

    assert (found.method, found.late) == ("pdfium", False)


def test_without_the_program_a_scan_has_no_text(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))

    found = read(scanned(1))

    assert (found.text, found.method, found.late) == ("", "pdfium", False)


@pytest.mark.usefixtures("slow_program")
def test_scan_is_late_at_once_where_the_time_of_its_message_is_over() -> None:
    settings = ReaderSettings(UnpackLimits(), ExtractLimits(ocr_seconds=60))

    hurried = child._hurried(settings, until=time.monotonic() - 1)

    assert read(scanned(1), hurried.extract).late


@pytest.mark.usefixtures("slow_program")
def test_where_no_ocr_is_asked_for_nothing_is_late() -> None:
    found = read(scanned(1), ExtractLimits(ocr_seconds=0))

    assert (found.text, found.late) == ("", False)


@pytest.mark.proof
def test_scan_that_takes_too_long_is_late_and_its_reading_is_ended(slow_program: Path) -> None:
    found = read(scanned(1), ExtractLimits(ocr_seconds=1.5))

    assert (found.text, found.late) == ("", True)
    assert not is_running(slow_program)


@pytest.mark.usefixtures("slow_program")
@pytest.mark.proof
def test_scan_that_was_not_read_in_time_is_unsure_and_says_so() -> None:
    found = classify(scanned(1), ocr_seconds=1.5)

    assert not found.sure
    assert "its text could not be read in time" in found.evidence


@pytest.mark.proof
def test_reading_ends_with_the_child_that_waits_for_it(slow_program: Path) -> None:
    opener = Reader(ReaderSettings(UnpackLimits(), ExtractLimits(ocr_seconds=60)))
    letter = EmailMessage()
    letter["From"] = "client@example.com"
    letter.add_attachment(scanned(1), "application", "pdf", filename="scan0001.pdf")

    opened = opener.open(letter.as_bytes(), envelope_recipient=None, received_on=date(2026, 11, 22))
    began = comes(lambda: is_running(slow_program))
    opened.close()

    assert began
    assert comes(lambda: not is_running(slow_program))
    opener.close()
