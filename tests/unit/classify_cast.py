"""Documents of the sort that clients mail, written for the tests: one builder each, all of them octets in memory."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass

import docx
import openpyxl  # type: ignore[import-untyped]  # ships no types
import pptx

from intake.model import Extract, Family, Page

SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SLIDES = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
WORDS = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@dataclass(frozen=True)
class File:
    name: str
    media_type: str
    octets: bytes


def sheet(name: str, rows: Sequence[Sequence[object]], title: str = "Sheet1") -> File:
    book = openpyxl.Workbook()
    page = book.active
    page.title = title
    for row in rows:
        page.append(list(row))
    held = io.BytesIO()
    book.save(held)
    return File(name, SHEET, held.getvalue())


def slides(name: str, pages: Sequence[tuple[str, Sequence[str]]]) -> File:
    deck = pptx.Presentation()
    for heading, lines in pages:
        page = deck.slides.add_slide(deck.slide_layouts[1])
        shape = page.shapes.title
        assert shape is not None
        shape.text = heading
        page.placeholders[1].text = "\n".join(lines)
    held = io.BytesIO()
    deck.save(held)
    return File(name, SLIDES, held.getvalue())


def words(name: str, text: str, rows: Sequence[Sequence[str]] = ()) -> File:
    """Lines of text; "# " and "## " make headings, "- " a bullet, and the rows a table at the end."""
    document = docx.Document()
    styles = {"# ": "Heading 1", "## ": "Heading 2", "- ": "List Bullet"}
    for line in filter(None, (line.strip() for line in text.splitlines())):
        mark = next((mark for mark in styles if line.startswith(mark)), "")
        document.add_paragraph(line[len(mark) :], style=styles.get(mark))
    if rows:
        table = document.add_table(rows=0, cols=len(rows[0]))
        for row in rows:
            for cell, content in zip(table.add_row().cells, row, strict=True):
                cell.text = content
    held = io.BytesIO()
    document.save(held)
    return File(name, WORDS, held.getvalue())


def pages(shown: Sequence[Sequence[str]]) -> Extract:
    """Landscape pages as they are read from a PDF."""
    texts = ["\n".join(lines) for lines in shown]
    return Extract(
        family=Family.PDF,
        text="\n\n".join(texts),
        pages=tuple(Page(text, 842.0, 595.0) for text in texts),
        page_count=len(texts),
    )


# ---------------------------------------------------------------- roadmaps


def roadmap_with_quarter_columns() -> File:
    return sheet(
        "Plan.xlsx",
        [
            ["Tidewater product roadmap 2027"],
            ["Theme", "Q1 2027", "Q2 2027", "Q3 2027", "Q4 2027"],
            ["Booking", "New checkout", "Group bookings", "Gift cards", "Loyalty"],
            ["Mobile", "Offline maps", "Push messages", "Wallet passes", "Tablet layout"],
            ["Platform", "Single sign-on", "Audit log", "Open API", "Second region"],
            ["Partners", "Ferry lines", "Hotels", "Car hire", "Rail"],
        ],
    )


def roadmap_of_one_quarter_in_words() -> File:
    return words(
        "for you.docx",
        """
        # Larkfield roadmap, Q4 2026
        What we plan to ship between October and December.
        ## Priorities
        - Self-service returns for shops, beta in October
        - Faster search, rollout to all customers in November
        - Invoices in three languages, launch in December
        ## Milestones
        - 15 October: beta opens
        - 20 November: general availability of search
        - 10 December: code freeze
        ## Later
        - Marketplace integrations move to the first quarter of next year.
        """,
    )


def roadmap_as_slides() -> File:
    return slides(
        "slides.pptx",
        [
            ("Roadmap Q4 2026", ["Product and engineering", "Norrland Analytics"]),
            ("Goals for the quarter", ["Halve set-up time", "First enterprise customer live"]),
            ("October", ["Import wizard", "Role permissions"]),
            ("November", ["Scheduled exports", "Single sign-on beta"]),
            ("December", ["Audit log", "Regional hosting in progress"]),
            ("Risks and dependencies", ["Hosting contract signed by 1 November"]),
        ],
    )


def yearly_roadmap_in_german() -> File:
    return words(
        "Planung.docx",
        """
        # Produkt-Roadmap 2027
        Ziele und Meilensteine für das kommende Jahr.
        ## 1. Quartal 2027
        - Neue Startseite geplant
        - Anmeldung mit Firmenkonto
        ## 2. Quartal 2027
        - App für Außendienst, Meilenstein Mai
        ## 3. Quartal 2027
        - Schnittstelle zur Buchhaltung
        ## 4. Quartal 2027
        - Mandantenfähigkeit, Beta im November
        """,
    )


# ---------------------------------------------------------------- decks

_PITCH = (
    ("Pebble & Pine", ["Refill stations for every supermarket", "Investor presentation, 2026"]),
    ("The problem", ["Shoppers throw away 40 bottles a year", "Shops pay for every one of them"]),
    ("The solution", ["A refill station that fits where a shelf stood", "Paid by the litre"]),
    ("How it works", ["Scan", "Refill", "Pay at the till"]),
    ("Market size", ["TAM €9bn", "SAM €1.8bn", "SOM €120m in five years"]),
    ("Business model", ["Rent per station and month", "7 % of sales"]),
    ("Traction", ["42 stations in 6 cities", "MRR €61k, up 18 % a month", "Churn under 1 %"]),
    ("Go to market", ["Two chains signed", "Regional partners install"]),
    ("Competition", ["Loose-ware shops", "Deposit schemes", "Our edge: no staff needed"]),
    ("The team", ["Ines Vale, CEO", "Tomasz Rut, CTO", "Farah Lund, operations"]),
    ("Financial projections", ["2026: €0.9m", "2027: €3.1m", "2028: €8.4m"]),
    ("The ask", ["Raising €2.5m seed", "Use of funds: 200 stations, two hires"]),
)


def deck_as_slides() -> File:
    return slides("2026-09.pptx", _PITCH)


def deck_as_pdf() -> Extract:
    return pages([(heading, *lines) for heading, lines in _PITCH])


# ---------------------------------------------------------------- calendars


def calendar_as_sheet() -> File:
    return sheet(
        "list.xlsx",
        [
            ["Date", "Event", "Location"],
            ["2026-10-07", "Packaging Days", "Lyon"],
            ["2026-11-19", "Retail Summit", "Hamburg"],
            ["2027-01-26", "Green Trade Fair", "Berlin"],
            ["2027-03-03", "Store of Tomorrow", "Milan"],
            ["2027-05-11", "Partner day", "Porto"],
        ],
    )


def calendar_as_ics() -> File:
    entries = [
        ("20261007", "Packaging Days"),
        ("20261119", "Retail Summit"),
        ("20270126", "Green Trade Fair"),
        ("20270303", "Store of Tomorrow"),
    ]
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//tests//EN"]
    for day, title in entries:
        lines += [
            "BEGIN:VEVENT",
            f"UID:{day}@tests.example",
            f"DTSTAMP:{day}T000000Z",
            f"DTSTART;VALUE=DATE:{day}",
            f"SUMMARY:{title}",
            "END:VEVENT",
        ]
    lines.append("END:VCALENDAR")
    return File("export.ics", "text/calendar", "\r\n".join(lines).encode())


def calendar_as_words() -> File:
    return words(
        "overview.docx",
        "# Events 2027\nWhere to meet us next year.",
        [
            ["Date", "Event", "City", "Booth"],
            ["12-14 January 2027", "Glass & Tech", "Vienna", "B12"],
            ["9 February 2027", "Founders' breakfast", "Graz", "none"],
            ["3-5 March 2027", "Window Expo", "Nuremberg", "Hall 4"],
            ["21 April 2027", "Architects' meetup", "Linz", "none"],
            ["8-9 June 2027", "Facade Conference", "Basel", "17"],
        ],
    )


# ---------------------------------------------------------------- writing

# ruff: noqa: ISC004  # each paragraph is one string on several lines

_POST = (
    "Why we stopped counting clicks",
    "By Mara Hollis, 14 September 2026",
    "For three years I opened the same dashboard every Monday. It told me how many people had clicked, "
    "and I told everyone else, and we all felt busy. Then one of our oldest customers left, and nothing "
    "on that dashboard had hinted at it.",
    "So we tried something that felt reckless: for one quarter we didn't look at clicks at all. Instead we "
    "called ten customers a week and asked a single question. What did you come here to do?",
    "The answers weren't what we expected. Half of them didn't use the feature we were proudest of. "
    "A bakery in Leeds used our scheduling page as a shopping list, and she had no intention of stopping.",
    "I won't pretend it scaled. It was slow, and I've never written so many notes by hand. But by the "
    "eighth week we'd found two problems that no chart had shown us, and fixing them took an afternoon.",
    "Here's what I'd do differently. I'd start with the people who had just left, because they're honest. "
    "I'd keep the calls to fifteen minutes. And I'd write the answers where everyone can read them.",
    "We've gone back to our numbers since, but they sit on the second page now. If you're about to build "
    "your first dashboard, try the phone first. What have you got to lose?",
)


def post_as_words() -> File:
    return words("final v3.docx", "\n".join((f"# {_POST[0]}", *_POST[1:])))


def post_as_web_page() -> File:
    paragraphs = "".join(f"<p>{line}</p>" for line in _POST[1:])
    page = f"<html><head><title>{_POST[0]}</title></head><body><h1>{_POST[0]}</h1>{paragraphs}</body></html>"
    return File("page.html", "text/html", page.encode())


def post_as_markdown() -> File:
    return File("text.md", "text/markdown", "\n\n".join((f"# {_POST[0]}", *_POST[1:])).encode())


_RELEASE = """
FOR IMMEDIATE RELEASE
# Ostrava Bikes opens first repair workshop run by apprentices
OSTRAVA, Czech Republic, 4 November 2026 - Ostrava Bikes, a maker of city bicycles, today announced the opening of a
repair workshop that is run entirely by its apprentices. The workshop opens to the public on 16 November.
"Our apprentices asked for real customers, and now they have them," said Jana Malik, managing director of Ostrava Bikes.
"They set the prices, order the parts and answer the phone."
The workshop employs eleven apprentices and expects to repair about 2,000 bicycles in its first year. The city supports
the project with rooms in the former tram depot.
"I have never learned so much in a week," said Petr Doubek, an apprentice in his second year.
# About Ostrava Bikes
Ostrava Bikes has made city bicycles since 1994. The company is headquartered in Ostrava and employs 180 people.
Press contact: Lenka Hruba, press@ostrava-bikes.example
"""


def press_release() -> File:
    return words("text_en.docx", _RELEASE)


def case_study() -> File:
    return words(
        "story.docx",
        """
        # How Brightwater Clinics cut waiting times by 38 %
        Customer: Brightwater Clinics. Industry: health care. Sites: 14.
        # The challenge
        Patients waited 47 minutes on average, although every doctor had free minutes each day. The client's reception
        teams planned appointments in four different systems, and nobody saw the whole week.
        # The solution
        Together with Brightwater we replaced the four systems with one shared plan. Our approach was to begin with two
        clinics, learn for six weeks, and only then move the other twelve. Reception staff were trained on site.
        # The results
        After five months the average waiting time had fallen from 47 to 29 minutes. Missed appointments were reduced by
        21 %, and the clinics saved about 90 hours of telephone time a month. The return on investment was reached in the
        seventh month.
        "We stopped apologising to people," said Ruth Calloway, head of operations at Brightwater.
        # About the client
        Brightwater Clinics runs fourteen outpatient clinics in the south-west.
        """,
    )


def brand_guide_as_words() -> File:
    return words(
        "cd.docx",
        """
        # Fernhill brand guidelines
        # Our logo
        Keep a clear space as wide as the letter F around the logo. The minimum size is 18 mm in print, 90 pixels on screen.
        # Incorrect usage
        - Do not stretch or rotate the logo.
        - Do not change its colours.
        - Never place it on a busy picture.
        # Colour palette
        - Primary: Moss #2F5D3A, RGB 47 93 58
        - Secondary: Sand #E6D9B8, RGB 230 217 184
        - Accent: Rust #B5532B
        # Typography
        Headings are set in Fraunces, text in Inter. Avoid more than two weights on a page.
        # Tone of voice
        Plain, warm and brief. We say "you" and "we", and we never shout.
        """,
    )


def brand_guide_as_pdf() -> Extract:
    return pages(
        [
            ("Quayside style guide", "Version 2.1"),
            ("Logo", "Clear space: the height of the Q on every side.", "Minimum size: 20 mm."),
            (
                "Misuse",
                "Do not distort the logo.",
                "Do not recolor the wordmark.",
                "Do not add shadows.",
            ),
            (
                "Colours",
                "Harbour blue #0B3C5D  C90 M60 Y30 K20",
                "Gull grey #D9DEE2",
                "Buoy red #D1495B",
            ),
            ("Typography", "Typeface: Source Sans. Headings bold, text regular."),
            ("Imagery", "Photography shows people at work, in daylight."),
        ],
    )


# ---------------------------------------------------------------- everything else


def invoice(name: str = "doc.docx") -> File:
    return words(
        name,
        """
        # Invoice
        Invoice number: 2026-0931
        Invoice date: 2 November 2026
        Bill to: Hartmann Optik, Gartenweg 4, 35390 Gießen
        Payment terms: 14 days net
        Subtotal: 1,840.00 EUR
        VAT 19 %: 349.60 EUR
        Total due: 2,189.60 EUR
        IBAN DE00 0000 0000 0000 0000 00, BIC TESTDEXX
        """,
        [
            ["Description", "Qty", "Unit price", "Amount"],
            ["Copywriting, landing page", "2", "420.00", "840.00"],
            ["Newsletter October", "1", "400.00", "400.00"],
            ["Editing", "6", "100.00", "600.00"],
        ],
    )


def price_list() -> File:
    return sheet(
        "list 2.xlsx",
        [
            ["Price list, valid until further notice"],
            ["Article no", "Description", "Unit price", "VAT", "Discount"],
            *(
                [f"A-{number}", f"Bracket {number} mm", number * 1.15, "19 %", "3 %"]
                for number in range(20, 60, 4)
            ),
        ],
    )


def contract() -> File:
    return words(
        "signed.docx",
        """
        # Services agreement
        This Agreement is made between Calder Works Ltd ("the Client") and Ilse Brandt ("the Contractor"), together the parties.
        # 1 Services
        The Contractor shall provide the services described in Annex A. The Client shall not unreasonably withhold approval.
        # 2 Confidential information
        The receiving party shall keep the confidential information of the disclosing party secret for three years.
        # 3 Liability
        Liability for slight negligence is excluded as far as the law permits. No warranty is given for third-party material.
        # 4 Termination
        Either party may terminate this Agreement with thirty days' notice in writing; termination for breach is unaffected.
        # 5 Governing law
        This Agreement is governed by the law of England. The courts of Leeds have jurisdiction.
        In witness whereof the parties have signed on the effective date.
        """,
    )


def cv() -> File:
    return words(
        "me.docx",
        """
        # Curriculum vitae
        Noor Adeyemi, born 1991, Rotterdam
        # Work experience
        2021 - today: content lead, Haven Freight
        2017 - 2021: editor, Noord Magazine
        # Education
        2013 - 2015: Master of Arts, University of Ghent
        2010 - 2013: Bachelor of Arts, Leiden
        # Skills
        Editing, interviewing, basic HTML
        # Languages
        Dutch, English, some German
        # References
        References available on request.
        """,
    )


def minutes() -> File:
    return words(
        "notes.docx",
        """
        # Minutes of the marketing meeting
        Date: 9 October 2026
        Attendees: A. Roth, B. Sand, C. Imhof
        Apologies: D. Wirz
        # Agenda
        1. Matters arising
        2. Trade fair
        3. Any other business
        # Decisions
        The booth is booked. B. Sand was asked to check the insurance.
        # Action items
        - A. Roth: send the floor plan by Friday
        - C. Imhof: call the printer
        The meeting was adjourned at 11:40. Next meeting: 6 November.
        """,
    )


def lecture() -> File:
    return slides(
        "w4.pptx",
        [
            (
                "Lecture 4: Linear regression",
                ["Course: statistics for students of biology", "Professor Lund"],
            ),
            ("Recap", ["Exercise 3", "Correlation and covariance"]),
            ("Least squares", ["Equation of the line", "Proof on the next page"]),
            ("Example", ["Dataset: leaf length", "Figure 1 shows the residuals"]),
            ("Assumptions", ["Independence", "Constant variance"]),
            ("Homework", ["Chapter 5, exercises 1 to 6", "Hand in before the exam"]),
        ],
    )


def gantt_chart() -> File:
    return sheet(
        "office move.xlsx",
        [
            ["Task", "Assigned to", "Start", "End", "Duration", "Progress"],
            ["Cancel the lease", "Ana", "2026-10-01", "2026-10-02", 2, "100 %"],
            ["Order cables", "Bo", "2026-10-05", "2026-10-09", 5, "60 %"],
            ["Pack", "all", "2026-11-02", "2026-11-06", 5, "0 %"],
            ["Move", "all", "2026-11-09", "2026-11-10", 2, "0 %"],
            ["Unpack", "all", "2026-11-11", "2026-11-13", 3, "0 %"],
        ],
    )


def survey_form() -> File:
    return words(
        "feedback.docx",
        """
        # Customer questionnaire
        Please fill in this form and return it by post.
        Name: ____________________
        Date of birth: ____________________
        How satisfied are you? Please tick one: ☐ very satisfied ☐ satisfied ☐ not satisfied
        Would you come back? ☐ yes ☐ no
        Phone number: ____________________
        Signature: ____________________
        """,
    )


def single_invitation() -> File:
    text = (
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//tests//EN\r\nBEGIN:VEVENT\r\nUID:one@tests.example\r\n"
        "DTSTAMP:20261001T000000Z\r\nDTSTART:20261012T090000Z\r\nSUMMARY:Weekly call\r\nEND:VEVENT\r\nEND:VCALENDAR"
    )
    return File("call.ics", "text/calendar", text.encode())
