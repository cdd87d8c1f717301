"""Reading: what is sound becomes values, and nothing else gets through or throws anything but Refused."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

import testing
import words
from results import Refused, file_of, load
from units import NBSP

SMALL = testing.result([testing.trial(launches=1)])


def refusal(file: Path) -> str:
    with pytest.raises(Refused) as caught:
        load(file)
    assert caught.value.advice
    return caught.value.what


def written(folder: Path, text: str) -> Path:
    file = folder / "result.json"
    file.write_text(text, "utf-8")
    return file


def test_a_sound_result_keeps_its_figures(tmp_path: Path) -> None:
    result = load(testing.write(SMALL, tmp_path))
    given = SMALL["trials"][0]
    trial = result.trials[0]
    assert trial.label == "pipe · block"
    assert trial.summary["p50"].median == given["summary"]["p50"]["median"]
    assert trial.launches[0].histogram is not None
    bins = given["launches"][0]["latency_ns"]["histogram"]["bins"]
    assert list(trial.launches[0].histogram.edges) == [edge for edge, _ in bins]
    assert list(trial.launches[0].histogram.counts) == [count for _, count in bins]
    producer = given["launches"][0]["resources"]["producer"]
    assert trial.launches[0].producer_cpu_ns == producer["user_ns"] + producer["system_ns"]


def test_a_rate_makes_a_workload_of_its_own_and_no_other_mechanism(tmp_path: Path) -> None:
    paced = testing.trial(workload="open_loop", launches=1) | {"options": {"depth": 4, "rate": 20_000}}
    (trial,) = load(testing.write(testing.result([paced]), tmp_path)).trials
    assert (trial.mechanism, trial.workload, trial.offered) == ("pipe[depth=4]", "open_loop-20000", 20_000)
    assert words.workload(trial.workload).title == f"Open loop at 20.0{NBSP}k msg/s"
    assert words.in_order(["open_loop-20000", "open_loop-1000", "made_up", "stream"]) == [
        "stream", "open_loop-1000", "open_loop-20000", "made_up"]


def test_options_that_are_not_as_usual_are_part_of_a_mechanisms_name(tmp_path: Path) -> None:
    document = testing.result([testing.trial(launches=1) | {"options": {"depth": 256, "buffer": 4096}}])
    assert load(testing.write(document, tmp_path)).trials[0].label == "pipe[depth=256,buffer=4096] · block"
    document = testing.result([testing.trial(launches=1) | {"options": {"memory": "memfd"}}])
    assert load(testing.write(document, tmp_path)).trials[0].label == "pipe[memory=memfd] · block"


def test_a_result_knows_its_file_by_name_size_and_digest(tmp_path: Path) -> None:
    file = testing.write(SMALL, tmp_path)
    data = file.read_bytes()
    source = load(file).source
    assert source is not None
    assert (source.name, source.size) == ("result.json", len(data))
    assert source.sha256 == hashlib.sha256(data).hexdigest()


def test_a_directory_means_the_file_in_it(tmp_path: Path) -> None:
    file = testing.write(SMALL, tmp_path)
    assert file_of(tmp_path) == file
    assert file_of(file) == file


def test_a_failed_trial_has_no_figures_whatever_the_file_says(tmp_path: Path) -> None:
    document = testing.result([testing.trial(launches=1) | {"failure": testing.failed()["failure"]}])
    result = load(testing.write(document, tmp_path))
    assert (len(result.measured), len(result.failed), len(result.unfinished)) == (0, 1, 0)
    assert result.failed[0].launches == []


def test_a_trial_without_launch_and_failure_is_unfinished(tmp_path: Path) -> None:
    trial = testing.trial(launches=1)
    trial |= {"launches": [], "summary": None, "stopped_by": "interrupted"}
    result = load(testing.write(testing.result([trial]), tmp_path))
    assert (len(result.measured), len(result.failed), len(result.unfinished)) == (0, 0, 1)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    assert refusal(tmp_path / "result.json") == "there is no such file"


@pytest.mark.parametrize("text, what", [
    ("", "is empty"),
    ("  \n", "is empty"),
    ("{", "is cut off"),
    ('{"schema": 1, "run": {"id": "x', "is cut off"),
    ("not json", "is not valid JSON"),
    ('{"schema": NaN}', "is not valid JSON"),
    ("[" * 100_000, "is not valid JSON"),
    ("[]", "is not an ipcmark result"),
    ('{"context": {}, "benchmarks": []}', "is not an ipcmark result"),
    ('{"schema": 2}', "has schema 2"),
    ('{"schema": 1, "clauses": []}', "is a verification"),
    ('{"schema": 1}', 'has no "run"'),
    ('{"schema": "first"}', "is not an ipcmark result"),
    ('{"schema": true}', "is not an ipcmark result"),
])
def test_a_file_that_is_no_result_is_refused_for_what_it_is(tmp_path: Path, text: str, what: str) -> None:
    assert what in refusal(written(tmp_path, text))


def test_bytes_that_are_no_text_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "result.json"
    file.write_bytes(b"\x89PNG\r\n\x1a\n")
    assert refusal(file) == "is not a text file"


def test_a_directory_in_place_of_the_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "result.json").mkdir()
    assert "cannot be read" in refusal(tmp_path / "result.json")


def test_a_result_cut_off_anywhere_is_refused(tmp_path: Path) -> None:
    text = json.dumps(SMALL)
    for end in range(0, len(text) - 1, len(text) // 97):
        refusal(written(tmp_path, text[:end]))


def test_a_median_outside_its_interval_is_refused(tmp_path: Path) -> None:
    document = json.loads(json.dumps(SMALL))
    document["trials"][0]["summary"]["p99"]["low"] = 1e9
    assert "trials[0].summary.p99" in refusal(testing.write(document, tmp_path))
