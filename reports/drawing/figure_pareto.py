"""Latency against CPU time: who buys the one with the other, all waits together, each with its own mark."""

from __future__ import annotations

from collections.abc import Iterator

from matplotlib.axes import Axes

import style
from canvas import VALUES, Label, Panel, label_curves, new_canvas, whiskers
from chart import Chart
from results import Result, Trial
from stats import apart, representative_sizes
from units import TIME, message_size, quantity
from words import PLACEMENTS, PLACES, WAITS, headline_placement, listing, plural, workload

WORKLOAD = "ping_pong"
ACROSS, UP = "p50", "cpu_ns_per_message"
NOTE = (
    "Down and to the left is better. For each way of waiting a stepped line joins those that no other of it "
    "beats in both medians; they are named. Bars are intervals over launches. Both axes are logarithmic."
)
LOOKS = {wait: style.Look(style.HUES[index], "-", marker)
         for index, (wait, marker) in enumerate(zip(WAITS, "so^D"))}


def charts(result: Result, looks: dict[str, style.Look]) -> Iterator[Chart]:
    """One figure at the smallest representative size, a panel per placement."""
    trials = [t for t in result.having(UP, workload=WORKLOAD) if drawable(t)]
    for size in representative_sizes(trials)[:1]:
        yield chart(result, size, [t for t in trials if t.size == size])


def drawable(trial: Trial) -> bool:
    """True for what has a place on two logarithmic axes, and is neither a floor nor broken."""
    return trial.ranks and ACROSS in trial.summary and min(
        trial.summary[ACROSS].median, trial.summary[UP].median) > 0


def chart(result: Result, size: int, trials: list[Trial]) -> Chart:
    """The trade of one workload at one size."""
    about = workload(WORKLOAD)
    subject = f"{about.title} of {message_size(size)}"
    heading = f"{about.title}, {message_size(size)}: {about.latency} against CPU time"
    panels = [
        Panel(place, "", here, heading=title[0].upper() + title[1:]) for place, title in PLACEMENTS.items()
        if (here := [t for t in trials if t.placement == place])
    ]
    canvas = new_canvas(result, heading, NOTE, panels, names_left=False, other_side=VALUES + 0.15)
    for panel, axes in zip(panels, canvas.axes):
        draw(axes, panel)
    return Chart(
        name=f"pareto-{WORKLOAD}-{size}",
        kind="Latency against CPU time",
        heading=heading,
        subject=subject,
        caption=f"{NOTE} CPU time is that of both sides, for one message there and back.",
        panels=panels,
        canvas=canvas,
        said=f"{subject} {finding(headline(panels))}.",
        more=[unbeaten(headline(panels))],
    )


def front(trials: list[Trial]) -> list[Trial]:
    """The trials that no other beats in both medians, by ascending latency."""
    found: list[Trial] = []
    for trial in sorted(trials, key=lambda t: (t.summary[ACROSS].median, t.summary[UP].median)):
        if not found or trial.summary[UP].median < found[-1].summary[UP].median:
            found.append(trial)
    return found


def beaten(trial: Trial, others: list[Trial]) -> bool:
    """True when another is better in both, with intervals that lie apart."""
    return any(
        all(apart(trial, other, name) and other.summary[name].median < trial.summary[name].median
            for name in (ACROSS, UP))
        for other in others)


def draw(axes: Axes, panel: Panel) -> None:
    """Fills one panel."""
    for side, statistic in (("x", ACROSS), ("y", UP)):
        bounds = [value for trial in panel.drawn for value in trial.summary[statistic]]
        style.log_axis(axes, side, style.log_limits(bounds), TIME)
    axes.set_xlabel("p50 of the round trip")
    axes.set_ylabel("CPU time per message, both sides")
    names = [label for wait, trials in by_wait(panel.drawn) for label in draw_wait(axes, trials, wait)]
    label_curves(axes, names)
    axes.legend(loc="upper left", fontsize=7, frameon=False, handletextpad=0.2)


def by_wait(trials: list[Trial]) -> list[tuple[str, list[Trial]]]:
    """The trials of each wait that occurs."""
    groups = [(wait, [trial for trial in trials if trial.wait == wait]) for wait in LOOKS]
    return [(wait, group) for wait, group in groups if group]


def draw_wait(axes: Axes, trials: list[Trial], wait: str) -> list[Label]:
    """The trials of one wait with both of their intervals, and their front, whose names are returned."""
    look = LOOKS[wait]
    points = [(trial.summary[ACROSS], trial.summary[UP]) for trial in trials]
    whiskers(axes, [((x.low, y.median), (x.high, y.median)) for x, y in points]
             + [((x.median, y.low), (x.median, y.high)) for x, y in points], look.colour)
    axes.plot([x.median for x, _ in points], [y.median for _, y in points], ls="", marker=look.marker,
              color=look.colour, markersize=4, label=wait)
    best = front(trials)
    corners = [(trial.summary[ACROSS].median, trial.summary[UP].median) for trial in best]
    axes.step([x for x, _ in corners], [y for _, y in corners], where="post", color=look.colour, lw=0.9,
              zorder=1, label=f"_front {wait}")
    return [Label(x, y, trial.label, look) for trial, (x, y) in zip(best, corners)]


def headline(panels: list[Panel]) -> Panel:
    """The panel of which the page speaks first."""
    placement = headline_placement(panel.placement for panel in panels)
    return next(panel for panel in panels if panel.placement == placement)


def finding(panel: Panel) -> str:
    """Who is on each front, and how many cannot be told from it."""
    parts = []
    for wait, trials in by_wait(panel.drawn):
        best = front(trials)
        level = sum(t not in best and not beaten(t, trials) for t in trials)
        rest = f" ({level} more not separable from the line)" if level else ""
        among = plural(len(trials), f"{WAITS[wait]} mechanism")
        parts.append(f"of {among} {price(best[0])} has the least p50"
                     + (f" and {price(best[-1])} the least CPU time" if len(best) > 1 else
                        " and the least CPU time") + rest)
    return f"{PLACES[panel.placement]}, by medians: {'; '.join(parts)}"


def price(trial: Trial) -> str:
    """`pipe · block` (5.1 µs for 4 µs of CPU time)."""
    latency, cpu = trial.summary[ACROSS].median, trial.summary[UP].median
    return f"`{trial.label}` ({quantity(latency, TIME)} for {quantity(cpu, TIME)} of CPU time)"


def unbeaten(panel: Panel) -> str:
    """Over all waits: whom nobody beats in both, with intervals that lie apart."""
    level = [trial for trial in panel.drawn if not beaten(trial, panel.drawn)]
    level.sort(key=lambda trial: trial.summary[ACROSS].median)
    verb = "is" if len(level) == 1 else "are"
    return (f"Over all ways of waiting, {len(level)} of {plural(len(panel.drawn), 'row')} {verb} beaten by "
            f"nobody in both with intervals that lie apart: {listing([f'`{t.label}`' for t in level], 6)}.")
