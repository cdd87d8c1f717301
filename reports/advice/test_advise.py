"""The command line: exit codes, one-line complaints, and the three forms of an answer."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import advice_testing as made
import advise
import telling
import testing
from profiles import NAMES
from test_verification import case, document, write


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A result directory of three mechanisms, of which one sees no death of its producers."""
    entries = [made.entry("pipe", "pipe"), made.entry("fifo", "pipe"),
               made.entry("ring", "shm", {"sees_peer_death": False, "delivery": "latest"}),
               made.entry("null", "null")]
    trials = [testing.trial(name, workload=workload, size=size, typical_ns=cost)
              for name, cost in (("pipe", 5000), ("fifo", 9000), ("ring", 300), ("null", 20))
              for workload in ("ping_pong", "stream") for size in (64, 4096)]
    path = tmp_path_factory.mktemp("result")
    testing.write(made.result(trials, entries), path)
    return str(path)


def run(*arguments: str) -> int:
    try:
        return advise.main(list(arguments))
    except SystemExit as left:
        return int(str(left.code))


def refused(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """The one line that stands on stderr when there is no advice."""
    assert run(*arguments) == advise.BAD_INPUT
    told = capsys.readouterr()
    assert told.out == ""
    (line,) = told.err.splitlines()
    assert line.startswith("ipcmark advise: ") and "; " in line
    return line


def document_of(capsys: pytest.CaptureFixture[str], *arguments: str) -> Any:
    code = run(*arguments, "--format", "json")
    answer = json.loads(capsys.readouterr().out)
    assert code == (0 if answer["pick"] else 1)
    return answer


def test_an_answer_is_fine_and_no_answer_is_one(folder: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(folder) == 0
    assert capsys.readouterr().out.startswith("Advice: ring · block\n")
    assert run(folder, "--see-death", "--p99", "1ns") == 1
    told = capsys.readouterr().out
    assert told.startswith("Advice: nothing qualifies\n")
    assert "without the p99 budget: pipe · block" in told


def test_the_program_is_run_by_its_file(folder: str) -> None:
    done = subprocess.run([sys.executable, str(Path(advise.__file__)), folder, "--format", "json"],
                          capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, b"")
    assert json.loads(done.stdout)["pick"]["mechanism"] == "ring"


def test_the_document_has_what_is_promised(folder: str, capsys: pytest.CaptureFixture[str]) -> None:
    answer = document_of(
        capsys, folder, "--see-death", "--p99", "1s", "--profile", "rpc", "--without", "replies")
    assert answer["schema"] == 1
    assert set(answer) >= {"schema", "result", "profile", "requirements", "pick", "runner_up", "margin",
                           "excluded", "pareto", "level", "changes", "relax", "caveats"}
    assert answer["result"]["id"] == "20260131-123456-5eed" and answer["result"]["machine"]
    assert (answer["profile"], answer["requirements"]["replies"]) == ("rpc", False)
    assert set(answer["margin"]) >= {"ratio", "low", "high", "separable", "statistic"}
    assert all(set(item) == {"mechanism", "wait", "constraint", "evidence"} for item in answer["excluded"])
    assert answer["pick"]["mechanism"] == "pipe" and answer["runner_up"]["mechanism"] == "fifo"
    assert "\u00a0" not in json.dumps(answer, ensure_ascii=False)


def test_every_option_becomes_a_requirement(folder: str, capsys: pytest.CaptureFixture[str]) -> None:
    flags = ["--no-loss", "--ordered", "--survive-crash", "--see-death", "--unrelated-processes",
             "--pass-fd", "--replies", "--one-link", "--every-consumer", "--never-block", "--priorities",
             "--no-dependencies"]
    answer = document_of(
        capsys, folder, "--size", "4KiB", "--rate", "20k", "--p99", "50us", "--producers", "4",
        "--consumers", "2", "--no-spin", "--platform", "windows,linux", "--placement", "two_cores",
        "--prefer", "cpu", *flags)
    wanted = answer["requirements"]
    assert {key: value for key, value in wanted.items() if value is not True} == {
        "size": 4096, "rate": 20e3, "p99_ns": 50e3, "producers": 4, "consumers": 2, "cores_to_burn": 0,
        "platforms": ["linux", "windows"], "placement": "two_cores",
        "prefer": ["cpu", "p99", "throughput", "simple"]}
    assert sum(value is True for value in wanted.values()) == len(flags)


def test_an_option_beside_a_profile_overrides_it(folder: str, capsys: pytest.CaptureFixture[str]) -> None:
    wanted = document_of(capsys, folder, "--profile", "fan-in", "--producers", "2", "--cores-to-burn", "3")
    assert wanted["requirements"]["producers"] == 2
    assert wanted["requirements"]["cores_to_burn"] == 3
    assert wanted["requirements"]["size"] == 64


def test_what_a_verification_found_broken_is_not_advised(
        folder: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = write(document(case("GEN-05", "ring", "fail")), tmp_path)
    answer = document_of(capsys, folder, "--verify", str(file))
    assert answer["pick"]["mechanism"] == "pipe"
    assert {"mechanism": "ring", "wait": "block", "constraint": "verification",
            "evidence": "GEN-05 fail: TitleOfGEN-05"} in answer["excluded"]


def test_an_advice_of_a_run_with_too_few_launches_says_first_that_it_is_not_to_be_relied_on(
        folder: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    testing.write(made.result([testing.trial("pipe", workload=workload, launches=1)
                               for workload in ("ping_pong", "stream")]), tmp_path)
    said = "This run is not to be relied on; the caveats say why."
    assert run(str(tmp_path)) == 0
    text = capsys.readouterr().out
    assert said in text.partition("Why\n")[0]
    assert "Not to be relied on: Too few launches." in text.partition("Caveats\n")[2]
    assert run(folder) == 0 and said not in capsys.readouterr().out


def test_profiles_are_listed_without_a_result(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--list-profiles") == 0
    assert [line.split()[0] for line in capsys.readouterr().out.splitlines()] == list(NAMES)


@pytest.mark.parametrize("arguments, told", [
    ([], "no RESULT was given"),
    (["{}", "--size", "big"], "size cannot be 'big'"),
    (["{}", "--p99", "50"], "give a duration with its unit"),
    (["{}", "--profile", "grpc"], "no profile is called grpc"),
    (["{}", "--placement", "two_sockets"], "measured are two_cores"),
    (["{}", "--placement", "moon"], "placement cannot be 'moon'"),
    (["{}", "--platform", "mars"], "platforms cannot be ['mars']"),
    (["{}", "--producers", "many"], "invalid int value"),
    (["{}", "--no-spin", "--cores-to-burn", "2"], "not allowed with"),
    (["{}", "--without", "no_loss"], "no_loss is not asked for"),
    (["{}", "--unheard-of"], "unrecognized arguments"),
    (["{}", "--verify", "/nowhere"], "/nowhere/verify.json: cannot be read"),
    (["/nowhere"], "/nowhere/result.json: there is no such file")])
def test_what_cannot_be_meant_is_refused_in_one_line(
        arguments: list[str], told: str, folder: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert told in refused(capsys, *(argument.format(folder) for argument in arguments))


def test_an_older_result_is_refused_in_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = testing.write(testing.result(), tmp_path)
    line = refused(capsys, str(tmp_path))
    assert line == (f"ipcmark advise: {file}: does not say what its mechanisms promise, for an older ipcmark "
                    "wrote it; measure again")


def test_text_fits_a_terminal_and_tables_stand_in_columns(
        folder: str, capsys: pytest.CaptureFixture[str]) -> None:
    run(folder, "--profile", "rpc")
    lines = capsys.readouterr().out.splitlines()
    start = next(i for i, line in enumerate(lines) if line.startswith("The Pareto set"))
    head, *rows = lines[start + 1:lines.index("", start)]
    assert all(len(line) <= telling.WIDTH for line in lines if line not in (head, *rows))
    column = head.index("CPU per message")
    assert all(row[column - 1] == " " and row[column] != " " for row in rows)


def test_markdown_has_headings_and_a_table_with_as_many_cells_in_each_row(
        folder: str, capsys: pytest.CaptureFixture[str]) -> None:
    run(folder, "--profile", "rpc", "--format", "markdown")
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "# Advice: `pipe · block`"
    headings = [line for line in lines if line.startswith("## ")]
    assert headings[0] == "## Why" and headings[-1] == "## Caveats"
    assert len({line.count("|") for line in lines if line.startswith("|")}) == 1


def test_exclusions_that_share_a_reason_are_one_point(
        folder: str, capsys: pytest.CaptureFixture[str]) -> None:
    run(folder, "--p99", "1ns", "--see-death")
    told = " ".join(capsys.readouterr().out.split())
    assert "the p99 budget: p99 is above 1 ns: pipe (" in told and "), fifo (" in told
    assert "not told when every producer has died (not sees_peer_death): ring (made(7))." in told


def test_no_control_character_of_a_file_gets_to_a_terminal(
        tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    evil = made.result(entries=[made.entry("pipe", summary="a\x1b[2Jb\nc"), made.entry("fifo")])
    testing.write(evil, tmp_path)
    for form in ("text", "markdown"):
        run(str(tmp_path), "--format", form)
        told = capsys.readouterr().out
        assert "\x1b" not in told and "a?[2Jb c" in told
