"""The Go benchmark format, by a strict reader of its grammar, and by benchstat where there is one."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path
from typing import NamedTuple

import pytest

import exchange_testing as made
import testing

BASE_UNITS = {"ns", "s", "op", "B", "msg", "fairness"}


class Line(NamedTuple):
    """A result line under the configuration that holds for it."""

    name: str
    iterations: int
    values: dict[str, float]
    configuration: dict[str, str]


def lines_of(text: str) -> list[Line]:
    """Reads the format as https://go.dev/design/14313-benchmark-format has it, and takes nothing else."""
    configuration: dict[str, str] = {}
    lines = []
    for line in text.split("\n"):
        if line.startswith("Benchmark"):
            name, iterations, *rest = line.split()
            assert re.fullmatch(r"Benchmark[A-Z]\S*", name) and rest and len(rest) % 2 == 0, line
            values = dict(zip(rest[1::2], map(float, rest[::2])))
            assert len(values) == len(rest) // 2, "a unit is there twice"
            lines.append(Line(name, int(iterations), values, dict(configuration)))
        elif line.startswith("Unit "):
            assert re.fullmatch(r"Unit \S+ better=(lower|higher)", line), line
        elif line and not line.startswith("#"):
            pair = re.fullmatch(r"([a-z][^\sA-Z:]*):(?:[ \t]+(.*))?", line)
            assert pair, line
            configuration[pair[1]] = pair[2] or ""
    return lines


def text_of(folder: Path, *documents: made.Json, options: tuple[str, ...] = ()) -> str:
    return made.exported(folder, "benchstat", *documents, options=options).decode()


def test_each_launch_is_a_line_with_its_exact_figures(tmp_path: Path) -> None:
    source = testing.trial(launches=6)
    lines = lines_of(text_of(tmp_path, testing.result([source])))
    assert len(lines) == 6
    for line, launch in zip(lines, source["launches"]):
        assert line.name == "BenchmarkPing_pong/mechanism=pipe/size=64/wait=block/placement=two_cores-4"
        assert line.iterations == launch["messages"]
        assert line.values["p99-ns/op"] == launch["latency_ns"]["p99"]
        assert line.values["msg/s"] == launch["messages_per_s"]
        assert line.values["peak-B"] == 4_200_000


def test_units_end_with_a_unit_that_tools_know(tmp_path: Path) -> None:
    for line in lines_of(text_of(tmp_path, made.medium())):
        for unit in line.values:
            assert set(unit.rsplit("-", 1)[-1].split("/")) <= BASE_UNITS


def test_options_are_parts_of_the_name(tmp_path: Path) -> None:
    first = lines_of(text_of(tmp_path, made.medium()))[0].name
    assert first == ("BenchmarkPing_pong/mechanism=null/depth=256/memory=memfd/size=64/wait=none"
                     "/placement=same_core-4")


def test_a_single_run_differs_from_another_in_no_configuration_line(tmp_path: Path) -> None:
    (first, *_), (second, *_) = (lines_of(text_of(tmp_path, made.medium(run))) for run in ("first", "second"))
    assert first == second
    assert first.configuration == {
        "goos": "linux", "goarch": "", "pkg": "ipcmark", "cpu": "Synthetic CPU (made by a test)"}


def test_several_runs_are_told_apart_and_keep_no_facts_of_each_other(tmp_path: Path) -> None:
    here, there = testing.result(), testing.result()
    here["environment"]["kernel"]["architecture"] = "x86_64"
    there["run"]["id"] = "other"
    lines = lines_of(text_of(tmp_path, here, there))
    facts = [(line.configuration["run"], line.configuration["goarch"]) for line in (lines[0], lines[-1])]
    assert facts == [("20260131-123456-5eed", "x86_64"), ("other", "")]


def test_hostile_text_breaks_no_line(tmp_path: Path) -> None:
    plain, hostile = (lines_of(text_of(tmp_path, document)) for document in (made.medium(), made.hostile()))
    assert [line.values for line in plain] == [line.values for line in hostile]
    names = {line.name for line in hostile if "depth=4" in line.name}
    assert len(names) == 1 and names.pop().count("/") == 6


def test_which_way_is_better_is_said_of_what_is_there(tmp_path: Path) -> None:
    text = text_of(tmp_path, testing.result(), options=("--statistic", "p50", "--statistic", "bytes_per_s"))
    assert [line for line in text.splitlines() if line.startswith("Unit")] == [
        "Unit p50-ns/op better=lower", "Unit B/s better=higher"]


def test_benchstat_reads_it_and_has_the_same_medians(tmp_path: Path) -> None:
    benchstat = shutil.which("benchstat")
    if not benchstat:
        pytest.skip("benchstat is not installed; the grammar is checked all the same")
    source = testing.trial(launches=6)
    for name in ("old", "new"):
        (tmp_path / name).write_text(text_of(tmp_path, testing.result([source])))
    done = subprocess.run([benchstat, "-format", "csv", "old", "new"], cwd=tmp_path, capture_output=True,
                          text=True, check=True)
    row = next(line.split(",") for line in done.stdout.splitlines() if line.startswith("Ping_pong"))
    remarks = [line.split(": ", 1)[1] for line in done.stderr.splitlines()]
    assert set(remarks) <= {"all samples are equal"}, done.stderr
    assert float(row[1]) == pytest.approx(source["summary"]["p50"]["median"] / 1e9)
    assert row[1] == row[3]
