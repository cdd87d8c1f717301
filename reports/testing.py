"""Synthetic results for tests and for looking at a page without a run. Nothing here was ever measured.

`python3 testing.py DIR` writes a large one to DIR/result.json.
"""

from __future__ import annotations

import json
import math
import statistics
import sys
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.random import Generator, default_rng

import results

Json = dict[str, Any]

LAUNCHES = 6
OBSERVATIONS = 200_000


class Model(NamedTuple):
    """A made-up mechanism: its fixed cost and its cost per byte, in ns, on one core."""

    name: str
    family: str
    waits: tuple[str, ...]
    fixed_ns: float
    byte_ns: float


MODELS = (
    Model("null", "null", ("none",), 14, 0.0),
    Model("pipe", "pipe", ("block",), 1150, 0.19),
    Model("fifo", "pipe", ("block",), 1160, 0.19),
    Model("unix_stream", "socket", ("block",), 1900, 0.24),
    Model("unix_dgram", "socket", ("block",), 1750, 0.25),
    Model("unix_seqpacket", "socket", ("block",), 1800, 0.25),
    Model("tcp_loopback", "socket", ("block",), 6200, 0.31),
    Model("udp_loopback", "socket", ("block",), 5100, 0.33),
    Model("mq_posix", "queue", ("block",), 1400, 0.27),
    Model("mq_sysv", "queue", ("block",), 1450, 0.26),
    Model("spsc_ring", "shm", ("spin", "adaptive"), 70, 0.06),
    Model("spsc_loan", "shm", ("spin", "adaptive"), 68, 0.03),
    Model("futex_ring", "shm", ("spin", "block", "adaptive"), 95, 0.065),
    Model("seqlock_slot", "shm", ("spin",), 80, 0.06),
)


def summary_of(values: Iterable[float]) -> tuple[Json, float]:
    """Median, the exact order-statistic interval nearest to 95 %, and what it really covers."""
    ordered = sorted(values)
    n = len(ordered)
    rank, covered = 0, 1 - 2 * 0.5**n
    while rank + 1 < n // 2:
        tail = sum(math.comb(n, k) for k in range(rank + 2)) * 0.5**n
        if 1 - 2 * tail < 0.95:
            break
        rank, covered = rank + 1, 1 - 2 * tail
    interval = {"median": statistics.median(ordered), "low": ordered[rank], "high": ordered[n - 1 - rank]}
    return interval, covered


def histogram(rng: Generator, typical_ns: float, tail_ns: float, count: int = OBSERVATIONS) -> Json:
    """Latencies around `typical_ns` with rare ones around `tail_ns`, in bins one percent wide."""
    edges = 10 * 1.01 ** np.arange(1, 2100)
    # A log-logistic body and a log-logistic tail have closed distribution functions.
    body = 1 / (1 + (edges / typical_ns) ** -22.0)
    tail = 1 / (1 + (edges / tail_ns) ** -3.0)
    share = np.diff(0.996 * body + 0.004 * tail, prepend=0.0)
    counts = rng.multinomial(count, np.append(share, max(0.0, 1 - share.sum())))
    bins = [[round(float(edge), 2), int(k)] for edge, k in zip(edges, counts) if k]
    return {"unit": "ns", "overflow": int(counts[-1]), "bins": bins}


def quantile(bins: list[list[float]], p: float) -> float:
    """The upper edge of the bin that holds a quantile, found by counting."""
    rank, seen = p * sum(count for _, count in bins), 0.0
    for edge, count in bins:
        seen += count
        if seen >= rank:
            return edge
    return bins[-1][0]


def latency(rng: Generator, typical_ns: float, tail_ns: float, count: int) -> Json:
    """The latency object of one launch."""
    made = histogram(rng, typical_ns, tail_ns, count)
    bins = made["bins"]
    return {
        "mean": sum(edge * k for edge, k in bins) / sum(k for _, k in bins), "p50": quantile(bins, 0.5),
        "p90": quantile(bins, 0.9), "p99": quantile(bins, 0.99), "p999": quantile(bins, 0.999),
        "max": bins[-1][0], "count": count, "histogram": made,
    }


def resources(user_ns: float, system_ns: float) -> Json:
    """The resources of one process."""
    return {
        "user_ns": int(user_ns), "system_ns": int(system_ns), "voluntary_switches": 12,
        "involuntary_switches": 3, "minor_faults": 140, "peak_rss_bytes": 4_200_000,
    }


def launch(rng: Generator, size: int, rate: float, latencies: Json | None,
           cpu_ns: tuple[float, float]) -> Json:
    """One launch that moved OBSERVATIONS messages at `rate`, each of which cost both sides `cpu_ns`."""
    count = OBSERVATIONS
    producer, consumer = (cost * count * rng.normal(1, 0.01) for cost in cpu_ns)
    return {
        "messages": count, "bytes": count * size, "seconds": count / rate, "latency_ns": latencies,
        "messages_per_s": rate, "bytes_per_s": rate * size,
        "verified": {"lost": 0, "repeated": 0, "reordered": 0, "torn": 0},
        "resources": {"producer": resources(producer * 0.3, producer * 0.7),
                      "consumer": resources(consumer * 0.3, consumer * 0.7)},
        "noise": {"steal_ns": 0, "contaminated": False, "reasons": []},
    }


def summarise(trial: Json) -> Json:
    """`trial` with its summary and confidence computed from its launches."""
    launches = trial["launches"]
    values = {
        "messages_per_s": [item["messages_per_s"] for item in launches],
        "bytes_per_s": [item["bytes_per_s"] for item in launches],
        "cpu_ns_per_message": [
            sum(side["user_ns"] + side["system_ns"] for side in item["resources"].values()) / item["messages"]
            for item in launches],
        "peak_rss_bytes": [
            sum(side["peak_rss_bytes"] for side in item["resources"].values()) for item in launches],
    }
    if all(item["latency_ns"] for item in launches):
        for name in ("mean", "p50", "p90", "p99", "p999", "max"):
            values[name] = [item["latency_ns"][name] for item in launches]
    done = {name: summary_of(column) for name, column in values.items()}
    trial["summary"] = {name: interval for name, (interval, _) in done.items()}
    trial["confidence"] = done["messages_per_s"][1]
    return trial


def trial(mechanism: str = "pipe", family: str = "pipe", workload: str = "ping_pong", size: int = 64,
          wait: str = "block", placement: str = "two_cores", *, typical_ns: float = 5000.0,
          launches: int = LAUNCHES, drift: float = 0.02, seed: int = 1) -> Json:
    """One trial whose launches drift around `typical_ns`."""
    rng = default_rng([seed, size, int(typical_ns)])
    made = []
    for _ in range(launches):
        typical = typical_ns * math.exp(rng.normal(0, drift))
        stream = workload == "stream"
        rate = 1e9 / (typical * (0.6 if stream else 1.0))
        latencies = None if family == "null" and stream else latency(
            rng, typical * (20 if stream else 1), typical * (150 if stream else 6) + 4000,
            OBSERVATIONS // (10 if stream else 1))
        busy = 1.0 if wait == "spin" else 0.7 if wait == "adaptive" else 0.45
        made.append(launch(rng, size, rate, latencies, (typical * busy * 0.7, typical * busy)))
    return summarise({
        "mechanism": mechanism, "family": family, "workload": workload, "size": size, "wait": wait,
        "placement": placement, "launches": made, "stopped_by": "precision", "notes": [],
    })


def failed(mechanism: str = "udp_loopback", kind: str = "verification", **where: Any) -> Json:
    """A trial that failed."""
    verified = {"lost": 214, "repeated": 0, "reordered": 0, "torn": 0}
    return {
        "mechanism": mechanism, "family": "socket", "workload": "stream", "size": 65536, "wait": "block",
        "placement": "two_cores", "launches": [], "summary": None, "stopped_by": "failure",
        "notes": [],
        "failure": {"kind": kind, "detail": "214 of 200000 messages never arrived", "verified": verified},
    } | where


def skip(mechanism: str = "mq_posix", reason: str = "message longer than msgsize_max (8192)",
         **where: Any) -> Json:
    """A trial that could not take place."""
    return {"mechanism": mechanism, "workload": "stream", "size": 65536, "wait": "block",
            "placement": "two_cores", "reason": reason} | where


def warning(what: str = "the governor is powersave") -> Json:
    """A doctor's warning."""
    return {"id": "governor", "severity": "warning", "what": what,
            "meaning": "the clock rate follows the load, so short trials run slower than long ones",
            "advice": "cpupower frequency-set --governor performance"}


def result(trials: Iterable[Json] | None = None, skipped: Iterable[Json] = ()) -> Json:
    """A result document; without arguments a small one of two mechanisms."""
    small = (trial("pipe", typical_ns=5000), trial("fifo", typical_ns=9000))
    return {
        "schema": 1,
        "run": {"id": "20260131-123456-5eed", "command": "ipcmark run quick --seed 7", "suite": "quick",
                "started": "2026-01-31T12:34:56Z", "finished": "2026-01-31T12:39:01Z", "partial": False,
                "revision": "0123abc", "seed": 7},
        "environment": {
            "cpu": {"model": "Synthetic CPU (made by a test)", "cores": 2, "threads": 4},
            "kernel": {"name": "Linux", "release": "6.1.0-test"},
            "virtualisation": {"hypervisor": "none", "container": "none"},
            "memory": {"total_bytes": 8 * 2**30, "huge_pages": "unknown"},
            "compiler": {"name": "g++ 12.2.0", "flags": "-O2 -g"}, "doctor": [],
        },
        "floors": {
            "clock": {"source": "CLOCK_MONOTONIC", "cost_ns": 21.4, "resolution_ns": 1.0},
            "memcpy": [{"size": 64 * 4**k, "bytes_per_s": 2.4e10 / (1 + 4.0**-k)} for k in range(6)],
            "cache_line_round_trip_ns": 118.0, "system_call_ns": 96.5,
        },
        "trials": list(small if trials is None else trials),
        "skipped": list(skipped),
    }


def plan() -> Iterator[tuple[Model, str, str, int, str]]:
    """Every combination of the large synthetic run."""
    for model in MODELS:
        for workload in ("ping_pong", "stream"):
            for placement in ("same_core", "two_cores"):
                for size in (64, 4096, 65536):
                    for wait in model.waits:
                        yield model, workload, placement, size, wait


def large() -> Json:
    """A run of the size of a real one, with a failure, skips, notes and a warning."""
    trials, skipped = [], []
    for number, (model, workload, placement, size, wait) in enumerate(plan()):
        where: Json = {"workload": workload, "placement": placement, "size": size, "wait": wait}
        if model.family == "queue" and size > 8192:
            skipped.append(skip(model.name, "message longer than this host's limit of 8192 bytes", **where))
        elif (model.name, workload, size) == ("udp_loopback", "stream", 65536):
            trials.append(failed(**where))
        else:
            kernel = model.fixed_ns > 1000
            apart = {"spin": 110.0, "none": 0.0}.get(wait, 26_000.0) if placement == "two_cores" else 0.0
            shared = 4_000_000.0 if wait == "spin" and placement == "same_core" else 0.0
            waiting = 900.0 if wait in ("block", "adaptive") and not kernel else 0.0
            typical = model.fixed_ns + waiting + shared + size * model.byte_ns
            typical = 2 * typical + apart if workload == "ping_pong" else typical + apart / 40
            trials.append(trial(model.name, model.family, typical_ns=typical, seed=number, **where))
    for index, note in ((5, "two modes"), (9, "contaminated launches 2 of 6"), (2, "clock too coarse")):
        trials[index]["notes"].append(note)
    made = result(trials, skipped)
    made["environment"]["doctor"] = [warning()]
    return made


def medium() -> Json:
    """A small run with every kind of panel: two placements, waits, sizes and workloads, and a floor."""
    models = (Model("null", "null", ("none",), 30, 0.0), Model("pipe", "pipe", ("block",), 4000, 0.2),
              Model("fifo", "pipe", ("block",), 4010, 0.2), Model("ring", "shm", ("block", "spin"), 900, 0.1),
              Model("loan", "shm", ("spin",), 500, 0.02))
    return result([
        trial(model.name, model.family, workload, size, wait, placement, launches=5,
              typical_ns=model.fixed_ns * (1 if placement == "same_core" else 3) + size * model.byte_ns)
        for model in models for workload in ("ping_pong", "stream") for size in (64, 4096)
        for placement in ("same_core", "two_cores") for wait in model.waits
    ], [skip()])


def write(document: Json, folder: Path) -> Path:
    """Writes `document` as a result directory and returns the file."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "result.json"
    file.write_text(json.dumps(document), "utf-8")
    return file


def loaded(document: Json) -> results.Result:
    """`document` as the reader sees it, through a file."""
    with tempfile.TemporaryDirectory() as folder:
        return results.load(write(document, Path(folder)))


if __name__ == "__main__":
    print(write(large(), Path(sys.argv[1])))
