"""The program as the user meets it: files, exit codes, one line on stderr, never a traceback."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import testing

PROGRAM = Path(__file__).with_name("report.py")
SMALL = testing.result([testing.trial(workload="stream", launches=1)])


def run(*arguments: object, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(PROGRAM), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, env=os.environ | environment, check=False)


def assert_one_line(done: subprocess.CompletedProcess[str], *parts: str) -> None:
    """Exit code 2, and on stderr one line which says what is wrong; what to do."""
    assert done.returncode == 2
    (line,) = done.stderr.splitlines()
    assert line.startswith("ipcmark report: ")
    assert "; " in line
    for part in parts:
        assert part in line


def test_a_report_is_page_pictures_and_tables(tmp_path: Path) -> None:
    testing.write(SMALL, tmp_path)
    done = run(tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == f"{tmp_path}/report/index.html\n"
    assert sorted(file.name for file in (tmp_path / "report").iterdir()) == [
        "cpu-stream-64.png", "cpu-stream-64.svg", "index.html", "latency-stream-64.png",
        "latency-stream-64.svg", "table.csv", "table.md", "throughput-stream.png", "throughput-stream.svg",
    ]


def test_the_result_file_itself_may_be_given_and_a_place_chosen(tmp_path: Path) -> None:
    file = testing.write(SMALL, tmp_path / "given")
    assert run(file, "--out", tmp_path / "deep" / "chosen").returncode == 0
    assert (tmp_path / "deep" / "chosen" / "index.html").is_file()
    assert not (tmp_path / "given" / "report").exists()


def test_a_result_beside_is_on_the_same_page_and_one_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    testing.write(SMALL, tmp_path / "own")
    other = testing.result([testing.trial("win_event", "notify", "stream", launches=1)])
    other["run"]["id"] = "elsewhere"
    testing.write(other, tmp_path / "other")
    assert run(tmp_path / "own", "--beside", tmp_path / "other").returncode == 0
    assert "win_event" in (tmp_path / "own/report/index.html").read_text("utf-8")
    assert_one_line(run(tmp_path / "own", "--beside", tmp_path / "nowhere"), "nowhere")


def test_a_second_report_takes_the_place_of_the_first(tmp_path: Path) -> None:
    testing.write(testing.result([]), tmp_path)
    assert run(tmp_path).returncode == 0
    first = (tmp_path / "report" / "index.html").read_bytes()
    assert run(tmp_path).returncode == 0
    assert (tmp_path / "report" / "index.html").read_bytes() == first


@pytest.mark.parametrize("text, said", [
    ('{"schema": 1, "run": {', "is cut off"), ("{}", "is not an ipcmark result"),
    ('{"schema": 9}', "schema 9"), ("\u0000", "is not valid JSON"), ('{"schema": 1}', 'has no "run"'),
])
def test_a_bad_file_gives_one_line(tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / "result.json"
    file.write_text(text, "utf-8")
    assert_one_line(run(tmp_path), str(file), said)
    assert not (tmp_path / "report").exists()


def test_a_missing_directory_gives_one_line(tmp_path: Path) -> None:
    assert_one_line(run(tmp_path / "nowhere"), "nowhere", "there is no such file")


def test_of_several_results_the_good_ones_are_drawn(tmp_path: Path) -> None:
    testing.write(testing.result([]), tmp_path / "good")
    (tmp_path / "bad").mkdir()
    (tmp_path / "bad" / "result.json").write_text("{", "utf-8")
    done = run(tmp_path / "bad", tmp_path / "good", "--out", tmp_path / "out")
    assert_one_line(done, "bad/result.json", "is cut off")
    assert (tmp_path / "out" / SMALL["run"]["id"] / "index.html").is_file()


def test_a_place_that_cannot_be_written_gives_one_line(tmp_path: Path) -> None:
    testing.write(SMALL, tmp_path)
    (tmp_path / "taken").write_text("a file", "utf-8")
    assert_one_line(run(tmp_path, "--out", tmp_path / "taken"), "taken", "cannot be written")


@pytest.mark.parametrize("module", ["numpy", "matplotlib"])
def test_a_missing_library_is_named_with_what_to_install(tmp_path: Path, module: str) -> None:
    (tmp_path / f"{module}.py").write_text(f"raise ImportError(name='{module}')\n", "utf-8")
    testing.write(SMALL, tmp_path)
    done = run(tmp_path, PYTHONPATH=str(tmp_path))
    assert_one_line(done, f"no {module}", "apt install python3-matplotlib python3-numpy")


def test_a_wrong_command_line_has_exit_code_2() -> None:
    assert run().returncode == 2
    assert run("--colour", "x").returncode == 2


def test_no_home_and_no_display_are_needed(tmp_path: Path) -> None:
    testing.write(SMALL, tmp_path)
    done = run(tmp_path, HOME="/nowhere", MPLCONFIGDIR="", DISPLAY="", LC_ALL="C")
    assert (done.returncode, done.stderr) == (0, "")
