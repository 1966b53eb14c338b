"""Days as people write them: one form a document, in seven languages."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from random import Random

from tests.corpus.generated.vocabulary import Words

Form = Callable[[date], str]


def form(words: Words, rng: Random, *, year: bool = True) -> Form:
    """A way of writing days; `year` False leaves the year out."""
    language = words.language
    months, weekdays = words.all("months"), words.all("weekdays")
    short, letters = words.all("short_months"), 2 if language in {"de", "nl"} else 3

    def long_month(day: date) -> str:
        dot = "." if language == "de" else ""
        of = {"es": " de ", "pt": " de "}.get(language, " ")
        return f"{day.day}{dot}{of}{months[day.month - 1]}" + (f"{of}{day.year}" if year else "")

    def short_month(day: date) -> str:
        return f"{day.day} {short[day.month - 1]}" + (f" {day.year}" if year else "")

    def month_first(day: date) -> str:
        return f"{short[day.month - 1]} {day.day}" + (f", {day.year}" if year else "")

    def with_weekday(day: date) -> str:
        return f"{weekdays[day.weekday()][:letters]} {short_month(day)}"

    def iso(day: date) -> str:
        return day.isoformat()

    def slashes(day: date) -> str:
        return f"{day:%d/%m/%Y}" if year else f"{day:%d/%m}"

    def american(day: date) -> str:
        return f"{day.month}/{day.day}/{day.year}" if year else f"{day.month}/{day.day}"

    def dots(day: date) -> str:
        return f"{day:%d.%m.%Y}" if year else f"{day.day}.{day.month}."

    def short_dots(day: date) -> str:
        return f"{day.day}.{day.month}.{day:%y}" if year else f"{day:%d.%m.}"

    numbers: tuple[Form, ...] = {
        "en": (iso, slashes, american, month_first) if year else (american, month_first),
        "de": (dots, dots, short_dots),
        "nl": (slashes, dots) if year else (slashes,),
    }.get(language, (slashes, slashes))
    forms: list[Form] = [*numbers, long_month, short_month, with_weekday]
    return rng.choice([*forms, iso] if year else forms)


def several(rng: Random, first: date, count: int, *, within: int) -> list[date]:
    """Different days in order, the first one included, all within so many days."""
    within = max(within, count + 1)
    return [
        first + timedelta(days=n) for n in sorted({0, *rng.sample(range(1, within), count - 1)})
    ]


def any_day(rng: Random) -> date:
    """In the years around which people mail such things."""
    return date(
        rng.choice((2023, 2024, 2025, 2025, 2026, 2026, 2026, 2027)),
        rng.randrange(1, 13),
        rng.randrange(1, 28),
    )


def weeks(first: date, count: int) -> Iterator[date]:
    """Mondays in a row."""
    monday = first - timedelta(days=first.weekday())
    yield from (monday + timedelta(weeks=number) for number in range(count))


def clock(rng: Random) -> Callable[[int, int], str]:
    """A way of writing times of day."""
    forms = (
        "{hour}:{minute:02}",
        "{hour:02}:{minute:02}",
        "{hour:02}.{minute:02}",
        "{hour}h{minute:02}",
    )
    chosen = rng.choice((*forms, "pm"))

    def written(hour: int, minute: int) -> str:
        if chosen == "pm":
            return f"{(hour - 1) % 12 + 1}:{minute:02}{'pm' if hour > 11 else 'am'}"
        return chosen.format(hour=hour, minute=minute)

    return written


def span_of(days: list[date]) -> tuple[str, str]:
    """First and last, as labels have them."""
    return min(days).isoformat(), max(days).isoformat()
