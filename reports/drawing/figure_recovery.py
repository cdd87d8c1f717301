"""How long the death of a peer goes unnoticed, and when the others go on after it."""

from __future__ import annotations

from collections.abc import Iterator

from matplotlib.axes import Axes

import rows
import style
from canvas import Panel, new_canvas
from chart import Chart
from results import Result
from units import TIME, quantity
from words import plural

FACTS = {"Death of the last producer: noticed after": "noticed_ns",
         "Death of a consumer: the others go on after": "recovered_ns"}
NOTE = (
    "From the fault checks of the verification, in which a process is killed: a dot is one check. Where a "
    "mechanism does not promise to notice, it has no dot. One run each, without intervals: no ranking."
)
RIGHT = 0.75


def charts(result: Result, looks: dict[str, style.Look]) -> Iterator[Chart]:
    """One figure, where a verification is at hand that killed processes."""
    found = {heading: times(result, fact) for heading, fact in FACTS.items()}
    found = {heading: seen for heading, seen in found.items() if seen}
    if found:
        yield chart(result, found)


def times(result: Result, fact: str) -> dict[str, list[float]]:
    """The ns of each mechanism's checks, those with the least time at worst first."""
    found: dict[str, list[float]] = {}
    for case in result.verification.cases if result.verification else ():
        if case.kind == "faults" and not case.bad and case.facts.get(fact):
            found.setdefault(case.mechanism, []).append(float(case.facts[fact]))
    return dict(sorted(found.items(), key=lambda item: (max(item[1]), item[0])))


def chart(result: Result, found: dict[str, dict[str, list[float]]]) -> Chart:
    """A panel per heading of FACTS, a row per mechanism."""
    heading = "Faults: when a death is noticed, and when the others go on"
    panels = [Panel("", "", [], heading=about) for about in found]
    names = sorted({name for seen in found.values() for name in seen})
    canvas = new_canvas(result, heading, NOTE, panels, names_left=True, names=names, other_side=RIGHT,
                        height=lambda panel: rows.height(len(found[panel.heading])))
    for seen, axes in zip(found.values(), canvas.axes):
        draw(axes, seen)
    return Chart(
        name="recovery",
        kind="Faults",
        heading=heading,
        subject="After a fault",
        caption=f"{NOTE} The axes are logarithmic.",
        panels=panels,
        canvas=canvas,
        said=f"Under the checks, {'; '.join(said(about, seen) for about, seen in found.items())}.",
    )


def draw(axes: Axes, seen: dict[str, list[float]]) -> None:
    """Fills one panel."""
    style.log_axis(axes, "x", style.log_limits(time for each in seen.values() for time in each), TIME)
    axes.set_xlabel("time after the kill")
    rows.name_rows(axes, list(seen))
    rows.dots(axes, [(time, row) for row, each in enumerate(seen.values()) for time in each], style.HUES[0])
    rows.remarks(axes, [quantity(max(each), TIME) for each in seen.values()])


def said(about: str, seen: dict[str, list[float]]) -> str:
    """From when to when, at worst, and by whom."""
    first, last = list(seen)[0], list(seen)[-1]
    times = f"{quantity(max(seen[first]), TIME)} (`{first}`) to {quantity(max(seen[last]), TIME)} (`{last}`)"
    what = ("the death of the last producer was noticed" if FACTS[about] == "noticed_ns"
            else "when a consumer had died the others went on")
    return f"{what} after {times}, {plural(len(seen), 'mechanism')}"
