"""Tidy CSV, read back."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import exchange_testing as made
import testing
import tidy_csv


def rows_of(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(data.decode(), newline=""), strict=True))


def test_there_is_a_row_for_each_launch_and_statistic_with_the_exact_value(tmp_path: Path) -> None:
    source = testing.trial(launches=6)
    source["launches"][2]["noise"]["contaminated"] = True
    rows = rows_of(made.exported(tmp_path, "csv", testing.result([source])))
    assert len(rows) == 6 * 10
    for row in rows:
        launch = source["launches"][int(row["launch"]) - 1]
        assert row["contaminated"] == ("true" if row["launch"] == "3" else "false")
        if row["statistic"] in launch["latency_ns"]:
            assert float(row["value"]) == launch["latency_ns"][row["statistic"]]
            assert row["unit"] == "ns"


def test_every_axis_has_its_column(tmp_path: Path) -> None:
    options = {"depth": 256, "buffer": 65536, "batch": 8, "access": "in_place", "memory": "memfd"}
    source = testing.trial("shm_spsc", "shm", launches=1) | {"options": options}
    row = rows_of(made.exported(tmp_path, "csv", testing.result([source])))[0]
    assert {name: row[name] for name in tidy_csv.COLUMNS[5:17]} == {
        "trial": "shm_spsc[depth=256,buffer=65536,batch=8,access=in_place,memory=memfd]"
                 "/ping_pong/64/block/two_cores",
        "workload": "ping_pong", "mechanism": "shm_spsc", "family": "shm", "size_bytes": "64",
        "wait": "block", "placement": "two_cores", "depth": "256", "buffer_bytes": "65536", "batch": "8",
        "access": "in_place", "memory": "memfd"}


def test_several_runs_make_one_table(tmp_path: Path) -> None:
    rows = rows_of(made.exported(tmp_path, "csv", made.medium("first"), made.medium("second")))
    first, second = ([row for row in rows if row["run"] == run] for run in ("first", "second"))
    assert len(first) == len(second) == len(rows) / 2


def test_failed_and_skipped_trials_have_no_row(tmp_path: Path) -> None:
    rows = rows_of(made.exported(tmp_path, "csv", made.medium()))
    assert not [row for row in rows if row["mechanism"] in ("udp_loopback", "mq_posix")]


def test_lines_end_as_rfc_4180_says_and_have_as_many_fields(tmp_path: Path) -> None:
    data = made.exported(tmp_path, "csv", made.medium())
    lines = data.decode().split("\r\n")
    assert lines.pop() == "" and "\n" not in "".join(lines)
    assert {len(fields) for fields in csv.reader(lines)} == {len(tidy_csv.COLUMNS)}


def test_hostile_text_comes_back_as_it_was(tmp_path: Path) -> None:
    rows = rows_of(made.exported(tmp_path, "csv", made.hostile()))
    was = made.HOSTILE.encode("utf-8", "replace").decode()
    assert {(row["suite"], row["revision"], row["cpu"]) for row in rows} == {(was, was, was)}
    assert not [row for row in rows if None in row or None in row.values()]
