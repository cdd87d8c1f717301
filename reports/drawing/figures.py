"""All figures of a report, in the order of the page."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import figure_contention
import figure_cpu
import figure_crowd
import figure_floors
import figure_heat
import figure_idle
import figure_latency
import figure_launches
import figure_load
import figure_pareto
import figure_recovery
import figure_setup
import figure_share
import figure_throughput
import style
from chart import Chart
from results import Result

KINDS: list[Callable[[Result, dict[str, style.Look]], Iterator[Chart]]] = [
    figure_latency.charts,
    figure_launches.charts,
    figure_throughput.charts,
    figure_floors.charts,
    figure_share.charts,
    figure_cpu.charts,
    figure_idle.charts,
    figure_load.charts,
    figure_pareto.charts,
    figure_heat.charts,
    figure_crowd.charts,
    figure_contention.charts,
    figure_recovery.charts,
    figure_setup.charts,
]


def charts(result: Result) -> list[Chart]:
    """Every figure that the result has data for, drawn."""
    style.apply()
    looks = style.looks(result.trials)
    return [chart for kind in KINDS for chart in kind(result, looks)]
