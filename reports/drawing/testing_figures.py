"""For tests of figures: drawing one kind of them from a document, and reading what was drawn."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from matplotlib.axes import Axes
from matplotlib.patches import PathPatch

import style
import testing
from canvas import Point
from chart import Chart
from results import Result
from verification import Verification, doubted

Kind = Callable[[Result, dict[str, style.Look]], Iterator[Chart]]


def charts(kind: Kind, document: testing.Json, verification: Verification | None = None) -> list[Chart]:
    """The figures of one kind of a result document."""
    style.apply()
    result = testing.loaded(document)
    if verification:
        result = doubted(result, verification)
    return list(kind(result, style.looks(result.trials)))


def dotted(axes: Axes) -> list[Point]:
    """The points of all dots that rows.dots has drawn."""
    paths = [patch.get_path() for patch in axes.patches
             if isinstance(patch, PathPatch) and patch.get_capstyle() == "round"]
    return [(float(x), float(y)) for path in paths for x, y in path.vertices[::2]]


def texts(axes: Axes) -> list[str]:
    """Everything that is written in a panel but for its ticks."""
    return [text.get_text() for text in axes.texts]
