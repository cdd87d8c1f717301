"""Idle CPU is the consumer's time per time of the clock."""

from __future__ import annotations

from statistics import median

import pytest

import figure_idle
import testing
from testing_figures import charts, texts


def idle(wait: str, share: float, **more: object) -> testing.Json:
    """A trial whose consumer burns a share of a core."""
    trial = testing.trial("ring", "shm", "idle", wait=wait, launches=5)
    for launch in trial["launches"]:
        launch["resources"]["consumer"] |= {"user_ns": int(share * launch["seconds"] * 1e9), "system_ns": 0}
    return trial | more


def test_bars_are_shares_of_a_core_from_zero_to_all_of_it() -> None:
    trials = [idle("block", 0.04), idle("spin", 0.98)]
    (chart,) = charts(figure_idle.charts, testing.result(trials))
    for axes, share in zip(chart.canvas.axes, (0.04, 0.98)):
        (bar,) = axes.containers[0]
        assert bar.get_width() == pytest.approx(share, rel=1e-6)
        assert axes.get_xlim()[0] == 0
        assert axes.get_xlim()[1] >= 1
    assert any(text.startswith("4.00\u00a0%") for text in texts(chart.canvas.axes[0]))


def test_the_share_is_the_median_over_launches() -> None:
    trial = idle("block", 0.5)
    trial["launches"][0]["resources"]["consumer"]["user_ns"] = 0
    (chart,) = charts(figure_idle.charts, testing.result([trial]))
    shares = [launch["resources"]["consumer"]["user_ns"] / launch["seconds"] / 1e9
              for launch in trial["launches"]]
    assert chart.panels[0].drawn[0].summary["waiting_share"].median == pytest.approx(median(shares))
    assert chart.panels[0].drawn[0].summary["waiting_share"].low == 0


def test_ways_of_waiting_are_not_ranked_together() -> None:
    (chart,) = charts(figure_idle.charts, testing.result([idle("block", 0.04), idle("spin", 0.98)]))
    assert [place.wait for place in chart.places] == ["block", "spin"]


def test_without_the_workload_there_is_no_figure() -> None:
    assert charts(figure_idle.charts, testing.medium()) == []
