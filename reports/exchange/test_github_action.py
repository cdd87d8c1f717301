"""The two custom tools of github-action-benchmark."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import exchange_testing as made
import testing
from measures import BIGGER, MEASURES, SMALLER

LABEL = "pipe/ping_pong/64/block/two_cores"


def entries_of(folder: Path, name: str, result: made.Json, *options: str) -> Any:
    return json.loads(made.exported(folder, name, result, options=options))


def statistics_of(entries: Any) -> set[str]:
    return {entry["name"].rsplit(" ", 1)[1] for entry in entries}


def test_each_tool_gets_what_it_calls_better(tmp_path: Path) -> None:
    smaller, bigger = (statistics_of(entries_of(tmp_path, name, made.medium()))
                       for name in ("smaller-is-better", "bigger-is-better"))
    assert smaller == {name for name, measure in MEASURES.items() if measure.better == SMALLER}
    assert bigger == {name for name, measure in MEASURES.items() if measure.better == BIGGER}


def test_what_is_left_out_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    entries_of(tmp_path, "smaller-is-better", testing.result([made.urgent()]))
    told = capsys.readouterr().err.splitlines()
    assert [line.split("left out of smaller-is-better: ")[1] for line in told] == [
        "messages_per_s, bytes_per_s; see --format bigger-is-better",
        "overtaken_messages; no value of it is better"]


def test_an_entry_has_the_median_its_interval_and_where_it_is_from(tmp_path: Path) -> None:
    source = testing.trial(launches=6)
    (entry,) = entries_of(tmp_path, "smaller-is-better", testing.result([source]), "--statistic", "p99")
    interval = source["summary"]["p99"]
    assert entry == {
        "name": f"{LABEL} p99", "unit": "ns", "value": interval["median"],
        "range": f"{interval['low']!r} .. {interval['high']!r}",
        "extra": "median of 6 launches, interval covers 96.9%\nrun: 20260131-123456-5eed\nrevision: 0123abc",
    }


def test_one_launch_has_no_range(tmp_path: Path) -> None:
    source = testing.trial(launches=1) | {"confidence": 0}
    for entry in entries_of(tmp_path, "bigger-is-better", testing.result([source])):
        assert "range" not in entry and entry["extra"].startswith("median of 1 launch\n")


def test_names_are_unique_and_of_one_line_whatever_a_result_holds(tmp_path: Path) -> None:
    entries = entries_of(tmp_path, "smaller-is-better", made.hostile())
    assert len({entry["name"] for entry in entries}) == len(entries)
    for entry in entries:
        assert entry["name"].isprintable() and len(entry["extra"].splitlines()) == 3
