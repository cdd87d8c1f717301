"""The same figures for other programs and for text: table.csv and table.md."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterator

import tables
from overview import banners, machine
from results import STATISTICS, Result, Trial
from stats import cpu_sides
from words import workload

BOUNDS = ("median", "low", "high")


def columns(statistic: str) -> list[str]:
    """The three columns of a statistic, with its unit: p50_ns_median, p50_ns_low, p50_ns_high."""
    name = statistic if "_" in statistic else f"{statistic}_ns"
    return [f"{name}_{bound}" for bound in BOUNDS]


HEAD = ["mechanism", "family", "workload", "size_bytes", "wait", "placement", "launches",
        "contaminated_launches", "confidence", "stopped_by"]
FIGURES = [column for statistic in STATISTICS for column in columns(statistic)]
TAIL = ["producer_cpu_ns_per_message", "consumer_cpu_ns_per_message", "lost_messages", "notes", "failure",
        "failure_detail"]


def csv_text(result: Result) -> str:
    """One row per trial in base units, failures included; a figure that is not there is an empty field."""
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, HEAD + FIGURES + TAIL, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(_record(trial) for trial in result.trials)
    return buffer.getvalue()


def _record(trial: Trial) -> dict[str, object]:
    record: dict[str, object] = {
        "mechanism": trial.mechanism, "family": trial.family, "workload": trial.workload,
        "size_bytes": trial.size, "wait": trial.wait, "placement": trial.placement,
        "launches": len(trial.launches),
        "contaminated_launches": sum(launch.contaminated for launch in trial.launches),
        "confidence": trial.confidence, "stopped_by": trial.stopped_by,
        "lost_messages": sum(launch.verified.get("lost", 0) for launch in trial.launches),
        "notes": "; ".join(tables.remarks(trial)),
    }
    for statistic, interval in trial.summary.items():
        record.update(zip(columns(statistic), interval))
    for side, value in zip(("producer", "consumer"), cpu_sides(trial)):
        record[f"{side}_cpu_ns_per_message"] = value if math.isfinite(value) else ""
    if trial.failure:
        record |= {"failure": trial.failure.kind, "failure_detail": trial.failure.detail}
    return record


def markdown(result: Result) -> str:
    """The table of the page, one for each group of trials that may be compared."""
    return "\n".join(_lines(result)) + "\n"


def _lines(result: Result) -> Iterator[str]:
    run = result.run
    yield f"# ipcmark: suite {_plain(run['suite'])}, {run['started'][:10]}"
    yield from ("", _plain(machine(result)), "", f"    {_plain(run['command'])}")
    for banner in banners(result):
        yield from ("", f"> **{_plain(banner.title)}** {_plain(banner.text)}")
    for name in tables.workloads(result):
        yield from ("", f"## {workload(name).title}", "", workload(name).meaning)
        for group in tables.groups(result, name):
            yield from _group_lines(group)
    if result.failed:
        yield from ("", "## Failures", "")
        yield from (f"- {_plain(tables.where(t))}: {_plain(tables.what_failed(t))}" for t in result.failed)
    if result.skipped:
        yield from ("", "## Skipped", "")
        yield from (f"- {s.mechanism}: {_plain(s.reason)} ({s.where})" for s in tables.skipped(result))


def _group_lines(group: tables.Group) -> Iterator[str]:
    yield from ("", f"### {group.title}", "")
    heads = ["Mechanism", *(title for title, _, _ in tables.COLUMNS), "Basis", "Notes"]
    yield f"| {' | '.join(heads)} |"
    yield f"|---|{'---:|' * len(tables.COLUMNS)}---|---|"
    for row in group.rows:
        cells = [row.label, *map(str, row.cells), row.basis, _plain("; ".join(row.notes))]
        yield f"| {' | '.join(cells)} |"


def _plain(text: str) -> str:
    """Text of unknown origin on one line of a table."""
    return " ".join(text.replace("|", "\\|").split())
