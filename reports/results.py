"""Reads a result file into plain values. What is no sound result is refused with a reason and an advice."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import reading
import schema_check
from reading import Refused as Refused
from reading import Source
from units import Interval

if TYPE_CHECKING:
    from verification import Verification

RESULT_FILE = "result.json"
RATE = "rate"  # The option that is of a workload and not of a mechanism.
STATISTICS = (
    "p50", "p90", "p99", "p999", "max", "mean", "messages_per_s", "bytes_per_s", "cpu_ns_per_message",
    "peak_rss_bytes", "producer_fairness", "consumer_fairness", "overtaken_messages",
)

LAUNCH_VALUES = ("messages_per_s", "bytes_per_s", "set_up_ns")


@dataclass(frozen=True)
class Histogram:
    """Latencies of one launch: count per bin, each named by its upper edge in ns, edges ascending. A result
    has millions of bins, so they are packed."""

    edges: Sequence[float]
    counts: Sequence[int]
    overflow: int


@dataclass(frozen=True)
class Launch:
    """One fresh cast of processes. CPU times are user plus system. `values` are the other things that it
    measured, by the names that they have in the file."""

    messages: int
    histogram: Histogram | None
    producer_cpu_ns: int
    consumer_cpu_ns: int
    verified: dict[str, int]
    contaminated: bool
    seconds: float = 0.0
    values: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Failure:
    """Why a trial has no figures."""

    kind: str
    detail: str
    verified: dict[str, int]


@dataclass(frozen=True, eq=False)
class Trial:
    """One mechanism, workload, size, wait and placement, with what its launches yielded.

    Where a mechanism's options were not as usual they are part of its name: `shm_spsc[depth=256]`. `broken`
    holds the clauses that it was seen to break, where a verification is at hand. `offered` is how many
    messages were due in a second, of a workload with a schedule, whose name then ends with it; else 0.
    """

    mechanism: str
    family: str
    workload: str
    size: int
    wait: str
    placement: str
    launches: list[Launch]
    summary: dict[str, Interval]
    stopped_by: str
    confidence: float
    notes: list[str]
    failure: Failure | None
    broken: list[str] = field(default_factory=list)
    offered: int = 0

    @property
    def label(self) -> str:
        """The name under which a trial appears everywhere: how it waits is part of what was measured."""
        return f"{self.mechanism} · {self.wait}"

    @property
    def is_floor(self) -> bool:
        """True for the null mechanism, which shows the harness's own cost and takes part in no ranking."""
        return self.family == "null"

    @property
    def ranks(self) -> bool:
        """False for floors, and for what broke a clause of a contract: nobody is to choose that."""
        return not self.is_floor and not self.broken


@dataclass(frozen=True)
class Skip:
    """A trial that was planned and could not take place."""

    mechanism: str
    workload: str
    size: int
    wait: str
    placement: str
    reason: str


@dataclass(frozen=True)
class Result:
    """A whole run. `run`, `environment`, `floors` and `mechanisms` are the file's own objects, known to fit
    the schema; results of older programs have no mechanisms. `source` is the file. `instead` counts the
    results that were asked for before this one and could not be read."""

    run: dict[str, Any]
    environment: dict[str, Any]
    floors: dict[str, Any]
    trials: list[Trial] = field(default_factory=list)
    skipped: list[Skip] = field(default_factory=list)
    mechanisms: list[dict[str, Any]] = field(default_factory=list)
    source: Source | None = None
    instead: int = 0
    verification: Verification | None = None

    @cached_property
    def measured(self) -> list[Trial]:
        """The trials that have figures."""
        return [trial for trial in self.trials if trial.summary]

    @cached_property
    def failed(self) -> list[Trial]:
        """The trials that have a failure instead of figures."""
        return [trial for trial in self.trials if trial.failure]

    @cached_property
    def unfinished(self) -> list[Trial]:
        """The trials that have neither figures nor a failure: the run ended before their first launch did."""
        return [trial for trial in self.trials if not trial.summary and not trial.failure]

    def having(self, statistic: str, **where: object) -> list[Trial]:
        """The measured trials with a figure for `statistic` whose members equal those given."""
        return [
            trial for trial in self.measured if statistic in trial.summary
            and all(getattr(trial, key) == value for key, value in where.items())
        ]


def file_of(given: Path) -> Path:
    """The result file that a command line means: the file itself, or the one inside a result directory."""
    return given / RESULT_FILE if given.is_dir() else given


def load(file: Path) -> Result:
    """The result in `file`. Throws Refused, and nothing else, when there is none that can be read."""
    data = reading.bytes_of(file)
    source = reading.source_of(file, data)
    document = reading.document(data)
    del data  # Tens of megabytes, which the values need not stand beside.
    with reading.collector_paused():
        problem = schema_check.check(document, schema_check.load_schema())
        if problem:
            raise Refused(f"not a sound result: {problem}", "measure again")
        return of_document(document, source)


def of_document(document: dict[str, Any], source: Source) -> Result:
    """The values of a document that fits the schema. Throws Refused where a figure denies its interval."""
    result = Result(
        run=document["run"],
        environment=document["environment"],
        floors=document["floors"],
        trials=[_trial(item) for item in document["trials"]],
        skipped=[_skip(item) for item in document["skipped"]],
        mechanisms=document.get("mechanisms", []),
        source=source,
    )
    _check_intervals(result)
    return result


def _check_intervals(result: Result) -> None:
    for index, trial in enumerate(result.trials):
        for name, interval in trial.summary.items():
            if not interval.low <= interval.median <= interval.high:
                raise Refused(
                    f"not a sound result: trials[{index}].summary.{name} has its median outside low..high",
                    "measure again")


def _variant(item: dict[str, Any]) -> str:
    """A mechanism with the options that were not as usual, which make it another line in every figure."""
    options = ",".join(f"{name}={value}" for name, value in item.get("options", {}).items() if name != RATE)
    return f"{item['mechanism']}[{options}]" if options else str(item["mechanism"])


def _offered(item: dict[str, Any]) -> int:
    return int(item.get("options", {}).get(RATE, 0))


def _workload(item: dict[str, Any]) -> str:
    """A workload; at a rate it is one of its own, since nobody at another rate compares with it."""
    return f"{item['workload']}-{_offered(item)}" if _offered(item) else str(item["workload"])


def _trial(item: dict[str, Any]) -> Trial:
    failure = item.get("failure")
    summary = {} if failure else item.get("summary") or {}
    return Trial(
        mechanism=_variant(item),
        family=item["family"],
        workload=_workload(item),
        size=int(item["size"]),
        wait=item["wait"],
        placement=item["placement"],
        launches=[] if failure else [_launch(launch) for launch in item["launches"]],
        summary={name: _interval(summary[name]) for name in STATISTICS if name in summary},
        stopped_by=item["stopped_by"],
        confidence=item.get("confidence", 0.0),
        notes=item["notes"],
        failure=_failure(failure) if failure else None,
        offered=_offered(item),
    )


def _interval(item: dict[str, Any]) -> Interval:
    return Interval(item["median"], item["low"], item["high"])


def _failure(item: dict[str, Any]) -> Failure:
    return Failure(item["kind"], item["detail"], _counts(item.get("verified", {})))


def _launch(item: dict[str, Any]) -> Launch:
    latency, resources = item["latency_ns"], item["resources"]
    return Launch(
        messages=int(item["messages"]),
        histogram=_histogram(latency["histogram"]) if latency else None,
        producer_cpu_ns=_cpu_ns(resources["producer"]),
        consumer_cpu_ns=_cpu_ns(resources["consumer"]),
        verified=_counts(item["verified"]),
        contaminated=item["noise"]["contaminated"],
        seconds=float(item["seconds"]),
        values=_values(item),
    )


def _values(item: dict[str, Any]) -> dict[str, float]:
    """What one launch measured, quantiles of its latency included, and how many handles both sides held."""
    found = {name: float(item[name]) for name in LAUNCH_VALUES if name in item}
    if item["latency_ns"]:
        found |= {name: float(item["latency_ns"][name]) for name in ("p50", "p90", "p99", "p999")}
    held = [side.get("open_handles") for side in item["resources"].values()]
    if all(isinstance(count, int) for count in held):
        found["open_handles"] = float(sum(held))
    return found


def _histogram(item: dict[str, Any]) -> Histogram:
    bins = item["bins"]
    return Histogram(array("d", [edge for edge, _ in bins]), array("q", [count for _, count in bins]),
                     int(item["overflow"]))


def _cpu_ns(item: dict[str, Any]) -> int:
    return int(item["user_ns"] + item["system_ns"])


def _counts(item: dict[str, Any]) -> dict[str, int]:
    """The whole numbers of an object that may hold more."""
    return {key: value for key, value in item.items() if isinstance(value, int)}


def _skip(item: dict[str, Any]) -> Skip:
    return Skip(
        mechanism=_variant(item),
        workload=_workload(item),
        size=int(item["size"]),
        wait=item["wait"],
        placement=item["placement"],
        reason=item["reason"],
    )
