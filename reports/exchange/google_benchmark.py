"""Google Benchmark's JSON, which its compare.py reads.

https://github.com/google/benchmark/blob/main/docs/user_guide.md (Output Formats, Reporting Statistics) and
https://github.com/google/benchmark/blob/main/docs/tools.md (compare.py).

A launch is a repetition, so that compare.py tests launches against launches. It sees nothing but `real_time`
and `cpu_time`, both in ns for one message: real_time is the first statistic asked for that is a time (a rate
counts as the time that a message takes at it); when none was asked for, p50 of workloads whose rate says
nothing of its own, and otherwise the time that a message takes. `label` says which. Everything else is a
counter.
"""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterator
from typing import Any

import parent_folder  # noqa: F401
from measures import LATENCIES, chosen
from plain import json_text
from readings import Launch, Run, Trial
from words import workload

Json = dict[str, Any]
TIMES = (*LATENCIES, "messages_per_s", "cpu_ns_per_message")


def _variation(values: list[float]) -> float:
    mean = statistics.fmean(values)
    return statistics.stdev(values) / mean if mean else 0.0


AGGREGATES: dict[str, tuple[str, Callable[[list[float]], float]]] = {
    "mean": ("time", statistics.fmean),
    "median": ("time", statistics.median),
    "stddev": ("time", statistics.stdev),
    "cv": ("percentage", _variation),
}


def text(runs: list[Run], asked: tuple[str, ...]) -> str:
    """The document of one run."""
    (run,) = runs
    entries: list[Json] = []
    for trial in run.trials:
        family = entries[-1]["family_index"] + 1 if entries else 0
        entries.extend(_entries(trial, asked, family))
    return json_text({"context": _context(run), "benchmarks": entries})


def judged(trial: Trial, asked: tuple[str, ...]) -> str:
    """The statistic that is real_time."""
    usual = ("p50", "messages_per_s") if workload(trial.workload).closed_loop else ("messages_per_s",)
    wanted = [*(name for name in asked if name in TIMES), *usual]
    return next((name for name in wanted if name in trial.summary), "messages_per_s")


def _context(run: Run) -> Json:
    """What is known of the machine; Google Benchmark's other members would be guesses."""
    cpu, build = run.environment["cpu"], run.environment.get("build", {})
    context: Json = {
        "date": run.about["started"],
        "executable": "ipcmark",
        "caches": [
            {"type": kind, "level": level, "size": cpu[key]}
            for kind, level, key in (("Data", 1, "l1d_bytes"), ("Unified", 2, "l2_bytes"),
                                     ("Unified", 3, "l3_bytes")) if isinstance(cpu.get(key), int)],
        "ipcmark_run": run.id, "ipcmark_revision": run.about["revision"], "ipcmark_suite": run.about["suite"],
        "ipcmark_command": run.about["command"], "cpu_model": cpu["model"],
    }
    if isinstance(cpu["threads"], int):
        context["num_cpus"] = cpu["threads"]
    if build.get("build_type"):
        context["library_build_type"] = "debug" if build["build_type"] == "Debug" else "release"
    return context


def _entries(trial: Trial, asked: tuple[str, ...], family: int) -> Iterator[Json]:
    """A repetition for each launch that moved a message, and what they have in common."""
    judge = judged(trial, asked)
    made = [entry for launch in trial.launches if (entry := _times(launch, judge))]
    names = [name for name in chosen(asked) if any(name in launch.values for launch in trial.launches)]
    common: Json = {
        "family_index": family, "per_family_instance_index": 0, "run_name": trial.label,
        "repetitions": len(made), "threads": 1, "time_unit": "ns", "label": f"real_time is {judge}",
    }
    for index, (launch, times) in enumerate(made):
        counters = {_counter(name): launch.values[name] for name in names if name in launch.values}
        yield {"name": trial.label, "run_type": "iteration", **common, "repetition_index": index,
               "iterations": launch.messages, **times, **counters}
    if len(made) > 1:
        for name, (unit, aggregate) in AGGREGATES.items():
            yield {"name": f"{trial.label}_{name}", "run_type": "aggregate", **common,
                   "aggregate_name": name, "aggregate_unit": unit, "iterations": len(made),
                   **_aggregated(made, names, aggregate)}


def _times(launch: Launch, judge: str) -> tuple[Launch, Json] | None:
    """real_time and cpu_time of a launch; nothing when it has none, because no message arrived."""
    value, cpu = launch.values.get(judge), launch.values.get("cpu_ns_per_message")
    if value is None or cpu is None or (judge == "messages_per_s" and not value):
        return None
    return launch, {"real_time": 1e9 / value if judge == "messages_per_s" else value, "cpu_time": cpu}


def _aggregated(made: list[tuple[Launch, Json]], names: list[str],
                aggregate: Callable[[list[float]], float]) -> Json:
    columns = {key: [times[key] for _, times in made] for key in ("real_time", "cpu_time")}
    columns |= {_counter(name): [launch.values[name] for launch, _ in made] for name in names
                if all(name in launch.values for launch, _ in made)}
    return {key: aggregate(column) for key, column in columns.items()}


def _counter(name: str) -> str:
    """The name of a counter, as ipcmark_benchmark has it: p50_ns."""
    return f"{name}_ns" if name in LATENCIES else name
