"""Who is picked, how surely, and what would change that."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest

import advice_testing as made
import changes
from advice_testing import around, candidate, entry, wanted
from ranking import dominates
from rules import advise


def p99(median: float, spread: float = 0.05) -> dict[str, Any]:
    return {"p99": {"64": around(median, spread)}}


def cpu(median: float, spread: float = 0.05) -> dict[str, Any]:
    return {"cpu": {"64": around(median, spread)}}


def stream(median: float, spread: float = 0.05) -> dict[str, Any]:
    return {"stream": {"64": around(median, spread)}}


def answer(*candidates: Any, entries: Any = None, **asked: Any) -> Any:
    return advise(made.facts(list(candidates), entries), wanted(**asked))


def test_the_best_in_the_first_preference_is_picked_where_it_leads() -> None:
    found = answer(candidate("slow", **p99(200)), candidate("fast", **p99(100) | cpu(9e9)))
    assert (found["pick"]["mechanism"], found["decided_by"]) == ("fast", "p99")
    assert found["level"] == []
    assert found["runner_up"]["mechanism"] == "slow"


def test_the_next_preference_decides_among_those_that_are_not_separable() -> None:
    found = answer(candidate("fast", **p99(100) | cpu(900)), candidate("frugal", **p99(105) | cpu(400)),
                   candidate("slow", **p99(200) | cpu(1)))
    assert (found["pick"]["mechanism"], found["decided_by"]) == ("frugal", "cpu")
    assert found["level"] == [{"mechanism": "fast", "wait": "block"}]
    assert [(step["statistic"], step["best"], step["left"]) for step in found["steps"]] == [
        ("p99", "fast · block", 2), ("cpu", "frugal · block", 1)]


def test_simplicity_decides_when_no_figure_does() -> None:
    found = answer(candidate("long"), candidate("short"),
                   entries=[entry("long", lines=90), entry("short", lines=30)])
    assert (found["pick"]["mechanism"], found["decided_by"]) == ("short", "simple")


def test_what_nothing_tells_apart_goes_by_the_median_and_says_so() -> None:
    found = answer(candidate("a", **p99(101)), candidate("b", **p99(100)))
    assert (found["pick"]["mechanism"], found["decided_by"]) == ("b", "median")
    assert not found["margin"]["separable"] and found["margin"]["told"].endswith("not separable")


@pytest.mark.parametrize("lesser, greater", [
    ({"lines": 90}, {"lines": 10, "traits": {"needs": "a daemon"}}),
    ({"lines": 90}, {"lines": 10, "libraries": ["one"]}),
    ({"libraries": ["one"]}, {"libraries": ["one", "two"]}),
    ({"lines": 10}, {"lines": 13}),
    ({"lines": 900}, {"lines": None})])
def test_simplicity_goes_by_needs_then_libraries_then_lines(lesser: Any, greater: Any) -> None:
    found = answer(candidate("a"), candidate("b"), prefer=["simple"],
                   entries=[entry("a", **greater), entry("b", **lesser)])
    assert found["pick"]["mechanism"] == "b"
    assert found["margin"]["separable"] and "simpler than" in found["margin"]["told"]


def test_a_few_lines_decide_nothing() -> None:
    found = answer(candidate("a", **p99(100)), candidate("b", **p99(101)), prefer=["simple"],
                   entries=[entry("a", lines=100), entry("b", lines=80)])
    assert (found["pick"]["mechanism"], found["decided_by"]) == ("a", "median")
    assert found["margin"]["told"].endswith("not separable")


def test_throughput_is_better_when_it_is_more() -> None:
    found = answer(candidate("slow", **stream(100)), candidate("fast", **stream(300)), prefer=["throughput"])
    assert found["pick"]["mechanism"] == "fast"
    assert found["margin"]["ratio"] == 3


def test_the_margin_is_the_widest_that_both_intervals_allow() -> None:
    found = answer(candidate("a", p99={"64": [100, 90, 110]}), candidate("b", p99={"64": [300, 220, 360]}))
    margin = found["margin"]
    assert (margin["ratio"], margin["low"], margin["high"]) == (3, 2, 4)
    assert margin["separable"] and margin["statistic"] == "p99"
    assert margin["told"] == "p99 of `b · block` is 3.00 [2.00, 4.00] times that of `a · block`"


def test_the_runner_up_is_another_mechanism_not_another_wait() -> None:
    found = answer(candidate("ring", "spin", **p99(100)), candidate("ring", "block", **p99(200)),
                   candidate("pipe", **p99(300)))
    assert found["runner_up"]["mechanism"] == "pipe"
    assert answer(candidate("ring", "spin"), candidate("ring", "block"))["runner_up"] is None


def test_too_few_launches_rank_nowhere_beside_enough() -> None:
    few = candidate("few", p99={"64": [10, 10, 10, 0.5]})
    found = answer(few, candidate("enough", **p99(100)))
    assert found["pick"]["mechanism"] == "enough"
    assert not found["margin"]["separable"]


def test_too_few_launches_everywhere_leave_all_level() -> None:
    found = answer(candidate("a", p99={"64": [10, 10, 10, 0.5]}),
                   candidate("b", p99={"64": [99, 99, 99, 0.5]}))
    assert found["pick"]["mechanism"] == "a" and not found["margin"]["separable"]
    assert any("Too few launches" in text for text in found["caveats"])


def test_figures_of_another_placement_take_no_part() -> None:
    near = candidate("near", placement="same_core", **p99(1))
    found = answer(near, candidate("far", **p99(100)))
    assert (found["placement"], found["pick"]["mechanism"]) == ("two_cores", "far")
    assert answer(near, candidate("far"), placement="same_core")["pick"]["mechanism"] == "near"


def test_who_is_as_good_in_everything_and_better_in_something_for_sure_dominates() -> None:
    found = answer(candidate("best", **p99(100) | cpu(100) | stream(300)),
                   candidate("worse", **p99(200) | cpu(100) | stream(300)),
                   candidate("frugal", **p99(300) | cpu(10) | stream(300)))
    assert [rating["mechanism"] for rating in found["pareto"]] == ["best", "frugal"]


def test_simplicity_alone_is_enough_to_dominate() -> None:
    found = answer(candidate("long"), candidate("short"),
                   entries=[entry("long", lines=51), entry("short", lines=50)])
    assert [rating["mechanism"] for rating in found["pareto"]] == ["short"]


def test_a_better_median_alone_dominates_nobody() -> None:
    found = answer(candidate("a", **p99(100)), candidate("b", **p99(105)))
    assert [rating["mechanism"] for rating in found["pareto"]] == ["a", "b"]


def test_what_was_not_measured_dominates_nobody_in_that() -> None:
    found = answer(candidate("a", **p99(100), stream={}), candidate("b", **p99(900)))
    a, b = found["pareto"]
    assert not dominates(a, b) and not dominates(b, a)


def test_a_change_is_told_where_another_pick_comes_of_it() -> None:
    dead = entry("ring", traits={"sees_peer_death": False})
    found = answer(candidate("ring", "spin", **p99(100)), candidate("pipe", **p99(5_000)), see_death=True,
                   entries=[dead, entry("pipe")])
    assert found["pick"]["mechanism"] == "pipe"
    assert [(change["kind"], change["mechanism"]) for change in found["changes"]] == [("see_death", "ring")]
    assert found["changes"][0]["figure"] == {"statistic": "p99", "median": 100, "low": 95, "high": 105}


def test_forbidding_to_spin_is_among_the_changes_where_spinning_was_free() -> None:
    found = answer(candidate("ring", "spin", **p99(100)), candidate("pipe", **p99(5_000)))
    assert [(change["kind"], change["mechanism"]) for change in found["changes"]] == [("spin", "pipe")]


def test_other_sizes_placements_and_preferences_are_among_the_changes() -> None:
    ring = candidate("ring", p99={"64": around(100), "4096": around(9_000)}, **cpu(900))
    near = candidate("pipe", placement="same_core")
    found = answer(ring, candidate("pipe", p99={"64": around(500), "4096": around(2_000)}, **cpu(100)), near)
    kinds = [(change["kind"], change["mechanism"]) for change in found["changes"]]
    assert kinds == [("placement", "pipe"), ("size", "pipe"), ("prefer", "pipe")]


def test_it_is_no_change_where_the_pick_cannot_be_told_from_the_new_one() -> None:
    ring = candidate("ring", p99={"64": around(100), "4096": around(103)}, **cpu(100))
    pipe = candidate("pipe", p99={"64": around(103), "4096": around(100)}, **cpu(100))
    assert answer(ring, pipe)["changes"] == []


def test_a_size_at_which_nobody_was_measured_changes_nothing() -> None:
    big = {"64": around(10), "65536": around(10)}
    found = answer(candidate("pipe", p99={"64": around(10)}, stream=big))
    assert found["changes"] == []


def test_when_nobody_qualifies_the_single_requirements_to_relax_are_told() -> None:
    found = answer(candidate("ring", **p99(100)), candidate("pipe", **p99(5_000)), see_death=True, p99_ns=200,
                   entries=[entry("ring", traits={"sees_peer_death": False}), entry("pipe")])
    assert found["pick"] is None and found["runner_up"] is None
    assert [(item["constraints"], item["mechanism"]) for item in found["relax"]] == [
        (["p99"], "pipe"), (["see_death"], "ring")]


def test_when_no_single_requirement_helps_the_pairs_are_told() -> None:
    found = answer(candidate("ring", "spin"), see_death=True, cores_to_burn=0, ordered=True,
                   entries=[entry("ring", traits={"sees_peer_death": False})])
    assert [item["constraints"] for item in found["relax"]] == [["see_death", "spin"]]


def test_what_is_not_asked_again_would_not_have_let_anybody_qualify(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = Random(1)
    facts = made.random_facts(rng)
    questions = [made.random_wanted(rng) for _ in range(60)]
    pruned = [advise(facts, question)["relax"] for question in questions]
    monkeypatch.setattr(changes, "_obstacles_of_each", lambda decision: [set()])
    assert pruned == [advise(facts, question)["relax"] for question in questions]
    assert sum(map(bool, pruned)) > 20
