"""Latency percentiles: a figure per workload and representative size, a panel per placement and wait."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FixedLocator

import style
from canvas import Label, Panel, asides, label_curves, new_canvas, split, whiskers
from chart import Chart, places
from findings import Measure
from results import Result, Trial
from stats import (
    MARKED, TAIL, Array, fewest_observations, percentile_band, percentile_curve, representative_sizes,
    tail_position,
)
from units import TIME, Interval, message_size, percentile
from words import in_order, workload

BANDS = 3  # More of them would hide each other.
NOTE = (
    "Each curve is the median over launches; thin bars are the intervals of p50, p90, p99 and p99.9, and the "
    f"tint about the first {BANDS} reaches from the fastest launch to the slowest. A curve ends where fewer "
    f"than {TAIL} observations lie beyond. Each panel has its own scale."
)


def charts(result: Result, looks: dict[str, style.Look]) -> Iterator[Chart]:
    """The figures for which the result has latencies."""
    for name in in_order(trial.workload for trial in result.having("p50")):
        for size in representative_sizes(result.having("p50", workload=name)):
            yield chart(result, looks, name, size)


def chart(result: Result, looks: dict[str, style.Look], name: str, size: int) -> Chart:
    """The percentile curves of one workload at one size."""
    trials = result.having("p50", workload=name, size=size)
    panels = split(trials, "p50", least=True)
    about = workload(name)
    measure = Measure("p50", True, f"lowest median {about.latency}", TIME)
    heading = f"{about.title}, {message_size(size)}: {about.latency}"
    canvas = new_canvas(result, heading, NOTE, panels, names_left=False)
    for panel, axes in zip(panels, canvas.axes):
        draw(axes, panel, looks)
    return Chart(
        name=f"latency-{name}-{size}",
        kind="Latency",
        heading=heading,
        subject=f"{about.title} of {message_size(size)}",
        caption=f"{about.meaning} {NOTE}",
        panels=panels,
        places=places(panels, trials, measure),
        measure=measure,
        canvas=canvas,
    )


def marked(trial: Trial, end: float) -> list[tuple[float, Interval]]:
    """The summary's quantiles up to position `end`, each with its position."""
    return [
        (tail_position(p), trial.summary[name]) for p, name in MARKED.items()
        if name in trial.summary and tail_position(p) <= end + 1e-9
    ]


def draw(axes: Axes, panel: Panel, looks: dict[str, style.Look]) -> None:
    """Fills one panel."""
    curves = [percentile_curve(trial) for trial in panel.drawn]
    end = max((float(x[-1]) for x, _ in curves if len(x)), default=2.0)
    heights = [float(height) for _, y in curves for height in y]
    for trial in panel.drawn:
        heights += [bound for _, interval in marked(trial, end) for bound in (interval.low, interval.high)]
    percentile_axis(axes, end, list(map(fewest_observations, panel.drawn)))
    style.log_axis(axes, "y", style.log_limits(heights), TIME)
    for trial in panel.drawn[:BANDS]:
        x, low, high = percentile_band(trial)
        axes.fill_between(x, np.maximum(low, axes.get_ylim()[0]), high, color=looks[trial.mechanism].colour,
                          alpha=0.13, linewidth=0)
    label_curves(axes, [
        draw_trial(axes, trial, x, y, looks[trial.mechanism], aside)
        for trial, (x, y), aside in zip(panel.drawn, curves, asides(len(curves)))
    ])


def percentile_axis(axes: Axes, end: float, observed: list[int]) -> None:
    """The x axis: each nine of the percentile takes the same room. Below it stands on how many observations
    of a launch a curve rests there at least, given how many there are in the least launch of each curve."""
    known = [0.5] + [1 - 10.0**-nines for nines in range(1, max(2, math.floor(end + 1e-9) + 1))]
    axes.set_xlim(0, end * 1.01)
    axes.xaxis.set_major_locator(FixedLocator([tail_position(p) for p in known]))
    axes.set_xticklabels([f"{percentile(p)}\n{beyond(p, observed)}" for p in known])
    axes.set_xlabel("percentile of messages; at least so many lie beyond")
    axes.grid(True, axis="x")


def beyond(p: float, observed: list[int]) -> str:
    """How many observations lie beyond a quantile in the least launch of all curves that reach it."""
    counts = [math.floor(count * (1 - p) + 1e-6) for count in observed]
    enough = [count for count in counts if count >= TAIL]
    return f"{min(enough):,}" if enough else ""


def draw_trial(axes: Axes, trial: Trial, x: Array, y: Array, look: style.Look, aside: float) -> Label:
    """One curve with its intervals. A trial without histograms keeps its intervals alone."""
    points = marked(trial, float(x[-1]) if len(x) else tail_position(0.99))
    axes.plot(x, y, color=look.colour, ls=look.dash, label=trial.label)
    whiskers(axes, [((at, interval.low), (at, interval.high)) for at, interval in points], look.colour,
             aside)
    axes.plot([position for position, _ in points], [interval.median for _, interval in points], ls="",
              marker=look.marker, color=look.colour, label=f"_{trial.label}")
    ends = (float(x[-1]), float(y[-1])) if len(x) else (points[-1][0], points[-1][1].median)
    return Label(*ends, trial.label, look)
