"""What each format gives, from documents built here; and that no octets at all make `extract` raise."""

from __future__ import annotations

import zipfile
from datetime import date, datetime
from io import BytesIO
from typing import Protocol

import pytest
from docx import Document as WordDocument
from hypothesis import given, settings
from hypothesis import strategies as st
from pptx import Presentation
from pptx.util import Inches

from intake.extract import ExtractLimits, extract
from intake.extract.samples import samples
from intake.model import Extract, Family, Problem, Unusable

openpyxl = pytest.importorskip("openpyxl")
canvases = pytest.importorskip("reportlab.pdfgen.canvas")
encryption = pytest.importorskip("reportlab.lib.pdfencrypt")

LIMITS = ExtractLimits(document_octets=10_000_000, pages=500)
UNKNOWN = "application/octet-stream"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)


def read(octets: bytes, filename: str | None = None, media_type: str = UNKNOWN) -> Extract:
    found = extract(octets, filename=filename, media_type=media_type, limits=LIMITS)
    assert isinstance(found, Extract), found
    return found


def refuse(octets: bytes, filename: str | None = None, media_type: str = UNKNOWN) -> Problem:
    found = extract(octets, filename=filename, media_type=media_type, limits=LIMITS)
    assert isinstance(found, Unusable), found
    return found.problem


class Savable(Protocol):
    def save(self, target: BytesIO, /) -> None: ...


def pdf(
    *pages: str, password: str | None = None, owner: str | None = None, title: str = ""
) -> bytes:
    target = BytesIO()
    locked = encryption.StandardEncryption(password or "", ownerPassword=owner) if owner else None
    canvas = canvases.Canvas(target, pagesize=(720, 405), encrypt=locked)
    canvas.setTitle(title)
    for text in pages:
        canvas.setFont("Helvetica", 40)
        canvas.drawString(50, 300, text)
        canvas.setFont("Helvetica", 12)
        canvas.drawString(50, 200, "We make lighthouses run on their own.")
        canvas.showPage()
    canvas.save()
    return target.getvalue()


def book(count: int) -> bytes:
    """Pages of forty full lines each, under their number."""
    target = BytesIO()
    canvas = canvases.Canvas(target, pagesize=(720, 405))
    for number in range(count):
        lines = canvas.beginText(20, 390)
        lines.setFont("Helvetica", 7)
        lines.textLines([f"Page {number}.", *["We make lighthouses run on their own."] * 45])
        canvas.drawText(lines)
        canvas.showPage()
    canvas.save()
    return target.getvalue()


def pptx() -> bytes:
    presentation = Presentation()
    first = presentation.slides.add_slide(presentation.slide_layouts[0])
    first.shapes.title.text = "Lighthouse Labs"
    first.placeholders[1].text = "Investor deck"
    second = presentation.slides.add_slide(presentation.slide_layouts[5])
    second.shapes.title.text = "Numbers"
    table = second.shapes.add_table(2, 2, Inches(1), Inches(2), Inches(4), Inches(1)).table
    for row, column, text in ((0, 0, "Year"), (0, 1, "Revenue"), (1, 0, "2026"), (1, 1, "4 M")):
        table.cell(row, column).text = text
    return saved(presentation)


def docx() -> bytes:
    document = WordDocument()
    document.add_heading("Spring release", level=0)
    document.add_heading("What is new", level=1)
    document.add_paragraph("The lamp turns by itself.")
    table = document.add_table(rows=1, cols=2)
    table.rows[0].cells[0].text = "Lamp"
    table.rows[0].cells[1].text = "Oil"
    document.core_properties.modified = datetime(2026, 3, 4, 5, 6)  # noqa: DTZ001  # the library wants it so
    return saved(document)


def xlsx() -> bytes:
    workbook = openpyxl.Workbook()
    workbook.active.title = "Events"
    workbook.active.append(["Event", "Day", "Seats"])
    workbook.active.append(["Lamp summit", datetime(2026, 11, 3), 40])  # noqa: DTZ001  # Excel has no zones
    workbook.create_sheet("Empty")
    return saved(workbook)


def tall_workbook(*, rows: int) -> bytes:
    workbook = openpyxl.Workbook(write_only=True)
    sheet = workbook.create_sheet()
    for number in range(rows):
        sheet.append([number])
    return saved(workbook)


def saved(document: Savable) -> bytes:
    target = BytesIO()
    document.save(target)
    return target.getvalue()


def package(**parts: str) -> bytes:
    """A zip; in names "__" stands for a slash and "_" for a dot."""
    target = BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(name.replace("__", "/").replace("_", "."), text)
    return target.getvalue()


ODF = "urn:oasis:names:tc:opendocument:xmlns:"
ODF_NAMES = " ".join(
    f'xmlns:{prefix}="{ODF}{name}:1.0"'
    for prefix, name in (
        ("office", "office"),
        ("text", "text"),
        ("table", "table"),
        ("draw", "drawing"),
        ("presentation", "presentation"),
        ("style", "style"),
        ("fo", "xsl-fo-compatible"),
        ("manifest", "manifest"),
    )
)


def odf(kind: str, body: str, manifest: str = "") -> bytes:
    target = BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("mimetype", f"application/vnd.oasis.opendocument.{kind}")
        archive.writestr(
            "META-INF/manifest.xml",
            f"<manifest:manifest {ODF_NAMES}>{manifest}</manifest:manifest>",
        )
        archive.writestr(
            "content.xml",
            f"<office:document-content {ODF_NAMES}><office:body>{body}</office:body></office:document-content>",
        )
        archive.writestr(
            "styles.xml",
            f"<office:document-styles {ODF_NAMES}><style:page-layout-properties"
            ' fo:page-width="10in" fo:page-height="127mm"/></office:document-styles>',
        )
    return target.getvalue()


CALENDAR = """\
BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//lighthouse//EN
X-WR-CALNAME:Lamp events
BEGIN:VEVENT
UID:1
DTSTART;VALUE=DATE:20261105
DTEND;VALUE=DATE:20261108
SUMMARY:Lamp fair
LOCATION:Harbour
END:VEVENT
BEGIN:VEVENT
UID:2
DTSTART:20261001T090000Z
DTEND:20261001T100000Z
RRULE:FREQ=WEEKLY;UNTIL=20261015T235959Z
SUMMARY:Lamp call
END:VEVENT
END:VCALENDAR
"""


# ---------------------------------------------------------------- PDF


def test_pdf_gives_text_size_and_count_of_its_pages() -> None:
    found = read(pdf("Lighthouse Labs", "Our market"))

    assert (found.family, found.page_count) == (Family.PDF, 2)
    assert (found.pages[0].width, found.pages[0].height) == (720, 405)
    assert "lighthouses run on their own" in found.pages[1].text


def test_pdf_page_in_large_letters_gives_a_heading_and_the_first_one_the_title() -> None:
    found = read(pdf("Lighthouse Labs", "Our market", title="untitled"))

    assert found.headings == ("Lighthouse Labs", "Our market")
    assert found.title == "Lighthouse Labs"


def test_pdf_title_from_metadata_is_taken_where_a_person_wrote_it() -> None:
    assert read(pdf("Page one", title="Plans of the lighthouse")).title == "Plans of the lighthouse"


def test_pdf_that_needs_a_password_is_locked() -> None:
    assert refuse(pdf("Secret", password="lamp", owner="oil")) is Problem.LOCKED


def test_pdf_that_only_forbids_changes_is_read() -> None:
    assert "Lighthouse" in read(pdf("Lighthouse Labs", owner="oil")).text


def test_pdf_after_junk_and_under_a_wrong_name_is_a_pdf() -> None:
    found = read(b"\r\n\r\n" + pdf("Lighthouse Labs"), "plan.docx", "text/plain")

    assert found.family is Family.PDF


def test_pdf_cut_off_in_its_first_tenth_is_unreadable() -> None:
    assert refuse(pdf("Lighthouse Labs")[:150]) is Problem.UNREADABLE


def test_pages_beyond_the_limit_are_counted_but_not_read() -> None:
    limits = ExtractLimits(document_octets=10_000_000, pages=2)

    found = extract(pdf(*"abcde"), filename=None, media_type=UNKNOWN, limits=limits)

    assert isinstance(found, Extract)
    assert (found.page_count, len(found.pages)) == (5, 2)


def test_text_beyond_the_limit_is_left_out() -> None:
    limits = ExtractLimits(document_octets=10_000_000, pages=500, text_characters=100)

    found = extract(b"lamp " * 1000, filename="a.txt", media_type="text/plain", limits=limits)

    assert isinstance(found, Extract)
    assert len(found.text) <= 100


def test_of_a_long_document_with_much_text_the_last_pages_are_read_and_those_between_counted() -> (
    None
):
    found = read(book(50))

    assert (found.page_count, len(found.pages)) == (50, 43)
    assert found.pages[-1].text.startswith("Page 49.")


# ---------------------------------------------------------------- Office


def test_slides_give_titles_as_headings_and_tables_as_rows() -> None:
    found = read(pptx())

    assert (found.family, found.page_count, found.tables) == (Family.SLIDES, 2, 1)
    assert found.headings == ("Lighthouse Labs", "Numbers")
    assert "Year\tRevenue\n2026\t4 M" in found.pages[1].text


def test_slides_have_the_size_of_the_presentation_in_points() -> None:
    assert (read(pptx()).pages[0].width, read(pptx()).pages[0].height) == (720, 540)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("Plan_x000B_for 2027", "Plan\nfor 2027"),
        ("Plan_x000b_for 2027", "Plan\nfor 2027"),
        ("Plan_x0009_2027", "Plan\t2027"),
        ("say _x005F_x000B_ so", "say _x000B_ so"),
        ("is _xyz_ a name", "is _xyz_ a name"),
        ("of_x0000_no use", "ofno use"),
    ],
)
def test_characters_that_office_writes_as_numbers_are_read(written: str, meant: str) -> None:
    presentation = Presentation()
    slide = presentation.slides.add_slide(presentation.slide_layouts[5])
    slide.shapes.title.text = written
    document = WordDocument()
    document.add_paragraph(written)

    assert read(saved(presentation)).text == meant
    assert read(saved(document)).text == meant


def test_line_break_in_a_cell_is_a_blank() -> None:
    workbook = openpyxl.Workbook()
    workbook.active.append(["Plan_x000B_for 2027", "say _x005F_x000B_ so"])

    assert read(saved(workbook)).text == "Plan for 2027\tsay _x000B_ so"


def test_text_of_the_slide_master_is_left_out() -> None:
    assert "Click to edit" not in read(pptx()).text


def test_word_document_gives_headings_tables_and_the_day_it_was_saved() -> None:
    found = read(docx())

    assert (found.family, found.title, found.tables) == (Family.WORDS, "Spring release", 1)
    assert found.headings == ("Spring release", "What is new")
    assert found.text.endswith("The lamp turns by itself.\nLamp\tOil")
    assert found.document_date == date(2026, 3, 4)


def test_word_document_without_styles_has_its_short_bold_lines_as_headings() -> None:
    document = WordDocument()
    document.add_paragraph().add_run("Why we light").bold = True
    document.add_paragraph("Because it is dark.")

    assert read(saved(document)).headings == ("Why we light",)


def test_word_document_is_read_whatever_lies_behind_the_last_style_that_it_uses() -> None:
    names = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    style = '<w:style w:styleId="H"><w:name w:val="heading 1"/></w:style>'
    octets = package(
        word__document_xml=f'<w:document {names}><w:body><w:p><w:pPr><w:pStyle w:val="H"/></w:pPr>'
        "<w:r><w:t>Lamp</w:t></w:r></w:p></w:body></w:document>",
        word__styles_xml=f"<w:styles {names}>{style}{' ' * 20_000}<broken></w:styles>",
    )

    assert read(octets).headings == ("Lamp",)


@pytest.mark.parametrize(("name", "octets"), tuple(samples()))
def test_sample_of_each_format_is_read(name: str, octets: bytes) -> None:
    assert read(octets, name).family


def test_word_document_has_no_page_count() -> None:
    assert read(docx()).page_count is None


def test_workbook_gives_rows_with_tabs_and_its_date_cells_as_dates() -> None:
    found = read(xlsx())

    assert (found.family, found.page_count) == (Family.SHEET, 2)
    assert found.text == "Event\tDay\tSeats\nLamp summit\t2026-11-03\t40"
    assert found.dates == (date(2026, 11, 3),)


def test_odf_slides_give_pages_and_headings_without_notes() -> None:
    body = """<office:presentation>
      <draw:page><draw:frame presentation:class="title"><draw:text-box><text:p>Lamps</text:p>
      </draw:text-box></draw:frame><presentation:notes><text:p>breathe</text:p></presentation:notes>
      </draw:page><draw:page><draw:frame><draw:text-box><text:p>One<text:s text:c="2"/>two</text:p>
      </draw:text-box></draw:frame></draw:page></office:presentation>"""

    found = read(odf("presentation", body))

    assert (found.family, found.page_count, found.headings) == (Family.SLIDES, 2, ("Lamps",))
    assert found.text == "Lamps\n\nOne  two"
    assert (round(found.pages[0].width), round(found.pages[0].height)) == (720, 360)


def test_odf_text_gives_headings_and_tables() -> None:
    body = """<office:text><text:h>Lamps</text:h><text:p>They turn.</text:p><table:table>
      <table:table-row><table:table-cell><text:p>a</text:p></table:table-cell><table:table-cell>
      <text:p>b</text:p></table:table-cell></table:table-row></table:table></office:text>"""

    found = read(odf("text", body))

    assert (found.family, found.headings, found.tables) == (Family.WORDS, ("Lamps",), 1)
    assert found.text == "Lamps\nThey turn.\na\tb"


@pytest.mark.parametrize("kind", ["text", "presentation", "spreadsheet"])
def test_encrypted_odf_is_locked(kind: str) -> None:
    manifest = "<manifest:file-entry><manifest:encryption-data/></manifest:file-entry>"

    assert refuse(odf(kind, "", manifest)) is Problem.LOCKED


def test_encrypted_office_file_is_locked() -> None:
    assert refuse(OLE + "EncryptedPackage".encode("utf-16-le"), "deck.pptx") is Problem.LOCKED


@pytest.mark.parametrize(
    ("stream", "filename"), [("WordDocument", "a.doc"), ("PowerPoint Document", "a.ppt")]
)
def test_broken_compound_file_is_unreadable(stream: str, filename: str) -> None:
    assert refuse(OLE + stream.encode("utf-16-le"), filename) is Problem.UNREADABLE


@pytest.mark.parametrize("filename", ["a.docx", "a.pptx", "a.xlsx", "a.pdf"])
def test_office_file_that_is_random_octets_is_unreadable(filename: str) -> None:
    assert refuse(bytes(range(256)) * 9, filename) is Problem.UNREADABLE


@pytest.mark.parametrize("whole", [docx(), pptx(), xlsx()], ids=["docx", "pptx", "xlsx"])
def test_office_file_cut_in_half_is_unreadable(whole: bytes) -> None:
    assert refuse(whole[: len(whole) // 2], "a") in {Problem.UNREADABLE, Problem.UNSUPPORTED}


def test_word_document_without_a_word_is_empty() -> None:
    assert refuse(saved(WordDocument())) is Problem.EMPTY


# ---------------------------------------------------------------- hostile packages


def test_entity_bomb_is_refused_before_it_expands() -> None:
    bomb = '<!DOCTYPE a [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><w:document>&b;</w:document>'

    assert refuse(package(word__document_xml=bomb), "a.docx") is Problem.UNREADABLE


def test_entity_bomb_in_utf_16_is_refused_too() -> None:
    target = BytesIO()
    bomb = '<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE a [<!ENTITY b "b">]><a>&b;</a>'
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("word/document.xml", bomb.encode("utf-16"))

    assert refuse(target.getvalue(), "a.docx") is Problem.UNREADABLE


@pytest.mark.parametrize(
    ("name", "filename"),
    [
        ("word__document_xml", "a.docx"),
        ("ppt__presentation_xml", "a.pptx"),
        ("xl__workbook_xml", "a.xlsx"),
    ],
)
def test_package_that_inflates_too_far_is_too_large(name: str, filename: str) -> None:
    assert refuse(package(**{name: " " * 70_000_000}), filename) is Problem.TOO_LARGE


def test_sheet_with_a_cell_at_its_far_corner_is_too_large() -> None:
    workbook = openpyxl.Workbook()
    workbook.active["A1"] = "near"
    workbook.active["XFD1048576"] = "far"

    assert refuse(saved(workbook)) is Problem.TOO_LARGE


def test_sheet_that_is_only_formatted_far_out_is_read() -> None:
    workbook = openpyxl.Workbook()
    workbook.active["A1"] = "near"
    workbook.active["XFD1048576"].font = openpyxl.styles.Font(bold=True)

    assert read(saved(workbook)).text == "near"


def test_rows_of_a_huge_sheet_are_bounded() -> None:
    assert len(read(tall_workbook(rows=21_000)).text.splitlines()) == 20_000


def test_deeply_nested_xml_is_unreadable() -> None:
    deep = '<d xmlns="w">' + "<a>" * 100_000 + "</a>" * 100_000 + "</d>"

    assert refuse(package(word__document_xml=deep), "a.docx") is Problem.UNREADABLE


# ---------------------------------------------------------------- texts


def test_calendar_gives_its_events_in_order_and_their_days() -> None:
    found = read(CALENDAR.encode())

    assert (found.family, found.title, found.events) == (Family.CALENDAR, "Lamp events", 2)
    assert found.text == "2026-10-01\tLamp call\n2026-11-05..2026-11-07\tLamp fair\tHarbour"
    assert found.dates == tuple(
        date(2026, month, day) for month, day in ((10, 1), (10, 8), (10, 15), (11, 5), (11, 7))
    )


def test_recurrence_is_followed_for_two_years() -> None:
    long = CALENDAR.replace(";UNTIL=20261015T235959Z", ";UNTIL=20991015T235959Z")

    assert 50 < len(read(long.encode()).dates) < 200


def test_recurrence_without_an_end_counts_with_its_first_day() -> None:
    endless = CALENDAR.replace(";UNTIL=20261015T235959Z", "")

    assert read(endless.encode()).dates == (
        date(2026, 10, 1),
        date(2026, 11, 5),
        date(2026, 11, 7),
    )


def test_calendar_without_events_is_empty() -> None:
    octets = b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nEND:VCALENDAR\r\n"

    assert refuse(octets, "a.ics") is Problem.EMPTY


def test_web_page_gives_its_text_without_navigation_and_scripts() -> None:
    page = b"""<!doctype html><html><head><title>Lamps &amp; oil</title><style>p{}</style></head><body>
      <nav><a>Home</a></nav><h1>Our <em>new</em> lamp</h1><p>It <b>turns</b>
      by itself.</p><script>alert(1)</script><table><tr><td>a</td><td>b</td></tr></table>
      <footer>(c)</footer></body></html>"""

    found = read(page)

    assert (found.family, found.title, found.headings) == (
        Family.WEB,
        "Lamps & oil",
        ("Our new lamp",),
    )
    assert found.text == "Our new lamp\nIt turns by itself.\na\tb"


def test_web_page_is_decoded_as_its_meta_element_says() -> None:
    page = '<html><head><meta charset="koi8-r"></head><body>Маяк</body></html>'.encode("koi8-r")

    assert read(page).text == "Маяк"


def test_markdown_gives_headings_and_the_title_of_its_front_matter() -> None:
    text = "---\ntitle: 'The lamp'\ndate: 2026-02-03\n---\n# First\n```\n# no\n```\nSecond\n------\ntext\n"

    found = read(text.encode(), "a.md")

    assert (found.family, found.title, found.headings) == (
        Family.TEXT,
        "The lamp",
        ("First", "Second"),
    )
    assert found.document_date == date(2026, 2, 3)
    assert found.text.startswith("# First")


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_csv_is_parted_by_whatever_parts_it(separator: str) -> None:
    lines = [separator.join(row) for row in (["Day", "What, why"[:4]], ["2026-11-03", "Fair"])]

    assert read("\n".join(lines).encode(), "a.csv").text == "Day\tWhat\n2026-11-03\tFair"


@pytest.mark.parametrize("charset", ["utf-8", "utf-8-sig", "utf-16", "utf-32", "cp1252"])
def test_text_is_decoded_in_the_charsets_that_come(charset: str) -> None:
    assert read("Fähre nach Süden".encode(charset), "a.txt").text == "Fähre nach Süden"


def test_rtf_gives_its_text_and_title() -> None:
    rtf = (
        rb"{\rtf1\ansi\paperw12240\paperh15840{\info{\title Lamp plan}}The \b lamp\b0  turns.\par}"
    )

    found = read(rtf)

    assert (found.family, found.title, found.text) == (Family.WORDS, "Lamp plan", "The lamp turns.")
    assert (found.pages[0].width, found.pages[0].height) == (612, 792)


def test_text_that_is_called_pdf_is_unreadable() -> None:
    assert refuse(b"I am no PDF.", "plan.pdf") is Problem.UNREADABLE


def test_web_page_that_is_called_xls_is_a_web_page() -> None:
    assert read(b"<html><body><p>rows</p></body></html>", "a.xls").family is Family.WEB


def test_claimed_media_type_counts_where_text_has_no_name() -> None:
    assert read(b"a,b\nc,d", None, "text/csv; charset=utf-8").family is Family.SHEET


# ---------------------------------------------------------------- pictures

JPEG = b"\xff\xd8\xff\xe0\x00\x04ab\xff\xc0\x00\x11\x08\x00\x78\x00\xa0" + bytes(12)
RIFF = b"RIFF\x30\x00\x00\x00WEBP"


@pytest.mark.parametrize(
    "octets",
    [
        b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\xa0\x00\x00\x00\x78" + bytes(9),
        b"GIF89a\xa0\x00\x78\x00" + bytes(9),
        JPEG,
        RIFF + b"VP8 " + bytes(10) + b"\xa0\x00\x78\x00",
        RIFF + b"VP8L" + bytes(5) + (159 | 119 << 14).to_bytes(4, "little"),
        RIFF + b"VP8X" + bytes(8) + b"\x9f\x00\x00\x77\x00\x00",
    ],
    ids=["png", "gif", "jpeg", "webp", "webp lossless", "webp extended"],
)
def test_picture_gives_its_size_from_its_first_octets(octets: bytes) -> None:
    found = read(octets)

    assert (found.family, found.text) == (Family.PICTURE, "")
    assert (found.pages[0].width, found.pages[0].height) == (160, 120)


def test_picture_that_breaks_off_is_unreadable() -> None:
    assert refuse(JPEG[:8]) is Problem.UNREADABLE


# ---------------------------------------------------------------- anything


@pytest.mark.parametrize("octets", [b"", b" \r\n\t", bytes(100)])
def test_nothing_is_empty(octets: bytes) -> None:
    assert refuse(octets, "deck.pdf") is Problem.EMPTY


def test_more_octets_than_the_limit_are_not_opened() -> None:
    limits = ExtractLimits(document_octets=10, pages=1)

    found = extract(pdf("a"), filename=None, media_type=UNKNOWN, limits=limits)

    assert found == Unusable(Problem.TOO_LARGE)


def test_text_of_a_document_is_in_no_repr() -> None:
    assert "Lighthouse" not in repr(read(pptx()))


SUFFIXES = (
    "pdf pptx docx xlsx xls ods odt odp rtf csv tsv ics html md txt png jpg gif webp doc key".split()  # noqa: SIM905
)
WHOLE = [pdf("Lighthouse Labs"), pptx(), docx(), xlsx(), CALENDAR.encode(), JPEG]
SIGNATURES = [
    b"",
    b"%PDF-1.7\n",
    b"PK\x03\x04",
    OLE,
    b"{\\rtf1",
    b"\xff\xd8\xff",
    b"RIFF0000WEBP",
    b"<html>",
]


@settings(max_examples=150)
@given(
    signature=st.sampled_from(SIGNATURES),
    rest=st.binary(max_size=300),
    suffix=st.sampled_from(SUFFIXES),
)
def test_any_octets_under_any_name_give_a_value(signature: bytes, rest: bytes, suffix: str) -> None:
    found = extract(signature + rest, filename=f"a.{suffix}", media_type=UNKNOWN, limits=LIMITS)

    assert isinstance(found, Extract | Unusable)


@settings(max_examples=120)
@given(
    whole=st.sampled_from(WHOLE),
    at=st.floats(min_value=0, max_value=1),
    damage=st.binary(min_size=1, max_size=30),
)
def test_any_damage_to_a_document_gives_a_value(whole: bytes, at: float, damage: bytes) -> None:
    place = int(len(whole) * at)
    octets = whole[:place] + damage + whole[place + len(damage) :]

    found = extract(octets, filename=None, media_type=UNKNOWN, limits=LIMITS)

    assert isinstance(found, Extract | Unusable)
