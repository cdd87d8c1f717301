"""The front of latency against CPU time, way of waiting by way of waiting."""

from __future__ import annotations

import figure_pareto
import testing
from results import Trial
from testing_figures import charts, texts


def rival(name: str, latency: float, cpu: float, wait: str = "block", spread: float = 0.01) -> testing.Json:
    """A trial with these medians and intervals about them, as wide as `spread` on either side."""
    trial = testing.trial(name, "shm", wait=wait, launches=6)
    for statistic, value in (("p50", latency), ("cpu_ns_per_message", cpu)):
        trial["summary"][statistic] = {
            "median": value, "low": value * (1 - spread), "high": value * (1 + spread)}
    return trial


def names(trials: list[Trial]) -> list[str]:
    return [trial.mechanism for trial in trials]


RIVALS = (rival("fast", 100, 900), rival("even", 300, 300), rival("cheap", 900, 100), rival("bad", 950, 950),
          rival("spins", 50, 5000, "spin"))


def test_points_lie_at_the_medians() -> None:
    (chart,) = charts(figure_pareto.charts, testing.result(RIVALS))
    (axes,) = chart.canvas.axes
    (points,) = [item for item in axes.get_lines() if item.get_label() == "block"]
    assert set(zip(*points.get_data())) == {(100, 900), (300, 300), (900, 100), (950, 950)}


def test_the_front_joins_those_whom_no_other_of_their_wait_beats() -> None:
    (chart,) = charts(figure_pareto.charts, testing.result(RIVALS))
    blocking = [trial for trial in chart.panels[0].drawn if trial.wait == "block"]
    assert names(figure_pareto.front(blocking)) == ["fast", "even", "cheap"]
    (step,) = [item for item in chart.canvas.axes[0].get_lines() if item.get_label() == "_front block"]
    assert list(step.get_xdata()) == [100, 300, 900]
    named = texts(chart.canvas.axes[0])
    assert {"fast · block", "even · block", "cheap · block", "spins · spin"} <= set(named)
    assert "bad · block" not in named


def test_the_finding_names_both_ends_of_each_front() -> None:
    (chart,) = charts(figure_pareto.charts, testing.result(RIVALS))
    first = "of 4 blocking mechanisms `fast · block` (100\u00a0ns for 900\u00a0ns of CPU time)"
    assert first in chart.finding
    assert "`cheap · block` (900\u00a0ns for 100\u00a0ns of CPU time) the least CPU time;" in chart.finding


def test_who_cannot_be_told_from_the_front_is_counted() -> None:
    near = (rival("best", 100, 100, spread=0.2), rival("near", 110, 110, spread=0.2), rival("far", 900, 900))
    (chart,) = charts(figure_pareto.charts, testing.result(near))
    assert "(1 more not separable from the line)" in chart.finding
    assert chart.more == ["Over all ways of waiting, 2 of 3 rows are beaten by nobody in both with intervals "
                          "that lie apart: `best · block` and `near · block`."]


def test_a_floor_takes_no_part() -> None:
    floor = rival("null", 1, 1) | {"family": "null"}
    (chart,) = charts(figure_pareto.charts, testing.result([*RIVALS, floor]))
    assert "null" not in names(chart.panels[0].drawn)
