"""Calendar files (RFC 5545), written by hand: published calendars, and the appointments that are none."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from tests.corpus.blocks import File
from tests.corpus.generated import days
from tests.corpus.generated.drafts import Draft

_KIND = "event_calendar"
_ZONES = ("Europe/Berlin", "Europe/Madrid", "America/New_York", "Europe/London", "Asia/Tokyo")
_MAKERS = ("-//Google Inc//Google Calendar 70.9054//EN", "-//Microsoft Corporation//Outlook 16.0 MIMEDIR//EN",
           "-//Apple Inc.//macOS 14.0//EN", "-//WordPress//The Events Calendar//EN", "-//Nextcloud calendar v4//EN")  # fmt: skip
_LINE_OCTETS = 73


def events(draft: Draft) -> File:
    """A calendar of public events, all-day or with times, some of them coming back."""
    rng, words = draft.rng, draft.words
    starts = days.several(rng, days.any_day(rng), rng.randrange(4, 40), within=300)
    all_day = draft.maybe(0.5)
    last: list[date] = []
    entries = []
    for number, day in enumerate(starts):
        length = rng.choice((1, 1, 1, 2, 3))
        name = words.event() if draft.maybe(0.5) else words.one("happenings")
        lines = [
            f"UID:{number}-{rng.randrange(10**8)}@{words.brand().lower()}.example",
            _stamp(day),
        ]
        if all_day:
            last.append(day + timedelta(days=length - 1))
            lines += [
                f"DTSTART;VALUE=DATE:{day:%Y%m%d}",
                f"DTEND;VALUE=DATE:{day + timedelta(days=length):%Y%m%d}",
            ]
        else:
            last.append(day)
            lines += _timed(draft, day)
        lines += [f"SUMMARY:{_escaped(name)}"]
        if draft.maybe(0.8):
            place = f"{words.one('venues')}, {words.one('cities')}"
            lines.append(f"LOCATION:{_escaped(place)}")
        if draft.maybe(0.4):
            about = f"{words.one('remarks')}\nhttps://{words.brand().lower()}.example"
            lines.append(f"DESCRIPTION:{_escaped(about)}")
        entries.append(lines)
    title = f"{words.brand()} {words.one('calendar_words')}" if draft.maybe(0.7) else None
    labels = draft.labels(
        _KIND, words.file_name("events", "calendar", "basic"), span=days.span_of([*starts, *last])
    )
    return File(
        labels,
        ".ics",
        _calendar(draft, entries, name=title, method="PUBLISH" if draft.maybe(0.5) else None),
    )


def courses(draft: Draft) -> File:
    """Series that come back: classes, matches, markets; with an end, so that a span can be told."""
    rng, words = draft.rng, draft.words
    entries, used = [], []
    for number in range(rng.randrange(3, 9)):
        first = days.any_day(rng).replace(year=2026)
        count, weeks = rng.randrange(3, 12), rng.choice((1, 1, 2))
        used += [first, first + timedelta(weeks=weeks * (count - 1))]
        until = f"UNTIL={used[-1]:%Y%m%d}T235959Z"
        rule = f"RRULE:FREQ=WEEKLY;INTERVAL={weeks};{rng.choice((f'COUNT={count}', until))}"
        lines = [f"UID:c{number}{rng.randrange(10**7)}", _stamp(first), *_timed(draft, first), rule]
        entries.append(
            [
                *lines,
                f"SUMMARY:{_escaped(words.one('happenings'))}",
                f"LOCATION:{words.one('venues')}",
            ]
        )
    labels = draft.labels(
        _KIND, words.file_name("courses", "season", "calendar"), span=days.span_of(used)
    )
    return File(labels, ".ics", _calendar(draft, entries, name=f"{words.firm()}", method=None))


def posting(draft: Draft) -> File:
    """An editorial plan, exported as a calendar."""
    rng, words = draft.rng, draft.words
    when = days.several(rng, days.any_day(rng), rng.randrange(8, 30), within=90)
    entries = [
        [
            f"UID:p{number}",
            _stamp(day),
            f"DTSTART;VALUE=DATE:{day:%Y%m%d}",
            f"SUMMARY:{words.one('channels')}: {_escaped(words.post())}",
        ]
        for number, day in enumerate(when)
    ]
    labels = draft.labels(_KIND, words.file_name("content", "social"), span=days.span_of(when))
    return File(
        labels, ".ics", _calendar(draft, entries, name=words.one("content_words"), method=None)
    )


def appointment(draft: Draft) -> File:
    """One appointment, often an invitation or its answer: a meeting is no event calendar."""
    rng, words = draft.rng, draft.words
    day = days.any_day(rng)
    lines = [
        f"UID:{rng.randrange(10**12)}",
        _stamp(day),
        *_timed(draft, day),
        f"SUMMARY:{_escaped(words.one('meetings'))}",
    ]
    if draft.maybe(0.7):
        lines += [f"ORGANIZER;CN={words.full_name()}:mailto:{words.email()}",
                  f"ATTENDEE;PARTSTAT=NEEDS-ACTION;RSVP=TRUE:mailto:{words.email()}"]  # fmt: skip
    if draft.maybe(0.25):
        lines.append(
            f"RRULE:FREQ={rng.choice(('WEEKLY', 'DAILY', 'MONTHLY'))};COUNT={rng.randrange(4, 30)}"
        )
    if draft.maybe(0.5):
        lines += [
            "BEGIN:VALARM",
            "ACTION:DISPLAY",
            "TRIGGER:-PT15M",
            "DESCRIPTION:Reminder",
            "END:VALARM",
        ]
    method = rng.choice(("REQUEST", "REQUEST", "REPLY", "CANCEL", None))
    labels = draft.labels("other", words.file_name("invite", "meeting", "Termin"))
    return File(labels, ".ics", _calendar(draft, [lines], name=None, method=method))


def diary(draft: Draft) -> File:
    """Somebody's own week: meetings and the dentist."""
    rng, words = draft.rng, draft.words
    when = sorted(
        days.any_day(rng) + timedelta(days=rng.randrange(12)) for _ in range(rng.randrange(4, 15))
    )
    entries = [
        [
            f"UID:d{number}",
            _stamp(day),
            *_timed(draft, day),
            f"SUMMARY:{_escaped(words.one('meetings'))}",
            "CLASS:PRIVATE",
        ]
        for number, day in enumerate(when)
    ]
    labels = draft.labels(
        "other", words.file_name("calendar", words.one("first_names")), also=(_KIND,)
    )
    return File(labels, ".ics", _calendar(draft, entries, name=words.email(), method=None))


def holidays(draft: Draft) -> File:
    """The public holidays of a country, as every program subscribes to them."""
    year = draft.rng.choice((2024, 2025, 2026, 2027))
    names = draft.words.all("holidays")
    when = days.several(draft.rng, date(year, 1, 1), len(names), within=362)
    entries = [
        [
            f"UID:h{number}",
            _stamp(day),
            f"DTSTART;VALUE=DATE:{day:%Y%m%d}",
            f"SUMMARY:{_escaped(name)}",
            "TRANSP:TRANSPARENT",
        ]
        for number, (day, name) in enumerate(zip(when, names, strict=True))
    ]
    labels = draft.labels("other", draft.words.file_name("holidays", "Feiertage"), also=(_KIND,))
    return File(labels, ".ics", _calendar(draft, entries, name=f"Holidays {year}", method=None))


def _calendar(
    draft: Draft, entries: list[list[str]], *, name: str | None, method: str | None
) -> bytes:
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", f"PRODID:{draft.rng.choice(_MAKERS)}"]
    lines += [f"METHOD:{method}"] if method else []
    lines += [f"X-WR-CALNAME:{_escaped(name)}"] if name else []
    for entry in entries:
        lines += ["BEGIN:VEVENT", *entry, "END:VEVENT"]
    lines.append("END:VCALENDAR")
    return b"".join(b"\r\n ".join(_folded(line)) + b"\r\n" for line in lines)


def _folded(line: str) -> list[bytes]:
    """Content lines of at most 75 octets (RFC 5545, 3.1), never cut inside a character."""
    parts, part = [], b""
    for mark in line:
        octets = mark.encode()
        if len(part) + len(octets) > _LINE_OCTETS:
            parts.append(part)
            part = b""
        part += octets
    return [*parts, part]


def _timed(draft: Draft, day: date) -> list[str]:
    rng = draft.rng
    start = datetime.combine(day, time(rng.randrange(8, 20), rng.choice((0, 0, 30))))
    end = start + timedelta(minutes=rng.choice((30, 60, 90, 120)))
    if draft.maybe(0.4):
        return [f"DTSTART:{start:%Y%m%dT%H%M%SZ}", f"DTEND:{end:%Y%m%dT%H%M%SZ}"]
    zone = rng.choice(_ZONES)
    return [f"DTSTART;TZID={zone}:{start:%Y%m%dT%H%M%S}", f"DTEND;TZID={zone}:{end:%Y%m%dT%H%M%S}"]


def _stamp(day: date) -> str:
    return f"DTSTAMP:{day - timedelta(days=40):%Y%m%d}T080000Z"


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n")
