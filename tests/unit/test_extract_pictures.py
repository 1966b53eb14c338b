"""How pictures are decoded and how they look, what counts as text read in them, and what is drawn in documents."""

from __future__ import annotations

import struct
import zlib
from io import BytesIO

import pytest
from PIL import Image
from pptx import Presentation
from pptx.enum.shapes import MSO_CONNECTOR, MSO_SHAPE
from pptx.util import Inches

from intake.extract import ExtractLimits, extract, raster
from intake.extract.pixels import Raster
from intake.extract.tesseract import reading
from intake.model import Extract, Family
from tests.unit import pictures

openpyxl = pytest.importorskip("openpyxl")
canvases = pytest.importorskip("reportlab.pdfgen.canvas")

LIMITS = ExtractLimits(document_octets=10_000_000, pages=500)
HEAD = (
    "level\tpage_num\tblock_num\tpar_num\tline_num\tword_num\tleft\ttop\twidth\theight\tconf\ttext"
)


def read(octets: bytes) -> Extract:
    found = extract(octets, filename=None, media_type="application/octet-stream", limits=LIMITS)
    assert isinstance(found, Extract), found
    return found


def decoded(octets: bytes) -> Raster:
    found = raster.decode(octets)
    assert found is not None
    return found


def vast_png() -> bytes:
    head = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 0, 0, 0, 0)
    chunk = b"IHDR" + head
    return (
        b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + chunk + struct.pack(">I", zlib.crc32(chunk))
    )


def said(text: str) -> list[str]:
    return text.split()


def table(*words: tuple[str, float, int, int]) -> str:
    """Tesseract's table of words, each with its sureness, line and height."""
    rows = [
        f"5\t1\t1\t1\t{line}\t1\t0\t0\t50\t{height}\t{sure}\t{text}"
        for text, sure, line, height in words
    ]
    return "\n".join([HEAD, "4\t1\t1\t1\t1\t0\t0\t0\t50\t20\t-1\t", *rows])


# ---------------------------------------------------------------- pixels


@pytest.mark.parametrize("form", ["PNG", "JPEG", "GIF", "WEBP", "TIFF", "BMP"])
def test_usual_formats_are_decoded(form: str) -> None:
    seen = decoded(pictures.saved(pictures.page(size=(320, 200)), form))

    assert (seen.width, seen.height, len(seen.octets)) == (320, 200, 64_000)


def test_transparent_ground_is_white() -> None:
    seen = decoded(pictures.saved(Image.new("RGBA", (200, 100), (0, 0, 0, 0))))

    assert set(seen.octets) == {255}


def test_photo_that_lies_on_its_side_is_turned_upright() -> None:
    image = Image.new("L", (200, 100), "white")
    exif = image.getexif()
    exif[0x0112] = 6

    seen = decoded(pictures.saved(image, "JPEG", exif=exif))

    assert (seen.width, seen.height) == (100, 200)


def test_large_picture_is_shrunk() -> None:
    seen = decoded(pictures.saved(Image.new("L", (6_000, 4_000), "white"), "JPEG"))

    assert seen.width * seen.height <= 4_500_000


def test_vast_picture_has_a_size_and_is_not_decoded() -> None:
    octets = vast_png()

    assert raster.decode(octets) is None
    assert (read(octets).pages[0].width, read(octets).pages[0].rows) == (60_000, 0)


def test_picture_broken_behind_its_head_has_its_size_alone() -> None:
    page = read(pictures.saved(pictures.page())[:200]).pages[0]

    assert (page.width, page.height, page.flat) == (1280, 720, 0.0)


def test_tiff_of_several_pages_has_them_all() -> None:
    octets = pictures.saved(
        pictures.page(), "TIFF", save_all=True, append_images=[pictures.page(), pictures.page()]
    )

    found = read(octets)

    assert (found.family, found.page_count, len(found.pages)) == (Family.PICTURE, 3, 3)


# ---------------------------------------------------------------- how they look


def test_page_of_text_is_flat_and_a_photo_is_not() -> None:
    page, photo = (
        read(pictures.saved(image)).pages[0] for image in (pictures.page(), pictures.noise())
    )

    assert page.flat > 0.8
    assert photo.flat < 0.5


def test_lines_of_text_are_counted_as_rows() -> None:
    assert read(pictures.saved(pictures.page())).pages[0].rows == len(pictures.ROADMAP)


def test_single_colour_is_blank() -> None:
    assert raster.is_blank(decoded(pictures.saved(Image.new("RGB", (300, 300), "navy"))))


def test_page_of_text_is_not_blank() -> None:
    assert not raster.is_blank(decoded(pictures.saved(pictures.page())))


# ---------------------------------------------------------------- what counts as read


def test_sure_words_are_text_line_by_line() -> None:
    words = [(word, 90.0, line, 20) for line in (1, 2) for word in said("the lamp turns itself")]
    words += [("every", 95.0, 3, 20), ("harbour", 95.0, 3, 20)]

    found = reading(table(*words))

    assert found is not None
    assert found.text == "the lamp turns itself\nthe lamp turns itself\nevery harbour"


def test_word_that_is_hardly_sure_is_left_out() -> None:
    words = [(word, 90.0, 1, 20) for word in said("every harbour has its own light and lamp again")]

    found = reading(table(*words, ("xqz", 20.0, 1, 20)))

    assert found is not None
    assert "xqz" not in found.text


def test_line_in_large_letters_is_a_heading() -> None:
    words = [("Product", 95.0, 1, 60), ("roadmap", 95.0, 1, 60)]
    words += [(word, 90.0, 2, 20) for word in said("every harbour has its own light and lamp")]

    found = reading(table(*words))

    assert found is not None
    assert found.heading == "Product roadmap"


@pytest.mark.parametrize(
    "words",
    [
        [("Lighthouse", 96.0, 1, 60), ("Labs", 96.0, 1, 60)],
        [(word, 30.0, 1, 20) for word in said("what the leaves of trees look like to it here")],
        [(mark, 90.0, 1, 20) for mark in said("| — ~ .. 1 2 3 4 5 a b c _ = + ;")],
        [],
    ],
    ids=["a logo", "not sure", "marks", "nothing"],
)
def test_few_or_doubtful_words_are_no_text(words: list[tuple[str, float, int, int]]) -> None:
    assert reading(table(*words)) is None


def test_output_that_is_no_table_is_no_text() -> None:
    assert reading("5\tnot\ta\ttable\n\n5\t1\t1\t1\t1\t1\t0\t0\t50\tx\ty\tword") is None


# ---------------------------------------------------------------- what is drawn


def test_coloured_empty_cells_and_merged_ones_are_counted() -> None:
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    fill = openpyxl.styles.PatternFill("solid", fgColor="0033AA")
    for column in "BCD":
        sheet[f"{column}2"].fill = fill
    sheet["A2"], sheet["E2"] = "Lamp", "done"
    sheet["E2"].fill = fill
    sheet["A3"].number_format = "0.00"
    sheet.merge_cells("A5:C5")
    target = BytesIO()
    workbook.save(target)

    found = read(target.getvalue())

    assert (found.filled, found.merged) == (3, 1)


def test_shapes_and_connectors_on_a_slide_are_drawn_and_placeholders_are_not() -> None:
    presentation = Presentation()
    slide = presentation.slides.add_slide(presentation.slide_layouts[5])
    slide.shapes.title.text = "Plan"
    slide.shapes.add_shape(MSO_SHAPE.RECTANGLE, 0, 0, Inches(1), Inches(1))
    slide.shapes.add_connector(MSO_CONNECTOR.STRAIGHT, 0, 0, Inches(1), Inches(1))
    target = BytesIO()
    presentation.save(target)

    assert read(target.getvalue()).pages[0].drawn == 2


def test_pdf_page_tells_its_letter_sizes_its_lines_and_what_letters_cover() -> None:
    target = BytesIO()
    canvas = canvases.Canvas(target, pagesize=(400, 400))
    for number, size in enumerate((40, 12, 12)):
        canvas.setFont("Helvetica", size)
        canvas.drawString(20, 300 - 50 * number, "The lamp turns")
    canvas.line(0, 0, 100, 100)
    canvas.showPage()
    canvas.save()

    page = read(target.getvalue()).pages[0]

    assert (page.letter_sizes, page.drawn) == (2, 1)
    assert 0.02 < page.covered < 0.2
