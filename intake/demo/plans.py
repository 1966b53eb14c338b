"""Roadmaps and calendars of the invented firms, as text; every date follows from the day of the demo.

A quarter's plan names the months of that quarter, so that last quarter's plan is last quarter's on any day.
"""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True, slots=True)
class Quarter:
    """A calendar quarter; `number` is 1 to 4."""

    year: int
    number: int

    @property
    def name(self) -> str:
        """As firms write it: "Q4 2026"."""
        return f"Q{self.number} {self.year}"

    @property
    def months(self) -> tuple[str, str, str]:
        """The names of its three months."""
        first = 3 * self.number - 2
        one, two, three = (calendar.month_name[first + offset] for offset in range(3))
        return one, two, three

    def before(self) -> Quarter:
        """The quarter before this one."""
        if self.number == 1:
            return Quarter(self.year - 1, 4)
        return Quarter(self.year, self.number - 1)


def quarter_of(day: date) -> Quarter:
    """The calendar quarter that holds a day."""
    return Quarter(day.year, (day.month + 2) // 3)


@dataclass(frozen=True, slots=True)
class Initiative:
    """One line of a roadmap; `when` is a month or a quarter in words."""

    theme: str
    what: str
    owner: str
    when: str
    goal: str


@dataclass(frozen=True, slots=True)
class Roadmap:
    """A titled plan; `opening` is its first paragraph."""

    title: str
    opening: str
    initiatives: tuple[Initiative, ...]


@dataclass(frozen=True, slots=True)
class PlannedEvent:
    """One line of an event calendar."""

    on: date
    days: int
    name: str
    place: str
    role: str
    owner: str


def halden_quarter(quarter: Quarter) -> Roadmap:
    """The marketing and product plan of one quarter."""
    one, two, three = quarter.months
    return Roadmap(
        f"Halden Robotics roadmap {quarter.name}",
        f"What marketing and product deliver together from {one} to {three} {quarter.year}.",
        (
            Initiative("Launch", "Cart 2 teaser page and waiting list", "Ingrid", one, "600 names"),
            Initiative(
                "Launch", "Film at the Fjordparts site", "Ingrid", two, "90 seconds, 4 cuts"
            ),
            Initiative("Launch", "Cart 2 opens for orders", "Jonas", three, "25 orders"),
            Initiative("Content", "Step-counter study, second edition", "Ingrid", one, "7 sites"),
            Initiative("Content", "Six articles for the blog", "Ingrid", two, "1 every fortnight"),
            Initiative(
                "Dealers", "Dealer kit: slides, price list, demo cart", "Liv", one, "40 dealers"
            ),
            Initiative("Dealers", "Training days in Tallinn and Malmö", "Liv", three, "60 people"),
            Initiative("Product", "Docking without markers", "Jonas", two, "beta at 3 sites"),
            Initiative("Product", "Fleet desk in German and Dutch", "Mei", three, "released"),
        ),
    )


def halden_year(year: int) -> Roadmap:
    """The year's plan, laid out by quarters."""
    return Roadmap(
        f"Halden Robotics annual roadmap {year}",
        f"Our goals for {year} in one page: open two countries, ship the second cart and be known for "
        "less walking rather than for robots.",
        (
            Initiative(
                "Brand", "New website and tone of voice", "Ingrid", f"Q1 {year}", "live in March"
            ),
            Initiative(
                "Market", "Open the Netherlands with six dealers", "Liv", f"Q1 {year}", "6 dealers"
            ),
            Initiative(
                "Product", "Fleet desk 3 with heat maps", "Mei", f"Q2 {year}", "all customers"
            ),
            Initiative(
                "Content",
                "First step-counter study",
                "Ingrid",
                f"Q2 {year}",
                "20 articles in press",
            ),
            Initiative("Market", "Open southern Germany", "Liv", f"Q3 {year}", "10 dealers"),
            Initiative("Funding", "Data room for Series A", "Astrid", f"Q3 {year}", "complete"),
            Initiative("Product", "Cart 2 opens for orders", "Jonas", f"Q4 {year}", "25 orders"),
            Initiative("Team", "Service team of eight", "Liv", f"Q4 {year}", "8 people"),
        ),
    )


def brightleaf_quarter(quarter: Quarter) -> Roadmap:
    """The marketing plan of one quarter."""
    one, two, three = quarter.months
    return Roadmap(
        f"Brightleaf Energy marketing roadmap {quarter.name}",
        f"Priorities, owners and milestones for {quarter.name} ({one} to {three}).",
        (
            Initiative(
                "Awareness", "Street-by-street posters in Leeds and York", "Tom", one, "9 streets"
            ),
            Initiative("Awareness", "Local radio, 20 spots a week", "Dana", two, "40 % recall"),
            Initiative("Leads", "Heat-loss calculator on the website", "Sunil", one, "1,200 uses"),
            Initiative("Leads", "Open house at three reference homes", "Tom", two, "150 visits"),
            Initiative(
                "Sales", "Subscription price list, second edition", "Dana", three, "printed"
            ),
            Initiative("Customers", "Winter check by telephone", "Sunil", three, "every home"),
        ),
    )


def meridian_quarter(quarter: Quarter) -> Roadmap:
    """The product marketing plan of one quarter."""
    one, two, three = quarter.months
    return Roadmap(
        f"Meridian Learning: {quarter.name} roadmap",
        f"What we ship and say between {one} and {three} {quarter.year}, agreed with course design.",
        (
            Initiative(
                "Courses", "Polish for care workers, level A2", "Elif", one, "first 200 learners"
            ),
            Initiative("Courses", "Night-shift lessons of six minutes", "Elif", two, "released"),
            Initiative("Partners", "Two hospital groups sign up", "Priya", two, "1,100 seats"),
            Initiative(
                "Campaign", "Say it kindly: portraits of nine nurses", "Priya", one, "9 films"
            ),
            Initiative("Campaign", "Teachers' newsletter, monthly", "Ben", three, "35 % opened"),
            Initiative("Platform", "Offline mode on old telephones", "Noor", three, "beta"),
        ),
    )


def meridian_year(year: int) -> Roadmap:
    """The year's plan, laid out by goals and months, not by quarters."""
    return Roadmap(
        f"Meridian Learning yearly roadmap {year}",
        f"Where we want to stand on 31 December {year}, goal by goal: our priorities for the year, "
        "and the month in which each milestone is due.",
        (
            Initiative(
                "Reach", "Twenty thousand active learners", "Priya", f"December {year}", "20,000"
            ),
            Initiative(
                "Reach", "Second language pair for Spain", "Elif", f"May {year}", "released"
            ),
            Initiative(
                "Quality",
                "Every course reviewed by a working nurse",
                "Elif",
                f"August {year}",
                "all",
            ),
            Initiative(
                "Quality",
                "Speech practice with real ward noise",
                "Noor",
                f"October {year}",
                "all levels",
            ),
            Initiative(
                "Partners", "Six hospital groups under contract", "Priya", f"November {year}", "6"
            ),
            Initiative(
                "Team", "Learner support in four languages", "Ben", f"March {year}", "4 languages"
            ),
        ),
    )


def halden_events(today: date) -> tuple[PlannedEvent, ...]:
    """Where the firm will be, from some weeks ago to half a year ahead."""
    return (
        PlannedEvent(_weekday(today, -24), 1, "Dealer day Scandinavia", "Malmö", "Host", "Liv"),
        PlannedEvent(
            _weekday(today, 11), 1, "Webinar: measure before you buy", "Online", "Host", "Ingrid"
        ),
        PlannedEvent(_weekday(today, 25), 2, "Warehouse Days", "Utrecht", "Stand B14", "Liv"),
        PlannedEvent(
            _weekday(today, 46), 1, "Open house at Fjordparts", "Drammen", "Host", "Jonas"
        ),
        PlannedEvent(
            _weekday(today, 74), 3, "Small Logistics Fair", "Stuttgart", "Stand 4-220", "Ingrid"
        ),
        PlannedEvent(_weekday(today, 102), 1, "Robots at Work meet-up", "Tallinn", "Talk", "Mei"),
        PlannedEvent(_weekday(today, 131), 2, "Parts Trade Summit", "Antwerp", "Talk", "Astrid"),
        PlannedEvent(_weekday(today, 165), 1, "Dealer day Benelux", "Breda", "Host", "Liv"),
    )


def brightleaf_events(today: date) -> tuple[PlannedEvent, ...]:
    """The events of the coming months."""
    return (
        PlannedEvent(_weekday(today, 9), 1, "Open house, Harehills Lane", "Leeds", "Host", "Tom"),
        PlannedEvent(_weekday(today, 23), 1, "Warm Homes Evening", "York", "Talk", "Dana"),
        PlannedEvent(
            _weekday(today, 51), 2, "Northern Renewables Show", "Manchester", "Stand 31", "Tom"
        ),
        PlannedEvent(_weekday(today, 80), 1, "Installer breakfast", "Bradford", "Host", "Sunil"),
        PlannedEvent(
            _weekday(today, 114), 1, "Heat Pump Week opening", "Sheffield", "Sponsor", "Tom"
        ),
    )


def _weekday(today: date, days: int) -> date:
    """The first working day that is at least that many days away."""
    day = today + timedelta(days=days)
    return day + timedelta(days=(0, 0, 0, 0, 0, 2, 1)[day.weekday()])
