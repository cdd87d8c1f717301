"""Latency under load: how late a message is against the rate at which messages are due, up to the knee."""

from __future__ import annotations

from collections.abc import Iterator

from matplotlib.axes import Axes

import style
from canvas import Label, Panel, asides, label_curves, new_canvas, split, whiskers
from chart import Chart, places
from findings import Measure
from results import Result, Trial
from stats import representative_sizes
from units import MESSAGES_PER_S, TIME, message_size, quantity
from words import PLACES, WAITS, at_rate, headline_placement, in_order, listing, workload

STATISTIC = "p99"
MEASURE = Measure(STATISTIC, True, "lowest p99", TIME)
KEPT = 0.99  # Of what was offered: less got through of a schedule that was not kept.
NOTE = (
    "p99 of the one-way latency from when a message was due. Points are medians over launches, thin bars "
    f"their intervals; a hollow point: less than {KEPT:.0%} of what was offered got through, so the latency "
    "is that of a queue which grows for as long as a launch lasts."
)


def charts(result: Result, looks: dict[str, style.Look]) -> Iterator[Chart]:
    """A figure for each workload with a schedule that was measured at several rates, at its smallest size."""
    trials = [trial for trial in result.having(STATISTIC) if trial.offered and not trial.is_floor]
    for name in in_order(at_rate(trial.workload)[0] for trial in trials):
        here = [trial for trial in trials if at_rate(trial.workload)[0] == name]
        for size in representative_sizes(here)[:1]:
            alike = [trial for trial in here if trial.size == size]
            if len({trial.offered for trial in alike}) > 1:
                yield chart(result, looks, name, size, alike)


def chart(result: Result, looks: dict[str, style.Look], name: str, size: int, trials: list[Trial]) -> Chart:
    """A panel for each wait and placement; who is first is settled at the highest rate that most keep."""
    about = workload(name)
    most = settling(trials)
    busiest = [trial for trial in trials if trial.offered == most]
    heading = f"{about.title}, {message_size(size)}: latency under load"
    panels = split(busiest, STATISTIC, least=True)
    canvas = new_canvas(result, heading, NOTE, panels, names_left=False)
    for panel, axes in zip(panels, canvas.axes):
        draw(axes, panel, trials, looks)
    return Chart(
        name=f"load-{name}-{size}",
        kind="Latency under load",
        heading=heading,
        subject=f"{about.title} of {message_size(size)} at {quantity(most, MESSAGES_PER_S)}",
        caption=f"{NOTE} Both axes are logarithmic. {about.meaning}",
        panels=panels,
        canvas=canvas,
        places=places(panels, busiest, MEASURE),
        measure=MEASURE,
        more=list(knees(about.title, trials, panels)),
    )


def settling(trials: list[Trial]) -> int:
    """The highest rate that got through with at least half of those who were offered it, else the lowest."""
    rates = sorted({trial.offered for trial in trials})
    of = {rate: [kept(trial) for trial in trials if trial.offered == rate] for rate in rates}
    return max((rate for rate in rates if 2 * sum(of[rate]) >= len(of[rate])), default=rates[0])


def kept(trial: Trial) -> bool:
    """Whether what was offered got through."""
    return trial.summary["messages_per_s"].median >= KEPT * trial.offered


def series(trials: list[Trial], like: Trial) -> list[Trial]:
    """The trials which differ from `like` in nothing but their rate, the lowest first."""
    key = (like.mechanism, like.placement, like.wait)
    found = [trial for trial in trials if (trial.mechanism, trial.placement, trial.wait) == key]
    return sorted(found, key=lambda trial: trial.offered)


def knees(title: str, trials: list[Trial], panels: list[Panel]) -> Iterator[str]:
    """Who keeps up with which rate, for each wait where the page speaks first."""
    placement = headline_placement(panel.placement for panel in panels)
    for panel in panels:
        if panel.placement != placement:
            continue
        highest: dict[int, list[str]] = {}
        for trial in panel.drawn + panel.left_out:
            rates = [one.offered for one in series(trials, trial) if kept(one)]
            highest.setdefault(max(rates, default=0), []).append(f"`{trial.mechanism}`")
        told = [f"{quantity(rate, MESSAGES_PER_S) if rate else 'none of the rates'} with "
                f"{listing(names, 12)}" for rate, names in sorted(highest.items(), reverse=True)]
        yield (f"{title} {PLACES[placement]}, {WAITS[panel.wait]}: the highest rate that got through is "
               f"{'; '.join(told)}.")


def draw(axes: Axes, panel: Panel, trials: list[Trial], looks: dict[str, style.Look]) -> None:
    """Fills one panel: a curve for each mechanism."""
    curves = [series(trials, trial) for trial in panel.drawn]
    rates = sorted({trial.offered for curve in curves for trial in curve})
    bounds = [value for curve in curves for trial in curve for value in trial.summary[STATISTIC]]
    style.log_axis(axes, "x", (rates[0] / 1.3, rates[-1] * 1.3), MESSAGES_PER_S)
    axes.set_xlabel("messages that are due")
    style.log_axis(axes, "y", style.log_limits(bounds), TIME)
    label_curves(axes, [draw_curve(axes, curve, looks[curve[0].mechanism], aside)
                        for curve, aside in zip(curves, asides(len(curves)))])


def draw_curve(axes: Axes, curve: list[Trial], look: style.Look, aside: float) -> Label:
    """One mechanism over rates; where its schedule was not kept a point is hollow."""
    late = [trial.summary[STATISTIC] for trial in curve]
    axes.plot([trial.offered for trial in curve], [one.median for one in late], color=look.colour,
              ls=look.dash, marker=look.marker, label=curve[0].label)
    lost = [(trial.offered, one.median) for trial, one in zip(curve, late) if not kept(trial)]
    if lost:
        axes.plot(*zip(*lost), color=look.colour, ls="", marker=look.marker or "o", markerfacecolor="white")
    whiskers(axes, [((trial.offered, one.low), (trial.offered, one.high))
                    for trial, one in zip(curve, late)], look.colour, aside)
    return Label(curve[-1].offered, late[-1].median, curve[0].label, look)
