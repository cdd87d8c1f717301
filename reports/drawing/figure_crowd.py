"""Several producers and consumers on one link: their rate beside that of a pair, and their fairness."""

from __future__ import annotations

from collections.abc import Iterator

from matplotlib.axes import Axes
from matplotlib.ticker import FixedLocator

import rows
import style
from canvas import Panel, new_canvas, split
from chart import Chart, places
from findings import Measure
from results import Result, Trial
from stats import apart, representative_sizes
from units import MESSAGES_PER_S, Interval, message_size, spread
from words import WAITS, condition, plural, workload

PAIR = "stream"
STATISTIC = "messages_per_s"
SIDES = ("producer_fairness", "consumer_fairness")
MEASURE = Measure(STATISTIC, False, "highest rate of all together", MESSAGES_PER_S)
NOTE = (
    "Left: messages per second of all processes together (dark) and of one producer and one consumer (grey). "
    "Right: Jain's index of fairness, of producers (dark, above) and of consumers (grey, below): 1 when all "
    "get the same, 1/n when one of n gets all."
)
RIGHT = 1.5
APART = 0.17  # Of a row, between the two marks of a row and its middle.


def charts(result: Result, looks: dict[str, style.Look]) -> Iterator[Chart]:
    """A figure for each workload in which several processes share a link, at its smallest size."""
    for name in sorted({trial.workload for trial in result.having(SIDES[0])}):
        trials = [t for t in result.having(SIDES[0], workload=name) if not t.is_floor]
        for size in representative_sizes(trials)[:1]:
            yield chart(result, name, size, [t for t in trials if t.size == size])


def chart(result: Result, name: str, size: int, trials: list[Trial]) -> Chart:
    """Two panels for each wait and placement: rate and fairness."""
    about = workload(name)
    heading = f"{about.title}, {message_size(size)}: scaling and fairness"
    alone = result.having(STATISTIC, workload=PAIR, size=size)
    pairs = {(trial.mechanism, trial.wait, trial.placement): trial for trial in alone}
    conditions = split(trials, STATISTIC, least=False, most=len(trials))
    panels = [
        Panel(item.placement, item.wait, item.drawn, heading=f"{item.title}: {what}")
        for item in conditions for what in ("rate", "fairness")
    ]
    canvas = new_canvas(result, heading, NOTE, panels, names_left=True, other_side=RIGHT,
                        height=lambda panel: rows.height(len(panel.drawn)))
    for index, (panel, axes) in enumerate(zip(panels, canvas.axes)):
        if index % 2:
            draw_fairness(axes, panel)
        else:
            draw_rates(axes, panel, [pairs.get((t.mechanism, t.wait, t.placement)) for t in panel.drawn])
    return Chart(
        name=f"scaling-{name}-{size}",
        kind="Scaling",
        heading=heading,
        subject=f"{about.title} of {message_size(size)}",
        caption=f"{NOTE} {about.meaning}",
        panels=panels,
        canvas=canvas,
        places=places(conditions, trials, MEASURE),
        measure=MEASURE,
        more=[scaling(item, pairs) for item in conditions] + [evenness(trials)],
    )


def draw_rates(axes: Axes, panel: Panel, pairs: list[Trial | None]) -> None:
    """Rates of all together, and of a pair where that was measured."""
    together = [trial.summary[STATISTIC] for trial in panel.drawn]
    alone = [pair.summary[STATISTIC] if pair else None for pair in pairs]
    bounds = [value for item in together + alone if item for value in item]
    style.log_axis(axes, "x", style.log_limits(bounds), MESSAGES_PER_S)
    axes.set_xlabel("messages per second")
    rows.name_rows(axes, [trial.label for trial in panel.drawn])
    rows.spans(axes, alone, style.FLOOR, APART)
    rows.spans(axes, together, style.HUES[0], -APART)
    rows.remarks(axes, [spread(item, MESSAGES_PER_S) for item in together])


def draw_fairness(axes: Axes, panel: Panel) -> None:
    """Jain's index of both sides, from 0 to 1."""
    producers, consumers = ([trial.summary.get(side) for trial in panel.drawn] for side in SIDES)
    axes.set_xlim(0, 1.03)
    axes.xaxis.set_major_locator(FixedLocator([0, 0.25, 0.5, 0.75, 1]))
    axes.set_xticklabels(["0", "0.25", "0.5", "0.75", "1"])
    axes.set_xlabel("Jain's index of fairness (beside: producers · consumers)")
    axes.grid(True, axis="x")
    rows.name_rows(axes, [trial.label for trial in panel.drawn])
    rows.spans(axes, consumers, style.FLOOR, APART)
    rows.spans(axes, producers, style.HUES[0], -APART)
    rows.remarks(axes, [f"{index(up)} · {index(down)}" for up, down in zip(producers, consumers)])


def index(fairness: Interval | None) -> str:
    """Jain's index with three decimals, which never rounds up to what is perfect."""
    if fairness is None:
        return "–"
    return f"{min(fairness.median, 0.999 if fairness.median < 1 else 1.0):.3f}"


def scaling(panel: Panel, pairs: dict[tuple[str, str, str], Trial]) -> str:
    """In how many mechanisms several processes move more than a pair does."""
    both = [(trial, pairs[key]) for trial in panel.drawn
            if (key := (trial.mechanism, trial.wait, trial.placement)) in pairs]
    if not both:
        return f"{condition(panel.placement, panel.wait)}: nothing to set against a single pair of processes."
    told = [(many.summary[STATISTIC], one.summary[STATISTIC]) for many, one in both
            if apart(many, one, STATISTIC)]
    more = sum(many.median > one.median for many, one in told)
    return (f"{condition(panel.placement, panel.wait)}: all together move more messages than a single pair "
            f"with {more} of {plural(len(both), 'mechanism')}, fewer with {len(told) - more}, and cannot be "
            f"told from it with {len(both) - len(told)}.")


def evenness(trials: list[Trial]) -> str:
    """Who shares least evenly, over both sides."""
    found = [(trial.summary[side], side.partition("_")[0], trial) for trial in trials for side in SIDES
             if side in trial.summary]
    worst, side, trial = min(found, key=lambda item: item[0].median)
    return (f"By medians the least even shares are those of the {side}s of `{trial.mechanism}`, "
            f"{WAITS[trial.wait]}: index {index(worst)}.")
