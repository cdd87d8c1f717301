"""A JSON file of Google Benchmark as a run of the history.

What it holds: https://github.com/google/benchmark/blob/main/docs/user_guide.md, "Output Formats".
"""

from __future__ import annotations

import hashlib
import json
import math
from collections import Counter
from collections.abc import Iterator
from statistics import median
from typing import Any

import environment
from model import Environment, Figure, Run, clean_revision, parse_time, text_at
from results import Refused
from words import plural

Json = dict[str, Any]

NANOSECONDS = {"ns": 1.0, "us": 1e3, "ms": 1e6, "s": 1e9}
TIMES = ("real_time", "cpu_time")
ADVICE = "write it with --benchmark_out=FILE --benchmark_out_format=json"


def recognise(data: bytes) -> Json | None:
    """The document, when it is one of Google Benchmark: it has "context" and "benchmarks"."""
    if b'"benchmarks"' not in data or b'"context"' not in data:
        return None
    try:
        document = json.loads(data)
    except (ValueError, RecursionError):
        return None
    sound = isinstance(document, dict) and isinstance(document.get("context"), dict) and isinstance(
        document.get("benchmarks"), list)
    return document if sound else None


def read(document: Json, data: bytes) -> Run:
    """The run of a document, which was read from `data`. Its id is made of these bytes, for it has none of
    its own. Throws Refused where something in it is not as Google Benchmark writes it."""
    context = document["context"]
    revision, dirty = clean_revision(text_at(context, "revision"))
    left_out: Counter[str] = Counter()
    figures = [
        figure for name, entries in _grouped(document["benchmarks"], left_out).items()
        for figure in _figures(name, entries, left_out)
    ]
    return Run(
        id=f"google-benchmark-{hashlib.sha256(data).hexdigest()[:16]}",
        environment=_environment(context),
        effort="",
        time=parse_time(text_at(context, "date")),
        revision=revision,
        dirty=dirty,
        figures=figures,
        left_out=[f"{plural(count, 'entry') if count == 1 else f'{count:,} entries'} {why}"
                  for why, count in left_out.items()],
    )


def _environment(context: Json) -> Environment:
    """Of what a file tells of its machine and its build all that does not change by itself."""
    facts = {name: text_at(context, name) for name in ("host_name", "num_cpus", "library_build_type")}
    caches = context.get("caches")
    facts["caches"] = json.dumps(caches, sort_keys=True) if caches else "unknown"
    description = (f"{facts['host_name']}, {facts['num_cpus']} processors, Google Benchmark "
                   f"({facts['library_build_type']})")
    return Environment(environment.hashed(["google benchmark", *facts.values()]), description, facts)


def _grouped(entries: list[Any], left_out: Counter[str]) -> dict[str, list[Json]]:
    """The repetitions of each benchmark; its medians where only aggregates were written."""
    repeated: dict[str, list[Json]] = {}
    medians: dict[str, list[Json]] = {}
    for entry in entries:
        if not isinstance(entry, dict) or not isinstance(entry.get("name"), str):
            raise Refused("has a benchmark without a name", ADVICE)
        name = str(entry.get("run_name", entry["name"]))
        if entry.get("error_occurred") or entry.get("skipped"):
            left_out["with an error"] += 1
        elif entry.get("run_type", "iteration") == "iteration":
            repeated.setdefault(name, []).append(entry)
        elif entry.get("aggregate_name") == "median":
            medians.setdefault(name, []).append(entry)
    return medians | repeated


def _figures(name: str, entries: list[Json], left_out: Counter[str]) -> Iterator[Figure]:
    """A figure for each time, and for each counter whose name says what it is."""
    launches = len(entries)
    if entries[0].get("run_type") == "aggregate":
        launches = int(entries[0].get("repetitions", 1))
    for statistic in entries[0]:
        unit = _unit(statistic)
        if not unit:
            continue
        values = [_value(entry, statistic) for entry in entries]
        if any(value is None for value in values):
            left_out[f"whose {statistic} is no finite number"] += 1
            continue
        known = [value for value in values if value is not None]
        low, high = _bounds(known)
        yield Figure(name, statistic, unit, median(known), low, high, launches)


def _unit(statistic: str) -> str:
    """What a member counts; nothing where its name does not tell whether more of it would be better."""
    if statistic in TIMES or statistic.endswith(("_ns", "_ns_per_message")):
        return "ns"
    if statistic.startswith("bytes_per_s"):
        return "B/s"
    if statistic.startswith("messages_per_s"):
        return "msg/s"
    return "1/s" if statistic.endswith(("_per_second", "_per_s")) else ""


def _value(entry: Json, statistic: str) -> float | None:
    value = entry.get(statistic)
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        return None
    if statistic not in TIMES:
        return float(value)
    unit = entry.get("time_unit", "ns")
    if unit not in NANOSECONDS:
        raise Refused(f"has a time in '{unit}'", "give times in ns, us, ms or s")
    return value * NANOSECONDS[unit]


def _bounds(values: list[float]) -> tuple[float, float]:
    """The order statistics around the median that cover it with 95 %, or all if these are few."""
    ordered = sorted(values)
    rank, tail = 0, 2.0 ** -len(ordered)
    while rank + 1 < len(ordered) // 2:
        tail += math.comb(len(ordered), rank + 1) * 2.0 ** -len(ordered)
        if tail > 0.025:
            break
        rank += 1
    return ordered[rank], ordered[-1 - rank]
