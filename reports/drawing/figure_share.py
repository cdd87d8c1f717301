"""Throughput of big messages as a share of what one memcpy does in one process."""

from __future__ import annotations

from collections.abc import Iterator

from matplotlib.axes import Axes
from matplotlib.ticker import FixedLocator, MaxNLocator

import rows
import style
from canvas import Panel, new_canvas, split, whiskers
from chart import Chart, places
from figure_throughput import ceiling
from findings import Measure
from results import Result, Trial
from stats import representative_sizes, with_statistic
from units import BYTES_PER_S, NBSP, Interval, Scale, digits, message_size, quantity, short
from words import workload

STATISTIC = "share_of_memcpy"
SHARE: Scale = ((0.01, "%"),)
MEASURE = Measure(STATISTIC, False, "greatest share of the speed of memcpy", SHARE)
COPIES = 2  # What goes through the kernel is copied in and out.
LEAST_SIZE = 4096  # Below, the cost of a message outweighs that of its bytes.
NOTE = (
    "Rate of streaming as a share of one memcpy of the same size inside a process; the dashed line is half "
    "of it, what is left when each message is copied twice, in and out. Thin lines are intervals."
)
RIGHT = 1.05


def charts(result: Result, looks: dict[str, style.Look]) -> Iterator[Chart]:
    """A figure for each workload with a rate of its own, at its biggest common size."""
    for name in sorted({trial.workload for trial in result.having("bytes_per_s")}):
        trials = [t for t in result.having("bytes_per_s", workload=name) if not t.is_floor]
        if workload(name).closed_loop:
            continue
        for size in representative_sizes(trials)[-1:]:
            copies = dict(ceiling(result, [size])) if size >= LEAST_SIZE else {}
            if copies.get(size):
                yield chart(result, name, size, copies[size], [t for t in trials if t.size == size])


def share(trial: Trial, memcpy: float) -> Trial:
    """The trial with its rate divided by that of memcpy, both in bytes per second."""
    rate = trial.summary["bytes_per_s"]
    return with_statistic(trial, STATISTIC, Interval(*(value / memcpy for value in rate)))


def chart(result: Result, name: str, size: int, memcpy: float, trials: list[Trial]) -> Chart:
    """A panel per wait and placement, bars from zero."""
    about = workload(name)
    subject = f"{about.title} of {message_size(size)}"
    heading = f"{about.title}, {message_size(size)}: share of memcpy's {quantity(memcpy, BYTES_PER_S)}"
    shares = [share(trial, memcpy) for trial in trials]
    panels = split(shares, STATISTIC, least=False)
    canvas = new_canvas(result, heading, NOTE, panels, names_left=True, other_side=RIGHT,
                        height=lambda panel: rows.height(len(panel.drawn)))
    for panel, axes in zip(panels, canvas.axes):
        draw(axes, panel)
    return Chart(
        name=f"share-{name}-{size}",
        kind="Share of memcpy",
        heading=heading,
        subject=subject,
        caption=NOTE,
        panels=panels,
        canvas=canvas,
        places=places(panels, shares, MEASURE),
        measure=MEASURE,
    )


def draw(axes: Axes, panel: Panel) -> None:
    """Fills one panel."""
    known = [trial.summary[STATISTIC] for trial in panel.drawn]
    reach = max(1.05, *(item.high * 1.05 for item in known))
    axes.barh(range(len(known)), [item.median for item in known], 0.56, color=style.TINT)
    whiskers(axes, [((item.low, row), (item.high, row)) for row, item in enumerate(known)], style.INK)
    axes.axvline(1 / COPIES, color=style.INK, lw=0.9, ls=style.DASHES[1])
    axes.set_xlim(0, reach)
    ticks = [tick for tick in MaxNLocator(4, steps=[1, 2, 2.5, 5, 10]).tick_values(0, reach) if tick <= reach]
    axes.xaxis.set_major_locator(FixedLocator(ticks))
    axes.set_xticklabels([short(tick, SHARE) for tick in ticks])
    axes.set_xlabel("share of the speed of memcpy")
    axes.grid(True, axis="x")
    rows.name_rows(axes, [trial.label for trial in panel.drawn])
    rows.remarks(axes, [beside(item) for item in known])


def beside(item: Interval) -> str:
    """A share with its interval in per cent; two decimals are more than enough for the small ones."""
    median, low, high = (digits(share * 100) if share >= 0.01 else f"{share * 100:.2f}" for share in item)
    return f"{median}{NBSP}%{NBSP}[{low}, {high}]"
