"""Forest plots: ratios of other results to the baseline, with what their intervals allow to say."""

from __future__ import annotations

from collections.abc import Iterator

from matplotlib.axes import Axes
from matplotlib.ticker import FixedLocator, NullLocator

import rows
import style
from canvas import Panel, new_canvas, whiskers
from chart import Chart
from comparison import (BETTER, STATISTICS, VERDICTS, WORSE, Against, Change, Comparison, Headline,
                        Quartiles, Statistic, headlines, label)
from comparison_section import quartiles_text, ratio_text
from results import Result
from units import digits, message_size
from words import PLACES, WAITS, listing, workload

APART = 4  # So many results have a line of their own in a row; of more only the dots are drawn.
IN_WORDS = 12  # So many results have their quartiles beside their rows; of more the table tells them.
STEPS = (1.02, 1.05, 1.1, 1.25, 1.5, 2.0, 4.0, 10.0, 100.0, 1e4, 1e8)
RIGHT = 1.55  # Inches, for the words beside a row.
KINDS = {WORSE: style.HUES[1], BETTER: style.HUES[2]}
INTERVALS = (
    "A dot is the ratio of medians, other over baseline. Its line is the widest interval that both sides' "
    "intervals allow, as the runs are not paired: `ipcmark compare` pairs them, and sees more."
)
Lines = list[tuple[str, list[Change | None]]]  # A row's name, and of each result what it has there.


def charts(comparison: Comparison, result: Result) -> list[Chart]:
    """How the ratios of each result are spread, where there are several, and a forest for each headline."""
    style.apply()
    several = len(comparison.others) > 1 and any(one.counts for one in comparison.others)
    found = [spread_chart(comparison, result)] if several else []
    return found + [chart for headline in headlines(comparison.baseline)
                    for chart in forest(comparison, headline, result)]


def spread_chart(comparison: Comparison, result: Result) -> Chart:
    """A row for each result: median and quartiles of its ratios over all common trials."""
    names = [f"{one.number} {short_label(one, comparison)}" for one in comparison.others]
    measured = [statistic for statistic in STATISTICS
                if any(one.changes[statistic.name] for one in comparison.others)]
    panels = [Panel("", "", [], heading=statistic.title) for statistic in measured]
    note = ("Over all trials that both sides have: a dot is the median of their ratios to the baseline, a "
            "line holds the half of them in the middle. It is no interval: trials are no sample.")
    heading = "How the ratios of all trials are spread"
    canvas = new_canvas(result, heading, note, panels, names_left=True, names=names,
                        other_side=RIGHT if len(names) <= IN_WORDS else None,
                        height=lambda panel: rows.height(len(names)))
    for statistic, axes in zip(measured, canvas.axes):
        draw_spread(axes, names, [one.quartiles(statistic.name) for one in comparison.others], statistic)
    return Chart(name="comparison-spread", kind="Comparison", heading=heading, subject="", caption=note,
                 panels=panels, canvas=canvas, said=spread_finding(comparison, measured))


def short_label(one: Against, comparison: Comparison) -> str:
    """What tells a result from the others, short enough to stand beside a row."""
    told = label(one.outline, [comparison.baseline, *(other.outline for other in comparison.others)])
    return told if len(told) <= 28 else told[:27] + "…"


def draw_spread(axes: Axes, names: list[str], known: list[Quartiles | None], statistic: Statistic) -> None:
    """One statistic."""
    ratio_axis(axes, [value for item in known if item for value in item], statistic)
    told = [(row, item) for row, item in enumerate(known) if item]
    whiskers(axes, [((item.low, row), (item.high, row)) for row, item in told], style.HUES[0])
    rows.dots(axes, [(item.median, row) for row, item in told], style.HUES[0])
    rows.name_rows(axes, names)
    if len(names) <= IN_WORDS:
        rows.remarks(axes, [quartiles_text(item) for item in known])


def spread_finding(comparison: Comparison, measured: list[Statistic]) -> str:
    """Between which medians the results lie."""
    said = []
    for statistic in measured:
        medians = [item.median for one in comparison.others if (item := one.quartiles(statistic.name))]
        said.append(f"{statistic.title.lower()} ×{digits(min(medians))} to ×{digits(max(medians))}")
    return f"The middle trial of each result has, against the baseline, {listing(said, 4)}."


def forest(comparison: Comparison, headline: Headline, result: Result) -> Iterator[Chart]:
    """The trials of a headline, a panel for each wait and a row for each mechanism, best on top."""
    lines = {wait: found for wait in WAITS if (found := lines_of(comparison, headline, wait))}
    if not lines:
        return
    about, statistic = workload(headline.workload), headline.statistic
    subject = f"{about.title} of {message_size(headline.size)} {PLACES[headline.placement]}"
    note = INTERVALS.replace("`", "") if len(comparison.others) <= APART else (
        "A dot is the ratio of medians, other over baseline, one for each result; those that are separable "
        "from the baseline are larger and coloured.")
    heading = f"{subject}: {statistic.title.lower()} against the baseline"
    panels = [Panel(headline.placement, wait, [], heading=WAITS[wait].capitalize()) for wait in lines]
    heights = {panel.heading: rows.height(len(lines[panel.wait])) for panel in panels}
    canvas = new_canvas(result, heading, note, panels, names_left=True, other_side=RIGHT,
                        names=[name for found in lines.values() for name, _ in found],
                        height=lambda panel: heights[panel.heading])
    for axes, found in zip(canvas.axes, lines.values()):
        draw_forest(axes, found, statistic)
    yield Chart(
        name=f"comparison-{headline.workload}-{headline.size}", kind="Comparison", heading=heading,
        subject=subject, caption=caption(comparison, note), panels=panels, canvas=canvas,
        said=finding(subject, [one for found in lines.values() for _, of in found for one in of if one]))


def lines_of(comparison: Comparison, headline: Headline, wait: str) -> Lines:
    """The rows of one wait that any other result shares with the baseline."""
    keys = [key for key in headline.keys(comparison.baseline) if key.wait == wait]
    changes = [{change.key: change for change in one.changes[headline.statistic.name]}
               for one in comparison.others]
    order = 1 if headline.statistic.least else -1
    keys.sort(key=lambda key: order * comparison.baseline.figures[key][headline.statistic.name].median)
    found = [(f"{key.mechanism} · {key.wait}", [of.get(key) for of in changes]) for key in keys]
    return [(name, row) for name, row in found if any(row)]


def draw_forest(axes: Axes, lines: Lines, statistic: Statistic) -> None:
    """The rows of one panel."""
    known = [change for _, row in lines for change in row if change]
    drawn = [bound for change in known for bound in change.ratio] if len(lines[0][1]) <= APART else [
        change.ratio.median for change in known]
    ratio_axis(axes, drawn, statistic)
    count = len(lines[0][1])
    for place in range(count):
        aside = 0.6 * ((place + 0.5) / count - 0.5) if count <= APART else 0.0
        column = [(row + aside, of[place]) for row, (_, of) in enumerate(lines)]
        draw_column(axes, [(at, change) for at, change in column if change],
                    style.HUES[place % len(style.HUES)], apart=count <= APART, one=count == 1)
    rows.name_rows(axes, [name for name, _ in lines])
    rows.remarks(axes, [words_beside(row) for _, row in lines])


def draw_column(axes: Axes, column: list[tuple[float, Change]], colour: str, *, apart: bool,
                one: bool) -> None:
    """What one result has in each row: in its own colour where several stand apart, else by verdict."""
    for verdict in VERDICTS:
        here = [(at, change) for at, change in column if change.verdict == verdict]
        if not here:
            continue
        separable = verdict in KINDS
        hue = colour if apart and not one else KINDS.get(verdict, style.FLOOR)
        if apart:
            whiskers(axes, [((change.ratio.low, at), (change.ratio.high, at)) for at, change in here], hue)
        rows.dots(axes, [(change.ratio.median, at) for at, change in here], hue,
                  size=4.2 if separable else 2.4, alpha=1.0 if separable or apart else 0.6)


def words_beside(row: list[Change | None]) -> str:
    """The ratio and its verdict, or of several results how many verdicts there are of each kind."""
    known = [change for change in row if change]
    if len(row) == 1:
        (change,) = known
        return f"{ratio_text(change.ratio)} {change.verdict if change.verdict in KINDS else ''}".strip()
    counts = [(sum(change.verdict == verdict for change in known), verdict) for verdict in (WORSE, BETTER)]
    said = [f"{count} {verdict}" for count, verdict in counts if count]
    return f"{', '.join(said)} of {len(known)}" if said else "not separable"


def ratio_axis(axes: Axes, values: list[float], statistic: Statistic) -> None:
    """A log axis with 1 in its middle, marked."""
    reach = 1.05 * max([1.05, *(max(value, 1 / value) for value in values if value > 0)])
    step = next((step for step in STEPS if step**2 >= reach), STEPS[-1])
    ticks = [tick for tick in (step**-2, 1 / step, 1.0, step, step**2) if 1 / reach <= tick <= reach]
    axes.set_xscale("log")
    axes.set_xlim(1 / reach, reach)
    axes.xaxis.set_major_locator(FixedLocator(ticks))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.set_xticklabels([f"×{float(digits(tick)):g}" for tick in ticks])
    axes.grid(True, axis="x")
    axes.axvline(1.0, color=style.INK, lw=0.9)
    axes.set_xlabel("ratio to the baseline, " + ("left is better" if statistic.least else "right is better"))


def caption(comparison: Comparison, note: str) -> str:
    """How to read it, and which result is which."""
    if len(comparison.others) > APART:
        return f"{note} Intervals and the rest are in comparison.csv."
    names = [f"{one.number} is {short_label(one, comparison)}" for one in comparison.others]
    order = " From top to bottom in each row:" if len(names) > 1 else ""
    return f"{note}{order} {listing(names, APART)}."


def finding(subject: str, changes: list[Change]) -> str:
    """How many are separable, and the largest of these."""
    certain = sorted((change for change in changes if change.certain), key=lambda one: -one.certain)
    if not certain:
        return f"{subject}: none of {len(changes)} ratios is separable from 1."
    counts = [(sum(change.verdict == verdict for change in changes), verdict) for verdict in (WORSE, BETTER)]
    said = listing([f"{count} {'is' if count == 1 else 'are'} {verdict}"
                    for count, verdict in counts if count])
    first = certain[0]
    return (f"{subject}: of {len(changes)} ratios, {said}, the rest not separable; the largest change is "
            f"`{first.key.mechanism} · {first.key.wait}`, {ratio_text(first.ratio)}.")
