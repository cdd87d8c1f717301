"""CPU time per message: what both sides burn together, and how much of it is whose."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

import figure_idle
import style
from canvas import Panel, new_canvas, split, whiskers
from chart import Chart, places
from findings import Measure
from results import Result
from rows import height, name_rows
from stats import cpu_sides, representative_sizes
from units import TIME, message_size, short, spread
from words import in_order, workload

STATISTIC = "cpu_ns_per_message"
MEASURE = Measure(STATISTIC, True, "least CPU time per message", TIME)
NOTE = (
    "User and system time. Dark: producer; light: consumer; figure and thin line: both together, median and "
    "interval over launches. Each panel has its own scale, from zero."
)
COLOUR = style.HUES[0]


def charts(result: Result, looks: dict[str, style.Look]) -> Iterator[Chart]:
    """One figure per workload and representative size. What idling costs has a figure of its own, and at a
    rate the producer's time is of its schedule."""
    known = {trial.workload for trial in result.having(STATISTIC) if not trial.offered}
    for name in in_order(known - {figure_idle.WORKLOAD}):
        for size in representative_sizes(result.having(STATISTIC, workload=name)):
            yield chart(result, name, size)


def chart(result: Result, name: str, size: int) -> Chart:
    """The stacked bars of one workload at one size."""
    trials = result.having(STATISTIC, workload=name, size=size)
    panels = split(trials, STATISTIC, least=True)
    about = workload(name)
    heading = f"{about.title}, {message_size(size)}: CPU time per message"
    canvas = new_canvas(result, heading, NOTE, panels, names_left=True,
                        height=lambda panel: height(len(panel.drawn)))
    for panel, axes in zip(panels, canvas.axes):
        draw(axes, panel)
    return Chart(
        name=f"cpu-{name}-{size}",
        kind="CPU time",
        heading=heading,
        subject=f"{about.title} of {message_size(size)}",
        caption=f"{NOTE} A spinning side is charged for its whole wait.",
        panels=panels,
        places=places(panels, trials, MEASURE),
        measure=MEASURE,
        canvas=canvas,
    )


def draw(axes: Axes, panel: Panel) -> None:
    """One row per trial, the least on top."""
    rows = range(len(panel.drawn))
    totals = [t.summary[STATISTIC] for t in panel.drawn]
    producers, consumers = np.nan_to_num(np.array([cpu_sides(t) for t in panel.drawn])).T
    ends = np.maximum(producers + consumers, [total.high for total in totals])
    reach = float(ends.max()) or 1.0
    axes.barh(rows, producers, 0.56, color=COLOUR, label="producer")
    axes.barh(rows, consumers, 0.56, left=producers, color=style.TINT, label="consumer")
    whiskers(axes, [((total.low, row), (total.high, row)) for row, total in zip(rows, totals)], style.INK)
    for row, total, end in zip(rows, totals, ends):
        axes.text(end + 0.02 * reach, row, spread(total, TIME), size=7,
                  va="center_baseline", color=style.MUTED)
    axes.set_xlim(0, reach * 1.75)
    ticks = [tick for tick in MaxNLocator(4, steps=[1, 2, 5, 10]).tick_values(0, reach) if tick <= reach]
    axes.set_xticks(ticks, [short(tick, TIME) for tick in ticks])
    axes.set_xlabel("CPU time per message, both sides")
    axes.grid(True, axis="x")
    name_rows(axes, [t.label for t in panel.drawn])
