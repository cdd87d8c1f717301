"""OpenMetrics 1.0 text: https://prometheus.io/docs/specs/om/open_metrics_spec/.

Gauges only and no timestamps, so that Prometheus' textfile collector takes it as well: that reads the older
text format, in which `# UNIT` and `# EOF` are comments, and refuses timestamps. Of each statistic there are
the median over launches and the bounds of its interval, in seconds, bytes, ratios and what is counted.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from measures import LATENCIES, chosen
from plain import number, one_line
from readings import OPTIONS, Run, Trial

Labels = dict[str, str]
Sample = tuple[Labels, float]


class Family(NamedTuple):
    """A metric family: its name ends with its unit. Figures in a result are divided by `divisor`."""

    name: str
    unit: str
    help: str
    divisor: int = 1


LATENCY = Family("ipcmark_latency_seconds", "seconds",
                 "Time of a message as the workload defines it, by statistic over messages.", 10**9)
FAIRNESS = Family("ipcmark_fairness_ratio", "ratio",
                  "Jain's index: 1 when all processes of a side have the same, 1/n when one has all.")
FAMILIES = {
    **{name: LATENCY for name in LATENCIES},
    "messages_per_s": Family("ipcmark_throughput_messages_per_second", "messages_per_second",
                             "Messages received in a second."),
    "bytes_per_s": Family("ipcmark_throughput_bytes_per_second", "bytes_per_second",
                          "Bytes of payload received in a second."),
    "cpu_ns_per_message": Family("ipcmark_message_cpu_seconds", "seconds",
                                 "User and system time of both sides for one message.", 10**9),
    "peak_rss_bytes": Family("ipcmark_peak_memory_bytes", "bytes",
                             "Peak resident memory of the largest process."),
    "producer_fairness": FAIRNESS, "consumer_fairness": FAIRNESS,
    "overtaken_messages": Family("ipcmark_overtaken_messages", "messages",
                                 "Ordinary messages that an urgent one overtook, on average."),
}
SHARED = (LATENCY, FAIRNESS)  # by families of several statistics, which a label tells apart
STARTED = Family("ipcmark_run_started_timestamp_seconds", "seconds",
                 "When the run began, since 1970. Its labels say what was measured where.")
LAUNCHES = Family("ipcmark_launches", "launches", "Launches behind the figures of a trial.")
COVERAGE = Family("ipcmark_interval_coverage_ratio", "ratio",
                  "How probably the interval from low to high holds the median.")
LEFT_OUT = Family("ipcmark_trials_without_figures", "",
                  "Trials that failed, were skipped or did not begin, by reason.")


def text(runs: list[Run], asked: tuple[str, ...]) -> str:
    """All runs, told apart by the label `run`."""
    return "".join(f"{line}\n" for line in _lines(runs, asked)) + "# EOF\n"


def _lines(runs: list[Run], asked: tuple[str, ...]) -> Iterator[str]:
    yield from _family(STARTED, (_started(run) for run in runs))
    for family in dict.fromkeys(FAMILIES[name] for name in chosen(asked)):
        names = [name for name in chosen(asked) if FAMILIES[name] == family]
        yield from _family(family, (
            sample for run in runs for trial in run.trials for name in names
            for sample in _samples(run, trial, name)))
    each = [(run, trial) for run in runs for trial in run.trials]
    yield from _family(LAUNCHES, ((_labels(run, trial), len(trial.launches)) for run, trial in each))
    yield from _family(COVERAGE, ((_labels(run, trial), trial.confidence) for run, trial in each))
    yield from _family(LEFT_OUT, (
        ({"run": run.id, "reason": reason}, count)
        for run in runs for reason, count in sorted(run.left_out.items())))


def _family(family: Family, samples: Iterator[Sample]) -> Iterator[str]:
    """The lines of a family; none when there is no sample."""
    lines = [f"{family.name}{{{_text(labels)}}} {number(value)}" for labels, value in samples]
    if lines:
        yield f"# TYPE {family.name} gauge"
        if family.unit:
            yield f"# UNIT {family.name} {family.unit}"
        yield f"# HELP {family.name} {family.help}"
        yield from lines


def _samples(run: Run, trial: Trial, name: str) -> Iterator[Sample]:
    if name not in trial.summary:
        return
    labels = _labels(run, trial)
    family = FAMILIES[name]
    if family in SHARED:
        labels["statistic"] = name
    values = {"median": trial.summary[name].median}
    bounds = trial.bounds(name)
    if bounds:
        values |= {"low": bounds.low, "high": bounds.high}
    for bound, value in values.items():
        yield labels | {"bound": bound}, value / family.divisor if family.divisor > 1 else value


def _labels(run: Run, trial: Trial) -> Labels:
    labels = {
        "run": run.id, "trial": trial.label, "workload": trial.workload, "mechanism": trial.mechanism,
        "family": trial.family, "size": str(trial.size), "wait": trial.wait, "placement": trial.placement,
    }
    return labels | {name: trial.options[name] for name in OPTIONS if name in trial.options}


def _started(run: Run) -> Sample:
    about, environment = run.about, run.environment
    began = datetime.fromisoformat(about["started"].replace("Z", "+00:00"))
    return {
        "run": run.id, "revision": about["revision"], "suite": about["suite"],
        "cpu": environment["cpu"]["model"], "kernel": str(environment["kernel"].get("name", "unknown")),
    }, began.timestamp()


def _text(labels: Labels) -> str:
    return ",".join(f'{name}="{_escaped(value)}"' for name, value in labels.items())


def _escaped(value: str) -> str:
    """A label's value. Lines must not hold a carriage return, and readers split at others of its kind: these
    become spaces, while a line feed keeps its escape."""
    lines = (one_line(line) if not line.isprintable() else line for line in value.split("\n"))
    return "\\n".join(line.replace("\\", "\\\\").replace('"', '\\"') for line in lines)
