"""A series together with what was found in it, in words."""

from __future__ import annotations

import math
from dataclasses import dataclass

import change_points
from change_points import Change, Findings, Settings
from divisive import LEAST
from model import Point, Series, commit_range
from units import NBSP, digits, quantity


@dataclass(frozen=True)
class Judged:
    """A series, its points in order of time, and its change points."""

    series: Series
    points: list[Point]
    findings: Findings

    def level(self, value: float) -> str:
        """A value of the series with its unit."""
        return quantity(value, self.series.scale)

    def word(self, change: Change) -> str:
        """better or worse."""
        return self.series.word(change.change)

    def commits(self, change: Change) -> str:
        """The commits between the last point before a change and the first one after it."""
        return commit_range(self.points[change.index - 1], self.points[change.index])


def judge(series: Series, points: list[Point], settings: Settings) -> Judged:
    """Looks for the changes of a series."""
    return Judged(series, points, change_points.find([point.value for point in points], settings))


def percent(change: float) -> str:
    """A signed share with three digits: +8.31 %; a factor where it is ten or more: x12.0."""
    if math.isinf(change):
        return "from 0"
    if change >= 9:
        return f"x{digits(1 + change)}"
    return f"{'-' if change < 0 else '+'}{digits(abs(100 * change))}{NBSP}%"


def p_text(p: float) -> str:
    """A p with two digits; what is too small to mean anything as a bound."""
    return "p < 1e-12" if p < 1e-12 else f"p = {p:.2g}"


def too_new_text(judged: Judged) -> str:
    """Why the last points of a series are not judged."""
    count = judged.findings.too_new
    if len(judged.points) < 2 * LEAST:
        return f"too short to judge: {count} of {2 * LEAST} points that are needed"
    return f"the last {count} points are too new to judge"
