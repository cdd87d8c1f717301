"""How every figure looks: colours with their twins for dark pages, line styles and markers, log axes.

A mechanism keeps one colour, dash and marker on the whole page. Each of the three tells apart what the other
two may not: colours stay apart for the three kinds of colour blindness (a test computes that), dashes and
markers survive a black-and-white printer.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any, NamedTuple

import matplotlib
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.ticker import FixedLocator, NullLocator

from results import Trial
from units import Scale, short

# Role -> (on a light page, on a dark page). Figures are drawn with the light ones; svg.py turns each into the
# CSS variable of its role, so no two roles may share a light colour.
COLOURS = {
    "surface": ("#ffffff", "#15181d"),
    "ink": ("#1c2128", "#e6e9ee"),
    "muted": ("#5d6672", "#9aa4b1"),
    "rule": ("#e3e6ea", "#2b3038"),
    "floor": ("#8b939e", "#7c8591"),
    "tint": ("#9dbeee", "#294a80"),
    "series-0": ("#0054d1", "#4a8ff8"),
    "series-1": ("#e8500a", "#ef6440"),
    "series-2": ("#12905f", "#2bd391"),
    "series-3": ("#c560b3", "#d85fa9"),
    "series-4": ("#602f00", "#f0d83c"),
    "series-5": ("#2d355e", "#d2e0f9"),
}
HUES = [light for role, (light, _) in COLOURS.items() if role.startswith("series")]
DASHES: list[Any] = ["-", (0, (5, 1.6)), (0, (1.2, 1.4))]
MARKERS = "osD^vPX"

MOST_BESIDE = 5  # So many labels of ticks fit beside each other.

SURFACE, INK, MUTED, RULE, FLOOR, TINT = (
    COLOURS[role][0] for role in ("surface", "ink", "muted", "rule", "floor", "tint"))

SETTINGS = {
    "axes.axisbelow": True,
    "axes.edgecolor": RULE,
    "axes.labelcolor": MUTED,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "figure.facecolor": SURFACE,
    "font.family": ["DejaVu Sans"],
    "font.size": 8,
    "grid.color": RULE,
    "grid.linewidth": 0.6,
    "lines.linewidth": 1.4,
    "lines.markersize": 3.6,
    "savefig.facecolor": SURFACE,
    "svg.fonttype": "none",
    "svg.hashsalt": "ipcmark",
    "text.color": INK,
    "text.parse_math": False,
    "xtick.color": RULE,
    "xtick.labelcolor": MUTED,
    "ytick.color": RULE,
    "ytick.labelcolor": MUTED,
}


def apply() -> None:
    """Makes matplotlib draw without a display and in this style, whatever the user's own settings are."""
    matplotlib.use("Agg")
    matplotlib.rcdefaults()
    matplotlib.rcParams.update(SETTINGS)


class Look(NamedTuple):
    """How one mechanism is drawn."""

    colour: str
    dash: Any
    marker: str


FLOOR_LOOK = Look(FLOOR, (0, (3, 2)), "")


def looks(trials: Iterable[Trial]) -> dict[str, Look]:
    """A look for each mechanism; neighbours differ in colour, and 126 mechanisms have a look of their own."""
    names = sorted({(t.family, t.mechanism) for t in trials if not t.is_floor})
    floors = {t.mechanism: FLOOR_LOOK for t in trials if t.is_floor}
    return looks_of(mechanism for _, mechanism in names) | floors


def looks_of(names: Iterable[str]) -> dict[str, Look]:
    """A look for each name, in their order."""
    return {
        name: Look(HUES[i % len(HUES)], DASHES[i // len(HUES) % len(DASHES)], MARKERS[i % len(MARKERS)])
        for i, name in enumerate(names)
    }


def log_ticks(low: float, high: float) -> list[float]:
    """Round values from `low` to `high` for a log axis: decades, or 1-2-5 steps when decades are few."""
    decades = math.log10(high / low)
    steps = (1, 2, 5) if decades < 2.5 else (1,)
    exponents = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    ticks = [step * 10.0**exponent for exponent in exponents for step in steps]
    return [tick for tick in ticks if low <= tick <= high]


def log_limits(values: Iterable[float], margin: float = 1.25) -> tuple[float, float]:
    """Limits that hold all positive values with some air, and at least a factor of four between them."""
    known = [value for value in values if value > 0 and math.isfinite(value)] or [1.0]
    low, high = min(known) / margin, max(known) * margin
    stretch = max(1.0, math.sqrt(4 / (high / low)))
    return low / stretch, high * stretch


def log_axis(axes: Axes, side: str, limits: tuple[float, float], scale: Scale) -> None:
    """A log axis on `side` ("x" or "y") with a unit at every tick."""
    axis: Axis = axes.xaxis if side == "x" else axes.yaxis
    (axes.set_xscale if side == "x" else axes.set_yscale)("log")
    (axes.set_xlim if side == "x" else axes.set_ylim)(*limits)
    ticks = log_ticks(*limits)
    if side == "x" and len(ticks) > MOST_BESIDE:
        ticks = [tick for tick in ticks if round(math.log10(tick), 6).is_integer()]
        ticks = ticks[::-1][::-(-len(ticks) // MOST_BESIDE)][::-1]
    axis.set_major_locator(FixedLocator(ticks))
    axis.set_minor_locator(NullLocator())
    axis.set_ticklabels([short(tick, scale) for tick in ticks])
    axes.grid(True, axis=side)


def spread_out(wanted: list[float], gap: float, low: float, high: float) -> list[float]:
    """Places near the `wanted` ones, at least `gap` apart, in the same order, in low..high if they fit."""
    order = sorted(range(len(wanted)), key=lambda i: wanted[i])
    groups: list[list[float]] = []  # Each holds its size and the sum of what its members want for its centre.
    for place, index in enumerate(order):
        groups.append([1, wanted[index] - place * gap])
        while len(groups) > 1 and groups[-2][1] / groups[-2][0] >= groups[-1][1] / groups[-1][0]:
            size, total = groups.pop()
            groups[-1] = [groups[-1][0] + size, groups[-1][1] + total]
    room = max(low, high - gap * (len(wanted) - 1))
    found, placed = [0.0] * len(wanted), 0
    for size, total in groups:
        for _ in range(int(size)):
            found[order[placed]] = min(max(total / size, low), room) + placed * gap
            placed += 1
    return found
