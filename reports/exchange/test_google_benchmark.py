"""Google Benchmark's JSON, and what compare.py makes of it."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import exchange_testing as made
import testing

COMPARE = Path("/usr/share/benchmark/compare.py")  # package libbenchmark-tools
LABEL = "pipe/ping_pong/64/block/two_cores"


def document_of(folder: Path, result: made.Json, *options: str) -> Any:
    return json.loads(made.exported(folder, "google-benchmark", result, options=options))


def entries(document: Any, kind: str, label: str = LABEL) -> list[Any]:
    return [entry for entry in document["benchmarks"]
            if entry["run_name"] == label and entry["run_type"] == kind]


def test_each_launch_is_a_repetition(tmp_path: Path) -> None:
    source = testing.trial(launches=6)
    found = entries(document_of(tmp_path, testing.result([source])), "iteration")
    assert [entry["repetition_index"] for entry in found] == list(range(6))
    for entry, launch in zip(found, source["launches"]):
        assert entry["name"] == LABEL
        assert (entry["repetitions"], entry["iterations"]) == (6, launch["messages"])
        assert entry["real_time"] == entry["p50_ns"] == launch["latency_ns"]["p50"]
        assert entry["cpu_time"] == entry["cpu_ns_per_message"]
        assert entry["messages_per_s"] == launch["messages_per_s"]
        assert entry["time_unit"] == "ns"


def test_aggregates_are_those_of_the_repetitions(tmp_path: Path) -> None:
    document = document_of(tmp_path, testing.result([testing.trial(launches=6)]))
    times = [entry["real_time"] for entry in entries(document, "iteration")]
    found = {entry["aggregate_name"]: entry for entry in entries(document, "aggregate")}
    assert [entry["name"] for entry in found.values()] == [
        f"{LABEL}_{name}" for name in ("mean", "median", "stddev", "cv")]
    assert found["mean"]["real_time"] == pytest.approx(sum(times) / 6)
    assert found["median"]["real_time"] == statistics.median(times)
    assert found["stddev"]["real_time"] == statistics.stdev(times)
    assert found["cv"]["real_time"] == found["stddev"]["real_time"] / found["mean"]["real_time"]
    assert [entry["aggregate_unit"] for entry in found.values()] == ["time"] * 3 + ["percentage"]


def test_one_launch_has_no_aggregates(tmp_path: Path) -> None:
    document = document_of(tmp_path, testing.result([testing.trial(launches=1)]))
    assert len(document["benchmarks"]) == 1


def test_streams_are_judged_by_the_time_that_a_message_takes(tmp_path: Path) -> None:
    source = testing.trial(workload="stream", launches=1)
    (entry,) = document_of(tmp_path, testing.result([source]))["benchmarks"]
    assert entry["real_time"] == 1e9 / source["launches"][0]["messages_per_s"]
    assert entry["label"] == "real_time is messages_per_s"


def test_what_was_asked_for_is_judged(tmp_path: Path) -> None:
    result = testing.result([testing.trial(launches=1)])
    (entry,) = document_of(tmp_path, result, "--statistic", "peak_rss_bytes", "--statistic",
                           "p99")["benchmarks"]
    assert entry["real_time"] == entry["p99_ns"]
    assert "p50_ns" not in entry and "peak_rss_bytes" in entry


def test_a_launch_that_moved_nothing_is_no_repetition(tmp_path: Path) -> None:
    source = testing.trial(workload="stream", launches=3)
    source["launches"][1] |= {"messages": 0, "messages_per_s": 0}
    found = entries(document_of(tmp_path, testing.result([source])), "iteration",
                    "pipe/stream/64/block/two_cores")
    assert [(entry["repetitions"], entry["repetition_index"]) for entry in found] == [(2, 0), (2, 1)]


def test_the_context_says_only_what_is_known(tmp_path: Path) -> None:
    result = testing.result()
    result["environment"]["cpu"] |= {"threads": "unknown", "l2_bytes": 524288, "l3_bytes": "unknown"}
    context = document_of(tmp_path, result)["context"]
    assert context["caches"] == [{"type": "Unified", "level": 2, "size": 524288}]
    assert "num_cpus" not in context and "mhz_per_cpu" not in context


def compared(before: Path, after: Path) -> str:
    if not COMPARE.exists():
        pytest.skip(f"{COMPARE} is missing; install libbenchmark-tools and python3-scipy")
    done = subprocess.run(
        [sys.executable, str(COMPARE), "--no-color", "benchmarks", str(before), str(after)],
        capture_output=True, text=True, check=False)
    if "No module named" in done.stderr:
        pytest.skip("compare.py needs python3-scipy")
    assert done.returncode == 0, done.stderr
    return done.stdout


def files(folder: Path, *results: made.Json) -> list[Path]:
    made_files = []
    for index, result in enumerate(results):
        made_files.append(folder / f"{index}.json")
        made_files[-1].write_bytes(made.exported(folder, "google-benchmark", result))
    return made_files


def test_compare_py_sees_a_change_and_tests_it(tmp_path: Path) -> None:
    text = compared(*files(tmp_path, *(
        testing.result([testing.trial(launches=9, typical_ns=typical, drift=0.001)])
        for typical in (5000, 5500))))
    row = next(line.split() for line in text.splitlines() if line.startswith(f"{LABEL}_median"))
    assert 0.09 < float(row[1]) < 0.11
    assert 4900 < float(row[3]) < 5100 < 5400 < float(row[4]) < 5600
    assert "U Test, Repetitions: 9 vs 9" in text


def test_compare_py_takes_a_whole_run_with_hostile_text(tmp_path: Path) -> None:
    text = compared(*files(tmp_path, made.medium(), made.hostile()))
    assert "null[depth=256,memory=memfd]/ping_pong/64/none/same_core_pvalue" in text
    assert "OVERALL_GEOMEAN" in text
