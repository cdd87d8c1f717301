"""Latencies as multiples of their floor: what waiting, waking and sharing memory cost here at least, on the
same cores; and what that floor does not explain."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from matplotlib.axes import Axes

import rows
import style
from canvas import Panel, new_canvas, split
from chart import Chart, places
from findings import Measure, headline
from results import Result, Trial
from stats import NEEDED_COVERAGE, representative_sizes, with_statistic
from units import NBSP, TIME, Interval, Scale, digits, message_size, quantity
from words import PLACES, WAITS, workload

WORKLOAD, STATISTIC = "ping_pong", "multiple"
TIMES: Scale = ((1.0, "×"),)
MEASURE = Measure(STATISTIC, True, "lowest multiple of the floor", TIMES)
NOTE = (
    "Median round trip as a multiple of its floor on the same cores, with its interval; the floor itself was "
    "measured once, before the run. On the right: the multiple, and the time that the floor does not explain."
)
RIGHT = 1.4  # Inches for what stands beside the rows.


class Floor(NamedTuple):
    """What no round trip under some condition can beat, and its ns."""

    name: str
    ns: float


def fitting(result: Result, placement: str, wait: str) -> Floor | None:
    """The floor of a round trip. A blocking one holds two wake-ups; on two cores a spinning one moves a cache
    line there and back; on one core both sides need the kernel to take turns."""
    wake_ups = result.floors.get("wake_up_round_trip_ns") or {}
    if wait == "block" and wake_ups.get(placement):
        return Floor("a wake-up there and back", float(wake_ups[placement]))
    if wait != "block" and placement == "two_cores" and result.floors["cache_line_round_trip_ns"]:
        return Floor("a cache line there and back", float(result.floors["cache_line_round_trip_ns"]))
    if placement == "same_core" and result.floors["system_call_ns"]:
        return Floor("a system call", float(result.floors["system_call_ns"]))
    return None


def charts(result: Result, looks: dict[str, style.Look]) -> Iterator[Chart]:
    """One figure, at the smallest representative size, of all conditions that have a floor."""
    trials = result.having("p50", workload=WORKLOAD)
    for size in representative_sizes(trials)[:1]:
        known = [multiple(trial, floor) for trial in trials if trial.size == size and not trial.is_floor
                 for floor in [fitting(result, trial.placement, trial.wait)] if floor]
        if known:
            yield chart(result, size, known)


def multiple(trial: Trial, floor: Floor) -> Trial:
    """The trial with its p50 divided by a floor."""
    return with_statistic(trial, STATISTIC, Interval(*(value / floor.ns for value in trial.summary["p50"])))


def chart(result: Result, size: int, trials: list[Trial]) -> Chart:
    """A panel per wait and placement, a row per mechanism."""
    about = workload(WORKLOAD)
    subject = f"{about.title} of {message_size(size)}"
    heading = f"{about.title}, {message_size(size)}: multiples of the floor"
    panels = split(trials, STATISTIC, least=True, most=len(trials))
    canvas = new_canvas(result, heading, NOTE, panels, names_left=True, other_side=RIGHT,
                        height=lambda panel: rows.height(len(panel.drawn)))
    for panel, axes in zip(panels, canvas.axes):
        floor = fitting(result, panel.placement, panel.wait)
        assert floor
        draw(axes, panel, floor)
    return Chart(
        name=f"floors-{WORKLOAD}-{size}",
        kind="Floors",
        heading=heading,
        subject=subject,
        caption=f"{NOTE} The axes are logarithmic.",
        panels=panels,
        canvas=canvas,
        said=f"{subject} {finding(result, panels)}.",
        more=list(unexplained(result, panels)),
    )


def draw(axes: Axes, panel: Panel, floor: Floor) -> None:
    """Fills one panel."""
    known = [trial.summary[STATISTIC] for trial in panel.drawn]
    style.log_axis(axes, "x", style.log_limits([1.0, *(v for item in known for v in item)]), TIMES)
    axes.set_xlabel(f"multiples of {floor.name}, {quantity(floor.ns, TIME)}")
    axes.axvline(1.0, color=style.INK, lw=0.9, ls=style.DASHES[1])
    rows.name_rows(axes, [trial.label for trial in panel.drawn])
    rows.spans(axes, known, style.HUES[0])
    rows.remarks(axes, [beside(item, floor) for item in known])


def beside(item: Interval, floor: Floor) -> str:
    """A multiple with what the floor does not explain: 1.31 × · 18.9 µs more."""
    over = (item.median - 1) * floor.ns
    rest = f"{quantity(over, TIME)} more" if over >= 0 else "below its floor"
    return f"{times(item.median)}{NBSP}× · {rest}"


def times(multiple: float) -> str:
    """A multiple to three digits: 1.31, 218,000."""
    return digits(multiple) if multiple < 1000 else f"{float(f'{multiple:.3g}'):,.0f}"


def finding(result: Result, panels: list[Panel]) -> str:
    """From what to what multiple the mechanisms lie, wait by wait, where the page speaks first."""
    shown = telling(panels)
    parts = []
    for panel in shown:
        medians = [trial.summary[STATISTIC].median for trial in panel.drawn]
        floor = fitting(result, panel.placement, panel.wait)
        assert floor
        span = " to ".join(dict.fromkeys([times(min(medians)), times(max(medians))]))
        parts.append(f"{WAITS[panel.wait]} round trips take {span} times as long as {floor.name} "
                     f"({quantity(floor.ns, TIME)})")
    return f"{PLACES[shown[0].placement]}: {'; '.join(parts)}"


def telling(panels: list[Panel]) -> list[Panel]:
    """The panels of the placement of which a page speaks first."""
    found = headline(places(panels, [t for panel in panels for t in panel.drawn], MEASURE))
    placement = found[0].placement if found else panels[0].placement
    return [panel for panel in panels if panel.placement == placement]


def unexplained(result: Result, panels: list[Panel]) -> Iterator[str]:
    """For each wait, whose floor explains most and whose least, and how many lie below it."""
    for panel in telling(panels):
        floor = fitting(result, panel.placement, panel.wait)
        assert floor
        ends = dict.fromkeys((panel.drawn[0], panel.drawn[-1]))
        told = [f"`{trial.label}` with {beside(trial.summary[STATISTIC], floor)}" for trial in ends]
        said = f"By medians, {WAITS[panel.wait]}, against {floor.name}: {', up to '.join(told)}."
        below = [t for t in panel.drawn if t.summary[STATISTIC].high < 1 and t.confidence >= NEEDED_COVERAGE]
        if below:
            said += (f" With {len(below)} of {len(panel.drawn)} the whole interval lies below the floor: the "
                     "machine was slower when that was measured, or they need less than it holds.")
        yield said
