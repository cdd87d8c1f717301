"""Made-up runs and series for tests. Nothing here was ever measured."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

import testing
from model import Environment, Figure, Point, Run, Series

HOUR = 3_600_000_000
START = 1_770_000_000_000_000
TRIAL = "pipe/ping_pong/64/block/two_cores"


def commit(number: int) -> str:
    """A revision."""
    return hashlib.sha1(str(number).encode()).hexdigest()


def run(number: int = 0, value: float = 5000.0, trials: Sequence[str] = (TRIAL,), *, environment: str = "e1",
        effort: str = "", statistics: Sequence[str] = ("p50",)) -> Run:
    """The run of an hour."""
    return Run(
        f"run-{number:04}", Environment(environment, f"machine {environment}", {"cpu.model": "made up"}),
        effort, START + number * HOUR, commit(number), number % 10 == 9,
        [Figure(trial, statistic, "ns", value, value * 0.99, value * 1.02, 6)
         for trial in trials for statistic in statistics])


def points(values: Sequence[float]) -> list[Point]:
    """A point an hour, each of another commit."""
    return [Point(f"run-{i:04}", START + i * HOUR, commit(i), False, value, value * 0.99, value * 1.02, 6)
            for i, value in enumerate(values)]


def series(trial: str = TRIAL, statistic: str = "p50", unit: str = "ns") -> Series:
    """A series of environment e1."""
    return Series(1, "e1", "", trial, statistic, unit)


def result(number: int = 0, typical_ns: float = 5000.0, **run_members: Any) -> testing.Json:
    """A small result document of ipcmark."""
    document = testing.result([testing.trial(launches=1, typical_ns=typical_ns, drift=0.0)])
    document["run"] |= {"id": f"run-{number:04}", "revision": commit(number),
                        "started": f"2026-01-{1 + number % 28:02}T12:34:56Z"} | run_members
    return document
