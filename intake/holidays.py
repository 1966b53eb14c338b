"""Public holidays by country and region; the only importer of the library of that name.

The library knows some 250 countries and is asked for one at a time, when a date is first looked up. Where it knows
nothing of a year there are no holidays in it.
"""

from __future__ import annotations

import warnings
from collections.abc import Container, Iterable
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from holidays import HolidayBase

_MOST_LISTED = 20


@dataclass(frozen=True, slots=True)
class Holidays:
    """The public holidays of a country or region, substitute days included: `date in holidays`."""

    code: str
    """As `canonical` gives it."""

    def __contains__(self, day: object) -> bool:
        if not isinstance(day, date):
            return False
        country, _, region = self.code.partition("-")
        with warnings.catch_warnings():
            # Of a year beyond what it knows the library says so in a warning, and names no holiday.
            warnings.simplefilter("ignore", UserWarning)
            return day in _calendar(country, region or None)


def holidays_of(code: str | None) -> Container[date]:
    """The days off of a place, none where no place is given. `code` has been through `canonical`."""
    return frozenset() if code is None else Holidays(code)


def canonical(code: str) -> str:
    """A `country[-region]` code in the library's own spelling. ValueError says in a sentence what is wrong."""
    country, dash, region = code.strip().partition("-")
    try:
        found = _calendar(country.upper(), None)
    except NotImplementedError:
        raise ValueError(
            f"{code!r} is no country with known holidays{_country_hint(country)}"
        ) from None
    if not dash:
        return str(found.country)
    regions = {known.lower(): known for known in found.subdivisions}
    if region.lower() not in regions:
        raise ValueError(
            f"{code!r} is no region with known holidays{_region_hint(str(found.country), regions.values())}"
        )
    return f"{found.country}-{regions[region.lower()]}"


@cache
def _calendar(country: str, region: str | None) -> HolidayBase:
    import holidays  # noqa: PLC0415  # a tenth of a second, for desks that heed holidays only

    return holidays.country_holidays(country, subdiv=region)


def _country_hint(country: str) -> str:
    """The code of a country whose name or code is close to what was written."""
    from holidays.registry import COUNTRIES  # noqa: PLC0415  # as above

    codes = {
        spelling.lower(): names[1]
        for name, names in COUNTRIES.items()
        for spelling in (name.replace("_", " "), *names[1:])
    }
    close = get_close_matches(country.lower(), codes, n=1, cutoff=0.8)
    return (
        f", did you mean {codes[close[0]]}?"
        if close
        else ", use a code like GB-ENG, DE-BY, US-CA or FR"
    )


def _region_hint(country: str, regions: Iterable[str]) -> str:
    known = [f"{country}-{region}" for region in regions]
    if not known:
        return f", use {country} alone"
    if len(known) <= _MOST_LISTED:
        return f", use {country} alone or one of {', '.join(known)}"
    return f", use {country} alone or a code like {known[0]}"
