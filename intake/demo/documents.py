"""The demo's documents, built in code: decks, roadmaps, calendars, articles, a brand guide, an invoice and a logo.

The same day gives the same octets. Nothing here is scanned or downloaded, and no real firm or person is named.
"""

from __future__ import annotations

import html
import io
import struct
import zipfile
import zlib
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

import docx
import pptx
import xlsxwriter  # type: ignore[import-untyped]  # ships no types
from docx.document import Document as WordDocument
from icalendar import Calendar, Event
from pptx.enum.dml import MSO_THEME_COLOR
from pptx.presentation import Presentation
from pptx.slide import Slide as PowerPointSlide
from pptx.util import Inches, Pt

from intake.demo import decks, pages, plans, posts

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
PPTX = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PDF = "application/pdf"
ICS = "text/calendar"
ZIP = "application/zip"
PNG = "image/png"


@dataclass(frozen=True, slots=True)
class Enclosure:
    """A file as a client would attach it."""

    filename: str
    media_type: str
    octets: bytes = field(repr=False)


# ---------------------------------------------------------------- slides


def investor_deck(today: date) -> Enclosure:
    """Thirteen slides: problem, solution, market, traction, team, the ask."""
    deck = decks.investor_deck(f"{today:%B %Y}")
    return Enclosure("Halden-Series-A-deck.pptx", PPTX, _slides(deck, today - timedelta(days=12)))


def scanned_deck(today: date) -> Enclosure:
    """Company slides exported to PDF under the name that a copying machine would give."""
    octets = pages.slides(decks.sales_deck(f"{today:%B %Y}"), today - timedelta(days=20))
    return Enclosure("scan0001.pdf", PDF, octets)


def _slides(deck: decks.Deck, saved_on: date) -> bytes:
    show = pptx.Presentation()
    show.slide_width, show.slide_height = Inches(13.333), Inches(7.5)
    for number, slide in enumerate(deck.slides):
        _add_slide(show, slide, cover=number == 0)
    properties = show.core_properties
    properties.title, properties.author = deck.title, "Ingrid Solberg"
    properties.created = properties.modified = _noon(saved_on)
    buffer = io.BytesIO()
    show.save(buffer)
    return _settled(buffer.getvalue(), saved_on)


def _add_slide(show: Presentation, slide: decks.Slide, *, cover: bool) -> None:
    layout = show.slide_layouts[0 if cover else 1]
    made = show.slides.add_slide(layout)
    title, body = made.placeholders[0], made.placeholders[1]
    title.left, title.top, title.width, title.height = (
        Inches(0.8),
        Inches(2.4 if cover else 0.5),
        Inches(11.7),
        Inches(1.2),
    )
    body.left, body.top, body.width, body.height = (
        Inches(0.8),
        Inches(3.8 if cover else 1.9),
        Inches(11.7),
        Inches(2.6 if slide.table else 4.6),
    )
    title.text = slide.title
    body.text = "\n".join(slide.points)
    if cover:
        made.background.fill.solid()
        made.background.fill.fore_color.theme_color = MSO_THEME_COLOR.ACCENT_3
    if slide.table:
        _add_table(made, slide.table)


def _add_table(made: PowerPointSlide, rows: tuple[tuple[str, ...], ...]) -> None:
    frame = made.shapes.add_table(
        len(rows), len(rows[0]), Inches(0.9), Inches(3.2), Inches(11), Inches(0.5 * len(rows))
    )
    for row, cells in enumerate(rows):
        for column, text in enumerate(cells):
            cell = frame.table.cell(row, column)
            cell.text = text
            cell.text_frame.paragraphs[0].font.size = Pt(20)


# ---------------------------------------------------------------- roadmaps


def quarterly_roadmap_sheet(today: date) -> Enclosure:
    """The current quarter's plan as a workbook."""
    quarter = plans.quarter_of(today)
    octets = _workbook(plans.halden_quarter(quarter), today - timedelta(days=9))
    return Enclosure(f"Halden roadmap {quarter.name}.xlsx", XLSX, octets)


def quarterly_roadmap_page(today: date) -> Enclosure:
    """Another firm's plan of the current quarter, as a text document."""
    quarter = plans.quarter_of(today)
    octets = _roadmap_page(plans.meridian_quarter(quarter), "Priya Raman", today)
    return Enclosure(f"Meridian {quarter.name} roadmap.docx", DOCX, octets)


def last_quarters_roadmap(today: date) -> Enclosure:
    """A plan that was right three months ago."""
    quarter = plans.quarter_of(today).before()
    octets = _roadmap_page(
        plans.brightleaf_quarter(quarter), "Tom Okafor", today - timedelta(days=100)
    )
    return Enclosure("Marketing roadmap final.docx", DOCX, octets)


def yearly_roadmap(today: date) -> Enclosure:
    """This year's plan, laid out by quarters."""
    octets = _roadmap_page(plans.halden_year(today.year), "Ingrid Solberg", today)
    return Enclosure(f"Halden roadmap {today.year}.docx", DOCX, octets)


def yearly_roadmap_by_goal(today: date) -> Enclosure:
    """This year's plan of another firm, laid out by goals."""
    octets = _roadmap_page(plans.meridian_year(today.year), "Priya Raman", today)
    return Enclosure(f"Meridian-roadmap-{today.year}.docx", DOCX, octets)


_ROADMAP_HEADING = ("Theme", "Initiative", "Owner", "Due", "Goal")


def _cells(initiative: plans.Initiative) -> tuple[str, ...]:
    return (
        initiative.theme,
        initiative.what,
        initiative.owner,
        initiative.when,
        initiative.goal,
    )


def _workbook(roadmap: plans.Roadmap, saved_on: date) -> bytes:
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
        book.set_properties({"title": roadmap.title, "created": _noon(saved_on)})
        bold = book.add_format({"bold": True})
        sheet = book.add_worksheet("Roadmap")
        sheet.set_column(0, 4, 24)
        sheet.write(0, 0, roadmap.title, bold)
        sheet.write(1, 0, roadmap.opening)
        sheet.write_row(3, 0, _ROADMAP_HEADING, bold)
        for row, initiative in enumerate(roadmap.initiatives, start=4):
            sheet.write_row(row, 0, _cells(initiative))
    return buffer.getvalue()


def _roadmap_page(roadmap: plans.Roadmap, author: str, saved_on: date) -> bytes:
    page = docx.Document()
    page.add_heading(roadmap.title, level=0)
    page.add_paragraph(roadmap.opening)
    for theme in dict.fromkeys(initiative.theme for initiative in roadmap.initiatives):
        page.add_heading(theme, level=2)
        lines = [entry for entry in roadmap.initiatives if entry.theme == theme]
        for line in lines:
            page.add_paragraph(f"{line.when}: {line.what} ({line.goal})", style="List Bullet")
    page.add_heading("Milestones and owners", level=1)
    _add_rows(page, (_ROADMAP_HEADING, *(_cells(entry) for entry in roadmap.initiatives)))
    return _page_octets(page, author, saved_on)


def _add_rows(page: WordDocument, rows: tuple[tuple[str, ...], ...]) -> None:
    table = page.add_table(rows=len(rows), cols=len(rows[0]), style="Light Grid Accent 1")
    for row, texts in zip(table.rows, rows, strict=True):
        for cell, text in zip(row.cells, texts, strict=True):
            cell.text = text


# ---------------------------------------------------------------- calendars


def event_sheet(today: date) -> Enclosure:
    """A calendar of events as a workbook with real dates."""
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
        book.set_properties({"title": "Events and trade fairs", "created": _noon(today)})
        bold = book.add_format({"bold": True})
        day = book.add_format({"num_format": "dd mmm yyyy"})
        sheet = book.add_worksheet("Events")
        sheet.set_column(0, 5, 22)
        sheet.write_row(0, 0, ("Date", "Event", "Location", "Days", "Our role", "Owner"), bold)
        for row, event in enumerate(plans.halden_events(today), start=1):
            sheet.write_datetime(row, 0, _noon(event.on).replace(hour=0), day)
            sheet.write_row(row, 1, (event.name, event.place, event.days, event.role, event.owner))
    return Enclosure("Events.xlsx", XLSX, buffer.getvalue())


def event_calendar(today: date) -> Enclosure:
    """A published iCalendar file (RFC 5545) of all-day events."""
    made = Calendar()
    made.add("prodid", "-//Brightleaf Energy//Events//EN")
    made.add("version", "2.0")
    made.add("method", "PUBLISH")
    made.add("x-wr-calname", "Brightleaf events")
    for number, event in enumerate(plans.brightleaf_events(today), start=1):
        entry = Event()
        entry.add("uid", f"event-{number}-{event.on:%Y%m%d}@brightleaf-energy.example")
        entry.add("dtstamp", _noon(today))
        entry.add("dtstart", event.on)
        entry.add("dtend", event.on + timedelta(days=event.days))
        entry.add("summary", event.name)
        entry.add("location", event.place)
        entry.add("description", f"{event.role}, in charge: {event.owner}")
        made.add_component(entry)
    return Enclosure("Brightleaf-events.ics", ICS, made.to_ical())


# ---------------------------------------------------------------- articles


def blog_posts(today: date) -> Enclosure:
    """Three articles in three formats, in one archive."""
    files = (
        _post_page(posts.WALKING, today),
        _post_web(posts.FIRST_WEEK, today),
        _post_text(posts.LEASING, today),
    )
    return Enclosure("blog.zip", ZIP, _archive(files, today))


def _published(post: posts.Post, today: date) -> date:
    return today - timedelta(weeks=post.weeks_ago)


def _byline(post: posts.Post, today: date) -> str:
    day = _published(post, today)
    return f"By {post.author}, {day.day} {day:%B %Y}"


def _post_page(post: posts.Post, today: date) -> Enclosure:
    page = docx.Document()
    page.add_heading(post.title, level=0)
    page.add_paragraph(_byline(post, today))
    for block in post.blocks():
        page.add_paragraph(block.text, style="Heading 2" if block.heading else None)
    octets = _page_octets(page, post.author, _published(post, today))
    return Enclosure("blog/half-marathon-a-week.docx", DOCX, octets)


def _post_web(post: posts.Post, today: date) -> Enclosure:
    body = "\n".join(
        f"<h2>{html.escape(block.text)}</h2>"
        if block.heading
        else f"<p>{html.escape(block.text)}</p>"
        for block in post.blocks()
    )
    page = (
        '<!DOCTYPE html>\n<html lang="en">\n<head><meta charset="utf-8">'
        f"<title>{html.escape(post.title)} | Halden Robotics blog</title>\n"
        f'<meta name="author" content="{html.escape(post.author)}"></head>\n'
        f"<body>\n<article>\n<h1>{html.escape(post.title)}</h1>\n"
        f'<p class="byline">{html.escape(_byline(post, today))} &middot; 4 min read</p>\n{body}\n'
        "<footer>Filed under Installation. Share this article, or read the next post.</footer>\n"
        "</article>\n</body>\n</html>\n"
    )
    return Enclosure("blog/the-first-week.html", "text/html", page.encode())


def _post_text(post: posts.Post, today: date) -> Enclosure:
    blocks = "\n\n".join(
        f"## {block.text}" if block.heading else block.text for block in post.blocks()
    )
    text = f"# {post.title}\n\n*{_byline(post, today)}*\n\n{blocks}\n"
    return Enclosure("blog/buy-lease-or-pay-per-pick.md", "text/markdown", text.encode())


# ---------------------------------------------------------------- the rest


def brand_guide(today: date) -> Enclosure:
    """Colours, clear space and typefaces of an invented firm."""
    return Enclosure(
        "Meridian-brand-guidelines.pdf", PDF, pages.brand_guide(today - timedelta(days=200))
    )


def misnamed_invoice(today: date) -> Enclosure:
    """A printer's invoice that somebody saved as a roadmap."""
    return Enclosure("roadmap.pdf", PDF, pages.invoice(today - timedelta(days=6)))


def locked_price_list(today: date) -> Enclosure:
    """A PDF that asks for a password."""
    return Enclosure("Meridian-price-list.pdf", PDF, pages.locked_price_list(today))


def signature_logo() -> Enclosure:
    """The small picture under every mail of a firm, called as Outlook calls it."""
    width, height, leaf, paper = 96, 28, b"\x2e\x8b\x57", b"\xff\xff\xff"
    rows = b"".join(
        b"\x00" + b"".join(leaf if abs(x - 14) + abs(y - 14) < 12 else paper for x in range(width))
        for y in range(height)
    )
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    octets = b"\x89PNG\r\n\x1a\n" + b"".join(
        _chunk(name, content)
        for name, content in ((b"IHDR", head), (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b""))
    )
    return Enclosure("image001.png", PNG, octets)


def _chunk(name: bytes, content: bytes) -> bytes:
    """One chunk of a PNG file: length, name, content and checksum (ISO 15948, 5.3)."""
    return (
        struct.pack(">I", len(content))
        + name
        + content
        + struct.pack(">I", zlib.crc32(name + content))
    )


# ---------------------------------------------------------------- octets that do not depend on the clock


def _noon(day: date) -> datetime:
    """Office formats keep local time without a zone."""
    return datetime.combine(day, time(12))


def _page_octets(page: WordDocument, author: str, saved_on: date) -> bytes:
    properties = page.core_properties
    properties.author = properties.last_modified_by = author
    properties.created = properties.modified = _noon(saved_on)
    buffer = io.BytesIO()
    page.save(buffer)
    return _settled(buffer.getvalue(), saved_on)


def _archive(files: tuple[Enclosure, ...], saved_on: date) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for file in files:
            archive.writestr(_entry(file.filename, saved_on), file.octets)
    return buffer.getvalue()


def _settled(octets: bytes, saved_on: date) -> bytes:
    """The same package with every entry saved on that day: the writers put in the time of the run."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(octets)) as old, zipfile.ZipFile(buffer, "w") as new:
        for name in old.namelist():
            new.writestr(_entry(name, saved_on), old.read(name))
    return buffer.getvalue()


def _entry(name: str, saved_on: date) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, (saved_on.year, saved_on.month, saved_on.day, 12, 0, 0))
    entry.compress_type = zipfile.ZIP_DEFLATED
    return entry
