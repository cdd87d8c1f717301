"""What the facts hold of a result and of its verification."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import advice_testing as made
import testing
import verification
from facts import facts_of
from results import Refused
from rules import advise
from test_verification import case, document, write
from units import NBSP


def facts(**more: Any) -> Any:
    return facts_of(made.loaded(made.result(**more)))


def verified(tmp_path: Path, *cases: Any, **more: Any) -> Any:
    known = verification.load(write(document(*cases, **more), tmp_path))
    return facts_of(verification.doubted(made.loaded(made.result()), known))


def test_an_older_result_without_traits_is_refused_in_one_line() -> None:
    with pytest.raises(Refused, match="does not say what its mechanisms promise.*; measure again"):
        facts_of(testing.loaded(testing.result()))


def test_a_result_without_trials_is_refused() -> None:
    with pytest.raises(Refused, match="has no trial of a mechanism"):
        facts(trials=[])


def test_the_floor_takes_no_part() -> None:
    assert set(facts()["mechanisms"]) == {"pipe", "fifo"}


def test_figures_are_those_of_the_result_with_four_digits() -> None:
    result = made.loaded(made.result())
    (trial,) = result.having("p99", mechanism="pipe", workload="ping_pong")
    (pipe,) = [item for item in facts_of(result)["candidates"] if item["mechanism"] == "pipe"]
    assert pipe["p99"]["64"] == [float(f"{value:.4g}") for value in trial.summary["p99"]]
    assert pipe["cpu"]["64"][0] == pytest.approx(trial.summary["cpu_ns_per_message"].median, rel=1e-3)
    assert (pipe["wait"], pipe["placement"]) == ("block", "two_cores")


def test_too_little_coverage_is_told_beside_a_figure() -> None:
    (pipe,) = facts(trials=[testing.trial("pipe", launches=2)])["candidates"]
    assert pipe["p99"]["64"][3] == 0.5


def test_trials_at_a_rate_are_of_the_same_candidate_and_its_load() -> None:
    paced: list[testing.Json] = [
        testing.trial("pipe", workload="open_loop", typical_ns=rate) | {"options": {"rate": rate}}
        for rate in (1000, 50_000)]
    known = facts(trials=[testing.trial("pipe"), *paced])
    assert list(known["mechanisms"]) == ["pipe"]
    (pipe,) = known["candidates"]
    p99 = paced[1]["summary"]["p99"]["median"]
    assert pipe["load"]["64"]["50000"][0] == pytest.approx(p99, rel=1e-3) and len(pipe["load"]["64"]) == 2


@pytest.mark.parametrize("size, rate, told", [(64, 20_000, True), (8, 50_000, True), (64, 60_000, False),
                                              (100, 20_000, False), (64, None, False)])
def test_latency_under_load_is_a_caveat_where_rate_and_size_were_measured(
        size: int, rate: int | None, told: bool) -> None:
    candidate = made.candidate("pipe", stream={"64": made.around(1e6), "4096": made.around(1e6)},
                               load={"64": {"1000": made.around(5e3), "50000": made.around(7e5)}})
    answer = advise(made.facts([candidate], [made.entry("pipe")]), made.wanted(size=size, rate=rate))
    said = " ".join(answer["caveats"]).replace(NBSP, " ")
    assert ("where 50 k msg/s of 64 B were due, p99 one way of `pipe · block` was 700 µs [" in said) is told


def test_options_make_another_candidate_of_the_same_mechanism() -> None:
    deep = testing.trial("pipe") | {"options": {"depth": 256}}
    known = facts(trials=[testing.trial("pipe"), deep])
    assert list(known["mechanisms"]) == ["pipe", "pipe[depth=256]"]
    assert known["mechanisms"]["pipe[depth=256]"]["base"] == "pipe"


def test_open_handles_are_the_middle_one_of_the_launches() -> None:
    trial = testing.trial("pipe", launches=3)
    for launch, held in zip(trial["launches"], (1, 2, "unknown")):
        launch["resources"]["producer"]["open_handles"] = held
        launch["resources"]["consumer"]["open_handles"] = 1
    (pipe,) = facts(trials=[trial])["candidates"]
    assert pipe["handles"] == {"ping_pong": 2}


def test_failed_and_skipped_trials_keep_their_reasons() -> None:
    error = testing.failed("pipe", "error", failure={"kind": "error", "detail": "EMSGSIZE"})
    document = made.result(trials=[testing.trial("pipe"), error])
    document["skipped"] = [testing.skip("fifo", "no such thing here")]
    known = facts_of(made.loaded(document))
    told = {item["mechanism"]: known["texts"][item["missing"]["stream"]["65536"]]
            for item in known["candidates"]}
    assert told == {"pipe": "failed: EMSGSIZE", "fifo": "no such thing here"}
    assert known["mechanisms"]["pipe"]["failures"] == [], "an error may be a limit of the size"


@pytest.mark.parametrize("kind", ["verification", "hang", "crash"])
def test_a_grave_failure_excludes_the_mechanism_everywhere(kind: str) -> None:
    bad = testing.failed("pipe", failure={"kind": kind, "detail": "3 never arrived"})
    known = facts(trials=[testing.trial("pipe"), bad])
    assert known["mechanisms"]["pipe"]["failures"] == [f"{kind} in stream: 3 never arrived"]
    assert advise(known, made.wanted())["pick"] is None


def test_a_clause_that_failed_excludes_and_is_named(tmp_path: Path) -> None:
    known = verified(tmp_path, case("GEN-05", "pipe", "fail"), case("GEN-01", "fifo"))
    assert known["mechanisms"]["pipe"]["broken"] == ["GEN-05 fail: TitleOfGEN-05"]
    answer = advise(known, made.wanted())
    assert answer["pick"]["mechanism"] == "fifo"
    assert {item["constraint"] for item in answer["excluded"]} == {"verification"}


def test_an_excused_deviation_is_a_caveat_of_the_pick(tmp_path: Path) -> None:
    cases = [case("CON-01", name, "expected_deviation") for name in ("pipe", "fifo")]
    answer = advise(verified(tmp_path, *cases), made.wanted())
    assert any("excused by the verification: CON-01 expected deviation" in text for text in answer["caveats"])


def test_what_was_seen_of_a_slow_consumer_and_of_kills_is_evidence(tmp_path: Path) -> None:
    slow = case("GUA-05", "pipe") | {"facts": {"slow_consumer": "block", "delivery": "every"}}
    kills = [case("FLT-05", "pipe") | {"facts": {"killed_at": 20, "points_that_harmed": harmed}}
             for harmed in (0, 1)]
    known = verified(tmp_path, guarantees=[slow], faults=kills)
    keeps = known["mechanisms"]["pipe"]["keeps"]
    assert "was seen to hold the producer back" in known["texts"][keeps["no_loss"]]
    assert "1 of 40 kills at chosen points harmed the others" in known["texts"][keeps["survive_crash"]]


def test_a_slow_consumer_that_was_seen_to_lose_is_believed_more_than_a_trait(tmp_path: Path) -> None:
    slow = case("GUA-05", "pipe") | {"facts": {"slow_consumer": "drop"}}
    assert "no_loss" in verified(tmp_path, guarantees=[slow])["mechanisms"]["pipe"]["breaks"]


def test_a_mechanism_that_the_verification_does_not_know_is_a_caveat(tmp_path: Path) -> None:
    answer = advise(verified(tmp_path, case("GEN-01", "another")), made.wanted())
    assert any("The verification has no case of" in text for text in answer["caveats"])


def caveats(change: Any) -> str:
    made_of = made.result()
    change(made_of)
    return " ".join(facts_of(made.loaded(made_of))["caveats"])


def test_the_machine_and_the_run_are_caveats() -> None:
    assert "No verification was given" in caveats(lambda made_of: None)
    assert "not complete" in caveats(lambda made_of: made_of["run"].update(partial=True))
    machine = "environment"
    assert "virtual machine (kvm)" in caveats(
        lambda made_of: made_of[machine]["virtualisation"].update(hypervisor="kvm"))
    assert "Wine 8.0" in caveats(
        lambda made_of: made_of[machine].update(wine={"version": "8.0", "host": "Linux"}))
    assert "The governor is powersave." in caveats(
        lambda made_of: made_of[machine].update(doctor=[testing.warning()]))


def test_a_verification_of_another_revision_is_a_caveat(tmp_path: Path) -> None:
    run = {"command": "ipcmark verify", "partial": True, "revision": "ffff"}
    told = " ".join(verified(tmp_path, run=run)["caveats"])
    assert "of another revision (ffff) than the result (0123abc)" in told
    assert "verification is not complete" in told


def test_the_facts_of_a_result_as_large_as_a_real_one_are_small_enough_for_a_page() -> None:
    entries, candidates = [], []
    figure = [123_400, 112_300, 134_500]
    sizes = {str(size): figure for size in (8, 64, 1024, 4096, 65536, 1048576)}
    for number in range(44):
        name = f"mechanism_{number:02}"
        entries.append(made.entry(name))
        candidates += [
            made.candidate(name, wait, placement, p99=sizes, cpu=sizes, stream=sizes)
            for wait in ("block", "spin") for placement in ("two_cores", "same_core")]
    document = made.facts(candidates, entries)
    document["texts"] = sorted(set(document["texts"]))
    assert len(json.dumps(document, separators=(",", ":"))) < 150_000
