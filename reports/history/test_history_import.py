"""Results of ipcmark and of Google Benchmark become runs, or are refused with a reason."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import environment
import from_google_benchmark
import from_result
import made_up
import results
import testing
from model import Figure, Run, parse_time, time_text
from results import Refused

Json = dict[str, Any]

# What `ipcmark baseline list` shows of a result with this environment.
ENVIRONMENT: Json = {
    "cpu": {"vendor": "GenuineTest", "model": "Synthetic CPU", "family": 6, "cores": 2, "threads": 4,
            "numa_nodes": "unknown"},
    "kernel": {"name": "Linux", "release": "6.1.0-13-amd64", "architecture": "x86_64"},
    "virtualisation": {"hypervisor": "kvm", "container": "none"},
    "build": {"compiler": "GNU", "compiler_version": "12.2.0", "flags": "-O2 \"-DX=\u00e9\"",
              "build_type": "Release", "assertions": False, "sanitizers": ["address", "undefined"]},
    "libc": {"version": "glibc 2.36"},
    "topology": [{"numa": 0, "id": 0, "socket": 0, "core": 0}, {"core": 1, "id": 1, "numa": "unknown"}],
    "doctor": [],
}
ENVIRONMENT_ID = "8da99d3dc90d0d15"


def read(document: Json, folder: Path) -> Run:
    file = testing.write(document, folder)
    return from_result.read(file, file.read_bytes())


def google(benchmarks: list[Json], **context: Any) -> Run:
    document = {"context": {"date": "2026-01-31T13:34:56+01:00", "host_name": "anvil", "num_cpus": 4,
                            "library_build_type": "release"} | context, "benchmarks": benchmarks}
    data = json.dumps(document).encode()
    recognised = from_google_benchmark.recognise(data)
    assert recognised is not None
    return from_google_benchmark.read(recognised, data)


def repetition(name: str = "BM_send", real: float = 10.0, unit: str = "ns", **more: Any) -> Json:
    return {"name": name, "run_name": name, "run_type": "iteration", "repetitions": 3, "iterations": 1000,
            "real_time": real, "cpu_time": real / 2, "time_unit": unit} | more


def figures(run: Run) -> dict[tuple[str, str], Figure]:
    return {(figure.trial, figure.statistic): figure for figure in run.figures}


def test_a_result_is_a_run_with_the_statistics_that_are_followed(tmp_path: Path) -> None:
    effort = {"duration_s": 0.03, "warm_up_s": 0.005}
    document = made_up.result(3, revision="503287dd5144-dirty", effort=effort)
    run = read(document, tmp_path)
    assert (run.id, run.revision, run.dirty) == ("run-0003", "503287dd5144", True)
    assert time_text(run.time) == "2026-01-04T12:34:56Z"
    assert run.effort == "launches of 0.03 s after 0.005 s of warm-up"
    assert [figure.statistic for figure in run.figures] == [
        "p50", "p99", "messages_per_s", "cpu_ns_per_message", "peak_rss_bytes"]
    expected = document["trials"][0]["summary"]["p50"]
    figure = figures(run)["pipe/ping_pong/64/block/two_cores", "p50"]
    assert (figure.value, figure.low, figure.high) == (expected["median"], expected["low"], expected["high"])
    assert (figure.unit, figure.launches) == ("ns", 1)


def test_what_is_read_is_what_the_reader_of_whole_results_reads(tmp_path: Path) -> None:
    file = testing.write(testing.medium(), tmp_path)
    found = {(figure.trial, figure.statistic): (figure.value, figure.low, figure.high, figure.launches)
             for figure in from_result.read(file, file.read_bytes()).figures}
    assert found == {
        (f"{trial.mechanism}/{trial.workload}/{trial.size}/{trial.wait}/{trial.placement}", statistic): (
            *trial.summary[statistic], len(trial.launches))
        for trial in results.load(file).measured for statistic in from_result.FOLLOWED
        if statistic in trial.summary}


def test_options_that_are_not_as_usual_are_part_of_the_name(tmp_path: Path) -> None:
    trial = testing.trial(launches=1) | {"options": {"depth": 256}}
    run = read(testing.result([trial]), tmp_path)
    assert run.figures[0].trial == "pipe[depth=256]/ping_pong/64/block/two_cores"


def test_failed_trials_have_no_point_and_are_told(tmp_path: Path) -> None:
    run = read(testing.result([testing.trial(launches=1), testing.failed()]), tmp_path)
    assert {figure.trial for figure in run.figures} == {"pipe/ping_pong/64/block/two_cores"}
    assert run.left_out == ["1 trial that failed"]


@pytest.mark.parametrize("document, what", [
    (made_up.result(partial=True), "did not end"),
    (testing.result([testing.trial(launches=1)] * 2), "2 times"),
    ({"schema": 9}, "schema 9"),
    (testing.result([testing.trial(launches=1) | {"wait": "idly"}]), "trials\\[0\\].wait"),
    (testing.result([testing.trial(launches=1) | {"summary": {"p50": {"median": 5, "low": 6, "high": 7}}}]),
     "outside"),
])
def test_a_result_that_is_no_whole_run_is_refused(document: Json, what: str, tmp_path: Path) -> None:
    with pytest.raises(Refused, match=what):
        read(document, tmp_path)


def test_the_environments_id_is_that_of_the_program() -> None:
    found = environment.of_record(ENVIRONMENT)
    assert found.id == ENVIRONMENT_ID
    assert found.facts["kernel.release"] == "6.1"
    assert "Synthetic CPU, 4 threads, kvm guest, Linux 6.1 x86_64, GNU 12.2.0" in found.description


@pytest.mark.parametrize("group, name, same", [
    ("kernel", "release", False), ("build", "flags", False), ("cpu", "model", False), ("cpu", "mhz", True),
    ("libc", "version", False), ("memory", "total_bytes", True),
])
def test_only_stable_facts_make_an_environment(group: str, name: str, same: bool) -> None:
    other = json.loads(json.dumps(ENVIRONMENT))
    other.setdefault(group, {})[name] = "7.9"
    assert (environment.of_record(other).id == ENVIRONMENT_ID) == same


def test_repetitions_of_a_benchmark_are_its_launches() -> None:
    mean = repetition("BM_send_mean", 999.0, run_name="BM_send", run_type="aggregate", aggregate_name="mean")
    run = google([repetition(real=real, unit="us") for real in (12.0, 10.0, 11.0)] + [mean])
    found = figures(run)
    assert set(found) == {("BM_send", "real_time"), ("BM_send", "cpu_time")}
    real = found["BM_send", "real_time"]
    assert (real.value, real.low, real.high) == (11_000.0, 10_000.0, 12_000.0)
    assert (real.unit, real.launches) == ("ns", 3)


@pytest.mark.parametrize("unit, ns", [("ns", 2.0), ("us", 2e3), ("ms", 2e6), ("s", 2e9)])
def test_every_unit_of_time_becomes_nanoseconds(unit: str, ns: float) -> None:
    assert figures(google([repetition(real=2.0, unit=unit)]))["BM_send", "real_time"].value == ns


def test_several_benchmarks_are_several_trials_in_one_run() -> None:
    names = ["BM_a/64", "BM_b<std::string>/real_time", "BM_a/128"]
    run = google([repetition(name) for name in names])
    assert [figure.trial for figure in run.figures][::2] == names


def test_where_only_aggregates_were_written_the_median_counts() -> None:
    kinds = {name: repetition(real=real) | {"run_type": "aggregate", "aggregate_name": name,
                                            "name": f"BM_send_{name}"}
             for name, real in (("mean", 13.0), ("median", 12.0), ("stddev", 0.5))}
    real = figures(google(list(kinds.values())))["BM_send", "real_time"]
    assert (real.value, real.low, real.high, real.launches) == (12.0, 12.0, 12.0, 3)


@pytest.mark.parametrize("error", [
    {"error_occurred": True, "error_message": "no such queue"}, {"skipped": "with_error"}])
def test_benchmarks_with_an_error_have_no_point_and_are_told(error: Json) -> None:
    run = google([repetition("BM_bad") | error, repetition("BM_bad") | error, repetition("BM_good")])
    assert {figure.trial for figure in run.figures} == {"BM_good"}
    assert run.left_out == ["2 entries with an error"]


def test_counters_whose_name_says_what_they_are_become_series() -> None:
    run = google([repetition(items_per_second=5.0, bytes_per_second=6.0, messages_per_s=7.0, p99_ns=8.0,
                             cpu_ns_per_message=9.0, widgets=10.0, label="x")])
    assert {figure.statistic: figure.unit for figure in run.figures} == {
        "real_time": "ns", "cpu_time": "ns", "items_per_second": "1/s", "bytes_per_second": "B/s",
        "messages_per_s": "msg/s", "p99_ns": "ns", "cpu_ns_per_message": "ns"}


def test_a_figure_that_is_no_number_is_left_out_and_told() -> None:
    run = google([repetition(items_per_second=float("nan"))])
    assert {figure.statistic for figure in run.figures} == {"real_time", "cpu_time"}
    assert run.left_out == ["1 entry whose items_per_second is no finite number"]


def test_the_run_is_known_by_what_is_in_its_file() -> None:
    first, again, other = (google([repetition(real=real)]) for real in (1.0, 1.0, 2.0))
    assert first.id == again.id != other.id
    assert time_text(first.time) == "2026-01-31T12:34:56Z"
    assert (first.revision, google([], revision="v1.2-dirty").revision) == ("unknown", "v1.2")


def test_other_machines_and_other_builds_of_the_library_are_other_environments() -> None:
    contexts: list[Json] = [
        {}, {"num_cpus": 8}, {"library_build_type": "debug"}, {"host_name": "tongs"},
        {"caches": [{"type": "Data", "level": 1, "size": 32768, "num_sharing": 2}]}]
    ids = [google([], **context).environment.id for context in contexts]
    assert len(set(ids)) == len(ids)
    assert google([], load_avg=[3.0], mhz_per_cpu=1).environment.id == ids[0]


def test_many_repetitions_have_an_interval_within_their_bounds() -> None:
    figure = figures(google([repetition(real=float(i)) for i in range(1, 31)]))["BM_send", "real_time"]
    assert (figure.value, figure.low, figure.high) == (15.5, 10.0, 21.0)


@pytest.mark.parametrize("benchmarks, what", [
    ([{"real_time": 1.0}], "without a name"), ([7], "without a name"),
    ([repetition(unit="fortnights")], "fortnights"),
])
def test_what_google_benchmark_never_writes_is_refused(benchmarks: list[Any], what: str) -> None:
    with pytest.raises(Refused, match=what):
        google(benchmarks)


@pytest.mark.parametrize("text", ["", "{", "[]", '{"context": 1, "benchmarks": []}', '{"schema": 1}',
                                  '{"context": {}, "benchmarks": {}}', '{"context": {}, "benchmarks": [}'])
def test_anything_else_is_not_taken_for_google_benchmark(text: str) -> None:
    assert from_google_benchmark.recognise(text.encode()) is None


@pytest.mark.parametrize("text, shown", [
    ("2026-01-31", "2026-01-31T00:00:00Z"), ("2026-01-31T12:34:56Z", "2026-01-31T12:34:56Z"),
    ("2026-01-31T12:34:56.123456789Z", "2026-01-31T12:34:56Z"), ("2026-01-31 12:34", "2026-01-31T12:34:00Z"),
    ("2026-01-31T12:34:56+02:00", "2026-01-31T10:34:56Z"), ("1960-01-01", "1960-01-01T00:00:00Z"),
])
def test_times_are_kept_in_utc(text: str, shown: str) -> None:
    assert time_text(parse_time(text)) == shown


@pytest.mark.parametrize("text", ["", "yesterday", "2026-13-01", "12:34"])
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(Refused, match="is no time"):
        parse_time(text)
