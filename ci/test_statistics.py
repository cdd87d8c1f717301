"""The statistics of the program agree with scipy's, and its intervals cover what they should.

usage: test_statistics.py ANSWERS      the program of suites/compare/statistics_answers.cpp
"""

from __future__ import annotations

import json
import math
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import signal, stats

Array = npt.NDArray[np.float64]
Question = dict[str, Any]
Random = np.random.Generator
TRIALS = 4000
PAIRS = 30


def answers(questions: list[Question]) -> list[Any]:
    done = subprocess.run([sys.argv[1]], input=json.dumps(questions), capture_output=True, text=True,
                          check=False)
    if done.returncode != 0:
        sys.exit(f"test_statistics: the program failed with {done.returncode}: {done.stderr}")
    found: list[Any] = json.loads(done.stdout)
    expect(len(found) == len(questions), f"{len(found)} answers to {len(questions)} questions")
    return found


def expect(holds: bool, what: str) -> None:
    if not holds:
        sys.exit(f"test_statistics: {what}")


def near(one: float, other: float) -> bool:
    return math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-300)


def intervals_of_the_median_are_the_narrowest_symmetric_order_statistics(random: Random) -> None:
    samples = [(random.lognormal(size=n), wanted)
               for n in range(1, 80) for wanted in (0.9, 0.95, 0.99, 0.999)]
    found = answers([{"ask": "median_interval", "values": list(x), "coverage": c} for x, c in samples])
    for (values, wanted), (median, low, high, coverage) in zip(samples, found):
        n, ordered = len(values), np.sort(values)
        # The k-th from either end misses with twice the chance of fewer than k heads of n; k is 1 at least.
        fits = [k for k in range(1, (n + 1) // 2 + 1) if 1 - 2 * stats.binom.cdf(k - 1, n, 0.5) >= wanted]
        k = max(fits, default=1)
        expected = (np.median(values), ordered[k - 1], ordered[n - k])
        expect(all(map(near, (median, low, high), expected)),
               f"the interval of {n} values at {wanted} is {(median, low, high)} and not {expected}")
        expect(math.isclose(coverage, 1 - 2 * stats.binom.cdf(k - 1, n, 0.5), abs_tol=1e-12),
               f"it says that it covers {coverage}")


def sign_tests_are_those_of_scipy(random: Random) -> None:
    samples = [random.normal(0.2, 1, size=n) for n in list(range(1, 60)) + [200, 1000]]
    for ask, side in (("above", 1), ("below", -1)):
        found = answers([{"ask": ask, "values": list(x), "bound": 0.1} for x in samples])
        for values, p in zip(samples, found):
            beyond = int((side * (values - 0.1) > 0).sum())
            expected = stats.binomtest(beyond, len(values), 0.5, alternative="greater").pvalue
            expect(near(p, expected), f"p of {beyond} of {len(values)} is {p} and not {expected}")


def fewest_values_are_those_whose_range_covers_enough(_: Random) -> None:
    wanted = [0.5, 0.9, 0.95, 1 - 0.05 / 3, 0.99, 0.999]
    found = answers([{"ask": "fewest", "coverage": c} for c in wanted])
    for coverage, n in zip(wanted, found):
        expected = next(n for n in range(1, 100) if 1 - 2 * stats.binom.pmf(0, n, 0.5) >= coverage)
        expect(n == expected, f"{n} values are said to be the fewest for {coverage}, and {expected} are")


def holm_steps_down(random: Random) -> None:
    families = [random.uniform(0, scale, size=n) for n in range(1, 30) for scale in (0.01, 0.1, 1)]
    found = answers([{"ask": "holm", "values": list(p), "alpha": 0.05} for p in families])
    for p, rejected in zip(families, found):
        ordered = np.sort(p)
        holds = ordered <= 0.05 / np.arange(len(p), 0, -1)
        bound = ordered[: len(p) if holds.all() else int(np.argmin(holds))]
        expect(rejected == [bool(len(bound)) and x <= bound[-1] for x in p], f"Holm of {p} gives {rejected}")


def ratios_and_fairness_are_what_they_say(random: Random) -> None:
    one, other = random.lognormal(size=50), random.lognormal(size=50)
    ratios, jain = answers([{"ask": "log_ratios", "values": list(one), "others": list(other)},
                            {"ask": "jain", "values": list(one)}])
    expect(np.allclose(ratios, np.log(other / one), rtol=1e-12), "the log ratios differ")
    expect(near(jain, one.sum() ** 2 / (len(one) * (one**2).sum())), "Jain's index differs")


def skewed(random: Random) -> Array:
    """Launches with a long tail to one side."""
    return random.lognormal(0, 0.5, size=(2, PAIRS))


def bimodal(random: Random) -> Array:
    """Launches that fall into one of two modes, 30 % apart, each with some noise of its own."""
    return np.exp(0.3 * random.integers(0, 2, size=(2, PAIRS)) + random.normal(0, 0.02, size=(2, PAIRS)))


def autocorrelated(random: Random) -> Array:
    """A host that drifts (AR(1) at 0.9 from launch to launch), measured in ABBA order."""
    drift = signal.lfilter([1], [1, -0.9], random.normal(0, 0.05, size=2 * PAIRS + 200))[200:]
    drift += random.normal(0, 0.02, size=2 * PAIRS)
    turns = drift.reshape(PAIRS, 2)
    turns[1::2] = turns[1::2, ::-1]
    return np.asarray(np.exp(turns.T))


def intervals_cover(shape: Callable[[Random], Array], random: Random) -> None:
    """Of equal sides, the median log ratio is 0; of the intervals 93 to 98 % have to say that it may be."""
    questions: list[Question] = []
    for _ in range(TRIALS):
        baseline, candidate = shape(random)
        ratios = np.log(candidate / baseline)
        questions.append({"ask": "median_interval", "values": list(ratios), "coverage": 0.95})
    share = np.mean([low <= 0 <= high for _, low, high, _ in answers(questions)])
    print(f"{shape.__name__}: {100 * share:.1f} % of {TRIALS} intervals of {PAIRS} pairs cover")
    expect(0.93 <= share <= 0.98, f"of {shape.__name__} data the 95 % interval covers in {share:.3f}")


def main() -> None:
    random = np.random.default_rng(20261122)
    for check in (intervals_of_the_median_are_the_narrowest_symmetric_order_statistics,
                  sign_tests_are_those_of_scipy, fewest_values_are_those_whose_range_covers_enough,
                  holm_steps_down, ratios_and_fairness_are_what_they_say):
        check(random)
        print(check.__name__.replace("_", " "))
    for shape in (skewed, bimodal, autocorrelated):
        intervals_cover(shape, random)


if __name__ == "__main__":
    main()
