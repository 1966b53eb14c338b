"""Logistic regression by Newton's method, for the few numbers that turn scores into a confidence."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]

_ROUNDS = 60
_LONGEST_STEP = 2.0


def fit(rows: Numbers, right: Numbers, importance: Numbers, *, ridge: float) -> Numbers:
    """The weight of each column, and last that of a constant, which no `ridge` holds back."""
    rows = np.hstack([rows, np.ones((len(rows), 1))]).astype(np.float64)
    weights = np.zeros(rows.shape[1])
    held = np.full(rows.shape[1], ridge)
    held[-1] = 1e-6
    for _ in range(_ROUNDS):
        likely = 1 / (1 + np.exp(-np.clip(rows @ weights, -50, 50)))
        slope = rows.T @ (importance * (likely - right)) + held * weights
        bend = (rows * (importance * likely * (1 - likely))[:, None]).T @ rows + np.diag(held)
        weights -= np.clip(np.linalg.solve(bend, slope), -_LONGEST_STEP, _LONGEST_STEP)
    return weights
