"""The numbers of a figure for the page's scripts: the very ones that its lines are drawn from."""

from __future__ import annotations

import math
from typing import Any

from matplotlib.axes import Axes
from matplotlib.lines import Line2D

import style
from canvas import Panel
from chart import Chart
from results import Result, Trial
from stats import MARKED, tail_position
from units import Interval

# Kind of figure -> what its x axis holds, and the scale of its y axis in interactive/format.js.
EXPLORED = {"Latency": ("percentile", "time"), "Throughput": ("size", "bytes_per_s")}


def of_chart(result: Result, chart: Chart) -> dict[str, Any]:
    """What the figure shows: for each panel the x values that its lines share, and y per line, null where a
    line has no point; y in ns or bytes per second, bounds of intervals by index. Empty for figures that
    nobody zooms into."""
    if chart.kind not in EXPLORED or not chart.panels:
        return {}
    x, y = EXPLORED[chart.kind]
    looks = style.looks(result.trials)
    panels = [
        panel_of(axes, panel, bounds_of(result, chart, panel), looks)
        for panel, axes in zip(chart.panels, chart.canvas.axes)
    ]
    return {"x": x, "y": y, "panels": [panel for panel in panels if panel["series"]]}


Bounds = dict[str, dict[float, Interval]]  # Label of a line -> x -> interval.


def panel_of(axes: Axes, panel: Panel, bounds: Bounds, looks: dict[str, style.Look]) -> dict[str, Any]:
    """One panel."""
    lines = [line for line in axes.get_lines() if named(line)]
    points = {line: dict(zip(map(place, line.get_xdata()), map(height, line.get_ydata()))) for line in lines}
    xs = sorted({x for found in points.values() for x in found})
    return {"title": panel.title, "x": xs, "series": [
        {
            "label": str(line.get_label()),
            **look_of(line, looks),
            "y": [found.get(x) for x in xs],
            "bounds": {index: [significant(interval.low), significant(interval.high)]
                       for x, interval in bounds.get(str(line.get_label()), {}).items()
                       for index in [index_of(xs, x)] if index is not None},
        }
        for line, found in points.items()
    ]}


def named(line: Line2D) -> bool:
    """True for a line of data: the names of all others are empty or begin with an underscore."""
    label = str(line.get_label())
    return bool(label) and not label.startswith("_") and len(line.get_xdata()) > 0


def place(value: float) -> float:
    """A value of x: a message size exactly, a percentile's place to what a screen shows."""
    return int(value) if float(value).is_integer() else significant(float(value))


def height(value: float) -> float | None:
    """A value of y that a screen cannot tell from the exact one; None for what is not finite."""
    return significant(float(value)) if math.isfinite(value) else None


def significant(value: float) -> float:
    """Four significant digits, as an integer where it is one."""
    short = float(f"{value:.4g}")
    return int(short) if short.is_integer() else short


def index_of(xs: list[float], x: float) -> int | None:
    """Where x stands among the values of the axis."""
    short = place(x)
    return xs.index(short) if short in xs else None


def look_of(line: Line2D, looks: dict[str, style.Look]) -> dict[str, Any]:
    """The role of a line's colour, and its dashes in pixels, as in the still figure."""
    look = looks.get(str(line.get_label()).rpartition(" · ")[0])
    colour = look.colour if look else str(line.get_color())
    role = next((role for role, (light, _) in style.COLOURS.items() if light == colour), "ink")
    dash = look.dash if look else (0, (1, 1.5))
    return {"colour": role, "dash": [] if dash == "-" else [round(3 * part, 1) for part in dash[1]]}


def bounds_of(result: Result, chart: Chart, panel: Panel) -> Bounds:
    """The intervals of a panel's lines at the places that have one."""
    if chart.kind == "Latency":
        return {trial.label: quantile_bounds(trial) for trial in panel.drawn}
    found: Bounds = {}
    name = chart.name.partition("-")[2]
    for trial in result.having("bytes_per_s", workload=name, placement=panel.placement, wait=panel.wait):
        found.setdefault(trial.label, {})[trial.size] = trial.summary["bytes_per_s"]
    return found


def quantile_bounds(trial: Trial) -> dict[float, Interval]:
    """The intervals of p50, p90, p99 and p99.9 by their places on the axis."""
    return {tail_position(p): trial.summary[name] for p, name in MARKED.items() if name in trial.summary}
