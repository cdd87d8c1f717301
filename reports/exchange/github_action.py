"""customSmallerIsBetter and customBiggerIsBetter of github-action-benchmark.

https://github.com/benchmark-action/github-action-benchmark#examples. The name of the tool says which way is
better for all that is in a file, so a run makes two files. The value is the median over launches, `range` its
interval in the same unit.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import parent_folder  # noqa: F401
from measures import BIGGER, MEASURES, SMALLER, chosen
from plain import json_text, number, one_line
from readings import Run, Trial
from words import plural


def writer(better: str) -> Callable[[list[Run], tuple[str, ...]], str]:
    """The function that writes the statistics of which `better` values are better, of one run."""
    def text(runs: list[Run], asked: tuple[str, ...]) -> str:
        (run,) = runs
        return json_text([_entry(run, trial, name) for trial in run.trials for name in chosen(asked)
                          if MEASURES[name].better == better and name in trial.summary])
    return text


smaller_text, bigger_text = writer(SMALLER), writer(BIGGER)


def _entry(run: Run, trial: Trial, name: str) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "name": f"{trial.label} {name}", "unit": MEASURES[name].unit,
        "value": trial.summary[name].median,
    }
    bounds = trial.bounds(name)
    if bounds:
        entry["range"] = f"{number(bounds.low)} .. {number(bounds.high)}"
    entry["extra"] = "\n".join(_facts(run, trial))
    return entry


def _facts(run: Run, trial: Trial) -> list[str]:
    """What the chart shows beside a point."""
    coverage = f", interval covers {trial.confidence:.1%}" if trial.confidence else ""
    return [f"median of {plural(len(trial.launches), 'launch')}{coverage}", f"run: {one_line(run.id)}",
            f"revision: {one_line(run.about['revision'])}"]
