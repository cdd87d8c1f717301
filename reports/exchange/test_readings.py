"""A result file as exports read it."""

from __future__ import annotations

import statistics
from pathlib import Path

import pytest

import exchange_testing as made
import measures
import readings
import results
import testing


def run_of(folder: Path, document: made.Json, *patterns: str) -> readings.Run:
    return readings.read(testing.write(document, folder), patterns)


def test_every_statistic_that_a_result_may_have_is_known() -> None:
    assert tuple(measures.MEASURES) == results.STATISTICS


def test_the_summary_is_the_median_of_the_launches(tmp_path: Path) -> None:
    for trial in run_of(tmp_path, made.medium()).trials:
        assert trial.summary
        for name, interval in trial.summary.items():
            if name != "peak_rss_bytes":  # Made-up results add what real ones take the larger of.
                values = [launch.values[name] for launch in trial.launches]
                assert statistics.median(values) == pytest.approx(interval.median)


def test_peak_memory_is_that_of_the_larger_side(tmp_path: Path) -> None:
    trial = testing.trial(launches=1)
    trial["launches"][0]["resources"]["consumer"]["peak_rss_bytes"] = 9_000_000
    (read,) = run_of(tmp_path, testing.result([trial])).trials
    assert read.launches[0].values["peak_rss_bytes"] == 9_000_000


def test_a_launch_without_latencies_or_messages_has_no_figure_for_them(tmp_path: Path) -> None:
    trial = testing.trial(launches=2)
    trial["launches"][0]["latency_ns"] = None
    trial["launches"][1]["messages"] = 0
    (read,) = run_of(tmp_path, testing.result([trial])).trials
    assert "p50" not in read.launches[0].values and "p50" in read.launches[1].values
    assert "cpu_ns_per_message" not in read.launches[1].values


def test_labels_name_options_in_one_order(tmp_path: Path) -> None:
    trial = run_of(tmp_path, made.medium()).trials[0]
    assert trial.label == "null[depth=256,memory=memfd]/ping_pong/64/none/same_core"


def test_a_label_is_one_line_whatever_its_options_are(tmp_path: Path) -> None:
    label = run_of(tmp_path, made.hostile()).trials[1].label
    assert label.isprintable() and "depth=4" in label and "管" in label


def test_patterns_choose_by_the_label(tmp_path: Path) -> None:
    run = run_of(tmp_path, made.medium(), "pipe/ping_pong/*", "*/crowd/*")
    assert {(trial.mechanism, trial.workload) for trial in run.trials} == {
        ("pipe", "ping_pong"), ("pipe", "crowd")}
    assert not run.left_out


def test_what_has_no_figures_is_counted_by_its_reason(tmp_path: Path) -> None:
    document = made.medium()
    document["trials"].append(testing.trial() | {"size": 3, "launches": [], "summary": None})
    document["skipped"].append(testing.skip(size=4096))
    document["run"]["partial"] = True
    assert list(run_of(tmp_path, document).notes()) == [
        "is partial: not every trial of its plan is in it",
        "1 trial left out, failed: 214 of 200000 messages never arrived (verification)",
        "2 trials left out, skipped: message longer than msgsize_max (8192)",
        "1 trial left out, unfinished: the run ended before its first launch did",
    ]


def test_a_trial_that_is_there_twice_is_refused(tmp_path: Path) -> None:
    with pytest.raises(results.Refused, match="has the trial pipe/ping_pong/64/block/two_cores twice"):
        run_of(tmp_path, testing.result([testing.trial(launches=1), testing.trial(launches=2)]))
