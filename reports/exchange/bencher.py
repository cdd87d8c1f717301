"""Bencher's metric format: https://bencher.dev/docs/reference/bencher-metric-format/.

The median over launches with its interval. `latency` (ns, here p50) and `throughput` (operations per second,
here messages) are measures that every project of Bencher has; it makes the others when they first come, and
then does not know their units: see README.md.
"""

from __future__ import annotations

from measures import chosen
from plain import json_text
from readings import Run, Trial

SLUGS = {
    "p50": "latency", "p90": "latency-p90", "p99": "latency-p99", "p999": "latency-p999",
    "max": "latency-max", "mean": "latency-mean", "messages_per_s": "throughput",
    "bytes_per_s": "byte-throughput", "cpu_ns_per_message": "cpu-time-per-message",
    "peak_rss_bytes": "peak-memory", "producer_fairness": "producer-fairness",
    "consumer_fairness": "consumer-fairness", "overtaken_messages": "overtaken-messages",
}


def text(runs: list[Run], asked: tuple[str, ...]) -> str:
    """The document of one run."""
    (run,) = runs
    return json_text({trial.label: _metrics(trial, asked) for trial in run.trials
                      if _metrics(trial, asked)})


def _metrics(trial: Trial, asked: tuple[str, ...]) -> dict[str, dict[str, float]]:
    return {SLUGS[name]: _metric(trial, name) for name in chosen(asked) if name in trial.summary}


def _metric(trial: Trial, name: str) -> dict[str, float]:
    """One launch gives a value and no bounds."""
    bounds = trial.bounds(name)
    value = {"value": trial.summary[name].median}
    return value | {"lower_value": bounds.low, "upper_value": bounds.high} if bounds else value
