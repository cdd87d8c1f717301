"""Tidy CSV: a row for each launch and statistic, a column for each thing that was varied.

RFC 4180 (https://www.rfc-editor.org/rfc/rfc4180): comma, CRLF, quotes doubled, UTF-8. Times are ns, rates per
second, sizes bytes; `unit` says so in each row. A statistic that a launch has not is a row that is not there.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from measures import MEASURES, chosen
from plain import number
from readings import Run, Trial

COLUMNS = (
    "run", "revision", "suite", "started", "cpu", "trial", "workload", "mechanism", "family", "size_bytes",
    "wait", "placement", "depth", "buffer_bytes", "batch", "access", "memory", "launch", "contaminated",
    "statistic", "value", "unit",
)


def text(runs: list[Run], asked: tuple[str, ...]) -> str:
    """All runs in one table. An option that a trial left as usual is an empty field."""
    buffer = io.StringIO(newline="")
    writer = csv.DictWriter(buffer, COLUMNS, restval="", lineterminator="\r\n")
    writer.writeheader()
    for run in runs:
        for trial in run.trials:
            writer.writerows(_rows(run, trial, asked))
    return buffer.getvalue()


def _rows(run: Run, trial: Trial, asked: tuple[str, ...]) -> Iterator[dict[str, object]]:
    same: dict[str, object] = {
        "run": run.id, "revision": run.about["revision"], "suite": run.about["suite"],
        "started": run.about["started"], "cpu": run.environment["cpu"]["model"], "trial": trial.label,
        "workload": trial.workload, "mechanism": trial.mechanism, "family": trial.family,
        "size_bytes": trial.size, "wait": trial.wait, "placement": trial.placement,
    }
    for column, option in (("depth", "depth"), ("buffer_bytes", "buffer"), ("batch", "batch"),
                           ("access", "access"), ("memory", "memory")):
        same[column] = trial.options.get(option, "")
    for launch in trial.launches:
        taken = {"launch": launch.number, "contaminated": "true" if launch.contaminated else "false"}
        for name in chosen(asked):
            if name in launch.values:
                yield same | taken | {"statistic": name, "value": number(launch.values[name]),
                                      "unit": MEASURES[name].unit}
