"""Documents made by program: what is tabular, calendar-like or a picture, in seven languages.

Each generator's documents form one group of validation; the same seed gives the same documents.
"""

from __future__ import annotations

from collections.abc import Iterator

from tests.corpus.blocks import Document, File
from tests.corpus.generated import calendars, drawn, feeds, roadmaps, tables
from tests.corpus.generated.drafts import Draft, Generator

_COUNTS: dict[Generator, int] = {
    calendars.fairs: 14,
    calendars.club_year: 11,
    calendars.programme: 10,
    calendars.fixtures: 5,
    calendars.editorial: 12,
    calendars.month_sheets: 6,
    calendars.season: 6,
    feeds.events: 7,
    feeds.courses: 3,
    feeds.posting: 3,
    feeds.appointment: 7,
    feeds.diary: 2,
    feeds.holidays: 1,
    roadmaps.lanes: 14,
    roadmaps.backlog: 10,
    roadmaps.chapters: 12,
    roadmaps.years: 9,
    roadmaps.halves: 5,
    roadmaps.phases: 5,
    tables.gantt: 9,
    tables.rota: 6,
    tables.timesheet: 4,
    tables.invoice: 9,
    tables.price_list: 5,
    tables.bank_statement: 6,
    tables.export: 6,
    tables.sensor_log: 4,
    tables.keywords: 3,
    tables.budget: 9,
    tables.figures: 6,
    tables.contacts: 5,
    tables.inventory: 4,
    tables.survey: 5,
    tables.agenda: 6,
    tables.timetable: 4,
    tables.past_visits: 5,
    tables.repayment: 2,
    tables.objectives: 3,
    drawn.slide: 5,
    drawn.plan: 4,
    drawn.photograph: 3,
    drawn.logo: 3,
    drawn.form: 3,
    drawn.chart: 3,
}


def everything(seed: str) -> Iterator[Document | File]:
    """Every generated document, in a fixed order."""
    for generator, count in _COUNTS.items():
        family = f"{generator.__module__.rpartition('.')[2]}.{generator.__qualname__}"
        for number in range(count):
            yield generator(Draft(family, seed, number))
