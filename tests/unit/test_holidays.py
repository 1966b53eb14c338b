"""Public holidays by code."""

from __future__ import annotations

from datetime import date

import pytest

from intake.holidays import Holidays, canonical, holidays_of


@pytest.mark.parametrize(
    ("code", "day", "is_off"),
    [
        ("GB-ENG", date(2026, 12, 25), True),
        ("GB-ENG", date(2026, 12, 28), True),  # Boxing Day is a Saturday
        ("GB-ENG", date(2026, 12, 29), False),
        ("GB-ENG", date(2027, 12, 27), True),  # Christmas Day is a Saturday
        ("GB-ENG", date(2027, 12, 28), True),
        ("GB-ENG", date(2028, 1, 3), True),
        ("GB-SCT", date(2026, 11, 30), True),
        ("GB-ENG", date(2026, 11, 30), False),
        ("DE-BY", date(2027, 1, 6), True),
        ("DE-BE", date(2027, 1, 6), False),
        ("DE-BY", date(2027, 5, 27), True),
        ("DE", date(2026, 12, 28), False),
        ("US-CA", date(2026, 11, 26), True),
        ("FR", date(2027, 7, 14), True),
    ],
)
def test_a_place_has_its_own_holidays(code: str, day: date, *, is_off: bool) -> None:
    assert (day in Holidays(code)) is is_off


@pytest.mark.parametrize("day", [date.min, date(1700, 12, 25), date(2500, 12, 25), date.max])
@pytest.mark.parametrize("code", ["GB-ENG", "IN", "US-CA"])
def test_a_year_of_which_nothing_is_known_has_no_holidays(code: str, day: date) -> None:
    assert day not in Holidays(code)


def test_no_place_has_no_holidays() -> None:
    assert date(2026, 12, 25) not in holidays_of(None)
    assert date(2026, 12, 25) in holidays_of("GB")


@pytest.mark.parametrize(
    ("written", "code"),
    [("GB-ENG", "GB-ENG"), (" gb-eng ", "GB-ENG"), ("UK-SCT", "GB-SCT"), ("deu", "DE")],
)
def test_a_code_is_put_into_its_usual_spelling(written: str, code: str) -> None:
    assert canonical(written) == code


@pytest.mark.parametrize(
    ("written", "mistake"),
    [
        ("Germany", "is no country with known holidays, did you mean DE?"),
        ("Zz", "is no country with known holidays, use a code like GB-ENG"),
        ("", "is no country with known holidays, use a code like GB-ENG"),
        ("GB-LON", "is no region with known holidays, use GB alone or one of GB-ENG, GB-NIR"),
        ("US-XX", "is no region with known holidays, use US alone or a code like US-"),
        ("SG-01", "is no region with known holidays, use SG alone"),
        ("DE-", "is no region with known holidays, use DE alone"),
    ],
)
def test_a_code_of_no_place_is_refused_with_a_hint(written: str, mistake: str) -> None:
    with pytest.raises(ValueError, match=mistake.replace("?", r"\?")):
        canonical(written)
