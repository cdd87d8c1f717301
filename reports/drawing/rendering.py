"""Writes figures as files. Drawing is most of a report's time, so that several processes share it."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import svg
from chart import Chart

MOST_WORKERS = 4
FEWEST_CHARTS = 4  # For fewer the start of workers would cost more than they save.

_shared: list[tuple[Chart, Path]] = []  # Workers are forked, and find here what is to be drawn.


def write_files(charts: Sequence[Chart], out: Path) -> None:
    """Writes each figure as .svg, .png and .pdf into the folder `out`. Then its `svg` is known, too."""
    workers = min(MOST_WORKERS, processors(), len(charts) // FEWEST_CHARTS)
    if workers < 2 or "fork" not in multiprocessing.get_all_start_methods():
        for chart in charts:
            write(chart, out)
        return
    _shared[:] = [(chart, out) for chart in charts]
    with ProcessPoolExecutor(workers, multiprocessing.get_context("fork")) as pool:
        for chart, drawn in zip(charts, pool.map(_written, range(len(charts)))):
            chart.svg = drawn
    _shared.clear()


def processors() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _written(index: int) -> str:
    return write(*_shared[index])


def write(chart: Chart, out: Path) -> str:
    """Writes one figure and returns its SVG as matplotlib has drawn it."""
    drawn = chart.svg
    (out / f"{chart.name}.svg").write_bytes(svg.standalone(drawn).encode("utf-8", "replace"))
    (out / f"{chart.name}.png").write_bytes(chart.png())
    (out / f"{chart.name}.pdf").write_bytes(chart.pdf())
    return drawn
