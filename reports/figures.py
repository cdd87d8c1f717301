"""All figures of a report, in the order of the page."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import figure_cpu
import figure_latency
import figure_throughput
import style
from chart import Chart
from results import Result

KINDS: list[Callable[[Result, dict[str, style.Look]], Iterator[Chart]]] = [
    figure_latency.charts,
    figure_throughput.charts,
    figure_cpu.charts,
]


def charts(result: Result) -> list[Chart]:
    """Every figure that the result has data for, drawn."""
    style.apply()
    looks = style.looks(result.trials)
    return [chart for kind in KINDS for chart in kind(result, looks)]
