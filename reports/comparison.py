"""Several results against one of them, trial by trial: ratios of medians, and what intervals allow to say.

The runs are not paired. So the interval of a ratio is the widest that both intervals allow: from the low end
of the one over the high end of the other to the reverse. `ipcmark compare` pairs launches and sees more.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np

from outlines import Key, Outline
from reading import collector_paused
from stats import NEEDED_COVERAGE
from units import MESSAGES_PER_S, TIME, Interval, Scale
from words import headline_placement, listing

BETTER, WORSE, LEVEL, TOO_FEW = "better", "worse", "not separable", "too few launches"
VERDICTS = (WORSE, BETTER, LEVEL, TOO_FEW)


class Statistic(NamedTuple):
    """What is compared: in which trials, how it is called, and whether less of it is better."""

    name: str
    title: str
    least: bool
    scale: Scale


STATISTICS = (
    Statistic("p50", "Median latency", True, TIME),
    Statistic("p99", "p99 latency", True, TIME),
    Statistic("messages_per_s", "Throughput", False, MESSAGES_PER_S),
    Statistic("cpu_ns_per_message", "CPU time per message", True, TIME),
)


class Change(NamedTuple):
    """One statistic of one trial in two results; `ratio` is that of the other one to the baseline."""

    key: Key
    statistic: Statistic
    before: Interval
    after: Interval
    ratio: Interval
    verdict: str

    @property
    def certain(self) -> float:
        """How large the change is at least, as the logarithm of a factor; 0 where it is not separable."""
        if self.verdict == LEVEL or self.verdict == TOO_FEW:
            return 0.0
        return min(abs(math.log(self.ratio.low)), abs(math.log(self.ratio.high)))


class Quartiles(NamedTuple):
    """Where half of the ratios lie, and the one in the middle; no interval, for trials are no sample."""

    low: float
    median: float
    high: float


@dataclass(frozen=True)
class Against:
    """One result against the baseline. `number` is its name in figures and tables."""

    number: int
    outline: Outline
    changes: dict[str, list[Change]]
    only_here: list[Key]
    only_there: list[Key]

    @cached_property
    def counts(self) -> Counter[str]:
        """How many changes have each verdict."""
        return Counter(change.verdict for changes in self.changes.values() for change in changes)

    def quartiles(self, statistic: str) -> Quartiles | None:
        """Of the ratios of one statistic over all trials that both have."""
        ratios = [change.ratio.median for change in self.changes[statistic]]
        return Quartiles(*map(float, np.percentile(ratios, [25, 50, 75]))) if ratios else None


@dataclass(frozen=True)
class Comparison:
    """All results but the baseline, in the order given. `repeated` are runs that were given once more."""

    baseline: Outline
    others: list[Against]
    repeated: list[str]

    @cached_property
    def largest(self) -> list[tuple[Against, Change]]:
        """Every separable change, the certainly largest first."""
        found = [(one, change) for one in self.others for changes in one.changes.values()
                 for change in changes if change.verdict in (BETTER, WORSE)]
        return sorted(found, key=lambda pair: (-pair[1].certain, pair[0].number, pair[1].key))


class Headline(NamedTuple):
    """Trials that are worth a line each: a statistic at one workload, size in bytes and placement."""

    statistic: Statistic
    workload: str
    size: int
    placement: str

    def keys(self, outline: Outline) -> list[Key]:
        """The trials of a result that it means, floors aside."""
        return [key for key, figures in outline.figures.items()
                if (key.workload, key.size, key.placement) == self[1:] and key.family != "null"
                and self.statistic.name in figures]


def headlines(outline: Outline) -> list[Headline]:
    """The median of a ping-pong of 64 B, and the rate of a stream of the biggest size that half of the
    mechanisms have, each where two processes usually sit."""
    found = []
    for statistic, name in ((STATISTICS[0], "ping_pong"), (STATISTICS[2], "stream")):
        keys = [key for key, figures in outline.figures.items()
                if key.workload == name and statistic.name in figures]
        sizes = sizes_of(keys)
        if sizes:
            size = sizes[0] if statistic.least else sizes[-1]
            place = headline_placement({key.placement for key in keys if key.size == size})
            found.append(Headline(statistic, name, size, place))
    return found


def sizes_of(keys: Iterable[Key]) -> list[int]:
    """64 B, or the smallest size without it, and the biggest that at least half of the mechanisms have."""
    at: dict[int, set[str]] = {}
    for key in keys:
        if key.family != "null" and key.size > 0:
            at.setdefault(key.size, set()).add(key.mechanism)
    if not at:
        return []
    everyone = set().union(*at.values())
    small = 64 if 64 in at else min(at)
    return [small, max(size for size, who in at.items() if 2 * len(who) >= len(everyone) or size == small)]


def compare(baseline: Outline, others: Sequence[Outline]) -> Comparison:
    """The others against the baseline. A run that comes again, or is the baseline, is no other."""
    chosen: list[Outline] = []
    repeated: list[Outline] = []
    seen = {baseline.id}
    for outline in others:
        (repeated if outline.id in seen else chosen).append(outline)
        seen.add(outline.id)
    with collector_paused():
        found = [against(baseline, outline, number) for number, outline in enumerate(chosen, 1)]
    return Comparison(baseline, found, sorted({outline.id for outline in repeated}))


def against(baseline: Outline, other: Outline, number: int) -> Against:
    """One result against the baseline."""
    both = [key for key in baseline.figures if key in other.figures and key.family != "null"]
    return Against(
        number, other,
        {statistic.name: list(_changes(baseline, other, both, statistic)) for statistic in STATISTICS},
        [key for key in other.figures if key not in baseline.figures],
        [key for key in baseline.figures if key not in other.figures],
    )


def _changes(baseline: Outline, other: Outline, both: list[Key], statistic: Statistic) -> list[Change]:
    found = []
    name, certain_before, certain_after = statistic.name, baseline.confidence, other.confidence
    for key in both:
        before, after = baseline.figures[key].get(name), other.figures[key].get(name)
        # Without a zero in it: nothing is a multiple of that.
        if before and after and before.low > 0 and after.low > 0:
            enough = min(certain_before[key], certain_after[key]) >= NEEDED_COVERAGE
            ratio = ratio_of(before, after)
            said = verdict(ratio, statistic.least, enough)
            found.append(Change(key, statistic, before, after, ratio, said))
    return found


def ratio_of(before: Interval, after: Interval) -> Interval:
    """The ratio of two medians whose launches are not paired, between the ends that both intervals allow."""
    return Interval(after.median / before.median, after.low / before.high, after.high / before.low)


def verdict(ratio: Interval, least: bool, enough: bool) -> str:
    """What a ratio allows to say: a change only where its interval leaves out 1."""
    if not enough:
        return TOO_FEW
    if ratio.low <= 1 <= ratio.high:
        return LEVEL
    return BETTER if (ratio.high < 1) == least else WORSE


NAMED = {"Revision": "revision ", "Suite": "suite ", "Run": "run "}
FIELDS: tuple[tuple[str, Callable[[Outline], str]], ...] = (
    ("System", lambda outline: outline.system),
    ("Processor", lambda outline: outline.cpu),
    ("Revision", lambda outline: str(outline.run["revision"])),
    ("Suite", lambda outline: str(outline.run["suite"])),
    ("Date", lambda outline: f"{outline.run['started'][:10]} {outline.run['started'][11:16]} UTC"),
    ("Run", lambda outline: outline.id),
)


def label(outline: Outline, all_of: Sequence[Outline]) -> str:
    """What tells a result from the others in a few words: the first of FIELDS in which they differ; a system
    always where it does, so that Wine is never taken for Linux."""
    differing = [(name, read) for name, read in FIELDS if len({read(one) for one in all_of}) > 1]
    told: list[str] = []
    for name, read in differing or FIELDS[-1:]:
        told.append(f"{NAMED.get(name, '')}{read(outline)}")
        if len({tuple(of(other) for _, of in differing[:len(told)]) for other in all_of}) == len(all_of):
            break
    return ", ".join(told)


def finding(comparison: Comparison) -> str:
    """What came of it, in a sentence or two that claim no more than the intervals."""
    everything = [comparison.baseline, *(one.outline for one in comparison.others)]
    base = f"the baseline ({label(comparison.baseline, everything)})"
    if len(comparison.others) == 1:
        (one,) = comparison.others
        told = label(one.outline, everything)
        return f"{told[:1].upper()}{told[1:]} against {base}: {counted(one)}."
    moved = [one for one in comparison.others if one.counts[BETTER] or one.counts[WORSE]]
    total = sum((one.counts for one in comparison.others), Counter[str]())
    return (f"{len(comparison.others)} results against {base}: of {total.total():,} figures that both sides "
            f"have {total[WORSE]:,} are worse, {total[BETTER]:,} better and the rest not separable; "
            f"{len(moved)} of the {len(comparison.others)} results differ in any.")


def counted(one: Against) -> str:
    """How many figures are worse, better, and neither."""
    total = one.counts.total()
    if not total:
        return "no trial has figures in both"
    said = listing([f"{one.counts[name]:,} {name}" for name in VERDICTS if one.counts[name]], 4)
    return f"of {total:,} figures that both have, {said}"
