"""Periods as `intake` writes them: 2026-Q3, 2026-H2, 2026, 2026-05, and `..` between two of a kind."""

from __future__ import annotations

import re

_PART = re.compile(r"((?:19|20)\d\d)(?:-(?:Q([1-4])|H([12])|(0[1-9]|1[0-2])))?")


def canonical(text: str) -> str:
    """The same period in the largest unit that fits. Raises ValueError where it is none."""
    return written(*_limits(text))


def months(text: str) -> int:
    """How many months it has."""
    first, last = _limits(text)
    return last - first + 1


def written(first: int, last: int) -> str:
    """From month to month, both counted since year 0."""
    for unit in (12, 6, 3, 1):
        if last - first + 1 == unit and first % unit == 0:
            return _name(first, unit)
    for unit in (12, 3, 1):
        if first % unit == 0 and (last + 1) % unit == 0:
            return f"{_name(first, unit)}..{_name(last - unit + 1, unit)}"
    raise AssertionError


def _limits(text: str) -> tuple[int, int]:
    parts = [_PART.fullmatch(part.strip()) for part in text.split("..")]
    if len(parts) > 2:
        raise ValueError("is no period")
    limits = [_part(part) for part in parts if part]
    if len(limits) < len(parts):
        raise ValueError("is no period such as 2026-Q3, 2026-H2, 2026 or 2026-Q3..2027-Q2")
    if limits[0][0] > limits[-1][0]:
        raise ValueError("ends before it begins")
    return limits[0][0], limits[-1][1]


def _part(found: re.Match[str]) -> tuple[int, int]:
    year, quarter, half, month = found.groups()
    start = int(year) * 12
    if quarter:
        return start + int(quarter) * 3 - 3, start + int(quarter) * 3 - 1
    if half:
        return start + int(half) * 6 - 6, start + int(half) * 6 - 1
    if month:
        return start + int(month) - 1, start + int(month) - 1
    return start, start + 11


def _name(first: int, unit: int) -> str:
    year, month = divmod(first, 12)
    match unit:
        case 12:
            return f"{year}"
        case 6:
            return f"{year}-H{month // 6 + 1}"
        case 3:
            return f"{year}-Q{month // 3 + 1}"
        case _:
            return f"{year}-{month + 1:02}"
