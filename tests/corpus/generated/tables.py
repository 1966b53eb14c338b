"""Tables that are no collateral, though they hold dates, quarters, events and plans: kind `other`."""

from __future__ import annotations

from datetime import date, timedelta

from tests.corpus.blocks import Block, Document, Form, Grid
from tests.corpus.generated import days
from tests.corpus.generated.drafts import Column, Draft, heading, line, optional

_KIND = "other"
_TABLES = (Form.XLSX, Form.XLSX, Form.CSV, Form.PDF, Form.DOCX)


def gantt(draft: Draft) -> Document:
    """Tasks with start, end and duration, or with marks under weeks."""
    rng, words = draft.rng, draft.words
    tasks = words.some("tasks", rng.randrange(8, 28))
    first = days.any_day(rng)
    written = days.form(words, rng)
    starts = [first + timedelta(days=place * rng.randrange(1, 9)) for place in range(len(tasks))]
    lengths = [rng.randrange(1, 25) for _ in tasks]
    blocks: list[Block] = draft.title(
        f"{words.firm()}: {rng.choice(('Gantt', 'schedule', 'Projektplan', 'planning'))}",
        words.brand(),
    )
    if draft.maybe(0.5):
        columns = [
            optional("ID", str, known=False),
            Column("task", lambda row: tasks[row]),
            Column("start", lambda row: written(starts[row])),
            Column("end", lambda row: written(starts[row] + timedelta(days=lengths[row]))),
            Column("duration", lambda row: str(lengths[row])),
            optional("owner", lambda _: words.person(), empty=0.2),
            optional("%", lambda _: f"{rng.randrange(0, 101, 10)}%", known=False),
            optional("Predecessors", lambda row: str(row) if row else "", empty=0.3, known=False),
        ]
        blocks.append(draft.table(columns, len(tasks)))
    else:
        count = rng.randrange(8, 26)
        unit = rng.choice(("W{}", "KW {}", "{}", "S{}"))
        names = [unit.format(number + 1) for number in range(count)]
        mark = rng.choice(("x", "X", "█", "■", "1"))
        rows = [(words.one("task"), *names)]
        for place, task in enumerate(tasks):
            begin = min(count - 1, place * count // len(tasks))
            end = begin + rng.randrange(1, 5)
            rows.append((task, *(mark if begin <= week < end else "" for week in range(count))))
        blocks.append(Grid(tuple(rows)))
    labels = draft.labels(
        _KIND,
        words.file_name("Gantt", "schedule", "timeline", "roadmap"),
        also=("roadmap",) if draft.maybe(0.2) else (),
    )
    return draft.document(labels, blocks, Form.XLSX, Form.XLSX, Form.PDF, Form.DOCX, Form.CSV)


def rota(draft: Draft) -> Document:
    """Who works when, this week or month."""
    rng, words = draft.rng, draft.words
    monday = next(days.weeks(days.any_day(rng), 1))
    dates = [monday + timedelta(days=number) for number in range(rng.choice((5, 7, 7, 14, 28)))]
    written = days.form(words, rng, year=draft.maybe(0.3))
    people = [words.person() for _ in range(rng.randrange(4, 16))]
    across = draft.maybe(0.6)
    if across:
        rows = [
            (words.one("person"), *map(written, dates)),
            *((who, *(words.one("shifts") for _ in dates)) for who in people),
        ]
    else:
        rows = [
            (words.one("date"), *people),
            *((written(day), *(words.one("shifts") for _ in people)) for day in dates),
        ]
    labels = draft.labels(
        _KIND, words.file_name("rota", "Dienstplan", "planning", "shifts", "calendar")
    )
    return draft.document(
        labels, [*draft.title(words.firm(), f"{monday:%d.%m.%Y}"), Grid(tuple(rows))], *_TABLES
    )


def timesheet(draft: Draft) -> Document:
    """Hours worked, day by day."""
    rng, words = draft.rng, draft.words
    first = days.any_day(rng).replace(day=1)
    written, clock = days.form(words, rng), days.clock(rng)
    columns = [
        Column("date", lambda row: written(first + timedelta(days=row))),
        Column("start", lambda _: clock(rng.randrange(7, 10), rng.choice((0, 15, 30, 45)))),
        Column("end", lambda _: clock(rng.randrange(15, 19), rng.choice((0, 15, 30, 45)))),
        Column("hours", lambda _: f"{rng.randrange(12, 40) / 4:.2f}"),
        optional("task", lambda _: words.one("tasks"), empty=0.3),
        optional("company", lambda _: words.firm(), empty=0.2),
    ]
    blocks = [
        *draft.title(words.full_name(), f"{words.one('hours')} {first:%m/%Y}"),
        draft.table(columns, rng.randrange(10, 31)),
    ]
    labels = draft.labels(_KIND, words.file_name("timesheet", "hours", "Stundenzettel"))
    return draft.document(labels, blocks, *_TABLES)


def invoice(draft: Draft) -> Document:
    """Positions, tax and where to pay."""
    rng, words = draft.rng, draft.words
    day, written = days.any_day(rng), days.form(words, rng)
    word = {
        "de": "Rechnung",
        "fr": "Facture",
        "es": "Factura",
        "pt": "Fatura",
        "nl": "Factuur",
        "it": "Fattura",
    }.get(draft.language, "Invoice")
    service = draft.maybe(0.4)
    columns = [
        optional("Pos", lambda row: str(row + 1), known=False),
        Column(
            "article",
            lambda _: (
                rng.choice((words.event(), words.one("roadmap_words"), words.one("content_words")))
                if service
                else words.one("goods")
            ),
        ),
        Column("quantity", lambda _: words.count(1, 60)),
        Column("price", lambda _: words.sum(1, 900)),
        Column("amount", lambda _: words.sum(10, 9000)),
    ]
    blocks: list[Block] = [
        line(
            f"{words.firm()}\n{words.one('last_names')} {rng.randrange(1, 200)}\n{words.one('cities')}"
        ),
        line(f"{words.firm()}\n{words.full_name()}"),
        heading(f"{word} {rng.randrange(2023, 2027)}-{rng.randrange(1, 9999):04}", 1),
        line(f"{words.one('date')}: {written(day)}"),
        draft.table(columns, rng.randrange(1, 14)),
        line(
            f"{words.one('amount')}: {rng.choice(('EUR', '€', 'GBP', 'USD', 'CHF'))} {words.sum(50, 20000)}"
        ),
        line(f"IBAN XX00 0000 0000 0000 0000 · {words.email()}"),
    ]
    labels = draft.labels(_KIND, words.file_name(word, "RE", "order", "brand guide"))
    return draft.document(
        labels, blocks, Form.PDF, Form.PDF, Form.DOCX, Form.XLSX, Form.HTML, Form.ODT
    )


def price_list(draft: Draft) -> Document:
    """Articles and what they cost."""
    rng, words = draft.rng, draft.words
    count = rng.randrange(12, 60)
    goods = words.some("goods", count)
    columns = [
        Column("SKU", lambda _: f"{rng.choice('ABKXZ')}{rng.randrange(1000, 99999)}", known=False),
        Column("article", lambda row: goods[row]),
        Column("price", lambda _: words.sum(0.5, 900)),
        optional("category", lambda _: words.one("lanes")),
        optional("quantity", lambda _: words.count(1, 200)),
        optional("notes", lambda _: words.one("remarks"), empty=0.8),
    ]
    labels = draft.labels(_KIND, words.file_name("prices", "Preisliste", "catalogue 2026"))
    return draft.document(
        labels,
        [*draft.title(f"{words.firm()} 2026", words.one("price")), draft.table(columns, count)],
        *_TABLES,
        Form.HTML,
    )


def bank_statement(draft: Draft) -> Document:
    """Bookings and balance."""
    rng, words = draft.rng, draft.words
    count = rng.randrange(12, 50)
    when = days.several(rng, days.any_day(rng), count, within=95)
    written = days.form(words, rng)
    columns = [
        Column("date", lambda row: written(when[row])),
        Column(
            "article",
            lambda _: (
                f"{words.one('transactions')} {rng.choice((words.firm(), words.event(), ''))}".strip()
            ),
        ),
        Column("amount", lambda _: rng.choice(("-", "-", "")) + words.sum(1, 3000)),
        optional("balance", lambda _: words.sum(100, 20000)),
        optional("category", lambda _: words.one("budget_lines")),
    ]
    labels = draft.labels(
        _KIND, words.file_name("statement", "Kontoauszug", "umsatz", "transactions")
    )
    return draft.document(
        labels,
        [*draft.title(words.firm(), words.one("balance"), share=0.4), draft.table(columns, count)],
        *_TABLES,
        Form.CSV,
    )


def export(draft: Draft) -> Document:
    """Rows of a shop or an issue tracker, with a time on each."""
    rng, words = draft.rng, draft.words
    day = days.any_day(rng)
    count = rng.randrange(20, 80)
    tickets = draft.maybe(0.5)
    columns = [
        Column("id", lambda row: str(10000 + row * rng.randrange(1, 4)), known=False),
        Column(
            "created_at",
            lambda row: (
                f"{day + timedelta(hours=row * 7)}T{rng.randrange(24):02}:{rng.randrange(60):02}:00Z"
            ),
            known=False,
        ),
        Column(
            "summary" if tickets else "product",
            lambda _: words.feature() if tickets else words.one("goods"),
            known=False,
        ),
        optional("status", lambda _: words.one("statuses")),
        optional("customer_email", lambda _: words.email(), known=False),
        optional("priority", lambda _: words.one("priorities")),
        optional("total", lambda _: f"{rng.uniform(3, 900):.2f}", known=False),
        optional(
            "country", lambda _: rng.choice(("DE", "FR", "GB", "US", "IT", "PT", "NL")), known=False
        ),
        optional("assignee", lambda _: words.person(), empty=0.3, known=False),
    ]
    labels = draft.labels(_KIND, words.file_name("export", "orders", "tickets", "jira"))
    return draft.document(labels, [draft.table(columns, count)], Form.CSV, Form.CSV, Form.XLSX)


def sensor_log(draft: Draft) -> Document:
    """Measured values by the minute."""
    rng = draft.rng
    day, count = days.any_day(rng), rng.randrange(30, 120)
    names = rng.sample(
        ("temp_c", "humidity", "pressure", "vbat", "co2", "lux", "rpm", "flow"), rng.randrange(2, 5)
    )
    rows = [(rng.choice(("timestamp", "time", "ts", "Datum/Zeit")), *names)]
    for number in range(count):
        hour, minute = divmod(number * 15, 60)
        stamp = f"{day + timedelta(days=hour // 24)} {hour % 24:02}:{minute:02}:00"
        rows.append((stamp, *(f"{rng.gauss(40, 6):.2f}" for _ in names)))
    labels = draft.labels(_KIND, draft.words.file_name("log", "sensor", "data"))
    return draft.document(labels, [Grid(tuple(rows))], Form.CSV, Form.CSV, Form.XLSX, Form.TXT)


def keywords(draft: Draft) -> Document:
    """Search words with volumes: planned content, but no calendar."""
    rng, words = draft.rng, draft.words
    columns = [
        Column("Keyword", lambda _: words.post().lower(), known=False),
        Column(
            rng.choice(("Volume", "Avg. monthly searches")),
            lambda _: words.count(10, 9000),
            known=False,
        ),
        optional("KD", lambda _: words.count(1, 95), known=False),
        optional("CPC", lambda _: f"{rng.uniform(0.1, 9):.2f}", known=False),
        optional("Position", lambda _: words.count(1, 99), known=False),
        optional(
            "URL",
            lambda _: f"https://{words.brand().lower()}.example/blog/{rng.randrange(999)}",
            known=False,
        ),
        optional(
            "Intent",
            lambda _: rng.choice(("informational", "commercial", "navigational")),
            known=False,
        ),
    ]
    labels = draft.labels(_KIND, words.file_name("keywords", "seo", "content"))
    return draft.document(
        labels, [draft.table(columns, rng.randrange(20, 80))], Form.CSV, Form.XLSX
    )


def budget(draft: Draft) -> Document:
    """Money by quarter, month or year."""
    rng, words = draft.rng, draft.words
    year = rng.choice((2024, 2025, 2026, 2027))
    behind = f" {year}" if draft.maybe(0.5) else ""
    by_quarter = [f"Q{number}{behind}" for number in range(1, 5)]
    by_month = list(words.all("short_months"))
    by_year = [str(year + number) for number in range(rng.choice((3, 5)))]
    names = rng.choice((by_quarter, by_quarter, by_month, by_year))
    total = [words.one("amount")] if draft.maybe(0.6) else []
    rows = [
        (words.one("category"), *names, *total),
        *(
            (entry, *(words.sum(500, 250_000) for _ in [*names, *total]))
            for entry in words.some("budget_lines", rng.randrange(6, 15))
        ),
    ]
    word = rng.choice(("Budget", "Forecast", "Plan", "P&L", "Cash flow", "KPI"))
    labels = draft.labels(_KIND, words.file_name(word, "finance", f"plan {year}"))
    return draft.document(
        labels,
        [*draft.title(f"{word} {year}", words.firm()), Grid(tuple(rows))],
        *_TABLES,
        Form.PPTX,
    )


def figures(draft: Draft) -> Document:
    """Results of past quarters, by region or product."""
    rng, words = draft.rng, draft.words
    year = rng.choice((2022, 2023, 2024, 2025))
    names = [f"Q{number % 4 + 1} {year + number // 4}" for number in range(rng.choice((4, 6, 8)))]
    rows = [(rng.choice(("Region", words.one("article"), "KPI")), *names)]
    rows += [
        (
            words.one(rng.choice(("cities", "goods", "lanes"))),
            *(rng.choice((words.count(10, 99999), f"{rng.uniform(-9, 30):.1f}%")) for _ in names),
        )
        for _ in range(rng.randrange(5, 20))
    ]
    labels = draft.labels(_KIND, words.file_name("results", "KPI", "quarterly report", "sales"))
    return draft.document(
        labels,
        [*draft.title(f"{words.firm()} {names[0]} - {names[-1]}", "KPIs"), Grid(tuple(rows))],
        *_TABLES,
        Form.SLIDES_PDF,
    )


def contacts(draft: Draft) -> Document:
    """People and how to reach them."""
    rng, words = draft.rng, draft.words
    columns = [
        Column("person", lambda _: words.full_name()),
        Column("email", lambda _: words.email(), empty=0.1),
        optional("company", lambda _: words.firm(), empty=0.1),
        optional("place", lambda _: words.one("cities"), empty=0.2),
        optional("notes", lambda _: words.one("remarks"), empty=0.6),
        optional("channel", lambda _: words.one("channels"), empty=0.3),
    ]
    labels = draft.labels(_KIND, words.file_name("contacts", "press list", "attendees", "members"))
    return draft.document(
        labels,
        [
            *draft.title(words.firm(), words.event(), share=0.4),
            draft.table(columns, rng.randrange(8, 60)),
        ],
        *_TABLES,
    )


def inventory(draft: Draft) -> Document:
    """What stands where."""
    rng, words = draft.rng, draft.words
    written = days.form(words, rng)
    columns = [
        Column("No.", lambda row: f"{row + 1:03}", known=False),
        Column("article", lambda _: words.one("goods")),
        Column("quantity", lambda _: words.count(0, 400)),
        Column("place", lambda _: words.one("venues")),
        optional("date", lambda _: written(days.any_day(rng)), empty=0.2),
        optional("amount", lambda _: words.sum(5, 4000)),
        optional("status", lambda _: words.one("statuses"), empty=0.3),
    ]
    labels = draft.labels(_KIND, words.file_name("inventory", "Inventar", "stock", "assets"))
    return draft.document(
        labels,
        [
            *draft.title(words.firm(), words.one("quantity"), share=0.4),
            draft.table(columns, rng.randrange(10, 60)),
        ],
        *_TABLES,
    )


def survey(draft: Draft) -> Document:
    """Answers counted, or one row for each who answered."""
    rng, words = draft.rng, draft.words
    questions = words.some("survey_questions", 5)
    if draft.maybe(0.5):
        rows = [(words.one("question"), *words.all("answers"))]
        rows += [
            (question, *(words.count(0, 90) for _ in words.all("answers")))
            for question in questions
        ]
    else:
        day = days.any_day(rng)
        rows = [("Timestamp", *questions)]
        rows += [(f"{day + timedelta(days=number // 6)} {rng.randrange(8, 22)}:{rng.randrange(10, 60)}:07", *(words.one("answers") for _ in questions))
                 for number in range(rng.randrange(12, 50))]  # fmt: skip
    labels = draft.labels(
        _KIND, words.file_name("survey", "responses", "Umfrage", "feedback event")
    )
    return draft.document(
        labels, [*draft.title(words.event(), words.firm(), share=0.5), Grid(tuple(rows))], *_TABLES
    )


def agenda(draft: Draft) -> Document:
    """One meeting: a day, times, points. It has dates and hours, but is one event."""
    rng, words = draft.rng, draft.words
    written, clock = days.form(words, rng), days.clock(rng)
    day, hour = days.any_day(rng), rng.randrange(8, 15)
    rows = [(words.one("time"), words.one("subject"), words.one("owner"))]
    rows += [
        (
            clock(hour + number // 3, number % 3 * 20),
            rng.choice((words.feature(), words.one("tasks"), words.one("lanes"))),
            words.person(),
        )
        for number in range(rng.randrange(4, 10))
    ]
    blocks: list[Block] = [
        heading(
            f"{rng.choice(('Agenda', 'TOP', 'Meeting', 'Ordre du jour', 'Board meeting', 'Workshop'))} {written(day)}",
            1,
        ),
        line(f"{words.one('place')}: {words.one('venues')}, {words.one('cities')}"),
        Grid(tuple(rows)),
    ]
    labels = draft.labels(_KIND, words.file_name("agenda", "meeting", "Protokoll"))
    return draft.document(labels, blocks, Form.DOCX, Form.PDF, Form.DOCX, Form.TXT, Form.ODT)


def timetable(draft: Draft) -> Document:
    """Lessons of a week: weekdays across, hours down, no dates."""
    rng, words = draft.rng, draft.words
    clock = days.clock(rng)
    rows = [(rng.choice(("", words.one("time"))), *words.all("weekdays")[:5])]
    rows += [
        (
            clock(8 + number, 0),
            *(words.one("topics") if draft.maybe(0.8) else "" for _ in range(5)),
        )
        for number in range(rng.randrange(5, 11))
    ]
    labels = draft.labels(_KIND, words.file_name("timetable", "Stundenplan", "schedule"))
    return draft.document(
        labels,
        [*draft.title(words.firm(), f"Class {rng.randrange(5, 13)}b"), Grid(tuple(rows))],
        *_TABLES,
    )


def past_visits(draft: Draft) -> Document:
    """What has happened: deliveries, repairs, inspections, with dates and places."""
    rng, words = draft.rng, draft.words
    count = rng.randrange(10, 50)
    when = days.several(rng, days.any_day(rng).replace(year=2024), count, within=300)
    written = days.form(words, rng)
    columns = [
        Column("date", lambda row: written(when[row])),
        Column("task", lambda _: words.one("tasks")),
        Column("place", lambda _: words.one("cities")),
        Column("hours", lambda _: words.count(1, 12)),
        optional("person", lambda _: words.person()),
        optional("amount", lambda _: words.sum(20, 900)),
        optional("article", lambda _: words.one("goods"), empty=0.4),
    ]
    labels = draft.labels(_KIND, words.file_name("log", "visits", "maintenance", "deliveries"))
    return draft.document(
        labels,
        [*draft.title(words.firm(), words.one("task"), share=0.4), draft.table(columns, count)],
        *_TABLES,
    )


def repayment(draft: Draft) -> Document:
    """A loan, instalment by instalment."""
    rng, words = draft.rng, draft.words
    first, rate = days.any_day(rng).replace(day=1), rng.randrange(200, 4000)
    left = rate * rng.randrange(24, 61)
    written = days.form(words, rng)
    rows = [("#", words.one("date"), words.one("amount"), words.one("balance"))]
    for number in range(rng.randrange(24, 49)):
        month = first.month - 1 + number
        left = max(0, left - rate)
        rows.append(
            (
                str(number + 1),
                written(date(first.year + month // 12, month % 12 + 1, 1)),
                f"{rate}.00",
                f"{left}.00",
            )
        )
    labels = draft.labels(_KIND, words.file_name("loan", "Tilgungsplan", "schedule"))
    return draft.document(labels, [*draft.title(words.firm(), "Loan"), Grid(tuple(rows))], *_TABLES)


def objectives(draft: Draft) -> Document:
    """Goals of one quarter with figures reached so far: near a roadmap, and many would say so."""
    rng, words = draft.rng, draft.words
    quarter = f"Q{rng.randrange(1, 5)} {rng.choice((2025, 2026))}"
    columns = [
        Column("Objective", lambda _: words.feature(), known=False),
        Column(
            "Key result", lambda _: f"{words.count(5, 95)} % {words.one('objects')}", known=False
        ),
        Column("Score", lambda _: f"{rng.random():.1f}", known=False),
        optional("owner", lambda _: words.person()),
    ]
    labels = draft.labels(_KIND, words.file_name("OKR", "goals", quarter), also=("roadmap",))
    return draft.document(
        labels,
        [
            *draft.title(f"OKRs {quarter}", f"OKR {words.firm()}", share=0.9),
            draft.table(columns, rng.randrange(6, 16)),
        ],
        Form.XLSX,
        Form.DOCX,
        Form.PDF,
        Form.PPTX,
    )
