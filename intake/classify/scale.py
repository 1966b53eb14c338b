"""Counts and sizes brought to numbers from 0 to 1, as features are."""

from __future__ import annotations


def share(part: float, whole: float) -> float:
    """How much of the whole, never more than all of it; 0 of nothing."""
    return min(1.0, part / whole) if whole else 0.0


def ramp(value: float, low: float, high: float) -> float:
    """0 up to `low`, 1 from `high` on, a straight line between."""
    return min(1.0, max(0.0, (value - low) / (high - low)))
