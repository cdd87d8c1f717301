"""What a figure is at a size that was not measured, and which workload tells the throughput."""

from __future__ import annotations

import math

import pytest

import advice_testing as made
from advice_testing import around, candidate, wanted
from checks import at
from rules import advise

FIGURES = {"64": [1000.0, 900.0, 1100.0], "4096": [4000.0, 3900.0, 4100.0]}


def test_between_two_sizes_a_figure_lies_on_the_line_of_their_logarithms() -> None:
    found = at(FIGURES, 512)
    assert found is not None and found[1] == "interpolated"
    assert found[0] == pytest.approx([2000, math.sqrt(900 * 3900), math.sqrt(1100 * 4100)], rel=1e-3)


def test_a_measured_size_is_what_was_measured() -> None:
    assert at(FIGURES, 4096) == (FIGURES["4096"], "measured")


def test_the_smallest_size_stands_for_smaller_ones_within_a_cache_line() -> None:
    assert at(FIGURES, 8) == (FIGURES["64"], "smallest")
    assert at({"4096": FIGURES["4096"]}, 8) is None


def test_there_is_no_figure_beyond_the_largest_size() -> None:
    assert at(FIGURES, 4097) is None
    assert at({}, 64) is None and at(None, 64) is None


def test_too_little_coverage_of_a_neighbour_is_that_of_what_lies_between() -> None:
    found = at(FIGURES | {"64": [1000.0, 900.0, 1100.0, 0.75]}, 512)
    assert found is not None and found[0][3] == 0.75


def test_a_figure_of_nothing_is_interpolated_too() -> None:
    found = at({"64": [0.0, 0.0, 0.0], "4096": [100.0, 100.0, 100.0]}, 512)
    assert found is not None and found[0] == [50, 50, 50]


@pytest.mark.parametrize("size, told", [
    (256, "256\u00a0B was not measured: figures are interpolated"),
    (8, "8\u00a0B was not measured: figures are of the smallest size")])
def test_a_caveat_says_how_a_figure_came_about(size: int, told: str) -> None:
    assert any(told in text for text in advise(made.facts([candidate("pipe")]), wanted(size=size))["caveats"])
    measured = advise(made.facts([candidate("pipe")]), wanted(size=64))
    assert not any("not measured: figures" in text for text in measured["caveats"])


def test_an_unmeasured_size_is_told_with_the_reason_of_the_run() -> None:
    skipped = candidate("mq", missing={"ping_pong": {"65536": 0}})
    facts = made.facts([skipped])
    facts["texts"][0] = "the queue takes 8192 bytes"
    answer = advise(facts, wanted(size=65536))
    assert [(item["constraint"], item["evidence"]) for item in answer["excluded"]] == [
        ("size", "ping_pong not measured at 64\u00a0KiB: the queue takes 8192 bytes")]
    assert [entry["constraints"] for entry in answer["relax"]] == [["size"]]
    assert answer["relax"][0]["change"] == "at 4\u00a0KiB"


def test_what_has_no_rate_is_judged_by_what_was_asked() -> None:
    facts = made.facts([candidate("pipe", stream={})])
    assert advise(facts, wanted())["pick"]["mechanism"] == "pipe"
    (item,) = advise(facts, wanted(rate=1))["excluded"]
    assert item["evidence"] == "stream not measured at 64\u00a0B nor at another size"


def test_the_rate_of_several_processes_is_that_of_a_crowd_for_all() -> None:
    mutex = candidate("mutex", crowd={"64": around(900)})
    facts = made.facts([mutex, candidate("alone"), candidate("single")],
                       [made.entry("single", traits={"many_producers": False})])
    answer = advise(facts, wanted(producers=4, rate=1000))
    assert answer["throughput_workload"] == "crowd"
    assert {item["mechanism"]: item["evidence"].partition(" ")[0] for item in answer["excluded"]} == {
        "mutex": "throughput", "alone": "crowd", "single": "only"}
    told = advise(facts, wanted(producers=4))["caveats"]
    assert any("2 producers and 2 consumers, not with 4 and 1" in text for text in told)


def test_without_a_crowd_at_that_size_a_stream_stands_in_and_a_caveat_says_so() -> None:
    facts = made.facts([candidate("mutex", crowd={"64": around(900)})])
    answer = advise(facts, wanted(producers=4, size=4096))
    assert answer["throughput_workload"] == "stream"
    assert any("All figures are of one producer and one consumer" in text for text in answer["caveats"])


def test_one_way_mechanisms_take_two_links_for_replies() -> None:
    pipe = candidate("pipe", handles={"ping_pong": 4, "stream": 2})
    facts = made.facts([pipe], [made.entry("pipe", traits={"duplex": False, "lifetime": "file"})])
    one_way, both = advise(facts, wanted()), advise(facts, wanted(replies=True))
    assert one_way["pick"]["complexity"]["kernel_objects"] == 2 + 1
    assert both["pick"]["complexity"]["kernel_objects"] == 4 + 2
    assert any("second link" in text for text in both["caveats"])
    assert not any("second link" in text for text in one_way["caveats"])
