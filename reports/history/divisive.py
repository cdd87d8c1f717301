"""Where a series most likely changes: the energy statistic of E-divisive means.

D. S. Matteson, N. A. James: A Nonparametric Approach for Multiple Change Point Analysis of Multivariate Data.
Journal of the American Statistical Association 109 (505), 2014, pages 334 to 345.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]

# A level is told from so many points at least: two of them may be one disturbance of the machine.
LEAST = 3


class Split(NamedTuple):
    """The best split of a row of points, into those before `first_after` and those from there to `end`."""

    statistic: float
    first_after: int
    end: int


def statistics(rows: Array) -> Array:
    """The largest statistic of each row, over all places of a change in it; see `best_split`."""
    found: Array = _of_all_splits(rows).max(axis=(1, 2))
    return found


def best_split(row: Array) -> Split:
    """The split of `row` (at least 2 * LEAST finite numbers) into [0, t) and [t, k) with the largest energy.

    The statistic is n m / (n + m) times the energy distance with exponent 1 between the n points before t and
    the m points from t to k. It is above zero where the two differ. That k need not be the end keeps a
    later change back from hiding this one.
    """
    scores = _of_all_splits(row[np.newaxis, :])[0]
    place = int(scores.argmax())
    first, end = divmod(place, scores.shape[1])
    return Split(float(scores.flat[place]), LEAST + first, 2 * LEAST + end)


def _of_all_splits(rows: Array) -> Array:
    """Statistics [row, t - LEAST, k - 2 * LEAST]; minus infinity where [t, k) would be shorter than LEAST.

    Every sum of distances that is needed is a difference of corners of one table of running sums.
    """
    length = rows.shape[1]
    table = np.abs(rows[:, :, np.newaxis] - rows[:, np.newaxis, :]).cumsum(axis=1).cumsum(axis=2)
    first = np.arange(LEAST, length - LEAST + 1)
    ends = np.arange(2 * LEAST, length + 1)
    before = table[:, first - 1, first - 1][:, :, np.newaxis]
    both = table[:, first - 1][:, :, ends - 1]
    whole = table[:, ends - 1, ends - 1][:, np.newaxis, :]
    n = first[:, np.newaxis].astype(float)
    m = np.maximum(ends[np.newaxis, :] - n, LEAST)
    after = whole - 2 * both + before
    energy = 2 * (both - before) / (n * m) - before / (n * (n - 1)) - after / (m * (m - 1))
    long_enough = ends[np.newaxis, :] - n >= LEAST
    scores: Array = np.where(long_enough, n * m / (n + m) * energy, -np.inf)
    return scores
