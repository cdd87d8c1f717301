"""Who is first among candidates that meet every requirement, and who cannot be told from it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from checks import as_simple, complexity_key
from wording import TITLES, rounded, times

Json = dict[str, Any]
Figure = list[float]

MEASURED = ("p99", "cpu", "throughput")


@dataclass(frozen=True)
class Choice:
    """The pick, those left beside it when the preferences had no more to say, and the steps to it."""

    pick: Json
    left: list[Json]
    steps: list[Json]
    decided_by: str


def separable(a: Figure, b: Figure) -> bool:
    """True when the intervals of two figures lie apart and each covers enough."""
    return len(a) == 3 and len(b) == 3 and (a[2] < b[1] or b[2] < a[1])


def toll(figure: Figure, statistic: str) -> float:
    """A figure's median as something of which less is better."""
    return -figure[0] if statistic == "throughput" else figure[0]


def order(rating: Json, statistic: str) -> list[Any]:
    """For sorting, best first; those without the figure come last, and names decide between equals."""
    if statistic == "simple":
        return [0, complexity_key(rating), rating["label"]]
    figure = rating[statistic]
    return [0, [toll(figure, statistic)], rating["label"]] if figure else [1, [0], rating["label"]]


def choose(group: Sequence[Json], prefer: Sequence[str]) -> Choice | None:
    """Narrows a group by each preference in turn to those that cannot be told from its best. What is left at
    the end is decided by the first preferred median, then by the name."""
    if not group:
        return None
    pool, steps, decided = list(group), [], "alone"
    for statistic in prefer:
        if len(pool) == 1:
            break
        known = [rating for rating in pool if statistic == "simple" or rating[statistic]]
        if known:
            pool, best = level_with_best(known, statistic)
            steps.append({"statistic": statistic, "best": best["label"], "left": len(pool)})
            decided = statistic
    if len(pool) > 1:
        decided = "median"
    first = next((name for name in prefer if name != "simple" and pool[0][name]), "simple")
    return Choice(min(pool, key=lambda rating: order(rating, first)), pool, steps, decided)


def level_with_best(known: list[Json], statistic: str) -> tuple[list[Json], Json]:
    """All that cannot be told from the best by its median, and the best. Where some figures cover enough,
    those that do not rank nowhere."""
    if statistic == "simple":
        best = min(known, key=lambda rating: order(rating, statistic))
        return [rating for rating in known if as_simple(rating, best)], best
    sure = [rating for rating in known if len(rating[statistic]) == 3] or known
    best = min(sure, key=lambda rating: order(rating, statistic))
    return [rating for rating in sure if not separable(rating[statistic], best[statistic])], best


def pareto(group: Sequence[Json]) -> list[Json]:
    """Those whom nobody dominates, by p99."""
    free = [rating for rating in group if not any(dominates(other, rating) for other in group)]
    return sorted(free, key=lambda rating: order(rating, "p99"))


def dominates(a: Json, b: Json) -> bool:
    """True when a is as good in everything by its medians and better in one thing for sure."""
    simpler = complexity_key(a) < complexity_key(b)
    if complexity_key(a) > complexity_key(b):
        return False
    for statistic in MEASURED:
        mine, other = a[statistic], b[statistic]
        if other and (not mine or toll(mine, statistic) > toll(other, statistic)):
            return False
    return simpler or any(a[s] and b[s] and separable(a[s], b[s]) for s in MEASURED)


def margin(pick: Json, runner_up: Json, prefer: Sequence[str]) -> Json:
    """How far the runner-up is behind in the first preferred statistic; above 1 the pick is ahead. The
    interval is the widest that both intervals allow."""
    statistic = prefer[0]
    if statistic == "simple":
        return _simple_margin(pick, runner_up)
    mine, other = pick[statistic], runner_up[statistic]
    if not mine or not other:
        return {"statistic": statistic, "ratio": None, "low": None, "high": None, "separable": False,
                "told": f"{TITLES[statistic]} was not measured for both"}
    above, below = (mine, other) if statistic == "throughput" else (other, mine)
    ratio, low, high = (_divided(above[i], below[j]) for i, j in ((0, 0), (1, 2), (2, 1)))
    apart = separable(mine, other)
    return {"statistic": statistic, "ratio": ratio, "low": low, "high": high, "separable": apart,
            "told": _told(pick, runner_up, statistic, (ratio, low, high), apart)}


def _divided(a: float, b: float) -> float | None:
    return rounded(a / b) if b > 0 else None


def _told(pick: Json, other: Json, statistic: str, ratio: tuple[float | None, ...], apart: bool) -> str:
    """The margin as a sentence without its full stop."""
    who, whose = (pick, other) if statistic == "throughput" else (other, pick)
    how = "an unknown multiple of"
    if None not in ratio:
        middle, low, high = (times(value) for value in ratio if value is not None)
        how = f"{middle} [{low}, {high}] times"
    told = f"{TITLES[statistic]} of `{who['label']}` is {how} that of `{whose['label']}`"
    return told if apart else f"{told}: not separable"


def _simple_margin(pick: Json, other: Json) -> Json:
    mine, its = complexity_key(pick), complexity_key(other)
    words = ("what it needs beside the kernel", "libraries", "lines of code")
    alike = as_simple(pick, other)
    told = f"`{pick['label']}` is about as simple as `{other['label']}`: not separable"
    if not alike:
        differs = next(i for i in range(len(words)) if mine[i] != its[i])
        who = "simpler" if mine < its else "less simple"
        told = f"`{pick['label']}` is {who} than `{other['label']}` in {words[differs]}"
    return {"statistic": "simple", "ratio": None, "low": None, "high": None, "separable": not alike,
            "told": told}
