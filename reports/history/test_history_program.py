"""The program as the user meets it: what it prints, exit codes, one line on stderr, never a traceback."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import made_up
import testing
from store import Store

PROGRAM = Path(__file__).with_name("history.py")
SAME = [5000.0 + i % 3 for i in range(20)]
SLOWER = SAME + [6000.0 + i % 3 for i in range(20)]
FASTER = SAME + [4000.0 + i % 3 for i in range(20)]


def run(*arguments: object, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(PROGRAM), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, env=os.environ | environment, check=False)


def fine(*arguments: object, **environment: str) -> str:
    """What a run that goes well prints."""
    done = run(*arguments, **environment)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def assert_one_line(done: subprocess.CompletedProcess[str], *parts: str) -> None:
    """Exit code 2, and on stderr one line which says what is wrong; what to do."""
    assert done.returncode == 2
    (line,) = done.stderr.splitlines()
    assert line.startswith("ipcmark history: ")
    assert "; " in line
    for part in parts:
        assert part in line


def filled(file: Path, trials: dict[str, list[float]], **more: Any) -> Path:
    """A store with a series for each trial."""
    store = Store(str(file))
    for place, (trial, values) in enumerate(trials.items()):
        store.add([made_up.run(number + 1000 * place, value, [trial], **more)
                   for number, value in enumerate(values)])
    store.close()
    return file


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return filled(tmp_path / "h.sqlite", {"pipe/ping_pong/64/block/two_cores": SLOWER,
                                          "shm/stream/64/spin/two_cores": FASTER, "fifo/idle/64": SAME})


def test_results_are_added_listed_shown_and_checked(tmp_path: Path) -> None:
    store = tmp_path / "h.sqlite"
    for number in range(12):
        testing.write(made_up.result(number, 5000.0 if number < 6 else 7000.0), tmp_path / f"r{number}")
    said = fine("add", *(tmp_path / f"r{number}" for number in range(12)), "--store", store)
    assert said.splitlines()[-1] == f"12 runs with 60 points added: {store}"
    assert "pipe/ping_pong/64/block/two_cores" in fine("list", "--store", store)
    shown = fine("show", "pipe:p50", "--store", store)
    assert f"{made_up.commit(5)[:7]}..{made_up.commit(6)[:7]}" in shown
    checked = fine("check", "--store", store)
    assert "pipe/ping_pong/64/block/two_cores:p50, 12 points" in checked
    assert "worse" in checked and "5 series with 60 points" in checked


def test_a_result_that_is_there_already_is_told_and_changes_nothing(tmp_path: Path) -> None:
    file = testing.write(made_up.result(1), tmp_path / "r")
    fine("add", file, "--store", tmp_path / "h.sqlite")
    before = (tmp_path / "h.sqlite").read_bytes()
    said = fine("add", tmp_path / "r", "--store", tmp_path / "h.sqlite")
    assert "run run-0001: is there already, nothing was changed" in said
    assert "0 runs with 0 points added" in said and "1 was there already" in said
    assert (tmp_path / "h.sqlite").read_bytes() == before


def test_revision_and_time_may_be_told(tmp_path: Path) -> None:
    testing.write(made_up.result(1), tmp_path / "r")
    store = tmp_path / "h.sqlite"
    fine("add", tmp_path / "r", "--store", store, "--revision", "v1.2-dirty", "--at", "2025-05-06")
    (first, *_) = json.loads(fine("list", "--json", "--store", store))["series"]
    assert first["first"] == {"time": "2025-05-06T00:00:00Z", "revision": "v1.2", "dirty": True}


def test_a_file_of_google_benchmark_is_known_by_what_is_in_it(tmp_path: Path) -> None:
    file = tmp_path / "anything"
    file.write_text(json.dumps({
        "context": {"date": "2026-01-31T12:34:56+00:00", "num_cpus": 4},
        "benchmarks": [{"name": "BM_a", "real_time": 5, "cpu_time": 4, "time_unit": "us"},
                       {"name": "BM_b", "error_occurred": True, "error_message": "no"}]}), "utf-8")
    said = fine("add", file, "--store", tmp_path / "h.sqlite")
    assert "2 points of revision unknown, 2026-01-31" in said and "without 1 entry with an error" in said
    assert "5.00 µs" in fine("show", "BM_a:real_time", "--store", tmp_path / "h.sqlite")


def test_of_several_results_the_good_ones_are_added(tmp_path: Path) -> None:
    testing.write(made_up.result(1), tmp_path / "good")
    (tmp_path / "bad").mkdir()
    (tmp_path / "bad" / "result.json").write_text("{", "utf-8")
    done = run("add", tmp_path / "bad", tmp_path / "good", "--store", tmp_path / "h.sqlite")
    assert_one_line(done, "bad/result.json", "is cut off")
    assert "1 run with 5 points added" in done.stdout


def test_a_store_that_cannot_be_used_is_told_once_for_all_results(tmp_path: Path) -> None:
    testing.write(made_up.result(1), tmp_path / "r")
    (tmp_path / "taken").write_text("a letter", "utf-8")
    done = run("add", tmp_path / "r", tmp_path / "r", "--store", tmp_path / "taken")
    assert_one_line(done, "taken", "choose another --store")


@pytest.mark.parametrize("arguments, said", [
    ((), "required"), (("draw",), "draw"), (("add",), "RESULT"), (("show",), "PATTERN"),
    (("check", "--p", "2"), "'2' is no number"), (("check", "--window", "9"), "whole number from 10"),
    (("check", "--min-change", "a lot"), "a lot"), (("check", "--method", "magic"), "magic"),
    (("show", "x", "--out", "x.pdf"), "neither in .svg nor in .png"),
    (("check", "--since", "then"), "no time"),
    (("list", "--store", "mysql://u:hush@h/d"), "no URL of a history"), (("check", "--seed", "-1"), "--seed"),
])
def test_a_wrong_command_line_gives_one_line(arguments: tuple[str, ...], said: str) -> None:
    assert_one_line(run(*arguments), said)


@pytest.mark.parametrize("command", [["list"], ["check"], ["show", "x"]])
def test_where_there_is_no_store_nothing_is_made(tmp_path: Path, command: list[str]) -> None:
    assert_one_line(run(*command, "--store", tmp_path / "none"), "there is no history", "ipcmark history add")
    assert list(tmp_path.iterdir()) == []


def test_the_usual_store_lies_beside_the_baselines_or_where_the_user_says(tmp_path: Path) -> None:
    testing.write(made_up.result(1), tmp_path / "r")
    command = [sys.executable, str(PROGRAM), "add", "r"]
    clean = {name: value for name, value in os.environ.items() if name != "IPCMARK_HISTORY"}
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True, env=clean)
    assert (tmp_path / ".ipcmark" / "history.sqlite").is_file()
    fine("add", tmp_path / "r", IPCMARK_HISTORY=str(tmp_path / "mine"))
    assert (tmp_path / "mine").is_file()


def test_changes_never_make_an_exit_code(store: Path) -> None:
    said = fine("check", "--store", store)
    assert "worse  +20.0 %  5.00 µs -> 6.00 µs" in said
    assert f"{made_up.commit(19)[:7]}-dirty..{made_up.commit(20)[:7]}" in said
    assert "better  -20.0 %" in said
    assert "2 changes (1 worse, 1 better) in 3 series" in said
    assert "the last 2 points of a series are too new to judge; `ipcmark gate` judges what is new" in said


def test_help_says_why_a_history_never_gates() -> None:
    said = " ".join(fine("check", "--help").split())
    assert "Exit code 0 whether or not anything changed" in said and "`ipcmark gate`" in said


def test_check_tells_programs_the_same(store: Path) -> None:
    document = json.loads(fine("check", "pipe", "--json", "--method", "permutation", "--seed", "7", "--store",
                               store))
    assert document["settings"] == {"min_change": 0.02, "p": 0.001, "method": "permutation", "window": 50,
                                    "seed": 7, "since": None}
    (series,) = document["series"]
    (change,) = series["changes"]
    assert (change["index"], change["verdict"]) == (20, "worse")
    assert change["change"] == pytest.approx(0.2, abs=0.001)
    assert change["last_before"]["revision"] == made_up.commit(19)
    assert change["first_after"]["revision"] == made_up.commit(20)
    assert [point["run"] for point in series["too_new"]] == ["run-0038", "run-0039"]


def test_a_rate_that_rises_is_better(tmp_path: Path) -> None:
    made = Store(str(tmp_path / "h.sqlite"))
    for number, value in enumerate(SLOWER):
        run_of = made_up.run(number, value)
        figure = replace(run_of.figures[0], statistic="messages_per_s", unit="msg/s")
        made.add([replace(run_of, figures=[figure])])
    assert "better  +20.0 %  5.00 k msg/s -> 6.00 k msg/s" in fine("check", "--store", tmp_path / "h.sqlite")


def test_only_changes_since_a_time_are_told(store: Path) -> None:
    assert "2 changes" in fine("check", "--since", "2026-02-02", "--store", store)
    assert "0 changes" in fine("check", "--since", "2030-01-01", "--store", store)


def test_a_change_that_is_too_small_to_count_is_not_told(store: Path) -> None:
    assert "0 changes" in fine("check", "--min-change", "25%", "--store", store)
    assert "2 changes" in fine("check", "--min-change", "0.19", "--store", store)


def test_series_that_are_too_short_are_told(tmp_path: Path) -> None:
    said = fine("check", "--store", filled(tmp_path / "h.sqlite", {"a": SAME[:5], "b": SAME}))
    assert "1 of the series has fewer than 6 points: too short to judge" in said
    assert "too short to judge: 5 of 6 points" in fine("show", "a", "--store", tmp_path / "h.sqlite")


@pytest.mark.parametrize("pattern, count", [
    ("pipe", 1), ("pipe/ping_pong", 1), ("pip", 0), ("*", 3), ("*:p50", 3), ("*:p99", 0), ("*/stream", 1),
    ("?????/stream", 0), ("???/stream/64:p5?", 1), ("fifo/idle/64:p50", 1), ("[ps]*", 0),
])
def test_patterns_mean_trials_or_beginnings_of_them(store: Path, pattern: str, count: int) -> None:
    done = run("check", pattern, "--json", "--store", store)
    if count:
        assert len(json.loads(done.stdout)["series"]) == count
    else:
        assert_one_line(done, f"no series fits '{pattern}'", "ipcmark history list")


def test_an_environment_may_be_chosen_by_its_first_digits(tmp_path: Path) -> None:
    store = filled(tmp_path / "h.sqlite", {"a": SAME}, environment="abc1")
    filled(store, {"unused": [], "b": SAME}, environment="abd2")
    assert [one["environment"] for one in json.loads(
        fine("check", "--environment", "abc", "--json", "--store", store))["series"]] == ["abc1"]
    assert_one_line(run("check", "--environment", "x", "--store", store), "no environment 'x'")


def test_show_has_a_line_for_each_point_and_one_of_steps(store: Path) -> None:
    said = fine("show", "pipe", "--store", store, "--last", "0")
    rows = [line for line in said.splitlines() if line.startswith("  2026-")]
    assert len(rows) == 40
    assert "worse +20.0 %" in rows[20]
    assert [row.endswith("too new") for row in rows] == [False] * 38 + [True] * 2
    assert f"  {'▁' * 20}{'█' * 18}··  5.00 µs .. 6.00 µs" in said.splitlines()
    assert "... 35 before these" in fine("show", "pipe", "--store", store, "--last", "5")


def test_list_tells_programs_the_same(store: Path) -> None:
    document = json.loads(fine("list", "--json", "--store", store))
    assert [one["id"] for one in document["environments"]] == ["e1"]
    assert {one["trial"]: one["points"] for one in document["series"]} == {
        "fifo/idle/64": 20, "pipe/ping_pong/64/block/two_cores": 40, "shm/stream/64/spin/two_cores": 40}


@pytest.mark.parametrize("module", ["numpy", "sqlalchemy"])
def test_a_missing_library_is_named_with_what_to_install(tmp_path: Path, module: str) -> None:
    (tmp_path / f"{module}.py").write_text(f"raise ImportError(name='{module}')\n", "utf-8")
    assert_one_line(run("list", PYTHONPATH=str(tmp_path)), f"no {module}", "apt install")


def test_without_matplotlib_only_a_plot_is_missing(tmp_path: Path, store: Path) -> None:
    (tmp_path / "matplotlib.py").write_text("raise ImportError(name='matplotlib')\n", "utf-8")
    fine("show", "pipe", "--store", store, PYTHONPATH=str(tmp_path))
    done = run("show", "pipe", "--store", store, "--out", tmp_path / "x.svg", PYTHONPATH=str(tmp_path))
    assert_one_line(done, "no matplotlib")


def test_progress_is_shown_on_a_terminal_only_and_wiped(tmp_path: Path) -> None:
    testing.write(made_up.result(1), tmp_path / "r")
    terminal, end = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, str(PROGRAM), "add", str(tmp_path / "r"), "--store", str(tmp_path / "h.sqlite")],
        stdout=subprocess.PIPE, stderr=end)
    process.communicate()
    os.close(end)
    said = os.read(terminal, 10_000).decode()
    os.close(terminal)
    assert process.returncode == 0
    assert "0 of 1 result" in said and "0 of 1 result, 5 points" in said or "1 of 1 result, 5 points" in said
    assert said.endswith("\r") and said.rstrip("\r").rsplit("\r", 1)[-1].isspace()


@pytest.mark.parametrize("command", [["show", "*"], ["list"]])
def test_a_reader_that_has_seen_enough_is_no_error(store: Path, command: list[str]) -> None:
    process = subprocess.Popen([sys.executable, str(PROGRAM), *command, "--store", str(store)],
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout is not None and process.stderr is not None
    process.stdout.close()
    assert process.stderr.read() == b""
    assert process.wait() == 0


def test_all_of_it_works_on_postgresql(tmp_path: Path, place: str) -> None:
    for number in range(12):
        testing.write(made_up.result(number, 5000.0 if number < 6 else 7000.0), tmp_path / f"r{number}")
    fine("add", *(tmp_path / f"r{number}" for number in range(12)), "--store", place)
    assert "12" in fine("list", "--store", place)
    assert f"{made_up.commit(5)[:7]}..{made_up.commit(6)[:7]}" in fine("check", "pipe:p50", "--store", place)
    fine("show", "pipe", "--store", place, "--out", tmp_path / "x.png")
