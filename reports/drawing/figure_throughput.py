"""Throughput against message size, between the memcpy ceiling and the harness's own limit."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FixedLocator, NullLocator

import style
from canvas import Label, Panel, asides, floor_for, label_curves, new_canvas, split, whiskers
from chart import Chart, places
from crossovers import spells
from findings import Measure
from results import Result, Trial
from stats import representative_sizes, standing
from units import BYTES_PER_S, message_size
from words import PLACES, WAITS, headline_placement, in_order, workload

MOST_SIZE_TICKS = 6
MEASURE = Measure("bytes_per_s", False, "highest throughput", BYTES_PER_S)
NOTE = (
    "Points are medians over launches, thin bars their intervals. memcpy inside one process is the ceiling "
    "of what copies once; half of it is left to what copies twice, in and out. null moves nothing and shows "
    "the harness's own limit. Each panel has its own scale."
)


def charts(result: Result, looks: dict[str, style.Look]) -> Iterator[Chart]:
    """One figure for each workload whose rate is not merely its latency turned round."""
    for name in in_order(trial.workload for trial in result.having("bytes_per_s")):
        trials = [t for t in result.having("bytes_per_s", workload=name) if t.size > 0]
        shared = any("producer_fairness" in trial.summary for trial in trials)  # figure_crowd.py draws those.
        if not workload(name).closed_loop and not shared and representative_sizes(trials):
            yield chart(result, looks, name, trials)


def chart(result: Result, looks: dict[str, style.Look], name: str, trials: list[Trial]) -> Chart:
    """Throughput of one workload; who is first is settled at the biggest common size."""
    big = representative_sizes(trials)[-1]
    panels = split(at_size(trials, big), "bytes_per_s", least=False)
    for panel in panels:
        panel.floor = floor_for(panel, trials)
    about = workload(name)
    heading = f"{about.title}: throughput against message size"
    canvas = new_canvas(result, heading, NOTE, panels, names_left=False)
    for panel, axes in zip(panels, canvas.axes):
        draw(axes, result, panel, trials, looks)
    return Chart(
        name=f"throughput-{name}",
        kind="Throughput",
        heading=heading,
        subject=f"{about.title} of {message_size(big)}",
        caption=f"{NOTE} Both axes are logarithmic. The clock stops when the consumer has the last message.",
        panels=panels,
        places=places(panels, [t for t in trials if t.size == big], MEASURE),
        measure=MEASURE,
        canvas=canvas,
        more=list(crossings(about.title, trials, panels)),
    )


def crossings(title: str, trials: list[Trial], panels: list[Panel]) -> Iterator[str]:
    """Who leads from what size to what size, for each wait where the page speaks first."""
    placement = headline_placement(panel.placement for panel in panels)
    sizes = sorted({trial.size for trial in trials})
    for panel in panels:
        alike = [t for t in trials if (t.placement, t.wait) == (placement, panel.wait)]
        if panel.placement == placement and len(sizes) > 1:
            standings = {size: standing([t for t in alike if t.size == size], "bytes_per_s", least=False)
                         for size in sizes}
            yield f"{title} {PLACES[placement]}, {WAITS[panel.wait]}: {spells(standings)}."


def at_size(trials: list[Trial], size: int) -> list[Trial]:
    """One trial of each mechanism, placement and wait: that of `size`, or else of its biggest size."""
    chosen: dict[tuple[str, str, str], Trial] = {}
    for trial in sorted(trials, key=lambda t: (t.size == size, t.size)):
        chosen[trial.mechanism, trial.placement, trial.wait] = trial
    return list(chosen.values())


def series(trials: list[Trial], like: Trial) -> list[Trial]:
    """The trials of all sizes which differ from `like` in nothing but the size, smallest first."""
    key = (like.mechanism, like.placement, like.wait)
    return sorted((t for t in trials if (t.mechanism, t.placement, t.wait) == key), key=lambda t: t.size)


def ceiling(result: Result, sizes: list[int]) -> list[tuple[int, float]]:
    """The speed of memcpy over the range of `sizes`, interpolated at the ends if not measured there."""
    items = [item for item in result.floors["memcpy"] if item["size"] > 0 and item["bytes_per_s"] > 0]
    known = {int(item["size"]): float(item["bytes_per_s"]) for item in items}
    inside = {size for size in known if sizes[0] <= size <= sizes[-1]}
    ends = {size for size in (sizes[0], sizes[-1]) if known and min(known) <= size <= max(known)}
    logs = np.log10([(float(size), known[size]) for size in sorted(known)] or [(1.0, 1.0)]).T
    return [
        (size, known.get(size) or float(10 ** np.interp(np.log10(size), *logs)))
        for size in sorted(inside | ends)
    ]


def draw(axes: Axes, result: Result, panel: Panel, trials: list[Trial], looks: dict[str, style.Look]) -> None:
    """Fills one panel. The mechanisms and memcpy set the scale: a floor may leave through the top."""
    rows = [series(trials, trial) for trial in panel.drawn]
    sizes = sorted({t.size for row in rows for t in row})
    copies = ceiling(result, sizes)
    rates = [rate for row in rows for t in row for rate in t.summary["bytes_per_s"]]
    size_axis(axes, sizes)
    style.log_axis(axes, "y", style.log_limits(rates + [rate for _, rate in copies], 1.6), BYTES_PER_S)
    labels = [
        draw_series(axes, row, looks[row[0].mechanism], aside) for row, aside in zip(rows, asides(len(rows)))
    ]
    if copies:
        half = [(size, rate / 2) for size, rate in copies]
        labels += [draw_ceiling(axes, copies, "memcpy ceiling", (1, 1.5)),
                   draw_ceiling(axes, half, "two copies", (4, 2, 1, 2))]
    if panel.floor:
        known = [t for t in series(trials, panel.floor) if sizes[0] <= t.size <= sizes[-1]]
        labels += [inside(axes, draw_series(axes, known, style.FLOOR_LOOK), known)] if known else []
    label_curves(axes, labels)


def inside(axes: Axes, label: Label, row: list[Trial]) -> Label:
    """`label` moved to where its line leaves the axes, when its end lies above them."""
    top = axes.get_ylim()[1]
    if label.y <= top:
        return label
    rates = [t.summary["bytes_per_s"].median for t in row]
    x = 10 ** np.interp(np.log10(top), np.log10(rates), np.log10([t.size for t in row]))
    return label._replace(x=float(x), y=top)


def size_axis(axes: Axes, sizes: list[int]) -> None:
    """A log axis whose ticks are the sizes measured, from the biggest down, as far as there is room."""
    axes.set_xscale("log")
    axes.set_xlim(sizes[0] / 1.3, sizes[-1] * 1.3)
    gap = math.log(1.3**2 * sizes[-1] / sizes[0]) / MOST_SIZE_TICKS
    ticks: list[int] = []
    for size in reversed(sizes):
        if not ticks or math.log(ticks[-1] / size) >= gap:
            ticks.append(size)
    axes.xaxis.set_major_locator(FixedLocator(ticks))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.set_xticklabels([message_size(size) for size in ticks])
    axes.set_xlabel("message size")
    axes.grid(True, axis="x")


def draw_series(axes: Axes, row: list[Trial], look: style.Look, aside: float = 0.0) -> Label:
    """One mechanism over sizes."""
    rates = [t.summary["bytes_per_s"] for t in row]
    axes.plot([t.size for t in row], [rate.median for rate in rates], color=look.colour, ls=look.dash,
              marker=look.marker, label=row[0].label)
    whiskers(axes, [((t.size, rate.low), (t.size, rate.high)) for t, rate in zip(row, rates)], look.colour,
             aside)
    return Label(row[-1].size, rates[-1].median, row[0].label, look)


def draw_ceiling(axes: Axes, copies: list[tuple[int, float]], name: str, dash: tuple[float, ...]) -> Label:
    """What memcpy allows."""
    look = style.Look(style.INK, (0, dash), "")
    axes.plot([size for size, _ in copies], [rate for _, rate in copies], color=look.colour, ls=look.dash,
              lw=1.0, marker="." if len(copies) == 1 else "", label=name)
    return Label(*copies[-1], name, look)
