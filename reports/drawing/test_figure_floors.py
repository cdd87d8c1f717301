"""Multiples are p50 divided by the floor that fits; shares are rates divided by memcpy's."""

from __future__ import annotations

import pytest
from matplotlib.axes import Axes

import figure_floors
import figure_share
import testing
from canvas import Panel
from chart import Chart
from figure_floors import Floor, fitting
from testing_figures import charts, dotted

WAKE_UPS = {"same_core": 2000.0, "two_cores": 25_000.0}


def result_with(floors: testing.Json, *trials: testing.Json) -> testing.Json:
    document = testing.result(trials) if trials else testing.medium()
    document["floors"] |= floors
    return document


def panels(chart: Chart) -> list[tuple[Panel, Axes]]:
    return list(zip(chart.panels, chart.canvas.axes))


@pytest.mark.parametrize("placement, wait, floor", [
    ("two_cores", "block", Floor("a wake-up there and back", 25_000.0)),
    ("same_core", "block", Floor("a wake-up there and back", 2000.0)),
    ("two_cores", "spin", Floor("a cache line there and back", 118.0)),
    ("two_cores", "adaptive", Floor("a cache line there and back", 118.0)),
    ("same_core", "spin", Floor("a system call", 96.5)),
    ("unpinned", "spin", None),
    ("two_sockets", "block", None),
])
def test_a_floor_fits_its_placement_and_wait(placement: str, wait: str, floor: Floor | None) -> None:
    result = testing.loaded(result_with({"wake_up_round_trip_ns": WAKE_UPS}))
    assert fitting(result, placement, wait) == floor


def test_an_older_result_without_wake_ups_has_no_floor_for_blocking_on_two_cores() -> None:
    result = testing.loaded(testing.medium())
    assert fitting(result, "two_cores", "block") is None
    assert fitting(result, "same_core", "block") == Floor("a system call", 96.5)


def test_dots_are_p50_divided_by_the_floor() -> None:
    (chart,) = charts(figure_floors.charts, result_with({"wake_up_round_trip_ns": WAKE_UPS}))
    floors = {("two_cores", "block"): 25_000.0, ("same_core", "block"): 2000.0, ("two_cores", "spin"): 118.0,
              ("same_core", "spin"): 96.5}
    assert len(chart.panels) == 4
    for panel, axes in panels(chart):
        expected = [t.summary["p50"].median / floors[panel.placement, panel.wait] for t in panel.drawn]
        assert [x for x, _ in dotted(axes)] == pytest.approx(expected)
        assert "multiples of a" in axes.get_xlabel()


def test_beside_each_row_stands_what_the_floor_does_not_explain() -> None:
    trial = testing.trial(typical_ns=50_000, drift=0, launches=5)
    (chart,) = charts(figure_floors.charts, result_with({"wake_up_round_trip_ns": WAKE_UPS}, trial))
    over = trial["summary"]["p50"]["median"] - 25_000
    beside = [text.get_text() for text in chart.canvas.axes[0].texts if "×" in text.get_text()]
    assert beside == [f"{(over + 25_000) / 25_000:.2f}\u00a0× · {over / 1000:.1f}\u00a0µs more"]
    assert "`pipe · block`" in chart.more[0]


def test_who_lies_below_the_floor_is_not_hidden() -> None:
    trial = testing.trial(typical_ns=9000, launches=5)
    (chart,) = charts(figure_floors.charts, result_with({"wake_up_round_trip_ns": WAKE_UPS}, trial))
    assert "With 1 of 1 the whole interval lies below the floor" in chart.more[0]


def test_the_finding_says_from_what_to_what_multiple() -> None:
    trials = [testing.trial(name, typical_ns=ns, drift=0, launches=5)
              for name, ns in (("a", 30e3), ("b", 90e3))]
    (chart,) = charts(figure_floors.charts, result_with({"wake_up_round_trip_ns": WAKE_UPS}, *trials))
    low, high = (trial["summary"]["p50"]["median"] / 25_000 for trial in trials)
    assert f"blocking round trips take {low:.2f} to {high:.2f} times as long as a wake-up" in chart.finding


def test_shares_are_rates_divided_by_those_of_memcpy_from_zero() -> None:
    (chart,) = charts(figure_share.charts, testing.medium())
    memcpy = {item["size"]: item["bytes_per_s"] for item in testing.medium()["floors"]["memcpy"]}[4096]
    for panel, axes in panels(chart):
        widths = [bar.get_width() for bar in axes.containers[0]]
        assert widths == pytest.approx([t.summary["bytes_per_s"].median / memcpy for t in panel.drawn])
        assert axes.get_xlim()[0] == 0
        assert axes.get_xscale() == "linear"


def test_small_messages_are_not_set_against_memcpy() -> None:
    assert charts(figure_share.charts, testing.result([testing.trial(workload="stream", size=64)])) == []
