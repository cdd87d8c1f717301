"""Finds where a series changes its level.

The way is that of Hunter (M. Fleming, P. Kolaczkowski, I. Kumar, S. Das, S. McCarthy, P. Pattabhiraman,
H. Ingo: Hunter: Using Change Point Detection to Hunt for Performance Regressions. ICPE 2023, arXiv
2301.03034): windows that overlap are split wherever E-divisive means finds a difference, at a weak limit;
then the least likely of these points are taken out one by one until all that are left are certain and large.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

import divisive
from divisive import LEAST, Array
from significance import Permutation, Student, Test

WEAKER = 10  # So much weaker is the limit for p in the first pass.
METHODS = ("t", "permutation")


@dataclass(frozen=True)
class Settings:
    """How changes are looked for. `min_change` is a share: 0.02 is 2 %; `window` counts points."""

    min_change: float = 0.02
    p: float = 0.001
    method: str = "t"
    window: int = 50
    seed: int = 1


@dataclass(frozen=True)
class Segment:
    """Points [begin, end) of a series between two changes; their level is their mean."""

    begin: int
    end: int
    level: float


@dataclass(frozen=True)
class Change:
    """The series has another level from point `index` on. `change` is a share of the level before."""

    index: int
    before: float
    after: float
    p: float

    @property
    def change(self) -> float:
        """0.05 is 5 % more than before; infinite where it was zero before."""
        return _relative(self.before, self.after)


@dataclass(frozen=True)
class Findings:
    """What is known of a series: its changes in order, the segments between them, and how many points at its
    end no change can be found at, because too few are after them."""

    changes: list[Change]
    segments: list[Segment]
    too_new: int


def find(values: Sequence[float], settings: Settings) -> Findings:
    """The changes of a series in order of time. Throws ValueError where a value is no finite number.

    A change at one of the last LEAST - 1 points cannot be told from a disturbance, and so is never found; of
    fewer than 2 * LEAST points nothing is.
    """
    series = np.asarray(values, dtype=float)
    if not np.isfinite(series).all():
        raise ValueError("a value is no finite number")
    test = _test(settings)
    places = _candidates(series, settings, test)
    changes = _merged(series, places, settings, test)
    return Findings(changes, _segments(series, changes), too_new_of(len(series)))


def _test(settings: Settings) -> Test:
    if settings.method == "t":
        return Student()
    return Permutation(settings.p, settings.seed)


def too_new_of(count: int) -> int:
    """How many of the last of `count` points cannot be judged."""
    return count if count < 2 * LEAST else LEAST - 1


def _candidates(series: Array, settings: Settings, test: Test) -> list[int]:
    """Where windows are split. The next window begins half a window on, or at the last split found."""
    found: set[int] = set()
    start = 0
    while len(series) - start >= 2 * LEAST:
        inside = [start + index for index in _splits(series[start:start + settings.window], settings, test)]
        found.update(inside)
        start = max([start + settings.window // 2, *inside])
    return sorted(found)


def _splits(row: Array, settings: Settings, test: Test) -> list[int]:
    """Where `row` is split, each part of it once more as long as that goes."""
    if len(row) < 2 * LEAST:
        return []
    best = divisive.best_split(row)
    if best.statistic <= 0 or not test.keeps(row, best, min(0.5, WEAKER * settings.p)):
        return []
    place = best.first_after
    later = _splits(row[place:], settings, test)
    return [*_splits(row[:place], settings, test), place, *(place + index for index in later)]


def _merged(series: Array, places: list[int], settings: Settings, test: Test) -> list[Change]:
    """The changes that hold against the whole segments beside them: first the least certain ones go, then of
    certain ones those that are no steps, and the smallest; with each its neighbours' segments grow."""
    known: dict[tuple[int, int, int], Change] = {}

    def change(begin: int, index: int, end: int) -> Change:
        key = begin, index, end
        if key not in known:
            before, after = series[begin:index], series[index:end]
            known[key] = Change(index, float(before.mean()), float(after.mean()), test.p(before, after))
        return known[key]

    left = list(places)
    while left:
        changes = [change(*three) for three in zip([0, *left], left, [*left[1:], len(series)])]
        worst = max(changes, key=lambda one: one.p)
        if worst.p <= settings.p:
            worst = min(changes, key=lambda one: abs(one.change))
            doubtful = [one for one, begin, end in zip(changes, [0, *left], [*left[1:], len(series)])
                        if not _is_step(series[begin:one.index], series[one.index:end])]
            if doubtful:
                worst = max(doubtful, key=lambda one: one.p)
            elif abs(worst.change) >= settings.min_change:
                return changes
        left.remove(worst.index)
    return []


def _is_step(before: Array, after: Array) -> bool:
    """Whether most points of both segments are nearer to their own level than to the other one. Of a segment
    that could not be shorter all have to be: it may be a single disturbance with its neighbours."""
    def holds(points: Array, own: float, other: float) -> bool:
        nearer = np.abs(points - own) < np.abs(points - other)
        return bool(nearer.all() if len(points) == LEAST else nearer.mean() > 0.5)

    low, high = float(before.mean()), float(after.mean())
    return holds(before, low, high) and holds(after, high, low)


def _segments(series: Array, changes: list[Change]) -> list[Segment]:
    edges = [0, *(one.index for one in changes), len(series)]
    return [Segment(begin, end, float(series[begin:end].mean()))
            for begin, end in zip(edges, edges[1:]) if end > begin]


def _relative(before: float, after: float) -> float:
    if before == 0:
        return 0.0 if after == 0 else math.copysign(math.inf, after)
    return after / before - 1
