"""What the advice rests on: a result and its verification as one small JSON document.

The rules work from it alone, here and in a browser. README.md says what it holds.
"""

from __future__ import annotations

from statistics import median_low
from typing import Any

import parent_folder  # noqa: F401
import lamp
import overview
from results import Refused, Result, Trial
from stats import NEEDED_COVERAGE
from trait_words import judged, needed_libraries, platforms
from units import Interval
from words import HEADLINE, PLACES, WAITS
from machine_words import machine_caveats
from verification import Case
from wording import rounded

Json = dict[str, Any]

SCHEMA = 1
# How the rules call a figure, and of which workload and statistic it is.
FIGURES = {
    "p99": ("ping_pong", "p99"),
    "cpu": ("ping_pong", "cpu_ns_per_message"),
    "stream": ("stream", "messages_per_s"),
    "crowd": ("crowd", "messages_per_s"),
    "idle": ("idle", "cpu_ns_per_message"),
    "after_silence": ("idle", "p99"),
}
# Failures that say that a mechanism does not work; an error of one trial may be a limit of its size.
GRAVE = ("verification", "hang", "crash")


def facts_of(result: Result) -> Json:
    """The facts of a result, with those of its verification where it has one. Throws Refused for a result
    without traits. Figures have four significant digits; times are ns, rates per second, sizes bytes."""
    if not result.mechanisms:
        raise Refused("does not say what its mechanisms promise, for an older ipcmark wrote it",
                      "measure again")
    entries = {entry["name"]: entry for entry in result.mechanisms if entry["family"] != "null"}
    trials = [trial for trial in result.trials if _base(trial.mechanism) in entries]
    texts = Texts()
    candidates = _candidates(result, trials, entries, texts)
    here = {candidate["placement"] for candidate in candidates}
    if not candidates:
        raise Refused("has no trial of a mechanism", "measure again")
    return {
        "schema": SCHEMA,
        "result": {"id": result.run["id"], "suite": result.run["suite"], "started": result.run["started"],
                   "machine": overview.machine(result)},
        "placements": [placement for placement in HEADLINE if placement in here],
        "places": PLACES,
        "waits": WAITS,
        "system": _system(result),
        "verified": result.verification is not None,
        "reliable": not lamp.doubts(result),
        "caveats": machine_caveats(result),
        "mechanisms": {name: _mechanism(name, result, trials, entries[_base(name)], texts)
                       for name in dict.fromkeys(candidate["mechanism"] for candidate in candidates)},
        "candidates": candidates,
        "texts": texts.known,
    }


class Texts:
    """Sentences that stand in the facts once and are referred to by their number."""

    def __init__(self) -> None:
        self.known: list[str] = []
        self._numbers: dict[str, int] = {}

    def number(self, text: str) -> int:
        """Where the text stands."""
        if text not in self._numbers:
            self._numbers[text] = len(self.known)
            self.known.append(text)
        return self._numbers[text]

    def numbers(self, by_name: dict[str, str]) -> dict[str, int]:
        """The same for the values of an object."""
        return {name: self.number(text) for name, text in by_name.items()}


def _base(mechanism: str) -> str:
    """A mechanism's name without its options."""
    return mechanism.partition("[")[0]


def _system(result: Result) -> str:
    """linux or windows."""
    name = str(result.environment["kernel"].get("name", "")).lower()
    return "windows" if "windows" in name or "wine" in result.environment else "linux"


def _mechanism(name: str, result: Result, trials: list[Trial], entry: Json, texts: Texts) -> Json:
    """What a mechanism, options included, promises, needs and broke."""
    base, traits = _base(name), entry["traits"]
    known = result.verification.cases if result.verification else []
    cases = [case for case in known if case.mechanism == base]
    keeps, breaks = judged(traits, _seen(cases), entry)
    return {
        "base": base,
        "family": entry["family"],
        "summary": entry.get("summary", ""),
        "manual": traits.get("manual", ""),
        "keeps": texts.numbers(keeps),
        "breaks": texts.numbers(breaks),
        "platforms": platforms(entry),
        "needs": traits.get("needs", ""),
        "libraries": needed_libraries(entry),
        "lines": entry.get("lines"),
        "duplex": bool(traits.get("duplex", False)),
        "outlives": traits["lifetime"] != "handles",
        "cases": len(cases),
        "broken": [_told(case) for case in cases if case.bad],
        "deviations": [_told(case) for case in cases if case.outcome == "expected_deviation"],
        "failures": sorted({_failure(trial) for trial in trials
                            if trial.mechanism == name and trial.failure and trial.failure.kind in GRAVE}),
    }


def _seen(cases: list[Case]) -> Json:
    """What a verification has measured of one mechanism, and how many kills did harm."""
    seen: Json = {"kills": 0, "harmful": 0}
    for case in cases:
        if "slow_consumer" in case.facts:
            seen["slow_consumer"] = case.facts["slow_consumer"]
        if "killed_at" in case.facts:
            seen["kills"] += case.facts["killed_at"]
            seen["harmful"] += case.facts.get("points_that_harmed", 0)
    return seen


def _told(case: Case) -> str:
    """A clause that was broken: GEN-05 fail: EveryMessageArrives."""
    return f"{case.id} {case.outcome.replace('_', ' ')}: {case.title}"


def _failure(trial: Trial) -> str:
    assert trial.failure
    return f"{trial.failure.kind} in {trial.workload}: {trial.failure.detail}"


def _candidates(result: Result, trials: list[Trial], entries: Json, texts: Texts) -> list[Json]:
    """Each mechanism, wait and placement that was planned, in the order of the file."""
    found: dict[tuple[str, str, str], Json] = {}

    def of(mechanism: str, wait: str, placement: str) -> Json:
        return found.setdefault((mechanism, wait, placement), {
            "mechanism": mechanism, "wait": wait, "placement": placement, "missing": {}, "handles": {}})

    def missing(candidate: Json, workload: str, size: int, reason: str) -> None:
        candidate["missing"].setdefault(workload, {})[str(size)] = texts.number(reason)

    for trial in trials:
        candidate = of(trial.mechanism, trial.wait, trial.placement)
        if trial.offered:
            _add_load(candidate, trial)
            continue
        _add_figures(candidate, trial)
        if not trial.summary:
            why = f"failed: {trial.failure.detail}" if trial.failure else "the run ended before it"
            missing(candidate, trial.workload, trial.size, why)
    for skip in result.skipped:
        if _base(skip.mechanism) in entries:
            missing(of(skip.mechanism, skip.wait, skip.placement), skip.workload, skip.size, skip.reason)
    return list(found.values())


def _add_figures(candidate: Json, trial: Trial) -> None:
    """Puts a trial's figures under their names and its size."""
    for name, (workload, statistic) in FIGURES.items():
        if trial.workload == workload and statistic in trial.summary:
            figure = _figure(trial.summary[statistic], trial.confidence)
            candidate.setdefault(name, {})[str(trial.size)] = figure
    held = [int(launch.values["open_handles"]) for launch in trial.launches
            if "open_handles" in launch.values]
    if held and trial.workload in ("ping_pong", "stream"):
        candidate["handles"].setdefault(trial.workload, median_low(held))


def _add_load(candidate: Json, trial: Trial) -> None:
    """Puts the p99 of a trial at a rate under its size and its rate."""
    if "p99" in trial.summary:
        by_rate = candidate.setdefault("load", {}).setdefault(str(trial.size), {})
        by_rate[str(trial.offered)] = _figure(trial.summary["p99"], trial.confidence)


def _figure(interval: Interval, confidence: float) -> list[float]:
    """[median, low, high], and the coverage as a fourth number where it is too little to separate."""
    figure = [rounded(value) for value in interval]
    return figure if confidence >= NEEDED_COVERAGE else [*figure, rounded(confidence)]
