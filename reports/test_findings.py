"""Sentences: what they claim, and above all what they do not."""

from __future__ import annotations

from dataclasses import replace

import testing
from findings import Measure, Place, company, first, headline, margin, place, sentence
from results import Trial
from units import TIME, Interval

MEASURE = Measure("p50", True, "lowest median round trip", TIME)
BASE = testing.loaded(testing.result([testing.trial(launches=1)])).trials[0]


def rival(name: str, low: float, high: float, wait: str = "block", confidence: float = 0.969) -> Trial:
    """A trial with its median in the middle of its interval."""
    summary = {"p50": Interval((low + high) / 2, low, high)}
    return replace(BASE, mechanism=name, wait=wait, summary=summary, confidence=confidence)


def under(*trials: Trial, placement: str = "two_cores") -> Place:
    return place(placement, trials[0].wait, trials, MEASURE)


def said(*found: Place) -> str:
    return sentence("Ping-pong of 64 B", found, MEASURE).replace("\u00a0", " ")


def test_a_lead_names_the_first_and_the_field() -> None:
    assert said(under(rival("pipe", 10, 12), rival("fifo", 20, 22))) == (
        "Ping-pong of 64 B across two cores: the lowest median round trip belongs, of 2 blocking mechanisms, "
        "to "
        "`pipe · block` (11.0 ns [10.0, 12.0]).")


def test_two_that_overlap_are_both_named_and_not_separated() -> None:
    assert said(under(rival("pipe", 10, 12), rival("fifo", 11, 13), rival("tcp", 50, 60))) == (
        "Ping-pong of 64 B across two cores: the lowest median round trip belongs, of 3 blocking mechanisms, "
        "to "
        "`pipe · block` (11.0 ns [10.0, 12.0]) or `fifo · block` (12.0 ns [11.0, 13.0]), not separable.")


def test_many_that_overlap_are_counted() -> None:
    text = said(under(*(rival(name, 10, 12) for name in "abcd")))
    assert "`a · block` (11.0 ns [10.0, 12.0]) or one of 3 others that are not separable from it" in text


def test_waits_are_spoken_of_apart() -> None:
    text = said(under(rival("pipe", 100, 120), rival("fifo", 200, 220)),
                under(rival("ring", 1, 2, "spin"), rival("loan", 3, 4, "spin")))
    assert "of 2 blocking mechanisms, to `pipe · block`" in text
    assert "of 2 spinning mechanisms, to `ring · spin`" in text


def test_a_lone_mechanism_leads_nobody() -> None:
    text = said(under(rival("ring", 1, 2, "spin")))
    assert text.endswith("two cores: `ring · spin` (1.50 ns [1.00, 2.00]) is the only spinning mechanism.")


def test_too_few_launches_rank_nobody() -> None:
    text = said(under(rival("pipe", 10, 10, confidence=0.0), rival("fifo", 900, 900, confidence=0.0)))
    assert text == "Ping-pong of 64 B across two cores: too few launches to rank 2 blocking mechanisms."


def test_those_set_aside_are_counted() -> None:
    text = said(under(rival("pipe", 10, 12), rival("fifo", 20, 22), rival("tcp", 1, 1, confidence=0.5)))
    assert "of 2 blocking mechanisms (1 more have too few launches), to `pipe · block`" in text


def test_the_sentence_speaks_of_two_cores_before_one() -> None:
    same = under(rival("pipe", 1, 2), rival("fifo", 3, 4), placement="same_core")
    apart = under(rival("fifo", 10, 12), rival("pipe", 20, 22))
    assert headline([same, apart]) == [apart]
    assert "across two cores" in said(same, apart)
    assert "on one core" in said(same)


def test_a_margin_names_the_second_or_all_that_are_level() -> None:
    leading = under(rival("pipe", 10, 12), rival("fifo", 20, 22))
    level = under(rival("pipe", 10, 12), rival("fifo", 11, 13))
    alone = under(rival("pipe", 10, 12))
    few = under(rival("pipe", 10, 10, confidence=0.0), rival("fifo", 20, 20, confidence=0.0))
    assert margin(leading, MEASURE).replace("\u00a0", " ") == "ahead of `fifo · block` (21.0 ns [20.0, 22.0])"
    assert margin(level, MEASURE) == "not separable from `fifo · block`"
    assert margin(alone, MEASURE) == "nothing to compare with"
    assert margin(few, MEASURE) == "too few launches to rank"
    assert [company(found) for found in (leading, level, alone, few)] == [
        "of 2", "or `fifo · block`, not separable", "the only one", "too few launches to rank"]
    assert first(few).mechanism == "pipe"
