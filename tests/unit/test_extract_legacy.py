"""What old PowerPoint, old Word and iWork documents give, from files built octet by octet."""

from __future__ import annotations

import struct
from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intake.extract import ExtractLimits, extract
from intake.extract.iwa import inflate
from intake.model import Extract, Family, Problem, Unusable
from tests.unit import legacy_files as files

canvases = pytest.importorskip("reportlab.pdfgen.canvas")

LIMITS = ExtractLimits(document_octets=10_000_000, pages=500)
UNKNOWN = "application/octet-stream"


def read(octets: bytes, filename: str | None = None) -> Extract:
    found = extract(octets, filename=filename, media_type=UNKNOWN, limits=LIMITS)
    assert isinstance(found, Extract), found
    return found


def refuse(octets: bytes, filename: str | None = None) -> Problem:
    found = extract(octets, filename=filename, media_type=UNKNOWN, limits=LIMITS)
    assert isinstance(found, Unusable), found
    return found.problem


def presentation(token: int = 0xE391C05F) -> bytes:
    cover = files.slide(files.shown_placeholder(0), files.box("Autumn 2026"))
    numbers = files.slide(files.picture_frame(), files.shown_placeholder(0))
    return files.ppt(
        [
            (cover, files.placeholder(6, "Lighthouse Labs")),
            (numbers, files.placeholder(0, "Traction") + files.placeholder(1, "40 lamps\rsold")),
        ],
        files.master("Click to edit the title"),
        files.notes("Speak slowly"),
        token=token,
    )


# ---------------------------------------------------------------- PowerPoint 97


def test_old_slides_are_read_in_the_order_of_the_show() -> None:
    found = read(presentation(), "deck.ppt")

    assert [page.text for page in found.pages] == [
        "Lighthouse Labs\nAutumn 2026",
        "Traction\n40 lamps\nsold",
    ]


def test_old_slides_give_count_family_headings_and_size() -> None:
    found = read(presentation())

    assert (found.family, found.page_count, found.method) == (Family.SLIDES, 2, "ppt")
    assert found.headings == ("Lighthouse Labs", "Traction")
    assert (found.pages[0].width, found.pages[0].height) == (720, 540)
    assert [page.pictures for page in found.pages] == [0, 1]


def test_text_of_masters_and_notes_of_old_slides_is_left_out() -> None:
    text = read(presentation()).text

    assert "Click" not in text
    assert "slowly" not in text


def test_encrypted_old_slides_are_locked() -> None:
    assert refuse(presentation(token=0xF3D1C4DF)) is Problem.LOCKED


def test_old_slides_without_a_directory_are_read_as_they_lie() -> None:
    stream = files.held(0x03E8) + files.slide(files.box("Alone"))
    octets = files.compound({"PowerPoint Document": stream})

    assert read(octets).text == "Alone"


def test_old_slides_without_a_document_are_unreadable() -> None:
    octets = files.compound({"PowerPoint Document": files.slide(files.box("Alone"))})

    assert refuse(octets) is Problem.UNREADABLE


# ---------------------------------------------------------------- Word 97


def test_old_word_document_gives_its_paragraphs_and_the_headers_after_them() -> None:
    found = read(files.doc("The lamp turns.\rBy itself.\r", margins="Lighthouse Labs\r"), "a.doc")

    assert (found.family, found.page_count, found.method) == (Family.WORDS, None, "doc")
    assert found.text.split("\n") == ["The lamp turns.", "By itself.", "", "Lighthouse Labs"]


def test_characters_beyond_western_ones_and_beyond_16_bits_are_read() -> None:
    assert read(files.doc("Дорожная карта 🚀\r")).text == "Дорожная карта 🚀"


def test_deleted_text_of_an_old_word_document_is_left_out() -> None:
    body = "Price: 900 800 euros\r"

    assert read(files.doc(body, deleted=range(7, 11))).text == "Price: 800 euros"


def test_field_gives_what_it_shows_and_not_its_code() -> None:
    body = 'See \x13HYPERLINK "https://example.com"\x14our site\x15 or \x13PAGE\x15\r'

    assert read(files.doc(body)).text == "See our site or"


def test_field_inside_a_field_gives_what_it_shows() -> None:
    assert (
        read(files.doc("On \x13IF \x13DATE\x14Monday\x15\x14Tuesday\x15.\r")).text == "On Tuesday."
    )


def test_heading_styles_of_an_old_word_document_give_headings_and_the_title() -> None:
    found = read(files.doc("Spring release\rIt turns.\r", headings=[range(15)]))

    assert (found.title, found.headings) == ("Spring release", ("Spring release",))


def test_table_of_an_old_word_document_gives_rows_with_tabs() -> None:
    body = "Lamp\x07Oil\x07\x07One\x07Two\x07\x07After\r"
    found = read(files.doc(body, row_ends=[range(9, 10), range(18, 19)]))

    assert found.text.split("\n") == ["Lamp\tOil", "One\tTwo", "After"]
    assert found.tables == 1


def test_inline_pictures_of_an_old_word_document_are_counted() -> None:
    assert read(files.doc("A \x01 and \x08 lamp\r")).pages[0].pictures == 2


def test_encrypted_old_word_document_is_locked() -> None:
    assert refuse(files.doc("secret\r", flags=0x0100)) is Problem.LOCKED


def test_word_document_older_than_97_is_unsupported() -> None:
    assert refuse(files.doc("old\r", version=0x0068)) is Problem.UNSUPPORTED


def test_text_that_is_called_doc_is_text() -> None:
    assert read(b"The lamp turns.", "read me.doc").family is Family.TEXT


@pytest.mark.parametrize(
    ("octets", "filename"),
    [
        (b"\xffWPC" + bytes(range(256)), "letter.wpd"),
        (b"\xdb\xa5\x2d\x00" + bytes(range(256)), "letter.doc"),
        (files.compound({"__properties_version1.0": b"mail"}), "mail.msg"),
        (files.compound({"Contents": b"pub"}), "flyer.pub"),
    ],
    ids=["WordPerfect", "Word 2", "Outlook", "Publisher"],
)
def test_formats_that_nobody_here_reads_are_unsupported(octets: bytes, filename: str) -> None:
    assert refuse(octets, filename) is Problem.UNSUPPORTED


# ---------------------------------------------------------------- iWork


def keynote(**more: bytes) -> bytes:
    """Two slides, the second one lying first."""
    size = b"\x0d" + struct.pack("<f", 1024) + b"\x15" + struct.pack("<f", 768)
    tree = files.reference(2, 11) + files.reference(2, 12)
    show = files.octets_field(3, tree) + files.octets_field(4, size)
    document = files.archive(
        (2, 2, show), (4, 11, files.reference(2, 21)), (4, 12, files.reference(2, 22))
    )
    cover = files.archive(
        (5, 21, b""),
        (7, 31, files.number_field(2, 2)),
        (2001, 41, files.storage("Lighthouse Labs")),
        (15, 51, b""),
        (2001, 42, files.storage("Speak slowly", kind=4)),
    )
    second = files.archive(
        (5, 22, b""), (3005, 61, b""), (2001, 43, files.storage("Traction: 40 lamps"))
    )
    parts = {"Index/Document.iwa": document, "Index/Slide-9.iwa": second, "Index/Slide.iwa": cover}
    return files.zipped(parts | more)


def test_keynote_slides_are_read_in_the_order_of_the_show_without_notes() -> None:
    found = read(keynote(), "deck.key")

    assert [page.text for page in found.pages] == ["Lighthouse Labs", "Traction: 40 lamps"]
    assert (found.family, found.page_count, found.title) == (Family.SLIDES, 2, "Lighthouse Labs")


def test_keynote_slides_have_the_size_of_the_show_and_their_pictures() -> None:
    pages = read(keynote(), "deck.key").pages

    assert (pages[0].width, pages[0].height) == (1024, 768)
    assert [page.pictures for page in pages] == [0, 1]


def test_preview_in_pdf_is_taken_before_the_archives() -> None:
    found = read(keynote(**{"QuickLook/Preview.pdf": pdf("From the preview")}), "deck.key")

    assert (found.text, found.family) == ("From the preview", Family.SLIDES)


def test_keynote_with_a_password_is_locked() -> None:
    assert refuse(keynote(**{".iwpv2": b"verifier"}), "deck.key") is Problem.LOCKED


def test_pages_document_gives_the_text_of_its_body() -> None:
    body = files.archive((2001, 1, files.storage("The lamp turns by itself.", kind=0)))

    found = read(files.zipped({"Index/Document.iwa": body}), "plan.pages")

    assert (found.text, found.family) == ("The lamp turns by itself.", Family.WORDS)


def test_numbers_document_without_a_readable_preview_is_unsupported() -> None:
    octets = files.zipped({"Index/Document.iwa": files.archive((1, 1, b""))})

    assert refuse(octets, "budget.numbers") is Problem.UNSUPPORTED


def test_keynote_of_2009_is_read_by_its_preview() -> None:
    octets = files.zipped({"index.apxl": b"<key/>", "QuickLook/Preview.pdf": pdf("Old deck")})

    assert read(octets, "deck.key").text == "Old deck"


def test_copies_that_reach_into_themselves_are_inflated() -> None:
    snapped = bytes([10, 1 << 2, *b"ab", (8 - 4) << 2 | 1, 2])

    assert inflate(b"\x00" + len(snapped).to_bytes(3, "little") + snapped) == b"ab" * 5


def test_archive_that_inflates_too_far_is_too_large() -> None:
    snapped = files.varint(2**30) + b"\x00a"
    octets = b"\x00" + len(snapped).to_bytes(3, "little") + snapped

    assert refuse(files.zipped({"Index/Slide.iwa": octets}), "a.key") is Problem.TOO_LARGE


def pdf(text: str) -> bytes:
    target = BytesIO()
    canvas = canvases.Canvas(target, pagesize=(720, 405))
    canvas.drawString(50, 300, text)
    canvas.save()
    return target.getvalue()


# ---------------------------------------------------------------- nothing raises

WHOLE = {"ppt": presentation(), "doc": files.doc("Lamp\x07Oil\x07\x07After\r"), "key": keynote()}


@settings(max_examples=150)
@given(
    whole=st.sampled_from(sorted(WHOLE.values())),
    at=st.floats(0, 1),
    damage=st.binary(min_size=1, max_size=24),
)
def test_any_damage_to_an_old_document_gives_a_value(
    whole: bytes, at: float, damage: bytes
) -> None:
    place = int(at * (len(whole) - len(damage)))

    found = extract(
        whole[:place] + damage + whole[place + len(damage) :],
        filename=None,
        media_type=UNKNOWN,
        limits=LIMITS,
    )

    assert isinstance(found, Extract | Unusable)
