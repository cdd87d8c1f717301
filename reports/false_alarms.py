"""How often rules for "did it get slower" are wrong, on launches of one machine.

usage: false_alarms.py [CONDITION=]COMPARISON... [--statistic NAME]

A COMPARISON is a directory of `ipcmark compare --force --looks 1` of a program with itself, or with
--inject of a known slow-down, of many pairs (--pairs 600): its launches are dealt out into disjoint trials,
and each is judged by every rule. The table says in which share of the trials a rule told a regression: of
equal sides, where an improvement counts as well, that is false; with a slow-down, by injection or by scaling
the candidate's launches by 2, 5 or 10 %, it is what should be found. Rows are by CONDITION, which is the
trial's placement unless it is given. ci/measure_false_alarms makes such comparisons.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from scipy import stats

Array = npt.NDArray[np.float64]
MARGIN = 0.01
PAIRS = 30  # of each of the two batches of a trial of ours
SCALED = (1.0, 1.02, 1.05, 1.10)


@dataclass(frozen=True)
class Series:
    """The launches of one trial of a comparison, pair by pair in the order in which they were made."""

    condition: str
    injected: float
    baseline: Array
    candidate: Array


def load(given: str, statistic: str) -> list[Series]:
    """The first batch of every trial of a comparison: [CONDITION=]DIRECTORY."""
    condition, _, directory = given.rpartition("=")
    with (Path(directory) / "launches.jsonl").open(encoding="utf-8") as lines:
        head = json.loads(next(lines))
        sides: dict[str, tuple[dict[int, float], dict[int, float]]] = {}
        for line in lines:
            launch = json.loads(line)
            if launch.get("batch") != "first" or statistic not in launch["values"]:
                continue
            pair = sides.setdefault(launch["trial"], ({}, {}))
            pair[launch["side"]][launch["pair"]] = launch["values"][statistic]
    series = []
    for label, (baseline, candidate) in sides.items():
        pairs = sorted(baseline.keys() & candidate.keys())
        series.append(Series(condition or label.rsplit("/", 1)[1], head["settings"]["inject"]["share"],
                             np.array([baseline[k] for k in pairs]), np.array([candidate[k] for k in pairs])))
    return series


# Whether a rule tells that the candidate is slower. Of two equal sides both directions are asked, so that
# each has half of the rule's error.
Rule = Callable[[Array, Array], bool]


def ours(baseline: Array, candidate: Array) -> bool:
    """Two batches of 30 pairs: beyond the margin in one, and by a sign test in the other: suites/compare."""
    ratios = np.log(candidate / baseline)
    first, second = ratios[:PAIRS], ratios[PAIRS:2 * PAIRS]
    beyond = math.log1p(MARGIN)
    # Of the last of three looks, as the C++ has it: so many values may lie below the interval.
    skipped = int(stats.binom.ppf(0.05 / 3 / 2, PAIRS, 0.5)) - 1
    if np.sort(first)[max(skipped, 0)] <= beyond:
        return False
    worse = int((second > beyond).sum())
    return bool(stats.binomtest(worse, PAIRS, 0.5, alternative="greater").pvalue <= 0.01)


def mann_whitney(baseline: Array, candidate: Array) -> bool:
    """9 launches of each in turn, U test at 5 %."""
    return bool(stats.mannwhitneyu(candidate[:9], baseline[:9], alternative="greater").pvalue < 0.025)


def in_blocks(baseline: Array, candidate: Array) -> bool:
    """10 launches of one and then 10 of the other, U test at 5 %."""
    return bool(stats.mannwhitneyu(candidate[10:20], baseline[:10], alternative="greater").pvalue < 0.025)


def welch(baseline: Array, candidate: Array) -> bool:
    """10 launches of one and then 10 of the other, Welch's t test at 5 %."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # of launches that are all equal it is not sure
        test = stats.ttest_ind(candidate[10:20], baseline[:10], equal_var=False, alternative="greater")
    return bool(test.pvalue < 0.025)


def threshold(share: float) -> Rule:
    """The mean of 10 then 10 launches is greater by more than a share."""
    def rule(baseline: Array, candidate: Array) -> bool:
        return bool(candidate[10:20].mean() > (1 + share) * baseline[:10].mean())
    return rule


RULES: dict[str, Rule] = {
    "ours": ours, "U test of 9": mann_whitney, "10 then 10, U test": in_blocks, "Welch": welch,
    "> 10 %": threshold(0.1), "> 200 %": threshold(2.0),
}


def share_text(found: int, of: int) -> str:
    """A share in percent, with the upper bound of its exact interval of 95 % (Clopper and Pearson)."""
    upper = stats.beta.ppf(0.975, found + 1, of - found) if found < of else 1.0
    return f"{100 * found / of:.1f} % (<= {100 * upper:.1f})"


def trials(series: Series) -> list[tuple[Array, Array]]:
    """Disjoint trials of the launches, each with as many pairs as the rule that takes most."""
    size = 2 * PAIRS
    return [(series.baseline[k:k + size], series.candidate[k:k + size])
            for k in range(0, len(series.baseline) - size + 1, size)]


def told(rule: Rule, dealt: Sequence[tuple[Array, Array]], equal: bool) -> int:
    """In how many trials a rule tells a regression, or of equal sides any change."""
    return sum(rule(a, b) or (equal and rule(b, a)) for a, b in dealt)


def row(name: str, series: Sequence[Series], scale: float, equal: bool = False) -> str:
    dealt = [(baseline, candidate * scale) for one in series for baseline, candidate in trials(one)]
    cells = [share_text(told(rule, dealt, equal), len(dealt)) for rule in RULES.values()]
    return f"| {name} | {len(dealt)} | {' | '.join(cells)} |"


def table(series: Sequence[Series]) -> list[str]:
    """A markdown table: by condition and change, in what share of trials each rule tells a change."""
    lines = [f"| condition: change | trials | {' | '.join(RULES)} |", f"|---|---:|{'---:|' * len(RULES)}"]
    for condition in dict.fromkeys(one.condition for one in series):
        here = [one for one in series if one.condition == condition]
        same = [one for one in here if one.injected == 0]
        for scale in SCALED if same else ():
            change = "none" if scale == 1 else f"+{100 * (scale - 1):.0f} % scaled"
            lines.append(row(f"{condition}: {change}", same, scale, equal=scale == 1))
        for share in sorted({one.injected for one in here if one.injected > 0}):
            lines.append(row(f"{condition}: +{100 * share:g} % injected",
                             [one for one in here if one.injected == share], 1))
    return lines + [row("all: none", [one for one in series if one.injected == 0], 1, equal=True)]


def main(arguments: Sequence[str]) -> int:
    """Prints the table; exit code 2 when there are too few launches for one trial."""
    raw = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=raw)
    parser.add_argument("comparisons", nargs="+", metavar="[CONDITION=]COMPARISON")
    parser.add_argument("--statistic", default="p50")
    given = parser.parse_args(arguments)
    series = [found for one in given.comparisons for found in load(one, given.statistic)]
    if not any(trials(one) for one in series):
        print(f"false_alarms: no trial has {2 * PAIRS} pairs; measure with --pairs 600", file=sys.stderr)
        return 2
    print("\n".join(table(series)))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
