"""What a verification saw of contention: rate and fairness of ever more processes on one link."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from matplotlib.axes import Axes
from matplotlib.ticker import FixedLocator, NullLocator

import style
from canvas import MOST_ROWS, Label, Panel, label_curves, new_canvas
from chart import Chart
from results import Result
from units import MESSAGES_PER_S
from words import listing, plural

EVEN = 0.9  # The index of two processes of which one has twice as much as the other.
WAYS = {"unpinned": "Unpinned", "pinned": "Pinned"}
NOTE = (
    "From the contention checks of the verification, in which processes sleep and are signalled at random "
    "and each message is recorded: what tells is how a curve runs, not how high. One run each, no intervals."
)


class Shape(NamedTuple):
    """So many producers and consumers on one link."""

    producers: int
    consumers: int

    def __str__(self) -> str:
        return f"{self.producers}×{self.consumers}"


class Contest(NamedTuple):
    """What one mechanism did under one shape: messages per second, Jain's index of its less even side."""

    rate: float
    fairness: float


Contests = dict[str, dict[Shape, Contest]]


def charts(result: Result, looks: dict[str, style.Look]) -> Iterator[Chart]:
    """One figure, where a verification is at hand that let several processes share a link."""
    found = {way: contests(result, way) for way in WAYS}
    if any(found.values()):
        yield chart(result, {way: rows for way, rows in found.items() if rows})


def contests(result: Result, way: str) -> Contests:
    """What each mechanism did that was tried with several shapes; first those tried with most processes."""
    found: Contests = {}
    for case in result.verification.cases if result.verification else ():
        seen, shape = case.facts.get(way), case.facts.get("shape")
        if case.kind == "contention" and not case.bad and seen and shape and seen.get("messages_per_second"):
            row = found.setdefault(case.mechanism, {})
            row[Shape(shape["producers"], shape["consumers"])] = contest(seen)
    found = {name: dict(sorted(row.items(), key=lambda item: (sum(item[0]), item[0])))
             for name, row in found.items() if len(row) > 1}
    return dict(sorted(found.items(), key=lambda item: -sum(list(item[1])[-1])))


def contest(seen: dict[str, Any]) -> Contest:
    """The figures of one check."""
    fairness = min(float(seen.get(f"fairness_of_{side}", 1.0)) for side in ("producers", "consumers"))
    return Contest(float(seen["messages_per_second"]), fairness)


def chart(result: Result, found: dict[str, Contests]) -> Chart:
    """Rates above, fairness below, a column for each way of placing the processes."""
    heading = "Contention: scaling and fairness under the checks"
    panels = [Panel("", "", [], heading=f"{WAYS[way]}: {what}")
              for what in ("rate", "fairness") for way in found]
    names = sorted({name for rows in found.values() for name in rows})
    canvas = new_canvas(result, heading, NOTE, panels, names_left=False, names=names, columns=len(found))
    own = style.looks_of(names)
    left_out = sorted({name for rows in found.values() for name in list(rows)[MOST_ROWS:]})
    for index, axes in enumerate(canvas.axes):
        rows = list(found.values())[index % len(found)]
        draw(axes, dict(list(rows.items())[:MOST_ROWS]), own, fairness=index >= len(found))
    return Chart(
        name="contention",
        kind="Scaling",
        heading=heading,
        subject="Contention",
        caption=f"{NOTE} Fairness is Jain's index of the side that shares less evenly."
                + (f" Not drawn: {', '.join(left_out)}." if left_out else ""),
        panels=panels,
        canvas=canvas,
        said=f"Under the checks, {'; '.join(scaling(way, rows) for way, rows in found.items())}.",
        more=[evenness(found)],
    )


def draw(axes: Axes, rows: Contests, looks: dict[str, style.Look], *, fairness: bool) -> None:
    """Fills one panel."""
    shapes = sorted({shape for row in rows.values() for shape in row}, key=lambda shape: (sum(shape), shape))
    at = {shape: place for place, shape in enumerate(shapes)}
    axes.set_xlim(-0.3, len(shapes) - 0.7)
    axes.xaxis.set_major_locator(FixedLocator(list(at.values())))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.set_xticklabels([str(shape) for shape in shapes])
    axes.set_xlabel("producers × consumers")
    if fairness:
        axes.set_ylim(0, 1.03)
        axes.grid(True, axis="y")
    else:
        rates = [seen.rate for row in rows.values() for seen in row.values()]
        style.log_axis(axes, "y", style.log_limits(rates), MESSAGES_PER_S)
    labels = []
    for name, row in rows.items():
        values = [seen.fairness if fairness else seen.rate for seen in row.values()]
        look = looks[name]
        axes.plot([at[shape] for shape in row], values, color=look.colour, ls=look.dash, marker=look.marker,
                  label=name)
        labels.append(Label(at[list(row)[-1]], values[-1], name, look))
    label_curves(axes, labels)


def scaling(way: str, rows: Contests) -> str:
    """How many mechanisms were faster with the most processes than with one pair."""
    ends = [(list(row.values())[0].rate, list(row.values())[-1].rate) for row in rows.values()]
    faster = sum(last > first for first, last in ends)
    most = max((list(row)[-1] for row in rows.values()), key=sum)
    return (f"{WAYS[way].lower()}, {faster} of {plural(len(rows), 'mechanism')} moved more messages per "
            f"second with their most processes (up to {most}) than with their fewest")


def evenness(found: dict[str, Contests]) -> str:
    """Who shared least evenly."""
    seen = [(entry.fairness, name, shape, way) for way, rows in found.items() for name, row in rows.items()
            for shape, entry in row.items()]
    uneven = sorted({name for fairness, name, _, _ in seen if fairness < EVEN})
    worst, name, shape, way = min(seen)
    said = f"The least even shares: `{name}` with {shape}, {WAYS[way].lower()}, Jain's index {worst:.2f}."
    if not uneven:
        return said
    return f"{said} Below {EVEN:g} at least once: {listing([f'`{name}`' for name in uneven], 6)}."
