"""The command line: what it refuses, what it tells, where it writes."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import exchange
import exchange_testing as made
import testing

SCRIPT = Path(exchange.__file__)


def refused(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """The one line that stands on stderr when nothing is exported."""
    try:
        code = exchange.main(list(arguments))
    except SystemExit as left:
        code = int(str(left.code))
    told = capsys.readouterr()
    assert code == exchange.BAD_INPUT and told.out == ""
    (line,) = told.err.splitlines()
    assert line.startswith("ipcmark export: ") and "; " in line
    return line


@pytest.mark.parametrize("name", exchange.FORMATS)
def test_every_format_is_the_same_on_stdout_and_in_a_file(name: str, tmp_path: Path) -> None:
    data = made.exported(tmp_path, name, made.hostile())
    command = [sys.executable, str(SCRIPT), str(tmp_path / "result0"), "--format", name]
    done = subprocess.run(command, capture_output=True, check=False)
    assert (done.returncode, done.stdout) == (0, data)
    assert data.endswith(b"\n") and data.decode("utf-8")


@pytest.mark.parametrize("name", [name for name, made in exchange.FORMATS.items() if not made.several])
def test_a_format_of_one_run_refuses_a_second(
        name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files = made.written(tmp_path, made.medium("first"), made.medium("second"))
    assert refused(capsys, *files, "--format", name).endswith(
        f"result1/result.json: is a second result and {name} holds one; "
        "export each by itself, with its own --out")


def test_a_run_that_is_given_twice_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder,) = made.written(tmp_path, made.medium())
    line = refused(capsys, folder, folder, "--format", "csv")
    assert "result.json: is the run first once more; name each result once" in line


def test_what_cannot_be_read_is_refused_with_an_advice(
        tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    missing, broken = tmp_path / "missing", tmp_path / "broken.json"
    broken.write_text('{"schema": 1, "run": ')
    assert f"{missing}: there is no such file; give" in refused(capsys, str(missing), "--format", "csv")
    assert f"{broken}: is cut off" in refused(capsys, str(broken), "--format", "csv")


def test_an_export_of_nothing_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    full, failed = made.written(tmp_path, testing.result(), testing.result([testing.failed()]))
    assert "has no trial with figures; see why" in refused(capsys, failed, "--format", "csv")
    assert "no measured trial fits nosuch/*; labels read" in refused(
        capsys, full, "--format", "csv", "--match", "nosuch/*")
    assert "has nothing for csv in overtaken_messages; its statistics are p50, p90" in refused(
        capsys, full, "--format", "csv", "--statistic", "overtaken_messages")
    assert "has nothing for smaller-is-better in bytes_per_s" in refused(
        capsys, full, "--format", "smaller-is-better", "--statistic", "bytes_per_s")


def test_a_wrong_command_line_is_one_line_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder,) = made.written(tmp_path, testing.result())
    assert "--format" in refused(capsys, folder)
    assert "invalid choice: 'xml'" in refused(capsys, folder, "--format", "xml")
    assert "invalid choice: 'p42'" in refused(capsys, folder, "--format", "csv", "--statistic", "p42")


def test_a_result_is_not_overwritten(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder,) = made.written(tmp_path, testing.result())
    file = Path(folder) / "result.json"
    before = file.read_bytes()
    assert "would be overwritten" in refused(capsys, folder, "--format", "csv", "--out", str(file))
    assert file.read_bytes() == before


def test_what_cannot_be_written_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder,) = made.written(tmp_path, testing.result())
    out = tmp_path / "nosuch" / "out"
    assert f"{out}: cannot be written (No such file or directory); choose" in refused(
        capsys, folder, "--format", "csv", "--out", str(out))
    assert f"{tmp_path}: cannot be written (it is not a file)" in refused(
        capsys, folder, "--format", "csv", "--out", str(tmp_path))


def test_nothing_is_written_when_there_is_nothing_to_export(
        tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder,) = made.written(tmp_path, testing.result([testing.failed()]))
    out = tmp_path / "out"
    out.write_text("before")
    refused(capsys, folder, "--format", "csv", "--out", str(out))
    assert out.read_text() == "before"


def test_what_is_left_out_is_told_and_stdout_stays_clean(
        tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder,) = made.written(tmp_path, made.hostile())
    assert exchange.main([folder, "--format", "csv", "--out", str(tmp_path / "out")]) == exchange.FINE
    told = capsys.readouterr()
    assert told.out == ""
    assert [line.split("result.json: ")[1] for line in told.err.splitlines()] == [
        "1 trial left out, failed: 214 of 200000 messages never arrived (verification)",
        '1 trial left out, skipped: a,"b" c\\d\\n é 管 # {x="y"} %s']


def test_a_reader_that_goes_away_is_no_error(tmp_path: Path) -> None:
    (folder,) = made.written(tmp_path, made.medium())
    reading, writing = os.pipe()
    os.close(reading)
    try:
        done = subprocess.run([sys.executable, str(SCRIPT), folder, "--format", "csv", "--match", "pipe/*"],
                              stdout=writing, stderr=subprocess.PIPE, check=False)
    finally:
        os.close(writing)
    assert (done.returncode, done.stderr) == (0, b"")


def test_the_help_has_an_example_for_every_format(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        exchange.main(["--help"])
    text = capsys.readouterr().out
    assert left.value.code == 0
    for name in exchange.FORMATS:
        assert f"--format {name}" in text
    for consumer in ("compare.py benchmarks", "benchstat before.txt", "bencher run", "customSmallerIsBetter",
                     "ipcmark.prom", "read_csv"):
        assert consumer in text
