"""Strip plots: every launch as a dot, so that modes, strays and what noise touched can be seen."""

from __future__ import annotations

from collections.abc import Iterator

from matplotlib.axes import Axes

import rows
import style
from canvas import Panel, new_canvas, split
from chart import Chart
from findings import Measure
from results import Launch, Result, Trial
from stats import apart, representative_sizes
from units import MESSAGES_PER_S, TIME, message_size
from words import PLACES, WAITS, Workload, listing, plural, workload

# The other workloads' figures have few rows, whose intervals tell as much.
DRAWN = ("ping_pong", "stream")
MODES = "two modes"
RIGHT = 0.4  # Inches for half of the label of a tick at the edge.
NOTE = (
    "A dot is one launch: fresh processes, fresh kernel objects. A cross is a launch that something else on "
    "the machine disturbed. The upright line is the median. Rows keep their order from one placement to the "
    "other; a name without dots was not measured there."
)


def charts(result: Result, looks: dict[str, style.Look]) -> Iterator[Chart]:
    """A figure for each workload of DRAWN at its smallest representative size."""
    for name in DRAWN:
        measure = measured(workload(name))
        trials = [t for t in result.having(measure.statistic, workload=name) if not t.is_floor]
        for size in representative_sizes(trials)[:1]:
            yield chart(result, name, size, [t for t in trials if t.size == size], measure)


def measured(about: Workload) -> Measure:
    """What a launch of a workload is placed by."""
    if about.closed_loop:
        return Measure("p50", True, f"lowest median {about.latency}", TIME)
    return Measure("messages_per_s", False, "highest rate", MESSAGES_PER_S)


def chart(result: Result, name: str, size: int, trials: list[Trial], measure: Measure) -> Chart:
    """The launches of one workload at one size, a panel per wait and placement."""
    about = workload(name)
    subject = f"{about.title} of {message_size(size)}"
    what = f"p50 of the {about.latency}" if about.closed_loop else "messages per second"
    heading = f"{about.title}, {message_size(size)}: every launch, {what}"
    panels = split(trials, measure.statistic, least=measure.least, most=len(trials))
    orders = {wait: order(panels, wait) for wait in {panel.wait for panel in panels}}
    canvas = new_canvas(result, heading, NOTE, panels, names_left=True, other_side=RIGHT,
                        height=lambda panel: rows.height(len(orders[panel.wait])))
    for panel, axes in zip(panels, canvas.axes):
        alike = [value for other in panels if other.wait == panel.wait for value in values(other, measure)]
        draw(axes, panel, orders[panel.wait], measure, style.log_limits(alike))
        axes.set_xlabel(what)
    return Chart(
        name=f"launches-{name}-{size}",
        kind="Launches",
        heading=heading,
        subject=subject,
        caption=NOTE,
        panels=panels,
        canvas=canvas,
        said=f"{subject}: {listing([modes(trials), disturbed(trials)])}.",
        more=list(placements(panels, measure, subject)),
    )


def order(panels: list[Panel], wait: str) -> list[str]:
    """The mechanisms of one wait as the last of its placements ranks them, then those measured elsewhere."""
    alike = [panel for panel in panels if panel.wait == wait]
    return list(dict.fromkeys(t.mechanism for panel in reversed(alike) for t in panel.drawn))


def values(panel: Panel, measure: Measure) -> list[float]:
    """The values of all launches in a panel."""
    return [launch.values[measure.statistic] for trial in panel.drawn for launch in known(trial, measure)]


def known(trial: Trial, measure: Measure) -> list[Launch]:
    """The launches of a trial that have a value above zero, which a logarithm needs."""
    return [launch for launch in trial.launches if launch.values.get(measure.statistic, 0) > 0]


def draw(axes: Axes, panel: Panel, names: list[str], measure: Measure, limits: tuple[float, float]) -> None:
    """Fills one panel."""
    row_of = {name: row for row, name in enumerate(names)}
    style.log_axis(axes, "x", limits, measure.scale)
    rows.name_rows(axes, [f"{name} · {panel.wait}" for name in names])
    marks = [(launch.contaminated, (launch.values[measure.statistic], float(row_of[trial.mechanism])))
             for trial in panel.drawn for launch in known(trial, measure)]
    rows.dots(axes, [point for touched, point in marks if not touched], style.HUES[0], alpha=0.6)
    crosses = [point for touched, point in marks if touched]
    axes.plot([x for x, _ in crosses], [y for _, y in crosses], ls="", marker="x", markersize=3,
              color=style.HUES[1], markeredgewidth=0.8, label="contaminated")
    medians = [(trial.summary[measure.statistic].median, row_of[trial.mechanism]) for trial in panel.drawn]
    axes.vlines([x for x, _ in medians], [row - 0.42 for _, row in medians],
                [row + 0.42 for _, row in medians], color=style.INK, lw=0.9)


def modes(trials: list[Trial]) -> str:
    """How many trials fall into two groups of launches."""
    bimodal = [trial for trial in trials if any(note.startswith(MODES) for note in trial.notes)]
    if not bimodal:
        return f"none of {plural(len(trials), 'row')} shows two modes"
    named = listing([f"`{trial.label}` {PLACES[trial.placement]}" for trial in bimodal])
    return f"{len(bimodal)} of {plural(len(trials), 'row')} show two modes ({named})"


def disturbed(trials: list[Trial]) -> str:
    """How many launches were contaminated."""
    every = [launch for trial in trials for launch in trial.launches]
    touched = sum(launch.contaminated for launch in every)
    return f"{touched:,} of {plural(len(every), 'launch')} were disturbed"


def placements(panels: list[Panel], measure: Measure, subject: str) -> Iterator[str]:
    """For each wait with several placements, in how many mechanisms the first beats the last."""
    for wait in dict.fromkeys(panel.wait for panel in panels):
        alike = [panel for panel in panels if panel.wait == wait]
        if len(alike) > 1:
            yield f"{subject}, {WAITS[wait]}: {against(alike[0], alike[-1], measure)}"


def against(one: Panel, other: Panel, measure: Measure) -> str:
    """How many mechanisms one placement suits better than another, judged by intervals that lie apart."""
    name = measure.statistic
    theirs = {trial.mechanism: trial for trial in other.drawn}
    pairs = [(trial, theirs[trial.mechanism]) for trial in one.drawn if trial.mechanism in theirs]
    told = [(a.summary[name], b.summary[name]) for a, b in pairs if apart(a, b, name)]
    better = sum((a.median < b.median) == measure.least for a, b in told)
    here, there = PLACES[one.placement], PLACES[other.placement]
    return (
        f"{better} of {plural(len(pairs), 'mechanism')} do better {here} than {there}, "
        f"{len(told) - better} do worse, {len(pairs) - len(told)} are not separable."
    )
