"""The demo's PDF files: slides, a brand guide, an invoice and a locked price list. The only owner of reportlab."""

from __future__ import annotations

import io
from datetime import date, timedelta

from reportlab.pdfgen.canvas import Canvas  # type: ignore[import-untyped]  # ships no types

from intake.demo.decks import Deck, Slide

_A4 = (595.28, 841.89)
_WIDE = (960, 540)
_GREEN, _NIGHT, _INK = "#1F6F5C", "#12303B", "#222222"


def slides(deck: Deck, saved_on: date) -> bytes:
    """A deck as a presentation program exports it: one wide page a slide."""
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=_WIDE, invariant=1)
    canvas.setTitle(deck.title)
    canvas.setCreator("Keynote")
    for number, slide in enumerate(deck.slides, start=1):
        _draw_slide(canvas, slide, number)
        canvas.showPage()
    canvas.save()
    return _dated(buffer.getvalue(), saved_on)


def _draw_slide(canvas: Canvas, slide: Slide, number: int) -> None:
    width, height = _WIDE
    cover = number == 1
    canvas.setFillColor(_GREEN if cover else "#FFFFFF")
    canvas.rect(0, 0, width, height, stroke=0, fill=1)
    canvas.setFillColor("#FFFFFF" if cover else _GREEN)
    canvas.setFont("Helvetica-Bold", 44 if cover else 34)
    canvas.drawString(60, 300 if cover else 450, slide.title)
    canvas.setFillColor("#FFFFFF" if cover else _INK)
    canvas.setFont("Helvetica", 22)
    for line, point in enumerate(slide.points):
        mark = "" if cover else "\u2022 "
        canvas.drawString(60, (240 if cover else 370) - 52 * line, f"{mark}{point}")
    canvas.setFont("Helvetica", 10)
    canvas.drawRightString(width - 30, 24, f"Halden Robotics   {number}")


_BRAND_PAGES = (
    (
        "Brand guidelines",
        (
            "Meridian Learning, version 3",
            "How we look, sound and sign. For colleagues, partners and everyone who prints our name.",
            "Questions: brand@meridian-learning.example",
        ),
    ),
    (
        "Our logo",
        (
            "The logo is a rising line over the word Meridian. Do not redraw it; use the files in the kit.",
            "Clear space: keep the height of the letter M free on all four sides of the logo.",
            "Minimum size: 24 mm in print, 96 pixels on screen.",
            "Do not stretch, tilt, outline or shade the logo, and never place it on a busy photograph.",
        ),
    ),
    (
        "Colour palette",
        (
            "Primary: Ward Blue   HEX #1D4E89   RGB 29 / 78 / 137   CMYK 90 70 15 5",
            "Primary: Morning     HEX #F6C667   RGB 246 / 198 / 103   CMYK 3 22 67 0",
            "Secondary: Linen     HEX #F4EFE6   RGB 244 / 239 / 230   CMYK 4 5 10 0",
            "Secondary: Slate     HEX #3B4A54   RGB 59 / 74 / 84   CMYK 75 58 48 35",
            "Text on Ward Blue is always white. Morning is for accents, at most a tenth of the page.",
        ),
    ),
    (
        "Typography",
        (
            "Headlines: Karla Bold, tracking 0, line spacing 110 %.",
            "Body text: Karla Regular, 10.5 pt in print, 17 px on screen, line spacing 150 %.",
            "Where Karla is missing, use Arial. Never set more than three lines in capitals.",
        ),
    ),
    (
        "Imagery and tone of voice",
        (
            "Photographs show people at work, by daylight, looking at each other and not at us.",
            "We write as a good colleague speaks: short sentences, no pity, no exclamation marks.",
            "We say care worker, not carer; learner, not user.",
        ),
    ),
    (
        "Using the brand",
        (
            "Partners may show our logo beside theirs at equal height, with the clear space kept.",
            "Stationery, slides and e-mail signatures: use the templates in the brand kit.",
            "Send every printed piece to the brand team three working days before it goes out.",
        ),
    ),
)


def brand_guide(saved_on: date) -> bytes:
    """Six pages in landscape format."""
    buffer = io.BytesIO()
    height, width = _A4
    canvas = Canvas(buffer, pagesize=(width, height), invariant=1)
    canvas.setTitle("Meridian Learning brand guidelines")
    for title, lines in _BRAND_PAGES:
        canvas.setFillColor("#1D4E89")
        canvas.rect(0, height - 26, width, 26, stroke=0, fill=1)
        canvas.setFont("Helvetica-Bold", 30)
        canvas.drawString(56, height - 110, title)
        canvas.setFillColor(_NIGHT)
        canvas.setFont("Helvetica", 15)
        for number, line in enumerate(lines):
            canvas.drawString(56, height - 170 - 36 * number, line)
        _draw_swatches(canvas, lines)
        canvas.showPage()
    canvas.save()
    return _dated(buffer.getvalue(), saved_on)


def _draw_swatches(canvas: Canvas, lines: tuple[str, ...]) -> None:
    """A square for each colour that the page names."""
    codes = [line.partition("HEX ")[2][:7] for line in lines if "HEX #" in line]
    for number, code in enumerate(codes):
        canvas.setFillColor(code)
        canvas.rect(56 + 150 * number, 60, 130, 130, stroke=0, fill=1)


def invoice(issued_on: date) -> bytes:
    """One page from a printer, with positions, tax and bank details."""
    due = issued_on + timedelta(days=14)
    lines = (
        "Hollins & Daughter, Printers",
        "7 Canal Row, Leeds",
        "",
        "Brightleaf Energy Ltd, Accounts payable",
        "",
        f"INVOICE No. {issued_on:%Y}-0417",
        f"Invoice date: {issued_on:%d.%m.%Y}        Payment due: {due:%d.%m.%Y}",
        "Customer number: 20881        Your order: B-1192",
        "",
        "Pos   Description                               Qty    Unit price     Amount",
        "1     Posters A1, street campaign, 4 colours    120         6.40     768.00",
        "2     Leaflets DL, folded twice               5,000         0.07     350.00",
        "3     Delivery to Leeds                           1        38.00      38.00",
        "",
        "Net total                                                  GBP    1,156.00",
        "VAT 20 %                                                   GBP      231.20",
        "Amount due                                                 GBP    1,387.20",
        "",
        "Please pay without deduction within 14 days, quoting the invoice number.",
        "Account name: Hollins & Daughter    Sort code: 00-00-00    Account: 00000000",
        "VAT registration: GB 000 0000 00",
    )
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=_A4, invariant=1)
    canvas.setTitle(f"Invoice {issued_on:%Y}-0417")
    canvas.setFont("Courier", 10)
    for number, line in enumerate(lines):
        canvas.drawString(56, _A4[1] - 80 - 18 * number, line)
    canvas.showPage()
    canvas.save()
    return _dated(buffer.getvalue(), issued_on)


def locked_price_list(valid_from: date) -> bytes:
    """A page that opens only with a password."""
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=_A4, invariant=1, encrypt="opensesame")
    canvas.drawString(56, 760, f"Partner prices from {valid_from:%d %B %Y}")
    canvas.drawString(
        56, 730, "Up to 500 seats: 9.20 EUR a month. From 501 seats: 7.80 EUR a month."
    )
    canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def _dated(octets: bytes, saved_on: date) -> bytes:
    """The same file as saved on that day: in place of the one date that `invariant` writes, and just as long."""
    return octets.replace(b"D:20000101000000", f"D:{saved_on:%Y%m%d}120000".encode())
