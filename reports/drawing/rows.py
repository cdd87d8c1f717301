"""Panels with a row per mechanism: names on the left, figures in words on the right, dots between them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from matplotlib.axes import Axes
from matplotlib.patches import PathPatch
from matplotlib.path import Path
from matplotlib.ticker import NullLocator

import style
from canvas import BOTTOM, TOP, Point, whiskers
from units import Interval

ROW = 0.165  # Inches.
AIR = 0.6  # Rows above the first and below the last.
TEXT = 7


def height(rows: int) -> float:
    """Inches of a cell with so many rows."""
    return BOTTOM + TOP + ROW * (max(2, rows) + 2 * AIR - 1)


def name_rows(axes: Axes, names: Sequence[str], lines: bool = True) -> None:
    """A row for each name, the first on top; thin lines lead the eye along each third."""
    axes.set_ylim(max(2, len(names)) - 1 + AIR, -AIR)
    axes.yaxis.set_major_locator(NullLocator())  # Ticks would take several times as long to draw as texts.
    for row, name in enumerate(names):
        axes.text(-0.025, row, name, transform=axes.get_yaxis_transform(), size=TEXT, ha="right",
                  va="center_baseline")
    axes.hlines(range(2, len(names) if lines else 0, 3), 0, 1, transform=axes.get_yaxis_transform(),
                color=style.RULE, lw=0.4, zorder=0)


def dots(axes: Axes, points: Iterable[Point], colour: str, size: float = 3.4, alpha: float = 1.0) -> None:
    """Round dots of `size` points, all in one path: thousands of markers would make most of a page.

    Each is a line with round ends, of no length but for what Agg needs to draw one at all.
    """
    vertices = [end for x, y in points for end in ((x, y), (x * (1 + 1e-5), y + 1e-5))]
    path = Path(vertices, [Path.MOVETO, Path.LINETO] * (len(vertices) // 2)) if vertices else Path([(1, 1)])
    path.should_simplify = False
    drawn = PathPatch(path, fill=False, edgecolor=colour, linewidth=size, alpha=alpha, capstyle="round")
    axes.add_patch(drawn)


def spans(axes: Axes, intervals: Sequence[Interval | None], colour: str, aside: float = 0.0) -> None:
    """Median and interval of each row, `aside` rows below its middle; nothing where there is none."""
    known = [(row + aside, interval) for row, interval in enumerate(intervals) if interval]
    whiskers(axes, [((span.low, row), (span.high, row)) for row, span in known], colour)
    dots(axes, [(span.median, row) for row, span in known], colour)


def remarks(axes: Axes, texts: Sequence[str]) -> None:
    """What stands to the right of each row."""
    for row, text in enumerate(texts):
        if text:
            axes.text(1.03, row, text, transform=axes.get_yaxis_transform(), size=TEXT, color=style.MUTED,
                      va="center_baseline")
