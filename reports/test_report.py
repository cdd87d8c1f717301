"""The program as the user meets it: files, exit codes, one line on stderr, never a traceback."""

from __future__ import annotations

import hashlib
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
    names = ("cpu-stream-64", "latency-stream-64", "launches-stream-64", "throughput-stream")
    figures = {f"{name}.{form}" for name in names for form in ("pdf", "png", "svg")}
    written = {file.name for file in (tmp_path / "report").iterdir()}
    assert written == figures | {"index.html", "table.csv", "table.md"}


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


def named(id: str, **run: str) -> testing.Json:
    """The small result as another run."""
    return SMALL | {"run": SMALL["run"] | {"id": id} | run}


def broken(folder: Path, text: str) -> Path:
    """A result directory whose file is no result."""
    folder.mkdir()
    (folder / "result.json").write_text(text, "utf-8")
    return folder


def test_where_the_first_result_cannot_be_read_the_next_one_is_shown_and_the_page_says_so(
        tmp_path: Path) -> None:
    testing.write(SMALL, tmp_path / "good")
    bad = broken(tmp_path / "bad", "{")
    done = run(bad, tmp_path / "good", "--out", tmp_path / "out")
    assert_one_line(done, "bad/result.json", "is cut off")
    assert done.stdout == f"{tmp_path}/out/index.html\n"
    page = (tmp_path / "out" / "index.html").read_text("utf-8")
    assert "This is not the result that was asked for first." in page


def test_several_results_make_one_page_that_compares_them(tmp_path: Path) -> None:
    for name in ("a", "b", "c"):
        testing.write(named(name, revision=f"rev-{name}"), tmp_path / name)
    done = run(tmp_path / "a", tmp_path / "b", tmp_path / "c", "--out", tmp_path / "out")
    assert (done.returncode, done.stderr) == (0, "")
    page = (tmp_path / "out" / "index.html").read_text("utf-8")
    assert "2 results against the baseline (revision rev-a)" in page
    rows = (tmp_path / "out" / "comparison.csv").read_text("utf-8").splitlines()
    assert {row.partition(",")[0] for row in rows[1:]} == {"b", "c"}
    assert (tmp_path / "out" / "comparison.md").is_file()


def test_a_baseline_takes_the_place_of_the_first_result(tmp_path: Path) -> None:
    for name in ("a", "b", "c"):
        testing.write(named(name, revision=f"rev-{name}"), tmp_path / name)
    for more, others in ((["b"], {"a"}), (["c"], {"a", "b"})):
        given = [tmp_path / "a", *([tmp_path / "b"] if len(others) > 1 else [])]
        done = run(*given, "--baseline", tmp_path / more[0], "--out", tmp_path / "out")
        assert (done.returncode, done.stderr) == (0, "")
        rows = (tmp_path / "out" / "comparison.csv").read_text("utf-8").splitlines()
        assert {row.partition(",")[0] for row in rows[1:]} == others


def test_of_many_results_those_that_cannot_be_read_are_refused_one_by_one(tmp_path: Path) -> None:
    for name in ("a", "b", "c"):
        testing.write(named(name, revision=f"rev-{name}"), tmp_path / name)
    text = (tmp_path / "a" / "result.json").read_text("utf-8")
    bad = [broken(tmp_path / "cut", text[:len(text) // 2]), broken(tmp_path / "foreign", '{"context": {}}'),
           broken(tmp_path / "newer", '{"schema": 2}'), tmp_path / "nowhere"]
    done = run(tmp_path / "a", *bad, tmp_path / "b", tmp_path / "c", "--out", tmp_path / "out")
    assert done.returncode == 2
    said = ("is cut off", "is not an ipcmark result", "has schema 2", "there is no such file")
    for line, file, what in zip(done.stderr.splitlines(), bad, said, strict=True):
        assert line.startswith(f"ipcmark report: {file}") and what in line and "; " in line
    assert "2 results against the baseline" in (tmp_path / "out" / "index.html").read_text("utf-8")


def test_a_verification_or_another_system_that_cannot_be_read_leaves_the_rest(tmp_path: Path) -> None:
    testing.write(SMALL, tmp_path / "a")
    bad = broken(tmp_path / "bad", "{")
    assert_one_line(run(tmp_path / "a", "--verify", bad), "bad", "cannot be read")
    assert_one_line(run(tmp_path / "a", "--beside", bad), "bad", "is cut off")
    assert (tmp_path / "a" / "report" / "index.html").is_file()


def test_the_page_names_its_files_by_their_digests(tmp_path: Path) -> None:
    file = testing.write(SMALL, tmp_path)
    assert run(tmp_path).returncode == 0
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    assert digest in (tmp_path / "report" / "index.html").read_text("utf-8")


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
