"""Small multiples: a figure is a grid of cells with one panel each, so that a page can lay them out anew.

Everything that belongs to a panel lies inside its cell and inside the SVG group of its axes: svg.py relies
on that.
"""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.transforms import ScaledTranslation

import style
from results import Result, Trial
from words import PLACEMENTS, WAITS, condition

MOST_ROWS = 12
COLUMNS = 2
INNER, HEIGHT = 2.45, 3.4  # Width between a panel's margins, height of its cell; inches, as all here.
BOTTOM, TOP, EDGE = 0.58, 0.42, 0.1
VALUES, PLAIN = 0.7, 0.15  # The margin for an axis with units, and for nothing.
NAMES, SAMPLE, LETTER = 1.2, 0.32, 0.0635  # The least margin for names, a sample of their line, one letter.
FOOT, LINE = 0.4, 0.165
LETTERS_PER_INCH = 16.5


@dataclass
class Panel:
    """What one panel shows: trials of one placement and one wait, and a floor.

    A panel about something else has a heading of its own, and no wait or no placement where it mixes them.
    """

    placement: str
    wait: str
    drawn: list[Trial]
    left_out: list[Trial] = field(default_factory=list)
    floor: Trial | None = None
    heading: str = ""

    @property
    def title(self) -> str:
        """The condition which all its trials share, or its heading."""
        return self.heading or condition(self.placement, self.wait)

    @property
    def shown(self) -> list[Trial]:
        """All that is drawn."""
        return self.drawn + ([self.floor] if self.floor else [])


class Box(NamedTuple):
    """A cell in inches from the lower left corner of its figure."""

    left: float
    bottom: float
    width: float
    height: float


@dataclass
class Canvas:
    """A figure with the cell and the axes of each panel."""

    figure: Figure
    cells: list[Box]
    axes: list[Axes]


def split(trials: Iterable[Trial], statistic: str, *, least: bool, most: int = MOST_ROWS) -> list[Panel]:
    """The panels for trials of one workload: by wait, then by placement; the best by median are drawn."""
    pool = list(trials)
    panels = []
    for wait in WAITS:
        for placement in PLACEMENTS:
            here = [t for t in pool if (t.placement, t.wait) == (placement, wait) and not t.is_floor]
            here.sort(key=lambda t: t.summary[statistic].median * (1 if least else -1))
            if here:
                panels.append(Panel(placement, wait, here[:most], here[most:]))
    return panels


def floor_for(panel: Panel, trials: Iterable[Trial]) -> Trial | None:
    """The null mechanism's trial under a panel's placement, of the same wait when there is one."""
    floors = [t for t in trials if t.is_floor and t.placement == panel.placement]
    return next((t for t in floors if t.wait == panel.wait), floors[0] if floors else None)


def new_canvas(result: Result, heading: str, note: str, panels: Sequence[Panel], *, names_left: bool,
               height: Callable[[Panel], float] = lambda panel: HEIGHT, names: Sequence[str] = (),
               other_side: float | None = None, columns: int = COLUMNS) -> Canvas:
    """Empty, titled axes for each panel under a head, above a foot that says where the data come from.

    A panel's margin for the names of its trials is on the left or, for names beside the ends of curves, on
    the right; `names` says which when they are not those of the panels' trials. `other_side` is the margin
    opposite, in inches. A row of panels is as high as the highest of them wants to be, and they hang from its
    top.
    """
    longest = max(map(len, names or [trial.label for panel in panels for trial in panel.shown]))
    beside = max(NAMES, SAMPLE + LETTER * longest)
    opposite = other_side if other_side is not None else PLAIN if names_left else VALUES
    margins = (beside, opposite) if names_left else (opposite, beside)
    width = INNER + sum(margins)
    columns = min(columns, len(panels))
    lines = textwrap.wrap(note, int(columns * width * LETTERS_PER_INCH))
    rows = [max(map(height, panels[i:i + columns])) for i in range(0, len(panels), columns)]
    size = (columns * width, FOOT + sum(rows) + 0.65 + LINE * len(lines))
    figure = Figure(figsize=size)
    cells = [
        Box(i % columns * width, FOOT + sum(rows[i // columns:]) - height(panel), width, height(panel))
        for i, panel in enumerate(panels)
    ]
    axes = [_panel_axes(figure, index, cells[index], panel, margins) for index, panel in enumerate(panels)]
    _inscription(figure, EDGE, size[1] - 0.28, heading, size=12, weight="bold")
    for number, line in enumerate(lines):
        _inscription(figure, EDGE, size[1] - 0.54 - LINE * number, line, size=8, color=style.MUTED)
    _inscription(figure, EDGE, 0.18, source(result), size=7, color=style.MUTED)
    return Canvas(figure, cells, axes)


def _inscription(figure: Figure, x: float, y: float, text: str, **looks: object) -> None:
    width, height = figure.get_size_inches()
    figure.text(x / width, y / height, text, va="center", **looks)


def _panel_axes(figure: Figure, index: int, box: Box, panel: Panel, margins: tuple[float, float]) -> Axes:
    left, right = margins
    inner = box.width - left - right
    width, height = figure.get_size_inches()
    axes = figure.add_axes([
        (box.left + left) / width, (box.bottom + BOTTOM) / height,
        inner / width, (box.height - BOTTOM - TOP) / height,
    ])
    axes.set_gid(panel_id(index))
    axes.patch.set_visible(False)
    axes.tick_params(length=0, pad=4)
    above = 1 + 0.17 / (box.height - BOTTOM - TOP)
    axes.text((EDGE - left) / inner, above, panel.title, transform=axes.transAxes, weight="bold", size=9)
    return axes


def panel_id(index: int) -> str:
    """The SVG id of a panel's group."""
    return f"panel{index}"


def source(result: Result) -> str:
    """Where a figure's data come from, for those who meet it alone."""
    cpu = "".join(letter for letter in result.environment["cpu"]["model"] if letter.isprintable())
    return f"ipcmark · {cpu} · {result.run['started'][:10]} · run {result.run['id']}"


Point = tuple[float, float]


class Label(NamedTuple):
    """A curve's name with the point where the curve ends, in data coordinates."""

    x: float
    y: float
    text: str
    look: style.Look


def label_curves(axes: Axes, labels: list[Label]) -> None:
    """Names curves to the right of the axes, each beside the end of its own, joined to it by a thin line."""
    low, high = axes.get_ylim()
    to_axes = axes.transData + axes.transAxes.inverted()
    ends = [to_axes.transform((label.x, min(max(label.y, low), high))) for label in labels]
    height = axes.figure.get_size_inches()[1] * axes.get_position().height
    places = style.spread_out([float(y) for _, y in ends], 0.148 / height, 0.0, 1.0)
    leaders = [[(x, y), (1.015, place)] for (x, y), place in zip(ends, places)]
    axes.add_artist(LineCollection(leaders, colors=[label.look.colour for label in labels], linewidths=0.5,
                                   alpha=0.45, transform=axes.transAxes, clip_on=False))
    for label, place in zip(labels, places):
        colour, dash, marker = label.look
        axes.add_artist(Line2D([1.025, 1.065, 1.105], [place] * 3, color=colour, ls=dash, marker=marker,
                               markevery=[1], markersize=3.4, transform=axes.transAxes, clip_on=False))
        axes.text(1.122, place, label.text, transform=axes.transAxes, va="center_baseline", size=7.5)


def whiskers(axes: Axes, bars: Sequence[tuple[Point, Point]], colour: str, aside: float = 0.0) -> None:
    """Intervals of figures: thin bars, each from a point to another, drawn `aside` inches to the right."""
    drawn = LineCollection(bars, colors=[colour], linewidths=[0.9], alpha=0.8, zorder=2)
    axes.add_collection(drawn, autolim=False)
    drawn.set_transform(axes.transData + ScaledTranslation(aside, 0, axes.figure.dpi_scale_trans))


def asides(count: int) -> list[float]:
    """How far to draw the whiskers of `count` curves aside, so that none hides another."""
    return [0.011 * (index - (count - 1) / 2) for index in range(count)]
