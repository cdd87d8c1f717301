"""What figures allow to say: quantiles of histograms, curves over launches, who can be told apart."""

from __future__ import annotations

import enum
import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from statistics import median

import numpy as np
import numpy.typing as npt

from results import Histogram, Launch, Trial
from units import Interval

Array = npt.NDArray[np.float64]

# Beyond a quantile must lie so many observations of each launch, or the curve ends before it.
TAIL = 10
POINTS_PER_DECADE = 12
FIRST = 0.1  # The quantile at which curves begin: the very fastest messages tell little and stretch the axis.
MARKED = {0.5: "p50", 0.9: "p90", 0.99: "p99", 0.999: "p999"}

# Intervals that cover less than this separate nothing. Five launches give 93.75 %.
NEEDED_COVERAGE = 0.9
WANTED_COVERAGE = 0.95


def tail_position(p: float) -> float:
    """Where a quantile lies on the axis of percentile curves: log10(1 / (1 - p)), 90% at 1, 99% at 2."""
    return -math.log10(1 - p)


def quantiles(histogram: Histogram, at: Array) -> Array:
    """The upper edges of the bins that hold the quantiles `at`; infinite where a quantile overflowed."""
    cumulative = np.cumsum(np.asarray(histogram.counts, dtype=float))
    seen = cumulative[-1] if len(cumulative) else 0.0
    rank = np.maximum(1.0, np.ceil(at * (seen + histogram.overflow) * (1 - 1e-12)))
    edges = np.append(np.asarray(histogram.edges, dtype=float), np.inf)
    found: Array = edges[np.searchsorted(cumulative, rank, side="left")]
    return found


def observations(launch: Launch) -> int:
    """How many latencies a launch has recorded."""
    return sum(launch.histogram.counts) + launch.histogram.overflow if launch.histogram else 0


def percentile_curve(trial: Trial) -> tuple[Array, Array]:
    """Positions (see tail_position) and ns: at each quantile the median over launches, so that the curve runs
    through the p50, p90, ... of the table. It ends where a launch has fewer than TAIL observations beyond."""
    positions, launches = _curves(trial)
    middle = np.median(launches, axis=0)
    known = np.isfinite(middle)
    return positions[known], middle[known]


def percentile_band(trial: Trial) -> tuple[Array, Array, Array]:
    """Positions as those of the curve, and the least and the greatest ns of a launch at each of them."""
    positions, launches = _curves(trial)
    low, high = launches.min(axis=0), launches.max(axis=0)
    known = np.isfinite(high)
    return positions[known], low[known], high[known]


def _curves(trial: Trial) -> tuple[Array, Array]:
    """The positions of a percentile curve, and a row of quantiles there for each launch."""
    histograms = [launch.histogram for launch in trial.launches if launch.histogram and observations(launch)]
    if not histograms:
        return np.empty(0), np.empty((1, 0))
    end = max(math.log10(fewest_observations(trial) / TAIL), tail_position(0.5))
    grid = np.arange(tail_position(FIRST), end, 1 / POINTS_PER_DECADE)
    marked = [tail_position(p) for p in MARKED if tail_position(p) <= end + 1e-9]
    positions: Array = np.unique(np.concatenate([grid, marked]))
    at = 1 - 10.0**-positions
    return positions, np.array([quantiles(histogram, at) for histogram in histograms])


def fewest_observations(trial: Trial) -> int:
    """How many latencies the launch with the fewest has recorded, of those with any; 0 when none has."""
    return min(filter(None, map(observations, trial.launches)), default=0)


def cpu_sides(trial: Trial) -> tuple[float, float]:
    """CPU ns per message of producer and consumer, medians over launches; nan when nothing was sent."""
    sent = [launch for launch in trial.launches if launch.messages]
    if not sent:
        return math.nan, math.nan
    return (
        median(launch.producer_cpu_ns / launch.messages for launch in sent),
        median(launch.consumer_cpu_ns / launch.messages for launch in sent),
    )


def median_interval(values: Iterable[float]) -> Interval:
    """The median of the values of launches, and its narrowest exact order-statistic interval that covers it
    with 95 % or more: the whole range when they are fewer than six. As the program's own summaries."""
    ordered = sorted(values)
    n, skipped = len(ordered), 0
    missed = 2 * 0.5**n
    while 2 * (skipped + 1) < n:
        missed += 2 * math.comb(n, skipped + 1) * 0.5**n
        if 1 - missed < WANTED_COVERAGE:
            break
        skipped += 1
    return Interval(median(ordered), ordered[skipped], ordered[n - 1 - skipped])


def with_statistic(trial: Trial, name: str, interval: Interval) -> Trial:
    """The trial with one more statistic in its summary, so that it can be drawn and ranked like others."""
    return replace(trial, summary=trial.summary | {name: interval})


def representative_sizes(trials: Iterable[Trial]) -> list[int]:
    """64 B, or the smallest size when that was not measured, and the biggest one that at least half of the
    mechanisms have a figure for."""
    mechanisms_at: dict[int, set[str]] = {}
    for trial in trials:
        if not trial.is_floor:
            mechanisms_at.setdefault(trial.size, set()).add(trial.mechanism)
    if not mechanisms_at:
        return []
    everyone = set().union(*mechanisms_at.values())
    small = 64 if 64 in mechanisms_at else min(mechanisms_at)
    common = [size for size, who in mechanisms_at.items() if 2 * len(who) >= len(everyone)]
    return sorted({small, max(common, default=small)})


class Verdict(enum.Enum):
    """What the intervals allow to say about the first of a ranking."""

    ALONE = "alone"
    LEADS = "leads"
    NOT_SEPARABLE = "not separable"
    TOO_FEW_LAUNCHES = "too few launches"


@dataclass(frozen=True)
class Standing:
    """A ranking by median, best first, of trials that differ in the mechanism only.

    `ranked` holds those whose intervals cover enough, `unranked` those with too few launches. `level` holds
    those that cannot be told from the first, the first included, and nobody where nothing can be ranked.
    """

    statistic: str
    ranked: list[Trial]
    level: list[Trial]
    unranked: list[Trial]
    verdict: Verdict


def overlap(a: Interval, b: Interval) -> bool:
    """True when two intervals have a value in common."""
    return a.low <= b.high and b.low <= a.high


def apart(one: Trial, other: Trial, statistic: str) -> bool:
    """True when two trials can be told from each other: by intervals that cover enough and do not overlap."""
    enough = min(one.confidence, other.confidence) >= NEEDED_COVERAGE
    return enough and not overlap(one.summary[statistic], other.summary[statistic])


def standing(trials: Iterable[Trial], statistic: str, *, least: bool) -> Standing:
    """Who comes first in `statistic`, least or greatest. Floors and broken ones take no part."""
    def order(trial: Trial) -> tuple[float, str]:
        middle = trial.summary[statistic].median
        return (middle if least else -middle, trial.mechanism)

    rivals = sorted((t for t in trials if statistic in t.summary and t.ranks), key=order)
    ranked = [trial for trial in rivals if trial.confidence >= NEEDED_COVERAGE]
    unranked = [trial for trial in rivals if trial.confidence < NEEDED_COVERAGE]
    if len(rivals) == 1:
        return Standing(statistic, ranked, [], unranked, Verdict.ALONE)
    if len(ranked) < 2:
        return Standing(statistic, ranked, [], unranked, Verdict.TOO_FEW_LAUNCHES)
    level = [t for t in ranked if overlap(t.summary[statistic], ranked[0].summary[statistic])]
    return Standing(statistic, ranked, level, unranked,
                    Verdict.LEADS if len(level) == 1 else Verdict.NOT_SEPARABLE)
