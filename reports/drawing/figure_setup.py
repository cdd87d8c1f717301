"""What a link costs before its first message: time to set up, memory, and handles held for it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from matplotlib.axes import Axes
from matplotlib.ticker import FixedLocator, MaxNLocator

import rows
import style
from canvas import Panel, new_canvas
from chart import Chart
from results import Result, Trial
from stats import Verdict, apart, median_interval, representative_sizes, standing, with_statistic
from units import BYTES, TIME, Interval, Scale, message_size, quantity, short, spread
from words import WAITS, headline_placement, listing, plural, workload

WORKLOAD = "ping_pong"
NOTE = (
    "Set-up is from the making of the link until all its processes were ready, their start included. Memory "
    "is the peak of the larger side. The dashed line is the null mechanism, which has no link at all. "
    "Medians and intervals over launches; rows keep the order of set-up."
)
RIGHT = 1.15
COUNT: Scale = ((1.0, "handles"),)


class Cost(NamedTuple):
    """One kind of cost: its name in summaries, its heading, what sentences call it, its scale."""

    statistic: str
    heading: str
    noun: str
    scale: Scale


COSTS = (
    Cost("set_up_ns", "Set-up", "time to set up", TIME),
    Cost("peak_rss_bytes", "Peak memory", "peak memory", BYTES),
    Cost("open_handles", "Open handles, both sides", "number of open handles", COUNT),
)


def charts(result: Result, looks: dict[str, style.Look]) -> Iterator[Chart]:
    """One figure about the smallest representative size where the page speaks first: how a link's processes
    wait changes nothing about it, so each mechanism is shown with the first of its waits."""
    trials = [t for t in result.measured if t.workload == WORKLOAD and known(t, "set_up_ns")]
    for size in representative_sizes(trials)[:1]:
        here = [t for t in trials if t.size in (0, size)]  # Signals carry no bytes, but need a link.
        place = headline_placement(t.placement for t in here if not t.is_floor)
        yield chart(result, size, one_each([t for t in here if t.placement == place]))


def known(trial: Trial, name: str) -> bool:
    """Whether every launch of a trial has a value."""
    return bool(trial.launches) and all(name in launch.values for launch in trial.launches)


def one_each(trials: list[Trial]) -> list[Trial]:
    """A trial for each mechanism, with what its link cost in its summary."""
    chosen: dict[str, Trial] = {}
    for trial in sorted(trials, key=lambda t: list(WAITS).index(t.wait)):
        chosen.setdefault(trial.mechanism, priced(trial))
    return sorted(chosen.values(), key=lambda t: t.summary["set_up_ns"].median)


def priced(trial: Trial) -> Trial:
    """The trial with the medians over launches of each cost that its summary does not hold yet."""
    for cost in COSTS:
        if cost.statistic not in trial.summary and known(trial, cost.statistic):
            values = [launch.values[cost.statistic] for launch in trial.launches]
            trial = with_statistic(trial, cost.statistic, median_interval(values))
    return trial


def chart(result: Result, size: int, trials: list[Trial]) -> Chart:
    """A panel per kind of cost, a row per mechanism."""
    subject = f"A link for {workload(WORKLOAD).title.lower()} of {message_size(size)}"
    links = [trial for trial in trials if not trial.is_floor]
    floor = next((trial for trial in trials if trial.is_floor), None)
    costs = [cost for cost in COSTS if any(cost.statistic in trial.summary for trial in links)]
    panels = [Panel(links[0].placement, "", links, heading=cost.heading) for cost in costs]
    canvas = new_canvas(result, "What a link costs: set-up and memory", NOTE, panels, names_left=True,
                        other_side=RIGHT, height=lambda panel: rows.height(len(links)))
    for cost, axes in zip(costs, canvas.axes):
        draw(axes, links, cost, floor.summary.get(cost.statistic) if floor else None)
    return Chart(
        name=f"setup-{size}",
        kind="Set-up and memory",
        heading="What a link costs: set-up and memory",
        subject=subject,
        caption=NOTE,
        panels=panels,
        canvas=canvas,
        said=f"{subject}: {listing([cheapest(links, cost) for cost in costs])}.",
        more=[above(links, cost, floor) for cost in costs if floor and cost.statistic in floor.summary],
    )


def draw(axes: Axes, links: list[Trial], cost: Cost, floor: Interval | None) -> None:
    """Fills one panel, with a scale from zero."""
    found = [trial.summary.get(cost.statistic) for trial in links]
    reach = 1.05 * max([item.high for item in [*found, floor] if item] or [1.0]) or 1.0
    axes.set_xlim(0, reach)
    step = [1, 2, 4, 8, 10] if cost.scale is BYTES else [1, 2, 5, 10]
    unit = 2.0**20 if cost.scale is BYTES else 1.0
    ticks = [tick * unit for tick in MaxNLocator(4, steps=step).tick_values(0, reach / unit)
             if tick * unit <= reach]
    axes.xaxis.set_major_locator(FixedLocator(ticks))
    axes.set_xticklabels([f"{tick:g}" if cost.scale is COUNT else short(tick, cost.scale) for tick in ticks])
    axes.set_xlabel(cost.noun)
    axes.grid(True, axis="x")
    if floor:
        axes.axvline(floor.median, color=style.INK, lw=0.9, ls=style.DASHES[1])
    rows.name_rows(axes, [trial.mechanism for trial in links])
    rows.spans(axes, found, style.HUES[0])
    rows.remarks(axes, [amount(item, cost) if item else "–" for item in found])


def amount(item: Interval, cost: Cost) -> str:
    """A cost with its interval; handles are mostly the same in all launches."""
    if cost.scale is not COUNT:
        return spread(item, cost.scale)
    return plain(item.median, cost) + (f" [{item.low:g}, {item.high:g}]" if item.low < item.high else "")


def plain(value: float, cost: Cost) -> str:
    """A cost alone; handles are counted."""
    return f"{value:g}" if cost.scale is COUNT else quantity(value, cost.scale)


def cheapest(links: list[Trial], cost: Cost) -> str:
    """Who costs least, and whether that can be told."""
    found = standing(links, cost.statistic, least=True)
    rivals = found.ranked + found.unranked
    if not rivals:
        return f"there is nobody to rank by the {cost.noun}"
    if found.verdict is Verdict.TOO_FEW_LAUNCHES:
        return f"there are too few launches to rank the {cost.noun}"
    first = rivals[0]
    said = (f"the least {cost.noun} is that of `{first.mechanism}`, "
            f"{amount(first.summary[cost.statistic], cost)}")
    others = len(found.level) - 1
    return f"{said}, not separable from that of {plural(others, 'other')}" if others > 0 else said


def above(links: list[Trial], cost: Cost, floor: Trial) -> str:
    """What a link adds to what processes without one cost."""
    bare = floor.summary[cost.statistic].median
    known = [trial for trial in links if cost.statistic in trial.summary]
    medians = [trial.summary[cost.statistic].median for trial in known]
    told = sum(apart(trial, floor, cost.statistic) and median > bare for trial, median in zip(known, medians))
    return (f"Without any link the {cost.noun} is {plain(bare, cost)}; with {told} of "
            f"{plural(len(known), 'mechanism')} it is more, with intervals that lie apart; the greatest "
            f"median is {plain(max(medians), cost)}.")
