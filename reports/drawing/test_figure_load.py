"""Latency under load is drawn against the rate offered, and says who keeps up with which."""

from __future__ import annotations

import pytest
from matplotlib.axes import Axes

import figure_cpu
import figure_load
import testing
from testing_figures import charts


def loaded(mechanism: str, rate: int, p99: float, *, reached: float = 1.0, **options: int) -> testing.Json:
    """A trial of which a share of what was offered got through."""
    trial = testing.trial(mechanism, workload="open_loop")
    made: testing.Json = trial | {"options": {**options, "rate": rate}}
    made["summary"]["p99"] = {"median": p99, "low": p99 * 0.98, "high": p99 * 1.02}
    through = rate * reached
    made["summary"]["messages_per_s"] = {"median": through, "low": through * 0.99, "high": through * 1.01}
    return made


TWO = [loaded("pipe", 1_000, 9e3), loaded("pipe", 100_000, 4e6, reached=0.7),
       loaded("ring", 1_000, 2e3, depth=256), loaded("ring", 100_000, 5e3, depth=256)]


def curve(axes: Axes, label: str) -> list[tuple[float, float]]:
    (found,) = [line for line in axes.get_lines() if line.get_label() == label]
    return [(float(x), float(y)) for x, y in zip(found.get_xdata(), found.get_ydata())]


def test_a_mechanism_is_one_curve_over_rates_whatever_its_other_options() -> None:
    (chart,) = charts(figure_load.charts, testing.result(TWO))
    (axes,) = chart.canvas.axes
    assert curve(axes, "pipe · block") == [(1_000, 9e3), (100_000, 4e6)]
    assert curve(axes, "ring[depth=256] · block") == [(1_000, 2e3), (100_000, 5e3)]


def test_a_point_whose_schedule_was_not_kept_is_hollow() -> None:
    (chart,) = charts(figure_load.charts, testing.result(TWO))
    hollow = [line for line in chart.canvas.axes[0].get_lines() if line.get_markerfacecolor() == "white"]
    assert [list(line.get_xdata()) for line in hollow] == [[100_000]]


def test_the_finding_is_of_the_highest_rate_that_half_of_all_keep_and_the_knees_are_told() -> None:
    (chart,) = charts(figure_load.charts, testing.result(TWO))
    assert "at 100\u00a0k msg/s" in chart.finding and "`ring[depth=256] · block`" in chart.finding
    (told,) = chart.more
    assert told.endswith("the highest rate that got through is 100\u00a0k msg/s with `ring[depth=256]`; "
                         "1.00\u00a0k msg/s with `pipe`.")


def test_a_rate_that_most_cannot_keep_settles_nothing() -> None:
    trials = [*TWO, loaded("fifo", 1_000, 8e3), loaded("fifo", 100_000, 5e6, reached=0.6)]
    (chart,) = charts(figure_load.charts, testing.result(trials))
    assert "at 1.00\u00a0k msg/s" in chart.finding
    assert curve(chart.canvas.axes[0], "fifo · block") == [(1_000, 8e3), (100_000, 5e6)]


def test_cpu_time_of_a_schedule_is_not_drawn() -> None:
    assert charts(figure_cpu.charts, testing.result(TWO)) == []


def test_what_kept_no_rate_is_told_so() -> None:
    trials = [loaded("pipe", rate, 9e6, reached=0.5) for rate in (1_000, 2_000)]
    (chart,) = charts(figure_load.charts, testing.result(trials))
    assert chart.more[0].endswith("none of the rates with `pipe`.")


@pytest.mark.parametrize("trials", [TWO[:1], [testing.trial("pipe"), testing.trial("fifo")]])
def test_with_one_rate_or_without_the_workload_there_is_no_figure(trials: list[testing.Json]) -> None:
    assert charts(figure_load.charts, testing.result(trials)) == []
