"""A result file as an export needs it: every launch with its figures, and what has none by its reason."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import parent_folder  # noqa: F401
from measures import values_of
from plain import one_line
from results import Refused, Result, load
from units import Interval
from words import plural

# What a trial may vary beside size, wait and placement, in the order in which labels have it.
OPTIONS = ("depth", "buffer", "batch", "access", "memory", "rate")


@dataclass(frozen=True)
class Launch:
    """One fresh cast of processes, counted from 1 in its trial, and its figures in the units of MEASURES."""

    number: int
    messages: int
    contaminated: bool
    values: dict[str, float]


@dataclass(frozen=True)
class Trial:
    """A trial that was measured: its key, its launches, and the interval of each statistic over them."""

    mechanism: str
    family: str
    workload: str
    size: int
    wait: str
    placement: str
    options: dict[str, str]
    launches: list[Launch]
    summary: dict[str, Interval]
    confidence: float

    @property
    def label(self) -> str:
        """The name of a trial everywhere: shm_spsc[depth=256]/ping_pong/64/spin/two_cores."""
        return _label(self.mechanism, self.options, self.workload, self.size, self.wait, self.placement)

    def bounds(self, statistic: str) -> Interval | None:
        """The interval of a statistic, or None where one launch gives none."""
        return self.summary[statistic] if self.confidence else None


@dataclass(frozen=True)
class Run:
    """One result: what it says of itself, what was measured, and a line for all that has no figures."""

    file: Path
    about: dict[str, Any]
    environment: dict[str, Any]
    trials: list[Trial]
    left_out: Counter[str]

    @property
    def id(self) -> str:
        """The name of the run, which no other run has."""
        return str(self.about["id"])

    def notes(self) -> Iterator[str]:
        """What whoever uses the export should know and cannot see in it."""
        if self.about["partial"]:
            yield "is partial: not every trial of its plan is in it"
        for reason, count in sorted(self.left_out.items()):
            yield f"{plural(count, 'trial')} left out, {reason}"


def read(file: Path, patterns: Iterable[str] = ()) -> Run:
    """The result in `file`, as far as a trial's label fits one of the patterns (all fit when there are none).

    Throws Refused when it is no sound result, or has a trial twice.
    """
    result = load(file)
    document = json.loads(file.read_bytes())
    fits = _Filter(tuple(patterns))
    trials = [
        _trial(known.summary, item) for known, item in zip(result.trials, document["trials"])
        if known.summary and known.launches and fits(item)
    ]
    labels = Counter(trial.label for trial in trials)
    if labels and max(labels.values()) > 1:
        twice = labels.most_common(1)[0][0]
        raise Refused(f"has the trial {twice} twice", "measure again")
    return Run(file, result.run, result.environment, trials, _left_out(result, document, fits))


@dataclass(frozen=True)
class _Filter:
    patterns: tuple[str, ...]

    def __call__(self, item: dict[str, Any]) -> bool:
        label = _label(item["mechanism"], _options(item), item["workload"], int(item["size"]), item["wait"],
                       item["placement"])
        return not self.patterns or any(fnmatchcase(label, pattern) for pattern in self.patterns)


def _label(mechanism: str, options: dict[str, str], workload: str, size: int, wait: str,
           placement: str) -> str:
    tuning = ",".join(f"{name}={value}" for name, value in options.items())
    return one_line(f"{mechanism}{f'[{tuning}]' if tuning else ''}/{workload}/{size}/{wait}/{placement}")


def _options(item: dict[str, Any]) -> dict[str, str]:
    """The options of a trial as text, in the order of labels; those that are not known here come last."""
    given = item.get("options", {})
    names = [name for name in OPTIONS if name in given] + sorted(set(given) - set(OPTIONS))
    return {name: str(given[name]) for name in names}


def _trial(summary: dict[str, Interval], item: dict[str, Any]) -> Trial:
    return Trial(
        mechanism=item["mechanism"],
        family=item["family"],
        workload=item["workload"],
        size=int(item["size"]),
        wait=item["wait"],
        placement=item["placement"],
        options=_options(item),
        launches=[_launch(number, launch) for number, launch in enumerate(item["launches"], 1)],
        summary=summary,
        confidence=item.get("confidence", 0.0),
    )


def _launch(number: int, item: dict[str, Any]) -> Launch:
    return Launch(number, int(item["messages"]), item["noise"]["contaminated"], values_of(item))


def _left_out(result: Result, document: dict[str, Any], fits: _Filter) -> Counter[str]:
    """How many trials have no figures, by reason."""
    reasons: Counter[str] = Counter()
    for known, item in zip(result.trials, document["trials"]):
        if not fits(item):
            continue
        if known.failure:
            reasons[f"failed: {known.failure.detail} ({known.failure.kind})"] += 1
        elif not known.summary or not known.launches:
            reasons["unfinished: the run ended before its first launch did"] += 1
    reasons.update(f"skipped: {item['reason']}" for item in document["skipped"] if fits(item))
    return reasons
