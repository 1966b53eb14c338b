"""Event calendars: fairs and conferences, a club's year, programmes, fixtures, editorial and posting plans."""

from __future__ import annotations

import calendar
from datetime import date, timedelta

from tests.corpus.blocks import Block, Document, Form, Grid
from tests.corpus.generated import days
from tests.corpus.generated.drafts import Column, Draft, bullets, heading, line, optional

_KIND = "event_calendar"


def fairs(draft: Draft) -> Document:
    """A table of fairs and conferences with dates and places."""
    rng, words = draft.rng, draft.words
    count = rng.randrange(5, 45)
    starts = days.several(rng, days.any_day(rng), count, within=rng.choice((120, 200, 360)))
    ends = [day + timedelta(days=rng.choice((0, 0, 1, 2, 3))) for day in starts]
    year = draft.maybe(0.8)
    written = days.form(words, rng, year=year)
    events = [words.event() for _ in starts]
    columns = [
        Column("event", lambda row: events[row]),
        Column("start", lambda row: written(starts[row])),
        optional("end", lambda row: written(ends[row])),
        Column("place", lambda _: words.one("cities"), empty=0.1),
        optional("deadline", lambda row: written(starts[row] - timedelta(days=60)), empty=0.5),
        optional("owner", lambda _: words.person(), empty=0.3),
        optional("status", lambda _: words.one("statuses"), empty=0.2),
        optional("notes", lambda _: words.one("remarks"), empty=0.6),
        optional("URL", lambda _: f"https://{words.brand().lower()}.example", known=False),
        optional("amount", lambda _: words.sum(0, 4000), empty=0.5),
    ]
    title = words.one("calendar_words")
    shown = f"{title} {starts[0].year}"
    stated = year or (shown_title := draft.maybe(0.6))
    blocks: list[Block] = (
        [heading(shown, 1)] if (year and draft.maybe(0.6)) or (not year and stated) else []
    )
    if draft.maybe(0.2):
        blocks.append(line(words.one("remarks")))
    blocks.append(draft.table(columns, count))
    span = days.span_of([*starts, *ends]) if stated and (year or shown_title) else None
    labels = draft.labels(_KIND, words.file_name(title, "events", "conferences"), span=span)
    return draft.document(
        labels, blocks, Form.XLSX, Form.XLSX, Form.CSV, Form.DOCX, Form.PDF, Form.HTML, Form.MD
    )


def club_year(draft: Draft) -> Document:
    """What a club or parish does in a year, line by line."""
    rng, words = draft.rng, draft.words
    year = days.any_day(rng).year
    when = days.several(
        rng, date(year, rng.randrange(1, 3), rng.randrange(1, 20)), rng.randrange(6, 26), within=290
    )
    in_line = draft.maybe(0.4)
    written = days.form(words, rng, year=in_line)
    clock = days.clock(rng)
    parts = (": ", " - ", " \N{EN DASH} ", "  ", "\t", ", ")
    gap, timed, placed = rng.choice(parts), draft.maybe(0.5), draft.maybe(0.5)

    def entry(day: date) -> str:
        time = f" {clock(rng.randrange(10, 21), rng.choice((0, 30)))}" if timed else ""
        place = f", {words.one('venues')}" if placed and draft.maybe(0.8) else ""
        return f"{written(day)}{time}{gap}{words.one('happenings')}{place}"

    blocks: list[Block] = [heading(f"{words.firm()} {words.one('calendar_words')} {year}", 1)]
    if draft.maybe(0.4):
        for month in sorted({day.month for day in when}):
            blocks.append(heading(words.all("months")[month - 1].capitalize()))
            entries = [entry(day) for day in when if day.month == month]
            blocks += [bullets(entries)] if draft.maybe(0.6) else [line(text) for text in entries]
    elif draft.maybe(0.5):
        blocks.append(bullets([entry(day) for day in when]))
    else:
        blocks += [line(entry(day)) for day in when]
    if draft.maybe(0.4):
        blocks.append(line(f"{words.full_name()}, {words.email()}"))
    labels = draft.labels(
        _KIND,
        words.file_name(words.one("calendar_words"), "dates", "Flyer"),
        span=days.span_of(when),
    )
    return draft.document(
        labels,
        blocks,
        Form.DOCX,
        Form.DOCX,
        Form.PDF,
        Form.PDF,
        Form.TXT,
        Form.ODT,
        Form.HTML,
        Form.RTF,
    )


def programme(draft: Draft) -> Document:
    """A festival or conference, day by day and hour by hour."""
    rng, words = draft.rng, draft.words
    first = days.any_day(rng)
    dates = [first + timedelta(days=number) for number in range(rng.choice((1, 2, 2, 3, 3, 4, 7)))]
    year_shown = draft.maybe(0.7)
    written = days.form(words, rng, year=year_shown)
    clock = days.clock(rng)
    stages = words.some("venues", rng.choice((1, 1, 2, 3, 4)))
    year = first.year if draft.maybe(0.8) else ""
    name = f"{words.event()} {year}".strip()
    blocks: list[Block] = draft.title(
        name, f"{name} \N{EN DASH} {words.one('calendar_words')}", share=0.9
    )
    as_table = draft.maybe(0.6)
    for day in dates:
        blocks.append(heading(written(day)))
        hour = rng.randrange(9, 17)
        rows = [(words.one("time"), *stages)]
        for _ in range(rng.randrange(3, 9)):
            acts = (
                f"{words.one('acts')}{rng.choice(('', f': {words.full_name()}', f' ({words.brand()})'))}"
                for _ in stages
            )
            rows.append((clock(hour % 24, rng.choice((0, 15, 30))), *acts))
            hour += rng.choice((1, 1, 2))
        blocks.append(
            Grid(tuple(rows))
            if as_table
            else bullets([f"{row[0]} {' / '.join(row[1:])}" for row in rows[1:]])
        )
    span = (
        days.span_of(dates)
        if year_shown or (year and blocks[0] != heading(written(first)))
        else None
    )
    short = () if len(dates) > 1 else ("other",)
    labels = draft.labels(
        _KIND,
        words.file_name(name, words.one("calendar_words"), "programme"),
        span=span,
        also=short,
    )
    return draft.document(
        labels, blocks, Form.DOCX, Form.PDF, Form.PDF, Form.HTML, Form.XLSX, Form.TXT
    )


def fixtures(draft: Draft) -> Document:
    """Matches of a season that are still to be played."""
    rng, words = draft.rng, draft.words
    teams = [
        f"{words.one('cities')} {rng.choice(('FC', 'Rovers', 'Harriers', 'SC', 'United', 'HC'))}"
        for _ in range(6)
    ]
    when = list(days.weeks(days.any_day(rng), rng.randrange(8, 24)))
    when = [day + timedelta(days=rng.choice((5, 5, 6, 2))) for day in when]
    written, clock = days.form(words, rng), days.clock(rng)
    pairs = [rng.sample(teams, 2) for _ in when]
    columns = [
        Column("date", lambda row: written(when[row])),
        optional("time", lambda _: clock(rng.choice((14, 15, 18, 19)), rng.choice((0, 30)))),
        Column("Home", lambda row: pairs[row][0], known=False),
        Column("Away", lambda row: pairs[row][1], known=False),
        optional("place", lambda _: words.one("venues"), empty=0.2),
    ]
    blocks = [
        *draft.title(f"{words.brand()} League {when[0].year}/{when[-1].year % 100}", "Fixtures"),
        draft.table(columns, len(when)),
    ]
    labels = draft.labels(
        _KIND, words.file_name("fixtures", "season", "Spielplan"), span=days.span_of(when)
    )
    return draft.document(labels, blocks, Form.XLSX, Form.CSV, Form.DOCX, Form.PDF, Form.HTML)


def editorial(draft: Draft) -> Document:
    """What is to be published when, on which channel."""
    rng, words = draft.rng, draft.words
    count = rng.randrange(8, 50)
    when = days.several(rng, days.any_day(rng), count, within=count * rng.choice((2, 3, 7)))
    year = draft.maybe(0.75)
    written = days.form(words, rng, year=year)
    columns = [
        Column("date", lambda row: written(when[row])),
        optional(
            "KW" if draft.language == "de" else "Week",
            lambda row: str(when[row].isocalendar().week),
            known=False,
        ),
        Column("channel", lambda _: words.one("channels")),
        Column("subject", lambda _: words.post(), empty=0.1),
        optional("form", lambda _: words.one("post_forms"), empty=0.15),
        optional("owner", lambda _: words.person(), empty=0.3),
        optional("status", lambda _: words.one("statuses"), empty=0.2),
        optional(
            "Hashtags",
            lambda _: f"#{words.brand().lower()} #{words.one('topics').lower().replace(' ', '')}",
            known=False,
        ),
        optional(
            "Link",
            lambda _: f"{words.brand().lower()}.example/{rng.randrange(100)}",
            empty=0.6,
            known=False,
        ),
    ]
    month = words.all("months")[when[0].month - 1]
    title = f"{words.one('content_words')} {month} {when[0].year}"
    blocks = [
        *draft.title(title, f"{words.firm()} \N{EN DASH} {words.one('content_words')}", share=0.5),
        draft.table(columns, count),
    ]
    span = days.span_of(when) if year else None
    labels = draft.labels(
        _KIND, words.file_name(words.one("content_words"), "social", "posts"), span=span
    )
    return draft.document(
        labels, blocks, Form.XLSX, Form.XLSX, Form.XLSX, Form.CSV, Form.DOCX, Form.PDF
    )


def month_sheets(draft: Draft) -> Document:
    """A grid of weeks and weekdays for each month, with what happens in the cells."""
    rng, words = draft.rng, draft.words
    first = days.any_day(rng).replace(day=1)
    posts = draft.maybe(0.5)
    used: list[date] = []
    blocks: list[Block] = []
    for ahead in range(rng.choice((1, 1, 2, 3, 6))):
        number = first.month - 1 + ahead
        year, month = first.year + number // 12, number % 12 + 1
        blocks.append(heading(f"{words.all('months')[month - 1].capitalize()} {year}", 1))
        rows = [tuple(words.all("weekdays"))]
        for week in calendar.monthcalendar(year, month):
            cells = []
            for day in week:
                happens = bool(day) and draft.maybe(0.25)
                if happens:
                    used.append(date(year, month, day))
                what = words.post() if posts else words.one("happenings")
                cells.append(f"{day or ''}" + (f"\n{what}" if happens else ""))
            rows.append(tuple(cells))
        blocks.append(Grid(tuple(rows)))
    span = days.span_of(used) if used else None
    labels = draft.labels(
        _KIND,
        words.file_name(words.one("calendar_words"), words.one("content_words"), "month"),
        span=span,
    )
    return draft.document(labels, blocks, Form.XLSX, Form.XLSX, Form.DOCX, Form.PDF)


def season(draft: Draft) -> Document:
    """A theatre's or concert hall's season: title, day, price, a line of praise."""
    rng, words = draft.rng, draft.words
    first = days.any_day(rng)
    when = days.several(rng, first, rng.randrange(6, 18), within=260)
    written, clock = days.form(words, rng), days.clock(rng)
    blocks: list[Block] = draft.title(
        f"{words.one('calendar_words')} {first.year}/{(first.year + 1) % 100}",
        words.firm(),
        share=0.9,
    )
    for day in when:
        blocks.append(heading(f"{words.brand()}: {words.one('acts')}"))
        blocks.append(
            line(
                f"{written(day)}, {clock(rng.randrange(17, 22), rng.choice((0, 30)))}, {words.one('venues')}"
            )
        )
        if draft.maybe(0.4):
            blocks.append(
                line(
                    f"{words.full_name()}, {words.full_name()}. {words.one('remarks')}. € {words.sum(5, 60)}"
                )
            )
    labels = draft.labels(
        _KIND, words.file_name("season", words.one("calendar_words")), span=days.span_of(when)
    )
    return draft.document(labels, blocks, Form.DOCX, Form.PDF, Form.HTML, Form.ODT, Form.RTF)
