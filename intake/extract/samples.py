"""One tiny document of each format, and a message that holds them, for a process that is to have read each before it forks.

They hold what most documents hold (a heading, a table, a day, a quarter), and nothing of anybody's.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterator, Mapping
from email.message import EmailMessage
from io import BytesIO

_OPC = "http://schemas.openxmlformats.org/package/2006"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_WORDS = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_SLIDES = "http://schemas.openxmlformats.org/presentationml/2006/main"
_SHEETS = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_DRAWING = "http://schemas.openxmlformats.org/drawingml/2006/main"
_CORE = (
    f'<p:coreProperties xmlns:p="{_OPC}/metadata/core-properties" xmlns:d="http://purl.org/dc/elements/1.1/"'
    ' xmlns:t="http://purl.org/dc/terms/"><d:title>Product roadmap</d:title>'
    "<t:modified>2026-01-01T09:00:00Z</t:modified></p:coreProperties>"
)
_DOCUMENT = (
    f'<w:document xmlns:w="{_WORDS}"><w:body><w:p><w:pPr><w:pStyle w:val="H"/></w:pPr><w:r><w:t>'
    "Product roadmap 2026</w:t></w:r></w:p><w:p><w:r><w:rPr><w:b/></w:rPr><w:t>Q3 2026</w:t></w:r></w:p>"
    "<w:tbl><w:tr><w:tc><w:p/></w:tc></w:tr></w:tbl></w:body></w:document>"
)
_STYLES = f'<w:styles xmlns:w="{_WORDS}"><w:style w:styleId="H"><w:name w:val="heading 1"/></w:style></w:styles>'
_PRESENTATION = (
    f'<p:presentation xmlns:p="{_SLIDES}" xmlns:r="{_OFFICE}"><p:sldIdLst><p:sldId r:id="r1"/></p:sldIdLst>'
    '<p:sldSz cx="9144000" cy="5143500"/></p:presentation>'
)
_SLIDE = (
    f'<p:sld xmlns:p="{_SLIDES}" xmlns:a="{_DRAWING}"><p:cSld><p:spTree><p:sp><p:nvSpPr><p:nvPr>'
    '<p:ph type="title"/></p:nvPr></p:nvSpPr><p:txBody><a:p><a:r><a:t>The problem</a:t></a:r></a:p></p:txBody>'
    "</p:sp></p:spTree></p:cSld></p:sld>"
)
_WORKBOOK = (
    f'<workbook xmlns="{_SHEETS}" xmlns:r="{_OFFICE}"><sheets><sheet name="Plan" sheetId="1" r:id="r1"/></sheets>'
    "</workbook>"
)
_SHEET = (
    f'<worksheet xmlns="{_SHEETS}"><sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>Date</t></is></c>'
    '<c r="B1" s="1"><v>46000</v></c></row></sheetData></worksheet>'
)
_NUMBER_FORMATS = f'<styleSheet xmlns="{_SHEETS}"><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs></styleSheet>'
_PAGE = (
    b"BT /F 24 Tf 20 100 Td (Case study) Tj /F 9 Tf 0 -40 Td (The challenge and the results) Tj ET"
)
_TEXT = """\
Events

| Date | Event | Place |
|---|---|---|
| 2026-03-03 | Fair, from 3 to 5 March | Harbour, $5 |

On Monday at 9:30 we said: "it's done; you must see it" [there](https://example.com).
Last updated: 1 January 2026
"""
_CALENDAR = """\
BEGIN:VCALENDAR
VERSION:2.0
BEGIN:VEVENT
UID:1
DTSTART:20260303T090000Z
DTEND:20260303T100000Z
RRULE:FREQ=WEEKLY;COUNT=2
SUMMARY:Fair
END:VEVENT
BEGIN:VEVENT
UID:2
DTSTART;TZID=Europe/Berlin:20260305T090000
DTEND;TZID=Europe/Berlin:20260305T100000
SUMMARY:Call
END:VEVENT
BEGIN:VEVENT
UID:3
DTSTART;VALUE=DATE:20260306
SUMMARY:Show
END:VEVENT
END:VCALENDAR
"""


def samples() -> Iterator[tuple[str, bytes]]:
    """Name and octets of each."""
    yield "roadmap.docx", _package({"word/document.xml": _DOCUMENT, "word/styles.xml": _STYLES})
    yield (
        "deck.pptx",
        _package(
            {
                "ppt/presentation.xml": _PRESENTATION,
                "ppt/_rels/presentation.xml.rels": _pointing_to("slide", "slides/slide1.xml"),
                "ppt/slides/slide1.xml": _SLIDE,
            }
        ),
    )
    yield (
        "plan.xlsx",
        _package(
            {
                "_rels/.rels": _pointing_to("officeDocument", "xl/workbook.xml"),
                "xl/workbook.xml": _WORKBOOK,
                "xl/styles.xml": _NUMBER_FORMATS,
                "xl/_rels/workbook.xml.rels": _pointing_to("worksheet", "worksheets/sheet1.xml"),
                "xl/worksheets/sheet1.xml": _SHEET,
            }
        ),
    )
    yield "case study.pdf", _pdf()
    yield "events.md", _TEXT.encode()
    yield "events.txt", _TEXT.encode()
    yield "events.csv", b"Date,Event\n2026-03-03,Fair\n"
    yield "events.ics", _CALENDAR.replace("\n", "\r\n").encode()
    yield (
        "post.html",
        b"<html><title>Post</title><body><h1>Post</h1><p>We wrote this.</p></body></html>",
    )
    yield "brief.rtf", rb"{\rtf1\ansi A brief.\par}"
    yield "logo.gif", b"GIF89a\x10\x00\x10\x00" + bytes(9)


def message() -> bytes:
    """A message in which everything occurs that most messages hold, with every sample."""
    made = EmailMessage()
    made["From"] = "Sample <sample@example.com>"
    made["To"] = made["Cc"] = made["Reply-To"] = "=?utf-8?q?B=C3=BCro?= <desk@example.com>"
    made["Subject"] = "=?utf-8?q?Pl=C3=A4ne?="
    made["Date"] = "Thu, 01 Jan 2026 09:00:00 +0100"
    made["Message-ID"] = made["In-Reply-To"] = made["References"] = "<1@example.com>"
    made.set_content("Here they are.\n\nhttps://example.com/plan\n\n-- \nSample\n")
    made.add_alternative("<p>Here <b>they</b> are.<br></p><ul><li>Plan</ul>", "html")
    for name, octets in samples():
        made.add_attachment(octets, "application", "octet-stream", filename=name)
    return made.as_bytes()


def _package(parts: Mapping[str, str]) -> bytes:
    target = BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in {**parts, "docProps/core.xml": _CORE}.items():
            archive.writestr(name, text)
    return target.getvalue()


def _pointing_to(what: str, target: str) -> str:
    return (
        f'<Relationships xmlns="{_OPC}/relationships"><Relationship Id="r1" Type="{_OFFICE}/{what}"'
        f' Target="{target}"/></Relationships>'
    )


def _pdf() -> bytes:
    """One page; readers find the objects by themselves where no table says where they are."""
    objects = (
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 400 200]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>>>",
        b"<</Length %d>>stream\n%b\nendstream" % (len(_PAGE), _PAGE),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    )
    body = b"".join(b"%d 0 obj%b\nendobj\n" % entry for entry in enumerate(objects, start=1))
    return b"%PDF-1.4\n" + body + b"trailer<</Root 1 0 R>>\n%%EOF\n"
