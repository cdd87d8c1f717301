"""What waiting costs: the CPU time of a consumer for whom nothing comes, as a share of one core."""

from __future__ import annotations

from collections.abc import Iterator

from matplotlib.axes import Axes
from matplotlib.ticker import FixedLocator

import rows
import style
from canvas import Panel, new_canvas, split, whiskers
from chart import Chart, places
from findings import Measure
from results import Result, Trial
from stats import median_interval, representative_sizes, with_statistic
from units import Scale, message_size, short, spread
from words import workload

WORKLOAD, STATISTIC = "idle", "waiting_share"
SHARE: Scale = ((0.01, "%"),)
MEASURE = Measure(STATISTIC, True, "least CPU time of a waiting consumer", SHARE)
NOTE = (
    "User and system time of the consumer while one message comes in a millisecond, as a share of one core: "
    "100 % is a core that does nothing else. Median and interval over launches, scale from zero."
)
RIGHT = 1.05
WHOLE = 1.0  # A core. Clocks of CPU time are coarse, therefore a little more may be seen.


def charts(result: Result, looks: dict[str, style.Look]) -> Iterator[Chart]:
    """One figure, where the workload idle was measured."""
    trials = [waiting(t) for t in result.having("cpu_ns_per_message", workload=WORKLOAD) if not t.is_floor]
    trials = [trial for trial in trials if STATISTIC in trial.summary]
    for size in representative_sizes(trials)[:1]:
        yield chart(result, size, [trial for trial in trials if trial.size == size])


def waiting(trial: Trial) -> Trial:
    """The trial with its consumer's CPU time per time of the clock."""
    shares = [launch.consumer_cpu_ns / (launch.seconds * 1e9) for launch in trial.launches if launch.seconds]
    return with_statistic(trial, STATISTIC, median_interval(shares)) if shares else trial


def chart(result: Result, size: int, trials: list[Trial]) -> Chart:
    """A panel per wait, bars from zero."""
    subject = f"{workload(WORKLOAD).title} of {message_size(size)}"
    heading = "Idle: what a waiting consumer burns"
    panels = split(trials, STATISTIC, least=True, most=len(trials))
    canvas = new_canvas(result, heading, NOTE, panels, names_left=True, other_side=RIGHT,
                        height=lambda panel: rows.height(len(panel.drawn)))
    for panel, axes in zip(panels, canvas.axes):
        draw(axes, panel)
    return Chart(
        name=f"idle-{size}",
        kind="Idle CPU",
        heading=heading,
        subject=subject,
        caption=NOTE,
        panels=panels,
        canvas=canvas,
        places=places(panels, trials, MEASURE),
        measure=MEASURE,
    )


def draw(axes: Axes, panel: Panel) -> None:
    """Fills one panel: all have the same scale, since what tells is how the waits differ."""
    known = [trial.summary[STATISTIC] for trial in panel.drawn]
    axes.barh(range(len(known)), [item.median for item in known], 0.56, color=style.TINT)
    whiskers(axes, [((item.low, row), (item.high, row)) for row, item in enumerate(known)], style.INK)
    axes.set_xlim(0, max(WHOLE, *(item.high for item in known)) * 1.04)
    axes.xaxis.set_major_locator(FixedLocator([0, 0.25, 0.5, 0.75, WHOLE]))
    axes.set_xticklabels([short(tick, SHARE) for tick in (0, 0.25, 0.5, 0.75, WHOLE)])
    axes.set_xlabel("CPU time of the waiting consumer, share of one core")
    axes.grid(True, axis="x")
    rows.name_rows(axes, [trial.label for trial in panel.drawn])
    rows.remarks(axes, [spread(item, SHARE) for item in known])
