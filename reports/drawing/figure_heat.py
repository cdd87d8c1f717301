"""Heat maps: mechanisms by message sizes, each cell the ratio to the best of its column."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import NamedTuple

from matplotlib.axes import Axes
from matplotlib.patches import PathPatch
from matplotlib.path import Path
from matplotlib.ticker import FixedLocator, NullLocator

import rows
import style
from canvas import Panel, new_canvas
from chart import Chart
from crossovers import spells
from figure_launches import measured
from findings import Measure
from results import Result, Trial
from stats import NEEDED_COVERAGE, Standing, standing
from units import message_size
from words import PLACES, WAITS, condition, headline_placement, listing, workload

DRAWN = ("ping_pong", "stream")
SHADES = (0.5, 0.38, 0.27, 0.17, 0.09, 0.0)  # Opacity for ratios up to the bound of the same place.
BOUNDS = (1.1, 1.5, 3.0, 10.0, 100.0, math.inf)
NOTE = (
    "Each cell is how many times worse a median is than the best of its column; 1 is the best. Hatched cells "
    "are not separable from the best, a dash was not measured. Stronger colour is better; it changes at "
    f"{', '.join(f'{bound:g}' for bound in BOUNDS[:-1])}."
)
MISSING = "–"
MOST_SIZES = 8


class Cell(NamedTuple):
    """One mechanism at one size: how many times worse than the best, and whether that can be told."""

    ratio: float
    level: bool


class Map(NamedTuple):
    """What one panel shows: sizes in bytes, mechanisms in order, and the cells that were measured."""

    sizes: list[int]
    names: list[str]
    cells: dict[tuple[str, int], Cell]
    standings: dict[int, Standing]

    def alone(self, key: tuple[str, int]) -> bool:
        """Whether a cell is the only one of its column that may be the best."""
        others = (cell for other, cell in self.cells.items() if other[1] == key[1] and other != key)
        return not any(cell.level for cell in others)


def charts(result: Result, looks: dict[str, style.Look]) -> Iterator[Chart]:
    """A figure for each workload of DRAWN that was measured at several sizes, where the page speaks first."""
    for name in DRAWN:
        measure = measured(workload(name))
        trials = [t for t in result.having(measure.statistic, workload=name) if t.ranks and t.size > 0]
        if len({trial.size for trial in trials}) > 1:
            place = headline_placement(trial.placement for trial in trials)
            yield chart(result, name, place, [t for t in trials if t.placement == place], measure)


def chart(result: Result, name: str, placement: str, trials: list[Trial], measure: Measure) -> Chart:
    """A panel per wait."""
    about = workload(name)
    what = f"p50 of the {about.latency}" if about.closed_loop else "rate"
    heading = f"{about.title}: {what} against the best, by message size"
    waits = [wait for wait in WAITS if any(trial.wait == wait for trial in trials)]
    maps = {wait: mapped([trial for trial in trials if trial.wait == wait], measure) for wait in waits}
    panels = [Panel(placement, wait, [], heading=condition(placement, wait)) for wait in waits]
    labels = [trial.label for trial in trials]
    canvas = new_canvas(result, heading, NOTE, panels, names_left=True, names=labels,
                        height=lambda panel: rows.height(len(maps[panel.wait].names)))
    for panel, axes in zip(panels, canvas.axes):
        draw(axes, maps[panel.wait], panel.wait)
    return Chart(
        name=f"heat-{name}",
        kind="Best by size",
        heading=heading,
        subject=about.title,
        caption=f"{NOTE} Of more than {MOST_SIZES} sizes some are left out here.",
        panels=panels,
        canvas=canvas,
        said=f"{about.title} {PLACES[placement]}: "
             f"{'; '.join(f'{WAITS[wait]}, {often(maps[wait])}' for wait in waits)}.",
        more=[f"{about.title} {PLACES[placement]}, {WAITS[wait]}: {spells(found.standings)}."
              for wait, found in maps.items() if about.closed_loop],
    )


def mapped(trials: list[Trial], measure: Measure) -> Map:
    """The ratios of trials of one wait and placement. The best on the whole comes first."""
    sizes = sorted({trial.size for trial in trials})
    standings = {
        size: standing([t for t in trials if t.size == size], measure.statistic, least=measure.least)
        for size in sizes
    }
    cells = {}
    for size, found in standings.items():
        known = [t for t in found.ranked + found.unranked if t.summary[measure.statistic].median > 0]
        medians = [trial.summary[measure.statistic].median for trial in known]
        for trial, median in zip(known, medians):
            ratio = median / min(medians) if measure.least else max(medians) / median
            level = trial in found.level or trial.confidence < NEEDED_COVERAGE
            cells[trial.mechanism, size] = Cell(ratio, level)
    return Map(sizes, sorted({name for name, _ in cells}, key=lambda name: badness(cells, name)), cells,
               standings)


def badness(cells: dict[tuple[str, int], Cell], name: str) -> tuple[float, str]:
    """The geometric mean of a mechanism's ratios over the sizes that it has."""
    logs = [math.log(cell.ratio) for (who, _), cell in cells.items() if who == name]
    return sum(logs) / len(logs), name


def draw(axes: Axes, shown: Map, wait: str) -> None:
    """Fills one panel."""
    sizes = shown.sizes[::-1][::-(-len(shown.sizes) // MOST_SIZES)][::-1]
    axes.set_xlim(-0.5, len(sizes) - 0.5)
    rows.name_rows(axes, [f"{name} · {wait}" for name in shown.names], lines=False)
    axes.xaxis.set_major_locator(FixedLocator(range(len(sizes))))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.set_xticklabels([message_size(size) for size in sizes])
    axes.set_xlabel("message size")
    places = {(name, size): (column, row) for row, name in enumerate(shown.names)
              for column, size in enumerate(sizes)}
    drawn = {key: cell for key, cell in shown.cells.items() if key in places}
    for shade in SHADES:
        boxes = [places[key] for key, cell in drawn.items() if shade_of(cell) == shade]
        if boxes and shade:
            axes.add_patch(PathPatch(squares(boxes), facecolor=style.HUES[0], alpha=shade, linewidth=0))
    level = [places[key] for key, cell in drawn.items() if cell.level and not shown.alone(key)]
    if level:
        axes.add_patch(PathPatch(hatching(level), fill=False, edgecolor=style.INK, linewidth=0.5, alpha=0.45))
    for key, (column, row) in places.items():
        cell = shown.cells.get(key)
        axes.text(column, row, ratio_text(cell.ratio) if cell else MISSING, ha="center", va="center_baseline",
                  size=6.5, color=style.INK if cell else style.MUTED)


def shade_of(cell: Cell) -> float:
    """The opacity of a cell."""
    return next(shade for bound, shade in zip(BOUNDS, SHADES) if cell.ratio <= bound)


def squares(boxes: list[tuple[int, int]]) -> Path:
    """The outlines of cells, given by column and row, with a little air between them."""
    corners = ((-0.48, -0.46), (0.48, -0.46), (0.48, 0.46), (-0.48, 0.46), (-0.48, -0.46))
    codes = [Path.MOVETO, Path.LINETO, Path.LINETO, Path.LINETO, Path.CLOSEPOLY]
    return Path([(x + dx, y + dy) for x, y in boxes for dx, dy in corners], codes * len(boxes))


def hatching(boxes: list[tuple[int, int]]) -> Path:
    """Slanting lines over the left and the right of cells, beside their figures."""
    lines = [((x + at, y + 0.46), (x + at + 0.1, y - 0.46)) for x, y in boxes
             for at in (-0.48, -0.41, -0.34, 0.24, 0.31, 0.38)]
    return Path([end for line in lines for end in line], [Path.MOVETO, Path.LINETO] * len(lines))


def ratio_text(ratio: float) -> str:
    """A ratio in few letters: 1, 1.3, 24, 5k."""
    if ratio >= 995:
        return f"{float(f'{ratio / 1000:.2g}'):g}k"
    if ratio >= 9.95 or ratio == 1:
        return f"{ratio:.0f}"
    return f"{ratio:.1f}" if ratio >= 1.095 else f"{ratio:.2f}"


def often(shown: Map) -> str:
    """Who is the best or not separable from it at most sizes."""
    counts = {name: sum(name in (t.mechanism for t in found.level) for found in shown.standings.values())
              for name in shown.names}
    most = max(counts.values(), default=0)
    if not most:
        return "too few launches or too few mechanisms to rank"
    first = [f"`{name}`" for name in shown.names if counts[name] == most]
    verb = "is" if len(first) == 1 else "are each"
    return f"{listing(first)} {verb} the best or not separable from it at {most} of {len(shown.sizes)} sizes"
