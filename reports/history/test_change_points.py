"""Steps that are there are found where they are, and hardly any that are not."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.random import Generator, default_rng

import change_points
import divisive
import significance
from change_points import METHODS, Settings, find
from divisive import LEAST, Array

stats = pytest.importorskip("scipy.stats")

both_methods = pytest.mark.parametrize("method", METHODS)


def steps(random: Generator, lengths: list[int], levels: list[float], noise: float = 0.02) -> Array:
    """A series with relative noise."""
    level = np.repeat(levels, lengths)
    found: Array = level * random.normal(1, noise, len(level))
    return found


def places(values: Array, **settings: object) -> list[int]:
    return [change.index for change in find(values.tolist(), Settings(**settings)).changes]  # type: ignore


@both_methods
@pytest.mark.parametrize("lengths, levels", [
    ([30, 30], [100, 110]), ([30, 30], [100, 91]), ([200, 40, 200], [100, 120, 100]),
    ([10, 10, 10, 10], [100, 130, 90, 150]), ([7, 200, 8], [50, 60, 40]), ([300, LEAST], [100, 150]),
    ([LEAST, 300], [100, 150]), ([300, 5, 300], [100, 125, 100]),
])
def test_a_known_step_is_found_within_one_point(method: str, lengths: list[int], levels: list[float]) -> None:
    too_many = 0
    ends = [int(end) for end in np.cumsum(lengths)[:-1]]
    for seed in range(10):
        found = places(steps(default_rng(seed), lengths, levels), method=method)
        assert all(any(abs(place - end) <= 1 for place in found) for end in ends)
        too_many += len(found) - len(ends)
    assert too_many <= max(2, 10 * sum(lengths) / 500)


@both_methods
def test_both_methods_tell_the_same_clear_steps(method: str) -> None:
    values = steps(default_rng(4), [120, 80, 100], [100, 125, 110])
    assert places(values, method=method) == places(values)


@pytest.mark.parametrize("kind", ["normal", "lognormal", "student", "bursts"])
@pytest.mark.parametrize("method, series", [("t", 40), ("permutation", 8)])
def test_noise_alone_gives_at_most_one_change_in_500_points(method: str, series: int, kind: str) -> None:
    random = default_rng([7, len(kind)])
    noise: dict[str, Callable[[], Any]] = {
        "normal": lambda: random.normal(100, 3, 500),
        "lognormal": lambda: 100 * np.exp(random.normal(0, 0.05, 500)),
        "student": lambda: 100 + 3 * random.standard_t(3, 500),
        "bursts": lambda: (random.normal(100, 2, 500)
                           + (random.random(500) < 0.05) * random.exponential(30, 500)),
    }
    assert sum(len(places(noise[kind](), method=method)) for _ in range(series)) <= series


@both_methods
def test_a_change_below_the_magnitude_that_counts_is_none(method: str) -> None:
    values = steps(default_rng(1), [60, 60], [100, 103], noise=0.002)
    assert places(values, method=method, min_change=0.02) == [60]
    assert places(values, method=method, min_change=0.04) == []


def test_what_is_too_small_leaves_its_points_to_the_segments_beside_it() -> None:
    values = steps(default_rng(1), [40, 40, 40], [100, 101, 110], noise=0.001)
    found = find(values.tolist(), Settings(min_change=0.03))
    assert [(one.begin, one.end) for one in found.segments] == [(0, 80), (80, 120)]
    assert found.segments[0].level == pytest.approx(100.5, rel=1e-3)


@both_methods
def test_the_last_points_are_never_judged(method: str) -> None:
    for wrong in range(1, LEAST):
        values = [100.0 + i % 3 for i in range(60)]
        values[-wrong:] = [900.0] * wrong
        found = find(values, Settings(method=method))
        assert (found.changes, found.too_new) == ([], LEAST - 1)
    assert places(np.asarray(values[:-wrong] + [900.0] * LEAST), method=method) == [60 - wrong]


@both_methods
@pytest.mark.parametrize("lasting", range(1, LEAST))
def test_a_disturbance_that_passes_is_no_change(method: str, lasting: int) -> None:
    values = steps(default_rng(6), [40, lasting, 40], [100, 300, 100], noise=0.005)
    assert places(values, method=method) == []


@both_methods
@pytest.mark.parametrize("level", [0.0, 1.0, -3.0, 0.1 + 0.2, 1e-300, 1e300])
def test_a_series_that_never_changes_has_no_change(method: str, level: float) -> None:
    assert places(np.full(80, level), method=method) == []


@both_methods
def test_constant_levels_that_differ_are_told(method: str) -> None:
    found = find([4096.0] * 30 + [8192.0] * 30, Settings(method=method)).changes
    assert [(one.index, one.before, one.after, one.change) for one in found] == [(30, 4096.0, 8192.0, 1.0)]


def test_a_change_from_zero_has_no_share_and_counts() -> None:
    (change,) = find([0.0] * 20 + [5.0] * 20, Settings()).changes
    assert change.change == math.inf


@pytest.mark.parametrize("count", range(2 * LEAST))
def test_a_few_points_are_too_short_to_judge(count: int) -> None:
    found = find([1.0, 100.0, 5.0, 7.0, 1.0][:count], Settings())
    assert (found.changes, found.too_new) == ([], count)
    assert sum(one.end - one.begin for one in found.segments) == count


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
def test_what_is_no_number_is_refused(bad: float) -> None:
    with pytest.raises(ValueError, match="finite"):
        find([1.0] * 20 + [bad] + [1.0] * 20, Settings())


@both_methods
def test_the_same_series_always_gives_the_same_answer(method: str) -> None:
    values = steps(default_rng(3), [50, 50, 50], [100, 103, 101]).tolist()
    assert find(values, Settings(method=method)) == find(values, Settings(method=method))


@both_methods
def test_neither_the_unit_nor_an_order_turned_round_matters(method: str) -> None:
    values = steps(default_rng(9), [40, 50], [100, 120])
    assert places(values * 1e6, method=method) == places(values, method=method) == [40]
    assert places(values[::-1].copy(), method=method) == [50]


def direct_statistic(before: Array, after: Array) -> float:
    """The statistic of Matteson and James, word by word."""
    n, m = len(before), len(after)
    between = sum(abs(x - y) for x in before for y in after) * 2 / (n * m)
    within = [
        sum(abs(group[i] - group[k]) for i in range(len(group)) for k in range(i + 1, len(group)))
        / math.comb(len(group), 2) for group in (before, after)
    ]
    return float(n * m / (n + m) * (between - sum(within)))


@pytest.mark.parametrize("length", [2 * LEAST, 2 * LEAST + 1, 15])
def test_the_fast_statistic_is_the_direct_one(length: int) -> None:
    for seed in range(5):
        row = default_rng(seed).normal(100, 5, length)
        direct = {
            (t, k): direct_statistic(row[:t], row[t:k])
            for t in range(LEAST, length - LEAST + 1) for k in range(t + LEAST, length + 1)
        }
        place, best = max(direct.items(), key=lambda item: item[1])
        found = divisive.best_split(row)
        assert (found.first_after, found.end) == place
        assert found.statistic == pytest.approx(best, rel=1e-9)
        assert divisive.statistics(np.stack([row, row[::-1]]))[0] == pytest.approx(best, rel=1e-9)


@pytest.mark.parametrize("n, m", [(3, 3), (3, 50), (30, 20), (400, 600)])
@pytest.mark.parametrize("apart", [0.0, 0.2, 1.0, 6.0])
def test_t_is_that_of_scipy(n: int, m: int, apart: float) -> None:
    random = default_rng([n, m])
    before, after = random.normal(10, 1, n), random.normal(10 + apart, 1, m)
    expected = stats.ttest_ind(before, after, equal_var=True).pvalue
    assert significance.student_p(before, after) == pytest.approx(expected, rel=1e-9)


def test_the_permutation_of_two_groups_agrees_with_scipys() -> None:
    random = default_rng(5)
    before, after = random.normal(10, 1, 12), random.normal(10.8, 1, 15)
    expected = stats.permutation_test((before, after), lambda x, y: stats.energy_distance(x, y) ** 2,
                                      n_resamples=4999, alternative="greater", random_state=1).pvalue
    found = significance.Permutation(0.0005, seed=2).p(before, after)
    assert found == pytest.approx(expected, abs=0.015)


def test_a_permutation_of_equals_is_never_significant() -> None:
    same = np.full(20, 3.0)
    assert significance.Permutation(0.01, seed=1).p(same, same) == 1.0


def test_the_limits_that_are_asked_for_can_be_shown_by_the_rounds_made() -> None:
    for p in (0.5, 0.01, 0.001):
        assert 1 / (1 + significance.rounds_for(p)) <= p


def test_the_segments_cover_the_series_and_have_their_means() -> None:
    values = steps(default_rng(2), [30, 40, 50], [100, 120, 90])
    found = find(values.tolist(), Settings())
    assert [one.begin for one in found.segments[1:]] == [one.index for one in found.changes]
    assert found.segments[0].begin == 0 and found.segments[-1].end == len(values)
    for segment in found.segments:
        assert segment.level == pytest.approx(values[segment.begin:segment.end].mean())
    assert change_points.too_new_of(len(values)) == found.too_new
