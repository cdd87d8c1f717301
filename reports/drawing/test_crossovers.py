"""Who leads from where to where, from standings alone."""

from __future__ import annotations

from dataclasses import replace

import testing
from crossovers import spells
from results import Trial
from stats import Standing, standing
from units import Interval

BASE = testing.loaded(testing.result([testing.trial(launches=6)])).trials[0]


def rival(name: str, low: float, high: float) -> Trial:
    return replace(BASE, mechanism=name, summary={"p50": Interval((low + high) / 2, low, high)})


def race(*rivals: Trial) -> Standing:
    return standing(rivals, "p50", least=True)


A_LEADS = race(rival("a", 1, 2), rival("b", 3, 4))
B_LEADS = race(rival("a", 5, 6), rival("b", 3, 4))
LEVEL = race(rival("a", 1, 4), rival("b", 3, 6))


def test_neighbouring_sizes_with_one_leader_are_told_as_one() -> None:
    assert spells({64: A_LEADS, 1024: A_LEADS, 4096: LEVEL, 65536: B_LEADS}) == (
        "from 64\u00a0B to 1\u00a0KiB `a` leads, at 4\u00a0KiB nobody leads, at 64\u00a0KiB `b` leads")


def test_overlapping_intervals_make_no_leader_at_any_size() -> None:
    assert spells({64: LEVEL, 4096: LEVEL}) == "at no size does anybody lead"


def test_a_leader_that_comes_back_is_told_twice() -> None:
    assert spells({64: A_LEADS, 256: B_LEADS, 1024: A_LEADS}).count("`a` leads") == 2
