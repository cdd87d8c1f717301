"""How likely a difference between two groups of points is where there is none: Student's t, permutation."""

from __future__ import annotations

import math
from typing import Protocol

import numpy as np
from numpy.random import default_rng

import divisive
from divisive import Array, Split

MOST_TERMS = 1000
SMALLEST = 1e-300
FIRST_ROUNDS = 20
BATCH = 1 << 20  # Numbers that are shuffled at once.


class Test(Protocol):
    """What decides whether a change is one."""

    def keeps(self, row: Array, split: Split, limit: float) -> bool:
        """Whether the best split of `row` is worth a closer look, at a p of `limit`."""

    def p(self, before: Array, after: Array) -> float:
        """How often points that are all of one kind differ as much as these two groups do."""


class Student:
    """The t test, as in Hunter. The same points give the same answer always."""

    def keeps(self, row: Array, split: Split, limit: float) -> bool:
        """Against all that comes after; or against what comes before a later change, which chance has more
        places for, so that the limit is shared among them."""
        before, after = row[:split.first_after], row[split.first_after:]
        if student_p(before, after) <= limit:
            return True
        return student_p(before, after[:split.end - split.first_after]) <= limit / len(row)

    def p(self, before: Array, after: Array) -> float:
        return student_p(before, after)


class Permutation:
    """Shuffles points and counts how often chance does as well, as Matteson and James do. No distribution is
    assumed. `least_p` is the smallest p that is asked about: it decides on the number of rounds."""

    def __init__(self, least_p: float, seed: int) -> None:
        self._rounds = rounds_for(least_p)
        self._random = default_rng(seed)

    def keeps(self, row: Array, split: Split, limit: float) -> bool:
        """Sets it against the best splits of shuffled rows, and stops where the answer is known."""
        rounds = rounds_for(limit)
        most = math.floor(limit * (rounds + 1)) - 1
        reached, done = 0, 0
        while done < rounds and reached <= most:
            batch = min(FIRST_ROUNDS if done == 0 else max(1, BATCH // len(row)**2), rounds - done)
            rows = self._random.permuted(np.tile(row, (batch, 1)), axis=1)
            reached += int((divisive.statistics(rows) >= split.statistic).sum())
            done += batch
        return reached <= most

    def p(self, before: Array, after: Array) -> float:
        """Of the energy distance of the two groups, which in one dimension is the squared difference of their
        distribution functions (G. J. Szekely, M. L. Rizzo: Energy statistics, 2013)."""
        both = np.concatenate([before, after])
        order = both.argsort(kind="stable")
        gaps = np.diff(both[order])
        first = order < len(before)
        # What is equal but for rounding counts as reached.
        observed = _distance(first[np.newaxis, :], gaps)[0] * (1 - 1e-9)
        reached, batch = 0, max(1, BATCH // len(both))
        for done in range(0, self._rounds, batch):
            rows = np.tile(first, (min(batch, self._rounds - done), 1))
            reached += int((_distance(self._random.permuted(rows, axis=1), gaps) >= observed).sum())
        return (1 + reached) / (1 + self._rounds)


def rounds_for(p: float) -> int:
    """How many shuffles can show a p of that size: the smallest they can show is half of it."""
    return math.ceil(2 / p) - 1


def _distance(first: np.ndarray[tuple[int, int], np.dtype[np.bool_]], gaps: Array) -> Array:
    """By row, where `first` says for each point in ascending order whether it is of the first group."""
    size = int(first[0].sum())
    share_first = first.cumsum(axis=1)[:, :-1]
    share_second = np.arange(1, first.shape[1]) - share_first
    found: Array = (share_first / size - share_second / (first.shape[1] - size)) ** 2 @ gaps
    return found


def student_p(before: Array, after: Array) -> float:
    """The two-sided p of Student's t test of equal means, with a pooled variance; three points are the fewest
    of both groups together. Groups that do not vary differ for certain (0) or not at all (1)."""
    n, m = len(before), len(after)
    difference = float(after.mean() - before.mean())
    freedom = n + m - 2
    squares = float(((before - before.mean()) ** 2).sum() + ((after - after.mean()) ** 2).sum())
    variance = squares / freedom * (1 / n + 1 / m)
    if variance == 0:
        return 1.0 if difference == 0 else 0.0
    return incomplete_beta(freedom / 2, 0.5, freedom / (freedom + difference**2 / variance))


def incomplete_beta(a: float, b: float, x: float) -> float:
    """The regularised incomplete beta function I_x(a, b) of 0 <= x <= 1, by its continued fraction.

    NIST Digital Library of Mathematical Functions, 8.17.22, evaluated by Lentz's method.
    """
    if x in (0.0, 1.0):
        return x
    if x > (a + 1) / (a + b + 2):
        return 1 - incomplete_beta(b, a, 1 - x)
    fraction, upper, lower = 1.0, 1.0, 0.0
    for term in range(1, MOST_TERMS):
        weight = _weight(term, a, b) * x
        lower = 1 / _no_zero(1 + weight * lower)
        upper = _no_zero(1 + weight / upper)
        fraction *= upper * lower
        if abs(upper * lower - 1) < 1e-15:
            break
    log_front = (math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x))
    return math.exp(log_front) / (a * fraction)


def _weight(term: int, a: float, b: float) -> float:
    m = term // 2
    if term % 2:
        return -(a + m) * (a + b + m) / ((a + 2 * m) * (a + 2 * m + 1))
    return m * (b - m) / ((a + 2 * m - 1) * (a + 2 * m))


def _no_zero(value: float) -> float:
    return value if abs(value) > SMALLEST else SMALLEST
