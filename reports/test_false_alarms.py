"""The table of false alarms, on launches whose truth is known."""

from __future__ import annotations

import json
from pathlib import Path

import false_alarms
import numpy as np
import pytest


def comparison(folder: Path, change: float, pairs: int = 600) -> Path:
    """A comparison of sides that differ by a share, with noise of 2 % in each launch."""
    random = np.random.default_rng(1)
    folder.mkdir()
    with (folder / "launches.jsonl").open("w", encoding="utf-8") as lines:
        lines.write(json.dumps({"settings": {"inject": {"share": change}}}) + "\n")
        for pair in range(pairs):
            for side in (0, 1):
                value = 1000 * (1 + side * change) * np.exp(random.normal(0, 0.02))
                launch = {"batch": "first", "trial": "pipe/ping_pong/64/block/same_core", "side": side,
                          "pair": pair + 1, "values": {"p50": value}}
                lines.write(json.dumps(launch) + "\n")
    return folder


def found(folder: Path, rule: str, equal: bool = False) -> float:
    (series,) = false_alarms.load(str(folder), "p50")
    dealt = false_alarms.trials(series)
    return false_alarms.told(false_alarms.RULES[rule], dealt, equal) / len(dealt)


def test_ours_tells_nothing_of_equal_sides_and_finds_five_percent(tmp_path: Path) -> None:
    assert found(comparison(tmp_path / "same", 0), "ours", equal=True) == 0
    assert found(comparison(tmp_path / "slower", 0.05), "ours") == 1


def test_a_test_at_five_percent_alarms_in_some_of_equal_sides(tmp_path: Path) -> None:
    folder = comparison(tmp_path / "same", 0, pairs=60 * 400)
    assert 0.02 < found(folder, "U test of 9", equal=True) < 0.09


def test_a_threshold_of_two_hundred_percent_finds_nothing(tmp_path: Path) -> None:
    assert found(comparison(tmp_path / "slower", 0.1), "> 200 %") == 0


def test_the_table_has_scaled_and_injected_changes(
        tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folders = [str(comparison(tmp_path / "same", 0)), f"beside a neighbour={tmp_path / 'same'}",
               str(comparison(tmp_path / "slower", 0.05))]
    assert false_alarms.main(folders) == 0
    text = capsys.readouterr().out
    assert "same_core: none | 10 | 0.0 % (<= 30.8)" in text
    assert "same_core: +10 % scaled" in text
    assert "beside a neighbour: none | 10" in text
    assert "all: none | 20 | 0.0 % (<= 16.8)" in text
    assert "same_core: +5 % injected" in text


def test_too_few_launches_are_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert false_alarms.main([str(comparison(tmp_path / "few", 0, pairs=50))]) == 2
    assert "--pairs 600" in capsys.readouterr().err
