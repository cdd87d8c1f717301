"""Who is excluded, by which requirement, and on what evidence."""

from __future__ import annotations

from typing import Any

import pytest

import advice_testing as made
from advice_testing import around, candidate, entry, wanted
from rules import advise

LACKS: list[tuple[str, dict[str, Any], dict[str, Any], str]] = [
    ("producers", {"producers": 2}, {"many_producers": False}, "not many_producers"),
    ("consumers", {"consumers": 2}, {"many_consumers": False}, "not many_consumers"),
    ("every_consumer", {"every_consumer": True}, {"broadcasts": False}, "not broadcasts"),
    ("no_loss", {"no_loss": True}, {"delivery": "lossy"}, "delivery: lossy"),
    ("no_loss", {"no_loss": True}, {"delivery": "latest"}, "delivery: latest"),
    ("ordered", {"ordered": True}, {"fifo": False}, "not fifo"),
    ("survive_crash", {"survive_crash": True}, {"survives_peer_kill": False}, "not survives_peer_kill"),
    ("see_death", {"see_death": True}, {"sees_peer_death": False}, "not sees_peer_death"),
    ("unrelated_processes", {"unrelated_processes": True}, {"named": False}, "not named"),
    ("pass_fd", {"pass_fd": True}, {"passes_descriptors": False}, "not passes_descriptors"),
    ("one_link", {"one_link": True}, {"duplex": False}, "not duplex"),
    ("priorities", {"priorities": True}, {"priorities": 1}, "no priorities"),
    ("no_dependencies", {"no_dependencies": True}, {"needs": "a daemon"}, "it needs a daemon"),
    ("size", {"size": 64}, {"framing": "signal"}, "carries no payload (framing: signal)"),
]


def excluded(answer: Any) -> list[tuple[str, str]]:
    return [(item["mechanism"], item["constraint"]) for item in answer["excluded"]]


def the_evidence(answer: Any, mechanism: str) -> str:
    (found,) = [item["evidence"] for item in answer["excluded"] if item["mechanism"] == mechanism]
    return str(found)


@pytest.mark.parametrize("constraint, asked, traits, evidence", LACKS)
def test_each_promise_that_is_asked_for_excludes_who_does_not_give_it(
        constraint: str, asked: dict[str, Any], traits: dict[str, Any], evidence: str) -> None:
    facts = made.facts([candidate("sound"), candidate("weak")],
                       [entry("sound"), entry("weak", traits=traits)])
    answer = advise(facts, wanted(**asked))
    assert excluded(answer) == [("weak", constraint)]
    assert evidence in the_evidence(answer, "weak") and "see made(7)" in the_evidence(answer, "weak")
    assert answer["pick"]["mechanism"] == "sound"


def test_nobody_is_excluded_by_what_was_not_asked_for() -> None:
    bad = {key: value for _, _, traits, _ in LACKS for key, value in traits.items() if key != "framing"}
    facts = made.facts([candidate("weak")], [entry("weak", traits=bad)])
    assert advise(facts, wanted())["pick"]["mechanism"] == "weak"


def test_who_never_blocks_its_producer_is_who_drops_or_replaces() -> None:
    facts = made.facts([candidate("keeps"), candidate("drops")],
                       [entry("keeps"), entry("drops", traits={"delivery": "lossy"})])
    answer = advise(facts, wanted(never_block=True))
    assert excluded(answer) == [("keeps", "never_block")]
    assert "the producer waits for a slow consumer" in the_evidence(answer, "keeps")


def test_a_library_is_a_dependency() -> None:
    facts = made.facts([candidate("plain"), candidate("tls")],
                       [entry("plain"), entry("tls", libraries=["openssl"])])
    answer = advise(facts, wanted(no_dependencies=True))
    assert excluded(answer) == [("tls", "no_dependencies")]
    assert "it needs openssl" in the_evidence(answer, "tls")


def test_what_failed_a_clause_is_excluded_whatever_its_figures() -> None:
    fast = candidate("fast", p99={"64": around(10)})
    facts = made.facts([fast, candidate("slow")], fast={"broken": ["GEN-05 fail: EveryMessageArrives"]})
    answer = advise(facts, wanted())
    assert answer["pick"]["mechanism"] == "slow"
    assert excluded(answer) == [("fast", "verification")]
    assert the_evidence(answer, "fast") == "GEN-05 fail: EveryMessageArrives"


def test_no_requirement_can_be_relaxed_to_let_in_what_failed_a_clause() -> None:
    facts = made.facts([candidate("fast")], fast={"broken": ["GEN-05 fail: EveryMessageArrives"]})
    answer = advise(facts, wanted(no_loss=True, p99_ns=1.0))
    assert (answer["pick"], answer["relax"]) == (None, [])


def test_what_lost_messages_in_a_trial_is_excluded() -> None:
    facts = made.facts([candidate("loses")], loses={"failures": ["verification in stream: 3 never arrived"]})
    assert excluded(advise(facts, wanted())) == [("loses", "trials")]


@pytest.mark.parametrize("budget, kept, straddles", [
    (9_000, False, False), (9_499, False, False), (9_500, True, True), (10_499, True, True),
    (10_500, True, False)])
def test_a_budget_excludes_only_who_is_above_it_with_the_whole_interval(
        budget: float, kept: bool, straddles: bool) -> None:
    answer = advise(made.facts([candidate("pipe")]), wanted(p99_ns=budget))
    assert (answer["pick"] is not None) is kept
    told = [text for text in answer["caveats"] if "is not separable from the budget" in text]
    assert bool(told) is straddles
    if not kept:
        assert excluded(answer) == [("pipe", "p99")]
        assert the_evidence(answer, "pipe").startswith(
            "p99 of 10.0\u00a0µs\u00a0[9.50,\u00a010.5] is above 9")


@pytest.mark.parametrize("rate, kept, straddles", [
    (106_000, False, False), (105_000, True, True), (95_001, True, True), (95_000, True, False)])
def test_a_rate_excludes_only_who_is_below_it_with_the_whole_interval(
        rate: float, kept: bool, straddles: bool) -> None:
    answer = advise(made.facts([candidate("pipe")]), wanted(rate=rate))
    assert (answer["pick"] is not None) is kept
    assert any("is not separable from the" in text for text in answer["caveats"]) is straddles
    assert kept or excluded(answer) == [("pipe", "rate")]


@pytest.mark.parametrize("cores, kept", [(None, True), (5, True), (4, False), (0, False)])
def test_each_spinning_process_needs_a_core_that_may_burn(cores: int | None, kept: bool) -> None:
    facts = made.facts([candidate("ring", "spin")])
    answer = advise(facts, wanted(producers=4, consumers=1, cores_to_burn=cores))
    assert (answer["pick"] is not None) is kept
    assert kept or the_evidence(answer, "ring") == (
        f"5 spinning processes keep 5 cores busy, and {cores} may be")


@pytest.mark.parametrize("wait", ["block", "adaptive"])
def test_who_sleeps_at_last_burns_no_core(wait: str) -> None:
    assert advise(made.facts([candidate("ring", wait)]), wanted(cores_to_burn=0))["pick"]["wait"] == wait


def test_a_counterpart_stands_for_a_mechanism_on_the_other_system() -> None:
    here = [entry("pipe", systems=["linux"], counterpart="win_pipe"), entry("eventfd", systems=["linux"])]
    facts = made.facts([candidate("pipe"), candidate("eventfd")], here)
    answer = advise(facts, wanted(platforms=["linux", "windows"]))
    assert excluded(answer) == [("eventfd", "platforms")]
    assert "nothing like it on windows" in the_evidence(answer, "eventfd")
    assert {"constraint": "platforms", "evidence": "on windows it is win_pipe"} in answer["reasons"]
    assert any("on windows `win_pipe` has to be measured there" in text for text in answer["caveats"])


def test_every_violated_requirement_is_told_not_only_the_first() -> None:
    facts = made.facts([candidate("weak", "spin")],
                       [entry("weak", traits={"fifo": False, "named": False})])
    answer = advise(facts, wanted(ordered=True, unrelated_processes=True, cores_to_burn=0, p99_ns=1))
    assert excluded(answer) == [
        ("weak", "p99"), ("weak", "ordered"), ("weak", "unrelated_processes"), ("weak", "spin")]


def test_a_reason_is_told_for_each_requirement_that_the_pick_meets() -> None:
    asked = wanted(no_loss=True, p99_ns=1e6, rate=1, cores_to_burn=0)
    answer = advise(made.facts([candidate("pipe")]), asked)
    assert [reason["constraint"] for reason in answer["reasons"]] == ["p99", "rate", "no_loss", "spin"]
