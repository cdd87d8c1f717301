"""Quantiles against numpy on raw samples; what may be told apart against intervals made for the purpose."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

import testing
from results import Histogram, Trial
from stats import (NEEDED_COVERAGE, TAIL, Verdict, cpu_sides, median_interval, percentile_band,
                   percentile_curve, quantiles,
                   representative_sizes, standing, tail_position)
from units import Interval


def measured(**changes: object) -> Trial:
    """One measured trial."""
    return replace(testing.loaded(testing.result([testing.trial(launches=3)])).trials[0], **changes)


BASE = measured()


def rival(name: str, median: float, low: float, high: float, **changes: object) -> Trial:
    """A trial of which only the interval of p50 counts."""
    summary = {"p50": Interval(median, low, high)}
    return replace(BASE, **{"mechanism": name, "summary": summary, "confidence": 0.969} | changes)


def names(trials: list[Trial]) -> str:
    return " ".join(trial.mechanism for trial in trials)


def test_quantiles_are_those_of_the_samples_themselves() -> None:
    samples = np.random.default_rng(7).integers(1, 400, 10_000)
    edges, counts = np.unique(samples, return_counts=True)
    histogram = Histogram(edges.astype(float).tolist(), counts.tolist(), 0)
    at = np.array([0.0, 0.001, 0.25, 0.5, 0.9, 0.99, 0.999, 0.9999, 1.0])
    assert quantiles(histogram, at).tolist() == np.quantile(samples, at, method="inverted_cdf").tolist()


def test_a_quantile_among_the_overflowed_is_infinite() -> None:
    found = quantiles(Histogram([10.0, 20.0], [50, 40], 10), np.array([0.5, 0.9, 0.91]))
    assert found.tolist() == [10.0, 20.0, math.inf]


def test_an_empty_histogram_has_no_finite_quantile() -> None:
    assert quantiles(Histogram([], [], 0), np.array([0.5])).tolist() == [math.inf]


def test_the_interval_over_launches_is_that_of_the_program() -> None:
    for n in range(1, 21):
        values = np.random.default_rng(n).normal(100, 10, n).tolist()
        expected, _ = testing.summary_of(values)
        assert median_interval(values) == (expected["median"], expected["low"], expected["high"])


def test_the_curve_lies_within_the_band_of_its_launches() -> None:
    x, middle = percentile_curve(BASE)
    at, low, high = percentile_band(BASE)
    assert x.tolist() == at.tolist()
    assert (low <= middle).all() and (middle <= high).all()
    assert (low < high).any()


def test_a_curve_runs_through_the_medians_of_the_table() -> None:
    x, y = percentile_curve(BASE)
    for p, name in ((0.5, "p50"), (0.9, "p90"), (0.99, "p99"), (0.999, "p999")):
        at = int(np.argmin(np.abs(x - tail_position(p))))
        assert x[at] == pytest.approx(tail_position(p))
        assert y[at] == pytest.approx(BASE.summary[name].median, rel=1e-6)


def test_a_curve_never_falls() -> None:
    _, y = percentile_curve(BASE)
    assert (np.diff(y) >= 0).all()


def test_a_curve_ends_where_too_few_observations_lie_beyond() -> None:
    x, _ = percentile_curve(BASE)
    assert 10 ** -x[-1] * testing.OBSERVATIONS >= TAIL * 0.999


def test_a_curve_stops_before_quantiles_that_overflowed() -> None:
    histogram = Histogram([10.0, 20.0], [5000, 4000], 1000)
    launches = [replace(BASE.launches[0], histogram=histogram)] * 3
    x, y = percentile_curve(replace(BASE, launches=launches))
    assert x[-1] <= tail_position(0.9) + 1e-9
    assert np.isfinite(y).all()


def test_a_trial_without_latencies_has_no_curve() -> None:
    launches = [replace(launch, histogram=None) for launch in BASE.launches]
    assert len(percentile_curve(replace(BASE, launches=launches))[0]) == 0


def test_cpu_time_is_per_message_and_side() -> None:
    launches = [
        replace(BASE.launches[0], messages=10, producer_cpu_ns=cost * 10, consumer_cpu_ns=cost * 30)
        for cost in (1, 2, 9)
    ]
    assert cpu_sides(replace(BASE, launches=launches)) == (2.0, 6.0)
    assert math.isnan(cpu_sides(replace(BASE, launches=[]))[0])


@pytest.mark.parametrize("sizes, expected", [
    ([[64, 4096], [64, 4096]], [64, 4096]),
    ([[64], [64]], [64]),
    ([[8, 64, 4096, 65536], [8, 64, 4096]], [64, 65536]),
    ([[64, 65536], [64], [64]], [64]),
    ([[128, 256], [128, 256]], [128, 256]),
])
def test_sizes_are_64_bytes_and_the_biggest_of_most(sizes: list[list[int]], expected: list[int]) -> None:
    trials = [replace(BASE, mechanism=f"m{i}", size=size) for i, row in enumerate(sizes) for size in row]
    assert representative_sizes(trials) == expected


def test_floors_choose_no_size() -> None:
    assert representative_sizes([replace(BASE, family="null")]) == []


def test_intervals_apart_make_a_leader() -> None:
    found = standing([rival("slow", 9, 8, 10), rival("fast", 5, 4, 6)], "p50", least=True)
    assert found.verdict is Verdict.LEADS
    assert names(found.ranked) == "fast slow"
    assert names(found.level) == "fast"


def test_intervals_that_overlap_make_none() -> None:
    found = standing([rival("a", 5, 4, 7), rival("b", 6, 6.5, 8)], "p50", least=True)
    assert found.verdict is Verdict.NOT_SEPARABLE
    assert names(found.level) == "a b"


def test_intervals_that_touch_are_not_separable() -> None:
    found = standing([rival("a", 5, 4, 6), rival("b", 7, 6, 8)], "p50", least=True)
    assert found.verdict is Verdict.NOT_SEPARABLE


def test_a_third_with_a_wide_interval_prevents_a_lead_over_it() -> None:
    trials = [rival("a", 5, 4, 6), rival("b", 7, 6.5, 8), rival("wide", 9, 3, 20)]
    found = standing(trials, "p50", least=True)
    assert found.verdict is Verdict.NOT_SEPARABLE
    assert names(found.level) == "a wide"


def test_the_greatest_leads_where_more_is_better() -> None:
    found = standing([rival("slow", 5, 4, 6), rival("fast", 9, 8, 10)], "p50", least=False)
    assert names(found.level) == "fast"


def test_one_launch_ranks_nobody() -> None:
    trials = [rival(name, at, at, at, confidence=0.0) for name, at in (("a", 5), ("b", 900))]
    found = standing(trials, "p50", least=True)
    assert found.verdict is Verdict.TOO_FEW_LAUNCHES
    assert found.level == []


def test_a_rival_with_too_few_launches_is_set_aside() -> None:
    weak = rival("weak", 1, 1, 1, confidence=NEEDED_COVERAGE - 0.01)
    found = standing([rival("a", 5, 4, 6), rival("b", 9, 8, 10), weak], "p50", least=True)
    assert found.verdict is Verdict.LEADS
    assert (names(found.ranked), names(found.unranked)) == ("a b", "weak")


def test_floors_take_part_in_no_ranking() -> None:
    floor = rival("null", 1, 1, 1, family="null")
    found = standing([floor, rival("a", 5, 4, 6)], "p50", least=True)
    assert found.verdict is Verdict.ALONE
    assert names(found.ranked) == "a"
